// How entities look outside: as plain objects, as JSON, and to node's inspector: loaded attributes only, cycles cut.
import type { AttributeLike, RelationshipLike, StateLike } from '../contract/orm.ts'
import { hasRow, stateOf } from '../state/state.ts'

/** Turns a column's value into what goes out. */
type Convert = (value: unknown) => unknown

/**
 * The loaded attributes of an object and of the objects that it holds.
 *
 * A relationship that only leads back to where one came from is left out. An object that was written out already stands with its columns
 * only, so the result is a tree whose size grows with the number of objects.
 */
export function plainObject(entity: object, convert: Convert): Record<string, unknown> {
  const state = stateOf(entity)
  return state === null ? {} : writeOut(state, null, convert, new Set())
}

function writeOut(
  state: StateLike,
  reached: RelationshipLike | null,
  convert: Convert,
  seen: Set<StateLike>,
): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  const isNew = !seen.has(state)
  seen.add(state)
  for (const attribute of state.mapper.attributes.values()) {
    const value = loadedValue(state, attribute)
    if (value === undefined) continue
    if (attribute.kind === 'column') plain[attribute.key] = convert(value)
    else if (isNew && !leadsBack(attribute, reached))
      plain[attribute.key] = related(value, attribute as RelationshipLike, convert, seen)
  }
  return plain
}

/** The value of an attribute; undefined where it is not loaded, or not set. Collections of objects made in this process are loaded, and empty. */
function loadedValue(state: StateLike, attribute: AttributeLike): unknown {
  const value = state.values[attribute.slot]
  if (value !== undefined || attribute.kind === 'column' || (hasRow(state) && !state.madeHere)) return value
  return (attribute as RelationshipLike).isCollection ? [] : undefined
}

function leadsBack(attribute: AttributeLike, reached: RelationshipLike | null): boolean {
  return reached !== null && reached.reverse === attribute
}

function related(value: unknown, relationship: RelationshipLike, convert: Convert, seen: Set<StateLike>): unknown {
  if (Array.isArray(value)) return value.map((member) => related(member, relationship, convert, seen))
  const state = stateOf(value)
  return state === null ? value : writeOut(state, relationship, convert, seen)
}

/** A value as JSON can hold it without loss: big integers as digits, bytes in base64. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return base64(value)
  if (Array.isArray(value)) return value.map(jsonValue)
  if (typeof value !== 'object' || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonValue(each)]))
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** What the inspector shows in place of an object; the same view for the same object, so that it sees cycles. */
const views: WeakMap<object, object> = new WeakMap()

/** An object of the same class with the loaded attributes as its own properties. */
export function inspectView(entity: object): object {
  const state = stateOf(entity)
  if (state === null) return entity
  let view = views.get(entity)
  if (view === undefined) {
    view = Object.create(Object.getPrototypeOf(entity)) as object
    views.set(entity, view)
  }
  for (const attribute of state.mapper.attributes.values()) {
    const { key } = attribute
    const value = loadedValue(state, attribute)
    if (value === undefined) delete (view as Record<string, unknown>)[key]
    else Object.defineProperty(view, key, { value: shown(value), enumerable: true, configurable: true })
  }
  for (const key of Object.keys(entity)) {
    const value = (entity as Record<string, unknown>)[key]
    Object.defineProperty(view, key, { value, enumerable: true, configurable: true })
  }
  return view
}

/** Collections are shown as the arrays that they are to their users. */
function shown(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value) : value
}
