// Streams: rows page by page from a cursor, other statements between them, and nothing left behind however they end.

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { StreamResult } from '../../src/engine/result/stream-result.ts'
import {
  ArgumentError,
  DataError,
  InvalidRequestError,
  MultipleResultsFound,
  NoResultFound,
  NoSuchColumnError,
  PendingRollbackError,
  ResourceClosedError,
} from '../../src/errors.ts'
import {
  Column,
  Integer,
  insert,
  literal,
  MetaData,
  String as SqlString,
  select,
  table,
  text,
  update,
} from '../../src/index.ts'
import { postgresUrl, provides, sqlDatabases } from '../support/server.ts'
import { speltBy } from '../support/spelling.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(SqlString(50)),
})
const everybody = select(users.c.id, users.c.name).orderBy(users.c.id)
const SQL = 'SELECT users.id, users.name \nFROM users ORDER BY users.id'
const COUNT = 25

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    await engine.execute(
      insert(users).values(Array.from({ length: COUNT }, (_, index) => ({ id: index + 1, name: `user ${index + 1}` }))),
    )
    recording = recordStatements(engine)
  })
  beforeEach(() => recording.clear())
  afterAll(() => engine.dispose())

  /** SQL whose third row is an error of its values. */
  const failing = speltBy(
    target,
    'SELECT 2 / (3 - id) AS a FROM (SELECT id FROM users ORDER BY id) AS ordered',
    'SELECT CASE WHEN id < 3 THEN id ELSE abs(-9223372036854775807 - 1) END AS a FROM users ORDER BY id',
  )
  const ids = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

  /** Runs on a connection whose transaction is rolled back. */
  async function connected(work: (connection: Connection) => Promise<void>): Promise<void> {
    await using connection = await engine.connect()
    await work(connection)
  }

  it('gives the rows one after the other, the first page in the flight of BEGIN', () =>
    connected(async (connection) => {
      const rows = await collect(connection.stream(everybody, null, { yieldPer: 10 }))
      expect(rows.map((row) => row.id)).toEqual(ids(1, COUNT))
      expect(rows[4]).toEqual({ id: 5, name: 'user 5' })
      expect(recording.statements).toEqual([
        { sql: 'BEGIN', parameters: [], flight: 1 },
        { sql: SQL, parameters: [], flight: 1 },
      ])
    }))

  it('costs a flight for each page', () =>
    connected(async (connection) => {
      const stream = connection.stream(everybody, null, { yieldPer: 10 })
      expect(await stream.fetchMany(3)).toHaveLength(3)
      const before = connection.driverConnection?.flights ?? 0
      expect(await stream.fetchMany(7)).toHaveLength(7)
      expect(connection.driverConnection?.flights).toBe(before)
      expect(await stream.fetchMany(12)).toHaveLength(12)
      expect(connection.driverConnection?.flights).toBe(before + 2)
      expect((await stream.all()).map((row) => row.id)).toEqual([23, 24, 25])
    }))

  it('nothing is sent before the first row is asked for', () =>
    connected(async (connection) => {
      const stream = connection.stream(everybody)
      expect([stream.closed, connection.inTransaction()]).toEqual([false, false])
      await stream.close()
      expect(recording.statements).toEqual([])
      await expect(stream.all()).rejects.toThrow(ResourceClosedError)
    }))

  it('other statements, and other streams, run between two rows', () =>
    connected(async (connection) => {
      const seen: unknown[] = []
      for await (const { id } of connection.stream(everybody, null, { yieldPer: 4 })) {
        await connection.execute(update(users).where(users.c.id.eq(id)).values({ name: 'renamed' }))
        for await (const other of connection.stream(select(users.c.id).where(users.c.id.eq(id)))) seen.push(other.id)
      }
      expect(seen).toEqual(ids(1, COUNT))
      expect(
        await connection.execute("SELECT CAST(count(*) AS INTEGER) FROM users WHERE name = 'renamed'").scalar(),
      ).toBe(COUNT)
    }))

  it('leaving the loop lets go of the rest without a flight', () =>
    connected(async (connection) => {
      let flights = 0
      for await (const row of connection.stream(everybody, null, { yieldPer: 4 })) {
        flights = connection.driverConnection?.flights ?? 0
        if (row.id === 2) break
      }
      expect(connection.driverConnection?.flights).toBe(flights)
      const cursors = "SELECT CAST(count(*) AS INTEGER) FROM pg_cursors WHERE name <> ''"
      if (provides(target, 'postgresSql')) expect(await connection.execute(cursors).scalar()).toBe(0)
      await connection.commit()
    }))

  describe('views', () => {
    const stream = (connection: Connection): ReturnType<typeof open> => open(connection)
    const open = (connection: Connection) => connection.stream(everybody, null, { yieldPer: 4 })

    it('values, tuples, mappings and columns', () =>
      connected(async (connection) => {
        expect(await collect(stream(connection).scalars())).toEqual(ids(1, COUNT))
        expect((await collect(stream(connection).scalars('name')))[24]).toBe('user 25')
        expect((await collect(stream(connection).scalars(users.c.name)))[0]).toBe('user 1')
        expect((await collect(stream(connection).tuples()))[24]).toEqual([25, 'user 25'])
        expect((await collect(stream(connection).mappings()))[24]).toEqual({ id: 25, name: 'user 25' })
        expect((await collect(stream(connection).columns('name', 0).tuples()))[1]).toEqual(['user 2', 2])
        expect(await stream(connection).keys()).toEqual(['id', 'name'])
        await expect(collect(stream(connection).scalars('nmae' as never))).rejects.toThrow(NoSuchColumnError)
      }))

    it('rows only once, over all pages', () =>
      connected(async (connection) => {
        const repeated = 'SELECT id % 3 AS a, id AS b FROM users WHERE id <= 20 ORDER BY id'
        const open = (): StreamResult<Record<string, unknown>> => connection.stream(repeated, [], { yieldPer: 2 })
        expect(await collect(open().columns('a').unique().scalars())).toEqual([1, 2, 0])
        expect(await collect(open().scalars('a').unique())).toEqual([1, 2, 0])
        expect(
          await collect(
            open()
              .unique((row) => row.a)
              .scalars('b'),
          ),
        ).toEqual([1, 2, 3])
        expect(await open().scalars('a').unique().fetchMany(2)).toEqual([1, 2])
      }))

    it('partitions, as large as asked for or as they come', () =>
      connected(async (connection) => {
        const sizes = async (partitions: AsyncIterable<unknown[]>): Promise<number[]> =>
          (await collect(partitions)).map((rows) => rows.length)
        expect(await sizes(stream(connection).partitions(10))).toEqual([10, 10, 5])
        expect(await sizes(stream(connection).partitions())).toEqual([4, 4, 4, 4, 4, 4, 1])
        expect(await sizes(stream(connection).scalars().partitions(24))).toEqual([24, 1])
        expect(() => stream(connection).partitions(0)).toThrow(InvalidRequestError)
      }))

    it('one row, of which there must be so many', () =>
      connected(async (connection) => {
        const of = (id: number): ReturnType<typeof open> => connection.stream(everybody.where(users.c.id.eq(id)))
        expect(await of(3).one()).toEqual({ id: 3, name: 'user 3' })
        expect([await of(3).scalar(), await of(3).scalarOne(), await of(99).scalarOneOrNone()]).toEqual([3, 3, null])
        expect([await of(99).first(), await of(99).oneOrNone()]).toEqual([null, null])
        await expect(of(99).one()).rejects.toThrow(NoResultFound)
        await expect(stream(connection).one()).rejects.toThrow(
          new MultipleResultsFound('Multiple rows were found when exactly one was required'),
        )
        const missing = () => connection.stream(select(literal(null, Integer).label('missing')))
        expect([await missing().scalarOne(), await missing().scalars().one()]).toEqual([null, null])
        const read = stream(connection)
        expect(await read.all()).toHaveLength(COUNT)
        expect([await read.all(), await read.fetchOne(), await read.fetchMany(2), read.closed]).toEqual([
          [],
          null,
          [],
          false,
        ])
        expect(await stream(connection).first()).toEqual({ id: 1, name: 'user 1' })
        const rest = stream(connection)
        expect([await rest.fetchOne(), await rest.scalars().fetchOne()]).toEqual([{ id: 1, name: 'user 1' }, 2])
        await rest.close()
      }))
  })

  it('takes parameters, and refuses several sets of them', () =>
    connected(async (connection) => {
      const statement = text('SELECT id FROM users WHERE id > :low ORDER BY id')
      expect(await collect(connection.stream(statement, { low: 23 }).scalars())).toEqual([24, 25])
      expect(await collect(connection.stream('SELECT CAST($1 AS INTEGER) AS a', [5]))).toEqual([{ a: 5 }])
      await expect(collect(connection.stream(statement, [{ low: 1 }, { low: 2 }] as never))).rejects.toThrow(
        ArgumentError,
      )
      await expect(collect(connection.stream(statement, { low: 1 }, { yeldPer: 1 } as never))).rejects.toThrow(
        /yieldPer/,
      )
    }))

  it('yieldPer may come from the statement or the connection', () =>
    connected(async (connection) => {
      const sizes = async (stream: StreamResult): Promise<number[]> =>
        (await collect(stream.partitions())).map((rows) => rows.length)
      expect(await sizes(connection.stream(everybody.executionOptions({ yieldPer: 20 })))).toEqual([20, 5])
      connection.executionOptions({ yieldPer: 12 })
      expect(await sizes(connection.stream(everybody))).toEqual([12, 12, 1])
    }))

  it('a statement without rows says so, and has run', () =>
    connected(async (connection) => {
      await expect(collect(connection.stream("UPDATE users SET name = 'x'"))).rejects.toThrow(
        'This result object does not return rows. It has been closed automatically.',
      )
      expect(await connection.execute("SELECT CAST(count(*) AS INTEGER) FROM users WHERE name = 'x'").scalar()).toBe(
        COUNT,
      )
    }))

  it('rows that a write returns are streamed too', () =>
    connected(async (connection) => {
      const renamed = update(users).values({ name: 'new' }).all().returning(users.c.id)
      expect(await collect(connection.stream(renamed, null, { yieldPer: 10 }).scalars())).toHaveLength(COUNT)
    }))

  describe('the end of the transaction', () => {
    const MESSAGE = 'The rows of this stream that were not read yet are gone: '

    it.each(['commit', 'rollback'] as const)('%s drops what was not read, and says so', (end) =>
      connected(async (connection) => {
        const stream = connection.stream(everybody, null, { yieldPer: 4 })
        await stream.fetchMany(2)
        await connection[end]()
        // What has come is there; what has not will not come.
        expect(await stream.fetchMany(2)).toHaveLength(2)
        await expect(stream.fetchMany(2)).rejects.toThrow(
          `${MESSAGE}the transaction in which it was opened has been committed or rolled back`,
        )
        expect(await connection.execute('SELECT 1').scalar()).toBe(1)
      }),
    )

    it('reading on is no matter for the transaction behind it', () =>
      connected(async (connection) => {
        const stream = connection.stream(everybody, null, { yieldPer: 4 })
        await stream.fetchMany(4)
        await connection.rollback()
        expect(await connection.execute('SELECT 1').scalar()).toBe(1)
        const reading = async (): Promise<void> => {
          while ((await stream.fetchMany(4)).length > 0);
        }
        await expect(reading()).rejects.toThrow(`${MESSAGE}the transaction in which it was opened has been committed`)
        expect(await connection.execute('SELECT 2').scalar()).toBe(2)
      }))

    it.each([false, true])('closing the connection does, too (listeners: %s)', async (isHeard) => {
      const connection = await engine.connect()
      if (isHeard) connection.on('rollback', () => {})
      const stream = connection.stream(everybody, null, { yieldPer: 4 })
      await stream.fetchMany(4)
      await connection.close()
      await expect(stream.fetchMany(1)).rejects.toThrow(`${MESSAGE}its Connection was closed`)
    })

    it('a savepoint that is rolled back drops what was opened inside of it, and nothing else', () =>
      connected(async (connection) => {
        const outer = connection.stream(everybody, null, { yieldPer: 4 })
        await outer.fetchMany(4)
        const savepoint = connection.beginNested()
        const inner = connection.stream(everybody, null, { yieldPer: 4 })
        await inner.fetchMany(4)
        const released = connection.beginNested()
        const innermost = connection.stream(everybody, null, { yieldPer: 4 })
        await innermost.fetchMany(4)
        await released.commit()
        expect(await innermost.scalars().fetchMany(1)).toEqual([5])
        await savepoint.rollback()
        await expect(inner.fetchMany(1)).rejects.toThrow(
          `${MESSAGE}the savepoint in which it was opened was rolled back`,
        )
        await innermost.fetchMany(3)
        await expect(innermost.fetchMany(1)).rejects.toThrow(MESSAGE)
        expect(await outer.scalars().fetchMany(4)).toEqual([5, 6, 7, 8])
      }))

    it('a savepoint that waits for its next statement travels before the page', () =>
      connected(async (connection) => {
        const stream = connection.stream(everybody, null, { yieldPer: 4 })
        await stream.fetchMany(4)
        const savepoint = connection.beginNested()
        expect(await stream.scalars().fetchMany(2)).toEqual([5, 6])
        await savepoint.rollback()
        expect(await stream.scalars().fetchMany(4)).toEqual([7, 8, 9, 10])
      }))
  })

  it('an error in the middle is that of its row, and spoils the transaction', () =>
    connected(async (connection) => {
      const stream = connection.stream(failing, [], { yieldPer: 2 })
      const seen: unknown[] = []
      const iterate = async (): Promise<void> => {
        for await (const row of stream) seen.push(row.a)
      }
      await expect(iterate()).rejects.toThrow(DataError)
      expect(seen).toEqual([1, 2])
      await expect(connection.execute('SELECT 1')).rejects.toThrow(PendingRollbackError)
      await connection.rollback()
      expect(await connection.execute('SELECT 1').scalar()).toBe(1)
    }))

  it('an error of the opening is the usual one', () =>
    connected(async (connection) => {
      await expect(collect(connection.stream('SELECT * FROM absent'))).rejects.toThrow(
        /relation "absent" does not exist|no such table: absent/,
      )
    }))

  if (provides(target, 'postgresSql'))
    it('is not possible in AUTOCOMMIT, and says what is', async () => {
      await using connection = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
      await expect(collect(connection.stream(everybody))).rejects.toThrow(/AUTOCOMMIT.*engine.stream\(\)/)
    })

  it('a signal between two pages ends it with its reason', () =>
    connected(async (connection) => {
      const controller = new AbortController()
      const stream = connection.stream(everybody, null, { yieldPer: 4, signal: controller.signal })
      await stream.fetchMany(4)
      controller.abort(new Error('enough'))
      await expect(stream.fetchMany(1)).rejects.toThrow('enough')
      expect(await connection.execute('SELECT 1').scalar()).toBe(1)
    }))

  describe('of an engine', () => {
    it('has a connection of its own, in a transaction that only reads', async () => {
      const rows = await collect(engine.stream(everybody, null, { yieldPer: 10 }))
      expect(rows.map((row) => row.id)).toEqual(ids(1, COUNT))
      expect(recording.statements.slice(0, 2)).toEqual([
        { sql: 'BEGIN READ ONLY', parameters: [], flight: 1 },
        { sql: SQL, parameters: [], flight: 1 },
      ])
      expect(engine.stats().pool.checkedOut).toBe(0)
      await expect(collect(engine.stream('DELETE FROM users RETURNING id'))).rejects.toThrow(/read-?only/)
      expect(engine.stats().pool.checkedOut).toBe(0)
    })

    it('gives the connection back when the loop is left, or fails', async () => {
      for await (const row of engine.stream(everybody, null, { yieldPer: 4 })) if (row.id === 6) break
      expect(engine.stats().pool.checkedOut).toBe(0)
      const iterate = async (): Promise<void> => {
        for await (const _ of engine.stream(everybody, null, { yieldPer: 4 })) throw new Error('by the reader')
      }
      await expect(iterate()).rejects.toThrow('by the reader')
      expect(engine.stats().pool.checkedOut).toBe(0)
      await expect(collect(engine.stream(failing))).rejects.toThrow(DataError)
      expect(await engine.stream(everybody).first()).toEqual({ id: 1, name: 'user 1' })
      await using stream = engine.stream(everybody, null, { yieldPer: 4 })
      await stream.fetchMany(2)
      await stream.close()
      expect(engine.stats().pool.checkedOut).toBe(0)
    })

    it('gives the connection back when it is closed while it is being opened', async () => {
      const stream = engine.stream(everybody)
      const first = stream.fetchOne().then(
        () => null,
        () => null,
      )
      await stream.close()
      await first
      expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
    })

    it('rows that are asked for all at once come each once, in order', async () => {
      const stream = engine.stream(everybody, null, { yieldPer: 10 }).scalars()
      const iterator = stream[Symbol.asyncIterator]()
      const asked = await Promise.all(Array.from({ length: COUNT + 2 }, () => iterator.next()))
      expect(asked.map(({ value }) => value)).toEqual([...ids(1, COUNT), undefined, undefined])
      expect(engine.pool.status()).toMatchObject({ checkedOut: 0 })
    })

    it('several readers of one stream share its rows', async () => {
      await using stream = engine.stream(everybody, null, { yieldPer: 2 }).scalars()
      expect(await Promise.all([stream.keys(), stream.keys()])).toEqual([['id'], ['id']])
      const read = await Promise.all([stream.fetchMany(3), stream.fetchMany(3)])
      expect(read.flat().toSorted((one, other) => Number(one) - Number(other))).toEqual(ids(1, 6))
    })

    it('works whatever the isolation level of the engine', async () => {
      for (const isolationLevel of ['AUTOCOMMIT', 'SERIALIZABLE'] as const)
        expect(await collect(engine.executionOptions({ isolationLevel }).stream(everybody))).toHaveLength(COUNT)
    })
  })
})

