// Codecs of json and jsonb, which refuse what JSON.stringify would drop or change without a word.
import { jsonNull } from '../../../expression/types/json.ts'
import { jsonText } from '../../json-text.ts'
import { utf8 } from './bytes.ts'
import { defineCodec, type PostgresCodec, undecodable, type WriteBinary } from './codec.ts'
import { readJson } from './json-reader.ts'

export { jsonNull }

function encode(type: string): (value: unknown) => string {
  return (value) => jsonText(type, value, 'PostgreSQL')
}

function decode(type: string): (buffer: Buffer, start: number, end: number) => unknown {
  return (buffer, start, end) => {
    const value = readJson(buffer, start, end)
    if (value !== undefined) return value
    try {
      return JSON.parse(utf8(buffer, start, end))
    } catch {
      throw undecodable(type, buffer, start, end)
    }
  }
}

const JSONB_VERSION = 1

function decodeVersioned(type: string): (buffer: Buffer, start: number, end: number) => unknown {
  const text = decode(type)
  return (buffer, start, end) => {
    if (start === end || buffer[start] !== JSONB_VERSION) throw undecodable(`binary ${type}`, buffer, start, end)
    return text(buffer, start + 1, end)
  }
}

/** Items of arrays: as bytes they need no quotes, which JSON is full of. */
function writeJson(type: string): WriteBinary {
  return (value, writer) => {
    writer.countedString(jsonText(type, value, 'PostgreSQL'))
    return true
  }
}

function writeVersioned(type: string): WriteBinary {
  return (value, writer) => {
    writer.countedString(`\x01${jsonText(type, value, 'PostgreSQL')}`)
    return true
  }
}

/** `json`: any JSON value, parsed. Parameters: any value JSON can hold; {@link jsonNull} for JSON's null. */
export const json: PostgresCodec = defineCodec({
  name: 'json',
  oid: 114,
  takesArrays: true,
  encode: encode('json'),
  decodeText: decode('json'),
  decodeBinary: decode('json'),
  writeBinary: writeJson('json'),
})

/** `jsonb`: any JSON value, parsed. Parameters: any value JSON can hold; {@link jsonNull} for JSON's null. */
export const jsonb: PostgresCodec = defineCodec({
  name: 'jsonb',
  oid: 3802,
  takesArrays: true,
  encode: encode('jsonb'),
  decodeText: decode('jsonb'),
  decodeBinary: decodeVersioned('jsonb'),
  writeBinary: writeVersioned('jsonb'),
})
