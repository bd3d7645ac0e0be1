// `EntityCollection`: an array of related objects whose mutators keep the other side in step at once.
import { InvalidRequestError } from '../../errors.ts'
import type { RelationshipLike, StateLike } from '../contract/orm.ts'

/** What a collection tells of its changes; one object serves all collections. */
export interface CollectionEvents {
  /** Refuses what the relationship cannot hold. */
  check(relationship: RelationshipLike, member: unknown): void
  /** Is about to change. */
  changing(link: CollectionLink): void
  /** Has got a member, once more. */
  added(link: CollectionLink, member: object): void
  /** Has lost a member, once; it may still hold it at another place. */
  removed(link: CollectionLink, member: object): void
}

/** Whose collection an array is. */
export class CollectionLink {
  readonly state: StateLike
  readonly relationship: RelationshipLike
  readonly events: CollectionEvents
  /** The members that the database has; null where they are the present ones and nobody could have changed that. */
  snapshot: readonly object[] | null = null
  /** Somebody outside holds the array. */
  exposed = false
  /** It was put in place of members that were never loaded: what the database has is not known. */
  overUnknown = false
  /** The array was expired: it shows members of the past. */
  expired = false

  constructor(state: StateLike, relationship: RelationshipLike, events: CollectionEvents) {
    this.state = state
    this.relationship = relationship
    this.events = events
  }
}

const { push, splice } = Array.prototype

let read: (collection: EntityCollection) => CollectionLink | null
let write: (collection: EntityCollection, link: CollectionLink | null) => void

/**
 * A collection of related objects: an array, with `add()` and `remove()`.
 *
 * Methods that change it keep the other side of the relationship in step at once; `list[i] = x` and `list.length = 0` are seen by the next flush.
 * `map`, `filter`, `slice` and their like give plain arrays.
 *
 * @example
 * user.addresses.push(address)      // address.user === user
 * user.addresses.remove(address)    // address.user === null
 */
export class EntityCollection<T extends object = object> extends Array<T> {
  #link: CollectionLink | null = null

  static {
    read = (collection) => (#link in collection ? collection.#link : null)
    write = (collection, link) => {
      collection.#link = link
    }
  }

  /** Arrays made from a collection are plain ones. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  /** Puts objects in at the end, unless they are there. */
  add(...members: T[]): this {
    this.push(...members.filter((member, index) => !this.includes(member) && members.indexOf(member) === index))
    return this
  }

  /** Takes an object out. @returns whether it was there. */
  remove(member: T): boolean {
    const index = this.indexOf(member)
    if (index >= 0) this.splice(index, 1)
    return index >= 0
  }

  override push(...members: T[]): number {
    const link = this.#toChange(members)
    const length = super.push(...members)
    if (link !== null) for (const member of members) link.events.added(link, member)
    return length
  }

  override unshift(...members: T[]): number {
    const link = this.#toChange(members)
    const length = super.unshift(...members)
    if (link !== null) for (const member of members) link.events.added(link, member)
    return length
  }

  override pop(): T | undefined {
    return this.#take(() => super.pop())
  }

  override shift(): T | undefined {
    return this.#take(() => super.shift())
  }

  override splice(start: number, ...rest: [count?: number, ...members: T[]]): T[] {
    const [count, ...members] = rest
    const link = this.#toChange(members)
    const taken = super.splice(start, rest.length === 0 ? this.length : (count ?? 0), ...members)
    if (link !== null) {
      for (const member of members) link.events.added(link, member)
      for (const member of taken) link.events.removed(link, member)
    }
    return taken
  }

  override fill(value: T, start?: number, end?: number): this {
    return this.#rewrite([value], () => super.fill(value, start, end))
  }

  override copyWithin(target: number, start: number, end?: number): this {
    return this.#rewrite([], () => super.copyWithin(target, start, end))
  }

  #take(take: () => T | undefined): T | undefined {
    if (this.length === 0) return undefined
    const link = this.#toChange([])
    const member = take()
    if (link !== null && member !== undefined) link.events.removed(link, member)
    return member
  }

  #rewrite(members: readonly T[], change: () => unknown): this {
    const link = this.#toChange(members)
    const before = this.slice()
    change()
    if (link === null) return this
    for (const member of new Set(this)) if (!before.includes(member)) link.events.added(link, member)
    for (const member of new Set(before)) link.events.removed(link, member)
    return this
  }

  /** Whose collection it is, after all members to come were checked and the change was noted; null for a plain array. */
  #toChange(members: readonly T[]): CollectionLink | null {
    const link = this.#link
    if (link === null) return null
    const { relationship, events } = link
    if (link.expired)
      throw new InvalidRequestError(
        `This array is ${relationship.mapper.className}.${relationship.key} no longer, as the attribute was expired: read it again from its object`,
      )
    for (const member of members) events.check(relationship, member)
    events.changing(link)
    return link
  }
}

/** Whose collection it is; null for anything that is nobody's. */
export function linkOf(collection: unknown): CollectionLink | null {
  return collection instanceof EntityCollection ? read(collection) : null
}

/** Makes an array somebody's collection, or, by null, nobody's. */
export function setLink(collection: EntityCollection, link: CollectionLink | null): void {
  write(collection, link)
}

/** A collection of these members, nobody's yet. */
export function collectionOf(members: readonly object[]): EntityCollection {
  const collection = new EntityCollection()
  for (const member of members) push.call(collection, member)
  return collection
}

/** Puts a member in at the end without any event. */
export function appendSilently(collection: EntityCollection, member: object): void {
  push.call(collection, member)
}

/** Takes a member out, wherever it stands, without any event. */
export function removeSilently(collection: EntityCollection, member: object): void {
  for (let index = collection.indexOf(member); index >= 0; index = collection.indexOf(member))
    splice.call(collection, index, 1)
}

/** Replaces all members without any event. */
export function refillSilently(collection: EntityCollection, members: readonly object[]): void {
  const fresh = [...members]
  collection.length = 0
  for (const member of fresh) push.call(collection, member)
}
