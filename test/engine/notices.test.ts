// What the server says beside its answer is found at the result of the statement that made it say so.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { startProxy } from '../support/proxy.ts'
import { databases, postgresUrl } from '../support/server.ts'

/** A machine that is busy takes its time. */
const PATIENTLY = { timeout: 15_000 }

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  it('notices of a statement are those of its result', async () => {
    const dropped = await engine.execute('DROP TABLE IF EXISTS absent')
    expect(dropped.notices).toEqual([
      { severity: 'NOTICE', sqlState: '00000', message: 'table "absent" does not exist, skipping' },
    ])
    expect((await engine.execute('SELECT 1')).notices).toEqual([])
  })

  it('also with rows, and in a transaction', async () => {
    await engine.begin(async (connection) => {
      await connection.execute(
        `CREATE FUNCTION pg_temp.told(n int) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN RAISE WARNING 'told %', n USING HINT = 'listen'; RETURN n; END $$`,
      )
      const result = await connection.execute('SELECT pg_temp.told(n) AS n FROM generate_series(1, 2) AS n')
      expect(result.notices).toEqual([
        { severity: 'WARNING', sqlState: '01000', message: 'told 1', hint: 'listen' },
        { severity: 'WARNING', sqlState: '01000', message: 'told 2', hint: 'listen' },
      ])
      expect(result.scalars().all()).toEqual([1, 2])
      expect((await connection.execute('SELECT 3')).notices).toEqual([])
    })
  })

  it('are told to listeners of the engine, with connection and statement', async () => {
    const told: unknown[] = []
    await using connection = await engine.connect()
    const end = engine.on('notice', async ({ connection: where, sql, parameters, notice }) => {
      await null
      told.push([where === connection, sql, parameters, notice.message])
    })
    const block = 'SELECT pg_temp.warned(CAST($1 AS INTEGER))'
    const create = `CREATE FUNCTION pg_temp.warned(n int) RETURNS int LANGUAGE plpgsql AS $$
      BEGIN RAISE NOTICE 'told %', n; RETURN 10 / n; END $$`
    await connection.execute(create)
    await connection.execute('DROP TABLE IF EXISTS absent')
    await connection.execute(block, [5])
    // What was said before the error is told too.
    await expect(connection.execute(block, [0])).rejects.toThrow('division by zero')
    end()
    await connection.rollback()
    await connection.execute('DROP TABLE IF EXISTS absent')
    expect(told).toEqual([
      [true, 'DROP TABLE IF EXISTS absent', [], 'table "absent" does not exist, skipping'],
      [true, block, [5], 'told 5'],
      [true, block, [0], 'told 0'],
    ])
  })

  it('of a commit are told with the last statement of its flight, and listeners of one connection hear its own only', async () => {
    await using connection = await engine.connect()
    const told: string[] = []
    connection.on('notice', ({ sql, notice }) => told.push(`${sql}: ${notice.message}`))
    const deferred = `CREATE TEMPORARY TABLE late (id int);
      CREATE FUNCTION pg_temp.say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'at the end'; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.say()`
    for (const sql of deferred.split(/;\n/)) await connection.execute(sql)
    await connection.commit()
    await connection.execute('INSERT INTO late VALUES (1)')
    expect(told).toEqual([])
    await connection.commit()
    await connection.close()
    await engine.execute('DROP TABLE IF EXISTS absent')
    expect(told).toEqual(['COMMIT: at the end'])
  })

  it('that a listener does not take fail what made the server say so, which was done all the same', async () => {
    await using connection = await engine.connect()
    connection.on('notice', () => {
      throw new Error('not now')
    })
    await expect(connection.execute('DROP TABLE IF EXISTS absent')).rejects.toThrow(new Error('not now'))
    expect(await connection.execute('SELECT 1').scalar()).toBe(1)
  })
})

