// What `begin()` and its kin are to do: a function, and not the promise of one that was called already.
import { ArgumentError } from '../errors.ts'
import { isUnawaited } from '../show.ts'

/** @throws ArgumentError a promise was given: what it stands for runs already, outside of the transaction. */
export function refusePromise(place: string, given: unknown): void {
  if (isUnawaited(given))
    throw new ArgumentError(
      `${place}() takes a function that it calls itself, not a Promise: ${place}(async () => { ... })`,
    )
}

/** @throws ArgumentError something was given that is no function. */
export function checkWork(place: string, given: unknown): void {
  refusePromise(place, given)
  if (given !== undefined && typeof given !== 'function')
    throw new ArgumentError(`${place}() takes a function, or nothing: ${place}(async () => { ... })`)
}
