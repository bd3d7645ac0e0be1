// Values as text that PostgreSQL reads alike whatever its settings.
import type { SqlType } from '../../expression/types/type.ts'
import { hex, literal } from '../compile/literal.ts'
import { castName, HOST } from './type-name.ts'

/** Text in quotes: with a backslash in it as an escape string, which means the same under both settings of `standard_conforming_strings`. */
export function quoteText(value: string): string {
  const quoted = value.replaceAll("'", "''")
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

/** A value as SQL text. */
export function postgresLiteral(value: unknown, type: SqlType): string {
  return literal(value, type, {
    host: HOST,
    text: quoteText,
    bytes: (bytes) => `decode('${hex(bytes)}', 'hex')`,
    array: (items, of) => {
      if (items.length === 0 && of.kind === 'jsonPath') return "'{}'"
      const cast = castName(of)
      return `ARRAY[${items.join(', ')}]${cast === null ? '' : `::${cast}`}`
    },
  })
}
