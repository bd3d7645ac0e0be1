// `Engine`: one database, its pool of connections and its compiled statements.
import { type Command, type CommandResult, DriverError } from '../dialect/contract/driver.ts'
import type { Dialect } from '../dialect/dialect.ts'
import type { URL } from '../dialect/url.ts'
import { ArgumentError, InvalidRequestError } from '../errors.ts'
import type { EventListener, Unlisten } from '../events.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { RunDdlOptions, SchemaBind } from '../expression/schema/bind.ts'
import type { DdlPlan } from '../expression/schema/ddl/plan.ts'
import type { Reflector, ReflectRequest } from '../expression/schema/reflector.ts'
import { inspects } from '../inspect.ts'
import { checkKeys, quoteName, suggestion } from '../nearest.ts'
import { type PoolMoments, poolEvents } from '../pool/events.ts'
import { checkDisposeOptions } from '../pool/options.ts'
import type { DisposeOptions, PoolStatus } from '../pool/pool.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { withCaller } from './caller.ts'
import type { CatalogSource } from './catalogs.ts'
import type { EngineIdentity } from './channels.ts'
import type { CacheStatistics } from './compiled-cache.ts'
import { Connection } from './connection.ts'
import { runDdl } from './ddl.ts'
import type { EngineCore } from './engine-core.ts'
import type { EnginePool } from './engine-pool.ts'
import { ENGINE_EVENTS, type EngineMoments, type Hub, tellInPassing } from './events.ts'
import { Execution, type ExecutionRunner, type PreparedExecution, prepareExecution, resultOf } from './execution.ts'
import { isShared } from './flight-lanes.ts'
import { Inspector } from './inspector.ts'
import { Listener, type ListenOptions, type ListenSource, NOTIFY } from './listen.ts'
import { checkNotifications, openListening } from './listen-session.ts'
import type { StatementListener } from './observer.ts'
import {
  type ConnectionExecutionOptions,
  type ConnectOptions,
  checkConnectionOptions,
  checkConnectOptions,
  checkExecuteOptions,
  type ExecuteOptions,
  type ServerChoice,
} from './options.ts'
import { runsElsewhere } from './outcome.ts'
import type { ExecuteParameters, NamedParameters } from './parameters.ts'
import { RawConnection } from './raw-connection.ts'
import type { PendingResult } from './result/pending-result.ts'
import type { Result } from './result/result.ts'
import { StreamResult } from './result/stream-result.ts'
import { type Attempt, type RunOptions, replay, retryPolicy } from './retry.ts'
import { mergeOptions, type Runtime } from './runtime.ts'
import type { SqlTagSource } from './sql-comment.ts'
import type { ReplicaStatus } from './standbys.ts'
import { AheadStream, type OwnStream } from './stream.ts'
import type { StreamRequest } from './stream-source.ts'
import type { ExecutionTrace, Tracer } from './trace.ts'
import { refusePromise } from './work.ts'

/** How an engine is doing. */
export interface EngineStatistics {
  readonly pool: PoolStatus
  readonly cache: CacheStatistics
}

/** A statement as a database is sent it. */
export interface CompiledStatement {
  readonly sql: string
  /** The values of `$1`, `$2`, ... */
  readonly parameters: readonly unknown[]
}

const NO_OPTIONS: ConnectOptions = {}

const NO_RESULTS: readonly CommandResult[] = []
const NO_CACHE_YET: CacheStatistics = { hits: 0, misses: 0, uncacheable: 0, size: 0 }

/**
 * A database, as programs see it: a pool of connections and a cache of compiled statements. {@link createEngine} makes it;
 * nothing is connected before it is used. A program has one for each database, and disposes it at its end.
 *
 * @example
 * await using engine = createEngine('postgresql://scott:tiger@localhost/shop')
 */
export class Engine implements ExecutionRunner, SchemaBind, Reflector, CatalogSource {
  /** Declared only. */
  declare readonly '~inspection': Inspector
  static {
    inspects(this, (engine) => new Inspector(engine))
  }
  readonly #core: EngineCore
  readonly #options: ConnectionExecutionOptions
  #runtime: Runtime | null

