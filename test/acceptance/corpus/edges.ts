// The edges of every type: the least and the greatest, the special, what other libraries read wrongly; and what is refused.
import {
  ARRAY,
  BigInteger,
  Boolean,
  DateTime,
  Double,
  Enum,
  Integer,
  Interval,
  JSON as Json,
  LargeBinary,
  Numeric,
  Range,
  SmallInteger,
  Date as SqlDate,
  String as SqlString,
  type SqlType,
  Text,
  Time,
  Uuid,
} from 'tsalchemy'
import {
  BIT,
  CIDR,
  Composite,
  DATEMULTIRANGE,
  DATERANGE,
  Domain,
  INET,
  INT4MULTIRANGE,
  INT4RANGE,
  INT8RANGE,
  JSONB,
  JSONPATH,
  MACADDR,
  MACADDR8,
  NUMRANGE,
  OID,
  REAL,
  TSRANGE,
  TSTZRANGE,
  TSVECTOR,
  VARBIT,
  XML,
} from 'tsalchemy/postgresql'
import { STRINGS } from './strings.ts'

/** A type with its edges. */
export interface Edges {
  readonly name: string
  readonly type: SqlType
  readonly values: readonly unknown[]
  /** Values that are refused before anything is sent, or by the database. */
  readonly refused?: readonly unknown[]
  /** Whether a JavaScript array is one value of the type, so that arrays of it need their depth said. */
  readonly isArray?: boolean
}

const LABELS = ["it's", '"quoted"', '{a,b}', '(a)', 'NULL', ' ', '\\', 'ünï', '__proto__', 'a\nb', ''] as const
const HOSTILE = Enum(...LABELS, { name: 'Hostile "enum"' })
const POSITIVE = Domain('positive', Integer, { check: 'VALUE > 0' })
const ITEM = Composite('Odd, "item"', { 'a "b"': Text, n: Numeric, at: DateTime({ timezone: true }), felt: HOSTILE })

/** Instants around changes of clocks in the zones under test, at the ends of what each side can hold, and between milliseconds. */
const INSTANTS = [
  '1970-01-01T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '2024-03-10T06:59:59.999Z',
  '2024-03-10T07:00:00Z',
  '2024-03-10T02:30:00Z',
  '2024-11-03T05:30:00Z',
  '2024-11-03T06:30:00Z',
  '2024-02-29T12:00:00Z',
  '1883-11-18T17:00:00Z',
  '1883-11-18T16:59:59Z',
  '1941-10-01T00:00:00Z',
  '1905-12-31T18:00:00Z',
  '1900-01-01T00:00:00Z',
  '1582-10-10T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0000-12-31T23:59:59.999Z',
  '-000043-03-15T12:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+010000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
].map((text) => new Date(text))

