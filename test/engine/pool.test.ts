// The pool as users of an engine see it: its events, its counters, connections that leave it and connections that are forgotten.
import { execFile, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import {
  ArgumentError,
  DisconnectionError,
  InvalidRequestError,
  OperationalError,
  ResourceClosedError,
  TimeoutError,
} from '../../src/errors.ts'
import { AssertionPool, NullPool, type PoolLeakEvent, StaticPool, text } from '../../src/index.ts'
import { sessionmaker } from '../../src/orm/index.ts'
import { collectGarbage } from '../support/garbage.ts'
import { postgresUrl, sqlDatabases } from '../support/server.ts'

const admin = createEngine(postgresUrl())
afterAll(() => admin.dispose())

const root = new URL('../..', import.meta.url)

function sessions(name: string): Promise<unknown> {
  return admin
    .execute(
      'SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
      [name],
    )
    .scalar()
}

async function eventually(reached: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400 && !(await reached()); attempt += 1) await pause(10)
  expect(await reached()).toBe(true)
}

describe.each(sqlDatabases())('on $name', ({ url, name }) => {
  it('tells of connections from before the first on, and prepares them', async () => {
    await using engine = createEngine(url)
    const [prepare, prepared] =
      name === 'sqlite'
        ? (['PRAGMA user_version = 17', 'SELECT CAST(user_version AS TEXT) FROM pragma_user_version'] as const)
        : (["SELECT set_config('app.tenant', '17', false)", "SELECT current_setting('app.tenant')"] as const)
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, idle: 0 })
    const told: string[] = []
    engine.pool.on('firstConnect', () => told.push('firstConnect'))
    engine.pool.on('connect', async ({ entry }) => {
      await entry.execute(prepare)
      told.push('connect')
    })
    for (const event of ['checkout', 'checkin', 'reset'] as const) engine.pool.on(event, () => told.push(event))
    expect(await engine.execute(prepared).scalar()).toBe('17')
    expect(told).toEqual(['firstConnect', 'connect', 'checkout', 'reset', 'checkin'])
    expect(engine.pool.metrics()).toMatchObject({ opened: 1, checkouts: 1 })
    expect(() => engine.pool.on('connected' as 'connect', () => {})).toThrow(
      new ArgumentError("A pool has no event 'connected'; did you mean 'connect'?"),
    )
  })

  it('has connections replaced that a listener of checkout finds dead', async () => {
    await using engine = createEngine(url)
    let first = true
    engine.pool.on('checkout', async ({ entry }) => {
      await entry.execute('SELECT 1')
      if (first) {
        first = false
        throw new DisconnectionError('not good enough')
      }
    })
    expect(await engine.execute('SELECT 5').scalar()).toBe(5)
    expect(engine.pool.metrics()).toMatchObject({ invalidated: 1, opened: 2 })
  })

  it('loses no row where a listener of checkout leaves a transaction open', async () => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 })
    await engine.execute('CREATE TEMPORARY TABLE begun (id INTEGER)')
    const stop = engine.pool.on('checkout', async ({ entry }) => void (await entry.execute('BEGIN')))
    await engine.execute('INSERT INTO begun VALUES (1)')
    stop()
    expect(await engine.execute('SELECT id FROM begun').scalars().all()).toEqual([1])
  })

  it('is renewed by invalidate(), for all and for one', async () => {
    await using engine = createEngine(url)
    await engine.execute('SELECT 1')
    engine.pool.invalidate()
    await engine.execute('SELECT 1')
    expect(engine.pool.metrics().opened).toBe(2)
    {
      await using conn = await engine.connect()
      await conn.execute('SELECT 1')
      conn.invalidate({ soft: true })
      expect(conn.invalidated).toBe(false)
      expect(await conn.execute('SELECT 2').scalar()).toBe(2)
    }
    await engine.execute('SELECT 1')
    expect(engine.pool.metrics()).toMatchObject({ opened: 3, invalidated: 0 })
    await using conn = await engine.connect()
    expect(() => conn.invalidate({ hard: true } as never)).toThrow(ArgumentError)
    conn.invalidate()
    expect(conn.invalidated).toBe(true)
    expect(() => conn.detach()).toThrow(InvalidRequestError)
    expect(await conn.execute('SELECT 3').scalar()).toBe(3)
    expect(engine.pool.metrics()).toMatchObject({ opened: 4, invalidated: 1 })
  })

  it('lets a connection go, where there can be another', async () => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 })
    const conn = await engine.connect()
    if (name !== 'postgresql') {
      expect(() => conn.detach()).toThrow(/The one connection of a StaticPool cannot be detached/)
      await conn.close()
      return
    }
    conn.detach()
    conn.detach()
    await conn.execute("SET application_name TO 'detached for good'")
    await conn.commit()
    expect(await engine.execute('SHOW application_name').scalar()).not.toBe('detached for good')
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, idle: 1 })
    await conn.close()
    await eventually(async () => (await sessions('detached for good')) === 0)
    expect(engine.pool.metrics().detached).toBe(1)
  })

  it('takes back a connection that was forgotten, and tells where it was taken', async () => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolLeakTracking: true })
    const leaks: PoolLeakEvent[] = []
    engine.pool.on('leak', (leak) => leaks.push(leak))
    async function forgetful(): Promise<void> {
      const conn = await engine.connect()
      await conn.execute('SELECT 1')
    }
    await forgetful()
    expect(engine.pool.status().checkedOut).toBe(1)
    const waiting = engine.execute('SELECT 6').scalar()
    await eventually(() => {
      collectGarbage()
      return leaks.length > 0
    })
    expect(leaks).toHaveLength(1)
    expect(leaks[0]).toMatchObject({ kind: 'collected' })
    expect(leaks[0]?.stack).toMatch(/forgetful.*pool\.test\.ts/s)
    expect(await waiting).toBe(6)
  })

  it.each(['connect', 'firstConnect'] as const)(
    'ends without a deadline while a listener of %s never comes to an end',
    async (event) => {
      const engine = createEngine(url)
      let told = false
      engine.pool.on(event, () => {
        told = true
        return new Promise<void>(() => {})
      })
      const asked = engine.execute('SELECT 1').then(null, (error: unknown) => error)
      await eventually(() => told)
      await engine.dispose()
      expect(await asked).toBeInstanceOf(ResourceClosedError)
      expect(engine.pool.status()).toMatchObject({ idle: 0, checkedOut: 0, opening: 0, waiting: 0 })
      expect(engine.pool.metrics()).toMatchObject({ opened: 1, closed: 1 })
    },
  )

  it('ends while a listener of doConnect never does; what that gives afterwards is cut', async () => {
    const engine = createEngine(url)
    let give = (_: object): void => {}
    engine.on('doConnect', () => new Promise<never>((resolve) => (give = resolve as typeof give)))
    const asked = engine.execute('SELECT 1').then(null, (error: unknown) => error)
    await eventually(() => engine.pool.status().opening === 1)
    await engine.dispose()
    expect(await asked).toBeInstanceOf(ResourceClosedError)
    expect(engine.pool.status()).toMatchObject({ opening: 0 })
    const cut = new Promise<void>((terminate) => {
      give({ run() {}, onceClosed() {}, close() {}, terminate })
    })
    await cut
  })

  it('tells nobody what a listener of connect fails with when the pool has ended', async () => {
    const engine = createEngine(url)
    let fail = (_: Error): void => {}
    engine.pool.on('connect', () => new Promise<void>((_, reject) => (fail = reject)))
    const asked = engine.execute('SELECT 1').then(null, (error: unknown) => error)
    await eventually(() => engine.pool.status().opening === 1)
    await engine.dispose()
    fail(new Error('too late'))
    expect(await asked).toBeInstanceOf(ResourceClosedError)
    await pause(20)
  })
})

