// Names and types that users give: checked, as a wrong one would only fail when the statement is compiled.
import { ArgumentError } from '../../errors.ts'
import { describe } from '../coerce/describe.ts'
import { SqlType } from '../types/type.ts'

/** A name. */
export function nameArgument(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new ArgumentError(
    `${where} takes a name that is not empty; got ${value === '' ? 'an empty one' : describe(value)}`,
  )
}

/** A SQL type. */
export function typeArgument(value: unknown, where: string): SqlType {
  if (value instanceof SqlType) return value
  throw new ArgumentError(`${where} takes a SQL type, such as Integer or String(50); got ${describe(value)}`)
}
