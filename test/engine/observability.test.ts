// What an engine tells of itself without listeners: logs, slow statements, comments in SQL, tracing channels.
import { tracingChannel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeURL } from '../../src/dialect/url.ts'
import type { ExecutionMessage, FlightMessage } from '../../src/engine/channels.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { newObserver, type ObservabilityOptions } from '../../src/engine/observability.ts'
import { commentOf, type SqlTags } from '../../src/engine/sql-comment.ts'
import { ArgumentError, type DBAPIError } from '../../src/errors.ts'
import { Column, Integer, insert, MetaData, select, table, text } from '../../src/index.ts'
import { formatRecord, type LogRecord } from '../../src/log.ts'
import { databases, postgresUrl } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const numbers = table('observed_numbers', metadata, { id: Column(Integer, { primaryKey: true }) })

const engines: Engine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose()
})
beforeAll(async () => {
  await using engine = createEngine(postgresUrl())
  await metadata.createAll(engine)
})

function engineWith(options: ObservabilityOptions & { readonly poolSize?: number } = {}): Engine {
  const engine = createEngine(postgresUrl(), options)
  engines.push(engine)
  return engine
}

/** Lines of a log as level, name and message. */
function lines(records: readonly LogRecord[]): string[] {
  return records.map(({ level, logger, message }) => `${level} ${logger}: ${message}`)
}

describe('logger', () => {
  it('takes lines where echo says so, with the name of the engine', async () => {
    const records: LogRecord[] = []
    const engine = engineWith({ echo: true, loggingName: 'reports', logger: (record) => records.push(record) })
    await engine.begin((connection) => connection.execute('SELECT $1::int', [5]))
    expect(lines(records)).toEqual([
      'info tsalchemy.engine.Engine.reports: BEGIN (implicit)',
      'info tsalchemy.engine.Engine.reports: SELECT $1::int',
      'info tsalchemy.engine.Engine.reports: [raw sql] [5]',
      'info tsalchemy.engine.Engine.reports: COMMIT',
    ])
  })

  it('tells of transactions in two phases by name, as SQLAlchemy does', async () => {
    const messages: string[] = []
    const engine = engineWith({ echo: true, sqlComments: { a: 1 }, logger: ({ message }) => messages.push(message) })
    await using connection = await engine.connect()
    const transaction = connection.beginTwophase('logged')
    await connection.execute('SELECT 1')
    await transaction.prepare()
    await transaction.rollback()
    connection.begin({ isolationLevel: 'SERIALIZABLE' })
    await connection.execute('SELECT 1')
    expect(messages).toEqual([
      "BEGIN TWOPHASE /*a='1'*/ (implicit)",
      "SELECT 1 /*a='1'*/",
      '[raw sql] []',
      "PREPARE TRANSACTION 'logged' /*a='1'*/",
      "ROLLBACK PREPARED 'logged' /*a='1'*/",
      "BEGIN ISOLATION LEVEL SERIALIZABLE /*a='1'*/ (implicit)",
      "SELECT 1 /*a='1'*/",
      '[raw sql] []',
    ])
  })

  it('can be one of an application, which gets no control characters', async () => {
    const written: unknown[][] = []
    const logger = {
      debug: (...line: unknown[]) => void written.push(['debug', ...line]),
      info: (...line: unknown[]) => void written.push(['info', ...line]),
      warn: (...line: unknown[]) => void written.push(['warn', ...line]),
    }
    const engine = engineWith({ echo: 'debug', slowStatementMs: 0, logger })
    await engine.execute("SELECT '\u001b[2J' AS a")
    expect(written.map(([level, line]) => `${level} ${line}`.replace(/\d+\.\d ms/, '1.0 ms'))).toEqual([
      "info tsalchemy.engine.Engine SELECT '\\x1b[2J' AS a",
      'info tsalchemy.engine.Engine [raw sql] []',
      "debug tsalchemy.engine.Engine Col ['a']",
      "debug tsalchemy.engine.Engine Row ['\\u001b[2J']",
      "warn tsalchemy.engine.Engine Slow statement: 1.0 ms\nSELECT '\\x1b[2J' AS a\n[]",
    ])
  })

  it('shows no value on a line of its own, where it could pass for another line', async () => {
    const records: LogRecord[] = []
    const engine = engineWith({ echo: true, logger: (record) => records.push(record) })
    const forged = 'x\n2026-01-01 00:00:00,000 INFO tsalchemy.engine.Engine COMMIT\r\u001b[31m'
    await engine.execute('SELECT $1::text', [forged])
    await engine.execute(`SELECT '${forged.replaceAll("'", "''")}'\n  AS "a\nb" /* ${forged} */`)
    expect(records.map(formatRecord).flatMap((record) => record.split('\n'))).toHaveLength(5)
    for (const control of ['\r', '\u001b']) expect(records.map(formatRecord).join('')).not.toContain(control)
  })

  it('is refused where it cannot be one', () => {
    const refused: [object, string][] = [
      [{ logger: { info() {} } }, 'logger must be a function, or an object with the methods debug, info and warn'],
      [{ logger: 'console' }, 'logger must be a function, or an object with the methods debug, info and warn'],
      [{ echoPool: 'info' }, "echoPool must be true, false or 'debug', got 'info'"],
      [{ loggingName: 5 }, 'loggingName must be a string, got 5'],
      [{ slowStatementMs: -1 }, 'slowStatementMs must be a number of milliseconds that is not negative, got -1'],
      [{ sqlComments: 'x' }, 'sqlComments must be an object of tags, or a function that gives one'],
      [{ echoPol: true }, "createEngine() has no option 'echoPol'; did you mean 'echoPool'?"],
    ]
    for (const [options, message] of refused)
      expect(() => createEngine(postgresUrl(), options as never)).toThrow(new ArgumentError(message))
  })
})

