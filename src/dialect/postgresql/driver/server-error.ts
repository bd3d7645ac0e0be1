// What the server says, as the contract's records.
import { DriverError, type DriverNotice, type ServerErrorFields } from '../../contract/driver.ts'
import type { BatchOutcome } from './batch.ts'
import type { ServerMessage } from './pg-internals.ts'

const TEXT_FIELDS = [
  'severity',
  'detail',
  'hint',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'routine',
] as const

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Whether an error that pg reports is an answer of the server. */
export function isServerMessage(error: unknown): error is ServerMessage & Error {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string' && 'routine' in error
}

/** The fields of an error message; those that the server left out are absent. */
export function errorFields(message: ServerMessage): ServerErrorFields {
  const fields: Writable<ServerErrorFields> = {}
  for (const key of TEXT_FIELDS) {
    const value = message[key]
    if (value !== undefined) fields[key] = value
  }
  if (message.code !== undefined) fields.sqlState = message.code
  if (message.position !== undefined) fields.position = Number(message.position)
  return fields
}

/** A notice as the contract has it. */
export function noticeOf(message: ServerMessage): DriverNotice {
  return {
    severity: message.severity ?? 'NOTICE',
    sqlState: message.code ?? '00000',
    message: message.message,
    ...(message.detail === undefined ? {} : { detail: message.detail }),
    ...(message.hint === undefined ? {} : { hint: message.hint }),
  }
}

/**
 * The error of a batch that failed or was aborted.
 * @param signal - the signal that aborted it; undefined where none did.
 */
export function batchError(outcome: BatchOutcome, disconnected: boolean, signal: AbortSignal | undefined): DriverError {
  const { failure, results } = outcome
  const canceled = signal !== undefined
  if (failure === null) {
    const message = 'the batch was aborted, but the server had completed it before it could be stopped'
    return new DriverError(message, { disconnected, canceled, cause: signal?.reason, results })
  }
  const { error, commandIndex } = failure
  return new DriverError(canceled ? `the batch was aborted: ${error.message}` : error.message, {
    disconnected,
    canceled,
    cause: canceled ? signal.reason : error instanceof DriverError ? error.cause : error,
    results: results.slice(0, commandIndex),
    // A connection that ends is no command's fault.
    commandIndex: disconnected ? null : commandIndex,
    fields: isServerMessage(error) ? errorFields(error) : null,
  })
}
