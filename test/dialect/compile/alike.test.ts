// Spellings that SQLAlchemy's own suites ask for, one row each; where meaning hangs on them, a server is asked.
import {
  ARRAY,
  and,
  between,
  bindparam,
  Column,
  caseWhen,
  column,
  createEngine,
  Double,
  deleteFrom,
  type Element,
  exists,
  extract,
  Float,
  func,
  Integer,
  insert,
  literal,
  literalColumn,
  MetaData,
  Numeric,
  not,
  String as StringType,
  select,
  sqlNull,
  sqlTrue,
  table,
  text,
  tuple,
  typeCoerce,
  union,
  update,
  values,
} from 'tsalchemy'
import { insert as upsert } from 'tsalchemy/postgresql'
import { expect, test } from 'vitest'
import { databases, sqlDatabases } from '../../support/server.ts'
import { pg, postgresExpanded } from './fixture.ts'

const metadata = new MetaData()
const t = table('t', metadata, {
  a: Column(Integer),
  b: Column(Integer),
  f: Column(Float),
  n: Column(Numeric),
  s: Column(StringType),
  many: Column(ARRAY(Integer)),
})
const u = table('u', metadata, { a: Column(Integer), b: Column(Integer, { nullable: true }) })
const { a, b, f, n, s, many } = t.c

const parent = table('parent', metadata, { id: Column(Integer, { primaryKey: true }) })
const child = table('child', metadata, {
  id: Column(Integer, { primaryKey: true }),
  parent_id: Column(Integer, { foreignKey: 'parent.id' }),
})
const grandchild = table('grandchild', metadata, {
  id: Column(Integer, { primaryKey: true }),
  parent_id: Column(Integer, { foreignKey: 'parent.id' }),
  child_id: Column(Integer, { foreignKey: 'child.id' }),
})

const listed = bindparam<string>('names', { expanding: true, type: StringType })
const nested = select(literal(1).label('id')).cte('generator', { nesting: true })

