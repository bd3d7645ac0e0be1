// `Work`: what one flush has to do, as plain data: who is inserted, updated and deleted, which keys are copied, which association rows change.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import type { KeyCopy } from './key-copy.ts'

/** The foreign key of an object takes the key of another one; `parent` null empties it. */
export interface Link {
  readonly copies: readonly KeyCopy[]
  parent: StateLike | null
  /** Further links of the same object. */
  next: Link | null
}

/** Changes of the association rows of one many-to-many relationship, seen from the side that owns the pair. */
export interface AssociationWork {
  readonly relationship: RelationshipLike
  readonly added: Map<StateLike, Set<StateLike>>
  readonly removed: Map<StateLike, Set<StateLike>>
  /** Objects of this side whose rows all go, as they are deleted themselves. */
  readonly deletedNear: StateLike[]
  /** Likewise of the other side. */
  readonly deletedFar: StateLike[]
}

/** What a flush begins with. */
export interface FlushInput {
  /** New objects, in the order in which they were added. */
  readonly pending: Iterable<StateLike>
  /** Persistent objects that may have changed. */
  readonly changed: Iterable<StateLike>
  /** Objects that `delete()` was called for. */
  readonly deleted: Iterable<StateLike>
}

/** See the first line of the file. */
export class Work {
  readonly inserts: Set<StateLike>
  readonly updates: Set<StateLike> = new Set()
  readonly deletes: Set<StateLike> = new Set()
  /** New objects that are not written after all: a cascade deletes them. */
  readonly forgotten: Set<StateLike> = new Set()
  readonly links: Map<StateLike, Link> = new Map()
  readonly associations: Map<RelationshipLike, AssociationWork> = new Map()

  constructor(pending: Iterable<StateLike>) {
    this.inserts = new Set(pending)
  }

  /** Whether the object's row is written. */
  isSaved(state: StateLike): boolean {
    return this.inserts.has(state) || this.updates.has(state)
  }

  /** Notes that `child` refers to `parent`. A parent wins over none, whichever end of the relationship tells first. */
  link(child: StateLike, copies: readonly KeyCopy[], parent: StateLike | null): void {
    const first = this.links.get(child) ?? null
    for (let link = first; link !== null; link = link.next)
      if (link.copies === copies) {
        if (parent !== null) link.parent = parent
        return
      }
    this.links.set(child, { copies, parent, next: first })
  }

  /** The association rows of a relationship, which both of its directions share. */
  association(relationship: RelationshipLike): { work: AssociationWork; flipped: boolean } {
    const reverse = relationship.reverse
    const flipped = reverse !== null && !ownsPair(relationship, reverse)
    const owner = flipped ? reverse : relationship
    let work = this.associations.get(owner)
    if (work === undefined) {
      work = { relationship: owner, added: new Map(), removed: new Map(), deletedNear: [], deletedFar: [] }
      this.associations.set(owner, work)
    }
    return { work, flipped }
  }

  /** Notes an association row that comes or goes. */
  associate(relationship: RelationshipLike, state: StateLike, member: StateLike, change: 'added' | 'removed'): void {
    const { work, flipped } = this.association(relationship)
    const near = flipped ? member : state
    const far = flipped ? state : member
    const rows = work[change]
    let members = rows.get(near)
    if (members === undefined) {
      members = new Set()
      rows.set(near, members)
    }
    members.add(far)
  }

  /** Takes back that an association row comes. */
  unassociate(relationship: RelationshipLike, state: StateLike, member: StateLike): void {
    const { work, flipped } = this.association(relationship)
    work.added.get(flipped ? member : state)?.delete(flipped ? state : member)
  }

  /** Notes that all association rows of a deleted object go. */
  disassociate(relationship: RelationshipLike, state: StateLike): void {
    const { work, flipped } = this.association(relationship)
    const gone = flipped ? work.deletedFar : work.deletedNear
    gone.push(state)
  }
}

/** Of two relationships that mirror each other, one speaks for the rows of both. */
function ownsPair(one: RelationshipLike, other: RelationshipLike): boolean {
  return one.mapper.id === other.mapper.id ? one.slot <= other.slot : one.mapper.id < other.mapper.id
}
