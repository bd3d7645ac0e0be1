// What comparing SQLAlchemy's own tests with this library, statement by statement, found to differ: as its asyncpg dialect spells it.
import {
  adaptColumns,
  any,
  between,
  bindparam,
  Column,
  cast,
  collate,
  desc,
  distinct,
  func,
  Integer,
  JSON as Json,
  literal,
  MetaData,
  negate,
  not,
  String,
  select,
  sqlTrue,
  table,
  tableValued,
  text,
  tryCast,
  Unicode,
  UnicodeText,
  values,
} from 'tsalchemy'
import { ARRAY, JSONB } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { addresses, pg, pgArrays, postgresExpanded, standard, users } from './fixture.ts'

const metadata = new MetaData()
const docs = table('docs', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
  j: Column(Json<{ a: { b: number } }>(), { nullable: true }),
  b: Column(JSONB<{ a: { b: number } }>(), { nullable: true }),
  tags: Column(ARRAY(String)),
})
const { id, name, j, b } = docs.c

describe('what leads into a document binds as weakly as other operators do', () => {
  test.each([
    ['behind another', () => name.concat(j.at('a').asString() as never), 'docs.name || (docs.j ->> $1::TEXT)'],
    ['behind a sum', () => id.add(j.at('a') as never), 'docs.id + (docs.j -> $1::TEXT)'],
    ['before a difference', () => j.at('a').subtract(1 as never), '(docs.j -> $1::TEXT) - $2::JSON'],
    ['behind a sign', () => j.at('a').negate(), '-(docs.j -> $1::TEXT)'],
    ['compared', () => j.at('a').is(null), '(docs.j -> $1::TEXT) IS NULL'],
    ['a path', () => b.path(['a', 'b']).isNot(null), '(docs.b #> $1) IS NOT NULL'],
    ['with a collation', () => j.at('a').asString().collate('C'), '(docs.j ->> $1::TEXT) COLLATE "C"'],
    ['twice', () => j.at('a').at('b'), '(docs.j -> $1::TEXT) -> $2::TEXT'],
    ['a subscript needs none', () => name.concat(b.at('a') as never), 'docs.name || docs.b[$1::TEXT]'],
    ['nor do subscripts of subscripts', () => b.at('a').at('b').eq(1), 'docs.b[$1::TEXT][$2::TEXT] = $3::JSONB'],
    ['alone', () => select(j.at('a')), 'SELECT docs.j -> $1::TEXT AS anon_1 FROM docs'],
  ])('%s', (_what, element, sql) => {
    expect(pg(element()).sql).toBe(sql)
  })
})

describe('recursive common table expressions', () => {
  test('the step selects the expression as a whole', () => {
    const tree = select(literal(1).label('n')).cte('tree', { recursive: true })
    const whole = tree.unionAll(select(tree).where(tree.c.n.lt(5)))
    expect(pg(select(whole)).sql).toBe(
      'WITH RECURSIVE tree(n) AS (SELECT $1::INTEGER AS n UNION ALL SELECT tree.n AS n FROM tree WHERE tree.n < $2::INTEGER) SELECT tree.n FROM tree',
    )
  })

  test('the step adds another that refers to it', () => {
    const tree = select(literal(1).label('n')).cte('tree', { recursive: true })
    const seen = select(tree).cte('seen', { nesting: true })
    tree.unionAll(select(seen.c.n.add(1)).addCte(seen))
    expect(pg(select(tree.c.n)).sql).toBe(
      'WITH RECURSIVE tree(n) AS (SELECT $1::INTEGER AS n UNION ALL (WITH seen AS (SELECT tree.n AS n FROM tree) SELECT seen.n + $2::INTEGER AS anon_1 FROM seen)) SELECT tree.n FROM tree',
    )
  })
})

describe('CAST', () => {
  test.each([
    [
      'a collation stands behind it',
      cast(name, String(10, { collation: 'C' })),
      'CAST(docs.name AS VARCHAR(10)) COLLATE "C"',
    ],
    [
      'whatever its name',
      cast(name, String(10, { collation: 'a COLLATE "b"' })),
      'CAST(docs.name AS VARCHAR(10)) COLLATE "a COLLATE ""b"""',
    ],
    ['of arrays', cast(name, ARRAY(String(10, { collation: 'C' }))), 'CAST(docs.name AS VARCHAR(10)[]) COLLATE "C"'],
    ['of text', cast(text('NULL'), Integer), 'CAST(NULL AS INTEGER)'],
  ])('%s', (_what, element, sql) => {
    expect(pg(element).sql).toBe(sql)
  })

  test('TRY_CAST, where it exists', () => {
    expect(standard(tryCast(name, String(10, { collation: 'C' })))).toBe(
      'TRY_CAST(docs.name AS VARCHAR(10)) COLLATE "C"',
    )
  })
})

