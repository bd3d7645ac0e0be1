// What relationships hold and held: loading, history, expiry, and changes behind a collection's back.

import { DetachedInstanceError, NotLoadedError } from 'tsalchemy/orm'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StateLike } from '../../../src/orm/contract/orm.ts'
import {
  cascadeMembers,
  collectionHistory,
  expireAttributes,
  referenceHistory,
  setLoadedCollection,
  setLoadedReference,
  settleCollection,
} from '../../../src/orm/instrument/history.ts'
import { Address, Post, Profile, Tag, User } from '../support/model.ts'
import { expectSame, RecordingSession, relationship, state } from '../support/recording-session.ts'

const addresses = () => relationship(User, 'addresses')
const userOf = () => relationship(Address, 'user')

let session: RecordingSession
let user: User
beforeEach(() => {
  session = new RecordingSession()
  user = session.load(User, { id: 1, name: 'ed' })
})

const address = (id: number, userId: number | null = 1): Address =>
  session.load(Address, { id, email: `${id}@x`, userId })
const ids = (states: readonly StateLike[]): unknown[] => states.map((each) => (each.entity as { id: unknown }).id)

/** A history with objects in place of states. */
function history(entity: object, of = addresses()) {
  const { added, removed, unchanged, loaded, replaced } = collectionHistory(state(entity), of)
  return { added: ids(added), removed: ids(removed), unchanged: ids(unchanged), loaded, replaced }
}

describe('a collection from the database', () => {
  test('has no changes, and notes none when it is loaded', () => {
    setLoadedCollection(state(user), addresses(), [address(1), address(2)])
    expect(history(user)).toEqual({ added: [], removed: [], unchanged: [1, 2], loaded: true, replaced: false })
    expect(session.dirty.size).toBe(0)
    expect(session.exposures.size).toBe(0)
  })

  test('tells who came and who went', () => {
    setLoadedCollection(state(user), addresses(), [address(1), address(2)])
    user.addresses.push(address(3, null))
    user.addresses.shift()
    expect(history(user)).toEqual({ added: [3], removed: [1], unchanged: [2], loaded: true, replaced: false })
  })

  test('a change that is taken back is none', () => {
    setLoadedCollection(state(user), addresses(), [address(1)])
    const fresh = address(3, null)
    user.addresses.push(fresh)
    user.addresses.pop()
    expect(history(user)).toEqual({ added: [], removed: [], unchanged: [1], loaded: true, replaced: false })
  })

  test('changes by a back-reference count, although nobody read the collection', () => {
    setLoadedCollection(state(user), addresses(), [address(1)])
    address(2, null).user = user
    expect(history(user)).toEqual({ added: [2], removed: [], unchanged: [1], loaded: true, replaced: false })
    expect(session.dirty.has(state(user))).toBe(true)
  })

  test('replaced as a whole it tells the difference', () => {
    const stays = address(1)
    setLoadedCollection(state(user), addresses(), [stays, address(2)])
    user.addresses = [address(3, null), stays]
    expect(history(user)).toEqual({ added: [3], removed: [2], unchanged: [1], loaded: true, replaced: false })
    user.addresses = [stays]
    expect(history(user)).toEqual({ added: [], removed: [2], unchanged: [1], loaded: true, replaced: false })
  })

  test('a cascade follows those who went, too', () => {
    setLoadedCollection(state(user), addresses(), [address(1), address(2)])
    user.addresses.pop()
    expect(ids(cascadeMembers(state(user), addresses()))).toEqual([1, 2])
  })
})

