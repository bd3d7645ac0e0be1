// Keys that travel from object to object, and objects that cannot be written as they stand.
import { PendingRollbackError } from 'tsalchemy'
import { FlushError } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Desk, Person, Purchase, Receipt, Seat, User } from '../session/models.ts'
import { sentBy, useDatabase } from '../session/use-database.ts'

describe.each(sqlDatabases())('keys on $name', (target) => {
  const db = useDatabase(target)

  test('a primary key that is a foreign key comes from the object referred to', async () => {
    await using session = db.session()
    const receipt = new Receipt({ text: 'paid' })
    session.add(new Purchase({ title: 'pen', receipt }))
    await session.commit()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          "INSERT INTO purchase (title, buyer_id) VALUES ($1::VARCHAR, $2::INTEGER) RETURNING purchase.id ['pen', null]",
        ],
        ["INSERT INTO receipt (purchase_id, text) VALUES ($1::INTEGER, $2::VARCHAR) [1, 'paid']", 'COMMIT'],
      ]),
    )
    expect(await session.get(Receipt, 1)).toBe(receipt)
  })

  test('taking an object from the one that its primary key comes from is refused', async () => {
    await using session = db.session()
    const purchase = new Purchase({ title: 'pen', receipt: new Receipt({ text: 'paid' }) })
    session.add(purchase)
    await session.commit()
    purchase.receipt = null
    await expect(session.flush()).rejects.toThrow(
      new FlushError(
        "Receipt.purchaseId is part of the primary key and would become NULL, as the object was taken from its parent: delete it, or declare the relationship with cascade 'all, delete-orphan'",
      ),
    )
    await expect(session.flush()).rejects.toBeInstanceOf(PendingRollbackError)
    await session.rollback()
    expect((await purchase.awaitable.receipt)?.text).toBe('paid')
  })

  test('a key that nobody gives is told before the row is sent', async () => {
    await using session = db.session()
    const seat = new Seat({ row: 1 })
    session.add(seat)
    await expect(session.commit()).rejects.toThrow(
      new FlushError(
        "A new Seat has no value for its primary key 'letter', and neither a default nor the database gives one: set it before the flush",
      ),
    )
    await session.rollback()
    seat.letter = 'a'
    session.add(seat)
    await session.commit()
    expect(await db.rows('SELECT * FROM seat')).toEqual([[1, 'a', null]])
  })

  test('one-to-one: the one that is replaced lets go, whether it was loaded or not', async () => {
    await using session = db.session()
    const person = new Person({ name: 'ed', desk: new Desk({ room: 'old' }) })
    session.add(person)
    await session.commit()
    session.expungeAll()
    const ed = await session.getOne(Person, 1)
    await session.commit()
    db.sent.clear()
    ed.desk = new Desk({ room: 'new' })
    await session.commit()
    expect(sentBy(db)[0]).toEqual(
      db.spelt([
        'BEGIN',
        'SELECT desk.id, desk.room, desk.person_id FROM desk WHERE desk.person_id = ANY ($1::INTEGER[]) [[1]]',
      ]),
    )
    expect(await db.rows('SELECT room, person_id FROM desk ORDER BY id')).toEqual([
      ['old', null],
      ['new', 1],
    ])
    const [old, fresh] = [await session.getOne(Desk, 1), await session.getOne(Desk, 2)]
    expect([old.personId, old.person, fresh.person]).toEqual([null, null, ed])
    fresh.person = null
    old.person = ed
    expect(ed.desk).toBe(old)
    await session.flush()
    await session.commit()
    expect(await db.rows('SELECT room, person_id FROM desk ORDER BY id')).toEqual([
      ['old', 1],
      ['new', null],
    ])
  })

  test('the relationship wins over a foreign key that was set beside it', async () => {
    await using session = db.session()
    const [ed, wendy] = ['ed', 'wendy'].map((name) => new User({ name })) as [User, User]
    session.addAll([ed, wendy])
    await session.commit()
    const pen = new Purchase({ title: 'pen', buyerId: wendy.id, buyer: ed })
    const ink = new Purchase({ title: 'ink', buyerId: wendy.id })
    session.addAll([pen, ink])
    await session.commit()
    expect([pen.buyerId, ink.buyerId]).toEqual([ed.id, wendy.id])
    expect(ink.buyer).toBe(wendy)
    ink.buyerId = ed.id
    ink.buyer = null
    await session.commit()
    expect(await db.rows('SELECT title, buyer_id FROM purchase ORDER BY id')).toEqual([
      ['pen', 1],
      ['ink', null],
    ])
  })
})
