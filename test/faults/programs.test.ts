// Any programs side by side on a small pool, with impatient callers and a network that fails: no money is made or lost, every row
// that was told as written is there once, nothing fails where nobody listens, and nothing stays behind.
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { CommitOutcomeUnknown } from '../../src/errors.ts'
import {
  Column,
  deleteFrom,
  type Executable,
  Integer,
  insert,
  MetaData,
  select,
  table,
  update,
} from '../../src/index.ts'
import { Session } from '../../src/orm/index.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'
import { eventually, startScene } from './scene.ts'
import { nothingUncaught } from './uncaught.ts'

const metadata = new MetaData()
const accounts = table('program_account', metadata, {
  id: Column(Integer, { primaryKey: true, autoincrement: false }),
  balance: Column(Integer),
})
const transfers = table('program_transfer', metadata, {
  id: Column(Integer, { primaryKey: true, autoincrement: false }),
  amount: Column(Integer),
})
const numbers = table('program_number', metadata, { n: Column(Integer, { primaryKey: true, autoincrement: false }) })
const COUNT = 2_000
const NUMBERS = select(numbers.c.n).orderBy(numbers.c.n)

/** What a step is given. */
interface Scope {
  readonly engine: Engine
  /** Options with a signal that may be aborted at any moment. */
  readonly patience: { readonly signal?: AbortSignal }
  readonly id: number
  /** Anything from 0 to 99. */
  readonly dice: number
}

/** Runs a statement, on a connection or in a session. */
type Run = (statement: Executable, options?: Scope['patience']) => PromiseLike<unknown>

/** Moves money from one account to the other and notes it down. */
async function move(run: Run, { id, dice, patience }: Omit<Scope, 'engine'>): Promise<void> {
  const amount = 1 + dice
  for (const [account, change] of [
    [1, -amount],
    [2, amount],
  ] as const)
    await run(
      update(accounts)
        .values({ balance: accounts.c.balance.add(change) })
        .where(accounts.c.id.eq(account)),
    )
  await run(insert(transfers).values({ id, amount }), patience)
}

const on =
  (conn: Connection): Run =>
  (statement, options = {}) =>
    conn.execute(statement, null, options)

/** Steps that write: told as done, their transfer is there; told as failed, it is not. */
const WRITES = {
  begin: ({ engine, ...scope }: Scope) => engine.begin((conn) => move(on(conn), scope), scope.patience),
  riding: ({ engine, id, dice, patience }: Scope) =>
    engine.begin(async (conn) => {
      await move(on(conn), { id: id + 1_000_000, dice, patience: {} })
      await conn.execute(
        update(transfers)
          .values({ id })
          .where(transfers.c.id.eq(id + 1_000_000)),
        null,
        patience,
      )
    }),
  run: ({ engine, ...scope }: Scope) =>
    engine.run((conn) => move(on(conn), scope), {
      ...scope.patience,
      isolationLevel: 'SERIALIZABLE',
      retry: { attempts: 3, backoffMs: 1, deadlineMs: 1_000 },
    }),
  savepoint: async ({ engine, ...scope }: Scope) => {
    await using conn = await engine.connect(scope.patience)
    await using transaction = conn.begin()
    await conn.beginNested(() => move(on(conn), scope))
    await transaction.commit(scope.patience)
  },
  session: async ({ engine, ...scope }: Scope) => {
    await using session = new Session({ bind: engine })
    await move((statement, options = {}) => session.execute(statement, null, options), scope)
    await session.commit(scope.patience)
  },
  copy: ({ engine, id, dice, patience }: Scope) =>
    engine.begin(async (conn) => {
      const scope = { id: id + 1_000_000, dice, patience: {} }
      await move(on(conn), scope)
      await conn.execute(deleteFrom(transfers).where(transfers.c.id.eq(scope.id)))
      const rows = async function* (): AsyncGenerator<readonly number[]> {
        if (dice % 2 === 0) await pause(dice % 7)
        yield [id, 1 + dice]
      }
      await conn.copyFrom(transfers, rows(), patience)
    }),
} as const

