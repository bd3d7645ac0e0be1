// Joins whose condition is found through subqueries, CTEs and labels: they bring the foreign keys of the columns that they select.

import {
  AmbiguousForeignKeysError,
  Column,
  cast,
  ForeignKeyConstraint,
  func,
  Integer,
  InvalidRequestError,
  MetaData,
  select,
  table,
  unionAll,
} from 'tsalchemy'
import { expect, test } from 'vitest'
import { a, addresses, sqlOf, u, users } from './tables.ts'

const metadata = new MetaData()
const places = table('places', metadata, {
  x: Column(Integer, { primaryKey: true }),
  y: Column(Integer, { primaryKey: true }),
})
const flights = table(
  'flights',
  metadata,
  { px: Column(Integer), py: Column(Integer), otherX: Column(Integer), otherY: Column(Integer) },
  { constraints: [new ForeignKeyConstraint(['px', 'py'], ['places.x', 'places.y'])] },
)
const twice = table('twice', metadata, {
  oneX: Column(Integer, { foreignKey: 'places.x' }),
  otherX: Column(Integer, { foreignKey: 'places.x' }),
})
const name = select(u.name)
const x = select(places.c.x)

test.each([
  [
    'a subquery, as in the tutorial',
    () => name.joinFrom(users, select(func.count(a.id).label('count'), a.userId).groupBy(a.userId).subquery('anon_1')),
    'SELECT users.name FROM users JOIN (SELECT count(addresses.id) AS count, addresses.user_id AS user_id FROM addresses GROUP BY addresses.user_id) AS anon_1 ON users.id = anon_1.user_id',
  ],
  [
    'a label',
    () => name.join(select(a.userId.label('w')).subquery('s')),
    'SELECT users.name FROM users JOIN (SELECT addresses.user_id AS w FROM addresses) AS s ON users.id = s.w',
  ],
  [
    'a label of a label, in a CTE',
    () => name.join(select(select(a.userId.label('w')).subquery('s').c.w.label('v')).cte('d')),
    'WITH d AS (SELECT s.w AS v FROM (SELECT addresses.user_id AS w FROM addresses) AS s) SELECT users.name FROM users JOIN d ON users.id = d.v',
  ],
  [
    'an alias of a subquery',
    () => name.join(select(a.userId).subquery('s').alias('t')),
    'SELECT users.name FROM users JOIN (SELECT addresses.user_id AS user_id FROM addresses) AS t ON users.id = t.user_id',
  ],
  [
    'LATERAL',
    () => name.join(select(a.userId).lateral('s')),
    'SELECT users.name FROM users JOIN LATERAL (SELECT addresses.user_id AS user_id FROM addresses) AS s ON users.id = s.user_id',
  ],
  [
    'the first statement of a compound',
    () => name.join(unionAll(select(a.userId), select(a.id)).subquery('s')),
    'SELECT users.name FROM users JOIN (SELECT addresses.user_id AS user_id FROM addresses UNION ALL SELECT addresses.id AS id FROM addresses) AS s ON users.id = s.user_id',
  ],
  [
    'subqueries on both sides, the key under a label',
    () => {
      const s = select(u.id.label('uid')).subquery('s')
      return select(s.c.uid).join(select(a.userId).subquery('t'))
    },
    'SELECT s.uid FROM (SELECT users.id AS uid FROM users) AS s JOIN (SELECT addresses.user_id AS user_id FROM addresses) AS t ON s.uid = t.user_id',
  ],
  [
    'a key of two columns, in the order of the subquery',
    () => x.join(select(flights.c.py, flights.c.px.label('z')).subquery('s')),
    'SELECT places.x FROM places JOIN (SELECT flights.py AS py, flights.px AS z FROM flights) AS s ON places.y = s.py AND places.x = s.z',
  ],
  [
    'as much of a key as it selects',
    () => x.join(select(flights.c.px).subquery('s')),
    'SELECT places.x FROM places JOIN (SELECT flights.px AS px FROM flights) AS s ON places.x = s.px',
  ],
  [
    'one of two keys, where only one is selected',
    () => x.join(select(twice.c.otherX).subquery('s')),
    'SELECT places.x FROM places JOIN (SELECT twice."otherX" AS "otherX" FROM twice) AS s ON places.x = s."otherX"',
  ],
])('the foreign key is found through %s', (_, build, sql) => {
  expect(sqlOf(build())).toBe(sql)
})

test('a column that is made of a foreign key is none', () => {
  for (const made of [a.userId.add(1), cast(a.userId, Integer).label('user_id')])
    expect(() => name.join(select(made).subquery('s'))).toThrow(InvalidRequestError)
})

test('a subquery with both keys does not tell which is meant', () => {
  expect(() => x.join(select(twice).subquery('s'))).toThrow(AmbiguousForeignKeysError)
})

test('a table beside a subquery of the same key is as ambiguous as beside the table', () => {
  const s = select(addresses).subquery('s')
  expect(() => select(s.c.id, addresses.c.id).join(users)).toThrow(InvalidRequestError)
})
