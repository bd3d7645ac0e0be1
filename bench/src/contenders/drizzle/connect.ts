// A Drizzle database over a pg pool.

import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import * as schema from './schema.ts'

export type Database = NodePgDatabase<typeof schema>

export function connect(url: string, max: number): { database: Database; pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: url, max })
  return { database: drizzle(pool, { schema }), pool }
}

/** The same database on one connection of the pool. */
export function onClient(client: pg.PoolClient): Database {
  return drizzle(client, { schema })
}
