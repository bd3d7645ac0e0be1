// PostgreSQL's own types: their SQL, and exact round trips on databases, inside arrays and composite types too.
import * as fc from 'fast-check'
import {
  ARRAY,
  ArgumentError,
  BigInteger,
  Column,
  type ColumnElement,
  CreateType,
  column,
  createEngine,
  DateTime,
  DropType,
  Enum,
  func,
  Integer,
  Interval,
  insert,
  LargeBinary,
  literal,
  MetaData,
  Numeric,
  not,
  Range,
  type SqlType,
  String,
  select,
  Text,
  table,
  update,
} from 'tsalchemy'
import * as pg from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { databases, freshDatabase } from '../../../support/server.ts'

const postgres = pg.postgresqlDialect()
const sql = (element: ColumnElement): string => postgres.compile(element).sql
const written = (value: unknown, type: SqlType): string =>
  postgres.compile(literal(value, type), { literalBinds: true }).sql

describe('ranges as values', () => {
  test('ends, bounds, nothing', () => {
    expect(`${new Range(1, 5)}`).toBe('[1,5)')
    expect(`${new Range(null, 5, '[]')}`).toBe('(,5]')
    expect(`${new Range(1, null)}`).toBe('[1,)')
    expect(`${Range.empty()}`).toBe('empty')
    expect(new Range(null, 5).isInfinite).toBe(true)
    expect(new Range(1, 5).isInfinite).toBe(false)
    expect(Range.empty().isInfinite).toBe(false)
    expect(new Range(1, 5, '(]').includesLower).toBe(false)
    expect(new Range(1, 5, '(]').includesUpper).toBe(true)
    expect(new Range(new Date(5), null).equals(new Range(new Date(5), null))).toBe(true)
    expect(new Range(1, 5).equals(new Range(1, 5, '[]'))).toBe(false)
    expect(Range.empty().equals(new Range<number>(null, null, '()'))).toBe(false)
    expect(() => new Range(1, 5, '{}' as never)).toThrow(ArgumentError)
    expect(() => new Range(undefined as never, 5)).toThrow(ArgumentError)
  })
})

