// The nearest known name, for messages about unknown ones: options, columns, attributes, parameters, schemes.
import { ArgumentError } from './errors.ts'
import { isUnawaited, showValue, UNAWAITED } from './show.ts'

/** Longer names are not compared: nobody mistypes them by a letter, and hostile input must not cost. */
const LONGEST = 80
/** How many names a message lists where none is near. */
const LISTED = 12

/**
 * The known name that `name` was most likely meant to be; null where none is near.
 *
 * Case, `_` and `-` do not count, so that `pool_size` finds `poolSize`; beyond that about one slip in three letters does.
 *
 * @example
 * nearestName('nmae', ['id', 'name'])   // 'name'
 */
export function nearestName(name: unknown, known: Iterable<string>): string | null {
  if (typeof name !== 'string' || name.length > LONGEST) return null
  const wanted = plain(name)
  let best: string | null = null
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    if (candidate.length > LONGEST || candidate === name) continue
    const slips = distance(wanted, plain(candidate), least)
    if (slips < least) {
      best = candidate
      least = slips
    }
  }
  return best
}

/**
 * The end of a message about an unknown name: the nearest known one, or the known ones where none is near.
 *
 * @example
 * `No column ${quoteName(name)}${suggestion(name, columns)}`   // No column 'nmae'; did you mean 'name'?
 */
export function suggestion(name: unknown, known: Iterable<string>): string {
  const names = [...known]
  const nearest = nearestName(name, names)
  if (nearest !== null) return `; did you mean ${quoteName(nearest)}?`
  if (names.length === 0) return ''
  const listed = names.slice(0, LISTED).map(quoteName).join(', ')
  return `; known: ${listed}${names.length > LISTED ? ', ...' : ''}`
}

/** A name as messages show it: in single quotes, on one line, never longer than a line; what is no name, as what it is. */
export function quoteName(name: unknown): string {
  if (typeof name !== 'string') return showValue(name)
  const shown = name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name
  return `'${JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"')}'`
}

/**
 * Refuses keys that an options record does not have, and a `signal` that is none: where one is listened to it would be too late.
 *
 * @param place where the record was given, for the message: `createEngine()`.
 * @param flags further keys, whose values are true or false
 * @param texts further keys, whose values are strings
 * @throws ArgumentError naming the unknown key and the nearest known one, or saying that it is no record.
 */
export function checkKeys(
  place: string,
  options: object,
  known: readonly string[],
  flags: readonly string[] = NONE,
  texts: readonly string[] = NONE,
): void {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(
      `${place} takes its options as an object, got ${options === null ? 'null' : typeof options}`,
    )
  if (Array.isArray(options)) throw new ArgumentError(`${place} takes its options as an object, got an array`)
  if (isUnawaited(options)) throw new ArgumentError(`${place} takes its options as an object, got ${UNAWAITED}`)
  // They have no keys, and would pass for no options at all.
  if (options instanceof Map || options instanceof Set || options instanceof Date)
    throw new ArgumentError(`${place} takes its options as a plain object, got a ${options.constructor.name}`)
  for (const key of Object.keys(options)) {
    if (flags.includes(key)) checkSort(place, key, options, 'boolean')
    else if (texts.includes(key)) checkSort(place, key, options, 'string')
    else if (!known.includes(key)) {
      const all = [...known, ...flags, ...texts]
      throw new ArgumentError(`${place} has no option ${quoteName(key)}${suggestion(key, all)}`)
    }
    if (key === 'signal' && !isSignal((options as { readonly signal?: unknown }).signal))
      throw new ArgumentError(
        `${place}: signal must be an AbortSignal: new AbortController().signal, AbortSignal.timeout(ms)`,
      )
  }
}

const NONE: readonly string[] = []

/** @throws ArgumentError the value is of another sort; one that is `undefined` counts as not given. */
function checkSort(place: string, key: string, options: object, sort: 'boolean' | 'string'): void {
  const value = (options as Readonly<Record<string, unknown>>)[key]
  if (value === undefined || typeof value === sort) return
  throw new ArgumentError(
    `${place}: ${key} must be ${sort === 'boolean' ? 'true or false' : 'a string'}, got ${showValue(value)}`,
  )
}

function isSignal(given: unknown): boolean {
  if (given === undefined) return true
  return typeof given === 'object' && given !== null && 'aborted' in given && 'addEventListener' in given
}

/** Letters that count. */
function plain(name: string): string {
  return name.replace(/[_\-\s]/g, '').toLowerCase()
}

/** How many letters must be put in, left out, changed or swapped with their neighbour; `limit` or more is not counted exactly. */
function distance(one: string, other: string, limit: number): number {
  if (one === other) return 0
  if (Math.abs(one.length - other.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1]
      let slips = Math.min(
        (last[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (last[column - 1] ?? limit) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      if (swapped) slips = Math.min(slips, (beforeLast[column - 2] ?? limit) + 1)
      current.push(slips)
    }
    beforeLast = last
    last = current
  }
  return last[other.length] ?? limit
}
