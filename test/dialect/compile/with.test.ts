// WITH: which common table expressions stand where, in which order, and what they see; as SQLAlchemy spells them.

import pgModule from 'pg'
import { type Element, func, literal, select, sqlTrue, text, union, unionAll, update } from 'tsalchemy'
import { insert } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Interner, KeyPass } from '../../../src/expression/base/cache-key.ts'
import { CreateTable } from '../../../src/expression/schema/ddl/table.ts'
import { postgresUrl } from '../../support/server.ts'
import { addresses, metadata, nodes, pg, postgresArrays, standard, users } from './fixture.ts'

const u = users.c
const a = addresses.c
let client: pgModule.Client
beforeAll(async () => {
  client = new pgModule.Client({ connectionString: postgresUrl() })
  await client.connect()
  for (const each of metadata.sortedTables) await client.query(postgresArrays.compile(new CreateTable(each)).sql)
})
afterAll(() => client.end())

type Row = readonly [what: string, element: () => Element, sql: string]

describe('nested', () => {
  test.each<Row>([
    [
      'in parts of a compound: before the compound',
      () => {
        const one = select(literal(1).label('x')).cte('nesting_1', { nesting: true })
        const two = select(literal(2).label('x')).cte('nesting_2', { nesting: true })
        const both = select(one.c.x).union(select(two.c.x)).subquery()
        return select(both.c.x)
      },
      'SELECT anon_1.x FROM (WITH nesting_1 AS (SELECT $1::INTEGER AS x), nesting_2 AS (SELECT $2::INTEGER AS x) SELECT nesting_1.x AS x FROM nesting_1 UNION SELECT nesting_2.x AS x FROM nesting_2) AS anon_1',
    ],
    [
      'in two parts: once',
      () => {
        const one = select(u.id).cte('one', { nesting: true })
        return select(unionAll(select(one.c.id), select(one.c.id.add(1))).subquery().c.id)
      },
      'SELECT anon_1.id FROM (WITH one AS (SELECT users.id AS id FROM users) SELECT one.id AS id FROM one UNION ALL SELECT one.id + $1::INTEGER AS anon_2 FROM one) AS anon_1',
    ],
    [
      'in a part of the compound at the top',
      () => unionAll(select(a.id), select(select(u.id).cte('one', { nesting: true }).c.id)),
      'WITH one AS (SELECT users.id AS id FROM users) SELECT addresses.id FROM addresses UNION ALL SELECT one.id FROM one',
    ],
    [
      'in a part that is a compound: in parentheses with that',
      () => {
        const one = select(u.id).cte('one', { nesting: true })
        return unionAll(union(select(one.c.id), select(a.id)), select(u.age))
      },
      '(WITH one AS (SELECT users.id AS id FROM users) SELECT one.id FROM one UNION SELECT addresses.id FROM addresses) UNION ALL SELECT users.age FROM users',
    ],
    [
      'in a part while another has a table of its name: in that part',
      () => unionAll(select(a.id), select(select(u.id).cte('addresses', { nesting: true }).c.id)),
      'SELECT addresses.id FROM addresses UNION ALL (WITH addresses AS (SELECT users.id AS id FROM users) SELECT addresses.id FROM addresses)',
    ],
    [
      'in a part while another has one of its name',
      () =>
        unionAll(
          select(select(u.id).cte('n', { nesting: true }).c.id),
          select(select(a.id).cte('n', { nesting: true }).c.id),
        ),
      '(WITH n AS (SELECT users.id AS id FROM users) SELECT n.id FROM n) UNION ALL (WITH n AS (SELECT addresses.id AS id FROM addresses) SELECT n.id FROM n)',
    ],
    [
      'in a recursive step, referring to what the step completes: in that step',
      () => {
        const tree = select(literal(1).label('n')).cte('tree', { recursive: true })
        const seen = select(tree.c.n).cte('seen', { nesting: true })
        const other = select(seen.c.n.add(1).label('n')).cte('other', { nesting: true })
        return select(tree.unionAll(select(other.c.n)).c.n)
      },
      'WITH RECURSIVE tree(n) AS (SELECT $1::INTEGER AS n UNION ALL (WITH other AS (WITH seen AS (SELECT tree.n AS n FROM tree) SELECT seen.n + $2::INTEGER AS n FROM seen) SELECT other.n AS n FROM other)) SELECT tree.n FROM tree',
    ],
    [
      'in the step, and not referring to it',
      () => {
        const tree = select(literal(1).label('n')).cte('tree', { recursive: true })
        const limit = select(func.max(u.id).label('most')).cte('last', { nesting: true })
        return select(tree.unionAll(select(tree.c.n.add(1)).where(tree.c.n.lt(limit.c.most))).c.n)
      },
      'WITH RECURSIVE tree(n) AS (WITH last AS (SELECT max(users.id) AS most FROM users) SELECT $1::INTEGER AS n UNION ALL SELECT tree.n + $2::INTEGER AS anon_1 FROM tree, last WHERE tree.n < last.most) SELECT tree.n FROM tree',
    ],
    [
      'and recursive itself',
      () => {
        const tree = select(literal(1).label('n')).cte('tree', { recursive: true, nesting: true })
        const whole = tree.union(select(tree.c.n.add(1)).where(tree.c.n.lt(3)))
        return select(select(whole.c.n.label('m')).cte('outside').c.m, select(func.max(whole.c.n)).scalarSubquery())
      },
      'WITH outside AS (WITH RECURSIVE tree(n) AS (SELECT $1::INTEGER AS n UNION SELECT tree.n + $2::INTEGER AS anon_2 FROM tree WHERE tree.n < $3::INTEGER) SELECT tree.n AS m FROM tree) SELECT outside.m, (WITH RECURSIVE tree(n) AS (SELECT $1::INTEGER AS n UNION SELECT tree.n + $2::INTEGER AS anon_2 FROM tree WHERE tree.n < $3::INTEGER) SELECT max(tree.n) AS max_1 FROM tree) AS anon_1 FROM outside',
    ],
    [
      'at the top, named in what stands there too: within that, as the top does not see it',
      () => {
        const inner = select(u.id).cte('inside', { nesting: true })
        const shared = select(inner.c.id).cte('shared')
        return select(a.id).where(a.id.in(select(inner.c.id).joinFrom(inner, shared, inner.c.id.eq(shared.c.id))))
      },
      'WITH shared AS (WITH inside AS (SELECT users.id AS id FROM users) SELECT inside.id AS id FROM inside) SELECT addresses.id FROM addresses WHERE addresses.id IN (WITH inside AS (SELECT users.id AS id FROM users) SELECT inside.id FROM inside JOIN shared ON inside.id = shared.id)',
    ],
    [
      'in an INSERT in WITH, whose SELECT names its columns',
      () => {
        const generator = select(literal(1).label('id'), literal(27).label('age')).cte('generator', { nesting: true })
        const written = insert(users).fromSelect(['id', 'age'], select(generator), { includeDefaults: false })
        return select(written.returning(u.id, u.age).cte('insert_cte'))
      },
      'WITH insert_cte AS (WITH generator AS (SELECT $1::INTEGER AS id, $2::INTEGER AS age) INSERT INTO users (id, age) SELECT generator.id AS id, generator.age AS age FROM generator RETURNING users.id, users.age) SELECT insert_cte.id, insert_cte.age FROM insert_cte',
    ],
  ])('%s', async (_what, element, sql) => {
    expect(pg(element()).sql).toBe(sql)
    await client.query(`PREPARE probe AS ${sql}`)
    await client.query('DEALLOCATE probe')
  })

  test('two of one name in one statement are refused', () => {
    const one = select(u.id.label('x')).cte('n', { nesting: true })
    const two = select(a.id.label('x')).cte('n', { nesting: true })
    const statement = select(u.id).where(u.id.in(select(one.c.x).where(one.c.x.eq(two.c.x))))
    expect(() => pg(statement)).toThrow("Two different common table expressions of this statement are called 'n'")
  })
})