describe('echoPool', () => {
  it("'debug' tells what happens to connections", async () => {
    const records: LogRecord[] = []
    const engine = engineWith({ echoPool: 'debug', logger: (record) => records.push(record) })
    await using connection = await engine.connect()
    await connection.execute('SELECT 1')
    connection.invalidate()
    await connection.close()
    await engine.execute('SELECT 1')
    await engine.dispose()
    expect(
      lines(records).map((line) => line.replace(/Connection \d+|connection: Connection \d+/g, 'Connection N')),
    ).toEqual(
      expect.arrayContaining([
        'debug tsalchemy.pool.QueuePool: Created new Connection N',
        'debug tsalchemy.pool.QueuePool: Connection N checked out from pool',
        expect.stringMatching(/^info tsalchemy\.pool\.QueuePool: Invalidate Connection N/),
        'debug tsalchemy.pool.QueuePool: Connection N being returned to pool',
        'debug tsalchemy.pool.QueuePool: Closing Connection N',
      ]),
    )
  })

  it('true tells only what goes wrong', async () => {
    const records: LogRecord[] = []
    const engine = engineWith({ echoPool: true, logger: (record) => records.push(record) })
    await using connection = await engine.connect()
    await connection.execute('SELECT 1')
    connection.invalidate()
    await connection.close()
    expect(records).toHaveLength(1)
    expect(records[0]?.message).toMatch(/^Invalidate connection: Connection \d+/)
  })
})

