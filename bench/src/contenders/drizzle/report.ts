// The build cell's statement with Drizzle.

import { and, avg, count, desc, eq, gt, gte, like, lt, or } from 'drizzle-orm'
import type { Compiled, ReportParameters } from '../../models.ts'
import type { Database } from './connect.ts'
import { authors, books, items } from './schema.ts'

export function report(database: Database, input: ReportParameters): Compiled {
  const rated = database.$with('rated').as(
    database
      .select({ authorId: books.authorId, books: count().as('books'), average: avg(books.rating).as('average') })
      .from(books)
      .where(gt(books.pages, input.minimumPages))
      .groupBy(books.authorId),
  )
  const { sql, params } = database
    .with(rated)
    .select({
      id: authors.id,
      name: authors.name,
      title: books.title,
      average: rated.average,
      category: items.category,
    })
    .from(authors)
    .innerJoin(rated, eq(rated.authorId, authors.id))
    .innerJoin(books, eq(books.authorId, authors.id))
    .leftJoin(items, eq(items.id, books.id))
    .where(
      and(
        eq(authors.cohort, input.cohort),
        like(authors.name, input.namePattern),
        gte(rated.books, input.minimumBooks),
        gte(books.rating, input.minimumRating),
        lt(books.publishedAt, input.publishedBefore),
        or(eq(items.category, input.category), lt(items.score, input.maximumScore)),
      ),
    )
    .orderBy(desc(rated.average), books.id)
    .limit(input.limit)
    .toSQL()
  return { sql, parameters: params }
}
