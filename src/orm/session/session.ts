// `Session`: the objects of one unit of work, and the transaction they are written in.
import type { Connection } from '../../engine/connection.ts'
import { type ConnectionExecutionOptions, checkConnectionOptions } from '../../engine/options.ts'
import type { ExecuteParameters, NamedParameters } from '../../engine/parameters.ts'
import type { PendingResult } from '../../engine/result/pending-result.ts'
import { StreamResult } from '../../engine/result/stream-result.ts'
import { checkWork } from '../../engine/work.ts'
import { ArgumentError, InvalidRequestError, NoResultFound } from '../../errors.ts'
import type { Executable } from '../../expression/base/executable.ts'
import type { EntityInstance } from '../../expression/from/typed.ts'
import type { IdentityKey, MapperLike, RelationshipLike, SessionLike, StateLike } from '../contract/orm.ts'
import { expireAttributes } from '../instrument/history.ts'
import { mapperOf, requireState } from '../map/mapped-class.ts'
import type { Mapper } from '../map/mapper.ts'
import type { AttributeKeys } from '../map/typed.ts'
import { entityClauseIn } from '../query/aliased.ts'
import { commitIn } from './commit.ts'
import { SessionCore } from './core.ts'
import { deleteIn } from './delete.ts'
import { executeIn, SessionExecution, sendBehindFlush } from './execute.ts'
import { mergeIn } from './merge.ts'
import { isModified } from './modified.ts'
import {
  checkCallOptions,
  checkExecuteOptions,
  checkGetOptions,
  checkSessionOptions,
  type EntityTarget,
  type GetOptions,
  type SessionCallOptions,
  type SessionExecuteOptions,
  type SessionOptions,
} from './options.ts'
import { primaryKeyValues } from './primary-key.ts'
import { getIn, loadIn, namedAttributes, refreshIn } from './read.ts'
import { SessionPages } from './stream.ts'
import { SessionTransaction } from './transaction.ts'

/**
 * The objects of one unit of work, and the transaction they are written in.
 *
 * A session holds one object for each row. What is added, changed or deleted is written by {@link flush}, which {@link commit} and, by default,
 * every query call first. The transaction begins by itself and is sent in as few flights as the data allow: BEGIN with the first
 * statement, COMMIT with the last. A session is used by one flow of calls at a time.
 *
 * @example
 * await using session = new Session({ bind: engine })
 * session.add(new User({ name: 'ed' }))
 * await session.commit()
 * // BEGIN; INSERT INTO user_account (name) VALUES ($1::VARCHAR) RETURNING user_account.id; COMMIT (one flight)
 */
export class Session implements SessionLike {
  readonly #core: SessionCore
  /** Whether queries flush first. */
  readonly autoflush: boolean

  /** @throws ArgumentError an option is unknown, or there is no engine. */
  constructor(options: SessionOptions) {
    checkSessionOptions('new Session()', options)
    this.autoflush = options.autoflush ?? true
    const { bind, executionOptions = {}, joinTransactionMode = 'conditional_savepoint' } = options
    const source = { bind, options: executionOptions, mode: joinTransactionMode }
    this.#core = new SessionCore(this, source, options.expireOnCommit ?? false)
  }

  // ---- objects ---------------------------------------------------------------------------------------------------

  /**
   * Brings an object into the session, and all that its save-update cascades reach. A new one is inserted by the next flush.
   *
   * @throws InvalidRequestError it is in another session, was deleted in this one, or another object stands for its row here.
   * @throws UnmappedClassError it is no object of a mapped class.
   */
  add(entity: object): void {
    const { holdings, levels } = this.#ready('session.add()')
    const state = requireState(entity)
    void levels.current
    holdings.add(state)
  }

  /** {@link add} for several objects, in order. */
  addAll(entities: Iterable<object>): void {
    if (typeof entities?.[Symbol.iterator] !== 'function')
      throw new ArgumentError('addAll() takes a list of objects: session.addAll([ed, wendy])')
    for (const entity of entities) this.add(entity)
  }

