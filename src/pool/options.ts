// Options of connection pools, each with its default and unit.
import { ArgumentError } from '../errors.ts'
import { checkKeys, quoteName, suggestion } from '../nearest.ts'
import { showValue } from '../show.ts'
import type { DisposeOptions } from './pool.ts'
import { LONGEST_TIMER_MS } from './wait-queue.ts'

/** Options of a pool. */
export interface PoolOptions {
  /** How many connections are kept open. 0 keeps any number. Default 5. */
  readonly size?: number
  /** How many more may be open at a time of need; they are closed when they come back and are not wanted. -1 is any number. Default 10. */
  readonly maxOverflow?: number
  /** How many connections stay open once the pool is in use: opened ahead of need, replaced where one is lost, spared by `idleTimeoutMs`. At most `size`. Default 0. */
  readonly minimum?: number
  /** How long a checkout waits for a connection to become free, in milliseconds; `Infinity` waits for ever. Default 30000. */
  readonly timeoutMs?: number
  /** How many checkouts may wait at a time; one more is refused at once. Default `Infinity`. */
  readonly maxWaiting?: number
  /** Connections older than this, or than up to 2.5 % less by chance, are replaced at checkout, in milliseconds. Default `Infinity`: never. */
  readonly recycleMs?: number
  /**
   * Make sure that a connection lives before it is used, and replace it where it does not:
   *
   * - `true` makes a round trip before a connection is lent that has rested for half a second; a number is the rest in
   *   milliseconds, 0 tests at each checkout;
   * - `'ride'` costs no round trip: the question travels in front of the first statement. Where the server says that it has
   *   ended the session before it read that, the statement is sent on a new connection; a connection that vanished without
   *   a word is an error of the statement, because it may have been run.
   *
   * Default false.
   */
  readonly prePing?: boolean | number | 'ride'
  /** How long the answer to such a test may take, in milliseconds. Default 500. */
  readonly pingTimeoutMs?: number
  /** Test connections at rest once in so many milliseconds, and take out those that are dead. Default `Infinity`: they are left in peace. */
  readonly keepaliveMs?: number
  /** Close connections that have rested for so many milliseconds. Default `Infinity`: they stay. */
  readonly idleTimeoutMs?: number
  /** Lend the connection that came back last, so that those in excess grow old; false lends the one that has rested longest. Default true. */
  readonly useLifo?: boolean
  /**
   * What happens to a transaction that is still open when its connection comes back: `'rollback'`, `'commit'`, or null for neither:
   * such a connection is closed then. Where there is no transaction nothing is sent. Default `'rollback'`.
   */
  readonly resetOnReturn?: 'rollback' | 'commit' | null
  /** Let the process end while connections are at rest. Default false: they keep it running until the pool is disposed. */
  readonly unref?: boolean
  /** Record where each connection was checked out, for the messages of timeouts and leaks. Costs some microseconds a checkout. Default: whether `leakThresholdMs` is given. */
  readonly leakTracking?: boolean
  /** Report a connection that is held for longer, in milliseconds: to listeners of `leak`, else as a warning of the process. Default `Infinity`. */
  readonly leakThresholdMs?: number
}

/** How connections are tested before they are lent. */
export type PingMode = 'off' | 'ahead' | 'ride'

/** The same with every default filled in, in the terms that the pool counts in. */
export interface ResolvedPoolOptions {
  /** Connections kept open at rest; `Infinity` where there is no limit. */
  readonly size: number
  /** Connections open at most; `Infinity` where there is no limit. */
  readonly limit: number
  readonly minimum: number
  readonly timeoutMs: number
  readonly maxWaiting: number
  readonly recycleMs: number
  readonly ping: PingMode
  /** Rest after which a connection is tested; `Infinity` where it never is. */
  readonly pingAfterMs: number
  readonly pingTimeoutMs: number
  readonly keepaliveMs: number
  readonly idleTimeoutMs: number
  readonly useLifo: boolean
  readonly resetOnReturn: 'rollback' | 'commit' | null
  readonly unref: boolean
  readonly leakTracking: boolean
  readonly leakThresholdMs: number
}

const KEYS: readonly (keyof PoolOptions)[] = [
  'size',
  'maxOverflow',
  'minimum',
  'timeoutMs',
  'maxWaiting',
  'recycleMs',
  'prePing',
  'pingTimeoutMs',
  'keepaliveMs',
  'idleTimeoutMs',
  'useLifo',
  'resetOnReturn',
  'unref',
  'leakTracking',
  'leakThresholdMs',
]

/** Options that make sense where connections are not kept. */
export const NULL_POOL_KEYS: readonly (keyof PoolOptions)[] = [
  'timeoutMs',
  'resetOnReturn',
  'leakTracking',
  'leakThresholdMs',
]

/** Options that make sense where one connection at a time is lent. */
export const ASSERTION_POOL_KEYS: readonly (keyof PoolOptions)[] = ['timeoutMs', 'resetOnReturn', 'leakThresholdMs']

