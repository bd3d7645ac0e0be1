// Keeps both sides of a relationship in step, at assignment, without any I/O; cascades and delete-orphan bookkeeping with it.
import { ArgumentError } from '../../errors.ts'
import { isUnawaited, UNAWAITED } from '../../show.ts'
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { hasRow, stateOf } from '../state/state.ts'
import {
  appendSilently,
  type CollectionEvents,
  collectionIn,
  EntityCollection,
  isMarked,
  keepSnapshot,
  Mark,
  removeSilently,
  snapshotOf,
} from './collection.ts'
import { resolveByIdentity } from './identity.ts'

/** What collections call. */
const collectionEvents: CollectionEvents = {
  check: checkMember,
  changing: noteCollection,
  added: memberAdded,
  removed(state, relationship, member) {
    if (!holds(state, relationship, member)) memberRemoved(state, relationship, member)
  },
}

/** Gives an object a collection of these members, without any event. */
export function giveCollection(
  state: StateLike,
  relationship: RelationshipLike,
  members: readonly object[],
): EntityCollection {
  const { length } = members
  const collection = new EntityCollection(length, state, relationship, collectionEvents)
  for (let index = 0; index < length; index += 1) collection[index] = members[index] as object
  state.values[relationship.slot] = collection
  return collection
}

/** A collection is about to change: remembers what the database has. */
export function noteCollection(collection: EntityCollection, state: StateLike, relationship: RelationshipLike): void {
  if (!hasRow(state)) return
  if (snapshotOf(collection) === null && !isMarked(collection, Mark.overUnknown))
    keepSnapshot(collection, collection.slice())
  state.noteChange(relationship.slot)
}

/** Brings the other sides in step with a collection that changed from one list of members to another. */
export function announceDifference(
  state: StateLike,
  relationship: RelationshipLike,
  before: readonly object[],
  after: readonly object[],
): void {
  const had = new Set(before)
  const has = new Set(after)
  for (const member of has) if (!had.has(member)) memberAdded(state, relationship, member)
  for (const member of had) if (!has.has(member)) memberRemoved(state, relationship, member)
}

/** Refuses an object that the relationship cannot hold. */
export function checkMember(relationship: RelationshipLike, member: unknown): void {
  if (stateOf(member) !== null && member instanceof relationship.target.entityClass) return
  const { className } = relationship.target
  const holds = relationship.isCollection ? `objects of class ${className}` : `an object of class ${className} or null`
  throw new ArgumentError(
    `${relationship.mapper.className}.${relationship.key} holds ${holds}; got ${describe(member)}`,
  )
}

/** A value as messages name it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  const state = stateOf(value)
  if (state !== null) return `an object of class ${state.mapper.className}`
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  return isUnawaited(value) ? UNAWAITED : 'an object of a class that is not mapped'
}

/** A user put a member into a collection, which holds it by now. */
export function memberAdded(owner: StateLike, relationship: RelationshipLike, member: object): void {
  const child = stateOf(member)
  if (child === null) return
  linked(owner, relationship, child)
  const reverse = mirrorOf(relationship)
  if (reverse !== null) mirrorAdded(child, reverse, owner)
  if (relationship.cascade.saveUpdate && owner.session !== null && child.session !== owner.session)
    owner.session.cascadeAdd(child)
}

/** A user took a member out of a collection, which does not hold it any more. */
export function memberRemoved(owner: StateLike, relationship: RelationshipLike, member: object): void {
  const child = stateOf(member)
  if (child === null) return
  const reverse = mirrorOf(relationship)
  if (reverse !== null) takeOut(child, reverse, owner)
  unlinked(owner, relationship, child)
}

/** A user set a reference. */
export function setReference(state: StateLike, relationship: RelationshipLike, value: unknown): void {
  if (value !== null) checkMember(relationship, value)
  const member = value as object | null
  const before = referenceBefore(state, relationship)
  if (before === member) {
    state.values[relationship.slot] = member
    return
  }
  noteReference(state, relationship, before)
  state.values[relationship.slot] = member
  const reverse = mirrorOf(relationship)
  const child = stateOf(member)
  if (child !== null) {
    linked(state, relationship, child)
    if (reverse !== null) mirrorAdded(child, reverse, state)
    if (relationship.cascade.saveUpdate && state.session !== null && child.session !== state.session)
      state.session.cascadeAdd(child)
  }
  const old = stateOf(before)
  if (old !== null) {
    if (reverse !== null) takeOut(old, reverse, state)
    unlinked(state, relationship, old)
  } else if (member === null && before === undefined && hasRow(state) && reverse?.cascade.deleteOrphan === true)
    lostParent(state, reverse.parentKey)
}

/** The relationship that is kept in step with this one. */
function mirrorOf(relationship: RelationshipLike): RelationshipLike | null {
  const { reverse } = relationship
  return relationship.viewOnly || reverse === null || reverse.viewOnly ? null : reverse
}

