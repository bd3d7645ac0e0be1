// Insert 10,000 new rows whose keys the database generates and the caller gets back.

import type { Random } from '../random.ts'
import { type Cell, line } from './contract.ts'

const ROWS = 10_000
const KINDS = ['created', 'renamed', 'moved', 'archived', 'restored']

export const insert: Cell<'insert'> = {
  name: 'insert',
  title: 'insert 10,000 entities with generated keys, all or nothing; every entity gets its key',
  operation: 'insert of 10,000',
  sizes: { direct: { operations: 1, repeats: 1 }, delayed: { operations: 1, repeats: 1 } },
  floorIsTimed: true,
  input: (random) => Array.from({ length: ROWS }, (_, reference) => event(random, reference)),
  lines: (events) =>
    events.map((row) => line(row.reference, row.kind, row.amount, row.note, row.happenedAt, row.flagged, row.weight)),
  reset: ['TRUNCATE bench_event RESTART IDENTITY'],
  effect: 'SELECT reference, kind, amount, note, happened_at, flagged, weight FROM bench_event ORDER BY reference',
  keys: {
    of: (events) => events.map((row) => line(row.id, row.reference)).sort(),
    query: 'SELECT id, reference FROM bench_event',
  },
  outputIsStatement: false,
}

function event(random: Random, reference: number) {
  return {
    reference,
    kind: random.pick(KINDS),
    amount: (random.integer(-99_999_99, 99_999_99) / 100).toFixed(2),
    note: reference % 4 === 0 ? null : `a note, with "quotes", a \\ and number ${reference}`,
    happenedAt: new Date(1.6e12 + random.integer(0, 1e11)),
    flagged: random.next() < 0.3,
    weight: random.next(),
  }
}
