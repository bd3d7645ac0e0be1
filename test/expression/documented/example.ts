// What the examples of SQLAlchemy's documentation have in common: the statement gives the SQL that is shown there.

import type { Element } from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { expect, test } from 'vitest'

const oneLine = (sql: string): string => sql.replace(/\s+/g, ' ').trim()

/** An example by page and section; the default dialect's SQL, unless another text is built. Where the page shows SQLite's, names are no matter. */
export function example(section: string, build: () => Element | string, sql: string): void {
  test(section, () => {
    const text = oneLine(`${build()}`)
    expect(sql.includes('?') ? text.replaceAll(/(?<!:):[a-z]\w*/g, '?') : text).toBe(oneLine(sql))
  })
}

const dialect = postgresqlDialect()

/** What PostgreSQL is sent. */
export const postgresql = (element: Element): string => dialect.compile(element).sql
