// tsalchemy with a statement that is built once and given its values at each execution.

import { bindparam, createEngine, func, or, select } from 'tsalchemy'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { authors, books, items } from '../tsalchemy/tables.ts'

const rated = select(books.c.authorId, func.count().label('books'), func.avg(books.c.rating).label('average'))
  .where(books.c.pages.gt(bindparam('minimumPages')))
  .groupBy(books.c.authorId)
  .cte('rated')

const report = select(authors.c.id, authors.c.name, books.c.title, rated.c.average, items.c.category)
  .selectFrom(authors)
  .join(rated, rated.c.authorId.eq(authors.c.id))
  .join(books, books.c.authorId.eq(authors.c.id))
  .outerjoin(items, items.c.id.eq(books.c.id))
  .where(
    authors.c.cohort.eq(bindparam('cohort')),
    authors.c.name.like(bindparam('namePattern')),
    rated.c.books.ge(bindparam('minimumBooks')),
    books.c.rating.ge(bindparam('minimumRating')),
    books.c.publishedAt.lt(bindparam('publishedBefore')),
    or(items.c.category.eq(bindparam('category')), items.c.score.lt(bindparam('maximumScore'))),
  )
  .orderBy(rated.c.average.desc(), books.c.id)
  .limit(bindparam('limit'))

export const contender: Contender = {
  name: 'tsalchemy-prepared',
  async setup(url) {
    const engine = createEngine(url, { poolSize: POOL_SIZE, maxOverflow: 0 })
    await engine.ready()
    return {
      cells: { build: (inputs) => ({ run: () => inputs.map((input) => engine.compile(report, { ...input })) }) },
      teardown: () => engine.dispose(),
    }
  },
}
