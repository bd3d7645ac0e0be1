// `WeakIdentities`: objects of one class that a session knows only as long as somebody else holds them: those of a stream.
import type { IdentityKey, StateLike } from '../contract/orm.ts'

/** As many references may stand here before those that lead nowhere are looked for. */
const FEWEST = 2000

/** See the first line of the file. What is dead is swept out as more comes in: the map is never more than twice as long as it need be. */
export class WeakIdentities implements Iterable<StateLike> {
  readonly #references: Map<IdentityKey, WeakRef<StateLike>> = new Map()
  #most = FEWEST

  get(key: IdentityKey): StateLike | null {
    return this.#references.get(key)?.deref() ?? null
  }

  set(key: IdentityKey, state: StateLike): void {
    if (this.#references.size >= this.#most) this.#sweep()
    this.#references.set(key, new WeakRef(state))
  }

  /** Takes out what stands under a key. */
  delete(key: IdentityKey): void {
    this.#references.delete(key)
  }

  *[Symbol.iterator](): IterableIterator<StateLike> {
    for (const reference of this.#references.values()) {
      const state = reference.deref()
      if (state !== undefined) yield state
    }
  }

  #sweep(): void {
    for (const [key, reference] of this.#references) if (reference.deref() === undefined) this.#references.delete(key)
    this.#most = Math.max(FEWEST, 2 * this.#references.size)
  }
}
