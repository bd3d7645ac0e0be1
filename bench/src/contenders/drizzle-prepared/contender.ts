// Drizzle with its prepared statements: built once, named on the server. Selects only; a transaction cannot use them as they stand.

import { eq, sql } from 'drizzle-orm'
import { concurrently } from '../../cells/point.ts'
import type { Item } from '../../models.ts'
import { type Contender, POOL_SIZE, type TaskTable } from '../contract.ts'
import { connect, type Database, onClient } from '../drizzle/connect.ts'
import { items } from '../drizzle/schema.ts'

function prepareItem(database: Database) {
  return database
    .select()
    .from(items)
    .where(eq(items.id, sql.placeholder('id')))
    .prepare('item')
}

async function selectItem(statement: ReturnType<typeof prepareItem>, id: number): Promise<Item> {
  const [item] = await statement.execute({ id })
  return item as Item
}

function loads(database: Database): TaskTable {
  const all = database.select().from(items).orderBy(items.id).prepare('items')
  const authors = database.query.authors
    .findMany({
      where: (author) => eq(author.cohort, sql.placeholder('cohort')),
      orderBy: (author) => author.id,
      with: { books: { columns: { authorId: false } } },
    })
    .prepare('authors')
  return {
    load: () => ({ run: () => all.execute() }),
    tree: (cohort) => ({ run: () => authors.execute({ cohort }) }),
  }
}

export const contender: Contender = {
  name: 'drizzle-prepared',
  async setup(url) {
    const { database, pool } = connect(url, POOL_SIZE)
    const pooled = prepareItem(database)
    const cells: TaskTable = {
      ...loads(database),
      async point(ids) {
        const client = await pool.connect()
        const statement = prepareItem(onClient(client))
        const run = async () => {
          const found: Item[] = []
          for (const id of ids) found.push(await selectItem(statement, id))
          return found
        }
        return { run, finish: () => client.release() }
      },
      'point-64': (ids) => ({ run: () => concurrently(ids, (id) => selectItem(pooled, id)) }),
    }
    return { cells, teardown: () => pool.end() }
  },
}
