// `awaitable`: what is there comes at once, what is not is loaded for all objects of the query together.

import { DetachedInstanceError, NotLoadedError } from 'tsalchemy/orm'
import { beforeEach, expect, test } from 'vitest'
import type { StateLike } from '../../../src/orm/contract/orm.ts'
import { setLoadedCollection } from '../../../src/orm/instrument/history.ts'
import { Address, User } from '../support/model.ts'
import { RecordingSession, relationship, state } from '../support/recording-session.ts'

let session: RecordingSession
let users: User[]
beforeEach(() => {
  session = new RecordingSession()
  users = [1, 2, 3].map((id) => session.load(User, { id, name: `user ${id}` }))
  const batch = { states: users.map(state) as StateLike[] }
  for (const user of users) state(user).batch = batch
  session.loader = (states, key) => {
    for (const each of states) {
      const of = each.mapper.attributes.get(key)
      if (of?.kind === 'relationship') setLoadedCollection(each, relationship(User, key), [])
      else if (of !== undefined) each.values[of.slot] = 'loaded'
    }
  }
})

const first = (): User => users[0] as User

test('what is there comes without a load', async () => {
  expect(await first().awaitable.name).toBe('user 1')
  const fresh = new User({ name: 'x' })
  expect(await fresh.awaitable.addresses).toHaveLength(0)
  expect(await fresh.awaitable.id).toBeUndefined()
  expect(await new Address().awaitable.user).toBeNull()
  expect(await session.load(Address, { id: 1, userId: 2 }).awaitable.user).toBe(users[1])
  expect(session.loads).toEqual([])
})

test('what is not there is loaded for all that lack it', async () => {
  setLoadedCollection(state(users[1] as User), relationship(User, 'addresses'), [])
  expect(await first().awaitable.addresses).toHaveLength(0)
  expect(session.loads.map(({ states, keys }) => [states.map((each) => each.key), keys])).toEqual([
    [[1, 3], ['addresses']],
  ])
  expect(users[2]?.addresses).toHaveLength(0)
})

test('asking all at once loads once', async () => {
  await Promise.all(users.map((user) => user.awaitable.addresses))
  expect(session.loads).toHaveLength(1)
})

test('different attributes at once are loaded one after the other', async () => {
  let running = 0
  const inner = session.loadAttributes.bind(session)
  session.loadAttributes = async (states, keys) => {
    running += 1
    expect(running).toBe(1)
    await inner(states, keys)
    running -= 1
  }
  const [posts, nick] = await Promise.all([first().awaitable.posts, first().awaitable.nick])
  expect([posts.length, nick]).toEqual([0, 'loaded'])
  expect(session.loads.map((each) => each.keys)).toEqual([['posts'], ['nick']])
})

test('an object of another session or none of the batch is left alone', async () => {
  state(users[1] as User).session = new RecordingSession()
  const deleted = state(users[2] as User)
  deleted.lifecycle = 'deleted'
  await first().awaitable.addresses
  expect(session.loads[0]?.states.map((each) => each.key)).toEqual([1])
})

test('a failed load is told to all who wait, and may be tried again', async () => {
  const works = session.loader
  session.loader = () => {
    throw new RangeError('no connection')
  }
  const [one, two] = [first().awaitable.addresses, users[1]?.awaitable.addresses]
  await expect(one).rejects.toThrow('no connection')
  await expect(two).rejects.toThrow('no connection')
  session.loader = works
  expect(await first().awaitable.addresses).toHaveLength(0)
})

test('an object without session, or whose row is gone, says so', async () => {
  const one = state(first())
  one.session = null
  one.lifecycle = 'detached'
  await expect(first().awaitable.addresses).rejects.toThrow(DetachedInstanceError)
  session.loader = () => {}
  await expect(users[1]?.awaitable.nick).rejects.toThrow(NotLoadedError)
})

test('a name that is no attribute is refused', () => {
  const any = first().awaitable as never as { nmae: unknown; then: unknown }
  expect(() => any.nmae).toThrow("User has no attribute 'nmae'; did you mean 'name'?")
  expect(any.then).toBeUndefined()
  expect(() => Object.assign(first().awaitable, { name: 'x' })).toThrow(TypeError)
})
