// A session that only remembers what objects tell it: for tests of attributes, which need no database.

import { expect } from 'vitest'
import type {
  IdentityKey,
  MapperLike,
  RelationshipLike,
  SessionLike,
  StateLike,
} from '../../../src/orm/contract/orm.ts'
import { reportExposed, resetHistory } from '../../../src/orm/instrument/history.ts'
import { mapperOf } from '../../../src/orm/map/mapped-class.ts'
import { stateOf } from '../../../src/orm/state/state.ts'

/** Objects go in by `add` (pending) and `load` (from a row). */
export class RecordingSession implements SessionLike {
  readonly autoflush = true
  readonly dirty: Set<StateLike> = new Set()
  readonly added: Set<StateLike> = new Set()
  readonly exposures: Set<string> = new Set()
  readonly loads: { states: readonly StateLike[]; keys: readonly string[] }[] = []
  readonly #identities: Map<string, StateLike> = new Map()
  /** What a load on request does. */
  loader: (states: readonly StateLike[], key: string) => void = () => {}

  changed(state: StateLike): void {
    this.dirty.add(state)
  }
  exposed(state: StateLike, relationship: RelationshipLike): void {
    this.exposures.add(`${state.mapper.className}.${relationship.key}`)
  }
  cascadeAdd(state: StateLike): void {
    this.addState(state)
  }
  expungePending(state: StateLike): void {
    this.added.delete(state)
    state.session = null
    state.lifecycle = 'transient'
  }
  lookup(mapper: MapperLike, key: IdentityKey): StateLike | null {
    return this.#identities.get(`${mapper.id} ${String(key)}`) ?? null
  }
  async loadAttributes(states: readonly StateLike[], keys: readonly string[]): Promise<void> {
    this.loads.push({ states, keys })
    await Promise.resolve()
    for (const key of keys) this.loader(states, key)
  }

  add(entity: object): void {
    this.addState(state(entity))
  }
  addState(one: StateLike): void {
    one.session = this
    if (one.lifecycle === 'transient') {
      one.lifecycle = 'pending'
      this.added.add(one)
    }
  }

  /** An object made from a row; `values` by column property, others are not loaded. */
  load<E extends object>(entityClass: abstract new (...args: never[]) => E, values: Partial<E>): E {
    const mapper = mapperOf(entityClass)
    const row = mapper.columns.map(({ key }) => (values as Record<string, unknown>)[key])
    const one = mapper.instantiate(row)
    one.session = this
    one.key = mapper.identityKey(row)
    this.#identities.set(`${mapper.id} ${String(one.key)}`, one)
    return one.entity as E
  }

  /** What a flush does to the objects: all of them have rows, and their present values are those of the rows. */
  flushed(...entities: object[]): void {
    for (const entity of entities) {
      const one = state(entity)
      one.session = this
      one.lifecycle = 'persistent'
      one.key = one.mapper.identityKey(one.values)
      if (one.key !== null) this.#identities.set(`${one.mapper.id} ${String(one.key)}`, one)
      resetHistory(one)
      reportExposed(one)
    }
    this.dirty.clear()
    this.added.clear()
  }
}

/** Compares lists by identity: to `toEqual`, objects of one class are all alike, as they have no properties of their own. */
export function expectSame(actual: Iterable<unknown>, expected: Iterable<unknown>): void {
  const [one, other] = [[...actual], [...expected]]
  const show = (list: unknown[]): unknown[] => list.map((each) => (typeof each === 'object' ? numberOf(each) : each))
  expect(show(one)).toEqual(show(other))
}

const numbers: WeakMap<object, string> = new WeakMap()
let last = 0

/** A name for an object, the same each time. */
function numberOf(entity: object | null): string | null {
  if (entity === null) return null
  let name = numbers.get(entity)
  if (name === undefined) {
    last += 1
    name = `object ${last}`
    numbers.set(entity, name)
  }
  return name
}

/** The state of an object that has one. */
export function state(entity: object): StateLike {
  const found = stateOf(entity)
  if (found === null) throw new TypeError('not an entity')
  return found
}

/** A relationship by name. */
export function relationship(entityClass: object, key: string): RelationshipLike {
  const found = mapperOf(entityClass).relationships.find((each) => each.key === key)
  if (found === undefined) throw new TypeError(`no relationship ${key}`)
  return found
}
