// Objects page by page: what is sent, what the session keeps, and how a stream ends.
import {
  ArgumentError,
  func,
  IllegalStateChangeError,
  InvalidRequestError,
  merge,
  ResourceClosedError,
  StatementError,
  select,
  sqlTrue,
  text,
  update,
} from 'tsalchemy'
import { joinedload, lazyload, mapped, mapperOf, type Session, selectinload } from 'tsalchemy/orm'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { collectGarbage } from '../../support/garbage.ts'
import { sqlDatabases } from '../../support/server.ts'
import { Address, Purchase, Tag, User } from './models.ts'
import { sentBy, useDatabase } from './use-database.ts'

/** Weak references are cleared between two turns of the event loop only. */
async function collected(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
}

const tableOfUsers = mapperOf(User).table
const userName = tableOfUsers.c.name as NonNullable<typeof tableOfUsers.c.name>
const u = mapped(User)
const a = mapped(Address)
const USERS = 'SELECT user_account.id, user_account.name, user_account.nick FROM user_account ORDER BY user_account.id'
const BY_TWO = { yieldPer: 2 }

describe.each(sqlDatabases())('streams of a session on $name', (target) => {
  const db = useDatabase(target)

  /** Users 1 to `count`, each with two addresses. */
  async function stored(count = 5): Promise<void> {
    const addresses = (): Address[] => [new Address({ email: 'a' }), new Address({ email: 'b' })]
    await using session = db.session()
    for (let n = 1; n <= count; n += 1) session.add(new User({ name: `user ${n}`, addresses: addresses() }))
    await session.commit()
    db.sent.clear()
  }

  test('are what the error of yieldPer names where all is read at once', async () => {
    await stored(2)
    await using session = db.session()
    for (const reads of [
      () => session.execute(select(User), null, BY_TWO),
      () => session.scalars(select(User).executionOptions(BY_TWO)),
      () => session.execute('SELECT 1', null, BY_TWO),
    ]) {
      const error = await reads().then(
        () => expect.unreachable(),
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(ArgumentError)
      expect(String(error)).toContain('session.stream(statement, parameters, { yieldPer: 100 })')
    }
    await session.close()
    // A default of the session is one of its streams.
    const defaulting = db.session({ executionOptions: BY_TWO })
    expect(await defaulting.scalars(select(User)).all()).toHaveLength(2)
    await defaulting.close()
  })

  test('are typed as session.execute() is', () => {
    const read = (session: Session): void => {
      const whole = session.stream(select(User))
      expectTypeOf(whole.tuples().all()).resolves.toEqualTypeOf<[User][]>()
      expectTypeOf(session.execute(select(User)).all()).resolves.toEqualTypeOf<Awaited<ReturnType<typeof whole.all>>>()
      expectTypeOf(session.stream(select(User)).scalars().all()).resolves.toEqualTypeOf<User[]>()
      expectTypeOf(session.streamScalars(select(User)).one()).resolves.toEqualTypeOf<User>()
      const mixed = session.stream(select(User, a.email)).tuples()
      expectTypeOf(mixed.all()).resolves.toEqualTypeOf<[User, string][]>()
    }
    expect(read).toBeTypeOf('function')
  })

  test('flush first, open a cursor, and load relationships for each page', async () => {
    await stored(3)
    await using session = db.session()
    session.add(new User({ name: 'new' }))
    const seen: unknown[] = []
    const users = session.stream(select(User).options(selectinload(u.addresses)).orderBy(u.id), null, BY_TWO).scalars()
    expect(db.sent.statements).toEqual([])
    for await (const user of users) seen.push([user.id, user.name, user.addresses.map(({ id }) => id)])
    expect(seen).toEqual([
      [1, 'user 1', [1, 2]],
      [2, 'user 2', [3, 4]],
      [3, 'user 3', [5, 6]],
      [4, 'new', []],
    ])
    const addresses = db.spelt(
      'SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id = ANY ($1::INTEGER[]) ORDER BY address.id',
      'SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id IN (SELECT value FROM json_each(?1)) ORDER BY address.id',
    )
    expect(sentBy(db)).toEqual([
      [
        'BEGIN',
        db.spelt(
          "INSERT INTO user_account (name, nick) VALUES ($1::VARCHAR, $2::VARCHAR) RETURNING user_account.id ['new', null]",
          "INSERT INTO user_account (name, nick) VALUES (?1, ?2) RETURNING user_account.id ['new', null]",
        ),
      ],
      [USERS],
      [`${addresses} [[1, 2]]`],
      [`${addresses} [[3, 4]]`],
    ])
  })

  test('do not flush where nobody wants it', async () => {
    await using session = db.session({ autoflush: false })
    session.add(new User({ name: 'new' }))
    expect(await session.stream(select(User)).all()).toEqual([])
    await session.close()
    await using other = db.session()
    other.add(new User({ name: 'new' }))
    expect(await other.stream(select(User), null, { autoflush: false }).all()).toEqual([])
    expect(await other.stream(select(User).executionOptions({ autoflush: false })).all()).toEqual([])
    expect(await other.streamScalars(select(u.name)).all()).toEqual(['new'])
  })

  test('give rows of any kind: objects with values, SQL as a string, text(), tables', async () => {
    await stored(2)
    await using session = db.session()
    const mixed = select(User, func.upper(u.name).label('loud')).orderBy(u.id)
    const [row] = await session.stream(mixed, null, { yieldPer: 1 }).all()
    expect(row).toMatchObject({ User: { name: 'user 1' }, loud: 'USER 1' })
    expect(await session.stream(mixed).keys()).toEqual(['User', 'loud'])
    expect(await session.stream('SELECT name FROM user_account WHERE id = $1', [2]).mappings().all()).toEqual([
      { name: 'user 2' },
    ])
    expect(await session.stream(text('SELECT name FROM user_account WHERE id = :id'), { id: 1 }).scalar()).toBe(
      'user 1',
    )
    expect(await session.streamScalars(select(userName).where(u.id.eq(2))).all()).toEqual(['user 2'])
    const nothing = session.stream(select(User).where(u.id.lt(0)))
    expect([await nothing.keys(), await nothing.all()]).toEqual([['User'], []])
  })

  test('come in partitions, of a page each or as long as asked for', async () => {
    await stored(5)
    await using session = db.session()
    const lengths: number[] = []
    for await (const page of session.streamScalars(select(User), null, BY_TWO).partitions()) lengths.push(page.length)
    for await (const page of session.streamScalars(select(User), null, BY_TWO).partitions(3)) lengths.push(page.length)
    expect(lengths).toEqual([2, 2, 1, 3, 2])
  })

  test('give the objects that the session has, and what they lack', async () => {
    await stored(3)
    await using session = db.session()
    const [first, second] = await session.scalars(select(User).orderBy(u.id)).all()
    if (first === undefined || second === undefined) throw new Error('no users')
    first.name = 'changed'
    session.expire(second)
    await session.execute("UPDATE user_account SET nick = 'nick ' || id", null, { autoflush: false })
    const loaded = await session
      .stream(select(User).orderBy(u.id), null, { yieldPer: 2, autoflush: false })
      .scalars()
      .all()
    expect([loaded[0] === first, loaded[1] === second, first.name, first.nick]).toEqual([true, true, 'changed', null])
    expect(second.name).toBe('user 2')
    const options = { populateExisting: true, autoflush: false }
    for await (const _ of session.stream(select(User).orderBy(u.id), null, options)) {
      // Reading is all.
    }
    expect([first.name, first.nick]).toEqual(['user 1', 'nick 1'])
  })

  test('objects that are changed while they stream are written, held by nobody else', async () => {
    await stored(5)
    await using session = db.session()
    for await (const user of session.streamScalars(select(User).orderBy(u.id), null, BY_TWO)) user.name += '!'
    await collected()
    expect(session.dirty.size).toBe(5)
    await session.commit()
    expect(await db.rows('SELECT name FROM user_account ORDER BY id')).toEqual(
      [1, 2, 3, 4, 5].map((n) => [`user ${n}!`]),
    )
  })

  test('so are collections, changed by whatever means', async () => {
    await stored(4)
    await using session = db.session()
    const statement = select(User).options(selectinload(u.addresses)).orderBy(u.id)
    for await (const user of session.streamScalars(statement, null, BY_TWO)) {
      if (user.id === 1) user.addresses[0] = new Address({ email: 'put' })
      if (user.id === 2) user.addresses.length = 1
      if (user.id === 3) user.addresses.push(new Address({ email: 'pushed' }))
    }
    await collected()
    await session.commit()
    const emails = 'SELECT user_id, email FROM address ORDER BY user_id, email'
    expect(await db.rows(emails)).toEqual([
      [1, 'b'],
      [1, 'put'],
      [2, 'a'],
      [3, 'a'],
      [3, 'b'],
      [3, 'pushed'],
      [4, 'a'],
      [4, 'b'],
    ])
  })

  test('so are collections that were not loaded', async () => {
    await stored(3)
    await using session = db.session()
    session.addAll([1, 2, 3].map((n) => new Purchase({ title: `${n}` })))
    const tag = new Tag({ word: 'w' })
    session.add(tag)
    await session.commit()
    session.expungeAll()
    await (async () => {
      const found = await session.streamScalars(select(Tag)).one()
      for await (const purchase of session.streamScalars(select(Purchase).orderBy(mapped(Purchase).id), null, BY_TWO))
        if (purchase.id !== 2) purchase.tags.push(found)
      for await (const user of session.streamScalars(select(User).orderBy(u.id), null, BY_TWO))
        if (user.id === 3) user.addresses.push(new Address({ email: 'pushed' }))
    })()
    await collected()
    await session.commit()
    expect(await db.rows('SELECT purchase_id, tag_id FROM purchase_tag ORDER BY purchase_id')).toEqual([
      [1, 1],
      [3, 1],
    ])
    expect(await db.rows("SELECT user_id FROM address WHERE email = 'pushed'")).toEqual([[3]])
  })

  test('a collection that somebody keeps is watched beyond its page', async () => {
    await stored(4)
    await using session = db.session()
    const statement = select(User).options(selectinload(u.addresses)).orderBy(u.id)
    const arrays: Address[][] = []
    for await (const user of session.streamScalars(statement, null, BY_TWO)) arrays.push(user.addresses)
    await collected()
    const [first, second] = arrays
    if (first === undefined || second === undefined) throw new Error('no addresses')
    first[0] = new Address({ email: 'put' })
    second.length = 0
    await session.commit()
    expect(await db.rows('SELECT user_id, email FROM address WHERE user_id < 3 ORDER BY email')).toEqual([
      [1, 'b'],
      [1, 'put'],
    ])
  })

  test('what is kept is the same object wherever it comes from; the others go', async () => {
    await stored(6)
    await using session = db.session()
    const kept: User[] = []
    const others: WeakRef<User>[] = []
    await (async () => {
      for await (const user of session.streamScalars(select(User).orderBy(u.id), null, BY_TWO))
        if (user.id === 3) kept.push(user)
        else others.push(new WeakRef(user))
    })()
    await collected()
    expect(others.map((each) => each.deref())).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect([...session]).toEqual(kept)
    db.sent.clear()
    expect((await session.get(User, 3)) === kept[0]).toBe(true)
    expect(db.sent.statements).toEqual([])
    const again = await session.scalars(select(User).orderBy(u.id)).all()
    expect([again[2] === kept[0], again.length]).toEqual([true, 6])
    // What a query gives stays, also what came from a stream.
    const reference = new WeakRef(kept[0] as User)
    kept.length = 0
    again.length = 0
    await collected()
    expect(reference.deref()?.id).toBe(3)
    expect([...session].length).toBe(6)
  })

  test('an object that was kept loads what it lacks, without the others of its page', async () => {
    await stored(3)
    await using session = db.session()
    const users = await session.streamScalars(select(User).orderBy(u.id), null, BY_TWO).all()
    db.sent.clear()
    expect((await users[0]?.awaitable.addresses)?.length).toBe(2)
    expect(db.sent.statements.map(({ parameters }) => parameters)).toEqual([[[1]]])
    await expect(Promise.all([users[1]?.awaitable.addresses, users[2]?.awaitable.addresses])).resolves.toHaveLength(2)
  })

  test('a member that was kept knows its owner, collected or not', async () => {
    await stored(3)
    await using session = db.session()
    const kept: Address[] = []
    const statement = select(User).options(selectinload(u.addresses)).orderBy(u.id)
    await (async () => {
      for await (const { addresses } of session.streamScalars(statement, null, BY_TWO)) kept.push(...addresses.slice(1))
    })()
    await collected()
    expect(kept.map(({ user }) => user?.name)).toEqual(['user 1', 'user 2', 'user 3'])
    expect(session.dirty.size).toBe(0)
  })

  test('changes of the session reach what is kept: bulk updates, rollback, close', async () => {
    await stored(2)
    const session = db.session()
    const [user, other] = await session.streamScalars(select(User).orderBy(u.id)).all()
    if (user === undefined || other === undefined) throw new Error('no users')
    await session.execute(update(User).where(u.id.eq(1)).values({ name: 'bulk' }))
    expect([user.name, other.name]).toEqual(['bulk', 'user 2'])
    await session.rollback()
    expect(await user.awaitable.name).toBe('user 1')
    await session.delete(other)
    await session.flush()
    expect(await session.streamScalars(select(u.id)).all()).toEqual([1])
    await session.close()
    expect(session.contains(user)).toBe(false)
  })

  test('collections that are joined are refused before anything is sent; references are not', async () => {
    await stored(2)
    await using session = db.session()
    await expect(session.stream(select(User).options(joinedload(u.addresses))).all()).rejects.toThrow(
      new InvalidRequestError(
        'session.stream() gives objects page by page, and the rows of the collection User.addresses, which is joined, may stand on several pages: load it by selectinload() instead of joinedload()',
      ),
    )
    const nested = select(Address).options(joinedload(a.user).joinedload(u.addresses))
    await expect(session.stream(nested).first()).rejects.toBeInstanceOf(InvalidRequestError)
    expect(db.sent.statements).toEqual([])
    const reference = select(Address).options(joinedload(a.user)).orderBy(a.id)
    const names: unknown[] = []
    for await (const address of session.streamScalars(reference, null, BY_TWO)) names.push(address.user?.name)
    expect(names).toEqual(['user 1', 'user 1', 'user 2', 'user 2'])
    expect(await session.stream(select(User).options(lazyload(u.addresses))).all()).toHaveLength(2)
  })

  test('what writes, several sets of parameters, and unknown options are refused', async () => {
    await using session = db.session()
    const refusal = new InvalidRequestError(
      'session.stream() reads: run INSERT, UPDATE, DELETE and MERGE by session.execute()',
    )
    expect(() => session.stream(update(User).values({ name: 'x' }).returning(User))).toThrow(refusal)
    const merged = merge(tableOfUsers, tableOfUsers.alias('s'), sqlTrue()).whenMatched({ delete: true })
    expect(() => session.stream(merged.returning(tableOfUsers))).toThrow(refusal)
    await expect(session.stream(text('SELECT :a'), [{ a: 1 }, { a: 2 }] as never).all()).rejects.toBeInstanceOf(
      ArgumentError,
    )
    expect(() => session.stream(select(User), null, { yieldPr: 5 } as never)).toThrow(
      "session.stream() has no option 'yieldPr'; did you mean 'yieldPer'?",
    )
    expect(() => session.stream(select(User), null, { yieldPer: 0 })).toThrow(ArgumentError)
  })

  test('left early, a stream leaves the session as it was', async () => {
    await stored(5)
    await using session = db.session()
    for await (const user of session.streamScalars(select(User).orderBy(u.id), null, BY_TWO)) {
      user.name = 'first'
      break
    }
    expect((await session.stream(select(User).orderBy(u.id), null, BY_TWO).scalars().first())?.name).toBe('first')
    await session.commit()
    expect(await db.rows('SELECT name FROM user_account WHERE id < 3 ORDER BY id')).toEqual([['first'], ['user 2']])
  })

  test('other calls, and other streams, may be made between two rows', async () => {
    await stored(4)
    await using session = db.session()
    const seen: unknown[] = []
    for await (const user of session.streamScalars(select(User).orderBy(u.id), null, BY_TWO)) {
      session.add(new Purchase({ title: `of ${user.name}`, buyer: user }))
      await session.flush()
      const inner = session.streamScalars(select(a.id).where(a.userId.eq(user.id)).orderBy(a.id), null, { yieldPer: 1 })
      for await (const id of inner) seen.push(id)
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    await session.commit()
    expect(await db.rows('SELECT count(*) FROM purchase')).toEqual([[db.spelt([4n] as never, [4] as never)[0]]])
  })

  test('the end of the transaction is the end of its streams', async () => {
    await stored(5)
    await using session = db.session()
    for (const end of [() => session.commit(), () => session.rollback()]) {
      const users = session.streamScalars(select(User).orderBy(u.id), null, BY_TWO)
      expect((await users.fetchMany(2)).map(({ id }) => id)).toEqual([1, 2])
      await end()
      await expect(users.fetchOne()).rejects.toThrow(
        new ResourceClosedError(
          'The rows of this stream that were not read yet are gone: the transaction of its session has been committed or rolled back',
        ),
      )
    }
    const savepoint = await session.beginNested()
    const inside = session.streamScalars(select(User), null, BY_TWO)
    await inside.fetchMany(2)
    await savepoint.rollback()
    await expect(inside.fetchOne()).rejects.toThrow('the savepoint in which it was opened was rolled back')
  })

  test('a closed session gives no more', async () => {
    await stored(5)
    const session = db.session()
    const users = session.streamScalars(select(User), null, BY_TWO)
    await users.fetchMany(2)
    await session.close()
    await expect(users.fetchOne()).rejects.toThrow(
      new ResourceClosedError(
        'session.stream() was called on a session that is closed: make a new one with sessionmaker()',
      ),
    )
    expect(() => session.stream(select(User))).toThrow(ResourceClosedError)
    expect(db.engine.stats().pool.checkedOut).toBe(0)
  })

  test('a page and another call at once are refused', async () => {
    await stored(5)
    await using session = db.session()
    const users = session.streamScalars(select(User), null, BY_TWO)
    const page = users.fetchOne()
    await expect(session.get(User, 1)).rejects.toBeInstanceOf(IllegalStateChangeError)
    expect((await page)?.id).toBe(1)
  })

  test('what fails, fails where it is read', async () => {
    await using session = db.session()
    const wrong = session.stream('SELECT nothing FROM user_account')
    await expect(wrong.all()).rejects.toBeInstanceOf(StatementError)
    await session.rollback()
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    await expect(session.stream(select(User), null, { signal: controller.signal }).all()).rejects.toThrow('enough')
    await session.rollback()
    session.add(new User({ name: null as never }))
    await expect(session.stream(select(User)).all()).rejects.toBeInstanceOf(StatementError)
    await expect(session.stream(select(User)).all()).rejects.toThrow('because a flush failed')
    await session.rollback()
    expect(await session.stream(select(User)).all()).toEqual([])
  })
})

describe.each(sqlDatabases())('the memory of a session on $name', (target) => {
  const db = useDatabase(target)

  async function users(count: number): Promise<void> {
    const numbers = db.spelt(
      `INSERT INTO user_account (name) SELECT 'user ' || n FROM generate_series(1, ${count}) AS s(n)`,
      `INSERT INTO user_account (name) WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${count}) SELECT 'user ' || n FROM s`,
    )
    await db.engine.execute(numbers)
    db.sent.stop()
  }

  test('does not grow with objects that nobody holds', async () => {
    await users(100_000)
    await using session = db.session()
    const statement = select(User).options(selectinload(u.purchases)).where(u.id.le(100_000))
    let most = 0
    let seen = 0
    await collected()
    const before = process.memoryUsage().heapUsed
    for await (const user of session.streamScalars(statement)) {
      seen += user.purchases.length === 0 ? 1 : 0
      if (seen % 25_000 !== 0) continue
      await collected()
      most = Math.max(most, process.memoryUsage().heapUsed - before)
    }
    expect(seen).toBe(100_000)
    // 100,000 objects with their collections are some 60 MB.
    expect(most).toBeLessThan(8_000_000)
  })
})
