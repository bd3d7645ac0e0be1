// What codecs refuse: values that would be changed or misread without a word.

import { describe, expect, test } from 'vitest'
import { DriverError } from '../../../../src/dialect/contract/driver.ts'
import * as codecs from '../../../../src/dialect/postgresql/codec/index.ts'
import {
  arrayOf,
  encodeInferred,
  Interval,
  type PostgresCodec,
} from '../../../../src/dialect/postgresql/codec/index.ts'
import { ArgumentError } from '../../../../src/errors.ts'

class Money {
  amount = 1
}

const NEVER = [undefined, Symbol('x'), () => 1, new Map(), new Set([1]), new Money(), /x/]

const CASES: [codec: PostgresCodec, refused: unknown[], taken: [value: unknown, text: string][]][] = [
  [
    codecs.int2,
    [1.5, Number.NaN, 32768, -32769, '1', true, [], {}, Number.POSITIVE_INFINITY],
    [
      [-0, '0'],
      [5n, '5'],
    ],
  ],
  [codecs.int4, [1.5, Number.NaN, 2147483648, 2n ** 40n, '1', false, new Date()], [[-2147483648, '-2147483648']]],
  [
    codecs.int8,
    [1.5, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n, '1'],
    [
      [2 ** 53 - 1, '9007199254740991'],
      [-0, '0'],
      [-(2n ** 63n), '-9223372036854775808'],
    ],
  ],
  [codecs.oid, [-1, 2 ** 32], [[4294967295, '4294967295']]],
  [codecs.xid8, [-1, -1n, 2n ** 64n], [[2n ** 64n - 1n, '18446744073709551615']]],
  [
    codecs.float8,
    ['1', 2n ** 53n + 1n, true],
    [
      [-0, '-0'],
      [Number.NaN, 'NaN'],
      [1e300, '1e+300'],
      [2n ** 60n, '1152921504606846976'],
    ],
  ],
  [
    codecs.numeric,
    ['', '1,5', '1e', 'x', '0x10', true, [], {}, '1\n'],
    [
      ['1.50', '1.50'],
      [1e21, '1e+21'],
      [10n ** 30n, `1${'0'.repeat(30)}`],
      ['-.5e-3', '-.5e-3'],
    ],
  ],
  [
    codecs.bool,
    [0, 1, 'true', 't'],
    [
      [true, 't'],
      [false, 'f'],
    ],
  ],
  [
    codecs.text,
    [1, true, [], {}, new String('x'), 'a\0', '\ud800', 'x\udfff'],
    [
      ['\ud83d\ude00', '😀'],
      ['', ''],
    ],
  ],
  [
    codecs.uuid,
    ['', 'x', 'f47ac10b-58cc-4372-a567-0e02b2c3d47', 1],
    [['F47AC10B58CC4372A5670E02B2C3D479', 'F47AC10B58CC4372A5670E02B2C3D479']],
  ],
  [codecs.date, [new Date(), 1, 'a\0'], [['2024-02-29', '2024-02-29']]],
  [codecs.timestamp, [new Date(), 1], [['2024-02-29 00:00:00', '2024-02-29 00:00:00']]],
  [
    codecs.timestamptz,
    [new Date(Number.NaN), 1, {}],
    [
      [new Date(0), '1970-01-01 00:00:00.000+00'],
      ['infinity', 'infinity'],
    ],
  ],
  [codecs.bytea, ['x', [1], new ArrayBuffer(2), {}], []],
  [
    codecs.interval,
    [1, { fortnights: 1 }, { days: 1.5 }, { days: Number.NaN }, JSON.parse('{"__proto__":1}')],
    [
      [{ weeks: 1, hours: 25, milliseconds: 5 }, 'P7DT25H0.005S'],
      ['1 day', '1 day'],
      [{}, 'PT0S'],
    ],
  ],
  [
    codecs.json,
    [
      1n,
      Number.NaN,
      { a: { b: 1n } },
      [undefined],
      { f: () => 1 },
      { m: new Map() },
      Promise.resolve(1),
      { later: Promise.resolve(1) },
      new Error('x'),
      [/x/],
      new WeakMap(),
      new ArrayBuffer(2),
      new Uint8Array(1),
      { s: 'a\0' },
      ['\ud800'],
    ],
    [
      [{ a: undefined, b: new Date(0) }, '{"b":"1970-01-01T00:00:00.000Z"}'],
      [[], '[]'],
      ['\\u0000', '"\\\\u0000"'],
      ['', '""'],
    ],
  ],
  [
    arrayOf(codecs.int4),
    [1, '{}', {}, [1.5], [[1], [1, 2]], [[]], [[1], 2], [1, [2]], [undefined], ['x']],
    [
      [[], '{}'],
      [[null], '{NULL}'],
      [
        [
          [1, 2],
          [3, null],
        ],
        '{{1,2},{3,NULL}}',
      ],
    ],
  ],
  [arrayOf(codecs.text), [['a\0'], ['\ud800'], [1]], [[['NULL', 'a"b\\', '', '{}'], '{"NULL","a\\"b\\\\","","{}"}']]],
  [arrayOf(codecs.jsonb), [[1n]], [[[[1, 2], { a: 1 }, null, codecs.jsonNull], '{"[1,2]","{\\"a\\":1}",NULL,"null"}']]],
  [arrayOf(codecs.bytea), [['x']], [[[new Uint8Array([1, 2])], '{"\\\\x0102"}']]],
]

