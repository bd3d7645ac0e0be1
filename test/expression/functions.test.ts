// func: spellings, types, windows, modifiers; shown by the default dialect.

import { ArgumentError, distinct, type Element, func, literal, select, sqlTrue } from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { d, o, sqlOf, u, users } from './tables.ts'

const CASES: readonly (readonly [element: Element, sql: string])[] = [
  [func.count(), 'count(*)'],
  [select(func.count()).selectFrom(users), 'SELECT count(*) AS count_1 FROM users'],
  [func.count(distinct(u.id)), 'count(DISTINCT users.id)'],
  [func.count(u.id).distinct(), 'count(DISTINCT users.id)'],
  [func.arrayAgg(u.id), 'array_agg(users.id)'],
  [func('array_agg', u.id), 'array_agg(users.id)'],
  [
    func.stringAgg(u.name, ',').aggregateOrderBy(u.name.desc()).aggregateOrderBy(u.id),
    'string_agg(users.name, :string_agg_1 ORDER BY users.name DESC, users.id)',
  ],
  [
    func.jsonBuildObject('a', u.id, 'b', null),
    'json_build_object(:json_build_object_1, users.id, :json_build_object_2, NULL)',
  ],
  [func.coalesce(u.name, 'x'), 'coalesce(users.name, :coalesce_1)'],
  [func('foo', 1, 'x', sqlTrue()).eq(5), 'foo(:foo_1, :foo_2, true) = :foo_3'],
  [func('MyFunc', 1), 'MyFunc(:MyFunc_1)'],
  [func.pg_catalog?.foo?.(1) as Element, 'pg_catalog.foo(:foo_1)'],
  [func(['a', 'b', 'c'], 1), 'a.b.c(:c_1)'],
  [select(func.now(), func.currentTimestamp()), 'SELECT now() AS now_1, CURRENT_TIMESTAMP AS current_timestamp_1'],
  [func.foo?.(u.id.label('z')) as Element, 'foo(users.id)'],
  [
    select(func.sum(u.age).over({ partitionBy: u.name })),
    'SELECT sum(users.age) OVER (PARTITION BY users.name) AS anon_1 FROM users',
  ],
  [func.rank().over(), 'rank() OVER ()'],
  [
    func.rank().over({ partitionBy: [u.id, u.name], orderBy: u.age.desc(), range: [null, 0] }),
    'rank() OVER (PARTITION BY users.id, users.name ORDER BY users.age DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)',
  ],
  [
    func.count(u.id).filter(u.id.gt(1), u.id.lt(5)),
    'count(users.id) FILTER (WHERE users.id > :id_1 AND users.id < :id_2)',
  ],
  [func.count(u.id).filter(u.id.gt(1)).add(1), '(count(users.id) FILTER (WHERE users.id > :id_1)) + :param_1'],
  [
    func.sum(u.age).filter(u.age.gt(1)).over({ orderBy: u.id }),
    'sum(users.age) FILTER (WHERE users.age > :age_1) OVER (ORDER BY users.id)',
  ],
  [
    select(func.percentileCont(0.5).withinGroup(u.age)),
    'SELECT percentile_cont(:percentile_cont_2) WITHIN GROUP (ORDER BY users.age) AS percentile_cont_1 FROM users',
  ],
  [func.rowNumber().over({ orderBy: u.id }).eq(1), 'row_number() OVER (ORDER BY users.id) = :param_1'],
]

test.each(CASES.map(([element, sql]) => [sql, element] as const))('%s', (sql, element) => {
  expect(sqlOf(element)).toBe(sql)
})

test.each([
  [func.count(), 'integer'],
  [func.sum(o.total), 'numeric'],
  [func.avg(u.id), 'double'],
  [func.max(u.name), 'string'],
  [func.now(), 'dateTime'],
  [func.arrayAgg(u.name), 'array'],
  [func.unnest(d.tags), 'string'],
  [func.jsonAgg(u.id), 'json'],
  [func.jsonbAgg(u.id), 'jsonb'],
  [func.coalesce(literal(null), u.name), 'string'],
  [func.percentileCont(0.5).withinGroup(u.age), 'double'],
  [func.lag(u.name).over(), 'string'],
  [func('nobody_knows'), 'null'],
] as const)('the type of %s', (element, kind) => {
  expect(element.type.kind).toBe(kind)
})

test('func is no promise', async () => {
  expect(await func).toBe(func)
})

describe('refused', () => {
  const unknown = (value: unknown): never => value as never
  test.each([
    [() => func.lower(unknown(undefined)), /^func\.lower\(\) got undefined/],
    [() => func('f', {}), /^func\.f\(\) cannot tell the SQL type of a plain object: write literal\(value, type\)$/],
    [() => func('f', [1]), /an array/],
    [() => func('f', select(u.id)), /call \.scalarSubquery\(\)/],
    [() => func(''), /^func\(\) takes the name/],
    [() => func(unknown([])), /^func\(\) takes the name/],
    [() => func(unknown(5)), /^func\(\) takes the name/],
    [() => (func.currentTimestamp as (value: number) => unknown)(5), /takes no arguments/],
    [() => func.rank().over(unknown({ partitionby: u.id })), /did you mean 'partitionBy'/],
    [() => func.rank().over({ rows: [0, 0], range: [0, 0] }), /one of rows, range and groups/],
    [() => func.rank().over({ rows: unknown(['x', 0]) }), /rows takes \[from, to\]/],
    [() => func.count().filter(), /needs a criterion/],
  ])('%s', (wrong, message) => {
    expect(wrong).toThrow(ArgumentError)
    expect(wrong).toThrow(message)
  })
})
