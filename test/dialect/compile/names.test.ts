// Names that the compiler makes of others: labels with the table's name, names that are taken, names too long for the database.
import {
  Column,
  type ColumnElement,
  createEngine,
  deleteFrom,
  type Engine,
  exists,
  func,
  Integer,
  insert,
  literalColumn,
  MetaData,
  String as StringType,
  select,
  type Table,
  table,
  update,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CreateTable } from '../../../src/expression/schema/ddl/table.ts'
import { databases } from '../../support/server.ts'
import { pg, standard } from './fixture.ts'

const LONG = 'l'.repeat(50)
const LONGER = 'm'.repeat(62)
const SCHEMA = 's'.repeat(20)
const COLUMN = 'c'.repeat(40)
const style = 'tablenamePlusCol' as const

const metadata = new MetaData()
const t = table('t', metadata, { a: Column(Integer), b: Column(Integer) })
const long = table(LONG, metadata, { [COLUMN]: Column(Integer), id: Column(Integer) })
const elsewhere = table(LONG, metadata, { id: Column(Integer) }, { schema: SCHEMA })
const longer = table(LONGER, metadata, { id: Column(Integer), r: Column(StringType) })
const column = long.c[COLUMN] as ColumnElement<number>

const sql = (statement: Parameters<typeof pg>[0]): string => pg(statement).sql

describe('labels with the name of the table', () => {
  const { a } = t.c
  const aliased = t.alias()
  test.each([
    ['the same column again', select(a, a, a), 'SELECT t.a AS t_a, t.a AS t_a__1, t.a AS t_a__2 FROM t'],
    [
      'the same column of an alias again',
      select(aliased.c.a, aliased.c.a, aliased.c.a),
      'SELECT t_1.a AS t_1_a, t_1.a AS t_1_a__1, t_1.a AS t_1_a__2 FROM t AS t_1',
    ],
    [
      'a column without a name of its own',
      select(select(func('foo')).subquery('q')),
      'SELECT q.foo_1 AS q_foo_1 FROM (SELECT foo() AS foo_1) AS q',
    ],
    [
      'of something without a name',
      select(select(a.add(1)).subquery()),
      'SELECT anon_1.anon_2 AS anon_1_anon_2 FROM (SELECT t.a + $1::INTEGER AS anon_2 FROM t) AS anon_1',
    ],
    [
      'a label of a label of an alias',
      select(select(aliased.c.a).setLabelStyle(style).subquery()),
      'SELECT anon_1.t_1_a AS anon_1_t_1_a FROM (SELECT t_1.a AS t_1_a FROM t AS t_1) AS anon_1',
    ],
  ])('%s', (_what, statement, expected) => expect(sql(statement.setLabelStyle(style))).toBe(expected))

  test('a schema of two names', () => {
    const owned = table('t', new MetaData(), { a: Column(Integer) }, { schema: 'one.two' })
    expect(sql(select(owned.c.a).setLabelStyle(style))).toBe(`SELECT "one.two".t.a AS one_two_t_a FROM "one.two".t`)
  })
})

