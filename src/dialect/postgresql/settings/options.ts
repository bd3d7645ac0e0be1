// From connection parameters by libpq's names to the options of the driver.
import type { SecureVersion } from 'node:tls'
import { ArgumentError } from '../../../errors.ts'
import { quoteName, suggestion } from '../../../nearest.ts'
import type { DriverSettings } from '../../contract/settings.ts'
import type {
  ChannelBinding,
  HostOptions,
  PoolerMode,
  PostgresConnectOptions,
  SslMode,
  SslOptions,
  TargetSessionAttributes,
} from '../driver/index.ts'
import { type ParameterName, SESSION_SETTINGS } from './parameters.ts'
import { certificateFolderOf, cutPort, passFileOf, type Resolved, resolveParameters } from './resolve.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Values = ReadonlyMap<ParameterName, string>

/**
 * The options of the driver that settings come to.
 *
 * @throws ArgumentError an unknown name, or a value that is none of the parameter's. Messages name no passwords.
 */
export function connectOptions(settings: DriverSettings): PostgresConnectOptions {
  const resolved = resolveParameters(settings)
  const { values } = resolved
  refuseWhatCannotBePromised(values)
  const passFile = passFileOf(resolved)
  const options: Writable<PostgresConnectOptions> = {
    hosts: hostList(values),
    ssl: sslOptions(resolved),
    settings: sessionSettings(values),
  }
  if (passFile !== null) options.passFile = passFile
  if (settings.codecs !== undefined) options.codecs = settings.codecs
  const password = typeof settings.password === 'function' ? settings.password : values.get('password')
  if (password !== undefined) options.password = password
  for (const [name, value] of values) READERS[name]?.(value, options)
  return options
}

const READERS: {
  readonly [name in ParameterName]?: (value: string, options: Writable<PostgresConnectOptions>) => void
} = {
  user: (value, options) => {
    options.user = value
  },
  dbname: (value, options) => {
    // libpq would read it in place of all else; as a name it would be shown in errors, with the password in it.
    if (/^postgres(ql)?:\/\//.test(value))
      throw new ArgumentError('dbname is the name of a database, not a URL: give the URL to createEngine() itself')
    options.database = value
  },
  application_name: (value, options) => {
    options.applicationName = value
  },
  fallback_application_name: (value, options) => {
    options.applicationName ??= value
  },
  options: (value, options) => {
    options.options = value
  },
  connect_timeout: (value, options) => {
    // libpq's own reading: nothing positive means no limit.
    options.connectTimeoutMs ??= 1000 * Math.max(0, wholeNumber('connect_timeout', value, 2_000_000))
  },
  connect_timeout_ms: (value, options) => {
    options.connectTimeoutMs ??= wholeNumber('connect_timeout_ms', value)
  },
  failover_timeout_ms: (value, options) => {
    options.failoverTimeoutMs = wholeNumber('failover_timeout_ms', value)
  },
  cancel_grace_ms: (value, options) => {
    options.cancelGraceMs = wholeNumber('cancel_grace_ms', value)
  },
  keepalives: (value, options) => {
    options.keepAlive = wholeNumber('keepalives', value) !== 0
  },
  keepalives_idle: (value, options) => {
    options.keepAliveDelayMs = 1000 * wholeNumber('keepalives_idle', value, 2_000_000)
  },
  statement_cache_size: (value, options) => {
    options.statementCacheSize = wholeNumber('statement_cache_size', value)
  },
  pooler: (value, options) => {
    options.pooler = oneOf<PoolerMode>('pooler', value, ['detect', 'transaction', 'none'])
  },
  target_session_attrs: (value, options) => {
    options.targetSessionAttributes = oneOf('target_session_attrs', value, TARGETS)
  },
  load_balance_hosts: (value, options) => {
    options.loadBalanceHosts = oneOf('load_balance_hosts', value, ['disable', 'random'])
  },
  channel_binding: (value, options) => {
    options.channelBinding = oneOf<ChannelBinding>('channel_binding', value, ['disable', 'prefer', 'require'])
  },
  require_auth: (value, options) => {
    options.requireAuth = value
  },
  scram_max_iterations: (value, options) => {
    options.scramMaxIterations = wholeNumber('scram_max_iterations', value)
  },
}

const TARGETS: readonly TargetSessionAttributes[] = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
]

/** Parameters that ask for something that this driver cannot do: leaving them out silently would break a promise. */
const PROMISES: { readonly [name in ParameterName]?: readonly string[] } = {
  gssencmode: ['disable', 'prefer'],
  sslcertmode: ['allow', 'disable'],
  requirepeer: [],
  sslcrldir: [],
  replication: ['false', 'off', 'no', '0'],
  client_encoding: ['auto', 'utf8', 'utf-8', 'unicode'],
  min_protocol_version: ['3.0'],
}

function refuseWhatCannotBePromised(values: Values): void {
  for (const [name, possible] of Object.entries(PROMISES)) {
    const value = values.get(name as ParameterName)
    if (value === undefined || possible.includes(value.toLowerCase())) continue
    const instead = possible.length === 0 ? 'leave it out' : `it can be ${possible.join(', ')}`
    throw new ArgumentError(`This driver cannot promise ${name}=${quoteName(value)}: ${instead}`)
  }
}

