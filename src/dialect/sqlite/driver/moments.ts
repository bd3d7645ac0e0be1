// Dates, times and spans of time as SQL computes with them: texts in, texts out.
import { DriverError } from '../../contract/driver.ts'
import { Interval } from '../../interval.ts'

/** The beginning of the unit that a moment lies in. */
export function dateTrunc(unit: string, given: string): string {
  const [date = '', clock = '00:00:00'] = given.split(/[ T]/)
  const [year = '', month = '', day = ''] = date.split('-')
  const [hour = '', minute = '', second = ''] = clock.split(':')
  const at = (to: string): string => `${to}.000000`
  switch (unit.toLowerCase().replace(/s$/, '')) {
    case 'year':
      return at(`${year}-01-01 00:00:00`)
    case 'quarter':
      return at(`${year}-${String(Math.floor((Number(month) - 1) / 3) * 3 + 1).padStart(2, '0')}-01 00:00:00`)
    case 'month':
      return at(`${year}-${month}-01 00:00:00`)
    case 'week': {
      const moment = new Date(`${year}-${month}-${day}T00:00:00Z`)
      moment.setUTCDate(moment.getUTCDate() - ((moment.getUTCDay() + 6) % 7))
      return at(`${moment.toISOString().slice(0, 10)} 00:00:00`)
    }
    case 'day':
      return at(`${date} 00:00:00`)
    case 'hour':
      return at(`${date} ${hour}:00:00`)
    case 'minute':
      return at(`${date} ${hour}:${minute}:00`)
    case 'second':
      return at(`${date} ${hour}:${minute}:${(second || '00').slice(0, 2)}`)
    default:
      throw new DriverError(`date_trunc() has no unit '${unit}'`)
  }
}

function readInterval(text: string): Interval {
  const read = Interval.parse(text)
  if (read === null) throw new DriverError(`'${text}' is no interval`)
  return read
}

const DAY_MICROSECONDS = 86_400_000_000n

