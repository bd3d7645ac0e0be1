// `QueuePool`: connections kept by `pg-pool`, lent with SQLAlchemy's rules: overflow, timeout, recycling, ping, reset, generations.
import type { DriverConnection, DriverError } from '../dialect/contract/driver.ts'
import { ArgumentError, InvalidRequestError, ResourceClosedError, TimeoutError } from '../errors.ts'
import { showValue } from '../show.ts'
import { type PoolEvents, poolEvents, tell } from './events.ts'
import { describeRefusal, describeTimeout, placeOfCall } from './holders.ts'
import { Keepalive } from './keepalive.ts'
import { type LeakListener, LeakWatch, reportLeak } from './leak-watch.ts'
import { ConnectListeners, toldOfCheckin, toldOfCheckout } from './listeners.ts'
import { countedDriver, newCounters, type PoolCounters, type PoolMetrics } from './metrics.ts'
import { Minimum, openAhead } from './minimum.ts'
import { checkDisposeOptions, type PoolOptions, type ResolvedPoolOptions, resolvePoolOptions } from './options.ts'
import { type PhysicalPool, physicalPool } from './physical-pool.ts'
import type { ConnectionSource, DiscardOptions, DisposeOptions, Pool, PoolStatus } from './pool.ts'
import type { PooledConnection } from './pooled-connection.ts'
import { prePing } from './pre-ping.ts'
import { afterReading, clean, cutAfter, lossOf } from './reset.ts'
import { Supply } from './supply.ts'
import { WaitQueue } from './wait-queue.ts'

/** A connection that rested for longer may have been told something that nobody has read yet. */
const LONG_REST_MS = 500
/** The generation of a connection that is not to be lent again. */
const STALE = -1

/**
 * Keeps up to `size` connections open and opens up to `maxOverflow` more at a time of need; the one returned last is lent
 * first. Who comes when all are lent waits in line.
 */
export class QueuePool implements Pool {
  readonly events: PoolEvents
  readonly #name: string = this.constructor.name
  readonly #options: ResolvedPoolOptions
  readonly #physical: PhysicalPool
  readonly #waiting: WaitQueue<PooledConnection>
  readonly #supply: Supply
  readonly #held: Set<PooledConnection> = new Set()
  readonly #detached: Set<PooledConnection> = new Set()
  readonly #leaks: LeakWatch
  readonly #keepalive: Keepalive | null
  readonly #minimum: Minimum
  readonly #counters: PoolCounters = newCounters()
  readonly #source: ConnectionSource
  #generation = 0
  #disposal: Promise<void> | null = null
  readonly #end = new AbortController()
  readonly #whenDrained: (() => void)[] = []
  /** Connections that are saying goodbye. */
  readonly #ending: Set<Promise<void>> = new Set()
  readonly #listening: Set<PooledConnection> = new Set()

  /** @param events listeners that are there already. */
  constructor(driver: ConnectionSource, options: PoolOptions = {}, events: PoolEvents = poolEvents()) {
    this.events = events
    this.#options = this.resolve(options)
    this.#source = driver
    const { timeoutMs, keepaliveMs, pingTimeoutMs, leakThresholdMs, minimum } = this.#options
    const connectListeners = new ConnectListeners(events, this.#end.signal, timeoutMs)
    this.#waiting = new WaitQueue(timeoutMs, () => this.#timedOut())
    const room = () => (this.exclusive ? Promise.all(this.#ending) : null)
    this.#physical = physicalPool(this.#options, {
      driver: countedDriver(driver, this.#counters, room, this.#end.signal),
      generation: () => this.#generation,
      opened: (place) => connectListeners.opened(place),
      closing: (place) => {
        this.#counters.closed += 1
        return tell(events, 'close', () => ({ entry: place }))
      },
      ending: this.#ending,
      listening: this.#listening,
      noticed: driver.noticed,
    })
    this.#supply = new Supply({
      physical: this.#physical,
      waiting: this.#waiting,
      limit: this.#options.limit,
      counters: this.#counters,
      arrived: (place) => this.#arrived(place),
      failed: () => this.#next(),
    })
    this.#leaks = new LeakWatch(this.#held, this.#detached, leakThresholdMs, this.#leaked)
    this.#minimum = new Minimum(
      minimum,
      () => this.#physical.totalCount,
      () => this.warmUp(Math.min(minimum, this.#physical.totalCount + 1)),
    )
    this.#keepalive = Number.isFinite(keepaliveMs)
      ? new Keepalive(driver, keepaliveMs, pingTimeoutMs, (all) => this.#foundDead(all))
      : null
    this.#physical.on('remove', (place) => {
      this.#keepalive?.resting.delete(place)
      this.#minimum.watch()
    })
  }

