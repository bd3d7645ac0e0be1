// `Table`: a table as structure and as FROM element; `table()` makes them; the registry that they belong to.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { checkKeys, quoteName, suggestion } from '../../nearest.ts'
import { sharesKind } from '../base/element.ts'
import { nextIdentity } from '../base/identity.ts'
import { isRecord } from '../coerce/record.ts'
import type { ForeignKeyLink } from '../from/from-clause.ts'
import { TableClause } from '../from/table-clause.ts'
import type { ColumnDefinition, ColumnDefinitions, DefinedValue, RowOf, TypedTable } from '../from/typed.ts'
import { type ColumnOwner, SchemaColumn } from './column.ts'
import type { ColumnParts } from './column-definition.ts'
import { Constraint, checkList, PrimaryKeyConstraint, type TableItem } from './constraint.ts'
import { type DdlEventName, DdlEvents, type DdlListener } from './ddl-events.ts'
import { type ForeignKeyAttachment, ForeignKeyConstraint, type TableLookup } from './foreign-key.ts'
import { type ColumnNaming, type NamingConvention, snakeCase } from './naming.ts'
import { requestOf } from './reflect-arguments.ts'
import type { Reflector } from './reflector.ts'
import { checkSchema } from './storage.ts'
import { Index } from './table-index.ts'
import {
  type PartitionBounds,
  STORAGE_KEYS,
  type StorageOptions,
  type TableStorage,
  tableStorage,
} from './table-option.ts'
import {
  boundItem,
  checkAutoincrement,
  checkedDefinitions,
  checkNames,
  namedPrimaryKey,
  ownConstraints,
  ownIndexes,
  primaryKeyOf,
  type TableItems,
} from './table-parts.ts'

export type { TableItems } from './table-parts.ts'

/** The columns of a table by key; `Source` tells them from those of other tables. */
export type TableColumns<D, Source = unknown> = {
  readonly [K in keyof D & string]: SchemaColumn<K, DefinedValue<D[K]>, Source>
}

/** Options of {@link table}. */
export interface TableOptions<D extends ColumnDefinitions = ColumnDefinitions> extends StorageOptions {
  /** Default: the MetaData's schema; null for none although the MetaData has one. */
  readonly schema?: string | null
  /** Kept in the database as the table's comment. */
  readonly comment?: string
  /** Constraints and indexes; a function gets the table's columns. */
  readonly constraints?: TableItems | ((columns: TableColumns<D>) => TableItems)
  /** Words between CREATE and TABLE, such as `UNLOGGED`. */
  readonly prefixes?: readonly string[]
  /** Whether keys that the database makes come back from an INSERT of one row without being asked for. Default true. */
  readonly implicitReturning?: boolean
  /** Whatever the application wants to keep with the table. */
  readonly info?: Readonly<Record<string, unknown>>
}

/** Options of {@link Table.reflect}. */
export interface ReflectTableOptions<D extends ColumnDefinitions = ColumnDefinitions> {
  /** Default: the MetaData's schema; null for none although the MetaData has one. */
  readonly schema?: string | null
  /** Definitions by key that take the place of the database's columns of the same name, or are added to them. */
  readonly columns?: D
  /** Only these columns, by their names in the database; keys and indexes over others are left out too. Default: all. */
  readonly includeColumns?: readonly string[]
  /** Not these columns. Default: none. */
  readonly excludeColumns?: readonly string[]
  /** Whether the tables that foreign keys lead to are reflected too. Default true. */
  readonly resolveForeignKeys?: boolean
  /** Whether a table that the MetaData has already is defined anew; the old object stays usable. Default false: it is returned as it is. */
  readonly extendExisting?: boolean
  readonly signal?: AbortSignal
}

/** What makes a table a partition. */
export interface PartitionOrigin {
  readonly parent: Table
  readonly bounds: PartitionBounds
}

/** A registry of tables, as tables see it; `MetaData` is the one there is. */
export interface TableRegistry extends TableLookup {
  readonly namingConvention: NamingConvention
  readonly columnNaming: ColumnNaming
  /** @internal Called once by each table. */
  register(table: Table): void
  /** @internal */
  runAlone(sort: 'create' | 'drop', table: Table, bind: DdlRunner, options: AloneOptions): Promise<void>
}

