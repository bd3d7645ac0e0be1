// Views, materialized views, CREATE TABLE AS, schemas, extensions: in full, typed, and run.
import {
  Column,
  CreateSchema,
  CreateTableAs,
  CreateView,
  createEngine,
  DropSchema,
  DropView,
  type Engine,
  func,
  Index,
  Integer,
  insert,
  MetaData,
  materializedView,
  RefreshMaterializedView,
  SetViewComment,
  String as StringType,
  select,
  table,
  text,
  view,
} from 'tsalchemy'
import { CreateExtension, DropExtension, postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { databases } from '../../../support/server.ts'
import { leftovers } from './leftovers.ts'

const dialect = postgresqlDialect()
const one = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
const sqlOf = (element: Parameters<typeof dialect.compile>[0]): string => one(dialect.compile(element).sql)

function shop() {
  const metadata = new MetaData()
  const users = table('users', metadata, {
    id: Column(Integer, { primaryKey: true }),
    name: Column(StringType(50)),
    bossId: Column(Integer, { name: 'boss_id', nullable: true }),
  })
  const named = select(users.c.id, users.c.bossId, func.lower(users.c.name).label('low')).where(
    users.c.name.in(["d'Ed", 'x']),
    users.c.id.gt(0),
  )
  const some = view('some users', metadata, named, { comment: "not 'all'", with: { security_barrier: true } })
  const few = view('few', metadata, select(some).where(some.c.id.lt(100)), { checkOption: 'LOCAL' })
  const counted = select(users.c.name, func.count().label('n')).groupBy(users.c.name).cte('counted')
  const counts = materializedView('counts', metadata, select(counted.c.name, counted.c.n), {
    indexes: [new Index('uq_counts', ['name'], { unique: true })],
    with: { fillfactor: 70 },
    comment: 'how many',
  })
  return { metadata, users, some, few, counts }
}

test('in full', () => {
  const { metadata, some } = shop()
  expect(metadata.createPlan().sql(dialect).map(one)).toEqual([
    'CREATE TABLE users ( id SERIAL NOT NULL, name VARCHAR(50) NOT NULL, boss_id INTEGER, PRIMARY KEY (id) )',
    `CREATE VIEW "some users" WITH (security_barrier = true) AS SELECT users.id, users.boss_id, lower(users.name) AS low FROM users WHERE users.name IN ('d''Ed', 'x') AND users.id > 0`,
    `COMMENT ON VIEW "some users" IS 'not ''all'''`,
    'CREATE VIEW few AS SELECT "some users".id, "some users".boss_id, "some users".low FROM "some users" WHERE "some users".id < 100 WITH LOCAL CHECK OPTION',
    'CREATE MATERIALIZED VIEW counts WITH (fillfactor = 70) AS WITH counted AS (SELECT users.name AS name, count(*) AS n FROM users GROUP BY users.name) SELECT counted.name, counted.n FROM counted',
    'CREATE UNIQUE INDEX uq_counts ON counts (name)',
    "COMMENT ON MATERIALIZED VIEW counts IS 'how many'",
  ])
  expect(metadata.dropPlan().sql(dialect)).toEqual([
    'DROP MATERIALIZED VIEW counts',
    'DROP VIEW few',
    'DROP VIEW "some users"',
    'DROP TABLE users',
  ])
  const query = select(text('SELECT 1 AS a').columns({ a: Integer }).subquery('s').c.a)
  const options = {
    temporary: true,
    onCommit: 'DROP',
    ifNotExists: true,
    withData: false,
    tablespace: 'pg_default',
  } as const
  expect(sqlOf(new CreateTableAs('new t', query, options))).toBe(
    'CREATE TEMPORARY TABLE IF NOT EXISTS "new t" ON COMMIT DROP TABLESPACE pg_default AS SELECT s.a FROM (SELECT 1 AS a) AS s WITH NO DATA',
  )
  const heap = { unlogged: true, using: 'heap', with: { fillfactor: 70 }, tablespace: 'pg_default' } as const
  expect(sqlOf(new CreateTableAs('fast', query, heap))).toBe(
    'CREATE UNLOGGED TABLE fast USING heap WITH (fillfactor = 70) TABLESPACE pg_default AS SELECT s.a FROM (SELECT 1 AS a) AS s',
  )
  expect(() => new CreateTableAs('fast', query, { unlogged: true, temporary: true })).toThrow(
    'CreateTableAs: a temporary table is never in the write-ahead log: leave out unlogged',
  )
  expect(String(new CreateView(some, { orReplace: true }))).toContain('CREATE OR REPLACE VIEW "some users" WITH')
  expect(
    sqlOf(new CreateExtension('uuid-ossp', { ifNotExists: true, schema: 'S', version: "1'", cascade: true })),
  ).toBe(`CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA "S" VERSION '1''' CASCADE`)
  expect(sqlOf(new DropExtension('x', { ifExists: true, cascade: true }))).toBe('DROP EXTENSION IF EXISTS x CASCADE')
  expect(sqlOf(new CreateSchema('s', { authorization: 'Me' }))).toBe('CREATE SCHEMA s AUTHORIZATION "Me"')
})

test('views are typed as their statements are', () => {
  const { some, counts } = shop()
  const statement = select(some.c.id, some.c.bossId, counts.c.n)
  expectTypeOf<(typeof statement)['~row']>().toEqualTypeOf<{ id: number; bossId: number | null; n: number }>()
  // @ts-expect-error no such column
  expect(some.c.name).toBeUndefined()
})

test('what cannot be', () => {
  const { metadata, users, some } = shop()
  expect(() => view('v', metadata, select(func.count()))).toThrow(
    "View 'v': a column of the statement has no name: give it one by .label('name')",
  )
  expect(() => view('v', metadata, text('SELECT 1'))).toThrow("View 'v' takes a statement whose columns are known")
  // @ts-expect-error no statement
  expect(() => view('v', metadata, users)).toThrow('takes a statement whose columns are known')
  expect(() => view('users', metadata, select(users.c.id))).toThrow(
    "A table or view 'users' is already defined in this MetaData",
  )
  expect(() => table('few', metadata, { a: Column(Integer) })).toThrow(
    "A view 'few' is already defined in this MetaData",
  )
  expect(() => new RefreshMaterializedView(some)).toThrow('RefreshMaterializedView takes a materialized view')
  // @ts-expect-error an unknown option
  expect(() => view('v', metadata, select(users.c.id), { materialized: true })).toThrow(
    "view() has no option 'materialized'",
  )
  expect(() => view('v', metadata, select(users.c.id), { with: { 'a) AS SELECT 1 --': 1 } })).toThrow(
    'is no name of a storage parameter',
  )
})

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('created, read, refreshed, dropped', async () => {
    const { metadata, users, some, few, counts } = shop()
    await metadata.createAll(engine)
    await metadata.createAll(engine)
    await engine.execute(insert(users), [
      { name: "d'Ed", bossId: 1 },
      { name: 'y', bossId: null },
    ])
    expect(await engine.execute(select(few).orderBy(few.c.id)).all()).toMatchObject([{ id: 1, bossId: 1, low: "d'ed" }])
    expect(await engine.execute(select(counts.c.n)).all()).toEqual([])
    await engine.execute(new RefreshMaterializedView(counts))
    await engine.execute(new RefreshMaterializedView(counts, { concurrently: true }))
    const joined = select(some.c.id, counts.c.n).join(counts, counts.c.name.eq("d'Ed"))
    expect(await engine.execute(joined).tuples().all()).toEqual([[1, 1]])
    await engine.execute(new SetViewComment(some, null))
    await engine.execute(new CreateView(some, { orReplace: true }))
    await engine.execute(new DropView(few))
    await engine.execute(new DropView(few, { ifExists: true, cascade: true }))
    await metadata.dropAll(engine)
    await metadata.dropAll(engine)
    expect(await leftovers(engine)).toEqual([])
  })

  test('a table from a statement, in a schema', async () => {
    const { metadata, users } = shop()
    await engine.execute(new CreateSchema('S 1'))
    await metadata.createAll(engine)
    await engine.execute(insert(users).values({ name: 'ed' }))
    const copy = new CreateTableAs('copy', select(users.c.id, users.c.name), {
      schema: 'S 1',
      unlogged: true,
      using: 'heap',
      with: { fillfactor: 70 },
    })
    await engine.execute(copy)
    const rows = await engine.execute(select(copy.table.c.name, copy.table.c.id)).all()
    expectTypeOf(rows).toEqualTypeOf<{ name: string; id: number }[]>()
    expect(rows).toMatchObject([{ name: 'ed', id: 1 }])
    await metadata.dropAll(engine)
    await engine.execute(new DropSchema('S 1', { cascade: true }))
    expect(await leftovers(engine)).toEqual([])
  })
})
