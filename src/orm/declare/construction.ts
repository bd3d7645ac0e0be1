// How objects of mapped classes are constructed: the class that replaces the user's, and what happens around its constructor.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { isUnawaited } from '../../show.ts'
import type { AttributeLike, EntityConstructor } from '../contract/orm.ts'
import { UnmappedClassError } from '../errors.ts'
import { setAttribute } from '../instrument/attributes.ts'
import type { Mapper } from '../map/mapper.ts'
import { carryState, InstanceState, ownState } from '../state/state.ts'

/** A class whose constructor can be called, as extending it needs. */
type Constructor = new (...args: unknown[]) => object

/** What `new User({ ... })` was given, until the user's own constructor and field initialisers have run. */
let given: Init = null

/** On the prototype of a mapped class: how its objects are made. */
const BLUEPRINT: unique symbol = Symbol('tsalchemy.blueprint') as never

/** What construction needs to know of a class. */
interface Blueprint {
  readonly mapper: Mapper
  /** Values of a new object: as many as there are columns, none set. */
  readonly blank: readonly undefined[]
  /** Attributes declared with the `accessor` keyword: their initial values sit behind the accessors that the user's class has. */
  readonly accessors: ReadonlyMap<string, (this: object) => unknown>
  /** The own properties that the last object had after construction. */
  fields: Fields
  /** What the last object was given. */
  given: Names
}

/** Names, and the attributes that are called so. */
interface Names {
  readonly keys: readonly string[]
  /** By position; null for a name that is no attribute's. */
  readonly attributes: readonly (AttributeLike | null)[]
}

/** Own properties of a new object, and the attributes that they hide. */
interface Fields extends Names {
  /** Position of the first that hides one; -1 for none. */
  readonly first: number
}

/** What `new User({ ... })` was given. */
type Init = Readonly<Record<string, unknown>> | null

interface Constructed {
  readonly [BLUEPRINT]?: Blueprint
}

/**
 * The class that stands in the place of the user's: a subclass whose constructor runs after all field initialisers. It moves the values of the
 * fields into the object's state and removes the fields, so that they do not hide the accessors of the prototype.
 */
export function replacementOf(original: EntityConstructor): EntityConstructor {
  const { name, length } = original
  const replacement = {
    [name]: class extends (original as Constructor) {
      constructor(...args: unknown[]) {
        const outer = given
        given = null
        let own: Init
        try {
          super(...args)
          own = given
        } finally {
          given = outer
        }
        finish(this, own)
      }
    },
  }[name] as EntityConstructor
  Object.defineProperty(replacement, 'length', { value: length, configurable: true })
  return replacement
}

/** Makes the objects of a replaced class those of a mapper. */
export function prepareConstruction(replacement: EntityConstructor, mapper: Mapper): void {
  const blueprint: Blueprint = {
    mapper,
    blank: new Array(mapper.columns.length).fill(undefined),
    accessors: accessorsBehind(replacement, mapper),
    fields: { keys: [], attributes: [], first: -1 },
    given: { keys: [], attributes: [] },
  }
  Object.defineProperty(replacement.prototype, BLUEPRINT, { value: blueprint })
}

/**
 * The part of the base class's constructor: gives the object its state, and sets what was given.
 *
 * @throws UnmappedClassError the class has no `@Entity`.
 * @throws ArgumentError `init` is no object, or names what is no attribute.
 */
export function begin(entity: object, init: unknown): void {
  const blueprint = (entity as Constructed)[BLUEPRINT]
  if (blueprint === undefined)
    throw new UnmappedClassError(`Class ${entity.constructor.name} is not mapped: put @Entity() before it`)
  const { mapper } = blueprint
  mapper.configure()
  const state = new InstanceState(mapper, entity, blueprint.blank.slice(), 'transient')
  carryState(entity, state)
  if (init === undefined) return
  given = asInit(mapper, init)
  const { keys, attributes } = namesIn(blueprint, Object.keys(given))
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string
    const attribute = attributes[index] ?? null
    if (attribute === null) throw unknownAttribute(mapper, key)
    const value = given[key]
    if (value !== undefined) setAttribute(state, attribute, value)
  }
}

/** The part after all constructors of the user's: fields become attributes; what was given wins over initialisers. */
function finish(entity: object, init: Init): void {
  const blueprint = (entity as Constructed)[BLUEPRINT]
  const state = ownState(entity)
  if (blueprint === undefined || state === null) return
  moveFields(entity, state, blueprint, init)
  for (const [key, get] of blueprint.accessors) {
    const value = get.call(entity)
    const attribute = blueprint.mapper.attributes.get(key)
    if (value !== undefined && attribute !== undefined && !isGiven(init, key)) setAttribute(state, attribute, value)
  }
  if (init !== null) restoreGiven(state, blueprint, init)
}

