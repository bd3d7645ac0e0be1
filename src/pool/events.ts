// The events of a pool: what happens to its connections, told to listeners that may await.
import type { CommandResult, DriverConnection } from '../dialect/contract/driver.ts'
import { Events } from '../events.ts'

/** A connection of a pool, as listeners see it. */
export interface ConnectionPoolEntry {
  /** The driver's connection. */
  readonly connection: DriverConnection
  /** Whatever listeners want to remember about this connection; it is gone with it. */
  readonly info: Map<unknown, unknown>
  /**
   * Runs SQL on the connection; await it inside of the listener. Not for connections that are lost. A connection that has not
   * answered after ten seconds is cut.
   *
   * @param values of `$1`, `$2`, ...
   * @throws DriverError what the server refused.
   * @example
   * engine.pool.on('connect', ({ entry }) => entry.execute("SET search_path TO 'shop'"))
   */
  execute(sql: string, values?: readonly unknown[]): Promise<CommandResult>
}

/** What happened to a connection. */
export interface PoolEvent {
  readonly entry: ConnectionPoolEntry
}

/** A connection came back and is about to be made ready for the next borrower. */
export interface PoolResetEvent extends PoolEvent {
  /** Whether there is no transaction to end: nothing is sent for the reset. */
  readonly transactionWasReset: boolean
}

/** A connection is given up. */
export interface PoolInvalidateEvent extends PoolEvent {
  /** Why, where that is known: the error of the statement, usually. */
  readonly reason: unknown
}

/** A connection was held too long, or its holder forgot it. */
export interface PoolLeakEvent extends PoolEvent {
  /** `held`: for longer than `leakThresholdMs`, and still. `collected`: its holder is gone without closing it; it was taken back. */
  readonly kind: 'held' | 'collected'
  readonly heldMs: number
  /** The stack of the checkout; null without `leakTracking`. */
  readonly stack: string | null
}

/**
 * The events of a pool, with what listeners are told. A promise that a listener returns is waited for wherever the pool itself
 * waits: `firstConnect`, `connect`, `checkout`, `reset`, `checkin`, `close` and `closeDetached`. SQLAlchemy: PoolEvents.
 */
export interface PoolMoments {
  /** The first connection of the pool was opened; told once, before `connect`, and again where a listener failed. */
  firstConnect: PoolEvent
  /** A connection was opened and nobody has it yet: the place for settings of the session. A listener that throws fails the checkout. */
  connect: PoolEvent
  /** A connection is about to be lent. A listener that throws `DisconnectionError` has it replaced; any other error fails the checkout. */
  checkout: PoolEvent
  /** A connection came back and is clean. */
  checkin: PoolEvent
  /** A connection came back, before its transaction is ended. */
  reset: PoolResetEvent
  /** A connection is about to be cut, because it was lost or given up. */
  invalidate: PoolInvalidateEvent
  /** A connection is to be replaced when it comes back. */
  softInvalidate: PoolInvalidateEvent
  /** A connection is about to be closed. */
  close: PoolEvent
  /** A connection left the pool and belongs to its holder now. */
  detach: PoolEvent
  /** A connection that had left the pool is about to be closed. */
  closeDetached: PoolEvent
  /** A connection is held too long, or was forgotten. */
  leak: PoolLeakEvent
}

const NAMES: readonly (keyof PoolMoments)[] = [
  'firstConnect',
  'connect',
  'checkout',
  'checkin',
  'reset',
  'invalidate',
  'softInvalidate',
  'close',
  'detach',
  'closeDetached',
  'leak',
]

/** The listeners of one pool. */
export type PoolEvents = Events<PoolMoments>

/** No listeners yet. */
export function poolEvents(): PoolEvents {
  return new Events('A pool', NAMES)
}

/** Tells of what cannot be stopped any more: a listener that fails is a warning of the process. */
export function tell<Name extends keyof PoolMoments>(
  events: PoolEvents,
  name: Name,
  event: () => PoolMoments[Name],
): void | Promise<void> {
  if (!events.has(name)) return
  try {
    return events.emit(name, event())?.catch(warn)
  } catch (error) {
    warn(error)
  }
}

/** Says what nobody is there to catch. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
