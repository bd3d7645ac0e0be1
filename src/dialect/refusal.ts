// How a codec refuses a value: in words that never repeat it.
import { isDate } from '../expression/types/dates-and-bytes.ts'
import { isPlainObject } from '../expression/types/plain-object.ts'
import { isUnawaited, UNAWAITED } from '../show.ts'
import { DriverError } from './contract/driver.ts'

/** What a value is, in words that do not repeat it: values may be secrets and messages are logged. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'string':
      return 'a string'
    case 'number':
      if (Number.isNaN(value)) return 'NaN'
      if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
      return Number.isInteger(value) ? 'an integer' : 'a number with a fraction'
    case 'bigint':
      return 'a bigint'
    case 'boolean':
      return 'a boolean'
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function'
    default:
      return describeObject(value as object)
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array'
  if (isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date'
  if (isPlainObject(value)) return 'a plain object'
  if (isUnawaited(value)) return UNAWAITED
  const maker: unknown = (value as { constructor?: unknown }).constructor
  return typeof maker === 'function' && maker.name !== '' ? `an object of class ${maker.name}` : 'an object'
}

/**
 * The error for a value that a type does not take.
 * @param expected - what the type takes, as the end of the sentence "takes ...".
 */
export function refusal(type: string, value: unknown, expected: string): DriverError {
  const kind = describeValue(value)
  const noun = kind.replace(/^an? /, '')
  // 'int2 does not take an integer; it takes an integer ...' would be a riddle.
  const given = noun !== kind && expected.includes(noun) ? `this ${noun}` : kind
  return new DriverError(`${type} does not take ${given}; it takes ${expected}`, { sent: false })
}
