// `QueuePool`: connections kept by `pg-pool`, lent with SQLAlchemy's rules: overflow, timeout, recycling, ping, reset, generations.
import PgPool from 'pg-pool'
import { type Driver, DriverError } from '../dialect/contract/driver.ts'
import { InvalidRequestError, ResourceClosedError, TimeoutError } from '../errors.ts'
import { type PoolOptions, type ResolvedPoolOptions, resolvePoolOptions } from './options.ts'
import type { Pool, PoolStatus } from './pool.ts'
import { type ClientOptions, PooledConnection } from './pooled-connection.ts'
import { ping, rollBack } from './reset.ts'
import { WaitQueue } from './wait-queue.ts'

/** The part of `pg-pool` that is used here; its own types tie it to the clients of `pg`. */
interface PhysicalPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  connect(done: (error: unknown, client: PooledConnection | undefined) => void): void
  end(done: () => void): void
  on(event: 'error', listener: () => void): this
}

/** How long a server that takes no more connections is left in peace; up to twice as long. */
const RETRY_MS = 100

const NewPhysicalPool = PgPool as unknown as new (
  options: ClientOptions & {
    readonly Client: typeof PooledConnection
    readonly max: number
    readonly idleTimeoutMillis: number
  },
) => PhysicalPool

/**
 * Keeps up to `size` connections open and opens up to `maxOverflow` more at a time of need; the one returned last is lent
 * first. Who comes when all are lent waits in line.
 */
export class QueuePool implements Pool {
  readonly #options: ResolvedPoolOptions
  readonly #physical: PhysicalPool
  readonly #waiting: WaitQueue<PooledConnection>
  readonly #held: Set<PooledConnection> = new Set()
  /** Requests to `pg-pool` without an answer yet. */
  #requested = 0
  #generation = 0
  #disposal: Promise<void> | null = null
  /** Set while the server takes no more connections. */
  #retry: NodeJS.Timeout | null = null
  #refusal: unknown = null
  #whenDrained: (() => void)[] = []
  /** Connections that are saying goodbye. */
  readonly #ending: Set<Promise<void>> = new Set()

