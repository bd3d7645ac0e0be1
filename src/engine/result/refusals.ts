// What reading a result refuses.
import { InvalidRequestError, MultipleResultsFound, ResourceClosedError } from '../../errors.ts'
import { showValue } from '../../show.ts'

/** @throws InvalidRequestError it is no whole number of at least 1. */
export function checkSize(size: number): void {
  if (!Number.isInteger(size) || size < 1)
    throw new InvalidRequestError(
      `The number of rows to fetch must be a whole number of at least 1, got ${showValue(size)}`,
    )
}

export function severalFound(required: string): MultipleResultsFound {
  return new MultipleResultsFound(`Multiple rows were found when ${required}`)
}

export function isClosed(): ResourceClosedError {
  return new ResourceClosedError('This result object is closed.')
}

export function returnsNoRows(): ResourceClosedError {
  return new ResourceClosedError('This result object does not return rows. It has been closed automatically.')
}
