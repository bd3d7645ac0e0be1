// What the rooms of the ORM know of each other's objects: a mapped class, an object's state, a session. One file, as the three name each other.
import type { CompilePlugin } from '../../expression/base/protocol.ts'
import { Socket } from '../../expression/base/socket.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'

/**
 * A mapped class. Every attribute has a slot, an index into `StateLike.values`: column attributes come first, in the order of
 * `columns` (also the order in which `select(Class)` selects them, so that a decoded row is the values array), relationships behind them.
 */
export interface MapperLike {
  /** Number in cache keys. */
  readonly id: number
  readonly className: string
  /** The class that users construct; its prototype carries the accessors. */
  readonly entityClass: EntityConstructor
  readonly table: Table
  readonly columns: readonly ColumnAttributeLike[]
  readonly relationships: readonly RelationshipLike[]
  readonly primaryKey: readonly ColumnAttributeLike[]
  /** Attributes by property name. */
  readonly attributes: ReadonlyMap<string, AttributeLike>
  /** The attribute of a column of the table; null where none maps it. */
  attributeOfColumn(column: SchemaColumn): ColumnAttributeLike | null
  /**
   * The key of an object in identity maps: the primary key's one value where it can be a Map key as it is, a string made from all of them
   * otherwise; null where a part is missing.
   */
  identityKey(values: readonly unknown[]): IdentityKey | null
  /**
   * The state of a new object that stands for a row, made without running any constructor of the class. Its lifecycle is 'persistent'; session,
   * key and batch are the caller's to set.
   */
  instantiate(values: unknown[]): StateLike
  /** Settles relationships once all classes are known; called at first use by everything that needs them. */
  configure(): void
}

/** A primary key as a Map key. */
export type IdentityKey = string | number | bigint | boolean

/** A class, as constructors go. */
export type EntityConstructor = new (...args: never[]) => object

/** What column attributes and relationships share. */
export interface AttributeLike {
  readonly kind: 'column' | 'relationship'
  readonly mapper: MapperLike
  /** The property's name. */
  readonly key: string
  readonly slot: number
}

/** A property that holds a column's value. */
export interface ColumnAttributeLike extends AttributeLike {
  readonly kind: 'column'
  readonly column: SchemaColumn
  readonly primaryKey: boolean
}

/** Which side holds the foreign key. */
export type Direction = 'oneToMany' | 'manyToOne' | 'manyToMany'

/** Two columns that hold the same value: `source` on the side that has it first, `target` the foreign key that receives it. */
export interface ColumnPair {
  readonly source: SchemaColumn
  readonly target: SchemaColumn
}

/** What follows an object along a relationship. */
export interface Cascade {
  readonly saveUpdate: boolean
  readonly merge: boolean
  readonly refreshExpire: boolean
  readonly expunge: boolean
  readonly delete: boolean
  readonly deleteOrphan: boolean
}

/** A property that holds another object or a collection of them. */
export interface RelationshipLike extends AttributeLike {
  readonly kind: 'relationship'
  /** The class at the other end; settled by `configure()`. */
  readonly target: MapperLike
  readonly direction: Direction
  readonly isCollection: boolean
  /** Association table of a many-to-many; null otherwise. */
  readonly secondary: Table | null
  /**
   * How keys are copied. One-to-many: from this mapper's columns to the target's. Many-to-one: from the target's columns to this mapper's.
   * Many-to-many: from this mapper's columns to the association table's.
   */
  readonly pairs: readonly ColumnPair[]
  /** Many-to-many: from the target's columns to the association table's; empty otherwise. */
  readonly secondaryPairs: readonly ColumnPair[]
  readonly primaryJoin: ColumnElement<boolean>
  readonly secondaryJoin: ColumnElement<boolean> | null
  /** The relationship that mirrors this one; null where there is none. */
  readonly reverse: RelationshipLike | null
  /** Key of this relationship in `StateLike.parents`: `mapperId:slot`. */
  readonly parentKey: string
  /**
   * Many-to-one whose foreign key is exactly the target's primary key: by position in the target's primary key, the attribute of this side that
   * holds it. The target can then be found by identity alone. Null otherwise.
   */
  readonly identityAttributes: readonly ColumnAttributeLike[] | null
  readonly cascade: Cascade
  readonly passiveDeletes: boolean | 'all'
  readonly orderBy: readonly ColumnElement[]
  /** {@link orderBy} in terms of an alias of the target's table; null leaves the table itself. */
  orderingOf(target: FromClause | null): readonly ColumnElement[]
  readonly viewOnly: boolean
  /** How it is loaded where no option says otherwise. 'select' loads on request (`awaitable`), 'raise' not even then. */
  readonly lazy: 'select' | 'joined' | 'selectin' | 'raise'
  /** The ON clause with either side replaced: `left` stands for this mapper's table, `right` for the target's; null leaves the table itself. */
  joinCondition(left: FromClause | null, right: FromClause | null, secondary: FromClause | null): RelationshipJoin
}

