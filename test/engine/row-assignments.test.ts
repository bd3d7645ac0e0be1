// UPDATE that sets several columns by one row, on PGlite, on a server and on SQLite.
import {
  Column,
  createEngine,
  type Engine,
  func,
  Integer,
  insert,
  MetaData,
  String,
  select,
  table,
  tuple,
  update,
} from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../support/server.ts'

const metadata = new MetaData()
const totals = table('row_totals', metadata, {
  id: Column(Integer, { primaryKey: true }),
  low: Column(Integer, { nullable: true }),
  high: Column(Integer, { nullable: true }),
  note: Column(String, { nullable: true, onUpdate: 'touched' }),
})
const marks = table('row_marks', metadata, {
  id: Column(Integer, { primaryKey: true }),
  totalId: Column(Integer, { name: 'total_id' }),
  value: Column(Integer),
})
const t = totals.c
const m = marks.c
const ends = select(func.min(m.value), func.max(m.value)).where(m.totalId.eq(t.id))
const sqlOf = (element: Parameters<ReturnType<typeof postgresqlDialect>['compile']>[0]): string =>
  postgresqlDialect().compile(element).sql.replaceAll(/\s+/g, ' ')

test('are spelt as rows', () => {
  const pair = tuple(t.low, t.high)
  expect(
    sqlOf(
      update(totals)
        .values([[pair, ends]])
        .all(),
    ),
  ).toBe(
    'UPDATE row_totals SET (low, high)=(SELECT min(row_marks.value) AS min_1, max(row_marks.value) AS max_1 FROM row_marks WHERE row_marks.total_id = row_totals.id), note=$1::VARCHAR',
  )
  expect(
    sqlOf(
      update(totals)
        .values([
          ['id', 5],
          [pair, [1, t.high.add(1)]],
        ])
        .all(),
    ),
  ).toBe(
    'UPDATE row_totals SET (low, high)=($1::INTEGER, row_totals.high + $2::INTEGER), id=$3::INTEGER, note=$4::VARCHAR',
  )
  // A column that a row gives is not set by onUpdate too.
  expect(
    sqlOf(
      update(totals)
        .values([[tuple(t.low, t.note), tuple(t.high, null)]])
        .all(),
    ),
  ).toBe('UPDATE row_totals SET (low, note)=(row_totals.high, NULL)')
})

test('refuse what does not fit', () => {
  const set = (target: unknown, value: unknown) => () => update(totals).values([[target as never, value]])
  expect(set(tuple(t.low, t.high), [1])).toThrow('a tuple of 2 columns gets as many values, not 1')
  expect(set(tuple(t.low, t.high), select(m.value))).toThrow('a tuple of 2 columns gets as many values, not 1')
  expect(set(tuple(t.low, t.high), 5)).toThrow('columns of a tuple get an array, a tuple() or a SELECT; got a number')
  expect(set(tuple(t.low, t.high.add(1)), [1, 2])).toThrow('a tuple that is set has columns only')
  expect(set(tuple(t.low, m.value), [1, 2])).toThrow("the column 'value' is not of the table 'row_totals'")
  expect(set(tuple(t.low, t.high), [1, undefined])).toThrow("column 'high' got undefined")
})

describe.each(sqlDatabases())('on $name', (target) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(target.url)
    await metadata.dropAll(engine)
    await metadata.createAll(engine)
    await engine.execute(insert(totals), [
      { id: 1, note: 'new' },
      { id: 2, note: 'new' },
    ])
    await engine.execute(
      insert(marks),
      [3, 1, 2].map((value, index) => ({ id: index, totalId: 1, value })),
    )
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('rows of a SELECT and of values arrive', async () => {
    await engine.execute(
      update(totals)
        .values([[tuple(t.low, t.high), ends]])
        .all(),
    )
    await engine.execute(
      update(totals)
        .values([[tuple(t.high, t.note), [9, 'own']]])
        .where(t.id.eq(2)),
    )
    expect(await engine.execute(select(totals).orderBy(t.id)).all()).toEqual([
      { id: 1, low: 1, high: 3, note: 'touched' },
      { id: 2, low: null, high: 9, note: 'own' },
    ])
  })
})
