// The examples beside the classes and functions of SQLAlchemy's expression language: the same SQL.

import {
  ARRAY,
  all,
  and,
  asc,
  Boolean as Bool,
  between,
  bindparam,
  Column,
  cast,
  collate,
  column,
  DateTime,
  desc,
  distinct,
  exists,
  extract,
  func,
  Integer,
  insert,
  JSON as Json,
  literal,
  MetaData,
  Numeric,
  nullsFirst,
  nullsLast,
  or,
  Date as SqlDate,
  String as Str,
  select,
  sql,
  sqlFalse,
  sqlTrue,
  table,
  tablesample,
  text,
  tryCast,
  tuple,
  typeCoerce,
  update,
  values,
} from 'tsalchemy'
import { example, postgresql as P } from './example.ts'

const m = new MetaData()
const users = table('users', m, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(Str),
  enrolled: Column(Bool, { nullable: true }),
  somearray: Column(ARRAY(Integer), { nullable: true }),
  day: Column(SqlDate, { nullable: true }),
  amount: Column(Integer, { nullable: true }),
})
const u = users.c
const v = values({ id: Integer, name: Str }, { name: 'somename' })
  .data([
    [1, 'name1'],
    [2, 'name2'],
  ])
  .data([[3, 'name3']])
const fn = func.generateSeries(1, 5).tableValued('value', 'start', 'stop', 'step')
const tt = table('t', new MetaData(), { c1: Column(Str), c2: Column(Str) })
const t1 = table('table1', m, { col1: Column(Integer) })
const t2 = table('table2', m, { col2: Column(Integer) })
const a1 = table('table1', new MetaData(), { columna: Column(Integer), columnb: Column(Integer) })
const a2 = table('table2', new MetaData(), { columna: Column(Integer), columnc: Column(Integer) })

