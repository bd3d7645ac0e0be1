// `Hold`: how a session holds the connection of its transaction: borrowed for it from an engine, or lent by its user.
import { Connection } from '../../engine/connection.ts'
import type { Engine } from '../../engine/engine.ts'
import type { ConnectionExecutionOptions } from '../../engine/options.ts'
import type { Transaction } from '../../engine/transaction.ts'
import { ArgumentError } from '../../errors.ts'

/**
 * What a session does with the transaction that its Connection is in already. SQLAlchemy: `join_transaction_mode`.
 *
 * - `conditional_savepoint`: in a savepoint as `create_savepoint`, otherwise as `rollback_only`.
 * - `rollback_only`: `commit()` leaves it open, `rollback()` rolls it back, `close()` does nothing to it.
 * - `control_fully`: it is the session's own: committed, rolled back, and rolled back by `close()`.
 * - `create_savepoint`: the session works in a savepoint of its own.
 */
export type JoinTransactionMode = 'conditional_savepoint' | 'rollback_only' | 'control_fully' | 'create_savepoint'

/** See the first line of the file. */
export interface Hold {
  readonly connection: Connection
  /** Whether COMMIT can travel with the last statements. */
  readonly commitRides: boolean
  /** The session has committed; COMMIT has travelled with its last statements where it could. */
  committed(): Promise<void>
  rollBack(): Promise<void>
  /** The session goes without a word about its transaction. */
  leave(): Promise<void>
}

/** A connection from an engine. */
class Borrowed implements Hold {
  readonly connection: Connection
  readonly commitRides: boolean = true

  constructor(connection: Connection) {
    this.connection = connection
  }

  committed(): Promise<void> {
    return this.connection.close()
  }

  async rollBack(): Promise<void> {
    try {
      await this.connection.rollback()
    } finally {
      await this.connection.close()
    }
  }

  leave(): Promise<void> {
    return this.connection.close()
  }
}

/** A Connection that the session was given; it is never closed. */
class Lent implements Hold {
  readonly connection: Connection
  readonly commitRides: boolean
  readonly #transaction: Transaction
  readonly #commits: boolean

  constructor(connection: Connection, mode: JoinTransactionMode) {
    this.connection = connection
    const { transaction, commits } = join(connection, mode)
    this.#transaction = transaction
    this.#commits = commits
    this.commitRides = commits && !transaction.isNested
  }

  async committed(): Promise<void> {
    // COMMIT has ended the transaction by now; a savepoint is still to be released.
    if (this.#commits && this.#transaction.isActive) await this.#transaction.commit()
  }

  rollBack(): Promise<void> {
    return this.#transaction.rollback()
  }

  async leave(): Promise<void> {
    if (this.#commits) await this.#transaction.rollback()
  }
}

function join(connection: Connection, mode: JoinTransactionMode): { transaction: Transaction; commits: boolean } {
  const root = connection.getTransaction()
  if (root === null) return { transaction: connection.begin(), commits: true }
  const nested = connection.getNestedTransaction()
  if (mode === 'create_savepoint' || (mode === 'conditional_savepoint' && nested !== null))
    return { transaction: connection.beginNested(), commits: true }
  return { transaction: nested ?? root, commits: mode === 'control_fully' }
}

/** What a session's connection comes from. */
export interface HoldSource {
  readonly bind: Engine | Connection
  readonly options: ConnectionExecutionOptions
  readonly mode: JoinTransactionMode
}

/**
 * Gets the connection for a transaction.
 *
 * @param more options over those of the session.
 * @throws ArgumentError options for a Connection that has its own.
 */
export async function takeHold(
  { bind, options, mode }: HoldSource,
  signal: AbortSignal | undefined,
  more: ConnectionExecutionOptions | undefined,
): Promise<Hold> {
  if (bind instanceof Connection) {
    if (more !== undefined)
      throw new ArgumentError(
        'This session works on a Connection: set the options there, conn.executionOptions({ ... })',
      )
    return new Lent(bind, mode)
  }
  const connecting = { ...options, ...more, ...(signal === undefined ? {} : { signal }) }
  return new Borrowed(await bind.connect(connecting))
}
