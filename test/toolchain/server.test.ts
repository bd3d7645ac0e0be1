// The test server's own promises: real PostgreSQL, and a database that no other test file sees.

import pg from 'pg'
import { expect, test } from 'vitest'
import { databases, freshDatabase, postgresUrl } from '../support/server.ts'
import { chosenTransport, plainTcp } from '../support/transport.ts'

async function ask(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

test('the server is PostgreSQL and the database is empty', async () => {
  const [[version, tables]] = (await ask(
    postgresUrl(),
    `SELECT version(), (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public')`,
  )) as [[string, number]]
  expect(version).toMatch(/^PostgreSQL \d+/)
  expect(tables).toBe(0)
})

test('it is reached by the transport of the run', async () => {
  if (process.env.DATABASE_URL) return
  const sql = 'SELECT ssl, inet_client_addr() IS NULL FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
  const seen = { tcp: [false, false], unix: [false, true], tls: [true, false] }
  expect(await ask(postgresUrl(), sql)).toEqual([seen[chosenTransport()]])
  expect(await ask(plainTcp(postgresUrl()), sql)).toEqual([seen.tcp])
})

test('both targets are offered', () => {
  expect(databases()).toEqual([
    { name: 'pglite', url: 'pglite://' },
    { name: 'postgresql', url: postgresUrl() },
  ])
})

test("a fresh database is apart from the file's, and can be dropped while in use", async () => {
  const other = await freshDatabase()
  await ask(other.url, 'CREATE TABLE here (id int)')
  await expect(ask(postgresUrl(), 'SELECT * FROM here')).rejects.toThrow('relation "here" does not exist')
  const client = new pg.Client({ connectionString: other.url })
  await client.connect()
  const lost = new Promise((resolve) => client.on('error', resolve))
  await other.drop()
  await lost
  await expect(ask(other.url, 'SELECT 1')).rejects.toThrow('does not exist')
})
