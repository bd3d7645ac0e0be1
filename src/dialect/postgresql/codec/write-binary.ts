// Values in PostgreSQL's binary format, for the items of arrays: the server takes a third less time for a batch of rows.
import type { ByteWriter } from './byte-writer.ts'
import { daysFromCivil } from './calendar.ts'
import { isSendable, type WriteBinary } from './codec.ts'

const TWO_32 = 4294967296

/** The writer of a type of whole numbers. */
export function integerBinary(bytes: 2 | 4, minimum: number, maximum: number): WriteBinary {
  return (value, writer) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) return false
    writer.int32(bytes)
    if (bytes === 4) writer.int32(value)
    else writer.int16(value)
    return true
  }
}

/** `bigint`. */
export function bigintBinary(value: unknown, writer: ByteWriter): boolean {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number') return false
  if (!Number.isSafeInteger(number)) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return false
    writer.int32(8)
    writer.int32(Number(value >> 32n))
    writer.int32(Number(value & 0xffffffffn))
    return true
  }
  const high = Math.floor(number / TWO_32)
  writer.int32(8)
  writer.int32(high)
  writer.int32(number - high * TWO_32)
  return true
}

/** `double precision`. */
export function doubleBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== 'number') return false
  writer.int32(8)
  writer.double(value)
  return true
}

/** `boolean`. */
export function booleanBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== 'boolean') return false
  writer.int32(1)
  writer.byte(value ? 1 : 0)
  return true
}

/** Text of any type whose binary format is the text. */
export function textBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== 'string' || !isSendable(value)) return false
  writer.countedString(value)
  return true
}

/** `bytea`. */
export function bytesBinary(value: unknown, writer: ByteWriter): boolean {
  if (!(value instanceof Uint8Array)) return false
  writer.int32(value.length)
  writer.bytes(value)
  return true
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HYPHEN = 0x2d

/** `uuid` in the usual form. */
export function uuidBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== 'string' || !UUID.test(value)) return false
  writer.int32(16)
  for (let at = 0; at < 36; at += 2) {
    if (value.charCodeAt(at) === HYPHEN) at += 1
    writer.byte((nibble(value.charCodeAt(at)) << 4) | nibble(value.charCodeAt(at + 1)))
  }
  return true
}

function nibble(code: number): number {
  return (code & 0xf) + (code >= 0x40 ? 9 : 0)
}

const DAYS_OF_MONTHS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
// Days from 1970-01-01 to 2000-01-01, from which the binary format counts.
const DAYS_2000 = 10_957

/** `date` in the form `2024-02-29`; what the server reads beyond that, it is given as text. */
export function dateBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== 'string' || value.length !== 10) return false
  if (value.charCodeAt(4) !== HYPHEN || value.charCodeAt(7) !== HYPHEN) return false
  const year = digits(value, 0, 4)
  const month = digits(value, 5, 7)
  const day = digits(value, 8, 10)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return false
  writer.int32(4)
  writer.int32(daysFromCivil(year, month, day) - DAYS_2000)
  return true
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS_OF_MONTHS[month - 1] as number)
}

function digits(text: string, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const EPOCH_2000 = 946_684_800_000

/** `timestamptz` from a Date. */
export function instantBinary(value: unknown, writer: ByteWriter): boolean {
  if (!(value instanceof Date)) return false
  const milliseconds = value.getTime() - EPOCH_2000
  if (Number.isNaN(milliseconds)) return false
  // Microseconds may exceed 2^53, so they are multiplied in two parts that are exact.
  const high = Math.floor(milliseconds / TWO_32)
  const low = (milliseconds - high * TWO_32) * 1000
  const carry = Math.floor(low / TWO_32)
  writer.int32(8)
  writer.int32(high * 1000 + carry)
  writer.int32(low - carry * TWO_32)
  return true
}
