// `PoolMetrics`: what a pool has done since it was made, as counters that only grow.
import { setMaxListeners } from 'node:events'
import type { Driver } from '../dialect/contract/driver.ts'

/** Counters of a pool since it was made; times are sums of milliseconds. */
export interface PoolMetrics {
  /** Connections opened. */
  readonly opened: number
  /** Connections closed, lost ones included; those that left by `detach` are not among them. */
  readonly closed: number
  /** Attempts to open a connection that failed. */
  readonly refused: number
  /** Connections lent. */
  readonly checkouts: number
  /** Checkouts that waited in vain. */
  readonly timeouts: number
  /** Checkouts refused because too many waited. */
  readonly turnedAway: number
  /** Connections given up. */
  readonly invalidated: number
  /** How often all connections were given up together. */
  readonly generations: number
  /** Connections found dead by a test before anybody was lent them. */
  readonly foundDead: number
  /** Connections held too long or forgotten. */
  readonly leaks: number
  /** Connections that left the pool. */
  readonly detached: number
  /** The most connections that were lent at a time. */
  readonly mostCheckedOut: number
  /** Time that opening took. */
  readonly connectMs: number
  /** Time that checkouts waited. */
  readonly waitMs: number
  /** Time that connections were lent. */
  readonly useMs: number
}

/** The counters, to be counted. */
export type PoolCounters = { -readonly [K in keyof PoolMetrics]: PoolMetrics[K] }

/** All at zero. */
export function newCounters(): PoolCounters {
  return {
    opened: 0,
    closed: 0,
    refused: 0,
    checkouts: 0,
    timeouts: 0,
    turnedAway: 0,
    invalidated: 0,
    generations: 0,
    foundDead: 0,
    leaks: 0,
    detached: 0,
    mostCheckedOut: 0,
    connectMs: 0,
    waitMs: 0,
    useMs: 0,
  }
}

/**
 * A driver whose connections are counted.
 *
 * @param room resolves when one can be opened; null where that is now.
 * @param end aborted when nobody wants any more of them.
 */
export function countedDriver(
  driver: Pick<Driver, 'connect'>,
  counters: PoolCounters,
  room: () => Promise<unknown> | null,
  end: AbortSignal,
): Pick<Driver, 'connect'> {
  // One listener for each connection that is being opened, which is no leak.
  setMaxListeners(0, end)
  return {
    async connect() {
      const waiting = room()
      if (waiting !== null) await waiting
      const started = performance.now()
      try {
        const connection = await driver.connect({ signal: end })
        counters.opened += 1
        return connection
      } finally {
        counters.connectMs += performance.now() - started
      }
    },
  }
}
