// Functions: window frames, ordered-set aggregates, documents, grouping sets, and functions that users register.
import {
  ArgumentError,
  bindparam,
  desc,
  func,
  Integer,
  literal,
  literalColumn,
  Numeric,
  registerFunction,
  replace,
  String,
  select,
  tuple,
} from 'tsalchemy'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { docs, pg, standard, users } from './fixture.ts'
import { type Spelt, spellingChecker } from './spelling.ts'

const u = users.c
const check = spellingChecker()
const day = literalColumn<never>("INTERVAL '1 day'")

const ROWS: readonly Spelt[] = [
  {
    title: 'names in OVER: SQL knows no labels there',
    element: () => {
      const half = u.age.add(u.id).label('half')
      return select(
        half,
        u.id.label('name'),
        func
          .rank()
          .over({ orderBy: [desc('half'), 'name', 'active'] })
          .label('r'),
      )
    },
    standard:
      'SELECT users.age + users.id AS half, users.id AS name, rank() OVER (ORDER BY users.age + users.id DESC, users.name, users.active) AS r FROM users',
  },
  {
    title: 'a frame in rows',
    element: () => func.sum(u.age).over({ partitionBy: u.name, orderBy: [u.id.desc().nullsLast()], rows: [-2, 0] }),
    standard:
      'sum(users.age) OVER (PARTITION BY users.name ORDER BY users.id DESC NULLS LAST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)',
  },
  {
    title: 'a frame in groups with an exclusion',
    element: () => func.avg(u.age).over({ orderBy: u.id, groups: [null, 1], exclude: 'current row' }),
    standard:
      'avg(users.age) OVER (ORDER BY users.id GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)',
  },
  {
    title: 'a frame in values, by expressions and parameters',
    element: () =>
      func.count().over({
        orderBy: func.now(),
        range: [{ preceding: day }, { following: bindparam('reach', { value: '1 hour', type: String }).cast(String) }],
        exclude: 'ties',
      }),
    standard:
      "count(*) OVER (ORDER BY now() RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CAST(:reach AS VARCHAR) FOLLOWING EXCLUDE TIES)",
    postgresql:
      "count(*) OVER (ORDER BY now() RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CAST($1::VARCHAR AS VARCHAR) FOLLOWING EXCLUDE TIES)",
    names: ['reach'],
    from: null,
  },
  {
    title: 'frames in SQLAlchemy’s spelling, where numbers are parameters',
    element: () =>
      func.sum(u.age).over({ orderBy: u.id, rows: [{ preceding: 2 }, { following: 3 }], exclude: 'group' }),
    standard:
      'sum(users.age) OVER (ORDER BY users.id ROWS BETWEEN :param_1 PRECEDING AND :param_2 FOLLOWING EXCLUDE GROUP)',
    postgresql:
      'sum(users.age) OVER (ORDER BY users.id ROWS BETWEEN $1::INTEGER PRECEDING AND $2::INTEGER FOLLOWING EXCLUDE GROUP)',
    names: ['param_1', 'param_2'],
  },
  {
    title: 'window functions',
    element: () => {
      const by = { orderBy: u.id }
      return select(
        func.rowNumber().over(by).label('a'),
        func.rank().over(by).label('b'),
        func.denseRank().over(by).label('c'),
        func.percentRank().over(by).label('d'),
        func.cumeDist().over(by).label('e'),
        func.ntile(4).over(by).label('f'),
        func.lag(u.age, 1, 0).over(by).label('g'),
        func.lead(u.age).over(by).label('h'),
        func.firstValue(u.age).over(by).label('i'),
        func.lastValue(u.age).over(by).label('j'),
        func.nthValue(u.age, 2).over(by).label('k'),
      )
    },
    standard:
      'SELECT row_number() OVER (ORDER BY users.id) AS a, rank() OVER (ORDER BY users.id) AS b, dense_rank() OVER (ORDER BY users.id) AS c, percent_rank() OVER (ORDER BY users.id) AS d, cume_dist() OVER (ORDER BY users.id) AS e, ntile(:ntile_1) OVER (ORDER BY users.id) AS f, lag(users.age, :lag_1, :lag_2) OVER (ORDER BY users.id) AS g, lead(users.age) OVER (ORDER BY users.id) AS h, first_value(users.age) OVER (ORDER BY users.id) AS i, last_value(users.age) OVER (ORDER BY users.id) AS j, nth_value(users.age, :nth_value_1) OVER (ORDER BY users.id) AS k FROM users',
    postgresql:
      'SELECT row_number() OVER (ORDER BY users.id) AS a, rank() OVER (ORDER BY users.id) AS b, dense_rank() OVER (ORDER BY users.id) AS c, percent_rank() OVER (ORDER BY users.id) AS d, cume_dist() OVER (ORDER BY users.id) AS e, ntile($1::INTEGER) OVER (ORDER BY users.id) AS f, lag(users.age, $2::INTEGER, $3::INTEGER) OVER (ORDER BY users.id) AS g, lead(users.age) OVER (ORDER BY users.id) AS h, first_value(users.age) OVER (ORDER BY users.id) AS i, last_value(users.age) OVER (ORDER BY users.id) AS j, nth_value(users.age, $4::INTEGER) OVER (ORDER BY users.id) AS k FROM users',
    names: ['ntile_1', 'lag_1', 'lag_2', 'nth_value_1'],
  },
  {
    title: 'ordered-set aggregates, filtered and over windows',
    element: () =>
      select(
        func.percentileCont(0.5).withinGroup(u.age),
        func.percentileDisc(0.5).withinGroup(u.age.desc()).filter(u.age.gt(1)).label('d'),
        func.mode().withinGroup(u.name).label('m'),
      ),
    standard:
      'SELECT percentile_cont(:percentile_cont_2) WITHIN GROUP (ORDER BY users.age) AS percentile_cont_1, percentile_disc(:percentile_disc_1) WITHIN GROUP (ORDER BY users.age DESC) FILTER (WHERE users.age > :age_1) AS d, mode() WITHIN GROUP (ORDER BY users.name) AS m FROM users',
    postgresql:
      'SELECT percentile_cont($1::FLOAT) WITHIN GROUP (ORDER BY users.age) AS percentile_cont_1, percentile_disc($2::FLOAT) WITHIN GROUP (ORDER BY users.age DESC) FILTER (WHERE users.age > $3::INTEGER) AS d, mode() WITHIN GROUP (ORDER BY users.name) AS m FROM users',
    names: ['percentile_cont_2', 'percentile_disc_1', 'age_1'],
  },
  {
    title: 'documents',
    element: () =>
      select(
        func.jsonAgg(u.name).label('a'),
        func.jsonbAgg(func.jsonbBuildObject('id', u.id)).aggregateOrderBy(u.id).label('b'),
        func.jsonObjectAgg(u.name, u.age).label('c'),
        func.arrayAgg(u.id).filter(u.active).label('d'),
      ),
    standard:
      'SELECT json_agg(users.name) AS a, jsonb_agg(jsonb_build_object(:jsonb_build_object_1, users.id) ORDER BY users.id) AS b, json_object_agg(users.name, users.age) AS c, array_agg(users.id) FILTER (WHERE users.active) AS d FROM users',
    postgresql:
      'SELECT json_agg(users.name) AS a, jsonb_agg(jsonb_build_object($1::VARCHAR, users.id) ORDER BY users.id) AS b, json_object_agg(users.name, users.age) AS c, array_agg(users.id) FILTER (WHERE users.active) AS d FROM users',
    names: ['jsonb_build_object_1'],
  },
  {
    title: 'grouping sets',
    element: () =>
      select(u.name, func.count(), func.grouping(u.name).label('g')).groupBy(
        func.groupingSets(tuple(u.name, u.age), u.name),
        func.rollup(u.id),
        func.cube(u.active, u.name),
      ),
    standard:
      'SELECT users.name, count(*) AS count_1, grouping(users.name) AS g FROM users GROUP BY GROUPING SETS((users.name, users.age), users.name), ROLLUP(users.id), CUBE(users.active, users.name)',
  },
]

