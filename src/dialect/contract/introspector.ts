// What a dialect answers about what is in a database: questions about many tables at once, plain records as answers.
import type { Executable } from '../../expression/base/executable.ts'
import type {
  ReflectedDomain,
  ReflectedEnum,
  ReflectedRelation,
  ReflectedSequence,
  ReflectedStorage,
  RelationKind,
  RelationName,
} from '../../expression/schema/reflected.ts'

export type {
  ReflectedCheckConstraint,
  ReflectedColumn,
  ReflectedComputed,
  ReflectedConstraint,
  ReflectedDefaultSequence,
  ReflectedDeferral,
  ReflectedDomain,
  ReflectedEnum,
  ReflectedExcludeConstraint,
  ReflectedForeignKey,
  ReflectedIdentity,
  ReflectedIndex,
  ReflectedKeyPart,
  ReflectedNumbers,
  ReflectedPartition,
  ReflectedPartitioning,
  ReflectedPrimaryKey,
  ReflectedRelation,
  ReflectedSequence,
  ReflectedStorage,
  ReflectedUniqueConstraint,
  RelationKind,
  RelationName,
  RelationReference,
} from '../../expression/schema/reflected.ts'

// ---- questions -----------------------------------------------------------------------------------------------------------

/** Which relations a question is about. */
export interface RelationScope {
  /** Null for those that a name without a schema finds (PostgreSQL: the search path), but for the database's own. */
  readonly schema: string | null
  /** Only these, by name; null for all. Names that nothing has are left out of the answer. */
  readonly names: readonly string[] | null
  readonly kinds: readonly RelationKind[]
  /** False for permanent relations only, true for temporary ones only, null for both. */
  readonly temporary: boolean | null
}

/** What is asked of relations, so that only that is read. */
export type RelationPart =
  | 'columns'
  | 'primaryKey'
  | 'foreignKeys'
  | 'uniqueConstraints'
  | 'checkConstraints'
  | 'excludeConstraints'
  | 'indexes'
  | 'comment'
  | 'storage'
  | 'definition'

/** Sends statements in one flight. @returns the rows of each, values in column order. */
export type CatalogReader = (statements: readonly Executable[]) => Promise<readonly (readonly (readonly unknown[])[])[]>

/**
 * Reads the catalogs of a database. An answer takes as few flights as it can, whatever the number of relations: one, where
 * the database has catalogs to join.
 */
export interface Introspector {
  /** The schema in which a name without one is created; null where the database has no schemas. */
  defaultSchemaName(read: CatalogReader): Promise<string | null>
  /** All schemas but the database's own, in order of name. */
  schemaNames(read: CatalogReader): Promise<string[]>
  /** The relations of a scope, in order of name. */
  relations(read: CatalogReader, scope: RelationScope): Promise<RelationName[]>
  /** What was asked of the relations of a scope, in order of name; the other parts are empty. */
  describe(read: CatalogReader, scope: RelationScope, parts: readonly RelationPart[]): Promise<ReflectedRelation[]>
  /** The sequences of a schema (null as in {@link RelationScope}) that are no column's own identity, in order of name. */
  sequences(read: CatalogReader, schema: string | null): Promise<ReflectedSequence[]>
  /** The enumerations of a schema, null as in {@link RelationScope}, '*' for all; in order of name. */
  enums(read: CatalogReader, schema: string | null): Promise<ReflectedEnum[]>
  /** The domains of a schema, null as in {@link RelationScope}, '*' for all; in order of name. */
  domains(read: CatalogReader, schema: string | null): Promise<ReflectedDomain[]>
}

// ---- what dialects are made of -------------------------------------------------------------------------------------------

/** A relation of which nothing but the name was asked; introspectors fill in what was. */
export function emptyRelation(name: RelationName): ReflectedRelation {
  return {
    ...name,
    columns: [],
    primaryKey: null,
    foreignKeys: [],
    uniqueConstraints: [],
    checkConstraints: [],
    excludeConstraints: [],
    indexes: [],
    comment: null,
    storage: EMPTY_STORAGE,
    definition: null,
    dependsOn: [],
  }
}

const EMPTY_STORAGE: ReflectedStorage = {
  inherits: [],
  partitionBy: null,
  partitionOf: null,
  using: null,
  with: {},
  tablespace: null,
  unlogged: false,
}
