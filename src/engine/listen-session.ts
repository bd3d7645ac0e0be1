// Sessions of listeners: one of their own, or the only one that the database can have, shared with all who use it.
import type { Command, DriverConnection, DriverNotice, DriverNotification } from '../dialect/contract/driver.ts'
import { InvalidRequestError } from '../errors.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { afterReading } from '../pool/reset.ts'
import { tellInPassing } from './events.ts'
import { tellNotices, tellNoticesOfFailure } from './notices.ts'
import { controlCommand, type Runtime } from './runtime.ts'
import { judge } from './verdict.ts'

/** A server that does not answer a command that costs nothing within this time is taken for dead. */
const ANSWER_MS = 5000
const PING = controlCommand('SELECT 1', false)

/** @throws InvalidRequestError the database has no notifications. */
export function checkNotifications({ dialect }: Pick<Runtime, 'dialect'>): void {
  if (!dialect.features.notifications)
    throw new InvalidRequestError(`The dialect ${dialect.name} has no LISTEN and no NOTIFY`)
}

/** A session that hears notifications. */
export interface ListeningSession {
  /** Whether a transaction pooler stands in between, so that nothing would be heard. */
  readonly pooled: boolean
  /**
   * Listens to channels; called once.
   *
   * @throws DBAPIError the server refused, or was lost.
   */
  listen(channels: readonly string[], heard: (notification: DriverNotification) => void): Promise<void>
  /** Called once where the session is lost or released. */
  onceLost(listener: (reason: Error | null) => void): void
  /** Asks whether it lives, and cuts it where it does not. */
  ask(): void
  /** Ends it: the session is the listener's own, or others go on with it. Calling it again does nothing. */
  release(): Promise<void>
}

/**
 * Opens a session for a listener: one of its own, or the only one that the database can have.
 *
 * @throws what connecting throws.
 */
export async function openListening(runtime: Runtime, signal: AbortSignal): Promise<ListeningSession> {
  const { driver, connector, pool } = runtime
  checkNotifications(runtime)
  try {
    if (driver.maxConnections !== 1) return new OwnSession(runtime, await connector.connect({ signal }))
    return new SharedSession(runtime, await pool.checkout(signal))
  } catch (thrown) {
    const { hub } = runtime.observer
    const wrapped = (): unknown => runtime.wrap(thrown, [], 0, 0, undefined)
    const error = hub.has('handleError')
      ? await judge(thrown, () => ({ hub, face: null, sql: null, parameters: null, wrapped: wrapped() }))
      : thrown
    throw runtime.wrap(error, [], 0, 0, undefined)
  }
}

function commandsTo(verb: 'LISTEN' | 'UNLISTEN', runtime: Runtime, channels: readonly string[]): Command[] {
  return channels.map((channel) => controlCommand(`${verb} ${runtime.dialect.quote(channel)}`, false))
}

/** A session outside of the pool. */
class OwnSession implements ListeningSession {
  readonly #runtime: Runtime
  readonly #connection: DriverConnection
  /** What is running, for those who are told of notices. */
  #running = ''

  constructor(runtime: Runtime, connection: DriverConnection) {
    this.#runtime = runtime
    this.#connection = connection
    connection.onNotice((notice) => this.#noticed(notice))
  }

  get pooled(): boolean {
    return this.#connection.pooled === true
  }

  async listen(channels: readonly string[], heard: (notification: DriverNotification) => void): Promise<void> {
    const runtime = this.#runtime
    this.#connection.onNotification?.(heard)
    const commands = commandsTo('LISTEN', runtime, channels)
    runtime.tell(commands)
    try {
      await this.#run(commands)
    } catch (error) {
      throw runtime.wrap(error, commands, 0, commands.length, undefined)
    }
  }

  onceLost(listener: (reason: Error | null) => void): void {
    this.#connection.onceClosed(listener)
  }

  ask(): void {
    // Where it fails the session is lost, and that is told otherwise.
    this.#run([PING]).catch(() => {})
  }

  release(): Promise<void> {
    return this.#connection.close()
  }

  async #run(commands: readonly Command[]): Promise<void> {
    const connection = this.#connection
    this.#running = commands.map(({ statement }) => statement.sql).join('; ')
    let answered = false
    // A process that was busy for too long sees its timers before its sockets: the answer may be there, unread.
    const expire = (): void => {
      afterReading(() => {
        if (!answered) connection.terminate()
      })
    }
    const limit = setTimeout(expire, ANSWER_MS)
    try {
      await connection.run(commands)
    } finally {
      answered = true
      clearTimeout(limit)
      this.#running = ''
    }
  }

