// Codecs of values on their way into a column of a length or a number of digits, which SQLite itself does not mind.
import type { NumericType } from '../../expression/types/numeric.ts'
import type { StringType } from '../../expression/types/string.ts'
import type { TimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { DriverError } from '../contract/driver.ts'
import { Interval } from '../interval.ts'
import { refusal } from '../refusal.ts'
import type { SqliteCodec } from './codec/codec.ts'
import { rounded } from './codec/number.ts'
import { atPrecision } from './codec/temporal.ts'
import { typeCodec } from './type-codec.ts'
import { HOST } from './type-name.ts'

const TEXTS: ReadonlySet<string> = new Set(['string', 'char', 'nchar', 'nvarchar'])

/**
 * The codec of what is written into a column of the type: what a column of another database would round or refuse is rounded
 * or refused here. Elsewhere values are as they are, as `price > 0.005` is no matter of the column's digits.
 */
export function writtenCodec(given: SqlType): SqliteCodec | null {
  const type = given.forDialect(HOST)
  const codec = typeCodec(given)
  if (codec === null) return null
  if (TEXTS.has(type.kind)) return fittingText(type as SqlType as StringType, codec)
  if (type.kind === 'numeric' || type.kind === 'decimal') return fittingNumber(type as unknown as NumericType, codec)
  const { precision } = type as SqlType as TimeType
  if (typeof precision !== 'number') return codec
  if (type.affinity === 'datetime' || type.affinity === 'time') return roundedMoment(precision, codec)
  return type.affinity === 'interval' ? roundedSpan(precision, codec) : codec
}

/** Points of time and times of day with fewer digits of a second. */
function roundedMoment(precision: number, codec: SqliteCodec): SqliteCodec {
  return {
    ...codec,
    encode(value) {
      // A zone stands behind the digits of a time of day.
      const [, text = '', zone = ''] = /^(.*\.\d+)(.*)$/.exec(codec.encode(value) as string) ?? []
      const kept = atPrecision(text, precision)
      if (kept === null)
        throw refusal(codec.name, value, `what is none of the next day with ${precision} digits of a second`)
      return kept + zone
    },
  }
}

function roundedSpan(precision: number, codec: SqliteCodec): SqliteCodec {
  return {
    ...codec,
    encode(value) {
      const { months, days, microseconds } = codec.decode(codec.encode(value)) as Interval
      const unit = 10n ** BigInt(Math.max(0, 6 - precision))
      const half = microseconds < 0n ? -unit / 2n : unit / 2n
      return new Interval(months, days, ((microseconds + half) / unit) * unit).toString()
    },
  }
}

function fittingText({ length }: StringType, codec: SqliteCodec): SqliteCodec {
  if (length === null) return codec
  return {
    ...codec,
    encode(value) {
      const text = codec.encode(value) as string
      if (text.length <= length) return text
      const characters = [...text]
      if (characters.length <= length) return text
      // Blanks at the end are cut off, as the standard wants it.
      if (characters.slice(length).every((each) => each === ' ')) return characters.slice(0, length).join('')
      throw new DriverError(`value too long for type ${codec.name}(${length})`, {
        sent: false,
        fields: { severity: 'ERROR', sqlState: '22001' },
      })
    },
  }
}

function fittingNumber({ precision, scale }: NumericType, codec: SqliteCodec): SqliteCodec {
  if (precision === null) return codec
  const digits = scale ?? 0
  const least = 10n ** BigInt(precision)
  return {
    ...codec,
    encode(value) {
      const text = rounded(value, digits)
      if (text === null) return codec.encode(value)
      if (unitsOf(text) < least * 10n ** BigInt(Math.max(0, -digits))) return codec.encode(text)
      throw new DriverError(
        `numeric field overflow: NUMERIC(${precision}, ${digits}) takes less than 10^${precision - digits}`,
        {
          sent: false,
          fields: { severity: 'ERROR', sqlState: '22003' },
        },
      )
    },
  }
}

/** A decimal without its sign and its point: a whole number of units of its last digit. */
function unitsOf(text: string): bigint {
  return BigInt(text.replace(/[-.]/g, ''))
}
