// Which rows were seen before: the rule behind `Result.unique()`.
import { ArgumentError } from '../../errors.ts'
import { showValue } from '../../show.ts'

/** @throws ArgumentError what `unique()` is given is no function. */
export function keyFunction(given: unknown): ((item: unknown) => unknown) | null {
  if (given === undefined) return null
  if (typeof given === 'function') return given as (item: unknown) => unknown
  throw new ArgumentError(
    `unique() takes a function that gives what tells rows apart, or nothing: unique((row) => row.id); got ${showValue(given)}`,
  )
}

/** Tells whether values were seen before: by value what is plain data, by identity what is an object of a class. */
export class SeenValues {
  readonly #seen: Map<unknown, unknown> = new Map()
  /** One object for all structures that are equal; an object, so that no string of the data can be mistaken for it. */
  readonly #structures: Map<string, object> = new Map()

  /** Whether these values, in this order, come for the first time. */
  isNew(values: readonly unknown[]): boolean {
    let level = this.#seen
    let fresh = false
    for (const value of values) {
      const key = this.#keyOf(value)
      let next = level.get(key) as Map<unknown, unknown> | undefined
      if (next === undefined) {
        next = new Map()
        level.set(key, next)
        fresh = true
      }
      level = next
    }
    return fresh
  }

  #keyOf(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const structure = structureOf(value)
    if (structure === null) return value
    let known = this.#structures.get(structure)
    if (known === undefined) {
      known = {}
      this.#structures.set(structure, known)
    }
    return known
  }
}

/** Text that is equal for equal data; null for objects that are what they are by identity. */
function structureOf(value: object): string | null {
  if (value instanceof Date) return `date ${value.getTime()}`
  if (value instanceof Uint8Array)
    return `bytes ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return null
  return `data ${JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? { bigint: String(part) } : part))}`
}
