// Other schemas in place of those that tables name: what is sent, what is kept, and that tenants never meet.
import {
  ARRAY,
  Column,
  CreateSchema,
  CreateTable,
  CreateType,
  cast,
  createEngine,
  DropSchema,
  DropType,
  type Element,
  type Engine,
  Enum,
  Index,
  Integer,
  insert,
  inspect,
  literal,
  MetaData,
  materializedView,
  RefreshMaterializedView,
  Sequence,
  String as StringType,
  select,
  table,
  text,
  update,
} from 'tsalchemy'
import { sessionmaker } from 'tsalchemy/orm'
import { Composite, Domain, postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultDialect } from '../../src/dialect/default.ts'
import { leftovers } from '../dialect/postgresql/schema/leftovers.ts'
import { dropSchema, makeSchema } from '../support/schemas.ts'
import { databases, sqlDatabases } from '../support/server.ts'

const metadata = new MetaData()
const users = table(
  'users',
  metadata,
  {
    id: Column(Integer, { primaryKey: true, default: new Sequence('numbers') }),
    name: Column(StringType, { comment: 'c' }),
    groupId: Column(Integer, { foreignKey: 'shared.groups.id', nullable: true }),
  },
  { constraints: [new Index('ix_name', ['name'])] },
)
const groups = table('groups', metadata, { id: Column(Integer, { primaryKey: true }) }, { schema: 'shared' })
const names = materializedView('names', metadata, select(users.c.name).where(users.c.name.in(['a', 'b'])))

test('in full', () => {
  const dialect = postgresqlDialect()
  const sqlOf = (statement: Parameters<typeof dialect.compile>[0], schemas: Record<string, string | null>): string =>
    dialect.compile(statement, { schemas }).sql.replaceAll(/\s+/g, ' ').trim()
  const joined = select(users.c.name, groups.c.id)
    .join(groups)
    .where(users.c.id.in([1]))
  expect(sqlOf(joined, { '': 'T 1', shared: null })).toBe(
    'SELECT "T 1".users.name, groups.id FROM "T 1".users JOIN groups ON groups.id = "T 1".users."groupId" WHERE "T 1".users.id = ANY ($1::INTEGER[])',
  )
  expect(sqlOf(joined, { shared: '__proto__' })).toBe(
    'SELECT users.name, __proto__.groups.id FROM users JOIN __proto__.groups ON __proto__.groups.id = users."groupId" WHERE users.id = ANY ($1::INTEGER[])',
  )
  expect(sqlOf(joined, {})).toBe(dialect.compile(joined).sql.replaceAll(/\s+/g, ' ').trim())
  expect(sqlOf(insert(users).values({ name: 'x' }), { '': 's' })).toBe(
    `INSERT INTO s.users (id, name) VALUES (nextval('s.numbers'), $1::VARCHAR) RETURNING s.users.id`,
  )
  expect(sqlOf(update(users).values({ name: 'x' }).where(users.c.id.eq(1)), { '': 's' })).toBe(
    'UPDATE s.users SET name=$1::VARCHAR WHERE s.users.id = $2::INTEGER',
  )
})

const kinds = new MetaData()
const Status = Enum('new', 'done', { name: 'status' })
const Level = Enum('low', 'high', { name: 'level', schema: 'levels' })
const Age = Domain('age', Integer, { check: 'VALUE >= 0' })
const Point = Composite('point', { x: Integer, at: Status })
const typed = table('typed', kinds, {
  id: Column(Integer, { primaryKey: true }),
  status: Column(Status),
  all: Column(ARRAY(Status)),
  level: Column(Level),
  age: Column(Age),
  point: Column(Point),
})

