// What happens to connections, transactions and the pool when the network or the server fails: on a real server only.
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import {
  CommitOutcomeUnknown,
  DBAPIError,
  OperationalError,
  PendingRollbackError,
  TimeoutError,
  TransactionRolledBack,
} from '../../src/errors.ts'
import { text } from '../../src/index.ts'
import { atItsEnd, MOMENTS, withItsSocket } from '../support/client-socket.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'

let admin: Engine
let proxy: Proxy
let engine: Engine
const uncaught: unknown[] = []
const remember = (error: unknown): void => void uncaught.push(error)

beforeAll(async () => {
  process.on('uncaughtException', remember)
  process.on('unhandledRejection', remember)
  admin = createEngine(postgresUrl())
  await admin.execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
  proxy = await startProxy(postgresUrl())
})
beforeEach(async () => {
  await admin.execute('TRUNCATE item')
  engine = createEngine(proxy.url, { poolSize: 2, maxOverflow: 0, poolTimeoutMs: 2_000 })
})
afterEach(async () => {
  proxy.refuse(false)
  proxy.delay(0)
  proxy.rewrite(null)
  await engine.dispose()
  await pause(5)
  expect(uncaught).toEqual([])
})
afterAll(async () => {
  await proxy.close()
  await admin.dispose()
  process.off('uncaughtException', remember)
  process.off('unhandledRejection', remember)
})

const stored = (): Promise<unknown[]> => admin.execute('SELECT id FROM item ORDER BY id').scalars().all()
const backendOf = (conn: Connection): number => conn.driverConnection?.processId ?? 0

async function terminate(conn: Connection): Promise<void> {
  const gone = new Promise<void>((resolve) => conn.driverConnection?.onceClosed(() => resolve()))
  await admin.execute('SELECT pg_terminate_backend($1)', [backendOf(conn)])
  await gone
}

