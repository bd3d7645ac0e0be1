// What the tests of SQLite share: the libraries that are here, databases in memory and in files, short ways to run a statement.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import {
  type Command,
  type CommandResult,
  type Driver,
  type DriverConnection,
  DriverError,
} from '../../../src/dialect/contract/driver.ts'
import { createSqliteDriver, type SqliteDriverOptions } from '../../../src/dialect/sqlite/driver/index.ts'
import { isBetterSqlite3Here } from '../../better-sqlite3/here.mjs'

/** Whether better-sqlite3 is installed beside the project, for this version of Node; `node test/better-sqlite3/run.mjs` does it. */
export const hasBetterSqlite3: boolean = isBetterSqlite3Here()

/** The libraries that SQLite can be reached through here. */
export const libraries: readonly ('node' | 'better-sqlite3')[] = hasBetterSqlite3
  ? ['node', 'better-sqlite3']
  : ['node']

const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-sqlite-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A path where nothing is yet. */
export function freshPath(): string {
  files += 1
  return join(folder, `database ${files}.db`)
}

/** A driver with the defaults of a URL. */
export function driverOf(options: Partial<SqliteDriverOptions> = {}): Driver {
  return createSqliteDriver({
    path: null,
    library: 'node',
    mode: 'rwc',
    pragmas: [['foreign_keys', '1']],
    busyTimeoutMs: 5000,
    statementCacheSize: 100,
    begin: 'DEFERRED',
    caseSensitiveLike: true,
    ...options,
  })
}

/** SQL with values that have no types. */
export function raw(sql: string, ...parameters: unknown[]): Command {
  return { statement: { sql, parameters: parameters.map(() => null), columns: null, prepare: true }, parameters }
}

/** The rows of one statement. */
export async function rows(connection: DriverConnection, sql: string, ...parameters: unknown[]): Promise<unknown[][]> {
  const [result] = await connection.run([raw(sql, ...parameters)])
  return (result as CommandResult).rows
}

/** The error of what must fail. */
export async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof DriverError) return error
  throw error ?? new Error('It did not fail')
}
