// DDL commands given to `execute()`, plans that print, on PGlite and on a server.
import {
  Column,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateTable,
  createEngine,
  DropIndex,
  DropSchema,
  DropSequence,
  DropTable,
  type Engine,
  Enum,
  Index,
  Integer,
  MetaData,
  Sequence,
  SetTableComment,
  String as StringType,
  table,
} from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'
import { recordStatements } from '../../../support/statements.ts'
import { leftovers } from './leftovers.ts'

const metadata = new MetaData()
const users = table(
  'users',
  metadata,
  {
    id: Column(Integer, { primaryKey: true }),
    name: Column(StringType(50)),
    mood: Column(Enum('sad', 'ok', { name: 'mood' })),
  },
  { constraints: [new Index('ix_name', ['name'])], comment: "it's people" },
)
const [index] = users.indexes

test('commands show their SQL', () => {
  expect(String(new CreateTable(users, { ifNotExists: true }))).toBe(
    "\nCREATE TABLE IF NOT EXISTS users (\n\tid INTEGER NOT NULL, \n\tname VARCHAR(50) NOT NULL, \n\tmood VARCHAR(3) NOT NULL, \n\tPRIMARY KEY (id), \n\tCONSTRAINT mood CHECK (mood IN ('sad', 'ok'))\n)\n\n",
  )
  expect(String(new DropTable(users, { ifExists: true, cascade: true }))).toBe('\nDROP TABLE IF EXISTS users CASCADE')
})

test('plans print, in the spelling asked for', () => {
  const dialect = postgresqlDialect()
  expect(metadata.createPlan().sql(dialect)).toEqual([
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    'CREATE TABLE users (\n\tid SERIAL NOT NULL, \n\tname VARCHAR(50) NOT NULL, \n\tmood mood NOT NULL, \n\tPRIMARY KEY (id)\n)',
    'CREATE INDEX ix_name ON users (name)',
    "COMMENT ON TABLE users IS 'it''s people'",
  ])
  expect(metadata.dropPlan().sql(dialect)).toEqual(['DROP TABLE users', 'DROP TYPE mood'])
  expect(metadata.createPlan({ tables: [users] }).sql()[1]).toBe('CREATE INDEX ix_name ON users (name)')
  // @ts-expect-error an unknown option
  expect(() => metadata.createPlan({ checkFirst: true })).toThrow("createPlan() has no option 'checkFirst'")
})

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('commands are executed', async () => {
    const numbers = new Sequence('numbers', { start: 5 })
    const plain = table('plain', new MetaData(), {
      id: Column(Integer, { primaryKey: true }),
      name: Column(StringType),
    })
    await engine.begin(async (conn) => {
      await conn.execute(new CreateSchema('ware house'))
      await conn.execute(new CreateSchema('ware house', { ifNotExists: true }))
      await conn.execute(new CreateSequence(numbers))
      await conn.execute(new CreateTable(plain))
      await conn.execute(new CreateTable(plain, { ifNotExists: true }))
      await conn.execute(new SetTableComment(plain, 'plain'))
      await conn.execute("SELECT nextval('numbers')").one()
    })
    await engine.begin(async (conn) => {
      await conn.execute(new DropTable(plain))
      await conn.execute(new DropTable(plain, { ifExists: true }))
      await conn.execute(new DropSequence(numbers))
      await conn.execute(new DropSchema('ware house', { cascade: true }))
    })
    expect(await leftovers(engine)).toEqual([])
  })

  test('createAll and dropAll can be repeated, and leave nothing behind', async () => {
    await metadata.createAll(engine)
    await metadata.createAll(engine)
    await engine.begin(async (conn) => {
      if (index !== undefined) await conn.execute(new DropIndex(index))
      if (index !== undefined) await conn.execute(new CreateIndex(index, { ifNotExists: true }))
    })
    expect(await leftovers(engine)).not.toEqual([])
    await metadata.dropAll(engine)
    await metadata.dropAll(engine)
    expect(await leftovers(engine)).toEqual([])
  })

  test('a circle of foreign keys is dropped though one of them went before; not without looking first', async () => {
    const circle = new MetaData()
    const key = { primaryKey: true } as const
    table('hen', circle, { id: Column(Integer, key), eggId: Column(Integer, { foreignKey: 'egg.id', nullable: true }) })
    table('egg', circle, { id: Column(Integer, key), henId: Column(Integer, { foreignKey: 'hen.id', nullable: true }) })
    for (const checkFirst of [false, true]) {
      await circle.createAll(engine)
      await engine.begin(async (conn) => {
        await conn.execute('DROP TABLE hen CASCADE')
        await conn.execute('CREATE TABLE hen (id SERIAL PRIMARY KEY)')
      })
      if (!checkFirst)
        await expect(circle.dropAll(engine, { checkFirst })).rejects.toThrow('constraint "hen_eggId_fkey"')
      const sent = recordStatements(engine)
      await circle.dropAll(engine)
      sent.stop()
      expect(sent.statements.map(({ sql }) => sql.trim()).filter((sql) => /^(ALTER|DROP)/.test(sql))).toEqual([
        'ALTER TABLE hen DROP CONSTRAINT IF EXISTS "hen_eggId_fkey"',
        'ALTER TABLE egg DROP CONSTRAINT IF EXISTS "egg_henId_fkey"',
        'DROP TABLE hen',
        'DROP TABLE egg',
      ])
    }
    expect(await leftovers(engine)).toEqual([])
  })
})
