// SELECT: correlation, WITH, result columns, names in ORDER BY, warnings, and what is refused.
import {
  Column,
  CompileError,
  distinct,
  func,
  Integer,
  InvalidRequestError,
  insert,
  literal,
  literalColumn,
  MetaData,
  or,
  SqlType,
  String,
  select,
  sqlTrue,
  table,
  text,
  union,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { LabelReference } from '../../../src/expression/element/label-reference.ts'
import type { Affinity, ValueProcessor } from '../../../src/expression/types/type.ts'
import { addresses, nodes, pg, postgresArrays, standard, users } from './fixture.ts'

const u = users.c
const a = addresses.c
const n = nodes.c

const keysOf = (statement: Parameters<typeof postgresArrays.compile>[0]): unknown =>
  postgresArrays.compile(statement).columns?.map(({ key }) => key) ?? null

describe('correlation', () => {
  const inner = select(a.id).where(a.user_id.eq(u.id))

  test('of LATERAL and plain subqueries in FROM', () => {
    const statement = select(u.id).join(inner.lateral('l'), sqlTrue()).join(inner.subquery('s'), sqlTrue())
    expect(pg(statement).sql).toBe(
      'SELECT users.id FROM users JOIN LATERAL (SELECT addresses.id AS id FROM addresses WHERE addresses.user_id = users.id) AS l ON true JOIN (SELECT addresses.id AS id FROM addresses, users WHERE addresses.user_id = users.id) AS s ON true',
    )
  })

  test('reaches the statement directly around by itself, others when told', () => {
    const deepest = select(n.id).where(n.id.eq(u.id))
    const nested = (deep: typeof deepest) => select(u.id).where(u.id.in(select(a.user_id).where(a.id.in(deep))))
    expect(pg(nested(deepest)).sql).toBe(
      'SELECT users.id FROM users WHERE users.id IN (SELECT addresses.user_id FROM addresses WHERE addresses.id IN (SELECT nodes.id FROM nodes, users WHERE nodes.id = users.id))',
    )
    expect(pg(nested(deepest.correlate(users))).sql).toBe(
      'SELECT users.id FROM users WHERE users.id IN (SELECT addresses.user_id FROM addresses WHERE addresses.id IN (SELECT nodes.id FROM nodes WHERE nodes.id = users.id))',
    )
  })

  test('can be turned off, and must leave something', () => {
    expect(pg(select(u.id).where(u.id.in(inner.correlate(null) as never))).sql).toBe(
      'SELECT users.id FROM users WHERE users.id IN (SELECT addresses.id FROM addresses, users WHERE addresses.user_id = users.id)',
    )
    const nothingLeft = select(u.id, a.id).where(u.id.in(inner as never), u.id.eq(a.user_id))
    expect(() => postgresArrays.compile(nothingLeft)).toThrow(InvalidRequestError)
  })

  test('in a join hides what the join has', () => {
    const joined = select(u.id)
      .joinFrom(users, addresses)
      .where(u.id.in(inner.where(u.age.gt(n.id))))
    expect(pg(joined).sql).toBe(
      'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id WHERE users.id IN (SELECT addresses.id FROM nodes WHERE addresses.user_id = users.id AND users.age > nodes.id)',
    )
  })
})

describe('WITH', () => {
  test('lists each expression once, those it refers to first', () => {
    const first = select(u.id).cte('first')
    const second = select(first.c.id)
      .where(first.c.id.in(select(first.c.id)))
      .cte('second', { materialized: true })
    const third = select(n.id).cte(null, { materialized: false })
    expect(pg(select(second.c.id, third.c.id).where(second.c.id.eq(third.c.id))).sql).toBe(
      'WITH first AS (SELECT users.id AS id FROM users), second AS MATERIALIZED (SELECT first.id AS id FROM first WHERE first.id IN (SELECT first.id FROM first)), anon_1 AS NOT MATERIALIZED (SELECT nodes.id AS id FROM nodes) SELECT second.id, anon_1.id AS id_1 FROM second, anon_1 WHERE second.id = anon_1.id',
    )
  })

  test('is at the top for expressions of subqueries, and names are aliased', () => {
    const deep = select(u.id).cte('deep')
    const other = deep.alias('other')
    expect(
      pg(select(a.id).where(a.id.in(select(deep.c.id).where(deep.c.id.eq(other.columns.id as typeof u.id))))).sql,
    ).toBe(
      'WITH deep AS (SELECT users.id AS id FROM users) SELECT addresses.id FROM addresses WHERE addresses.id IN (SELECT deep.id FROM deep, deep AS other WHERE deep.id = other.id)',
    )
  })

  test('refuses two of one name', () => {
    const one = select(u.id).cte('x')
    const two = select(a.id).cte('x')
    expect(() => postgresArrays.compile(select(one.c.id, two.c.id))).toThrow(
      "Two different common table expressions of this statement are called 'x'",
    )
  })

  test('has expressions that are named nowhere else', () => {
    const log = insert(users).values({ name: 'log', age: 1, active: true }).cte('log')
    expect(pg(select(a.id).addCte(log)).sql).toBe(
      'WITH log AS (INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN)) SELECT addresses.id FROM addresses',
    )
  })
})

describe('columns of the result', () => {
  class Doubling extends SqlType<number> {
    readonly kind: string = 'integer'
    readonly affinity: Affinity = 'integer'
    override shape(): readonly string[] {
      return ['doubling']
    }
    override bindProcessor(): ValueProcessor {
      return (value) => (value as number) / 2
    }
    override resultProcessor(): ValueProcessor {
      return (value) => (value as number) * 2
    }
  }
  const doubled = table('doubled', new MetaData(), { userId: Column(new Doubling(), { name: 'user_id' }) })

  test('have the keys of columns, labels and generated names', () => {
    const keys = keysOf(
      select(
        doubled,
        doubled.c.userId.label('other'),
        func.max(doubled.c.userId),
        doubled.c.userId.negate(),
        literal(1),
      ),
    )
    expect(keys).toEqual(['userId', 'other', 'max_1', '?column?', 'anon_1'])
    expect(keysOf(select({ first: doubled.c.userId, second: func.count() }))).toEqual(['first', 'second'])
    expect(keysOf(select(u.id.distinct()))).toEqual(['id'])
    expect(keysOf(union(select(u.id), select(a.id)))).toEqual(['id'])
    expect(keysOf(text('SELECT 1'))).toBe(null)
    expect(keysOf(text('SELECT 1 AS x').columns({ x: Integer }))).toEqual(['x'])
    expect(keysOf(select(u.id, text('now()')))).toBe(null)
  })

  test('come with the processes of their types, parameters and lists too', () => {
    const statement = select(doubled.c.userId).where(doubled.c.userId.eq(8), doubled.c.userId.in([4, 6]))
    const { columns, parameters } = postgresArrays.compile(statement)
    expect(columns?.[0]?.process?.(3)).toBe(6)
    expect(columns?.[0]?.source).toBe(doubled.c.userId)
    expect(parameters.map(({ process }, index) => process?.(index === 0 ? 8 : [4, 6]))).toEqual([4, [2, 3]])
  })

  test('tell the driver how they travel', () => {
    const { statement, returnsRows } = postgresArrays.compile(select(u.id, u.name).where(u.id.in([1])))
    expect(statement.columns?.map((codec) => codec?.name)).toEqual(['int4', 'varchar'])
    expect(statement.parameters.map((codec) => codec?.name)).toEqual(['int4[]'])
    expect([statement.prepare, returnsRows]).toEqual([true, true])
  })
})

describe('names in ORDER BY', () => {
  test('find labels, selected columns, columns of FROM', () => {
    const by = (name: string) => new LabelReference(name) as never
    expect(pg(select(u.id.label('x'), u.name).orderBy(by('x'), by('name'), by('age'))).sql).toBe(
      'SELECT users.id AS x, users.name FROM users ORDER BY x, users.name, users.age',
    )
    const lost = select(u.id).orderBy(by('nmae; DROP TABLE users'))
    expect(() => postgresArrays.compile(lost)).toThrow(CompileError)
    expect(() => postgresArrays.compile(select(u.id).orderBy(by('nmae')))).toThrow(
      "ORDER BY, GROUP BY or DISTINCT names 'nmae', which is no label and no column of the statement; did you mean 'name'?; write text() where SQL is meant",
    )
  })

  test('of compounds are those of the result', () => {
    const both = union(select(u.id.label('x')), select(a.id)).orderBy(u.id.label('x') as never, 'x')
    expect(pg(both).sql).toBe('SELECT users.id AS x FROM users UNION SELECT addresses.id FROM addresses ORDER BY x, x')
    expect(pg(select(union(select(u.id), select(a.id)).subquery('s').c.id)).sql).toBe(
      'SELECT s.id FROM (SELECT users.id AS id FROM users UNION SELECT addresses.id AS id FROM addresses) AS s',
    )
  })

  test('DISTINCT ON', () => {
    expect(pg(select(u.name, u.id).distinct(u.name).orderBy(u.name)).sql).toBe(
      'SELECT DISTINCT ON (users.name) users.name, users.id FROM users ORDER BY users.name',
    )
  })
})

describe('FOR UPDATE', () => {
  test('names tables without schema, aliases by their name', () => {
    const far = table('far', new MetaData(), { id: Column(Integer) }, { schema: 's' })
    const boss = users.alias('boss')
    const locked = select(far.c.id).where(far.c.id.eq(boss.columns.id as typeof u.id))
    expect(pg(locked.withForUpdate({ of: [far, boss] as never, nowait: true })).sql).toBe(
      'SELECT s.far.id FROM s.far, users AS boss WHERE s.far.id = boss.id FOR UPDATE OF far, boss NOWAIT',
    )
    expect(standard(select(u.id).withForUpdate({ read: true, keyShare: true }))).toBe(
      'SELECT users.id FROM users FOR KEY SHARE',
    )
  })
})

test('DISTINCT before one of several columns is warned of', () => {
  const warnings = (statement: Parameters<typeof postgresArrays.compile>[0]): readonly string[] =>
    postgresArrays.compile(statement).warnings
  const warned = [expect.stringContaining('DISTINCT stands before one of several columns')]
  expect(warnings(select(distinct(u.name), u.id))).toEqual(warned)
  expect(warnings(select(u.id, u.name.distinct().label('x')))).toEqual(warned)
  expect(warnings(select(distinct(u.name)))).toEqual([])
  expect(warnings(select(func.count(distinct(u.name)), u.id).groupBy(u.id))).toEqual([])
  expect(warnings(select(u.id, u.name).distinct())).toEqual([])
})

describe('FROM elements that nothing links', () => {
  const warnings = (statement: Parameters<typeof postgresArrays.compile>[0]): readonly string[] =>
    postgresArrays.compile(statement).warnings

  test('are warned of', () => {
    expect(warnings(select(u.id, a.id))).toEqual([
      'SELECT lists "users" and "addresses" after FROM, and no condition links them: every row of one is paired with every row of the other. Join them on a condition',
    ])
    expect(warnings(select(u.id, a.id).where(u.id.eq(1), a.id.eq(2)))).toHaveLength(1)
    expect(warnings(select(u.id, n.id).joinFrom(users, addresses))).toEqual([
      expect.stringContaining('lists a join of "users", "addresses" and "nodes"'),
    ])
  })

  test('are fine where they are linked in any way', () => {
    expect(warnings(select(u.id, a.id).where(u.id.eq(a.user_id)))).toEqual([])
    expect(warnings(select(u.id, a.id).where(or(u.id.eq(a.user_id), u.age.gt(a.id))))).toEqual([])
    expect(warnings(select(u.id, a.id, n.id).where(u.id.eq(a.user_id), a.id.add(n.id).eq(5)))).toEqual([])
    expect(warnings(select(u.id).joinFrom(users, addresses))).toEqual([])
    expect(warnings(select(u.id))).toEqual([])
    const beside = select(a.id).where(a.user_id.eq(u.id)).lateral('l')
    expect(warnings(select(u.id, beside.c.id))).toEqual([])
  })
})

test('the same parameter is one placeholder wherever it stands', () => {
  const five = literal(5)
  const statement = select(u.age.add(five))
    .groupBy(u.age.add(five))
    .having(func.count(literalColumn('1')).gt(five))
  expect(pg(statement)).toEqual({
    sql: 'SELECT users.age + $1::INTEGER AS anon_1 FROM users GROUP BY users.age + $1::INTEGER HAVING count(1) > $1::INTEGER',
    names: ['param_1'],
  })
})

test('strings as columns are text', () => {
  expect(standard(select(u.name.concat('a').cast(String).label('b')))).toBe(
    'SELECT CAST(users.name || :name_1 AS VARCHAR) AS b FROM users',
  )
})