/** Options that make sense for a single connection. */
export const STATIC_POOL_KEYS: readonly (keyof PoolOptions)[] = [...NULL_POOL_KEYS, 'maxWaiting', 'unref']

/** Rest after which a connection is tested where the number is not given: one that answered just now lives. */
const PING_AFTER_MS = 500
const PING_TIMEOUT_MS = 500

/**
 * Checks pool options and fills in the defaults.
 *
 * @throws ArgumentError an unknown option, or a value that cannot be.
 */
export function resolvePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  checkKeys('The pool', options, KEYS)
  const { size = 5, maxOverflow = 10, minimum = 0 } = options
  whole('size', size, 0)
  whole('maxOverflow', maxOverflow, -1)
  whole('minimum', minimum, 0)
  const kept = size === 0 ? Number.POSITIVE_INFINITY : size
  if (minimum > kept) throw new ArgumentError(`The pool's minimum of ${minimum} is more than its size of ${size}`)
  const unlimited = size === 0 || maxOverflow === -1
  const leakThresholdMs = timer('leakThresholdMs', options.leakThresholdMs)
  return {
    size: kept,
    limit: unlimited ? Number.POSITIVE_INFINITY : size + maxOverflow,
    minimum,
    timeoutMs: milliseconds('timeoutMs', options.timeoutMs ?? 30_000),
    maxWaiting: limitOf('maxWaiting', options.maxWaiting),
    recycleMs: milliseconds('recycleMs', options.recycleMs),
    ...pingOf(options.prePing ?? false),
    pingTimeoutMs: timer('pingTimeoutMs', options.pingTimeoutMs ?? PING_TIMEOUT_MS),
    keepaliveMs: timer('keepaliveMs', options.keepaliveMs),
    idleTimeoutMs: timer('idleTimeoutMs', options.idleTimeoutMs),
    useLifo: flag('useLifo', options.useLifo ?? true),
    resetOnReturn: resetOf(options.resetOnReturn),
    unref: flag('unref', options.unref ?? false),
    leakTracking: flag('leakTracking', options.leakTracking ?? Number.isFinite(leakThresholdMs)),
    leakThresholdMs,
  }
}

/** @throws ArgumentError an option of `dispose()` is unknown or cannot be. */
export function checkDisposeOptions(options: DisposeOptions): void {
  checkKeys('dispose()', options, ['timeoutMs'])
  const { timeoutMs } = options
  if (timeoutMs !== undefined && (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)))
    throw new ArgumentError(`dispose() takes timeoutMs as a number that is not negative, got ${showValue(timeoutMs)}`)
}

function whole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new ArgumentError(`The pool's ${name} must be a whole number of at least ${least}, got ${showValue(value)}`)
}

function limitOf(name: string, value: number = Number.POSITIVE_INFINITY): number {
  if (value !== Number.POSITIVE_INFINITY) whole(name, value, 0)
  return value
}

function milliseconds(name: string, value: number = Number.POSITIVE_INFINITY): number {
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0)
    throw new ArgumentError(
      `The pool's ${name} must be a number of milliseconds that is not negative, got ${showValue(value)}`,
    )
  return value
}

/** A time that a timer is set to: none of no time at all, and what no timer can hold never comes. */
function timer(name: string, value: number | undefined): number {
  const checked = milliseconds(name, value)
  return checked > LONGEST_TIMER_MS ? Number.POSITIVE_INFINITY : Math.max(1, checked)
}

function flag(name: string, value: boolean): boolean {
  if (typeof value !== 'boolean')
    throw new ArgumentError(`The pool's ${name} must be true or false, got ${showValue(value)}`)
  return value
}

function pingOf(prePing: boolean | number | 'ride'): { readonly ping: PingMode; readonly pingAfterMs: number } {
  if (prePing === 'ride') return { ping: 'ride', pingAfterMs: Number.POSITIVE_INFINITY }
  if (prePing === true) return { ping: 'ahead', pingAfterMs: PING_AFTER_MS }
  if (prePing === false) return { ping: 'off', pingAfterMs: Number.POSITIVE_INFINITY }
  if (typeof prePing === 'number') return { ping: 'ahead', pingAfterMs: milliseconds('prePing', prePing) }
  throw new ArgumentError(
    `The pool's prePing must be true, false, a number of milliseconds or 'ride', got ${quoteName(prePing)}${suggestion(prePing, ['ride'])}`,
  )
}

function resetOf(given: 'rollback' | 'commit' | null | undefined): 'rollback' | 'commit' | null {
  if (given === undefined) return 'rollback'
  if (given === 'rollback' || given === 'commit' || given === null) return given
  throw new ArgumentError(
    `The pool's resetOnReturn must be 'rollback', 'commit' or null, got ${quoteName(given)}${suggestion(given, ['rollback', 'commit'])}`,
  )
}
