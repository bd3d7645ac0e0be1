// Writes with Drizzle: VALUES batches, and UPDATE ... FROM (VALUES ...) by its sql template.

import { eq, lte, sql } from 'drizzle-orm'
import { CHANGED } from '../../cells/update.ts'
import {
  type Account,
  type AccountChange,
  addCents,
  type Entry,
  type Event,
  type NewEvent,
  type Transfer,
} from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import type { Database } from './connect.ts'
import { accounts, entries, events } from './schema.ts'

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** Rows in one INSERT. */
const BATCH = 1_000

async function insertEvents(transaction: Transaction, rows: readonly NewEvent[]): Promise<Event[]> {
  const inserted: Event[] = []
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH)
    const keys = await transaction.insert(events).values(batch).returning({ id: events.id })
    for (const [index, row] of batch.entries()) inserted.push({ id: (keys[index] as { id: number }).id, ...row })
  }
  return inserted
}

async function updateAccounts(database: Database, changed: readonly Account[]): Promise<void> {
  const rows = changed.map(
    (row) => sql`(${row.id}::integer, ${row.balance}::numeric, ${row.status}::varchar, ${row.visits}::integer)`,
  )
  await database
    .update(accounts)
    .set({ balance: sql`t.balance`, status: sql`t.status`, visits: sql`t.visits` })
    .from(sql`(VALUES ${sql.join(rows, sql.raw(', '))}) AS t (id, balance, status, visits)`)
    .where(sql`${accounts.id} = t.id`)
}

async function transfer(transaction: Transaction, { accountId, cents, happenedAt }: Transfer): Promise<Entry> {
  const [account] = await transaction
    .select({ balance: accounts.balance, visits: accounts.visits })
    .from(accounts)
    .where(eq(accounts.id, accountId))
  if (account === undefined) throw new Error(`no account ${accountId}`)
  const balanceAfter = addCents(account.balance, cents)
  await transaction
    .update(accounts)
    .set({ balance: balanceAfter, visits: account.visits + 1, updatedAt: happenedAt })
    .where(eq(accounts.id, accountId))
  const [inserted] = await transaction
    .insert(entries)
    .values({ accountId, cents, balanceAfter, happenedAt })
    .returning({ id: entries.id })
  return { id: (inserted as { id: number }).id, accountId, balanceAfter }
}

export function writes(database: Database): TaskTable {
  return {
    insert: (rows) => ({ run: () => database.transaction((transaction) => insertEvents(transaction, rows)) }),
    async update(changes) {
      const loaded = await database.select().from(accounts).where(lte(accounts.id, CHANGED)).orderBy(accounts.id)
      const run = async () => {
        for (const [index, account] of loaded.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await updateAccounts(database, loaded)
        return loaded
      }
      return { run }
    },
    transaction: (transfers) => ({
      async run() {
        const made: Entry[] = []
        for (const one of transfers) made.push(await database.transaction((inner) => transfer(inner, one)))
        return made
      },
    }),
  }
}
