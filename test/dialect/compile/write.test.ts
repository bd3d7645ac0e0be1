// INSERT, UPDATE and DELETE: which column gets which value, and what is refused.
import {
  bindparam,
  Column,
  CompileError,
  deleteFrom,
  func,
  Integer,
  insert,
  literal,
  literalColumn,
  MetaData,
  String,
  select,
  table,
  text,
  tuple,
  update,
  values,
} from 'tsalchemy'
import { insert as upsert } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import type { CompileOptions } from '../../../src/dialect/contract/compiled.ts'
import type { Element } from '../../../src/expression/base/element.ts'
import { addresses, docs, pg, pgArrays, postgresArrays, users } from './fixture.ts'

const metadata = new MetaData()
const posts = table('posts', metadata, {
  id: Column(Integer, { primaryKey: true }),
  title: Column(String),
  slug: Column(String, { default: () => 'made-up' }),
  views: Column(Integer, { default: 0, onUpdate: 7 }),
  created: Column(String, { default: func.lower('X') as never }),
  changed: Column(String, { nullable: true, onUpdate: func.upper('y') as never }),
  kept: Column(String, { serverDefault: 'kept' }),
})
const p = posts.c
const u = users.c
const a = addresses.c

/** Text, and for each parameter its name, its number in the walk, and the column whose default it is. */
function plan(element: Element, options: CompileOptions = {}): unknown {
  const { sql, parameters } = postgresArrays.compile(element, options)
  return { sql, parameters: parameters.map(({ key, index, defaultOf }) => [key, index, defaultOf?.key ?? null]) }
}

