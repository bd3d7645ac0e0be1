// Codecs of numbers. SQLite has 64-bit integers and doubles; decimals of up to 15 digits live in either without loss.
import { DriverError } from '../../contract/driver.ts'
import { refusal } from '../../refusal.ts'
import { defineCodec, type SqliteCodec, type SqliteValue, unreadable } from './codec.ts'

const INT8_LEAST = -(2n ** 63n)
const INT8_MOST = 2n ** 63n - 1n

function integer(name: string, least: number, most: number): SqliteCodec {
  const expected = `an integer from ${least} to ${most} (number or bigint)`
  return defineCodec({
    name,
    encode(value) {
      if (typeof value === 'number') {
        if (Number.isInteger(value) && value >= least && value <= most) return BigInt(value)
      } else if (typeof value === 'bigint' && value >= least && value <= most) return value
      throw refusal(name, value, expected)
    },
    decode(value) {
      // Beyond the safe integers a number may be another than the one that is stored.
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value
      if (typeof value === 'bigint') {
        const number = Number(value)
        if (Number.isSafeInteger(number)) return number
        throw unreadable('a number', value, 'it is beyond the safe integers: declare the column BigInteger')
      }
      throw unreadable(name, value)
    },
  })
}

/** SMALLINT: a number of 16 bits. */
export const int2: SqliteCodec = integer('SMALLINT', -32768, 32767)
/** INTEGER: a number of 32 bits, as on other databases; read as far as a number goes. */
export const int4: SqliteCodec = integer('INTEGER', -2147483648, 2147483647)

/** BIGINT: a bigint of 64 bits; safe integers are taken as numbers too. */
export const int8: SqliteCodec = defineCodec({
  name: 'BIGINT',
  wide: true,
  encode(value) {
    if (typeof value === 'bigint' ? value >= INT8_LEAST && value <= INT8_MOST : Number.isSafeInteger(value))
      return BigInt(value as bigint | number)
    throw refusal('BIGINT', value, `a bigint from ${INT8_LEAST} to ${INT8_MOST}, or a number that is a safe integer`)
  },
  decode(value) {
    if (typeof value === 'bigint') return value
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
    throw unreadable('BIGINT', value)
  },
})

/** REAL: a number. NaN is refused, as SQLite would store NULL. */
export const real: SqliteCodec = defineCodec({
  name: 'FLOAT',
  encode(value) {
    if (typeof value === 'number' && !Number.isNaN(value)) return value
    if (typeof value === 'bigint' && BigInt(Number(value)) === value) return Number(value)
    throw refusal('FLOAT', value, 'a number other than NaN, which SQLite cannot store')
  },
  decode(value) {
    if (typeof value === 'number') return value
    if (typeof value === 'bigint') return Number(value)
    throw unreadable('FLOAT', value)
  },
})

/** The shortest decimal that the nearest number of 32 bits is told by; null where there is none. */
function single(value: number): number | null {
  const near = Math.fround(value)
  if (!Number.isFinite(near)) return Number.isFinite(value) ? null : value
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(near.toPrecision(digits))
    if (Math.fround(short) === near) return short
  }
  return Number(near.toPrecision(9))
}

/** FLOAT of 24 bits at most, a number of some 7 digits. */
export const float4: SqliteCodec = defineCodec({
  ...real,
  name: 'FLOAT',
  encode(value) {
    const given = real.encode(value) as number
    const kept = single(given)
    if (kept !== null) return kept
    throw new DriverError('value out of range for a FLOAT of 24 bits', {
      sent: false,
      fields: { severity: 'ERROR', sqlState: '22003' },
    })
  },
})

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/
/** Decimals of so many digits survive the way through a double. */
const DIGITS = 15
/** Below, doubles keep fewer, and at last none. */
const LEAST = 1e-290

/** A decimal as digits and a power of ten: -12.5 is `{ negative: true, digits: '125', exponent: -1 }`. */
interface Decimal {
  readonly negative: boolean
  /** Without leading and trailing zeros; empty for zero. */
  readonly digits: string
  readonly exponent: number
}

function decimalOf(text: string): Decimal | null {
  const [whole, sign = '', before = '', behind = '', power = '0'] = DECIMAL.exec(text) ?? []
  if (whole === undefined || before + behind === '') return null
  const all = (before + behind).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  return {
    negative: sign === '-' && digits !== '',
    digits,
    exponent: digits === '' ? 0 : Number(power) - behind.length + all.length - digits.length,
  }
}

/** @throws DriverError the value is no decimal, or has more digits than SQLite's numbers keep. */
function encodeDecimal(value: unknown): SqliteValue {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  const decimal = typeof text === 'string' ? decimalOf(text) : null
  if (decimal === null)
    throw refusal('NUMERIC', value, "a decimal string such as '12.50', a number or a bigint; SQLite has no NaN")
  const { negative, digits, exponent } = decimal
  if (exponent >= 0 && exponent <= 19) {
    const whole = BigInt(`${negative ? '-' : ''}${digits === '' ? '0' : digits}${'0'.repeat(exponent)}`)
    if (whole >= INT8_LEAST && whole <= INT8_MOST) return whole
  }
  const number = Number(text)
  const isKept = Number.isFinite(number) && Math.abs(number) >= LEAST
  if (digits.length <= DIGITS && isKept) return number
  throw new DriverError(
    `NUMERIC does not take a decimal of ${digits.length} digits${isKept ? '' : ' and this size'} on SQLite, whose numbers keep ${DIGITS} (whole ones 64 bits): ` +
      "declare the column Numeric(...).withVariant(Text, 'sqlite') where it needs more",
    { sent: false },
  )
}

