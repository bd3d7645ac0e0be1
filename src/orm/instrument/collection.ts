// `EntityCollection`: an array of related objects whose mutators keep the other side in step at once.
import { InvalidRequestError } from '../../errors.ts'
import type { RelationshipLike, StateLike } from '../contract/orm.ts'

/** What a collection tells of its changes; one object serves all collections. */
export interface CollectionEvents {
  /** Refuses what the relationship cannot hold. */
  check(relationship: RelationshipLike, member: unknown): void
  /** Is about to change. */
  changing(collection: EntityCollection, state: StateLike, relationship: RelationshipLike): void
  /** Has got a member, once more. */
  added(state: StateLike, relationship: RelationshipLike, member: object): void
  /** Has lost a member, once; it may still hold it at another place. */
  removed(state: StateLike, relationship: RelationshipLike, member: object): void
}

/** What is known of a collection, as bits. */
export const Mark = {
  /** Somebody outside holds the array. */
  exposed: 1,
  /** It was put in place of members that were never loaded: what the database has is not known. */
  overUnknown: 2,
  /** The array was expired: it shows members of the past. */
  expired: 4,
  /** Somebody outside holds the array, perhaps: the session looks at it only as long as it is there. */
  loose: 8,
} as const

/** The private fields of collections, for the functions of this file. */
interface Friend {
  isOwned(collection: EntityCollection): boolean
  release(collection: EntityCollection): void
  snapshot(collection: EntityCollection): readonly object[] | null
  keep(collection: EntityCollection, snapshot: readonly object[] | null): void
  told(collection: EntityCollection): readonly object[] | null
  tell(collection: EntityCollection, members: object[] | null): void
  marks(collection: EntityCollection): number
  mark(collection: EntityCollection, marks: number): void
}

let friend: Friend

/**
 * A collection of related objects: an array, with `add()` and `remove()`.
 *
 * Methods that change it keep the other side of the relationship in step at once; `list[i] = x` and `list.length = 0` are seen by the next flush.
 * `map`, `filter`, `slice` and their like give plain arrays.
 *
 * @example
 * user.addresses.push(address)      // address.user === user
 * user.addresses.splice(0, 1)       // address.user === null
 */
export class EntityCollection<T extends object = object> extends Array<T> {
  // All in the array object itself, not in one of their own: that halves the time of making a collection (test/orm/speed.ts).
  #state: StateLike | null
  readonly #relationship: RelationshipLike | null
  readonly #events: CollectionEvents | null
  #snapshot: readonly object[] | null = null
  #told: object[] | null = null
  #marks = 0

  static {
    friend = {
      isOwned: (collection) => #state in collection && collection.#state !== null,
      release: (collection) => {
        collection.#state = null
      },
      snapshot: (collection) => collection.#snapshot,
      keep: (collection, snapshot) => {
        collection.#snapshot = snapshot
      },
      told: (collection) => collection.#told,
      tell: (collection, members) => {
        collection.#told = members
      },
      marks: (collection) => collection.#marks,
      mark: (collection, marks) => {
        collection.#marks = marks
      },
    }
  }

  /** @internal Collections are made by the attributes that hold them. */
  constructor(
    length = 0,
    state: StateLike | null = null,
    relationship: RelationshipLike | null = null,
    events: CollectionEvents | null = null,
  ) {
    super(length)
    this.#state = state
    this.#relationship = relationship
    this.#events = events
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
    this.#prepare(members)
    const length = super.push(...members)
    this.#announce(members, [])
    return length
  }

  override unshift(...members: T[]): number {
    this.#prepare(members)
    const length = super.unshift(...members)
    this.#announce(members, [])
    return length
  }

  override pop(): T | undefined {
    if (this.length === 0) return undefined
    this.#prepare([])
    const member = super.pop() as T
    this.#announce([], [member])
    return member
  }

  override shift(): T | undefined {
    if (this.length === 0) return undefined
    this.#prepare([])
    const member = super.shift() as T
    this.#announce([], [member])
    return member
  }

  override splice(start: number, ...rest: [count?: number, ...members: T[]]): T[] {
    const [count, ...members] = rest
    this.#prepare(members)
    const taken = super.splice(start, rest.length === 0 ? this.length : (count ?? 0), ...members)
    this.#announce(members, taken)
    return taken
  }

  override fill(value: T, start?: number, end?: number): this {
    return this.#rewrite([value], () => super.fill(value, start, end))
  }

  override copyWithin(target: number, start: number, end?: number): this {
    return this.#rewrite([], () => super.copyWithin(target, start, end))
  }

  #rewrite(members: readonly T[], change: () => unknown): this {
    this.#prepare(members)
    const before = this.slice()
    change()
    const had = new Set(before)
    this.#announce(
      [...new Set(this)].filter((member) => !had.has(member)),
      [...had],
    )
    return this
  }

  /** Before a change: refuses members that cannot be held, and changes of an array that shows the past. */
  #prepare(members: readonly T[]): void {
    const relationship = this.#relationship
    const events = this.#events
    if (this.#state === null || relationship === null || events === null) return
    if (this.#marks & Mark.expired)
      throw new InvalidRequestError(
        `This array is ${relationship.mapper.className}.${relationship.key} no longer, as the attribute was expired: read it again from its object`,
      )
    for (const member of members) events.check(relationship, member)
    events.changing(this, this.#state, relationship)
  }

  /** After a change: tells who came and who went. */
  #announce(added: readonly T[], removed: readonly T[]): void {
    const state = this.#state
    const relationship = this.#relationship
    const events = this.#events
    if (state === null || relationship === null || events === null) return
    for (const member of added) {
      this.#told?.push(member)
      events.added(state, relationship, member)
    }
    for (const member of removed) events.removed(state, relationship, member)
  }
}

const { push, splice } = Array.prototype

/** A value that is somebody's collection; null for anything else. */
export function collectionIn(value: unknown): EntityCollection | null {
  return value instanceof EntityCollection && friend.isOwned(value) ? value : null
}

/** From now on the array is nobody's. */
export function release(collection: EntityCollection): void {
  friend.release(collection)
}

/** The members that the database has; null where they are the present ones and nobody could have changed that. */
export function snapshotOf(collection: EntityCollection): readonly object[] | null {
  return friend.snapshot(collection)
}

/** Remembers what the database has. */
export function keepSnapshot(collection: EntityCollection, snapshot: readonly object[] | null): void {
  friend.keep(collection, snapshot)
}

/**
 * Notes that the other sides are in step with the present members. From then on those that are put in by methods are remembered, so that
 * {@link everMembers} can tell whose other side may have to follow a change by index or length.
 */
export function noteInStep(collection: EntityCollection): void {
  friend.tell(collection, collection.slice())
}

/** All objects that the other sides may know as members: those of the database, and those that came since. */
export function everMembers(collection: EntityCollection): Set<object> {
  return new Set([...(friend.snapshot(collection) ?? []), ...(friend.told(collection) ?? [])])
}

/** Whether a {@link Mark} is set. */
export function isMarked(collection: EntityCollection, mark: number): boolean {
  return (friend.marks(collection) & mark) !== 0
}

/** Sets or takes away a {@link Mark}. */
export function setMark(collection: EntityCollection, mark: number, isSet: boolean): void {
  const marks = friend.marks(collection)
  friend.mark(collection, isSet ? marks | mark : marks & ~mark)
}

/** Puts a member in at the end without any event. */
export function appendSilently(collection: EntityCollection, member: object): void {
  push.call(collection, member)
  const told = friend.told(collection)
  if (told !== null) push.call(told, member)
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
