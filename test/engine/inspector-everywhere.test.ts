// What an inspector tells of every database, SQLite among them; what only PostgreSQL has is in inspector.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type Engine } from '../../src/engine/index.ts'
import { ArgumentError, NoSuchTableError } from '../../src/errors.ts'
import { Integer, MetaData, Table, Text, table } from '../../src/index.ts'
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

  describe('what cannot be asked is refused before anything is sent', () => {
    const ABOUT_A_TABLE = [
      'getColumns',
      'getPkConstraint',
      'getForeignKeys',
      'getUniqueConstraints',
      'getCheckConstraints',
      'getExcludeConstraints',
      'getIndexes',
      'getTableComment',
      'getTableOptions',
      'getViewDefinition',
      'hasTable',
    ] as const
    const ABOUT_A_SCHEMA = [
      'getTableNames',
      'getViewNames',
      'getForeignTableNames',
      'getMaterializedViewNames',
      'getSequenceNames',
      'getSequences',
      'getEnums',
      'getDomains',
      'getSortedTableAndFkcNames',
      'getMultiColumns',
    ] as const
    const users = table('users', new MetaData(), {})
    const NO_NAMES: readonly [unknown, string][] = [
      [null, 'got null'],
      [undefined, 'got undefined'],
      [3, 'got 3'],
      [['users'], "got ['users']"],
      [Symbol('users'), 'got Symbol(users)'],
      [users, "got an object: give its name, 'users'"],
    ]

    /** The message of the ArgumentError that a question ends with; it is a rejection, never thrown in the face of the caller. */
    async function refusal(question: () => Promise<unknown>): Promise<string> {
      const sent = recordStatements(engine)
      const answer: unknown = await question().catch((error: unknown) => error)
      sent.stop()
      expect(answer).toBeInstanceOf(ArgumentError)
      expect(sent.flights).toEqual([])
      return (answer as Error).message
    }

    test.each(ABOUT_A_TABLE)('%s() of what is no name', async (method) => {
      for (const [given, got] of NO_NAMES)
        expect(await refusal(() => inspect(engine)[method](given as string))).toBe(
          `${method}() takes the name of a table as a string, ${got}`,
        )
      expect(await refusal(() => inspect(engine)[method]('users', { schema: 3 as never }))).toBe(
        `${method}(): schema is the name of a schema, or null, got 3`,
      )
      expect(await refusal(() => inspect(engine)[method]('users', null as never))).toBe(
        `${method}() takes its options as an object, got null`,
      )
    })

    test.each(ABOUT_A_SCHEMA)('%s() with other options', async (method) => {
      for (const given of [null, 'shop'] as never[])
        expect(await refusal(() => inspect(engine)[method](given))).toBe(
          `${method}() takes its options as an object, got ${given === null ? 'null' : 'string'}`,
        )
      expect(await refusal(() => inspect(engine)[method]({ schema: {} as never }))).toBe(
        `${method}(): schema is the name of a schema, or null, got {}`,
      )
      expect(await refusal(() => inspect(engine)[method]({ shcema: 'shop' } as never))).toContain(
        `${method}() has no option 'shcema'; did you mean 'schema'?`,
      )
    })

    test('schemas, sequences, indexes', async () => {
      const inspector = inspect(engine)
      expect(await refusal(() => inspector.hasSchema(null as never))).toContain('the name of a schema')
      expect(await refusal(() => inspector.hasSequence(null as never))).toContain('the name of a sequence')
      expect(await refusal(() => inspector.hasIndex(null as never, 'i'))).toContain('the name of a table')
      expect(await refusal(() => inspector.hasIndex('users', null as never))).toContain('the name of an index')
      for (const method of ['getDefaultSchemaName', 'getSchemaNames'] as const)
        expect(await refusal(() => inspector[method](null as never))).toContain('takes its options as an object')
    })

    test.each([
      [{ filterNames: 'users' }, "filterNames is a list of strings, got 'users'"],
      [{ filterNames: ['users', null] }, "filterNames is a list of strings, got ['users', null]"],
      [{ kinds: 'view' }, "kinds is a list of strings, got 'view'"],
      [{ kinds: ['veiw'] }, "kinds does not know 'veiw'; did you mean 'view'?"],
      [{ scope: 'temp' }, "scope does not know 'temp'; known: 'default', 'temporary', 'any'"],
      [{ scope: null }, "scope is one of 'default', 'temporary', 'any', got null"],
    ])('many tables by %j', async (options, message) => {
      expect(await refusal(() => inspect(engine).getMultiIndexes(options as never))).toBe(
        `getMultiIndexes(): ${message}`,
      )
    })

    test('reflection', async () => {
      const metadata = new MetaData()
      const inspector = inspect(engine)
      for (const [given, got] of NO_NAMES)
        expect(await refusal(() => inspector.reflectTable(given as string, metadata))).toBe(
          `Table.reflect() takes the name of a table as a string, ${got}`,
        )
      for (const given of [null, undefined, {}] as never[])
        expect(await refusal(() => Table.reflect('users', given, engine))).toBe(
          'Table.reflect() takes the MetaData that the table is to belong to behind its name',
        )
      for (const [options, message] of [
        [{ schema: 3 }, 'schema is the name of a schema, or null, got 3'],
        [{ columns: null }, 'columns is a record of columns by their keys, got null'],
        [{ includeColumns: 'id' }, "includeColumns is a list of strings, got 'id'"],
        [{ excludeColumns: [null] }, 'excludeColumns is a list of strings, got [null]'],
      ] as const)
        expect(await refusal(() => Table.reflect('users', metadata, engine, options as never))).toBe(
          `Table.reflect(): ${message}`,
        )
      expect(await refusal(() => metadata.reflect(engine, { only: [null as never] }))).toBe(
        'reflect(): only is a list of strings, got [null]',
      )
      expect(await refusal(() => metadata.reflect(engine, { schema: 3 as never }))).toBe(
        'reflect(): schema is the name of a schema, or null, got 3',
      )
    })
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
