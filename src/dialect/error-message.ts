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
