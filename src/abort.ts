// How signals are listened to.
import { EventEmitter, getMaxListeners, setMaxListeners } from 'node:events'

const known = new WeakSet<AbortSignal>()

/**
 * Has a function called when a signal is aborted. One signal may stop any number of statements at a time, such as that of a program's
 * end: Node.js 20, and 22 in its beginning, takes more than ten for a leak, and warns of it.
 *
 * @param until ends the listening.
 */
export function onAbort(signal: AbortSignal, listener: () => void, until?: AbortSignal): void {
  if (!known.has(signal)) {
    known.add(signal)
    if (hasUsualLimit(signal)) setMaxListeners(0, signal)
  }
  signal.addEventListener('abort', listener, until === undefined ? { once: true } : { once: true, signal: until })
}

function hasUsualLimit(signal: AbortSignal): boolean {
  try {
    return getMaxListeners(signal) === EventEmitter.defaultMaxListeners
  } catch {
    // Those that AbortSignal.any() makes have none in Node.js 20, and those of other makers are no concern of its.
    return false
  }
}

/** Waits for something until a signal is aborted; what it comes to afterwards nobody hears. @throws the signal's reason. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    else onAbort(signal, abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/**
 * A controller whose signal is aborted with that of somebody else, too, until it is released. `AbortSignal.any()` does the same, and
 * leaves something behind in the other signal each time (Node.js 20): one that lives as long as the program grows with each statement.
 */
export class LinkedAbort {
  readonly #controller = new AbortController()
  #release: (() => void) | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(other?: AbortSignal) {
    if (other !== undefined) this.link(other)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason)
  }

  /** Is aborted with this one from now on, for its reason; once. */
  link(other: AbortSignal): void {
    const abort = (): void => this.abort(other.reason)
    if (other.aborted) {
      abort()
      return
    }
    onAbort(other, abort)
    this.#release = () => other.removeEventListener('abort', abort)
  }

  /** Is aborted when the time is up. */
  after(milliseconds: number, reason: () => unknown): void {
    this.#timer = setTimeout(() => this.abort(reason()), milliseconds)
  }

  /** What it was linked to does not concern it any more. */
  release(): void {
    this.#release?.()
    clearTimeout(this.#timer)
  }
}
