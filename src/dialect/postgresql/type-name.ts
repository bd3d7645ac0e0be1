// Types as PostgreSQL spells them, in DDL and in the casts of parameters.
import { CompileError } from '../../errors.ts'
import { type SchemaTranslateMap, translatedSchema } from '../../expression/schema/schema-map.ts'
import type { ArrayType } from '../../expression/types/array.ts'
import type { UserDefinedType } from '../../expression/types/decorator.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import type { FloatType } from '../../expression/types/numeric.ts'
import type { RangeType } from '../../expression/types/range.ts'
import type { DateTimeType, TimeType } from '../../expression/types/temporal.ts'
import type { NamedType, SqlType, TypeHost } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
import { Identifiers } from '../compile/identifier.ts'
import { inParentheses, type TypeSpellings, typeSpellings } from '../compile/type-name.ts'
import { OWN_TYPE_NAMES } from './own-type-names.ts'
import { RESERVED_WORDS } from './reserved.ts'
import type { OwnType } from './types-own.ts'
import type { ReflectedType } from './types-reflected.ts'

/** Names in casts are quoted by the same rule as all others. */
const IDENTIFIERS: Identifiers = new Identifiers({ reserved: RESERVED_WORDS, maxBytes: 63 })

/**
 * The name of a type with its schema, or with the one that is written in its place.
 * @throws CompileError it has none, or that of a type of PostgreSQL's own.
 */
export function namedTypeName(type: NamedType, schemas: SchemaTranslateMap | null): string {
  if (type.name === '')
    throw new CompileError(
      "PostgreSQL's enumerations need a name: Enum('a', 'b', { name: 'status' }), or { native: false } for VARCHAR",
    )
  const name = IDENTIFIERS.quote(type.name)
  const schema = translatedSchema(schemas, type.schema)
  if (schema === null && OWN_TYPE_NAMES.has(type.name))
    throw new CompileError(
      `${quoteName(type.name)} is a type of PostgreSQL's own, which would be meant wherever this one is named: give it another name, or a schema`,
    )
  return schema === null ? name : `${IDENTIFIERS.quote(schema)}.${name}`
}

function rangeName(type: SqlType): string {
  return (type as unknown as RangeType).rangeName.toUpperCase()
}

/** Types whose numbers are known need no cast, as SQLAlchemy's dialect for asyncpg has it; bits would be cut or padded by one with a length. */
const OWN_CASTS: ReadonlyMap<string, string> = new Map([
  ['OID', 'OID'],
  ['REGCLASS', 'REGCLASS'],
  ['CITEXT', 'CITEXT'],
  ['BIT', 'BIT VARYING'],
  ['BIT VARYING', 'BIT VARYING'],
])

function ownCast(type: OwnType): string {
  return OWN_CASTS.get(type.typeName) ?? ''
}

const zone = (timezone: boolean): string => (timezone ? 'WITH TIME ZONE' : 'WITHOUT TIME ZONE')

/** Names in DDL and CAST. */
export const postgresTypes: TypeSpellings = {
  ...typeSpellings,
  binary: () => 'BYTEA',
  time: (type: TimeType) => `TIME${inParentheses(type.precision)} ${zone(type.timezone)}`,
  dateTime: (type: DateTimeType) => `TIMESTAMP${inParentheses(type.precision)} ${zone(type.timezone)}`,
  reflected: (type: ReflectedType) => type.typeName,
  jsonb: () => 'JSONB',
  range: (type: SqlType) => rangeName(type),
  multirange: (type: SqlType) => rangeName(type),
  own: (type: OwnType) => `${type.typeName}${inParentheses(type.length)}`,
  hstore: () => 'HSTORE',
  tsvector: () => 'TSVECTOR',
  tsquery: () => 'TSQUERY',
  regconfig: () => 'REGCONFIG',
  domain: (type: SqlType, names) => namedTypeName(type as NamedType, names.schemas),
  namedRange: (type: SqlType, names) => namedTypeName(type as NamedType, names.schemas),
  namedMultirange: (type: SqlType, names) => namedTypeName(type as NamedType, names.schemas),
  composite: (type: SqlType, names) => namedTypeName(type as NamedType, names.schemas),
  jsonPathQuery: () => 'JSONPATH',
  enum: (type: EnumType, names) =>
    type.native ? namedTypeName(type as NamedType, names.schemas) : `VARCHAR${inParentheses(type.length)}`,
}

