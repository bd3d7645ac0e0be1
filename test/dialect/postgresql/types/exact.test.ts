// Decimals of a library's class, and values of Temporal: exact, in arrays and ranges of batches too.
import {
  ARRAY,
  ArgumentError,
  Column,
  createEngine,
  DateTime,
  Date as DateType,
  func,
  Integer,
  insert,
  literal,
  MetaData,
  Numeric,
  type SqlType,
  select,
  Time,
  table,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

/** What libraries of decimals have in common. */
class Decimal {
  readonly digits: string
  constructor(digits: string) {
    if (typeof digits !== 'string') throw new TypeError('not a text')
    this.digits = digits
  }
  toString(): string {
    return this.digits
  }
}
const Price = Numeric(20, 5, { as: Decimal })

test('a class of decimals makes and gives texts', () => {
  expect(Price.bindProcessor({ name: 'x' })?.(new Decimal('1.50'))).toBe('1.50')
  expect(Price.bindProcessor({ name: 'x' })?.(null)).toBe(null)
  expect(Price.sameValue(new Decimal('1'), new Decimal('1'))).toBe(true)
  expect(Price.sameValue(new Decimal('1'), null)).toBe(false)
  expect(Price.id).toBe(Numeric(20, 5, { as: Decimal }).id)
  expect(Price.id).not.toBe(Numeric(20, 5).id)
  expect(Price.id).not.toBe(Numeric(20, 5, { as: class extends Decimal {} }).id)
  expect(() => Numeric(5, 2, { as: 'decimal' as never })).toThrow(
    new ArgumentError("Numeric(): as is 'string', 'number' or a class of decimals"),
  )
})

test('a runtime without Temporal says so where the type is made', () => {
  if ('Temporal' in globalThis) return expect(DateTime({ timezone: true, as: 'instant' }).temporal).toBe('Instant')
  expect(() => DateTime({ timezone: true, as: 'instant' })).toThrow(
    new ArgumentError(
      "DateTime({ timezone: true, as: 'instant' }) needs Temporal.Instant, which this runtime does not have: use one that has it, load a polyfill before the type is made, or leave `as` out",
    ),
  )
  expect(() => DateTime({ as: 'plainDateTime' })).toThrow(/Temporal\.PlainDateTime/)
  expect(() => DateType({ as: 'plainDate' })).toThrow(/Temporal\.PlainDate/)
  expect(() => Time({ as: 'plainTime' })).toThrow(/Temporal\.PlainTime/)
})

test('what `as` does not know is refused', () => {
  expect(() => DateTime({ as: 'date' as never })).toThrow(
    new ArgumentError("DateTime(): as is 'string' or 'plainDateTime'"),
  )
  expect(() => DateTime({ timezone: true, as: 'plainDateTime' as never })).toThrow(
    new ArgumentError("DateTime({ timezone: true }): as is 'date' or 'string' or 'instant'"),
  )
  expect(() => DateType({ sa: 'x' } as never)).toThrow(/'sa'/)
})

/** Stands where the runtime's own would: it keeps the ISO text, as only the way there and back is looked at. */
function standIn(pattern: RegExp): { from(text: string): object } {
  return class Value {
    readonly text: string
    constructor(text: string) {
      this.text = text
    }
    static from(text: string): Value {
      if (!pattern.test(text)) throw new RangeError(`not ISO 8601: ${text}`)
      return new Value(text)
    }
    toString(): string {
      return this.text
    }
  }
}
const YEAR = '(?:\\d{4}|[+-]\\d{6})'
const DAY = `${YEAR}-\\d\\d-\\d\\d`
const CLOCK = '\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?'
const TEMPORAL = {
  Instant: standIn(new RegExp(`^${DAY}T${CLOCK}[+-]\\d\\d(?::\\d\\d)*$`)),
  PlainDateTime: standIn(new RegExp(`^${DAY}T${CLOCK}$`)),
  PlainDate: standIn(new RegExp(`^${DAY}$`)),
  PlainTime: standIn(new RegExp(`^${CLOCK}$`)),
}

describe.each(databases())('decimals and Temporal on $name', ({ url }) => {
  const engine = createEngine(url)
  const metadata = new MetaData()
  const t = table('prices', metadata, {
    id: Column(Integer, { primaryKey: true }),
    price: Column(Price, { nullable: true }),
    prices: Column(ARRAY(Price)),
  })
  const back = async (value: unknown, type: SqlType): Promise<unknown> =>
    (
      await engine
        .execute(select(literal(value, type).label('v')))
        .tuples()
        .one()
    )[0]

  beforeAll(() => metadata.createAll(engine))
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('decimals keep every digit', async () => {
    const digits = ['12345678901.23450', '-0.00001', '0.00000']
    const prices = digits.map((each) => new Decimal(each))
    await engine.execute(
      insert(t).values([
        { id: 1, price: prices[0] as Decimal, prices },
        { id: 2, price: null, prices: [] },
      ]),
    )
    const rows = await engine.execute(select(t.c.price, t.c.prices).orderBy(t.c.id)).tuples().all()
    expect(rows).toEqual([
      [prices[0], prices],
      [null, []],
    ])
    const found = select(t.c.id).where(
      t.c.price.in([prices[0] as Decimal]),
      t.c.prices.contains([prices[1] as Decimal]),
    )
    expect(await engine.execute(found).scalars().all()).toEqual([1])
    const mean = await engine.execute(select(func.avg(t.c.price))).scalar()
    expect(mean).toBeInstanceOf(Decimal)
    expect(Number(String(mean))).toBe(12345678901.2345)
  })

  test('values of Temporal keep microseconds, far years and years before Christ', async () => {
    const had = Object.getOwnPropertyDescriptor(globalThis, 'Temporal')
    Object.defineProperty(globalThis, 'Temporal', { value: TEMPORAL, configurable: true })
    try {
      const types: readonly (readonly [SqlType, { from(text: string): object }, readonly string[]])[] = [
        [
          DateTime({ as: 'plainDateTime' }),
          TEMPORAL.PlainDateTime,
          ['2024-02-29T12:34:56.123456', '+012345-01-01T00:00:00', '-000043-03-15T12:00:00', '0000-12-31T00:00:00'],
        ],
        [DateType({ as: 'plainDate' }), TEMPORAL.PlainDate, ['2024-02-29', '+012345-01-01', '-000043-03-15']],
        [Time({ as: 'plainTime' }), TEMPORAL.PlainTime, ['12:34:56.123456', '00:00:00']],
      ]
      for (const [type, { from }, texts] of types) {
        const values = texts.map((text) => from(text))
        for (const value of values) expect(await back(value, type)).toEqual(value)
        expect(await back(values, ARRAY(type))).toEqual(values)
        await expect(back('2024-01-01', type)).rejects.toThrow(/takes a Temporal\./)
      }
      const instant = DateTime({ timezone: true, as: 'instant' })
      const given = TEMPORAL.Instant.from('2024-02-29T12:34:56.123456+00')
      const read = String(await back(given, instant))
      expect(new Date(read.replace(/([+-]\d\d)$/, '$1:00')).getTime()).toBe(Date.UTC(2024, 1, 29, 12, 34, 56, 123))
      expect(read).toMatch(/56\.123456/)
      await expect(
        engine.execute(select(func<string>('now').cast(instant).label('x')).where(literal(1).eq(2))).all(),
      ).resolves.toEqual([])
      await expect(
        engine.execute(select(literal('infinity', DateType).cast(DateType({ as: 'plainDate' })))).all(),
      ).rejects.toThrow(/No Temporal\.PlainDate is 'infinity'/)
    } finally {
      if (had === undefined) Reflect.deleteProperty(globalThis, 'Temporal')
      else Object.defineProperty(globalThis, 'Temporal', had)
    }
  })
})
