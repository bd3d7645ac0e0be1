// What SQLite is sent where PostgreSQL is sent something: the same but for placeholders, lists in IN, and NULL in ORDER BY.
import type { SqlTarget } from './server.ts'

/** A statement of PostgreSQL's dialect as that of SQLite writes it, where the two differ in nothing else. */
export function inSqlite(sql: string): string {
  return (
    sql
      .replaceAll(/= ANY \((\$\d+)::[A-Z ]+\[\]\)/g, 'IN (SELECT value FROM json_each($1))')
      .replaceAll(/<> ALL \((\$\d+)::[A-Z ]+\[\]\)/g, 'NOT IN (SELECT value FROM json_each($1))')
      // What a missing side gives sorts behind all else, which SQLite must be told.
      .replace(/(LEFT OUTER JOIN.* ORDER BY .*, \w+_1\.id)(?= \[|$)/, '$1 NULLS LAST')
      .replaceAll(/\$(\d+)(?:::[A-Z]+(?: WITH(?:OUT)? TIME ZONE)?(?:\[\])?)?/g, '?$1')
  )
}

/** A statement, or lists of statements within lists, as the database of a test is sent them. @param sqlite where SQLite is sent others. */
export function speltBy<T extends string | readonly unknown[]>(target: SqlTarget, given: T, sqlite?: T): T {
  return target.name === 'sqlite' ? (sqlite ?? (translated(given) as T)) : given
}

function translated(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(translated)
  return typeof given === 'string' ? inSqlite(given) : given
}
