// Collations of one's own: by name, and with their schema where the name alone does not find them.
import {
  ARRAY,
  Column,
  cast,
  createEngine,
  type Engine,
  inspect,
  MetaData,
  String as StringType,
  select,
  Table,
  Text,
  table,
} from 'tsalchemy'
import { Domain, postgresqlDialect, RangeOf } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../support/server.ts'

const STATEMENTS = [
  'CREATE SCHEMA "So.me"',
  `CREATE COLLATION "So.me"."My ""C" (LOCALE = 'C')`,
  "CREATE COLLATION mine (LOCALE = 'C')",
  'CREATE DOMAIN own_text AS text COLLATE "So.me"."My ""C"',
  'CREATE TYPE own_range AS RANGE (SUBTYPE = text, COLLATION = "So.me"."My ""C")',
  'CREATE TYPE own_pair AS (a text COLLATE "So.me"."My ""C", b text)',
  'CREATE TABLE sorted (a varchar(5) COLLATE "So.me"."My ""C", b text[] COLLATE "So.me"."My ""C", c text, d own_text, e own_range, f own_pair, g char(3) COLLATE mine)',
  'CREATE INDEX sorted_c ON sorted (c COLLATE "So.me"."My ""C" DESC, a)',
  'CREATE INDEX sorted_lower ON sorted (lower(c) COLLATE mine)',
  'ALTER TABLE sorted ADD CONSTRAINT sorted_ex EXCLUDE USING btree (c COLLATE "So.me"."My ""C" WITH =)',
]

const COMMANDS = [
  'CREATE DOMAIN own_text AS TEXT COLLATE "So.me"."My ""C"',
  'CREATE TYPE own_range AS RANGE (SUBTYPE = TEXT, COLLATION = "So.me"."My ""C")',
  'CREATE TYPE own_pair AS (a TEXT COLLATE "So.me"."My ""C", b TEXT)',
  `${[
    'CREATE TABLE sorted (',
    'a VARCHAR(5) COLLATE "So.me"."My ""C", ',
    'b TEXT[] COLLATE "So.me"."My ""C", ',
    'c TEXT, ',
    'd own_text, ',
    'e own_range, ',
    'f own_pair, ',
    'g CHAR(3) COLLATE mine, ',
    'CONSTRAINT sorted_ex EXCLUDE USING btree (c COLLATE "So.me"."My ""C" WITH =)',
  ].join('\n\t')}\n)`,
  'CREATE INDEX sorted_c ON sorted (c COLLATE "So.me"."My ""C" DESC, a)',
  'CREATE INDEX sorted_lower ON sorted (lower(c) COLLATE mine)',
]

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    for (const statement of STATEMENTS) await engine.execute(statement)
  })
  afterAll(async () => {
    await engine.execute('DROP SCHEMA "So.me" CASCADE')
    await engine.dispose()
  })

  test('the inspector tells their schema where the name alone does not find them', async () => {
    const inspector = inspect(engine)
    const hidden = { collation: 'My "C', collationSchema: 'So.me' }
    const columns = await inspector.getColumns('sorted')
    expect(columns.map(({ collation, collationSchema }) => ({ collation, collationSchema }))).toEqual([
      hidden,
      hidden,
      ...[null, null, null, null, 'mine'].map((collation) => ({ collation, collationSchema: undefined })),
    ])
    expect(await inspector.getDomains()).toMatchObject([{ name: 'own_text', ...hidden }])
    const indexes = await inspector.getIndexes('sorted')
    const [byColumn, byLower] = indexes.filter(({ duplicatesConstraint }) => duplicatesConstraint === null)
    expect(byColumn?.parts).toMatchObject([hidden, { collation: null }])
    expect(byLower?.parts).toMatchObject([{ collation: 'mine' }])
    expect(byLower?.parts[0]).not.toHaveProperty('collationSchema')
  })

  test('what is reflected is made again', async () => {
    const metadata = new MetaData()
    await metadata.reflect(engine)
    expect(metadata.createPlan().sql(postgresqlDialect())).toEqual(COMMANDS)
    await metadata.dropAll(engine)
    await metadata.createAll(engine)
    const again = new MetaData()
    await again.reflect(engine)
    expect(again.createPlan().sql(postgresqlDialect())).toEqual(COMMANDS)
  })

  test('casts', async () => {
    const sorted = await Table.reflect('sorted', new MetaData(), engine)
    const Own = StringType(5, { collation: 'My "C', collationSchema: 'So.me' })
    const statement = select(cast(sorted.column('c'), Own).label('c'), cast(sorted.column('b'), ARRAY(Own)).label('b'))
    expect(engine.dialect.compile(statement).sql).toBe(
      'SELECT CAST(sorted.c AS VARCHAR(5)) COLLATE "So.me"."My ""C" AS c, CAST(sorted.b AS VARCHAR(5)[]) COLLATE "So.me"."My ""C" AS b \nFROM sorted',
    )
    expect(await engine.execute(statement).all()).toEqual([])
  })
})

test('a type is another for another schema of its collation', () => {
  const [one, other] = ['a', 'b'].map((collationSchema) => Text(undefined, { collation: 'c', collationSchema }))
  expect(one?.id).not.toBe(other?.id)
  const [domain, same] = ['a', 'b'].map((collationSchema) => Domain('d', Text, { collation: 'c', collationSchema }))
  expect(domain?.id).not.toBe(same?.id)
  const [range, none] = ['a', 'b'].map((collationSchema) => RangeOf('r', Text, { collation: 'c', collationSchema }))
  expect(range?.id).not.toBe(none?.id)
})

test('an array of a type whose name reads like a collation', () => {
  const Odd = Domain('a COLLATE b', Text)
  const plan = (): readonly string[] => {
    const metadata = new MetaData()
    table('t', metadata, { many: Column(ARRAY(Odd)) })
    return metadata.createPlan().sql(postgresqlDialect())
  }
  expect(plan()[1]).toBe('CREATE TABLE t (\n\tmany "a COLLATE b"[] NOT NULL\n)')
})

test('wrong options', () => {
  expect(() => StringType(5, { collationSchema: 'x' })).toThrow(
    'String(): collationSchema is the schema of a collation: { collation, collationSchema }',
  )
  expect(() => Text(undefined, { collation: '' })).toThrow(
    "Text(): collation is the name of one, such as 'C' or 'de-x-icu'",
  )
})