describe.each(CASES.map(([codec, refused, taken]) => ({ codec, refused, taken })))(
  '$codec.name',
  ({ codec, refused, taken }) => {
    test('refuses with its name, before anything is sent', () => {
      const never =
        codec.takesArrays || codec.name.startsWith('json')
          ? NEVER.filter((value) => !(value instanceof Money || value instanceof RegExp))
          : NEVER
      for (const value of [...never, ...refused]) {
        let error: unknown
        try {
          codec.encode(value)
        } catch (caught) {
          error = caught
        }
        expect(
          error,
          `${codec.name} of ${String(value === Object(value) ? Object.prototype.toString.call(value) : value?.toString())}`,
        ).toBeInstanceOf(DriverError)
        expect(error).toMatchObject({ sent: false, disconnected: false })
        expect((error as Error).message).toContain(codec.name.replace('[]', ''))
      }
    })

    test('takes', () => {
      const isArray = codec.name.endsWith('[]')
      for (const [value, text] of taken) expect(isArray ? codec.encodeItem(value) : codec.encode(value)).toBe(text)
    })
  },
)

test('values of undeclared type: what has one meaning is taken, the rest refused', () => {
  for (const value of [
    ...NEVER,
    new Date(Number.NaN),
    [undefined],
    [[1], [2, 3]],
    [[]],
    'a\0',
    ['\ud800'],
    { a: 1n },
  ]) {
    expect(() => encodeInferred(value)).toThrow(DriverError)
  }
  expect(encodeInferred([new Date(0), null])).toBe('{"1970-01-01 00:00:00.000+00",NULL}')
  expect(encodeInferred(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}')
})

test('a circle or a bottomless value is an error, not a crash', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  expect(() => codecs.json.encode(circle)).toThrow(DriverError)
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  expect(() => codecs.json.encode(deep)).toThrow(DriverError)
  expect(() => arrayOf(codecs.int4).encode(deep)).toThrow(DriverError)
  expect(() => encodeInferred(deep)).toThrow(DriverError)
})

test('the items of an array are named by their index', () => {
  expect(() => arrayOf(codecs.int4).encode([1, 'x'])).toThrow('item 1 of int4[]: int4 does not take a string')
})

test('intervals print as ISO 8601 and add up their fields', () => {
  const value = Interval.of({
    years: 1,
    months: -14,
    weeks: 1,
    days: -3,
    hours: -1,
    minutes: 30,
    seconds: 1,
    microseconds: -1n,
  })
  expect(value).toMatchObject({ months: -2, days: 4, microseconds: -1_799_000_001n })
  expect(String(value)).toBe('P-2M4DT-29M-59.000001S')
  expect(JSON.stringify({ value })).toBe('{"value":"P-2M4DT-29M-59.000001S"}')
  const wrong: [unknown, string][] = [
    [{ day: 1 }, "An interval has no field 'day'; did you mean 'days'?"],
    [{ days: 1.5 }, 'The field days of an interval is a whole number, not a number with a fraction'],
    [null, 'An interval is made of an object of fields'],
  ]
  for (const [fields, message] of wrong) {
    expect(() => Interval.of(fields as never)).toThrow(ArgumentError)
    expect(() => Interval.of(fields as never)).toThrow(message)
  }
  expect(() => arrayOf(codecs.interval).encodeItem([{ day: 1 }])).toThrow(/^item 0 of interval\[\]: An interval has no/)
})

test('malformed answers are errors, not values', () => {
  const decode = (codec: PostgresCodec, text: string): unknown => {
    const buffer = Buffer.from(text)
    return codec.decodeText(buffer, 0, buffer.length)
  }
  const malformed: [PostgresCodec, string[]][] = [
    [codecs.int4, ['', '-', '1x', '1.5', '99999999999999999999']],
    [codecs.int8, ['', '12345678901234567x', '1e20']],
    [codecs.bool, ['', 'true', 'x']],
    [codecs.float8, ['', 'x', '1,5']],
    [codecs.bytea, ['', 'x', '\\x1', 'abc']],
    [codecs.json, ['', '{', 'undefined']],
    [
      codecs.timestamptz,
      [
        '',
        'infinity',
        '-infinity',
        '2024-01-01',
        '2024-01-01 00:00:00',
        '01.02.2024 00:00:00 CET',
        '2024-01-01 00:00:0x+00',
      ],
    ],
    [codecs.interval, ['', 'infinity', 'P1D', '@ 1 day', '1 fortnight', '1.5 days']],
    [arrayOf(codecs.int4), ['', '{', '{1', '{1,', '{1,2}x', '1,2', '{1;2}', '{"1}', '[0:1]', '{{1},{2}', '[0:1={1}']],
  ]
  for (const [codec, texts] of malformed) {
    for (const text of texts)
      expect(() => decode(codec, text), `${codec.name} of ${JSON.stringify(text)}`).toThrow(DriverError)
  }
})

test('a value of the right kind that cannot be is not told to be of another kind', () => {
  expect(() => codecs.int2.encode(40_000)).toThrow(
    'int2 does not take this integer; it takes an integer from -32768 to 32767',
  )
  expect(() => codecs.numeric.encode('ten')).toThrow('numeric does not take this string; it takes a decimal string')
})
