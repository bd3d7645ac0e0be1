// `Pool`: the contract between those who hold connections and those who borrow them.
import type { Driver, DriverConnection, DriverError } from '../dialect/contract/driver.ts'
import type { PoolEvents } from './events.ts'
import type { PoolMetrics } from './metrics.ts'
import type { PooledConnection } from './pooled-connection.ts'
import type { NoticeListener } from './reset.ts'

/** What opens connections for a pool. */
export interface ConnectionSource extends Pick<Driver, 'connect'> {
  /** Is told what the server said beside the answers to what the pool and its listeners send. */
  readonly noticed?: NoticeListener
  /**
   * Is told of the error of a connection that did not answer before it was to be lent, or at rest. Where it is refused (rejects), so is the checkout; otherwise
   * another connection is lent, and those of its age are replaced unless `'others-live'` is returned.
   */
  pingFailed?(error: unknown): Promise<'others-live' | null>
}

/** How many connections stand where. */
export interface PoolStatus {
  /** `QueuePool`, `StaticPool`, `NullPool`. */
  readonly pool: string
  /** Connections kept open at rest. */
  readonly size: number
  /** Connections open at most. */
  readonly limit: number
  /** Open and at rest. */
  readonly idle: number
  readonly checkedOut: number
  /** Being opened. */
  readonly opening: number
  /** Checkouts that wait. */
  readonly waiting: number
}

/** Options of `pool.dispose()`. */
export interface DisposeOptions {
  /**
   * How long to wait for connections that are lent, in milliseconds; those that have not come back by then are cut. Default:
   * not at all, and they are closed when they come back. Those that were detached are left to their holders.
   */
  readonly timeoutMs?: number
}

/** Options of `pool.discard()`. */
export interface DiscardOptions {
  /** Why, for listeners of `invalidate`. */
  readonly reason?: unknown
  /** Let the holder go on with it and replace it when it comes back. Default false: it is cut now. */
  readonly soft?: boolean
}

/** Keeps connections and lends them, one borrower at a time. */
export interface Pool {
  /** Listeners of what happens to connections. */
  readonly events: PoolEvents
  /**
   * Borrows a connection that stands outside any transaction.
   *
   * @throws TimeoutError none became free in time; the message tells who holds them. With the code `pool-queue-full`, too many waited already.
   * @throws ResourceClosedError the pool was disposed.
   * @throws DriverError a new connection could not be opened.
   */
  checkout(signal?: AbortSignal): Promise<PooledConnection>
  /**
   * Gives a connection back, once. A transaction that is still open is ended as `resetOnReturn` says; where that fails the
   * connection is closed instead. Never rejects; undefined where nothing had to be awaited.
   *
   * @param later rolls back whatever `resetOnReturn` says, and lets the ROLLBACK travel with what the next borrower sends first, or
   * alone some milliseconds later: for transactions that have only read.
   */
  checkin(connection: PooledConnection, later?: boolean): Promise<void> | undefined
  /** Gives a connection back that must not be used again: it is cut. With `soft` it stays lent, and is replaced when it comes back. */
  discard(connection: PooledConnection, options?: DiscardOptions): void
  /** Takes a connection out of the pool for good; its place is free. It stays with its holder, whose `checkin` closes it. */
  detach(connection: PooledConnection): DriverConnection
  /**
   * Takes a connection back if `holder` is garbage and has not given it back by then.
   *
   * @param holder whoever alone can use and give back the connection.
   */
  guard(connection: PooledConnection, holder: object): void
  /** Makes all connections opened so far stale: they are replaced at checkout, or closed when they come back. */
  invalidate(): void
  /** Told of each error of a connection's driver: makes all stale where it says that the server is not what it was. */
  failed(error: DriverError): void
  /**
   * Opens connections ahead of need.
   *
   * @param count how many are to be open then, at most as many as are kept. Default: the minimum, at least 1.
   * @throws what {@link checkout} throws.
   */
  warmUp(count?: number): Promise<void>
  /**
   * Closes the connections at rest and refuses everybody who waits; connections lent out are closed when they come back, or cut
   * after `timeoutMs`. Calling it again does nothing more, apart from a deadline of its own.
   */
  dispose(options?: DisposeOptions): Promise<void>
  /** Resolves when the pool is disposed and the last connection came back. */
  drained(): Promise<void>
  status(): PoolStatus
  metrics(): PoolMetrics
}
