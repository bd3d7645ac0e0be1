// What a driver gives the pool and the engine: connections that run batches of commands in one flight each.

/**
 * How values of one database type travel. The engine only carries codecs from the dialect to the driver; what is in one
 * is between these two.
 */
export interface Codec {
  /** The database's name of the type, for messages: `int4`, `text[]`. */
  readonly name: string
}

/**
 * A statement as a driver knows it. The object's identity is the statement's identity: a driver keeps what it learnt about
 * it (prepared name, described columns) as long as the object lives, so callers reuse the object to reuse that knowledge.
 */
export interface DriverStatement {
  readonly sql: string
  /** One codec for each parameter in order of position; null where the server decides the type. */
  readonly parameters: readonly (Codec | null)[]
  /** One codec for each result column in order of position, null where the server says the type; null as a whole where the columns are not known beforehand. */
  readonly columns: readonly (Codec | null)[] | null
  /** Whether the statement is worth preparing under a name. DDL and one-off statements are not. */
  readonly prepare: boolean
}

/** What rows can be made into instead of arrays. */
export interface RowTarget {
  /** A name for each column, all different. */
  readonly keys: readonly string[]
  /** Makes an empty row, whose values are then assigned by name. */
  readonly make: new () => Record<string, unknown>
}

/** One statement with its parameter values, ready to be sent. */
export interface Command {
  readonly statement: DriverStatement
  readonly parameters: readonly unknown[]
  /** Asks for rows made of this, so that no array has to be made of each before; a driver may give arrays all the same. */
  readonly target?: RowTarget
}

/** What the server said of a result column. */
export interface ColumnDescription {
  readonly name: string
  /** The database's number of the type (PostgreSQL: the OID), 0 where it has none. */
  readonly typeId: number
}

/** What one command gave. */
export interface CommandResult {
  /** Decoded rows, each an array in column order; owned by the receiver, who may keep and change the arrays. Empty where the command returns none. */
  readonly rows: unknown[][]
  /** The rows as the command's target wants them; then `rows` is empty. */
  readonly made?: Record<string, unknown>[]
  /** Null where the command returns no rows (an INSERT without RETURNING, DDL). */
  readonly columns: readonly ColumnDescription[] | null
  /** The first words of the server's completion tag: `SELECT`, `INSERT`, `COMMIT`, `CREATE TABLE`. */
  readonly tag: string
  /** Rows selected or changed; null where the command does not count. */
  readonly rowCount: number | null
  /** What the server had to say beside the answer, in order; absent where it said nothing. */
  readonly notices?: readonly DriverNotice[]
}

/** Whether a connection stands outside a transaction, inside one, inside one that failed, or cannot be used any more. */
export type TransactionStatus = 'idle' | 'active' | 'failed' | 'lost'

/** A message of the server that is no error: NOTICE, WARNING, ... */
export interface DriverNotice {
  readonly severity: string
  readonly sqlState: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
}

