// All backends of a pool are killed in the middle of a burst: what fails is what they were at, and nothing is done twice.
import { setTimeout as pause } from 'node:timers/promises'
import { Column, createEngine, type Engine, Integer, insert, literal, MetaData, select, table } from 'tsalchemy'
import { DeclarativeBase, Entity, Session } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'
import { plainTcp } from '../support/transport.ts'

const ROUNDS = 12
const CALLS = 120
const CONNECTIONS = 6

const metadata = new MetaData()
const marks = table('burst_marks', metadata, { round: Column(Integer), mark: Column(Integer) })

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}
@Entity('burst_marks')
class Mark extends Base<Mark> {
  @Column(Integer, { primaryKey: true }) round!: number
  @Column(Integer, { primaryKey: true }) mark!: number
}

/** More than one read of a socket gives, less than is read ahead. */
const ROWS = 200
const STATE = 'SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1'
const WRITE = 'INSERT INTO burst_marks VALUES ($1, $2)'

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
    .execute(
      'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
      [name],
    )
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
      await Promise.all([0, 1, 2].map(() => engine.execute(WRITE, [99, 0])))
      proxy.delay(60)
      expect(await kill('burst-rest')).toBe(3n)
      const calls = [1, 2, 3].map((mark) => engine.execute(WRITE, [99, mark]))
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

  /** An engine of one connection that was used and killed, the news of which is still on its way. */
  const withDeadBackend = async (use: (engine: Engine) => Promise<void>): Promise<void> => {
    const proxy = await startProxy(postgresUrl())
    try {
      await using engine = createEngine(named(proxy.url), { poolSize: 1, maxOverflow: 0 })
      await engine.execute(WRITE, [99, 0])
      proxy.delay(60)
      expect(await kill('burst-rest')).toBe(1n)
      const before = proxy.accepted
      await use(engine)
      expect(proxy.accepted).toBeGreaterThan(before)
    } finally {
      await proxy.close()
      await observer.execute('TRUNCATE burst_marks')
    }
  }
  const written = (): Promise<readonly (number | null)[]> =>
    observer
      .execute(select(marks.c.mark).where(marks.c.mark.gt(0)).orderBy(marks.c.mark))
      .scalars()
      .all()

  test('cost no transaction of run(), nor of begin() whose first flight goes to them', async () => {
    await withDeadBackend(async (engine) => {
      await engine.begin(async (conn) => {
        await conn.execute(WRITE, [99, 1])
        await conn.execute(WRITE, [99, 2])
      })
    })
    await withDeadBackend(async (engine) => {
      await engine.run((conn) => conn.execute(WRITE, [99, 3]))
      expect(await written()).toEqual([3])
    })
  })

  test('nor one whose BEGIN, statement and COMMIT are one flight', async () => {
    await withDeadBackend(async (engine) => {
      await engine.begin((conn) => conn.execute(WRITE, [99, 1]))
      expect(await written()).toEqual([1])
    })
  })

  test('nor a Connection in autocommit, nor a stream', async () => {
    await withDeadBackend(async (engine) => {
      await using conn = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
      await conn.execute(WRITE, [99, 1])
      expect(await written()).toEqual([1])
    })
    await withDeadBackend(async (engine) => {
      const numbers = select(literal(1).label('one'))
      const seen: number[] = []
      for await (const { one } of engine.stream(numbers)) seen.push(one)
      expect(seen).toEqual([1])
    })
  })

  test('nor a session, which writes once', async () => {
    await withDeadBackend(async (engine) => {
      await using session = new Session({ bind: engine })
      session.add(new Mark({ round: 99, mark: 7 }))
      await session.commit()
      expect(await written()).toEqual([7])
    })
  })

  test('nor a statement of an engine that is listened to: its listeners hear of the statement once, and of the dead connection as a pre-ping', async () => {
    await withDeadBackend(async (engine) => {
      const heard: string[] = []
      engine.on('beforeExecute', () => {
        heard.push('beforeExecute')
      })
      engine.on('handleError', ({ isPrePing, originalException }) => {
        heard.push(`handleError ${isPrePing} ${originalException.fields?.sqlState}`)
      })
      engine.on('afterExecute', () => {
        heard.push('afterExecute')
      })
      await engine.execute(WRITE, [99, 1])
      expect(heard).toEqual(['beforeExecute', 'handleError true 57P01', 'afterExecute'])
      expect(await written()).toEqual([1])
    })
  })

  test('but what stands on something that was sent before is not run elsewhere', async () => {
    const proxy = await startProxy(postgresUrl())
    try {
      await using engine = createEngine(named(proxy.url), { poolSize: 1, maxOverflow: 0 })
      await using conn = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
      await conn.execute(WRITE, [99, 0])
      await conn.execute("SET search_path = 'elsewhere'")
      proxy.delay(60)
      const before = proxy.accepted
      expect(await kill('burst-rest')).toBe(1n)
      await expect(conn.execute('SHOW search_path')).rejects.toMatchObject({
        code: 'admin-shutdown',
        sqlState: '57P01',
        connectionInvalidated: true,
      })
      expect(proxy.accepted).toBe(before)
    } finally {
      await proxy.close()
      await observer.execute('TRUNCATE burst_marks')
    }
  })

  test('nor is a copy begun anew whose rows were read, where its transaction is lost behind them', async () => {
    const proxy = await startProxy(postgresUrl())
    try {
      await using engine = createEngine(named(proxy.url), { poolSize: 1, maxOverflow: 0 })
      await using conn = await engine.connect()
      let bytes = 0
      let isKilled = false
      const reading = async (): Promise<void> => {
        for await (const piece of conn.copyTo(
          `COPY (SELECT repeat('x', 999) FROM generate_series(1, ${ROWS})) TO STDOUT`,
        )) {
          bytes += piece.length
          if (isKilled) continue
          isKilled = true
          // The server has said all of it, and waits for what ends the copy, which is sent when the last piece was taken.
          while ((await observer.execute(STATE, ['burst-rest']).scalar()) !== 'idle in transaction') await pause(5)
          proxy.delay(100)
          expect(await kill('burst-rest')).toBe(1n)
        }
      }
      await expect(reading()).rejects.toMatchObject({ sqlState: '57P01', connectionInvalidated: true })
      expect(bytes).toBe(ROWS * 1000)
    } finally {
      await proxy.close()
    }
  })
})
