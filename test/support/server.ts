// The databases that tests run on: PGlite in this process, and a PostgreSQL server with a database for each test file.
//
// Importing this file is what starts the server (once a run, half a second) and makes this test file's own database.

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { forEachFile } from './each-file.ts'

/** A database of its own, to be dropped by who made it. */
export interface FreshDatabase {
  readonly url: string
  /** Drops the database, cutting off whoever is still connected. */
  drop(): Promise<void>
}

/** A place where a test runs; `url` is what `createEngine()` takes. */
export interface Target {
  readonly name: 'pglite' | 'postgresql'
  readonly url: string
}

const serverUrl = await askForServer()
let own: FreshDatabase
await forEachFile(async () => {
  const database = await freshDatabase()
  own = database
  afterAll(() => database.drop())
})

/** The URL of this test file's own, initially empty database on a real server. Its role is a superuser, or `DATABASE_URL`'s. */
export function postgresUrl(): string {
  return own.url
}

/** Where each test of database behaviour has to pass, for `describe.each(databases())`. */
export function databases(): Target[] {
  return [
    { name: 'pglite', url: 'pglite://' },
    { name: 'postgresql', url: own.url },
  ]
}

/** What behaviours ask of a database that not all have. */
export type Need =
  /** Arrays as values and parameters. */
  | 'arrays'
  /** `CREATE SCHEMA`. */
  | 'createSchema'
  /** More than one connection to one database. */
  | 'connections'
  /** INSERT, UPDATE and DELETE within WITH. */
  | 'dataModifyingCte'
  /** `DISTINCT ON`. */
  | 'distinctOn'
  /** `FETCH FIRST ... WITH TIES`. */
  | 'withTies'
  /** More isolation levels than SERIALIZABLE. */
  | 'isolationLevels'
  /** LATERAL. */
  | 'lateral'
  /** Locks of rows: FOR UPDATE. */
  | 'rowLocks'
  /** Decimals of any length with their zeros, NaN, -0, dates beyond the years from 1 to 9999 and infinite ones. */
  | 'wideValues'
  /** Answers that come later than the turn in which they were asked for. */
  | 'latency'
  /** A server in a process of its own, which can be asked to sleep, to cancel, to end sessions. */
  | 'server'
  /** PostgreSQL's own words in SQL that a test writes as text. */
  | 'postgresSql'

const LACKS: Readonly<Record<SqlTarget['name'], readonly Need[]>> = {
  postgresql: [],
  pglite: ['connections', 'server'],
  sqlite: [
    'arrays',
    'createSchema',
    'connections',
    'dataModifyingCte',
    'distinctOn',
    'isolationLevels',
    'latency',
    'lateral',
    'postgresSql',
    'rowLocks',
    'server',
    'wideValues',
    'withTies',
  ],
}

/** A place where a test of behaviour that SQLite may have too runs. */
export interface SqlTarget {
  readonly name: 'pglite' | 'postgresql' | 'sqlite'
  readonly url: string
}

/** Where each test of behaviour of SQL has to pass: every database that has what it needs. */
export function sqlDatabases(...needs: readonly Need[]): SqlTarget[] {
  const all: readonly SqlTarget[] = [...databases(), { name: 'sqlite', url: sqliteUrl() }]
  return all.filter((target) => provides(target, ...needs))
}

/** Whether a database has what a single test needs that stands among tests for all. */
export function provides({ name }: Pick<SqlTarget, 'name'>, ...needs: readonly Need[]): boolean {
  return !needs.some((need) => LACKS[name].includes(need))
}

/**
 * A database of SQLite in memory, through `node:sqlite` or what stands in for it on older versions of Node; SQLITE in the
 * environment chooses another library: `better-sqlite3`.
 */
export function sqliteUrl(): string {
  return `sqlite+${process.env.SQLITE ?? 'node'}://`
}

/** Creates one more empty database on the server, for a test that cannot share its file's. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(`CREATE DATABASE "${name}" TEMPLATE template0`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => administer(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`) }
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

async function askForServer(): Promise<string> {
  const response = await fetch(inject('serverDesk'))
  const answer = await response.text()
  if (!response.ok) throw new Error(`No PostgreSQL server for the tests: ${answer}`)
  return answer
}
