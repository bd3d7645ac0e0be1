// Statements with their values written out, on SQLite: they find the rows that the same statements find with parameters.
import {
  Column,
  cast,
  column,
  createEngine,
  Date as DateSql,
  DateTime,
  type Engine,
  func,
  Integer,
  Interval,
  insert,
  JSON as Json,
  literal,
  MetaData,
  Numeric,
  type SqlType,
  String,
  select,
  Time,
  table,
  text,
  typeCoerce,
  Uuid,
  union,
} from 'tsalchemy'
import { Interval as IntervalClass, sqliteDialect } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqliteUrl } from '../../support/server.ts'

const dialect = sqliteDialect({ inLists: 'expand' })
const written = (element: Parameters<typeof dialect.compile>[0]): string =>
  dialect.compile(element, { literalBinds: true }).sql.replace(/\s+/g, ' ')

let engine: Engine
beforeAll(() => {
  engine = createEngine(sqliteUrl())
})
afterAll(() => engine.dispose())

describe('a value that is kept in another spelling than it is given in', () => {
  test.each<readonly [what: string, type: SqlType, value: unknown, text: string]>([
    ['a point of time', DateTime, '2012-05-10 15:27:18', "'2012-05-10 15:27:18.000000'"],
    ['one with a fraction', DateTime, '2012-05-10 15:27:18.5', "'2012-05-10 15:27:18.500000'"],
    ['a day as a point of time', DateTime, '2012-05-10', "'2012-05-10 00:00:00.000000'"],
    ['one in a zone', DateTime({ timezone: true }), new Date(0), "'1970-01-01 00:00:00.000000'"],
    ['a time', Time, '15:27', "'15:27:00.000000'"],
    ['a day', DateSql, '2012-05-10', "'2012-05-10'"],
    ['a span', Interval, IntervalClass.of({ days: 1 }), "'P1D'"],
    ['a UUID', Uuid, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
    ['a decimal', Numeric(10, 2), '1.50', '1.5'],
  ])('%s', async (what, type, value, spelt) => {
    const metadata = new MetaData()
    const kept = table(what, metadata, { id: Column(Integer, { primaryKey: true }), value: Column(type) })
    await metadata.createAll(engine)
    await engine.execute(insert(kept).values({ id: 1, value: value as never }))
    const found = select(kept.c.id).where(kept.c.value.in([value as never]))
    const sql = written(found)
    expect(sql).toBe(`SELECT "${what}".id FROM "${what}" WHERE "${what}".value IN (${spelt})`)
    expect(await engine.execute(found).scalars().all()).toEqual([1])
    expect(await engine.execute(text(sql)).scalars().all()).toEqual([1])
  })

  test('a key of a document that SQLite would read as a path', async () => {
    const document = literal({ $: 7, a: 1 }, Json())
    const found = select(document.at('$').as(Integer))
    expect(written(found)).toBe(`SELECT CAST(('{"$":7,"a":1}' ->> '$."$"') AS INTEGER) AS anon_1`)
    expect(await engine.execute(found).scalar()).toBe(7)
    expect(await engine.execute(text(written(found))).scalar()).toBe(7)
  })
})

describe('spelled as SQLAlchemy spells it', () => {
  test.each([
    [
      'a whole quotient of what may be no whole number',
      select(func.sum(column('a')).floorDivide(10)),
      'SELECT FLOOR(sum(a) / 10) AS anon_1',
    ],
    ['with one side that is whole', column('a').floorDivide(typeCoerce(column('x'), Integer) as never), 'FLOOR(a / x)'],
    ['of whole numbers', column('a', Integer).floorDivide(column('x', Integer)), 'a / x'],
    [
      'a part of a UNION with a lock, which SQLite has none of',
      union(select(column('a')).withForUpdate(), select(column('b'))),
      'SELECT a UNION SELECT b',
    ],
    [
      'a collation stands behind CAST',
      cast(column('a'), String(10, { collation: 'NOCASE' })),
      'substr(CAST(a AS VARCHAR(10)), 1, 10) COLLATE "NOCASE"',
    ],
  ])('%s', (_what, element, sql) => {
    expect(written(element)).toBe(sql)
  })

  test('and SQLite takes it', async () => {
    const same = cast(literal('A'), String(10, { collation: 'NOCASE' })).eq('a')
    expect(await engine.execute(select(same)).scalar()).toBe(true)
    expect(
      await engine.execute(select(column('a').floorDivide(2)).selectFrom(text('(SELECT 7.0 AS a)'))).scalar(),
    ).toBe(3)
  })
})
