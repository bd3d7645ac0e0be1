// SQLAlchemy's subtle behaviours: the expression, the exact SQL, the names of the parameters; each is prepared by a server.
import pgModule from 'pg'
import {
  and,
  any,
  bindparam,
  Column,
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
  MetaData,
  type NamedElement,
  Numeric,
  not,
  or,
  String,
  select,
  sqlFalse,
  sqlTrue,
  table,
  text,
  tuple,
  union,
  unionAll,
  update,
  values,
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
const j = d.j as NamedElement<'j', { readonly k: { readonly m: number }; readonly a: { readonly b: string } }>

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
      u.id.add(u.age.add(1)),
      u.id.subtract(u.age).subtract(1),
      u.id.subtract(u.age.subtract(1)),
      u.id.multiply(u.age).multiply(2),
      u.id.add(u.age.subtract(1)),
      // SQLAlchemy's 'a' + u.name names the value after the column; a value on the left is told its name here.
      u.name.add(bindparam('name', { value: 'a', unique: true }).add(u.name)),
    ],
    [
      ['users.id + users.age + $1::INTEGER', ['age_1']],
      ['(users.id - users.age) - $1::INTEGER', ['param_1']],
      ['users.id - (users.age - $1::INTEGER)', ['age_1']],
      ['users.id * users.age * $1::INTEGER', ['param_1']],
      ['users.id + (users.age - $1::INTEGER)', ['age_1']],
      ['users.name || $1::VARCHAR || users.name', ['name_1']],
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
    () => [
      u.name.add('x'),
      bindparam('name', { value: 'x', unique: true }).add(u.name),
      u.name.add(u.name).add('z'),
      func.lower(u.name).add('q'),
    ],
    [
      ['users.name || $1::VARCHAR', ['name_1']],
      ['$1::VARCHAR || users.name', ['name_1']],
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
    '15 IN with tuples',
    () => [
      tuple(u.id, u.name).in([
        [1, 'a'],
        [2, 'b'],
      ]),
    ],
    // The types of the members are written, as for all other parameters; SQLAlchemy leaves them out here.
    [
      [
        '(users.id, users.name) IN (($1::INTEGER, $2::VARCHAR), ($3::INTEGER, $4::VARCHAR))',
        ['param_1_1_1', 'param_1_1_2', 'param_1_2_1', 'param_1_2_2'],
      ],
    ],
  ],
  [
    '16 ANY and ALL',
    () => [
      literal(5).eq(any(d.tags) as never),
      any(d.tags).lt('q'),
      not(literal('a').eq(any(d.tags))),
      bindparam('tags', { value: 'a', unique: true }).eq(any(d.tags)),
    ],
    [
      ['$1::INTEGER = ANY (docs.tags)', ['param_1']],
      ['$1::VARCHAR > ANY (docs.tags)', ['param_1']],
      ['NOT ($1::VARCHAR = ANY (docs.tags))', ['param_1']],
      ['$1::VARCHAR = ANY (docs.tags)', ['tags_1']],
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
    '20 names of table and column',
    () => [select(u.id, a.id, u.id).setLabelStyle('tablenamePlusCol')],
    [['SELECT users.id AS users_id, addresses.id AS addresses_id, users.id AS users_id__1 FROM users, addresses']],
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
    '27 a subquery in FROM correlates to nothing, LATERAL to its neighbours',
    () => {
      const inner = select(a.id).where(a.user_id.eq(u.id))
      return [select(u.id).join(inner.lateral('l'), sqlTrue()).join(inner.subquery('s'), sqlTrue())]
    },
    [
      [
        'SELECT users.id FROM users JOIN LATERAL (SELECT addresses.id AS id FROM addresses WHERE addresses.user_id = users.id) AS l ON true JOIN (SELECT addresses.id AS id FROM addresses, users WHERE addresses.user_id = users.id) AS s ON true',
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
      const i = insert(users)
        .values({ name: 'x' } as never)
        .returning(u.id)
        .cte('i')
      return [select(i.c.id)]
    },
    [['WITH i AS (INSERT INTO users (name) VALUES ($1::VARCHAR) RETURNING users.id) SELECT i.id FROM i', ['param_1']]],
  ],
  [
    '34 INSERT',
    () => [
      // What SQLAlchemy adds by itself, the keys, is asked for here.
      insert(users)
        .values({ name: 'x' } as never)
        .returning(u.id),
      insert(users)
        .values({ name: func.lower('A'), age: u.age.add(1) } as never)
        .returning(u.id),
      insert(users).values([{ name: 'a' }, { name: 'b' }] as never),
      insert(users)
        .values({} as never)
        .returning(u.id),
    ],
    [
      ['INSERT INTO users (name) VALUES ($1::VARCHAR) RETURNING users.id', ['name']],
      [
        'INSERT INTO users (name, age) VALUES (lower($1::VARCHAR), (users.age + $2::INTEGER)) RETURNING users.id',
        ['lower_1', 'age_1'],
      ],
      ['INSERT INTO users (name) VALUES ($1::VARCHAR), ($2::VARCHAR)', ['name_m0', 'name_m1']],
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
    '39 OVER, FILTER, WITHIN GROUP',
    () => [
      select(
        func
          .sum(u.age)
          .filter(u.age.gt(1))
          // A frame in numbers writes them; as expressions they are parameters, as SQLAlchemy has them.
          .over({ partitionBy: u.name, orderBy: [u.id.desc().nullsLast()], rows: [{ preceding: 2 }, 0] }),
        func.percentileCont(0.5).withinGroup(u.age),
      ),
    ],
    [
      [
        'SELECT sum(users.age) FILTER (WHERE users.age > $1::INTEGER) OVER (PARTITION BY users.name ORDER BY users.id DESC NULLS LAST ROWS BETWEEN $2::INTEGER PRECEDING AND CURRENT ROW) AS anon_1, percentile_cont($3::FLOAT) WITHIN GROUP (ORDER BY users.age) AS percentile_cont_1 FROM users',
        ['age_1', 'param_1', 'percentile_cont_2'],
      ],
    ],
  ],
  [
    '40 documents and arrays',
    () => [
      j.at('k').at('m'),
      j.path(['a', 'b']).asString().eq('x'),
      j.at('k').as(Integer).gt(3),
      d.j.contains({ a: 1 } as never),
      d.tags.at(1),
      d.tags.slice(1, 2),
      d.tags.contains(['x']),
      func.arrayAgg(u.id).at(1),
    ],
    [
      ['docs.j[$1::TEXT][$2::TEXT]', ['j_1', 'param_1']],
      ['(docs.j #>> $1) = $2::VARCHAR', ['j_1', 'param_1']],
      ['CAST((docs.j ->> $1::TEXT) AS INTEGER) > $2::INTEGER', ['j_1', 'param_1']],
      ['docs.j @> $1::JSONB', ['j_1']],
      ['docs.tags[$1::INTEGER]', ['tags_1']],
      ['docs.tags[$1::INTEGER:$2::INTEGER]', ['tags_1', 'tags_2']],
      ['docs.tags @> $1::VARCHAR[]', ['tags_1']],
      ['(array_agg(users.id))[$1::INTEGER]', ['array_agg_1']],
    ],
  ],
  [
    '41 quoting, and two tables of one name',
    () => {
      const one = table(
        'User',
        new MetaData(),
        { select: Column(Integer), camelCase: Column(Integer), ok_1: Column(Integer) },
        { schema: 's' },
      )
      return [select(one, table('User', new MetaData(), { q: Column(Integer) }))]
    },
    [['SELECT s."User"."select", s."User"."camelCase", s."User".ok_1, "User_1".q FROM s."User", "User" AS "User_1"']],
  ],
  [
    '42 rows and values of functions',
    () => [
      select(
        func.unnest(d.tags).tableValued('v', { withOrdinality: 'o' }).renderDerived({ name: 't' }),
        func.generateSeries(1, 3).columnValued('g'),
      ),
    ],
    [
      [
        'SELECT t.v, t.o, g FROM unnest(docs.tags) WITH ORDINALITY AS t(v, o), generate_series($1::INTEGER, $2::INTEGER) AS g',
        ['generate_series_1', 'generate_series_2'],
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
    '44 FOR UPDATE, LIMIT, FETCH',
    () => [
      select(u.id).withForUpdate({ read: true, of: users, skipLocked: true } as never),
      select(u.id).offset(5),
      select(u.id).limit(2).offset(1),
      select(u.id).orderBy(u.id).fetch(3, { withTies: true }),
    ],
    [
      ['SELECT users.id FROM users FOR SHARE OF users SKIP LOCKED'],
      ['SELECT users.id FROM users LIMIT ALL OFFSET $1::INTEGER', ['param_1']],
      ['SELECT users.id FROM users LIMIT $1::INTEGER OFFSET $2::INTEGER', ['param_1', 'param_2']],
      ['SELECT users.id FROM users ORDER BY users.id FETCH FIRST ($1::INTEGER) ROWS WITH TIES', ['param_1']],
    ],
  ],
  [
    '45 VALUES',
    () => [
      select(
        values({ a: Integer, b: String }, { name: 'v' }).data([
          [1, 'x'],
          [2, 'y'],
        ]),
      ),
    ],
    [
      [
        'SELECT v.a, v.b FROM (VALUES ($1::INTEGER, $2::VARCHAR), ($3::INTEGER, $4::VARCHAR)) AS v (a, b)',
        ['param_1', 'param_2', 'param_3', 'param_4'],
      ],
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
  await client.query('CREATE SCHEMA s; CREATE TABLE "User" (q INTEGER)')
  await client.query('CREATE TABLE s."User" ("select" INTEGER, "camelCase" INTEGER, ok_1 INTEGER)')
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
