// The PostgreSQL dialect: spelling, codecs, drivers, errors.
import { ArgumentError, type DBAPIError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Bind } from '../../expression/element/bind.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import { TextClause } from '../../expression/element/text.ts'
import { type SchemaTranslateMap, schemaMapKey } from '../../expression/schema/schema-map.ts'
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
import type { Compiled, CompileOptions } from '../contract/compiled.ts'
import type { CopySpelling } from '../contract/copy.ts'
import type { Codec, Command, Driver, DriverError } from '../contract/driver.ts'
import type { DialectFeatures } from '../contract/features.ts'
import type { Introspector } from '../contract/introspector.ts'
import type { DriverSettings } from '../contract/settings.ts'
import type { TransactionSpelling } from '../contract/transactions.ts'
import type { BeginOptions, Dialect, ErrorContext } from '../dialect.ts'
import { POSTGRES_COPY } from './copy.ts'
import { driverFor } from './driver-settings.ts'
import { postgresLiteral, typedLiteral } from './literal.ts'
import { postgres, postgresWithArrays } from './renderers.ts'
import { RESERVED_WORDS } from './reserved.ts'
import { TRANSACTIONS } from './transactions.ts'
import { typeCodec } from './type-codec.ts'
import { castName, postgresTypes } from './type-name.ts'
import { wrapDriverError } from './wrap-error.ts'

/** Options of {@link postgresqlDialect}. */
export interface PostgresDialectOptions {
  /**
   * How a list in `x.in(list)` travels. Default 'array': one parameter, `x = ANY ($1::INTEGER[])`, so that the text does not
   * vary with the length; 'expand' writes `x IN ($1, $2, $3)` at execution.
   */
  readonly inLists?: 'array' | 'expand'
}

const FEATURES: DialectFeatures = {
  returning: true,
  implicitReturning: true,
  arrayBatches: true,
  arrayLists: true,
  transactionalDdl: true,
  savepoints: true,
  dataModifyingCte: true,
  schemas: true,
  namedTypes: true,
  alterConstraints: true,
  cursors: 'transaction',
  copy: true,
  notifications: true,
  identifierBytes: 63,
}

const LEVELS: readonly string[] = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']

/** Up to which number placeholders are kept. */
const FEW = 32

/** How many maps of schemas have names of types of their own. */
const MOST_MAPS = 100

/** The dialect of PostgreSQL, the same for a server and for PGlite. */
class PostgresDialect implements Dialect, Spelling {
  readonly name: string = 'postgresql'
  readonly features: DialectFeatures
  readonly transactions: TransactionSpelling = TRANSACTIONS
  readonly copy: CopySpelling = POSTGRES_COPY
  readonly identifiers: Identifiers = new Identifiers({ reserved: RESERVED_WORDS, maxBytes: FEATURES.identifierBytes })
  readonly #types: TypeNames
  /** Placeholders of a type by their number; the first is the cast alone. */
  readonly #placeholders: Map<number, string[]> = new Map()
  readonly #codecs: Map<number, Codec | null> = new Map()
  readonly #renderers: AnyRenderers
  readonly #inLists: 'array' | 'expand'
  /** Other schemas in place of those that named types have. */
  readonly #schemas: SchemaTranslateMap | null
  /** This dialect with other schemas, by these. */
  readonly #translated: Map<string, PostgresDialect> = new Map()
  /** What was compiled with other schemas. */
  readonly #speakers: WeakMap<Compiled, PostgresDialect> = new WeakMap()

  constructor(inLists: 'array' | 'expand', schemas: SchemaTranslateMap | null = null) {
    this.#inLists = inLists
    this.#schemas = schemas
    this.#types = new TypeNames('postgresql', postgresTypes, this.identifiers, schemas)
    this.features = { ...FEATURES, arrayLists: inLists === 'array' }
    this.#renderers = (inLists === 'array' ? postgresWithArrays : postgres) as unknown as AnyRenderers
  }

