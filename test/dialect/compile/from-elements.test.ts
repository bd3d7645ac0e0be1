// FROM elements beside tables and subqueries: VALUES, functions, samples, LATERAL, full joins.
import {
  ARRAY,
  ArgumentError,
  Boolean,
  bindparam,
  Column,
  CompileError,
  func,
  Integer,
  literal,
  literalColumn,
  MetaData,
  replace,
  String,
  select,
  sqlTrue,
  table,
  tablesample,
  text,
  tuple,
  update,
  values,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { addresses, docs, pg, postgresArrays, standard, users } from './fixture.ts'
import { type Spelt, spellingChecker } from './spelling.ts'

const u = users.c
const a = addresses.c
const d = docs.c
const check = spellingChecker()

const pairs = () => values({ a: Integer, b: String }, { name: 'v' }).data([{ a: 1, b: 'x' }, [2, 'y']])

const ROWS: readonly Spelt[] = [
  {
    title: 'VALUES',
    element: () => select(pairs()),
    standard: 'SELECT v.a, v.b FROM (VALUES (:param_1, :param_2), (:param_3, :param_4)) AS v (a, b)',
    postgresql: 'SELECT v.a, v.b FROM (VALUES ($1::INTEGER, $2::VARCHAR), ($3::INTEGER, $4::VARCHAR)) AS v (a, b)',
    names: ['param_1', 'param_2', 'param_3', 'param_4'],
  },
  {
    title: 'VALUES joined, with expressions and NULL, without a name',
    element: () => {
      const v = values({ id: Integer, flag: Boolean }).data([[literal(5).add(1), null]])
      return select(u.name, v.c.flag).join(v, v.c.id.eq(u.id))
    },
    standard:
      'SELECT users.name, anon_1.flag FROM users JOIN (VALUES (:param_1 + :param_2, :param_3)) AS anon_1 (id, flag) ON anon_1.id = users.id',
    postgresql:
      'SELECT users.name, anon_1.flag FROM users JOIN (VALUES ($1::INTEGER + $2::INTEGER, $3::BOOLEAN)) AS anon_1 (id, flag) ON anon_1.id = users.id',
    names: ['param_1', 'param_2', 'param_3'],
  },
  {
    title: 'VALUES as text, hostile values included',
    element: () =>
      select(
        values({ b: String }, { name: 'v', literalBinds: true }).data([
          ["'); DROP TABLE users; --"],
          ['\\'],
          [':x $1 %'],
        ]),
      ),
    standard: "SELECT v.b FROM (VALUES ('''); DROP TABLE users; --'), ('\\'), (':x $1 %')) AS v (b)",
    postgresql: "SELECT v.b FROM (VALUES ('''); DROP TABLE users; --'), (E'\\\\'), (':x $1 %')) AS v (b)",
  },
  {
    title: 'VALUES in WITH, aliased, and LATERAL',
    element: () => {
      const q = values({ a: Integer })
        .data([[1]])
        .cte('q')
      const lateral = values({ n: Integer }, { name: 'l' })
        .data([[q.c.a]])
        .lateral()
      return select(q.c.a, lateral.c.n, pairs().alias('w').c.a).joinFrom(q, lateral, sqlTrue())
    },
    standard:
      'WITH q(a) AS (VALUES (:param_1)) SELECT q.a, l.n, w.a AS a_1 FROM q JOIN LATERAL (VALUES (q.a)) AS l (n) ON true, (VALUES (:param_2, :param_3), (:param_4, :param_5)) AS w (a, b)',
    postgresql:
      'WITH q(a) AS (VALUES ($1::INTEGER)) SELECT q.a, l.n, w.a AS a_1 FROM q JOIN LATERAL (VALUES (q.a)) AS l (n) ON true, (VALUES ($2::INTEGER, $3::VARCHAR), ($4::INTEGER, $5::VARCHAR)) AS w (a, b)',
    names: ['param_1', 'param_2', 'param_3', 'param_4', 'param_5'],
  },
  {
    title: 'VALUES in IN',
    element: () => select(u.id).where(tuple(u.id, u.name).in(pairs().rows as never)),
    standard:
      'SELECT users.id FROM users WHERE (users.id, users.name) IN (VALUES (:param_1, :param_2), (:param_3, :param_4))',
    postgresql:
      'SELECT users.id FROM users WHERE (users.id, users.name) IN (VALUES ($1::INTEGER, $2::VARCHAR), ($3::INTEGER, $4::VARCHAR))',
    names: ['param_1', 'param_2', 'param_3', 'param_4'],
  },
  {
    title: 'rows of functions, with ordinality, and values of functions',
    element: () =>
      select(
        func.unnest(d.tags).tableValued('v', { withOrdinality: 'o' }).renderDerived({ name: 't' }),
        func.generateSeries(1, 3).columnValued('g'),
      ).selectFrom(docs),
    standard:
      'SELECT t.v, t.o, g FROM docs, unnest(docs.tags) WITH ORDINALITY AS t(v, o), generate_series(:generate_series_1, :generate_series_2) AS g',
    postgresql:
      'SELECT t.v, t.o, g FROM docs, unnest(docs.tags) WITH ORDINALITY AS t(v, o), generate_series($1::INTEGER, $2::INTEGER) AS g',
    names: ['generate_series_1', 'generate_series_2'],
  },
  {
    title: 'several arrays side by side',
    element: () => {
      const pairs = func
        .unnest(bindparam('ids', { type: ARRAY(Integer) }), bindparam('names', { type: ARRAY(String) }))
        .tableValued({ id: Integer, name: String })
        .renderDerived({ name: 'v' })
      return select(pairs.c.id, pairs.c.name)
    },
    standard: 'SELECT v.id, v.name FROM unnest(:ids, :names) AS v(id, name)',
    postgresql: 'SELECT v.id, v.name FROM unnest($1::INTEGER[], $2::VARCHAR[]) AS v(id, name)',
    names: ['ids', 'names'],
  },
  {
    title: 'rows of functions that name their columns, joined LATERAL',
    element: () => {
      const each = func('jsonb_each', d.j).tableValued('key', 'value').lateral('e')
      return select(d.id, each.c.key).join(each, sqlTrue())
    },
    standard: 'SELECT docs.id, e.key FROM docs JOIN LATERAL jsonb_each(docs.j) AS e ON true',
  },
  {
    title: 'rows of functions with types',
    element: () =>
      select(
        func('jsonb_to_recordset', d.j)
          .tableValued({ a: Integer, 'b c': String })
          .renderDerived({ name: 'r', withTypes: true }),
      ).selectFrom(docs),
    standard: 'SELECT r.a, r."b c" FROM docs, jsonb_to_recordset(docs.j) AS r(a INTEGER, "b c" VARCHAR)',
  },
  {
    title: 'functions without names of their own, twice and aliased',
    element: () => {
      const one = func.unnest(d.tags).tableValued('x').renderDerived()
      const other = one.alias('other')
      return select(one.c.x, other.c.x, func.generateSeries(1, 2).columnValued()).selectFrom(docs)
    },
    standard:
      'SELECT anon_1.x, other.x AS x_1, anon_2 FROM docs, unnest(docs.tags) AS anon_1(x), unnest(docs.tags) AS other(x), generate_series(:generate_series_1, :generate_series_2) AS anon_2',
    postgresql:
      'SELECT anon_1.x, other.x AS x_1, anon_2 FROM docs, unnest(docs.tags) AS anon_1(x), unnest(docs.tags) AS other(x), generate_series($1::INTEGER, $2::INTEGER) AS anon_2',
    names: ['generate_series_1', 'generate_series_2'],
  },
  {
    title: 'the value of a function in criteria and subqueries',
    element: () => {
      const n = func.generateSeries(1, u.age).columnValued('n')
      return select(u.id).where(u.id.in(select(n).where(n.gt(5))))
    },
    standard:
      'SELECT users.id FROM users WHERE users.id IN (SELECT n FROM generate_series(:generate_series_1, users.age) AS n WHERE n > :n_1)',
    postgresql:
      'SELECT users.id FROM users WHERE users.id IN (SELECT n FROM generate_series($1::INTEGER, users.age) AS n WHERE n > $2::INTEGER)',
    names: ['generate_series_1', 'n_1'],
  },
  {
    title: 'samples',
    element: () => {
      const sample = tablesample(users, 10, { seed: 5 })
      const other = tablesample(addresses, func('bernoulli', 20), { name: 's' })
      return select(sample.c.id, other.c.email).where(sample.c.id.eq(other.c.user_id))
    },
    standard:
      'SELECT users_1.id, s.email FROM users AS users_1 TABLESAMPLE system(:system_1) REPEATABLE (:param_1), addresses AS s TABLESAMPLE bernoulli(:bernoulli_1) WHERE users_1.id = s.user_id',
    postgresql:
      'SELECT users_1.id, s.email FROM users AS users_1 TABLESAMPLE system($1::INTEGER) REPEATABLE ($2::INTEGER), addresses AS s TABLESAMPLE bernoulli($3::INTEGER) WHERE users_1.id = s.user_id',
    names: ['system_1', 'param_1', 'bernoulli_1'],
  },
  {
    title: 'a full join, and joins within joins',
    element: () =>
      select(u.id).selectFrom(
        users
          .join(addresses.join(docs, d.id.eq(a.id)), a.user_id.eq(u.id), { isFull: true })
          .outerjoin(users.alias('b'), sqlTrue()),
      ),
    standard:
      'SELECT users.id FROM users FULL OUTER JOIN (addresses JOIN docs ON docs.id = addresses.id) ON addresses.user_id = users.id LEFT OUTER JOIN users AS b ON true',
  },
  {
    title: 'text as a FROM element and as a side of joins',
    element: () =>
      select(u.id, literalColumn('n.x'))
        .selectFrom(users)
        .join(
          text('generate_series(1, :last) AS n (x)').bindparams({ last: 3 }),
          literalColumn<boolean>('n.x = users.id'),
        )
        .selectFrom(text('pg_class AS p')),
    standard:
      'SELECT users.id, n.x FROM users JOIN generate_series(1, :last) AS n (x) ON n.x = users.id, pg_class AS p',
    postgresql:
      'SELECT users.id, n.x FROM users JOIN generate_series(1, $1::INTEGER) AS n (x) ON n.x = users.id, pg_class AS p',
    names: ['last'],
  },
  {
    title: 'text with columns as a subquery',
    element: () => {
      const t = text('SELECT id, name FROM users WHERE id = :id')
        .bindparams({ id: 5 })
        .columns({ id: Integer, name: String })
      return select(t.subquery('t').c.name)
    },
    standard: 'SELECT t.name FROM (SELECT id, name FROM users WHERE id = :id) AS t',
    postgresql: 'SELECT t.name FROM (SELECT id, name FROM users WHERE id = $1::INTEGER) AS t',
    names: ['id'],
  },
]

test.each(ROWS)('$title', check)

describe('what is refused', () => {
  test('rows that do not fit', () => {
    const v = values({ a: Integer, b: String })
    expect(() => v.data([[1]])).toThrow('has 1 values; there are 2')
    expect(() => v.data([{ a: 1 } as never])).toThrow("column 'b' got undefined")
    expect(() => v.data([{ a: 1, b: 'x', bb: 2 } as never])).toThrow("no column 'bb'")
    expect(() => v.data([{ a: 1, b: {} } as never])).toThrow('got a plain object')
    expect(() => v.data(['ab'] as never)).toThrow(ArgumentError)
    expect(() => pg(select(v))).toThrow(CompileError)
    expect(() => values({})).toThrow(ArgumentError)
    expect(() => values({ a: 'x' as never })).toThrow(ArgumentError)
  })
  test('names that are none', () => {
    expect(() => func('f').tableValued(5 as never)).toThrow(ArgumentError)
    expect(() => func('f').tableValued('a', { ordinality: 'x' } as never)).toThrow("'ordinality'")
    expect(() =>
      func('f')
        .tableValued('a')
        .renderDerived({ withType: true } as never),
    ).toThrow("'withTypes'")
    expect(() => tablesample(users, 'all' as never)).toThrow(ArgumentError)
  })
})

test('a function of a FROM element is no product with it', () => {
  const tags = func.unnest(d.tags).columnValued('tag')
  expect(postgresArrays.compile(select(d.id, tags).selectFrom(docs)).warnings).toEqual([])
})

test('replacing goes into rows, functions and samples', () => {
  const v = values({ n: Integer }, { name: 'v' })
    .data([[u.id]])
    .lateral()
  const rows = func('f', u.id).tableValued('x', { name: 'f' })
  const other = users.alias('o')
  const statement = select(v.c.n, rows.c.x, func('g', u.id).columnValued('g'))
  const replaced = replace(statement, (each) => (each === u.id ? other.c.id : null))
  expect(standard(replaced)).toBe(
    'SELECT v.n, f.x, g FROM LATERAL (VALUES (o.id)) AS v (n), f(o.id) AS f, g(o.id) AS g',
  )
  expect(standard(statement)).toBe(
    'SELECT v.n, f.x, g FROM LATERAL (VALUES (users.id)) AS v (n), f(users.id) AS f, g(users.id) AS g',
  )
})

test('an alias of an alias has its name alone', () => {
  const inner = users.alias('one').alias('two')
  expect(pg(select(inner.c.id)).sql).toBe('SELECT two.id FROM users AS two')
  expect(pg(select(users.alias().alias().c.id)).sql).toBe('SELECT anon_1.id FROM users AS anon_1')
  const sub = select(users.c.id).subquery('a').alias('b').alias('c')
  expect(pg(select(sub.c.id)).sql).toBe('SELECT c.id FROM (SELECT users.id AS id FROM users) AS c')
  const cte = select(users.c.id).cte('w').alias('x').alias('y')
  expect(pg(select(cte.c.id)).sql).toBe('WITH w AS (SELECT users.id AS id FROM users) SELECT y.id FROM w AS y')
})

describe('two tables of one name', () => {
  const there = table('users', new MetaData(), { id: Column(Integer), name: Column(String) }, { schema: 'other' })
  test('the one without a schema goes by another name', () => {
    const both = select(u.id, there.c.name).where(u.id.eq(there.c.id))
    expect(pg(both.orderBy(u.name)).sql).toBe(
      'SELECT users_1.id, other.users.name FROM users AS users_1, other.users WHERE users_1.id = other.users.id ORDER BY users_1.name',
    )
  })
  test('also where its rows are locked: the other would be', () => {
    const both = select(u.id).join(there, u.id.eq(there.c.id)).withForUpdate({ of: users })
    expect(pg(both).sql).toBe(
      'SELECT users_1.id FROM users AS users_1 JOIN other.users ON users_1.id = other.users.id FOR UPDATE OF users_1',
    )
  })
  test('not in WITH, which sees nothing of it', () => {
    const changed = update(users).values({ age: 5 }).where(u.id.eq(1)).returning(u.id).cte('changed')
    const both = select(u.id, there.c.name).where(u.id.eq(there.c.id), u.id.eq(changed.c.id))
    expect(pg(both).sql).toBe(
      'WITH changed AS (UPDATE users SET age=$1::INTEGER WHERE users.id = $2::INTEGER RETURNING users.id) SELECT users_1.id, other.users.name FROM users AS users_1, other.users, changed WHERE users_1.id = other.users.id AND users_1.id = changed.id',
    )
  })
})
