// What is told of streams from their opening to their end, and of COPY; what is told of raw connections and mock engines: nothing.
import { tracingChannel } from 'node:diagnostics_channel'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ExecutionMessage, FlightMessage } from '../../src/engine/channels.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine, EngineEvents } from '../../src/engine/engine.ts'
import { createMockEngine } from '../../src/engine/mock-engine.ts'
import { ArgumentError } from '../../src/errors.ts'
import type { EventListener } from '../../src/events.ts'
import { Column, deleteFrom, Integer, MetaData, String, select, table } from '../../src/index.ts'
import { databases } from '../support/server.ts'

const metadata = new MetaData()
const users = table('watched_users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
})

const SERIES = 'SELECT n, 1 / (n - 35) AS part FROM generate_series(1, $1::int) AS s(n)'
const TEN = { yieldPer: 10 }

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  const ends: (() => void)[] = []

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) end()
    await engine.execute(deleteFrom(users).all())
  })
  afterAll(() => engine.dispose())

  function on<Name extends keyof EngineEvents>(name: Name, listener: EventListener<EngineEvents[Name]>): void {
    ends.push(engine.on(name, listener))
  }

  /** Collects the messages of a channel as they end; an error is told behind them. */
  function subscribe<Message extends ExecutionMessage | FlightMessage>(name: string): Message[] {
    const channel = tracingChannel<unknown, Message>(`tsalchemy:${name}`)
    const told: Message[] = []
    const nothing = (): void => {}
    const asyncEnd = (message: Message): void => void told.push(message)
    const subscribers = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd, error: nothing }
    channel.subscribe(subscribers)
    ends.push(() => channel.unsubscribe(subscribers))
    return told
  }

  describe('a stream', () => {
    it('is one execution, which ends with its last row', async () => {
      const told = subscribe<ExecutionMessage>('execute')
      await engine.begin(async (connection) => {
        let rows = 0
        for await (const _ of connection.stream(SERIES, [30], TEN)) {
          rows += 1
          if (rows === 11) await new Promise((resolve) => setTimeout(resolve, 50))
          if (rows <= 20) expect(told).toEqual([])
        }
      })
      expect(told.length).toBe(1)
      const [{ sent, rowCount, returnedRows, timings, statement }] = told as [ExecutionMessage]
      expect([statement, sent]).toEqual([SERIES, [{ sql: SERIES, parameterSets: [[30]] }]])
      expect([rowCount, returnedRows]).toEqual([30, 30])
      const { compileMs, checkoutMs, flightMs, rowsMs, totalMs } = timings
      expect(compileMs + checkoutMs + flightMs + rowsMs).toBeCloseTo(totalMs, 5)
      expect(rowsMs).toBeGreaterThan(40)
      expect(flightMs).toBeGreaterThan(0)
    })

    it('that is left, or forgotten until its connection is closed, ends with the rows that were fetched', async () => {
      const told = subscribe<ExecutionMessage>('execute')
      await engine.begin(async (connection) => {
        for await (const { n } of connection.stream(SERIES, [30], TEN)) if (n === 11) break
      })
      expect(told.map(({ returnedRows }) => returnedRows)).toEqual([20])
      const connection = await engine.connect()
      await connection.stream(SERIES, [30], TEN).fetchOne()
      expect(told.length).toBe(1)
      await connection.close()
      expect(told.map(({ returnedRows }) => returnedRows)).toEqual([20, 10])
      for await (const { n } of engine.stream(SERIES, [30], TEN)) if (n === 1) break
      expect(told.length).toBe(3)
    })

    it('that fails on a later page ends with its error', async () => {
      const told = subscribe<ExecutionMessage>('execute')
      const connection = await engine.connect()
      const error = await connection
        .stream(SERIES, [40], TEN)
        .all()
        .then(null, (thrown: unknown) => thrown)
      await connection.close()
      expect(`${error}`).toContain('division by zero')
      expect(told.map((message) => [message.error === error, message.returnedRows])).toEqual([[true, 30]])
      const refused = await engine
        .stream('SELECT nothing')
        .all()
        .then(null, (thrown: unknown) => thrown)
      expect(told.map((message) => message.error)).toEqual([error, refused])
    })

    it('tells afterStream how it ended, and not where it failed', async () => {
      const told: unknown[] = []
      on('afterStream', async ({ connection, statement, parameters, rowCount, pageCount, isComplete, durationMs }) => {
        await null
        told.push([connection.closed, statement, parameters, rowCount, pageCount, isComplete, durationMs > 0])
      })
      await engine.stream(SERIES, [25], TEN).all()
      await engine.begin(async (connection) => {
        for await (const { n } of connection.stream(SERIES, [30], TEN)) if (n === 11) break
        await connection.stream(select(users)).all()
      })
      await engine
        .stream(SERIES, [40], TEN)
        .all()
        .catch(() => {})
      expect(told).toEqual([
        [false, SERIES, [25], 25, 3, true, true],
        [false, SERIES, [30], 20, 2, false, true],
        [false, expect.anything(), null, 0, 0, true, true],
      ])
    })

    it('is slow where its pages are together, told once and at its end', async () => {
      await using slow = createEngine(url, { slowStatementMs: 250, logger: () => {} })
      const told: unknown[] = []
      slow.on('slowStatement', ({ sql, durationMs }) => told.push([sql, durationMs >= 250]))
      const sleeping = 'SELECT n, pg_sleep(0.06) FROM generate_series(1, 5) AS s(n)'
      for await (const _ of slow.stream(sleeping, null, { yieldPer: 1 })) expect(told).toEqual([])
      expect(told).toEqual([[sleeping, true]])
      for await (const _ of slow.stream('SELECT 1 FROM generate_series(1, 3)', null, { yieldPer: 1 }))
        await new Promise((resolve) => setTimeout(resolve, 100))
      expect(told.length).toBe(1)
    })

    it('is a flight for each page, and its rows are logged as they come', async () => {
      const messages: string[] = []
      await using talkative = createEngine(url, { echo: 'debug', logger: ({ message }) => messages.push(message) })
      const told = subscribe<FlightMessage>('flight')
      const sql = 'SELECT n FROM generate_series(1, 3) AS s(n)'
      await using connection = await talkative.connect()
      const rows = connection.stream(sql, null, { yieldPer: 2 })
      expect(await rows.fetchOne()).toEqual({ n: 1 })
      connection.beginNested()
      expect(await rows.all()).toEqual([{ n: 2 }, { n: 3 }])
      expect(told.map(({ isPage, sent }) => [isPage, sent.map((each) => each.sql)])).toEqual([
        [false, ['BEGIN', sql]],
        [true, ['SAVEPOINT sa_savepoint_1', sql]],
      ])
      expect(messages).toEqual([
        'BEGIN (implicit)',
        sql,
        '[raw sql] []',
        "Col ['n']",
        'Row [1]',
        'Row [2]',
        'SAVEPOINT sa_savepoint_1',
        "Col ['n']",
        'Row [3]',
      ])
    })
  })

  describe('COPY', () => {
    const INTO = 'COPY watched_users (id, name) FROM STDIN'
    const OUT = 'COPY (SELECT watched_users.id, watched_users.name \nFROM watched_users) TO STDOUT'
    const rows = [
      { id: 1, name: 'a\nb' },
      { id: 2, name: 'c' },
    ]

    it('is an execution like others, both ways', async () => {
      const calls: unknown[] = []
      on('beforeExecute', ({ statement, parameters }) => void calls.push(['beforeExecute', statement, parameters]))
      on('afterExecute', ({ statement, result, rowCount }) => calls.push(['afterExecute', statement, result, rowCount]))
      on('beforeCursorExecute', ({ sql }) => void calls.push(['beforeCursorExecute', sql]))
      on('afterCursorExecute', ({ sql, rowCount }) => calls.push(['afterCursorExecute', sql, rowCount]))
      await engine.begin(async (connection) => {
        expect(await connection.copyFrom(users, rows)).toBe(2)
        expect(await connection.copyTo(users).all()).toEqual(rows)
      })
      expect(calls).toEqual([
        ['beforeExecute', INTO, null],
        ['beforeCursorExecute', INTO],
        ['afterCursorExecute', INTO, 2],
        ['afterExecute', INTO, null, 2],
        ['beforeExecute', OUT, null],
        ['beforeCursorExecute', OUT],
        ['afterCursorExecute', OUT, 2],
        ['afterExecute', OUT, null, 2],
      ])
    })

    it('is told to the channel and the log of slow statements', async () => {
      const told = subscribe<ExecutionMessage>('execute')
      const messages: string[] = []
      await using slow = createEngine(url, {
        echo: true,
        slowStatementMs: 0,
        logger: ({ message }) => messages.push(message),
      })
      await metadata.createAll(slow)
      messages.length = 0
      told.length = 0
      await slow.begin(async (connection) => {
        await connection.copyFrom(
          users,
          rows.map(({ id, name }) => ({ id: id + 10, name })),
        )
        for await (const _ of connection.copyTo('COPY watched_users TO STDOUT (FORMAT csv)')) {
          // Reading is all.
        }
        await connection.execute(deleteFrom(users).all())
      })
      expect(told.map(({ sent, rowCount, timings }) => [sent[0]?.sql, rowCount, timings.totalMs > 0])).toEqual([
        [INTO, 2, true],
        ['COPY watched_users TO STDOUT (FORMAT csv)', 2, true],
        ['DELETE FROM watched_users', expect.any(Number), true],
      ])
      expect(messages.filter((message) => message.includes(INTO)).map((message) => message.split('\n').length)).toEqual(
        [1, 3],
      )
      await expect(slow.begin((connection) => connection.copyFrom('COPY nowhere FROM STDIN', ['']))).rejects.toThrow(
        'nowhere',
      )
      expect(told.at(-1)?.error).toBeInstanceOf(Error)
    })

    it('has its notices told, in a transaction and out of one; nobody counts what was left', async () => {
      const told: unknown[] = []
      on('notice', ({ sql, notice }) => void told.push([sql.split(' ')[0], notice.message]))
      // A server in the process has sent all before anybody can leave.
      const counted = (rowCount: number | null): number | null => (rowCount === 100_000 ? null : rowCount)
      on('afterExecute', ({ statement, rowCount }) => void told.push([`${statement}`.split(' ')[0], counted(rowCount)]))
      for (const isolationLevel of ['AUTOCOMMIT', 'READ COMMITTED'] as const) {
        await using connection = await engine.connect({ isolationLevel })
        await connection.execute(`CREATE OR REPLACE FUNCTION pg_temp.said(n int) RETURNS int LANGUAGE plpgsql AS $$
          BEGIN RAISE NOTICE 'said %', n; RETURN n; END $$`)
        const pieces = connection.copyTo('COPY (SELECT pg_temp.said(5)) TO STDOUT (FORMAT binary)')
        for await (const _ of pieces) expect(told.at(-1)).toEqual(['CREATE', null])
        for await (const _ of connection.copyTo(
          'COPY (SELECT repeat($$x$$, 100) FROM generate_series(1, 100000)) TO STDOUT',
        ))
          break
      }
      const each = [
        ['CREATE', null],
        ['COPY', 'said 5'],
        ['COPY', 1],
        ['COPY', null],
      ]
      expect(told).toEqual([...each, ...each])
    })

    it('takes other SQL of listeners, in a transaction too, and nothing else', async () => {
      await engine.begin((connection) => connection.copyFrom(users, rows))
      const other = 'COPY watched_users (name) TO STDOUT'
      on('beforeCursorExecute', ({ sql }) => (sql.startsWith('COPY') ? { sql: `${sql} (HEADER false)` } : undefined))
      const end = engine.on('beforeExecute', ({ statement }) =>
        statement === 'COPY watched_users TO STDOUT' ? { statement: other } : undefined,
      )
      const pieces: Uint8Array[] = []
      await engine.begin(async (connection) => {
        for await (const piece of connection.copyTo('COPY watched_users TO STDOUT')) pieces.push(piece)
      })
      expect(Buffer.concat(pieces).toString()).toBe('a\\nb\nc\n')
      end()
      on('beforeExecute', () => ({ statement: select(users) }))
      await expect(engine.begin((connection) => connection.copyFrom(users, rows))).rejects.toBeInstanceOf(ArgumentError)
    })
  })

  describe('a raw connection', () => {
    it('is seen by listeners of the pool and of what the server says, and by nobody else', async () => {
      const messages: string[] = []
      await using quiet = createEngine(url, {
        echo: true,
        slowStatementMs: 0,
        logger: ({ message }) => messages.push(message),
      })
      await quiet.ready()
      const told: unknown[] = []
      const executions = subscribe<ExecutionMessage>('execute')
      const flights = subscribe<FlightMessage>('flight')
      for (const name of [
        'beforeExecute',
        'beforeCursorExecute',
        'handleError',
        'begin',
        'notice',
        'engineConnect',
      ] as const)
        quiet.on(name, () => void told.push(name))
      for (const name of ['checkout', 'checkin'] as const) quiet.on(name, () => void told.push(name))
      const raw = await quiet.raw()
      await raw.run('BEGIN')
      await raw.run('DROP TABLE IF EXISTS absent')
      await expect(raw.run('SELECT nothing')).rejects.toThrow('nothing')
      await raw.close()
      expect([told, messages, executions, flights]).toEqual([['checkout', 'notice', 'checkin'], [], [], []])
    })
  })
})

it('a mock engine has no listeners: its executor is told of all that there is', async () => {
  const sent: string[] = []
  const engine = createMockEngine('postgresql://', (sql) => sent.push(sql))
  expect('on' in engine).toBe(false)
  await engine.execute(select(users.c.id))
  expect(sent).toEqual(['SELECT watched_users.id \nFROM watched_users'])
})
