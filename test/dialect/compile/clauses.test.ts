// The clauses of SELECT: label styles, FETCH, prefixes and hints, correlation by exception, WITH within statements, filterBy.
import {
  AmbiguousColumnError,
  ArgumentError,
  CompileError,
  deleteFrom,
  func,
  Integer,
  insert,
  literal,
  literalColumn,
  select,
  text,
  union,
  unionAll,
  update,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { addresses, nodes, pg, postgresArrays, standard, users } from './fixture.ts'
import { type Spelt, spellingChecker } from './spelling.ts'

const u = users.c
const a = addresses.c
const check = spellingChecker()

const ROWS: readonly Spelt[] = [
  {
    title: 'label style: table and column',
    element: () => select(u.id, a.id, u.id).setLabelStyle('tablenamePlusCol'),
    standard:
      'SELECT users.id AS users_id, addresses.id AS addresses_id, users.id AS users_id__1 FROM users, addresses',
  },
  {
    title: 'label style: table and column of an alias without a name, and of a subquery',
    element: () => select(select(users.alias().c.id).setLabelStyle('tablenamePlusCol').subquery('s')),
    standard: 'SELECT s.users_1_id FROM (SELECT users_1.id AS users_1_id FROM users AS users_1) AS s',
  },
  {
    title: 'label style: none',
    element: () => select(u.id, a.id, u.id).setLabelStyle('none'),
    standard: 'SELECT users.id, addresses.id, users.id FROM users, addresses',
  },
  {
    title: 'ORDER BY names a label where the columns clause has it for the same expression',
    element: () => select(u.id.label('x'), a.id.label('x')).orderBy(u.id.label('x').desc(), a.id.label('x')),
    standard: 'SELECT users.id AS x, addresses.id AS x_1 FROM users, addresses ORDER BY x DESC, addresses.id',
  },
  {
    title: 'where it has the name for another expression, or the expression under another name, it is spelt out',
    element: () => {
      const x = u.id.add(u.age).label('x')
      return select({ y: x, x: u.name }).orderBy(x)
    },
    standard: 'SELECT users.id + users.age AS y, users.name AS x FROM users ORDER BY users.id + users.age',
  },
  {
    title: 'a compound knows nothing but the names of its first part',
    element: () => union(select(u.id.label('x')), select(a.id)).orderBy(u.id.label('x').desc()),
    standard: 'SELECT users.id AS x FROM users UNION SELECT addresses.id FROM addresses ORDER BY x DESC',
  },
  {
    title: 'RETURNING in WITH: what has no name gets one',
    element: () => select(deleteFrom(users).all().returning(u.age.negate(), u.id).cte('w')),
    standard: 'WITH w AS (DELETE FROM users RETURNING -users.age AS anon_1, users.id) SELECT w.anon_1, w.id FROM w',
  },
  {
    title: 'RETURNING in WITH: SQL that is written as it is gets one too',
    element: () => {
      const w = deleteFrom(users).all().returning(literalColumn('1'), literalColumn('now()', Integer), u.id).cte('w')
      return select(w, w.columns['1'] as typeof u.id)
    },
    standard:
      'WITH w AS (DELETE FROM users RETURNING 1 AS "1", now() AS "now()", users.id) SELECT w."1", w."now()", w.id, w."1" AS "1__1" FROM w',
  },
  {
    title: 'FETCH',
    element: () => select(u.id).orderBy(u.id).offset(2).fetch(3, { withTies: true }),
    standard: 'SELECT users.id FROM users ORDER BY users.id OFFSET :param_1 ROWS FETCH FIRST :param_2 ROWS WITH TIES',
    postgresql:
      'SELECT users.id FROM users ORDER BY users.id OFFSET ($1::INTEGER) ROWS FETCH FIRST ($2::INTEGER) ROWS WITH TIES',
    names: ['param_1', 'param_2'],
  },
  {
    title: 'FETCH of a compound and of its part',
    element: () => union(select(u.id).fetch(1), select(a.id)).fetch(2),
    standard:
      '(SELECT users.id FROM users FETCH FIRST :param_1 ROWS ONLY) UNION SELECT addresses.id FROM addresses FETCH FIRST :param_2 ROWS ONLY',
    postgresql:
      '(SELECT users.id FROM users FETCH FIRST ($1::INTEGER) ROWS ONLY) UNION SELECT addresses.id FROM addresses FETCH FIRST ($2::INTEGER) ROWS ONLY',
    names: ['param_1', 'param_2'],
  },
  {
    title: 'UNION of columns that only the server counts',
    element: () =>
      union(
        select(text('1, 2')),
        select(a.id, a.user_id) as never,
        select(literalColumn('*')).selectFrom(nodes) as never,
      ),
    standard: 'SELECT 1, 2 UNION SELECT addresses.id, addresses.user_id FROM addresses UNION SELECT * FROM nodes',
    postgresql: 'SELECT 1, 2 UNION SELECT addresses.id, addresses.user_id FROM addresses UNION SELECT * FROM nodes',
    names: [],
  },
  {
    title: 'LIMIT takes the place of FETCH, FETCH that of LIMIT',
    element: () => select(u.id).fetch(1).limit(2),
    standard: 'SELECT users.id FROM users LIMIT :param_1',
    postgresql: 'SELECT users.id FROM users LIMIT $1::INTEGER',
    names: ['param_1'],
  },
  {
    title: 'slice',
    element: () => select(u.id).slice(10, 15),
    standard: 'SELECT users.id FROM users LIMIT :param_1 OFFSET :param_2',
    postgresql: 'SELECT users.id FROM users LIMIT $1::INTEGER OFFSET $2::INTEGER',
    names: ['param_1', 'param_2'],
  },
  {
    title: 'prefixes, suffixes and hints, of this dialect and of others',
    element: () =>
      select(u.id)
        .prefixWith(text('ALL'))
        .prefixWith(text('SQL_NO_CACHE'), { dialect: 'mysql' })
        .suffixWith(text('/* end */'))
        .withStatementHint(text('/* hint */'), { dialect: 'postgresql' })
        .withStatementHint(text('OPTION (RECOMPILE)'), { dialect: 'mssql' }),
    standard: 'SELECT ALL users.id FROM users /* end */',
    postgresql: 'SELECT ALL users.id FROM users /* hint */ /* end */',
  },
  {
    title: 'FROM ONLY',
    element: () => {
      const other = users.alias('o')
      return select(u.id, other.c.id).withHint(users, 'ONLY').withHint(other, 'only', { dialect: 'postgresql' })
    },
    standard: 'SELECT users.id, o.id AS id_1 FROM users, users AS o',
    postgresql: 'SELECT users.id, o.id AS id_1 FROM ONLY users, ONLY users AS o',
  },
  {
    title: 'correlateExcept',
    element: () =>
      select(
        u.id,
        select(func.count(a.id)).where(a.user_id.eq(u.id)).correlateExcept(addresses).scalarSubquery(),
      ).where(a.id.eq(u.id)),
    standard:
      'SELECT users.id, (SELECT count(addresses.id) AS count_1 FROM addresses WHERE addresses.user_id = users.id) AS anon_1 FROM users, addresses WHERE addresses.id = users.id',
  },
  {
    title: 'filterBy looks into all of FROM',
    element: () => select(u.id).join(addresses).filterBy({ email: 'x', name: 'ed', age: null }),
    standard:
      'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id WHERE addresses.email = :email_1 AND users.name = :name_1 AND users.age IS NULL',
    postgresql:
      'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id WHERE addresses.email = $1::VARCHAR AND users.name = $2::VARCHAR AND users.age IS NULL',
    names: ['email_1', 'name_1'],
  },
  {
    title: 'a nested WITH stands in the subquery that names it, others at the top',
    element: () => {
      const outer = select(a.user_id).cte('o')
      const inner = select(outer.c.user_id).cte('i', { nesting: true })
      return select(u.id).where(u.id.in(select(inner.c.user_id)))
    },
    standard:
      'WITH o AS (SELECT addresses.user_id AS user_id FROM addresses) SELECT users.id FROM users WHERE users.id IN (WITH i AS (SELECT o.user_id AS user_id FROM o) SELECT i.user_id FROM i)',
  },
  {
    title: 'nested WITHs of one name in several places, within each other, in a compound and at the top',
    element: () => {
      const deep = select(a.id).cte('n', { nesting: true })
      const middle = select(deep.c.id).cte('n', { nesting: true })
      const top = select(middle.c.id).cte('t', { nesting: true })
      return select(top.c.id).where(
        top.c.id.in(unionAll(select(a.id), select(select(u.id).cte('n', { nesting: true }).c.id))),
      )
    },
    standard:
      'WITH t AS (WITH n AS (WITH n AS (SELECT addresses.id AS id FROM addresses) SELECT n.id AS id FROM n) SELECT n.id AS id FROM n) SELECT t.id FROM t WHERE t.id IN (WITH n AS (SELECT users.id AS id FROM users) SELECT addresses.id FROM addresses UNION ALL SELECT n.id FROM n)',
  },
  {
    title: 'locks: of some tables, without waiting, of keys only',
    element: () => {
      const b = users.alias('b')
      return select(u.id)
        .join(addresses)
        .join(b, b.c.id.eq(u.id))
        .withForUpdate({ of: [users, b, users], nowait: true, keyShare: true })
    },
    standard:
      'SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id JOIN users AS b ON b.id = users.id FOR NO KEY UPDATE OF users, b NOWAIT',
  },
  {
    title: 'locks: shared by key, rows that are locked left out',
    element: () => select(u.id).limit(1).withForUpdate({ read: true, keyShare: true, skipLocked: true }),
    standard: 'SELECT users.id FROM users LIMIT :param_1 FOR KEY SHARE SKIP LOCKED',
    postgresql: 'SELECT users.id FROM users LIMIT $1::INTEGER FOR KEY SHARE SKIP LOCKED',
    names: ['param_1'],
  },
  {
    title: 'prefixes of writes',
    element: () =>
      deleteFrom(users)
        .prefixWith(text('ONLY FOR'), { dialect: 'other' })
        .prefixWith(text('/* a */'))
        .where(
          u.id.in(
            select(update(users).values({ name: 'x' }).all().prefixWith(text('ONLY')).returning(u.id).cte('w').c.id),
          ),
        ),
    standard:
      'WITH w AS (UPDATE ONLY users SET name=:param_1 RETURNING users.id) DELETE /* a */ FROM users WHERE users.id IN (SELECT w.id FROM w)',
    postgresql:
      'WITH w AS (UPDATE ONLY users SET name=$1::VARCHAR RETURNING users.id) DELETE /* a */ FROM users WHERE users.id IN (SELECT w.id FROM w)',
    names: ['param_1'],
  },
  {
    title: 'prefixes of INSERT and MERGE',
    element: () =>
      insert(users)
        .values({ name: 'x' } as never)
        .prefixWith(text('/* b */')),
    standard: 'INSERT /* b */ INTO users (name) VALUES (:name)',
    postgresql: 'INSERT /* b */ INTO users (name) VALUES ($1::VARCHAR) RETURNING users.id',
    names: ['name'],
  },
  {
    title: 'filterBy of UPDATE',
    element: () =>
      update(users)
        .values({ name: 'x' })
        .filterBy({ id: 5, age: null as never }),
    standard: 'UPDATE users SET name=:name WHERE users.id = :id_1 AND users.age IS NULL',
    postgresql: 'UPDATE users SET name=$1::VARCHAR WHERE users.id = $2::INTEGER AND users.age IS NULL',
    names: ['name', 'id_1'],
  },
  {
    title: 'filterBy of DELETE',
    element: () => deleteFrom(users).filterBy({ name: 'x' }),
    standard: 'DELETE FROM users WHERE users.name = :name_1',
    postgresql: 'DELETE FROM users WHERE users.name = $1::VARCHAR',
    names: ['name_1'],
  },
  {
    title: 'an alias of a CTE',
    element: () => {
      const c = select(u.id).cte('c')
      const other = c.alias('c2')
      return select(c.c.id, other.c.id).where(c.c.id.eq(other.c.id))
    },
    standard:
      'WITH c AS (SELECT users.id AS id FROM users) SELECT c.id, c2.id AS id_1 FROM c, c AS c2 WHERE c.id = c2.id',
  },
  {
    title: 'a compound of a compound of a compound, and a subquery of it',
    element: () =>
      select(
        select(u.id)
          .union(select(a.id).except(select(u.id).intersect(select(a.id))))
          .subquery('s'),
      ),
    standard:
      'SELECT s.id FROM (SELECT users.id AS id FROM users UNION (SELECT addresses.id AS id FROM addresses EXCEPT (SELECT users.id AS id FROM users INTERSECT SELECT addresses.id AS id FROM addresses))) AS s',
  },
]

test.each(ROWS)('$title', check)

describe('what is refused', () => {
  test('columns that filterBy cannot place', () => {
    expect(() => select(u.id, a.id).filterBy({ id: 5 })).toThrow(AmbiguousColumnError)
    expect(() => select(u.id).filterBy({ nam: 5 })).toThrow("has a column 'nam'")
    expect(() => select(u.id).filterBy({ name: undefined })).toThrow('got undefined')
    expect(() => select(u.id).filterBy({ ['__proto__']: 5 })).toThrow("has a column '__proto__'")
  })
  test('SQL in strings', () => {
    expect(() => select(u.id).prefixWith('x' as never)).toThrow("write text('...') for SQL")
    expect(() => select(u.id).withHint(users, 'ONLY; DROP TABLE users')).toThrow(ArgumentError)
    expect(() => pg(select(u.id).withHint(users, 'INDEX (a)'))).toThrow(CompileError)
    expect(standard(select(u.id).withHint(users, 'INDEX (a)'))).toBe('SELECT users.id FROM users')
  })
  test('options and counts that are none', () => {
    expect(() => select(u.id).fetch(1, { ties: true } as never)).toThrow("'ties'")
    expect(() => select(u.id).fetch(-1)).toThrow(ArgumentError)
    expect(() => select(u.id).slice(3, 2)).toThrow(ArgumentError)
    expect(() => select(u.id).setLabelStyle('other' as never)).toThrow(ArgumentError)
    expect(() => postgresArrays.compile(select(u.id).fetch(5, { percent: true }))).toThrow(CompileError)
    expect(standard(select(u.id).fetch(literal(5), { percent: true }))).toBe(
      'SELECT users.id FROM users FETCH FIRST :param_1 PERCENT ROWS ONLY',
    )
  })
})

test('what a SELECT tells of itself', () => {
  const statement = select(u.id, func.max(u.age).label('m')).selectFrom(addresses).where(a.id.eq(u.id))
  expect(statement.columnDescriptions).toEqual([
    { name: 'id', type: u.id.type, expression: u.id },
    { name: 'm', type: u.age.type, expression: expect.anything() },
  ])
  expect(statement.finalFroms).toEqual([addresses, users])
  expect(statement.columnsClauseFroms).toEqual([users])
})
