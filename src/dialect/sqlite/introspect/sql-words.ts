// SQL of CREATE TABLE and CREATE INDEX taken apart: words, parentheses as wholes, parts between commas.

/** A piece of SQL. */
export interface Word {
  /** As written; of a name in quotes without them. */
  readonly text: string
  /** Whether it is in quotes: then it is a name or a text, never a keyword. */
  readonly isQuoted: boolean
  /** What stands in parentheses, parentheses left out; null for anything else. */
  readonly inside: string | null
}

const PIECE =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\(|\)|,|[^\s'"`[(),]+/g

/** The parts of a list, each as its words. */
export function partsOf(sql: string): Word[][] {
  const parts: Word[][] = [[]]
  let depth = 0
  let opened = 0
  for (const { 0: piece, index } of sql.matchAll(PIECE)) {
    if (piece.startsWith('--') || piece.startsWith('/*')) continue
    if (piece === '(') {
      if (depth === 0) opened = index + 1
      depth += 1
    } else if (piece === ')') {
      depth -= 1
      if (depth === 0) parts.at(-1)?.push({ text: '()', isQuoted: false, inside: sql.slice(opened, index).trim() })
    } else if (depth === 0) {
      if (piece === ',') parts.push([])
      else parts.at(-1)?.push(wordOf(piece))
    }
  }
  return parts
}

/** All words of a text that is no list. */
export function wordsOf(sql: string): Word[] {
  return partsOf(sql).flat()
}

function wordOf(piece: string): Word {
  const first = piece[0] ?? ''
  if (first === '[') return { text: piece.slice(1, -1), isQuoted: true, inside: null }
  if (first === '"' || first === '`' || first === "'")
    return { text: piece.slice(1, -1).replaceAll(first + first, first), isQuoted: true, inside: null }
  return { text: piece, isQuoted: false, inside: null }
}

/** Whether these keywords stand at a place. */
export function isAt(words: readonly Word[], place: number, ...keywords: readonly string[]): boolean {
  return keywords.every((keyword, index) => {
    const word = words[place + index]
    return word !== undefined && !word.isQuoted && word.text.toUpperCase() === keyword
  })
}

/** Names between commas: `(a, "b c")`. */
export function namesIn(inside: string): string[] {
  return partsOf(inside).flatMap(([first]) => (first === undefined ? [] : [first.text]))
}
