// `IdentityMap`: the one object for each row that a session holds.
import type { IdentityKey, MapperLike, StateLike } from '../contract/orm.ts'

/** See the first line of the file. Strong: objects stay until they are expunged or the session is closed. */
export class IdentityMap implements Iterable<StateLike> {
  readonly #byMapper: Map<MapperLike, Map<IdentityKey, StateLike>> = new Map()

  /** The objects of one class; the map itself, for those who go through many rows. */
  of(mapper: MapperLike): Map<IdentityKey, StateLike> {
    let states = this.#byMapper.get(mapper)
    if (states === undefined) {
      states = new Map()
      this.#byMapper.set(mapper, states)
    }
    return states
  }

  /** The classes of which objects were here. */
  mappers(): IterableIterator<MapperLike> {
    return this.#byMapper.keys()
  }

  get(mapper: MapperLike, key: IdentityKey): StateLike | null {
    return this.#byMapper.get(mapper)?.get(key) ?? null
  }

  /** Puts an object in under its own key, in place of whatever was there. */
  put(state: StateLike): void {
    if (state.key !== null) this.of(state.mapper).set(state.key, state)
  }

  /** Takes an object out; another one that stands under its key stays. */
  remove(state: StateLike): void {
    if (state.key === null) return
    const states = this.#byMapper.get(state.mapper)
    if (states?.get(state.key) === state) states.delete(state.key)
  }

  has(state: StateLike): boolean {
    return state.key !== null && this.#byMapper.get(state.mapper)?.get(state.key) === state
  }

  get size(): number {
    let size = 0
    for (const states of this.#byMapper.values()) size += states.size
    return size
  }

  clear(): void {
    this.#byMapper.clear()
  }

  /** Calls a function with each object; faster than iterating, for those who leave none out. */
  forEach(visit: (state: StateLike) => void): void {
    for (const states of this.#byMapper.values()) for (const state of states.values()) visit(state)
  }

  *[Symbol.iterator](): IterableIterator<StateLike> {
    for (const states of this.#byMapper.values()) yield* states.values()
  }
}
