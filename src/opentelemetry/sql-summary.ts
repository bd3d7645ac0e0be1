// What a statement does and to which tables, read from its SQL: names of spans, and text without literals.
import { endOfQuoted } from '../expression/select/quoted.ts'

/** What SQL does. */
export interface SqlSummary {
  /** `SELECT`, `INSERT`, ...; the first word where it is nothing of the kind. */
  readonly operation: string
  /** The table, where there is one only. */
  readonly collection: string | null
  /** Operations and tables in the order of the text: `INSERT archive SELECT orders`. */
  readonly summary: string
}

const TOKEN =
  /['"]|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[$:@]\w+|\d[\w.]*|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\s+|[\s\S]/g

/** The pieces of SQL, with nothing left out. */
function tokensOf(sql: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    const [token] = match
    if (token === "'" || token === '"') TOKEN.lastIndex = endOfQuoted(sql, TOKEN.lastIndex, token)
    tokens.push(sql.slice(match.index, TOKEN.lastIndex))
  }
  return tokens
}

const OPERATIONS = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'CREATE', 'ALTER', 'DROP', 'TRUNCATE'])
/** Words behind which names of tables stand. */
const BEFORE_NAMES = new Set(['FROM', 'JOIN', 'INTO', 'USING', 'TABLE'])
/** Words behind which a parenthesis after the name holds columns. */
const BEFORE_COLUMNS = new Set(['INTO', 'TABLE', 'COPY'])
/** Words that may stand between one of these and the name. */
const BETWEEN = new Set(['ONLY', 'LATERAL', 'IF', 'NOT', 'EXISTS'])
/** The specification cuts names of spans here. */
const LONGEST = 255
/** How many texts are remembered. */
const REMEMBERED = 1000

const known: Map<string, SqlSummary> = new Map()

/** What SQL does and to which tables; remembered by text. */
export function summaryOf(sql: string): SqlSummary {
  let summary = known.get(sql)
  if (summary === undefined) {
    summary = new Reading(sql).summary()
    if (known.size >= REMEMBERED) known.clear()
    known.set(sql, summary)
  }
  return summary
}

/** SQL without its literals, which may be somebody's data: each is a question mark. */
export function withoutLiterals(sql: string): string {
  return tokensOf(sql)
    .map((token) => (isLiteral(token) ? '?' : token))
    .join('')
}

/** Quoted texts, texts between dollars, numbers; `$1` is a placeholder. */
function isLiteral(token: string): boolean {
  return /^['\d]/.test(token) || /^\$\w*\$/.test(token)
}

/** One reading of a text. */
class Reading {
  readonly #tokens: readonly string[]
  readonly #words: string[] = []
  readonly #tables: Set<string> = new Set()
  readonly #ctes: Set<string> = new Set()
  /** For each open parenthesis whether a statement stands in it: FROM in a function call is no clause. */
  readonly #levels: boolean[] = [false]
  #operation: string | null = null

  constructor(sql: string) {
    this.#tokens = tokensOf(sql).filter((token) => !/^(?:\s|--|\/\*)/.test(token))
  }

  summary(): SqlSummary {
    const tokens = this.#tokens
    for (let at = 0; at < tokens.length; at += 1) this.#read(at)
    const [first = ''] = tokens
    const operation = this.#operation ?? (/^[A-Za-z]/.test(first) ? first.toUpperCase() : 'SQL')
    const [table = null] = this.#tables
    const summary = this.#words.length === 0 ? operation : this.#words.join(' ')
    return { operation, collection: this.#tables.size === 1 ? table : null, summary: summary.slice(0, LONGEST) }
  }

  #read(at: number): void {
    const word = this.#word(at)
    const previous = this.#word(at - 1)
    if (word === '(') this.#levels.push(false)
    else if (word === ')' && this.#levels.length > 1) this.#levels.pop()
    else if (word === 'AS' && this.#word(at + 1) === '(' && this.#levels.length === 1)
      this.#ctes.add(this.#nameBefore(at))
    else if (word === 'COPY' && at === 0) this.#copy()
    else if (OPERATIONS.has(word) && isOperation(word, previous, this.#word(at + 1))) this.#begin(at, word)
    else if (BEFORE_NAMES.has(word) && this.#levels.at(-1) === true && previous !== 'DISTINCT') this.#names(at + 1)
  }

  #begin(at: number, word: string): void {
    this.#levels[this.#levels.length - 1] = true
    if (this.#levels.length === 1) this.#operation ??= word
    this.#words.push(word)
    if (word === 'UPDATE') this.#names(at + 1)
    if (word === 'TRUNCATE' && this.#word(at + 1) !== 'TABLE') this.#names(at + 1)
  }

  /** The table of a COPY, which `FROM STDIN` does not name; where it copies a query, that is read as all others. */
  #copy(): void {
    this.#operation = 'COPY'
    this.#words.push('COPY')
    this.#names(1)
  }

  /** Names of tables, separated by commas, as far as they are names. */
  #names(from: number): void {
    let at = from
    for (;;) {
      while (BETWEEN.has(this.#word(at))) at += 1
      let name = ''
      let end = at
      for (; isName(this.#tokens[end]); end += 2) {
        name += unquoted(this.#tokens[end] as string)
        if (this.#tokens[end + 1] !== '.') break
        name += '.'
      }
      // A function in FROM, a subquery, the end.
      if (name === '' || (this.#tokens[end + 1] === '(' && !BEFORE_COLUMNS.has(this.#word(from - 1)))) return
      this.#note(name)
      // An alias, with or without AS.
      at = end + 1
      if (this.#word(at) === 'AS') at += 1
      if (isName(this.#tokens[at]) && this.#tokens[at + 1] === ',') at += 1
      if (this.#tokens[at] !== ',') return
      at += 1
    }
  }

  #note(name: string): void {
    if (this.#ctes.has(name)) return
    this.#tables.add(name)
    if (this.#words.at(-1) !== name) this.#words.push(name)
  }

  #nameBefore(at: number): string {
    // WITH name (columns) AS (...
    let end = at - 1
    if (this.#tokens[end] === ')') while (end > 0 && this.#tokens[end] !== '(') end -= 1
    if (this.#tokens[end] === '(') end -= 1
    return unquoted(this.#tokens[end] ?? '')
  }

  #word(at: number): string {
    return (this.#tokens[at] ?? '').toUpperCase()
  }
}

/** `FOR UPDATE`, `ON CONFLICT DO UPDATE`, `ON DELETE CASCADE` are no operations, nor is `UPDATE SET` of MERGE. */
function isOperation(word: string, previous: string, next: string): boolean {
  if (['FOR', 'DO', 'ON', 'THEN', '.', 'KEY'].includes(previous)) return false
  return !(word === 'UPDATE' && next === 'SET')
}

function isName(token: string | undefined): boolean {
  return token !== undefined && /^["A-Za-z_\u0080-\uffff]/.test(token)
}

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, token.endsWith('"') ? -1 : undefined).replaceAll('""', '"') : token
}
