// `Merge`: MERGE, one statement that inserts, updates and deletes by comparing a table with rows.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { defineKind, type Element } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import { describe } from '../coerce/describe.ts'
import { expect } from '../coerce/expect.ts'
import { CRITERION, FROM } from '../coerce/roles.ts'
import { type Criterion, conjoin } from '../comparator/conjunction.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { FromClause } from '../from/from-clause.ts'
import type { FromArgument, InsertOf, TypedTable, UpdateOf } from '../from/typed.ts'
import type { RowOfItems, Selectable, TupleOf } from '../select/typed.ts'
import { assignmentsOf, walkAssignments } from './assignments.ts'
import type { Joined, JoinedTuple } from './insert.ts'
import { type Assignment, returningOf, Write, type WriteState, writeOf } from './write.ts'

/** Which rows a branch is about: those of both, of the source alone, of the table alone. */
export type MergeMatch = 'matched' | 'notMatched' | 'notMatchedBySource'

/** What is done with the rows of one `WHEN`. */
export interface MergeBranch {
  readonly match: MergeMatch
  readonly where: readonly ColumnElement<boolean>[]
  readonly action: 'update' | 'delete' | 'insert' | 'doNothing'
  readonly values: readonly Assignment[]
}

/** All that a MERGE says. */
export interface MergeState extends WriteState {
  readonly source: FromClause
  readonly on: ColumnElement<boolean>
  readonly branches: readonly MergeBranch[]
}

/** What is done with rows of the table that match: changed, deleted, or left as they are. One of the three. */
export interface MatchedAction<Values> {
  /** Only with those that fulfil this too. */
  readonly where?: Criterion
  readonly update?: Values
  readonly delete?: true
  readonly doNothing?: true
}

/** What is done with rows of the source that match nothing: inserted, or left out. One of the two. */
export interface NotMatchedAction<Values> {
  /** Only with those that fulfil this too. */
  readonly where?: Criterion
  readonly insert?: Values
  readonly doNothing?: true
}

/** MERGE; every method gives a new statement. */
export class Merge<
  Row = never,
  Tuple extends unknown[] = never,
  InsertValues = Readonly<Record<string, unknown>>,
  UpdateValues = Readonly<Record<string, unknown>>,
> extends Write<Row, Tuple> {
  declare readonly kind: 'merge'
  static {
    defineKind(this, 'merge')
  }
  /** @internal */
  readonly state: MergeState
  /** @internal */
  constructor(state: MergeState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'merge'
  }
  /** @internal */
  altered(change: Partial<WriteState>): this {
    return new Merge({ ...this.state, ...change }) as this
  }
  #with(branch: MergeBranch): Merge<Row, Tuple, InsertValues, UpdateValues> {
    return new Merge({ ...this.state, branches: [...this.state.branches, branch] })
  }

  /**
   * For rows of the table that the source has. Branches are tried in their order.
   * @throws ArgumentError not exactly one of `update`, `delete` and `doNothing`
   */
  whenMatched(action: MatchedAction<UpdateValues>): Merge<Row, Tuple, InsertValues, UpdateValues> {
    return this.#with(this.#branch('matched', action, ['update', 'delete', 'doNothing'], 'whenMatched()'))
  }
  /**
   * For rows of the source that the table does not have.
   * @throws ArgumentError not exactly one of `insert` and `doNothing`
   */
  whenNotMatched(action: NotMatchedAction<InsertValues>): Merge<Row, Tuple, InsertValues, UpdateValues> {
    return this.#with(this.#branch('notMatched', action, ['insert', 'doNothing'], 'whenNotMatched()'))
  }
  /** For rows of the table that the source does not have; PostgreSQL knows it from 17 on. */
  whenNotMatchedBySource(action: MatchedAction<UpdateValues>): Merge<Row, Tuple, InsertValues, UpdateValues> {
    const where = 'whenNotMatchedBySource()'
    return this.#with(this.#branch('notMatchedBySource', action, ['update', 'delete', 'doNothing'], where))
  }
  /** Columns and expressions that come back for each row that was changed; PostgreSQL knows it from 17 on. */
  returning<const A extends readonly Selectable[]>(
    ...items: A
  ): Merge<Joined<Row, RowOfItems<A>>, JoinedTuple<Tuple, TupleOf<A>>, InsertValues, UpdateValues> {
    return new Merge({ ...this.state, ...returningOf(this.state, items) })
  }

  #branch(match: MergeMatch, given: object, actions: readonly MergeBranch['action'][], where: string): MergeBranch {
    checkKeys(where, given, ['where', ...actions])
    const options = given as { readonly where?: unknown } & { readonly [K in MergeBranch['action']]?: unknown }
    const [action, ...more] = actions.filter((each) => options[each] !== undefined)
    if (action === undefined || more.length > 0)
      throw new ArgumentError(`${where} takes one of ${actions.map((each) => `'${each}'`).join(', ')}`)
    const writes = action === 'update' || action === 'insert'
    if (!writes && options[action] !== true)
      throw new ArgumentError(`${where}: ${action} takes true; got ${describe(options[action])}`)
    const values = writes ? assignmentsOf(this.state.table, options[action], `${where} ${action}`) : []
    if (action === 'update' && values.length === 0)
      throw new ArgumentError(`${where} updates no column; to change nothing write { doNothing: true }`)
    // A criterion that is there and undefined was forgotten: without it more rows would be meant.
    const criteria = 'where' in given ? conjoin([], [options.where], where) : []
    return { match, where: criteria, action, values }
  }

  walk(pass: Pass): void {
    const { state } = this
    pass.node(state.table)
    pass.shared(state.source)
    pass.node(state.on)
    pass.flag(state.branches.length)
    for (const branch of state.branches) {
      pass.text(branch.match)
      pass.nodes(branch.where)
      pass.text(branch.action)
      walkAssignments(pass, branch.values)
    }
    pass.nodes(state.returning)
    pass.nodes(state.ctes)
    pass.nodes(state.prefixes)
    pass.nodes(state.options)
  }
}

/**
 * MERGE into a table of the rows of a source: a table, a subquery, `values()`. What is done is said by `.whenMatched()` and
 * `.whenNotMatched()`. PostgreSQL knows it from 15 on; for one unique key `onConflictDoUpdate()` is safer under concurrency.
 * @param on which row of the source is which row of the table
 * @throws ArgumentError the target is no table
 * @example
 * const guests = values({ id: Integer, name: String }, { name: 'g' }).data([[1, 'ed']])
 * merge(users, guests, users.c.id.eq(guests.c.id))
 *   .whenMatched({ update: { name: guests.c.name } })
 *   .whenNotMatched({ insert: { id: guests.c.id, name: guests.c.name } })
 * // MERGE INTO users USING (VALUES (:param_1, :param_2)) AS g (id, name) ON users.id = g.id
 * // WHEN MATCHED THEN UPDATE SET name=g.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (g.id, g.name)
 */
export function merge<D>(
  into: TypedTable<D>,
  using: FromArgument,
  on: Criterion,
): Merge<never, never, InsertOf<D>, UpdateOf<D>> {
  const state = writeOf(into, 'merge()')
  if (state.plugin !== null)
    throw new ArgumentError('merge() takes a table, not a mapped class: it knows nothing of objects')
  const source = expect(FROM, using, 'merge()') as Element as FromClause
  return new Merge({ ...state, source, on: expect(CRITERION, on, 'merge()'), branches: [] })
}
