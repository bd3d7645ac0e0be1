// Functions that programs written for PostgreSQL call and SQLite lacks, in JavaScript; each connection defines them.
import { createHash, randomUUID } from 'node:crypto'
import { DriverError } from '../../contract/driver.ts'
import { Interval } from '../../interval.ts'
import type { DatabaseHandle, OwnAggregate, OwnFunction, Stored } from './library.ts'
import { likeMatcher, regexpMatches, regexpReplaced } from './patterns.ts'

/** A value as text; NULL stays NULL. */
function text(value: Stored | undefined): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? new TextDecoder().decode(value) : String(value)
}

function whole(value: Stored | undefined): number {
  return Math.trunc(Number(value ?? 0))
}

type Call = (...args: Stored[]) => Stored

/** NULL where any argument is. */
function strict(call: Call): Call {
  return (...args) => (args.includes(null) ? null : call(...args))
}

function pure(name: string, arity: number, call: Call): OwnFunction {
  return { name, arity, deterministic: true, call: strict(call) }
}

const characters = (value: Stored | undefined): string[] => [...(text(value) ?? '')]

/** Before, behind, or without so many at the other end, as PostgreSQL counts. */
function left(value: Stored | undefined, count: number): string {
  const all = characters(value)
  return all.slice(0, count < 0 ? Math.max(0, all.length + count) : count).join('')
}

function right(value: Stored | undefined, count: number): string {
  const all = characters(value)
  return all.slice(count < 0 ? Math.min(all.length, -count) : Math.max(0, all.length - count)).join('')
}

function padded(value: Stored | undefined, length: number, filler: Stored | undefined, before: boolean): string {
  const all = characters(value)
  const fill = filler === undefined ? [' '] : characters(filler)
  const missing = length - all.length
  if (missing <= 0 || fill.length === 0) return all.slice(0, Math.max(0, length)).join('')
  const added = Array.from({ length: missing }, (_, index) => fill[index % fill.length]).join('')
  return before ? added + all.join('') : all.join('') + added
}

function splitPart(value: Stored | undefined, delimiter: Stored | undefined, at: number): string {
  const parts = (text(value) ?? '').split(text(delimiter) ?? '')
  return (at < 0 ? parts.at(at) : parts[at - 1]) ?? ''
}

function extreme(args: readonly Stored[], greatest: boolean): Stored {
  let found: Stored = null
  for (const value of args)
    if (value !== null && (found === null || (greatest ? value > found : value < found))) found = value
  return found
}

