// `Delete`: DELETE with criteria and further FROM elements.
import { defineKind } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import type { Criterion } from '../comparator/conjunction.ts'
import type { Alias } from '../from/alias.ts'
import type { EntityHandle, EntityInstance, TypedEntity, TypedFrom, TypedTable } from '../from/typed.ts'
import type { AffixOptions } from '../select/affixes.ts'
import type { RowOfItems, Selectable, TupleOf } from '../select/typed.ts'
import { criteriaWriteOf, filteredBy } from './criteria.ts'
import type { Joined, JoinedTuple } from './insert.ts'
import { walkCriteria } from './update.ts'
import {
  type CriteriaState,
  criteriaOf,
  furtherFroms,
  hintedWrite,
  NOTHING_YET,
  returningOf,
  Write,
  type WriteState,
} from './write.ts'

const NONE: readonly never[] = []

/** DELETE; every method gives a new statement. */
export class Delete<Row = never, Tuple extends unknown[] = never> extends Write<Row, Tuple> {
  declare readonly kind: 'delete'
  static {
    defineKind(this, 'delete')
  }
  /** @internal */
  readonly state: CriteriaState
  /** @internal */
  constructor(state: CriteriaState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'delete'
  }
  /** @internal The same statement with some parts changed. */
  with(change: Partial<CriteriaState>): Delete<Row, Tuple> {
    const next: { -readonly [K in keyof CriteriaState]: CriteriaState[K] } = { ...this.state }
    for (const key in change) next[key as keyof CriteriaState] = change[key as keyof CriteriaState] as never
    return new Delete(next)
  }
  /** @internal */
  altered(change: Partial<WriteState>): this {
    return this.with(change) as this
  }

  /** Adds criteria; all of them must be fulfilled. One that is always true (`sqlTrue()`) counts as none; see {@link all}. */
  where(...criteria: readonly Criterion[]): Delete<Row, Tuple> {
    return this.with({ where: criteriaOf(this.state, criteria) })
  }
  /** Adds a criterion for each key: the column of that name equals the value. */
  filterBy(values: Readonly<Record<string, unknown>>): Delete<Row, Tuple> {
    return this.with({ where: filteredBy(this.state, values, 'deleteFrom().filterBy()') })
  }
  /** Every row is meant: a DELETE without a criterion is refused unless it says so. */
  all(): Delete<Row, Tuple> {
    return this.with({ everyRow: true })
  }
  /** Further FROM elements (`USING`); those that criteria name are found by themselves. */
  using(...froms: readonly (TypedFrom | TypedEntity | EntityHandle)[]): Delete<Row, Tuple> {
    return this.with(furtherFroms(this.state, froms, 'deleteFrom().using()'))
  }
  /**
   * A hint about the table that is written. PostgreSQL has one: `'ONLY'` leaves out the rows of tables that inherit.
   * @throws ArgumentError it is no hint
   * @example
   * deleteFrom(users).all().withHint('ONLY')   // PostgreSQL: DELETE FROM ONLY users
   */
  withHint(hint: string, options: AffixOptions = {}): Delete<Row, Tuple> {
    return this.with(hintedWrite(this.state, hint, options))
  }
  /** Columns and expressions that come back for each row; more calls add to them. */
  returning<const A extends readonly Selectable[]>(
    ...items: A
  ): Delete<Joined<Row, RowOfItems<A>>, JoinedTuple<Tuple, TupleOf<A>>> {
    return new Delete({ ...this.state, ...returningOf(this.state, items) })
  }

  walk(pass: Pass): void {
    walkCriteria(pass, this.state)
  }
}

/**
 * DELETE from a table, an alias of one or the table of a mapped class; SQLAlchemy's `delete()`. Without a criterion it is
 * refused unless it says `.all()`.
 * @throws ArgumentError it is no table
 * @example
 * deleteFrom(users).where(users.c.id.eq(addresses.c.userId), addresses.c.email.eq('x'))
 * // DELETE FROM users USING addresses WHERE users.id = addresses.user_id AND addresses.email = :email_1
 */
export function deleteFrom(
  from: TypedTable | Alias | TypedEntity<EntityInstance> | EntityHandle<EntityInstance>,
): Delete<never, never> {
  const { table, plugin, alias } = criteriaWriteOf(from, 'deleteFrom()')
  const { returning, ctes, prefixes, options, executionOptions } = NOTHING_YET
  const state: CriteriaState = {
    table,
    returning,
    ctes,
    prefixes,
    options,
    executionOptions,
    plugin,
    where: NONE,
    from: NONE,
    everyRow: false,
  }
  return new Delete(alias === null ? state : { ...state, alias })
}
