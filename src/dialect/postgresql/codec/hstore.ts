// The codec of hstore: pairs of texts.
import { checkText, defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'

const QUOTED = /["\\]/g
const PAIR = /"((?:[^"\\]|\\[\s\S])*)"=>(?:"((?:[^"\\]|\\[\s\S])*)"|NULL)(?:, |$)/y

const quoted = (text: string): string => `"${text.replace(QUOTED, '\\$&')}"`
const plain = (text: string): string => text.replace(/\\([\s\S])/g, '$1')

/** `hstore` of the extension of that name; an object of texts and nulls by key. */
export const hstore: PostgresCodec<Record<string, string | null>> = defineCodec<Record<string, string | null>>({
  name: 'hstore',
  oid: 0,
  encode: (value) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject) throw refusal('hstore', value, 'an object of strings and nulls by key')
    return Object.entries(value as Record<string, unknown>)
      .map(([key, one]) => {
        if (one !== null && typeof one !== 'string') throw refusal('hstore', one, 'strings and nulls as values')
        const text = one === null ? 'NULL' : quoted(checkText('hstore', one))
        return `${quoted(checkText('hstore', key))}=>${text}`
      })
      .join(', ')
  },
  decodeText: (buffer, start, end) => {
    const text = buffer.toString('utf8', start, end)
    const pairs: (readonly [string, string | null])[] = []
    PAIR.lastIndex = 0
    for (let at = 0; at < text.length; at = PAIR.lastIndex) {
      const pair = PAIR.exec(text)
      if (pair === null) throw undecodable('hstore', buffer, start, end)
      pairs.push([plain(pair[1] as string), pair[2] === undefined ? null : plain(pair[2])])
    }
    return Object.fromEntries(pairs)
  },
})
