// How a batch ended, and the error it becomes.
import { type CommandResult, DriverError, type DriverNotice, type ServerErrorFields } from '../../contract/driver.ts'
import type { ServerMessage } from './pg-internals.ts'
import { errorFields, isServerMessage } from './server-error.ts'

/** What went wrong, and at which command; one past the last is the end of the batch. */
export interface BatchFailure {
  readonly error: Error
  readonly commandIndex: number
  /** What the server said while it ran the command. */
  readonly notices?: readonly DriverNotice[]
  /** Whether the statement may have been prepared for parameters of other types than it would be now. */
  readonly outdated?: true
}

/** How a batch ended: with the server ready again, or with the connection. */
export interface BatchOutcome {
  readonly results: CommandResult[]
  readonly failure: BatchFailure | null
  /** Whether the connection ended before the first byte of it was written. */
  readonly unsent?: true
  /** Whether the server went before it began any of it, as it said itself. */
  readonly unread?: true
}

/** What a value that cannot be read as the type that the catalogs say comes to. */
export function typeFailure(cause: unknown): BatchFailure {
  const why = cause instanceof Error ? cause.message : String(cause)
  return { error: new DriverError(`a value of the result: ${why}`, { cause }), commandIndex: 0 }
}

/** A parameter's type was dropped since, and perhaps made again: what was prepared knows it by its number. */
const TYPE_IS_GONE: readonly unknown[] = ['getTypeInputInfo', 'getTypeBinaryInputInfo']

/** Whether the server says that a statement is not there, or was prepared for what is not there any more. */
export function isStale(sqlState: unknown, routine: unknown): boolean {
  if (sqlState === 'XX000') return TYPE_IS_GONE.includes(routine)
  return sqlState === '26000' || (sqlState === '0A000' && routine === 'RevalidateCachedQuery')
}

/** Whether a failed batch was refused because of a statement that the server no longer has in this form. */
export function isStaleStatement(failure: BatchFailure): boolean {
  const { error, outdated = false } = failure
  if (outdated) return true
  if (!isServerMessage(error)) return false
  return isStale(error.code, error.routine)
}

/** A value that cannot be of the type that a parameter has, or a statement that cannot have a parameter of that type. */
const ABOUT_TYPES = /^(22|42)/

/** Whether the server refused a statement for the type of something, perhaps of a parameter. */
export function isAboutTypes({ error }: BatchFailure): boolean {
  return isServerMessage(error) && ABOUT_TYPES.test(error.code ?? '')
}

/** Whether the server stopped what failed, by a request to cancel or by a timeout of its own. */
export function wasCanceled({ error }: BatchFailure): boolean {
  return isServerMessage(error) && error.code === '57014'
}

/** Whether a stale statement stopped the batch before anything of it took effect: nothing ran but a BEGIN. */
export function tookNoEffect(outcome: BatchOutcome): boolean {
  const { failure, results } = outcome
  if (failure === null || !isStaleStatement(failure)) return false
  return results.every((result) => result.tag === 'BEGIN' || result.tag === 'START TRANSACTION')
}

/** An outcome as if its first command had not been there. */
export function withoutFirst({ failure, results }: BatchOutcome): BatchOutcome {
  const shifted =
    failure === null ? null : { error: failure.error, commandIndex: Math.max(0, failure.commandIndex - 1) }
  return { results: results.slice(1), failure: shifted }
}

/** What is known of a batch that failed, besides its outcome. */
export interface BatchCircumstances {
  /** A probe went in front of it and was not answered. */
  readonly probed?: boolean
  /** The server takes no writes from anybody. */
  readonly readOnly?: boolean
  /** The server's version, as it said it. */
  readonly serverVersion?: string
}

/** A syntax error, a relation or function that is not there: what newer servers may know. */
const NOT_UNDERSTOOD: readonly unknown[] = ['42601', '42P01', '42883']

/**
 * The error of a batch that failed or was aborted.
 * @param signal - the signal that aborted it; undefined where none did.
 * @param circumstances - what else is known.
 */
export function batchError(
  outcome: BatchOutcome,
  disconnected: boolean,
  signal: AbortSignal | undefined,
  { probed = false, readOnly = false, serverVersion }: BatchCircumstances = {},
): DriverError {
  const { failure, results } = outcome
  const canceled = signal !== undefined
  if (failure === null) {
    const message = 'the batch was aborted, but the server had completed it before it could be stopped'
    return new DriverError(message, { disconnected, canceled, cause: signal?.reason, results, completed: true })
  }
  const { error, commandIndex, notices = [] } = failure
  return new DriverError(canceled ? `the batch was aborted: ${error.message}` : error.message, {
    disconnected,
    sent: outcome.unsent !== true,
    canceled,
    cause: canceled ? signal.reason : error instanceof DriverError ? error.cause : error,
    results: results.slice(0, commandIndex),
    notices,
    // A connection that ends is no command's fault.
    commandIndex: disconnected ? null : commandIndex,
    fields: isServerMessage(error) ? fieldsOf(error, serverVersion) : null,
    // The server says its things in order: what it says before it answers the probe it says before it reads the batch.
    unread: disconnected && (outcome.unread === true || (probed && isServerMessage(error))),
    stale: isStaleStatement(failure),
    refusedWrite: readOnly && isServerMessage(error) && error.code === '25006',
  })
}

function fieldsOf(error: ServerMessage, serverVersion: string | undefined): ServerErrorFields {
  const fields = errorFields(error)
  const isOfInterest = serverVersion !== undefined && NOT_UNDERSTOOD.includes(error.code)
  return isOfInterest ? { ...fields, serverVersion } : fields
}

/** A page that was complete before it could be stopped is given: only its portal tells whether it was the last. @throws any other error. */
export function completed(error: unknown): CommandResult[] {
  if (error instanceof DriverError && error.completed && !error.disconnected) return [...error.results]
  throw error
}

/** The error of a batch whose signal had fired before it could be sent. */
export function abortedBeforeSend(signal: AbortSignal): DriverError {
  return new DriverError('the batch was aborted before it was sent', {
    cause: signal.reason,
    sent: false,
    canceled: true,
  })
}
