// INSERTs through the engine on SQLite: keys that come back, many sets of parameters, limits.
import {
  Column,
  CompileError,
  createEngine,
  type Engine,
  func,
  Integer,
  InvalidRequestError,
  insert,
  MetaData,
  String,
  select,
  table,
} from 'tsalchemy'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { emptyTables } from '../../support/empty-tables.ts'
import { type Recording, recordStatements } from '../../support/statements.ts'

const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  made: Column(String, { default: () => 'by the client' }),
  state: Column(String, { serverDefault: 'new' }),
})

describe('inserts on SQLite', () => {
  let engine: Engine
  let recording: Recording
  beforeAll(async () => {
    engine = createEngine('sqlite+node://')
    await metadata.createAll(engine)
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await emptyTables(engine, { name: 'sqlite', url: '' }, metadata)
    recording.clear()
  })
  afterAll(() => engine.dispose())

  test('of one row tell its key, and what the database made where that is asked for', async () => {
    const result = await engine.execute(insert(users).values({ name: 'ed' }))
    expect(result.insertedPrimaryKey).toEqual([1])
    expect(result.rowCount).toBe(1)
    expect(recording.flights).toEqual([['INSERT INTO users (name, made) VALUES (?1, ?2) RETURNING users.id']])
    const more = await engine.execute(insert(users).values({ name: 'wendy' }).returnDefaults())
    expect(more.returnedDefaults).toEqual({ id: 2, state: 'new' })
  })

  test('of many sets of parameters are one flight, all or nothing, with a default for each', async () => {
    const sets = ['a', 'b', 'c'].map((name) => ({ name }))
    const result = await engine.execute(insert(users), sets)
    expect(result.rowCount).toBe(3)
    expect(recording.flights.length).toBe(1)
    expect(await engine.execute(select(users.c.name, users.c.made).orderBy(users.c.id)).tuples().all()).toEqual(
      sets.map(({ name }) => [name, 'by the client']),
    )
    const twice = [
      { id: 10, name: 'x' },
      { id: 10, name: 'y' },
    ]
    await expect(engine.execute(insert(users), twice)).rejects.toMatchObject({ code: 'unique-violation' })
    expect(await engine.execute(select(func.count()).selectFrom(users)).scalar()).toBe(3)
  })

  test('of rows with other columns write NULL where that is the default, and refuse what has another', async () => {
    await engine.execute(
      insert(users).values([{ name: 'ed' }, { id: 7, name: 'wendy' }] as readonly { id: number; name: string }[]),
    )
    expect(recording.flights.flat()).toEqual(['INSERT INTO users (id, name, made) VALUES (NULL, ?1, ?2), (?3, ?4, ?5)'])
    expect(await engine.execute(select(users.c.id).orderBy(users.c.id)).scalars().all()).toEqual([1, 7])
    const states = [{ name: 'x', state: 'old' }, { name: 'y' }]
    await expect(engine.execute(insert(users).values(states))).rejects.toThrow(
      new CompileError(
        "SQLite has no DEFAULT among values: give all rows the column 'state', or insert those without it by themselves",
      ),
    )
  })

  test('do not tell a key that is given as NULL, which SQLite numbers', async () => {
    const result = await engine.execute(insert(users), { id: null, name: 'ed' } as never)
    expect(() => result.insertedPrimaryKey).toThrow(InvalidRequestError)
    expect(await engine.execute(select(users.c.id)).scalars().all()).toEqual([1])
  })

  test('of many sets give their rows in their order', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `name ${50 - index}`)
    const rows = await engine
      .execute(
        insert(users).returning(users.c.id, users.c.name),
        names.map((name) => ({ name })),
      )
      .tuples()
      .all()
    expect(rows.map(([, name]) => name)).toEqual(names)
    expect(rows.map(([id]) => id)).toEqual(names.map((_, index) => index + 1))
  })

  test('of more values than a statement takes say so', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({ name: `name ${index}` }))
    await expect(engine.execute(insert(users).values(rows))).rejects.toMatchObject({
      name: 'OperationalError',
      sqlState: '54023',
    })
    await engine.execute(insert(users), rows)
    expect(await engine.execute(select(func.count()).selectFrom(users)).scalar()).toBe(20_000)
  })
})
