// `LeakWatch`: notices connections that are held too long, and those whose holders are gone.
import { type PoolEvents, tell } from './events.ts'
import { describeLeak, stackOf } from './holders.ts'
import type { PooledConnection } from './pooled-connection.ts'

/** One lease of a connection. */
interface Lease {
  readonly place: PooledConnection
  readonly number: number
}

/** Is told of a leak. */
export type LeakListener = (place: PooledConnection, kind: 'held' | 'collected', heldMs: number) => void

/** Notices connections that are held too long, and those whose holders are gone. */
export class LeakWatch {
  readonly #held: ReadonlySet<PooledConnection>
  readonly #detached: ReadonlySet<PooledConnection>
  readonly #thresholdMs: number
  readonly #leaked: LeakListener
  /** Whether there is a threshold: {@link lent} need not be called otherwise. */
  readonly active: boolean
  #collected: FinalizationRegistry<Lease> | null = null
  #timer: NodeJS.Timeout | null = null

  /**
   * @param held the connections that are lent; looked at, never changed.
   * @param detached those that have left the pool and are not closed yet.
   */
  constructor(
    held: ReadonlySet<PooledConnection>,
    detached: ReadonlySet<PooledConnection>,
    thresholdMs: number,
    leaked: LeakListener,
  ) {
    this.#held = held
    this.#detached = detached
    this.#thresholdMs = thresholdMs
    this.#leaked = leaked
    this.active = Number.isFinite(thresholdMs)
  }

  /** A connection was lent. */
  lent(): void {
    this.#timer ??= setTimeout(() => this.#sweep(), this.#thresholdMs).unref()
  }

  /** Notices when the holder of the present lease is garbage. */
  guard(place: PooledConnection, holder: object): void {
    this.#collected ??= new FinalizationRegistry(({ place, number }) => {
      const out = this.#held.has(place) || this.#detached.has(place)
      if (out && place.lease === number) this.#leaked(place, 'collected', performance.now() - place.heldSince)
    })
    this.#collected.register(holder, { place, number: place.lease })
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Reports who is over the threshold, and comes again for who is next. */
  #sweep(): void {
    this.#timer = null
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const place of this.#held) {
      if (place.reported) continue
      const left = place.heldSince + this.#thresholdMs - now
      if (left > 0) next = Math.min(next, left)
      else {
        place.reported = true
        this.#leaked(place, 'held', now - place.heldSince)
      }
    }
    if (Number.isFinite(next)) this.#timer = setTimeout(() => this.#sweep(), Math.ceil(next)).unref()
  }
}

/** Tells listeners of a leak, or the process where nobody listens. */
export function reportLeak(
  events: PoolEvents,
  pool: string,
  place: PooledConnection,
  kind: 'held' | 'collected',
  heldMs: number,
): void {
  const stack = stackOf(place)
  if (events.has('leak')) void tell(events, 'leak', () => ({ entry: place, kind, heldMs, stack }))
  else process.emitWarning(describeLeak(pool, kind, heldMs, stack), { code: 'TSALCHEMY_POOL_LEAK' })
}
