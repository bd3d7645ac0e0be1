// `MetaData`: the tables that belong together.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { Events } from '../../events.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { describe } from '../coerce/describe.ts'
import type { RunDdlOptions, SchemaBind } from './bind.ts'
import { createPlan, type DdlPlan, dropPlan, type PlanParts } from './ddl/plan.ts'
import { type DdlEventName, DdlEvents, type DdlListener } from './ddl-events.ts'
import { type ColumnNaming, DEFAULT_CONVENTION, type NamingConvention } from './naming.ts'
import { checkedSchema, checkNames } from './reflect-arguments.ts'
import type { ColumnReflectEvent, ReflectionMoments, Reflector } from './reflector.ts'
import type { Sequence, SequenceRegistry } from './sequence.ts'
import { settleTypes } from './settle-types.ts'
import { sortTables } from './sort.ts'
import { type AloneOptions, checkNew, reflectorOf, type Table, type TableRegistry } from './table.ts'
import { TableMap } from './table-map.ts'
import type { View, ViewRegistry } from './view.ts'

/** Options of {@link MetaData}. */
export interface MetaDataOptions {
  /** Schema of tables that name none. Default: the database's. */
  readonly schema?: string
  /** How constraints and indexes without a name are named. Default: only indexes, `ix_table_column`. */
  readonly namingConvention?: NamingConvention
  /** How columns are named in SQL. Default 'as-written': as their keys; 'snake_case' makes `userId` `user_id`. */
  readonly columnNaming?: ColumnNaming
  /** Whatever the application wants to keep with it. */
  readonly info?: Readonly<Record<string, unknown>>
}

/** Options of {@link MetaData.createAll} and {@link MetaData.dropAll}. */
export interface DdlOptions {
  /** Ask first which tables exist, and leave out what is done already. Default true. */
  readonly checkFirst?: boolean
  /** Only these tables. Default: all. */
  readonly tables?: Iterable<object>
  readonly signal?: AbortSignal
}

/** Options of {@link MetaData.reflect}. */
export interface ReflectOptions {
  /** Default: the MetaData's schema, or where a name without one is found. */
  readonly schema?: string | null
  /** Whether views and materialized views are reflected too; they become views of the MetaData. Default false. */
  readonly views?: boolean
  /** Only these, by name or by a function that chooses. Default: all. */
  readonly only?: readonly string[] | ((name: string) => boolean)
  /** Whether tables that are there already are defined anew; the old objects stay usable. Default false: they are left as they are. */
  readonly extendExisting?: boolean
  /** Whether tables of other schemas, or those that `only` leaves out, come along where foreign keys lead to them. Default true. */
  readonly resolveForeignKeys?: boolean
  readonly signal?: AbortSignal
}

/**
 * A registry of tables: what foreign keys find each other in, and what is created together.
 *
 * @example
 * const metadata = new MetaData({ namingConvention: { pk: 'pk_%(table_name)s' } })
 * const users = table('users', metadata, { id: Column(Integer, { primaryKey: true }) })
 * await metadata.createAll(engine)
 */
export class MetaData implements TableRegistry, SequenceRegistry, ViewRegistry {
  readonly schema: string | null
  readonly namingConvention: NamingConvention
  readonly columnNaming: ColumnNaming
  /** What the application keeps with it. */
  readonly info: Readonly<Record<string, unknown>>
  readonly #tables: TableMap<Table> = new TableMap()
  /** @internal */
  readonly events: DdlEvents<MetaData> = new DdlEvents<MetaData>(this)
  /** @internal */
  readonly reflection: Events<ReflectionMoments> = new Events<ReflectionMoments>('A MetaData', ['columnReflect'])
  readonly #views: Map<string, View> = new Map()
  readonly #sequences: Map<string, Sequence> = new Map()

  /** @throws ArgumentError an unknown option. */
  constructor(options: MetaDataOptions = {}) {
    checkKeys('MetaData', options, ['schema', 'namingConvention', 'columnNaming', 'info'])
    checkKeys('namingConvention', options.namingConvention ?? {}, ['ix', 'uq', 'ck', 'fk', 'pk', 'ex'])
    for (const [kind, rule] of Object.entries(options.namingConvention ?? {}))
      if (rule !== undefined && typeof rule !== 'string' && typeof rule !== 'function')
        throw new ArgumentError(
          `namingConvention.${kind} is a text with tokens, such as '${kind}_%(table_name)s', or a function`,
        )
    if ((options.schema ?? null) !== null && (typeof options.schema !== 'string' || options.schema === ''))
      throw new ArgumentError("new MetaData(): schema is a text that is not empty: { schema: 'shop' }")
    this.info = options.info ?? {}
    const naming: string = options.columnNaming ?? 'as-written'
    if (naming !== 'as-written' && naming !== 'snake_case')
      throw new ArgumentError(`columnNaming is 'as-written' or 'snake_case', not ${quoteName(naming)}`)
    this.schema = options.schema ?? null
    this.namingConvention = { ...DEFAULT_CONVENTION, ...options.namingConvention }
    this.columnNaming = naming
  }