describe('names of types', () => {
  const schemas = { '': 'T 1', levels: null }
  const statement = select(
    cast(typed.c.status, Status).label('a'),
    cast(literal(['new'], ARRAY(Status)), ARRAY(Status)).label('b'),
  )
    .where(typed.c.status.eq('new'), typed.c.level.in(['low']), typed.c.age.gt(5))
    .orderBy(typed.c.id)

  test.each([
    [
      'array' as const,
      'SELECT CAST("T 1".typed.status AS "T 1".status) AS a, CAST($1::"T 1".status[] AS "T 1".status[]) AS b FROM "T 1".typed ' +
        'WHERE "T 1".typed.status = $2::"T 1".status AND "T 1".typed.level = ANY ($3::level[]) AND "T 1".typed.age > $4::"T 1".age ' +
        'ORDER BY "T 1".typed.id',
    ],
    [
      'expand' as const,
      'SELECT CAST("T 1".typed.status AS "T 1".status) AS a, CAST($1::"T 1".status[] AS "T 1".status[]) AS b FROM "T 1".typed ' +
        'WHERE "T 1".typed.status = $2::"T 1".status AND "T 1".typed.level IN ($4::level) AND "T 1".typed.age > $3::"T 1".age ' +
        'ORDER BY "T 1".typed.id',
    ],
  ])('in casts and parameters, lists by %s', (inLists, sql) => {
    const dialect = postgresqlDialect({ inLists })
    const compiled = dialect.compile(statement, { schemas })
    const values = compiled.parameters.map(({ bind }) => (bind as unknown as { value: unknown }).value)
    const text = compiled.holes.length === 0 ? compiled.sql : dialect.expandLists(compiled, values).statement.sql
    expect(text.replaceAll(/\s+/g, ' ').trim()).toBe(sql)
    expect(dialect.compile(select(cast(typed.c.status, Status))).sql).toContain('AS status)')
  })

  test('in DDL', () => {
    const dialect = postgresqlDialect()
    const sqlOf = (element: Element): string => dialect.compile(element, { schemas }).sql.replaceAll(/\s+/g, ' ').trim()
    expect(sqlOf(new CreateType(Status))).toBe(`CREATE TYPE "T 1".status AS ENUM ('new', 'done')`)
    expect(sqlOf(new CreateType(Level))).toBe(`CREATE TYPE level AS ENUM ('low', 'high')`)
    expect(sqlOf(new CreateType(Age))).toBe('CREATE DOMAIN "T 1".age AS INTEGER CHECK (VALUE >= 0)')
    expect(sqlOf(new CreateType(Point))).toBe('CREATE TYPE "T 1".point AS (x INTEGER, at "T 1".status)')
    expect(sqlOf(new DropType(Age, { ifExists: true }))).toBe('DROP DOMAIN IF EXISTS "T 1".age')
    expect(sqlOf(new CreateTable(typed))).toContain('"all" "T 1".status[] NOT NULL, level level NOT NULL')
    expect(defaultDialect.compile(new CreateType(Status), { schemas }).sql).toContain('"T 1".status')
  })

  test('in literals', () => {
    const at = select(literal({ x: 1, at: 'new' as const }, Point))
    expect(postgresqlDialect().compile(at, { schemas, literalBinds: true }).sql).toContain(`'("1","new")'::"T 1".point`)
  })
})

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('each tenant has its own tables and rows', async () => {
    await engine.execute(new CreateSchema('shared'))
    await engine.execute(new CreateSchema('T 1'))
    await engine.execute(new CreateSchema('T 2'))
    const statement = select(users.c.name)
    for (const tenant of ['T 1', 'T 2', 'T 1', 'T 2']) {
      await using conn = await engine.connect({ schemaTranslateMap: { '': tenant } })
      await metadata.createAll(conn)
      await conn.execute(insert(users).values({ name: 'a' }))
      await conn.execute(new RefreshMaterializedView(names))
      const count = (await conn.execute(statement).all()).length
      expect((await conn.execute(select(names)).all()).length).toBe(count)
      const [row] = await conn
        .execute(text(`SELECT count(*)::int AS n FROM "${tenant}".users`))
        .tuples()
        .all()
      expect(row).toEqual([count])
      await conn.commit()
    }
    await expect(engine.execute(statement).all()).rejects.toThrow('relation "users" does not exist')
    for (const tenant of ['T 1', 'T 2']) {
      const rows = await engine.begin((conn) => conn.execute(statement).all(), { schemaTranslateMap: { '': tenant } })
      expect(rows.length).toBe(2)
    }
    for (const schema of ['T 1', 'T 2', 'shared']) await engine.execute(new DropSchema(schema, { cascade: true }))
    expect(await leftovers(engine)).toEqual([])
  })

  test('each tenant has its own types: on connections, of statements, of calls, in sessions, of engines', async () => {
    const values = { status: 'new', all: ['new', 'done'], level: 'low', age: 5, point: { x: 1, at: 'done' } } as const
    const maps = ['T 1', 'T 2'].map((tenant) => ({ schemaTranslateMap: { '': tenant, levels: tenant } }))
    for (const tenant of ['T 1', 'T 2']) await engine.execute(new CreateSchema(tenant))
    for (const map of maps) {
      await engine.begin(async (conn) => {
        await kinds.createAll(conn)
        await kinds.createAll(conn)
        await conn.execute(insert(typed), values)
      }, map)
      const found = select(typed).where(typed.c.status.in(['new']), typed.c.all.contains(['done']))
      const expected = [{ id: 1, ...values }]
      expect(await engine.execute(found.executionOptions(map)).all()).toEqual(expected)
      expect(await engine.execute(found, null, map).all()).toEqual(expected)
      await using session = sessionmaker({ bind: engine, executionOptions: map })()
      expect(await session.execute(found).all()).toEqual(expected)
      await session.rollback()
      expect(await engine.executionOptions(map).execute(found).all()).toEqual(expected)
    }
    await expect(engine.execute(select(typed)).all()).rejects.toThrow('relation "typed" does not exist')
    for (const map of maps) await engine.begin((conn) => kinds.dropAll(conn), map)
    for (const tenant of ['T 1', 'T 2']) await engine.execute(new DropSchema(tenant))
    expect(await leftovers(engine)).toEqual([])
  })

  test("dropAll drops what is the tenant's", async () => {
    await engine.execute(new CreateSchema('x'))
    const schemaTranslateMap = { '': 'x', shared: 'x' }
    for (let time = 0; time < 2; time += 1) {
      await engine.begin((conn) => metadata.createAll(conn), { schemaTranslateMap })
      await engine.begin((conn) => metadata.createAll(conn), { schemaTranslateMap })
      await engine.begin((conn) => metadata.dropAll(conn), { schemaTranslateMap })
    }
    await engine.execute(new DropSchema('x'))
    expect(await leftovers(engine)).toEqual([])
  })
})

