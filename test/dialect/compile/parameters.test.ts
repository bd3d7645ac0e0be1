// Parameters whose value comes at execution: lists of values and of rows, functions, values that are written into the text.
import {
  bindparam,
  CompileError,
  createEngine,
  Integer,
  type SqlType,
  StatementError,
  String,
  select,
  tuple,
  values,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { users } from './fixture.ts'

const v = values({ id: Integer, name: String }, { name: 'v' }).data([
  [1, 'a'],
  [2, `b'; --`],
  [3, 'c'],
])

describe.each(sqlDatabases())('on $name', ({ url }) => {
  test('lists of values and of rows, empty ones included', async () => {
    await using engine = createEngine(url)
    const byId = select(v.c.id).where(v.c.id.in(bindparam('ids', { expanding: true, type: Integer as SqlType<never> })))
    expect(
      await engine
        .execute(byId.orderBy(v.c.id), { ids: [1, 3] })
        .scalars()
        .all(),
    ).toEqual([1, 3])
    expect(await engine.execute(byId.orderBy(v.c.id), { ids: [] }).scalars().all()).toEqual([])
    const pairs = bindparam('pairs', { expanding: true })
    const byPair = select(v.c.id)
      .where(tuple(v.c.id, v.c.name).in(pairs as never))
      .orderBy(v.c.id)
    expect(
      await engine
        .execute(byPair, {
          pairs: [
            [1, 'a'],
            [3, 'x'],
          ],
        })
        .scalars()
        .all(),
    ).toEqual([1])
    expect(await engine.execute(byPair, { pairs: [] }).scalars().all()).toEqual([])
  })

  test('functions, called at each execution', async () => {
    await using engine = createEngine(url)
    let calls = 0
    const next = select(bindparam('n', { callable: () => ++calls, type: Integer }).label('n'))
    expect(await engine.execute(next).scalar()).toBe(1)
    expect(await engine.execute(next).scalar()).toBe(2)
    expect(await engine.execute(next, { n: 9 }).scalar()).toBe(9)
    expect(calls).toBe(2)
  })

  test('values written into the text at execution, safely, from one compiled statement', async () => {
    await using engine = createEngine(url)
    const name = bindparam('name', { literalExecute: true, type: String })
    const byName = select(v.c.id).where(v.c.name.eq(name), name.ne('other'))
    expect(await engine.execute(byName, { name: 'a' }).scalars().all()).toEqual([1])
    const { misses } = engine.stats().cache
    expect(await engine.execute(byName, { name: `b'; --` }).scalars().all()).toEqual([2])
    expect(await engine.execute(byName, { name: '\\' }).scalars().all()).toEqual([])
    expect(engine.stats().cache).toMatchObject({ misses, uncacheable: 0 })
    await expect(engine.execute(byName)).rejects.toThrow(StatementError)
    await expect(engine.execute(byName, { name: 'a\0b' })).rejects.toThrow(CompileError)
    expect(`${byName}`).toContain('WHERE v.name = :name AND :name != :param_')
    expect(
      `${select(users.c.id).where(users.c.name.eq(bindparam('x', { value: "it's", type: String, literalExecute: true })))}`,
    ).toContain("users.name = 'it''s'")
  })
})
