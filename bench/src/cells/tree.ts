// Load the 1,000 authors of a cohort with their five books each.

import { type Cell, line } from './contract.ts'

export const tree: Cell<'tree'> = {
  name: 'tree',
  title: 'load 1,000 parents in order with their 5 children each, eagerly',
  operation: 'load',
  sizes: { direct: { operations: 1, repeats: 3 }, delayed: { operations: 1, repeats: 3 } },
  floorIsTimed: true,
  input: (random) => random.integer(0, 1),
  lines: (authors) =>
    authors.map((author) => {
      const books = Array.from(author.books, (book) =>
        line(book.id, book.title, book.pages, book.rating, book.publishedAt),
      ).sort()
      return `${line(author.id, author.cohort, author.name, author.email, author.joinedAt)} <- ${books.join(' | ')}`
    }),
  reset: [],
  outputIsStatement: false,
}