  /**
   * Marks an object for deletion by the next flush, and all that its delete cascades reach, which may have to be loaded for that.
   *
   * @throws InvalidRequestError the object was never written, was deleted before, or is in another session.
   */
  delete(entity: object, options: SessionCallOptions = {}): Promise<void> {
    checkCallOptions('session.delete()', options)
    return this.#run('session.delete()', async (core) => {
      const state = requireState(entity)
      core.holdings.claim(state)
      void core.levels.current
      await deleteIn(core, state, options.signal)
    })
  }

  /**
   * The object with a primary key: the one that the session holds, or else the one that the database has.
   *
   * @param key the value; values in order for a composite key; or an object of values by attribute.
   * @returns null where there is no such row.
   * @throws ArgumentError the key has too few values, too many, or others.
   * @example
   * await session.get(User, 5)
   * // SELECT user_account.id, user_account.name FROM user_account WHERE user_account.id = $1::INTEGER
   */
  get<E extends EntityInstance>(entity: EntityTarget<E>, key: unknown, options: GetOptions = {}): Promise<E | null> {
    checkGetOptions('session.get()', options)
    return this.#run('session.get()', (core) => this.#get<E>(core, 'session.get()', entity, key, options))
  }

  /**
   * {@link get} for an object that must exist.
   *
   * @throws NoResultFound there is no such row.
   */
  getOne<E extends EntityInstance>(entity: EntityTarget<E>, key: unknown, options: GetOptions = {}): Promise<E> {
    checkGetOptions('session.getOne()', options)
    return this.#run('session.getOne()', async (core) => {
      const found = await this.#get<E>(core, 'session.getOne()', entity, key, options)
      if (found === null)
        throw new NoResultFound(`No row of ${targetOf(entity).className} was found with the given primary key`)
      return found
    })
  }

  async #get<E>(
    core: SessionCore,
    call: string,
    entity: EntityTarget<EntityInstance>,
    key: unknown,
    options: GetOptions,
  ): Promise<E | null> {
    const mapper = targetOf(entity)
    const state = await getIn(core, mapper, primaryKeyValues(call, mapper, key), options)
    return (state?.entity ?? null) as E | null
  }

  /**
   * Copies the values of an object onto the one that stands for its row in this session, which is loaded, or made, for that; along merge
   * cascades. What the given object does not know stays as it is.
   *
   * @returns the object of this session; the given one stays where it is.
   */
  merge<E extends object>(entity: E, options: SessionCallOptions = {}): Promise<E> {
    checkCallOptions('session.merge()', options)
    return this.#run('session.merge()', async (core) => {
      const state = await mergeIn(core, requireState(entity), options.signal)
      return state.entity as E
    })
  }

  /** Lets go of an object, with its changes, and of all that its expunge cascades reach. */
  expunge(entity: object): void {
    const { holdings } = this.#ready('session.expunge()')
    const state = requireState(entity)
    if (!holdings.isOwn(state)) throw notHere('session.expunge()', state)
    for (const each of holdings.reach(state, 'expunge', (member) => holdings.isOwn(member))) holdings.release(each)
  }

  /** Lets go of all objects. */
  expungeAll(): void {
    this.#ready('session.expungeAll()').holdings.releaseAll()
  }

  /**
   * Forgets values of an object, so that they are loaded anew; pending changes of them are lost. Primary keys stay.
   *
   * @param attributes names; without any, all, and those of objects that its refresh-expire cascades reach.
   */
  expire<E extends object>(entity: E, attributes?: readonly (AttributeKeys<E> & string)[]): void {
    const { holdings } = this.#ready('session.expire()')
    const state = requireState(entity)
    this.#requirePersistent('session.expire()', state)
    if (attributes === undefined) {
      for (const each of holdings.reach(state, 'refreshExpire', (member) => holdings.owns(member)))
        if (each.lifecycle === 'persistent') expireAttributes(each, null)
      return
    }
    const { columns, relationships } = namedAttributes('session.expire()', state.mapper, attributes)
    expireAttributes(state, [...columns, ...relationships.map(({ slot }) => slot)])
  }

  /** Forgets the values of all objects. */
  expireAll(): void {
    for (const state of this.#ready('session.expireAll()').holdings.identities) expireAttributes(state, null)
  }

  /**
   * Loads an object's values anew; pending changes of them are lost. Relationships are loaded where they are named, or where the class loads
   * them always.
   *
   * @param attributes names; without any, all columns.
   * @throws InvalidRequestError the object is not in this session, or its row is gone.
   */
  refresh<E extends object>(
    entity: E,
    attributes?: readonly (AttributeKeys<E> & string)[] | null,
    options: SessionCallOptions = {},
  ): Promise<void> {
    checkCallOptions('session.refresh()', options)
    return this.#run('session.refresh()', (core) => {
      const state = requireState(entity)
      this.#requirePersistent('session.refresh()', state)
      const names = attributes ?? null
      const named = names === null ? null : namedAttributes('session.refresh()', state.mapper, names)
      return refreshIn(core, state, named, options.signal)
    })
  }

  /**
   * Loads attributes that are not loaded, for one object or for many of one class, by one statement for each relationship.
   *
   * @throws ArgumentError the class has no such attribute, or the objects are of several classes.
   * @throws InvalidRequestError an object is not in this session.
   * @example
   * const users = await session.scalars(select(User)).all()
   * await session.load(users, 'addresses')
   * // SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id = ANY ($1::INTEGER[])
   */
  load<E extends object>(entities: E | readonly E[], ...attributes: (AttributeKeys<E> & string)[]): Promise<void> {
    return this.#run('session.load()', async () => {
      const states = (Array.isArray(entities) ? entities : [entities]).map((entity) => requireState(entity))
      for (const state of states) this.#requirePersistent('session.load()', state)
      await this.#load('session.load()', states, attributes)
    })
  }

  async #load(call: string, states: readonly StateLike[], names: readonly string[]): Promise<void> {
    const [first] = states
    if (first === undefined) return
    const other = states.find((state) => state.mapper !== first.mapper)
    if (other !== undefined)
      throw new ArgumentError(
        `${call} takes objects of one class; got ${first.mapper.className} and ${other.mapper.className}`,
      )
    await loadIn(this.#core, states, namedAttributes(call, first.mapper, names), undefined)
  }

  // ---- statements ------------------------------------------------------------------------------------------------

  /**
   * Runs a statement when the result is awaited, with what is pending written before it in the same flight. Classes in the statement become
   * objects.
   *
   * @param parameters values by name, or a list of such objects.
   * @example
   * for (const [user, address] of await session.execute(select(User, Address).join(u.addresses)).tuples().all())
   *   console.log(user.name, address.email)
   */
  execute<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: ExecuteParameters | null,
    options?: SessionExecuteOptions,
  ): PendingResult<Row, Tuple>
  execute(
    sql: string,
    values?: readonly unknown[] | null,
    options?: SessionExecuteOptions,
  ): PendingResult<Record<string, unknown>, unknown[]>
  execute(statement: Executable | string, parameters?: unknown, options: SessionExecuteOptions = {}): PendingResult {
    checkExecuteOptions('session.execute()', options)
    const request = { statement, parameters: parameters ?? null, options }
    return new SessionExecution(() => this.#run('session.execute()', (core) => executeIn(core, request)))
  }

  /**
   * {@link execute}, and the first value of each row: `select(User)` gives users.
   *
   * @example
   * const users = await session.scalars(select(User).orderBy(u.name)).all()
   */
  scalars<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: ExecuteParameters | null,
    options?: SessionExecuteOptions,
  ): PendingResult<Tuple[0], [Tuple[0]]> {
    return this.execute(statement, parameters, options).scalars() as PendingResult<Tuple[0], [Tuple[0]]>
  }

  /** {@link execute}, and the first value of the first row; null where there is no row. */
  scalar<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: ExecuteParameters | null,
    options?: SessionExecuteOptions,
  ): Promise<Tuple[0] | null> {
    return this.execute(statement, parameters, options).scalar()
  }

  /**
   * The objects and rows of a query as the database gives them: `yieldPer` at a time (1000 where nobody says), never all in memory. What is
   * pending is flushed before the first page; relationships that are loaded by statements of their own are so for each page. The session knows
   * the objects as long as somebody else holds them, and for good where they were changed. Other calls may be made between two pages; COMMIT
   * and ROLLBACK drop what was not read. SQLAlchemy: `AsyncSession.stream()`.
   *
   * @throws what {@link execute} throws, when rows are read.
   * @throws InvalidRequestError the statement writes, or joins collections by `joinedload()`; the latter when rows are read.
   * @throws ResourceClosedError the transaction is over, or the session closed; when rows are read.
   * @example
   * for await (const user of session.stream(select(User).orderBy(u.id), null, { yieldPer: 500 }).scalars()) user.name = user.name.trim()
   */
  stream<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: NamedParameters | null,
    options?: SessionExecuteOptions,
  ): StreamResult<Row, Tuple>
  stream(
    sql: string,
    values?: readonly unknown[] | null,
    options?: SessionExecuteOptions,
  ): StreamResult<Record<string, unknown>, unknown[]>
  stream(statement: Executable | string, parameters?: unknown, options: SessionExecuteOptions = {}): StreamResult {
    checkExecuteOptions('session.stream()', options)
    const core = this.#ready('session.stream()')
    return new StreamResult(new SessionPages(core, { statement, parameters: parameters ?? null, options }))
  }

  /** {@link stream}, and the first value of each row: `select(User)` gives users. */
  streamScalars<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: NamedParameters | null,
    options?: SessionExecuteOptions,
  ): StreamResult<Tuple[0], [Tuple[0]]> {
    return this.stream(statement, parameters, options).scalars() as StreamResult<Tuple[0], [Tuple[0]]>
  }

  // ---- transactions ----------------------------------------------------------------------------------------------

  /**
   * Writes all changes to the database, within the transaction.
   *
   * Where it fails, the transaction is rolled back at once, and the session takes nothing but {@link rollback}.
   *
   * @throws StaleDataError a row that was to be changed is gone.
   * @throws IntegrityError (and other DBAPIErrors) the database refused a row.
   * @throws CircularDependencyError, FlushError the objects cannot be written as they stand; nothing was sent.
   */
  flush(options: SessionCallOptions = {}): Promise<void> {
    checkCallOptions('session.flush()', options)
    return this.#run('session.flush()', async (core) => {
      await sendBehindFlush(core, [], true, options.signal)
    })
  }

  /**
   * Flushes and commits; COMMIT travels with the last statement. What fails is rolled back, see {@link flush}.
   *
   * @throws StaleDataError, IntegrityError, CircularDependencyError, FlushError as for {@link flush}.
   */
  commit(options: SessionCallOptions = {}): Promise<void> {
    checkCallOptions('session.commit()', options)
    return this.#run('session.commit()', (core) => commitIn(core, options.signal))
  }

  /**
   * Rolls back the transaction with all its savepoints. New objects leave the session with their values, deleted ones come back, all others
   * forget their values.
   */
  rollback(): Promise<void> {
    return this.#exclusive('session.rollback()', (core) => core.levels.rollBack())
  }

  /**
   * Begins the transaction, which otherwise begins by itself. With a function, commits when that has succeeded and rolls back when it has
   * failed; without, gives a handle that rolls back what was not committed when its block ends. A function that ends its transaction itself, by
   * {@link commit} or {@link rollback}, has to end then: what would begin another one raises InvalidRequestError.
   *
   * @throws InvalidRequestError a transaction has begun already.
   * @example
   * await session.begin(async (session) => { session.add(new User({ name: 'ed' })) })
   */
  begin(): SessionTransaction
  begin<T>(work: (session: this) => T | PromiseLike<T>): Promise<T>
  begin<T>(work?: (session: this) => T | PromiseLike<T>): SessionTransaction | Promise<T> {
    checkWork('session.begin', work)
    const { levels } = this.#ready('session.begin()')
    if (levels.begun) {
      const error = new InvalidRequestError(
        'session.begin(): a transaction has begun already; commit it or roll it back first, or use beginNested()',
      )
      if (work === undefined) throw error
      return Promise.reject(error)
    }
    const transaction = new SessionTransaction(this.#core, levels.current)
    return work === undefined ? transaction : transaction.run(() => work(this))
  }

  /**
   * Flushes, and sets a savepoint. With a function, releases it when that has succeeded and rolls back to it when it has failed; without, gives
   * a handle.
   *
   * @example
   * await session.beginNested(async () => { session.add(new User({ name: 'ed' })) })
   * // SAVEPOINT sa_savepoint_1 ... RELEASE SAVEPOINT sa_savepoint_1
   */
  beginNested(): Promise<SessionTransaction>
  beginNested<T>(work: (session: this) => T | PromiseLike<T>): Promise<T>
  async beginNested<T>(work?: (session: this) => T | PromiseLike<T>): Promise<SessionTransaction | T> {
    checkWork('session.beginNested', work)
    const transaction = await this.#run('session.beginNested()', async (core) => {
      await sendBehindFlush(core, [], true, undefined)
      return new SessionTransaction(core, await core.levels.beginNested())
    })
    return work === undefined ? transaction : transaction.run(() => work(this))
  }

  /**
   * The connection of the transaction, which is begun if there is none: for statements past the session. It goes back with the end of the
   * transaction.
   *
   * @param options of the transaction that begins with this call, over those of the session.
   * @throws InvalidRequestError isolationLevel, readOnly or deferrable in a transaction that has run a statement.
   * @example
   * const connection = await session.connection({ isolationLevel: 'SERIALIZABLE' })
   */
  connection(options?: ConnectionExecutionOptions): Promise<Connection> {
    if (options !== undefined) checkConnectionOptions('session.connection()', options)
    return this.#run('session.connection()', (core) => core.levels.connection(undefined, options))
  }

  /** @internal Whether anything of the transaction may have reached the server. */
  get hasSent(): boolean {
    return this.#core.levels.hasSent
  }

  /** Whether a transaction has begun: something was added, changed or run since the last commit or rollback. */
  inTransaction(): boolean {
    return this.#core.levels.begun
  }

  /** Whether a savepoint is set. */
  inNestedTransaction(): boolean {
    return this.#core.levels.nested
  }

  /** Rolls back, lets go of all objects and gives the connection back. The session can be used again. */
  reset(): Promise<void> {
    return this.#exclusive('session.reset()', (core) => this.#empty(core))
  }

  /** As {@link reset}, for good: what is called afterwards raises. Calling it again does nothing. */
  async close(): Promise<void> {
    const { exclusive } = this.#core
    if (exclusive.closed) return
    await exclusive.run('session.close()', () => this.#empty(this.#core))
    exclusive.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #empty(core: SessionCore): Promise<void> {
    core.holdings.releaseAll()
    await core.levels.abandon()
  }

  // ---- what is in it ---------------------------------------------------------------------------------------------

  /** Objects that the next flush inserts. */
  get new(): ReadonlySet<object> {
    return entitiesOf(this.#core.holdings.pending)
  }

  /** Persistent objects that were touched since the last flush; {@link isModified} tells whether one really differs. */
  get dirty(): ReadonlySet<object> {
    const { holdings } = this.#core
    holdings.settle()
    return entitiesOf([...holdings.changed].filter((state) => !holdings.marked.has(state)))
  }

  /** Objects that the next flush deletes. */
  get deleted(): ReadonlySet<object> {
    return entitiesOf(this.#core.holdings.marked)
  }

  /** Whether an object is in the session, as a new one or with its row. */
  contains(entity: object): boolean {
    return this.#core.holdings.owns(requireState(entity))
  }

  /** Whether a flush would write something for the object itself. */
  isModified(entity: object): boolean {
    this.#core.holdings.settle()
    return isModified(requireState(entity))
  }

  /** The objects in the session. */
  *[Symbol.iterator](): IterableIterator<object> {
    const { holdings } = this.#core
    for (const state of holdings.pending) yield state.entity
    for (const state of holdings.identities) yield state.entity
  }

  // ---- what objects ask of it ------------------------------------------------------------------------------------

  /** @internal */
  changed(state: StateLike): void {
    this.#core.holdings.changed.add(state)
    void this.#core.levels.current
  }

  /** @internal */
  exposed(state: StateLike, relationship: RelationshipLike): void {
    this.#core.holdings.expose(state, relationship)
  }

  /** @internal */
  cascadeAdd(state: StateLike): void {
    this.#core.holdings.add(state)
    void this.#core.levels.current
  }

  /** @internal */
  expungePending(state: StateLike): void {
    this.#core.holdings.releasePending(state)
  }

  /** @internal */
  lookup(mapper: MapperLike, key: IdentityKey): StateLike | null {
    return this.#core.holdings.identities.get(mapper, key)
  }

  /** @internal */
  loadAttributes(states: readonly StateLike[], keys: readonly string[]): Promise<void> {
    const name = `awaitable.${keys.join(', ')}`
    return this.#run(name, () => this.#load(name, states, keys))
  }

  // ---- guards ----------------------------------------------------------------------------------------------------

  /** One call with I/O: alone, on an open session, in a sound transaction. */
  #run<T>(name: string, call: (core: SessionCore) => Promise<T>): Promise<T> {
    return this.#exclusive(name, (core) => {
      core.levels.checkSound(name)
      return call(core)
    })
  }

  #exclusive<T>(name: string, call: (core: SessionCore) => Promise<T>): Promise<T> {
    const core = this.#core
    return core.exclusive.run(name, async () => call(core))
  }

  #ready(name: string): SessionCore {
    this.#core.exclusive.checkOpen(name)
    return this.#core
  }

  #requirePersistent(call: string, state: StateLike): void {
    if (!this.#core.holdings.owns(state) || state.lifecycle !== 'persistent') throw notHere(call, state)
  }
}

function entitiesOf(states: Iterable<StateLike>): Set<object> {
  const entities = new Set<object>()
  for (const state of states) entities.add(state.entity)
  return entities
}

function targetOf(entity: unknown): Mapper {
  return entityClauseIn(entity)?.mapper ?? mapperOf(entity)
}

function notHere(call: string, state: StateLike): InvalidRequestError {
  const { className } = state.mapper
  const where = state.session === null ? `is ${state.lifecycle}` : `is ${state.lifecycle}, in its session`
  return new InvalidRequestError(`${call}: this ${className} ${where}, and not persistent in this session`)
}
