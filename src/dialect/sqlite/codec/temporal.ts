// Codecs of dates, times and spans: text that sorts as the values do, and that SQLite's own functions read.
import { isDate as isDateObject } from '../../../expression/types/dates-and-bytes.ts'
import { isPlainObject } from '../../../expression/types/plain-object.ts'
import { Interval, textOfFields } from '../../interval.ts'
import { refusal } from '../../refusal.ts'
import { checkText, defineCodec, type SqliteCodec, type SqliteValue, unreadable } from './codec.ts'

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?$/
const ZONE = /(?:\s*(Z|UTC|[+-]\d\d(?::?\d\d)?))$/i
const MINUTE = 60_000

/** Days of a month, 1 to 12. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? []
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  return y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(y, m)
}

/** Digits of a second that are kept. */
const MICROSECONDS = 6

/**
 * A moment, or a time of day, in the form in which it is kept, rounded to so many digits of its second; null where that leads beyond
 * the last year or behind midnight. PostgreSQL counts from the year 2000: halves go away from it.
 */
export function atPrecision(text: string, digits: number): string | null {
  const point = text.indexOf('.')
  const fraction = Number(text.slice(point + 1, point + 1 + MICROSECONDS))
  const unit = 10 ** Math.max(0, MICROSECONDS - digits)
  const rest = fraction % unit
  const isUp = rest * 2 > unit || (rest * 2 === unit && (isTimeOfDay(text) || text >= '2000'))
  return withFraction(text, fraction - rest + (isUp ? unit : 0))
}

/** Finer than microseconds are rounded, as other databases round them. */
function inMicroseconds(text: string): string | null {
  const point = text.indexOf('.')
  if (text.length - point - 1 <= MICROSECONDS) return text
  const microseconds = Number(`0${text.slice(point)}`) * SECOND
  const floor = Math.floor(microseconds)
  const rest = microseconds - floor
  return withFraction(text, rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1)
}

const SECOND = 1_000_000

function isTimeOfDay(text: string): boolean {
  return text.indexOf('.') < 10
}

/** With so many microseconds behind its second, which may be the next one. */
function withFraction(text: string, microseconds: number): string | null {
  const second = text.slice(0, text.indexOf('.'))
  const fraction = String(microseconds % SECOND).padStart(MICROSECONDS, '0')
  if (microseconds < SECOND) return `${second}.${fraction}`
  const isTime = isTimeOfDay(text)
  const next = new Date(Date.parse(`${isTime ? '1970-01-01T' : ''}${second.replace(' ', 'T')}Z`) + 1000)
  if (next.getUTCFullYear() > 9999 || (isTime && next.getUTCDate() > 1)) return null
  return `${next
    .toISOString()
    .slice(isTime ? 11 : 0, 19)
    .replace('T', ' ')}.${fraction}`
}

/** `HH:MM:SS.ffffff`, always with all its digits, so that texts sort as times do; null for what is none. */
function timeText(text: string): string | null {
  const clock = clockText(text)
  return clock === null ? null : inMicroseconds(clock)
}

