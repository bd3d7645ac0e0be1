// What the driver's tests share: the drivers under test, and short ways to run a statement.

import { afterAll, beforeAll } from 'vitest'
import type {
  Codec,
  Command,
  CommandResult,
  Driver,
  DriverConnection,
  DriverStatement,
} from '../../../../src/dialect/contract/driver.ts'
import { DriverError } from '../../../../src/dialect/contract/driver.ts'
import {
  createPgliteDriver,
  createPostgresDriver,
  type PostgresConnectOptions,
} from '../../../../src/dialect/postgresql/driver/index.ts'
import { postgresUrl } from '../../../support/server.ts'
import { plainTcp } from '../../../support/transport.ts'

type ServerOptions = PostgresConnectOptions & { host: string; port: number; user: string; database: string }

/** The options that lead to this test file's database, by the transport of the run. */
export function serverOptions(): ServerOptions {
  return optionsOf(postgresUrl())
}

/** As {@link serverOptions}, over TCP and in the clear: for tests with something of theirs in between. */
export function tcpOptions(): ServerOptions {
  return optionsOf(plainTcp(postgresUrl()))
}

function optionsOf(given: string): ServerOptions {
  const url = new URL(given)
  const authority = url.searchParams.get('sslrootcert')
  return {
    host: decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    ...(authority === null ? {} : { ssl: { mode: 'verify-full', caFile: authority } }),
  }
}

/** A driver whose connections are closed behind the test file. */
export interface DriverUnderTest {
  readonly name: string
  connect(): Promise<DriverConnection>
}

/** One connection for all tests of a file, opened before them. */
export function sharedConnection(name: string): () => DriverConnection {
  let driver: Driver
  let connection: DriverConnection
  beforeAll(async () => {
    driver = name === 'pglite' ? createPgliteDriver() : createPostgresDriver(serverOptions())
    connection = await driver.connect()
  })
  afterAll(async () => {
    await connection.close()
    await driver.dispose()
  })
  return () => connection
}

/** A statement without types: the server decides them. */
export function raw(sql: string, parameterCount = 0, prepare = true): DriverStatement {
  return { sql, parameters: new Array<null>(parameterCount).fill(null), columns: null, prepare }
}

/** A statement whose parameters, and perhaps columns, have codecs. */
export function typed(
  sql: string,
  parameters: readonly (Codec | null)[],
  columns: readonly (Codec | null)[] | null = null,
  prepare = true,
): DriverStatement {
  return { sql, parameters, columns, prepare }
}

/** A command of a text and its values, of inferred types. */
export function command(sql: string, ...parameters: unknown[]): Command {
  return { statement: raw(sql, parameters.length), parameters }
}

/** Runs one statement. */
export async function run(connection: DriverConnection, sql: string, ...parameters: unknown[]): Promise<CommandResult> {
  const [result] = await connection.run([command(sql, ...parameters)])
  if (result === undefined) throw new Error('a command without a result')
  return result
}

/** The rows of one statement. */
export async function rows(connection: DriverConnection, sql: string, ...parameters: unknown[]): Promise<unknown[][]> {
  return (await run(connection, sql, ...parameters)).rows
}

/** The DriverError that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<DriverError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof DriverError) return error
  throw error
}

/** The names that the server has prepared in this session, in order, without the connection's own mark behind them. */
export async function preparedNames(connection: DriverConnection): Promise<unknown[]> {
  return (await preparedFullNames(connection)).map((name) => name.split('_')[0])
}

/** The same as the server knows them. */
export async function preparedFullNames(connection: DriverConnection): Promise<string[]> {
  const sql =
    "SELECT name FROM pg_prepared_statements WHERE name ~ '^s[0-9]+_[0-9a-f]{8}$' ORDER BY split_part(substr(name, 2), '_', 1)::int"
  const [result] = await connection.run([{ statement: raw(sql, 0, false), parameters: [] }])
  return (result?.rows ?? []).map(([name]) => String(name))
}
