// `Holdings`: the objects of a session: the identity map, what is new, changed and to be deleted; how objects come in and go out.
import { InvalidRequestError } from '../../errors.ts'
import type { RelationshipLike, SessionLike, StateLike } from '../contract/orm.ts'
import { collectionIn, Mark, setMark } from '../instrument/collection.ts'
import { cascadeMembers, reportExposed, settleCollection } from '../instrument/history.ts'
import { IdentityMap } from '../load/identity-map.ts'
import { move } from './lifecycle.ts'

/** Cascades that follow objects without any I/O. */
export type SyncCascade = 'saveUpdate' | 'expunge' | 'refreshExpire'

/** As many references may stand in the way before those that lead nowhere are looked for. */
const FEWEST_LOOSE = 2000

/** See the first line of the file. */
export class Holdings {
  readonly identities: IdentityMap = new IdentityMap()
  /** New objects, in the order in which they were added. */
  pending: Set<StateLike> = new Set()
  /** Persistent objects with changes that nobody wrote yet. */
  changed: Set<StateLike> = new Set()
  /** Objects that `delete()` was called for since the last flush. */
  marked: Set<StateLike> = new Set()
  readonly #exposed: Map<StateLike, Set<RelationshipLike>> = new Map()
  /** Objects of streams whose collections were handed out, as long as somebody holds them. */
  readonly #loose: Set<WeakRef<StateLike>> = new Set()
  readonly #references: WeakMap<StateLike, WeakRef<StateLike>> = new WeakMap()
  #mostLoose: number = FEWEST_LOOSE
  readonly #session: SessionLike

  constructor(session: SessionLike) {
    this.#session = session
  }

  /** Whether a flush would have something to look at. */
  get isDirty(): boolean {
    return this.pending.size > 0 || this.changed.size > 0 || this.marked.size > 0
  }

  /** Whether the object belongs to the session, be its row deleted. */
  isOwn(state: StateLike): boolean {
    return state.session === this.#session
  }

  /** Whether the object is in the session and its row is not deleted. */
  owns(state: StateLike): boolean {
    return state.session === this.#session && (state.lifecycle === 'pending' || state.lifecycle === 'persistent')
  }

  /**
   * Brings in an object and all that its save-update cascades reach.
   *
   * @throws InvalidRequestError it belongs to another session, was deleted, or another object stands for its row here.
   */
  add(root: StateLike): void {
    this.#attach(root)
    if (root.mapper.relationships.length === 0) return
    for (const state of this.reach(root, 'saveUpdate', (member) => !this.owns(member)))
      if (state !== root) this.#attach(state)
  }

  #attach(state: StateLike): void {
    const name = state.mapper.className
    if (state.session !== null && state.session !== this.#session)
      throw new InvalidRequestError(
        `This ${name} is in another session already: expunge() it there first, or merge() it`,
      )
    if (state.lifecycle === 'detached') {
      this.attachPersistent(state)
      return
    }
    move(state, 'add')
    state.session = this.#session
    reportExposed(state)
    if (state.lifecycle === 'pending') this.pending.add(state)
    else this.marked.delete(state)
  }

  /**
   * Makes sure that an object with a row is in the session, before it is deleted.
   *
   * @throws InvalidRequestError it has no row, or is in another session.
   */
  claim(state: StateLike): void {
    if (state.lifecycle === 'detached' && state.session === null) this.attachPersistent(state)
    move(state, 'delete')
    if (!this.isOwn(state))
      throw new InvalidRequestError(`This ${state.mapper.className} is in another session: delete it there`)
  }

  /** Brings back an object that left a session with its row. */
  attachPersistent(state: StateLike): void {
    const { key } = state
    if (key === null)
      throw new InvalidRequestError(
        `This ${state.mapper.className} was deleted: to write it again, make a new object with the same values`,
      )
    const present = this.identities.get(state.mapper, key)
    if (present !== null && present !== state)
      throw new InvalidRequestError(
        `Another ${state.mapper.className} object with the primary key ${String(key)} is in this session already: use merge() to copy this one's values onto it`,
      )
    move(state, 'add')
    state.session = this.#session
    this.identities.put(state)
    if (state.modified) this.changed.add(state)
    for (const relationship of state.mapper.relationships)
      if (relationship.isCollection && state.values[relationship.slot] !== undefined) this.expose(state, relationship)
  }

