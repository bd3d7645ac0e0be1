// What the SQLite part of the library is for: the same program on SQLite and on PostgreSQL gives the same values, types and errors.
import {
  BigInteger,
  Boolean as BooleanSql,
  Column,
  type ColumnElement,
  caseWhen,
  cast,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  type Engine,
  Enum,
  extract,
  func,
  Integer,
  Interval,
  insert,
  JSON as Json,
  LargeBinary,
  literal,
  MetaData,
  Numeric,
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresUrl } from '../../support/server.ts'
import { libraries } from './support.ts'

const metadata = new MetaData()
const things = table('things', metadata, {
  id: Column(Integer, { primaryKey: true }),
  whole: Column(Integer, { nullable: true }),
  wide: Column(BigInteger, { nullable: true }),
  price: Column(Numeric(12, 2), { nullable: true }),
  rate: Column(Numeric(12, 4, { as: 'number' }), { nullable: true }),
  exact: Column(Numeric, { nullable: true }),
  weight: Column(Double, { nullable: true }),
  name: Column(StringSql(20), { nullable: true }),
  text: Column(Text, { nullable: true }),
  active: Column(BooleanSql, { nullable: true }),
  day: Column(DateSql, { nullable: true }),
  clock: Column(Time, { nullable: true }),
  local: Column(DateTime, { nullable: true }),
  moment: Column(DateTime({ timezone: true }), { nullable: true }),
  span: Column(Interval, { nullable: true }),
  doc: Column(Json<unknown>(), { nullable: true }),
  key: Column(Uuid, { nullable: true }),
  color: Column(Enum('red', 'green', 'blue', { name: 'color_of_things' }), { nullable: true }),
  bytes: Column(LargeBinary, { nullable: true }),
})
const { c } = things
const other = things.alias('other')

const ROWS = [
  {
    id: 1,
    whole: 7,
    wide: 9007199254740993n,
    price: '12.50',
    rate: 1.125,
    exact: '1.5',
    weight: 2.5,
    name: 'Hello World',
    text: 'abc%_\\',
    active: true,
    day: '2024-02-29',
    clock: '12:34:56.789',
    local: '2024-02-29 23:59:59.123456',
    moment: new Date('2024-02-29T12:00:00.250Z'),
    span: 'P1M2DT3H',
    doc: { a: 1, b: [1, 'x', null, true], c: { d: 'e' }, f: false },
    key: '00000000-0000-4000-8000-000000000001',
    color: 'red' as const,
    bytes: new Uint8Array([1, 2, 255]),
  },
  {
    id: 2,
    whole: -7,
    wide: -5n,
    price: '-0.05',
    rate: -1.5,
    exact: '100',
    weight: -2.5,
    name: 'ÄÖ straße',
    text: '',
    active: false,
    day: '1999-12-31',
    clock: '00:00:00',
    local: '1999-12-31 00:00:00',
    moment: new Date('1999-12-31T23:59:59.999Z'),
    span: 'PT-5M',
    doc: [1, 2, { z: 'q' }],
    key: 'ffffffff-ffff-4fff-bfff-ffffffffffff',
    color: 'blue' as const,
    bytes: new Uint8Array(),
  },
  {
    id: 3,
    whole: 0,
    wide: 0n,
    price: '0',
    rate: 0,
    exact: '0',
    weight: 0,
    name: ' pad ',
    text: 'a\nb',
    active: true,
    day: '2000-01-01',
    clock: '23:59:59',
    local: '2000-01-01 12:00:00.5',
    moment: new Date('2000-01-01T00:00:00Z'),
    span: 'P40D',
    doc: 'str',
    key: null,
    color: 'green' as const,
    bytes: null,
  },
  { id: 4 },
  {
    id: 5,
    whole: 3,
    wide: 12n,
    price: '99.99',
    rate: 2.675,
    exact: '0.001',
    weight: 0.1,
    name: 'hello',
    text: '😀é',
    active: null,
    day: '2024-12-30',
    clock: '01:02:03.000004',
    local: '2024-12-30 00:00:00',
    moment: new Date('2024-12-30T01:02:03Z'),
    span: 'P1Y',
    doc: 42,
    key: '00000000-0000-4000-8000-00000000000a',
    color: 'red' as const,
    bytes: new Uint8Array([104, 105]),
  },
]