describe('a connection lost inside of a transaction', () => {
  it('ends the transaction for good: nothing runs before rollback(), and then on a new connection', async () => {
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    const before = backendOf(conn)
    await terminate(conn)
    const first = await conn.execute(INSERT, [2]).catch((error: unknown) => error)
    expect(first).toBeInstanceOf(OperationalError)
    expect(first).toMatchObject({ connectionInvalidated: true, statement: INSERT })
    expect(conn.invalidated).toBe(true)
    for (const attempt of [() => conn.execute(INSERT, [3]), () => conn.commit(), async () => conn.beginNested()]) {
      const error = await attempt().then(null, (caught: unknown) => caught)
      expect(error).toBeInstanceOf(PendingRollbackError)
      expect((error as Error).cause).toBe(first)
    }
    await expect(conn.execute('ROLLBACK')).rejects.toThrow(
      /Can't reconnect until the invalid transaction is rolled back/,
    )
    await conn.rollback()
    await conn.execute(INSERT, [4])
    expect(backendOf(conn)).not.toBe(before)
    await conn.commit()
    expect(await stored()).toEqual([4])
  })

  it('rejects the block with the cause, also where it dies while a statement runs', async () => {
    let backend = 0
    const failing = engine.begin(async (conn) => {
      await conn.execute(INSERT, [1])
      backend = backendOf(conn)
      await Promise.all([
        conn.execute('SELECT pg_sleep(10)'),
        pause(50).then(() => admin.execute('SELECT pg_terminate_backend($1)', [backend])),
      ])
    })
    await expect(failing).rejects.toMatchObject({ sqlState: '57P01', connectionInvalidated: true })
    expect(await stored()).toEqual([])
    expect(engine.stats().pool).toMatchObject({ checkedOut: 0 })
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('cannot be rescued by a savepoint', async () => {
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    const savepoint = conn.beginNested()
    await conn.execute(INSERT, [2])
    proxy.cut()
    await expect(conn.execute(INSERT, [3])).rejects.toBeInstanceOf(DBAPIError)
    await savepoint.rollback()
    await expect(conn.execute(INSERT, [4])).rejects.toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    expect(await conn.execute('SELECT 1').scalar()).toBe(1)
  })

  it('is rolled back by close() without complaint', async () => {
    const conn = await engine.connect()
    await conn.execute(INSERT, [1])
    proxy.cut()
    await conn.close()
    expect(await stored()).toEqual([])
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })
})

describe('a COMMIT without an answer, or with an odd one', () => {
  it('has an unknown outcome, whether it was sent alone or with a statement', async () => {
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    proxy.cutAnswers()
    const alone = await conn.commit().catch((error: unknown) => error)
    expect(alone).toBeInstanceOf(CommitOutcomeUnknown)
    expect(alone).toMatchObject({ connectionInvalidated: true })
    await expect(conn.execute('SELECT 1')).rejects.toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    expect(await conn.execute('SELECT 1').scalar()).toBe(1)
    await conn.rollback()
    const riding = engine.begin(async (inner) => {
      await inner.execute('SELECT 1')
      proxy.cutAnswers()
      return inner.execute(INSERT, [2])
    })
    await expect(riding).rejects.toBeInstanceOf(OperationalError)
  })

  it('rides with the statement in one flight, and its loss is told in full', async () => {
    await engine.execute('SELECT 1')
    proxy.cutAnswers()
    await expect(engine.begin((conn) => conn.execute(INSERT, [1]))).rejects.toBeInstanceOf(CommitOutcomeUnknown)
    await pause(20)
    // It was committed: that is why nothing may retry it.
    expect(await stored()).toEqual([1])
  })

  it('that says ROLLBACK is an error', async () => {
    const committed = Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1')
    const rolledBack = Buffer.from('C\0\0\0\x0dROLLBACK\0', 'latin1')
    proxy.rewrite((answer) => {
      const place = answer.indexOf(committed)
      if (place < 0) return answer
      return Buffer.concat([answer.subarray(0, place), rolledBack, answer.subarray(place + committed.length)])
    })
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    await expect(conn.commit()).rejects.toThrow(
      new TransactionRolledBack(
        'The transaction was rolled back by the database although COMMIT was asked (its answer was ROLLBACK)',
      ),
    )
    expect(conn.inTransaction()).toBe(false)
    await expect(engine.begin((inner) => inner.execute(INSERT, [2]))).rejects.toBeInstanceOf(TransactionRolledBack)
  })

  it('is known not to have happened where the connection was gone before', async () => {
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    await terminate(conn)
    const error = await conn.commit().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(OperationalError)
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknown)
    await conn.rollback()
    expect(await stored()).toEqual([])
  })
})

describe.each(Object.keys(MOMENTS))('the end of a connection, %s,', (moment) => {
  const begun: readonly [string, (own: Engine) => PromiseLike<unknown>][] = [
    ['execute()', (own) => own.execute(INSERT, [1])],
    ['connect()', (own) => own.connect().then((conn) => insertAndClose(conn))],
    ['begin()', (own) => own.begin((conn) => conn.execute(INSERT, [1]))],
    ['run()', (own) => own.run((conn) => conn.execute(INSERT, [1]))],
  ]

  it.each(begun)('costs nothing that is begun then: %s', async (_, begin) => {
    await using own = createEngine(proxy.url, { poolSize: 1, maxOverflow: 0 })
    const [, socket] = await withItsSocket(() => own.execute('SELECT 1'))
    const seen = atItsEnd(socket, moment, () => ({ done: begin(own) }))
    proxy.cut()
    await (await seen).done
    expect(await stored()).toEqual([1])
  })

  it('costs nothing where it came between the checkout and the first statement of who had rested', async () => {
    await using own = createEngine(proxy.url, { poolSize: 1, maxOverflow: 0, poolPrePing: 'ride' })
    const [, socket] = await withItsSocket(() => own.execute('SELECT 1'))
    await pause(600)
    await using conn = await own.connect()
    const seen = atItsEnd(socket, moment, () => ({ rows: conn.execute('SELECT 2').scalar() }))
    proxy.cut()
    expect(await (await seen).rows).toBe(2)
    expect(own.stats().pool).toMatchObject({ checkedOut: 1 })
  })

  it('fails a COMMIT for certain', async () => {
    const [conn, socket] = await withItsSocket(() => engine.connect())
    await conn.execute(INSERT, [1])
    const seen = atItsEnd(socket, moment, () => ({ outcome: conn.commit().catch((error: unknown) => error) }))
    proxy.cut()
    const error = await (await seen).outcome
    expect(error).toBeInstanceOf(OperationalError)
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknown)
    await conn.close()
    expect(await stored()).toEqual([])
  })

  it('hinders no transaction that may be repeated in the middle', async () => {
    const sockets: Socket[] = []
    let attempts = 0
    const work = async (conn: Connection): Promise<void> => {
      attempts += 1
      await conn.execute(INSERT, [attempts])
      const [socket] = sockets
      if (attempts > 1 || socket === undefined) return
      const seen = atItsEnd(socket, moment, () => {})
      proxy.cut()
      await seen
    }
    const [first, socket] = await withItsSocket(() => engine.connect())
    sockets.push(socket)
    await first.close()
    await engine.run(work, { retry: { lostConnections: 'uncommitted', backoffMs: 1 } })
    expect(attempts).toBe(2)
    expect(await stored()).toEqual([2])
  })
})

async function insertAndClose(conn: Connection): Promise<void> {
  await conn.execute(INSERT, [1])
  await conn.commit()
  await conn.close()
}

