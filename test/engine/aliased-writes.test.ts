// UPDATE and DELETE of an alias of a table: what is sent, what it does, and what is refused.
import {
  ArgumentError,
  Column,
  CompileError,
  createEngine,
  deleteFrom,
  type Element,
  type Engine,
  exists,
  func,
  Integer,
  insert,
  MetaData,
  merge,
  String,
  select,
  table,
  update,
} from 'tsalchemy'
import { ARRAY } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Interner, KeyPass } from '../../src/expression/base/cache-key.ts'
import { databases, sqlDatabases } from '../support/server.ts'
import { speltBy } from '../support/spelling.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const people = table('aliased_people', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
  age: Column(Integer),
  bossId: Column(Integer, { name: 'boss_id', nullable: true }),
  version: Column(Integer, { default: 1, onUpdate: 7 }),
})
const visits = table('aliased_visits', metadata, {
  id: Column(Integer, { primaryKey: true }),
  personId: Column(Integer, { name: 'person_id' }),
  page: Column(String),
})
const listed = table('aliased_listed', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  tags: Column(ARRAY(String)),
})
const p = people.c
const boss = people.alias('boss')
const other = people.alias()
const page = select(visits.c.page).where(visits.c.personId.eq(boss.c.id)).scalarSubquery()

/** The statement, what PostgreSQL is sent, and what SQLite is where that is another text. */
type Case = [title: string, make: () => Element, postgresql: string, sqlite?: string]

const CASES: Case[] = [
  [
    'UPDATE with criteria, expressions and RETURNING of its columns',
    () =>
      update(boss)
        .values({ age: boss.c.age.add(1) })
        .where(boss.c.id.eq(1))
        .returning(boss.c.id, boss.c.age),
    'UPDATE aliased_people AS boss SET age=(boss.age + $1::INTEGER), version=$2::INTEGER WHERE boss.id = $3::INTEGER RETURNING boss.id, boss.age',
    'UPDATE aliased_people AS boss SET age=(boss.age + ?1), version=?2 WHERE boss.id = ?3 RETURNING id, age',
  ],
  [
    'UPDATE of an alias without a name, by filterBy()',
    () => update(other).values({ name: 'x' }).filterBy({ bossId: null, id: 1 }),
    'UPDATE aliased_people AS aliased_people_1 SET name=$1::VARCHAR, version=$2::INTEGER WHERE aliased_people_1.boss_id IS NULL AND aliased_people_1.id = $3::INTEGER',
  ],
  [
    'UPDATE of an alias FROM the table itself',
    () => update(boss).values({ name: p.name, version: 2 }).where(p.bossId.eq(boss.c.id)),
    'UPDATE aliased_people AS boss SET name=aliased_people.name, version=$1::INTEGER FROM aliased_people WHERE aliased_people.boss_id = boss.id',
  ],
  [
    'UPDATE of a table FROM its alias',
    () => update(people).values({ name: boss.c.name, version: 2 }).where(p.bossId.eq(boss.c.id)),
    'UPDATE aliased_people SET name=boss.name, version=$1::INTEGER FROM aliased_people AS boss WHERE aliased_people.boss_id = boss.id',
  ],
  [
    'UPDATE with a correlated subquery',
    () =>
      update(boss)
        .values({ name: func.coalesce(page, '/'), version: 2 })
        .where(exists(select(visits.c.id).where(visits.c.personId.eq(boss.c.id)))),
    'UPDATE aliased_people AS boss SET name=coalesce((SELECT aliased_visits.page FROM aliased_visits WHERE aliased_visits.person_id = boss.id), $1::VARCHAR), version=$2::INTEGER WHERE EXISTS (SELECT aliased_visits.id FROM aliased_visits WHERE aliased_visits.person_id = boss.id)',
  ],
  [
    'UPDATE of every row, in an order, by columns of the alias',
    () =>
      update(boss.alias('b'))
        .values([
          [boss.c.version, 3],
          [boss.c.name, 'y'],
        ])
        .all(),
    'UPDATE aliased_people AS b SET version=$1::INTEGER, name=$2::VARCHAR',
  ],
  [
    'DELETE with criteria and RETURNING of the whole',
    () => deleteFrom(boss).where(boss.c.id.eq(2)).returning(boss),
    'DELETE FROM aliased_people AS boss WHERE boss.id = $1::INTEGER RETURNING boss.id, boss.name, boss.age, boss.boss_id, boss.version',
    'DELETE FROM aliased_people AS boss WHERE boss.id = ?1 RETURNING id, name, age, boss_id, version',
  ],
  [
    'DELETE by a subquery of the table itself',
    () => deleteFrom(boss).where(exists(select(p.id).where(p.bossId.eq(boss.c.id)))),
    'DELETE FROM aliased_people AS boss WHERE EXISTS (SELECT aliased_people.id FROM aliased_people WHERE aliased_people.boss_id = boss.id)',
  ],
  ['DELETE of every row', () => deleteFrom(other).all(), 'DELETE FROM aliased_people AS aliased_people_1'],
]