describe('slowStatementMs', () => {
  it('reports statements that take longer, and only those', async () => {
    const records: LogRecord[] = []
    const told: unknown[] = []
    const engine = engineWith({ slowStatementMs: 100, logger: (record) => records.push(record) })
    await engine.execute('SELECT 1')
    expect(records).toEqual([])
    engine.on('slowStatement', async ({ sql, parameterSets, durationMs }) => {
      await null
      told.push([sql, parameterSets, durationMs >= 100])
    })
    await engine.execute('SELECT pg_sleep($1)', [0.15])
    await using connection = await engine.connect()
    await connection.execute(text('SELECT pg_sleep(:seconds)'), { seconds: 0.15 })
    await connection.rollback()
    expect(lines(records).map((line) => line.replace(/\d+\.\d ms/, 'N ms'))).toEqual([
      'warning tsalchemy.engine.Engine: Slow statement: N ms\nSELECT pg_sleep($1)\n[0.15]',
      expect.stringMatching(/Slow statement: N ms\nSELECT pg_sleep\(/),
    ])
    expect(told).toMatchObject([
      ['SELECT pg_sleep($1)', [[0.15]], true],
      [expect.anything(), [[0.15]], true],
    ])
  })

  it('reports those that fail, and hides parameters where that is asked', async () => {
    const records: LogRecord[] = []
    const engine = engineWith({ slowStatementMs: 0, hideParameters: true, logger: (record) => records.push(record) })
    await engine.execute('SELECT $1::int / 0', [90125]).catch(() => {})
    expect(records[0]?.message).toMatch(/^Slow statement: .* ms\nSELECT \$1::int \/ 0\n\[SQL parameters hidden/)
    expect(JSON.stringify(records)).not.toContain('90125')
  })
})

describe('sqlComments', () => {
  it('are sorted, encoded and escaped as the specification says', () => {
    expect(
      commentOf({ route: '/param*d', 'a key': "O'Reilly", 'db driver': 5, on: true, none: null, no: undefined }),
    ).toBe("/*a%20key='O\\'Reilly',db%20driver='5',on='true',route='%2Fparam*d'*/")
    expect(commentOf({})).toBe('')
    expect(() => commentOf({ a: {} } as never)).toThrow(ArgumentError)
  })

  it('cannot be left by any tag', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (tags) => {
        const comment = commentOf(tags)
        if (comment === '') return
        const inside = comment.slice(2, -2)
        expect(inside).not.toMatch(/\*\/|\/\*|[\r\n\0]/)
        expect(inside).toMatch(/^(?:(?:[^',]|\\')+='(?:[^'\\]|\\')*'(?:,|$))+$/)
      }),
    )
    expect(commentOf({ a: '\ud800' })).toBe("/*a='%EF%BF%BD'*/")
  })

  it('stand behind all SQL, and statements stay prepared', async () => {
    const engine = engineWith({ sqlComments: { application: 'shop' }, poolSize: 1 })
    const recording = recordStatements(engine)
    await using connection = await engine.connect()
    for (const id of [1, 2, 3]) await connection.execute(select(numbers.c.id).where(numbers.c.id.eq(id)))
    await connection.commit()
    expect(recording.statements.map(({ sql }) => sql)).toEqual([
      "BEGIN /*application='shop'*/",
      ...Array(3).fill(
        "SELECT observed_numbers.id \nFROM observed_numbers \nWHERE observed_numbers.id = $1::INTEGER /*application='shop'*/",
      ),
      "COMMIT /*application='shop'*/",
    ])
    const prepared = await connection
      .execute(
        "SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE '%observed_numbers%' AND name <> ''",
      )
      .scalar()
    expect(prepared).toBe(1)
  })

  it('of a function that gives something else are refused, and nothing is sent', async () => {
    for (const [gives, what] of [
      [async () => ({ a: 1 }), 'a promise, for which no statement waits'],
      [() => 'route=5', 'a string'],
    ] as const) {
      await using engine = createEngine('pglite://', { sqlComments: gives as never })
      await expect(engine.execute('SELECT 1')).rejects.toThrow(`or nothing: it gave ${what}`)
      expect(engine.pool.status().checkedOut).toBe(0)
    }
    await using silent = createEngine('pglite://', { sqlComments: () => null })
    expect(await silent.execute('SELECT 1').scalar()).toBe(1)
  })

  it('of a function are asked for each flight; those that come again are prepared, those that never do are not', async () => {
    let tags: SqlTags | null = null
    const engine = engineWith({ sqlComments: () => tags, poolSize: 1 })
    const recording = recordStatements(engine)
    await using connection = await engine.connect()
    const run = async (given: SqlTags | null): Promise<void> => {
      tags = given
      await connection.execute(select(numbers.c.id))
    }
    await run(null)
    for (const route of ['/a', '/b', '/a', '/b']) await run({ route })
    for (const traceparent of ['00-1', '00-2', '00-2']) await run({ traceparent })
    tags = null
    expect(recording.statements.slice(1).map(({ sql }) => sql.split('numbers')[2])).toEqual([
      '',
      " /*route='%2Fa'*/",
      " /*route='%2Fb'*/",
      " /*route='%2Fa'*/",
      " /*route='%2Fb'*/",
      " /*traceparent='00-1'*/",
      " /*traceparent='00-2'*/",
      " /*traceparent='00-2'*/",
    ])
    const prepared = await connection
      .execute(
        "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%FROM observed_numbers%' AND name <> ''",
      )
      .scalars()
      .all()
    expect(prepared.map((statement) => String(statement).split('numbers')[2]).sort()).toEqual([
      '',
      " /*route='%2Fa'*/",
      " /*route='%2Fb'*/",
    ])
  })

  it('leave statements alone that have a comment', async () => {
    const engine = engineWith({ sqlComments: { a: 1 } })
    const recording = recordStatements(engine)
    await engine.execute('SELECT 1 /* mine */')
    await engine.execute('SELECT 1 -- mine')
    expect(recording.flights).toEqual([['SELECT 1 /* mine */'], ['SELECT 1 -- mine']])
  })
})

