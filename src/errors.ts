// Every error class that is not the ORM's: SQLAlchemy's hierarchy and names, each with a stable code explained in docs/errors.md.

/** Options that every error of this package takes. */
export interface SQLAlchemyErrorOptions {
  /** What caused it; kept as the standard `cause`. */
  readonly cause?: unknown
  /** Overrides the class's own code where one class reports several situations. */
  readonly code?: string
}

const ERRORS_PAGE = 'https://github.com/tsalchemy/tsalchemy/blob/main/docs/errors.md'

/**
 * The root of all errors this package raises on purpose.
 *
 * `code` is stable across releases; `docs/errors.md` has an entry for each. Where SQLAlchemy has the class, the name and
 * the place in the hierarchy are SQLAlchemy's (Core Exceptions).
 */
export class SQLAlchemyError extends Error {
  static readonly code: string = 'sqlalchemy-error'
  static override readonly name: string = 'SQLAlchemyError'
  /** Stable identifier of the situation, an anchor of `docs/errors.md`. */
  readonly code: string

  constructor(message: string, options: SQLAlchemyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code ?? new.target.code
    Object.defineProperty(this, 'name', {
      value: new.target.name,
      enumerable: false,
      configurable: true,
      writable: true,
    })
  }

  /** Address of the explanation of this error. */
  get helpUrl(): string {
    return `${ERRORS_PAGE}#${this.code}`
  }
}

/** An argument that cannot be right: wrong kind, unknown option, contradiction. Nothing was sent to the database. */
export class ArgumentError extends SQLAlchemyError {
  static override readonly code: string = 'argument-error'
  static override readonly name: string = 'ArgumentError'
}
/** Something that cannot be executed was given to `execute()`. */
export class ObjectNotExecutableError extends ArgumentError {
  static override readonly code: string = 'object-not-executable'
  static override readonly name: string = 'ObjectNotExecutableError'
}
/** A join or relationship was asked to find its ON clause, and no foreign key links the two sides. */
export class NoForeignKeysError extends ArgumentError {
  static override readonly code: string = 'no-foreign-keys'
  static override readonly name: string = 'NoForeignKeysError'
}
/** A join or relationship was asked to find its ON clause, and several foreign keys could give it. */
export class AmbiguousForeignKeysError extends ArgumentError {
  static override readonly code: string = 'ambiguous-foreign-keys'
  static override readonly name: string = 'AmbiguousForeignKeysError'
}
/** A statement cannot be written in this dialect, or contradicts itself. */
export class CompileError extends SQLAlchemyError {
  static override readonly code: string = 'compile-error'
  static override readonly name: string = 'CompileError'
}
/** The dialect has no spelling for this kind of element. */
export class UnsupportedCompilationError extends CompileError {
  static override readonly code: string = 'unsupported-compilation'
  static override readonly name: string = 'UnsupportedCompilationError'
}
/** A name that the database cannot hold: empty, too long, or with a NUL character. */
export class IdentifierError extends SQLAlchemyError {
  static override readonly code: string = 'identifier-error'
  static override readonly name: string = 'IdentifierError'
}
/** Things depend on each other in a circle, so they have no order. */
export class CircularDependencyError extends SQLAlchemyError {
  static override readonly code: string = 'circular-dependency'
  static override readonly name: string = 'CircularDependencyError'
  /** The members of the circle, in order. */
  readonly cycle: readonly unknown[]
  constructor(message: string, cycle: readonly unknown[], options: SQLAlchemyErrorOptions = {}) {
    super(message, options)
    this.cycle = cycle
  }
}
/** Something right in itself was asked at the wrong moment or of the wrong object. */
export class InvalidRequestError extends SQLAlchemyError {
  static override readonly code: string = 'invalid-request'
  static override readonly name: string = 'InvalidRequestError'
}
/** A row was required and none was found. */
export class NoResultFound extends InvalidRequestError {
  static override readonly code: string = 'no-result-found'
  static override readonly name: string = 'NoResultFound'
}
/** One row was required and several were found. */
export class MultipleResultsFound extends InvalidRequestError {
  static override readonly code: string = 'multiple-results-found'
  static override readonly name: string = 'MultipleResultsFound'
}
/** A row or result has no column of that name. */
export class NoSuchColumnError extends InvalidRequestError {
  static override readonly code: string = 'no-such-column'
  static override readonly name: string = 'NoSuchColumnError'
}
/** Several columns answer to that name. */
export class AmbiguousColumnError extends InvalidRequestError {
  static override readonly code: string = 'ambiguous-column'
  static override readonly name: string = 'AmbiguousColumnError'
}
/** A foreign key names a table that its MetaData does not have. */
export class NoReferencedTableError extends InvalidRequestError {
  static override readonly code: string = 'no-referenced-table'
  static override readonly name: string = 'NoReferencedTableError'
}
/** A foreign key names a column that its table does not have. */
export class NoReferencedColumnError extends InvalidRequestError {
  static override readonly code: string = 'no-referenced-column'
  static override readonly name: string = 'NoReferencedColumnError'
}
/** The table does not exist in the database or in the MetaData. */
export class NoSuchTableError extends InvalidRequestError {
  static override readonly code: string = 'no-such-table'
  static override readonly name: string = 'NoSuchTableError'
}
/** `inspect()` does not know this kind of object. */
export class NoInspectionAvailable extends InvalidRequestError {
  static override readonly code: string = 'no-inspection'
  static override readonly name: string = 'NoInspectionAvailable'
}
/** A connection, transaction, result, session or engine is used after it was closed. */
export class ResourceClosedError extends InvalidRequestError {
  static override readonly code: string = 'resource-closed'
  static override readonly name: string = 'ResourceClosedError'
}
/** The transaction failed and must be rolled back before anything else can be done. */
export class PendingRollbackError extends InvalidRequestError {
  static override readonly code: string = 'pending-rollback'
  static override readonly name: string = 'PendingRollbackError'
}
/** Two flows use one session or connection at the same time. */
export class IllegalStateChangeError extends InvalidRequestError {
  static override readonly code: string = 'illegal-state-change'
  static override readonly name: string = 'IllegalStateChangeError'
}
/** No connection of the pool became free in time. */
export class TimeoutError extends SQLAlchemyError {
  static override readonly code: string = 'pool-timeout'
  static override readonly name: string = 'TimeoutError'
}
/** Options of {@link DisconnectionError}. */
export interface DisconnectionErrorOptions extends SQLAlchemyErrorOptions {
  /** Whether the pool's other connections are to be replaced as well. Default false. */
  readonly invalidatePool?: boolean
}

