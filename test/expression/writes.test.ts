// INSERT, UPDATE, DELETE; shown by the default dialect.
import {
  ArgumentError,
  Column,
  CompileError,
  column as column_,
  deleteFrom,
  type Element,
  exists,
  func,
  Integer,
  insert,
  JSON,
  MetaData,
  String as StringType,
  select,
  sqlTrue,
  table,
  tuple,
  update,
} from 'tsalchemy'
import { insert as upsert } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { a, addresses, o, sqlOf, u, users } from './tables.ts'

type Case = readonly [statement: Element, sql: string]

const settings = table('settings', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  made: Column(Integer, { default: () => 1 }),
  nick: Column(StringType, { nullable: true }),
  body: Column(JSON(), { nullable: true }),
  label: Column(StringType, { name: 'the label', nullable: true }),
})

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  INSERT: [
    [insert(users).values({ name: 'x' }), 'INSERT INTO users (name) VALUES (:name)'],
    [insert(users).values({ age: 5, name: 'x' }), 'INSERT INTO users (name, age) VALUES (:name, :age)'],
    [insert(users).values({ name: 'x', age: undefined }), 'INSERT INTO users (name) VALUES (:name)'],
    [insert(users).values({ name: 'x', age: null }), 'INSERT INTO users (name, age) VALUES (:name, :age)'],
    [
      insert(users)
        .values({ name: 'x' })
        .values({ name: 'y', age: 1 } as never),
      'INSERT INTO users (name, age) VALUES (:name, :age)',
    ],
    [
      insert(users).values({ name: func.lower('A'), age: u.age.add(1) as never }),
      'INSERT INTO users (name, age) VALUES (lower(:lower_1), (users.age + :age_1))',
    ],
    [insert(users).values([{ name: 'a' }, { name: 'b' }]), 'INSERT INTO users (name) VALUES (:name_m0), (:name_m1)'],
    [
      insert(users).values([{ name: 'a' }, { name: 'b', age: 5 }]),
      'INSERT INTO users (name, age) VALUES (:name_m0, DEFAULT), (:name_m1, :age_m1)',
    ],
    [
      insert(settings).values([{ nick: 'a' }, { made: 5 }]),
      'INSERT INTO settings (made, nick) VALUES (:made_m0, :nick_m0), (:made_m1, DEFAULT)',
    ],
    [
      insert(settings).values({ label: 'x' }).inline(),
      'INSERT INTO settings (made, "the label") VALUES (:made, :label)',
    ],
    [
      insert(users).fromSelect(['name'], select(a.email)),
      'INSERT INTO users (name) SELECT addresses.email FROM addresses',
    ],
    [
      insert(users).fromSelect([u.name, 'age'], select(a.email, a.userId)),
      'INSERT INTO users (name, age) SELECT addresses.email, addresses.user_id FROM addresses',
    ],
    [
      insert(users).values({ name: 'x' }).returning(u.id).returning(func.upper(u.name)),
      'INSERT INTO users (name) VALUES (:name) RETURNING users.id, upper(users.name) AS upper_1',
    ],
    [
      insert(users).values({ name: 'x' }).returning(users),
      'INSERT INTO users (name) VALUES (:name) RETURNING users.id, users.name, users.age, users.active',
    ],
    [
      select(insert(users).values({ name: 'x' }).returning(u.id).cte('i')),
      'WITH i AS (INSERT INTO users (name) VALUES (:param_1) RETURNING users.id) SELECT i.id FROM i',
    ],
  ],
  UPDATE: [
    [
      update(users).values({ name: 'z', id: 9 }).where(u.id.eq(3)),
      'UPDATE users SET id=:id, name=:name WHERE users.id = :id_1',
    ],
    [
      update(users).values({ name: a.email }).where(a.userId.eq(u.id)),
      'UPDATE users SET name=addresses.email FROM addresses WHERE addresses.user_id = users.id',
    ],
    [
      update(users)
        .values([
          [u.name, 'q'],
          ['id', u.id.add(1)],
        ])
        .all(),
      'UPDATE users SET name=:name, id=(users.id + :id_1)',
    ],
    [
      update(users).values({ name: 'x', age: undefined }).where(u.id.eq(1)).where(u.age.gt(2)),
      'UPDATE users SET name=:name WHERE users.id = :id_1 AND users.age > :age_1',
    ],
    [
      update(users).values({ name: 'x' }).from(addresses).where(u.id.eq(1)).returning(u.id, a.email),
      'UPDATE users SET name=:name FROM addresses WHERE users.id = :id_1 RETURNING users.id, addresses.email',
    ],
    [
      update(users)
        .values({ age: select(func.count(o.id)).where(o.userId.eq(u.id)).scalarSubquery() })
        .all(),
      'UPDATE users SET age=(SELECT count(orders.id) AS count_1 FROM orders WHERE orders.user_id = users.id)',
    ],
  ],
  DELETE: [
    [
      deleteFrom(users).where(u.id.eq(a.userId)).where(a.email.eq('x')).returning(u.id),
      'DELETE FROM users USING addresses WHERE users.id = addresses.user_id AND addresses.email = :email_1 RETURNING users.id',
    ],
    [deleteFrom(users).using(addresses).where(u.id.eq(1)), 'DELETE FROM users USING addresses WHERE users.id = :id_1'],
    [
      deleteFrom(users).where(exists(select(a.id).where(a.userId.eq(u.id)))),
      'DELETE FROM users WHERE EXISTS (SELECT addresses.id FROM addresses WHERE addresses.user_id = users.id)',
    ],
    [deleteFrom(users).all(), 'DELETE FROM users'],
  ],
}

