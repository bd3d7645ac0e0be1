// The driver: which library speaks to SQLite, and how its databases are opened.
import { existsSync } from 'node:fs'
import { type ConnectOptions, type Driver, type DriverConnection, DriverError } from '../../contract/driver.ts'
import { loadBetterSqlite3 } from './better-sqlite3.ts'
import { SqliteConnection } from './connection.ts'
import { failureFields } from './failure.ts'
import type { DatabaseHandle, SqliteLibrary } from './library.ts'
import { loadNodeSqlite } from './node-sqlite.ts'
import { defineOwnFunctions } from './own-functions.ts'

/** How a driver opens its database. */
export interface SqliteDriverOptions {
  /** Null for memory. */
  readonly path: string | null
  /** `better-sqlite3`, `node`; null for the first that is there. */
  readonly library: 'better-sqlite3' | 'node' | null
  /** `ro` reads only, `rw` wants the file to be there, `rwc` makes it. */
  readonly mode: 'ro' | 'rw' | 'rwc'
  /** By name and value, in order. */
  readonly pragmas: readonly (readonly [name: string, value: string])[]
  readonly busyTimeoutMs: number
  readonly statementCacheSize: number
  readonly begin: 'DEFERRED' | 'IMMEDIATE' | 'EXCLUSIVE'
  readonly caseSensitiveLike: boolean
}

/** The oldest version that has all that is relied on: RETURNING, FULL JOIN, `->>`, ORDER BY in aggregates. */
const OLDEST = [3, 44] as const

/** Makes a driver; nothing is loaded or opened yet. */
export function createSqliteDriver(options: SqliteDriverOptions): Driver {
  return new SqliteDriver(options)
}

class SqliteDriver implements Driver {
  readonly name: string
  readonly maxConnections: number | null
  readonly #options: SqliteDriverOptions
  #library: Promise<SqliteLibrary> | null = null
  /** A database in memory lives as long as the driver, whoever is connected. */
  #memory: { readonly handle: DatabaseHandle; readonly version: string } | null = null
  #disposed = false

  constructor(options: SqliteDriverOptions) {
    this.#options = options
    this.name = options.library ?? 'sqlite'
    this.maxConnections = options.path === null ? 1 : null
  }

  async connect({ signal }: ConnectOptions = {}): Promise<DriverConnection> {
    if (this.#disposed) throw new DriverError('the driver is disposed', { disconnected: true, sent: false })
    this.#library ??= loadLibrary(this.#options.library)
    const library = await this.#library.catch((error: unknown) => {
      this.#library = null
      throw error
    })
    if (signal?.aborted === true)
      throw new DriverError('connecting was aborted by its signal', {
        canceled: true,
        disconnected: true,
        sent: false,
        cause: signal.reason,
      })
    const { handle, version } = this.#open(library)
    const { busyTimeoutMs, statementCacheSize, begin } = this.#options
    return new SqliteConnection(handle, {
      library,
      version,
      busyTimeoutMs,
      statementCacheSize,
      begin: begin === 'DEFERRED' ? 'BEGIN' : `BEGIN ${begin}`,
      release: () => {
        if (this.#memory?.handle !== handle) handle.close()
      },
    })
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    this.#memory?.handle.close()
    this.#memory = null
  }

  #open(library: SqliteLibrary): { readonly handle: DatabaseHandle; readonly version: string } {
    if (this.#memory !== null) return this.#memory
    const opened = openDatabase(library, this.#options)
    if (this.#options.path === null) this.#memory = opened
    return opened
  }
}

function openDatabase(
  library: SqliteLibrary,
  options: SqliteDriverOptions,
): { readonly handle: DatabaseHandle; readonly version: string } {
  const { path, mode, pragmas, caseSensitiveLike } = options
  if (path !== null && mode !== 'rwc' && !existsSync(path))
    throw refused(`there is no database ${JSON.stringify(path)}, and mode=${mode} makes none`, null)
  let handle: DatabaseHandle | null = null
  try {
    handle = library.open(path ?? ':memory:', { readOnly: mode === 'ro' })
    const version = String(handle.prepare('SELECT sqlite_version()').all([], false)[0]?.[0])
    checkVersion(version, library)
    for (const [name, value] of pragmas) handle.exec(`PRAGMA ${name} = ${value}`)
    defineOwnFunctions(handle, version, caseSensitiveLike)
    return { handle, version }
  } catch (error) {
    handle?.close()
    if (error instanceof DriverError) throw error
    const code = library.codeOf(error) ?? 'SQLITE_CANTOPEN'
    const why = error instanceof Error ? error.message : String(error)
    throw refused(
      `the database ${path === null ? 'in memory' : JSON.stringify(path)} cannot be opened: ${why}`,
      error,
      code,
    )
  }
}

function refused(message: string, cause: unknown, code: string | null = 'SQLITE_CANTOPEN'): DriverError {
  return new DriverError(message, {
    cause,
    disconnected: true,
    sent: false,
    fields: code === null ? null : failureFields(code, message),
  })
}

function checkVersion(version: string, library: SqliteLibrary): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw refused(`${library.name} has SQLite ${version}, which is too old: 3.44 or newer is needed`, null)
}

const MISSING =
  'no library for SQLite is there: run `npm install better-sqlite3`, or use Node.js 22.16 or newer, which has node:sqlite'

async function loadLibrary(name: SqliteDriverOptions['library']): Promise<SqliteLibrary> {
  const failures: unknown[] = []
  for (const load of name === null
    ? [loadBetterSqlite3, loadNodeSqlite]
    : [name === 'node' ? loadNodeSqlite : loadBetterSqlite3])
    try {
      return await load()
    } catch (error) {
      if (error instanceof DriverError) throw error
      failures.push(error)
    }
  const [first, second] = failures.map((error) =>
    error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error),
  )
  const why = second === undefined ? first : `${first}; ${second}`
  const message = failures.some(isOfAnotherNode)
    ? `better-sqlite3 was built for another version of Node.js than ${process.version}: run \`npm rebuild better-sqlite3\``
    : name === null
      ? MISSING
      : name === 'node'
        ? 'node:sqlite cannot be loaded'
        : 'better-sqlite3 cannot be loaded: run `npm install better-sqlite3`'
  throw new DriverError(`${message} (${why})`, { cause: failures[0], disconnected: true, sent: false })
}

/** Whether a package is there whose binary this version of Node.js does not take. */
function isOfAnotherNode(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  return code === 'ERR_DLOPEN_FAILED' && /NODE_MODULE_VERSION|did not self-register/.test(String(message))
}
