// What inspect() tells of mapped classes and their objects.
import { inspect, NoInspectionAvailable, select } from 'tsalchemy'
import {
  type AttributeHistory,
  type InstanceInspection,
  MapperInspection,
  objectSession,
  UnmappedClassError,
} from 'tsalchemy/orm'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Address, Base, Node, Purchase, purchaseTag, Receipt, Tag, User } from '../session/models.ts'
import { useDatabase } from '../session/use-database.ts'

describe('of a mapped class', () => {
  test('tells its table, its columns and its key', () => {
    const mapper = inspect(User)
    expectTypeOf(mapper).toEqualTypeOf<MapperInspection>()
    expect(mapper).toBeInstanceOf(MapperInspection)
    expect(inspect(User)).toBe(mapper)
    expect([mapper.entityClass, mapper.className, mapper.table.name]).toEqual([User, 'User', 'user_account'])
    expect([...mapper.columns.keys()]).toEqual(['id', 'name', 'nick'])
    expect([...mapper.attributes.keys()]).toEqual(['id', 'name', 'nick', 'addresses', 'purchases'])
    expect(mapper.columns.get('nick')).toEqual({
      kind: 'column',
      key: 'nick',
      column: mapper.table.columnList[2],
      primaryKey: false,
    })
    expect(inspect(Receipt).primaryKey.map(({ key }) => key)).toEqual(['purchaseId'])
  })

  test('tells its relationships, in every direction', () => {
    const told = (entity: { readonly '~inspection': MapperInspection }, key: string): unknown => {
      const found = inspect(entity).relationships.get(key)
      return [
        found?.direction,
        found?.isCollection,
        found?.target.className,
        found?.backPopulates,
        found?.localRemotePairs.map(([local, remote]) => `${local} ${remote}`),
      ]
    }
    expect(told(User, 'addresses')).toEqual(['oneToMany', true, 'Address', 'user', ['user_account.id address.user_id']])
    expect(told(Address, 'user')).toEqual([
      'manyToOne',
      false,
      'User',
      'addresses',
      ['address.user_id user_account.id'],
    ])
    expect(told(Purchase, 'tags')).toEqual([
      'manyToMany',
      true,
      'Tag',
      'purchases',
      ['purchase.id purchase_tag.purchase_id', 'tag.id purchase_tag.tag_id'],
    ])
    expect(told(Node, 'parent')).toEqual(['manyToOne', false, 'Node', 'children', ['node.parent_id node.id']])
    const addresses = inspect(User).relationships.get('addresses')
    expect(addresses?.target).toBe(inspect(Address))
    expect([addresses?.cascade.deleteOrphan, addresses?.lazy, addresses?.viewOnly]).toEqual([true, 'select', false])
    expect(String(addresses?.primaryJoin)).toBe('user_account.id = address.user_id')
    expect(addresses?.orderBy.map(String)).toEqual(['address.id'])
    expect(inspect(Tag).relationships.get('purchases')?.secondary).toBe(purchaseTag)
  })

  test('is refused for what is not mapped', () => {
    expect(() => inspect(Base)).toThrow(UnmappedClassError)
    expect(() => inspect(class {} as never)).toThrow(NoInspectionAvailable)
    expect(() => inspect({} as never)).toThrow(NoInspectionAvailable)
  })
})

describe.each(sqlDatabases())('of an object, on $name', (target) => {
  const db = useDatabase(target)

  test('tells where it stands, from its birth to its end', async () => {
    const session = db.session()
    const user = new User({ name: 'ed' })
    const told = inspect(user)
    expectTypeOf(told).toEqualTypeOf<InstanceInspection<User>>()
    const stands = (): unknown[] => [told.lifecycle, told.identity, told.session === session, objectSession(user)]
    expect([told.entity === user, told.mapper === inspect(User)]).toEqual([true, true])
    expect([stands(), told.transient]).toEqual([['transient', null, false, null], true])
    session.add(user)
    expect([stands(), told.pending]).toEqual([['pending', null, true, session], true])
    await session.flush()
    expect([stands(), told.persistent]).toEqual([['persistent', [1], true, session], true])
    await session.delete(user)
    await session.flush()
    expect([stands().slice(0, 2), told.deleted]).toEqual([['deleted', [1]], true])
    await session.rollback()
    expect(told.transient).toBe(true)
    session.add(user)
    await session.commit()
    await session.close()
    expect([stands(), told.detached]).toEqual([['detached', [user.id], false, null], true])
  })

  test('tells what differs from the database, without loading anything', async () => {
    await using session = db.session()
    const [one, two, three] = ['1', '2', '3'].map((email) => new Address({ email })) as [Address, Address, Address]
    const user = new User({ name: 'ed', addresses: [one, two] })
    const empty = { added: [], unchanged: [], deleted: [], hasChanges: false }
    const { name, nick, addresses } = inspect(user).attributes
    expectTypeOf(name.history).toEqualTypeOf<AttributeHistory<string>>()
    expectTypeOf(addresses.history).toEqualTypeOf<AttributeHistory<Address>>()
    expectTypeOf(addresses.loadedValue).toEqualTypeOf<Address[] | undefined>()
    expect([name.history, nick.history]).toEqual([{ ...empty, added: ['ed'], hasChanges: true }, empty])
    expect([addresses.history.added, inspect(user).modified]).toEqual([[one, two], true])
    session.add(user)
    await session.commit()
    expect(inspect(user).modified).toBe(false)
    expect(name.history).toEqual({ ...empty, unchanged: ['ed'] })
    user.name = 'wendy'
    expect(name.history).toEqual({ added: ['wendy'], unchanged: [], deleted: ['ed'], hasChanges: true })
    expect([name.key, name.loadedValue, inspect(user).modified]).toEqual(['name', 'wendy', true])
    user.name = 'ed'
    expect([name.history.hasChanges, inspect(user).modified]).toEqual([false, false])
    user.addresses.push(three)
    user.addresses.splice(0, 1)
    expect(addresses.history).toEqual({ added: [three], unchanged: [two], deleted: [one], hasChanges: true })
    expect(inspect(two).attributes.user.history).toEqual({ ...empty, unchanged: [user] })
    expect(inspect(one).attributes.user.history).toEqual({
      added: [null],
      unchanged: [],
      deleted: [user],
      hasChanges: true,
    })
    await session.rollback()
    session.expungeAll()
    db.sent.clear()
    const loaded = await session.scalars(select(User)).one()
    expect([...inspect(loaded).unloaded]).toEqual(['addresses', 'purchases'])
    expect(inspect(loaded).attributes.addresses.loadedValue).toBe(undefined)
    expect(inspect(loaded).attributes.addresses.history).toEqual(empty)
    expect(Object.keys(inspect(loaded).attributes)).toEqual(['id', 'name', 'nick', 'addresses', 'purchases'])
    session.expire(loaded)
    expect([...inspect(loaded).unloaded]).toEqual(['name', 'nick', 'addresses', 'purchases'])
    loaded.name = 'over what is not known'
    expect(inspect(loaded).attributes.name.history).toEqual({
      ...empty,
      added: ['over what is not known'],
      hasChanges: true,
    })
    expect(inspect(loaded).identity).toEqual([loaded.id])
    expect(db.sent.flights.length).toBe(1)
  })
})

test('objectSession() refuses what is no entity', () => {
  expect(() => objectSession({})).toThrow(UnmappedClassError)
})
