// Arrays of any type: PostgreSQL's array literals, both ways.
import { DriverError } from '../../contract/driver.ts'
import { arrayOidOf } from './array-oid.ts'
import { ByteWriter } from './byte-writer.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable, type WriteBinary } from './codec.ts'

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
 * The codec of arrays whose items `item` reads and writes. An array without arrays in it goes in the binary format where the type
 * of its items has one.
 *
 * @example
 *     arrayOf(text).encodeItem(['a', 'b"c', null])      // '{"a","b\\"c",NULL}'
 * @throws DriverError on encoding what is no array, an item that is not of the type, and arrays that are not rectangular.
 */
export function arrayOf<T>(item: PostgresCodec<T>, options: ArrayOptions = {}): PostgresCodec<ArrayValue<T>> {
  const name = `${item.name}[]`
  const dimensions = options.dimensions ?? (item.takesArrays ? 1 : MAXIMUM_DIMENSIONS)
  const oid = options.oid ?? arrayOidOf(item.oid)
  // The binary format names the type of the items, which is this one only where the array is the built-in one over it.
  const isOwn = oid !== 0 && oid === arrayOidOf(item.oid)
  const writeBinary = isOwn && !(item.takesArrays && dimensions > 1) ? item.writeBinary : undefined
  const encodeItem = (value: unknown): string => {
    if (!Array.isArray(value)) throw refusal(name, value, 'an array')
    return `${writeBounds(name, value)}${writeArray(item, name, value, dimensions)}`
  }
  const encode = (value: unknown): string | Uint8Array =>
    (writeBinary === undefined ? null : binaryArray(item, name, value, writeBinary)) ?? encodeItem(value)
  return defineCodec({
    name,
    oid,
    delimiter: item.delimiter,
    encode,
    encodeItem,
    decodeText: (buffer, start, end) => new LiteralReader(name, item, buffer, start, end).read() as ArrayValue<T>,
  })
}

const binary = new ByteWriter()

/** An array in the binary format; null where it has only a text: an empty one, one with bounds or arrays in it, or an odd item. */
function binaryArray(item: PostgresCodec, name: string, value: unknown, write: WriteBinary): Uint8Array | null {
  if (!Array.isArray(value) || value.length === 0 || bounds.has(value)) return null
  binary.clear()
  binary.int32(1)
  // The server does not ask whether there are nulls before it meets one.
  binary.int32(1)
  binary.int32(item.oid)
  binary.int32(value.length)
  binary.int32(1)
  for (let index = 0; index < value.length; index++) {
    const one: unknown = value[index]
    if (one === null) binary.int32(-1)
    else {
      try {
        if (!write(one, binary)) return null
      } catch (error) {
        throw itemFailure(error, index, name)
      }
    }
  }
  return binary.take()
}

function itemFailure(error: unknown, index: number, name: string): unknown {
  if (!(error instanceof DriverError)) return error
  return new DriverError(`item ${index} of ${name}: ${error.message}`, { sent: false, cause: error })
}

