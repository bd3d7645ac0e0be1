// Columns of results by the expression that was selected: of the statement that was run, not of the one that was compiled.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  Column,
  createEngine,
  func,
  Integer,
  insert,
  literal,
  MetaData,
  NoSuchColumnError,
  String,
  select,
  table,
  text,
  unionAll,
} from '../../../src/index.ts'
import { aliased, DeclarativeBase, Entity, mapped, sessionmaker } from '../../../src/orm/index.ts'
import { databases, sqlDatabases } from '../../support/server.ts'

const metadata = new MetaData()
const users = table('by_expression', metadata, { id: Column(Integer, { primaryKey: true }), name: Column(String(20)) })

class Base<Self = unknown> extends DeclarativeBase<Self> {}

@Entity('by_expression')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(20)) name!: string
}

const ROWS = [
  { id: 7, name: 'jack' },
  { id: 8, name: 'ed' },
]
// The second one finds compiled what the first was.
const TIMES = [1, 2, 3]

describe.each(sqlDatabases())('on $name', ({ url }) => {
  const engine = createEngine(url)
  beforeAll(async () => {
    await metadata.createAll(engine)
    await engine.execute(insert(users), ROWS)
  })
  afterAll(() => engine.dispose())

  it.each(TIMES)('finds the column of an alias that is made anew each time (%i)', async () => {
    const other = users.alias('other')
    const pairs = select(users, other).where(users.c.id.lt(other.c.id))
    const result = await engine.execute(pairs)
    expect(result.keys()).toEqual(['id', 'name', 'id_1', 'name_1'])
    expect(result.scalars(other.c.id).all()).toEqual([8])
    expect(await engine.execute(pairs).columns(other.c.name, users.c.name).tuples().all()).toEqual([['ed', 'jack']])
    expect(await engine.execute(pairs).columns(other.c.name, users.c.id).scalars(users.c.id).all()).toEqual([7])
  })

  it.each(TIMES)('finds the column of a subquery (%i)', async () => {
    const [one, two] = [select(users).subquery('one'), select(users).subquery('two')]
    const pairs = select(one.c.id, two.c.id).where(one.c.id.lt(two.c.id))
    expect(await engine.execute(pairs).columns(two.c.id, one.c.id).tuples().all()).toEqual([[8, 7]])
  })

  it.each(TIMES)('finds what has no name, and what stands under a label (%i)', async () => {
    const [last, first] = [func.max(users.c.id), func.min(users.c.name)]
    expect(await engine.execute(select(last, first)).columns(first, last).tuples().all()).toEqual([['ed', 8]])
    const next = users.c.id.add(1)
    const label = users.c.id.add(2).label('later')
    const both = select(next, label, literal(5)).orderBy(users.c.id)
    expect(await engine.execute(both).scalars(label).all()).toEqual([9, 10])
    expect(await engine.execute(both).scalars(next).all()).toEqual([8, 9])
  })

  it('finds what stands under a label in the first SELECT of a compound', async () => {
    const both = unionAll(select(users.c.id.label('x')).where(users.c.id.eq(8)), select(users.c.id))
    expect(await engine.execute(both).scalars(users.c.id).first()).toBe(8)
  })

  it('finds the columns that text() was given', async () => {
    const given = text('SELECT name AS a, id AS b FROM by_expression ORDER BY id').columns(users.c.name, users.c.id)
    expect(await engine.execute(given).scalars(users.c.id).all()).toEqual([7, 8])
  })

  it('finds it in rows that were frozen and merged', async () => {
    const other = users.alias('other')
    const pairs = select(users, other).where(users.c.id.lt(other.c.id))
    const some = async () => (await engine.execute(pairs)).columns(other.c.name, users.c.name, other.c.id)
    const merged = (await some()).merge(await some())
    const frozen = merged.freeze()
    expect(frozen.result().scalars(other.c.id).all()).toEqual([8, 8])
    expect(frozen.result().scalars(users.c.name).all()).toEqual(['jack', 'jack'])
  })

  it('does not take a namesake for it', async () => {
    const other = users.alias('other')
    expect(() => engine.execute(select(users)).scalars(other.c.id)).not.toThrow()
    await expect(engine.execute(select(users)).scalars(other.c.id).all()).rejects.toThrow(
      new NoSuchColumnError("The result has no column for this expression: its 'id' is that of another table or alias"),
    )
    // Where only names are known, names decide.
    expect(await engine.execute('SELECT id FROM by_expression ORDER BY id').scalars(users.c.id).all()).toEqual([7, 8])
  })

  it('refuses columns of what returns no rows as such', async () => {
    const nothing = await engine.execute(text("UPDATE by_expression SET name = 'x' WHERE id = 0"))
    expect(() => nothing.columns('id')).toThrow('This result object does not return rows')
  })

  it.each(TIMES)('finds attributes of classes and of their aliases (%i)', async () => {
    await using session = sessionmaker({ bind: engine })()
    const [u, other] = [mapped(User), aliased(User)]
    const pairs = select(u.name, other.name).where(u.id.lt(other.id))
    expect(await session.execute(pairs).scalars(other.name).all()).toEqual(['ed'])
    expect(await session.execute(pairs).columns(other.name, u.name).tuples().all()).toEqual([['ed', 'jack']])
    const third = users.alias('third')
    const plain = select(users.c.id, third.c.id).where(users.c.id.lt(third.c.id))
    expect(await session.execute(plain).scalars(third.c.id).all()).toEqual([8])
  })
})

describe.each(databases())('streams on $name', ({ url }) => {
  const engine = createEngine(url)
  beforeAll(async () => {
    await metadata.createAll(engine)
    await engine.execute(text('DELETE FROM by_expression'))
    await engine.execute(insert(users), ROWS)
  })
  afterAll(() => engine.dispose())

  it.each(TIMES)('find it as well (%i)', async () => {
    const other = users.alias('other')
    const pairs = select(users.c.id, other.c.id).where(users.c.id.lt(other.c.id))
    expect(await engine.stream(pairs).scalars(other.c.id).all()).toEqual([8])
    await engine.begin(async (conn) => {
      expect(await conn.stream(pairs).columns(other.c.id, users.c.id).tuples().all()).toEqual([[8, 7]])
      expect(await conn.copyTo(pairs).scalars(other.c.id).all()).toEqual([8])
    })
    await using session = sessionmaker({ bind: engine })()
    const [u, second] = [mapped(User), aliased(User)]
    const names = select(u.name, second.name).where(u.id.lt(second.id))
    expect(await session.stream(names).scalars(second.name).all()).toEqual(['ed'])
  })
})
