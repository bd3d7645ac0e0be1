// Both sides of a relationship move together, at assignment, without a database.

import { EntityCollection } from 'tsalchemy/orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { setLoadedCollection } from '../../../src/orm/instrument/history.ts'
import { Address, Node, Post, Profile, Tag, User } from '../support/model.ts'
import { expectSame, RecordingSession, relationship, state } from '../support/recording-session.ts'

let session: RecordingSession
beforeEach(() => {
  session = new RecordingSession()
})

describe('one-to-many and many-to-one, of new objects', () => {
  test('setting the reference puts the object into the collection', () => {
    const user = new User()
    const address = new Address({ user })
    expectSame(user.addresses, [address])
    expect(user.addresses[0]).toBe(address)
  })

  test('giving the collection sets the references', () => {
    const one = new Address()
    const two = new Address()
    const user = new User({ addresses: [one, two] })
    expect(one.user).toBe(user)
    expect(two.user).toBe(user)
  })

  test.each<[string, (list: EntityCollection<Address>, fresh: Address) => void]>([
    ['push', (list, fresh) => list.push(fresh)],
    ['add', (list, fresh) => list.add(fresh)],
    ['unshift', (list, fresh) => list.unshift(fresh)],
    ['splice', (list, fresh) => list.splice(1, 0, fresh)],
    ['fill', (list, fresh) => list.fill(fresh, 0, 1)],
  ])('%s sets the reference', (_name, put) => {
    const user = new User({ addresses: [new Address()] })
    const fresh = new Address()
    put(user.addresses as EntityCollection<Address>, fresh)
    expect(fresh.user).toBe(user)
    expect(user.addresses.includes(fresh)).toBe(true)
  })

  test.each<[string, (list: EntityCollection<Address>, first: Address) => unknown]>([
    ['pop', (list) => list.pop()],
    ['shift', (list) => list.shift()],
    ['remove', (list, first) => list.remove(first)],
    ['splice', (list) => list.splice(0)],
    ['splice with a count', (list) => list.splice(0, 1)],
    ['fill', (list) => list.fill(new Address())],
  ])('%s clears the reference', (_name, take) => {
    const address = new Address()
    const user = new User({ addresses: [address] })
    take(user.addresses as EntityCollection<Address>, address)
    expect(address.user).toBeNull()
    expect(user.addresses.includes(address)).toBe(false)
  })

  test('copyWithin overwrites members, which lose their reference', () => {
    const [one, two] = [new Address(), new Address()]
    const user = new User({ addresses: [one, two] })
    user.addresses.copyWithin(0, 1)
    expect(user.addresses[0]).toBe(two)
    expect(one.user).toBeNull()
    expect(two.user).toBe(user)
  })

  test('pop and shift of an empty collection give undefined', () => {
    const user = new User()
    expect(user.addresses.pop()).toBeUndefined()
    expect(user.addresses.shift()).toBeUndefined()
  })

  test('an object moves from one collection to another', () => {
    const address = new Address()
    const one = new User({ addresses: [address] })
    const two = new User()
    two.addresses.push(address)
    expectSame(one.addresses, [])
    expect(address.user).toBe(two)
    address.user = one
    expectSame(two.addresses, [])
    expect(one.addresses[0]).toBe(address)
    address.user = null
    expectSame(one.addresses, [])
  })

  test('replacing a collection clears and sets only what changes', () => {
    const [stays, goes, comes] = [new Address(), new Address(), new Address()]
    const user = new User({ addresses: [stays, goes] })
    const old = user.addresses
    user.addresses = [comes, stays]
    expect(user.addresses[0]).toBe(comes)
    expectSame([stays.user, goes.user, comes.user], [user, null, user])
    expect(user.addresses).not.toBe(old)
    old.push(new Address())
    expect(user.addresses).toHaveLength(2)
  })

  test('setting what is there already changes nothing', () => {
    const user = new User({ addresses: [new Address()] })
    const list = user.addresses
    user.addresses = list
    expect(user.addresses).toBe(list)
    const [address] = list
    if (address === undefined) throw new TypeError('no address')
    address.user = user
    expect(list).toHaveLength(1)
  })

  test('a member that stands twice keeps its reference until it is gone', () => {
    const address = new Address()
    const user = new User({ addresses: [address] })
    user.addresses.push(address)
    user.addresses.pop()
    expect(address.user).toBe(user)
    user.addresses.pop()
    expect(address.user).toBeNull()
  })

  test('add leaves out what is there', () => {
    const address = new Address()
    const user = new User({ addresses: [address] })
    const list = user.addresses as EntityCollection<Address>
    const other = new Address()
    list.add(address, other, other)
    expect(list).toHaveLength(2)
    expect(list.remove(new Address())).toBe(false)
  })

  test('arrays made from a collection are plain ones', () => {
    const user = new User({ addresses: [new Address()] })
    const { addresses } = user
    expect(Array.isArray(addresses)).toBe(true)
    expect(addresses).toBeInstanceOf(EntityCollection)
    for (const made of [
      addresses.map((each) => each.email),
      addresses.filter(Boolean),
      addresses.slice(),
      addresses.concat([]),
      addresses.splice(0),
    ]) {
      expect(made).not.toBeInstanceOf(EntityCollection)
      expect(made).toHaveLength(1)
    }
  })

  test('sort and reverse keep references', () => {
    const [one, two] = [new Address({ email: 'b' }), new Address({ email: 'a' })]
    const user = new User({ addresses: [one, two] })
    user.addresses.sort((x, y) => x.email.localeCompare(y.email))
    expect(user.addresses.map((each) => each.email)).toEqual(['a', 'b'])
    user.addresses.reverse()
    expectSame(
      user.addresses.map((each) => each.user),
      [user, user],
    )
  })
})

