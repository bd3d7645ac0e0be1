// The type that an expression says is one that its value can be read by: fractions where whole numbers went in, arrays of arrays.
import {
  ARRAY,
  BigInteger,
  Column,
  type ColumnElement,
  type CompoundSelect,
  caseWhen,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  type Engine,
  extract,
  func,
  Integer,
  Interval,
  insert,
  literal,
  MetaData,
  Numeric,
  SmallInteger,
  select,
  sqlNull,
  Time,
  table,
  union,
  unionAll,
} from 'tsalchemy'
import { BIT, Interval as IntervalValue } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../support/server.ts'

const metadata = new MetaData()
const samples = table('result_types', metadata, {
  id: Column(Integer, { primaryKey: true }),
  small: Column(SmallInteger),
  big: Column(BigInteger),
  exact: Column(Numeric(10, 2)),
  rough: Column(Numeric(10, 2, { as: 'number' })),
  at: Column(DateTime),
  zoned: Column(DateTime({ timezone: true })),
  day: Column(DateSql),
  clock: Column(Time),
  span: Column(Interval),
  list: Column(ARRAY(Integer)),
})
const c = samples.c

const SPAN = IntervalValue.of({ days: 2 })

const CASES: readonly (readonly [expression: ColumnElement, value: unknown])[] = [
  [extract('epoch', c.at), 1706695200.123456],
  [extract('second', c.at), 0.123456],
  [extract('milliseconds', c.at), 123.456],
  [extract('MILLISECONDS', c.at), 123.456],
  [extract('microseconds', c.at), 123456],
  [extract('julian', c.at), 2460341.4166680956],
  [extract('year', c.at), 2024],
  [extract('epoch', c.day), 1706659200],
  [extract('second', c.clock), 12.5],
  [extract('epoch', c.span), 2764800.000003],
  [extract('epoch', c.day).divide(3600).add(0.5), 474072.5],
  [func.least(c.small, 1.5), 1.5],
  [func.greatest(c.id, 1.5), 3],
  [func.coalesce(c.id, literal(1.5)), 3],
  [func.coalesce(sqlNull(), c.small, c.big as never), 2n],
  [func.greatest(c.id, c.exact as never), '12.50'],
  [caseWhen([c.id.eq(0), c.id], { else: c.exact }), '12.50'],
  [caseWhen([c.id.eq(0), 5], { else: 1.5 }), 1.5],
  [c.id.power(-1), 0.3333333333333333],
  [c.small.power(0.5), Math.SQRT2],
  [func.round(c.exact.power(2), 2), '156.25'],
  // More digits than the operands have: numbers, as the static type says, the nearest ones.
  [c.rough.divide(3), 4.166666666666667],
  [c.id.divide(c.rough), 0.24],
  [func('exp', c.rough), 268337.28652087448],
  [c.rough.power(0.5), 3.5355339059327378],
  [func.round(c.rough), 13],
  // Places are counted by an integer: PostgreSQL shifts no 64 bits by 64.
  [c.big.bitwiseLshift(61), 2n ** 62n],
  [c.big.bitwiseRshift(1), 1n],
  [literal('001010', BIT(6)).bitwiseLshift(1), '010100'],
  [literal('001010', BIT(6)).bitwiseRshift(literal(1)), '000101'],
  [func.mod(c.id, c.exact as never), '3.00'],
  [func.coalesce(c.day, c.at), '2024-01-31 00:00:00'],
  // PostgreSQL makes points of time with a time zone of days; the text is in the session's.
  [func.dateTrunc('month', c.day).subtract(c.day as never), { months: 0, days: -30, microseconds: 0n }],
  [func.dateTrunc('month', c.day).cast(DateSql), '2024-01-01'],
  [func.dateTrunc('month', c.at), '2024-01-01 00:00:00'],
  [func.generateSeries(c.day, c.day, { months: 0, days: 1, microseconds: 0n } as never).cast(DateSql), '2024-01-31'],
  [func.coalesce(c.day, c.at).subtract(c.day as never), { months: 0, days: 0, microseconds: 0n }],
  // An Interval is one of its class, as a column gives it.
  [c.at.add(SPAN), '2024-02-02 10:00:00.123456'],
  [c.at.subtract(SPAN), '2024-01-29 10:00:00.123456'],
  [c.zoned.add(SPAN), new Date(172_800_000)],
  [c.day.subtract(SPAN), '2024-01-29 00:00:00'],
  [c.clock.add(IntervalValue.of({ minutes: 50 })), '11:01:12.5'],
  [c.span.add(SPAN), { months: 1, days: 4, microseconds: 3n }],
  [literal(SPAN).add(c.day as never), '2024-02-02 00:00:00'],
  [caseWhen([c.id.eq(0), c.at], { else: c.zoned as never }), new Date(0)],
  [func.greatest(c.zoned, c.at as never, c.day as never), new Date('2024-01-31T10:00:00.123Z')],
]

