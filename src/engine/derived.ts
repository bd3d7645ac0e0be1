// Driver statements with another text than the one that was compiled: rewritten by a listener, or with a comment behind it.
import type { DriverStatement } from '../dialect/contract/driver.ts'

/** Statements with another text, by the one that they were made from. */
const derived: WeakMap<DriverStatement, Map<string, DriverStatement>> = new WeakMap()
/** How many texts of one statement are remembered. */
const MOST_TEXTS = 32

/**
 * The statement with another text. The same text gives the same statement, so that drivers keep it prepared.
 *
 * @param count how many values the text takes.
 */
export function derivedStatement(statement: DriverStatement, sql: string, count: number): DriverStatement {
  if (sql === statement.sql) return statement
  const texts = derived.get(statement) ?? new Map<string, DriverStatement>()
  if (texts.size === 0) derived.set(statement, texts)
  let found = texts.get(sql)
  if (found === undefined || found.parameters.length !== count) {
    const parameters = count === statement.parameters.length ? statement.parameters : new Array<null>(count).fill(null)
    // Of a text that has never been seen nobody knows whether it comes again.
    found = { sql, parameters, columns: statement.columns, prepare: statement.prepare && texts.has(sql) }
    const [oldest] = texts.keys()
    if (texts.size >= MOST_TEXTS && oldest !== undefined) texts.delete(oldest)
    texts.set(sql, found)
  } else if (statement.prepare && !found.prepare) {
    found = { ...found, prepare: true }
    texts.set(sql, found)
  }
  return found
}
