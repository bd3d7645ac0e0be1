// The network's faults, one by one: what callers see, and that the pool is whole again with the next checkout.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { CommitOutcomeUnknown, OperationalError, PendingRollbackError, TimeoutError } from '../../src/errors.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'
import { allPlacesServe, backendOf, eventually, failure, type Scene, startScene } from './scene.ts'
import { nothingUncaught } from './uncaught.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'

nothingUncaught()
let admin: Engine
let proxy: Proxy
let scene: Scene

beforeAll(async () => {
  admin = createEngine(postgresUrl())
  await admin.execute('CREATE TABLE item (id INTEGER)')
  proxy = await startProxy(postgresUrl())
})
beforeEach(async () => {
  await admin.execute('TRUNCATE item')
})
afterEach(async () => {
  proxy.heal()
  await scene.end()
})
afterAll(async () => {
  await proxy.close()
  await admin.dispose()
})

function start(options: EngineOptions = {}): Engine {
  scene = startScene(proxy.url, admin, options)
  return scene.engine
}

const stored = (): Promise<unknown[]> => admin.execute('SELECT id FROM item ORDER BY id').scalars().all()

/** Opens all places of the pool and lets them rest. */
async function filled(engine: Engine): Promise<void> {
  await engine.warmUp(4)
  expect(engine.pool.status().idle).toBe(4)
}

/** Waits until so many statements of the scene are running. */
async function running(count: number): Promise<void> {
  await eventually(async () => {
    const active = (await scene.sessions()).filter(({ state, query }) => state === 'active' && query.includes('sleep'))
    expect(active).toHaveLength(count)
  })
}

async function allFail(work: readonly PromiseLike<unknown>[]): Promise<Error[]> {
  return Promise.all(work.map(failure))
}

describe('a reset', () => {
  it('in flight reaches each caller at once; the pool is whole at the next checkout', async () => {
    const engine = start()
    const sleeping = [1, 2, 3, 4].map(() => engine.execute('SELECT pg_sleep(30)').all())
    const failing = allFail(sleeping)
    await running(4)
    const started = performance.now()
    proxy.reset()
    for (const error of await failing) {
      expect(error).toBeInstanceOf(OperationalError)
      expect(error).toMatchObject({ connectionInvalidated: true, sqlState: null })
      expect(error.message).toMatch(/ECONNRESET|closed the connection unexpectedly/)
    }
    expect(performance.now() - started).toBeLessThan(3_000)
    await allPlacesServe(engine)
    // What lost its client does not run on for ever: the server is asked by nobody, so the test ends it.
    await admin.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'",
    )
  })

  it.each(['cut', 'reset'] as const)('or an end (%s) at rest is seen by nobody', async (how) => {
    const engine = start()
    await filled(engine)
    proxy[how]()
    await pause(30)
    expect(engine.pool.status().idle).toBe(0)
    for (let count = 0; count < 8; count += 1) expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    await allPlacesServe(engine)
  })

  it('at rest is seen by nobody either where the process was too busy to notice', async () => {
    const engine = start()
    await filled(engine)
    await pause(550)
    proxy.cut()
    // The proxy lives in this process as well: its sockets are closed, ours have not read that yet.
    const answers = [1, 2, 3, 4].map((value) => engine.execute('SELECT $1::int', [value]).scalar())
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4])
  })

  it('before a statement that is sent leaves nothing half done', async () => {
    const engine = start()
    await filled(engine)
    proxy.cutRequests()
    expect(await failure(engine.execute(INSERT, [1]).all())).toMatchObject({ connectionInvalidated: true })
    expect(await stored()).toEqual([])
    await engine.execute(INSERT, [2])
    expect(await stored()).toEqual([2])
  })
})

