// Statements about classes: what rows they give, how options are checked, how writes bring loaded objects up to date.
import { ArgumentError, deleteFrom, func, InvalidRequestError, insert, select, text, update } from 'tsalchemy'
import { aliased, joinedload, mapped, selectinload } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Address, Purchase, Seat, User } from '../session/models.ts'
import { sentBy, useDatabase } from '../session/use-database.ts'

const [u, a, p] = [mapped(User), mapped(Address), mapped(Purchase)]

describe.each(sqlDatabases())('statements about classes on $name', (target) => {
  const db = useDatabase(target)

  async function stock(): Promise<void> {
    await db.engine.execute("INSERT INTO user_account (name) VALUES ('ed'), ('wendy')")
    await db.engine.execute("INSERT INTO address (email, user_id) VALUES ('e1', 1), ('e2', 1)")
    db.sent.clear()
  }

  test('rows hold objects, columns, or both, under the names that were selected', async () => {
    await stock()
    await using session = db.session()
    const [row] = await session.execute(select(User, Address).join(u.addresses).orderBy(a.id)).all()
    const ed = await session.getOne(User, 1)
    expect(row).toEqual({ User: ed, Address: await session.getOne(Address, 1) })
    const pairs = await session.execute(select(u.name, Address).join(u.addresses).orderBy(a.id)).tuples().all()
    expect(pairs.map(([name, address]) => [name, address.email])).toEqual([
      ['ed', 'e1'],
      ['ed', 'e2'],
    ])
    const named = await session.execute(select({ who: u, mail: a.email }).join(u.addresses).orderBy(a.id)).first()
    expect([named?.who === ed, named?.mail]).toEqual([true, 'e1'])
    const counted = await session
      .execute(select(u, func.count(a.id).label('n')).outerjoin(u.addresses).groupBy(u.id).orderBy(u.id))
      .tuples()
      .all()
    expect(counted.map(([user, n]) => [user.name, n])).toEqual([
      ['ed', 2],
      ['wendy', 0],
    ])
  })

  test('an outer join that finds nothing gives null in place of the object', async () => {
    await stock()
    await using session = db.session()
    const rows = await session.execute(select(User, Address).outerjoin(u.addresses).orderBy(u.id, a.id)).tuples().all()
    expect(rows.map(([user, address]) => [user.name, (address as Address | null)?.email ?? null])).toEqual([
      ['ed', 'e1'],
      ['ed', 'e2'],
      ['wendy', null],
    ])
  })

  test('an alias is the same class, and its objects are the same objects', async () => {
    await stock()
    await using session = db.session()
    const other = aliased(User, 'other')
    const rows = await session
      .execute(select(u, other).join(other, other.id.gt(u.id)).options(selectinload(other.addresses)))
      .tuples()
      .all()
    expect(sentBy(db)[0]?.[1]).toBe(
      'SELECT user_account.id, user_account.name, user_account.nick, other.id AS id_1, other.name AS name_1, other.nick AS nick_1 FROM user_account JOIN user_account AS other ON other.id > user_account.id',
    )
    expect(rows.map(([one, two]) => [one.name, two.name, two.addresses.length])).toEqual([['ed', 'wendy', 0]])
    expect(rows[0]?.[0]).toBe(await session.get(User, 1))
  })

  test('a path that does not begin in the statement, or does not go on, is refused', async () => {
    await using session = db.session()
    await expect(session.scalars(select(User).options(selectinload(a.user))).all()).rejects.toThrow(
      new ArgumentError(
        'A loader option begins at Address.user, but the statement does not select Address (classes selected: User)',
      ),
    )
    const other = aliased(User)
    await expect(session.scalars(select(User).options(joinedload(other.addresses))).all()).rejects.toThrow(
      "User is selected under another alias than the option's",
    )
    expect(() => selectinload(u.addresses).joinedload(p.tags)).toThrow(
      'joinedload(): the path has come to Address (by User.addresses), and Purchase.tags does not begin there',
    )
    expect(() => selectinload(u.addresses).options(selectinload(p.tags))).toThrow(ArgumentError)
    // @ts-expect-error a column is no relationship
    expect(() => selectinload(u.name)).toThrow('selectinload() takes a relationship of a class')
    await expect(
      session.scalars(select(User).options(selectinload(u.addresses), joinedload(u.addresses))).all(),
    ).rejects.toThrow(
      new InvalidRequestError(
        'User.addresses is given two loader options in one statement, selectin and joined: keep one of them',
      ),
    )
  })

  test('a statement made again with other values and options is planned anew only where its shape differs', async () => {
    await stock()
    await using session = db.session()
    const find = (id: number) => select(User).where(u.id.eq(id)).options(selectinload(u.addresses))
    expect((await session.scalars(find(1)).one()).addresses.length).toBe(2)
    const { misses } = db.engine.stats().cache
    expect((await session.scalars(find(2)).one()).addresses.length).toBe(0)
    expect(db.engine.stats().cache.misses).toBe(misses)
  })

  test('core statements, text and lists of parameters run in the same transaction, behind a flush', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed' }))
    expect(await session.execute(text('SELECT name FROM user_account')).scalars().all()).toEqual(['ed'])
    await session.execute(insert(User), [{ name: 'a' }, { name: 'b' }])
    expect(await session.execute('SELECT CAST(count(*) AS INTEGER) FROM user_account').scalarOne()).toBe(3)
    expect((await session.execute(text('UPDATE user_account SET nick = name'))).rowCount).toBe(3)
    await session.rollback()
    expect(await db.rows('SELECT CAST(count(*) AS INTEGER) FROM user_account')).toEqual([[0]])
  })

  test('insert(Class) can return objects, which are in the session then', async () => {
    await using session = db.session()
    const rows = await session
      .execute(insert(User).values({ name: 'ed' }).returning(User, u.id))
      .tuples()
      .all()
    expect(sentBy(db)[0]?.[1]).toBe(
      db.spelt(
        "INSERT INTO user_account (name) VALUES ($1::VARCHAR) RETURNING user_account.id, user_account.name, user_account.nick, user_account.id AS id__1 ['ed']",
      ),
    )
    const [[user, id]] = rows as [[User, number]]
    expect([session.contains(user), user.name, id]).toEqual([true, 'ed', user.id])
    user.name = 'edward'
    await session.commit()
    expect(await db.rows('SELECT name FROM user_account')).toEqual([['edward']])
  })

  test('update(Class) brings loaded objects up to date', async () => {
    await stock()
    await using session = db.session()
    const [ed, wendy] = (await session.scalars(select(User).orderBy(u.id)).all()) as [User, User]
    db.sent.clear()
    const result = await session.execute(
      update(User)
        .where(u.id.eq(1))
        .values({ name: u.name.concat('!') }),
    )
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          [
            "UPDATE user_account SET name=(user_account.name || $1::VARCHAR) WHERE user_account.id = $2::INTEGER RETURNING user_account.id, user_account.name ['!', 1]",
          ],
        ],
        [
          [
            "UPDATE user_account SET name=to_length(user_account.name || ?1, 30) WHERE user_account.id = ?2 RETURNING user_account.id, user_account.name ['!', 1]",
          ],
        ],
      ),
    )
    expect([result.rowCount, result.returnsRows, ed.name, wendy.name]).toEqual([1, false, 'ed!', 'wendy'])
    await session.execute(update(User).where(u.id.eq(2)).values({ name: 'x' }), null, { synchronizeSession: false })
    expect(wendy.name).toBe('wendy')
    await session.rollback()
    expect(await ed.awaitable.name).toBe('ed')
  })

  test('a foreign key that a write changes takes the reference along', async () => {
    await stock()
    await using session = db.session()
    const [address] = await session.scalars(select(Address).orderBy(a.id).options(selectinload(a.user))).all()
    const wendy = await session.getOne(User, 2)
    expect(address?.user?.name).toBe('ed')
    await session.execute(update(Address).where(a.id.eq(1)).values({ userId: 2 }))
    expect([address?.userId, address?.user === wendy]).toEqual([2, true])
  })

  test('deleteFrom(Class) lets go of the objects; a rollback brings them back', async () => {
    await stock()
    await using session = db.session()
    const addresses = await session.scalars(select(Address).orderBy(a.id)).all()
    await session.execute(deleteFrom(Address).where(a.email.eq('e1')))
    expect(addresses.map((each) => session.contains(each))).toEqual([false, true])
    await session.rollback()
    expect(addresses.map((each) => session.contains(each))).toEqual([true, true])
    const [row] = await session
      .execute(deleteFrom(Address).where(a.id.eq(2)).returning(a.email))
      .tuples()
      .all()
    expect(row).toEqual(['e2'])
    await session.commit()
    expect(await db.rows('SELECT email FROM address')).toEqual([['e1']])
  })

  test('a criterion on a new object is sent behind the flush that gives it its key', async () => {
    await using session = db.session()
    const user = new User({ name: 'ed', addresses: [new Address({ email: 'e' })] })
    session.add(user)
    const found = await session.scalars(select(Address).where(a.user.eq(user))).all()
    expect(found).toEqual([...user.addresses])
  })

  test('scalar() and scalars() of columns; results of no rows', async () => {
    await using session = db.session()
    expect(await session.scalar(select(mapped(Seat).guest))).toBe(null)
    session.add(new Seat({ row: 1, letter: 'a', guest: 'g' }))
    expect(await session.scalars(select(mapped(Seat).guest)).all()).toEqual(['g'])
    expect(await session.scalar(select(Seat))).toBe(await session.get(Seat, [1, 'a']))
  })
})
