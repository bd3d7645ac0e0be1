import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { QueryCanceled, StatementTimeout } from '../../src/database-errors.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { ArgumentError, InvalidRequestError } from '../../src/errors.ts'
import type { ExecutionOptions } from '../../src/expression/base/execution-options.ts'
import { Column, Integer, insert, MetaData, select, table, text, union } from '../../src/index.ts'
import type { LogRecord } from '../../src/log.ts'
import { makeSchema } from '../support/schemas.ts'
import { postgresUrl, sqlDatabases } from '../support/server.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const items = table('item', metadata, { id: Column(Integer, { primaryKey: true, autoincrement: false }) })
const at = (schema: string) => ({ '': schema })

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url, { poolSize: 2, maxOverflow: 0, poolTimeoutMs: 15_000 })
    for (const schema of ['one', 'two', 'three', 'four']) await makeSchema(engine, target, schema)
    recording = recordStatements(engine)
  })
  beforeEach(() => recording.clear())
  afterAll(() => engine.dispose())

  const last = (): string => recording.statements.at(-1)?.sql.replaceAll('\n', '') ?? ''

  it('of a call win over those of the connection, of the engine, of the statement, in this order', async () => {
    const statement = select(items.c.id).executionOptions({ schemaTranslateMap: at('four'), timeoutMs: 50_000 })
    const view = engine.executionOptions({ schemaTranslateMap: at('three') })
    await engine.begin(async (conn) => {
      for (const schema of ['one', 'two', 'three', 'four'])
        await conn.execute(`CREATE TABLE ${schema}.item (id INTEGER PRIMARY KEY)`)
    })
    await engine.execute(statement)
    expect(last()).toBe('SELECT four.item.id FROM four.item')
    await view.execute(statement)
    expect(last()).toBe('SELECT three.item.id FROM three.item')
    await using conn = await view.connect()
    await conn.execute(statement)
    expect(last()).toBe('SELECT three.item.id FROM three.item')
    expect(conn.executionOptions({ schemaTranslateMap: at('two') })).toBe(conn)
    await conn.execute(statement)
    expect(last()).toBe('SELECT two.item.id FROM two.item')
    await conn.execute(statement, null, { schemaTranslateMap: at('one') })
    expect(last()).toBe('SELECT one.item.id FROM one.item')
    await conn.executeAll([statement, select(items.c.id)])
    expect(last()).toBe('SELECT two.item.id FROM two.item')
    expect(statement.getExecutionOptions()).toEqual({ schemaTranslateMap: at('four'), timeoutMs: 50_000 })
    expect(view.getExecutionOptions()).toEqual({ schemaTranslateMap: at('three') })
    expect(conn.getExecutionOptions()).toEqual({ schemaTranslateMap: at('two') })
    expect(engine.getExecutionOptions()).toEqual({})
  })

  it('are told to listeners as they hold for a statement, with what is meant for them', async () => {
    const own = createEngine(url, { poolSize: 1, maxOverflow: 0, executionOptions: { info: { from: 'engine' } } })
    const heard: unknown[] = []
    const names = ['beforeExecute', 'beforeCursorExecute', 'afterCursorExecute', 'afterExecute'] as const
    const hear = (event: { readonly executionOptions: ExecutionOptions }): void => {
      heard.push(event.executionOptions.info?.from)
    }
    for (const name of names) own.on(name, hear)
    const four = (from: string) => names.map(() => from)
    const statement = text('SELECT 1').executionOptions({ info: { from: 'statement' }, loggingToken: 'x' })
    const takeHeard = () => heard.splice(0)
    await own.execute('SELECT 1')
    expect(takeHeard()).toEqual(four('engine'))
    await own.execute(statement, null, { info: { from: 'call' } })
    expect(takeHeard()).toEqual(four('call'))
    {
      await using conn = await own.connect({ info: { from: 'connection' } })
      await conn.execute(statement)
      expect(takeHeard()).toEqual(four('connection'))
      await conn.executeAll([statement])
      expect(takeHeard()).toEqual(four('connection'))
    }
    await own.dispose()
    const bare = createEngine(url)
    for (const name of names) bare.on(name, hear)
    await bare.execute(statement)
    expect(takeHeard()).toEqual(four('statement'))
    bare.on('afterStream', hear)
    await bare.stream(statement, null, { info: { from: 'stream' } }).all()
    expect(takeHeard()).toEqual([...four('stream'), 'stream'])
    await bare.dispose()
  })

  it('of an engine make a view that shares its pool, its listeners and its end', async () => {
    const own = createEngine(url, { poolSize: 1, maxOverflow: 0, executionOptions: { loggingToken: 'own' } })
    const view = own.executionOptions({ timeoutMs: 60_000 })
    expect(view).not.toBe(own)
    expect(view.getExecutionOptions()).toEqual({ loggingToken: 'own', timeoutMs: 60_000 })
    const heard = recordStatements(own)
    await view.execute('SELECT 1')
    await own.execute('SELECT 2')
    expect(heard.flights).toEqual([['SELECT 1'], ['SELECT 2']])
    expect(view.stats().pool).toEqual(own.stats().pool)
    expect(own.stats().pool.idle).toBe(1)
    await view.dispose()
    await expect(own.execute('SELECT 1')).rejects.toThrow('This Engine is disposed')
  })

  it('that are undefined are not given', async () => {
    const given = { isolationLevel: undefined, timeoutMs: undefined } as never
    const view = engine.executionOptions({ isolationLevel: 'SERIALIZABLE', timeoutMs: 1000 }).executionOptions(given)
    expect(view.getExecutionOptions()).toEqual({ isolationLevel: 'SERIALIZABLE', timeoutMs: 1000 })
  })

  it('put a token in front of what the log says', async () => {
    const lines: string[] = []
    const echo = ({ message }: LogRecord): void => {
      lines.push(message)
    }
    await using own = createEngine(url, { echo })
    await own.execute('SELECT 1')
    await own.executionOptions({ loggingToken: 'reports' }).begin((conn) => conn.execute('SELECT 2'))
    await own.execute('SELECT 3', null, { loggingToken: 'call' })
    await own.execute(text('SELECT 4').executionOptions({ loggingToken: 'statement' }))
    expect(lines.filter((line) => !line.includes('[raw sql]') && !line.includes('generated'))).toEqual([
      'SELECT 1',
      '[reports] BEGIN (implicit)',
      '[reports] SELECT 2',
      '[reports] COMMIT',
      '[call] SELECT 3',
      '[statement] SELECT 4',
    ])
    expect(lines).toContain('[reports] [raw sql] []')
  })

  it('put it in front of rows too', async () => {
    const lines: string[] = []
    await using own = createEngine(url, { echo: 'debug', logger: ({ message }: LogRecord) => lines.push(message) })
    await own.execute('SELECT 1 AS n', null, { loggingToken: 'call' })
    await own.stream('SELECT 2 AS n', null, { loggingToken: 'stream' }).all()
    expect(lines.filter((line) => /Col|Row/.test(line))).toEqual([
      "[call] Col ['n']",
      '[call] Row [1]',
      "[stream] Col ['n']",
      '[stream] Row [2]',
    ])
  })

  it('compile anew where compiledCache is null', async () => {
    await using own = createEngine(url)
    const statement = text('SELECT 1')
    await own.execute(statement, null, { compiledCache: null })
    await own.execute(statement.executionOptions({ compiledCache: null }))
    await own.executionOptions({ compiledCache: null }).execute(statement)
    expect(own.stats().cache).toEqual({ hits: 0, misses: 0, uncacheable: 0, size: 0 })
    await own.execute(statement)
    await own.execute(statement)
    expect(own.stats().cache).toEqual({ hits: 1, misses: 1, uncacheable: 0, size: 1 })
  })

  it('travel with statements of each kind', async () => {
    const options = { timeoutMs: 5, info: { who: 'me' } }
    const made = [
      select(items.c.id).executionOptions(options),
      insert(items).executionOptions(options),
      text('SELECT 1').executionOptions(options),
      union(select(items.c.id), select(items.c.id)).executionOptions(options),
    ]
    for (const statement of made) expect(statement.getExecutionOptions()).toEqual(options)
  })

  it('are refused where they are unknown or cannot be', async () => {
    const wrong = (options: object): never => options as never
    const cases: [() => unknown, string | RegExp][] = [
      [() => engine.executionOptions(wrong({ isolation_level: 'SERIALIZABLE' })), /did you mean 'isolationLevel'\?/],
      [() => engine.executionOptions(wrong({ isolationLevel: 'SERIALISABLE' })), /did you mean 'SERIALIZABLE'\?/],
      [() => engine.executionOptions(wrong({ readOnly: 'yes' })), /readOnly must be true or false, got 'yes'/],
      [() => engine.executionOptions({ timeoutMs: '5' as never }), /positive number of milliseconds, got '5'/],
      [() => engine.executionOptions({ timeoutMs: 0 }), /timeoutMs must be a positive number of milliseconds, got 0/],
      [() => engine.executionOptions(wrong({ timeoutMs: Number.NaN })), /timeoutMs must be a positive number/],
      [() => engine.executionOptions(wrong({ compiledCache: {} })), /compiledCache can only be null/],
      [() => engine.executionOptions(wrong({ schemaTranslateMap: [] })), /schemaTranslateMap is/],
      [() => engine.executionOptions({ yieldPer: 0 }), /yieldPer must be a whole number of at least 1, got 0/],
      [() => engine.executionOptions(wrong({ loggingToken: 5 })), /loggingToken must be a string/],
      [() => select(items).executionOptions(wrong({ time_out_ms: 5 })), /did you mean 'timeoutMs'\?/],
      [
        () => select(items).executionOptions(wrong({ isolationLevel: 'SERIALIZABLE' })),
        /executionOptions\(\): isolationLevel is an option of connections and transactions, not of a statement/,
      ],
      [() => createEngine(url, { executionOptions: wrong({ timeout: 5 }) }), /did you mean 'timeoutMs'\?/],
    ]
    for (const [call, message] of cases) {
      expect(call).toThrow(ArgumentError)
      expect(call).toThrow(message)
    }
    await expect(engine.execute('SELECT 1', null, wrong({ tiemoutMs: 5 }))).rejects.toThrow(
      "execute() has no option 'tiemoutMs'; did you mean 'timeoutMs'?",
    )
    await expect(engine.execute('SELECT 1', null, wrong({ readOnly: true }))).rejects.toThrow(
      /readOnly is an option of connections and transactions/,
    )
    await expect(engine.connect(wrong({ isolation: 1 }))).rejects.toThrow(ArgumentError)
    expect(recording.flights).toEqual([])
  })

  it('yieldPer is refused by what gives all rows at once, unless it is the default of streams', async () => {
    const portions = { yieldPer: 10 }
    const statement = text('SELECT 1 AS n')
    const message = 'execute() reads all of them before it gives any: use stream() of the session, connection or engine'
    await using conn = await engine.connect()
    for (const executes of [
      () => engine.execute(statement, null, portions),
      () => engine.execute(statement.executionOptions(portions)),
      () => engine.execute('SELECT 1', null, portions),
      () => conn.execute(statement, null, portions),
      () => conn.executeAll([statement, statement.executionOptions(portions)]),
    ]) {
      const error = await executes().then(
        () => expect.unreachable(),
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(ArgumentError)
      expect(String(error)).toContain(message)
    }
    await conn.rollback()
    await conn.close()
    expect(recording.flights).toEqual([])
    const view = engine.executionOptions(portions)
    expect(await view.execute(statement).scalar()).toBe(1)
  })

  it('of a connection that is closed cannot be set', async () => {
    const conn = await engine.connect()
    await conn.close()
    expect(() => conn.executionOptions({ timeoutMs: 5 })).toThrow('This Connection is closed')
  })
})

