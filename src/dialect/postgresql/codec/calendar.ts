// Days and text of PostgreSQL's timestamps, by arithmetic alone: the process's time zone never enters.

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

/** A valid Date as PostgreSQL reads it: `2024-02-29 12:34:56.789+00`, with ` BC` before the year 1. */
export function formatTimestamptz(date: Date): string {
  const iso = date.toISOString()
  // The usual form is `2024-02-29T12:34:56.789Z`; other years begin with a sign and have six digits.
  if (iso.length === 24 && !iso.startsWith('0000')) return `${iso.slice(0, 10)} ${iso.slice(11, 23)}+00`
  const year = date.getUTCFullYear()
  const rest = iso.slice(iso.length - 20, iso.length - 1).replace('T', ' ')
  return year > 0 ? `${year}${rest}+00` : `${String(1 - year).padStart(4, '0')}${rest}+00 BC`
}
