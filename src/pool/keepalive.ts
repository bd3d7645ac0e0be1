// `Keepalive`: tests connections at rest, so that nobody is lent one that died without a word.
import type { ConnectionSource } from './pool.ts'
import type { PooledConnection } from './pooled-connection.ts'
import { prePing } from './pre-ping.ts'

/** Tests connections at rest once in a while. The timer does not keep the process running. */
export class Keepalive {
  /** The connections at rest; kept by the pool. */
  readonly resting: Set<PooledConnection> = new Set()
  readonly #source: ConnectionSource
  readonly #timeoutMs: number
  readonly #died: (all: boolean) => void
  readonly #timer: NodeJS.Timeout

  /**
   * @param timeoutMs how long an answer may take.
   * @param died is told of each that failed, and whether others of its age are taken for dead too; it has been cut.
   */
  constructor(source: ConnectionSource, everyMs: number, timeoutMs: number, died: (all: boolean) => void) {
    this.#source = source
    this.#timeoutMs = timeoutMs
    this.#died = died
    // Twice as often as a connection is due, so that none waits for its turn as long as again.
    this.#timer = setInterval(() => this.#sweep(everyMs), Math.max(1, everyMs / 2)).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(everyMs: number): void {
    const now = performance.now()
    for (const place of this.resting)
      if (place.testing === null && now - place.provenAt >= everyMs) place.testing = this.#test(place)
  }

  async #test(place: PooledConnection): Promise<void> {
    const found = await prePing(this.#source, place, this.#timeoutMs)
    place.testing = null
    if (found === 'lives') place.provenAt = performance.now()
    else {
      this.#died(found === 'dead')
      place.connection.terminate()
    }
  }
}
