// Things that stand for elements: classes, handles and relationships take part in statements by two symbols and nothing else.

import {
  ArgumentError,
  CLAUSE_ELEMENT,
  deleteFrom,
  type EntityInstance,
  type HasJoinTarget,
  insert,
  JOIN_TARGET,
  select,
  sql,
  update,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import type { CompilePlugin } from '../../src/expression/base/protocol.ts'
import { EntityElement } from '../../src/expression/select/entity.ts'
import { a, addresses, o, orders, sqlOf, u, users } from './tables.ts'

const plugin: CompilePlugin = { prepare: (statement) => ({ statement, plan: null }) }

class Clause extends EntityElement {
  readonly id = -1
  readonly plugin = plugin
  readonly from = users
  readonly columns = users.columnList
  readonly entityName = 'User'
}
const clause = new Clause()

class User implements EntityInstance {
  declare readonly '~entity': true
  declare name: string
  static [CLAUSE_ELEMENT](): Clause {
    return clause
  }
}
const name = { [CLAUSE_ELEMENT]: () => u.name, '~value': '' }
const oneStep: HasJoinTarget = { [JOIN_TARGET]: () => [{ right: addresses, on: a.userId.eq(u.id) }] }
const twoSteps: HasJoinTarget = {
  [JOIN_TARGET]: () => [
    { right: addresses, on: a.userId.eq(u.id) },
    { right: orders, on: o.userId.eq(a.id) },
  ],
}

describe('they can stand where elements can', () => {
  test.each([
    [select(User), 'SELECT users.id, users.name, users.age, users.active FROM users'],
    [
      select(User).where(u.name.eq(name)),
      'SELECT users.id, users.name, users.age, users.active FROM users WHERE users.name = users.name',
    ],
    [select(name).orderBy(name).groupBy(name), 'SELECT users.name FROM users GROUP BY users.name ORDER BY users.name'],
    [
      select(a.id).joinFrom(User, addresses),
      'SELECT addresses.id FROM users JOIN addresses ON users.id = addresses.user_id',
    ],
    [select(a.id).join(User), 'SELECT addresses.id FROM addresses JOIN users ON users.id = addresses.user_id'],
    [select(a.id).selectFrom(User), 'SELECT addresses.id FROM users, addresses'],
    [select(u.id).join(oneStep), 'SELECT users.id FROM users JOIN addresses ON addresses.user_id = users.id'],
    [
      select(u.id).outerjoin(oneStep),
      'SELECT users.id FROM users LEFT OUTER JOIN addresses ON addresses.user_id = users.id',
    ],
    [
      select(u.id).join(twoSteps),
      'SELECT users.id FROM users JOIN addresses ON addresses.user_id = users.id JOIN orders ON orders.user_id = addresses.id',
    ],
    [
      select(User).join(twoSteps).join(orders.alias('more')),
      'SELECT users.id, users.name, users.age, users.active FROM users JOIN addresses ON addresses.user_id = users.id JOIN orders ON orders.user_id = addresses.id JOIN orders AS more ON users.id = more.user_id',
    ],
    [insert(User).values({ name: 'x' }), 'INSERT INTO users (name) VALUES (:name)'],
    [update(User).values({ name: 'x' }).all(), 'UPDATE users SET name=:name'],
    [
      deleteFrom(User).where(u.id.eq(1)).returning(User),
      'DELETE FROM users WHERE users.id = :id_1 RETURNING users.id, users.name, users.age, users.active',
    ],
    [sql`select ${name} from ${User}`, 'select users.name from users'],
  ])('%s', (statement, expected) => {
    expect(sqlOf(statement)).toBe(expected)
  })
})

test.each([
  ['select', select(User), plugin],
  ['select of another', select(u.id), null],
  ['a later column', select(u.id).addColumns(User), plugin],
  ['join', select(a.id).join(User), plugin],
  ['selectFrom', select(a.id).selectFrom(User), plugin],
  ['insert', insert(User), plugin],
  ['update', update(User), plugin],
  ['deleteFrom', deleteFrom(User), plugin],
  ['returning', insert(users).returning(User), plugin],
])('%s carries the plugin of the classes in it', (_what, statement, expected) => {
  expect(statement.plugin).toBe(expected)
})

test.each([
  [() => select(u.id).where(User as never), /^where\(\) .*got the class User: name one of its attributes/],
  [
    () => u.id.eq(User as never),
    /^\.eq\(\) takes a column expression; got a mapped class: name one of its attributes: mapped\(Class\)\.name$/,
  ],
  [() => select(u.id).join(oneStep, a.id.eq(1)), /takes a condition or a relationship, not both/],
  [() => select(class {} as never), /^select\(\) takes .*got a function/],
  [() => select({ name: { toString: () => 'x' } as never }), /^select\(\) takes .*got a plain object/],
])('%s is refused', (wrong, message) => {
  expect(wrong).toThrow(ArgumentError)
  expect(wrong).toThrow(message)
})
