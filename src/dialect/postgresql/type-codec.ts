// Which codec carries the values of which SQL type.
import type { ArrayType } from '../../expression/types/array.ts'
import type { NumericType } from '../../expression/types/numeric.ts'
import type { DateTimeType, TimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import {
  arrayOf,
  bool,
  bytea,
  date,
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
import { isSingle } from './type-name.ts'

const CODECS: Readonly<Record<string, (type: SqlType) => PostgresCodec | null>> = {
  string: () => varchar,
  text: () => text,
  integer: () => int4,
  smallInteger: () => int2,
  bigInteger: () => int8,
  numeric: (type) => ((type as SqlType as NumericType).representation === 'number' ? numericAsNumber : numeric),
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
  array: (type) => arrayCodec(type as SqlType as ArrayType),
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
export function typeCodec(type: SqlType): PostgresCodec | null {
  const find = Object.hasOwn(CODECS, type.kind) ? CODECS[type.kind] : undefined
  return find === undefined ? null : find(type)
}
