// Finds the target of a many-to-one in the session's identity map, without any I/O.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'

/**
 * The object that the foreign key of `state` names, if its session holds it; null where the key is NULL.
 *
 * @param committed whether the foreign key that the database has counts, not the one that was set since.
 * @returns undefined where the key or the object is not known here.
 */
export function resolveByIdentity(
  state: StateLike,
  relationship: RelationshipLike,
  committed: boolean,
): object | null | undefined {
  const { identityAttributes, target, direction } = relationship
  if (direction !== 'manyToOne') return undefined
  const valueAt = (slot: number): unknown => (committed ? state.committedValue(slot) : state.values[slot])
  if (identityAttributes === null) {
    const slots = relationship.pairs.map((pair) => state.mapper.attributeOfColumn(pair.target)?.slot ?? -1)
    return slots.some((slot) => valueAt(slot) === null) ? null : undefined
  }
  const values: unknown[] = []
  for (const [position, attribute] of identityAttributes.entries()) {
    const value = valueAt(attribute.slot)
    if (value === undefined) return undefined
    if (value === null) return null
    const slot = target.primaryKey[position]?.slot
    if (slot === undefined) return undefined
    values[slot] = value
  }
  const key = target.identityKey(values)
  return key === null ? undefined : (state.session?.lookup(target, key)?.entity ?? undefined)
}
