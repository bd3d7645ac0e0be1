// Whatever is done to a graph of objects: after a commit the database holds just that graph, and no constraint was broken on the way.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyTables } from '../../support/empty-tables.ts'
import { sqlDatabases } from '../../support/server.ts'
import { metadata } from '../session/models.ts'
import { type TestDatabase, useDatabase } from '../session/use-database.ts'
import { type Expected, Graph, type Operation } from './graph.ts'

/** Graphs are to grow: what makes and links objects comes more often than what begins anew. */
const weighted = Graph.operations.flatMap((name) =>
  ['reload', 'rollback', 'rollbackTo', 'forget'].includes(name) ? [name] : [name, name, name],
)

const operation: fc.Arbitrary<Operation> = fc.record({
  name: fc.constantFrom(...weighted),
  first: fc.nat(1000),
  second: fc.nat(1000),
  flag: fc.boolean(),
})

/** The database in the form of the expectation. */
async function stored(db: TestDatabase): Promise<unknown> {
  const pairs = await db.rows(
    'SELECT title, word FROM purchase_tag JOIN purchase ON purchase.id = purchase_id JOIN tag ON tag.id = tag_id',
  )
  const purchases = await db.rows('SELECT title, u.name FROM purchase LEFT JOIN user_account u ON u.id = buyer_id')
  return plain({
    users: new Set((await db.rows('SELECT name FROM user_account')).map(([name]) => name as string)),
    addresses: new Map(
      (await db.rows('SELECT email, u.name FROM address JOIN user_account u ON u.id = user_id')) as [string, string][],
    ),
    purchases: new Map(
      purchases.map(([title, buyer]) => [
        title as string,
        {
          buyer: buyer as string | null,
          tags: new Set(pairs.filter(([of]) => of === title).map(([, word]) => word as string)),
        },
      ]),
    ),
    tags: new Set((await db.rows('SELECT word FROM tag')).map(([word]) => word as string)),
    nodes: new Map(
      (await db.rows('SELECT n.label, p.label FROM node n LEFT JOIN node p ON p.id = n.parent_id')) as [
        string,
        string | null,
      ][],
    ),
  })
}

function plain({ users, addresses, purchases, tags, nodes }: Expected): unknown {
  return {
    users: [...users].sort(),
    addresses: Object.fromEntries(addresses),
    purchases: Object.fromEntries(
      [...purchases].map(([title, { buyer, tags: words }]) => [title, { buyer, tags: [...words].sort() }]),
    ),
    tags: [...tags].sort(),
    nodes: Object.fromEntries(nodes),
  }
}

describe.each(sqlDatabases())('graphs of objects on $name', (target) => {
  const db = useDatabase(target)

  test('become rows as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 90, size: 'max' }), async (operations) => {
        await emptyTables(db.engine, target, metadata)
        await using session = db.session()
        const graph = new Graph(session)
        for (const each of operations) await graph.run(each)
        await session.commit()
        expect(await stored(db)).toEqual(plain(graph.expected))
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})
