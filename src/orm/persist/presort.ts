// Finds out all that a flush has to do: relationships pull in orphans, children whose keys change, objects deleted by cascade; loads what must be known for that.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { collectionHistory, referenceHistory, setLoadedCollection, setLoadedReference } from '../instrument/history.ts'
import { keyCopies } from './key-copy.ts'
import { type FlushInput, Work } from './work.ts'

/** The members of a relationship as the database has them, for one object. */
export interface FetchedMembers {
  readonly state: StateLike
  readonly relationship: RelationshipLike
}

/** What presorting asks of the session. */
export interface PresortHost {
  /** Whether the object is in the session, so that it can be written. */
  owns(state: StateLike): boolean
  /**
   * The present members of relationships in the database, for each request in order; nothing is set on the objects asked for. One flight for all.
   */
  fetchMembers(requests: readonly FetchedMembers[]): Promise<StateLike[][]>
  /** Loads the columns that are expired. */
  loadColumns(states: readonly StateLike[]): Promise<void>
  /** Tells people of a related object that is not in the session and therefore not written. */
  skipped(state: StateLike, relationship: RelationshipLike, member: StateLike): void
}

/** How the members of a relationship change, collections and references alike. */
interface Members {
  readonly added: readonly StateLike[]
  readonly removed: readonly StateLike[]
  readonly unchanged: readonly StateLike[]
  /** The members that the database has are not all known. */
  readonly unknown: boolean
  /** The relationship was given other members before those of the database were known. */
  readonly replaced: boolean
}

/** See the first line of the file. */
export async function presort(input: FlushInput, host: PresortHost): Promise<Work> {
  const run = new Presort(new Work(input.pending), host)
  for (const state of input.deleted) run.remove(state)
  for (const state of input.changed) if (isOrphan(state)) run.remove(state)
  for (const state of input.changed) run.save(state)
  for (const state of run.work.inserts) run.along(state)
  await run.finish(input.pending)
  return run.work
}

/** Whether a persistent object was taken from a parent that must not lose it. */
function isOrphan(state: StateLike): boolean {
  if (state.parents === null) return false
  for (const parent of state.parents.values()) if (parent === null) return true
  return false
}

/** Whether an object's row is deleted, and its association rows with it; collections may show it still. */
function isGone(state: StateLike): boolean {
  return state.lifecycle === 'deleted' || (state.lifecycle === 'detached' && state.key === null)
}

class Presort {
  readonly work: Work
  readonly #host: PresortHost
  #unknown: FetchedMembers[] = []
  /** Members found by a query for references that were replaced without having been loaded. */
  readonly #displaced: Map<StateLike, Map<RelationshipLike, StateLike[]>> = new Map()
  /** Association rows added to collections that are not loaded; the other side may know them to exist. */
  readonly #uncertain: (FetchedMembers & { readonly member: StateLike })[] = []

  constructor(work: Work, host: PresortHost) {
    this.work = work
    this.#host = host
  }

  /** A persistent object may need an UPDATE. */
  save(state: StateLike): void {
    if (state.lifecycle !== 'persistent' || this.work.deletes.has(state) || this.work.updates.has(state)) return
    this.work.updates.add(state)
    this.along(state)
  }

