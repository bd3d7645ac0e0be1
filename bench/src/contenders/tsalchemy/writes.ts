// Writes with tsalchemy's expressions.

import { bindparam, type Connection, type Engine, insert, select, update } from 'tsalchemy'
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
import { accounts, entries, events } from './tables.ts'

type MutableAccount = { -readonly [K in keyof Account]: Account[K] }

async function insertEvents(connection: Connection, rows: readonly NewEvent[]): Promise<Event[]> {
  const ids = await connection
    .execute(
      insert(events).returning(events.c.id),
      rows.map((row) => ({ ...row })),
    )
    .scalars()
    .all()
  return rows.map((row, index) => ({ id: ids[index] as number, ...row }))
}

async function loadAccounts(engine: Engine): Promise<MutableAccount[]> {
  const rows = await engine.execute(select(accounts).where(accounts.c.id.le(CHANGED)).orderBy(accounts.c.id)).all()
  return rows.map(({ id, owner, email, balance, status, visits, updatedAt }) => {
    return { id, owner, email, balance, status, visits, updatedAt }
  })
}

async function updateAccounts(connection: Connection, changed: readonly Account[]): Promise<void> {
  await connection.execute(
    update(accounts).where(accounts.c.id.eq(bindparam('key', { type: accounts.c.id.type }))),
    changed.map(({ id, balance, status, visits }) => ({ key: id, balance, status, visits })),
  )
}

/** BEGIN travels with the first statement, COMMIT with the last; what needs nothing of each other shares a flight. */
async function transfer(engine: Engine, { accountId, cents, happenedAt }: Transfer): Promise<Entry> {
  await using connection = await engine.connect()
  const account = await connection
    .execute(select(accounts.c.balance, accounts.c.visits).where(accounts.c.id.eq(accountId)))
    .one()
  const balanceAfter = addCents(account.balance, cents)
  const [, inserted] = await connection.executeAll(
    [
      update(accounts)
        .where(accounts.c.id.eq(accountId))
        .values({ balance: balanceAfter, visits: account.visits + 1, updatedAt: happenedAt }),
      insert(entries).values({ accountId, cents, balanceAfter, happenedAt }).returning(entries.c.id),
    ],
    { commit: true },
  )
  return { id: inserted.scalarOne(), accountId, balanceAfter }
}

export function writes(engine: Engine): TaskTable {
  return {
    insert: (rows) => ({ run: () => engine.begin((connection) => insertEvents(connection, rows)) }),
    async update(changes) {
      const loaded = await loadAccounts(engine)
      const run = async () => {
        for (const [index, account] of loaded.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await engine.begin((connection) => updateAccounts(connection, loaded))
        return loaded
      }
      return { run }
    },
    transaction: (transfers) => ({
      async run() {
        const made: Entry[] = []
        for (const one of transfers) made.push(await transfer(engine, one))
        return made
      },
    }),
  }
}
