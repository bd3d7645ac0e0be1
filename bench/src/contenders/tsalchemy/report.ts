// The build cell's statement with tsalchemy.

import { type Engine, func, or, select } from 'tsalchemy'
import type { Compiled, ReportParameters } from '../../models.ts'
import { authors, books, items } from './tables.ts'

function report(input: ReportParameters) {
  const rated = select(books.c.authorId, func.count().label('books'), func.avg(books.c.rating).label('average'))
    .where(books.c.pages.gt(input.minimumPages))
    .groupBy(books.c.authorId)
    .cte('rated')
  return select(authors.c.id, authors.c.name, books.c.title, rated.c.average, items.c.category)
    .selectFrom(authors)
    .join(rated, rated.c.authorId.eq(authors.c.id))
    .join(books, books.c.authorId.eq(authors.c.id))
    .outerjoin(items, items.c.id.eq(books.c.id))
    .where(
      authors.c.cohort.eq(input.cohort),
      authors.c.name.like(input.namePattern),
      rated.c.books.ge(input.minimumBooks),
      books.c.rating.ge(input.minimumRating),
      books.c.publishedAt.lt(input.publishedBefore),
      or(items.c.category.eq(input.category), items.c.score.lt(input.maximumScore)),
    )
    .orderBy(rated.c.average.desc(), books.c.id)
    .limit(input.limit)
}

/** Builds the statement and compiles it as an execution does: by the engine's compiled cache. */
export function compileReport(engine: Engine, input: ReportParameters): Compiled {
  return engine.compile(report(input))
}
