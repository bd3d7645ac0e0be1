// `Snapshot`: what happened to the objects of a session since a transaction or savepoint began, so that a rollback can undo it.
import type { IdentityKey, StateLike } from '../contract/orm.ts'
import { expireAttributes } from '../instrument/history.ts'
import type { Holdings } from './holdings.ts'
import { move } from './lifecycle.ts'

/** A primary key that an object had. */
export interface FormerKey {
  readonly key: IdentityKey
  /** Its values, in the order of the mapper's primary key. */
  readonly values: readonly unknown[]
}

/** See the first line of the file. */
export class Snapshot {
  /** Objects whose rows were inserted. */
  readonly inserted: Set<StateLike> = new Set()
  /** Objects whose rows were deleted. */
  readonly deleted: Set<StateLike> = new Set()
  /** Objects whose rows were changed. */
  readonly touched: Set<StateLike> = new Set()
  /** What identified objects before their primary key changed. */
  readonly rekeyed: Map<StateLike, FormerKey> = new Map()

  /** A savepoint was released: what it did counts as done by the level around it. */
  mergeInto(outer: Snapshot): void {
    for (const state of this.inserted) outer.inserted.add(state)
    for (const state of this.deleted) outer.deleted.add(state)
    for (const state of this.touched) outer.touched.add(state)
    for (const [state, former] of this.rekeyed) if (!outer.rekeyed.has(state)) outer.rekeyed.set(state, former)
  }

  /**
   * Brings the objects back to where they stood.
   *
   * @param everything expire all objects, as a rollback of the whole transaction does; otherwise only those that changed since.
   */
  undo(holdings: Holdings, everything: boolean): void {
    for (const state of [...holdings.pending]) holdings.releasePending(state)
    for (const state of this.inserted) undoInsert(state, holdings)
    for (const [state, former] of this.rekeyed) if (!this.inserted.has(state)) restoreKey(state, former, holdings)
    for (const state of this.deleted) if (!this.inserted.has(state)) undoDelete(state, holdings)
    const changed = new Set([...holdings.changed, ...holdings.marked, ...this.touched, ...this.deleted])
    holdings.changed.clear()
    holdings.marked.clear()
    for (const state of everything ? holdings.identities : changed) expireWhole(state, holdings)
  }

  /** The transaction was committed: objects whose rows were deleted belong to nobody, and have no key any more. */
  settle(): void {
    for (const state of this.deleted) {
      if (state.lifecycle !== 'deleted') continue
      move(state, 'detach')
      state.key = null
      state.session = null
      state.batch = null
    }
  }
}

function undoInsert(state: StateLike, holdings: Holdings): void {
  if (!holdings.isOwn(state)) return
  holdings.forget(state)
  move(state, 'undoInsert')
  state.key = null
  state.session = null
  state.batch = null
  state.committed = null
  state.queued = null
  state.madeHere = true
}

function restoreKey(state: StateLike, former: FormerKey, holdings: Holdings): void {
  if (!holdings.isOwn(state)) return
  holdings.identities.remove(state)
  state.key = former.key
  for (const [index, { slot }] of state.mapper.primaryKey.entries()) {
    state.values[slot] = former.values[index]
    state.committed?.delete(slot)
  }
  if (state.lifecycle !== 'deleted') holdings.identities.put(state)
}

function undoDelete(state: StateLike, holdings: Holdings): void {
  if (!holdings.isOwn(state)) return
  move(state, 'undoDelete')
  holdings.identities.put(state)
}

/** What the object holds may never have been true; it is loaded anew when it is asked for. Its key is what it was. */
function expireWhole(state: StateLike, holdings: Holdings): void {
  if (!holdings.identities.has(state)) return
  for (const { slot } of state.mapper.primaryKey) state.values[slot] = state.committedValue(slot)
  expireAttributes(state, null)
  state.parents = null
}