describe('timeoutMs, on a server', () => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 15_000 })
  })
  afterAll(() => engine.dispose())

  const running = async (): Promise<unknown> => {
    await using other = createEngine(postgresUrl())
    return await other
      .execute(
        "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = current_database()",
      )
      .scalarOne()
  }

  it('cancels on the server what takes longer, and keeps the connection', async () => {
    const id = await engine.execute('SELECT pg_backend_pid()').scalarOne()
    const error = await engine
      .execute('SELECT pg_sleep(30)', null, { timeoutMs: 100 })
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StatementTimeout)
    expect(error).toBeInstanceOf(QueryCanceled)
    expect(error).toMatchObject({
      code: 'statement-timeout',
      sqlState: '57014',
      statement: 'SELECT pg_sleep(30)',
      connectionInvalidated: false,
      message: 'The statement was canceled after 100 ms (timeoutMs)\n[SQL: SELECT pg_sleep(30)]',
    })
    expect(await running()).toBe(0)
    expect(await engine.execute('SELECT pg_backend_pid()').scalarOne()).toBe(id)
  })

  it('leaves a transaction to be rolled back', async () => {
    await using conn = await engine.connect({ timeoutMs: 100 })
    await conn.execute('SELECT 1')
    await expect(conn.execute('SELECT pg_sleep(30)')).rejects.toBeInstanceOf(StatementTimeout)
    await expect(conn.execute('SELECT 1')).rejects.toThrow(/rollback\(\) must be called first/)
    await conn.rollback()
    expect(await conn.execute('SELECT pg_sleep(0.3)::text', null, { timeoutMs: 20_000 }).scalarOne()).toBe('')
  })

  it('gives way to a signal that comes first', async () => {
    const reason = new Error('mine')
    const control = new AbortController()
    const running = engine.execute('SELECT pg_sleep(30)', null, { timeoutMs: 20_000, signal: control.signal })
    setTimeout(() => control.abort(reason), 50)
    await expect(running).rejects.toBe(reason)
    expect(await engine.execute('SELECT 1', null, { timeoutMs: Number.POSITIVE_INFINITY }).scalarOne()).toBe(1)
    expect(await engine.execute('SELECT 1', null, { timeoutMs: 2 ** 40 }).scalarOne()).toBe(1)
  })
})