describe('tables of one name in different schemas', () => {
  const columns = { id: Column(Integer), x: Column(Integer) }
  const there = table('t', new MetaData(), columns, { schema: 's' })
  const further = table('t', new MetaData(), columns, { schema: 'r' })
  const same = t.c.a.eq(there.c.id)
  test.each([
    ['in FROM', select(t.c.a, there.c.id).where(same), 'SELECT t_1.a, s.t.id FROM t AS t_1, s.t WHERE t_1.a = s.t.id'],
    [
      'UPDATE FROM',
      update(t).values({ a: there.c.x }).where(same).returning(t.c.a, there.c.id),
      'UPDATE t SET a=t_1.x FROM s.t AS t_1 WHERE t.a = t_1.id RETURNING t.a, t_1.id',
    ],
    [
      'UPDATE with a schema',
      update(there).values({ x: t.c.a }).where(same),
      'UPDATE s.t SET x=t_1.a FROM t AS t_1 WHERE t_1.a = s.t.id',
    ],
    [
      'DELETE USING',
      deleteFrom(there).where(there.c.id.eq(further.c.id), further.c.x.eq(t.c.a)),
      'DELETE FROM s.t USING r.t AS t_1, t AS t_2 WHERE s.t.id = t_1.id AND t_1.x = t_2.a',
    ],
    [
      'DELETE USING two beside another',
      deleteFrom(longer).where(longer.c.id.eq(t.c.a), same),
      `DELETE FROM ${LONGER} USING t AS t_1, s.t WHERE ${LONGER}.id = t_1.a AND t_1.a = s.t.id`,
    ],
    [
      'a subquery that names the table around it',
      select(t.c.a).where(exists(select(there.c.id).where(same))),
      'SELECT t.a FROM t WHERE EXISTS (SELECT t_1.id FROM s.t AS t_1 WHERE t.a = t_1.id)',
    ],
    [
      'a subquery in UPDATE that does',
      update(t)
        .values({ a: select(there.c.x).where(same).scalarSubquery() as never })
        .all(),
      'UPDATE t SET a=(SELECT t_1.x FROM s.t AS t_1 WHERE t.a = t_1.id)',
    ],
    [
      'a subquery that does not',
      select(t.c.a).where(t.c.a.in(select(there.c.id))),
      'SELECT t.a FROM t WHERE t.a IN (SELECT s.t.id FROM s.t)',
    ],
  ])('%s', (_what, statement, expected) => expect(sql(statement)).toBe(expected))

  test.each(databases())('on $name', async ({ url }) => {
    await using engine = createEngine(url)
    await using conn = await engine.connect()
    // Goes with the transaction, which nobody commits.
    await conn.execute('CREATE SCHEMA s')
    const own = { metadata: new MetaData() }
    const here = table('t', own.metadata, { a: Column(Integer), b: Column(Integer) })
    const other = table('t', own.metadata, { id: Column(Integer), x: Column(Integer) }, { schema: 's' })
    for (const each of [here, other]) await conn.execute(new CreateTable(each))
    await conn.execute(insert(here), [
      { a: 1, b: 1 },
      { a: 2, b: 2 },
    ])
    await conn.execute(insert(other).values({ id: 2, x: 5 }))
    const found = select(here.c.a).where(exists(select(other.c.id).where(here.c.a.eq(other.c.id))))
    expect(await conn.execute(found).scalars().all()).toEqual([2])
    await conn.execute(update(here).values({ b: other.c.x }).where(here.c.a.eq(other.c.id)))
    expect(await conn.execute(select(here.c.b).orderBy(here.c.b)).scalars().all()).toEqual([1, 5])
    await conn.execute(deleteFrom(other).where(here.c.b.eq(other.c.x)))
    expect(await conn.execute(select(func.count()).selectFrom(other)).scalarOne()).toBe(0)
  })
})