function microsecondsOf(stamp: string): bigint {
  const [date = '', clock = '00:00:00'] = stamp.split(/[ T]/)
  const [seconds = '', fraction = ''] = clock.split('.')
  const milliseconds = Date.parse(`${date}T${seconds.length === 5 ? `${seconds}:00` : seconds}Z`)
  if (Number.isNaN(milliseconds)) throw new DriverError(`'${stamp}' is no date`)
  return BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

function stampOf(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n
  const moment = new Date(Number((microseconds - fraction) / 1000n))
  const year = moment.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw new DriverError('a moment is out of the years from 1 to 9999')
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')}.${String(fraction).padStart(6, '0')}`
}

/** Months first, at the end of a month that is too short; then days, then the time, as PostgreSQL does. */
function addInterval(stamp: string, { months, days, microseconds }: Interval, sign: 1 | -1): string {
  // A time of day moves around the clock.
  if (!stamp.includes('-')) {
    const moved = microsecondsOf(`2000-01-01 ${stamp}`) + BigInt(sign) * microseconds
    return stampOf(((moved % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS).slice(11)
  }
  let moment = microsecondsOf(stamp)
  if (months !== 0) {
    const inDay = ((moment % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS
    const day = new Date(Number((moment - inDay) / 1000n))
    const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + sign * months, 1))
    if (day.getUTCFullYear() < 100) first.setUTCFullYear(day.getUTCFullYear(), day.getUTCMonth() + sign * months, 1)
    const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
    first.setUTCDate(Math.min(day.getUTCDate(), last))
    moment = BigInt(first.getTime()) * 1000n + inDay
  }
  return stampOf(moment + BigInt(sign) * (BigInt(days) * DAY_MICROSECONDS + microseconds))
}

export function between(later: string, earlier: string): string {
  const difference = microsecondsOf(later) - microsecondsOf(earlier)
  return new Interval(0, Number(difference / DAY_MICROSECONDS), difference % DAY_MICROSECONDS).toString()
}

/** An interval moved by another, or a moment moved by an interval. */
export function moved(own: string, by: string, sign: 1 | -1): string {
  const step = readInterval(by)
  if (!own.startsWith('P')) return addInterval(own, step, sign)
  const { months, days, microseconds } = readInterval(own)
  return new Interval(
    months + sign * step.months,
    days + sign * step.days,
    microseconds + BigInt(sign) * step.microseconds,
  ).toString()
}

const MONTH_DAYS = 30n

/** What spans are compared by: a month has 30 days there, as on PostgreSQL. In microseconds, as far as 64 bits go. */
export function lengthOf(text: string): bigint {
  const { months, days, microseconds } = readInterval(text)
  return (BigInt(months) * MONTH_DAYS + BigInt(days)) * DAY_MICROSECONDS + microseconds
}

/** Milliseconds of a number of microseconds, seconds, ...: with the fraction that there is. */
function inUnits(microseconds: bigint, unit: bigint): number {
  return Number(microseconds / unit) + Number(microseconds % unit) / Number(unit)
}

const HOUR = 3_600_000_000n
const MINUTE = 60_000_000n
const SECOND = 1_000_000n

/** A part of a point of time, a time of day or a span, as PostgreSQL's `date_part()` tells it. */
export function datePart(given: string, value: string): number {
  const field = given.toLowerCase()
  if (value.startsWith('P')) return partOfSpan(field, readInterval(value))
  const isTime = !value.includes('-')
  const moment = microsecondsOf(isTime ? `1970-01-01 ${value}` : value)
  const inDay = ((moment % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS
  const ofClock = partOfClock(field, inDay)
  if (ofClock !== null) return ofClock
  if (field === 'epoch') return inUnits(moment, SECOND)
  if (isTime) throw new DriverError(`a time of day has no '${given}'`)
  if (field === 'julian')
    return Number((moment - inDay) / DAY_MICROSECONDS) + 2440588 + inUnits(inDay, DAY_MICROSECONDS)
  return partOfDay(field, value.slice(0, 10))
}

function partOfClock(field: string, inDay: bigint): number | null {
  switch (field) {
    case 'hour':
      return Number(inDay / HOUR)
    case 'minute':
      return Number((inDay % HOUR) / MINUTE)
    case 'second':
      return inUnits(inDay % MINUTE, SECOND)
    case 'milliseconds':
      return inUnits(inDay % MINUTE, 1000n)
    case 'microseconds':
      return Number(inDay % MINUTE)
    default:
      return null
  }
}

function partOfDay(field: string, day: string): number {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const moment = new Date(`${day}T00:00:00Z`)
  const weekday = moment.getUTCDay()
  switch (field) {
    case 'year':
      return year
    case 'month':
      return month
    case 'day':
      return date
    case 'quarter':
      return Math.floor((month + 2) / 3)
    case 'decade':
      return Math.floor(year / 10)
    case 'century':
      return Math.ceil(year / 100)
    case 'millennium':
      return Math.ceil(year / 1000)
    case 'dow':
      return weekday
    case 'isodow':
      return weekday === 0 ? 7 : weekday
    case 'doy':
      return Math.round((moment.getTime() - Date.parse(`${day.slice(0, 4)}-01-01T00:00:00Z`)) / 86_400_000) + 1
    case 'week':
    case 'isoyear': {
      // The week belongs to the year that its Thursday lies in.
      moment.setUTCDate(moment.getUTCDate() + 3 - ((weekday + 6) % 7))
      const first = new Date(moment)
      first.setUTCMonth(0, 1)
      if (field === 'isoyear') return moment.getUTCFullYear()
      return Math.floor((moment.getTime() - first.getTime()) / 604_800_000) + 1
    }
    default:
      throw new DriverError(`date_part() has no field '${field}'`)
  }
}

function partOfSpan(field: string, { months, days, microseconds }: Interval): number {
  switch (field) {
    case 'year':
      return Math.trunc(months / 12)
    case 'month':
      return months % 12
    case 'day':
      return days
    case 'epoch':
      // A year has 365.25 days there, and a month that is none of a year 30.
      return (
        Math.trunc(months / 12) * 31_557_600 + (months % 12) * 2_592_000 + days * 86_400 + inUnits(microseconds, SECOND)
      )
    default:
      return partOfClock(field, microseconds) ?? refuseField(field)
  }
}

function refuseField(field: string): never {
  throw new DriverError(`a span of time has no '${field}'`)
}

/** A moment, or a time of day, as other databases make a text of it: without zeros at the end, `T` between both within documents. */
export function momentText(text: string, separator: string, zone: string): string {
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return short.replace(/[ T]/, separator) + zone
}
