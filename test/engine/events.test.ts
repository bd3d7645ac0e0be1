// Events of engines and connections: who is told, in which order, and what answers change.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import type { DriverConnection } from '../../src/dialect/contract/driver.ts'
import type { DriverSettings } from '../../src/dialect/contract/settings.ts'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine, EngineEvents } from '../../src/engine/engine.ts'
import {
  ArgumentError,
  DBAPIError,
  IllegalStateChangeError,
  InvalidRequestError,
  OperationalError,
  ProgrammingError,
} from '../../src/errors.ts'
import type { EventListener, Unlisten } from '../../src/events.ts'
import { Column, deleteFrom, Integer, insert, MetaData, String, select, table, text, update } from '../../src/index.ts'
import { postgresUrl, provides, sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const users = table('event_users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
})

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  let engine: Engine
  const ends: Unlisten[] = []

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
  })
  beforeEach(() => engine.execute(deleteFrom(users).all()))
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })
  afterAll(() => engine.dispose())

  /** Listens until the end of the test. */
  function on<Name extends keyof EngineEvents>(name: Name, listener: EventListener<EngineEvents[Name]>): Unlisten {
    const end = engine.on(name, listener)
    ends.push(end)
    return end
  }

  /** Writes down every event of a connection's statements and transactions. */
  function listen(): string[] {
    const calls: string[] = []
    const names = [
      'beforeExecute',
      'afterExecute',
      'beforeCursorExecute',
      'afterCursorExecute',
      'begin',
      'commit',
      'rollback',
      'savepoint',
      'rollbackSavepoint',
      'releaseSavepoint',
      'engineConnect',
      'connect',
      'checkout',
      'checkin',
    ] as const
    for (const name of names)
      on(name, (event: object) => {
        const what = 'sql' in event ? ` ${event.sql}` : 'name' in event ? ` ${event.name}` : ''
        calls.push(name + what)
      })
    return calls
  }

  it('are told in the order of SQLAlchemy', async () => {
    const calls = listen()
    await using connection = await engine.connect()
    await connection.execute('SELECT 1')
    await connection.rollback()
    await connection.close()
    expect(calls.filter((call) => call !== 'connect')).toEqual([
      'checkout',
      'engineConnect',
      'beforeExecute',
      'begin',
      'beforeCursorExecute SELECT 1',
      'afterCursorExecute SELECT 1',
      'afterExecute',
      'rollback',
      'checkin',
    ])
  })

  it('tell of savepoints and COMMIT', async () => {
    const calls = listen()
    await engine.begin(async (connection) => {
      await connection.beginNested(() => connection.execute('SELECT 1'))
      await connection
        .beginNested(async () => {
          await connection.execute('SELECT 2')
          throw new InvalidRequestError('no')
        })
        .catch(() => {})
    })
    expect(calls.filter((call) => !/Execute|checkout|checkin|onnect/.test(call))).toEqual([
      'begin',
      'savepoint sa_savepoint_1',
      'releaseSavepoint sa_savepoint_1',
      'savepoint sa_savepoint_2',
      'rollbackSavepoint sa_savepoint_2',
      'commit',
    ])
  })

  it('of a COMMIT that they hinder leave savepoints as they were', async () => {
    const recording = recordStatements(engine)
    await using connection = await engine.connect()
    await connection.execute(insert(users).values({ id: 1, name: 'ed' }))
    const savepoint = connection.beginNested()
    let calls = 0
    const stop = on('commit', async () => {
      calls += 1
      // What a listener runs belongs to the savepoint that is open.
      await connection.execute(insert(users).values({ id: 2, name: 'wendy' }))
      throw new InvalidRequestError('not yet')
    })
    await expect(connection.commit()).rejects.toThrow('not yet')
    stop()
    expect(connection.inNestedTransaction()).toBe(true)
    await savepoint.rollback()
    await connection.commit()
    expect(await connection.execute(select(users.c.id)).scalars().all()).toEqual([1])
    await connection.rollback()
    expect(calls).toBe(1)
    expect(recording.statements.map(({ sql }) => sql).filter((sql) => /SAVEPOINT|COMMIT/.test(sql))).toEqual([
      'SAVEPOINT sa_savepoint_1',
      'ROLLBACK TO SAVEPOINT sa_savepoint_1',
      'COMMIT',
    ])
  })

  it('of COMMIT are told nothing of savepoints that nobody needed', async () => {
    const recording = recordStatements(engine)
    const calls = listen()
    await using connection = await engine.connect()
    await connection.execute('SELECT 1')
    connection.beginNested()
    await connection.commit()
    expect(calls.filter((call) => /savepoint|commit|begin/.test(call))).toEqual(['begin', 'commit'])
    expect(recording.flights.at(-1)).toEqual(['COMMIT'])
  })

  it('of COMMIT that roll back have it refused', async () => {
    await using connection = await engine.connect()
    await connection.execute(insert(users).values({ id: 1, name: 'ed' }))
    const stop = on('commit', () => connection.rollback())
    await expect(connection.commit()).rejects.toThrow('This transaction is inactive: it is over already')
    stop()
    expect(connection.inTransaction()).toBe(false)
    expect(await connection.execute(select(users.c.id)).scalars().all()).toEqual([])
  })

  it('tell of COMMIT that rides with the last statement, and of the next transaction', async () => {
    const calls = listen()
    await using connection = await engine.connect()
    for (const value of [1, 2]) await connection.begin(() => connection.execute(`SELECT ${value}`))
    expect(calls.filter((call) => /begin|commit/.test(call))).toEqual(['begin', 'commit', 'begin', 'commit'])
  })

  it('tell of statements of the engine alone, without a transaction', async () => {
    const calls = listen()
    const recording = recordStatements(engine)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    expect(calls).toContain('beforeCursorExecute SELECT 1')
    expect(calls).not.toContain('begin')
    expect(recording.flights).toEqual([['SELECT 1']])
  })

  it('are waited for, the engine before the connection', async () => {
    const calls: string[] = []
    on('beforeExecute', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      calls.push('engine')
    })
    await using connection = await engine.connect()
    connection.on('beforeExecute', ({ connection: own }) => {
      expectTypeOf(own).toEqualTypeOf<Connection>()
      calls.push(own === connection ? 'connection' : 'another')
    })
    await connection.execute('SELECT 1')
    await connection.close()
    await using other = await engine.connect()
    await other.execute('SELECT 1')
    expect(calls).toEqual(['engine', 'connection', 'engine'])
  })

  it('end', async () => {
    let calls = 0
    const end = on('beforeExecute', () => {
      calls += 1
    })
    await engine.execute('SELECT 1')
    end()
    await engine.execute('SELECT 1')
    expect(calls).toBe(1)
  })

  it('are told to views of the engine, and their connections', async () => {
    const calls: string[] = []
    const end = engine.executionOptions({ loggingToken: 'x' }).on('beforeCursorExecute', ({ sql }) => {
      calls.push(sql)
    })
    await engine.execute('SELECT 1')
    end()
    expect(calls).toEqual(['SELECT 1'])
  })

  describe('beforeExecute', () => {
    it('can put another statement or other parameters in the place', async () => {
      on('beforeExecute', ({ statement }) => (statement === 'SELECT 1' ? { statement: 'SELECT 2' } : undefined))
      on('beforeExecute', ({ statement }) =>
        statement === 'SELECT 2' ? { statement: text('SELECT :a + 40'), parameters: { a: 2 } } : null,
      )
      expect(await engine.execute('SELECT 1').scalar()).toBe(42)
    })

    it('can do so for statements of a flight', async () => {
      on('beforeExecute', ({ statement }) =>
        typeof statement !== 'string' && statement.sort === 'select'
          ? { statement: select(users.c.name).where(users.c.name.eq('wendy')) }
          : undefined,
      )
      await using connection = await engine.connect()
      const [, found] = await connection.executeAll([
        insert(users).values({ id: 1, name: 'wendy' }),
        select(users.c.name),
      ])
      expect(found.all()).toEqual([{ name: 'wendy' }])
    })

    it('refuses odd answers', async () => {
      on('beforeExecute', () => ({ statment: 'x' }))
      await expect(engine.execute('SELECT 1')).rejects.toThrow(
        new ArgumentError('A listener of beforeExecute returns nothing, or { statement?, parameters? }'),
      )
    })

    it('fails what it was told of where it throws', async () => {
      const recording = recordStatements(engine)
      on('beforeExecute', async () => {
        throw new InvalidRequestError('not today')
      })
      await expect(engine.execute('SELECT 1')).rejects.toThrow(new InvalidRequestError('not today'))
      expect(recording.flights).toEqual([])
    })
  })

  describe('afterExecute', () => {
    it('is told of the result', async () => {
      const counts: unknown[] = []
      on('afterExecute', ({ result, rowCount, parameters }) => {
        counts.push([result?.returnsRows, rowCount, parameters])
      })
      await engine.execute(insert(users), [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ])
      expect(counts).toEqual([
        [
          false,
          2,
          [
            { id: 1, name: 'a' },
            { id: 2, name: 'b' },
          ],
        ],
      ])
    })
  })

  describe('beforeCursorExecute', () => {
    it('can change SQL and values, each listener seeing what those before have made of it', async () => {
      const seen: string[] = []
      on('beforeCursorExecute', ({ sql }) => ({ sql: `${sql} + 1` }))
      on('beforeCursorExecute', ({ sql, parameterSets }) => {
        seen.push(sql)
        return { parameterSets: parameterSets.map(([value]) => [Number(value) * 10]) }
      })
      for (const value of [1, 2, 3])
        expect(await engine.execute('SELECT CAST($1 AS INTEGER)', [value]).scalar()).toBe(value * 10 + 1)
      expect(seen[0]).toBe('SELECT CAST($1 AS INTEGER) + 1')
    })

    it('is told once of one statement with many sets of parameters', async () => {
      const sizes: unknown[] = []
      on('beforeCursorExecute', ({ parameterSets, parameters, isMany }) => {
        sizes.push([parameterSets.length > 0, parameters.length > 0, isMany])
      })
      await engine.execute(update(users).where(users.c.id.eq(1)).values({ name: 'x' }), [{ name: 'y' }, { name: 'z' }])
      expect(sizes).toEqual([[true, true, true]])
    })

    it('returns what can be replaced, and nothing else', async () => {
      on('beforeCursorExecute', (() => ({ parameters: [1] })) as never)
      await expect(engine.execute('SELECT 1')).rejects.toThrow(
        new ArgumentError(
          'A listener of beforeCursorExecute returns nothing, or { sql?: string, parameterSets?: unknown[][] }',
        ),
      )
    })

    it('cannot change how often a statement is run', async () => {
      on('beforeCursorExecute', () => ({ parameterSets: [[1], [2]] }))
      await expect(engine.execute('SELECT CAST($1 AS INTEGER)', [5])).rejects.toThrow(
        'A listener of beforeCursorExecute cannot change how often a statement is run: it was given 1 sets of parameters and returned 2',
      )
    })

    it('refuses odd answers', async () => {
      on('beforeCursorExecute', () => 'SELECT 2')
      await expect(engine.execute('SELECT 1')).rejects.toThrow(ArgumentError)
    })

    it('changes SQL as often as it likes without harm', async () => {
      let serial = 0
      on('beforeCursorExecute', ({ sql }) => {
        serial += 1
        return { sql: `${sql} -- ${serial % 50}` }
      })
      for (let value = 0; value < 120; value += 1)
        expect(await engine.execute(select(users.c.id).where(users.c.id.eq(value))).all()).toEqual([])
    })
  })

  describe('begin', () => {
    it('can write in front of all others, in the same transaction', async () => {
      on('begin', async ({ connection }) => {
        await connection.execute(insert(users).values({ id: 1, name: 'begun' }))
      })
      await using connection = await engine.connect()
      expect(await connection.execute(select(users.c.name)).scalars().all()).toEqual(['begun'])
      await connection.rollback()
      await connection.close()
      expect(await engine.execute(select(users.c.name)).all()).toEqual([])
    })

    if (provides(target, 'postgresSql'))
      it('can run statements that belong to the transaction', async () => {
        on('begin', async ({ connection }) => {
          await connection.execute("SELECT set_config('app.tenant', 'blue', true)")
        })
        const recording = recordStatements(engine)
        await engine.begin(async (connection) => {
          expect(await connection.execute("SELECT current_setting('app.tenant')").scalar()).toBe('blue')
        })
        expect(recording.flights).toEqual([
          ['BEGIN', "SELECT set_config('app.tenant', 'blue', true)"],
          ["SELECT current_setting('app.tenant')"],
          ['COMMIT'],
        ])
      })
  })

  describe('handleError', () => {
    it('returns an error, or nothing', async () => {
      on('handleError', () => 'x')
      await expect(engine.execute('SELEC')).rejects.toThrow(
        new ArgumentError('A listener of handleError returns an error to take the place, or nothing'),
      )
    })

    it('sees the error of the driver and the one that would be thrown', async () => {
      const seen: unknown[] = []
      on('handleError', (context) => {
        seen.push([
          context.originalException.fields?.sqlState,
          context.sqlalchemyException instanceof ProgrammingError,
          context.sql,
          context.parameters,
          context.isDisconnect,
          context.connection !== null,
        ])
      })
      await expect(engine.execute('SELECT CAST($1 AS INTEGER) FROM nowhere', [5])).rejects.toBeInstanceOf(
        ProgrammingError,
      )
      expect(seen).toEqual([['42P01', true, 'SELECT CAST($1 AS INTEGER) FROM nowhere', [5], false, true]])
    })

    it('sees the very error that is thrown, and may write on it', async () => {
      const seen: unknown[] = []
      on('handleError', ({ sqlalchemyException }) => {
        seen.push(sqlalchemyException)
        ;(sqlalchemyException as Error).message += '\n[noted]'
      })
      await using connection = await engine.connect()
      const both = connection.executeAll([text('SELECT 1'), text('SELECT nothing_of_the_kind')])
      const thrown = await both.catch((error: unknown) => error)
      expect(thrown).toBeInstanceOf(DBAPIError)
      expect(seen).toEqual([thrown])
      expect(seen[0]).toBe(thrown)
      expect(thrown).toMatchObject({ flightIndex: 1, message: expect.stringMatching(/\[noted\]$/) })
    })

    it('can put another error in the place, by returning or throwing it', async () => {
      class Own extends InvalidRequestError {}
      on('handleError', () => new Own('first'))
      on('handleError', ({ chainedException }) => new Own(`${(chainedException as Error).message}, second`))
      await expect(engine.execute('SELECT nothing')).rejects.toThrow(new Own('first, second'))
      on('handleError', async () => {
        throw new Own('thrown')
      })
      await expect(engine.execute('SELECT nothing')).rejects.toThrow(new Own('thrown'))
    })

    it('is the cause of the error in its place, unless that has one', async () => {
      const [bare, own, frozen] = [
        new Error('bare'),
        new Error('own', { cause: 'mine' }),
        Object.freeze(new Error('cold')),
      ]
      const off = [bare, own, frozen].map((error) => async () => {
        const end = engine.on('handleError', () => error)
        const thrown = await engine.execute('SELECT nothing').then(undefined, (reason: unknown) => reason)
        end()
        return thrown
      })
      for (const [index, run] of off.entries()) expect(await run()).toBe([bare, own, frozen][index])
      expect(bare.cause).toBeInstanceOf(ProgrammingError)
      expect([own.cause, frozen.cause]).toEqual(['mine', undefined])
    })

    it('leaves the transaction as the server left it', async () => {
      on('handleError', () => new InvalidRequestError('other'))
      await using connection = await engine.connect()
      await expect(connection.execute('SELECT nothing')).rejects.toThrow('other')
      await expect(connection.execute('SELECT 1')).rejects.toThrow("Can't run anything in a transaction that failed")
      await connection.rollback()
      expect(await connection.execute('SELECT 1').scalar()).toBe(1)
    })
  })

  describe('options', () => {
    it('are told of where they are set', async () => {
      const told: unknown[] = []
      on('setEngineExecutionOptions', ({ options }) => {
        told.push(options)
      })
      on('setConnectionExecutionOptions', ({ options, target }) => {
        told.push(options, target.closed)
      })
      engine.executionOptions({ loggingToken: 'a' })
      await using connection = await engine.connect()
      connection.executionOptions({ loggingToken: 'b' })
      expect(told).toEqual([{ loggingToken: 'a' }, { loggingToken: 'b' }, false])
    })
  })

  it('of unknown names are refused, with the nearest', async () => {
    // @ts-expect-error no such event
    expect(() => engine.on('beforeExecut', () => {})).toThrow(
      new ArgumentError("An engine has no event 'beforeExecut'; did you mean 'beforeExecute'?"),
    )
    // @ts-expect-error no such event
    expect(() => engine.on('chekout', () => {})).toThrow("did you mean 'checkout'?")
    await using connection = await engine.connect()
    // @ts-expect-error an event of engines only
    expect(() => connection.on('beginn', () => {})).toThrow("A connection has no event 'beginn'; did you mean 'begin'?")
  })

  it('close a connection that engineConnect refuses', async () => {
    on('engineConnect', () => {
      throw new InvalidRequestError('closed on Sundays')
    })
    await expect(engine.connect()).rejects.toThrow('closed on Sundays')
    expect(engine.pool.status().checkedOut).toBe(0)
  })
})

