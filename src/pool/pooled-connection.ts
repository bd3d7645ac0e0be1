// `PooledConnection`: one place in a pool and the connection that stands on it; to `pg-pool` it is a client.
import { EventEmitter } from 'node:events'
import type { Driver, DriverConnection } from '../dialect/contract/driver.ts'
import { InvalidRequestError } from '../errors.ts'

/** What `pg-pool` hands to the constructor of its clients. */
export interface ClientOptions {
  readonly driver: Pick<Driver, 'connect'>
  /** Read when the connection was opened; see `Pool.invalidate`. */
  readonly generation: () => number
  /** Where a connection that says goodbye is remembered until it is gone. */
  readonly ending: Set<Promise<void>>
}

/** One place in a pool and the connection that stands on it. */
export class PooledConnection extends EventEmitter {
  /** Marks for `pg-pool`, which asks a client for them. */
  _queryable = true
  _ending = false
  /** Set by `pg-pool` when it lends the client; a truthy argument takes the client out. */
  declare readonly release: (destroy?: boolean) => void

  /** Opened and not lent yet. */
  fresh = true
  generation = 0
  /** Moments of `performance.now()`. */
  openedAt = 0
  restingSince = 0
  heldSince = 0
  /** Where it was checked out; kept only with leak tracking. */
  holder: Error | null = null
  readonly #options: ClientOptions
  #connection: DriverConnection | null = null

  constructor(options: ClientOptions) {
    super()
    this.#options = options
  }

  /** The connection itself. */
  get connection(): DriverConnection {
    if (this.#connection === null) throw new InvalidRequestError('The pooled connection is not open yet')
    return this.#connection
  }

  /** @internal Called by `pg-pool`. */
  connect(done: (error?: unknown) => void): void {
    const generation = this.#options.generation()
    this.#options.driver.connect().then(
      (connection) => {
        this.#connection = connection
        this.generation = generation
        this.openedAt = performance.now()
        done()
        connection.onceClosed(() => this.#closed())
      },
      (error: unknown) => done(error),
    )
  }

  /** @internal Called by `pg-pool`. */
  end(done: () => void): void {
    this._ending = true
    if (this.#connection === null) {
      done()
      return
    }
    const { ending } = this.#options
    const goodbye = this.#connection.close().finally(() => {
      ending.delete(goodbye)
      done()
    })
    ending.add(goodbye)
  }

  #closed(): void {
    this._queryable = false
    // Only at rest does anybody listen; a borrower learns it from its next command.
    if (!this._ending && this.listenerCount('error') > 0)
      this.emit('error', new InvalidRequestError('The connection was closed while it was at rest'))
  }
}
