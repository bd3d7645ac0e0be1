// Listeners that fail, or that run statements of their own: what they hinder is not done by half, and nothing stays behind.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine, EngineEvents } from '../../src/engine/engine.ts'
import { IllegalStateChangeError, PendingRollbackError, TransactionRolledBack } from '../../src/errors.ts'
import type { EventListener, Unlisten } from '../../src/events.ts'
import { Column, deleteFrom, Integer, insert, MetaData, select, table } from '../../src/index.ts'
import { DeclarativeBase, Entity, Session } from '../../src/orm/index.ts'
import { postgresUrl, provides, sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const rows = table('failing_listeners', metadata, { id: Column(Integer, { primaryKey: true }) })
const FAILURE = new Error('not now')

class Base<Self = unknown> extends DeclarativeBase<Self> {}

@Entity('failing_listeners')
class Row extends Base<Row> {
  @Column(Integer, { primaryKey: true }) id!: number
}

describe.each(sqlDatabases())('listeners on $name', (target) => {
  let engine: Engine
  const ends: Unlisten[] = []

  beforeAll(async () => {
    engine = createEngine(target.url)
    await metadata.createAll(engine)
  })
  beforeEach(() => engine.execute(deleteFrom(rows).all()))
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })
  afterAll(() => engine.dispose())

  function on<Name extends keyof EngineEvents>(name: Name, listener: EventListener<EngineEvents[Name]>): Unlisten {
    const end = engine.on(name, listener)
    ends.push(end)
    return end
  }

  const stored = () => engine.execute(select(rows.c.id).orderBy(rows.c.id)).scalars().all()

  it.each(['beforeExecute', 'beforeCursorExecute'] as const)(
    'of %s are not waited for when the signal is aborted: nothing is sent, and the transaction goes on',
    async (name) => {
      const abort = new AbortController()
      const conn = await engine.connect()
      await conn.execute(insert(rows).values({ id: 1 }))
      const stop = on(name, () => {
        abort.abort(FAILURE)
        return new Promise<never>(() => {})
      })
      const asked = conn.execute(insert(rows).values({ id: 2 }), null, { signal: abort.signal })
      await expect(asked.then()).rejects.toBe(FAILURE)
      stop()
      await conn.execute(insert(rows).values({ id: 3 }))
      await conn.commit()
      await conn.close()
      expect(await stored()).toEqual([1, 3])
    },
  )

  it('of rollbackSavepoint that fail leave the savepoint, and what was done inside of it is not committed', async () => {
    const stop = on('rollbackSavepoint', () => {
      throw FAILURE
    })
    const work = engine.begin(async (conn) => {
      await conn.execute(insert(rows).values({ id: 1 }))
      const savepoint = conn.beginNested()
      await conn.execute(insert(rows).values({ id: 2 }))
      await expect(savepoint.rollback()).rejects.toBe(FAILURE)
      await expect(conn.execute(select(rows))).rejects.toThrow(PendingRollbackError)
    })
    await expect(work).rejects.toThrow(TransactionRolledBack)
    stop()
    expect(await stored()).toEqual([])

    await using conn = await engine.connect()
    await conn.execute(insert(rows).values({ id: 1 }))
    const savepoint = conn.beginNested()
    await conn.execute(insert(rows).values({ id: 2 }))
    const stopAgain = on('rollbackSavepoint', async () => {
      throw FAILURE
    })
    await expect(savepoint.rollback()).rejects.toBe(FAILURE)
    stopAgain()
    await savepoint.rollback()
    await conn.commit()
    await conn.close()
    expect(await stored()).toEqual([1])
  })

  it('of rollbackSavepoint may run statements, which are rolled back', async () => {
    on('rollbackSavepoint', ({ connection }) => connection.execute(insert(rows).values({ id: 3 })))
    await engine.begin(async (conn) => {
      await conn.execute(insert(rows).values({ id: 1 }))
      const savepoint = conn.beginNested()
      await conn.execute(insert(rows).values({ id: 2 }))
      await savepoint.rollback()
    })
    expect(await stored()).toEqual([1])
  })

  it('of begin that fail are not passed over by the next statement', async () => {
    const stop = on('begin', () => {
      throw FAILURE
    })
    const work = engine.begin(async (conn) => {
      await expect(conn.execute(insert(rows).values({ id: 1 }))).rejects.toBe(FAILURE)
      await expect(conn.execute(insert(rows).values({ id: 2 }))).rejects.toThrow(PendingRollbackError)
    })
    await expect(work).rejects.toThrow(PendingRollbackError)
    await using conn = await engine.connect()
    await expect(conn.execute(insert(rows).values({ id: 3 }))).rejects.toBe(FAILURE)
    await conn.rollback()
    stop()
    await conn.execute(insert(rows).values({ id: 4 }))
    await conn.commit()
    await conn.close()
    expect(await stored()).toEqual([4])
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
  })

  it.each([undefined, null])('of begin that throw %s are not passed over either', async (thrown) => {
    on('begin', () => {
      throw thrown
    })
    await using conn = await engine.connect()
    await expect(conn.execute(select(rows))).rejects.toBe(thrown)
    await expect(conn.execute(select(rows))).rejects.toThrow(PendingRollbackError)
  })

  it('of begin that fail behind a statement of their own do so too', async () => {
    on('begin', async ({ connection }) => {
      await connection.execute(insert(rows).values({ id: 1 }))
      throw FAILURE
    })
    await using conn = await engine.connect()
    await expect(conn.execute(select(rows))).rejects.toBe(FAILURE)
    await expect(conn.commit()).rejects.toThrow(TransactionRolledBack)
    await conn.close()
    expect(await stored()).toEqual([])
  })

  it('of savepoint that fail are told of it again', async () => {
    const told: string[] = []
    on('savepoint', ({ name }) => {
      told.push(name)
      if (told.length === 1) throw FAILURE
    })
    await engine.begin(async (conn) => {
      await conn.beginNested(async () => {
        await expect(conn.execute(insert(rows).values({ id: 1 }))).rejects.toBe(FAILURE)
        await conn.execute(insert(rows).values({ id: 2 }))
      })
    })
    expect(told).toEqual(['sa_savepoint_1', 'sa_savepoint_1'])
    expect(await stored()).toEqual([2])
  })

  it('of begin write outside of the savepoints that wait with it', async () => {
    on('begin', ({ connection }) => connection.execute(insert(rows).values({ id: 1 })))
    const recording = recordStatements(engine)
    await engine.begin(async (conn) => {
      const savepoint = conn.beginNested()
      await conn.execute(insert(rows).values({ id: 2 }))
      await savepoint.rollback()
    })
    expect(recording.flights.map((flight) => flight.map((sql) => sql.split(' ')[0]))).toEqual([
      ['BEGIN', 'INSERT'],
      ['SAVEPOINT', 'INSERT'],
      ['ROLLBACK'],
      ['COMMIT'],
    ])
    expect(await stored()).toEqual([1])
  })

  describe.each(['afterExecute', 'afterCursorExecute'] as const)('of %s', (name) => {
    const works: Record<string, () => Promise<unknown>> = {
      'begin()': () => engine.begin((conn) => conn.execute(insert(rows).values({ id: 1 }))),
      'executeAll()': async () => {
        await using conn = await engine.connect()
        await conn.executeAll([insert(rows).values({ id: 1 })], { commit: true })
      },
      'session.commit()': async () => {
        await using session = new Session({ bind: engine })
        session.add(new Row({ id: 1 }))
        await session.commit()
      },
    }
    it.each(Object.keys(works))('that fail have nothing committed by %s', async (work) => {
      const stop = on(name, async () => {
        throw FAILURE
      })
      await expect(works[work]?.()).rejects.toBe(FAILURE)
      stop()
      expect(await stored()).toEqual([])
      expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
    })

    it.each(Object.keys(works))('write in the transaction that %s commits', async (work) => {
      let told = 0
      on(name, async ({ connection }) => {
        told += 1
        if (told === 1) await connection.execute(insert(rows).values({ id: 2 }))
      })
      const recording = recordStatements(engine)
      await works[work]?.()
      expect(recording.flights.map((flight) => flight.map((sql) => sql.split(' ')[0]))).toEqual([
        ['BEGIN', 'INSERT'],
        ['INSERT'],
        ['COMMIT'],
      ])
      expect(await stored()).toEqual([1, 2])
    })
  })

  if (provides(target, 'postgresSql'))
    it('of afterStream that fail cost no connection', async () => {
      on('afterStream', async () => {
        throw FAILURE
      })
      const reading = async () => {
        for await (const { n } of engine.stream('SELECT generate_series(1, 30) AS n', null, { yieldPer: 10 }))
          if (n === 12) break
      }
      await expect(reading()).rejects.toBe(FAILURE)
      expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
      await expect(engine.stream('SELECT 1').all()).rejects.toBe(FAILURE)
      expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
    })
})

