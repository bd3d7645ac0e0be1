// The floor's selects.

import type pg from 'pg'
import { concurrently } from '../../cells/point.ts'
import type { Author, Book, Item } from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import { REPORT } from './report.ts'

type ItemRow = [
  id: number,
  code: bigint,
  title: string,
  category: string,
  active: boolean,
  score: number,
  price: string,
  createdAt: Date,
  bornOn: string,
  attributes: unknown,
]
type AuthorRow = [id: number, cohort: number, name: string, email: string, joinedAt: Date]
type BookRow = [authorId: number, id: number, title: string, pages: number, rating: number, publishedAt: Date]

const ITEM_COLUMNS = 'id, code, title, category, active, score, price, created_at, born_on, attributes'

function byKey(id: number): pg.QueryArrayConfig {
  return { name: 'item', text: `SELECT ${ITEM_COLUMNS} FROM bench_item WHERE id = $1`, values: [id], rowMode: 'array' }
}

function toItem(row: ItemRow): Item {
  return {
    id: row[0],
    code: row[1],
    title: row[2],
    category: row[3],
    active: row[4],
    score: row[5],
    price: row[6],
    createdAt: row[7],
    bornOn: row[8],
    attributes: row[9],
  }
}

async function selectItem(on: pg.Pool | pg.PoolClient, id: number): Promise<Item> {
  const { rows } = await on.query<ItemRow>(byKey(id))
  return toItem(rows[0] as ItemRow)
}

/** Both queries depend on the cohort only, so they travel side by side on two connections. */
async function loadAuthors(pool: pg.Pool, cohort: number): Promise<Author[]> {
  const [parents, children] = await Promise.all([
    pool.query<AuthorRow>({
      name: 'authors',
      text: 'SELECT id, cohort, name, email, joined_at FROM bench_author WHERE cohort = $1 ORDER BY id',
      values: [cohort],
      rowMode: 'array',
    }),
    pool.query<BookRow>({
      name: 'books',
      text: `SELECT b.author_id, b.id, b.title, b.pages, b.rating, b.published_at
        FROM bench_book b JOIN bench_author a ON a.id = b.author_id WHERE a.cohort = $1`,
      values: [cohort],
      rowMode: 'array',
    }),
  ])
  const booksOf = new Map<number, Book[]>()
  const authors = parents.rows.map((row): Author => {
    const books: Book[] = []
    booksOf.set(row[0], books)
    return { id: row[0], cohort: row[1], name: row[2], email: row[3], joinedAt: row[4], books }
  })
  for (const row of children.rows) {
    booksOf.get(row[0])?.push({ id: row[1], title: row[2], pages: row[3], rating: row[4], publishedAt: row[5] })
  }
  return authors
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
        const { rows } = await pool.query<ItemRow>({
          name: 'items',
          text: `SELECT ${ITEM_COLUMNS} FROM bench_item ORDER BY id`,
          rowMode: 'array',
        })
        return rows.map(toItem)
      },
    }),
    tree: (cohort) => ({ run: () => loadAuthors(pool, cohort) }),
    build: (inputs) => ({
      run: () =>
        inputs.map((input) => ({
          sql: REPORT,
          parameters: [
            input.minimumPages,
            input.cohort,
            input.namePattern,
            input.minimumBooks,
            input.minimumRating,
            input.publishedBefore,
            input.category,
            input.maximumScore,
            input.limit,
          ],
        })),
    }),
  }
}
