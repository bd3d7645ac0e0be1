// What a codec of SQLite is: from a JavaScript value to one that SQLite stores, and back.
import { type Codec, DriverError } from '../../contract/driver.ts'

/** The values that SQLite itself knows, but for NULL: TEXT, REAL, INTEGER, BLOB. Whole numbers travel as bigints, so that they stay whole. */
export type SqliteValue = string | number | bigint | Uint8Array

/** How the values of one type are kept; neither way is ever asked about null. */
export interface SqliteCodec extends Codec {
  /** @throws DriverError the value is not one of the type; the message never repeats it. */
  encode(value: unknown): SqliteValue
  /** @throws DriverError what SQLite gave is no value of the type. */
  decode(value: SqliteValue): unknown
  /** Whether INTEGERs must come as bigints, as a number could not hold all of them. */
  readonly wide: boolean
}

/** The parts of a codec; `wide` is false unless given. */
export interface SqliteCodecParts extends Omit<SqliteCodec, 'wide'> {
  readonly wide?: boolean
}

/** Makes a codec. */
export function defineCodec(parts: SqliteCodecParts): SqliteCodec {
  return Object.freeze({ ...parts, wide: parts.wide ?? false })
}

/** The error for what a database gave and the type cannot be: SQLite stores anything in any column. */
export function unreadable(type: string, value: SqliteValue, remedy = ''): DriverError {
  return new DriverError(`cannot read ${shown(value)} as ${type}${remedy === '' ? '' : `; ${remedy}`}`)
}

function shown(value: SqliteValue): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  return value instanceof Uint8Array ? `${value.length} bytes` : `the number ${value}`
}

// A lone surrogate has no UTF-8 form, and SQLite's functions end a text at its first NUL.
const UNSENDABLE = /[\0\uD800-\uDFFF]/u

/** @throws DriverError a NUL character or a lone surrogate. */
export function checkText(type: string, text: string): string {
  if (UNSENDABLE.test(text)) {
    const what = text.includes('\0') ? 'a NUL character (U+0000)' : 'a lone surrogate (half a character)'
    throw new DriverError(`${type} does not take a string with ${what}; databases cannot store it`, { sent: false })
  }
  return text
}
