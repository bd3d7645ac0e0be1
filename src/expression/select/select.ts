// `Select`: the generative SELECT, and `select()`, which makes one.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { defineKind, type Element, isElement } from '../base/element.ts'
import { EXECUTION_OPTIONS, type StatementExecutionOptions, type StatementOption } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import { type CompilePlugin, hasClauseElement } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import { elementOf, expect, expectAll } from '../coerce/expect.ts'
import { COLUMNS, FROM, ORDER } from '../coerce/roles.ts'
import { type Criterion, conjoin } from '../comparator/conjunction.ts'
import type { NamedElement } from '../element/column-element.ts'
import { Cte } from '../from/alias.ts'
import type { FromClause, JoinOptions, JoinTarget } from '../from/from-clause.ts'
import type { EntityHandle, TypedEntity, TypedFrom } from '../from/typed.ts'
import { type OrderBy, orderList, SelectBase } from './compound.ts'
import type { EntityElement } from './entity.ts'
import { froms } from './joins.ts'
import { exportedColumnsOf } from './labels.ts'
import type { ForUpdate, OrderedState, SelectItem, SelectState } from './state.ts'
import type { RowOfItems, RowOfRecord, Selectable, TupleOf } from './typed.ts'

/** A SELECT with nothing in it. */
export const EMPTY_SELECT: SelectState = {
  items: [],
  names: null,
  froms: [],
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
  limit: null,
  offset: null,
  distinct: false,
  forUpdate: null,
  ctes: [],
  correlate: null,
  options: [],
  executionOptions: {},
  plugin: null,
}

/** What stands after FROM: tables and other FROM elements, and mapped classes. */
export type FromArgument = TypedFrom | TypedEntity | EntityHandle

/** Options of {@link Select.withForUpdate}. */
export interface ForUpdateOptions {
  /** Lock rows of these only. Default: of all FROM elements. */
  readonly of?: FromArgument | readonly FromArgument[]
  /** Fail where a row is locked already. Default: wait. */
  readonly nowait?: boolean
  /** Leave out rows that are locked already. */
  readonly skipLocked?: boolean
  /** FOR SHARE: others may read and share, not change. Default false. */
  readonly read?: boolean
  /** The weaker kind of either, which lets foreign keys refer to the rows: FOR NO KEY UPDATE, with `read` FOR KEY SHARE. Default false. */
  readonly keyShare?: boolean
}

/** SELECT; every method gives a new statement. */
export class Select<Row = unknown, Tuple extends unknown[] = unknown[]> extends SelectBase<Row, Tuple> {
  declare readonly kind: 'select'
  static {
    defineKind(Select, 'select')
  }
  /** @internal */
  readonly state: SelectState
  #exported: readonly NamedElement[] | null = null

  /** @internal */
  constructor(state: SelectState) {
    super()
    this.state = state
  }
  get plugin(): CompilePlugin | null {
    return this.state.plugin
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return this.state.executionOptions
  }
  get exportedColumns(): readonly NamedElement[] {
    this.#exported ??= exportedColumnsOf(this.state)
    return this.#exported
  }
  /** @internal The same statement with some parts changed. */
  with(change: Partial<SelectState>): Select<Row, Tuple> {
    const next = copyOf(this.state)
    for (const key in change) next[key as keyof SelectState] = change[key as keyof SelectState] as never
    return new Select<Row, Tuple>(next)
  }
  /** @internal */
  reordered(change: Partial<OrderedState>): this {
    return this.with(change) as this
  }

  /**
   * Adds criteria; all of them must be fulfilled.
   * @throws ArgumentError something is no criterion: `undefined`, a JavaScript boolean
   */
  where(...criteria: readonly Criterion[]): Select<Row, Tuple> {
    return this.with({ where: conjoin(this.state.where, criteria, 'where()') })
  }
  /** Adds to GROUP BY; `null` alone takes back what was there. */
  groupBy(...by: readonly (OrderBy<Row> | null)[]): Select<Row, Tuple> {
    return this.with({ groupBy: orderList(this.state.groupBy, by, 'groupBy()') })
  }
  /** Adds criteria for groups; all of them must be fulfilled. */
  having(...criteria: readonly Criterion[]): Select<Row, Tuple> {
    return this.with({ having: conjoin(this.state.having, criteria, 'having()') })
  }
  /**
   * Each row once.
   * @param on PostgreSQL's `DISTINCT ON`: the first row of each group of rows that are equal in these
   */
  distinct(...on: readonly OrderBy<Row>[]): Select<Row, Tuple> {
    const present = typeof this.state.distinct === 'boolean' ? [] : this.state.distinct
    return this.with({ distinct: on.length === 0 ? true : [...present, ...expectAll(ORDER, on, 'distinct()')] })
  }

