// Codecs of boolean, bytea and void.
import { isBytes } from '../../../expression/types/dates-and-bytes.ts'
import { ascii, checkLength } from './bytes.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'
import { booleanBinary, bytesBinary } from './write-binary.ts'

/** `boolean`. */
export const bool: PostgresCodec<boolean> = defineCodec({
  name: 'bool',
  oid: 16,
  bare: true,
  encode: (value) => {
    if (typeof value !== 'boolean') throw refusal('bool', value, 'true or false')
    return value ? 't' : 'f'
  },
  decodeText: (buffer, start, end) => {
    const byte = buffer[start]
    if (end - start !== 1 || (byte !== 0x74 && byte !== 0x66)) throw undecodable('bool', buffer, start, end)
    return byte === 0x74
  },
  decodeBinary: (buffer, start, end) => {
    checkLength('bool', start, end, 1, buffer)
    return buffer[start] !== 0
  },
  writeBinary: booleanBinary,
})

function hex(value: unknown): string {
  if (!isBytes(value)) throw refusal('bytea', value, 'a Uint8Array')
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
}

function copy(source: Uint8Array): Uint8Array {
  // A plain Uint8Array of its own memory: a view would keep the whole chunk of the socket alive.
  const bytes = new Uint8Array(source.length)
  bytes.set(source)
  return bytes
}

/** `bytea`: a Uint8Array of its own memory. */
export const bytea: PostgresCodec<Uint8Array> = defineCodec({
  name: 'bytea',
  oid: 17,
  encode: (value) => {
    if (!isBytes(value)) throw refusal('bytea', value, 'a Uint8Array')
    return value
  },
  encodeItem: hex,
  decodeText: (buffer, start, end) => {
    const odd = (end - start) % 2 === 1
    if (odd || buffer[start] !== 0x5c || buffer[start + 1] !== 0x78) throw undecodable('bytea', buffer, start, end)
    return copy(Buffer.from(buffer.toString('latin1', start + 2, end), 'hex'))
  },
  decodeBinary: (buffer, start, end) => copy(buffer.subarray(start, end)),
  writeBinary: bytesBinary,
})

/** `void`, what a function without a result gives: null. */
export const voidType: PostgresCodec<null> = defineCodec<null>({
  name: 'void',
  oid: 2278,
  encode: (value) => {
    throw refusal('void', value, 'no value')
  },
  decodeText: () => null,
})

/** `int2vector` and `oidvector` of the catalogs: arrays of numbers. */
function vector(name: string, oid: number): PostgresCodec<number[]> {
  return defineCodec({
    name,
    oid,
    takesArrays: true,
    encode: (value) => {
      if (Array.isArray(value) && value.every((item) => Number.isInteger(item))) return value.join(' ')
      throw refusal(name, value, 'an array of integers')
    },
    decodeText: (buffer, start, end) => (start === end ? [] : ascii(buffer, start, end).split(' ').map(Number)),
  })
}

/** `int2vector` of the catalogs (the columns of an index): an array of numbers. */
export const int2vector: PostgresCodec<number[]> = vector('int2vector', 22)
/** `oidvector` of the catalogs (the arguments of a function): an array of numbers. */
export const oidvector: PostgresCodec<number[]> = vector('oidvector', 30)