describe('names too long for the database', () => {
  const cut = (name: string, number: number): string => `${name.slice(0, 57)}_${number}`
  test.each([
    [
      'a label',
      select(column).setLabelStyle(style),
      `SELECT ${LONG}.${COLUMN} AS ${cut(`${LONG}_${COLUMN}`, 1)} FROM ${LONG}`,
    ],
    [
      'with the schema',
      select(elsewhere.c.id).setLabelStyle(style),
      `SELECT ${SCHEMA}.${LONG}.id AS ${cut(`${SCHEMA}_${LONG}`, 1)} FROM ${SCHEMA}.${LONG}`,
    ],
    [
      'a label that the statement around it names',
      select(select(column).setLabelStyle(style).subquery()),
      `SELECT anon_1.${cut(`${LONG}_${COLUMN}`, 1)} FROM (SELECT ${LONG}.${COLUMN} AS ${cut(`${LONG}_${COLUMN}`, 1)} FROM ${LONG}) AS anon_1`,
    ],
    [
      'and gives a label too',
      select(select(column).setLabelStyle(style).subquery()).setLabelStyle(style),
      `SELECT anon_1.${cut(`${LONG}_${COLUMN}`, 2)} AS ${cut(`anon_1_${LONG}_${COLUMN}`, 1)} FROM (SELECT ${LONG}.${COLUMN} AS ${cut(`${LONG}_${COLUMN}`, 2)} FROM ${LONG}) AS anon_1`,
    ],
    [
      'the same column again',
      select(longer.c.id, longer.c.id).setLabelStyle(style),
      `SELECT ${LONGER}.id AS ${cut(LONGER, 1)}, ${LONGER}.id AS ${cut(LONGER, 2)} FROM ${LONGER}`,
    ],
    [
      'aliases, and labels with their names, each counted for themselves',
      select(longer.alias().c.id, longer.alias().c.id).setLabelStyle(style),
      `SELECT ${cut(LONGER, 1)}.id AS ${cut(LONGER, 1)}, ${cut(LONGER, 2)}.id AS ${cut(LONGER, 2)} FROM ${LONGER} AS ${cut(LONGER, 1)}, ${LONGER} AS ${cut(LONGER, 2)}`,
    ],
    [
      'columns of an alias',
      select(long.alias().c[COLUMN] as ColumnElement<number>).setLabelStyle(style),
      `SELECT ${LONG}_1.${COLUMN} AS ${cut(`${LONG}_1_${COLUMN}`, 1)} FROM ${LONG} AS ${LONG}_1`,
    ],
  ])('%s', (_what, statement, expected) => expect(sql(statement)).toBe(expected))

  test('names of parameters', () => {
    const r = 'r'.repeat(60)
    const narrow = table('n', new MetaData(), { [r]: Column(Integer) })
    const { [r]: value } = narrow.c as Record<string, typeof long.c.id>
    if (value === undefined) throw new TypeError('there is no such column')
    expect(pg(select(value).where(value.eq(1), value.eq(2))).names).toEqual([cut(r, 1), cut(r, 2)])
  })

  test('of bytes, not of characters', () => {
    const umlauts = table('ä'.repeat(28), new MetaData(), { id: Column(Integer) })
    expect(sql(select(umlauts.c.id).setLabelStyle(style))).toContain(`AS "${'ä'.repeat(28)}__1"`)
  })

  test('not where the database takes them', () => {
    expect(standard(select(column).setLabelStyle(style))).toBe(
      `SELECT ${LONG}.${COLUMN} AS ${LONG}_${COLUMN} FROM ${LONG}`,
    )
  })

  test('a name that a user gave is refused', () => {
    expect(() => sql(select(literalColumn('1').label('x'.repeat(64))))).toThrow(/64 bytes long/)
  })
})

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  const made = new MetaData()
  const one = table(LONG, made, { [COLUMN]: Column(Integer, { primaryKey: true }), [`${COLUMN}2`]: Column(Integer) })
  const two = table(`${LONG}_two`, made, { [COLUMN]: Column(Integer, { primaryKey: true }) })
  const wide = (from: Table): ColumnElement<number> => from.c[COLUMN] as unknown as ColumnElement<number>
  beforeAll(async () => {
    engine = createEngine(url)
    await made.createAll(engine)
    await engine.execute(insert(one).values({ [COLUMN]: 1, [`${COLUMN}2`]: 2 }))
    await engine.execute(insert(two).values({ [COLUMN]: 3 }))
  })
  afterAll(async () => {
    await made.dropAll(engine)
    await engine.dispose()
  })

  test('rows have the whole names, statements around them find the columns', async () => {
    const both = select(one, two)
      .where(wide(one).lt(wide(two)))
      .setLabelStyle(style)
    const expected = {
      [`${LONG}_${COLUMN}`]: 1,
      [`${LONG}_${COLUMN}2`]: 2,
      [`${LONG}_two_${COLUMN}`]: 3,
    }
    expect(await engine.execute(both).all()).toEqual([expected])
    expect(await engine.execute(select(both.subquery('q'))).all()).toEqual([expected])
    expect(
      Object.values((await engine.execute(select(both.subquery('q')).setLabelStyle(style)).one()) as object),
    ).toEqual([1, 2, 3])
  })
})
