import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { ArgumentError, ObjectNotExecutableError, ResourceClosedError, StatementError } from '../../src/errors.ts'
import {
  BigInteger,
  Column,
  func,
  Integer,
  insert,
  MetaData,
  Sequence,
  String as SqlString,
  select,
  sql,
  table,
  text,
  update,
} from '../../src/index.ts'
import { emptyTables } from '../support/empty-tables.ts'
import { postgresUrl, sqlDatabases } from '../support/server.ts'
import { speltBy } from '../support/spelling.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

let serial = 0
const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(SqlString(50)),
  nick: Column(SqlString(50), { nullable: true }),
  token: Column(SqlString(50), {
    default: () => {
      serial += 1
      return `token ${serial}`
    },
  }),
  version: Column(Integer, { default: 1, onUpdate: 2 }),
})
const numbers = table('numbers', metadata, {
  id: Column(Integer, { primaryKey: true }),
  big: Column(BigInteger, { nullable: true }),
})

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  const spelt = <T extends string | readonly unknown[]>(given: T): T => speltBy(target, given)
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url)
    recording = recordStatements(engine)
    await metadata.createAll(engine)
  })
  beforeEach(async () => {
    await emptyTables(engine, target, metadata)
    serial = 0
    recording.clear()
  })
  afterAll(() => engine.dispose())

  describe('SQL given as a string', () => {
    it('takes values by position and gives rows with the names that the database gives', async () => {
      const rows = await engine.execute('SELECT CAST($1 AS INTEGER) AS a, CAST($2 AS TEXT) AS b', [1, "x'; --"]).all()
      expect(rows).toEqual([{ a: 1, b: "x'; --" }])
      expect(recording.statements).toEqual([
        { sql: 'SELECT CAST($1 AS INTEGER) AS a, CAST($2 AS TEXT) AS b', parameters: [1, "x'; --"], flight: 1 },
      ])
    })

    it('is what execDriverSql() takes, and nothing else', async () => {
      await using conn = await engine.connect()
      const found = conn.execDriverSql(`SELECT CAST($1 AS TEXT) AS n`, ['x'])
      expect((await found).keys()).toEqual(['n'])
      expect(await conn.execDriverSql(`SELECT CAST($1 AS TEXT) AS n`, ['x']).scalarOne()).toBe('x')
      for (const other of [select(users.c.id), text('SELECT 1'), null, 5])
        expect(() => conn.execDriverSql(other as never)).toThrow(
          'execDriverSql() takes SQL as a string: execute() takes statements, and text() values by name',
        )
    })

    it('tells statements that return no rows', async () => {
      const result = await engine.execute("UPDATE users SET nick = 'x'")
      expect([result.returnsRows, result.rowCount]).toEqual([false, 0])
      expect(() => result.all()).toThrow(ResourceClosedError)
      expect((await engine.execute('SELECT 1 WHERE false')).all()).toEqual([])
    })

    it('works when it is used again, also with other values', async () => {
      for (const value of [1, 2, 3, 4])
        expect(await engine.execute('SELECT CAST($1 AS INTEGER) + 1 AS a', [value]).scalar()).toBe(value + 1)
    })

    it('refuses values by name and undefined ones', async () => {
      await expect(engine.execute('SELECT 1', { a: 1 } as never)).rejects.toThrow(
        new ArgumentError(
          "SQL given as a string takes a list of values for $1, $2, ...; use text('... :name') for values by name",
        ),
      )
      await expect(engine.execute('SELECT $1, $2', [1, undefined])).rejects.toThrow(
        'The value of $2 is undefined; NULL is null',
      )
      expect(recording.flights).toEqual([])
    })

    it('gives several columns of one name as tuples', async () => {
      expect(await engine.execute('SELECT 1 AS a, 2 AS a').tuples().one()).toEqual([1, 2])
    })
  })

  describe('a statement', () => {
    it('is sent with typed parameters and gives typed rows', async () => {
      await engine.execute(insert(users).values({ name: 'ed' }))
      const [row] = await engine.execute(select(users.c.id, users.c.name).where(users.c.name.eq('ed'))).all()
      expect(row).toEqual({ id: 1, name: 'ed' })
      expect(recording.statements.at(-1)).toEqual({
        sql: spelt('SELECT users.id, users.name \nFROM users \nWHERE users.name = $1::VARCHAR'),
        parameters: ['ed'],
        flight: 2,
      })
    })

    it('takes parameters by name', async () => {
      const statement = text('SELECT :a || :b AS c')
      expect(await engine.execute(statement, { a: 'x', b: 'y' }).scalar()).toBe('xy')
      expect(await engine.execute(statement, { b: 'y', a: 'x' }).scalar()).toBe('xy')
    })

    it('carries the values of a template as parameters', async () => {
      const name = "'; DROP TABLE users; --"
      expect(await engine.execute(sql`SELECT ${name} AS a, ${5} AS b`).one()).toEqual({ a: name, b: 5 })
      expect(recording.statements[0]?.parameters).toEqual([name, 5])
    })

    it('says which parameter is missing, unknown or undefined, and sends nothing', async () => {
      const statement = text('SELECT :alpha || :beta AS c')
      const failing = (parameters?: Record<string, unknown>): Promise<unknown> =>
        engine.execute(statement, parameters).then(null, (error: unknown) => error)
      expect(await failing({ alpha: 'x' })).toBeInstanceOf(StatementError)
      expect(await failing({ alpha: 'x' })).toMatchObject({
        message: expect.stringContaining("A value is required for parameter 'beta'"),
      })
      expect(await failing()).toMatchObject({
        message: expect.stringContaining("A value is required for parameter 'alpha'"),
      })
      expect(await failing({ alpha: 'x', beta: undefined })).toMatchObject({
        message: expect.stringContaining("The value of parameter 'beta' is undefined; NULL is null"),
      })
      expect(await failing({ alpha: 'x', beta: 'y', bteta: 'z' })).toMatchObject({
        message: expect.stringContaining("The statement has no parameter 'bteta'; did you mean 'beta'?"),
      })
      expect(await failing(JSON.parse('{"alpha": "x", "beta": "y", "__proto__": 1}'))).toMatchObject({
        message: expect.stringContaining("no parameter '__proto__'"),
      })
      expect(recording.flights).toHaveLength(0)
    })

    it('refuses parameters that are no named values', async () => {
      for (const odd of [
        5,
        'x',
        new Date(),
        [5],
        [[1]],
        new Map(),
        [undefined],
        [{}, undefined],
        new Array(2),
        [],
        Promise.resolve({}),
        Object.create({ id: 1 }),
      ])
        await expect(engine.execute(select(users.c.id), odd as never)).rejects.toBeInstanceOf(ArgumentError)
    })

    it('refuses an empty list, which must not become a row of defaults', async () => {
      await expect(engine.execute(insert(users), [])).rejects.toThrow(
        'The list of parameters is empty, so that there is nothing to run',
      )
      expect(recording.flights).toHaveLength(0)
    })

    it('must be one', async () => {
      const table = await engine.execute(users as never).catch((error: unknown) => error)
      expect(table).toBeInstanceOf(ObjectNotExecutableError)
      for (const [odd, why] of [
        [
          users,
          /^Not an executable object: a FROM element \(table\); a class or table stands for a statement only inside/,
        ],
        [users.c.id, /an expression is no statement: select\(...\) makes one of it/],
        [{ sql: 'DROP TABLE users' }, /execute\(\) takes a statement, or SQL as a string/],
        [undefined, /Not an executable object: undefined/],
        [new Sequence('numbers'), /the sequence 'numbers'; select\(sequence.nextValue\(\)\) asks it for a number/],
      ] as const)
        await expect(engine.execute(odd as never)).rejects.toThrow(why)
    })

    it('reads values as their types want them', async () => {
      await engine.execute(insert(numbers).values({ big: 9007199254740993n }))
      expect(await engine.execute(select(numbers)).one()).toEqual({ id: 1, big: 9007199254740993n })
    })
  })

  describe('INSERT and UPDATE with values given at execution', () => {
    it('write the columns that are named', async () => {
      await engine.execute(insert(users), { name: 'ed' })
      await engine.execute(insert(users), { nick: 'w', name: 'wendy' })
      expect(await engine.execute(select(users.c.name, users.c.nick)).tuples().all()).toEqual([
        ['ed', null],
        ['wendy', 'w'],
      ])
      expect(recording.statements.map(({ sql: text, parameters }) => [text, parameters]).slice(0, 2)).toEqual([
        [
          spelt(
            'INSERT INTO users (name, token, version) VALUES ($1::VARCHAR, $2::VARCHAR, $3::INTEGER) RETURNING users.id',
          ),
          ['ed', 'token 1', 1],
        ],
        [
          spelt(
            'INSERT INTO users (name, nick, token, version) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::INTEGER) RETURNING users.id',
          ),
          ['wendy', 'w', 'token 2', 1],
        ],
      ])
      await engine.execute(update(users).where(users.c.name.eq('ed')), { nick: 'e' })
      expect(recording.statements.at(-1)).toMatchObject({
        sql: spelt('UPDATE users SET nick=$1::VARCHAR, version=$2::INTEGER WHERE users.name = $3::VARCHAR'),
        parameters: ['e', 2, 'ed'],
      })
    })

    it('name the nearest column where one is unknown', async () => {
      await expect(engine.execute(insert(users), { nmae: 'ed' })).rejects.toThrow(/'nmae'; did you mean 'name'\?/)
    })

    it('leave out what is undefined, as values() does', async () => {
      await engine.execute(insert(users), { name: 'ed', nick: undefined })
      expect(recording.flights).toEqual(
        spelt([
          [
            'INSERT INTO users (name, token, version) VALUES ($1::VARCHAR, $2::VARCHAR, $3::INTEGER) RETURNING users.id',
          ],
        ]),
      )
      await expect(engine.execute(insert(users), { name: 'ed', nikc: undefined })).rejects.toThrow(
        "did you mean 'nick'?",
      )
    })

    it('run once for each set, in one flight, with defaults of their own', async () => {
      const result = await engine.execute(insert(users).returning(users.c.id, users.c.token), [
        { name: 'a' },
        { name: 'b' },
        { name: 'c' },
      ])
      expect(result.rowCount).toBe(3)
      expect(result.tuples().all()).toEqual([
        [1, 'token 1'],
        [2, 'token 2'],
        [3, 'token 3'],
      ])
      expect(recording.flights).toHaveLength(1)
      // Arrays are one statement.
      expect(recording.flights[0]).toHaveLength(engine.dialect.features.arrayBatches ? 1 : 3)
    })

    it('are all or none where there are several sets', async () => {
      const sets = [
        { id: 1, name: 'a' },
        { id: 1, name: 'b' },
      ]
      const flightIndex = engine.dialect.features.arrayBatches ? 0 : 1
      await expect(engine.execute(insert(users), sets)).rejects.toMatchObject({ sqlState: '23505', flightIndex })
      expect(await engine.execute(select(func.count()).selectFrom(users)).scalar()).toBe(0)
    })

    it('say which set lacks a value', async () => {
      const sets = [{ name: 'a', nick: 'x' }, { name: 'b' }]
      await expect(engine.execute(insert(users), sets)).rejects.toThrow(
        "A value is required for parameter 'nick' of set 1",
      )
      expect(recording.flights).toEqual([])
    })

    it('say which set gives more than the first', async () => {
      const sets = [{ name: 'a' }, { name: 'b', nick: 'x' }]
      await expect(engine.execute(insert(users), sets)).rejects.toThrow(
        "Set 1 gives 'nick', which the first set (0) does not: all sets of a statement have the same names",
      )
      expect(recording.flights).toEqual([])
    })

    it('take one set in a list for what it is', async () => {
      await engine.execute(insert(users), [{ name: 'a' }])
      expect(await engine.execute(select(users.c.name)).scalars().all()).toEqual(['a'])
    })

    it('give the primary key where it is returned', async () => {
      const result = await engine.execute(insert(users).values({ name: 'ed' }).returning(users.c.name, users.c.id))
      expect(result.insertedPrimaryKey).toEqual([1])
    })
  })

  describe('the compiled cache', () => {
    it('compiles a shape once, whatever its values', async () => {
      const find = (name: string) => engine.execute(select(users.c.id).where(users.c.name.eq(name)))
      engine.clearCompiledCache()
      const before = engine.stats().cache
      await find('a')
      await find('b')
      const statement = select(users.c.id).where(users.c.name.eq('c'))
      await engine.execute(statement)
      await engine.execute(statement)
      const after = engine.stats().cache
      expect([after.misses - before.misses, after.hits - before.hits, after.size]).toEqual([1, 3, 1])
      expect(new Set(recording.statements.map(({ sql: text }) => text)).size).toBe(1)
    })

    it('tells apart what is written differently: columns given at execution, NULL from a value', async () => {
      await engine.execute(insert(users), { name: 'a' })
      await engine.execute(insert(users), { name: 'b', nick: 'x' })
      const byNick = (nick: string | null) =>
        engine
          .execute(select(users.c.name).where(users.c.nick.eq(nick)))
          .scalars()
          .all()
      expect(await byNick('x')).toEqual(['b'])
      expect(await byNick(null)).toEqual(['a'])
      expect(await byNick('x')).toEqual(['b'])
    })
  })

  describe('lists', () => {
    const among = (names: string[]) =>
      select(users.c.name).where(users.c.name.in(names), users.c.version.eq(1)).orderBy(users.c.name)

    it('are one parameter', async () => {
      await engine.execute(insert(users), [{ name: 'a' }, { name: 'b' }, { name: 'c' }])
      recording.clear()
      expect(
        await engine
          .execute(among(['a', 'c']))
          .scalars()
          .all(),
      ).toEqual(['a', 'c'])
      expect(await engine.execute(among([])).scalars().all()).toEqual([])
      expect(recording.statements.map(({ parameters }) => parameters)).toEqual([
        [['a', 'c'], 1],
        [[], 1],
      ])
      expect(recording.flights[0]).toEqual(recording.flights[1])
    })
  })
})