  /** @internal @param options of all that runs on this engine. */
  constructor(core: EngineCore, options: ConnectionExecutionOptions) {
    this.#core = core
    this.#options = options
    this.#runtime = core.runtime?.with(options) ?? null
  }

  /** Where the database is; its text shows no password. */
  get url(): URL {
    return this.#core.url
  }

  /**
   * A view of this engine whose connections and statements run with options, over the engine's own; pool, dialect, compiled
   * statements and listeners are shared, and disposing of either disposes of both.
   *
   * @throws ArgumentError an option is unknown or cannot be.
   * @example
   * const reports = engine.executionOptions({ isolationLevel: 'REPEATABLE READ', readOnly: true, timeoutMs: 60_000 })
   */
  executionOptions(options: ConnectionExecutionOptions): Engine {
    checkConnectionOptions('executionOptions()', options)
    const view = new Engine(this.#core, mergeOptions(this.#options, options))
    tellInPassing(this.#core.observer.hub, 'setEngineExecutionOptions', { target: view, options: { ...options } })
    return view
  }

  /** The options of all that runs on this engine. */
  getExecutionOptions(): ConnectionExecutionOptions {
    return this.#options
  }

  /**
   * The dialect.
   *
   * @throws InvalidRequestError its code is not loaded yet: `await engine.ready()` loads it.
   */
  get dialect(): Dialect {
    if (this.#runtime === null)
      throw new InvalidRequestError(
        `The dialect of ${this.url} is not loaded yet: import it, or await engine.ready(), before asking for it`,
      )
    return this.#runtime.dialect
  }

  /** Loads the dialect's code where that is still to be done. Connects nothing. */
  async ready(): Promise<void> {
    await this.#ready()
  }

  /**
   * Runs one statement by itself and commits it: no transaction is begun, all happens in one flight.
   *
   * @param parameters values by name, or a list of such objects: the statement is run with each of them, all or none.
   * For SQL given as a string a list of values for `$1`, `$2`, ...
   * @throws DBAPIError the database refused, as the class of its SQLSTATE.
   * @throws TimeoutError no connection became free in time.
   * @example
   * await engine.execute('SELECT version()').scalarOne()
   * await engine.execute(text('INSERT INTO customers (name) VALUES (:name)'), { name: 'leo' })
   */
  execute<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: ExecuteParameters | null,
    options?: ExecuteOptions,
  ): PendingResult<Row, Tuple>
  execute(
    sql: string,
    values?: readonly unknown[] | null,
    options?: ExecuteOptions,
  ): PendingResult<Record<string, unknown>, unknown[]>
  execute(statement: Executable | string, parameters?: unknown, options?: ExecuteOptions): PendingResult {
    return new Execution(this, statement, parameters, options)
  }

  /**
   * The rows of a statement as the database gives them, `yieldPer` at a time: never all in memory. They come from a connection of
   * their own, in a transaction that only reads, which ends with the last row or when the loop is left; the next rows are fetched
   * while these are read.
   *
   * @param options `yieldPer` is how many rows travel in one flight. Default 1000.
   * @throws what {@link execute} throws, when rows are read.
   * @throws InvalidRequestError the database has no cursors; when rows are read.
   * @example
   * for await (const { id, name } of engine.stream(select(users.c.id, users.c.name))) console.log(id, name)
   * // BEGIN READ ONLY; SELECT users.id, users.name FROM users (one flight)
   */
  stream<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: NamedParameters | null,
    options?: ExecuteOptions,
  ): StreamResult<Row, Tuple>
  stream(
    sql: string,
    values?: readonly unknown[] | null,
    options?: ExecuteOptions,
  ): StreamResult<Record<string, unknown>, unknown[]>
  stream(statement: Executable | string, parameters?: unknown, options: ExecuteOptions = {}): StreamResult {
    return new StreamResult(
      new AheadStream((leaving) => {
        checkExecuteOptions('stream()', options)
        if (options.signal !== undefined) leaving.link(options.signal)
        return this.#openStream({ statement, parameters, options: { ...options, signal: leaving.signal } })
      }),
    )
  }

  /**
   * What a statement comes to in this engine's database: the SQL and the values of its placeholders, by the compiled cache, as an
   * execution does it. Sends nothing.
   *
   * @throws CompileError the statement has no spelling in this dialect.
   * @throws StatementError its parameters do not fit.
   * @throws InvalidRequestError the dialect's code is not loaded yet: `await engine.ready()` loads it.
   * @example
   * engine.compile(select(users.c.name).where(users.c.id.eq(5)))
   * // { sql: 'SELECT users.name \nFROM users \nWHERE users.id = $1::INTEGER', parameters: [5] }
   */
  compile(statement: Executable, parameters: NamedParameters | null = null): CompiledStatement {
    if (this.#runtime === null)
      throw new InvalidRequestError(
        `The dialect of ${this.url} is not loaded yet: await engine.ready() before engine.compile()`,
      )
    const { commands, complete } = prepareExecution(this.#runtime, statement, parameters)
    if (complete !== undefined)
      throw new InvalidRequestError(
        'engine.compile() does not wait, and a default of this statement is asynchronous: give the column a value',
      )
    const command = commands[0]
    return { sql: command?.statement.sql ?? '', parameters: command?.parameters ?? [] }
  }

  /**
   * Borrows a connection; close it, or declare it with `await using`.
   *
   * @throws TimeoutError none became free in time.
   * @throws OperationalError the database cannot be reached, or refuses.
   */
  async connect(options: ConnectOptions = NO_OPTIONS): Promise<Connection> {
    if (options !== NO_OPTIONS) checkConnectOptions('connect()', options)
    const own = this.#runtime ?? (await this.#ready())
    const { signal, ...execution } = options
    const wanted = options === NO_OPTIONS ? own : own.with(execution)
    // What cannot be together is told here, not by the first statement.
    if (wanted !== own) wanted.beginCommand()
    if (wanted.standbys === null) return this.#connected(wanted, await this.#core.checkout(wanted, signal))
    const { runtime, slot } = await this.#core.borrow(wanted, signal)
    return this.#connected(runtime, slot)
  }

  #connected(runtime: Runtime, slot: PooledConnection): Connection | Promise<Connection> {
    const connection = new Connection(runtime, slot)
    const { hub } = this.#core.observer
    return hub.has('engineConnect') ? tellConnected(hub, connection) : connection
  }

  /**
   * Runs a function in a transaction on a connection of its own: commits when it has succeeded, rolls back when it has failed.
   * Where it returns a statement that was not awaited, COMMIT travels with that. Without a function, gives a connection that
   * has begun a transaction, which rolls back what was not committed when it is closed.
   *
   * @example
   * await engine.begin((conn) => conn.execute(insert(users).values({ name: 'ed' })))   // BEGIN, INSERT, COMMIT in one flight
   */
  begin(options?: ConnectOptions): Promise<Connection>
  begin<T>(work: (connection: Connection) => T | PromiseLike<T>, options?: ConnectOptions): Promise<T>
  begin<T>(
    first?: ConnectOptions | ((connection: Connection) => T | PromiseLike<T>),
    second?: ConnectOptions,
  ): Promise<Connection | T> {
    refusePromise('engine.begin', first)
    return typeof first === 'function' ? this.#inTransaction(first, second) : this.#beginOnly(first)
  }

  /**
   * Borrows a connection as its driver has it; see {@link RawConnection} for what is promised. Close it, or declare it with `await using`.
   *
   * @throws what {@link connect} throws.
   */
  async raw(options: Pick<ConnectOptions, 'signal' | 'server'> = {}): Promise<RawConnection> {
    checkKeys('raw()', options, ['signal', 'server'])
    const { signal, ...choice } = options
    const own = (this.#runtime ?? (await this.#ready())).with(choice)
    const { runtime, slot } = await this.#core.borrowLiving(own, signal)
    return new RawConnection(runtime, slot)
  }

  /**
   * As {@link begin} with a function, and runs it again where the database could not put concurrent transactions in an order (40001),
   * where they waited for each other in a circle (40P01), or where the connection was lost before anything was sent. The function is
   * called anew each time, in a new transaction: what it does beside the database it does again. A COMMIT of which nobody knows
   * whether it arrived is never repeated.
   *
   * @throws CommitOutcomeUnknown the connection was lost while COMMIT was on its way.
   * @throws what the last attempt failed with.
   * @example
   * await engine.run(
   *   async (conn) => {
   *     const age = await conn.execute(select(users.c.age).where(users.c.id.eq(1))).scalarOne()
   *     await conn.execute(update(users).values({ age: (age ?? 0) + 1 }).where(users.c.id.eq(1)))
   *   },
   *   { isolationLevel: 'SERIALIZABLE', retry: { attempts: 10, deadlineMs: 5_000 } },
   * )
   */
  async run<T>(work: (connection: Connection) => T | PromiseLike<T>, options: RunOptions = {}): Promise<T> {
    if (typeof work !== 'function')
      throw new ArgumentError('engine.run() takes a function: engine.run(async (conn) => { ... })')
    const { retry, ...connecting } = options
    const policy = retryPolicy(retry)
    if ((connecting.isolationLevel ?? this.#options.isolationLevel) === 'AUTOCOMMIT')
      throw new ArgumentError(
        'engine.run() runs a transaction again, and AUTOCOMMIT begins none: name an isolation level',
      )
    return replay((attempt) => this.#inTransaction(work, connecting, attempt), policy, connecting.signal)
  }

  /**
   * Closes the connections at rest, now, and those lent when they come back; until then they keep the process running. With
   * `timeoutMs` it waits for those, and cuts them when the time is up; what was detached is its holder's, who closes it. The engine cannot be used afterwards.
   * Calling it again does nothing more, apart from a deadline of its own.
   *
   * @throws ArgumentError an option is unknown or cannot be; nothing is closed then.
   * @example
   * await engine.dispose({ timeoutMs: 5_000 })
   */
  dispose(options: DisposeOptions = {}): Promise<void> {
    checkDisposeOptions(options)
    return this.#core.dispose(options, this)
  }

  /**
   * Tells a listener of what happens on this engine, its views and its connections, and in its pool. A promise that it returns is
   * waited for. `beforeExecute` and `beforeCursorExecute` take what listeners return in place of what they were told of.
   * SQLAlchemy: ConnectionEvents, PoolEvents.
   *
   * @returns what ends it.
   * @throws ArgumentError there is no such event.
   * @example
   * engine.on('beforeCursorExecute', ({ sql, parameters }) => console.log(sql, parameters))
   */
  on<Name extends keyof EngineEvents>(name: Name, listener: EventListener<EngineEvents[Name]>): Unlisten {
    const { hub, events } = { hub: this.#core.observer.hub, events: this.#core.pool.events }
    if ((ENGINE_EVENTS as readonly string[]).includes(name)) return hub.on(name as never, listener as never)
    if ((POOL_EVENTS as readonly string[]).includes(name)) return events.on(name as never, listener as never)
    throw new ArgumentError(
      `An engine has no event ${quoteName(name)}${suggestion(name, [...ENGINE_EVENTS, ...POOL_EVENTS])}`,
    )
  }

  /** @internal Runs every execution within a tracer. @returns what ends it. */
  trace(tracer: Tracer): () => void {
    return this.#core.observer.trace(tracer)
  }

  /** @internal Tags of the comments behind all SQL. @returns what ends it. */
  comment(tags: SqlTagSource): () => void {
    return this.#core.observer.commenter.add(tags)
  }

  /** @internal */
  get identity(): EngineIdentity {
    return this.#core.observer.engine
  }

  /** The engine's connections as a whole: events, counters. */
  get pool(): EnginePool {
    return this.#core.pool
  }

  /**
   * Opens connections ahead of need, so that a wrong password is found out at the start and the first statements do not wait.
   *
   * @param count how many are to be open then, at most `poolSize`. Default: `poolMinimum`, at least 1.
   * @throws OperationalError the database cannot be reached, or refuses.
   */
  warmUp(count?: number): Promise<void> {
    return this.#core.warmUp(count)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** Counters of the pool and the compiled cache. */
  stats(): EngineStatistics {
    return { pool: this.pool.status(), cache: this.#runtime?.cache.statistics() ?? NO_CACHE_YET }
  }

  /** How the standbys given as `replicas` are doing, in the order in which they were given. */
  replicas(): ReplicaStatus[] {
    return this.#runtime?.allStandbys?.status() ?? []
  }

  /** Forgets all compiled statements. */
  clearCompiledCache(): void {
    this.#runtime?.cache.clear()
  }

  /**
   * Hears what NOTIFY sends to channels, on a session of its own outside of the pool. Where that is lost it is opened again, and a
   * `gap` tells that notifications may be missing. Ends when it is closed, or with the engine.
   *
   * @throws ArgumentError no channel, or an option is unknown or cannot be.
   * @throws what {@link Listener.ready} throws, when it is read.
   * @example
   * for await (const event of engine.listen('orders')) if (event.kind === 'notification') console.log(event.payload)   // LISTEN orders
   */
  listen(channels: string | readonly string[], options: ListenOptions = {}): Listener {
    const open = async (signal: AbortSignal): ReturnType<ListenSource['open']> => {
      return await openListening(await this.#ready(), signal)
    }
    const listeners = this.#core.listeners
    const listener = new Listener({ open }, channels, options, (ended) => listeners.delete(ended))
    if (!listener.closed) listeners.add(listener)
    return listener
  }

  /**
   * Sends a notification to a channel. In a transaction use {@link Connection.notify}: it is sent with COMMIT.
   *
   * @param payload less than 8000 bytes. Default: empty.
   * @throws InvalidRequestError the database has no notifications.
   * @example
   * await engine.notify('orders', '17')   // SELECT pg_notify($1, $2)
   */
  async notify(channel: string, payload: string = ''): Promise<void> {
    checkNotifications(this.#runtime ?? (await this.#ready()))
    await this.execute(NOTIFY, [channel, payload])
  }

  /** @internal Tells a listener of each command before it is sent. @returns what ends it. */
  onStatement(listener: StatementListener): () => void {
    return this.#core.observer.listen(listener)
  }

  /** @internal */
  async withCatalog<T>(
    work: (connection: Connection, commit: boolean) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    await using connection = await this.connect(signal === undefined ? {} : { signal })
    return await work(connection, true)
  }

  /** @internal Called by `metadata.reflect()` and `Table.reflect()`. */
  reflectTables(registry: object, request: ReflectRequest): Promise<readonly object[]> {
    return new Inspector(this).reflectTables(registry, request)
  }

  /** @internal Runs a plan of DDL in a transaction of its own; called by `metadata.createAll()`. */
  async runDdl(plan: DdlPlan, options: RunDdlOptions): Promise<void> {
    const { signal } = options
    await using connection = await this.connect(signal === undefined ? {} : { signal })
    await runDdl(connection, plan, options, true)
  }

  /** @internal */
  async runExecution(execution: Execution): Promise<Result> {
    const runtime = this.#runtime ?? (await this.#ready())
    if (runtime.needsTransaction) return this.#runIsolated(execution)
    if (runtime.hasStandbys && runtime.for(execution.statement, execution.options).standbys !== null)
      return this.#runConnected(execution, 'standby')
    const { observer } = this.#core
    if (!observer.watching) return this.#run(runtime, execution, null, 1)
    // Listeners are told of a Connection.
    if (observer.hub.any) return this.#runConnected(execution)
    return observer.watch(execution.statement, (trace) => this.#run(runtime, execution, trace, 1))
  }

  async #run(runtime: Runtime, execution: Execution, trace: ExecutionTrace | null, attempt: number): Promise<Result> {
    const { statement, parameters, options, objects } = execution
    const signal = options?.signal
    let own: Runtime
    let prepared: PreparedExecution
    try {
      own = runtime.forAll(statement, options)
      const begun = prepareExecution(own, statement, parameters, objects)
      prepared = begun.complete === undefined ? begun : await begun.complete()
    } catch (error) {
      throw await withCaller(error)
    }
    const { commands, origin } = prepared
    trace?.compiled(commands)
    const shared = this.#core.sharedFlights(runtime)
    const slot = shared !== null && isShared(statement, commands) ? null : await this.#core.checkout(own, signal)
    trace?.checkedOut()
    let results: readonly CommandResult[]
    let dead = false
    try {
      const flight =
        slot === null
          ? shared?.send(own, commands, origin, signal)
          : own.send(slot, commands, 0, commands.length, origin, signal)
      results = (await flight) ?? NO_RESULTS
    } catch (error) {
      dead = runsElsewhere(error, attempt)
      results = dead ? NO_RESULTS : failed(own, error, commands, signal)
      if (dead) runtime.pool.failed(error as DriverError)
    } finally {
      const reset = slot === null ? undefined : runtime.pool.checkin(slot)
      if (reset !== undefined) await reset
    }
    if (dead) return this.#run(runtime, execution, trace, attempt + 1)
    trace?.arrived(results)
    return resultOf(prepared, results, statement)
  }

  async #runConnected(execution: Execution, server: ServerChoice = 'primary'): Promise<Result> {
    const { signal } = execution.options ?? {}
    const options: ConnectOptions = { isolationLevel: 'AUTOCOMMIT', server }
    await using connection = await this.connect(signal === undefined ? options : { ...options, signal })
    return await connection.runExecution(execution)
  }

  /** A statement alone obeys the engine's isolation level only inside of a transaction that names it. */
  #runIsolated({ statement, parameters, options }: Execution): Promise<Result> {
    const { server, ...own } = options ?? {}
    const { signal } = own
    const connecting = { ...(signal === undefined ? {} : { signal }), ...(server === undefined ? {} : { server }) }
    return this.begin((connection) => connection.execute(statement as never, parameters as never, own), connecting)
  }

  async #inTransaction<T>(
    work: (connection: Connection) => T | PromiseLike<T>,
    options?: ConnectOptions,
    attempt?: Attempt,
  ): Promise<T> {
    const connection = await this.connect(options)
    try {
      return await connection.begin(work)
    } finally {
      if (attempt !== undefined) attempt.sent = connection.hasSent
      await connection.close()
    }
  }

  async #openStream(request: StreamRequest): Promise<OwnStream> {
    const { server, ...options } = request.options ?? {}
    const { signal } = options
    const connecting = { ...(signal === undefined ? {} : { signal }), ...(server === undefined ? {} : { server }) }
    const connection = await this.connect(connecting)
    // A transaction that only reads: rows can be kept for later inside of one, and what would write is refused instead of rolled back.
    const level = connection.getExecutionOptions().isolationLevel
    try {
      connection.begin({
        readOnly: true,
        ...(level === 'AUTOCOMMIT' ? { isolationLevel: 'READ COMMITTED' as const } : {}),
      })
    } catch (error) {
      await connection.close()
      throw error
    }
    return { connection, pages: connection.pagesOf({ ...request, options }) }
  }

  async #beginOnly(options?: ConnectOptions): Promise<Connection> {
    const connection = await this.connect(options)
    connection.begin()
    return connection
  }

  async #ready(): Promise<Runtime> {
    const shared = await this.#core.ready()
    this.#runtime ??= shared.with(this.#options)
    return this.#runtime
  }
}

/** The events of an engine: its own, those of its connections, those of its pool. */
export type EngineEvents = EngineMoments<Connection, Engine> & PoolMoments

const POOL_EVENTS = poolEvents().names

async function tellConnected(hub: Hub, connection: Connection): Promise<Connection> {
  try {
    await hub.emit('engineConnect', { connection })
  } catch (error) {
    await connection.close()
    throw error
  }
  return connection
}

function failed(
  runtime: Runtime,
  error: unknown,
  commands: readonly Command[],
  signal: AbortSignal | undefined,
): readonly CommandResult[] {
  if (error instanceof DriverError) {
    if (error.completed) return error.results
    runtime.pool.failed(error)
  }
  throw runtime.wrap(error, commands, 0, commands.length, signal)
}
