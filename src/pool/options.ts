// Options of connection pools, each with its default and unit.
import { ArgumentError } from '../errors.ts'
import { checkKeys } from '../nearest.ts'

/** Options of a pool. */
export interface PoolOptions {
  /** How many connections are kept open. 0 keeps any number. Default 5. */
  readonly size?: number
  /** How many more may be open at a time of need; they are closed when they come back and are not wanted. -1 is any number. Default 10. */
  readonly maxOverflow?: number
  /** How long a checkout waits for a connection to become free, in milliseconds; `Infinity` waits for ever. Default 30000. */
  readonly timeoutMs?: number
  /** Connections older than this are replaced at checkout, in milliseconds. Default `Infinity`: never. */
  readonly recycleMs?: number
  /**
   * Test a connection with a round trip before it is handed out, and replace it where it fails. `true` tests at each checkout; a
   * number tests only connections that have rested for so many milliseconds. Default false.
   */
  readonly prePing?: boolean | number
  /** Close connections that have rested for so many milliseconds. Default `Infinity`: they stay. */
  readonly idleTimeoutMs?: number
  /** Record where each connection was checked out, for the message of the timeout. Costs some microseconds a checkout. Default false. */
  readonly leakTracking?: boolean
}

/** The same with every default filled in, in the terms that the pool counts in. */
export interface ResolvedPoolOptions {
  /** Connections kept open at rest; `Infinity` where there is no limit. */
  readonly size: number
  /** Connections open at most; `Infinity` where there is no limit. */
  readonly limit: number
  readonly timeoutMs: number
  readonly recycleMs: number
  /** Rest after which a connection is tested; `Infinity` where it never is. */
  readonly pingAfterMs: number
  readonly idleTimeoutMs: number
  readonly leakTracking: boolean
}

const KEYS = ['size', 'maxOverflow', 'timeoutMs', 'recycleMs', 'prePing', 'idleTimeoutMs', 'leakTracking'] as const

/**
 * Checks pool options and fills in the defaults.
 *
 * @throws ArgumentError an unknown option, or a value that cannot be.
 */
export function resolvePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  checkKeys('The pool', options, KEYS)
  const { size = 5, maxOverflow = 10, prePing = false } = options
  whole('size', size, 0)
  whole('maxOverflow', maxOverflow, -1)
  const unlimited = size === 0 || maxOverflow === -1
  return {
    size: size === 0 ? Number.POSITIVE_INFINITY : size,
    limit: unlimited ? Number.POSITIVE_INFINITY : size + maxOverflow,
    timeoutMs: milliseconds('timeoutMs', options.timeoutMs ?? 30_000),
    recycleMs: milliseconds('recycleMs', options.recycleMs ?? Number.POSITIVE_INFINITY),
    pingAfterMs:
      typeof prePing === 'boolean' ? (prePing ? 0 : Number.POSITIVE_INFINITY) : milliseconds('prePing', prePing),
    idleTimeoutMs: milliseconds('idleTimeoutMs', options.idleTimeoutMs ?? Number.POSITIVE_INFINITY),
    leakTracking: options.leakTracking ?? false,
  }
}

function whole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new ArgumentError(`The pool's ${name} must be a whole number of at least ${least}, got ${String(value)}`)
}

function milliseconds(name: string, value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0)
    throw new ArgumentError(
      `The pool's ${name} must be a number of milliseconds that is not negative, got ${String(value)}`,
    )
  return value
}
