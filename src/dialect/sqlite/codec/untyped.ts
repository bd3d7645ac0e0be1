// Values without a declared type: parameters and results of SQL given as a string.
import { isBytes, isDate } from '../../../expression/types/dates-and-bytes.ts'
import { isPlainObject } from '../../../expression/types/plain-object.ts'
import { Interval } from '../../interval.ts'
import { refusal } from '../../refusal.ts'
import { checkText, defineCodec, type SqliteCodec, type SqliteValue } from './codec.ts'
import { bool, bytes, json, ownBytes } from './scalar.ts'
import { interval, timestamptz } from './temporal.ts'

const EXPECTED = 'strings, numbers, bigints, booleans, Dates, Uint8Arrays, Intervals and plain objects'

function encode(value: unknown): SqliteValue {
  switch (typeof value) {
    case 'string':
      return checkText('SQLite', value)
    case 'number':
      if (Number.isSafeInteger(value)) return BigInt(value)
      if (!Number.isNaN(value)) return value
      break
    case 'bigint':
      if (BigInt.asIntN(64, value) === value) return value
      break
    case 'boolean':
      return bool.encode(value)
    case 'object':
      if (value !== null) return encodeObject(value)
  }
  throw refusal('a parameter without a type', value, EXPECTED)
}

function encodeObject(value: object): SqliteValue {
  if (isDate(value)) return timestamptz.encode(value)
  if (isBytes(value)) return bytes.encode(value)
  if (value instanceof Interval) return interval.encode(value)
  if (isPlainObject(value)) return json.encode(value)
  throw refusal('a parameter without a type', value, EXPECTED)
}

function decode(value: SqliteValue): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  return value instanceof Uint8Array ? ownBytes(value) : value
}

/** Whole numbers as numbers where these hold them, else as bigints. */
export const untyped: SqliteCodec = defineCodec({ name: 'SQLite', wide: true, encode, decode })
