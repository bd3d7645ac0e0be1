// SQL of CREATE TABLE and CREATE INDEX taken apart: words, parentheses as wholes, parts between commas.

/** A piece of SQL. */
export interface Word {
  /** As written; of a name in quotes without them. */
  readonly text: string
  /** Whether it is in quotes: then it is a name or a text, never a keyword. */
  readonly isQuoted: boolean
  /** What stands in parentheses, parentheses left out; null for anything else. */
  readonly inside: string | null
  /** Where it begins and ends in the text. */
  readonly start: number
  readonly end: number
}

/** What ends a word in quotes, by what begins it. */
const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }

/** The parts of a list, each as its words. */
export function partsOf(sql: string): Word[][] {
  const parts: Word[][] = [[]]
  let depth = 0
  let opened = 0
  for (let at = 0, end = 0; at < sql.length; at = end) {
    end = endOf(sql, at)
    const first = sql.charAt(at)
    if (first === '(') {
      if (depth === 0) opened = end
      depth += 1
    } else if (first === ')') {
      depth -= 1
      if (depth === 0)
        parts
          .at(-1)
          ?.push({ text: '()', isQuoted: false, inside: sql.slice(opened, at).trim(), start: opened - 1, end })
    } else if (depth > 0 || isSpace(first) || isComment(sql, at)) continue
    else if (first === ',') parts.push([])
    else parts.at(-1)?.push(wordOf(sql.slice(at, end), at))
  }
  return parts
}

/** Where the piece that begins at a place ends; one that is not closed ends with the text. */
function endOf(sql: string, at: number): number {
  const first = sql.charAt(at)
  if (first === '(' || first === ')' || first === ',') return at + 1
  if (isComment(sql, at)) return behind(sql, first === '-' ? '\n' : '*/', at + 2)
  const closing = CLOSING[first]
  if (closing === undefined) {
    const ends = isSpace(first) ? isNoSpace : isEnd
    let end = at + 1
    while (end < sql.length && !ends(sql, end)) end += 1
    return end
  }
  let end = behind(sql, closing, at + 1)
  // Twice is the quote itself; a bracket cannot be in brackets.
  while (closing !== ']' && sql.charAt(end) === closing) end = behind(sql, closing, end + 1)
  return end
}

function behind(sql: string, what: string, from: number): number {
  const found = sql.indexOf(what, from)
  return found < 0 ? sql.length : found + what.length
}

function isComment(sql: string, at: number): boolean {
  return sql.startsWith('--', at) || sql.startsWith('/*', at)
}

function isSpace(character: string): boolean {
  return character === ' ' || (character >= '\t' && character <= '\r')
}

function isNoSpace(sql: string, at: number): boolean {
  return !isSpace(sql.charAt(at))
}

/** Whether a word ends before a place. */
function isEnd(sql: string, at: number): boolean {
  const next = sql.charAt(at)
  return isSpace(next) || next === '(' || next === ')' || next === ',' || next in CLOSING || isComment(sql, at)
}

/** All words of a text that is no list. */
export function wordsOf(sql: string): Word[] {
  return partsOf(sql).flat()
}

function wordOf(piece: string, start: number): Word {
  const end = start + piece.length
  const first = piece.charAt(0)
  const closing = CLOSING[first]
  if (closing === undefined) return { text: piece, isQuoted: false, inside: null, start, end }
  const between = piece.slice(1, piece.length > 1 && piece.endsWith(closing) ? -1 : undefined)
  const text = first === '[' ? between : between.replaceAll(closing + closing, closing)
  return { text, isQuoted: true, inside: null, start, end }
}

/** What is behind a keyword that stands outside of parentheses; null where it does not. */
export function textBehind(sql: string, keyword: string): string | null {
  const word = wordsOf(sql).find((_, index, words) => isAt(words, index, keyword))
  return word === undefined ? null : sql.slice(word.end).trim()
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