it('commit nothing by failing in a rollback', async () => {
  await using engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, poolResetOnReturn: 'commit' })
  await engine.execute('CREATE TABLE unwanted (id INTEGER)')
  engine.on('rollback', () => {
    throw new Error('not now')
  })
  const conn = await engine.connect()
  await conn.execute('INSERT INTO unwanted VALUES (1)')
  await expect(conn.close()).rejects.toThrow('not now')
  expect(await engine.execute('SELECT count(*)::int FROM unwanted').scalar()).toBe(0)
  await engine.execute('DROP TABLE unwanted')
})

it('that hinder the rollback of a block leave it its own error, and cost the connection', async () => {
  await using engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
  await engine.execute('CREATE TABLE unwanted (id INTEGER)')
  const stop = engine.on('rollback', () => {
    throw new Error('not now')
  })
  let backend: unknown
  const failing = engine.begin(async (conn) => {
    backend = await conn.execute('SELECT pg_backend_pid()').scalar()
    await conn.execute('INSERT INTO unwanted VALUES (1)')
    throw new InvalidRequestError('of the block')
  })
  await expect(failing).rejects.toThrow(new InvalidRequestError('of the block'))
  stop()
  expect(await engine.execute('SELECT count(*)::int FROM unwanted').scalar()).toBe(0)
  expect(await engine.execute('SELECT pg_backend_pid()').scalar()).not.toBe(backend)
  expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 })
  await engine.execute('DROP TABLE unwanted')
})

