// Which tables and columns are reflected and what the program says itself, on every database; what needs schemas is in options.test.ts.
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { createEngine, type Engine } from '../../../src/engine/index.ts'
import { ArgumentError, InvalidRequestError, NoSuchTableError } from '../../../src/errors.ts'
import { Column, Enum, Integer, insert, MetaData, String, select, Table, Text, table } from '../../../src/index.ts'
import { inspect } from '../../../src/inspect.ts'
import { sqlDatabases } from '../../support/server.ts'
import { recordStatements } from '../../support/statements.ts'

const STATEMENTS = [
  'CREATE TABLE countries (id integer NOT NULL PRIMARY KEY, name text UNIQUE)',
  'CREATE TABLE customers (id integer NOT NULL PRIMARY KEY, "countryId" integer REFERENCES countries (id), dotted integer, status text, CONSTRAINT customers_dotted_fkey FOREIGN KEY (dotted) REFERENCES countries)',
  'CREATE TABLE orders (id integer NOT NULL PRIMARY KEY, customer integer NOT NULL REFERENCES customers, note varchar(20), a integer, b integer, UNIQUE (a, b), CONSTRAINT orders_a_check CHECK (a > 0))',
  'CREATE INDEX orders_note ON orders (note)',
  'CREATE VIEW open_orders AS SELECT id, note FROM orders',
]
const CIRCLE = {
  postgresql: [
    'CREATE TABLE one (id integer PRIMARY KEY, two integer)',
    'CREATE TABLE two (id integer PRIMARY KEY, one integer CONSTRAINT two_one REFERENCES one)',
    'ALTER TABLE one ADD CONSTRAINT one_two FOREIGN KEY (two) REFERENCES two',
  ],
  sqlite: [
    'CREATE TABLE one (id integer PRIMARY KEY, two integer CONSTRAINT one_two REFERENCES two)',
    'CREATE TABLE two (id integer PRIMARY KEY, one integer CONSTRAINT two_one REFERENCES one)',
  ],
}

