// `EntityCollection`: an array of related objects whose mutators keep the other side in step at once.
import { InvalidRequestError } from '../../errors.ts'
import type { RelationshipLike, StateLike } from '../contract/orm.ts'

/** What a collection tells of its changes; one object serves all collections. */
export interface CollectionEvents {
  /** Refuses what the relationship cannot hold. */
  check(state: StateLike, relationship: RelationshipLike, member: unknown): void
  /** Is about to change. */
  changing(link: CollectionLink): void
  /** Has got a member, once more. */
  added(link: CollectionLink, member: object): void
  /** Has lost a member, once. */
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
  /** It was put in place of members that were never loaded: the snapshot is not known. */
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

  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  /** Puts members in at the end, unless they are there. */
  add(...members: T[]): this {
    for (const member of members) if (!this.includes(member)) this.push(member)
    return this
  }

  /** Takes a member out. @returns whether it was there. */
  remove(member: T): boolean {
    const index = this.indexOf(member)
    if (index < 0) return false
    this.splice(index, 1)
    return true
  }

  override push(...members: T[]): number {
    if (this.#link === null) return super.push(...members)
    this.#change(members, () => super.push(...members))
    return this.length
  }

  override unshift(...members: T[]): number {
    if (this.#link === null) return super.unshift(...members)
    this.#change(members, () => super.unshift(...members))
    return this.length
  }

  override pop(): T | undefined {
    return this.#link === null ? super.pop() : this.#change([], () => super.pop())
  }

  override shift(): T | undefined {
    return this.#link === null ? super.shift() : this.#change([], () => super.shift())
  }

  override splice(start: number, count?: number, ...members: T[]): T[] {
    const taken = count ?? (count === undefined && members.length === 0 ? this.length : 0)
    return this.#link === null
      ? super.splice(start, taken, ...members)
      : this.#change(members, () => super.splice(start, taken, ...members))
  }

  override fill(value: T, start?: number, end?: number): this {
    return this.#link === null
      ? super.fill(value, start, end)
      : this.#change([value], () => super.fill(value, start, end))
  }

  override copyWithin(target: number, start: number, end?: number): this {
    return this.#link === null
      ? super.copyWithin(target, start, end)
      : this.#change([], () => super.copyWithin(target, start, end))
  }

  override sort(compare?: (one: T, other: T) => number): this {
    if (this.#link === null) super.sort(compare)
    else this.#change([], () => super.sort(compare))
    return this
  }

  override reverse(): this {
    if (this.#link === null) super.reverse()
    else this.#change([], () => super.reverse())
    return this
  }

  /** Runs a change and tells what came and what went. */
  #change<R>(members: readonly T[], change: () => R): R {
    const link = this.#link
    if (link === null) return change()
    const { state, relationship, events } = link
    if (link.expired)
      throw new InvalidRequestError(
        `This array is no longer ${relationship.mapper.className}.${relationship.key}: it was expired. Read the attribute again`,
      )
    for (const member of members) events.check(state, relationship, member)
    events.changing(link)
    const before = this.slice()
    const result = change()
    for (const [member, count] of difference(before, this)) {
      if (count > 0) events.added(link, member)
      else events.removed(link, member)
    }
    return result
  }
}

/** By member, how much more often it stands in the second list; members that stand in both equally often are left out. */
function difference<T>(before: readonly T[], after: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const member of after) counts.set(member, (counts.get(member) ?? 0) + 1)
  for (const member of before) counts.set(member, (counts.get(member) ?? 0) - 1)
  for (const [member, count] of counts) if (count === 0) counts.delete(member)
  return counts
}

/** Whose collection it is; null for a plain array. */
export function linkOf(collection: unknown): CollectionLink | null {
  return collection instanceof EntityCollection ? read(collection) : null
}

/** Makes an array somebody's collection, or, by null, nobody's. */
export function setLink(collection: EntityCollection, link: CollectionLink | null): void {
  write(collection, link)
}

/** A collection with these members, without any event. */
export function collectionOf(members: readonly object[]): EntityCollection {
  const collection = new EntityCollection()
  for (const member of members) push.call(collection, member)
  return collection
}

/** Puts a member in at the end without any event. */
export function appendSilently(collection: EntityCollection, member: object): void {
  push.call(collection, member)
}

/** Takes a member out, once, without any event. @returns whether it was there. */
export function removeSilently(collection: EntityCollection, member: object): boolean {
  const index = collection.indexOf(member)
  if (index < 0) return false
  splice.call(collection, index, 1)
  return true
}

/** Replaces all members without any event. */
export function refillSilently(collection: EntityCollection, members: readonly object[]): void {
  collection.length = 0
  for (const member of members) push.call(collection, member)
}