  compile(statement: Element, options: CompileOptions = {}): Compiled {
    const schemas = options?.schemas ?? null
    if (schemas === null) return compile(statement, this.#renderers, this, options)
    const speaker = this.#with(schemas)
    const compiled = compile(statement, this.#renderers, speaker, options)
    this.#speakers.set(compiled, speaker)
    return compiled
  }
  /** Casts name types, and types have schemas. */
  #with(schemas: SchemaTranslateMap): PostgresDialect {
    const key = schemaMapKey(schemas)
    let speaker = this.#translated.get(key)
    if (speaker === undefined) {
      const [oldest] = this.#translated.keys()
      if (this.#translated.size >= MOST_MAPS && oldest !== undefined) this.#translated.delete(oldest)
      speaker = new PostgresDialect(this.#inLists, { ...schemas })
      this.#translated.set(key, speaker)
    }
    return speaker
  }
  expandLists(compiled: Compiled, values: readonly unknown[]): Command {
    return expandedCommand(compiled, this.#speakers.get(compiled) ?? this, values)
  }
  placeholder(position: number, _name: string, type: SqlType): string {
    const { id } = type
    let known = this.#placeholders.get(id)
    if (known === undefined) {
      const name = castName(type, this.#schemas)
      known = [name === null ? '' : `::${name}`]
      this.#placeholders.set(id, known)
    }
    if (position > 0 && position < known.length) return known[position] as string
    // Placeholders of a number that is low are met again and again.
    while (known.length <= position && known.length < FEW) known.push(`$${known.length}${known[0]}`)
    return `$${position}${known[0]}`
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
      codec = typeCodec(type)
      this.#codecs.set(id, codec)
    }
    return codec
  }
  literal(value: unknown, type: SqlType): string {
    if (!isType(type)) throw noType('literal', type)
    return postgresLiteral(value, type, this.#schemas)
  }
  typedLiteral(value: unknown, type: SqlType): string {
    return typedLiteral(value, type, this.#schemas)
  }
  quote(name: string): string {
    return this.identifiers.quote(name)
  }
  createDriver(settings: DriverSettings): Driver {
    return driverFor(settings)
  }
  beginStatement(options: BeginOptions): string {
    const { isolationLevel, readOnly, deferrable } = options
    if (isolationLevel !== undefined && !LEVELS.includes(isolationLevel))
      throw new ArgumentError(
        `isolationLevel is ${LEVELS.map((level) => `'${level}'`).join(', ')}, not '${isolationLevel}'`,
      )
    let text = 'BEGIN'
    if (isolationLevel !== undefined) text += ` ISOLATION LEVEL ${isolationLevel}`
    if (readOnly !== undefined) text += readOnly ? ' READ ONLY' : ' READ WRITE'
    if (deferrable !== undefined) text += deferrable ? ' DEFERRABLE' : ' NOT DEFERRABLE'
    return text
  }
  wrapError(error: DriverError, context: ErrorContext): DBAPIError {
    return wrapDriverError(error, context.statement, context.parameters, context.hideParameters)
  }
  hasTableStatement(name: string, schema: string | null): Executable {
    return schema === null ? hasVisibleTable(name) : hasTableIn(name, schema)
  }
  hasTypeStatement(name: string, schema: string | null): Executable {
    return hasType(name, schema)
  }
  async introspector(): Promise<Introspector> {
    return (await import('./introspect/index.ts')).introspector
  }
}

const EXISTS = new ColumnClause('exists', 'exists', BooleanSql)
const SELECT_TABLE =
  'SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ' +
  "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = "

/** Whether the name means a table where the session looks for tables. */
function hasVisibleTable(name: string): Executable {
  return new TextClause(
    [SELECT_TABLE, " AND pg_catalog.pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog')"],
    [new Bind('table_name', name, StringSql)],
    { executionOptions: {}, columns: [EXISTS] },
  )
}

function hasTableIn(name: string, schema: string): Executable {
  return new TextClause(
    [SELECT_TABLE, ' AND n.nspname = ', ')'],
    [new Bind('table_name', name, StringSql), new Bind('schema_name', schema, StringSql)],
    { executionOptions: {}, columns: [EXISTS] },
  )
}

const SELECT_TYPE =
  'SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace ' +
  'WHERE t.typname = '

function hasType(name: string, schema: string | null): Executable {
  const bind = new Bind('type_name', name, StringSql)
  const state = { executionOptions: {}, columns: [EXISTS] }
  // PostgreSQL's own is never the one that is to be created.
  const visible = " AND pg_catalog.pg_type_is_visible(t.oid) AND n.nspname <> 'pg_catalog')"
  if (schema === null) return new TextClause([SELECT_TYPE, visible], [bind], state)
  const place = new Bind('schema_name', schema, StringSql)
  return new TextClause([SELECT_TYPE, ' AND n.nspname = ', ')'], [bind, place], state)
}

/**
 * The PostgreSQL dialect.
 *
 * @throws ArgumentError an unknown option.
 * @example
 * postgresqlDialect().compile(select(users.c.id).where(users.c.id.in([1, 2]))).sql
 * // SELECT users.id
 * // FROM users
 * // WHERE users.id = ANY ($1::INTEGER[])
 */
export function postgresqlDialect(options: PostgresDialectOptions = {}): Dialect {
  checkKeys('postgresqlDialect()', options, ['inLists'])
  const lists: string = options.inLists ?? 'array'
  if (lists !== 'array' && lists !== 'expand') throw new ArgumentError(`inLists is 'array' or 'expand', not '${lists}'`)
  return new PostgresDialect(lists)
}
