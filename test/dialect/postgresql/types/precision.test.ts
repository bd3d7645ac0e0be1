// Digits of seconds and parts of intervals that a column keeps.
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { defaultDialect } from '../../../../src/dialect/default.ts'
import { postgresqlDialect } from '../../../../src/dialect/postgresql/dialect.ts'
import { createEngine, type Engine } from '../../../../src/engine/index.ts'
import { ArgumentError } from '../../../../src/errors.ts'
import {
  Column,
  DateTime,
  Integer,
  Interval,
  insert,
  literal,
  MetaData,
  Date as SqlDate,
  type SqlType,
  select,
  Time,
  table,
} from '../../../../src/index.ts'
import { databases } from '../../../support/server.ts'

test.each<[SqlType, string, string]>([
  [Time({ precision: 3 }), 'TIME(3)', 'TIME(3) WITHOUT TIME ZONE'],
  [Time({ timezone: true, precision: 0 }), 'TIME(0) WITH TIME ZONE', 'TIME(0) WITH TIME ZONE'],
  [DateTime({ precision: 6 }), 'TIMESTAMP(6)', 'TIMESTAMP(6) WITHOUT TIME ZONE'],
  [DateTime({ timezone: true, precision: 3 }) as SqlType, 'TIMESTAMP(3) WITH TIME ZONE', 'TIMESTAMP(3) WITH TIME ZONE'],
  [DateTime({ timezone: true }) as SqlType, 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP WITH TIME ZONE'],
  [Interval, 'INTERVAL', 'INTERVAL'],
  [Interval({ precision: 2 }), 'INTERVAL (2)', 'INTERVAL (2)'],
  [Interval({ fields: 'YEAR TO MONTH' }), 'INTERVAL YEAR TO MONTH', 'INTERVAL YEAR TO MONTH'],
  [Interval({ fields: 'DAY TO SECOND', precision: 3 }), 'INTERVAL DAY TO SECOND (3)', 'INTERVAL DAY TO SECOND (3)'],
])('%# %s', (type, standard, postgresql) => {
  expect(defaultDialect.typeName(type)).toBe(standard)
  expect(postgresqlDialect().typeName(type)).toBe(postgresql)
})

test('types that differ in it are different, and equal ones are one', () => {
  expect(DateTime({ precision: 3 }).id).not.toBe(DateTime.id)
  expect(DateTime({ precision: 3 }).id).toBe(DateTime({ precision: 3 }).id)
  expect(Interval({ fields: 'DAY' }).id).not.toBe(Interval.id)
  expectTypeOf(DateTime({ timezone: true, precision: 3 })).toEqualTypeOf(DateTime({ timezone: true }))
})

test.each<[() => unknown, string]>([
  [() => DateTime({ precision: -1 }), 'DateTime() is a SQL type and takes a whole number from 0 on'],
  [() => Time({ precision: 1.5 }), 'Time() is a SQL type and takes a whole number from 0 on'],
  [() => SqlDate({ precision: 3 } as never), "Date() has no option 'precision'"],
  [() => Interval({ fields: 'WEEK' as never }), 'Interval(): fields is one of YEAR, MONTH, DAY'],
  [() => Interval({ fields: 'DAY', precision: 3 }), 'Interval(): a precision is that of seconds, which DAY has not'],
  [() => Interval({ precison: 3 } as never), "did you mean 'precision'?"],
])('refused: %s', (make, message) => {
  expect(make).toThrow(ArgumentError)
  expect(make).toThrow(message)
})

describe.each(databases())('$name', ({ url }) => {
  const metadata = new MetaData()
  const times = table('precise_times', metadata, {
    id: Column(Integer, { primaryKey: true, autoincrement: false }),
    at: Column(DateTime({ timezone: true, precision: 0 })),
    time: Column(Time({ precision: 2 })),
    span: Column(Interval({ fields: 'DAY TO SECOND', precision: 1 })),
  })
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('the database rounds, parameters do not', async () => {
    const row = {
      id: 1,
      at: new Date('2026-01-02T03:04:05.678Z'),
      time: '01:02:03.456',
      span: { months: 0, days: 1, microseconds: 1_260_000n },
    }
    await engine.execute(insert(times).values(row))
    const [read] = await engine.execute(select(times)).all()
    expect({ ...read }).toEqual({
      id: 1,
      at: new Date('2026-01-02T03:04:06Z'),
      time: '01:02:03.46',
      span: { months: 0, days: 1, microseconds: 1_300_000n },
    })
    // A cast with the precision would find the row.
    expect(await engine.execute(select(times.c.id).where(times.c.time.eq('01:02:03.456'))).all()).toEqual([])
    expect(engine.compile(select(literal('01:02:03.456', Time({ precision: 2 })).label('v'))).sql).toBe(
      'SELECT $1::TIME WITHOUT TIME ZONE AS v',
    )
  })
})
