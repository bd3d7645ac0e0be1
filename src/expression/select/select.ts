// `Select`: the generative SELECT, and `select()`, which makes one.

import { ArgumentError } from '../../errors.ts'
import { defineKind, type Element, isElement } from '../base/element.ts'
import type { StatementOption } from '../base/executable.ts'
import { checkStatementOptions, type StatementExecutionOptions } from '../base/execution-options.ts'
import type { Pass } from '../base/pass.ts'
import { type CompilePlugin, hasClauseElement } from '../base/protocol.ts'
import type { Trail } from '../base/recipe.ts'
import { expectAll } from '../coerce/expect.ts'
import { FROM } from '../coerce/roles.ts'
import { checkOptions } from '../coerce/statement-option.ts'
import type { Criterion } from '../comparator/conjunction.ts'
import type { NamedElement } from '../element/column-element.ts'
import type { TextClause } from '../element/text.ts'
import { type AddedCtes, addedCtes } from '../from/alias.ts'
import {
  type FromClause,
  type FunctionSource,
  fromArgument,
  type JoinOptions,
  type JoinTarget,
} from '../from/from-clause.ts'
import type { FromArgument, OuterOf, OuterOfJoin, SourceOf } from '../from/typed.ts'
import { isPlainObject } from '../types/plain-object.ts'
import type { SqlType } from '../types/type.ts'
import { type AffixOptions, type AffixText, affixed, hinted, walkRare } from './affixes.ts'
import { type Count, countFor, type OrderBy, SelectBase, walkFetch } from './compound.ts'
import { copyOf, EMPTY_SELECT } from './copy.ts'
import { equalities } from './filter-by.ts'
import { type ForUpdateOptions, forUpdateOf, walkForUpdate } from './for-update.ts'
import { fromsOfSelect, impliedFroms } from './froms.ts'
import { itemsOf, pluginOf } from './items.ts'
import { froms } from './joins.ts'
import { exportedColumnsOf, walkOrder } from './labels.ts'
import { reducedItems } from './reduce.ts'
import type { LabelStyle, OrderedState, SelectState } from './state.ts'
import { after, joinBits, recipeColumns, type Step, StepKind, stateAfter, stepBehind, stepTo } from './steps.ts'
import type { Item, RowOfItems, RowOfRecord, Selectable, Single, TupleOf } from './typed.ts'
import type { Chosen, Listed, OuterRow, OuterTuple, RowWith, TupleWith } from './typed-outer.ts'

export { EMPTY_SELECT } from './copy.ts'

const LABEL_STYLES: readonly string[] = ['disambiguateOnly', 'tablenamePlusCol', 'none']

/** A result column, for programs that look at statements. */
export interface ColumnDescription {
  readonly name: string
  readonly type: SqlType
  readonly expression: NamedElement
}

/** SELECT; every method gives a new statement. `Choice` is what types of outer joins are made of: {@link Chosen}; no property has it. */
export class Select<out Row = unknown, out Tuple extends unknown[] = unknown[], Choice = unknown> extends SelectBase<
  Row,
  Tuple
