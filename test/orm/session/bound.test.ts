// Sessions on a Connection of somebody else's, options of their transactions, and transactions that are run again.
import {
  ArgumentError,
  type Connection,
  createEngine,
  InvalidRequestError,
  SerializationFailure,
  select,
} from 'tsalchemy'
import { mapped, Session, sessionmaker } from 'tsalchemy/orm'
import { describe, expect, it } from 'vitest'
import { postgresUrl, provides, sqlDatabases } from '../../support/server.ts'
import { metadata, User } from './models.ts'
import { useDatabase } from './use-database.ts'

const u = mapped(User)
const ADD = 'INSERT INTO user_account (name, nick) VALUES ($1::VARCHAR, $2::VARCHAR) RETURNING user_account.id'

describe.each(sqlDatabases())('a session on a Connection, on $name', (target) => {
  const database = useDatabase(target)
  const names = async (conn: Connection): Promise<unknown[]> =>
    conn.execute('SELECT name FROM user_account ORDER BY id').scalars().all()
  const texts = (): string[] => database.sent.statements.map(({ sql }) => sql.replaceAll('\n', ''))

  it('begins, commits and rolls back where the Connection is in no transaction, and never closes it', async () => {
    await using conn = await database.engine.connect()
    const session = new Session({ bind: conn })
    session.add(new User({ name: 'ed' }))
    await session.commit()
    expect(database.sent.flights).toEqual(database.spelt([['BEGIN', ADD, 'COMMIT']]))
    expect(conn.inTransaction()).toBe(false)
    session.add(new User({ name: 'mary' }))
    await session.flush()
    expect(conn.inTransaction()).toBe(true)
    await session.rollback()
    expect(conn.inTransaction()).toBe(false)
    session.add(new User({ name: 'fred' }))
    await session.flush()
    await session.close()
    expect(conn.inTransaction()).toBe(false)
    expect(conn.closed).toBe(false)
    expect(await names(conn)).toEqual(['ed'])
  })

  it('leaves the transaction that the Connection is in to whoever began it, but for a rollback', async () => {
    await using conn = await database.engine.connect()
    const outer = conn.begin()
    const session = new Session({ bind: conn })
    session.add(new User({ name: 'ed' }))
    await session.commit()
    expect(outer.isActive).toBe(true)
    expect(await names(conn)).toEqual(['ed'])
    expect(await session.scalars(select(User)).all()).toHaveLength(1)
    await session.close()
    expect(outer.isActive).toBe(true)
    const other = new Session({ bind: conn })
    other.add(new User({ name: 'mary' }))
    await other.flush()
    await other.rollback()
    expect(outer.isActive).toBe(false)
    expect(await names(conn)).toEqual([])
  })

  it('works in a savepoint of its own where the Connection is in one', async () => {
    await using conn = await database.engine.connect()
    const outer = conn.begin()
    const savepoint = conn.beginNested()
    const session = new Session({ bind: conn })
    session.add(new User({ name: 'ed' }))
    await session.commit()
    session.add(new User({ name: 'mary' }))
    await session.flush()
    await session.rollback()
    expect([outer.isActive, savepoint.isActive]).toEqual([true, true])
    expect(await names(conn)).toEqual(['ed'])
    await savepoint.rollback()
    expect(await names(conn)).toEqual([])
    await session.close()
    await outer.rollback()
  })

  it('create_savepoint: what tests use that roll everything back', async () => {
    const conn = await database.engine.connect()
    const outer = conn.begin()
    const make = sessionmaker({ bind: conn, joinTransactionMode: 'create_savepoint' })
    await make.begin(async (session) => {
      session.add(new User({ name: 'ed' }))
    })
    await using session = make()
    session.add(new User({ name: 'mary' }))
    await session.commit()
    session.add(new User({ name: 'ed' }))
    await session.rollback()
    session.add(new User({ name: 'fred' }))
    await session.flush()
    await session.close()
    expect(await names(conn)).toEqual(['ed', 'mary'])
    await outer.rollback()
    await conn.close()
    expect(await database.rows('SELECT * FROM user_account')).toEqual([])
    expect(texts().filter((sql) => /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/.test(sql))).toEqual([
      'BEGIN',
      'SAVEPOINT sa_savepoint_1',
      'RELEASE SAVEPOINT sa_savepoint_1',
      'SAVEPOINT sa_savepoint_2',
      'RELEASE SAVEPOINT sa_savepoint_2',
      'SAVEPOINT sa_savepoint_3',
      'ROLLBACK TO SAVEPOINT sa_savepoint_3',
      'ROLLBACK',
    ])
  })

  it('control_fully: the transaction is its own', async () => {
    await using conn = await database.engine.connect()
    conn.begin()
    const session = new Session({ bind: conn, joinTransactionMode: 'control_fully' })
    session.add(new User({ name: 'ed' }))
    await session.commit()
    expect(conn.inTransaction()).toBe(false)
    conn.begin()
    session.add(new User({ name: 'mary' }))
    await session.flush()
    await session.close()
    expect(conn.inTransaction()).toBe(false)
    expect(await names(conn)).toEqual(['ed'])
  })

  it('a failed flush rolls back what it has joined', async () => {
    await using conn = await database.engine.connect()
    const outer = conn.begin()
    await conn.execute("INSERT INTO user_account (name, nick) VALUES ('ed', 'e')")
    const session = new Session({ bind: conn, joinTransactionMode: 'create_savepoint' })
    session.add(new User({ name: 'mary', nick: 'e' }))
    await expect(session.flush()).rejects.toMatchObject({ sqlState: '23505' })
    await session.rollback()
    expect(outer.isActive).toBe(true)
    expect(await names(conn)).toEqual(['ed'])
    await session.close()
    await outer.rollback()
  })

  it('refuses options that belong to the Connection, and modes that there are not', async () => {
    await using conn = await database.engine.connect()
    const make = (options: object) => () => new Session({ bind: conn, ...options })
    expect(make({ executionOptions: { readOnly: true } })).toThrow(/a Connection has options of its own/)
    expect(make({ joinTransactionMode: 'create_savepiont' })).toThrow(/did you mean 'create_savepoint'\?/)
    expect(make({ bind: {} })).toThrow(/needs an engine/)
    await using session = new Session({ bind: conn })
    await expect(session.connection({ readOnly: true })).rejects.toThrow(ArgumentError)
    expect(await session.connection()).toBe(conn)
  })
})

