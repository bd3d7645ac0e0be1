// All backends of a pool are killed in the middle of a burst: what fails is what they were at, and nothing is done twice.
import { Column, createEngine, type Engine, Integer, insert, MetaData, select, table } from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'
import { plainTcp } from '../support/transport.ts'

const ROUNDS = 12
const CALLS = 120
const CONNECTIONS = 6

const metadata = new MetaData()
const marks = table('burst_marks', metadata, { round: Column(Integer), mark: Column(Integer) })

let observer: Engine
beforeAll(async () => {
  observer = createEngine(postgresUrl())
  await metadata.createAll(observer)
})
afterAll(async () => {
  await metadata.dropAll(observer)
  await observer.dispose()
})

const kill = (name: string): Promise<unknown> =>
  observer
    .execute('SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1', [name])
    .scalar()

describe.each([false, true])('with pipelining: %s', (pipelining) => {
  test('each kill costs what was begun; the rest is served, and no row is written twice', async () => {
    const name = `burst-${pipelining}`
    const url = new globalThis.URL(plainTcp(postgresUrl()))
    url.searchParams.set('application_name', name)
    await using engine = createEngine(url.href, { poolSize: CONNECTIONS, maxOverflow: 0, pipelining })
    await engine.warmUp(CONNECTIONS)
    const lost = new Set<string>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const calls = Array.from({ length: CALLS }, (_, mark) => engine.execute(insert(marks).values({ round, mark })))
      const killed = kill(name)
      const answers = await Promise.allSettled(calls)
      await killed
      const failures = answers.flatMap((answer, mark) => (answer.status === 'rejected' ? [{ mark, ...answer }] : []))
      for (const { mark, reason } of failures) {
        expect(reason).toMatchObject({ sqlState: '57P01', connectionInvalidated: true })
        lost.add(`${round} ${mark}`)
      }
      // What each connection was at; not what had been sent behind it.
      expect(failures.length).toBeLessThanOrEqual(CONNECTIONS)
    }
    const written = await observer.execute(select(marks.c.round, marks.c.mark)).tuples().all()
    const keys = written.map(([round, mark]) => `${round} ${mark}`)
    expect(new Set(keys).size).toBe(keys.length)
    for (let round = 0; round < ROUNDS; round += 1)
      for (let mark = 0; mark < CALLS; mark += 1)
        if (!lost.has(`${round} ${mark}`)) expect(keys).toContain(`${round} ${mark}`)
    await observer.execute('TRUNCATE burst_marks')
    expect(engine.pool.status().checkedOut).toBe(0)
  })
})

describe('sessions killed at rest, of which their clients do not know yet', () => {
  const named = (url: string): string => {
    const own = new globalThis.URL(plainTcp(url))
    own.searchParams.set('application_name', 'burst-rest')
    return own.href
  }

  test.each([false, true])('cost no statement that is sent to them, with pipelining: %s', async (pipelining) => {
    const proxy = await startProxy(postgresUrl())
    try {
      await using engine = createEngine(named(proxy.url), { poolSize: 3, maxOverflow: 0, pipelining })
      await engine.warmUp(3)
      // What the statements are is known to each connection by now, so that they begin with a BIND.
      await Promise.all([0, 1, 2].map(() => engine.execute('INSERT INTO burst_marks VALUES ($1, $2)', [99, 0])))
      proxy.delay(60)
      expect(await kill('burst-rest')).toBe(3n)
      const calls = [1, 2, 3].map((mark) => engine.execute('INSERT INTO burst_marks VALUES ($1, $2)', [99, mark]))
      await Promise.all(calls)
      expect(proxy.accepted).toBeGreaterThan(3)
      const written = await observer
        .execute(select(marks.c.mark).where(marks.c.mark.gt(0)).orderBy(marks.c.mark))
        .scalars()
        .all()
      expect(written).toEqual([1, 2, 3])
      await observer.execute('TRUNCATE burst_marks')
    } finally {
      await proxy.close()
    }
  })

  test('cost no transaction of run(), and those of begin() are known not to have happened', async () => {
    const proxy = await startProxy(postgresUrl())
    try {
      await using engine = createEngine(named(proxy.url), { poolSize: 1, maxOverflow: 0 })
      const write = 'INSERT INTO burst_marks VALUES ($1, $2)'
      await engine.execute(write, [99, 0])
      proxy.delay(60)
      expect(await kill('burst-rest')).toBe(1n)
      // Without a callback that waits, BEGIN, the statement and COMMIT are one flight.
      await expect(engine.begin((conn) => conn.execute(write, [99, 1]))).rejects.toMatchObject({
        code: 'admin-shutdown',
        sqlState: '57P01',
        connectionInvalidated: true,
      })
      expect(await kill('burst-rest')).toBe(0n)
      await engine.warmUp(1)
      expect(await kill('burst-rest')).toBe(1n)
      await engine.run((conn) => conn.execute(write, [99, 2]))
      const written = await observer
        .execute(select(marks.c.mark).where(marks.c.mark.gt(0)))
        .scalars()
        .all()
      expect(written).toEqual([2])
      await observer.execute('TRUNCATE burst_marks')
    } finally {
      await proxy.close()
    }
  })
})