test.each(ROWS)('$title', check)

describe('what is refused of frames', () => {
  test.each<readonly [string, Parameters<ReturnType<typeof func.count>['over']>[0]]>([
    ['two', { rows: [0, 1], range: [0, 1] }],
    ['fractions', { rows: [0.5, 1] }],
    ['text', { rows: ['1', 1] as never }],
    ['an end in both directions', { rows: [{ preceding: 1, following: 1 } as never, 1] }],
    ['an end in none', { rows: [{} as never, 1] }],
    ['an exclusion that is none', { rows: [0, 1], exclude: 'x; DROP TABLE users' as never }],
    ['an exclusion without a frame', { exclude: 'ties' }],
  ])('%s', (_what, options) => {
    expect(() => func.count().over(options)).toThrow(ArgumentError)
  })
})

test('what a frame is measured by is replaced too', () => {
  const over = func.sum(u.age).over({ orderBy: u.id, rows: [{ preceding: u.id }, 0] })
  expect(standard(replace(over, (each) => (each === u.id ? u.age : null)))).toBe(
    'sum(users.age) OVER (ORDER BY users.age ROWS BETWEEN users.age PRECEDING AND CURRENT ROW)',
  )
})

describe('functions that users register', () => {
  const distance = registerFunction<number, [string, string]>('levenshtein_less', { returns: Integer })
  const first = registerFunction<unknown, [unknown]>('first_of', { returns: ([type]) => type ?? Integer, schema: 'my' })

  test('are typed, and known to func', () => {
    const call = distance(u.name, 'ed')
    expectTypeOf(call['~value']).toEqualTypeOf<number>()
    expect(call.type).toBe(Integer)
    expect(func<number>('levenshtein_less', u.name, 'x').type).toBe(Integer)
    expect(first(u.name).type).toBe(u.name.type)
    expect(pg(select(call.add(1), first(literal(5)).label('f')))).toEqual({
      sql: 'SELECT levenshtein_less(users.name, $1::VARCHAR) + $2::INTEGER AS anon_1, my.first_of($3::INTEGER) AS f FROM users',
      names: ['levenshtein_less_1', 'levenshtein_less_2', 'param_1'],
    })
    // @ts-expect-error a number is no text
    distance(u.id, 'ed')
  })
  test('are registered once, by name and type', () => {
    expect(() => registerFunction('levenshtein_less', { returns: Integer })).toThrow('is known already')
    expect(() => registerFunction('count', { returns: Integer })).toThrow('is known already')
    expect(() => registerFunction('__proto__', { returns: Numeric })).not.toThrow()
    expect(func('__proto__', 1).type).toBe(Numeric)
    expect(() => registerFunction('', { returns: Integer })).toThrow(ArgumentError)
    expect(() => registerFunction('other', { returns: 'INTEGER' as never })).toThrow(ArgumentError)
    expect(() => registerFunction('other', { return: Integer } as never)).toThrow("'return'")
  })
})

test('one column of what a function gives, as a value', () => {
  const key = func('json_each', docs.c.j).scalarTableValued('key', String)
  expect(pg(select(key.label('k')).where(key.eq('x')))).toEqual({
    sql: 'SELECT (json_each(docs.j)).key AS k FROM docs WHERE (json_each(docs.j)).key = $1::VARCHAR',
    names: ['param_1'],
  })
  expect(pg(select(func.unnest(docs.c.tags).scalarTableValued('a "b').label('v'))).sql).toBe(
    'SELECT (unnest(docs.tags))."a ""b" AS v FROM docs',
  )
  expect(() => func('f').scalarTableValued('')).toThrow('the name of a column')
})
