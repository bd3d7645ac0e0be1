// Options of engines, connections and executions, each with its default.
import type { Driver } from '../dialect/contract/driver.ts'
import type { Environment, Password } from '../dialect/contract/settings.ts'
import type { ValueCodec } from '../dialect/contract/value-codec.ts'
import type { BeginOptions, IsolationLevel } from '../dialect/dialect.ts'
import type { URL } from '../dialect/url.ts'
import { ArgumentError } from '../errors.ts'
import {
  checkExecutionValues,
  EXECUTION_KEYS,
  type ExecutionOptions,
  refuseTransactionKeys,
} from '../expression/base/execution-options.ts'
import { checkKeys, quoteName, suggestion } from '../nearest.ts'
import type { PoolEvents } from '../pool/events.ts'
import type { PoolOptions } from '../pool/options.ts'
import type { Pool } from '../pool/pool.ts'
import { showValue } from '../show.ts'
import { checkCodecs } from './codecs-option.ts'
import { checkObservability, OBSERVABILITY_KEYS, type ObservabilityOptions } from './observability.ts'
import { type EnginePoolOptions, POOL_OPTION_KEYS } from './pool-options.ts'

/** How statements of a connection are kept apart from those of others; `AUTOCOMMIT` begins no transactions at all. */
export type ConnectionIsolationLevel = IsolationLevel | 'AUTOCOMMIT'

/** A class of pools: `QueuePool`, `NullPool`, `StaticPool`. */
export type PoolClass = new (driver: Pick<Driver, 'connect'>, options: PoolOptions, events: PoolEvents) => Pool

/** Options of `createEngine()`. */
export interface EngineOptions extends EnginePoolOptions, ObservabilityOptions {
  /** Default `QueuePool`, and `StaticPool` where the database can have one connection only: PGlite, and SQLite in memory. */
  readonly poolClass?: PoolClass
  /** For all connections of this engine. Default: the database's own. */
  readonly isolationLevel?: ConnectionIsolationLevel
  /** How all connections of this engine run their transactions and statements. Default: none of them. */
  readonly executionOptions?: ConnectionExecutionOptions
  /**
   * URLs of standbys of the database, for what only reads: read-only transactions go to them in turn, and whatever names
   * `{ server: 'standby' }`. The other options hold for them too, each has a pool of its own. Default: none.
   */
  readonly replicas?: readonly (string | URL | globalThis.URL)[]
  /** How long a standby that could not be reached is left alone, in milliseconds. Default 5000. */
  readonly replicaRetryMs?: number
  /** How many compiled statements are kept; 0 keeps none. Default 500. */
  readonly compiledCacheSize?: number
  /** More settings for the driver, merged over the URL's query: `{ application_name: 'web' }`. An unknown name is refused; in the URL it is warned of. */
  readonly connectArguments?: Readonly<Record<string, string | number | boolean>>
  /** In place of the URL's password; a function is asked at each connect, and told for which server and user. */
  readonly password?: Password
  /**
   * The variables that say what URL and options leave out: `PGHOST`, `PGPASSWORD` and libpq's others, with its pass file, service
   * file and certificates in the folder that `HOME` names. Default `process.env`; false reads nothing but the URL and the options.
   */
  readonly environment?: Environment | false
  /**
   * Let statements of `engine.execute()` share connections when all are in use: several are on their way over one connection, each
   * in a transaction of its own that fails alone. SELECT, INSERT, UPDATE, DELETE, MERGE and WITH take part; DDL, COPY, transactions,
   * streams and statements that listeners watch have connections to themselves. A number is how many may be on their way over one
   * connection, true is 32. Default false.
   *
   * What it forbids: a statement that takes long delays those behind it on its connection, so give it a connection of its own
   * (`engine.begin()`); one that waits for what another is to do (a lock that is held, a row that is to come) may wait for a
   * statement that stands behind it; and nothing of a session outlives or surrounds a statement (`set_config`, `pg_advisory_lock`).
   * A signal and `timeoutMs` reject at once; whether a write that was aborted was made is not known then.
   */
  readonly pipelining?: boolean | number
  /** How values of a type are read and written where no type of this library is declared: `[{ type: 'numeric', decode: Number }]`. Default: as this library does. */
  readonly codecs?: readonly ValueCodec[]
  /** How a list in `x.in(list)` travels: as one array parameter, or as one parameter for each value. Default: the dialect's choice. */
  readonly inLists?: 'array' | 'expand'
}

