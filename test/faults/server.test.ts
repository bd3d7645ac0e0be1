// The server's faults: it is stopped, crashes, hangs, is full, takes no writes. It is this file's own server.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CannotConnectNow, ReadOnlyTransaction, TooManyConnections } from '../../src/database-errors.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { CommitOutcomeUnknown, OperationalError, PendingRollbackError, TimeoutError } from '../../src/errors.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import { allPlacesServe, backendOf, eventually, failure, type Scene, startScene } from './scene.ts'
import { nothingUncaught } from './uncaught.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'
const SESSIONS = 20

nothingUncaught()
let server: OwnServer
let admin: Engine
let scene: Scene

beforeAll(async () => {
  server = await startOwnServer({
    max_connections: String(SESSIONS),
    superuser_reserved_connections: '0',
    // A row that was acknowledged is in the log of a server that crashes.
    synchronous_commit: 'on',
    // Only a server that could have standbys waits for one.
    wal_level: 'replica',
    max_wal_senders: '2',
  })
  admin = createEngine(server.url)
  await admin.execute('CREATE TABLE item (id INTEGER)')
}, 60_000)
beforeEach(async () => {
  await admin.execute('TRUNCATE item')
})
afterEach(() => scene.end())
afterAll(async () => {
  await admin.dispose()
  await server.end()
})

function start(options: EngineOptions = {}): Engine {
  scene = startScene(server.url, admin, options)
  return scene.engine
}

const stored = (): Promise<unknown[]> => admin.execute('SELECT id FROM item ORDER BY id').scalars().all()

/** Waits until so many statements of the scene sleep; gives the processes that run them. */
async function sleepers(count: number): Promise<number[]> {
  let found: number[] = []
  await eventually(async () => {
    const sessions = await scene.sessions()
    found = sessions.filter(({ state, query }) => state === 'active' && query.includes('sleep')).map(({ pid }) => pid)
    expect(found).toHaveLength(count)
  })
  return found
}

/** The service is back: all places serve, at last. */
async function served(engine: Engine): Promise<void> {
  await eventually(() => allPlacesServe(engine))
}

describe('a restart', () => {
  it.each(['fast', 'immediate', 'kill'] as const)('(%s) with connections at rest is seen by nobody', async (how) => {
    const engine = start()
    await engine.warmUp(4)
    await server.stop(how)
    await server.start()
    await pause(50)
    expect(engine.pool.status().idle).toBe(0)
    for (let count = 0; count < 8; count += 1) expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    await allPlacesServe(engine)
  })

  it('takes down what runs with the reason of the server; nothing of an open transaction remains', async () => {
    const engine = start()
    const sleeping = failure(engine.execute('SELECT pg_sleep(30)').all())
    const conn = await engine.connect()
    await conn.execute(INSERT, [1])
    await sleepers(1)
    await server.stop('fast')
    expect(await sleeping).toMatchObject({ sqlState: '57P01', connectionInvalidated: true })
    const error = await failure(conn.execute(INSERT, [2]).all())
    expect(error).toMatchObject({ sqlState: '57P01', connectionInvalidated: true })
    expect(await failure(conn.commit())).toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    await server.start()
    await conn.execute(INSERT, [3])
    await conn.commit()
    await conn.close()
    expect(await stored()).toEqual([3])
    await served(engine)
  })

  it('under load loses no row that was acknowledged and stores none twice', async () => {
    const engine = start({ poolTimeoutMs: 2_000 })
    const acknowledged: number[] = []
    const uncertain: number[] = []
    let next = 0
    let over = false
    async function work(): Promise<void> {
      while (!over) {
        next += 1
        const id = next
        try {
          await engine.begin((conn) => conn.execute(INSERT, [id]))
          acknowledged.push(id)
        } catch (error) {
          // Where the server takes longer to start than a checkout may, that is what its callers are told.
          if (!(error instanceof TimeoutError)) expect(error).toBeInstanceOf(OperationalError)
          if (error instanceof CommitOutcomeUnknown) uncertain.push(id)
          await pause(10)
        }
      }
    }
    const working = Promise.all(Array.from({ length: 8 }, work))
    // What one of them fails with is told where they are awaited.
    working.catch(() => undefined)
    await pause(150)
    for (const how of ['fast', 'immediate'] as const) {
      await server.stop(how)
      await pause(50)
      await server.start()
      const before = acknowledged.length
      await eventually(async () => expect(acknowledged.length).toBeGreaterThan(before + 20))
    }
    over = true
    await working
    const rows = (await stored()) as number[]
    expect(new Set(rows).size).toBe(rows.length)
    expect(acknowledged.filter((id) => !rows.includes(id))).toEqual([])
    const known = new Set([...acknowledged, ...uncertain])
    expect(rows.filter((id) => !known.has(id))).toEqual([])
    await served(engine)
  })
})