describe('addCte(..., { nestHere: true })', () => {
  const one = select(u.id).where(u.age.gt(18)).cte('one')
  const ONE = (n: number): string => `WITH one AS (SELECT users.id AS id FROM users WHERE users.age > $${n}::INTEGER)`
  test.each<Row>([
    [
      'in a subquery, which others of the statement do not see',
      () =>
        select(a.id)
          .where(a.id.in(select(one.c.id).addCte(one, { nestHere: true })))
          .where(a.user_id.in(select(one.c.id))),
      `WITH one AS (SELECT users.id AS id FROM users WHERE users.age > $1::INTEGER) SELECT addresses.id FROM addresses WHERE addresses.id IN (${ONE(1)} SELECT one.id FROM one) AND addresses.user_id IN (SELECT one.id FROM one)`,
    ],
    [
      'and without it',
      () => select(a.id).where(a.id.in(select(one.c.id).addCte(one))),
      `${ONE(1)} SELECT addresses.id FROM addresses WHERE addresses.id IN (SELECT one.id FROM one)`,
    ],
    [
      'in a compound',
      () => select(a.id).where(a.id.in(union(select(one.c.id), select(a.id)).addCte(one, { nestHere: true }))),
      `SELECT addresses.id FROM addresses WHERE addresses.id IN (${ONE(1)} SELECT one.id FROM one UNION SELECT addresses.id FROM addresses)`,
    ],
    [
      'in a part of a compound: before the compound',
      () => select(a.id).where(a.id.in(union(select(a.user_id), select(one.c.id).addCte(one, { nestHere: true })))),
      `SELECT addresses.id FROM addresses WHERE addresses.id IN (${ONE(1)} SELECT addresses.user_id FROM addresses UNION SELECT one.id FROM one)`,
    ],
    [
      'in a subquery within a part',
      () =>
        union(select(a.id), select(a.user_id).where(a.user_id.in(select(one.c.id).addCte(one, { nestHere: true })))),
      `SELECT addresses.id FROM addresses UNION SELECT addresses.user_id FROM addresses WHERE addresses.user_id IN (${ONE(1)} SELECT one.id FROM one)`,
    ],
    [
      'in an UPDATE in WITH',
      () => {
        const changed = update(users)
          .values({ age: 3 })
          .where(u.id.in(select(one.c.id)))
          .returning(u.id)
        return select(changed.addCte(one, { nestHere: true }).cte('changed').c.id)
      },
      `WITH changed AS (${ONE(2)} UPDATE users SET age=$1::INTEGER WHERE users.id IN (SELECT one.id FROM one) RETURNING users.id) SELECT changed.id FROM changed`,
    ],
    [
      'in an INSERT in WITH',
      () => {
        const made = insert(addresses).fromSelect(['user_id'], select(one.c.id)).returning(a.id)
        return select(made.addCte(one, { nestHere: true }).cte('made').c.id)
      },
      `WITH made AS (${ONE(1)} INSERT INTO addresses (user_id) SELECT one.id AS id FROM one RETURNING addresses.id) SELECT made.id FROM made`,
    ],
    [
      'in a text in FROM',
      () => {
        const written = text('SELECT id FROM one').columns(u.id).addCte(one, { nestHere: true })
        return select(written.subquery('q').c.id as never)
      },
      `SELECT q.id FROM (${ONE(1)} SELECT id FROM one) AS q`,
    ],
    [
      'correlated with what stands before LATERAL',
      () => {
        const again = users.alias()
        const own = select(again.c.id).where(again.c.id.eq(u.id)).correlate(users).cte('own')
        const mail = select(a.id, a.user_id).join(own, a.user_id.eq(own.c.id)).cte('mail')
        const both = select(own.c.id, mail.c.user_id).addCte(mail, own, { nestHere: true }).lateral()
        return select(u.id).outerjoin(both, sqlTrue())
      },
      'SELECT users.id FROM users LEFT OUTER JOIN LATERAL (WITH own AS (SELECT users_1.id AS id FROM users AS users_1 WHERE users_1.id = users.id), mail AS (SELECT addresses.id AS id, addresses.user_id AS user_id FROM addresses JOIN own ON addresses.user_id = own.id) SELECT own.id AS id, mail.user_id AS user_id FROM own, mail) AS anon_1 ON true',
    ],
    [
      'correlated with the statement around a value',
      () => {
        const own = select(a.id).where(a.user_id.eq(u.id)).correlate(users).cte('own', { nesting: true })
        return select(u.id, select(func.count(own.c.id)).scalarSubquery().label('n'))
      },
      'SELECT users.id, (WITH own AS (SELECT addresses.id AS id FROM addresses WHERE addresses.user_id = users.id) SELECT count(own.id) AS count_1 FROM own) AS n FROM users',
    ],
    [
      'before what writes with it',
      () => {
        const made = insert(addresses)
          .values({ user_id: select(one.c.id).scalarSubquery() } as never)
          .returning(a.id)
        return select(made.addCte(one, { nestHere: true }).cte('made').c.id)
      },
      `WITH made AS (${ONE(1)} INSERT INTO addresses (user_id) VALUES ((SELECT one.id FROM one)) RETURNING addresses.id) SELECT made.id FROM made`,
    ],
    [
      'in a recursive step that is a UNION',
      () => {
        const tree = select(literal(1).label('n')).cte('tree', { recursive: true })
        const seen = select(tree.c.n).cte('seen', { nesting: true })
        const step = unionAll(select(seen.c.n.add(1)).addCte(seen), select(seen.c.n.add(2)))
        return select(tree.unionAll(step).c.n)
      },
      'WITH RECURSIVE tree(n) AS (SELECT $1::INTEGER AS n UNION ALL (WITH seen AS (SELECT tree.n AS n FROM tree) SELECT seen.n + $2::INTEGER AS anon_1 FROM seen UNION ALL SELECT seen.n + $3::INTEGER AS anon_2 FROM seen)) SELECT tree.n FROM tree',
    ],
    [
      'at the top: as without it',
      () => select(one.c.id).addCte(one, { nestHere: true }),
      `${ONE(1)} SELECT one.id FROM one`,
    ],
  ])('%s', async (_what, element, sql) => {
    expect(pg(element()).sql).toBe(sql)
    await client.query(`PREPARE probe AS ${sql}`)
    await client.query('DEALLOCATE probe')
  })

  test('in two places of which one is within the other is refused', () => {
    const inner = select(one.c.id).addCte(one, { nestHere: true })
    const outer = select(a.id).where(
      a.id.in(select(one.c.id).where(one.c.id.in(inner)).addCte(one, { nestHere: true })),
    )
    expect(() => pg(outer)).toThrow('added with { nestHere: true } in more than one place')
  })

  test('options are checked, and what is no CTE', () => {
    const add = (...given: unknown[]): Element => select(u.id).addCte(...(given as [typeof one]))
    expect(() => add(one, { nesthere: true })).toThrow("addCte() has no option 'nesthere'; did you mean 'nestHere'?")
    expect(() => add(one, { nestHere: 1 })).toThrow('nestHere')
    for (const wrong of [users, select(u.id), null, 'one'])
      expect(() => add(wrong)).toThrow('addCte() takes what cte()')
    expect(() => add({ nestHere: true })).toThrow('addCte() takes what cte() gives')
    expect(() => add(one, null)).toThrow('addCte() takes what cte() gives')
  })
})

