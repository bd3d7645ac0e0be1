// What docs/errors.md says of SQLite: the classes of its failures and what each tells, through each library that is here.
import { writeFileSync } from 'node:fs'
import { createEngine, type DBAPIError, type Engine } from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshPath, libraries } from './support.ts'

/** The error of what must fail. */
async function errorOf(work: PromiseLike<unknown>): Promise<DBAPIError> {
  return Promise.resolve(work).then(
    () => {
      throw new Error('It did not fail')
    },
    (error: DBAPIError) => error,
  )
}

describe.each(libraries)('through %s', (library) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(`sqlite+${library}://`)
    for (const sql of [
      'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER CHECK (age > 0), CONSTRAINT short CHECK (length(name) < 9), UNIQUE (name, age))',
      'CREATE UNIQUE INDEX lower_name ON users (lower(name))',
      'CREATE TABLE pets (owner INTEGER REFERENCES users DEFERRABLE INITIALLY DEFERRED, b INTEGER, UNIQUE (owner, b))',
      'CREATE TABLE strict (n INTEGER) STRICT',
      "CREATE TRIGGER guard BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'users stay'); END",
      "INSERT INTO users (id, name, age) VALUES (1, 'ed', 5)",
      'INSERT INTO pets VALUES (1, 2)',
    ])
      await engine.execute(sql)
  })
  afterAll(() => engine.dispose())

  test.each<[name: string, sqlState: string, sql: string, told: object]>([
    ['UniqueViolation', '23505', "INSERT INTO users (id, name) VALUES (1, 'x')", { table: 'users', column: 'id' }],
    ['UniqueViolation', '23505', 'INSERT INTO pets VALUES (1, 2)', { table: 'pets', column: null, constraint: null }],
    ['UniqueViolation', '23505', "INSERT INTO users (name) VALUES ('ED')", { constraint: 'lower_name' }],
    ['NotNullViolation', '23502', 'INSERT INTO users (name) VALUES (NULL)', { table: 'users', column: 'name' }],
    ['ForeignKeyViolation', '23503', 'INSERT INTO pets VALUES (7, 7)', { table: null, constraint: null }],
    ['CheckViolation', '23514', "INSERT INTO users (name, age) VALUES ('a', 0)", { constraint: 'age > 0' }],
    ['CheckViolation', '23514', "INSERT INTO users (name) VALUES ('far too long')", { constraint: 'short' }],
    ['RaiseException', 'P0001', 'DELETE FROM users', {}],
    ['UndefinedTable', '42P01', 'SELECT * FROM nobody', { position: null }],
    ['UndefinedColumn', '42703', 'SELECT nothing_like_it FROM users', {}],
    ['UndefinedFunction', '42883', 'SELECT unheard_of(1)', {}],
    ['UndefinedFunction', '42883', 'SELECT abs(1, 2)', {}],
    ['DuplicateTable', '42P07', 'CREATE TABLE users (a)', {}],
    ['DuplicateTable', '42P07', 'CREATE INDEX lower_name ON users (name)', {}],
    ['DuplicateColumn', '42701', 'ALTER TABLE users ADD COLUMN age INTEGER', {}],
    ['SqlSyntaxError', '42601', 'SELEKT 1', { position: null, detail: null, hint: null, schema: null }],
    ['SqlSyntaxError', '42601', 'SELECT 1; SELECT 2', {}],
    ['SqlSyntaxError', '42601', 'SELECT 1::int', {}],
    ['NumericOutOfRange', '22003', 'SELECT abs(-9223372036854775807 - 1)', {}],
    ['InvalidTextRepresentation', '22P02', "SELECT json('{')", {}],
    ['InvalidTextRepresentation', '22P02', "INSERT INTO strict VALUES ('x')", {}],
  ])('%s (%s): %s', async (name, sqlState, sql, told) => {
    expect(await errorOf(engine.execute(sql))).toMatchObject({ name, sqlState, statement: sql, ...told })
  })

  test('a division by zero is NULL, and texts may be longer than their columns', async () => {
    expect(await engine.execute('SELECT 1 / 0').scalar()).toBeNull()
    expect(await engine.execute("SELECT CAST('abcd' AS VARCHAR(3))").scalar()).toBe('abcd')
  })

  test('a failed transaction takes nothing but a rollback, and no COMMIT is believed', async () => {
    await using conn = await engine.connect()
    await conn.execute('SELECT 1')
    await errorOf(conn.execute('SELEKT 1'))
    const { driverConnection } = conn
    const next = [{ statement: { sql: 'SELECT 1', parameters: [], columns: null, prepare: false }, parameters: [] }]
    await expect(driverConnection?.run(next)).rejects.toMatchObject({ fields: { sqlState: '25P02' } })
    await conn.rollback()
    expect(await conn.execute('SELECT 1').scalar()).toBe(1)
  })

  test('locks, and what stops waiting for them', async () => {
    const path = encodeURI(freshPath())
    await using writer = createEngine(`sqlite+${library}:///${path}`)
    await writer.execute('CREATE TABLE t (i INTEGER)')
    await using waiting = createEngine(`sqlite+${library}:///${path}?busy_timeout=60000`)
    await using hasty = createEngine(`sqlite+${library}:///${path}?busy_timeout=20`)
    await using reader = createEngine(`sqlite+${library}:///${path}?mode=ro`)
    await using conn = await writer.connect()
    await conn.execute('INSERT INTO t VALUES (1)')
    const insert = 'INSERT INTO t VALUES (2)'
    expect(await errorOf(hasty.execute(insert))).toMatchObject({ name: 'LockNotAvailable', sqlState: '55P03' })
    expect(await errorOf(waiting.execute(insert, [], { timeoutMs: 50 }))).toMatchObject({
      name: 'StatementTimeout',
      connectionInvalidated: false,
    })
    const reason = new Error('enough')
    const abort = new AbortController()
    const stopped = errorOf(waiting.execute(insert, [], { signal: abort.signal }))
    setTimeout(() => abort.abort(reason), 20)
    expect(await stopped).toBe(reason)
    await conn.commit()
    await waiting.execute(insert)
    expect(await errorOf(reader.execute(insert))).toMatchObject({ name: 'ReadOnlyTransaction', sqlState: '25006' })
    const readOnly = waiting.executionOptions({ readOnly: true })
    expect(await errorOf(readOnly.execute(insert))).toMatchObject({ name: 'ReadOnlyTransaction', sqlState: '25006' })
    expect(await reader.execute('SELECT count(*) FROM t').scalar()).toBe(2)
  })

  test('a table whose rows this very connection reads cannot be dropped, and nobody waits for that', async () => {
    const path = encodeURI(freshPath())
    await using one = createEngine(`sqlite+${library}:///${path}?busy_timeout=3600000`)
    await one.execute('CREATE TABLE t (i INTEGER)')
    await one.execute('INSERT INTO t VALUES (1), (2), (3)')
    await using conn = await one.connect()
    const rows = (await conn.stream('SELECT i FROM t', [], { yieldPer: 1 }))[Symbol.asyncIterator]()
    await rows.next()
    expect(await errorOf(conn.execute('DROP TABLE t'))).toMatchObject({ name: 'OperationalError', sqlState: '55006' })
    await conn.rollback()
    await conn.execute('DROP TABLE t')
    await conn.commit()
  })

  test('a transaction that wants to write what has changed since it has read', async () => {
    const url = `sqlite+${library}:///${encodeURI(freshPath())}?journal_mode=wal`
    await using engine = createEngine(url)
    await engine.execute('CREATE TABLE t (i INTEGER)')
    await using conn = await engine.connect()
    await conn.execute('SELECT * FROM t')
    await engine.execute('INSERT INTO t VALUES (1)')
    expect(await errorOf(conn.execute('INSERT INTO t VALUES (2)'))).toMatchObject({
      name: 'SerializationFailure',
      sqlState: '40001',
    })
    await conn.rollback()
    await conn.execute('INSERT INTO t VALUES (2)')
    await conn.commit()
  })

  test('files that cannot be opened, or are none of SQLite', async () => {
    await using nowhere = createEngine(`sqlite+${library}:////no/such/place/at/all.db`)
    expect(await errorOf(nowhere.execute('SELECT 1'))).toMatchObject({ name: 'OperationalError', sqlState: '58P01' })
    const path = freshPath()
    writeFileSync(path, 'This is no database at all, but a text that is long enough to be taken for one.'.repeat(20))
    await using none = createEngine(`sqlite+${library}:///${encodeURI(path)}`)
    expect(await errorOf(none.execute('SELECT * FROM t'))).toMatchObject({ name: 'DatabaseError', sqlState: 'XX001' })
  })
})
