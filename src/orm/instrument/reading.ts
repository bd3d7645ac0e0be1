// What reading a relationship gives, and what replacing a collection does.
import { ArgumentError } from '../../errors.ts'
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { hasRow } from '../state/state.ts'
import { type CollectionLink, collectionOf, EntityCollection, linkOf, setLink } from './collection.ts'
import { announceDifference, checkMember, describe, ownCollection } from './events.ts'
import { resolveByIdentity } from './identity.ts'
import { notLoaded } from './not-loaded.ts'
import { unloadedCollection } from './unloaded.ts'

/** What a reference holds that is not among the values; raises where that is not known without asking the database. */
export function absentReference(state: StateLike, relationship: RelationshipLike): object | null {
  if (!hasRow(state)) return null
  if (state.madeHere && relationship.direction !== 'manyToOne') return null
  const found = resolveByIdentity(state, relationship, false)
  if (found === undefined) throw notLoaded(state, relationship)
  state.values[relationship.slot] = found
  return found
}

/** The collection of an object, handed out to a user. */
export function readCollection(state: StateLike, relationship: RelationshipLike): EntityCollection {
  const value = state.values[relationship.slot]
  const link = linkOf(value)
  if (value instanceof EntityCollection && link !== null) {
    if (!link.exposed) expose(link, value)
    return value
  }
  if (hasRow(state) && !state.madeHere) return unloadedCollection(state, relationship)
  const fresh = ownCollection(state, relationship, new EntityCollection())
  const freshLink = linkOf(fresh)
  if (freshLink !== null) expose(freshLink, fresh)
  return fresh
}

/** From now on anybody may change the array behind its own back. */
function expose(link: CollectionLink, collection: EntityCollection): void {
  const { state, relationship } = link
  link.exposed = true
  if (!hasRow(state) || link.overUnknown) return
  link.snapshot ??= [...collection]
  state.session?.exposed(state, relationship)
}

/**
 * Replaces a collection as a whole. Members that stay cause no event. Where the old members are not loaded, the difference is found at the next flush.
 *
 * @throws ArgumentError the value is no array, or a member is of another class.
 */
export function replaceCollection(state: StateLike, relationship: RelationshipLike, value: unknown): void {
  const { slot } = relationship
  const before = state.values[slot]
  if (value === before && before !== undefined) return
  if (!Array.isArray(value))
    throw new ArgumentError(
      `${relationship.mapper.className}.${relationship.key} is a collection and takes an array of ${relationship.target.className} objects; got ${describe(value)}. For a single object write { useList: false }`,
    )
  const members: readonly object[] = [...value]
  for (const member of members) checkMember(relationship, member)
  const link = linkOf(before)
  if (before instanceof EntityCollection && link !== null) link.events.changing(link)
  const isUnknown = before === undefined && hasRow(state) && !state.madeHere
  const collection = ownCollection(state, relationship, collectionOf(members))
  const own = linkOf(collection)
  if (own === null) return
  const old: readonly object[] = before instanceof EntityCollection ? [...before] : []
  own.snapshot = link?.snapshot ?? (hasRow(state) && !isUnknown ? old : null)
  own.overUnknown = isUnknown || link?.overUnknown === true
  if (before instanceof EntityCollection) setLink(before, null)
  else {
    state.queued?.delete(slot)
    state.noteChange(slot)
  }
  announceDifference(own, old, members)
}