for (const [name, cases] of Object.entries(GROUPS))
  test.each(cases.map(([statement, sql]) => [sql, statement] as const))(`${name}: %s`, (sql, statement) => {
    expect(sqlOf(statement)).toBe(sql)
  })

test.each([
  ['UPDATE', update(users).values({ name: 'x' })],
  ['UPDATE where true', update(users).values({ name: 'x' }).where(sqlTrue())],
  ['DELETE', deleteFrom(users)],
  ['DELETE where true', deleteFrom(users).where(sqlTrue())],
])('%s without a criterion is refused', (_name, statement) => {
  expect(() => sqlOf(statement)).toThrow(CompileError)
  expect(() => sqlOf(statement)).toThrow(/of table 'users' has no criterion .*add \.where\(\.\.\.\), or \.all\(\)/)
})

test('values do not change a statement that others hold', () => {
  const first = insert(users).values({ name: 'x' })
  first.values({ age: 5 } as never).returning(u.id)
  expect(sqlOf(first)).toBe('INSERT INTO users (name) VALUES (:name)')
})

describe('what cannot be written is refused', () => {
  const unknown = (value: unknown): never => value as never
  test.each([
    [
      () => insert(users).values(unknown({ nmae: 'x' })),
      "insert().values(): table 'users' has no column 'nmae'; did you mean 'name'?",
    ],
    [
      () => insert(users).values(unknown({ ['__proto__']: 'x' })),
      /^insert\(\)\.values\(\): table 'users' has no column '__proto__'/,
    ],
    [() => insert(users).values(unknown({ constructor: 'x' })), /no column 'constructor'/],
    [
      () => insert(users).values(unknown({ name: { $ne: 1 } })),
      "insert().values(): column 'name' of the type string got a plain object; only json and array columns take objects and arrays",
    ],
    [() => insert(users).values(unknown({ name: ['x'] })), /column 'name' .* got an array/],
    [() => insert(users).values(unknown({ name: () => 1 })), /column 'name' .* got a function/],
    [() => insert(users).values(unknown('x')), 'insert().values() takes an object of values by column; got a string'],
    [
      () => insert(users).values(unknown(Promise.resolve({ name: 'x' }))),
      'insert().values() takes an object of values by column; got a Promise (await it first)',
    ],
    [() => insert(users).values(unknown(new Map([['name', 'x']]))), /by column; got an object of class Map/],
    [() => insert(users).values(unknown([{ name: 'x' }, new Date()])), /by column; got a Date/],
    [() => insert(users).values(unknown(select(users))), /by column; got a SELECT/],
    [() => insert(users).values(unknown(Object.create({ name: 'x' }))), /by column; got an object/],
    [() => update(users).values(unknown(new Set(['x']))), /by column; got an object of class Set/],
    [() => select(users).filterBy(unknown(Promise.resolve({ name: 'x' }))), /by column; got a Promise/],
    [() => insert(users).values([]), 'insert().values() got an empty list of rows'],
    [() => insert(users).values(unknown([{ name: 'x' }, null])), /takes an object of values by column; got null/],
    [
      () =>
        insert(users)
          .values({ name: 'x' })
          .values([{ name: 'y' }]),
      /cannot be added/,
    ],
    [
      () =>
        insert(users)
          .values([{ name: 'x' }])
          .values({ name: 'y' }),
      /cannot be added/,
    ],
    [() => insert(users).values({ name: 'x' }).fromSelect(['name'], select(a.email)), /exclude each other/],
    [() => insert(users).fromSelect('name' as never, select(a.email)), /^fromSelect\(\) takes the columns as a list/],
    [() => insert(users).fromSelect(['name'], select(a.email)).values({ name: 'x' }), /exclude each other/],
    [() => insert(users).fromSelect(['name'], select(a.email, a.id)), 'fromSelect() names 1 columns; the SELECT has 2'],
    [() => insert(users).fromSelect(unknown(['nope']), select(a.email)), /has no column 'nope'/],
    [
      () => insert(unknown(users.alias())),
      /^insert\(\) takes a table or a mapped class; got a FROM element \(alias\): name the table itself$/,
    ],
    [() => insert(unknown(Date)), /^insert\(\) takes a table or a mapped class; got a function$/],
    [() => update(users).values(unknown({ nope: 1 })), /^update\(\)\.values\(\): table 'users' has no column 'nope'/],
    [() => update(users).values(unknown([[u.name]])), /takes pairs \[column, value\]/],
    [() => update(users).values([[a.id, undefined]]), /got undefined as a value/],
    [() => update(users).where(unknown(undefined)), /^where\(\) takes a boolean expression, .*got undefined/],
    [() => deleteFrom(unknown(select(u.id))), /^deleteFrom\(\) takes a table/],
    [() => deleteFrom(users).returning(unknown('id')), /^returning\(\) takes columns/],
  ] as const)('%s', (wrong, message) => {
    expect(wrong).toThrow(ArgumentError)
    expect(wrong).toThrow(message)
  })
})

