// Tables whose columns come from a statement: views, materialized views, and what CREATE TABLE AS makes.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { sharesKind } from '../base/element.ts'
import { Executable } from '../base/executable.ts'
import { nextIdentity } from '../base/identity.ts'
import type { NamedElement } from '../element/named.ts'
import type { RowSource } from '../from/alias.ts'
import { TableClause } from '../from/table-clause.ts'
import type { Anonymous, RowColumns, TypedFrom } from '../from/typed.ts'
import { type ColumnOwner, SchemaColumn } from './column.ts'
import { checkWord } from './foreign-key-option.ts'
import type { NamingConvention } from './naming.ts'
import { checkAccessMethod, checkSchema, checkStorageParameters, type StorageParameters } from './storage.ts'
import { Index } from './table-index.ts'

/** A statement with rows, as what a view shows. */
export type ViewQuery<Row = unknown> = Executable<Row, unknown[]>

/** A table whose columns are those of a statement. */
export class DerivedTable<Row = unknown> extends TableClause implements ColumnOwner, TypedFrom<Row> {
  static {
    sharesKind(this)
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Anonymous<Row>
  /** Number in cache keys. */
  readonly id: number = nextIdentity()
  readonly name: string
  readonly schema: string | null
  /** `name`, or `schema.name`. */
  readonly key: string
  /** The statement whose rows it shows. */
  readonly query: Executable & RowSource
  readonly columnList: readonly SchemaColumn[]
  readonly autoincrementColumn = null
  /** @internal */
  readonly copiedFrom = null

  /** @internal */
  constructor(name: string, schema: string | null, query: unknown, place: string) {
    super()
    if (typeof name !== 'string' || name === '') throw new ArgumentError(`${place} takes a name that is not empty`)
    this.name = name
    checkSchema(place, schema)
    this.schema = schema
    this.key = schema === null ? name : `${schema}.${name}`
    this.query = checkedQuery(place, query)
    const names = new Set<string>()
    this.columnList = this.query.exportedColumns.map((column) => {
      const own = namedColumn(this, place, column)
      if (names.has(own.name))
        throw new ArgumentError(`${place}: two columns of the statement are called ${quoteName(own.name)}: label one`)
      names.add(own.name)
      return own
    })
  }

  /** The columns by key. */
  get c(): RowColumns<Row, Anonymous<Row>> {
    return this.columns as unknown as RowColumns<Row, Anonymous<Row>>
  }
}

function checkedQuery(place: string, query: unknown): Executable & RowSource {
  const columns = (query as Partial<RowSource> | null | undefined)?.exportedColumns
  if (query instanceof Executable && columns !== undefined && columns.length > 0) return query as Executable & RowSource
  throw new ArgumentError(
    `${place} takes a statement whose columns are known: select(...), or text('...').columns(...)`,
  )
}

function namedColumn(owner: DerivedTable, place: string, column: NamedElement): SchemaColumn {
  const { name } = column as { readonly name: unknown }
  if (typeof name !== 'string')
    throw new ArgumentError(`${place}: a column of the statement has no name: give it one by .label('name')`)
  return new SchemaColumn(column.key, name, owner, { type: column.type, options: { nullable: true } }, false)
}

/** A registry of views; `MetaData` is the one there is. */
export interface ViewRegistry {
  readonly schema: string | null
  readonly namingConvention: NamingConvention
  /** @internal Called once by each view. */
  registerView(view: View): void
}

/** Options of {@link view}. */
export interface ViewOptions {
  /** Default: the MetaData's schema; null for none although the MetaData has one. */
  readonly schema?: string | null
  /** Kept in the database as the view's comment. */
  readonly comment?: string
  /** The view is there until the connection ends. Default false. */
  readonly temporary?: boolean
  /** Parameters of the view: `{ security_invoker: true }`. */
  readonly with?: StorageParameters
  /** Rows written through the view must be visible in it. Default: they need not. */
  readonly checkOption?: 'LOCAL' | 'CASCADED'
  /** Whatever the application wants to keep with the view. */
  readonly info?: Readonly<Record<string, unknown>>
}

/** Options of {@link materializedView}. */
export interface MaterializedViewOptions extends Omit<ViewOptions, 'temporary' | 'checkOption'> {
  /** Whether it is filled when it is created. Default true. */
  readonly withData?: boolean
  readonly indexes?: readonly Index[]
  /** The access method, such as `heap`. Default: the database's. */
  readonly using?: string
  /** Where it is kept. */
  readonly tablespace?: string
}

/** A view; {@link view} and {@link materializedView} make them. */
export class View<Row = unknown> extends DerivedTable<Row> {
  static {
    sharesKind(this)
  }
  readonly isMaterialized: boolean
  readonly options: ViewOptions & MaterializedViewOptions
  readonly comment: string | null
  readonly info: Readonly<Record<string, unknown>>
  readonly indexes: readonly Index[]
  /** @internal */
  constructor(
    name: string,
    registry: ViewRegistry,
    query: unknown,
    options: ViewOptions & MaterializedViewOptions,
    isMaterialized: boolean,
  ) {
    const place = `View ${quoteName(name)}`
    if (!isRegistry(registry))
      throw new ArgumentError(
        `${place}: give a name, a MetaData and a statement: view('adults', metadata, select(...))`,
      )
    super(name, options.schema === undefined ? registry.schema : options.schema, query, place)
    checkStorageParameters(place, options.with)
    checkAccessMethod(place, options.using)
    checkWord(place, 'checkOption', options.checkOption, ['LOCAL', 'CASCADED'])
    this.isMaterialized = isMaterialized
    this.options = options
    this.comment = options.comment ?? null
    this.info = options.info ?? {}
    if (options.indexes !== undefined && !Array.isArray(options.indexes))
      throw new ArgumentError(`${place}: indexes are a list: [new Index('ix', ['id'])]`)
    this.indexes = (options.indexes ?? []).map((index) => {
      if (!(index instanceof Index)) throw new ArgumentError(`${place}: indexes are new Index(...)`)
      return index.boundTo({ table: this, convention: registry.namingConvention })
    })
  }
}

/**
 * A view: a statement under a name, to be selected from like a table. It is created after the tables of its MetaData and
 * dropped before them.
 *
 * @throws ArgumentError the statement's columns are not known, or one has no name.
 * @throws InvalidRequestError the MetaData has a table or view of that name.
 * @example
 * const adults = view('adults', metadata, select(users.c.id, users.c.name).where(users.c.age.ge(18)))
 * // CREATE VIEW adults AS SELECT users.id, users.name FROM users WHERE users.age >= 18
 */
export function view<Row>(
  name: string,
  metadata: ViewRegistry,
  query: ViewQuery<Row>,
  options: ViewOptions = {},
): View<Row> {
  checkKeys('view()', options, ['schema', 'with', 'checkOption', 'info'], ['temporary'], ['comment'])
  return registered(new View<Row>(name, metadata, query, options, false), metadata)
}

/**
 * A view whose rows are kept, until `RefreshMaterializedView` makes them anew.
 *
 * @throws ArgumentError, InvalidRequestError as {@link view}
 * @example
 * const ages = materializedView('ages', metadata, select(users.c.age, func.count().label('n')).groupBy(users.c.age))
 * // CREATE MATERIALIZED VIEW ages AS SELECT users.age, count(*) AS n FROM users GROUP BY users.age
 */
export function materializedView<Row>(
  name: string,
  metadata: ViewRegistry,
  query: ViewQuery<Row>,
  options: MaterializedViewOptions = {},
): View<Row> {
  const keys = ['schema', 'with', 'info', 'indexes', 'using'] as const
  checkKeys('materializedView()', options, keys, ['withData'], ['comment', 'tablespace'])
  return registered(new View<Row>(name, metadata, query, options, true), metadata)
}

function isRegistry(given: unknown): given is ViewRegistry {
  return typeof given === 'object' && given !== null && 'registerView' in given
}

function registered<Row>(made: View<Row>, metadata: ViewRegistry): View<Row> {
  metadata.registerView(made as View)
  return made
}
