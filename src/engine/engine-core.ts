// `EngineCore`: what an engine shares with its views: the pool and all that is loaded with the dialect, and the end of both.
import type { URL } from '../dialect/url.ts'
import { ResourceClosedError, TimeoutError } from '../errors.ts'
import type { PoolEvents } from '../pool/events.ts'
import type { DisposeOptions } from '../pool/pool.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { ping } from '../pool/reset.ts'
import { LONGEST_TIMER_MS } from '../pool/wait-queue.ts'
import { withCaller } from './caller.ts'
import { judgePing } from './connector.ts'
import { EnginePool } from './engine-pool.ts'
import { SharedFlights, type Sharing } from './flight-lanes.ts'
import type { Observer } from './observer.ts'
import type { Runtime } from './runtime.ts'
import { disposeServer, isAbsent } from './standbys.ts'
import { judge } from './verdict.ts'

/** How long a connection may take to answer before it is lent as it is. */
const PING_MS = 5_000

/** Makes what the connections of an engine share. */
export interface RuntimeSource {
  /** Null where the dialect's code has to be loaded first. */
  now(events: PoolEvents): Runtime | null
  load(events: PoolEvents): Promise<Runtime>
}

/** A connection, and what it runs with. */
export interface Borrowed {
  readonly runtime: Runtime
  readonly slot: PooledConnection
}

