// What the message of a database's error says: the driver's words, the statement, the parameters.
import type { DriverError } from './contract/driver.ts'

const SHOWN_PARAMETERS = 10
const SHOWN_CHARACTERS = 300
/** Long enough for what people write; batches of rows as VALUES run to megabytes. */
const SHOWN_SQL = 10_000

/** The message of the public error: what the driver said, its hint, then the statement and its parameters, shortened. */
export function errorMessage(
  error: DriverError,
  statement: string | null,
  parameters: readonly unknown[] | null,
): string {
  let message = error.message
  if (error.fields?.hint !== undefined) message += `\nHINT: ${error.fields.hint}`
  if (statement !== null) message += `\n[SQL: ${showStatement(statement)}]`
  if (parameters !== null && parameters.length > 0) message += `\n[parameters: ${showParameters(parameters)}]`
  return message
}

function showStatement(statement: string): string {
  const more = statement.length - SHOWN_SQL
  return more > 0 ? `${statement.slice(0, SHOWN_SQL)}... and ${more} more characters` : statement
}

function showParameters(parameters: readonly unknown[]): string {
  const shown = parameters.slice(0, SHOWN_PARAMETERS).map(showValue).join(', ')
  const cut = shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}...` : shown
  const more = parameters.length - SHOWN_PARAMETERS
  return more > 0 ? `${cut}, ... and ${more} more` : cut
}

function showValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}...` : value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return '[function]'
    case 'object':
      return value === null ? 'null' : showObject(value)
    default:
      return String(value)
  }
}

function showObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_PARAMETERS).map(showValue).join(', ')
    return value.length > SHOWN_PARAMETERS ? `[${shown}, ... ${value.length} items]` : `[${shown}]`
  }
  return '{...}'
}