example('sql: all', () => literal(5).eq(all(u.somearray)), ':param_1 = ALL (users.somearray)')
example('sql: all select', () => literal(5).eq(all(select(u.id))), ':param_1 = ALL (SELECT users.id FROM users)')
example('sql: all ==', () => all(u.somearray).eq(5), ':param_1 = ALL (users.somearray)')
example(
  'sql: and',
  () => and(u.name.eq('wendy'), u.enrolled.eq(true)),
  'users.name = :name_1 AND users.enrolled = true',
)
example('sql: and true', () => and(sqlTrue(), ...[u.name.eq('x')]), 'users.name = :name_1')
example('sql: and true only', () => and(sqlTrue(), ...[]), 'true')
example('sql: or false', () => or(sqlFalse(), ...[u.name.eq('x')]), 'users.name = :name_1')
example('sql: asc', () => select(u.id).orderBy(asc(u.name)), 'SELECT users.id FROM users ORDER BY users.name ASC')
example(
  'sql: nulls',
  () => select(u.id).orderBy(nullsFirst(desc(u.name))),
  'SELECT users.id FROM users ORDER BY users.name DESC NULLS FIRST',
)
example('sql: nulls', () => nullsLast(desc(u.name)), 'users.name DESC NULLS LAST')
example('sql: collate', () => collate(u.name, 'utf8_bin'), 'users.name COLLATE utf8_bin')
example('sql: between', () => between(u.id, 5, 7), 'users.id BETWEEN :id_1 AND :id_2')
example('sql: between lit', () => between(literal(5), 3, 7), ':param_1 BETWEEN :param_2 AND :param_3')
example(
  'sql: bindparam',
  () => select(u.id).where(u.name.eq(bindparam('username'))),
  'SELECT users.id FROM users WHERE users.name = :username',
)
example(
  'sql: bind upd',
  () =>
    update(users)
      .where(u.name.eq(bindparam('username')))
      .values({ name: bindparam('fullname') }),
  'UPDATE users SET name=:fullname WHERE users.name = :username',
)
example(
  'sql: cast',
  () => select(cast(u.amount, Numeric(10, 4))),
  'SELECT CAST(users.amount AS NUMERIC(10, 4)) AS amount FROM users',
)
example('sql: try_cast', () => tryCast(u.amount, Numeric(10, 4)), 'TRY_CAST(users.amount AS NUMERIC(10, 4))')
example('sql: sf', () => select(column('id'), column('name')).selectFrom(text('users')), 'SELECT id, name FROM users')
example(
  'sql: count distinct',
  () => select(u.id, func.count(distinct(u.name))),
  'SELECT users.id, count(DISTINCT users.name) AS count_1 FROM users',
)
example('sql: count distinct', () => func.count(u.name.distinct()), 'count(DISTINCT users.name)')
example(
  'sql: extract',
  () => select(u.id).where(extract('YEAR', u.day).eq(2021)),
  'SELECT users.id FROM users WHERE EXTRACT(YEAR FROM users.day) = :param_1',
)
example('sql: or true', () => select(u.id).where(or(u.id.gt(5), sqlTrue())), 'SELECT users.id FROM users WHERE true')
example(
  'sql: and false',
  () => select(u.id).where(and(u.id.gt(5), sqlFalse())),
  'SELECT users.id FROM users WHERE false',
)
example(
  'sql: filter',
  () => func.count(literal(1)).filter(u.name.eq('some name')),
  'count(:param_1) FILTER (WHERE users.name = :name_1)',
)
example('sql: over', () => func.rowNumber().over({ orderBy: u.id }), 'row_number() OVER (ORDER BY users.id)')
example(
  'sql: over',
  () => func.rowNumber().over({ orderBy: u.id, range: [null, 0] }),
  'row_number() OVER (ORDER BY users.id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)',
)
example('sql: text', () => text('SELECT * FROM users WHERE id=:user_id'), 'SELECT * FROM users WHERE id=:user_id')
example(
  'sql: text esc',
  () => text("SELECT * FROM users WHERE name='\\:username'"),
  "SELECT * FROM users WHERE name=':username'",
)
example(
  'sql: text where',
  () => select(u.id, u.name).where(text('id=:user_id')),
  'SELECT users.id, users.name FROM users WHERE id=:user_id',
)
example('sql: tstring', () => sql`select ${5}, ${10}`, 'select :param_1, :param_2')
example('sql: tstring', () => sql`SELECT ${column('q')} FROM ${users}`, 'SELECT q FROM users')
example('sql: tstring', () => sql`SELECT ${literal({ foo: 'bar' }, Json())}`, 'SELECT :param_1')
example(
  'sql: tuple in',
  () => tuple(u.id, u.amount).in([[1, 2]]),
  '(users.id, users.amount) IN ((:param_1_1_1, :param_1_1_2))',
)
example(
  'sql: type_coerce label',
  () => select(typeCoerce(u.name, DateTime).label('date')),
  'SELECT users.name AS date FROM users',
)
example(
  'sql: exists',
  () => select(t1.c.col1).where(exists().where(t1.c.col1.eq(t2.c.col2))),
  'SELECT table1.col1 FROM table1 WHERE EXISTS (SELECT * FROM table2 WHERE table1.col1 = table2.col2)',
)
example(
  'sql: tablesample',
  () => select(tablesample(users, func('bernoulli', 1), { name: 'alias', seed: func('random') }).c.id),
  'SELECT alias.id FROM users AS alias TABLESAMPLE bernoulli(:bernoulli_1) REPEATABLE (random())',
)
example(
  'sql: values',
  () => select(v),
  'SELECT somename.id, somename.name FROM (VALUES (:param_1, :param_2), (:param_3, :param_4), (:param_5, :param_6)) AS somename (id, name)',
)
example(
  'sql: values cte',
  () =>
    select(
      values({ id: Integer, name: Str })
        .data([[1, 'a']])
        .cte(),
    ),
  'WITH anon_1(id, name) AS (VALUES (:param_1, :param_2)) SELECT anon_1.id, anon_1.name FROM anon_1',
)
example(
  'sql: stv',
  () => select(func('jsonb_each', "{'k', 'v'}").scalarTableValued('key')),
  'SELECT (jsonb_each(:jsonb_each_1)).key',
)
example(
  'sql: tv',
  () => select(fn),
  'SELECT anon_1.value, anon_1.start, anon_1.stop, anon_1.step FROM generate_series(:generate_series_1, :generate_series_2) AS anon_1',
)
example(
  'sql: tv where',
  () => select(fn.c.value, fn.c.stop).where(fn.c.value.gt(2)),
  'SELECT anon_1.value, anon_1.stop FROM generate_series(:generate_series_1, :generate_series_2) AS anon_1 WHERE anon_1.value > :value_1',
)
example(
  'sql: cv',
  () => select(func.generateSeries(1, 5, -1).columnValued()),
  'SELECT anon_1 FROM generate_series(:generate_series_1, :generate_series_2, :generate_series_3) AS anon_1',
)
example(
  'sql: unnest',
  () => select(func.unnest(literal([1, 2, 3], ARRAY(Integer))).columnValued('data_view')),
  'SELECT data_view FROM unnest(:param_1) AS data_view',
)
example('sql: count(1)', () => func.count(literal(1)), 'count(:param_1)')
example('sql: current_timestamp', () => func.currentTimestamp(), 'CURRENT_TIMESTAMP')
example('sql: pkg', () => func(['stats', 'yield_curve'], 5, 10), 'stats.yield_curve(:yield_curve_1, :yield_curve_2)')
example('sql: concat', () => select(func.concat('a', 'b')), 'SELECT concat(:concat_2, :concat_3) AS concat_1')
example('sql: lit +', () => select(literal('a').add('b')), 'SELECT :param_1 || :param_2 AS anon_1')
example(
  'sql: cube',
  () => select(func.sum(u.amount), u.id).groupBy(func.cube(u.id, u.name)),
  'SELECT sum(users.amount) AS sum_1, users.id FROM users GROUP BY CUBE(users.id, users.name)',
)
example(
  'sql: gs',
  () => select(func.sum(u.amount)).groupBy(func.groupingSets(tuple(u.id, u.name), tuple(u.amount, u.day))),
  'SELECT sum(users.amount) AS sum_1 FROM users GROUP BY GROUPING SETS((users.id, users.name), (users.amount, users.day))',
)
example(
  'sql: returning expr',
  () => insert(users).returning(u.name.concat(' ').concat(u.name).label('fullname')),
  'INSERT INTO users (id, name, enrolled, somearray, day, amount) VALUES (:id, :name, :enrolled, :somearray, :day, :amount) RETURNING users.name || :name_1 || users.name AS fullname',
)
example(
  'sql: multi',
  () => insert(users).values([{ name: 'a' }, { name: 'b' }]),
  'INSERT INTO users (name) VALUES (:name_m0), (:name_m1)',
)
example(
  'sql: ordered',
  () =>
    update(users)
      .values([
        ['name', 'ed'],
        ['amount', 1],
      ])
      .all(),
  'UPDATE users SET name=:name, amount=:amount',
)
example(
  'sql: none',
  () => select(a1, a2).join(a2, sqlTrue()).setLabelStyle('none'),
  'SELECT table1.columna, table1.columnb, table2.columna, table2.columnc FROM table1 JOIN table2 ON true',
)
example(
  'sql: tnpc',
  () => select(a1, a2).join(a2, sqlTrue()).setLabelStyle('tablenamePlusCol'),
  'SELECT table1.columna AS table1_columna, table1.columnb AS table1_columnb, table2.columna AS table2_columna, table2.columnc AS table2_columnc FROM table1 JOIN table2 ON true',
)
example(
  'sql: dis',
  () => select(a1, a2).join(a2, sqlTrue()),
  'SELECT table1.columna, table1.columnb, table2.columna AS columna_1, table2.columnc FROM table1 JOIN table2 ON true',
)
example(
  'sql: join.select',
  () => select(a1.join(a2, a1.c.columna.eq(a2.c.columna))),
  'SELECT table1.columna, table1.columnb, table2.columna AS columna_1, table2.columnc FROM table1 JOIN table2 ON table1.columna = table2.columna',
)
example(
  'sql: jtv',
  () => select(func('json_array_elements_text', '["one"]').tableValued('value').c.value),
  'SELECT anon_1.value FROM json_array_elements_text(:json_array_elements_text_1) AS anon_1',
)
example(
  'sql: add_cte',
  () => select(tt).addCte(insert(tt).values({ c1: 'x', c2: 'y' }).cte()),
  'WITH anon_1 AS (INSERT INTO t (c1, c2) VALUES (:param_1, :param_2)) SELECT t.c1, t.c2 FROM t',
)
example(
  'sql: for update pg',
  () => P(select(u.id).withForUpdate({ nowait: true })),
  'SELECT users.id FROM users FOR UPDATE NOWAIT',
)
example(
  'sql: order null',
  () => select(u.id).orderBy(u.name).orderBy(null).orderBy(u.id),
  'SELECT users.id FROM users ORDER BY users.id',
)
example('sql: withOnly', () => select(u.id, u.name).withOnlyColumns(u.name), 'SELECT users.name FROM users')
example('sql: addColumns', () => select(u.id).addColumns(u.name), 'SELECT users.id, users.name FROM users')
example('sql: distinct', () => select(u.id, u.name).distinct(), 'SELECT DISTINCT users.id, users.name FROM users')
example(
  'sql: exists().select',
  () => select(exists(select(u.id)).where(u.id.eq(5))),
  'SELECT EXISTS (SELECT users.id FROM users WHERE users.id = :id_1) AS anon_1',
)
