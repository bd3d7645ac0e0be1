// `PooledConnection`: one place in a pool and the connection that stands on it; to `pg-pool` it is a client.
import { EventEmitter } from 'node:events'
import type { CommandResult, Driver, DriverConnection } from '../dialect/contract/driver.ts'
import { InvalidRequestError } from '../errors.ts'
import type { ConnectionPoolEntry } from './events.ts'
import { OwedRollback } from './owed-rollback.ts'
import { type NoticeListener, settled } from './reset.ts'

/** How long what a listener runs may take: somebody may be waiting for the connection, or for its place. */
const LISTENER_MS = 10_000

/** By how much lives differ: connections that were opened together are not to be replaced together. */
const LIFE_SPREAD = 1 / 40

/** What a pool does with its places; `pg-pool` hands it to the constructor of its clients. */
export interface ClientOptions {
  readonly driver: Pick<Driver, 'connect'>
  /** Read when the connection was opened; see `Pool.invalidate`. */
  readonly generation: () => number
  /** After how many milliseconds connections are replaced. */
  readonly recycleMs: number
  /** Called with each connection that was opened, before anybody has it; one that fails is closed. */
  readonly opened: (place: PooledConnection) => void | Promise<void>
  /** Called with each connection that is about to be closed; never fails. */
  readonly closing: (place: PooledConnection) => void | Promise<void>
  /** Where a connection that says goodbye is remembered until it is gone. */
  readonly ending: Set<Promise<void>>
  /** Where a connection is remembered while listeners of `connect` or `close` are busy with it. */
  readonly listening: Set<PooledConnection>
  /** Is told what the server said beside the answers to what the pool and its listeners send. */
  readonly noticed: NoticeListener | undefined
}

/** One place in a pool and the connection that stands on it. */
export class PooledConnection extends EventEmitter implements ConnectionPoolEntry {
  /** Marks for `pg-pool`, which asks a client for them. */
  _queryable = true
  _ending = false
  /** Set by `pg-pool` when it lends the client; a truthy argument takes the client out. */
  declare readonly release: (destroy?: boolean) => void

  /** Opened and not lent yet. */
  fresh = true
  /** Belongs to its holder, not to the pool. */
  detached = false
  generation = 0
  /** The process that opened it: nobody else may use its socket. */
  readonly openedBy: number = process.pid
  /** Moments of `performance.now()`. */
  openedAt = 0
  /** How old it gets, in milliseconds. */
  lifeMs: number = Number.POSITIVE_INFINITY
  heldSince = 0
  /** When it was last known to live, and how many flights it had made by then. */
  provenAt = 0
  flights = 0
  /** Counts how often it was lent. */
  lease = 0
  /** Whether the present lease was reported as a leak. */
  reported = false
  /** Whether nobody knows if it still lives: the next flight has to ask. */
  unproven = false
  /** Set while it is tested at rest. */
  testing: Promise<void> | null = null
  /** Where it was checked out; kept only with leak tracking. */
  holder: Error | null = null
  readonly #options: ClientOptions
  #connection: DriverConnection | null = null
  /** Stands for the connection while it owes a ROLLBACK. */
  #owed: OwedRollback | null = null
  #info: Map<unknown, unknown> | null = null

  constructor(options: ClientOptions) {
    super()
    this.#options = options
  }

  /** The connection itself. */
  get connection(): DriverConnection {
    if (this.#owed !== null) return this.#owed
    if (this.#connection === null) throw new InvalidRequestError('The pooled connection is not open yet')
    return this.#connection
  }

  /** Lets the ROLLBACK of the transaction that is open travel with whatever is sent next, or alone where that does not come soon. */
  oweRollback(): void {
    const { connection } = this
    const done = (): void => {
      this.#owed = null
    }
    this.#owed = new OwedRollback(connection, done, this.noticed)
  }

  /** Is told what the server said beside the answers to what the pool sends; undefined where nobody is. */
  get noticed(): NoticeListener | undefined {
    return this.#options.noticed
  }

  get info(): Map<unknown, unknown> {
    this.#info ??= new Map()
    return this.#info
  }

  async execute(sql: string, values: readonly unknown[] = []): Promise<CommandResult> {
    const statement = { sql, parameters: values.map(() => null), columns: null, prepare: false }
    const { connection } = this
    const limit = setTimeout(() => connection.terminate(), LISTENER_MS)
    try {
      const [result] = await connection.run([{ statement, parameters: values }])
      if (result === undefined) throw new InvalidRequestError('The driver gave no result')
      if (result.notices !== undefined) this.noticed?.(sql, result.notices)
      return result
    } finally {
      clearTimeout(limit)
    }
  }

  /** @internal Called by `pg-pool`. */
  connect(done: (error?: unknown) => void): void {
    this.#open().then(
      (connection) => {
        done()
        connection.onceClosed(() => this.#closed())
      },
      // To `pg-pool` an error that is nothing is none.
      (error: unknown) => done(error || new InvalidRequestError('A listener has thrown nothing', { cause: error })),
    )
  }

  /** @internal Called by `pg-pool`: whether this connection alone keeps the process running. */
  ref(): void {
    this.#connection?.keepProcess?.(true)
  }

  /** @internal Called by `pg-pool`. */
  unref(): void {
    this.#connection?.keepProcess?.(false)
  }

  /** @internal Called by `pg-pool`. */
  end(done: () => void): void {
    this._ending = true
    if (this.#connection === null || this.detached) {
      done()
      return
    }
    const { ending } = this.#options
    const goodbye = this.close().finally(() => {
      ending.delete(goodbye)
      done()
    })
    ending.add(goodbye)
  }

  /** Tells listeners and closes the connection. Never rejects. */
  close(): Promise<void> {
    const { connection } = this
    // The socket belongs to another process, which uses it.
    if (this.openedBy !== process.pid) connection.terminate()
    const told = this.#options.closing(this)
    return told === undefined ? connection.close() : this.#listenedTo(told).then(() => connection.close())
  }

  #listenedTo(told: Promise<void>): Promise<void> {
    const { listening } = this.#options
    listening.add(this)
    return told.finally(() => listening.delete(this))
  }

  async #open(): Promise<DriverConnection> {
    const { driver, generation, opened, recycleMs } = this.#options
    const born = generation()
    const connection = await driver.connect()
    this.#connection = connection
    this.generation = born
    this.openedAt = performance.now()
    this.lifeMs = recycleMs * (1 - Math.random() * LIFE_SPREAD)
    try {
      const told = opened(this)
      if (told !== undefined) {
        await this.#listenedTo(told)
        await settled(connection, 'connect', this.noticed)
      }
    } catch (error) {
      await this.close()
      this.#connection = null
      throw error
    }
    return connection
  }

  #closed(): void {
    this._queryable = false
    // Only at rest does anybody listen; a borrower learns it from its next command.
    if (!this._ending && this.listenerCount('error') > 0)
      this.emit('error', new InvalidRequestError('The connection was closed while it was at rest'))
  }
}