const r = column('r', pg.INT4RANGE)
const m = column('m', pg.INT4MULTIRANGE)
test.each<readonly [string, () => ColumnElement, string]>([
  ['equal', () => r.eq(new Range(1, 5)), 'r = $1::INT4RANGE'],
  ['a value in it', () => r.contains(3), 'r @> $1::INTEGER'],
  ['a range in it', () => r.contains(new Range(1, 2)), 'r @> $1::INT4RANGE'],
  ['a column in it', () => r.contains(column('n', Integer)), 'r @> n'],
  ['in another', () => r.containedBy(new Range(1, 9)), 'r <@ $1::INT4RANGE'],
  ['overlap', () => not(r.overlaps(new Range(1, 9))), 'NOT (r && $1::INT4RANGE)'],
  ['left', () => r.strictlyLeftOf(new Range(1, 9)), 'r << $1::INT4RANGE'],
  ['right', () => r.strictlyRightOf(new Range(1, 9)), 'r >> $1::INT4RANGE'],
  ['not beyond', () => r.notExtendRightOf(new Range(1, 9)), 'r &< $1::INT4RANGE'],
  ['not before', () => r.notExtendLeftOf(new Range(1, 9)), 'r &> $1::INT4RANGE'],
  ['adjacent', () => r.adjacentTo(new Range(1, 9)), 'r -|- $1::INT4RANGE'],
  ['union', () => r.add(new Range(1, 9)), 'r + $1::INT4RANGE'],
  ['intersection', () => r.multiply(new Range(1, 9)), 'r * $1::INT4RANGE'],
  ['difference', () => r.subtract(new Range(1, 9)), 'r - $1::INT4RANGE'],
  ['list', () => r.in([new Range(1, 9)]), 'r = ANY ($1::INT4RANGE[])'],
  ['a multirange', () => m.contains([new Range(1, 9)]), 'm @> $1::INT4MULTIRANGE'],
  ['a range of one', () => m.contains(new Range(1, 9)), 'm @> $1::INT4RANGE'],
  ['a value of one', () => m.contains(4), 'm @> $1::INTEGER'],
  ['an address', () => column('a', pg.INET).eq('10.0.0.1'), 'a = $1'],
  ['addresses', () => column('a', ARRAY(pg.INET)).overlaps(['10.0.0.1']), 'a && $1::INET[]'],
  ['an address of a list', () => column('a', pg.CIDR).in(['10.0.0.0/8']), 'a = ANY ($1::CIDR[])'],
  ['money', () => column('a', ARRAY(pg.MONEY, { dimensions: 2 })).eq([['1']]), 'a = $1::MONEY[]'],
  ['vectors', () => column('a', ARRAY(pg.TSVECTOR)).eq(['x']), 'a = $1::TSVECTOR[]'],
  ['within a network', () => column('a', pg.INET).boolOp('<<', { precedence: 5 })('10.0.0.0/8'), 'a << $1'],
  ['bits', () => column('a', pg.BIT(4)).eq('0101'), 'a = $1::BIT VARYING'],
  ['a table', () => column('a', pg.REGCLASS).eq('pg_class'), 'a = $1::REGCLASS'],
  ['without case', () => column('a', pg.CITEXT).eq('x'), 'a = $1::CITEXT'],
  ['pairs', () => column('a', pg.HSTORE).contains({ k: 'v' }), 'a @> $1::HSTORE'],
  ['a key of pairs', () => column('a', pg.HSTORE).at('k').eq('v'), '(a -> $1::TEXT) = $2::VARCHAR'],
  ['has a key', () => column('a', pg.HSTORE).hasKey('k'), 'a ? $1::TEXT'],
  ['added pairs', () => column('a', pg.HSTORE).add({ k: 'v' }), 'a || $1::HSTORE'],
  ['merged pairs', () => column('a', pg.HSTORE).concat({ k: 'v' }), 'a || $1::HSTORE'],
  [
    'text search',
    () => pg.toTsvector('english', column('a', Text)).matchesQuery(pg.websearchToTsquery('english', 'x -y')),
    'to_tsvector($1::REGCONFIG, a) @@ websearch_to_tsquery($2::REGCONFIG, $3::VARCHAR)',
  ],
  ['a query', () => column('v', pg.TSVECTOR).matchesQuery('a & !b'), 'v @@ $1'],
  [
    'a path with variables',
    () => pg.jsonbPathQueryFirst(column('j', pg.JSONB()), '$.a ? (@ > $n)', { n: 1 }),
    'jsonb_path_query_first(j, $1::JSONPATH, $2::JSONB)',
  ],
  ['spans', () => column('t', DateTime).add(column('i', Interval)), 't + i'],
])('%s', (_name, build, text) => {
  expect(sql(build())).toBe(text)
})

test('values written into the text', () => {
  expect(written(new Range(1, null), pg.INT4RANGE)).toBe("'[1,)'::INT4RANGE")
  expect(written([new Range('2020-01-01', '2020-02-01')], pg.DATEMULTIRANGE)).toBe(
    `E'{["2020-01-01","2020-02-01")}'::DATEMULTIRANGE`.replace('E', ''),
  )
  expect(written({ "a'": 'b\\' }, pg.HSTORE)).toBe(`E'"a''"=>"b\\\\\\\\"'::HSTORE`)
})

test('what no range holds is refused', () => {
  expect(() => r.eq('[1,5)' as never)).toThrow(ArgumentError)
  expect(() => r.contains(true as never)).not.toThrow()
  expect(() => column('n', Integer).containedBy(new Range(1, 2) as never)).toThrow(/literal\(range, INT4RANGE\)/)
})

const Age = pg.Domain('age', Integer, { check: 'VALUE >= 0', notNull: true, constraintName: 'not "minus"' })
const Street = pg.Composite('street', { name: Text, 'odd "key"': Integer })
const Address = pg.Composite('Address', {
  street: Street,
  streets: ARRAY(Street),
  age: Age,
  at: DateTime({ timezone: true }),
})

