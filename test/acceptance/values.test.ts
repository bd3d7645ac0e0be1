// Values of every type through the ORM, alone and in batches, at INSERT and UPDATE: what is read is what was written.
import {
  ARRAY,
  BigInteger,
  Boolean,
  Column,
  createEngine,
  DateTime,
  Double,
  type Engine,
  Float,
  Integer,
  Interval,
  type IntervalValue,
  JSON as Json,
  LargeBinary,
  Numeric,
  SmallInteger,
  Date as SqlDate,
  String,
  select,
  Text,
  Time,
  Uuid,
} from 'tsalchemy'
import { DeclarativeBase, Entity, type Init, mapped, Session } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { provides, sqlDatabases } from '../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

/** Types that fit into arrays of rows: batches are one statement. */
@Entity('order')
class Value extends Base<Value> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(SmallInteger, { nullable: true }) small!: number | null
  @Column(BigInteger, { nullable: true }) big!: bigint | null
  @Column(Numeric, { nullable: true }) number!: string | null
  @Column(Float, { nullable: true }) float!: number | null
  @Column(Double, { nullable: true }) double!: number | null
  @Column(Boolean, { nullable: true }) boolean!: boolean | null
  @Column(String, { nullable: true, name: 'select' }) string!: string | null
  @Column(Text, { nullable: true, name: 'Upper "quoted"' }) text!: string | null
  @Column(LargeBinary, { nullable: true }) bytes!: Uint8Array | null
  @Column(Uuid, { nullable: true }) uuid!: string | null
  @Column(SqlDate, { nullable: true }) date!: string | null
  @Column(Time, { nullable: true }) time!: string | null
  @Column(DateTime, { nullable: true }) wallClock!: string | null
  @Column(DateTime({ timezone: true }), { nullable: true }) instant!: Date | null
  @Column(Interval, { nullable: true }) interval!: IntervalValue | null
  @Column(Json<unknown>(), { nullable: true }) json!: unknown
}

/** Arrays do not fit into arrays of rows: batches are one statement for each row. */
@Entity('list')
class List extends Base<List> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(ARRAY(Integer).withVariant(Json<number[]>(), 'sqlite'), { nullable: true }) numbers!: number[] | null
  @Column(ARRAY(String).withVariant(Json<string[]>(), 'sqlite'), { nullable: true }) strings!: string[] | null
}

const STRINGS = [
  ...[
    '',
    ' ',
    "o'neil",
    '"q"',
    'back\\slash',
    '\\N',
    '\\x41',
    'NULL',
    '{a,b}',
    '{}',
    '(,)',
    ',',
    '$1',
    ':name',
    '%s',
    '--',
  ],
  ...[
    '__proto__',
    'constructor',
    '日本語',
    '👩‍👩‍👧',
    'tab\tnew\nline\r',
    '\u0001',
    '\uFFFD',
    '\u2028',
    'x'.repeat(70_000),
  ],
]
const JSON_VALUES = [
  ...[0, 1.5, '', 'null', '"', true, false, [], {}, [1, [2, null]], { a: { b: [1] } }, [null], 'a\\b', 1e21],
  JSON.parse('{"__proto__": {"x": 1}}'),
]
const PAST = new Date(-62_198_755_200_000)