> {
  declare readonly kind: 'select'
  static {
    defineKind(this, 'select')
  }
  /** @internal */
  override remembered: unknown = undefined
  #state: SelectState | null
  readonly #step: Step | null
  #exported: readonly NamedElement[] | null = null

  /** @internal From what it says, or from the last of the steps by which it is built: what it says is then made when it is asked for. */
  constructor(state: SelectState)
  constructor(state: null, step: Step)
  constructor(state: SelectState | null, step: Step | null = null) {
    super()
    this.#state = state
    this.#step = step
  }
  /** @internal */
  get state(): SelectState {
    this.#state ??= stateAfter(this.#step)
    return this.#state
  }
  override get trail(): Trail | null {
    return this.#step
  }
  get plugin(): CompilePlugin | null {
    return this.#step === null ? this.state.plugin : (this.#step.recipe.plugin as CompilePlugin | null)
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return this.#step === null ? this.state.executionOptions : EMPTY_SELECT.executionOptions
  }
  get exportedColumns(): readonly NamedElement[] {
    if (this.#exported === null) {
      this.#exported = exportedColumnsOf(this.state)
      if (this.#step !== null) this.#step.recipe.columns ??= recipeColumns(this.#exported)
    }
    return this.#exported
  }
  /** @internal The same statement with some parts changed. */
  with(change: Partial<SelectState>): Select<Row, Tuple, Choice> {
    const next = copyOf(this.state)
    for (const key in change) next[key as keyof SelectState] = change[key as keyof SelectState] as never
    return new Select<Row, Tuple, Choice>(next)
  }
  /** @internal */
  reordered(change: Partial<OrderedState>): this {
    return this.with(change) as this
  }
  #after(kind: number, args: readonly unknown[]): Select<Row, Tuple, Choice> {
    const step = this.#step === null ? null : stepBehind(this.#step, kind, args)
    return step === null
      ? new Select<Row, Tuple, Choice>(after(this.state, kind, args))
      : new Select<Row, Tuple, Choice>(null, step)
  }

  /**
   * Adds criteria; all of them must be fulfilled.
   * @throws ArgumentError something is no criterion: `undefined`, a JavaScript boolean
   */
  where(...criteria: readonly Criterion[]): Select<Row, Tuple, Choice> {
    return this.#after(StepKind.where, criteria)
  }
  /**
   * Adds a criterion for each key: the column of that name equals the value, whichever FROM element has it.
   * @throws ArgumentError no FROM element has a column of that name
   * @throws AmbiguousColumnError several have
   * @example
   * select(users).filterBy({ name: 'ed', age: null })   // ... WHERE users.name = :name_1 AND users.age IS NULL
   */
  filterBy(values: Readonly<Record<string, unknown>>): Select<Row, Tuple, Choice> {
    return this.where(...equalities(this.state, values, 'filterBy()'))
  }
  /** Adds to GROUP BY; `null` alone takes back what was there. */
  groupBy(...by: readonly (OrderBy<Row> | null)[]): Select<Row, Tuple, Choice> {
    return this.#after(StepKind.groupBy, by)
  }
  /** Adds criteria for groups; all of them must be fulfilled. */
  having(...criteria: readonly Criterion[]): Select<Row, Tuple, Choice> {
    return this.#after(StepKind.having, criteria)
  }
  /** {@link SelectBase.orderBy} */
  override orderBy(...by: readonly (OrderBy<Row> | null)[]): this {
    return this.#after(StepKind.orderBy, by) as this
  }
  /** {@link SelectBase.limit} */
  override limit(count: Count): this {
    return this.#after(StepKind.limit, [countFor(count, 'limit()')]) as this
  }
  /** {@link SelectBase.offset} */
  override offset(count: Count): this {
    return this.#after(StepKind.offset, [countFor(count, 'offset()')]) as this
  }
  /**
   * Each row once.
   * @param on PostgreSQL's `DISTINCT ON`: the first row of each group of rows that are equal in these
   */
  distinct(...on: readonly OrderBy<Row>[]): Select<Row, Tuple, Choice> {
    return this.#after(StepKind.distinct, on)
  }

  /**
   * Joins with a target: on the condition, or along a foreign key, or as a relationship says. With `{ isFull: true }` everything can
   * be null, also in the row's type.
   * @throws NoForeignKeysError, AmbiguousForeignKeysError the foreign keys give no condition, or several
   * @throws InvalidRequestError it cannot be told with which of the FROM elements
   * @example
   * select(users.c.name, addresses.c.email).join(addresses)
   * // SELECT users.name, addresses.email FROM users JOIN addresses ON users.id = addresses.user_id
   */
  join<This extends Select, T extends JoinTarget, const O extends JoinOptions | undefined = undefined>(
    this: This,
    target: T,
    on?: Criterion,
    options?: O,
  ): WithJoin<This, T, O> {
    return this.#joins(target, on, joinBits(false, options)) as never
  }
  /**
   * {@link join} that keeps rows without a partner. In those, everything of the target is null: the row's type says so of its columns,
   * under whatever label, and of mapped classes; not of expressions that are made of them, such as `func.lower(...)`.
   * @example
   * // rows: { name: string; email: string | null }
   * select(users.c.name, addresses.c.email).outerjoin(addresses)
   * // SELECT users.name, addresses.email FROM users LEFT OUTER JOIN addresses ON users.id = addresses.user_id
   */
  outerjoin<This extends Select, T extends JoinTarget, const O extends JoinOptions | undefined = undefined>(
    this: This,
    target: T,
    on?: Criterion,
    options?: O,
  ): WithOuterJoin<This, T, O> {
    return this.#joins(target, on, joinBits(true, options)) as never
  }
  /** {@link join} with the left side named. */
  joinFrom<This extends Select, T extends JoinTarget, const O extends JoinOptions | undefined = undefined>(
    this: This,
    left: FromArgument | FunctionSource | TextClause,
    target: T,
    on?: Criterion,
    options?: O,
  ): WithJoin<This, T, O> {
    return this.#joined(left, target, on, options ?? {}, 'joinFrom()') as never
  }
  /** {@link outerjoin} with the left side named. */
  outerjoinFrom<This extends Select, T extends JoinTarget, const O extends JoinOptions | undefined = undefined>(
    this: This,
    left: FromArgument | FunctionSource | TextClause,
    target: T,
    on?: Criterion,
    options?: O,
  ): WithOuterJoin<This, T, O> {
    return this.#joined(left, target, on, { isOuter: true, ...options }, 'outerjoinFrom()') as never
  }
  #joins(target: unknown, on: unknown, bits: number): Select {
    const args = [target, on, bits]
    if (on !== undefined || this.#step === null) return this.#after(StepKind.join, args)
    const state = after(this.state, StepKind.join, args)
    const step = stepTo(state, this.#step)
    return step === null ? new Select(state) : new Select(null, step)
  }
  #joined(
    left: unknown,
    target: unknown,
    on: unknown,
    options: JoinOptions,
    where: string,
  ): Select<Row, Tuple, Choice> {
    const from = left === null ? null : fromArgument(left, where)
    return this.with({
      froms: froms(this.state, from, target, on, options, where),
      plugin: pluginOf([left, target]) ?? this.state.plugin,
    })
  }
  /** Adds FROM elements that no column or criterion implies, a join (`selectFrom(users.join(addresses))`), `text()`, or a function. */
  selectFrom<This extends Select, const F extends readonly (FromArgument | FunctionSource | TextClause)[]>(
    this: This,
    ...from: F
  ): WithFrom<This, F> {
    return this.#after(StepKind.selectFrom, from) as never
  }
  /**
   * Tells which FROM elements of the statements around are meant here, rather than listed here again; `null` alone says none.
   * Without it, a subquery shares those of the statement directly around, as long as something of its own is left.
   */
  correlate(...from: readonly (FromArgument | null)[]): Select<Row, Tuple, Choice> {
    if (from.length === 1 && from[0] === null) return this.with({ correlate: [], correlateExcept: null })
    const present = this.state.correlate ?? []
    return this.with({
      correlate: [...present, ...(expectAll(FROM, from, 'correlate()') as Element[] as FromClause[])],
      correlateExcept: null,
    })
  }
  /**
   * Shares all FROM elements of the statements around but these, which are listed here again.
   * @example
   * select(func.count(a.id)).where(a.userId.eq(u.id)).correlateExcept(addresses).scalarSubquery()
   * // in a query about users: (SELECT count(addresses.id) AS count_1 FROM addresses WHERE addresses.user_id = users.id)
   */
  correlateExcept(...from: readonly FromArgument[]): Select<Row, Tuple, Choice> {
    const more = expectAll(FROM, from, 'correlateExcept()') as Element[] as FromClause[]
    return this.with({ correlate: null, correlateExcept: [...(this.state.correlateExcept ?? []), ...more] })
  }

  /** More result columns. */
  addColumns<This extends Select, const A extends readonly Selectable[]>(this: This, ...items: A): WithItems<This, A> {
    if (this.state.names !== null)
      throw new ArgumentError('addColumns() cannot add to select({ name: item }): its columns are named in one place')
    const more = itemsOf(items, 'addColumns()')
    const { plugin } = this.state
    return new Select({
      ...this.state,
      items: [...this.state.items, ...more],
      plugin: pluginOf(more) ?? plugin,
    }) as never
  }
  /** Other result columns; everything else stays. */
  withOnlyColumns<This extends Select, const A extends readonly Selectable[]>(
    this: This,
    ...items: A
  ): WithOnlyItems<This, A> {
    const chosen = itemsOf(items, 'withOnlyColumns()')
    return new Select({
      ...this.state,
      items: chosen,
      names: null,
      plugin: pluginOf(chosen) ?? this.state.plugin,
    }) as never
  }

  /**
   * Leaves out columns whose value another column of the same name has: by a foreign key, or by `=` in criteria and joins.
   * @param onlySynonyms false leaves out those of other names too. Default true.
   * @throws ArgumentError of `select({ name: item })`, whose names are the caller's
   * @example
   * select(users.c.id, addresses.c.id, addresses.c.email).where(users.c.id.eq(addresses.c.id)).reduceColumns()
   * // SELECT users.id, addresses.email FROM users, addresses WHERE users.id = addresses.id
   */
  reduceColumns(onlySynonyms?: true): Select<Row, Tuple[number][], Choice>
  reduceColumns(onlySynonyms: boolean): Select<Partial<Row>, Tuple[number][], Choice>
  reduceColumns(onlySynonyms = true): Select<never, never, Choice> {
    if (this.state.names !== null)
      throw new ArgumentError('reduceColumns() cannot choose among the columns of select({ name: item })')
    return this.with({ items: reducedItems(this.state, onlySynonyms) }) as Select as Select<never, never, Choice>
  }

  /**
   * How result columns are named, in rows as in SQL: `'disambiguateOnly'` (the default) as they are, with a number where a name
   * is taken; `'tablenamePlusCol'` with the table's name before them; `'none'` as they are, taken or not.
   * @example
   * select(users.c.id, addresses.c.id).setLabelStyle('tablenamePlusCol')
   * // SELECT users.id AS users_id, addresses.id AS addresses_id FROM users, addresses
   */
  setLabelStyle(style: 'disambiguateOnly' | 'none'): Select<Row, Tuple, Choice>
  setLabelStyle(style: 'tablenamePlusCol'): Select<Record<string, Tuple[number]>, Tuple, Choice>
  setLabelStyle(style: LabelStyle): Select<never, never, Choice> {
    if (!LABEL_STYLES.includes(style))
      throw new ArgumentError(`setLabelStyle() takes ${LABEL_STYLES.map((each) => `'${each}'`).join(', ')}`)
    return this.with({ labels: style }) as Select as Select<never, never, Choice>
  }

  /**
   * Text behind the word SELECT, such as a hint of a database; for one dialect only where it is named.
   * @throws ArgumentError a string: SQL is written as `text()`
   * @example
   * select(users.c.id).prefixWith(text('SQL_NO_CACHE'), { dialect: 'mysql' })   // MySQL: SELECT SQL_NO_CACHE users.id FROM users
   */
  prefixWith(prefix: AffixText, options: AffixOptions = {}): Select<Row, Tuple, Choice> {
    return this.with({ affixes: affixed(this.state.affixes, 'prefixes', prefix, options) })
  }
  /** Text behind everything else. */
  suffixWith(suffix: AffixText, options: AffixOptions = {}): Select<Row, Tuple, Choice> {
    return this.with({ affixes: affixed(this.state.affixes, 'suffixes', suffix, options) })
  }
  /** A hint about the statement, behind it: for databases that have such. */
  withStatementHint(hint: AffixText, options: AffixOptions = {}): Select<Row, Tuple, Choice> {
    return this.with({ affixes: affixed(this.state.affixes, 'statementHints', hint, options) })
  }
  /**
   * A hint about a FROM element. PostgreSQL has one: `'ONLY'` leaves out the rows of tables that inherit.
   * @example
   * select(users.c.id).withHint(users, 'ONLY')   // SELECT users.id FROM ONLY users
   */
  withHint(from: FromArgument, hint: string, options: AffixOptions = {}): Select<Row, Tuple, Choice> {
    return this.with({ affixes: hinted(this.state.affixes, from, hint, options) })
  }

  /** The FROM elements that the statement lists where nothing is around it: named ones, joins, those of columns and criteria. */
  get finalFroms(): readonly FromClause[] {
    return fromsOfSelect(this.state)
  }
  /** The FROM elements that the columns clause alone implies. */
  get columnsClauseFroms(): readonly FromClause[] {
    return impliedFroms({ ...this.state, froms: [], where: [] })
  }
  /** What each result column is called, its SQL type, and its expression. */
  get columnDescriptions(): readonly ColumnDescription[] {
    return this.exportedColumns.map((column) => ({ name: column.key, type: column.type, expression: column }))
  }

  /**
   * Locks the rows until the end of the transaction.
   * @throws ArgumentError for an unknown option, or `nowait` and `skipLocked` together
   * @example
   * select(jobs).where(jobs.c.done.eq(false)).limit(1).withForUpdate({ skipLocked: true })   // ... FOR UPDATE SKIP LOCKED
   */
  withForUpdate(options: ForUpdateOptions = {}): Select<Row, Tuple, Choice> {
    return this.with({ forUpdate: forUpdateOf(options) })
  }
  /**
   * Adds CTEs that stand in WITH without being named in FROM: a write whose rows nobody reads.
   * @param ctes what `cte()` gives, and behind that {@link AddCteOptions}
   * @throws ArgumentError it is no CTE
   */
  addCte(...ctes: AddedCtes): Select<Row, Tuple, Choice> {
    return this.with({ ctes: addedCtes(this.state.ctes, ctes) })
  }
  /** Options for whoever runs the statement: the ORM's loader options. */
  options(...options: readonly StatementOption[]): Select<Row, Tuple, Choice> {
    checkOptions(options)
    return this.with({ options: [...this.state.options, ...options] })
  }
  /** Options of how the statement is run; later ones win. */
  executionOptions(options: StatementExecutionOptions): Select<Row, Tuple, Choice> {
    checkStatementOptions('executionOptions()', options)
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
    walkOrder(pass, state.orderBy, this)
    pass.node(state.limit)
    pass.node(state.offset)
    walkFetch(pass, state.fetch)
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
    const isPlain = state.correlateExcept === null && state.labels === 'disambiguateOnly' && state.affixes === null
    pass.flag(isPlain)
    if (!isPlain) walkRare(pass, state)
    pass.nodes(state.options)
  }
}