function writeArray(item: PostgresCodec, name: string, value: readonly unknown[], dimensions: number): string {
  if (dimensions > 1 && value.some(Array.isArray)) return writeNested(item, name, value, dimensions)
  const { bare, delimiter } = item
  // Joined at once: a string that grows by pieces is a tree of pieces, which garbage collection has to walk and copy.
  const parts: string[] = new Array(value.length)
  for (let index = 0; index < value.length; index++) {
    const one = value[index]
    if (one === null) {
      parts[index] = 'NULL'
      continue
    }
    let text: string
    try {
      text = item.encodeItem(one)
    } catch (error) {
      throw itemFailure(error, index, name)
    }
    parts[index] = bare ? text : quote(text)
  }
  return `{${parts.join(delimiter)}}`
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

/**
 * What stands in front of the literal of an array whose first indexes are not 1; nothing for others.
 *
 * @throws DriverError it has not as many dimensions as bounds any more.
 */
export function writeBounds(name: string, value: readonly unknown[]): string {
  const lower = bounds.get(value)
  if (lower === undefined) return ''
  let inner: unknown = value
  let text = ''
  for (const first of lower) {
    if (!Array.isArray(inner) || inner.length === 0 || !Number.isInteger(first)) {
      throw new DriverError(`${name}: its lower bounds do not fit its dimensions`, { sent: false })
    }
    text += `[${first}:${first + inner.length - 1}]`
    inner = inner[0]
  }
  return `${text}=`
}

const BOUNDS = /^(?:\[-?\d+:-?\d+\]){1,6}=/
/** `[-2147483648:-2147483648]` for each dimension, and the `=`. */
const LONGEST_BOUNDS = MAXIMUM_DIMENSIONS * 25 + 1
const OPEN = 0x7b
const CLOSE = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Reads one array literal. All that has a meaning in it is ASCII, so it is read as bytes, and the items from where they lie. */
class LiteralReader {
  readonly #name: string
  readonly #item: PostgresCodec
  readonly #delimiter: number
  readonly #buffer: Buffer
  readonly #start: number
  readonly #end: number
  #at: number

  constructor(name: string, item: PostgresCodec, buffer: Buffer, start: number, end: number) {
    this.#name = name
    this.#item = item
    this.#delimiter = item.delimiter.charCodeAt(0)
    this.#buffer = buffer
    this.#start = start
    this.#end = end
    this.#at = start
  }

  read(): unknown[] {
    const lower = this.#lowerBounds()
    if (this.#buffer[this.#at] !== OPEN || this.#at >= this.#end) throw this.#failure()
    const array = this.#array(1)
    if (this.#at !== this.#end) throw this.#failure()
    if (lower.length > 0) bounds.set(array, lower)
    return array
  }

  #failure(): DriverError {
    return undecodable(this.#name, this.#buffer, this.#start, this.#end)
  }

  /** Reads `[0:1][5:6]=`; empty where the literal has none. */
  #lowerBounds(): number[] {
    if (this.#buffer[this.#at] !== 0x5b) return []
    const most = Math.min(this.#end, this.#start + LONGEST_BOUNDS)
    const prefix = BOUNDS.exec(this.#buffer.toString('latin1', this.#start, most))?.[0]
    if (prefix === undefined) throw this.#failure()
    this.#at += prefix.length
    return Array.from(prefix.matchAll(/\[(-?\d+):/g), ([, first]) => Number(first))
  }

  #array(depth: number): unknown[] {
    const buffer = this.#buffer
    const array: unknown[] = []
    this.#at++
    if (buffer[this.#at] === CLOSE && this.#at < this.#end) {
      this.#at++
      return array
    }
    for (;;) {
      if (this.#at >= this.#end) throw this.#failure()
      const next = buffer[this.#at]
      if (next === OPEN && depth < MAXIMUM_DIMENSIONS) array.push(this.#array(depth + 1))
      else if (next === OPEN) throw this.#failure()
      else if (next === QUOTE) array.push(this.#quoted())
      else array.push(this.#unquoted())
      if (this.#at >= this.#end) throw this.#failure()
      const after = buffer[this.#at++]
      if (after === CLOSE) return array
      if (after !== this.#delimiter) throw this.#failure()
    }
  }

  #unquoted(): unknown {
    const buffer = this.#buffer
    const from = this.#at
    let at = from
    for (; at < this.#end; at++) {
      const byte = buffer[at]
      if (byte === this.#delimiter || byte === CLOSE) break
    }
    this.#at = at
    // Only NULL itself is never quoted; the text is.
    if (at - from === 4 && buffer[from] === 0x4e && buffer.toString('latin1', from, at) === 'NULL') return null
    return this.#item.decodeText(buffer, from, at)
  }

  #quoted(): unknown {
    const buffer = this.#buffer
    const from = this.#at + 1
    let escapes = 0
    let at = from
    for (; at < this.#end && buffer[at] !== QUOTE; at++) {
      if (buffer[at] === BACKSLASH) {
        escapes++
        at++
      }
    }
    if (at >= this.#end) throw this.#failure()
    this.#at = at + 1
    if (escapes === 0) return this.#item.decodeText(buffer, from, at)
    const plain = Buffer.allocUnsafe(at - from - escapes)
    for (let source = from, target = 0; source < at; source++) {
      if (buffer[source] === BACKSLASH) source++
      plain[target++] = buffer[source] as number
    }
    return this.#item.decodeText(plain, 0, plain.length)
  }
}