it('of rollback that take their time do not let it hit what begins meanwhile', async () => {
  await using engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
  await using conn = await engine.connect()
  const pid = await conn.execute('SELECT pg_backend_pid()').scalar()
  let running: Promise<unknown> = Promise.resolve()
  const stop = engine.on('rollback', () => {
    stop()
    running = conn.execute('SELECT pg_sleep(0.1)').then((result) => result.rowCount)
  })
  await expect(conn.rollback()).rejects.toThrow(IllegalStateChangeError)
  expect(await running).toBe(1)
  await conn.rollback()
  expect(await conn.execute('SELECT pg_backend_pid()').scalar()).toBe(pid)
})

it('handleError can say that the connection is gone', async () => {
  await using engine = createEngine(postgresUrl())
  engine.on('handleError', (context) => {
    context.isDisconnect = context.originalException.fields?.sqlState === '42P01'
  })
  await using connection = await engine.connect()
  const before = await connection.execute('SELECT pg_backend_pid()').scalar()
  const error = await connection.execute('SELECT 1 FROM nowhere').then(null, (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(DBAPIError)
  expect(error).toMatchObject({ connectionInvalidated: true })
  expect(connection.invalidated).toBe(true)
  await connection.rollback()
  expect(await connection.execute('SELECT pg_backend_pid()').scalar()).not.toBe(before)
})

it('tell of transactions in two phases', async () => {
  await using engine = createEngine(postgresUrl())
  const calls: unknown[] = []
  for (const name of ['begin', 'commit', 'rollback'] as const) engine.on(name, () => calls.push(name))
  for (const name of ['beginTwophase', 'prepareTwophase', 'commitTwophase', 'rollbackTwophase'] as const)
    engine.on(name, async ({ xid, isPrepared }) => {
      await null
      calls.push([name, xid, isPrepared])
    })
  await using connection = await engine.connect()
  const first = connection.beginTwophase('events 1')
  await connection.execute('SELECT 1')
  await first.prepare()
  await first.commit()
  const second = connection.beginTwophase('events 2')
  await connection.execute('SELECT 1')
  await second.prepare()
  await second.rollback()
  const third = connection.beginTwophase('events 3')
  await connection.execute('SELECT 1')
  await third.rollback()
  const fourth = connection.beginTwophase('events 4')
  await connection.execute('SELECT 1')
  await fourth.commit()
  expect(calls).toEqual([
    ['beginTwophase', 'events 1', null],
    ['prepareTwophase', 'events 1', null],
    ['commitTwophase', 'events 1', true],
    ['beginTwophase', 'events 2', null],
    ['prepareTwophase', 'events 2', null],
    ['rollbackTwophase', 'events 2', true],
    ['beginTwophase', 'events 3', null],
    ['rollbackTwophase', 'events 3', false],
    ['beginTwophase', 'events 4', null],
    ['commitTwophase', 'events 4', false],
  ])
})

it('tell of statements that are streamed, once and not for each page', async () => {
  await using engine = createEngine(postgresUrl(), { slowStatementMs: 0, logger: () => {} })
  const calls: unknown[] = []
  engine.on('beforeExecute', ({ statement }) =>
    statement === 'SELECT 1' ? { statement: 'SELECT generate_series(1, 50) AS n' } : undefined,
  )
  engine.on('afterExecute', ({ result, statement }) => calls.push(['afterExecute', statement, result]))
  engine.on('beforeCursorExecute', ({ sql }) => {
    calls.push(sql)
  })
  engine.on('slowStatement', ({ sql }) => calls.push(['slow', sql]))
  let rows = 0
  for await (const _ of engine.stream('SELECT 1', null, { yieldPer: 10 })) rows += 1
  const sql = 'SELECT generate_series(1, 50) AS n'
  expect([rows, calls]).toEqual([50, [sql, ['afterExecute', sql, null], ['slow', sql]]])
})

it('tell of the end of the engine', async () => {
  const engine = createEngine(postgresUrl())
  const told: unknown[] = []
  engine.on('engineDispose', async ({ engine: own }) => {
    await null
    told.push(own === engine)
  })
  await engine.dispose()
  await engine.dispose()
  expect(told).toEqual([true])
})

it('do not keep the engine from its end by an error', async () => {
  const engine = createEngine(postgresUrl())
  await engine.execute('SELECT 1')
  engine.on('engineDispose', () => {
    throw new Error('not now')
  })
  await expect(engine.dispose()).rejects.toThrow('not now')
  expect(engine.pool.metrics()).toMatchObject({ opened: 1, closed: 1 })
})

it('do not keep the engine from its end beyond its deadline', async () => {
  const engine = createEngine(postgresUrl())
  const connection = await engine.connect()
  await connection.execute('SELECT 1')
  engine.on('engineDispose', () => new Promise<void>(() => {}))
  await engine.dispose({ timeoutMs: 50 })
  // It was cut, as it did not come back.
  await expect(connection.execute('SELECT 1')).rejects.toMatchObject({ connectionInvalidated: true })
  await connection.close()
  expect(engine.pool.metrics()).toMatchObject({ opened: 1, closed: 1 })
})

describe('doConnect', () => {
  it('gives each connection a password of its own', async () => {
    const right = new URL(postgresUrl())
    const { password } = right
    right.password = 'wrong-password'
    const engine = createEngine(right.href)
    let calls = 0
    engine.on('doConnect', async ({ settings }) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      calls += 1
      settings.password = decodeURIComponent(password)
      settings.query = { ...settings.query, application_name: `token ${calls}` }
    })
    await using connection = await engine.connect()
    expect(await connection.execute("SELECT current_setting('application_name')").scalar()).toBe('token 1')
    await using other = await engine.connect()
    expect(await other.execute("SELECT current_setting('application_name')").scalar()).toBe('token 2')
    await connection.close()
    await other.close()
    // A session that listens is one more connection.
    await using listener = engine.listen('tokens')
    await listener.ready()
    const listening =
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'token 3' AND query = 'LISTEN tokens'"
    expect(await engine.execute(listening).scalar()).toBe(1)
    await engine.dispose()
    expect(calls).toBe(3)
  })

  it('is told of the connection of a session that listens, as handleError of its failure', async () => {
    const seen: unknown[] = []
    await using engine = createEngine('postgresql://nobody:x@127.0.0.1:1/x')
    engine.on('doConnect', ({ settings }) => void seen.push(settings.user))
    engine.on('handleError', ({ connection, isPrePing, originalException }) => {
      seen.push([connection, isPrePing, originalException.disconnected])
      return new InvalidRequestError('no news today')
    })
    await expect(engine.listen('news').ready()).rejects.toThrow(new InvalidRequestError('no news today'))
    expect(seen).toEqual(['nobody', [null, false, true]])
  })

  it('that gives something else fails the connection, and nothing else', async () => {
    await using engine = createEngine(postgresUrl())
    const end = engine.on('doConnect', (() => ({ nope: 1 })) as never)
    await expect(engine.execute('SELECT 1')).rejects.toThrow(/^A listener of doConnect returns a DriverConnection/)
    end()
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('changes nothing where it changes nothing, and fails the connect where it throws', async () => {
    await using engine = createEngine(postgresUrl())
    let refuse = false
    engine.on('doConnect', () => {
      if (refuse) throw new InvalidRequestError('no token today')
    })
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    refuse = true
    engine.pool.invalidate()
    await expect(engine.execute('SELECT 1')).rejects.toThrow('no token today')
  })

  it.each(['throws', 'rejects', 'gives nothing it could', 'gives another'])(
    'leaves no connection open that a listener gave where the next one %s',
    async (next) => {
      await using first = createEngine(postgresUrl())
      await using engine = createEngine('postgresql://nobody@127.0.0.1:1/nowhere', { poolSize: 1 })
      const given: DriverConnection[] = []
      const url = new URL(postgresUrl())
      const settings = { ...(await settingsOf(first)), password: decodeURIComponent(url.password) }
      const give = async (): Promise<DriverConnection> => {
        const connection = await first.dialect.createDriver(settings).connect()
        given.push(connection)
        return connection
      }
      engine.on('doConnect', give)
      engine.on('doConnect', (() => {
        if (next === 'throws') throw new InvalidRequestError('not now')
        if (next === 'rejects') return Promise.reject(new InvalidRequestError('not now'))
        return next === 'gives another' ? give() : 'nothing it could'
      }) as never)
      if (next === 'gives another') expect(await engine.execute('SELECT 1').scalar()).toBe(1)
      else await expect(engine.execute('SELECT 1')).rejects.toThrow(/^not now|^A listener of doConnect returns/)
      expect(given.map((connection) => connection.transactionStatus)).toEqual(
        next === 'gives another' ? ['lost', 'idle'] : ['lost'],
      )
    },
  )

  it('can give a connection', async () => {
    await using first = createEngine(postgresUrl())
    await using engine = createEngine('postgresql://nobody@127.0.0.1:1/nowhere', { poolSize: 1 })
    const driver = first.dialect
    engine.on('doConnect', async () => {
      const url = new URL(postgresUrl())
      const settings = { ...(await settingsOf(first)), password: decodeURIComponent(url.password) }
      return driver.createDriver(settings).connect()
    })
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('tells handleError that no connection could be opened', async () => {
    await using engine = createEngine('postgresql://nobody@127.0.0.1:1/nowhere')
    const seen: unknown[] = []
    engine.on('handleError', ({ connection, sqlalchemyException, isDisconnect }) => {
      seen.push([connection, sqlalchemyException instanceof OperationalError, isDisconnect])
      return new InvalidRequestError('the database sleeps')
    })
    await expect(engine.execute('SELECT 1')).rejects.toThrow(new InvalidRequestError('the database sleeps'))
    expect(seen).toEqual([[null, true, true]])
    await expect(engine.warmUp()).rejects.toThrow(new InvalidRequestError('the database sleeps'))
    expect(seen).toHaveLength(2)
  })
})

/** The settings that an engine would connect with. */
async function settingsOf(engine: Engine): Promise<DriverSettings> {
  let found: DriverSettings | null = null
  const end = engine.on('doConnect', ({ settings }) => {
    found = settings
  })
  await engine.execute('SELECT 1')
  end()
  return found as unknown as DriverSettings
}
