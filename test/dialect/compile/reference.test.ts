// SQLAlchemy's subtle behaviours: the expression, the exact SQL, the names of the parameters; each is prepared by a server.
import pgModule from 'pg'
import {
  and,
  any,
  bindparam,
  caseWhen,
  cast,
  Double,
  deleteFrom,
  desc,
  type Element,
  exists,
  func,
  Integer,
  literal,
  literalColumn,
  Numeric,
  not,
  or,
  String,
  select,
  sqlFalse,
  sqlTrue,
  text,
  tuple,
  union,
  unionAll,
  update,
} from 'tsalchemy'
import { insert } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CreateTable } from '../../../src/expression/schema/ddl/table.ts'
import { postgresUrl } from '../../support/server.ts'
import { addresses, docs, metadata, nodes, pg, postgresArrays, users } from './fixture.ts'

const u = users.c
const a = addresses.c
const n = nodes.c
const d = docs.c

type Row = readonly [sql: string, names?: readonly string[]]
type Case = readonly [title: string, build: () => readonly Element[], rows: readonly Row[]]

const x = u.id.add(1).label('x')
const s1 = select(u.id)
const s2 = select(a.id)

const CASES: readonly Case[] = [
  [
    '01 NULL comparison, negation of IS',
    () => [and(u.name.eq(null as never), not(u.age.eq(null as never)), u.age.isDistinctFrom(null as never))],
    [['users.name IS NULL AND users.age IS NOT NULL AND users.age IS DISTINCT FROM NULL']],
  ],
  [
    '02 boolean constants and bare booleans',
    () => [select(u.id).where(u.active, not(u.active), u.active.eq(true), u.active.isNot(true))],
    [
      [
        'SELECT users.id FROM users WHERE users.active AND NOT users.active AND users.active = true AND users.active IS NOT true',
      ],
    ],
  ],
  [
    '03 constant folding',
    () => [
      and(sqlTrue(), u.id.eq(1)),
      or(sqlTrue(), u.id.eq(1)),
      and(u.id.eq(1), sqlFalse()),
      not(and(sqlTrue())),
      or(sqlFalse(), u.id.eq(1)),
    ],
    [['users.id = $1::INTEGER', ['id_1']], ['true'], ['false'], ['false'], ['users.id = $1::INTEGER', ['id_1']]],
  ],
  [
    '04 AND inside OR plain, OR inside AND in parentheses',
    () => [
      select(u.id)
        .where(or(and(u.id.eq(1), u.age.eq(2)), u.age.eq(3)))
        .where(or(u.id.eq(4), u.id.eq(5))),
    ],
    [
      [
        'SELECT users.id FROM users WHERE (users.id = $1::INTEGER AND users.age = $2::INTEGER OR users.age = $3::INTEGER) AND (users.id = $4::INTEGER OR users.id = $5::INTEGER)',
        ['id_1', 'age_1', 'age_2', 'id_2', 'id_3'],
      ],
    ],
  ],
  [
    '05 nested conjunctions flatten, NOT of a list',
    () => [and(and(u.id.eq(1), u.age.eq(2)), not(or(u.id.eq(3), u.id.eq(4))))],
    [
      [
        'users.id = $1::INTEGER AND users.age = $2::INTEGER AND NOT (users.id = $3::INTEGER OR users.id = $4::INTEGER)',
        ['id_1', 'age_1', 'id_2', 'id_3'],
      ],
    ],
  ],
  [
    '06 negation swaps the operator',
    () => [
      not(u.id.eq(1)),
      not(u.id.lt(1)),
      not(u.id.between(1, 2)),
      not(u.name.like('a%')),
      not(u.id.in([1])),
      not(u.id.op<boolean>('@@')(1)),
    ],
    [
      ['users.id != $1::INTEGER', ['id_1']],
      ['users.id >= $1::INTEGER', ['id_1']],
      ['users.id NOT BETWEEN $1::INTEGER AND $2::INTEGER', ['id_1', 'id_2']],
      ['users.name NOT LIKE $1::VARCHAR', ['name_1']],
      ['(users.id NOT IN ($1::INTEGER))', ['id_1_1']],
      ['NOT (users.id @@ $1::INTEGER)', ['id_1']],
    ],
  ],
  [
    '07 associativity',
    () => [
      u.id.subtract(u.age).subtract(1),
      u.id.subtract(u.age.subtract(1)),
      u.id.add(u.age.subtract(1)),
      u.name.add(literal('a').add(u.name)),
    ],
    [
      ['(users.id - users.age) - $1::INTEGER', ['param_1']],
      ['users.id - (users.age - $1::INTEGER)', ['age_1']],
      ['users.id + (users.age - $1::INTEGER)', ['age_1']],
      ['users.name || $1::VARCHAR || users.name', ['param_1']],
    ],
  ],
  [
    '08 division',
    () => [u.id.divide(u.age), u.id.floorDivide(u.age), u.id.divide(5.5), u.id.divide(2)],
    [
      ['users.id / CAST(users.age AS NUMERIC)'],
      ['users.id / users.age'],
      ['users.id / CAST($1::FLOAT AS DOUBLE PRECISION)', ['id_1']],
      ['users.id / CAST($1::INTEGER AS NUMERIC)', ['id_1']],
    ],
  ],
  [
    '09 unary minus',
    () => [u.id.negate(), u.id.add(1).negate(), u.id.negate().negate(), u.id.subtract(u.age.negate())],
    [['-users.id'], ['-(users.id + $1::INTEGER)', ['id_1']], ['-(-users.id)'], ['users.id - -users.age']],
  ],
  [
    '10 concatenation',
    () => [u.name.add('x'), u.name.add(u.name).add('z'), func.lower(u.name).add('q')],
    [
      ['users.name || $1::VARCHAR', ['name_1']],
      ['users.name || users.name || $1::VARCHAR', ['param_1']],
      ['lower(users.name) || $1::VARCHAR', ['lower_1']],
    ],
  ],
  [
    '11 LIKE and its kin',
    () => [
      u.name.contains('a%b', { autoescape: true }),
      u.name.startsWith('a'),
      u.name.iendsWith('z'),
      not(u.name.contains(u.name)),
    ],
    [
      ["users.name LIKE '%' || $1::VARCHAR || '%' ESCAPE '/'", ['name_1']],
      ["users.name LIKE $1::VARCHAR || '%'", ['name_1']],
      ["users.name ILIKE '%' || $1::VARCHAR", ['name_1']],
      ["users.name NOT LIKE '%' || users.name || '%'"],
    ],
  ],
  [
    '12 custom operators',
    () => [
      u.id.op('->')(u.age).eq(5),
      u.id.op('->')(u.age.add(1)),
      u.id.add(1).op('->')(2),
      and(u.id.boolOp('&&')(1), u.id.eq(2)),
    ],
    [
      ['(users.id -> users.age) = $1::INTEGER', ['param_1']],
      ['users.id -> users.age + $1::INTEGER', ['age_1']],
      ['users.id + $1::INTEGER -> $2::INTEGER', ['id_1', 'param_1']],
      ['(users.id && $1::INTEGER) AND users.id = $2::INTEGER', ['id_1', 'id_2']],
    ],
  ],
  [
    '13 IN with a list',
    () => [
      select(u.id)
        .where(u.id.in([1, 2]))
        .where(u.age.eq(7)),
    ],
    [
      [
        'SELECT users.id FROM users WHERE users.id IN ($2::INTEGER, $3::INTEGER) AND users.age = $1::INTEGER',
        ['age_1', 'id_1_1', 'id_1_2'],
      ],
    ],
  ],
  [
    '14 empty IN, expressions, subqueries',
    () => [
      u.id.in([]),
      u.id.notIn([]),
      tuple(u.id, u.name).in([]),
      u.id.in([u.age, 3]),
      u.id.in(select(a.user_id)),
      not(u.id.in(select(a.user_id))),
    ],
    [
      ['users.id IN (NULL) AND (1 != 1)'],
      ['(users.id NOT IN (NULL) OR (1 = 1))'],
      ['(users.id, users.name) IN ((NULL, NULL)) AND (1 != 1)'],
      ['users.id IN (users.age, $1::INTEGER)', ['id_1']],
      ['users.id IN (SELECT addresses.user_id FROM addresses)'],
      ['(users.id NOT IN (SELECT addresses.user_id FROM addresses))'],
    ],
  ],
  [
    '16 ANY and ALL',
    () => [literal('a').eq(any(d.tags)), any(d.tags).lt('q'), not(literal('a').eq(any(d.tags)))],
    [
      ['$1::VARCHAR = ANY (docs.tags)', ['param_1']],
      ['$1::VARCHAR > ANY (docs.tags)', ['param_1']],
      ['NOT ($1::VARCHAR = ANY (docs.tags))', ['param_1']],
    ],
  ],
  [
    '17 names of parameters',
    () => [and(u.id.eq(1), u.id.eq(2), u.age.eq(3), u.id.between(4, 5), literal(6).eq(7))],
    [
      [
        'users.id = $1::INTEGER AND users.id = $2::INTEGER AND users.age = $3::INTEGER AND users.id BETWEEN $4::INTEGER AND $5::INTEGER AND $6::INTEGER = $7::INTEGER',
        ['id_1', 'id_2', 'age_1', 'id_3', 'id_4', 'param_1', 'param_2'],
      ],
    ],
  ],
  [
    '18 labels share the counters',
    () => [select(func.count(u.id), func.count(u.age)).groupBy(u.name).having(func.count(u.id).gt(5))],
    [
      [
        'SELECT count(users.id) AS count_1, count(users.age) AS count_2 FROM users GROUP BY users.name HAVING count(users.id) > $1::INTEGER',
        ['count_3'],
      ],
    ],
  ],
  [
    '19 duplicate names',
    () => [select(u.id, a.id, u.id, a.id)],
    [['SELECT users.id, addresses.id AS id_1, users.id AS id__1, addresses.id AS id__2 FROM users, addresses']],
  ],
  [
    '21 anonymous labels',
    () => [select(u.id.add(1), func.max(u.id), func.max(u.id), cast(u.id, String), u.id.negate(), literal('q'))],
    [
      [
        'SELECT users.id + $1::INTEGER AS anon_1, max(users.id) AS max_1, max(users.id) AS max_2, CAST(users.id AS VARCHAR) AS id, -users.id, $2::VARCHAR AS anon_2 FROM users',
        ['id_1', 'param_1'],
      ],
    ],
  ],
  [
    '22 subquery columns',
    () => [select(select(u.id, a.id, u.id.add(1)).subquery())],
    [
      [
        'SELECT anon_1.id, anon_1.id_1, anon_1.anon_2 FROM (SELECT users.id AS id, addresses.id AS id_1, users.id + $1::INTEGER AS anon_2 FROM users, addresses) AS anon_1',
        ['id_2'],
      ],
    ],
  ],
  [
    '23 ORDER BY a label',
    () => [select(x).where(x.gt(5)).groupBy(x).orderBy(x.desc(), x.add(1))],
    [
      [
        'SELECT users.id + $1::INTEGER AS x FROM users WHERE users.id + $1::INTEGER > $2::INTEGER GROUP BY users.id + $1::INTEGER ORDER BY x DESC, users.id + $1::INTEGER + $3::INTEGER',
        ['id_1', 'param_1', 'param_2'],
      ],
    ],
  ],
  [
    '24 labels by name',
    () => [
      select(x, u.name)
        .groupBy('x')
        .orderBy(desc('x'), 'age' as 'x'),
    ],
    [['SELECT users.id + $1::INTEGER AS x, users.name FROM users GROUP BY x ORDER BY x DESC, users.age', ['id_1']]],
  ],
  [
    '25 a label that is not selected expands',
    () => [select(u.id).orderBy(x)],
    [['SELECT users.id FROM users ORDER BY users.id + $1::INTEGER', ['id_1']]],
  ],
  [
    '26 auto-correlation only where a FROM is left',
    () => [
      select(u.id)
        .where(u.id.eq(select(a.user_id).where(a.user_id.eq(u.id)).scalarSubquery()))
        .where(u.id.eq(select(func.max(u.id)).scalarSubquery() as never)),
    ],
    [
      [
        'SELECT users.id FROM users WHERE users.id = (SELECT addresses.user_id FROM addresses WHERE addresses.user_id = users.id) AND users.id = (SELECT max(users.id) AS max_1 FROM users)',
      ],
    ],
  ],
  [
    '28 EXISTS',
    () => [
      exists().where(a.user_id.eq(u.id)),
      select(u.id).where(not(exists(select(literalColumn('1')).where(a.user_id.eq(u.id))))),
    ],
    [
      ['EXISTS (SELECT * FROM addresses, users WHERE addresses.user_id = users.id)'],
      ['SELECT users.id FROM users WHERE NOT (EXISTS (SELECT 1 FROM addresses WHERE addresses.user_id = users.id))'],
    ],
  ],
  [
    '29 the ON clause of the foreign key',
    () => [select(a.email, u.id).outerjoinFrom(users, addresses)],
    [['SELECT addresses.email, users.id FROM users LEFT OUTER JOIN addresses ON users.id = addresses.user_id']],
  ],
  [
    '30 FROM of columns and criteria',
    () => [select(u.id).where(a.user_id.eq(u.id), a.email.eq(literalColumn('node.x')))],
    [['SELECT users.id FROM users, addresses WHERE addresses.user_id = users.id AND addresses.email = node.x']],
  ],
  [
    '31 compounds',
    () => [union(s1.limit(1), unionAll(s2, s1)).orderBy('id').limit(5)],
    [
      [
        '(SELECT users.id FROM users LIMIT $1::INTEGER) UNION (SELECT addresses.id FROM addresses UNION ALL SELECT users.id FROM users) ORDER BY id LIMIT $2::INTEGER',
        ['param_1', 'param_2'],
      ],
    ],
  ],
  [
    '32 a recursive CTE',
    () => {
      const tree = select(n.id, n.parent_id).where(n.parent_id.eq(null)).cte('tree', { recursive: true })
      tree.unionAll(select(n.id, n.parent_id).joinFrom(nodes, tree, n.parent_id.eq(tree.c.id)))
      return [select(tree.c.id).where(tree.c.id.in(select(tree.c.parent_id)))]
    },
    [
      [
        'WITH RECURSIVE tree(id, parent_id) AS (SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes WHERE nodes.parent_id IS NULL UNION ALL SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes JOIN tree ON nodes.parent_id = tree.id) SELECT tree.id FROM tree WHERE tree.id IN (SELECT tree.parent_id FROM tree)',
      ],
    ],
  ],
  [
    '33 a write in a CTE',
    () => {
      const i = insert(users).values({ name: 'x', age: 1, active: true }).returning(u.id).cte('i')
      return [select(i.c.id)]
    },
    [
      [
        'WITH i AS (INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN) RETURNING users.id) SELECT i.id FROM i',
        ['param_1', 'param_2', 'param_3'],
      ],
    ],
  ],
  [
    '34 INSERT',
    () => [
      insert(users)
        .values({ name: func.lower('A'), age: u.age.add(1), active: true })
        .returning(u.id),
      insert(users).values([
        { name: 'a', age: 1, active: true },
        { name: 'b', age: 2, active: false },
      ]),
      insert(users)
        .values({} as never)
        .returning(u.id),
    ],
    [
      [
        'INSERT INTO users (name, age, active) VALUES (lower($1::VARCHAR), (users.age + $2::INTEGER), $3::BOOLEAN) RETURNING users.id',
        ['lower_1', 'age_1', 'active'],
      ],
      [
        'INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN), ($4::VARCHAR, $5::INTEGER, $6::BOOLEAN)',
        ['name_m0', 'age_m0', 'active_m0', 'name_m1', 'age_m1', 'active_m1'],
      ],
      ['INSERT INTO users DEFAULT VALUES RETURNING users.id'],
    ],
  ],
  [
    '35 UPDATE',
    () => [
      update(users).values({ name: 'z', id: 9 }).where(u.id.eq(3)),
      update(users).values({ name: a.email }).where(a.user_id.eq(u.id)),
      update(users)
        .values([
          [u.name, 'q'],
          [u.id, u.id.add(1)],
        ])
        .all(),
    ],
    [
      ['UPDATE users SET id=$1::INTEGER, name=$2::VARCHAR WHERE users.id = $3::INTEGER', ['id', 'name', 'id_1']],
      ['UPDATE users SET name=addresses.email FROM addresses WHERE addresses.user_id = users.id'],
      ['UPDATE users SET name=$1::VARCHAR, id=(users.id + $2::INTEGER)', ['name', 'id_1']],
    ],
  ],
  [
    '36 DELETE USING',
    () => [deleteFrom(users).where(u.id.eq(a.user_id)).where(a.email.eq('x')).returning(u.id)],
    [
      [
        'DELETE FROM users USING addresses WHERE users.id = addresses.user_id AND addresses.email = $1::VARCHAR RETURNING users.id',
        ['email_1'],
      ],
    ],
  ],
  [
    '37 ON CONFLICT',
    () => {
      const ins = insert(users).values({ id: 1, name: 'a' } as never)
      return [
        ins
          .onConflictDoUpdate({
            indexElements: [u.id],
            indexWhere: u.age.gt(1),
            set: { age: u.age.add(ins.excluded.age), name: 'lit' },
            where: u.name.ne(ins.excluded.name),
          })
          .returning(u.id),
      ]
    },
    [
      [
        'INSERT INTO users (id, name) VALUES ($1::INTEGER, $2::VARCHAR) ON CONFLICT (id) WHERE age > $3::INTEGER DO UPDATE SET name = $4::VARCHAR, age = (users.age + excluded.age) WHERE users.name != excluded.name RETURNING users.id',
        ['id', 'name', 'age_1', 'param_1'],
      ],
    ],
  ],
  [
    '38 CASE and COALESCE',
    () => [
      select(
        caseWhen([u.id.eq(1), 'one'], [u.age.gt(2), null], { else: u.name }),
        caseWhen([1, 'a'], { value: u.id }),
        func.coalesce(u.name, 'x'),
      ),
    ],
    [
      [
        'SELECT CASE WHEN (users.id = $1::INTEGER) THEN $2::VARCHAR WHEN (users.age > $3::INTEGER) THEN NULL ELSE users.name END AS anon_1, CASE users.id WHEN $4::INTEGER THEN $5::VARCHAR END AS anon_2, coalesce(users.name, $6::VARCHAR) AS coalesce_1 FROM users',
        ['id_1', 'param_1', 'age_1', 'param_2', 'param_3', 'coalesce_2'],
      ],
    ],
  ],
  [
    '43 collation and order',
    () => [select(u.name).orderBy(u.name.collate('C').desc().nullsLast(), u.name.add('x'))],
    [
      [
        'SELECT users.name FROM users ORDER BY users.name COLLATE "C" DESC NULLS LAST, users.name || $1::VARCHAR',
        ['name_1'],
      ],
    ],
  ],
  [
    '44 FOR UPDATE, LIMIT',
    () => [
      select(u.id).withForUpdate({ read: true, of: users, skipLocked: true } as never),
      select(u.id).offset(5),
      select(u.id).limit(2).offset(1),
    ],
    [
      ['SELECT users.id FROM users FOR SHARE OF users SKIP LOCKED'],
      ['SELECT users.id FROM users LIMIT ALL OFFSET $1::INTEGER', ['param_1']],
      ['SELECT users.id FROM users LIMIT $1::INTEGER OFFSET $2::INTEGER', ['param_1', 'param_2']],
    ],
  ],
  [
    '46 text',
    () => [text("select :a, x::int, '\\:no' where y = :a").bindparams({ a: 5 })],
    [["select $1::INTEGER, x::int, ':no' where y = $1::INTEGER", ['a']]],
  ],
]