test('documents are values of json columns', () => {
  const statement = insert(settings).values({ body: { a: [1, null] } })
  expect(statement.state.values?.map(({ value }) => value)).toMatchObject([{ value: { a: [1, null] }, key: 'body' }])
})

describe('what is written belongs to the table that is written', () => {
  const says = (column: string) =>
    `update().values(): the column '${column}' is not of the table 'users': a statement writes to one table; name its own columns`

  test('the column of another table, though there is one of the same name', () => {
    expect(() => update(users).values([[addresses.c.id as never, 5]])).toThrow(ArgumentError)
    expect(() => update(users).values([[addresses.c.id as never, 5]])).toThrow(says('id'))
    expect(() => update(users).values([[settings.c.body.at('a') as never, 5]])).toThrow(says('body'))
    expect(() => update(users).values([[tuple(u.id, addresses.c.id) as never, [1, 2]]])).toThrow(says('id'))
  })

  test('of the table, an alias of it, by name, or a column of no table', () => {
    for (const column of [users.c.name, users.alias('other').c.name, 'name', column_('name', StringType)])
      expect(
        sqlOf(
          update(users)
            .values([[column as never, 'x']])
            .all(),
        ),
      ).toBe('UPDATE users SET name=:name')
    const again = table('users', new MetaData(), { name: Column(StringType) })
    expect(
      sqlOf(
        update(users)
          .values([[again.c.name as never, 'x']])
          .all(),
      ),
    ).toBe('UPDATE users SET name=:name')
  })

  test('several arguments are not dropped', () => {
    const call =
      (statement: object, ...values: unknown[]) =>
      () =>
        (statement as { values(...given: unknown[]): unknown }).values(...values)
    const rows = [{ name: 'a' }, { name: 'b' }]
    expect(call(insert(users), ...rows)).toThrow(
      'insert().values() takes one argument, got 2: several rows are one list, .values([{ ... }, { ... }])',
    )
    expect(call(upsert(users), ...rows)).toThrow('insert().values() takes one argument, got 2')
    expect(call(update(users), ...rows)).toThrow('update().values() takes one argument, got 2')
  })
})

test('the table that is written is not joined with itself but by an alias', () => {
  expect(() => update(users).from(users)).toThrow('update().from() takes further tables: an alias of the one')
  expect(() => deleteFrom(users).using(addresses, users)).toThrow('deleteFrom().using() takes further tables')
  const other = users.alias('other')
  expect(sqlOf(update(users).values({ name: 'x' }).from(other).where(other.c.id.gt(users.c.id)))).toBe(
    'UPDATE users SET name=:name FROM users AS other WHERE other.id > users.id',
  )
  expect(sqlOf(deleteFrom(other).using(users).where(other.c.id.gt(users.c.id)))).toBe(
    'DELETE FROM users AS other USING users WHERE other.id > users.id',
  )
})
