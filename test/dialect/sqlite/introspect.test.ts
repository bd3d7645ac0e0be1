// What is in a database of SQLite, told by PRAGMAs and by the text that made it; what reflection gives makes the same database elsewhere.
import {
  BigInteger,
  Boolean,
  CheckConstraint,
  Column,
  column,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  type Engine,
  Float,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  Interval,
  insert,
  inspect,
  JSON as Json,
  LargeBinary,
  MetaData,
  Numeric,
  SmallInteger,
  String,
  select,
  Table,
  Text,
  Time,
  table,
  text,
  UniqueConstraint,
  Uuid,
  view,
} from 'tsalchemy'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordStatements } from '../../support/statements.ts'

describe('reflection on SQLite', () => {
  let engine: Engine
  beforeEach(() => {
    engine = createEngine('sqlite+node://')
  })
  afterEach(() => engine.dispose())

  test('what createAll() made comes back, and makes the same', async () => {
    const metadata = new MetaData()
    const parents = table(
      'parents',
      metadata,
      {
        id: Column(Integer, { primaryKey: true }),
        small: Column(SmallInteger),
        big: Column(BigInteger, { nullable: true }),
        price: Column(Numeric(10, 2), { serverDefault: text('1.5') }),
        free: Column(Numeric),
        real: Column(Float),
        double: Column(Double),
        on: Column(Boolean, { serverDefault: text('1') }),
        code: Column(String(20), { unique: true }),
        word: Column(Text, { serverDefault: "it's" }),
        bytes: Column(LargeBinary),
        uid: Column(Uuid),
        doc: Column(Json()),
        day: Column(DateSql),
        clock: Column(Time),
        at: Column(DateTime),
        instant: Column(DateTime({ timezone: true })),
        span: Column(Interval),
        twice: Column(Integer, { computed: text('small * 2') }),
        thrice: Column(Integer, { computed: { sql: text("small * 3 + length('a, (b)')"), persisted: false } }),
      },
      {
        constraints: (c) => [
          new UniqueConstraint(['small', 'big'], { name: 'uq small, big' }),
          new CheckConstraint("small > 0 AND word <> ')'", { name: 'positive' }),
          new Index('by_word', [func.lower(c.word), c.day.desc()], { unique: true, where: c.small.gt(5) }),
          new Index('by_code', [c.code]),
        ],
      },
    )
    table('numbered', metadata, { id: Column(Integer, { primaryKey: true, identity: {} }), x: Column(Integer) })
    table(
      'Odd "names"',
      metadata,
      {
        'a b': Column(Integer, { primaryKey: true, autoincrement: false }),
        constraint: Column(String, { primaryKey: true }),
      },
      {
        constraints: [
          new ForeignKeyConstraint(['a b'], ['parents.id'], {
            name: 'to_parent',
            onDelete: 'CASCADE',
            deferrable: true,
            initially: 'DEFERRED',
          }),
          new ForeignKeyConstraint(['constraint'], ['parents.code'], { onUpdate: 'SET NULL' }),
        ],
      },
    )
    view('words', metadata, select(parents.c.word).where(parents.c.small.gt(1)))
    await metadata.createAll(engine)
    const reflected = new MetaData()
    await reflected.reflect(engine, { views: true })
    const sqlOf = (of: MetaData) => of.createPlan().sql(engine.dialect)
    await using other = createEngine('sqlite+node://')
    await reflected.createAll(other)
    const again = new MetaData()
    await again.reflect(other, { views: true })
    expect(sqlOf(again)).toEqual(sqlOf(reflected))
    const catalog = (of: Engine) =>
      of
        .execute(
          "SELECT name, replace(sql, ' NOT NULL', '') AS sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
        )
        .all()
    expect(await catalog(other)).toEqual(await catalog(engine))
  })

  test('an inspector tells all parts, in a flight for each question', async () => {
    await engine.begin(async (conn) => {
      await conn.execute(
        'CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) NOT NULL COLLATE NOCASE, age NOPE(3) DEFAULT (1 + 2))',
      )
      await conn.execute(
        'CREATE TABLE orders (id INT, "user" INTEGER REFERENCES users ON DELETE SET NULL, CONSTRAINT pk PRIMARY KEY (id)) WITHOUT ROWID',
      )
      await conn.execute('CREATE UNIQUE INDEX names ON users (name COLLATE BINARY, age DESC) WHERE age IS NOT NULL')
      await conn.execute('CREATE VIEW adults AS SELECT id FROM users WHERE age > 17')
      await conn.execute('CREATE TEMPORARY TABLE scratch (a)')
    })
    const recording = recordStatements(engine)
    const inspector = inspect(engine)
    expect(await inspector.getTableNames()).toEqual(['orders', 'users'])
    expect(recording.flights.length).toBe(1)
    expect(await inspector.getViewNames()).toEqual(['adults'])
    expect(await inspector.getTempTableNames()).toEqual(['scratch'])
    expect(await inspector.getSchemaNames()).toEqual(['main'])
    expect(await inspector.getDefaultSchemaName()).toBe('main')
    expect(await inspector.getTableNames({ schema: 'nowhere' })).toEqual([])
    expect(await inspector.getSequenceNames()).toEqual([])
    expect(await inspector.getViewDefinition('adults')).toBe('SELECT id FROM users WHERE age > 17')
    expect(await inspector.getPkConstraint('orders')).toMatchObject({ name: 'pk', columns: ['id'] })
    expect(await inspector.getColumns('users')).toMatchObject([
      { name: 'id', typeName: 'INTEGER', known: true, autoincrement: true, nullable: false, identity: { start: 1n } },
      { name: 'name', typeName: 'VARCHAR(20)', nullable: false, collation: 'NOCASE', autoincrement: false },
      { name: 'age', typeName: 'NOPE(3)', known: false, nullable: true, default: '1 + 2' },
    ])
    expect(await inspector.getForeignKeys('orders')).toMatchObject([
      { name: null, columns: ['user'], referredTable: 'users', options: { onDelete: 'SET NULL' } },
    ])
    expect(await inspector.getIndexes('users')).toMatchObject([
      {
        name: 'names',
        unique: true,
        where: 'age IS NOT NULL',
        parts: [
          { column: 'name', descending: false },
          { column: 'age', descending: true },
        ],
      },
    ])
  })

  test('doubles of a table that others made keep all their digits', async () => {
    await engine.execute('CREATE TABLE measured (a REAL, b FLOAT, c DOUBLE)')
    const measured = await Table.reflect('measured', new MetaData(), engine)
    await engine.execute(insert(measured).values({ a: 1 / 3, b: 1 / 3, c: 1 / 3 }))
    expect(await engine.execute(select(measured)).all()).toEqual([{ a: 1 / 3, b: 1 / 3, c: 1 / 3 }])
  })

  test('indexes come by name, as on PostgreSQL; a column of JSONB has documents', async () => {
    await engine.execute('CREATE TABLE listed (a INTEGER, doc JSONB)')
    for (const name of ['zz', 'B', 'a']) await engine.execute(`CREATE INDEX "${name}" ON listed (a)`)
    const inspector = inspect(engine)
    expect((await inspector.getIndexes('listed')).map(({ name }) => name)).toEqual(['B', 'a', 'zz'])
    const listed = await Table.reflect('listed', new MetaData(), engine)
    await engine.execute(insert(listed).values({ doc: { a: [1] } }))
    expect(await engine.execute(select(listed)).all()).toEqual([{ a: null, doc: { a: [1] } }])
    expect(await engine.execute('SELECT doc FROM listed').scalar()).toEqual({ a: [1] })
  })

  describe('foreign keys as people write them', () => {
    const made = async (...commands: readonly string[]) => {
      for (const command of commands) await engine.execute(command)
      const metadata = new MetaData()
      await metadata.reflect(engine)
      return metadata
    }
    const targets = (metadata: MetaData, of: string) =>
      (metadata.tables.get(of)?.foreignKeys ?? []).map((key) => [
        key.columns.map(({ name }) => name),
        key.referredColumns.map((column) => `${column.table.key}.${column.name}`),
      ])

    test('without columns they lead to the primary key, in its order', async () => {
      const metadata = await made(
        'CREATE TABLE users (name TEXT, id INTEGER PRIMARY KEY)',
        'CREATE TABLE pairs (x TEXT, b INTEGER, a INTEGER, PRIMARY KEY (a, b))',
        'CREATE TABLE orders (u INTEGER REFERENCES users, one INTEGER, two INTEGER, FOREIGN KEY (one, two) REFERENCES pairs)',
      )
      expect(await inspect(engine).getForeignKeys('orders')).toMatchObject([
        { columns: ['u'], referredTable: 'users', referredColumns: ['id'] },
        { columns: ['one', 'two'], referredTable: 'pairs', referredColumns: ['a', 'b'] },
      ])
      expect(targets(metadata, 'orders')).toEqual([
        [['u'], ['users.id']],
        [
          ['one', 'two'],
          ['pairs.a', 'pairs.b'],
        ],
      ])
    })

    test('in capitals or not, they lead to the names that tables and columns have', async () => {
      const metadata = await made(
        'CREATE TABLE users (ID INTEGER PRIMARY KEY, Boss INTEGER REFERENCES USERS(id))',
        'CREATE TABLE orders (U INTEGER, v INTEGER REFERENCES Users, CONSTRAINT named FOREIGN KEY (u) REFERENCES "Users"("Id"))',
        'CREATE UNIQUE INDEX By_U ON ORDERS (u, V DESC)',
      )
      expect(await inspect(engine).getForeignKeys('orders')).toMatchObject([
        { name: null, columns: ['v'], referredTable: 'users', referredColumns: ['ID'] },
        { name: 'named', columns: ['U'], referredTable: 'users', referredColumns: ['ID'] },
      ])
      expect(targets(metadata, 'orders')).toEqual([
        [['v'], ['users.ID']],
        [['U'], ['users.ID']],
      ])
      expect(targets(metadata, 'users')).toEqual([[['Boss'], ['users.ID']]])
      expect([...metadata.tables.keys()].sort()).toEqual(['orders', 'users'])
      const inspector = inspect(engine)
      expect((await inspector.getIndexes('Orders')).map(({ parts }) => parts.map(({ column }) => column))).toEqual([
        ['U', 'v'],
      ])
      expect([await inspector.hasIndex('ORDERS', 'by_u'), await inspector.hasSchema('MAIN')]).toEqual([true, true])
    })

    test('to tables that are not there keep their words', async () => {
      await engine.execute('CREATE TABLE orders (u INTEGER REFERENCES Nowhere, v INTEGER REFERENCES Nowhere(Id))')
      expect(await inspect(engine).getForeignKeys('orders')).toMatchObject([
        { columns: ['u'], referredTable: 'Nowhere', referredColumns: [] },
        { columns: ['v'], referredTable: 'Nowhere', referredColumns: ['Id'] },
      ])
    })

    test('names differ by letters beyond ASCII as they do for SQLite', async () => {
      await engine.execute(
        'CREATE TABLE t ("\u00c9" INTEGER CONSTRAINT large UNIQUE, "\u00e9" TEXT COLLATE NOCASE UNIQUE)',
      )
      expect(await inspect(engine).getColumns('t')).toMatchObject([
        { name: '\u00c9', collation: null },
        { name: '\u00e9', collation: 'NOCASE' },
      ])
      expect(await inspect(engine).getUniqueConstraints('t')).toMatchObject([
        { name: 'large', columns: ['\u00c9'] },
        { name: null, columns: ['\u00e9'] },
      ])
    })
  })

  test('foreign keys over the same columns have names of their own; what a virtual table hides is none of its columns', async () => {
    for (const sql of [
      'CREATE TABLE a1 (id INTEGER PRIMARY KEY)',
      'CREATE TABLE a2 (id INTEGER PRIMARY KEY)',
      'CREATE TABLE c (id INTEGER, CONSTRAINT foo1 FOREIGN KEY(id) REFERENCES a1(id), FOREIGN KEY (id) REFERENCES a2, CONSTRAINT foo2 FOREIGN KEY(id) REFERENCES a2(id))',
      'CREATE VIRTUAL TABLE notes USING fts5(title, body)',
    ])
      await engine.execute(sql)
    const keys = await inspect(engine).getForeignKeys('c')
    expect(keys.map(({ name, referredTable }) => `${name} ${referredTable}`).sort()).toEqual([
      'foo1 a1',
      'foo2 a2',
      'null a2',
    ])
    const notes = await Table.reflect('notes', new MetaData(), engine)
    expect(notes.columnList.map(({ name }) => name)).toEqual(['title', 'body'])
    await engine.execute(insert(notes).values({ title: 'tea', body: 'hot and black' } as never))
    const found = select(notes).where(column('notes').match('black'))
    expect(await engine.execute(found).tuples().all()).toEqual([['tea', 'hot and black']])
    await engine.execute('CREATE VIEW counted AS SELECT count(*) + 1 AS n, max(title) AS t FROM notes')
    const counted = await Table.reflect('counted', new MetaData(), engine)
    expect(await engine.execute(select(counted)).tuples().all()).toEqual([[2, 'tea']])
  })

  test('a table is found by its name in any case, and has its own', async () => {
    await engine.execute('CREATE TABLE Users (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES users)')
    const metadata = new MetaData()
    const users = await Table.reflect('USERS', metadata, engine)
    expect([users.name, [...metadata.tables.keys()]]).toEqual(['Users', ['Users']])
    expect(await Table.reflect('users', metadata, engine)).toBe(users)
    await metadata.reflect(engine, { only: ['uSERS'] })
    expect([...metadata.tables.values()]).toEqual([users])
    expect((await Table.reflect('users', metadata, engine, { extendExisting: true })).name).toBe('Users')
    expect([...metadata.tables.keys()]).toEqual(['Users'])
    await expect(Table.reflect('uzers', new MetaData(), engine)).rejects.toThrow(
      "The database has no table 'uzers'; did you mean 'Users'?",
    )
  })
})