describe('isolation, on a server', () => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 15_000 })
  })
  afterAll(() => engine.dispose())

  const level = 'SHOW transaction_isolation'

  it('is that of the transaction, of the connection, of the engine, of the server, in this order', async () => {
    const serializable = engine.executionOptions({ isolationLevel: 'SERIALIZABLE' })
    expect(await engine.execute(level).scalarOne()).toBe('read committed')
    expect(await serializable.execute(level).scalarOne()).toBe('serializable')
    await using conn = await serializable.connect()
    expect(await conn.getIsolationLevel()).toBe('SERIALIZABLE')
    expect(await conn.defaultIsolationLevel()).toBe('READ COMMITTED')
    expect(conn.inTransaction()).toBe(false)
    conn.executionOptions({ isolationLevel: 'REPEATABLE READ' })
    expect(await conn.getIsolationLevel()).toBe('REPEATABLE READ')
    expect(await conn.execute(level).scalarOne()).toBe('repeatable read')
    expect(await conn.getIsolationLevel()).toBe('REPEATABLE READ')
    await conn.rollback()
    conn.begin({ isolationLevel: 'READ UNCOMMITTED' })
    expect(await conn.getIsolationLevel()).toBe('READ UNCOMMITTED')
    await conn.rollback()
    expect(await conn.execute(level).scalarOne()).toBe('repeatable read')
  })

  it('ends with the connection: the next who borrows it has none of it', async () => {
    await using conn = await engine.connect({ isolationLevel: 'SERIALIZABLE', readOnly: true, deferrable: true })
    expect(await conn.execute('SHOW transaction_read_only').scalarOne()).toBe('on')
    expect(await conn.execute('SHOW transaction_deferrable').scalarOne()).toBe('on')
    await conn.close()
    await using next = await engine.connect()
    expect(await next.execute(level).scalarOne()).toBe('read committed')
    expect(await next.execute('SHOW transaction_read_only').scalarOne()).toBe('off')
    expect(await next.getIsolationLevel()).toBe('READ COMMITTED')
  })
})

