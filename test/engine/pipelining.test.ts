// Statements that share connections: each answered, failing and stopped alone; nobody else has to wait for ever.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DivisionByZero, StatementTimeout, UniqueViolation } from '../../src/database-errors.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { isShared } from '../../src/engine/flight-lanes.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { ArgumentError, OperationalError, ResourceClosedError, TimeoutError } from '../../src/errors.ts'
import { Column, Integer, insert, MetaData, select, table, text } from '../../src/index.ts'
import { startProxy } from '../support/proxy.ts'
import { postgresUrl, sqlDatabases } from '../support/server.ts'

const metadata = new MetaData()
const piped = table('piped', metadata, { id: Column(Integer, { primaryKey: true }) })

const engines: Engine[] = []
function engineOf(options: EngineOptions = {}, url = postgresUrl()): Engine {
  const engine = createEngine(url, { pipelining: true, poolSize: 1, maxOverflow: 0, ...options })
  engines.push(engine)
  return engine
}
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose()
})

const numbers = (count: number): number[] => [...Array(count).keys()]
/** The value of a statement that is sent at once. */
async function scalar(engine: Engine, sql: string, ...values: unknown[]): Promise<unknown> {
  return await engine.execute(sql, values).scalar()
}

async function scalarUntil(signal: AbortSignal, engine: Engine, sql: string): Promise<unknown> {
  return await engine.execute(sql, [], { signal }).scalar()
}

describe.each(sqlDatabases())('on $name', ({ url }) => {
  it('each gets its own answer, more of them than connections', async () => {
    const engine = engineOf({ poolSize: 3 }, url)
    const answers = await Promise.all(numbers(200).map((n) => scalar(engine, 'SELECT CAST($1 AS INTEGER) * 2', n)))
    expect(answers).toEqual(numbers(200).map((n) => n * 2))
    await pause(1)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })

  it('each is committed or fails by itself', async () => {
    const engine = engineOf({}, url)
    await metadata.createAll(engine)
    const settled = await Promise.allSettled(
      [1, 2, 1, 3].map((id) => engine.execute(insert(piped).values({ id })).then(() => id)),
    )
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.constructor))).toEqual([
      1,
      2,
      UniqueViolation,
      3,
    ])
    expect(await engine.execute(select(piped.c.id).orderBy(piped.c.id)).scalars().all()).toEqual([1, 2, 3])
    const several = await engine.execute(insert(piped), [{ id: 4 }, { id: 5 }])
    expect(several.rowCount).toBe(2)
    await metadata.dropAll(engine)
  })

  it.each([{}, { executionOptions: { timeoutMs: 5_000 } }])(
    'a listener or a function of tags that throws costs its statement, and no connection: %o',
    async (options) => {
      const engine = engineOf(options, url)
      const tellers = [
        () => engine.onStatement(() => expect.fail('no good')),
        () => engine.comment(() => expect.fail('no good')),
      ]
      for (const tell of tellers) {
        const untell = tell()
        const settled = await Promise.allSettled(numbers(3).map(() => scalar(engine, 'SELECT 1')))
        expect(settled.map((one) => String((one as PromiseRejectedResult).reason.message))).toEqual(
          numbers(3).map(() => 'no good'),
        )
        untell()
        expect(await scalar(engine, 'SELECT 2')).toBe(2)
        await pause(1)
        expect(engine.stats().pool.checkedOut).toBe(0)
      }
    },
  )
})

