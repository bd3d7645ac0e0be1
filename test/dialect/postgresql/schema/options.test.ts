// Options of columns, tables, constraints and indexes: DDL in full, run by PGlite and a server, nothing left behind.
import { createHash } from 'node:crypto'
import {
  BigInteger,
  CheckConstraint,
  Column,
  CreateIndex,
  createEngine,
  Date as DateType,
  DropIndex,
  type Engine,
  FetchedValue,
  ForeignKey,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  insert,
  LargeBinary,
  MetaData,
  PrimaryKeyConstraint,
  partition,
  Sequence,
  SetColumnStorage,
  SmallInteger,
  String as StringType,
  select,
  Text,
  table,
  text,
  UniqueConstraint,
} from 'tsalchemy'
import { ExcludeConstraint, INT4RANGE, postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'
import { leftovers } from './leftovers.ts'

const dialect = postgresqlDialect()
const id = Column(Integer, { primaryKey: true })
const sqlOf = (metadata: MetaData): readonly string[] => metadata.createPlan().sql(dialect)

function caseOf(name: string): { readonly make: () => MetaData; readonly sql: readonly string[] } {
  const found = CASES[name]
  if (found === undefined) throw new Error(name)
  return found
}

/** Each case: a schema, and all that creates it. */
const CASES: Readonly<Record<string, { readonly make: () => MetaData; readonly sql: readonly string[] }>> = {
  'identity, computed, defaults': {
    make() {
      const metadata = new MetaData()
      table('t', metadata, {
        c: Column(Integer, { serverDefault: new FetchedValue(), serverOnUpdate: new FetchedValue(), nullable: true }),
        id: Column(BigInteger, {
          primaryKey: true,
          sortOrder: -1,
          identity: { always: true, start: 5, increment: 2, minValue: null, maxValue: 99n, cache: 3, cycle: true },
        }),
        d: Column(Integer, { computed: text('id * 2') as never }),
        e: Column(StringType, { serverDefault: "it's" }),
        f: Column(Integer, { serverDefault: text('1 + 1') }),
      })
      return metadata
    },
    sql: [
      "CREATE TABLE t (\n\tid BIGINT GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2 START WITH 5 NO MINVALUE MAXVALUE 99 CACHE 3 CYCLE), \n\tc INTEGER, \n\td INTEGER GENERATED ALWAYS AS (id * 2) STORED NOT NULL, \n\te VARCHAR DEFAULT 'it''s' NOT NULL, \n\tf INTEGER DEFAULT 1 + 1 NOT NULL, \n\tPRIMARY KEY (id)\n)",
    ],
  },
  sequences: {
    make() {
      const metadata = new MetaData()
      const own = new Sequence('own', {
        dataType: SmallInteger,
        start: 1,
        increment: 2,
        minValue: 1,
        maxValue: 10,
        cache: 5,
        cycle: true,
      })
      new Sequence('free one', { metadata })
      const shown = new Sequence('shown')
      table('t', metadata, {
        id: Column(Integer, { primaryKey: true, default: own }),
        n: Column(BigInteger, { serverDefault: shown.nextValue() }),
      })
      return metadata
    },
    sql: [
      'CREATE SEQUENCE "free one"',
      'CREATE SEQUENCE own AS SMALLINT INCREMENT BY 2 START WITH 1 MINVALUE 1 MAXVALUE 10 CACHE 5 CYCLE',
      'CREATE SEQUENCE shown',
      "CREATE TABLE t (\n\tid INTEGER NOT NULL, \n\tn BIGINT DEFAULT nextval('shown') NOT NULL, \n\tPRIMARY KEY (id)\n)",
    ],
  },
  storage: {
    make() {
      const metadata = new MetaData()
      const base = table(
        'z base',
        metadata,
        { a: Column(Integer) },
        { prefixes: ['UNLOGGED'], with: { fillfactor: 70, autovacuum_enabled: false } },
      )
      table('child', metadata, { b: Column(Integer) }, { inherits: base, using: 'heap', tablespace: 'pg_default' })
      return metadata
    },
    sql: [
      'CREATE UNLOGGED TABLE "z base" (\n\ta INTEGER NOT NULL\n)\n WITH (fillfactor = 70, autovacuum_enabled = false)',
      'CREATE TABLE child (\n\tb INTEGER NOT NULL\n)\n INHERITS ( "z base" )\n USING heap\n TABLESPACE pg_default',
    ],
  },
  'storage of columns': {
    make() {
      const metadata = new MetaData()
      table('pages', metadata, {
        id,
        body: Column(Text(undefined, { collation: 'C' }), { storage: 'EXTERNAL', comment: 'all of it' }),
        slim: Column(LargeBinary, { compression: 'pglz', storage: 'MAIN', index: true }),
      })
      const parts = table(
        'parts',
        metadata,
        { n: Column(Integer), s: Column(Text, { compression: 'pglz' }) },
        { partitionBy: { list: ['n'] } },
      )
      partition('parts_1', parts, { in: [1] })
      return metadata
    },
    sql: [
      'CREATE TABLE pages (\n\tid SERIAL NOT NULL, \n\tbody TEXT COLLATE "C" NOT NULL, \n\tslim BYTEA NOT NULL, \n\tPRIMARY KEY (id)\n)',
      'ALTER TABLE pages ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN slim SET STORAGE MAIN, ALTER COLUMN slim SET COMPRESSION pglz',
      'CREATE INDEX ix_pages_slim ON pages (slim)',
      "COMMENT ON COLUMN pages.body IS 'all of it'",
      'CREATE TABLE parts (\n\tn INTEGER NOT NULL, \n\ts TEXT NOT NULL\n)\n PARTITION BY LIST (n)',
      'ALTER TABLE parts ALTER COLUMN s SET COMPRESSION pglz',
      'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1)',
    ],
  },
  partitions: {
    make() {
      const metadata = new MetaData()
      const sales = table(
        'sales',
        metadata,
        { region: Column(StringType(9), { index: true }), at: Column(DateType) },
        { partitionBy: { range: ['at'] } },
      )
      partition('a_2026', sales, { from: ['2026-01-01'], to: ['2027-01-01'] }, { partitionBy: { list: ['region'] } })
      partition('a_old', sales, { from: [text('MINVALUE')], to: ['2026-01-01'] })
      partition('a_rest', sales, 'default')
      partition('a_2026_eu', metadata.tables.get('a_2026') as never, { in: ["d'e", 'fr'] })
      const hashed = table('hashed', metadata, { id }, { partitionBy: { hash: ['id'] } })
      partition('hashed_1', hashed, { modulus: 2, remainder: 1 })
      table(
        'odd',
        metadata,
        { a: Column(StringType) },
        { partitionBy: { list: [func.lower(text('a') as never), text('(a || a)')] } },
      ).c
      metadata.remove(metadata.tables.get('odd') as never)
      return metadata
    },
    sql: [
      'CREATE TABLE hashed (\n\tid SERIAL NOT NULL, \n\tPRIMARY KEY (id)\n)\n PARTITION BY HASH (id)',
      'CREATE TABLE sales (\n\tregion VARCHAR(9) NOT NULL, \n\tat DATE NOT NULL\n)\n PARTITION BY RANGE (at)',
      'CREATE INDEX ix_sales_region ON sales (region)',
      "CREATE TABLE a_2026 PARTITION OF sales FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')\n PARTITION BY LIST (region)",
      "CREATE TABLE a_old PARTITION OF sales FOR VALUES FROM (MINVALUE) TO ('2026-01-01')",
      'CREATE TABLE a_rest PARTITION OF sales DEFAULT',
      'CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
      "CREATE TABLE a_2026_eu PARTITION OF a_2026 FOR VALUES IN ('d''e', 'fr')",
    ],
  },
  constraints: {
    make() {
      const metadata = new MetaData({ namingConvention: { ex: 'ex_%(table_name)s_%(column_0_N_name)s' } })
      table(
        'a',
        metadata,
        {
          x: Column(Integer),
          y: Column(Integer),
          bId: Column(Integer, { foreignKey: ForeignKey('b.id', { name: 'fk_ab', comment: 'round' }) }),
        },
        {
          constraints: [
            new PrimaryKeyConstraint(['x'], { name: 'pk_a', include: ['y'], comment: 'key' }),
            new UniqueConstraint(['x', 'y'], {
              name: 'uq',
              nullsNotDistinct: true,
              include: ['bId'],
              deferrable: false,
            }),
            new CheckConstraint('y > 0', { name: 'ck', noInherit: true, comment: "y isn't 0" }),
          ],
        },
      )
      table(
        'b',
        metadata,
        {
          id,
          x: Column(Integer),
          y: Column(Integer, { nullable: true }),
          span: Column(INT4RANGE),
          aX: Column(Integer, {
            foreignKey: ForeignKey('a.x', {
              onDelete: 'CASCADE',
              onUpdate: 'SET NULL',
              deferrable: true,
              initially: 'DEFERRED',
              match: 'FULL',
            }),
          }),
        },
        {
          constraints: [
            new ForeignKeyConstraint(['x', 'y'], ['c.x', 'c.y'], {
              name: 'fk_bc',
              onDelete: 'SET NULL',
              onDeleteColumns: ['y'],
              notValid: true,
            }),
            new ExcludeConstraint(
              [
                ['span', '='],
                [text('int4range(x, y)'), '&&'],
              ],
              {
                include: ['y'],
                where: 'x > 0',
                deferrable: true,
                initially: 'DEFERRED',
                operatorClasses: { span: 'range_ops' },
              },
            ),
          ],
        },
      )
      table(
        'c',
        metadata,
        { x: Column(Integer), y: Column(Integer) },
        { constraints: [new UniqueConstraint(['x', 'y'])] },
      )
      return metadata
    },
    sql: [
      'CREATE TABLE a (\n\tx SERIAL NOT NULL, \n\ty INTEGER NOT NULL, \n\t"bId" INTEGER NOT NULL, \n\tCONSTRAINT pk_a PRIMARY KEY (x) INCLUDE (y), \n\tCONSTRAINT uq UNIQUE NULLS NOT DISTINCT (x, y) INCLUDE ("bId"), \n\tCONSTRAINT ck CHECK (y > 0) NO INHERIT\n)',
      "COMMENT ON CONSTRAINT pk_a ON a IS 'key'",
      "COMMENT ON CONSTRAINT ck ON a IS 'y isn''t 0'",
      'CREATE TABLE b (\n\tid SERIAL NOT NULL, \n\tx INTEGER NOT NULL, \n\ty INTEGER, \n\tspan INT4RANGE NOT NULL, \n\t"aX" INTEGER NOT NULL, \n\tPRIMARY KEY (id), \n\tCONSTRAINT ex_b_span EXCLUDE USING gist (span range_ops WITH =, int4range(x, y) WITH &&) INCLUDE (y) WHERE (x > 0) DEFERRABLE INITIALLY DEFERRED\n)',
      'CREATE TABLE c (\n\tx INTEGER NOT NULL, \n\ty INTEGER NOT NULL, \n\tUNIQUE (x, y)\n)',
      'ALTER TABLE a ADD CONSTRAINT fk_ab FOREIGN KEY("bId") REFERENCES b (id)',
      "COMMENT ON CONSTRAINT fk_ab ON a IS 'round'",
      'ALTER TABLE b ADD FOREIGN KEY("aX") REFERENCES a (x) MATCH FULL ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED',
      'ALTER TABLE b ADD CONSTRAINT fk_bc FOREIGN KEY(x, y) REFERENCES c (x, y) ON DELETE SET NULL (y) NOT VALID',
    ],
  },
  indexes: {
    make() {
      const metadata = new MetaData()
      table(
        'it',
        metadata,
        { a: Column(StringType), b: Column(Integer), 'C d': Column(Integer) },
        {
          constraints: ({ a, b }) => [
            new Index('ix_a', [a.desc().nullsLast(), func.lower(a).label('low'), b.add(5)], {
              unique: true,
              using: 'btree',
              include: ['C d'],
              nullsNotDistinct: true,
              with: { fillfactor: 50 },
              tablespace: 'pg_default',
              where: b.gt(5),
              operatorClasses: { low: 'text_pattern_ops', a: 'text_pattern_ops' },
            }),
            new Index(null, ['C d']),
            new Index('ix_t', [text('(b + 1) DESC')], { where: "a <> 'x'" }),
          ],
        },
      )
      return metadata
    },
    sql: [
      'CREATE TABLE it (\n\ta VARCHAR NOT NULL, \n\tb INTEGER NOT NULL, \n\t"C d" INTEGER NOT NULL\n)',
      'CREATE UNIQUE INDEX ix_a ON it USING btree (a text_pattern_ops DESC NULLS LAST, lower(a) text_pattern_ops, (b + 5)) INCLUDE ("C d") NULLS NOT DISTINCT WITH (fillfactor = 50) TABLESPACE pg_default WHERE b > 5',
      'CREATE INDEX "ix_it_C d" ON it ("C d")',
      "CREATE INDEX ix_t ON it ((b + 1) DESC) WHERE a <> 'x'",
    ],
  },
}

test.each(Object.keys(CASES))('%s in full', (name) => {
  expect(sqlOf(caseOf(name).make())).toEqual(caseOf(name).sql)
})

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test.each(Object.keys(CASES))('%s are created and dropped, twice each', async (name) => {
    const metadata = caseOf(name).make()
    await metadata.createAll(engine)
    await metadata.createAll(engine)
    const made = await leftovers(engine)
    expect(made.length).toBeGreaterThan(1)
    await metadata.dropAll(engine)
    await metadata.dropAll(engine)
    expect(await leftovers(engine)).toEqual([])
  })

  test('a sequence gives values', async () => {
    const metadata = new MetaData()
    const numbers = new Sequence('numbers', { start: 7, metadata })
    const t = table('t', metadata, {
      id: Column(Integer, { primaryKey: true, default: numbers }),
      s: Column(StringType),
    })
    await metadata.createAll(engine)
    await engine.execute(insert(t).values({ s: 'a' }))
    await engine.execute(insert(t), [{ s: 'b' }, { s: 'c' }])
    expect(await engine.execute(select(t.c.id).orderBy(t.c.id)).scalars().all()).toEqual([7, 8, 9])
    expect(await engine.execute(select(numbers.nextValue())).scalarOne()).toBe(10n)
    await metadata.dropAll(engine)
  })

  test('rows find their partition', async () => {
    const metadata = caseOf('partitions').make()
    await metadata.createAll(engine)
    await engine.execute("INSERT INTO sales VALUES ('fr', '2026-03-04'), ('xx', '2025-01-01'), ('yy', '2030-01-01')")
    const counts = await engine
      .execute(
        'SELECT (SELECT count(*) FROM a_2026_eu), (SELECT count(*) FROM a_old) AS o, (SELECT count(*) FROM a_rest) AS r',
      )
      .one()
    expect([...(counts as unknown as Iterable<unknown>)]).toEqual([1n, 1n, 1n])
    await metadata.dropAll(engine)
  })

  test('temporary tables lose their rows at COMMIT', async () => {
    const metadata = new MetaData()
    const t = table('scratch', metadata, { a: Column(Integer) }, { prefixes: ['TEMPORARY'], onCommit: 'DELETE ROWS' })
    await using conn = await engine.connect()
    await metadata.createAll(conn)
    await conn.execute(insert(t).values({ a: 1 }))
    expect(await conn.execute(select(func.count()).selectFrom(t)).scalarOne()).toBe(1)
    await conn.commit()
    expect(await conn.execute(select(func.count()).selectFrom(t)).scalarOne()).toBe(0)
    await metadata.dropAll(conn)
    await conn.commit()
  })

  test('indexes are made and dropped beside writers', async () => {
    const metadata = new MetaData()
    const t = table('t', metadata, { a: Column(Integer) }, { constraints: [new Index('ix_a', ['a'])] })
    await metadata.createAll(engine)
    const [index] = t.indexes as readonly [Index]
    const drop = new DropIndex(index, { concurrently: true, ifExists: true })
    const create = new CreateIndex(index, { concurrently: true, ifNotExists: true })
    expect([drop, create].map(String)).toEqual([
      'DROP INDEX CONCURRENTLY IF EXISTS ix_a',
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_a ON t (a)',
    ])
    {
      await using conn = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
      await conn.execute(drop)
      await conn.execute(create)
    }
    await metadata.dropAll(engine)
    expect(await leftovers(engine)).toEqual([])
  })

  test('hostile names', async () => {
    const names = ['a"b', "c'd", 'select', '__proto__', 'x;--', 'ü %s :p $1', 'É'.repeat(31)]
    const metadata = new MetaData()
    const columns = Object.fromEntries(
      names.map((name) => [`k ${name}`, Column(Integer, { name, comment: name, index: true })]),
    )
    for (const name of names)
      table(name, metadata, columns, {
        comment: name,
        constraints: [new CheckConstraint(text('1 = 1'), { name: `${name}!`.slice(0, 20), comment: name })],
      })
    await metadata.createAll(engine)
    await metadata.dropAll(engine)
    expect(await leftovers(engine)).toEqual([])
  })
})

