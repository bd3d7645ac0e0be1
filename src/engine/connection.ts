// `Connection`: one borrowed connection and its transaction, as users see them.
import type { CommandResult, DriverConnection } from '../dialect/contract/driver.ts'
import type { Dialect, IsolationLevel } from '../dialect/dialect.ts'
import { ArgumentError, InvalidRequestError } from '../errors.ts'
import type { EventListener, Unlisten } from '../events.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { RunDdlOptions, SchemaBind } from '../expression/schema/bind.ts'
import type { DdlPlan } from '../expression/schema/ddl/plan.ts'
import type { Reflector, ReflectRequest } from '../expression/schema/reflector.ts'
import type { SchemaTranslateMap } from '../expression/schema/schema-map.ts'
import { inspects } from '../inspect.ts'
import { checkKeys } from '../nearest.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { withCaller } from './caller.ts'
import type { CatalogSource } from './catalogs.ts'
import type { Resolved } from './compiled-cache.ts'
import { runDdl } from './ddl.ts'
import { type EngineMoments, tellInPassing } from './events.ts'
import {
  completeExecution,
  Execution,
  type ExecutionRunner,
  type PreparedExecution,
  prepareExecution,
  resultOf,
} from './execution.ts'
import { type FlightItem, type FlightOptions, type FlightResult, flightResults, prepareFlight } from './flight.ts'
import { Inspector } from './inspector.ts'
import { Link } from './link.ts'
import {
  type BeginOptionsOfConnection,
  type CommitOptions,
  type ConnectionExecutionOptions,
  type ConnectionIsolationLevel,
  checkBeginOptions,
  checkCommitOptions,
  checkConnectionOptions,
  checkExecuteAllOptions,
  type ExecuteAllOptions,
  type ExecuteOptions,
} from './options.ts'
import { type ExecuteParameters, settleLate } from './parameters.ts'
import { Lazy, type PendingResult } from './result/pending-result.ts'
import type { Result } from './result/result.ts'
import { controlCommand, type Runtime } from './runtime.ts'
import { StreamingConnection } from './streaming-connection.ts'
import type { ExecutionTrace } from './trace.ts'
import type { Transaction, TwoPhaseTransaction } from './transaction.ts'
import { checkXid, randomXid, twoPhaseOf } from './two-phase.ts'
import { watchExecution, watchFlight } from './watch.ts'
import { checkWork, refusePromise } from './work.ts'

/** Options of {@link Connection.invalidate}. */
export interface InvalidateOptions {
  /** Let this Connection go on with it. Default false. */
  readonly soft?: boolean
}

/** The events of a connection: those of engines that are about connections. */
export type ConnectionMoments = Omit<
  EngineMoments<Connection, never>,
  'engineConnect' | 'engineDispose' | 'setEngineExecutionOptions' | 'doConnect' | 'slowStatement'
>

/** What each of several statements gives. */
export type ResultsOf<S extends readonly Executable[]> = {
  -readonly [K in keyof S]: S[K] extends Executable<infer Row, infer Tuple> ? Result<Row, Tuple> : never
}

/**
 * A connection borrowed from the engine's pool until {@link Connection.close}.
 *
 * The first statement begins a transaction by itself; BEGIN travels with it. `commit()` and `rollback()` end it, and the next
 * statement begins another. A connection runs one statement at a time.
 *
 * @example
 * await using conn = await engine.connect()
 * await conn.execute(insert(users).values({ name: 'ed' }))
 * await conn.commit()
 */
export class Connection extends StreamingConnection implements ExecutionRunner, SchemaBind, Reflector, CatalogSource {
  /** Declared only. */
  declare readonly '~inspection': Inspector
  static {
    inspects(this, (connection) => new Inspector(connection))
  }
  readonly #link: Link

  /** @internal */
  constructor(runtime: Runtime, slot: PooledConnection) {
    super()
    this.#link = new Link(runtime, slot, this)
  }

  /** @internal */
  protected get streamLink(): Link {
    return this.#link
  }

  /** How the database spells statements; `dialect.compile()` shows one. */
  get dialect(): Dialect {
    return this.#link.runtime.dialect
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#link.closed
  }

  /** Whether the connection to the database was lost or given up; the next transaction gets a new one. */
  get invalidated(): boolean {
    return this.#link.slot === null && !this.#link.closed
  }

  /** @internal Whether anything may have reached the server since the connection was borrowed. */
  get hasSent(): boolean {
    return this.#link.sent
  }

