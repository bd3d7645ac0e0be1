// `Runtime`: what the connections of one engine share once its dialect is loaded, and the options that they run with.
import { LinkedAbort } from '../abort.ts'
import { StatementTimeout } from '../database-errors.ts'
import type {
  Command,
  CommandResult,
  Driver,
  DriverConnection,
  DriverStatement,
  RunOptions,
} from '../dialect/contract/driver.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import type { BeginOptions, Dialect, ErrorContext, IsolationLevel } from '../dialect/dialect.ts'
import { ArgumentError, type StatementError } from '../errors.ts'
import { Executable } from '../expression/base/executable.ts'
import {
  EXECUTION_KEYS,
  type ExecutionOptions,
  type StatementExecutionOptions,
} from '../expression/base/execution-options.ts'
import type { ConnectionSource, Pool } from '../pool/pool.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { LONGEST_TIMER_MS } from '../pool/wait-queue.ts'
import { isUnawaited } from '../show.ts'
import { tellCaller } from './caller.ts'
import type { CompiledCache } from './compiled-cache.ts'
import type { Observer, Origins } from './observer.ts'
import {
  type BeginOptionsOfConnection,
  type ConnectionExecutionOptions,
  checkExecuteOptions,
  type ExecuteOptions,
} from './options.ts'
import { RawStatements } from './raw-statements.ts'
import type { Standby, Standbys } from './standbys.ts'
import { shownFor, verdictOn } from './verdict.ts'

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly dialect: Dialect
  readonly driver: Driver
  /** What opens connections, the pool's and others, as listeners of `doConnect` want it. */
  readonly connector: ConnectionSource
  readonly pool: Pool
  readonly cache: CompiledCache
  readonly observer: Observer
  readonly hideParameters: boolean
  /** Null where there are none. */
  readonly standbys: Standbys | null
}

/** What runtimes of one engine share, whatever their options. */
class Shared {
  readonly raw: RawStatements = new RawStatements()
  readonly begins: Map<string, Command> = new Map()
  /** What the server was found to do where nobody says otherwise. */
  defaultIsolationLevel: IsolationLevel | null = null
}

/** How a flight is spoken to a driver's connection, where it is not a plain batch: a cursor, a COPY. */
export interface Way {
  run(
    connection: DriverConnection,
    commands: readonly Command[],
    options: RunOptions | undefined,
  ): Promise<CommandResult[]>
  /** Whether a further page of a stream is fetched: observers were told of the statement before. */
  readonly isPage?: boolean
}

/** What all connections of one engine share, and the options that they run with. */
export class Runtime {
  readonly dialect: Dialect
  readonly driver: Driver
  readonly pool: Pool
  readonly cache: CompiledCache
  readonly observer: Observer
  /** Those of the engine, overridden by those of a connection. */
  readonly options: ConnectionExecutionOptions
  readonly raw: RawStatements
  readonly shared: Shared
  readonly #parts: RuntimeParts
  readonly #timeoutMs: number | null
  readonly #loggingToken: string | null
  /** Null for plain batches. */
  #way: Way | null = null
  #begin: Command | null | undefined = undefined
  /** This, with options of statements below its own. */
  #behind: WeakMap<StatementExecutionOptions, Runtime> | null = null

  constructor(parts: RuntimeParts, options: ConnectionExecutionOptions = NO_OPTIONS, shared: Shared = new Shared()) {
    this.#parts = parts
    this.dialect = parts.dialect
    this.driver = parts.driver
    this.pool = parts.pool
    this.observer = parts.observer
    this.options = options
    this.shared = shared
    this.raw = shared.raw
    this.cache = cacheFor(parts.cache, options)
    this.#timeoutMs = timeoutOf(options)
    this.#loggingToken = options.loggingToken ?? null
  }

