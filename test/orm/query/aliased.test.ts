// Handles on mapped classes and aliases of them, and what relationships give in statements.

import { type ColumnElement, select } from 'tsalchemy'
import { aliased, mapped, type RelationshipAttribute } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { entityClauseIn, handleOf } from '../../../src/orm/query/aliased.ts'
import { Address, Node, Post, Tag, User } from '../support/model.ts'

const u = mapped(User)
const a = mapped(Address)
const p = mapped(Post)
const n = mapped(Node)

describe('a handle', () => {
  test('is one for each class, a new one for each alias', () => {
    expect(mapped(User)).toBe(u)
    expect(aliased(User)).not.toBe(aliased(User))
  })

  test('stands for its class in statements, as the class itself does', () => {
    expect(String(u.name.eq('ed'))).toBe('user_account.name = :name_1')
    expect(String(a.userId)).toBe('address.user_id')
    const clause = entityClauseIn(u)
    expect(entityClauseIn(User)).toBe(clause)
    expect(clause?.columns.map((column) => column.key)).toEqual(['id', 'name', 'nick'])
    expect(clause?.entityName).toBe('User')
    expect(clause?.isPlain).toBe(true)
    expect(clause && handleOf(clause)).toBe(u)
    for (const none of [null, undefined, 5, 'x', {}, () => 1]) expect(entityClauseIn(none)).toBeNull()
  })

  test('of an alias has the alias’s columns', () => {
    const boss = aliased(User, 'boss')
    expect(String(boss.name.eq(u.name))).toBe('boss.name = user_account.name')
    expect(entityClauseIn(boss)?.entityName).toBe('boss')
    expect(entityClauseIn(boss)?.isPlain).toBe(false)
    expect(String(aliased(Address).userId)).toBe('address_1.user_id')
    expect(() => aliased(User, '')).toThrow('aliased(Class, name): the name is a text that is not empty')
  })

  test('lists its attributes, and refuses names that are none', async () => {
    expect(Object.keys(u)).toEqual(['id', 'name', 'nick', 'addresses', 'posts', 'profile'])
    expect(() => (u as never as { nmae: unknown }).nmae).toThrow("User has no attribute 'nmae'; did you mean 'name'?")
    expect(() => (u as never as { greet: unknown }).greet).toThrow("User has no attribute 'greet'; known: 'id'")
    expect(await (async () => u)()).toBe(u)
    expect((u as object).toString()).toBe('[object Object]')
  })
})

describe('joins', () => {
  test('along a relationship', () => {
    expect(String(select(u.name, a.email).join(u.addresses))).toBe(
      'SELECT user_account.name, address.email \nFROM user_account JOIN address ON user_account.id = address.user_id',
    )
    expect(String(select(a.email, u.name).join(a.user))).toBe(
      'SELECT address.email, user_account.name \nFROM address JOIN user_account ON user_account.id = address.user_id',
    )
  })

  test('to an alias', () => {
    const work = aliased(Address, 'work')
    expect(String(select(u.name).join(u.addresses.ofType(work)).where(work.email.eq('x')))).toBe(
      'SELECT user_account.name \nFROM user_account JOIN address AS work ON user_account.id = work.user_id \nWHERE work.email = :email_1',
    )
    expect(() => u.addresses.ofType(aliased(User) as never)).toThrow(
      'User.addresses.ofType() takes an alias of Address: aliased(Address)',
    )
  })

  test('through an association table', () => {
    expect(String(select(p.id, mapped(Tag).id).join(p.tags))).toBe(
      'SELECT post.id, tag.id AS id_1 \nFROM post JOIN post_tag AS post_tag_1 ON post.id = post_tag_1.post_id JOIN tag ON tag.id = post_tag_1.tag_id',
    )
  })

  test('of a table with itself need an alias', () => {
    const above = aliased(Node, 'above')
    expect(String(select(n.id).join(n.parent.ofType(above)))).toBe(
      'SELECT node.id \nFROM node JOIN node AS above ON above.id = node.parent_id',
    )
    expect(() => select(n.id).join(n.parent)).toThrow(
      "Node.parent joins 'Node' with itself: join an alias, parent.ofType(aliased(Node))",
    )
  })
})

