// Stops what runs on a connection, and makes sure that the request hits nothing else.
import type { DriverStatement } from '../../contract/driver.ts'
import type { Line } from './line.ts'

/**
 * Asks the server, on another socket, to stop what this connection runs; resolves when that socket is closed. Never
 * rejects; false where it is not known whether the request arrived, or may still arrive.
 */
export type CancelRequest = () => Promise<boolean>

/** After so long a request is made again, then after twice as long, and so on. */
const AGAIN_MS = 50

/** A request to cancel what runs, made again until it is answered: a server that has not begun a batch forgets a request that comes before. */
export class Cancel {
  readonly #request: CancelRequest
  #running: () => boolean
  #safe: Promise<boolean> = Promise.resolve(true)
  #timer: NodeJS.Timeout | undefined
  #over = false

  /** @param running whether what is to be stopped still runs. */
  constructor(request: CancelRequest, running: () => boolean) {
    this.#request = request
    this.#running = running
    this.#ask(AGAIN_MS)
  }

  /** Goes on with something else, once nothing that was asked before may still arrive. @param running whether that still runs. */
  turnTo(running: () => boolean): void {
    clearTimeout(this.#timer)
    this.#running = running
    void this.#safe.then(() => {
      if (!this.#over && this.#running === running && running()) this.#ask(AGAIN_MS)
    })
  }

  /** Makes no more requests; resolves when those that were made are over, whether none of them may still arrive. */
  end(): Promise<boolean> {
    this.#over = true
    clearTimeout(this.#timer)
    return this.#safe
  }

  #ask(waitMs: number): void {
    const asked = this.#request()
    const running = this.#running
    this.#safe = Promise.all([this.#safe, asked]).then((all) => all.every((safe) => safe))
    void asked.then(() => {
      if (!this.#over && this.#running === running)
        this.#timer = setTimeout(() => this.#askAgain(2 * waitMs), waitMs).unref()
    })
  }

  #askAgain(waitMs: number): void {
    if (this.#running()) this.#ask(waitMs)
  }
}

const EMPTY: DriverStatement = { sql: '', parameters: [], columns: null, prepare: false }

/** What cancels the batches of one connection. */
export class Canceling {
  readonly #line: Line
  readonly #request: CancelRequest | null
  readonly #graceMs: number
  readonly #terminate: () => Promise<void>
  readonly #closed: () => boolean

  /**
   * @param request null where the server cannot be asked (an embedded one runs a batch before anything else can happen).
   * @param graceMs how long the server may take to answer before the connection is cut.
   * @param terminate cuts the connection, and resolves when it is closed.
   */
  constructor(
    line: Line,
    request: CancelRequest | null,
    graceMs: number,
    terminate: () => Promise<void>,
    closed: () => boolean,
  ) {
    this.#closed = closed
    this.#line = line
    this.#request = request
    this.#graceMs = graceMs
    this.#terminate = terminate
  }

  /** Whether what runs can be stopped. */
  get possible(): boolean {
    return this.#request !== null
  }

  /**
   * Cancels what runs; where the server does not answer in time, cuts the connection.
   *
   * @param running whether it still runs.
   */
  start(running: () => boolean): Cancel {
    if (this.#request === null)
      return new Cancel(
        async () => true,
        () => false,
      )
    this.limit(running)
    return new Cancel(this.#request, running)
  }

  /** As {@link start}, for what runs now, where requests for something before it may still be in the air. */
  goOn(started: Cancel, running: () => boolean): void {
    if (this.#request === null) return
    this.limit(running)
    started.turnTo(running)
  }

  /** Cuts the connection where what runs is not over in time; no more, where it is nothing that could be stopped. */
  limit(running: () => boolean): void {
    if (this.#request === null) return
    const timer = setTimeout(() => {
      if (running()) void this.#terminate()
    }, this.#graceMs)
    timer.unref()
  }

  /**
   * Waits until no request can hit the next statement. Nothing is on its way.
   *
   * @param started what {@link start} gave.
   */
  async settle(started: Cancel): Promise<void> {
    const safe = await started.end()
    if (this.#closed() || this.#request === null) return
    if (!safe) return this.#terminate()
    // The server may be behind a proxy that forwards the request after closing our socket: let it hit an empty statement.
    const timer = setTimeout(() => void this.#terminate(), this.#graceMs)
    await new Promise<unknown>((resolve) => this.#line.send([{ statement: EMPTY, parameters: [] }], resolve))
    clearTimeout(timer)
  }
}