  /** The tables by key: `name`, or `schema.name`. */
  get tables(): ReadonlyMap<string, Table> {
    return this.#tables
  }

  /** The tables, each after those it refers to. Circles of foreign keys are ignored. */
  get sortedTables(): readonly Table[] {
    return sortTables(this.#tables.values()).tables
  }

  /**
   * Creates the tables in the database, in order of dependency.
   *
   * @param bind an engine or a connection.
   * @throws NoReferencedTableError a foreign key refers to a table that is not there.
   */
  async createAll(bind: SchemaBind, options: DdlOptions = {}): Promise<void> {
    await this.#run('createAll', createPlan, bind, options)
  }

  /** Drops the tables, in reverse order of dependency. */
  async dropAll(bind: SchemaBind, options: DdlOptions = {}): Promise<void> {
    await this.#run('dropAll', dropPlan, bind, options)
  }

  /**
   * What {@link createAll} would run, as a plan that shows its commands and runs nothing.
   *
   * @throws NoReferencedTableError a foreign key refers to a table that is not there.
   * @example
   * metadata.createPlan().sql(postgresqlDialect())   // ['CREATE TABLE users (...)', ...]
   */
  createPlan(options: Pick<DdlOptions, 'tables'> = {}): DdlPlan {
    checkKeys('createPlan()', options, ['tables'])
    return createPlan(this.#chosen('createPlan', options.tables), this.#parts(options.tables))
  }

  /** What {@link dropAll} would run; see {@link createPlan}. */
  dropPlan(options: Pick<DdlOptions, 'tables'> = {}): DdlPlan {
    checkKeys('dropPlan()', options, ['tables'])
    return dropPlan(this.#chosen('dropPlan', options.tables), this.#parts(options.tables))
  }

  /**
   * Defines the tables that a database has: all of a schema in one flight, whatever their number.
   *
   * @param bind an engine, a connection or an inspector.
   * @throws InvalidRequestError names in `only` are not there (NoSuchTableError where it is one).
   * @example
   * await metadata.reflect(engine, { schema: 'shop', views: true })
   * metadata.tables.get('shop.orders')
   */
  async reflect(bind: Reflector, options: ReflectOptions = {}): Promise<void> {
    checkKeys('reflect()', options, ['schema', 'only', 'signal'], ['views', 'extendExisting', 'resolveForeignKeys'])
    const { views = false, only, extendExisting = false, resolveForeignKeys = true } = options
    const schema = options.schema === undefined ? this.schema : checkedSchema('reflect()', options.schema)
    if (only !== undefined && typeof only !== 'function' && !Array.isArray(only))
      throw new ArgumentError('reflect(): only is a list of names, or a function that chooses')
    if (Array.isArray(only)) checkNames('reflect()', 'only', only)
    await reflectorOf('reflect()', bind).reflectTables(this, {
      schema,
      names: only ?? null,
      kinds: views ? ['table', 'foreignTable', 'view', 'materializedView'] : ['table', 'foreignTable'],
      temporary: false,
      viewsAsTables: false,
      resolveForeignKeys,
      extendExisting,
      columns: {},
      includeColumns: null,
      excludeColumns: [],
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }

  async #run(
    name: string,
    planOf: (tables: Iterable<Table>, parts: PlanParts) => DdlPlan,
    bind: SchemaBind,
    options: DdlOptions,
  ): Promise<void> {
    checkKeys(`${name}()`, options, ['tables', 'signal'], ['checkFirst'])
    const { tables, checkFirst = true, ...rest } = options
    const planned = (): DdlPlan => planOf(this.#chosen(name, tables), this.#parts(tables))
    await runPlan(name, planned, bind, { checkFirst, ...rest })
  }

  /** @internal One of its tables, without what belongs to all of them. */
  async runAlone(sort: 'create' | 'drop', table: Table, bind: SchemaBind, options: AloneOptions): Promise<void> {
    checkKeys(`${sort}()`, options, ['signal'], ['checkFirst'])
    // Other tables may have brought along its types before, and a table that is dropped leaves them to others.
    const { checkFirst = sort === 'create' ? 'types' : false, ...rest } = options
    const planned = (): DdlPlan => (sort === 'create' ? createPlan([table]) : dropPlan([table]))
    await runPlan(sort, planned, bind, { checkFirst, ...rest })
  }

  /** What belongs to no table goes with all of them. */
  #parts(tables: Iterable<object> | undefined): PlanParts {
    const { events } = this
    if (tables !== undefined) return { events }
    return { events, sequences: this.#sequences.values(), views: this.#views.values() }
  }

  #chosen(name: string, tables: Iterable<object> | undefined): Iterable<Table> {
    if (tables === undefined) return this.#tables.values()
    return [...tables].map((given) => {
      const table = [...this.#tables.values()].find((each) => each === given)
      if (table === undefined) throw new ArgumentError(`${name}(): a table of another MetaData, or no table, was given`)
      return table
    })
  }

  /**
   * Listens to the moments around `createAll` and `dropAll`: commands are run there, functions are called and waited for. A
   * listener of `columnReflect` is told of each column that `reflect()` found, and may change it before the table is made.
   *
   * @returns what ends it.
   * @throws ArgumentError an unknown event, or no listener.
   * @example
   * metadata.on('beforeCreate', new DDL('CREATE EXTENSION IF NOT EXISTS pg_trgm', { ddlIf: { dialect: 'postgresql' } }))
   * metadata.on('columnReflect', ({ column }) => { column.key = `_${column.name}` })
   */
  on(name: 'columnReflect', listener: (event: ColumnReflectEvent) => unknown): () => void
  on(name: DdlEventName, listener: DdlListener<this>): () => void
  on(name: DdlEventName | 'columnReflect', listener: unknown): () => void {
    if (name === 'columnReflect') return this.reflection.on(name, listener as (event: ColumnReflectEvent) => unknown)
    return (this.events as DdlEvents<unknown> as DdlEvents<this>).listen(name, listener as DdlListener<this>)
  }

  /** Forgets a table or view; it and the statements made from it stay usable. */
  remove(table: object): void {
    for (const [key, known] of this.#tables) if (known === table) this.#tables.drop(key)
    for (const [key, known] of this.#views) if (known === table) this.#views.delete(key)
  }

  /** Forgets all tables, views and sequences. */
  clear(): void {
    this.#tables.empty()
    this.#sequences.clear()
    this.#views.clear()
  }

  /** @internal */
  findTable(key: string): Table | null {
    return this.#tables.get(key) ?? null
  }

  /** @internal */
  tableKeys(): Iterable<string> {
    return this.#tables.keys()
  }

  /** The views by key: `name`, or `schema.name`; each after those that it shows. */
  get views(): ReadonlyMap<string, View> {
    return this.#views
  }

  /** @internal @throws InvalidRequestError there is a table or view of that name. */
  registerView(view: View): void {
    if (this.#tables.has(view.key) || this.#views.has(view.key))
      throw new InvalidRequestError(`A table or view ${quoteName(view.key)} is already defined in this MetaData`)
    this.#views.set(view.key, view)
  }

  /** The sequences that were given this MetaData, by key: `name`, or `schema.name`. */
  get sequences(): ReadonlyMap<string, Sequence> {
    return this.#sequences
  }

  /** @internal @throws InvalidRequestError there is a sequence of that name. */
  registerSequence(sequence: Sequence): void {
    if (this.#sequences.has(sequence.key))
      throw new InvalidRequestError(`Sequence ${quoteName(sequence.key)} is already defined in this MetaData`)
    this.#sequences.set(sequence.key, sequence)
  }

  /**
   * @internal Called by each new table.
   * @throws InvalidRequestError there is a table of that name.
   */
  register(table: Table): void {
    checkNew(this.#tables, table)
    if (this.#views.has(table.key))
      throw new InvalidRequestError(`A view ${quoteName(table.key)} is already defined in this MetaData`)
    this.#tables.put(table.key, table)
    settleTypes(this.#tables.values())
  }
}

async function runPlan(name: string, plan: () => DdlPlan, bind: SchemaBind, options: RunDdlOptions): Promise<void> {
  if (typeof (bind as SchemaBind | undefined)?.runDdl !== 'function')
    throw new ArgumentError(`${name}() takes an engine or a connection, got ${describe(bind)}`)
  await bind.runDdl(plan(), options)
}
