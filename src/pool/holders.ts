// Who holds the connections of a pool, in words.
import type { ResolvedPoolOptions } from './options.ts'
import type { PooledConnection } from './pooled-connection.ts'

/** How many holders a message names; the others are counted. */
const MOST_NAMED = 20

/** The place where a function was called. */
export function placeOfCall(called: (...values: never[]) => unknown): Error {
  const holder = new Error('checked out')
  Error.captureStackTrace(holder, called)
  return holder
}

/** The stack of a checkout without its first line; null where it was not recorded. */
export function stackOf({ holder }: PooledConnection): string | null {
  return holder?.stack?.split('\n').slice(1).join('\n') || null
}

/** Who holds the connections, for the message of a timeout: the longest first. */
function describeHolders(held: ReadonlySet<PooledConnection>): string {
  const now = performance.now()
  const seconds = (place: PooledConnection): string => ((now - place.heldSince) / 1000).toFixed(1)
  const eldest = [...held].sort((one, other) => one.heldSince - other.heldSince)
  const places = eldest.flatMap((place) => {
    const stack = stackOf(place)
    return stack === null ? [] : [`\nheld for ${seconds(place)} s, checked out\n${stack}`]
  })
  const [first] = eldest
  const summary = `Checked out: ${eldest.length}, the longest for ${first === undefined ? 0 : seconds(first)} s`
  if (places.length === 0) return `${summary}; poolLeakTracking: true would tell where`
  const more = places.length > MOST_NAMED ? `\nand ${places.length - MOST_NAMED} more` : ''
  return summary + places.slice(0, MOST_NAMED).join('') + more
}

/** Why a checkout was refused at once. @param exhausted what is said where all are lent. */
export function describeRefusal(exhausted: string, waiting: number, held: ReadonlySet<PooledConnection>): string {
  const queue = waiting === 0 ? '' : `, and ${waiting} wait already, as many as may`
  return `${exhausted}${queue}. ${describeHolders(held)}`
}

/** Why a checkout has waited in vain. @param exhausted what is said where all are lent. */
export function describeTimeout(
  pool: string,
  exhausted: string,
  { limit, timeoutMs }: Pick<ResolvedPoolOptions, 'limit' | 'timeoutMs'>,
  held: ReadonlySet<PooledConnection>,
): string {
  const timeout = `connection timed out, timeout ${(timeoutMs / 1000).toFixed(2)} s`
  return held.size < limit
    ? `${timeout}. ${held.size} of this ${pool} are lent, and opening another takes too long`
    : `${exhausted}, ${timeout}. ${describeHolders(held)}`
}

/** What is wrong with a connection that is held too long, or that nobody holds any more. */
export function describeLeak(pool: string, kind: 'held' | 'collected', heldMs: number, stack: string | null): string {
  const what =
    kind === 'held'
      ? `A connection of this ${pool} has been held for ${(heldMs / 1000).toFixed(1)} s, and still is`
      : `A connection of this ${pool} was forgotten: its holder is gone without closing it. It was taken back after ${(heldMs / 1000).toFixed(1)} s`
  return stack === null
    ? `${what}; poolLeakTracking: true would tell where it was checked out`
    : `${what}. Checked out\n${stack}`
}
