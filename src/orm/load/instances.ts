// Rows become objects: the identity map decides whether a row is a new object or one that is there already.
import type { IdentityKey, LoadBatch, MapperLike, RelationshipLike, StateLike } from '../contract/orm.ts'
import { expireAttributes, setLoadedCollection, setLoadedReference } from '../instrument/history.ts'
import type { EntityPlan, JoinedPlan } from '../query/plan.ts'
import type { LoadContext } from './context.ts'
import type { WeakIdentities } from './weak-identities.ts'

/** Reads the objects of one class out of rows, one row after the other. */
export class EntityReader {
  readonly #plan: EntityPlan
  readonly #context: LoadContext
  readonly #mapper: MapperLike
  readonly #identities: Map<IdentityKey, StateLike>
  /** Null where no object of the class came from a stream. */
  readonly #weak: WeakIdentities | null
  readonly #width: number
  readonly #joined: readonly JoinedReader[]
  readonly #batch: { states: StateLike[] } & LoadBatch = { states: [] }

  constructor(plan: EntityPlan, context: LoadContext) {
    this.#plan = plan
    this.#context = context
    this.#mapper = plan.mapper
    this.#identities = context.identities.of(plan.mapper)
    this.#weak = context.isWeak ? context.identities.weaken(plan.mapper) : context.identities.weakOf(plan.mapper)
    context.together(this.#batch)
    this.#width = plan.mapper.columns.length
    this.#joined = plan.joined.map((joined) => new JoinedReader(joined, context))
  }

  /**
   * The object of a row whose columns are all this object's; the row becomes its array of values.
   *
   * @returns null where the row holds none: the primary key is NULL, as an outer join leaves it.
   */
  readWhole(row: unknown[]): StateLike | null {
    const key = this.#mapper.identityKey(row)
    if (key === null) return null
    const known = this.#identities.get(key) ?? (this.#weak === null ? undefined : this.#ofStream(key, this.#weak))
    if (known !== undefined) {
      this.#meet(known, row)
      return known
    }
    return this.#make(key, row)
  }

  /** The object of a row that holds other things too. */
  read(row: unknown[]): StateLike | null {
    const { offset } = this.#plan
    const values = row.slice(offset, offset + this.#width)
    const state = this.readWhole(values)
    if (state !== null) for (const joined of this.#joined) joined.read(state, row)
    return state
  }

  /** To be called behind the last row. */
  finish(): void {
    for (const joined of this.#joined) joined.finish()
    const { states } = this.#batch
    for (const load of this.#plan.later) this.#context.schedule(load, states)
  }

  /** An object that came from a stream; one that is wanted for other reasons now is there to stay. */
  #ofStream(key: IdentityKey, weak: WeakIdentities): StateLike | undefined {
    const state = weak.get(key) ?? undefined
    if (state !== undefined && !this.#context.isWeak) this.#context.identities.put(state)
    return state
  }

  #make(key: IdentityKey, values: unknown[]): StateLike {
    const state = this.#mapper.instantiate(values)
    state.key = key
    state.session = this.#context.session
    state.batch = this.#batch
    if (this.#context.isWeak) this.#weak?.set(key, state)
    else this.#identities.set(key, state)
    this.#batch.states.push(state)
    return state
  }

  /** An object that is there already keeps what it has; what it lacks comes from the row. */
  #meet(state: StateLike, row: readonly unknown[]): void {
    if (state.batch !== this.#batch) {
      state.batch = this.#batch
      this.#batch.states.push(state)
      if (this.#context.populateExisting && !this.#context.overwritten.has(state)) {
        this.#context.overwritten.add(state)
        expireAttributes(state, null)
      }
    }
    const values = state.values
    for (let slot = 0; slot < this.#width; slot++) if (values[slot] === undefined) values[slot] = row[slot]
  }
}

/** Reads the members of a relationship out of the rows of the objects that they belong to. */
class JoinedReader {
  readonly #relationship: RelationshipLike
  readonly #reader: EntityReader
  /** By owner the members found; null for owners whose members were loaded before. */
  readonly #members: Map<StateLike, Set<object> | null> = new Map()

  constructor(plan: JoinedPlan, context: LoadContext) {
    this.#relationship = plan.relationship
    this.#reader = new EntityReader(plan.entity, context)
  }

  read(owner: StateLike, row: unknown[]): void {
    const member = this.#reader.read(row)
    let members = this.#members.get(owner)
    if (members === undefined) {
      members = owner.values[this.#relationship.slot] === undefined ? new Set() : null
      this.#members.set(owner, members)
    }
    if (member !== null && members !== null) members.add(member.entity)
  }

  finish(): void {
    this.#reader.finish()
    for (const [owner, members] of this.#members)
      if (members !== null) assignMembers(owner, this.#relationship, [...members])
  }
}

/** Gives an object the members of a relationship that were found for it. */
export function assignMembers(owner: StateLike, relationship: RelationshipLike, members: readonly object[]): void {
  if (relationship.isCollection) setLoadedCollection(owner, relationship, members)
  else setLoadedReference(owner, relationship, members[0] ?? null)
}

/** The objects of rows that hold nothing but one class; each row becomes the array of values of its object. */
export function readWholeRows(plan: EntityPlan, rows: unknown[][], context: LoadContext): (StateLike | null)[] {
  const reader = new EntityReader(plan, context)
  const states: (StateLike | null)[] = new Array(rows.length)
  if (plan.joined.length === 0 && plan.offset === 0)
    for (let i = 0; i < rows.length; i++) states[i] = reader.readWhole(rows[i] as unknown[])
  else for (let i = 0; i < rows.length; i++) states[i] = reader.read(rows[i] as unknown[])
  reader.finish()
  return states
}
