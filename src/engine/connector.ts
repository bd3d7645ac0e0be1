// Opening connections for the pool: listeners of `doConnect` may say where to, and with which password; the tracing channel is told.
import type { ConnectOptions, Driver, DriverConnection } from '../dialect/contract/driver.ts'
import type { DriverSettings } from '../dialect/contract/settings.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { connectChannel, traced } from './channels.ts'
import type { DoConnectEvent } from './events.ts'
import type { Observer } from './observer.ts'

/** What opens connections for the pool: the driver, unless somebody wants to know of it. */
export function connectorOf(
  dialect: Dialect,
  driver: Driver,
  settings: DriverSettings,
  observer: Observer,
): Pick<Driver, 'connect'> {
  return {
    connect(options?: ConnectOptions): Promise<DriverConnection> {
      const open = (): Promise<DriverConnection> =>
        observer.hub.has('doConnect')
          ? connectAsTold(dialect, driver, settings, observer, options)
          : driver.connect(options)
      return traced(connectChannel, () => ({ engine: observer.engine }), open)
    },
  }
}

async function connectAsTold(
  dialect: Dialect,
  driver: Driver,
  settings: DriverSettings,
  { hub }: Observer,
  options: ConnectOptions | undefined,
): Promise<DriverConnection> {
  const event: DoConnectEvent = { settings: { ...settings, query: { ...settings.query } } }
  let own: DriverConnection | null = null
  await hub.emit('doConnect', event, (answer) => {
    if (answer !== undefined && answer !== null) own = answer as DriverConnection
  })
  if (own !== null) return own
  if (isSame(event.settings, settings)) return driver.connect(options)
  const other = dialect.createDriver(event.settings)
  const connection = await other.connect(options)
  connection.onceClosed(() => void other.dispose())
  return connection
}

function isSame(one: DriverSettings, other: DriverSettings): boolean {
  const { query, ...rest } = one
  const queries = Object.keys({ ...query, ...other.query }).every((key) => query[key] === other.query[key])
  return queries && Object.entries(rest).every(([key, value]) => value === other[key as keyof DriverSettings])
}
