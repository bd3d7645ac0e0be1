// Which codec carries the values of which SQL type.
import type { ArrayType } from '../../expression/types/array.ts'
import type { UserDefinedType } from '../../expression/types/decorator.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import type { NumericType } from '../../expression/types/numeric.ts'
import type { DateTimeType, TimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { checkText, refusal } from './codec/codec.ts'
import {
  arrayOf,
  bool,
  bytea,
  codecByOid,
  date,
  defineCodec,
  float4,
  float8,
  int2,
  int4,
  int8,
  interval,
  json,
  jsonb,
  numeric,
  numericAsNumber,
  type PostgresCodec,
  text,
  time,
  timestamp,
  timestamptz,
  timestamptzAsString,
  timetz,
  uuid,
  varchar,
} from './codec/index.ts'
import { HOST, isSingle } from './type-name.ts'

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
      const written: unknown = type.toText(value)
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

function arrayCodec(type: ArrayType): PostgresCodec | null {
  const item = typeCodec(type.element)
  if (item === null) return null
  return arrayOf(item, type.dimensions === null ? {} : { dimensions: type.dimensions })
}

/** The codec of a type; null where the server decides how values travel. */
export function typeCodec(given: SqlType): PostgresCodec | null {
  const type = given.forDialect(HOST)
  const find = Object.hasOwn(CODECS, type.kind) ? CODECS[type.kind] : undefined
  return find === undefined ? null : find(type)
}
