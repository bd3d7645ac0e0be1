// The ORM's own error classes.
import { InvalidRequestError, SQLAlchemyError } from '../errors.ts'

/** A row that a flush meant to change was not there, or was changed by somebody else since it was loaded. */
export class StaleDataError extends SQLAlchemyError {
  static override readonly code: string = 'stale-data'
  static override readonly name: string = 'StaleDataError'
}
/** A flush cannot be carried out as the objects stand. */
export class FlushError extends SQLAlchemyError {
  static override readonly code: string = 'flush-error'
  static override readonly name: string = 'FlushError'
}
/** The row of an object is gone. */
export class ObjectDeletedError extends InvalidRequestError {
  static override readonly code: string = 'object-deleted'
  static override readonly name: string = 'ObjectDeletedError'
}
/** An object that belongs to no session is asked for something that only a session could load. */
export class DetachedInstanceError extends SQLAlchemyError {
  static override readonly code: string = 'detached-instance'
  static override readonly name: string = 'DetachedInstanceError'
}
/** An attribute is read that was not loaded; reading never loads by itself. */
export class NotLoadedError extends InvalidRequestError {
  static override readonly code: string = 'not-loaded'
  static override readonly name: string = 'NotLoadedError'
}
/** A class or object is used with the ORM and is not mapped. */
export class UnmappedClassError extends InvalidRequestError {
  static override readonly code: string = 'unmapped-class'
  static override readonly name: string = 'UnmappedClassError'
}
/** A mapping contradicts itself or the tables; found when classes are declared or first used. */
export class MappingError extends SQLAlchemyError {
  static override readonly code: string = 'mapping-error'
  static override readonly name: string = 'MappingError'
}
