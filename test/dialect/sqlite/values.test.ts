// Values on SQLite: exact or refused, alone, in lists, in documents, written into the text; whatever zone the process is in.
import fc from 'fast-check'
import {
  BigInteger,
  Boolean,
  Column,
  cast,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  type Engine,
  Float,
  Integer,
  Interval,
  insert,
  JSON as Json,
  jsonNull,
  LargeBinary,
  literal,
  literalColumn,
  MetaData,
  Numeric,
  SmallInteger,
  type SqlType,
  String,
  select,
  Text,
  Time,
  table,
  Uuid,
} from 'tsalchemy'
import { Interval as IntervalClass, sqliteDialect } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SqliteCodec } from '../../../src/dialect/sqlite/codec/codec.ts'
import { typeCodec } from '../../../src/dialect/sqlite/type-codec.ts'

type Case = readonly [type: SqlType, given: unknown, read?: unknown]

const ACCEPTED: readonly Case[] = [
  [SmallInteger, -32768],
  [Integer, 2147483647],
  [Integer, 5n, 5],
  [BigInteger, 9223372036854775807n],
  [BigInteger, -9223372036854775808n],
  [BigInteger, 7, 7n],
  [Numeric(10, 2), '12.5', '12.50'],
  [Numeric(10, 2), '-0.005', '-0.01'],
  [Numeric(10, 2), '12.344999', '12.34'],
  [Numeric(10, 0), '2.5', '3'],
  [Numeric(15, 15), '0.123456789012345'],
  [Numeric, '123456789012345'],
  [Numeric, '9223372036854775807'],
  [Numeric, '1e3', '1000'],
  [Numeric, '-1.5e-7', '-0.00000015'],
  [Numeric, '0.0', '0'],
  [Numeric, 2.5, '2.5'],
  [Numeric(10, 2, { as: 'number' }), '12.50', 12.5],
  [Float, 0.1],
  [Float, 3, 3],
  [Double, Number.POSITIVE_INFINITY],
  [Boolean, true],
  [Boolean, false],
  [Text, 'o\'neil \\ " % _ \u0001 日本語 👩‍👩‍👧'],
  [String(4), 'long'],
  [String(2), '日本'],
  [String(2), 'so   ', 'so'],
  [LargeBinary, new Uint8Array([0, 255, 39])],
  [LargeBinary, new Uint8Array()],
  // Node.js 22 writes NULL for it.
  [LargeBinary, new Uint8Array(new Uint8Array().buffer)],
  [Uuid, '{A0EEBC999C0B4EF8BB6D6BB9BD380A11}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  [DateSql, '0001-01-01'],
  [DateSql, '2024-02-29 12:00:00', '2024-02-29'],
  [Time, '23:59:59.999999'],
  [Time, '01:02', '01:02:00'],
  [Time({ timezone: true }), '01:02:03.5-03:30'],
  [Time({ timezone: true }), '01:02:03Z', '01:02:03+00'],
  [DateTime, '2024-02-29T12:34:56.120', '2024-02-29 12:34:56.12'],
  [DateTime, '2024-02-29', '2024-02-29 00:00:00'],
  [DateTime, '2024-03-10 02:30:00+05', '2024-03-10 02:30:00'],
  [DateTime({ timezone: true }), new Date('1883-11-18T12:00:00.001Z')],
  [DateTime({ timezone: true }), '2024-01-01 00:30:00+05:30', new Date('2023-12-31T19:00:00Z')],
  [DateTime({ timezone: true, as: 'string' }), '2024-01-01 00:30:00.123456+05:30', '2023-12-31 19:00:00.123456+00'],
  [Interval, { months: 14, days: -3, microseconds: -1n }, new IntervalClass(14, -3, -1n)],
  [Interval, { hours: 1, minutes: 30 }, new IntervalClass(0, 0, 5_400_000_000n)],
  [Interval, '1 year 2 mons -3 days +04:05:06.789', new IntervalClass(14, -3, 14_706_789_000n)],
  [Json(), { a: [1, null, 'x'], '': true }],
  [Json(), [1.5]],
  [Json(), 'a text'],
  [Json(), 5],
  [Json(), jsonNull, null],
]

const REFUSED: readonly (readonly [SqlType, unknown, string])[] = [
  [SmallInteger, 32768, 'SMALLINT does not take this integer; it takes an integer from -32768 to 32767'],
  [Integer, 2147483648, 'INTEGER does not take this integer'],
  [Integer, 1.5, 'INTEGER does not take a number with a fraction'],
  [Integer, '5', 'INTEGER does not take a string'],
  [BigInteger, 2n ** 63n, 'BIGINT does not take this bigint'],
  [BigInteger, 2 ** 53, 'BIGINT does not take this integer'],
  [
    Numeric(38, 10),
    '1234567890.1234567',
    'NUMERIC does not take a decimal of 17 digits on SQLite, whose numbers keep 15',
  ],
  [Numeric, 'NaN', 'SQLite has no NaN'],
  [Numeric, 'many', 'NUMERIC does not take this string'],
  [Float, Number.NaN, 'FLOAT does not take NaN'],
  [Boolean, 1, 'BOOLEAN does not take an integer; it takes true or false'],
  [Text, 5, 'TEXT does not take an integer'],
  [Text, 'a\0b', 'a NUL character'],
  [Text, '\uD800', 'a lone surrogate'],
  [LargeBinary, 'x', 'BLOB does not take a string'],
  [Uuid, 'nope', 'UUID does not take this string'],
  [DateSql, '2023-02-29', 'DATE does not take this string'],
  [DateSql, 'infinity', 'DATE does not take this string'],
  [DateSql, '10000-01-01', 'DATE does not take this string'],
  [Time, '25:00:00', 'TIME does not take this string'],
  [DateTime, '2024-13-01', 'DATETIME does not take this string'],
  [DateTime, new Date(0), 'DATETIME does not take this Date'],
  [DateTime({ timezone: true }), new Date(Number.NaN), 'TIMESTAMP WITH TIME ZONE does not take an invalid Date'],
  [DateTime({ timezone: true }), new Date(8.64e15), 'TIMESTAMP WITH TIME ZONE does not take this Date'],
  [Interval, 'soon', 'INTERVAL does not take this string'],
  [Json(), { at: 5n }, 'JSON does not take a bigint inside a value'],
  [Json(), ['\uD800'], 'a lone surrogate'],
]

const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata'] as const

describe.each(ZONES)('in %s', (zone) => {
  const before = process.env.TZ
  let engine: Engine
  beforeAll(() => {
    process.env.TZ = zone
    engine = createEngine('sqlite+node://')
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
    await engine.dispose()
  })

  test.each(ACCEPTED.map(([type, given, read = given], index) => ({ index, type, given, read })))(
    '$index: $type.kind takes $given',
    async ({ index, type, given, read }) => {
      const metadata = new MetaData()
      const one = table(`kept_${index}`, metadata, { value: Column(type), none: Column(type, { nullable: true }) })
      await metadata.createAll(engine)
      await engine.execute(insert(one).values({ value: given, none: null }))
      const [row] = await engine.execute(select(one.c.value, one.c.none)).tuples().all()
      expect(row).toEqual([read, null])
      // Found again by itself, as a parameter and as a literal; documents are compared as texts, and what was made to fit its column as it was read.
      const kept = type.affinity === 'numeric' || type.affinity === 'string' ? read : given
      const by = [one.c.value.eq(kept as never), one.c.value.in([kept] as never)]
      for (const criterion of type.affinity === 'json' ? [] : by)
        expect(await engine.execute(select(one.c.none).where(criterion)).all()).toHaveLength(1)
      if (kept === given && given !== jsonNull && !(type.affinity === 'binary' && (given as Uint8Array).length === 0)) {
        const text = sqliteDialect().literal(given, type)
        const written = select(literalColumn(text, type)).selectFrom(one)
        expect(await engine.execute(written).scalar()).toEqual(read)
      }
    },
  )

  test.each(REFUSED.map(([type, given, message]) => ({ type, given, message })))(
    '$type.kind refuses $given',
    async ({ type, given, message }) => {
      await expect(engine.execute(select(literal(given as never, type as never)))).rejects.toThrow(message)
    },
  )
})

describe('properties', () => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine('sqlite+node://')
  })
  afterAll(() => engine.dispose())
  const codec = (type: SqlType): SqliteCodec => typeCodec(type) as SqliteCodec

  test('decimals of 15 digits keep them all, through the database', async () => {
    const digits = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 })
    await fc.assert(
      fc.asyncProperty(digits, fc.nat(15), async (number, scale) => {
        const text = `${number < 0 ? '-' : ''}${decimalOf(Math.abs(number), scale)}`
        const type = Numeric(15, scale)
        const read = await engine.execute(select(cast(literal(text, type), type))).scalar()
        expect(read).toBe(/^-[0.]*$/.test(text) ? text.slice(1) : text)
      }),
      { numRuns: 300 },
    )
  })

  test('instants survive, and sort as they are', () => {
    const type = DateTime({ timezone: true })
    const instant = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        const [a, b] = [codec(type).encode(one), codec(type).encode(other)] as [string, string]
        expect(codec(type).decode(a)).toEqual(one)
        expect(a < b).toBe(one.getTime() < other.getTime())
      }),
    )
  })

  test('intervals survive', () => {
    const part = fc.integer({ min: -2147483648, max: 2147483647 })
    const microseconds = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })
    fc.assert(
      fc.property(part, part, microseconds, (months, days, rest) => {
        const interval = new IntervalClass(months, days, rest)
        expect(codec(Interval).decode(codec(Interval).encode(interval))).toEqual(interval)
      }),
    )
  })

  test('any text is text: alone, in a list, in a document and as its key, written into a statement', async () => {
    const any = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\0\uD800-\uDFFF]/u.test(text))
    await fc.assert(
      fc.asyncProperty(any, async (text) => {
        const document = literal({ [text]: text }, Json())
        const found = await engine
          .execute(
            select(
              literal(text),
              literal(text).in(['x', text]),
              document.at(text).asString(),
              literalColumn(sqliteDialect().literal(text, Text), Text),
            ),
          )
          .tuples()
          .one()
        expect(found).toEqual([text, true, text, text])
      }),
      {
        numRuns: 300,
        examples: [["'"], ['"'], ['\\'], ['$.a'], ['[0]'], ['a"b\\c'], ['?1 $1 :x'], ['--'], ['%'], ['']],
      },
    )
  })
})

/** Digits with so many behind the point. */
function decimalOf(number: number, scale: number): string {
  const digits = globalThis.String(number).padStart(scale + 1, '0')
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
