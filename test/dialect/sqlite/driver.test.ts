// The driver: batches, transactions and errors as on other databases, through each library that is here.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Driver, DriverConnection } from '../../../src/dialect/contract/driver.ts'
import { int4, int8 } from '../../../src/dialect/sqlite/codec/number.ts'
import { driverOf, failure, freshPath, libraries, raw, rows } from './support.ts'

/** The program is busy for so long that the next statement lets others go first. */
async function letGo(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30))
}

describe.each(libraries)('through %s', (library) => {
  let driver: Driver
  let connection: DriverConnection

  beforeEach(async () => {
    driver = driverOf({ library })
    connection = await driver.connect()
  })
  afterEach(async () => {
    await connection.close()
    await driver.dispose()
  })

  describe('a batch', () => {
    test('gives rows, columns, tags and counts', async () => {
      const results = await connection.run([
        raw('BEGIN'),
        raw('CREATE TABLE tags (id INTEGER PRIMARY KEY, word TEXT)'),
        raw("INSERT INTO tags (word) VALUES ('a'), ('b'), ('c')"),
        raw('UPDATE tags SET word = upper(word) WHERE id < ? RETURNING id, word', 3),
        raw('WITH gone AS (SELECT 3 AS id) DELETE FROM tags WHERE id IN (SELECT id FROM gone)'),
        raw('SAVEPOINT here'),
        raw(' -- nothing\n'),
        raw('SELECT 1 AS one, NULL AS none'),
        raw('REPLACE INTO tags (id, word) VALUES (1, $1)', 'z'),
        raw('PRAGMA user_version'),
        raw('COMMIT;'),
      ])
      expect(results.map(({ tag, rowCount, columns }) => [tag, rowCount, columns?.map(({ name }) => name)])).toEqual([
        ['BEGIN', null, undefined],
        ['CREATE TABLE', null, undefined],
        ['INSERT', 3, undefined],
        ['UPDATE', 2, ['id', 'word']],
        ['DELETE', 1, undefined],
        ['SAVEPOINT', null, undefined],
        ['', null, undefined],
        ['SELECT', 1, ['one', 'none']],
        ['INSERT', 1, undefined],
        ['PRAGMA', 1, ['user_version']],
        ['COMMIT', null, undefined],
      ])
      expect(results[3]?.rows).toEqual([
        [1, 'A'],
        [2, 'B'],
      ])
      expect(await rows(connection, 'SELECT * FROM tags ORDER BY id')).toEqual([
        [1, 'z'],
        [2, 'B'],
      ])
    })

    test('takes one flight for any number of commands, none for none', async () => {
      const before = connection.flights
      expect(await connection.run([])).toEqual([])
      expect(connection.flights).toBe(before)
      await connection.run(Array.from({ length: 200 }, (_, index) => raw('SELECT ?', index)))
      expect(connection.flights).toBe(before + 1)
    })

    test('without BEGIN is one transaction: all or nothing', async () => {
      await connection.run([raw('CREATE TABLE one (id INTEGER PRIMARY KEY)')])
      const error = await failure(
        connection.run([
          raw('INSERT INTO one VALUES (1)'),
          raw('INSERT INTO one VALUES (1)'),
          raw('INSERT INTO one VALUES (2)'),
        ]),
      )
      expect(error).toMatchObject({
        message: 'UNIQUE constraint failed: one.id',
        commandIndex: 1,
        sent: true,
        disconnected: false,
        canceled: false,
        fields: { severity: 'ERROR', sqlState: '23505', table: 'one', column: 'id' },
      })
      expect(error.results.map(({ tag }) => tag)).toEqual(['INSERT'])
      expect(connection.transactionStatus).toBe('idle')
      expect(await rows(connection, 'SELECT * FROM one')).toEqual([])
    })

    test('encodes all values before anything is run', async () => {
      await connection.run([raw('CREATE TABLE kept (id INTEGER)')])
      const error = await failure(connection.run([raw('INSERT INTO kept VALUES (1)'), raw('SELECT ?', Symbol('x'))]))
      expect(error).toMatchObject({
        message:
          'parameter ?1: a parameter without a type does not take a symbol; it takes strings, numbers, bigints, booleans, Dates, Uint8Arrays, Intervals and plain objects',
        sent: false,
        commandIndex: 1,
        parameterIndex: 0,
      })
      expect(await rows(connection, 'SELECT * FROM kept')).toEqual([])
    })

    test('takes values for ?, for ?1 and for $1, as often as they stand there', async () => {
      expect(await rows(connection, 'SELECT ?, ?, \'?\', "?" -- ?', 1, 'x').catch((error) => error.message)).toMatch(
        /no such column/,
      )
      expect(await rows(connection, "SELECT ?, ?, '?' /* ? */", 1, 'x')).toEqual([[1, 'x', '?']])
      expect(await rows(connection, 'SELECT ?2, ?1, ?2', 1, 'x')).toEqual([['x', 1, 'x']])
      expect(await rows(connection, 'SELECT $2, $1, $2', 1, 'x')).toEqual([['x', 1, 'x']])
      const named = await connection.run([raw('SELECT $1, $2, $2', 1, 'x')])
      expect(named[0]?.columns?.map(({ name }) => name)).toEqual(['$1', '$2', '$2'])
      await connection.run([raw("CREATE TABLE t (a, b, c DEFAULT '?1')")])
      for (const [sql, ...values] of [
        ["INSERT INTO t VALUES (?1, ?2 || '?3 $1', /* ?1 */ ?3) -- ?4", 1, 'b', null],
        ['INSERT INTO t (a, b) VALUES ($1, $2) RETURNING a, b', 2, 'b'],
        ['INSERT INTO t (a, b) VALUES ($2, $1)', 'b', 3],
        ['INSERT INTO t (a, b) VALUES ($1, $1)', 4],
        ['INSERT INTO t (a) VALUES ($1) RETURNING $2, a', 6, 'shown'],
        ['UPDATE t SET b = ?1 WHERE a = ?2', 'new', 4],
      ] as const) {
        const [result] = await connection.run([raw(sql, ...values)])
        if (sql.includes('$2, a')) expect(result?.columns?.map(({ name }) => name)).toEqual(['$2', 'a'])
      }
      expect(await rows(connection, 'SELECT * FROM t ORDER BY a')).toEqual([
        [1, 'b?3 $1', null],
        [2, 'b', '?1'],
        [3, 'b', '?1'],
        [4, 'new', '?1'],
        [6, null, '?1'],
      ])
      expect(await failure(rows(connection, 'SELECT $1, ?', 1, 2))).toMatchObject({
        message: 'the statement mixes ways of naming its parameters: write all as ?, or all as ?1, ?2',
        sent: false,
      })
      expect(await failure(rows(connection, 'SELECT :name', 1))).toMatchObject({
        message: "SQL given as a string takes values for ?, ?1 or $1; use text('... :name') for values by name",
      })
      expect(await failure(rows(connection, 'SELECT $1, $2', 1))).toMatchObject({
        message: 'the statement has 2 parameters and was given 1',
        sent: false,
      })
    })

    test('is one statement each', async () => {
      expect(await failure(rows(connection, 'SELECT 1; DROP TABLE users'))).toMatchObject({
        message: 'several statements in one text: run them one by one',
        sent: false,
        fields: { sqlState: '42601' },
      })
      expect(await rows(connection, "SELECT ';'; -- end;")).toEqual([[';']])
      await connection.run([
        raw('CREATE TABLE watched (id INTEGER)'),
        raw("CREATE TRIGGER watch AFTER INSERT ON watched BEGIN SELECT 1; SELECT RAISE(ABORT, 'no'); END"),
      ])
      expect(await failure(rows(connection, 'INSERT INTO watched VALUES (1)'))).toMatchObject({
        message: 'no',
        fields: { sqlState: 'P0001' },
      })
    })

    test('gives whole numbers as they are, however large', async () => {
      const most = 9223372036854775807n
      expect(await rows(connection, 'SELECT ?, ?, ?, typeof(?)', most, -1, 2 ** 53 - 1, 5)).toEqual([
        [most, -1, 2 ** 53 - 1, 'integer'],
      ])
      const statement = { sql: 'SELECT 9007199254740993, 7', parameters: [], columns: [int8, int4], prepare: true }
      expect((await connection.run([{ statement, parameters: [] }]))[0]?.rows).toEqual([[9007199254740993n, 7]])
    })

    test('goes on behind a value that cannot be read, and says so at the end', async () => {
      const statement = { sql: 'SELECT 9007199254740993 AS big', parameters: [], columns: [int4], prepare: true }
      await connection.run([raw('CREATE TABLE behind (id INTEGER)'), raw('BEGIN')])
      const error = await failure(
        connection.run([{ statement, parameters: [] }, raw('INSERT INTO behind VALUES (1)'), raw('COMMIT')]),
      )
      expect(error.message).toMatch(
        /^row 1 of the result, column "big": cannot read the number 90071992547409\d\d as .*/,
      )
      expect(error).toMatchObject({ commandIndex: 0, fields: null })
      expect(connection.transactionStatus).toBe('idle')
      expect(await rows(connection, 'SELECT * FROM behind')).toEqual([[1]])
    })

    test('reads columns of tables by the types that they were declared with', async () => {
      await connection.run([
        raw(
          'CREATE TABLE declared (ok BOOLEAN, at DATETIME, big BIGINT, price NUMERIC(8, 2), doc JSON, tz TIMESTAMP WITH TIME ZONE, plain INT)',
        ),
        raw(
          "INSERT INTO declared VALUES (1, '2024-02-29 01:02:03.500000', 5, 1.5, '{\"a\": [1]}', '2024-02-29 01:02:03', 7), " +
            "('maybe', 'soon', 'many', 'dear', 'none', 'never', 'x')",
        ),
      ])
      expect(await rows(connection, 'SELECT * FROM declared')).toEqual([
        [true, '2024-02-29 01:02:03.5', 5n, '1.50', { a: [1] }, new Date('2024-02-29T01:02:03Z'), 7],
        ['maybe', 'soon', 'many', 'dear', 'none', 'never', 'x'],
      ])
    })

    test('sees columns that were added since a statement was prepared', async () => {
      await connection.run([raw('CREATE TABLE grows (a INTEGER)'), raw('INSERT INTO grows VALUES (1)')])
      const statement = raw('SELECT * FROM grows')
      expect((await connection.run([statement]))[0]?.rows).toEqual([[1]])
      await connection.run([raw('ALTER TABLE grows ADD COLUMN b TEXT')])
      expect((await connection.run([statement]))[0]).toMatchObject({ rows: [[1, null]], columns: [{}, { name: 'b' }] })
    })

    test('refuses what was aborted before, and stops between commands', async () => {
      const reason = new Error('enough')
      expect(await failure(connection.run([raw('SELECT 1')], { signal: AbortSignal.abort(reason) }))).toMatchObject({
        canceled: true,
        sent: false,
        cause: reason,
      })
      await connection.run([raw('SELECT 1')])
    })
  })

  describe('a transaction', () => {
    beforeEach(() => connection.run([raw('CREATE TABLE moved (id INTEGER PRIMARY KEY)')]))

    test('is told from none', async () => {
      expect(connection.transactionStatus).toBe('idle')
      await connection.run([raw('begin immediate')])
      expect(connection.transactionStatus).toBe('active')
      await connection.run([raw('INSERT INTO moved VALUES (1)'), raw('SAVEPOINT a'), raw('RELEASE a')])
      expect(connection.transactionStatus).toBe('active')
      await connection.run([raw('END')])
      expect(connection.transactionStatus).toBe('idle')
      expect(await rows(connection, 'SELECT * FROM moved')).toEqual([[1]])
    })

    test('is spoilt by an error, takes nothing but its end, and COMMIT rolls back', async () => {
      await connection.run([raw('BEGIN'), raw('INSERT INTO moved VALUES (1)')])
      await failure(rows(connection, 'SELECT * FROM nowhere'))
      expect(connection.transactionStatus).toBe('failed')
      expect(await failure(rows(connection, 'SELECT 1'))).toMatchObject({
        message: 'current transaction is aborted, SELECT is ignored until its end: an earlier command failed',
        fields: { sqlState: '25P02' },
      })
      expect((await connection.run([raw('COMMIT')]))[0]?.tag).toBe('ROLLBACK')
      expect(connection.transactionStatus).toBe('idle')
      expect(await rows(connection, 'SELECT * FROM moved')).toEqual([])
    })

    test('is rescued by its savepoint', async () => {
      await connection.run([raw('BEGIN'), raw('INSERT INTO moved VALUES (1)'), raw('SAVEPOINT here')])
      await failure(rows(connection, 'INSERT INTO moved VALUES (1)'))
      await connection.run([raw('ROLLBACK TO SAVEPOINT here'), raw('INSERT INTO moved VALUES (2)'), raw('COMMIT')])
      expect(await rows(connection, 'SELECT * FROM moved')).toEqual([[1], [2]])
    })

    test('ends where COMMIT is refused by a constraint that was deferred', async () => {
      await connection.run([
        raw('CREATE TABLE child (id INTEGER, moved INTEGER REFERENCES moved DEFERRABLE INITIALLY DEFERRED)'),
      ])
      const error = await failure(
        connection.run([raw('BEGIN'), raw('INSERT INTO child VALUES (1, 99)'), raw('COMMIT'), raw('SELECT 1')]),
      )
      expect(error).toMatchObject({ commandIndex: 2, fields: { sqlState: '23503' } })
      expect(connection.transactionStatus).toBe('idle')
      expect(await failure(connection.run([raw('INSERT INTO child VALUES (1, 99)'), raw('SELECT 1')]))).toMatchObject({
        commandIndex: 2,
      })
      expect(await rows(connection, 'SELECT * FROM child')).toEqual([])
    })

    test('that only reads refuses to write, and leaves nothing of that behind', async () => {
      await connection.run([raw('BEGIN READ ONLY'), raw('SELECT * FROM moved')])
      expect(await failure(rows(connection, 'INSERT INTO moved VALUES (1)'))).toMatchObject({
        fields: { sqlState: '25006' },
      })
      await connection.run([raw('ROLLBACK')])
      await connection.run([raw('INSERT INTO moved VALUES (1)')])
    })
  })

  describe('a cursor', () => {
    const COUNT = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) SELECT i FROM n'

    test('gives its rows page by page, while other statements are run', async () => {
      const { cursor, results } = await opened([raw('CREATE TABLE beside (i INTEGER)'), raw(COUNT)], 10)
      expect(results.map(({ tag, rowCount }) => [tag, rowCount])).toEqual([
        ['CREATE TABLE', null],
        ['SELECT', 10],
      ])
      expect(results[1]?.rows.at(-1)).toEqual([10])
      await connection.run([raw('INSERT INTO beside VALUES (1)'), raw('SELECT 5')])
      const second = await cursor.fetch(10)
      expect(second.rows[0]).toEqual([11])
      expect(cursor.done).toBe(false)
      expect((await cursor.fetch(10)).rowCount).toBe(5)
      expect(cursor.done).toBe(true)
      expect((await cursor.fetch(10)).rows).toEqual([])
    })

    test('that nobody closes ends with its connection, and keeps no database open', async () => {
      const path = freshPath()
      const own = driverOf({ library, path })
      const reader = await own.connect()
      await reader.run([raw('CREATE TABLE t (i INTEGER)'), raw('INSERT INTO t VALUES (1), (2), (3)')])
      const opened = await reader.openCursor?.([raw('BEGIN'), raw('SELECT i FROM t')], { rows: 1 })
      await reader.close()
      expect(opened?.cursor.done).toBe(true)
      await own.dispose()
      const again = driverOf({ library, path, pragmas: [['journal_mode', 'delete']] })
      const writer = await again.connect()
      await writer.run([raw('DROP TABLE t')])
      await writer.close()
      await again.dispose()
    })

    test('whose connection was closed says so: its rows are not at their end', async () => {
      const { cursor } = await opened([raw(COUNT)], 10)
      await connection.close()
      expect(cursor.done).toBe(true)
      expect(await failure(cursor.fetch(10))).toMatchObject({ message: 'the connection is closed', disconnected: true })
      connection = await driver.connect()
      const left = await opened([raw(COUNT)], 10)
      left.cursor.close()
      await connection.close()
      expect((await left.cursor.fetch(10)).rows).toEqual([])
    })

    test('gives the rows that there were when it was opened, whatever is written meanwhile', async () => {
      await connection.run([raw('CREATE TABLE seen (i INTEGER PRIMARY KEY)')])
      await connection.run([raw('BEGIN'), raw('INSERT INTO seen VALUES (1), (2), (3), (4)')])
      const { cursor } = await opened([raw('SELECT i FROM seen ORDER BY i')], 1)
      const other = await opened([raw('SELECT i FROM seen ORDER BY i DESC')], 1)
      await connection.run([raw('INSERT INTO seen VALUES (5)')])
      await connection.run([raw('DELETE FROM seen WHERE i = 3')])
      expect((await cursor.fetch(2)).rows).toEqual([[2], [3]])
      const writing = await opened([raw('UPDATE seen SET i = i + 10 RETURNING i')], 1)
      await connection.run([raw('INSERT INTO seen VALUES (6)')])
      expect((await writing.cursor.fetch(10)).rows).toHaveLength(3)
      expect((await cursor.fetch(2)).rows).toEqual([[4]])
      expect(cursor.done).toBe(true)
      expect((await other.cursor.fetch(9)).rows).toEqual([[3], [2], [1]])
      const failing = await opened([raw("SELECT CASE i WHEN 14 THEN json('{') ELSE 1 END FROM seen ORDER BY i")], 1)
      await connection.run([raw('INSERT INTO seen VALUES (7)')])
      expect((await failing.cursor.fetch(2)).rows).toHaveLength(2)
      expect(await failure(failing.cursor.fetch(3))).toMatchObject({ fields: { sqlState: '22P02' } })
      expect(connection.transactionStatus).toBe('failed')
      await connection.run([raw('ROLLBACK')])
    })

    test('that is aborted while it is opened keeps nothing from others', async () => {
      await connection.run([raw('CREATE TABLE free (i INTEGER)'), raw('INSERT INTO free VALUES (1), (2)')])
      for (const commands of [[raw('SELECT i FROM free')], [raw('SELECT 1'), raw('SELECT i FROM free')]]) {
        await letGo()
        const abort = new AbortController()
        const opening = connection.openCursor?.(commands, { rows: 1, signal: abort.signal })
        abort.abort()
        expect(await failure(opening ?? Promise.resolve())).toMatchObject({ canceled: true })
        expect(await rows(connection, 'INSERT INTO free VALUES (3) RETURNING i')).toEqual([[3]])
      }
      const { cursor } = await opened([raw('SELECT i FROM free')], 1)
      await connection.run([raw('INSERT INTO free VALUES (4)')])
      cursor.close()
      await connection.run([raw('DROP TABLE free')])
    })

    test('is let go of early, and several stand open side by side', async () => {
      const one = await opened([raw(COUNT)], 1)
      const other = await opened([raw(COUNT)], 2)
      expect((await one.cursor.fetch(1)).rows).toEqual([[2]])
      expect((await other.cursor.fetch(1)).rows).toEqual([[3]])
      one.cursor.close()
      other.cursor.close()
      expect(one.cursor.done).toBe(true)
      await connection.run([raw('CREATE TABLE after_all (i INTEGER)'), raw('DROP TABLE after_all')])
    })

    test('of a statement that fails opens nothing', async () => {
      const error = await failure(
        connection.openCursor?.([raw('SELECT 1'), raw('SELECT * FROM nowhere')], { rows: 1 }) ?? Promise.resolve(),
      )
      expect(error).toMatchObject({ commandIndex: 1, fields: { sqlState: '42P01' } })
      await connection.run([raw('CREATE TABLE after_all (i INTEGER)')])
    })

    async function opened(commands: Parameters<NonNullable<DriverConnection['openCursor']>>[0], count: number) {
      if (connection.openCursor === undefined) throw new Error('There are no cursors')
      return connection.openCursor(commands, { rows: count })
    }
  })

  describe('errors', () => {
    beforeEach(() =>
      connection.run([
        raw(
          'CREATE TABLE strict_ones (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER CONSTRAINT positive CHECK (b > 0), c TEXT, UNIQUE (a, c))',
        ),
        raw('CREATE UNIQUE INDEX lower_c ON strict_ones (lower(c))'),
        raw("INSERT INTO strict_ones VALUES (1, 'a', 1, 'c')"),
        raw('CREATE TABLE children (parent INTEGER REFERENCES strict_ones)'),
      ]),
    )

    test.each([
      ["INSERT INTO strict_ones VALUES (1, 'x', 1, 'x')", { sqlState: '23505', table: 'strict_ones', column: 'id' }],
      ["INSERT INTO strict_ones VALUES (2, 'a', 1, 'c')", { sqlState: '23505' }],
      ["INSERT INTO strict_ones VALUES (2, 'b', 1, 'C')", { sqlState: '23505', constraint: 'lower_c' }],
      ['INSERT INTO strict_ones VALUES (2, NULL, 1, NULL)', { sqlState: '23502', table: 'strict_ones', column: 'a' }],
      ["INSERT INTO strict_ones VALUES (2, 'x', -1, NULL)", { sqlState: '23514', constraint: 'positive' }],
      ['INSERT INTO children VALUES (99)', { sqlState: '23503' }],
      ["INSERT INTO strict_ones VALUES ('x', 'x', 1, NULL)", { sqlState: '22P02' }],
      ['SELECT * FROM nowhere', { sqlState: '42P01' }],
      ['SELECT other FROM children', { sqlState: '42703' }],
      ['SELECT nonsense(1)', { sqlState: '42883' }],
      ['SELECT length()', { sqlState: '42883' }],
      ['SELECT parent FROM children WHERE count(*) > 1', { sqlState: '42803' }],
      ['INSERT INTO children VALUES (1) ON CONFLICT (parent) DO NOTHING', { sqlState: '42P10' }],
      ['SELEC 1', { sqlState: '42601' }],
      ['SELECT (', { sqlState: '42601' }],
      ['CREATE TABLE children (id INTEGER)', { sqlState: '42P07' }],
      ['CREATE INDEX lower_c ON children (parent)', { sqlState: '42P07' }],
      ['ALTER TABLE children ADD COLUMN parent INTEGER', { sqlState: '42701' }],
      ['SELECT abs(-9223372036854775808)', { sqlState: '22003' }],
      ["SELECT json_extract('{', '$')", { sqlState: '22P02' }],
      ["SELECT 'a' REGEXP '('", {}],
      ['ROLLBACK TO nowhere', { sqlState: '3B001' }],
      ['SELECT parent FROM children JOIN children AS other', { sqlState: '42702' }],
    ])('%s', async (sql, fields) => {
      const error = await failure(connection.run([raw(sql)]))
      expect(error.fields ?? {}).toMatchObject(fields)
      expect(error).toMatchObject({ commandIndex: 0, disconnected: false })
      expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
    })
  })

  test('what waits when its connection is closed is not run', async () => {
    await connection.run([raw('CREATE TABLE late (i INTEGER)')])
    const work: ((by: DriverConnection) => Promise<unknown>)[] = [
      (by) => by.run([raw('INSERT INTO late VALUES (1)')]),
      (by) => by.openCursor?.([raw('INSERT INTO late VALUES (2) RETURNING i')], { rows: 1 }) ?? Promise.resolve(),
    ]
    for (const each of work) {
      await letGo()
      const waiting = failure(each(connection))
      connection.terminate()
      expect(await waiting).toMatchObject({ message: 'the connection is closed', disconnected: true })
      connection = await driver.connect()
    }
    expect(await rows(connection, 'SELECT * FROM late')).toEqual([])
    const files = driverOf({ library, path: freshPath() })
    const [one, other] = [await files.connect(), await files.connect()]
    await one.run([raw('CREATE TABLE late (i INTEGER)'), raw('SELECT 1')])
    await one.run([raw('BEGIN IMMEDIATE')])
    const locked = failure(other.run([raw('INSERT INTO late VALUES (1)')]))
    await letGo()
    other.terminate()
    expect(await locked).toMatchObject({ message: 'the connection is closed', disconnected: true })
    await one.close()
    await files.dispose()
  })

  test('a connection in memory is closed without its database; the driver takes that along', async () => {
    await connection.run([raw('CREATE TABLE stays (id INTEGER)'), raw('INSERT INTO stays VALUES (1)')])
    await connection.run([raw('BEGIN'), raw('INSERT INTO stays VALUES (2)')])
    const reasons: unknown[] = []
    connection.onceClosed((reason) => reasons.push(reason))
    connection.terminate()
    expect(reasons).toEqual([null])
    expect(connection.transactionStatus).toBe('lost')
    expect(await failure(rows(connection, 'SELECT 1'))).toMatchObject({ disconnected: true, sent: false })
    const next = await driver.connect()
    expect(await rows(next, 'SELECT * FROM stays')).toEqual([[1]])
    await next.close()
    await driver.dispose()
    expect(await failure(driver.connect())).toMatchObject({ disconnected: true })
  })

  describe('files', () => {
    test('wait for each other without stopping the program, and give up in time', async () => {
      const path = freshPath()
      const files = driverOf({ library, path, busyTimeoutMs: 400 })
      const [one, other] = [await files.connect(), await files.connect()]
      await one.run([raw('CREATE TABLE shared (id INTEGER)')])
      await one.run([raw('BEGIN IMMEDIATE'), raw('INSERT INTO shared VALUES (1)')])
      const waiting = other.run([raw('INSERT INTO shared VALUES (2)')])
      await new Promise((resolve) => setTimeout(resolve, 50))
      await one.run([raw('COMMIT')])
      await waiting
      expect(await rows(other, 'SELECT id FROM shared ORDER BY id')).toEqual([[1], [2]])
      await one.run([raw('BEGIN IMMEDIATE')])
      const error = await failure(other.run([raw('BEGIN'), raw('INSERT INTO shared VALUES (3)')]))
      expect(error).toMatchObject({ message: 'database is locked', commandIndex: 1, fields: { sqlState: '55P03' } })
      expect(other.transactionStatus).toBe('failed')
      await other.run([raw('ROLLBACK')])
      await Promise.all([one.close(), other.close()])
      await files.dispose()
    })

    test('tell a transaction that has read what changed since to begin anew', async () => {
      const files = driverOf({ library, path: freshPath(), pragmas: [['journal_mode', 'wal']] })
      const [one, other] = [await files.connect(), await files.connect()]
      await one.run([raw('CREATE TABLE shared (id INTEGER)')])
      await one.run([raw('BEGIN'), raw('SELECT * FROM shared')])
      await other.run([raw('INSERT INTO shared VALUES (1)')])
      expect(await failure(one.run([raw('INSERT INTO shared VALUES (2)')]))).toMatchObject({
        fields: { sqlState: '40001' },
      })
      await Promise.all([one.close(), other.close()])
      await files.dispose()
    })

    test('that must be there are', async () => {
      const path = freshPath()
      expect(await failure(driverOf({ library, path, mode: 'ro' }).connect())).toMatchObject({
        message: `there is no database ${JSON.stringify(path)}, and mode=ro makes none`,
        disconnected: true,
        sent: false,
        fields: { sqlState: '58P01' },
      })
      const made = await driverOf({ library, path }).connect()
      await made.run([raw('CREATE TABLE t (id INTEGER)')])
      await made.close()
      const read = await driverOf({ library, path, mode: 'ro' }).connect()
      expect(await failure(rows(read, 'INSERT INTO t VALUES (1)'))).toMatchObject({ fields: { sqlState: '25006' } })
      await read.close()
      expect(await failure(driverOf({ library, path: '/nowhere/at/all.db' }).connect())).toMatchObject({
        disconnected: true,
        fields: { sqlState: '58P01' },
      })
    })

    test('that are no databases are refused', async () => {
      const error = await failure(
        driverOf({ library, path: 'package.json', pragmas: [['journal_mode', 'wal']] }).connect(),
      )
      expect(error).toMatchObject({ disconnected: true, fields: { sqlState: 'XX001' } })
    })
  })
})
