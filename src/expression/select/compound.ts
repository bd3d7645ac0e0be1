// `SelectBase`: what SELECT and compounds of SELECTs share; UNION, INTERSECT, EXCEPT, which its methods give.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { defineKind } from '../base/element.ts'
import { Executable, type StatementSort } from '../base/executable.ts'
import { checkStatementOptions, type StatementExecutionOptions } from '../base/execution-options.ts'
import type { Pass } from '../base/pass.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION, ORDER, ROWS } from '../coerce/roles.ts'
import { ANONYMOUS } from '../comparator/operand.ts'
import { Bind } from '../element/bind.ts'
import type { ColumnElement, Expression, NamedElement } from '../element/column-element.ts'
import {
  type AddedCtes,
  addedCtes,
  Cte,
  type CteOptions,
  checkCteOptions,
  type NestedHere,
  type RowSource,
  Subquery,
  selectable,
} from '../from/alias.ts'
import type { SourceName } from '../from/typed.ts'
import { NullType } from '../types/null.ts'
import { BigInteger, Integer } from '../types/numeric.ts'
import type { SqlType } from '../types/type.ts'
import { columnCount, commonTypes } from './compound-types.ts'
import { walkOrder } from './labels.ts'
import { Exists, ScalarSelect } from './scalar.ts'
import type { Fetch, OrderedState } from './state.ts'
import type { Beside, UnionRow, UnionTuple } from './typed-compound.ts'

const NO_OPTIONS: CteOptions = {}

/** How the rows of the parts are put together. */
export type CompoundOperator = 'UNION' | 'UNION ALL' | 'INTERSECT' | 'INTERSECT ALL' | 'EXCEPT' | 'EXCEPT ALL'

/** What ORDER BY takes: expressions, and names of the row's columns. */
export type OrderBy<Row> = Expression | (keyof Row & string)

/** What LIMIT and OFFSET take: a count, an expression, or null for none. */
export type Count = number | bigint | Expression<number | bigint | null> | null

/** Options of {@link SelectBase.fetch}. */
export interface FetchOptions {
  /** Rows that are equal to the last one in the order too. Default false. */
  readonly withTies?: boolean
  /** The count is a percentage of all rows; PostgreSQL does not know it. Default false. */
  readonly percent?: boolean
}

