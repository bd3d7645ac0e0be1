// Functions that programs written for PostgreSQL call and SQLite lacks, in JavaScript; each connection defines them.
import { createHash, randomUUID } from 'node:crypto'
import type { SqliteValue } from '../codec/codec.ts'
import { atScale, remainderOf, truncated } from '../codec/number.ts'
import { CONVERSIONS } from './conversions.ts'
import type { DatabaseHandle, OwnAggregate, OwnFunction, Stored } from './library.ts'
import { between, datePart, dateTrunc, lengthOf, momentText, moved } from './moments.ts'
import { likeMatcher, regexpMatches, regexpReplaced } from './patterns.ts'

/** A value as text; NULL stays NULL. */
function text(value: Stored | undefined): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? new TextDecoder().decode(value) : String(value)
}

function bytesOf(value: Stored | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new TextEncoder().encode(text(value) ?? '')
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

function translated(value: Stored | undefined, from: readonly string[], to: readonly string[]): string {
  return characters(value)
    .map((each) => (from.includes(each) ? (to[from.indexOf(each)] ?? '') : each))
    .join('')
}

/** Halves go to the even side, as floating point numbers are rounded elsewhere. */
function roundedToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

function extreme(args: readonly Stored[], greatest: boolean): Stored {
  let found: Stored = null
  for (const value of args)
    if (value !== null && (found === null || (greatest ? value > found : value < found))) found = value
  return found
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

const now = (): string => `${new Date().toISOString().slice(0, 23).replace('T', ' ')}000`

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
    pure('chr', 1, (code) => String.fromCodePoint(whole(code))),
    pure('md5', 1, (value) => createHash('md5').update(bytesOf(value)).digest('hex')),
    pure('date_trunc', 2, (unit, value) => dateTrunc(text(unit) ?? '', text(value) ?? '')),
    pure('date_part', 2, (field, value) => datePart(text(field) ?? '', text(value) ?? '')),
    pure('add_interval', 2, (value, by) => moved(text(value) ?? '', text(by) ?? '', 1)),
    pure('subtract_interval', 2, (value, by) => moved(text(value) ?? '', text(by) ?? '', -1)),
    pure('interval_order', 1, (value) => lengthOf(text(value) ?? '')),
    pure('moment_text', 3, (...args) => momentText(...(args.map(text) as [string, string, string]))),
    pure('round_even', 1, (value) => roundedToEven(Number(value))),
    pure('decimal_mod', 2, (value, by) => remainderOf(value as SqliteValue, by as SqliteValue)),
    pure('bit_length', 1, (value) => BigInt(8 * bytesOf(value).length)),
    pure('to_hex', 1, (value) =>
      BigInt.asUintN(Number(value) < -2147483648 ? 64 : 32, BigInt(whole(value))).toString(16),
    ),
    pure('translate', 3, (value, from, to) => translated(value, characters(from), characters(to))),
    pure('to_scale', 2, (value, digits) => atScale(value as SqliteValue, whole(digits))),
    pure('trunc', 2, (value, digits) => truncated(value as SqliteValue, whole(digits))),
    pure('ilike', 2, (pattern, value) => (likeMatcher(text(pattern) ?? '', '\\', 'i')(text(value) ?? '') ? 1n : 0n)),
    pure('ilike', 3, (pattern, value, escape) =>
      likeMatcher(text(pattern) ?? '', text(escape) ?? '', 'i')(text(value) ?? '') ? 1n : 0n,
    ),
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
    inverse([count = 0, mean = 0, squares = 0], value) {
      if (value === null) return [count, mean, squares]
      if (count <= 1) return [0, 0, 0]
      const number = Number(value)
      const before = mean - (number - mean) / (count - 1)
      return [count - 1, before, Math.max(0, squares - (number - mean) * (number - before))]
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
  for (const own of [...ownFunctions(version), ...CONVERSIONS]) handle.define(own)
  for (const own of AGGREGATES) handle.defineAggregate(own)
  if (caseSensitiveLike) for (const own of LIKE) handle.define(own)
}
