// `URL`: where a database is and how to reach it, as one immutable value whose text never shows the password.
import { ArgumentError } from '../errors.ts'
import { checkKeys, quoteName } from '../nearest.ts'
import { isUnawaited, UNAWAITED } from '../show.ts'
import { groupPairs, parsePairs, parseText, record, type URLHost, type URLParts, type URLQuery } from './url-text.ts'

export type { URLHost, URLParts, URLQuery } from './url-text.ts'

const PARTS = ['scheme', 'username', 'password', 'host', 'port', 'hosts', 'database', 'query'] as const
/** Query parameters that are as secret as the password itself, those included that libpq alone knows. */
const SECRET = ['password', 'sslpassword', 'scram_client_key', 'scram_server_key', 'oauth_client_secret']
const MASK = '***'
/** The method that Node's `console.log` calls; spelt so that no platform module is needed. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')
/**
 * Where a database is and how to reach it.
 *
 * Immutable; {@link URL.set} and the `...Query` methods give a changed copy. `toString()`, `toJSON()` and `console.log` show
 * `***` for the password, {@link URL.renderAsString} shows it on request.
 *
 * @example
 * const url = makeURL('postgresql://scott:tiger@localhost:5432/shop?application_name=web')
 * url.database                              // 'shop'
 * url.set({ database: 'test' }).toString()  // 'postgresql://scott:***@localhost:5432/test?application_name=web'
 */
export class URL {
  /** `postgresql`, or `postgresql+pg` where the driver is named too. */
  readonly scheme: string
  readonly username: string | null
  /** Of the first server, where there are several. */
  readonly host: string | null
  /** Of the first server, where there are several. */
  readonly port: number | null
  /** The servers that it names, in order; none where it leaves that to the environment. */
  readonly hosts: readonly URLHost[]
  readonly database: string | null
  readonly query: URLQuery
  readonly #password: string | null

  private constructor(parts: URLParts) {
    this.scheme = checkScheme(parts.scheme)
    this.username = text('username', parts.username)
    this.#password = text('password', parts.password)
    this.hosts = checkHosts(parts)
    this.host = this.hosts[0]?.host ?? null
    this.port = this.hosts[0]?.port ?? null
    this.database = text('database', parts.database)
    this.query = checkQuery(parts.query ?? {})
    Object.freeze(this)
  }

  /**
   * A URL from its parts, none of them percent-encoded.
   *
   * @throws ArgumentError an unknown part, a port that is none, a NUL character.
   * @example
   * URL.create({ scheme: 'postgresql', username: 'scott', password: 'p@ss/word', host: 'localhost', database: 'shop' })
   */
  static create(parts: URLParts): URL {
    checkKeys('URL.create()', parts, PARTS)
    return new URL(parts)
  }

  get password(): string | null {
    return this.#password
  }

  /** The part of the scheme that names the kind of database: `postgresql` of `postgresql+pg`. */
  get backendName(): string {
    return this.scheme.split('+', 1)[0] ?? this.scheme
  }

  /** The part of the scheme that names the driver: `pg` of `postgresql+pg`; null where it names none. */
  get driverName(): string | null {
    const plus = this.scheme.indexOf('+')
    return plus < 0 ? null : this.scheme.slice(plus + 1)
  }

  /**
   * A copy with other parts; a part that is null is taken away. A new `host` or `port` leaves one server of several.
   *
   * @throws ArgumentError as {@link URL.create}.
   */
  set(parts: Partial<URLParts>): URL {
    checkKeys('URL.set()', parts, PARTS)
    const { host, port, hosts, ...rest } = this.#parts()
    const address = parts.host !== undefined || parts.port !== undefined ? { host, port } : { hosts }
    return new URL({ ...rest, ...(parts.hosts === undefined ? address : {}), ...parts })
  }

