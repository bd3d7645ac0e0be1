// Codecs of the numeric types.
import { ascii, checkLength, integerText, readInt32 } from './bytes.ts'
import { defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'
import { bigintBinary, doubleBinary, integerBinary } from './write-binary.ts'

function encodeInteger(type: string, minimum: number, maximum: number): (value: unknown) => string {
  const expected = `an integer from ${minimum} to ${maximum} (number or bigint)`
  return (value) => {
    if (typeof value === 'number') {
      if (Number.isInteger(value) && value >= minimum && value <= maximum) return String(value)
    } else if (typeof value === 'bigint' && value >= minimum && value <= maximum) {
      return String(value)
    }
    throw refusal(type, value, expected)
  }
}

/** `smallint`: a number. */
export const int2: PostgresCodec<number> = defineCodec({
  name: 'int2',
  oid: 21,
  bare: true,
  encode: encodeInteger('int2', -32768, 32767),
  decodeText: integerText('int2'),
  decodeBinary: (buffer, start, end) => {
    checkLength('int2', start, end, 2, buffer)
    return (((buffer[start] as number) << 24) >> 16) | (buffer[start + 1] as number)
  },
  writeBinary: integerBinary(2, -32768, 32767),
})

/** `integer`: a number. */
export const int4: PostgresCodec<number> = defineCodec({
  name: 'int4',
  oid: 23,
  bare: true,
  encode: encodeInteger('int4', -2147483648, 2147483647),
  decodeText: integerText('int4'),
  decodeBinary: (buffer, start, end) => {
    checkLength('int4', start, end, 4, buffer)
    return readInt32(buffer, start)
  },
  writeBinary: integerBinary(4, -2147483648, 2147483647),
})

function unsigned(name: string, oid: number): PostgresCodec<number> {
  return defineCodec({
    name,
    oid,
    bare: true,
    encode: encodeInteger(name, 0, 4294967295),
    decodeText: integerText(name),
    decodeBinary: (buffer, start, end) => {
      checkLength(name, start, end, 4, buffer)
      return readInt32(buffer, start) >>> 0
    },
    writeBinary: integerBinary(4, 0, 4294967295),
  })
}

/** `oid`: a number. */
export const oid: PostgresCodec<number> = unsigned('oid', 26)
/** `xid`, the number of a transaction: a number. */
export const xid: PostgresCodec<number> = unsigned('xid', 28)
/** `cid`, the number of a command in its transaction: a number. */
export const cid: PostgresCodec<number> = unsigned('cid', 29)

function encodeBigint(type: string, minimum: bigint, maximum: bigint): (value: unknown) => string {
  const expected = `a bigint from ${minimum} to ${maximum}, or a number that is a safe integer`
  return (value) => {
    if (typeof value === 'bigint' ? value <= maximum : Number.isSafeInteger(value)) {
      if ((value as bigint | number) >= minimum) return String(value)
    }
    throw refusal(type, value, expected)
  }
}

function bigintText(type: string): (buffer: Buffer, start: number, end: number) => bigint {
  const short = integerText(type)
  return (buffer, start, end) => {
    if (end - start <= 15) return BigInt(short(buffer, start, end))
    const text = ascii(buffer, start, end)
    if (!/^-?\d+$/.test(text)) throw undecodable(type, buffer, start, end)
    return BigInt(text)
  }
}

function readBigint(type: string): (buffer: Buffer, start: number, end: number) => bigint {
  return (buffer, start, end) => {
    checkLength(type, start, end, 8, buffer)
    const high = readInt32(buffer, start)
    const low = readInt32(buffer, start + 4) >>> 0
    // One conversion from a number that is exact costs half of composing two.
    if (high >= -0x100000 && high < 0x100000) return BigInt(high * 4294967296 + low)
    return (BigInt(high) << 32n) | BigInt(low)
  }
}

/** `bigint`: a bigint; safe integers are taken as parameters too. */
export const int8: PostgresCodec<bigint> = defineCodec({
  name: 'int8',
  oid: 20,
  bare: true,
  encode: encodeBigint('int8', -(2n ** 63n), 2n ** 63n - 1n),
  decodeText: bigintText('int8'),
  decodeBinary: readBigint('int8'),
  writeBinary: bigintBinary,
})

/** `xid8`: a bigint. */
export const xid8: PostgresCodec<bigint> = defineCodec({
  name: 'xid8',
  oid: 5069,
  bare: true,
  encode: encodeBigint('xid8', 0n, 2n ** 64n - 1n),
  decodeText: bigintText('xid8'),
})

/** `bigint` as a number; raises where the number is beyond the safe integers. */
export const int8AsNumber: PostgresCodec<number> = defineCodec({
  name: 'int8',
  oid: 20,
  bare: true,
  encode: int8.encode,
  writeBinary: bigintBinary,
  decodeText: (buffer, start, end) => safeNumber(int8.decodeText(buffer, start, end), buffer, start, end),
})

function safeNumber(value: bigint, buffer: Buffer, start: number, end: number): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw undecodable('a number', buffer, start, end, 'it is beyond the safe integers: read the column as a bigint')
}

