// The pool's part of an engine's options.
import { ArgumentError } from '../errors.ts'
import { ASSERTION_POOL_KEYS, NULL_POOL_KEYS, type PoolOptions, STATIC_POOL_KEYS } from '../pool/options.ts'
import { AssertionPool, NullPool } from '../pool/simple-pools.ts'

/** The pool's part of the options of `createEngine()`. */
export interface EnginePoolOptions {
  /** Connections kept open; 0 keeps any number. Default 5. */
  readonly poolSize?: number
  /** Connections that may be open beyond `poolSize` at a time of need; -1 is any number. Default 10. */
  readonly maxOverflow?: number
  /** Connections that stay open once the engine is in use: opened ahead of need and replaced where one is lost. Default 0. */
  readonly poolMinimum?: number
  /** How long a checkout waits for a free connection, in milliseconds. Default 30000. */
  readonly poolTimeoutMs?: number
  /** How many checkouts may wait at a time; one more is refused at once. Default `Infinity`. */
  readonly poolMaxWaiting?: number
  /** Replace connections older than this at checkout, in milliseconds. Default `Infinity`: never. */
  readonly poolRecycleMs?: number
  /**
   * Test connections before they are used: those that rested for half a second, or for so many milliseconds; `'ride'` lets the
   * question travel in front of the first statement. See {@link PoolOptions}. Default false.
   */
  readonly poolPrePing?: boolean | number | 'ride'
  /** How long the answer to a test may take, in milliseconds. Default 500. */
  readonly poolPingTimeoutMs?: number
  /** Test connections at rest once in so many milliseconds. Default `Infinity`: never. */
  readonly poolKeepaliveMs?: number
  /** Close connections that rest for so many milliseconds. Default `Infinity`: they stay. */
  readonly poolIdleTimeoutMs?: number
  /** Lend the connection first that came back last; false lends the one first that has rested longest. Default true. */
  readonly poolUseLifo?: boolean
  /** What happens to a transaction that a borrower left open; null closes the connection. Default `'rollback'`. */
  readonly poolResetOnReturn?: 'rollback' | 'commit' | null
  /** Let the process end while connections are at rest. Default false. */
  readonly poolUnref?: boolean
  /** Name the places of checkouts when a checkout times out or a connection leaks; costs some microseconds each. Default: whether `poolLeakThresholdMs` is given. */
  readonly poolLeakTracking?: boolean
  /** Report connections that are held for longer, in milliseconds. Default `Infinity`. */
  readonly poolLeakThresholdMs?: number
}

const NAMES: Readonly<Record<keyof EnginePoolOptions, keyof PoolOptions>> = {
  poolSize: 'size',
  maxOverflow: 'maxOverflow',
  poolMinimum: 'minimum',
  poolTimeoutMs: 'timeoutMs',
  poolMaxWaiting: 'maxWaiting',
  poolRecycleMs: 'recycleMs',
  poolPrePing: 'prePing',
  poolPingTimeoutMs: 'pingTimeoutMs',
  poolKeepaliveMs: 'keepaliveMs',
  poolIdleTimeoutMs: 'idleTimeoutMs',
  poolUseLifo: 'useLifo',
  poolResetOnReturn: 'resetOnReturn',
  poolUnref: 'unref',
  poolLeakTracking: 'leakTracking',
  poolLeakThresholdMs: 'leakThresholdMs',
}

/** The names of all options of the pool. */
export const POOL_OPTION_KEYS: readonly (keyof EnginePoolOptions)[] = Object.keys(NAMES) as (keyof EnginePoolOptions)[]

/** The pool's part of an engine's options, under the pool's own names. */
export function poolOptionsOf(options: EnginePoolOptions): PoolOptions {
  const given = POOL_OPTION_KEYS.filter((key) => options[key] !== undefined)
  return Object.fromEntries(given.map((key) => [NAMES[key], options[key]]))
}

/** @throws ArgumentError an option that the class of pools has no use for, under the name that the engine knows it by. */
export function checkPoolClass(poolClass: unknown, options: EnginePoolOptions): void {
  const useful = poolClass === NullPool ? NULL_POOL_KEYS : poolClass === AssertionPool ? ASSERTION_POOL_KEYS : null
  if (useful === null) return
  const useless = POOL_OPTION_KEYS.find((key) => options[key] !== undefined && !useful.includes(NAMES[key]))
  if (useless === undefined) return
  const known = POOL_OPTION_KEYS.filter((key) => useful.includes(NAMES[key]))
  throw new ArgumentError(
    `createEngine(): ${poolClass === NullPool ? 'NullPool keeps no connections' : 'AssertionPool lends one connection at a time'} and has no use for ${useless}; it has ${known.join(', ')}`,
  )
}

/** Without what is of no use to a single connection: those options do no harm, as only the URL is to be changed. */
export function singleConnectionOptions(options: PoolOptions): PoolOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([key]) => (STATIC_POOL_KEYS as readonly string[]).includes(key)),
  )
}
