// One connection to a server: batches in, results out, and nothing of it ever uncaught.
import {
  type Command,
  type CommandResult,
  type DriverConnection,
  DriverError,
  type DriverNotice,
  type DriverStatement,
  type RunOptions,
  type TransactionStatus,
} from '../../contract/driver.ts'
import { isDisconnectSqlState } from '../sqlstate.ts'
import { Batch } from './batch.ts'
import { encodeBatch } from './encode.ts'
import { type BatchOutcome, batchError, tookNoEffect } from './outcome.ts'
import type { ServerMessage, WireClient } from './pg-internals.ts'
import type { Reader } from './reader.ts'
import { isServerMessage, noticeOf } from './server-error.ts'
import { StatementCache } from './statements.ts'
import { MessageWriter } from './writer.ts'

const STATUS: Readonly<Record<string, TransactionStatus>> = { I: 'idle', T: 'active', E: 'failed' }
const POLITE_MILLISECONDS = 1000

const ROLLBACK: DriverStatement = { sql: 'ROLLBACK', parameters: [], columns: null, prepare: false }
const EMPTY: DriverStatement = { sql: '', parameters: [], columns: null, prepare: false }

/**
 * Asks the server, on another socket, to stop what this connection runs; resolves when that socket is closed. Never
 * rejects; false where it is not known whether the request arrived, or may still arrive.
 */
export type CancelRequest = () => Promise<boolean>

/** What a connection is made of. */
export interface ConnectionParts {
  readonly client: WireClient
  readonly reader: Reader
  readonly serverSettings: ReadonlyMap<string, string>
  readonly statementCacheSize: number
  /** Null where the server cannot be asked (an embedded one runs a batch before anything else can happen). */
  readonly cancel: CancelRequest | null
  /** How long after a cancel request the server may take to answer before the connection is cut. */
  readonly cancelGraceMs: number
}

/** One call of `run`. */
interface Run {
  readonly commands: readonly Command[]
  readonly signal: AbortSignal | undefined
  readonly statusBefore: TransactionStatus
  /** Set once the signal has fired: whether no late request can hit the next statement. */
  canceling: Promise<boolean> | null
}

/** A {@link DriverConnection} over a connected `pg.Client`. */
export class PostgresConnection implements DriverConnection {
  readonly #parts: ConnectionParts
  readonly #cache: StatementCache
  readonly #writer = new MessageWriter()
  readonly #closedListeners: ((reason: Error | null) => void)[] = []
  readonly #noticeListeners: ((notice: DriverNotice) => void)[] = []
  #status: TransactionStatus = 'idle'
  #flights = 0
  #busy = false
  #closing = false
  #closed = false
  #lostReason: Error | null = null
  #batch: Batch | null = null

