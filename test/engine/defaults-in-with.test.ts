// What `default` and `onUpdate` of columns give to writes within other statements: each its own, whatever the statement around is.
import {
  Column,
  createEngine,
  deleteFrom,
  type Engine,
  Integer,
  insert,
  literal,
  MetaData,
  String,
  select,
  table,
  update,
} from 'tsalchemy'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databases } from '../support/server.ts'

const metadata = new MetaData()
const told: string[] = []
const tell = (what: string) => () => {
  told.push(what)
  return what
}
const inner = table('inner_defaults', metadata, {
  id: Column(Integer, { primaryKey: true, autoincrement: false }),
  made: Column(Integer, { default: 2, onUpdate: 5 }),
  how: Column(String, { default: tell('made'), onUpdate: tell('changed') }),
})
const outer = table('outer_defaults', metadata, {
  id: Column(Integer, { primaryKey: true, autoincrement: false }),
  made: Column(Integer, { default: 20, onUpdate: 50 }),
})

describe.each(databases())('on $name', (target) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(target.url)
    await metadata.dropAll(engine)
    await metadata.createAll(engine)
  })
  beforeEach(async () => {
    for (const each of [inner, outer]) await engine.execute(deleteFrom(each).all())
    await engine.execute(insert(inner), { id: 1 })
    await engine.execute(insert(outer), { id: 1 })
    told.length = 0
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })
  const found = async () => [
    await engine
      .execute(select(inner.c.id, inner.c.made, inner.c.how).orderBy(inner.c.id))
      .tuples()
      .all(),
    await engine.execute(select(outer.c.id, outer.c.made).orderBy(outer.c.id)).tuples().all(),
  ]
  const changes = update(inner).values({ id: 1 }).where(inner.c.id.eq(1)).returning(inner.c.id).cte('changes')
  const makes = insert(inner).values({ id: 2 }).returning(inner.c.id).cte('makes')

  test('an UPDATE within a SELECT and within an INSERT', async () => {
    expect(await engine.execute(select(changes.c.id)).scalars().all()).toEqual([1])
    expect(await found()).toEqual([[[1, 5, 'changed']], [[1, 20]]])
    await engine.execute(insert(outer).fromSelect(['id'], select(changes.c.id.add(1))))
    expect(await found()).toEqual([
      [[1, 5, 'changed']],
      [
        [1, 20],
        [2, 20],
      ],
    ])
    expect(told).toEqual(['changed', 'changed'])
  })

  test('an INSERT within a SELECT and within an UPDATE', async () => {
    const around = update(outer)
      .values({ id: literal(1) })
      .where(outer.c.id.add(1).eq(makes.c.id))
    await engine.execute(around)
    expect(await found()).toEqual([
      [
        [1, 2, 'made'],
        [2, 2, 'made'],
      ],
      [[1, 50]],
    ])
    await engine.execute(deleteFrom(inner).where(inner.c.id.eq(2)))
    expect(await engine.execute(select(makes.c.id)).scalarOne()).toBe(2)
    expect((await found())[0]).toEqual([
      [1, 2, 'made'],
      [2, 2, 'made'],
    ])
    expect(told).toEqual(['made', 'made'])
  })
})
