// What counts as an object of values by name.
import { isPlainObject } from '../types/plain-object.ts'

/**
 * Whether something gives values by name: a plain object, or one of a class (a row, for example) that has own properties. A promise that was not
 * awaited, a `Map` or a mapped object have none: taken for an empty object, they would write a row of defaults or ask for every row.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (isPlainObject(value)) return true
  if (value instanceof Date || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return false
  for (const name in value) if (Object.hasOwn(value, name)) return true
  return false
}