/** The ON clauses of a join along a relationship. */
export interface RelationshipJoin {
  /** Between this side and the target, or this side and the association table. */
  readonly primary: ColumnElement<boolean>
  /** Between the association table and the target; null without one. */
  readonly secondary: ColumnElement<boolean> | null
}

/** Where an object stands. SQLAlchemy: Quickie Intro to Object States. */
export type Lifecycle = 'transient' | 'pending' | 'persistent' | 'deleted' | 'detached'

/** Objects that one query delivered together; what one of them loads on request is loaded for all. */
export interface LoadBatch {
  readonly states: StateLike[]
}

/** Changes of a collection whose members are not loaded; they are merged when it is. */
export interface QueuedChanges {
  readonly added: object[]
  readonly removed: object[]
}

/** The life of one object: its values, what was changed, whose it is. */
export interface StateLike {
  readonly mapper: MapperLike
  readonly entity: object
  /**
   * The attributes' values by slot. `undefined` is "not there": never set on an object made in this process, not loaded (or
   * expired) on one from the database. The driver's decoded row serves as this array.
   */
  values: unknown[]
  /**
   * By slot, the value before the first change since the last flush; null while nothing changed. `undefined` as a value: it was not loaded.
   * An object that has no row yet (transient, pending) notes nothing: all its values are new. For relationships ask `instrument/history.ts`.
   */
  committed: Map<number, unknown> | null
  lifecycle: Lifecycle
  session: SessionLike | null
  /** Set while the object is in an identity map. */
  key: IdentityKey | null
  /** The other objects of its query. */
  batch: LoadBatch | null
  /** For delete-orphan: the parent's state by relationship (`mapperId:slot`); null under a key says that the object was taken from that parent. */
  parents: Map<string, StateLike | null> | null
  /** Made in this process and never expired since: a relationship that was never touched is empty, not unknown. */
  madeHere: boolean
  /** By slot, changes of collections that are not loaded. */
  queued: Map<number, QueuedChanges> | null
  /** Whether a flush has something to look at. */
  readonly modified: boolean
  /** Notes the value before a change, once, and tells the session. */
  noteChange(slot: number): void
  /** The value that the database has, as far as is known: the one before changes. */
  committedValue(slot: number): unknown
}

/** A session, seen from its objects. All of it is synchronous: setting an attribute never waits. */
export interface SessionLike {
  /** Whether it flushes by itself before queries. */
  readonly autoflush: boolean
  /** An attribute of a persistent object was set for the first time since the last flush. */
  changed(state: StateLike): void
  /**
   * A collection of a persistent object was handed out: from now on it may be changed by `list[i] = x` or `list.length = 0`, which nobody notices.
   * `settleCollection()` of `instrument/history.ts` is called for each of these before a flush looks for work. May be called again for the same collection.
   */
  exposed(state: StateLike, relationship: RelationshipLike): void
  /** The object came within reach by a cascade (it was put into a collection or reference of an object of the session). */
  cascadeAdd(state: StateLike): void
  /** A pending object lost its last parent along a delete-orphan relationship. */
  expungePending(state: StateLike): void
  /** The object held under that key, without any I/O; null where there is none. */
  lookup(mapper: MapperLike, key: IdentityKey): StateLike | null
  /** Loads attributes of objects of one class that came from the same query; the way `awaitable` loads. */
  loadAttributes(states: readonly StateLike[], keys: readonly string[]): Promise<void>
}

/** Turns statements about classes into statements about tables; the query room plugs it, entities in statements carry it. */
export const ormCompile: Socket<CompilePlugin['prepare']> = new Socket('ormCompile')
