// Connections opened ahead of need: once, and as many as always are to be open.

import type { PooledConnection } from './pooled-connection.ts'
import type { Supply } from './supply.ts'

/** How long a server that cannot be reached is left in peace; up to twice as long. */
const RETRY_MS = 1_000

/** Sees to it that as many connections are open as always are to be, once the first is. */
export class Minimum {
  readonly #count: number
  readonly #open: () => Promise<void>
  #busy = false
  #stopped = false
  #timer: NodeJS.Timeout | null = null

  /** @param open opens what is missing. */
  constructor(count: number, open: () => Promise<void>) {
    this.#count = count
    this.#open = open
  }

  /** @param open how many are open. */
  watch(open: number): void {
    if (open >= this.#count || this.#busy || this.#stopped) return
    this.#busy = true
    this.#open().then(
      () => this.#again(0),
      () => this.#again(RETRY_MS * (1 + Math.random())),
    )
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Looks again when the pool has come to rest; nobody waits for it, so it fails in silence. */
  #again(afterMs: number): void {
    if (afterMs === 0) this.#busy = false
    else if (!this.#stopped)
      this.#timer = setTimeout(() => {
        this.#busy = false
        this.watch(0)
      }, afterMs).unref()
  }
}

/**
 * Borrows so many connections at a time and gives them back: so many are open then.
 *
 * @throws what the first that could not be opened failed with, when all the others are back.
 */
export async function borrowAndReturn(
  count: number,
  supply: Supply,
  giveBack: (place: PooledConnection) => void,
): Promise<void> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, () => supply.borrow(undefined)))
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') giveBack(outcome.value)
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
