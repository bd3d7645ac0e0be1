// The standbys beside a primary: whose turn it is, and who is left alone for a while because it could not be reached.
import type { Driver } from '../dialect/contract/driver.ts'
import type { URL } from '../dialect/url.ts'
import { DBAPIError } from '../errors.ts'
import { warn } from '../pool/events.ts'
import type { DisposeOptions, Pool, PoolStatus } from '../pool/pool.ts'

/** How a standby is doing. */
export interface ReplicaStatus {
  readonly url: URL
  /** Whether it could be reached when it was last tried. */
  readonly up: boolean
  readonly pool: PoolStatus
}

/** One standby. */
export interface Standby {
  readonly url: URL
  readonly pool: Pool
  readonly driver: Driver
  /** Moment of `performance.now()` before which it is not tried again; 0 where it is well. */
  downUntil: number
}

/** The standbys of an engine. */
export class Standbys {
  readonly #all: readonly Standby[]
  readonly #retryMs: number
  #turn = Math.floor(Math.random() * 1000)

  /** @param retryMs how long one that could not be reached is left alone. */
  constructor(all: readonly Standby[], retryMs: number) {
    this.#all = all
    this.#retryMs = retryMs
  }

  get pools(): Pool[] {
    return this.#all.map(({ pool }) => pool)
  }

  /** Those to be tried, in order: each is the first in turn. */
  *candidates(): Generator<Standby> {
    this.#turn += 1
    const first = this.#turn % this.#all.length
    for (const standby of [...this.#all.slice(first), ...this.#all.slice(0, first)]) {
      if (standby.downUntil > performance.now()) continue
      // One at a time finds out whether it is back; the others go on without it.
      if (standby.downUntil > 0) this.missed(standby)
      yield standby
    }
  }

  reached(standby: Standby): void {
    standby.downUntil = 0
  }

  missed(standby: Standby): void {
    standby.downUntil = performance.now() + this.#retryMs
  }

  status(): ReplicaStatus[] {
    return this.#all.map(({ url, pool, downUntil }) => ({ url, up: downUntil === 0, pool: pool.status() }))
  }

  async dispose(options: DisposeOptions): Promise<void> {
    await Promise.all(this.#all.map((standby) => disposeServer(standby, options)))
  }
}

/** Closes the connections to one server, and its driver with the last. */
export async function disposeServer(
  { pool, driver }: Pick<Standby, 'pool' | 'driver'>,
  options: DisposeOptions,
): Promise<void> {
  const disposing = pool.dispose(options)
  let drained = false
  const released = pool.drained().then(() => {
    drained = true
    return driver.dispose()
  })
  // It may fail before anybody waits for it.
  released.catch(() => undefined)
  await disposing
  // Whoever still holds a connection may go on using it; what is shared by the connections goes with the last.
  const last = options.timeoutMs === undefined ? pool.status().checkedOut === 0 : drained
  if (last) await released
  else released.catch(warn)
}

/** What a server says that is going, coming or full. */
const ABSENT: readonly string[] = ['57P01', '57P02', '57P03', '53300']

/** Whether an error tells that a server was lost or could not be reached, and not that it refused what was asked. */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof DBAPIError) || !error.connectionInvalidated) return false
  const { sqlState } = error
  return sqlState === null || ABSENT.includes(sqlState) || sqlState.startsWith('08')
}
