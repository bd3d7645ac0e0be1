// A type that can be written with or without arguments: `String` and `String(50)`.
import type { SqlType } from './type.ts'

/** A function that is at the same time the type it gives when called without arguments. */
export function callableType<T extends SqlType, F extends (...args: never[]) => SqlType>(plain: T, make: F): T & F {
  const both = ((...args: never[]) => make(...args)) as unknown as T & F
  // A function's own `name` and `length` would hide the type's properties of these names.
  Reflect.deleteProperty(both, 'name')
  Reflect.deleteProperty(both, 'length')
  Object.setPrototypeOf(both, plain)
  // The number is private to the type that was constructed; a function in front of it has no private fields.
  Object.defineProperty(both, 'id', { get: () => plain.id })
  return both
}
