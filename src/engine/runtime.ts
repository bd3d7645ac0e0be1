// `Runtime`: what all connections of one engine share once its dialect is loaded.
import type { Command, CommandResult, Driver, DriverStatement } from '../dialect/contract/driver.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import type { BeginOptions, Dialect } from '../dialect/dialect.ts'
import type { StatementError } from '../errors.ts'
import type { SchemaTranslateMap } from '../expression/schema/schema-map.ts'
import type { Pool } from '../pool/pool.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import type { CompiledCache } from './compiled-cache.ts'
import type { Observer, Origins } from './observer.ts'
import type { ConnectionIsolationLevel } from './options.ts'
import { RawStatements } from './raw-statements.ts'

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly dialect: Dialect
  readonly driver: Driver
  readonly pool: Pool
  readonly cache: CompiledCache
  readonly observer: Observer
  readonly hideParameters: boolean
  readonly isolationLevel: ConnectionIsolationLevel | null
}

/** What all connections of one engine share. */
export class Runtime {
  readonly dialect: Dialect
  readonly driver: Driver
  readonly pool: Pool
  readonly cache: CompiledCache
  readonly observer: Observer
  readonly isolationLevel: ConnectionIsolationLevel | null
  readonly raw: RawStatements = new RawStatements()
  readonly #hideParameters: boolean
  readonly #parts: RuntimeParts
  readonly #begins: Map<string, Command> = new Map()

  constructor(parts: RuntimeParts) {
    this.#parts = parts
    this.dialect = parts.dialect
    this.driver = parts.driver
    this.pool = parts.pool
    this.cache = parts.cache
    this.observer = parts.observer
    this.isolationLevel = parts.isolationLevel
    this.#hideParameters = parts.hideParameters
  }

  /** The same with other schemas in place of those that tables name. */
  translated(schemas: SchemaTranslateMap): Runtime {
    return new Runtime({ ...this.#parts, cache: this.cache.translated(schemas) })
  }

  /** The command that begins a transaction in this way. */
  beginCommand(options: BeginOptions): Command {
    const sql = this.dialect.beginStatement(options)
    let command = this.#begins.get(sql)
    if (command === undefined) {
      command = controlCommand(sql, true)
      this.#begins.set(sql, command)
    }
    return command
  }

  /**
   * Sends commands in one flight.
   *
   * @param first index of the first command that is the caller's own; others may ride in front.
   * @param count how many are the caller's own; others may ride behind.
   */
  send(
    slot: PooledConnection,
    commands: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    signal: AbortSignal | undefined,
  ): Promise<CommandResult[]> {
    const { observer } = this
    const options = signal === undefined ? undefined : { signal }
    if (!observer.active) return slot.connection.run(commands, options)
    observer.sending(commands, first, count, origins)
    return slot.connection.run(commands, options).then((results) => {
      observer.received(results)
      return results
    })
  }

  /** Tells observers of commands of the engine's own that are sent by other means. */
  tell(commands: readonly Command[]): void {
    if (this.observer.active) this.observer.sending(commands, 0, commands.length, 'transaction')
  }

  /**
   * What to throw for a failed flight: the error of the public hierarchy, or the reason of the signal that ended it.
   *
   * @param first index of the first command that is the caller's own; others may ride in front.
   * @param count how many are the caller's own; others may ride behind.
   */
  wrap(
    error: unknown,
    commands: readonly Command[],
    first: number,
    count: number,
    signal: AbortSignal | undefined,
  ): unknown {
    if (!(error instanceof DriverError)) return error
    if (error.canceled && signal?.aborted) return signal.reason
    const index = error.commandIndex ?? first
    const command = commands[Math.min(index, commands.length - 1)]
    const wrapped: StatementError = this.dialect.wrapError(error, {
      statement: command?.statement.sql ?? null,
      parameters: command?.parameters ?? null,
      hideParameters: this.#hideParameters,
    })
    // What is above in the stack is how errors are wrapped; what matters is who asked.
    Error.captureStackTrace(wrapped, this.wrap)
    wrapped.flightIndex = index >= first && index < first + count ? index - first : null
    return wrapped
  }
}

/** A command of the engine's own that takes no parameters. */
export function controlCommand(sql: string, prepare: boolean): Command {
  const statement: DriverStatement = { sql, parameters: [], columns: null, prepare }
  return { statement, parameters: [] }
}
