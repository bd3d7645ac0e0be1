// The examples of SQLAlchemy's page on PostgreSQL: the same SQL, from what is imported for PostgreSQL.

import {
  ARRAY,
  Column,
  column,
  deleteFrom,
  func,
  Integer,
  literalColumn,
  MetaData,
  String as Str,
  select,
  Text,
  table,
  tableValued,
  tuple,
  update,
} from 'tsalchemy'
import { array, insert, JSONB, toTsquery, toTsvector } from 'tsalchemy/postgresql'
import { example, postgresql as P } from './example.ts'

const m = new MetaData()
const my = table('mytable', m, {
  id: Column(Integer, { primaryKey: true }),
  data: Column(ARRAY(Integer, { dimensions: 2 }), { nullable: true }),
  arr: Column(ARRAY(Integer), { nullable: true }),
  j: Column(JSONB<Record<string, unknown>>(), { nullable: true }),
  title: Column(Str, { nullable: true }),
})
const t = table('my_table', new MetaData(), {
  id: Column(Str, { primaryKey: true }),
  data: Column(Str, { nullable: true }),
  user_email: Column(Str, { nullable: true }),
  author: Column(Str, { nullable: true }),
  status: Column(Integer, { nullable: true }),
})
const ins = insert(t).values({ id: 'some_existing_id', data: 'inserted value' })
const I = 'INSERT INTO my_table (id, data) VALUES ($1::VARCHAR, $2::VARCHAR) '
const tt = table('t', new MetaData(), { id: Column(Integer), fk: Column(Integer) })

