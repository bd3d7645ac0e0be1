// Build and compile a mid-size select, no I/O: a CTE, three joins, six predicates, with new values each time.

import { type Cell, canonical } from './contract.ts'

/** What the statement must mean; the floor holds it as text. */
export const build: Cell<'build'> = {
  name: 'build',
  title: 'build and compile a select of a CTE, 3 joins and 6 predicates with new values each time, no I/O',
  operation: 'statement',
  // Ten calls: one of them takes the fastest 5 ms, of which a process that was just woken loses as much again to cold caches.
  sizes: { none: { operations: 2000, repeats: 10 } },
  floorIsTimed: false,
  input: (random, operations) =>
    Array.from({ length: operations }, () => ({
      minimumPages: random.integer(20, 60),
      cohort: random.integer(0, 1),
      namePattern: '%e%',
      minimumBooks: random.integer(2, 4),
      minimumRating: random.integer(1, 20) / 10,
      publishedBefore: new Date(1.45e12 + random.integer(0, 1e10)),
      category: 'category delta',
      maximumScore: random.integer(300, 900),
      limit: 40,
    })),
  // The first and the last: that they differ shows that the values of one are not those of the other.
  lines: (statements) => {
    const ends = [statements.at(0), statements.at(-1)]
    return ends.map((statement) => JSON.stringify({ sql: statement?.sql, parameters: statement?.parameters.map(wire) }))
  },
  reset: [],
  outputIsStatement: true,
}

/** A parameter as text that the server reads back the same. */
function wire(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'bigint' ? canonical(value).slice(0, -1) : value
}
