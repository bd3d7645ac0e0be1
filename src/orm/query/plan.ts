// What the ORM makes of the rows of a statement: plain data, made once for each shape of statement and kept with its compiled form.
import type { Executable } from '../../expression/base/executable.ts'
import type { ColumnAttributeLike, MapperLike, RelationshipLike } from '../contract/orm.ts'

/** Where an object of a class stands in a row, and what is loaded along with it. */
export interface EntityPlan {
  readonly mapper: MapperLike
  /** Position of its first column; the others follow in the order of the mapper's columns. */
  readonly offset: number
  readonly joined: readonly JoinedPlan[]
  readonly later: readonly PostLoad[]
}

/** A relationship whose members stand in the same row. */
export interface JoinedPlan {
  readonly relationship: RelationshipLike
  readonly entity: EntityPlan
}

/** A relationship whose members are loaded by a statement of their own, for many objects at once. */
export interface PostLoad {
  readonly relationship: RelationshipLike
  /** Its parameters `p0`, `p1`, ... are the lists of the values of `keys`. */
  readonly statement: Executable
  /** On the objects for which is loaded: the attributes whose values say which members are theirs. */
  readonly keys: readonly ColumnAttributeLike[]
  /** In the rows: positions of the values that equal those of `keys`. */
  readonly matches: readonly number[]
  /** How many values at the end of a row are there for `matches` only, and are cut off. */
  readonly surplus: number
  /** The members are found by identity: those that the session holds need no statement. */
  readonly byIdentity: boolean
  readonly target: EntityPlan
}

/** What becomes one value of a result row. */
export type ItemPlan =
  | { readonly sort: 'entity'; readonly entity: EntityPlan }
  | { readonly sort: 'value'; readonly position: number }

/** How loaded objects are brought up to date with an UPDATE or DELETE. */
export interface SynchronizePlan {
  readonly sort: 'update' | 'delete'
  readonly mapper: MapperLike
  /** Position in the rows of the first primary key column; behind them stand those of `changed`. */
  readonly offset: number
  readonly changed: readonly ColumnAttributeLike[]
}

/** See the first line of the file. */
export interface QueryPlan {
  readonly items: readonly ItemPlan[]
  /** Keys in result rows; null where the database names the column. */
  readonly keys: readonly (string | null)[]
  /** The statement selects one class and joins collections to it: each object comes once, whatever the number of rows. */
  readonly isUnique: boolean
  readonly synchronize: SynchronizePlan | null
  /** The statement returns rows to its user. */
  readonly returnsRows: boolean
}