describe('a network that swallows everything', () => {
  it('with statements running: their deadline holds, and the places are free again', async () => {
    const engine = start({ poolSize: 4 })
    await filled(engine)
    const slow = engine.executionOptions({ timeoutMs: 300 })
    const failing = allFail([1, 2, 3, 4].map(() => slow.execute('SELECT pg_sleep(30)').all()))
    await running(4)
    proxy.blackHole()
    const started = performance.now()
    for (const error of await failing) expect(error).toMatchObject({ code: 'statement-timeout' })
    expect(performance.now() - started).toBeLessThan(5_000)
    await allPlacesServe(engine)
    // The request to cancel went another way, so the server has stopped as well.
    await running(0)
  })

  it('inside of a transaction: it is dead, and nothing of it happens on the next connection', async () => {
    const engine = start({ executionOptions: { timeoutMs: 1_000 } })
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    proxy.blackHole()
    expect(await failure(conn.execute(INSERT, [2]).all())).toMatchObject({ code: 'statement-timeout' })
    expect(await failure(conn.execute(INSERT, [3]).all())).toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    await conn.execute(INSERT, [4])
    await conn.commit()
    expect(await stored()).toEqual([4])
  })

  it('at the end of a savepoint that is rolled back: the transaction is dead by then, for that has a deadline without being asked', async () => {
    const engine = start()
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    const lost = conn.beginNested(async () => {
      await conn.execute(INSERT, [2])
      proxy.blackHole()
      throw new Error('undone')
    })
    const started = performance.now()
    expect(await failure(lost)).toMatchObject({ message: 'undone' })
    expect(performance.now() - started).toBeLessThan(8_000)
    expect(await failure(conn.execute(INSERT, [3]).all())).toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    await conn.execute(INSERT, [4])
    await conn.commit()
    expect(await stored()).toEqual([4])
  })

  it('at rest: one slow request, no error, and none of the same age is tried', async () => {
    const engine = start({ poolPrePing: 0, poolPingTimeoutMs: 800 })
    await filled(engine)
    proxy.blackHole()
    const started = performance.now()
    for (let count = 0; count < 8; count += 1) expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    expect(performance.now() - started).toBeLessThan(6_000)
    expect(engine.pool.metrics()).toMatchObject({ foundDead: 1, generations: 1 })
  })

  it('at rest, with tests at rest: not even a slow request', async () => {
    const engine = start({ poolKeepaliveMs: 50, poolPingTimeoutMs: 300 })
    await filled(engine)
    proxy.blackHole()
    await eventually(async () => expect(engine.pool.status().idle).toBe(0))
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    expect(engine.pool.metrics().foundDead).toBeGreaterThan(0)
  })

  it('for new connections: the attempt has its deadline, and who waits another', async () => {
    const engine = start({ connectArguments: { connect_timeout_ms: 1_200 } })
    proxy.swallow(true)
    const started = performance.now()
    const error = await failure(engine.execute('SELECT 1').all())
    expect(error).toBeInstanceOf(OperationalError)
    expect(error.message).toMatch(/1200 ms/)
    expect(performance.now() - started).toBeLessThan(4_000)
    proxy.swallow(false)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    const hurried = startScene(proxy.url, admin, {
      poolTimeoutMs: 200,
      connectArguments: { connect_timeout_ms: 2_000 },
    })
    proxy.swallow(true)
    const late = await failure(hurried.engine.connect())
    expect(late).toBeInstanceOf(TimeoutError)
    expect(late.message).toContain('opening another takes too long')
    proxy.swallow(false)
    await hurried.end()
  })

  it('is told from a process that was too busy to read: nothing is given up', async () => {
    const engine = start({ poolPrePing: 0, poolKeepaliveMs: 20, poolPingTimeoutMs: 700 })
    await filled(engine)
    for (let round = 0; round < 3; round += 1) {
      const asking = [1, 2, 3, 4].map(() => engine.execute('SELECT 1').scalar())
      // The tests are on their way now, and their time is up before their answers can be read.
      await pause(round * 7)
      const until = performance.now() + 1_000
      while (performance.now() < until);
      expect(await Promise.all(asking)).toEqual([1, 1, 1, 1])
    }
    expect(engine.pool.metrics()).toMatchObject({ foundDead: 0, generations: 0, opened: 4 })
  })

  it('for a session that listens: what it asks has its deadline, and it is opened again', async () => {
    const engine = start()
    await using listener = engine.listen('news', { keepaliveMs: 100, maxBackoffMs: 200 })
    await listener.ready()
    proxy.blackHole()
    const started = performance.now()
    for await (const event of listener) {
      expect(event).toMatchObject({ kind: 'gap', reason: 'reconnected' })
      break
    }
    expect(performance.now() - started).toBeLessThan(15_000)
    // The answer to LISTEN is swallowed, that of the welcome not.
    proxy.rewrite((answer) => (answer.includes('LISTEN') ? Buffer.alloc(0) : answer))
    const late = engine.listen('news')
    expect(await failure(late.ready())).toBeInstanceOf(OperationalError)
    proxy.rewrite(null)
    expect(late.closed).toBe(true)
  }, 40_000)

  it('at the end: dispose() settles', async () => {
    const engine = start()
    await filled(engine)
    const conn = await engine.connect()
    await conn.execute('SELECT 1')
    const closing = conn.close()
    await closing
    proxy.blackHole()
    // The scene's end has a deadline, and finds no session left.
    expect(engine.pool.status().idle).toBe(4)
  })

  it('does not hold what follows a copy for ever, nor its connection', async () => {
    const engine = start({ poolSize: 1, executionOptions: { timeoutMs: 1_000 } })
    proxy.rewrite((answer) => {
      // The copy is over, and the answer to what releases its savepoint does not come.
      if (answer.includes('COPY 3')) proxy.blackHole()
      return answer
    })
    const conn = await engine.connect()
    const started = performance.now()
    const reading = async (): Promise<void> => {
      for await (const _ of conn.copyTo('COPY (SELECT generate_series(1, 3)) TO STDOUT'));
    }
    expect(await failure(reading())).toMatchObject({ connectionInvalidated: true })
    expect(performance.now() - started).toBeLessThan(15_000)
    await conn.close()
    proxy.heal()
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  }, 30_000)
})

