// Faults that the server itself reports: what each costs, a statement, a transaction or the connection.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  DeadlockDetected,
  LockNotAvailable,
  QueryCanceled,
  SerializationFailure,
  StatementTimeout,
} from '../../src/database-errors.ts'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import type { Transaction } from '../../src/engine/transaction.ts'
import {
  CommitOutcomeUnknown,
  DatabaseError,
  IntegrityError,
  PendingRollbackError,
  TransactionRolledBack,
} from '../../src/errors.ts'
import { text } from '../../src/index.ts'
import { postgresUrl } from '../support/server.ts'
import { chosenTransport } from '../support/transport.ts'
import { backendOf, eventually, failure, type Scene, startScene } from './scene.ts'
import { nothingUncaught } from './uncaught.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'
const ADD = 'UPDATE account SET balance = balance + 1 WHERE id = $1'

nothingUncaught()
let admin: Engine
let scene: Scene

beforeAll(async () => {
  admin = createEngine(postgresUrl())
  await admin.execute(
    'CREATE TABLE item (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES item DEFERRABLE INITIALLY DEFERRED)',
  )
  await admin.execute('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)')
  // COMMIT waits for a deferred check that sleeps.
  await admin.execute(`
    CREATE OR REPLACE FUNCTION slow_check() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$`)
  await admin.execute('CREATE TABLE slow (id INTEGER)')
  await admin.execute(
    'CREATE CONSTRAINT TRIGGER slow_check AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_check()',
  )
})
beforeEach(async () => {
  await admin.execute('TRUNCATE item, account')
  await admin.execute('INSERT INTO account VALUES (1, 0), (2, 0)')
})
afterEach(() => scene.end())
afterAll(() => admin.dispose())

function start(options: EngineOptions = {}): Engine {
  scene = startScene(postgresUrl(), admin, options)
  return scene.engine
}

const serverVersion = async (): Promise<number> => Number(await admin.execute('SHOW server_version_num').scalar())
const stored = (): Promise<unknown[]> => admin.execute('SELECT id FROM item ORDER BY id').scalars().all()
const balances = (): Promise<unknown[]> => admin.execute('SELECT balance FROM account ORDER BY id').scalars().all()

/** Waits until a COMMIT of the scene waits for the slow check. */
async function sleepingInCommit(): Promise<void> {
  await eventually(async () => {
    const found = await admin.execute(
      "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = ANY ($1::int[])",
      [(await scene.sessions()).map(({ pid }) => pid)],
    )
    expect(found.scalar()).toBe(1)
  })
}

/** Runs work in a transaction until the database does not refuse it for the company that it kept. */
async function insistently(engine: Engine, work: (conn: Connection) => Promise<unknown>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.begin(work, { isolationLevel: 'SERIALIZABLE' })
      return attempt
    } catch (error) {
      if (!(error instanceof SerializationFailure || error instanceof DeadlockDetected)) throw error
      await pause(Math.random() * 20)
    }
  }
}

describe('what costs a statement', () => {
  it.each([
    ['statement_timeout', '57014', QueryCanceled, "SET LOCAL statement_timeout TO '50ms'", 'SELECT pg_sleep(30)'],
    [
      'lock_timeout',
      '55P03',
      LockNotAvailable,
      "SET LOCAL lock_timeout TO '50ms'",
      'SELECT 1 FROM account WHERE id = 1 FOR UPDATE',
    ],
  ])('%s: the code is told, the connection stays', async (_, sqlState, kind, before, statement) => {
    const engine = start({ poolSize: 1 })
    await using blocker = await admin.connect()
    await blocker.execute(ADD, [1])
    await using conn = await engine.connect()
    const backend = backendOf(conn)
    await conn.execute(INSERT, [1])
    await conn.execute(before)
    const error = await failure(conn.execute(statement).all())
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject({ sqlState, connectionInvalidated: false })
    expect(await failure(conn.execute(INSERT, [2]).all())).toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    await conn.execute(INSERT, [3])
    await conn.commit()
    expect(backendOf(conn)).toBe(backend)
    expect(await stored()).toEqual([3])
    expect(engine.pool.metrics()).toMatchObject({ generations: 0, invalidated: 0 })
  })
})