  /** An object and those that a cascade reaches from it, each once, those that `enter` refuses left out with all behind them. */
  reach(root: StateLike, cascade: SyncCascade, enter: (state: StateLike) => boolean = () => true): Set<StateLike> {
    const reached: Set<StateLike> = new Set([root])
    for (const state of reached)
      for (const relationship of state.mapper.relationships) {
        if (!relationship.cascade[cascade]) continue
        for (const member of cascadeMembers(state, relationship))
          if (!reached.has(member) && enter(member)) reached.add(member)
      }
    return reached
  }

  /** Lets go of an object: a new one becomes transient, one with a row detached. */
  release(state: StateLike): void {
    this.pending.delete(state)
    this.forget(state)
    leave(state)
  }

  /** A new object leaves before it was written. */
  releasePending(state: StateLike): void {
    if (!this.pending.delete(state)) return
    this.#exposed.delete(state)
    move(state, 'forgotten')
    state.session = null
  }

  /** Takes an object out of all sets but that of the new ones. */
  forget(state: StateLike): void {
    this.identities.remove(state)
    this.changed.delete(state)
    this.marked.delete(state)
    this.#exposed.delete(state)
  }

  /** Lets go of all objects. The sets are emptied as wholes: one by one would cost as much as loading did. */
  releaseAll(): void {
    for (const state of this.pending) leave(state)
    this.identities.forEach(leave)
    this.pending.clear()
    this.changed.clear()
    this.marked.clear()
    this.identities.clear()
    this.#exposed.clear()
    this.#loose.clear()
  }

  /** A collection was handed out: it may change behind our back. */
  expose(state: StateLike, relationship: RelationshipLike): void {
    const known = this.#exposed.get(state)
    if (known === undefined) this.#exposed.set(state, new Set([relationship]))
    else known.add(relationship)
  }

  /** Finds what was changed behind our back; what it finds is noted as a change. */
  settle(): void {
    this.#settleExposed()
    for (const reference of this.#loose) this.#settleLoose(reference)
  }

  #settleExposed(): void {
    for (const [state, relationships] of this.#exposed) {
      for (const relationship of relationships) {
        if (state.values[relationship.slot] === undefined) relationships.delete(relationship)
        else if (settleCollection(state, relationship)) this.changed.add(state)
      }
      if (relationships.size === 0) this.#exposed.delete(state)
    }
  }

  #settleLoose(reference: WeakRef<StateLike>): void {
    const state = reference.deref()
    if (state === undefined || !this.isOwn(state)) {
      this.#loose.delete(reference)
      return
    }
    for (const relationship of state.mapper.relationships) {
      const isCollection = relationship.isCollection && state.values[relationship.slot] !== undefined
      if (isCollection && settleCollection(state, relationship)) this.changed.add(state)
    }
  }

  /** Objects of streams are not kept for the sake of collections that were handed out, unless those were changed. */
  loosen(): void {
    this.#settleExposed()
    for (const [state, relationships] of this.#exposed) {
      if (this.changed.has(state) || !this.identities.isWeak(state)) continue
      for (const { slot } of relationships) {
        const collection = collectionIn(state.values[slot])
        if (collection !== null) setMark(collection, Mark.loose, true)
      }
      let reference = this.#references.get(state)
      if (reference === undefined) {
        reference = new WeakRef(state)
        this.#references.set(state, reference)
      }
      this.#loose.add(reference)
      this.#exposed.delete(state)
    }
    if (this.#loose.size < this.#mostLoose) return
    for (const reference of this.#loose) if (reference.deref() === undefined) this.#loose.delete(reference)
    this.#mostLoose = Math.max(FEWEST_LOOSE, 2 * this.#loose.size)
  }
}

/** An object leaves its session: a new one becomes transient, one with a row detached. */
function leave(state: StateLike): void {
  move(state, 'detach')
  if (state.lifecycle === 'transient') state.key = null
  state.session = null
  state.batch = null
}