it('lists are written out where the engine is told so', async () => {
  const engine = createEngine(postgresUrl(), { inLists: 'expand' })
  const recording = recordStatements(engine)
  const find = (ids: number[]) =>
    select(numbers.c.id).where(numbers.c.id.in(ids), numbers.c.big.isNot(null)).orderBy(numbers.c.id)
  try {
    await engine.execute(insert(numbers), [
      { id: 11, big: 1n },
      { id: 12, big: 2n },
      { id: 13, big: 3n },
    ])
    recording.clear()
    expect(
      await engine
        .execute(find([11, 13]))
        .scalars()
        .all(),
    ).toEqual([11, 13])
    expect(
      await engine
        .execute(find([12]))
        .scalars()
        .all(),
    ).toEqual([12])
    expect(await engine.execute(find([])).scalars().all()).toEqual([])
    expect(recording.statements[0]).toEqual({
      sql: 'SELECT numbers.id \nFROM numbers \nWHERE numbers.id IN ($1::INTEGER, $2::INTEGER) AND numbers.big IS NOT NULL ORDER BY numbers.id',
      parameters: [11, 13],
      flight: 1,
    })
  } finally {
    await engine.dispose()
  }
})

it('the compiled cache keeps no more than it is told, and what is used', async () => {
  const engine = createEngine(postgresUrl(), { compiledCacheSize: 4 })
  try {
    const used = () => engine.execute(text('SELECT 0 AS used'))
    for (let i = 0; i < 20; i += 1) {
      await used()
      await engine.execute(text(`SELECT ${i} AS a`))
    }
    expect(engine.stats().cache.size).toBeLessThanOrEqual(6)
    const before = engine.stats().cache.misses
    await used()
    expect(engine.stats().cache.misses).toBe(before)
  } finally {
    await engine.dispose()
  }
})
