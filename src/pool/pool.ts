// `Pool`: the contract between those who hold connections and those who borrow them.
import type { PooledConnection } from './pooled-connection.ts'

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

/** Keeps connections and lends them, one borrower at a time. */
export interface Pool {
  /**
   * Borrows a connection that stands outside any transaction.
   *
   * @throws TimeoutError none became free in time; the message tells who holds them.
   * @throws ResourceClosedError the pool was disposed.
   * @throws DriverError a new connection could not be opened.
   */
  checkout(signal?: AbortSignal): Promise<PooledConnection>
  /**
   * Gives a connection back, once. A transaction that is still open is rolled back; where that fails the connection is closed
   * instead. Never rejects; undefined where nothing had to be awaited.
   */
  checkin(connection: PooledConnection): Promise<void> | undefined
  /** Gives a connection back that must not be used again: it is cut. */
  discard(connection: PooledConnection): void
  /** Makes all connections opened so far stale: they are replaced at checkout, or closed when they come back. Called when one was lost. */
  invalidate(): void
  /**
   * Closes the connections at rest and refuses everybody who waits; connections lent out are closed when they come back.
   * Calling it again does nothing more.
   */
  dispose(): Promise<void>
  /** Resolves when the pool is disposed and the last connection came back. */
  drained(): Promise<void>
  status(): PoolStatus
}