describe('a server that is down', () => {
  it.each([
    ['', {}],
    ['where connections are tested first', { poolPrePing: 0 }],
    ['where connections are always to be open', { poolMinimum: 3, poolKeepaliveMs: 20 }],
    ['where the test rides', { poolPrePing: 'ride' }],
  ] as const)('is told at once, and serves in full when it is back %s', async (_, options) => {
    const engine = start(options)
    await engine.execute('SELECT 1')
    await server.stop('fast')
    const started = performance.now()
    for (let count = 0; count < 5; count += 1) {
      const error = await failure(engine.execute('SELECT 1').all())
      expect(error).toBeInstanceOf(OperationalError)
      // An attempt that was under way, to keep connections open, can have met the end of the server.
      expect(error.message).toMatch(/ECONNREFUSED|Connection terminated unexpectedly/)
    }
    expect(performance.now() - started).toBeLessThan(3_000)
    await server.start()
    await served(engine)
  })
})

describe('a crash', () => {
  it('of one session takes down all; the server recovers, and so does the pool', async () => {
    const engine = start()
    await engine.execute(INSERT, [1])
    const failing = [1, 2, 3].map(() => failure(engine.execute('SELECT pg_sleep(30)').all()))
    const [victim = 0] = await sleepers(3)
    process.kill(victim, 'SIGKILL')
    for (const error of await Promise.all(failing)) {
      expect(error).toBeInstanceOf(OperationalError)
      expect(error).toMatchObject({ connectionInvalidated: true })
    }
    await served(engine)
    await eventually(async () => expect(await stored()).toEqual([1]))
  })

  it('of the whole server in the middle of a transaction leaves nothing of it', async () => {
    const engine = start()
    const work = failure(
      engine.begin(async (conn) => {
        await conn.execute(INSERT, [1])
        await server.stop('kill')
        await conn.execute(INSERT, [2])
      }),
    )
    expect(await work).toMatchObject({ connectionInvalidated: true })
    await server.start()
    await served(engine)
    expect(await stored()).toEqual([])
  })
})

describe('a session that hangs', () => {
  it('costs the call that waits for it, by its deadline, and nobody else', async () => {
    const engine = start({ executionOptions: { timeoutMs: 1_500 } })
    await engine.warmUp(4)
    const conn = await engine.connect()
    const victim = backendOf(conn)
    process.kill(victim, 'SIGSTOP')
    try {
      const started = performance.now()
      const [own, ...others] = await Promise.all([
        failure(conn.execute('SELECT 1').all()),
        ...[1, 2, 3, 4, 5, 6].map((value) => engine.execute('SELECT $1::int', [value]).scalar()),
      ])
      expect(own).toMatchObject({ code: 'statement-timeout' })
      expect(others).toEqual([1, 2, 3, 4, 5, 6])
      expect(performance.now() - started).toBeLessThan(8_000)
      await conn.close()
      await allPlacesServe(engine)
    } finally {
      process.kill(victim, 'SIGCONT')
    }
  })
})

describe('a server with no room for more', () => {
  it('serves all who come, in the room that there is', async () => {
    await admin.execute("CREATE ROLE crowd LOGIN PASSWORD 'crowd' CONNECTION LIMIT 3")
    const url = new URL(server.url)
    url.username = url.password = 'crowd'
    scene = startScene(url.href, admin, { poolSize: 8, poolTimeoutMs: 15_000 })
    const work = Array.from({ length: 40 }, (_, value) =>
      scene.engine.execute('SELECT $1::int, pg_sleep(0.01)', [value]).scalar(),
    )
    expect(await Promise.all(work)).toEqual(Array.from({ length: 40 }, (_, value) => value))
    expect(scene.engine.pool.metrics().refused).toBeGreaterThan(0)
  })

  it('says so where this pool has no connection that could come back', async () => {
    const hog = startScene(server.url, admin, { poolSize: SESSIONS, poolTimeoutMs: 2_000 })
    const held = []
    for (let count = 0; count < SESSIONS; count += 1) {
      const conn = await hog.engine.connect().catch(() => null)
      if (conn === null) break
      held.push(conn)
    }
    const engine = start()
    const error = await failure(engine.execute('SELECT 1').all())
    expect(error).toBeInstanceOf(TooManyConnections)
    expect(error).toMatchObject({ sqlState: '53300' })
    for (const conn of held) await conn.close()
    await hog.end()
    await eventually(async () => expect(await engine.execute('SELECT 1').scalar()).toBe(1))
  })

  it('or that is about to start, is told as such or waited for', async () => {
    const engine = start()
    await server.stop('kill')
    const starting = server.start()
    const outcomes: unknown[] = []
    while (outcomes.at(-1) !== 1) {
      outcomes.push(
        await engine
          .execute('SELECT 1')
          .scalar()
          .catch((error: unknown) => error),
      )
      await pause(2)
    }
    await starting
    for (const outcome of outcomes.slice(0, -1)) {
      expect(outcome).toBeInstanceOf(OperationalError)
      const { sqlState } = outcome as OperationalError
      if (sqlState !== null) expect(outcome).toBeInstanceOf(CannotConnectNow)
    }
  })
})