/** Raised by a pool's checkout listener to say that a connection is dead and another should be tried. */
export class DisconnectionError extends SQLAlchemyError {
  static override readonly code: string = 'disconnection'
  static override readonly name: string = 'DisconnectionError'
  /** Whether the pool's other connections are to be replaced as well. */
  readonly invalidatePool: boolean

  constructor(message: string, options: DisconnectionErrorOptions = {}) {
    super(message, options)
    this.invalidatePool = options.invalidatePool ?? false
  }
}

/** Options of {@link StatementError}. */
export interface StatementErrorOptions extends SQLAlchemyErrorOptions {
  readonly statement?: string | null
  readonly parameters?: readonly unknown[] | null
  /** Leaves the parameters, and the server's `detail`, out of what prints or serializes the error; the properties keep them. Default false. */
  readonly hideParameters?: boolean
}

/**
 * A statement could not be run; `statement` and `parameters` tell which. This library puts no values into the message; where the engine hides
 * them (`hideParameters`) they are not in what `console.log()` and `JSON.stringify()` make of the error either.
 */
export class StatementError extends SQLAlchemyError {
  static override readonly code: string = 'statement-error'
  static override readonly name: string = 'StatementError'
  readonly statement: string | null
  readonly parameters: readonly unknown[] | null
  readonly hideParameters: boolean
  /** Where several statements were sent in one flight, the index of the one at fault; null where none of them was. */
  flightIndex: number | null = null
  constructor(message: string, options: StatementErrorOptions = {}) {
    super(message, options)
    this.statement = options.statement ?? null
    this.hideParameters = options.hideParameters ?? false
    this.parameters = options.parameters ?? null
    if (this.hideParameters) Object.defineProperty(this, 'parameters', { value: this.parameters, enumerable: false })
  }
}

