// Copies of tables in another MetaData: columns, constraints and indexes as they were, foreign keys to the copies.
import {
  CheckConstraint,
  Column,
  createEngine,
  ForeignKey,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  insert,
  iterate,
  MetaData,
  PrimaryKeyConstraint,
  partition,
  SchemaColumn,
  String as StringType,
  select,
  table,
  toMetadata,
  UniqueConstraint,
} from 'tsalchemy'
import { ExcludeConstraint, postgresqlDialect, TSRANGE } from 'tsalchemy/postgresql'
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

test('a key to the table itself refers to the copy', () => {
  const target = new MetaData()
  const [, , , , self] = toMetadata(posts, target, { name: 'entries', schema: 'x' }).foreignKeys
  expect(self?.referredTable.key).toBe('x.entries')
  const nodes = table('nodes', target, {
    id: Column(Integer, { primaryKey: true }),
    parent: Column(Integer, { foreignKey: 'nodes.id', nullable: true }),
  })
  const leaves = toMetadata(nodes, target, { name: 'leaves', referredSchema: () => 'elsewhere' })
  expect(leaves.foreignKeys[0]?.referredColumns).toEqual([leaves.c.id])
})

test('what was added to the table later is copied too, over the columns of the copy', () => {
  const source = new MetaData({ namingConvention: { ix: 'ix_%(table_name)s_%(column_0_name)s' } })
  const rooms = table('rooms', source, {
    id: Column(Integer, { primaryKey: true }),
    name: Column(StringType),
    next: Column(Integer, { nullable: true }),
    during: Column(TSRANGE),
  })
  rooms.append(new UniqueConstraint([rooms.c.name, 'next'], { name: 'uq', include: [rooms.c.id] }))
  rooms.append(new CheckConstraint(rooms.c.next.gt(rooms.c.id), { name: 'ck' }))
  rooms.append(new ForeignKeyConstraint([rooms.c.next], [rooms.c.id], { name: 'fk' }))
  rooms.append(new Index('ix_lower', [func.lower(rooms.c.name), rooms.c.id.desc()], { where: rooms.c.next.gt(0) }))
  rooms.append(new Index(null, [rooms.c.next]))
  const free = rooms.c.next.isNot(null)
  rooms.append(new ExcludeConstraint([[rooms.c.during, '&&']], { name: 'ex', where: free }))
  const first = toMetadata(rooms, new MetaData({ namingConvention: source.namingConvention }), { name: 'places' })
  const target = new MetaData({ namingConvention: source.namingConvention })
  const copy = toMetadata(first, target, { schema: 's' })
  expect(target.createPlan().sql(dialect)).toEqual([
    'CREATE TABLE s.places (\n\tid SERIAL NOT NULL, \n\tname VARCHAR NOT NULL, \n\tnext INTEGER, \n\tduring TSRANGE NOT NULL, \n\tPRIMARY KEY (id), \n\tCONSTRAINT uq UNIQUE (name, next) INCLUDE (id), \n\tCONSTRAINT ck CHECK (next > id), \n\tCONSTRAINT fk FOREIGN KEY(next) REFERENCES s.places (id), \n\tCONSTRAINT ex EXCLUDE USING gist (during WITH &&) WHERE (next IS NOT NULL)\n)',
    'CREATE INDEX ix_lower ON s.places (lower(name), id DESC) WHERE next > 0',
    'CREATE INDEX ix_places_next ON s.places (next)',
  ])
  const [check] = copy.constraints.filter((each) => each instanceof CheckConstraint)
  const named = [...iterate(check?.condition as never)].filter((each) => each instanceof SchemaColumn)
  expect(named).toEqual([copy.c.next, copy.c.id])
  // The table that was copied is as it was.
  expect(rooms.constraints.map(({ table: owner }) => owner)).toEqual([rooms, rooms, rooms, rooms])
  const stranger = table('strangers', target, { id: Column(Integer, { primaryKey: true }) })
  expect(() => stranger.append(new UniqueConstraint([rooms.c.id]))).toThrow(
    "UniqueConstraint of table 'strangers' names the given",
  )
})

test('what is added twice is there once', () => {
  const users = table('users', new MetaData(), { id: Column(Integer, { primaryKey: true }) })
  const positive = new CheckConstraint('id > 0', { name: 'positive' })
  const made = users.append(positive)
  expect(users.append(positive)).toBe(made)
  expect(users.append(made)).toBe(made)
  const byId = users.append(new Index('by_id', ['id']))
  users.append(byId)
  expect([users.constraints, users.indexes]).toEqual([[made], [byId]])
})

test('a table without a schema goes into that of the target, and so do those it refers to', () => {
  const source = new MetaData()
  const owners = table('owners', source, { id: Column(Integer, { primaryKey: true }) })
  const things = table('things', source, { owner: Column(Integer, { foreignKey: 'owners.id' }) })
  const others = table('others', source, { owner: Column(Integer, { foreignKey: owners.c.id }) }, { schema: 'x' })
  const target = new MetaData({ schema: 's' })
  const copies = [things, others, owners].map((each) => toMetadata(each as typeof owners, target))
  expect(copies.map(({ key }) => key)).toEqual(['s.things', 'x.others', 's.owners'])
  expect(copies.map(({ foreignKeys: [key] }) => key?.referredTable.key)).toEqual(['s.owners', 's.owners', undefined])
  // Null says that they have none.
  const apart = toMetadata(things, target, { name: 'apart', referredSchema: () => null })
  expect(() => apart.foreignKeys[0]?.referredTable).toThrow(
    "A foreign key of the copy of table 'things' refers to table 'owners', which its MetaData does not have: toMetadata() that one too",
  )
  const outside = table('owners', target, { id: Column(Integer, { primaryKey: true }) }, { schema: null })
  expect(apart.foreignKeys[0]?.referredTable).toBe(outside)
})

test('names with dots', () => {
  const source = new MetaData()
  const dotted = table('a.b', source, { 'c.d': Column(Integer, { primaryKey: true }) })
  const other = table('other', source, { id: Column(Integer, { foreignKey: dotted.c['c.d'] }) })
  const target = new MetaData()
  const copy = toMetadata(dotted, target)
  expect(toMetadata(other, target).foreignKeys[0]?.referredColumns).toEqual([copy.c['c.d']])
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
