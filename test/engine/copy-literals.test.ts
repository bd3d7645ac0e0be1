// Values that a query gives as columns are read back by COPY as by any other way of reading.
import {
  type ColumnElement,
  createEngine,
  DateTime,
  Date as DateType,
  type Engine,
  Integer,
  Interval,
  literal,
  Range,
  type SqlType,
  String as StringType,
  select,
  Time,
  Uuid,
  union,
} from 'tsalchemy'
import { DOUBLE_PRECISION, INET, INT4RANGE, MONEY, RangeOf } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../support/server.ts'

const VALUES: readonly (readonly [unknown, SqlType])[] = [
  ['0044-03-15 BC', DateType],
  ['0044-03-15 10:00:00.000001 BC', DateTime],
  [new Date('-000043-03-15T10:00:00.001Z'), DateTime({ timezone: true })],
  [new Date('+012026-01-01T00:00:00Z'), DateTime({ timezone: true })],
  ['infinity', DateTime],
  [{ months: -14, days: 3, microseconds: -4_000_001n }, Interval],
  ['10:00:00.5', Time],
  ["it's\\n", StringType],
  [5, Integer],
  [-0, DOUBLE_PRECISION],
  ['10.0.0.1', INET],
  [new Range(1, 5), INT4RANGE],
  ['6f9619ff-8b86-d011-b42d-00c04fc964ff', Uuid],
]

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test.each(VALUES)('%o', async (value, type) => {
    await using connection = await engine.connect()
    const query = select(literal(value, type).label('x'), literal(value, type))
    const [copied] = await connection.copyTo(query).tuples().all()
    expect(copied).toEqual([...((await connection.execute(query).tuples().one()) as unknown[])])
    expect(copied?.[1]).toMatchObject(typeof value === 'object' ? (value as object) : {})
    expect(await connection.copyTo(union(query, query)).tuples().all()).toEqual([copied])
  })

  test('a range of a type of its own, and NULL, are written as values', async () => {
    const Own = RangeOf('copied spans', DOUBLE_PRECISION)
    await engine.execute('CREATE TYPE "copied spans" AS RANGE (SUBTYPE = float8)')
    await using connection = await engine.connect()
    const query = select(literal(new Range(1, 2.5), Own).label('x'), literal(null, Own).label('y'))
    expect(await connection.copyTo(query).all()).toEqual([{ x: new Range(1, 2.5), y: null }])
    await connection.execute('DROP TYPE "copied spans"')
    await connection.commit()
  })

  test('money is multiplied with numbers and divided by them', async () => {
    const price = literal('$5.00', MONEY) as ColumnElement<string>
    const calculated = [price.op('*')(2), price.op('*')(1.5), price.op('/')(4), price.add('$1')]
    const found = await engine
      .execute(select(...calculated))
      .tuples()
      .one()
    expect(found).toEqual(['$10.00', '$7.50', '$1.25', '$6.00'])
  })
})