describe.each(sqlDatabases())('$name', ({ url, name: database }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await engine.begin(async (connection) => {
      const circle = database === 'sqlite' ? CIRCLE.sqlite : CIRCLE.postgresql
      for (const statement of [...STATEMENTS, ...circle]) await connection.execute(statement)
    })
  })
  afterAll(() => engine.dispose())

  test('tables that refer to each other', async () => {
    const metadata = new MetaData()
    const one = await Table.reflect('one', metadata, engine)
    expect(one.foreignKeys[0]?.referredTable).toBe(metadata.tables.get('two'))
    const sorted = await inspect(engine).getSortedTableAndFkcNames()
    const place = (name: string): number => sorted.findIndex(({ table }) => table === name)
    expect(sorted.filter(({ table }) => table !== 'customers' && table !== 'orders')).toEqual([
      { table: 'countries', foreignKeys: [] },
      { table: 'one', foreignKeys: [] },
      { table: 'two', foreignKeys: [] },
      { table: null, foreignKeys: ['one_two', 'two_one'] },
    ])
    expect(place('countries')).toBeLessThan(place('customers'))
    expect(place('customers')).toBeLessThan(place('orders'))
  })

  test('columns of the program take the place of the database’s, with their keys and types', async () => {
    const metadata = new MetaData()
    const Status = Enum('new', 'gone', { native: false, createConstraint: false })
    const customers = await Table.reflect('customers', metadata, engine, {
      columns: {
        id: Column(Integer, { primaryKey: true }),
        status: Column(Status, { nullable: true }),
        country: Column(Integer, { name: 'countryId', nullable: true, foreignKey: 'countries.id' }),
        computed: Column(Text, { nullable: true }),
      },
    })
    expectTypeOf<keyof typeof customers.c>().toEqualTypeOf<'id' | 'status' | 'country' | 'computed'>()
    expect(customers.columnList.map(({ key, name }) => [key, name])).toEqual([
      ['id', 'id'],
      ['country', 'countryId'],
      ['dotted', 'dotted'],
      ['status', 'status'],
      ['computed', 'computed'],
    ])
    expect(customers.c.status.type).toBe(Status)
    expect(customers.primaryKey.columns.map(({ key }) => key)).toEqual(['id'])
    // The program's own foreign key stands; the database's would be a second one.
    expect(customers.foreignKeys.map((key) => [key.columns[0]?.key, key.name])).toEqual([
      ['country', null],
      ['dotted', 'customers_dotted_fkey'],
    ])
    await engine.begin(async (connection) => {
      await connection.execute(insert(customers).values({ id: 1, status: 'new' }))
      const [row] = await connection.execute(select(customers.c.id, customers.c.status)).all()
      expectTypeOf(row).toEqualTypeOf<{ id: number; status: 'new' | 'gone' | null } | undefined>()
      expect({ ...row }).toEqual({ id: 1, status: 'new' })
      await connection.rollback()
    })
  })

  test('columns can be chosen; keys, constraints and indexes over others are left out', async () => {
    const few = await Table.reflect('orders', new MetaData(), engine, {
      includeColumns: ['id', 'a'],
      resolveForeignKeys: false,
    })
    expect(few.columnList.map(({ name }) => name)).toEqual(['id', 'a'])
    expect(few.constraints.map(({ name }) => name)).toEqual(['orders_a_check'])
    expect(few.indexes).toEqual([])
    const alone = new MetaData()
    await Table.reflect('orders', alone, engine, { includeColumns: ['id', 'a'] })
    expect([...alone.tables.keys()]).toEqual(['orders'])
    const most = await Table.reflect('orders', new MetaData(), engine, { excludeColumns: ['note'] })
    expect(most.columnList.map(({ name }) => name)).toEqual(['id', 'customer', 'a', 'b'])
    expect(most.indexes).toEqual([])
    await expect(Table.reflect('orders', new MetaData(), engine, { excludeColumns: ['nott'] })).rejects.toThrow(
      "excludeColumns: 'orders' has no column 'nott' in the database; did you mean 'note'?",
    )
  })

  test('a view can be selected from', async () => {
    const open = await Table.reflect('open_orders', new MetaData(), engine, {
      columns: { id: Column(Integer, { primaryKey: true }) },
    })
    expect(open.columnList.map(({ name, primaryKey }) => [name, primaryKey])).toEqual([
      ['id', true],
      ['note', false],
    ])
    expect(await engine.execute(select(open.c.id)).all()).toEqual([])
  })

  test('what is there already is left as it is, or defined anew', async () => {
    const metadata = new MetaData()
    const mine = table('countries', metadata, { id: Column(Integer, { primaryKey: true }), extra: Column(String(5)) })
    expect(await Table.reflect('countries', metadata, engine)).toBe(mine)
    await metadata.reflect(engine, { only: ['countries'] })
    expect(metadata.tables.get('countries')).toBe(mine)
    await expect(Table.reflect('countries', metadata, engine, { columns: { id: Column(Integer) } })).rejects.toThrow(
      "Table 'countries' is already defined in this MetaData: { extendExisting: true } defines it anew",
    )
    const anew = await Table.reflect('countries', metadata, engine, { extendExisting: true })
    expect(metadata.tables.get('countries')).toBe(anew)
    expect(anew.columnList.map(({ key }) => key)).toEqual(['extra', 'id', 'name'])
    await metadata.reflect(engine, { only: ['countries'], extendExisting: true })
    expect(metadata.tables.get('countries')).not.toBe(anew)
  })

  test.each([false, true])('several at a time, into one MetaData; extendExisting: %s', async (extendExisting) => {
    const metadata = new MetaData()
    // The tables come to be in each other's midst.
    metadata.on('columnReflect', () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3)))
    const [, , orders, customers] = await Promise.all([
      metadata.reflect(engine, { views: true, extendExisting }),
      metadata.reflect(engine, { views: true, extendExisting }),
      Table.reflect('orders', metadata, engine, { extendExisting }),
      Table.reflect('customers', metadata, engine, { extendExisting }),
    ])
    const alone = new MetaData()
    await alone.reflect(engine, { views: true })
    expect([...metadata.tables.keys()].sort()).toEqual([...alone.tables.keys()].sort())
    expect([...metadata.views.keys()].sort()).toEqual([...alone.views.keys()].sort())
    if (!extendExisting) expect(orders.foreignKeys.map((key) => key.referredTable)).toContain(customers)
  })

  test('columns for a table that came meanwhile are refused', async () => {
    const metadata = new MetaData()
    metadata.on('columnReflect', () => new Promise((resolve) => setTimeout(resolve, 5)))
    const both = Promise.allSettled([
      Table.reflect('customers', metadata, engine, { columns: { id: Column(Integer, { primaryKey: true }) } }),
      Table.reflect('customers', metadata, engine, { columns: { id: Column(Integer, { primaryKey: true }) } }),
    ])
    const outcomes = (await both).map((outcome) => (outcome.status === 'rejected' ? `${outcome.reason}` : 'made'))
    // Which of them comes first is up to the database.
    expect(outcomes.sort()).toEqual([
      "InvalidRequestError: Table 'customers' is already defined in this MetaData: { extendExisting: true } defines it anew",
      'made',
    ])
  })

  test('only some: by name or by a function', async () => {
    const byName = new MetaData()
    await byName.reflect(engine, { only: ['customers'], resolveForeignKeys: false })
    expect([...byName.tables.keys()]).toEqual(['customers'])
    const byFunction = new MetaData()
    await byFunction.reflect(engine, {
      only: (name) => name.startsWith('cust'),
      resolveForeignKeys: false,
    })
    expect([...byFunction.tables.keys()]).toEqual(['customers'])
    await expect(new MetaData().reflect(engine, { only: ['custmers', 'x'] })).rejects.toThrow(
      new InvalidRequestError("The database has no tables 'custmers', 'x'"),
    )
    await expect(new MetaData().reflect(engine, { only: ['custmers'] })).rejects.toThrow(
      new NoSuchTableError("The database has no table 'custmers'; did you mean 'customers'?"),
    )
  })

  test('listeners change columns before they are made, and may take their time', async () => {
    const metadata = new MetaData()
    const heard: string[] = []
    const stop = metadata.on('columnReflect', async ({ relation, column }) => {
      await Promise.resolve()
      heard.push(`${relation.name}.${column.name} ${column.typeName.toLowerCase()}`)
      column.key = column.name.replace(/Id$/, '_key')
      if (column.name === 'status') column.type = String(8)
    })
    const customers = await Table.reflect('customers', metadata, engine, { resolveForeignKeys: false })
    stop()
    expect(heard).toEqual([
      'customers.id integer',
      'customers.countryId integer',
      'customers.dotted integer',
      'customers.status text',
    ])
    expect(customers.columnList.map(({ key, name }) => [key, name])).toEqual([
      ['id', 'id'],
      ['country_key', 'countryId'],
      ['dotted', 'dotted'],
      ['status', 'status'],
    ])
    expect(customers.foreignKeys.map((key) => key.columns[0]?.key).sort()).toEqual(['country_key', 'dotted'])
    expect(engine.dialect.typeName(customers.column('status').type)).toBe('VARCHAR(8)')
    await Table.reflect('countries', metadata, engine)
    expect(heard).toHaveLength(4)
    expect(() => metadata.on('columnReflekt' as never, () => undefined)).toThrow(ArgumentError)
  })

  test('an inspector that knows the tables already asks nothing', async () => {
    const inspector = inspect(engine)
    await inspector.reflectTable('orders', new MetaData())
    const sent = recordStatements(engine)
    await inspector.reflectTable('orders', new MetaData())
    sent.stop()
    expect(sent.flights).toEqual([])
  })

  test('wrong arguments', async () => {
    await expect(Table.reflect('countries', new MetaData(), {} as never)).rejects.toThrow(
      'Table.reflect() takes an engine, a connection or an inspector',
    )
    await expect(new MetaData().reflect(null as never)).rejects.toThrow(
      'reflect() takes an engine, a connection or an inspector',
    )
    await expect(new MetaData().reflect(engine, { onyl: [] } as never)).rejects.toThrow("did you mean 'only'?")
    await expect(new MetaData().reflect(engine, { only: 'countries' as never })).rejects.toThrow(
      'reflect(): only is a list of names, or a function that chooses',
    )
    await expect(Table.reflect('countries', new MetaData(), engine, { columns: { id: 5 as never } })).rejects.toThrow(
      "columns: 'id' is no column: write Column(type, options)",
    )
    await expect(Table.reflect('countries', new MetaData(), engine, { colums: {} } as never)).rejects.toThrow(
      "did you mean 'columns'?",
    )
    expect(() => table('users', new MetaData(), {}, { autoloadWith: engine } as never)).toThrow(
      "table() reads no database: write await Table.reflect('users', metadata, engine)",
    )
    await expect(Table.reflect('contries', new MetaData(), engine)).rejects.toThrow(
      new NoSuchTableError("The database has no table 'contries'; did you mean 'countries'?"),
    )
  })
})
