// Codecs of composite types: PostgreSQL's row literals, both ways.
import { isPlainObject } from '../../../expression/types/plain-object.ts'
import { DriverError } from '../../contract/driver.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'

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

/** The fields of a row literal as texts; null for those that are NULL. Null where the text is no row literal. */
function readRow(text: string): (string | null)[] | null {
  if (text[0] !== '(' || text.at(-1) !== ')') return null
  const fields: (string | null)[] = []
  let field: string | null = null
  let isQuoted = false
  for (let at = 1; at < text.length; at += 1) {
    const character = text[at] as string
    if (character === '\\') {
      at += 1
      field = (field ?? '') + (text[at] ?? '')
    } else if (character === '"') {
      if (isQuoted && text[at + 1] === '"') {
        at += 1
        field = `${field ?? ''}"`
      } else {
        isQuoted = !isQuoted
        field ??= ''
      }
    } else if (!isQuoted && (character === ',' || character === ')')) {
      fields.push(field)
      field = null
    } else field = (field ?? '') + character
  }
  return isQuoted ? null : fields
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
      const texts = readRow(buffer.toString('utf8', start, end))
      if (texts === null || texts.length !== fields.length) throw undecodable(name, buffer, start, end)
      return Object.fromEntries(
        fields.map(({ key, codec }, index) => {
          const text = texts[index] as string | null
          if (text === null) return [key, null]
          const bytes = Buffer.from(text)
          return [key, codec.decodeText(bytes, 0, bytes.length)]
        }),
      )
    },
  })
}
