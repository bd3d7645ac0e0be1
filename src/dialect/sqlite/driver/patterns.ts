// LIKE and regular expressions, in JavaScript's words.
import { DriverError } from '../../contract/driver.ts'

/** How many patterns are remembered: statements have few, and apply each to many rows. */
const REMEMBERED = 100
const likes: Map<string, (text: string) => boolean> = new Map()
const regexps: Map<string, RegExp> = new Map()

function remembered<V>(known: Map<string, V>, key: string, make: () => V): V {
  let value = known.get(key)
  if (value === undefined) {
    value = make()
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, value)
  }
  return value
}

/** Tests texts against a pattern of LIKE. @param flags `i` where capitals do not count */
export function likeMatcher(pattern: string, escape: string, flags: '' | 'i' = ''): (text: string) => boolean {
  return remembered(likes, `${flags}${escape} ${pattern}`, () => {
    const source = likeSource(pattern, escape)
    const expression = new RegExp(`^${source}$`, `su${flags}`)
    return (text) => expression.test(text)
  })
}

function likeSource(pattern: string, escape: string): string {
  let source = ''
  let escaped = false
  for (const character of pattern) {
    if (!escaped && character === escape) {
      escaped = true
      continue
    }
    if (!escaped && character === '%') source += '.*'
    else if (!escaped && character === '_') source += '.'
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
    escaped = false
  }
  if (escaped)
    throw new DriverError('LIKE pattern must not end with escape character', {
      fields: { severity: 'ERROR', sqlState: '22025' },
    })
  return source
}

function expressionOf(given: string, more: string): RegExp {
  return remembered(regexps, `${more} ${given}`, () => {
    const [own = ''] = /^(?:\(\?[a-z]+\))+/.exec(given) ?? []
    const known = new Set([...`${own}${more}`].filter((flag) => 'gims'.includes(flag)))
    try {
      return new RegExp(inScript(given.slice(own.length)), [...known, 'u'].join(''))
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new DriverError(`invalid regular expression: ${why}`, { cause })
    }
  })
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: '\\p{L}',
  digit: '\\p{Nd}',
  alnum: '\\p{L}\\p{Nd}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
}

/** PostgreSQL's classes of letters (`[[:alpha:]]`) and bounds of words (`\m`, `\M`, `\y`) in the words of JavaScript. */
function inScript(pattern: string): string {
  return pattern.replaceAll(
    /\[:([a-z]+):\]|\\([\s\S])/g,
    (whole, name: string | undefined, escaped: string | undefined) => {
      if (name !== undefined) return CLASSES[name] ?? whole
      return (escaped !== undefined && Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : undefined) ?? whole
    },
  )
}

const WORD = '[\\p{L}\\p{N}_]'
const ESCAPES: Readonly<Record<string, string>> = {
  m: `(?<!${WORD})(?=${WORD})`,
  M: `(?<=${WORD})(?!${WORD})`,
  y: `(?:(?<!${WORD})(?=${WORD})|(?<=${WORD})(?!${WORD}))`,
}

/** Whether a text has a match of a pattern; `(?i)` in front of the pattern takes flags. */
export function regexpMatches(pattern: string, text: string): boolean {
  return expressionOf(pattern, '').test(text)
}

/** The text with the first match replaced, with the flag `g` all; `\1` in the replacement is the first group. */
export function regexpReplaced(text: string, pattern: string, replacement: string, flags = ''): string {
  const written = replacement.replaceAll('$', '$$$$').replaceAll(/\\([\d&\\])/g, (_, what: string) => {
    if (what === '\\') return '\\'
    return what === '&' ? '$&' : `$${what}`
  })
  return text.replace(expressionOf(pattern, flags), written)
}
