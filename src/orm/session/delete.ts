// `session.delete()`: marks an object and all that its delete cascades reach, loading what has to be known for that.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { collectionHistory, referenceHistory, setLoadedCollection, setLoadedReference } from '../instrument/history.ts'
import type { SessionCore } from './core.ts'
import { fetchMembers } from './flush.ts'

/** Marks for deletion; nothing is written before the flush. */
export async function deleteIn(core: SessionCore, root: StateLike, signal: AbortSignal | undefined): Promise<void> {
  const reached: Set<StateLike> = new Set([root])
  let level = [root]
  while (level.length > 0) {
    const steps = level.flatMap((state) =>
      state.mapper.relationships
        .filter((relationship) => relationship.cascade.delete && !relationship.viewOnly)
        .map((relationship) => ({ state, relationship })),
    )
    await loadUnknown(core, steps, signal)
    level = []
    for (const { state, relationship } of steps)
      for (const member of presentMembers(state, relationship)) {
        if (reached.has(member) || member.lifecycle !== 'persistent' || !core.holdings.isOwn(member)) continue
        reached.add(member)
        level.push(member)
      }
  }
  for (const state of reached) core.holdings.marked.add(state)
}

async function loadUnknown(
  core: SessionCore,
  steps: readonly { readonly state: StateLike; readonly relationship: RelationshipLike }[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const unknown = steps.filter(
    ({ state, relationship }) => !relationship.passiveDeletes && isUnknown(state, relationship),
  )
  if (unknown.length === 0) return
  const fetched = await fetchMembers(core, unknown, signal)
  for (const [index, { state, relationship }] of unknown.entries()) {
    const members = (fetched[index] ?? []).map(({ entity }) => entity)
    if (relationship.isCollection) setLoadedCollection(state, relationship, members)
    else setLoadedReference(state, relationship, members[0] ?? null)
  }
}

function isUnknown(state: StateLike, relationship: RelationshipLike): boolean {
  if (relationship.isCollection) return !collectionHistory(state, relationship).loaded
  const { current, changed } = referenceHistory(state, relationship)
  return !changed && current === undefined && !state.madeHere
}

function presentMembers(state: StateLike, relationship: RelationshipLike): StateLike[] {
  if (relationship.isCollection) {
    const { unchanged, added } = collectionHistory(state, relationship)
    return [...unchanged, ...added]
  }
  const { current } = referenceHistory(state, relationship)
  return current === null || current === undefined ? [] : [current]
}
