// Codecs of composite types: PostgreSQL's row literals, both ways.
import { isPlainObject } from '../../../expression/types/plain-object.ts'
import { DriverError } from '../../contract/driver.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'
import { endOfPart, type Part, plainPart } from './part.ts'

/** A field of a composite type. */
export interface CompositeField {
  readonly key: string
  readonly codec: PostgresCodec
}

const QUOTED = /["\\]/g

function writeField({ key, codec }: CompositeField, name: string, value: object): string {
  const one: unknown = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : null
  if (one === null || one === undefined) return ''
  try {
    return `"${codec.encodeItem(one).replace(QUOTED, '\\$&')}"`
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    throw new DriverError(`field '${key}' of ${name}: ${error.message}`, { sent: false, cause: error })
  }
}

const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c

const isClosing = (byte: number): boolean => byte === COMMA || byte === CLOSE

/** The fields of a row literal; null for those that are NULL. Null where the text is no row literal of so many. */
function readRow(buffer: Buffer, start: number, end: number, count: number): (Part | null)[] | null {
  if (buffer[start] !== OPEN) return null
  const fields: (Part | null)[] = []
  // A row without fields looks like one of a NULL.
  if (count === 0) return end - start === 2 && buffer[start + 1] === CLOSE ? fields : null
  let at = start
  while (fields.length === 0 || buffer[at] === COMMA) {
    const from = at + 1
    at = endOfPart(buffer, from, end, isClosing)
    if (at < 0) return null
    fields.push(at === from ? null : plainPart(buffer, from, at))
  }
  return at === end - 1 && fields.length === count ? fields : null
}

/**
 * The codec of a composite type, whose values are objects by the fields' keys; a field that is missing is NULL.
 *
 * @throws DriverError on encoding what is no object, or has a field that the type does not have.
 */
export function compositeOf(name: string, fields: readonly CompositeField[]): PostgresCodec<object> {
  const keys = new Set(fields.map(({ key }) => key))
  return defineCodec<object>({
    name,
    oid: 0,
    encode: (value) => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
      // A Date or a Map has no fields, and would be a row of NULLs.
      const hasFields = isObject && (isPlainObject(value) || fields.some(({ key }) => Object.hasOwn(value, key)))
      if (!hasFields) throw refusal(name, value, 'an object of values by field')
      const unknown = Object.keys(value).find((key) => !keys.has(key))
      if (unknown !== undefined) throw new DriverError(`${name} has no field '${unknown}'`, { sent: false })
      return `(${fields.map((field) => writeField(field, name, value)).join(',')})`
    },
    decodeText: (buffer, start, end) => {
      const parts = readRow(buffer, start, end, fields.length)
      if (parts === null) throw undecodable(name, buffer, start, end)
      return Object.fromEntries(
        fields.map(({ key, codec }, index) => {
          const part = parts[index] as Part | null
          return [key, part === null ? null : codec.decodeText(part.buffer, part.start, part.end)]
        }),
      )
    },
  })
}
