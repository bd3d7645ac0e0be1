import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { ResourceClosedError } from '../../src/errors.ts'
import { OWED_FOR_MS } from '../../src/pool/owed-rollback.ts'
import { postgresUrl, sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const READ = 'SELECT CAST(count(*) AS INTEGER) FROM item'
const LOCKS = "SELECT count(*)::int FROM pg_locks WHERE relation = 'item'::regclass"
const STATE = 'SELECT state FROM pg_stat_activity WHERE pid = $1'

/** Something that lasts as long as the transaction that did it, and whether it lasts; the third statement fails as it is run. */
const MARKS = {
  postgresql: {
    set: "SELECT set_config('tsalchemy.mark', 'first', true), 1 AS one",
    read: "SELECT coalesce(current_setting('tsalchemy.mark', true), '')",
    failing: 'SELECT 1 / 0',
    sqlState: '22012',
    text: 'SELECT $1::text',
  },
  sqlite: {
    set: 'PRAGMA defer_foreign_keys = 1',
    read: "SELECT replace(defer_foreign_keys, '0', '') FROM pragma_defer_foreign_keys",
    failing: 'SELECT abs(-9223372036854775807 - 1)',
    sqlState: '22003',
    text: 'SELECT $1',
  },
} as const

const flightsOf = (conn: Connection): number => conn.driverConnection?.flights ?? -1
const soon = async (condition: () => Promise<boolean>): Promise<void> => {
  const limit = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error('It did not happen within ten seconds')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

it.each(sqlDatabases())('an engine is disposed of while somebody asks for a connection, on $name', async ({ url }) => {
  const engine = createEngine(url)
  await engine.execute('SELECT 1')
  const asking = engine.connect().catch((error: unknown) => error)
  await engine.dispose()
  expect(await asking).toBeInstanceOf(ResourceClosedError)
})

describe.each(sqlDatabases())('closing a connection that has only read, on $name', ({ url, name }) => {
  const mark = name === 'sqlite' ? MARKS.sqlite : MARKS.postgresql
  let engine: Engine

  beforeAll(async () => {
    engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 8_000 })
    await engine.execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
  })
  beforeEach(() => engine.execute('DELETE FROM item'))
  afterAll(() => engine.dispose())

  it('sends ROLLBACK in front of what is sent next: one flight for each user', async () => {
    let before = 0
    for (let user = 0; user < 5; user += 1) {
      await using conn = await engine.connect()
      if (user === 0) before = flightsOf(conn)
      await conn.execute(READ)
      expect(flightsOf(conn)).toBe(before + user + 1)
    }
  })

  it('shows the next user no transaction, and no trace of it in results and errors', async () => {
    const first = await engine.connect()
    await first.execute(mark.set)
    await first.close()
    await using second = await engine.connect()
    expect(second.inTransaction()).toBe(false)
    expect(second.driverConnection?.transactionStatus).toBe('idle')
    const result = await second.executeAll([])
    expect(result).toEqual([])
    expect(await second.execute(mark.read).scalarOne()).toBe('')
    await second.close()
    await using third = await engine.connect()
    const error = await third.execute(mark.failing).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ sqlState: mark.sqlState, statement: mark.failing, flightIndex: 0 })
    await third.rollback()
  })

  it('is told to listeners as any ROLLBACK', async () => {
    const recording = recordStatements(engine)
    await using conn = await engine.connect()
    await conn.execute(READ)
    await conn.close()
    await engine.execute(READ)
    expect(recording.flights).toEqual([['BEGIN', READ], ['ROLLBACK'], [READ]])
    recording.stop()
  })

  it('keeps statements alone, lists of parameters and the next transaction in transactions of their own', async () => {
    const read = async (): Promise<void> => {
      await using conn = await engine.connect()
      await conn.execute(READ)
    }
    await read()
    await engine.execute('INSERT INTO item VALUES (1)')
    await read()
    await expect(engine.execute('INSERT INTO item VALUES (2), (1)')).rejects.toMatchObject({ sqlState: '23505' })
    await read()
    await engine.begin((conn) => conn.execute('INSERT INTO item VALUES (3)'))
    await read()
    await engine.begin(async (conn) => {
      await conn.execute('INSERT INTO item VALUES (4)')
      await conn.execute('INSERT INTO item VALUES (5)')
    })
    expect(await engine.execute('SELECT id FROM item ORDER BY id').scalars().all()).toEqual([1, 3, 4, 5])
  })

  it('still owes the ROLLBACK where the next user could send nothing', async () => {
    const first = await engine.connect()
    await first.execute(mark.set)
    await first.close()
    await using second = await engine.connect()
    await expect(second.execute(mark.text, ['a\0b'])).rejects.toMatchObject({ statement: mark.text })
    expect(await second.execute(mark.read).scalarOne()).toBe('')
    await second.execute('INSERT INTO item VALUES (1)')
    await second.commit()
    await second.close()
    expect(await engine.execute(READ).scalarOne()).toBe(1)
  })
})

describe.each(sqlDatabases())('closing a connection, on $name', ({ url }) => {
  it.each(['transaction', 'savepoint'] as const)('waits for a rollback of the %s that is on its way', async (which) => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 })
    const conn = await engine.connect()
    const transaction = which === 'transaction' ? conn.begin() : conn.beginNested()
    await conn.execute('SELECT 1')
    const ending = transaction.rollback()
    await conn.close()
    await ending
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, idle: 1 })
  })

  it.each([null, 'commit'] as const)('rolls back what has only read with poolResetOnReturn %s', async (reset) => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolResetOnReturn: reset })
    const recording = recordStatements(engine)
    for (let user = 0; user < 3; user += 1) {
      await using conn = await engine.connect()
      await conn.execute('SELECT 1')
    }
    const one = [['BEGIN', 'SELECT 1'], ['ROLLBACK']]
    expect(recording.flights).toEqual([...one, ...one, ...one])
    expect(engine.pool.metrics()).toMatchObject({ opened: 1, closed: 0 })
  })
})