type Row = readonly [what: string, element: () => Element, sql: string]
const ROWS: readonly Row[] = [
  // What is said contrary is said of the whole.
  ['not of any() by its name', () => not(a.eq(func('any', many))), 'NOT (t.a = any(t.many))'],
  ['not of all() on the left', () => not(func('all', many).eq(a as never)), 'NOT (all(t.many) = t.a)'],
  ['not of a sum', () => select(not(a.add(b) as never)), 'SELECT NOT (t.a + t.b) AS anon_1 FROM t'],
  ['not of a sign', () => not(a.negate() as never), 'NOT (-t.a)'],
  // Division that drops the fraction.
  ['of whole numbers', () => a.floorDivide(b), 't.a / t.b'],
  ['of a part of a date', () => extract('year', f).floorDivide(a), 'FLOOR(EXTRACT(year FROM t.f) / t.a)'],
  ['of a float by a whole number', () => f.floorDivide(a), 'FLOOR(t.f / t.a)'],
  ['of a decimal by a whole number', () => n.floorDivide(a as never), 'FLOOR(t.n / t.a)'],
  ['of a whole number by a float', () => a.floorDivide(f), 'FLOOR(t.a / t.f)'],
  // Parentheses of what nothing is written around.
  [
    'a coerced operand',
    () => a.divide(typeCoerce(b.multiply(a), Double)),
    't.a / CAST((t.b * t.a) AS DOUBLE PRECISION)',
  ],
  ['a coerced operand of a product', () => a.multiply(typeCoerce(b.add(a), Integer)), 't.a * (t.b + t.a)'],
  ['a coerced operand beside a comparison', () => typeCoerce(b.add(a), Integer).eq(1), 't.b + t.a = $1::INTEGER'],
  ['an index', () => many.at(a.add(1)), 't.many[(t.a + $1::INTEGER)]'],
  // The star.
  [
    'of a subquery',
    () => select(select(literalColumn('*')).selectFrom(t).subquery('q')),
    'SELECT q.* FROM (SELECT * FROM t) AS q',
  ],
  [
    'of a subquery of one',
    () => select(select(select(literalColumn('*')).selectFrom(t).subquery('q')).subquery('r')),
    'SELECT r.* FROM (SELECT q.* FROM (SELECT * FROM t) AS q) AS r',
  ],
  ['of a table', () => select(literalColumn('*')).selectFrom(t), 'SELECT * FROM t'],
  // Names in subqueries.
  [
    'of no table',
    () => select(select(column('x'), literalColumn('1')).selectFrom(text('q')).subquery('s').c.x),
    'SELECT s.x FROM (SELECT x, 1 AS "1" FROM q) AS s',
  ],
  // Labels of signs.
  ['of a column', () => select(a.negate()), 'SELECT -t.a FROM t'],
  ['of an expression', () => select(a.add(b).negate()), 'SELECT -(t.a + t.b) AS anon_1 FROM t'],
  ['of a parameter', () => select(literal(1).negate()), 'SELECT -$1::INTEGER AS anon_1'],
  // The same again.
  [
    'constants',
    () => select(sqlNull(), sqlNull(), sqlTrue(), sqlTrue()),
    'SELECT NULL AS anon_1, NULL AS anon__1, true AS anon_2, true AS anon__2',
  ],
  [
    'columns in both parts of a compound',
    () => union(select(a, u.c.a), select(a, u.c.a)),
    'SELECT t.a, u.a AS a_1 FROM t, u UNION SELECT t.a, u.a AS a_1 FROM t, u',
  ],
  // Aliases.
  [
    'of a CTE',
    () => select(select(a).cte('c').alias().c.a),
    'WITH c AS (SELECT t.a AS a FROM t) SELECT anon_1.a FROM c AS anon_1',
  ],
  ['of an alias without a name', () => select(t.alias().alias().c.a), 'SELECT anon_1.a FROM t AS anon_1'],
  ['of an alias with one', () => select(t.alias('x').alias().c.a), 'SELECT x_1.a FROM t AS x_1'],
  // Functions.
  ['pow()', () => func('pow', a, 2), 'power(t.a, $1::INTEGER)'],
  ['substring()', () => func.substring(s, 1, 2), 'SUBSTRING(t.s FROM $1::INTEGER FOR $2::INTEGER)'],
  ['substring() to the end', () => func.substring(s, 2), 'SUBSTRING(t.s FROM $1::INTEGER)'],
  // A JOIN that goes on from a table within one.
  [
    'from its right side',
    () => select(parent.c.id).join(child).joinFrom(child, grandchild),
    'SELECT parent.id FROM parent JOIN child ON parent.id = child.parent_id JOIN grandchild ON child.id = grandchild.child_id',
  ],
  [
    'from its left side',
    () => select(parent.c.id).join(child).outerjoinFrom(parent, grandchild),
    'SELECT parent.id FROM parent JOIN child ON parent.id = child.parent_id LEFT OUTER JOIN grandchild ON parent.id = grandchild.parent_id',
  ],
  // WITH of writes.
  [
    'nested in DELETE',
    () => select(deleteFrom(t).where(a.eq(nested.c.id)).returning(a).cte('d')),
    'WITH d AS (WITH generator AS (SELECT $1::INTEGER AS id) DELETE FROM t USING generator WHERE t.a = generator.id RETURNING t.a) SELECT d.a FROM d',
  ],
  [
    'nested in UPDATE',
    () => select(update(t).values({ b: 1 }).where(a.eq(nested.c.id)).returning(a).cte('d')),
    'WITH d AS (WITH generator AS (SELECT $2::INTEGER AS id) UPDATE t SET b=$1::INTEGER FROM generator WHERE t.a = generator.id RETURNING t.a) SELECT d.a FROM d',
  ],
  [
    'nested in INSERT ... SELECT',
    () => select(insert(u).fromSelect(['a'], select(nested.c.id)).returning(u.c.a).cte('i')),
    'WITH i AS (WITH generator AS (SELECT $1::INTEGER AS id) INSERT INTO u (a) SELECT generator.id AS id FROM generator RETURNING u.a) SELECT i.a FROM i',
  ],
  [
    'nested in both parts of a compound, once where the whole statement has it',
    () => select(union(select(nested.c.id), select(a)).subquery('q')).addCte(nested),
    'WITH generator AS (SELECT $1::INTEGER AS id) SELECT q.id FROM (SELECT generator.id AS id FROM generator UNION SELECT t.a AS a FROM t) AS q',
  ],
  [
    'numbered behind the values of INSERT',
    () =>
      insert(u)
        .values({ a: 1 })
        .addCte(update(t).values({ b: 2 }).where(a.eq(3)).cte('up')),
    'WITH up AS (UPDATE t SET b=$2::INTEGER WHERE t.a = $3::INTEGER) INSERT INTO u (a) VALUES ($1::INTEGER)',
  ],
  [
    'numbered behind the values of UPDATE',
    () =>
      update(u)
        .values({ a: 1 })
        .where(u.c.b.eq(4))
        .addCte(update(t).values({ b: 2 }).where(a.eq(3)).cte('up')),
    'WITH up AS (UPDATE t SET b=$2::INTEGER WHERE t.a = $3::INTEGER) UPDATE u SET a=$1::INTEGER WHERE u.b = $4::INTEGER',
  ],
  // Parts of compounds that are written by hand.
  [
    'text with columns',
    () =>
      union(
        text('SELECT 1 AS a').columns({ a: Integer }) as never,
        text('SELECT 2 AS a').columns({ a: Integer }) as never,
      ),
    'SELECT 1 AS a UNION SELECT 2 AS a',
  ],
  [
    'rows of a join that are locked, those of a column',
    () =>
      select(parent.c.id)
        .selectFrom(parent.join(child))
        .withForUpdate({ of: [parent.join(child), grandchild.c.id] }),
    'SELECT parent.id FROM parent JOIN child ON parent.id = child.parent_id FOR UPDATE OF child, parent, grandchild',
  ],
  [
    'a window over the name of a column',
    () => select(func('row_number').over({ partitionBy: ['a'], orderBy: 'b' }), a, b),
    'SELECT row_number() OVER (PARTITION BY t.a ORDER BY t.b) AS anon_1, t.a, t.b FROM t',
  ],
  [
    'an alias of what is lateral',
    () => select(select(u.c.a).where(u.c.b.eq(a)).lateral('l').alias('m').c.a).selectFrom(t),
    'SELECT m.a FROM t, LATERAL (SELECT u.a AS a FROM u WHERE u.b = t.a) AS m',
  ],
  [
    'BETWEEN of ends in either order',
    () => and(a.between(5, b, { symmetric: true }), a.notBetween(5, 1, { symmetric: true })),
    't.a BETWEEN SYMMETRIC $1::INTEGER AND t.b AND t.a NOT BETWEEN SYMMETRIC $2::INTEGER AND $3::INTEGER',
  ],
  [
    'its contrary',
    () => not(a.between(5, 1, { symmetric: true })),
    't.a NOT BETWEEN SYMMETRIC $1::INTEGER AND $2::INTEGER',
  ],
  [
    'its function form',
    () => between(a, 5, 1, { symmetric: true }),
    't.a BETWEEN SYMMETRIC $1::INTEGER AND $2::INTEGER',
  ],
  // contains() and its kin stand in parentheses beside anything.
  ['beside others', () => and(s.contains('x'), a.eq(1)), "(t.s LIKE '%' || $1::VARCHAR || '%') AND t.a = $2::INTEGER"],
  ['alone in WHERE', () => select(a).where(s.startsWith('x')), "SELECT t.a FROM t WHERE (t.s LIKE $1::VARCHAR || '%')"],
  [
    'their contrary',
    () => select(a).where(not(s.iendsWith('x'))),
    "SELECT t.a FROM t WHERE (t.s NOT ILIKE '%' || $1::VARCHAR)",
  ],
  ['of an expression', () => s.concat(s).contains('x'), "(t.s || t.s) LIKE '%' || $1::VARCHAR || '%'"],
  [
    'in the columns clause, with a label and without',
    () => select(s.contains('x'), s.contains('y').label('y')),
    "SELECT t.s LIKE '%' || $1::VARCHAR || '%' AS anon_1, (t.s LIKE '%' || $2::VARCHAR || '%') AS y FROM t",
  ],
  [
    'not LIKE itself',
    () => select(a).where(s.like('x'), a.eq(1)),
    'SELECT t.a FROM t WHERE t.s LIKE $1::VARCHAR AND t.a = $2::INTEGER',
  ],
  // CASE.
  [
    'FROM elements in the order of the cases',
    () => select(caseWhen([t.c.a.eq(1), u.c.a], [parent.c.id.eq(2), child.c.id], { else: 0 })),
    'SELECT CASE WHEN (t.a = $1::INTEGER) THEN u.a WHEN (parent.id = $2::INTEGER) THEN child.id ELSE $3::INTEGER END AS anon_1 FROM t, u, parent, child',
  ],
  [
    'NOT of something put together',
    () => caseWhen([not(and(a.eq(1), b.eq(2))), 1], [not(exists(select(u.c.a))), 2]),
    'CASE WHEN (NOT (t.a = $1::INTEGER AND t.b = $2::INTEGER)) THEN $3::INTEGER WHEN (NOT (EXISTS (SELECT u.a FROM u))) THEN $4::INTEGER END',
  ],
  // Labels of casts.
  ['of a function', () => select(func.abs(a).cast(StringType)), 'SELECT CAST(abs(t.a) AS VARCHAR) AS abs_1 FROM t'],
  [
    "with the table's name",
    () => select(a.cast(StringType)).setLabelStyle('tablenamePlusCol'),
    'SELECT CAST(t.a AS VARCHAR) AS t_a FROM t',
  ],
  ['LIKE without an escape', () => s.like('a%', { escape: '' }), "t.s LIKE $1::VARCHAR ESCAPE ''"],
]

