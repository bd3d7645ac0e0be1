// Enumerations against databases: created and dropped with their tables, in arrays, lists and batches.
import { ARRAY, Column, createEngine, Enum, Integer, insert, MetaData, select, table, text } from 'tsalchemy'
import { DeclarativeBase, Entity, sessionmaker } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

const Mood = Enum('sad', 'it\'s "ok"', 'a\\b,{}', 'NULL', { name: 'Mood', schema: 'feelings' })
const Rank = Enum({ low: 1, high: 2 } as const, { name: 'rank' })
const Plain = Enum('x', 'y', { native: false })

describe.each(databases())('enumerations on $name', ({ url }) => {
  const engine = createEngine(url)
  const metadata = new MetaData()
  const one = table('enum_one', metadata, {
    id: Column(Integer, { primaryKey: true }),
    mood: Column(Mood, { nullable: true }),
    moods: Column(ARRAY(Mood)),
    rank: Column(Rank, { serverDefault: 'low' }),
    ranks: Column(ARRAY(Rank, { dimensions: 2 })),
    plain: Column(Plain),
  })
  const two = table('enum_two', metadata, { id: Column(Integer, { primaryKey: true }), mood: Column(Mood) })

  class Base<Self = unknown> extends DeclarativeBase<Self> {}
  @Entity('enum_entity')
  class Thing extends Base<Thing> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column(Mood) mood!: 'sad' | 'it\'s "ok"' | 'a\\b,{}' | 'NULL'
    @Column(Rank) rank!: 1 | 2
  }
  const types = (): Promise<unknown[]> =>
    engine.execute("SELECT typname FROM pg_type WHERE typname IN ('Mood', 'rank') ORDER BY typname").scalars().all()

  beforeAll(() => engine.execute('CREATE SCHEMA feelings'))
  afterAll(async () => {
    await engine.execute('DROP SCHEMA feelings CASCADE')
    await engine.dispose()
  })

  test('they come and go with their tables, also a second time and without asking', async () => {
    await metadata.createAll(engine)
    await metadata.createAll(engine)
    expect(await types()).toEqual(['Mood', 'rank'])
    await metadata.dropAll(engine, { tables: [one] })
    expect(await types()).toEqual(['Mood'])
    await metadata.createAll(engine)
    await metadata.dropAll(engine, { checkFirst: false })
    expect(await types()).toEqual([])
    await metadata.dropAll(engine)
    await metadata.createAll(engine, { checkFirst: false, tables: [two] })
    expect(await types()).toEqual(['Mood'])
    await metadata.dropAll(engine)
  })

  test('values come back as they were: alone, in arrays, in lists', async () => {
    await metadata.createAll(engine)
    const rows = [
      {
        id: 1,
        mood: 'it\'s "ok"',
        moods: ['a\\b,{}', 'NULL', 'sad'],
        rank: 2,
        ranks: [
          [1, 2],
          [2, 1],
        ],
        plain: 'x',
      },
      { id: 2, mood: null, moods: [], rank: 1, ranks: [], plain: 'y' },
    ] as const
    const inserted = rows.map((row) => ({ ...row, moods: [...row.moods], ranks: row.ranks.map((each) => [...each]) }))
    await engine.execute(insert(one).values(inserted as never))
    const found = await engine.execute(select(one).orderBy(one.c.id)).all()
    expect(found.map((row) => ({ ...row }))).toEqual(rows)
    const ids = select(one.c.id).where(one.c.rank.in([2]), one.c.mood.ne('sad'), one.c.plain.in(['x']))
    expect(await engine.execute(ids).scalars().all()).toEqual([1])
    await expect(engine.execute(insert(two).values({ id: 1, mood: 'odd' as never }))).rejects.toThrow(
      /The enumeration 'Mood' has no value "odd"/,
    )
    await expect(engine.execute(text("UPDATE enum_one SET plain = 'z'"))).rejects.toThrow(/check constraint/)
    await metadata.dropAll(engine)
  })

  test('objects carry them, many in one flush', async () => {
    await Base.metadata.createAll(engine)
    const Session = sessionmaker({ bind: engine })
    await using session = Session()
    for (let id = 1; id <= 20; id += 1) session.add(new Thing({ id, mood: 'a\\b,{}', rank: id % 2 === 0 ? 1 : 2 }))
    await session.commit()
    const things = await session.scalars(select(Thing)).all()
    for (const thing of things) thing.mood = thing.rank === 1 ? 'sad' : 'NULL'
    await session.commit()
    const moods = await engine.execute('SELECT mood::text || rank FROM enum_entity ORDER BY id LIMIT 2').scalars().all()
    expect(moods).toEqual(['NULLhigh', 'sadlow'])
    await session.close()
    await Base.metadata.dropAll(engine)
  })
})
