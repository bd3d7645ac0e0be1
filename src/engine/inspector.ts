// `Inspector`: what is in a database, asked by name and remembered.
import type { RelationPart } from '../dialect/contract/introspector.ts'
import { NoSuchTableError } from '../errors.ts'
import type { ColumnDefinitions } from '../expression/from/typed.ts'
import type { MetaData } from '../expression/schema/metadata.ts'
import { checkName } from '../expression/schema/reflect-arguments.ts'
import type {
  ReflectedCheckConstraint,
  ReflectedColumn,
  ReflectedDomain,
  ReflectedEnum,
  ReflectedExcludeConstraint,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedPrimaryKey,
  ReflectedRelation,
  ReflectedSequence,
  ReflectedStorage,
  ReflectedUniqueConstraint,
  RelationKind,
} from '../expression/schema/reflected.ts'
import type { ReflectRequest } from '../expression/schema/reflector.ts'
import { type ReflectTableOptions, Table } from '../expression/schema/table.ts'
import { quoteName, suggestion } from '../nearest.ts'
import { type CatalogSource, Catalogs } from './catalogs.ts'
import { ALL_KINDS, checkAsk, schemaOf, scopeOf } from './inspector-arguments.ts'
import type { AskOptions, MultiOptions, SchemaOption, SortedTableNames } from './inspector-options.ts'
import { reflect } from './reflect/reflect.ts'
import { sortedNames } from './sorted-names.ts'

const ALL_PARTS: readonly RelationPart[] = [
  'columns',
  'primaryKey',
  'foreignKeys',
  'uniqueConstraints',
  'checkConstraints',
  'excludeConstraints',
  'indexes',
  'comment',
  'storage',
  'definition',
]

/**
 * What is in a database. `inspect(engine)` or `inspect(connection)` makes one; it remembers every answer, so one is made
 * for each look at the database, or `clearCache()` forgets. One of an engine borrows a connection for each question; one of
 * a connection asks within its transaction. SQLAlchemy: `sqlalchemy.engine.reflection.Inspector`.
 *
 * @example
 * const inspector = inspect(engine)
 * await inspector.getTableNames()                        // ['address', 'user_account']
 * await inspector.getMultiColumns({ schema: 'shop' })    // the columns of all tables, in one flight
 */
export class Inspector {
  readonly #catalogs: Catalogs

  /** @internal */
  constructor(source: CatalogSource) {
    this.#catalogs = new Catalogs(source)
  }

  /** Forgets what was asked before, so that changes of the database are seen. */
  clearCache(): void {
    this.#catalogs.forget()
  }

  // ---- names -----------------------------------------------------------------------------------------------------------

