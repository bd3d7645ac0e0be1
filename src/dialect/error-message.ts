// What the message of a database's error says: the driver's words, the hint, the statement. Never the values of parameters.
import type { DriverError } from './contract/driver.ts'

/** Long enough for what people write; batches of rows as VALUES run to megabytes. */
const SHOWN_SQL = 10_000

/**
 * The message of the public error: what the driver said, its hint, then the statement, shortened.
 *
 * Messages travel to logs and answers of others, where values of parameters (passwords, addresses) have no business: these are a property of the error.
 */
export function errorMessage(error: DriverError, statement: string | null): string {
  let message = error.message
  if (error.fields?.hint !== undefined) message += `\nHINT: ${error.fields.hint}`
  if (statement !== null) message += `\n[SQL: ${showStatement(statement)}]`
  return message
}

function showStatement(statement: string): string {
  const more = statement.length - SHOWN_SQL
  return more > 0 ? `${statement.slice(0, SHOWN_SQL)}... and ${more} more characters` : statement
}

/** What a server says of a value that it cannot read quotes it, in its language: `invalid input syntax for type integer: "ed@example.com"`. */
const QUOTED = /["„“”«»].*["„“”«»]/s

/** The driver's words without the values that the server quotes. */
export function withoutQuoted({ message, fields }: DriverError): string {
  return fields?.sqlState?.startsWith('22') === true ? message.replace(QUOTED, '"..."') : message
}

/** Where a driver's errors, and those that caused them, have values of rows and parameters. */
const TELLING: readonly string[] = ['fields', 'results', 'notices', 'detail', 'where', 'internalQuery']

/** Leaves values out of what prints or serializes a driver's error and its causes. All but what the messages quote is still there for who asks. */
export function hideValues(error: DriverError): void {
  const told = error.message
  const hidden = withoutQuoted(error)
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    for (const name of TELLING) {
      const property = Object.getOwnPropertyDescriptor(each, name)
      if (property !== undefined) Object.defineProperty(each, name, { ...property, enumerable: false })
    }
    if (hidden === told || each.message !== told) continue
    each.message = hidden
    if (each.stack !== undefined) each.stack = each.stack.replace(told, () => hidden)
  }
}