describe.each(sqlDatabases())('options of a session, on $name', (target) => {
  const database = useDatabase(target)

  it('are those of its transactions and statements', async () => {
    await using session = database.session({ executionOptions: { isolationLevel: 'REPEATABLE READ', readOnly: true } })
    await session.scalars(select(User)).all()
    await session.commit()
    session.add(new User({ name: 'ed' }))
    await expect(session.flush()).rejects.toMatchObject({ sqlState: '25006' })
    await session.rollback()
    const begin = database.spelt('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', 'BEGIN READ ONLY')
    expect(database.sent.flights.map(([first]) => first)).toEqual([begin, 'COMMIT', begin, 'ROLLBACK'])
    expect(() => database.session({ executionOptions: { readonly: true } as never })).toThrow(/did you mean 'readOnly'/)
  })

  if (provides(target, 'isolationLevels'))
    it('are given for one transaction by session.connection()', async () => {
      await using session = database.session()
      const conn = await session.connection({ isolationLevel: 'SERIALIZABLE' })
      expect(session.inTransaction()).toBe(true)
      await session.get(User, 1)
      expect(await conn.getIsolationLevel()).toBe('SERIALIZABLE')
      await expect(session.connection({ isolationLevel: 'READ COMMITTED' })).rejects.toThrow(InvalidRequestError)
      expect(await session.connection()).toBe(conn)
      await session.rollback()
      await session.get(User, 1)
      expect(await (await session.connection()).getIsolationLevel()).toBe('READ COMMITTED')
    })

  if (provides(target, 'createSchema'))
    it('are given for one statement, over those of the statement', async () => {
      await database.engine.execute('CREATE SCHEMA IF NOT EXISTS other')
      await database.engine.execute('CREATE TABLE IF NOT EXISTS other.user_account (LIKE user_account INCLUDING ALL)')
      await database.engine.execute("INSERT INTO other.user_account (id, name) VALUES (1, 'there')")
      database.sent.clear()
      await using session = database.session()
      const query = select(u.name).executionOptions({ schemaTranslateMap: { '': 'public' } })
      expect(await session.scalars(query, null, { schemaTranslateMap: { '': 'other' } }).all()).toEqual(['there'])
      expect(await session.scalars(query).all()).toEqual([])
      expect(database.sent.statements.map(({ sql }) => sql.replaceAll('\n', ''))).toEqual([
        'BEGIN',
        'SELECT other.user_account.name FROM other.user_account',
        'SELECT public.user_account.name FROM public.user_account',
      ])
      expect(() => session.execute(query, null, { readOnly: true } as never)).toThrow(/is an option of connections/)
      await session.close()
      await database.engine.execute('DROP SCHEMA other CASCADE')
    })

  it('costs one flight for a session that only reads', async () => {
    const engine = createEngine(target.url, { poolSize: 1, maxOverflow: 0 })
    await metadata.createAll(engine)
    const flights = async (): Promise<number> => {
      await using session = new Session({ bind: engine })
      await session.get(User, 1)
      return (await session.connection()).driverConnection?.flights ?? 0
    }
    const before = await flights()
    for (let time = 1; time <= 5; time += 1) expect(await flights()).toBe(before + time)
    await engine.dispose()
  })
})

