// From the settings of a URL to the options of the driver that it names.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { Driver } from '../contract/driver.ts'
import type { DriverSettings } from '../contract/settings.ts'
import {
  createPgliteDriver,
  createPostgresDriver,
  type PgliteConnectOptions,
  type PostgresConnectOptions,
  type SslMode,
} from './driver/index.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Reader<T> = (value: string, options: Writable<T>) => void

/** Parameters of a URL's query, by libpq's names. */
const SERVER_QUERY: Readonly<Record<string, Reader<PostgresConnectOptions>>> = {
  sslmode: (value, options) => {
    options.ssl = (value === 'allow' ? 'prefer' : value) as SslMode
  },
  application_name: (value, options) => {
    options.applicationName = value
  },
  connect_timeout: (value, options) => {
    options.connectTimeoutMs = 1000 * wholeNumber('connect_timeout', value)
  },
  options: (value, options) => {
    options.options = value
  },
  keepalives: (value, options) => {
    options.keepAlive = wholeNumber('keepalives', value) !== 0
  },
  statement_cache_size: (value, options) => {
    options.statementCacheSize = wholeNumber('statement_cache_size', value)
  },
  // libpq's other parameters that ask for what is so anyway, as hosted databases put them into their URLs.
  channel_binding: (value) => {
    if (value !== 'prefer' && value !== 'disable')
      throw new ArgumentError(
        `The URL asks for channel_binding=${value}, which this driver cannot promise: leave it out`,
      )
  },
}

const EMBEDDED_QUERY: Readonly<Record<string, Reader<PgliteConnectOptions>>> = {
  statement_cache_size: (value, options) => {
    options.statementCacheSize = wholeNumber('statement_cache_size', value)
  },
}

/**
 * The driver that settings name: `pg` for a server, `pglite` for the embedded database.
 *
 * @throws ArgumentError an unknown driver or parameter, or a value that is none of the parameter's.
 */
export function driverFor(settings: DriverSettings): Driver {
  const { driverName } = settings
  if (driverName === 'pglite') return embeddedDriver(settings)
  if (driverName === null || driverName === 'pg') return serverDriver(settings)
  throw new ArgumentError(
    `PostgreSQL has no driver ${quoteName(driverName)}${suggestion(driverName, ['pg', 'pglite'])}`,
  )
}

function serverDriver(settings: DriverSettings): Driver {
  const options: Writable<PostgresConnectOptions> = {}
  if (settings.host !== null) options.host = settings.host
  if (settings.port !== null) options.port = settings.port
  if (settings.user !== null) options.user = settings.user
  if (settings.password !== null) options.password = settings.password
  if (settings.database !== null) options.database = settings.database
  readQuery(settings.query, SERVER_QUERY, options)
  return createPostgresDriver(options)
}

function embeddedDriver(settings: DriverSettings): Driver {
  const options: Writable<PgliteConnectOptions> = {}
  if (settings.database !== null) options.dataDir = settings.database
  readQuery(settings.query, EMBEDDED_QUERY, options)
  return createPgliteDriver(options)
}

function readQuery<T>(
  query: DriverSettings['query'],
  readers: Readonly<Record<string, Reader<T>>>,
  options: Writable<T>,
): void {
  for (const [name, value] of Object.entries(query)) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (reader === undefined)
      throw new ArgumentError(
        `The URL's query has the parameter ${quoteName(name)}, which PostgreSQL connections do not have${suggestion(name, Object.keys(readers))}`,
      )
    reader(value, options)
  }
}

function wholeNumber(name: string, value: string): number {
  const number = Number(value)
  if (!/^\d{1,9}$/.test(value))
    throw new ArgumentError(`The URL's parameter ${name} is a whole number, not ${quoteName(value)}`)
  return number
}
