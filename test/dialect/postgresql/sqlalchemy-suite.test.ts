// What a database makes of the statements that were mended by comparing SQLAlchemy's own tests with this library.
import {
  Column,
  cast,
  createEngine,
  distinct,
  type Engine,
  func,
  Integer,
  insert,
  JSON as Json,
  literal,
  MetaData,
  String,
  select,
  table,
  tableValued,
  text,
} from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../support/server.ts'

describe.each(databases())('$name', ({ url }) => {
  const metadata = new MetaData()
  const docs = table('suite_docs', metadata, {
    id: Column(Integer, { primaryKey: true }),
    name: Column(String),
    j: Column(Json<{ word: string; n: number }>()),
    b: Column(JSONB<{ word: string; n: number }>()),
  })
  const { id, name, j, b } = docs.c
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    const content = { word: 'x', n: 5 }
    await engine.execute(insert(docs), [
      { id: 1, name: 'Ed', j: content, b: content },
      { id: 2, name: 'ed', j: content, b: content },
    ])
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('parts of documents beside other operators', async () => {
    const word = name.concat(j.at('word').asString() as never)
    const row = select({ word, less: j.at('n').asInteger().negate(), more: id.add(b.at('n').asInteger() as never) })
    expect({ ...(await engine.execute(row.where(id.eq(1))).one()) }).toEqual({ word: 'Edx', less: -5, more: 6 })
    expect(
      await engine
        .execute(
          select(id)
            .where(j.at('none' as never).is(null))
            .orderBy(id),
        )
        .scalars()
        .all(),
    ).toEqual([1, 2])
  })

  test('a cast with a collation, of text, and DISTINCT of a function', async () => {
    const sorted = select(name).orderBy(cast(name, String(10, { collation: 'C' })).desc())
    expect(await engine.execute(sorted).scalars().all()).toEqual(['ed', 'Ed'])
    expect(await engine.execute(select(cast(text("'7'"), Integer))).scalar()).toBe(7)
    expect(await engine.execute(select(func.count(distinct(func.lower(name)))).selectFrom(docs)).scalar()).toBe(1)
  })

  test('rows as values, and values out of rows', async () => {
    const whole = select(func.rowToJson(tableValued(select(id, name).subquery('q'))).label('whole'))
    expect(
      await engine
        .execute(whole.orderBy(text('1::text')))
        .scalars()
        .first(),
    ).toEqual({ id: 1, name: 'Ed' })
    const keys = select(func('jsonb_each', b).scalarTableValued('key', String)).where(id.eq(1))
    expect((await engine.execute(keys).all()).map((row) => row.key)).toEqual(['n', 'word'])
    const cubed = select(id, func.count()).groupBy(func.cube(id)).orderBy(id)
    expect((await engine.execute(cubed).tuples().all()).map((row) => [...row])).toEqual([
      [1, 1],
      [2, 1],
      [null, 2],
    ])
  })

  test('a recursive step that selects the whole expression, with an expression of its own', async () => {
    const tree = select(literal(1).label('n')).cte('tree', { recursive: true })
    const seen = select(tree).cte('seen', { nesting: true })
    tree.unionAll(select(seen.c.n.add(1)).where(seen.c.n.lt(4)).addCte(seen))
    expect(await engine.execute(select(tree)).scalars().all()).toEqual([1, 2, 3, 4])
    const whole = select(literal(1).label('n')).cte('tree', { recursive: true })
    whole.union(select(whole).where(whole.c.n.lt(5)))
    expect(await engine.execute(select(whole)).scalars().all()).toEqual([1])
  })
})
