// Transfers between accounts while sessions, connections and the server's process are killed at random: no money is made or lost.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { CommitOutcomeUnknown, DBAPIError } from '../../src/errors.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import { allPlacesServe, eventually, failure, type Scene, startScene } from './scene.ts'
import { nothingUncaught } from './uncaught.ts'

const ACCOUNTS = 10
const START = 1_000

nothingUncaught()
let server: OwnServer
let admin: Engine
let proxy: Proxy
let scene: Scene

beforeAll(async () => {
  server = await startOwnServer({ synchronous_commit: 'on' })
  admin = createEngine(server.url)
  await admin.execute('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)')
  await admin.execute('CREATE TABLE transfer (id INTEGER, amount INTEGER)')
  proxy = await startProxy(server.url)
}, 60_000)
beforeEach(async () => {
  await admin.execute('TRUNCATE account, transfer')
  await admin.execute('INSERT INTO account SELECT id, $1::int FROM generate_series(1, $2::int) AS id', [
    START,
    ACCOUNTS,
  ])
  scene = startScene(proxy.url, admin, { poolSize: 8, executionOptions: { timeoutMs: 3_000 } })
})
afterEach(async () => {
  proxy.heal()
  await scene.end()
})
afterAll(async () => {
  await proxy.close()
  await admin.dispose()
  await server.end()
})

/** What became of transfers, as those who asked for them were told. */
interface Book {
  readonly done: Set<number>
  readonly refused: Set<number>
  readonly unknown: Set<number>
}

/** One transfer, in as many flights as `style` says. */
async function transfer(engine: Engine, id: number, style: number): Promise<void> {
  const from = 1 + (id % ACCOUNTS)
  const to = 1 + ((id * 7 + 3) % ACCOUNTS)
  const amount = 1 + (id % 5)
  const take = 'UPDATE account SET balance = balance - $1 WHERE id = $2'
  const give = 'UPDATE account SET balance = balance + $1 WHERE id = $2'
  const note = 'INSERT INTO transfer VALUES ($1, $2)'
  await engine.begin(async (conn) => {
    // In one order, so that two transfers do not wait for each other.
    for (const account of from < to ? [from, to] : [to, from])
      await conn.execute(account === from ? take : give, [amount, account])
    if (from === to) await conn.execute(give, [amount, to])
    if (style % 3 === 1) await pause(Math.random() * 4)
    if (style % 3 === 2) {
      // COMMIT travels with the last statement.
      return conn.execute(note, [id, amount])
    }
    await conn.execute(note, [id, amount])
    return undefined
  })
}

/** Transfers of eight customers until it is over. */
function trade(engine: Engine, book: Book, over: () => boolean): Promise<unknown> {
  let next = 0
  async function customer(style: number): Promise<void> {
    while (!over()) {
      next += 1
      const id = next
      try {
        await transfer(engine, id, style)
        book.done.add(id)
      } catch (error) {
        // Whatever happens is an error of the database's, of the public hierarchy.
        expect(error).toBeInstanceOf(DBAPIError)
        if (error instanceof CommitOutcomeUnknown) book.unknown.add(id)
        else book.refused.add(id)
        await pause(2)
      }
    }
  }
  const trading = Promise.all(Array.from({ length: 8 }, (_, style) => customer(style)))
  // What one of them fails with is told where they are awaited.
  trading.catch(() => undefined)
  return trading
}

/** The books agree with the accounts. */
async function audit({ done, refused, unknown }: Book): Promise<void> {
  await eventually(async () => {
    const open = await admin
      .execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE '%transaction%'",
      )
      .scalar()
    expect(open).toBe(0n)
  })
  const ids = (await admin.execute('SELECT id FROM transfer').scalars().all()) as number[]
  const stored = new Set(ids)
  expect(ids).toHaveLength(stored.size)
  expect([...done].filter((id) => !stored.has(id))).toEqual([])
  expect([...refused].filter((id) => stored.has(id))).toEqual([])
  expect([...stored].filter((id) => !done.has(id) && !unknown.has(id))).toEqual([])
  expect(await admin.execute('SELECT sum(balance)::int FROM account').scalar()).toBe(ACCOUNTS * START)
}

const newBook = (): Book => ({ done: new Set(), refused: new Set(), unknown: new Set() })

