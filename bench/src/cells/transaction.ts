// A short transaction: begin, select an account, update it, insert a ledger row whose key comes back, commit.

import { ACCOUNTS } from '../dataset.ts'
import { type Cell, line } from './contract.ts'
import { RESTORE_ACCOUNTS } from './update.ts'

export const transaction: Cell<'transaction'> = {
  name: 'transaction',
  title: 'begin, select, update, insert, commit; one transaction after the other',
  operation: 'transaction',
  sizes: { direct: { operations: 500, repeats: 1 }, delayed: { operations: 30, repeats: 1 } },
  floorIsTimed: true,
  input: (random, operations) =>
    random.distinct(operations, ACCOUNTS).map((accountId) => ({
      accountId,
      cents: random.integer(1, 10_000),
      happenedAt: new Date(1.7e12 + random.integer(0, 1e10)),
    })),
  lines: (entries) => entries.map((entry) => line(entry.accountId, entry.balanceAfter)),
  reset: RESTORE_ACCOUNTS,
  effect: `SELECT a.id, a.balance, a.visits, a.updated_at, e.cents, e.balance_after, e.happened_at
    FROM bench_account a LEFT JOIN bench_entry e ON e.account_id = a.id ORDER BY a.id`,
  keys: {
    of: (entries) => entries.map((entry) => line(entry.id, entry.accountId)).sort(),
    query: 'SELECT id, account_id FROM bench_entry',
  },
  outputIsStatement: false,
}