describe('on a server', () => {
  let observer: Engine
  beforeAll(() => {
    observer = createEngine(postgresUrl())
  })
  afterAll(() => observer.dispose())

  const SLEEP = "SELECT 'slept' FROM pg_sleep(60) -- piped"
  const running = (): Promise<unknown> =>
    scalar(
      observer,
      "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%-- piped' AND state = 'active' AND datname = current_database()",
    )

  it('does not wait for the answer before', async () => {
    const proxy = await startProxy(postgresUrl())
    const engine = engineOf({}, proxy.url)
    await scalar(engine, 'SELECT 1')
    proxy.delay(100)
    const started = performance.now()
    await Promise.all(numbers(30).map((n) => scalar(engine, 'SELECT $1::int', n)))
    // One after the other they would take 3 s.
    expect(performance.now() - started).toBeLessThan(1500)
    await engine.dispose()
    await proxy.close()
  })

  it('goes on where listeners hear only what is rare, and not where they are to hear of statements', async () => {
    const proxy = await startProxy(postgresUrl())
    const engine = engineOf({}, proxy.url)
    engine.on('doConnect', async ({ settings }) => {
      settings.query = { ...settings.query, application_name: 'told' }
    })
    engine.on('slowStatement', () => {})
    await scalar(engine, 'SELECT 1')
    proxy.delay(100)
    const quick = async (): Promise<boolean> => {
      const started = performance.now()
      await Promise.all(numbers(30).map((n) => scalar(engine, 'SELECT $1::int', n)))
      return performance.now() - started < 1500
    }
    expect(await quick()).toBe(true)
    const end = engine.on('beforeCursorExecute', () => {})
    expect(await quick()).toBe(false)
    end()
    expect(await quick()).toBe(true)
    await engine.dispose()
    await proxy.close()
  })

  it('takes free connections first', async () => {
    const engine = engineOf({ poolSize: 4 })
    await engine.warmUp(4)
    const pids = await Promise.all(numbers(4).map(() => scalar(engine, 'SELECT pg_backend_pid() FROM pg_sleep(0.3)')))
    expect(new Set(pids).size).toBe(4)
  })

  it('is off unless it is asked for, and says how it is asked for', async () => {
    const engine = engineOf({ pipelining: false, poolTimeoutMs: 1_000 })
    const first = scalar(engine, 'SELECT 1 FROM pg_sleep(1.5)')
    await expect(scalar(engine, 'SELECT 2')).rejects.toThrow(TimeoutError)
    await first
    for (const pipelining of [0, 1, 2.5, -1, 'yes'])
      expect(() => createEngine(postgresUrl(), { pipelining } as never)).toThrow(ArgumentError)
  })

  it('never takes what begins, ends or needs a session', () => {
    const command = (sql: string) => [
      { statement: { sql, parameters: [], columns: null, prepare: false }, parameters: [] },
    ]
    const shared = (sql: string): boolean => isShared(sql, command(sql))
    for (const sql of [
      'SELECT 1',
      ' with x as (select 1) select * from x',
      'INSERT INTO a DEFAULT VALUES',
      'VALUES (1)',
    ])
      expect([sql, shared(sql)]).toEqual([sql, true])
    for (const sql of [
      'BEGIN',
      'COMMIT',
      'CREATE TABLE a ()',
      'COPY a TO STDOUT',
      'SET x = 1',
      'LISTEN a',
      'CALL p()',
      'DO $$$$',
      'VACUUM',
      '/**/ SELECT 1',
      'EXPLAIN ANALYZE SELECT 1',
    ])
      expect([sql, shared(sql)]).toEqual([sql, false])
    expect(isShared(select(piped.c.id), command('SELECT'))).toBe(true)
    expect(isShared(text('LOCK TABLE a'), command('LOCK TABLE a'))).toBe(false)
  })

  it('the error of one is the error of one', async () => {
    const engine = engineOf()
    const settled = await Promise.allSettled(numbers(50).map((n) => scalar(engine, 'SELECT 100 / ($1::int % 5)', n)))
    for (const [n, one] of settled.entries()) {
      if (n % 5 === 0) expect(one).toMatchObject({ reason: expect.any(DivisionByZero) })
      else expect(one).toEqual({ status: 'fulfilled', value: Math.floor(100 / (n % 5)) })
    }
    expect(await scalar(engine, 'SELECT 1')).toBe(1)
  })

  describe('a signal', () => {
    it('stops what runs, and nothing else', async () => {
      const engine = engineOf()
      const controller = new AbortController()
      const aborted = scalarUntil(controller.signal, engine, SLEEP)
      const others = numbers(10).map((n) => scalar(engine, 'SELECT $1::int', n))
      setTimeout(() => controller.abort(new Error('enough')), 50)
      await expect(aborted).rejects.toThrow('enough')
      expect(await Promise.all(others)).toEqual(numbers(10))
      await expect.poll(running, { timeout: 10_000 }).toBe(0)
      expect(await scalar(engine, 'SELECT 1')).toBe(1)
    })

    it('of all that are on their way stops each of them, and the connection is soon free', async () => {
      const engine = engineOf()
      const controller = new AbortController()
      const aborted = Promise.allSettled(numbers(20).map(() => scalarUntil(controller.signal, engine, SLEEP)))
      await pause(50)
      controller.abort(new Error('enough'))
      const reasons = (await aborted).map((one) => (one as PromiseRejectedResult).reason.message)
      expect(reasons).toEqual(numbers(20).map(() => 'enough'))
      expect(await scalar(engine, 'SELECT 1')).toBe(1)
      expect(await running()).toBe(0)
    })

    it('rejects at once behind a long one, which goes on', async () => {
      const engine = engineOf()
      const long = scalar(engine, "SELECT 'done' FROM pg_sleep(0.5)")
      const controller = new AbortController()
      const aborted = scalarUntil(controller.signal, engine, SLEEP)
      let longIsDone = false
      void long.then(() => {
        longIsDone = true
      })
      await pause(50)
      controller.abort(new Error('enough'))
      await expect(aborted).rejects.toThrow('enough')
      expect(longIsDone).toBe(false)
      expect(await long).toBe('done')
      expect(await scalar(engine, 'SELECT 1')).toBe(1)
      await expect.poll(running, { timeout: 10_000 }).toBe(0)
    })

    it('ends the wait for a connection', async () => {
      const engine = engineOf()
      await using held = await engine.connect()
      const controller = new AbortController()
      const waiting = scalarUntil(controller.signal, engine, 'SELECT 1')
      const other = scalar(engine, 'SELECT 2')
      controller.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
      await held.close()
      expect(await other).toBe(2)
    })

    it('of many, at any moment, hits no other', async () => {
      const engine = engineOf({ poolSize: 2 })
      for (let round = 0; round < 10; round += 1) {
        const given = await Promise.allSettled(
          numbers(60).map((n) => {
            const sql = 'SELECT $1::int FROM pg_sleep(0.0005)'
            if (n % 6 !== 0) return scalar(engine, sql, n)
            const controller = new AbortController()
            setTimeout(() => controller.abort(new Error('enough')), (n * round) % 13)
            return engine.execute(sql, [n], { signal: controller.signal }).scalar()
          }),
        )
        for (const [n, one] of given.entries()) {
          if (n % 6 !== 0) expect(one).toEqual({ status: 'fulfilled', value: n })
          else if (one.status === 'rejected') expect(one.reason).toMatchObject({ message: 'enough' })
        }
      }
      expect(await Promise.all(numbers(20).map((n) => scalar(engine, 'SELECT $1::int', n)))).toEqual(numbers(20))
    })
  })

  it('timeoutMs is of one statement', async () => {
    const engine = engineOf()
    const slow = engine.execute(SLEEP, [], { timeoutMs: 100 }).scalar().then()
    const others = numbers(5).map((n) => scalar(engine, 'SELECT $1::int', n))
    await expect(slow).rejects.toThrow(StatementTimeout)
    expect(await Promise.all(others)).toEqual(numbers(5))
    await expect.poll(running, { timeout: 10_000 }).toBe(0)
  })

  it('a backend that is killed rejects what it was at; those behind, which it had not begun, go over another connection', async () => {
    const engine = engineOf()
    const pid = await scalar(engine, 'SELECT pg_backend_pid()')
    const flights = Promise.allSettled([SLEEP, 'SELECT 1', 'SELECT 2'].map((sql) => scalar(engine, sql)))
    await pause(30)
    await scalar(observer, 'SELECT pg_terminate_backend($1::int)', pid)
    expect(await flights).toMatchObject([
      { reason: { connectionInvalidated: true, sqlState: '57P01' } },
      { value: 1 },
      { value: 2 },
    ])
    expect(await scalar(engine, 'SELECT 7')).toBe(7)
    expect(engine.stats().pool.checkedOut).toBeLessThanOrEqual(1)
  })

  it('a socket that is cut rejects each, and those that wait go on', async () => {
    const proxy = await startProxy(postgresUrl())
    const engine = engineOf({ pipelining: 2 }, proxy.url)
    await scalar(engine, 'SELECT 1')
    const flights = numbers(4).map((n) => scalar(engine, 'SELECT $1::int FROM pg_sleep(0.2)', n))
    await pause(50)
    proxy.cut()
    const settled = await Promise.allSettled(flights)
    expect(settled.slice(0, 2)).toMatchObject(numbers(2).map(() => ({ reason: { connectionInvalidated: true } })))
    expect(settled.slice(2)).toEqual([2, 3].map((value) => ({ status: 'fulfilled', value })))
    await engine.dispose()
    await proxy.close()
  })

  it('who needs a connection alone gets one under a load that never ends', async () => {
    const engine = engineOf({ poolSize: 2, poolTimeoutMs: 5000 })
    let ended = false
    const loops = numbers(16).map(async () => {
      while (!ended) await scalar(engine, 'SELECT 1')
    })
    for (let time = 0; time < 5; time += 1) {
      const inside = await engine.begin((connection) => connection.execute('SELECT 5').scalar())
      expect(inside).toBe(5)
    }
    const both = await Promise.all(
      [1, 2].map((n) => engine.begin((connection) => connection.execute('SELECT $1::int', [n]).scalar())),
    )
    expect(both).toEqual([1, 2])
    ended = true
    await Promise.all(loops)
  })

  it('waits no longer than a checkout would', async () => {
    const engine = engineOf({ poolTimeoutMs: 1_000 })
    await using _held = await engine.connect()
    const waiting = [1, 2, 3].map((n) => scalar(engine, 'SELECT $1::int', n))
    for (const one of await Promise.allSettled(waiting)) expect(one).toMatchObject({ reason: expect.any(TimeoutError) })
  })

  it('is refused at once where the pool lets nobody wait', async () => {
    const engine = engineOf({ poolMaxWaiting: 0 })
    const held = await engine.connect()
    const refused = [1, 2, 3].map((n) => scalar(engine, 'SELECT $1::int', n))
    for (const one of await Promise.allSettled(refused))
      expect(one).toMatchObject({ reason: expect.objectContaining({ code: 'pool-queue-full' }) })
    await held.close()
    const answers = await Promise.all(numbers(100).map((n) => scalar(engine, 'SELECT $1::int', n)))
    expect(answers).toEqual(numbers(100))
  })

  it('a server that cannot be reached is told to each', async () => {
    const proxy = await startProxy(postgresUrl())
    proxy.refuse(true)
    const engine = engineOf({ poolSize: 2 }, proxy.url)
    const flights = numbers(5).map(() => scalar(engine, 'SELECT 1'))
    for (const one of await Promise.allSettled(flights))
      expect(one).toMatchObject({ reason: expect.any(OperationalError) })
    proxy.refuse(false)
    expect(await scalar(engine, 'SELECT 1')).toBe(1)
    await engine.dispose()
    await proxy.close()
  })

  it('disposing lets what is on its way arrive, and refuses the rest', async () => {
    const engine = engineOf()
    await scalar(engine, 'SELECT 1')
    const flight = scalar(engine, "SELECT 'arrived' FROM pg_sleep(0.1)")
    const behind = scalar(engine, "SELECT 'behind'")
    await pause(20)
    const disposal = engine.dispose()
    expect([await flight, await behind]).toEqual(['arrived', 'behind'])
    await disposal
    await expect(scalar(engine, 'SELECT 1')).rejects.toThrow(ResourceClosedError)
  })

  describe('with a transaction', () => {
    let engine: Engine
    beforeEach(() => {
      engine = engineOf({ poolSize: 1, maxOverflow: 1 })
    })

    it('an isolation level keeps statements to themselves', async () => {
      const serializable = engine.executionOptions({ isolationLevel: 'SERIALIZABLE' })
      const levels = await Promise.all(numbers(4).map(() => scalar(serializable, 'SHOW transaction_isolation')))
      expect(levels).toEqual(numbers(4).map(() => 'serializable'))
    })

    it('nothing of another gets into it', async () => {
      await engine.begin(async (connection) => {
        const pid = await connection.execute('SELECT pg_backend_pid()').scalar()
        const others = await Promise.all(numbers(10).map(() => scalar(engine, 'SELECT pg_backend_pid()')))
        expect(others).not.toContain(pid)
      })
    })
  })
})