describe('criteria', () => {
  const inUser = (criterion: ColumnElement<boolean>): string =>
    String(select(u.id).where(criterion)).replace('SELECT user_account.id \nFROM user_account \nWHERE ', '')

  test('any', () => {
    expect(inUser(u.addresses.any())).toBe('EXISTS (SELECT 1 \nFROM address \nWHERE user_account.id = address.user_id)')
    expect(inUser(u.addresses.any((x) => x.email.eq('x')))).toBe(
      'EXISTS (SELECT 1 \nFROM address \nWHERE user_account.id = address.user_id AND address.email = :email_1)',
    )
    expect(inUser(u.addresses.any(a.email.eq('x')))).toBe(inUser(u.addresses.any((x) => x.email.eq('x'))))
  })

  test('any of a many-to-many', () => {
    expect(String(select(p.id).where(p.tags.any((tag) => tag.id.eq(3))))).toBe(
      'SELECT post.id \nFROM post \nWHERE EXISTS (SELECT 1 \nFROM post_tag, tag \nWHERE post.id = post_tag.post_id AND tag.id = post_tag.tag_id AND tag.id = :id_1)',
    )
  })

  test('any of the same table takes an alias by itself', () => {
    expect(String(select(n.id).where(n.children.any((child) => child.id.gt(3))))).toBe(
      'SELECT node.id \nFROM node \nWHERE EXISTS (SELECT 1 \nFROM node AS node_1 \nWHERE node.id = node_1.parent_id AND node_1.id > :id_1)',
    )
  })

  test('has', () => {
    expect(String(select(a.id).where(a.user.has((x) => x.name.eq('ed'))))).toBe(
      'SELECT address.id \nFROM address \nWHERE EXISTS (SELECT 1 \nFROM user_account \nWHERE user_account.id = address.user_id AND user_account.name = :name_1)',
    )
  })

  test('contains', () => {
    const address = new Address({ userId: 7 })
    expect(String(u.addresses.contains(address))).toBe('user_account.id = :userId_1')
    expect(String(select(p.id).where(p.tags.contains(new Tag({ id: 1 }))))).toBe(
      'SELECT post.id \nFROM post \nWHERE EXISTS (SELECT 1 \nFROM post_tag \nWHERE post.id = post_tag.post_id AND post_tag.tag_id = :id_1)',
    )
  })

  test('eq and ne', () => {
    const user = new User({ id: 7 })
    expect(String(a.user.eq(user))).toBe('address.user_id = :id_1')
    expect(String(a.user.ne(user))).toBe('address.user_id != :id_1 OR address.user_id IS NULL')
    expect(String(a.user.eq(null))).toBe('address.user_id IS NULL')
    expect(String(a.user.ne(null))).toBe('address.user_id IS NOT NULL')
    expect(String(select(u.id).where(u.profile.eq(null)))).toBe(
      'SELECT user_account.id \nFROM user_account \nWHERE NOT (EXISTS (SELECT 1 \nFROM profile \nWHERE user_account.id = profile.user_id))',
    )
  })

  test('the value of the object is read when the statement is executed', () => {
    const user = new User()
    const bind = (a.user.eq(user) as never as { right: { effectiveValue(): unknown } }).right
    expect(() => bind.effectiveValue()).toThrow(
      'A criterion compares with an object of class User that has no id yet: add it to the session and flush',
    )
    user.id = 9
    expect(bind.effectiveValue()).toBe(9)
  })

  test.each<[string, () => unknown, string]>([
    [
      'any of a reference',
      () => a.user.any(),
      'Address.user is a reference to one object: use has() in place of any()',
    ],
    ['has of a collection', () => u.addresses.has(), 'User.addresses is a collection: use any() in place of has()'],
    [
      'contains of a reference',
      () => a.user.contains(new User()),
      'Address.user is a reference to one object: use eq() in place of contains()',
    ],
    [
      'eq of a collection',
      () => u.addresses.eq(new Address()),
      'User.addresses is a collection: use contains() in place of eq()',
    ],
    [
      'an object of another class',
      () => u.addresses.contains(new User() as never),
      'User.addresses.contains() takes an object of class Address',
    ],
    ['no object', () => a.user.eq(7 as never), 'Address.user.eq() takes an object of class User or null'],
  ])('%s is refused', (_name, act, message) => {
    expect(act).toThrow(message)
  })

  test('equal shapes have equal keys', () => {
    const attribute: RelationshipAttribute<User | null> = a.user
    expect(String(attribute.eq(new User({ id: 1 })))).toBe(String(attribute.eq(new User({ id: 2 }))))
  })
})
