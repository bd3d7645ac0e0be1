// `InstanceInspection`: what can be told of an object of a mapped class: `inspect(user)`.
import type { EntityInstance } from '../../expression/from/typed.ts'
import type { AttributeLike, ColumnAttributeLike, Lifecycle, RelationshipLike, StateLike } from '../contract/orm.ts'
import { collectionHistory, referenceHistory } from '../instrument/history.ts'
import { hasRow } from '../state/state.ts'
import { requireState } from './mapped-class.ts'
import { inspectionOfMapper, type MapperInspection } from './mapper-inspection.ts'
import type { AttributeKeys } from './typed.ts'

/** One value of an attribute: a member where it is a collection. */
type ValueOf<V> = V extends readonly (infer M extends EntityInstance)[] ? M : V

/** How an attribute differs from what the database has, as far as that is known. A value that was replaced is under `deleted`, its successor under `added`. */
export interface AttributeHistory<V = unknown> {
  readonly added: readonly V[]
  readonly unchanged: readonly V[]
  readonly deleted: readonly V[]
  /** Whether there is anything under `added` or `deleted`. */
  readonly hasChanges: boolean
}

/** An attribute of one object. */
export interface AttributeInspection<V = unknown> {
  readonly key: string
  /** Its value without loading anything: undefined where it is not loaded, or was never set. */
  readonly loadedValue: V | undefined
  readonly history: AttributeHistory<ValueOf<V>>
}

/** The attributes of one object, by name. */
export type AttributeInspections<E> = {
  readonly [K in AttributeKeys<E> as K extends keyof E ? K : never]: K extends keyof E
    ? AttributeInspection<E[K]>
    : never
}

/**
 * What can be told of an object of a mapped class; it loads nothing and changes nothing, and tells of the object as it is when asked.
 * SQLAlchemy: "Inspection of Mapped Instances".
 *
 * @example
 * user.name = 'new'
 * const { persistent, identity, attributes } = inspect(user)   // true, [5]
 * attributes.name.history                                     // { added: ['new'], unchanged: [], deleted: ['old'], hasChanges: true }
 */
export class InstanceInspection<E extends object = object> {
  readonly #state: StateLike

  /** @internal `inspect(user)` */
  constructor(entity: E) {
    this.#state = requireState(entity)
  }

  /** The object. */
  get entity(): E {
    return this.#state.entity as E
  }

  /** What can be told of its class. */
  get mapper(): MapperInspection {
    const { mapper } = this.#state
    mapper.configure()
    return inspectionOfMapper(mapper)
  }

  /** Where it stands. SQLAlchemy: "Quickie Intro to Object States". */
  get lifecycle(): Lifecycle {
    return this.#state.lifecycle
  }

  /** Whether it is new, and in no session. */
  get transient(): boolean {
    return this.lifecycle === 'transient'
  }

  /** Whether it is new, and the next flush inserts it. */
  get pending(): boolean {
    return this.lifecycle === 'pending'
  }

  /** Whether it is in a session and has a row. */
  get persistent(): boolean {
    return this.lifecycle === 'persistent'
  }

  /** Whether its row was deleted in the transaction that is running. */
  get deleted(): boolean {
    return this.lifecycle === 'deleted'
  }

  /** Whether it has, or had, a row, and is in no session. */
  get detached(): boolean {
    return this.lifecycle === 'detached'
  }

  /** The primary key of its row, in the order of the table's; null while it has none. */
  get identity(): readonly unknown[] | null {
    const state = this.#state
    return state.key === null ? null : state.mapper.primaryKey.map(({ slot }) => state.committedValue(slot))
  }

  /** The Session that it is in; null for none. `objectSession()` gives it with its type. */
  get session(): object | null {
    return this.#state.session
  }

  /** Whether an attribute differs from what the database has; of an object without a row, whether one was set. */
  get modified(): boolean {
    return [...this.#state.mapper.attributes.values()].some((attribute) => historyOf(this.#state, attribute).hasChanges)
  }

  /** Names of attributes that are not loaded, and of those never set on a new object. */
  get unloaded(): ReadonlySet<string> {
    const { mapper, values } = this.#state
    return new Set(
      [...mapper.attributes.values()].filter(({ slot }) => values[slot] === undefined).map(({ key }) => key),
    )
  }

  /** The attributes by name. */
  get attributes(): AttributeInspections<E> {
    const state = this.#state
    const attributes: Record<string, AttributeInspection> = Object.create(null)
    for (const attribute of state.mapper.attributes.values())
      attributes[attribute.key] = {
        key: attribute.key,
        get loadedValue() {
          return state.values[attribute.slot]
        },
        get history() {
          return historyOf(state, attribute)
        },
      }
    return attributes as AttributeInspections<E>
  }
}

function historyOf(state: StateLike, attribute: AttributeLike): AttributeHistory {
  if (attribute.kind === 'column') return columnHistory(state, attribute as ColumnAttributeLike)
  const relationship = attribute as RelationshipLike
  if (relationship.isCollection) {
    const { added, removed, unchanged } = collectionHistory(state, relationship)
    return history(entities(added), entities(unchanged), entities(removed))
  }
  const { current, previous, changed } = referenceHistory(state, relationship)
  return changed ? history(entities([current]), [], entities([previous])) : history([], entities([current]), [])
}

function columnHistory(state: StateLike, { slot, column }: ColumnAttributeLike): AttributeHistory {
  const value = state.values[slot]
  const present = value === undefined ? [] : [value]
  if (!hasRow(state)) return history(present, [], [])
  if (state.committed?.has(slot) !== true) return history([], present, [])
  const before = state.committed.get(slot)
  if (before === undefined) return history(present, [], [])
  return column.type.sameValue(before, value) ? history([], present, []) : history(present, [], [before])
}

function history(
  added: readonly unknown[],
  unchanged: readonly unknown[],
  deleted: readonly unknown[],
): AttributeHistory {
  return { added, unchanged, deleted, hasChanges: added.length > 0 || deleted.length > 0 }
}

/** The objects of states; null, which says that there is none, is a value as others are. */
function entities(states: readonly (StateLike | null | undefined)[]): (object | null)[] {
  return states.filter((state) => state !== undefined).map((state) => state?.entity ?? null)
}
