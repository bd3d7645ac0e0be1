// Values as text that PostgreSQL reads alike whatever its settings.

import { CompileError } from '../../errors.ts'
import type { SchemaTranslateMap } from '../../expression/schema/schema-map.ts'
import { isDate } from '../../expression/types/dates-and-bytes.ts'
import { isIntervalValue } from '../../expression/types/infer.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { hex, literal } from '../compile/literal.ts'
import { jsonText } from '../json-text.ts'
import { timestamptz } from './codec/index.ts'
import { typeCodec } from './type-codec.ts'
import { castName, HOST, uncastName } from './type-name.ts'

/** Text in quotes: with a backslash in it as an escape string, which means the same under both settings of `standard_conforming_strings`. */
export function quoteText(value: string): string {
  const quoted = value.replaceAll("'", "''")
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

/** Types whose values are written as the text that they travel as. */
const AS_TEXT: ReadonlySet<string> = new Set([
  'range',
  'multirange',
  'namedRange',
  'namedMultirange',
  'hstore',
  'composite',
  'jsonPath',
])

/** Other years JavaScript writes with a sign. */
function hasFourDigits(value: Date): boolean {
  const year = value.getUTCFullYear()
  return Number.isNaN(year) || (year > 0 && year < 10_000)
}

function ownLiteral(value: unknown, type: SqlType, schemas: SchemaTranslateMap | null): string | null {
  if (isDate(value) && !hasFourDigits(value)) return quoteText(timestamptz.encodeItem(value))
  // `{ hours: 2 }` and its kin are no more than the server reads.
  const isSpan = type.affinity === 'interval' && typeof value === 'object' && value !== null && !isIntervalValue(value)
  if (isSpan) return quoteText(encoded(value, type) ?? '')
  if (!AS_TEXT.has(type.kind)) return null
  const text = encoded(value, type)
  const cast = castName(type, schemas)
  return text === null ? null : `${quoteText(text)}${cast === null ? '' : `::${cast}`}`
}

/**
 * A value as it would travel as a parameter; null where the type is not known.
 *
 * @throws CompileError the type refuses it.
 */
function encoded(value: unknown, type: SqlType): string | null {
  try {
    return typeCodec(type)?.encodeItem(value) ?? null
  } catch (error) {
    throw new CompileError(`No literal can be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** A value as SQL text. */
export function postgresLiteral(value: unknown, type: SqlType, schemas: SchemaTranslateMap | null): string {
  const own = type.forDialect(HOST)
  // What is refused as a parameter is refused here, though most values are spelt in another way.
  if (value !== null && !AS_TEXT.has(own.kind)) encoded(value, own)
  return literal(value, type, {
    host: HOST,
    own: (each, of) => ownLiteral(each, of, schemas),
    text: quoteText,
    document: (document) => jsonText('json', document, 'PostgreSQL'),
    bytes: (bytes) => `decode('${hex(bytes)}', 'hex')`,
    array: (items, of) => {
      const cast = castName(of, schemas)
      return `ARRAY[${items.join(', ')}]${cast === null ? '' : `::${cast}`}`
    },
  })
}

/** The same with the type that a parameter would have: a text in quotes alone is of no type, and means another thing beside another. */
export function typedLiteral(value: unknown, type: SqlType, schemas: SchemaTranslateMap | null): string {
  const text = postgresLiteral(value, type, schemas)
  const isBareText = /^E?'/.test(text) && text.endsWith("'")
  const own = type.forDialect(HOST)
  if (!isBareText || own.affinity === 'string') return text
  const cast = castName(type, schemas) ?? uncastName(own)
  return cast === null ? text : `${text}::${cast}`
}
