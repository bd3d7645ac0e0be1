// What stands for a collection that is not loaded: it takes additions and removals, and raises on everything else.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { EntityCollection } from './collection.ts'
import { checkMember, memberAdded, memberRemoved, queueAddition, queueRemoval } from './events.ts'
import { notLoaded } from './not-loaded.ts'

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Asked of any value by `await`, by printing and by test runners; answering has no meaning that could be wrong. */
const HARMLESS: ReadonlySet<string | symbol> = new Set<string | symbol>([
  'then',
  Symbol.toStringTag,
  Symbol.isConcatSpreadable,
])

/** The handles that were given out: the same one each time. */
const handles: WeakMap<StateLike, Map<number, EntityCollection>> = new WeakMap()

/** The handle on a collection that is not loaded; once it is, the handle is the collection. */
export function unloadedCollection(state: StateLike, relationship: RelationshipLike): EntityCollection {
  let bySlot = handles.get(state)
  if (bySlot === undefined) {
    bySlot = new Map()
    handles.set(state, bySlot)
  }
  let handle = bySlot.get(relationship.slot)
  if (handle === undefined) {
    handle = makeHandle(state, relationship)
    bySlot.set(relationship.slot, handle)
  }
  return handle
}

function makeHandle(state: StateLike, relationship: RelationshipLike): EntityCollection {
  const target = new EntityCollection()
  const shown = (): string => `[${relationship.mapper.className}.${relationship.key}: not loaded]`
  Object.defineProperty(target, INSPECT, { value: shown, configurable: true })
  const methods = queueing(state, relationship)
  const loaded = (): EntityCollection => {
    const value = state.values[relationship.slot]
    if (value instanceof EntityCollection) return value
    throw notLoaded(state, relationship)
  }
  return new Proxy(target, {
    get(_target, key) {
      const value = state.values[relationship.slot]
      if (value instanceof EntityCollection) {
        const member: unknown = Reflect.get(value, key, value)
        return typeof member === 'function' ? member.bind(value) : member
      }
      if (Object.hasOwn(methods, key)) return methods[key as keyof typeof methods]
      if (key === INSPECT) return shown
      if (HARMLESS.has(key)) return undefined
      throw notLoaded(state, relationship)
    },
    set: (_target, key, value) => Reflect.set(loaded(), key, value),
    has: (_target, key) => Reflect.has(loaded(), key),
    deleteProperty: (_target, key) => Reflect.deleteProperty(loaded(), key),
    defineProperty: (_target, key, descriptor) => Reflect.defineProperty(loaded(), key, descriptor),
    ownKeys: () => Reflect.ownKeys(loaded()),
    getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(loaded(), key),
  })
}

/** The methods that need no members. */
function queueing(state: StateLike, relationship: RelationshipLike) {
  const add = (members: readonly object[]): void => {
    for (const member of members) checkMember(relationship, member)
    for (const member of members) {
      queueAddition(state, relationship, member)
      memberAdded(state, relationship, member)
    }
  }
  return {
    /** How many members there are then is not known. */
    push(...members: object[]): number {
      add(members)
      return Number.NaN
    },
    add(this: unknown, ...members: object[]): unknown {
      add(members)
      return this
    },
    /** Whether it was there is not known. */
    remove(member: object): boolean {
      checkMember(relationship, member)
      queueRemoval(state, relationship, member)
      memberRemoved(state, relationship, member)
      return true
    },
  }
}
