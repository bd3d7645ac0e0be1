// What a CREATE makes, by its bare name: statements that were prepared before would go on with what had that name until then.
import { endOfComment } from '../../../expression/select/quoted.ts'

const BLANK = /\s*/y
const CREATE = /create\s/iy
/** Tables, and all else that is found by the first schema of the path that has it. */
const NAME =
  /\b(?:table|view|sequence|function|procedure|aggregate|operator|type|domain)\s+(?:if\s+not\s+exists\s+)?(?:(?:"(?:[^"]|"")*"|[^\s."(;]+)\s*\.\s*)?("(?:[^"]|"")*"|[^\s."(;,]+)/i
/** So far behind its first word the name stands at the latest; what follows is data, perhaps megabytes. */
const HEAD = 1000

/** The name of what a statement creates, in small letters; null where that can have no other thing's place. */
export function createdName(sql: string): string | null {
  const from = beginning(sql)
  CREATE.lastIndex = from
  if (!CREATE.test(sql)) return null
  const name = NAME.exec(sql.slice(from, from + HEAD))?.[1]
  if (name === undefined) return null
  return (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name).toLowerCase()
}

/** Where the first word is, behind blanks and comments. */
function beginning(sql: string): number {
  for (let at = 0; ; ) {
    BLANK.lastIndex = at
    BLANK.test(sql)
    at = BLANK.lastIndex
    if (sql.startsWith('/*', at)) at = endOfComment(sql, at)
    else if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at)
      if (end === -1) return sql.length
      at = end
    } else return at
  }
}