describe('functions that stand for operators', () => {
  const x = text('x') as never
  test.each([
    ['desc() of text', desc(x), '(x) DESC'],
    ['between() of text', between(x, 1, 2), '(x) BETWEEN $1::INTEGER AND $2::INTEGER'],
    ['collate() of text', collate(x, 'C'), '(x) COLLATE "C"'],
    ['negate() of text', negate(x), '-(x)'],
    ['distinct() of text', distinct(x), 'DISTINCT (x)'],
    // `.distinct()` of a function is of its argument.
    ['distinct() of a function', func.count(distinct(func.lower(name))), 'count(DISTINCT lower(docs.name))'],
  ])('%s', (_what, element, sql) => {
    expect(pg(element).sql).toBe(sql)
  })
})

test('FOR UPDATE OF a join lists its tables from the right to the left', () => {
  const joined = users.join(addresses)
  expect(
    pg(
      select(users.c.id)
        .selectFrom(joined)
        .withForUpdate({ of: joined as never }),
    ).sql,
  ).toBe('SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id FOR UPDATE OF addresses, users')
})

describe('VALUES in WITH', () => {
  const rows = values({ a: Integer, b: String }, { name: 'v' }).data([[1, 'x']])
  test('without a name, and recursive', () => {
    expect(pg(select(rows.cte().c.a)).sql).toBe(
      'WITH v_1(a, b) AS (VALUES ($1::INTEGER, $2::VARCHAR)) SELECT v_1.a FROM v_1',
    )
    expect(pg(select(rows.cte('w', { recursive: true }).c.a)).sql).toBe(
      'WITH RECURSIVE w(a, b) AS (VALUES ($1::INTEGER, $2::VARCHAR)) SELECT w.a FROM w',
    )
  })
  test('lateral ones are refused', () => {
    expect(() => rows.lateral().cte('w')).toThrow(
      'cte() takes values() that are not lateral: WITH sees no other tables',
    )
  })
})

describe('functions of rows', () => {
  test('the row of a table, an alias, a subquery', () => {
    expect(pg(select(func.rowToJson(tableValued(users)))).sql).toBe(
      'SELECT row_to_json(users) AS row_to_json_1 FROM users',
    )
    expect(pg(select(func.rowToJson(tableValued(users.alias())))).sql).toBe(
      'SELECT row_to_json(users_1) AS row_to_json_1 FROM users AS users_1',
    )
    expect(pg(select(func.jsonAgg(tableValued(select(users.c.id).subquery('u'))))).sql).toBe(
      'SELECT json_agg(u) AS json_agg_1 FROM (SELECT users.id AS id FROM users) AS u',
    )
    expect(() => tableValued(users.join(addresses))).toThrow(
      'tableValued() takes a FROM element that has a name: a join goes into a subquery',
    )
  })

  test('follows its table where that is replaced', () => {
    const other = users.alias('other')
    const row = select(func.rowToJson(tableValued(users))).where(users.c.id.eq(1))
    const adapted = adaptColumns(
      row,
      (column) => other.corresponding(column),
      (from) => ((from as unknown) === users ? other : null),
    )
    expect(pg(adapted).sql).toBe(
      'SELECT row_to_json(other) AS row_to_json_1 FROM users AS other WHERE other.id = $1::INTEGER',
    )
  })

  test('a column of what a function gives has its name', () => {
    const key = func('jsonb_each', b).scalarTableValued('key', String)
    const compiled = postgresExpanded.compile(select(key))
    expect(compiled.sql).toBe('SELECT (jsonb_each(docs.b)).key \nFROM docs')
    expect(compiled.columns?.map((column) => column.key)).toEqual(['key'])
    expect(pg(select(select(key).subquery('q').c.key).orderBy('key')).sql).toBe(
      'SELECT q.key FROM (SELECT (jsonb_each(docs.b)).key AS key FROM docs) AS q ORDER BY q.key',
    )
  })
})

test('a cast beside its column gets a name of two underscores', () => {
  expect(pg(select(name, cast(name, Integer), docs.alias('other').c.name)).sql).toBe(
    'SELECT docs.name, CAST(docs.name AS INTEGER) AS name__1, other.name AS name_1 FROM docs, docs AS other',
  )
})

test('Unicode and UnicodeText are String and Text', () => {
  expect(pg(cast(name, Unicode(5))).sql).toBe('CAST(docs.name AS VARCHAR(5))')
  expect(pg(cast(name, UnicodeText)).sql).toBe('CAST(docs.name AS TEXT)')
})

