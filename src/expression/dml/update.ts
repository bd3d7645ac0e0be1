// `Update`: UPDATE with values, criteria and further FROM elements.
import { defineKind } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import type { Criterion } from '../comparator/conjunction.ts'
import type { Expression, NamedElement } from '../element/column-element.ts'
import type { Alias } from '../from/alias.ts'
import type {
  EntityHandle,
  EntityInstance,
  EntityValues,
  TypedEntity,
  TypedFrom,
  TypedTable,
  UpdateOf,
  UpdateOfRow,
} from '../from/typed.ts'
import type { AffixOptions } from '../select/affixes.ts'
import type { RowOfItems, Selectable, TupleOf } from '../select/typed.ts'
import { assignmentsOf, merged, orderedAssignments, refuseFurther, walkAssignments } from './assignments.ts'
import { criteriaWriteOf, filteredBy } from './criteria.ts'
import type { Joined, JoinedTuple } from './insert.ts'
import { returnDefaultsOf, walkReturnDefaults } from './return-defaults.ts'
import {
  type Assignment,
  type CriteriaState,
  criteriaOf,
  furtherFroms,
  hintedWrite,
  NOTHING_YET,
  returningOf,
  Write,
  type WriteState,
} from './write.ts'

/** All that an UPDATE says. */
export interface UpdateState extends CriteriaState {
  /** In the order in which they are written. */
  readonly values: readonly Assignment[]
}

/** A column and its value. */
export type OrderedValue = readonly [column: Expression | string, value: unknown]

/** UPDATE; every method gives a new statement. `Values` is what `values()` takes. */
export class Update<
  Row = never,
  Tuple extends unknown[] = never,
  Values = Readonly<Record<string, unknown>>,
> extends Write<Row, Tuple> {
  declare readonly kind: 'update'
  static {
    defineKind(this, 'update')
  }
  /** @internal */
  readonly state: UpdateState
  /** @internal */
  constructor(state: UpdateState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'update'
  }
  /** @internal The same statement with some parts changed. */
  with(change: Partial<UpdateState>): Update<Row, Tuple, Values> {
    const next: { -readonly [K in keyof UpdateState]: UpdateState[K] } = { ...this.state }
    for (const key in change) next[key as keyof UpdateState] = change[key as keyof UpdateState] as never
    return new Update(next)
  }
  /** @internal */
  altered(change: Partial<WriteState>): this {
    return this.with(change) as this
  }

  /**
   * What is written: an object of values by column, in the order of the table's columns, or pairs `[column, value]` in an
   * order that matters; parts of values (`docs.c.tags.at(2)`) and several columns by one row (`[tuple(t.c.a, t.c.b), select(...)]`) are set by pairs, and first. `undefined` leaves a column as it is. Values of a second call are added to the first's.
   * @throws ArgumentError an unknown column, naming the nearest; a plain object or array for a column that holds none
   * @example
   * update(users).values({ age: users.c.age.add(1) }).where(users.c.id.eq(5))
   * // UPDATE users SET age=(users.age + :age_1) WHERE users.id = :id_1
   */
  values(values: Values | readonly OrderedValue[]): Update<Row, Tuple, Values>
  values(values: Values | readonly OrderedValue[], ...others: readonly unknown[]): Update<Row, Tuple, Values> {
    refuseFurther(others, 'update().values()', 'all values are one object, or one list of pairs [column, value]')
    const { state } = this
    if (Array.isArray(values)) {
      const pairs = orderedAssignments(state.table, values, 'update().values()')
      return this.with({ values: [...state.values, ...pairs] })
    }
    const given = assignmentsOf(state.table, values, 'update().values()')
    return this.with({ values: merged(state.table, state.values, given) })
  }
  /** Adds criteria; all of them must be fulfilled. One that is always true (`sqlTrue()`) counts as none; see {@link all}. */
  where(...criteria: readonly Criterion[]): Update<Row, Tuple, Values> {
    return this.with({ where: criteriaOf(this.state, criteria) })
  }
  /** Adds a criterion for each key: the column of that name equals the value. */
  filterBy(values: Partial<Values>): Update<Row, Tuple, Values> {
    return this.with({ where: filteredBy(this.state, values, 'update().filterBy()') })
  }
  /** Every row is meant: an UPDATE without a criterion is refused unless it says so. */
  all(): Update<Row, Tuple, Values> {
    return this.with({ everyRow: true })
  }
  /**
   * Further FROM elements; those that values and criteria name are found by themselves.
   */
  from(...froms: readonly (TypedFrom | TypedEntity | EntityHandle)[]): Update<Row, Tuple, Values> {
    return this.with(furtherFroms(this.state, froms, 'update().from()'))
  }
  /**
   * A hint about the table that is written. PostgreSQL has one: `'ONLY'` leaves out the rows of tables that inherit.
   * @throws ArgumentError it is no hint
   * @example
   * update(users).values({ age: 5 }).all().withHint('ONLY')   // PostgreSQL: UPDATE ONLY users SET age=$1::INTEGER
   */
  withHint(hint: string, options: AffixOptions = {}): Update<Row, Tuple, Values> {
    return this.with(hintedWrite(this.state, hint, options))
  }
  /** Columns and expressions that come back for each row; more calls add to them. */
  returning<const A extends readonly Selectable[]>(
    ...items: A
  ): Update<Joined<Row, RowOfItems<A>>, JoinedTuple<Tuple, TupleOf<A>>, Values> {
    return new Update({ ...this.state, ...returningOf(this.state, items) })
  }

  /**
   * Values that the database makes come back without being rows: `result.returnedDefaults` has them by key.
   * @param columns by key, or columns; default all that only the database knows: set by expressions, computed, or of `serverOnUpdate`
   * @throws InvalidRequestError together with `returning()`, whose columns are rows
   * @throws ArgumentError the table has no such column
   * @example
   * update(users).values({ age: users.c.age.add(1) }).where(users.c.id.eq(5)).returnDefaults()
   * // UPDATE users SET age=(users.age + :age_1) WHERE users.id = :id_1 RETURNING users.age
   */
  returnDefaults(...columns: readonly ((keyof Values & string) | NamedElement)[]): this {
    return this.altered(returnDefaultsOf(this.state, columns, 'update().returnDefaults()')) as this
  }

  walk(pass: Pass): void {
    walkAssignments(pass, this.state.values)
    walkReturnDefaults(pass, this.state)
    walkCriteria(pass, this.state)
  }
}