describe('on a server', () => {
  const url = postgresUrl()

  it('leaves a connection that was let go to its holder when it is disposed, whatever the deadline', async () => {
    const engine = createEngine(url, { poolSize: 1, maxOverflow: 0 })
    const conn = await engine.connect()
    conn.detach()
    await conn.execute("SET application_name TO 'detached and alone'")
    await engine.dispose({ timeoutMs: 0 })
    await engine.dispose({ timeoutMs: 10 })
    expect(await conn.execute('SELECT 1').scalar()).toBe(1)
    await conn.commit()
    expect(await sessions('detached and alone')).toBe(1)
    await conn.close()
    await eventually(async () => (await sessions('detached and alone')) === 0)
  })

  it('tells what a listener cannot prepare as an error of the statement, and tries again', async () => {
    await using engine = createEngine(url)
    const stop = engine.pool.on('connect', ({ entry }) => entry.execute('SET nonsense_of_mine TO 1'))
    await expect(engine.execute('SELECT 1')).rejects.toMatchObject({ sqlState: '42704' })
    stop()
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('is warm before the first statement', async () => {
    await using engine = createEngine(url)
    await engine.warmUp()
    expect(engine.pool.status().idle).toBe(1)
    const before = engine.pool.metrics().opened
    await engine.execute('SELECT 1')
    expect(engine.pool.metrics().opened).toBe(before)
    await engine.dispose()
    await expect(engine.warmUp()).rejects.toThrow('This Engine is disposed')
  })

  it.each([
    [
      'stream',
      async (engine: Engine) => {
        const rows = engine.stream('SELECT generate_series(1, 100000)', null, { yieldPer: 10 })
        await rows[Symbol.asyncIterator]().next()
      },
    ],
    [
      'session',
      async (engine: Engine) => {
        const session = sessionmaker({ bind: engine })()
        await session.execute(text('SELECT 1'))
      },
    ],
    [
      'block whose work never ends',
      async (engine: Engine) => {
        await new Promise<void>((resolve) => {
          void engine.begin(async (conn) => {
            await conn.execute('SELECT 1')
            resolve()
            await new Promise(() => {})
          })
        })
      },
    ],
  ])('takes back the connection of a %s that was forgotten', async (_, forget) => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 })
    await engine.execute('SELECT 1')
    const leaks: PoolLeakEvent[] = []
    engine.pool.on('leak', (leak) => leaks.push(leak))
    await forget(engine)
    await eventually(() => {
      collectGarbage()
      return leaks.length > 0
    })
    expect(await engine.execute('SELECT 7').scalar()).toBe(7)
  })

  it('leaves connections alone that are closed, or still at work', async () => {
    await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0 })
    const leaks: PoolLeakEvent[] = []
    engine.pool.on('leak', (leak) => leaks.push(leak))
    for (let count = 0; count < 20; count += 1) {
      await using conn = await engine.connect()
      await conn.execute('SELECT 1')
    }
    // Nobody holds the connection but the work itself.
    const working = engine.begin(async (conn) => {
      for (let count = 0; count < 20; count += 1) {
        await conn.execute('SELECT 1')
        await pause(2)
        collectGarbage()
      }
      return 'done'
    })
    expect(await working).toBe('done')
    await pause(20)
    expect(leaks).toEqual([])
  })

  it('keeps a connection whose transaction alone is held', async () => {
    await using engine = createEngine(url)
    const leaks: PoolLeakEvent[] = []
    engine.pool.on('leak', (leak) => leaks.push(leak))
    const transaction = await (async () => (await engine.connect()).begin())()
    for (let count = 0; count < 10; count += 1) {
      collectGarbage()
      await pause(5)
    }
    expect(leaks).toEqual([])
    await transaction.rollback()
  })
})