  /**
   * Joins with a target: on the condition, or along a foreign key, or as a relationship says.
   * @throws NoForeignKeysError, AmbiguousForeignKeysError the foreign keys give no condition, or several
   * @throws InvalidRequestError it cannot be told with which of the FROM elements
   * @example
   * select(users.c.name, addresses.c.email).join(addresses)
   * // SELECT users.name, addresses.email FROM users JOIN addresses ON users.id = addresses.user_id
   */
  join(target: JoinTarget, on?: Criterion, options: JoinOptions = {}): Select<Row, Tuple> {
    return this.#joined(null, target, on, options, 'join()')
  }
  /** {@link join} that keeps rows without a partner. */
  outerjoin(target: JoinTarget, on?: Criterion, options: JoinOptions = {}): Select<Row, Tuple> {
    return this.#joined(null, target, on, { isOuter: true, ...options }, 'outerjoin()')
  }
  /** {@link join} with the left side named. */
  joinFrom(left: FromArgument, target: JoinTarget, on?: Criterion, options: JoinOptions = {}): Select<Row, Tuple> {
    return this.#joined(left, target, on, options, 'joinFrom()')
  }
  /** {@link outerjoin} with the left side named. */
  outerjoinFrom(left: FromArgument, target: JoinTarget, on?: Criterion, options: JoinOptions = {}): Select<Row, Tuple> {
    return this.#joined(left, target, on, { isOuter: true, ...options }, 'outerjoinFrom()')
  }
  #joined(left: unknown, target: unknown, on: unknown, options: JoinOptions, where: string): Select<Row, Tuple> {
    const from = left === null ? null : (expect(FROM, left, where) as FromClause)
    return this.with({
      froms: froms(this.state, from, target, on, options, where),
      plugin: pluginOf([left, target]) ?? this.state.plugin,
    })
  }
  /** Adds FROM elements that no column or criterion implies, or a join: `selectFrom(users.join(addresses))`. */
  selectFrom(...from: readonly FromArgument[]): Select<Row, Tuple> {
    const more = expectAll(FROM, from, 'selectFrom()') as Element[] as FromClause[]
    const known = this.state.froms
    return this.with({
      froms: [...known, ...more.filter((each) => !known.includes(each))],
      plugin: pluginOf(from) ?? this.state.plugin,
    })
  }
  /**
   * Tells which FROM elements of the statements around are meant here, rather than listed here again; `null` alone says none.
   * Without it, a subquery shares those of the statement directly around, as long as something of its own is left.
   */
  correlate(...from: readonly (FromArgument | null)[]): Select<Row, Tuple> {
    if (from.length === 1 && from[0] === null) return this.with({ correlate: [] })
    const present = this.state.correlate ?? []
    return this.with({
      correlate: [...present, ...(expectAll(FROM, from, 'correlate()') as Element[] as FromClause[])],
    })
  }

  /** More result columns. */
  addColumns<const A extends readonly Selectable[]>(
    ...items: A
  ): Select<Row & RowOfItems<A>, [...Tuple, ...TupleOf<A>]> {
    if (this.state.names !== null)
      throw new ArgumentError('addColumns() cannot add to select({ name: item }): its columns are named in one place')
    const more = itemsOf(items, 'addColumns()')
    const { plugin } = this.state
    return new Select({ ...this.state, items: [...this.state.items, ...more], plugin: pluginOf(more) ?? plugin })
  }
  /** Other result columns; everything else stays. */
  withOnlyColumns<const A extends readonly Selectable[]>(...items: A): Select<RowOfItems<A>, TupleOf<A>> {
    const chosen = itemsOf(items, 'withOnlyColumns()')
    return new Select({ ...this.state, items: chosen, names: null, plugin: pluginOf(chosen) ?? this.state.plugin })
  }

  /**
   * Locks the rows until the end of the transaction.
   * @throws ArgumentError for an unknown option, or `nowait` and `skipLocked` together
   * @example
   * select(jobs).where(jobs.c.done.eq(false)).limit(1).withForUpdate({ skipLocked: true })   // ... FOR UPDATE SKIP LOCKED
   */
  withForUpdate(options: ForUpdateOptions = {}): Select<Row, Tuple> {
    return this.with({ forUpdate: forUpdateOf(options) })
  }
  /** Adds CTEs that stand in WITH without being named in FROM: a write whose rows nobody reads. */
  addCte(...ctes: readonly Cte[]): Select<Row, Tuple> {
    for (const cte of ctes) if (!(cte instanceof Cte)) throw new ArgumentError('addCte() takes what cte() gives')
    return this.with({ ctes: [...this.state.ctes, ...ctes] })
  }
  /** Options for whoever runs the statement: the ORM's loader options. */
  options(...options: readonly StatementOption[]): Select<Row, Tuple> {
    return this.with({ options: [...this.state.options, ...options] })
  }
  /** Options of how the statement is run; later ones win. */
  executionOptions(options: StatementExecutionOptions): Select<Row, Tuple> {
    checkKeys('executionOptions()', options, EXECUTION_OPTIONS)
    return this.with({ executionOptions: { ...this.state.executionOptions, ...options } })
  }

  walk(pass: Pass): void {
    const state = this.state
    pass.nodes(state.items)
    if (state.names === null) pass.flag(false)
    else for (const name of state.names) pass.text(name)
    pass.flag(state.froms.length)
    for (const from of state.froms) pass.shared(from)
    pass.nodes(state.where)
    pass.nodes(state.groupBy)
    pass.nodes(state.having)
    pass.nodes(state.orderBy)
    pass.node(state.limit)
    pass.node(state.offset)
    if (typeof state.distinct === 'boolean') pass.flag(state.distinct)
    else pass.nodes(state.distinct)
    if (state.forUpdate === null) pass.flag(false)
    else walkForUpdate(pass, state.forUpdate)
    pass.nodes(state.ctes)
    if (state.correlate === null) pass.flag(false)
    else {
      pass.flag(state.correlate.length + 1)
      for (const from of state.correlate) pass.shared(from)
    }
    pass.nodes(state.options)
  }
}