it('listeners of rollbackTwophase that fail leave nothing prepared behind a connection that is closed', async () => {
  await using engine = createEngine(postgresUrl())
  const name = 'failing listeners'
  engine.on('rollbackTwophase', () => {
    throw FAILURE
  })
  const conn = await engine.connect()
  const transaction = conn.beginTwophase(name)
  await conn.execute('SELECT 1')
  await transaction.prepare()
  await expect(transaction.rollback()).rejects.toBe(FAILURE)
  expect(transaction.isPrepared).toBe(true)
  await expect(conn.close()).rejects.toBe(FAILURE)
  expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
  await using other = await engine.connect()
  expect(await other.recoverTwophase()).not.toContain(name)
})

it('listeners of prepareTwophase that end the transaction leave nothing prepared', async () => {
  await using engine = createEngine(postgresUrl())
  engine.on('prepareTwophase', ({ connection }) => connection.rollback())
  await using conn = await engine.connect()
  const transaction = conn.beginTwophase('ended by a listener')
  await conn.execute('SELECT 1')
  await expect(transaction.prepare()).rejects.toThrow(/over already/)
  expect(conn.inTransaction()).toBe(false)
  expect(await conn.recoverTwophase()).not.toContain('ended by a listener')
})

it.each(['commit', 'rollback'] as const)(
  'listeners that close the connection before a prepared %s take none that nobody gives back',
  async (end) => {
    await using engine = createEngine(postgresUrl())
    engine.on(`${end}Twophase`, async ({ connection }) => {
      if (!connection.closed) await connection.close()
    })
    const conn = await engine.connect()
    const transaction = conn.beginTwophase(`closed before ${end}`)
    await conn.execute('SELECT 1')
    await transaction.prepare()
    const ending = transaction[end]()
    if (end === 'commit') await expect(ending).rejects.toThrow(/over already/)
    else await ending
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
    await using other = await engine.connect()
    expect(await other.recoverTwophase()).not.toContain(`closed before ${end}`)
  },
)

