// Other schemas in place of those that tables name: what is sent, what is kept, and that tenants never meet.
import {
  Column,
  CreateSchema,
  createEngine,
  DropSchema,
  type Engine,
  Index,
  Integer,
  insert,
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
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leftovers } from '../dialect/postgresql/schema/leftovers.ts'
import { databases } from '../support/server.ts'

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

  test('a map that is none', async () => {
    await expect(engine.connect({ schemaTranslateMap: { '': '' } })).rejects.toThrow(
      'a schema is a name that is not empty',
    )
    await expect(engine.connect({ schemaTranslateMap: 'x' as never })).rejects.toThrow(
      "schemaTranslateMap is { '': 'tenant_1' }",
    )
  })
})