describe('changes that no method tells', () => {
  test('a read collection is reported to the session, and compared', () => {
    setLoadedCollection(state(user), addresses(), [address(1), address(2)])
    const list = user.addresses
    expect([...session.exposures]).toEqual(['User.addresses'])
    expect(settleCollection(state(user), addresses())).toBe(false)
    const fresh = address(3, null)
    const [first, second] = list
    list[0] = fresh
    list.length = 1
    expect(session.dirty.size).toBe(0)
    expect(settleCollection(state(user), addresses())).toBe(true)
    expect(history(user)).toEqual({ added: [3], removed: [1, 2], unchanged: [], loaded: true, replaced: false })
    expectSame([fresh.user, first?.user, second?.user], [user, null, null])
    expect(session.dirty.has(state(user))).toBe(true)
  })

  test('another order is no change', () => {
    setLoadedCollection(state(user), addresses(), [address(1), address(2)])
    user.addresses.reverse()
    expect(settleCollection(state(user), addresses())).toBe(false)
    expect(session.dirty.size).toBe(0)
  })

  test('what cannot be a member is found', () => {
    setLoadedCollection(state(user), addresses(), [address(1)])
    user.addresses[0] = 'x' as never
    expect(() => settleCollection(state(user), addresses())).toThrow('User.addresses holds objects of class Address')
  })

  test('of an object without a row the other sides follow, too', () => {
    const made = new User({ id: 5, addresses: [new Address({ id: 1 })] })
    session.add(made)
    const [old] = made.addresses
    const fresh = new Address({ id: 2 })
    made.addresses[0] = fresh
    expect(settleCollection(state(made), addresses())).toBe(false)
    expectSame([old?.user, fresh.user], [null, made])
    expect(history(made)).toEqual({ added: [2], removed: [], unchanged: [], loaded: true, replaced: false })
  })

  test('a member taken out by a method and put back by index is as before', () => {
    const one = address(1)
    setLoadedCollection(state(user), addresses(), [one])
    user.addresses.pop()
    user.addresses[0] = one
    expect(settleCollection(state(user), addresses())).toBe(false)
    expect(one.user).toBe(user)
  })

  test('a list held since before the first flush is compared afterwards', () => {
    const made = new User({ id: 5 })
    const list = made.addresses
    session.flushed(made)
    expect([...session.exposures]).toEqual(['User.addresses'])
    list[0] = address(1, null)
    expect(settleCollection(state(made), addresses())).toBe(true)
    expect(history(made)).toEqual({ added: [1], removed: [], unchanged: [], loaded: true, replaced: false })
  })

  test('a list held across a flush is compared with what was flushed', () => {
    setLoadedCollection(state(user), addresses(), [address(1)])
    const list = user.addresses
    list.push(address(2, null))
    session.flushed(user)
    expect(history(user)).toEqual({ added: [], removed: [], unchanged: [1, 2], loaded: true, replaced: false })
    list.length = 0
    settleCollection(state(user), addresses())
    expect(history(user)).toEqual({ added: [], removed: [1, 2], unchanged: [], loaded: true, replaced: false })
  })
})

