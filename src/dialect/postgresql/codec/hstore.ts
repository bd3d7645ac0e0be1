// The codec of hstore: pairs of texts.
import { isRecord } from '../../../expression/coerce/record.ts'
import { checkText, defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'

const QUOTED = /["\\]/g

const quoted = (text: string): string => `"${text.replace(QUOTED, '\\$&')}"`
const plain = (text: string): string => (text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text)

/** Where a text in quotes that begins behind one ends: at the other; -1 where that does not come. */
function endOfText(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at += 1
    else if (code === 0x22) return at
  }
  return -1
}

/** The pairs of a literal, read by hand: regular expressions have no room for long texts. Null where it is none. */
function readPairs(text: string): (readonly [string, string | null])[] | null {
  const pairs: (readonly [string, string | null])[] = []
  let at = 0
  while (at < text.length) {
    if (pairs.length > 0) {
      if (!text.startsWith(', ', at)) return null
      at += 2
    }
    const keyEnd = text[at] === '"' ? endOfText(text, at + 1) : -1
    if (keyEnd < 0 || !text.startsWith('=>', keyEnd + 1)) return null
    const key = plain(text.slice(at + 1, keyEnd))
    const start = keyEnd + 3
    if (text.startsWith('NULL', start)) {
      pairs.push([key, null])
      at = start + 4
      continue
    }
    const end = text[start] === '"' ? endOfText(text, start + 1) : -1
    if (end < 0) return null
    pairs.push([key, plain(text.slice(start + 1, end))])
    at = end + 1
  }
  return pairs
}

/** `hstore` of the extension of that name; an object of texts and nulls by key. */
export const hstore: PostgresCodec<Record<string, string | null>> = defineCodec<Record<string, string | null>>({
  name: 'hstore',
  oid: 0,
  encode: (value) => {
    // A Map or a promise would be kept as an object without pairs.
    if (!isRecord(value)) throw refusal('hstore', value, 'an object of strings and nulls by key')
    return Object.entries(value)
      .map(([key, one]) => {
        if (one !== null && typeof one !== 'string') throw refusal('hstore', one, 'strings and nulls as values')
        const text = one === null ? 'NULL' : quoted(checkText('hstore', one))
        return `${quoted(checkText('hstore', key))}=>${text}`
      })
      .join(', ')
  },
  decodeText: (buffer, start, end) => {
    const pairs = readPairs(buffer.toString('utf8', start, end))
    if (pairs === null) throw undecodable('hstore', buffer, start, end)
    return Object.fromEntries(pairs)
  },
})
