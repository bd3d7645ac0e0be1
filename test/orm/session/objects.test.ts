// The life of objects in a session: how they come in, where they stand, how they leave.
import { NoResultFound, ResourceClosedError, select } from 'tsalchemy'
import { DetachedInstanceError, mapped, NotLoadedError, Session, UnmappedClassError } from 'tsalchemy/orm'
import { describe, expect, test, vi } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Address, Node, Purchase, Seat, Tag, User } from './models.ts'
import { sentBy, useDatabase } from './use-database.ts'

describe.each(sqlDatabases())('objects of a session on $name', (target) => {
  const db = useDatabase(target)

  async function stored(...names: string[]): Promise<void> {
    for (const name of names) await db.engine.execute('INSERT INTO user_account (name) VALUES ($1)', [name])
    db.sent.clear()
  }

  test('a new object brings what it refers to, and is in `new` until the flush', async () => {
    await using session = db.session()
    const address = new Address({ email: 'e' })
    const user = new User({ name: 'ed', addresses: [address] })
    expect([session.contains(user), session.inTransaction()]).toEqual([false, false])
    session.add(user)
    expect([...session.new]).toEqual([user, address])
    expect(session.inTransaction()).toBe(true)
    await session.flush()
    expect([session.new.size, session.contains(address), session.isModified(user)]).toEqual([0, true, false])
    user.name = 'x'
    expect([[...session.dirty], session.isModified(user)]).toEqual([[user], true])
    await session.delete(address)
    expect([[...session.deleted], [...session.dirty]]).toEqual([[address], [user]])
  })

  test('what is put into a collection of an object in a session is in the session; a reference to one is not enough', async () => {
    await using session = db.session()
    const user = new User({ name: 'ed' })
    session.add(user)
    const [pushed, referring] = ['1', '2'].map((email) => new Address({ email })) as [Address, Address]
    user.addresses.push(pushed)
    referring.user = user
    expect([session.contains(pushed), session.contains(referring)]).toEqual([true, false])
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    await session.commit()
    expect(warned.mock.calls).toEqual([
      [
        "A Address in User.addresses is not in the session and is not written: add() it, or declare User.addresses with the cascade 'save-update'",
        'SQLAlchemyWarning',
      ],
    ])
    warned.mockRestore()
    expect(await db.rows('SELECT email FROM address')).toEqual([['1']])
  })

  test('a new child that loses its parent is forgotten', async () => {
    await using session = db.session()
    const address = new Address({ email: 'e' })
    const user = new User({ name: 'ed', addresses: [address] })
    session.add(user)
    user.addresses.pop()
    expect(session.contains(address)).toBe(false)
    await session.commit()
    expect(await db.rows('SELECT CAST(count(*) AS INTEGER) FROM address')).toEqual([[0]])
  })

  test('there is one object for a row; get() finds it without asking', async () => {
    await stored('ed')
    await using session = db.session()
    const user = await session.get(User, 1)
    expect(sentBy(db).length).toBe(1)
    expect(await session.get(User, 1)).toBe(user)
    expect(await session.get(User, [1])).toBe(user)
    expect(await session.get(User, { id: 1 })).toBe(user)
    expect(sentBy(db).length).toBe(1)
    expect(await session.get(User, 2)).toBe(null)
    await expect(session.getOne(User, 2)).rejects.toThrow(
      new NoResultFound('No row of User was found with the given primary key'),
    )
  })

  test('get() takes keys in several parts, and says what is wrong with others', async () => {
    await using session = db.session()
    session.add(new Seat({ row: 1, letter: 'a' }))
    await session.commit()
    session.expungeAll()
    const seat = await session.get(Seat, { letter: 'a', row: 1 })
    expect(await session.get(Seat, [1, 'a'])).toBe(seat)
    await expect(session.get(Seat, 1)).rejects.toThrow(
      "session.get(): the primary key of Seat has 2 value(s), 'row', 'letter'; got 1",
    )
    await expect(session.get(Seat, { row: 1, leter: 'a' })).rejects.toThrow(
      "session.get(): the primary key of Seat has no attribute 'leter'; did you mean 'letter'?",
    )
    await expect(session.get(Seat, [1, null])).rejects.toThrow("has no value for 'letter'; got null")
    // @ts-expect-error not a mapped class
    await expect(session.get(Map, 1)).rejects.toBeInstanceOf(UnmappedClassError)
  })

  test('a second object for a row, an object of another session, and what is no object are refused', async () => {
    await stored('ed')
    await using session = db.session()
    await using other = db.session()
    const user = await session.getOne(User, 1)
    await session.commit()
    const twin = await other.getOne(User, 1)
    await other.commit()
    expect(() => session.add(twin)).toThrow('This User is in another session already: expunge() it there first')
    other.expunge(twin)
    expect(() => session.add(twin)).toThrow(
      'Another User object with the primary key 1 is in this session already: use merge()',
    )
    session.expunge(user)
    session.add(twin)
    expect(await session.get(User, 1)).toBe(twin)
    await session.commit()
    expect(() => session.add({ name: 'ed' })).toThrow(UnmappedClassError)
    // @ts-expect-error null is no object
    expect(() => session.add(null)).toThrow(UnmappedClassError)
  })

  test('only what has a row can be deleted, once', async () => {
    await stored('ed')
    await using session = db.session()
    const user = await session.getOne(User, 1)
    await expect(session.delete(new User({ name: 'x' }))).rejects.toThrow(
      'This User was never written, so there is nothing to delete',
    )
    const added = new User({ name: 'y' })
    session.add(added)
    await expect(session.delete(added)).rejects.toThrow('This User was not written yet')
    await session.delete(user)
    await session.flush()
    expect([session.contains(user), await session.get(User, 1)]).toEqual([false, null])
    await expect(session.delete(user)).rejects.toThrow('This User was deleted already')
    expect(() => session.add(user)).toThrow('This User was deleted in this session')
    await session.commit()
    expect(() => session.add(user)).toThrow('This User was deleted: to write it again, make a new object')
  })

  test('adding what is marked for deletion takes the mark away', async () => {
    await stored('ed')
    await using session = db.session()
    const user = await session.getOne(User, 1)
    await session.delete(user)
    session.add(user)
    await session.commit()
    expect(await db.rows('SELECT name FROM user_account')).toEqual([['ed']])
  })

  test('expunge() lets go; what is detached keeps its values and can come back with its changes', async () => {
    await stored('ed')
    await using session = db.session()
    const user = await session.getOne(User, 1)
    session.expunge(user)
    expect(session.contains(user)).toBe(false)
    expect(() => session.expunge(user)).toThrow('session.expunge(): this User is detached')
    expect(user.name).toBe('ed')
    await expect(user.awaitable.addresses).rejects.toBeInstanceOf(DetachedInstanceError)
    user.name = 'edward'
    session.add(user)
    await session.commit()
    expect(await db.rows('SELECT name FROM user_account')).toEqual([['edward']])
  })

  test('expire() forgets, and what was changed with it; refresh() and get() load anew', async () => {
    await stored('ed')
    await using session = db.session()
    const user = await session.getOne(User, 1)
    await session.commit()
    await db.engine.execute("UPDATE user_account SET name = 'theirs'")
    user.nick = 'mine'
    session.expire(user)
    expect(() => user.name).toThrow(NotLoadedError)
    expect(user.id).toBe(1)
    await session.refresh(user)
    expect([user.name, user.nick]).toEqual(['theirs', null])
    session.expireAll()
    expect(await session.get(User, 1)).toBe(user)
    expect(user.name).toBe('theirs')
    session.expire(user, ['nick'])
    expect(user.name).toBe('theirs')
    expect(await user.awaitable.nick).toBe(null)
    // @ts-expect-error no such attribute
    expect(() => session.expire(user, ['nmae'])).toThrow("User has no attribute 'nmae'; did you mean 'name'?")
  })

  test('refresh() of named attributes leaves the others alone; a row that is gone is told', async () => {
    await stored('ed')
    await using session = db.session()
    const user = await session.getOne(User, 1)
    await session.commit()
    await db.engine.execute("UPDATE user_account SET name = 'theirs', nick = 'n'")
    await session.refresh(user, ['name'])
    expect([user.name, user.nick]).toEqual(['theirs', null])
    await session.refresh(user, ['addresses'])
    expect(user.addresses).toEqual([])
    await session.commit()
    await db.engine.execute('DELETE FROM user_account')
    await expect(session.refresh(user)).rejects.toThrow('Could not refresh this User (primary key 1): its row is gone')
    expect(await session.get(User, 1)).toBe(null)
    expect(session.contains(user)).toBe(false)
    await expect(session.refresh(new User({ name: 'x' }))).rejects.toThrow(
      'session.refresh(): this User is transient, and not persistent in this session',
    )
  })

  test('merge() copies onto the object of this session, or makes one', async () => {
    await stored('ed')
    await using session = db.session()
    const given = new User({ id: 1, name: 'edward', addresses: [new Address({ email: 'e' })] })
    const user = await session.merge(given)
    expect(user === given).toBe(false)
    expect(await session.get(User, 1)).toBe(user)
    const fresh = await session.merge(new User({ name: 'new' }))
    expect(session.new.has(fresh)).toBe(true)
    await session.commit()
    expect(await db.rows('SELECT name, email FROM user_account u LEFT JOIN address a ON a.user_id = u.id')).toEqual([
      ['edward', 'e'],
      ['new', null],
    ])
    expect(await session.merge(user)).toBe(user)
  })

  test('delete() follows its cascade into what is not loaded, at once', async () => {
    await stored('ed')
    await db.engine.execute("INSERT INTO address (email, user_id) VALUES ('a', 1), ('b', 1)")
    await using session = db.session()
    const user = await session.getOne(User, 1)
    await session.delete(user)
    expect([...session.deleted].map((each) => each.constructor.name)).toEqual(['User', 'Address', 'Address'])
    await session.commit()
    expect(await db.rows('SELECT CAST(count(*) AS INTEGER) FROM address')).toEqual([[0]])
  })

  test('behind a commit, what was deleted is in no loaded relationship any more', async () => {
    await using session = db.session()
    const [red, blue] = ['red', 'blue'].map((word) => new Tag({ word })) as [Tag, Tag]
    const pen = new Purchase({ title: 'pen', tags: [red, blue] })
    const [home, work] = ['home', 'work'].map((email) => new Address({ email })) as [Address, Address]
    const user = new User({ name: 'ed', addresses: [home, work], purchases: [pen] })
    session.add(user)
    await session.commit()
    await session.delete(home)
    await session.delete(red)
    await session.flush()
    expect(user.addresses.length).toBe(2)
    await session.commit()
    expect(user.addresses.map(({ email }) => email)).toEqual(['work'])
    expect(pen.tags.map(({ word }) => word)).toEqual(['blue'])
    await session.delete(user)
    await session.commit()
    expect([pen.buyer, pen.buyerId, session.dirty.size]).toEqual([null, null, 0])
    db.sent.clear()
    await session.commit()
    expect(sentBy(db)).toEqual(db.spelt([]))
  })

  test('close() is for good, reset() is not; both let go of all objects', async () => {
    await stored('ed')
    const session = db.session()
    const user = await session.getOne(User, 1)
    user.name = 'lost'
    await session.flush()
    await session.reset()
    expect([session.contains(user), session.inTransaction(), user.name]).toEqual([false, false, 'lost'])
    expect(await session.scalar(select(mapped(User).name))).toBe('ed')
    await session.close()
    await session.close()
    expect(() => session.add(new User({ name: 'x' }))).toThrow(ResourceClosedError)
    await expect(session.commit()).rejects.toThrow('session.commit() was called on a session that is closed')
  })

  test('collections show what is done by index, and the next flush sees it', async () => {
    await using session = db.session()
    const [one, two, three] = ['1', '2', '3'].map((label) => new Node({ label })) as [Node, Node, Node]
    const root = new Node({ label: 'root', children: [one, two] })
    session.addAll([root, three])
    await session.commit()
    root.children[0] = three
    await session.commit()
    expect(three.parent).toBe(root)
    expect(await db.rows('SELECT label FROM node WHERE parent_id = 1 ORDER BY 1')).toEqual([['2'], ['3']])
    root.children.length = 0
    await session.commit()
    expect(await db.rows('SELECT CAST(count(*) AS INTEGER) FROM node WHERE parent_id = 1')).toEqual([[0]])
  })

  test('changes queued on collections that are not loaded are written without loading them', async () => {
    await using session = db.session()
    session.add(new Purchase({ title: 'pen', tags: [new Tag({ word: 'a' })] }))
    await session.commit()
    session.expungeAll()
    const pen = await session.getOne(Purchase, 1)
    const tag = new Tag({ word: 'b' })
    pen.tags.push(tag)
    db.sent.clear()
    await session.commit()
    expect(
      sentBy(db)
        .flat()
        .filter((each) => each.startsWith('SELECT')),
    ).toEqual([])
    expect(await db.rows('SELECT tag_id FROM purchase_tag ORDER BY 1')).toEqual([[1], [2]])
    expect((await pen.awaitable.tags).map(({ word }) => word)).toEqual(['a', 'b'])
  })

  test('options that do not exist are refused', async () => {
    await using session = db.session()
    // @ts-expect-error misspelt
    expect(() => new Session({ bind: db.engine, autoFlush: false })).toThrow(
      "new Session() has no option 'autoFlush'; did you mean 'autoflush'?",
    )
    // @ts-expect-error no engine
    expect(() => new Session({})).toThrow('new Session() needs an engine')
    // @ts-expect-error misspelt
    expect(() => session.get(User, 1, { populateExisitng: true })).toThrow("did you mean 'populateExisting'?")
  })
})
