// The upper-case types: spelt on every database exactly as they are named.
import { countArgument } from './argument.ts'
import { callableType } from './callable.ts'
import {
  BigInteger,
  Float,
  FloatType,
  Integer,
  Numeric,
  type NumericFactory,
  type NumericOptions,
  NumericType,
  SmallInteger,
} from './numeric.ts'
import { Boolean, LargeBinaryType, Uuid } from './scalar.ts'
import { characterType, String, type StringKind, type StringOptions, StringType, Text } from './string.ts'
import { Date, DateTime, DateTimeType, Time } from './temporal.ts'

/** A type of characters that can be written with or without a length. */
type CharacterFactory = StringType & ((length?: number, options?: StringOptions) => StringType)
/** A type of bytes that can be written with or without a length. */
type BinaryFactory = LargeBinaryType & ((length?: number) => LargeBinaryType)

function characters(name: string, kind: StringKind): CharacterFactory {
  return callableType(new StringType(null, null, kind), (length?: number, options?: StringOptions) =>
    characterType(name, kind, length, options),
  )
}

function bytes(name: string, kind: 'blob' | 'varbinary' | 'fixedBinary'): BinaryFactory {
  return callableType(
    new LargeBinaryType(null, kind),
    (length?: number) => new LargeBinaryType(countArgument(name, length), kind),
  )
}

/** INTEGER; a `number`. */
export const INTEGER: typeof Integer = Integer
/** INTEGER, as `INTEGER`; a `number`. */
export const INT: typeof Integer = Integer
/** SMALLINT; a `number`. */
export const SMALLINT: typeof SmallInteger = SmallInteger
/** BIGINT; a `bigint`. */
export const BIGINT: typeof BigInteger = BigInteger
/** NUMERIC(precision, scale); as `Numeric`. */
export const NUMERIC: typeof Numeric = Numeric
/** DECIMAL(precision, scale); as `Numeric`. */
export const DECIMAL: NumericType<string> & NumericFactory = callableType(
  new NumericType<string>(null, null, {}, 'decimal'),
  (precision?: number | null, scale?: number | null, options?: NumericOptions) =>
    new NumericType(countArgument('DECIMAL', precision), countArgument('DECIMAL', scale, -1000), options, 'decimal'),
) as NumericType<string> & NumericFactory
/** FLOAT(precision); a `number`. */
export const FLOAT: typeof Float = Float
/** REAL, six digits; a `number`. */
export const REAL: FloatType = new FloatType('real')
/** DOUBLE, which PostgreSQL does not know; a `number`. */
export const DOUBLE: FloatType = new FloatType('exactDouble')
/** DOUBLE PRECISION; a `number`. */
export const DOUBLE_PRECISION: FloatType = new FloatType('double')
/** BOOLEAN. */
export const BOOLEAN: typeof Boolean = Boolean
/** VARCHAR(length). */
export const VARCHAR: typeof String = String
/** CHAR(length), padded with blanks by the database. */
export const CHAR: CharacterFactory = characters('CHAR', 'char')
/** NCHAR(length). */
export const NCHAR: CharacterFactory = characters('NCHAR', 'nchar')
/** NVARCHAR(length), which PostgreSQL does not know. */
export const NVARCHAR: CharacterFactory = characters('NVARCHAR', 'nvarchar')
/** TEXT. */
export const TEXT: typeof Text = Text
/** CLOB, which PostgreSQL does not know. */
export const CLOB: CharacterFactory = characters('CLOB', 'clob')
/** BLOB, which PostgreSQL does not know. */
export const BLOB: BinaryFactory = bytes('BLOB', 'blob')
/** BINARY(length), which PostgreSQL does not know. */
export const BINARY: BinaryFactory = bytes('BINARY', 'fixedBinary')
/** VARBINARY(length), which PostgreSQL does not know. */
export const VARBINARY: BinaryFactory = bytes('VARBINARY', 'varbinary')
/** DATE; a string `YYYY-MM-DD`. */
export const DATE: typeof Date = Date
/** TIME [WITH TIME ZONE]; a string. */
export const TIME: typeof Time = Time
/** TIMESTAMP [WITH TIME ZONE]; a string, or with time zone a `Date`. */
export const TIMESTAMP: typeof DateTime = DateTime
/** DATETIME, which PostgreSQL does not know; a string. */
export const DATETIME: DateTimeType<string> = new DateTimeType<string>(false, 'string', 'exactDateTime')
/** UUID; a string. */
export const UUID: typeof Uuid = Uuid
