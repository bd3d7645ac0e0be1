// What listeners of a pool decide: whether a connection that was opened, is to be lent, or came back is any good.
import { onAbort } from '../abort.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import { DisconnectionError, InvalidRequestError, TimeoutError } from '../errors.ts'
import { type PoolEvents, warn } from './events.ts'
import type { PoolCounters } from './metrics.ts'
import type { Pool } from './pool.ts'
import type { PooledConnection } from './pooled-connection.ts'
import { clean, settled } from './reset.ts'
import { LONGEST_TIMER_MS } from './wait-queue.ts'

/** How many connections a listener of `checkout` may refuse. */
const MOST_ATTEMPTS = 3

/** How long listeners may take at least, in milliseconds: what never comes to an end must not take a place for ever. */
export const LISTENERS_MS = 30_000

/** Tells who listens of new connections: `firstConnect` once, `connect` of each. */
export class ConnectListeners {
  readonly #events: PoolEvents
  readonly #end: AbortSignal
  readonly #limitMs: number
  #first: Promise<void> | null = null

  /**
   * @param end aborted when nobody wants any more connections: then none is waited for.
   * @param patienceMs how long who asks for a connection waits.
   */
  constructor(events: PoolEvents, end: AbortSignal, patienceMs: number) {
    this.#events = events
    this.#end = end
    this.#limitMs = Math.max(patienceMs, LISTENERS_MS)
  }

  /** Rejects where a listener fails, or does not come to an end. */
  opened(place: PooledConnection): void | Promise<void> {
    const events = this.#events
    if (!events.any) return
    if (events.has('firstConnect')) return this.#openedFirst(place)
    if (events.has('connect')) return this.#tell('connect', place)
  }

  async #openedFirst(place: PooledConnection): Promise<void> {
    // All others wait for the first: what it prepares may be for the whole database. Where it fails the next is the first.
    while (this.#first !== null) if (await succeeds(this.#first)) return this.#tell('connect', place)
    const first = this.#tellFirst(place)
    this.#first = first
    try {
      await first
    } catch (error) {
      this.#first = null
      throw error
    }
    await this.#tell('connect', place)
  }

  #tell(name: 'connect' | 'firstConnect', place: PooledConnection): void | Promise<void> {
    const told = this.#events.emit(name, { entry: place })
    if (told !== undefined) return unlessLate(told, name, this.#limitMs, this.#end)
  }

  async #tellFirst(place: PooledConnection): Promise<void> {
    await this.#tell('firstConnect', place)
  }
}

/**
 * Waits for what listeners do, for so long.
 *
 * @param event which listeners, for the message.
 * @param end where it is aborted nobody waits any longer.
 * @throws DriverError it takes longer.
 */
export function unlessLate(told: Promise<void>, event: string, ms: number, end?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (reason: unknown): void => {
      clearTimeout(timer)
      end?.removeEventListener('abort', abort)
      reject(reason)
    }
    const abort = (): void => leave(end?.reason)
    const expire = (): void => {
      const message = `listeners of ${event} have not come to an end within ${ms / 1000} s`
      leave(new DriverError(message, { disconnected: true, sent: false }))
    }
    const timer = ms <= LONGEST_TIMER_MS ? setTimeout(expire, ms) : undefined
    if (end?.aborted) abort()
    else if (end !== undefined) onAbort(end, abort)
    told.then(() => {
      resolve()
      leave(null)
    }, leave)
  })
}

function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

/** A checkout of which listeners are to be told. */
export interface ToldCheckout {
  readonly first: Promise<PooledConnection>
  /** Borrows another where that is dead. */
  readonly another: () => Promise<PooledConnection>
  /** Where it is checked out. */
  readonly holder: Error | null
  readonly signal: AbortSignal | undefined
  /** How long all of it may take, in milliseconds. */
  readonly timeoutMs: number
  readonly counters: Pick<PoolCounters, 'timeouts'>
}

