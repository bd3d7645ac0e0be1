// Functions that stand in FROM as they are, without a name and columns of their own.

import { ArgumentError, column, createEngine, func, Integer, select, sqlTrue } from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { databases } from '../support/server.ts'
import { a, sqlOf, u, users } from './tables.ts'

const x = column('x', Integer)
const rows = func('my_rows', 5)

test.each([
  ['alone', () => select(x, column('y')).selectFrom(func('my_rows')), 'SELECT x, y FROM my_rows()'],
  ['with arguments', () => select(x).selectFrom(rows), 'SELECT x FROM my_rows(:my_rows_1)'],
  ['in a schema', () => select(x).selectFrom(func(['s', 'my_rows'])), 'SELECT x FROM s.my_rows()'],
  [
    'behind a table',
    () => select(u.id, x).selectFrom(users, func('f', u.id)),
    'SELECT users.id, x FROM users, f(users.id)',
  ],
  ['joined', () => select(u.id).join(func('f', 1), sqlTrue()), 'SELECT users.id FROM users JOIN f(:f_1) ON true'],
  [
    'joined from',
    () => select(u.id).joinFrom(func('f'), users, u.id.eq(x)),
    'SELECT users.id FROM f() JOIN users ON users.id = x',
  ],
  ['named twice', () => select(x).selectFrom(rows).selectFrom(rows, rows), 'SELECT x FROM my_rows(:my_rows_1)'],
  ['twice', () => select(x).selectFrom(func('f'), func('f')), 'SELECT x FROM f(), f()'],
  ['beside itself', () => select(func('f', 1)).selectFrom(func('f', 2)), 'SELECT f(:f_2) AS f_1 FROM f(:f_3)'],
])('%s', (_, build, sql) => {
  expect(sqlOf(build())).toBe(sql)
})

test('other expressions are no FROM elements', () => {
  // @ts-expect-error a column
  expect(() => select(x).selectFrom(a.id)).toThrow(ArgumentError)
  // @ts-expect-error a window function
  expect(() => select(x).selectFrom(func.rowNumber().over({ orderBy: x }))).toThrow(ArgumentError)
})

describe.each(databases())('on $name', ({ url }) => {
  test('each execution has the values of its own', async () => {
    await using engine = createEngine(url)
    const n = column('generate_series', Integer)
    const from = (added: number, least: number, last: number): Promise<number[]> =>
      engine
        .execute(select(n.add(added)).where(n.ge(least)).selectFrom(func.generateSeries(1, last)))
        .scalars()
        .all()
    expect(await from(1, 2, 3)).toEqual([3, 4])
    expect(await from(4, 2, 5)).toEqual([6, 7, 8, 9])
    expect(engine.dialect.compile(select(n).selectFrom(func.generateSeries(1, 2))).sql.replaceAll(/\s+/g, ' ')).toBe(
      'SELECT generate_series FROM generate_series($1::INTEGER, $2::INTEGER)',
    )
  })
})