describe('what cannot be', () => {
  const metadata = new MetaData()
  const make = (options: object) => () => table('t', metadata, { a: Column(Integer) }, options)
  test.each([
    [make({ using: 'heap; DROP' }), "Table 't': using names an access method such as 'gin', not 'heap; DROP'"],
    [make({ with: { 'a) --': 1 } }), "Table 't': 'a) --' is no name of a storage parameter"],
    [make({ with: { a: Number.NaN } }), "Table 't': a is a number, a boolean or a text"],
    [make({ onCommit: 'drop' }), "Table 't': onCommit is 'PRESERVE ROWS', 'DELETE ROWS', 'DROP', not 'drop'"],
    [
      make({ partitionBy: { rage: ['a'] } }),
      "Table 't': partitionBy is { range: [...] }, { list: [...] } or { hash: [...] }",
    ],
    [
      make({ partitionBy: { range: ['b'] } }),
      "The partition key of table 't' names 'b', which is no column of it; did you mean 'a'",
    ],
    [
      () => new ExcludeConstraint([['a', '= a) --']]),
      "ExcludeConstraint: '= a) --' is no operator such as '=' or '&&'",
    ],
    [
      () => table('t', new MetaData(), { a: Column(Text, { storage: 'external' as never }) }),
      "Column 't.a': storage is 'PLAIN', 'EXTERNAL', 'EXTENDED', 'MAIN', not 'external'",
    ],
    [
      () => table('t', new MetaData(), { a: Column(Text, { compression: 'zstd' as never }) }),
      "Column 't.a': compression is 'pglz', 'lz4', not 'zstd'",
    ],
    [
      () => new SetColumnStorage(table('t', new MetaData(), { id })),
      'new SetColumnStorage(): no column of t has the option storage or compression',
    ],
    [() => new ExcludeConstraint([['a', '--']]), "ExcludeConstraint: '--' is no operator"],
    [() => new UniqueConstraint(['a'], { initially: 'x' as never }), "initially is 'DEFERRED', 'IMMEDIATE', not 'x'"],
    [
      () => new Index('i', ['a'], { operatorClasses: { b: 'x' } }),
      "Index i: operatorClasses names 'b', which is none of its parts",
    ],
    [() => new Index('i', ['a'], { operatorClasses: { a: 'x y' } }), "Index i: 'x y' is no name of an operator class"],
    [() => new Sequence('s', { start: 1.5 }), 'Sequence s: start is a whole number, not 1.5'],
    [() => new Sequence('s', { dataType: StringType }), 'Sequence s: dataType is SmallInteger, Integer or BigInteger'],
    [() => Column(Integer, { sortOrder: Number.NaN }), 'Column(): sortOrder is a number'],
    [make({}), ''],
    [
      () => partition('p', metadata.tables.get('t') as never, 'default'),
      "table 't' has no partitions: give it { partitionBy }",
    ],
  ])('%#', (act, message) => {
    if (message === '') expect(act).not.toThrow()
    else expect(act).toThrow(message)
  })

  test('bounds that do not fit', () => {
    const m = new MetaData()
    const t = table('t', m, { a: Column(Integer), b: Column(Integer) }, { partitionBy: { range: ['a', 'b'] } })
    expect(() => partition('p', t, { in: [1] })).toThrow(
      'do not fit PARTITION BY RANGE: give { from: [...], to: [...] } or ',
    )
    expect(() => partition('p', t, { from: [1], to: [2] })).toThrow('2 values each')
    expect(() => Column(Integer, { serverDefault: 0 as never })).not.toThrow()
    expect(() => table('u', m, { a: Column(Integer, { serverDefault: 0 as never }) })).toThrow(
      "Column 'u.a': serverDefault is a text, which becomes a literal, or SQL: text('0') or an expression; not number",
    )
  })
})

test('names made by a convention are cut as SQLAlchemy cuts them', () => {
  const metadata = new MetaData({ namingConvention: { uq: 'uq_%(table_name)s_%(column_0_N_name)s' } })
  const long = 'a'.repeat(40)
  table(
    't',
    metadata,
    { [long]: Column(Integer), [`${long}b`]: Column(Integer) },
    { constraints: [new UniqueConstraint([long, `${long}b`])] },
  )
  const whole = `uq_t_${long}_${long}b`
  const digits = createHash('md5').update(whole).digest('hex').slice(-4)
  expect(sqlOf(metadata)[0]).toContain(`CONSTRAINT ${whole.slice(0, 55)}_${digits} UNIQUE`)
})
