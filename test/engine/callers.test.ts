// The stack of an error reaches the program's own code, wherever the error was made and however much of the library is in between.
import { Column, createEngine, type Engine, Integer, MetaData, QueuePool, select, table, text } from 'tsalchemy'
import { DeclarativeBase, Entity, Session } from 'tsalchemy/orm'
import { afterAll, describe, expect, it } from 'vitest'
import { postgresUrl, sqlDatabases } from '../support/server.ts'

const things = table('things_of_callers', new MetaData(), { id: Column(Integer, { primaryKey: true }) })
class Base<Self = unknown> extends DeclarativeBase<Self> {}
@Entity('things_of_callers')
class Thing extends Base<Thing> {
  @Column(Integer, { primaryKey: true }) id!: number
}

/** What a program does wrong, awaited in its own function: its name is looked for. */
type Ways = Readonly<Record<string, (engine: Engine) => Promise<unknown>>>

async function stackOf(work: () => Promise<unknown>): Promise<string> {
  async function culprit(): Promise<void> {
    await work()
  }
  const error = await culprit().then(
    () => expect.fail('nothing failed'),
    (caught: unknown) => caught,
  )
  return String((error as Error).stack)
}

async function drain(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

const REFUSED_AT_ONCE: Ways = {
  'a value of SQL': async (engine) => await engine.execute('SELECT $1', [undefined]),
  'a value of SQL, of a column': async (engine) => await engine.execute('SELECT $1', [undefined]).scalar(),
  'a value that is missing': async (engine) => await engine.execute(text('SELECT :a'), {}),
  'a value too many': async (engine) => await engine.execute(text('SELECT :a'), { a: 1, b: 2 }).all(),
  'a value on a connection': (engine) => engine.begin(async (conn) => await conn.execute('SELECT $1', [undefined])),
  'a value in a session': async (engine) => {
    await using session = new Session({ bind: engine })
    await session.execute(text('SELECT :a'), {}).all()
  },
}

const REFUSED_BY_THE_DATABASE: Ways = {
  'a statement': async (engine) => await engine.execute(select(things)).all(),
  'a statement on a connection': (engine) =>
    engine.begin(async (conn) => await conn.execute(select(things)).scalars().all()),
  'a query of a session': async (engine) => {
    await using session = new Session({ bind: engine })
    await session.scalars(select(Thing)).all()
  },
  'a flush': async (engine) => {
    await using session = new Session({ bind: engine })
    session.add(new Thing({ id: 1 }))
    await session.commit()
  },
}

describe.each(sqlDatabases())('on $name', ({ url }) => {
  const engine = createEngine(url)
  afterAll(() => engine.dispose())

  it.each(Object.entries({ ...REFUSED_AT_ONCE, ...REFUSED_BY_THE_DATABASE }))('%s', async (_what, work) => {
    expect(await stackOf(() => work(engine))).toMatch(/at (async )?culprit .*callers\.test\.ts/)
  })

  it('an engine that was disposed of', async () => {
    const disposed = createEngine(url)
    await disposed.execute('SELECT 1')
    await disposed.dispose()
    expect(await stackOf(async () => await disposed.execute('SELECT 1'))).toMatch(
      /at (async )?culprit .*callers\.test\.ts/,
    )
  })
})

describe('on a server', () => {
  const engine = createEngine(postgresUrl())
  afterAll(() => engine.dispose())
  const late = 'SELECT 1 / (g - 2500) FROM generate_series(1, 5000) AS g'

  it.each<[string, () => Promise<unknown>]>([
    ['a stream', () => drain(engine.stream('SELECT 1 / 0'))],
    ['a later page of a stream', () => drain(engine.stream(late))],
    ['a stream on a connection', () => engine.begin((conn) => drain(conn.stream(late)))],
    ['rows of a stream', async () => await engine.stream(late).scalars().all()],
    ['a value of a stream', () => drain(engine.stream('SELECT $1', [undefined] as never))],
    ['a stream that cannot connect', () => drain(createEngine('postgresql://u@127.0.0.1:1/none').stream('SELECT 1'))],
  ])('%s', async (_what, work) => {
    expect(await stackOf(work)).toMatch(/at (async )?culprit .*callers\.test\.ts/)
  })

  it('whoever waited for a connection in vain', async () => {
    await using crowded = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 1_000 })
    await using _holder = await crowded.connect()
    for (const work of [
      async () => await crowded.execute('SELECT 1'),
      () => crowded.connect(),
      () => crowded.begin(async () => {}),
      () => drain(crowded.stream('SELECT 1')),
    ])
      expect(await stackOf(work)).toMatch(
        /^TimeoutError: QueuePool limit[\s\S]*at (async )?culprit .*callers\.test\.ts/,
      )
  })

  it('whoever was refused because the engine ended, or too many waited', async () => {
    const crowded = createEngine(postgresUrl(), {
      poolClass: QueuePool,
      poolSize: 1,
      maxOverflow: 0,
      poolMaxWaiting: 1,
    })
    const holder = await crowded.connect()
    const waits = stackOf(async () => await crowded.execute('SELECT 1'))
    expect(await stackOf(async () => await crowded.execute('SELECT 1'))).toMatch(
      /^TimeoutError[\s\S]*at (async )?culprit .*callers/,
    )
    await crowded.dispose()
    expect(await waits).toMatch(/^ResourceClosedError[\s\S]*at (async )?culprit .*callers/)
    await holder.close()
  })

  it('however short stacks are to be, and none where there are to be none', async () => {
    const { stackTraceLimit } = Error
    try {
      Error.stackTraceLimit = 1
      expect(await stackOf(async () => await engine.execute('SELECT 1 / 0'))).toContain('culprit')
      expect(Error.stackTraceLimit).toBe(1)
      Error.stackTraceLimit = 0
      expect(await stackOf(async () => await engine.execute('SELECT 1 / 0'))).toBe(
        'DivisionByZero: division by zero\n[SQL: SELECT 1 / 0]',
      )
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  })
})

describe('readers that ask for more than one row at a time', () => {
  it('are answered in order, each once, and with the error where it comes', async () => {
    await using engine = createEngine('pglite://')
    const rows = engine.stream('SELECT 10 / (5 - g) AS n FROM generate_series(1, 9) AS g')[Symbol.asyncIterator]()
    const answers = await Promise.allSettled([rows.next(), rows.next(), rows.next()])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    const good = engine.stream('SELECT g FROM generate_series(1, 3) AS g').scalars()[Symbol.asyncIterator]()
    const read = await Promise.all([good.next(), good.next(), good.next(), good.next(), good.next()])
    expect(read.map(({ value }) => value)).toEqual([1, 2, 3, undefined, undefined])
  })
})
