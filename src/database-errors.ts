// The errors of databases by what happened, below the classes of errors.ts: which dialect raises which is in its table of codes.
import { DataError, IntegrityError, InternalError, OperationalError, ProgrammingError } from './errors.ts'

/** A value exists already where it must be unique (23505); `constraint` names the rule, `detail` the key. */
export class UniqueViolation extends IntegrityError {
  static override readonly code: string = 'unique-violation'
  static override readonly name: string = 'UniqueViolation'
}
/** A row refers to one that does not exist, or is still referred to (23503). */
export class ForeignKeyViolation extends IntegrityError {
  static override readonly code: string = 'foreign-key-violation'
  static override readonly name: string = 'ForeignKeyViolation'
}
/** NULL in a column that does not take it (23502); `column` names it. */
export class NotNullViolation extends IntegrityError {
  static override readonly code: string = 'not-null-violation'
  static override readonly name: string = 'NotNullViolation'
}
/** A CHECK constraint does not hold (23514). */
export class CheckViolation extends IntegrityError {
  static override readonly code: string = 'check-violation'
  static override readonly name: string = 'CheckViolation'
}
/** A row conflicts with another under an EXCLUDE constraint (23P01). */
export class ExclusionViolation extends IntegrityError {
  static override readonly code: string = 'exclusion-violation'
  static override readonly name: string = 'ExclusionViolation'
}
/** A row with ON DELETE or ON UPDATE RESTRICT is still referred to (23001). */
export class RestrictViolation extends IntegrityError {
  static override readonly code: string = 'restrict-violation'
  static override readonly name: string = 'RestrictViolation'
}
/** Concurrent transactions cannot be put in an order (40001): roll back and run the whole transaction again. */
export class SerializationFailure extends OperationalError {
  static override readonly code: string = 'serialization-failure'
  static override readonly name: string = 'SerializationFailure'
}
/** Transactions wait for each other in a circle, and this one was chosen to give way (40P01): run it again. */
export class DeadlockDetected extends OperationalError {
  static override readonly code: string = 'deadlock-detected'
  static override readonly name: string = 'DeadlockDetected'
}
/** The statement was canceled (57014): an aborted signal, `statement_timeout`, or an administrator. */
export class QueryCanceled extends OperationalError {
  static override readonly code: string = 'query-canceled'
  static override readonly name: string = 'QueryCanceled'
}
/** The statement took longer than its `timeoutMs` and was canceled. */
export class StatementTimeout extends QueryCanceled {
  static override readonly code: string = 'statement-timeout'
  static override readonly name: string = 'StatementTimeout'
}
/** A lock was not free at once (NOWAIT) or within `lock_timeout` (55P03). */
export class LockNotAvailable extends OperationalError {
  static override readonly code: string = 'lock-not-available'
  static override readonly name: string = 'LockNotAvailable'
}
/** The server ended the session: a shutdown or `pg_terminate_backend` (57P01, 57P02). */
export class AdminShutdown extends OperationalError {
  static override readonly code: string = 'admin-shutdown'
  static override readonly name: string = 'AdminShutdown'
}
/** The server is starting, stopping or recovering and takes no sessions yet (57P03). */
export class CannotConnectNow extends OperationalError {
  static override readonly code: string = 'cannot-connect-now'
  static override readonly name: string = 'CannotConnectNow'
}
/** The server, the role or the database has no session left (53300). */
export class TooManyConnections extends OperationalError {
  static override readonly code: string = 'too-many-connections'
  static override readonly name: string = 'TooManyConnections'
}
/** The password is wrong, or the role does not exist (28P01, 28000). */
export class InvalidPassword extends OperationalError {
  static override readonly code: string = 'invalid-password'
  static override readonly name: string = 'InvalidPassword'
}
/** The database does not exist (3D000). */
export class InvalidCatalogName extends OperationalError {
  static override readonly code: string = 'invalid-catalog-name'
  static override readonly name: string = 'InvalidCatalogName'
}
/** The table or view does not exist (42P01); `position` tells where in the statement. */
export class UndefinedTable extends ProgrammingError {
  static override readonly code: string = 'undefined-table'
  static override readonly name: string = 'UndefinedTable'
}
/** The column does not exist (42703). */
export class UndefinedColumn extends ProgrammingError {
  static override readonly code: string = 'undefined-column'
  static override readonly name: string = 'UndefinedColumn'
}
/** No function or operator takes arguments of these types (42883); a cast often helps. */
export class UndefinedFunction extends ProgrammingError {
  static override readonly code: string = 'undefined-function'
  static override readonly name: string = 'UndefinedFunction'
}
/** The table, index or view exists already (42P07). */
export class DuplicateTable extends ProgrammingError {
  static override readonly code: string = 'duplicate-table'
  static override readonly name: string = 'DuplicateTable'
}
/** The type, constraint or other object exists already (42710). */
export class DuplicateObject extends ProgrammingError {
  static override readonly code: string = 'duplicate-object'
  static override readonly name: string = 'DuplicateObject'
}
/** The column exists already, or is named twice (42701). */
export class DuplicateColumn extends ProgrammingError {
  static override readonly code: string = 'duplicate-column'
  static override readonly name: string = 'DuplicateColumn'
}
/** The statement is not SQL (42601); `position` tells where. Named so because JavaScript has a SyntaxError. */
export class SqlSyntaxError extends ProgrammingError {
  static override readonly code: string = 'sql-syntax-error'
  static override readonly name: string = 'SqlSyntaxError'
}
/** The role may not do that (42501). */
export class InsufficientPrivilege extends ProgrammingError {
  static override readonly code: string = 'insufficient-privilege'
  static override readonly name: string = 'InsufficientPrivilege'
}
/** The transaction failed earlier and takes nothing but a rollback (25P02). */
export class InFailedTransaction extends InternalError {
  static override readonly code: string = 'in-failed-transaction'
  static override readonly name: string = 'InFailedTransaction'
}
/** A write in a read-only transaction, or on a server in recovery (25006). */
export class ReadOnlyTransaction extends InternalError {
  static override readonly code: string = 'read-only-transaction'
  static override readonly name: string = 'ReadOnlyTransaction'
}
/** A number is beyond the range of its type (22003). */
export class NumericOutOfRange extends DataError {
  static override readonly code: string = 'numeric-out-of-range'
  static override readonly name: string = 'NumericOutOfRange'
}
/** A string is longer than its column (22001). */
export class StringTooLong extends DataError {
  static override readonly code: string = 'string-too-long'
  static override readonly name: string = 'StringTooLong'
}
/** A text is not a value of the type it is read as (22P02). */
export class InvalidTextRepresentation extends DataError {
  static override readonly code: string = 'invalid-text-representation'
  static override readonly name: string = 'InvalidTextRepresentation'
}
/** A division by zero (22012). */
export class DivisionByZero extends DataError {
  static override readonly code: string = 'division-by-zero'
  static override readonly name: string = 'DivisionByZero'
}
/** A function or trigger raised an error of its own (P0001). */
export class RaiseException extends ProgrammingError {
  static override readonly code: string = 'raise-exception'
  static override readonly name: string = 'RaiseException'
}
/** The prepared statement is gone, or the result it promised has changed, inside a transaction (26000, 0A000): run the transaction again. */
export class InvalidCachedStatement extends OperationalError {
  static override readonly code: string = 'invalid-cached-statement'
  static override readonly name: string = 'InvalidCachedStatement'
}