const NONE: readonly never[] = []

/** Tells what UPDATE and DELETE share to a pass. */
export function walkCriteria(pass: Pass, state: CriteriaState): void {
  if (state.alias === undefined) pass.node(state.table)
  else pass.shared(state.alias)
  pass.nodes(state.where)
  pass.flag(state.from.length)
  for (const from of state.from) pass.shared(from)
  pass.flag(state.everyRow)
  pass.nodes(state.hints ?? NONE)
  pass.nodes(state.returning)
  pass.nodes(state.ctes)
  pass.nodes(state.prefixes)
  pass.nodes(state.options)
}

/**
 * UPDATE of a table, of an alias of one or of the table of a mapped class. Without a criterion it is refused unless it says `.all()`.
 * @throws ArgumentError it is no table
 * @example
 * update(users).values({ name: 'Ed' }).where(users.c.name.eq('ed')).returning(users.c.id)
 * // UPDATE users SET name=:name WHERE users.name = :name_1 RETURNING users.id
 * @example
 * const boss = users.alias('boss')   // beside the table itself
 * update(boss).values({ age: users.c.age }).where(users.c.bossId.eq(boss.c.id))
 * // UPDATE users AS boss SET age=users.age FROM users WHERE users.boss_id = boss.id
 */
export function update<D>(table: TypedTable<D>): Update<never, never, UpdateOf<D>>
export function update<E extends EntityInstance>(
  entity: TypedEntity<E> | EntityHandle<E>,
): Update<never, never, EntityValues<E>>
export function update<Row>(alias: Alias<Row>): Update<never, never, UpdateOfRow<Row>>
export function update(target: unknown): Update<never, never, never> {
  const { table, plugin, alias } = criteriaWriteOf(target, 'update()')
  const { returning, ctes, prefixes, options, executionOptions } = NOTHING_YET
  const state: UpdateState = {
    table,
    returning,
    ctes,
    prefixes,
    options,
    executionOptions,
    plugin,
    values: NONE,
    where: NONE,
    from: NONE,
    everyRow: false,
  }
  return new Update(alias === null ? state : { ...state, alias })
}