/** How the transactions of a connection begin. */
export interface BeginOptionsOfConnection extends Omit<BeginOptions, 'isolationLevel'> {
  /** Default: the engine's. */
  readonly isolationLevel?: ConnectionIsolationLevel
}

/** Which server: the primary, or one of the standbys given as `replicas`. */
export type ServerChoice = 'primary' | 'standby'

/** Options of how a connection, or all connections of an engine, run their transactions and statements. */
export interface ConnectionExecutionOptions extends BeginOptionsOfConnection, ExecutionOptions {
  /**
   * Where connections are borrowed, for an engine with `replicas`. Default: a standby for what is `readOnly` and not SERIALIZABLE, the
   * primary for all else. Where no standby can be reached, and where there are none, it is the primary.
   */
  readonly server?: ServerChoice
}

/** Options of `engine.connect()` and `engine.begin()`. */
export interface ConnectOptions extends ConnectionExecutionOptions {
  /** Aborting it ends the wait for a connection. */
  readonly signal?: AbortSignal
}

/** Options of `execute()`. They win over those of the connection, which win over those of the engine, which win over those of the statement. */
export interface ExecuteOptions extends ExecutionOptions {
  /** Aborting it before the statement is sent refuses it; later it is canceled on the server. The rejection is the signal's reason. */
  readonly signal?: AbortSignal
  /** Where `engine.execute()` runs the statement, as for connections; a Connection has its server already. */
  readonly server?: ServerChoice
}

/** Options of `connection.executeAll()`. */
export interface ExecuteAllOptions {
  /** As for `execute()`, of the whole flight. */
  readonly signal?: AbortSignal
  /** COMMIT travels behind the statements. Default false. */
  readonly commit?: boolean
}

/** Options of `commit()`. */
export interface CommitOptions {
  /**
   * Aborting it before COMMIT is sent leaves the transaction as it was; later COMMIT is canceled on the server, where it waits: what that stopped was
   * not committed. The rejection is the signal's reason, unless it came too late to matter.
   */
  readonly signal?: AbortSignal
}

const ISOLATION_LEVELS: readonly ConnectionIsolationLevel[] = [
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
  'AUTOCOMMIT',
]

const ENGINE_KEYS: readonly (keyof EngineOptions)[] = [
  ...OBSERVABILITY_KEYS,
  ...POOL_OPTION_KEYS,
  'poolClass',
  'isolationLevel',
  'executionOptions',
  'replicas',
  'replicaRetryMs',
  'compiledCacheSize',
  'connectArguments',
  'password',
  'environment',
  'pipelining',
  'inLists',
  'codecs',
]

/**
 * Refuses options that are unknown or cannot be.
 *
 * @throws ArgumentError
 */
export function checkEngineOptions(options: EngineOptions): void {
  checkKeys('createEngine()', options, ENGINE_KEYS)
  checkIsolation(options.isolationLevel)
  if (options.executionOptions !== undefined) checkConnectionOptions('executionOptions', options.executionOptions)
  checkObservability(options)
  if (options.codecs !== undefined) checkCodecs(options.codecs)
  checkWhereTo(options)
  const { compiledCacheSize = 0, inLists, replicas, replicaRetryMs = 0 } = options
  if (replicas !== undefined && !Array.isArray(replicas))
    throw new ArgumentError('replicas must be a list of the URLs of standbys')
  if (!(typeof replicaRetryMs === 'number' && replicaRetryMs >= 0))
    throw new ArgumentError(`replicaRetryMs must be a number that is not negative, got ${showValue(replicaRetryMs)}`)
  if (!Number.isInteger(compiledCacheSize) || compiledCacheSize < 0)
    throw new ArgumentError(
      `compiledCacheSize must be a whole number that is not negative, got ${showValue(compiledCacheSize)}`,
    )
  if (inLists !== undefined && inLists !== 'array' && inLists !== 'expand')
    throw new ArgumentError(`inLists must be 'array' or 'expand', got ${quoteName(inLists)}`)
}