/** The other side of an addition: `owner` goes into the relationship of `state` that mirrors the one it was added by. */
function mirrorAdded(state: StateLike, relationship: RelationshipLike, owner: StateLike): void {
  if (relationship.isCollection) {
    if (!holds(state, relationship, owner.entity)) putIntoCollection(state, relationship, owner.entity)
    linked(state, relationship, owner)
    return
  }
  const before = referenceBefore(state, relationship)
  if (before === owner.entity) {
    state.values[relationship.slot] = before
    linked(state, relationship, owner)
    return
  }
  noteReference(state, relationship, before)
  state.values[relationship.slot] = owner.entity
  linked(state, relationship, owner)
  const displaced = stateOf(before)
  if (displaced === null) return
  const reverse = mirrorOf(relationship)
  if (reverse !== null) takeOut(displaced, reverse, state)
  unlinked(state, relationship, displaced)
}

/** Takes `member` out of a relationship of `state`, silently but noted. */
function takeOut(state: StateLike, relationship: RelationshipLike, member: StateLike): void {
  const { slot } = relationship
  if (!relationship.isCollection) {
    if (referenceBefore(state, relationship) !== member.entity) return
    noteReference(state, relationship, member.entity)
    state.values[slot] = null
    unlinked(state, relationship, member)
    return
  }
  const collection = collectionIn(state.values[slot])
  if (collection !== null) {
    if (!collection.includes(member.entity)) return
    noteCollection(collection, state, relationship)
    removeSilently(collection, member.entity)
  } else if (hasRow(state) && !state.madeHere) queueRemoval(state, relationship, member.entity)
  unlinked(state, relationship, member)
}

/** Puts an object into a collection that may not be loaded, silently but noted. */
function putIntoCollection(state: StateLike, relationship: RelationshipLike, member: object): void {
  const present = collectionIn(state.values[relationship.slot])
  if (present === null && hasRow(state) && !state.madeHere) {
    queueAddition(state, relationship, member)
    return
  }
  const collection = present ?? giveCollection(state, relationship, [])
  noteCollection(collection, state, relationship)
  appendSilently(collection, member)
}

/** Queues an addition to a collection that is not loaded. */
export function queueAddition(state: StateLike, relationship: RelationshipLike, member: object): void {
  const queue = queueOf(state, relationship)
  const removed = queue.removed.indexOf(member)
  if (removed >= 0) queue.removed.splice(removed, 1)
  else if (!queue.added.includes(member)) queue.added.push(member)
}

/** Queues a removal from a collection that is not loaded. */
export function queueRemoval(state: StateLike, relationship: RelationshipLike, member: object): void {
  const queue = queueOf(state, relationship)
  const added = queue.added.indexOf(member)
  if (added >= 0) queue.added.splice(added, 1)
  else if (!queue.removed.includes(member)) queue.removed.push(member)
}

function queueOf(state: StateLike, relationship: RelationshipLike): { added: object[]; removed: object[] } {
  state.noteChange(relationship.slot)
  state.queued ??= new Map()
  const known = state.queued.get(relationship.slot)
  if (known !== undefined) return known
  const fresh = { added: [], removed: [] }
  state.queued.set(relationship.slot, fresh)
  return fresh
}

/** What a reference holds, looking into the identity map where it is not loaded; undefined where that does not help. */
function referenceBefore(state: StateLike, relationship: RelationshipLike): unknown {
  const value = state.values[relationship.slot]
  if (value !== undefined) return value
  return hasRow(state) ? resolveByIdentity(state, relationship, true) : undefined
}

function noteReference(state: StateLike, relationship: RelationshipLike, before: unknown): void {
  const { slot } = relationship
  if (state.values[slot] === undefined && before !== undefined) state.values[slot] = before
  state.noteChange(slot)
}

function holds(state: StateLike, relationship: RelationshipLike, member: object): boolean {
  const collection = collectionIn(state.values[relationship.slot])
  if (collection !== null) return collection.includes(member)
  return state.queued?.get(relationship.slot)?.added.includes(member) === true
}

/** `child` has `owner` as its parent along a relationship that deletes orphans. */
function linked(owner: StateLike, relationship: RelationshipLike, child: StateLike): void {
  if (!relationship.cascade.deleteOrphan) return
  child.parents ??= new Map()
  child.parents.set(relationship.parentKey, owner)
}

/** `owner` is no longer the parent of `child`. */
function unlinked(owner: StateLike, relationship: RelationshipLike, child: StateLike): void {
  if (!relationship.cascade.deleteOrphan) return
  const parent = child.parents?.get(relationship.parentKey)
  if (parent === undefined || parent === owner) lostParent(child, relationship.parentKey)
}

function lostParent(child: StateLike, parentKey: string): void {
  child.parents ??= new Map()
  child.parents.set(parentKey, null)
  if (child.lifecycle === 'pending') child.session?.expungePending(child)
}
