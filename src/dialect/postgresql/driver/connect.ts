// The driver for a PostgreSQL server, and its options.
import { userInfo } from 'node:os'
import type { ConnectionOptions } from 'node:tls'
import { type ConnectOptions, type Driver, type DriverConnection, DriverError } from '../../contract/driver.ts'
import { CODEC_SETTINGS, openSession, type SessionOptions } from './session.ts'
import { planTls, type SslMode, type SslOptions } from './tls.ts'

/** Options of {@link createPostgresDriver}. Environment variables are not read. */
export interface PostgresConnectOptions {
  /** Name, address, or the directory of a Unix socket (begins with `/`). Default `localhost`. */
  readonly host?: string
  /** Default 5432. */
  readonly port?: number
  /** Default: the operating system's user. */
  readonly user?: string
  /** The password, or what gives one for each connection (a token that expires). */
  readonly password?: string | (() => string | Promise<string>)
  /** Default: the same as `user`. */
  readonly database?: string
  /** Default `prefer`, as libpq's. */
  readonly ssl?: SslMode | SslOptions
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string
  /** How long opening a connection may take, in milliseconds; 0 for no limit. Default 10000. */
  readonly connectTimeoutMs?: number
  /** Whether the operating system probes idle connections. Default true. */
  readonly keepAlive?: boolean
  /** How many statements a connection keeps prepared; 0 prepares none (for proxies that cannot). Default 256. */
  readonly statementCacheSize?: number
  /** Command-line options for the session: `-c search_path=app`. */
  readonly options?: string
  /** Settings of the session: `{ search_path: 'app' }`. Those that the codecs rely on (DateStyle, ...) are refused. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** How long a canceled statement may take to stop before its connection is cut, in milliseconds. Default 5000. */
  readonly cancelGraceMs?: number
}

const KNOWN: readonly (keyof PostgresConnectOptions)[] = [
  'host',
  'port',
  'user',
  'password',
  'database',
  'ssl',
  'applicationName',
  'connectTimeoutMs',
  'keepAlive',
  'statementCacheSize',
  'options',
  'settings',
  'cancelGraceMs',
]

/**
 * The driver for a PostgreSQL server; connects nothing yet.
 *
 * @example
 *     const driver = createPostgresDriver({ host: 'db.example.com', user: 'scott', password: 'tiger', ssl: 'verify-full' })
 *     const connection = await driver.connect()
 * @throws DriverError for an option that is unknown or cannot be right.
 */
export function createPostgresDriver(options: PostgresConnectOptions = {}): Driver {
  checkKnown('createPostgresDriver', options, KNOWN)
  const { tls, fallback } = planTls(options.ssl ?? 'prefer')
  const base = sessionOptions(options)
  let disposed = false
  /** `prefer` was told that this server has no TLS: asking it again at each connect would cost a connection each time. */
  let hasNoTls = false
  return {
    name: 'postgresql',
    maxConnections: null,
    async connect({ signal }: ConnectOptions = {}): Promise<DriverConnection> {
      if (disposed) throw new DriverError('the driver was disposed of', { disconnected: true, sent: false })
      const open = (attempt: ConnectionOptions | null): Promise<DriverConnection> =>
        openSession({ ...base, signal, tls: attempt })
      // A socket in the file system has no TLS.
      if (tls === null || base.host.startsWith('/')) return open(null)
      if (!fallback) return open(tls)
      if (hasNoTls) {
        try {
          return await open(null)
        } catch (error) {
          if (!withoutTls(error)) throw error
          hasNoTls = false
        }
      }
      try {
        return await open(tls)
      } catch (error) {
        if (!withoutTls(error)) throw error
        const connection = await open(null)
        hasNoTls = true
        return connection
      }
    },
    async dispose(): Promise<void> {
      disposed = true
    },
  }
}

/** Whether a failed attempt with TLS may be made again without: the server refused TLS itself, or sessions with it. */
function withoutTls(error: unknown): boolean {
  if (!(error instanceof DriverError) || error.canceled) return false
  if (error.fields !== null) return error.fields.sqlState === '28000'
  const cause = error.cause as { message?: unknown; code?: unknown } | undefined
  return (
    cause?.message === 'The server does not support SSL connections' ||
    (typeof cause?.code === 'string' && (cause.code.startsWith('ERR_SSL') || cause.code.startsWith('ERR_TLS')))
  )
}

function sessionOptions(options: PostgresConnectOptions): Omit<SessionOptions, 'signal' | 'tls'> {
  const user = options.user ?? userInfo().username
  const { password } = options
  return {
    host: options.host ?? 'localhost',
    port: wholeNumber('port', options.port ?? 5432, 1, 65535),
    user: cleanText('user', user),
    database: cleanText('database', options.database ?? user),
    password: async () => {
      const given = typeof password === 'function' ? await password() : password
      if (typeof given === 'string' && given !== '') return given
      throw new DriverError('the server asks for a password and none was given', { disconnected: true, sent: false })
    },
    startup: startupSettings(options),
    keepAlive: options.keepAlive ?? true,
    stream: undefined,
    connectTimeoutMs: wholeNumber('connectTimeoutMs', options.connectTimeoutMs ?? 10_000, 0, 2 ** 31 - 1),
    statementCacheSize: wholeNumber('statementCacheSize', options.statementCacheSize ?? 256, 0, 1_000_000),
    cancelGraceMs: wholeNumber('cancelGraceMs', options.cancelGraceMs ?? 5000, 1, 2 ** 31 - 1),
    cancellable: true,
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

function wholeNumber(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value
  throw new DriverError(`the option ${name} must be a whole number from ${minimum} to ${maximum}`, { sent: false })
}

function cleanText(name: string, value: string): string {
  if (typeof value === 'string' && value !== '' && !/[\0\uD800-\uDFFF]/u.test(value)) return value
  throw new DriverError(`the option ${name} must be a string without NUL characters, and not empty`, { sent: false })
}