  /** @internal The driver's connection; null while there is none. */
  get driverConnection(): DriverConnection | null {
    return this.#link.slot?.connection ?? null
  }

  /**
   * Options of how this connection runs its transactions and statements from now on, over those of its engine.
   *
   * @returns this connection.
   * @throws ArgumentError an option is unknown or cannot be.
   * @throws InvalidRequestError isolationLevel, readOnly or deferrable after the transaction has begun.
   * @example
   * conn.executionOptions({ isolationLevel: 'REPEATABLE READ', timeoutMs: 5000 })
   */
  executionOptions(options: ConnectionExecutionOptions): this {
    this.#link.checkOpen()
    checkConnectionOptions('executionOptions()', options)
    this.#link.setOptions(options)
    tellInPassing(this.#link.hub, 'setConnectionExecutionOptions', { target: this, options: { ...options } })
    return this
  }

  /** The options that statements of this connection run with: the engine's, and its own over them. */
  getExecutionOptions(): ConnectionExecutionOptions {
    return this.#link.runtime.options
  }

  /**
   * Tells a listener of what happens on this connection, behind the engine's own listeners. A promise that it returns is waited
   * for. SQLAlchemy: ConnectionEvents.
   *
   * @returns what ends it.
   * @throws ArgumentError there is no such event.
   * @example
   * conn.on('beforeCursorExecute', ({ sql }) => ({ sql: `${sql} -- audited` }))
   */
  on<Name extends keyof ConnectionMoments>(name: Name, listener: EventListener<ConnectionMoments[Name]>): Unlisten {
    return this.#link.listen(name, listener)
  }

  /**
   * A statement to be run when the result is awaited.
   *
   * @param parameters values by name, or a list of such objects: the statement is run with each of them, in one flight.
   * For SQL given as a string a list of values for `$1`, `$2`, ...
   * @throws DBAPIError the database refused, as the class of its SQLSTATE.
   * @throws IllegalStateChangeError another statement is running on this connection.
   * @throws PendingRollbackError a statement of this transaction failed before.
   * @example
   * await conn.execute(select(users.c.name).where(users.c.id.eq(5))).scalarOne()
   * // SELECT users.name FROM users WHERE users.id = $1::INTEGER
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
    if (options?.server !== undefined)
      throw new ArgumentError(
        'execute() of a Connection has no option server: engine.connect({ server: ... }) chooses it',
      )
    return new Execution(this, statement, parameters, options)
  }

  /**
   * SQL as the driver takes it: {@link execute} of a string, which is refused to be anything else. SQLAlchemy: `Connection.exec_driver_sql()`.
   *
   * @param values of `$1`, `$2`, ...
   * @throws ArgumentError it is no string.
   * @throws what {@link execute} throws.
   * @example
   * await conn.execDriverSql('SELECT $1::int + 1', [41]).scalarOne()   // 42
   */
  execDriverSql(
    sql: string,
    values?: readonly unknown[] | null,
    options?: ExecuteOptions,
  ): PendingResult<Record<string, unknown>, unknown[]> {
    if (typeof sql !== 'string')
      throw new ArgumentError(
        'execDriverSql() takes SQL as a string: execute() takes statements, and text() values by name',
      )
    return this.execute(sql, values, options)
  }

  /**
   * Runs statements that do not need each other's results, in order and in one flight; nothing behind one that fails is run.
   * With `commit: true` COMMIT travels behind them; where one fails, nothing is committed.
   *
   * @returns what each gave, in order.
   * @throws ArgumentError an option is unknown, or the statements are no list.
   * @throws what {@link execute} throws.
   * @example
   * await conn.executeAll([insert(users).values({ name: 'ed' }), update(counters).values({ users: 1 }).all()], { commit: true })
   * // BEGIN; INSERT INTO users ...; UPDATE counters ...; COMMIT (one flight)
   */
  async executeAll<const S extends readonly Executable[]>(
    statements: S,
    options: ExecuteAllOptions = {},
  ): Promise<ResultsOf<S>> {
    checkExecuteAllOptions(options)
    if (!Array.isArray(statements)) throw new ArgumentError('executeAll() takes a list of statements')
    const { commit = false, signal } = options
    if (statements.length === 0) {
      if (commit) await this.#commit(signal)
      return [] as unknown as ResultsOf<S>
    }
    const link = this.#link
    const items = statements.map((statement) => ({ statement }))
    const rides = commit && this.#commitRides
    const results = link.watched
      ? await watchFlight(link, items, (own, trace) => this.#runAll(own, signal, rides, trace))
      : await this.#runAll(items, signal, rides, null)
    if (commit && !rides) await this.#commit(signal)
    return results as ResultsOf<S>
  }

  /** Listeners of what has run belong to the transaction: what they run is committed with it, and nothing is where they fail. */
  get #commitRides(): boolean {
    const { hub } = this.#link
    return !(hub.any && (hub.has('afterExecute') || hub.has('afterCursorExecute')))
  }

  async #runAll(
    items: readonly FlightItem[],
    signal: AbortSignal | undefined,
    commit: boolean,
    trace: ExecutionTrace | null,
  ): Promise<Result[]> {
    const { runtime } = this.#link
    let via = runtime
    const begun = items.map(({ statement, parameters }) => {
      const own = runtime.forAll(statement, undefined)
      if (own !== runtime) via = own
      return prepareExecution(own, statement, parameters ?? null)
    })
    const prepared = begun.some(({ complete }) => complete !== undefined)
      ? await Promise.all(begun.map(completeExecution))
      : begun
    const commands = prepared.flatMap((each) => each.commands)
    const origins = prepared.map(({ origin }) => origin)
    trace?.compiled(commands)
    const results = await this.#link.transmit(commands, origins, signal, commit, via)
    trace?.arrived(results)
    return prepared.map((each, index) =>
      resultOf(each, results.slice(index, index + 1), items[index]?.statement as Executable),
    )
  }

