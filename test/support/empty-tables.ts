// Emptying tables between tests, on every database.
import type { Engine, MetaData } from 'tsalchemy'
import type { SqlTarget } from './server.ts'

/** Takes the rows out of all tables, and begins to number anew. */
export async function emptyTables(engine: Engine, { name }: SqlTarget, of: MetaData): Promise<void> {
  const tables = [...of.tables.values()].map((each) => each.name)
  if (name !== 'sqlite') {
    await engine.execute(`TRUNCATE ${tables.join(', ')} RESTART IDENTITY CASCADE`)
    return
  }
  await engine.begin(async (conn) => {
    await conn.execute('PRAGMA defer_foreign_keys = ON')
    for (const table of tables) await conn.execute(`DELETE FROM ${table}`)
  })
}
