// Arrays of any type: PostgreSQL's array literals, both ways.
import { DriverError } from '../../contract/driver.ts'
import { arrayOidOf } from './array-oid.ts'
import { utf8 } from './bytes.ts'
import { type Decode, defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'

/** What {@link arrayOf} may be told. */
export interface ArrayOptions {
  /** The array type's number in `pg_type`; by default that of the built-in types, and 0 for others, which lets the server decide. */
  readonly oid?: number
  /**
   * How deep the arrays nest. By default as deep as the values do, and 1 where an array is a value of the item type
   * itself (json).
   */
  readonly dimensions?: number
}

/** An array as this codec reads it: items, nulls and arrays. */
export type ArrayValue<T> = (T | null | ArrayValue<T>)[]

/** PostgreSQL's own limit. */
export const MAXIMUM_DIMENSIONS = 6

const bounds = new WeakMap<object, readonly number[]>()

/**
 * The first index of each dimension of an array read from the database, where PostgreSQL's differ from 1; else null.
 * An array that carries them is sent back with them.
 */
export function lowerBounds(array: readonly unknown[]): readonly number[] | null {
  return bounds.get(array) ?? null
}

/** Gives an array first indexes other than 1, one for each dimension; returns the same array. */
export function withLowerBounds<A extends readonly unknown[]>(array: A, lower: readonly number[]): A {
  bounds.set(array, lower)
  return array
}

/**
 * The codec of arrays whose items `item` reads and writes.
 *
 * @example
 *     arrayOf(text).encode(['a', 'b"c', null])      // '{"a","b\\"c",NULL}'
 * @throws DriverError on encoding what is no array, an item that is not of the type, and arrays that are not rectangular.
 */
export function arrayOf<T>(item: PostgresCodec<T>, options: ArrayOptions = {}): PostgresCodec<ArrayValue<T>> {
  const name = `${item.name}[]`
  const dimensions = options.dimensions ?? (item.takesArrays ? 1 : MAXIMUM_DIMENSIONS)
  const encode = (value: unknown): string => {
    if (!Array.isArray(value)) throw refusal(name, value, 'an array')
    const literal = writeArray(item, name, value, dimensions)
    const lower = bounds.get(value)
    return lower === undefined ? literal : `${writeBounds(name, value, lower)}=${literal}`
  }
  return defineCodec({
    name,
    oid: options.oid ?? arrayOidOf(item.oid),
    delimiter: item.delimiter,
    encode,
    decodeText: (buffer, start, end) => {
      const literal = utf8(buffer, start, end)
      const reader = new LiteralReader(name, literal, item, buffer, start, end)
      return reader.read() as ArrayValue<T>
    },
  })
}

function writeArray(item: PostgresCodec, name: string, value: readonly unknown[], dimensions: number): string {
  if (dimensions > 1 && value.some(Array.isArray)) return writeNested(item, name, value, dimensions)
  const { bare, delimiter } = item
  let literal = '{'
  for (let index = 0; index < value.length; index++) {
    if (index > 0) literal += delimiter
    const one = value[index]
    if (one === null) {
      literal += 'NULL'
      continue
    }
    let text: string
    try {
      text = item.encodeItem(one)
    } catch (error) {
      if (!(error instanceof DriverError)) throw error
      throw new DriverError(`item ${index} of ${name}: ${error.message}`, { sent: false, cause: error })
    }
    literal += bare ? text : quote(text)
  }
  return `${literal}}`
}

function writeNested(item: PostgresCodec, name: string, value: readonly unknown[], dimensions: number): string {
  const length = Array.isArray(value[0]) ? value[0].length : -1
  const parts = value.map((inner) => {
    if (!Array.isArray(inner) || inner.length !== length || length === 0) {
      throw new DriverError(`${name} takes rectangular arrays only: all inner arrays of one length, none empty`, {
        sent: false,
      })
    }
    return writeArray(item, name, inner, dimensions - 1)
  })
  return `{${parts.join(item.delimiter)}}`
}

const QUOTED = /["\\]/g

/** A text as an item of an array literal; always in quotes, so that NULL, blanks and delimiters are text. */
export function quote(text: string): string {
  return text.includes('"') || text.includes('\\') ? `"${text.replace(QUOTED, '\\$&')}"` : `"${text}"`
}

function writeBounds(name: string, value: readonly unknown[], lower: readonly number[]): string {
  let inner: unknown = value
  let text = ''
  for (const first of lower) {
    if (!Array.isArray(inner) || inner.length === 0 || !Number.isInteger(first)) {
      throw new DriverError(`${name}: its lower bounds do not fit its dimensions`, { sent: false })
    }
    text += `[${first}:${first + inner.length - 1}]`
    inner = inner[0]
  }
  return text
}

const BOUNDS = /^(?:\[-?\d+:-?\d+\])+=/

/** Reads one array literal; items are decoded from bytes, so that one codec serves columns and items. */
class LiteralReader {
  readonly #name: string
  readonly #text: string
  readonly #item: PostgresCodec
  readonly #fail: () => DriverError
  #at = 0

  constructor(name: string, text: string, item: PostgresCodec, buffer: Buffer, start: number, end: number) {
    this.#name = name
    this.#text = text
    this.#item = item
    this.#fail = () => undecodable(this.#name, buffer, start, end)
  }

  read(): unknown[] {
    const lower = this.#lowerBounds()
    if (this.#text[this.#at] !== '{') throw this.#fail()
    const array = this.#array()
    if (this.#at !== this.#text.length) throw this.#fail()
    if (lower.length > 0) bounds.set(array, lower)
    return array
  }

  /** Reads `[0:1][5:6]=`; empty where the literal has none. */
  #lowerBounds(): number[] {
    const prefix = BOUNDS.exec(this.#text)?.[0]
    if (prefix === undefined) return []
    this.#at = prefix.length
    return Array.from(prefix.matchAll(/\[(-?\d+):/g), ([, first]) => Number(first))
  }

  #array(): unknown[] {
    const text = this.#text
    const array: unknown[] = []
    this.#at++
    if (text[this.#at] === '}') {
      this.#at++
      return array
    }
    for (;;) {
      const next = text[this.#at]
      if (next === '{') array.push(this.#array())
      else if (next === '"') array.push(this.#decode(this.#quoted()))
      else array.push(this.#bareItem())
      const after = text[this.#at++]
      if (after === '}') return array
      if (after !== this.#item.delimiter) throw this.#fail()
    }
  }

  #bareItem(): unknown {
    const text = this.#text
    const delimiter = this.#item.delimiter
    let end = this.#at
    while (end < text.length && text[end] !== delimiter && text[end] !== '}') end++
    const item = text.slice(this.#at, end)
    this.#at = end
    return item === 'NULL' ? null : this.#decode(item)
  }

  #quoted(): string {
    const text = this.#text
    let result = ''
    let from = ++this.#at
    for (;;) {
      const next = text[this.#at]
      if (next === undefined) throw this.#fail()
      if (next === '"') break
      if (next === '\\') {
        result += text.slice(from, this.#at++)
        from = this.#at
      }
      this.#at++
    }
    result += text.slice(from, this.#at++)
    return result
  }

  #decode(item: string): unknown {
    const bytes = Buffer.from(item, 'utf8')
    return (this.#item.decodeText as Decode)(bytes, 0, bytes.length)
  }
}
