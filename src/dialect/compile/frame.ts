// `Frame`: what a SELECT that is being rendered tells to what stands in it.
import type { Hint } from '../../expression/element/affix.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'

/** Where a statement stands. */
export const Place = {
  /** By itself: its columns are the result's. */
  statement: 0,
  /** As a value or condition within another. */
  expression: 1,
  /** In FROM. */
  from: 2,
  /** In FROM, seeing what stands before it there. */
  lateral: 3,
  /** In WITH. */
  cte: 4,
} as const

/** One of {@link Place}. */
export type PlaceNumber = (typeof Place)[keyof typeof Place]

/** What subqueries see of the statement around them, and ORDER BY of the columns clause. */
export interface Frame {
  /** FROM elements of this statement: a subquery correlates to them by itself. */
  readonly froms: readonly FromClause[]
  /** Those of all statements around too: an explicit `correlate()` reaches them. */
  readonly correlatable: readonly FromClause[]
  /** The columns clause, for ORDER BY and GROUP BY that refer to it; null where there is none. */
  readonly selected: readonly NamedElement[] | null
  /** What is said beside FROM elements. */
  readonly hints: readonly Hint[]
}

/** The frame outside of all statements. */
export const NO_FRAME: Frame = { froms: [], correlatable: [], selected: null, hints: [] }