describe('an error that has the code of a loss', () => {
  it('costs its statement, and neither the connection nor the pool', async () => {
    const engine = start({ poolSize: 2 })
    await engine.warmUp(2)
    await using conn = await engine.connect()
    const backend = backendOf(conn)
    const before = (await scene.sessions()).map(({ pid }) => pid).sort()
    for (const sqlState of ['08001', '57P01', '25P03']) {
      const sql = `DO $$ BEGIN RAISE EXCEPTION 'could not connect to server "elsewhere"' USING ERRCODE = '${sqlState}'; END $$`
      expect(await failure(conn.execute(sql))).toMatchObject({ sqlState, connectionInvalidated: false })
      await conn.rollback()
      expect(await failure(engine.execute(sql))).toMatchObject({ sqlState, connectionInvalidated: false })
      // A transaction is not run again for it, as one that was lost would be.
      let runs = 0
      const running = engine.run(async (own) => {
        runs += 1
        await own.execute(sql)
      })
      await failure(running)
      expect(runs).toBe(1)
    }
    expect(backendOf(conn)).toBe(backend)
    expect((await scene.sessions()).map(({ pid }) => pid).sort()).toEqual(before)
    expect(engine.pool.metrics()).toMatchObject({ generations: 0, invalidated: 0, foundDead: 0 })
  })
})

describe('what the server has no room for', () => {
  it.each([
    ['columns of a result', '54011', () => `SELECT ${Array.from({ length: 1_665 }, (_, n) => n).join(', ')}`],
    [
      'columns of a table',
      '54011',
      () => `CREATE TABLE wide (${Array.from({ length: 1_601 }, (_, n) => `c${n} int`).join(', ')})`,
    ],
    ['parentheses', '42601', () => `SELECT ${'('.repeat(12_000)}1${')'.repeat(12_000)}`],
    [
      'a list of 200,000',
      null,
      () => `SELECT 1 WHERE 1 IN (${Array.from({ length: 200_000 }, (_, n) => n).join(', ')})`,
    ],
  ])('%s: told by its code or taken, and the connection goes on', async (_, sqlState, sql) => {
    const engine = start({ poolSize: 1 })
    await using conn = await engine.connect()
    const backend = backendOf(conn)
    await conn.execute(INSERT, [1])
    const outcome = await conn.execute(sql()).then(
      () => null,
      (error: unknown) => error,
    )
    if (sqlState === null) expect(outcome).toBeNull()
    else {
      expect(outcome).toBeInstanceOf(DatabaseError)
      expect(outcome).toMatchObject({ sqlState, connectionInvalidated: false })
      // The statement is in the message, but not all of it.
      expect((outcome as DatabaseError).message.length).toBeLessThan(11_000)
    }
    await conn.rollback()
    expect(await conn.execute('SELECT 1').scalar()).toBe(1)
    expect(backendOf(conn)).toBe(backend)
  })
})

describe('a clock that is set', () => {
  it.each([
    ['forward', 1],
    ['back', -1],
  ])('%s by a year: nothing is given up, nobody waits longer', async (_, sign) => {
    const engine = start({ poolSize: 2, poolRecycleMs: 60_000, poolPrePing: 'ride', poolKeepaliveMs: 30_000 })
    await engine.warmUp(2)
    const before = new Set((await scene.sessions()).map(({ pid }) => pid))
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      vi.setSystemTime(Date.now() + sign * 365 * 86_400_000)
      expect(await Promise.all([1, 2, 3].map((n) => engine.execute('SELECT $1::int', [n]).scalar()))).toEqual([1, 2, 3])
      const stop = performance.now()
      const error = await failure(engine.execute('SELECT pg_sleep(30)', [], { timeoutMs: 200 }).all())
      expect(error).toBeInstanceOf(StatementTimeout)
      expect(performance.now() - stop).toBeLessThan(10_000)
      const repeated: number[] = []
      await engine.run((conn) => conn.execute('SELECT 1'), {
        retry: { onRetry: () => void repeated.push(1), deadlineMs: 5_000 },
      })
      expect(repeated).toEqual([])
    } finally {
      vi.useRealTimers()
    }
    expect(new Set((await scene.sessions()).map(({ pid }) => pid))).toEqual(before)
    expect(engine.pool.metrics()).toMatchObject({ generations: 0, foundDead: 0, opened: 2 })
  })
})

