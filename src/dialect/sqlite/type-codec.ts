// Which codec keeps the values of which SQL type.
import { CompileError } from '../../errors.ts'
import type { UserDefinedType } from '../../expression/types/decorator.ts'
import type { FloatType, NumericType } from '../../expression/types/numeric.ts'
import type { DateTimeType, TimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { isUnawaited } from '../../show.ts'
import { refusal } from '../refusal.ts'
import { checkText, defineCodec, type SqliteCodec } from './codec/codec.ts'
import { float4, int2, int4, int8, numeric, numericAsNumber, real } from './codec/number.ts'
import { bool, bytes, json, jsonKey, jsonPath, text, textOf, uuid, varchar } from './codec/scalar.ts'
import { date, interval, time, timestamp, timestamptz, timestamptzAsString, timetz } from './codec/temporal.ts'
import { HOST } from './type-name.ts'

const CODECS: Readonly<Record<string, (type: SqlType) => SqliteCodec>> = {
  string: () => varchar,
  text: () => text,
  integer: () => int4,
  smallInteger: () => int2,
  bigInteger: () => int8,
  numeric: (type) => numericCodec(type),
  float: (type) => (isSingle(type as SqlType as FloatType) ? float4 : real),
  double: () => real,
  // SQLite's own name for its doubles: tables that others made have them.
  real: () => real,
  boolean: () => bool,
  date: () => date,
  time: (type) => ((type as SqlType as TimeType).timezone ? timetz : time),
  dateTime: (type) => dateTimeCodec(type as SqlType as DateTimeType),
  interval: () => interval,
  binary: () => bytes,
  uuid: () => uuid,
  json: () => json,
  jsonb: () => json,
  jsonKey: () => jsonKey,
  jsonPath: () => jsonPath,
  char: () => varchar,
  nchar: () => varchar,
  nvarchar: () => varchar,
  clob: () => varchar,
  decimal: (type) => numericCodec(type),
  exactDouble: () => real,
  exactDateTime: () => timestamp,
  blob: () => bytes,
  varbinary: () => bytes,
  fixedBinary: () => bytes,
  enum: () => varchar,
  user: (type) => userCodec(type as SqlType as UserDefinedType<unknown>),
  array: () => refuseArrays(),
}

const scales: Map<number | null, SqliteCodec> = new Map()

function numericCodec(type: SqlType): SqliteCodec {
  const { representation, scale, precision } = type as unknown as NumericType
  if (representation === 'number') return numericAsNumber
  const digits = scale ?? (precision === null ? null : 0)
  let codec = scales.get(digits)
  if (codec === undefined) {
    codec = numeric(digits)
    scales.set(digits, codec)
  }
  return codec
}

/** Of so few bits other databases make a number of 32 bits. */
function isSingle({ precision }: FloatType): boolean {
  return precision !== null && precision <= 24
}

function dateTimeCodec(type: DateTimeType): SqliteCodec {
  if (!type.timezone) return timestamp
  return type.representation === 'date' ? timestamptz : timestamptzAsString
}

function userCodec(type: UserDefinedType<unknown>): SqliteCodec {
  const name = type.columnSpecification(HOST)
  return defineCodec({
    name,
    encode(value) {
      const written: unknown = isUnawaited(value) ? null : type.toText(value)
      if (typeof written !== 'string') throw refusal(name, value, 'what its toText() makes a string of')
      return checkText(name, written)
    },
    decode: (value) => type.fromText(textOf(name, value)),
  })
}

function refuseArrays(): never {
  throw new CompileError(
    "SQLite has no arrays: keep the list as a document, by JSON(), or ARRAY(...).withVariant(JSON(), 'sqlite') for this database alone",
  )
}

/**
 * The codec of a type; null where values have none.
 *
 * @throws CompileError the type is an array.
 */
export function typeCodec(given: SqlType): SqliteCodec | null {
  const type = given.forDialect(HOST)
  const find = Object.hasOwn(CODECS, type.kind) ? CODECS[type.kind] : undefined
  return find === undefined ? null : find(type)
}

/** The codec of a column by the words that it was declared with, for results of SQL given as a string; null for none. */
export function declaredCodec(declared: string | null): SqliteCodec | null {
  if (declared === null) return null
  const [, word = '', scale] = /^\s*([^(]*?)\s*(?:\((?:[^,)]*,)?\s*(\d+)\s*\))?\s*$/.exec(declared) ?? []
  switch (word.toUpperCase()) {
    case 'BOOLEAN':
      return bool
    case 'BIGINT':
      return int8
    case 'DATE':
      return date
    case 'TIME':
      return time
    case 'TIME WITH TIME ZONE':
      return timetz
    case 'DATETIME':
    case 'TIMESTAMP':
      return timestamp
    case 'TIMESTAMP WITH TIME ZONE':
      return timestamptz
    case 'NUMERIC':
    case 'DECIMAL':
      return numeric(declared.includes(',') ? Number(scale) : scale === undefined ? null : 0)
    case 'UUID':
      return uuid
    case 'JSON':
    case 'JSONB':
      return json
    case 'INTERVAL':
      return interval
    default:
      return null
  }
}