test('domains and composite types are created before their tables', () => {
  expect(postgres.compile(new CreateType(Age)).sql).toBe(
    'CREATE DOMAIN age AS INTEGER NOT NULL CONSTRAINT "not ""minus""" CHECK (VALUE >= 0)',
  )
  const checked = pg.Domain('mail', String(9), {
    check: func.length(column('value', Text)).gt(3),
    default: "'x@y'",
    collation: 'C',
    schema: 's',
  })
  expect(postgres.compile(new CreateType(checked)).sql).toBe(
    `CREATE DOMAIN s.mail AS VARCHAR(9) COLLATE "C" DEFAULT 'x@y' CHECK (length(value) > 3)`,
  )
  expect(postgres.compile(new DropType(Age)).sql).toBe('DROP DOMAIN age')
  expect(postgres.compile(new CreateType(Street)).sql).toBe('CREATE TYPE street AS (name TEXT, "odd ""key""" INTEGER)')
  expect(Address.requiredTypes(postgres).map((type) => type.name)).toEqual(['street', 'street', 'age', 'Address'])
  expect(sql(column('a', Address).eq({ street: null, streets: null, age: null, at: null }))).toBe('a = $1::"Address"')
  expect(sql(column('a', Age).in([1]))).toBe('a = ANY ($1::age[])')
  expect(() => `${new CreateType(Street)}`).toThrow(/no CREATE TYPE for 'street'/)
  expect(() => pg.Composite('x', {})).toThrow(ArgumentError)
  expect(() => pg.Composite('', { a: Text })).toThrow(ArgumentError)
  expect(() => pg.Domain('x', 5 as never)).toThrow(ArgumentError)
  expect(Street.id).toBe(pg.Composite('street', { name: Text, 'odd "key"': Integer }).id)
  expect(Street.id).not.toBe(pg.Composite('street', { name: Text, 'odd "key"': BigInteger }).id)
  expect(Age.id).not.toBe(pg.Domain('age', Integer).id)
})