/** The beginning of the unit that a moment lies in. */
function dateTrunc(unit: string, given: string): string {
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

function readInterval(value: Stored | undefined): Interval {
  const read = Interval.parse(text(value) ?? '')
  if (read === null) throw new DriverError(`'${text(value)}' is no interval`)
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

function between(later: string, earlier: string): string {
  const difference = microsecondsOf(later) - microsecondsOf(earlier)
  return new Interval(0, Number(difference / DAY_MICROSECONDS), difference % DAY_MICROSECONDS).toString()
}

/** An interval moved by another, or a moment moved by an interval. */
function moved(value: Stored | undefined, by: Stored | undefined, sign: 1 | -1): string {
  const step = readInterval(by)
  const own = text(value) ?? ''
  if (!own.startsWith('P')) return addInterval(own, step, sign)
  const { months, days, microseconds } = readInterval(own)
  return new Interval(
    months + sign * step.months,
    days + sign * step.days,
    microseconds + BigInt(sign) * step.microseconds,
  ).toString()
}

const TYPES: Readonly<Record<string, string>> = {
  true: 'boolean',
  false: 'boolean',
  integer: 'number',
  real: 'number',
  text: 'string',
}

function jsonTypeof(value: Stored | undefined): string {
  const document: unknown = JSON.parse(text(value) ?? 'null')
  if (document === null) return 'null'
  if (Array.isArray(document)) return 'array'
  return TYPES[typeof document] ?? typeof document
}

function capitalized(value: Stored | undefined): string {
  return (text(value) ?? '').toLowerCase().replace(/[\p{L}\p{N}]+/gu, (word) => {
    const [first = '', ...rest] = word
    return first.toUpperCase() + rest.join('')
  })
}

const now = (): string => new Date().toISOString().slice(0, 19).replace('T', ' ')

/** The functions, but for LIKE. */
function ownFunctions(version: string): readonly OwnFunction[] {
  return [
    pure('regexp', 2, (pattern, value) => (regexpMatches(text(pattern) ?? '', text(value) ?? '') ? 1n : 0n)),
    pure('regexp_replace', 3, (...args) => regexpReplaced(...(args.map(text) as [string, string, string]))),
    pure('regexp_replace', 4, (...args) => regexpReplaced(...(args.map(text) as [string, string, string, string]))),
    pure('left', 2, (value, count) => left(value, whole(count))),
    pure('right', 2, (value, count) => right(value, whole(count))),
    pure('lpad', 2, (value, length) => padded(value, whole(length), undefined, true)),
    pure('lpad', 3, (value, length, fill) => padded(value, whole(length), fill, true)),
    pure('rpad', 2, (value, length) => padded(value, whole(length), undefined, false)),
    pure('rpad', 3, (value, length, fill) => padded(value, whole(length), fill, false)),
    pure('repeat', 2, (value, count) => (text(value) ?? '').repeat(Math.max(0, whole(count)))),
    pure('reverse', 1, (value) => characters(value).reverse().join('')),
    pure('initcap', 1, capitalized),
    pure('split_part', 3, (value, delimiter, at) => splitPart(value, delimiter, whole(at))),
    pure('starts_with', 2, (value, start) => ((text(value) ?? '').startsWith(text(start) ?? '') ? 1n : 0n)),
    pure('md5', 1, (value) =>
      createHash('md5')
        .update(text(value) ?? '')
        .digest('hex'),
    ),
    pure('date_trunc', 2, (unit, value) => dateTrunc(text(unit) ?? '', text(value) ?? '')),
    pure('add_interval', 2, (value, by) => moved(value, by, 1)),
    pure('subtract_interval', 2, (value, by) => moved(value, by, -1)),
    pure('interval_between', 2, (later, earlier) => between(text(later) ?? '', text(earlier) ?? '')),
    pure('json_typeof', 1, jsonTypeof),
    pure('jsonb_typeof', 1, jsonTypeof),
    { name: 'greatest', arity: -1, deterministic: true, call: (...args) => extreme(args, true) },
    { name: 'least', arity: -1, deterministic: true, call: (...args) => extreme(args, false) },
    { name: 'now', arity: 0, deterministic: false, call: now },
    { name: 'gen_random_uuid', arity: 0, deterministic: false, call: () => randomUUID() },
    { name: 'version', arity: 0, deterministic: true, call: () => `SQLite ${version}` },
  ]
}

/** LIKE as other databases have it: capitals count, and a backslash takes the meaning of the character behind it. */
const LIKE: readonly OwnFunction[] = [
  pure('like', 2, (pattern, value) => (likeMatcher(text(pattern) ?? '', '\\')(text(value) ?? '') ? 1n : 0n)),
  pure('like', 3, (pattern, value, escape) =>
    likeMatcher(text(pattern) ?? '', text(escape) ?? '')(text(value) ?? '') ? 1n : 0n,
  ),
]

/** Count, mean, and sum of squared distances from it (Welford). */
function spread(name: string, result: (count: number, squares: number) => number | null): OwnAggregate {
  return {
    name,
    start: () => [0, 0, 0],
    step([count = 0, mean = 0, squares = 0], value) {
      if (value === null) return [count, mean, squares]
      const number = Number(value)
      const next = mean + (number - mean) / (count + 1)
      return [count + 1, next, squares + (number - mean) * (number - next)]
    },
    result: ([count = 0, , squares = 0]) => result(count, squares),
  }
}

const sample = (count: number, squares: number): number | null => (count < 2 ? null : squares / (count - 1))
const population = (count: number, squares: number): number | null => (count < 1 ? null : squares / count)
const root = (value: number | null): number | null => (value === null ? null : Math.sqrt(value))

const AGGREGATES: readonly OwnAggregate[] = [
  spread('stddev', (count, squares) => root(sample(count, squares))),
  spread('stddev_samp', (count, squares) => root(sample(count, squares))),
  spread('stddev_pop', (count, squares) => root(population(count, squares))),
  spread('variance', sample),
  spread('var_samp', sample),
  spread('var_pop', population),
]

/** Makes the functions known to a connection. */
export function defineOwnFunctions(handle: DatabaseHandle, version: string, caseSensitiveLike: boolean): void {
  for (const own of ownFunctions(version)) handle.define(own)
  for (const own of AGGREGATES) handle.defineAggregate(own)
  if (caseSensitiveLike) for (const own of LIKE) handle.define(own)
}
