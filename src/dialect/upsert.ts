// `insert()` with ON CONFLICT, for the databases that have it.
import { ArgumentError, InvalidRequestError } from '../errors.ts'
import { sharesKind } from '../expression/base/element.ts'
import { elementOf, expect } from '../expression/coerce/expect.ts'
import { CRITERION, EXPRESSION } from '../expression/coerce/roles.ts'
import type { Criterion } from '../expression/comparator/conjunction.ts'
import { assignmentsOf, columnOf, refuseFurther } from '../expression/dml/assignments.ts'
import {
  changedInsert,
  emptyInsert,
  type FromSelectOptions,
  Insert,
  type InsertState,
  type Joined,
  type JoinedTuple,
} from '../expression/dml/insert.ts'
import { type Assignment, returningOf } from '../expression/dml/write.ts'
import { Bind } from '../expression/element/bind.ts'
import type { ColumnElement, Expression, NamedElement } from '../expression/element/column-element.ts'
import type { RowSource } from '../expression/from/alias.ts'
import type {
  EntityHandle,
  EntityInstance,
  EntityValues,
  InsertOf,
  SingleValue,
  TypedEntity,
  TypedTable,
} from '../expression/from/typed.ts'
import type { ColumnConstraint } from '../expression/schema/constraint.ts'
import { Index } from '../expression/schema/table-index.ts'
import type { RowOfItems, Selectable, TupleOf } from '../expression/select/typed.ts'
import { checkKeys } from '../nearest.ts'
import { showValue } from '../show.ts'
import { type ConflictTarget, excludedOf, OnConflict } from './on-conflict.ts'

/** The columns of the row that could not be inserted: `excluded.name`. */
export type ExcludedColumns<Values> = {
  readonly [K in keyof Values & string]-?: NamedElement<K, Exclude<Values[K], Expression | SingleValue | undefined>>
}

/** Which conflict is meant: by the columns of a unique index, or by the name of a constraint. */
export interface ConflictOptions<Values> {
  /** Columns (by key) and expressions of a unique index or constraint. */
  readonly indexElements?: readonly ((keyof Values & string) | ColumnElement)[]
  /** The condition of a partial unique index. */
  readonly indexWhere?: Criterion
  /** A constraint or index, or its name. One without a name stands for its columns. */
  readonly constraint?: string | ColumnConstraint | Index
}

/** Options of {@link Upsert.onConflictDoUpdate}. */
export interface ConflictUpdateOptions<Values> extends ConflictOptions<Values> {
  /** What the row that is there gets; a function is given the columns of the row that could not be inserted. */
  readonly set: Partial<Values> | ((excluded: ExcludedColumns<Values>) => Partial<Values>)
  /** Which of the rows that are there are changed; the others stay as they are. */
  readonly where?: Criterion
}

const TARGET_KEYS = ['indexElements', 'indexWhere', 'constraint'] as const

/** INSERT with ON CONFLICT; every method gives a new statement. */
export class Upsert<
  Row = never,
  Tuple extends unknown[] = never,
  Values = Readonly<Record<string, unknown>>,
