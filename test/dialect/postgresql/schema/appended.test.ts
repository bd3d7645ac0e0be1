// Conditions behind columns, and constraints and indexes that come after the table.
import {
  AddConstraint,
  ArgumentError,
  CheckConstraint,
  Column,
  CreateIndex,
  CreateTable,
  createEngine,
  deleteFrom,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  insert,
  literal,
  MetaData,
  PrimaryKeyConstraint,
  String,
  select,
  table,
  text,
  toMetadata,
  UniqueConstraint,
} from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'
import { leftovers } from './leftovers.ts'

const dialect = postgresqlDialect()
const sqlOf = (element: Parameters<typeof dialect.compile>[0]): string =>
  dialect.compile(element).sql.replaceAll(/\s+/g, ' ').trim()

const make = () => {
  const metadata = new MetaData({
    namingConvention: { ix: 'ix_%(table_name)s_%(column_0_name)s', uq: 'uq_%(table_name)s_%(column_0_name)s' },
  })
  const owners = table('appended_owners', metadata, { id: Column(Integer, { primaryKey: true }) })
  const things = table('appended', metadata, {
    id: Column(Integer, { primaryKey: true }),
    size: Column(Integer, { name: 'the size', check: text('"the size" > 0'), serverDefault: '1' }),
    word: Column(String, { check: "word <> ''", nullable: true }),
    ownerId: Column(Integer, { nullable: true }),
  })
  return { metadata, things, owners }
}

test('CHECK behind a column', () => {
  const { things } = make()
  const sql =
    `CREATE TABLE appended ( id SERIAL NOT NULL, "the size" INTEGER DEFAULT '1' NOT NULL CHECK ("the size" > 0), ` +
    `word VARCHAR CHECK (word <> ''), "ownerId" INTEGER, PRIMARY KEY (id) )`
  expect(sqlOf(new CreateTable(things))).toBe(sql)
  expect(sqlOf(new CreateTable(toMetadata(things, new MetaData())))).toBe(sql)
  const small = Column(Integer)
  const t = table('t', new MetaData(), { a: small, b: Column(Integer, { check: func.abs(literal(5)).gt(3) }) })
  expect(sqlOf(new CreateTable(t))).toContain('b INTEGER NOT NULL CHECK (abs(5) > 3)')
  expect(() => table('u', new MetaData(), { a: Column(Integer, { check: 5 as never }) })).toThrow(
    "Column 'u.a': check is SQL",
  )
})

test('constraints and indexes that are added to a table', () => {
  const { things, owners } = make()
  const index = things.append(new Index(null, [func.lower(things.c.word), 'size']))
  const byWord = things.append(new Index(null, ['word'], { unique: true }))
  expect(things.indexes).toEqual([index, byWord])
  expect(sqlOf(new CreateIndex(byWord))).toBe('CREATE UNIQUE INDEX ix_appended_word ON appended (word)')
  const unique = things.append(new UniqueConstraint(['size', 'word']))
  expect(sqlOf(new AddConstraint(unique))).toBe(
    'ALTER TABLE appended ADD CONSTRAINT "uq_appended_the size" UNIQUE ("the size", word)',
  )
  things.append(new ForeignKeyConstraint(['ownerId'], [owners.c.id]))
  expect(sqlOf(select(things.c.id, owners.c.id.label('owner')).join(owners))).toContain(
    'JOIN appended_owners ON appended_owners.id = appended."ownerId"',
  )
  expect(() => things.append(new PrimaryKeyConstraint(['word']))).toThrow(
    "Table 'appended' has its primary key already",
  )
  expect(() => things.append(new Index('x', ['nmae']))).toThrow(ArgumentError)
  expect(() => things.append({} as never)).toThrow(ArgumentError)
})

describe.each(databases())('on $name', ({ url }) => {
  test('are created and hold', async () => {
    const { metadata, things } = make()
    await using engine = createEngine(url)
    await metadata.createAll(engine)
    await engine.execute(insert(things).values({ size: 1, word: 'a' }))
    await expect(engine.execute(insert(things).values({ size: 0 }))).rejects.toThrow('violates check constraint')
    await expect(engine.execute(insert(things).values({ word: '' }))).rejects.toThrow('violates check constraint')
    await engine.execute(
      new CreateIndex(things.append(new Index('ix_appended_lower', [func.lower(things.c.word)], { unique: true }))),
    )
    await expect(engine.execute(insert(things).values({ word: 'A' }))).rejects.toThrow('ix_appended_lower')
    await engine.execute(new AddConstraint(things.append(new CheckConstraint('id < 1000', { name: 'ck_appended_id' }))))
    await expect(engine.execute(insert(things).values({ id: 1000 }))).rejects.toThrow('ck_appended_id')
    await engine.execute(deleteFrom(things).all().withHint('ONLY', { dialect: 'postgresql' }))
    await metadata.dropAll(engine)
    expect(await leftovers(engine)).toEqual([])
  })
})
