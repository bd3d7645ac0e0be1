// `Transaction`: the handle on a transaction or a savepoint of one connection.

/** What a transaction asks of its connection. */
export interface TransactionOwner {
  /** @internal */
  commitTransaction(transaction: Transaction): Promise<void>
  /** @internal */
  rollBackTransaction(transaction: Transaction): Promise<void>
}

/** `active`; `failed`: only a rollback is possible; `closed`: over. */
export type TransactionState = 'active' | 'failed' | 'closed'

/**
 * A transaction, or a savepoint inside one. {@link Connection.begin} and {@link Connection.beginNested} make it.
 *
 * Leaving the block of an `await using` declaration rolls back what was not committed:
 *
 * @example
 * await using transaction = conn.begin()
 * await conn.execute(insert(users).values({ name: 'ed' }))
 * await transaction.commit()
 */
export class Transaction {
  readonly #owner: TransactionOwner
  /** @internal Name of the savepoint; null for the transaction itself. */
  readonly savepoint: string | null
  /** @internal The transaction or savepoint that this one stands in. */
  readonly outer: Transaction | null
  /** @internal */
  state: TransactionState = 'active'

  /** @internal */
  constructor(owner: TransactionOwner, savepoint: string | null, outer: Transaction | null) {
    this.#owner = owner
    this.savepoint = savepoint
    this.outer = outer
  }

  /** Whether statements can be run in it and it can be committed. */
  get isActive(): boolean {
    return this.state === 'active'
  }

  /** Whether it is a savepoint. */
  get isNested(): boolean {
    return this.savepoint !== null
  }

  /**
   * Commits the transaction, or releases the savepoint (which rides with the next statement).
   *
   * @throws InvalidRequestError it is over already.
   * @throws TransactionRolledBack a statement in it had failed: nothing was committed.
   * @throws CommitOutcomeUnknown the connection was lost before the answer came.
   */
  commit(): Promise<void> {
    return this.#owner.commitTransaction(this)
  }

  /** Rolls back the transaction, or to the savepoint; does nothing where it is over already. */
  rollback(): Promise<void> {
    return this.#owner.rollBackTransaction(this)
  }

  /** The same as {@link rollback}. */
  close(): Promise<void> {
    return this.rollback()
  }

  /** Rolls back what was not committed. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback()
  }
}