/**
 * Names in casts of parameters. Lengths and precisions are left out: they would cut or round the value before it is compared.
 */
const CASTS: Readonly<Record<string, (type: SqlType, schemas: SchemaTranslateMap | null) => string>> = {
  string: () => 'VARCHAR',
  text: () => 'VARCHAR',
  integer: () => 'INTEGER',
  smallInteger: () => 'SMALLINT',
  bigInteger: () => 'BIGINT',
  numeric: () => 'NUMERIC',
  float: (type) => (isSingle(type) ? 'REAL' : 'FLOAT'),
  double: () => 'FLOAT',
  real: () => 'REAL',
  boolean: () => 'BOOLEAN',
  date: () => 'DATE',
  time: (type) => `TIME ${zone((type as SqlType as TimeType).timezone)}`,
  dateTime: (type) => `TIMESTAMP ${zone((type as SqlType as DateTimeType).timezone)}`,
  interval: () => 'INTERVAL',
  binary: () => 'BYTEA',
  uuid: () => 'UUID',
  json: () => 'JSON',
  jsonb: () => 'JSONB',
  regconfig: () => 'REGCONFIG',
  range: (type) => rangeName(type),
  multirange: (type) => rangeName(type),
  own: (type) => ownCast(type as SqlType as OwnType),
  hstore: () => 'HSTORE',
  domain: (type, schemas) => namedTypeName(type as NamedType, schemas),
  namedRange: (type, schemas) => namedTypeName(type as NamedType, schemas),
  namedMultirange: (type, schemas) => namedTypeName(type as NamedType, schemas),
  composite: (type, schemas) => namedTypeName(type as NamedType, schemas),
  jsonKey: () => 'TEXT',
  jsonPath: () => '',
  jsonPathQuery: () => 'JSONPATH',
  char: () => 'VARCHAR',
  nchar: () => 'VARCHAR',
  nvarchar: () => 'VARCHAR',
  clob: () => 'VARCHAR',
  decimal: () => 'NUMERIC',
  exactDouble: () => 'FLOAT',
  exactDateTime: () => `TIMESTAMP ${zone(false)}`,
  blob: () => 'BYTEA',
  varbinary: () => 'BYTEA',
  fixedBinary: () => 'BYTEA',
  // As of other types, without what stands in parentheses.
  reflected: (type) => (type as SqlType as ReflectedType).typeName.replace(/\([^()"]*\)$/, ''),
  enum: (type, schemas) =>
    (type as SqlType as EnumType).native ? namedTypeName(type as NamedType, schemas) : 'VARCHAR',
  user: (type) => (type as SqlType as UserDefinedType<unknown>).castSpecification(HOST),
  array: (type, schemas) => arrayCast(type as SqlType as ArrayType, schemas),
}

/** Single texts convert into each other without being asked, arrays of them do not. */
const ARRAY_CASTS: ReadonlyMap<string, string> = new Map([
  ['text', 'TEXT'],
  ['char', 'BPCHAR'],
  ['nchar', 'BPCHAR'],
])

function arrayCast(type: ArrayType, schemas: SchemaTranslateMap | null): string {
  const member = type.element.forDialect(HOST)
  const element = ARRAY_CASTS.get(member.kind) ?? castName(type.element, schemas) ?? uncastName(member)
  if (element === null) return ''
  return element.endsWith('[]') ? element : `${element}[]`
}

/** Types whose values are sent as unknown texts, which the server takes for what stands beside; an array has to say what it is of. */
export function uncastName(type: SqlType): string | null {
  if (type.kind === 'tsvector' || type.kind === 'tsquery') return type.kind.toUpperCase()
  return type.kind === 'own' ? (type as SqlType as OwnType).typeName : null
}

/** FLOAT(24) and less hold six digits. */
export function isSingle(type: SqlType): boolean {
  const precision = (type as unknown as FloatType).precision
  return precision !== null && precision <= 24
}

/** What types are told of this dialect. */
export const HOST: TypeHost = { name: 'postgresql' }

/** What a parameter of the type is cast to; null where the server decides. */
export function castName(given: SqlType, schemas: SchemaTranslateMap | null): string | null {
  const type = given.forDialect(HOST)
  const cast = Object.hasOwn(CASTS, type.kind) ? CASTS[type.kind] : undefined
  return cast === undefined ? null : cast(type, schemas) || null
}
