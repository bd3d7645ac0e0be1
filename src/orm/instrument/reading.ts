// What reading a relationship gives, and what replacing a collection does.
import { ArgumentError } from '../../errors.ts'
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { hasRow } from '../state/state.ts'
import {
  collectionIn,
  type EntityCollection,
  isMarked,
  keepSnapshot,
  Mark,
  noteInStep,
  release,
  setMark,
  snapshotOf,
} from './collection.ts'
import { announceDifference, checkMember, describe, giveCollection, noteCollection } from './events.ts'
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
  const present = collectionIn(state.values[relationship.slot])
  if (present !== null) {
    if (!isMarked(present, Mark.exposed)) expose(state, relationship, present)
    else if (isMarked(present, Mark.loose)) exposeAgain(state, relationship, present)
    return present
  }
  if (hasRow(state) && !state.madeHere) return unloadedCollection(state, relationship)
  const fresh = giveCollection(state, relationship, [])
  expose(state, relationship, fresh)
  return fresh
}

/** An array that nobody may have held any more is held again. */
function exposeAgain(state: StateLike, relationship: RelationshipLike, collection: EntityCollection): void {
  setMark(collection, Mark.loose, false)
  state.session?.exposed(state, relationship)
}

/** From now on anybody may change the array behind its own back. */
function expose(state: StateLike, relationship: RelationshipLike, collection: EntityCollection): void {
  setMark(collection, Mark.exposed, true)
  noteInStep(collection)
  if (hasRow(state) && !isMarked(collection, Mark.overUnknown) && snapshotOf(collection) === null)
    keepSnapshot(collection, collection.slice())
  state.session?.exposed(state, relationship)
}

/**
 * Replaces a collection as a whole. Members that stay cause no event. Where the old members are not loaded, the difference is found at the next flush.
 *
 * @throws ArgumentError the value is no array, or a member is of another class.
 */
export function replaceCollection(state: StateLike, relationship: RelationshipLike, value: unknown): void {
  const { slot } = relationship
  const before = collectionIn(state.values[slot])
  if (before !== null && value === before) return
  if (!Array.isArray(value))
    throw new ArgumentError(
      `${relationship.mapper.className}.${relationship.key} is a collection and takes an array of objects of class ${relationship.target.className}; got ${describe(value)}. For a single object write { useList: false }`,
    )
  const members: readonly object[] = Array.from(value)
  for (const member of members) checkMember(relationship, member)
  const isUnknown = before === null && hasRow(state) && !state.madeHere
  if (before === null) state.noteChange(slot)
  else noteCollection(before, state, relationship)
  // What was queued for the members not loaded is known to the other sides already.
  const old: readonly object[] = before === null ? [...(state.queued?.get(slot)?.added ?? [])] : before.slice()
  const collection = giveCollection(state, relationship, members)
  if (isUnknown || (before !== null && isMarked(before, Mark.overUnknown))) setMark(collection, Mark.overUnknown, true)
  else if (hasRow(state)) keepSnapshot(collection, before === null ? [] : snapshotOf(before))
  if (before !== null) release(before)
  state.queued?.delete(slot)
  announceDifference(state, relationship, old, members)
}
