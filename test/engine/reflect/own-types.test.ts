// Types that a schema defines: ranges with their multiranges, domains with several conditions, comments of types.
import fc from 'fast-check'
import {
  ARRAY,
  ArgumentError,
  Column,
  CompileError,
  type Engine,
  Enum,
  Integer,
  insert,
  literal,
  MetaData,
  Range,
  SetTypeComment,
  String,
  select,
  Table,
  Text,
  table,
  text,
} from 'tsalchemy'
import { Composite, DOUBLE_PRECISION, Domain, postgresqlDialect, RangeOf } from 'tsalchemy/postgresql'
import { sqliteDialect } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../support/server.ts'
import { commandsOf, type Pair, twoDatabases } from './support.ts'

const Span = RangeOf('Float range', DOUBLE_PRECISION, { subtypeDiff: 'float8mi', comment: "of 'numbers'" })
const Words = RangeOf('words', Text, { collation: 'C', operatorClass: 'text_pattern_ops', multirange: 'word lists' })
const Age = Domain('age', Integer, { checks: { low: 'VALUE >= 0', 'hi "gh"': 'VALUE < 200' }, comment: 'in years' })
const Place = Composite('place', { span: Span, age: Age }, { comment: 'where' })
const Mood = Enum('sad', 'glad', { name: 'mood', comment: 'of a day' })

function schemaOf(): { readonly metadata: MetaData; readonly things: Table } {
  const metadata = new MetaData()
  const things = table('things', metadata, {
    id: Column(Integer, { primaryKey: true }),
    span: Column(Span, { nullable: true }),
    spans: Column(Span.multirange, { nullable: true }),
    listed: Column(ARRAY(Span), { nullable: true }),
    words: Column(Words.multirange, { nullable: true }),
    place: Column(Place, { nullable: true }),
    mood: Column(Mood, { nullable: true }),
  })
  return { metadata, things: things as unknown as Table }
}

const TYPES = [
  'CREATE TYPE "Float range" AS RANGE (SUBTYPE = DOUBLE PRECISION, SUBTYPE_DIFF = float8mi)',
  `COMMENT ON TYPE "Float range" IS 'of ''numbers'''`,
  'CREATE TYPE words AS RANGE (SUBTYPE = TEXT, SUBTYPE_OPCLASS = text_pattern_ops, COLLATION = "C", MULTIRANGE_TYPE_NAME = "word lists")',
  'CREATE DOMAIN age AS INTEGER CONSTRAINT low CHECK (VALUE >= 0) CONSTRAINT "hi ""gh""" CHECK (VALUE < 200)',
  "COMMENT ON DOMAIN age IS 'in years'",
  'CREATE TYPE place AS (span "Float range", age age)',
  "COMMENT ON TYPE place IS 'where'",
  "CREATE TYPE mood AS ENUM ('sad', 'glad')",
  "COMMENT ON TYPE mood IS 'of a day'",
]

test('what creates them', () => {
  const { metadata } = schemaOf()
  const commands = metadata.createPlan().sql(postgresqlDialect())
  expect(commands.slice(0, -1)).toEqual(TYPES)
  expect(commands.at(-1)).toContain('spans "Float multirange", \n\tlisted "Float range"[], \n\twords "word lists"')
  expect(metadata.dropPlan().sql(postgresqlDialect()).slice(1)).toEqual([
    'DROP TYPE mood',
    'DROP TYPE place',
    'DROP DOMAIN age',
    'DROP TYPE words',
    'DROP TYPE "Float range"',
  ])
})

test('a comment alone', () => {
  const sql = (element: SetTypeComment): string => postgresqlDialect().compile(element).sql
  expect(sql(new SetTypeComment(Age, "it's"))).toBe("COMMENT ON DOMAIN age IS 'it''s'")
  expect(sql(new SetTypeComment(Mood, null))).toBe('COMMENT ON TYPE mood IS NULL')
  expect(sql(new SetTypeComment(Enum('a', { name: 'plain' })))).toBe('COMMENT ON TYPE plain IS NULL')
  expect(`${new SetTypeComment(Mood)}`).toBe("COMMENT ON TYPE mood IS 'of a day'")
  expect(() => sqliteDialect().compile(new SetTypeComment(Mood))).toThrow(CompileError)
})

test('a type that is written twice has the comment of either', () => {
  const metadata = new MetaData()
  const of = (comment?: string) => Enum('a', { name: 'kind', ...(comment === undefined ? {} : { comment }) })
  table('one', metadata, { a: Column(of()) })
  table('two', metadata, { a: Column(of('said here')) })
  expect(metadata.createPlan().sql(postgresqlDialect()).slice(0, 2)).toEqual([
    "CREATE TYPE kind AS ENUM ('a')",
    "COMMENT ON TYPE kind IS 'said here'",
  ])
})

test('what is refused', () => {
  expect(() => RangeOf('', Integer)).toThrow(new ArgumentError('RangeOf() takes a name that is not empty'))
  expect(() => RangeOf('a', 'int4' as never)).toThrow('RangeOf() takes a name and the SQL type of the ends')
  expect(() => RangeOf('a', Integer, { subtype: 1 } as never)).toThrow("RangeOf() has no option 'subtype'")
  expect(() => Domain('a', Integer, { checks: ['VALUE > 0'] as never })).toThrow('checks are conditions by name')
  expect(() => Domain('a', Integer, { default: 5 as never })).toThrow(
    "Domain(): default is SQL as a string, such as '0'",
  )
  expect(() => Domain('a', Integer, { checks: { b: 5 as never } })).toThrow('checks.b is SQL as a string')
})

