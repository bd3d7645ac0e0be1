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
  /**
   * The SQL to be prepared: of a write where each `?1`, `?2` comes once and in order they are `?`, as libraries take lists faster
   * than names. A column of a result that is a parameter is named after it, so those of queries stay.
   */
  readonly sql: string
  /** Whether another statement follows. */
  readonly several: boolean
  /** Whether it casts as PostgreSQL does, `x::int`, which SQLite takes for a part of a parameter's name, or for nothing at all. */
  readonly casts: boolean
}

// Texts, names in quotes and comments are passed over; a doubled quote ends one and begins another, as a loop over both has no room for long texts.
const TOKEN =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|::|\?\d*|\$\d+|[:@$#][A-Za-z_$][\w$]*|[A-Za-z_]\w*|[();]/g

const STATEMENTS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'VALUES'])
const WRITES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE'])
const OBJECTS: ReadonlySet<string> = new Set(['TABLE', 'INDEX', 'VIEW', 'TRIGGER'])

/** Reads SQL once from the beginning to the end. */
export function scanSql(sql: string): ScannedSql {
  const words: string[] = []
  const numbers: number[] = []
  let main = ''
  let positional = 0
  let named = 0
  let depth = 0
  let ended = false
  let several = false
  let casts = false
  let returning = false
  let shown = false
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
    else if (first === 0x3f || /^\$\d/.test(token)) {
      numbers.push(Number(token.slice(1)))
      shown ||= returning
    } else if (/^[:@$#]\w/.test(token)) named += 1
    else if (/^\w/.test(token)) {
      const word = words.length < 4 || main === '' ? token.toUpperCase() : ''
      if (words.length < 4) words.push(word)
      returning ||= /^returning$/i.test(token)
      if (main === '' && depth === 0 && STATEMENTS.has(word)) main = word
    }
  }
  const verb = words[0] === 'WITH' ? main : (words[0] ?? '')
  const isTrigger = verb === 'CREATE' && words.includes('TRIGGER')
  return {
    verb,
    tag: tagOf(verb, words),
    ...parametersOf(sql, !shown && WRITES.has(verb), positional, numbers, named),
    several: several && !isTrigger,
    casts,
  }
}

/** The words alone of what begins or ends a transaction: comments may say anything. */
export function withoutComments(sql: string): string {
  return sql.includes('/*') || sql.includes('--') ? sql.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|--[^\n]*/g, ' ') : sql
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
  sql: string,
  rewritable: boolean,
  positional: number,
  numbers: readonly number[],
  named: number,
): Pick<ScannedSql, 'style' | 'parameters' | 'sql'> {
  const styles = [positional, numbers.length, named].filter((count) => count > 0).length
  if (styles > 1) return { style: 'mixed', parameters: 0, sql }
  if (positional > 0) return { style: 'positional', parameters: positional, sql }
  if (numbers.length === 0) return { style: named > 0 ? 'named' : 'none', parameters: 0, sql }
  if (!rewritable || numbers.some((number, index) => number !== index + 1))
    return { style: 'numbered', parameters: numbers.reduce((one, other) => Math.max(one, other)), sql }
  const inOrder = sql.replaceAll(TOKEN, (token) => (/^[?$]\d/.test(token) ? '?' : token))
  return { style: 'positional', parameters: numbers.length, sql: inOrder }
}