/** Sets again what was given where initialisers have replaced it by way of the accessors, as fields do that are assigned rather than defined. */
function restoreGiven(state: InstanceState, blueprint: Blueprint, init: NonNullable<Init>): void {
  const { keys, attributes } = namesIn(blueprint, Object.keys(init))
  for (let index = 0; index < keys.length; index += 1) {
    const attribute = attributes[index] ?? null
    const value = init[keys[index] as string]
    if (attribute === null || value === undefined) continue
    const present = state.values[attribute.slot]
    if (present === value) continue
    if (Array.isArray(value) && Array.isArray(present) && attribute.kind === 'relationship') {
      const members = new Set(present)
      if (value.every((member) => members.has(member))) continue
    }
    setAttribute(state, attribute, value)
  }
}

/**
 * Removes the own properties that hide attributes and sets these to the values. All own properties from the first of these on are deleted in
 * reverse order, and others among them put back: an object whose last property is deleted keeps V8's fast properties.
 */
function moveFields(entity: object, state: InstanceState, blueprint: Blueprint, init: Init): void {
  const keys = Object.keys(entity)
  if (keys.length === 0) return
  const { attributes, first } = fieldsOf(blueprint, keys)
  if (first < 0) return
  const own = entity as Record<string, unknown>
  let values: unknown[] | null = null
  for (let index = keys.length - 1; index >= first; index -= 1) {
    const key = keys[index] as string
    // Most fields are declared only: nothing is left to be done for those.
    if (own[key] !== undefined || attributes[index] === null) values ??= Object.values(entity)
    delete own[key]
  }
  if (values === null) return
  for (let index = first; index < keys.length; index += 1) {
    const value = values[index]
    const attribute = attributes[index] ?? null
    if (attribute === null) own[keys[index] as string] = value
    else if (value !== undefined && !isGiven(init, attribute.key)) setAttribute(state, attribute, value)
  }
}

/** Which own properties hide attributes: the same for nearly all objects of a class, so the last answer is kept. */
function fieldsOf(blueprint: Blueprint, keys: readonly string[]): Fields {
  const known = blueprint.fields
  if (sameNames(known.keys, keys)) return known
  const attributes = attributesOf(blueprint, keys)
  const fields = { keys, attributes, first: attributes.findIndex((attribute) => attribute !== null) }
  blueprint.fields = fields
  return fields
}

/** The attributes of names that an object was given; the last answer is kept here, too. */
function namesIn(blueprint: Blueprint, keys: readonly string[]): Names {
  const known = blueprint.given
  if (sameNames(known.keys, keys)) return known
  blueprint.given = { keys, attributes: attributesOf(blueprint, keys) }
  return blueprint.given
}

function attributesOf({ mapper }: Blueprint, keys: readonly string[]): (AttributeLike | null)[] {
  return keys.map((key) => mapper.attributes.get(key) ?? null)
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false
  return true
}

function isGiven(init: Init, key: string): boolean {
  return init !== null && Object.hasOwn(init, key) && init[key] !== undefined
}

function asInit(mapper: Mapper, init: unknown): NonNullable<Init> {
  if (typeof init === 'object' && init !== null && !Array.isArray(init) && !isUnawaited(init))
    return init as NonNullable<Init>
  throw new ArgumentError(
    `new ${mapper.className}() takes an object of attributes, such as { ${mapper.columns[0]?.key ?? 'name'}: ... }; a constructor of your own passes nothing on, super()`,
  )
}

function unknownAttribute(mapper: Mapper, key: string): ArgumentError {
  return new ArgumentError(
    `${mapper.className} has no attribute ${quoteName(key)}${suggestion(key, mapper.attributes.keys())}`,
  )
}

/** The getters that the `accessor` keyword made, which the accessors of the replacement hide. */
function accessorsBehind(
  replacement: EntityConstructor,
  mapper: Mapper,
): ReadonlyMap<string, (this: object) => unknown> {
  const found = new Map<string, (this: object) => unknown>()
  for (
    let prototype: object | null = Object.getPrototypeOf(replacement.prototype);
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  )
    for (const key of mapper.attributes.keys()) {
      const getter = Object.getOwnPropertyDescriptor(prototype, key)?.get
      if (getter !== undefined && !found.has(key)) found.set(key, getter)
    }
  return found
}
