// Writes with plain pg.

import type pg from 'pg'
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

type MutableAccount = { -readonly [K in keyof Account]: Account[K] }

/** Rows in one INSERT. */
const BATCH = 1_000
const COLUMNS = 7

async function inTransaction<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

async function insertBatch(client: pg.PoolClient, events: readonly NewEvent[]): Promise<Event[]> {
  const rows = events.map((_, row) => {
    const places = Array.from({ length: COLUMNS }, (_, column) => `$${row * COLUMNS + column + 1}`)
    return `(${places.join(', ')})`
  })
  const values = events.flatMap((row) => [
    row.reference,
    row.kind,
    row.amount,
    row.note,
    row.happenedAt,
    row.flagged,
    row.weight,
  ])
  const inserted = await client.query<{ id: number }>(
    `INSERT INTO bench_event (reference, kind, amount, note, happened_at, flagged, weight) VALUES ${rows.join(', ')} RETURNING id`,
    values,
  )
  return events.map((row, index) => ({ id: (inserted.rows[index] as { id: number }).id, ...row }))
}

async function insertEvents(client: pg.PoolClient, events: readonly NewEvent[]): Promise<Event[]> {
  const inserted: Event[] = []
  for (let start = 0; start < events.length; start += BATCH) {
    inserted.push(...(await insertBatch(client, events.slice(start, start + BATCH))))
  }
  return inserted
}

async function loadAccounts(pool: pg.Pool): Promise<MutableAccount[]> {
  const { rows } = await pool.query<MutableAccount>(
    `SELECT id, owner, email, balance, status, visits, updated_at AS "updatedAt" FROM bench_account WHERE id <= $1 ORDER BY id`,
    [CHANGED],
  )
  return rows
}

async function updateAccounts(client: pg.PoolClient, accounts: readonly Account[]): Promise<void> {
  for (const account of accounts) {
    await client.query('UPDATE bench_account SET balance = $1, status = $2, visits = $3 WHERE id = $4', [
      account.balance,
      account.status,
      account.visits,
      account.id,
    ])
  }
}

async function transfer(client: pg.PoolClient, { accountId, cents, happenedAt }: Transfer): Promise<Entry> {
  const found = await client.query<{ balance: string; visits: number }>(
    'SELECT balance, visits FROM bench_account WHERE id = $1',
    [accountId],
  )
  const account = found.rows[0] as { balance: string; visits: number }
  const balanceAfter = addCents(account.balance, cents)
  await client.query('UPDATE bench_account SET balance = $1, visits = $2, updated_at = $3 WHERE id = $4', [
    balanceAfter,
    account.visits + 1,
    happenedAt,
    accountId,
  ])
  const inserted = await client.query<{ id: number }>(
    'INSERT INTO bench_entry (account_id, cents, balance_after, happened_at) VALUES ($1, $2, $3, $4) RETURNING id',
    [accountId, cents, balanceAfter, happenedAt],
  )
  return { id: (inserted.rows[0] as { id: number }).id, accountId, balanceAfter }
}

export function writes(pool: pg.Pool): TaskTable {
  return {
    async insert(events) {
      const client = await pool.connect()
      return { run: () => inTransaction(client, () => insertEvents(client, events)), finish: () => client.release() }
    },
    async update(changes) {
      const accounts = await loadAccounts(pool)
      const client = await pool.connect()
      const run = async () => {
        for (const [index, account] of accounts.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await inTransaction(client, () => updateAccounts(client, accounts))
        return accounts
      }
      return { run, finish: () => client.release() }
    },
    async transaction(transfers) {
      const client = await pool.connect()
      const run = async () => {
        const entries: Entry[] = []
        for (const one of transfers) entries.push(await inTransaction(client, () => transfer(client, one)))
        return entries
      }
      return { run, finish: () => client.release() }
    },
  }
}