/** What says where to connect, and as what: of another sort it would be passed over, and something else be asked. */
function checkWhereTo(options: EngineOptions): void {
  const { poolClass, password, environment, connectArguments } = options
  if (poolClass !== undefined && typeof poolClass !== 'function')
    throw new ArgumentError('poolClass must be a class of pools: QueuePool, NullPool, StaticPool or AssertionPool')
  if (password !== undefined && password !== null && typeof password !== 'string' && typeof password !== 'function')
    throw new ArgumentError(
      `password must be a string, or a function that gives one, got a value of type ${typeof password}`,
    )
  if (environment !== undefined && environment !== false && !isRecord(environment))
    throw new ArgumentError('environment must be false, or an object of variables such as process.env')
  if (connectArguments !== undefined && !isRecord(connectArguments))
    throw new ArgumentError("connectArguments must be an object of parameters: { application_name: 'web' }")
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const BEGIN_KEYS: readonly (keyof BeginOptionsOfConnection)[] = ['isolationLevel', 'readOnly', 'deferrable']
const CONNECTION_KEYS: readonly (keyof ConnectionExecutionOptions)[] = [...BEGIN_KEYS, ...EXECUTION_KEYS, 'server']
const CONNECT_KEYS: readonly (keyof ConnectOptions)[] = [...CONNECTION_KEYS, 'signal']
const EXECUTE_KEYS: readonly (keyof ExecuteOptions)[] = [...EXECUTION_KEYS, 'signal', 'server']

/**
 * Refuses options of transactions that are unknown or cannot be.
 *
 * @throws ArgumentError
 */
export function checkBeginOptions(place: string, options: BeginOptionsOfConnection): void {
  checkKeys(place, options, BEGIN_KEYS)
  checkTransactionValues(place, options)
}

/**
 * Refuses execution options of engines and connections that are unknown or cannot be.
 *
 * @throws ArgumentError
 */
export function checkConnectionOptions(place: string, options: ConnectionExecutionOptions): void {
  checkKeys(place, options, CONNECTION_KEYS)
  checkTransactionValues(place, options)
  checkServer(place, options.server)
  checkExecutionValues(place, options)
}

/**
 * Refuses options of connections that are unknown or cannot be.
 *
 * @throws ArgumentError
 */
export function checkConnectOptions(place: string, options: ConnectOptions): void {
  checkKeys(place, options, CONNECT_KEYS)
  checkTransactionValues(place, options)
  checkServer(place, options.server)
  checkExecutionValues(place, options)
}

/**
 * Refuses options of one execution that are unknown or cannot be.
 *
 * @throws ArgumentError
 */
export function checkExecuteOptions(place: string, options: ExecuteOptions): void {
  refuseTransactionKeys(place, options)
  checkKeys(place, options, EXECUTE_KEYS)
  checkServer(place, options.server)
  checkExecutionValues(place, options)
}

function checkServer(place: string, server: unknown): void {
  if (server !== undefined && server !== 'primary' && server !== 'standby')
    throw new ArgumentError(`${place}: server is 'primary' or 'standby', got ${quoteName(server as string)}`)
}

function checkTransactionValues(
  place: string,
  { isolationLevel, readOnly, deferrable }: BeginOptionsOfConnection,
): void {
  checkIsolation(isolationLevel)
  for (const [name, value] of [
    ['readOnly', readOnly],
    ['deferrable', deferrable],
  ] as const)
    if (value !== undefined && typeof value !== 'boolean')
      throw new ArgumentError(`${place}: ${name} must be true or false, got ${quoteName(value)}`)
}

/**
 * Refuses options that `commit()` does not have.
 *
 * @throws ArgumentError
 */
export function checkCommitOptions(options: CommitOptions): void {
  checkKeys('commit()', options, ['signal'])
}

const EXECUTE_ALL_KEYS: readonly (keyof ExecuteAllOptions)[] = ['commit', 'signal']

/**
 * Refuses options that `executeAll()` does not have.
 *
 * @throws ArgumentError
 */
export function checkExecuteAllOptions(options: ExecuteAllOptions): void {
  checkKeys('executeAll()', options, EXECUTE_ALL_KEYS)
}

/** The level becomes SQL text, so it is one of the list or an error, whatever the compiler was told. */
function checkIsolation(level: string | undefined): void {
  if (level === undefined || (ISOLATION_LEVELS as readonly string[]).includes(level)) return
  throw new ArgumentError(`There is no isolation level ${quoteName(level)}${suggestion(level, ISOLATION_LEVELS)}`)
}
