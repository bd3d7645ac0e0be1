// A statement with its values written out means what it means with its parameters.
import {
  ARRAY,
  any,
  BigInteger,
  Boolean,
  type ColumnElement,
  CompileError,
  cast,
  createEngine,
  Date,
  DateTime,
  desc,
  type Executable,
  extract,
  func,
  Integer,
  Interval,
  JSON,
  LargeBinary,
  literal,
  literalColumn,
  Numeric,
  Range,
  String,
  select,
  Text,
  Time,
  text,
  Uuid,
  values,
} from 'tsalchemy'
import { INET, INT4RANGE, JSONB, MONEY, postgresqlDialect, VARBIT } from 'tsalchemy/postgresql'
import { afterAll, describe, expect, test } from 'vitest'
import { postgresUrl } from '../../support/server.ts'

const engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
afterAll(() => engine.dispose())
const dialect = postgresqlDialect({})

const day = { months: 0, days: 1, microseconds: 0n } as never
const date = literal<unknown>('2020-01-31', Date)
const at = literal<unknown>('2020-01-31 10:00:00', DateTime())
const document = (value: unknown): ColumnElement<never> => literal<unknown>(value, JSONB()) as never
const id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'

const EXPRESSIONS: readonly (readonly [string, () => ColumnElement, string])[] = [
  ['a date and an interval', () => date.op('+')(literal(day, Interval)), '2020-02-01 00:00:00'],
  ['two dates', () => date.op('-')(literal<unknown>('2020-01-01', Date)), '30'],
  ['two intervals', () => literal(day, Interval).op('+')(literal(day, Interval)), '2 days'],
  ['a span of other parts', () => literal<unknown>({ days: 1, hours: 2 }, Interval) as never, '1 day 02:00:00'],
  ['an interval and a number', () => literal(day, Interval).op('*')(2), '2 days'],
  ['a time and an interval', () => literal<unknown>('10:00', Time()).op('+')(literal(day, Interval)), '10:00:00'],
  ['a point in time at a place', () => at.op('AT TIME ZONE')('UTC'), '2020-01-31 10:00:00+00'],
  ['a part of a date', () => extract('year', date as never), '2020'],
  [
    'the whole quotient of one',
    () =>
      extract('year', date as never)
        .add(2)
        .negate()
        .floorDivide(3),
    '-674',
  ],
  ['a function of a point in time', () => func('date_trunc', 'day', at), '2020-01-31 00:00:00'],
  ['exact numbers', () => literal('0.1', Numeric()).op('+')(literal('0.2', Numeric())), '0.3'],
  ['minus of a negative number', () => literal(-5, Integer).negate(), '5'],
  ['minus of a negative exact number', () => literal('-5.5', Numeric()).negate(), '5.5'],
  ['minus of the smallest number', () => literal(-(2n ** 62n), BigInteger).negate(), '4611686018427387904'],
  ['ids of other spelling', () => literal(id, Uuid).op('=')(literal(id.toUpperCase(), Uuid)), 'true'],
  ['a key of a document', () => document({ "it's": '\\' }).op('->>')("it's"), '\\'],
  ['two documents', () => document({ a: 1 }).op('||')(document({ b: "'" })), `{"a": 1, "b": "'"}`],
  ['what a document holds', () => document({ a: 1, b: 2 }).op('@>')(document({ a: 1 })), 'true'],
  ['a list without a member', () => document([1, 2]).op('-')(literal(-1, Integer)), '[1]'],
  ['a plain document', () => literal<unknown>({ a: ['\\'] }, JSON()).op('#>>')(literal(['a', '0'], ARRAY(Text))), '\\'],
  ['addresses', () => literal('10.0.0.1', INET).op('<<')(literal('10.0.0.0/8', INET)), 'true'],
  ['bits', () => literal('1010', VARBIT).op('&')(literal('0110', VARBIT)), '0010'],
  ['money by money', () => literal('$6.00', MONEY).divide(literal('$4.00', MONEY) as never), '1.5'],
  ['a range', () => literal(new Range(1, 5), INT4RANGE).op('@>')(literal(3, Integer)), 'true'],
  ['a member of an array', () => literal(2, Integer).eq(any(literal([1, 2], ARRAY(Integer)))), 'true'],
  [
    'bytes',
    () => literal(Uint8Array.of(39, 92), LargeBinary).op('||')(literal(Uint8Array.of(0), LargeBinary)),
    '\\x275c00',
  ],
  ['texts', () => literal("a\\'", String).op('||')(literal("'b\\", String)), "a\\''b\\"],
]

