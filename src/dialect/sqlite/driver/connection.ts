// A connection: batches of commands on one database handle, transactions kept as other databases keep them.
import {
  type Command,
  type CommandResult,
  type DriverConnection,
  DriverError,
  type DriverNotice,
  type DriverStatement,
  type OpenCursorOptions,
  type OpenedCursor,
  type RunOptions,
  type TransactionStatus,
} from '../../contract/driver.ts'
import { type Answer, answer, decode } from './answer.ts'
import { NO_ROWS, openCursor, type SqliteCursor } from './cursor.ts'
import { canceled, connectionClosed, failureFields, isLocked, misread, transactionEnded, withPlace } from './failure.ts'
import type { Bindings, DatabaseHandle, SqliteLibrary } from './library.ts'
import { type ScannedSql, scanSql, withoutComments } from './scan.ts'
import { bindingsOf, type Known, type RowReading, readingOf, StatementCache, scannedOf } from './statements.ts'
import { fairTurn, pause } from './turns.ts'

/** What a connection must know beside its handle. */
export interface ConnectionOptions {
  readonly library: SqliteLibrary
  readonly version: string
  /** How long a statement waits for a lock, in milliseconds. */
  readonly busyTimeoutMs: number
  readonly statementCacheSize: number
  /** How BEGIN is spelt where nothing else is said: `BEGIN`, `BEGIN IMMEDIATE`. */
  readonly begin: string
  /** Called when the connection is closed. */
  readonly release: () => void
}

/** A command with its values as SQLite takes them. */
interface Ready {
  readonly command: Command
  readonly scanned: ScannedSql
  readonly bindings: Bindings
  /** Set where a value does not fit its column: it fails in its turn, as it does where the database finds it. */
  readonly misfit: DriverError | null
}

const NOTHING: ScannedSql = scanSql('')
const READ_ONLY = /\bREAD\s+ONLY\b/i
const TO_SAVEPOINT = /\bTO\b/i
const BARE_BEGIN = /^\s*BEGIN\s*;?\s*$/i
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE'])
/** After these prepared statements may give other columns. */
const RESHAPING: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP', 'ATTACH', 'DETACH', 'PRAGMA', 'VACUUM'])

/** See the first line of the file. */
export class SqliteConnection implements DriverConnection {
  readonly processId: number = 0
  readonly serverSettings: ReadonlyMap<string, string>
  flights = 0
  readonly #handle: DatabaseHandle
  readonly #options: ConnectionOptions
  readonly #statements: StatementCache
  readonly #onClosed: ((reason: Error | null) => void)[] = []
  #status: TransactionStatus = 'idle'
  #readOnly = false
  #closeReason: Error | null = null
  readonly #cursors: Set<SqliteCursor> = new Set()
  /** Those that end with the transaction. */
  readonly #ofTransaction: Set<SqliteCursor> = new Set()

  constructor(handle: DatabaseHandle, options: ConnectionOptions) {
    this.#handle = handle
    this.#options = options
    this.#statements = new StatementCache(handle, options.statementCacheSize)
    this.serverSettings = new Map([['server_version', options.version]])
  }

  get transactionStatus(): TransactionStatus {
    return this.#status
  }

