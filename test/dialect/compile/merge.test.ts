// MERGE: its branches in SQL, what is refused, and what a server does with it.
import {
  ArgumentError,
  Column,
  CompileError,
  createEngine,
  func,
  Integer,
  MetaData,
  merge,
  String,
  select,
  table,
  values,
} from 'tsalchemy'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { databases } from '../../support/server.ts'
import { addresses, pg, users } from './fixture.ts'
import { type Spelt, spellingChecker } from './spelling.ts'

const u = users.c
const a = addresses.c
const check = spellingChecker()

const ROWS: readonly Spelt[] = [
  {
    title: 'every branch, with criteria, values and expressions',
    element: () =>
      merge(users, addresses, u.id.eq(a.user_id))
        .whenMatched({ where: a.email.eq('gone'), delete: true })
        .whenMatched({ where: u.age.gt(5), update: { name: a.email, age: u.age.add(1) } })
        .whenMatched({ update: { name: 'x' } })
        .whenNotMatched({
          where: a.email.ne(null as never),
          insert: { id: a.user_id, name: 'new', age: 1, active: true },
        })
        .whenNotMatched({ doNothing: true })
        .whenNotMatchedBySource({ update: { name: 'alone' } })
        .returning(u.id, func<string>('merge_action').label('action')),
    standard:
      'MERGE INTO users USING addresses ON users.id = addresses.user_id WHEN MATCHED AND addresses.email = :email_1 THEN DELETE WHEN MATCHED AND users.age > :age_1 THEN UPDATE SET name=addresses.email, age=(users.age + :age_2) WHEN MATCHED THEN UPDATE SET name=:param_1 WHEN NOT MATCHED AND addresses.email IS NOT NULL THEN INSERT (id, name, age, active) VALUES (addresses.user_id, :param_2, :param_3, :param_4) WHEN NOT MATCHED THEN DO NOTHING WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name=:param_5 RETURNING users.id, merge_action() AS action',
    postgresql:
      'MERGE INTO users USING addresses ON users.id = addresses.user_id WHEN MATCHED AND addresses.email = $1::VARCHAR THEN DELETE WHEN MATCHED AND users.age > $2::INTEGER THEN UPDATE SET name=addresses.email, age=(users.age + $3::INTEGER) WHEN MATCHED THEN UPDATE SET name=$4::VARCHAR WHEN NOT MATCHED AND addresses.email IS NOT NULL THEN INSERT (id, name, age, active) VALUES (addresses.user_id, $5::VARCHAR, $6::INTEGER, $7::BOOLEAN) WHEN NOT MATCHED THEN DO NOTHING WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name=$8::VARCHAR RETURNING users.id, merge_action() AS action',
    names: ['email_1', 'age_1', 'age_2', 'param_1', 'param_2', 'param_3', 'param_4', 'param_5'],
    since: 17,
  },
  {
    title: 'a subquery and a CTE as sources',
    element: () => {
      const c = select(a.user_id).cte('c')
      const s = select(c.c.user_id).subquery('s')
      return merge(users, s, s.c.user_id.eq(u.id)).whenMatched({ doNothing: true })
    },
    standard:
      'WITH c AS (SELECT addresses.user_id AS user_id FROM addresses) MERGE INTO users USING (SELECT c.user_id AS user_id FROM c) AS s ON s.user_id = users.id WHEN MATCHED THEN DO NOTHING',
  },
]

test.each(ROWS)('$title', check)

