// Transactions that are run again: real conflicts, real deadlocks, real lost connections, on a server.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DeadlockDetected, SerializationFailure, UniqueViolation } from '../../src/database-errors.ts'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { RetryEvent, RetryOptions } from '../../src/engine/retry.ts'
import { ArgumentError, CommitOutcomeUnknown, DBAPIError, OperationalError } from '../../src/errors.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { postgresUrl } from '../support/server.ts'

const READ = 'SELECT value FROM counter WHERE id = $1'
const WRITE = 'UPDATE counter SET value = $2 WHERE id = $1'
const ADD = 'UPDATE counter SET value = value + 1 WHERE id = $1'

let admin: Engine
let proxy: Proxy
let engine: Engine

beforeAll(async () => {
  admin = createEngine(postgresUrl())
  await admin.execute('CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)')
  proxy = await startProxy(postgresUrl())
})
beforeEach(async () => {
  await admin.execute('TRUNCATE counter')
  await admin.execute('INSERT INTO counter VALUES (1, 0), (2, 0)')
  engine = createEngine(proxy.url, { poolSize: 8, maxOverflow: 0, poolTimeoutMs: 15_000 })
})
afterEach(async () => {
  proxy.refuse(false)
  await engine.dispose()
})
afterAll(async () => {
  await proxy.close()
  await admin.dispose()
})

const values = (): Promise<unknown[]> => admin.execute('SELECT value FROM counter ORDER BY id').scalars().all()
const quick: RetryOptions = { attempts: 100, backoffMs: 1, maxBackoffMs: 50 }

async function kill(conn: Connection): Promise<void> {
  const gone = new Promise<void>((resolve) => conn.driverConnection?.onceClosed(() => resolve()))
  await admin.execute('SELECT pg_terminate_backend($1)', [conn.driverConnection?.processId])
  await gone
}

