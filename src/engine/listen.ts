// Listeners: what NOTIFY sends, on a session of their own that is opened again where it is lost.
import { onAbort } from '../abort.ts'
import type { DriverNotification } from '../dialect/contract/driver.ts'
import { ArgumentError, InvalidRequestError, ResourceClosedError } from '../errors.ts'
import { checkKeys } from '../nearest.ts'
import { LONGEST_TIMER_MS } from '../pool/wait-queue.ts'
import { showValue } from '../show.ts'
import type { ListeningSession } from './listen-session.ts'

/** Options of `engine.listen()`. */
export interface ListenOptions {
  /** Aborting it ends the listening: the loop ends. */
  readonly signal?: AbortSignal
  /** How many notifications are kept for a reader who is slow; what comes beyond is dropped, and a gap tells so. Default 10000. */
  readonly bufferSize?: number
  /** After how much silence the session is asked whether it lives, in milliseconds. Default 30000. */
  readonly keepaliveMs?: number
  /** The longest pause between two attempts to connect again, in milliseconds. Default 10000. */
  readonly maxBackoffMs?: number
}

/** A message that NOTIFY sent. */
export interface Notification extends DriverNotification {
  readonly kind: 'notification'
}

/** Notifications may be missing before this: read again what they were to tell of. */
export interface ListenGap {
  readonly kind: 'gap'
  /** `reconnected`: the session was lost and opened again. `overflow`: the reader was too slow. */
  readonly reason: 'reconnected' | 'overflow'
  /** Why the session was lost; null for an overflow. */
  readonly cause: unknown
}

/** What a listener gives. */
export type ListenEvent = Notification | ListenGap

const KEYS: readonly (keyof ListenOptions)[] = ['signal', 'bufferSize', 'keepaliveMs', 'maxBackoffMs']
const FIRST_BACKOFF_MS = 100
/** Sends a notification: the channel by its exact name, however it is written. */
export const NOTIFY = 'SELECT pg_notify($1::text, $2::text)'

/** What a listener needs of its engine. */
export interface ListenSource {
  /** @throws what connecting throws. */
  open(signal: AbortSignal): Promise<ListeningSession>
}

/**
 * Hears what is sent to channels, from when it is {@link Listener.ready} or first read until it is closed. The session is its own,
 * outside of the pool; where it is lost it is opened again, with growing pauses, and a `gap` tells that something may be missing.
 *
 * @example
 * for await (const event of engine.listen('orders')) {
 *   if (event.kind === 'gap') console.log('read all orders')
 *   else console.log(`read order ${event.payload}`)
 * }
 */
export class Listener implements AsyncIterable<ListenEvent>, AsyncDisposable {
  readonly #source: ListenSource
  readonly #channels: readonly string[]
  readonly #bufferSize: number
  readonly #keepaliveMs: number
  readonly #maxBackoffMs: number
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal | undefined
  readonly #onEnd: (listener: Listener) => void
  #events: ListenEvent[] = []
  #overflowing = false
  #failure: { readonly error: unknown } | null = null
  #wake: (() => void)[] = []
  #session: ListeningSession | null = null
  #starting: Promise<void> | null = null
  /** Ends the questions whether the session lives. */
  #stop: () => void = () => {}

