// Which SQL type a JavaScript value has, bare or beside an expression whose type is known.
import { isBytes, isDate } from './dates-and-bytes.ts'
import { NullType } from './null.ts'
import { BigInteger, Double, FloatType, Integer, type IntegerType } from './numeric.ts'
import { isPlainObject } from './plain-object.ts'
import { Boolean as BooleanSql, LargeBinary } from './scalar.ts'
import { String as StringSql } from './string.ts'
import { DateTime, Interval, type IntervalValue } from './temporal.ts'
import type { Affinity, SqlType } from './type.ts'

const INSTANT: SqlType<globalThis.Date> = DateTime({ timezone: true })
const INT2_LIMIT = 0x8000
const INT4_LIMIT = 0x80000000

/** Whether a value is a span of time, by its three parts. */
export function isIntervalValue(value: object): value is IntervalValue {
  return Object.hasOwn(value, 'months') && Object.hasOwn(value, 'days') && Object.hasOwn(value, 'microseconds')
}

export { isPlainObject } from './plain-object.ts'

/** The type of a bare value; null where a value of this sort has none: arrays, objects, functions, `undefined`. */
export function inferType(value: unknown): SqlType | null {
  switch (typeof value) {
    case 'string':
      return StringSql
    case 'number':
      if (!Number.isInteger(value)) return Double
      if (value < INT4_LIMIT && value >= -INT4_LIMIT) return Integer
      return Number.isSafeInteger(value) ? BigInteger : Double
    case 'boolean':
      return BooleanSql
    case 'bigint':
      return BigInteger
    case 'object':
      return value === null ? NullType : inferObject(value)
    default:
      return null
  }
}

function inferObject(value: object): SqlType | null {
  if (isDate(value)) return INSTANT
  if (isBytes(value)) return LargeBinary
  return isIntervalValue(value) ? Interval : null
}

/** Families whose values travel as text among others, so that a string beside them is one of theirs. */
const WRITTEN_AS_TEXT: ReadonlySet<Affinity> = new Set<Affinity>([
  'string',
  'numeric',
  'date',
  'time',
  'datetime',
  'interval',
  'uuid',
  'range',
  'other',
])

/**
 * The type of a value that stands beside an expression of a known type: that type where the value can be one of its values,
 * else the value's own. SQLAlchemy: `coerce_compared_value`.
 * @returns null where the value cannot be a parameter here: an array or object that the type does not hold
 */
export function comparedType(type: SqlType, value: unknown): SqlType | null {
  const own = value === undefined || typeof value === 'function' ? undefined : type.coerceComparedValue(value)
  if (own !== undefined) return own
  const affinity = type.affinity
  if (affinity === 'json') return typeof value === 'function' || value === undefined ? null : type
  switch (typeof value) {
    case 'string':
      return WRITTEN_AS_TEXT.has(affinity) ? type : StringSql
    case 'number':
      return comparedNumber(type, affinity, value)
    case 'bigint':
      if (affinity === 'integer') return fitsInteger(type, value) ? type : BigInteger
      return affinity === 'numeric' || affinity === 'other' ? type : BigInteger
    case 'boolean':
      return affinity === 'boolean' || affinity === 'other' ? type : BooleanSql
    case 'object':
      return value === null ? type : comparedObject(type, affinity, value)
    default:
      return null
  }
}

function comparedNumber(type: SqlType, affinity: Affinity, value: number): SqlType | null {
  if (affinity === 'integer') return Number.isInteger(value) && fitsInteger(type, value) ? type : inferType(value)
  return affinity === 'float' || affinity === 'numeric' || affinity === 'other' ? type : inferType(value)
}

class FractionOfIntegers extends FloatType {
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    return typeof value === 'number' ? comparedType(Integer, value) : undefined
  }
}

/** The type of what has digits behind the point though it is made of whole numbers: values beside it are typed as beside whole numbers. */
export const Fraction: SqlType<number> = new FractionOfIntegers('double')

/** A value outside a column's range can still be compared with it, as a value of a wider type. */
function fitsInteger(type: SqlType, value: number | bigint): boolean {
  const kind = (type as IntegerType).kind
  if (kind === 'smallInteger') return value < INT2_LIMIT && value >= -INT2_LIMIT
  return kind !== 'integer' || (value < INT4_LIMIT && value >= -INT4_LIMIT)
}

function comparedObject(type: SqlType, affinity: Affinity, value: object): SqlType | null {
  if (Array.isArray(value)) return affinity === 'array' || affinity === 'other' ? type : null
  if (isDate(value)) return affinity === 'datetime' || affinity === 'date' ? type : INSTANT
  if (isBytes(value)) return affinity === 'binary' || affinity === 'other' ? type : LargeBinary
  const isSpan = isIntervalValue(value)
  if (isSpan || isPlainObject(value)) {
    if (affinity === 'range' || affinity === 'interval' || affinity === 'other') return type
    return isSpan ? Interval : null
  }
  // An instance of somebody's class (a decimal, a date) is one value; whether the type takes it its codec knows.
  return affinity === 'null' || affinity === 'array' || affinity === 'tuple' ? null : type
}
