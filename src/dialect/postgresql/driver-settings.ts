// From the settings of a URL to the driver that it names.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { type Driver, DriverError } from '../contract/driver.ts'
import type { DriverSettings } from '../contract/settings.ts'
import { createPgliteDriver, createPostgresDriver, type PgliteConnectOptions } from './driver/index.ts'
import { connectOptions, wholeNumber } from './settings/options.ts'
import { KNOWN, WITHOUT_EFFECT } from './settings/parameters.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * The driver that settings name: `pg` for a server, `pglite` for the embedded database.
 *
 * @throws ArgumentError an unknown driver or parameter, or a value that is none of the parameter's.
 */
export function driverFor(settings: DriverSettings): Driver {
  const { driverName } = settings
  if (driverName === 'pglite') return createPgliteDriver(embeddedOptions(settings))
  if (driverName !== null && driverName !== 'pg')
    throw new ArgumentError(
      `PostgreSQL has no driver ${quoteName(driverName)}${suggestion(driverName, ['pg', 'pglite'])}`,
    )
  const options = connectOptions(settings)
  try {
    return createPostgresDriver(options)
  } catch (error) {
    if (error instanceof DriverError) throw new ArgumentError(error.message, { cause: error })
    throw error
  }
}

/** What has a meaning for a database inside the process, of which there is nothing to connect to. */
const EMBEDDED: readonly string[] = ['statement_cache_size']

function embeddedOptions(settings: DriverSettings): PgliteConnectOptions {
  const options: Writable<PgliteConnectOptions> = {}
  if (settings.hosts.length > 0)
    throw new ArgumentError(
      "An embedded database has no host: the folder stands behind three slashes, as in 'pglite:///folder' (relative) or 'pglite:////folder'",
    )
  if (settings.database !== null) options.dataDir = settings.database
  if (settings.codecs !== undefined) options.codecs = settings.codecs
  for (const given of [settings.query, settings.connectArguments]) {
    for (const [name, value] of Object.entries(given)) {
      if (name === 'statement_cache_size') options.statementCacheSize = wholeNumber(name, value)
      else if (given === settings.query) warnOf(name)
      // What is said to a server does no harm here: the URL alone is to be changed.
      else if (!(KNOWN as readonly string[]).includes(name) && !Object.hasOwn(WITHOUT_EFFECT, name))
        throw new ArgumentError(
          `connectArguments has the parameter ${quoteName(name)}, which PostgreSQL connections do not have${suggestion(name, KNOWN)}`,
        )
    }
  }
  return options
}

function warnOf(name: string): void {
  process.emitWarning(
    `The URL's query has the parameter ${quoteName(name)}, which embedded databases do not have, so that it has no effect${suggestion(name, EMBEDDED)}`,
    'SQLAlchemyWarning',
  )
}
