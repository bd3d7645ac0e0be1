// From the driver's error to the public hierarchy.

import { InvalidCachedStatement, QueryCanceled } from '../../database-errors.ts'
import { DataError, type DBAPIError, type DBAPIErrorOptions, InterfaceError, OperationalError } from '../../errors.ts'
import type { DriverError } from '../contract/driver.ts'
import { type DBAPIErrorClass, errorClassFor } from './sqlstate.ts'

const SHOWN_PARAMETERS = 10
const SHOWN_CHARACTERS = 300
/** Long enough for what people write; batches of rows as VALUES run to megabytes. */
const SHOWN_SQL = 10_000

/**
 * Wraps a driver's error in the class its SQLSTATE stands for.
 *
 * The message is the server's, then the statement (cut to 10,000 characters), then the parameters (cut to 300 characters) unless they are hidden.
 * The server's `detail` is a property only: it may hold other rows' values.
 *
 * @param statement - the statement that failed; null where no statement was at fault.
 * @param parameters - its parameters; null where they are not known.
 * @param hideParameters - keeps the parameters out of the message.
 * @returns the error to throw; its `cause` is `error`.
 */
export function wrapDriverError(
  error: DriverError,
  statement: string | null = null,
  parameters: readonly unknown[] | null = null,
  hideParameters = false,
): DBAPIError {
  const { fields } = error
  const options: DBAPIErrorOptions = {
    cause: error,
    statement,
    parameters,
    hideParameters,
    sqlState: fields?.sqlState ?? null,
    severity: fields?.severity ?? null,
    detail: fields?.detail ?? null,
    hint: fields?.hint ?? null,
    position: fields?.position ?? null,
    schema: fields?.schema ?? null,
    table: fields?.table ?? null,
    column: fields?.column ?? null,
    dataType: fields?.dataType ?? null,
    constraint: fields?.constraint ?? null,
    connectionInvalidated: error.disconnected,
  }
  const ErrorClass = classOf(error)
  return new ErrorClass(messageOf(error, statement, hideParameters ? null : parameters), options)
}

function classOf(error: DriverError): DBAPIErrorClass {
  const { fields } = error
  if (fields?.routine === 'RevalidateCachedQuery' && fields.sqlState === '0A000') return InvalidCachedStatement
  if (fields?.sqlState !== undefined) return errorClassFor(fields.sqlState)
  if (error.canceled) return QueryCanceled
  if (error.disconnected) return OperationalError
  if (error.parameterIndex !== null || error.commandIndex !== null) return DataError
  return InterfaceError
}

function messageOf(error: DriverError, statement: string | null, parameters: readonly unknown[] | null): string {
  let message = error.message
  if (error.fields?.hint !== undefined) message += `\nHINT: ${error.fields.hint}`
  if (statement !== null) message += `\n[SQL: ${showStatement(statement)}]`
  if (parameters !== null && parameters.length > 0) message += `\n[parameters: ${showParameters(parameters)}]`
  return message
}

function showStatement(statement: string): string {
  const more = statement.length - SHOWN_SQL
  return more > 0 ? `${statement.slice(0, SHOWN_SQL)}... and ${more} more characters` : statement
}

function showParameters(parameters: readonly unknown[]): string {
  const shown = parameters.slice(0, SHOWN_PARAMETERS).map(showValue).join(', ')
  const cut = shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}...` : shown
  const more = parameters.length - SHOWN_PARAMETERS
  return more > 0 ? `${cut}, ... and ${more} more` : cut
}

function showValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}...` : value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return '[function]'
    case 'object':
      return value === null ? 'null' : showObject(value)
    default:
      return String(value)
  }
}

function showObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_PARAMETERS).map(showValue).join(', ')
    return value.length > SHOWN_PARAMETERS ? `[${shown}, ... ${value.length} items]` : `[${shown}]`
  }
  return '{...}'
}
