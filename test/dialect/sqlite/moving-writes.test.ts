// What columns make of values of other types, on SQLite as on PostgreSQL: assignments, INSERT ... SELECT, casts, texts of values.
import {
  BigInteger,
  Boolean as BooleanSql,
  Column,
  type ColumnElement,
  CreateTable,
  caseWhen,
  cast,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  DropTable,
  deleteFrom,
  type Engine,
  extract,
  Float,
  func,
  Integer,
  Interval,
  insert,
  JSON as Json,
  literal,
  MetaData,
  Numeric,
  SmallInteger,
  type SqlType,
  String as StringSql,
  select,
  Text,
  Time,
  table,
  Uuid,
  union,
  update,
} from 'tsalchemy'
import { insert as upsert } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresUrl } from '../../support/server.ts'
import { libraries } from './support.ts'

const metadata = new MetaData()
const kept = table('kept_values', metadata, {
  id: Column(Integer, { primaryKey: true }),
  whole: Column(Integer, { nullable: true }),
  small: Column(SmallInteger, { nullable: true }),
  wide: Column(BigInteger, { nullable: true }),
  price: Column(Numeric(8, 2), { nullable: true }),
  tight: Column(Numeric(4, 2), { nullable: true }),
  rate: Column(Double, { nullable: true }),
  word: Column(StringSql(10), { nullable: true }),
  text: Column(Text, { nullable: true }),
  flag: Column(BooleanSql, { nullable: true }),
  day: Column(DateSql, { nullable: true }),
  at: Column(DateTime, { nullable: true }),
  moment: Column(DateTime({ timezone: true }), { nullable: true }),
  clock: Column(Time, { nullable: true }),
  span: Column(Interval, { nullable: true }),
  doc: Column(Json<{ yes: boolean; no: string }>(), { nullable: true }),
  key: Column(Uuid, { nullable: true }),
})
const { c } = kept

const ROW = {
  id: 1,
  whole: 5,
  small: 3,
  wide: 9007199254740993n,
  price: '12.50',
  tight: '1.25',
  rate: 2.5,
  word: 'abc',
  text: 'twelve chars',
  flag: true,
  day: '2024-02-29',
  at: '2024-02-29 13:14:15.5',
  moment: new Date('2024-02-29T12:00:00Z'),
  clock: '01:02:03',
  span: 'P30D',
  doc: { yes: true, no: 'off' },
  key: '00000000-0000-4000-8000-00000000000a',
}

type Expressions = readonly (readonly [what: string, expression: () => ColumnElement])[]