  /**
   * A copy with more query parameters. Parameters of the same name are replaced, or with `append` get one more value.
   *
   * @throws ArgumentError a value that is no string.
   */
  updateQuery(query: URLQuery, options: { readonly append?: boolean } = {}): URL {
    if (typeof query !== 'object' || query === null || Array.isArray(query))
      throw new ArgumentError("updateQuery() takes parameters by name: url.updateQuery({ sslmode: 'require' })")
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    )
    return this.updateQueryPairs(pairs, options)
  }

  /** As {@link URL.updateQuery}, from pairs of name and value. */
  updateQueryPairs(pairs: Iterable<readonly [string, string]>, options: { readonly append?: boolean } = {}): URL {
    checkKeys('updateQuery...()', options, ['append'])
    const list = isList(pairs) ? [...pairs] : null
    if (list === null || list.some((pair) => !Array.isArray(pair) || pair.length !== 2))
      throw new ArgumentError("updateQueryPairs() takes pairs of name and value: [['sslmode', 'require']]")
    const given = groupPairs(list)
    const merged = new Map(Object.entries(this.query))
    for (const [name, value] of Object.entries(given)) {
      const before = options.append ? merged.get(name) : undefined
      merged.set(name, before === undefined ? value : [before, value].flat())
    }
    return this.set({ query: record(merged) })
  }

  /** As {@link URL.updateQuery}, from text such as `sslmode=require&connect_timeout=5`. */
  updateQueryString(query: string, options: { readonly append?: boolean } = {}): URL {
    if (typeof query !== 'string')
      throw new ArgumentError("updateQueryString() takes a text: url.updateQueryString('sslmode=require')")
    return this.updateQueryPairs(parsePairs(query), options)
  }

  /** A copy without some query parameters; names that it does not have are ignored. */
  differenceUpdateQuery(names: Iterable<string>): URL {
    if (!isList(names)) throw new ArgumentError("differenceUpdateQuery() takes a list of names: ['sslmode']")
    const gone = new Set(names)
    return this.set({ query: record(Object.entries(this.query).filter(([name]) => !gone.has(name))) })
  }

  /** Whether every part is the same, the password included. */
  equals(other: URL): boolean {
    if (!(other instanceof URL)) return false
    return this.renderAsString({ hidePassword: false }) === other.renderAsString({ hidePassword: false })
  }

  /** The URL as text; `makeURL()` reads it back where `hidePassword` is false. Default true: `***` stands for the password. */
  renderAsString(options: { readonly hidePassword?: boolean } = {}): string {
    checkKeys('renderAsString()', options, ['hidePassword'])
    const hide = options.hidePassword ?? true
    let rendered = `${this.scheme}://`
    if (this.username !== null || this.#password !== null) {
      rendered += encodeURIComponent(this.username ?? '')
      if (this.#password !== null) rendered += `:${hide ? MASK : encodeURIComponent(this.#password)}`
      rendered += '@'
    }
    rendered += this.hosts.map(renderHost).join(',')
    if (this.database !== null) rendered += `/${encodeURIComponent(this.database).replaceAll('%2F', '/')}`
    const query = Object.entries(this.query).sort(([one], [other]) => (one < other ? -1 : 1))
    const pairs = query.flatMap(([name, value]) =>
      [value].flat().map((one) => {
        const shown = hide && SECRET.includes(name) ? MASK : encodeURIComponent(one)
        return `${encodeURIComponent(name)}=${shown}`
      }),
    )
    return pairs.length === 0 ? rendered : `${rendered}?${pairs.join('&')}`
  }

  /** The URL with `***` for the password. */
  toString(): string {
    return this.renderAsString()
  }

  /** The URL with `***` for the password. */
  toJSON(): string {
    return this.renderAsString()
  }

  static {
    Object.defineProperty(URL.prototype, INSPECT, {
      value(this: URL): string {
        return `URL(${this.renderAsString()})`
      },
    })
  }

  #parts(): Required<URLParts> {
    const { scheme, username, host, port, hosts, database, query } = this
    return { scheme, username, password: this.#password, host, port, hosts, database, query }
  }
}

