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
