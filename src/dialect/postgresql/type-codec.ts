// Which codec carries the values of which SQL type.
import type { ArrayType } from '../../expression/types/array.ts'
import type { UserDefinedType } from '../../expression/types/decorator.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import type { NumericType } from '../../expression/types/numeric.ts'
import type { MultirangeType, RangeType } from '../../expression/types/range.ts'
import type { DateTimeType, TimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { isUnawaited } from '../../show.ts'
import { checkText, refusal } from './codec/codec.ts'
import {
  arrayOf,
  bool,
  bytea,
  citext,
  codecByOid,
  compositeOf,
  date,
  defineCodec,
  float4,
  float8,
  hstore,
  int2,
  int4,
  int8,
  interval,
  json,
  jsonb,
  multirangeOf,
  numeric,
  numericAsNumber,
  oid,
  type PostgresCodec,
  rangeCodecs,
  rangeOf,
  text,
  time,
  timestamp,
  timestamptz,
  timestamptzAsString,
  timetz,
  unknown,
  uuid,
  varchar,
} from './codec/index.ts'
import { HOST, isSingle } from './type-name.ts'
import type { CompositeType, DomainType } from './types-composite.ts'
import type { OwnType } from './types-own.ts'

const CODECS: Readonly<Record<string, (type: SqlType) => PostgresCodec | null>> = {
  string: () => varchar,
  text: () => text,
  integer: () => int4,
  smallInteger: () => int2,
  bigInteger: () => int8,
  numeric: (type) => numericCodec(type),
  float: (type) => (isSingle(type) ? float4 : float8),
  double: () => float8,
  real: () => float4,
  boolean: () => bool,
  date: () => date,
  time: (type) => ((type as SqlType as TimeType).timezone ? timetz : time),
  dateTime: (type) => dateTimeCodec(type as SqlType as DateTimeType),
  interval: () => interval,
  binary: () => bytea,
  uuid: () => uuid,
  json: () => json,
  jsonb: () => jsonb,
  range: (type) => rangeCodec(type),
  multirange: (type) => rangeCodec(type),
  namedRange: (type) => namedRangeCodec(type as unknown as RangeType),
  namedMultirange: (type) => namedRangeCodec(type as unknown as MultirangeType),
  own: (type) => OWN_CODECS.get((type as SqlType as OwnType).typeName) ?? text,
  hstore: () => hstore,
  tsvector: () => codecByOid(3614),
  tsquery: () => codecByOid(3615),
  regconfig: () => codecByOid(3734),
  domain: (type) => domainCodec(type as SqlType as DomainType),
  composite: (type) => compositeCodec(type as SqlType as CompositeType),
  jsonKey: () => text,
  jsonPath: () => textArray,
  jsonPathQuery: () => codecByOid(4072),
  char: () => varchar,
  nchar: () => varchar,
  nvarchar: () => varchar,
  clob: () => varchar,
  decimal: (type) => numericCodec(type),
  exactDouble: () => float8,
  exactDateTime: () => timestamp,
  blob: () => bytea,
  varbinary: () => bytea,
  fixedBinary: () => bytea,
  enum: (type) => enumCodec(type as SqlType as EnumType),
  user: (type) => userCodec(type as SqlType as UserDefinedType<unknown>),
  array: (type) => arrayCodec(type as SqlType as ArrayType),
}

const OWN_CODECS: ReadonlyMap<string, PostgresCodec> = new Map<string, PostgresCodec>([
  ['INET', codecByOid(869)],
  ['CIDR', codecByOid(650)],
  ['MACADDR', codecByOid(829)],
  ['MACADDR8', codecByOid(774)],
  ['MONEY', codecByOid(790)],
  ['XML', codecByOid(142)],
  ['OID', oid],
  ['REGCLASS', codecByOid(2205)],
  ['CITEXT', citext],
  ['BIT', codecByOid(1562)],
  ['BIT VARYING', codecByOid(1562)],
])

function rangeCodec(type: SqlType): PostgresCodec {
  return rangeCodecs.get((type as unknown as RangeType).rangeName) ?? unknown
}

/** Its number differs from database to database. */
function namedRangeCodec(type: RangeType | MultirangeType): PostgresCodec {
  const item = typeCodec(type.element) ?? unknown
  return type.kind === 'namedMultirange' ? multirangeOf(item, type.rangeName, 0) : rangeOf(item, type.rangeName, 0)
}

/** The codec of what the domain is made of, under a number that differs from database to database. */
function domainCodec(type: DomainType): PostgresCodec | null {
  const base = typeCodec(type.base)
  if (base === null) return null
  // An array of it has arrays as its items.
  const takesArrays = base.takesArrays || type.base.forDialect(HOST).kind === 'array'
  return defineCodec({ ...base, name: type.name, oid: 0, takesArrays })
}

function compositeCodec(type: CompositeType): PostgresCodec {
  const fields = type.fields.map(([key, field]) => ({ key, codec: typeCodec(field) ?? unknown }))
  return compositeOf(type.name, fields)
}

const textArray: PostgresCodec = arrayOf(text)

/** The processors have made labels of values before. */
function enumCodec(type: EnumType): PostgresCodec {
  if (!type.native) return varchar
  return defineCodec({ name: type.name, oid: 0, encode: text.encode, decodeText: text.decodeText })
}

function numericCodec(type: SqlType): PostgresCodec {
  return (type as unknown as NumericType).representation === 'number' ? numericAsNumber : numeric
}

function userCodec(type: UserDefinedType<unknown>): PostgresCodec {
  const name = type.castSpecification(HOST)
  return defineCodec({
    name,
    oid: 0,
    takesArrays: true,
    encode: (value) => {
      const written: unknown = isUnawaited(value) ? null : type.toText(value)
      if (typeof written !== 'string') throw refusal(name, value, 'what its toText() makes a string of')
      return checkText(name, written)
    },
    decodeText: (buffer, start, end) => type.fromText(buffer.toString('utf8', start, end)),
  })
}

function dateTimeCodec(type: DateTimeType): PostgresCodec {
  if (!type.timezone) return timestamp
  return type.representation === 'date' ? timestamptz : timestamptzAsString
}

/** An array of arrays is one of more dimensions to the server. */
function arrayCodec(type: ArrayType): PostgresCodec | null {
  let depth = type.dimensions ?? 1
  let isOpen = type.dimensions === null
  let { element } = type
  for (; element.kind === 'array'; { element } = element as ArrayType) {
    const { dimensions } = element as ArrayType
    depth += dimensions ?? 1
    isOpen ||= dimensions === null
  }
  const item = typeCodec(element)
  if (item === null) return null
  return arrayOf(item, isOpen && !(depth > 1 && item.takesArrays) ? {} : { dimensions: depth })
}

/** The codec of a type; null where the server decides how values travel. */
export function typeCodec(given: SqlType): PostgresCodec | null {
  const type = given.forDialect(HOST)
  const find = Object.hasOwn(CODECS, type.kind) ? CODECS[type.kind] : undefined
  return find === undefined ? null : find(type)
}
