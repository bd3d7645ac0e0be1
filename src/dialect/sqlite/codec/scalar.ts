// Codecs of booleans, bytes, texts, UUIDs and documents.
import { isBytes } from '../../../expression/types/dates-and-bytes.ts'
import { jsonText } from '../../json-text.ts'
import { refusal } from '../../refusal.ts'
import { checkText, defineCodec, type SqliteCodec, type SqliteValue, unreadable } from './codec.ts'

/** BOOLEAN: kept as 1 and 0. */
export const bool: SqliteCodec = defineCodec({
  name: 'BOOLEAN',
  encode(value) {
    if (typeof value !== 'boolean') throw refusal('BOOLEAN', value, 'true or false')
    return value ? 1n : 0n
  },
  decode(value) {
    const number = Number(value)
    if (number !== 0 && number !== 1) throw unreadable('BOOLEAN', value)
    return number === 1
  },
})

/** No bytes, in memory that has an address: `node:sqlite` of Node.js 22 writes NULL where a list without one was looked into. */
const EMPTY = new Uint8Array(new ArrayBuffer(1), 0, 0)

/** BLOB: a Uint8Array of its own memory. */
export const bytes: SqliteCodec = defineCodec({
  name: 'BLOB',
  encode(value) {
    if (!isBytes(value)) throw refusal('BLOB', value, 'a Uint8Array')
    return value.length === 0 ? EMPTY : value
  },
  decode: (value) => (value instanceof Uint8Array ? ownBytes(value) : new TextEncoder().encode(String(value))),
})

/** Libraries give a class of Node's own. */
export function ownBytes(value: Uint8Array): Uint8Array {
  return value.constructor === Uint8Array ? value : new Uint8Array(value)
}

/** The value as text: SQLite keeps numbers in columns of text as text, but functions may give numbers. */
export function textOf(name: string, value: SqliteValue): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) throw unreadable(name, value)
  return String(value)
}

function textual(name: string): SqliteCodec {
  return defineCodec({
    name,
    encode(value) {
      if (typeof value !== 'string') throw refusal(name, value, 'a string')
      return checkText(name, value)
    },
    decode: (value) => textOf(name, value),
  })
}

/** VARCHAR: a string. */
export const varchar: SqliteCodec = textual('VARCHAR')
/** TEXT: a string. */
export const text: SqliteCodec = textual('TEXT')

const UUID = /^\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?$/i

/** Lower case with hyphens, so that equal values are equal texts. */
function uuidText(value: string): string {
  const digits = value.replaceAll(/[{}-]/g, '').toLowerCase()
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}

/** UUID: a string of lower-case hexadecimal digits with hyphens. */
export const uuid: SqliteCodec = defineCodec({
  name: 'UUID',
  encode(value) {
    if (typeof value !== 'string' || !UUID.test(value))
      throw refusal('UUID', value, 'a string of 32 hexadecimal digits in the usual groups')
    return uuidText(value)
  },
  decode(value) {
    if (typeof value !== 'string' || !UUID.test(value)) throw unreadable('UUID', value)
    return uuidText(value)
  },
})

/** JSON: any JSON value, parsed; kept as text. */
export const json: SqliteCodec = defineCodec({
  name: 'JSON',
  encode: (value) => jsonText('JSON', value, 'SQLite'),
  decode(value) {
    // A column of documents turns a document that is a number into a number.
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
    if (typeof value === 'string')
      try {
        return JSON.parse(value)
      } catch {
        // Told below, for bytes as well.
      }
    throw unreadable('JSON', value)
  },
})

/** A key of a document, or a place in an array, as a path of SQLite's. */
function pathStep(step: string): string {
  if (/^\d+$/.test(step)) return `[${step}]`
  if (/^-\d+$/.test(step)) return `[#${step}]`
  return keyStep(step)
}

function keyStep(key: string): string {
  return `.${JSON.stringify(checkText('JSON', key))}`
}

/** A key of a document. */
export const jsonKey: SqliteCodec = defineCodec({
  name: 'JSON path',
  encode(value) {
    if (typeof value !== 'string') throw refusal('JSON path', value, 'a string')
    return `$${keyStep(value)}`
  },
  decode: (value) => textOf('JSON path', value),
})

/** Keys from the outside to the inside; those that are whole numbers are places in arrays. */
export const jsonPath: SqliteCodec = defineCodec({
  name: 'JSON path',
  encode(value) {
    if (!Array.isArray(value) || value.some((step) => typeof step !== 'string'))
      throw refusal('JSON path', value, 'a list of keys')
    return `$${(value as string[]).map(pathStep).join('')}`
  },
  decode: (value) => textOf('JSON path', value),
})