describe('the bank', () => {
  it('survives the random death of sessions and connections', async () => {
    const { engine } = scene
    const book = newBook()
    let over = false
    const trading = trade(engine, book, () => over)
    const kill =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'scene %' ORDER BY random() LIMIT 1"
    const faults: (() => unknown)[] = [
      () => admin.execute(kill),
      () => proxy.reset(),
      () => proxy.cutAnswers(),
      () => proxy.cutRequests(),
      () => proxy.cut(),
      () => proxy.truncateAt(Math.floor(Math.random() * 40)),
    ]
    for (let round = 0; round < 7; round += 1) {
      for (const fault of faults) {
        await pause(Math.random() * 90)
        await fault()
      }
      // A busy machine does less between two faults; less than this would prove nothing.
      await eventually(async () => expect(book.done.size).toBeGreaterThan(5 * round), 15_000)
    }
    proxy.heal()
    over = true
    await trading
    await allPlacesServe(engine, 8)
    expect(book.refused.size + book.unknown.size).toBeGreaterThan(5)
    await audit(book)
  }, 60_000)

  it('survives crashes of the server', async () => {
    const { engine } = scene
    const book = newBook()
    let over = false
    const trading = trade(engine, book, () => over)
    for (const how of ['session', 'immediate', 'session', 'kill'] as const) {
      await pause(150)
      if (how === 'session') {
        const [victim] = await scene.sessions().catch(() => [])
        if (victim !== undefined) process.kill(victim.pid, 'SIGKILL')
      } else {
        await server.stop(how)
        await server.start()
      }
      const before = book.done.size
      await eventually(async () => expect(book.done.size).toBeGreaterThan(before + 20), 15_000)
    }
    over = true
    await trading
    await eventually(() => allPlacesServe(engine, 8))
    await audit(book)
  }, 60_000)
})

describe('statements alone', () => {
  it.each([
    ['on a connection each', { poolPrePing: 'ride' }],
    ['that share connections', { pipelining: 8, poolPrePing: 'ride' }],
  ] as const)(
    '%s: none that was acknowledged is lost, none is run twice',
    async (_, options) => {
      await scene.end()
      scene = startScene(proxy.url, admin, { poolSize: 3, ...options })
      const { engine } = scene
      const acknowledged = new Set<number>()
      let failed = 0
      let next = 0
      let over = false
      async function work(lane: number): Promise<void> {
        while (!over) {
          next += 1
          const id = next
          try {
            await engine.execute('INSERT INTO transfer VALUES ($1, 0)', [id])
            acknowledged.add(id)
          } catch (error) {
            expect(error).toBeInstanceOf(DBAPIError)
            failed += 1
          }
          // Now and then connections rest so long that nobody knows whether they live.
          if (id % 40 === 0) await pause(Math.random() * 30)
          if (lane === 0) await pause(1)
        }
      }
      const working = Promise.all(Array.from({ length: 12 }, (_, lane) => work(lane)))
      working.catch(() => undefined)
      const kill =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'scene %' ORDER BY random() LIMIT 2"
      const faults = [
        () => admin.execute(kill),
        () => proxy.reset(),
        () => proxy.cutAnswers(),
        () => proxy.cutRequests(),
      ]
      for (let round = 0; round < 8; round += 1) {
        for (const fault of faults) {
          await pause(Math.random() * 60)
          await fault()
        }
        await eventually(async () => expect(acknowledged.size).toBeGreaterThan(8 * round), 15_000)
      }
      proxy.heal()
      over = true
      await working
      // All rest, and die: the first statements find nobody there.
      for (let round = 0; round < 2; round += 1) {
        await engine.warmUp(3)
        await pause(600)
        proxy.delay(60)
        await admin.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'scene %'",
        )
        const last = [1, 2, 3].map(async () => {
          next += 1
          const id = next
          await engine.execute('INSERT INTO transfer VALUES ($1, 0)', [id])
          acknowledged.add(id)
        })
        await Promise.all(last)
        proxy.delay(0)
      }
      const ids = (await admin.execute('SELECT id FROM transfer').scalars().all()) as number[]
      const stored = new Set(ids)
      expect(ids).toHaveLength(stored.size)
      expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
      expect(failed).toBeGreaterThan(3)
      await allPlacesServe(engine, 3)
    },
    60_000,
  )
})

describe('a COMMIT whose answer is lost', () => {
  it('is of unknown outcome, each time, and the server can be asked what became of it', async () => {
    const { engine } = scene
    const book = newBook()
    for (let id = 1; id <= 30; id += 1) {
      let transaction: unknown = null
      const work = engine.begin(async (conn) => {
        transaction = await conn.execute('SELECT pg_current_xact_id()::text').scalar()
        await conn.execute('INSERT INTO transfer VALUES ($1, 0)', [id])
        if (id % 2 === 0) proxy.cutAnswers()
        else proxy.cutRequests()
      })
      expect(await failure(work)).toBeInstanceOf(CommitOutcomeUnknown)
      let status: unknown = 'in progress'
      await eventually(async () => {
        status = await engine.execute('SELECT pg_xact_status($1::xid8)', [transaction]).scalar()
        expect(status).not.toBe('in progress')
      })
      expect(status).toBe(id % 2 === 0 ? 'committed' : 'aborted')
      book[status === 'committed' ? 'done' : 'refused'].add(id)
    }
    const ids = await admin.execute('SELECT id FROM transfer ORDER BY id').scalars().all()
    expect(ids).toEqual([...book.done])
  })
})
