// A database with the tables of the models, emptied before each test, and a record of what is sent to it.
import { createEngine, type Engine } from 'tsalchemy'
import { Session, type SessionOptions } from 'tsalchemy/orm'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Target } from '../../support/server.ts'
import { type Recording, recordStatements } from '../../support/statements.ts'
import { metadata } from './models.ts'

/** What a test has. */
export interface TestDatabase {
  readonly engine: Engine
  readonly sent: Recording
  session(options?: Partial<SessionOptions>): Session
  /** The rows of a query, past all sessions. */
  rows(sql: string): Promise<unknown[][]>
}

/** To be called in a `describe`. */
export function useDatabase(target: Target): TestDatabase {
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
    const names = [...metadata.tables.values()].map((each) => each.name).join(', ')
    await here(engine).execute(`TRUNCATE ${names} RESTART IDENTITY CASCADE`)
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
    session: (options = {}) => new Session({ bind: here(engine), ...options }),
    rows: async (sql) => (await here(engine).execute(sql).tuples().all()) as unknown[][],
  }
}
