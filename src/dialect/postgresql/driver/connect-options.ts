// Options of the driver for a PostgreSQL server, and what they come to.
import { userInfo } from 'node:os'
import { DriverError } from '../../contract/driver.ts'
import type { Password } from '../../contract/settings.ts'
import type { ValueCodec } from '../../contract/value-codec.ts'
import { TypeCatalog } from '../codec/type-catalog.ts'
import { type AuthenticationMethod, type ChannelBinding, parseRequireAuth } from './authentication.ts'
import { type Host, type HostOptions, hostsOf } from './hosts.ts'
import { CODEC_SETTINGS } from './session.ts'
import { planTls, type SslMode, type SslOptions, type TlsPlan } from './tls.ts'

/** Which of several servers will do: every one, one that takes writes or one that does not, one that is not in recovery or one that is, or that rather. */
export type TargetSessionAttributes = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby'

/**
 * What stands in front of the server: something that lends its sessions for a transaction each, or nothing; `detect` finds out.
 */
export type PoolerMode = 'detect' | 'transaction' | 'none'

/** Options of {@link createPostgresDriver}. Environment variables are not read here: the dialect does. */
export interface PostgresConnectOptions extends HostOptions {
  /** Several servers, of which the first that fits is taken; in place of `host`, `address` and `port`. */
  readonly hosts?: readonly HostOptions[]
  /** Default `any`. */
  readonly targetSessionAttributes?: TargetSessionAttributes
  /** `random` tries hosts and their addresses in a new order at each connect. Default `disable`: as they stand. */
  readonly loadBalanceHosts?: 'disable' | 'random'
  /**
   * How long to go on asking while none of the servers is what `targetSessionAttributes` asks for but one answers, in
   * milliseconds: perhaps a standby is about to be promoted. 0 asks each once. Default 10000.
   */
  readonly failoverTimeoutMs?: number
  /** Default: the operating system's user. */
  readonly user?: string
  /** The password, or what gives one for each connection (a token that expires). */
  readonly password?: Password
  /** A file with passwords in libpq's form, read where no password is given. Default none. */
  readonly passFile?: string
  /** Default: the same as `user`. */
  readonly database?: string
  /** Default `prefer`, as libpq's. */
  readonly ssl?: SslMode | SslOptions
  /** Whether SCRAM is bound to the server's certificate. Default `prefer`. */
  readonly channelBinding?: ChannelBinding
  /** The methods of authentication that the server may use, in libpq's form: `scram-sha-256`, `!password,!md5`. Default all. */
  readonly requireAuth?: string
  /** The most rounds of SCRAM that a server may ask for; 0 for no limit. Default 1000000. */
  readonly scramMaxIterations?: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string
  /** How long opening a connection may take at each server, in milliseconds; 0 for no limit. Default 10000. */
  readonly connectTimeoutMs?: number
  /** Whether the operating system probes idle connections. Default true. */
  readonly keepAlive?: boolean
  /** After how much idle time the first probe is sent, in milliseconds. Default 30000. */
  readonly keepAliveDelayMs?: number
  /** How many statements a connection keeps prepared; 0 prepares none. Default 256, behind a transaction pooler 0. */
  readonly statementCacheSize?: number
  /**
   * What stands in front of the server: `transaction` is a pooler such as PgBouncer that lends a session of the server for one
   * transaction at a time. Nothing is kept in the session then: no statement is prepared unless `statementCacheSize` says that the
   * pooler can do that (PgBouncer 1.21 with `max_prepared_statements`), and settings of the session are refused. `none` is the
   * server itself. Default `detect`: a pooler is known by what it answers to the first connection.
   */
  readonly pooler?: PoolerMode
  /** Command-line options for the session: `-c search_path=app`. */
  readonly options?: string
  /** Settings of the session: `{ search_path: 'app' }`. Those that the codecs rely on (DateStyle, ...) are refused. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** How long a canceled statement may take to stop before its connection is cut, in milliseconds. Default 5000. */
  readonly cancelGraceMs?: number
  /** How values are read and written where the statement declares no type. Default: as the codecs of this library do. */
  readonly codecs?: readonly ValueCodec[]
}

const KNOWN: readonly (keyof PostgresConnectOptions)[] = [
  'host',
  'address',
  'port',
  'hosts',
  'targetSessionAttributes',
  'loadBalanceHosts',
  'failoverTimeoutMs',
  'user',
  'password',
  'passFile',
  'database',
  'ssl',
  'channelBinding',
  'requireAuth',
  'scramMaxIterations',
  'applicationName',
  'connectTimeoutMs',
  'keepAlive',
  'keepAliveDelayMs',
  'statementCacheSize',
  'pooler',
  'options',
  'settings',
  'cancelGraceMs',
  'codecs',
]

/** Options that have been checked, with their defaults. */
export interface ConnectPlan {
  readonly hosts: readonly Host[]
  readonly target: TargetSessionAttributes
  readonly random: boolean
  readonly failoverTimeoutMs: number
  readonly user: string
  readonly database: string
  readonly password: Password | null
  readonly passFile: string | null
  readonly tls: TlsPlan
  readonly channelBinding: ChannelBinding
  readonly requireAuth: ReadonlySet<AuthenticationMethod> | null
  readonly scramMaxIterations: number
  readonly startup: ReadonlyMap<string, string>
  readonly keepAlive: boolean
  readonly keepAliveDelayMs: number
  readonly connectTimeoutMs: number
  readonly statementCacheSize: number
  /** Whether the caller gave it. */
  readonly statementCacheGiven: boolean
  readonly pooler: PoolerMode
  readonly cancelGraceMs: number
  /** The types of the database, shared by the connections. */
  readonly types: TypeCatalog
}

