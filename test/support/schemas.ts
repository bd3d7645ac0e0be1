// Schemas for tests, on every database: those of SQLite are attached databases, here in memory.
import type { Engine } from 'tsalchemy'
import type { SqlTarget } from './server.ts'

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Makes a schema. */
export async function makeSchema(engine: Engine, { name }: Pick<SqlTarget, 'name'>, schema: string): Promise<void> {
  const attach = `ATTACH DATABASE ':memory:' AS ${quoted(schema)}`
  await engine.execute(name === 'sqlite' ? attach : `CREATE SCHEMA ${quoted(schema)}`)
}

/** Takes a schema away, with all that is in it. */
export async function dropSchema(engine: Engine, { name }: Pick<SqlTarget, 'name'>, schema: string): Promise<void> {
  await engine.execute(
    name === 'sqlite' ? `DETACH DATABASE ${quoted(schema)}` : `DROP SCHEMA ${quoted(schema)} CASCADE`,
  )
}
