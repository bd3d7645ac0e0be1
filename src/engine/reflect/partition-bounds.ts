// Which rows a partition holds, from the database's own text.
import { TextClause } from '../../expression/element/text.ts'
import type { PartitionBounds } from '../../expression/schema/table-option.ts'

const RANGE = 'FOR VALUES FROM ('
const BETWEEN = ' TO ('
const LIST = 'FOR VALUES IN ('

/** The text's bounds; null where it has a form that is not known. */
export function partitionBounds(text: string): PartitionBounds | null {
  if (text === 'DEFAULT') return 'default'
  if (text.startsWith(RANGE)) {
    const from = listFrom(text, RANGE.length)
    if (!text.startsWith(BETWEEN, from.end)) return null
    const to = listFrom(text, from.end + BETWEEN.length)
    return { from: from.items, to: to.items }
  }
  if (text.startsWith(LIST)) return { in: listFrom(text, LIST.length).items }
  const hash = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/i.exec(text)
  return hash === null ? null : { modulus: Number(hash[1]), remainder: Number(hash[2]) }
}

/** The parts of SQL between commas, up to the parenthesis that closes the list, and where it goes on behind that. */
function listFrom(sql: string, start: number): { readonly items: TextClause[]; readonly end: number } {
  const items: TextClause[] = []
  let depth = 0
  let first = start
  for (let place = start; place < sql.length; place += 1) {
    const character = sql[place] as string
    if (character === "'" || character === '"') place = closingQuote(sql, place)
    else if (character === '(' || character === '[') depth += 1
    else if (depth > 0 && (character === ')' || character === ']')) depth -= 1
    else if (depth === 0 && (character === ',' || character === ')')) {
      items.push(new TextClause([sql.slice(first, place).trim()], []))
      first = place + 1
      if (character === ')') return { items, end: first }
    }
  }
  return { items, end: sql.length }
}

/** Where a text or a quoted name ends; a quote that is doubled ends one and begins the next. */
function closingQuote(sql: string, open: number): number {
  const quote = sql[open] as string
  // Within E'...' a backslash takes the next character with it.
  const escapes = quote === "'" && sql[open - 1] === 'E'
  let place = open + 1
  while (place < sql.length && sql[place] !== quote) place += escapes && sql[place] === '\\' ? 2 : 1
  return place
}
