// What dialects are asked about types, by JavaScript: the place where a SQL type is missing.
import { ArgumentError } from '../errors.ts'
import type { SqlType } from '../expression/types/type.ts'
import { showValue } from '../show.ts'

/** Whether something is a SQL type, by its looks: dialects are asked often. */
export function isType(given: SqlType | undefined | null): given is SqlType {
  return typeof given?.kind === 'string' && typeof given.forDialect === 'function'
}

/** The error for what is no SQL type. */
export function noType(method: string, given: unknown): ArgumentError {
  const what =
    method === 'literal'
      ? 'literal() of a dialect takes a value and its SQL type'
      : `${method}() of a dialect takes a SQL type`
  return new ArgumentError(`${what}, such as Integer or String(50); got ${showValue(given)}`)
}
