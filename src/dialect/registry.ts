// The registry of dialects: which scheme of a URL means which database and driver, and how its code is loaded.
import { ArgumentError } from '../errors.ts'
import { checkKeys, quoteName, suggestion } from '../nearest.ts'
import type { Dialect } from './dialect.ts'
import type { URL } from './url.ts'

/** What an engine may ask of its dialect. */
export interface DialectOptions {
  /** How a list in `x.in(list)` travels. Default: the dialect's choice. */
  readonly inLists?: 'array' | 'expand'
}

/** Makes a dialect. */
export type DialectFactory = (options: DialectOptions) => Dialect

/** What is known of a dialect before it is loaded. */
export interface DialectRegistration {
  /** `postgresql`. */
  readonly name: string
  /** Schemes of URLs that mean it, with the driver that each means; null is the dialect's first choice. */
  readonly schemes: Readonly<Record<string, string | null>>
  /** Names behind a `+` in the scheme, with the driver that each means. */
  readonly drivers: Readonly<Record<string, string>>
  /** Makes the dialect, where its code is at hand. */
  readonly factory?: DialectFactory
  /** Loads the code that makes the dialect, when an engine first needs it. */
  readonly load?: () => Promise<DialectFactory>
}

/** A dialect and driver that a URL names. */
export interface FoundDialect {
  readonly registration: DialectRegistration
  readonly driverName: string | null
}

const POSTGRESQL: DialectRegistration = {
  name: 'postgresql',
  schemes: { postgresql: null, postgres: null, pglite: 'pglite' },
  drivers: { pg: 'pg', pglite: 'pglite', psycopg: 'pg', psycopg2: 'pg', asyncpg: 'pg' },
  load: async () => (await import('./postgresql/dialect.ts')).postgresqlDialect,
}

const SQLITE: DialectRegistration = {
  name: 'sqlite',
  schemes: { sqlite: null },
  drivers: {
    'better-sqlite3': 'better-sqlite3',
    node: 'node',
    pysqlite: 'any',
    aiosqlite: 'any',
  },
  load: async () => (await import('./sqlite/dialect.ts')).sqliteDialect,
}

const registrations: Map<string, DialectRegistration> = new Map(
  [POSTGRESQL, SQLITE].map((registration) => [registration.name, registration]),
)
const loaded: WeakMap<DialectRegistration, DialectFactory> = new WeakMap()

/**
 * Makes a dialect known to `createEngine()`. One of the same name is replaced.
 *
 * @throws ArgumentError it has neither `factory` nor `load`, or lacks a name or schemes.
 * @example
 * registerDialect({ name: 'mydb', schemes: { mydb: null }, drivers: {}, load: async () => (await import('tsalchemy-mydb')).create })
 */
export function registerDialect(registration: DialectRegistration): void {
  checkKeys('registerDialect()', registration, ['name', 'schemes', 'drivers', 'factory', 'load'])
  const { name, schemes, drivers } = registration
  if (typeof name !== 'string' || name === '' || !isRecord(schemes) || !isRecord(drivers))
    throw new ArgumentError(
      "registerDialect() takes a name, and schemes and drivers as objects: { name: 'mydb', schemes: { mydb: null }, drivers: {}, load }",
    )
  if (registration.factory === undefined && registration.load === undefined)
    throw new ArgumentError(`The dialect ${quoteName(registration.name)} has neither a factory nor a way to load one`)
  registrations.set(registration.name, registration)
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/**
 * The dialect and driver that a URL's scheme names.
 *
 * @throws ArgumentError the scheme or the driver is unknown; the message names the nearest known one or all.
 */
export function findDialect(url: URL): FoundDialect {
  for (const registration of registrations.values()) {
    const driver = Object.hasOwn(registration.schemes, url.backendName)
      ? registration.schemes[url.backendName]
      : undefined
    if (driver !== undefined) return { registration, driverName: driverOf(registration, url) ?? driver }
  }
  const schemes = [...registrations.values()].flatMap((registration) => Object.keys(registration.schemes))
  throw new ArgumentError(
    `No dialect is known for the scheme ${quoteName(url.backendName)} of a database URL${suggestion(url.backendName, schemes)}`,
  )
}

/** What makes a dialect; null where its code is not loaded yet. */
export function factoryAtHand(registration: DialectRegistration): DialectFactory | null {
  return registration.factory ?? loaded.get(registration) ?? null
}

/** Loads what makes a dialect. */
export async function loadFactory(registration: DialectRegistration): Promise<DialectFactory> {
  const factory = factoryAtHand(registration) ?? (await registration.load?.())
  if (factory === undefined) throw new ArgumentError(`The dialect ${quoteName(registration.name)} cannot be loaded`)
  loaded.set(registration, factory)
  return factory
}

function driverOf(registration: DialectRegistration, url: URL): string | null {
  const { driverName } = url
  if (driverName === null) return null
  const driver = Object.hasOwn(registration.drivers, driverName) ? registration.drivers[driverName] : undefined
  if (driver !== undefined) return driver
  throw new ArgumentError(
    `The dialect ${registration.name} has no driver ${quoteName(driverName)}${suggestion(driverName, Object.keys(registration.drivers))}`,
  )
}
