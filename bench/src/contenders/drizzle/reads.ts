// Selects with Drizzle.

import { eq } from 'drizzle-orm'
import type pg from 'pg'
import { concurrently } from '../../cells/point.ts'
import type { Item } from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import { type Database, onClient } from './connect.ts'
import { items } from './schema.ts'

async function selectItem(database: Database, id: number): Promise<Item> {
  const [item] = await database.select().from(items).where(eq(items.id, id))
  return item as Item
}

export function reads(database: Database, pool: pg.Pool): TaskTable {
  return {
    async point(ids) {
      const client = await pool.connect()
      const connection = onClient(client)
      const run = async () => {
        const found: Item[] = []
        for (const id of ids) found.push(await selectItem(connection, id))
        return found
      }
      return { run, finish: () => client.release() }
    },
    'point-64': (ids) => ({ run: () => concurrently(ids, (id) => selectItem(database, id)) }),
    load: () => ({ run: () => database.select().from(items).orderBy(items.id) }),
    tree: (cohort) => ({
      run: () =>
        database.query.authors.findMany({
          where: (author) => eq(author.cohort, cohort),
          orderBy: (author) => author.id,
          with: { books: { columns: { authorId: false } } },
        }),
    }),
  }
}