describe.each(databases())('own types on $name', ({ url }) => {
  const engine = createEngine(url)
  const metadata = new MetaData()
  const Mood = Enum('sad', '"(,)\\', { name: 'own_mood' })
  const Inner = pg.Composite('own_inner', { a: Text, b: Integer, mood: Mood })
  const Count = pg.Domain('own_count', Integer, { check: 'VALUE >= 0' })
  const Outer = pg.Composite('own_outer', {
    inner: Inner,
    inners: ARRAY(Inner),
    texts: ARRAY(Text),
    range: pg.NUMRANGE,
    doc: pg.JSONB<unknown>(),
    count: Count,
    at: DateTime({ timezone: true }),
    bytes: LargeBinary,
    amount: Numeric,
    big: BigInteger,
  })
  const t = table('own_types', metadata, {
    id: Column(Integer, { primaryKey: true }),
    outer: Column(Outer, { nullable: true }),
    outers: Column(ARRAY(Outer)),
    counts: Column(ARRAY(Count)),
    count: Column(Count),
    moods: Column(ARRAY(Mood)),
  })
  beforeAll(() => metadata.createAll(engine))
  afterAll(async () => {
    await metadata.dropAll(engine)
    const left = engine.execute("SELECT typname FROM pg_type WHERE typname LIKE 'own\\_%'").scalars()
    expect(await left.all()).toEqual([])
    await engine.dispose()
  })
  const back = async (value: unknown, type: SqlType): Promise<unknown> =>
    (
      await engine
        .execute(select(literal(value, type).label('v')))
        .tuples()
        .one()
    )[0]

  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }).map((each) => each.replaceAll('\0', '0')),
    fc.constantFrom(
      '',
      '"',
      '\\',
      "'",
      ',',
      '(',
      ')',
      '{}',
      'NULL',
      'null',
      ' a ',
      '""',
      '\\"',
      '\n',
      'empty',
      '[1,2)',
    ),
  )
  const ordered = <T>(one: T, other: T, less: (a: T, b: T) => boolean): [T, T] =>
    less(other, one) ? [other, one] : [one, other]
  const rangesOf = <T>(value: fc.Arbitrary<T>, less: (a: T, b: T) => boolean): fc.Arbitrary<Range<T>> =>
    fc.tuple(fc.option(value), fc.option(value)).map(([one, other]) => {
      if (one === null || other === null) return new Range<T>(one, other)
      const [lower, upper] = ordered(one, other, less)
      return less(lower, upper) ? new Range(lower, upper) : Range.empty<T>()
    })
  const int4 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const day = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  const number = fc.tuple(fc.integer(), fc.nat(999)).map(([a, b]) => `${a}.${`${b}`.padStart(3, '0')}`)
  const kinds: readonly (readonly [SqlType, SqlType, fc.Arbitrary<Range<unknown>>])[] = [
    [pg.INT4RANGE, pg.INT4MULTIRANGE, rangesOf(int4, (a, b) => a < b)],
    [pg.INT8RANGE, pg.INT8MULTIRANGE, rangesOf(int8, (a, b) => a < b)],
    [pg.NUMRANGE, pg.NUMMULTIRANGE, rangesOf(number, (a, b) => Number(a) < Number(b))],
    [pg.TSTZRANGE, pg.TSTZMULTIRANGE, rangesOf(day, (a, b) => a < b)],
    [
      pg.DATERANGE,
      pg.DATEMULTIRANGE,
      rangesOf(
        day.map((d) => d.toISOString().slice(0, 10)),
        (a, b) => a < b,
      ),
    ],
    [
      pg.TSRANGE,
      pg.TSMULTIRANGE,
      rangesOf(
        day.map((d) => d.toISOString().slice(0, 19).replace('T', ' ')),
        (a, b) => a < b,
      ),
    ],
  ]

  test.each(kinds)('%#: ranges come back as they were, in arrays and multiranges too', async (type, multi, ranges) => {
    await fc.assert(
      fc.asyncProperty(ranges, fc.array(ranges, { maxLength: 3 }), async (one, many) => {
        expect(await back(one, type)).toEqual(one)
        expect(await back(many, ARRAY(type))).toEqual(many)
        const set = (await back(many, multi)) as Range[]
        expect(set.every((each) => each instanceof Range && !each.isEmpty)).toBe(true)
        expect(await back(set, multi)).toEqual(set)
        expect(await back([set, set], ARRAY(multi))).toEqual([set, set])
      }),
      { numRuns: 12 },
    )
  })

  test('the server agrees on what is in a range', async () => {
    const range = literal(new Range(1, 5), pg.INT4RANGE)
    const answers = select(
      range.contains(1),
      range.contains(5),
      range.overlaps(new Range(4, null)),
      range.adjacentTo(new Range(5, 6)),
      range.strictlyLeftOf(new Range(5, 6)),
      range.multiply(new Range(3, 9)),
      range.add(new Range(5, 9)),
      range.subtract(new Range(1, 3)),
      literal([new Range(1, 3), new Range(5, 7)], pg.INT4MULTIRANGE).contains(new Range(5, 6)),
    )
    expect(await engine.execute(answers).tuples().one()).toEqual([
      true,
      false,
      true,
      true,
      true,
      new Range(3, 5),
      new Range(1, 9),
      new Range(3, 5),
      true,
    ])
    expect(await engine.execute('SELECT int4range(1, 5)', []).scalar()).toEqual(new Range(1, 5))
    expect(await engine.execute('SELECT $1::int4range', [new Range(1, 5)]).scalar()).toEqual(new Range(1, 5))
  })

  test('composites, domains and enums come back as they were, nested and in arrays', async () => {
    const inner = fc.record({
      a: fc.option(text),
      b: fc.option(int4),
      mood: fc.option(fc.constantFrom(...Mood.labels)),
    })
    const outer = fc.record({
      inner: fc.option(inner),
      inners: fc.option(fc.array(fc.option(inner), { maxLength: 2 })),
      texts: fc.option(fc.array(fc.option(text), { maxLength: 3 })),
      range: fc.option(rangesOf(number, (a, b) => Number(a) < Number(b))),
      doc: fc.option(fc.oneof(fc.record({ k: text }), fc.array(text, { maxLength: 2 }))),
      count: fc.option(fc.nat()),
      at: fc.option(day),
      bytes: fc.option(fc.uint8Array({ maxLength: 4 })),
      amount: fc.option(number),
      big: fc.option(int8),
    })
    await fc.assert(
      fc.asyncProperty(outer, fc.array(fc.option(outer), { maxLength: 2 }), async (one, many) => {
        expect(await back(one, Outer)).toEqual(one)
        expect(await back(many, ARRAY(Outer))).toEqual(many)
      }),
      { numRuns: 40 },
    )
    const value = { inner: { a: '"', b: 1, mood: 'sad' as const }, count: 3 } as never
    const row = { id: 1, outer: value, outers: [value], counts: [1, 2], count: 3, moods: ['sad' as const] }
    await engine.execute(insert(t).values(row))
    const found = await engine.execute(select(t).where(t.c.count.in([3]), t.c.counts.contains([2]))).one()
    expect(found.outers[0]?.inner).toEqual({ a: '"', b: 1, mood: 'sad' })
    expect(found.outer?.texts).toBe(null)
    await engine.execute(update(t).values({ outer: null }).where(t.c.id.eq(1)))
    await expect(engine.execute(update(t).values({ count: -1 }).all())).rejects.toThrow(/own_count/)
    await expect(back({ nmae: 'x' }, Inner)).rejects.toThrow(/has no field 'nmae'/)
    await expect(back({ b: 'x' }, Inner)).rejects.toThrow(/field 'b' of own_inner/)
  })

  test('networks, bits, money, names and XML', async () => {
    const values: readonly (readonly [unknown, SqlType])[] = [
      ['10.0.0.1', pg.INET],
      ['10.0.0.0/8', pg.INET],
      ['2001:db8::/32', pg.CIDR],
      ['08:00:2b:01:02:03', pg.MACADDR],
      ['08:00:2b:01:02:03:04:05', pg.MACADDR8],
      ['0101', pg.BIT(4)],
      ['', pg.VARBIT],
      ['10', pg.VARBIT(5)],
      ['$1,234.50', pg.MONEY],
      [1259, pg.OID],
      ['pg_class', pg.REGCLASS],
      ["'a' 'b'", pg.TSVECTOR],
      ["'a' & !'b'", pg.TSQUERY],
      ['$."a"?(@ > 1)', pg.JSONPATH],
    ]
    for (const [value, type] of values) {
      expect(await back(value, type)).toBe(value)
      expect(await back([value, null], ARRAY(type))).toEqual([value, null])
    }
    expect(await back('<a>&amp;</a>', pg.XML)).toBe('<a>&amp;</a>')
    expect(await back(['<a/>', null], ARRAY(pg.XML))).toEqual(['<a/>', null])
    await expect(back('<a>', pg.XML)).rejects.toThrow(/XML/)
    const inside = literal('10.1.2.3', pg.INET).boolOp('<<')(literal('10.0.0.0/8', pg.CIDR))
    expect(await engine.execute(select(inside.label('x'))).scalar()).toBe(true)
  })

  test('the name of a time zone is a text', async () => {
    const at = literal(new Date('2024-07-01T12:00:00Z'), DateTime({ timezone: true }))
    const there = at.op('AT TIME ZONE')('Asia/Tokyo').cast(String)
    expect(await engine.execute(select(there)).scalar()).toBe('2024-07-01 21:00:00')
    expect(postgres.compile(select(at.op('AT TIME ZONE')('UTC'))).sql).toContain('AT TIME ZONE $2::VARCHAR')
    expect(postgres.compile(select(at.gt('2024-01-01' as never))).sql).toContain('> $2::TIMESTAMP WITH TIME ZONE')
  })

  test('text search', async () => {
    const vector = pg.toTsvector('english', 'The quick brown foxes')
    const found = select(
      vector.matchesQuery(pg.websearchToTsquery('english', 'fox -dog')),
      vector.matchesQuery(pg.toTsquery('english', 'fox & dog')),
      vector.match('fox', { regconfig: 'english' }),
      pg.tsRank(vector, pg.plaintoTsquery('english', 'fox')).gt(0),
      pg.tsHeadline('english', 'foxes', pg.phrasetoTsquery('english', 'fox')),
      literal("'fox'", pg.TSVECTOR).matchesQuery('fox'),
    )
    expect(await engine.execute(found).tuples().one()).toEqual([true, false, true, true, '<b>foxes</b>', true])
  })

  test('ends of ranges are values of what the ranges are of', async () => {
    const numbers = literal(new Range(3, 9), pg.INT4RANGE)
    const days = literal([new Range('2024-01-01', '2024-02-01'), new Range('2024-03-01', null)], pg.DATEMULTIRANGE)
    const ends = select(
      func.lower(numbers),
      func.upper(numbers),
      func.lower(days),
      func.upper(days),
      func.lower(literal(new Range(5n, 6n), pg.INT8RANGE)),
      func.upper(literal(new Range('1.50', '2.25'), pg.NUMRANGE)).add('1'),
      func.lower(literal('ABC')),
    )
    expect(await engine.execute(ends).tuples().one()).toEqual([3, 9, '2024-01-01', null, 5n, '3.25', 'abc'])
    expectTypeOf(func.lower(numbers)['~value']).toEqualTypeOf<number | null>()
    expectTypeOf(func.upper(days)['~value']).toEqualTypeOf<string | null>()
  })

  test('paths into documents', async () => {
    const doc = literal({ list: [1, 2, 3] }, pg.JSONB())
    const found = select(
      pg.jsonbPathQueryFirst(doc, '$.list[*] ? (@ > $min)', { min: 1 }),
      pg.jsonbPathQueryArray(doc, '$.list[*] ? (@ > 1)'),
      pg.jsonbPathExists(doc, '$.nothing'),
      pg.jsonbPathMatch(doc, '$.list[0] == 1'),
      pg.jsonbPathQuery(doc, '$.list[2]'),
    )
    expect(await engine.execute(found).tuples().one()).toEqual([2, [2, 3], false, true, 3])
  })
})

