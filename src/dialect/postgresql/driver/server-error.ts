// What the server says, as the contract's records.
import type { DriverNotice, ServerErrorFields } from '../../contract/driver.ts'
import { isDisconnectSqlState } from '../sqlstate.ts'
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

/**
 * Whether an error of the server ends the session. Its code alone does not tell: a foreign server that cannot be reached, and anybody's RAISE,
 * give the same in sessions that go on.
 *
 * @param said what the severity says; null where there is none.
 */
export function isGoodbye({ code = '' }: ServerMessage, said: boolean | null): boolean {
  return said ?? isDisconnectSqlState(code)
}

/**
 * Whether an error that ends the session is a backend's own and came between two steps of its work: it says its things in order, so
 * that nothing was begun of what it has not answered by then. What a proxy says of itself tells nothing of the backend behind.
 */
export function isFarewell(error: Error): boolean {
  return isServerMessage(error) && error.routine === 'ProcessInterrupts'
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