/** Lets listeners of `checkout` look at a connection before it is lent; one that they find dead is replaced. */
export async function toldOfCheckout(pool: Pool, checkout: ToldCheckout): Promise<PooledConnection> {
  const { events } = pool
  const began = performance.now()
  let lent = checkout.first
  for (let attempt = 1; ; attempt += 1) {
    const place = await lent
    place.holder = checkout.holder
    if (!events.has('checkout')) return place
    const told = lookedAt(events, place, Math.max(checkout.timeoutMs, LISTENERS_MS))
    const left = checkout.timeoutMs - (performance.now() - began)
    try {
      await inTime(told, left, checkout)
      return place
    } catch (error) {
      if (error instanceof Impatience) {
        // Nobody else may have it before its listeners are done with it.
        void told.then(
          () => pool.checkin(place),
          (late: unknown) => pool.discard(place, { reason: late }),
        )
        throw error.reason
      }
      await declined(pool, place, error, attempt)
    }
    lent = checkout.another()
  }
}

async function lookedAt(events: PoolEvents, place: PooledConnection, limitMs: number): Promise<void> {
  const told = events.emit('checkout', { entry: place })
  if (told !== undefined) await unlessLate(told, 'checkout', limitMs)
  await settled(place.connection, 'checkout', place.noticed)
}

/** Why somebody does not wait any longer for what goes on. */
class Impatience {
  readonly reason: unknown

  constructor(reason: unknown) {
    this.reason = reason
  }
}

/** @throws Impatience the signal was aborted, or the time is up. */
function inTime(told: Promise<void>, leftMs: number, checkout: ToldCheckout): Promise<void> {
  const { signal } = checkout
  return new Promise((resolve, reject) => {
    const expire = (): void => reject(new Impatience(tookTooLong(checkout)))
    const abort = (): void => reject(new Impatience(signal?.reason))
    const timer = leftMs <= LONGEST_TIMER_MS ? setTimeout(expire, Math.max(leftMs, 0)) : undefined
    if (signal?.aborted) abort()
    if (signal !== undefined) onAbort(signal, abort)
    told.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    })
  })
}

function tookTooLong({ timeoutMs, counters }: ToldCheckout): TimeoutError {
  counters.timeouts += 1
  const timeout = `timeout ${(timeoutMs / 1000).toFixed(2)} s`
  return new TimeoutError(`connection timed out, ${timeout}: listeners of checkout are still at it`)
}

/** A listener of `checkout` has failed: throws unless another connection is to be tried. */
async function declined(pool: Pool, place: PooledConnection, error: unknown, attempt: number): Promise<void> {
  const dead = error instanceof DisconnectionError || (error instanceof DriverError && error.disconnected)
  if (!dead) {
    await pool.checkin(place)
    throw error
  }
  if (error instanceof DisconnectionError && error.invalidatePool) pool.invalidate()
  pool.discard(place, { reason: error })
  if (attempt === MOST_ATTEMPTS)
    throw new InvalidRequestError(
      `This connection is closed: listeners of checkout have found ${attempt} connections dead in a row`,
      { cause: error },
    )
}

/**
 * Ends what is open on a connection that came back, and lets listeners of `reset` and `checkin` prepare it for the next.
 *
 * @returns whether it may be lent again: what a listener throws costs the connection, and nobody is there to catch it.
 */
export async function toldOfCheckin(
  events: PoolEvents,
  place: PooledConnection,
  how: 'rollback' | 'commit' | null,
): Promise<boolean> {
  const { connection } = place
  const status = connection.transactionStatus
  if (status === 'lost') return false
  try {
    await inTurn(events.emit('reset', { entry: place, transactionWasReset: status === 'idle' }), 'reset')
    if (!(await clean(connection, how, place.noticed))) return false
    await inTurn(events.emit('checkin', { entry: place }), 'checkin')
    return connection.transactionStatus === 'idle'
  } catch (error) {
    warn(error)
    return false
  }
}

async function inTurn(told: void | Promise<void>, event: string): Promise<void> {
  if (told !== undefined) await unlessLate(told, event, LISTENERS_MS)
}
