// Who asked: the stack of an error reaches the program's own code, whatever the library does in between.
import { SQLAlchemyError } from '../errors.ts'

/** How many frames of the library may stand before those of the program, of which it sees as many as it wants. */
const OWN_FRAMES = 25

/**
 * Has the stack of an error tell who waits here, in place of how the error was made.
 *
 * @param below frames up to this function are left out.
 */
export function tellCaller(error: object, below: (...values: never[]) => unknown): void {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  const isOpen = limit?.writable === true && limit.value > 0
  if (isOpen) Error.stackTraceLimit = limit.value + OWN_FRAMES
  Error.captureStackTrace(error, below)
  if (isOpen) Error.stackTraceLimit = limit.value
}

/** So many turns of the queue it takes until promises that were handed on from one function to the next know who waits. */
const TURNS = 6

/**
 * An error that was made before anybody could be seen waiting: a moment later its stack tells who does.
 *
 * @param anew whether that is all it tells; else it stands behind how the error was made.
 * @returns the error.
 */
export async function withCaller(error: unknown, anew = false): Promise<unknown> {
  if (!(error instanceof SQLAlchemyError)) return error
  for (let turn = 0; turn < TURNS; turn += 1) await null
  const place = anew ? error : { stack: '' }
  tellCaller(place, withCaller)
  if (anew) return error
  const [, ...frames] = place.stack?.split('\n') ?? []
  error.stack = [error.stack, ...frames].join('\n')
  return error
}