describe('a server that refuses connections', () => {
  it('is told at once, to each who asks, in order; it is served again when it takes them', async () => {
    const engine = start()
    proxy.refuse(true)
    const order: number[] = []
    const asked = Array.from({ length: 12 }, (_, number) =>
      failure(engine.execute('SELECT 1').all()).then((error) => {
        order.push(number)
        return error
      }),
    )
    for (const error of await Promise.all(asked)) expect(error).toBeInstanceOf(OperationalError)
    expect(order).toEqual(Array.from({ length: 12 }, (_, number) => number))
    proxy.refuse(false)
    await allPlacesServe(engine)
  })
})

describe('a slow network', () => {
  it('gives right answers, and holds deadlines', async () => {
    const engine = start()
    proxy.delay(240)
    const asked = Array.from({ length: 12 }, (_, value) => engine.execute('SELECT $1::int', [value]).scalar())
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 12 }, (_, value) => value))
    const hurried = engine.execute('SELECT 1', null, { timeoutMs: 50 })
    // The answer may be there by the time that the request to cancel is: that is no failure.
    await hurried.then(
      (result) => expect(result.scalar()).toBe(1),
      (error) => expect(error).toMatchObject({ code: 'statement-timeout' }),
    )
    expect(await engine.execute('SELECT 7').scalar()).toBe(7)
  })
})

describe('an answer that stops in the middle', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 11, 23, 42])('after %d bytes fails, and the next is right', async (bytes) => {
    const engine = start({ poolSize: 1 })
    expect(await engine.execute("SELECT 'before', generate_series(1, 3)").all()).toHaveLength(3)
    proxy.truncateAt(bytes)
    const error = await failure(engine.execute("SELECT 'during', generate_series(1, 30)").all())
    expect(error).toMatchObject({ connectionInvalidated: true })
    expect(await engine.execute("SELECT 'behind', 2").tuples().one()).toEqual(['behind', 2])
  })
})

describe('a transaction that is cut at a byte', () => {
  const STEP = 5

  it.each(['requests', 'answers'] as const)(
    'of its %s, whichever: what its error says of it is so',
    async (direction) => {
      const engine = start({ poolSize: 1 })
      let id = 0
      const transact = async (): Promise<void> => {
        id += 1
        await using conn = await engine.connect()
        await conn.execute(INSERT, [id])
        await conn.execute('SELECT 1')
        await conn.commit()
      }
      const outcomes = new Set<unknown>()
      for (let bytes = Math.floor(Math.random() * STEP); !outcomes.has(null); bytes += STEP) {
        await transact()
        proxy.cutAfter(bytes, direction)
        const error: unknown = await transact().then(
          () => null,
          (caught: unknown) => caught,
        )
        proxy.heal()
        const isStored = (await stored()).includes(id)
        outcomes.add(error === null ? null : (error as Error).constructor)
        if (error !== null) expect(error, `after ${bytes} bytes`).toMatchObject({ connectionInvalidated: true })
        if (!(error instanceof CommitOutcomeUnknown)) expect([bytes, isStored]).toEqual([bytes, error === null])
        expect(await engine.execute('SELECT 1').scalar()).toBe(1)
      }
      expect(outcomes).toEqual(new Set([OperationalError, CommitOutcomeUnknown, null]))
    },
  )
})

