// `WaitQueue`: those who wait for something, first come first served, each with a deadline.
import { onAbort } from '../abort.ts'

/** The longest time a timer of the platform can be set to: 24 days. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1
/** How many of those who left may stand in line before they are looked for. */
const MOST_GONE = 64

class Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
  readonly since: number = performance.now()
  gone = false
  forget: (() => void) | null = null

  constructor(resolve: (value: T) => void, reject: (reason: unknown) => void) {
    this.resolve = resolve
    this.reject = reject
  }
}

/** Those who wait for a `T`. All wait equally long, so deadlines come in the order of arrival and one timer serves all. */
export class WaitQueue<T> {
  readonly #timeoutMs: number
  readonly #timedOut: () => unknown
  #waiters: Waiter<T>[] = []
  #length = 0
  /** For how long those who got something have waited, in milliseconds. */
  waitedMs = 0
  /** Called when somebody has left, by a deadline or a signal. */
  gaveUp: () => void = () => {}
  #timer: NodeJS.Timeout | null = null

  /** @param timedOut makes the error for one whose deadline has passed. */
  constructor(timeoutMs: number, timedOut: () => unknown) {
    this.#timeoutMs = timeoutMs
    this.#timedOut = timedOut
  }

  get length(): number {
    return this.#length
  }

  /**
   * Waits for a turn.
   *
   * @param soon says that the turn comes with the next tick, so that no timer is set; where it does not come after all,
   * {@link watch} must be called.
   */
  wait(signal: AbortSignal | undefined, soon: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const waiter = new Waiter(resolve, reject)
      this.#waiters.push(waiter)
      this.#length += 1
      if (signal !== undefined) this.#leaveOn(signal, waiter)
      if (!soon) this.watch()
    })
  }

  /** Sees to it that deadlines are kept. */
  watch(): void {
    if (this.#length === 0 || this.#timeoutMs === Number.POSITIVE_INFINITY) return
    if (this.#timer !== null) this.#timer.ref()
    else this.#timer = setTimeout(() => this.#sweep(), this.#nextDeadline())
  }

  /** Gives to the one who has waited longest; false where nobody waits. @param now of `performance.now()`. */
  give(value: T, now: number): boolean {
    const waiter = this.#take()
    if (waiter === null) return false
    this.waitedMs += now - waiter.since
    waiter.resolve(value)
    return true
  }

  /** Fails the one who has waited longest; false where nobody waits. */
  fail(reason: unknown): boolean {
    const waiter = this.#take()
    waiter?.reject(reason)
    return waiter !== null
  }

  /** Fails all who wait; nobody may wait afterwards. @param reason makes the error for one of them. */
  end(reason: () => unknown): void {
    while (this.fail(reason()));
    // It would keep all that the queue knows for as long as a deadline is away.
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #take(): Waiter<T> | null {
    for (;;) {
      const waiter = this.#waiters.shift()
      if (waiter === undefined) return null
      if (waiter.gone) continue
      this.#leave(waiter)
      return waiter
    }
  }

  #leave(waiter: Waiter<T>): void {
    waiter.gone = true
    waiter.forget?.()
    this.#length -= 1
    // The timer stays for the next who waits, but must not keep the process alive for nobody.
    if (this.#length === 0) this.#timer?.unref()
  }

  #leaveOn(signal: AbortSignal, waiter: Waiter<T>): void {
    const abort = (): void => {
      this.#leave(waiter)
      waiter.reject(signal.reason)
      this.gaveUp()
      // Those who left are taken out when their turn comes; where turns are rare they must not pile up.
      if (this.#waiters.length > 2 * this.#length + MOST_GONE)
        this.#waiters = this.#waiters.filter((each) => !each.gone)
    }
    onAbort(signal, abort)
    waiter.forget = () => signal.removeEventListener('abort', abort)
  }

  /** In milliseconds from now. */
  #nextDeadline(): number {
    const first = this.#waiters.find((waiter) => !waiter.gone)
    const left = first === undefined ? 0 : Math.ceil(first.since + this.#timeoutMs - performance.now())
    return Math.min(Math.max(left, 0), LONGEST_TIMER_MS)
  }

  #sweep(): void {
    this.#timer = null
    const now = performance.now()
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (first.gone) this.#waiters.shift()
      else if (first.since + this.#timeoutMs <= now) {
        this.fail(this.#timedOut())
        this.gaveUp()
      } else break
    }
    this.watch()
  }
}