/** One connection to a database, used by one caller at a time. */
export interface DriverConnection {
  /** The server's number of this session (PostgreSQL: the backend's process id), 0 where it has none. */
  readonly processId: number
  /** The server's settings reported at connect and since, such as `server_version`, `TimeZone`, `in_hot_standby`. */
  readonly serverSettings: ReadonlyMap<string, string>
  readonly transactionStatus: TransactionStatus
  /** Whether the session behind it changes from transaction to transaction (a pooler stands in between). Absent where it never does. */
  readonly pooled?: boolean
  /** How many flights (writes that wait for an answer) this connection has made since it was opened. */
  readonly flights: number
  /**
   * Sends all commands in one write and waits for one answer. They stop at the first error: those behind it are not run.
   * Without an explicit BEGIN among them they are one implicit transaction.
   *
   * All parameters are encoded before the first byte is written; an encoding failure sends nothing.
   * @throws DriverError what the server or the wire refused; `transactionStatus` is final by then.
   */
  run(commands: readonly Command[], options?: RunOptions): Promise<CommandResult[]>
  /**
   * As {@link run}, without waiting for earlier calls of it: several such flights may be on their way, each is a transaction
   * of its own and fails alone. The caller keeps out what begins a transaction or changes the session. Aborting one rejects
   * it without harm to the others. Absent where a flight has to wait for the one before.
   */
  pipeline?(commands: readonly Command[], options?: RunOptions): Promise<CommandResult[]>
  /**
   * Runs commands and opens a cursor on the rows of the last, all in one flight. Absent where `features.cursors` is 'none'.
   *
   * @throws DriverError what `run` rejects with; the cursor's command has the last `commandIndex`, and no cursor is open.
   */
  openCursor?(commands: readonly Command[], options: OpenCursorOptions): Promise<OpenedCursor>
  /**
   * COPY ... FROM STDIN: sends what the source gives, at the pace at which the server takes it. Where the source throws, the
   * copy fails on the server and the call rejects with a DriverError whose cause that is; the connection stays usable.
   * Absent where `features.copy` is false.
   *
   * @param commands the last is the COPY; the others are run in front of it.
   * @returns what the commands gave; the last has the number of rows copied.
   */
  copyIn?(commands: readonly Command[], source: ByteSource, options?: RunOptions): Promise<CommandResult[]>
  /**
   * COPY ... TO STDOUT: hands on what the server sends, at the pace at which it is read. Leaving the iteration early stops the
   * copy on the server; the connection is free for others when `return()` has resolved. Absent where `features.copy` is false.
   *
   * @param commands the last is the COPY; the others are run in front of it.
   * @returns at the end, what the commands gave; the last has the number of rows copied.
   */
  copyOut?(
    commands: readonly Command[],
    options?: RunOptions,
  ): AsyncIterableIterator<Uint8Array, readonly CommandResult[] | undefined>
  /** Messages of NOTIFY for the channels that this session listens to. Absent where `features.notifications` is false. */
  onNotification?(listener: (notification: DriverNotification) => void): void
  /** Called once when the connection is lost or closed; called at once if that is past. */
  onceClosed(listener: (reason: Error | null) => void): void
  onNotice(listener: (notice: DriverNotice) => void): void
  /** What the server said while the session was opened, before anybody could listen; absent where it says nothing. */
  readonly welcome?: readonly DriverNotice[]
  /** Whether this connection alone keeps the process running, as it does at first. Absent where it never does. */
  keepProcess?(keep: boolean): void
  /** Says goodbye to the server and resolves when the socket is closed; never rejects, and gives up politeness after a second. */
  close(): Promise<void>
  /** Cuts the connection at once, without a goodbye. */
  terminate(): void
}

/** Bytes in pieces of any size. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A message that a NOTIFY sent. */
export interface DriverNotification {
  readonly channel: string
  /** Empty where NOTIFY gave none. */
  readonly payload: string
  /** The session that sent it. */
  readonly processId: number
}

/** Options of {@link DriverConnection.openCursor}. */
export interface OpenCursorOptions extends RunOptions {
  /** How many rows the first flight brings at most, at least 1. */
  readonly rows: number
}

/** What {@link DriverConnection.openCursor} gives. */
export interface OpenedCursor {
  readonly cursor: DriverCursor
  /** What each command gave; the last has the first page of rows. */
  readonly results: CommandResult[]
}

/**
 * A place in the rows of a statement that the server keeps and hands out page by page. Between two pages the connection is
 * free: other commands may be run, and other cursors opened. Nothing is read ahead of what was asked for.
 *
 * Where `features.cursors` is 'transaction' a cursor lives as long as the transaction that it was opened in, and is gone when
 * that ends or is rolled back to a savepoint set before it.
 */
export interface DriverCursor {
  /** Whether there is nothing more to fetch: the last row was fetched, the cursor was closed, or the server has dropped it. */
  readonly done: boolean
  /**
   * The next rows, at most so many; none where there are no more. One flight, and none where `done`.
   *
   * @throws DriverError the cursor is gone with its transaction, or what the server refused; the cursor is done then.
   */
  fetch(rows: number, options?: RunOptions): Promise<CommandResult>
  /** Lets go of what the server keeps for it, at the latest with the next flight of the connection; sends nothing of its own. */
  close(): void
}

/** Options of {@link DriverConnection.run}. */
export interface RunOptions {
  /** Aborting before the send refuses the batch; aborting later cancels it on the server, waits for the answer and rejects with the signal's reason as cause. */
  readonly signal?: AbortSignal
  /**
   * Asks, in front of the batch and in the same write, whether the server still listens. Where it says that it ended the session
   * before it read the question, the error is `unread`. Costs no round trip. Ignored where there is no such thing.
   */
  readonly probe?: boolean
}

