// `IdentityMap`: the one object for each row that a session holds.
import type { IdentityKey, MapperLike, StateLike } from '../contract/orm.ts'
import { WeakIdentities } from './weak-identities.ts'

/**
 * See the first line of the file. Strong: objects stay until they are expunged or the session is closed. Those of streams stand apart, and stay as
 * long as somebody else holds them.
 */
export class IdentityMap implements Iterable<StateLike> {
  readonly #byMapper: Map<MapperLike, Map<IdentityKey, StateLike>> = new Map()
  /** Null while there was no stream. */
  #weak: Map<MapperLike, WeakIdentities> | null = null

  /** The objects of one class but for those of streams; the map itself, for those who go through many rows. */
  of(mapper: MapperLike): Map<IdentityKey, StateLike> {
    let states = this.#byMapper.get(mapper)
    if (states === undefined) {
      states = new Map()
      this.#byMapper.set(mapper, states)
    }
    return states
  }

  /** The objects of one class that came from streams; null where there were none. */
  weakOf(mapper: MapperLike): WeakIdentities | null {
    return this.#weak?.get(mapper) ?? null
  }

  /** The same, to put objects in. */
  weaken(mapper: MapperLike): WeakIdentities {
    this.#weak ??= new Map()
    let states = this.#weak.get(mapper)
    if (states === undefined) {
      states = new WeakIdentities()
      this.#weak.set(mapper, states)
    }
    return states
  }

  /** The classes of which objects were here. */
  mappers(): IterableIterator<MapperLike> {
    return this.#byMapper.keys()
  }

  get(mapper: MapperLike, key: IdentityKey): StateLike | null {
    return this.#byMapper.get(mapper)?.get(key) ?? this.weakOf(mapper)?.get(key) ?? null
  }

  /** Puts an object in under its own key, in place of whatever was there, to stay. */
  put(state: StateLike): void {
    const { key, mapper } = state
    if (key === null) return
    this.of(mapper).set(key, state)
    this.weakOf(mapper)?.delete(key)
  }

  /** Takes an object out; another one that stands under its key stays. */
  remove(state: StateLike): void {
    const { key, mapper } = state
    if (key === null) return
    const states = this.#byMapper.get(mapper)
    if (states?.get(key) === state) states.delete(key)
    if (this.isWeak(state)) this.weakOf(mapper)?.delete(key)
  }

  has(state: StateLike): boolean {
    return state.key !== null && this.get(state.mapper, state.key) === state
  }

  /** Whether an object is here only as long as somebody else holds it. */
  isWeak(state: StateLike): boolean {
    return state.key !== null && this.weakOf(state.mapper)?.get(state.key) === state
  }

  get size(): number {
    let size = 0
    for (const _ of this) size += 1
    return size
  }

  clear(): void {
    this.#byMapper.clear()
    this.#weak = null
  }

  /** Calls a function with each object; faster than iterating, for those who leave none out. */
  forEach(visit: (state: StateLike) => void): void {
    for (const states of this.#byMapper.values()) for (const state of states.values()) visit(state)
    if (this.#weak !== null) for (const states of this.#weak.values()) for (const state of states) visit(state)
  }

  /** All objects of one class. */
  *statesOf(mapper: MapperLike): IterableIterator<StateLike> {
    yield* this.#byMapper.get(mapper)?.values() ?? []
    yield* this.weakOf(mapper) ?? []
  }

  *[Symbol.iterator](): IterableIterator<StateLike> {
    for (const states of this.#byMapper.values()) yield* states.values()
    if (this.#weak !== null) for (const states of this.#weak.values()) yield* states
  }
}
