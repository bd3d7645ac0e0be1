// Many users of one file in one process: they wait for each other, lose nothing, and nobody waits for ever.
import { Column, createEngine, type Engine, func, Integer, MetaData, select, table, update } from 'tsalchemy'
import { insert } from 'tsalchemy/sqlite'
import { describe, expect, test } from 'vitest'
import { freshPath, libraries } from './support.ts'

const metadata = new MetaData()
const accounts = table('accounts', metadata, {
  id: Column(Integer, { primaryKey: true, autoincrement: false }),
  balance: Column(Integer),
})
const COUNT = 5

async function filled(engine: Engine): Promise<void> {
  await metadata.createAll(engine)
  await engine.execute(
    insert(accounts),
    Array.from({ length: COUNT }, (_, id) => ({ id, balance: 100 })),
  )
}

describe.each(libraries)('through %s', (library) => {
  test.each([
    ['a rollback journal', 'begin=immediate'],
    ['a write-ahead log', 'journal_mode=wal&begin=immediate'],
    ['a write-ahead log, and transactions that read before they write', 'journal_mode=wal'],
  ])('transfers over %s lose nothing', async (_, query) => {
    const url = `sqlite+${library}:///${encodeURI(freshPath())}?${query}&busy_timeout=20000`
    await using engine = createEngine(url, { poolSize: 8, maxOverflow: 0 })
    await filled(engine)
    let turns = 0
    const transfer = async (from: number, to: number): Promise<void> =>
      engine.run(
        async (conn) => {
          const balanceOf = (id: number) =>
            conn.execute(select(accounts.c.balance).where(accounts.c.id.eq(id))).scalarOne()
          const [one, other] = [await balanceOf(from), await balanceOf(to)]
          // Others get their turn between reading and writing.
          turns += 1
          await new Promise((resolve) => setTimeout(resolve, turns % 3))
          await conn.execute(
            update(accounts)
              .values({ balance: one - 1 })
              .where(accounts.c.id.eq(from)),
          )
          await conn.execute(
            update(accounts)
              .values({ balance: other + 1 })
              .where(accounts.c.id.eq(to)),
          )
        },
        { retry: { attempts: 200, maxBackoffMs: 40 } },
      )
    await Promise.all(
      Array.from({ length: 40 }, (__, index) => transfer(index % COUNT, (index + 1 + (index % 3)) % COUNT)),
    )
    expect(await engine.execute(select(func.sum(accounts.c.balance))).scalar()).toBe(100 * COUNT)
    expect(engine.stats().pool).toMatchObject({ checkedOut: 0 })
  })
})
