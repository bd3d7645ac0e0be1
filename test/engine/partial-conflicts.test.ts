// ON CONFLICT with the condition of a partial index that has values: as often as it is run, for one row and for many.
import {
  and,
  Boolean,
  bindparam,
  Column,
  column,
  createEngine,
  type Engine,
  func,
  Index,
  Integer,
  MetaData,
  String,
  select,
  table,
} from 'tsalchemy'
import { insert as postgresInsert } from 'tsalchemy/postgresql'
import { sqliteDialect, insert as sqliteInsert } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresqlDialect } from '../../src/dialect/postgresql/dialect.ts'
import { sqlDatabases } from '../support/server.ts'

const metadata = new MetaData()
const [name, kept, n] = [column('name', String), column('kept', Boolean), column('n', Integer)] as const
const PARTIAL = and(name.gt('m'), kept.eq(true), n.in([1, 2, 3]))
const mails = table(
  'mails',
  metadata,
  { id: Column(Integer, { primaryKey: true }), name: Column(String), kept: Column(Boolean), n: Column(Integer) },
  { constraints: [new Index('mails_kept', ['name'], { unique: true, where: PARTIAL })] },
)
const partial = and(mails.c.name.gt('m'), mails.c.kept.eq(true), mails.c.n.in([1, 2, 3]))

describe.each(sqlDatabases())('$name', (target) => {
  const { url } = target
  const insert = target.name === 'sqlite' ? (sqliteInsert as unknown as typeof postgresInsert) : postgresInsert
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  const upsert = insert(mails).onConflictDoUpdate({
    indexElements: ['name'],
    indexWhere: partial,
    set: (excluded) => ({ n: excluded.n }),
  })

  test('the index is found at every execution', async () => {
    await using connection = await engine.connect()
    for (let n = 1; n <= 9; n += 1) await connection.execute(upsert, { id: 1, name: 'z', kept: true, n: (n % 3) + 1 })
    for (let n = 1; n <= 9; n += 1)
      await connection.execute(upsert, [
        { id: 2, name: 'y', kept: true, n: (n % 3) + 1 },
        { id: 3, name: 'x', kept: true, n: 2 },
      ])
    await connection.commit()
    const rows = select(mails.c.id, mails.c.n).orderBy(mails.c.id)
    expect(await connection.execute(rows).tuples().all()).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ])
  })

  test('subqueries see the row that is there, and the one that could not be inserted', async () => {
    await engine.execute(insert(mails).values([20, 21, 22].map((id) => ({ id, name: `${id}`, kept: false, n: id }))))
    const other = mails.alias()
    const found = (excluded: { id: typeof mails.c.id; n: typeof mails.c.n }) =>
      select(func.max(other.c.id)).where(other.c.n.lt(excluded.n), other.c.id.ne(mails.c.id)).scalarSubquery()
    const both = insert(mails)
      .values({ id: 20, name: '20', kept: false, n: 22 })
      .onConflictDoUpdate({ indexElements: ['id'], set: (excluded) => ({ n: found(excluded as never) as never }) })
    await engine.execute(both)
    expect(await engine.execute(select(mails.c.n).where(mails.c.id.eq(20))).scalar()).toBe(21)
  })

  test('with a value that execution gives, another each time', async () => {
    const given = insert(mails).onConflictDoNothing({
      indexElements: ['name'],
      indexWhere: and(mails.c.name.gt(bindparam('above')), mails.c.kept.eq(true), mails.c.n.in([1, 2, 3])),
    })
    const row = { id: 9, name: 'z', kept: true, n: 1 }
    for (let n = 1; n <= 7; n += 1) expect((await engine.execute(given, { ...row, above: 'm' })).rowCount).toBe(0)
    await expect(engine.execute(given, { ...row, above: 'k' })).rejects.toThrow(/ON CONFLICT/)
  })
})

test('the text: SQLite compares it with the index, PostgreSQL plans it with the values', () => {
  const conflict = { indexElements: ['name'], indexWhere: mails.c.name.gt('m') } as const
  const row = { id: 1, name: 'z', kept: true, n: 1 }
  const postgres = postgresqlDialect().compile(postgresInsert(mails).values(row).onConflictDoNothing(conflict))
  expect(postgres.sql).toBe(
    'INSERT INTO mails (id, name, kept, n) VALUES ($1::INTEGER, $2::VARCHAR, $3::BOOLEAN, $4::INTEGER) ON CONFLICT (name) WHERE name > $5::VARCHAR DO NOTHING',
  )
  expect(postgres.statement.prepare).toBe(false)
  const without = { indexElements: ['name'], indexWhere: mails.c.kept.eq(mails.c.kept) } as const
  const plain = postgresqlDialect().compile(postgresInsert(mails).values(row).onConflictDoNothing(without))
  expect(plain.statement.prepare).toBe(true)
  const dialect = sqliteDialect()
  const sqlite = dialect.compile(sqliteInsert(mails).values(row).onConflictDoNothing(conflict))
  const values = [1, 'z', true, 1, "m'"]
  expect(dialect.expandLists(sqlite, values).statement.sql).toBe(
    "INSERT INTO mails (id, name, kept, n) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) WHERE name > 'm''' DO NOTHING",
  )
})