describe('INSERT', () => {
  test('adds client-side defaults in the order of the table', () => {
    expect(plan(insert(posts).values({ title: 'a' }))).toEqual({
      sql: 'INSERT INTO posts (title, slug, views, created) VALUES ($1::VARCHAR, $2::VARCHAR, $3::INTEGER, lower($4::VARCHAR)) RETURNING posts.id',
      parameters: [
        ['title', 0, null],
        ['slug', -1, 'slug'],
        ['views', -1, 'views'],
        ['lower_1', -1, null],
      ],
    })
  })

  test('takes columns that execution gives', () => {
    const statement = insert(posts)
    expect(plan(statement, { columnKeys: ['kept', 'slug', 'title'] })).toEqual({
      sql: 'INSERT INTO posts (title, slug, views, created, kept) VALUES ($1::VARCHAR, $2::VARCHAR, $3::INTEGER, lower($4::VARCHAR), $5::VARCHAR) RETURNING posts.id',
      parameters: [
        ['title', -1, null],
        ['slug', -1, null],
        ['views', -1, 'views'],
        ['lower_1', -1, null],
        ['kept', -1, null],
      ],
    })
    const { parameters } = postgresArrays.compile(statement, { columnKeys: ['title'] })
    expect(parameters.map((parameter) => parameter.required)).toEqual([true, false, false, false])
    expect(plan(insert(users).values({ name: 'a', age: 1 } as never), { columnKeys: ['active', 'no_column'] })).toEqual(
      {
        sql: 'INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN) RETURNING users.id',
        parameters: [
          ['name', 0, null],
          ['age', 1, null],
          ['active', -1, null],
        ],
      },
    )
  })

  test('without anything is DEFAULT VALUES; shown to people it has all columns', () => {
    expect(pg(insert(users)).sql).toBe('INSERT INTO users DEFAULT VALUES RETURNING users.id')
    expect(`${insert(users)}`).toBe('INSERT INTO users (id, name, age, active) VALUES (:id, :name, :age, :active)')
    expect(pg(insert(users).values([{}, {}] as never)).sql).toBe('INSERT INTO users (id) VALUES (DEFAULT), (DEFAULT)')
  })

  test('of many rows gives each its defaults', () => {
    expect(plan(insert(posts).values([{ title: 'a' }, { title: 'b', slug: 'own' }]))).toEqual({
      sql: 'INSERT INTO posts (title, slug, views, created) VALUES ($1::VARCHAR, $2::VARCHAR, $3::INTEGER, lower($4::VARCHAR)), ($5::VARCHAR, $6::VARCHAR, $7::INTEGER, lower($4::VARCHAR))',
      parameters: [
        ['title_m0', 0, null],
        ['slug_m0', -1, 'slug'],
        ['views_m0', -1, 'views'],
        ['lower_1', -1, null],
        ['title_m1', 1, null],
        ['slug_m1', 2, null],
        ['views_m1', -1, 'views'],
      ],
    })
    const { uncacheable } = postgresArrays.compile(insert(posts).values([{ title: 'a' }]))
    expect(uncacheable).toBe(null)
  })

  test('from SELECT', () => {
    const names = select(u.name, u.age)
    expect(pg(insert(users).fromSelect(['name', 'age'], names))).toEqual({
      sql: 'INSERT INTO users (name, age) SELECT users.name, users.age FROM users',
      names: [],
    })
    expect(plan(insert(posts).fromSelect(['title'], select(u.name)))).toEqual({
      sql: 'INSERT INTO posts (title, slug, views, created) SELECT users.name, $1::VARCHAR AS anon_1, $2::INTEGER AS anon_2, lower($3::VARCHAR) AS lower_1 \nFROM users',
      parameters: [
        ['slug', -1, 'slug'],
        ['views', -1, 'views'],
        ['lower_2', -1, null],
      ],
    })
    expect(pg(insert(posts).fromSelect(['title'], select(u.name), { includeDefaults: false })).sql).toBe(
      'INSERT INTO posts (title) SELECT users.name FROM users',
    )
  })

  test('from several SELECTs cannot add defaults', () => {
    const both = select(u.name).unionAll(select(u.name))
    expect(() => pg(insert(posts).fromSelect(['title'], both))).toThrow(
      "INSERT into 'posts' from several SELECTs cannot add the columns that have defaults ('slug', 'views', 'created'): write select(several.subquery()), or { includeDefaults: false }",
    )
    expect(pg(insert(posts).fromSelect(['title'], both, { includeDefaults: false })).sql).toBe(
      'INSERT INTO posts (title) SELECT users.name FROM users UNION ALL SELECT users.name FROM users',
    )
  })

  test('from a SELECT of text, whose columns only the server counts', () => {
    expect(pg(insert(users).fromSelect(['name', 'age'], select(literal('x'), text('1')))).sql).toBe(
      'INSERT INTO users (name, age) SELECT $1::VARCHAR AS anon_1, 1',
    )
    expect(
      pg(insert(users).fromSelect(['name', 'age'], select(literalColumn('*') as never).selectFrom(users) as never)).sql,
    ).toBe('INSERT INTO users (name, age) SELECT * FROM users')
  })

  test('with defaults that are a SELECT or text', () => {
    const numbered = table('numbered', new MetaData(), {
      id: Column(Integer, { default: select(func.max(u.id)) }),
      at: Column(String, { default: text("'now'"), onUpdate: select(u.name).where(u.id.eq(1)) }),
      n: Column(Integer, { nullable: true }),
    })
    expect(pg(insert(numbered).values({ n: 5 })).sql).toBe(
      "INSERT INTO numbered (id, at, n) VALUES ((SELECT max(users.id) AS max_1 FROM users), 'now', $1::INTEGER)",
    )
    expect(pg(update(numbered).values({ n: 5 }).all()).sql).toBe(
      'UPDATE numbered SET at=(SELECT users.name FROM users WHERE users.id = $1::INTEGER), n=$2::INTEGER',
    )
    expect(() => table('wrong', new MetaData(), { id: Column(Integer, { default: users as never }) })).toThrow(
      "Column 'wrong.id': default takes a column expression; got a FROM element (table): name one of its columns: table.c.name",
    )
  })

  test('that is inline has its defaults, and brings no key back', () => {
    expect(pg(insert(posts).inline().values({ title: 'a' })).sql).toBe(
      'INSERT INTO posts (title, slug, views, created) VALUES ($1::VARCHAR, $2::VARCHAR, $3::INTEGER, lower($4::VARCHAR))',
    )
  })

  test('with RETURNING tells the columns of the result', () => {
    const { sql, columns, returnsRows, sort } = postgresArrays.compile(
      insert(users)
        .values({ name: 'a', age: 1, active: true })
        .returning(u.id, u.id, func.lower(u.name), u.name.label('n')),
    )
    expect(sql).toMatch(/ RETURNING users\.id, users\.id AS id__1, lower\(users\.name\) AS lower_1, users\.name AS n$/)
    expect(columns?.map(({ key, source }) => [key, source === u.id])).toEqual([
      ['id', true],
      ['id__1', true],
      ['lower_1', false],
      ['n', false],
    ])
    expect([returnsRows, sort]).toEqual([true, 'insert'])
    expect(postgresArrays.compile(insert(users)).returnsRows).toBe(false)
  })

  test('keeps parameters of columns and of the user apart', () => {
    const clash = update(users)
      .values({ name: 'x' })
      .where(u.id.eq(bindparam('name', { type: Integer })))
    expect(() => postgresArrays.compile(clash)).toThrow(CompileError)
    const given = update(users).where(u.id.eq(bindparam('age', { type: Integer })))
    expect(() => postgresArrays.compile(given, { columnKeys: ['age'] })).toThrow(
      "The parameter name 'age' is that of a column which this statement writes: give the parameter another name, such as 'b_age'",
    )
    const two = select(u.id).where(
      u.id.eq(bindparam('x', { value: 1, type: Integer })),
      u.age.eq(bindparam('x', { value: 2, type: Integer })),
    )
    expect(() => postgresArrays.compile(two)).toThrow(
      "Two parameters of this statement are called 'x' and hold a value each",
    )
    const types = select(u.id).where(
      u.id.eq(bindparam('x', { type: Integer })),
      u.name.eq(bindparam('x', { type: String })),
    )
    expect(() => postgresArrays.compile(types)).toThrow("are called 'x' and have different types")
    const generated = select(u.id).where(u.id.eq(1), u.age.eq(bindparam('id_1', { type: Integer })))
    expect(() => postgresArrays.compile(generated)).toThrow('is also the name generated for a value')
  })
})

