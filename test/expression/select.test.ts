// SELECT: columns, FROM, joins, subqueries, compounds, CTEs; shown by the default dialect.

import {
  AmbiguousForeignKeysError,
  ArgumentError,
  and,
  Column,
  desc,
  type Element,
  exists,
  func,
  Integer,
  InvalidRequestError,
  insert,
  inspect,
  literal,
  literalColumn,
  MetaData,
  NoForeignKeysError,
  not,
  or,
  String as StringType,
  select,
  sqlTrue,
  table,
  text,
  union,
  unionAll,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { a, addresses, n, nodes, o, orders, sqlOf, u, users } from './tables.ts'

type Case = readonly [statement: Element, sql: string]

const x = u.id.add(1).label('x')
const s1 = select(u.id)
const s2 = select(a.id)
const roots = select(n.id, n.parentId).where(n.parentId.eq(null)).cte('tree', { recursive: true })
const tree = roots.unionAll(select(n.id, n.parentId).joinFrom(nodes, roots, n.parentId.eq(roots.c.id)))
const boss = nodes.alias('boss')

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  columns: [
    [select(u.id, u.name), 'SELECT users.id, users.name FROM users'],
    [select(users), 'SELECT users.id, users.name, users.age, users.active FROM users'],
    [
      select(u.id, a.id, u.id, a.id),
      'SELECT users.id, addresses.id AS id_1, users.id AS id__1, addresses.id AS id__2 FROM users, addresses',
    ],
    [
      select(u.id.add(1), func.max(u.id), func.max(u.id), u.id.cast(StringType), u.id.negate(), literal('q')),
      'SELECT users.id + :id_1 AS anon_1, max(users.id) AS max_1, max(users.id) AS max_2, CAST(users.id AS VARCHAR) AS id, -users.id, :param_1 AS anon_2 FROM users',
    ],
    [
      select({ who: u.name, count: func.count() }).groupBy(u.name),
      'SELECT users.name AS who, count(*) AS count FROM users GROUP BY users.name',
    ],
    [select(1, text('now()')), 'SELECT 1, now()'],
    [select(u.id.label('x').label('y')), 'SELECT users.id AS y FROM users'],
    [
      select(u.id).addColumns(u.name).addColumns(a.email),
      'SELECT users.id, users.name, addresses.email FROM users, addresses',
    ],
    [
      select(u.id).join(addresses).withOnlyColumns(a.email),
      'SELECT addresses.email FROM users JOIN addresses ON users.id = addresses.user_id',
    ],
    [select(u.id).distinct(), 'SELECT DISTINCT users.id FROM users'],
    [select(u.id).distinct(u.name), 'SELECT DISTINCT ON (users.name) users.id FROM users'],
  ],
  criteria: [
    [select(u.id).where(u.active, not(u.active)), 'SELECT users.id FROM users WHERE users.active AND NOT users.active'],
    [
      select(u.id)
        .where(or(and(u.id.eq(1), u.age.eq(2)), u.age.eq(3)))
        .where(or(u.id.eq(4), u.id.eq(5))),
      'SELECT users.id FROM users WHERE (users.id = :id_1 AND users.age = :age_1 OR users.age = :age_2) AND (users.id = :id_2 OR users.id = :id_3)',
    ],
    [select(u.id).where(sqlTrue()).where(u.id.eq(1)), 'SELECT users.id FROM users WHERE users.id = :id_1'],
    [select(u.id).where(sqlTrue()), 'SELECT users.id FROM users WHERE true'],
    [select(u.id).where(text('a or b')), 'SELECT users.id FROM users WHERE a or b'],
    [
      select(u.id).where(text('a or b')).where(u.id.eq(1)),
      'SELECT users.id FROM users WHERE (a or b) AND users.id = :id_1',
    ],
    [
      select(u.id).where(a.userId.eq(u.id), a.email.eq(literalColumn('node.x'))),
      'SELECT users.id FROM users, addresses WHERE addresses.user_id = users.id AND addresses.email = node.x',
    ],
    [
      select(func.count(u.id)).groupBy(u.name).having(func.count(u.id).gt(5), u.name.ne('x')),
      'SELECT count(users.id) AS count_1 FROM users GROUP BY users.name HAVING count(users.id) > :count_2 AND users.name != :name_1',
    ],
  ],
  'order, groups and limits': [
    [
      select(x).where(x.gt(5)).groupBy(x).orderBy(x.desc(), x.add(1)),
      'SELECT users.id + :id_1 AS x FROM users WHERE users.id + :id_1 > :param_1 GROUP BY users.id + :id_1 ORDER BY x DESC, users.id + :id_1 + :param_2',
    ],
    [
      select(x, u.name).groupBy('x').orderBy(desc('x'), desc('age')),
      'SELECT users.id + :id_1 AS x, users.name FROM users GROUP BY x ORDER BY x DESC, users.age DESC',
    ],
    [select(u.id).orderBy(x), 'SELECT users.id FROM users ORDER BY users.id + :id_1'],
    [select(u.id).orderBy(u.id).orderBy(null).orderBy(u.name), 'SELECT users.id FROM users ORDER BY users.name'],
    [select(u.id).groupBy(u.id).groupBy(null), 'SELECT users.id FROM users'],
    [select(u.id).orderBy(text('1 desc')), 'SELECT users.id FROM users ORDER BY 1 desc'],
    [select(u.id).limit(2).offset(1), 'SELECT users.id FROM users LIMIT :param_1 OFFSET :param_2'],
    [select(u.id).limit(2).limit(null), 'SELECT users.id FROM users'],
    [select(u.id).limit(literal(2).add(1)), 'SELECT users.id FROM users LIMIT :param_1 + :param_2'],
  ],
  joins: [
    [select(u.id).join(addresses), 'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id'],
    [
      select(u.id).join(addresses).join(orders),
      'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id JOIN orders ON users.id = orders.user_id',
    ],
    [select(a.email).join(users), 'SELECT addresses.email FROM addresses JOIN users ON users.id = addresses.user_id'],
    [
      select(a.email, u.id).outerjoinFrom(users, addresses),
      'SELECT addresses.email, users.id FROM users LEFT OUTER JOIN addresses ON users.id = addresses.user_id',
    ],
    [
      select(u.id).join(addresses, a.userId.eq(u.id), { isFull: true }),
      'SELECT users.id FROM users FULL OUTER JOIN addresses ON addresses.user_id = users.id',
    ],
    [
      select(u.id).selectFrom(users.join(addresses).outerjoin(orders)),
      'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id LEFT OUTER JOIN orders ON users.id = orders.user_id',
    ],
    [
      select(u.id, o.id).joinFrom(users, addresses),
      'SELECT users.id, orders.id AS id_1 FROM users JOIN addresses ON users.id = addresses.user_id, orders',
    ],
    [
      select(nodes, boss).join(boss, n.parentId.eq(boss.c.id)),
      'SELECT nodes.id, nodes.parent_id, boss.id AS id_1, boss.parent_id AS parent_id_1 FROM nodes JOIN nodes AS boss ON nodes.parent_id = boss.id',
    ],
    [select(u.id).join(addresses.alias('m')), 'SELECT users.id FROM users JOIN addresses AS m ON users.id = m.user_id'],
    [
      select(u.id, n.id).join(addresses),
      'SELECT users.id, nodes.id AS id_1 FROM users JOIN addresses ON users.id = addresses.user_id, nodes',
    ],
    [select(u.id).join(addresses, sqlTrue()), 'SELECT users.id FROM users JOIN addresses ON true'],
    [
      select(users.alias('q').c.id, users.alias().c.name),
      'SELECT q.id, users_1.name FROM users AS q, users AS users_1',
    ],
    [select(func.count()).selectFrom(users), 'SELECT count(*) AS count_1 FROM users'],
    [select(u.id).selectFrom(users, addresses, users).selectFrom(addresses), 'SELECT users.id FROM users, addresses'],
  ],
  'subqueries and correlation': [
    [
      select(select(u.id, a.id, u.id.add(1)).subquery()),
      'SELECT anon_1.id, anon_1.id_1, anon_1.anon_2 FROM (SELECT users.id AS id, addresses.id AS id_1, users.id + :id_2 AS anon_2 FROM users, addresses) AS anon_1',
    ],
    [
      select(u.id).where(u.id.eq(select(a.userId).where(a.userId.eq(u.id)).scalarSubquery())),
      'SELECT users.id FROM users WHERE users.id = (SELECT addresses.user_id FROM addresses WHERE addresses.user_id = users.id)',
    ],
    [
      select(u.id).where(u.id.eq(select(func.max(u.id)).scalarSubquery())),
      'SELECT users.id FROM users WHERE users.id = (SELECT max(users.id) AS max_1 FROM users)',
    ],
    [
      select(u.id).where(u.id.in(select(a.userId).where(a.userId.eq(u.id)).correlate(null))),
      'SELECT users.id FROM users WHERE users.id IN (SELECT addresses.user_id FROM addresses, users WHERE addresses.user_id = users.id)',
    ],
    [
      select(u.id).join(select(a.id).where(a.userId.eq(u.id)).lateral('l'), sqlTrue()),
      'SELECT users.id FROM users JOIN LATERAL (SELECT addresses.id AS id FROM addresses WHERE addresses.user_id = users.id) AS l ON true',
    ],
    [exists().where(a.userId.eq(u.id)), 'EXISTS (SELECT * FROM addresses, users WHERE addresses.user_id = users.id)'],
    [
      select(u.id).where(not(exists(select(1).where(a.userId.eq(u.id))))),
      'SELECT users.id FROM users WHERE NOT (EXISTS (SELECT 1 FROM addresses WHERE addresses.user_id = users.id))',
    ],
    [
      select(u.id).where(select(a.id).where(a.userId.eq(u.id)).exists(), u.id.eq(1)),
      'SELECT users.id FROM users WHERE (EXISTS (SELECT addresses.id FROM addresses WHERE addresses.user_id = users.id)) AND users.id = :id_1',
    ],
    [
      select(u.id).where(exists().selectFrom(addresses)),
      'SELECT users.id FROM users WHERE EXISTS (SELECT * FROM addresses)',
    ],
  ],
  'compounds and CTEs': [
    [
      union(s1.limit(1), unionAll(s2, s1)).orderBy('id').limit(5),
      '(SELECT users.id FROM users LIMIT :param_1) UNION (SELECT addresses.id FROM addresses UNION ALL SELECT users.id FROM users) ORDER BY id LIMIT :param_2',
    ],
    [s1.except(s2), 'SELECT users.id FROM users EXCEPT SELECT addresses.id FROM addresses'],
    [s1.intersect(s2).subquery('z').c.id, 'z.id'],
    [
      select(s1.union(s2).subquery('z')),
      'SELECT z.id FROM (SELECT users.id AS id FROM users UNION SELECT addresses.id AS id FROM addresses) AS z',
    ],
    [
      select(tree.c.id).where(tree.c.id.in(select(tree.c.parentId))),
      'WITH RECURSIVE tree(id, parent_id) AS (SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes WHERE nodes.parent_id IS NULL UNION ALL SELECT nodes.id AS id, nodes.parent_id AS parent_id FROM nodes JOIN tree ON nodes.parent_id = tree.id) SELECT tree.id FROM tree WHERE tree.id IN (SELECT tree.parent_id FROM tree)',
    ],
    [
      select(s1.cte('c1'), s2.cte('c2')),
      'WITH c1 AS (SELECT users.id AS id FROM users), c2 AS (SELECT addresses.id AS id FROM addresses) SELECT c1.id, c2.id AS id_1 FROM c1, c2',
    ],
    [
      select(1).addCte(insert(users).values({ name: 'x' }).cte('w')),
      'WITH w AS (INSERT INTO users (name) VALUES (:param_1)) SELECT 1',
    ],
    [
      select(1)
        .union(select(2))
        .addCte(insert(users).values({ name: 'x' }).cte('w'))
        .addCte(s1.cte('v')),
      'WITH w AS (INSERT INTO users (name) VALUES (:param_1)), v AS (SELECT users.id AS id FROM users) SELECT 1 UNION SELECT 2',
    ],
    [
      select(
        select(1)
          .unionAll(select(2))
          .addCte(s1.cte('v', { nesting: true }))
          .subquery('q'),
      ),
      'SELECT q."1" FROM (WITH v AS (SELECT users.id AS id FROM users) SELECT 1 AS "1" UNION ALL SELECT 2 AS "2") AS q',
    ],
  ],
  locks: [
    [select(u.id).withForUpdate(), 'SELECT users.id FROM users FOR UPDATE'],
    [
      select(u.id).withForUpdate({ read: true, of: users, skipLocked: true }),
      'SELECT users.id FROM users FOR SHARE OF users SKIP LOCKED',
    ],
    [
      select(u.id).withForUpdate({ keyShare: true, nowait: true }),
      'SELECT users.id FROM users FOR NO KEY UPDATE NOWAIT',
    ],
    [select(u.id).withForUpdate({ keyShare: true, read: true }), 'SELECT users.id FROM users FOR KEY SHARE'],
  ],
}