/** A copy that may be changed until it is given away; spelt out, as spreading two objects takes ten times as long. */
function copyOf(state: SelectState): { -readonly [K in keyof SelectState]: SelectState[K] } {
  return {
    items: state.items,
    names: state.names,
    froms: state.froms,
    where: state.where,
    groupBy: state.groupBy,
    having: state.having,
    orderBy: state.orderBy,
    limit: state.limit,
    offset: state.offset,
    distinct: state.distinct,
    forUpdate: state.forUpdate,
    ctes: state.ctes,
    correlate: state.correlate,
    options: state.options,
    executionOptions: state.executionOptions,
    plugin: state.plugin,
  }
}

function walkForUpdate(pass: Pass, forUpdate: ForUpdate): void {
  pass.text(forUpdate.strength)
  pass.text(forUpdate.wait)
  pass.flag(forUpdate.of.length)
  for (const from of forUpdate.of) pass.shared(from)
}

/**
 * SELECT of columns, expressions, whole tables and mapped classes; FROM follows from them, from criteria and joins.
 *
 * Rows have the names of columns and labels; `select({ name: item })` names each. Tuples have all items in order.
 * @throws ArgumentError something cannot be selected: `undefined`, a string (write `text()`, `literal()` or a column)
 * @example
 * select(users.c.id, users.c.name).where(users.c.id.eq(5))
 * // SELECT users.id, users.name FROM users WHERE users.id = :id_1
 * select({ who: users.c.name, n: func.count() }).groupBy(users.c.name)
 * // SELECT users.name AS who, count(*) AS n FROM users GROUP BY users.name
 */
export function select<const A extends readonly Selectable[]>(...items: A): Select<RowOfItems<A>, TupleOf<A>>
export function select<O extends Readonly<Record<string, Selectable>>>(
  items: O,
): Select<RowOfRecord<O>, RowOfRecord<O>[keyof O][]>
export function select(...items: readonly unknown[]): Select {
  const [first] = items
  if (items.length === 1 && isNamedItems(first)) {
    const named = itemsOf(Object.values(first), 'select()')
    return new Select({ ...EMPTY_SELECT, items: named, names: Object.keys(first), plugin: pluginOf(named) })
  }
  const chosen = itemsOf(items, 'select()')
  return new Select({ ...EMPTY_SELECT, items: chosen, plugin: pluginOf(chosen) })
}

function isNamedItems(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isElement(value) || hasClauseElement(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** @internal What stands in a columns clause or RETURNING. */
export function itemsOf(items: readonly unknown[], where: string): readonly SelectItem[] {
  return expectAll(COLUMNS, items, where) as Element[] as SelectItem[]
}

/** @internal The plugin that a mapped class among the arguments brings; null where there is none. */
export function pluginOf(items: readonly unknown[]): CompilePlugin | null {
  for (const item of items) {
    const element = elementOf(item)
    if (element !== null && element.roles & Role.entity) return (element as EntityElement).plugin
  }
  return null
}

function forUpdateOf(options: ForUpdateOptions): ForUpdate {
  checkKeys('withForUpdate()', options, ['of', 'nowait', 'skipLocked', 'read', 'keyShare'])
  const { of = [], nowait = false, skipLocked = false, read = false, keyShare = false } = options
  if (nowait && skipLocked) throw new ArgumentError('withForUpdate() takes nowait or skipLocked, not both')
  const strong = read ? 'share' : 'update'
  const weak = read ? 'keyShare' : 'noKeyUpdate'
  const list = Array.isArray(of) ? (of as readonly unknown[]) : [of]
  return {
    strength: keyShare ? weak : strong,
    of: [...new Set(expectAll(FROM, list, 'withForUpdate()') as Element[] as FromClause[])],
    wait: nowait ? 'nowait' : skipLocked ? 'skipLocked' : 'wait',
  }
}