/** Counts what comes, which is the numbers in order, and leaves early or reads to the end. */
async function count(rows: AsyncIterable<number>, dice: number): Promise<void> {
  let seen = 0
  for await (const n of rows) {
    seen += 1
    if (n !== seen) throw new Error(`the row ${seen} is ${n}`)
    if (dice < 50 && seen > dice * 10) return
  }
  if (seen !== COUNT) throw new Error(`the rows end at ${seen}`)
}

/** Steps that only read, or only are in the way. */
const OTHERS = {
  echo: async ({ engine, id, patience }: Scope) => {
    const asked = Array.from({ length: 8 }, (_, n) => id + n)
    const answers = await Promise.allSettled(
      asked.map((n) => engine.execute('SELECT $1::int', [n], n % 2 === 0 ? patience : {}).scalar()),
    )
    for (const [index, answer] of answers.entries())
      if (answer.status === 'fulfilled' && answer.value !== asked[index])
        throw new Error(`${asked[index]} was answered by ${answer.value}`)
  },
  stream: ({ engine, dice, patience }: Scope) =>
    count(engine.stream(NUMBERS, null, { yieldPer: 1 + dice * 5, ...patience }).scalars(), dice),
  page: async ({ engine, dice, patience }: Scope) => {
    await using conn = await engine.connect()
    await count(conn.stream(NUMBERS, null, { yieldPer: 1 + dice * 5, ...patience }).scalars(), dice)
    await conn.execute('SELECT 1')
  },
  'copy out': async ({ engine, dice, patience }: Scope) => {
    await using conn = await engine.connect()
    await count(conn.copyTo(NUMBERS, patience).scalars(), dice)
    await conn.execute('SELECT 1')
  },
  'close while it runs': async ({ engine, patience }: Scope) => {
    const conn = await engine.connect()
    const running = conn.execute('SELECT pg_sleep(0.01)', null, patience).then()
    await Promise.allSettled([running, conn.close(), conn.close()])
  },
  'left open': async ({ engine }: Scope) => {
    await using conn = await engine.connect()
    await conn.execute(select(accounts))
  },
  raw: async ({ engine, dice, patience }: Scope) => {
    await using raw = await engine.raw(patience)
    await raw.run('BEGIN')
    if (dice < 30) raw.invalidate()
  },
  listen: async ({ engine, patience }: Scope) => {
    await using listener = engine.listen('programs', { maxBackoffMs: 5, ...patience })
    await listener.ready()
  },
  fail: ({ engine, patience }: Scope) => engine.execute('SELECT 1 / 0', null, patience).then(),
  invalidate: async ({ engine }: Scope) => engine.pool.invalidate(),
  'warm up': ({ engine, dice }: Scope) => engine.warmUp(dice % 4),
} as const

const step = fc.record({
  name: fc.constantFrom(
    ...(Object.keys(WRITES) as (keyof typeof WRITES)[]),
    ...(Object.keys(OTHERS) as (keyof typeof OTHERS)[]),
  ),
  dice: fc.nat(99),
  /** After how many milliseconds its caller loses patience. */
  patienceMs: fc.option(fc.nat(30), { freq: 2 }),
})
const fault = fc.record({
  name: fc.constantFrom(...(['kill', 'kill', 'reset', 'cut', 'cutAnswers', 'cutRequests', 'delay', 'heal'] as const)),
  afterMs: fc.integer({ min: 5, max: 60 }),
})
const program = fc.record({
  poolSize: fc.integer({ min: 1, max: 3 }),
  poolTimeoutMs: fc.constantFrom(10, 5_000),
  flows: fc.array(fc.array(step, { minLength: 2, maxLength: 6 }), { minLength: 2, maxLength: 6 }),
  faults: fc.array(fault, { maxLength: 6 }),
})

