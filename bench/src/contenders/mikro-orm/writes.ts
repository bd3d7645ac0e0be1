// Units of work with MikroORM.

import type { EntityManager, MikroORM } from '@mikro-orm/postgresql'
import { CHANGED } from '../../cells/update.ts'
import { type AccountChange, addCents, type Entry as LedgerEntry, type Transfer } from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import { Account, Entry, Event } from './entities.ts'

async function transfer(manager: EntityManager, { accountId, cents, happenedAt }: Transfer): Promise<LedgerEntry> {
  const entry = await manager.transactional(async (inner) => {
    const account = await inner.findOneOrFail(Account, accountId)
    account.balance = addCents(account.balance, cents)
    account.visits += 1
    account.updatedAt = happenedAt
    return inner.create(Entry, { account, cents, balanceAfter: account.balance, happenedAt })
  })
  return { id: entry.id, accountId, balanceAfter: entry.balanceAfter }
}

export function writes(orm: MikroORM): TaskTable {
  return {
    insert: (rows) => ({
      async run() {
        const manager = orm.em.fork()
        const events = rows.map((row) => manager.create(Event, row))
        await manager.flush()
        return events
      },
    }),
    async update(changes) {
      const manager = orm.em.fork()
      const accounts = await manager.find(Account, { id: { $lte: CHANGED } }, { orderBy: { id: 'asc' } })
      const run = async () => {
        for (const [index, account] of accounts.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await manager.flush()
        return accounts
      }
      return { run }
    },
    transaction: (transfers) => ({
      async run() {
        const entries: LedgerEntry[] = []
        for (const one of transfers) entries.push(await transfer(orm.em.fork(), one))
        return entries
      },
    }),
  }
}
