// The primary key of an inserted row comes back by itself: what the result tells, what is sent, and that nothing is a row.
import {
  Boolean,
  Column,
  createEngine,
  type Engine,
  Enum,
  func,
  Integer,
  InvalidRequestError,
  insert,
  MetaData,
  ResourceClosedError,
  String,
  select,
  TypeDecorator,
  table,
  text,
  update,
} from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, sessionmaker } from 'tsalchemy/orm'
import { insert as upsert } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../support/server.ts'
import { speltBy } from '../support/spelling.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const users = table('implicit_users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String, { unique: true }),
  madeAt: Column(String, { serverDefault: text("'just now'") }),
  loud: Column(String, { computed: 'upper(name)' }),
})
const pairs = table('implicit_pairs', metadata, {
  a: Column(Integer, { primaryKey: true, autoincrement: false, serverDefault: text('1') }),
  b: Column(String, { primaryKey: true, default: () => 'made here' }),
})
const numberedKeys = new MetaData()
const numbered = table('implicit_numbered', numberedKeys, {
  a: Column(Integer, { primaryKey: true, autoincrement: true }),
  b: Column(String, { primaryKey: true, default: () => 'made here' }),
})
class Cents extends TypeDecorator<number, number> {
  readonly impl = Integer
  override readonly cacheOk = true
  override processBindParam(value: number | null) {
    return value === null ? null : Math.round(value * 100)
  }
  override processResultValue(value: number | null) {
    return value === null ? null : value / 100
  }
}
const priced = table('implicit_priced', metadata, {
  level: Column(Enum({ low: 1, high: 2 } as const, { name: 'implicit_level', native: false }), { primaryKey: true }),
  price: Column(new Cents(), { primaryKey: true, autoincrement: false }),
  shown: Column(Boolean),
})
const silent = table(
  'implicit_silent',
  metadata,
  { id: Column(Integer, { primaryKey: true }), x: Column(Integer) },
  { implicitReturning: false },
)
// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}
@Entity('implicit_entity')
class Thing extends Base<Thing> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) name!: string
}