it('listeners of rollback that close the connection do not let it hit the next who borrows it', async () => {
  await using engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
  await engine.execute('DROP TABLE IF EXISTS not_rolled_back')
  await engine.execute('CREATE TABLE not_rolled_back (id INTEGER)')
  let next: Connection | null = null
  let told = 0
  engine.on('rollback', async ({ connection }) => {
    told += 1
    if (told > 1) return
    await connection.close()
    next = await engine.connect()
    await next.execute('INSERT INTO not_rolled_back VALUES (1)')
  })
  const conn = await engine.connect()
  await conn.execute('SELECT 1')
  await conn.rollback()
  const other = next as Connection | null
  await other?.commit()
  await other?.close()
  expect(await engine.execute('SELECT id FROM not_rolled_back').scalars().all()).toEqual([1])
  await engine.execute('DROP TABLE not_rolled_back')
})

it.each(['handleError', 'notice'] as const)(
  'listeners of %s that close the connection are told that it is at work',
  async (name) => {
    await using engine = createEngine(postgresUrl())
    engine.on(name, async ({ connection }) => connection?.close())
    const sql = name === 'notice' ? 'DROP TABLE IF EXISTS no_such_table' : 'SELECT 1/0'
    const conn = await engine.connect()
    await expect(conn.execute(sql)).rejects.toThrow(IllegalStateChangeError)
    expect(conn.closed).toBe(false)
    await conn.close()
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
  },
)
