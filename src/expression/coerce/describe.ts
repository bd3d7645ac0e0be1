// What a wrong argument is, in words that do not repeat it: values may be secrets, and messages are logged.

import { isUnawaited, UNAWAITED } from '../../show.ts'
import { isElement } from '../base/element.ts'
import { hasClauseElement } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import { isDate } from '../types/dates-and-bytes.ts'
import { isPlainObject } from '../types/plain-object.ts'

/** A value in words. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (isElement(value)) return describeElement(value.roles, value.kind)
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'boolean':
      return `the JavaScript value ${value}`
    case 'object':
      return describeObject(value as object)
    case 'function':
      return hasClauseElement(value) ? `the class ${value.name}` : 'a function'
    default:
      return `a ${typeof value}`
  }
}

function describeElement(roles: number, kind: string): string {
  if (roles & Role.rows) return 'a SELECT'
  if (roles & Role.write) return `an ${kind.toUpperCase()} statement`
  if (roles & Role.text) return 'text()'
  if (roles & Role.entity) return 'a mapped class'
  if (roles & Role.from) return `a FROM element (${kind})`
  return `an expression (${kind})`
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array'
  if (isDate(value)) return 'a Date'
  if (isPlainObject(value)) return 'a plain object'
  if (isUnawaited(value)) return UNAWAITED
  const maker: unknown = (value as { constructor?: unknown }).constructor
  return typeof maker === 'function' && maker.name !== '' ? `an object of class ${maker.name}` : 'an object'
}