describe('a collection that is not loaded', () => {
  const message =
    'User.addresses is not loaded, and reading never queries the database: load it with the objects by select(...).options(selectinload(u.addresses)), or on request by await user.awaitable.addresses'

  test.each<[string, (list: Address[]) => unknown]>([
    ['length', (list) => list.length],
    ['an index', (list) => list[0]],
    ['iteration', (list) => [...list]],
    ['a method', (list) => list.map((each) => each)],
    ['JSON', (list) => JSON.stringify(list)],
    ['in', (list) => 0 in list],
    ['keys', (list) => Object.keys(list)],
    ['setting an index', (list) => Object.assign(list, [new Address()])],
    ['setting the length', (list) => Object.assign(list, { length: 0 })],
    ['pop', (list) => list.pop()],
  ])('refuses %s', (_name, read) => {
    const list = user.addresses
    expect(() => read(list)).toThrow(NotLoadedError)
    expect(() => read(list)).toThrow(message)
  })

  test('can be passed around, awaited and printed', async () => {
    const { inspect } = await import('node:util')
    const list = await (async () => user.addresses)()
    expect(list).toBe(user.addresses)
    expect(Array.isArray(list)).toBe(true)
    expect(inspect(list)).toBe('[User.addresses: not loaded]')
  })

  test('queues what is put in and taken out, with all that follows', () => {
    const fresh = new Address({ id: 3 })
    const old = address(1)
    user.addresses.push(fresh)
    ;(user.addresses as unknown as Set<Address>).add(fresh)
    ;(user.addresses as unknown as { remove(member: Address): boolean }).remove(old)
    expect(history(user)).toEqual({ added: [3], removed: [1], unchanged: [], loaded: false, replaced: false })
    expectSame([fresh.user, old.user], [user, null])
    expect(state(fresh).lifecycle).toBe('pending')
    expect(session.dirty.has(state(user))).toBe(true)
    expect(settleCollection(state(user), addresses())).toBe(true)
  })

  test('merges the queue when it is loaded; the handle is the collection then', () => {
    const list = user.addresses
    const [old, kept, fresh] = [address(1), address(2), new Address({ id: 3 })]
    list.push(fresh)
    old.user = null
    setLoadedCollection(state(user), addresses(), [old, kept])
    expect(user.addresses.map((each) => each.id)).toEqual([2, 3])
    expect(list.length).toBe(2)
    list.push(new Address({ id: 4 }))
    expect(user.addresses).toHaveLength(3)
    expect(history(user)).toEqual({ added: [3, 4], removed: [1], unchanged: [2], loaded: true, replaced: false })
  })

  test('what is put in and taken out again leaves no trace', () => {
    const fresh = address(3, null)
    fresh.user = user
    fresh.user = null
    expect(history(user)).toEqual({ added: [], removed: [], unchanged: [], loaded: false, replaced: false })
  })

  test('a moved object is queued on both sides', () => {
    const other = session.load(User, { id: 2 })
    const moving = address(1)
    moving.user = other
    expect(history(user)).toEqual({ added: [], removed: [1], unchanged: [], loaded: false, replaced: false })
    expect(history(other)).toEqual({ added: [1], removed: [], unchanged: [], loaded: false, replaced: false })
  })

  test('replaced as a whole it is read at once, and resolved when the old members are known', () => {
    const [old, kept, fresh] = [address(1), address(2), new Address({ id: 3 })]
    user.addresses = [kept, fresh]
    expect(user.addresses.map((each) => each.id)).toEqual([2, 3])
    expect(history(user)).toEqual({ added: [2, 3], removed: [], unchanged: [], loaded: false, replaced: true })
    setLoadedCollection(state(user), addresses(), [old, kept])
    expect(history(user)).toEqual({ added: [3], removed: [1], unchanged: [2], loaded: true, replaced: false })
    expect(user.addresses.map((each) => each.id)).toEqual([2, 3])
    expectSame([old.user, fresh.user], [null, user])
  })

  test('what was put in before the replacement and is not part of it is let go', () => {
    const [early, fresh] = [new Address({ id: 3 }), new Address({ id: 4 })]
    user.addresses.push(early)
    user.addresses = [fresh]
    expectSame([early.user, fresh.user], [null, user])
  })

  test('a wrong member is refused', () => {
    expect(() => user.addresses.push(new User() as never)).toThrow('User.addresses holds objects of class Address')
    expect(session.dirty.size).toBe(0)
  })

  test('of an object without session tells that', () => {
    const one = state(user)
    one.session = null
    one.lifecycle = 'detached'
    expect(() => user.addresses.length).toThrow(DetachedInstanceError)
    expect(() => user.addresses.length).toThrow(
      'User.addresses is not loaded, and the object belongs to no session any more: load it before by select(...).options(selectinload(u.addresses)), or bring the object back by session.add(user)',
    )
  })

  test('many-to-many: both sides queue', () => {
    const post = session.load(Post, { id: 1 })
    const tag = session.load(Tag, { id: 2 })
    post.tags.push(tag)
    expect(history(tag, relationship(Tag, 'posts'))).toEqual({
      added: [1],
      removed: [],
      unchanged: [],
      loaded: false,
      replaced: false,
    })
  })
})

describe('objects made in this process', () => {
  test('have loaded and empty collections, also after the flush', () => {
    const made = new User({ id: 5 })
    expect(history(made)).toEqual({ added: [], removed: [], unchanged: [], loaded: true, replaced: false })
    session.flushed(made)
    expect(made.addresses).toHaveLength(0)
    expect(made.profile).toBeNull()
    expect(history(made)).toEqual({ added: [], removed: [], unchanged: [], loaded: true, replaced: false })
  })

  test('have everything as new until the flush', () => {
    const made = new User({ id: 5, addresses: [new Address({ id: 6 })] })
    session.add(made)
    expect(history(made)).toEqual({ added: [6], removed: [], unchanged: [], loaded: true, replaced: false })
    session.flushed(made)
    expect(history(made)).toEqual({ added: [], removed: [], unchanged: [6], loaded: true, replaced: false })
  })

  test('a reference whose foreign key was set by value is not loaded after the flush', () => {
    const made = new Address({ id: 1, userId: 77 })
    expect(made.user).toBeNull()
    session.flushed(made)
    expect(() => made.user).toThrow(NotLoadedError)
  })
})

