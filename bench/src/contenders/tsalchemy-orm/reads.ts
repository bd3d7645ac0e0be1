// Loading entities with tsalchemy's ORM.

import { select } from 'tsalchemy'
import { mapped, type Session, selectinload } from 'tsalchemy/orm'
import { concurrently } from '../../cells/point.ts'
import type { TaskTable } from '../contract.ts'
import { Author, Item } from './entities.ts'

async function getItem(session: Session, id: number): Promise<Item> {
  const item = await session.get(Item, id)
  if (item === null) throw new Error(`no item ${id}`)
  return item
}

/** A session of its own for the work, ended with it. */
export async function inSession<T>(makeSession: () => Session, work: (session: Session) => Promise<T>): Promise<T> {
  const session = makeSession()
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

export function reads(makeSession: () => Session): TaskTable {
  const item = mapped(Item)
  const author = mapped(Author)
  return {
    point: (ids) => {
      const session = makeSession()
      const run = async () => {
        const found: Item[] = []
        for (const id of ids) found.push(await getItem(session, id))
        return found
      }
      return { run, finish: () => session.close() }
    },
    'point-64': (ids) => ({
      run: () => concurrently(ids, (id) => inSession(makeSession, (session) => getItem(session, id))),
    }),
    load: () => ({
      run: () => inSession(makeSession, (session) => session.scalars(select(item).orderBy(item.id)).all()),
    }),
    tree: (cohort) => ({
      run: () =>
        inSession(makeSession, (session) =>
          session
            .scalars(
              select(author).where(author.cohort.eq(cohort)).orderBy(author.id).options(selectinload(author.books)),
            )
            .all(),
        ),
    }),
  }
}
