// What scalar subqueries and EXISTS are told after they were made: criteria, and which FROM elements are shared.

import { ArgumentError, func, insert, select, union } from 'tsalchemy'
import { expect, test } from 'vitest'
import { a, addresses, o, orders, sqlOf, u, users } from './tables.ts'

const count = select(func.count(a.id)).where(a.userId.eq(u.id)).scalarSubquery()
const around = select(u.name, a.email).join(addresses)

test.each([
  [
    'correlate()',
    () => around.addColumns(count.correlate(users).label('n')),
    'SELECT users.name, addresses.email, (SELECT count(addresses.id) AS count_1 FROM addresses WHERE addresses.user_id = users.id) AS n FROM users JOIN addresses ON users.id = addresses.user_id',
  ],
  [
    'correlate(null)',
    () => select(u.name, count.correlate(null).label('n')),
    'SELECT users.name, (SELECT count(addresses.id) AS count_1 FROM addresses, users WHERE addresses.user_id = users.id) AS n FROM users',
  ],
  [
    'correlateExcept()',
    () => around.addColumns(count.correlateExcept(addresses).label('n')),
    'SELECT users.name, addresses.email, (SELECT count(addresses.id) AS count_1 FROM addresses WHERE addresses.user_id = users.id) AS n FROM users JOIN addresses ON users.id = addresses.user_id',
  ],
  [
    'where()',
    () => select(u.name, count.where(a.email.like('a%')).label('n')),
    'SELECT users.name, (SELECT count(addresses.id) AS count_1 FROM addresses WHERE addresses.user_id = users.id AND addresses.email LIKE :email_1) AS n FROM users',
  ],
  [
    'correlateExcept() of EXISTS',
    () => around.where(select(a.id).where(a.userId.eq(u.id)).exists().correlateExcept(addresses)),
    'SELECT users.name, addresses.email FROM users JOIN addresses ON users.id = addresses.user_id WHERE EXISTS (SELECT addresses.id FROM addresses WHERE addresses.user_id = users.id)',
  ],
  [
    'a value of INSERT that is told more',
    () => insert(orders).values({ userId: select(u.id).scalarSubquery().where(u.name.eq('ed')), total: '1' }),
    'INSERT INTO orders (user_id, total) VALUES ((SELECT users.id FROM users WHERE users.name = :name_1), :total)',
  ],
])('%s', (_, build, sql) => {
  expect(sqlOf(build())).toBe(sql)
})

test('the subquery that was told more is as it was', () => {
  const before = sqlOf(count)
  count.where(a.id.gt(1)).correlate(users).correlateExcept(addresses)
  expect(sqlOf(count)).toBe(before)
})

test('several SELECTs put together are told nothing', () => {
  const both = union(select(a.id), select(o.id)).scalarSubquery()
  expect(() => both.where(a.id.gt(1))).toThrow(ArgumentError)
  expect(() => both.correlate(users)).toThrow(
    'correlate() of a scalar subquery is for a SELECT; this one holds several put together',
  )
})
