// Every codec against PostgreSQL itself: what is sent comes back the same, alone and in arrays, as text and as bytes.

import fc from 'fast-check'
import { Range } from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { DriverError, type DriverStatement } from '../../../../src/dialect/contract/driver.ts'
import * as codecs from '../../../../src/dialect/postgresql/codec/index.ts'
import { arrayOf, defineCodec, Interval, type PostgresCodec } from '../../../../src/dialect/postgresql/codec/index.ts'
import { failure, raw, sharedConnection, typed } from '../driver/support.ts'

/** Text that PostgreSQL can hold, with all that an array literal has a meaning for. */
const sendable = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', "'", '\n', '\t', ';', 'N', 'é', '😀') }),
    fc.constantFrom('NULL', 'null', '', ' ', '{}', '"', '\\', '\\N', '[0:1]={1,2}', '__proto__'),
  )
  .filter((text) => !/[\0\uD800-\uDFFF]/u.test(text))

const date = fc.date({
  min: new Date(-210_866_803_200_000 + 86_400_000 * 400),
  max: new Date(8.64e15),
  noInvalidDate: true,
})
const hexDigits = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 30 })
const float = fc.double().filter((value) => Math.abs(value) > 1e-300 || value === 0 || Number.isNaN(value))

const float4 = fc.oneof(
  fc.integer({ min: -500_000, max: 500_000 }).map((value) => value / 8),
  fc.constantFrom(0.1, -0, 1e-37, 3.4e38, Number.NaN, Number.NEGATIVE_INFINITY),
)

/** Without what JSON itself changes: -0 becomes 0, undefined vanishes. */
const jsonValue = fc
  .jsonValue({ stringUnit: 'grapheme' })
  .filter((value) => value !== null && !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)

interface Case {
  readonly type: string
  readonly codec: PostgresCodec
  readonly values: fc.Arbitrary<unknown>
}