/** Options of {@link DBAPIError}. */
export interface DBAPIErrorOptions extends StatementErrorOptions {
  readonly sqlState?: string | null
  readonly detail?: string | null
  readonly hint?: string | null
  readonly position?: number | null
  readonly schema?: string | null
  readonly table?: string | null
  readonly column?: string | null
  readonly dataType?: string | null
  readonly constraint?: string | null
  readonly severity?: string | null
  readonly connectionInvalidated?: boolean
}

/** The database or its driver refused; all that the server said is in the properties, and the driver's own error is the `cause`. */
export class DBAPIError extends StatementError {
  static override readonly code: string = 'dbapi-error'
  static override readonly name: string = 'DBAPIError'
  /** The five-character SQLSTATE; null where the failure was not an answer of the server. */
  readonly sqlState: string | null
  readonly severity: string | null
  readonly detail: string | null
  readonly hint: string | null
  /** 1-based character index in `statement`. */
  readonly position: number | null
  readonly schema: string | null
  readonly table: string | null
  readonly column: string | null
  readonly dataType: string | null
  readonly constraint: string | null
  /** Whether the connection was lost with this error. */
  readonly connectionInvalidated: boolean
  constructor(message: string, options: DBAPIErrorOptions = {}) {
    super(message, options)
    this.sqlState = options.sqlState ?? null
    this.severity = options.severity ?? null
    this.detail = options.detail ?? null
    // It tells of rows: `Key (email)=(ed@example.com) already exists.`
    if (this.hideParameters) Object.defineProperty(this, 'detail', { enumerable: false })
    this.hint = options.hint ?? null
    this.position = options.position ?? null
    this.schema = options.schema ?? null
    this.table = options.table ?? null
    this.column = options.column ?? null
    this.dataType = options.dataType ?? null
    this.constraint = options.constraint ?? null
    this.connectionInvalidated = options.connectionInvalidated ?? false
  }
}
/** The driver itself was at fault or was misused, not the database. */
export class InterfaceError extends DBAPIError {
  static override readonly code: string = 'interface-error'
  static override readonly name: string = 'InterfaceError'
}
/** The database reported an error. */
export class DatabaseError extends DBAPIError {
  static override readonly code: string = 'database-error'
  static override readonly name: string = 'DatabaseError'
}
/** A value does not fit: out of range, malformed, too long (SQLSTATE class 22). */
export class DataError extends DatabaseError {
  static override readonly code: string = 'data-error'
  static override readonly name: string = 'DataError'
}
/** The database's operation failed for reasons outside the statement: connection, resources, conflicts (classes 08, 40, 53, 55, 57, 58). */
export class OperationalError extends DatabaseError {
  static override readonly code: string = 'operational-error'
  static override readonly name: string = 'OperationalError'
}
/** A constraint was violated (class 23). */
export class IntegrityError extends DatabaseError {
  static override readonly code: string = 'integrity-error'
  static override readonly name: string = 'IntegrityError'
}
/** The database is in a state in which the statement cannot run (classes 24, 25, 2B, 2D, XX). */
export class InternalError extends DatabaseError {
  static override readonly code: string = 'internal-error'
  static override readonly name: string = 'InternalError'
}
/** The statement is wrong: syntax, unknown names, missing rights (classes 26, 42, ...). */
export class ProgrammingError extends DatabaseError {
  static override readonly code: string = 'programming-error'
  static override readonly name: string = 'ProgrammingError'
}
/** The database does not support what was asked (class 0A). */
export class NotSupportedError extends DatabaseError {
  static override readonly code: string = 'not-supported'
  static override readonly name: string = 'NotSupportedError'
}
/** The transaction was rolled back by the server although COMMIT was asked. */
export class TransactionRolledBack extends OperationalError {
  static override readonly code: string = 'transaction-rolled-back'
  static override readonly name: string = 'TransactionRolledBack'
}
/** The connection was lost while COMMIT was on its way: whether the transaction was committed is not known. */
export class CommitOutcomeUnknown extends OperationalError {
  static override readonly code: string = 'commit-outcome-unknown'
  static override readonly name: string = 'CommitOutcomeUnknown'
}
