// A database with the tables of the models, emptied before each test, and a record of what is sent to it.
import { createEngine, type Engine } from 'tsalchemy'
import { Session, type SessionOptions } from 'tsalchemy/orm'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { emptyTables } from '../../support/empty-tables.ts'
import type { SqlTarget } from '../../support/server.ts'
import { speltBy } from '../../support/spelling.ts'
import { type Recording, recordStatements } from '../../support/statements.ts'
import { metadata } from './models.ts'

/** What a test has. */
export interface TestDatabase {
  readonly engine: Engine
  readonly sent: Recording
  session(options?: Partial<SessionOptions>): Session
  /** Statements as this database is sent them; given as PostgreSQL is, and as SQLite where it is sent others. */
  spelt<T extends string | readonly unknown[]>(given: T, sqlite?: T): T
  /** The rows of a query, past all sessions. */
  rows(sql: string): Promise<unknown[][]>
}

/** To be called in a `describe`. */
export function useDatabase(target: SqlTarget): TestDatabase {
  let engine: Engine | null = null
  let sent: Recording | null = null
  const here = <T>(value: T | null): T => {
    if (value === null) throw new Error('The database is there in tests only')
    return value
  }
  beforeAll(async () => {
    engine = createEngine(target.url)
    await metadata.createAll(engine)
  })
  beforeEach(async () => {
    await emptyTables(here(engine), target, metadata)
    sent?.stop()
    sent = recordStatements(here(engine))
  })
  afterAll(async () => {
    await engine?.dispose()
  })
  return {
    get engine() {
      return here(engine)
    },
    get sent() {
      return here(sent)
    },
    spelt: (given, sqlite) => speltBy(target, given, sqlite),
    session: (options = {}) => new Session({ bind: here(engine), ...options }),
    rows: async (sql) => (await here(engine).execute(sql).tuples().all()) as unknown[][],
  }
}

/** What was sent, flight by flight: statements on one line, their parameters behind them. */
export function sentBy({ sent }: TestDatabase): string[][] {
  const flights: string[][] = []
  for (const { sql, parameters, flight } of sent.statements) {
    flights[flight - 1] ??= []
    const values = parameters.length === 0 ? '' : ` ${shown(parameters)}`
    flights[flight - 1]?.push(`${sql.replace(/\s*\n\s*/g, ' ').replace(/\( /g, '(')}${values}`.replace('  ', ' '))
  }
  return flights.filter((flight) => flight !== undefined)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (typeof value === 'string') return `'${value}'`
  return typeof value === 'bigint' ? `${value}n` : String(value)
}
