// The types that PostgreSQL adds, and upper-case names for those it spells exactly so.
import { JsonType } from '../../expression/types/json.ts'
import { BigInteger, FloatType, Integer, Numeric, SmallInteger } from '../../expression/types/numeric.ts'
import { Boolean, LargeBinary, Uuid } from '../../expression/types/scalar.ts'
import { String, Text } from '../../expression/types/string.ts'
import { Date, DateTime, Interval, Time } from '../../expression/types/temporal.ts'

export { ARRAY } from '../../expression/types/array.ts'
export { JSON } from '../../expression/types/json.ts'

/**
 * JSONB: a document that the database keeps parsed, typed by the caller.
 *
 * @example
 * Column(JSONB<{ dark: boolean }>())
 */
export function JSONB<V = unknown>(): JsonType<V> {
  return new JsonType<V>('jsonb')
}
/** BIGINT; a `bigint`. */
export const BIGINT: typeof BigInteger = BigInteger
/** BOOLEAN. */
export const BOOLEAN: typeof Boolean = Boolean
/** BYTEA; a `Uint8Array`. */
export const BYTEA: typeof LargeBinary = LargeBinary
/** DATE; a string `YYYY-MM-DD`. */
export const DATE: typeof Date = Date
/** DOUBLE PRECISION; a `number`. */
export const DOUBLE_PRECISION: FloatType = new FloatType('double')
/** INTEGER; a `number`. */
export const INTEGER: typeof Integer = Integer
/** INTERVAL. */
export const INTERVAL: typeof Interval = Interval
/** NUMERIC(precision, scale); a decimal `string` unless told otherwise. */
export const NUMERIC: typeof Numeric = Numeric
/** REAL, six digits; a `number`. */
export const REAL: FloatType = new FloatType('real')
/** SMALLINT; a `number`. */
export const SMALLINT: typeof SmallInteger = SmallInteger
/** TEXT. */
export const TEXT: typeof Text = Text
/** TIME [WITH TIME ZONE]; a string. */
export const TIME: typeof Time = Time
/** TIMESTAMP [WITH TIME ZONE]; a string, or with time zone a `Date`. */
export const TIMESTAMP: typeof DateTime = DateTime
/** UUID; a string. */
export const UUID: typeof Uuid = Uuid
/** VARCHAR(length). */
export const VARCHAR: typeof String = String
