// Which rows a partition holds, from the database's own text.
import { TextClause } from '../../expression/element/text.ts'
import type { PartitionBounds } from '../../expression/schema/table-option.ts'

/** The text's bounds; null where it has a form that is not known. */
export function partitionBounds(text: string): PartitionBounds | null {
  if (text === 'DEFAULT') return 'default'
  const range = /^FOR VALUES FROM \((.*)\) TO \((.*)\)$/s.exec(text)
  if (range !== null) return { from: sqlList(range[1] ?? ''), to: sqlList(range[2] ?? '') }
  const list = /^FOR VALUES IN \((.*)\)$/s.exec(text)
  if (list !== null) return { in: sqlList(list[1] ?? '') }
  const hash = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/i.exec(text)
  return hash === null ? null : { modulus: Number(hash[1]), remainder: Number(hash[2]) }
}

function sqlList(sql: string): TextClause[] {
  return splitSql(sql).map((part) => new TextClause([part], []))
}

/** SQL cut at its commas, but for those in parentheses, brackets, texts and quoted names. */
export function splitSql(sql: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let start = 0
  for (let place = 0; place < sql.length; place += 1) {
    const character = sql[place] as string
    if (quote !== '') {
      // Within E'...' a backslash stands for itself and what follows.
      if (character === '\\' && quote === "'" && isEscapeText(sql, start, place)) place += 1
      else if (character === quote) quote = ''
    } else if (character === "'" || character === '"') quote = character
    else if (character === '(' || character === '[') depth += 1
    else if (character === ')' || character === ']') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(sql.slice(start, place).trim())
      start = place + 1
    }
  }
  return [...parts, sql.slice(start).trim()]
}

function isEscapeText(sql: string, start: number, place: number): boolean {
  return /^\s*E'/.test(sql.slice(start, place))
}
