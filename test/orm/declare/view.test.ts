// How entities look as plain objects, as JSON and in node's inspector.

import { inspect } from 'node:util'
import { BigInteger, Column, DateTime, Integer, Interval, JSON as JsonType, LargeBinary } from 'tsalchemy'
import { DeclarativeBase, Entity } from 'tsalchemy/orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { setLoadedCollection, setLoadedReference } from '../../../src/orm/instrument/history.ts'
import { Address, Node, Post, Tag, User } from '../support/model.ts'
import { RecordingSession, relationship, state } from '../support/recording-session.ts'

let session: RecordingSession
let user: User
let address: Address
beforeEach(() => {
  session = new RecordingSession()
  user = session.load(User, { id: 1, name: 'ed', nick: null })
  address = session.load(Address, { id: 5, email: 'x', userId: 1 })
})

describe('toObject', () => {
  test('has what is loaded, and only that', () => {
    expect(user.toObject()).toEqual({ id: 1, name: 'ed', nick: null })
    expect(session.load(User, { id: 2 }).toObject()).toEqual({ id: 2 })
    setLoadedCollection(state(user), relationship(User, 'addresses'), [])
    expect(user.toObject()).toEqual({ id: 1, name: 'ed', nick: null, addresses: [] })
  })

  test('leaves out what only leads back', () => {
    setLoadedCollection(state(user), relationship(User, 'addresses'), [address])
    setLoadedReference(state(address), relationship(Address, 'user'), user)
    expect(user.toObject()).toEqual({
      id: 1,
      name: 'ed',
      nick: null,
      addresses: [{ id: 5, email: 'x', userId: 1 }],
    })
    expect(address.toObject()).toEqual({ id: 5, email: 'x', userId: 1, user: { id: 1, name: 'ed', nick: null } })
  })

  test('writes relationships of an object once, its columns wherever it stands', () => {
    const [one, two] = [session.load(Post, { id: 1, authorId: 1 }), session.load(Post, { id: 2, authorId: 1 })]
    const tag = session.load(Tag, { id: 9 })
    setLoadedCollection(state(one), relationship(Post, 'tags'), [tag])
    setLoadedCollection(state(two), relationship(Post, 'tags'), [tag])
    setLoadedReference(state(one), relationship(Post, 'author'), user)
    setLoadedReference(state(two), relationship(Post, 'author'), user)
    setLoadedCollection(state(user), relationship(User, 'addresses'), [address])
    const list = [one, two].map((each) => each.toObject())
    expect(list[1]).toEqual({
      id: 2,
      authorId: 1,
      author: { id: 1, name: 'ed', nick: null, addresses: [{ id: 5, email: 'x', userId: 1 }] },
      tags: [{ id: 9 }],
    })
  })

  test('of a dense graph is no larger than its objects', () => {
    const nodes = Array.from({ length: 40 }, (_, id) => session.load(Post, { id, authorId: null }))
    const tags = Array.from({ length: 40 }, (_, id) => session.load(Tag, { id }))
    for (const node of nodes) setLoadedCollection(state(node), relationship(Post, 'tags'), tags)
    for (const tag of tags) setLoadedCollection(state(tag), relationship(Tag, 'posts'), nodes)
    expect(JSON.stringify(nodes[0]).length).toBeLessThan(100_000)
  })

  test('is not the object’s own matter', () => {
    const plain = user.toObject()
    plain.name = 'x'
    expect(user.name).toBe('ed')
    expect(plain).not.toBeInstanceOf(User)
  })
})

describe('JSON', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the form that users write
  class Base<Self = any> extends DeclarativeBase<Self> {}
  @Entity()
  class Sample extends Base<Sample> {
    @Column(BigInteger, { primaryKey: true }) id!: bigint
    @Column(LargeBinary) bytes!: Uint8Array
    @Column(DateTime({ timezone: true })) at!: Date
    @Column(JsonType<unknown>()) any!: unknown
    @Column(Interval) span!: { months: number; days: number; microseconds: bigint }
    @Column(Integer, { nullable: true }) none!: number | null
  }

  test('loses nothing that it can keep', () => {
    const sample = new Sample({
      id: 9007199254740993n,
      bytes: new Uint8Array([0, 255, 16]),
      at: new Date(0),
      any: { list: [1n, 'x'], toJSON: undefined },
      span: { months: 1, days: 2, microseconds: 3n },
      none: null,
    })
    expect(JSON.parse(JSON.stringify(sample))).toEqual({
      id: '9007199254740993',
      bytes: 'AP8Q',
      at: '1970-01-01T00:00:00.000Z',
      any: { list: ['1', 'x'] },
      span: { months: 1, days: 2, microseconds: '3' },
      none: null,
    })
  })

  test('of both sides of a relationship ends', () => {
    setLoadedCollection(state(user), relationship(User, 'addresses'), [address])
    setLoadedReference(state(address), relationship(Address, 'user'), user)
    expect(JSON.stringify([user, address])).toBe(
      '[{"id":1,"name":"ed","nick":null,"addresses":[{"id":5,"email":"x","userId":1}]},{"id":5,"email":"x","userId":1,"user":{"id":1,"name":"ed","nick":null}}]',
    )
  })
})

describe('the inspector', () => {
  test('shows the class and what is loaded', () => {
    expect(inspect(user)).toBe("User { id: 1, name: 'ed', nick: null }")
    expect(inspect(new User())).toBe('User { addresses: [], posts: [] }')
  })

  test('sees cycles', () => {
    setLoadedCollection(state(user), relationship(User, 'addresses'), [address])
    setLoadedReference(state(address), relationship(Address, 'user'), user)
    expect(inspect(user, { depth: null, breakLength: Number.POSITIVE_INFINITY })).toBe(
      "<ref *1> User { id: 1, name: 'ed', nick: null, addresses: [ Address { id: 5, email: 'x', userId: 1, user: [Circular *1] } ] }",
    )
  })

  test('follows changes', () => {
    inspect(user)
    user.name = 'edward'
    state(user).values[2] = undefined
    expect(inspect(user)).toBe("User { id: 1, name: 'edward' }")
  })

  test('shows prototypes as what they are', () => {
    expect(inspect(Node.prototype)).toContain('Node')
  })
})
