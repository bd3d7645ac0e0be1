// `EnginePool`: an engine's pool as users see it, before it is made as well.
import type { EventListener, Unlisten } from '../events.ts'
import { type PoolEvents, type PoolMoments, poolEvents } from '../pool/events.ts'
import { newCounters, type PoolMetrics } from '../pool/metrics.ts'
import type { Pool, PoolStatus } from '../pool/pool.ts'

const NONE_YET: PoolStatus = {
  pool: 'none yet',
  size: 0,
  limit: 0,
  idle: 0,
  checkedOut: 0,
  opening: 0,
  waiting: 0,
}

/** The connections of an engine, as a whole. `engine.pool` is it; it can be listened to before the first connection is opened. */
export class EnginePool {
  /** @internal */
  readonly events: PoolEvents = poolEvents()
  readonly #pool: () => Pool | null

  /** @internal @param pool null until it is made. */
  constructor(pool: () => Pool | null) {
    this.#pool = pool
  }

  /**
   * Listens to what happens to connections; {@link PoolMoments} tells of each event. A listener may return a promise, which
   * is waited for.
   *
   * @returns what ends it.
   * @throws ArgumentError an unknown event, or no function.
   * @example
   * engine.pool.on('connect', ({ entry }) => entry.execute("SET statement_timeout TO '10s'"))
   */
  on<Name extends keyof PoolMoments>(name: Name, listener: EventListener<PoolMoments[Name]>): Unlisten {
    return this.events.on(name, listener)
  }

  /** How many connections stand where. */
  status(): PoolStatus {
    return this.#pool()?.status() ?? NONE_YET
  }

  /** Counters since the engine was made. */
  metrics(): PoolMetrics {
    return this.#pool()?.metrics() ?? newCounters()
  }

  /** Makes all connections opened so far stale: they are replaced before they are used next, and closed when they come back. */
  invalidate(): void {
    this.#pool()?.invalidate()
  }
}
