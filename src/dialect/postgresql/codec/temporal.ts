// Codecs of dates and times.
import { isDate } from '../../../expression/types/dates-and-bytes.ts'
import { ascii, checkLength, readInt32 } from './bytes.ts'
import { civilFromDays, formatTimestamptz, MAXIMUM_DATE, parseTimestamptz } from './calendar.ts'
import { type CodecDefinition, checkText, defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'
import { instantBinary, dateBinary as writeDate } from './write-binary.ts'

function temporalText(
  name: string,
  oid: number,
  example: string,
  binary: Pick<CodecDefinition<string>, 'decodeBinary' | 'writeBinary'> = {},
): PostgresCodec<string> {
  const expected = `a string such as '${example}' (a Date would need a time zone to be read in)`
  return defineCodec({
    name,
    oid,
    encode: (value) => {
      if (typeof value !== 'string') throw refusal(name, value, expected)
      return checkText(name, value)
    },
    decodeText: ascii,
    ...binary,
  })
}

// Days from 1970-01-01 to 2000-01-01, from which the binary format counts.
const DAYS_2000 = 10_957
const INFINITE_DAY = 0x7fffffff
/** Days whose text is kept: most dates of a table are of the same few years. */
const KEPT_DAYS = 4096
const keptDays: Int32Array = new Int32Array(KEPT_DAYS)
const keptTexts: string[] = new Array(KEPT_DAYS).fill('')

// The server takes twice as long for the text of a date as for its number.
function dayBinary(buffer: Buffer, start: number, end: number): string {
  checkLength('date', start, end, 4, buffer)
  const day = readInt32(buffer, start)
  const place = day & (KEPT_DAYS - 1)
  const kept = keptTexts[place] as string
  if (keptDays[place] === day && kept !== '') return kept
  if (day === INFINITE_DAY) return 'infinity'
  if (day === -INFINITE_DAY - 1) return '-infinity'
  const text = civilFromDays(day + DAYS_2000)
  keptDays[place] = day
  keptTexts[place] = text
  return text
}

/** `date`: a string `YYYY-MM-DD`, with ` BC` where it is; `infinity` and `-infinity` are strings too. */
export const date: PostgresCodec<string> = temporalText('date', 1082, '2024-02-29', {
  decodeBinary: dayBinary,
  writeBinary: writeDate,
})
/** `time`: a string `HH:MM:SS[.ffffff]`. */
export const time: PostgresCodec<string> = temporalText('time', 1083, '12:34:56.789')
/** `timetz`: a string `HH:MM:SS[.ffffff]+HH`. */
export const timetz: PostgresCodec<string> = temporalText('timetz', 1266, '12:34:56+02')
/** `timestamp`: a string `YYYY-MM-DD HH:MM:SS[.ffffff]`, never a Date: it names no instant. */
export const timestamp: PostgresCodec<string> = temporalText('timestamp', 1114, '2024-02-29 12:34:56')

// Milliseconds from 1970-01-01 to 2000-01-01, from which the binary format counts.
const EPOCH_2000 = 946_684_800_000

const REMEDY =
  "a Date cannot hold it: read the column as a string, by DateTime({ timezone: true, as: 'string' }), or select it with ::text"

function dateText(buffer: Buffer, start: number, end: number): Date {
  const milliseconds = parseTimestamptz(buffer, start, end)
  if (!(milliseconds <= MAXIMUM_DATE)) throw undecodable('timestamptz', buffer, start, end, REMEDY)
  return new Date(milliseconds)
}

function dateBinary(buffer: Buffer, start: number, end: number): Date {
  checkLength('timestamptz', start, end, 8, buffer)
  const high = readInt32(buffer, start)
  const low = readInt32(buffer, start + 4) >>> 0
  // Microseconds may exceed 2^53, so the division by 1000 is done in two steps of exact numbers.
  const quotient = Math.floor(high / 1000)
  const rest = (high - quotient * 1000) * 4294967296 + low
  const milliseconds = quotient * 4294967296 + Math.floor(rest / 1000) + EPOCH_2000
  if (milliseconds > MAXIMUM_DATE || high === -0x80000000) {
    const what = high === -0x80000000 ? '-infinity' : high === 0x7fffffff ? 'infinity' : 'a far instant'
    const shown = Buffer.from(what)
    throw undecodable('timestamptz', shown, 0, shown.length, REMEDY)
  }
  return new Date(milliseconds)
}

/**
 * `timestamptz`: a Date. Microseconds are cut (towards the past) to the Date's milliseconds; `infinity`, `-infinity` and
 * instants after the year 275760 raise. Parameters: Dates, or strings with everything the server reads.
 * @throws DriverError on reading an instant that a Date cannot hold.
 */
export const timestamptz: PostgresCodec<Date> = defineCodec({
  name: 'timestamptz',
  oid: 1184,
  encode: encodeTimestamptz,
  decodeText: dateText,
  decodeBinary: dateBinary,
  writeBinary: instantBinary,
})

/** `timestamptz` as the server's text in the session's time zone, to the microsecond, `infinity` included. */
export const timestamptzAsString: PostgresCodec<string> = defineCodec({
  name: 'timestamptz',
  oid: 1184,
  encode: encodeTimestamptz,
  decodeText: ascii,
  writeBinary: instantBinary,
})

function encodeTimestamptz(value: unknown): string {
  if (isDate(value) && !Number.isNaN(value.getTime())) return formatTimestamptz(value)
  if (typeof value === 'string') return checkText('timestamptz', value)
  throw refusal('timestamptz', value, "a valid Date or a string such as '2024-02-29 12:34:56+00'")
}