describe('requests to cancel', () => {
  it('that come as their statement ends hit no other: 300 innocent ones behind as many that may be aborted', async () => {
    const engine = start({ poolSize: 3 })
    // Over TLS a request to cancel has a handshake in front, and would never come in time.
    const seconds = chosenTransport() === 'tls' ? 0.03 : 0.002
    let aborted = 0
    async function lane(rounds: number): Promise<void> {
      // A busy machine is late with its timers: enough of them have to be in time.
      for (let round = 0; round < rounds || aborted <= 10; round += 1) {
        const abort = new AbortController()
        const reason = new Error('enough')
        const timer = setTimeout(() => abort.abort(reason), Math.random() * 2_500 * seconds)
        await engine.execute('SELECT $1 FROM pg_sleep($2)', ['slow', seconds], { signal: abort.signal }).then(
          (result) => expect(result.scalar()).toBe('slow'),
          (error) => {
            aborted += 1
            expect(error).toBe(reason)
          },
        )
        clearTimeout(timer)
        expect(await engine.execute('SELECT $1::int', [round]).scalar()).toBe(round)
      }
    }
    await Promise.all([lane(100), lane(100), lane(100)])
    expect(engine.pool.metrics()).toMatchObject({ generations: 0 })
    const still = (await scene.sessions()).filter(({ state, query }) => state === 'active' && query.includes('sleep'))
    expect(still).toEqual([])
  })
})

