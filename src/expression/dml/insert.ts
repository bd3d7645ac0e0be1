// `Insert`: INSERT with values, many rows, from SELECT, or with defaults only.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { defineKind, type Element } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { ROWS } from '../coerce/roles.ts'
import type { NamedElement } from '../element/column-element.ts'
import type { RowSource } from '../from/alias.ts'
import type { EntityHandle, EntityInstance, EntityValues, InsertOf, TypedEntity, TypedTable } from '../from/typed.ts'
import { columnCount } from '../select/compound-types.ts'
import type { RowOfItems, Selectable, TupleOf } from '../select/typed.ts'
import { assignmentsOf, columnOf, merged, refuseFurther, rowsOf, walkAssignments } from './assignments.ts'
import { returnDefaultsOf, walkReturnDefaults } from './return-defaults.ts'
import { type Assignment, NOTHING_YET, returningOf, Write, type WriteState, writeOf } from './write.ts'

/** The rows of an INSERT ... SELECT. */
export interface InsertSource {
  readonly columns: readonly NamedElement[]
  readonly select: RowSource
  /** Columns with client-side defaults that are not named get them. Default true. */
  readonly includeDefaults?: boolean
}

/** Options of {@link Insert.fromSelect}. */
export interface FromSelectOptions {
  /** Whether columns with client-side defaults that are not named get them; a function is called once for all rows. Default true. */
  readonly includeDefaults?: boolean
}

/** All that an INSERT says. */
export interface InsertState extends WriteState {
  /** Values of the one row; null where rows, a SELECT or execution give them. */
  readonly values: readonly Assignment[] | null
  /** Several rows, each with the columns of the first. */
  readonly rows: readonly (readonly Assignment[])[] | null
  /** INSERT ... SELECT: the columns, and the statement. */
  readonly from: InsertSource | null
  /** A dialect's own clause behind the values (`ON CONFLICT`); null for none. */
  readonly onConflict: Element | null
  /** No key comes back by itself. */
  readonly inline: boolean
}

/** A SELECT whose rows can be inserted. */
type RowsToInsert = RowSource & { readonly '~tuple': unknown[] }

/** INSERT; every method gives a new statement. `Values` is what `values()` takes. */
export class Insert<
  Row = never,
  Tuple extends unknown[] = never,
  Values = Readonly<Record<string, unknown>>,
