// Prepared statements: kept while they are used, forgotten when they are not, and never trusted longer than the server does.

import { afterAll, describe, expect, test } from 'vitest'
import type { Driver, DriverConnection, DriverStatement } from '../../../../src/dialect/contract/driver.ts'
import { int4 } from '../../../../src/dialect/postgresql/codec/index.ts'
import { createPgliteDriver, createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { command, failure, preparedFullNames, preparedNames, raw, rows, run, serverOptions, typed } from './support.ts'

const drivers: Driver[] = []
afterAll(async () => {
  for (const driver of drivers) await driver.dispose()
})

function makeDriver(name: string, statementCacheSize?: number): Driver {
  const size = statementCacheSize === undefined ? {} : { statementCacheSize }
  const driver = name === 'pglite' ? createPgliteDriver(size) : createPostgresDriver({ ...serverOptions(), ...size })
  drivers.push(driver)
  return driver
}

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const driver = makeDriverOnce(name, 3)

  async function withConnection(use: (connection: DriverConnection) => Promise<void>): Promise<void> {
    const connection = await driver().connect()
    try {
      await use(connection)
    } finally {
      await connection.close()
    }
  }

  test('a statement is prepared once, and found again by its text and types', () =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1')
      for (let time = 0; time < 3; time++) await connection.run([{ statement, parameters: [] }])
      await run(connection, 'SELECT 1')
      expect(await preparedNames(connection)).toEqual(['s1'])
      await connection.run([{ statement: typed('SELECT $1', [int4]), parameters: [1] }])
      await connection.run([{ statement: typed('SELECT $1', [null]), parameters: ['x'] }])
      expect(await preparedNames(connection)).toEqual(['s1', 's2', 's3'])
    }))

  test('the least recently used goes first', () =>
    withConnection(async (connection) => {
      for (const sql of ['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 1', 'SELECT 4']) await run(connection, sql)
      expect(await preparedNames(connection)).toEqual(['s1', 's3', 's4'])
    }))

  test('a batch of more statements than the cache holds works', () =>
    withConnection(async (connection) => {
      const order = [1, 2, 3, 4, 5, 1, 2, 1, 6, 1]
      for (let time = 0; time < 2; time++) {
        const results = await connection.run(order.map((number) => command(`SELECT ${number}`)))
        expect(results.map((result) => result.rows[0]?.[0])).toEqual(order)
      }
      expect(await preparedNames(connection)).toHaveLength(3)
    }))

  test('statements that ask not to be prepared are not', () =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1', 0, false)
      for (let time = 0; time < 2; time++) {
        expect(
          (
            await connection.run([
              { statement, parameters: [] },
              { statement, parameters: [] },
            ])
          )[1]?.rows,
        ).toEqual([[1]])
      }
      expect(await preparedNames(connection)).toEqual([])
    }))

  test('a statement that the server refuses is not taken for prepared, nor are those behind it', () =>
    withConnection(async (connection) => {
      const bad = raw('SELECT * FROM absent')
      const good = raw('SELECT 1')
      const behind = raw('SELECT 2')
      const batch = [good, bad, behind].map((statement) => ({ statement, parameters: [] }))
      for (let time = 0; time < 2; time++) {
        expect((await failure(connection.run(batch))).commandIndex).toBe(1)
        expect(await preparedNames(connection)).toEqual(['s1'])
      }
      await run(connection, 'CREATE TEMP TABLE absent AS SELECT 7')
      expect((await connection.run(batch)).map((result) => result.rows)).toEqual([[[1]], [[7]], [[2]]])
    }))

  test('a statement that the server refused takes no place in the cache', () =>
    withConnection(async (connection) => {
      for (const sql of ['SELECT 1', 'SELECT 2']) await run(connection, sql)
      await failure(run(connection, 'SELECT * FROM absent'))
      await run(connection, 'SELECT 3')
      expect(await preparedNames(connection)).toEqual(['s1', 's2', 's4'])
    }))

  test('names that the server was to close behind an error are closed later', () =>
    withConnection(async (connection) => {
      for (const sql of ['SELECT 1', 'SELECT 2', 'SELECT 3']) await run(connection, sql)
      await failure(connection.run([command('SELECT 1/0'), command('SELECT 4'), command('SELECT 5')]))
      await run(connection, 'SELECT 6')
      const names = await preparedNames(connection)
      expect(names.length).toBeLessThanOrEqual(3)
      for (const sql of ['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 4']) await run(connection, sql)
      expect(await preparedNames(connection)).toHaveLength(3)
    }))

  test('a rollback does not lose prepared statements', () =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1')
      await connection.run([command('BEGIN'), { statement, parameters: [] }, command('ROLLBACK')])
      const before = await preparedNames(connection)
      await connection.run([{ statement, parameters: [] }])
      expect(await preparedNames(connection)).toEqual(before)
    }))

  test.each(['DISCARD ALL', 'DEALLOCATE ALL', 'DEALLOCATE'])('%s is survived', (forget) =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1')
      await connection.run([{ statement, parameters: [] }])
      const [name] = await preparedFullNames(connection)
      const sql = forget === 'DEALLOCATE' ? `DEALLOCATE ${name}` : forget
      await connection.run([{ statement: raw(sql, 0, false), parameters: [] }])
      expect((await connection.run([{ statement, parameters: [] }]))[0]?.rows).toEqual([[1]])
      expect(await preparedNames(connection)).toHaveLength(1)
    }),
  )

  test('a transaction that deallocates all goes on with its statements', () =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1')
      await connection.run([{ statement, parameters: [] }])
      await connection.run([command('BEGIN'), { statement: raw('DEALLOCATE ALL', 0, false), parameters: [] }])
      const flights = connection.flights
      expect((await connection.run([{ statement, parameters: [] }]))[0]?.rows).toEqual([[1]])
      expect(connection.flights).toBe(flights + 1)
      await run(connection, 'ROLLBACK')
    }))

  test('where one turns out to be deallocated all are prepared anew, so that no transaction meets the others', () =>
    withConnection(async (connection) => {
      const [one, other] = [command('SELECT 1'), command('SELECT 2')]
      // Without a place in the cache.
      const aside = (sql: string): Promise<unknown> =>
        connection.run([{ statement: raw(sql, 0, false), parameters: [] }])
      await connection.run([one, other])
      await aside("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
      expect((await connection.run([one]))[0]?.rows).toEqual([[1]])
      await aside('BEGIN')
      expect((await connection.run([other]))[0]?.rows).toEqual([[2]])
      await aside('ROLLBACK')
    }))

  test('a statement that was deallocated inside a transaction is an error there, and right again after it', () =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1')
      await connection.run([{ statement, parameters: [] }])
      const [name] = await preparedFullNames(connection)
      await run(connection, 'BEGIN')
      await connection.run([{ statement: raw(`DEALLOCATE ${name}`, 0, false), parameters: [] }])
      expect((await failure(connection.run([{ statement, parameters: [] }]))).fields?.sqlState).toBe('26000')
      await run(connection, 'ROLLBACK')
      expect((await connection.run([{ statement, parameters: [] }]))[0]?.rows).toEqual([[1]])
    }))

  test('a changed table is read with its new columns, outside a transaction', () =>
    withConnection(async (connection) => {
      await run(connection, 'CREATE TEMP TABLE shape (a int)')
      await run(connection, 'INSERT INTO shape VALUES (1)')
      const statement = raw('SELECT * FROM shape')
      const read = async () => (await connection.run([{ statement, parameters: [] }]))[0]
      await read()
      await run(connection, "ALTER TABLE shape ADD b text DEFAULT 'x'")
      expect(await read()).toMatchObject({ rows: [[1, 'x']], columns: [{ name: 'a' }, { name: 'b' }] })
      await run(connection, 'ALTER TABLE shape ALTER a TYPE bigint')
      expect(await read()).toMatchObject({ rows: [[1n, 'x']] })
      expect(await read()).toMatchObject({ rows: [[1n, 'x']] })
    }))

  test('DDL that is rolled back is survived, by what was prepared before it and by what was prepared behind it', () =>
    withConnection(async (connection) => {
      await run(connection, 'CREATE TEMP TABLE undone AS SELECT 1 AS a')
      const [before, behind] = ['SELECT * FROM undone', 'SELECT * FROM undone WHERE true'].map((sql) => raw(sql))
      const read = async (statement: typeof before) =>
        statement && (await connection.run([{ statement, parameters: [] }]))[0]?.rows
      expect(await read(before)).toEqual([[1]])
      await run(connection, 'BEGIN')
      await run(connection, "ALTER TABLE undone ADD b text DEFAULT 'x'")
      expect(await read(behind)).toEqual([[1, 'x']])
      await run(connection, 'ROLLBACK')
      for (let time = 0; time < 2; time++) expect([await read(before), await read(behind)]).toEqual([[[1]], [[1]]])
      await run(connection, 'BEGIN')
      await run(connection, 'CREATE TEMP TABLE never AS SELECT 2 AS a')
      const gone = raw('SELECT * FROM never')
      expect(await read(gone)).toEqual([[2]])
      await run(connection, 'ROLLBACK')
      expect((await failure(connection.run([{ statement: gone, parameters: [] }]))).fields?.sqlState).toBe('42P01')
      await run(connection, 'CREATE TEMP TABLE never AS SELECT 3 AS a, 4 AS b')
      expect(await read(gone)).toEqual([[3, 4]])
    }))

  test('a transaction whose first statement is stale begins again by itself', () =>
    withConnection(async (connection) => {
      await run(connection, 'CREATE TEMP TABLE begun AS SELECT 1 AS a')
      const statement = raw('SELECT * FROM begun')
      await connection.run([{ statement, parameters: [] }])
      await run(connection, 'ALTER TABLE begun ADD b int')
      const results = await connection.run([command('BEGIN'), { statement, parameters: [] }])
      expect(results.map((result) => [result.tag, result.rows])).toEqual([
        ['BEGIN', []],
        ['SELECT', [[1, null]]],
      ])
      expect(connection.transactionStatus).toBe('active')
      await run(connection, 'ROLLBACK')
    }))

  test('a stale statement inside a transaction, or behind one that wrote, is an error and is prepared anew after it', () =>
    withConnection(async (connection) => {
      await run(connection, 'CREATE TEMP TABLE stale AS SELECT 1 AS a')
      // Where the connection cannot see it.
      const add = (column: string) => run(connection, `DO 'BEGIN ALTER TABLE stale ADD ${column} int; END'`)
      const statement = raw('SELECT * FROM stale')
      const read = { statement, parameters: [] }
      await connection.run([read])
      await add('b')
      await run(connection, 'BEGIN')
      const inside = await failure(connection.run([read]))
      expect(inside).toMatchObject({ commandIndex: 0, fields: { sqlState: '0A000', routine: 'RevalidateCachedQuery' } })
      expect(connection.transactionStatus).toBe('failed')
      await run(connection, 'ROLLBACK')
      expect((await connection.run([read]))[0]?.rows).toEqual([[1, null]])
      await add('c')
      const behind = await failure(connection.run([command('INSERT INTO stale VALUES (2)'), read]))
      expect(behind).toMatchObject({ commandIndex: 1, fields: { sqlState: '0A000' } })
      expect(await rows(connection, 'SELECT count(*) FROM stale')).toEqual([[1n]])
      expect((await connection.run([read]))[0]?.rows).toEqual([[1, null, null]])
    }))

  test('the tables that a transaction itself changes, makes and gives up are read as they are', () =>
    withConnection(async (connection) => {
      const read = { statement: raw('SELECT * FROM remade'), parameters: [] }
      const seen = async () => (await connection.run([read]))[0]?.rows
      await run(connection, 'BEGIN')
      await run(connection, 'CREATE TEMP TABLE remade AS SELECT 1 AS a')
      expect(await seen()).toEqual([[1]])
      await run(connection, 'ALTER TABLE remade ADD b int')
      expect(await seen()).toEqual([[1, null]])
      await run(connection, 'SAVEPOINT s')
      await run(connection, 'DROP TABLE remade')
      await run(connection, 'CREATE TEMP TABLE remade (c text)')
      expect(await seen()).toEqual([])
      await run(connection, 'ROLLBACK TO s')
      expect(await seen()).toEqual([[1, null]])
      await run(connection, 'ROLLBACK')
      // A table of the name that was rolled back, in a transaction that cannot begin again.
      await run(connection, 'BEGIN')
      await run(connection, 'CREATE TEMP TABLE remade (c text)')
      await run(connection, "INSERT INTO remade VALUES ('x')")
      expect(await seen()).toEqual([['x']])
      await run(connection, 'ROLLBACK')
    }))

  test('a parameter whose column has another type since is sent as that', () =>
    withConnection(async (connection) => {
      const plain = (sql: string) => ({ statement: raw(sql, 0, false), parameters: [] })
      const run = (sql: string) => connection.run([plain(sql)])
      await run('CREATE TEMP TABLE widened (a int)')
      const add = raw('INSERT INTO widened VALUES ($1)', 1)
      const find = raw('SELECT 1 FROM widened WHERE a = $1', 1)
      const both = async (value: unknown) => {
        await connection.run([{ statement: add, parameters: [value] }])
        return (await connection.run([plain('BEGIN'), { statement: find, parameters: [value] }, plain('COMMIT')]))[1]
      }
      // A function hides it from the driver, as another connection would.
      const alter = (type: string) => run(`SELECT pg_temp.widen('${type}')`)
      await run(
        'CREATE FUNCTION pg_temp.widen(t text) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN EXECUTE $$ALTER TABLE widened ALTER a TYPE $$ || t; END $f$',
      )
      expect((await both(1))?.rows).toEqual([[1]])
      await alter('bigint')
      expect((await both(3_000_000_000))?.rows).toEqual([[1]])
      await alter('text')
      expect((await both('x'))?.rows).toEqual([[1]])
      await alter('int USING 1')
      await run('BEGIN')
      await run('INSERT INTO widened VALUES (2)')
      expect((await failure(connection.run([{ statement: find, parameters: [1] }]))).fields?.sqlState).toBe('42883')
      await run('ROLLBACK')
      expect((await both(5))?.rows).toEqual([[1]])
    }))

  test('a value that is none of its parameter is an error after two flights; what runs is never run twice', () =>
    withConnection(async (connection) => {
      const share = raw('SELECT 10 / (g - $1) FROM generate_series(1, 1) g', 1)
      for (let time = 0; time < 2; time++) await connection.run([{ statement: share, parameters: [5] }])
      const before = connection.flights
      expect((await failure(connection.run([{ statement: share, parameters: ['x'] }]))).fields?.sqlState).toBe('22P02')
      expect(connection.flights).toBe(before + 2)
      expect((await failure(connection.run([{ statement: share, parameters: [1] }]))).fields?.sqlState).toBe('22012')
      expect(connection.flights).toBe(before + 3)
    }))

  test('a temporary table in front of another is read at once, and so is a function', () =>
    withConnection(async (connection) => {
      const ask = async (statement: DriverStatement) => (await connection.run([{ statement, parameters: [] }]))[0]?.rows
      await connection.run([
        command('CREATE SCHEMA front'),
        command('CREATE SCHEMA behind'),
        command("CREATE TABLE behind.shadowed AS SELECT 'behind'::text AS v"),
        command("CREATE FUNCTION behind.spoken() RETURNS text LANGUAGE sql AS $$ SELECT 'behind'::text $$"),
        command("SET search_path = front, behind, '$user', public"),
        // Else the first temporary table would be a new schema of the path, which the server does notice.
        command('CREATE TEMP TABLE first (v text)'),
      ])
      const read = raw('SELECT v FROM shadowed')
      const call = raw('SELECT spoken()')
      for (const statement of [read, call, read, call]) await ask(statement)
      await run(connection, "/* it's ours */ CREATE TEMP TABLE IF NOT EXISTS Shadowed AS SELECT 'temporary'::text AS v")
      expect(await ask(read)).toEqual([['temporary']])
      await run(connection, 'DROP TABLE pg_temp.shadowed')
      for (let time = 0; time < 2; time++) expect(await ask(read)).toEqual([['behind']])
      const create = typed('CREATE TABLE front."shadowed" AS SELECT \'front\'::text AS v', [])
      const [, found] = await connection.run([
        { statement: create, parameters: [] },
        { statement: read, parameters: [] },
      ])
      expect(found?.rows).toEqual([['front']])
      await run(connection, "CREATE FUNCTION front.spoken() RETURNS text LANGUAGE sql AS $$ SELECT 'front'::text $$")
      expect(await ask(call)).toEqual([['front']])
      await connection.run([command('DROP SCHEMA front CASCADE'), command('DROP SCHEMA behind CASCADE')])
      await run(connection, 'RESET search_path')
    }))

  test('what is created leaves other statements prepared', () =>
    withConnection(async (connection) => {
      const statement = raw('SELECT 1')
      await connection.run([{ statement, parameters: [] }])
      const before = await preparedFullNames(connection)
      await run(connection, 'CREATE TEMP TABLE unrelated (a int)')
      await connection.run([{ statement, parameters: [] }])
      expect(await preparedFullNames(connection)).toEqual(before)
    }))

  test('a parameter whose type was dropped and made again', () =>
    withConnection(async (connection) => {
      const read = { statement: typed('SELECT $1::again', [null], [null]), parameters: ['a'] }
      // Nothing that would take the place of what is prepared.
      const tell = (sql: string) => connection.run([{ statement: raw(sql, 0, false), parameters: [] }])
      await tell("CREATE TYPE again AS ENUM ('a')")
      await connection.run([read])
      // Dropped where the connection cannot see it.
      const unseen = "DO 'BEGIN DROP TYPE again; CREATE TYPE again AS ENUM (''a''); END'"
      await tell(unseen)
      expect((await connection.run([read]))[0]?.rows).toEqual([['a']])
      await tell(unseen)
      await tell('BEGIN')
      await tell('SELECT 1')
      expect(await failure(connection.run([read]))).toMatchObject({ fields: { sqlState: 'XX000' } })
      await tell('ROLLBACK')
      expect((await connection.run([read]))[0]?.rows).toEqual([['a']])
      // Dropped by the connection itself.
      await tell('DROP TYPE again')
      await tell("CREATE TYPE again AS ENUM ('a')")
      await tell('BEGIN')
      await tell('SELECT 1')
      expect((await connection.run([read]))[0]?.rows).toEqual([['a']])
      await tell('ROLLBACK')
      await tell('DROP TYPE again')
    }))

  test('the same text under two statement objects shares a name, and each reads its own types', () =>
    withConnection(async (connection) => {
      const asNumber = typed('SELECT 5::int8', [], [int4])
      const asBigint = raw('SELECT 5::int8')
      for (let time = 0; time < 3; time++) {
        const results = await connection.run([asNumber, asBigint].map((statement) => ({ statement, parameters: [] })))
        expect(results.map((result) => result.rows[0]?.[0])).toEqual([5, 5n])
      }
      expect(await preparedNames(connection)).toEqual(['s1'])
    }))
})

function makeDriverOnce(name: string, size: number): () => Driver {
  let driver: Driver | undefined
  return () => {
    driver ??= makeDriver(name, size)
    return driver
  }
}

test('a cache of size 0 prepares nothing', async () => {
  const connection = await makeDriver('postgresql', 0).connect()
  const statement = raw('SELECT $1::int4', 1)
  for (const value of [1, 2]) {
    const results = await connection.run([
      { statement, parameters: [value] },
      { statement, parameters: [value + 1] },
    ])
    expect(results.map((result) => result.rows)).toEqual([[[value]], [[value + 1]]])
  }
  expect((await rows(connection, 'SELECT name FROM pg_prepared_statements')).filter(([one]) => one !== '')).toEqual([])
  await connection.close()
})