test.each(ROWS)('%s', (_what, element, sql) => expect(pg(element()).sql).toBe(sql))

test('what SQLAlchemy refuses too', () => {
  expect(() => pg(select(tuple(a, b)))).toThrow('A tuple cannot be a column of the result: select its members')
  expect(() => upsert(u).values({ a: 1 }).onConflictDoNothing().onConflictDoNothing()).toThrow(
    'this INSERT has an ON CONFLICT already',
  )
  expect(() => a.between(1, 2, { symetric: true } as never)).toThrow(/did you mean 'symmetric'/)
})

test('a list of one name is one parameter, wherever it stands', () => {
  const again = bindparam<string>('names', { expanding: true, type: StringType })
  const statement = select(a).where(and(s.in(listed), s.in(again)))
  const { parameters, holes } = postgresExpanded.compile(statement)
  expect(parameters.map(({ key }) => key)).toEqual(['names'])
  expect(holes).toHaveLength(2)
})

test.each(sqlDatabases())('ends in either order on $name', async ({ url }) => {
  await using engine = createEngine(url)
  const rows = values({ x: Integer }, { name: 'v' }).data([[1], [3], [9]])
  const between = select(rows.c.x).where(rows.c.x.between(5, 2, { symmetric: true }))
  expect(await engine.execute(between).scalars().all()).toEqual([3])
  const outside = select(rows.c.x).where(rows.c.x.notBetween(5, 2, { symmetric: true }))
  expect(await engine.execute(outside.orderBy(rows.c.x)).scalars().all()).toEqual([1, 9])
})

test.each(databases())('what they mean on $name', async ({ url }) => {
  await using engine = createEngine(url)
  const rows = values({ x: Integer, y: Float, many: ARRAY(Integer) }, { name: 'v' }).data([
    [1, 2.5, [1, 2]],
    [3, 7.5, [1, 2]],
  ])
  const found = (criterion: Element) =>
    engine
      .execute(select(rows.c.x).where(criterion as never))
      .scalars()
      .all()
  expect(await found(not(rows.c.x.eq(func('any', rows.c.many) as never)))).toEqual([3])
  expect(await engine.execute(select(rows.c.y.floorDivide(rows.c.x)).where(rows.c.x.eq(1))).scalarOne()).toBe(2)
  expect(
    await engine
      .execute(select(rows.c.x.multiply(typeCoerce(rows.c.x.add(1), Integer))))
      .scalars()
      .all(),
  ).toEqual([2, 12])
  const star = select(select(literalColumn('*')).selectFrom(rows).subquery('q'))
  expect(await engine.execute(star).all()).toEqual([
    { x: 1, y: 2.5, many: [1, 2] },
    { x: 3, y: 7.5, many: [1, 2] },
  ])
})