> extends Write<Row, Tuple> {
  declare readonly kind: 'insert'
  static {
    defineKind(this, 'insert')
  }
  /** @internal */
  readonly state: InsertState
  /** @internal */
  constructor(state: InsertState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'insert'
  }
  /** @internal The same statement with some parts changed. */
  with(change: Partial<InsertState>): Insert<Row, Tuple, Values> {
    return new Insert(changedInsert(this.state, change))
  }
  /** @internal */
  altered(change: Partial<WriteState>): this {
    return this.with(change) as this
  }

  /**
   * The row, or several rows in one statement. Keys are those of the columns; values are parameters, or expressions that the
   * database evaluates. `undefined` leaves a column to its default. Values of a second call are added to the first's.
   * @throws ArgumentError an unknown column, naming the nearest; a plain object or array for a column that holds none
   * @example
   * insert(users).values({ name: 'ed', age: func.abs(literal(-5)) })
   * // INSERT INTO users (name, age) VALUES (:name, abs(:param_1))
   */
  values(values: Values | readonly Values[]): Insert<Row, Tuple, Values>
  values(values: Values | readonly Values[], ...others: readonly unknown[]): Insert<Row, Tuple, Values> {
    refuseFurther(others, 'insert().values()', 'several rows are one list, .values([{ ... }, { ... }])')
    const { state } = this
    if (state.from !== null) throw new ArgumentError('values() and fromSelect() exclude each other')
    if (Array.isArray(values)) {
      if (state.values !== null)
        throw new ArgumentError('values() of several rows cannot be added to values of one row')
      return this.with({ rows: [...(state.rows ?? []), ...rowsOf(state.table, values, 'insert().values()')] })
    }
    if (state.rows !== null) throw new ArgumentError('values() of one row cannot be added to several rows')
    const given = assignmentsOf(state.table, values, 'insert().values()')
    return this.with({ values: merged(state.table, state.values ?? [], given) })
  }

  /**
   * `INSERT ... SELECT`: the rows of a SELECT, by position.
   * @throws ArgumentError an unknown column, or another number of columns than the SELECT has
   * @example
   * insert(users).fromSelect(['name'], select(guests.c.name))
   * // INSERT INTO users (name) SELECT guests.name FROM guests
   */
  fromSelect(
    columns: readonly ((keyof Values & string) | NamedElement)[],
    select: RowsToInsert,
    options: FromSelectOptions = {},
  ): Insert<Row, Tuple, Values> {
    checkKeys('fromSelect()', options, [], ['includeDefaults'])
    const { table, values, rows } = this.state
    if (values !== null || rows !== null) throw new ArgumentError('fromSelect() and values() exclude each other')
    if (!Array.isArray(columns)) throw new ArgumentError("fromSelect() takes the columns as a list: ['name']")
    const source = expect(ROWS, select, 'fromSelect()') as RowSource
    const targets = columns.map((column) =>
      columnOf(table, typeof column === 'string' ? column : keyOf(column), 'fromSelect()'),
    )
    const twice = targets.find((column, index) => targets.indexOf(column) !== index)
    if (twice !== undefined) throw new ArgumentError(`fromSelect() names the column ${quoteName(twice.key)} twice`)
    const count = columnCount(source)
    if (count !== null && count !== targets.length)
      throw new ArgumentError(`fromSelect() names ${targets.length} columns; the SELECT has ${count}`)
    const { includeDefaults = true } = options
    return this.with({ from: { columns: targets, select: source, includeDefaults } })
  }

  /**
   * Columns and expressions that come back for each row; more calls add to them.
   * @example
   * insert(users).values({ name: 'ed' }).returning(users.c.id)
   * // INSERT INTO users (name) VALUES (:name) RETURNING users.id
   */
  returning<const A extends readonly Selectable[]>(
    ...items: A
  ): Insert<Joined<Row, RowOfItems<A>>, JoinedTuple<Tuple, TupleOf<A>>, Values> {
    return new Insert({ ...this.state, ...returningOf(this.state, items) })
  }

  /**
   * Values that the database makes come back without being rows: `result.returnedDefaults` has them by key. The
   * primary key comes back by itself, unless many rows are inserted.
   * @param columns by key, or columns; default all that the statement gives no value for
   * @throws InvalidRequestError together with `returning()`, whose columns are rows
   * @throws ArgumentError the table has no such column
   * @example
   * insert(users).values({ name: 'ed' }).returnDefaults()   // madeAt has a serverDefault
   * // PostgreSQL: INSERT INTO users (name) VALUES ($1::VARCHAR) RETURNING users.id, users.made_at
   */
  returnDefaults(...columns: readonly ((keyof Values & string) | NamedElement)[]): this {
    return this.altered(returnDefaultsOf(this.state, columns, 'insert().returnDefaults()')) as this
  }

  /** No key comes back by itself. */
  inline(): Insert<Row, Tuple, Values> {
    return this.with({ inline: true })
  }

  walk(pass: Pass): void {
    const state = this.state
    pass.node(state.table)
    if (state.values === null) pass.flag(false)
    else walkAssignments(pass, state.values)
    if (state.rows !== null) {
      pass.uncacheable()
      for (const row of state.rows) walkAssignments(pass, row)
    }
    if (state.from === null) pass.flag(false)
    else {
      pass.nodes(state.from.columns)
      pass.node(state.from.select)
      pass.flag(state.from.includeDefaults ?? true)
    }
    pass.node(state.onConflict)
    pass.flag(state.inline)
    walkReturnDefaults(pass, state)
    pass.nodes(state.returning)
    pass.nodes(state.ctes)
    pass.nodes(state.prefixes)
    pass.nodes(state.options)
  }
}

/** The row of RETURNING with more items. */
export type Joined<Row, More> = [Row] extends [never] ? More : Row & More
/** The tuple of RETURNING with more items. */
export type JoinedTuple<Tuple extends unknown[], More extends unknown[]> = [Tuple] extends [never]
  ? More
  : [...Tuple, ...More]

function keyOf(column: unknown): string {
  return (elementOf(column) as NamedElement | null)?.key ?? ''
}

/**
 * INSERT into a table or the table of a mapped class. Without `values()` execution gives the rows, or each column its default.
 * @throws ArgumentError it is no table
 * @example
 * insert(users).values([{ name: 'ed' }, { name: 'wendy' }])
 * // INSERT INTO users (name) VALUES (:name_m0), (:name_m1)
 */
export function insert<D>(into: TypedTable<D>): Insert<never, never, InsertOf<D>>
export function insert<E extends EntityInstance>(
  into: TypedEntity<E> | EntityHandle<E>,
): Insert<never, never, EntityValues<E>>
export function insert(into: unknown): Insert<never, never, never> {
  return new Insert(emptyInsert(into))
}

/** @internal What an INSERT says before it is told anything. */
export function emptyInsert(into: unknown): InsertState {
  const { table, plugin } = writeOf(into, 'insert()')
  const { returning, ctes, prefixes, options, executionOptions } = NOTHING_YET
  return {
    table,
    returning,
    ctes,
    prefixes,
    options,
    executionOptions,
    plugin,
    values: null,
    rows: null,
    from: null,
    onConflict: null,
    inline: false,
  }
}

/** @internal What an INSERT says, with some parts changed. */
export function changedInsert(state: InsertState, change: Partial<InsertState>): InsertState {
  const next: { -readonly [K in keyof InsertState]: InsertState[K] } = { ...state }
  for (const key in change) next[key as keyof InsertState] = change[key as keyof InsertState] as never
  return next
}