/** SELECT, or several of them put together. */
export abstract class SelectBase<out Row = unknown, out Tuple extends unknown[] = unknown[]>
  extends Executable<Row, Tuple>
  implements RowSource
{
  /** @internal */
  abstract readonly state: OrderedState
  abstract readonly exportedColumns: readonly NamedElement[]
  /** @internal The types of the columns, where they are not all their own. */
  get columnTypes(): readonly SqlType[] | null {
    return null
  }
  /** @internal The same statement with another order or limit. */
  abstract reordered(change: Partial<OrderedState>): this

  /** @internal */
  override get roles(): number {
    return Role.rows
  }
  get sort(): StatementSort {
    return 'select'
  }

  /**
   * Adds to ORDER BY; `null` alone takes back what was there. A name is that of a result column.
   * @example
   * select(users.c.name, func.count().label('n')).groupBy(users.c.name).orderBy(desc('n'), 'name')
   * // SELECT users.name, count(*) AS n FROM users GROUP BY users.name ORDER BY n DESC, users.name
   */
  orderBy(...by: readonly (OrderBy<Row> | null)[]): this {
    return this.reordered({ orderBy: orderList(this.state.orderBy, by, 'orderBy()') })
  }
  /** At most so many rows; null takes the limit back. */
  limit(count: Count): this {
    return this.reordered({ limit: countFor(count, 'limit()'), fetch: null })
  }
  /**
   * At most so many rows, in the words of the standard, and with those that are equal to the last one where `withTies` is asked
   * for; takes the place of {@link limit}. null takes it back.
   * @example
   * select(users.c.id).orderBy(users.c.age).fetch(3, { withTies: true })
   * // SELECT users.id FROM users ORDER BY users.age FETCH FIRST :param_1 ROWS WITH TIES
   */
  fetch(count: Count, options: FetchOptions = {}): this {
    checkKeys('fetch()', options, [], ['withTies', 'percent'])
    const rows = countFor(count, 'fetch()')
    const { withTies = false, percent = false } = options
    return this.reordered({ fetch: rows === null ? null : { count: rows, withTies, percent }, limit: null })
  }
  /** The rows from one position to before another, counted from 0: as `array.slice()`, without negative positions. */
  slice(start: number, end: number): this {
    const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start
    if (!isRange) throw new ArgumentError('slice() takes two whole numbers from 0 on, the first not above the second')
    const limited = this.limit(end - start)
    return start === 0 ? limited.offset(null) : limited.offset(start)
  }
  /** Leaves out so many rows first; null takes it back. */
  offset(count: Count): this {
    return this.reordered({ offset: countFor(count, 'offset()') })
  }

  /**
   * This statement as a FROM element.
   * @param name default: one that the compiler chooses, such as `anon_1`
   * @example
   * const adults = select(users.c.id).where(users.c.age.gt(17)).subquery('adults')
   * select(adults.c.id)   // SELECT adults.id FROM (SELECT users.id AS id FROM users WHERE users.age > :age_1) AS adults
   */
  subquery<Name extends string | null = null>(name: Name = null as Name): Subquery<Row, SourceName<Name, Row>> {
    return new Subquery(this, name)
  }
  /** {@link subquery}, by SQLAlchemy's other name. */
  alias<Name extends string | null = null>(name: Name = null as Name): Subquery<Row, SourceName<Name, Row>> {
    return this.subquery(name)
  }
  /** A subquery that sees the FROM elements before it: `LATERAL (...) AS name`. */
  lateral<Name extends string | null = null>(name: Name = null as Name): Subquery<Row, SourceName<Name, Row>> {
    return new Subquery(this, name, true)
  }
  /**
   * This statement as a common table expression: `WITH name AS (...)`, written once at the top of the statement.
   * @example
   * const adults = select(users.c.id, users.c.name).where(users.c.age.gt(17)).cte('adults')
   * select(adults.c.name)
   * // WITH adults AS (SELECT users.id AS id, users.name AS name FROM users WHERE users.age > :age_1) SELECT adults.name FROM adults
   */
  cte<Name extends string | null = null>(
    name: Name = null as Name,
    options: CteOptions = NO_OPTIONS,
  ): Cte<Row, SourceName<Name, Row>> {
    if (options !== NO_OPTIONS) checkCteOptions(options)
    return new Cte(this, name, options)
  }
  /** This statement as a value: of one column and, at execution, one row at most; NULL where there is none. */
  scalarSubquery(): ScalarSelect<Tuple[0] | null> {
    const columns = this.exportedColumns
    if (columns.length !== 1)
      throw new ArgumentError(`A scalar subquery has one column; this SELECT has ${columns.length}`)
    const type = this.columnTypes?.[0] ?? columns[0]?.type ?? NullType
    return new ScalarSelect(this, type as SqlType<Tuple[0] | null>)
  }
  /**
   * The statement's one value under a name: short for `scalarSubquery().label(name)`.
   * @throws ArgumentError it has several columns
   */
  label<const N extends string>(name: N): NamedElement<N, Tuple[0] | null> {
    return this.scalarSubquery().label(name)
  }
  /** @internal This statement as the rows that a tuple of this type is looked for in. */
  rowSubquery(type: SqlType): ScalarSelect {
    return new ScalarSelect(this, type)
  }
  /** Whether this statement gives a row: `EXISTS (...)`. */
  exists(): Exists {
    return new Exists(this)
  }

  /** `UNION`: rows of either, each once. */
  // Typed by `this`: what UNION gives, said of the class's own Row and Tuple, would make these invariant, and dear to check.
  union<R, T extends unknown[], Others extends readonly SelectBase[]>(
    this: SelectBase<R, T>,
    ...others: Others & Beside<T, Others>
  ): CompoundSelect<UnionRow<R, Others[number]>, UnionTuple<T, Others[number]>> {
    return compound('UNION', [this, ...others])
  }
  /** `UNION ALL`: rows of either, all of them. */
  unionAll<R, T extends unknown[], Others extends readonly SelectBase[]>(
    this: SelectBase<R, T>,
    ...others: Others & Beside<T, Others>
  ): CompoundSelect<UnionRow<R, Others[number]>, UnionTuple<T, Others[number]>> {
    return compound('UNION ALL', [this, ...others])
  }
  /** `INTERSECT`: rows of both, each once. */
  intersect<R, T extends unknown[], Others extends readonly SelectBase[]>(
    this: SelectBase<R, T>,
    ...others: Others & Beside<T, Others>
  ): CompoundSelect<R, T> {
    return compound('INTERSECT', [this, ...others])
  }
  /** `INTERSECT ALL`. */
  intersectAll<R, T extends unknown[], Others extends readonly SelectBase[]>(
    this: SelectBase<R, T>,
    ...others: Others & Beside<T, Others>
  ): CompoundSelect<R, T> {
    return compound('INTERSECT ALL', [this, ...others])
  }
  /** `EXCEPT`: rows of this that are not rows of the others, each once. */
  except<R, T extends unknown[], Others extends readonly SelectBase[]>(
    this: SelectBase<R, T>,
    ...others: Others & Beside<T, Others>
  ): CompoundSelect<R, T> {
    return compound('EXCEPT', [this, ...others])
  }
  /** `EXCEPT ALL`. */
  exceptAll<R, T extends unknown[], Others extends readonly SelectBase[]>(
    this: SelectBase<R, T>,
    ...others: Others & Beside<T, Others>
  ): CompoundSelect<R, T> {
    return compound('EXCEPT ALL', [this, ...others])
  }
}

