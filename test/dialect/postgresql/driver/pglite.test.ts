// What is special about PGlite: one session, shared by successive connections, on a database that outlives them.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Driver } from '../../../../src/dialect/contract/driver.ts'
import { createPgliteDriver, type PgliteConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'
import { command, failure, preparedNames, raw, rows, run } from './support.ts'

describe('a database in memory', () => {
  let driver: Driver
  beforeAll(() => {
    driver = createPgliteDriver({ settings: { search_path: 'public, pg_temp' } })
  })
  afterAll(() => driver.dispose())

  test('has one connection at a time', async () => {
    expect(driver.maxConnections).toBe(1)
    const opening = driver.connect()
    expect((await failure(driver.connect())).message).toContain('PGlite has one session')
    const connection = await opening
    expect((await failure(driver.connect())).message).toContain('PGlite has one session')
    await connection.close()
    await (await driver.connect()).close()
  })

  test('keeps its tables from one connection to the next', async () => {
    const first = await driver.connect()
    await run(first, 'CREATE TABLE kept AS SELECT 1 AS a')
    await first.close()
    const second = await driver.connect()
    expect(await rows(second, 'SELECT * FROM kept')).toEqual([[1]])
    await second.close()
  })

  test.each(['close', 'terminate'] as const)('starts each session clean, after %s', async (ending) => {
    const first = await driver.connect()
    for (const sql of [
      'CREATE TEMP TABLE temporary (a int)',
      "SET search_path = 'pg_catalog'",
      "SET datestyle = 'ISO, DMY'",
      'SELECT pg_advisory_lock(1)',
      'LISTEN channel',
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
      'BEGIN READ WRITE',
      'CREATE TABLE never_committed (a int)',
    ]) {
      await run(first, sql)
    }
    await failure(run(first, 'SELECT 1/0'))
    await new Promise<void>((resolve) => {
      first.onceClosed(() => resolve())
      if (ending === 'close') void first.close()
      else first.terminate()
    })
    const second = await driver.connect()
    expect(second.transactionStatus).toBe('idle')
    expect(second.flights).toBe(0)
    expect(
      await rows(
        second,
        `SELECT to_regclass('temporary'), to_regclass('never_committed'), current_setting('search_path'),
          current_setting('datestyle'), current_setting('default_transaction_read_only'),
          (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'), (SELECT count(*)::int FROM pg_listening_channels())`,
      ),
    ).toEqual([[null, null, 'public, pg_temp', 'ISO, MDY', 'off', 0, 0]])
    expect(await preparedNames(second)).toEqual(['s1'])
    await second.close()
  })

  test('sends a batch of 1,000 commands as one', async () => {
    const connection = await driver.connect()
    const statement = raw('SELECT $1::int4', 1)
    const results = await connection.run(
      Array.from({ length: 1000 }, (_, index) => ({ statement, parameters: [index] })),
    )
    expect(results.map((result) => result.rows[0]?.[0])).toEqual(Array.from({ length: 1000 }, (_, index) => index))
    expect(connection.flights).toBe(1)
    await connection.close()
  })

  test('a server-side abort leaves the connection usable', async () => {
    const connection = await driver.connect()
    const error = await failure(connection.run([command('SELECT 1')], { signal: AbortSignal.abort(new Error('no')) }))
    expect(error).toMatchObject({ sent: false, canceled: true })
    expect(await rows(connection, 'SELECT 2')).toEqual([[2]])
    await connection.close()
  })
})

test('a directory keeps the database from one driver to the next', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tsalchemy-pglite-'))
  try {
    const first = createPgliteDriver({ dataDir: join(directory, 'data') })
    await run(await first.connect(), 'CREATE TABLE kept AS SELECT 1 AS a')
    await first.dispose()
    const second = createPgliteDriver({ dataDir: join(directory, 'data') })
    expect(await rows(await second.connect(), 'SELECT * FROM kept')).toEqual([[1]])
    await second.dispose()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('an instance of the caller is used and left open', async () => {
  const instance = await PGlite.create()
  const driver = createPgliteDriver({ instance })
  const connection = await driver.connect()
  await run(connection, 'CREATE TABLE shared AS SELECT 1 AS a')
  expect((await instance.query('SELECT * FROM shared')).rows).toEqual([{ a: 1 }])
  expect(await rows(connection, 'SELECT * FROM shared')).toEqual([[1]])
  await driver.dispose()
  expect(connection.transactionStatus).toBe('lost')
  expect((await instance.query('SELECT 2 AS b')).rows).toEqual([{ b: 2 }])
  await instance.close()
})

test('a disposed driver connects no more, and disposing again is harmless', async () => {
  const driver = createPgliteDriver()
  await (await driver.connect()).close()
  await Promise.all([driver.dispose(), driver.dispose()])
  await driver.dispose()
  expect((await failure(driver.connect())).message).toBe('the driver was disposed of')
})

test('disposing while a connection opens waits for it', async () => {
  const driver = createPgliteDriver()
  const opening = driver.connect()
  const disposing = driver.dispose()
  const connection = await opening
  await disposing
  expect(await failure(run(connection, 'SELECT 1'))).toMatchObject({ disconnected: true, sent: false })
})

test('a database that cannot be opened is an error, and the next attempt a new one', async () => {
  const driver = createPgliteDriver({ dataDir: '/proc/nowhere' })
  for (let time = 0; time < 2; time++) {
    const error = await failure(driver.connect())
    expect(error).toMatchObject({ disconnected: true, sent: false })
    expect(error.message).toMatch(/^PGlite did not start in the folder "\/proc\/nowhere": .*ENOENT/)
  }
  await driver.dispose()
})

test.each([
  [{ datadir: 'x' }, 'has no option "datadir"'],
  [{ settings: { client_encoding: 'LATIN1' } }, 'cannot be set'],
])('%j is refused', (options, message) => {
  expect(() => createPgliteDriver(options as PgliteConnectOptions)).toThrow(message)
})