describe('closing a connection, on a server', () => {
  let engine: Engine
  let watcher: Engine

  beforeAll(async () => {
    engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 8_000 })
    watcher = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
    await engine.execute('CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY)')
    await engine.execute('DELETE FROM item')
  })
  afterAll(async () => {
    await engine.dispose()
    await watcher.dispose()
  })

  it('lets go of locks though nobody else comes', async () => {
    await using conn = await engine.connect()
    await conn.execute(READ)
    const id = await conn.execute('SELECT pg_backend_pid()').scalarOne()
    expect(await watcher.execute(LOCKS).scalarOne()).toBe(1)
    await conn.close()
    await soon(async () => (await watcher.execute(STATE, [id]).scalarOne()) === 'idle')
    expect(await watcher.execute(LOCKS).scalarOne()).toBe(0)
  })

  it('lets go of locks though who borrowed the connection sends nothing', async () => {
    const first = await engine.connect()
    await first.execute(READ)
    const id = await first.execute('SELECT pg_backend_pid()').scalarOne()
    const waiting = engine.connect()
    await first.close()
    await using second = await waiting
    await soon(async () => (await watcher.execute(STATE, [id]).scalarOne()) === 'idle')
    expect(await second.execute('SELECT pg_backend_pid()').scalarOne()).toBe(id)
    expect(await second.execute(READ).scalarOne()).toBe(0)
  })

  it.each([
    'INSERT INTO item VALUES (1)',
    'SELECT * FROM item FOR UPDATE',
    'SELECT pg_advisory_xact_lock(5)',
    'LOCK TABLE item',
    'WITH gone AS (DELETE FROM item RETURNING 1) SELECT * FROM gone',
  ])('waits for the ROLLBACK of what has locked: %s', async (sql) => {
    const conn = await engine.connect()
    const id = await conn.execute('SELECT pg_backend_pid()').scalarOne()
    await conn.execute(sql)
    await conn.close()
    expect(await watcher.execute(STATE, [id]).scalarOne()).toBe('idle')
    expect(await watcher.execute(LOCKS).scalarOne()).toBe(0)
  })

  it('does not lend a connection that died with its ROLLBACK still to come', async () => {
    const first = await engine.connect()
    const id = await first.execute('SELECT pg_backend_pid()').scalarOne()
    const connection = first.driverConnection
    await first.close()
    connection?.terminate()
    await new Promise((resolve) => connection?.onceClosed(resolve))
    await using second = await engine.connect()
    expect(await second.execute('SELECT pg_backend_pid()').scalarOne()).not.toBe(id)
  })

  it('sends again what meets a statement that the server has forgotten, or whose plan is out of date', async () => {
    const everything = 'SELECT * FROM item'
    const readAnd = async (between: (conn: Connection) => Promise<unknown>): Promise<void> => {
      for (let time = 0; time < 3; time += 1) await engine.execute(everything)
      const reader = await engine.connect()
      await reader.execute('SELECT 1')
      await between(reader)
      await reader.close()
    }
    const forget = {
      statement: { sql: 'DEALLOCATE ALL', parameters: [], columns: null, prepare: false },
      parameters: [],
    }
    const change = (name: string) => () => watcher.execute(`ALTER TABLE item ADD COLUMN ${name} INTEGER`)
    await readAnd(async (reader) => reader.driverConnection?.run([forget]))
    expect((await engine.execute(everything)).keys()).toEqual(['id'])
    await readAnd(change('more'))
    expect((await engine.execute(everything)).keys()).toEqual(['id', 'more'])
    await readAnd(change('most'))
    await using conn = await engine.connect()
    expect((await conn.execute(everything)).keys()).toEqual(['id', 'more', 'most'])
  })

  it('ends no transaction of a later user where what it travelled with was stale and aborted', async () => {
    const everything = 'SELECT * FROM item'
    for (let time = 0; time < 3; time += 1) await engine.execute(everything)
    await watcher.execute('ALTER TABLE item ADD COLUMN another INTEGER')
    const reader = await engine.connect()
    await reader.execute('SELECT 1')
    await reader.close()
    const aborted = await engine.connect()
    const reason = new Error('enough')
    const abort = new AbortController()
    const refused = aborted.execute(everything, [], { signal: abort.signal }).catch((error: unknown) => error)
    abort.abort(reason)
    expect(await refused).toBe(reason)
    await aborted.close()
    await using writer = await engine.connect()
    await writer.execute('INSERT INTO item (id) VALUES (1)')
    await new Promise((resolve) => setTimeout(resolve, 4 * OWED_FOR_MS))
    expect(await writer.execute(READ).scalarOne()).toBe(1)
    await writer.commit()
    expect(await watcher.execute(READ).scalarOne()).toBe(1)
    await watcher.execute('DELETE FROM item')
  })

  it('serves users that wait in line one flight each', async () => {
    const counted = await engine.connect()
    const before = flightsOf(counted)
    await counted.close()
    const users = Array.from({ length: 20 }, async () => {
      await using conn = await engine.connect()
      return await conn.execute(READ).scalarOne()
    })
    expect(await Promise.all(users)).toEqual(Array(20).fill(0))
    await using last = await engine.connect()
    await last.execute(READ)
    expect(flightsOf(last)).toBe(before + 21)
  })
})