describe.each(libraries)('from SQLite through %s to PostgreSQL', (library) => {
  let sqlite: Engine
  let postgresql: Engine
  beforeAll(async () => {
    sqlite = createEngine(`sqlite+${library}://`)
    postgresql = createEngine(postgresUrl())
    for (const engine of [sqlite, postgresql]) {
      await metadata.dropAll(engine)
      await metadata.createAll(engine)
    }
  })
  beforeEach(async () => {
    for (const engine of [sqlite, postgresql]) {
      await engine.execute(deleteFrom(kept).all())
      await engine.execute(insert(kept).values(ROW as never))
    }
  })
  afterAll(async () => {
    for (const engine of [sqlite, postgresql]) {
      await metadata.dropAll(engine)
      await engine.dispose()
    }
  })

  async function outcome(engine: Engine, work: (engine: Engine) => Promise<unknown>): Promise<unknown> {
    try {
      return await work(engine)
    } catch (error) {
      const { name, sqlState } = error as Record<string, unknown>
      return { name, sqlState }
    }
  }

  async function same(work: (engine: Engine) => Promise<unknown>): Promise<unknown> {
    const there = await outcome(postgresql, work)
    expect(await outcome(sqlite, work)).toEqual(there)
    return there
  }

  const ASSIGNED: Readonly<Record<string, Expressions>> = {
    whole: [
      ['a decimal', () => c.price],
      ['a double, whose halves are even', () => c.rate],
      ['a half of a whole number', () => c.whole.divide(2)],
      ['a half of a mean', () => select(func.avg(kept.alias('k').c.whole).divide(2)).scalarSubquery()],
      ['a CASE', () => caseWhen([c.flag, c.rate], { else: c.whole })],
      ['seconds', () => extract('second', c.at)],
      ['a number that is too wide', () => c.wide],
    ],
    small: [
      ['a decimal', () => c.price.negate()],
      ['a number that is too wide', () => c.whole.multiply(10_000)],
    ],
    wide: [['a decimal', () => c.price.multiply('3')]],
    price: [
      ['a decimal of another scale', () => c.tight.multiply('1.11')],
      ['one that is too large', () => c.price.multiply('100000')],
    ],
    tight: [['a decimal that does not fit', () => c.price.multiply('8')]],
    text: [
      ['a decimal', () => c.price],
      ['a truth value', () => c.flag],
      ['a moment', () => c.at],
      ['a moment with a zone', () => c.moment],
      ['a time of day', () => c.clock],
      ['a double', () => c.rate.multiply(2)],
      ['a UUID', () => c.key],
    ],
    word: [
      ['a text that is too long', () => c.text],
      ['one that becomes too long', () => c.word.concat('0123456789')],
      ['one with blanks behind it', () => c.word.concat('           ')],
      ['a decimal', () => c.price],
    ],
    day: [
      ['a moment', () => c.at],
      ['a moment with a zone', () => c.moment],
    ],
    at: [['a day', () => c.day]],
    moment: [['a day', () => c.day]],
    clock: [['a moment', () => c.at]],
  }

  describe.each(Object.keys(ASSIGNED))('%s takes', (name) => {
    const column = c[name as 'whole']
    test.each(ASSIGNED[name] ?? [])('%s', async (_, expression) => {
      const others = select(c.id.add(20).label('id'), expression().label('v')).selectFrom(kept)
      const values = async (engine: Engine): Promise<unknown> => {
        const read = await engine.execute(select(column).orderBy(c.id)).scalars().all()
        // What was read is what is there.
        return [read, await engine.execute(select(func.count()).where(column.in(read as never))).scalar()]
      }
      await same(async (engine) => {
        await engine.execute(
          update(kept)
            .values({ [name]: expression() } as never)
            .all(),
        )
        return values(engine)
      })
      const inserted = [c.id.add(10).label('id'), expression().label('v')] as const
      for (const rows of [select(...inserted), select(...inserted).distinct(), union(select(...inserted), others)])
        await same(async (engine) => {
          await engine.execute(deleteFrom(kept).where(c.id.gt(1)))
          const source = rows as typeof others
          await engine.execute(insert(kept).fromSelect(['id', name] as never, source as never))
          return values(engine)
        })
      await same(async (engine) => {
        const set = { [name]: expression() } as never
        await engine.execute(
          upsert(kept)
            .values({ id: 1 })
            .onConflictDoUpdate({ indexElements: ['id'], set }),
        )
        return values(engine)
      })
    })
  })

  const zoned = { timezone: true } as const
  test.each<[string, SqlType, readonly unknown[]]>([
    [
      'moments of more digits',
      DateTime,
      ['2024-12-31 23:59:59.9999996', '2024-01-01 00:00:00.1234564', '1969-12-31 23:59:59.9999995'],
    ],
    [
      'whole seconds',
      DateTime({ precision: 0 }),
      ['2024-12-31 23:59:59.5', '2024-01-01 00:00:00.499999', '1969-12-31 23:59:59.9'],
    ],
    [
      'milliseconds',
      DateTime({ ...zoned, precision: 3, as: 'string' }),
      ['2024-01-01 00:00:00.0005+02', '2024-02-29 12:00:00'],
    ],
    ['dates of whole seconds', DateTime({ ...zoned, precision: 0 }), [new Date(1500), new Date(-500), new Date(0)]],
    ['times of day', Time({ precision: 1 }), ['10:00:00.05', '09:59:59.97', '00:00']],
    ['times of day of more digits', Time, ['10:00:00.1234567']],
    ['spans of whole seconds', Interval({ precision: 0 }), ['P1DT1.5S', 'PT-1.5S', 'PT0.4S']],
    ['spans of some fields', Interval({ fields: 'DAY TO SECOND' }), ['P1DT2H3.5S']],
    ['numbers of 32 bits', Float(24), [0.1, 1 / 3, 16777217, 3.4e38, 1e39, -1e-30, Number.POSITIVE_INFINITY]],
    ['numbers of 64 bits', Float(25), [0.1, 1 / 3, 123456789]],
    ['hundreds', Numeric(5, -2), ['12345', '50', '-150', '9999950']],
    ['ten thousandths', Numeric(2, 4), ['0.0012', '0.00125', '0.01']],
  ])('%s', async (_, type, values) => {
    const made = new MetaData()
    const one = table('kept_one_value', made, { id: Column(Integer, { primaryKey: true }), v: Column(type) })
    await made.dropAll(postgresql)
    await Promise.all([sqlite, postgresql].map((engine) => made.createAll(engine)))
    for (const v of values)
      await same(async (engine) => {
        const read = await engine.execute(insert(one).values({ v }).returning(one.c.v)).scalarOne()
        const found = select(func.count())
          .selectFrom(one)
          .where(one.c.v.eq(read as never))
        return [read, await engine.execute(found).scalar()]
      })
    await Promise.all([sqlite, postgresql].map((engine) => made.dropAll(engine)))
  })

  test('calculated moments have the digits of their column', async () => {
    const made = new MetaData()
    const times = table('kept_short_times', made, {
      id: Column(Integer, { primaryKey: true }),
      at: Column(DateTime({ precision: 0 })),
      clock: Column(Time({ precision: 1 })),
    })
    await made.dropAll(postgresql)
    await Promise.all([sqlite, postgresql].map((engine) => made.createAll(engine)))
    await same(async (engine) => {
      const rows = select(c.id, c.at, cast(c.at.add(literal('PT0.07S' as never, Interval) as never), Time))
      await engine.execute(insert(times).fromSelect(['id', 'at', 'clock'], rows as never))
      return engine
        .execute(select(times).where(times.c.at.eq('2024-02-29 13:14:16')))
        .tuples()
        .all()
    })
    await Promise.all([sqlite, postgresql].map((engine) => made.dropAll(engine)))
  })

  test('now() as the default of a day, a time of day and a moment', async () => {
    const made = new MetaData()
    const days = table('kept_default_days', made, {
      id: Column(Integer, { primaryKey: true }),
      day: Column(DateSql, { serverDefault: func.now() }),
      clock: Column(Time, { serverDefault: func.localtimestamp() }),
      at: Column(DateTime, { serverDefault: func.currentDate() }),
    })
    await same(async (engine) => {
      await made.dropAll(engine)
      await made.createAll(engine)
      await engine.execute(insert(days).values({}))
      const { day, clock, at } = await engine.execute(select(days)).one()
      const here = select(func.count()).where(days.c.day.eq(day), days.c.clock.eq(clock), days.c.at.eq(at))
      const found = await engine.execute(here).scalar()
      await made.dropAll(engine)
      return [found, at === `${day} 00:00:00`]
    })
    await sqlite.execute(new CreateTable(days))
    const [sql] = await sqlite.execute("SELECT sql FROM sqlite_schema WHERE name = 'kept_default_days'").scalars().all()
    expect(String(sql).replaceAll(/\s+/g, ' ')).toBe(
      "CREATE TABLE kept_default_days ( id INTEGER NOT NULL, day DATE DEFAULT (date(strftime('%Y-%m-%d %H:%M:%f000', 'now'))) NOT NULL, " +
        "clock TIME DEFAULT (substr(strftime('%Y-%m-%d %H:%M:%f000', 'now'), 12)) NOT NULL, " +
        "at DATETIME DEFAULT (CURRENT_DATE || ' 00:00:00.000000') NOT NULL, PRIMARY KEY (id) )",
    )
    await sqlite.execute(new DropTable(days))
  })

  test.each<[string, () => ColumnElement]>([
    ['a decimal', () => cast(c.price, Text)],
    ['a decimal cut', () => cast(c.price, StringSql(4))],
    ['a sum of decimals', () => cast(c.price.add(c.tight), Text)],
    ['a double without a fraction', () => cast(c.rate.multiply(2), Text)],
    ['a large double', () => cast(c.rate.multiply(1e20), Text)],
    ['a small double', () => cast(c.rate.multiply(1e-7), Text)],
    ['a double of 15 digits', () => cast(c.rate.multiply(1e14), Text)],
    ['concat()', () => func.concat(c.price, '/', c.flag, '/', c.rate, '/', c.at, '/', c.clock, '/', c.day, c.word)],
    ['concat_ws()', () => func.concatWs('-', c.flag, c.tight, c.moment)],
    ['||', () => literal('is ').concat(c.flag as never)],
    ['times in documents', () => func.jsonBuildObject('t', c.clock, 'a', c.at)],
    ['no character', () => func('chr', func.nullif(c.whole, 5))],
    ['a UUID', () => cast(c.key, Uuid)],
    ['a text as a UUID', () => cast(literal('{A0EEBC99-9c0b4ef8-bb6d6bb9bd380a11}'), Uuid)],
    ['no UUID', () => cast(c.text, Uuid)],
    ...['true', ' Yes', 'on', '1', 't', 'FALSE', 'n', 'of', '0', 'o', '', 'maybe'].map(
      (word): [string, () => ColumnElement] => [`'${word}' as a truth value`, () => cast(literal(word), BooleanSql)],
    ),
    ['a truth value of a document', () => c.doc.at('yes').as(BooleanSql)],
    ['a word of a document', () => c.doc.at('no').as(BooleanSql)],
    ['a half of a whole number, rounded', () => func.round(c.whole.divide(2))],
    ['the same as a whole number', () => cast(c.whole.divide(2), Integer)],
    ['a mean, rounded', () => func.round(func.avg(c.whole.add(0)).over().divide(2))],
    ['a double, rounded', () => func.round(c.rate)],
    ['spans in a list', () => c.span.in(['P1M', 'P2D'] as never)],
    ['spans not in a list', () => c.span.notIn(['P1M'] as never)],
    ['a decimal and a double', () => c.price.add(c.rate as never)],
  ])('%s', async (_, expression) => {
    const asked = select(expression().label('v')).selectFrom(kept)
    await same((engine) => engine.execute(asked).scalars().all())
  })
})