  /** The schema in which a name without one is created; null where the database has no schemas. */
  async getDefaultSchemaName(options: AskOptions = {}): Promise<string | null> {
    checkAsk('getDefaultSchemaName()', options)
    return this.#catalogs.ask(
      'defaultSchema',
      (introspector, read) => introspector.defaultSchemaName(read),
      options.signal,
    )
  }

  /** All schemas but the database's own. */
  async getSchemaNames(options: AskOptions = {}): Promise<string[]> {
    checkAsk('getSchemaNames()', options)
    return this.#catalogs.ask('schemas', (introspector, read) => introspector.schemaNames(read), options.signal)
  }

  /** The tables of a schema, without temporary and foreign ones. */
  getTableNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names('getTableNames', options, ['table'], false)
  }

  /** The foreign tables of a schema: those of other servers. */
  getForeignTableNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names('getForeignTableNames', options, ['foreignTable'], false)
  }

  /** The views of a schema, without materialized and temporary ones. */
  getViewNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names('getViewNames', options, ['view'], false)
  }

  /** The materialized views of a schema. */
  getMaterializedViewNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names('getMaterializedViewNames', options, ['materializedView'], false)
  }

  /** The temporary tables of the session: of use on a connection. */
  getTempTableNames(options: AskOptions = {}): Promise<string[]> {
    return this.#names('getTempTableNames', options, ['table'], true)
  }

  /** The temporary views of the session: of use on a connection. */
  getTempViewNames(options: AskOptions = {}): Promise<string[]> {
    return this.#names('getTempViewNames', options, ['view'], true)
  }

  /** The sequences of a schema that are no column's identity. */
  async getSequenceNames(options: SchemaOption = {}): Promise<string[]> {
    schemaOf('getSequenceNames()', options)
    return (await this.getSequences(options)).map(({ name }) => name)
  }

  /** Tables in order of dependency, each with the keys that lead to tables before it; keys of tables in a circle come last. */
  async getSortedTableAndFkcNames(options: SchemaOption = {}): Promise<SortedTableNames[]> {
    const schema = schemaOf('getSortedTableAndFkcNames()', options)
    return sortedNames(await this.getMultiForeignKeys(options), schema)
  }

  // ---- is there ... ----------------------------------------------------------------------------------------------------

  /** Whether there is a table or view of that name, temporary ones among them. */
  async hasTable(name: string, options: SchemaOption = {}): Promise<boolean> {
    checkName('hasTable()', 'a table', name)
    const schema = schemaOf('hasTable()', options)
    const scope = { schema, names: [name], kinds: ALL_KINDS, temporary: null }
    const found = await this.#catalogs.relations(scope, options.signal)
    return found.length > 0
  }

  /** Whether there is a schema of that name, the database's own left out. */
  async hasSchema(name: string, options: AskOptions = {}): Promise<boolean> {
    checkName('hasSchema()', 'a schema', name)
    checkAsk('hasSchema()', options)
    return this.#isAmong(name, await this.getSchemaNames(options))
  }

  /** Whether there is a sequence of that name that is no column's identity. */
  async hasSequence(name: string, options: SchemaOption = {}): Promise<boolean> {
    checkName('hasSequence()', 'a sequence', name)
    schemaOf('hasSequence()', options)
    return this.#isAmong(name, await this.getSequenceNames(options))
  }

  /** Whether a table has an index of that name; false too where there is no such table. */
  async hasIndex(table: string, index: string, options: SchemaOption = {}): Promise<boolean> {
    checkName('hasIndex()', 'a table', table)
    checkName('hasIndex()', 'an index', index)
    schemaOf('hasIndex()', options)
    const found = await this.#multi('hasIndex', 'indexes', everywhere(table, options))
    return this.#isAmong(
      index,
      found.flatMap(({ indexes }) => indexes.map(({ name }) => name)),
    )
  }

  // ---- one table -------------------------------------------------------------------------------------------------------

  /**
   * The columns of a table or view, in order.
   *
   * @throws NoSuchTableError there is none of that name, naming the nearest; so do all others that ask about one table.
   * @example
   * (await inspect(engine).getColumns('users')).map(({ name, typeName, nullable }) => ({ name, typeName, nullable }))
   * // [{ name: 'id', typeName: 'integer', nullable: false }, ...]
   */
  async getColumns(table: string, options: SchemaOption = {}): Promise<readonly ReflectedColumn[]> {
    return (await this.#one('getColumns', 'columns', table, options)).columns
  }

  /** The primary key of a table; null where it has none. */
  async getPkConstraint(table: string, options: SchemaOption = {}): Promise<ReflectedPrimaryKey | null> {
    return (await this.#one('getPkConstraint', 'primaryKey', table, options)).primaryKey
  }

  /** The foreign keys of a table; `options` are those of `ForeignKey()`. */
  async getForeignKeys(table: string, options: SchemaOption = {}): Promise<readonly ReflectedForeignKey[]> {
    return (await this.#one('getForeignKeys', 'foreignKeys', table, options)).foreignKeys
  }

  /** The UNIQUE constraints of a table. */
  async getUniqueConstraints(table: string, options: SchemaOption = {}): Promise<readonly ReflectedUniqueConstraint[]> {
    return (await this.#one('getUniqueConstraints', 'uniqueConstraints', table, options)).uniqueConstraints
  }

  /** The CHECK constraints of a table, with their conditions as the database writes them. */
  async getCheckConstraints(table: string, options: SchemaOption = {}): Promise<readonly ReflectedCheckConstraint[]> {
    return (await this.#one('getCheckConstraints', 'checkConstraints', table, options)).checkConstraints
  }

  /** The EXCLUDE constraints of a table; none on databases that do not have them. */
  async getExcludeConstraints(
    table: string,
    options: SchemaOption = {},
  ): Promise<readonly ReflectedExcludeConstraint[]> {
    return (await this.#one('getExcludeConstraints', 'excludeConstraints', table, options)).excludeConstraints
  }

  /** The indexes but that of the primary key; those kept for a constraint say so by `duplicatesConstraint`. */
  async getIndexes(table: string, options: SchemaOption = {}): Promise<readonly ReflectedIndex[]> {
    return (await this.#one('getIndexes', 'indexes', table, options)).indexes
  }

  /** The comment of a table or view; null for none. */
  async getTableComment(table: string, options: SchemaOption = {}): Promise<string | null> {
    return (await this.#one('getTableComment', 'comment', table, options)).comment
  }

  /** How the table is kept: partitions, inheritance, storage parameters. */
  async getTableOptions(table: string, options: SchemaOption = {}): Promise<ReflectedStorage> {
    return (await this.#one('getTableOptions', 'storage', table, options)).storage
  }

  /**
   * The SELECT of a view.
   *
   * @throws NoSuchTableError there is no view of that name.
   */
  async getViewDefinition(view: string, options: SchemaOption = {}): Promise<string> {
    const { definition } = await this.#one('getViewDefinition', 'definition', view, options)
    if (definition !== null) return definition
    throw new NoSuchTableError(`${quoteName(view)} is a table: it has no definition as a view has`)
  }

  // ---- many tables in one flight ---------------------------------------------------------------------------------------

  /** The columns by table, of all tables of a schema or of those that the options choose; one flight asks for all. */
  async getMultiColumns(options: MultiOptions = {}): Promise<ReadonlyMap<string, readonly ReflectedColumn[]>> {
    return byName(await this.#multi('getMultiColumns', 'columns', options), ({ columns }) => columns)
  }

  /** The primary keys by table, null for tables that have none; see {@link getMultiColumns}. */
  async getMultiPkConstraint(options: MultiOptions = {}): Promise<ReadonlyMap<string, ReflectedPrimaryKey | null>> {
    return byName(await this.#multi('getMultiPkConstraint', 'primaryKey', options), ({ primaryKey }) => primaryKey)
  }

  /** The foreign keys by table; see {@link getMultiColumns}. */
  async getMultiForeignKeys(options: MultiOptions = {}): Promise<ReadonlyMap<string, readonly ReflectedForeignKey[]>> {
    return byName(await this.#multi('getMultiForeignKeys', 'foreignKeys', options), ({ foreignKeys }) => foreignKeys)
  }

  /** The UNIQUE constraints by table; see {@link getMultiColumns}. */
  async getMultiUniqueConstraints(
    options: MultiOptions = {},
  ): Promise<ReadonlyMap<string, readonly ReflectedUniqueConstraint[]>> {
    const found = await this.#multi('getMultiUniqueConstraints', 'uniqueConstraints', options)
    return byName(found, ({ uniqueConstraints }) => uniqueConstraints)
  }

  /** The CHECK constraints by table; see {@link getMultiColumns}. */
  async getMultiCheckConstraints(
    options: MultiOptions = {},
  ): Promise<ReadonlyMap<string, readonly ReflectedCheckConstraint[]>> {
    const found = await this.#multi('getMultiCheckConstraints', 'checkConstraints', options)
    return byName(found, ({ checkConstraints }) => checkConstraints)
  }

  /** The EXCLUDE constraints by table; see {@link getMultiColumns}. */
  async getMultiExcludeConstraints(
    options: MultiOptions = {},
  ): Promise<ReadonlyMap<string, readonly ReflectedExcludeConstraint[]>> {
    const found = await this.#multi('getMultiExcludeConstraints', 'excludeConstraints', options)
    return byName(found, ({ excludeConstraints }) => excludeConstraints)
  }

  /** The indexes by table, as {@link getIndexes} gives them; see {@link getMultiColumns}. */
  async getMultiIndexes(options: MultiOptions = {}): Promise<ReadonlyMap<string, readonly ReflectedIndex[]>> {
    return byName(await this.#multi('getMultiIndexes', 'indexes', options), ({ indexes }) => indexes)
  }

  /** The comments by table, null for tables that have none; see {@link getMultiColumns}. */
  async getMultiTableComment(options: MultiOptions = {}): Promise<ReadonlyMap<string, string | null>> {
    return byName(await this.#multi('getMultiTableComment', 'comment', options), ({ comment }) => comment)
  }

  /** How each table is kept, as {@link getTableOptions} says it; see {@link getMultiColumns}. */
  async getMultiTableOptions(options: MultiOptions = {}): Promise<ReadonlyMap<string, ReflectedStorage>> {
    return byName(await this.#multi('getMultiTableOptions', 'storage', options), ({ storage }) => storage)
  }

  // ---- what belongs to no table ----------------------------------------------------------------------------------------

  /** The sequences of a schema that are no column's identity, with where they start and how they go on. */
  async getSequences(options: SchemaOption = {}): Promise<ReflectedSequence[]> {
    const schema = schemaOf('getSequences()', options)
    return this.#catalogs.ask(
      keyOf('sequences', schema),
      (introspector, read) => introspector.sequences(read, schema),
      options.signal,
    )
  }

  /** The enumerations of a schema; `'*'` for those of all. */
  async getEnums(options: SchemaOption = {}): Promise<ReflectedEnum[]> {
    const schema = schemaOf('getEnums()', options)
    return this.#catalogs.ask(
      keyOf('enums', schema),
      (introspector, read) => introspector.enums(read, schema),
      options.signal,
    )
  }

  /** The domains of a schema; `'*'` for those of all. */
  async getDomains(options: SchemaOption = {}): Promise<ReflectedDomain[]> {
    const schema = schemaOf('getDomains()', options)
    return this.#catalogs.ask(
      keyOf('domains', schema),
      (introspector, read) => introspector.domains(read, schema),
      options.signal,
    )
  }

  // ---- tables of a MetaData --------------------------------------------------------------------------------------------

  /** {@link Table.reflect} by what this inspector knows. */
  async reflectTable<D extends ColumnDefinitions = ColumnDefinitions>(
    name: string,
    metadata: MetaData,
    options: ReflectTableOptions<D> = {},
  ): Promise<Table<D>> {
    return Table.reflect(name, metadata, this, options)
  }

  /** @internal Called by `Table.reflect()` and `metadata.reflect()`. */
  reflectTables(registry: object, request: ReflectRequest): Promise<readonly object[]> {
    const source = {
      quote: (name: string) => this.#catalogs.quote(name),
      fold: (name: string) => this.#catalogs.fold(name),
      names: (schema: string | null, kinds: readonly RelationKind[], temporary: boolean) =>
        this.#catalogs.relations({ schema, names: null, kinds, temporary: temporary ? null : false }, request.signal),
      describe: (
        schema: string | null,
        names: readonly string[] | null,
        kinds: readonly RelationKind[],
        temporary: boolean,
      ) =>
        this.#catalogs.describe(
          { schema, names, kinds, temporary: temporary ? null : false },
          ALL_PARTS,
          request.signal,
        ),
    }
    return reflect(source, registry as MetaData, request)
  }

  // ---- asking ----------------------------------------------------------------------------------------------------------

  #isAmong(name: string, names: readonly string[]): boolean {
    return names.some((each) => this.#catalogs.fold(each) === this.#catalogs.fold(name))
  }

  async #names(
    place: string,
    options: SchemaOption,
    kinds: readonly RelationKind[],
    temporary: boolean,
  ): Promise<string[]> {
    const scope = { schema: schemaOf(`${place}()`, options), names: null, kinds, temporary }
    const found = await this.#catalogs.relations(scope, options.signal)
    return found.map(({ name }) => name)
  }

  #multi(place: string, part: RelationPart, options: MultiOptions): Promise<ReflectedRelation[]> {
    return this.#catalogs.describe(scopeOf(`${place}()`, options), [part], options.signal)
  }

  async #one(place: string, part: RelationPart, table: string, options: SchemaOption): Promise<ReflectedRelation> {
    checkName(`${place}()`, 'a table', table)
    const schema = schemaOf(`${place}()`, options)
    const [found] = await this.#multi(place, part, everywhere(table, options))
    if (found !== undefined) return found
    const all = { schema, names: null, kinds: ALL_KINDS, temporary: null }
    const known = await this.#catalogs.relations(all, options.signal)
    const where = schema === null ? '' : ` in schema ${quoteName(schema)}`
    const hint = suggestion(
      table,
      known.map(({ name }) => name),
    )
    throw new NoSuchTableError(`The database has no table ${quoteName(table)}${where}${hint}`)
  }
}

function everywhere(table: string, options: SchemaOption): MultiOptions {
  return { ...options, filterNames: [table], kinds: ALL_KINDS, scope: 'any' }
}

function keyOf(question: string, schema: string | null): string {
  return JSON.stringify([question, schema])
}

function byName<T>(relations: readonly ReflectedRelation[], of: (relation: ReflectedRelation) => T): Map<string, T> {
  return new Map(relations.map((relation) => [relation.name, of(relation)]))
}