/** What a compound says. */
export interface CompoundState extends OrderedState {
  readonly operator: CompoundOperator
  readonly selects: readonly SelectBase[]
  readonly ctes: readonly (Cte | NestedHere)[]
  readonly executionOptions: StatementExecutionOptions
}

/** Several SELECTs as one; every method gives a new statement. */
export class CompoundSelect<out Row = unknown, out Tuple extends unknown[] = unknown[]> extends SelectBase<Row, Tuple> {
  declare readonly kind: 'compound'
  static {
    defineKind(this, 'compound')
  }
  /** @internal */
  readonly state: CompoundState
  /** @internal */
  override remembered: unknown = undefined
  /** @internal */
  constructor(state: CompoundState) {
    super()
    this.state = state
  }
  get plugin(): CompilePlugin | null {
    return null
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return this.state.executionOptions
  }
  get exportedColumns(): readonly NamedElement[] {
    return this.state.selects[0]?.exportedColumns ?? []
  }
  /** @internal */
  override get columnTypes(): readonly SqlType[] | null {
    const { selects } = this.state
    return selects.every((each) => columnCount(each) !== null) ? commonTypes(selects) : null
  }
  /** @internal */
  with(change: Partial<CompoundState>): CompoundSelect<Row, Tuple> {
    return new CompoundSelect<Row, Tuple>({ ...this.state, ...change })
  }
  /** @internal */
  reordered(change: Partial<OrderedState>): this {
    return this.with(change) as this
  }
  /** Adds CTEs that stand in WITH without being named elsewhere; behind them can stand {@link AddCteOptions}. */
  addCte(...ctes: AddedCtes): CompoundSelect<Row, Tuple> {
    return this.with({ ctes: addedCtes(this.state.ctes, ctes) })
  }
  /** Options of how the statement is run; later ones win. */
  executionOptions(options: StatementExecutionOptions): CompoundSelect<Row, Tuple> {
    checkStatementOptions('executionOptions()', options)
    return this.with({ executionOptions: { ...this.state.executionOptions, ...options } })
  }
  walk(pass: Pass): void {
    pass.text(this.state.operator)
    pass.nodes(this.state.selects)
    pass.nodes(this.state.ctes)
    walkOrder(pass, this.state.orderBy, this)
    pass.node(this.state.limit)
    pass.node(this.state.offset)
    walkFetch(pass, this.state.fetch)
  }
}

/** Tells FETCH to a pass. */
export function walkFetch(pass: Pass, fetch: Fetch | null): void {
  if (fetch === null) {
    pass.flag(false)
    return
  }
  pass.node(fetch.count)
  pass.flag((fetch.percent ? 1 : 0) | (fetch.withTies ? 2 : 0))
}

/**
 * Puts statements together.
 * @internal
 * @throws ArgumentError one of them is no SELECT, or has another number of columns
 */
