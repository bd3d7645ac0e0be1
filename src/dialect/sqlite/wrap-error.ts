// From the driver's error to the public hierarchy.
import {
  CheckViolation,
  DuplicateColumn,
  DuplicateTable,
  ForeignKeyViolation,
  InFailedTransaction,
  InsufficientPrivilege,
  InvalidTextRepresentation,
  LockNotAvailable,
  NotNullViolation,
  NumericOutOfRange,
  QueryCanceled,
  RaiseException,
  ReadOnlyTransaction,
  SerializationFailure,
  SqlSyntaxError,
  StringTooLong,
  UndefinedColumn,
  UndefinedFunction,
  UndefinedTable,
  UniqueViolation,
} from '../../database-errors.ts'
import {
  DatabaseError,
  DataError,
  type DBAPIError,
  type DBAPIErrorOptions,
  IntegrityError,
  InterfaceError,
  InternalError,
  OperationalError,
  ProgrammingError,
} from '../../errors.ts'
import type { DriverError } from '../contract/driver.ts'
import type { ErrorContext } from '../dialect.ts'
import { errorMessage } from '../error-message.ts'

type ErrorClass = new (message: string, options?: DBAPIErrorOptions) => DBAPIError

/** By the states that the driver gives. */
const CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ['22001', StringTooLong],
  ['22003', NumericOutOfRange],
  ['22008', DataError],
  ['22025', DataError],
  ['22P02', InvalidTextRepresentation],
  ['2201B', DataError],
  ['23000', IntegrityError],
  ['23502', NotNullViolation],
  ['23503', ForeignKeyViolation],
  ['23505', UniqueViolation],
  ['23514', CheckViolation],
  ['25001', InternalError],
  ['25006', ReadOnlyTransaction],
  ['25P01', InternalError],
  ['25P02', InFailedTransaction],
  ['3B001', OperationalError],
  ['40001', SerializationFailure],
  ['42000', ProgrammingError],
  ['42501', InsufficientPrivilege],
  ['42601', SqlSyntaxError],
  ['42701', DuplicateColumn],
  ['42702', ProgrammingError],
  ['42703', UndefinedColumn],
  ['42803', ProgrammingError],
  ['42883', UndefinedFunction],
  ['42P01', UndefinedTable],
  ['42P07', DuplicateTable],
  ['42P10', ProgrammingError],
  ['53100', OperationalError],
  ['53200', OperationalError],
  ['54000', DataError],
  ['54023', OperationalError],
  ['55006', OperationalError],
  ['55P03', LockNotAvailable],
  ['57014', QueryCanceled],
  ['58030', OperationalError],
  ['58P01', OperationalError],
  ['P0001', RaiseException],
  ['XX001', DatabaseError],
])

/** Wraps a driver's error in the class that its state stands for. */
export function wrapDriverError(error: DriverError, context: ErrorContext): DBAPIError {
  const { fields } = error
  const { statement, parameters, hideParameters } = context
  const ErrorClass = classOf(error)
  return new ErrorClass(errorMessage(error, statement), {
    cause: error,
    statement,
    parameters,
    hideParameters,
    sqlState: fields?.sqlState ?? null,
    severity: fields?.severity ?? null,
    table: fields?.table ?? null,
    column: fields?.column ?? null,
    constraint: fields?.constraint ?? null,
    connectionInvalidated: error.disconnected,
  })
}

function classOf(error: DriverError): ErrorClass {
  const state = error.fields?.sqlState
  if (state !== undefined) return CLASSES.get(state) ?? DatabaseError
  if (error.canceled) return QueryCanceled
  if (error.disconnected) return OperationalError
  if (error.parameterIndex !== null || error.commandIndex !== null) return DataError
  return InterfaceError
}
