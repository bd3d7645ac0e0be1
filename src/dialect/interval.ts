// `Interval`: an exact value of months, days and microseconds, as PostgreSQL keeps it.
import { ArgumentError } from '../errors.ts'
import { quoteName, suggestion } from '../nearest.ts'
import { DriverError } from './contract/driver.ts'
import { describeValue } from './refusal.ts'

/** What an {@link Interval} can be made of; each a whole number, positive or negative. */
export interface IntervalFields {
  readonly years?: number
  readonly months?: number
  readonly weeks?: number
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly milliseconds?: number
  readonly microseconds?: number | bigint
}

const FIELDS = [
  'years',
  'months',
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
  'microseconds',
] as const

/**
 * A span of time as PostgreSQL keeps it: three numbers that do not convert into each other, because a month has no fixed
 * number of days and a day none of hours.
 *
 * @example
 *     Interval.of({ months: 1, days: -3, hours: 4 }).toString()      // 'P1M-3DT4H'
 */
export class Interval {
  readonly months: number
  readonly days: number
  readonly microseconds: bigint

  constructor(months: number, days: number, microseconds: bigint) {
    this.months = months
    this.days = days
    this.microseconds = microseconds
    Object.freeze(this)
  }

  /**
   * The interval of the fields' sum.
   * @throws ArgumentError for an unknown field or a value that is not a whole number.
   */
  static of(fields: IntervalFields): Interval {
    if (typeof fields !== 'object' || fields === null)
      throw new ArgumentError('An interval is made of an object of fields, such as { days: 1, hours: 2 }')
    for (const key of Object.keys(fields))
      if (!(FIELDS as readonly string[]).includes(key))
        throw new ArgumentError(`An interval has no field ${quoteName(key)}${suggestion(key, FIELDS)}`)
    const whole = (field: (typeof FIELDS)[number]): bigint => {
      const value = fields[field] ?? 0
      if (typeof value === 'bigint') return value
      if (Number.isSafeInteger(value)) return BigInt(value)
      throw new ArgumentError(`The field ${field} of an interval is a whole number, not ${describeValue(value)}`)
    }
    const seconds = whole('hours') * 3600n + whole('minutes') * 60n + whole('seconds')
    return new Interval(
      Number(whole('years') * 12n + whole('months')),
      Number(whole('weeks') * 7n + whole('days')),
      seconds * 1_000_000n + whole('milliseconds') * 1000n + whole('microseconds'),
    )
  }

  /**
   * Reads ISO 8601 (`P1Y2M-3DT4H5M6.789S`) and the form that PostgreSQL shows (`1 year 2 mons -3 days +04:05:06.789`).
   * @returns null where the text is neither.
   */
  static parse(text: string): Interval | null {
    return text.startsWith('P') ? parseIso(text) : parseVerbose(text.trim())
  }

  /** The ISO 8601 form that PostgreSQL reads: `P1Y2M-3DT4H5M6.789S`. */
  toString(): string {
    const years = Math.trunc(this.months / 12)
    const days = `${part(years, 'Y')}${part(this.months - years * 12, 'M')}${part(this.days, 'D')}`
    const negative = this.microseconds < 0n
    const total = negative ? -this.microseconds : this.microseconds
    const sign = negative ? '-' : ''
    const hours = total / 3_600_000_000n
    const minutes = (total / 60_000_000n) % 60n
    const fraction = String(total % 1_000_000n)
      .padStart(6, '0')
      .replace(/0+$/, '')
    const seconds = `${(total / 1_000_000n) % 60n}${fraction === '' ? '' : `.${fraction}`}`
    const clock =
      (hours === 0n ? '' : `${sign}${hours}H`) +
      (minutes === 0n ? '' : `${sign}${minutes}M`) +
      (seconds === '0' ? '' : `${sign}${seconds}S`)
    if (clock === '') return days === '' ? 'PT0S' : `P${days}`
    return `P${days}T${clock}`
  }

  /** The same as {@link toString}, because JSON has no bigint. */
  toJSON(): string {
    return this.toString()
  }
}

/**
 * The text of an interval that a parameter gives by its fields.
 * @throws DriverError as {@link Interval.of}, in the words of codecs.
 */
export function textOfFields(fields: object): string {
  try {
    return Interval.of(fields).toString()
  } catch (cause) {
    if (!(cause instanceof ArgumentError)) throw cause
    throw new DriverError(cause.message, { sent: false, cause })
  }
}

function part(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`
}

const ISO =
  /^P(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:\.\d{1,6})?)S)?)?$/

function parseIso(text: string): Interval | null {
  const parts = ISO.exec(text)
  if (parts === null || text.endsWith('P') || text.endsWith('T')) return null
  const [years, months, weeks, days, hours, minutes] = parts.slice(1, 7).map((each) => Number(each ?? 0))
  const whole = (BigInt(hours ?? 0) * 3600n + BigInt(minutes ?? 0) * 60n) * 1_000_000n
  return new Interval(
    (years ?? 0) * 12 + (months ?? 0),
    (weeks ?? 0) * 7 + (days ?? 0),
    whole + microsecondsOf(parts[7] ?? '0'),
  )
}

/** Seconds with their fraction. */
function microsecondsOf(seconds: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(seconds) ?? []
  const size = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return sign === '-' ? -size : size
}

const VERBOSE = /^([+-]?\d+) (year|mon|month|week|day|hour|minute|second)s?(?: |$)/
const CLOCK_END = /^([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?$/
const UNITS: Readonly<Record<string, keyof IntervalFields>> = { mon: 'months' }

function parseVerbose(text: string): Interval | null {
  const fields: { -readonly [K in keyof IntervalFields]: number } = {}
  let rest = text
  for (let part = VERBOSE.exec(rest); part !== null; part = VERBOSE.exec(rest)) {
    const unit = UNITS[part[2] ?? ''] ?? (`${part[2]}s` as keyof IntervalFields)
    fields[unit] = Number(part[1])
    rest = rest.slice(part[0].length)
  }
  const [clock, sign, hours = '0', minutes = '0', seconds = '0'] = CLOCK_END.exec(rest) ?? []
  if (clock === undefined && (rest !== '' || text === '')) return null
  const { months, days, microseconds } = Interval.of(fields)
  const size = (BigInt(hours) * 3600n + BigInt(minutes) * 60n) * 1_000_000n + microsecondsOf(seconds)
  return new Interval(months, days, microseconds + (sign === '-' ? -size : size))
}
