// Everything a program does all day, in turn: what it leaves behind on the heap is a leak.
import { setTimeout as pause } from 'node:timers/promises'
import {
  bindparam,
  Column,
  createEngine,
  type Engine,
  Integer,
  insert,
  MetaData,
  String,
  select,
  table,
  text,
} from 'tsalchemy'

/** Heap in use, in bytes, after so many statements. */
export interface Sample {
  readonly statements: number
  readonly heapBytes: number
}

/** How a workload is run. */
export interface WorkloadOptions {
  readonly url: string
  readonly statements: number
  /** Statements before the first sample: caches are full by then, and code is compiled. */
  readonly warmUp: number
  /** How many samples are taken, the first behind the warm-up. */
  readonly samples: number
  readonly collectGarbage: () => void
  readonly sampled?: (sample: Sample) => void
}

const metadata = new MetaData()
const items = table('memory_items', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
})

/** Runs statements of all kinds, eight at a time, and looks at the heap in between. */
export async function runWorkload(options: WorkloadOptions): Promise<Sample[]> {
  const { url, statements, warmUp, samples, collectGarbage } = options
  const engine = createEngine(url, { poolSize: 4, maxOverflow: 0, poolPrePing: 'ride' })
  engine.pool.on('checkin', () => {})
  await metadata.dropAll(engine)
  await metadata.createAll(engine)
  await engine.execute(
    insert(items),
    Array.from({ length: 100 }, (_, id) => ({ id, name: `item ${id}` })),
  )
  const taken: Sample[] = []
  let done = 0
  const upTo = async (target: number): Promise<void> => {
    const work = async (lane: number): Promise<void> => {
      for (let turn = lane; done < target; turn += 1) done += await step(engine, turn)
    }
    await Promise.all(Array.from({ length: 8 }, (_, lane) => work(lane)))
  }
  for (let index = 0; index < samples; index += 1) {
    await upTo(warmUp + Math.round(((statements - warmUp) * index) / Math.max(1, samples - 1)))
    // Finalizers free what the next collection finds.
    for (let round = 0; round < 4; round += 1) {
      collectGarbage()
      await pause(20)
    }
    const sample = { statements: done, heapBytes: process.memoryUsage().heapUsed }
    taken.push(sample)
    options.sampled?.(sample)
  }
  await metadata.dropAll(engine)
  await engine.dispose()
  return taken
}

/** Many in one flight: most of a million would take too long one by one. */
const MANY = 40

const KINDS: readonly ((engine: Engine, turn: number) => Promise<number>)[] = [
  async (engine, turn) => {
    await using conn = await engine.connect()
    const statements = Array.from({ length: MANY }, (_, index) =>
      select(items.c.name).where(items.c.id.eq((turn + index) % 100)),
    )
    await conn.executeAll(statements, { commit: true })
    return MANY
  },
  async (engine, turn) => {
    const sets = Array.from({ length: MANY }, (_, index) => ({ id: (turn + index) % 100 }))
    await engine.execute(text('SELECT name FROM memory_items WHERE id = :id'), sets).all()
    return MANY
  },
  async (engine, turn) => {
    await engine.execute('SELECT $1::int', [turn]).scalar()
    return 1
  },
  async (engine, turn) => {
    await engine.execute(select(items).where(items.c.id.eq(turn % 100))).all()
    return 1
  },
  async (engine, turn) => {
    // A text of its own, as of programs that write values into their SQL.
    await engine.execute(`SELECT ${turn} AS n`).all()
    return 1
  },
  async (engine, turn) => {
    await engine.execute(text('SELECT name FROM memory_items WHERE id = :id'), { id: turn % 100 }).all()
    return 1
  },
  async (engine, turn) => {
    await engine.begin(async (conn) => {
      await conn.execute(select(items.c.name).where(items.c.id.eq(bindparam('id'))), { id: turn % 100 })
      await conn.beginNested(async (inner) => {
        await inner.execute('SELECT 1')
      })
    })
    return 3
  },
  async (engine) => {
    await engine.execute('SELECT 1 / 0').then(null, () => {})
    return 1
  },
  async (engine) => {
    await engine
      .begin(async (conn) => {
        await conn.execute('SELECT 1')
        throw new Error('rolled back')
      })
      .catch(() => {})
    return 1
  },
  async (engine, turn) => {
    const abort = new AbortController()
    await engine.execute('SELECT $1::int', [turn], { signal: abort.signal }).all()
    await engine.execute('SELECT 1', null, { timeoutMs: 60_000 }).all()
    return 2
  },
  async (engine) => {
    const abort = new AbortController()
    abort.abort()
    await engine.execute('SELECT 1', null, { signal: abort.signal }).then(null, () => {})
    return 1
  },
  async (engine, turn) => {
    const conn = await engine.connect()
    await conn.execute('SELECT 1')
    // Now and then a connection is given up.
    if (turn % 5_000 === 0) conn.invalidate()
    await conn.close()
    return 1
  },
]

async function step(engine: Engine, turn: number): Promise<number> {
  const kind = KINDS[turn % KINDS.length]
  return kind === undefined ? 0 : kind(engine, turn)
}
