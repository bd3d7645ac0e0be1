// JSON documents as text, refusing what JSON.stringify would drop or change without a word.
import { isDate } from '../expression/types/dates-and-bytes.ts'
import { jsonNull } from '../expression/types/json.ts'
import { DriverError } from './contract/driver.ts'
import { describeValue } from './refusal.ts'

// JSON.stringify writes a lone surrogate as an escape, and NUL as one: both are text that databases refuse or cannot read back.
const UNSENDABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

/** @returns whether something in it has a `toJSON()` of its own, so that only the answer can be judged. */
function check(type: string, value: unknown, inside: boolean): boolean {
  switch (typeof value) {
    case 'number':
      if (Number.isFinite(value)) return false
      break
    case 'string':
    case 'boolean':
      return false
    case 'object':
      if (value === null) return false
      if (isForeign(value)) break
      if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return !isPlainDate(value)
      if (Array.isArray(value)) return checkItems(type, value)
      return checkProperties(type, value as Record<string, unknown>, inside)
  }
  throw notOfJson(type, value, inside)
}

/** Holes and undefined would become null. */
function checkItems(type: string, items: readonly unknown[]): boolean {
  let asks = false
  for (let index = 0; index < items.length; index++) if (check(type, items[index], true)) asks = true
  return asks
}

function checkProperties(type: string, value: Record<string, unknown>, inside: boolean): boolean {
  const keys = Object.keys(value)
  if (!keepsItsOwn(value, keys)) throw notOfJson(type, value, inside)
  let asks = false
  for (const key of keys) {
    const item = value[key]
    if (item !== undefined && check(type, item, true)) asks = true
  }
  return asks
}

function isPlainDate(value: object): boolean {
  return value instanceof Date && value.toJSON === Date.prototype.toJSON
}

function notOfJson(type: string, value: unknown, inside: boolean): DriverError {
  const where = inside ? ' inside a value' : ''
  return new DriverError(`${type} does not take ${describeValue(value)}${where}; JSON has no such value`, {
    sent: false,
  })
}

/** Maps, sets, bytes, and times that are none: JSON.stringify makes `{}`, numbered bytes and null of them. */
function isForeign(value: object): boolean {
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return true
  return isInvalidDate(value)
}

/** Whether an object's properties are all there is of it; a promise that nobody awaited, an Error or a RegExp would become `{}`. */
function keepsItsOwn(value: object, keys: readonly string[]): boolean {
  if (value instanceof Error) return false
  return keys.length > 0 || Object.prototype.toString.call(value) === '[object Object]'
}

/** As JSON.stringify, with what `toJSON()` answered judged as well, which it does not show before. */
function checkedText(type: string, value: unknown): string | undefined {
  return JSON.stringify(value, function (this: unknown, key: string, item: unknown) {
    // What it was before JSON.stringify had it answer.
    const asked = (this as Record<string, unknown>)[key]
    if (item === undefined ? Array.isArray(this) : !isOfJson(item) || isInvalidDate(asked))
      throw notOfJson(type, item ?? asked, key !== '')
    return item
  })
}

function isInvalidDate(value: unknown): boolean {
  return isDate(value) && Number.isNaN(value.getTime())
}

function isOfJson(item: unknown): boolean {
  if (typeof item === 'number') return Number.isFinite(item)
  if (typeof item !== 'object') return typeof item === 'string' || typeof item === 'boolean'
  return item === null || Array.isArray(item) || (!isForeign(item) && keepsItsOwn(item, Object.keys(item)))
}

/**
 * A value as JSON; `jsonNull` as the document null.
 *
 * @param type the database's name of the type, for messages
 * @param database who cannot store what is refused, for messages
 * @throws DriverError JSON has no such value, or no database text can hold it.
 */
export function jsonText(type: string, value: unknown, database: string): string {
  if (value === jsonNull) return 'null'
  let text: string | undefined
  try {
    text = check(type, value, false) ? checkedText(type, value) : JSON.stringify(value)
  } catch (error) {
    if (error instanceof DriverError) throw error
    // A circle, a value nested too deep for the stack, a toJSON that throws.
    throw new DriverError(`${type} cannot take the value: JSON.stringify failed`, { sent: false, cause: error })
  }
  if (text === undefined) {
    throw new DriverError(`${type} does not take ${describeValue(value)}; its toJSON gave undefined`, { sent: false })
  }
  if (text.includes('\\u') && UNSENDABLE.test(text)) {
    throw new DriverError(
      `${type} does not take a value with a NUL character or a lone surrogate in a string; ${database} cannot store it`,
      { sent: false },
    )
  }
  return text
}