function encodeFloat(type: string): (value: unknown) => string {
  return (value) => {
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
    if (typeof value === 'bigint' && BigInt(Number(value)) === value) return String(value)
    throw refusal(type, value, 'a number')
  }
}

function floatText(type: string): (buffer: Buffer, start: number, end: number) => number {
  return (buffer, start, end) => {
    const text = ascii(buffer, start, end)
    const value = Number(text)
    if (text === '' || (Number.isNaN(value) && text !== 'NaN')) throw undecodable(type, buffer, start, end)
    return value
  }
}

/** `real`: the number whose shortest decimal form PostgreSQL shows, so `0.1` comes back as `0.1`. */
export const float4: PostgresCodec<number> = defineCodec({
  name: 'float4',
  oid: 700,
  bare: true,
  encode: encodeFloat('float4'),
  decodeText: floatText('float4'),
})

/** `double precision`: a number, with NaN, the infinities and -0. */
export const float8: PostgresCodec<number> = defineCodec({
  name: 'float8',
  oid: 701,
  bare: true,
  encode: encodeFloat('float8'),
  decodeText: floatText('float8'),
  decodeBinary: (buffer, start, end) => {
    checkLength('float8', start, end, 8, buffer)
    return buffer.readDoubleBE(start)
  },
  writeBinary: doubleBinary,
})

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^NaN$|^[+-]?Infinity$/

function encodeNumeric(value: unknown): string {
  if (typeof value === 'string' && DECIMAL.test(value)) return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw refusal('numeric', value, "a decimal string such as '12.50', a number or a bigint")
}

/** `numeric`: a string, because no JavaScript number holds every decimal. Strings, numbers and bigints are taken as parameters. */
export const numeric: PostgresCodec<string> = defineCodec({
  name: 'numeric',
  oid: 1700,
  bare: true,
  encode: encodeNumeric,
  decodeText: ascii,
})

/**
 * `numeric` as a number. A value is taken only if the number prints as the same decimal (`0.1` does, `1.50` reads as 1.5,
 * `12345678901234567.89` does not).
 * @throws DriverError on reading a value that no number stands for.
 */
export const numericAsNumber: PostgresCodec<number> = defineCodec({
  name: 'numeric',
  oid: 1700,
  bare: true,
  encode: encodeNumeric,
  decodeText: (buffer, start, end) => {
    const text = ascii(buffer, start, end)
    const value = Number(text)
    // The column may be of another type than the one that was told.
    if (text === '' || (Number.isNaN(value) && text !== 'NaN')) throw undecodable('numeric', buffer, start, end)
    // Every decimal of up to 15 digits survives the way through a double.
    if (end - start <= 15 || canonical(text) === canonical(plain(value))) return value
    throw undecodable('a number', buffer, start, end, 'no number stands for it: read the numeric as a string')
  },
})

/** The decimal without sign of zero, leading and trailing zeros. */
function canonical(text: string): string {
  const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
  if (match === null) return text
  const [, sign = '', whole = '', fraction = ''] = match
  return whole === '' && fraction === '' ? '0' : `${sign}${whole}.${fraction}`
}

/** The shortest decimal form of a number, without an exponent. */
function plain(value: number): string {
  const text = String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (match === null) return text
  const [, sign = '', first = '', rest = '', power = '0'] = match
  const exponent = Number(power)
  const digits = first + rest
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  return `${sign}${digits.padEnd(exponent + 1, '0')}`
}
