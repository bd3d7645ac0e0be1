// Change three columns of each of 1,000 loaded rows and write them back. Loading is not timed.

import { type Cell, line } from './contract.ts'

/** The accounts 1 to this number are loaded and changed. */
export const CHANGED = 1_000

/** Puts every account back as it was filled and leaves no dead rows to the next contender. */
export const RESTORE_ACCOUNTS = [
  'TRUNCATE bench_account, bench_entry RESTART IDENTITY',
  'INSERT INTO bench_account TABLE bench_account_pristine',
  'VACUUM ANALYZE bench_account',
] as const

export const update: Cell<'update'> = {
  name: 'update',
  title: 'change three columns of 1,000 loaded entities and write them, all or nothing',
  operation: 'update of 1,000',
  sizes: { direct: { operations: 1, repeats: 4 }, delayed: { operations: 1, repeats: 2 } },
  floorIsTimed: true,
  input: (random) =>
    Array.from({ length: CHANGED }, () => ({
      balance: (random.integer(1_000_000_00, 9_999_999_99) / 100).toFixed(2),
      status: `status ${random.integer(0, 9999)}`,
      visits: random.integer(2000, 1_000_000),
    })),
  lines: (accounts) =>
    accounts.map((row) => line(row.id, row.owner, row.email, row.balance, row.status, row.visits, row.updatedAt)),
  reset: RESTORE_ACCOUNTS,
  effect: 'SELECT * FROM bench_account ORDER BY id',
  outputIsStatement: false,
}
