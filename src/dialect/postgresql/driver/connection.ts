// One connection to a server: batches in, results out, and nothing of it ever uncaught.
import { LinkedAbort, onAbort } from '../../../abort.ts'
import {
  type ByteSource,
  type Command,
  type CommandResult,
  type DriverConnection,
  DriverError,
  type DriverNotice,
  type DriverNotification,
  type DriverStatement,
  type OpenCursorOptions,
  type OpenedCursor,
  type RunOptions,
  type TransactionStatus,
} from '../../contract/driver.ts'
import type { BatchTail, Portal } from './batch-parts.ts'
import { type Cancel, Canceling, type CancelRequest } from './canceling.ts'
import { CopyIn, CopyOut, wholeCopy } from './copy.ts'
import { type CursorOwner, PortalCursor } from './cursor.ts'
import { Line } from './line.ts'
import { abortedBeforeSend, type BatchOutcome, batchError, completed, tookNoEffect, withoutFirst } from './outcome.ts'
import type { NotificationMessage, ServerMessage, WireClient } from './pg-internals.ts'
import { Pipeline } from './pipeline.ts'
import type { Reader } from './reader.ts'
import { errorFields, isGoodbye, isServerMessage, noticeOf } from './server-error.ts'
import type { SessionTypes } from './session-types.ts'

const STATUS: Readonly<Record<string, TransactionStatus>> = { I: 'idle', T: 'active', E: 'failed' }
const POLITE_MILLISECONDS = 1000

const ROLLBACK: DriverStatement = { sql: 'ROLLBACK', parameters: [], columns: null, prepare: false }

/** What a connection is made of. */
export interface ConnectionParts {
  readonly client: WireClient
  readonly reader: Reader
  readonly serverSettings: ReadonlyMap<string, string>
  readonly welcome: readonly DriverNotice[]
  readonly statementCacheSize: number
  readonly types: SessionTypes
  /** Null where the server cannot be asked (an embedded one runs a batch before anything else can happen). */
  readonly cancel: CancelRequest | null
  /** How long after a cancel request the server may take to answer before the connection is cut. */
  readonly cancelGraceMs: number
  /** Whether the server takes the data of a COPY only together with its command: one in the process that waits would stop us too. */
  readonly copiesWhole: boolean
}

/** One call of `run`. */
interface Run {
  readonly commands: readonly Command[]
  readonly tail: BatchTail | null
  readonly signal: AbortSignal | undefined
  readonly statusBefore: TransactionStatus
  /** A probe went in front and was not answered yet. */
  probed: boolean
  /** Set once the signal has fired. */
  canceling: Cancel | null
  /** The server has answered all of it, and is being asked what the values of its answers are; nothing is asked any more. */
  stage: 'running' | 'reading' | 'over'
}

/** A {@link DriverConnection} over a connected `pg.Client`. */
export class PostgresConnection implements DriverConnection, CursorOwner {
  readonly #parts: ConnectionParts
  readonly #line: Line
  readonly #canceling: Canceling
  readonly #pipeline: Pipeline
  readonly #closedListeners: ((reason: Error | null) => void)[] = []
  readonly #noticeListeners: ((notice: DriverNotice) => void)[] = []
  readonly welcome: readonly DriverNotice[]
  readonly #notificationListeners: ((notification: DriverNotification) => void)[] = []
  #status: TransactionStatus = 'idle'
  #transactions = 0
  #pooled = false
  #busy = false
  #closing = false
  #closed = false
  #lostReason: Error | null = null