describe('what is refused', () => {
  const empty = merge(users, addresses, u.id.eq(a.user_id))
  test('nothing to do, or several things at once', () => {
    expect(() => pg(empty)).toThrow(CompileError)
    expect(() => empty.whenMatched({})).toThrow("takes one of 'update', 'delete', 'doNothing'")
    expect(() => empty.whenMatched({ delete: true, doNothing: true })).toThrow(ArgumentError)
    expect(() => empty.whenMatched({ delete: false as never })).toThrow('delete takes true')
    expect(() => empty.whenMatched({ update: {} })).toThrow('updates no column')
    expect(() => empty.whenNotMatched({ update: {} } as never)).toThrow("'update'")
    expect(() => empty.whenMatched({ update: { nam: 'x' } as never })).toThrow("no column 'nam'")
    expect(() => empty.whenMatched({ where: undefined, delete: true } as never)).toThrow('a value is missing')
    expect(() => merge(select(u.id) as never, addresses, u.id.eq(1))).toThrow(ArgumentError)
    expect(() => merge(users, addresses, true as never)).toThrow(ArgumentError)
  })
  test('values of other types', () => {
    // @ts-expect-error a number is no text
    empty.whenMatched({ update: { name: 5 } })
    // @ts-expect-error a name is needed
    empty.whenNotMatched({ insert: { id: 5, age: 5, active: true } })
    expectTypeOf(empty.returning(u.id)['~row']).toEqualTypeOf<{ id: number }>()
  })
})

describe.each(databases())('on $name', ({ url }) => {
  test('inserts, updates and deletes, with defaults', async () => {
    await using engine = createEngine(url)
    const metadata = new MetaData()
    const stock = table('stock', metadata, {
      id: Column(Integer, { primaryKey: true }),
      name: Column(String),
      amount: Column(Integer, { default: 7 }),
      changes: Column(Integer, { default: 0, onUpdate: 1 }),
    })
    await metadata.createAll(engine)
    const statement = (rows: readonly (readonly [number, string])[]) => {
      const news = values({ id: Integer, name: String }, { name: 'news' }).data(rows)
      return merge(stock, news, stock.c.id.eq(news.c.id))
        .whenMatched({ where: news.c.name.eq(''), delete: true })
        .whenMatched({ update: { name: news.c.name } })
        .whenNotMatched({ insert: { id: news.c.id, name: news.c.name } })
    }
    expect(
      (
        await engine.execute(
          statement([
            [1, 'a'],
            [2, 'b'],
          ]),
        )
      ).rowCount,
    ).toBe(2)
    expect(
      (
        await engine.execute(
          statement([
            [1, ''],
            [2, 'B'],
            [3, "c'; --"],
          ]),
        )
      ).rowCount,
    ).toBe(3)
    expect(await engine.execute(select(stock).orderBy(stock.c.id)).tuples().all()).toEqual([
      [2, 'B', 7, 1],
      [3, "c'; --", 7, 0],
    ])
    await metadata.dropAll(engine)
  })

  test('functions that give what UPDATE sets are told so; one that has to be waited for is refused', async () => {
    await using engine = createEngine(url)
    const metadata = new MetaData()
    const stock = table('merge_called', metadata, {
      id: Column(Integer, { primaryKey: true }),
      name: Column(String),
      by: Column(String, {
        default: ({ sort }) => sort,
        onUpdate: ({ sort, currentParameters }) => sort + Object.keys(currentParameters).length,
      }),
      late: Column(String, { nullable: true, onUpdate: async () => 'x' }),
    })
    await metadata.createAll(engine)
    const news = values({ id: Integer, name: String }, { name: 'news' }).data([[1, 'a']])
    const statement = (late: { readonly late?: string }) =>
      merge(stock, news, stock.c.id.eq(news.c.id))
        .whenMatched({ update: { name: news.c.name, ...late } })
        .whenNotMatched({ insert: { id: news.c.id, name: news.c.name } })
    await engine.execute(statement({ late: 'y' }))
    expect(await engine.execute(select(stock.c.by)).scalarOne()).toBe('insert')
    await engine.execute(statement({ late: 'y' }))
    expect(await engine.execute(select(stock.c.by, stock.c.late)).one()).toEqual({ by: 'update0', late: 'y' })
    await expect(engine.execute(statement({}))).rejects.toThrow(
      "onUpdate of column 'merge_called.late' gives a promise, which MERGE does not wait for",
    )
    await metadata.dropAll(engine)
  })
})
