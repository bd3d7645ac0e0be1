// What reflection finds in a database, as plain records: relations with their parts, sequences, enumerations, domains.
import type { SqlType } from '../types/type.ts'
import type { ForeignKeyOptions } from './foreign-key-option.ts'
import type { ColumnCompression, ColumnStorage, StorageParameters } from './storage.ts'

// ---- relations -----------------------------------------------------------------------------------------------------------

/** What rows can be selected from. A partitioned table and a partition are tables. */
export type RelationKind = 'table' | 'view' | 'materializedView' | 'foreignTable'

/** A relation by name. */
export interface RelationName {
  readonly name: string
  /** The schema that was asked for; null where none was. */
  readonly schema: string | null
  readonly kind: RelationKind
  readonly temporary: boolean
}

/** A relation with the parts that were asked for. */
export interface ReflectedRelation extends RelationName {
  readonly columns: readonly ReflectedColumn[]
  /** Null for none. */
  readonly primaryKey: ReflectedPrimaryKey | null
  readonly foreignKeys: readonly ReflectedForeignKey[]
  readonly uniqueConstraints: readonly ReflectedUniqueConstraint[]
  readonly checkConstraints: readonly ReflectedCheckConstraint[]
  readonly excludeConstraints: readonly ReflectedExcludeConstraint[]
  readonly indexes: readonly ReflectedIndex[]
  /** Null for none. */
  readonly comment: string | null
  readonly storage: ReflectedStorage
  /** The SELECT of a view; null for tables. */
  readonly definition: string | null
  /** What a view reads, asked for with its definition. Empty where the database does not tell, and then views come in order of creation. */
  readonly dependsOn: readonly RelationReference[]
}

/** A column. */
export interface ReflectedColumn {
  readonly name: string
  readonly type: SqlType
  /** False where this library has no type for what the database has: `type` is a stand-in that is only spelt like it. */
  readonly known: boolean
  /** The type as the database spells it: `character varying(50)`. */
  readonly typeName: string
  readonly nullable: boolean
  /** DEFAULT as SQL; null for none. */
  readonly default: string | null
  /** Whether the database numbers the column: an identity, or a default that takes the next number of the column's own sequence. */
  readonly autoincrement: boolean
  /** The sequence where the default is its next number and nothing else; null for all other columns. */
  readonly sequence: ReflectedDefaultSequence | null
  readonly identity: ReflectedIdentity | null
  readonly computed: ReflectedComputed | null
  /** Null where it is the type's own. */
  readonly collation: string | null
  /** Where the collation is; absent where its name alone finds it. */
  readonly collationSchema?: string
  /** Where long values are kept; null where it is the type's own way. */
  readonly storage: ColumnStorage | null
  /** How long values are compressed; null where it is as the server is set. */
  readonly compression: ColumnCompression | null
  readonly comment: string | null
}

/** The number generator of an identity or a sequence. */
export interface ReflectedNumbers {
  readonly start: bigint
  readonly increment: bigint
  readonly minValue: bigint
  readonly maxValue: bigint
  readonly cycle: boolean
  readonly cache: number
}

/** A sequence that gives a column its default. */
export interface ReflectedDefaultSequence extends RelationReference, ReflectedNumbers {
  /** Whether it goes away with the column, as that of SERIAL does. */
  readonly owned: boolean
  /** `smallint`, `integer`, `bigint`. */
  readonly dataType: string
}

/** `GENERATED ... AS IDENTITY`. */
export interface ReflectedIdentity extends ReflectedNumbers {
  readonly always: boolean
}

/** `GENERATED ALWAYS AS (sql)`. */
export interface ReflectedComputed {
  readonly sql: string
  /** STORED rather than computed when read. */
  readonly persisted: boolean
}

/** What all constraints have. */
export interface ReflectedConstraint {
  /** Null where the database gave none. */
  readonly name: string | null
  readonly comment: string | null
  /** True where a table that this one is a partition of, or inherits from, has it too; absent elsewhere. */
  readonly inherited?: true
}

/** When a constraint is checked. */
export interface ReflectedDeferral {
  readonly deferrable: boolean
  /** Null where it is not deferrable. */
  readonly initially: 'DEFERRED' | 'IMMEDIATE' | null
}

/** PRIMARY KEY. */
export interface ReflectedPrimaryKey extends ReflectedConstraint, ReflectedDeferral {
  /** Names of columns, in order of the key. */
  readonly columns: readonly string[]
  /** Columns kept in the key's index beside its own. */
  readonly include: readonly string[]
  /** True where ranges of the last column may not overlap (PostgreSQL 18); absent elsewhere. */
  readonly withoutOverlaps?: true
}

/** FOREIGN KEY. */
export interface ReflectedForeignKey extends ReflectedConstraint {
  readonly columns: readonly string[]
  /** Null where the table is found without naming one. */
  readonly referredSchema: string | null
  readonly referredTable: string
  readonly referredColumns: readonly string[]
  /** What differs from what the database does by itself, as `ForeignKeyConstraint` takes it. */
  readonly options: Pick<
    ForeignKeyOptions,
    | 'onDelete'
    | 'onUpdate'
    | 'onDeleteColumns'
    | 'deferrable'
    | 'initially'
    | 'match'
    | 'notValid'
    | 'notEnforced'
    | 'period'
  >
}