  /**
   * Begins a transaction; BEGIN is sent with its first statement. With a function, commits when that has succeeded and rolls
   * back when it has failed; where the function returns a statement that was not awaited, COMMIT travels with it.
   *
   * @throws InvalidRequestError a transaction has begun already, by `begin()` or by a statement.
   * @example
   * await conn.begin(async (conn) => { await conn.execute(insert(users).values({ name: 'ed' })) })
   */
  begin(options?: BeginOptionsOfConnection): Transaction
  begin<T>(work: (connection: Connection) => T | PromiseLike<T>, options?: BeginOptionsOfConnection): Promise<T>
  begin<T>(
    first?: BeginOptionsOfConnection | ((connection: Connection) => T | PromiseLike<T>),
    second?: BeginOptionsOfConnection,
  ): Transaction | Promise<T> {
    refusePromise('conn.begin', first)
    return typeof first === 'function' ? this.#runBlock(() => this.#begin(second), first) : this.#begin(first)
  }

  /**
   * Sets a savepoint, in a transaction that is begun if there is none. With a function, releases it when that has succeeded
   * and rolls back to it when it has failed.
   *
   * @example
   * await conn.beginNested(async (conn) => { await conn.execute(insert(users).values({ name: 'ed' })) })
   * // SAVEPOINT sa_savepoint_1 ... RELEASE SAVEPOINT sa_savepoint_1
   */
  beginNested(): Transaction
  beginNested<T>(work: (connection: Connection) => T | PromiseLike<T>): Promise<T>
  beginNested<T>(work?: (connection: Connection) => T | PromiseLike<T>): Transaction | Promise<T> {
    checkWork('conn.beginNested', work)
    return work === undefined ? this.#link.beginNested() : this.#runBlock(() => this.#link.beginNested(), work)
  }

  /**
   * Begins a transaction in two phases; BEGIN is sent with its first statement. Closing the connection rolls back what was not committed,
   * prepared or not.
   *
   * @param xid its name, unique in the whole server. Default: a random one.
   * @throws InvalidRequestError a transaction has begun already, or the database has no transactions in two phases.
   * @throws ArgumentError the name cannot be.
   */
  beginTwophase(xid: string = randomXid()): TwoPhaseTransaction {
    return this.#link.beginTwoPhase(checkXid(this.dialect, xid))
  }

  /** The names of all transactions of this database that are prepared and not ended, the oldest first. */
  async recoverTwophase(): Promise<string[]> {
    const { rows } = await this.#link.ask(controlCommand(twoPhaseOf(this.dialect).recover, true))
    return rows.map((row) => String(row[0]))
  }