describe.each(databases())('hideParameters, on $name', ({ url }) => {
  const SECRET = 'ed@example.com'
  const FAILING: readonly [string, unknown[]][] = [
    ['SELECT ($1::text)::int', [SECRET]],
    ['SELECT ($1::text)::date', [`line\n"${SECRET}" "and" more`]],
    ['SELECT ($1::text)::jsonb', [`{${SECRET}`]],
    ['INSERT INTO pg_temp.hidden VALUES ($1)', [SECRET]],
    ['INSERT INTO pg_temp.hidden (other) VALUES ($1)', [SECRET]],
  ]

  async function failures(options: ObservabilityOptions): Promise<DBAPIError[]> {
    await using engine = createEngine(url, { ...options, poolSize: 1, maxOverflow: 0 })
    await engine.execute('CREATE TEMP TABLE hidden (mail text PRIMARY KEY, other text)')
    await engine.execute('INSERT INTO pg_temp.hidden VALUES ($1)', [SECRET])
    const errors: DBAPIError[] = []
    for (const [sql, values] of FAILING)
      await engine.execute(sql, values).then(null, (error: unknown) => errors.push(error as DBAPIError))
    return errors
  }

  it('leaves them out of what is printed, in the words of the server and of the driver too', async () => {
    const errors = await failures({ hideParameters: true })
    expect(errors.map(({ name }) => name)).toEqual([
      'InvalidTextRepresentation',
      'DataError',
      'InvalidTextRepresentation',
      'UniqueViolation',
      'NotNullViolation',
    ])
    for (const error of errors) {
      expect(inspect(error, { depth: null })).not.toContain(SECRET)
      expect(JSON.stringify(error)).not.toContain(SECRET)
      expect(`${error.message} ${error.stack} ${(error.cause as Error).stack}`).not.toContain(SECRET)
    }
    expect(errors[0]?.message).toBe('invalid input syntax for type integer: "..."\n[SQL: SELECT ($1::text)::int]')
    expect(errors[3]).toMatchObject({ detail: `Key (mail)=(${SECRET}) already exists.`, parameters: [SECRET] })
    expect(errors[3]?.cause).toMatchObject({ fields: { sqlState: '23505', table: 'hidden' } })
  })

  it('that is not given leaves the words of the server as they are', async () => {
    const [first, , , fourth] = await failures({})
    expect(first?.message).toContain(`invalid input syntax for type integer: "${SECRET}"`)
    expect(JSON.stringify(fourth)).toContain(`Key (mail)=(${SECRET}) already exists.`)
  })
})