describe('one-to-one', () => {
  test('both sides move, whichever is set', () => {
    const user = new User()
    const profile = new Profile({ user })
    expect(user.profile).toBe(profile)
    const second = new Profile()
    user.profile = second
    expect(second.user).toBe(user)
    expect(profile.user).toBeNull()
    profile.user = user
    expect(user.profile).toBe(profile)
    expect(second.user).toBeNull()
    user.profile = null
    expect(profile.user).toBeNull()
  })

  test('taking the partner of another leaves the other alone', () => {
    const profile = new Profile()
    const one = new User({ profile })
    const two = new User({ profile })
    expect(one.profile).toBeNull()
    expect(two.profile).toBe(profile)
    expect(profile.user).toBe(two)
  })
})

describe('many-to-many', () => {
  test('both collections move together', () => {
    const [red, blue] = [new Tag(), new Tag()]
    const post = new Post({ tags: [red] })
    expect(red.posts[0]).toBe(post)
    blue.posts.push(post)
    expect(post.tags[1]).toBe(blue)
    post.tags.shift()
    expect(red.posts).toHaveLength(0)
    blue.posts = []
    expect(post.tags).toHaveLength(0)
  })
})

describe('a tree', () => {
  test('parents and children move together', () => {
    const root = new Node()
    const child = new Node({ parent: root })
    expect(root.children[0]).toBe(child)
    child.children.push(new Node())
    expect(child.children[0]?.parent).toBe(child)
    expect(root.parent).toBeNull()
  })
})

describe('wrong objects', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a push of another class',
      () => new User().addresses.push(new User() as never),
      'User.addresses holds objects of class Address; got an object of class User',
    ],
    [
      'null in a collection',
      () => new User().addresses.push(null as never),
      'User.addresses holds objects of class Address; got null',
    ],
    [
      'a plain object',
      () => new User({ addresses: [{ email: 'x' } as never] }),
      'User.addresses holds objects of class Address; got an object of a class that is not mapped',
    ],
    [
      'a reference to another class',
      () => new Address({ user: new Address() as never }),
      'Address.user holds an object of class User or null; got an object of class Address',
    ],
    [
      'an object for a collection',
      () => new User({ addresses: new Address() as never }),
      'User.addresses is a collection and takes an array of objects of class Address; got an object of class Address. For a single object write { useList: false }',
    ],
    [
      'null for a collection',
      () => new User({ addresses: null as never }),
      'User.addresses is a collection and takes an array of objects of class Address; got null. For a single object write { useList: false }',
    ],
  ])('%s is refused', (_name, act, message) => {
    expect(act).toThrow(message)
  })

  test('a refused member leaves the collection as it was', () => {
    const user = new User()
    const good = new Address()
    expect(() => user.addresses.push(good, 'x' as never)).toThrow('got a string')
    expect(user.addresses).toHaveLength(0)
    expect(good.user).toBeNull()
  })
})