describe.each(sqlDatabases())('on $name', (target) => {
  const { url, name: database } = target
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    await Base.metadata.createAll(engine)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await Base.metadata.dropAll(engine)
    await engine.dispose()
  })

  test('one row', async () => {
    const result = await engine.execute(insert(users).values({ name: 'ed' }))
    const id = await engine.execute(select(users.c.id).where(users.c.name.eq('ed'))).scalarOne()
    expect(result.insertedPrimaryKey).toEqual([id])
    expect(result.insertedPrimaryKeyRows).toEqual([[id]])
    expect(result.returnedDefaults).toEqual({ id })
    expect([result.returnsRows, result.rowCount, result.isInsert, result.keys()]).toEqual([false, 1, true, []])
    expect(() => result.all()).toThrow(ResourceClosedError)
  })

  test('given at execution; given with the key', async () => {
    const first = await engine.execute(insert(users), { name: 'wendy' })
    const id = await engine.execute(select(users.c.id).where(users.c.name.eq('wendy'))).scalarOne()
    expect(first.insertedPrimaryKey).toEqual([id])
    const second = await engine.execute(insert(users), { id: 1000, name: 'mary' })
    expect(second.insertedPrimaryKey).toEqual([1000])
    expect(second.returnedDefaults).toBeNull()
  })

  test('a key that is made in part here, in part there', async () => {
    const sent = recordStatements(engine)
    const result = await engine.execute(insert(pairs))
    expect(result.insertedPrimaryKey).toEqual([1, 'made here'])
    expect(sent.flights).toEqual(
      speltBy(target, [['INSERT INTO implicit_pairs (b) VALUES ($1::VARCHAR) RETURNING implicit_pairs.a']]),
    )
    sent.stop()
  })

  test('a key of types that change their values on the way, given with the row', async () => {
    const result = await engine.execute(insert(priced).values({ level: 2, price: 1.25, shown: true }))
    expect(result.insertedPrimaryKey).toEqual([2, 1.25])
    const rows = [
      { level: 1, price: 2.5, shown: true },
      { level: 2, price: 3.5, shown: false },
    ] as const
    expect((await engine.execute(insert(priced), rows)).insertedPrimaryKeyRows).toEqual([
      [1, 2.5],
      [2, 3.5],
    ])
  })

  test('a key that is numbered in part', async () => {
    const creating = numberedKeys.createAll(engine)
    if (database === 'sqlite') {
      await expect(creating).rejects.toThrow(
        "Column 'implicit_numbered.a' is to be numbered and shares the primary key with others: SQLite numbers only a column that is the whole key",
      )
      return
    }
    await creating
    expect((await engine.execute(insert(numbered))).insertedPrimaryKey).toEqual([1, 'made here'])
    expect((await engine.execute(insert(numbered))).insertedPrimaryKey).toEqual([2, 'made here'])
    await numberedKeys.dropAll(engine)
  })

  test('returnDefaults()', async () => {
    const result = await engine.execute(insert(users).values({ name: 'jack' }).returnDefaults())
    expect(result.returnedDefaults).toEqual({ id: expect.any(Number), madeAt: 'just now', loud: 'JACK' })
    expect(result.insertedPrimaryKey).toEqual([result.returnedDefaults?.id])
    const changed = await engine.execute(
      update(users)
        .values({ name: func.lower('JOHN') })
        .where(users.c.name.eq('jack'))
        .returnDefaults(),
    )
    expect(changed.returnedDefaults).toEqual({ name: 'john', loud: 'JOHN' })
    expect([changed.isInsert, changed.returnsRows, changed.rowCount]).toEqual([false, false, 1])
    expect(() => changed.insertedPrimaryKey).toThrow(InvalidRequestError)
    expect(() => changed.insertedPrimaryKeyRows).toThrow(InvalidRequestError)
  })

  test('several sets of parameters bring keys back only where they are asked for', async () => {
    const sent = recordStatements(engine)
    const rows = [{ name: 'm1' }, { name: 'm2' }]
    const plain = await engine.execute(insert(users), rows)
    expect([plain.rowCount, plain.isInsert, plain.returnsRows]).toEqual([2, true, false])
    expect(() => plain.insertedPrimaryKeyRows).toThrow(InvalidRequestError)
    expect(sent.statements.map(({ sql }) => sql).every((sql) => !sql.includes('RETURNING'))).toBe(true)
    // One set is one row, whatever was compiled for several before.
    expect((await engine.execute(insert(users), [{ name: 'm3' }])).insertedPrimaryKey).toEqual([expect.any(Number)])
    const asked = await engine.execute(insert(users).returnDefaults('madeAt'), [{ name: 'm4' }, { name: 'm5' }])
    const ids = await engine
      .execute(
        select(users.c.id)
          .where(users.c.name.in(['m4', 'm5']))
          .orderBy(users.c.name),
      )
      .scalars()
      .all()
    expect(asked.insertedPrimaryKeyRows).toEqual(ids.map((id) => [id]))
    expect(asked.returnedDefaultsRows).toEqual(ids.map((id) => ({ id, madeAt: 'just now' })))
    expect(asked.returnsRows).toBe(false)
    sent.stop()
  })

  test('ON CONFLICT: the key of the row that was made; none where none was', async () => {
    const statement = upsert(users).values({ name: 'once' }).onConflictDoNothing()
    expect((await engine.execute(statement)).insertedPrimaryKey).toEqual([expect.any(Number)])
    const second = await engine.execute(statement)
    expect(second.rowCount).toBe(0)
    expect(() => second.insertedPrimaryKey).toThrow(InvalidRequestError)
    expect([second.insertedPrimaryKeyRows, second.returnedDefaults]).toEqual([[], null])
  })

  test('tables and statements that do not want it', async () => {
    for (const statement of [insert(silent).values({ x: 1 }), insert(users).values({ name: 'inline' }).inline()]) {
      const result = await engine.execute(statement)
      expect([result.rowCount, result.returnedDefaults]).toEqual([1, null])
      expect(() => result.insertedPrimaryKey).toThrow(InvalidRequestError)
    }
  })

  test('in a transaction, with others in one flight, and streamed', async () => {
    await engine.begin(async (conn) => {
      const [one, two] = await conn.executeAll([
        insert(users).values({ name: 'all 1' }),
        insert(users).values({ name: 'all 2' }),
      ])
      expect((two?.insertedPrimaryKey[0] as number) - (one?.insertedPrimaryKey[0] as number)).toBe(1)
    })
  })

  test('by a session: of tables and of classes, behind a flush', async () => {
    await using session = sessionmaker({ bind: engine })()
    session.add(new Thing({ name: 'flushed' }))
    const core = await session.execute(insert(users).values({ name: 'by session' }))
    expect(core.insertedPrimaryKey).toEqual([expect.any(Number)])
    expect([core.returnsRows, core.rowCount]).toEqual([false, 1])
    const made = await session.execute(insert(Thing).values({ name: 'inserted' }))
    const t = mapped(Thing)
    const id = await session.scalars(select(t.id).where(t.name.eq('inserted'))).one()
    expect(made.insertedPrimaryKey).toEqual([id])
    expect(made.returnsRows).toBe(false)
    await session.rollback()
  })

  test('nothing of it in flushes', async () => {
    const sent = recordStatements(engine)
    await using session = sessionmaker({ bind: engine })()
    session.add(new Thing({ id: 77, name: 'with a key' }))
    session.add(new Thing({ name: 'without' }))
    await session.commit()
    expect(sent.flights).toEqual(
      speltBy(target, [
        [
          'BEGIN',
          'INSERT INTO implicit_entity (id, name) VALUES ($1::INTEGER, $2::VARCHAR)',
          'INSERT INTO implicit_entity (name) VALUES ($1::VARCHAR) RETURNING implicit_entity.id',
          'COMMIT',
        ],
      ]),
    )
    sent.stop()
  })
})
