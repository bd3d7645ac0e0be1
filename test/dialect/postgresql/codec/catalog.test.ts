// Rows of SQL that declares no types: those that a database has beside PostgreSQL's own are asked for once, and read as what they are.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ValueCodec } from '../../../../src/dialect/contract/value-codec.ts'
import { codecByOid } from '../../../../src/dialect/postgresql/codec/index.ts'
import { createEngine, type Engine } from '../../../../src/engine/index.ts'
import { ArgumentError } from '../../../../src/errors.ts'
import { Range, select, text } from '../../../../src/index.ts'
import { databases, postgresUrl } from '../../../support/server.ts'

const STATEMENTS = [
  "CREATE TYPE mood AS ENUM ('sad', 'it''s, \"ok\"')",
  'CREATE DOMAIN age AS int CHECK (VALUE >= 0)',
  'CREATE DOMAIN ages AS int[]',
  'CREATE SCHEMA shop',
  'CREATE TYPE shop.price AS (amount numeric(10,2), since timestamptz, "Odd name" text)',
  'CREATE TYPE item AS (id bigint, felt mood, prices shop.price[], aged age, range int4range)',
  'CREATE TYPE shop.floatrange AS RANGE (SUBTYPE = float8)',
  'CREATE TYPE moodrange AS RANGE (SUBTYPE = mood)',
  'CREATE TYPE tree AS (name text)',
  'CREATE TABLE people (id int, name text, born date)',
  "INSERT INTO people VALUES (1, 'ed', '1999-01-02')",
]

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  const engines: Engine[] = []
  /** An engine that knows nothing yet, of a database with the types. */
  const withTypes = async (...codecs: readonly ValueCodec[]): Promise<Engine> => {
    const made = createEngine(url, { codecs })
    engines.push(made)
    // A database in the process is its engine's own.
    if (url === 'pglite://') for (const statement of STATEMENTS) await made.execute(statement)
    return made
  }
  beforeAll(async () => {
    engine = createEngine(url)
    for (const statement of STATEMENTS) await engine.execute(statement)
  })
  afterEach(async () => {
    for (const each of engines.splice(0)) await each.dispose()
  })
  afterAll(async () => {
    await engine.execute('DROP SCHEMA shop CASCADE')
    await engine.dispose()
  })

  const value = (sql: string): Promise<unknown> => engine.execute(`SELECT ${sql} AS v`).scalarOne()

  test.each<[string, unknown]>([
    ["'sad'::mood", 'sad'],
    [`ARRAY['sad', 'it''s, "ok"', NULL]::mood[]`, ['sad', 'it\'s, "ok"', null]],
    ['5::age', 5],
    ['ARRAY[5, NULL]::age[]', [5, null]],
    ["'{1,2}'::ages", [1, 2]],
    ["ARRAY['{1,2}'::ages, '{3}'::ages]", [[1, 2], [3]]],
    [
      `ROW(1.50, '2026-01-02 03:04:05.678+02', 'a "b" \\ c')::shop.price`,
      { amount: '1.50', since: new Date('2026-01-02T01:04:05.678Z'), 'Odd name': 'a "b" \\ c' },
    ],
    ["ARRAY[ROW(NULL, NULL, '')]::shop.price[]", [{ amount: null, since: null, 'Odd name': '' }]],
    [
      `ROW(9007199254740993, 'sad', ARRAY[ROW(1, '2026-01-02Z', '{"(,\\')]::shop.price[], 7, '[1,5)')::item`,
      {
        id: 9007199254740993n,
        felt: 'sad',
        prices: [{ amount: '1.00', since: new Date('2026-01-02'), 'Odd name': '{"(,\\' }],
        aged: 7,
        range: new Range(1, 5, '[)'),
      },
    ],
    ["'[1.5,2.5)'::shop.floatrange", new Range(1.5, 2.5, '[)')],
    ["'{[1.5,2.5),[3,4]}'::shop.floatmultirange", [new Range(1.5, 2.5, '[)'), new Range(3, 4, '[]')]],
    ["ARRAY['[1,2)'::shop.floatrange]", [new Range(1, 2, '[)')]],
    ['\'[sad,"it\'\'s, \\"ok\\""]\'::moodrange', new Range('sad', 'it\'s, "ok"', '[]')],
    ['(SELECT p FROM people p)', { id: 1, name: 'ed', born: '1999-01-02' }],
    ['(SELECT array_agg(p) FROM people p)', [{ id: 1, name: 'ed', born: '1999-01-02' }]],
    ['NULL::item', null],
    ["ROW(1, 'a')", '(1,a)'],
    ["'(1,2)'::point", '(1,2)'],
  ])('%s', async (sql, expected) => {
    expect(await value(sql)).toEqual(expected)
    // Through rows that the driver makes itself, and through rows as arrays.
    expect((await engine.execute(`SELECT ${sql} AS v`).all()).map((row) => ({ ...row }))).toEqual([{ v: expected }])
    expect(
      await engine
        .execute(text(`SELECT ${sql.replaceAll(':', '\\:')} AS v`))
        .tuples()
        .all(),
    ).toEqual([[expected]])
  })

  test('every type that PostgreSQL brings is known, and so are arrays of it', async () => {
    const rows = await engine
      .execute(
        "SELECT t.oid, t.typname, t.typarray FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'pg_catalog' AND t.oid < 10000 AND t.typtype IN ('b', 'r', 'm') AND t.typcategory <> 'A'",
      )
      .tuples()
      .all()
    expect(rows.length).toBeGreaterThan(70)
    const unknown = rows.filter(([oid, name]) => codecByOid(oid as number).name !== name)
    expect(unknown).toEqual([])
    const arrays = rows.filter(
      ([, name, array]) => array !== 0 && codecByOid(array as number).name !== `${String(name)}[]`,
    )
    expect(arrays).toEqual([])
  })

  test('the first time, in a transaction, in a stream, and beside others', async () => {
    const fresh = await withTypes()
    await fresh.begin(async (connection) => {
      expect(await connection.execute("SELECT 'sad'::mood AS a, ROW('x')::tree AS b").all()).toEqual([
        { a: 'sad', b: { name: 'x' } },
      ])
    })
    const second = await withTypes()
    const [one, other] = await Promise.all([
      second.execute("SELECT ROW('x')::tree AS v").scalarOne(),
      second.execute("SELECT ROW(NULL, NULL, '')::shop.price AS v").scalarOne(),
    ])
    expect([one, other]).toEqual([{ name: 'x' }, { amount: null, since: null, 'Odd name': '' }])
    const third = await withTypes()
    await using connection = await third.connect()
    const rows: unknown[] = []
    for await (const row of connection.stream(text('SELECT ROW(n)\\:\\:tree AS v FROM generate_series(1, 3) n')))
      rows.push({ ...(row as object) })
    expect(rows).toEqual([{ v: { name: '1' } }, { v: { name: '2' } }, { v: { name: '3' } }])
  })

  test('statements that share a connection are not mixed up by the question', async () => {
    const shared = createEngine(url, {
      pipelining: true,
      ...(url === 'pglite://' ? {} : { poolSize: 1, maxOverflow: 0 }),
    })
    engines.push(shared)
    if (url === 'pglite://') for (const statement of STATEMENTS) await shared.execute(statement)
    const numbers = Array.from({ length: 40 }, (_, index) => index)
    const values = await Promise.all(
      numbers.map((number) =>
        shared
          .execute(number % 3 === 0 ? `SELECT ROW('${number}')::tree AS v` : `SELECT ${number}::int AS v`)
          .scalarOne(),
      ),
    )
    expect(values).toEqual(numbers.map((number) => (number % 3 === 0 ? { name: `${number}` } : number)))
    const broken = await Promise.allSettled([
      shared.execute("SELECT ROW('x')::tree AS v").scalarOne(),
      shared.execute('SELECT 1/0').scalarOne(),
      shared.execute("SELECT '[1,2)'::shop.floatrange AS v").scalarOne(),
    ])
    expect(broken.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('one query for all types of a database, and none where nothing is unknown', async () => {
    await using connection = await engine.connect()
    const { driverConnection } = connection
    await connection.execute('SELECT 1')
    await connection.rollback()
    await connection.execute("SELECT 'sad'::mood, ROW('x')::tree, 5::numeric")
    const before = connection.driverConnection?.flights ?? 0
    await connection.execute("SELECT 'sad'::mood, ROW('x')::tree, '[1,2)'::shop.floatrange")
    await connection.execute('SELECT ARRAY[NULL::item]')
    expect((connection.driverConnection?.flights ?? 0) - before).toBe(2)
    expect(connection.driverConnection).toBe(driverConnection)
  })

  test('types that come later, and types that are altered', async () => {
    await engine.execute('CREATE TYPE late AS (a int)')
    expect(await value('ROW(1)::late')).toEqual({ a: 1 })
    await engine.execute('ALTER TYPE late ADD ATTRIBUTE b text')
    expect(await value("ROW(1, 'x')::late")).toEqual({ a: 1, b: 'x' })
    expect(await value("ARRAY[ROW(1, 'x')::late]")).toEqual([{ a: 1, b: 'x' }])
    await engine.execute('ALTER TYPE late DROP ATTRIBUTE a')
    expect(await value("ARRAY[ROW('x')::late]")).toEqual([{ b: 'x' }])
    await engine.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new'")
    expect(await value("'new'::mood")).toBe('new')
    await engine.execute('DROP TYPE late')
    await engine.execute('CREATE TYPE late AS (c bool)')
    expect(await value('ROW(true)::late')).toEqual({ c: true })
    await engine.execute('DROP TYPE late')
  })

  test('fields that get other names or types, by DDL of the engine, committed or not', async () => {
    const fresh = await withTypes()
    const read = (on: Pick<Engine, 'execute'> = fresh): Promise<unknown> =>
      on.execute("SELECT ARRAY[ROW(ROW(1, '007')::inside)::outside] AS v").scalarOne()
    await fresh.execute('CREATE TYPE inside AS (a int, b text)')
    await fresh.execute('CREATE TYPE outside AS (i inside)')
    expect(await read()).toEqual([{ i: { a: 1, b: '007' } }])
    await fresh.execute('ALTER TYPE inside RENAME ATTRIBUTE a TO c')
    expect(await read()).toEqual([{ i: { c: 1, b: '007' } }])
    await fresh.execute('DO $$ BEGIN ALTER TYPE inside RENAME ATTRIBUTE c TO d; END $$')
    expect(await read()).toEqual([{ i: { d: 1, b: '007' } }])
    {
      await using connection = await fresh.connect()
      await connection.execute('ALTER TYPE inside RENAME ATTRIBUTE d TO e')
      expect(await read(connection)).toEqual([{ i: { e: 1, b: '007' } }])
      await connection.rollback()
      expect(await read(connection)).toEqual([{ i: { d: 1, b: '007' } }])
      await connection.rollback()
    }
    await fresh.execute('ALTER TYPE inside DROP ATTRIBUTE b')
    await fresh.execute('ALTER TYPE inside ADD ATTRIBUTE b int')
    expect(await read()).toEqual([{ i: { d: 1, b: 7 } }])
    await fresh.execute('DROP TYPE outside')
    await fresh.execute('DROP TYPE inside')
  })

  test('rows of a table whose columns get other names and types', async () => {
    const rows = (): Promise<unknown[]> => engine.execute('SELECT t FROM moving t').scalars().all()
    await engine.execute('CREATE TABLE moving (a int, b int)')
    await engine.execute('INSERT INTO moving VALUES (1, 2)')
    expect(await rows()).toEqual([{ a: 1, b: 2 }])
    await engine.execute('ALTER TABLE moving RENAME COLUMN b TO c')
    expect(await rows()).toEqual([{ a: 1, c: 2 }])
    await engine.execute('ALTER TABLE moving ALTER COLUMN c TYPE text')
    expect(await rows()).toEqual([{ a: 1, c: '2' }])
    await engine.execute('DROP TABLE moving')
  })

  test('types and tables without fields', async () => {
    await engine.execute('CREATE TYPE nothing AS ()')
    await engine.execute('CREATE TABLE columnless ()')
    await engine.execute('INSERT INTO columnless DEFAULT VALUES')
    expect(await value('ROW()::nothing')).toEqual({})
    expect(await value('ARRAY[ROW()::nothing, NULL]')).toEqual([{}, null])
    expect(await engine.execute('SELECT c FROM columnless c').scalars().all()).toEqual([{}])
    await engine.execute('DROP TABLE columnless')
    await engine.execute('DROP TYPE nothing')
  })

  test('a transaction that failed is not asked, and stays as it is', async () => {
    await engine.execute('CREATE TYPE unseen AS (a int)')
    await using connection = await engine.connect()
    await expect(connection.executeAll([text('SELECT ROW(1)\\:\\:unseen AS v'), text('SELECT 1/0')])).rejects.toThrow(
      'division by zero',
    )
    expect(connection.driverConnection?.transactionStatus).toBe('failed')
    await connection.rollback()
    expect(await connection.execute('SELECT ROW(1)::unseen AS v').scalarOne()).toEqual({ a: 1 })
    await connection.rollback()
    await connection.execute('DROP TYPE unseen')
    await connection.commit()
  })

  test('a question that the server does not answer fails its statement, and says nothing of the types', async () => {
    const fresh = await withTypes()
    await using connection = await fresh.connect()
    await connection.execute('REVOKE SELECT ON pg_catalog.pg_range FROM PUBLIC')
    await connection.execute('SET LOCAL ROLE pg_monitor')
    await expect(connection.execute("SELECT ROW('x')::tree AS v").scalarOne()).rejects.toThrow(
      'permission denied for table pg_range',
    )
    await connection.rollback()
    expect(await connection.execute("SELECT ROW('x')::tree AS v").scalarOne()).toEqual({ name: 'x' })
  })

  test('what the application wants of types goes before, in arrays and composite types too', async () => {
    class Money {
      readonly cents: bigint
      constructor(text: string) {
        this.cents = BigInt(text.replace('.', ''))
      }
    }
    const own = await withTypes(
      { type: 'numeric', decode: (text) => new Money(text), class: Money, encode: ({ cents }: Money) => `${cents}e-2` },
      { type: 'bigint', decode: Number },
      { type: 'shop.price', decode: (text) => `price ${text}` },
      { type: 'mood', decode: (text) => text.toUpperCase() },
    )
    const scalar = (sql: string, values: unknown[] = []): Promise<unknown> =>
      own.execute(`SELECT ${sql} AS v`, values).scalarOne()
    expect(await scalar('1.50::numeric')).toEqual(new Money('1.50'))
    expect(await scalar('ARRAY[1.50, NULL]::numeric(10,2)[]')).toEqual([new Money('1.50'), null])
    expect(await scalar('5::bigint')).toBe(5)
    expect(await scalar("'sad'::mood")).toBe('SAD')
    expect(await scalar("ARRAY['sad']::mood[]")).toEqual(['SAD'])
    expect(await scalar("ROW(NULL, NULL, 'x')::shop.price")).toBe('price (,,x)')
    expect(await scalar("ROW(1, 'sad', NULL, 3, NULL)::item")).toEqual({
      id: 1,
      felt: 'SAD',
      prices: null,
      aged: 3,
      range: null,
    })
    // Parameters of the class, alone and in arrays.
    expect(await scalar('$1::numeric + 1', [new Money('1.50')])).toEqual(new Money('2.50'))
    expect(await scalar('$1::numeric[]', [[new Money('1.50'), null]])).toEqual([new Money('1.50'), null])
    // A typed expression keeps its type's values.
    const { Numeric, literal } = await import('../../../../src/index.ts')
    expect(await own.execute(select(literal('1.50', Numeric).label('v'))).scalarOne()).toBe('1.50')
  })

  test('a codec that throws fails its statement, and no other', async () => {
    const own = await withTypes({
      type: 'mood',
      decode: () => {
        throw new RangeError('not in the mood')
      },
    })
    await expect(own.execute("SELECT 'sad'::mood AS v").scalarOne()).rejects.toThrow('not in the mood')
    expect(await own.execute('SELECT 1 AS v').scalarOne()).toBe(1)
  })
})

test.each<[unknown, string]>([
  [{}, "codecs is a list: [{ type: 'numeric', decode: Number }]"],
  [[5], 'codecs: each is an object with a type'],
  [[{ decode: Number }], "codecs: type is the database's name of a type, such as 'numeric', or its number"],
  [[{ type: 'a', decod: Number }], "did you mean 'decode'?"],
  [[{ type: 'a' }], "codecs: the one of 'a' has neither decode nor class"],
  [[{ type: 'a', decode: 5 }], "codecs: decode of 'a' is a function"],
  [[{ type: 'a', decode: Number, encode: String }], "codecs: encode of 'a' needs the class of its values"],
  [
    [
      { type: 'a', decode: Number },
      { type: 'a', decode: String },
    ],
    "codecs: there are two for the type 'a'",
  ],
])('refused: %j', (codecs, message) => {
  expect(() => createEngine('pglite://', { codecs: codecs as never })).toThrow(ArgumentError)
  expect(() => createEngine('pglite://', { codecs: codecs as never })).toThrow(message)
})

test('fields that another program added are found out by the values', async () => {
  const url = postgresUrl()
  const other = createEngine(url, { poolSize: 1 })
  const engine = createEngine(url, { poolSize: 1 })
  const read = (sql: string): Promise<unknown> => engine.execute(`SELECT ${sql} AS v`).scalarOne()
  await other.execute('CREATE TYPE growing AS (a int)')
  try {
    expect(await read('ARRAY[ROW(1)::growing]')).toEqual([{ a: 1 }])
    await other.execute('ALTER TYPE growing ADD ATTRIBUTE b text')
    expect(await read("ARRAY[ROW(1, 'x')::growing]")).toEqual([{ a: 1, b: 'x' }])
    await other.execute('ALTER TYPE growing DROP ATTRIBUTE a')
    await engine.begin(async (connection) => {
      expect(await connection.execute("SELECT ROW('x')::growing AS v").scalarOne()).toEqual({ b: 'x' })
    })
  } finally {
    await other.execute('DROP TYPE growing')
    await other.dispose()
    await engine.dispose()
  }
})

test('fields that another program renamed are known to connections that are opened after it', async () => {
  const url = postgresUrl()
  const other = createEngine(url, { poolSize: 1 })
  const engine = createEngine(url, { poolSize: 1 })
  const read = (): Promise<unknown> => engine.execute('SELECT ROW(1, 2)::elsewhere AS v').scalarOne()
  await other.execute('CREATE TYPE elsewhere AS (a int, b int)')
  try {
    expect(await read()).toEqual({ a: 1, b: 2 })
    await other.execute('ALTER TYPE elsewhere RENAME ATTRIBUTE a TO z')
    engine.pool.invalidate()
    expect(await read()).toEqual({ z: 1, b: 2 })
  } finally {
    await other.execute('DROP TYPE elsewhere')
    await other.dispose()
    await engine.dispose()
  }
})
