// Transactions of sessions: commit, rollback, savepoints, failures, and one flow at a time.
import {
  IllegalStateChangeError,
  IntegrityError,
  InvalidRequestError,
  PendingRollbackError,
  select,
  UniqueViolation,
} from 'tsalchemy'
import { mapped, NotLoadedError, sessionmaker } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Address, Node, Seat, User } from './models.ts'
import { sentBy, useDatabase } from './use-database.ts'

describe.each(sqlDatabases())('transactions of a session on $name', (target) => {
  const db = useDatabase(target)
  const names = () => db.rows('SELECT name FROM user_account ORDER BY id')

  test('a rollback undoes everything: new objects leave with their values, deleted ones come back, all others are loaded anew', async () => {
    await using session = db.session()
    const [kept, gone] = ['kept', 'gone'].map((name) => new User({ name })) as [User, User]
    session.addAll([kept, gone])
    await session.commit()
    kept.name = 'changed'
    await session.delete(gone)
    const fresh = new User({ name: 'fresh', addresses: [new Address({ email: 'e' })] })
    session.add(fresh)
    await session.flush()
    const pending = new User({ name: 'pending' })
    session.add(pending)
    await session.rollback()
    expect([session.contains(fresh), session.contains(pending), session.contains(gone)]).toEqual([false, false, true])
    expect([fresh.name, fresh.addresses[0]?.email, pending.name]).toEqual(['fresh', 'e', 'pending'])
    expect(() => kept.name).toThrow(NotLoadedError)
    await session.refresh(kept)
    expect([kept.name, await gone.awaitable.name]).toEqual(['kept', 'gone'])
    session.addAll([fresh, pending])
    await session.commit()
    expect(await names()).toEqual([['kept'], ['gone'], ['fresh'], ['pending']])
    expect(await db.rows('SELECT email FROM address')).toEqual([['e']])
  })

  test('what was marked or changed and never flushed is undone too', async () => {
    await using session = db.session()
    const user = new User({ name: 'ed' })
    const seat = new Seat({ row: 1, letter: 'a' })
    session.addAll([user, seat])
    await session.commit()
    db.sent.clear()
    user.name = 'x'
    seat.row = 2
    await session.delete(user)
    await session.rollback()
    expect([session.deleted.size, session.dirty.size, seat.row]).toEqual([0, 0, 1])
    await session.commit()
    expect(await names()).toEqual([['ed']])
  })

  test('a unique violation rolls back at once; the session says so until rollback(), and is usable then', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed', nick: 'n' }))
    await session.commit()
    const twin = new User({ name: 'twin', nick: 'n' })
    session.add(twin)
    db.sent.clear()
    const failure = await session.flush().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UniqueViolation)
    expect(sentBy(db).at(-1)).toEqual(['ROLLBACK'])
    const pending = await session
      .execute(select(User))
      .all()
      .catch((error: unknown) => error)
    expect(pending).toBeInstanceOf(PendingRollbackError)
    expect((pending as PendingRollbackError).cause).toBe(failure)
    expect((pending as PendingRollbackError).message).toContain('Call session.rollback() first')
    await expect(session.commit()).rejects.toBeInstanceOf(PendingRollbackError)
    await session.rollback()
    expect([session.contains(twin), twin.name, twin.nick]).toEqual([false, 'twin', 'n'])
    twin.nick = null
    session.add(twin)
    await session.commit()
    expect(await names()).toEqual([['ed'], ['twin']])
  })

  test('a violation that rides with COMMIT, or with a query, is no different', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed', nick: 'n' }))
    await session.commit()
    session.add(new User({ name: 'twin', nick: 'n' }))
    await expect(session.commit()).rejects.toBeInstanceOf(IntegrityError)
    await session.rollback()
    session.add(new User({ name: 'twin', nick: 'n' }))
    await expect(session.scalars(select(User)).all()).rejects.toBeInstanceOf(IntegrityError)
    await expect(session.flush()).rejects.toBeInstanceOf(PendingRollbackError)
    await session.rollback()
    expect((await session.scalars(select(User)).all()).map(({ name }) => name)).toEqual(['ed'])
  })

  test('begin() with a function commits, or rolls back and throws on', async () => {
    await using session = db.session()
    const answer = await session.begin((own) => {
      own.add(new User({ name: 'ed' }))
      return 42
    })
    expect(answer).toBe(42)
    expect(await names()).toEqual([['ed']])
    await expect(
      session.begin(() => {
        session.add(new User({ name: 'never' }))
        throw new RangeError('mine')
      }),
    ).rejects.toThrow(new RangeError('mine'))
    expect([session.inTransaction(), session.new.size]).toEqual([false, 0])
    session.add(new User({ name: 'pending' }))
    await expect(session.begin(() => undefined)).rejects.toThrow('a transaction has begun already')
    expect(() => session.begin()).toThrow(InvalidRequestError)
  })

  test('a handle that is not committed rolls back at the end of its block', async () => {
    await using session = db.session()
    {
      await using transaction = session.begin()
      session.add(new User({ name: 'lost' }))
      await session.flush()
      expect([transaction.isActive, transaction.isNested]).toEqual([true, false])
    }
    {
      await using transaction = session.begin()
      session.add(new User({ name: 'kept' }))
      await transaction.commit()
      expect(transaction.isActive).toBe(false)
      await expect(transaction.commit()).rejects.toThrow('This transaction is over')
    }
    expect(await names()).toEqual([['kept']])
  })

  test('a savepoint flushes first, and its rollback undoes only what happened in it', async () => {
    await using session = db.session()
    const [one, two] = ['one', 'two'].map((name) => new User({ name })) as [User, User]
    session.addAll([one, two])
    await session.commit()
    one.name = 'before'
    db.sent.clear()
    const savepoint = await session.beginNested()
    const inside = new User({ name: 'inside' })
    session.add(inside)
    two.name = 'changed'
    await session.flush()
    await session.delete(one)
    await savepoint.rollback()
    expect(sentBy(db).map((flight) => flight.map((each) => each.split(' ')[0]).join(' '))).toEqual([
      'BEGIN UPDATE',
      'SAVEPOINT UPDATE INSERT',
      'ROLLBACK',
    ])
    expect([session.contains(inside), inside.name, session.deleted.size]).toEqual([false, 'inside', 0])
    expect(() => two.name).toThrow(NotLoadedError)
    await session.commit()
    expect(await names()).toEqual([['before'], ['two']])
  })

  test('a savepoint that is released is undone by the transaction around it', async () => {
    await using session = db.session()
    const user = new User({ name: 'ed' })
    await session.beginNested(() => {
      session.add(user)
    })
    expect([session.contains(user), session.inNestedTransaction(), session.inTransaction()]).toEqual([
      true,
      false,
      true,
    ])
    await session.rollback()
    expect(session.contains(user)).toBe(false)
    expect(await names()).toEqual([])
  })

  test('a flush that fails in a savepoint rolls back to it only', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed', nick: 'n' }))
    await session.flush()
    await expect(
      session.beginNested(() => {
        session.add(new User({ name: 'twin', nick: 'n' }))
      }),
    ).rejects.toBeInstanceOf(UniqueViolation)
    session.add(new User({ name: 'other' }))
    await session.commit()
    expect(await names()).toEqual([['ed'], ['other']])
    const savepoint = await session.beginNested()
    session.add(new User({ name: 'twin', nick: 'n' }))
    await expect(session.flush()).rejects.toBeInstanceOf(UniqueViolation)
    expect(savepoint.isActive).toBe(false)
    await expect(session.flush()).rejects.toBeInstanceOf(PendingRollbackError)
    await savepoint.rollback()
    await session.commit()
    expect(await names()).toEqual([['ed'], ['other']])
  })

  test('what is done to objects between a failed flush and the rollback is undone with it', async () => {
    await using session = db.session()
    const ed = new User({ name: 'ed', nick: 'n' })
    session.add(ed)
    await session.commit()
    for (const nested of [false, true]) {
      const savepoint = nested ? await session.beginNested() : null
      session.add(new User({ name: 'twin', nick: 'n' }))
      await expect(session.flush()).rejects.toBeInstanceOf(UniqueViolation)
      const late = new User({ name: 'late' })
      session.add(late)
      if (nested) ed.name = 'changed'
      await (savepoint ?? session).rollback()
      expect(session.contains(late)).toBe(false)
      await session.refresh(ed)
      await session.commit()
      expect([ed.name, await names()]).toEqual(['ed', [['ed']]])
      session.add(late)
      expect(session.contains(late)).toBe(true)
      session.expunge(late)
    }
  })

  test('commit() of the session ends savepoints too', async () => {
    await using session = db.session()
    await session.beginNested()
    session.add(new User({ name: 'ed' }))
    await session.commit()
    expect([session.inNestedTransaction(), session.inTransaction()]).toEqual([false, false])
    expect(await names()).toEqual([['ed']])
  })

  test('with expireOnCommit a commit forgets all values', async () => {
    await using session = db.session({ expireOnCommit: true })
    const user = new User({ name: 'ed' })
    session.add(user)
    await session.commit()
    expect(user.id).toBe(1)
    expect(() => user.name).toThrow(NotLoadedError)
    expect(await user.awaitable.name).toBe('ed')
  })

  test('a commit with nothing to do sends nothing; one behind a query sends COMMIT', async () => {
    await using session = db.session()
    await session.commit()
    await session.rollback()
    expect(sentBy(db)).toEqual(db.spelt([]))
    await session.scalars(select(Node)).all()
    await session.commit()
    expect(sentBy(db).map((flight) => flight.length)).toEqual([2, 1])
  })

  test('overlapping use is refused, and both calls are named', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed' }))
    const [first, second, third] = await Promise.allSettled([
      session.commit(),
      session.scalars(select(User)).all(),
      session.get(User, 1),
    ])
    expect(first.status).toBe('fulfilled')
    expect((second as PromiseRejectedResult).reason).toBeInstanceOf(IllegalStateChangeError)
    expect((second as PromiseRejectedResult).reason.message).toContain(
      'session.execute() was called while session.commit() was still running on the same session',
    )
    expect((third as PromiseRejectedResult).reason.message).toContain('session.get() was called while session.commit()')
    expect(await names()).toEqual([['ed']])
  })

  test('what is loaded on request by many at once waits in line', async () => {
    await using session = db.session()
    session.addAll(['a', 'b', 'c'].map((name) => new User({ name, addresses: [new Address({ email: name })] })))
    await session.commit()
    session.expungeAll()
    const users = await session.scalars(select(User).orderBy(mapped(User).id)).all()
    db.sent.clear()
    const found = await Promise.all(users.map((user) => user.awaitable.addresses))
    expect(found.map((addresses) => addresses.map(({ email }) => email))).toEqual([['a'], ['b'], ['c']])
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id = ANY ($1::INTEGER[]) ORDER BY address.id [[1, 2, 3]]',
        ],
      ]),
    )
  })

  test('a maker gives sessions with its options, and transactions in sessions of their own', async () => {
    const SessionLocal = sessionmaker({ bind: db.engine, autoflush: false })
    await using session = SessionLocal()
    expect([session.autoflush, SessionLocal({ autoflush: true }).autoflush]).toEqual([false, true])
    await SessionLocal.begin((own) => {
      own.add(new User({ name: 'ed' }))
    })
    await expect(
      SessionLocal.begin((own) => {
        own.add(new User({ name: 'never' }))
        throw new RangeError('mine')
      }),
    ).rejects.toThrow(RangeError)
    expect(await names()).toEqual([['ed']])
  })

  test('an aborted signal refuses the call', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed' }))
    const reason = new Error('no longer wanted')
    await expect(session.commit({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await session.rollback()
    expect(await names()).toEqual([])
  })

  test.each(['commit', 'rollback'] as const)(
    'a block that ended its transaction by %s() cannot go on: nobody would commit that',
    async (end) => {
      await using session = db.session()
      const user = new User({ name: 'ed' })
      const attempts: unknown[] = []
      await session.begin(async () => {
        session.add(user)
        await session[end]()
        try {
          session.add(new User({ name: 'late' }))
        } catch (error) {
          attempts.push(error)
        }
        attempts.push(await session.execute(select(User)).then(String, (error: unknown) => error))
        attempts.push(await session.beginNested().then(String, (error: unknown) => error))
      })
      expect(attempts).toHaveLength(3)
      for (const error of attempts) {
        expect(error).toBeInstanceOf(InvalidRequestError)
        expect(`${error}`).toContain('must end before the session can begin another')
      }
      expect([session.new.size, session.inTransaction()]).toEqual([0, false])
      expect(await names()).toEqual(end === 'commit' ? [['ed']] : [])
      await session.begin(async () => session.add(new User({ name: 'next' })))
      expect(await names()).toContainEqual(['next'])
    },
  )
})