describe('completed through an alias', () => {
  const start = select(nodes.c.id, nodes.c.parent_id).where(nodes.c.parent_id.is(null))
  test('it is one of the name of the alias', () => {
    const included = start.cte(null, { recursive: true }).alias('incl')
    const again = nodes.alias()
    const step = select(again.c.id, again.c.parent_id).where(again.c.parent_id.eq(included.c.id))
    const whole = included.union(step)
    const counted = select(whole.c.id, func.count(nodes.c.id)).selectFrom(whole.join(nodes, whole.c.id.eq(nodes.c.id)))
    expect(pg(counted.groupBy(whole.c.id)).sql).toBe(
      'WITH RECURSIVE incl(id, parent_id) AS (SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes WHERE nodes.parent_id IS NULL UNION SELECT nodes_1.id AS id, nodes_1.parent_id AS parent_id FROM nodes AS nodes_1, incl WHERE nodes_1.parent_id = incl.id) SELECT incl.id, count(nodes.id) AS count_1 FROM incl JOIN nodes ON incl.id = nodes.id GROUP BY incl.id',
    )
  })
  test('nested, without a name, and under another alias', () => {
    const inner = select(literal(1).label('n')).cte('nesting', { nesting: true, recursive: true }).alias()
    inner.unionAll(select(inner.c.n.add(1)).where(inner.c.n.lt(3)))
    const other = inner.alias('other')
    expect(pg(select(select(inner.c.n, other.c.n.label('m')).cte('outside').c.m)).sql).toBe(
      'WITH outside AS (WITH RECURSIVE anon_1(n) AS (SELECT $1::INTEGER AS n UNION ALL SELECT anon_1.n + $2::INTEGER AS anon_2 FROM anon_1 WHERE anon_1.n < $3::INTEGER) SELECT anon_1.n AS n, other.n AS m FROM anon_1, anon_1 AS other) SELECT outside.m FROM outside',
    )
  })
  test('what it is an alias of stays what it was, and keys tell both apart', () => {
    const base = start.cte('base', { recursive: true })
    const alone =
      'WITH RECURSIVE base(id, parent_id) AS (SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes WHERE nodes.parent_id IS NULL)'
    const before = base.alias('a')
    const plain = keyOf(select(before.c.id))
    expect(pg(select(before.c.id)).sql).toBe(`${alone} SELECT a.id FROM base AS a`)
    before.unionAll(select(before.c.id.add(1), before.c.parent_id), select(nodes.c.id, nodes.c.parent_id))
    expect(keyOf(select(before.c.id))).not.toBe(plain)
    expect(pg(select(base.c.id)).sql).toBe(`${alone} SELECT base.id FROM base`)
    expect(pg(select(before.c.id)).sql).toBe(
      'WITH RECURSIVE a(id, parent_id) AS (SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes WHERE nodes.parent_id IS NULL UNION ALL SELECT a.id + $1::INTEGER AS anon_1, a.parent_id AS parent_id FROM a UNION ALL SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes) SELECT a.id FROM a',
    )
  })
})