  constructor(parts: ConnectionParts, status: string) {
    this.#parts = parts
    this.#cache = new StatementCache(parts.statementCacheSize)
    this.ready(status)
    const { client, reader } = parts
    // pg.Client runs nothing after an error that no query was there to take, and would leave the socket open.
    client.on('error', (error: Error) => {
      this.#lostReason ??= error
      this.terminate()
    })
    client.on('notice', (message: ServerMessage) => this.#notify(message))
    reader.on('errorMessage', (message: unknown) => this.#heard(message))
    reader.once('end', () => this.#ended())
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
    return this.#flights
  }

  /** The status of a ReadyForQuery. @internal */
  ready(status: string): void {
    if (!this.#closed) this.#status = STATUS[status] ?? 'failed'
  }

  /** Starts counting flights anew, once the session is set up. @internal */
  forgetFlights(): void {
    this.#flights = 0
  }

  run(commands: readonly Command[], options?: RunOptions): Promise<CommandResult[]> {
    const signal = options?.signal
    return new Promise((resolve, reject) => {
      if (this.#busy) return reject(new DriverError(BUSY, { sent: false }))
      if (this.#closed || this.#closing) return reject(this.#gone())
      if (signal?.aborted) return reject(abortedBeforeSend(signal))
      if (commands.length === 0) return resolve([])
      const run: Run = { commands, signal, statusBefore: this.#status, canceling: null }
      const abort = (): void => {
        run.canceling ??= this.#cancel()
      }
      this.#send(commands, (outcome) => {
        // The usual end, without the turns of the queue that awaiting costs.
        if (outcome.failure === null && run.canceling === null) {
          signal?.removeEventListener('abort', abort)
          this.#busy = false
          return resolve(outcome.results)
        }
        const conclusion = this.#conclude(run, outcome).finally(() => signal?.removeEventListener('abort', abort))
        conclusion.then(resolve, reject)
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Encodes and sends; throws only before the first byte, and leaves the connection free then. */
  #send(commands: readonly Command[], settle: (outcome: BatchOutcome) => void): void {
    const { client, reader } = this.#parts
    const known = commands.map((command) => this.#cache.find(command.statement))
    const encoded = encodeBatch(commands)
    const batch = new Batch(known, encoded, this.#cache, this.#writer, (outcome) => {
      this.#batch = null
      settle(outcome)
    })
    this.#busy = true
    this.#batch = batch
    this.#flights++
    reader.batch = batch
    client.query(batch)
  }

  #sendAgain(commands: readonly Command[]): Promise<BatchOutcome> {
    return new Promise((resolve) => {
      this.#send(commands, resolve)
    })
  }

  /** What is left to do after a batch that failed or was aborted. */
  async #conclude(run: Run, first: BatchOutcome): Promise<CommandResult[]> {
    let outcome = first
    try {
      if (run.canceling === null && run.statusBefore === 'idle' && tookNoEffect(outcome) && !this.#closed) {
        outcome = await this.#retry(run)
      }
      // The signal may have fired during the second attempt only.
      if (run.canceling !== null) await this.#settleCancel(run.canceling)
    } finally {
      this.#busy = false
    }
    if (outcome.failure === null && run.canceling === null) return outcome.results
    throw batchError(outcome, this.#closed, run.canceling === null ? undefined : run.signal)
  }

  /** Sends again what was stopped by a stale prepared statement before anything of it took effect. */
  async #retry(run: Run): Promise<BatchOutcome> {
    if (this.#status === 'idle') return this.#sendAgain(run.commands)
    const outcome = await this.#sendAgain([{ statement: ROLLBACK, parameters: [] }, ...run.commands])
    const { failure, results } = outcome
    const shifted =
      failure === null ? null : { error: failure.error, commandIndex: Math.max(0, failure.commandIndex - 1) }
    return { results: results.slice(1), failure: shifted }
  }

  /** Cancels what runs; where the server does not answer in time, cuts the connection. */
  async #cancel(): Promise<boolean> {
    const { cancel, cancelGraceMs } = this.#parts
    if (cancel === null) return true
    const batch = this.#batch
    const timer = setTimeout(() => {
      if (this.#batch === batch && batch !== null) this.terminate()
    }, cancelGraceMs)
    timer.unref()
    return cancel()
  }

  /** Waits until no cancel request can hit the next statement. */
  async #settleCancel(canceling: Promise<boolean>): Promise<void> {
    const { cancel, cancelGraceMs } = this.#parts
    const safe = await canceling
    if (this.#closed || cancel === null) return
    if (!safe) {
      this.terminate()
      await new Promise<void>((resolve) => this.onceClosed(() => resolve()))
      return
    }
    // The server may be behind a proxy that forwards the request after closing our socket: let it hit an empty statement.
    const timer = setTimeout(() => this.terminate(), cancelGraceMs)
    await this.#sendAgain([{ statement: EMPTY, parameters: [] }])
    clearTimeout(timer)
  }

  onceClosed(listener: (reason: Error | null) => void): void {
    if (this.#closed) callSafely(listener, this.#lostReason)
    else this.#closedListeners.push(listener)
  }

  onNotice(listener: (notice: DriverNotice) => void): void {
    this.#noticeListeners.push(listener)
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    const first = !this.#closing
    this.#closing = true
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
    this.#closing = true
    if (!this.#closed) this.#parts.reader.stream.destroy()
  }

  #gone(): DriverError {
    const why = this.#lostReason === null ? 'it was closed' : this.#lostReason.message
    return new DriverError(`the connection cannot be used any more: ${why}`, {
      disconnected: true,
      sent: false,
      cause: this.#lostReason ?? undefined,
    })
  }

  /** Some answers of the server end the session: no ReadyForQuery comes after them, and the socket may stay open behind a proxy. */
  #heard(message: unknown): void {
    // What is no message of the server is pg's parser, which did not understand what came.
    if (isServerMessage(message) && !isDisconnectSqlState(message.code ?? '')) return
    this.#lostReason ??=
      message instanceof Error ? message : new DriverError('the server sent an error without a message')
    this.terminate()
  }

  #ended(): void {
    if (this.#closed) return
    this.#closed = true
    this.#status = 'lost'
    if (!this.#closing) this.#lostReason ??= new DriverError('the server closed the connection unexpectedly')
    const batch = this.#batch
    this.#parts.reader.batch = null
    batch?.handleError(this.#lostReason ?? new DriverError('the connection was closed while a batch was running'))
    batch?.finish()
    for (const listener of this.#closedListeners.splice(0)) callSafely(listener, this.#lostReason)
  }

  #notify(message: ServerMessage): void {
    for (const listener of this.#noticeListeners) callSafely(listener, noticeOf(message))
  }
}

const BUSY = 'this connection is running a batch and runs one at a time; await the one before'

/** A listener's exception must not reach the socket's callback, where it would be uncaught. */
function callSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}

function abortedBeforeSend(signal: AbortSignal): DriverError {
  return new DriverError('the batch was aborted before it was sent', {
    cause: signal.reason,
    sent: false,
    canceled: true,
  })
}
