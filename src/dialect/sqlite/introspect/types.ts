// The types that columns were declared with, as types of this library: by their words, else by their affinity.
import {
  BINARY,
  BLOB,
  CHAR,
  CLOB,
  DECIMAL,
  DOUBLE,
  NCHAR,
  NVARCHAR,
  REAL,
  VARBINARY,
} from '../../../expression/types/exact.ts'
import { JSON } from '../../../expression/types/json.ts'
import { NullType } from '../../../expression/types/null.ts'
import { BigInteger, Double, Float, Integer, Numeric, SmallInteger } from '../../../expression/types/numeric.ts'
import { Boolean as BooleanSql, LargeBinary, Uuid } from '../../../expression/types/scalar.ts'
import { String as StringSql, Text } from '../../../expression/types/string.ts'
import { Date as DateSql, DateTime, Interval, Time } from '../../../expression/types/temporal.ts'
import type { SqlType } from '../../../expression/types/type.ts'

type Sized = (length?: number) => SqlType

/** By name, made with the first number in parentheses. */
const SIZED: Readonly<Record<string, Sized>> = {
  VARCHAR: StringSql,
  TEXT: Text,
  CHAR,
  NCHAR,
  NVARCHAR,
  CLOB,
  VARBINARY,
  BINARY,
  FLOAT: Float,
}

const PLAIN: Readonly<Record<string, SqlType>> = {
  INTEGER: Integer,
  INT: Integer,
  SMALLINT: SmallInteger,
  BIGINT: BigInteger,
  BOOLEAN: BooleanSql,
  BOOL: BooleanSql,
  DATE: DateSql,
  TIME: Time,
  'TIME WITH TIME ZONE': Time({ timezone: true }),
  DATETIME: DateTime,
  TIMESTAMP: DateTime,
  'TIMESTAMP WITH TIME ZONE': DateTime({ timezone: true }),
  INTERVAL: Interval,
  BLOB: LargeBinary,
  JSON: JSON(),
  JSONB: JSON(),
  UUID: Uuid,
  REAL,
  DOUBLE,
  'DOUBLE PRECISION': Double,
}

/** The type, and whether its words are known. */
export function typeOf(declared: string): { readonly type: SqlType; readonly known: boolean } {
  // Single spaces, so that no expression goes over the same ones twice.
  const text = declared.trim().replaceAll(/\s+/g, ' ')
  const [, words = '', first, second] = /^([^(]*?) ?(?:\( ?(\d+) ?(?:, ?(\d+) ?)?\))?$/.exec(text) ?? []
  const name = words.toUpperCase()
  // Columns of virtual tables and what views compute: values come as they are.
  if (text === '') return { type: NullType, known: true }
  const length = first === undefined ? undefined : Number(first)
  if (name === 'NUMERIC' || name === 'DECIMAL') {
    const make = name === 'NUMERIC' ? Numeric : DECIMAL
    return {
      type: length === undefined ? make : make(length, second === undefined ? undefined : Number(second)),
      known: true,
    }
  }
  const sized = Object.hasOwn(SIZED, name) ? SIZED[name] : undefined
  if (sized !== undefined)
    return { type: length === undefined ? (sized as Sized & SqlType) : sized(length), known: true }
  if (name === 'BLOB' && length !== undefined) return { type: BLOB(length), known: true }
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined
  return plain === undefined ? { type: byAffinity(name), known: false } : { type: plain, known: true }
}

/** SQLite's rules, in their order. */
function byAffinity(name: string): SqlType {
  if (name.includes('INT')) return BigInteger
  if (/CHAR|CLOB|TEXT/.test(name)) return Text
  if (name.includes('BLOB')) return LargeBinary
  return /REAL|FLOA|DOUB/.test(name) ? Double : Numeric
}
