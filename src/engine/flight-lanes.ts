// `SharedFlights`: statements that stand alone share connections when all are in use: each in a flight and a transaction of its own.
import { onAbort } from '../abort.ts'
import {
  type Command,
  type CommandResult,
  type DriverConnection,
  DriverError,
  type RunOptions,
} from '../dialect/contract/driver.ts'
import { ArgumentError, TimeoutError } from '../errors.ts'
import { Executable } from '../expression/base/executable.ts'
import type { Pool } from '../pool/pool.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { WaitQueue } from '../pool/wait-queue.ts'
import { showValue } from '../show.ts'
import type { Statement } from './execution.ts'
import type { Origins } from './observer.ts'
import type { Runtime, Way } from './runtime.ts'

/** How connections are shared. */
export interface Sharing {
  /** How many flights may be on their way over one connection. */
  readonly flights: number
  /** How long a statement waits for a connection, in milliseconds. */
  readonly timeoutMs: number
}

const DEFAULT_FLIGHTS = 32

/**
 * How the options of an engine want connections to be shared; null where each statement has one to itself.
 *
 * @throws ArgumentError
 */
export function sharingOf(pipelining: boolean | number | undefined, timeoutMs: number): Sharing | null {
  if (pipelining === undefined || pipelining === false) return null
  const flights = pipelining === true ? DEFAULT_FLIGHTS : pipelining
  if (!Number.isInteger(flights) || flights < 2)
    throw new ArgumentError(
      `pipelining is true, false, or how many statements may be on their way over one connection, at least 2; got ${showValue(pipelining)}`,
    )
  return { flights, timeoutMs }
}

/** Statements that neither begin, end nor need anything of a session; the others have a connection to themselves. */
const SHARED_SORTS: readonly string[] = ['select', 'insert', 'update', 'delete', 'merge']
const SHARED_TEXT = /^\s*(?:select|insert|update|delete|merge|with|values|table)\b/i

/** Whether a statement may share a connection. */
export function isShared(statement: Statement, commands: readonly Command[]): boolean {
  if (statement instanceof Executable && SHARED_SORTS.includes(statement.sort)) return true
  return commands.every((command) => SHARED_TEXT.test(command.statement.sql))
}

/** A connection that is shared. */
class Lane implements Way {
  readonly slot: PooledConnection
  /** Flights on their way, those included whose caller has gone. */
  flying = 0
  /** How many flights were sent over it. */
  sent = 0
  /** Nothing more is sent over it. */
  closing = false
  /** A flight is on its way that asks whether the server listens. */
  #asking = false
  readonly #answered: (lane: Lane) => void
  readonly #runtimes: WeakMap<Runtime, Runtime> = new WeakMap()

  constructor(slot: PooledConnection, answered: (lane: Lane) => void) {
    this.slot = slot
    this.#answered = answered
  }

  /** How many more flights it takes; one at a time until it is known to live, and where the driver can do no better. */
  room(most: number): number {
    if (this.closing) return 0
    const { unproven, connection } = this.slot
    return (unproven || this.#asking || connection.pipeline === undefined ? 1 : most) - this.flying
  }

  /** The runtime that sends over this lane. */
  through(runtime: Runtime): Runtime {
    let own = this.#runtimes.get(runtime)
    if (own === undefined) {
      own = runtime.by(this)
      this.#runtimes.set(runtime, own)
    }
    return own
  }

  run(
    connection: DriverConnection,
    commands: readonly Command[],
    options: RunOptions | undefined,
  ): Promise<CommandResult[]> {
    // Where nobody knows whether the server listens, nothing stands behind the question.
    const asking = options?.probe === true
    if (asking) this.#asking = true
    const flight =
      asking || connection.pipeline === undefined
        ? connection.run(commands, options)
        : connection.pipeline(commands, options)
    const landed = (): void => {
      if (asking) this.#asking = false
      this.#answered(this)
    }
    flight.then(landed, (error: unknown) => {
      if (error instanceof DriverError && error.disconnected) this.closing = true
      landed()
    })
    this.sent += 1
    const signal = options?.signal
    return signal === undefined ? flight : this.#orAborted(flight, signal)
  }

  /** Whoever gives up does not wait for those in front of him; what he asked for is stopped when its turn comes. */
  #orAborted(flight: Promise<CommandResult[]>, signal: AbortSignal): Promise<CommandResult[]> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        // While a request to cancel is in the air nothing new goes this way.
        this.closing = true
        reject(new DriverError('the flight was aborted', { canceled: true, cause: signal.reason }))
      }
      if (signal.aborted) return void flight.then(resolve, reject)
      onAbort(signal, abort)
      flight.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    })
  }
}

/** The connections that statements alone share, as few as are needed. */
export class SharedFlights {
  readonly #pool: Pool
  /** How many flights a connection takes. */
  readonly #most: number
  readonly #lanes: Lane[] = []
  readonly #waiting: WaitQueue<Lane>
  /** Checkouts that were asked for. */
  #opening = 0
  #sweeping = false

  constructor(pool: Pool, { flights, timeoutMs }: Sharing) {
    this.#pool = pool
    this.#most = flights
    this.#waiting = new WaitQueue(timeoutMs, () => this.#timedOut(timeoutMs))
  }