  /** @internal */
  constructor(
    source: ListenSource,
    channels: string | readonly string[],
    options: ListenOptions,
    onEnd: (listener: Listener) => void,
  ) {
    checkKeys('listen()', options, KEYS)
    const { signal, bufferSize = 10_000, keepaliveMs = 30_000, maxBackoffMs = 10_000 } = options
    this.#channels = typeof channels === 'string' ? [channels] : Array.isArray(channels) ? [...channels] : []
    if (this.#channels.length === 0 || this.#channels.some((channel) => typeof channel !== 'string' || channel === ''))
      throw new ArgumentError('listen() takes the name of a channel, or several')
    for (const [name, value] of Object.entries({ bufferSize, keepaliveMs, maxBackoffMs }))
      if (typeof value !== 'number' || !(value >= 1))
        throw new ArgumentError(`listen(): ${name} must be a number of at least 1, got ${showValue(value)}`)
    this.#source = source
    this.#bufferSize = bufferSize
    this.#keepaliveMs = Math.min(keepaliveMs, LONGEST_TIMER_MS)
    this.#maxBackoffMs = maxBackoffMs
    this.#onEnd = onEnd
    this.#signal = signal
    if (signal?.aborted) void this.close()
    else if (signal !== undefined) onAbort(signal, () => void this.close(), this.#ended.signal)
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#ended.signal.aborted
  }

  /**
   * Resolves when the channels are listened to: what is sent from then on is heard.
   *
   * @throws OperationalError the database cannot be reached, or refuses.
   * @throws InvalidRequestError a transaction pooler stands in front of the database, or it has no LISTEN.
   * @throws ResourceClosedError the listener, or its engine, was closed before; the signal's reason where that did it.
   */
  async ready(): Promise<void> {
    await this.#started()
    if (!this.closed) return
    this.#signal?.throwIfAborted()
    throw new ResourceClosedError('This Listener is closed, and hears nothing')
  }

  #started(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** Notifications and gaps, as they come. Leaving the loop closes the listener. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ListenEvent, undefined, undefined> {
    try {
      await this.#started()
      for (;;) {
        const event = this.#events.shift()
        if (event !== undefined) yield event
        else if (this.#failure !== null) throw this.#failure.error
        else if (this.closed) return undefined
        else await new Promise<void>((resolve) => this.#wake.push(resolve))
      }
    } finally {
      await this.close()
    }
  }

  /** Ends the session, and the loop when what has come was read. Calling it again does nothing. */
  async close(): Promise<void> {
    if (this.closed) return
    this.#ended.abort()
    this.#ring()
    this.#onEnd(this)
    const session = this.#session
    this.#session = null
    this.#stop()
    await session?.release()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start(): Promise<void> {
    if (this.closed) return
    try {
      await this.#connect()
    } catch (error) {
      if (this.closed) return
      await this.close()
      throw error
    }
  }

  /** Opens a session, and listens. */
  async #connect(): Promise<void> {
    const { signal } = this.#ended
    const session = await this.#source.open(signal)
    try {
      if (session.pooled)
        throw new InvalidRequestError(
          'LISTEN needs a session of its own, which a transaction pooler in front of the database does not give: connect to the database itself',
        )
      await session.listen(this.#channels, (notification) => this.#heard(session, notification))
    } catch (error) {
      await session.release()
      throw error
    }
    if (this.closed) return session.release()
    this.#session = session
    const stop = this.#keepAlive(session)
    session.onceLost((reason) => {
      stop()
      if (this.#session === session) void this.#reconnect(reason)
    })
    this.#stop = stop
  }

  async #reconnect(cause: unknown): Promise<void> {
    const lost = this.#session
    this.#session = null
    await lost?.release()
    for (let pauseMs = FIRST_BACKOFF_MS; !this.closed; pauseMs = Math.min(2 * pauseMs, this.#maxBackoffMs)) {
      try {
        await this.#connect()
        this.#push({ kind: 'gap', reason: 'reconnected', cause })
        return
      } catch (error) {
        // What will not change by waiting is an error of the loop.
        if (error instanceof InvalidRequestError) {
          this.#failure = { error }
          this.#ring()
          return
        }
        await this.#pause(pauseMs * (0.5 + Math.random() / 2))
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#ended.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#ended.signal.addEventListener('abort', done, { once: true })
    })
  }

  /** A session that only listens would not notice that the network has swallowed it. */
  #keepAlive(session: ListeningSession): () => void {
    const timer = setInterval(() => session.ask(), this.#keepaliveMs)
    timer.unref()
    return () => clearInterval(timer)
  }

  #heard(session: ListeningSession, notification: DriverNotification): void {
    if (this.closed || (this.#session !== null && this.#session !== session)) return
    if (!this.#channels.includes(notification.channel)) return
    if (this.#events.length < this.#bufferSize) {
      this.#overflowing = false
      this.#push({ kind: 'notification', ...notification })
    } else if (!this.#overflowing) {
      this.#overflowing = true
      this.#push({ kind: 'gap', reason: 'overflow', cause: null })
    }
  }

  #push(event: ListenEvent): void {
    this.#events.push(event)
    this.#ring()
  }

  #ring(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}