/** What {@link Table.create} works on: an engine or a connection. */
export interface DdlRunner {
  runDdl(plan: never, options: never): Promise<void>
}

/** Options of {@link Table.create} and {@link Table.drop}. */
export interface AloneOptions {
  /** Ask first whether it is there, and leave out what is done already. Default: that is an error, but named types may be there. */
  readonly checkFirst?: boolean
  readonly signal?: AbortSignal
}

/** A table. */
export class Table<D extends ColumnDefinitions = ColumnDefinitions, Name extends string = string>
  extends TableClause
  implements ColumnOwner, TypedTable<D>
{
  static {
    sharesKind(this)
  }
  /** Declared only. */
  declare readonly '~columns': RowOf<D>
  /** Declared only. */
  declare readonly '~definitions': D
  /** Declared only. */
  declare readonly '~source': Name
  /** Number in cache keys. */
  readonly id: number = nextIdentity()
  readonly name: string
  readonly schema: string | null
  /** `name`, or `schema.name`: the key in the MetaData. */
  readonly key: string
  readonly metadata: TableRegistry
  readonly comment: string | null
  readonly prefixes: readonly string[]
  /** Whether keys that the database makes come back from an INSERT of one row without being asked for. */
  readonly implicitReturning: boolean
  /** What the application keeps with the table. */
  readonly info: Readonly<Record<string, unknown>>
  /** How the table is kept. */
  readonly storage: TableStorage
  /** @internal What `table()` was given. */
  readonly options: TableOptions
  /** The table that this one is a partition of, and its bounds; null for none. */
  readonly partitionOf: PartitionOrigin | null
  /** @internal The table that this one is a copy of; null for none. */
  readonly copiedFrom: Table | null
  /** @internal What was added by {@link append}: as it was given, and as this table has it. */
  readonly appended: ReadonlyMap<TableItem, TableItem> = new Map()
  readonly columnList: readonly SchemaColumn[]
  readonly primaryKey: PrimaryKeyConstraint
  /** All constraints but the primary key, in order of definition. */
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  /** @internal */
  readonly events: DdlEvents<Table> = new DdlEvents<Table>(this as unknown as Table)
  #links: readonly ForeignKeyLink[] | null = null

  /** @internal */
  constructor(
    name: string,
    metadata: TableRegistry,
    definitions: ColumnDefinitions,
    options: TableOptions<D>,
    partitionOf: PartitionOrigin | null = null,
    copiedFrom: Table | null = null,
  ) {
    super()
    this.name = name
    this.schema = options.schema === undefined ? metadata.schema : options.schema
    checkSchema(`Table ${quoteName(name)}`, this.schema)
    this.key = this.schema === null ? name : `${this.schema}.${name}`
    this.metadata = metadata
    this.comment = options.comment ?? null
    this.prefixes = options.prefixes ?? []
    this.implicitReturning = options.implicitReturning ?? true
    this.info = options.info ?? {}
    this.partitionOf = partitionOf
    this.copiedFrom = copiedFrom
    this.options = options as unknown as TableOptions
    const columns: SchemaColumn[] = []
    this.columnList = columns
    const parts = checkedDefinitions(this.key, definitions)
    const named = namedPrimaryKey(options.constraints)
    for (const [key, part] of parts) {
      const sqlName = part.options.name ?? (metadata.columnNaming === 'snake_case' ? snakeCase(key) : key)
      const primary = part.options.primaryKey === true || named.some((each) => each === key || each === sqlName)
      columns.push(new SchemaColumn(key, sqlName, this, part, primary))
    }
    checkNames(this)
    this.storage = tableStorage(this, options)
    const attachment: ForeignKeyAttachment = { table: this, convention: metadata.namingConvention, lookup: metadata }
    const items = typeof options.constraints === 'function' ? options.constraints(this.c) : (options.constraints ?? [])
    checkList(`Table ${quoteName(this.key)}`, 'constraints', items)
    const bound = items.map((item) => boundItem(this.key, item, attachment))
    this.primaryKey = primaryKeyOf(this, bound, attachment)
    checkAutoincrement(this.key, this.primaryKey.columns)
    this.constraints = [
      ...columns.flatMap((column) => ownConstraints(column, attachment)),
      ...bound.filter((item) => item instanceof Constraint && !(item instanceof PrimaryKeyConstraint)),
    ] as Constraint[]
    this.indexes = [
      ...columns.flatMap((column) => ownIndexes(column, attachment)),
      ...bound.filter((item) => item instanceof Index),
    ]
  }

  /**
   * The definition of a table as it is in a database: columns, keys, constraints, indexes, comments. The tables that its foreign
   * keys lead to come along. Of a view it gives what can be selected from. All is read in one flight for the table and one for
   * each step along its foreign keys.
   *
   * @param bind an engine, a connection or an inspector.
   * @returns with `columns`, a table of which TypeScript knows these columns; `table.column('name')` gives any other.
   * @throws NoSuchTableError the database has no such table; the message names the nearest.
   * @throws InvalidRequestError columns are given for a table that the MetaData has already.
   * @example
   * const users = await Table.reflect('users', metadata, engine, { columns: { id: Column(Integer, { primaryKey: true }) } })
   */
  static async reflect<D extends ColumnDefinitions = ColumnDefinitions>(
    name: string,
    metadata: TableRegistry,
    bind: Reflector,
    options: ReflectTableOptions<D> = {},
  ): Promise<Table<D>> {
    const request = requestOf(name, metadata, options)
    const known = metadata.findTable(request.schema === null ? name : `${request.schema}.${name}`)
    if (known !== null && !request.extendExisting && Object.keys(request.columns).length > 0)
      throw definedAlready(known.key)
    const [made] = await reflectorOf('Table.reflect()', bind).reflectTables(metadata, request)
    return made as Table<D>
  }

  /**
   * Creates this table alone in the database, with the types, sequences, indexes and comments that belong to it.
   *
   * @param bind an engine or a connection.
   * @example
   * await users.create(engine, { checkFirst: true })
   */
  async create(bind: DdlRunner, options: AloneOptions = {}): Promise<void> {
    await this.metadata.runAlone('create', this as unknown as Table, bind, options)
  }
  /** Drops this table alone. */
  async drop(bind: DdlRunner, options: AloneOptions = {}): Promise<void> {
    await this.metadata.runAlone('drop', this as unknown as Table, bind, options)
  }

  /** The columns by key. */
  get c(): TableColumns<D, Name> {
    return this.columns as unknown as TableColumns<D, Name>
  }

  /** The foreign keys, in order of definition. */
  get foreignKeys(): readonly ForeignKeyConstraint[] {
    return this.constraints.filter((constraint) => constraint instanceof ForeignKeyConstraint)
  }

  /** The column that the database numbers; null for none. SQLAlchemy's rule. */
  get autoincrementColumn(): SchemaColumn | null {
    const columns = this.primaryKey.columns
    const explicit = columns.find((column) => column.autoincrement === true)
    if (explicit !== undefined) return explicit
    const [only] = columns
    if (columns.length !== 1 || only === undefined || only.autoincrement === false) return null
    const isFree = only.default === null && only.serverDefault === null && only.computed === null
    const isForeign = this.foreignKeys.some((key) => key.columns.includes(only))
    return only.type.affinity === 'integer' && isFree && !isForeign ? only : null
  }

  /**
   * Listens to the moments around creating and dropping this table: commands are run there, functions are called and waited for.
   *
   * @returns what ends it.
   * @throws ArgumentError an unknown event, or no listener.
   * @example
   * users.on('afterCreate', async ({ connection }) => { await connection.execute(insert(users).values({ name: 'root' })) })
   */
  on<This>(this: This, name: DdlEventName, listener: DdlListener<This>): () => void {
    return (this as unknown as { readonly events: DdlEvents<This> }).events.listen(name, listener)
  }

  /**
   * Adds a constraint or an index to a table that is defined already. One that was added before is not added again.
   *
   * @returns the constraint or index of this table, for `new AddConstraint(...)`, `new CreateIndex(...)` where the table is created already.
   * @throws ArgumentError it is neither, or a primary key, or names a column that is not there.
   * @example
   * const byName = users.append(new Index('ix_users_name', [func.lower(users.c.name)]))
   * await engine.execute(new CreateIndex(byName))   // CREATE INDEX ix_users_name ON users (lower(name))
   */
  append<I extends Constraint | Index>(item: I): I {
    if (item instanceof PrimaryKeyConstraint)
      throw new ArgumentError(
        `Table ${quoteName(this.key)} has its primary key already: name its columns in the table's definition`,
      )
    const known = this.appended.get(item) ?? [...this.appended.values()].find((each) => each === item)
    if (known !== undefined) return known as I
    const { metadata } = this
    const attachment: ForeignKeyAttachment = { table: this, convention: metadata.namingConvention, lookup: metadata }
    const bound = boundItem(this.key, item, attachment)
    ;(this.appended as Map<TableItem, TableItem>).set(item, bound)
    const list = bound instanceof Index ? this.indexes : this.constraints
    ;(list as unknown as TableItem[]).push(bound)
    this.#links = null
    return bound as unknown as I
  }

  override foreignKeyLinks(): readonly ForeignKeyLink[] {
    if (this.#links !== null) return this.#links
    const links = this.foreignKeys.flatMap((key) => key.links())
    // Kept only when all targets are known: those of tables that are yet to come are null for now.
    if (links.every((link) => link.referred !== null)) this.#links = links
    return links
  }

  /**
   * The column of that key.
   *
   * @throws ArgumentError naming the nearest key.
   */
  column(key: string): SchemaColumn {
    const column = typeof key === 'string' ? this.columns[key] : undefined
    if (column === undefined) {
      const known = this.columnList.map((each) => each.key)
      throw new ArgumentError(`Table ${quoteName(this.key)} has no column ${quoteName(key)}${suggestion(key, known)}`)
    }
    return column as SchemaColumn
  }
}

/**
 * Defines a table.
 *
 * @param columns definitions by key; the key is the name of the property in rows, and the column's SQL name unless
 * `{ name }` or the MetaData's `columnNaming` says otherwise.
 * @throws InvalidRequestError the MetaData has a table of that name.
 * @throws ArgumentError a constraint names a column that is not there, or something is not what it should be.
 * @example
 * const users = table('users', metadata, {
 *   id: Column(Integer, { primaryKey: true }),
 *   name: Column(String(50), { unique: true }),
 * })
 */
export function table<D extends Record<string, ColumnDefinition & ColumnParts>, const Name extends string>(
  name: Name,
  metadata: TableRegistry,
  columns: D,
  options: TableOptions<D> = {},
): Table<D, Name> {
  if (typeof name !== 'string' || name === '') throw new ArgumentError('table() takes a name that is not empty')
  if (typeof metadata?.register !== 'function' || !isRecord(columns))
    throw new ArgumentError(
      `table() takes a name, a MetaData and columns: table(${quoteName(name)}, metadata, { id: Column(Integer) })`,
    )
  // SQLAlchemy's spelling; reading a database has to be waited for.
  if (Object.hasOwn(options, 'autoloadWith'))
    throw new ArgumentError(
      `table() reads no database: write await Table.reflect(${quoteName(name)}, metadata, engine)`,
    )
  checkKeys('table()', options, TABLE_KEYS, ['implicitReturning'], ['comment'])
  return register(new Table<D, Name>(name, metadata, columns, options))
}

/** @throws ArgumentError it is nothing that reads definitions. */
export function reflectorOf(place: string, bind: unknown): Reflector {
  if (typeof (bind as Reflector | null | undefined)?.reflectTables === 'function') return bind as Reflector
  throw new ArgumentError(`${place} takes an engine, a connection or an inspector`)
}

const TABLE_KEYS = ['schema', 'constraints', 'prefixes', 'info', ...STORAGE_KEYS] as const

/** @internal Makes a table known to its MetaData. */
export function register<D extends ColumnDefinitions, Name extends string>(made: Table<D, Name>): Table<D, Name> {
  made.metadata.register(made as unknown as Table)
  return made
}

/**
 * Refuses a second table of the same key.
 *
 * @internal
 * @throws InvalidRequestError
 */
export function checkNew(known: ReadonlyMap<string, Table>, made: Table): void {
  if (known.has(made.key))
    throw new InvalidRequestError(
      `Table ${quoteName(made.key)} is already defined in this MetaData: use the first definition, or metadata.remove(table) before`,
    )
}

/** @internal Columns are given for a table that the MetaData has. */
export function definedAlready(key: string): InvalidRequestError {
  return new InvalidRequestError(
    `Table ${quoteName(key)} is already defined in this MetaData: { extendExisting: true } defines it anew`,
  )
}
