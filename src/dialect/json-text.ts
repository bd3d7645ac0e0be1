// JSON documents as text, refusing what JSON.stringify would drop or change without a word.
import { jsonNull } from '../expression/types/json.ts'
import { DriverError } from './contract/driver.ts'
import { describeValue } from './refusal.ts'

// JSON.stringify writes a lone surrogate as an escape, and NUL as one: both are text that databases refuse or cannot read back.
const UNSENDABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

function check(type: string, value: unknown, inside: boolean): void {
  switch (typeof value) {
    case 'number':
      if (Number.isFinite(value)) return
      break
    case 'string':
    case 'boolean':
      return
    case 'object':
      if (value === null) return
      if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) break
      if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return
      if (Array.isArray(value)) {
        // Holes and undefined would become null.
        for (let index = 0; index < value.length; index++) check(type, value[index], true)
        return
      }
      if (keepsItsOwn(type, value as Record<string, unknown>)) return
  }
  const where = inside ? ' inside a value' : ''
  throw new DriverError(`${type} does not take ${describeValue(value)}${where}; JSON has no such value`, {
    sent: false,
  })
}

/** Whether an object's properties are all there is of it; a promise that nobody awaited, an Error or a RegExp would become `{}`. */
function keepsItsOwn(type: string, value: Record<string, unknown>): boolean {
  const keys = Object.keys(value)
  for (const key of keys) {
    const item = value[key]
    if (item !== undefined) check(type, item, true)
  }
  return keys.length > 0 || Object.prototype.toString.call(value) === '[object Object]'
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
    check(type, value, false)
    text = JSON.stringify(value)
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