example(
  'dialects/postgresql: array +',
  () => P(select(array([1, 2]).concat(array([3, 4, 5])))),
  'SELECT ARRAY[$1::INTEGER, $2::INTEGER] || ARRAY[$3::INTEGER, $4::INTEGER, $5::INTEGER] AS anon_1',
)
example('dialects/postgresql: array []', () => P(array([], { type: Integer })), 'ARRAY[]::INTEGER[]')
example(
  'dialects/postgresql: array nested',
  () => P(select(array([array([1, 2]), array([column('q', Integer), column('x', Integer)])]))),
  'SELECT ARRAY[ARRAY[$1::INTEGER, $2::INTEGER], ARRAY[q, x]] AS anon_1',
)
example(
  'dialects/postgresql: agg',
  () => P(select(func.arrayAgg(my.c.id).aggregateOrderBy(my.c.title.desc()))),
  'SELECT array_agg(mytable.id ORDER BY mytable.title DESC) AS array_agg_1 FROM mytable',
)
example(
  'dialects/postgresql: distinct on',
  () => P(select(my.c.id).distinct(my.c.title)),
  'SELECT DISTINCT ON (mytable.title) mytable.id FROM mytable',
)
example(
  'dialects/postgresql: nothing',
  () => P(ins.onConflictDoNothing({ indexElements: ['id'] })),
  `${I}ON CONFLICT (id) DO NOTHING`,
)
example(
  'dialects/postgresql: constraint',
  () => P(ins.onConflictDoUpdate({ constraint: 'pk_my_table', set: { data: 'updated value' } })),
  `${I}ON CONFLICT ON CONSTRAINT pk_my_table DO UPDATE SET data = $3::VARCHAR`,
)
example(
  'dialects/postgresql: col',
  () => P(ins.onConflictDoUpdate({ indexElements: [t.c.id], set: { data: 'updated value' } })),
  `${I}ON CONFLICT (id) DO UPDATE SET data = $3::VARCHAR`,
)
example(
  'dialects/postgresql: index where',
  () =>
    P(
      insert(t)
        .values({ id: 'x', user_email: 'a@b.com', data: 'inserted data' })
        .onConflictDoUpdate({
          indexElements: [t.c.user_email],
          indexWhere: t.c.user_email.like('%@gmail.com'),
          set: (excluded) => ({ data: excluded.data }),
        }),
    ),
  'INSERT INTO my_table (id, data, user_email) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR) ON CONFLICT (user_email) WHERE user_email LIKE $4::VARCHAR DO UPDATE SET data = excluded.data',
)
example(
  'dialects/postgresql: pk',
  () => P(ins.onConflictDoUpdate({ constraint: t.primaryKey, set: { data: 'updated value' } })),
  `${I}ON CONFLICT (id) DO UPDATE SET data = $3::VARCHAR`,
)
example('dialects/postgresql: nothing', () => P(ins.onConflictDoNothing()), `${I}ON CONFLICT DO NOTHING`)
example(
  'dialects/postgresql: match',
  () => P(select(my.c.title.match('search string'))),
  'SELECT mytable.title @@ plainto_tsquery($1::VARCHAR) AS anon_1 FROM mytable',
)
example(
  'dialects/postgresql: tsq',
  () => P(select(my.c.title.boolOp('@@')(toTsquery('search string')))),
  'SELECT mytable.title @@ to_tsquery($1::VARCHAR) AS anon_1 FROM mytable',
)
example(
  'dialects/postgresql: @>',
  () => P(select(toTsquery('cat').boolOp('@>')(toTsquery('cat & rat')))),
  'SELECT to_tsquery($1::VARCHAR) @> to_tsquery($2::VARCHAR) AS anon_1',
)
example(
  'dialects/postgresql: tsv op',
  () => P(select(my.c.id).where(toTsvector('english', my.c.title).boolOp('@@')(toTsquery('english', 'somestring')))),
  'SELECT mytable.id FROM mytable WHERE to_tsvector($1::REGCONFIG, mytable.title) @@ to_tsquery($2::REGCONFIG, $3::VARCHAR)',
)
example(
  'dialects/postgresql: only',
  () => P(select(my.c.id).withHint(my, 'ONLY', { dialect: 'postgresql' })),
  'SELECT mytable.id FROM ONLY mytable',
)
example(
  'dialects/postgresql: only upd',
  () => P(update(my).values({ title: 'x' }).withHint('ONLY', { dialect: 'postgresql' }).all()),
  'UPDATE ONLY mytable SET title=$1::VARCHAR',
)
example(
  'dialects/postgresql: only del',
  () => P(deleteFrom(my).withHint('ONLY', { dialect: 'postgresql' }).all()),
  'DELETE FROM ONLY mytable',
)
example(
  'dialects/postgresql: json_each',
  () => select(func('json_each', '{"a":"foo", "b":"bar"}').tableValued('key', 'value')),
  'SELECT anon_1.key, anon_1.value FROM json_each(:json_each_1) AS anon_1',
)
example(
  'dialects/postgresql: populate',
  () =>
    select(
      func('json_populate_record', literalColumn('null::myrowtype'), '{"a":1,"b":2}').tableValued('a', 'b', {
        name: 'x',
      }),
    ),
  'SELECT x.a, x.b FROM json_populate_record(null::myrowtype, :json_populate_record_1) AS x',
)
example(
  'dialects/postgresql: to_record',
  () =>
    select(
      func('json_to_record', '{"a":1}')
        .tableValued({ a: Integer, b: Text, d: Text })
        .renderDerived({ name: 'x', withTypes: true }),
    ),
  'SELECT x.a, x.b, x.d FROM json_to_record(:json_to_record_1) AS x(a INTEGER, b TEXT, d TEXT)',
)
example(
  'dialects/postgresql: series',
  () => select(func.generateSeries(4, 1, -1).tableValued('value', { withOrdinality: 'ordinality' }).renderDerived()),
  'SELECT anon_1.value, anon_1.ordinality FROM generate_series(:generate_series_1, :generate_series_2, :generate_series_3) WITH ORDINALITY AS anon_1(value, ordinality)',
)
example(
  'dialects/postgresql: unnest array',
  () => P(select(func.unnest(array([1, 2])).columnValued())),
  'SELECT anon_1 FROM unnest(ARRAY[$1::INTEGER, $2::INTEGER]) AS anon_1',
)
example(
  'dialects/postgresql: unnest col',
  () => select(func.unnest(my.c.arr).columnValued('unnested_value')),
  'SELECT unnested_value FROM unnest(mytable.arr) AS unnested_value',
)
example(
  'dialects/postgresql: row',
  () =>
    select(tt)
      .where(tuple(tt.c.id, tt.c.fk).gt([1, 2]))
      .where(func('ROW', tt.c.id, tt.c.fk).lt(func('ROW', 3, 7))),
  'SELECT t.id, t.fk FROM t WHERE (t.id, t.fk) > (:param_1, :param_2) AND ROW(t.id, t.fk) < ROW(:ROW_1, :ROW_2)',
)
example(
  'dialects/postgresql: row_to_json',
  () => select(func.rowToJson(tableValued(tt))),
  'SELECT row_to_json(t) AS row_to_json_1 FROM t',
)
example('dialects/postgresql: uuidv7', () => select(func('uuidv7')), 'SELECT uuidv7() AS uuidv7_1')