  #noticed(notice: DriverNotice): void {
    const { hub } = this.#runtime.observer
    if (hub.has('notice'))
      tellInPassing(hub, 'notice', { connection: null, sql: this.#running, parameters: [], notice })
  }
}

/** Who listens on a session that all use. */
class Ears {
  readonly heard: Set<(notification: DriverNotification) => void> = new Set()
  readonly lost: Set<(reason: Error | null) => void> = new Set()
  /** How many listeners each channel has. */
  readonly channels: Map<string, number> = new Map()

  constructor({ connection }: PooledConnection) {
    connection.onNotification?.((notification) => {
      for (const listener of this.heard) listener(notification)
    })
    connection.onceClosed((reason) => {
      for (const listener of [...this.lost]) listener(reason)
    })
  }
}

const earsOfSessions: WeakMap<PooledConnection, Ears> = new WeakMap()

function earsOf(slot: PooledConnection): Ears {
  let ears = earsOfSessions.get(slot)
  if (ears === undefined) {
    ears = new Ears(slot)
    earsOfSessions.set(slot, ears)
  }
  return ears
}

/** The one session of the database: it goes on being lent to others, and hears what is sent meanwhile. */
class SharedSession implements ListeningSession {
  readonly #runtime: Runtime
  readonly #slot: PooledConnection
  readonly #ears: Ears
  #lent = true
  #channels: readonly string[] = []
  #heard: ((notification: DriverNotification) => void) | null = null
  #lost: ((reason: Error | null) => void) | null = null

  constructor(runtime: Runtime, slot: PooledConnection) {
    this.#runtime = runtime
    this.#slot = slot
    this.#ears = earsOf(slot)
  }

  get pooled(): boolean {
    return this.#slot.connection.pooled === true
  }

  async listen(channels: readonly string[], heard: (notification: DriverNotification) => void): Promise<void> {
    const runtime = this.#runtime
    const commands = commandsTo('LISTEN', runtime, channels)
    this.#channels = [...new Set(channels)]
    this.#heard = heard
    this.#ears.heard.add(heard)
    for (const channel of this.#channels) this.#count(channel, 1)
    runtime.tell(commands)
    try {
      await runTold(runtime, this.#slot, commands)
    } catch (error) {
      throw runtime.wrap(error, commands, 0, commands.length, undefined)
    } finally {
      await this.#giveBack()
    }
  }

  onceLost(listener: (reason: Error | null) => void): void {
    this.#lost = listener
    const { transactionStatus } = this.#slot.connection
    if (transactionStatus === 'lost') this.#slot.connection.onceClosed(listener)
    else this.#ears.lost.add(listener)
  }

  ask(): void {
    // Others use it: that it lives is their concern.
  }

  async release(): Promise<void> {
    await this.#giveBack()
    if (this.#heard !== null) this.#ears.heard.delete(this.#heard)
    if (this.#lost !== null) this.#ears.lost.delete(this.#lost)
    const channels = this.#channels
    this.#channels = []
    for (const channel of channels) this.#count(channel, -1)
    const silent = channels.filter((channel) => !this.#ears.channels.has(channel))
    if (silent.length === 0 || this.#slot.connection.transactionStatus === 'lost') return
    // Who has the session now may be waiting for this listener to end.
    const { pool } = this.#runtime
    const free = pool.status().checkedOut === 0
    const done = this.#unlisten(silent)
    if (free) await done
  }

  /** Nobody listens to these channels any more, unless somebody does by the time that the session is free. */
  async #unlisten(channels: readonly string[]): Promise<void> {
    const runtime = this.#runtime
    try {
      const slot = await runtime.pool.checkout()
      try {
        const silent = slot === this.#slot ? channels.filter((channel) => !this.#ears.channels.has(channel)) : []
        if (silent.length === 0) return
        const commands = commandsTo('UNLISTEN', runtime, silent)
        runtime.tell(commands)
        await runTold(runtime, slot, commands)
      } finally {
        await runtime.pool.checkin(slot)
      }
    } catch {
      // The session cannot be had, or is gone: what it still hears reaches no listener.
    }
  }

  #count(channel: string, change: 1 | -1): void {
    const { channels } = this.#ears
    const count = (channels.get(channel) ?? 0) + change
    if (count > 0) channels.set(channel, count)
    else channels.delete(channel)
  }

  async #giveBack(): Promise<void> {
    if (!this.#lent) return
    this.#lent = false
    await this.#runtime.pool.checkin(this.#slot)
  }
}

/** Runs commands, and tells what the server said to listeners of `notice`. */
async function runTold(
  { observer: { hub } }: Runtime,
  { connection }: PooledConnection,
  commands: readonly Command[],
): Promise<void> {
  const heard = { hub, face: null }
  try {
    const results = await connection.run(commands)
    if (hub.has('notice')) await tellNotices(heard, commands, results)
  } catch (error) {
    if (hub.has('notice')) await tellNoticesOfFailure(heard, commands, error)
    throw error
  }
}
