// The face of the ORM, `tsalchemy/orm`.
export type { Cascade, Direction, IdentityKey, Lifecycle } from './contract/orm.ts'
export { DeclarativeBase, type EntityClass } from './declare/base.ts'
export { Entity, type EntityDecorator, type EntityOptions } from './declare/entity.ts'
export {
  type Related,
  Relationship,
  type RelationshipDef,
  type RelationshipOptions,
} from './declare/relationship.ts'
export {
  DetachedInstanceError,
  FlushError,
  MappingError,
  NotLoadedError,
  ObjectDeletedError,
  StaleDataError,
  UnmappedClassError,
} from './errors.ts'
export { EntityCollection } from './instrument/collection.ts'
export type { CascadeOption, CascadeWord } from './map/cascade.ts'
export { type Identity, identityOf, mapperOf } from './map/mapped-class.ts'
export type { Mapper } from './map/mapper.ts'
export type { Registry } from './map/registry.ts'
export type { AttributeKeys, Awaitable, Init, Plain } from './map/typed.ts'
export { aliased, type Mapped, mapped, type RelatedCriterion, RelationshipAttribute } from './query/aliased.ts'
