// Recognises COPY ... FROM STDIN, which waits for data that a statement does not bring.
import { endOfComment, endOfQuoted } from '../../../expression/select/quoted.ts'

const TOKENS = /['"]|--[^\n]*|\/\*/g

/** The text with its comments, also nested ones, as blanks, and quoted names and strings as one letter. */
function withoutComments(sql: string): string {
  let text = ''
  let done = 0
  TOKENS.lastIndex = 0
  for (let match = TOKENS.exec(sql); match !== null; match = TOKENS.exec(sql)) {
    const [token] = match
    text += sql.slice(done, match.index)
    const isQuote = token.length === 1
    if (isQuote) TOKENS.lastIndex = endOfQuoted(sql, TOKENS.lastIndex, token)
    else if (token === '/*') TOKENS.lastIndex = endOfComment(sql, match.index)
    done = TOKENS.lastIndex
    text += isQuote ? 'q' : ' '
  }
  return text + sql.slice(done)
}

/** Why a statement cannot be run, where it is COPY FROM STDIN; else null. */
export function refuseCopyIn(sql: string): string | null {
  // Nearly all texts end here.
  if (!/\bstdin\b/i.test(sql)) return null
  const bare = withoutComments(sql)
  if (!/^[\s;]*copy\b/i.test(bare) || !/\bfrom\s+stdin\b/i.test(bare)) return null
  return 'COPY FROM STDIN cannot be run as a statement: the server would wait for data that nobody sends'
}