const TARGETS: readonly TargetSessionAttributes[] = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
]
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Checks options and fills in their defaults.
 * @throws DriverError for an option that is unknown or cannot be right.
 */
export function planConnect(options: PostgresConnectOptions): ConnectPlan {
  checkKnown('createPostgresDriver', options, KNOWN)
  const { host, address, port, hosts, password } = options
  if (hosts !== undefined && (host ?? address ?? port) !== undefined)
    throw new DriverError('there are either hosts, or host, address and port', { sent: false })
  const user = cleanText('user', options.user ?? accountName())
  return {
    hosts: hostsOf(hosts ?? [options]),
    target: oneOf('targetSessionAttributes', options.targetSessionAttributes ?? 'any', TARGETS),
    random: oneOf('loadBalanceHosts', options.loadBalanceHosts ?? 'disable', ['disable', 'random']) === 'random',
    failoverTimeoutMs: wholeNumber('failoverTimeoutMs', options.failoverTimeoutMs ?? 10_000, 0, LONGEST_TIMER),
    user,
    database: cleanText('database', options.database ?? user),
    password: password ?? null,
    passFile: options.passFile === undefined ? null : cleanText('passFile', options.passFile),
    tls: planTls(options.ssl ?? 'prefer'),
    channelBinding: oneOf('channelBinding', options.channelBinding ?? 'prefer', ['disable', 'prefer', 'require']),
    requireAuth: parseRequireAuth(options.requireAuth ?? ''),
    scramMaxIterations: wholeNumber('scramMaxIterations', options.scramMaxIterations ?? 1_000_000, 0, LONGEST_TIMER),
    startup: startupSettings(options),
    keepAlive: options.keepAlive ?? true,
    keepAliveDelayMs: wholeNumber('keepAliveDelayMs', options.keepAliveDelayMs ?? 30_000, 0, LONGEST_TIMER),
    connectTimeoutMs: wholeNumber('connectTimeoutMs', options.connectTimeoutMs ?? 10_000, 0, LONGEST_TIMER),
    statementCacheSize: wholeNumber('statementCacheSize', options.statementCacheSize ?? 256, 0, 1_000_000),
    statementCacheGiven: options.statementCacheSize !== undefined,
    pooler: oneOf('pooler', options.pooler ?? 'detect', ['detect', 'transaction', 'none']),
    cancelGraceMs: wholeNumber('cancelGraceMs', options.cancelGraceMs ?? 5000, 1, LONGEST_TIMER),
    types: new TypeCatalog(options.codecs),
  }
}

function accountName(): string {
  try {
    return userInfo().username
  } catch (cause) {
    const message =
      'no user is given (user, PGUSER), and the account of the process, which stands in for it, has no name'
    throw new DriverError(message, { sent: false, cause })
  }
}

function startupSettings(options: PostgresConnectOptions): ReadonlyMap<string, string> {
  const startup = new Map<string, string>()
  if (options.applicationName !== undefined)
    startup.set('application_name', cleanText('applicationName', options.applicationName))
  if (options.options !== undefined) startup.set('options', cleanText('options', options.options))
  for (const [name, value] of checkedSettings(options.settings ?? {})) startup.set(name, value)
  for (const [name, value] of CODEC_SETTINGS) startup.set(name, value)
  return startup
}

const RESERVED = new Set([
  ...[...CODEC_SETTINGS.keys()].map((name) => name.toLowerCase()),
  'user',
  'database',
  'options',
  'replication',
])

/**
 * Settings of a session as text.
 * @throws DriverError for one that the codecs rely on, and for a name or value that is no text.
 */
export function checkedSettings(settings: Readonly<Record<string, string | number | boolean>>): [string, string][] {
  return Object.entries(settings).map(([name, value]) => {
    if (RESERVED.has(name.toLowerCase())) {
      throw new DriverError(`the setting ${name} cannot be set: the driver relies on its own`, { sent: false })
    }
    if (!/^[A-Za-z_][\w.$]*$/.test(name)) {
      throw new DriverError(`${JSON.stringify(name)} is no name of a setting`, { sent: false })
    }
    return [name, cleanText(`settings.${name}`, String(value))]
  })
}

/** Refuses unknown options, naming those there are. */
export function checkKnown(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new DriverError(`${where} has no option ${JSON.stringify(key)}; it has ${known.join(', ')}`, {
        sent: false,
      })
    }
  }
}

function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value
  throw new DriverError(`the option ${name} is one of ${known.join(', ')}, not ${JSON.stringify(value)}`, {
    sent: false,
  })
}

function wholeNumber(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value
  throw new DriverError(`the option ${name} must be a whole number from ${minimum} to ${maximum}`, { sent: false })
}

function cleanText(name: string, value: string): string {
  if (typeof value === 'string' && value !== '' && !/[\0\uD800-\uDFFF]/u.test(value)) return value
  throw new DriverError(`the option ${name} must be a string without NUL characters, and not empty`, { sent: false })
}
