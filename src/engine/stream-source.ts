// Where the rows of a stream come from: a cursor in the transaction of a link, page by page.
import type { Command, CommandResult, DriverConnection, DriverCursor, RunOptions } from '../dialect/contract/driver.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import { ArgumentError, InvalidRequestError } from '../errors.ts'
import { withCaller } from './caller.ts'
import type { CompiledEntry } from './compiled-cache.ts'
import {
  columnsOf,
  type PreparedExecution,
  prepareExecution,
  processRows,
  type Statement,
  selectingOf,
} from './execution.ts'
import type { Link } from './link.ts'
import type { ExecuteOptions } from './options.ts'
import { rowsAreGone } from './refusals.ts'
import type { RowShape } from './result/row-shape.ts'
import type { Pages } from './result/stream-result.ts'
import type { Selecting } from './result/view.ts'
import type { Runtime, Way } from './runtime.ts'
import { StreamWatch } from './stream-watch.ts'
import type { ExecutionTrace } from './trace.ts'
import type { Transaction } from './transaction.ts'
import { replaced } from './watch.ts'

/** How many rows a page has where nobody says. */
const ROWS_OF_A_PAGE = 1000

/** What opens a cursor, and keeps it. */
class OpeningWay implements Way {
  cursor: DriverCursor | null = null
  readonly #rows: number

  constructor(rows: number) {
    this.#rows = rows
  }

