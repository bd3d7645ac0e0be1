// Which mapper a class or an object has.
import { isUnawaited, UNAWAITED } from '../../show.ts'
import type { EntityConstructor, IdentityKey, StateLike } from '../contract/orm.ts'
import { UnmappedClassError } from '../errors.ts'
import { stateOf } from '../state/state.ts'
import { Mapper } from './mapper.ts'

const mappers: WeakMap<object, Mapper> = new WeakMap()

/** Makes a mapper known as that of a class. */
export function registerMapper(entityClass: EntityConstructor, mapper: Mapper): void {
  mappers.set(entityClass, mapper)
}

/** The mapper of a class or an object; null where there is none. */
export function findMapper(of: unknown): Mapper | null {
  if (typeof of === 'function') return mappers.get(of) ?? null
  const mapper = stateOf(of)?.mapper
  return mapper instanceof Mapper ? mapper : null
}

/**
 * The mapper of a mapped class, or of one of its objects, with its relationships settled.
 *
 * @throws UnmappedClassError
 * @throws MappingError a relationship of the registry contradicts itself or the tables.
 * @example
 * [...mapperOf(User).relationships.keys()]   // ['addresses', 'orders']
 */
export function mapperOf(of: unknown): Mapper {
  const mapper = findMapper(of)
  if (mapper === null) throw new UnmappedClassError(`${nameOf(of)} is not mapped: put @Entity() before the class`)
  mapper.configure()
  return mapper
}

/**
 * The state of an object of a mapped class.
 *
 * @throws UnmappedClassError
 */
export function requireState(entity: unknown): StateLike {
  const state = stateOf(entity)
  if (state === null) throw new UnmappedClassError(`${nameOf(entity)} is not an object of a mapped class`)
  return state
}

/** What identifies an object: its class and primary key. */
export interface Identity {
  readonly mapper: Mapper
  readonly key: IdentityKey
  /** The primary key's values, in the order of the table's primary key. */
  readonly primaryKey: readonly unknown[]
}

/**
 * The identity of an object; null while it has no complete primary key.
 *
 * @throws UnmappedClassError
 * @example
 * identityOf(user)?.primaryKey   // [1]
 */
export function identityOf(entity: object): Identity | null {
  const state = requireState(entity)
  const mapper = mapperOf(entity)
  const key = state.key ?? mapper.identityKey(state.values)
  if (key === null) return null
  return { mapper, key, primaryKey: mapper.primaryKey.map((attribute) => state.committedValue(attribute.slot)) }
}

function nameOf(of: unknown): string {
  if (typeof of === 'function') return `Class ${of.name === '' ? '(anonymous)' : of.name}`
  if (isUnawaited(of)) return UNAWAITED
  if (typeof of === 'object' && of !== null) return `The object of class ${of.constructor?.name ?? '(none)'}`
  return of === null ? 'null' : `The ${typeof of}`
}