describe('objects from the database', () => {
  test('the old parent is found in the identity map, although it was never read', () => {
    const one = session.load(User, { id: 1 })
    const two = session.load(User, { id: 2 })
    const address = session.load(Address, { id: 7, email: 'x', userId: 1 })
    setLoaded(one, [address])
    setLoaded(two, [])
    address.user = two
    expectSame(one.addresses, [])
    expect(two.addresses[0]).toBe(address)
  })

  test('without the foreign key the old collection stays as it is', () => {
    const one = session.load(User, { id: 1 })
    const address = session.load(Address, { id: 7, email: 'x' })
    setLoaded(one, [address])
    address.user = session.load(User, { id: 2 })
    expect(one.addresses[0]).toBe(address)
  })

  test('a reference whose target is in the identity map is read without loading', () => {
    const user = session.load(User, { id: 1 })
    const address = session.load(Address, { id: 7, email: 'x', userId: 1 })
    expect(address.user).toBe(user)
    expect(session.load(Address, { id: 8, userId: null }).user).toBeNull()
    expect(session.dirty.size).toBe(0)
  })

  test('moving marks all three objects as changed', () => {
    const one = session.load(User, { id: 1 })
    const two = session.load(User, { id: 2 })
    const address = session.load(Address, { id: 7, email: 'x', userId: 1 })
    setLoaded(one, [address])
    setLoaded(two, [])
    two.addresses.push(address)
    expectSame(session.dirty, [state(two), state(address), state(one)])
  })
})

describe('cascades', () => {
  test('an object put into a collection of the session goes into the session', () => {
    const user = session.load(User, { id: 1 })
    setLoaded(user, [])
    const address = new Address()
    user.addresses.push(address)
    expect(state(address).lifecycle).toBe('pending')
  })

  test('an object whose reference is set to one of the session does not', () => {
    const user = session.load(User, { id: 1 })
    const address = new Address({ user })
    expect(state(address).lifecycle).toBe('transient')
  })

  test('what an object of the session refers to goes into the session', () => {
    const address = session.load(Address, { id: 1, email: 'x' })
    const user = new User()
    address.user = user
    expect(state(user).lifecycle).toBe('pending')
  })

  test('members given as a whole go into the session', () => {
    const post = session.load(Post, { id: 1 })
    const tag = new Tag()
    post.tags = [tag]
    expect(state(tag).lifecycle).toBe('pending')
  })
})

describe('orphans', () => {
  const parentsOf = (entity: object): (object | null)[] =>
    [...(state(entity).parents?.values() ?? [])].map((parent) => parent?.entity ?? null)

  test('the parent along delete-orphan is known, and its loss', () => {
    const address = new Address()
    const user = new User({ addresses: [address] })
    expectSame(parentsOf(address), [user])
    user.addresses.pop()
    expectSame(parentsOf(address), [null])
  })

  test('an object that moves has its new parent', () => {
    const address = new Address()
    new User({ addresses: [address] })
    const user = new User()
    user.addresses.push(address)
    expectSame(parentsOf(address), [user])
    address.user = new User()
    expectSame(parentsOf(address), [address.user])
  })

  test('a pending object that loses its parent leaves the session', () => {
    const user = session.load(User, { id: 1 })
    setLoaded(user, [])
    const address = new Address()
    user.addresses.push(address)
    user.addresses.pop()
    expect(state(address).lifecycle).toBe('transient')
  })

  test('by its reference too', () => {
    const user = session.load(User, { id: 1 })
    setLoaded(user, [])
    const address = new Address()
    user.addresses.push(address)
    address.user = null
    expect(state(address).lifecycle).toBe('transient')
  })

  test('a pending object that moves stays', () => {
    const [one, two] = [session.load(User, { id: 1 }), session.load(User, { id: 2 })]
    setLoaded(one, [])
    setLoaded(two, [])
    const address = new Address()
    one.addresses.push(address)
    two.addresses.push(address)
    expect(state(address).lifecycle).toBe('pending')
  })

  test('a new object without parent is no orphan', () => {
    const address = new Address({ user: null })
    session.add(address)
    expect(state(address).parents).toBeNull()
    expect(state(address).lifecycle).toBe('pending')
  })

  test('an object from the database whose unknown parent is taken away is one', () => {
    const address = session.load(Address, { id: 1, userId: 5 })
    address.user = null
    expectSame(parentsOf(address), [null])
  })
})

/** Fills `user.addresses` as a loader does. */
function setLoaded(user: User, addresses: Address[]): void {
  setLoadedCollection(state(user), relationship(User, 'addresses'), addresses)
}
