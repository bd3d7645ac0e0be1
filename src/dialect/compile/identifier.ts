// Names in SQL: when they are quoted, how, and which cannot be names at all.
import { IdentifierError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import { showValue } from '../../show.ts'
import { md5 } from './md5.ts'

/** How many quoted names are remembered; programs name tables and columns, not data. */
const REMEMBERED = 10_000

/** What a dialect says of names. */
export interface IdentifierRules {
  /** Words that cannot be names unless quoted, in lower case. */
  readonly reserved: ReadonlySet<string>
  /** Longest name in bytes of UTF-8. */
  readonly maxBytes: number
}

const LEGAL = /^[a-z_][a-z0-9_$]*$/

/** Quotes names by rule. */
export class Identifiers {
  readonly #rules: IdentifierRules
  readonly #quoted: Map<string, string> = new Map()
  /** Columns of tables with their tables, by the columns' numbers: neither changes its name. */
  readonly columnTexts: string[] = []

  constructor(rules: IdentifierRules) {
    this.#rules = rules
  }

  get maxBytes(): number {
    return this.#rules.maxBytes
  }

  /**
   * The name as SQL: in double quotes where it is a reserved word, has upper case or other characters than `a-z 0-9 _ $`, or
   * begins with a digit or `$`.
   *
   * @throws IdentifierError it is empty, too long, or has a NUL character or half a character.
   */
  quote(name: string): string {
    const known = this.#quoted.get(name)
    if (known !== undefined) return known
    this.check(name)
    const quoted = LEGAL.test(name) && !this.#rules.reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`
    if (this.#quoted.size >= REMEMBERED) this.#quoted.clear()
    this.#quoted.set(name, quoted)
    return quoted
  }

  /** @throws IdentifierError the database cannot hold the name. */
  check(name: string): void {
    if (typeof name !== 'string') throw new IdentifierError(`A name in SQL is a string, not ${showValue(name)}`)
    if (name === '') throw new IdentifierError('A name in SQL cannot be empty')
    if (/[\0\uD800-\uDFFF]/u.test(name))
      throw new IdentifierError(
        `The name ${quoteName(name)} has a NUL character or half a character, which no name may have`,
      )
    const bytes = byteLength(name)
    if (bytes > this.#rules.maxBytes)
      throw new IdentifierError(
        `The name ${quoteName(name)} is ${bytes} bytes long; the database holds ${this.#rules.maxBytes}`,
      )
  }

  /** Whether a generated name stays as it is. */
  isShort(name: string): boolean {
    return byteLength(name) <= this.#rules.maxBytes - 6
  }

  /** A generated name that is not short: cut, with a number that tells it from others that are cut alike. */
  truncate(name: string, number: number): string {
    return `${cut(name, this.#rules.maxBytes - 6)}_${number.toString(16)}`
  }

  /** A name made by a convention, short enough for the database: cut, with a hash of the whole. */
  shorten(name: string): string {
    if (byteLength(name) <= this.#rules.maxBytes) return name
    return `${cut(name, this.#rules.maxBytes - 8)}_${hashOf(name)}`
  }
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** The beginning of a text that fits, whole characters only. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0
  let end = 0
  for (const character of text) {
    bytes += byteLength(character)
    if (bytes > maxBytes) break
    end += character.length
  }
  return text.slice(0, end)
}

/** Four hexadecimal digits of MD5, as SQLAlchemy has them: a database that it has made has the same names. */
function hashOf(text: string): string {
  return md5(text).slice(-4)
}
