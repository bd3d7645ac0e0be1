// INSERT of many rows: as arrays in one statement where that can be, one by one in one flight where not.
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insert as postgresInsert } from '../../src/dialect/postgresql/index.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { ArgumentError, IntegrityError, StatementError } from '../../src/errors.ts'
import {
  ARRAY,
  BigInteger,
  Boolean,
  bindparam,
  Column,
  DateTime,
  Enum,
  func,
  Integer,
  insert,
  JSON as JsonColumn,
  literal,
  MetaData,
  Numeric,
  Sequence,
  String,
  select,
  TypeDecorator,
  table,
  Uuid,
  update,
} from '../../src/index.ts'
import { DeclarativeBase, Entity, Session } from '../../src/orm/index.ts'
import { emptyTables } from '../support/empty-tables.ts'
import { makeSchema } from '../support/schemas.ts'
import { postgresUrl, sqlDatabases } from '../support/server.ts'
import { speltBy } from '../support/spelling.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

class Reversed extends TypeDecorator<string, string> {
  readonly impl = String(50)
  override processBindParam(value: string | null): string | null {
    return value === null ? null : [...value].reverse().join('')
  }
  override processResultValue(value: string | null): string | null {
    return value === null ? null : [...value].reverse().join('')
  }
}

let serial = 0
const metadata = new MetaData()
const users = table('many_users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  nick: Column(String(50), { nullable: true }),
})
const things = table('many_things', metadata, {
  id: Column(Integer, { primaryKey: true }),
  token: Column(String(50), {
    default: async () => {
      await null
      serial += 1
      return `token ${serial}`
    },
  }),
  size: Column(Integer, { default: 7 }),
  upper: Column(String(50), { default: func.upper('abc'), nullable: true }),
})
const counted = table('many_counted', metadata, {
  id: Column(Integer, { primaryKey: true }),
  size: Column(Integer, { default: 7 }),
  number: Column(Integer, { default: new Sequence('many_numbers'), nullable: true }),
})
const mixed = table('many_mixed', metadata, {
  id: Column(Uuid, { primaryKey: true }),
  big: Column(BigInteger, { nullable: true }),
  exact: Column(Numeric(20, 5), { nullable: true }),
  flag: Column(Boolean, { nullable: true }),
  at: Column(DateTime({ timezone: true }), { nullable: true }),
  doc: Column(JsonColumn<unknown>(), { nullable: true }),
  mood: Column(Enum('sad', 'happy', { name: 'many_mood' }), { nullable: true }),
  reversed: Column(new Reversed(), { nullable: true }),
})
const lists = table('many_lists', metadata, {
  id: Column(Integer, { primaryKey: true }),
  tags: Column(ARRAY(String()).withVariant(JsonColumn<string[]>(), 'sqlite')),
})