nothingUncaught()
let admin: Engine
let proxy: Proxy
beforeAll(async () => {
  admin = createEngine(postgresUrl())
  await metadata.createAll(admin)
  await admin.execute(
    insert(numbers),
    Array.from({ length: COUNT }, (_, n) => ({ n: n + 1 })),
  )
  proxy = await startProxy(postgresUrl())
})
afterAll(async () => {
  await proxy.close()
  await admin.dispose()
})

describe.each([
  ['a connection for each statement', {}],
  ['shared connections', { pipelining: 4 }],
] as const satisfies readonly (readonly [string, EngineOptions])[])('with %s', (_, sharing) => {
  it('programs side by side do no harm to each other, nor to their data', async () => {
    await fc.assert(
      fc.asyncProperty(program, async ({ poolSize, poolTimeoutMs, flows, faults }) => {
        await admin.execute('TRUNCATE program_account, program_transfer')
        await admin.execute(insert(accounts), [
          { id: 1, balance: 0 },
          { id: 2, balance: 0 },
        ])
        const scene = startScene(proxy.url, admin, { poolSize, poolTimeoutMs, ...sharing })
        const { engine } = scene
        const told: { id: number; outcome: 'done' | 'failed' | 'unknown' }[] = []
        const wrong: unknown[] = []
        let next = 0
        const flow = async (steps: (typeof flows)[number]): Promise<void> => {
          for (const { name, dice, patienceMs } of steps) {
            next += 10
            const id = next
            const patience = patienceMs === null ? {} : { signal: AbortSignal.timeout(patienceMs) }
            try {
              if (name in WRITES) await WRITES[name as keyof typeof WRITES]({ engine, patience, id, dice })
              else await OTHERS[name as keyof typeof OTHERS]({ engine, patience, id, dice })
              if (name in WRITES) told.push({ id, outcome: 'done' })
            } catch (error) {
              if (error instanceof TypeError || (error instanceof Error && error.constructor === Error))
                wrong.push(error)
              const outcome = error instanceof CommitOutcomeUnknown ? 'unknown' : 'failed'
              if (name in WRITES) told.push({ id, outcome })
            }
          }
        }
        const trouble = async (): Promise<void> => {
          for (const { name, afterMs } of faults) {
            await pause(afterMs)
            if (name === 'kill')
              for (const { pid } of await scene.sessions())
                await admin.execute('SELECT pg_terminate_backend($1::int)', [pid])
            else if (name === 'delay') proxy.delay(5)
            else proxy[name]()
          }
          proxy.heal()
        }
        await Promise.all([...flows.map(flow), trouble()])
        expect(wrong).toEqual([])
        await eventually(async () =>
          expect(engine.pool.status()).toMatchObject({ checkedOut: 0, opening: 0, waiting: 0 }),
        )
        await eventually(async () => expect(await engine.execute('SELECT 1').scalar()).toBe(1))
        await eventually(async () => {
          const sessions = await scene.sessions()
          expect(sessions.length).toBeLessThanOrEqual(poolSize)
          expect(sessions.filter(({ state }) => state !== 'idle')).toEqual([])
        })
        const written = (await admin.execute(select(transfers)).tuples().all()) as [number, number][]
        const balances = await admin.execute(select(accounts.c.balance).orderBy(accounts.c.id)).scalars().all()
        const moved = written.reduce((sum, [, amount]) => sum + amount, 0)
        expect(balances.map((balance) => balance || 0)).toEqual([-moved || 0, moved])
        const there = new Set(written.map(([id]) => id))
        expect(told.filter(({ id, outcome }) => outcome === 'done' && !there.has(id))).toEqual([])
        expect(told.filter(({ id, outcome }) => outcome === 'failed' && there.has(id))).toEqual([])
        await scene.end()
      }),
      { numRuns: Number(process.env.PROGRAMS ?? 12), endOnFailure: true },
    )
  }, 120_000)
})