test('the value of a function is named once in a subquery', () => {
  const x = func.generateSeries(1, 3).columnValued('x')
  expect(pg(select(select(x).subquery('q'))).sql).toBe(
    'SELECT q.x FROM (SELECT x FROM generate_series($1::INTEGER, $2::INTEGER) AS x) AS q',
  )
})

describe('what SQLAlchemy refuses', () => {
  const tags = any(docs.c.tags)
  test('ANY and ALL are compared, and nothing else', () => {
    expect(() => tags.is(null as never)).toThrow(
      '.is() cannot be used with any() and all(): only eq, ne, lt, le, gt and ge can',
    )
    expect(pg(tags.eq(null as never)).sql).toBe('NULL = ANY (docs.tags)')
  })

  test('an expression as the value of a parameter', () => {
    expect(() => bindparam('x', { value: id })).toThrow(
      "bindparam('x'): a value is no expression; write the expression in its place",
    )
  })

  test('one name for a value and a list, in whatever order', () => {
    const list = id.in(bindparam('q', { expanding: true }))
    const value = id.eq(bindparam('q'))
    const message = "Two parameters of this statement are called 'q'"
    for (const criteria of [
      [list, value],
      [value, list],
    ]) {
      expect(() => pg(select(id).where(...criteria))).toThrow(
        `${message}, and one of them is a list: give one another name`,
      )
      expect(() => pgArrays(select(id).where(...criteria))).toThrow(message)
    }
  })
})

test('distinct() after distinct(on) leaves it as it is', () => {
  expect(pg(select(id).distinct(id).distinct()).sql).toBe('SELECT DISTINCT ON (docs.id) docs.id FROM docs')
  expect(pg(select(id).distinct().distinct(name)).sql).toBe('SELECT DISTINCT ON (docs.name) docs.id FROM docs')
})

test('a SELECT of one column has a label', () => {
  const many = select(func.count()).selectFrom(users).label('many')
  expect(pg(select(docs.c.id, many)).sql).toBe(
    'SELECT docs.id, (SELECT count(*) AS count_1 FROM users) AS many FROM docs',
  )
  expect(() => select(id, name).label('both')).toThrow('A scalar subquery has one column; this SELECT has 2')
})

describe('text with columns', () => {
  const seen = select(docs.c.id).where(id.gt(5)).cte('seen')
  test('refers to common table expressions by their names', () => {
    const rows = text('SELECT id FROM seen WHERE id < :most').bindparams({ most: 9 }).addCte(seen)
    const sql = 'WITH seen AS (SELECT docs.id AS id FROM docs WHERE docs.id > $1::INTEGER) '
    expect(pg(rows)).toEqual({ sql: `${sql}SELECT id FROM seen WHERE id < $2::INTEGER`, names: ['id_1', 'most'] })
    expect(pg(select(rows.columns({ id: Integer }).subquery('q'))).sql).toBe(
      `${sql}SELECT q.id FROM (SELECT id FROM seen WHERE id < $2::INTEGER) AS q`,
    )
    expect(() => text('SELECT 1').addCte(docs as never)).toThrow('addCte() takes what cte() gives')
  })

  test('is lateral', () => {
    const near = text('SELECT docs.id + 1 AS next').columns({ next: Integer }).lateral('near')
    expect(pg(select(id, near.c.next).join(near, sqlTrue())).sql).toBe(
      'SELECT docs.id, near.next FROM docs JOIN LATERAL (SELECT docs.id + 1 AS next) AS near ON true',
    )
  })
})

test('NOT before FILTER, and before what another statement named', () => {
  expect(pg(not(func.boolAnd(users.c.active).filter(users.c.active))).sql).toBe(
    'NOT bool_and(users.active) FILTER (WHERE users.active)',
  )
  const inner = select(id.eq(1), name.concat('x')).subquery('q')
  const [same] = inner.columnList
  expect(pg(select(not(same as never))).sql).toBe(
    'SELECT NOT q.anon_1 FROM (SELECT docs.id = $1::INTEGER AS anon_1, docs.name || $2::VARCHAR AS anon_2 FROM docs) AS q',
  )
})

test('columns that nobody named keep apart in rows of a subquery', () => {
  const inner = select(id.add(1), name.concat('x'), func.count(), func.lower(name).label(null)).subquery('q')
  const compiled = postgresExpanded.compile(select(inner))
  expect(compiled.sql).toBe(
    'SELECT q.anon_1, q.anon_2, q.count_1, q.lower_1 \nFROM (SELECT docs.id + $1::INTEGER AS anon_1, docs.name || $2::VARCHAR AS anon_2, count(*) AS count_1, lower(docs.name) AS lower_1 \nFROM docs) AS q',
  )
  expect(compiled.columns?.map((column) => column.key)).toEqual(['anon_1', 'anon_2', 'count_1', 'lower_1'])
})