export function compound<Row, Tuple extends unknown[]>(
  operator: CompoundOperator,
  parts: readonly unknown[],
): CompoundSelect<Row, Tuple> {
  const where = `${operator.toLowerCase().replace(' a', 'A')}()`
  const selects = parts.map((part) => expect(ROWS, part, where) as SelectBase)
  const [first] = selects
  if (first === undefined) throw new ArgumentError(`${where} takes one SELECT at least`)
  const counts = selects.map(columnCount)
  const count = counts.find((each) => each !== null)
  const other = counts.find((each) => each !== null && each !== count)
  if (other !== undefined)
    throw new ArgumentError(
      `${where}: all SELECTs must have the same number of columns; the first has ${count}, another has ${other}`,
    )
  return new CompoundSelect({
    operator,
    selects,
    ctes: [],
    orderBy: [],
    limit: null,
    offset: null,
    fetch: null,
    executionOptions: {},
  })
}

selectable.plug((operator, parts) => compound(operator, parts))

/**
 * `UNION`: rows of any of the statements, each once. The first one names the columns; a column is of all the types that it has in the
 * statements, and NULL where it is in any.
 * @example
 * union(select(users.c.name), select(guests.c.name))
 * // SELECT users.name FROM users UNION SELECT guests.name FROM guests
 */
export function union<Row, Tuple extends unknown[], Others extends readonly SelectBase[]>(
  first: SelectBase<Row, Tuple>,
  ...others: Others & Beside<Tuple, Others>
): CompoundSelect<UnionRow<Row, Others[number]>, UnionTuple<Tuple, Others[number]>> {
  return compound('UNION', [first, ...others])
}
/**
 * `UNION ALL`: rows of all of the statements. The first one names the columns; their types are as of {@link union}.
 * @example
 * unionAll(select(users.c.name), select(guests.c.name)).orderBy('name')
 * // SELECT users.name FROM users UNION ALL SELECT guests.name FROM guests ORDER BY name
 */
export function unionAll<Row, Tuple extends unknown[], Others extends readonly SelectBase[]>(
  first: SelectBase<Row, Tuple>,
  ...others: Others & Beside<Tuple, Others>
): CompoundSelect<UnionRow<Row, Others[number]>, UnionTuple<Tuple, Others[number]>> {
  return compound('UNION ALL', [first, ...others])
}
/**
 * `INTERSECT`: rows that all of the statements give, each once.
 * @example
 * intersect(select(users.c.name), select(guests.c.name))
 * // SELECT users.name FROM users INTERSECT SELECT guests.name FROM guests
 */
export function intersect<Row, Tuple extends unknown[], Others extends readonly SelectBase[]>(
  first: SelectBase<Row, Tuple>,
  ...others: Others & Beside<Tuple, Others>
): CompoundSelect<Row, Tuple> {
  return compound('INTERSECT', [first, ...others])
}
/**
 * `EXCEPT`: rows of the first that no other statement gives, each once.
 * @example
 * except(select(users.c.name), select(guests.c.name))
 * // SELECT users.name FROM users EXCEPT SELECT guests.name FROM guests
 */
export function except<Row, Tuple extends unknown[], Others extends readonly SelectBase[]>(
  first: SelectBase<Row, Tuple>,
  ...others: Others & Beside<Tuple, Others>
): CompoundSelect<Row, Tuple> {
  return compound('EXCEPT', [first, ...others])
}

/** An ORDER BY or GROUP BY with more of them; `null` alone empties it. */
export function orderList(
  present: readonly ColumnElement[],
  by: readonly unknown[],
  where: string,
): readonly ColumnElement[] {
  if (by.length === 1 && by[0] === null) return []
  return [...present, ...by.map((each) => expect(ORDER, each, where))]
}

/** @internal LIMIT, OFFSET or FETCH; null for none. */
export function countFor(count: unknown, where: string): ColumnElement | null {
  if (count === null) return null
  const element = elementOf(count)
  if (element !== null) return expect(EXPRESSION, element, where)
  const isCount = typeof count === 'bigint' ? count >= 0n : Number.isSafeInteger(count) && (count as number) >= 0
  if (!isCount)
    throw new ArgumentError(
      `${where} takes a whole number from 0 on, an expression or null; got ${typeof count === 'number' || typeof count === 'bigint' ? count : describe(count)}`,
    )
  const type: SqlType = typeof count === 'bigint' || (count as number) > 0x7fffffff ? BigInteger : Integer
  return new Bind('param', count, type, ANONYMOUS)
}
