// `session.merge()`: copies what an object knows onto the object that stands for the same row in the session.
import { ArgumentError } from '../../errors.ts'
import type { MapperLike, RelationshipLike, StateLike } from '../contract/orm.ts'
import { collectionHistory, referenceHistory } from '../instrument/history.ts'
import { mapperOf } from '../map/mapped-class.ts'
import type { Mapper } from '../map/mapper.ts'
import { stateOf } from '../state/state.ts'
import type { SessionCore } from './core.ts'
import { sendBehindFlush } from './execute.ts'
import { getIn, loadIn } from './read.ts'

/** Merges an object and what its merge cascades reach. */
export async function mergeIn(
  core: SessionCore,
  given: StateLike,
  signal: AbortSignal | undefined,
): Promise<StateLike> {
  await sendBehindFlush(core, [], core.session.autoflush, signal)
  return new Merge(core, signal).merge(given)
}

class Merge {
  readonly #core: SessionCore
  readonly #signal: AbortSignal | undefined
  readonly #done: Map<StateLike, StateLike> = new Map()

  constructor(core: SessionCore, signal: AbortSignal | undefined) {
    this.#core = core
    this.#signal = signal
  }

  async merge(given: StateLike): Promise<StateLike> {
    if (this.#core.holdings.owns(given)) return given
    const known = this.#done.get(given)
    if (known !== undefined) return known
    const target = await this.#targetOf(given)
    this.#done.set(given, target)
    this.#copyColumns(given, target)
    for (const relationship of given.mapper.relationships)
      if (relationship.cascade.merge && !relationship.viewOnly)
        await this.#copyRelationship(given, target, relationship)
    return target
  }

  /** The object of the session, loaded or new. */
  async #targetOf(given: StateLike): Promise<StateLike> {
    const mapper: Mapper = mapperOf(given.entity)
    const values = mapper.primaryKey.map(({ slot }) => given.values[slot])
    if (values.every((value) => value !== undefined && value !== null)) {
      const options = this.#signal === undefined ? {} : { signal: this.#signal }
      const found = await getIn(this.#core, mapper, values, options)
      if (found !== null) return found
    }
    const fresh = blankCopy(given)
    this.#core.holdings.add(fresh)
    return fresh
  }

  #copyColumns(given: StateLike, target: StateLike): void {
    for (const { key, slot, column } of given.mapper.columns) {
      const value = given.values[slot]
      if (value === undefined || column.computed !== null) continue
      const present = target.values[slot]
      if (present === undefined || !column.type.sameValue(present, value)) setAttribute(target, key, value)
    }
  }

  async #copyRelationship(given: StateLike, target: StateLike, relationship: RelationshipLike): Promise<void> {
    const members = knownMembers(given, relationship)
    if (members === null) return
    const merged: object[] = []
    for (const member of members) merged.push((await this.merge(member)).entity)
    if (target.lifecycle === 'persistent' && target.values[relationship.slot] === undefined)
      await loadIn(this.#core, [target], { columns: [], relationships: [relationship] }, this.#signal)
    setAttribute(target, relationship.key, relationship.isCollection ? merged : (merged[0] ?? null))
  }
}

/** What an object knows of a relationship; null where it was never loaded or set. */
function knownMembers(state: StateLike, relationship: RelationshipLike): readonly StateLike[] | null {
  if (state.values[relationship.slot] === undefined) return null
  if (relationship.isCollection) {
    const { added, unchanged } = collectionHistory(state, relationship)
    return [...unchanged, ...added]
  }
  const { current } = referenceHistory(state, relationship)
  return current === null || current === undefined ? [] : [current]
}

function setAttribute(state: StateLike, key: string, value: unknown): void {
  ;(state.entity as Record<string, unknown>)[key] = value
}

/** A new object of the same class, with nothing in it. */
function blankCopy({ mapper }: StateLike): StateLike {
  const state = stateOf(mapper.instantiate([])?.entity)
  if (state === null)
    throw new ArgumentError(`${(mapper as MapperLike).className} objects cannot be made without their constructor`)
  state.lifecycle = 'transient'
  state.madeHere = true
  return state
}
