// What the SQLite part of the library is for: the same program on SQLite and on PostgreSQL gives the same values, types and errors.
import {
  BigInteger,
  Boolean as BooleanSql,
  Column,
  type ColumnElement,
  caseWhen,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  type Engine,
  Enum,
  func,
  Integer,
  Interval,
  insert,
  JSON as Json,
  LargeBinary,
  MetaData,
  Numeric,
  String as StringSql,
  select,
  Text,
  Time,
  table,
  Uuid,
  update,
} from 'tsalchemy'
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
