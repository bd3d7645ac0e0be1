// `InstanceState`: the life of one object: its values, what was changed, whose it is.
import type { IdentityKey, Lifecycle, LoadBatch, MapperLike, SessionLike, StateLike } from '../contract/orm.ts'

/** Under this key every instance of a mapped class carries its state. */
export const STATE: unique symbol = Symbol.for('tsalchemy.state') as never

/** The state of one object. */
export class InstanceState implements StateLike {
  readonly mapper: MapperLike
  readonly entity: object
  values: unknown[]
  committed: Map<number, unknown> | null = null
  lifecycle: Lifecycle = 'transient'
  session: SessionLike | null = null
  key: IdentityKey | null = null
  batch: LoadBatch | null = null
  parents: Map<string, StateLike | null> | null = null

  constructor(mapper: MapperLike, entity: object, values: unknown[]) {
    this.mapper = mapper
    this.entity = entity
    this.values = values
  }

  get modified(): boolean {
    return this.committed !== null
  }

  noteChange(slot: number): void {
    let committed = this.committed
    if (committed === null) {
      committed = new Map()
      this.committed = committed
      this.session?.changed(this)
    }
    if (!committed.has(slot)) committed.set(slot, this.values[slot])
  }

  committedValue(slot: number): unknown {
    return this.committed?.has(slot) ? this.committed.get(slot) : this.values[slot]
  }
}

/** The state of an instance of a mapped class; null for anything else. */
export function stateOf(entity: unknown): InstanceState | null {
  if (typeof entity !== 'object' || entity === null) return null
  return (entity as { readonly [STATE]?: InstanceState })[STATE] ?? null
}