describe('what costs a transaction', () => {
  it('a deadlock: the victim is told, and can do all again', async () => {
    const engine = start()
    const holding = new Set<number>()
    const attempts = await Promise.all([
      ...[1, 2].map((first) =>
        insistently(engine, async (conn) => {
          await conn.execute(ADD, [first])
          holding.add(first)
          while (holding.size < 2) await pause(5)
          await conn.execute(ADD, [3 - first])
        }),
      ),
    ])
    expect(Math.max(...attempts)).toBeGreaterThan(1)
    expect(await balances()).toEqual([2, 2])
    expect(engine.pool.metrics().generations).toBe(0)
  })

  it('serialization: 24 who add at a time add up to 24', async () => {
    const engine = start({ poolSize: 8 })
    await Promise.all(
      Array.from({ length: 24 }, () =>
        insistently(engine, async (conn) => {
          const balance = await conn.execute('SELECT balance FROM account WHERE id = 1').scalarOne()
          await conn.execute('UPDATE account SET balance = $1 WHERE id = 1', [Number(balance) + 1])
        }),
      ),
    )
    expect(await balances()).toEqual([24, 0])
  })

  it('serialization that only COMMIT finds out: it was not committed, and that is known', async () => {
    const engine = start()
    const [one, two] = [
      await engine.connect({ isolationLevel: 'SERIALIZABLE' }),
      await engine.connect({ isolationLevel: 'SERIALIZABLE' }),
    ]
    // Each reads what the other writes.
    await one.execute('SELECT sum(balance) FROM account')
    await two.execute('SELECT sum(balance) FROM account')
    await one.execute(ADD, [1])
    await two.execute(ADD, [2])
    await one.commit()
    const error = await failure(two.commit())
    expect(error).toBeInstanceOf(SerializationFailure)
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknown)
    expect(error).toMatchObject({ sqlState: '40001', connectionInvalidated: false })
    await one.close()
    await two.close()
    expect(await balances()).toEqual([1, 0])
  })

  it('a constraint that waited for COMMIT: that error, and nothing stored', async () => {
    const engine = start({ poolSize: 1 })
    const orphan = 'INSERT INTO item (id, parent) VALUES (1, 99)'
    for (const work of [
      (): Promise<unknown> => engine.begin((conn) => conn.execute(orphan)),
      (): Promise<unknown> =>
        engine.begin(async (conn) => {
          await conn.execute(orphan)
        }),
    ]) {
      const error = await failure(work())
      expect(error).toBeInstanceOf(IntegrityError)
      expect(error).toMatchObject({ sqlState: '23503', connectionInvalidated: false })
    }
    expect(await stored()).toEqual([])
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('an error that was swallowed: COMMIT does not claim success', async () => {
    const engine = start()
    for (let count = 0; count < 5; count += 1) {
      const work = engine.begin(async (conn) => {
        await conn.execute(INSERT, [count])
        await conn.execute('SELECT 1 / 0').then(null, () => {})
      })
      expect(await failure(work)).toBeInstanceOf(TransactionRolledBack)
    }
    expect(await stored()).toEqual([])
  })

  it('statements that nobody awaited: they run before the end or not at all, and none afterwards', async () => {
    const engine = start()
    const late: Promise<unknown>[] = []
    await failure(
      engine.begin(async (conn) => {
        const work = [1, 2, 3].map((id) => conn.execute(INSERT, [id]).all())
        late.push(...work)
        setTimeout(() => late.push(conn.execute(INSERT, [4]).all()), 50)
        await Promise.all([...work, conn.execute('SELECT 1 / 0')])
      }),
    )
    await pause(100)
    const outcomes = await Promise.allSettled(late)
    expect(outcomes.at(-1)?.status).toBe('rejected')
    expect(await stored()).toEqual([])
  })
})

describe('what costs the connection', () => {
  it.each([
    ['25P03', "SET idle_in_transaction_session_timeout TO '60ms'"],
    ['25P04', "SET transaction_timeout TO '60ms'"],
  ])(
    'a transaction that is too slow (%s): the code reaches its owner, nothing of it happens',
    async (sqlState, setting) => {
      const engine = start({ poolSize: 1 })
      await using conn = await engine.connect()
      if (sqlState === '25P04' && (await serverVersion()) < 170_000) {
        expect(await failure(conn.execute(setting).all())).toMatchObject({ sqlState: '42704' })
        return
      }
      // In one flight: it counts from here on.
      await conn.executeAll([text(setting)], { commit: true })
      await conn.execute(INSERT, [1])
      await new Promise<void>((resolve) => conn.driverConnection?.onceClosed(() => resolve()))
      const error = await failure(conn.execute(INSERT, [2]).all())
      expect(error).toMatchObject({ sqlState, connectionInvalidated: true })
      expect(await failure(conn.execute(INSERT, [3]).all())).toBeInstanceOf(PendingRollbackError)
      await conn.rollback()
      await conn.execute(INSERT, [4])
      await conn.commit()
      expect(await stored()).toEqual([4])
    },
  )

  it('a session that rested too long (57P05) is missed by nobody', async () => {
    const engine = start({ poolSize: 2, connectArguments: { options: '-c idle_session_timeout=60' } })
    await engine.warmUp(2)
    await eventually(async () => expect(engine.pool.status().idle).toBe(0))
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('an abort during COMMIT: what the server stopped was not committed', async () => {
    const engine = start()
    const abort = new AbortController()
    const reason = new Error('no longer wanted')
    const conn = await engine.connect()
    const statements = [text('INSERT INTO slow VALUES (2)')]
    const committing = failure(conn.executeAll(statements, { commit: true, signal: abort.signal }))
    await sleepingInCommit()
    abort.abort(reason)
    expect(await committing).toBe(reason)
    await conn.rollback()
    await conn.close()
    expect(await admin.execute('SELECT count(*) FROM slow').scalar()).toBe(0n)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it.each(['connection', 'transaction'] as const)(
    'an abort of commit() of the %s, before it and on its way',
    async (whose) => {
      const engine = start()
      await using conn = await engine.connect()
      const reason = new Error('no longer wanted')
      const commit = (signal: AbortSignal): Promise<void> =>
        (whose === 'connection' ? conn : (conn.getTransaction() as Transaction)).commit({ signal })
      await conn.execute('INSERT INTO slow VALUES (4)')
      expect(await failure(commit(AbortSignal.abort(reason)))).toBe(reason)
      // Nothing was sent: it goes on.
      expect(conn.getTransaction()?.isActive).toBe(true)
      const abort = new AbortController()
      const committing = failure(commit(abort.signal))
      await sleepingInCommit()
      abort.abort(reason)
      expect(await committing).toBe(reason)
      await conn.rollback()
      expect(await admin.execute('SELECT count(*) FROM slow').scalar()).toBe(0n)
      await conn.execute(INSERT, [1])
      await expect(conn.commit({ signla: abort.signal } as never)).rejects.toThrow("did you mean 'signal'")
      await commit(new AbortController().signal)
      expect(await stored()).toEqual([1])
    },
  )

  it('an abort during the end of a statement alone: what the server stopped was not stored, and is no success', async () => {
    const engine = start()
    const abort = new AbortController()
    const reason = new Error('no longer wanted')
    const aborted = failure(engine.execute('INSERT INTO slow VALUES (3)', [], { signal: abort.signal }))
    await sleepingInCommit()
    abort.abort(reason)
    expect(await aborted).toBe(reason)
    const late = await failure(engine.execute('INSERT INTO slow VALUES (4)', [], { timeoutMs: 100 }))
    expect(late).toBeInstanceOf(StatementTimeout)
    expect(await admin.execute('SELECT count(*) FROM slow').scalar()).toBe(0n)
  })

  it('pg_terminate_backend during COMMIT: unknown, or known not to be', async () => {
    const engine = start()
    const conn = await engine.connect()
    await conn.execute('INSERT INTO slow VALUES (1)')
    const committing = failure(conn.commit())
    await sleepingInCommit()
    await admin.execute('SELECT pg_terminate_backend($1)', [backendOf(conn)])
    expect(await committing).toBeInstanceOf(CommitOutcomeUnknown)
    await conn.rollback()
    await conn.close()
    expect(await admin.execute('SELECT count(*) FROM slow').scalar()).toBe(0n)
  })
})

describe('what a borrower leaves behind', () => {
  it('is seen by the next unless a listener of reset clears it', async () => {
    const engine = start({ poolSize: 1 })
    engine.pool.on('reset', async ({ entry }) => {
      if (entry.connection.transactionStatus !== 'idle') await entry.execute('ROLLBACK')
      // As DISCARD ALL, but for the prepared statements, which the driver knows of.
      await entry.execute('RESET ALL')
      await entry.execute('UNLISTEN *')
      await entry.execute('SELECT pg_advisory_unlock_all()')
      await entry.execute('DISCARD TEMP')
    })
    await engine.execute("SET search_path TO 'nowhere'")
    await engine.execute('CREATE TEMP TABLE leftover (id INTEGER)')
    await engine.execute('SELECT pg_advisory_lock(1)')
    await engine.execute('LISTEN leftover')
    expect(await engine.execute('SHOW search_path').scalar()).toBe('"$user", public')
    expect(await engine.execute("SELECT to_regclass('leftover')::text").scalar()).toBe(null)
    expect(await engine.execute('SELECT count(*) FROM pg_listening_channels()').scalar()).toBe(0n)
    expect(
      await engine
        .execute(
          "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .scalar(),
    ).toBe(0n)
    expect(engine.pool.metrics().opened).toBe(1)
  })
})

describe('a schema that changes under prepared statements', () => {
  it('costs nobody an error outside of a transaction', async () => {
    const engine = start({ poolSize: 2 })
    await admin.execute('CREATE TABLE shape (a INTEGER)')
    await admin.execute('INSERT INTO shape VALUES (1)')
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 3; count += 1)
        expect(await engine.execute('SELECT * FROM shape').all()).toHaveLength(1)
      await admin.execute(`ALTER TABLE shape ADD COLUMN b${round} TEXT`)
      expect(Object.keys((await engine.execute('SELECT * FROM shape').one()) as object)).toHaveLength(round + 2)
    }
  })
})