/** UNIQUE. */
export interface ReflectedUniqueConstraint extends ReflectedConstraint, ReflectedDeferral {
  readonly columns: readonly string[]
  readonly include: readonly string[]
  readonly nullsNotDistinct: boolean
  /** As of {@link ReflectedPrimaryKey}. */
  readonly withoutOverlaps?: true
}

/** CHECK. */
export interface ReflectedCheckConstraint extends ReflectedConstraint {
  /** The condition as the database writes it, without parentheses around all of it. */
  readonly sql: string
  readonly noInherit: boolean
  /** Whether there may be rows that do not fulfil it, as they were there before it. */
  readonly notValid: boolean
  /** True where nothing is checked (PostgreSQL 18); absent elsewhere. */
  readonly notEnforced?: true
}

/** EXCLUDE. */
export interface ReflectedExcludeConstraint extends ReflectedConstraint, ReflectedDeferral {
  readonly using: string
  /** Columns that the constraint's index keeps beside what is compared. */
  readonly include: readonly string[]
  /** A part is a column, or SQL: what is compared, with the operator class that is not the type's own. */
  readonly parts: readonly (ReflectedKeyPart & { readonly operator: string })[]
  readonly where: string | null
}

/** A key of an index: a column or an expression, and what was said of it that the database does not do by itself. */
export interface ReflectedKeyPart {
  /** Null for an expression. */
  readonly column: string | null
  /** The column's name quoted where it needs it, or the expression in parentheses where it needs them. */
  readonly sql: string
  readonly collation: string | null
  /** As of {@link ReflectedColumn}. */
  readonly collationSchema?: string
  /** As SQL, with its parameters: `gist_ltree_ops (siglen='100')`. */
  readonly operatorClass: string | null
  readonly descending: boolean
  /** Null where the order says it: NULLs are greater than all values. */
  readonly nulls: 'first' | 'last' | null
}

/** An index that is not that of the primary key. */
export interface ReflectedIndex {
  readonly name: string
  readonly unique: boolean
  readonly parts: readonly ReflectedKeyPart[]
  /** Columns kept in the index beside its keys. */
  readonly include: readonly string[]
  /** The access method: `btree`. */
  readonly using: string
  /** The condition of a partial index; null for none. */
  readonly where: string | null
  readonly nullsNotDistinct: boolean
  readonly with: StorageParameters
  readonly tablespace: string | null
  /** The UNIQUE or EXCLUDE constraint that the index is kept for; null for none. */
  readonly duplicatesConstraint: string | null
  /** False where a CREATE INDEX CONCURRENTLY failed, so that no query uses it, or where an index of a partitioned table lacks partitions. */
  readonly valid: boolean
  readonly comment: string | null
  /** True where it is a partition's part of an index of the whole; absent elsewhere. */
  readonly inherited?: true
}

/** How a table is kept. */
export interface ReflectedStorage {
  /** The parents of a table that inherits; empty for partitions. */
  readonly inherits: readonly RelationReference[]
  /** `PARTITION BY` of a table that is divided. */
  readonly partitionBy: ReflectedPartitioning | null
  /** What makes the table a partition. */
  readonly partitionOf: ReflectedPartition | null
  /** The access method; null for the database's default. */
  readonly using: string | null
  readonly with: StorageParameters
  readonly tablespace: string | null
  readonly unlogged: boolean
}

/** A relation that another one names. */
export interface RelationReference {
  /** Null where it is found without naming one. */
  readonly schema: string | null
  readonly name: string
}

/** How a table is divided among its partitions. */
export interface ReflectedPartitioning {
  readonly strategy: 'RANGE' | 'LIST' | 'HASH'
  /** The key as SQL, as in `PARTITION BY RANGE (key)`. */
  readonly key: string
  /** Each part of the key; the column of an expression is null. */
  readonly parts: readonly { readonly column: string | null; readonly sql: string }[]
}

/** Of which table a partition is one, and which rows it holds. */
export interface ReflectedPartition {
  readonly parent: RelationReference
  /** `FOR VALUES FROM (1) TO (10)`, `DEFAULT`. */
  readonly bounds: string
}

// ---- what belongs to no table --------------------------------------------------------------------------------------------

/** A sequence. */
export interface ReflectedSequence extends ReflectedNumbers {
  readonly name: string
  readonly schema: string | null
  /** `smallint`, `integer`, `bigint`. */
  readonly dataType: string
  /** The column that it numbers and goes away with; null for none. */
  readonly ownedBy: (RelationReference & { readonly column: string }) | null
  readonly comment: string | null
}

/** An enumeration. */
export interface ReflectedEnum {
  readonly name: string
  /** Where it is; given even where the name alone finds it. */
  readonly schema: string
  /** Whether the name alone finds it. */
  readonly visible: boolean
  readonly labels: readonly string[]
  readonly comment: string | null
}

/** A domain. */
export interface ReflectedDomain {
  readonly name: string
  readonly schema: string
  readonly visible: boolean
  /** What it is made of. */
  readonly type: SqlType
  readonly typeName: string
  readonly nullable: boolean
  readonly default: string | null
  readonly collation: string | null
  /** As of {@link ReflectedColumn}. */
  readonly collationSchema?: string
  readonly constraints: readonly { readonly name: string; readonly check: string }[]
  readonly comment: string | null
}
