// The face of the ORM, `tsalchemy/orm`.

// It does something when it is loaded: it teaches statements about classes to become statements about tables.
import './query/compile-state.ts'

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
export {
  type AttributeHistory,
  type AttributeInspection,
  type AttributeInspections,
  InstanceInspection,
} from './map/instance-inspection.ts'
export { type Identity, identityOf, mapperOf } from './map/mapped-class.ts'
export type { Mapper } from './map/mapper.ts'
export { type ColumnInspection, MapperInspection, type RelationshipInspection } from './map/mapper-inspection.ts'
export type { Registry } from './map/registry.ts'
export type { AttributeKeys, Awaitable, Init, Plain } from './map/typed.ts'
export {
  type AliasOf,
  aliased,
  type Mapped,
  mapped,
  type RelatedCriterion,
  RelationshipAttribute,
} from './query/aliased.ts'
export { joinedload, LoaderOption, lazyload, raiseload, selectinload } from './query/loader-option.ts'
export { type SessionMaker, type SessionRunOptions, sessionmaker } from './session/factory.ts'
export type { JoinTransactionMode } from './session/hold.ts'
export { objectSession } from './session/object-session.ts'
export type {
  EntityTarget,
  GetOptions,
  SessionCallOptions,
  SessionExecuteOptions,
  SessionOptions,
} from './session/options.ts'
export { Session } from './session/session.ts'
export { SessionTransaction } from './session/transaction.ts'
