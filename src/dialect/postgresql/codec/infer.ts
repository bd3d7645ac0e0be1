// Parameters whose type the server decides (raw SQL): the text is chosen by the JavaScript value.
import { isBytes, isDate } from '../../../expression/types/dates-and-bytes.ts'
import { isPlainObject } from '../../../expression/types/plain-object.ts'
import { Range } from '../../../expression/types/range.ts'
import { DriverError } from '../../contract/driver.ts'
import { Interval } from '../../interval.ts'
import { MAXIMUM_DIMENSIONS, quote, writeBounds } from './array.ts'
import { formatTimestamptz } from './calendar.ts'
import { checkText, describeValue, refusal } from './codec.ts'
import { json } from './json.ts'
import { bytea } from './scalar.ts'

const EXPECTED =
  'null, a boolean, number, bigint, string, valid Date, Uint8Array, Interval, Range, array or plain object; ' +
  'give the parameter a type for anything else'

/** Writes objects of classes that the application told; null for all others. */
export interface OwnEncoders {
  encode(value: object): string | null
}

/**
 * A value as text for a parameter of undeclared type.
 *
 * Numbers and bigints become digits, booleans `t` and `f`, strings themselves, a Date the instant in UTC, a Uint8Array
 * `\x` and hexadecimal digits, an {@link Interval} its ISO form, an array an array literal, a plain object JSON. For a json
 * parameter whose value is an array or a string, declare the type: an array here means a PostgreSQL array.
 * @throws DriverError for `undefined`, symbols, functions, invalid Dates and objects of other classes.
 */
export function encodeInferred(value: unknown, own: OwnEncoders | null = null): string {
  switch (typeof value) {
    case 'string':
      return checkText('a parameter', value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return String(value)
    case 'boolean':
      return value ? 't' : 'f'
    case 'object':
      if (value !== null) return own?.encode(value) ?? encodeObject(value, own)
  }
  throw refusal('a parameter', value, EXPECTED)
}

function encodeObject(value: object, own: OwnEncoders | null): string {
  if (Array.isArray(value))
    return `${writeBounds('an array parameter', value)}${encodeArray(value, MAXIMUM_DIMENSIONS, own)}`
  if (isDate(value) && !Number.isNaN(value.getTime())) return formatTimestamptz(value)
  if (isBytes(value)) return bytea.encodeItem(value)
  if (value instanceof Interval) return value.toString()
  if (value instanceof Range) return encodeRange(value, own)
  if (isPlainObject(value)) return json.encodeItem(value)
  throw refusal('a parameter', value, EXPECTED)
}

function encodeRange(range: Range, own: OwnEncoders | null): string {
  if (range.isEmpty) return 'empty'
  const end = (value: unknown): string => (value === null ? '' : quote(encodeInferred(value, own)))
  return `${range.bounds[0]}${end(range.lower)},${end(range.upper)}${range.bounds[1]}`
}

/**
 * An empty array. In front stands a space of PostgreSQL's that is none of JSON's: json would take `{}` for an object without a word,
 * where it refuses all other arrays.
 */
const NOTHING = '\f{}'

function encodeArray(array: readonly unknown[], dimensions: number, own: OwnEncoders | null): string {
  if (array.length === 0) return NOTHING
  const nested = array.some(Array.isArray)
  const length = nested && Array.isArray(array[0]) ? array[0].length : 0
  const items = array.map((item, index) => {
    if (nested) {
      if (Array.isArray(item) && item.length === length && length > 0 && dimensions > 1) {
        return encodeArray(item, dimensions - 1, own)
      }
      throw new DriverError(
        'an array parameter must be rectangular: all inner arrays of one length, none empty, at most six deep; ' +
          'declare the type for json',
        { sent: false },
      )
    }
    if (item === null) return 'NULL'
    if (item === undefined) {
      throw new DriverError(`item ${index} of an array parameter is ${describeValue(item)}`, { sent: false })
    }
    const text = encodeInferred(item, own)
    return typeof item === 'number' || typeof item === 'boolean' || typeof item === 'bigint' ? text : quote(text)
  })
  return `{${items.join(',')}}`
}