/**
 * libpq's lists: as many addresses as hosts; one port for all, or one for each.
 */
function hostList(values: Values): HostOptions[] {
  const names = values.get('host')?.split(',') ?? []
  const addresses = values.get('hostaddr')?.split(',') ?? []
  const ports = values.get('port')?.split(',') ?? []
  const count = Math.max(names.length, addresses.length, 1)
  if (names.length > 0 && addresses.length > 0 && names.length !== addresses.length)
    throw new ArgumentError(`There are ${names.length} hosts, but ${addresses.length} addresses in hostaddr`)
  if (ports.length > 1 && ports.length !== count)
    throw new ArgumentError(`There are ${count} hosts, but ${ports.length} ports: give one for all, or one for each`)
  return Array.from({ length: count }, (_, index) => {
    const [name, inline] = cutPort(names[index] ?? '')
    const port = ports.length === 1 ? ports[0] : ports[index]
    if (inline !== undefined && ports.length > 0)
      throw new ArgumentError("Ports stand either behind their hosts ('one:5432,two:5433') or in 'port', not in both")
    const host: Writable<HostOptions> = {}
    if (name !== '') host.host = name
    if (addresses[index]) host.address = addresses[index]
    if (inline || port) host.port = portNumber(inline ?? port ?? '')
    return host
  })
}

function portNumber(port: string): number {
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return Number(port)
  throw new ArgumentError(`A port is a number from 1 to 65535, not ${quoteName(port)}`)
}

function sessionSettings(values: Values): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const name of SESSION_SETTINGS) {
    const value = values.get(name)
    if (value !== undefined) settings[name] = value
  }
  return settings
}

const MODES: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full']
const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

function sslOptions(resolved: Resolved): SslOptions {
  const { values } = resolved
  const authority = values.get('sslrootcert')
  const ssl: Writable<SslOptions> = { mode: sslMode(values, authority === 'system') }
  const folder = certificateFolderOf(resolved)
  const withoutCertificate = values.get('sslcertmode')?.toLowerCase() === 'disable'
  if (folder !== null) ssl.defaultFolder = folder
  if (authority === 'system') ssl.ca = []
  else if (authority !== undefined) ssl.caFile = authority
  const files = {
    certFile: values.get('sslcert'),
    keyFile: values.get('sslkey'),
    passphrase: values.get('sslpassword'),
  }
  for (const [name, value] of Object.entries(files))
    if (value !== undefined && !withoutCertificate) ssl[name as keyof typeof files] = value
  if (withoutCertificate) ssl.withoutCertificate = true
  const revoked = values.get('sslcrl')
  if (revoked !== undefined) ssl.crlFile = revoked
  const least = values.get('ssl_min_protocol_version')
  if (least !== undefined) ssl.minVersion = oneOf('ssl_min_protocol_version', least, VERSIONS)
  const most = values.get('ssl_max_protocol_version')
  if (most !== undefined) ssl.maxVersion = oneOf('ssl_max_protocol_version', most, VERSIONS)
  const indication = values.get('sslsni')
  if (indication !== undefined && oneOf('sslsni', indication, ['0', '1']) === '0') ssl.serverNameIndication = false
  const negotiation = values.get('sslnegotiation')
  if (negotiation !== undefined) ssl.negotiation = oneOf('sslnegotiation', negotiation, ['postgres', 'direct'])
  return ssl
}

/** `ssl=true` is the word of JDBC, which libpq takes too: where a URL says it, an environment's `PGSSLMODE` counts less. */
function sslMode(values: Values, system: boolean): SslMode {
  const given = values.get('sslmode')
  const [first] = [...values.keys()].filter((name) => name === 'ssl' || name === 'sslmode')
  if (given !== undefined && first === 'sslmode') {
    const mode = oneOf('sslmode', given, MODES)
    if (system && mode !== 'verify-full')
      throw new ArgumentError(
        `sslrootcert=system trusts hundreds of authorities: sslmode must be verify-full, not ${mode}`,
      )
    return mode
  }
  const word = values.get('ssl')?.toLowerCase()
  if (word === undefined) return system ? 'verify-full' : 'prefer'
  if (TRUE.includes(word)) return system ? 'verify-full' : 'require'
  if (FALSE.includes(word)) return 'disable'
  throw new ArgumentError(`ssl is true or false, not ${quoteName(word)}: sslmode tells more`)
}

const TRUE: readonly string[] = ['true', '1', 'on', 'yes', 'require']
const FALSE: readonly string[] = ['false', '0', 'off', 'no', 'disable']

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T
  throw new ArgumentError(`${name} has no value ${quoteName(value)}${suggestion(value, known)}`)
}

/** @param name of the parameter, for the message. */
export function wholeNumber(name: string, value: string, maximum = 2_147_483_647): number {
  const number = Number(value)
  if (/^[-+]?\d{1,10}$/.test(value.trim()) && number <= maximum) return number
  throw new ArgumentError(`The parameter ${name} is a whole number up to ${maximum}, not ${quoteName(value)}`)
}
