// What PostgreSQL has and SQLite lacks: each time an error that says so.
import { Column, createEngine, type Engine, Integer, InvalidRequestError, MetaData, select, table } from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { libraries } from './support.ts'

const metadata = new MetaData()
const items = table('items', metadata, { id: Column(Integer, { primaryKey: true }) })

describe.each(libraries)('through %s, a clear error for', (library) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(`sqlite+${library}://`, { poolTimeoutMs: 5000 })
    await metadata.createAll(engine)
  })
  afterAll(() => engine.dispose())

  const NO_COPY = 'The dialect sqlite has no COPY: use insert() with several sets of parameters'
  const all = async (values: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of values);
  }

  test('COPY, in both directions, of tables and by SQL', async () => {
    await using conn = await engine.connect()
    for (const copy of [
      () => conn.copyFrom(items, [{ id: 1 }]),
      () => conn.copyFrom('COPY items FROM STDIN', ['1\n']),
      () => all(conn.copyTo(items)),
      () => all(conn.copyTo(select(items.c.id))),
      () => all(conn.copyTo('COPY items TO STDOUT')),
    ]) {
      const copying = copy()
      await expect(copying).rejects.toBeInstanceOf(InvalidRequestError)
      await expect(copying).rejects.toThrow(NO_COPY)
    }
    expect(await conn.execute(select(items.c.id)).all()).toEqual([])
  })

  test('LISTEN and NOTIFY', async () => {
    const message = 'The dialect sqlite has no LISTEN and no NOTIFY'
    await expect(engine.listen('orders').ready()).rejects.toThrow(message)
    await expect(all(engine.listen('orders'))).rejects.toThrow(message)
    await expect(engine.notify('orders')).rejects.toThrow(message)
    await using conn = await engine.connect()
    await expect(conn.notify('orders')).rejects.toThrow(message)
    await expect(conn.notify('orders')).rejects.toBeInstanceOf(InvalidRequestError)
  })

  test('transactions in two phases', async () => {
    await using conn = await engine.connect()
    const message = 'The dialect sqlite has no transactions in two phases'
    expect(() => conn.beginTwophase()).toThrow(message)
    await expect(conn.recoverTwophase()).rejects.toThrow(message)
  })

  test('casts by ::', async () => {
    const message = 'SQLite has no casts by ::, write CAST(x AS INTEGER)'
    for (const [sql, values] of [
      ['SELECT count(*)::int FROM items', []],
      ['SELECT $1::int', [1]],
      ['SELECT 1 :: integer', []],
    ] as const) {
      await expect(engine.execute(sql, values)).rejects.toMatchObject({ name: 'SqlSyntaxError', statement: sql })
      await expect(engine.execute(sql, values)).rejects.toThrow(message)
    }
    const names = 'SELECT \'a::b\' AS "c::d", 1 AS [e::f] /* g::h */ -- i::j'
    expect(await engine.execute(names).one()).toEqual({ 'c::d': 'a::b', 'e::f': 1 })
  })
})
