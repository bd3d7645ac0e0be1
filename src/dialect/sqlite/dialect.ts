// The SQLite dialect: spelling, codecs, drivers, errors.
import { ArgumentError, CompileError, type DBAPIError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Bind } from '../../expression/element/bind.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import { TextClause } from '../../expression/element/text.ts'
import { Boolean as BooleanSql } from '../../expression/types/scalar.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { checkKeys } from '../../nearest.ts'
import { isType, noType } from '../checked-type.ts'
import { compile } from '../compile/compile.ts'
import { expandedCommand } from '../compile/expanding.ts'
import { Identifiers } from '../compile/identifier.ts'
import type { AnyRenderers } from '../compile/renderers.ts'
import type { Spelling } from '../compile/spelling.ts'
import { TypeNames } from '../compile/type-name.ts'
import type { Compiled, CompileOptions, ResultColumn } from '../contract/compiled.ts'
import type { Codec, Command, Driver, DriverError } from '../contract/driver.ts'
import type { DialectFeatures } from '../contract/features.ts'
import type { Introspector } from '../contract/introspector.ts'
import type { DriverSettings } from '../contract/settings.ts'
import type { BeginOptions, Dialect, ErrorContext } from '../dialect.ts'
import { ListType, listCodec } from './lists.ts'
import { sqliteLiteral } from './literal.ts'
import { sqlite, sqliteExpanding } from './renderers.ts'
import { RESERVED_WORDS } from './reserved.ts'
import { calculatedCodec } from './result-digits.ts'
import { driverFor } from './settings.ts'
import { typeCodec } from './type-codec.ts'
import { sqliteTypes } from './type-name.ts'
import { wrapDriverError } from './wrap-error.ts'
import { writtenCodec } from './written-codec.ts'

/** Options of {@link sqliteDialect}. */
export interface SqliteDialectOptions {
  /**
   * How a list in `x.in(list)` travels. Default 'array': one parameter that SQLite reads as a document, so that the text does not
   * vary with the length; 'expand' writes `x IN (?1, ?2, ?3)` at execution.
   */
  readonly inLists?: 'array' | 'expand'
}

const FEATURES: DialectFeatures = {
  returning: true,
  implicitReturning: true,
  arrayBatches: false,
  arrayLists: true,
  tuplesInValues: true,
  transactionalDdl: true,
  savepoints: true,
  dataModifyingCte: false,
  schemas: true,
  namedTypes: false,
  alterConstraints: false,
  columnStorage: false,
  comments: false,
  sequences: false,
  cursors: 'anywhere',
  copy: false,
  notifications: false,
  caseInsensitiveNames: true,
  // SQLite has no limit of its own; names longer than this are no names.
  identifierBytes: 1000,
}

/** The dialect of SQLite, the same for all libraries that speak to it. */
class SqliteDialect implements Dialect, Spelling {
  readonly name: string = 'sqlite'
  readonly features: DialectFeatures
  readonly identifiers: Identifiers = new Identifiers({ reserved: RESERVED_WORDS, maxBytes: FEATURES.identifierBytes })
  readonly deferForeignKeys: string = 'PRAGMA defer_foreign_keys = ON'
  readonly #types = new TypeNames('sqlite', sqliteTypes, this.identifiers)
  readonly #codecs: Map<number, Codec | null> = new Map()
  readonly #written: Map<number, Codec | null> = new Map()
  readonly #renderers: AnyRenderers

  constructor(inLists: 'array' | 'expand') {
    this.features = { ...FEATURES, arrayLists: inLists === 'array' }
    this.#renderers = (inLists === 'array' ? sqlite : sqliteExpanding) as unknown as AnyRenderers
  }

  compile(statement: Element, options: CompileOptions = {}): Compiled {
    return compile(statement, this.#renderers, this, options)
  }
  expandLists(compiled: Compiled, values: readonly unknown[]): Command {
    return expandedCommand(compiled, this, values)
  }
  placeholder(position: number): string {
    return `?${position}`
  }
  typeName(type: SqlType): string {
    if (!isType(type)) throw noType('typeName', type)
    return this.#types.name(type)
  }
  codec(type: SqlType): Codec | null {
    if (!isType(type)) throw noType('codec', type)
    const { id } = type
    let codec = this.#codecs.get(id)
    if (codec === undefined) {
      codec = type instanceof ListType ? listCodec(type, typeCodec) : typeCodec(type)
      this.#codecs.set(id, codec)
    }
    return codec
  }
  writtenCodec(type: SqlType): Codec | null {
    const { id } = type
    let codec = this.#written.get(id)
    if (codec === undefined) {
      codec = writtenCodec(type)
      this.#written.set(id, codec)
    }
    return codec
  }
  resultCodec(column: ResultColumn): Codec | null {
    return calculatedCodec(column)
  }
  literal(value: unknown, type: SqlType): string {
    if (!isType(type)) throw noType('literal', type)
    return sqliteLiteral(value, type)
  }
  quote(name: string): string {
    return this.identifiers.quote(name)
  }
  createDriver(settings: DriverSettings): Driver {
    return driverFor(settings)
  }
  /** All transactions of SQLite are serializable, which is as good as any level that is asked for. */
  beginStatement({ readOnly }: BeginOptions): string {
    return readOnly === true ? 'BEGIN READ ONLY' : 'BEGIN'
  }
  wrapError(error: DriverError, context: ErrorContext): DBAPIError {
    return wrapDriverError(error, context)
  }
  hasTableStatement(name: string, schema: string | null): Executable {
    return hasTable(name, schema === null ? null : this.quote(schema))
  }
  hasTypeStatement(): Executable {
    throw new CompileError('SQLite has no types of its own')
  }
  async introspector(): Promise<Introspector> {
    return (await import('./introspect/index.ts')).introspector
  }
}

const EXISTS = new ColumnClause('exists', 'exists', BooleanSql)

/** Whether there is a table or view of the name, in whatever case. */
function hasTable(name: string, schema: string | null): Executable {
  const of = (catalog: string): string => `SELECT name FROM ${catalog} WHERE type IN ('table', 'view')`
  const catalogs =
    schema === null ? `${of('sqlite_schema')} UNION ALL ${of('sqlite_temp_schema')}` : of(`${schema}.sqlite_schema`)
  return new TextClause(
    [`SELECT EXISTS (SELECT 1 FROM (${catalogs}) WHERE name = `, ' COLLATE NOCASE)'],
    [new Bind('table_name', name, StringSql)],
    { executionOptions: {}, columns: [EXISTS] },
  )
}

/**
 * The SQLite dialect.
 *
 * @throws ArgumentError an unknown option.
 * @example
 * sqliteDialect().compile(select(users.c.id).where(users.c.id.in([1, 2]))).sql
 * // SELECT users.id
 * // FROM users
 * // WHERE users.id IN (SELECT value FROM json_each(?1))
 */
export function sqliteDialect(options: SqliteDialectOptions = {}): Dialect {
  checkKeys('sqliteDialect()', options, ['inLists'])
  const lists: string = options.inLists ?? 'array'
  if (lists !== 'array' && lists !== 'expand') throw new ArgumentError(`inLists is 'array' or 'expand', not '${lists}'`)
  return new SqliteDialect(lists)
}
