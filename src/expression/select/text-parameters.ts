// Finds `:name` in SQL, and nothing in quotes, comments and casts.
import { endOfComment, endOfEscaped, endOfQuoted } from './quoted.ts'

/** Text between parameters, and the parameters' names: `strings[0] names[0] strings[1] ...`. */
export interface ParsedText {
  readonly strings: readonly string[]
  readonly names: readonly string[]
}

// What is passed over: in order, the beginnings of escaped strings, strings, quoted names and block comments, whose ends are looked for
// by hand; dollar quotes and line comments. Then what matters: an escaped colon, a cast, a parameter that follows no letter.
const TOKEN =
  /(?<begin>\b[eE]'|'|"|\/\*)|\$(?<tag>[A-Za-z_\x80-\uffff][\w\x80-\uffff]*|)\$.*?(?:\$\k<tag>\$|$)|--[^\n]*|(?<escaped>\\:)|:{2,}|(?<![\w:]):(?<name>\w+)/gsu

/** Splits SQL at its parameters. */
export function parseText(sql: string): ParsedText {
  const strings: string[] = []
  const names: string[] = []
  let piece = ''
  let done = 0
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    const { begin, escaped, name } = match.groups as Partial<Record<string, string>>
    piece += sql.slice(done, match.index)
    done = TOKEN.lastIndex
    if (name !== undefined) {
      strings.push(piece)
      names.push(name)
      piece = ''
    } else if (begin !== undefined) {
      done = endOf(sql, begin, done)
      TOKEN.lastIndex = done
      const skipped = sql.slice(match.index, done)
      // Colons in strings need no backslash here; those that come from SQLAlchemy have one.
      piece += begin === "'" ? skipped.replaceAll('\\:', ':') : skipped
    } else piece += escaped === undefined ? match[0] : ':'
  }
  strings.push(piece + sql.slice(done))
  return { strings, names }
}

/** Behind the end of what `begin` begins, which ends at `from`. */
function endOf(sql: string, begin: string, from: number): number {
  if (begin === '/*') return endOfComment(sql, from - begin.length)
  return begin.length > 1 ? endOfEscaped(sql, from) : endOfQuoted(sql, from, begin)
}
