// Rows that somebody else deleted or changed: nothing is written over them, and nothing else of the flush is kept.
import { PendingRollbackError } from 'tsalchemy'
import { StaleDataError } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Purchase, Tag, User } from '../session/models.ts'
import { useDatabase } from '../session/use-database.ts'

describe.each(sqlDatabases())('a lost row on $name', (target) => {
  const db = useDatabase(target)

  /** Three users that a session has loaded, of which the database has only the first two. */
  async function afterLoss() {
    const session = db.session()
    const users = ['a', 'b', 'c'].map((name) => new User({ name })) as [User, User, User]
    session.addAll(users)
    await session.commit()
    await db.engine.execute('DELETE FROM user_account WHERE id = 3')
    return { session, users }
  }

  /** Where rows go one by one, each is counted by itself. */
  const [expected, matched] = target.name === 'sqlite' ? [1, 0] : [3, 2]

  test('is told by the flush that misses it', async () => {
    const { session, users } = await afterLoss()
    for (const user of users) user.name += '!'
    await expect(session.flush()).rejects.toThrow(
      new StaleDataError(
        `UPDATE on table 'user_account' expected to match ${expected} row(s); ${matched} were matched: somebody else deleted or changed them since they were loaded. Roll back, and load them again`,
      ),
    )
    await expect(session.commit()).rejects.toBeInstanceOf(PendingRollbackError)
    await session.rollback()
    await session.close()
    expect(await db.rows('SELECT name FROM user_account ORDER BY id')).toEqual([['a'], ['b']])
  })

  test('never commits the rest, although COMMIT may be sent in the same flight', async () => {
    const { session, users } = await afterLoss()
    for (const user of users) user.name += '!'
    session.add(new User({ name: 'new' }))
    db.sent.clear()
    const failure = await session.commit().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StaleDataError)
    expect((failure as Error).message).toContain(`expected to match ${expected} row(s); ${matched} were matched`)
    // Where the server cannot count, COMMIT is not sent at all.
    expect(db.sent.flights.flat().includes('COMMIT')).toBe(target.name !== 'sqlite')
    expect(await db.rows('SELECT name FROM user_account ORDER BY id')).toEqual([['a'], ['b']])
    await session.rollback()
    users[0].name = 'again'
    await session.commit()
    await session.close()
    expect(await db.rows('SELECT name FROM user_account ORDER BY id')).toEqual([['again'], ['b']])
  })

  test('is told of association rows too', async () => {
    await using session = db.session()
    const [red, blue] = ['red', 'blue'].map((word) => new Tag({ word })) as [Tag, Tag]
    const pen = new Purchase({ title: 'pen', tags: [red, blue] })
    session.add(pen)
    await session.commit()
    await db.engine.execute('DELETE FROM purchase_tag WHERE tag_id = 2')
    pen.title = 'ink'
    pen.tags = []
    await expect(session.commit()).rejects.toThrow(
      `DELETE on association table 'purchase_tag' expected to match ${target.name === 'sqlite' ? '1 row(s); 0' : '2 row(s); 1'} were matched`,
    )
    expect(await db.rows('SELECT title, (SELECT CAST(count(*) AS INTEGER) FROM purchase_tag) FROM purchase')).toEqual([
      ['pen', 1],
    ])
    await session.rollback()
  })

  test('is no matter where it was to be deleted anyway', async () => {
    const { session, users } = await afterLoss()
    for (const user of users) await session.delete(user)
    await session.commit()
    await session.close()
    expect(await db.rows('SELECT CAST(count(*) AS INTEGER) FROM user_account')).toEqual([[0]])
  })
})
