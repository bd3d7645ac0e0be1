// `InstanceState`: the life of one object: its values, what was changed, whose it is; and how an object carries it.
import type {
  IdentityKey,
  Lifecycle,
  LoadBatch,
  MapperLike,
  QueuedChanges,
  SessionLike,
  StateLike,
} from '../contract/orm.ts'

/** The state of one object. */
export class InstanceState implements StateLike {
  readonly mapper: MapperLike
  readonly entity: object
  values: unknown[]
  committed: Map<number, unknown> | null = null
  lifecycle: Lifecycle
  session: SessionLike | null = null
  key: IdentityKey | null = null
  batch: LoadBatch | null = null
  parents: Map<string, StateLike | null> | null = null
  madeHere: boolean
  queued: Map<number, QueuedChanges> | null = null

  constructor(mapper: MapperLike, entity: object, values: unknown[], lifecycle: 'transient' | 'persistent') {
    this.mapper = mapper
    this.entity = entity
    this.values = values
    this.lifecycle = lifecycle
    this.madeHere = lifecycle === 'transient'
  }

  get modified(): boolean {
    return this.committed !== null
  }

  noteChange(slot: number): void {
    this.noteChangeFrom(slot, this.values[slot])
  }

  /** Notes a change whose value before is known better than by `values`. */
  noteChangeFrom(slot: number, before: unknown): void {
    if (!hasRow(this)) return
    let committed = this.committed
    if (committed === null) {
      committed = new Map()
      this.committed = committed
      this.session?.changed(this)
    }
    if (!committed.has(slot)) committed.set(slot, before)
  }

  committedValue(slot: number): unknown {
    return this.committed?.has(slot) ? this.committed.get(slot) : this.values[slot]
  }
}

/** Whether the database has, or had until this transaction's DELETE, a row for the object. */
export function hasRow(state: StateLike): boolean {
  return state.lifecycle !== 'transient' && state.lifecycle !== 'pending'
}

/** Gives back the object it is asked to construct on, so that a subclass can put a private field on any object. */
class On {
  constructor(entity: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the only way of giving a private field to an object made elsewhere
    return entity
  }
}

/** Reads the private field. */
let read: (entity: object) => InstanceState | null

/**
 * The private field that holds an object's state. No spread, no clone, no comparison and no debugger's listing sees it; putting it on costs no more
 * than a property (measured: test/orm/speed.ts).
 */
class Stamp extends On {
  readonly #state: InstanceState
  constructor(entity: object, state: InstanceState) {
    super(entity)
    this.#state = state
  }
  static {
    read = (entity) => {
      // Faster than asking first whether the field is there: nearly always it is.
      try {
        return (entity as Stamp).#state
      } catch {
        return null
      }
    }
  }
}

/** Makes an object carry a state, for good. */
export function carryState(entity: object, state: InstanceState): void {
  new Stamp(entity, state)
}

/** {@link stateOf} for what is known to be an object. */
export function ownState(entity: object): InstanceState | null {
  return read(entity)
}

/** The state of an instance of a mapped class; null for anything else. */
export function stateOf(entity: unknown): InstanceState | null {
  return typeof entity === 'object' && entity !== null ? read(entity) : null
}