/** Opens connections to one database. */
export interface Driver {
  readonly name: string
  /** The largest number of connections that can be open at once; null where there is no limit of the driver's own. */
  readonly maxConnections: number | null
  /**
   * Opens a connection whose session settings are those that the codecs rely on.
   * @throws DriverError with `disconnected: true` where the server cannot be reached or refuses.
   */
  connect(options?: ConnectOptions): Promise<DriverConnection>
  /** Frees what the connections share (an embedded database); the driver cannot connect afterwards. */
  dispose(): Promise<void>
}

/** Options of {@link Driver.connect}. */
export interface ConnectOptions {
  readonly signal?: AbortSignal
}

/** Everything a server's error message carries; keys are absent where the server left them out. */
export interface ServerErrorFields {
  readonly severity?: string
  readonly sqlState?: string
  readonly detail?: string
  readonly hint?: string
  /** 1-based index of the character in the statement at which the error was seen. */
  readonly position?: number
  readonly internalQuery?: string
  readonly where?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly dataType?: string
  readonly constraint?: string
  readonly routine?: string
  /** The version of the server that did not understand a statement, where it was told: `17.10`. */
  readonly serverVersion?: string
}

/** What went wrong below the engine; the engine wraps it in the public hierarchy and keeps it as the cause. */
export class DriverError extends Error {
  override readonly name: string = 'DriverError'
  /** What the server said; null where the failure was not an answer of the server. */
  readonly fields: ServerErrorFields | null
  /** Index of the command at fault; the number of commands where it was the end of the batch (a deferred constraint). Null where no command was at fault. */
  readonly commandIndex: number | null
  /** Results of the commands before the one at fault. */
  readonly results: readonly CommandResult[]
  /** What the server said while it ran the command at fault, beside the error. */
  readonly notices: readonly DriverNotice[]
  /** Whether the connection is gone. */
  readonly disconnected: boolean
  /** Whether any byte of the batch may have reached the server. */
  readonly sent: boolean
  /** Whether a cancel request (an aborted signal, a timeout) ended the batch. */
  readonly canceled: boolean
  /** Index of the parameter whose value could not be encoded; null where encoding was not the matter. */
  readonly parameterIndex: number | null
  /** Whether the server takes no more connections for now (it has too many, or is starting) and may take one later. */
  readonly refusedForNow: boolean
  /** Whether the server takes no writes at all (it is a standby, or was made read only), where this was refused for that. */
  readonly refusedWrite: boolean
  /** Whether it is certain that the server has read nothing of the batch, although it was sent: it can be sent again elsewhere. */
  readonly unread: boolean
  /** Whether the server stopped at a statement that was prepared for what is not there any more: prepared anew it can be sent again. */
  readonly stale: boolean
  /** Whether all of the batch was done, because the cancel request came too late: its results are here. */
  readonly completed: boolean

  constructor(message: string, options: DriverErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.fields = options.fields ?? null
    this.commandIndex = options.commandIndex ?? null
    this.results = options.results ?? []
    this.notices = options.notices ?? []
    this.disconnected = options.disconnected ?? false
    this.sent = options.sent ?? true
    this.canceled = options.canceled ?? false
    this.parameterIndex = options.parameterIndex ?? null
    this.refusedForNow = options.refusedForNow ?? false
    this.refusedWrite = options.refusedWrite ?? false
    this.unread = options.unread ?? false
    this.stale = options.stale ?? false
    this.completed = options.completed ?? false
  }

  /** The same error, of the same place, with other circumstances. */
  with(changes: DriverErrorOptions): DriverError {
    const { message, stack, cause, fields, results, notices } = this
    const made = new DriverError(message, { ...this, cause, fields, results, notices, ...changes })
    if (stack !== undefined) made.stack = stack
    return made
  }
}

/** Options of {@link DriverError}. */
export interface DriverErrorOptions {
  readonly cause?: unknown
  readonly fields?: ServerErrorFields | null
  readonly commandIndex?: number | null
  readonly results?: readonly CommandResult[]
  readonly notices?: readonly DriverNotice[]
  readonly disconnected?: boolean
  readonly sent?: boolean
  readonly canceled?: boolean
  readonly parameterIndex?: number | null
  readonly refusedForNow?: boolean
  readonly refusedWrite?: boolean
  readonly unread?: boolean
  readonly stale?: boolean
  readonly completed?: boolean
}
