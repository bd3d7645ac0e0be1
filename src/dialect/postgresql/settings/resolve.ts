// What each connection parameter is: from the engine's options, the URL, a service, or the environment, in this order, as for libpq.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ArgumentError } from '../../../errors.ts'
import { quoteName, suggestion } from '../../../nearest.ts'
import type { DriverSettings, Environment } from '../../contract/settings.ts'
import { ENVIRONMENT, KNOWN, type ParameterName, TAKEN_FOR_GRANTED, WITHOUT_EFFECT } from './parameters.ts'
import { readService } from './service-file.ts'

/** The parameters of a connection, and where defaults in files are looked for. */
export interface Resolved {
  /** In the order of who said them, those first that count more. */
  readonly values: ReadonlyMap<ParameterName, string>
  /** The user's folder; null where the environment is not to be read. */
  readonly home: string | null
  readonly environment: Environment
}

/** What is done with a name that is not known. */
type OnUnknown = 'refuse' | 'warn'

/**
 * Gathers the parameters. Empty values count as not given.
 *
 * @throws ArgumentError an unknown name in the engine's options, or a service that is not defined.
 */
export function resolveParameters(settings: DriverSettings): Resolved {
  const environment = settings.environment ?? {}
  const home = homeOf(settings.environment)
  const values = new Map<ParameterName, string>()
  add(values, settings.connectArguments, 'connectArguments', 'refuse')
  add(values, settings.query, "The URL's query", 'warn')
  if (settings.user !== null) keep(values, 'user', settings.user)
  if (settings.database !== null) keep(values, 'dbname', settings.database)
  if (typeof settings.password === 'string') keep(values, 'password', settings.password)
  keepHosts(values, settings.hosts)
  const service = values.get('service') ?? environment.PGSERVICE
  if (service) {
    const file = values.get('servicefile') ?? (environment.PGSERVICEFILE || null)
    add(values, Object.fromEntries(readService(service, file, home, environment)), 'The service', 'warn')
  }
  const hasPorts = (values.get('host') ?? '').split(',').some((name) => cutPort(name)[1] !== undefined)
  for (const [name, variable] of ENVIRONMENT)
    if (name !== 'port' || !hasPorts) keep(values, name, environment[variable] ?? '')
  return { values, home, environment }
}

/** The pass file to look into: the one that is named, or the user's. */
export function passFileOf({ values, home, environment }: Resolved): string | null {
  const named = values.get('passfile')
  if (named !== undefined) return named
  const { APPDATA: folder } = environment
  if (process.platform === 'win32') return folder ? join(folder, 'postgresql', 'pgpass.conf') : null
  return home === null ? null : join(home, '.pgpass')
}

/** The folder of the user's own certificates. */
export function certificateFolderOf({ home, environment }: Resolved): string | null {
  const { APPDATA: folder } = environment
  if (process.platform === 'win32') return folder ? join(folder, 'postgresql') : null
  return home === null ? null : join(home, '.postgresql')
}

function homeOf(environment: Environment | null): string | null {
  if (environment !== process.env) return environment?.HOME || null
  try {
    return homedir()
  } catch {
    // A container may run as an account that the system does not know: it has no files of its own.
    return null
  }
}

/** Two words for one thing: beside the exact one the other says nothing. */
const EXACT: ReadonlyMap<string, ParameterName> = new Map([
  ['ssl', 'sslmode'],
  ['connect_timeout', 'connect_timeout_ms'],
])

function add(
  values: Map<ParameterName, string>,
  given: Readonly<Record<string, string>>,
  place: string,
  onUnknown: OnUnknown,
): void {
  for (const [name, value] of Object.entries(given)) {
    const exact = EXACT.get(name)
    if (exact !== undefined && given[exact]) continue
    if (isKnown(name)) keep(values, name, value)
    else if (Object.hasOwn(WITHOUT_EFFECT, name)) warn(`${name}=... has no effect: ${WITHOUT_EFFECT[name]}`)
    else if (!TAKEN_FOR_GRANTED.includes(name)) complain(name, place, onUnknown)
  }
}

function isKnown(name: string): name is ParameterName {
  return (KNOWN as readonly string[]).includes(name)
}

function keep(values: Map<ParameterName, string>, name: ParameterName, value: string): void {
  if (value !== '' && !values.has(name)) values.set(name, value)
}

/** The servers that stand in front of the database, as libpq's lists. */
function keepHosts(values: Map<ParameterName, string>, hosts: DriverSettings['hosts']): void {
  if (hosts.some(({ host }) => host !== null)) keep(values, 'host', hosts.map(({ host }) => host ?? '').join(','))
  if (hosts.some(({ port }) => port !== null)) keep(values, 'port', hosts.map(({ port }) => port ?? '').join(','))
}

/** SQLAlchemy's form of several hosts, `host=one:5432&host=two:5433`; an address of IPv6 stays whole. */
export function cutPort(name: string): [name: string, port: string | undefined] {
  const [, bare, port] = /^([^:/@[\]]+|\[[^\]]+\]):(\d+)$/.exec(name) ?? []
  return [(bare ?? name).replace(/^\[(.*)\]$/, '$1'), port]
}

/** What other drivers call what libpq has another word for. */
const OTHER_WORDS: ReadonlyMap<string, ParameterName> = new Map([
  ['database', 'dbname'],
  ['username', 'user'],
])

function complain(name: string, place: string, onUnknown: OnUnknown): void {
  const message = `${place} has the parameter ${quoteName(name)}, which PostgreSQL connections do not have`
  const word = OTHER_WORDS.get(name)
  const near = word === undefined ? suggestion(name, KNOWN) : `; did you mean ${quoteName(word)}?`
  if (onUnknown === 'refuse') throw new ArgumentError(`${message}${near}`)
  warn(`${message}, so that it has no effect${near}`)
}

function warn(message: string): void {
  process.emitWarning(message, 'SQLAlchemyWarning')
}