describe('on a server that is made talkative', () => {
  let engine: Engine
  const told: { connection: unknown; sql: string; message: string }[] = []
  beforeEach(() => {
    engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
    // The end of a transaction is said at this level.
    engine.pool.on('connect', ({ entry }) => entry.execute('SET client_min_messages TO debug3'))
    engine.on('notice', ({ connection, sql, notice: { message } }) => void told.push({ connection, sql, message }))
  })
  afterEach(async () => {
    await engine.dispose()
    told.splice(0)
  })

  it('notices of rollback() are told with its Connection', async () => {
    await using connection = await engine.connect()
    await connection.execute('SELECT 1')
    told.splice(0)
    await connection.rollback()
    expect(told.length).toBeGreaterThan(0)
    for (const each of told) expect(each).toMatchObject({ sql: 'ROLLBACK' })
    expect(told.every((each) => each.connection === connection)).toBe(true)
    await connection.execute('SELECT 1')
    const savepoint = connection.beginNested()
    await connection.execute('SELECT 1')
    told.splice(0)
    await savepoint.rollback()
    expect(told.length).toBeGreaterThan(0)
    for (const each of told) expect(each).toMatchObject({ connection, sql: 'ROLLBACK TO SAVEPOINT sa_savepoint_1' })
  })

  it('those of what the pool sends are told with none', async () => {
    const read = await engine.connect()
    await read.execute('SELECT 1')
    told.splice(0)
    // What has only read is left to the pool, whose ROLLBACK travels with what is sent next.
    await read.close()
    const next = await engine.connect()
    await next.execute('SELECT 2')
    expect(told.some(({ connection, sql }) => connection === null && sql === 'ROLLBACK')).toBe(true)
    expect(told.filter(({ sql }) => sql === 'SELECT 2').every(({ connection }) => connection === next)).toBe(true)
    await next.rollback()
    await next.close()
    // Alone, where nobody sends anything.
    const alone = await engine.connect()
    await alone.execute('SELECT 1')
    told.splice(0)
    await alone.close()
    await expect
      .poll(() => told.map(({ connection, sql }) => [connection, sql]), PATIENTLY)
      .toContainEqual([null, 'ROLLBACK'])
    // What listeners of the pool run.
    const raw = await engine.raw()
    await raw.driverConnection.run([
      { statement: { sql: 'BEGIN', parameters: [], columns: null, prepare: false }, parameters: [] },
    ])
    told.splice(0)
    await raw.close()
    expect(told.map(({ connection, sql }) => [connection, sql])).toContainEqual([null, 'ROLLBACK'])
  })

  it('those of a raw connection are told with none, also of what it failed with', async () => {
    await using raw = await engine.raw()
    await raw.run('DROP TABLE IF EXISTS absent')
    expect(told.map(({ connection, sql, message }) => [connection, sql, message])).toContainEqual([
      null,
      'DROP TABLE IF EXISTS absent',
      'table "absent" does not exist, skipping',
    ])
    const failing = "DO $$ BEGIN RAISE NOTICE 'before'; PERFORM 1 / 0; END $$"
    await expect(raw.run(failing)).rejects.toThrow('division by zero')
    expect(told.map(({ sql, message }) => [sql, message])).toContainEqual([failing, 'before'])
  })

  it('those of a connection that is opened are told with none, before anybody has it', async () => {
    const proxy = await startProxy(postgresUrl())
    const own = createEngine(proxy.url)
    try {
      const heard: unknown[] = []
      own.on('notice', ({ connection, sql, parameters, notice }) => {
        heard.push([connection, sql, parameters, notice.severity, notice.message])
      })
      // As of a database whose collation was made by another version of the system.
      proxy.rewrite((answer) => {
        const at = answer.indexOf(Buffer.from('Z\0\0\0\x05I', 'latin1'))
        if (at < 0) return answer
        proxy.rewrite(null)
        return Buffer.concat([
          answer.subarray(0, at),
          noticeResponse('collation version mismatch'),
          answer.subarray(at),
        ])
      })
      expect(await own.execute('SELECT 1').scalar()).toBe(1)
      expect(heard).toEqual([[null, '', [], 'WARNING', 'collation version mismatch']])
      await own.execute('SELECT 2')
      expect(heard).toHaveLength(1)
    } finally {
      await own.dispose()
      await proxy.close()
    }
  })

  it('a listener that throws at what is said to the pool is a warning, and costs no connection', async () => {
    const proxy = await startProxy(postgresUrl())
    const warned: string[] = []
    const warn = (warning: Error): void => void warned.push(warning.message)
    process.on('warning', warn)
    const own = createEngine(proxy.url, {
      poolSize: 1,
      maxOverflow: 0,
      poolTimeoutMs: 5_000,
      poolResetOnReturn: 'commit',
    })
    own.on('notice', ({ connection }) => {
      if (connection === null) throw new Error('not now')
    })
    try {
      proxy.rewrite((answer) => {
        const at = answer.indexOf(Buffer.from('Z\0\0\0\x05I', 'latin1'))
        if (at < 0) return answer
        proxy.rewrite(null)
        return Buffer.concat([answer.subarray(0, at), noticeResponse('welcome'), answer.subarray(at)])
      })
      const raw = await own.raw()
      const saying = `CREATE FUNCTION pg_temp.say() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE NOTICE 'said'; RAISE EXCEPTION 'no'; END $$`
      const trigger = `CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.say()`
      const insert = ['BEGIN', 'INSERT INTO late VALUES (1)']
      for (const sql of ['CREATE TEMPORARY TABLE late (id int)', saying, trigger, ...insert]) await raw.run(sql)
      // Its COMMIT fails, and the server has said something before.
      await raw.close()
      expect(own.pool.status()).toMatchObject({ checkedOut: 0 })
      expect(await own.execute('SELECT 1').scalar()).toBe(1)
      expect(own.pool.metrics()).toMatchObject({ refused: 0 })
      await expect.poll(() => warned, PATIENTLY).toEqual(['not now', 'not now'])
    } finally {
      process.off('warning', warn)
      await own.dispose()
      await proxy.close()
    }
  })

  it('those of a session that listens are told with none', async () => {
    const proxy = await startProxy(postgresUrl())
    const talkative = createEngine(proxy.url, { connectArguments: { options: '-c client_min_messages=debug3' } })
    try {
      const heard: unknown[] = []
      talkative.on('notice', ({ connection, sql, notice }) => void heard.push([connection, sql, notice.message]))
      const listener = talkative.listen(['a', 'b'])
      await listener.ready()
      expect(heard).toContainEqual([null, 'LISTEN a; LISTEN b', expect.any(String)])
      // What the server says by itself comes with what it sends next.
      proxy.rewrite((answer) => Buffer.concat([noticeResponse('the house is on fire'), answer]))
      await using other = createEngine(postgresUrl())
      await other.notify('a', 'x')
      await expect.poll(() => heard, PATIENTLY).toContainEqual([null, '', 'the house is on fire'])
      await listener.close()
    } finally {
      await talkative.dispose()
      await proxy.close()
    }
  })
})

/** A notice as the server sends it. */
function noticeResponse(message: string): Buffer {
  const fields = Buffer.from(`SWARNING\0VWARNING\0C01000\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('N')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
