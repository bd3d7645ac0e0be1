// What an inspector's questions take, and the shape of one of its answers.
import type { RelationKind } from '../expression/schema/reflected.ts'

/** What all questions take. */
export interface AskOptions {
  /** Aborting it ends the question, for all who wait for the same answer of this inspector. */
  readonly signal?: AbortSignal
}

/** In which schema. */
export interface SchemaOption extends AskOptions {
  /** Default, or null: where a name without a schema is found (PostgreSQL: the search path). */
  readonly schema?: string | null
}

/** Options of the methods that answer for many tables at once. */
export interface MultiOptions extends SchemaOption {
  /** Only these, by name. Default: all. */
  readonly filterNames?: readonly string[]
  /** Default `['table']`. */
  readonly kinds?: readonly RelationKind[]
  /** Permanent relations, temporary ones, or both. Default 'default', the permanent ones. */
  readonly scope?: 'default' | 'temporary' | 'any'
}

/** Tables in an order in which they can be created; see `inspector.getSortedTableAndFkcNames()`. */
export interface SortedTableNames {
  /** Null in the last entry, whose keys can be added only when all tables are there. */
  readonly table: string | null
  readonly foreignKeys: readonly string[]
}
