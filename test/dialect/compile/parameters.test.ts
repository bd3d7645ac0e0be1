// Parameters whose value comes at execution: lists of values and of rows, functions, values that are written into the text.
import {
  ArgumentError,
  bindparam,
  CompileError,
  createEngine,
  Integer,
  insert,
  type SqlType,
  StatementError,
  String,
  select,
  tuple,
  values,
} from 'tsalchemy'
import { sqliteDialect } from 'tsalchemy/sqlite'
import { describe, expect, test } from 'vitest'
import { defaultDialect } from '../../../src/dialect/default.ts'
import { sqlDatabases } from '../../support/server.ts'
import { postgresArrays, users } from './fixture.ts'

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

test.each([
  ['an unknown option', select(users.c.id), { literalBind: true }, "did you mean 'literalBinds'?"],
  ['a flag that is none', select(users.c.id), { forMany: 1 }, 'forMany must be true or false, got 1'],
  ['keys that are no list', insert(users), { columnKeys: 'name' }, 'columnKeys is a list of keys'],
  ['schemas that are no record', select(users.c.id), { schemas: 5 }, "{ '': 'tenant_1' }"],
  ['options that are none', select(users.c.id), null, 'compile() takes its options as an object, got null'],
  ['text', 'SELECT 1', {}, 'compile() takes a statement or an expression'],
  ['nothing', undefined, {}, 'compile() takes a statement or an expression'],
])('compile() refuses %s', (_title, statement, options, message) => {
  for (const dialect of [postgresArrays, sqliteDialect(), defaultDialect]) {
    const wrong = (): unknown => dialect.compile(statement as never, options as never)
    expect(wrong).toThrow(ArgumentError)
    expect(wrong).toThrow(message)
  }
  expect(postgresArrays.compile(select(users.c.id), { columnKeys: undefined, schemas: null } as never).sql).toBe(
    'SELECT users.id \nFROM users',
  )
})
