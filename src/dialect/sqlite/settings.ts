// From a URL and the engine's options to how the database is opened.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { Driver } from '../contract/driver.ts'
import type { DriverSettings } from '../contract/settings.ts'
import { createSqliteDriver, type SqliteDriverOptions } from './driver/index.ts'

/** PRAGMAs that a URL can set, by SQLite's names. */
const PRAGMAS: readonly string[] = [
  'auto_vacuum',
  'automatic_index',
  'cache_size',
  'cache_spill',
  'cell_size_check',
  'foreign_keys',
  'ignore_check_constraints',
  'journal_mode',
  'journal_size_limit',
  'locking_mode',
  'mmap_size',
  'page_size',
  'recursive_triggers',
  'secure_delete',
  'synchronous',
  'temp_store',
  'threads',
  'trusted_schema',
  'wal_autocheckpoint',
]

const OTHERS = [
  'mode',
  'begin',
  'busy_timeout',
  'case_sensitive_like',
  'statement_cache_size',
  'uri',
  'timeout',
] as const
const FORMS = 'sqlite:// (memory), sqlite:///relative.db, sqlite:////absolute.db, sqlite:///C:/absolute.db'

/**
 * The driver that settings describe.
 *
 * @throws ArgumentError a URL that names a server, an unknown parameter, or a value that is none of the parameter's.
 */
export function driverFor(settings: DriverSettings): Driver {
  const { hosts, user, password, driverName } = settings
  if (hosts.some(({ host, port }) => host !== null || port !== null) || user !== null || password !== null)
    throw new ArgumentError(`A URL of SQLite names a file and no server or user: ${FORMS}`)
  const query = { ...settings.query, ...settings.connectArguments }
  const { path, parameters } = placeOf(settings.database, query)
  const library = driverName === 'better-sqlite3' || driverName === 'node' ? driverName : null
  return createSqliteDriver({ ...optionsOf(parameters), path, library })
}

interface Place {
  /** Null for memory. */
  readonly path: string | null
  readonly parameters: Readonly<Record<string, string>>
}

/** A path, or a URI of SQLite's own: `file:name.db?mode=ro`. */
function placeOf(database: string | null, query: Readonly<Record<string, string>>): Place {
  if (database === null || database === ':memory:') return { path: null, parameters: query }
  if (!database.startsWith('file:')) return { path: database, parameters: query }
  const [, file = '', own = ''] = /^file:([^?#]*)(?:\?([^#]*))?/.exec(database) ?? []
  const given = Object.fromEntries(new URLSearchParams(own))
  const path = decodeURIComponent(file.replace(/^\/\/(?:localhost)?(?=\/)/, ''))
  const parameters = { ...given, ...query }
  const isMemory = path === '' || path === ':memory:' || parameters.mode === 'memory'
  return { path: isMemory ? null : path.replace(/^\/(?=[A-Za-z]:)/, ''), parameters }
}

function optionsOf(query: Readonly<Record<string, string>>): Omit<SqliteDriverOptions, 'path' | 'library'> {
  const known = [...OTHERS, ...PRAGMAS]
  for (const name of Object.keys(query))
    if (!known.includes(name))
      throw new ArgumentError(
        `The URL's query has the parameter ${quoteName(name)}, which connections to SQLite do not have${suggestion(name, known)}`,
      )
  const seconds = query.timeout
  return {
    mode: oneOf('mode', query.mode === 'memory' ? 'rwc' : (query.mode ?? 'rwc'), ['ro', 'rw', 'rwc']),
    begin: oneOf('begin', (query.begin ?? 'deferred').toUpperCase(), ['DEFERRED', 'IMMEDIATE', 'EXCLUSIVE']),
    busyTimeoutMs:
      seconds !== undefined && query.busy_timeout === undefined
        ? Math.round(1000 * number('timeout', seconds))
        : Math.round(number('busy_timeout', query.busy_timeout ?? '5000')),
    caseSensitiveLike: flag('case_sensitive_like', query.case_sensitive_like ?? '1'),
    statementCacheSize: Math.round(number('statement_cache_size', query.statement_cache_size ?? '100')),
    pragmas: pragmasOf(query),
  }
}

/** Foreign keys are watched unless the URL says otherwise. */
function pragmasOf(query: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const given = PRAGMAS.filter((name) => Object.hasOwn(query, name)).map((name) => [name, query[name] ?? ''] as const)
  const bad = given.find(([, value]) => !/^-?\w+$/.test(value))
  if (bad !== undefined)
    throw new ArgumentError(`The URL's parameter ${bad[0]} is a word or a number, not ${quoteName(bad[1])}`)
  return Object.hasOwn(query, 'foreign_keys') ? given : [['foreign_keys', '1'], ...given]
}

function oneOf<const W extends string>(name: string, value: string, words: readonly W[]): W {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new ArgumentError(
    `The URL's parameter ${name} is ${words.join(', ').toLowerCase()}, not ${quoteName(value.toLowerCase())}`,
  )
}

function number(name: string, value: string): number {
  if (!/^\d{1,9}(\.\d+)?$/.test(value))
    throw new ArgumentError(`The URL's parameter ${name} is a number that is not negative, not ${quoteName(value)}`)
  return Number(value)
}

function flag(name: string, value: string): boolean {
  if (/^(?:1|true|on|yes)$/i.test(value)) return true
  if (/^(?:0|false|off|no)$/i.test(value)) return false
  throw new ArgumentError(`The URL's parameter ${name} is 1 or 0, not ${quoteName(value)}`)
}
