// Defaults that the client gives: values, functions that are told of the row, expressions, sequences; in SQL and in a flush.
import {
  Column,
  createEngine,
  type DefaultContext,
  type Engine,
  func,
  Integer,
  insert,
  MetaData,
  Sequence,
  String as StringType,
  select,
  table,
  update,
} from 'tsalchemy'
import { DeclarativeBase, Entity, sessionmaker } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

const metadata = new MetaData()
const seen: unknown[] = []
const notes = table('notes', metadata, {
  id: Column(Integer, { primaryKey: true, default: new Sequence('note_numbers') }),
  title: Column(StringType, { default: 'untitled' }),
  slug: Column(StringType, {
    name: 'slug_text',
    default: ({ sort, currentParameters }: DefaultContext) => {
      seen.push({ ...currentParameters })
      return `${sort} ${currentParameters.title}`
    },
    onUpdate: ({ sort, currentParameters }: DefaultContext) => `${sort} ${currentParameters.title}`,
  }),
  upper: Column(StringType, { default: func.upper('abc') }),
  __proto__x: Column(Integer, { nullable: true }),
})

// biome-ignore lint/suspicious/noExplicitAny: the documented way to type a base class
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('page')
class Page extends Base<Page> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(StringType) title!: string
  @Column(StringType, {
    default: ({ currentParameters }: DefaultContext) => `new ${currentParameters.title}`,
    onUpdate: ({ currentParameters }: DefaultContext) =>
      `changed ${Object.keys(currentParameters)} ${currentParameters.title}`,
  })
  slug!: string
}

describe.each(databases())('$name', ({ url }) => {
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
  const rows = () =>
    engine
      .execute(select(notes.c.id, notes.c.title, notes.c.slug, notes.c.upper).orderBy(notes.c.id))
      .tuples()
      .all()

  test('functions are told of their own row', async () => {
    seen.length = 0
    await engine.execute(insert(notes).values({ title: 'a', __proto__x: 5 }))
    await engine.execute(insert(notes).values([{ title: 'b' }, { title: 'c' }]))
    await engine.execute(insert(notes), [{ title: 'd' }, { title: 'e' }])
    await engine.execute(insert(notes))
    expect(await rows()).toEqual([
      [1, 'a', 'insert a', 'ABC'],
      [2, 'b', 'insert b', 'ABC'],
      [3, 'c', 'insert c', 'ABC'],
      [4, 'd', 'insert d', 'ABC'],
      [5, 'e', 'insert e', 'ABC'],
      [6, 'untitled', 'insert undefined', 'ABC'],
    ])
    expect(seen).toEqual([
      { title: 'a', __proto__x: 5 },
      { title: 'b' },
      { title: 'c' },
      { title: 'd' },
      { title: 'e' },
      {},
    ])
    await engine.execute(update(notes).values({ title: 'z' }).where(notes.c.id.eq(2), notes.c.title.eq('b')))
    expect((await rows())[1]).toEqual([2, 'z', 'update z', 'ABC'])
  })

  test('in a flush too', async () => {
    const Session = sessionmaker({ bind: engine })
    await using session = Session()
    const page = new Page({ title: 'x' } as never)
    session.add(page)
    await session.commit()
    expect(page.slug).toBe('new x')
    page.title = 'y'
    await session.commit()
    expect(page.slug).toBe('changed title y')
    const other = new Page({ title: 'q', slug: 'own' } as never)
    session.add(other)
    await session.commit()
    expect(other.slug).toBe('own')
  })
})