/** A decimal rounded to so many digits behind the point, half away from zero; null for what is none, or has none to lose. */
export function rounded(value: unknown, scale: number): string | null {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  const decimal = typeof text === 'string' ? decimalOf(text) : null
  if (decimal === null || Math.abs(decimal.exponent) > MOST_ZEROS) return null
  if (scale >= 0) return scaled(plain(decimal), scale)
  const whole = BigInt(scaled(plain(decimal), 0))
  return String(roundedToTens(whole, 10n ** BigInt(Math.min(-scale, MOST_ZEROS))))
}

/** A decimal as a whole number of units of the last of so many digits behind the point. */
function inUnits({ negative, digits, exponent }: Decimal, scale: number): bigint {
  const units = BigInt(digits === '' ? '0' : digits) * 10n ** BigInt(exponent + scale)
  return negative ? -units : units
}

/** What is left of a division of decimals, exactly; null where the second is zero, or either is none. */
export function remainderOf(value: SqliteValue, by: SqliteValue): SqliteValue | null {
  const [one, other] = [decimalOf(textOfNumber(value)), decimalOf(textOfNumber(by))]
  if (one === null || other === null || other.digits === '') return null
  const scale = Math.max(0, -one.exponent, -other.exponent)
  if (scale > MOST_ZEROS) return null
  const left = inUnits(one, scale) % inUnits(other, scale)
  return encodeDecimal(scaled(`${left < 0n ? '-' : ''}${pointed(left < 0n ? -left : left, scale)}`, scale))
}

function textOfNumber(value: SqliteValue): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(DIGITS))) : String(value)
}

function pointed(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, '0')
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** A number rounded as it is when a column of so many digits behind the point keeps it. */
export function atScale(value: SqliteValue, scale: number): SqliteValue {
  if (typeof value === 'object') return value
  if (scale < 0) return inTens(value, 10n ** BigInt(Math.min(-scale, 30)))
  if (typeof value === 'bigint') return value
  const text = rounded(textOfNumber(value), scale)
  return text === null ? value : encodeDecimal(text)
}

/** To the next ten, hundred, ...: halves away from zero. */
function inTens(value: Exclude<SqliteValue, Uint8Array>, unit: bigint): SqliteValue {
  return encodeDecimal(String(roundedToTens(BigInt(String(atScale(value, 0))), unit)))
}

function roundedToTens(whole: bigint, unit: bigint): bigint {
  const size = whole < 0n ? -whole : whole
  const kept = ((size + unit / 2n) / unit) * unit
  return whole < 0n ? -kept : kept
}

/** A number without the digits behind so many, as PostgreSQL's `trunc()` of two arguments. */
export function truncated(value: SqliteValue, scale: number): SqliteValue | null {
  const decimal = decimalOf(textOfNumber(value))
  if (decimal === null || Math.abs(decimal.exponent) > MOST_ZEROS) return null
  const cut = decimal.exponent >= -scale ? 0n : 10n ** BigInt(-scale - decimal.exponent)
  if (cut === 0n) return value
  const kept = BigInt(decimal.digits) / cut
  return encodeDecimal(plain({ negative: decimal.negative && kept !== 0n, digits: kept.toString(), exponent: -scale }))
}

/** Beyond so many zeros a decimal is out of all bounds, and is told so by its own codec. */
const MOST_ZEROS = 1000

/** The shortest decimal of a number, without an exponent. */
function plainText(text: string): string {
  const decimal = decimalOf(text)
  return decimal === null ? text : plain(decimal)
}

function plain({ negative, digits, exponent }: Decimal): string {
  const sign = negative ? '-' : ''
  if (digits === '') return '0'
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}

/** With so many digits behind the point: padded, or rounded half away from zero, as other databases round when they store. */
function scaled(text: string, scale: number): string {
  const [, sign = '', before = '', behind = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (before === '' || scale < 0) return text
  if (behind.length <= scale) return scale === 0 ? `${sign}${before}` : `${sign}${before}.${behind.padEnd(scale, '0')}`
  const kept = BigInt(before + behind.slice(0, scale)) + ((behind[scale] ?? '0') >= '5' ? 1n : 0n)
  const digits = kept.toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${kept === 0n ? '' : sign}${scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`}`
}

/** @param least so many digits behind the point at least, @param most and no more; null for as many as there are */
export function decimalText(value: SqliteValue, least: number | null, most: number | null): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw unreadable('NUMERIC', value)
  if (typeof value === 'object') throw unreadable('NUMERIC', value)
  // Sums of doubles may be off in digits that no decimal of theirs had.
  const text = typeof value === 'number' ? plainText(value.toPrecision(DIGITS)) : String(value)
  if (typeof value === 'string' && decimalOf(value) === null) throw unreadable('NUMERIC', value)
  if (most !== null) return scaled(text, most)
  return least === null || digitsBehind(text) >= least ? text : scaled(text, least)
}

function digitsBehind(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

/**
 * NUMERIC as a string: with the column's digits behind the point, as other databases give it.
 *
 * @param most null where more digits are kept, as those of a product are; `scale` are the least then
 */
export function numeric(scale: number | null, most: number | null = scale): SqliteCodec {
  return defineCodec({
    name: 'NUMERIC',
    wide: true,
    encode: encodeDecimal,
    decode: (value) => decimalText(value, scale, most),
  })
}

/** NUMERIC as a number; raises where no number stands for the value. */
export const numericAsNumber: SqliteCodec = defineCodec({
  name: 'NUMERIC',
  wide: true,
  encode: encodeDecimal,
  decode(value) {
    const number = Number(decimalText(value, null, null))
    if (typeof value === 'bigint' && BigInt(number) !== value)
      throw unreadable('a number', value, 'no number stands for it: read the numeric as a string')
    return number
  },
})
