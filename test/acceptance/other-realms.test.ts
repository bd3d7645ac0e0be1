// Values of another realm: what a REPL, Jest or `node:vm` made is of classes of its own.
import { runInNewContext } from 'node:vm'
import {
  Column,
  createEngine,
  DateTime,
  Boolean as Flag,
  Integer,
  Interval,
  insert,
  JSON as Json,
  LargeBinary,
  literal,
  MetaData,
  select,
  table,
} from 'tsalchemy'
import { DeclarativeBase, Entity, Session } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, sqlDatabases } from '../support/server.ts'

/** What a text of JavaScript makes elsewhere. */
const elsewhere = <T>(code: string): T => runInNewContext(`(${code})`) as T
const INSTANT = '2024-02-29T12:34:56.789Z'
const date = (): Date => elsewhere(`new Date('${INSTANT}')`)
const bytes = (): Uint8Array => elsewhere('new Uint8Array([0, 1, 255])')

it('they are of other classes', () => {
  expect(date() instanceof Date).toBe(false)
  expect(bytes() instanceof Uint8Array).toBe(false)
  expect(Object.getPrototypeOf(elsewhere('{}'))).not.toBe(Object.prototype)
})

describe.each(sqlDatabases())('$name', (target) => {
  const engine = createEngine(target.url)
  const metadata = new MetaData()
  const things = table('things_from_elsewhere', metadata, {
    id: Column(Integer, { primaryKey: true }),
    at: Column(DateTime({ timezone: true }), { nullable: true }),
    data: Column(Json(), { nullable: true }),
    raw: Column(LargeBinary(), { nullable: true }),
    lasts: Column(Interval(), { nullable: true }),
    done: Column(Flag, { nullable: true }),
  })
  class Base<Self = unknown> extends DeclarativeBase<Self> {}
  @Entity('moments_from_elsewhere')
  class Moment extends Base<Moment> {
    @Column(DateTime({ timezone: true }), { primaryKey: true }) at!: Date
    @Column(LargeBinary()) raw!: Uint8Array
  }
  beforeAll(async () => {
    await metadata.createAll(engine)
    await Base.metadata.createAll(engine)
  })
  afterAll(async () => {
    await Base.metadata.dropAll(engine)
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  it('are stored as those of this one, in one row and in many', async () => {
    const row = `{ at: new Date('${INSTANT}'), data: { list: [1, { deep: null }] }, raw: new Uint8Array([0, 1, 255]), lasts: { days: 1 }, done: true }`
    await engine.execute(insert(things).values(elsewhere<{ id: number }>(`Object.assign({ id: 1 }, ${row})`)))
    await engine.execute(
      insert(things),
      elsewhere<{ id: number }[]>(`[2, 3].map((id) => Object.assign({ id }, ${row}))`),
    )
    const rows = await engine.execute(select(things).orderBy(things.c.id)).all()
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 3])
    for (const { at, data, raw, lasts } of rows) {
      expect(at).toEqual(new Date(INSTANT))
      expect(data).toEqual({ list: [1, { deep: null }] })
      expect(raw).toEqual(new Uint8Array([0, 1, 255]))
      expect(String(lasts)).toBe('P1D')
    }
    expect(
      await engine.execute(select(things.c.id).where(things.c.at.eq(date()), things.c.raw.eq(bytes()))).all(),
    ).toHaveLength(3)
  })

  it('have their type told, and are written into SQL', async () => {
    expect(
      await engine
        .execute(select(literal(date()).label('at'), literal(bytes()).label('raw')))
        .tuples()
        .one(),
    ).toEqual([new Date(INSTANT), new Uint8Array([0, 1, 255])])
    const written = (value: Date): string =>
      engine.dialect.compile(select(literal(value, DateTime({ timezone: true }))), { literalBinds: true }).sql
    expect(written(date())).toBe(written(new Date(INSTANT)))
  })

  it('name what is selected, and find an object by its key', async () => {
    expect(Object.keys(await engine.execute(select({ ...elsewhere<object>('{}'), one: literal(1) })).one())).toEqual([
      'one',
    ])
    await using session = new Session({ bind: engine })
    session.add(new Moment({ at: date(), raw: bytes() }))
    await session.commit()
    const moment = await session.get(Moment, new Date(INSTANT))
    expect([...(moment?.raw ?? [])]).toEqual([0, 1, 255])
    expect(await session.get(Moment, date())).toBe(moment)
    expect(await session.get(Moment, elsewhere<{ at: Date }>(`{ at: new Date('${INSTANT}') }`))).toBe(moment)
  })

  it('that cannot be are refused', async () => {
    await expect(
      engine.execute(insert(things).values({ id: 9, at: elsewhere<Date>('new Date(NaN)') })),
    ).rejects.toThrow('an invalid Date')
    await expect(async () =>
      engine.execute(insert(things).values({ id: 9, data: elsewhere('new Map()') })),
    ).rejects.toThrow('Map')
    const pretends = Object.assign(Object.create({ [Symbol.toStringTag]: 'Date' }), { getTime: () => 0 }) as Date
    await expect(async () => engine.execute(insert(things).values({ id: 9, at: pretends }))).rejects.toThrow()
  })
})

describe.each(databases())('SQL that declares no types on $name', ({ url }) => {
  const engine = createEngine(url)
  afterAll(() => engine.dispose())

  it('copies them', async () => {
    await engine.begin(async (conn) => {
      await conn.execute('CREATE TEMP TABLE copied_from_elsewhere (a int, at timestamptz)')
      const lines = elsewhere<Uint8Array>(`Uint8Array.from('1\\t${INSTANT}\\n', (letter) => letter.charCodeAt(0))`)
      await conn.copyFrom('COPY copied_from_elsewhere FROM STDIN', lines as never)
      await conn.copyFrom('COPY copied_from_elsewhere FROM STDIN', [lines, lines])
      expect(await conn.execute('SELECT count(*)::int, max(at) FROM copied_from_elsewhere').tuples().one()).toEqual([
        3,
        new Date(INSTANT),
      ])
    })
  })

  it('takes them by what they are', async () => {
    const sql = 'SELECT $1::timestamptz, $2::bytea, $3::jsonb, $4::timestamptz[]'
    const values = [date(), bytes(), elsewhere('{ a: [1] }'), elsewhere(`[new Date('${INSTANT}')]`)]
    expect(await engine.execute(sql, values).tuples().one()).toEqual([
      new Date(INSTANT),
      new Uint8Array([0, 1, 255]),
      { a: [1] },
      [new Date(INSTANT)],
    ])
  })
})
