// `RawConnection`: a connection of the pool without what an engine does around statements: `engine.raw()`.
import { type Command, type CommandResult, type DriverConnection, DriverError } from '../dialect/contract/driver.ts'
import { ResourceClosedError } from '../errors.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { tellNotices, tellNoticesOfFailure } from './notices.ts'
import { positionalValues } from './raw-statements.ts'
import { controlCommand, type Runtime } from './runtime.ts'

/**
 * A connection of an engine's pool as its driver has it, until {@link close}. Nobody else uses it meanwhile. SQL is sent as it is, each call a
 * flight of its own, and no transaction is begun but by you: what is open at the end is rolled back. What you SET, LISTEN to or create
 * temporarily stays with the connection. No listener of statements and no log is told; listeners of `notice` are told what the server says to {@link run}. SQLAlchemy: `Engine.raw_connection()`.
 *
 * @example
 * await using raw = await engine.raw()
 * const { rows } = await raw.run('SELECT $1::int + 1', [41])   // [[42]]
 */
export class RawConnection {
  readonly #runtime: Runtime
  #slot: PooledConnection | null

  /** @internal */
  constructor(runtime: Runtime, slot: PooledConnection) {
    this.#runtime = runtime
    this.#slot = slot
    runtime.pool.guard(slot, this)
  }

  /**
   * The driver's connection, with all that the driver can do: batches, cursors, COPY, notifications. What it throws are the driver's own
   * errors.
   *
   * @throws ResourceClosedError this is closed.
   */
  get driverConnection(): DriverConnection {
    return this.#held().connection
  }

  /** Whether {@link close} or {@link invalidate} was called. */
  get closed(): boolean {
    return this.#slot === null
  }

  /**
   * Runs SQL.
   *
   * @param values of `$1`, `$2`, ...
   * @returns rows as arrays in the order of the columns, decoded as those of other statements.
   * @throws DBAPIError the database refused, as the class of its SQLSTATE.
   */
  async run(sql: string, values: readonly unknown[] = []): Promise<CommandResult> {
    const slot = this.#held()
    const command: Command = { ...controlCommand(sql, false), parameters: positionalValues(values) }
    const commands = [{ ...command, statement: { ...command.statement, parameters: values.map(() => null) } }]
    const { hub } = this.#runtime.observer
    try {
      const results = await slot.connection.run(commands)
      if (hub.has('notice')) await tellNotices({ hub, face: null }, commands, results)
      return results[0] as CommandResult
    } catch (error) {
      if (hub.has('notice')) await tellNoticesOfFailure({ hub, face: null }, commands, error)
      if (error instanceof DriverError) this.#runtime.pool.failed(error)
      throw this.#runtime.wrap(error, commands, 0, 1, undefined)
    }
  }

  /** Cuts the connection: it is not used again. */
  invalidate(): void {
    const slot = this.#held()
    this.#slot = null
    this.#runtime.pool.discard(slot)
  }

  /** Rolls back what is open and gives the connection back. Calling it again does nothing. */
  async close(): Promise<void> {
    const slot = this.#slot
    this.#slot = null
    if (slot !== null) await this.#runtime.pool.checkin(slot)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #held(): PooledConnection {
    if (this.#slot === null) throw new ResourceClosedError('This RawConnection is closed')
    return this.#slot
  }
}
