// Selects with plain pg.

import type pg from 'pg'
import { concurrently } from '../../cells/point.ts'
import type { Author, Book, Item } from '../../models.ts'
import type { TaskTable } from '../contract.ts'

const ITEMS = `SELECT id, code, title, category, active, score, price, created_at AS "createdAt", born_on AS "bornOn", attributes
  FROM bench_item`

async function selectItem(on: pg.Pool | pg.PoolClient, id: number): Promise<Item> {
  const { rows } = await on.query<Item>(`${ITEMS} WHERE id = $1`, [id])
  return rows[0] as Item
}

async function loadAuthors(pool: pg.Pool, cohort: number): Promise<Author[]> {
  const parents = await pool.query<Author & { books: Book[] }>(
    'SELECT id, cohort, name, email, joined_at AS "joinedAt" FROM bench_author WHERE cohort = $1 ORDER BY id',
    [cohort],
  )
  const children = await pool.query<Book & { authorId: number }>(
    `SELECT id, author_id AS "authorId", title, pages, rating, published_at AS "publishedAt"
      FROM bench_book WHERE author_id = ANY ($1)`,
    [parents.rows.map((author) => author.id)],
  )
  const byId = new Map(parents.rows.map((author) => [author.id, author]))
  for (const author of parents.rows) author.books = []
  for (const book of children.rows) byId.get(book.authorId)?.books.push(book)
  return parents.rows
}

export function reads(pool: pg.Pool): TaskTable {
  return {
    async point(ids) {
      const client = await pool.connect()
      const run = async () => {
        const items: Item[] = []
        for (const id of ids) items.push(await selectItem(client, id))
        return items
      }
      return { run, finish: () => client.release() }
    },
    'point-64': (ids) => ({ run: () => concurrently(ids, (id) => selectItem(pool, id)) }),
    load: () => ({
      async run() {
        const { rows } = await pool.query<Item>(`${ITEMS} ORDER BY id`)
        return rows
      },
    }),
    tree: (cohort) => ({ run: () => loadAuthors(pool, cohort) }),
  }
}
