// An inspector tells what is in a database: by name, for one table or for many in one flight, and remembers it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type Engine } from '../../src/engine/index.ts'
import { Inspector } from '../../src/engine/inspector.ts'
import { NoInspectionAvailable } from '../../src/errors.ts'
import { Integer, MetaData, Text } from '../../src/index.ts'
import { inspect } from '../../src/inspect.ts'
import { databases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const STATEMENTS = [
  'CREATE SCHEMA shop',
  "CREATE TYPE shop.size AS ENUM ('S', 'M')",
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  "COMMENT ON TYPE mood IS 'how one feels'",
  'CREATE DOMAIN age AS smallint NOT NULL DEFAULT 1 CONSTRAINT adult CHECK (VALUE >= 18) CHECK (VALUE < 200)',
  'CREATE SEQUENCE shop.numbers AS integer START 7 INCREMENT -1 MINVALUE -100 MAXVALUE 10 CACHE 3 CYCLE',
  'CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, mood mood, age age)',
  'CREATE UNIQUE INDEX users_name ON users (lower(name))',
  "COMMENT ON TABLE users IS 'who uses it'",
  'CREATE TABLE shop.orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE, size shop.size)',
  'CREATE VIEW names AS SELECT name FROM users',
  'CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM users',
  'CREATE TABLE "__proto__" ("constructor" int, "then" int)',
  'CREATE FOREIGN DATA WRAPPER nothing',
  'CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing',
  'CREATE FOREIGN TABLE far_away (id int NOT NULL, name text) SERVER nowhere',
]

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await engine.begin(async (connection) => {
      for (const statement of STATEMENTS) await connection.execute(statement)
    })
  })
  afterAll(async () => {
    await engine.execute('DROP SCHEMA shop CASCADE')
    await engine.dispose()
  })

  test('names', async () => {
    const inspector = inspect(engine)
    expect(inspector).toBeInstanceOf(Inspector)
    expect(await inspector.getDefaultSchemaName()).toBe('public')
    expect(await inspector.getSchemaNames()).toEqual(['information_schema', 'public', 'shop'])
    expect(await inspector.getTableNames()).toEqual(['__proto__', 'users'])
    expect(await inspector.getTableNames({ schema: 'shop' })).toEqual(['orders'])
    expect(await inspector.getTableNames({ schema: 'nothing' })).toEqual([])
    expect(await inspector.getViewNames()).toEqual(['names'])
    expect(await inspector.getMaterializedViewNames()).toEqual(['counts'])
    expect(await inspector.getForeignTableNames()).toEqual(['far_away'])
    expect((await inspector.getColumns('far_away')).map(({ name }) => name)).toEqual(['id', 'name'])
    expect(await inspector.hasTable('far_away')).toBe(true)
    expect(await inspector.getSequenceNames()).toEqual(['users_id_seq'])
    expect(await inspector.getSequenceNames({ schema: 'shop' })).toEqual(['numbers'])
  })

  test('is there ...', async () => {
    const inspector = inspect(engine)
    expect(await inspector.hasTable('users')).toBe(true)
    expect(await inspector.hasTable('names')).toBe(true)
    expect(await inspector.hasTable('orders')).toBe(false)
    expect(await inspector.hasTable('orders', { schema: 'shop' })).toBe(true)
    expect(await inspector.hasTable('pg_class')).toBe(false)
    expect(await inspector.hasSchema('shop')).toBe(true)
    expect(await inspector.hasSchema("shop'; --")).toBe(false)
    expect(await inspector.hasSequence('numbers', { schema: 'shop' })).toBe(true)
    expect(await inspector.hasSequence('numbers')).toBe(false)
    expect(await inspector.hasIndex('users', 'users_name')).toBe(true)
    expect(await inspector.hasIndex('users', 'other')).toBe(false)
    expect(await inspector.hasIndex('nobody', 'other')).toBe(false)
  })

  test('one table', async () => {
    const inspector = inspect(engine)
    const [id, name] = await inspector.getColumns('users')
    expect(id).toEqual({
      name: 'id',
      type: Integer,
      known: true,
      typeName: 'integer',
      nullable: false,
      default: "nextval('users_id_seq'::regclass)",
      autoincrement: true,
      sequence: {
        name: 'users_id_seq',
        schema: null,
        owned: true,
        dataType: 'integer',
        start: 1n,
        increment: 1n,
        minValue: 1n,
        maxValue: 2147483647n,
        cycle: false,
        cache: 1,
      },
      identity: null,
      computed: null,
      collation: null,
      storage: null,
      compression: null,
      comment: null,
    })
    expect(name?.type).toBe(Text)
    expect(await inspector.getPkConstraint('users')).toEqual({
      name: 'users_pkey',
      columns: ['id'],
      include: [],
      deferrable: false,
      initially: null,
      comment: null,
    })
    expect(await inspector.getPkConstraint('names')).toBeNull()
    expect(await inspector.getForeignKeys('orders', { schema: 'shop' })).toEqual([
      {
        name: 'orders_user_id_fkey',
        columns: ['user_id'],
        referredSchema: null,
        referredTable: 'users',
        referredColumns: ['id'],
        options: { onDelete: 'CASCADE' },
        comment: null,
      },
    ])
    expect(await inspector.getIndexes('users')).toEqual([
      {
        name: 'users_name',
        unique: true,
        parts: [
          { column: null, sql: 'lower(name)', collation: null, operatorClass: null, descending: false, nulls: null },
        ],
        include: [],
        using: 'btree',
        where: null,
        nullsNotDistinct: false,
        with: {},
        tablespace: null,
        duplicatesConstraint: null,
        valid: true,
        comment: null,
      },
    ])
    expect(await inspector.getTableComment('users')).toBe('who uses it')
    expect(await inspector.getTableComment('names')).toBeNull()
    expect((await inspector.getViewDefinition('names')).replace(/\s+/g, ' ').trim()).toMatch(
      // Servers before 16 name the table.
      /^SELECT (users\.)?name FROM users;$/,
    )
    expect(await inspector.getUniqueConstraints('users')).toEqual([])
    expect(await inspector.getCheckConstraints('users')).toEqual([])
    expect((await inspector.getTableOptions('users')).inherits).toEqual([])
  })

  test('many tables in one flight', async () => {
    const inspector = inspect(engine)
    const sent = recordStatements(engine)
    const columns = await inspector.getMultiColumns({ kinds: ['table', 'view', 'materializedView'] })
    sent.stop()
    expect(sent.flights.map((flight) => flight.length)).toEqual([5])
    expect([...columns].map(([table, own]) => [table, own.map(({ name, typeName }) => `${name} ${typeName}`)])).toEqual(
      [
        ['__proto__', ['constructor integer', 'then integer']],
        ['counts', ['n bigint']],
        ['names', ['name text']],
        ['users', ['id integer', 'name text', 'mood mood', 'age age']],
      ],
    )
    const keys = await inspector.getMultiPkConstraint({ filterNames: ['users', '__proto__', 'nobody'] })
    expect([...keys].map(([table, key]) => [table, key?.columns ?? null])).toEqual([
      ['__proto__', null],
      ['users', ['id']],
    ])
  })

  test('types and sequences', async () => {
    const inspector = inspect(engine)
    expect(await inspector.getEnums()).toEqual([
      { name: 'mood', schema: 'public', visible: true, labels: ['sad', 'ok'], comment: 'how one feels' },
    ])
    expect((await inspector.getEnums({ schema: '*' })).map(({ schema, name }) => `${schema}.${name}`)).toEqual([
      'public.mood',
      'shop.size',
    ])
    const [age] = await inspector.getDomains()
    expect({ ...age, type: engine.dialect.typeName(age?.type as never) }).toEqual({
      name: 'age',
      schema: 'public',
      visible: true,
      type: 'SMALLINT',
      typeName: 'smallint',
      nullable: false,
      default: '1',
      collation: null,
      constraints: [
        { name: 'adult', check: 'VALUE >= 18' },
        { name: 'age_check', check: 'VALUE < 200' },
      ],
      comment: null,
    })
    expect(await inspector.getSequences({ schema: 'shop' })).toEqual([
      {
        name: 'numbers',
        schema: 'shop',
        dataType: 'integer',
        start: 7n,
        increment: -1n,
        minValue: -100n,
        maxValue: 10n,
        cycle: true,
        cache: 3,
        ownedBy: null,
        comment: null,
      },
    ])
    const [owned] = await inspector.getSequences()
    expect(owned?.ownedBy).toEqual({ schema: null, name: 'users', column: 'id' })
    const orders = await inspector.getColumns('orders', { schema: 'shop' })
    expect(engine.dialect.typeName(orders[2]?.type as never)).toBe('shop.size')
  })

  test('200 tables with all their parts are one flight of five queries', async () => {
    await engine.execute('CREATE SCHEMA many')
    await engine.begin(async (connection) => {
      for (let number = 0; number < 200; number += 1)
        await connection.execute(
          `CREATE TABLE many.t${number} (id serial PRIMARY KEY, a int UNIQUE, parent int REFERENCES many.t${Math.max(0, number - 1)}, mood mood, CHECK (a > 0))`,
        )
    })
    const sent = recordStatements(engine)
    const metadata = new MetaData()
    await metadata.reflect(engine, { schema: 'many' })
    sent.stop()
    expect(sent.flights.map((flight) => flight.length)).toEqual([7])
    expect([sent.flights[0]?.[0], sent.flights[0]?.[6]]).toEqual(['BEGIN', 'COMMIT'])
    expect(metadata.tables.size).toBe(200)
    expect(metadata.sortedTables.map(({ name }) => name)).toEqual(
      Array.from({ length: 200 }, (_, number) => `t${number}`),
    )
    await engine.execute('DROP SCHEMA many CASCADE')
  })
})

test('what cannot be inspected says so', () => {
  for (const given of [null, undefined, 5, 'users', {}, class {}])
    expect(() => inspect(given as never)).toThrow(NoInspectionAvailable)
})