describe('on a server', () => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(postgresUrl())
  })
  afterAll(() => engine.dispose())

  const running = async (): Promise<unknown> =>
    engine
      .execute(
        "SELECT CAST(count(*) AS INTEGER) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%streamed slowly%' AND state = 'active' AND pid <> pg_backend_pid()",
      )
      .scalar()

  it('fetches a page ahead, and never two', async () => {
    const stream = engine.stream(
      'SELECT n, pg_sleep(0.0002) FROM (SELECT generate_series(1, 1000)) AS s(n) -- ahead',
      [],
      {
        yieldPer: 100,
      },
    )
    await stream.fetchMany(1)
    const asked =
      "SELECT state, state_change::text FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%-- ahead' AND pid <> pg_backend_pid()"
    const resting = await vi.waitFor(
      async () => {
        const row = await engine.execute(asked).one()
        expect(row.state).toBe('idle in transaction')
        return row
      },
      { timeout: 10_000 },
    )
    // Long enough for another page.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await engine.execute(asked).one()).toEqual(resting)
    expect((await stream.scalars('n').all()).length).toBe(999)
  })

  it('leaving while a page is on its way stops the server', async () => {
    const sql = 'SELECT n, pg_sleep((n > 4)::int * 60) FROM (SELECT generate_series(1, 10)) AS s(n) -- streamed slowly'
    for await (const row of engine.stream(sql, [], { yieldPer: 2 })) if (row.n === 3) break
    expect(await running()).toBe(0)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })

  it('a signal stops a page on the server', async () => {
    const sql = 'SELECT n, pg_sleep((n > 2)::int * 60) FROM (SELECT generate_series(1, 10)) AS s(n) -- streamed slowly'
    const controller = new AbortController()
    const iterate = async (): Promise<void> => {
      for await (const row of engine.stream(sql, [], { yieldPer: 2, signal: controller.signal }))
        if (row.n === 2) setTimeout(() => controller.abort(new Error('enough')), 30)
    }
    await expect(iterate()).rejects.toThrow('enough')
    expect(await running()).toBe(0)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })

  it('timeoutMs holds for each page', async () => {
    await using connection = await engine.connect()
    const sql = 'SELECT n, pg_sleep((n > 2)::int * 60) FROM (SELECT generate_series(1, 10)) AS s(n)'
    const stream = connection.stream(sql, [], { yieldPer: 2, timeoutMs: 200 })
    expect(await stream.fetchMany(2)).toHaveLength(2)
    await expect(stream.fetchMany(1)).rejects.toThrow(/canceled after 200 ms/)
  })

  it('a backend that is killed ends it with an error, and the pool recovers', async () => {
    const iterate = async (): Promise<void> => {
      await using connection = await engine.connect()
      for await (const _ of connection.stream('SELECT generate_series(1, 1000)', [], { yieldPer: 10 }))
        await engine.execute('SELECT pg_terminate_backend($1::int)', [connection.driverConnection?.processId ?? 0])
    }
    await expect(iterate()).rejects.toMatchObject({ connectionInvalidated: true })
    expect(await engine.stream('SELECT 7 AS a').scalar()).toBe(7)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })

  it('many rows need no more memory than few', async () => {
    const peak = async (count: number): Promise<number> => {
      let most = 0
      let rows = 0
      const sql =
        'SELECT n, repeat($1, 100) AS filler, n::text AS digits FROM (SELECT generate_series(1, $2::int)) AS s(n)'
      for await (const _ of engine.stream(sql, ['x', count])) {
        rows += 1
        if (rows % 10_000 === 0) {
          const { heapUsed, arrayBuffers } = process.memoryUsage()
          most = Math.max(most, heapUsed + arrayBuffers)
        }
      }
      expect(rows).toBe(count)
      return most
    }
    await peak(20_000)
    const few = await peak(20_000)
    // The rows of 300,000 at once would be some 80 MB; what is allowed for is garbage not collected yet.
    expect((await peak(300_000)) - few).toBeLessThan(40_000_000)
  })
})

it('a stream that has failed gives no more rows, and says so', async () => {
  await using engine = createEngine(postgresUrl())
  await using conn = await engine.connect()
  const sql = 'SELECT 10 / (5 - n) AS n FROM generate_series(1, 9) AS n'
  for (const stream of [engine.stream(sql, null, { yieldPer: 2 }), conn.stream(sql, null, { yieldPer: 2 })]) {
    expect(await stream.fetchMany(2)).toHaveLength(2)
    expect(await stream.fetchMany(2)).toHaveLength(2)
    await expect(stream.fetchMany(2)).rejects.toThrow('division by zero')
    for (const read of [() => stream.all(), () => stream.fetchOne(), () => stream.first()])
      await expect(read()).rejects.toThrow(ResourceClosedError)
  }
  expect(engine.pool.status().checkedOut).toBe(1)
})