/**
 * A URL from its text; a `URL` is returned as it is, the `URL` of the platform is read by its text.
 *
 * User name, password, hosts and database are percent-decoded. Several hosts stand with commas between them. libpq's
 * `key=value` strings mean `postgresql`. `pglite://` is a database in memory, `pglite:///folder` one in
 * a folder relative to the process, `pglite:////var/folder` one in an absolute folder.
 *
 * @throws ArgumentError the text is no database URL. The message never contains it: it may hold a password.
 * @example
 * makeURL('postgresql://scott:tiger@localhost/shop')
 * makeURL('postgresql:///shop?host=/var/run/postgresql')   // by unix socket
 * makeURL('postgresql://one,two:5433/shop?target_session_attrs=read-write')
 * makeURL("host=localhost dbname=shop user=scott password='ti ger'")
 */
export function makeURL(given: string | URL | globalThis.URL): URL {
  if (given instanceof URL) return given
  if (given instanceof globalThis.URL) return URL.create(parseText(given.href))
  if (typeof given === 'string') return URL.create(parseText(given.trim()))
  const kind = isUnawaited(given) ? UNAWAITED : `a value of type ${typeof given}`
  const got = given === undefined ? 'undefined; is the environment variable set?' : kind
  throw new ArgumentError(`A database URL must be a string or a URL, got ${got}`)
}

/** Whether something is a list, and no text, whose letters nobody means. */
function isList<T>(given: Iterable<T>): boolean {
  return typeof given === 'object' && given !== null && Symbol.iterator in given
}

function renderHost({ host, port }: URLHost): string {
  const name = host === null ? '' : host.includes(':') ? `[${host}]` : encodeURIComponent(host)
  return port === null ? name : `${name}:${port}`
}

function checkScheme(scheme: unknown): string {
  if (typeof scheme !== 'string' || !/^[A-Za-z][\w.-]*(\+[\w.-]+)?$/.test(scheme))
    throw new ArgumentError("A database URL's scheme must be a name such as 'postgresql' or 'postgresql+pg'")
  return scheme
}

function text(part: string, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return part === 'password' && value === '' ? '' : null
  if (typeof value !== 'string')
    throw new ArgumentError(`A database URL's ${part} must be a string, got ${typeof value}`)
  if (value.includes('\0')) throw new ArgumentError(`A database URL's ${part} contains a NUL character`)
  return value
}

function checkHosts({ host, port, hosts }: URLParts): readonly URLHost[] {
  const one = { host: text('host', host), port: checkPort(port) }
  if (hosts === undefined) return Object.freeze(one.host === null && one.port === null ? [] : [Object.freeze(one)])
  if (one.host !== null || one.port !== null)
    throw new ArgumentError("A database URL has either 'hosts' or 'host' and 'port'")
  if (!Array.isArray(hosts) || hosts.some((each: unknown) => typeof each !== 'object' || each === null))
    throw new ArgumentError("A database URL's hosts must be a list of { host, port }")
  const checked = hosts.map((each) => Object.freeze({ host: text('host', each.host), port: checkPort(each.port) }))
  const [first] = checked
  const none = checked.length === 1 && first?.host === null && first.port === null
  return Object.freeze(none ? [] : checked)
}

function checkPort(port: unknown): number | null {
  if (port === undefined || port === null) return null
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535)
    throw new ArgumentError(`A database URL's port must be a whole number up to 65535`)
  return port
}

function checkQuery(query: URLQuery): URLQuery {
  const checked = record<string | readonly string[]>([])
  for (const [name, value] of Object.entries(query)) {
    const values = [value].flat()
    const bad = values.find((one) => typeof one !== 'string' || one.includes('\0'))
    if (bad !== undefined || name.includes('\0'))
      throw new ArgumentError(
        `The query parameter ${quoteName(name)} of a database URL must be a string without NUL characters`,
      )
    checked[name] = typeof value === 'string' ? value : Object.freeze([...value])
  }
  return Object.freeze(checked)
}