/** What an engine shares with its views. */
export class EngineCore {
  readonly url: URL
  readonly observer: Observer
  readonly pool: EnginePool = new EnginePool(() => this.#runtime?.pool ?? null)
  readonly #source: RuntimeSource
  #runtime: Runtime | null = null
  #shared: SharedFlights | null = null
  /** Those who listen, to be ended with the engine. */
  readonly listeners: Set<{ close(): Promise<void> }> = new Set()
  readonly #sharing: Sharing | null
  #loading: Promise<Runtime> | null = null
  #disposal: Promise<void> | null = null

  /** @param sharing null where each statement has a connection to itself. */
  constructor(url: URL, observer: Observer, source: RuntimeSource, sharing: Sharing | null = null) {
    this.#sharing = sharing
    this.url = url
    this.observer = observer
    this.#source = source
    this.#runtime = source.now(this.pool.events)
  }

  /** Through which statements that stand alone share connections; null where each has one to itself. */
  sharedFlights({ pool }: Runtime): SharedFlights | null {
    if (this.#sharing === null) return null
    if (this.#disposal !== null) throw disposedError()
    this.#shared ??= new SharedFlights(pool, this.#sharing)
    return this.#shared
  }

  /** Null where the dialect's code is not loaded yet. */
  get runtime(): Runtime | null {
    return this.#runtime
  }

  /** @throws ResourceClosedError */
  async ready(): Promise<Runtime> {
    if (this.#disposal !== null) throw disposedError()
    if (this.#runtime !== null) return this.#runtime
    this.#loading ??= this.#source.load(this.pool.events)
    try {
      this.#runtime ??= await this.#loading
      return this.#runtime
    } catch (error) {
      this.#loading = null
      throw error
    }
  }

  /** Borrows a connection; what fails is of the public hierarchy. */
  async checkout(runtime: Runtime, signal: AbortSignal | undefined): Promise<PooledConnection> {
    if (this.#disposal !== null) throw await withCaller(disposedError())
    try {
      return await this.observer.checkout(runtime.pool, signal)
    } catch (thrown) {
      // The pool made it, in a timer or for somebody else who asked.
      if (thrown instanceof TimeoutError || thrown instanceof ResourceClosedError) await withCaller(thrown, true)
      throw await this.#notOpened(thrown, runtime, signal)
    }
  }

  /** What to throw where no connection could be had, as listeners want it. */
  async #notOpened(thrown: unknown, runtime: Runtime, signal: AbortSignal | undefined): Promise<unknown> {
    const { hub } = this.observer
    const error = hub.has('handleError') ? await this.#judge(thrown, runtime, signal) : thrown
    return runtime.wrap(error, [], 0, 0, signal)
  }

  /** Borrows a connection of a standby where the options want one that can be reached, and of the primary otherwise. */
  async borrow(runtime: Runtime, signal: AbortSignal | undefined): Promise<Borrowed> {
    const { standbys } = runtime
    for (const standby of standbys?.candidates() ?? []) {
      const there = runtime.at(standby)
      try {
        const slot = await this.checkout(there, signal)
        standbys?.reached(standby)
        return { runtime: there, slot }
      } catch (error) {
        if (!isAbsent(error)) throw error
        standbys?.missed(standby)
      }
    }
    return { runtime, slot: await this.checkout(runtime, signal) }
  }

  /** As {@link borrow}, of a connection that has answered where nobody knew whether it lives. */
  async borrowLiving(runtime: Runtime, signal: AbortSignal | undefined): Promise<Borrowed> {
    for (;;) {
      const borrowed = await this.borrow(runtime, signal)
      const { slot } = borrowed
      if (!slot.unproven) return borrowed
      slot.unproven = false
      let failure: unknown = null
      const failed = (error: unknown): void => {
        failure = error
      }
      if (await ping(slot.connection, PING_MS, { failed, noticed: slot.noticed })) return borrowed
      await this.#replace(borrowed, failure, signal)
    }
  }

  async #replace({ runtime, slot }: Borrowed, failure: unknown, signal: AbortSignal | undefined): Promise<void> {
    const { pool, dialect } = runtime
    pool.discard(slot, { reason: failure })
    try {
      if ((await judgePing(failure, dialect, this.observer)) !== 'others-live') pool.invalidate()
    } catch (error) {
      throw runtime.wrap(error, [], 0, 0, signal)
    }
  }

  #judge(error: unknown, runtime: Runtime, signal: AbortSignal | undefined): Promise<unknown> {
    const { hub } = this.observer
    const wrapped = (): unknown => runtime.wrap(error, [], 0, 0, signal)
    return judge(error, () => ({ hub, face: null, sql: null, parameters: null, wrapped: wrapped() }))
  }

  /** @param face the Engine, for listeners. What one of them throws is thrown when all is closed. */
  dispose(options: DisposeOptions, face: unknown): Promise<void> {
    this.#disposal ??= this.#end(face)
    // Each call has a deadline of its own, and none waits for that of another.
    const { timeoutMs } = options
    if (timeoutMs === undefined) return this.#disposal.finally(() => this.#disposeServers(options))
    const deadline = performance.now() + timeoutMs
    return atMost(this.#disposal, timeoutMs).finally(() =>
      this.#disposeServers({ timeoutMs: Math.max(0, deadline - performance.now()) }),
    )
  }

  /** As `pool.warmUp()`; what fails is of the public hierarchy. */
  async warmUp(count: number | undefined): Promise<void> {
    const runtime = await this.ready()
    try {
      await runtime.pool.warmUp(count)
      // What cannot be reached now is done without.
      await Promise.allSettled((runtime.allStandbys?.pools ?? []).map((pool) => pool.warmUp(count)))
    } catch (thrown) {
      throw await this.#notOpened(thrown, runtime, undefined)
    }
  }

  async #end(face: unknown): Promise<void> {
    await Promise.all([...this.listeners].map((listener) => listener.close()))
    const { hub } = this.observer
    if (hub.has('engineDispose')) await hub.emit('engineDispose', { engine: face })
  }

  async #disposeServers(options: DisposeOptions): Promise<void> {
    const runtime = this.#runtime ?? (await this.#loading?.catch(() => null))
    if (runtime) await Promise.all([disposeServer(runtime, options), runtime.allStandbys?.dispose(options)])
  }
}

/** Waits for something, but no longer than so many milliseconds. */
function atMost(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = ms <= LONGEST_TIMER_MS ? setTimeout(resolve, ms) : undefined
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function disposedError(): ResourceClosedError {
  return new ResourceClosedError('This Engine is disposed')
}
