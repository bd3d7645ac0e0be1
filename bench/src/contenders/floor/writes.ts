// The floor's writes: one statement of constant text for a batch of any size, columns as arrays.

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
type AccountRow = [
  id: number,
  owner: string,
  email: string,
  balance: string,
  status: string,
  visits: number,
  updatedAt: Date,
]

const INSERT_EVENTS = `INSERT INTO bench_event (reference, kind, amount, note, happened_at, flagged, weight)
  SELECT reference, kind, amount, note, happened_at, flagged, weight
  FROM unnest($1::integer[], $2::varchar[], $3::numeric[], $4::text[], $5::timestamptz[], $6::boolean[], $7::float8[])
    WITH ORDINALITY AS t (reference, kind, amount, note, happened_at, flagged, weight, position)
  ORDER BY position RETURNING id`

const UPDATE_ACCOUNTS = `UPDATE bench_account a SET balance = t.balance, status = t.status, visits = t.visits
  FROM unnest($1::integer[], $2::numeric[], $3::varchar[], $4::integer[]) AS t (id, balance, status, visits) WHERE a.id = t.id`

async function insertEvents(pool: pg.Pool, events: readonly NewEvent[]): Promise<Event[]> {
  const { rows } = await pool.query<[number]>({
    name: 'insert events',
    text: INSERT_EVENTS,
    values: [
      arrayLiteral(events, (row) => row.reference),
      events.map((row) => row.kind),
      arrayLiteral(events, (row) => row.amount),
      events.map((row) => row.note),
      arrayLiteral(events, (row) => row.happenedAt.toISOString()),
      arrayLiteral(events, (row) => row.flagged),
      arrayLiteral(events, (row) => row.weight),
    ],
    rowMode: 'array',
  })
  return events.map((row, index) => ({
    id: (rows[index] as [number])[0],
    reference: row.reference,
    kind: row.kind,
    amount: row.amount,
    note: row.note,
    happenedAt: row.happenedAt,
    flagged: row.flagged,
    weight: row.weight,
  }))
}

/** An array in the server's notation, for values that need no quoting: pg's own writer takes two regular expressions an element. */
function arrayLiteral<T>(rows: readonly T[], value: (row: T) => number | string | boolean): string {
  return `{${rows.map(value).join(',')}}`
}

async function loadAccounts(pool: pg.Pool): Promise<MutableAccount[]> {
  const { rows } = await pool.query<AccountRow>({
    name: 'accounts',
    text: 'SELECT id, owner, email, balance, status, visits, updated_at FROM bench_account WHERE id <= $1 ORDER BY id',
    values: [CHANGED],
    rowMode: 'array',
  })
  return rows.map((row) => ({
    id: row[0],
    owner: row[1],
    email: row[2],
    balance: row[3],
    status: row[4],
    visits: row[5],
    updatedAt: row[6],
  }))
}

async function updateAccounts(pool: pg.Pool, accounts: readonly Account[]): Promise<void> {
  await pool.query({
    name: 'update accounts',
    text: UPDATE_ACCOUNTS,
    values: [
      arrayLiteral(accounts, (row) => row.id),
      arrayLiteral(accounts, (row) => row.balance),
      accounts.map((row) => row.status),
      arrayLiteral(accounts, (row) => row.visits),
    ],
  })
}

async function transfer(client: pg.PoolClient, { accountId, cents, happenedAt }: Transfer): Promise<Entry> {
  await client.query('BEGIN')
  try {
    const found = await client.query<[string, number]>({
      name: 'account',
      text: 'SELECT balance, visits FROM bench_account WHERE id = $1',
      values: [accountId],
      rowMode: 'array',
    })
    const [balance, visits] = found.rows[0] as [string, number]
    const balanceAfter = addCents(balance, cents)
    await client.query({
      name: 'update account',
      text: 'UPDATE bench_account SET balance = $1, visits = $2, updated_at = $3 WHERE id = $4',
      values: [balanceAfter, visits + 1, happenedAt, accountId],
    })
    const inserted = await client.query<[number]>({
      name: 'insert entry',
      text: 'INSERT INTO bench_entry (account_id, cents, balance_after, happened_at) VALUES ($1, $2, $3, $4) RETURNING id',
      values: [accountId, cents, balanceAfter, happenedAt],
      rowMode: 'array',
    })
    await client.query('COMMIT')
    return { id: (inserted.rows[0] as [number])[0], accountId, balanceAfter }
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

export function writes(pool: pg.Pool): TaskTable {
  return {
    insert: (events) => ({ run: () => insertEvents(pool, events) }),
    async update(changes) {
      const accounts = await loadAccounts(pool)
      const run = async () => {
        for (const [index, account] of accounts.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await updateAccounts(pool, accounts)
        return accounts
      }
      return { run }
    },
    async transaction(transfers) {
      const client = await pool.connect()
      const run = async () => {
        const entries: Entry[] = []
        for (const one of transfers) entries.push(await transfer(client, one))
        return entries
      }
      return { run, finish: () => client.release() }
    },
  }
}
