// Connections opened ahead of need: once, and as many as always are to be open.

import type { Supply } from './supply.ts'
import { LONGEST_TIMER_MS } from './wait-queue.ts'

/** How long a server that cannot be reached is left in peace; up to twice as long. */
const RETRY_MS = 1_000

/** Sees to it that as many connections are open as always are to be, once the first is. */
export class Minimum {
  readonly #count: number
  readonly #opened: () => number
  readonly #open: () => Promise<void>
  #busy = false
  #stopped = false
  #timer: NodeJS.Timeout | null = null

  /**
   * @param opened how many are open.
   * @param open opens one of those that are missing: where that hangs, the places of the others are there for whoever comes.
   */
  constructor(count: number, opened: () => number, open: () => Promise<void>) {
    this.#count = count
    this.#opened = opened
    this.#open = open
  }

  /** Called whenever fewer may be open than before. Nobody waits for what it does, so it fails in silence. */
  watch(): void {
    if (this.#count === 0 || this.#busy || this.#stopped || this.#opened() >= this.#count) return
    this.#busy = true
    this.#open().then(
      () => this.#again(),
      () => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.#again(), RETRY_MS * (1 + Math.random())).unref()
      },
    )
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #again(): void {
    this.#busy = false
    this.watch()
  }
}

/**
 * Opens so many connections that nobody has asked for yet; those at rest are there for others meanwhile.
 *
 * @param timedOut makes the error for what takes longer.
 * @throws what the first that could not be opened failed with, when all have been tried.
 */
export async function openAhead(
  count: number,
  supply: Supply,
  timeoutMs: number,
  timedOut: () => unknown,
): Promise<void> {
  const opening = Array.from({ length: Math.max(count, 0) }, () => supply.openAhead())
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    if (count > 0 && timeoutMs <= LONGEST_TIMER_MS) timer = setTimeout(() => reject(timedOut()), timeoutMs)
  })
  try {
    const outcomes = await Promise.race([Promise.allSettled(opening), late])
    const failure = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  } finally {
    clearTimeout(timer)
  }
}