  async run(commands: readonly Command[], options: RunOptions = {}): Promise<CommandResult[]> {
    if (commands.length === 0) return []
    const ready = this.#ready(commands, options.signal)
    this.flights += 1
    await fairTurn()
    this.#checkOpen()
    const results: CommandResult[] = []
    // Several commands without a BEGIN of their own are one transaction.
    const implicit = ready.length > 1 && this.#status === 'idle' && ready[0]?.scanned.verb !== 'BEGIN'
    if (implicit) await this.#control('BEGIN', 0, results)
    let index = 0
    let unread: DriverError | null = null
    try {
      for (; index < ready.length; index++) {
        if (options.signal?.aborted === true) throw canceled(options.signal, true)
        const step = this.#runOne(ready[index] as Ready, options.signal)
        // What need not wait does not: a turn for each command would cost more than the command.
        const { result, reading } = step instanceof Promise ? await step : step
        results.push(result)
        if (reading !== null) unread ??= decode(result, reading, index)
      }
      if (implicit && this.#status === 'active') await this.#commit()
    } catch (error) {
      throw this.#failed(error, index, results, implicit)
    }
    // What cannot be read has been done all the same, and what stood behind it as well.
    if (unread !== null)
      throw new DriverError(unread.message, {
        cause: unread.cause,
        commandIndex: unread.commandIndex,
        results,
      })
    return results
  }

  async openCursor(commands: readonly Command[], options: OpenCursorOptions): Promise<OpenedCursor> {
    const last = commands.at(-1)
    if (last === undefined) throw new DriverError('a cursor needs a command', { sent: false })
    const before = commands.slice(0, -1)
    const ready = this.#ready(commands, options.signal)
    const results = before.length === 0 ? [] : await this.run(before, options)
    if (before.length === 0) {
      this.flights += 1
      await fairTurn()
      this.#checkOpen()
    }
    const { command, scanned, bindings, misfit } = ready.at(-1) as Ready
    this.#checkSound(scanned)
    let cursor: SqliteCursor | null = null
    try {
      if (misfit !== null) throw misfit.with({ commandIndex: null })
      const known = this.#statements.prepare(scanned)
      const reading = readingOf(known, command.statement)
      if (reading === null) return { cursor: NO_ROWS, results: [...results, await this.#runAlone(command, options)] }
      this.#readAhead(scanned)
      const own = openCursor({
        rows: known.prepared.each(bindings, reading.wide),
        reading,
        tag: scanned.tag,
        count: () => {
          this.flights += 1
        },
        fail: (error) => this.#failed(error, commands.length - 1, [], false),
        closed: () => {
          this.#cursors.delete(own)
          this.#ofTransaction.delete(own)
          this.#interleave()
        },
      })
      cursor = own
      this.#cursors.add(own)
      if (this.#status === 'active') this.#ofTransaction.add(own)
      this.#interleave()
      this.flights -= 1
      const page = await own.fetch(options.rows, options)
      return { cursor: own, results: [...results, page] }
    } catch (error) {
      // An open one would keep the connection from all else.
      cursor?.close()
      if (error instanceof DriverError && error.commandIndex !== null) throw error
      throw this.#failed(error, commands.length - 1, results, false)
    }
  }

  /** A statement that gives no rows, where a cursor was asked for. */
  async #runAlone(command: Command, options: RunOptions): Promise<CommandResult> {
    this.flights -= 1
    const [result] = await this.run([command], options)
    return result as CommandResult
  }

  onceClosed(listener: (reason: Error | null) => void): void {
    if (this.#status === 'lost') listener(this.#closeReason)
    else this.#onClosed.push(listener)
  }

  onNotice(_listener: (notice: DriverNotice) => void): void {
    // SQLite says nothing but errors.
  }

  async close(): Promise<void> {
    this.terminate()
  }

  terminate(): void {
    if (this.#status === 'lost') return
    // A database is not closed while rows are being read, be it for somebody who has long forgotten them.
    for (const cursor of this.#cursors) cursor.abandon(connectionClosed())
    if (this.#status !== 'idle') this.#rollBack()
    this.#status = 'lost'
    this.#statements.clear()
    this.#options.release()
    for (const listener of this.#onClosed.splice(0)) listener(null)
  }

  /** All values are encoded before anything is run. */
  #ready(commands: readonly Command[], signal: AbortSignal | undefined): Ready[] {
    this.#checkOpen()
    if (signal?.aborted === true) throw canceled(signal, false)
    let statement: DriverStatement | null = null
    let scanned = NOTHING
    return commands.map((command, index) => {
      // Of one statement for many rows each row is a command.
      if (command.statement !== statement) {
        statement = command.statement
        scanned = scannedOf(statement)
      }
      if (scanned.several) throw misread('several statements in one text: run them one by one', index)
      if (scanned.casts) throw misread('SQLite has no casts by ::, write CAST(x AS INTEGER)', index)
      return { command, scanned, ...bindingsOrMisfit(command, scanned, index) }
    })
  }

  #runOne(ready: Ready, signal: AbortSignal | undefined): Answer | Promise<Answer> {
    const { command, scanned } = ready
    switch (scanned.verb) {
      case '':
        return answer('', null)
      case 'BEGIN':
        return this.#begin(withoutComments(command.statement.sql), signal)
      case 'COMMIT':
      case 'END':
        return this.#status === 'failed' ? this.#rollBackAll() : this.#commit(signal)
      case 'ROLLBACK':
        if (!TO_SAVEPOINT.test(withoutComments(command.statement.sql))) return this.#rollBackAll()
        this.#handle.exec(command.statement.sql)
        this.#status = 'active'
        return answer('ROLLBACK', null)
      default:
        this.#checkSound(scanned)
        if (ready.misfit !== null) throw ready.misfit
        return this.#once(ready) ?? this.#patiently(signal, () => this.#execute(ready))
    }
  }

  /** Null where a lock is in the way. */
  #once(ready: Ready): Answer | null {
    try {
      return this.#execute(ready)
    } catch (error) {
      if (isLocked(this.#options.library.codeOf(error))) return null
      throw error
    }
  }

  #execute({ command, scanned, bindings }: Ready): Answer {
    const { statement } = command
    const known = this.#statements.find(statement, scanned)
    const reading = readingOf(known, statement)
    this.#readAhead(scanned)
    // Before it is run, as it may fail half way.
    if (RESHAPING.has(scanned.verb)) this.#statements.clear()
    if (reading === null) {
      const changes = known.prepared.run(bindings)
      this.#keepStatus(scanned.verb)
      return answer(scanned.tag, CHANGES.has(scanned.tag) ? changes : null)
    }
    const rows = known.prepared.all(bindings, reading.wide)
    const fitting = rows.length === 0 || rows[0]?.length === reading.codecs.length ? reading : refreshed(known, command)
    const result = { rows, columns: fitting.names, tag: scanned.tag, rowCount: rows.length }
    return { result, reading: fitting }
  }

  /** Rows that are being read are those from before a write. */
  #readAhead({ tag }: ScannedSql): void {
    if (this.#cursors.size > 0 && CHANGES.has(tag)) for (const cursor of this.#cursors) cursor.readAhead()
  }

  /** SAVEPOINT begins a transaction where there is none, and the RELEASE of that one ends it. */
  #keepStatus(verb: string): void {
    if (verb === 'SAVEPOINT' || verb === 'RELEASE') this.#status = this.#handle.inTransaction ? 'active' : 'idle'
  }

  async #begin(sql: string, signal: AbortSignal | undefined): Promise<Answer> {
    this.#checkSound(null)
    const isReadOnly = READ_ONLY.test(sql)
    const text = isReadOnly ? 'BEGIN' : BARE_BEGIN.test(sql) ? this.#options.begin : sql
    // Within a transaction it says nothing new, as on other databases.
    if (this.#status === 'idle') await this.#patiently(signal, () => this.#handle.exec(text))
    this.#status = 'active'
    if (isReadOnly) {
      this.#handle.exec('PRAGMA query_only = 1')
      this.#readOnly = true
    }
    return answer('BEGIN', null)
  }

  async #control(sql: string, commandIndex: number, results: CommandResult[]): Promise<void> {
    try {
      await this.#begin(sql, undefined)
    } catch (error) {
      throw this.#failed(error, commandIndex, results, false)
    }
  }

  /** A COMMIT that is refused, by a deferred constraint or a lock, ends the transaction as a rollback. */
  async #commit(signal?: AbortSignal): Promise<Answer> {
    if (this.#status === 'idle') return answer('COMMIT', null)
    try {
      await this.#patiently(signal, () => this.#handle.exec('COMMIT'))
    } catch (error) {
      this.#rollBack()
      throw error
    }
    this.#ended()
    return answer('COMMIT', null)
  }

  #rollBackAll(): Answer {
    this.#rollBack()
    return answer('ROLLBACK', null)
  }

  #rollBack(): void {
    // Some failures, such as a full disk, have rolled back already.
    if (this.#handle.inTransaction) this.#handle.exec('ROLLBACK')
    this.#ended()
  }

  #ended(): void {
    this.#status = 'idle'
    // Their tables would stay locked.
    for (const cursor of this.#ofTransaction) cursor.abandon(transactionEnded())
    if (!this.#readOnly) return
    this.#handle.exec('PRAGMA query_only = 0')
    this.#readOnly = false
  }

  /** Waits for the locks of other connections, in the program's own time: they may be of this very process. */
  async #patiently<T>(signal: AbortSignal | undefined, attempt: () => T): Promise<T> {
    const { library, busyTimeoutMs } = this.#options
    const started = performance.now()
    for (let turn = 0; ; turn += 1) {
      try {
        return attempt()
      } catch (error) {
        const waited = performance.now() - started
        if (!isLocked(library.codeOf(error)) || waited >= busyTimeoutMs) throw error
        await pause(turn, busyTimeoutMs - waited)
        this.#checkOpen()
        if (signal?.aborted === true) throw canceled(signal, true)
      }
    }
  }

  /** @throws DriverError the connection was closed, it may be while this waited: a database in memory goes on with the next one. */
  #checkOpen(): void {
    if (this.#status === 'lost') throw connectionClosed()
  }

  /** @throws DriverError a command of the transaction failed before. */
  #checkSound(scanned: ScannedSql | null): void {
    if (this.#status !== 'failed') return
    throw new DriverError(
      `current transaction is aborted, ${scanned?.tag ?? 'BEGIN'} is ignored until its end: an earlier command failed`,
      { fields: { severity: 'ERROR', sqlState: '25P02' } },
    )
  }

  /** The error of a batch, with the transaction brought into the state that it leaves. */
  #failed(error: unknown, commandIndex: number, results: readonly CommandResult[], implicit: boolean): DriverError {
    const { library } = this.#options
    if (this.#status === 'active') {
      if (implicit || !this.#handle.inTransaction) this.#rollBack()
      else this.#status = 'failed'
    }
    const code = library.codeOf(error)
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof DriverError && error.fields === null && (error.canceled || error.disconnected))
      return withPlace(error, commandIndex, results)
    const fields =
      code !== null
        ? failureFields(code, message)
        : error instanceof DriverError
          ? error.fields
          : failureFields('SQLITE_ERROR', message)
    return new DriverError(message, { cause: error, fields, commandIndex, results })
  }

  #interleave(): void {
    if (this.#status !== 'lost') this.#handle.allowInterleaving(this.#cursors.size > 0)
  }
}

function bindingsOrMisfit(command: Command, scanned: ScannedSql, index: number): Pick<Ready, 'bindings' | 'misfit'> {
  try {
    return { bindings: bindingsOf(command, scanned, index), misfit: null }
  } catch (error) {
    if (error instanceof DriverError && error.fields !== null) return { bindings: [], misfit: error }
    throw error
  }
}

function refreshed(known: Known, { statement }: Command): RowReading {
  known.readFor = null
  const reading = readingOf(known, statement)
  if (reading === null) throw new DriverError('the statement gives no rows any more')
  return reading
}
