// SQLSTATE codes: which error class each becomes, and which of them mean that the connection is gone.
import {
  AdminShutdown,
  CannotConnectNow,
  CheckViolation,
  DeadlockDetected,
  DivisionByZero,
  DuplicateColumn,
  DuplicateObject,
  DuplicateTable,
  ExclusionViolation,
  ForeignKeyViolation,
  InFailedTransaction,
  InsufficientPrivilege,
  InvalidCachedStatement,
  InvalidCatalogName,
  InvalidPassword,
  InvalidTextRepresentation,
  LockNotAvailable,
  NotNullViolation,
  NumericOutOfRange,
  QueryCanceled,
  RaiseException,
  ReadOnlyTransaction,
  RestrictViolation,
  SerializationFailure,
  SqlSyntaxError,
  StringTooLong,
  TooManyConnections,
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
  InternalError,
  NotSupportedError,
  OperationalError,
  ProgrammingError,
} from '../../errors.ts'

/** The class of a database error; what {@link errorClassFor} gives. */
export type DBAPIErrorClass = new (message: string, options?: DBAPIErrorOptions) => DBAPIError

const LEAVES: ReadonlyMap<string, DBAPIErrorClass> = new Map<string, DBAPIErrorClass>([
  ['22001', StringTooLong],
  ['22003', NumericOutOfRange],
  ['22012', DivisionByZero],
  ['22P02', InvalidTextRepresentation],
  ['23001', RestrictViolation],
  ['23502', NotNullViolation],
  ['23503', ForeignKeyViolation],
  ['23505', UniqueViolation],
  ['23514', CheckViolation],
  ['23P01', ExclusionViolation],
  ['25006', ReadOnlyTransaction],
  ['25P02', InFailedTransaction],
  ['26000', InvalidCachedStatement],
  ['28000', InvalidPassword],
  ['28P01', InvalidPassword],
  ['3D000', InvalidCatalogName],
  ['40001', SerializationFailure],
  ['40P01', DeadlockDetected],
  ['42501', InsufficientPrivilege],
  ['42601', SqlSyntaxError],
  ['42701', DuplicateColumn],
  ['42703', UndefinedColumn],
  ['42710', DuplicateObject],
  ['42883', UndefinedFunction],
  ['42P01', UndefinedTable],
  ['42P07', DuplicateTable],
  ['53300', TooManyConnections],
  ['55P03', LockNotAvailable],
  ['57014', QueryCanceled],
  ['57P01', AdminShutdown],
  ['57P02', AdminShutdown],
  ['57P03', CannotConnectNow],
  ['P0001', RaiseException],
])

/** By the first two characters, where no leaf stands for the whole code. */
const CLASSES: ReadonlyMap<string, DBAPIErrorClass> = new Map<string, DBAPIErrorClass>([
  ['08', OperationalError],
  ['0A', NotSupportedError],
  ['10', ProgrammingError],
  ['20', ProgrammingError],
  ['21', ProgrammingError],
  ['22', DataError],
  ['23', IntegrityError],
  ['24', InternalError],
  ['25', InternalError],
  ['26', ProgrammingError],
  ['27', OperationalError],
  ['28', OperationalError],
  ['2B', InternalError],
  ['2D', InternalError],
  ['2F', OperationalError],
  ['34', ProgrammingError],
  ['38', OperationalError],
  ['39', OperationalError],
  ['3B', OperationalError],
  ['3D', ProgrammingError],
  ['3F', ProgrammingError],
  ['40', OperationalError],
  ['42', ProgrammingError],
  ['44', ProgrammingError],
  ['53', OperationalError],
  ['54', OperationalError],
  ['55', OperationalError],
  ['57', OperationalError],
  ['58', OperationalError],
  ['F0', OperationalError],
  ['HV', OperationalError],
  ['P0', ProgrammingError],
  ['XX', InternalError],
])

/**
 * The class of error for a SQLSTATE: its own where it has one, else that of its first two characters, else DatabaseError.
 *
 * @example
 *     errorClassFor('23505')      // UniqueViolation
 *     errorClassFor('23000')      // IntegrityError
 */
export function errorClassFor(sqlState: string): DBAPIErrorClass {
  return LEAVES.get(sqlState) ?? CLASSES.get(sqlState.slice(0, 2)) ?? DatabaseError
}

// 08P01 is not among them: a wrong number of parameters gives it too.
const DISCONNECTS: ReadonlySet<string> = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '08007',
  '25P03',
  '25P04',
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
])

/** Whether the server ends the session with this code. */
export function isDisconnectSqlState(sqlState: string): boolean {
  return DISCONNECTS.has(sqlState)
}
