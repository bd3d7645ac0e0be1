// Stops what runs on a connection, and makes sure that the request hits nothing else.
import type { DriverStatement } from '../../contract/driver.ts'
import type { Line } from './line.ts'

/**
 * Asks the server, on another socket, to stop what this connection runs; resolves when that socket is closed. Never
 * rejects; false where it is not known whether the request arrived, or may still arrive.
 */
export type CancelRequest = () => Promise<boolean>

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
  start(running: () => boolean): Promise<boolean> {
    if (this.#request === null) return Promise.resolve(true)
    const timer = setTimeout(() => {
      if (running()) void this.#terminate()
    }, this.#graceMs)
    timer.unref()
    return this.#request()
  }

  /**
   * Waits until no request can hit the next statement. Nothing is on its way.
   *
   * @param started what {@link start} gave.
   */
  async settle(started: Promise<boolean>): Promise<void> {
    const safe = await started
    if (this.#closed() || this.#request === null) return
    if (!safe) return this.#terminate()
    // The server may be behind a proxy that forwards the request after closing our socket: let it hit an empty statement.
    const timer = setTimeout(() => void this.#terminate(), this.#graceMs)
    await new Promise<unknown>((resolve) => this.#line.send([{ statement: EMPTY, parameters: [] }], resolve))
    clearTimeout(timer)
  }
}
