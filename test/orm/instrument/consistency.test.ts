// Whatever is done to relationships, in whatever order: both sides say the same, and history tells the difference to the database.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collectionHistory, setLoadedCollection, settleCollection } from '../../../src/orm/instrument/history.ts'
import { Address, Post, Tag, User } from '../support/model.ts'
import { expectSame, RecordingSession, relationship, state } from '../support/recording-session.ts'

const small = fc.nat({ max: 3 })
const step = fc.oneof(
  fc.record({ act: fc.constant('refer' as const), child: small, parent: fc.option(small) }),
  fc.record({ act: fc.constant('push' as const), child: small, parent: small }),
  fc.record({
    act: fc.constant('splice' as const),
    parent: small,
    at: small,
    count: small,
    children: fc.array(small, { maxLength: 2 }),
  }),
  fc.record({ act: fc.constant('replace' as const), parent: small, children: fc.uniqueArray(small) }),
  fc.record({ act: fc.constant('index' as const), parent: small, at: small, child: small }),
  fc.record({ act: fc.constant('cut' as const), parent: small, length: small }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** One side's collections, and what leads back from their members. */
interface Sides<P extends object, C extends object> {
  readonly parents: readonly P[]
  readonly children: readonly C[]
  collection(parent: P): C[]
  replace(parent: P, members: C[]): void
  settle(): void
  refer(child: C, parent: P | null): void
}

function run<P extends object, C extends object>(sides: Sides<P, C>, one: Step): void {
  const child = (index: number): C => sides.children[index] as C
  const parent = (index: number): P => sides.parents[index] as P
  switch (one.act) {
    case 'refer':
      sides.refer(child(one.child), one.parent === null ? null : parent(one.parent))
      return
    case 'push':
      sides.collection(parent(one.parent)).push(child(one.child))
      return
    case 'splice':
      sides.collection(parent(one.parent)).splice(one.at, one.count, ...one.children.map(child))
      return
    case 'replace':
      sides.replace(parent(one.parent), one.children.map(child))
      return
    case 'index': {
      const list = sides.collection(parent(one.parent))
      if (one.at <= list.length) list[one.at] = child(one.child)
      sides.settle()
      return
    }
    case 'cut': {
      const list = sides.collection(parent(one.parent))
      list.length = Math.min(list.length, one.length)
      sides.settle()
      return
    }
  }
}

test('one-to-many: a member refers to its owner, and only members do', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.option(small), { minLength: 4, maxLength: 4 }),
      (steps, owners) => {
        const session = new RecordingSession()
        const parents = [1, 2, 3, 4].map((id) => session.load(User, { id, name: 'x' }))
        const children = owners.map((owner, index) => {
          const userId = owner === null ? null : owner + 1
          return session.load(Address, { id: index + 1, email: 'x', userId })
        })
        const addresses = relationship(User, 'addresses')
        const before = parents.map((_parent, index) => children.filter((_child, at) => owners[at] === index))
        for (const [index, parent] of parents.entries())
          setLoadedCollection(state(parent), addresses, before[index] ?? [])
        const settle = (): void => {
          for (const parent of parents) settleCollection(state(parent), addresses)
        }
        const sides: Sides<User, Address> = {
          parents,
          children,
          collection: (parent) => parent.addresses,
          replace: (parent, members) => {
            parent.addresses = members
          },
          refer: (child, parent) => {
            child.user = parent
          },
          settle,
        }
        for (const one of steps) {
          run(sides, one)
          for (const parent of parents)
            for (const child of children) expect(parent.addresses.includes(child)).toBe(child.user === parent)
        }
        for (const [index, parent] of parents.entries()) {
          const { added, removed } = collectionHistory(state(parent), addresses)
          const now = new Set(parent.addresses)
          const had = new Set(before[index])
          expectSame(
            added.map((each) => each.entity),
            [...now].filter((each) => !had.has(each)),
          )
          expectSame(
            removed.map((each) => each.entity),
            [...had].filter((each) => !now.has(each)),
          )
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('many-to-many: who has a member is had by it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, areLoaded) => {
      const session = new RecordingSession()
      const parents = [1, 2, 3, 4].map((id) => (areLoaded ? session.load(Post, { id }) : new Post({ id })))
      const children = [1, 2, 3, 4].map((id) => (areLoaded ? session.load(Tag, { id }) : new Tag({ id })))
      if (areLoaded) {
        for (const each of parents) setLoadedCollection(state(each), relationship(Post, 'tags'), [])
        for (const each of children) setLoadedCollection(state(each), relationship(Tag, 'posts'), [])
      }
      const sides: Sides<Post, Tag> = {
        parents,
        children,
        collection: (parent) => parent.tags,
        replace: (parent, members) => {
          parent.tags = members
        },
        refer: (child, parent) => {
          child.posts = parent === null ? [] : [parent]
        },
        settle: () => {
          for (const parent of parents) settleCollection(state(parent), relationship(Post, 'tags'))
        },
      }
      for (const one of steps) {
        if (!areLoaded && (one.act === 'index' || one.act === 'cut')) continue
        run(sides, one)
        for (const parent of parents)
          for (const child of children) expect(child.posts.includes(parent)).toBe(parent.tags.includes(child))
      }
    }),
    { numRuns: 300 },
  )
})

test('changes before loading and after loading come to the same', () => {
  const move = fc.record({ child: small, parent: fc.option(small), byPush: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 10 }),
      fc.array(fc.option(small), { minLength: 4, maxLength: 4 }),
      fc.array(small, { maxLength: 4 }),
      (moves, owners, loadedFirst) => {
        const session = new RecordingSession()
        const parents = [1, 2, 3, 4].map((id) => session.load(User, { id }))
        const children = owners.map((owner, index) =>
          session.load(Address, { id: index + 1, userId: owner === null ? null : owner + 1 }),
        )
        const addresses = relationship(User, 'addresses')
        const load = (index: number): void => {
          const inDatabase = children.filter((_child, at) => owners[at] === index)
          const parent = parents[index]
          if (parent !== undefined) setLoadedCollection(state(parent), addresses, inDatabase)
        }
        for (const index of new Set(loadedFirst)) load(index)
        const now = [...owners]
        for (const { child, parent, byPush } of moves) {
          const moving = children[child] as Address
          const target = parent === null ? null : (parents[parent] as User)
          if (target !== null && byPush && now[child] !== parent) target.addresses.push(moving)
          else moving.user = target
          now[child] = parent
        }
        for (const index of parents.keys()) if (!loadedFirst.includes(index)) load(index)
        for (const [index, parent] of parents.entries()) {
          const expected = children.filter((_child, at) => now[at] === index)
          expectSame(
            [...parent.addresses].sort((x, y) => x.id - y.id),
            expected,
          )
          const { added, removed } = collectionHistory(state(parent), addresses)
          expect(added.length).toBe(expected.filter((each) => owners[children.indexOf(each)] !== index).length)
          expect(removed.length).toBe(owners.filter((owner, at) => owner === index && now[at] !== index).length)
        }
        for (const [at, child] of children.entries()) {
          const owner = now[at]
          expect(child.user).toBe(owner === null || owner === undefined ? null : parents[owner])
        }
      },
    ),
    { numRuns: 300 },
  )
})
