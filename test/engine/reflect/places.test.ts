// Where names are looked for, what is not known, and what is stopped: search paths, types without a class, signals.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ReflectedType } from '../../../src/dialect/postgresql/index.ts'
import { createEngine, type Engine } from '../../../src/engine/index.ts'
import { Column, insert, MetaData, select, Table, Text } from '../../../src/index.ts'
import { inspect } from '../../../src/inspect.ts'
import { databases } from '../../support/server.ts'

const STATEMENTS = [
  'CREATE SCHEMA shop',
  'CREATE TABLE users (id int PRIMARY KEY, place text)',
  'CREATE TABLE shop.users (id int PRIMARY KEY, shop text)',
  'CREATE TABLE shop.orders (id int PRIMARY KEY, user_id int REFERENCES shop.users, seller int REFERENCES public.users)',
  'CREATE TYPE odd',
  "CREATE FUNCTION odd_in(cstring) RETURNS odd IMMUTABLE STRICT LANGUAGE internal AS 'textin'",
  "CREATE FUNCTION odd_out(odd) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'textout'",
  'CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, LIKE = text)',
  "CREATE TABLE strange (id int PRIMARY KEY, one odd DEFAULT 'x', many odd[], place point, span lseg[])",
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
    await engine.execute('DROP TABLE strange')
    await engine.execute('DROP TYPE odd CASCADE')
    await engine.dispose()
  })

  test('without a schema the search path says what a name means', async () => {
    await using connection = await engine.connect()
    await connection.execute('SET LOCAL search_path TO shop, public')
    const inspector = inspect(connection)
    expect(await inspector.getDefaultSchemaName()).toBe('shop')
    // public.users is hidden by shop.users.
    expect(await inspector.getTableNames()).toEqual(['orders', 'strange', 'users'])
    expect((await inspector.getColumns('users')).map(({ name }) => name)).toEqual(['id', 'shop'])
    const keys = await inspector.getForeignKeys('orders')
    expect(keys.map(({ referredSchema, referredTable }) => [referredSchema, referredTable])).toEqual([
      ['public', 'users'],
      [null, 'users'],
    ])
    const metadata = new MetaData()
    await metadata.reflect(connection, { only: ['orders'] })
    expect([...metadata.tables.keys()].sort()).toEqual(['orders', 'public.users', 'users'])
    // By name of the schema both sides are named.
    const named = await inspector.getForeignKeys('orders', { schema: 'shop' })
    expect(named.map(({ referredSchema, referredTable }) => [referredSchema, referredTable])).toEqual([
      ['public', 'users'],
      ['shop', 'users'],
    ])
  })

  test('types without a class are spelt as the database spells them, and their values pass', async () => {
    const warnings: string[] = []
    const listen = (warning: Error): void => {
      warnings.push(`${warning.name}: ${warning.message}`)
    }
    process.on('warning', listen)
    const metadata = new MetaData()
    const strange = await Table.reflect('strange', metadata, engine)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    // A point is PostgreSQL's own and no surprise.
    const text = 'its values pass as the server gives them'
    expect(warnings.filter((warning) => warning.includes('strange'))).toEqual([
      `SQLAlchemyWarning: Did not recognize type 'odd' of column 'strange.one'; ${text}`,
      `SQLAlchemyWarning: Did not recognize type 'odd[]' of column 'strange.many'; ${text}`,
    ])
    expect(strange.column('one').type).toBeInstanceOf(ReflectedType)
    expect(strange.columnList.map(({ type }) => engine.dialect.typeName(type))).toEqual([
      'INTEGER',
      'odd',
      'odd[]',
      'point',
      'lseg[]',
    ])
    const rows = [
      { id: 1, one: "it's", many: ['a,b', null, '{}'], place: '(1,2)', span: ['[(0,0),(1,1)]'] },
      { id: 2, one: null, many: [], place: null, span: null },
    ]
    await engine.execute(insert(strange as never), rows as never)
    const read = await engine.execute(select(...(strange.columnList as [never])).orderBy(strange.column('id'))).all()
    expect(read.map((row) => ({ ...(row as object) }))).toEqual(rows)
    const statement = select(strange.column('id')).where(strange.column('place').boolOp('~=')('(1,2)'))
    expect(engine.compile(statement).sql).toBe('SELECT strange.id \nFROM strange \nWHERE strange.place ~= $1::point')
    expect(await engine.execute(statement).scalars().all()).toEqual([1])
  })

  test('a type of the program takes the place of one that is not known, and there is no warning', async () => {
    const strange = await Table.reflect('strange', new MetaData(), engine, {
      columns: { one: Column(Text, { nullable: true }) },
      includeColumns: ['id', 'one'],
    })
    expect(strange.c.one.type).toBe(Text)
  })

  test('a signal stops it before it begins, and the next question is asked anew', async () => {
    const inspector = inspect(engine)
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(inspector.getTableNames({ signal })).rejects.toBe(reason)
    await expect(inspector.getColumns('users', { signal })).rejects.toBe(reason)
    await expect(inspector.getMultiColumns({ signal })).rejects.toBe(reason)
    await expect(inspector.getSchemaNames({ signal })).rejects.toBe(reason)
    await expect(new MetaData().reflect(engine, { signal })).rejects.toBe(reason)
    await expect(Table.reflect('users', new MetaData(), engine, { signal })).rejects.toBe(reason)
    expect(await inspector.getTableNames()).toEqual(['strange', 'users'])
  })
})