const pass = new KeyPass(new Interner())
function keyOf(element: Element): string {
  pass.start(element)
  return pass.ints.slice(0, pass.length).join()
}

describe('of writes', () => {
  test.each<Row>([
    [
      'a recursive one names its columns',
      () =>
        select(
          update(users)
            .values({ age: 3 })
            .where(u.name.eq('ed'))
            .returning(u.id, u.age)
            .cte('upsert', { recursive: true }),
        ),
      'WITH RECURSIVE upsert(id, age) AS (UPDATE users SET age=$1::INTEGER WHERE users.name = $2::VARCHAR RETURNING users.id, users.age) SELECT upsert.id, upsert.age FROM upsert',
    ],
    [
      'INSERT from a UNION in WITH names its columns',
      () =>
        select(
          insert(addresses)
            .fromSelect(['id', 'user_id'], union(select(u.id, u.age), select(nodes.c.id, nodes.c.parent_id)))
            .returning(a.id)
            .cte('made').c.id,
        ),
      'WITH made AS (INSERT INTO addresses (id, user_id) SELECT users.id AS id, users.age AS age FROM users UNION SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes RETURNING addresses.id) SELECT made.id FROM made',
    ],
    [
      'parameters of RETURNING are numbered before those of a SELECT and of ON CONFLICT',
      () =>
        insert(addresses)
          .fromSelect(['id'], select(u.id).where(u.age.gt(1)))
          .onConflictDoUpdate({ indexElements: ['id'], set: { user_id: null as never, email: 'x' }, where: a.id.gt(2) })
          .returning(a.id.add(3).label('x')),
      'INSERT INTO addresses (id) SELECT users.id FROM users WHERE users.age > $2::INTEGER ON CONFLICT (id) DO UPDATE SET user_id = $3::INTEGER, email = $4::VARCHAR WHERE addresses.id > $5::INTEGER RETURNING addresses.id + $1::INTEGER AS x',
    ],
    [
      'subqueries of an INSERT see its row',
      () => {
        const of = select(func.max(u.age)).where(u.id.eq(a.user_id)).scalarSubquery()
        return insert(addresses)
          .values({ id: 1 } as never)
          .onConflictDoUpdate({ indexElements: ['id'], set: { user_id: of as never }, where: a.id.lt(of) })
          .returning(of)
      },
      'INSERT INTO addresses (id) VALUES ($1::INTEGER) ON CONFLICT (id) DO UPDATE SET user_id = (SELECT max(users.age) AS max_1 FROM users WHERE users.id = addresses.user_id) WHERE addresses.id < (SELECT max(users.age) AS max_1 FROM users WHERE users.id = addresses.user_id) RETURNING (SELECT max(users.age) AS max_1 FROM users WHERE users.id = addresses.user_id) AS anon_1',
    ],
    [
      'and the row that could not be inserted',
      () => {
        const made = insert(addresses).values({ id: 1 } as never)
        const of = select(func.max(u.age)).where(u.id.eq(made.excluded.user_id)).scalarSubquery()
        return made
          .onConflictDoUpdate({ indexElements: ['id'], set: { user_id: of as never }, where: made.excluded.id.lt(of) })
          .inline()
      },
      'INSERT INTO addresses (id) VALUES ($1::INTEGER) ON CONFLICT (id) DO UPDATE SET user_id = (SELECT max(users.age) AS max_1 FROM users WHERE users.id = excluded.user_id) WHERE excluded.id < (SELECT max(users.age) AS max_1 FROM users WHERE users.id = excluded.user_id)',
    ],
    [
      'what is added to an INSERT comes before its SELECT, and behind its values',
      () => {
        const alias = nodes.alias()
        return insert(addresses)
          .fromSelect(['id'], select(users.alias().c.id))
          .addCte(select(alias.c.id).where(alias.c.id.gt(1)).cte('first'))
          .inline()
      },
      'WITH first AS (SELECT nodes_1.id AS id FROM nodes AS nodes_1 WHERE nodes_1.id > $1::INTEGER) INSERT INTO addresses (id) SELECT users_1.id FROM users AS users_1',
    ],
  ])('%s', async (_what, element, sql) => {
    expect(pg(element()).sql).toBe(sql)
    await client.query(`PREPARE probe AS ${sql}`)
    await client.query('DEALLOCATE probe')
  })
})

describe('names of columns that the compiler chose', () => {
  const unnamed = select(u.id.add(1)).subquery()
  const [column] = unnamed.columnList as [(typeof unnamed.columnList)[number]]
  test('another number stands behind them', () => {
    expect(pg(select(column, column)).sql).toBe(
      'SELECT anon_2.anon_1, anon_2.anon_1 AS anon_1__1 FROM (SELECT users.id + $1::INTEGER AS anon_1 FROM users) AS anon_2',
    )
  })
  test('parameters beside them are called param', () => {
    expect(standard(select(column).where(column.gt(3 as never)))).toBe(
      'SELECT anon_2.anon_1 FROM (SELECT users.id + :id_1 AS anon_1 FROM users) AS anon_2 WHERE anon_2.anon_1 > :param_1',
    )
  })
})
