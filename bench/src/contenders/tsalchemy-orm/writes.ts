// Units of work with tsalchemy's ORM.

import { select } from 'tsalchemy'
import { mapped, type Session } from 'tsalchemy/orm'
import { CHANGED } from '../../cells/update.ts'
import { type AccountChange, addCents, type Entry as LedgerEntry, type Transfer } from '../../models.ts'
import type { TaskTable } from '../contract.ts'
import { Account, Entry, Event } from './entities.ts'
import { inSession } from './reads.ts'

async function transfer(session: Session, { accountId, cents, happenedAt }: Transfer): Promise<LedgerEntry> {
  const account = await session.get(Account, accountId)
  if (account === null) throw new Error(`no account ${accountId}`)
  account.balance = addCents(account.balance, cents)
  account.visits += 1
  account.updatedAt = happenedAt
  const entry = new Entry({ accountId, cents, balanceAfter: account.balance, happenedAt })
  session.add(entry)
  await session.commit()
  return { id: entry.id, accountId, balanceAfter: entry.balanceAfter }
}

export function writes(makeSession: () => Session): TaskTable {
  const stored = mapped(Account)
  return {
    insert: (rows) => ({
      run: () =>
        inSession(makeSession, async (session) => {
          const events = rows.map((row) => new Event(row))
          session.addAll(events)
          await session.commit()
          return events
        }),
    }),
    async update(changes) {
      const session = makeSession()
      const accounts = await session.scalars(select(stored).where(stored.id.le(CHANGED)).orderBy(stored.id)).all()
      const run = async () => {
        for (const [index, account] of accounts.entries()) {
          const change = changes[index] as AccountChange
          account.balance = change.balance
          account.status = change.status
          account.visits = change.visits
        }
        await session.commit()
        return accounts
      }
      return { run, finish: () => session.close() }
    },
    transaction: (transfers) => ({
      async run() {
        const made: LedgerEntry[] = []
        for (const one of transfers) made.push(await inSession(makeSession, (session) => transfer(session, one)))
        return made
      },
    }),
  }
}
