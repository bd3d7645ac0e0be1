// What relationships hold and held: for loaders, which fill them, and for the unit of work, which asks what changed.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { hasRow, stateOf } from '../state/state.ts'
import {
  collectionIn,
  everMembers,
  isMarked,
  keepSnapshot,
  Mark,
  noteInStep,
  refillSilently,
  setMark,
  snapshotOf,
} from './collection.ts'
import { announceDifference, checkMember, giveCollection, memberAdded, memberRemoved } from './events.ts'

/** How a collection differs from what the database has. */
export interface CollectionHistory {
  readonly added: readonly StateLike[]
  readonly removed: readonly StateLike[]
  readonly unchanged: readonly StateLike[]
  /** Whether the members in the database are known; otherwise only what was queued is told. */
  readonly loaded: boolean
  /** The collection was replaced as a whole before it was loaded: load it, hand the members to {@link setLoadedCollection}, and ask again. */
  readonly replaced: boolean
}

/** How a reference differs from what the database has. */
export interface ReferenceHistory {
  /** The object referred to; null for none, undefined where it is not loaded. */
  readonly current: StateLike | null | undefined
  /** The same before the first change; undefined where that was never loaded, and on an object that has no row yet. */
  readonly previous: StateLike | null | undefined
  readonly changed: boolean
}

/**
 * Fills a collection from the database: no events, no change noted.
 *
 * Changes queued while it was not loaded are merged: they remain changes. The array that users hold already, if any, stays the same array.
 *
 * @param members in the database's order; the array is copied.
 */
export function setLoadedCollection(
  state: StateLike,
  relationship: RelationshipLike,
  members: readonly object[],
): void {
  const { slot } = relationship
  const present = collectionIn(state.values[slot])
  if (present === null) {
    const collection = giveCollection(state, relationship, members)
    const queue = state.queued?.get(slot)
    if (queue === undefined) return
    state.queued?.delete(slot)
    const removed = new Set(queue.removed)
    const kept = members.filter((member) => !removed.has(member))
    const known = new Set(kept)
    keepSnapshot(collection, [...members])
    refillSilently(collection, [...kept, ...queue.added.filter((member) => !known.has(member))])
  } else if (isMarked(present, Mark.overUnknown)) {
    setMark(present, Mark.overUnknown, false)
    keepSnapshot(present, [...members])
    announceDifference(state, relationship, members, present.slice())
  } else {
    refillSilently(present, members)
    const isExposed = isMarked(present, Mark.exposed)
    keepSnapshot(present, isExposed ? [...members] : null)
    if (isExposed) noteInStep(present)
    forgetChange(state, slot)
  }
}

/** Fills a reference from the database: no events, no change noted; null says that there is none. */
export function setLoadedReference(state: StateLike, relationship: RelationshipLike, entity: object | null): void {
  state.values[relationship.slot] = entity
  forgetChange(state, relationship.slot)
}

/** How a collection differs from what the database has. */
export function collectionHistory(state: StateLike, relationship: RelationshipLike): CollectionHistory {
  const { slot } = relationship
  const collection = collectionIn(state.values[slot])
  if (collection === null) {
    const queue = state.queued?.get(slot)
    const added = queue === undefined ? [] : states(queue.added)
    const removed = queue === undefined ? [] : states(queue.removed)
    return { added, removed, unchanged: [], loaded: state.madeHere || !hasRow(state), replaced: false }
  }
  const isUnknown = isMarked(collection, Mark.overUnknown)
  if (!hasRow(state) || isUnknown)
    return { added: states(collection), removed: [], unchanged: [], loaded: !isUnknown, replaced: isUnknown }
  const snapshot = snapshotOf(collection)
  if (snapshot === null) return { added: [], removed: [], unchanged: states(collection), loaded: true, replaced: false }
  const before = new Set(snapshot)
  const now = new Set<object>(collection)
  return {
    added: states([...now].filter((member) => !before.has(member))),
    removed: states([...before].filter((member) => !now.has(member))),
    unchanged: states([...now].filter((member) => before.has(member))),
    loaded: true,
    replaced: false,
  }
}

/** How a reference differs from what the database has. */
export function referenceHistory(state: StateLike, relationship: RelationshipLike): ReferenceHistory {
  const { slot } = relationship
  const value = state.values[slot]
  const current = stateOrAbsence(value)
  if (!hasRow(state)) return { current, previous: undefined, changed: value !== undefined }
  const noted = state.committed?.has(slot) === true
  const before = noted ? state.committed?.get(slot) : value
  return { current, previous: stateOrAbsence(before), changed: noted && before !== value }
}

/**
 * Makes the present values those that the database has; called for each object of a flush after it succeeded, once its lifecycle is 'persistent'.
 */
export function resetHistory(state: StateLike): void {
  state.committed = null
  for (const relationship of state.mapper.relationships) {
    if (!relationship.isCollection) continue
    const collection = collectionIn(state.values[relationship.slot])
    if (collection === null) {
      state.queued?.delete(relationship.slot)
      continue
    }
    setMark(collection, Mark.overUnknown, false)
    const isExposed = isMarked(collection, Mark.exposed)
    keepSnapshot(collection, isExposed ? collection.slice() : null)
    if (isExposed) {
      noteInStep(collection)
      state.session?.exposed(state, relationship)
    }
  }
}

