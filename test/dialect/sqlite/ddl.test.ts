// Tables as SQLite has them: what is spelt otherwise, what is left out, what is refused; all of it executed.
import {
  ARRAY,
  BigInteger,
  Boolean,
  CheckConstraint,
  Column,
  createEngine,
  type Engine,
  Enum,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  LargeBinary,
  MetaData,
  Numeric,
  partition,
  Sequence,
  SmallInteger,
  String,
  select,
  table,
  text,
  UniqueConstraint,
  Uuid,
  view,
} from 'tsalchemy'
import { DeclarativeBase, Entity, Session } from 'tsalchemy/orm'
import { insert, sqliteDialect } from 'tsalchemy/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordStatements } from '../../support/statements.ts'

describe('DDL of SQLite', () => {
  let engine: Engine
  beforeEach(() => {
    engine = createEngine('sqlite+node://')
  })
  afterEach(() => engine.dispose())

  /** The commands that create the tables; they are run, twice, and all is dropped again. */
  async function created(metadata: MetaData): Promise<string[]> {
    const recording = recordStatements(engine)
    await metadata.createAll(engine)
    const commands = recording.statements
      .map(({ sql }) => sql.replace(/\s+/g, ' ').trim())
      .filter((sql) => sql.startsWith('CREATE'))
    await metadata.createAll(engine)
    recording.stop()
    return commands
  }
  const tables = () => engine.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").scalars().all()

  test('types, keys that are numbered, defaults, constraints', async () => {
    const metadata = new MetaData()
    table('everything', metadata, {
      id: Column(BigInteger, { primaryKey: true }),
      small: Column(SmallInteger),
      price: Column(Numeric(10, 2), { serverDefault: '0' }),
      on: Column(Boolean, { serverDefault: text('TRUE') }),
      uid: Column(Uuid, { serverDefault: func.genRandomUuid() }),
      made: Column(String, { serverDefault: func.now() }),
      kind: Column(Enum('a', "b's", { name: 'kind' })),
      twice: Column(Integer, { computed: text('small * 2') }),
      lazily: Column(Integer, { computed: { sql: text('small * 3'), persisted: false } }),
      bytes: Column(LargeBinary, { nullable: true, comment: 'no comments here' }),
    })
    expect(await created(metadata)).toEqual([
      "CREATE TABLE everything ( id INTEGER NOT NULL, small SMALLINT NOT NULL, price NUMERIC(10, 2) DEFAULT '0' NOT NULL, " +
        '"on" BOOLEAN DEFAULT TRUE NOT NULL, uid UUID DEFAULT (gen_random_uuid()) NOT NULL, ' +
        "made VARCHAR DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')) NOT NULL, kind VARCHAR(3) NOT NULL, " +
        'twice INTEGER GENERATED ALWAYS AS (small * 2) STORED NOT NULL, lazily INTEGER GENERATED ALWAYS AS (small * 3) VIRTUAL NOT NULL, ' +
        "bytes BLOB, PRIMARY KEY (id), CONSTRAINT kind CHECK (kind IN ('a', 'b''s')) )",
    ])
    await engine.execute("INSERT INTO everything (small, kind) VALUES (4, 'a')")
    const row = await engine.execute('SELECT id, price, "on", twice, lazily, length(uid) AS uid FROM everything').one()
    expect(row).toEqual({ id: 1, price: '0.00', on: true, twice: 8, lazily: 12, uid: 36 })
    await expect(engine.execute("INSERT INTO everything (small, kind) VALUES (4, 'c')")).rejects.toMatchObject({
      code: 'check-violation',
    })
  })

  test('a default is a constant or stands in parentheses as a whole', async () => {
    const defaults = {
      sum: ['1+2', '(1+2)', 3],
      sums: ['(1) + (2)', '((1) + (2))', 3],
      whole: ['(1 + 2)', '(1 + 2)', 3],
      nested: ["(length(')') + (2))", "(length(')') + (2))", 3],
      pieces: ["'a' || 'b'", "('a' || 'b')", 'ab'],
      text: ["'it''s (so)'", "'it''s (so)'", "it's (so)"],
      negative: ['-1.5e-3', '-1.5e-3', -0.0015],
      half: ['.5', '.5', 0.5],
      minus: ['5 - 3', '(5 - 3)', 2],
      tight: ['5-3', '(5-3)', 2],
      hex: ['0x10', '0x10', 16],
      blob: ["x'61'", "x'61'", new Uint8Array([0x61])],
      absent: ['null', 'null', null],
      call: ["coalesce(NULL, 'x')", "(coalesce(NULL, 'x'))", 'x'],
      noted: ['(1) /* (one) */', '((1) /* (one) */)', 1],
      ended: ['1 + 1 -- two', '(1 + 1 -- two\n)', 2],
    } as const
    const metadata = new MetaData()
    const columns = Object.entries(defaults).map(
      ([name, [sql]]) => [name, Column(String, { nullable: true, serverDefault: text(sql) })] as const,
    )
    table('defaults', metadata, { id: Column(Integer, { primaryKey: true }), ...Object.fromEntries(columns) })
    const [sql] = metadata.createPlan().sql(sqliteDialect())
    for (const [name, [, written]] of Object.entries(defaults))
      expect(sql).toContain(`\t${name} VARCHAR DEFAULT ${written}`)
    await metadata.createAll(engine)
    await engine.execute('INSERT INTO defaults DEFAULT VALUES')
    const typeless = Object.keys(defaults).map((name) => `CASE WHEN 1 THEN ${name} END AS ${name}`)
    expect(await engine.execute(`SELECT ${typeless.join(', ')} FROM defaults`).one()).toEqual(
      Object.fromEntries(
        Object.entries(defaults).map(([name, [, , value]]) => [name, typeof value === 'number' ? `${value}` : value]),
      ),
    )
    const again = new MetaData()
    await again.reflect(engine)
    await using other = createEngine('sqlite+node://')
    await again.createAll(other)
    await other.execute('INSERT INTO defaults DEFAULT VALUES')
    expect(await other.execute('SELECT * FROM defaults').one()).toEqual(
      await engine.execute('SELECT * FROM defaults').one(),
    )
  })

  test('an identity never gives a number twice', async () => {
    const metadata = new MetaData()
    const numbered = table('numbered', metadata, {
      id: Column(Integer, { primaryKey: true, identity: {} }),
      a: Column(Integer),
    })
    expect(await created(metadata)).toEqual([
      'CREATE TABLE numbered ( id INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER NOT NULL )',
    ])
    const add = insert(numbered).values({ a: 1 }).returning(numbered.c.id)
    expect(await engine.execute(add).scalar()).toBe(1)
    await engine.execute('DELETE FROM numbered')
    expect(await engine.execute(add).scalar()).toBe(2)
    const pair = new MetaData()
    table('pair', pair, {
      a: Column(Integer, { primaryKey: true, autoincrement: true }),
      b: Column(Integer, { primaryKey: true }),
    })
    await expect(pair.createAll(engine)).rejects.toThrow(
      "Column 'pair.a' is to be numbered and shares the primary key with others: SQLite numbers only a column that is the whole key",
    )
  })

  test('a key that takes its numbers from a sequence elsewhere is numbered by SQLite', async () => {
    const metadata = new MetaData()
    const users = table('users', metadata, {
      id: Column(BigInteger, { primaryKey: true, default: new Sequence('numbers') }),
      name: Column(String),
    })
    expect(await created(metadata)).toEqual([
      'CREATE TABLE users ( id INTEGER NOT NULL, name VARCHAR NOT NULL, PRIMARY KEY (id) )',
    ])
    const recording = recordStatements(engine)
    expect((await engine.execute(insert(users).values({ name: 'a' }))).insertedPrimaryKey).toEqual([1n])
    const many = await engine.execute(insert(users).returning(users.c.id), [{ name: 'b' }, { name: 'c' }])
    expect(many.scalars().all()).toEqual([2n, 3n])
    expect([...new Set(recording.flights.flat())]).toEqual([
      'INSERT INTO users (id, name) VALUES (NULL, ?1) RETURNING users.id',
    ])
    class Base<Self = unknown> extends DeclarativeBase<Self> {}
    @Entity('users')
    class User extends Base<User> {
      @Column(BigInteger, { primaryKey: true, default: new Sequence('numbers') }) id!: bigint
      @Column(String) name!: string
    }
    await using session = new Session({ bind: engine })
    const ed = new User({ name: 'ed' } as never)
    session.add(ed)
    session.addAll([new User({ name: 'x' } as never), new User({ id: 77n, name: 'y' } as never)])
    await session.commit()
    expect(await engine.execute(select(users.c.id, users.c.name).orderBy(users.c.id)).tuples().all()).toEqual([
      [1n, 'a'],
      [2n, 'b'],
      [3n, 'c'],
      [4n, 'ed'],
      [5n, 'x'],
      [77n, 'y'],
    ])
    const counted = table('counted', new MetaData(), {
      id: Column(Integer, { primaryKey: true }),
      number: Column(Integer, { default: new Sequence('numbers') }),
    })
    await expect(engine.execute(insert(counted).values({}))).rejects.toThrow(
      'SQLite has no sequences: an INTEGER primary key is numbered by itself',
    )
  })

  test('several rows of defaults', async () => {
    const metadata = new MetaData()
    const counted = table('counted', metadata, { id: Column(Integer, { primaryKey: true }) })
    await metadata.createAll(engine)
    expect(
      await engine
        .execute(insert(counted).values([{}, {}]).returning(counted.c.id))
        .scalars()
        .all(),
    ).toEqual([1, 2])
  })

  test('foreign keys in a circle are part of their tables, and no hindrance to dropping them with their rows', async () => {
    const metadata = new MetaData()
    table('egg', metadata, {
      id: Column(Integer, { primaryKey: true }),
      hen_id: Column(Integer, { nullable: true, foreignKey: 'hen.id' }),
    })
    table('hen', metadata, {
      id: Column(Integer, { primaryKey: true }),
      egg_id: Column(Integer, { nullable: true, foreignKey: 'egg.id' }),
    })
    expect(await created(metadata)).toEqual([
      'CREATE TABLE egg ( id INTEGER NOT NULL, hen_id INTEGER, PRIMARY KEY (id), FOREIGN KEY(hen_id) REFERENCES hen (id) )',
      'CREATE TABLE hen ( id INTEGER NOT NULL, egg_id INTEGER, PRIMARY KEY (id), FOREIGN KEY(egg_id) REFERENCES egg (id) )',
    ])
    await engine.execute('INSERT INTO egg VALUES (1, NULL)')
    await engine.execute('INSERT INTO hen VALUES (1, 1)')
    await engine.execute('UPDATE egg SET hen_id = 1')
    await expect(engine.execute('UPDATE egg SET hen_id = 9')).rejects.toMatchObject({ code: 'foreign-key-violation' })
    const recording = recordStatements(engine)
    await metadata.dropAll(engine)
    expect(recording.flights.at(-1)?.map((sql) => sql.trim())).toEqual([
      'BEGIN',
      'PRAGMA defer_foreign_keys = ON',
      'DROP TABLE hen',
      'DROP TABLE egg',
      'COMMIT',
    ])
    expect(await tables()).toEqual([])
  })

  test('indexes: partial ones, of expressions, with what only other databases know left out', async () => {
    const metadata = new MetaData()
    table(
      'docs',
      metadata,
      { id: Column(Integer, { primaryKey: true }), title: Column(String, { index: true }), state: Column(String) },
      {
        constraints: (c) => [
          new Index('lower_title', [func.lower(c.title)], { unique: true, where: c.state.eq("it's") }),
          new Index('by_state', [c.state.desc()], { using: 'btree', with: { fillfactor: 70 }, include: ['title'] }),
        ],
      },
    )
    expect(await created(metadata)).toEqual([
      'CREATE TABLE docs ( id INTEGER NOT NULL, title VARCHAR NOT NULL, state VARCHAR NOT NULL, PRIMARY KEY (id) )',
      'CREATE INDEX ix_docs_title ON docs (title)',
      "CREATE UNIQUE INDEX lower_title ON docs (lower(title)) WHERE state = 'it''s'",
      'CREATE INDEX by_state ON docs (state DESC)',
    ])
    await metadata.dropAll(engine)
    expect(await tables()).toEqual([])
  })

  test('attached databases are schemas', async () => {
    await engine.execute("ATTACH DATABASE ':memory:' AS other")
    const metadata = new MetaData({ schema: 'other' })
    const parents = table('parents', metadata, {
      id: Column(Integer, { primaryKey: true }),
      name: Column(String, { index: true }),
    })
    table('children', metadata, { parent: Column(Integer, { primaryKey: true, foreignKey: 'other.parents.id' }) })
    expect(await created(metadata)).toEqual([
      'CREATE TABLE other.parents ( id INTEGER NOT NULL, name VARCHAR NOT NULL, PRIMARY KEY (id) )',
      'CREATE INDEX other.ix_other_parents_name ON parents (name)',
      'CREATE TABLE other.children ( parent INTEGER NOT NULL, PRIMARY KEY (parent), FOREIGN KEY(parent) REFERENCES parents (id) )',
    ])
    expect(await tables()).toEqual([])
    expect(
      await engine.execute(insert(parents).values({ name: 'x' }).returning(parents.c.id, parents.c.name)).one(),
    ).toEqual({ id: 1, name: 'x' })
    expect(await engine.execute(select(parents.c.name).where(parents.c.id.eq(1))).scalar()).toBe('x')
    await metadata.dropAll(engine)
  })

  test('views; sequences and comments are left out', async () => {
    const metadata = new MetaData()
    const people = table(
      'people',
      metadata,
      { id: Column(Integer, { primaryKey: true }), age: Column(Integer) },
      { comment: 'left out' },
    )
    new Sequence('numbers', { metadata })
    view('adults', metadata, select(people.c.id).where(people.c.age.ge(18)))
    expect(await created(metadata)).toEqual([
      'CREATE TABLE people ( id INTEGER NOT NULL, age INTEGER NOT NULL, PRIMARY KEY (id) )',
      'CREATE VIEW adults AS SELECT people.id FROM people WHERE people.age >= 18',
    ])
    await metadata.dropAll(engine)
    expect(await tables()).toEqual([])
  })

  test('constraints with names, and all that a foreign key says', async () => {
    const metadata = new MetaData({ namingConvention: { pk: 'pk_%(table_name)s' } })
    table('parent', metadata, { id: Column(Integer, { primaryKey: true }), code: Column(String, { unique: true }) })
    table(
      'child',
      metadata,
      { id: Column(Integer, { primaryKey: true }), a: Column(String), b: Column(Integer) },
      {
        constraints: [
          new UniqueConstraint(['a', 'b'], { name: 'uq_ab' }),
          new CheckConstraint('b > 0', { name: 'positive' }),
          new ForeignKeyConstraint(['a'], ['parent.code'], {
            name: 'fk_a',
            onDelete: 'CASCADE',
            onUpdate: 'SET NULL',
            deferrable: true,
            initially: 'DEFERRED',
          }),
        ],
      },
    )
    expect((await created(metadata)).at(-1)).toBe(
      'CREATE TABLE child ( id INTEGER NOT NULL, a VARCHAR NOT NULL, b INTEGER NOT NULL, CONSTRAINT pk_child PRIMARY KEY (id), ' +
        'CONSTRAINT uq_ab UNIQUE (a, b), CONSTRAINT positive CHECK (b > 0), CONSTRAINT fk_a FOREIGN KEY(a) REFERENCES parent (code) ' +
        'ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED )',
    )
  })

  test.each<[string, (metadata: MetaData) => void, string]>([
    [
      'arrays',
      (metadata) => void table('t', metadata, { tags: Column(ARRAY(String), { primaryKey: true }) }),
      "The dialect 'sqlite' has no name for the type 'array'",
    ],
    [
      'partitions',
      (metadata) => {
        const whole = table(
          't',
          metadata,
          { id: Column(Integer, { primaryKey: true, autoincrement: false }) },
          { partitionBy: { list: ['id'] } },
        )
        partition('one', whole, { in: [1] })
      },
      "Table 't' cannot be created: SQLite has no partitions",
    ],
    [
      'constraints that are not enforced',
      (metadata) =>
        void table(
          't',
          metadata,
          { id: Column(Integer, { primaryKey: true }) },
          { constraints: [new CheckConstraint('id > 0', { notEnforced: true })] },
        ),
      "Table 't' cannot be created: SQLite has no constraints that are NOT ENFORCED",
    ],
    [
      'keys of ranges',
      (metadata) =>
        void table(
          't',
          metadata,
          { a: Column(Integer), b: Column(Integer) },
          { constraints: [new UniqueConstraint(['a', 'b'], { withoutOverlaps: true })] },
        ),
      "Table 't' cannot be created: SQLite has no ranges in keys (withoutOverlaps, period)",
    ],
    [
      'ON COMMIT',
      (metadata) =>
        void table(
          't',
          metadata,
          { id: Column(Integer, { primaryKey: true }) },
          { prefixes: ['TEMPORARY'], onCommit: 'DROP' },
        ),
      "Table 't' cannot be created: SQLite has no ON COMMIT",
    ],
  ])('%s are refused', (_, fill, message) => {
    const metadata = new MetaData()
    fill(metadata)
    expect(() => metadata.createPlan().sql(sqliteDialect())).toThrow(message)
  })
})
