// Where a part of SQL that is passed over as a whole ends. By hand: a regular expression with a choice in a loop has no room for long texts.

/** Behind the quote that ends what begins before `from`; a doubled quote is none. The end of the text where there is none. */
export function endOfQuoted(sql: string, from: number, quote: string): number {
  let at = from
  for (;;) {
    const found = sql.indexOf(quote, at)
    if (found < 0) return sql.length
    if (sql[found + 1] !== quote) return found + 1
    at = found + 2
  }
}

const QUOTE = 0x27
const BACKSLASH = 0x5c

/** The same of `E'...'`, where a backslash takes the meaning from what stands behind it. */
export function endOfEscaped(sql: string, from: number): number {
  for (let at = from; at < sql.length; at += 1) {
    const code = sql.charCodeAt(at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) {
      if (sql.charCodeAt(at + 1) !== QUOTE) return at + 1
      at += 1
    }
  }
  return sql.length
}

/** Behind the end of a comment that begins at `from`, with the comments in it. */
export function endOfComment(sql: string, from: number): number {
  const marks = /\/\*|\*\//g
  marks.lastIndex = from
  let depth = 0
  for (let match = marks.exec(sql); match !== null; match = marks.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}