  /** Sends commands in a flight of their own, over a free connection where there is one. */
  async send(
    runtime: Runtime,
    commands: readonly Command[],
    origins: Origins,
    signal: AbortSignal | undefined,
  ): Promise<CommandResult[]> {
    const lane = this.#pick() ?? (await this.#wait(runtime, signal))
    const { sent } = lane
    try {
      return lane.through(runtime).send(lane.slot, commands, 0, commands.length, origins, signal)
    } finally {
      // Where an observer has thrown nothing is on its way that could be answered.
      if (lane.sent === sent) this.#answered(lane)
    }
  }

  /** A lane that takes one more; null where one has to be waited for. */
  #pick(): Lane | null {
    if (this.#waiting.length > 0) return null
    const lane = this.#emptiest()
    if (lane === null) return null
    if (lane.flying > 0) {
      if (this.#canOpen()) return null
      if (this.#isWanted()) {
        // Somebody needs a connection to himself: this one becomes free for him.
        lane.closing = true
        return this.#pick()
      }
    }
    lane.flying += 1
    return lane
  }

  #emptiest(): Lane | null {
    let found: Lane | null = null
    for (const lane of this.#lanes)
      if (lane.room(this.#most) > 0 && (found === null || lane.flying < found.flying)) found = lane
    return found
  }

  /** Whether a connection can be had that nobody uses. */
  #canOpen(): boolean {
    const { size, limit, idle, checkedOut, opening, waiting } = this.#pool.status()
    if (waiting > this.#opening) return false
    // What the pool opens beyond its size is left for those who need a connection to themselves.
    const free = idle > 0 || checkedOut + opening < limit
    return free && this.#lanes.length + this.#opening < (size === 0 ? limit : size)
  }

  /** Whether others wait for more connections than become free for them already. */
  #isWanted(): boolean {
    const others = this.#pool.status().waiting - this.#opening
    return others > 0 && others > this.#lanes.filter((lane) => lane.closing).length
  }

  async #wait(runtime: Runtime, signal: AbortSignal | undefined): Promise<Lane> {
    const lane = this.#waiting.wait(signal, false)
    if (this.#opening === 0 || this.#canOpen()) this.#open()
    try {
      return await lane
    } catch (error) {
      throw runtime.wrap(error, [], 0, 0, signal)
    }
  }

  #open(): void {
    this.#opening += 1
    this.#pool.checkout().then(
      (slot) => {
        this.#opening -= 1
        this.#lanes.push(new Lane(slot, this.#answered))
        this.#give()
        this.#sweepSoon()
      },
      (error: unknown) => {
        this.#opening -= 1
        this.#refused(error)
      },
    )
  }

  /** No connection could be had. */
  #refused(error: unknown): void {
    if (error instanceof TimeoutError && error.code === 'pool-queue-full') {
      // Asked again at once the pool would say the same: they wait for what comes, or for nothing.
      if (this.#opening === 0 && this.#lanes.length === 0) while (this.#waiting.fail(error));
      return
    }
    // Those who wait have deadlines of their own.
    if (!(error instanceof TimeoutError)) this.#waiting.fail(error)
    if (this.#waiting.length > 0 && this.#opening === 0 && this.#lanes.length === 0) this.#open()
    while (this.#waiting.length > this.#opening && this.#canOpen()) this.#open()
  }

  /** Gives lanes to those who wait. Lanes that are still to come get their part. */
  #give(): void {
    const flying = this.#lanes.reduce((sum, lane) => sum + lane.flying, 0)
    const part = Math.ceil((flying + this.#waiting.length) / (this.#lanes.length + this.#opening))
    while (this.#waiting.length > 0) {
      const lane = this.#emptiest()
      if (lane === null || lane.flying >= part || (lane.flying > 0 && this.#isWanted())) return
      lane.flying += 1
      if (!this.#waiting.give(lane, performance.now())) lane.flying -= 1
    }
  }

  readonly #answered = (lane: Lane): void => {
    lane.flying -= 1
    if (this.#waiting.length > 0) this.#give()
    if (lane.flying === 0) this.#sweepSoon()
  }

  /** Gives connections back that nothing is sent over; in a moment, for who was answered may ask again. */
  #sweepSoon(): void {
    if (this.#sweeping) return
    this.#sweeping = true
    // A tick that is asked for by a microtask comes when all microtasks are done, the caller's among them.
    queueMicrotask(() => process.nextTick(() => this.#sweep()))
  }

  #sweep(): void {
    this.#sweeping = false
    for (let index = this.#lanes.length - 1; index >= 0; index -= 1) {
      const lane = this.#lanes[index] as Lane
      if (lane.flying > 0) continue
      this.#lanes.splice(index, 1)
      void this.#pool.checkin(lane.slot)
    }
    if (this.#waiting.length > 0 && this.#opening === 0 && this.#emptiest() === null) this.#open()
  }

  #timedOut(timeoutMs: number): TimeoutError {
    const flying = this.#lanes.reduce((sum, lane) => sum + lane.flying, 0)
    return new TimeoutError(
      `connection timed out, timeout ${(timeoutMs / 1000).toFixed(2)} s. ${flying} statements are on their way over ` +
        `${this.#lanes.length} shared connections (pipelining)`,
    )
  }
}