> extends Insert<Row, Tuple, Values> {
  static {
    sharesKind(this)
  }
  /** @internal */
  override with(change: Partial<InsertState>): Upsert<Row, Tuple, Values> {
    return new Upsert(changedInsert(this.state, change))
  }
  override values(values: Values | readonly Values[]): Upsert<Row, Tuple, Values>
  override values(values: Values | readonly Values[], ...others: readonly unknown[]): Upsert<Row, Tuple, Values> {
    refuseFurther(others, 'insert().values()', 'several rows are one list, .values([{ ... }, { ... }])')
    return super.values(values) as Upsert<Row, Tuple, Values>
  }
  override fromSelect(
    columns: readonly ((keyof Values & string) | NamedElement)[],
    select: RowSource & { readonly '~tuple': unknown[] },
    options: FromSelectOptions = {},
  ): Upsert<Row, Tuple, Values> {
    return super.fromSelect(columns, select, options) as Upsert<Row, Tuple, Values>
  }
  override returning<const A extends readonly Selectable[]>(
    ...items: A
  ): Upsert<Joined<Row, RowOfItems<A>>, JoinedTuple<Tuple, TupleOf<A>>, Values> {
    return new Upsert({ ...this.state, ...returningOf(this.state, items) })
  }
  override inline(): Upsert<Row, Tuple, Values> {
    return this.with({ inline: true })
  }

  /** The columns of the row that could not be inserted, for `set` and `where` of {@link onConflictDoUpdate}. */
  get excluded(): ExcludedColumns<Values> {
    return excludedOf(this.state.table).columns as unknown as ExcludedColumns<Values>
  }

  /**
   * Leaves out rows that conflict with what is there; without a target, by any unique key.
   *
   * @throws ArgumentError an unknown column or option.
   * @example
   * insert(users).values({ id: 1, name: 'ed' }).onConflictDoNothing({ indexElements: ['id'] })
   * // INSERT INTO users (id, name) VALUES ($1::INTEGER, $2::VARCHAR) ON CONFLICT (id) DO NOTHING
   */
  onConflictDoNothing(options: ConflictOptions<Values> = {}): Upsert<Row, Tuple, Values> {
    checkKeys('onConflictDoNothing()', options, TARGET_KEYS)
    this.#checkFirst('onConflictDoNothing()')
    const target = this.#target(options, 'onConflictDoNothing()')
    return this.with({ onConflict: new OnConflict(this.state.table, target, null, []) })
  }

  /**
   * Changes the row that is there instead.
   *
   * @throws ArgumentError no target, an unknown column or option, nothing to set.
   * @example
   * insert(users).values({ id: 1, name: 'ed' })
   *   .onConflictDoUpdate({ indexElements: ['id'], set: (excluded) => ({ name: excluded.name }) })
   * // INSERT INTO users (id, name) VALUES ($1::INTEGER, $2::VARCHAR)
   * // ON CONFLICT (id) DO UPDATE SET name = excluded.name
   */
  onConflictDoUpdate(options: ConflictUpdateOptions<Values>): Upsert<Row, Tuple, Values> {
    const where = 'onConflictDoUpdate()'
    this.#checkFirst(where)
    checkKeys(where, options, [...TARGET_KEYS, 'set', 'where'])
    const target = this.#target(options, where)
    if (target === null)
      throw new ArgumentError(`${where} needs to know which conflict is meant: give indexElements or constraint`)
    const given = typeof options.set === 'function' ? options.set(this.excluded) : options.set
    const set = assignmentsOf(this.state.table, given, `${where} set`).map(anonymous)
    if (set.length === 0)
      throw new ArgumentError(`${where} sets no column; to change nothing write onConflictDoNothing()`)
    // A criterion that is there and undefined was forgotten: without it more rows would be meant.
    const criteria = 'where' in options ? [expect(CRITERION, options.where, where)] : []
    return this.with({ onConflict: new OnConflict(this.state.table, target, set, criteria) })
  }

  /** @throws InvalidRequestError it is said already what happens. */
  #checkFirst(where: string): void {
    if (this.state.onConflict !== null)
      throw new InvalidRequestError(`${where}: this INSERT has an ON CONFLICT already; there can be one`)
  }

  #target(options: ConflictOptions<Values>, where: string): ConflictTarget | null {
    const { indexElements, indexWhere, constraint } = options
    if (indexElements !== undefined && constraint !== undefined)
      throw new ArgumentError(`${where}: indexElements and constraint exclude each other`)
    const condition = 'indexWhere' in options ? expect(CRITERION, indexWhere, where) : null
    if (indexElements !== undefined) {
      if (!Array.isArray(indexElements))
        throw new ArgumentError(`${where}: indexElements is a list of columns: ['id']; got ${showValue(indexElements)}`)
      if (indexElements.length === 0) throw new ArgumentError(`${where}: indexElements names no column`)
      const elements = (indexElements as readonly unknown[]).map((given) => this.#element(given, where))
      return { elements, where: condition, constraint: null }
    }
    if (constraint === undefined) {
      if (condition !== null) throw new ArgumentError(`${where}: indexWhere belongs to indexElements`)
      return null
    }
    if (condition !== null)
      throw new ArgumentError(`${where}: indexWhere belongs to indexElements, not to a constraint`)
    if (typeof constraint === 'string') return { elements: [], where: null, constraint }
    if (constraint instanceof Index)
      return {
        elements: constraint.expressions as readonly ColumnElement[],
        where: constraint.where as never,
        constraint: null,
      }
    return constraint.name === null
      ? { elements: constraint.columns, where: null, constraint: null }
      : { elements: [], where: null, constraint: constraint.name }
  }

  #element(given: unknown, where: string): ColumnElement {
    if (typeof given === 'string') return columnOf(this.state.table, given, where)
    return expect(EXPRESSION, elementOf(given) ?? given, where)
  }
}

/** A value of SET is no value of the row: its parameter gets a name of its own. */
function anonymous({ column, value }: Assignment): Assignment {
  if (!(value instanceof Bind) || value.anonymous || value.key !== column.key) return { column, value }
  return { column, value: new Bind('param', value.value, value.type, { anonymous: true }) }
}

/**
 * INSERT into a table or the table of a mapped class, with ON CONFLICT.
 *
 * @throws ArgumentError it is no table.
 * @example
 * insert(users).values([{ id: 1, name: 'ed' }]).onConflictDoNothing()
 */
export function insert<D>(into: TypedTable<D>): Upsert<never, never, InsertOf<D>>
export function insert<E extends EntityInstance>(
  into: TypedEntity<E> | EntityHandle<E>,
): Upsert<never, never, EntityValues<E>>
export function insert(into: unknown): unknown {
  return new Upsert(emptyInsert(into))
}
