// What an inspector tells of every database, SQLite among them; what only PostgreSQL has is in inspector.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type Engine } from '../../src/engine/index.ts'
import { NoSuchTableError } from '../../src/errors.ts'
import { Integer, MetaData, Text } from '../../src/index.ts'
import { inspect } from '../../src/inspect.ts'
import { dropSchema, makeSchema } from '../support/schemas.ts'
import { sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const PORTABLE = [
  'CREATE TABLE users (id integer NOT NULL, name text NOT NULL, PRIMARY KEY (id), UNIQUE (name))',
  'CREATE INDEX users_name ON users (lower(name))',
  'CREATE TABLE shop.orders (id integer NOT NULL PRIMARY KEY, price numeric(10, 2) DEFAULT 1.5, CONSTRAINT paid CHECK (price > 0))',
  'CREATE VIEW names AS SELECT name FROM users',
  'CREATE TABLE "__proto__" ("constructor" integer, "then" integer REFERENCES users (id) ON DELETE CASCADE)',
]

describe.each(sqlDatabases())('on $name', (target) => {
  const { url, name: database } = target
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await makeSchema(engine, target, 'shop')
    await engine.begin(async (connection) => {
      for (const statement of PORTABLE) await connection.execute(statement)
    })
  })
  afterAll(async () => {
    await engine.execute('DROP TABLE "__proto__"')
    await engine.execute('DROP VIEW names')
    await engine.execute('DROP TABLE users')
    await dropSchema(engine, target, 'shop')
    await engine.dispose()
  })

  test('names, and what is there', async () => {
    const inspector = inspect(engine)
    expect(await inspector.getDefaultSchemaName()).toBe(database === 'sqlite' ? 'main' : 'public')
    expect((await inspector.getSchemaNames()).includes('shop')).toBe(true)
    expect(await inspector.getTableNames()).toEqual(['__proto__', 'users'])
    expect(await inspector.getTableNames({ schema: 'shop' })).toEqual(['orders'])
    expect(await inspector.getTableNames({ schema: "shop'; --" })).toEqual([])
    expect(await inspector.getViewNames()).toEqual(['names'])
    expect(await inspector.hasTable('names')).toBe(true)
    expect(await inspector.hasTable('orders')).toBe(false)
    expect(await inspector.hasTable('orders', { schema: 'shop' })).toBe(true)
    expect(await inspector.hasSchema('shop')).toBe(true)
    expect(await inspector.hasIndex('users', 'users_name')).toBe(true)
    expect(await inspector.hasIndex('users', 'other')).toBe(false)
    expect(await inspector.getMaterializedViewNames()).toEqual([])
    expect(await inspector.getForeignTableNames()).toEqual([])
    expect(await inspector.getSequenceNames()).toEqual([])
    expect([await inspector.getEnums(), await inspector.getDomains()]).toEqual([[], []])
  })

  test('the parts of a table', async () => {
    const inspector = inspect(engine)
    expect(await inspector.getColumns('orders', { schema: 'shop' })).toMatchObject([
      { name: 'id', nullable: false, default: null, computed: null, comment: null },
      { name: 'price', nullable: true, default: '1.5' },
    ])
    expect((await inspector.getColumns('users')).map(({ type }) => type)).toEqual([Integer, Text])
    expect(await inspector.getPkConstraint('users')).toMatchObject({ columns: ['id'] })
    expect(await inspector.getPkConstraint('__proto__')).toBeNull()
    expect(await inspector.getForeignKeys('__proto__')).toMatchObject([
      { columns: ['then'], referredTable: 'users', referredColumns: ['id'], options: { onDelete: 'CASCADE' } },
    ])
    expect(await inspector.getUniqueConstraints('users')).toMatchObject([{ columns: ['name'] }])
    expect(await inspector.getCheckConstraints('orders', { schema: 'shop' })).toMatchObject([{ name: 'paid' }])
    const indexes = await inspector.getIndexes('users')
    expect(indexes.filter(({ name }) => name === 'users_name')).toMatchObject([
      { unique: false, parts: [{ column: null, sql: 'lower(name)' }], duplicatesConstraint: null },
    ])
    expect(await inspector.getTableComment('users')).toBeNull()
    expect((await inspector.getViewDefinition('names')).replace(/\s+/g, ' ').trim()).toMatch(
      /^SELECT (users\.)?name FROM users;?$/,
    )
    const keys = await inspector.getMultiPkConstraint({ filterNames: ['users', '__proto__', 'nobody'] })
    expect([...keys].map(([table, key]) => [table, key?.columns ?? null])).toEqual([
      ['__proto__', null],
      ['users', ['id']],
    ])
  })

  test('names that are not there are refused, with the nearest', async () => {
    const inspector = inspect(engine)
    await expect(inspector.getColumns('user')).rejects.toThrow(
      new NoSuchTableError("The database has no table 'user'; did you mean 'users'?"),
    )
    await expect(inspector.getIndexes('users', { schema: 'shop' })).rejects.toThrow(
      "The database has no table 'users' in schema 'shop'; known: 'orders'",
    )
    await expect(inspector.getViewDefinition('users')).rejects.toThrow(
      "'users' is a table: it has no definition as a view has",
    )
    await expect(inspector.getColumns('users', { shema: 'x' } as never)).rejects.toThrow("did you mean 'schema'?")
  })

  test('answers are remembered until the cache is cleared; those that failed are asked for again', async () => {
    const inspector = inspect(engine)
    expect(await inspector.hasTable('later')).toBe(false)
    await engine.execute('CREATE TABLE later (id int)')
    expect(await inspector.hasTable('later')).toBe(false)
    const sent = recordStatements(engine)
    expect(await inspector.hasTable('later')).toBe(false)
    expect(sent.flights).toEqual([])
    inspector.clearCache()
    expect(await inspector.hasTable('later')).toBe(true)
    sent.stop()
    await engine.execute('DROP TABLE later')
    expect(await inspect(engine).hasTable('later')).toBe(false)
  })

  test('on a connection it sees the open transaction, and its questions wait for each other', async () => {
    await using connection = await engine.connect()
    await connection.execute('CREATE TABLE uncommitted (id int)')
    await connection.execute('CREATE TEMPORARY TABLE fleeting (id int)')
    await connection.execute('CREATE TEMPORARY VIEW seen AS SELECT 1 AS one')
    const inspector = inspect(connection)
    const [tables, temporary, views, columns] = await Promise.all([
      inspector.getTableNames(),
      inspector.getTempTableNames(),
      inspector.getTempViewNames(),
      inspector.getColumns('fleeting'),
    ])
    expect(tables).toContain('uncommitted')
    expect(temporary).toEqual(['fleeting'])
    expect(views).toEqual(['seen'])
    expect(columns.map(({ name }) => name)).toEqual(['id'])
    expect([...(await inspector.getMultiColumns({ scope: 'temporary' })).keys()]).toEqual(['fleeting'])
    expect(await inspector.getTableNames()).not.toContain('fleeting')
    await connection.rollback()
    inspector.clearCache()
    expect(await inspector.hasTable('uncommitted')).toBe(false)
  })

  test('200 tables with all their parts are one flight', async () => {
    await makeSchema(engine, target, 'many')
    const inOwn = (number: number): string => (database === 'sqlite' ? `t${number}` : `many.t${number}`)
    await engine.begin(async (connection) => {
      for (let number = 0; number < 200; number += 1)
        await connection.execute(
          `CREATE TABLE many.t${number} (id integer PRIMARY KEY, a integer UNIQUE, parent integer REFERENCES ${inOwn(Math.max(0, number - 1))}, CHECK (a > 0))`,
        )
    })
    const sent = recordStatements(engine)
    const metadata = new MetaData()
    await metadata.reflect(engine, { schema: 'many' })
    sent.stop()
    // SQLite asks first whether the schema is there, in a transaction of its own.
    const reads = sent.flights.map((flight) => flight.filter((sql) => sql !== 'BEGIN' && sql !== 'COMMIT').length)
    expect(reads).toEqual(database === 'sqlite' ? [1, 4] : [5])
    expect(metadata.tables.size).toBe(200)
    expect(metadata.sortedTables.map(({ name }) => name)).toEqual(
      Array.from({ length: 200 }, (_, number) => `t${number}`),
    )
    await dropSchema(engine, target, 'many')
  })
})
