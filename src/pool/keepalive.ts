// `Keepalive`: tests connections at rest, so that nobody is lent one that died without a word.
import type { PooledConnection } from './pooled-connection.ts'
import { ping } from './reset.ts'

/** Tests connections at rest once in a while. The timer does not keep the process running. */
export class Keepalive {
  /** The connections at rest; kept by the pool. */
  readonly resting: Set<PooledConnection> = new Set()
  readonly #timeoutMs: number
  readonly #died: () => void
  readonly #timer: NodeJS.Timeout

  /**
   * @param timeoutMs how long an answer may take.
   * @param died is told of each that failed; it has been cut.
   */
  constructor(everyMs: number, timeoutMs: number, died: () => void) {
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

  async #test(place: PooledConnection): Promise<boolean> {
    const lives = await ping(place.connection, this.#timeoutMs)
    place.testing = null
    if (lives) place.provenAt = performance.now()
    else {
      this.#died()
      place.connection.terminate()
    }
    return lives
  }
}
