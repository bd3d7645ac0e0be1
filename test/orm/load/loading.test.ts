// How rows become objects, and relationships are loaded: with the query, behind it, on request.
import { select } from 'tsalchemy'
import { joinedload, lazyload, mapped, NotLoadedError, selectinload } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Address, Node, Purchase, Tag, User } from '../session/models.ts'
import { sentBy, useDatabase } from '../session/use-database.ts'

const [u, a, p, n] = [mapped(User), mapped(Address), mapped(Purchase), mapped(Node)]

describe.each(sqlDatabases())('loading on $name', (target) => {
  const db = useDatabase(target)

  /** Three users: two addresses, one, none; the first has bought two things with tags. */
  async function stock(): Promise<void> {
    await db.engine.execute("INSERT INTO user_account (name) VALUES ('ed'), ('wendy'), ('fred')")
    await db.engine.execute("INSERT INTO address (email, user_id) VALUES ('e1', 1), ('e2', 1), ('w1', 2)")
    await db.engine.execute("INSERT INTO purchase (title, buyer_id) VALUES ('pen', 1), ('ink', 1), ('found', NULL)")
    await db.engine.execute("INSERT INTO tag (word) VALUES ('red'), ('blue')")
    await db.engine.execute('INSERT INTO purchase_tag VALUES (1, 1), (1, 2), (2, 2)')
    db.sent.clear()
  }
  const emails = (user: User): string[] => user.addresses.map(({ email }) => email)

  test('selectinload: one statement for each relationship, the loads of one level in one flight', async () => {
    await stock()
    await using session = db.session()
    const users = await session
      .scalars(
        select(User).orderBy(u.id).options(selectinload(u.addresses), selectinload(u.purchases).selectinload(p.tags)),
      )
      .all()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          'SELECT user_account.id, user_account.name, user_account.nick FROM user_account ORDER BY user_account.id',
        ],
        [
          'SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id = ANY ($1::INTEGER[]) ORDER BY address.id [[1, 2, 3]]',
          'SELECT purchase.id, purchase.title, purchase.buyer_id FROM purchase WHERE purchase.buyer_id = ANY ($1::INTEGER[]) [[1, 2, 3]]',
        ],
        [
          'SELECT tag.id, tag.word, purchase_tag.purchase_id FROM purchase_tag JOIN tag ON tag.id = purchase_tag.tag_id WHERE purchase_tag.purchase_id = ANY ($1::INTEGER[]) ORDER BY tag.id [[1, 2]]',
        ],
      ]),
    )
    expect(users.map(emails)).toEqual([['e1', 'e2'], ['w1'], []])
    expect(users[0]?.purchases.map(({ tags }) => tags.map(({ word }) => word))).toEqual([['red', 'blue'], ['blue']])
    expect(users[0]?.addresses[0]?.user).toBe(users[0])
  })

  test('selectinload of a reference asks only for what the session does not hold', async () => {
    await stock()
    await using session = db.session()
    const ed = await session.getOne(User, 1)
    db.sent.clear()
    const addresses = await session.scalars(select(Address).orderBy(a.id).options(selectinload(a.user))).all()
    expect(sentBy(db)).toEqual(
      db.spelt([
        ['SELECT address.id, address.email, address.user_id FROM address ORDER BY address.id'],
        [
          'SELECT user_account.id, user_account.name, user_account.nick FROM user_account WHERE user_account.id = ANY ($1::INTEGER[]) [[2]]',
        ],
      ]),
    )
    expect(addresses.map(({ user }) => user?.name)).toEqual(['ed', 'ed', 'wendy'])
    expect(addresses[0]?.user).toBe(ed)
    const found = await session.scalars(select(Purchase).orderBy(p.id).options(selectinload(p.buyer))).all()
    expect(found.map(({ buyer }) => buyer?.name ?? null)).toEqual(['ed', 'ed', null])
    expect(sentBy(db).length).toBe(3)
  })

  test('joinedload: a LEFT OUTER JOIN to an anonymous alias, each object once', async () => {
    await stock()
    await using session = db.session()
    const users = await session
      .scalars(select(User).where(a.email.like('e%')).join(u.addresses).distinct().options(joinedload(u.addresses)))
      .all()
    expect(users.map(emails)).toEqual([['e1', 'e2']])
    session.expungeAll()
    db.sent.clear()
    const all = await session.scalars(select(User).orderBy(u.name.desc()).options(joinedload(u.addresses))).all()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'SELECT user_account.id, user_account.name, user_account.nick, address_1.id AS id_1, address_1.email, address_1.user_id FROM user_account LEFT OUTER JOIN address AS address_1 ON user_account.id = address_1.user_id ORDER BY user_account.name DESC, address_1.id',
        ],
      ]),
    )
    expect(all.map((user) => [user.name, emails(user)])).toEqual([
      ['wendy', ['w1']],
      ['fred', []],
      ['ed', ['e1', 'e2']],
    ])
  })

  test('joinedload under LIMIT: the statement becomes a subquery, so that objects are counted and not rows', async () => {
    await stock()
    await using session = db.session()
    const users = await session
      .scalars(
        select(User).where(u.name.ne('x')).orderBy(u.name.desc()).limit(2).offset(1).options(joinedload(u.addresses)),
      )
      .all()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          "SELECT anon_1.id, anon_1.name, anon_1.nick, address_1.id AS id_1, address_1.email, address_1.user_id FROM (SELECT user_account.id AS id, user_account.name AS name, user_account.nick AS nick FROM user_account WHERE user_account.name != $1::VARCHAR ORDER BY user_account.name DESC LIMIT $2::INTEGER OFFSET $3::INTEGER) AS anon_1 LEFT OUTER JOIN address AS address_1 ON anon_1.id = address_1.user_id ORDER BY anon_1.name DESC, address_1.id ['x', 2, 1]",
        ],
      ]),
    )
    expect(users.map((user) => [user.name, emails(user)])).toEqual([
      ['fred', []],
      ['ed', ['e1', 'e2']],
    ])
  })

  test('joinedload of a reference is not wrapped; through an association table the join is nested', async () => {
    await stock()
    await using session = db.session()
    const addresses = await session
      .scalars(select(Address).orderBy(a.id).limit(2).options(joinedload(a.user).selectinload(u.purchases)))
      .all()
    const purchases = await session.scalars(select(Purchase).orderBy(p.id).options(joinedload(p.tags))).all()
    expect(sentBy(db)).toEqual(
      db.spelt([
        [
          'BEGIN',
          'SELECT address.id, address.email, address.user_id, user_account_1.id AS id_1, user_account_1.name, user_account_1.nick FROM address LEFT OUTER JOIN user_account AS user_account_1 ON user_account_1.id = address.user_id ORDER BY address.id LIMIT $1::INTEGER [2]',
        ],
        [
          'SELECT purchase.id, purchase.title, purchase.buyer_id FROM purchase WHERE purchase.buyer_id = ANY ($1::INTEGER[]) [[1]]',
        ],
        [
          'SELECT purchase.id, purchase.title, purchase.buyer_id, tag_1.id AS id_1, tag_1.word FROM purchase LEFT OUTER JOIN (purchase_tag AS purchase_tag_1 JOIN tag AS tag_1 ON tag_1.id = purchase_tag_1.tag_id) ON purchase.id = purchase_tag_1.purchase_id ORDER BY purchase.id, tag_1.id',
        ],
      ]),
    )
    expect(addresses.map(({ user }) => user?.purchases.length)).toEqual([2, 2])
    expect(purchases.map(({ tags }) => tags.length)).toEqual([2, 1, 0])
  })

  test('options nest, and several ways can be taken in one statement', async () => {
    await stock()
    await using session = db.session()
    const [user] = await session
      .scalars(
        select(User)
          .where(u.id.eq(1))
          .options(joinedload(u.purchases).options(joinedload(p.tags), lazyload(p.buyer)), selectinload(u.addresses)),
      )
      .all()
    expect(sentBy(db).length).toBe(2)
    expect(user?.purchases.map(({ title, tags }) => [title, tags.length])).toEqual([
      ['pen', 2],
      ['ink', 1],
    ])
  })

  test('what is there already keeps its values and its changes; what it lacks comes from the row', async () => {
    await stock()
    await using session = db.session()
    const ed = await session.getOne(User, 1)
    await session.commit()
    await db.engine.execute("UPDATE user_account SET name = 'theirs', nick = 'n' WHERE id = 1")
    const query = select(User).where(u.id.eq(1)).options(selectinload(u.addresses))
    expect(await session.scalars(query).one()).toBe(ed)
    expect([ed.name, ed.nick, ed.addresses.length]).toEqual(['ed', null, 2])
    session.expire(ed, ['nick'])
    await session.scalars(query).one()
    expect([ed.name, ed.nick]).toEqual(['ed', 'n'])
    ed.name = 'mine'
    await session.execute(query, null, { populateExisting: true, autoflush: false }).all()
    expect([ed.name, session.isModified(ed)]).toEqual(['theirs', false])
  })

  test('reading what is not loaded names the remedies, and await loads it for all objects of the query', async () => {
    await stock()
    await using session = db.session()
    const users = await session.scalars(select(User).orderBy(u.id)).all()
    const [ed, wendy] = users as [User, User]
    expect(() => ed.addresses.length).toThrow(NotLoadedError)
    db.sent.clear()
    expect((await wendy.awaitable.addresses).map(({ email }) => email)).toEqual(['w1'])
    expect(users.map(emails)).toEqual([['e1', 'e2'], ['w1'], []])
    await session.load(users, 'purchases')
    expect(ed.purchases.length).toBe(2)
    expect(sentBy(db).length).toBe(2)
    await session.load(ed, 'addresses', 'purchases', 'name')
    expect(sentBy(db).length).toBe(2)
    await expect(session.load([ed, new Address({ email: 'x' })] as object[])).rejects.toThrow('not persistent')
    // @ts-expect-error no such attribute
    await expect(session.load(ed, 'adresses')).rejects.toThrow("did you mean 'addresses'?")
  })

  test('a tree is loaded level by level along nested options', async () => {
    await db.engine.execute(
      "INSERT INTO node (id, label, parent_id) VALUES (1, 'root', NULL), (2, 'a', 1), (3, 'b', 1), (4, 'c', 2)",
    )
    db.sent.clear()
    await using session = db.session()
    const [root] = await session
      .scalars(select(Node).where(n.parentId.eq(null)).options(selectinload(n.children).joinedload(n.children)))
      .all()
    expect(root?.children.map(({ label, children }) => [label, children.map((each) => each.label)])).toEqual([
      ['a', ['c']],
      ['b', []],
    ])
    expect(sentBy(db)[1]).toEqual(
      db.spelt([
        'SELECT node.id, node.label, node.parent_id, node_1.id AS id_1, node_1.label AS label_1, node_1.parent_id AS parent_id_1 FROM node LEFT OUTER JOIN node AS node_1 ON node.id = node_1.parent_id WHERE node.parent_id = ANY ($1::INTEGER[]) ORDER BY node.id, node_1.id [[1]]',
      ]),
    )
  })

  test('what a flush wrote is seen by what is loaded behind it', async () => {
    await stock()
    await using session = db.session()
    const ed = await session.getOne(User, 1)
    session.add(new Address({ email: 'e3', user: ed }))
    db.sent.clear()
    expect((await ed.awaitable.addresses).map(({ email }) => email)).toEqual(['e1', 'e2', 'e3'])
    session.add(new Tag({ word: 'new' }))
    const words = await session.scalars(select(mapped(Tag).word)).all()
    expect(words).toEqual(['red', 'blue', 'new'])
    expect(sentBy(db).at(-1)).toEqual(
      db.spelt(["INSERT INTO tag (word) VALUES ($1::VARCHAR) RETURNING tag.id ['new']", 'SELECT tag.word FROM tag']),
    )
  })
})