describe.each(sqlDatabases())('on $name', (target) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(target.url)
    await metadata.createAll(engine)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })
  beforeEach(async () => {
    await engine.begin(async (connection) => {
      await connection.execute(deleteFrom(people).all())
      await connection.execute(deleteFrom(visits).all())
      await connection.execute(insert(people), [
        { id: 1, name: 'ann', age: 60, bossId: null },
        { id: 2, name: 'ben', age: 30, bossId: 1 },
      ])
      await connection.execute(insert(visits).values({ personId: 1, page: '/' }))
    })
  })

  test.each(CASES)('%s', async (_title, make, postgresql, sqlite) => {
    const sent = recordStatements(engine)
    await engine.execute(make() as never)
    expect(sent.statements.map(({ sql }) => sql.replaceAll(/\s+/g, ' '))).toEqual([speltBy(target, postgresql, sqlite)])
  })

  test('writes the rows that are meant', async () => {
    const older = update(boss)
      .values({ age: boss.c.age.add(p.age) })
      .where(p.bossId.eq(boss.c.id))
    expect((await engine.execute(older)).rowCount).toBe(1)
    expect(
      await engine
        .execute(select(p.id, p.age, p.version).orderBy(p.id))
        .tuples()
        .all(),
    ).toEqual([
      [1, 90, 7],
      [2, 30, 1],
    ])
    const gone = await engine.execute(deleteFrom(boss).where(boss.c.bossId.eq(1)).returning(boss)).all()
    expect(gone.map((row) => ({ ...row }))).toEqual([{ id: 2, name: 'ben', age: 30, bossId: 1, version: 1 }])
  })

  test('tells what the database has made', async () => {
    const older = update(boss)
      .values({ age: boss.c.age.add(1) })
      .where(boss.c.id.eq(1))
    const result = await engine.execute(older.returnDefaults())
    expect([result.returnsRows, result.returnedDefaults]).toEqual([false, { age: 61 }])
  })
})