  #insert(state: StateLike): void {
    const { inserts, forgotten } = this.work
    if (inserts.has(state) || forgotten.has(state)) return
    inserts.add(state)
    this.along(state)
  }

  /** An object is to be deleted; a pending one is just forgotten. */
  remove(state: StateLike): void {
    const { work } = this
    if (work.deletes.has(state)) return
    if (work.inserts.delete(state)) {
      work.forgotten.add(state)
      return
    }
    if (state.lifecycle !== 'persistent') return
    work.updates.delete(state)
    work.deletes.add(state)
    this.along(state)
  }

  /** Follows all relationships of an object that is written or deleted. */
  along(state: StateLike): void {
    for (const relationship of state.mapper.relationships) this.#follow(state, relationship)
  }

  /**
   * Loads what was found unknown and follows it, until nothing is unknown.
   *
   * @param pending the new objects of the session: what is loaded may bring more of them into it.
   */
  async finish(pending: Iterable<StateLike>): Promise<void> {
    while (this.#unknown.length > 0) {
      const requests = this.#unknown
      this.#unknown = []
      const fetched = await this.#host.fetchMembers(requests)
      for (const [index, { state, relationship }] of requests.entries())
        this.#learn(state, relationship, fetched[index] ?? [])
      for (const state of pending) this.#insert(state)
      for (const { state, relationship } of requests) this.#follow(state, relationship)
    }
    this.#dropKnownPairs()
    const expired = this.#expiredParents()
    if (expired.size > 0) await this.#host.loadColumns([...expired])
  }

  /** What was added to a collection that is not loaded is no news where the other side, loaded, had it before. */
  #dropKnownPairs(): void {
    for (const { state, relationship, member } of this.#uncertain) {
      const { reverse } = relationship
      if (reverse === null || !reverse.isCollection || member.committed?.has(reverse.slot) !== true) continue
      const { loaded, unchanged } = collectionHistory(member, reverse)
      if (loaded && unchanged.includes(state)) this.work.unassociate(relationship, state, member)
    }
  }

  /** Objects whose keys are to be copied and are not loaded. */
  #expiredParents(): Set<StateLike> {
    const expired: Set<StateLike> = new Set()
    for (const first of this.work.links.values())
      for (let link: typeof first | null = first; link !== null; link = link.next) {
        const parent = link.parent
        if (parent === null || this.work.inserts.has(parent)) continue
        if (link.copies.some((copy) => parent.values[copy.source.slot] === undefined)) expired.add(parent)
      }
    return expired
  }

  #learn(state: StateLike, relationship: RelationshipLike, members: readonly StateLike[]): void {
    if (relationship.isCollection) {
      setLoadedCollection(
        state,
        relationship,
        members.map((member) => member.entity),
      )
      return
    }
    if (state.values[relationship.slot] === undefined)
      setLoadedReference(state, relationship, members[0]?.entity ?? null)
    const known = this.#displaced.get(state) ?? new Map<RelationshipLike, StateLike[]>()
    known.set(relationship, [...members])
    this.#displaced.set(state, known)
  }

  #follow(state: StateLike, relationship: RelationshipLike): void {
    if (relationship.viewOnly) return
    const isDeleted = this.work.deletes.has(state)
    if (!isDeleted && !this.work.inserts.has(state) && state.committed?.has(relationship.slot) !== true) return
    switch (relationship.direction) {
      case 'oneToMany':
        if (isDeleted) this.#parentDeleted(state, relationship)
        else this.#parentSaved(state, relationship)
        break
      case 'manyToOne':
        if (isDeleted) this.#childDeleted(state, relationship)
        else this.#childSaved(state, relationship)
        break
      case 'manyToMany':
        if (isDeleted) this.#memberDeleted(state, relationship)
        else this.#memberSaved(state, relationship)
    }
  }

  #parentSaved(state: StateLike, relationship: RelationshipLike): void {
    const members = this.#members(state, relationship)
    if (members.replaced && this.#ask(state, relationship)) return
    const copies = keyCopies(relationship)
    for (const child of members.added) {
      if (this.work.deletes.has(child)) continue
      if (!this.#host.owns(child)) this.#host.skipped(state, relationship, child)
      else {
        this.work.link(child, copies, state)
        this.save(child)
      }
    }
    for (const child of members.removed) this.#released(child, relationship)
  }

  /** A child was taken from its parent. */
  #released(child: StateLike, relationship: RelationshipLike): void {
    if (this.work.deletes.has(child) || child.lifecycle !== 'persistent') return
    if (relationship.cascade.deleteOrphan) {
      if (child.parents?.get(relationship.parentKey) === null) this.remove(child)
      return
    }
    if (relationship.passiveDeletes === 'all') return
    this.work.link(child, keyCopies(relationship), null)
    this.save(child)
  }

  #parentDeleted(state: StateLike, relationship: RelationshipLike): void {
    const { cascade, passiveDeletes } = relationship
    const follows = cascade.delete || cascade.deleteOrphan
    if (passiveDeletes === 'all' && !follows) return
    const members = this.#members(state, relationship)
    if (members.unknown && passiveDeletes === false && this.#ask(state, relationship)) return
    for (const child of [...members.unchanged, ...members.added, ...members.removed]) {
      if (this.work.deletes.has(child)) continue
      if (follows && !this.#isElsewhere(child, relationship, state, members)) this.remove(child)
      else if (passiveDeletes !== 'all') this.#released(child, relationship)
    }
  }

  /** Whether a child that was taken from a deleted parent has found another. */
  #isElsewhere(child: StateLike, relationship: RelationshipLike, parent: StateLike, members: Members): boolean {
    if (!members.removed.includes(child)) return false
    const now = child.parents?.get(relationship.parentKey)
    return relationship.cascade.deleteOrphan ? now !== null && now !== undefined && now !== parent : true
  }

  #childSaved(state: StateLike, relationship: RelationshipLike): void {
    const { current, previous, changed } = referenceHistory(state, relationship)
    if (!changed || current === undefined) return
    if (current !== null && !this.#host.owns(current)) {
      this.#host.skipped(state, relationship, current)
      return
    }
    this.work.link(state, keyCopies(relationship), current)
    if (relationship.cascade.deleteOrphan && previous?.parents?.get(relationship.parentKey) === null)
      this.remove(previous)
  }

  #childDeleted(state: StateLike, relationship: RelationshipLike): void {
    if (!relationship.cascade.delete) return
    const members = this.#members(state, relationship)
    if (members.unknown && this.#ask(state, relationship)) return
    for (const target of [...members.unchanged, ...members.removed]) this.remove(target)
  }

  #memberSaved(state: StateLike, relationship: RelationshipLike): void {
    const members = this.#members(state, relationship)
    if (members.replaced && this.#ask(state, relationship)) return
    for (const member of members.added) {
      if (this.work.deletes.has(member)) continue
      if (!this.#host.owns(member)) {
        this.#host.skipped(state, relationship, member)
        continue
      }
      this.work.associate(relationship, state, member, 'added')
      if (members.unknown) this.#uncertain.push({ state, relationship, member })
    }
    for (const member of members.removed) {
      if (!isGone(member)) this.work.associate(relationship, state, member, 'removed')
      if (relationship.cascade.deleteOrphan && member.parents?.get(relationship.parentKey) === null) this.remove(member)
    }
  }

  /** The association rows of a deleted object go by its key, whether they were loaded or not. */
  #memberDeleted(state: StateLike, relationship: RelationshipLike): void {
    if (relationship.passiveDeletes === false) this.work.disassociate(relationship, state)
    if (!relationship.cascade.delete) return
    const members = this.#members(state, relationship)
    if (members.unknown && this.#ask(state, relationship)) return
    for (const member of [...members.unchanged, ...members.removed]) this.remove(member)
  }

  #members(state: StateLike, relationship: RelationshipLike): Members {
    if (relationship.isCollection) {
      const history = collectionHistory(state, relationship)
      return { ...history, unknown: !history.loaded }
    }
    const { current, previous, changed } = referenceHistory(state, relationship)
    const mayHold = !this.work.inserts.has(state) && !state.madeHere
    const added = presentOnly([current])
    if (!changed) {
      const unknown = current === undefined && mayHold
      return { added: [], removed: [], unchanged: added, unknown, replaced: false }
    }
    const displaced = this.#displaced.get(state)?.get(relationship)
    const removed = displaced?.filter((each) => each !== current) ?? presentOnly([previous])
    const replaced = displaced === undefined && previous === undefined && mayHold
    return { added, removed, unchanged: [], unknown: replaced, replaced }
  }

  /** Notes that a relationship must be known before it can be followed. @returns true */
  #ask(state: StateLike, relationship: RelationshipLike): boolean {
    this.#unknown.push({ state, relationship })
    return true
  }
}

function presentOnly(states: readonly (StateLike | null | undefined)[]): StateLike[] {
  return states.filter((state) => state !== null && state !== undefined)
}
