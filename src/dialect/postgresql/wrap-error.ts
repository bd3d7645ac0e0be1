// From the driver's error to the public hierarchy.

import { InvalidCachedStatement, QueryCanceled } from '../../database-errors.ts'
import {
  DataError,
  type DBAPIError,
  type DBAPIErrorOptions,
  InterfaceError,
  OperationalError,
  ProgrammingError,
} from '../../errors.ts'
import type { DriverError, ServerErrorFields } from '../contract/driver.ts'
import { errorMessage, hideValues } from '../error-message.ts'
import { isStale } from './driver/outcome.ts'
import { neededVersion } from './newer.ts'
import { type DBAPIErrorClass, errorClassFor } from './sqlstate.ts'

/**
 * Wraps a driver's error in the class its SQLSTATE stands for.
 *
 * The message is the server's, then the statement (cut to 10,000 characters); the parameters are a property only.
 * Where the server stopped at what newer versions know, the hint says which version that is, and where it was given an array for json, how
 * json is given.
 * The server's `detail` is a property only: it may hold other rows' values. Where parameters are hidden it is not printed either, and values that the
 * server quotes are left out.
 *
 * @param statement - the statement that failed; null where no statement was at fault.
 * @param parameters - its parameters; null where they are not known.
 * @param hideParameters - keeps the parameters out of what prints or serializes the error.
 * @returns the error to throw; its `cause` is `error`.
 */
export function wrapDriverError(
  error: DriverError,
  statement: string | null = null,
  parameters: readonly unknown[] | null = null,
  hideParameters = false,
): DBAPIError {
  if (hideParameters && statement !== null) hideValues(error)
  const { fields } = error
  const ours = fields === null ? null : ourHint(fields, statement, parameters)
  if (fields !== null && ours !== null) {
    const { hint } = fields
    const told = error.with({ fields: { ...fields, hint: hint === undefined ? ours : `${ours}. ${hint}` } })
    if (hideParameters) hideValues(told)
    return wrapped(told, error, statement, parameters, hideParameters)
  }
  return wrapped(error, error, statement, parameters, hideParameters)
}

function ourHint(
  fields: ServerErrorFields,
  statement: string | null,
  parameters: readonly unknown[] | null,
): string | null {
  if (statement === null) return null
  const { sqlState, routine } = fields
  if (sqlState === '22P02' && routine?.startsWith('json_') && parameters?.some(Array.isArray)) return ARRAY_FOR_JSON
  if (sqlState === '42601' && routine === 'exec_parse_message') return ONE_STATEMENT
  if (isWrongCount(fields)) return ONE_VALUE_EACH
  if (sqlState === '42P18') return superfluousValue(statement, parameters ?? [])
  return neededVersion(fields, statement)
}

/** The server names it as a breach of the protocol, which is nobody's connection that is lost. */
function isWrongCount({ sqlState, routine }: ServerErrorFields): boolean {
  return sqlState === '08P01' && routine === 'exec_bind_message'
}

/** A value that the statement has no place for has no type, which is all that the server says. */
function superfluousValue(statement: string, parameters: readonly unknown[]): string | null {
  const named = new Set(Array.from(statement.matchAll(/\$(\d+)/g), ([, number]) => Number(number)))
  const number = parameters.findIndex((_, index) => !named.has(index + 1)) + 1
  return number === 0 ? null : `The statement is given ${parameters.length} values and has no $${number}`
}

const ONE_STATEMENT = 'A text is one statement: executeAll() sends several in one flight'
const ONE_VALUE_EACH = 'Values for $1, $2, ... stand in a list, as many as the statement names'

const ARRAY_FOR_JSON =
  "A list is sent as an array of PostgreSQL where no type is declared: give JSON.stringify(list) or, to text(), bindparam('name', { type: JSON() })"

function wrapped(
  error: DriverError,
  cause: DriverError,
  statement: string | null,
  parameters: readonly unknown[] | null,
  hideParameters: boolean,
): DBAPIError {
  const { fields } = error
  const options: DBAPIErrorOptions = {
    cause,
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
  return new ErrorClass(errorMessage(error, statement), options)
}

function classOf(error: DriverError): DBAPIErrorClass {
  const { fields } = error
  if (isStale(fields?.sqlState, fields?.routine)) return InvalidCachedStatement
  if (fields !== null && isWrongCount(fields)) return ProgrammingError
  if (fields?.sqlState !== undefined) return errorClassFor(fields.sqlState)
  if (error.canceled) return QueryCanceled
  if (error.disconnected) return OperationalError
  if (error.parameterIndex !== null || error.commandIndex !== null) return DataError
  return InterfaceError
}