describe('sessionmaker().run()', () => {
  const database = useDatabase({ name: 'postgresql', url: postgresUrl() })

  it('runs again what could not be put in an order, in a new session', async () => {
    await database.engine.execute("INSERT INTO user_account (id, name, nick) VALUES (1, 'ed', '0')")
    const make = sessionmaker({ bind: database.engine, executionOptions: { isolationLevel: 'REPEATABLE READ' } })
    const seen = new Set<Session>()
    let reads = 0
    let meet = (): void => {}
    const meeting = new Promise<void>((resolve) => {
      meet = resolve
    })
    const count = async (session: Session): Promise<void> => {
      seen.add(session)
      const user = await session.getOne(User, 1)
      // Two have read before either writes: one of them must go again.
      reads += 1
      if (reads === 2) meet()
      await meeting
      user.nick = String(Number(user.nick) + 1)
    }
    const retry = { attempts: 200, backoffMs: 1, maxBackoffMs: 20 }
    await Promise.all(Array.from({ length: 6 }, () => make.run(count, { retry })))
    expect(await database.rows('SELECT nick FROM user_account')).toEqual([['6']])
    expect(seen.size).toBeGreaterThan(6)
    expect(database.engine.stats().pool.checkedOut).toBe(0)
  })

  it('gives the value, and runs nothing else again', async () => {
    const make = sessionmaker({ bind: database.engine })
    let calls = 0
    expect(await make.run(() => 'value')).toBe('value')
    const failing = make.run(async (session) => {
      calls += 1
      session.add(new User({ name: 'ed', nick: 'e' }))
      session.add(new User({ name: 'mary', nick: 'e' }))
      await session.flush()
    })
    await expect(failing).rejects.toMatchObject({ sqlState: '23505' })
    expect(calls).toBe(1)
    await expect(make.run(5 as never)).rejects.toThrow(/takes a function/)
    await expect(make.run(() => 5, { retry: { attempts: 0 } })).rejects.toThrow(ArgumentError)
    const conflict = async (session: Session): Promise<void> => {
      await session.scalars(select(User)).all()
      calls += 1
      throw new SerializationFailure('mine', { sqlState: '40001' })
    }
    await expect(make.run(conflict, { retry: false })).rejects.toThrow('mine')
    expect(calls).toBe(2)
  })
})