  checkout(signal?: AbortSignal): Promise<PooledConnection> {
    if (this.#disposal !== null) return Promise.reject(this.#disposedError())
    const { leakTracking, maxWaiting, timeoutMs } = this.#options
    if (this.#supply.unserved >= maxWaiting && this.#supply.free() <= 0) return Promise.reject(this.#turnedAway())
    const lent = this.#supply.borrow(signal)
    if (!leakTracking && !this.events.has('checkout')) return lent
    const holder = leakTracking ? placeOfCall(QueuePool.prototype.checkout) : null
    const another = () =>
      this.#disposal === null ? this.#supply.borrow(signal) : Promise.reject(this.#disposedError())
    return toldOfCheckout(this, { first: lent, another, holder, signal, timeoutMs, counters: this.#counters })
  }

  checkin(place: PooledConnection, later: boolean = false): Promise<void> | undefined {
    if (place.detached) return this.#closeDetached(place)
    this.#checkHeld(place)
    const { events } = this
    const how = later ? 'rollback' : this.#options.resetOnReturn
    const status = place.connection.transactionStatus
    if (status === 'lost') this.discard(place, { reason: lossOf(place.connection) })
    else if (events.any && (events.has('reset') || events.has('checkin')))
      return this.#settleIf(place, toldOfCheckin(events, place, how))
    else if (status === 'idle') this.#settle(place)
    else if (later) {
      place.oweRollback()
      this.#settle(place)
    } else return this.#settleIf(place, clean(place.connection, how, place.noticed))
    return undefined
  }

  discard(place: PooledConnection, options: DiscardOptions = {}): void {
    const { reason = null, soft = false } = options
    if (place.detached) {
      this.#checkHeld(place, this.#detached)
      if (!soft) place.connection.terminate()
      if (!soft) void this.#closeDetached(place)
      return
    }
    this.#checkHeld(place)
    void tell(this.events, soft ? 'softInvalidate' : 'invalidate', () => ({ entry: place, reason }))
    if (soft) {
      place.generation = STALE
      return
    }
    this.#counters.invalidated += 1
    this.#cut(place)
  }

  detach(place: PooledConnection): DriverConnection {
    this.#checkHeld(place)
    this.checkDetachable()
    void tell(this.events, 'detach', () => ({ entry: place }))
    this.#counters.detached += 1
    place.detached = true
    this.#detached.add(place)
    this.#close(place)
    return place.connection
  }

  guard(place: PooledConnection, holder: object): void {
    this.#leaks.guard(place, holder)
  }

  invalidate(): void {
    this.#generation += 1
    this.#counters.generations += 1
  }

  failed(error: DriverError): void {
    if ((error.disconnected && !error.canceled) || error.refusedWrite) this.invalidate()
  }

  async warmUp(count: number = Math.max(1, this.#options.minimum)): Promise<void> {
    if (!Number.isInteger(count) || count < 0)
      throw new ArgumentError(`warmUp() takes a whole number that is not negative, got ${showValue(count)}`)
    if (this.#disposal !== null) throw this.#disposedError()
    const missing = Math.min(count, this.#options.size) - this.#physical.totalCount
    try {
      await openAhead(missing, this.#supply, this.#options.timeoutMs, () => this.#timedOut())
    } catch (error) {
      throw this.#disposal === null ? error : this.#disposedError()
    }
  }

  dispose(options: DisposeOptions = {}): Promise<void> {
    checkDisposeOptions(options)
    this.#disposal ??= this.#dispose()
    const { timeoutMs } = options
    if (timeoutMs === undefined) return this.#disposal
    const drained = this.#disposal.then(() => this.drained())
    return cutAfter(timeoutMs, [this.#held, this.#listening], drained)
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

  metrics(): PoolMetrics {
    return { ...this.#counters, waitMs: this.#waiting.waitedMs }
  }

  /** @internal The options in the pool's own terms; the other pools are this one with other numbers. */
  protected resolve(options: PoolOptions): ResolvedPoolOptions {
    return resolvePoolOptions(options)
  }

  /** @internal What a checkout that timed out had been waiting for. */
  protected exhausted(options: ResolvedPoolOptions): string {
    return `${this.#name} limit of size ${options.size} overflow ${options.limit - options.size} reached`
  }

  /** @internal Whether a connection can be opened only when the one before is closed. */
  protected get exclusive(): boolean {
    return false
  }

  /** @internal @throws InvalidRequestError a connection of this pool cannot leave it. */
  protected checkDetachable(): void {}

  #arrived(place: PooledConnection): void {
    this.#held.add(place)
    this.#keepalive?.resting.delete(place)
    if (place.fresh) {
      this.#lend(place, performance.now())
      this.#minimum.watch()
    } else if (place.testing !== null) void place.testing.then(() => this.#vet(place))
    else this.#vet(place)
  }

  /** A connection that had been at rest is lent if it is good enough. */
  #vet(place: PooledConnection): void {
    const { ping, pingAfterMs } = this.#options
    const now = performance.now()
    const restedMs = now - place.provenAt
    if (this.#isStale(place, now)) this.#close(place)
    else if (ping === 'ahead' && restedMs >= pingAfterMs) void this.#pingAndLend(place)
    else if (restedMs >= LONG_REST_MS) this.#lendWhenRead(place, ping === 'ride')
    else this.#lend(place, now)
  }

  async #pingAndLend(place: PooledConnection): Promise<void> {
    const found = await prePing(this.#source, place, this.#options.pingTimeoutMs, (error) => this.#waiting.fail(error))
    if (found === 'lives') return this.#lend(place, performance.now())
    this.#foundDead(found === 'dead')
    this.#cut(place)
  }

  /** Where one is dead without our having been told, so are probably the others. */
  #foundDead(all = true): void {
    this.#counters.foundDead += 1
    if (all) this.invalidate()
  }

  /**
   * What the socket has received by now is read first: a server that has said goodbye is found out without being asked.
   *
   * @param unproven whether it is to be asked as well, by the first flight.
   */
  #lendWhenRead(place: PooledConnection, unproven: boolean): void {
    afterReading(() => {
      const now = performance.now()
      if (this.#isStale(place, now)) return this.#close(place)
      place.unproven = unproven
      this.#lend(place, now)
    })
  }

  #lend(place: PooledConnection, now: number): void {
    place.fresh = false
    place.holder = null
    place.heldSince = now
    place.lease += 1
    place.reported = false
    if (this.#disposal !== null) this.#close(place)
    else if (!this.#waiting.give(place, now)) this.#rest(place, now)
    else {
      this.#counters.checkouts += 1
      if (this.#held.size > this.#counters.mostCheckedOut) this.#counters.mostCheckedOut = this.#held.size
      if (this.#leaks.active) this.#leaks.lent()
    }
  }

  /** A connection came back clean. */
  #settle(place: PooledConnection): void {
    const now = performance.now()
    this.#counters.useMs += now - place.heldSince
    if (this.#isStale(place, now)) this.#close(place)
    else this.#lend(place, now)
  }

  /** Lends or keeps a connection that came back, where it was made clean. */
  async #settleIf(place: PooledConnection, good: Promise<boolean>): Promise<void> {
    if (await good) this.#settle(place)
    else this.#cut(place)
  }

  #rest(place: PooledConnection, now: number): void {
    if (this.#physical.idleCount >= this.#options.size) {
      this.#close(place)
      return
    }
    this.#held.delete(place)
    const { flights } = place.connection
    if (flights !== place.flights || place.provenAt === 0) place.provenAt = now
    place.flights = flights
    this.#keepalive?.resting.add(place)
    place.release()
  }

  #cut(place: PooledConnection): void {
    place.connection.terminate()
    this.#close(place)
  }

  #close(place: PooledConnection): void {
    this.#held.delete(place)
    place.release(true)
    this.#next()
  }

  async #closeDetached(place: PooledConnection): Promise<void> {
    this.#checkHeld(place, this.#detached)
    this.#detached.delete(place)
    await tell(this.events, 'closeDetached', () => ({ entry: place }))
    await place.connection.close()
  }

  /** A place became free. */
  #next(): void {
    if (this.#disposal !== null) this.#checkDrained()
    else {
      this.#supply.request()
      this.#waiting.watch()
    }
  }

  #isStale(place: PooledConnection, now: number): boolean {
    const lost = !place._queryable || place.connection.transactionStatus === 'lost'
    if (lost || place.generation !== this.#generation || place.openedBy !== process.pid) return true
    return now - place.openedAt >= place.lifeMs
  }

  #checkHeld(place: PooledConnection, among: ReadonlySet<PooledConnection> = this.#held): void {
    if (!among.has(place)) throw new InvalidRequestError(`This ${this.#name} has not lent this connection`)
  }

  readonly #leaked: LeakListener = (place, kind, heldMs) => {
    this.#counters.leaks += 1
    reportLeak(this.events, this.#name, place, kind, heldMs)
    if (kind === 'collected') this.discard(place, { reason: new InvalidRequestError('Its holder is gone') })
  }

  async #dispose(): Promise<void> {
    this.#supply.stop()
    this.#leaks.stop()
    this.#keepalive?.stop()
    this.#minimum.stop()
    this.#waiting.end(() => this.#disposedError())
    this.#end.abort(this.#disposedError())
    this.#physical.end(() => {})
    await Promise.all(this.#ending)
  }

  #checkDrained(): void {
    if (this.#disposal === null || this.#held.size > 0 || this.#supply.busy) return
    const waiting = this.#whenDrained.splice(0)
    void Promise.all(this.#ending).then(() => {
      for (const resolve of waiting) resolve()
    })
  }

  #disposedError(): ResourceClosedError {
    return new ResourceClosedError(`This ${this.#name} is disposed`)
  }

  #turnedAway(): TimeoutError {
    this.#counters.turnedAway += 1
    const why = describeRefusal(this.exhausted(this.#options), this.#waiting.length, this.#held)
    return new TimeoutError(why, { code: 'pool-queue-full' })
  }

  #timedOut(): TimeoutError {
    this.#counters.timeouts += 1
    const { refusal } = this.#supply
    const why = describeTimeout(this.#name, this.exhausted(this.#options), this.#options, this.#held)
    return new TimeoutError(why, refusal === null ? {} : { cause: refusal })
  }
}