  /**
   * Commits a prepared transaction, whoever prepared it.
   *
   * @throws ProgrammingError there is none of that name (42704).
   * @throws InvalidRequestError a transaction has begun on this connection.
   * @throws CommitOutcomeUnknown the connection was lost before the answer came: {@link recoverTwophase} of another tells.
   */
  async commitPrepared(xid: string): Promise<void> {
    await this.#link.endPrepared(checkXid(this.dialect, xid), true)
  }

  /** Rolls back a prepared transaction, whoever prepared it. Throws what {@link commitPrepared} throws. */
  async rollbackPrepared(xid: string): Promise<void> {
    await this.#link.endPrepared(checkXid(this.dialect, xid), false)
  }

  /**
   * The isolation level of the transaction, or of the one that begins next. Asks the server, unless an option says it and no transaction
   * runs.
   */
  async getIsolationLevel(): Promise<ConnectionIsolationLevel> {
    const { isolationLevel } = this.#link.runtime.options
    const { root, endsOnIdle } = this.#link.scope
    if (root === null ? isolationLevel === 'AUTOCOMMIT' : !endsOnIdle) return 'AUTOCOMMIT'
    if (root === null) return isolationLevel ?? (await this.defaultIsolationLevel())
    const query = this.dialect.transactions?.isolationLevel
    return query === undefined ? 'SERIALIZABLE' : levelOf(await this.#link.ask(controlCommand(query, true)))
  }

  /** The isolation level of transactions that name none; asked of the server once an engine. */
  async defaultIsolationLevel(): Promise<IsolationLevel> {
    const { shared } = this.#link.runtime
    const query = this.dialect.transactions?.defaultIsolationLevel
    shared.defaultIsolationLevel ??=
      query === undefined ? 'SERIALIZABLE' : levelOf(await this.#link.ask(controlCommand(query, true)))
    return shared.defaultIsolationLevel
  }

  /** Commits the transaction; does nothing where there is none. Throws what {@link Transaction.commit} throws. */
  async commit(options: CommitOptions = {}): Promise<void> {
    checkCommitOptions(options)
    await this.#commit(options.signal)
  }

  async #commit(signal: AbortSignal | undefined): Promise<void> {
    this.#link.checkOpen()
    if (this.#link.scope.root !== null) await this.#link.commit(signal)
  }

  /** Rolls back the transaction; does nothing where there is none. */
  async rollback(): Promise<void> {
    this.#link.checkOpen()
    if (this.#link.scope.root !== null) await this.#link.rollBack()
  }

  /** Whether a transaction has begun, by `begin()` or by a statement. */
  inTransaction(): boolean {
    return this.#link.scope.root !== null
  }

  /** Whether a savepoint is set. */
  inNestedTransaction(): boolean {
    return this.#link.scope.nested !== null
  }

  /** The transaction; null where there is none. */
  getTransaction(): Transaction | null {
    return this.#link.scope.root
  }

  /** The innermost savepoint; null where there is none. */
  getNestedTransaction(): Transaction | null {
    return this.#link.scope.nested
  }

  /**
   * Gives up the connection to the database: it is cut. A transaction must be rolled back before the next can begin. With
   * `soft` it is used until this Connection is closed, and nobody is lent it afterwards.
   */
  invalidate(options: InvalidateOptions = {}): void {
    checkKeys('invalidate()', options, ['soft'])
    this.#link.checkOpen()
    const reason = new InvalidRequestError('The connection was invalidated')
    const { runtime, slot } = this.#link
    if (options.soft !== true) this.#link.lose(reason)
    else if (slot !== null) runtime.pool.discard(slot, { reason, soft: true })
  }

  /**
   * Takes the connection to the database out of the pool, which may open another in its place. It stays with this Connection, and
   * is closed with it, not by `engine.dispose()`: for sessions whose settings nobody else may see.
   *
   * @throws InvalidRequestError there is no connection at present, or the database can have only one.
   */
  detach(): void {
    this.#link.checkOpen()
    const { runtime, slot } = this.#link
    if (slot === null) throw new InvalidRequestError('This Connection is invalidated: there is nothing to detach')
    if (!slot.detached) runtime.pool.detach(slot)
  }

  /** Rolls back what is open and gives the connection back. Calling it again does nothing. */
  async close(): Promise<void> {
    try {
      await this.leaveCopies()
    } finally {
      await this.#link.close()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * @internal The compiled form of a statement, from the cache.
   *
   * @param columnKeys for INSERT and UPDATE: keys of the columns that execution will give, sorted.
   */
  resolve(statement: Executable, columnKeys: readonly string[] | null = null): Resolved {
    return this.#link.runtime.cache.resolve(statement, columnKeys)
  }

  /**
   * @internal Sends statements in one flight, BEGIN in front where the transaction has not begun. They stop at the first that
   * fails; its error carries `flightIndex`.
   */
  async flight(items: readonly FlightItem[], options: FlightOptions = {}): Promise<FlightResult[]> {
    const { commit = false, signal } = options
    if (items.length === 0) {
      if (commit) await this.#commit(signal)
      return []
    }
    const link = this.#link
    if (!link.watched) return this.#fly(items, signal, commit, null)
    const rides = commit && this.#commitRides
    const results = await watchFlight(link, items, (own, trace) => this.#fly(own, signal, rides, trace))
    if (commit && !rides) await this.#commit(signal)
    return results
  }

  async #fly(
    items: readonly FlightItem[],
    signal: AbortSignal | undefined,
    commit: boolean,
    trace: ExecutionTrace | null,
  ): Promise<FlightResult[]> {
    const prepared = prepareFlight(this.#link.runtime, items)
    if (prepared.late.length > 0) await settleLate(prepared.late)
    trace?.compiled(prepared.commands)
    const results = await this.#link.transmit(prepared.commands, prepared.origins, signal, commit, prepared.via)
    trace?.arrived(results)
    return flightResults(prepared, results)
  }

  /** @internal */
  runExecution(execution: Execution): Promise<Result> {
    const link = this.#link
    return link.watched
      ? watchExecution(link, execution, (own, trace) => this.#run(own, trace))
      : this.#run(execution, null)
  }

  async #run(execution: Execution, trace: ExecutionTrace | null): Promise<Result> {
    const { statement, parameters, options, commit, objects } = execution
    let via: Runtime
    let prepared: PreparedExecution
    try {
      via = this.#link.runtime.forAll(statement, options)
      const begun = prepareExecution(via, statement, parameters, objects)
      prepared = begun.complete === undefined ? begun : await begun.complete()
    } catch (error) {
      throw await withCaller(error)
    }
    trace?.compiled(prepared.commands)
    const results = await this.#link.transmit(prepared.commands, prepared.origin, options?.signal, commit, via)
    trace?.arrived(results)
    return resultOf(prepared, results, statement)
  }

  /** @internal Other schemas in place of those that tables name; null for none. */
  get schemas(): SchemaTranslateMap | null {
    return this.#link.runtime.cache.schemas
  }

  /** @internal */
  withCatalog<T>(work: (connection: this, commit: boolean) => Promise<T>): Promise<T> {
    return work(this, false)
  }

  /** @internal Called by `metadata.reflect()` and `Table.reflect()`. */
  reflectTables(registry: object, request: ReflectRequest): Promise<readonly object[]> {
    return new Inspector(this).reflectTables(registry, request)
  }

  /** Runs a plan of DDL; called by `metadata.createAll()`. */
  runDdl(plan: DdlPlan, options: RunDdlOptions): Promise<void> {
    return runDdl(this, plan, options, false)
  }

  #begin(options: BeginOptionsOfConnection | undefined): Transaction {
    if (options !== undefined) checkBeginOptions('begin()', options)
    return this.#link.begin(options)
  }

  async #runBlock<T>(open: () => Transaction, work: (connection: Connection) => T | PromiseLike<T>): Promise<T> {
    const link = this.#link
    const outer = link.block
    const transaction = open()
    link.block = transaction
    try {
      const returned = work(this)
      if (transaction.savepoint === null && this.#commitRides) rideCommit(returned, this)
      const value = await returned
      await link.free()
      // The work may have ended the transaction itself, or COMMIT has travelled with its last statement.
      if (transaction.state !== 'closed') await transaction.commit()
      return value
    } catch (error) {
      await link.free()
      // The first error is the one that tells what happened; a rollback that fails too cuts the connection.
      await transaction.rollback().catch((second: unknown) => link.lose(second))
      throw error
    } finally {
      link.block = outer
    }
  }
}

function levelOf({ rows }: CommandResult): IsolationLevel {
  return String(rows[0]?.[0]).toUpperCase() as IsolationLevel
}

/** Lets COMMIT travel with a statement that was returned instead of awaited. */
function rideCommit(returned: unknown, connection: Connection): void {
  const statement = returned instanceof Lazy ? returned.unstarted() : null
  if (statement instanceof Execution && statement.runner === connection) statement.commit = true
}