for (const [name, cases] of Object.entries(GROUPS))
  test.each(cases.map(([statement, sql]) => [sql, statement] as const))(`${name}: %s`, (sql, statement) => {
    expect(sqlOf(statement)).toBe(sql)
  })

test('every method gives a new statement and leaves the old one', () => {
  const first = select(u.id)
  const before = sqlOf(first)
  first.where(u.id.eq(1)).orderBy(u.id).limit(1).distinct().groupBy(u.id).join(addresses).withForUpdate()
  expect(sqlOf(first)).toBe(before)
})

describe('what cannot be told is explained', () => {
  const other = table('other', new MetaData(), { id: Column(Integer, { primaryKey: true }) })
  const metadata = new MetaData()
  const people = table('people', metadata, { id: Column(Integer, { primaryKey: true }) })
  const letters = table('letters', metadata, {
    id: Column(Integer, { primaryKey: true }),
    fromId: Column(Integer, { foreignKey: 'people.id' }),
    toId: Column(Integer, { foreignKey: 'people.id' }),
  })
  const orphans = table('orphans', metadata, { id: Column(Integer, { foreignKey: 'nowhere.id' }) })
  const unknown = (value: unknown): never => value as never

  test.each([
    [
      () => users.join(other),
      NoForeignKeysError,
      "Cannot tell on what to join 'users' and 'other': no foreign key leads from one to the other. Write the condition: join(target, condition)",
    ],
    [
      () => people.join(orphans),
      NoForeignKeysError,
      "Cannot tell on what to join 'people' and 'orphans': no foreign key leads from one to the other; the table that 'id' refers to is not defined in its MetaData yet. Write the condition: join(target, condition)",
    ],
    [
      () => people.join(letters),
      AmbiguousForeignKeysError,
      "Cannot tell on what to join 'people' and 'letters': several foreign keys link them, by 'fromId', 'toId'. Write the condition: join(target, condition)",
    ],
    [
      () => select(u.id).join(addresses, unknown({ isFull: true })),
      ArgumentError,
      "join() takes a boolean expression, such as users.c.name.eq('ed'); got a plain object: options stand behind the condition: join(target, undefined, { isFull: true })",
    ],
    [
      () => select(unknown(users.c)),
      ArgumentError,
      'select() takes columns, expressions, tables and mapped classes; got an object: the columns of a table are all meant by its name: select(users)',
    ],
    [
      () => select(u.id).where(unknown({ name: 'ed' })),
      ArgumentError,
      "where() takes a boolean expression, such as users.c.name.eq('ed'); got a plain object: filterBy() takes values by the names of columns",
    ],
    [
      () => select(u.id).join(nodes),
      InvalidRequestError,
      "join(): nothing in this SELECT can be joined with 'nodes' by a foreign key. Say what stands on the left by joinFrom(left, target, condition)",
    ],
    [
      () => select(a.id, o.id).join(users),
      InvalidRequestError,
      "join(): 'users' can be joined with 'addresses' and with 'orders'. Say which one is meant by joinFrom(left, target, condition)",
    ],
    [() => select(1).join(users), InvalidRequestError, /nothing in this SELECT can be joined with 'users'/],
    [() => select(u.id).join(unknown(select(a.id))), ArgumentError, /^join\(\) takes tables, .*call \.subquery\(\)/],
    [() => select(u.id).join(unknown(a.id)), ArgumentError, /^join\(\) takes tables, .*got an expression \(column\)/],
    [() => select(u.id).join(addresses, unknown(true)), ArgumentError, /^join\(\) takes a boolean expression/],
    [
      () => select(u.id).join(addresses, undefined, unknown({ outer: true })),
      ArgumentError,
      /^join\(\) has no option 'outer'/,
    ],
    [() => select(unknown('name')), ArgumentError, /^select\(\) takes columns, .*got a string: write text/],
    [() => select(unknown(undefined)), ArgumentError, /^select\(\) takes columns, .*got undefined/],
    [() => select(unknown(select(u.id))), ArgumentError, /got a SELECT: call \.scalarSubquery\(\)/],
    [
      () => select(u.id).where(unknown(undefined)),
      ArgumentError,
      /^where\(\) takes a boolean expression, .*got undefined/,
    ],
    [() => select(u.id).where(unknown(false)), ArgumentError, /^where\(\) .*got the JavaScript value false/],
    [() => select(u.id).limit(-1), ArgumentError, /^limit\(\) takes a whole number from 0 on/],
    [() => select(u.id).limit(unknown('1; DROP')), ArgumentError, /^limit\(\) takes a whole number/],
    [() => select(u.id).offset(1.5), ArgumentError, /^offset\(\) takes a whole number/],
    [
      () => select(u.id).orderBy(unknown(5)),
      ArgumentError,
      /^orderBy\(\) takes expressions and names of labels; got a number/,
    ],
    [() => select(u.id, u.name).scalarSubquery(), ArgumentError, 'A scalar subquery has one column; this SELECT has 2'],
    [
      () => select(u.id).union(unknown(select(u.id, u.name))),
      ArgumentError,
      'union(): all SELECTs must have the same number of columns; the first has 1, another has 2',
    ],
    [() => select(u.id).unionAll(unknown(users)), ArgumentError, /^unionAll\(\) takes a SELECT/],
    [
      () => select(u.id).withForUpdate({ nowait: true, skipLocked: true }),
      ArgumentError,
      /nowait or skipLocked, not both/,
    ],
    [() => select(u.id).withForUpdate(unknown({ skip_locked: true })), ArgumentError, /did you mean 'skipLocked'/],
    [() => select(u.id).executionOptions(unknown({ yieldper: 5 })), ArgumentError, /did you mean 'yieldPer'/],
    [() => select({ x: u.id }).addColumns(u.name), ArgumentError, /cannot add to select\(\{ name: item \}\)/],
  ] as const)('%s', (wrong, error, message) => {
    expect(wrong).toThrow(error)
    expect(wrong).toThrow(message)
  })
})

test('a label is looked up, so that no text gets in by it', () => {
  expect(() => sqlOf(select(u.id).orderBy(desc('1; DROP TABLE users')))).toThrow(/1; DROP TABLE users/)
})

test('inspect() of a statement is the statement, which tells of itself', () => {
  const statement = select(u.name, func.count().label('n')).groupBy(u.name)
  const inspected = inspect(statement)
  expect(inspected).toBe(statement)
  expect(inspected.columnDescriptions.map(({ name, type }) => [name, type.kind])).toEqual([
    ['name', 'string'],
    ['n', 'integer'],
  ])
  expect(inspected.finalFroms).toEqual([users])
  expect(inspect(users)).toBe(users)
  expect(inspect(u.name.eq('x')).kind).toBe('binary')
  expect(() => inspect({ kind: 'binary', keyId: 1 })).toThrow('No inspection is available')
})
