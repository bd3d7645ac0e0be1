// How objects of mapped classes are constructed: the class that replaces the user's, and what happens around its constructor.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { EntityConstructor } from '../contract/orm.ts'
import { UnmappedClassError } from '../errors.ts'
import { setAttribute } from '../instrument/attributes.ts'
import type { Mapper } from '../map/mapper.ts'
import { carryState, InstanceState, ownState } from '../state/state.ts'

/** A class whose constructor can be called, as extending it needs. */
type Constructor = new (...args: unknown[]) => object

/** What `new User({ ... })` was given, until the user's own constructor and field initialisers have run. */
let given: Readonly<Record<string, unknown>> | null = null

/** On the prototype of a mapped class: how its objects are made. */
const BLUEPRINT: unique symbol = Symbol('tsalchemy.blueprint') as never

/** What construction needs to know of a class. */
interface Blueprint {
  readonly mapper: Mapper
  /** Values of a new object: as many as there are columns, none set. */
  readonly blank: readonly undefined[]
  /** Attributes declared with the `accessor` keyword: their initial values sit behind the accessors that the user's class has. */
  readonly accessors: ReadonlyMap<string, (this: object) => unknown>
}

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
        let own: typeof given
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
  carryState(entity, new InstanceState(mapper, entity, blueprint.blank.slice(), 'transient'))
  if (init === undefined) return
  given = checkedInit(mapper, init)
  setAll(entity, given)
}

/** The part after all constructors of the user's: fields become attributes; what was given wins over initialisers. */
function finish(entity: object, init: Readonly<Record<string, unknown>> | null): void {
  const blueprint = (entity as Constructed)[BLUEPRINT]
  if (blueprint === undefined) return
  const fields = takeFields(entity, blueprint.mapper)
  if (fields !== null) for (const [key, value] of fields) if (!isGiven(init, key)) set(entity, key, value)
  for (const [key, get] of blueprint.accessors) {
    const value = get.call(entity)
    if (value !== undefined && !isGiven(init, key)) set(entity, key, value)
  }
  if (init !== null) for (const key of Object.keys(init)) restore(entity, key, init[key])
}

/** Sets again what was given where an initialiser has replaced it by way of the accessor (fields that are assigned rather than defined). */
function restore(entity: object, key: string, value: unknown): void {
  const state = ownState(entity)
  const attribute = state?.mapper.attributes.get(key)
  if (state === null || attribute === undefined || value === undefined) return
  const present = state.values[attribute.slot]
  if (present === value) return
  if (Array.isArray(value) && Array.isArray(present) && attribute.kind === 'relationship') {
    const members = new Set(present)
    if (value.every((member) => members.has(member))) return
  }
  setAttribute(state, attribute, value)
}

/**
 * Removes the own properties that hide attributes and gives the values of those that have one. All own properties from the first of these on are
 * deleted in reverse order, and others among them put back: an object whose last property is deleted keeps V8's fast properties.
 */
function takeFields(entity: object, mapper: Mapper): [string, unknown][] | null {
  const keys = Object.keys(entity)
  if (keys.length === 0) return null
  const own = entity as Record<string, unknown>
  const taken: [string, unknown][] = []
  const kept: [string, unknown][] = []
  const first = keys.findIndex((key) => mapper.attributes.has(key))
  if (first < 0) return null
  for (let index = keys.length - 1; index >= first; index -= 1) {
    const key = keys[index] as string
    const value = own[key]
    if (!mapper.attributes.has(key)) kept.push([key, value])
    else if (value !== undefined) taken.push([key, value])
    delete own[key]
  }
  for (const [key, value] of kept.reverse()) own[key] = value
  return taken.reverse()
}

function setAll(entity: object, init: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(init)) {
    const value = init[key]
    if (value !== undefined) set(entity, key, value)
  }
}

function set(entity: object, key: string, value: unknown): void {
  const state = ownState(entity)
  const attribute = state?.mapper.attributes.get(key)
  if (state !== null && attribute !== undefined) setAttribute(state, attribute, value)
}

function isGiven(init: Readonly<Record<string, unknown>> | null, key: string): boolean {
  return init !== null && Object.hasOwn(init, key) && init[key] !== undefined
}

function checkedInit(mapper: Mapper, init: unknown): Readonly<Record<string, unknown>> {
  if (typeof init !== 'object' || init === null || Array.isArray(init))
    throw new ArgumentError(
      `new ${mapper.className}() takes an object of attributes, such as { ${mapper.columns[0]?.key ?? 'name'}: ... }; a constructor of your own passes nothing on, super()`,
    )
  for (const key of Object.keys(init))
    if (!mapper.attributes.has(key))
      throw new ArgumentError(
        `${mapper.className} has no attribute ${quoteName(key)}${suggestion(key, mapper.attributes.keys())}`,
      )
  return init as Readonly<Record<string, unknown>>
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