test('extensions: key-value pairs and text without case', async () => {
  const database = await freshDatabase()
  const engine = createEngine(database.url)
  try {
    await engine.execute('CREATE EXTENSION hstore')
    await engine.execute('CREATE EXTENSION citext')
    const back = async (value: unknown, type: SqlType): Promise<unknown> =>
      (
        await engine
          .execute(select(literal(value, type).label('v')))
          .tuples()
          .one()
      )[0]
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }).map((each) => each.replaceAll('\0', '0')),
      fc.constantFrom('', '"', '\\', '=>', 'NULL', '__proto__', ', ', "'"),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, fc.option(text)), { maxLength: 4 }), async (pairs) => {
        const value = Object.fromEntries(pairs)
        expect(await back(value, pg.HSTORE)).toEqual(value)
        expect(await back([value, null], ARRAY(pg.HSTORE))).toEqual([value, null])
      }),
      { numRuns: 40 },
    )
    const pairs = literal({ a: '1', b: null }, pg.HSTORE)
    const found = select(
      pairs.at('a'),
      pairs.contains({ a: '1' }),
      pairs.hasKey('b'),
      pairs.hasAll(['a', 'z']),
      pairs.without('a'),
      pairs.concat({ c: '3' }),
      literal('ABC', pg.CITEXT).eq('abc'),
      literal(['ABC'], ARRAY(pg.CITEXT)),
    )
    expect(await engine.execute(found).tuples().one()).toEqual([
      '1',
      true,
      true,
      false,
      { b: null },
      { a: '1', b: null, c: '3' },
      true,
      ['ABC'],
    ])
  } finally {
    await engine.dispose()
    await database.drop()
  }
})
