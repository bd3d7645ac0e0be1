// Values as text that PostgreSQL reads alike whatever its settings.

import { CompileError } from '../../errors.ts'
import type { SchemaTranslateMap } from '../../expression/schema/schema-map.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { hex, literal } from '../compile/literal.ts'
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
  if (value instanceof Date && !hasFourDigits(value)) return quoteText(timestamptz.encodeItem(value))
  if (!AS_TEXT.has(type.kind)) return null
  const codec = typeCodec(type)
  if (codec === null) return null
  const cast = castName(type, schemas)
  try {
    return `${quoteText(codec.encodeItem(value))}${cast === null ? '' : `::${cast}`}`
  } catch (error) {
    throw new CompileError(`No literal can be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** A value as SQL text. */
export function postgresLiteral(value: unknown, type: SqlType, schemas: SchemaTranslateMap | null): string {
  return literal(value, type, {
    host: HOST,
    own: (each, of) => ownLiteral(each, of, schemas),
    text: quoteText,
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
