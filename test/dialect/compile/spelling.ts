// A statement in both spellings, its parameters' names, and whether a server takes it: one row of a table of tests.
import pgModule from 'pg'
import type { Element } from 'tsalchemy'
import { afterAll, beforeAll, expect } from 'vitest'
import { CreateTable } from '../../../src/expression/schema/ddl/table.ts'
import { postgresUrl } from '../../support/server.ts'
import { serverMajor } from '../../support/server-major.ts'
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
  /** The version of PostgreSQL that brought it, where that is later than 15. */
  readonly since?: number
}

/** Gives the function that checks a row; to be called where tests are collected. */
export function spellingChecker(): (row: Spelt) => Promise<void> {
  let client: pgModule.Client
  let major: number
  beforeAll(async () => {
    client = new pgModule.Client({ connectionString: postgresUrl() })
    await client.connect()
    major = await serverMajor(postgresUrl())
    for (const each of metadata.sortedTables) await client.query(postgresArrays.compile(new CreateTable(each)).sql)
  })
  afterAll(() => client.end())
  return async ({ element, standard: text, postgresql, names = [], from, since = 0 }) => {
    if (text !== null) expect(standard(element())).toBe(text)
    const shown = pg(element())
    expect(shown).toEqual({ sql: postgresql ?? text, names })
    if (from === null) return
    const isStatement = /^(\(?select|with|insert|update|delete|merge|values)\b/i.test(shown.sql)
    const probe = `PREPARE probe AS ${isStatement ? shown.sql : `SELECT ${shown.sql}${from ?? ' FROM users'}`}`
    if (major < since) {
      await expect(client.query(probe)).rejects.toThrow(/syntax error|does not exist/)
      return
    }
    await client.query(probe)
    await client.query('DEALLOCATE probe')
  }
}