const CASES: readonly Case[] = [
  { type: 'int2', codec: codecs.int2, values: fc.integer({ min: -32768, max: 32767 }) },
  { type: 'int4', codec: codecs.int4, values: fc.integer() },
  { type: 'oid', codec: codecs.oid, values: fc.nat(4294967295) },
  { type: 'int8', codec: codecs.int8, values: int64 },
  { type: 'int8', codec: codecs.int8AsNumber, values: fc.maxSafeInteger() },
  {
    type: 'float4',
    codec: codecs.float4,
    values: float4,
  },
  { type: 'float8', codec: codecs.float8, values: float },
  {
    type: 'numeric',
    codec: codecs.numeric,
    values: fc
      .tuple(fc.constantFrom('', '-'), digits, digits)
      .map(([sign, whole, rest]) => `${sign}${BigInt(whole)}.${rest}`)
      .filter((text) => !/^-[0.]*$/.test(text)),
  },
  {
    type: 'numeric',
    codec: codecs.numericAsNumber,
    values: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  },
  { type: 'bool', codec: codecs.bool, values: fc.boolean() },
  { type: 'text', codec: codecs.text, values: sendable },
  { type: 'varchar', codec: codecs.varchar, values: sendable },
  { type: 'bytea', codec: codecs.bytea, values: fc.uint8Array() },
  {
    type: 'uuid',
    codec: codecs.uuid,
    values: hexDigits.map((text) => text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')),
  },
  { type: 'json', codec: codecs.json, values: jsonValue },
  { type: 'jsonb', codec: codecs.jsonb, values: jsonValue },
  { type: 'timestamptz', codec: codecs.timestamptz, values: date },
  {
    type: 'date',
    codec: codecs.date,
    values: date
      .filter((value) => value.getUTCFullYear() > 0 && value.getUTCFullYear() < 10000)
      .map((value) => value.toISOString().slice(0, 10)),
  },
  {
    type: 'timestamp',
    codec: codecs.timestamp,
    values: fc
      .tuple(date, fc.nat(999))
      .filter(([value]) => value.getUTCFullYear() > 0 && value.getUTCFullYear() < 10000)
      .map(([value, micro]) =>
        `${value.toISOString().slice(0, 19).replace('T', ' ')}.${String(1 + micro).padStart(6, '0')}`.replace(
          /\.?0+$/,
          (zeros) => (zeros.startsWith('.') ? '' : ''),
        ),
      ),
  },
  {
    type: 'time',
    codec: codecs.time,
    values: fc
      .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
  },
  {
    type: 'interval',
    codec: codecs.interval,
    values: fc
      .tuple(
        fc.integer({ min: -1e8, max: 1e8 }),
        fc.integer({ min: -1e8, max: 1e8 }),
        fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
      )
      .map(([months, days, microseconds]) => new Interval(months, days, microseconds)),
  },
]

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const connection = sharedConnection(name)

  async function echo(statement: DriverStatement, value: unknown): Promise<unknown> {
    const [result] = await connection().run([{ statement, parameters: [value] }])
    return result?.rows[0]?.[0]
  }

  describe.each(CASES)('$type by $codec.name', ({ type, codec, values }) => {
    test('a value comes back the same, as text and as bytes', async () => {
      const asText = typed(`SELECT $1::${type}`, [codec], [codec], false)
      const asBytes = typed(`SELECT $1::${type} AS prepared`, [codec], [codec], true)
      await echo(asBytes, null)
      await fc.assert(
        fc.asyncProperty(fc.option(values), async (value) => {
          expect(await echo(asText, value)).toEqual(value)
          expect(await echo(asBytes, value)).toEqual(value)
        }),
        { numRuns: 40 },
      )
    })

    test('arrays come back the same, with NULLs, in one and two dimensions, sent as bytes and as text', async () => {
      const array = arrayOf(codec)
      const statement = typed(`SELECT $1::${type}[]`, [array], [array])
      const asText = typed(`SELECT $1::${type}[]`, [defineCodec({ ...array, encode: array.encodeItem })], [array])
      const item = fc.option(values, { freq: 5 })
      const flat = fc.array(item, { maxLength: 8 })
      const square = fc
        .nat(3)
        .chain((width) =>
          fc.array(fc.array(item, { minLength: width + 1, maxLength: width + 1 }), { minLength: 1, maxLength: 4 }),
        )
      await fc.assert(
        fc.asyncProperty(codec.takesArrays ? flat : fc.oneof(flat, square), async (value) => {
          expect(await echo(statement, value)).toEqual(value)
          expect(await echo(asText, value)).toEqual(value)
        }),
        { numRuns: 40 },
      )
    })
  })

  test('items that have no bytes are sent as text with all others, and what the server does not take is its error', async () => {
    const days = arrayOf(codecs.date)
    const statement = typed('SELECT $1::date[]::text[]', [days], [arrayOf(codecs.text)])
    expect(await echo(statement, ['2024-02-29', 'infinity', '0044-03-15 BC', '12024-01-01'])).toEqual([
      '2024-02-29',
      'infinity',
      '0044-03-15 BC',
      '12024-01-01',
    ])
    for (const wrong of ['2023-02-29', '0000-01-01', '2024-13-01', '2024-00-10', '2024-01-32'])
      await expect(echo(statement, ['2024-01-01', wrong]), wrong).rejects.toThrow(DriverError)
    const instants = arrayOf(codecs.timestamptz)
    const mixed = typed('SELECT $1::timestamptz[] = $2::timestamptz[]', [instants, instants], [codecs.bool])
    const [same] = await connection().run([
      {
        statement: mixed,
        parameters: [
          [new Date(0), new Date('2024-02-29T12:34:56.789Z')],
          ['1970-01-01T00:00:00Z', new Date('2024-02-29T12:34:56.789Z')],
        ],
      },
    ])
    expect(same?.rows).toEqual([[true]])
    const long = 2n ** 63n - 1n
    const bigs = arrayOf(codecs.int8)
    expect(await echo(typed('SELECT $1::int8[]', [bigs], [bigs]), [long, -long - 1n, 5n])).toEqual([
      long,
      -long - 1n,
      5n,
    ])
    const ids = arrayOf(codecs.uuid)
    const upper = '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'
    expect(await echo(typed('SELECT $1::uuid[]', [ids], [ids]), [upper])).toEqual([upper.toLowerCase()])
    expect(await echo(typed('SELECT $1::uuid[] AS b', [ids], [ids]), [upper, `{${upper}}`])).toEqual([
      upper.toLowerCase(),
      upper.toLowerCase(),
    ])
  })

  test('values of undeclared type are sent by what they are', async () => {
    const cases: [type: string, value: unknown, text: string][] = [
      ['int4', 5, '5'],
      ['float8', -0, '-0'],
      ['int8', 2n ** 62n, String(2n ** 62n)],
      ['bool', true, 'true'],
      ['text', 'x', 'x'],
      ['timestamptz', new Date('2024-02-29T12:34:56.789Z'), '2024-02-29 12:34:56.789+00'],
      ['bytea', new Uint8Array([1, 255]), '\\x01ff'],
      ['int4[]', [1, null, 3], '{1,NULL,3}'],
      [
        'text[]',
        [
          ['a"b', 'NULL'],
          ['', '\\'],
        ],
        '{{"a\\"b","NULL"},{"","\\\\"}}',
      ],
      ['int4[]', [], '{}'],
      ['text[]', [], '{}'],
      ['int4multirange', [], '{}'],
      ['jsonb', { a: [1, null] }, '{"a": [1, null]}'],
      ['interval', Interval.of({ days: 1, hours: -2 }), '1 day -02:00:00'],
    ]
    await connection().run([{ statement: raw("SET timezone = 'UTC'"), parameters: [] }])
    for (const [type, value, text] of cases) {
      expect(await echo(raw(`SELECT $1::${type}::text`, 1), value)).toBe(text)
    }
  })

  test.each([[[]], [[1]], [['a']], [[{ a: 1 }]]])('an array of undeclared type is no json: %j', async (value) => {
    for (const type of ['json', 'jsonb']) {
      const error = await failure(echo(raw(`SELECT $1::${type}::text`, 1), value))
      expect(error.fields).toMatchObject({ sqlState: '22P02', routine: expect.stringMatching(/^json_/) })
    }
  })

  test('hostile numbers, exactly or not at all', async () => {
    const exact: [PostgresCodec, string, unknown][] = [
      [codecs.int8, 'int8', 9007199254740993n],
      [codecs.float8, 'float8', -0],
      [codecs.float8, 'float8', Number.NaN],
      [codecs.float8, 'float8', Number.POSITIVE_INFINITY],
      [codecs.float8, 'float8', 5e-324],
      [codecs.numeric, 'numeric', `1${'0'.repeat(400)}`],
      [codecs.numeric, 'numeric', 'NaN'],
      [codecs.numeric, 'numeric', '-Infinity'],
      [codecs.float4, 'float4', 0.1],
    ]
    for (const [codec, type, value] of exact) {
      const statement = typed(`SELECT $1::${type}`, [codec], [codec])
      expect(await echo(statement, value)).toBe(value)
      expect(await echo(statement, value)).toBe(value)
    }
    const asNumber = typed('SELECT 12345678901234567.89::numeric', [], [codecs.numericAsNumber])
    await expect(connection().run([{ statement: asNumber, parameters: [] }])).rejects.toThrow(DriverError)
    const unsafe = typed('SELECT 9007199254740993::int8', [], [codecs.int8AsNumber])
    await expect(connection().run([{ statement: unsafe, parameters: [] }])).rejects.toThrow(/beyond the safe integers/)
  })

  test('arrays with lower bounds keep them', async () => {
    const array = arrayOf(codecs.int4)
    const statement = typed("SELECT coalesce($1, '[0:1][5:6]={{1,2},{3,4}}'::int4[])", [array], [array])
    const value = await echo(statement, null)
    expect(value).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(codecs.lowerBounds(value as unknown[])).toEqual([0, 5])
    const again = await echo(typed('SELECT $1::int4[]::text', [array]), value)
    expect(again).toBe('[0:1][5:6]={{1,2},{3,4}}')
    expect(await echo(typed('SELECT $1::int4[]::text', [null]), value)).toBe('[0:1][5:6]={{1,2},{3,4}}')
    expect(await echo(typed('SELECT $1::int4[]::text', [array]), codecs.withLowerBounds([7, 8], [-1]))).toBe(
      '[-1:0]={7,8}',
    )
  })

  test('types of the catalog are found by their number', async () => {
    const sql = `SELECT '(1,2)'::point, '{(1,2),(0,0);(3,4),(2,2)}'::box[], '1 2 3'::int2vector, '10.0.0.1/8'::inet,
      'a'::"char", B'101'::varbit, '[1,5)'::int4range, '{"[1,2)","[3,4)"}'::int4range[], NULL::void, 'pg_class'::regclass,
      '{1,2}'::numeric[], '{2024-02-29,infinity}'::date[], '12345'::xid, '18446744073709551615'::xid8`
    const [result] = await connection().run([{ statement: raw(sql), parameters: [] }])
    expect(result?.rows[0]).toEqual([
      '(1,2)',
      ['(1,2),(0,0)', '(3,4),(2,2)'],
      [1, 2, 3],
      '10.0.0.1/8',
      'a',
      '101',
      new Range(1, 5),
      [new Range(1, 2), new Range(3, 4)],
      null,
      'pg_class',
      ['1', '2'],
      ['2024-02-29', 'infinity'],
      12345,
      18446744073709551615n,
    ])
  })

  test('a value of void is null', async () => {
    const [result] = await connection().run([{ statement: raw('SELECT pg_sleep(0)'), parameters: [] }])
    expect(result?.rows).toEqual([[null]])
  })

  test('enums and their arrays are text, or arrays where the column says so', async () => {
    await connection().run([{ statement: raw("CREATE TYPE pg_temp.mood AS ENUM ('sad', 'so, so')"), parameters: [] }])
    const mood = arrayOf(codecs.text)
    const statement = typed("SELECT 'sad'::pg_temp.mood, $1::pg_temp.mood[]", [mood], [null, mood])
    const [result] = await connection().run([{ statement, parameters: [['so, so', null]] }])
    expect(result?.rows).toEqual([['sad', ['so, so', null]]])
  })

  test('a declared column codec reads what the server sends, whatever its type', async () => {
    // The bytes of an int8 are not those of an int4: the second, prepared run must not mix them up.
    const statement = typed('SELECT count(*), 7::int4 FROM generate_series(1, 300)', [], [codecs.int4, codecs.int8])
    for (let run = 0; run < 3; run++) {
      const [result] = await connection().run([{ statement, parameters: [] }])
      expect(result?.rows).toEqual([[300, 7n]])
    }
    const wrong = typed("SELECT 'x'::text", [], [codecs.int4])
    await expect(connection().run([{ statement: wrong, parameters: [] }])).rejects.toThrow(/cannot read "x" as int4/)
  })

  test('intervals of every sign', async () => {
    for (const text of [
      '1 year -2 mons 3 days -04:05:06.789',
      '-1 days +00:00:00.000001',
      '00:00:00',
      '178000 years',
      '-5 mons',
    ]) {
      const statement = raw('SELECT $1::interval, $1::interval::text', 1)
      // The first run reads text, the second bytes.
      for (let time = 0; time < 2; time++) {
        const [result] = await connection().run([{ statement, parameters: [text] }])
        const [value, shown] = result?.rows[0] ?? []
        expect(value).toBeInstanceOf(Interval)
        expect(await echo(typed('SELECT $1::interval::text', [codecs.interval]), value)).toBe(shown)
      }
    }
    const [version] = await connection().run([{ statement: raw('SHOW server_version_num'), parameters: [] }])
    const knowsInfinity = Number(version?.rows[0]?.[0]) >= 170_000
    await expect(connection().run([{ statement: raw("SELECT 'infinity'::interval"), parameters: [] }])).rejects.toThrow(
      knowsInfinity ? /::text/ : /invalid input syntax/,
    )
  })

  test('JSON null is not NULL', async () => {
    const statement = typed('SELECT $1::jsonb IS NULL, $1::jsonb::text', [codecs.jsonb])
    const show = async (value: unknown) => (await connection().run([{ statement, parameters: [value] }]))[0]?.rows[0]
    expect(await show(null)).toEqual([true, null])
    expect(await show(codecs.jsonNull)).toEqual([false, 'null'])
    expect(await show([])).toEqual([false, '[]'])
    expect(await show('s')).toEqual([false, '"s"'])
    expect(await show([null, 'x'])).toEqual([false, '[null, "x"]'])
  })
})