export const EDGES: readonly Edges[] = [
  {
    name: 'SmallInteger',
    type: SmallInteger,
    values: [0, 1, -1, 32_767, -32_768],
    refused: [32_768, -32_769, 1.5, Number.NaN, '1', true, 1n << 40n, [], {}],
  },
  {
    name: 'Integer',
    type: Integer,
    values: [0, 1, -1, 2_147_483_647, -2_147_483_648],
    refused: [2_147_483_648, -2_147_483_649, 0.5, Number.POSITIVE_INFINITY, '1', false, new Date(0)],
  },
  {
    name: 'BigInteger',
    type: BigInteger,
    values: [0n, 1n, -1n, 9_007_199_254_740_993n, -9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n)],
    refused: [2n ** 63n, -(2n ** 63n) - 1n, 1.5, 2 ** 53 + 2, 'x', {}],
  },
  {
    name: 'Numeric',
    type: Numeric,
    values: [
      ...['0', '0.0', '0.00', '1', '-1', '1.0', '1.50', '0.1', '-0.1', '123456789012345678901234567890.123456789'],
      ...['0.00000000000000000001', '9007199254740993', 'NaN', 'Infinity', '-Infinity'],
      ...[`1${'0'.repeat(1000)}`, `0.${'0'.repeat(1000)}1`, `${'9'.repeat(500)}.${'9'.repeat(500)}`],
    ],
    refused: ['', 'x', '1,5', '1 ', {}, [], true, new Date(0)],
  },
  {
    name: 'Numeric as number',
    type: Numeric(null, null, { as: 'number' }) as SqlType,
    values: [0, 1, -1, 0.1, 1e21, 1e-7, 123_456_789.123, Number.MAX_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY],
  },
  {
    name: 'Double',
    type: Double,
    values: [
      ...[0, -0, 1, -1, 0.1, 0.1 + 0.2, 1 / 3, 1e21, 1e-7, 2 ** 53, 2 ** 53 + 2, Number.MAX_VALUE, -Number.MAX_VALUE],
      ...[
        Number.MIN_VALUE,
        2.2250738585072014e-308,
        Number.EPSILON,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
      ],
    ],
    refused: ['x', true, {}, []],
  },
  {
    name: 'REAL',
    type: REAL,
    values: [0, -0, 1.5, -2.25, 0.1, 3.4028235e38, 1e-45, Number.NaN, Number.POSITIVE_INFINITY],
  },
  { name: 'Boolean', type: Boolean, values: [true, false], refused: [1, 0, 'true', 't', 'yes', {}] },
  { name: 'String', type: SqlString, values: STRINGS, refused: [5, true, {}, [], ['x'], new Date(0), Symbol('s')] },
  { name: 'String(3)', type: SqlString(3), values: ['', 'abc', '😀😀😀', "'''"], refused: ['abcd'] },
  { name: 'Text', type: Text, values: STRINGS, refused: [5n, new Uint8Array(1), () => 'x'] },
  {
    name: 'LargeBinary',
    type: LargeBinary,
    values: [
      new Uint8Array(0),
      new Uint8Array([0]),
      new Uint8Array([0, 255, 92, 39, 34, 10]),
      new Uint8Array(256).map((_, index) => index),
      new Uint8Array(100_000).map((_, index) => index * 7),
    ],
    refused: ['\\x00', [1, 2], {}],
  },
  {
    name: 'Date',
    type: SqlDate,
    values: [
      ...['2026-11-20', '1970-01-01', '1969-12-31', '2024-02-29', '2024-03-10', '2024-11-03', '1883-11-18'],
      ...[
        '0001-01-01',
        '0001-12-31 BC',
        '0044-03-15 BC',
        '4713-11-24 BC',
        '9999-12-31',
        '10000-01-01',
        '5874897-12-31',
      ],
      ...['infinity', '-infinity'],
    ],
    refused: ['2023-02-29', '2026-13-01', 'x', '', 5, {}, new Date(Number.NaN)],
  },
  {
    name: 'Time',
    type: Time,
    values: ['00:00:00', '00:00:00.000001', '23:59:59.999999', '24:00:00', '02:30:00', '12:34:56.5'],
    refused: ['25:00:00', 'x', 5],
  },
  {
    name: 'Time with zone',
    type: Time({ timezone: true }),
    values: ['00:00:00+00', '23:59:59.999999-12', '12:34:56+05:30', '24:00:00+14', '01:02:03+15:59:59'],
  },
  {
    name: 'DateTime',
    type: DateTime,
    values: [
      ...['2026-11-20 21:27:00.123456', '2024-03-10 02:30:00', '2024-11-03 01:30:00', '1970-01-01 00:00:00'],
      ...[
        '1969-12-31 23:59:59.999999',
        '0001-01-01 00:00:00',
        '0044-03-15 12:00:00 BC',
        '294276-12-31 23:59:59.999999',
      ],
      ...['4713-11-24 00:00:00 BC', 'infinity', '-infinity'],
    ],
    refused: ['2026-02-30 00:00:00', 'x', 5],
  },
  {
    name: 'DateTime with zone',
    type: DateTime({ timezone: true }) as SqlType,
    values: INSTANTS,
    refused: [new Date(Number.NaN), 5, {}],
  },
  {
    name: 'Interval',
    type: Interval,
    values: [
      { months: 0, days: 0, microseconds: 0n },
      { months: 14, days: -3, microseconds: 4_005_006_007n },
      { months: -2_147_483_648, days: 2_147_483_647, microseconds: 0n },
      { months: 0, days: 0, microseconds: 2n ** 63n - 1n },
      { months: 0, days: 0, microseconds: -1n },
      { months: -1, days: 1, microseconds: -86_400_000_001n },
    ],
    refused: [5, 'x', { dayz: 1 }, []],
  },
  {
    name: 'Uuid',
    type: Uuid,
    values: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    refused: ['x', '', 5],
  },
  {
    name: 'JSON',
    type: Json() as SqlType,
    values: documents(),
    refused: [Number.NaN, { a: Number.POSITIVE_INFINITY }, 'a\0b', { 'a\0': 1 }, '\ud800', 10n ** 30n, () => 1],
    isArray: true,
  },
  { name: 'JSONB', type: JSONB() as SqlType, values: documents(), refused: ['a\0b', '\udfff'], isArray: true },
  {
    name: 'INET',
    type: INET,
    values: ['127.0.0.1', '10.0.0.0/8', '::1', 'fe80::1/64', '255.255.255.255'],
    refused: ['x'],
  },
  { name: 'CIDR', type: CIDR, values: ['10.0.0.0/8', '::/0', '0.0.0.0/0', '2001:db8::/32'], refused: ['10.0.0.1/8'] },
  { name: 'MACADDR', type: MACADDR, values: ['08:00:2b:01:02:03', 'ff:ff:ff:ff:ff:ff'], refused: ['x'] },
  { name: 'MACADDR8', type: MACADDR8, values: ['08:00:2b:01:02:03:04:05'] },
  { name: 'BIT', type: BIT(5), values: ['00000', '11111', '10101'], refused: ['1', '000000', 'x'] },
  { name: 'VARBIT', type: VARBIT, values: ['', '0', '1', '01'.repeat(500)] },
  { name: 'XML', type: XML, values: ['<a/>', '<a b="c">&lt;</a>', 'text'], refused: ['<a'] },
  { name: 'OID', type: OID, values: [0, 1, 4_294_967_295], refused: [-1, 4_294_967_296] },
  { name: 'TSVECTOR', type: TSVECTOR, values: ["'a' 'b':1A,2B 'it''s'", ''] },
  { name: 'JSONPATH', type: JSONPATH, values: ['$."a"[*]?(@ > 5)'] },
  {
    name: 'INT4RANGE',
    type: INT4RANGE,
    values: [
      new Range(1, 5, '[)'),
      new Range(null, 5, '()'),
      new Range(1, null, '[)'),
      new Range(null, null, '()'),
      Range.empty(),
    ],
    refused: [[1, 5], '[1,5)', { lower: 1, upper: 5 }],
  },
  { name: 'INT8RANGE', type: INT8RANGE, values: [new Range(9_007_199_254_740_993n, 2n ** 62n, '[)')] },
  {
    name: 'NUMRANGE',
    type: NUMRANGE,
    values: [new Range('0.10', '1.00', '(]')],
  },
  { name: 'TSRANGE', type: TSRANGE, values: [new Range('2024-03-10 02:30:00', '2026-01-01 00:00:00.5', '[)')] },
  { name: 'TSTZRANGE', type: TSTZRANGE, values: [new Range(INSTANTS[2] as Date, INSTANTS[3] as Date, '[]')] },
  { name: 'DATERANGE', type: DATERANGE, values: [new Range('0044-03-15 BC', '2026-01-01', '[)')] },
  {
    name: 'INT4MULTIRANGE',
    type: INT4MULTIRANGE as SqlType,
    values: [[], [new Range(1, 2, '[)'), new Range(5, null, '[)')]],
    isArray: true,
  },
  {
    name: 'DATEMULTIRANGE',
    type: DATEMULTIRANGE as SqlType,
    values: [[new Range('2026-01-01', '2026-02-01', '[)')]],
    isArray: true,
  },
  { name: 'Enum', type: HOSTILE, values: LABELS, refused: ['x', 5] },
  { name: 'Domain', type: POSITIVE, values: [1, 2_147_483_647], refused: [0, -1, 2_147_483_648] },
  {
    name: 'Composite',
    type: ITEM,
    values: [
      { 'a "b"': null, n: null, at: null, felt: null },
      { 'a "b"': '', n: '0.00', at: INSTANTS[0], felt: '' },
      ...STRINGS.filter((text) => text.length < 100).map((text) => ({
        'a "b"': text,
        n: '1',
        at: INSTANTS[8],
        felt: '(a)',
      })),
    ],
    refused: [{ other: 1 }, [], 'x', new Date(0), new Map([['n', '1']])],
  },
  {
    name: 'ARRAY',
    type: ARRAY(Text) as SqlType,
    values: [
      [],
      [''],
      [null],
      ['NULL', null, 'null'],
      [
        ['a', 'b'],
        [null, '{}'],
      ],
      STRINGS.slice(0, 200),
    ],
    refused: [[['a'], ['b', 'c']], 'x', {}, [5]],
    isArray: true,
  },
]

function documents(): unknown[] {
  return [
    ...[
      0,
      -1,
      1.5,
      1e21,
      9_007_199_254_740_991,
      true,
      false,
      '',
      'null',
      [],
      {},
      [null],
      [[]],
      [[1, [2, [3]]]],
      { a: null },
    ],
    ...STRINGS.filter((text) => text.length < 100),
    ...[{ a: { b: [1, 'x', null] } }, ['a,b', '{', '"', '\\']],
    JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "then": 2}'),
    Object.fromEntries(STRINGS.filter((text) => text.length < 20).map((text, index) => [text, index])),
  ]
}
