// How tables ask for their definition in a database: what is asked, who answers, and what listeners are told.
import type { ReflectedColumn, RelationKind, RelationName } from './reflected.ts'

/** What is to be reflected. */
export interface ReflectRequest {
  readonly schema: string | null
  /** By name, or by a function that chooses; null for all. */
  readonly names: readonly string[] | ((name: string) => boolean) | null
  readonly kinds: readonly RelationKind[]
  /** Whether temporary ones are meant too. */
  readonly temporary: boolean
  /** Whether a view becomes a Table, which it is to those who select from it. */
  readonly viewsAsTables: boolean
  /** Whether tables that foreign keys lead to are reflected too. */
  readonly resolveForeignKeys: boolean
  /** Whether tables that are there already are defined anew. */
  readonly extendExisting: boolean
  /** Definitions of columns by key, in place of those of the database. */
  readonly columns: Readonly<Record<string, unknown>>
  readonly includeColumns: readonly string[] | null
  readonly excludeColumns: readonly string[]
  readonly signal?: AbortSignal
}

/** Reads definitions from a database: an engine or a connection. */
export interface Reflector {
  /**
   * @internal
   * @param registry the MetaData that the tables are to belong to.
   * @returns the tables and views that were asked for, in order of name; not those that came along.
   */
  reflectTables(registry: object, request: ReflectRequest): Promise<readonly object[]>
}

/** A column as a listener may change it before it becomes one of the table's. */
export type ReflectingColumn = { -readonly [K in keyof ReflectedColumn]: ReflectedColumn[K] } & {
  /** The key in the table. Default: the name. */
  key: string
}

/** What a listener of `columnReflect` is told. */
export interface ColumnReflectEvent {
  /** The table or view that the column is of. */
  readonly relation: RelationName
  readonly column: ReflectingColumn
}

/** The moments of reflection. */
export interface ReflectionMoments {
  readonly columnReflect: ColumnReflectEvent
}
