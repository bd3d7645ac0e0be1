// Writes with Kysely: VALUES batches, and UPDATE ... FROM (VALUES ...) by its sql template.

import { type Kysely, sql, type Transaction } from 'kysely'
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
import type { Database } from './schema.ts'

type MutableAccount = { -readonly [K in keyof Account]: Account[K] }

/** Rows in one INSERT. */
const BATCH = 1_000

async function insertBatch(transaction: Transaction<Database>, events: readonly NewEvent[]): Promise<Event[]> {
  const inserted = await transaction
    .insertInto('bench_event')
    .values(
      events.map((row) => ({
        reference: row.reference,
        kind: row.kind,
        amount: row.amount,
        note: row.note,
        happened_at: row.happenedAt,
        flagged: row.flagged,
        weight: row.weight,
      })),
    )
    .returning('id')
    .execute()
  return events.map((row, index) => ({ id: (inserted[index] as { id: number }).id, ...row }))
}

async function insertEvents(transaction: Transaction<Database>, events: readonly NewEvent[]): Promise<Event[]> {
  const inserted: Event[] = []
  for (let start = 0; start < events.length; start += BATCH) {
    inserted.push(...(await insertBatch(transaction, events.slice(start, start + BATCH))))
  }
  return inserted
}

function loadAccounts(database: Kysely<Database>): Promise<MutableAccount[]> {
  return database
    .selectFrom('bench_account')
    .select(['id', 'owner', 'email', 'balance', 'status', 'visits', 'updated_at as updatedAt'])
    .where('id', '<=', CHANGED)
    .orderBy('id')
    .execute()
}

async function updateAccounts(database: Kysely<Database>, accounts: readonly Account[]): Promise<void> {
  const rows = accounts.map(
    (row) => sql`(${row.id}::integer, ${row.balance}::numeric, ${row.status}::varchar, ${row.visits}::integer)`,
  )
  const changes = sql<{ id: number; balance: string; status: string; visits: number }>`(VALUES ${sql.join(rows)})`
  await database
    .updateTable('bench_account as a')
    .from(changes.as<'t'>(sql`t (id, balance, status, visits)`))
    .set((on) => ({ balance: on.ref('t.balance'), status: on.ref('t.status'), visits: on.ref('t.visits') }))
    .whereRef('a.id', '=', 't.id')
    .execute()
}

async function transfer(
  transaction: Transaction<Database>,
  { accountId, cents, happenedAt }: Transfer,
): Promise<Entry> {
  const account = await transaction
    .selectFrom('bench_account')
    .select(['balance', 'visits'])
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  const balanceAfter = addCents(account.balance, cents)
  await transaction
    .updateTable('bench_account')
    .set({ balance: balanceAfter, visits: account.visits + 1, updated_at: happenedAt })
    .where('id', '=', accountId)
    .execute()
  const { id } = await transaction
    .insertInto('bench_entry')
    .values({ account_id: accountId, cents, balance_after: balanceAfter, happened_at: happenedAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, accountId, balanceAfter }
}

export function writes(database: Kysely<Database>): TaskTable {
  return {
    insert: (events) => ({
      run: () => database.transaction().execute((transaction) => insertEvents(transaction, events)),
    }),
    async update(changes) {
      const accounts = await loadAccounts(database)
      const run = async () => {
        for (const [index, account] of accounts.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await updateAccounts(database, accounts)
        return accounts
      }
      return { run }
    },
    transaction: (transfers) => ({
      async run() {
        const entries: Entry[] = []
        for (const one of transfers) {
          entries.push(await database.transaction().execute((transaction) => transfer(transaction, one)))
        }
        return entries
      },
    }),
  }
}
