// Selects with Kysely. Children come by a second query: its JSON helpers would give dates back as strings.

import type { Kysely } from 'kysely'
import { concurrently } from '../../cells/point.ts'
import type { Author, Book, Item } from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import type { Database } from './schema.ts'

function items(database: Kysely<Database>) {
  return database
    .selectFrom('bench_item')
    .select([
      'id',
      'code',
      'title',
      'category',
      'active',
      'score',
      'price',
      'created_at as createdAt',
      'born_on as bornOn',
      'attributes',
    ])
}

function selectItem(database: Kysely<Database>, id: number): Promise<Item> {
  return items(database).where('id', '=', id).executeTakeFirstOrThrow()
}

async function loadAuthors(database: Kysely<Database>, cohort: number): Promise<Author[]> {
  const parents = await database
    .selectFrom('bench_author')
    .select(['id', 'cohort', 'name', 'email', 'joined_at as joinedAt'])
    .where('cohort', '=', cohort)
    .orderBy('id')
    .execute()
  const children = await database
    .selectFrom('bench_book')
    .select(['id', 'author_id as authorId', 'title', 'pages', 'rating', 'published_at as publishedAt'])
    .where(
      'author_id',
      'in',
      parents.map((author) => author.id),
    )
    .execute()
  const booksOf = new Map<number, Book[]>()
  const authors = parents.map((author) => {
    const books: Book[] = []
    booksOf.set(author.id, books)
    return { ...author, books }
  })
  for (const book of children) booksOf.get(book.authorId)?.push(book)
  return authors
}

export function reads(database: Kysely<Database>): TaskTable {
  return {
    point: (ids) => ({
      run: () =>
        database.connection().execute(async (connection) => {
          const found: Item[] = []
          for (const id of ids) found.push(await selectItem(connection, id))
          return found
        }),
    }),
    'point-64': (ids) => ({ run: () => concurrently(ids, (id) => selectItem(database, id)) }),
    load: () => ({ run: () => items(database).orderBy('id').execute() }),
    tree: (cohort) => ({ run: () => loadAuthors(database, cohort) }),
  }
}
