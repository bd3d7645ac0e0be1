// From a class to what it maps: its own decorated properties and those of the unmapped classes it extends.
import { Column } from '../../expression/schema/column-definition.ts'
import type { EntityConstructor } from '../contract/orm.ts'
import { MappingError } from '../errors.ts'
import { EntityCollection } from '../instrument/collection.ts'
import { findMapper } from '../map/mapped-class.ts'
import type { RelationshipConfig } from '../map/relationship.ts'
import { type Declaration, declarationsOf } from './declaration.ts'
import { designType, typeOfProperty } from './property-type.ts'

/** Names of the base class, and those that have a meaning of their own in every object. */
const RESERVED: readonly string[] = ['awaitable', 'toObject', 'toJSON', 'constructor', 'prototype', '__proto__', 'then']

/** What a class maps. */
export interface Scanned {
  readonly columns: Record<string, ReturnType<typeof Column>>
  readonly relationships: readonly RelationshipConfig[]
}

/**
 * Collects the decorated properties of a class and of the unmapped classes between it and the base: its own first.
 *
 * @param root DeclarativeBase.
 * @param metadata the metadata object of standard decorators; null under legacy ones.
 * @throws MappingError it does not extend the base, or extends a mapped class.
 */
export function scanClass(entityClass: EntityConstructor, root: object, metadata: object | null): Scanned {
  if (Object.getPrototypeOf(entityClass) === root)
    throw new MappingError(
      `${entityClass.name} extends DeclarativeBase itself: derive a base of your own, class Base<Self = any> extends DeclarativeBase<Self> {}, and extend that`,
    )
  const columns: Record<string, ReturnType<typeof Column>> = Object.create(null)
  const relationships = new Map<string, RelationshipConfig>()
  const { name } = entityClass
  let own: object | null = metadata
  for (const each of chainOf(entityClass, root)) {
    const standard = own ?? metadataOf(each)
    own = null
    const declared = [declarationsOf(each.prototype), ...(standard === null ? [] : [declarationsOf(standard)])]
    for (const [key, declaration] of declared.flatMap((map) => [...map])) {
      if (RESERVED.includes(key))
        throw new MappingError(
          `${name}.${key}: the name belongs to the base class; give the property another one (the column's name in SQL is free: { name: '${key}' })`,
        )
      if (Object.hasOwn(columns, key) || relationships.has(key)) continue
      if (declaration.kind === 'column') columns[key] = typedDefinition(name, each.prototype, key, declaration)
      else relationships.set(key, relationshipConfig(each.prototype, key, declaration))
    }
  }
  return { columns, relationships: [...relationships.values()] }
}

/** A class and the unmapped classes that it extends, up to the base. */
function chainOf(entityClass: EntityConstructor, root: object): EntityConstructor[] {
  const chain: EntityConstructor[] = []
  for (let each: unknown = entityClass; each !== root; each = Object.getPrototypeOf(each)) {
    if (typeof each !== 'function')
      throw new MappingError(
        `${entityClass.name} is no class of a declarative base: write class ${entityClass.name} extends Base<${entityClass.name}>, where class Base<Self = any> extends DeclarativeBase<Self> {}`,
      )
    const mapped = each === entityClass ? null : findMapper(each)
    if (mapped !== null)
      throw new MappingError(
        `${entityClass.name} extends ${mapped.className}, which is mapped; inheritance of mapped classes is not supported yet. Put what they share into a class without @Entity`,
      )
    chain.push(each as EntityConstructor)
  }
  return chain
}

/** The metadata object that standard decorators left on a class itself. */
function metadataOf(entityClass: object): object | null {
  const key = (Symbol as { readonly metadata?: symbol }).metadata
  const value: unknown = key === undefined ? null : Object.getOwnPropertyDescriptor(entityClass, key)?.value
  return typeof value === 'object' ? value : null
}

function typedDefinition(
  className: string,
  prototype: object,
  key: string,
  { definition }: Extract<Declaration, { kind: 'column' }>,
): ReturnType<typeof Column> {
  const isTyped = definition.type !== null || definition.options.foreignKey !== undefined
  return (isTyped ? definition : Column(typeOfProperty(className, prototype, key), definition.options)) as ReturnType<
    typeof Column
  >
}

function relationshipConfig(
  prototype: object,
  key: string,
  { target, settings }: Extract<Declaration, { kind: 'relationship' }>,
): RelationshipConfig {
  const design = designType(prototype, key)
  const isList = design === Array || design === EntityCollection
  const isKnown = isList || (typeof design === 'function' && design !== Object)
  return { key, target, settings, isList: isKnown ? isList : null }
}