/** A SELECT with one more of its FROM elements missing in some rows. */
export type WithOuter<S, New> = [New] extends [never]
  ? S
  : S extends Select<infer Row, infer Tuple, infer C>
    ? C extends Chosen<infer Items, infer Outer>
      ? Select<OuterRow<Row, Items, New>, OuterTuple<Tuple, Items, New>, Chosen<Items, Outer | New>>
      : S
    : never

/** A SELECT joined with a target; a full join leaves out rows of everything else too. */
export type WithJoin<S, T, Options> = WithOuter<S, OuterOfJoin<T, Options, unknown>>

/** A SELECT joined with a target that can be missing. */
export type WithOuterJoin<S, T, Options> = WithOuter<S, SourceOf<T> | OuterOfJoin<T, Options, unknown>>

/** A SELECT with FROM elements named. */
export type WithFrom<S, From extends readonly unknown[]> = WithOuter<S, OuterOf<From[number]>>

/** A SELECT with more result columns. */
export type WithItems<S, A extends readonly unknown[]> =
  S extends Select<infer Row, infer Tuple, infer C>
    ? C extends Chosen<infer Items, infer Outer>
      ? Select<
          Row & RowWith<A, RowOfItems<A>, Outer>,
          [...Tuple, ...TupleWith<A, TupleOf<A>, Outer>],
          Chosen<[...Listed<Items>, ...A], Outer>
        >
      : Select<Row & RowOfItems<A>, [...Tuple, ...TupleOf<A>]>
    : never