function clockText(text: string): string | null {
  const [whole, hours = '', minutes = '', seconds = '00', fraction = ''] = TIME.exec(text) ?? []
  if (whole === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null
  return `${hours}:${minutes}:${seconds}.${fraction.padEnd(MICROSECONDS, '0')}`
}

/** The time without zeros that say nothing, as other databases show it. */
function shortTime(text: string): string {
  const point = text.indexOf('.')
  if (point < 0) return text
  if (text.endsWith('.000000')) return text.slice(0, -7)
  const shown = text.replace(/0+$/, '')
  return shown.endsWith('.') ? shown.slice(0, -1) : shown
}

/** A date and a time of day out of one text; null for what is none. */
function stampText(text: string): string | null {
  const [date = '', time = '00:00', ...more] = text.split(/[ T]/)
  const clock = clockText(time)
  // `BC`, or what nobody knows.
  if (more.length > 0) return null
  return !isDate(date) || clock === null ? null : inMicroseconds(`${date} ${clock}`)
}

function given(name: string, value: unknown, expected: string): string {
  if (typeof value !== 'string') throw refusal(name, value, expected)
  return checkText(name, value).trim()
}

function textOf(name: string, value: SqliteValue): string {
  if (typeof value !== 'string') throw unreadable(name, value)
  return value
}

const DATE_EXPECTED = "a string such as '2024-02-29', from the year 1 to 9999"

/** DATE: a string `YYYY-MM-DD`. */
export const date: SqliteCodec = defineCodec({
  name: 'DATE',
  encode(value) {
    const text = given('DATE', value, DATE_EXPECTED)
    const [day = ''] = text.split(/[ T]/, 1)
    const isAlone = day.length === text.length
    if (!isDate(day) || !(isAlone || stampText(text.replace(ZONE, '')) !== null))
      throw refusal('DATE', value, DATE_EXPECTED)
    return day
  },
  decode(value) {
    const [day = ''] = textOf('DATE', value).split(/[ T]/, 1)
    if (!isDate(day)) throw unreadable('DATE', value)
    return day
  },
})

/** TIME: a string `HH:MM:SS[.ffffff]`. */
export const time: SqliteCodec = defineCodec({
  name: 'TIME',
  encode(value) {
    const expected = "a string such as '12:34:56.789'"
    const text = timeText(given('TIME', value, expected))
    if (text === null) throw refusal('TIME', value, expected)
    return text
  },
  decode(value) {
    const text = timeText(textOf('TIME', value))
    if (text === null) throw unreadable('TIME', value)
    return shortTime(text)
  },
})

/** TIME WITH TIME ZONE: a string `HH:MM:SS[.ffffff]+HH`. */
export const timetz: SqliteCodec = defineCodec({
  name: 'TIME WITH TIME ZONE',
  encode(value) {
    const expected = "a string such as '12:34:56+02'"
    const text = given('TIME WITH TIME ZONE', value, expected)
    const clock = timeText(text.replace(ZONE, ''))
    if (clock === null) throw refusal('TIME WITH TIME ZONE', value, expected)
    return `${clock}${offsetText(offsetOf(text))}`
  },
  decode(value) {
    const text = textOf('TIME WITH TIME ZONE', value)
    const clock = timeText(text.replace(ZONE, ''))
    if (clock === null) throw unreadable('TIME WITH TIME ZONE', value)
    return `${shortTime(clock)}${offsetText(offsetOf(text))}`
  },
})

/** Whether a text is in the form that is written here: others are read more slowly. */
function isOwn(value: SqliteValue): value is string {
  return typeof value === 'string' && value.length === 26 && value[10] === ' ' && value[19] === '.' && value[4] === '-'
}

const STAMP_EXPECTED = "a string such as '2024-02-29 12:34:56' (a Date would need a time zone to be read in)"

/** DATETIME: a string `YYYY-MM-DD HH:MM:SS[.ffffff]`, never a Date: it names no instant. */
export const timestamp: SqliteCodec = defineCodec({
  name: 'DATETIME',
  encode(value) {
    const text = stampText(given('DATETIME', value, STAMP_EXPECTED).replace(ZONE_BEHIND_TIME, '$1'))
    if (text === null) throw refusal('DATETIME', value, STAMP_EXPECTED)
    return text
  },
  decode(value) {
    if (isOwn(value)) return shortTime(value)
    const text = stampText(textOf('DATETIME', value).replace(ZONE_BEHIND_TIME, '$1'))
    if (text === null) throw unreadable('DATETIME', value)
    return shortTime(text)
  },
})

/** The wall clock of a text with a zone; a date alone ends in what looks like one. */
const ZONE_BEHIND_TIME = /(:\d\d(?:\.\d+)?)\s*(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$/i

/** Minutes east of Greenwich of `+02`, `-03:30`, `Z` at the end; 0 for none. */
function offsetOf(text: string): number {
  const zone = ZONE.exec(text)?.[1]
  if (zone === undefined || /^[a-z]/i.test(zone)) return 0
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)
  return zone.startsWith('-') ? -minutes : minutes
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const rest = size % 60
  const hours = String(Math.floor(size / 60)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

const INSTANT_EXPECTED = "a valid Date or a string such as '2024-02-29 12:34:56+00', from the year 1 to 9999"

/** An instant as the wall clock of UTC, to the microsecond. */
function instantText(value: unknown): string | null {
  if (isDateObject(value)) {
    const time = value.getTime()
    if (Number.isNaN(time) || value.getUTCFullYear() < 1 || value.getUTCFullYear() > 9999) return null
    return `${value.toISOString().slice(0, 23).replace('T', ' ')}000`
  }
  if (typeof value !== 'string') return null
  const text = checkText('TIMESTAMP WITH TIME ZONE', value).trim()
  const local = stampText(text.replace(ZONE_BEHIND_TIME, '$1'))
  if (local === null) return null
  const minutes = ZONE_BEHIND_TIME.test(text) ? offsetOf(text) : 0
  if (minutes === 0) return local
  const moved = new Date(Date.parse(`${local.slice(0, 19).replace(' ', 'T')}Z`) - minutes * MINUTE)
  const year = moved.getUTCFullYear()
  return year < 1 || year > 9999 ? null : moved.toISOString().slice(0, 19).replace('T', ' ') + local.slice(19)
}

function encodeInstant(value: unknown): string {
  const text = instantText(value)
  if (text === null) throw refusal('TIMESTAMP WITH TIME ZONE', value, INSTANT_EXPECTED)
  return text
}

function readInstant(value: SqliteValue): string {
  const text = instantText(textOf('TIMESTAMP WITH TIME ZONE', value))
  if (text === null) throw unreadable('TIMESTAMP WITH TIME ZONE', value)
  return text
}

/** TIMESTAMP WITH TIME ZONE: a Date; kept as the wall clock of UTC. Microseconds are cut to the Date's milliseconds. */
export const timestamptz: SqliteCodec = defineCodec({
  name: 'TIMESTAMP WITH TIME ZONE',
  encode: encodeInstant,
  decode(value) {
    const instant = new Date(`${(isOwn(value) ? value : readInstant(value)).slice(0, 23).replace(' ', 'T')}Z`)
    if (Number.isNaN(instant.getTime())) throw unreadable('TIMESTAMP WITH TIME ZONE', value)
    return instant
  },
})

/** The same as text to the microsecond, in UTC. */
export const timestamptzAsString: SqliteCodec = defineCodec({
  name: 'TIMESTAMP WITH TIME ZONE',
  encode: encodeInstant,
  decode: (value) => `${shortTime(readInstant(value))}+00`,
})

/** INTERVAL: an {@link Interval}, kept as text of ISO 8601. */
export const interval: SqliteCodec = defineCodec({
  name: 'INTERVAL',
  encode(value) {
    if (value instanceof Interval) return value.toString()
    if (typeof value === 'string') {
      const read = Interval.parse(value)
      if (read !== null) return read.toString()
    } else if (typeof value === 'object' && value !== null && isPlainObject(value)) return textOfFields(value)
    throw refusal(
      'INTERVAL',
      value,
      "an Interval, an object such as { days: 1, hours: 2 }, or a string such as 'P1DT2H'",
    )
  },
  decode(value) {
    const read = Interval.parse(textOf('INTERVAL', value))
    if (read === null) throw unreadable('INTERVAL', value)
    return read
  },
})
