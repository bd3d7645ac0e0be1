// The interval type.
import { isPlainObject } from '../../../expression/types/plain-object.ts'
import { Interval, type IntervalFields, textOfFields } from '../../interval.ts'
import { ascii, checkLength, readInt32 } from './bytes.ts'
import { checkText, defineCodec, type PostgresCodec, refusal, undecodable } from './codec.ts'

const CLOCK = /^([+-])?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/
const REMEDY = 'select it with ::text'

/** Reads `1 year 2 mons -3 days +04:05:06.789`, the form of IntervalStyle `postgres`. */
function intervalText(buffer: Buffer, start: number, end: number): Interval {
  const words = ascii(buffer, start, end).split(' ')
  let months = 0
  let days = 0
  let microseconds = 0n
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    const clock = CLOCK.exec(word)
    if (clock !== null) {
      const [, sign, hours = '', minutes = '', seconds = '', fraction = ''] = clock
      const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)
      const total = whole * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
      microseconds = sign === '-' ? -total : total
      continue
    }
    const count = Number(word)
    const unit = words[++index] ?? ''
    if (!Number.isInteger(count)) throw undecodable('interval', buffer, start, end, REMEDY)
    if (unit.startsWith('year')) months += count * 12
    else if (unit.startsWith('mon')) months += count
    else if (unit.startsWith('day')) days += count
    else throw undecodable('interval', buffer, start, end, REMEDY)
  }
  return new Interval(months, days, microseconds)
}

function intervalBinary(buffer: Buffer, start: number, end: number): Interval {
  checkLength('interval', start, end, 16, buffer)
  const high = readInt32(buffer, start)
  const days = readInt32(buffer, start + 8)
  const months = readInt32(buffer, start + 12)
  if ((months === 0x7fffffff && days === 0x7fffffff) || (months === -0x80000000 && days === -0x80000000)) {
    const shown = Buffer.from(months > 0 ? 'infinity' : '-infinity')
    throw undecodable('interval', shown, 0, shown.length, REMEDY)
  }
  const microseconds = (BigInt(high) << 32n) | BigInt(readInt32(buffer, start + 4) >>> 0)
  return new Interval(months, days, microseconds)
}

/**
 * `interval`: an {@link Interval}. Parameters: an Interval, a plain object of {@link IntervalFields}, or a string as the
 * server reads it (`'1 day 02:00'`). `infinity` (PostgreSQL 17) raises.
 */
export const interval: PostgresCodec<Interval> = defineCodec({
  name: 'interval',
  oid: 1186,
  encode: (value) => {
    if (value instanceof Interval) return value.toString()
    if (typeof value === 'string') return checkText('interval', value)
    if (typeof value === 'object' && value !== null && isPlainObject(value)) return textOfFields(value)
    throw refusal(
      'interval',
      value,
      "an Interval, an object such as { days: 1, hours: 2 }, or a string such as '1 day'",
    )
  },
  decodeText: intervalText,
  decodeBinary: intervalBinary,
})
