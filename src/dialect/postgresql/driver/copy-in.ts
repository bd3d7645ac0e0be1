// Recognises COPY ... FROM STDIN, which waits for data that a statement does not bring.

const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*|[\s\S]/g

/** The text with its comments, also nested ones, as blanks, and quoted names and strings as one letter. */
function withoutComments(sql: string): string {
  let text = ''
  let at = 0
  TOKENS.lastIndex = 0
  for (let match = TOKENS.exec(sql); match !== null; match = TOKENS.exec(sql)) {
    const [token] = match
    at = TOKENS.lastIndex
    if (token === '/*') {
      TOKENS.lastIndex = afterComment(sql, at)
      text += ' '
    } else if (token.startsWith('--')) {
      text += ' '
    } else {
      text += token.length > 1 ? 'q' : token
    }
  }
  return text
}

function afterComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  let depth = 1
  for (let match = marks.exec(sql); match !== null; match = marks.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}

/** Why a statement cannot be run, where it is COPY FROM STDIN; else null. */
export function refuseCopyIn(sql: string): string | null {
  // Nearly all texts end here.
  if (!/\bstdin\b/i.test(sql)) return null
  const bare = withoutComments(sql)
  if (!/^[\s;]*copy\b/i.test(bare) || !/\bfrom\s+stdin\b/i.test(bare)) return null
  return 'COPY FROM STDIN cannot be run as a statement: the server would wait for data that nobody sends'
}
