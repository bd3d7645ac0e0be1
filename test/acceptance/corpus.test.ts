// Every edge and 300 hostile texts, as parameters, in rows, in arrays, in composite types and in documents: exact or refused, wherever the process is.
import {
  ARRAY,
  Column,
  createEngine,
  type Engine,
  func,
  Integer,
  insert,
  literal,
  MetaData,
  SQLAlchemyError,
  type SqlType,
  select,
  type Table,
  Text,
  table,
} from 'tsalchemy'
import { Composite, JSONB } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../support/server.ts'
import { EDGES, type Edges } from './corpus/edges.ts'
import { STRINGS, UNSENDABLE } from './corpus/strings.ts'

/** Time zones of the process, and the hour of noon UTC in January there, which proves that the zone is in force. */
const ZONES: readonly (readonly [zone: string, hour: number, minute: number])[] = [
  ['UTC', 12, 0],
  ['America/New_York', 7, 0],
  ['Asia/Kolkata', 17, 30],
]

const bare = (row: object): unknown[] => Object.values(row)

test('there are enough of them', () => {
  expect(STRINGS.length).toBeGreaterThanOrEqual(300)
  expect(new Set(STRINGS).size).toBe(STRINGS.length)
})

describe.each(ZONES)('%s', (zone, hour, minute) => {
  const before = process.env.TZ
  beforeAll(() => {
    process.env.TZ = zone
  })
  afterAll(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })

  test('the process is in this zone', () => {
    const noon = new Date('2026-01-15T12:00:00Z')
    expect([noon.getHours(), noon.getMinutes()]).toEqual([hour, minute])
  })

  describe.each(databases())('$name', ({ url }) => {
    let engine: Engine
    const metadata = new MetaData()
    const tables = new Map<Edges, Table>()
    beforeAll(async () => {
      engine = createEngine(url)
      for (const [index, edges] of EDGES.entries()) {
        const type = edges.type as SqlType<unknown>
        const Holder = Composite(`holder_${index}`, { before: Text, value: type, after: Integer })
        const columns = {
          id: Column(Integer, { primaryKey: true }),
          value: Column(type, { nullable: true }),
          many: Column(ARRAY(type) as SqlType<unknown>, { nullable: true }),
          held: Column(Holder as SqlType<unknown>, { nullable: true }),
        }
        tables.set(edges, table(`edges_${index}`, metadata, columns) as unknown as Table)
      }
      await metadata.createAll(engine)
    })
    afterAll(async () => {
      await metadata.dropAll(engine)
      await engine.dispose()
    })

    test.each(EDGES)('$name', { timeout: 60_000 }, async (edges) => {
      const { values, type } = edges
      const typed = type as SqlType<unknown>
      const target = tables.get(edges) as Table
      const column = (key: string): ReturnType<Table['column']> => target.column(key)
      const id = column('id')
      // As parameters.
      for (const one of values.filter((_, index) => index < 40 || index % 7 === 0))
        expect(bare(await engine.execute(select(literal(one, typed).label('v'))).one())).toEqual([one])
      // In rows, all in one batch; in composite types.
      const rows = values.map((one, index) => ({
        id: index,
        value: one,
        held: { before: '(",', value: one, after: index },
      }))
      await engine.execute(insert(target), rows)
      const statement = select(id, column('value'), column('held')).orderBy(id)
      const read = await engine.execute(statement.where(id.lt(100_000))).all()
      expect(read.map((row) => ({ ...row }))).toEqual(rows)
      // What was read is what is sent again.
      const moved = read.map((row, index) => ({ ...row, id: 100_000 + index }))
      await engine.execute(insert(target), moved)
      const again = await engine.execute(statement.where(id.ge(100_000))).all()
      expect(again.map((row) => ({ ...row }))).toEqual(moved)
      // In arrays, with a NULL between; arrays of arrays and of documents tell no NULL of their own.
      if (edges.name === 'ARRAY') return
      const list = edges.isArray === true ? values : [...values, null]
      await engine.execute(insert(target), [{ id: 1_000_000, many: list }])
      expect(await engine.execute(select(column('many')).where(id.eq(1_000_000))).scalarOne()).toEqual(list)
    })

    test.each(EDGES.filter(({ refused }) => refused !== undefined))('$name refuses', async (edges) => {
      const target = tables.get(edges) as Table
      const count = async (): Promise<unknown> => engine.execute(select(func.count()).selectFrom(target)).scalarOne()
      const there = await count()
      for (const one of edges.refused ?? [])
        await expect(
          engine.execute(insert(target), [{ id: 5_000_000, value: one }]),
          `${String(typeof one === 'object' ? JSON.stringify(one) : String(one))} was taken`,
        ).rejects.toThrow(SQLAlchemyError)
      expect(await count()).toBe(there)
    })

    test.each(['America/New_York', 'Asia/Kathmandu', 'America/St_Johns', 'Europe/Amsterdam', 'Etc/GMT+12'])(
      'instants with the session in %s',
      async (session) => {
        const { values, type } = EDGES.find(({ name }) => name === 'DateTime with zone') as Edges
        await using connection = await engine.connect()
        await connection.execute(`SET LOCAL TIME ZONE '${session}'`)
        const instant = type as SqlType<unknown>
        // One by one as bytes, in arrays as text with offsets that may have seconds; the same by SQL that declares nothing.
        for (const one of values) {
          const declared = await connection.execute(select(literal(one, instant).label('v'))).one()
          expect(bare(declared)).toEqual([one])
          const raw = await connection.execute('SELECT $1::timestamptz AS v, ARRAY[$1::timestamptz] AS a', [one]).one()
          expect({ ...raw }).toEqual({ v: one, a: [one] })
        }
        const all = await connection.execute(select(literal(values, ARRAY(instant)).label('v'))).scalarOne()
        expect(all).toEqual(values)
        await connection.rollback()
      },
    )

    test('texts are on the server, byte for byte', async () => {
      for (const part of parts(STRINGS, 60)) {
        const rows = await engine
          .execute(
            "SELECT encode(convert_to(t, 'UTF8'), 'hex') AS hex FROM unnest($1::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n",
            [part],
          )
          .all()
        expect(rows.map((row) => row.hex)).toEqual(part.map((each) => Buffer.from(each).toString('hex')))
      }
      for (const one of STRINGS) {
        const row = await engine
          .execute("SELECT encode(convert_to($1, 'UTF8'), 'hex') AS hex, $1::text AS v", [one])
          .one()
        expect({ ...row }).toEqual({ hex: Buffer.from(one).toString('hex'), v: one })
      }
    })

    test('texts through documents that the server makes', async () => {
      const texts = STRINGS.filter((each) => each.length < 20_000)
      const statement = select(func.jsonAgg(literal(texts, JSONB<string[]>())).label('parameter'))
      expect(bare(await engine.execute(statement).one())).toEqual([[texts]])
      const made = await engine
        .execute(
          'SELECT json_agg(t ORDER BY n) AS a, jsonb_object_agg(t, n ORDER BY n) AS o FROM unnest($1::text[]) WITH ORDINALITY AS u(t, n)',
          [texts],
        )
        .one()
      expect(made.a).toEqual(texts)
      expect(made.o).toEqual(Object.fromEntries(texts.map((each, index) => [each, index + 1])))
    })

    test('what no text can hold is refused, with the connection as it was', async () => {
      for (const one of UNSENDABLE) {
        for (const given of [one, [one], { key: one }, { [one]: 1 }])
          await expect(engine.execute('SELECT $1 AS v', [given])).rejects.toThrow(SQLAlchemyError)
        await expect(engine.execute(select(literal(one, Text)))).rejects.toThrow(SQLAlchemyError)
        await expect(engine.execute(select(literal([one], ARRAY(Text))))).rejects.toThrow(SQLAlchemyError)
        await expect(engine.execute(select(literal({ a: [one] }, JSONB())))).rejects.toThrow(SQLAlchemyError)
      }
      expect(await engine.execute('SELECT 1 AS one').scalarOne()).toBe(1)
    })
  })
})

function parts<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
