// What is given for a list behind IN, checked before any of it is written or sent.
import { ArgumentError } from '../../errors.ts'
import { describe } from '../../expression/coerce/describe.ts'
import type { SqlType } from '../../expression/types/type.ts'

/** The value of a list, checked to be one; of tuples, each with as many members as there are types. */
export function listOf(value: unknown, members: readonly SqlType[] | null): readonly unknown[] {
  if (!Array.isArray(value)) throw new ArgumentError(`a list behind IN is an array; got ${describe(value)}`)
  if (members !== null) for (const item of value) tupleOf(item, members.length)
  return value
}

/** One of a list of tuples, checked to have so many members: none is left out, and none is left over. */
export function tupleOf(value: unknown, count: number): readonly unknown[] {
  if (Array.isArray(value) && value.length === count) return value
  const got = Array.isArray(value) ? `an array of ${value.length}` : describe(value)
  throw new ArgumentError(`a tuple of ${count} takes arrays of ${count} values; got ${got}`)
}