describe('tracing channels', () => {
  interface Told {
    readonly channel: string
    readonly event: string
    readonly message: ExecutionMessage & FlightMessage
  }
  let told: Told[] = []
  const ends: (() => void)[] = []

  beforeEach(() => {
    told = []
  })
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })
  afterAll(() => expect(tracingChannel('tsalchemy:execute').hasSubscribers).toBeFalsy())

  function subscribe(name: string): void {
    const channel = tracingChannel<unknown, Told['message']>(`tsalchemy:${name}`)
    const listener = (event: string) => (message: Told['message']) => void told.push({ channel: name, event, message })
    const listeners = {
      start: listener('start'),
      end: listener('end'),
      asyncStart: listener('asyncStart'),
      asyncEnd: listener('asyncEnd'),
      error: listener('error'),
    }
    channel.subscribe(listeners)
    ends.push(() => channel.unsubscribe(listeners))
  }

  it('tell of executions with the time of each layer', async () => {
    subscribe('execute')
    const engine = engineWith({ loggingName: 'main' })
    await engine.execute(insert(numbers), [{ id: 1 }, { id: 2 }])
    expect(await engine.execute(select(numbers.c.id)).all()).toHaveLength(2)
    expect(told.map(({ event }) => event)).toEqual(Array(2).fill(['start', 'end', 'asyncStart', 'asyncEnd']).flat())
    const [first, second] = told.filter(({ event }) => event === 'asyncEnd').map(({ message }) => message)
    expect(first).toMatchObject({
      engine: { name: 'main', system: 'postgresql', database: new URL(postgresUrl()).pathname.slice(1) },
      sent: [{ parameterSets: [[[1, 2]]] }],
      rowCount: 2,
      returnedRows: null,
    })
    expect(second).toMatchObject({ rowCount: 2, returnedRows: 2 })
    for (const message of [first, second]) {
      const { compileMs, checkoutMs, flightMs, rowsMs, totalMs } = message?.timings ?? ({} as never)
      expect(flightMs).toBeGreaterThan(0)
      expect(compileMs + checkoutMs + flightMs + rowsMs).toBeCloseTo(totalMs, 5)
    }
    expect(String(first?.engine.url)).not.toContain(new URL(postgresUrl()).password || '\0')
    await engine.execute('TRUNCATE observed_numbers')
  })

  it('tell of failures', async () => {
    subscribe('execute')
    const engine = engineWith()
    const error = await engine.execute('SELECT nothing').then(null, (thrown: unknown) => thrown)
    expect(told.find(({ event }) => event === 'error')?.message.error).toBe(error)
  })

  it('tell of flights, BEGIN and COMMIT included', async () => {
    subscribe('flight')
    const engine = engineWith()
    await engine.begin((connection) => connection.execute('SELECT $1::int', [5]))
    const [message] = told.map(({ message: each }) => each)
    expect(told.map(({ event }) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(message?.sent).toEqual([
      { sql: 'BEGIN', parameterSets: [[]] },
      { sql: 'SELECT $1::int', parameterSets: [[5]] },
      { sql: 'COMMIT', parameterSets: [[]] },
    ])
    expect(message?.processId).toBeGreaterThan(0)
  })

  it('tell of checkouts and connects', async () => {
    subscribe('checkout')
    subscribe('connect')
    const engine = engineWith()
    await engine.execute('SELECT 1')
    await engine.execute('SELECT 1')
    expect(told.filter(({ event }) => event === 'asyncEnd').map(({ channel }) => channel)).toEqual([
      'connect',
      'checkout',
      'checkout',
    ])
    told = []
    await using unreachable = createEngine('postgresql://nobody@127.0.0.1:1/nowhere')
    await unreachable.execute('SELECT 1').catch(() => {})
    expect(told.filter(({ event }) => event === 'error').map(({ channel }) => channel)).toEqual(['connect', 'checkout'])
  })
})

it('an engine that nobody watches has nothing to do', () => {
  const { active, watching } = newObserver(makeURL(postgresUrl()), 'postgresql', {})
  expect([active, watching]).toEqual([false, false])
  for (const options of [{ echo: true }, { sqlComments: { a: 1 } }, { slowStatementMs: 5 }]) {
    const observer = newObserver(makeURL(postgresUrl()), 'postgresql', options)
    expect([observer.active, observer.watching]).toContain(true)
  }
})