describe.each(databases())('$name', (target) => {
  let pair: Pair
  let engine: Engine
  beforeAll(async () => {
    pair = await twoDatabases(target)
    engine = pair.one
  })
  afterAll(() => pair.close())

  test('they come back with all that was said of them', async () => {
    const { metadata } = schemaOf()
    await metadata.createAll(engine)
    const found = new MetaData()
    await found.reflect(engine)
    const types = [...TYPES].sort()
    types[types.findIndex((each) => each.startsWith('CREATE DOMAIN'))] =
      'CREATE DOMAIN age AS INTEGER CONSTRAINT "hi ""gh""" CHECK (VALUE < 200) CONSTRAINT low CHECK (VALUE >= 0)'
    expect(commandsOf(found, engine).slice(0, -1).sort()).toEqual(types)
    await found.createAll(pair.other)
    const again = new MetaData()
    await again.reflect(pair.other)
    expect(commandsOf(again, pair.other)).toEqual(commandsOf(found, engine))
    for (const each of [engine, pair.other]) await again.dropAll(each)
    const left =
      "SELECT count(*) AS n FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'public'"
    expect(await engine.execute(left).scalarOne()).toBe(0n)
  })

  test('values of them, declared, reflected and unknown', async () => {
    const { metadata, things } = schemaOf()
    await metadata.createAll(engine)
    const row = {
      span: new Range(1.5, null),
      spans: [new Range(1, 2.5), new Range(4, 5, '[]')],
      listed: [Range.empty<number>(), new Range(-1, 0.1)],
      words: [new Range('"a,', 'b c]')],
      place: { span: new Range(0, 1), age: 7 },
      mood: 'sad',
    }
    await engine.execute(insert(things).values({ id: 1, ...row } as never))
    const reflected = await Table.reflect('things', new MetaData(), engine)
    await engine.execute(insert(reflected).values({ id: 2, ...row } as never))
    for (const read of [select(things), select(reflected), 'SELECT * FROM things'])
      expect(await engine.execute(read as typeof reflected extends never ? never : string).all()).toEqual([
        { id: 1, ...row },
        { id: 2, ...row },
      ])
    const spans = things.column('span')
    const held = select(things.column('id')).where(spans.contains(literal(2, DOUBLE_PRECISION)))
    expect(await engine.execute(held).scalars().all()).toEqual([1, 2])
    expect(
      await engine
        .execute(select(things.column('id')).where(spans.contains(1)))
        .scalars()
        .all(),
    ).toEqual([])
    await metadata.dropAll(engine)
  })

  test('a domain keeps each of its conditions, under its name', async () => {
    await engine.execute(
      'CREATE DOMAIN code AS text CONSTRAINT short CHECK (length(VALUE) < 5) CONSTRAINT low CHECK (VALUE = lower(VALUE))',
    )
    await engine.execute('CREATE TABLE coded (code code)')
    const coded = await Table.reflect('coded', new MetaData(), engine)
    const metadata = coded.metadata as MetaData
    expect(metadata.createPlan().sql(engine.dialect)[0]).toBe(
      'CREATE DOMAIN code AS TEXT CONSTRAINT low CHECK (VALUE = lower(VALUE)) CONSTRAINT short CHECK (length(VALUE) < 5)',
    )
    await metadata.dropAll(engine)
  })

  test.each(['name', 'text', 'point'])('one that is called %s, as a type of the server, is refused', async (name) => {
    const metadata = new MetaData()
    table('held', metadata, { spans: Column(RangeOf(name, Integer)) })
    await expect(metadata.createAll(engine)).rejects.toThrow(
      new CompileError(
        `'${name}' is a type of PostgreSQL's own, which would be meant wherever this one is named: give it another name, or a schema`,
      ),
    )
  })

  test('the multirange of any name is the one that the server makes', async () => {
    const name = fc.oneof(
      fc.constantFrom(
        'range',
        'a range of ranges',
        'é'.repeat(31),
        'x'.repeat(63),
        `${'x'.repeat(58)}range`,
        '__proto__',
      ),
      fc.string({ minLength: 1, maxLength: 70 }).filter((each) => !each.includes('\0') && Buffer.byteLength(each) < 64),
    )
    const taken = await engine
      .execute(
        text("SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace").columns({
          typname: String,
        }),
      )
      .scalars()
      .all()
    await fc.assert(
      fc.asyncProperty(name, async (given) => {
        fc.pre(!taken.includes(given))
        const metadata = new MetaData()
        const Own = RangeOf(given, Integer)
        const held = table('held', metadata, { spans: Column(Own.multirange) })
        await metadata.createAll(engine)
        try {
          await engine.execute(insert(held).values({ spans: [new Range(1, 3)] }))
          expect(await engine.execute(select(held.c.spans)).scalarOne()).toEqual([new Range(1, 3)])
          const [column] = (await Table.reflect('held', new MetaData(), engine)).columnList
          expect(column?.type.id).toBe(Own.multirange.id)
        } finally {
          await metadata.dropAll(engine)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('a type in a schema of its own, and one that is there already', async () => {
    await engine.execute('CREATE SCHEMA "own types"')
    await engine.execute(`CREATE TYPE "own types".spans AS RANGE (SUBTYPE = float8)`)
    const There = RangeOf('spans', DOUBLE_PRECISION, { schema: 'own types', createType: false })
    const metadata = new MetaData()
    const held = table('held', metadata, { one: Column(There), all: Column(There.multirange), text: Column(String(3)) })
    await metadata.createAll(engine)
    await engine.execute(insert(held).values({ one: new Range(1, 2), all: [], text: 'abc' }))
    const reflected = await Table.reflect('held', new MetaData(), engine)
    expect(reflected.columnList.map(({ type }) => type.id).slice(0, 2)).toEqual([There.id, There.multirange.id])
    await metadata.dropAll(engine)
    await engine.execute('DROP SCHEMA "own types" CASCADE')
  })
})