describe.each(['on', 'off'])('with standard_conforming_strings %s', (setting) => {
  test.each(EXPRESSIONS)('%s', async (_name, expression, value) => {
    await engine.begin(async (conn) => {
      await conn.execute(`SET LOCAL standard_conforming_strings = ${setting}`)
      await conn.execute('SET LOCAL escape_string_warning = off')
      await conn.execute("SET LOCAL TIME ZONE 'UTC'")
      const statement = () => select(cast(expression(), Text))
      expect(await conn.execute(statement()).scalarOne()).toBe(value)
      const { sql, parameters } = dialect.compile(statement(), { literalBinds: true })
      expect(parameters).toEqual([])
      expect(await conn.execute(sql).scalarOne()).toBe(value)
    })
  })
})

test('the type stands beside what a text in quotes would not say', () => {
  const sql = (element: ColumnElement): string =>
    dialect.compile(select(element), { literalBinds: true }).sql.replaceAll('\n', ' ')
  expect(sql(date as never)).toBe("SELECT '2020-01-31'::DATE AS anon_1")
  expect(sql(document({ a: 1 }))).toBe(`SELECT '{"a":1}'::JSONB AS anon_1`)
  expect(sql(literal('x', String))).toBe("SELECT 'x' AS anon_1")
  expect(sql(literal(5, Integer))).toBe('SELECT 5 AS anon_1')
  expect(() => sql(literal('a\0b', String))).toThrow(CompileError)
})

test('what a type refuses as a parameter it refuses in the text too', () => {
  const refused = (value: unknown, type: unknown): string => {
    try {
      dialect.compile(select(literal(value, type as never)), { literalBinds: true })
    } catch (error) {
      expect(error).toBeInstanceOf(CompileError)
      return (error as Error).message
    }
    return ''
  }
  expect(refused('5', Integer)).toBe(
    'No literal can be written: int4 does not take a string; it takes an integer from -2147483648 to 2147483647 (number or bigint)',
  )
  expect(refused(5n * 10n ** 9n, Integer)).toContain('int4 does not take')
  expect(refused('x', Boolean)).toContain('bool does not take a string')
  expect(refused(5, Text)).toContain('text does not take')
  expect(refused('x', Numeric())).toContain('numeric does not take')
  expect(refused('no id', Uuid)).toContain('uuid does not take')
  expect(refused({ map: new Map() }, JSONB())).toContain('jsonb does not take an object of class Map inside a value')
  expect(refused({ later: Promise.resolve(1) }, JSON())).toContain('a Promise (await it first) inside a value')
  expect(refused([1, 'x'], ARRAY(Integer))).toContain('item 1')
  expect(refused({ dais: 1 }, Interval)).toContain("An interval has no field 'dais'; did you mean 'days'?")
})

describe('a value that rows are ordered or grouped by is no place of a column', () => {
  const rows = values({ a: Integer, b: Integer }, { name: 'v' }).data([
    [2, 1],
    [1, 2],
  ])
  const asWritten = (statement: Executable): string =>
    dialect.compile(statement, { literalBinds: true }).sql.replace(/\s+/g, ' ')
  const by = (...terms: ColumnElement[]) => select(rows.c.a).orderBy(...terms)
  test.each<readonly [what: string, statement: Executable, sql: string]>([
    ['a number', by(literal(1), rows.c.b), 'ORDER BY CAST(1 AS INTEGER), v.b'],
    ['from the end', by(desc(literal(1)), rows.c.b), 'ORDER BY CAST(1 AS INTEGER) DESC, v.b'],
    ['with a sign', by(literal(1).negate(), rows.c.b), 'ORDER BY CAST(-1 AS INTEGER), v.b'],
    ['a negative number', by(literal(-7), rows.c.b), 'ORDER BY CAST(-7 AS INTEGER), v.b'],
    ['a text', by(literal("it's"), rows.c.b), "ORDER BY CAST('it''s' AS VARCHAR), v.b"],
    ['a large number', by(literal(5n, BigInteger), rows.c.b), 'ORDER BY CAST(5 AS BIGINT), v.b'],
    [
      'of a group',
      by(rows.c.b).groupBy(literal(7), rows.c.a, rows.c.b),
      'GROUP BY CAST(7 AS INTEGER), v.a, v.b ORDER BY v.b',
    ],
    ['an exact one needs no more', by(literal('1', Numeric()), rows.c.b), "ORDER BY '1'::NUMERIC, v.b"],
  ])('%s', async (_what, statement, end) => {
    const sql = asWritten(statement)
    expect(sql).toBe(`SELECT v.a FROM (VALUES (2, 1), (1, 2)) AS v (a, b) ${end}`)
    expect(await engine.execute(sql).scalars().all()).toEqual([2, 1])
  })
  test('a number that the user writes as SQL is one', async () => {
    expect(asWritten(by(literalColumn('1'), text('2') as never))).toContain('ORDER BY 1, 2')
    expect(
      await engine
        .execute(by(literalColumn('1')))
        .scalars()
        .all(),
    ).toEqual([1, 2])
  })
})
