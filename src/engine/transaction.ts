// `Transaction`: the handle on a transaction or a savepoint of one connection.
import { type CommitOptions, checkCommitOptions } from './options.ts'

/** What a transaction asks of its connection. */
export interface TransactionOwner {
  /** @internal */
  prepareTransaction(transaction: TwoPhaseTransaction): Promise<void>
  /** @internal */
  commitTransaction(transaction: Transaction, signal: AbortSignal | undefined): Promise<void>
  /** @internal */
  rollBackTransaction(transaction: Transaction): Promise<void>
}

/** `active`; `failed`: only a rollback is possible; `prepared`: only the end of it is possible; `closed`: over. */
export type TransactionState = 'active' | 'failed' | 'prepared' | 'closed'

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
   * Commits the transaction, prepared or not, or releases the savepoint (which rides with the next statement).
   *
   * @throws InvalidRequestError it is over already.
   * @throws TransactionRolledBack a statement in it had failed: nothing was committed.
   * @throws CommitOutcomeUnknown the connection was lost before the answer came.
   */
  async commit(options: CommitOptions = {}): Promise<void> {
    checkCommitOptions(options)
    await this.#owner.commitTransaction(this, options.signal)
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

/**
 * A transaction in two phases: {@link Connection.beginTwophase} makes it. Once prepared it belongs to no connection any more: it keeps
 * its locks until somebody commits it or rolls it back, from whatever connection, by its {@link xid}.
 *
 * @example
 * const transaction = conn.beginTwophase('order-17')
 * await conn.execute(insert(users).values({ name: 'ed' }))
 * await transaction.prepare()   // PREPARE TRANSACTION 'order-17'
 * await transaction.commit()    // COMMIT PREPARED 'order-17'
 */
export class TwoPhaseTransaction extends Transaction {
  /** Its name, unique in the whole server. */
  readonly xid: string
  readonly #owner: TransactionOwner

  /** @internal */
  constructor(owner: TransactionOwner, xid: string) {
    super(owner, null, null)
    this.#owner = owner
    this.xid = xid
  }

  /** Whether {@link prepare} has succeeded and nobody has ended it since. */
  get isPrepared(): boolean {
    return this.state === 'prepared'
  }

  /**
   * The first phase: all is written down, so that neither a crash nor a lost connection can hinder {@link commit}. No statement can be
   * run on the connection before the transaction is ended.
   *
   * @throws InvalidRequestError it is over, or prepared already.
   * @throws OperationalError the server has `max_prepared_transactions = 0`, which is PostgreSQL's default, or no place left.
   * @throws TransactionRolledBack a statement in it had failed.
   * @throws CommitOutcomeUnknown the connection was lost before the answer came: where {@link Connection.recoverTwophase} of another
   * connection names it, it is prepared.
   */
  prepare(): Promise<void> {
    return this.#owner.prepareTransaction(this)
  }
}
