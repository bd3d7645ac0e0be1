// Listeners around creating and dropping, commands by hand, and DDL for some databases only.
import {
  CheckConstraint,
  Column,
  createEngine,
  DDL,
  type DdlConnection,
  type Engine,
  Index,
  Integer,
  insert,
  MetaData,
  String as StringType,
  select,
  table,
} from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'
import { leftovers } from './leftovers.ts'

const dialect = postgresqlDialect()
const columns = { id: Column(Integer, { primaryKey: true }), name: Column(StringType) }

test('conditions decide what is emitted', () => {
  const metadata = new MetaData()
  const asked: string[] = []
  const when = (host: { readonly name: string }): boolean => {
    asked.push(host.name)
    return host.name === 'postgresql'
  }
  const t = table('t', metadata, columns, {
    constraints: [
      new CheckConstraint('id > 0', { name: 'here', ddlIf: { dialect: ['postgresql', 'sqlite'], when } }),
      new CheckConstraint('id > 1', { name: 'elsewhere', ddlIf: { dialect: 'sqlite' }, comment: 'not here' }),
      new Index('ix_here', ['name'], { ddlIf: { when } }),
      new Index('ix_elsewhere', ['name'], { ddlIf: { dialect: 'sqlite' } }),
    ],
  })
  t.on('afterCreate', new DDL('SELECT 1', { ddlIf: { dialect: 'sqlite' } }))
  t.on('afterCreate', new DDL('SELECT %(table)s, %(schema)s, %(fullname)s, 100 %'))
  expect(metadata.createPlan().sql(dialect)).toEqual([
    'CREATE TABLE t (\n\tid SERIAL NOT NULL, \n\tname VARCHAR NOT NULL, \n\tPRIMARY KEY (id), \n\tCONSTRAINT here CHECK (id > 0)\n)',
    'CREATE INDEX ix_here ON t (name)',
    'SELECT t, , t, 100 %',
  ])
  expect(metadata.createPlan().sql()).toEqual([
    'CREATE TABLE t (\n\tid INTEGER NOT NULL, \n\tname VARCHAR NOT NULL, \n\tPRIMARY KEY (id)\n)',
    'SELECT t, , t, 100 %',
  ])
  expect(asked).toEqual(['postgresql', 'postgresql', 'default'])
})

test('names of a hostile table in a command', () => {
  const t = table('a"b', new MetaData({ schema: 'S' }), columns)
  t.on('beforeDrop', new DDL('X %(schema)s %(table)s %(fullname)s'))
  expect(t.events.steps('beforeDrop').map(String)).toEqual(['X "S" "a""b" "S"."a""b"'])
  expect(() => dialect.compile(new DDL('DROP %(table)s'))).toThrow(
    'DDL has the token %(table)s, which only the listener of a table',
  )
})

test('what cannot be', () => {
  const t = table('t', new MetaData(), columns)
  // @ts-expect-error no such event
  expect(() => t.on('afterCreated', () => {})).toThrow("there is no event 'afterCreated'; did you mean 'afterCreate'?")
  // @ts-expect-error no listener
  expect(() => t.on('afterCreate', 'DROP TABLE t')).toThrow("on() takes a function or a command such as new DDL('...')")
  expect(() => new DDL(' ')).toThrow('DDL takes a command as text that is not empty')
  // @ts-expect-error an unknown option
  expect(() => new Index('i', ['id'], { ddlIf: { dialects: 'sqlite' } })).toThrow(
    "has no option 'dialects'; did you mean 'dialect'?",
  )
})

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('listeners run in order, within the transaction, and are waited for', async () => {
    const metadata = new MetaData()
    const told: string[] = []
    const a = table('a', metadata, columns)
    const b = table('b', metadata, { id: Column(Integer, { primaryKey: true, foreignKey: 'a.id' }) })
    const count = async (connection: DdlConnection): Promise<void> => {
      await connection.execute(insert(a).values({ name: 'root' }))
    }
    for (const name of ['beforeCreate', 'afterCreate', 'beforeDrop', 'afterDrop'] as const) {
      metadata.on(name, async ({ target }) => {
        await Promise.resolve()
        told.push(`${name} all ${target === metadata}`)
      })
      for (const each of [a, b]) each.on(name, ({ target }) => void told.push(`${name} ${target.name}`))
    }
    a.on('afterCreate', ({ connection }) => count(connection))
    b.on('afterCreate', new DDL("INSERT INTO a (name) SELECT '%(table)s'"))
    const end = b.on('afterCreate', () => void told.push('never'))
    end()
    end()
    await metadata.createAll(engine)
    expect(told.splice(0)).toEqual([
      'beforeCreate all true',
      'beforeCreate a',
      'afterCreate a',
      'beforeCreate b',
      'afterCreate b',
      'afterCreate all true',
    ])
    expect(await engine.execute(select(a.c.name).orderBy(a.c.id)).scalars().all()).toEqual(['root', 'b'])
    await metadata.createAll(engine)
    expect(told.splice(0)).toEqual(['beforeCreate all true', 'afterCreate all true'])
    await metadata.dropAll(engine)
    expect(told).toEqual([
      'beforeDrop all true',
      'beforeDrop b',
      'afterDrop b',
      'beforeDrop a',
      'afterDrop a',
      'afterDrop all true',
    ])
    expect(await leftovers(engine)).toEqual([])
  })

  test('a listener that fails undoes all', async () => {
    const metadata = new MetaData()
    const t = table('t', metadata, columns)
    t.on('afterCreate', async ({ connection }) => {
      await connection.execute(insert(t).values({ name: 'x' }))
      throw new RangeError('no')
    })
    await expect(metadata.createAll(engine)).rejects.toThrow('no')
    expect(await leftovers(engine)).toEqual([])
    {
      await using conn = await engine.connect()
      await expect(metadata.createAll(conn)).rejects.toThrow('no')
    }
    expect(await leftovers(engine)).toEqual([])
  })
})
