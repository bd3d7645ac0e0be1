// What arithmetic gives: the type of each expression against what the server makes of it, for all operators that its catalog has.
import {
  BigInteger,
  type ColumnElement,
  cast,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  type Engine,
  func,
  Integer,
  Interval,
  literal,
  Numeric,
  REAL,
  SmallInteger,
  type SqlType,
  select,
  sqlNull,
  Text,
  Time,
} from 'tsalchemy'
import { MONEY } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

/** By the server's names. */
const TYPES: Readonly<Record<string, SqlType>> = {
  smallint: SmallInteger,
  integer: Integer,
  bigint: BigInteger,
  numeric: Numeric,
  real: REAL,
  'double precision': Double,
  date: DateSql,
  'time without time zone': Time,
  'time with time zone': Time({ timezone: true }),
  'timestamp without time zone': DateTime,
  'timestamp with time zone': DateTime({ timezone: true }),
  interval: Interval,
  money: MONEY,
}
const METHODS = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
  '&': 'bitwiseAnd',
  '|': 'bitwiseOr',
  '#': 'bitwiseXor',
} as const

/** Where the type is another one by intent: `expression: the server's type, ours`. */
const INTENDED = [
  // TypeScript's type of a quotient of two numbers is number, whatever the server divides by.
  'integer / integer: numeric, double precision',
  'integer / smallint: numeric, double precision',
  'smallint / integer: numeric, double precision',
  'smallint / smallint: numeric, double precision',
  // Values are numbers either way.
  'real * double precision: double precision, real',
  'real + double precision: double precision, real',
  'real - double precision: double precision, real',
  'real / double precision: double precision, real',
  // Amounts are texts in TypeScript, and what is made of them too.
  'money / money: double precision, numeric',
]

type Calculating = Record<string, (other: unknown) => ColumnElement>

function expressionOf(left: string, symbol: string, right: string): ColumnElement {
  const [one, other] = [left, right].map((name) => cast(sqlNull(), TYPES[name] as SqlType))
  return (one as unknown as Calculating)[METHODS[symbol as keyof typeof METHODS]]?.(other) as ColumnElement
}

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('every operator of the catalog between numbers, times and money gives what its type says', async () => {
    const found = (await engine
      .execute(
        'SELECT format_type(oprleft, NULL) AS l, oprname::text AS name, format_type(oprright, NULL) AS r FROM pg_operator ' +
          'WHERE oprname = ANY ($1) AND format_type(oprleft, NULL) = ANY ($2) AND format_type(oprright, NULL) = ANY ($2)',
        [Object.keys(METHODS), Object.keys(TYPES)],
      )
      .all()) as { l: string; name: string; r: string }[]
    expect(found.length).toBeGreaterThan(110)
    const typeOf = (of: ColumnElement): ColumnElement => cast(func('pg_typeof', of), Text)
    const cases = found.map(({ l, name, r }) => ({ shown: `${l} ${name} ${r}`, made: expressionOf(l, name, r) }))
    const asked = cases.flatMap(({ made }) => [typeOf(made), typeOf(cast(sqlNull(), made.type))])
    const types = await engine
      .execute(select(...asked.map((each, place) => each.label(`t${place}`))))
      .tuples()
      .one()
    const other = cases.flatMap(({ shown }, place) => {
      const [server, ours] = types.slice(2 * place, 2 * place + 2)
      return server === ours ? [] : [`${shown}: ${server}, ${ours}`]
    })
    expect(other.sort()).toEqual(INTENDED.toSorted())
  })

  test('values', async () => {
    const price = literal('$5.00', MONEY)
    const half = literal({ months: 0, days: 0, microseconds: 1_800_000_000n }, Interval)
    const noon = literal('12:00:00', Time)
    const day = literal('2024-02-29', DateSql)
    const zoned = literal('12:00:00+02', Time({ timezone: true }))
    const values = {
      doubled: price.multiply(2),
      more: price.multiply(1.5),
      byColumn: price.multiply(literal(3)),
      quarter: price.divide(4),
      ofAmounts: price.divide(literal('$2.00', MONEY)),
      ratio: price.divide(literal('$2.00', MONEY)).multiply(2),
      reversed: literal(2).multiply(price as never),
      decimal: literal('1.50', Numeric).multiply(2),
      hour: half.multiply(2),
      sixth: half.divide(3),
      day: noon.multiply(literal(2) as never),
      moment: day.add(noon as never),
      instant: day.add(zoned as never),
      before: day.subtract(noon as never),
      late: noon.add(literal('2024-02-29 01:00:00', DateTime) as never),
      bits: literal(6, SmallInteger).bitwiseOr(literal(2n ** 40n, BigInteger) as never),
    }
    const labelled = Object.entries(values).map(([name, each]) => (each as ColumnElement).label(name))
    expect({ ...(await engine.execute(select(...labelled)).one()) }).toEqual({
      doubled: '$10.00',
      more: '$7.50',
      byColumn: '$15.00',
      quarter: '$1.25',
      ofAmounts: '2.5',
      ratio: '5',
      reversed: '$10.00',
      decimal: '3.00',
      hour: { months: 0, days: 0, microseconds: 3_600_000_000n },
      sixth: { months: 0, days: 0, microseconds: 600_000_000n },
      day: { months: 0, days: 0, microseconds: 86_400_000_000n },
      moment: '2024-02-29 12:00:00',
      instant: new Date('2024-02-29T10:00:00Z'),
      before: '2024-02-28 12:00:00',
      late: '2024-02-29 13:00:00',
      bits: 2n ** 40n + 6n,
    })
  })
})
