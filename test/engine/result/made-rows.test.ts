// Rows that the driver makes itself are the rows that would be made of arrays.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cursorOf, takeMade } from '../../../src/engine/result/cursor.ts'
import { Result } from '../../../src/engine/result/result.ts'
import { RowShape } from '../../../src/engine/result/row-shape.ts'
import {
  Column,
  createEngine,
  type Engine,
  Enum,
  Integer,
  insert,
  literal,
  MetaData,
  String,
  select,
  table,
} from '../../../src/index.ts'
import { sqlDatabases } from '../../support/server.ts'

const shape = (): RowShape => new RowShape(['id', 'name'])
const made = (): Result<{ id: number; name: string }, [number, string]> => {
  const own = shape()
  const { make } = own.target as NonNullable<RowShape['target']>
  const rows = [1, 2, 3].map((id) => Object.assign(new make(), { id, name: `n${id}` }))
  return new Result({ rows: [], made: rows, shape: own, rowCount: 3 })
}

describe('a result of rows that were made', () => {
  test('gives them away as they are, once', () => {
    const result = made()
    const rows = result.all()
    expect(rows).toEqual([
      { id: 1, name: 'n1' },
      { id: 2, name: 'n2' },
      { id: 3, name: 'n3' },
    ])
    expect([...(rows[1] as unknown as Iterable<unknown>)]).toEqual([2, 'n2'])
    expect(result.all()).toEqual([])
  })

  test('takes them apart again for every other view', () => {
    expect(made().tuples().all()).toEqual([
      [1, 'n1'],
      [2, 'n2'],
      [3, 'n3'],
    ])
    expect(made().scalars('name').all()).toEqual(['n1', 'n2', 'n3'])
    expect(made().mappings().first()).toEqual({ id: 1, name: 'n1' })
    expect(made().unique().all()).toHaveLength(3)
    expect(made().columns('name').all()).toEqual([{ name: 'n1' }, { name: 'n2' }, { name: 'n3' }])
    expect(made().first()).toEqual({ id: 1, name: 'n1' })
    expect([...made()].map((row) => row.id)).toEqual([1, 2, 3])
    expect(made().freeze().result().tuples().all()).toHaveLength(3)
    expect([...made().partitions(2)].map((rows) => rows.length)).toEqual([2, 1])
  })

  test('what was read before is not given again', () => {
    const result = made()
    expect(result.fetchOne()).toEqual({ id: 1, name: 'n1' })
    expect(result.all().map((row) => row.id)).toEqual([2, 3])
    const closed = made()
    closed.close()
    expect(() => closed.all()).toThrow('This result object is closed')
  })

  test('names that several columns have, and names with a meaning of their own, are never assigned', () => {
    expect(new RowShape(['a', 'a']).target).toBeNull()
    expect(new RowShape(['__proto__']).target).toBeNull()
    expect(new RowShape(['constructor', 'then']).target).not.toBeNull()
    expect(takeMade(cursorOf([[1]], undefined, shape()), {} as never)).toBeNull()
  })
})

const kinds = ['plain', 'odd'] as const
const wide = Object.fromEntries(
  Array.from({ length: 30 }, (_, index) => [`c${index}`, Column(Integer, { nullable: true })]),
)

describe.each(sqlDatabases())('on $name', ({ url }) => {
  let engine: Engine
  const metadata = new MetaData()
  const things = table('things', metadata, {
    id: Column(Integer, { primaryKey: true }),
    name: Column(String(20), { nullable: true }),
    kind: Column(Enum(...kinds, { name: 'thing_kind' })),
  })
  const broad = table('broad', metadata, { id: Column(Integer, { primaryKey: true }), ...wide })

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    await engine.execute(
      insert(things).values([
        { id: 1, name: 'ed', kind: 'plain' },
        { id: 2, name: null, kind: 'odd' },
      ]),
    )
    await engine.execute(insert(broad).values({ id: 1, c0: 5, c29: 7 } as never))
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('rows read by all() are those read by way of the Result', async () => {
    const statement = select(things).orderBy(things.c.id)
    const direct = await engine.execute(statement).all()
    const stepwise = (await engine.execute(statement)).all()
    expect(direct).toEqual(stepwise)
    expect(direct).toEqual([
      { id: 1, name: 'ed', kind: 'plain' },
      { id: 2, name: null, kind: 'odd' },
    ])
    expect(direct.map((row) => [...(row as unknown as Iterable<unknown>)])).toEqual([
      [1, 'ed', 'plain'],
      [2, null, 'odd'],
    ])
    await using connection = await engine.connect()
    expect(await connection.execute(statement).all()).toEqual(direct)
  })

  test('rows of many columns, and of none', async () => {
    const [row] = (await engine.execute(select(broad)).all()) as Record<string, unknown>[]
    expect(Object.keys(row ?? {})).toHaveLength(31)
    expect([row?.c0, row?.c1, row?.c29]).toEqual([5, null, 7])
    expect(await engine.execute(select(things).where(things.c.id.eq(99))).all()).toEqual([])
  })

  test('labels that are no plain names keep their meaning', async () => {
    const [row] = await engine.execute(select(literal(1).label('__proto__'), literal(2).label('constructor'))).all()
    expect(Object.getOwnPropertyNames(row)).toEqual(['__proto__', 'constructor'])
    expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe(1)
  })

  test('one statement read in two ways at a time is sent once', async () => {
    const pending = engine.execute(select(things.c.id).orderBy(things.c.id))
    const [rows, ids] = await Promise.all([pending.all(), pending.scalars().all()])
    // Who was first takes all rows.
    expect([rows.length + ids.length, rows.length]).toEqual([2, 2])
    const other = engine.execute(select(things.c.id).orderBy(things.c.id))
    const [values, left] = await Promise.all([other.scalars().all(), other.all()])
    expect(values.length + left.length).toBe(2)
  })
})