describe('UPDATE', () => {
  test('adds onUpdate where the column is not set', () => {
    expect(plan(update(posts).values({ title: 'b' }).where(p.id.eq(1)))).toEqual({
      sql: 'UPDATE posts SET title=$1::VARCHAR, views=$2::INTEGER, changed=upper($3::VARCHAR) WHERE posts.id = $4::INTEGER',
      parameters: [
        ['title', 0, null],
        ['views', -1, 'views'],
        ['upper_1', -1, null],
        ['id_1', 1, null],
      ],
    })
    expect(
      pg(
        update(posts)
          .values({ views: p.views.add(1), changed: null })
          .where(p.id.eq(1)),
      ).sql,
    ).toBe('UPDATE posts SET views=(posts.views + $1::INTEGER), changed=$2::VARCHAR WHERE posts.id = $3::INTEGER')
  })

  test('takes columns that execution gives', () => {
    const statement = update(users).where(u.id.eq(bindparam('b_id', { type: Integer })))
    expect(plan(statement, { columnKeys: ['age', 'b_id', 'name'] })).toEqual({
      sql: 'UPDATE users SET name=$1::VARCHAR, age=$2::INTEGER WHERE users.id = $3::INTEGER',
      parameters: [
        ['name', -1, null],
        ['age', -1, null],
        ['b_id', 0, null],
      ],
    })
  })

  test('finds further FROM elements and lets subqueries correlate', () => {
    const subquery = select(func.max(a.id)).where(a.user_id.eq(u.id)).scalarSubquery()
    expect(
      pg(
        update(users)
          .values({ age: subquery as never })
          .where(u.name.eq('x')),
      ).sql,
    ).toBe(
      'UPDATE users SET age=(SELECT max(addresses.id) AS max_1 FROM addresses WHERE addresses.user_id = users.id) WHERE users.name = $1::VARCHAR',
    )
    const other = users.alias('other')
    expect(pg(update(users).values({ age: other.c.age }).where(u.id.eq(other.c.id))).sql).toBe(
      'UPDATE users SET age=other.age FROM users AS other WHERE users.id = other.id',
    )
  })

  test('without a criterion, or with nothing to set, is refused', () => {
    expect(() => postgresArrays.compile(update(users).values({ age: 1 }))).toThrow(
      "UPDATE of table 'users' has no criterion and would change every row: add .where(...), or .all() where every row is meant",
    )
    expect(() => postgresArrays.compile(deleteFrom(users))).toThrow('DELETE of table')
    expect(pg(deleteFrom(users).all()).sql).toBe('DELETE FROM users')
    expect(() => postgresArrays.compile(update(posts).all())).toThrow("UPDATE of table 'posts' sets no column")
  })
})

test('DELETE with what it uses', () => {
  const joined = deleteFrom(users).where(u.id.in(select(a.user_id).where(a.email.eq(literalColumn("'x'")))))
  expect(pgArrays(joined).sql).toBe(
    "DELETE FROM users WHERE users.id IN (SELECT addresses.user_id FROM addresses WHERE addresses.email = 'x')",
  )
})