describe('a pool on a server', () => {
  it('names who holds the connections when one does not come back', async () => {
    await using engine = createEngine(postgresUrl(), {
      poolSize: 1,
      maxOverflow: 0,
      poolTimeoutMs: 1_000,
      poolLeakThresholdMs: 20,
    })
    const leaks: PoolLeakEvent[] = []
    engine.pool.on('leak', (leak) => leaks.push(leak))
    async function greedy(): Promise<unknown> {
      return engine.connect()
    }
    await engine.ready()
    await greedy()
    const error = await engine.execute('SELECT 1').then(null, (caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect((error as Error).message).toMatch(/held for \d\.\d s, checked out\n(?:.*\n)*.*greedy/)
    await eventually(() => leaks.some(({ kind }) => kind === 'held'))
    await engine.dispose({ timeoutMs: 0 })
  })

  it('serves 10,000 checkouts of 64 who wait for 10 connections first come first served', async () => {
    await using engine = createEngine(postgresUrl(), { poolSize: 10, maxOverflow: 0, poolTimeoutMs: 60_000 })
    const served: number[] = []
    let asked = 0
    async function work(): Promise<void> {
      while (asked < 10_000) {
        const number = asked
        asked += 1
        await using conn = await engine.connect()
        served.push(number)
        if (number % 16 === 0) await conn.execute('SELECT 1')
      }
    }
    await Promise.all(Array.from({ length: 64 }, work))
    expect(served).toEqual(Array.from({ length: 10_000 }, (_, number) => number))
    expect(engine.pool.metrics()).toMatchObject({ checkouts: 10_000, mostCheckedOut: 10 })
    expect(engine.pool.metrics().opened).toBeLessThanOrEqual(10)
  })

  it('refuses who comes when enough wait', async () => {
    await using engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, poolMaxWaiting: 0 })
    await using _conn = await engine.connect()
    const error = await engine.execute('SELECT 1').then(null, (caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'pool-queue-full' })
  })

  it('keeps so many open as always are to be', async () => {
    const name = `minimum ${process.pid}`
    await using engine = createEngine(postgresUrl(), {
      poolMinimum: 3,
      poolIdleTimeoutMs: 20,
      connectArguments: { application_name: name },
    })
    await engine.execute('SELECT 1')
    await eventually(async () => (await sessions(name)) === 3)
    await admin.execute(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
      [name],
    )
    await eventually(() => engine.pool.metrics().opened >= 6 && engine.pool.status().idle === 3)
  })

  it('is told of a wrong password by warmUp()', async () => {
    const url = new URL(postgresUrl())
    url.password = 'wrong'
    await using engine = createEngine(url.href)
    await expect(engine.warmUp(2)).rejects.toBeInstanceOf(OperationalError)
  })

  it('refuses options that its class has no use for, by the names that createEngine() knows', () => {
    expect(() => createEngine('postgresql://a@b/c', { poolClass: NullPool, poolSize: 5 })).toThrow(
      'createEngine(): NullPool keeps no connections and has no use for poolSize; it has poolTimeoutMs, poolResetOnReturn, poolLeakTracking, poolLeakThresholdMs',
    )
    expect(() => createEngine('postgresql://a@b/c', { poolClass: AssertionPool, maxOverflow: 5 })).toThrow(
      'createEngine(): AssertionPool lends one connection at a time and has no use for maxOverflow; it has poolTimeoutMs, poolResetOnReturn, poolLeakThresholdMs',
    )
    expect(() => createEngine('postgresql://a@b/c', { poolClass: NullPool, poolTimeoutMs: 5 })).not.toThrow()
    // A single connection is what some URLs lead to: sizes given for a server do it no harm.
    expect(() => createEngine('sqlite://', { poolClass: StaticPool, poolSize: 5 })).not.toThrow()
  })

  it('of connections that are not kept tells of each', async () => {
    await using engine = createEngine(postgresUrl(), { poolClass: NullPool })
    const told: string[] = []
    for (const event of ['connect', 'close'] as const) engine.pool.on(event, () => told.push(event))
    await engine.execute('SELECT 1')
    await engine.execute('SELECT 1')
    await eventually(() => told.length === 4)
    expect(told).toEqual(['connect', 'close', 'connect', 'close'])
  })

  it('ends within its deadline, whoever holds connections, and leaves no session', async () => {
    const name = `ending ${process.pid}`
    const engine = createEngine(postgresUrl(), { connectArguments: { application_name: name } })
    const conn = await engine.connect()
    await conn.execute('SELECT 1')
    await engine.execute('SELECT 1')
    const started = performance.now()
    await engine.dispose({ timeoutMs: 50 })
    expect(performance.now() - started).toBeLessThan(3_000)
    await expect(conn.execute('SELECT 1')).rejects.toMatchObject({ connectionInvalidated: true })
    await conn.close()
    await eventually(async () => (await sessions(name)) === 0)
    expect(() => createEngine(postgresUrl()).dispose({ timeout: 1 } as never)).toThrow(
      new ArgumentError("dispose() has no option 'timeout'; did you mean 'timeoutMs'?"),
    )
  })

  it.each(['connect', 'close'] as const)(
    'ends within its deadline, whatever listeners of %s wait for',
    async (event) => {
      const name = `hanging ${event} ${process.pid}`
      const engine = createEngine(postgresUrl(), { connectArguments: { application_name: name } })
      if (event === 'close') await engine.execute('SELECT 1')
      let told = false
      engine.pool.on(event, () => {
        told = true
        return new Promise<void>(() => {})
      })
      const asked = event === 'connect' ? engine.execute('SELECT 1').then(null, (error: unknown) => error) : null
      if (asked !== null) await eventually(() => told)
      await engine.dispose({ timeoutMs: 50 })
      if (asked !== null) expect(await asked).toBeInstanceOf(ResourceClosedError)
      await eventually(async () => (await sessions(name)) === 0)
    },
  )

  it('ends within the earliest of several deadlines', async () => {
    const engine = createEngine(postgresUrl())
    const conn = await engine.connect()
    const late = engine.dispose({ timeoutMs: 60_000 })
    await engine.dispose({ timeoutMs: 50 })
    // It is gone, and there is no pool to give another.
    await expect(conn.execute('SELECT 1')).rejects.toThrow(new ResourceClosedError('This QueuePool is disposed'))
    await conn.close()
    await late
  })

  it('is not disposed of with a deadline that cannot be', async () => {
    await using engine = createEngine(postgresUrl())
    const why = 'dispose() takes timeoutMs as a number that is not negative, got -1'
    expect(() => engine.dispose({ timeoutMs: -1 })).toThrow(new ArgumentError(why))
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it.each(['resetOnReturn', 'useLifo', 'unref'] as const)('knows the option %s', async (option) => {
    const values: Record<typeof option, EngineOptions> = {
      resetOnReturn: { poolResetOnReturn: 'commit' },
      useLifo: { poolUseLifo: false },
      unref: { poolUnref: true },
    }
    await using engine = createEngine(postgresUrl(), values[option])
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })
})

/** A program that runs a statement and is done, without disposing of its engine. */
const PROGRAM = `
  import { createEngine } from './src/index.ts'
  const engine = createEngine(process.argv[1], JSON.parse(process.argv[2]))
  const sum = await engine.execute('SELECT 41 + 1').scalar()
  console.log(sum)
`

function programArguments(options: EngineOptions): string[] {
  return ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM, postgresUrl(), JSON.stringify(options)]
}

describe('a process that is done', () => {
  it('ends where connections at rest are told not to keep it', async () => {
    const name = `unref ${process.pid}`
    const options = {
      poolUnref: true,
      poolMinimum: 2,
      poolKeepaliveMs: 1_000,
      connectArguments: { application_name: name },
    }
    const { stdout } = await promisify(execFile)(process.execPath, programArguments(options), {
      cwd: root,
      timeout: 60_000,
    })
    expect(stdout.trim()).toBe('42')
    await eventually(async () => (await sessions(name)) === 0)
  }, 70_000)

  it('stays otherwise, and its sessions go with it', async () => {
    const name = `stays ${process.pid}`
    const child = spawn(process.execPath, programArguments({ connectArguments: { application_name: name } }), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await pause(500)
    expect(child.exitCode).toBe(null)
    expect(await sessions(name)).toBe(1)
    child.kill('SIGKILL')
    await eventually(async () => (await sessions(name)) === 0)
  }, 70_000)
})
