// Behind a commit: objects whose rows are gone leave the relationships that show them still.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { collectionHistory, referenceHistory, setLoadedCollection, setLoadedReference } from '../instrument/history.ts'
import { resolveByIdentity } from '../instrument/identity.ts'
import { stateOf } from '../state/state.ts'
import type { Holdings } from './holdings.ts'

/**
 * Takes deleted objects out of loaded collections and references. Only relationships that have a reverse are found; where a
 * commit expires everything, there is nothing to be done.
 */
export function dropDeleted(deleted: Iterable<StateLike>, holdings: Holdings): void {
  for (const [owner, byRelationship] of owners(deleted, holdings))
    for (const [relationship, gone] of byRelationship) drop(owner, relationship, gone)
}

/** By owner and relationship, the deleted objects to be found there. */
function owners(
  deleted: Iterable<StateLike>,
  holdings: Holdings,
): Map<StateLike, Map<RelationshipLike, Set<StateLike>>> {
  const found: Map<StateLike, Map<RelationshipLike, Set<StateLike>>> = new Map()
  for (const state of deleted)
    for (const relationship of state.mapper.relationships) {
      const { reverse } = relationship
      if (reverse === null) continue
      for (const owner of related(state, relationship)) {
        if (!holdings.owns(owner)) continue
        const byRelationship = found.get(owner) ?? new Map<RelationshipLike, Set<StateLike>>()
        const gone = byRelationship.get(reverse) ?? new Set()
        found.set(owner, byRelationship.set(reverse, gone.add(state)))
      }
    }
  return found
}

function related(state: StateLike, relationship: RelationshipLike): readonly StateLike[] {
  if (relationship.isCollection) {
    const { unchanged, added } = collectionHistory(state, relationship)
    return [...unchanged, ...added]
  }
  const current = referenceHistory(state, relationship).current ?? stateOf(resolveByIdentity(state, relationship, true))
  return current === null ? [] : [current]
}

function drop(owner: StateLike, relationship: RelationshipLike, gone: ReadonlySet<StateLike>): void {
  const { slot } = relationship
  if (!relationship.isCollection) {
    const shown = stateOf(owner.values[slot])
    if (shown !== null && gone.has(shown) && owner.committed?.has(slot) !== true)
      setLoadedReference(owner, relationship, null)
    return
  }
  if (owner.values[slot] === undefined || owner.committed?.has(slot) === true) return
  const { loaded, unchanged } = collectionHistory(owner, relationship)
  const left = unchanged.filter((member) => !gone.has(member))
  if (!loaded || left.length === unchanged.length) return
  setLoadedCollection(
    owner,
    relationship,
    left.map((member) => member.entity),
  )
}