describe.each(sqlDatabases())('isolation, on $name', ({ url, name }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 15_000 })
  })
  afterAll(() => engine.dispose())

  const most = name === 'sqlite' ? 'SERIALIZABLE' : 'READ COMMITTED'

  it('is as strict as asked for, or stricter', async () => {
    for (const isolationLevel of ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const) {
      await using conn = await engine.connect({ isolationLevel })
      expect(await conn.execute('SELECT 1').scalarOne()).toBe(1)
      expect(await conn.getIsolationLevel()).toBe(name === 'sqlite' ? 'SERIALIZABLE' : isolationLevel)
      expect(await conn.defaultIsolationLevel()).toBe(most)
    }
  })

  it('is refused once a transaction has begun, and other options are not', async () => {
    await using conn = await engine.connect()
    await conn.execute('SELECT 1')
    for (const options of [{ isolationLevel: 'SERIALIZABLE' }, { readOnly: true }, { deferrable: false }] as const) {
      expect(() => conn.executionOptions(options)).toThrow(InvalidRequestError)
      expect(() => conn.executionOptions(options)).toThrow(
        /already begun a transaction.*may not be altered before commit\(\) or rollback\(\)/,
      )
    }
    conn.executionOptions({ timeoutMs: 10_000 })
    expect(conn.getExecutionOptions()).toEqual({ timeoutMs: 10_000 })
    await conn.rollback()
    conn.executionOptions({ readOnly: true })
    await expect(conn.execute('CREATE TABLE absent (id INTEGER)')).rejects.toMatchObject({ sqlState: '25006' })
  })

  it('of a read-only engine holds for statements alone too', async () => {
    const reader = engine.executionOptions({ readOnly: true })
    const recording = recordStatements(engine)
    await expect(reader.execute('CREATE TABLE absent (id INTEGER)')).rejects.toMatchObject({ sqlState: '25006' })
    expect(await reader.execute('SELECT 1').scalarOne()).toBe(1)
    expect(recording.flights).toEqual([
      ['BEGIN READ ONLY', 'CREATE TABLE absent (id INTEGER)', 'COMMIT'],
      ['ROLLBACK'],
      ['BEGIN READ ONLY', 'SELECT 1', 'COMMIT'],
    ])
    recording.stop()
  })

  it('AUTOCOMMIT begins nothing and takes no read only', async () => {
    const auto = engine.executionOptions({ isolationLevel: 'AUTOCOMMIT' })
    await using conn = await auto.connect()
    expect(await conn.getIsolationLevel()).toBe('AUTOCOMMIT')
    await conn.execute('CREATE TABLE kept (id INTEGER)')
    expect(await conn.getIsolationLevel()).toBe('AUTOCOMMIT')
    await conn.rollback()
    expect(await conn.execute('SELECT CAST(count(*) AS INTEGER) FROM kept').scalarOne()).toBe(0)
    expect(() => conn.begin()).toThrow(/already begun a transaction/)
    await conn.rollback()
    conn.begin({ isolationLevel: 'SERIALIZABLE', readOnly: true })
    expect(await conn.getIsolationLevel()).toBe('SERIALIZABLE')
    await conn.rollback()
    expect(() => conn.executionOptions({ readOnly: true })).toThrow(/AUTOCOMMIT begins none: name an isolation level/)
    expect(conn.getExecutionOptions()).toEqual({ isolationLevel: 'AUTOCOMMIT' })
    await conn.close()
    await expect(auto.connect({ deferrable: true })).rejects.toThrow(ArgumentError)
    expect(engine.stats().pool.checkedOut).toBe(0)
  })
})