test('writes in WITH name their parameters neutrally', () => {
  const one = insert(users).values({ name: 'a', age: 1, active: true }).returning(u.id).cte('one')
  const two = update(users).values({ name: 'b' }).where(u.id.eq(5)).returning(u.id).cte('two')
  expect(pgArrays(select(one.c.id, two.c.id).where(one.c.id.eq(two.c.id)))).toEqual({
    sql:
      'WITH one AS (INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN) RETURNING users.id), ' +
      'two AS (UPDATE users SET name=$4::VARCHAR WHERE users.id = $5::INTEGER RETURNING users.id) ' +
      'SELECT one.id, two.id AS id_1 FROM one, two WHERE one.id = two.id',
    names: ['param_1', 'param_2', 'param_3', 'param_4', 'id_2'],
  })
})

describe('hints about the table that is written', () => {
  test('ONLY', () => {
    expect(pg(update(users).values({ age: 5 }).all().withHint('ONLY')).sql).toBe(
      'UPDATE ONLY users SET age=$1::INTEGER',
    )
    expect(pg(deleteFrom(users).where(users.c.id.eq(1)).withHint('only', { dialect: 'postgresql' })).sql).toBe(
      'DELETE FROM ONLY users WHERE users.id = $1::INTEGER',
    )
    expect(pg(deleteFrom(users).all().withHint('HOLDLOCK', { dialect: 'mssql' })).sql).toBe('DELETE FROM users')
  })
  test('what is none', () => {
    expect(() => pg(deleteFrom(users).all().withHint('NOLOCK'))).toThrow("PostgreSQL has no hint 'NOLOCK'")
    expect(() => update(users).withHint('ONLY; DROP TABLE users')).toThrow("withHint() takes a hint such as 'ONLY'")
    expect(() => update(users).withHint('ONLY', { dialects: 'x' } as never)).toThrow("'dialects'")
  })
})

test('INSERT from SELECT without the defaults of the client', () => {
  const source = select(users.c.name)
  expect(pg(insert(posts).fromSelect(['title'], source, { includeDefaults: false })).sql).toBe(
    'INSERT INTO posts (title) SELECT users.name FROM users',
  )
  expect(pg(upsert(posts).fromSelect(['title'], source, { includeDefaults: false }).onConflictDoNothing()).sql).toBe(
    'INSERT INTO posts (title) SELECT users.name FROM users ON CONFLICT DO NOTHING',
  )
  expect(() => insert(posts).fromSelect(['title'], source, { includeDefault: true } as never)).toThrow(
    "'includeDefault'",
  )
})

test('names of columns that are written are no names of other parameters', () => {
  for (const type of [String(50), String])
    expect(() =>
      pg(
        update(users)
          .values({ name: 'x' })
          .where(users.c.name.eq(bindparam('name', { type }) as never)),
      ),
    ).toThrow("The parameter name 'name' is that of a column which this statement writes")
  expect(
    pg(
      update(users)
        .values({ name: bindparam('name', { type: String }) })
        .all(),
    ).names,
  ).toEqual(['name'])
})

test('a parameter without a type takes that of the column that it is written into', () => {
  const rows = values({ id: Integer, name: String }, { name: 'v' }).data([[bindparam('one'), 'x']])
  expect(pg(select(rows.c.id).where(tuple(rows.c.id, rows.c.name).eq([5, bindparam('other')] as never))).sql).toBe(
    'SELECT v.id FROM (VALUES ($1::INTEGER, $2::VARCHAR)) AS v (id, name) WHERE (v.id, v.name) = ($3::INTEGER, $4::VARCHAR)',
  )
  const given = bindparam('doc') as never
  expect(pg(update(docs).values({ j: given }).all()).sql).toBe('UPDATE docs SET j=$1::JSONB')
  expect(
    pg(
      update(docs)
        .values([[docs.c.tags.at(1), given]])
        .all(),
    ).sql,
  ).toBe('UPDATE docs SET tags[$1::INTEGER]=$2::VARCHAR')
  expect(pg(insert(docs).values({ id: bindparam('number') as never, j: given, tags: [] })).sql).toBe(
    'INSERT INTO docs (id, j, tags) VALUES ($1::INTEGER, $2::JSONB, $3::VARCHAR[])',
  )
})