describe('engine.run()', () => {
  it('is engine.begin() where nothing fails', async () => {
    const result = await engine.run((conn) => conn.execute(`${ADD} RETURNING value`, [1]).scalarOne())
    expect(result).toBe(1)
    expect(await values()).toEqual([1, 0])
    await expect(engine.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    expect(engine.stats().pool.checkedOut).toBe(0)
  })

  it.each(['SERIALIZABLE', 'REPEATABLE READ'] as const)(
    'repeats what cannot be put in an order, under %s, until all is done once',
    async (isolationLevel) => {
      const told: RetryEvent[] = []
      const retry = { ...quick, onRetry: (event: RetryEvent) => told.push(event) }
      // Two at least have read the same when the first one writes.
      let readers = 0
      let meet: () => void = () => {}
      const met = new Promise<void>((resolve) => {
        meet = resolve
      })
      const addOneTogether = async (conn: Connection): Promise<void> => {
        const value = (await conn.execute(READ, [1]).scalarOne()) as number
        readers += 1
        if (readers === 2) meet()
        await met
        await conn.execute(WRITE, [1, value + 1])
      }
      await Promise.all(Array.from({ length: 24 }, () => engine.run(addOneTogether, { isolationLevel, retry })))
      expect(await values()).toEqual([24, 0])
      expect(told.length).toBeGreaterThan(0)
      for (const { error, attempt, waitMs } of told) {
        expect(error).toBeInstanceOf(SerializationFailure)
        expect(waitMs).toBeGreaterThanOrEqual(0.5)
        expect(waitMs).toBeLessThanOrEqual(Math.min(50, 2 ** (attempt - 1)))
      }
      expect(engine.stats().pool.checkedOut).toBe(0)
    },
  )

  it('repeats what failed at COMMIT only', async () => {
    let calls = 0
    await engine.run(
      async (conn) => {
        calls += 1
        await conn.execute('SELECT sum(value) FROM counter')
        // Write skew: each of the two reads what the other writes. The other one has committed by the time that this one does.
        if (calls === 1)
          await admin.begin(
            async (other) => {
              await other.execute('SELECT sum(value) FROM counter')
              await other.execute(ADD, [2])
            },
            { isolationLevel: 'SERIALIZABLE' },
          )
        await conn.execute(ADD, [1])
      },
      { isolationLevel: 'SERIALIZABLE', retry: quick },
    )
    expect(calls).toBe(2)
    expect(await values()).toEqual([1, 1])
  })

  it('repeats the victim of a deadlock', async () => {
    await admin.execute(`ALTER DATABASE ${new URL(postgresUrl()).pathname.slice(1)} SET deadlock_timeout = '50ms'`)
    const told: unknown[] = []
    let arrived = 0
    let meet = (): void => {}
    const meeting = new Promise<void>((resolve) => {
      meet = resolve
    })
    const cross = (first: number, second: number): Promise<void> =>
      engine.run(
        async (conn) => {
          await conn.execute(ADD, [first])
          arrived += 1
          if (arrived === 2) meet()
          await meeting
          await conn.execute(ADD, [second])
        },
        { retry: { ...quick, onRetry: ({ error }) => told.push(error) } },
      )
    await Promise.all([cross(1, 2), cross(2, 1)])
    expect(await values()).toEqual([2, 2])
    // On a busy machine the victim may be back before the other one has its row, and they meet again.
    expect(told.length).toBeGreaterThan(0)
    for (const error of told) expect(error).toBeInstanceOf(DeadlockDetected)
  })

  it('finds the conflict behind what the function made of it', async () => {
    for (const wrap of [
      (error: unknown) => Promise.reject(new Error('mine', { cause: error })),
      // Swallowed: the transaction cannot be committed any more.
      () => Promise.resolve(),
    ]) {
      let calls = 0
      await engine.run(
        async (conn) => {
          calls += 1
          await conn.execute(READ, [1])
          if (calls === 1) await admin.execute(ADD, [1])
          await conn.execute(ADD, [1]).catch(wrap)
        },
        { isolationLevel: 'REPEATABLE READ', retry: quick },
      )
      expect(calls).toBe(2)
    }
    expect(await values()).toEqual([4, 0])
  })

  it('gives up after so many attempts, and says so', async () => {
    let calls = 0
    const work = async (conn: Connection): Promise<void> => {
      calls += 1
      await conn.execute(READ, [1])
      await admin.execute(ADD, [1])
      await conn.execute(ADD, [1])
    }
    const failing = engine.run(work, { isolationLevel: 'REPEATABLE READ', retry: { attempts: 3, backoffMs: 1 } })
    const error = await failing.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SerializationFailure)
    expect((error as Error).message).toMatch(/\n\[Given up after 3 attempts in \d+\.\d s\]$/)
    expect(calls).toBe(3)
    calls = 0
    await expect(engine.run(work, { isolationLevel: 'REPEATABLE READ', retry: false })).rejects.toThrow(
      SerializationFailure,
    )
    expect(calls).toBe(1)
    calls = 0
    const late = { attempts: 100, backoffMs: 200, deadlineMs: 50 }
    await expect(engine.run(work, { isolationLevel: 'REPEATABLE READ', retry: late })).rejects.toThrow(
      SerializationFailure,
    )
    expect(calls).toBe(1)
  })

  it('ends its wait with the signal', async () => {
    const control = new AbortController()
    const reason = new Error('enough')
    let calls = 0
    const running = engine.run(
      async (conn) => {
        calls += 1
        await conn.execute(READ, [1])
        await admin.execute(ADD, [1])
        await conn.execute(ADD, [1])
      },
      {
        isolationLevel: 'REPEATABLE READ',
        signal: control.signal,
        retry: { backoffMs: 60_000, maxBackoffMs: 60_000, deadlineMs: 600_000, onRetry: () => control.abort(reason) },
      },
    )
    await expect(running).rejects.toBe(reason)
    expect(calls).toBe(1)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })

  it('repeats nothing else', async () => {
    let calls = 0
    const work = async (conn: Connection): Promise<void> => {
      calls += 1
      await conn.execute('INSERT INTO counter VALUES (1, 1)')
    }
    await expect(engine.run(work)).rejects.toBeInstanceOf(UniqueViolation)
    await expect(
      engine.run(
        async (conn) => {
          calls += 1
          await conn.execute("SET LOCAL lock_timeout = '20ms'")
          await admin.begin(async (other) => {
            await other.execute(ADD, [1])
            await conn.execute(ADD, [1])
          })
        },
        { retry: quick },
      ),
    ).rejects.toMatchObject({ sqlState: '55P03' })
    expect(calls).toBe(2)
  })

  it('stops where a listener of retries throws', async () => {
    const stop = new Error('stop')
    const running = engine.run(
      async (conn) => {
        await conn.execute(READ, [1])
        await admin.execute(ADD, [1])
        await conn.execute(ADD, [1])
      },
      {
        isolationLevel: 'REPEATABLE READ',
        retry: {
          onRetry: () => {
            throw stop
          },
        },
      },
    )
    await expect(running).rejects.toBe(stop)
  })
})

