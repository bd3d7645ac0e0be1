import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { TwoPhaseTransaction } from '../../src/engine/transaction.ts'
import {
  ArgumentError,
  CommitOutcomeUnknown,
  InvalidRequestError,
  OperationalError,
  PendingRollbackError,
} from '../../src/errors.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'

/** A machine that is busy takes its time. */
const PATIENTLY = { timeout: 15_000 }

describe('on a server that takes prepared transactions', () => {
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(postgresUrl(), { poolSize: 3, maxOverflow: 0, poolTimeoutMs: 15_000 })
    await engine.execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
    // Servers given by DATABASE_URL may not take any; the tests' own take 20.
    expect(Number(await engine.execute('SHOW max_prepared_transactions').scalarOne())).toBeGreaterThan(2)
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await engine.execute('DELETE FROM item')
    recording.clear()
  })
  afterAll(async () => {
    await using conn = await engine.connect()
    for (const xid of await conn.recoverTwophase()) await conn.rollbackPrepared(xid)
    await engine.dispose()
  })

  const items = (): Promise<unknown[]> => engine.execute('SELECT id FROM item ORDER BY id').scalars().all()
  const backend = async (conn: Connection): Promise<unknown> => {
    const id = await conn.execute('SELECT pg_backend_pid()').scalarOne()
    await conn.rollback()
    return id
  }

  it('commits in two phases', async () => {
    await using conn = await engine.connect()
    const transaction = conn.beginTwophase("order '17' \\ ü")
    expect(transaction).toBeInstanceOf(TwoPhaseTransaction)
    expect(conn.getTransaction()).toBe(transaction)
    await conn.execute(INSERT, [1])
    const savepoint = conn.beginNested()
    await conn.execute(INSERT, [2])
    expect(transaction.isPrepared).toBe(false)
    await transaction.prepare()
    expect([transaction.isPrepared, transaction.state, transaction.isActive]).toEqual([true, 'prepared', false])
    expect(savepoint.state).toBe('closed')
    expect(await items()).toEqual([])
    await using other = await engine.connect()
    expect(await other.recoverTwophase()).toEqual(["order '17' \\ ü"])
    expect(other.inTransaction()).toBe(false)
    recording.clear()
    await transaction.commit()
    expect(recording.flights).toEqual([["COMMIT PREPARED E'order ''17'' \\\\ ü'"]])
    expect(transaction.state).toBe('closed')
    expect(conn.inTransaction()).toBe(false)
    expect(await items()).toEqual([1, 2])
    expect(await other.recoverTwophase()).toEqual([])
    await conn.execute(INSERT, [3])
    await conn.commit()
  })

  it('sends BEGIN, the statements and each phase in flights of their own', async () => {
    await using conn = await engine.connect()
    const transaction = conn.beginTwophase('x1')
    await conn.execute(INSERT, [1])
    await transaction.prepare()
    await transaction.rollback()
    conn.beginTwophase('x2')
    await conn.execute(INSERT, [2])
    await conn.commit()
    const empty = conn.beginTwophase('x3')
    await empty.prepare()
    await empty.commit()
    expect(recording.flights).toEqual([
      ['BEGIN', INSERT],
      ["PREPARE TRANSACTION 'x1'"],
      ["ROLLBACK PREPARED 'x1'"],
      ['BEGIN', INSERT],
      ['COMMIT'],
      ['BEGIN', "PREPARE TRANSACTION 'x3'"],
      ["COMMIT PREPARED 'x3'"],
    ])
    expect(await items()).toEqual([2])
  })

  it('takes a random name where none is given', async () => {
    await using conn = await engine.connect()
    const first = conn.beginTwophase()
    await first.rollback()
    const second = conn.beginTwophase()
    expect(first.xid).toMatch(/^_sa_[0-9a-f]{32}$/)
    expect(second.xid).not.toBe(first.xid)
  })

  it('refuses names that cannot be', async () => {
    await using conn = await engine.connect()
    for (const xid of ['', 'x'.repeat(200), 'a\0b', '\ud800', 5, null])
      expect(() => conn.beginTwophase(xid as string)).toThrow(ArgumentError)
    expect(() => conn.beginTwophase('ü'.repeat(100))).toThrow(/1 to 199 bytes without NUL, got one of 200 bytes/)
    await expect(conn.commitPrepared('')).rejects.toThrow(ArgumentError)
    expect(conn.inTransaction()).toBe(false)
  })

  it('runs nothing between the phases', async () => {
    await using conn = await engine.connect()
    const transaction = conn.beginTwophase('between')
    await conn.execute(INSERT, [1])
    await transaction.prepare()
    await expect(conn.execute('SELECT 1')).rejects.toThrow(
      "Can't run anything on this connection before commit() or rollback() has ended its prepared transaction 'between'",
    )
    await expect(conn.recoverTwophase()).rejects.toThrow(InvalidRequestError)
    expect(() => conn.begin()).toThrow(/already begun a transaction/)
    await expect(transaction.prepare()).rejects.toThrow(InvalidRequestError)
    await conn.commit()
    expect(await items()).toEqual([1])
    await expect(transaction.prepare()).rejects.toThrow(/is over already/)
    await expect(transaction.commit()).rejects.toThrow(/is over already/)
  })

  it('is rolled back, prepared or not, when its connection is closed', async () => {
    const conn = await engine.connect()
    const transaction = conn.beginTwophase('closing')
    await conn.execute(INSERT, [1])
    await transaction.prepare()
    await conn.close()
    await using other = await engine.connect()
    expect(await other.recoverTwophase()).toEqual([])
    expect(await items()).toEqual([])
  })

  it('is refused in a transaction, and in AUTOCOMMIT', async () => {
    await using conn = await engine.connect()
    await conn.execute('SELECT 1')
    expect(() => conn.beginTwophase()).toThrow(/already begun a transaction/)
    await expect(conn.commitPrepared('x')).rejects.toThrow(/already begun a transaction/)
    await expect(conn.rollbackPrepared('x')).rejects.toThrow(/already begun a transaction/)
    await conn.rollback()
    conn.executionOptions({ isolationLevel: 'AUTOCOMMIT' })
    expect(() => conn.beginTwophase()).toThrow(/AUTOCOMMIT, where nothing is begun/)
    await expect(conn.commitPrepared('nobody')).rejects.toMatchObject({ sqlState: '42704' })
    expect(conn.inTransaction()).toBe(false)
  })

  it('that failed cannot be prepared', async () => {
    await using conn = await engine.connect()
    const transaction = conn.beginTwophase('failed')
    await conn.execute('SELECT 1 / 0').catch(() => {})
    await expect(transaction.prepare()).rejects.toBeInstanceOf(PendingRollbackError)
    await transaction.rollback()
    // A transaction that used a temporary table cannot be prepared: PREPARE itself fails, and has rolled back then.
    const temporary = conn.beginTwophase('temporary')
    await conn.execute('CREATE TEMPORARY TABLE passing ()')
    await expect(temporary.prepare()).rejects.toMatchObject({ sqlState: '0A000' })
    expect(temporary.state).toBe('failed')
    recording.clear()
    await temporary.rollback()
    expect(recording.flights).toEqual([])
    expect(await backend(conn)).toEqual(expect.any(Number))
    expect(await conn.recoverTwophase()).toEqual([])
  })

  it('is ended on another connection where its own is known to be lost', async () => {
    await using other = await engine.connect()
    for (const [end, kept] of [
      ['commit', [1]],
      ['rollback', []],
    ] as const) {
      await using conn = await engine.connect()
      const id = await backend(conn)
      const transaction = conn.beginTwophase('lost')
      await conn.execute(INSERT, [1])
      await transaction.prepare()
      await other.execute('SELECT pg_terminate_backend($1::int, 5000)', [id])
      await other.rollback()
      await expect.poll(() => conn.driverConnection?.transactionStatus, PATIENTLY).toBe('lost')
      await transaction[end]()
      expect(await other.recoverTwophase()).toEqual([])
      expect(await items()).toEqual(kept)
      expect(conn.inTransaction()).toBe(false)
      await conn.execute('SELECT 1')
      await conn.rollback()
      await engine.execute('DELETE FROM item')
    }
  })

  describe('of a phase that was lost on its way', () => {
    let proxy: Proxy
    let near: Engine
    beforeEach(async () => {
      proxy = await startProxy(postgresUrl())
      near = createEngine(proxy.url, { poolSize: 1, maxOverflow: 0 })
    })
    afterEach(async () => {
      await near.dispose()
      await proxy.close()
    })
    const lost = (run: Promise<void>): Promise<unknown> =>
      run.then(
        () => expect.unreachable(),
        (error: unknown) => error,
      )
    const names = async (): Promise<string[]> => {
      await using other = await engine.connect()
      return await other.recoverTwophase()
    }

    it('PREPARE TRANSACTION: the outcome is unknown, and the list of another connection tells it', async () => {
      await using conn = await near.connect()
      const transaction = conn.beginTwophase('in doubt')
      await conn.execute(INSERT, [1])
      proxy.cutAnswers()
      const error = await lost(transaction.prepare())
      expect(error).toBeInstanceOf(CommitOutcomeUnknown)
      expect(error).toMatchObject({ statement: 'PREPARE TRANSACTION', connectionInvalidated: true })
      expect(String(error)).toContain(
        "The connection was lost while PREPARE TRANSACTION was on its way: whether 'in doubt' is prepared is not known. Where recoverTwophase() of another connection names it (pg_prepared_xacts has its gid), it is: commitPrepared() or rollbackPrepared() ends it there. Otherwise it was rolled back.",
      )
      expect([transaction.state, transaction.isPrepared]).toEqual(['failed', false])
      await expect(transaction.commit()).rejects.toBeInstanceOf(PendingRollbackError)
      // Its own handle rolls back nothing that nobody knows of.
      await transaction.rollback()
      expect(await names()).toEqual(['in doubt'])
      await using other = await engine.connect()
      await other.commitPrepared('in doubt')
      expect(await items()).toEqual([1])
      expect(await conn.execute('SELECT 1').scalarOne()).toBe(1)
    })

    it('PREPARE TRANSACTION behind a BEGIN that it rides with: so too', async () => {
      await using conn = await near.connect()
      await backend(conn)
      const transaction = conn.beginTwophase('empty')
      proxy.cutAnswers()
      expect(await lost(transaction.prepare())).toBeInstanceOf(CommitOutcomeUnknown)
      for (const xid of await names())
        await engine.connect().then((other) => other.rollbackPrepared(xid).then(() => other.close()))
    })

    it.each([
      ['commit', [1]],
      ['rollback', []],
    ] as const)('%s: the outcome is unknown', async (end, kept) => {
      await using conn = await near.connect()
      const transaction = conn.beginTwophase('second phase')
      await conn.execute(INSERT, [1])
      await transaction.prepare()
      proxy.cutAnswers()
      const error = await lost(transaction[end]())
      expect(error).toBeInstanceOf(CommitOutcomeUnknown)
      expect(error).toMatchObject({ statement: `${end.toUpperCase()} PREPARED` })
      expect(transaction.state).toBe('closed')
      await expect.poll(names, PATIENTLY).toEqual([])
      expect(await items()).toEqual(kept)
      expect(await conn.execute('SELECT 1').scalarOne()).toBe(1)
    })

    it.each(['commitPrepared', 'rollbackPrepared'] as const)('%s(): the outcome is unknown', async (method) => {
      await using other = await engine.connect()
      const transaction = other.beginTwophase('of another')
      await other.execute(INSERT, [1])
      await transaction.prepare()
      await using conn = await near.connect()
      await backend(conn)
      const told: unknown[] = []
      for (const name of ['commitTwophase', 'rollbackTwophase'] as const)
        near.on(name, ({ xid, isPrepared }) => told.push([name, xid, isPrepared]))
      proxy.cutAnswers()
      expect(await lost(conn[method]('of another'))).toBeInstanceOf(CommitOutcomeUnknown)
      expect(told).toEqual([[method === 'commitPrepared' ? 'commitTwophase' : 'rollbackTwophase', 'of another', true]])
      await expect.poll(names, PATIENTLY).toEqual([])
      await expect(transaction.commit()).rejects.toMatchObject({ sqlState: '42704' })
    })

    it('is known where it never left, or the server said that it stopped before', async () => {
      await using conn = await near.connect()
      const transaction = conn.beginTwophase('never sent')
      await conn.execute(INSERT, [1])
      proxy.cut()
      await expect.poll(() => conn.driverConnection?.transactionStatus, PATIENTLY).toBe('lost')
      const error = await lost(transaction.prepare())
      expect(error).toBeInstanceOf(OperationalError)
      expect(error).not.toBeInstanceOf(CommitOutcomeUnknown)
      await transaction.rollback()
      expect(await names()).toEqual([])
    })
  })

  it('survives an invalidated connection', async () => {
    const conn = await engine.connect()
    const transaction = conn.beginTwophase('invalidated')
    await conn.execute(INSERT, [1])
    await transaction.prepare()
    conn.invalidate()
    await conn.rollback()
    await conn.close()
    await using other = await engine.connect()
    expect(await other.recoverTwophase()).toEqual(['invalidated'])
    await other.rollbackPrepared('invalidated')
    expect(await items()).toEqual([])
    expect(engine.stats().pool.checkedOut).toBe(1)
  })

  it('ended by somebody else is told, and the connection goes on', async () => {
    await using conn = await engine.connect()
    await using other = await engine.connect()
    const transaction = conn.beginTwophase('ended')
    await conn.execute(INSERT, [1])
    await transaction.prepare()
    await other.commitPrepared('ended')
    await expect(transaction.commit()).rejects.toMatchObject({ sqlState: '42704' })
    expect(conn.inTransaction()).toBe(false)
    expect(await conn.execute('SELECT 1').scalarOne()).toBe(1)
  })
})

describe('on the embedded database', () => {
  // PGlite has max_prepared_transactions = 0 and cannot be told otherwise.
  it('is refused by the database', async () => {
    await using engine = createEngine('pglite://')
    await engine.execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
    await using conn = await engine.connect()
    const transaction = conn.beginTwophase('x')
    await conn.execute(INSERT, [1])
    await expect(transaction.prepare()).rejects.toMatchObject({ sqlState: '55000' })
    await transaction.rollback()
    expect(await conn.recoverTwophase()).toEqual([])
    expect(await conn.execute('SELECT count(*)::int FROM item').scalarOne()).toBe(0)
  })
})
