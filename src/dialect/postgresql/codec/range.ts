// Codecs of ranges and multiranges: PostgreSQL's range literals, both ways.
import { Range, type RangeBounds } from '../../../expression/types/range.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'
import { int4, int8, numeric } from './number.ts'
import { date, timestamp, timestamptz } from './temporal.ts'

const QUOTED = /["\\]/g

/** An end of a range; always in quotes unless its text can hold nothing that has a meaning there. */
function writeEnd(item: PostgresCodec, end: unknown): string {
  if (end === null) return ''
  const text = item.encodeItem(end)
  return item.bare ? text : `"${text.replace(QUOTED, '\\$&')}"`
}

function writeRange(item: PostgresCodec, name: string, value: unknown): string {
  if (!(value instanceof Range)) throw refusal(name, value, 'a Range, such as new Range(lower, upper)')
  if (value.isEmpty) return 'empty'
  return `${value.bounds[0]}${writeEnd(item, value.lower)},${writeEnd(item, value.upper)}${value.bounds[1]}`
}

/** Reads ranges one after the other from a text. */
class RangeReader<T> {
  readonly #item: PostgresCodec<T>
  readonly #text: string
  at: number

  constructor(item: PostgresCodec<T>, text: string, at: number) {
    this.#item = item
    this.#text = text
    this.at = at
  }

  /** The next character. */
  get next(): string | undefined {
    return this.#text[this.at]
  }

  /** Null for what is no range. */
  range(): Range<T> | null {
    const open = this.next
    if (open !== '[' && open !== '(') return null
    this.at += 1
    const lower = this.#end(',')
    const upper = this.#end(')]')
    if (lower === undefined || upper === undefined) return null
    return new Range(lower, upper, `${open}${this.#text[this.at - 1]}` as RangeBounds)
  }

  /** One end, and what stands behind it; undefined where that does not come. */
  #end(behind: string): T | null | undefined {
    let text = ''
    let isQuoted = false
    let isGiven = false
    for (; this.at < this.#text.length; this.at += 1) {
      const character = this.#text[this.at] as string
      if (character === '\\') {
        this.at += 1
        text += this.#text[this.at] ?? ''
      } else if (character === '"') {
        if (isQuoted && this.#text[this.at + 1] === '"') {
          this.at += 1
          text += '"'
        } else isQuoted = !isQuoted
        isGiven = true
      } else if (!isQuoted && behind.includes(character)) {
        this.at += 1
        return text === '' && !isGiven ? null : this.#decode(text)
      } else text += character
    }
    return undefined
  }

  #decode(text: string): T {
    const bytes = Buffer.from(text)
    return this.#item.decodeText(bytes, 0, bytes.length)
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
      const text = buffer.toString('utf8', start, end)
      if (text === 'empty') return Range.empty<T>()
      const reader = new RangeReader(item, text, 0)
      const range = reader.range()
      if (range === null || reader.at !== text.length) throw undecodable(name, buffer, start, end)
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
      const text = buffer.toString('utf8', start, end)
      const ranges: Range<T>[] = []
      const reader = new RangeReader(item, text, 1)
      while (reader.next !== '}') {
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