const NAMES =
  'INSERT INTO many_users (name) SELECT rows.name \nFROM unnest($1::VARCHAR[]) WITH ORDINALITY AS rows(name, ordinality) ORDER BY rows.ordinality'

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  const isSqlite = target.name === 'sqlite'
  /** A statement with an array for each column; where there are no arrays one for each row, in the same flight. */
  const batch = (rows: number, arrays: string, row: string): string[] => (isSqlite ? Array(rows).fill(row) : [arrays])
  const names = (rows: number, returning = ''): string[] =>
    batch(rows, `${NAMES}${returning}`, `INSERT INTO many_users (name) VALUES (?1)${returning}`)
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await emptyTables(engine, target, metadata)
    serial = 0
    recording.clear()
  })
  afterAll(() => engine.dispose())

  it('is one statement with an array for each column', async () => {
    const result = await engine.execute(insert(users), [{ name: 'ed' }, { name: 'wendy' }, { name: "x'; --" }])
    expect([result.rowCount, result.returnsRows, result.isInsert]).toEqual([3, false, true])
    expect(recording.flights).toEqual([names(3)])
    const given = recording.statements.map(({ parameters }) => parameters)
    expect(given).toEqual(isSqlite ? [['ed'], ['wendy'], ["x'; --"]] : [[['ed', 'wendy', "x'; --"]]])
    expect(await engine.execute(select(users.c.id, users.c.name).orderBy(users.c.id)).tuples().all()).toEqual([
      [1, 'ed'],
      [2, 'wendy'],
      [3, "x'; --"],
    ])
  })

  it('gives the rows of RETURNING', async () => {
    const result = await engine.execute(insert(users).returning(users.c.id, users.c.name), [
      { name: 'a' },
      { name: 'b' },
    ])
    expect(result.rowCount).toBe(2)
    expect(result.insertedPrimaryKeyRows).toEqual([[1], [2]])
    expect(result.all()).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ])
    expect(recording.flights).toEqual([names(2, ' RETURNING many_users.id, many_users.name')])
  })

  it('is one row as it always was', async () => {
    await engine.execute(insert(users).inline(), [{ name: 'ed' }])
    expect(recording.flights).toEqual(speltBy(target, [['INSERT INTO many_users (name) VALUES ($1::VARCHAR)']]))
  })

  it('travels in pages, all in one flight, and counts their rows together', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({ name: `name ${index}` }))
    const result = await engine.execute(insert(users).returning(users.c.name), rows, { insertmanyvaluesPageSize: 10 })
    expect(result.rowCount).toBe(25)
    expect(result.scalars().all()).toEqual(rows.map(({ name }) => name))
    const pages = isSqlite
      ? names(25, ' RETURNING many_users.name')
      : Array(3).fill(`${NAMES} RETURNING many_users.name`)
    expect(recording.flights).toEqual([pages])
    if (!isSqlite)
      expect(recording.statements.map(({ parameters }) => (parameters[0] as unknown[]).length)).toEqual([10, 10, 5])
  })

  it('takes more rows than a statement takes parameters', async () => {
    const rows = Array.from({ length: 70_000 }, (_, index) => ({
      name: `n${index}`,
      nick: index % 2 === 0 ? 'x' : null,
    }))
    const result = await engine.execute(insert(users), rows)
    expect(result.rowCount).toBe(70_000)
    expect(recording.statements).toHaveLength(isSqlite ? 70_000 : 7)
    expect(
      await engine
        .execute(select(func.count(users.c.id), func.count(users.c.nick)))
        .tuples()
        .one(),
    ).toEqual([70_000, 35_000])
  })

  it('is all or nothing', async () => {
    const rows = [
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
      { id: 1, name: 'c' },
    ]
    await expect(engine.execute(insert(users), rows, { insertmanyvaluesPageSize: 2 })).rejects.toBeInstanceOf(
      IntegrityError,
    )
    expect(await engine.execute(select(users.c.id)).all()).toEqual([])
  })

  it('says which row misses a value, and sends nothing', async () => {
    await expect(engine.execute(insert(users), [{ name: 'a', nick: 'x' }, { name: 'b' }])).rejects.toThrow(
      "A value is required for parameter 'nick' of set 1",
    )
    await expect(engine.execute(insert(users), [{ name: 'a' }, { name: 'b', nick: 'x' }])).rejects.toThrow(
      "Set 1 gives 'nick', which the first set (0) does not",
    )
    await expect(engine.execute(insert(users), [{ name: 'a' }, { name: undefined }])).rejects.toBeInstanceOf(
      StatementError,
    )
    expect(recording.flights).toEqual([])
  })

  it('waits for client-side defaults of each row; those of the database are part of the statement', async () => {
    const rows = await engine
      .execute(insert(things).returning(things.c.token, things.c.size, things.c.upper), [
        { id: 1 },
        { id: 2 },
        { id: 3 },
      ])
      .tuples()
      .all()
    expect(rows).toEqual([
      ['token 1', 7, 'ABC'],
      ['token 2', 7, 'ABC'],
      ['token 3', 7, 'ABC'],
    ])
    const returning = ' RETURNING many_things.token, many_things.size, many_things.upper'
    expect(recording.flights).toEqual([
      batch(
        3,
        `INSERT INTO many_things (id, token, size, upper) SELECT rows.id, rows.token, rows.size, upper($1::VARCHAR) AS upper_1 \nFROM unnest($2::INTEGER[], $3::VARCHAR[], $4::INTEGER[]) WITH ORDINALITY AS rows(id, token, size, ordinality) ORDER BY rows.ordinality${returning}`,
        `INSERT INTO many_things (id, token, size, upper) VALUES (?1, ?2, ?3, to_length(upper(?4), 50))${returning}`,
      ),
    ])
  })

  it('takes numbers from a sequence for each row; SQLite, which has none, says so', async () => {
    const inserting = engine.execute(insert(counted).returning(counted.c.number), [{ id: 1 }, { id: 2 }, { id: 3 }])
    if (isSqlite) {
      await expect(inserting).rejects.toThrow('SQLite has no sequences: an INTEGER primary key is numbered by itself')
      return
    }
    expect(new Set((await inserting).scalars().all()).size).toBe(3)
    expect(recording.flights).toEqual([
      [
        "INSERT INTO many_counted (id, size, number) SELECT rows.id, rows.size, nextval('many_numbers') AS next_value_1 \nFROM unnest($1::INTEGER[], $2::INTEGER[]) WITH ORDINALITY AS rows(id, size, ordinality) ORDER BY rows.ordinality RETURNING many_counted.number",
      ],
    ])
  })

  it('waits for asynchronous defaults of one row, and of statements of a flight', async () => {
    await engine.execute(insert(things).values({ id: 1 }))
    await using connection = await engine.connect()
    await connection.executeAll([insert(things).values({ id: 2 }), insert(things).values({ id: 3 })], { commit: true })
    await connection.flight([{ statement: insert(things).values({ id: 4 }) }], { commit: true })
    await connection.close()
    expect(await engine.execute(select(things.c.token).orderBy(things.c.id)).scalars().all()).toEqual([
      'token 1',
      'token 2',
      'token 3',
      'token 4',
    ])
    expect(() => engine.compile(insert(things).values({ id: 5 }))).toThrow(
      'engine.compile() does not wait, and a default of this statement is asynchronous: give the column a value',
    )
  })

  it('keeps values of every type exact', async () => {
    const id = (index: number): string => `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`
    const rows = [
      {
        id: id(1),
        big: 9007199254740993n,
        exact: '1.10000',
        flag: true,
        at: new Date(1),
        doc: { a: ['x', null] },
        mood: 'sad',
        reversed: 'abc',
      },
      { id: id(2), big: null, exact: null, flag: null, at: null, doc: null, mood: null, reversed: null },
      {
        id: id(3),
        big: -1n,
        exact: '-0.00001',
        flag: false,
        at: new Date(-1),
        doc: [1, '"', '{}'],
        mood: 'happy',
        reversed: '{"a,b"}\\',
      },
    ] as const
    await engine.execute(insert(mixed), rows)
    expect(recording.statements).toHaveLength(isSqlite ? 3 : 1)
    expect(await engine.execute(select(mixed).orderBy(mixed.c.id)).all()).toEqual(rows)
  })

  it('inserts rows with lists one by one, in one flight', async () => {
    const result = await engine.execute(insert(lists).returning(lists.c.tags), [
      { id: 1, tags: ['a', 'b'] },
      { id: 2, tags: [] },
    ])
    expect(result.scalars().all()).toEqual([['a', 'b'], []])
    expect(recording.flights).toEqual(
      speltBy(target, [
        Array(2).fill(
          'INSERT INTO many_lists (id, tags) VALUES ($1::INTEGER, $2::VARCHAR[]) RETURNING many_lists.tags',
        ),
      ]),
    )
  })

  it('inserts one by one where a value belongs to no column', async () => {
    await engine.execute(insert(users).values({ name: func.upper(bindparam('text')) }), [
      { text: 'a' },
      { text: 'b' },
    ] as never)
    expect(recording.flights[0]).toHaveLength(2)
    expect(await engine.execute(select(users.c.name).orderBy(users.c.id)).scalars().all()).toEqual(['A', 'B'])
  })

  it('mixes no values of statements of one shape', async () => {
    for (const nick of ['x', 'y'])
      await engine.execute(insert(users).values({ nick, name: func.lower(literal(nick.toUpperCase())) }), [
        { id: nick === 'x' ? 101 : 103 },
        { id: nick === 'x' ? 102 : 104 },
      ] as never)
    for (const nick of ['v', 'w'])
      await engine.execute(insert(users).values({ nick } as never), [{ name: nick }, { name: nick }])
    const found = await engine.execute(select(users.c.name, users.c.nick).orderBy(users.c.name)).tuples().all()
    expect(found).toEqual(['v', 'v', 'w', 'w', 'x', 'x', 'y', 'y'].map((each) => [each, each]))
  })

  it('inserts rows of defaults only', async () => {
    const result = await engine.execute(insert(things).values({}).returning(things.c.id), [{}, {}] as never)
    expect(result.scalars().all()).toHaveLength(2)
  })

  it('brings back what the database makes, where returnDefaults() asks for it', async () => {
    const result = await engine.execute(insert(users).returnDefaults(), [{ name: 'a' }, { name: 'b' }])
    expect(result.returnsRows).toBe(false)
    expect(result.insertedPrimaryKeyRows).toEqual([[1], [2]])
    expect(recording.flights).toEqual([names(2, ' RETURNING many_users.id, many_users.nick')])
  })

  it('works with other schemas, and on a connection', async () => {
    await makeSchema(engine, target, 'many_tenant')
    await using connection = await engine.connect({ schemaTranslateMap: { '': 'many_tenant' } })
    await metadata.createAll(connection)
    recording.clear()
    await connection.execute(insert(users), [{ name: 'a' }, { name: 'b' }])
    expect(recording.statements.at(-1)?.sql).toBe(
      names(1)[0]?.replace('INTO many_users', 'INTO many_tenant.many_users'),
    )
    await connection.rollback()
    await connection.close()
    expect(await engine.execute(select(users.c.id)).all()).toEqual([])
  })

  it('is the same through a session', async () => {
    class Base<Self = unknown> extends DeclarativeBase<Self> {}
    @Entity('many_entities')
    class Thing extends Base<Thing> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column(String(50)) name!: string
    }
    await Base.metadata.createAll(engine)
    recording.clear()
    await using session = new Session({ bind: engine })
    await session.execute(insert(Thing), [{ name: 'a' }, { name: 'b' }])
    await session.commit()
    expect(recording.flights[0]).toEqual([
      'BEGIN',
      ...names(2).map((sql) => sql.replace('many_users', 'many_entities')),
    ])
  })

  describe('upserts', () => {
    const rows = [
      { id: 1, name: 'one' },
      { id: 2, name: 'two' },
    ]

    it('that do nothing are one statement, also with rows that conflict with each other', async () => {
      const statement = postgresInsert(users).onConflictDoNothing().returning(users.c.id)
      expect(
        await engine
          .execute(statement, [...rows, { id: 1, name: 'again' }])
          .scalars()
          .all(),
      ).toEqual([1, 2])
      expect(recording.flights.map((flight) => flight.length)).toEqual([isSqlite ? 3 : 1])
    })

    it('that update are one statement where no row comes twice', async () => {
      const statement = postgresInsert(users)
        .onConflictDoUpdate({ indexElements: ['id'], set: (excluded) => ({ name: excluded.name }) })
        .returning(users.c.name)
      await engine.execute(statement, rows)
      const again = await engine.execute(statement, [
        { id: 2, name: 'zwei' },
        { id: 3, name: 'drei' },
      ])
      expect(again.scalars().all()).toEqual(['zwei', 'drei'])
      expect(recording.flights.map((flight) => flight.length)).toEqual(isSqlite ? [2, 2] : [1, 1])
      expect(recording.flights[1]?.[0]).toMatch(
        /(?: ORDER BY rows\.ordinality| VALUES \(\?1, \?2\)) ON CONFLICT \(id\) DO UPDATE SET name = excluded\.name RETURNING many_users\.name$/,
      )
    })

    it('that update are run one by one where a row comes twice', async () => {
      const statement = postgresInsert(users).onConflictDoUpdate({
        indexElements: ['id'],
        set: (excluded) => ({ name: excluded.name }),
      })
      await engine.execute(statement, [...rows, { id: 1, name: 'last' }])
      expect(recording.flights.map((flight) => flight.length)).toEqual([3])
      expect(await engine.execute(select(users.c.name).orderBy(users.c.id)).scalars().all()).toEqual(['last', 'two'])
    })

    it('that update with a value of their own are run one by one', async () => {
      const statement = postgresInsert(users).onConflictDoUpdate({ indexElements: ['id'], set: { name: 'there' } })
      await engine.execute(statement, rows)
      await engine.execute(statement, rows)
      expect(recording.flights.map((flight) => flight.length)).toEqual([2, 2])
      expect(await engine.execute(select(users.c.name)).scalars().all()).toEqual(['there', 'there'])
    })
  })

  describe('sortByParameterOrder', () => {
    const sorted = { sortByParameterOrder: true } as const

    it('sorts by a key that the database numbers, and shows no more than was asked for', async () => {
      const rows = Array.from({ length: 30 }, (_, index) => ({ name: `name ${(index * 7) % 30}` }))
      const result = await engine.execute(insert(users).returning(users.c.name), rows, {
        ...sorted,
        insertmanyvaluesPageSize: 8,
      })
      expect(result.keys()).toEqual(['name'])
      expect(result.tuples().all()).toEqual(rows.map(({ name }) => [name]))
      const pages = Array(4).fill(`${NAMES} RETURNING many_users.name, many_users.id`)
      expect(recording.flights).toEqual([isSqlite ? names(30, ' RETURNING many_users.name') : pages])
    })

    it('matches keys that were given, whatever order the rows come back in', async () => {
      const ids = Array.from(
        { length: 20 },
        (_, index) => `A0000000-0000-4000-8000-${((index * 7) % 20).toString().padStart(12, '0')}`,
      )
      const result = await engine.execute(
        insert(mixed).returning(mixed.c.big),
        ids.map((id, index) => ({ id, big: BigInt(index) })),
        sorted,
      )
      expect(result.scalars().all()).toEqual(ids.map((_, index) => BigInt(index)))
      expect(recording.flights.map((flight) => flight.length)).toEqual([isSqlite ? 20 : 1])
    })

    it('takes rows that conflict with each other and are to be left out then', async () => {
      const [one, two] = ['A0000000-0000-4000-8000-000000000001', 'A0000000-0000-4000-8000-000000000002']
      const result = await engine.execute(
        postgresInsert(mixed).onConflictDoNothing().returning(mixed.c.big),
        [two, one, two, one].map((id, index) => ({ id, big: BigInt(index) })),
        sorted,
      )
      expect(result.scalars().all()).toEqual([0n, 1n])
    })

    it('inserts one by one, in one flight, where nothing else tells the rows apart', async () => {
      const keyless = table('many_keyless', new MetaData(), { name: Column(String(50)) })
      await engine.execute('CREATE TABLE IF NOT EXISTS many_keyless (name VARCHAR(50))')
      recording.clear()
      const rows = ['c', 'a', 'b'].map((name) => ({ name }))
      const result = await engine.execute(insert(keyless).returning(keyless.c.name), rows, sorted)
      expect(result.all()).toEqual(rows)
      expect(recording.flights.map((flight) => flight.length)).toEqual([3])
    })

    it('inserts upserts that update one by one', async () => {
      const statement = postgresInsert(users)
        .onConflictDoUpdate({ indexElements: ['id'], set: (excluded) => ({ name: excluded.name }) })
        .returning(users.c.id)
      const rows = [
        { id: 5, name: 'a' },
        { id: 3, name: 'b' },
      ]
      expect(await engine.execute(statement, rows, sorted).scalars().all()).toEqual([5, 3])
      expect(recording.flights[0]).toHaveLength(2)
    })

    it('is an option of statements, connections and engines as well', async () => {
      const statement = insert(users).returning(users.c.name).executionOptions(sorted)
      await engine.execute(statement, [{ name: 'a' }, { name: 'b' }])
      await engine
        .executionOptions(sorted)
        .execute(insert(users).returning(users.c.name), [{ name: 'a' }, { name: 'b' }])
      const sent = Array(2).fill(`${NAMES} RETURNING many_users.name, many_users.id`)
      expect(recording.flights.flat()).toEqual(isSqlite ? names(4, ' RETURNING many_users.name') : sent)
      expect(() => insert(users).executionOptions({ sortByParameterOrder: 1 as never })).toThrow(ArgumentError)
    })

    it('holds for any rows', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 40 }),
          fc.boolean(),
          fc.integer({ min: 1, max: 50 }),
          async (ids, given, size) => {
            await emptyTables(engine, target, metadata)
            const rows = ids.map((id) => (given ? { id, name: `n${id}` } : { name: `n${id}` }))
            const options = { ...sorted, insertmanyvaluesPageSize: size }
            const result = await engine.execute(insert(users).returning(users.c.name), rows as never, options)
            expect(result.scalars().all()).toEqual(ids.map((id) => `n${id}`))
          },
        ),
        { numRuns: 30 },
      )
    })
  })

  it('runs UPDATE with many sets in one flight, also with RETURNING', async () => {
    await engine.execute(insert(users), [{ name: 'a' }, { name: 'b' }])
    recording.clear()
    const statement = update(users)
      .where(users.c.id.eq(bindparam('wanted', { type: Integer })))
      .returning(users.c.name)
    const result = await engine.execute(statement, [
      { wanted: 2, name: 'x' },
      { wanted: 1, name: 'y' },
      { wanted: 9, name: 'z' },
    ] as never)
    expect([result.rowCount, result.scalars().all()]).toEqual([2, ['x', 'y']])
    expect(recording.flights.map((flight) => flight.length)).toEqual([3])
  })
})

it('is logged as SQLAlchemy does, on a server', async () => {
  const lines: string[] = []
  await using engine = createEngine(postgresUrl(), { echo: ({ message }) => lines.push(message) })
  await metadata.createAll(engine)
  lines.length = 0
  await engine.execute(insert(users), [{ name: 'a' }, { name: 'b' }, { name: 'c' }], { insertmanyvaluesPageSize: 2 })
  expect(lines.map((line) => line.replace(/\d\.\d+s/, '0.1s'))).toEqual([
    NAMES,
    "[generated in 0.1s (insertmanyvalues) 1/2 (unordered)] [['a', 'b']]",
    NAMES,
    "[insertmanyvalues 2/2 (unordered)] [['c']]",
  ])
})
