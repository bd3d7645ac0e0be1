// What listeners of `handleError` say of a driver's error: another error in its place, and whether the connection is gone.
import { DriverError } from '../dialect/contract/driver.ts'
import { ArgumentError, StatementError } from '../errors.ts'
import type { ExceptionContext, Hub } from './events.ts'

/** What listeners of `handleError` made of a driver's error: found when it is wrapped. */
const verdicts: WeakMap<DriverError, { readonly error: unknown }> = new WeakMap()
/** Errors that cost the pool nothing but the one connection. */
const harmless: WeakSet<DriverError> = new WeakSet()

/** What listeners put in the place of an error, where they did. */
export function verdictOn(error: DriverError): { readonly error: unknown } | undefined {
  return verdicts.get(error)
}

/** What listeners were shown: that is what is thrown, with all that they have written on it. */
const shown: WeakMap<DriverError, StatementError> = new WeakMap()

/** The error that listeners were shown for a driver's error, where they were and left it what it is. */
export function shownFor(error: DriverError): StatementError | undefined {
  return shown.get(error)
}

/** Errors that listeners need not be asked about again. */
const told: WeakSet<DriverError> = new WeakSet()

/** Whether the pool's other connections are spared. */
export function isHarmless(error: DriverError): boolean {
  return harmless.has(error)
}

/** What is known of an error when listeners are asked. */
export interface Failure {
  readonly hub: Hub
  /** The Connection; null where there is none. */
  readonly face: unknown
  readonly sql: string | null
  readonly parameters: readonly unknown[] | null
  /** Whether a connection was found dead by its first flight after it was lent. Default false. */
  readonly isPrePing?: boolean
  /** What would be thrown. */
  readonly wrapped: unknown
}

/**
 * Asks the listeners of `handleError`.
 *
 * @returns the error, or one like it with another `disconnected`.
 */
export async function judge(error: unknown, failure: () => Failure): Promise<unknown> {
  return error instanceof DriverError && !told.has(error) ? judgeDriverError(error, failure) : error
}

/** {@link judge} for what is known to be an error of the driver. */
export async function judgeDriverError(error: DriverError, failure: () => Failure): Promise<DriverError> {
  const { hub, face, sql, parameters, isPrePing = false, wrapped } = failure()
  let chained: unknown = null
  const context: ExceptionContext<unknown> = {
    connection: face,
    originalException: error,
    sqlalchemyException: wrapped,
    get chainedException() {
      return chained
    },
    sql,
    parameters,
    isPrePing,
    isDisconnect: error.disconnected,
    invalidatePoolOnDisconnect: true,
  }
  try {
    await hub.emit('handleError', context, (answer) => {
      if (answer === undefined || answer === null) return
      if (typeof answer !== 'object')
        throw new ArgumentError('A listener of handleError returns an error to take the place, or nothing', {
          cause: error,
        })
      chained = answer
    })
  } catch (thrown) {
    chained = thrown
  }
  const judged =
    context.isDisconnect === error.disconnected ? error : error.with({ disconnected: context.isDisconnect })
  if (chained !== null) {
    tellCause(chained, wrapped)
    verdicts.set(judged, { error: chained })
  } else if (judged === error && wrapped instanceof StatementError) shown.set(error, wrapped)
  if (!context.invalidatePoolOnDisconnect) harmless.add(judged)
  return judged
}

/** An error that takes the place of another says which, unless it says something itself. */
function tellCause(error: unknown, cause: unknown): void {
  if (!(error instanceof Error) || error === cause || Object.hasOwn(error, 'cause')) return
  // What its maker has frozen stays as it is.
  Reflect.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true })
}

/** What was judged of a connection that seemed dead. @throws DriverError listeners say that it is not, or put another error in the place: the statement fails. */
export function foundDead(judged: DriverError): DriverError {
  if (judged.disconnected && verdictOn(judged) === undefined) return judged
  told.add(judged)
  throw judged
}