describe('a test that rides with the first statement', () => {
  /** All connections have rested for longer than half a second. */
  async function rested(): Promise<Engine> {
    const engine = start({ poolPrePing: 'ride', poolSize: 2 })
    await engine.warmUp(2)
    await pause(550)
    return engine
  }

  it('costs no round trip', async () => {
    const engine = await rested()
    await using conn = await engine.connect()
    const before = conn.driverConnection?.flights ?? 0
    expect(await conn.execute('SELECT 5').scalar()).toBe(5)
    expect((conn.driverConnection?.flights ?? 0) - before).toBe(1)
    expect(await conn.execute('SELECT 6').scalar()).toBe(6)
    await conn.rollback()
    await conn.execute('VACUUM', null).then(null, () => {})
  })

  it('runs what a dead server never read on another connection, once', async () => {
    const engine = await rested()
    // What the server says as it ends the sessions is on its way while the statements are sent.
    proxy.delay(150)
    await admin.execute('SELECT pg_terminate_backend($1)', [(await scene.sessions())[0]?.pid])
    await admin.execute(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1',
      [`scene ${process.pid} %`],
    )
    const inserting = engine.execute(INSERT, [1])
    const block = engine.begin(async (conn) => {
      await conn.execute(INSERT, [2])
      await conn.execute(INSERT, [3])
    })
    await Promise.all([inserting, block])
    expect(await stored()).toEqual([1, 2, 3])
    expect(engine.pool.metrics().generations).toBeGreaterThan(0)
  })

  it('sends nothing again where the answer was lost on the way', async () => {
    const engine = await rested()
    proxy.cutAnswers()
    expect(await failure(engine.execute(INSERT, [1]).all())).toMatchObject({ connectionInvalidated: true })
    await pause(50)
    expect(await stored()).toEqual([1])
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('sends nothing again where the server ended the session during the statement', async () => {
    const engine = await rested()
    const failing = failure(engine.execute('SELECT pg_sleep(30)').all())
    await running(1)
    await admin.execute(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1 AND query LIKE $2',
      [`scene ${process.pid} %`, '%sleep%'],
    )
    expect(await failing).toMatchObject({ sqlState: '57P01' })
  })
})

describe('a connection that dies in the hands of its holder', () => {
  const deaths: readonly (readonly [string, string | null, (pid: number) => Promise<void>])[] = [
    [
      'by pg_terminate_backend',
      '57P01',
      async (pid) => void (await admin.execute('SELECT pg_terminate_backend($1)', [pid])),
    ],
    ['by a reset', null, async () => proxy.reset()],
  ]

  it.each(deaths)(
    '%s before the first statement: it goes to another, once, and the places remain',
    async (_, __, kill) => {
      const engine = start({ poolSize: 2 })
      for (let count = 0; count < 4; count += 1) {
        const conn = await engine.connect()
        const lost = new Promise<void>((resolve) => conn.driverConnection?.onceClosed(() => resolve()))
        await kill(backendOf(conn))
        await lost
        await conn.begin((inner) => inner.execute(INSERT, [count]))
        await conn.close()
      }
      expect(await stored()).toEqual([0, 1, 2, 3])
      await allPlacesServe(engine, 2)
    },
  )

  it.each(deaths)('%s between two statements: nothing is applied, nothing is sent again', async (_, __, kill) => {
    const engine = start({ poolSize: 2 })
    const work = engine.begin(async (conn) => {
      await conn.execute(INSERT, [1])
      const lost = new Promise<void>((resolve) => conn.driverConnection?.onceClosed(() => resolve()))
      await kill(backendOf(conn))
      await lost
      const late = [conn.execute(INSERT, [2]), conn.execute(INSERT, [3])]
      await Promise.allSettled(late)
      await conn.execute(INSERT, [4])
    })
    await failure(work)
    expect(await stored()).toEqual([])
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })
})
