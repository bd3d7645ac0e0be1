// Selects with tsalchemy's expressions.

import { type Engine, select } from 'tsalchemy'
import { concurrently } from '../../cells/point.ts'
import type { Author, Book, Item } from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import { authors, books, items } from './tables.ts'

function byKey(id: number) {
  return select(items).where(items.c.id.eq(id))
}

/** Both queries depend on the cohort only, so they travel side by side. */
async function loadAuthors(engine: Engine, cohort: number): Promise<Author[]> {
  const [parents, children] = await Promise.all([
    engine.execute(select(authors).where(authors.c.cohort.eq(cohort)).orderBy(authors.c.id)).all(),
    engine
      .execute(select(books).join(authors, authors.c.id.eq(books.c.authorId)).where(authors.c.cohort.eq(cohort)))
      .all(),
  ])
  const booksOf = new Map<number, Book[]>()
  const found = parents.map((author): Author => {
    const own: Book[] = []
    booksOf.set(author.id, own)
    return {
      id: author.id,
      cohort: author.cohort,
      name: author.name,
      email: author.email,
      joinedAt: author.joinedAt,
      books: own,
    }
  })
  for (const book of children) booksOf.get(book.authorId)?.push(book)
  return found
}

export function reads(engine: Engine): TaskTable {
  return {
    async point(ids) {
      const connection = await engine.connect()
      const run = async () => {
        const found: Item[] = []
        for (const id of ids) found.push(await connection.execute(byKey(id)).one())
        return found
      }
      return { run, finish: () => connection.close() }
    },
    'point-64': (ids) => ({ run: () => concurrently(ids, (id) => engine.execute(byKey(id)).one()) }),
    load: () => ({ run: () => engine.execute(select(items).orderBy(items.c.id)).all() }),
    tree: (cohort) => ({ run: () => loadAuthors(engine, cohort) }),
  }
}
