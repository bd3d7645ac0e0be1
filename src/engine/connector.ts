// Opening connections for the pool: listeners of `doConnect` may say where to, and with which password; the tracing channel is told.
import { type ConnectOptions, type Driver, type DriverConnection, DriverError } from '../dialect/contract/driver.ts'
import type { DriverSettings } from '../dialect/contract/settings.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { ArgumentError } from '../errors.ts'
import { warn } from '../pool/events.ts'
import { LISTENERS_MS, unlessLate } from '../pool/listeners.ts'
import type { ConnectionSource } from '../pool/pool.ts'
import type { NoticeListener } from '../pool/reset.ts'
import { connectChannel, traced } from './channels.ts'
import { type DoConnectEvent, tellInPassing } from './events.ts'
import type { Observer } from './observer.ts'
import { foundDead, isHarmless, judgeDriverError } from './verdict.ts'

/** What opens connections for the pool: the driver, unless somebody wants to know of it. */
export function connectorOf(
  dialect: Dialect,
  driver: Driver,
  settings: DriverSettings,
  observer: Observer,
): ConnectionSource {
  const noticed: NoticeListener = (sql, notices) => {
    const { hub } = observer
    if (!hub.has('notice')) return
    for (const notice of notices)
      try {
        tellInPassing(hub, 'notice', { connection: null, sql, parameters: [], notice })
      } catch (error) {
        // Whoever opens connections, or makes them clean, is not to stop half way.
        warn(error)
      }
  }
  return {
    noticed,
    async connect(options?: ConnectOptions): Promise<DriverConnection> {
      const open = (): Promise<DriverConnection> =>
        observer.hub.has('doConnect')
          ? connectAsTold(dialect, driver, settings, observer, options)
          : driver.connect(options)
      const connection = await traced(connectChannel, () => ({ engine: observer.engine }), open)
      if (connection.welcome !== undefined) noticed('', connection.welcome)
      return connection
    },
    pingFailed: (error: unknown) => judgePing(error, dialect, observer),
  }
}

/**
 * Asks listeners of `handleError` about a connection that did not answer.
 *
 * @returns `'others-live'` where they spare those of its age.
 * @throws DriverError they say that it lives, or put another error in the place.
 */
export async function judgePing(error: unknown, dialect: Dialect, { hub }: Observer): Promise<'others-live' | null> {
  if (!(error instanceof DriverError) || !hub.has('handleError')) return null
  const context = { statement: null, parameters: null, hideParameters: true }
  const judged = await judgeDriverError(error, () => ({
    hub,
    face: null,
    sql: null,
    parameters: null,
    isPrePing: true,
    wrapped: dialect.wrapError(error, context),
  }))
  return isHarmless(foundDead(judged)) ? 'others-live' : null
}

async function connectAsTold(
  dialect: Dialect,
  driver: Driver,
  settings: DriverSettings,
  { hub }: Observer,
  options: ConnectOptions | undefined,
): Promise<DriverConnection> {
  const event: DoConnectEvent = { settings: { ...settings, query: { ...settings.query } } }
  const given: Set<DriverConnection> = new Set()
  let late = false
  const take = (answer: unknown): void => {
    if (answer === undefined || answer === null) return
    if (!isConnection(answer))
      throw new ArgumentError(
        'A listener of doConnect returns a DriverConnection or nothing: to change where to, it changes settings',
      )
    if (late) answer.terminate()
    else given.add(answer)
  }
  try {
    const told = hub.emit('doConnect', event, take)
    if (told !== undefined) await unlessLate(told, 'doConnect', LISTENERS_MS, options?.signal)
  } catch (error) {
    late = true
    for (const each of given) each.terminate()
    throw error
  }
  // Of several the last is taken, and nobody has the others.
  const own = [...given].at(-1)
  for (const each of given) if (each !== own) each.terminate()
  if (own !== undefined) return own
  if (isSame(event.settings, settings)) return driver.connect(options)
  const other = dialect.createDriver(event.settings)
  const connection = await other.connect(options)
  connection.onceClosed(() => void other.dispose().catch(warn))
  return connection
}

/** Whether a pool can keep it: what lacks these would fail where nobody listens. */
function isConnection(answer: unknown): answer is DriverConnection {
  if (typeof answer !== 'object' || answer === null) return false
  return ['run', 'onceClosed', 'close', 'terminate'].every(
    (name) => typeof (answer as Record<string, unknown>)[name] === 'function',
  )
}

function isSame(one: DriverSettings, other: DriverSettings): boolean {
  const { query, ...rest } = one
  const queries = Object.keys({ ...query, ...other.query }).every((key) => query[key] === other.query[key])
  return queries && Object.entries(rest).every(([key, value]) => value === other[key as keyof DriverSettings])
}