const AGGREGATES: readonly (readonly [expression: ColumnElement, value: unknown])[] = [
  [func.percentileCont(0.5).withinGroup(c.id), 3.5],
  [func.percentileCont(0.5).withinGroup(c.big), 2.5],
  [func.percentileDisc(0.5).withinGroup(c.big), 2n],
  [func.avg(c.rough), 12.5],
  [func.stddev(c.rough), 0],
  [func.percentileCont(literal([0, 0.5], ARRAY(Double)) as never).withinGroup(c.id), [3, 3.5]],
  [
    func.arrayAgg(c.list),
    [
      [1, 2],
      [1, 2],
    ],
  ],
]

const COMPOUNDS: readonly (readonly [statement: CompoundSelect, values: readonly unknown[]])[] = [
  [unionAll(select(c.id), select(c.exact as never)), ['3', '4', '12.50', '12.50']],
  [unionAll(select(c.id), select(c.big as never)), [3n, 4n, 2n, 3n]],
  [unionAll(select(c.id), select(literal(1.5, Double))), [3, 4, 1.5]],
  [unionAll(select(literal(null)), select(c.big) as never), [null, 2n, 3n]],
  [
    unionAll(select(c.at).limit(1), select(c.zoned as never).limit(1)),
    [new Date('2024-01-31T10:00:00.123Z'), new Date(0)],
  ],
  [unionAll(union(select(c.small), select(c.id)), select(c.big) as never), [2n, 3n, 4n, 2n, 3n]],
]

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    const shared = {
      exact: '12.50',
      rough: 12.5,
      zoned: new Date(0),
      at: '2024-01-31 10:00:00.123456',
      day: '2024-01-31',
      clock: '10:11:12.5',
      span: { months: 1, days: 2, microseconds: 3n },
      list: [1, 2],
    }
    const rows = [
      { id: 3, small: 2, big: 2n, ...shared },
      { id: 4, small: 3, big: 3n, ...shared },
    ]
    await engine.execute(insert(samples), rows)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test.each(CASES)('%s', async (expression, value) => {
    expect(await engine.execute(select(expression).where(c.id.eq(3))).scalarOne()).toEqual(value)
  })
  test.each(AGGREGATES)('%s', async (expression, value) => {
    expect(await engine.execute(select(expression)).scalarOne()).toEqual(value)
  })

  test.each(COMPOUNDS)('%s', async (statement, expected) => {
    const sorted = (values: readonly unknown[]): unknown[] =>
      values.toSorted((one, other) => (String(one) < String(other) ? -1 : 1))
    const rows = select(statement.subquery('q'))
    const ways = [statement, rows, select(statement.cte('q')), select(rows.subquery('r'))]
    for (const way of ways) expect(sorted(await engine.execute(way).scalars().all())).toEqual(sorted(expected))
  })

  test('the offset of lag() and lead() is a number whatever they look at', async () => {
    const window = { orderBy: c.id }
    const statement = select(func.lag(c.big, 1).over(window), func.lead(c.clock, 1).over(window))
    expect(await engine.execute(statement).tuples().all()).toEqual([
      [null, '10:11:12.5'],
      [2n, null],
    ])
    const otherwise = select(func.lag(c.big, 1, 7n).over(window), func.lead(c.exact, 2, '0.10').over(window))
    expect(await engine.execute(otherwise).tuples().first()).toEqual([7n, '0.10'])
    expect(`${engine.dialect.compile(otherwise).sql}`).toContain('lag(result_types.big, $1::INTEGER, $2::BIGINT)')
  })
})
