// Copies of tables in another MetaData: columns, constraints and indexes as they were, foreign keys to the copies.
import {
  CheckConstraint,
  Column,
  createEngine,
  ForeignKey,
  ForeignKeyConstraint,
  Index,
  Integer,
  insert,
  MetaData,
  PrimaryKeyConstraint,
  partition,
  String as StringType,
  select,
  table,
  toMetadata,
} from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { dropSchema, makeSchema } from '../../support/schemas.ts'
import { sqlDatabases } from '../../support/server.ts'

const dialect = postgresqlDialect()
const metadata = new MetaData({ columnNaming: 'snake_case' })
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  fullName: Column(StringType, { index: true }),
})
const posts = table(
  'posts',
  metadata,
  {
    a: Column(Integer),
    b: Column(Integer),
    userId: Column(Integer, { foreignKey: ForeignKey('users.id', { onDelete: 'CASCADE' }) }),
    alsoId: Column({ foreignKey: users.c.id }),
    lazyId: Column({ foreignKey: () => users.c.id, nullable: true }),
    otherId: Column(Integer, { foreignKey: 'elsewhere.things.id', nullable: true }),
  },
  {
    comment: 'c',
    constraints: [
      new PrimaryKeyConstraint(['a', 'b'], { name: 'pk' }),
      new ForeignKeyConstraint(['a', 'b'], ['posts.a', 'posts.b'], { name: 'self' }),
      new CheckConstraint('a > b', { name: 'ck' }),
    ],
  },
)
table('things', metadata, { id: Column(Integer, { primaryKey: true }) }, { schema: 'elsewhere' })

test('into another schema', () => {
  const target = new MetaData({ namingConvention: { fk: 'fk_%(column_0_name)s' } })
  const own = toMetadata(users, target, { schema: 'T' })
  const copy = toMetadata(posts, target, { schema: 'T' })
  toMetadata(metadata.tables.get('elsewhere.things') as typeof users, target)
  expectTypeOf(copy).toEqualTypeOf(posts)
  expect(target.createPlan().sql(dialect)).toEqual([
    'CREATE TABLE "T".users (\n\tid SERIAL NOT NULL, \n\tfull_name VARCHAR NOT NULL, \n\tPRIMARY KEY (id)\n)',
    'CREATE INDEX "ix_T_users_full_name" ON "T".users (full_name)',
    'CREATE TABLE elsewhere.things (\n\tid SERIAL NOT NULL, \n\tPRIMARY KEY (id)\n)',
    'CREATE TABLE "T".posts (\n\ta INTEGER NOT NULL, \n\tb INTEGER NOT NULL, \n\tuser_id INTEGER NOT NULL, \n\talso_id INTEGER NOT NULL, \n\tlazy_id INTEGER, \n\tother_id INTEGER, \n\tCONSTRAINT pk PRIMARY KEY (a, b), \n\tCONSTRAINT fk_user_id FOREIGN KEY(user_id) REFERENCES "T".users (id) ON DELETE CASCADE, \n\tCONSTRAINT fk_also_id FOREIGN KEY(also_id) REFERENCES "T".users (id), \n\tCONSTRAINT fk_lazy_id FOREIGN KEY(lazy_id) REFERENCES "T".users (id), \n\tCONSTRAINT fk_other_id FOREIGN KEY(other_id) REFERENCES elsewhere.things (id), \n\tCONSTRAINT self FOREIGN KEY(a, b) REFERENCES "T".posts (a, b), \n\tCONSTRAINT ck CHECK (a > b)\n)',
    'COMMENT ON TABLE "T".posts IS \'c\'',
  ])
  expect(String(select(own.c.fullName))).toBe('SELECT "T".users.full_name \nFROM "T".users')
})

test('under another name, with referred tables elsewhere', () => {
  const target = new MetaData()
  table('users', target, { id: Column(Integer, { primaryKey: true }) }, { schema: 'x' })
  table('things', target, { id: Column(Integer, { primaryKey: true }) }, { schema: 'x' })
  const [, , key] = toMetadata(posts, target, { name: 'entries', referredSchema: () => 'x' }).foreignKeys
  expect([...target.tables.keys()]).toEqual(['x.users', 'x.things', 'entries'])
  expect(key?.referredTable.key).toBe('x.users')
  expect(() => toMetadata(posts, target, { name: 'entries' })).toThrow("Table 'entries' is already defined")
  // @ts-expect-error an unknown option
  expect(() => toMetadata(posts, target, { scheme: 'x' })).toThrow("did you mean 'schema'?")
})

test('partitions stand on the copy of the whole', () => {
  const source = new MetaData()
  const whole = table('w', source, { at: Column(Integer) }, { partitionBy: { range: ['at'] } })
  const part = partition('p', whole, { from: [1], to: [2] })
  const target = new MetaData({ schema: 's' })
  expect(() => toMetadata(part, target, { schema: null })).toThrow(
    "Table 'p' stands on 'w', of which the target has no copy",
  )
  toMetadata(whole, target, { schema: null })
  toMetadata(part, target, { schema: null })
  expect(target.createPlan().sql(dialect)[1]).toBe('CREATE TABLE s.p PARTITION OF s.w FOR VALUES FROM (1) TO (2)')
  expect(new Index('i', ['at']).parts).toEqual(['at'])
})

describe.each(sqlDatabases())('$name', (place) => {
  test('one schema for each tenant', async () => {
    await using engine = createEngine(place.url)
    for (const schema of ['tenant 1', 'tenant 2']) {
      const target = new MetaData()
      const copy = toMetadata(users, target, { schema })
      await makeSchema(engine, place, schema)
      await target.createAll(engine)
      await engine.execute(insert(copy).values({ fullName: schema }))
      expect(await engine.execute(select(copy.c.fullName)).scalars().all()).toEqual([schema])
      await target.dropAll(engine)
      await dropSchema(engine, place, schema)
    }
  })
})