  async run(
    connection: DriverConnection,
    commands: readonly Command[],
    options: RunOptions | undefined,
  ): Promise<CommandResult[]> {
    if (connection.openCursor === undefined) throw new DriverError('this driver has no cursors', { sent: false })
    const { cursor, results } = await connection.openCursor(commands, { ...options, rows: this.#rows })
    this.cursor = cursor
    return results
  }
}

/** Fetches the next page of a cursor; what rides in front of it is a flight of its own. */
function fetchingWay(cursor: DriverCursor, rows: number): Way {
  return {
    isPage: true,
    async run(connection, commands, options) {
      const first = commands.slice(0, -1)
      const results = first.length === 0 ? [] : await connection.run(first, options)
      return [...results, await cursor.fetch(rows, options)]
    },
  }
}

/** What a stream runs. */
export interface StreamRequest {
  readonly statement: Statement
  readonly parameters: unknown
  readonly options: ExecuteOptions | undefined
  /** Refuses statements whose rows cannot be read page by page. */
  readonly check?: (entry: CompiledEntry) => void
}

/** A statement that is ready to be streamed. */
interface Ready {
  readonly via: Runtime
  readonly prepared: PreparedExecution
  /** How many rows a page has at most. */
  readonly pageSize: number
}

/** A stream on the connection of a link, in the transaction that is open there or begins with it. */
export class LinkStream implements Pages {
  readonly #link: Link
  #request: StreamRequest
  #ready: Ready | null = null
  #shape: RowShape | null = null
  #cursor: DriverCursor | null = null
  /** Where it was opened. */
  #root: Transaction | null = null
  #savepoint: Transaction | null = null
  #over = false
  #dropped = false
  /** Null where nobody wants to know how long it takes. */
  #watch: StreamWatch | null = null
  #openedAt = 0
  #rowCount = 0
  #pageCount = 0
  #told = false

  constructor(link: Link, request: StreamRequest) {
    this.#link = link
    this.#request = request
  }

  get shape(): RowShape | null {
    return this.#shape
  }

  get selecting(): Selecting | null {
    return selectingOf(this.#request.statement, this.entry)
  }

  /** The compiled statement; null before the first page was asked for, and for SQL given as a string. */
  get entry(): CompiledEntry | null {
    const origin = this.#ready?.prepared.origin ?? 'raw'
    return origin === 'raw' ? null : origin
  }

  async next(): Promise<unknown[][] | null> {
    if (this.#over) return this.#end()
    try {
      const ready = this.#ready
      const result = ready === null ? await this.#open() : await this.#fetchWatched(ready)
      if (this.#over) {
        // The reader left while the first rows were on their way.
        this.#cursor?.close()
        return this.#end()
      }
      if (result.rows.length > 0) {
        this.#pageCount += 1
        this.#rowCount += result.rows.length
      }
      if (this.#cursor === null || this.#cursor.done) {
        this.#over = true
        await this.#tell(true)
      }
      const origin = this.#ready?.prepared.origin ?? 'raw'
      if (origin !== 'raw' && origin.processes !== null) processRows(result.rows, origin.processes)
      return result.rows.length === 0 ? null : result.rows
    } catch (error) {
      this.#told = true
      this.#link.streams?.delete(this)
      await this.#watch?.failed(error)
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#over = true
    this.#cursor?.close()
    await this.#tell(false)
  }

  /** Its Connection is being closed: who reads on is told so. */
  drop(): Promise<void> {
    this.#dropped = true
    return this.close()
  }

  #end(): null {
    if (this.#dropped) throw rowsAreGone('its Connection was closed')
    return null
  }

  /** Tells those who want to know that it has ended. */
  async #tell(isComplete: boolean): Promise<void> {
    if (this.#told || this.#openedAt === 0) return
    this.#told = true
    const link = this.#link
    link.streams?.delete(this)
    await this.#watch?.ended()
    if (!link.hub.has('afterStream')) return
    const { statement, parameters = null } = this.#request
    const { face: connection } = link
    const [rowCount, pageCount] = [this.#rowCount, this.#pageCount]
    const durationMs = performance.now() - this.#openedAt
    await link.hub.emit('afterStream', {
      connection,
      statement,
      parameters,
      executionOptions: (this.#ready?.via ?? link.runtime).options,
      rowCount,
      pageCount,
      isComplete,
      durationMs,
    })
  }

  async #open(): Promise<CommandResult> {
    const { scope } = this.#link
    const { hub, face, observer } = this.#link
    this.#link.checkOpen()
    if (hub.has('beforeExecute')) this.#request = { ...this.#request, ...(await replaced(this.#link, this.#request)) }
    try {
      this.#ready = this.#prepare()
    } catch (error) {
      throw await withCaller(error)
    }
    const { via, prepared, pageSize } = this.#ready
    // Of one set of parameters the values that were waited for are in their places then.
    if (prepared.complete !== undefined) await prepared.complete()
    const way = new OpeningWay(pageSize)
    const { options, statement, parameters = null } = this.#request
    let results: readonly CommandResult[] = []
    const open = async (trace: ExecutionTrace | null): Promise<void> => {
      trace?.compiled(prepared.commands)
      results = await this.#link.transmit(prepared.commands, prepared.origin, options?.signal, false, via.by(way))
      trace?.arrived(results)
    }
    if (this.#link.watched) {
      this.#openedAt = performance.now()
      this.#link.streams ??= new Set()
      this.#link.streams.add(this)
    }
    if (observer.tracing) {
      this.#watch = new StreamWatch(observer, statement, open)
      await this.#watch.opened
    } else await open(null)
    const [result] = results
    if (hub.has('afterExecute'))
      await hub.emit('afterExecute', {
        connection: face,
        statement,
        parameters,
        executionOptions: via.options,
        result: null,
        rowCount: null,
      })
    this.#cursor = way.cursor
    this.#root = scope.root
    this.#savepoint = scope.nested
    if (result === undefined) throw new InvalidRequestError('The driver gave no result for the statement')
    this.#shape = columnsOf(prepared, result)
    return result
  }

  /**
   * @throws ArgumentError an option is wrong, or there are several sets of parameters.
   * @throws InvalidRequestError the database has no cursors, or none outside of a transaction.
   */
  #prepare(): Ready {
    const { statement, parameters, options } = this.#request
    const { runtime, scope } = this.#link
    const via = runtime.for(statement, options)
    const { features, name } = via.dialect
    if (features.cursors === 'none')
      throw new InvalidRequestError(`The dialect ${name} has no cursors: stream() cannot be used with it`)
    if (
      features.cursors === 'transaction' &&
      (scope.root === null ? runtime.beginCommand() === null : !scope.endsOnIdle)
    )
      throw new InvalidRequestError(
        'stream() needs a transaction, and this Connection is in AUTOCOMMIT, where nothing is begun: use engine.stream(), ' +
          'or a connection with another isolationLevel',
      )
    const prepared = prepareExecution(via, statement, parameters)
    if (prepared.commands.length !== 1)
      throw new ArgumentError('stream() runs a statement once, and takes one set of parameters')
    if (prepared.origin !== 'raw') this.#request.check?.(prepared.origin)
    return { via, prepared, pageSize: via.options.yieldPer ?? ROWS_OF_A_PAGE }
  }

  #fetchWatched(ready: Ready): Promise<CommandResult> {
    return this.#watch === null ? this.#fetch(ready) : this.#watch.fetching(() => this.#fetch(ready))
  }

  async #fetch({ via, prepared, pageSize }: Ready): Promise<CommandResult> {
    const cursor = this.#cursor
    if (cursor === null) throw new InvalidRequestError('This stream has no cursor')
    const { signal } = this.#request.options ?? {}
    this.#checkAlive()
    signal?.throwIfAborted()
    const way = fetchingWay(cursor, pageSize)
    const [result] = await this.#link.send(prepared.commands, prepared.origin, signal, false, via.by(way))
    if (result === undefined) throw new InvalidRequestError('The driver gave no page')
    return result
  }

  /** The rows that are left live as long as the transaction. */
  #checkAlive(): void {
    const { scope, closed } = this.#link
    if (closed) throw rowsAreGone('its Connection was closed')
    if (scope.root === null || scope.root !== this.#root)
      throw rowsAreGone('the transaction in which it was opened has been committed or rolled back')
    if (scope.wasUndone(this.#savepoint)) throw rowsAreGone('the savepoint in which it was opened was rolled back')
  }
}