/** Tells the session of an object that was attached to it which collections somebody outside holds. */
export function reportExposed(state: StateLike): void {
  for (const relationship of state.mapper.relationships) {
    const collection = collectionIn(state.values[relationship.slot])
    if (collection !== null && isMarked(collection, Mark.exposed)) state.session?.exposed(state, relationship)
  }
}

/**
 * Forgets loaded values and pending changes, so that reading them raises until they are loaded again. Primary key values stay: they are the
 * object's identity.
 *
 * @param slots null for all.
 */
export function expireAttributes(state: StateLike, slots: readonly number[] | null): void {
  const { mapper } = state
  if (slots === null) {
    for (const attribute of mapper.attributes.values()) expireSlot(state, attribute.slot)
    state.committed = null
    state.queued = null
    state.madeHere = false
    return
  }
  if (state.madeHere) {
    for (const relationship of mapper.relationships) emptyOf(state, relationship)
    state.madeHere = false
  }
  for (const slot of slots) {
    expireSlot(state, slot)
    forgetChange(state, slot)
    state.queued?.delete(slot)
  }
}

/** The objects that a cascade follows: those the relationship holds, and those it held before the changes that are not flushed. */
export function cascadeMembers(state: StateLike, relationship: RelationshipLike): StateLike[] {
  if (relationship.isCollection) {
    const { added, removed, unchanged } = collectionHistory(state, relationship)
    return [...unchanged, ...added, ...removed]
  }
  const { current, previous } = referenceHistory(state, relationship)
  return [...new Set([current, previous])].filter((member) => member !== null && member !== undefined)
}

/**
 * Finds what was done to a collection behind its back (`list[i] = x`, `list.length = 0`), brings the other sides in step and notes the change.
 *
 * @returns whether an object that has a row has other members now than the database.
 */
export function settleCollection(state: StateLike, relationship: RelationshipLike): boolean {
  const collection = collectionIn(state.values[relationship.slot])
  if (collection === null) return state.queued?.has(relationship.slot) === true
  const isStored = hasRow(state)
  const snapshot = snapshotOf(collection)
  const isSame = isStored && snapshot !== null && sameList(snapshot, collection)
  const isNoted = state.committed?.has(relationship.slot) === true
  if (isMarked(collection, Mark.exposed) && !(isSame && !isNoted)) {
    const now = new Set<unknown>(collection)
    for (const member of now) checkMember(relationship, member)
    bringInStep(state, relationship, everMembers(collection), now as Set<object>)
    noteInStep(collection)
  }
  if (!isStored || isSame) return false
  if (isMarked(collection, Mark.overUnknown)) return true
  if (snapshot === null || sameMembers(snapshot, collection)) return false
  state.noteChange(relationship.slot)
  return true
}

/** Tells the other sides of all who are members, and of all who were; who is in step already is not changed. */
function bringInStep(
  state: StateLike,
  relationship: RelationshipLike,
  before: ReadonlySet<object>,
  now: ReadonlySet<object>,
): void {
  for (const member of before)
    if (!now.has(member) && !isOutAlready(state, relationship, member)) memberRemoved(state, relationship, member)
  for (const member of now)
    if (!before.has(member) || !isInStep(state, relationship, member)) memberAdded(state, relationship, member)
}

/**
 * Whether a member that came and went again is unknown to the other side's collection, which is not loaded: a removal queued there would be one of
 * something that the database never had.
 */
function isOutAlready(state: StateLike, { slot, reverse }: RelationshipLike, member: object): boolean {
  const collection = collectionIn(state.values[slot])
  if (reverse === null || !reverse.isCollection || collection === null) return false
  if (snapshotOf(collection)?.includes(member) === true) return false
  const other = stateOf(member)
  if (other === null || collectionIn(other.values[reverse.slot]) !== null) return false
  return other.queued?.get(reverse.slot)?.added.includes(state.entity) !== true
}

/** Whether what leads back from a member leads here, as far as it is known. */
function isInStep(state: StateLike, { reverse }: RelationshipLike, member: object): boolean {
  if (reverse === null) return true
  const back = stateOf(member)?.values[reverse.slot]
  const collection = collectionIn(back)
  return back === undefined || back === state.entity || collection?.includes(state.entity) === true
}

function sameList(one: readonly object[], other: readonly object[]): boolean {
  return one.length === other.length && one.every((member, index) => member === other[index])
}

function sameMembers(one: readonly object[], other: readonly object[]): boolean {
  const now = new Set(other)
  const before = new Set(one)
  return now.size === before.size && one.every((member) => now.has(member))
}

function forgetChange(state: StateLike, slot: number): void {
  const { committed } = state
  if (committed?.delete(slot) === true && committed.size === 0) state.committed = null
}

function states(members: readonly object[]): StateLike[] {
  return [...new Set(members)].map((member) => stateOf(member)).filter((state) => state !== null)
}

function stateOrAbsence(value: unknown): StateLike | null | undefined {
  return value === undefined || value === null ? value : stateOf(value)
}

function expireSlot(state: StateLike, slot: number): void {
  if (slot >= state.values.length) return
  if (state.mapper.primaryKey.some((attribute) => attribute.slot === slot)) return
  const collection = collectionIn(state.values[slot])
  if (collection !== null) setMark(collection, Mark.expired, true)
  state.values[slot] = undefined
}

function emptyOf(state: StateLike, relationship: RelationshipLike): void {
  if (state.values[relationship.slot] !== undefined) return
  if (relationship.isCollection) giveCollection(state, relationship, [])
  else if (relationship.direction !== 'manyToOne') state.values[relationship.slot] = null
}
