// Reads the text of a database URL, or libpq's `key=value` form of it, into parts; its messages never repeat the text.
import { ArgumentError } from '../errors.ts'

/** Query parameters of a URL; one that is given several times has a list. */
export type URLQuery = Readonly<Record<string, string | readonly string[]>>

/** One server that a URL names; null for what it leaves out. */
export interface URLHost {
  /** Name, address, or the folder of a unix socket (starts with `/`, or with `@` in Linux's abstract namespace). */
  readonly host: string | null
  readonly port: number | null
}

/** The parts of a `URL`. */
export interface URLParts {
  /** `postgresql`, or `postgresql+pg` where the driver is named too. */
  readonly scheme: string
  readonly username?: string | null
  readonly password?: string | null
  /** Name, address or (starting with `/`) the folder of a unix socket. */
  readonly host?: string | null
  readonly port?: number | null
  /** Several servers, of which the first that fits is taken; in place of `host` and `port`. */
  readonly hosts?: readonly URLHost[]
  /** Name of the database; for embedded databases the path of their files. */
  readonly database?: string | null
  readonly query?: URLQuery
}

const SHAPE =
  "it must look like postgresql://user:password@host:5432/database, or like host=... dbname=... user=... as libpq's strings do"
const ENCODE =
  "characters of '/?#@:%' inside user name, password or database must be percent-encoded (encodeURIComponent)"
const BRACKETS = `${ENCODE}, an IPv6 address put in brackets`

/**
 * The parts that a text names.
 *
 * @throws ArgumentError it has neither form.
 */
export function parseText(given: string): URLParts {
  const [, scheme, rest] = /^([A-Za-z][\w+.-]*):\/\/(.*)$/s.exec(given) ?? []
  if (scheme !== undefined && rest !== undefined) return parseAddress(scheme, rest)
  if (/^\w+\s*=/.test(given)) return partsOfPairs(parseKeyValues(given))
  throw malformed(SHAPE)
}

function parseAddress(scheme: string, rest: string): URLParts {
  const [beforeQuery = '', query] = cut(rest, '?')
  const [authority = '', path] = cut(beforeQuery, '/')
  if (authority.includes('#')) throw malformed(`there is a '#' before the database; ${ENCODE}`)
  // Without a host there is no user before it either, whose password could reach so far.
  if (authority !== '' && path?.includes('@')) throw malformed(`there is a '@' behind the first '/'; ${ENCODE}`)
  const at = authority.lastIndexOf('@')
  const [username, password] = at < 0 ? [] : cut(authority.slice(0, at), ':')
  const address = authority.slice(at + 1)
  return {
    scheme: scheme.toLowerCase(),
    username: username ? decode(username) : null,
    password: password === undefined ? null : decode(password),
    hosts: address === '' ? [] : address.split(',').map(parseHost),
    database: path ? decode(path) : null,
    query: query === undefined ? {} : groupPairs(parsePairs(query)),
  }
}

/** Host and port of `host:5432`, `[::1]:5432`, `host`, `:5432`. */
function parseHost(address: string): URLHost {
  const [, inBrackets, named, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(address) ?? []
  const host = inBrackets ?? named
  if (host === undefined) throw malformed(`host and port cannot be told apart; ${BRACKETS}`)
  if (port && !/^\d+$/.test(port)) throw malformed(`the port is not a number; ${BRACKETS}`)
  return { host: host ? decode(host) : null, port: port ? Number(port) : null }
}

/** The pairs of a URL's query. */
export function parsePairs(query: string): [string, string][] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value] = cut(pair, '=')
      if (value === undefined) throw malformed(`a query parameter has no '='; ${ENCODE}`)
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]
    })
}

/**
 * The pairs of libpq's form: `host=db user='the ''' ...`. Values with spaces stand in quotes, where (as outside) a backslash
 * takes the next character as it is; there may be spaces around the `=`.
 *
 * @throws ArgumentError a name without value, or a quote that is not closed.
 */
export function parseKeyValues(given: string): [string, string][] {
  const PAIR = /\s*(?:([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*|))(?=\s|$)|$)/suy
  const pairs: [string, string][] = []
  while (PAIR.lastIndex < given.length) {
    const found = PAIR.exec(given)
    if (found === null)
      throw malformed(
        "its key=value pairs cannot be told apart; values with spaces stand in single quotes, with \\' in them",
      )
    const [, name, quoted, bare] = found
    if (name === undefined) break
    pairs.push([name, (quoted ?? bare ?? '').replaceAll(/\\(.)/gsu, '$1')])
  }
  return pairs
}

function partsOfPairs(pairs: readonly (readonly [string, string])[]): URLParts {
  // Of a key that is given twice the last counts, as for libpq.
  const query = record(pairs)
  const take = (name: string): string | null => {
    const value = query[name] ?? null
    delete query[name]
    return value === '' ? null : value
  }
  const parts = { scheme: 'postgresql', username: take('user'), password: take('password'), database: take('dbname') }
  const names = (query.host ?? '').split(',')
  const ports = (query.port ?? '').split(',')
  // Lists that do not fit are kept as they are, for the driver to complain of.
  if (!ports.every((port) => /^\d*$/.test(port)) || (ports.length > 1 && ports.length !== names.length))
    return { ...parts, query }
  const hosts = names.map((name, index) => {
    const port = ports.length === 1 ? ports[0] : ports[index]
    return { host: name || null, port: port ? Number(port) : null }
  })
  take('host')
  take('port')
  return { ...parts, hosts, query }
}

/** Pairs as a record; the values of a name that is there several times are a list. */
export function groupPairs(pairs: Iterable<readonly [string, string]>): URLQuery {
  const grouped = new Map<string, string | string[]>()
  for (const [name, value] of pairs) {
    const before = grouped.get(name)
    grouped.set(name, before === undefined ? value : [before, value].flat())
  }
  return record(grouped)
}

/** A record without prototype, so that every name is an ordinary one. */
export function record<V>(entries: Iterable<readonly [string, V]>): Record<string, V> {
  const fresh: Record<string, V> = Object.create(null)
  for (const [name, value] of entries) fresh[name] = value
  return fresh
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
