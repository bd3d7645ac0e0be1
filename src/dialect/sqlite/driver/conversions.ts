// Functions that make of a value what a column of a type makes of it on PostgreSQL, or refuse it in its words.
import { DriverError } from '../../contract/driver.ts'
import type { SqliteValue } from '../codec/codec.ts'
import { atScale, decimalText } from '../codec/number.ts'
import { uuid } from '../codec/scalar.ts'
import { atPrecision } from '../codec/temporal.ts'
import type { OwnFunction, Stored } from './library.ts'

function refused(message: string, sqlState: string): DriverError {
  return new DriverError(message, { fields: { severity: 'ERROR', sqlState } })
}

/** NULL stays NULL. */
function conversion(name: string, arity: number, call: (value: SqliteValue, ...more: number[]) => Stored): OwnFunction {
  return {
    name,
    arity,
    deterministic: true,
    call: (value, ...more) => (value === null || value === undefined ? null : call(value, ...more.map(Number))),
  }
}

const NAMES: Readonly<Record<number, string>> = { 16: 'smallint', 32: 'integer', 64: 'bigint' }

/** A whole number of so many bits: halves are rounded away from zero. */
function toInteger(value: SqliteValue, bits: number): Stored {
  if (typeof value === 'object' || typeof value === 'string') return value
  const rounded = atScale(value, 0)
  const whole = typeof rounded === 'number' && Number.isFinite(rounded) ? BigInt(rounded) : rounded
  if (typeof whole === 'bigint' && BigInt.asIntN(bits, whole) === whole) return whole
  throw refused(`${NAMES[bits] ?? 'integer'} out of range`, '22003')
}

/** A decimal of so many digits, so many of them behind the point. */
function toNumeric(value: SqliteValue, precision: number, scale: number): Stored {
  const kept = atScale(value, scale)
  const size =
    typeof kept === 'bigint' ? Number(kept < 0n ? -kept : kept) : typeof kept === 'number' ? Math.abs(kept) : 0
  if (size < 10 ** (precision - scale)) return kept
  throw refused(
    `numeric field overflow: NUMERIC(${precision}, ${scale}) takes less than 10^${precision - scale}`,
    '22003',
  )
}

/** A text of so many characters at most; blanks behind them are cut off. */
function toLength(value: SqliteValue, length: number): Stored {
  const text = String(value)
  if (typeof value === 'object' || text.length <= length) return value
  const characters = [...text]
  if (characters.length <= length) return value
  if (characters.slice(length).every((each) => each === ' ')) return characters.slice(0, length).join('')
  throw refused(`value too long for type VARCHAR(${length})`, '22001')
}

/** A floating point number as PostgreSQL writes it: the fewest digits that tell it, an exponent for what is large or small. */
function doubleText(value: SqliteValue): string {
  if (typeof value !== 'number') return String(value)
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (!Number.isFinite(value) || (exponent >= -4 && exponent < 15)) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

const TRUTHS: readonly string[] = ['true', 'yes', 'on', '1']
const UNTRUTHS: readonly string[] = ['false', 'no', 'off', '0']

/** A truth value by its name, or by the beginning of one that no other has. */
function toBoolean(value: SqliteValue): Stored {
  const word = String(value).trim().toLowerCase()
  if (word !== '' && word !== 'o') {
    if (TRUTHS.some((each) => each.startsWith(word))) return 1n
    if (UNTRUTHS.some((each) => each.startsWith(word))) return 0n
  }
  throw refused('invalid input syntax for type boolean', '22P02')
}

function toUuid(value: SqliteValue): Stored {
  try {
    return uuid.encode(value)
  } catch (cause) {
    throw new DriverError('invalid input syntax for type uuid', {
      cause,
      fields: { severity: 'ERROR', sqlState: '22P02' },
    })
  }
}

/** A point of time, or a time of day, with so many digits of its second. */
function toPrecision(value: SqliteValue, digits: number): Stored {
  const [, text = '', zone = ''] = (typeof value === 'string' ? /^(.*\.\d+)(.*)$/.exec(value) : null) ?? []
  if (text === '') return value
  const kept = atPrecision(text, digits)
  if (kept === null) throw refused('date/time field value out of range', '22008')
  return kept + zone
}

const digitsOf = (digits: number | undefined): number | null => (digits === undefined || digits < 0 ? null : digits)

/** The functions; who writes SQL that calls them is this library. */
export const CONVERSIONS: readonly OwnFunction[] = [
  conversion('to_integer', 2, (value, bits) => toInteger(value, bits as number)),
  conversion('to_numeric', 3, (value, precision, scale) => toNumeric(value, precision as number, scale as number)),
  conversion('to_length', 2, (value, length) => toLength(value, length as number)),
  conversion('decimal_text', 3, (value, least, most) =>
    typeof value === 'object' ? value : decimalText(value, digitsOf(least), digitsOf(most)),
  ),
  conversion('double_text', 1, doubleText),
  conversion('to_precision', 2, (value, digits) => toPrecision(value, digits as number)),
  conversion('to_boolean', 1, toBoolean),
  conversion('to_uuid', 1, toUuid),
]
