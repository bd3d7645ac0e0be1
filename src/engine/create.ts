// `createEngine()`: from a URL and options to an engine; connects nothing.
import type { DriverSettings } from '../dialect/contract/settings.ts'
import {
  type DialectFactory,
  type DialectOptions,
  type FoundDialect,
  factoryAtHand,
  findDialect,
  loadFactory,
} from '../dialect/registry.ts'
import { makeURL, type URL } from '../dialect/url.ts'
import { ArgumentError } from '../errors.ts'
import type { PoolEvents } from '../pool/events.ts'
import { resolvePoolOptions } from '../pool/options.ts'
import { QueuePool } from '../pool/queue-pool.ts'
import { StaticPool } from '../pool/simple-pools.ts'
import { CompiledCache } from './compiled-cache.ts'
import { connectorOf } from './connector.ts'
import { Engine } from './engine.ts'
import { EngineCore, type RuntimeSource } from './engine-core.ts'
import { sharingOf } from './flight-lanes.ts'
import { echoPoolTo, newObserver } from './observability.ts'
import type { Observer } from './observer.ts'
import { checkEngineOptions, type EngineOptions } from './options.ts'
import { checkPoolClass, poolOptionsOf, singleConnectionOptions } from './pool-options.ts'
import { Runtime } from './runtime.ts'
import { type Standby, Standbys } from './standbys.ts'

const DEFAULT_CACHE_SIZE = 500
const REPLICA_RETRY_MS = 5_000

/**
 * An engine for the database that a URL names. Nothing is connected before it is used.
 *
 * @param url `postgresql://user:password@host:5432/database` (also `postgres://`), several hosts with commas between them, libpq's
 * `host=... dbname=...`, `pglite://` for PostgreSQL inside the process,
 * or a `URL`.
 * @throws ArgumentError a malformed URL, an unknown scheme, an unknown or impossible option.
 * @example
 * const engine = createEngine('postgresql://scott:tiger@localhost/shop', { poolSize: 10, echo: true })
 */
export function createEngine(url: string | URL | globalThis.URL, options: EngineOptions = {}): Engine {
  const parsed = makeURL(url)
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError('The options of createEngine() must be an object')
  checkEngineOptions(options)
  checkPoolClass(options.poolClass, options)
  const { timeoutMs } = resolvePoolOptions(poolOptionsOf(options))
  const sharing = sharingOf(options.pipelining, timeoutMs)
  const found = findDialect(parsed)
  const settings = driverSettings(parsed, found, options)
  const observer = newObserver(parsed, found.registration.name, options)
  const replicas = (options.replicas ?? []).map((each) => replicaOf(each, found, options))
  const make = (factory: DialectFactory, events: PoolEvents): Runtime =>
    makeRuntime(factory, settings, replicas, observer, options, events)
  const source: RuntimeSource = {
    now(events) {
      const factory = factoryAtHand(found.registration)
      return factory === null ? null : make(factory, events)
    },
    load: async (events) => make(await loadFactory(found.registration), events),
  }
  const core = new EngineCore(parsed, observer, source, sharing)
  const { isolationLevel, executionOptions = {} } = options
  return new Engine(core, isolationLevel === undefined ? executionOptions : { isolationLevel, ...executionOptions })
}

function makeRuntime(
  factory: DialectFactory,
  settings: DriverSettings,
  replicas: readonly Replica[],
  observer: Observer,
  options: EngineOptions,
  events: PoolEvents,
): Runtime {
  const { inLists } = options
  const dialectOptions: DialectOptions = inLists === undefined ? {} : { inLists }
  const dialect = factory(dialectOptions)
  const driver = dialect.createDriver(settings)
  const PoolOf = options.poolClass ?? (driver.maxConnections === 1 ? StaticPool : QueuePool)
  const poolOptions = poolOptionsOf(options)
  // Sizes given for a server do no harm to a database that can have one connection only: the URL alone is to be changed.
  const own = PoolOf === StaticPool ? singleConnectionOptions(poolOptions) : poolOptions
  echoPoolTo(events, PoolOf.name, options)
  const standbys = replicas.map(({ url, settings: there }): Standby => {
    const driverThere = dialect.createDriver(there)
    const pool = new PoolOf(connectorOf(dialect, driverThere, there, observer), own, events)
    return { url, pool, driver: driverThere, downUntil: 0 }
  })
  const connector = connectorOf(dialect, driver, settings, observer)
  return new Runtime({
    dialect,
    driver,
    connector,
    pool: new PoolOf(connector, own, events),
    cache: new CompiledCache(dialect, options.compiledCacheSize ?? DEFAULT_CACHE_SIZE),
    observer,
    hideParameters: options.hideParameters ?? false,
    standbys: standbys.length === 0 ? null : new Standbys(standbys, options.replicaRetryMs ?? REPLICA_RETRY_MS),
  })
}

/** A standby that is still to be connected to. */
interface Replica {
  readonly url: URL
  readonly settings: DriverSettings
}

function replicaOf(given: string | URL | globalThis.URL, primary: FoundDialect, options: EngineOptions): Replica {
  const url = makeURL(given)
  const found = findDialect(url)
  if (found.registration !== primary.registration)
    throw new ArgumentError(`The replica ${url} is of another dialect than the primary: ${found.registration.name}`)
  return { url, settings: driverSettings(url, found, options) }
}

/** The parts of the query that say the same as a part of the URL; they win, as they do for libpq. */
const PARTS = ['user', 'password', 'dbname'] as const

function driverSettings(url: URL, { driverName }: FoundDialect, options: EngineOptions): DriverSettings {
  const query = queryOf(url)
  const connectArguments = argumentsOf(options)
  const [user, password, database] = PARTS.map((name) => {
    const value = connectArguments[name] ?? query[name]
    delete connectArguments[name]
    delete query[name]
    return value
  })
  return {
    driverName,
    hosts: url.hosts,
    user: user ?? url.username,
    password: options.password ?? password ?? url.password,
    database: database ?? url.database,
    query,
    connectArguments,
    environment: options.environment === false ? null : (options.environment ?? process.env),
    ...(options.codecs === undefined ? {} : { codecs: options.codecs }),
  }
}

/** Names whose values make a list where they are there several times: SQLAlchemy's form of several servers, and schemas. */
const LISTS: readonly string[] = ['host', 'hostaddr', 'port', 'search_path']

/** The query as text; of others that are there several times the last counts, as for libpq. */
function queryOf(url: URL): Record<string, string> {
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(url.query))
    query[name] = typeof value === 'string' ? value : LISTS.includes(name) ? value.join(',') : (value.at(-1) ?? '')
  return query
}

function argumentsOf({ connectArguments = {} }: EngineOptions): Record<string, string> {
  const given: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(connectArguments)) {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw new ArgumentError(`connectArguments.${name} must be a string, a number or a boolean`)
    given[name] = String(value)
  }
  return given
}