  constructor(parts: ConnectionParts, status: string) {
    this.#parts = parts
    const { client, reader, serverSettings, statementCacheSize, types, cancel, cancelGraceMs } = parts
    this.welcome = parts.welcome
    this.#line = new Line(client, reader, statementCacheSize, serverSettings, types)
    const cut = (): Promise<void> => this.#cut()
    this.#canceling = new Canceling(this.#line, cancel, cancelGraceMs, cut, () => this.#closed)
    this.#pipeline = new Pipeline(this.#line, this.#canceling, () => (this.#usable ? null : this.#gone()))
    this.ready(status)
    // pg.Client runs nothing after an error that no query was there to take, and would leave the socket open.
    client.on('error', (error: Error) => this.#lose(error))
    client.on('notice', (message: ServerMessage) => this.#notify(message))
    client.on('notification', (message: NotificationMessage) => this.#notified(message))
    reader.on('errorMessage', (message: unknown) => this.#heard(message))
    reader.once('over', () => this.#lose())
  }

  get processId(): number {
    return this.#parts.client.processID ?? 0
  }

  get serverSettings(): ReadonlyMap<string, string> {
    return this.#parts.serverSettings
  }

  get transactionStatus(): TransactionStatus {
    return this.#status
  }

  get flights(): number {
    return this.#line.flights
  }

  /** How often this connection has stood outside of a transaction. @internal */
  get transactions(): number {
    return this.#transactions
  }

  get #usable(): boolean {
    return !this.#closed && !this.#closing
  }

  /** The status of a ReadyForQuery. @internal */
  ready(status: string): void {
    if (status === 'I') this.#transactions += 1
    if (this.#usable) this.#status = STATUS[status] ?? 'failed'
  }

  /**
   * Tells that the session of the server changes from transaction to transaction.
   *
   * @param keepsStatements whether what is prepared is there in each of them.
   * @internal
   */
  behindPooler(keepsStatements: boolean): void {
    this.#pooled = true
    if (keepsStatements) this.#line.cache.share()
    else this.#line.cache.stop()
  }

  get pooled(): boolean {
    return this.#pooled
  }

  /** Starts counting flights anew, once the session is set up. @internal */
  forgetFlights(): void {
    this.#line.flights = 0
  }

  run(commands: readonly Command[], options?: RunOptions): Promise<CommandResult[]> {
    return commands.length === 0 ? Promise.resolve([]) : this.#run(commands, options, null)
  }

  pipeline(commands: readonly Command[], options?: RunOptions): Promise<CommandResult[]> {
    const signal = options?.signal
    if (this.#busy) return Promise.reject(new DriverError(BUSY, { sent: false }))
    if (signal?.aborted) return Promise.reject(abortedBeforeSend(signal))
    return commands.length === 0 ? Promise.resolve([]) : this.#pipeline.run(commands, signal)
  }

  async openCursor(commands: readonly Command[], options: OpenCursorOptions): Promise<OpenedCursor> {
    const portal: Portal = { name: this.#line.portalName(), rows: options.rows, entry: null, suspended: false }
    const results = await this.#run(commands, options, { portal }).catch(completed)
    return { cursor: new PortalCursor(this, portal), results }
  }

  /** @internal */
  async page(portal: Portal, options: RunOptions | undefined): Promise<CommandResult> {
    const [page] = await this.#run([], options, { portal }).catch(completed)
    return page as CommandResult
  }

  /** @internal */
  forget(portal: Portal): void {
    this.#line.cache.doomed.push(portal.name)
  }

  async copyIn(commands: readonly Command[], source: ByteSource, options?: RunOptions): Promise<CommandResult[]> {
    if (this.#parts.copiesWhole) return this.#run(commands, options, { trailer: await wholeCopy(source, options) })
    const copy = new CopyIn(this.#line.stream, source)
    // The server does not look at requests to cancel while it waits for data.
    const abort = (): void => copy.abort('the copy was aborted')
    options?.signal?.addEventListener('abort', abort, { once: true })
    try {
      return await this.#run(commands, options, { copy, open: true })
    } catch (error) {
      const { failure } = copy
      if (failure === null || !(error instanceof DriverError) || error.disconnected) throw error
      throw error.with({ cause: failure.error })
    } finally {
      options?.signal?.removeEventListener('abort', abort)
    }
  }

  async *copyOut(
    commands: readonly Command[],
    options?: RunOptions,
  ): AsyncGenerator<Uint8Array, readonly CommandResult[] | undefined, undefined> {
    const copy = new CopyOut(this.#line.stream)
    const leave = new LinkedAbort(options?.signal)
    const running = this.#run(commands, { signal: leave.signal }, { copy }).then(
      (results) => {
        copy.end(null)
        return results
      },
      (error: unknown): undefined => void copy.end({ error }),
    )
    try {
      for (let piece = await copy.next(); piece !== null; piece = await copy.next()) yield piece
      return await running
    } finally {
      copy.drop()
      // Left early: the server need not send the rest.
      if (!copy.ended) leave.abort()
      leave.release()
      await running
    }
  }

  #run(
    commands: readonly Command[],
    options: RunOptions | undefined,
    tail: BatchTail | null,
  ): Promise<CommandResult[]> {
    const signal = options?.signal
    return new Promise((resolve, reject) => {
      if (this.#busy || this.#pipeline.active) return reject(new DriverError(BUSY, { sent: false }))
      if (!this.#usable) return reject(this.#gone())
      if (signal?.aborted) return reject(abortedBeforeSend(signal))
      const probed = options?.probe === true && tail === null
      const run: Run = { commands, tail, signal, probed, statusBefore: this.#status, canceling: null, stage: 'running' }
      const abort = (): void => {
        // Once it is answered a request would hit whatever runs on this connection next.
        if (run.stage === 'running') run.canceling ??= this.#canceling.start(() => run.stage === 'running')
        else this.#canceling.limit(() => run.stage === 'reading')
      }
      this.#send(run, (outcome) => {
        // The usual end, without the turns of the queue that awaiting costs.
        if (outcome.failure === null && run.canceling === null && !this.#line.types.pending) {
          signal?.removeEventListener('abort', abort)
          this.#busy = false
          return resolve(outcome.results)
        }
        const conclusion = this.#conclude(run, outcome).finally(() => signal?.removeEventListener('abort', abort))
        conclusion.then(resolve, reject)
      })
      if (signal !== undefined) onAbort(signal, abort)
    })
  }

  /** Encodes and sends; throws only before the first byte, and leaves the connection free then. */
  #send(run: Run, settle: (outcome: BatchOutcome) => void): void {
    if (run.probed) {
      this.#line.sendProbed(
        run.commands,
        () => {
          run.probed = false
        },
        settle,
      )
    } else this.#line.send(run.commands, settle, run.tail)
    this.#busy = true
  }

  #sendAgain(commands: readonly Command[], tail: BatchTail | null): Promise<BatchOutcome> {
    return new Promise((resolve) => this.#line.send(commands, resolve, tail))
  }

  /** What is left to do after a batch that failed or was aborted. */
  async #conclude(run: Run, first: BatchOutcome): Promise<CommandResult[]> {
    let outcome = first
    try {
      const again = run.statusBefore === 'idle' && run.tail?.open !== true && tookNoEffect(outcome)
      if (again && run.canceling === null && !this.#closed) {
        outcome = await this.#retry(run)
      }
      run.stage = 'reading'
      // The signal may have fired during the second attempt only.
      if (run.canceling !== null) await this.#canceling.settle(run.canceling)
      const { types } = this.#line
      const canAsk = this.#usable && this.#status !== 'failed'
      if (types.pending) outcome = await types.settled(outcome, canAsk ? (asked) => this.#sendAgain(asked, null) : null)
    } finally {
      run.stage = 'over'
      this.#busy = false
    }
    if (outcome.failure === null && run.canceling === null) return outcome.results
    const circumstances = { probed: run.probed, ...this.#line.circumstances }
    throw batchError(outcome, this.#closed, run.canceling === null ? undefined : run.signal, circumstances)
  }

  /** Sends again what was stopped by a stale prepared statement before anything of it took effect. */
  async #retry({ commands, tail }: Run): Promise<BatchOutcome> {
    if (this.#status === 'idle') return this.#sendAgain(commands, tail)
    return withoutFirst(await this.#sendAgain([{ statement: ROLLBACK, parameters: [] }, ...commands], tail))
  }

  onceClosed(listener: (reason: Error | null) => void): void {
    if (this.#closed) callSafely(listener, this.#lostReason)
    else this.#closedListeners.push(listener)
  }

  onNotice(listener: (notice: DriverNotice) => void): void {
    this.#noticeListeners.push(listener)
  }

  onNotification(listener: (notification: DriverNotification) => void): void {
    this.#notificationListeners.push(listener)
  }

  keepProcess(keep: boolean): void {
    this.#parts.reader.stream[keep ? 'ref' : 'unref']()
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    const first = !this.#closing
    this.#leave()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.terminate(), POLITE_MILLISECONDS)
      this.onceClosed(() => {
        clearTimeout(timer)
        resolve()
      })
      if (first) this.#parts.client.end(() => undefined)
    })
  }

  terminate(): void {
    this.#leave()
    if (!this.#closed) this.#parts.reader.stream.destroy()
  }

  /** Nothing more is sent. */
  #leave(): void {
    this.#closing = true
    this.#status = 'lost'
  }

  #cut(): Promise<void> {
    this.terminate()
    return new Promise((resolve) => this.onceClosed(() => resolve()))
  }

  #gone(): DriverError {
    const reason = this.#lostReason
    return new DriverError(`the connection cannot be used any more: ${reason?.message ?? 'it was closed'}`, {
      disconnected: true,
      sent: false,
      cause: reason ?? undefined,
      fields: isServerMessage(reason) ? errorFields(reason) : null,
    })
  }

  /** Some answers of the server end the session: no ReadyForQuery comes after them, and the socket may stay open behind a proxy. */
  #heard(message: unknown): void {
    // What is no message of the server is pg's parser, which did not understand what came.
    if (isServerMessage(message) && !isGoodbye(message, this.#parts.reader.endsSession)) return
    this.#lose(message instanceof Error ? message : new DriverError('the server sent an error without a message'))
  }

  /**
   * The server has gone. Told at once, not when the socket is closed: until then there is time for others to be lent this
   * connection, and to write what nobody reads.
   */
  #lose(reason?: Error): void {
    if (this.#closed) return
    if (reason !== undefined) this.#lostReason ??= reason
    else if (!this.#closing) this.#lostReason ??= new DriverError('the server closed the connection unexpectedly')
    this.terminate()
    this.#closed = true
    this.#line.end(this.#lostReason ?? new DriverError(CLOSED), !this.#pooled)
    for (const listener of this.#closedListeners.splice(0)) callSafely(listener, this.#lostReason)
  }

  #notify(message: ServerMessage): void {
    const notice = noticeOf(message)
    this.#line.noticed(notice)
    for (const listener of this.#noticeListeners) callSafely(listener, notice)
  }

  #notified({ channel, payload, processId }: NotificationMessage): void {
    for (const listener of this.#notificationListeners) callSafely(listener, { channel, payload, processId })
  }
}

const CLOSED = 'the connection was closed while a batch was running'
const BUSY = 'this connection is running a batch and runs one at a time; await the one before'

/** A listener's exception must not reach the socket's callback, where it would be uncaught. */
function callSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
