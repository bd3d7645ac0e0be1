// The accessors on the prototypes of mapped classes: reading and writing go to the object's state.
import { ArgumentError } from '../../errors.ts'
import type { AttributeLike, ColumnAttributeLike, MapperLike, RelationshipLike, StateLike } from '../contract/orm.ts'
import { hasRow, ownState } from '../state/state.ts'
import { setReference } from './events.ts'
import { notLoaded } from './not-loaded.ts'
import { absentReference, readCollection, replaceCollection } from './reading.ts'

/** Puts an accessor for each attribute of a mapper on a prototype. */
export function installAttributes(prototype: object, mapper: MapperLike): void {
  for (const column of mapper.columns) define(prototype, column, columnAccessor(column))
  for (const relationship of mapper.relationships) define(prototype, relationship, relationshipAccessor(relationship))
}

/**
 * Sets an attribute as an assignment does.
 *
 * @throws ArgumentError the attribute cannot hold the value.
 */
export function setAttribute(state: StateLike, attribute: AttributeLike, value: unknown): void {
  if (attribute.kind === 'column') setColumn(state, attribute as ColumnAttributeLike, value)
  else setRelationship(state, attribute as RelationshipLike, value)
}

interface Accessor {
  get(this: object): unknown
  set(this: object, value: unknown): void
}

function define(prototype: object, attribute: AttributeLike, accessor: Accessor): void {
  Object.defineProperty(prototype, attribute.key, { ...accessor, enumerable: true, configurable: true })
}

function columnAccessor(attribute: ColumnAttributeLike): Accessor {
  const { slot } = attribute
  return {
    get() {
      const state = ownState(this)
      if (state === null) return undefined
      const value = state.values[slot]
      if (value === undefined && hasRow(state)) throw notLoaded(state, attribute)
      return value
    },
    set(value) {
      const state = ownState(this)
      if (state === null) defineOwn(this, attribute.key, value)
      else setColumn(state, attribute, value)
    },
  }
}

function setColumn(state: StateLike, attribute: ColumnAttributeLike, value: unknown): void {
  // Before an object has a row, compilers assign undefined to fields without initialiser.
  if (attribute.column.computed !== null && (value !== undefined || hasRow(state))) throw computedValue(attribute)
  if (hasRow(state)) {
    if (value === undefined) throw undefinedValue(attribute)
    state.noteChange(attribute.slot)
  }
  state.values[attribute.slot] = value
}

function relationshipAccessor(relationship: RelationshipLike): Accessor {
  const { slot, key } = relationship
  return {
    get() {
      const state = ownState(this)
      if (state === null) return undefined
      if (relationship.isCollection) return readCollection(state, relationship)
      const value = state.values[slot]
      return value === undefined ? absentReference(state, relationship) : value
    },
    set(value) {
      const state = ownState(this)
      if (state === null) defineOwn(this, key, value)
      else setRelationship(state, relationship, value)
    },
  }
}

function setRelationship(state: StateLike, relationship: RelationshipLike, value: unknown): void {
  if (value === undefined) unsetRelationship(state, relationship)
  else if (relationship.isCollection) replaceCollection(state, relationship, value)
  else setReference(state, relationship, value)
}

/** Before an object has a row, undefined unsets; compilers assign it to fields without initialiser. */
function unsetRelationship(state: StateLike, relationship: RelationshipLike): void {
  if (hasRow(state)) throw undefinedValue(relationship)
  if (state.values[relationship.slot] === undefined) return
  if (relationship.isCollection) replaceCollection(state, relationship, [])
  else setReference(state, relationship, null)
}

/** An object that only inherits from a mapped class's prototype is an ordinary object. */
function defineOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

function computedValue(attribute: AttributeLike): ArgumentError {
  return new ArgumentError(
    `${attribute.mapper.className}.${attribute.key} cannot be set: the database computes it from other columns, and it is read when the row was written`,
  )
}

function undefinedValue(attribute: AttributeLike): ArgumentError {
  return new ArgumentError(
    `${attribute.mapper.className}.${attribute.key} cannot be set to undefined, which is no value; write null for NULL`,
  )
}
