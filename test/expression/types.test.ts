// Types: what values are, what they become beside others, what their arguments may be.

import {
  ARRAY,
  ArgumentError,
  BigInteger,
  Boolean as BooleanType,
  DateTime,
  Date as DateType,
  Double,
  Float,
  Integer,
  Interval,
  JSON as JsonOf,
  LargeBinary,
  Numeric,
  SmallInteger,
  type SqlType,
  String as StringType,
  Text,
  Time,
  Uuid,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { comparedType, inferType } from '../../src/expression/types/infer.ts'
import { NullType } from '../../src/expression/types/null.ts'
import { resultType } from '../../src/expression/types/results.ts'

class Decimal {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}
/** As `Interval` of the dialects is: an instance, no plain object. */
class Span {
  readonly months = 0
  readonly days = 1
  readonly microseconds = 0n
}
const SPAN = { months: 0, days: 1, microseconds: 0n }

test.each([
  ['text', 'string'],
  [5, 'integer'],
  [-2147483648, 'integer'],
  [2147483648, 'bigInteger'],
  [2 ** 53, 'double'],
  [1.5, 'double'],
  [Number.NaN, 'double'],
  [5n, 'bigInteger'],
  [true, 'boolean'],
  [null, 'null'],
  [new Date(0), 'dateTime'],
  [new Uint8Array(), 'binary'],
  [SPAN, 'interval'],
  [new Span(), 'interval'],
  [undefined, undefined],
  [{}, undefined],
  [[], undefined],
  [() => 1, undefined],
  [Symbol('s'), undefined],
  [new Decimal('1'), undefined],
  [new Map(), undefined],
] as const)('a bare %s is of the type %s', (value, kind) => {
  expect(inferType(value)?.kind).toBe(kind)
})

test.each<readonly [SqlType, unknown, string | undefined]>([
  [Integer, 5, 'integer'],
  [Integer, 5n, 'integer'],
  [Integer, 2 ** 40, 'bigInteger'],
  [Integer, 2n ** 40n, 'bigInteger'],
  [SmallInteger, 32767, 'smallInteger'],
  [SmallInteger, 32768, 'integer'],
  [BigInteger, 2 ** 40, 'bigInteger'],
  [Integer, 0.5, 'double'],
  [Integer, '5', 'string'],
  [Numeric, '0.5', 'numeric'],
  [Numeric, 0.5, 'numeric'],
  [Numeric, new Decimal('1'), 'numeric'],
  [Double, 5, 'double'],
  [StringType(50), 'x', 'string'],
  [StringType, 5, 'integer'],
  [DateType, '2026-01-01', 'date'],
  [DateTime, '2026-01-01', 'dateTime'],
  [Time, '12:00', 'time'],
  [DateType, 5, 'integer'],
  [DateTime({ timezone: true }), new Date(0), 'dateTime'],
  [Interval, SPAN, 'interval'],
  [DateType, SPAN, 'interval'],
  [Interval, new Span(), 'interval'],
  [DateTime, new Span(), 'interval'],
  [Time, new Span(), 'interval'],
  [NullType, new Span(), 'interval'],
  [Uuid, 'x', 'uuid'],
  [LargeBinary(5), new Uint8Array(), 'binary'],
  [BooleanType, true, 'boolean'],
  [JsonOf(), { a: 1 }, 'json'],
  [JsonOf(), 'x', 'json'],
  [JsonOf(), () => 1, undefined],
  [ARRAY(Integer), [1], 'array'],
  [ARRAY(Integer), { a: 1 }, undefined],
  [StringType, { a: 1 }, undefined],
  [StringType, ['x'], undefined],
  [Integer, [1], undefined],
  [NullType, new Decimal('1'), undefined],
  [NullType, 'x', 'string'],
])('%o with %o is compared as %s', (type, value, kind) => {
  expect(comparedType(type, value)?.kind).toBe(kind)
})

test('a value beside a column is of the very type of the column', () => {
  const type = StringType(50)
  expect(comparedType(type, 'x')).toBe(type)
  expect(comparedType(type, null)).toBe(type)
})

test.each<readonly [SqlType, Parameters<typeof resultType>[1], SqlType, string]>([
  [Integer, 'add', Integer, 'integer'],
  [Integer, 'add', BigInteger, 'bigInteger'],
  [BigInteger, 'add', Integer, 'bigInteger'],
  [SmallInteger, 'add', Integer, 'integer'],
  [Integer, 'multiply', Float, 'float'],
  [Integer, 'subtract', Numeric, 'numeric'],
  [Numeric, 'add', Double, 'numeric'],
  [Integer, 'divide', Integer, 'double'],
  [BigInteger, 'divide', Integer, 'numeric'],
  [Numeric, 'divide', Integer, 'numeric'],
  [Double, 'divide', Integer, 'double'],
  [Integer, 'floorDivide', Integer, 'integer'],
  [DateType, 'subtract', DateType, 'integer'],
  [DateType, 'add', Integer, 'date'],
  [DateType, 'add', Interval, 'dateTime'],
  [DateTime, 'subtract', DateTime, 'interval'],
  [DateTime({ timezone: true }), 'subtract', Interval, 'dateTime'],
  [Interval, 'multiply', Integer, 'interval'],
  [Interval, 'add', DateTime, 'dateTime'],
  [Time, 'subtract', Time, 'interval'],
  [StringType, 'concatenate', Text, 'string'],
  [ARRAY(Integer), 'concatenate', Integer, 'array'],
  [NullType, 'add', Integer, 'integer'],
  [Uuid, 'add', Integer, 'uuid'],
])('%o %s %o gives %s', (left, calculation, right, kind) => {
  expect(resultType(left, calculation, right).kind).toBe(kind)
})

test('a sum with a time keeps its zone', () => {
  const type = DateTime({ timezone: true })
  expect(resultType(type, 'add', Interval)).toBe(type)
})

describe('equal types', () => {
  test('have one number, others another', () => {
    expect(StringType(50).id).toBe(StringType(50).id)
    expect(StringType.id).toBe(StringType().id)
    expect(ARRAY(StringType(5)).id).toBe(ARRAY(StringType(5)).id)
    const all = [StringType, StringType(5), Text, Integer, SmallInteger, BigInteger, Numeric, Numeric(5, 2), Float(5)]
    expect(new Set([...all, ARRAY(Integer), ARRAY(StringType), JsonOf()].map((type) => type.id)).size).toBe(12)
  })
  test('look equal, whether their number was asked for or not', () => {
    const asked = StringType(50)
    void asked.id
    expect(asked).toEqual(StringType(50))
    expect(Object.keys(asked)).toEqual(Object.keys(StringType(50)))
  })
})

test.each([
  [() => StringType(-1), /^String\(\) is a SQL type and takes a whole number from 1 on/],
  [() => StringType({} as never), /write `\$\{value\}` or value\.toString\(\)$/],
  [() => StringType('50' as never), /^String\(\)/],
  [() => Text(0), /^Text\(\)/],
  [() => LargeBinary(1.5), /^LargeBinary\(\)/],
  [() => Numeric(0), /^Numeric\(\)/],
  [() => Numeric(5, Number.NaN), /^Numeric\(\)/],
  [() => Numeric(5, 2, { a: 'number' } as never), /^Numeric\(\) has no option 'a'; did you mean 'as'\?$/],
  [() => StringType(5, { colation: 'C' } as never), /did you mean 'collation'\?$/],
  [() => Text(undefined, { collation: '' }), /^Text\(\): collation is the name of one/],
  [() => Float(-1), /^Float\(\)/],
])('%s is refused', (wrong, message) => {
  expect(wrong).toThrow(ArgumentError)
  expect(wrong).toThrow(message)
})