describe('references', () => {
  const told = (entity: object, of = userOf()) => {
    const { current, previous, changed } = referenceHistory(state(entity), of)
    return [current?.entity ?? current, previous?.entity ?? previous, changed]
  }

  test('tell what they held before', () => {
    const other = session.load(User, { id: 2 })
    const one = address(1)
    setLoadedReference(state(one), userOf(), user)
    expectSame(told(one), [user, user, false])
    one.user = other
    expectSame(told(one), [other, user, true])
    one.user = null
    expectSame(told(one), [null, user, true])
    one.user = user
    expectSame(told(one), [user, user, false])
    expectSame(cascadeMembers(state(one), userOf()), [state(user)])
  })

  test('know the object before from the identity map', () => {
    const one = address(1)
    one.user = null
    expectSame(told(one), [null, user, true])
    expectSame(cascadeMembers(state(one), userOf()), [state(user)])
  })

  test('say that they do not know where nothing tells', () => {
    const one = address(1, 99)
    one.user = user
    expectSame(told(one), [user, undefined, true])
    expectSame(told(address(2, 99)), [undefined, undefined, false])
  })

  test('of new objects are new', () => {
    expectSame(told(new Address()), [undefined, undefined, false])
    expectSame(told(new Address({ user })), [user, undefined, true])
  })

  test('one-to-one, not loaded: setting it works, reading does not', () => {
    expect(() => user.profile).toThrow(NotLoadedError)
    const profile = new Profile()
    user.profile = profile
    expectSame(told(user, relationship(User, 'profile')), [profile, undefined, true])
  })

  test('cannot be undefined on an object from the database', () => {
    const one = address(1)
    expect(() => Object.assign(one, { user: undefined })).toThrow(
      'Address.user cannot be set to undefined, which is no value; write null for NULL',
    )
  })
})

describe('columns', () => {
  test('note the value before the first change', () => {
    const one = state(user)
    const slot = one.mapper.attributes.get('name')?.slot ?? -1
    user.name = 'x'
    user.name = 'y'
    expect(one.committedValue(slot)).toBe('ed')
    expect(one.modified).toBe(true)
    expectSame(session.dirty, [one])
  })

  test('not loaded raise, set do not', () => {
    expect(() => user.nick).toThrow(
      'User.nick is not loaded (expired, or left out by the query), and reading never queries the database: write await session.refresh(user), or await user.awaitable.nick',
    )
    user.nick = 'x'
    expect(user.nick).toBe('x')
    expect(() => Object.assign(user, { nick: undefined })).toThrow('User.nick cannot be set to undefined')
  })

  test('of new objects are undefined until set, and note nothing', () => {
    const made = new User()
    expect(made.name).toBeUndefined()
    made.name = 'x'
    expect(state(made).committed).toBeNull()
  })
})

describe('expiry', () => {
  test('forgets everything but the primary key', () => {
    setLoadedCollection(state(user), addresses(), [address(1)])
    const list = user.addresses
    user.name = 'x'
    expireAttributes(state(user), null)
    expect(user.id).toBe(1)
    expect(() => user.name).toThrow(NotLoadedError)
    expect(() => user.addresses.length).toThrow(NotLoadedError)
    expect(state(user).modified).toBe(false)
    expect(list).toHaveLength(1)
    expect(() => list.push(new Address())).toThrow(
      'This array is User.addresses no longer, as the attribute was expired',
    )
  })

  test('of one attribute keeps the changes of others', () => {
    const slot = (key: string): number => state(user).mapper.attributes.get(key)?.slot ?? -1
    user.name = 'x'
    user.nick = 'y'
    expireAttributes(state(user), [slot('name')])
    expect(user.nick).toBe('y')
    expect(() => user.name).toThrow(NotLoadedError)
    expect(state(user).modified).toBe(true)
    expireAttributes(state(user), [slot('nick')])
    expect(state(user).modified).toBe(false)
  })

  test('of one collection of an object made here leaves the others empty', () => {
    const made = new User({ id: 5 })
    session.flushed(made)
    expireAttributes(state(made), [addresses().slot])
    expect(() => made.addresses.length).toThrow(NotLoadedError)
    expect(made.posts).toHaveLength(0)
    expect(made.profile).toBeNull()
  })

  test('loading again refills the same array that users hold, where it was not expired', () => {
    setLoadedCollection(state(user), addresses(), [address(1)])
    const list = user.addresses
    setLoadedCollection(state(user), addresses(), [address(1), address(2)])
    expect(list).toHaveLength(2)
    expect(user.addresses).toBe(list)
    expect(settleCollection(state(user), addresses())).toBe(false)
  })
})