/** What the server refuses for its meaning, not for its form: operators, columns and tables that are not there. */
const MEANINGLESS =
  /operator does not exist|column .* does not exist|missing FROM-clause|must appear in the GROUP BY|no unique or exclusion constraint|invalid reference to FROM-clause/

let client: pgModule.Client

beforeAll(async () => {
  client = new pgModule.Client({ connectionString: postgresUrl() })
  await client.connect()
  for (const each of metadata.sortedTables) await client.query(postgresArrays.compile(new CreateTable(each)).sql)
})
afterAll(() => client.end())

describe('the reference list', () => {
  test.each(CASES)('%s', async (_title, build, rows) => {
    const shown = build().map(pg)
    expect(shown).toEqual(rows.map(([sql, names = []]) => ({ sql, names })))
    for (const { sql } of shown) await prepare(sql)
  })
})

async function prepare(sql: string): Promise<void> {
  const isStatement = /^(\(?select|with|insert|update|delete)\b/i.test(sql)
  const whole = isStatement ? sql : `SELECT ${sql} FROM users, addresses, docs`
  try {
    await client.query(`PREPARE probe AS ${whole}`)
    await client.query('DEALLOCATE probe')
  } catch (error) {
    if (!(error instanceof Error) || !MEANINGLESS.test(error.message)) throw new Error(`${whole}: ${error}`)
  }
}

test('names and values of a parameter that is used twice', () => {
  const id = bindparam('id', { type: Integer })
  const statement = select(u.id).where(u.id.eq(id), u.age.eq(id))
  expect(pg(statement)).toEqual({
    sql: 'SELECT users.id FROM users WHERE users.id = $1::INTEGER AND users.age = $1::INTEGER',
    names: ['id'],
  })
})
test.each([Double, Numeric(10, 2)])('casts of parameters have no length', (type) => {
  expect(pg(literal(1.5 as never, type as never)).sql).toMatch(/^\$1::(FLOAT|NUMERIC)$/)
})
