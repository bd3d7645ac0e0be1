// Codecs of ranges and multiranges: PostgreSQL's range literals, both ways.
import { Range, type RangeBounds } from '../../../expression/types/range.ts'
import { ascii } from './bytes.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'
import { int4, int8, numeric } from './number.ts'
import { endOfPart, plainPart } from './part.ts'
import { date, timestamp, timestamptz } from './temporal.ts'

const EMPTY = 'empty'
const QUOTED = /["\\]/g

/** An end of a range; always in quotes unless its text can hold nothing that has a meaning there. */
function writeEnd(item: PostgresCodec, end: unknown): string {
  if (end === null) return ''
  const text = item.encodeItem(end)
  return item.bare ? text : `"${text.replace(QUOTED, '\\$&')}"`
}

function writeRange(item: PostgresCodec, name: string, value: unknown): string {
  if (!(value instanceof Range)) throw refusal(name, value, 'a Range, such as new Range(lower, upper)')
  if (value.isEmpty) return EMPTY
  return `${value.bounds[0]}${writeEnd(item, value.lower)},${writeEnd(item, value.upper)}${value.bounds[1]}`
}

const OPEN_MULTIRANGE = 0x7b
const CLOSE_MULTIRANGE = 0x7d
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const OPEN_PARENTHESIS = 0x28
const CLOSE_BRACKET = 0x5d
const CLOSE_PARENTHESIS = 0x29

const isComma = (byte: number): boolean => byte === COMMA
const isEnd = (byte: number): boolean => byte === CLOSE_BRACKET || byte === CLOSE_PARENTHESIS

/** Reads ranges one after the other from bytes. */
class RangeReader<T> {
  readonly #item: PostgresCodec<T>
  readonly #buffer: Buffer
  readonly #end: number
  at: number

  constructor(item: PostgresCodec<T>, buffer: Buffer, start: number, end: number) {
    this.#item = item
    this.#buffer = buffer
    this.#end = end
    this.at = start
  }

  /** The next byte. */
  get next(): number | undefined {
    return this.at < this.#end ? this.#buffer[this.at] : undefined
  }

  /** Null for what is no range. */
  range(): Range<T> | null {
    const open = this.next
    if (open !== OPEN_BRACKET && open !== OPEN_PARENTHESIS) return null
    this.at += 1
    const lower = this.#side(isComma)
    const upper = this.#side(isEnd)
    if (lower === undefined || upper === undefined) return null
    const bounds = String.fromCharCode(open, this.#buffer[this.at - 1] as number)
    return new Range(lower, upper, bounds as RangeBounds)
  }

  /** One end, and what stands behind it; undefined where that does not come. */
  #side(isClosing: (byte: number) => boolean): T | null | undefined {
    const start = this.at
    const end = endOfPart(this.#buffer, start, this.#end, isClosing)
    if (end < 0) return undefined
    this.at = end + 1
    if (start === end) return null
    const part = plainPart(this.#buffer, start, end)
    return this.#item.decodeText(part.buffer, part.start, part.end)
  }
}

/**
 * The codec of ranges whose ends `item` reads and writes.
 *
 * @example
 *     rangeOf(int4, 'int4range', 3904).encode(new Range(1, 5))      // '[1,5)'
 */
export function rangeOf<T>(item: PostgresCodec<T>, name: string, oid: number): PostgresCodec<Range<T>> {
  return defineCodec<Range<T>>({
    name,
    oid,
    encode: (value) => writeRange(item, name, value),
    decodeText: (buffer, start, end) => {
      if (end - start === EMPTY.length && ascii(buffer, start, end) === EMPTY) return Range.empty<T>()
      const reader = new RangeReader(item, buffer, start, end)
      const range = reader.range()
      if (range === null || reader.at !== end) throw undecodable(name, buffer, start, end)
      return range
    },
  })
}

/** The codec of multiranges: arrays of ranges. */
export function multirangeOf<T>(item: PostgresCodec<T>, name: string, oid: number): PostgresCodec<Range<T>[]> {
  return defineCodec<Range<T>[]>({
    name,
    oid,
    takesArrays: true,
    encode: (value) => {
      if (!Array.isArray(value)) throw refusal(name, value, 'an array of Ranges')
      return `{${value.map((each: unknown) => writeRange(item, name, each)).join(',')}}`
    },
    decodeText: (buffer, start, end) => {
      if (buffer[start] !== OPEN_MULTIRANGE) throw undecodable(name, buffer, start, end)
      const ranges: Range<T>[] = []
      const reader = new RangeReader(item, buffer, start + 1, end)
      while (reader.next !== CLOSE_MULTIRANGE) {
        if (ranges.length > 0) reader.at += 1
        const range = reader.range()
        if (range === null) throw undecodable(name, buffer, start, end)
        ranges.push(range)
      }
      return ranges
    },
  })
}

/** `[name, item, number of the range, number of the multirange]`. */
const RANGES: readonly (readonly [string, PostgresCodec, number, number])[] = [
  ['int4', int4, 3904, 4451],
  ['int8', int8, 3926, 4536],
  ['num', numeric, 3906, 4532],
  ['ts', timestamp, 3908, 4533],
  ['tstz', timestamptz, 3910, 4534],
  ['date', date, 3912, 4535],
]

/** Codecs of the built-in ranges and multiranges by name. */
export const rangeCodecs: ReadonlyMap<string, PostgresCodec> = new Map<string, PostgresCodec>(
  RANGES.flatMap(([name, item, range, multirange]): [string, PostgresCodec][] => [
    [`${name}range`, rangeOf(item, `${name}range`, range)],
    [`${name}multirange`, multirangeOf(item, `${name}multirange`, multirange)],
  ]),
)
