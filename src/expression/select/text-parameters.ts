// Finds `:name` in SQL, and nothing in quotes, comments and casts.

/** Text between parameters, and the parameters' names: `strings[0] names[0] strings[1] ...`. */
export interface ParsedText {
  readonly strings: readonly string[]
  readonly names: readonly string[]
}

// What is skipped as it is: in order, escaped strings, strings, quoted names, dollar quotes, line comments; block comments nest
// and are skipped by hand. Then what matters: an escaped colon, a cast, a parameter that follows no letter.
const TOKEN =
  /(?<skipped>\b[eE]'(?:[^'\\]|\\.|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$(?<tag>[A-Za-z_\x80-\uffff][\w\x80-\uffff]*|)\$.*?(?:\$\k<tag>\$|$)|--[^\n]*)|(?<string>'(?:[^']|'')*(?:'|$))|(?<comment>\/\*)|(?<escaped>\\:)|(?<cast>:{2,})|(?<![\w:]):(?<name>\w+)/gsu

/** Splits SQL at its parameters. */
export function parseText(sql: string): ParsedText {
  const strings: string[] = []
  const names: string[] = []
  let piece = ''
  let done = 0
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    const { string, comment, escaped, name } = match.groups as Partial<Record<string, string>>
    piece += sql.slice(done, match.index)
    done = TOKEN.lastIndex
    if (name !== undefined) {
      strings.push(piece)
      names.push(name)
      piece = ''
    } else if (comment !== undefined) {
      done = endOfComment(sql, match.index)
      TOKEN.lastIndex = done
      piece += sql.slice(match.index, done)
      // Colons in strings need no backslash here; those that come from SQLAlchemy have one.
    } else piece += escaped === undefined ? (string?.replaceAll('\\:', ':') ?? match[0]) : ':'
  }
  strings.push(piece + sql.slice(done))
  return { strings, names }
}

function endOfComment(sql: string, start: number): number {
  let depth = 0
  for (let at = start; at < sql.length; at += 1) {
    const two = sql.slice(at, at + 2)
    if (two === '/*') {
      depth += 1
      at += 1
    } else if (two === '*/') {
      depth -= 1
      at += 1
      if (depth === 0) return at + 1
    }
  }
  return sql.length
}