/** The `n`th of each list; the lists have different lengths, so all come to meet all. */
function valuesOf(n: number, wide: boolean): Init<Value> {
  const nth = <T>(...values: readonly T[]): T | null => values[n % (values.length + 1)] ?? null
  /** What only some databases can hold, behind what all can. */
  const far = <T>(...values: readonly T[]): readonly T[] => (wide ? values : [])
  return {
    small: nth(-32_768, 0, 32_767),
    big: nth(0n, -1n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, 9_007_199_254_740_993n),
    number: nth('0', '-0.0000000001', ...far('12345678901234567890123456.1234567890', '1.50', 'NaN')),
    float: nth(0, 1.5, -2.25, Number.POSITIVE_INFINITY, ...far(Number.NaN)),
    double: nth(0, 0.1, 1e308, Number.NEGATIVE_INFINITY, Number.MAX_SAFE_INTEGER, ...far(5e-324, -0, Number.NaN)),
    boolean: nth(true, false),
    string: nth(...STRINGS),
    text: nth(...STRINGS.toReversed()),
    bytes: nth(
      new Uint8Array(0),
      new Uint8Array([0, 255, 92, 39]),
      new Uint8Array(256).map((_, index) => index),
    ),
    uuid: nth('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    date: nth(
      '2026-11-20',
      '0001-01-01',
      '2024-02-29',
      ...far('infinity', '-infinity', '0044-03-15 BC', '10000-01-01'),
    ),
    time: nth('00:00:00', '23:59:59.999999', ...far('24:00:00')),
    wallClock: nth('2026-11-20 21:27:00.123456', '2024-03-10 02:30:00', '0001-01-01 00:00:00', ...far('infinity')),
    instant: nth(new Date(0), new Date('1883-11-18T12:00:00.001Z'), ...far(PAST, new Date(8.64e15))),
    interval: nth<IntervalValue>(
      { months: 14, days: -3, microseconds: 1n },
      { months: -1, days: 40, microseconds: -86_400_000_001n },
    ),
    json: nth<unknown>(...JSON_VALUES),
  }
}

function listsOf(n: number): Init<List> {
  return {
    numbers: [[], [1, 2, 3], [-2_147_483_648], null][n % 4] ?? null,
    strings: [STRINGS, [], null][n % 3] ?? null,
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (typeof value !== 'object' || value === null || !('microseconds' in value)) return value
  const { months, days, microseconds } = value as IntervalValue
  return { months, days, microseconds }
}

/** What an object holds, of the attributes that were given. */
function held(object: object, given: object): Record<string, unknown> {
  const record = object as Record<string, unknown>
  return Object.fromEntries(Object.keys(given).map((key) => [key, plain(record[key])]))
}

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  const valuesHere = (n: number): Init<Value> => valuesOf(n, provides(target, 'wideValues'))
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await Base.metadata.createAll(engine)
  })
  afterAll(() => engine.dispose())

  async function survive<E extends object>(
    Class: (new (values: never) => E) & typeof Value,
    count: number,
    first: number,
    make: (n: number) => object,
  ): Promise<void> {
    const entity = mapped(Class as typeof Value)
    const given = Array.from({ length: count }, (_, index) => make(first + index))
    const others = Array.from({ length: count }, (_, index) => make(first + index + 7))
    const expected = given.map((each) => held(each, each))
    const expectedOthers = others.map((each) => held(each, each))
    await using session = new Session({ bind: engine })
    const made = given.map((each) => new Class(each as never))
    session.addAll(made)
    await session.commit()
    const ids = (made as unknown as Value[]).map(({ id }) => id)
    const load = async (): Promise<object[]> => {
      session.expungeAll()
      return session.scalars(select(entity).where(entity.id.in(ids)).orderBy(entity.id)).all()
    }
    let loaded = await load()
    expect(loaded.map((each, index) => held(each, given[index] ?? {}))).toEqual(expected)
    for (const [index, each] of loaded.entries()) Object.assign(each, given[index])
    expect(loaded.filter((each) => session.isModified(each))).toEqual([])
    for (const [index, each] of loaded.entries()) Object.assign(each, others[index])
    await session.commit()
    loaded = await load()
    expect(loaded.map((each, index) => held(each, others[index] ?? {}))).toEqual(expectedOthers)
  }

  test('one by one', async () => {
    for (let n = 0; n < 26; n++) await survive(Value as never, 1, n, valuesHere)
    for (let n = 0; n < 4; n++) await survive(List as never, 1, n, listsOf)
  })

  test('in batches, NULLs among them', async () => {
    await survive(Value as never, 60, 0, valuesHere)
    await survive(List as never, 12, 0, listsOf)
  })
})