  constructor(driver: Pick<Driver, 'connect'>, options: PoolOptions = {}) {
    this.#options = this.resolve(options)
    this.#waiting = new WaitQueue(this.#options.timeoutMs, () => this.#timedOut())
    this.#physical = new NewPhysicalPool({
      Client: PooledConnection,
      driver,
      generation: () => this.#generation,
      ending: this.#ending,
      max: this.#options.limit,
      idleTimeoutMillis: Number.isFinite(this.#options.idleTimeoutMs) ? this.#options.idleTimeoutMs : 0,
    })
    // A connection that dies at rest has been taken out by then; nobody is concerned.
    this.#physical.on('error', () => {})
  }

  checkout(signal?: AbortSignal): Promise<PooledConnection> {
    if (this.#disposal !== null) return Promise.reject(this.#disposedError())
    const lent = this.#waiting.wait(signal, this.#physical.idleCount > this.#requested)
    this.#request()
    return this.#options.leakTracking ? tracked(lent) : lent
  }

  checkin(slot: PooledConnection): Promise<void> | undefined {
    this.#checkHeld(slot)
    const status = slot.connection.transactionStatus
    if (status === 'idle') this.#settle(slot)
    else if (status === 'lost') this.#close(slot)
    else return this.#reset(slot)
    return undefined
  }

  discard(slot: PooledConnection): void {
    this.#checkHeld(slot)
    slot.connection.terminate()
    this.#close(slot)
  }

  invalidate(): void {
    this.#generation += 1
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenDrained.push(resolve)
      this.#checkDrained()
    })
  }

  status(): PoolStatus {
    const { totalCount, idleCount } = this.#physical
    return {
      pool: this.#name,
      size: this.#options.size,
      limit: this.#options.limit,
      idle: idleCount,
      checkedOut: this.#held.size,
      opening: totalCount - idleCount - this.#held.size,
      waiting: this.#waiting.length,
    }
  }

  /** @internal The options in the pool's own terms; the other pools are this one with other numbers. */
  protected resolve(options: PoolOptions): ResolvedPoolOptions {
    return resolvePoolOptions(options)
  }

  /** @internal What a checkout that timed out had been waiting for. */
  protected exhausted(options: ResolvedPoolOptions): string {
    return `${this.#name} limit of size ${options.size} overflow ${options.limit - options.size} reached`
  }

  get #name(): string {
    return this.constructor.name
  }

  /** Asks `pg-pool` for a connection for each who waits, as far as it can give any. */
  #request(): void {
    const { totalCount, idleCount, waitingCount } = this.#physical
    const room = this.#retry === null ? this.#options.limit - totalCount : 0
    let free = room + idleCount - waitingCount
    while (free > 0 && this.#requested < this.#waiting.length) {
      free -= 1
      this.#requested += 1
      this.#physical.connect(this.#arrived)
    }
  }

  readonly #arrived = (error: unknown, slot: PooledConnection | undefined): void => {
    this.#requested -= 1
    if (slot === undefined) {
      this.#refused(error)
      return
    }
    this.#held.add(slot)
    this.#refusal = null
    if (slot.fresh) this.#lend(slot)
    else if (this.#isStale(slot)) this.#close(slot)
    else if (performance.now() - slot.restingSince >= this.#options.pingAfterMs) void this.#pingAndLend(slot)
    else this.#lend(slot)
  }

  /** A connection could not be opened. */
  #refused(error: unknown): void {
    if (
      error instanceof DriverError &&
      error.refusedForNow &&
      this.#physical.totalCount > 0 &&
      this.#disposal === null
    ) {
      // Connections that others have, or are just getting, will come back: whoever waits can go on waiting.
      this.#refusal = error
      this.#retry ??= setTimeout(() => this.#tryAgain(), RETRY_MS * (1 + Math.random())).unref()
      this.#waiting.watch()
      return
    }
    this.#waiting.fail(error)
    this.#next()
  }

  #tryAgain(): void {
    this.#retry = null
    this.#request()
  }

  async #pingAndLend(slot: PooledConnection): Promise<void> {
    if (await ping(slot.connection)) {
      this.#lend(slot)
      return
    }
    // Where one is dead without our having been told, so are probably the others.
    this.invalidate()
    slot.connection.terminate()
    this.#close(slot)
  }

  #lend(slot: PooledConnection): void {
    slot.fresh = false
    slot.holder = null
    slot.heldSince = performance.now()
    if (this.#disposal !== null) this.#close(slot)
    else if (!this.#waiting.give(slot)) this.#rest(slot)
  }

  /** A connection came back clean. */
  #settle(slot: PooledConnection): void {
    if (this.#isStale(slot)) this.#close(slot)
    else this.#lend(slot)
  }

  async #reset(slot: PooledConnection): Promise<void> {
    if (await rollBack(slot.connection)) {
      this.#settle(slot)
      return
    }
    slot.connection.terminate()
    this.#close(slot)
  }

  #rest(slot: PooledConnection): void {
    if (this.#physical.idleCount >= this.#options.size) {
      this.#close(slot)
      return
    }
    this.#held.delete(slot)
    slot.restingSince = performance.now()
    slot.release()
  }

  #close(slot: PooledConnection): void {
    this.#held.delete(slot)
    slot.release(true)
    this.#next()
  }

  /** A place became free. */
  #next(): void {
    if (this.#disposal !== null) this.#checkDrained()
    else {
      this.#request()
      this.#waiting.watch()
    }
  }

  #isStale(slot: PooledConnection): boolean {
    if (slot.generation !== this.#generation || !slot._queryable) return true
    return performance.now() - slot.openedAt >= this.#options.recycleMs
  }

  #checkHeld(slot: PooledConnection): void {
    if (!this.#held.has(slot)) throw new InvalidRequestError(`This ${this.#name} has not lent this connection`)
  }

  async #dispose(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry)
    while (this.#waiting.fail(this.#disposedError()));
    this.#physical.end(() => {})
    await Promise.all(this.#ending)
  }

  #checkDrained(): void {
    if (this.#disposal === null || this.#held.size > 0 || this.#requested > 0) return
    const waiting = this.#whenDrained
    this.#whenDrained = []
    void Promise.all(this.#ending).then(() => {
      for (const resolve of waiting) resolve()
    })
  }

  #disposedError(): ResourceClosedError {
    return new ResourceClosedError(`This ${this.#name} is disposed`)
  }

  #timedOut(): TimeoutError {
    const timeout = `connection timed out, timeout ${(this.#options.timeoutMs / 1000).toFixed(2)} s`
    const held = [...this.#held]
    return new TimeoutError(
      held.length < this.#options.limit
        ? `${timeout}. ${held.length} of this ${this.#name} are lent, and opening another takes too long`
        : `${this.exhausted(this.#options)}, ${timeout}. ${describeHolders(held)}`,
      this.#refusal === null ? {} : { cause: this.#refusal },
    )
  }
}

/** Remembers who asked. */
function tracked(lent: Promise<PooledConnection>): Promise<PooledConnection> {
  const holder = new Error('checked out')
  Error.captureStackTrace(holder, QueuePool.prototype.checkout)
  return lent.then((slot) => {
    slot.holder = holder
    return slot
  })
}

/** Who holds the connections, for the message of a timeout: the longest first. */
function describeHolders(held: readonly PooledConnection[]): string {
  const now = performance.now()
  const seconds = (slot: PooledConnection): string => ((now - slot.heldSince) / 1000).toFixed(1)
  const eldest = held.toSorted((one, other) => one.heldSince - other.heldSince)
  const places = eldest.flatMap((slot) => {
    const stack = slot.holder?.stack?.split('\n').slice(1).join('\n')
    return stack ? [`\nheld for ${seconds(slot)} s, checked out\n${stack}`] : []
  })
  const [first] = eldest
  const summary = `Checked out: ${held.length}, the longest for ${first === undefined ? 0 : seconds(first)} s`
  return places.length === 0 ? `${summary}; poolLeakTracking: true would tell where` : summary + places.join('')
}