  /** The same with other options; those given win. */
  with(options: ConnectionExecutionOptions): Runtime {
    return new Runtime(this.#parts, mergeOptions(this.options, options), this.shared)
  }

  /** Those that what goes to a standby is sent to; null where it goes to the primary. */
  get standbys(): Standbys | null {
    const { standbys } = this.#parts
    if (standbys === null) return null
    const { server, readOnly, isolationLevel } = this.options
    // A standby cannot take part in putting transactions in an order.
    const elsewhere =
      server === undefined ? readOnly === true && isolationLevel !== 'SERIALIZABLE' : server === 'standby'
    return elsewhere ? standbys : null
  }

  /** What opens connections. */
  get connector(): ConnectionSource {
    return this.#parts.connector
  }

  /** Whether there is a choice of servers. */
  get hasStandbys(): boolean {
    return this.#parts.standbys !== null
  }

  /** All standbys of the engine. */
  get allStandbys(): Standbys | null {
    return this.#parts.standbys
  }

  /** The same on a standby. */
  at({ pool, driver }: Standby): Runtime {
    return new Runtime({ ...this.#parts, pool, driver }, this.options, this.shared)
  }

  /** The same with another way to speak. */
  by(way: Way): Runtime {
    const runtime = new Runtime(this.#parts, this.options, this.shared)
    runtime.#way = way
    return runtime
  }

  /**
   * What one execution runs with: itself, unless the statement or the call has options.
   *
   * @throws ArgumentError an option of the call is unknown or cannot be.
   */
  for(statement: unknown, call: ExecuteOptions | undefined): Runtime {
    let runtime: Runtime = this
    if (statement instanceof Executable) {
      const own = statement.executionOptionsOf
      for (const _ in own) {
        runtime = this.#behindOf(own)
        break
      }
    }
    return call === undefined ? runtime : runtime.#called(call)
  }

  /**
   * As {@link for}, for an execution that gives all rows at once.
   *
   * @throws ArgumentError the statement or the call wants them in portions.
   */
  forAll(statement: unknown, call: ExecuteOptions | undefined): Runtime {
    const runtime = this.for(statement, call)
    if (runtime !== this) refusePortions(statement, call)
    return runtime
  }

  #behindOf(own: StatementExecutionOptions): Runtime {
    this.#behind ??= new WeakMap()
    let runtime = this.#behind.get(own)
    if (runtime === undefined) {
      const known = Object.entries(own).filter(([key]) => (EXECUTION_KEYS as readonly string[]).includes(key))
      runtime =
        known.length === 0
          ? this
          : new Runtime(this.#parts, mergeOptions(Object.fromEntries(known), this.options), this.shared)
      this.#behind.set(own, runtime)
    }
    return runtime
  }

  #called(call: ExecuteOptions): Runtime {
    let others = false
    for (const key in call) if (key !== 'signal') others = true
    const { signal: given } = call
    if (!others && !isUnawaited(call) && (given === undefined || given instanceof AbortSignal)) return this
    // A signal that is none would fail with the connection in hand.
    checkExecuteOptions('execute()', call)
    if (!others) return this
    const { signal: _, ...options } = call
    return this.with(options)
  }

  /** Whether a transaction must be begun for a statement to run as the options want it. */
  get needsTransaction(): boolean {
    const { isolationLevel, readOnly, deferrable } = this.options
    return (isolationLevel !== undefined && isolationLevel !== 'AUTOCOMMIT') || readOnly === true || deferrable === true
  }

  /**
   * The command that begins a transaction; null where none is begun.
   *
   * @throws ArgumentError what only a transaction can be is asked of AUTOCOMMIT.
   */
  beginCommand(options: BeginOptionsOfConnection = NO_OPTIONS): Command | null {
    if (options !== NO_OPTIONS) return this.#makeBegin(mergeOptions(this.options, options))
    if (this.#begin === undefined) this.#begin = this.#makeBegin(this.options)
    return this.#begin
  }

  #makeBegin({ isolationLevel, readOnly, deferrable }: BeginOptionsOfConnection): Command | null {
    if (isolationLevel === 'AUTOCOMMIT') {
      if (readOnly !== undefined || deferrable !== undefined)
        throw new ArgumentError(
          'readOnly and deferrable belong to transactions, and AUTOCOMMIT begins none: name an isolation level, such as READ COMMITTED',
        )
      return null
    }
    const options: BeginOptions = {
      ...(isolationLevel === undefined ? {} : { isolationLevel }),
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(deferrable === undefined ? {} : { deferrable }),
    }
    const sql = this.dialect.beginStatement(options)
    const { begins } = this.shared
    let command = begins.get(sql)
    if (command === undefined) {
      command = controlCommand(sql, true)
      begins.set(sql, command)
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
    if (this.#timeoutMs !== null)
      return this.#sendInTime(this.#timeoutMs, slot, commands, first, count, origins, signal)
    return this.#send(slot, commands, first, count, origins, signal)
  }

  #send(
    slot: PooledConnection,
    commands: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    signal: AbortSignal | undefined,
  ): Promise<CommandResult[]> {
    const { observer } = this
    const options = slot.unproven ? probing(slot, signal) : signal === undefined ? undefined : { signal }
    const way = this.#way
    const speaker = way === null ? slot.connection : speakerOf(slot.connection, way)
    if (!observer.active) return speaker.run(commands, options)
    if (way?.isPage === true) return observer.flyPage(speaker, commands, this.#loggingToken, options)
    return observer.fly(speaker, commands, first, count, origins, this.#loggingToken, options)
  }

  async #sendInTime(
    timeoutMs: number,
    slot: PooledConnection,
    commands: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    signal: AbortSignal | undefined,
  ): Promise<CommandResult[]> {
    const limit = new LinkedAbort(signal)
    limit.after(timeoutMs, () => new TimeLimit(timeoutMs))
    try {
      return await this.#send(slot, commands, first, count, origins, limit.signal)
    } finally {
      limit.release()
    }
  }

  /** Tells observers of commands of the engine's own that are sent by other means. */
  tell(commands: readonly Command[]): void {
    if (this.observer.active) this.observer.sending(commands, 0, commands.length, 'transaction', this.#loggingToken)
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
    const verdict = verdictOn(error)
    if (verdict !== undefined) return verdict.error
    if (error.canceled && signal?.aborted) return signal.reason
    const index = error.commandIndex ?? first
    const command = commands[Math.min(index, commands.length - 1)]
    const context: ErrorContext = {
      statement: command?.statement.sql ?? null,
      parameters: command?.parameters ?? null,
      hideParameters: this.#parts.hideParameters,
    }
    const wrapped: StatementError =
      shownFor(error) ??
      (error.canceled && error.cause instanceof TimeLimit
        ? timedOut(error, error.cause, context)
        : this.dialect.wrapError(error, context))
    tellCaller(wrapped, this.wrap)
    wrapped.flightIndex = index >= first && index < first + count ? index - first : null
    return wrapped
  }
}

/** Why a flight was canceled: its own limit. */
class TimeLimit {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

function timedOut(error: DriverError, { ms }: TimeLimit, context: ErrorContext): StatementTimeout {
  return new StatementTimeout(`The statement was canceled after ${ms} ms (timeoutMs)\n[SQL: ${context.statement}]`, {
    ...context,
    cause: error,
    sqlState: error.fields?.sqlState ?? null,
    connectionInvalidated: error.disconnected,
  })
}

const NO_OPTIONS: ConnectionExecutionOptions = {}

function timeoutOf({ timeoutMs }: ExecutionOptions): number | null {
  return timeoutMs === undefined || timeoutMs > LONGEST_TIMER_MS ? null : timeoutMs
}

function refusePortions(statement: unknown, call: ExecuteOptions | undefined): void {
  const own = statement instanceof Executable ? statement.executionOptionsOf.yieldPer : undefined
  if ((call?.yieldPer ?? own) === undefined) return
  throw new ArgumentError(
    'yieldPer lets rows travel in portions, and execute() reads all of them before it gives any: use stream() of the session, connection or engine (session.stream(statement, parameters, { yieldPer: 100 })), or partitions(100) of the result for portions of what is in memory',
  )
}

function cacheFor(cache: CompiledCache, { schemaTranslateMap, compiledCache }: ExecutionOptions): CompiledCache {
  const translated = schemaTranslateMap === undefined ? cache : cache.translated(schemaTranslateMap)
  return compiledCache === null ? translated.unkept() : translated
}

/** Options with others over them; what is undefined is not given. */
export function mergeOptions<O extends object>(under: O, over: O): O {
  const given = Object.entries(over).filter(([, value]) => value !== undefined)
  return given.length === 0 ? under : { ...under, ...Object.fromEntries(given) }
}

/** What runs flights, and whose they are. */
export type Speaker = Pick<DriverConnection, 'run' | 'processId'>

function speakerOf(connection: DriverConnection, way: Way): Speaker {
  return {
    run: (commands, options) => way.run(connection, commands, options),
    get processId() {
      return connection.processId
    },
  }
}

/** Nobody knows whether the connection lives: its first flight asks. */
function probing(slot: PooledConnection, signal: AbortSignal | undefined): RunOptions {
  slot.unproven = false
  return signal === undefined ? { probe: true } : { probe: true, signal }
}

/** A command of the engine's own that takes no parameters. */
export function controlCommand(sql: string, prepare: boolean): Command {
  const statement: DriverStatement = { sql, parameters: [], columns: null, prepare }
  return { statement, parameters: [] }
}
