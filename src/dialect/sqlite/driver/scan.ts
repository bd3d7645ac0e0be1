// What can be told of SQL without understanding it: its first words, its parameters, whether it is one statement.

/** How the values of a statement are given: `?` in order, `?1` and `$1` by number. */
export type ParameterStyle = 'none' | 'positional' | 'numbered' | 'named' | 'mixed'

/** What was found. */
export interface ScannedSql {
  /** The first word, in capitals; behind WITH that of the statement itself. Empty where there is none. */
  readonly verb: string
  /** The words that say what was done: `SELECT`, `CREATE TABLE`. */
  readonly tag: string
  readonly style: ParameterStyle
  /** How many values it takes. */
  readonly parameters: number
  /** Whether another statement follows. */
  readonly several: boolean
  /** Whether it casts as PostgreSQL does, `x::int`, which SQLite takes for a part of a parameter's name, or for nothing at all. */
  readonly casts: boolean
}

// Texts, names in quotes and comments are passed over as wholes.
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|::|\?\d*|\$\d+|[:@$#][A-Za-z_$][\w$]*|[A-Za-z_]\w*|[();]/g

const STATEMENTS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'VALUES'])
const OBJECTS: ReadonlySet<string> = new Set(['TABLE', 'INDEX', 'VIEW', 'TRIGGER'])

/** Reads SQL once from the beginning to the end. */
export function scanSql(sql: string): ScannedSql {
  const words: string[] = []
  const numbers = new Set<number>()
  let main = ''
  let positional = 0
  let named = 0
  let depth = 0
  let ended = false
  let several = false
  let casts = false
  for (const [token] of sql.matchAll(TOKEN)) {
    const first = token.charCodeAt(0)
    // Comments.
    if (token.startsWith('--') || token.startsWith('/*')) continue
    if (ended && token !== ';') several = true
    if (token === '(') depth += 1
    else if (token === ')') depth -= 1
    else if (token === ';') ended ||= words.length > 0
    else if (token === '::') casts = true
    else if (token === '?') positional += 1
    else if (first === 0x3f || /^\$\d/.test(token)) numbers.add(Number(token.slice(1)))
    else if (/^[:@$#]\w/.test(token)) named += 1
    else if (/^\w/.test(token)) {
      const word = words.length < 4 || main === '' ? token.toUpperCase() : ''
      if (words.length < 4) words.push(word)
      if (main === '' && depth === 0 && STATEMENTS.has(word)) main = word
    }
  }
  const verb = words[0] === 'WITH' ? main : (words[0] ?? '')
  const isTrigger = verb === 'CREATE' && words.includes('TRIGGER')
  return {
    verb,
    tag: tagOf(verb, words),
    ...parametersOf(positional, numbers, named),
    several: several && !isTrigger,
    casts,
  }
}

function tagOf(verb: string, words: readonly string[]): string {
  if (verb === 'REPLACE') return 'INSERT'
  if (verb === 'VALUES') return 'SELECT'
  if (verb === 'END') return 'COMMIT'
  if (verb !== 'CREATE' && verb !== 'DROP' && verb !== 'ALTER') return verb
  const object = words.find((word) => OBJECTS.has(word))
  return object === undefined ? verb : `${verb} ${object}`
}

function parametersOf(
  positional: number,
  numbers: ReadonlySet<number>,
  named: number,
): Pick<ScannedSql, 'style' | 'parameters'> {
  const styles = [positional > 0, numbers.size > 0, named > 0].filter(Boolean).length
  if (styles > 1) return { style: 'mixed', parameters: 0 }
  if (positional > 0) return { style: 'positional', parameters: positional }
  if (numbers.size > 0) return { style: 'numbered', parameters: Math.max(...numbers) }
  return { style: named > 0 ? 'named' : 'none', parameters: 0 }
}
