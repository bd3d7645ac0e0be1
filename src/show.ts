// How values appear in messages and logs: on one line, shortened, never mistaken for SQL.

/** Longer texts lose their middle. */
const LONGEST_TEXT = 300
/** Longer lists lose their middle. */
const LONGEST_LIST = 100
/** More sets of parameters than this lose their middle. */
const MOST_SETS = 10
const LAST_SETS = 2
const DEEPEST = 3

/** A promise in words: the commonest wrong value, and the remedy is always the same. */
export const UNAWAITED = 'a Promise (await it first)'

/** Whether something is to be awaited: a promise, a result that is still to come. */
export function isUnawaited(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** A value as source code would write it, more or less. */
export function showValue(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return showText(value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return '[function]'
    case 'object':
      return value === null ? 'null' : showObject(value, depth)
    default:
      return String(value)
  }
}

/** The parameters of one command. */
export function showParameters(parameters: readonly unknown[]): string {
  return showList(parameters, 0)
}

/** The parameters of several commands that differ in nothing else. */
export function showParameterSets(sets: readonly (readonly unknown[])[]): string {
  const [only] = sets
  if (sets.length === 1 && only !== undefined) return showParameters(only)
  if (sets.length <= MOST_SETS) return `[${sets.map(showParameters).join(', ')}]`
  const first = sets.slice(0, MOST_SETS - LAST_SETS).map(showParameters)
  const last = sets.slice(-LAST_SETS).map(showParameters)
  const left = sets.length - first.length - last.length
  return `[${first.join(', ')} ... ${left} more ... ${last.join(', ')}] (${sets.length} sets of parameters)`
}

/**
 * SQL for a log. Its own line ends stay; those inside of quotes and comments, where values may stand, are escaped, so that no
 * value can pretend to be a line of the log.
 */
export function showSql(sql: string): string {
  if (!/['"$/-]/.test(sql) || !/[\r\n]/.test(sql)) return sql
  return sql.replace(QUOTED, (part) => part.replaceAll('\r', '\\r').replaceAll('\n', '\\n'))
}

/** Quoted texts, quoted names, texts between dollars, comments; all of them to the end where they are not closed. */
const QUOTED =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"[^"]*(?:"|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g

function showText(text: string): string {
  if (text.length <= LONGEST_TEXT) return quote(text)
  const half = LONGEST_TEXT / 2
  const left = text.length - LONGEST_TEXT
  return `${quote(text.slice(0, half))} ... ${left} more characters ... ${quote(text.slice(-half))}`
}

function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped}'`
}

function showObject(value: object, depth: number): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  if (isUnawaited(value)) return UNAWAITED
  if (depth >= DEEPEST) return Array.isArray(value) ? '[...]' : '{...}'
  if (Array.isArray(value)) return showList(value, depth)
  const fields = Object.entries(value).slice(0, LONGEST_LIST)
  return `{${fields.map(([key, field]) => `${showKey(key)}: ${showValue(field, depth + 1)}`).join(', ')}}`
}

function showKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : showText(key)
}

function showList(list: readonly unknown[], depth: number): string {
  const shown = (part: readonly unknown[]): string => part.map((value) => showValue(value, depth + 1)).join(', ')
  if (list.length <= LONGEST_LIST) return `[${shown(list)}]`
  const half = LONGEST_LIST / 2
  return `[${shown(list.slice(0, half))} ... ${list.length - LONGEST_LIST} more ... ${shown(list.slice(-half))}]`
}
