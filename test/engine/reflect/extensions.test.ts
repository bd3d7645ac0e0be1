// Types and operator classes of extensions, wherever they are installed: in raw SQL, reflected, and made again.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CITEXT, HSTORE, ReflectedType } from '../../../src/dialect/postgresql/index.ts'
import { ARRAY, Column, insert, MetaData, select, Table } from '../../../src/index.ts'
import { catalogOf, commandsOf, type Pair, twoDatabases } from './support.ts'

const EXTENSIONS = [
  'CREATE SCHEMA "ext.x"',
  'CREATE EXTENSION hstore SCHEMA "ext.x"',
  'CREATE EXTENSION citext',
  'CREATE EXTENSION ltree',
  'CREATE EXTENSION pg_trgm SCHEMA "ext.x"',
]
const TABLES = [
  'CREATE TABLE things (id int PRIMARY KEY, pairs "ext.x".hstore, many "ext.x".hstore[], name citext UNIQUE, path ltree, paths ltree[])',
  'CREATE INDEX things_trgm ON things USING gin (name "ext.x".gin_trgm_ops)',
  'CREATE INDEX things_path ON things USING gist (path gist_ltree_ops (siglen = 100))',
]

let pair: Pair
beforeAll(async () => {
  pair = await twoDatabases({ name: 'postgresql', url: '' })
  for (const engine of [pair.one, pair.other])
    await engine.begin(async (connection) => {
      for (const statement of EXTENSIONS) await connection.execute(statement)
    })
  await pair.one.begin(async (connection) => {
    for (const statement of TABLES) await connection.execute(statement)
  })
})
afterAll(() => pair.close())

test('raw SQL reads them', async () => {
  const row = await pair.one
    .execute(
      `SELECT 'a=>1, "b\\"=>NULL", c=>NULL'::"ext.x".hstore AS pairs, ARRAY['x=>y', NULL]::"ext.x".hstore[] AS many, 'Ed'::citext AS name, ARRAY['Ed']::citext[] AS names, 'a.b'::ltree AS path, ARRAY['a.b', 'c']::ltree[] AS paths`.replace(
        'a=>1, "b\\"=>NULL", c',
        'a=>1, c',
      ),
    )
    .one()
  expect({ ...row }).toEqual({
    pairs: { a: '1', c: null },
    many: [{ x: 'y' }, null],
    name: 'Ed',
    names: ['Ed'],
    path: 'a.b',
    paths: ['a.b', 'c'],
  })
})

test('reflection knows some, and spells the others; what it makes is the same elsewhere', async () => {
  const metadata = new MetaData()
  const things = await Table.reflect('things', metadata, pair.one)
  expect(things.column('name').type).toBe(CITEXT)
  expect(things.column('path').type).toBeInstanceOf(ReflectedType)
  expect(commandsOf(metadata, pair.one).slice(-2)).toEqual([
    "CREATE INDEX things_path ON things USING gist (path gist_ltree_ops (siglen='100'))",
    'CREATE INDEX things_trgm ON things USING gin (name "ext.x".gin_trgm_ops)',
  ])
  await metadata.createAll(pair.other)
  expect(await catalogOf(pair.other)).toEqual(await catalogOf(pair.one))
})

test('values go in and out', async () => {
  const things = await Table.reflect('things', new MetaData(), pair.one, {
    columns: { pairs: Column(HSTORE, { nullable: true }), many: Column(ARRAY(HSTORE), { nullable: true }) },
  })
  await pair.one.begin(async (connection) => {
    await connection.execute('SET LOCAL search_path TO public, "ext.x"')
    const row = {
      id: 1,
      pairs: { a: 'b', n: null },
      many: [{ '"': '\\' }],
      name: 'Ed',
      path: 'a.b',
      paths: ['a', 'b.c'],
    }
    await connection.execute(insert(things as Table).values(row))
    const columns = things.columnList.map(({ key }) => things.column(key)) as [ReturnType<Table['column']>]
    const read = await connection.execute(select(...columns).where(things.column('name').eq('ED'))).one()
    expect({ ...read }).toEqual(row)
  })
})