/** Decimals that are calculated have zeros at their ends, and more digits than a double, on PostgreSQL alone. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told)
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(13))
  if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) return String(Number(Number(value).toPrecision(13)))
  return value === 0 ? 0 : value
}

const span = (text: string): ColumnElement<never> => literal(text as never, Interval) as never

/** The rows, or the class and state of the error. */
async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return told(await work())
  } catch (error) {
    const { name, sqlState, table: of, column } = error as Record<string, unknown>
    return { name, sqlState, table: of, column }
  }
}

describe.each(libraries)('from SQLite through %s to PostgreSQL', (library) => {
  let sqlite: Engine
  let postgresql: Engine
  beforeAll(async () => {
    sqlite = createEngine(`sqlite+${library}://`)
    postgresql = createEngine(postgresUrl())
    for (const engine of [sqlite, postgresql]) {
      await metadata.dropAll(engine)
      await metadata.createAll(engine)
      for (const row of ROWS) await engine.execute(insert(things).values(row as never))
    }
  })
  afterAll(async () => {
    await sqlite.dispose()
    await postgresql.dispose()
  })

  /** The same on both. */
  async function same(work: (engine: Engine) => Promise<unknown>): Promise<unknown> {
    const there = await outcome(() => work(postgresql))
    expect(await outcome(() => work(sqlite))).toEqual(there)
    return there
  }

  describe('decimals', () => {
    test.each([
      ['a product', () => c.price.multiply(c.price)],
      ['a product with a value', () => c.price.multiply('0.125')],
      ['a product with another', () => c.price.multiply(c.exact as never)],
      ['a sum', () => c.price.add(c.exact)],
      ['a difference', () => c.price.subtract(c.whole as never)],
      ['a quotient', () => c.price.divide(8 as never)],
      ['a quotient of a whole number', () => c.whole.divide(func.nullif(c.price, '0') as never)],
      ['a power', () => c.price.power(2)],
      ['a root', () => func.sqrt(func.abs(c.price))],
      ['in a CASE', () => caseWhen([c.active, c.price.divide(3)], { else: c.price })],
      ['of a subquery', () => select(func.max(other.c.price.multiply('0.001'))).scalarSubquery()],
      ['a mean of a window', () => func.avg(c.price).over({ orderBy: c.id })],
      ['a sum of a window', () => func.sum(c.price).over({ orderBy: c.id })],
    ])('%s', async (_, expression) => {
      const asked = select((expression() as ColumnElement).label('v'))
        .selectFrom(things)
        .orderBy(c.id)
      await same((engine) => engine.execute(asked).scalars().all())
    })

    test('aggregates, and what is selected from a subquery or a CTE', async () => {
      const inner = select(c.id, c.price.multiply('0.001').label('p'))
      for (const from of [inner.subquery('q'), inner.cte('q')])
        await same((engine) => engine.execute(select(from.c.p).orderBy(from.c.id)).scalars().all())
      for (const aggregate of [func.sum(c.price), func.avg(c.price), func.stddev(c.price), func.max(c.price)])
        await same((engine) =>
          engine
            .execute(select(aggregate.label('v')))
            .scalars()
            .all(),
        )
      const product = func.sum(c.price.multiply(c.price))
      expect(await same((engine) => engine.execute(select(product.label('v'))).scalar())).toBe('10154.2526')
    })

    test('are rounded when they are written, and not when they are compared', async () => {
      const made = new MetaData()
      const sums = table('written_decimals', made, {
        id: Column(Integer, { primaryKey: true }),
        n: Column(Numeric(5, 2)),
      })
      for (const engine of [sqlite, postgresql]) await made.createAll(engine)
      for (const n of ['1.239', '1.235', '-1.235', '999.994', '1e2', '0.001', 2.675, 5n])
        await same(async (engine) => {
          const read = await engine
            .execute(
              insert(sums)
                .values({ n: n as string })
                .returning(sums.c.n),
            )
            .scalarOne()
          return [read, await engine.execute(select(func.count()).selectFrom(sums).where(sums.c.n.eq(read))).scalar()]
        })
      await same((engine) => engine.execute(select(func.sum(sums.c.n).label('v')).where(sums.c.n.gt('1.236'))).scalar())
      await same(async (engine) => {
        await engine.execute(insert(sums), [{ n: '0.125' }, { n: '0.135' }])
        await engine.execute(update(sums).values({ n: '7.7777' }).where(sums.c.n.eq('100')))
        return engine.execute(select(sums.c.n).orderBy(sums.c.id)).scalars().all()
      })
      for (const n of ['999.995', '1000'])
        expect(await same((engine) => engine.execute(insert(sums).values({ n })))).toMatchObject({
          name: 'NumericOutOfRange',
          sqlState: '22003',
        })
      for (const engine of [sqlite, postgresql]) await made.dropAll(engine)
    })
  })

  test.each<[string, () => ColumnElement]>([
    // Numbers.
    ['the remainder of decimals', () => func.mod(c.price, func.nullif(c.exact, '0'))],
    ['the remainder of bigints', () => func.mod(c.wide, 10n)],
    ['the remainder of a decimal', () => c.price.modulo('0.07')],
    ['halves of floating point numbers', () => func.round(c.weight)],
    ['halves of decimals', () => func.round(c.rate)],
    ['halves that no double is', () => func.round(literal('1.65', Numeric(8, 2)), 1)],
    ['hundreds', () => func.round(c.price.multiply('1234.5'), -2)],
    ['a cast with digits', () => cast(c.price.multiply('0.55'), Numeric(8, 1))],
    ['a double as a whole number', () => cast(c.weight, Integer)],
    ['trunc() with digits', () => func('trunc', c.price, 1)],
    ['a spread in a window', () => func.stddev(c.weight).over({ orderBy: c.id, rows: [-1, 0] })],
    // Texts and bytes.
    ['ILIKE of any letters', () => c.name.ilike('äö%')],
    ['icontains of any letters', () => c.name.icontains('Ö')],
    ['a truth value as text', () => cast(c.active, Text)],
    ['a text of so many letters', () => cast(c.name, StringSql(4))],
    ['a point of time as text', () => cast(c.local, Text)],
    ['a point of time with a zone as text', () => cast(c.moment, Text)],
    ['a time of day as text', () => cast(c.clock, Text)],
    ['bytes behind bytes', () => c.bytes.concat(new Uint8Array([255, 0, 9]))],
    ['a digest of bytes', () => func.md5(c.bytes as never)],
    ['classes of letters', () => c.name.regexpMatch('^[[:alpha:]]+$')],
    ['bounds of words', () => c.name.regexpMatch('\\mWorld\\M')],
    ['flags twice', () => c.name.regexpMatch('(?i)HELLO', { flags: 'i' })],
    ['translate()', () => func('translate', c.name, 'lo', '1')],
    ['to_hex(), bit_length()', () => func.concat(func('to_hex', c.whole), func('bit_length', c.name))],
    // Days, times, spans.
    ['a day beside a point of time', () => c.day.eq(c.local as never)],
    ['the other way round', () => c.local.gt(c.day as never)],
    ['between days', () => c.local.between(c.day as never, c.moment as never)],
    ['seconds have fractions', () => extract('second', c.local)],
    ['so has the epoch', () => extract('epoch', c.moment)],
    ['microseconds', () => extract('microseconds', c.clock)],
    ['centuries', () => extract('century', c.day)],
    ['decades', () => extract('decade', c.moment)],
    ['a part of a span', () => extract('epoch', c.span)],
    ['date_part()', () => func<number>('date_part', 'doy', c.local as never)],
    ['a moment as a moment', () => cast(c.local, DateTime)],
    ['its time of day', () => cast(c.local, Time)],
    ['its day', () => cast(c.local, DateSql)],
    ['a day as a moment', () => cast(c.day, DateTime)],
    ['a moment without a day', () => c.local.subtract(c.day as never)],
    ['spans that are shorter', () => c.span.lt(span('P1M'))],
    ['spans that are equal', () => c.span.eq(span('P1M10D'))],
    ['spans between others', () => c.span.between(span('P0D'), span('P2M'))],
    // Enumerations, documents.
    ['an enumeration follows its labels', () => c.color.lt('blue')],
    ['in a window', () => func.rank().over({ orderBy: c.color })],
    ['moments in documents', () => func.jsonBuildObject('l', c.local, 'm', c.moment, 'd', c.day)],
  ])('%s', async (_, expression) => {
    const asked = select((expression() as ColumnElement).label('v'))
      .selectFrom(things)
      .orderBy(c.id)
    await same((engine) => engine.execute(asked).scalars().all())
  })

  test('aggregates of nothing are NULL', async () => {
    const nothing = c.id.gt(100)
    for (const aggregate of [
      func.jsonAgg(c.name),
      func.jsonAgg(c.local).filter(c.id.lt(0)),
      func.jsonObjectAgg(c.id, c.name),
      func.sum(c.price),
      func.count(c.id),
    ])
      await same((engine) =>
        engine
          .execute(select((aggregate as ColumnElement).label('v')).where(nothing))
          .scalars()
          .all(),
      )
    const collected = func.jsonAgg(c.whole).aggregateOrderBy(c.whole.desc())
    await same((engine) => engine.execute(select(collected.label('v'))).scalar())
    await same((engine) =>
      engine
        .execute(select(func.jsonAgg(c.whole).filter(c.active).over({ orderBy: c.id }).label('v')))
        .scalars()
        .all(),
    )
  })

  test.each(Object.keys(ROWS[0] as object).filter((key) => key !== 'doc'))('sorted by %s', async (key) => {
    const by = c[key as 'id']
    for (const order of [by, by.asc(), by.desc(), by.desc().nullsLast(), by.asc().nullsFirst()]) {
      const asked = select(c.id).orderBy(order, c.id.desc())
      await same((engine) => engine.execute(asked.limit(2)).scalars().all())
      await same((engine) => engine.execute(asked).scalars().all())
    }
    if (key !== 'color' && key !== 'span') {
      const parts = union(select(by.label('v')), select(by))
      await same((engine) => engine.execute(parts.orderBy('v')).scalars().all())
    }
    const place = func.rowNumber().over({ orderBy: [by, c.id] })
    await same((engine) =>
      engine
        .execute(select(place.label('v')).orderBy(c.id))
        .scalars()
        .all(),
    )
  })

  test('what a side that is missing gives is sorted as NULL', async () => {
    const asked = select(c.id, other.c.id).outerjoin(other, other.c.id.eq(c.whole)).orderBy(other.c.id, c.id)
    await same((engine) => engine.execute(asked).tuples().all())
    const inner = select(c.id, other.c.id.label('o')).outerjoin(other, other.c.id.eq(c.whole)).subquery('q')
    await same((engine) => engine.execute(select(inner.c.o).orderBy(inner.c.o.desc(), inner.c.id)).scalars().all())
  })

  test('a moment that the database made is found by itself', async () => {
    const made = new MetaData()
    const moments = table('made_moments', made, {
      id: Column(Integer, { primaryKey: true }),
      at: Column(DateTime({ timezone: true }), { serverDefault: func.now() }),
      since: Column(DateTime({ timezone: true, as: 'string' }), { default: func.now() as never }),
    })
    await made.createAll(sqlite)
    await sqlite.execute(insert(moments), [{}, {}])
    const { at, since } = await sqlite.execute(select(moments).limit(1)).one()
    const here = select(func.count()).selectFrom(moments).where(moments.c.at.le(at), moments.c.since.ge(since))
    expect(await sqlite.execute(here).scalar()).toBeGreaterThan(0)
    expect(at.getTime()).toBeLessThanOrEqual(Date.now())
    await made.dropAll(sqlite)
  })

  test.each<[string, () => ColumnElement, string]>([
    ['min() of an enumeration', () => func.min(c.color), 'SQLite has no min() of an enumeration by the order'],
    ['a sum of spans', () => func.sum(c.span), 'SQLite cannot compute sum() of intervals'],
    ['a span twice', () => c.span.multiply(2), 'SQLite cannot compute interval *'],
    ['a span the other way', () => c.span.negate(), 'SQLite cannot compute interval -'],
    ['a half of a span', () => c.span.divide(2), 'SQLite cannot compute interval /'],
    ['a percentile', () => func.percentileCont(0.5).withinGroup(c.weight), 'SQLite has no WITHIN GROUP'],
  ])('%s is refused in time', async (_, expression, message) => {
    const asked = select((expression() as ColumnElement).label('v'))
    await expect(sqlite.execute(asked)).rejects.toThrow(message)
    await postgresql.execute(asked).all()
  })

  test('what is calculated is rounded when it is written', async () => {
    const made = new MetaData()
    const sums = table('calculated', made, {
      id: Column(Integer, { primaryKey: true }),
      n: Column(Numeric(8, 2)),
      flag: Column(BooleanSql, { serverDefault: 'true' }),
      since: Column(DateTime, { serverDefault: '2024-02-29' }),
    })
    for (const engine of [sqlite, postgresql]) await made.createAll(engine)
    const exact = select(sums.c.n, sums.c.n.eq('13.76'), sums.c.flag, sums.c.since.eq('2024-02-29 00:00')).orderBy(
      sums.c.id,
    )
    for (const work of [
      insert(sums).values({ id: 1, n: literal('1.11', Numeric).multiply('12.4') }),
      upsert(sums)
        .values({ id: 1, n: '5' })
        .onConflictDoUpdate({ indexElements: ['id'], set: { n: sums.c.n.add('0.0049') } }),
      upsert(sums)
        .values({ id: 1, n: '5' })
        .onConflictDoUpdate({ indexElements: ['id'], set: (excluded) => ({ n: excluded.n }) }),
      update(sums)
        .values({ n: sums.c.n.multiply('1.0333') })
        .where(sums.c.id.eq(1)),
      insert(sums).values({ id: 2, n: null as never }),
      insert(sums).values({ id: 3, n: literal('3.14159', Numeric) }),
    ])
      await same(async (engine) => {
        await engine.execute(work)
        return await engine.execute(exact).tuples().all()
      })
    for (const engine of [sqlite, postgresql]) await made.dropAll(engine)
  })

  test('a value that does not fit fails in its turn: what stands before it has been done', async () => {
    await same(async (engine) => {
      await using conn = await engine.connect()
      await conn.execute(select(c.id).limit(1))
      const savepoint = await conn.beginNested()
      const failed = await conn.execute(insert(things).values({ id: 10, name: 'x'.repeat(21) })).catch((error) => error)
      await savepoint.rollback()
      await conn.execute(insert(things).values({ id: 10, name: 'short' }))
      const read = [(failed as Error).name, await conn.execute(select(c.name).where(c.id.eq(10))).scalar()]
      await conn.rollback()
      return read
    })
  })

  test('texts that are too long for their column are refused, and spoil their transaction', async () => {
    const long = { id: 9, name: 'x'.repeat(21) }
    expect(await same((engine) => engine.execute(insert(things).values(long)))).toMatchObject({ name: 'StringTooLong' })
    await same((engine) =>
      engine.execute(
        update(things)
          .values({ name: '😀'.repeat(21) })
          .where(c.id.eq(1)),
      ),
    )
    await same((engine) =>
      engine
        .execute(
          select(c.id)
            .where(c.name.ne('x'.repeat(30)))
            .orderBy(c.id),
        )
        .scalars()
        .all(),
    )
    expect(
      await same(async (engine) => {
        await using conn = await engine.connect()
        await conn.execute(select(c.id))
        await conn.execute(insert(things).values(long)).then(
          () => null,
          () => null,
        )
        return await conn.execute(select(c.id)).all()
      }),
    ).toMatchObject({ name: 'PendingRollbackError' })
  })
})