/** A SELECT with other result columns. */
export type WithOnlyItems<S, A extends readonly unknown[]> =
  S extends Select<infer _Row, infer _Tuple, infer C>
    ? C extends Chosen<unknown, infer Outer>
      ? Select<RowWith<A, RowOfItems<A>, Outer>, TupleWith<A, TupleOf<A>, Outer>, Chosen<A, Outer>>
      : Select<RowOfItems<A>, TupleOf<A>>
    : never

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
export function select<const A extends readonly Single[]>(...items: A): Select<RowOfItems<A>, TupleOf<A>, Chosen<A>>
export function select<const A extends readonly Selectable[]>(
  ...items: A
): Select<RowOfItems<A>, Item<A[number]>[], Chosen<A>>
export function select<O extends Readonly<Record<string, Selectable>>>(
  items: O,
): Select<RowOfRecord<O>, RowOfRecord<O>[keyof O][], Chosen<O>>
export function select(...items: readonly unknown[]): Select {
  const [first] = items
  if (items.length === 1 && isNamedItems(first)) {
    const named = itemsOf(Object.values(first), 'select()')
    return new Select({ ...EMPTY_SELECT, items: named, names: Object.keys(first), plugin: pluginOf(named) })
  }
  const step = stepBehind(null, StepKind.items, items)
  return step === null ? new Select(after(EMPTY_SELECT, StepKind.items, items)) : new Select(null, step)
}

function isNamedItems(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isElement(value) || hasClauseElement(value)) return false
  return isPlainObject(value)
}
