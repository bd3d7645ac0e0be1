// Row switches: a new object with the primary key of one that the same flush deletes takes over its row, as rows are deleted last.
import type { IdentityKey, MapperLike, StateLike } from '../contract/orm.ts'
import type { ColumnChanges } from './update.ts'
import type { Work } from './work.ts'

/** See the first line of the file. */
export class RowSwitches {
  readonly #deleted: Map<MapperLike, Map<IdentityKey, StateLike>> = new Map()
  readonly #taken: Set<StateLike> = new Set()

  constructor(work: Work) {
    for (const state of work.deletes) {
      if (state.key === null) continue
      const known = this.#deleted.get(state.mapper)
      if (known === undefined) this.#deleted.set(state.mapper, new Map([[state.key, state]]))
      else known.set(state.key, state)
    }
  }

  /** New objects, their keys copied: those that need a row, and those that take one over, with the columns that they give. */
  split(mapper: MapperLike, states: readonly StateLike[]): { inserts: readonly StateLike[]; updates: ColumnChanges[] } {
    const deleted = this.#deleted.get(mapper)
    if (deleted === undefined) return { inserts: states, updates: [] }
    const updates: ColumnChanges[] = []
    const inserts = states.filter((state) => {
      const key = mapper.identityKey(state.values)
      const former = key === null ? undefined : deleted.get(key)
      if (former === undefined || this.#taken.has(former)) return true
      this.#taken.add(former)
      updates.push({ state, slots: givenSlots(mapper, state), previousKey: null })
      return false
    })
    return { inserts, updates }
  }

  /** Deleted objects but those whose rows have a new owner. */
  withoutTaken(states: readonly StateLike[]): readonly StateLike[] {
    return this.#taken.size === 0 ? states : states.filter((state) => !this.#taken.has(state))
  }
}

function givenSlots(mapper: MapperLike, { values }: StateLike): number[] {
  return mapper.columns.flatMap(({ slot, primaryKey, column }) =>
    primaryKey || values[slot] === undefined || column.computed !== null ? [] : [slot],
  )
}
