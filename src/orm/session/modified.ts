// Whether an object differs from its row.
import type { StateLike } from '../contract/orm.ts'
import { collectionHistory, referenceHistory } from '../instrument/history.ts'
import { columnChanges } from '../persist/update.ts'

/** Whether columns or relationships of an object differ from what the database has; an object without a row always does. */
export function isModified(state: StateLike): boolean {
  if (state.lifecycle === 'transient' || state.lifecycle === 'pending') return true
  if (state.committed === null) return false
  if (columnChanges(state).slots.length > 0) return true
  return state.mapper.relationships.some((relationship) => {
    if (!state.committed?.has(relationship.slot)) return false
    if (!relationship.isCollection) return referenceHistory(state, relationship).changed
    const { added, removed, replaced } = collectionHistory(state, relationship)
    return replaced || added.length > 0 || removed.length > 0
  })
}
