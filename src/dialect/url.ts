// `URL`: where a database is and how to reach it, as one immutable value whose text never shows the password.
import { ArgumentError } from '../errors.ts'
import { checkKeys, quoteName } from '../nearest.ts'

/** Query parameters of a URL; one that is given several times has a list. */
export type URLQuery = Readonly<Record<string, string | readonly string[]>>

/** The parts of a {@link URL}. */
export interface URLParts {
  /** `postgresql`, or `postgresql+pg` where the driver is named too. */
  readonly scheme: string
  readonly username?: string | null
  readonly password?: string | null
  /** Name, address or (starting with `/`) the folder of a unix socket. */
  readonly host?: string | null
  readonly port?: number | null
  /** Name of the database; for embedded databases the path of their files. */
  readonly database?: string | null
  readonly query?: URLQuery
}

const PARTS = ['scheme', 'username', 'password', 'host', 'port', 'database', 'query'] as const
/** Query parameters that are as secret as the password itself. */
const SECRET = ['password', 'sslpassword']
const MASK = '***'
/** The method that Node's `console.log` calls; spelt so that no platform module is needed. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const SHAPE = 'it must look like postgresql://user:password@host:5432/database'
const ENCODE =
  "characters of '/?#@:%' inside user name, password or database must be percent-encoded (encodeURIComponent)"

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
  readonly host: string | null
  readonly port: number | null
  readonly database: string | null
  readonly query: URLQuery
  readonly #password: string | null

  private constructor(parts: URLParts) {
    this.scheme = checkScheme(parts.scheme)
    this.username = text('username', parts.username)
    this.#password = text('password', parts.password)
    this.host = text('host', parts.host)
    this.port = checkPort(parts.port)
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
   * A copy with other parts; a part that is null is taken away.
   *
   * @throws ArgumentError as {@link URL.create}.
   */
  set(parts: Partial<URLParts>): URL {
    checkKeys('URL.set()', parts, PARTS)
    return new URL({ ...this.#parts(), ...parts })
  }

  /**
   * A copy with more query parameters. Parameters of the same name are replaced, or with `append` get one more value.
   *
   * @throws ArgumentError a value that is no string.
   */
  updateQuery(query: URLQuery, options: { readonly append?: boolean } = {}): URL {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    )
    return this.updateQueryPairs(pairs, options)
  }

  /** As {@link URL.updateQuery}, from pairs of name and value. */
  updateQueryPairs(pairs: Iterable<readonly [string, string]>, options: { readonly append?: boolean } = {}): URL {
    const given = groupPairs(pairs)
    const merged = new Map(Object.entries(this.query))
    for (const [name, value] of Object.entries(given)) {
      const before = options.append ? merged.get(name) : undefined
      merged.set(name, before === undefined ? value : [before, value].flat())
    }
    return this.set({ query: record(merged) })
  }

  /** As {@link URL.updateQuery}, from text such as `sslmode=require&connect_timeout=5`. */
  updateQueryString(query: string, options: { readonly append?: boolean } = {}): URL {
    return this.updateQueryPairs(parsePairs(query), options)
  }

  /** A copy without some query parameters; names that it does not have are ignored. */
  differenceUpdateQuery(names: Iterable<string>): URL {
    const gone = new Set(names)
    return this.set({ query: record(Object.entries(this.query).filter(([name]) => !gone.has(name))) })
  }

  /** Whether every part is the same, the password included. */
  equals(other: URL): boolean {
    return this.renderAsString({ hidePassword: false }) === other.renderAsString({ hidePassword: false })
  }

  /** The URL as text; `makeURL()` reads it back where `hidePassword` is false. Default true: `***` stands for the password. */
  renderAsString(options: { readonly hidePassword?: boolean } = {}): string {
    const hide = options.hidePassword ?? true
    let rendered = `${this.scheme}://`
    if (this.username !== null || this.#password !== null) {
      rendered += encodeURIComponent(this.username ?? '')
      if (this.#password !== null) rendered += `:${hide ? MASK : encodeURIComponent(this.#password)}`
      rendered += '@'
    }
    if (this.host !== null) rendered += this.host.includes(':') ? `[${this.host}]` : encodeURIComponent(this.host)
    if (this.port !== null) rendered += `:${this.port}`
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

  #parts(): URLParts {
    const { scheme, username, host, port, database, query } = this
    return { scheme, username, password: this.#password, host, port, database, query }
  }
}

/**
 * A URL from its text; a `URL` is returned as it is, the `URL` of the platform is read by its text.
 *
 * User name, password, host and database are percent-decoded. `pglite://` is a database in memory, `pglite:///folder` one in
 * a folder relative to the process, `pglite:////var/folder` one in an absolute folder.
 *
 * @throws ArgumentError the text is no database URL. The message never contains it: it may hold a password.
 * @example
 * makeURL('postgresql://scott:tiger@localhost/shop')
 * makeURL('postgresql:///shop?host=/var/run/postgresql')   // by unix socket
 */
export function makeURL(given: string | URL | globalThis.URL): URL {
  if (given instanceof URL) return given
  if (given instanceof globalThis.URL) return parse(given.href)
  if (typeof given === 'string') return parse(given.trim())
  const got = given === undefined ? 'undefined; is the environment variable set?' : `a value of type ${typeof given}`
  throw new ArgumentError(`A database URL must be a string or a URL, got ${got}`)
}

function parse(given: string): URL {
  const [, scheme, rest] = /^([A-Za-z][\w+.-]*):\/\/(.*)$/s.exec(given) ?? []
  if (scheme === undefined || rest === undefined) throw malformed(SHAPE)
  const [beforeQuery = '', query] = cut(rest, '?')
  const [authority = '', path] = cut(beforeQuery, '/')
  if (authority.includes('#')) throw malformed(`there is a '#' before the database; ${ENCODE}`)
  if (path?.includes('@')) throw malformed(`there is a '@' behind the first '/'; ${ENCODE}`)
  const at = authority.lastIndexOf('@')
  const [username, password] = at < 0 ? [] : cut(authority.slice(0, at), ':')
  const [host, port] = parseAddress(authority.slice(at + 1))
  return URL.create({
    scheme: scheme.toLowerCase(),
    username: username ? decode(username) : null,
    password: password === undefined ? null : decode(password),
    host: host ? decode(host) : null,
    port,
    database: path ? decode(path) : null,
    query: query === undefined ? {} : groupPairs(parsePairs(query)),
  })
}

/** Host and port of `host:5432`, `[::1]:5432`, `host`, `:5432`. */
function parseAddress(address: string): [host: string, port: number | null] {
  const [, inBrackets, named, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(address) ?? []
  const host = inBrackets ?? named
  if (host === undefined)
    throw malformed(`host and port cannot be told apart; ${ENCODE}, an IPv6 address put in brackets`)
  if (host.includes(',') || port?.includes(',')) throw malformed('it names several hosts, which is not supported')
  if (!port) return [host, null]
  if (!/^\d+$/.test(port)) throw malformed(`the port is not a number; ${ENCODE}, an IPv6 address put in brackets`)
  return [host, Number(port)]
}

function parsePairs(query: string): [string, string][] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value] = cut(pair, '=')
      if (value === undefined) throw malformed(`a query parameter has no '='; ${ENCODE}`)
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]
    })
}

function groupPairs(pairs: Iterable<readonly [string, string]>): URLQuery {
  const grouped = new Map<string, string | string[]>()
  for (const [name, value] of pairs) {
    const before = grouped.get(name)
    grouped.set(name, before === undefined ? value : [before, value].flat())
  }
  return record(grouped)
}

/** The text before the first separator, and what is behind it; undefined where there is none. */
function cut(given: string, separator: string): [string, string | undefined] {
  const place = given.indexOf(separator)
  return place < 0 ? [given, undefined] : [given.slice(0, place), given.slice(place + 1)]
}

/** Percent-decoding that leaves a `%` alone where no valid sequence follows, as libpq's users expect of `100%`. */
function decode(given: string): string {
  try {
    return decodeURIComponent(given)
  } catch {
    return given.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
  }
}

function malformed(why: string): ArgumentError {
  return new ArgumentError(`Cannot read the database URL: ${why}`)
}

function record<V>(entries: Iterable<readonly [string, V]>): Record<string, V> {
  const fresh: Record<string, V> = Object.create(null)
  for (const [name, value] of entries) fresh[name] = value
  return fresh
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
