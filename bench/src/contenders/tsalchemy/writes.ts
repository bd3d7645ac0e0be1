// Writes with tsalchemy's expressions.

import { ARRAY, bindparam, type Engine, func, insert, type SqlType, select, update } from 'tsalchemy'
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

async function insertEvents(engine: Engine, rows: readonly NewEvent[]): Promise<Event[]> {
  const ids = await engine
    .execute(
      insert(events).returning(events.c.id),
      rows.map((row) => ({ ...row })),
      { sortByParameterOrder: true },
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

const array = <T>(key: string, column: { readonly type: SqlType<T> }) => bindparam(key, { type: ARRAY(column.type) })

const changes = func
  .unnest(
    array('newId', accounts.c.id),
    array('newBalance', accounts.c.balance),
    array('newStatus', accounts.c.status),
    array('newVisits', accounts.c.visits),
  )
  .tableValued({
    id: accounts.c.id.type,
    balance: accounts.c.balance.type,
    status: accounts.c.status.type,
    visits: accounts.c.visits.type,
  })
  .renderDerived({ name: 'changes' })

const changeAccounts = update(accounts)
  .values({ balance: changes.c.balance, status: changes.c.status, visits: changes.c.visits })
  .where(accounts.c.id.eq(changes.c.id))

async function updateAccounts(engine: Engine, changed: readonly Account[]): Promise<void> {
  await engine.execute(changeAccounts, {
    newId: changed.map((account) => account.id),
    newBalance: changed.map((account) => account.balance),
    newStatus: changed.map((account) => account.status),
    newVisits: changed.map((account) => account.visits),
  })
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
    insert: (rows) => ({ run: () => insertEvents(engine, rows) }),
    async update(changes) {
      const loaded = await loadAccounts(engine)
      const run = async () => {
        for (const [index, account] of loaded.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await updateAccounts(engine, loaded)
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
