// All backends of a pool are killed in the middle of a burst: what fails is what they were at, and nothing is done twice.
import { Column, createEngine, type Engine, Integer, insert, MetaData, select, table } from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
