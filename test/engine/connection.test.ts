import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { PendingResult } from '../../src/engine/result/index.ts'
import {
  IllegalStateChangeError,
  IntegrityError,
  InvalidRequestError,
  PendingRollbackError,
  ResourceClosedError,
  TransactionRolledBack,
} from '../../src/errors.ts'
import { provides, sqlDatabases } from '../support/server.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'
const FAILING = 'SELECT abs(-9223372036854775807 - 1)'
/** Is refused when the transaction is to be committed. */
const LATE = 'INSERT INTO late VALUES (1, 9)'

describe.each(sqlDatabases())('on $name', ({ name, url }) => {
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url, { poolSize: 2, maxOverflow: 0, poolTimeoutMs: 15_000 })
    await engine.execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
    await engine.execute(
      'CREATE TABLE late (id INTEGER PRIMARY KEY, other INTEGER REFERENCES late DEFERRABLE INITIALLY DEFERRED)',
    )
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await engine.execute('DELETE FROM item')
    recording.clear()
  })
  afterAll(() => engine.dispose())

  const items = async (): Promise<unknown[]> => {
    const found = await engine.execute('SELECT id FROM item ORDER BY id').scalars().all()
    return found
  }
  const connected = async <T>(work: (conn: Connection) => Promise<T>): Promise<T> => {
    await using conn = await engine.connect()
    return await work(conn)
  }

  describe('a transaction begun by a statement', () => {
    it('begins with the flight of the first statement and ends with commit()', async () => {
      await connected(async (conn) => {
        expect(conn.inTransaction()).toBe(false)
        await conn.execute(INSERT, [1])
        expect(conn.inTransaction()).toBe(true)
        await conn.execute(INSERT, [2])
        await conn.commit()
        expect(conn.inTransaction()).toBe(false)
        await conn.execute(INSERT, [3])
        await conn.commit()
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT], [INSERT], ['COMMIT'], ['BEGIN', INSERT], ['COMMIT']])
      expect(await items()).toEqual([1, 2, 3])
    })

    it('ends with rollback()', async () => {
      await connected(async (conn) => {
        await conn.execute(INSERT, [1])
        await conn.rollback()
        await conn.execute(INSERT, [2])
        await conn.commit()
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['ROLLBACK'], ['BEGIN', INSERT], ['COMMIT']])
      expect(await items()).toEqual([2])
    })

    it('is rolled back when the connection is closed', async () => {
      await connected((conn) => conn.execute(INSERT, [1]))
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['ROLLBACK']])
      expect(await items()).toEqual([])
    })

    it('is none where nothing was run', async () => {
      await connected(async (conn) => {
        await conn.commit()
        await conn.rollback()
        conn.begin()
        await conn.commit()
        conn.begin()
        conn.beginNested()
        await conn.rollback()
        await conn.begin(async () => {})
      })
      expect(recording.flights).toEqual([])
    })

    it('refuses begin()', async () => {
      await connected(async (conn) => {
        await conn.execute('SELECT 1')
        expect(() => conn.begin()).toThrow(InvalidRequestError)
        expect(() => conn.begin()).toThrow(
          /already begun a transaction.*begin\(\) can be called once commit\(\) or rollback\(\)/,
        )
        await expect(conn.begin(async () => {})).rejects.toThrow(InvalidRequestError)
        await conn.rollback()
        conn.begin()
        expect(() => conn.begin()).toThrow(InvalidRequestError)
      })
    })
  })

  describe('begin(fn)', () => {
    it('commits what succeeded and gives its value', async () => {
      const value = await connected((conn) =>
        conn.begin(async (inner) => {
          expect(inner).toBe(conn)
          await inner.execute(INSERT, [1])
          return 'value'
        }),
      )
      expect(value).toBe('value')
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['COMMIT']])
      expect(await items()).toEqual([1])
    })

    it('rolls back what failed and rethrows', async () => {
      const failure = new Error('mine')
      await connected(async (conn) => {
        await expect(
          conn.begin(async () => {
            await conn.execute(INSERT, [1])
            throw failure
          }),
        ).rejects.toBe(failure)
        await expect(
          conn.begin(() => {
            throw failure
          }),
        ).rejects.toBe(failure)
        expect(conn.inTransaction()).toBe(false)
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['ROLLBACK']])
      expect(await items()).toEqual([])
    })

    it('sends a statement that is returned together with BEGIN and COMMIT', async () => {
      const result = await engine.begin((conn) => conn.execute(`${INSERT} RETURNING id`, [1]))
      expect(result.scalarOne()).toBe(1)
      const rows = await engine.begin((conn) => conn.execute(`${INSERT} RETURNING id`, [2]).scalars().all())
      expect(rows).toEqual([2])
      const flight = ['BEGIN', `${INSERT} RETURNING id`, 'COMMIT']
      expect(recording.flights).toEqual([flight, flight])
      expect(await items()).toEqual([1, 2])
    })

    it('sends COMMIT with the last of several statements', async () => {
      await engine.begin((conn) => conn.execute(INSERT, [1]).then(() => conn.execute(INSERT, [2])))
      expect(recording.flights).toEqual([['BEGIN', INSERT], [INSERT], ['COMMIT']])
    })

    it('sends nothing behind a returned statement that fails', async () => {
      await engine.execute(INSERT, [1])
      recording.clear()
      await expect(engine.begin((conn) => conn.execute(INSERT, [1]))).rejects.toBeInstanceOf(IntegrityError)
      expect(recording.flights).toEqual([['BEGIN', INSERT, 'COMMIT'], ['ROLLBACK']])
      expect(await items()).toEqual([1])
    })

    it('lets commit() end the transaction inside and refuses what comes behind', async () => {
      await connected(async (conn) => {
        await expect(
          conn.begin(async () => {
            await conn.execute(INSERT, [1])
            await conn.commit()
            await conn.execute(INSERT, [2])
          }),
        ).rejects.toThrow(/Can't operate on a closed transaction inside of its block/)
        await conn.begin(async () => {
          await conn.execute(INSERT, [3])
          await conn.rollback()
          expect(() => conn.begin()).toThrow(/Can't operate on a closed transaction/)
          expect(() => conn.beginNested()).toThrow(/Can't operate on a closed transaction/)
        })
        await conn.execute(INSERT, [4])
        await conn.commit()
      })
      expect(await items()).toEqual([1, 4])
    })

    it('reports a transaction whose failure was swallowed, and stores nothing', async () => {
      const error = await engine
        .begin(async (conn) => {
          await conn.execute(INSERT, [1])
          await conn.execute(FAILING).catch(() => {})
        })
        .catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(TransactionRolledBack)
      expect((error as Error).cause).toMatchObject({ sqlState: '22003' })
      expect(recording.flights).toEqual([['BEGIN', INSERT], [FAILING], ['ROLLBACK']])
      expect(await items()).toEqual([])
    })

    it('reports what fails at COMMIT only', async () => {
      await expect(engine.begin((conn) => conn.execute(LATE))).rejects.toMatchObject({ sqlState: '23503' })
      await expect(
        engine.begin(async (conn) => {
          await conn.execute(LATE)
        }),
      ).rejects.toBeInstanceOf(IntegrityError)
      expect(recording.flights).toEqual([['BEGIN', LATE, 'COMMIT'], ['BEGIN', LATE], ['COMMIT']])
    })

    it('waits for statements that were started and not awaited', async () => {
      await engine.begin(async (conn) => {
        void conn.execute(INSERT, [1]).then()
      })
      expect(await items()).toEqual([1])
      const failure = new Error('mine')
      await expect(
        engine.begin(async (conn) => {
          void conn.execute(INSERT, [2]).then()
          throw failure
        }),
      ).rejects.toBe(failure)
      expect(await items()).toEqual([1])
    })

    it('refuses its connection after the end', async () => {
      let late: PendingResult | undefined
      let leaked: Connection | undefined
      const failing = engine.begin(async (conn) => {
        leaked = conn
        late = conn.execute(INSERT, [1]) as PendingResult
        throw new Error('mine')
      })
      await expect(failing).rejects.toThrow('mine')
      await expect(late).rejects.toThrow(new ResourceClosedError('This Connection is closed'))
      await expect(leaked?.execute(INSERT, [2])).rejects.toBeInstanceOf(ResourceClosedError)
      expect(await items()).toEqual([])
    })
  })

  describe('a transaction handle', () => {
    it('commits and rolls back', async () => {
      await connected(async (conn) => {
        const first = conn.begin()
        expect(first.isActive).toBe(true)
        expect(conn.getTransaction()).toBe(first)
        await conn.execute(INSERT, [1])
        await first.commit()
        expect(first.isActive).toBe(false)
        await expect(first.commit()).rejects.toThrow(/This transaction is inactive/)
        await first.rollback()
        const second = conn.begin()
        await conn.execute(INSERT, [2])
        await second.rollback()
        await second.close()
        expect(conn.getTransaction()).toBe(null)
      })
      expect(await items()).toEqual([1])
    })

    it('rolls back at the end of its block what was not committed', async () => {
      await connected(async (conn) => {
        {
          await using transaction = conn.begin()
          await conn.execute(INSERT, [1])
          await transaction.commit()
        }
        {
          await using _transaction = conn.begin()
          await conn.execute(INSERT, [2])
        }
      })
      expect(await items()).toEqual([1])
    })

    it('does not end a transaction that is not its own', async () => {
      await connected(async (conn) => {
        const first = conn.begin()
        await first.commit()
        conn.begin()
        await conn.execute(INSERT, [1])
        await first.rollback()
        await expect(first.commit()).rejects.toBeInstanceOf(InvalidRequestError)
        await conn.commit()
      })
      expect(await items()).toEqual([1])
    })

    it('is begun for a connection by engine.begin() without a function', async () => {
      {
        await using conn = await engine.begin()
        expect(conn.inTransaction()).toBe(true)
        await conn.execute(INSERT, [1])
        await conn.commit()
        await conn.execute(INSERT, [2])
      }
      expect(await items()).toEqual([1])
    })
  })

  describe('savepoints', () => {
    it('are set and released by the flights of statements', async () => {
      await engine.begin(async (conn) => {
        await conn.beginNested(async () => {
          expect(conn.inNestedTransaction()).toBe(true)
          await conn.execute(INSERT, [1])
        })
        expect(conn.inNestedTransaction()).toBe(false)
        await conn.execute(INSERT, [2])
        await conn.beginNested((inner) => inner.execute(INSERT, [3]))
      })
      expect(recording.flights).toEqual([
        ['BEGIN', 'SAVEPOINT sa_savepoint_1', INSERT],
        ['RELEASE SAVEPOINT sa_savepoint_1', INSERT],
        ['SAVEPOINT sa_savepoint_2', INSERT],
        ['COMMIT'],
      ])
      expect(await items()).toEqual([1, 2, 3])
    })

    it('undo what failed inside, and the transaction goes on', async () => {
      await engine.begin(async (conn) => {
        await conn.execute(INSERT, [1])
        await expect(conn.beginNested((inner) => inner.execute(INSERT, [1]))).rejects.toBeInstanceOf(IntegrityError)
        await conn.execute(INSERT, [2])
      })
      expect(recording.flights).toEqual([
        ['BEGIN', INSERT],
        ['SAVEPOINT sa_savepoint_1', INSERT],
        ['ROLLBACK TO SAVEPOINT sa_savepoint_1'],
        [INSERT],
        ['COMMIT'],
      ])
      expect(await items()).toEqual([1, 2])
    })

    it('cost nothing where nothing happens inside', async () => {
      await engine.begin(async (conn) => {
        await conn.beginNested(async () => {
          await conn.beginNested(async () => {})
        })
        await conn
          .beginNested(async () => {
            throw new Error('mine')
          })
          .catch(() => {})
        await conn.execute(INSERT, [1])
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['COMMIT']])
    })

    it('stand in each other', async () => {
      await connected(async (conn) => {
        const outer = conn.beginNested()
        await conn.execute(INSERT, [1])
        const inner = conn.beginNested()
        await conn.execute(INSERT, [2])
        expect(conn.getNestedTransaction()).toBe(inner)
        await inner.rollback()
        expect(conn.getNestedTransaction()).toBe(outer)
        const another = conn.beginNested()
        await conn.execute(INSERT, [3])
        await another.commit()
        await conn.execute(INSERT, [4])
        expect([outer.isActive, inner.isActive, another.isActive]).toEqual([true, false, false])
        await outer.commit()
        await conn.commit()
      })
      expect(recording.flights).toEqual([
        ['BEGIN', 'SAVEPOINT sa_savepoint_1', INSERT],
        ['SAVEPOINT sa_savepoint_2', INSERT],
        ['ROLLBACK TO SAVEPOINT sa_savepoint_2'],
        ['SAVEPOINT sa_savepoint_3', INSERT],
        ['RELEASE SAVEPOINT sa_savepoint_3', INSERT],
        ['COMMIT'],
      ])
      expect(await items()).toEqual([1, 3, 4])
    })

    it('end with those that stand in them', async () => {
      await connected(async (conn) => {
        const outer = conn.beginNested()
        await conn.execute(INSERT, [1])
        const inner = conn.beginNested()
        await conn.execute(INSERT, [2])
        await outer.rollback()
        expect(inner.isActive).toBe(false)
        await expect(inner.commit()).rejects.toThrow(/inactive/)
        await inner.rollback()
        await conn.execute(INSERT, [3])
        await conn.commit()
        const last = conn.beginNested()
        await conn.execute(INSERT, [4])
        await conn.rollback()
        expect(last.isActive).toBe(false)
      })
      expect(await items()).toEqual([3])
    })

    it('are forgotten with the one that they were to stand in', async () => {
      await connected(async (conn) => {
        const outer = conn.beginNested()
        await conn.execute(INSERT, [1])
        conn.beginNested()
        await outer.rollback()
        await conn.execute(INSERT, [2])
        const other = conn.beginNested()
        await conn.execute(INSERT, [3])
        const inner = conn.beginNested()
        await conn.execute(INSERT, [4])
        await inner.commit()
        await other.commit()
        await conn.execute(INSERT, [5])
        await conn.commit()
      })
      expect(recording.flights).toEqual([
        ['BEGIN', 'SAVEPOINT sa_savepoint_1', INSERT],
        ['ROLLBACK TO SAVEPOINT sa_savepoint_1'],
        [INSERT],
        ['SAVEPOINT sa_savepoint_3', INSERT],
        ['SAVEPOINT sa_savepoint_4', INSERT],
        ['RELEASE SAVEPOINT sa_savepoint_3', INSERT],
        ['COMMIT'],
      ])
      expect(await items()).toEqual([2, 3, 4, 5])
    })

    it('cannot be released after a failure, only rolled back', async () => {
      await connected(async (conn) => {
        const savepoint = conn.beginNested()
        await conn.execute(FAILING).catch(() => {})
        expect(savepoint.isActive).toBe(false)
        await expect(savepoint.commit()).rejects.toBeInstanceOf(PendingRollbackError)
        await savepoint.rollback()
        await conn.execute(INSERT, [1])
        await conn.commit()
      })
      expect(await items()).toEqual([1])
    })
  })

  describe('a failure', () => {
    it('is told by every statement behind it, without a flight', async () => {
      await connected(async (conn) => {
        await expect(conn.execute(FAILING)).rejects.toMatchObject({ sqlState: '22003', statement: FAILING })
        recording.clear()
        const error = await conn.execute(INSERT, [1]).catch((caught: unknown) => caught)
        expect(error).toBeInstanceOf(PendingRollbackError)
        expect((error as Error).message).toBe(
          "Can't run anything in a transaction that failed: rollback() must be called first. It failed with: " +
            (name === 'sqlite' ? 'integer overflow' : 'bigint out of range'),
        )
        expect((error as Error).cause).toMatchObject({ sqlState: '22003' })
        expect(() => conn.beginNested()).toThrow(PendingRollbackError)
        expect(recording.flights).toEqual([])
        await conn.rollback()
        await conn.execute(INSERT, [1])
        await conn.commit()
      })
      expect(await items()).toEqual([1])
    })

    it('turns commit() into an error that says so', async () => {
      await connected(async (conn) => {
        await conn.execute(INSERT, [1])
        await conn.execute(FAILING).catch(() => {})
        await expect(conn.commit()).rejects.toBeInstanceOf(TransactionRolledBack)
        expect(conn.inTransaction()).toBe(false)
        await conn.execute(INSERT, [2])
        await conn.commit()
      })
      expect(await items()).toEqual([2])
    })

    it('of COMMIT leaves the transaction to be rolled back', async () => {
      await connected(async (conn) => {
        await conn.execute(LATE)
        await expect(conn.commit()).rejects.toMatchObject({ sqlState: '23503' })
        await expect(conn.execute('SELECT 1')).rejects.toBeInstanceOf(PendingRollbackError)
        await expect(conn.commit()).rejects.toBeInstanceOf(PendingRollbackError)
        await conn.rollback()
        expect(await conn.execute('SELECT id FROM late').all()).toEqual([])
      })
      expect(recording.flights.flat().filter((sql) => sql === 'ROLLBACK')).toHaveLength(1)
    })

    it('can be ended by hand', async () => {
      await connected(async (conn) => {
        await conn.execute(INSERT, [1])
        await conn.execute('SAVEPOINT mine')
        await conn.execute(FAILING).catch(() => {})
        await conn.execute('ROLLBACK TO SAVEPOINT mine')
        await conn.execute(INSERT, [2])
        await conn.commit()
      })
      expect(await items()).toEqual([1, 2])
    })

    it('names the caller in its stack', async () => {
      async function culprit(conn: Connection): Promise<void> {
        await conn.execute(FAILING).scalars().all()
      }
      const error = await connected(culprit).catch((caught: unknown) => caught)
      expect((error as Error).stack).toContain('culprit')
      expect((error as Error).stack).toContain('connection.test.ts')
      expect((error as Error).stack).not.toContain('wrap')
      const other = await engine.execute(FAILING).catch((caught: unknown) => caught)
      expect((other as Error).stack).toContain('connection.test.ts')
    })
  })

  describe('SQL that ends the transaction by itself', () => {
    it('is noticed, so that nothing behind it runs outside of a transaction', async () => {
      await connected(async (conn) => {
        await conn.execute(INSERT, [1])
        await conn.execute('COMMIT')
        expect(conn.inTransaction()).toBe(false)
        await conn.execute(INSERT, [2])
        await conn.rollback()
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['COMMIT'], ['BEGIN', INSERT], ['ROLLBACK']])
      expect(await items()).toEqual([1])
    })

    it('closes the block that it happens in', async () => {
      const failing = engine.begin(async (conn) => {
        await conn.execute('ROLLBACK')
        await conn.execute(INSERT, [1])
      })
      await expect(failing).rejects.toThrow(/Can't operate on a closed transaction/)
      expect(await items()).toEqual([])
    })

    it('does not reach the next who borrows the connection', async () => {
      await engine.execute('BEGIN')
      await engine.execute(INSERT, [1])
      expect(await items()).toEqual([1])
    })
  })

  describe('overlapping use', () => {
    it('is refused, naming both statements', async () => {
      await connected(async (conn) => {
        const [one, two] = await Promise.allSettled([conn.execute('SELECT 1'), conn.execute('SELECT 2')])
        expect(one.status).toBe('fulfilled')
        expect((two as PromiseRejectedResult).reason).toEqual(
          new IllegalStateChangeError(
            "This Connection is still running 'SELECT 1' and cannot run 'SELECT 2' at the same time: " +
              'await the one before, or use a connection for each',
          ),
        )
        await conn.commit()
      })
    })

    if (provides({ name }, 'latency'))
      it('by the end of the transaction is refused too', async () => {
        await connected(async (conn) => {
          const running = conn.execute('SELECT 3').then()
          await expect(conn.commit()).rejects.toThrow("running 'SELECT 3' and cannot run 'COMMIT'")
          await expect(conn.rollback()).rejects.toThrow("running 'SELECT 3' and cannot run 'ROLLBACK'")
          await running
          await conn.commit()
        })
      })

    it('by close() waits', async () => {
      const conn = await engine.connect()
      const running = conn.execute(INSERT, [1]).then()
      await conn.close()
      await running
      expect(recording.flights).toEqual([['BEGIN', INSERT], ['ROLLBACK']])
    })
  })

  describe('close()', () => {
    it('can be called again, and refuses what comes behind', async () => {
      const conn = await engine.connect()
      await conn.close()
      await conn.close()
      expect(conn.closed).toBe(true)
      const closed = new ResourceClosedError('This Connection is closed')
      await expect(conn.execute('SELECT 1')).rejects.toThrow(closed)
      await expect(conn.commit()).rejects.toThrow(closed)
      await expect(conn.rollback()).rejects.toThrow(closed)
      expect(() => conn.begin()).toThrow(closed)
      expect(() => conn.beginNested()).toThrow(closed)
      expect(() => conn.invalidate()).toThrow(closed)
      expect(engine.stats().pool.checkedOut).toBe(0)
    })
  })

  describe('isolation', () => {
    const level = 'SHOW transaction_isolation'

    if (provides({ name }, 'postgresSql'))
      it('is asked for with BEGIN', async () => {
        await using conn = await engine.connect({ isolationLevel: 'SERIALIZABLE' })
        expect(await conn.execute(level).scalar()).toBe('serializable')
        await conn.rollback()
        conn.begin({ isolationLevel: 'REPEATABLE READ', readOnly: true })
        expect(await conn.execute(level).scalar()).toBe('repeatable read')
        await expect(conn.execute(INSERT, [1])).rejects.toMatchObject({ sqlState: '25006' })
        expect(recording.flights[0]).toEqual(['BEGIN ISOLATION LEVEL SERIALIZABLE', level])
      })

    it('AUTOCOMMIT begins nothing, and keeps the rules of begin() and commit()', async () => {
      await using conn = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
      await conn.execute(INSERT, [1])
      expect(conn.inTransaction()).toBe(true)
      expect(() => conn.begin()).toThrow(InvalidRequestError)
      await conn.rollback()
      await conn.begin((inner) => inner.execute(INSERT, [2]))
      await conn.execute(FAILING).catch(() => {})
      await conn.execute(INSERT, [3])
      await conn.commit()
      expect(recording.flights).toEqual([[INSERT], [INSERT], [FAILING], [INSERT]])
      await conn.close()
      expect(await items()).toEqual([1, 2, 3])
    })

    it('is one of a list, whatever the compiler was told', async () => {
      const injected = { isolationLevel: 'SERIALIZABLE; DROP TABLE item' as never }
      await expect(engine.connect(injected)).rejects.toThrow(
        /There is no isolation level 'SERIALIZABLE; DROP TABLE item'/,
      )
      await connected(async (conn) => {
        expect(() => conn.begin(injected)).toThrow(/There is no isolation level/)
        await expect(conn.begin(async () => {}, injected)).rejects.toThrow(/There is no isolation level/)
        expect(() => conn.begin({ readonly: true } as never)).toThrow(
          "begin() has no option 'readonly'; did you mean 'readOnly'?",
        )
      })
    })
  })
})