describe('a connection lost in engine.run()', () => {
  it('before anything was sent: nothing is run again, for the first flight goes to another', async () => {
    let calls = 0
    await engine.run(
      async (conn) => {
        calls += 1
        if (calls === 1) await kill(conn)
        await conn.execute(ADD, [1])
      },
      { retry: { ...quick, lostConnections: false } },
    )
    expect(calls).toBe(1)
    expect(await values()).toEqual([1, 0])
  })

  it('where none could be had: tried again until the server is back', async () => {
    proxy.refuse(true)
    let calls = 0
    setTimeout(() => proxy.refuse(false), 150)
    await engine.run(
      (conn) => {
        calls += 1
        return conn.execute(ADD, [1])
      },
      { retry: { attempts: 1000, backoffMs: 20, maxBackoffMs: 20 } },
    )
    expect(calls).toBe(1)
    expect(await values()).toEqual([1, 0])
  })

  it('in the middle: the error is told, unless it is asked to run again what was not committed', async () => {
    let calls = 0
    const work = async (conn: Connection): Promise<void> => {
      calls += 1
      await conn.execute(ADD, [1])
      if (calls === 1) await kill(conn)
      await conn.execute(ADD, [2])
    }
    const error = await engine.run(work, { retry: quick }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(OperationalError)
    expect(error).toMatchObject({ connectionInvalidated: true })
    expect(calls).toBe(1)
    expect(await values()).toEqual([0, 0])
    calls = 0
    await engine.run(work, { retry: { ...quick, lostConnections: 'uncommitted' } })
    expect(calls).toBe(2)
    expect(await values()).toEqual([1, 1])
    calls = 0
    const never = engine.run(
      async (conn) => {
        calls += 1
        await conn.execute(ADD, [1])
        await kill(conn)
        await conn.execute(ADD, [2])
      },
      { retry: { ...quick, lostConnections: false } },
    )
    await expect(never).rejects.toBeInstanceOf(OperationalError)
    expect(calls).toBe(1)
  })

  it('behind a failure that was handled: it was the last that the connection had to tell', async () => {
    const dying = 'SELECT CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN 1 / (random() * 0)::int END'
    let calls = 0
    const found = await engine.run(
      async (conn) => {
        calls += 1
        if (calls === 1)
          await conn
            .beginNested((own) => own.execute(dying))
            .catch((error: unknown) => expect(error).toBeInstanceOf(DBAPIError))
        return conn.execute('SELECT 7').scalar()
      },
      { retry: { ...quick, lostConnections: 'uncommitted' } },
    )
    expect([found, calls]).toEqual([7, 2])
  })

  it('with COMMIT on its way: never run again, whatever is asked', async () => {
    let calls = 0
    const running = engine.run(
      async (conn) => {
        calls += 1
        await conn.execute(ADD, [1])
        // The next answer is that to COMMIT.
        proxy.cutAnswers()
      },
      { retry: { ...quick, lostConnections: 'uncommitted' } },
    )
    await expect(running).rejects.toBeInstanceOf(CommitOutcomeUnknown)
    expect(calls).toBe(1)
    // What had been committed stays, once.
    for (let time = 0; time < 200 && (await values())[0] !== 1; time += 1) await pause(10)
    expect(await values()).toEqual([1, 0])
  })

  it('moves nothing twice under random kills', async () => {
    const total = 40
    let done = 0
    let unknown = 0
    const killer = (async () => {
      while (done + unknown < total) {
        await admin
          .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.3 AND backend_type = 'client backend'",
          )
          .catch(() => {})
        await pause(15)
      }
    })()
    const transfer = async (conn: Connection): Promise<void> => {
      const from = (await conn.execute(READ, [1]).scalarOne()) as number
      await conn.execute(WRITE, [1, from - 1])
      await conn.execute(ADD, [2])
    }
    const retry: RetryOptions = { ...quick, attempts: 1000, lostConnections: 'uncommitted', deadlineMs: 60_000 }
    for (let left = total; left > 0; left -= 4)
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          try {
            await engine.run(transfer, { isolationLevel: 'SERIALIZABLE', retry })
            done += 1
          } catch (error) {
            expect(error).toBeInstanceOf(CommitOutcomeUnknown)
            unknown += 1
          }
        }),
      )
    await killer
    const [from, to] = (await values()) as [number, number]
    expect(from + to).toBe(0)
    expect(to).toBeGreaterThanOrEqual(done)
    expect(to).toBeLessThanOrEqual(done + unknown)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })
})

describe('options of engine.run()', () => {
  it('are refused where they are unknown or cannot be', async () => {
    const wrong = (retry: unknown): never => ({ retry }) as never
    const work = (): never => {
      throw new Error('called')
    }
    for (const [retry, message] of [
      [{ atempts: 3 }, "retry has no option 'atempts'; did you mean 'attempts'?"],
      [{ attempts: 0 }, 'attempts must be a whole number of at least 1, got 0'],
      [{ backoffMs: -1 }, 'backoffMs must be a number of milliseconds that is not negative, got -1'],
      [{ deadlineMs: Number.NaN }, 'deadlineMs must be'],
      [{ lostConnections: 'always' }, "lostConnections is 'unsent', 'uncommitted' or false, got 'always'"],
      [{ onRetry: 5 }, 'onRetry must be a function'],
      [5, 'retry is true, false, or an object of options'],
      [null, 'retry is true, false, or an object of options'],
    ] as const) {
      const running = engine.run(work, wrong(retry))
      await expect(running).rejects.toThrow(ArgumentError)
      await expect(running).rejects.toThrow(message)
    }
    await expect(engine.run(work, { isolationLevel: 'AUTOCOMMIT' })).rejects.toThrow(/AUTOCOMMIT begins none/)
    await expect(engine.executionOptions({ isolationLevel: 'AUTOCOMMIT' }).run(work)).rejects.toThrow(ArgumentError)
    await expect(engine.run({} as never)).rejects.toThrow(/engine.run\(\) takes a function/)
    await expect(engine.run(work, { readonly: true } as never)).rejects.toThrow(/did you mean 'readOnly'/)
  })
})
