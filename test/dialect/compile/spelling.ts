// A statement in both spellings, its parameters' names, and whether a server takes it: one row of a table of tests.
import pgModule from 'pg'
import type { Element } from 'tsalchemy'
import { afterAll, beforeAll, expect } from 'vitest'
import { CreateTable } from '../../../src/expression/schema/ddl/table.ts'
import { postgresUrl } from '../../support/server.ts'
import { metadata, pg, postgresArrays, standard } from './fixture.ts'

/** What an element must be in SQL. */
export interface Spelt {
  readonly title: string
  readonly element: () => Element
  /** In the default dialect; null where it has no spelling of it. */
  readonly standard: string | null
  /** In PostgreSQL's; default: the default dialect's. */
  readonly postgresql?: string
  /** Names of the parameters in order of position. Default: none. */
  readonly names?: readonly string[]
  /** What follows a fragment to make it a statement, such as ` FROM users`; null where the server cannot be asked. */
  readonly from?: string | null
}

/** Gives the function that checks a row; to be called where tests are collected. */
export function spellingChecker(): (row: Spelt) => Promise<void> {
  let client: pgModule.Client
  beforeAll(async () => {
    client = new pgModule.Client({ connectionString: postgresUrl() })
    await client.connect()
    for (const each of metadata.sortedTables) await client.query(postgresArrays.compile(new CreateTable(each)).sql)
  })
  afterAll(() => client.end())
  return async ({ element, standard: text, postgresql, names = [], from }) => {
    if (text !== null) expect(standard(element())).toBe(text)
    const shown = pg(element())
    expect(shown).toEqual({ sql: postgresql ?? text, names })
    if (from === null) return
    const isStatement = /^(\(?select|with|insert|update|delete|merge|values)\b/i.test(shown.sql)
    await client.query(`PREPARE probe AS ${isStatement ? shown.sql : `SELECT ${shown.sql}${from ?? ' FROM users'}`}`)
    await client.query('DEALLOCATE probe')
  }
}