describe('a full disk', () => {
  it('costs the transaction: its code is told, nothing of it remains, the connection stays', async () => {
    const engine = start({ poolSize: 1 })
    await using conn = await engine.connect()
    const backend = backendOf(conn)
    await conn.execute(INSERT, [1])
    const error = await failure(conn.execute("COPY (SELECT generate_series(1, 100000)) TO '/dev/full'").all())
    expect(error).toBeInstanceOf(OperationalError)
    expect(error).toMatchObject({ sqlState: '53100', connectionInvalidated: false })
    await conn.rollback()
    await conn.execute(INSERT, [2])
    await conn.commit()
    expect(backendOf(conn)).toBe(backend)
    expect(await stored()).toEqual([2])
  })
})

describe('a server that takes no writes any more', () => {
  it('costs at most one failed write a connection: the others go where writes are taken', async () => {
    await admin.execute("CREATE ROLE writer LOGIN SUPERUSER PASSWORD 'writer'")
    const url = new URL(server.url)
    url.username = url.password = 'writer'
    // Sessions opened now are read only; those opened later are not: as with an address that moves to the new primary.
    await admin.execute('ALTER ROLE writer SET default_transaction_read_only TO on')
    scene = startScene(url.href, admin)
    const { engine } = scene
    await engine.warmUp(4)
    await admin.execute('ALTER ROLE writer RESET default_transaction_read_only')
    let failed = 0
    for (let id = 1; id <= 8; id += 1) {
      const error = await engine.execute(INSERT, [id]).then(
        () => null,
        (caught: unknown) => caught,
      )
      if (error === null) continue
      expect(error).toBeInstanceOf(ReadOnlyTransaction)
      expect(error).toMatchObject({ sqlState: '25006', connectionInvalidated: false })
      failed += 1
    }
    expect(failed).toBe(1)
    expect(await stored()).toHaveLength(7)
    expect(engine.pool.metrics().generations).toBe(1)
  })

  it('is not suspected where only the transaction is read only', async () => {
    const engine = start()
    const error = await failure(engine.begin((conn) => conn.execute(INSERT, [1]), { readOnly: true }))
    expect(error).toMatchObject({ sqlState: '25006' })
    expect(engine.pool.metrics().generations).toBe(0)
  })
})

describe('a COMMIT that waits for a standby that is not there', () => {
  beforeEach(async () => {
    // What is stored here itself is visible; whoever asks for no more is not kept waiting.
    await admin.execute("ALTER SYSTEM SET synchronous_standby_names TO 'nobody'")
    await admin.execute('SELECT pg_reload_conf()')
    await eventually(async () => expect(await admin.execute('SHOW synchronous_standby_names').scalar()).toBe('nobody'))
  })
  afterEach(async () => {
    await admin.execute('ALTER SYSTEM RESET synchronous_standby_names')
    await admin.execute('SELECT pg_reload_conf()')
    await eventually(async () => expect(await admin.execute('SHOW synchronous_standby_names').scalar()).toBe(''))
  })

  const waiting = async (): Promise<number[]> => {
    let found: number[] = []
    await eventually(async () => {
      const query = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND pid = ANY ($1::int[])"
      found = (await admin
        .execute(query, [(await scene.sessions()).map(({ pid }) => pid)])
        .scalars()
        .all()) as number[]
      expect(found).toHaveLength(1)
    })
    return found
  }

  it.each(['signal', 'timeoutMs'] as const)(
    'is stopped by %s: committed here, which the server says, and no error',
    async (how) => {
      const engine = start({ poolSize: 1, ...(how === 'timeoutMs' ? { executionOptions: { timeoutMs: 700 } } : {}) })
      const told: string[] = []
      engine.on('notice', ({ sql, notice }) => void told.push(`${sql}: ${notice.message}`))
      await using conn = await engine.connect()
      const backend = backendOf(conn)
      const transaction = conn.begin()
      await conn.execute(INSERT, [1])
      const abort = new AbortController()
      const committing = transaction.commit({ signal: abort.signal })
      if (how === 'signal') {
        await waiting()
        abort.abort(new Error('enough'))
      }
      await committing
      expect(transaction.state).toBe('closed')
      expect(told).toEqual([expect.stringContaining('canceling wait for synchronous replication')])
      expect(await stored()).toEqual([1])
      expect(backendOf(conn)).toBe(backend)
      expect(await conn.execute('SELECT 1').scalar()).toBe(1)
    },
  )

  it('is of unknown outcome where its session is ended meanwhile', async () => {
    const engine = start({ poolSize: 1 })
    const conn = await engine.connect()
    await conn.execute(INSERT, [1])
    const committing = failure(conn.commit())
    const [pid] = await waiting()
    await admin.execute('SELECT pg_terminate_backend($1)', [pid])
    expect(await committing).toBeInstanceOf(CommitOutcomeUnknown)
    await conn.close()
    expect(await stored()).toEqual([1])
  })
})
