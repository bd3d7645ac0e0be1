// `Supply`: brings those who wait and the connections of `pg-pool` together.
import { DriverError } from '../dialect/contract/driver.ts'
import type { PoolCounters } from './metrics.ts'
import { openOneMore, type PhysicalPool } from './physical-pool.ts'
import type { PooledConnection } from './pooled-connection.ts'
import type { WaitQueue } from './wait-queue.ts'

/** How long a server that takes no more connections is left in peace; up to twice as long. */
const RETRY_MS = 100

/** What a supply is made of. */
export interface SupplyParts {
  readonly physical: PhysicalPool
  readonly waiting: WaitQueue<PooledConnection>
  /** Connections open at most. */
  readonly limit: number
  readonly counters: PoolCounters
  /** Is given each connection that comes, for one who waits. */
  readonly arrived: (place: PooledConnection) => void
  /** Called where a connection could not be opened and somebody was told so. */
  readonly failed: () => void
}

/** What takes longer to open may never come. A server that is only slow is not asked for more whenever somebody loses patience. */
const LATE_MS = 500

/** A connection that is being opened. */
interface Opening {
  readonly since: number
  /** Whether it took longer than somebody had patience: nobody else is to rely on it. */
  abandoned: boolean
}

/** Asks `pg-pool` for a connection for each who waits. */
export class Supply {
  readonly #parts: SupplyParts
  /** Requests to `pg-pool` without an answer yet. */
  #requested = 0
  /** What is being opened, the oldest first. */
  readonly #openings: Set<Opening> = new Set()
  #abandoned = 0
  /** What is being opened for nobody yet. */
  #ahead = 0
  /** Set while the server takes no more connections. */
  #retry: NodeJS.Timeout | null = null
  #refusal: unknown = null
  #stopped = false

  constructor(parts: SupplyParts) {
    this.#parts = parts
    parts.waiting.gaveUp = () => this.#abandon()
  }

  /** Whether connections are on their way. */
  get busy(): boolean {
    return this.#requested + this.#ahead > 0
  }

  /** Those who wait and for whom nothing is on its way. */
  get unserved(): number {
    return this.#parts.waiting.length - this.#expected
  }

  /** Requests that somebody may rely on. */
  get #expected(): number {
    return this.#requested - this.#abandoned
  }

  /** Why the server took no more connections when it was asked last; null where it did. */
  get refusal(): unknown {
    return this.#refusal
  }

  /** Waits for a connection. */
  borrow(signal: AbortSignal | undefined): Promise<PooledConnection> {
    const { physical, waiting } = this.#parts
    const lent = waiting.wait(signal, physical.idleCount > this.#requested)
    this.request()
    return lent
  }

  /** How many of those who wait can be given something now. */
  free(): number {
    const { totalCount, idleCount, waitingCount } = this.#parts.physical
    const room = this.#retry === null ? this.#parts.limit - totalCount : 0
    return room + idleCount - waitingCount
  }

  /** Asks for a connection for each who waits, as far as there can be any. */
  request(): void {
    const { physical, waiting } = this.#parts
    let free = this.free()
    while (free > 0 && this.#expected < waiting.length) {
      free -= 1
      const opens = physical.idleCount <= this.#requested
      this.#requested += 1
      if (opens) this.#open()
      else physical.connect(this.#answered)
    }
  }

  /** Opens one more for whoever comes; there must be room for it. @throws what opening fails with. */
  openAhead(): Promise<void> {
    const { physical, counters, arrived, failed } = this.#parts
    return new Promise((resolve, reject) => {
      const callback = (error: unknown, place: PooledConnection | undefined): void => {
        this.#ahead -= 1
        if (place === undefined) {
          counters.refused += 1
          reject(error)
          failed()
        } else {
          arrived(place)
          resolve()
        }
      }
      openOneMore(physical, callback)
      this.#ahead += 1
    })
  }

  /** Somebody waits no longer. What was being opened for him may never come: who comes next gets another. */
  #abandon(): void {
    let spare = this.#expected - this.#parts.waiting.length
    const late = performance.now() - LATE_MS
    for (const opening of this.#openings) {
      if (spare <= 0 || opening.since > late) return
      if (opening.abandoned) continue
      opening.abandoned = true
      this.#abandoned += 1
      spare -= 1
    }
  }

  #open(): void {
    const opening: Opening = { since: performance.now(), abandoned: false }
    this.#openings.add(opening)
    this.#parts.physical.connect((error, place) => {
      this.#openings.delete(opening)
      if (opening.abandoned) this.#abandoned -= 1
      this.#answered(error, place, opening.abandoned)
    })
  }

  /** The end, just before that of `pg-pool`, which answers those who stand in its own line no more. */
  stop(): void {
    this.#stopped = true
    this.#requested -= this.#parts.physical.waitingCount
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  readonly #answered = (error: unknown, place: PooledConnection | undefined, abandoned = false): void => {
    this.#requested -= 1
    if (place === undefined) this.#refused(error, abandoned)
    else {
      this.#refusal = null
      this.#parts.arrived(place)
    }
  }

  /** A connection could not be opened. */
  #refused(error: unknown, abandoned: boolean): void {
    const { physical, waiting, counters, failed } = this.#parts
    counters.refused += 1
    if (error instanceof DriverError && error.refusedForNow && physical.totalCount > 0 && !this.#stopped) {
      // Connections that others have, or are just getting, will come back: whoever waits can go on waiting.
      this.#refusal = error
      this.#retry ??= setTimeout(() => this.#tryAgain(), RETRY_MS * (1 + Math.random())).unref()
      waiting.watch()
      return
    }
    // Whoever relies on other requests has nothing to do with this one.
    if (!abandoned || this.unserved > 0) waiting.fail(error)
    failed()
  }

  #tryAgain(): void {
    this.#retry = null
    this.request()
  }
}
