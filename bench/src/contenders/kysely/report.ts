// The build cell's statement with Kysely.

import type { Kysely } from 'kysely'
import type { Compiled, ReportParameters } from '../../models.ts'
import type { Database } from './schema.ts'

export function report(database: Kysely<Database>, input: ReportParameters): Compiled {
  return database
    .with('rated', (inner) =>
      inner
        .selectFrom('bench_book')
        .select((on) => ['author_id', on.fn.countAll<string>().as('books'), on.fn.avg<number>('rating').as('average')])
        .where('pages', '>', input.minimumPages)
        .groupBy('author_id'),
    )
    .selectFrom('bench_author as a')
    .innerJoin('rated as r', 'r.author_id', 'a.id')
    .innerJoin('bench_book as b', 'b.author_id', 'a.id')
    .leftJoin('bench_item as i', 'i.id', 'b.id')
    .select(['a.id', 'a.name', 'b.title', 'r.average', 'i.category'])
    .where('a.cohort', '=', input.cohort)
    .where('a.name', 'like', input.namePattern)
    .where('r.books', '>=', String(input.minimumBooks))
    .where('b.rating', '>=', input.minimumRating)
    .where('b.published_at', '<', input.publishedBefore)
    .where((on) => on.or([on('i.category', '=', input.category), on('i.score', '<', input.maximumScore)]))
    .orderBy('r.average', 'desc')
    .orderBy('b.id')
    .limit(input.limit)
    .compile()
}
