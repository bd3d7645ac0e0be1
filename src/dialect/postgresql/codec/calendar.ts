// Days and text of PostgreSQL's timestamps, by arithmetic alone: the process's time zone never enters.

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'))
const MILLISECONDS_PER_DAY = 86_400_000
/** The largest distance from 1970 that a Date holds, in milliseconds. */
export const MAXIMUM_DATE = 8.64e15

/** Days from 1970-01-01 of a date of the proleptic Gregorian calendar; the year 0 is 1 BC. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

/** A day as PostgreSQL writes it, `2024-02-29` or `0044-03-15 BC`; `days` are counted from 1970-01-01. */
export function civilFromDays(days: number): string {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  const years = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return `${years}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}${year > 0 ? '' : ' BC'}`
}

function digits(buffer: Buffer, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = (buffer[index] as number) - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/**
 * Milliseconds from 1970 of `2024-02-29 12:34:56.789012+02`, rounded down to the millisecond; NaN where the bytes are not
 * of this form (`infinity` is not).
 */
export function parseTimestamptz(buffer: Buffer, start: number, end: number): number {
  let dash = start
  while (dash < end && buffer[dash] !== 0x2d) dash++
  const bc = buffer[end - 1] === 0x43
  const stop = bc ? end - 3 : end
  if (dash - start < 4 || dash + 15 > stop) return Number.NaN
  const year = digits(buffer, start, dash - start)
  const days = daysFromCivil(bc ? 1 - year : year, digits(buffer, dash + 1, 2), digits(buffer, dash + 4, 2))
  const seconds = digits(buffer, dash + 7, 2) * 3600 + digits(buffer, dash + 10, 2) * 60 + digits(buffer, dash + 13, 2)
  let at = dash + 15
  let fraction = 0
  if (buffer[at] === 0x2e) {
    let weight = 100
    for (at++; at < stop; at++) {
      const digit = (buffer[at] as number) - 0x30
      if (digit < 0 || digit > 9) break
      if (weight >= 1) fraction += digit * weight
      weight /= 10
    }
  }
  return days * MILLISECONDS_PER_DAY + (seconds - parseOffset(buffer, at, stop)) * 1000 + fraction
}

/** Seconds of `+02`, `-03:30` or `+00:01:15`; NaN where the bytes are not of this form. */
function parseOffset(buffer: Buffer, start: number, end: number): number {
  const sign = buffer[start] === 0x2d ? -1 : buffer[start] === 0x2b ? 1 : Number.NaN
  let seconds = digits(buffer, start + 1, 2) * 3600
  if (start + 4 <= end && buffer[start + 3] === 0x3a) seconds += digits(buffer, start + 4, 2) * 60
  if (start + 7 <= end && buffer[start + 6] === 0x3a) seconds += digits(buffer, start + 7, 2)
  return sign * seconds
}

// The rows of a batch are often of the same day, and a day's text costs as much as the rest.
let lastDay = Number.NaN
let lastDayText = ''

/** A valid Date as PostgreSQL reads it: `2024-02-29 12:34:56.789+00`, with ` BC` before the year 1. */
export function formatTimestamptz(date: Date): string {
  const time = date.getTime()
  const day = Math.floor(time / MILLISECONDS_PER_DAY)
  if (day !== lastDay) {
    lastDay = day
    lastDayText = dayText(date)
  }
  const inDay = time - day * MILLISECONDS_PER_DAY
  const seconds = Math.floor(inDay / 1000)
  const minutes = Math.floor(seconds / 60)
  const clock = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`
  const fraction = String(1000 + inDay - seconds * 1000).slice(1)
  const text = `${lastDayText} ${clock}.${fraction}+00`
  return date.getUTCFullYear() > 0 ? text : `${text} BC`
}

function dayText(date: Date): string {
  const year = date.getUTCFullYear()
  const years = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return `${years}-${TWO_DIGITS[date.getUTCMonth() + 1]}-${TWO_DIGITS[date.getUTCDate()]}`
}
