// What a flush sends: statement by statement, flight by flight.
import { CircularDependencyError, select } from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { inSqlite } from '../../support/spelling.ts'
import { Address, Document, Node, Playlist, Purchase, Seat, Tag, User } from '../session/models.ts'
import { sentBy, useDatabase } from '../session/use-database.ts'

/** The write with its row count checked on the server, as it is sent where COMMIT follows. */
function checked(write: string, key: string): string {
  const shifted = write.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + 2}`)
  const count = `count(changed.${key.split('.')[1]})`
  return `WITH changed AS (${shifted} RETURNING ${key}) SELECT CASE WHEN ${count} = $1::BIGINT THEN ${count} ELSE CAST($2::VARCHAR || CAST(${count} AS VARCHAR) AS BIGINT) END AS anon_1 FROM changed`
}

describe.each(sqlDatabases())('a flush on $name', (target) => {
  const db = useDatabase(target)

  test('one new object and commit are one flight', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed' }))
    await session.commit()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          "INSERT INTO user_account (name, nick) VALUES ($1::VARCHAR, $2::VARCHAR) RETURNING user_account.id ['ed', null]",
          'COMMIT',
        ],
      ]),
    )
  })

  test('a parent with five children and commit are two flights: the key must come back between', async () => {
    await using session = db.session()
    const addresses = [1, 2, 3, 4, 5].map((number) => new Address({ email: `e${number}` }))
    session.add(new User({ name: 'ed', addresses }))
    await session.commit()
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          [
            'BEGIN',
            "INSERT INTO user_account (name, nick) VALUES ($1::VARCHAR, $2::VARCHAR) RETURNING user_account.id ['ed', null]",
          ],
          [
            "INSERT INTO address (email, user_id) SELECT rows.email, rows.user_id FROM unnest($1::VARCHAR[], $2::INTEGER[]) WITH ORDINALITY AS rows(email, user_id, ordinality) ORDER BY rows.ordinality RETURNING address.id [['e1', 'e2', 'e3', 'e4', 'e5'], [1, 1, 1, 1, 1]]",
            'COMMIT',
          ],
        ],
        [
          ['BEGIN', "INSERT INTO user_account (name, nick) VALUES (?1, ?2) RETURNING user_account.id ['ed', null]"],
          [
            ...[1, 2, 3, 4, 5].map(
              (number) => `INSERT INTO address (email, user_id) VALUES (?1, ?2) RETURNING address.id ['e${number}', 1]`,
            ),
            'COMMIT',
          ],
        ],
      ),
    )
    expect(addresses.map(({ id, userId }) => [id, userId])).toEqual([1, 2, 3, 4, 5].map((id) => [id, 1]))
  })

  test('load, modify and commit are two flights', async () => {
    await db.engine.execute("INSERT INTO user_account (name) VALUES ('ed')")
    db.sent.clear()
    await using session = db.session()
    const user = await session.getOne(User, 1)
    user.name = 'edward'
    await session.commit()
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          [
            'BEGIN',
            'SELECT user_account.id, user_account.name, user_account.nick FROM user_account WHERE user_account.id = $1::INTEGER [1]',
          ],
          [
            `${checked('UPDATE user_account SET name=$1::VARCHAR WHERE user_account.id = $2::INTEGER', 'user_account.id')} [1n, 'tsalchemy-matched:0:', 'edward', 1]`,
            'COMMIT',
          ],
        ],
        [
          [
            'BEGIN',
            'SELECT user_account.id, user_account.name, user_account.nick FROM user_account WHERE user_account.id = ?1 [1]',
          ],
          ["UPDATE user_account SET name=?1 WHERE user_account.id = ?2 ['edward', 1]"],
          ['COMMIT'],
        ],
      ),
    )
    expect(await db.rows('SELECT name FROM user_account')).toEqual([['edward']])
  })

  test('objects that change in the same columns share an UPDATE; without COMMIT behind it, it is a plain one', async () => {
    await using session = db.session()
    const [one, two, three] = ['a', 'b', 'c'].map((name) => new User({ name })) as [User, User, User]
    session.addAll([one, two, three])
    await session.flush()
    db.sent.clear()
    three.name = 'z'
    one.name = 'x'
    two.nick = 'y'
    await session.flush()
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          [
            "UPDATE user_account SET name=rows.name FROM unnest($1::VARCHAR[], $2::INTEGER[]) AS rows(name, id) WHERE user_account.id = rows.id [['x', 'z'], [1, 3]]",
            "UPDATE user_account SET nick=$1::VARCHAR WHERE user_account.id = $2::INTEGER ['y', 2]",
          ],
        ],
        [
          [
            "UPDATE user_account SET name=?1 WHERE user_account.id = ?2 ['x', 1]",
            "UPDATE user_account SET name=?1 WHERE user_account.id = ?2 ['z', 3]",
            "UPDATE user_account SET nick=?1 WHERE user_account.id = ?2 ['y', 2]",
          ],
        ],
      ),
    )
    await session.commit()
    expect(await db.rows('SELECT name, nick FROM user_account ORDER BY id')).toEqual([
      ['x', null],
      ['b', 'y'],
      ['z', null],
    ])
  })

  test('values that were set and set back are not written', async () => {
    await using session = db.session()
    const user = new User({ name: 'ed' })
    session.add(user)
    await session.commit()
    db.sent.clear()
    user.name = 'x'
    user.name = 'ed'
    user.addresses.push(new Address({ email: 'e' }))
    user.addresses.pop()
    expect(session.isModified(user)).toBe(false)
    await session.commit()
    expect(sentBy(db)).toEqual(db.spelt([]))
  })

  test('a child that leaves its parent is deleted or loses its key, as the cascade says; one that moves changes its key', async () => {
    await using session = db.session()
    const [ed, wendy] = ['ed', 'wendy'].map((name) => new User({ name })) as [User, User]
    const [one, two] = ['1', '2'].map((email) => new Address({ email, user: ed })) as [Address, Address]
    const pen = new Purchase({ title: 'pen', buyer: ed })
    session.addAll([ed, wendy, one, two, pen])
    await session.commit()
    db.sent.clear()
    wendy.addresses.push(one)
    ed.addresses.pop()
    ed.purchases.pop()
    await session.flush()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          'UPDATE address SET user_id=$1::INTEGER WHERE address.id = $2::INTEGER [2, 1]',
          'UPDATE purchase SET buyer_id=$1::INTEGER WHERE purchase.id = $2::INTEGER [null, 1]',
          'DELETE FROM address WHERE address.id = $1::INTEGER [2]',
        ],
      ]),
    )
    expect([one.userId, pen.buyerId, session.contains(two)]).toEqual([2, null, false])
  })

  test('an association row comes and goes with the members of either side, and with its objects', async () => {
    await using session = db.session()
    const [red, blue] = ['red', 'blue'].map((word) => new Tag({ word })) as [Tag, Tag]
    const pen = new Purchase({ title: 'pen', tags: [red, blue] })
    const ink = new Purchase({ title: 'ink' })
    session.addAll([pen, ink])
    blue.purchases.push(ink)
    await session.commit()
    expect(sentBy(db).at(-1)).toEqual(
      db.spelt(
        [
          'INSERT INTO purchase_tag (purchase_id, tag_id) SELECT rows.purchase_id, rows.tag_id FROM unnest($1::INTEGER[], $2::INTEGER[]) AS rows(purchase_id, tag_id) [[1, 1, 2], [1, 2, 2]]',
          'COMMIT',
        ],
        [
          'INSERT INTO purchase_tag (purchase_id, tag_id) VALUES (?1, ?2) [1, 1]',
          'INSERT INTO purchase_tag (purchase_id, tag_id) VALUES (?1, ?2) [1, 2]',
          'INSERT INTO purchase_tag (purchase_id, tag_id) VALUES (?1, ?2) [2, 2]',
          'COMMIT',
        ],
      ),
    )
    db.sent.clear()
    pen.tags.splice(0, 1)
    await session.flush()
    await session.delete(blue)
    await session.flush()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          'DELETE FROM purchase_tag WHERE purchase_tag.purchase_id = $1::INTEGER AND purchase_tag.tag_id = $2::INTEGER [1, 1]',
        ],
        [
          'DELETE FROM purchase_tag WHERE purchase_tag.tag_id = $1::INTEGER [2]',
          'DELETE FROM tag WHERE tag.id = $1::INTEGER [2]',
        ],
      ]),
    )
  })

  test('a tree is written level by level from the root, and deleted from the leaves', async () => {
    await using session = db.session()
    const root = new Node({ label: 'root' })
    const [one, two] = ['one', 'two'].map((label) => new Node({ label, parent: root })) as [Node, Node]
    const leaf = new Node({ label: 'leaf', parent: two })
    session.addAll([leaf, two, one, root])
    await session.commit()
    const batch =
      'INSERT INTO node (label, parent_id) SELECT rows.label, rows.parent_id FROM unnest($1::VARCHAR[], $2::INTEGER[]) WITH ORDINALITY AS rows(label, parent_id, ordinality) ORDER BY rows.ordinality RETURNING node.id'
    const single = 'INSERT INTO node (label, parent_id) VALUES ($1::VARCHAR, $2::INTEGER) RETURNING node.id'
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          ['BEGIN', `${single} ['root', null]`],
          [`${batch} [['two', 'one'], [1, 1]]`],
          [`${single} ['leaf', 2]`, 'COMMIT'],
        ],
        [
          ['BEGIN', `${inSqlite(single)} ['root', null]`],
          [`${inSqlite(single)} ['two', 1]`, `${inSqlite(single)} ['one', 1]`],
          [`${inSqlite(single)} ['leaf', 2]`, 'COMMIT'],
        ],
      ),
    )
    db.sent.clear()
    for (const node of [root, one, two, leaf]) await session.delete(node)
    await session.commit()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          'DELETE FROM node WHERE node.id = $1::INTEGER [4]',
          'DELETE FROM node WHERE node.id = ANY ($1::INTEGER[]) [[2, 3]]',
          'DELETE FROM node WHERE node.id = $1::INTEGER [1]',
          'COMMIT',
        ],
      ]),
    )
  })

  test('objects that refer to each other in a circle are refused before anything is sent, and nothing is lost', async () => {
    await using session = db.session()
    const one = new Node({ label: 'one' })
    const two = new Node({ label: 'two', parent: one })
    one.parent = two
    session.add(one)
    const failure = await session.commit().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CircularDependencyError)
    expect((failure as CircularDependencyError).cycle).toEqual([one, two])
    expect(sentBy(db)).toEqual(db.spelt([]))
    one.parent = null
    await session.commit()
    expect(await db.rows('SELECT label, parent_id FROM node ORDER BY id')).toEqual([
      ['one', null],
      ['two', 1],
    ])
  })

  test('children of a deleted parent that no cascade deletes are loaded, and lose their key before it goes', async () => {
    await using session = db.session()
    session.add(new User({ name: 'ed', purchases: [new Purchase({ title: 'pen' }), new Purchase({ title: 'ink' })] }))
    await session.commit()
    session.expungeAll()
    const user = await session.getOne(User, 1)
    db.sent.clear()
    await session.delete(user)
    await session.flush()
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          [
            'SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id = ANY ($1::INTEGER[]) ORDER BY address.id [[1]]',
          ],
          [
            'SELECT purchase.id, purchase.title, purchase.buyer_id FROM purchase WHERE purchase.buyer_id = ANY ($1::INTEGER[]) [[1]]',
          ],
          [
            'UPDATE purchase SET buyer_id=rows.buyer_id FROM unnest($1::INTEGER[], $2::INTEGER[]) AS rows(buyer_id, id) WHERE purchase.id = rows.id [[null, null], [1, 2]]',
            'DELETE FROM user_account WHERE user_account.id = $1::INTEGER [1]',
          ],
        ],
        [
          [
            'SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id IN (SELECT value FROM json_each(?1)) ORDER BY address.id [[1]]',
          ],
          [
            'SELECT purchase.id, purchase.title, purchase.buyer_id FROM purchase WHERE purchase.buyer_id IN (SELECT value FROM json_each(?1)) [[1]]',
          ],
          [
            'UPDATE purchase SET buyer_id=?1 WHERE purchase.id = ?2 [null, 1]',
            'UPDATE purchase SET buyer_id=?1 WHERE purchase.id = ?2 [null, 2]',
            'DELETE FROM user_account WHERE user_account.id = ?1 [1]',
          ],
        ],
      ),
    )
  })

  test('a collection that is replaced before it was loaded is compared with what the database has', async () => {
    await using session = db.session()
    session.add(new Purchase({ title: 'pen', tags: ['a', 'b', 'c'].map((word) => new Tag({ word })) }))
    await session.commit()
    session.expungeAll()
    const pen = await session.getOne(Purchase, 1)
    const kept = await session.getOne(Tag, 2)
    pen.tags = [kept, new Tag({ word: 'd' })]
    await session.commit()
    expect(await db.rows('SELECT tag_id FROM purchase_tag ORDER BY 1')).toEqual([[2], [4]])
  })

  test('defaults: the client fills them in, the database gives them back, both are on the object', async () => {
    await using session = db.session()
    const document = new Document({ title: 't' })
    session.add(document)
    await session.commit()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          "INSERT INTO document (title, revision, note) VALUES ($1::VARCHAR, $2::INTEGER, $3::VARCHAR) RETURNING document.id, document.state ['t', 1, null]",
          'COMMIT',
        ],
      ]),
    )
    expect([document.id, document.revision, document.state, document.note]).toEqual([1, 1, 'draft', null])
    document.title = 'u'
    await session.commit()
    expect(await db.rows('SELECT title, note FROM document')).toEqual([['u', 'edited']])
    expect(document.note).toBe('edited')
  })

  test('objects that give different columns are different batches of one flight', async () => {
    await using session = db.session()
    const titles = ['1', '2', '3', '4']
    const documents = titles.map((title) => new Document(title === '2' ? { title, state: 'done' } : { title }))
    session.addAll(documents)
    await session.commit()
    const [flight, ...more] = sentBy(db)
    expect(more).toEqual([])
    expect(flight?.slice(1, -1)).toEqual(
      db.spelt(
        [
          "INSERT INTO document (title, revision, note) SELECT rows.title, rows.revision, rows.note FROM unnest($1::VARCHAR[], $2::INTEGER[], $3::VARCHAR[]) WITH ORDINALITY AS rows(title, revision, note, ordinality) ORDER BY rows.ordinality RETURNING document.id, document.state [['1', '3', '4'], [1, 1, 1], [null, null, null]]",
          "INSERT INTO document (title, revision, state, note) VALUES ($1::VARCHAR, $2::INTEGER, $3::VARCHAR, $4::VARCHAR) RETURNING document.id ['2', 1, 'done', null]",
        ],
        [
          ...['1', '3', '4'].map(
            (title) =>
              `INSERT INTO document (title, revision, note) VALUES (?1, ?2, ?3) RETURNING document.id, document.state ['${title}', 1, null]`,
          ),
          "INSERT INTO document (title, revision, state, note) VALUES (?1, ?2, ?3, ?4) RETURNING document.id ['2', 1, 'done', null]",
        ],
      ),
    )
    for (const { id, title, state } of documents)
      expect(await db.rows(`SELECT title, state FROM document WHERE id = ${id}`)).toEqual([[title, state]])
  })

  test('keys in several parts are matched part by part', async () => {
    await using session = db.session()
    const seats = ['a', 'b'].map((letter) => new Seat({ row: 7, letter }))
    session.addAll(seats)
    await session.commit()
    db.sent.clear()
    for (const seat of seats) seat.guest = `guest ${seat.letter}`
    await session.flush()
    for (const seat of seats) await session.delete(seat)
    await session.flush()
    expect(sentBy(db)).toEqual(
      db.spelt(
        [
          [
            'BEGIN',
            "UPDATE seat SET guest=rows.guest FROM unnest($1::VARCHAR[], $2::INTEGER[], $3::VARCHAR[]) AS rows(guest, row, letter) WHERE seat.row = rows.row AND seat.letter = rows.letter [['guest a', 'guest b'], [7, 7], ['a', 'b']]",
          ],
          [
            "DELETE FROM seat USING unnest($1::INTEGER[], $2::VARCHAR[]) AS rows(row, letter) WHERE seat.row = rows.row AND seat.letter = rows.letter [[7, 7], ['a', 'b']]",
          ],
        ],
        [
          [
            'BEGIN',
            "UPDATE seat SET guest=?1 WHERE seat.row = ?2 AND seat.letter = ?3 ['guest a', 7, 'a']",
            "UPDATE seat SET guest=?1 WHERE seat.row = ?2 AND seat.letter = ?3 ['guest b', 7, 'b']",
          ],
          [
            "DELETE FROM seat WHERE seat.row = ?1 AND seat.letter = ?2 [7, 'a']",
            "DELETE FROM seat WHERE seat.row = ?1 AND seat.letter = ?2 [7, 'b']",
          ],
        ],
      ),
    )
  })

  test('what no array of rows can hold goes row by row, in the same flight', async () => {
    await using session = db.session()
    const lists = [['a'], [], ['b', 'c']].map((songs) => new Playlist({ songs }))
    session.addAll(lists)
    await session.commit()
    const insert = 'INSERT INTO playlist (songs) VALUES ($1::VARCHAR[]) RETURNING playlist.key'
    expect(sentBy(db)).toEqual(
      db.spelt([['BEGIN', `${insert} [['a']]`, `${insert} [[]]`, `${insert} [['b', 'c']]`, 'COMMIT']]),
    )
    for (const { key, songs } of lists)
      expect(await db.rows(`SELECT songs FROM playlist WHERE key = '${key}'`)).toEqual([[songs]])
  })

  test('a primary key can change: the row is found by the old one, the object by the new one', async () => {
    await using session = db.session()
    const seat = new Seat({ row: 1, letter: 'a' })
    session.add(seat)
    await session.commit()
    db.sent.clear()
    seat.row = 2
    await session.flush()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          "UPDATE seat SET row=$1::INTEGER WHERE seat.row = $2::INTEGER AND seat.letter = $3::VARCHAR [2, 1, 'a']",
        ],
      ]),
    )
    expect(await session.get(Seat, [2, 'a'])).toBe(seat)
    await session.rollback()
    expect(await session.get(Seat, [1, 'a'])).toBe(seat)
    expect([seat.row, await session.get(Seat, [2, 'a'])]).toEqual([1, null])
  })

  test('keys come in the order in which objects were added', async () => {
    await using session = db.session()
    const users = Array.from({ length: 200 }, (_, index) => new User({ name: `u${index}` }))
    session.addAll(users)
    await session.commit()
    expect(users.map(({ id }) => id)).toEqual(users.map((_, index) => index + 1))
    expect(await db.rows('SELECT name FROM user_account ORDER BY id')).toEqual(users.map(({ name }) => [name]))
  })

  test('what changes while a flush is under way is written by the next', async () => {
    await using session = db.session()
    const user = new User({ name: 'ed', addresses: [new Address({ email: 'a' })] })
    session.add(user)
    const commit = session.commit()
    await Promise.resolve()
    user.name = 'later'
    await commit
    await session.commit()
    expect(await db.rows('SELECT name FROM user_account')).toEqual([['later']])
  })

  test('the same object in two places of a collection is one association row', async () => {
    await using session = db.session()
    const tag = new Tag({ word: 'w' })
    session.add(new Purchase({ title: 'p', tags: [tag, tag] }))
    await session.commit()
    expect(await db.rows('SELECT CAST(count(*) AS INTEGER) FROM purchase_tag')).toEqual([[1]])
    expect((await session.scalars(select(Tag)).all()).length).toBe(1)
  })
})