describe('the pool', () => {
  it('costs one error for one restart of the server: all others are replaced', async () => {
    const [one, two] = [await engine.connect(), await engine.connect()]
    await one.close()
    await two.close()
    const conn = await engine.connect()
    proxy.cutAnswers()
    await expect(conn.execute('SELECT 1')).rejects.toMatchObject({ connectionInvalidated: true })
    await conn.close()
    for (let i = 0; i < 4; i += 1) expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('is renewed where a statement alone loses its connection', async () => {
    const [one, two] = [await engine.connect(), await engine.connect()]
    const backends = [backendOf(one), backendOf(two)]
    await one.close()
    await two.close()
    const sleeping = engine.execute('SELECT pg_sleep(10)').then(null, (error: unknown) => error)
    await pause(50)
    await admin.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND pid = ANY ($1::int[])",
      [backends],
    )
    expect(await sleeping).toMatchObject({ sqlState: '57P01', connectionInvalidated: true })
    await using next = await engine.connect()
    expect(backends).not.toContain(backendOf(next))
  })

  it('notices connections that die at rest', async () => {
    const conn = await engine.connect()
    await conn.close()
    expect(engine.stats().pool.idle).toBe(1)
    proxy.cut()
    await pause(20)
    expect(engine.stats().pool.idle).toBe(0)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('loses no place to failures, and recovers with the server', async () => {
    proxy.refuse(true)
    proxy.cut()
    for (let i = 0; i < 5; i += 1) await expect(engine.execute('SELECT 1')).rejects.toBeInstanceOf(OperationalError)
    proxy.refuse(false)
    const connections = [await engine.connect(), await engine.connect()]
    await expect(engine.connect({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' })
    for (const each of connections) await each.close()
    expect(engine.stats().pool).toMatchObject({ checkedOut: 0, opening: 0, waiting: 0 })
  })

  it('serves all where the server allows fewer connections than the pool', async () => {
    await admin.execute("CREATE ROLE limited LOGIN PASSWORD 'limited' CONNECTION LIMIT 2")
    const url = new URL(postgresUrl())
    url.username = url.password = 'limited'
    const crowded = createEngine(url.href, { poolSize: 8 })
    try {
      const work = Array.from({ length: 24 }, (_, value) =>
        crowded.execute('SELECT $1::int, pg_sleep(0.01)', [value]).scalar(),
      )
      expect(await Promise.all(work)).toEqual(Array.from({ length: 24 }, (_, value) => value))
    } finally {
      await crowded.dispose()
      await admin.execute('DROP ROLE limited')
    }
  })

  it('tests connections before they are lent where it is told so', async () => {
    const careful = createEngine(proxy.url, { poolPrePing: 0 })
    try {
      await careful.execute('SELECT 1')
      proxy.cutAnswers()
      expect(await careful.execute('SELECT 1').scalar()).toBe(1)
    } finally {
      await careful.dispose()
    }
  })

  it('loses no connection to SQL errors', async () => {
    const conn = await engine.connect()
    const backend = backendOf(conn)
    await conn.close()
    for (let i = 0; i < 5; i += 1)
      await expect(engine.execute('SELECT 1 / 0')).rejects.toMatchObject({ sqlState: '22012' })
    await using again = await engine.connect()
    expect(backendOf(again)).toBe(backend)
  })

  it('rolls back what a borrower left open behind its back', async () => {
    await engine.execute('BEGIN')
    await expect(engine.execute('SELECT 1 / 0')).rejects.toBeInstanceOf(DBAPIError)
    await using conn = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
    expect(conn.driverConnection?.transactionStatus).toBe('idle')
  })

  it('times out where all connections are lent, and says so', async () => {
    const hurried = createEngine(proxy.url, { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 500, poolLeakTracking: true })
    try {
      await using _conn = await hurried.connect()
      const error = await hurried.execute('SELECT 1').catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(TimeoutError)
      expect((error as Error).message).toMatch(
        /^QueuePool limit of size 1 overflow 0 reached.*held for .*faults\.test\.ts/s,
      )
    } finally {
      await hurried.dispose()
    }
  })
})

describe('an aborted signal', () => {
  it('cancels the statement on the server and keeps the connection', async () => {
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    const backend = backendOf(conn)
    const abort = new AbortController()
    const reason = new Error('no longer wanted')
    setTimeout(() => abort.abort(reason), 30)
    const started = performance.now()
    await expect(conn.execute('SELECT pg_sleep(10)', [], { signal: abort.signal })).rejects.toBe(reason)
    expect(performance.now() - started).toBeLessThan(2_000)
    await expect(conn.execute('SELECT 1')).rejects.toBeInstanceOf(PendingRollbackError)
    await conn.rollback()
    expect(await conn.execute('SELECT 1').scalar()).toBe(1)
    expect(backendOf(conn)).toBe(backend)
    const running = await admin.execute(
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid = $1 AND state = 'active'",
      [backend],
    )
    expect(running.scalar()).toBe(0n)
  })

  it('refuses what was not sent yet, and leaves the transaction as it was', async () => {
    await using conn = await engine.connect()
    await conn.execute(INSERT, [1])
    const signal = AbortSignal.abort(new Error('before'))
    await expect(conn.execute(INSERT, [2], { signal })).rejects.toThrow('before')
    await conn.execute(INSERT, [3])
    await conn.commit()
    expect(await stored()).toEqual([1, 3])
    await expect(engine.execute('SELECT 1', [], { signal })).rejects.toThrow('before')
    await expect(engine.connect({ signal })).rejects.toThrow('before')
    await expect(engine.begin(async () => {}, { signal })).rejects.toThrow('before')
  })

  it('before the first statement leaves BEGIN to the next', async () => {
    await using conn = await engine.connect()
    await expect(conn.execute(INSERT, [1], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await conn.execute(INSERT, [2])
    await conn.rollback()
    expect(await stored()).toEqual([])
  })

  it('ends the wait for a connection', async () => {
    const [one, two] = [await engine.connect(), await engine.connect()]
    await expect(engine.execute('SELECT 1', [], { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(engine.stats().pool.waiting).toBe(0)
    await one.close()
    await two.close()
  })

  it('that comes when the statement is done changes nothing', async () => {
    await engine.execute('SELECT 1')
    proxy.delay(150)
    const abort = new AbortController()
    const done = engine.begin((conn) =>
      conn.execute(`${INSERT} RETURNING id`, [1], { signal: abort.signal }).scalarOne(),
    )
    setTimeout(() => abort.abort(), 60)
    expect(await done).toBe(1)
    const alone = new AbortController()
    setTimeout(() => alone.abort(), 60)
    expect(await engine.execute('SELECT 5', [], { signal: alone.signal }).scalar()).toBe(5)
    expect(await stored()).toEqual([1])
  })

  it('that comes when a page of a stream is done loses no row: the next page is refused', async () => {
    await engine.execute('SELECT 1')
    proxy.delay(150)
    const abort = new AbortController()
    setTimeout(() => abort.abort(new Error('enough')), 60)
    const numbers = 'SELECT generate_series(1, 5) AS n'
    const reading = engine.stream(numbers, null, { yieldPer: 2, signal: abort.signal }).all()
    await expect(reading).rejects.toThrow('enough')
    proxy.delay(0)
    await engine.execute('SELECT 1')
    proxy.delay(150)
    const late = await engine.stream(numbers, null, { yieldPer: 2, timeoutMs: 60 }).scalars().all()
    expect(late).toEqual([1, 2, 3, 4, 5])
  })

  it('that comes later changes nothing', async () => {
    const abort = new AbortController()
    expect(await engine.execute('SELECT 1', [], { signal: abort.signal }).scalar()).toBe(1)
    abort.abort()
    expect(await engine.execute('SELECT 2').scalar()).toBe(2)
  })
})

it('a value that cannot be read does not undo the COMMIT that it came with', async () => {
  await using conn = await engine.connect()
  const unreadable = `${INSERT} RETURNING '290000-01-01'::timestamptz`
  const riding = conn.flight([{ statement: text(unreadable.replace('$1', '1').replace('::', '\\:\\:')) }], {
    commit: true,
  })
  const error = await riding.catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(DBAPIError)
  expect((error as Error).message).toContain('[The transaction has been committed nevertheless]')
  expect(conn.inTransaction()).toBe(false)
  expect(await stored()).toEqual([1])
  await expect(conn.execute(unreadable, [2])).rejects.toBeInstanceOf(DBAPIError)
  await conn.execute(INSERT, [3])
  await conn.commit()
  expect(await stored()).toEqual([1, 2, 3])
})

describe('disposing', () => {
  it('leaves no session on the server', async () => {
    const name = 'disposed_engine'
    const own = createEngine(postgresUrl(), { connectArguments: { application_name: name } })
    const lent = await own.connect()
    await own.execute('SELECT 1')
    const sessions = async (): Promise<unknown> =>
      admin
        .execute('SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1', [
          name,
        ])
        .scalar()
    expect(await sessions()).toBe(2n)
    await own.dispose()
    expect(await lent.execute('SELECT 1').scalar()).toBe(1)
    await lent.close()
    for (let i = 0; i < 50 && (await sessions()) !== 0n; i += 1) await pause(10)
    expect(await sessions()).toBe(0n)
  })
})