describe.each(databases())('on $name', ({ url }) => {
  test('in WITH, with ONLY, of an alias in a schema, with parts of values', async () => {
    await using engine = createEngine(url)
    const deleteUsing = deleteFrom(boss)
      .using(visits, visits)
      .where(boss.c.id.eq(visits.c.personId), p.bossId.eq(boss.c.id))
    expect(engine.dialect.compile(deleteUsing).sql).toBe(
      'DELETE FROM aliased_people AS boss USING aliased_visits, aliased_people WHERE boss.id = aliased_visits.person_id AND aliased_people.boss_id = boss.id',
    )
    const connection = await engine.connect()
    try {
      await connection.execute('CREATE TEMPORARY TABLE aliased_listed (id serial, tags varchar[])')
      await connection.execute("INSERT INTO aliased_listed (tags) VALUES (ARRAY['a', 'b'])")
      const l = listed.alias('l')
      const changed = update(l)
        .values([[l.c.tags.at(2), 'c']])
        .where(l.c.id.eq(1))
        .withHint('ONLY')
        .returning(l.c.tags)
        .cte('changed')
      const statement = select(changed.c.tags)
      expect(engine.dialect.compile(statement).sql.replaceAll(/\s+/g, ' ')).toBe(
        'WITH changed AS (UPDATE ONLY aliased_listed AS l SET tags[$1::INTEGER]=$2::VARCHAR WHERE l.id = $3::INTEGER RETURNING l.tags) SELECT changed.tags FROM changed',
      )
      expect(await connection.execute(statement).scalarOne()).toEqual(['a', 'c'])
      await connection.execute('CREATE TEMPORARY TABLE aliased_people (id int, boss_id int)')
      await connection.execute('CREATE TEMPORARY TABLE aliased_visits (person_id int)')
      await connection.execute('INSERT INTO aliased_people VALUES (1, NULL), (2, 1)')
      await connection.execute('INSERT INTO aliased_visits VALUES (1), (2)')
      expect((await connection.execute(deleteUsing)).rowCount).toBe(1)
    } finally {
      await connection.close()
    }
    const far = table('far', new MetaData(), { id: Column(Integer, { primaryKey: true }) }, { schema: 'other' })
    const f = far.alias('my "far"')
    expect(engine.dialect.compile(update(f).values({ id: 2 }).where(f.c.id.eq(1))).sql).toBe(
      'UPDATE other.far AS "my ""far""" SET id=$1::INTEGER WHERE "my ""far""".id = $2::INTEGER',
    )
  })
})

describe('what is refused', () => {
  test('UPDATE and DELETE of what is no table', () => {
    const query = select(p.id)
    for (const target of [
      query.subquery(),
      query.subquery().alias(),
      query.cte('c'),
      people.join(boss, p.id.eq(boss.c.bossId)),
      query,
      'x',
    ])
      for (const [name, write] of [
        ['update()', update],
        ['deleteFrom()', deleteFrom],
      ] as const) {
        expect(() => write(target as never)).toThrow(ArgumentError)
        expect(() => write(target as never)).toThrow(`${name} takes a table, an alias of one or a mapped class; got`)
      }
  })

  test('INSERT and MERGE into an alias', () => {
    expect(() => merge(boss as never, visits, p.id.eq(1))).toThrow('merge() takes a table or a mapped class; got')
    expect(() => insert(boss as never)).toThrow(
      'insert() takes a table or a mapped class; got a FROM element (alias): name the table itself',
    )
  })

  test('every row without all()', () => {
    expect(() => globalThis.String(update(boss).values({ name: 'x' }))).toThrow(CompileError)
    expect(() => globalThis.String(deleteFrom(boss))).toThrow(
      "DELETE of table 'aliased_people' has no criterion and would change every row",
    )
  })

  test('unknown columns', () => {
    expect(() => update(boss).values({ nam: 'x' } as never)).toThrow('did you mean')
    expect(() => update(boss).filterBy({ nam: 'x' } as never)).toThrow('did you mean')
  })
})

test('is told apart from others by the cache', () => {
  const pass = new KeyPass(new Interner())
  const keyOf = (element: Element): string => {
    pass.start(element)
    return pass.ints.slice(0, pass.length).join()
  }
  const keys = [people, people.alias('a'), people.alias('b'), visits.alias('a')].flatMap((each) => [
    keyOf(update(each as never).all()),
    keyOf(deleteFrom(each).all()),
  ])
  expect(new Set(keys).size).toBe(keys.length)
  expect(keyOf(update(people.alias('a')).values({ name: 'x' }).all())).toBe(
    keyOf(update(people.alias('a')).values({ name: 'y' }).all()),
  )
})