const shops = new MetaData()
const sellers = table('sellers', shops, { id: Column(Integer, { primaryKey: true }), name: Column(StringType) })
const sales = table(
  'sales',
  shops,
  { id: Column(Integer, { primaryKey: true }), seller: Column(Integer, { foreignKey: 'sellers.id' }) },
  { constraints: [new Index('ix_seller', ['seller'])] },
)
const rates = table('rates', shops, { id: Column(Integer, { primaryKey: true }) }, { schema: 'shared' })

describe.each(sqlDatabases())('on every database, $name', (target) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(target.url)
    for (const schema of ['T 1', 'T 2', 'common']) await makeSchema(engine, target, schema)
  })
  afterAll(async () => {
    for (const schema of ['T 1', 'T 2', 'common']) await dropSchema(engine, target, schema)
    await engine.dispose()
  })
  const mapOf = (tenant: string) => ({ schemaTranslateMap: { '': tenant, shared: 'common' } })

  test('tenants have tables, rows, keys and indexes of their own, and share others', async () => {
    for (const tenant of ['T 1', 'T 2']) {
      await engine.begin((conn) => shops.createAll(conn), mapOf(tenant))
      await engine.begin((conn) => shops.createAll(conn), mapOf(tenant))
    }
    const joined = select(sellers.c.name, sales.c.id).join(sales).orderBy(sales.c.id)
    for (const [index, tenant] of ['T 1', 'T 2', 'T 1'].entries()) {
      await using conn = await engine.connect(mapOf(tenant))
      const [id] = (await conn.execute(insert(sellers).values({ name: tenant }))).insertedPrimaryKey
      await conn.execute(insert(sales), [{ seller: id as number }, { seller: id as number }])
      await conn.execute(insert(rates).values({ id: index }))
      await conn.execute(
        update(sellers)
          .where(sellers.c.id.eq(id as number))
          .values({ name: `${tenant}!` }),
      )
      await conn.commit()
    }
    expect(await engine.execute(joined, null, mapOf('T 1')).tuples().all()).toEqual(
      [1, 2, 3, 4].map((id) => ['T 1!', id]),
    )
    expect(
      await engine
        .execute(joined.executionOptions(mapOf('T 2')))
        .tuples()
        .all(),
    ).toEqual([
      ['T 2!', 1],
      ['T 2!', 2],
    ])
    expect(await engine.execute(select(rates.c.id), null, mapOf('T 2')).scalars().all()).toEqual([0, 1, 2])
    await using session = sessionmaker({ bind: engine, executionOptions: mapOf('T 2') })()
    expect(await session.execute(select(sellers.c.name)).scalars().all()).toEqual(['T 2!'])
    await session.rollback()
    await expect(engine.execute(select(rates.c.id)).all()).rejects.toMatchObject({ sqlState: '42P01' })
    const inspector = inspect(engine)
    for (const tenant of ['T 1', 'T 2']) {
      expect(await inspector.getTableNames({ schema: tenant })).toEqual(['sales', 'sellers'])
      expect(await inspector.hasIndex('sales', 'ix_seller', { schema: tenant })).toBe(true)
    }
    await engine.begin((conn) => shops.dropAll(conn), mapOf('T 1'))
    inspector.clearCache()
    expect(await inspector.getTableNames({ schema: 'T 1' })).toEqual([])
    expect(await inspector.getTableNames({ schema: 'T 2' })).toEqual(['sales', 'sellers'])
  })

  test('a map that is none', async () => {
    await expect(engine.connect({ schemaTranslateMap: { '': '' } })).rejects.toThrow(
      'a schema is a name that is not empty',
    )
    await expect(engine.connect({ schemaTranslateMap: 'x' as never })).rejects.toThrow(
      "schemaTranslateMap is { '': 'tenant_1' }",
    )
  })
})
