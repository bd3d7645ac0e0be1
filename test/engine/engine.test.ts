import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import { ArgumentError, OperationalError, ResourceClosedError, TimeoutError } from '../../src/errors.ts'
import {
  Column,
  Integer,
  insert,
  literal,
  MetaData,
  NullPool,
  String as SqlString,
  select,
  table,
} from '../../src/index.ts'
import type { LogRecord } from '../../src/log.ts'
import { withSqlite } from '../support/node-options.ts'
import { postgresUrl, provides, sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

describe('createEngine()', () => {
  it('connects nothing', async () => {
    const engine = createEngine('postgresql://nobody:secret@192.0.2.1:1/none')
    expect(String(engine.url)).toBe('postgresql://nobody:***@192.0.2.1:1/none')
    expect(engine.stats().pool.checkedOut).toBe(0)
    await engine.dispose()
  })

  it.each<[string, unknown, string]>([
    ['postgresql://h', { poolsize: 3 }, "createEngine() has no option 'poolsize'; did you mean 'poolSize'?"],
    ['postgresql://h', { pool_size: 3 }, "createEngine() has no option 'pool_size'; did you mean 'poolSize'?"],
    ['postgresql://h', { poolSize: '5' }, "The pool's size must be a whole number of at least 0, got '5'"],
    [
      'postgresql://h',
      { poolTimeoutMs: '5' },
      "The pool's timeoutMs must be a number of milliseconds that is not negative, got '5'",
    ],
    ['postgresql://h', { poolSize: -1 }, "The pool's size must be a whole number of at least 0, got -1"],
    [
      'postgresql://h',
      { isolationLevel: 'SERIALISABLE' },
      "There is no isolation level 'SERIALISABLE'; did you mean 'SERIALIZABLE'?",
    ],
    [
      'postgresql://h',
      { compiledCacheSize: 0.5 },
      'compiledCacheSize must be a whole number that is not negative, got 0.5',
    ],
    ['postgresql://h', { echo: 'loud' }, "echo must be true, false, 'debug' or a function, got 'loud'"],
    ['postgresql://h', { inLists: 'x' }, "inLists must be 'array' or 'expand', got 'x'"],
    ['postgresql://h', { connectArguments: { a: {} } }, 'connectArguments.a must be a string, a number or a boolean'],
    [
      'postgresql://h',
      { connectArguments: 'a' },
      "connectArguments must be an object of parameters: { application_name: 'web' }",
    ],
    [
      'postgresql://h',
      { password: 5 },
      'password must be a string, or a function that gives one, got a value of type number',
    ],
    [
      'postgresql://h',
      { environment: true },
      'environment must be false, or an object of variables such as process.env',
    ],
    ['postgresql://h', { hideParameters: 'no' }, "hideParameters must be true or false, got 'no'"],
    ['postgresql://h', { executionOptions: null }, 'executionOptions takes its options as an object, got null'],
    [
      'postgresql://h',
      { poolClass: 'NullPool' },
      'poolClass must be a class of pools: QueuePool, NullPool, StaticPool or AssertionPool',
    ],
    ['postgresql://h', null, 'The options of createEngine() must be an object'],
    ['postgresql://h?port=x', {}, "A port is a number from 1 to 65535, not 'x'"],
    [
      'postgresq://h',
      {},
      "No dialect is known for the scheme 'postgresq' of a database URL; did you mean 'postgresql'?",
    ],
    [
      'oracle://h',
      {},
      "No dialect is known for the scheme 'oracle' of a database URL; known: 'postgresql', 'postgres', 'pglite', 'sqlite'",
    ],
    [
      '__proto__://h',
      {},
      "Cannot read the database URL: it must look like postgresql://user:password@host:5432/database, or like host=... dbname=... user=... as libpq's strings do",
    ],
    [
      'constructor://h',
      {},
      "No dialect is known for the scheme 'constructor' of a database URL; known: 'postgresql', 'postgres', 'pglite', 'sqlite'",
    ],
    ['postgresql+psycopg3://h', {}, "The dialect postgresql has no driver 'psycopg3'; did you mean 'psycopg'?"],
  ])('refuses %s with %j', async (url, options, message) => {
    // What only the dialect can judge is refused at once where its code is loaded.
    await createEngine('postgresql://').ready()
    expect(() => createEngine(url, options as never)).toThrow(new ArgumentError(message))
  })

  it('says who refused, without the password', async () => {
    const wrong = new URL(postgresUrl())
    wrong.password = 'wrong-s3cret'
    for (const url of [wrong.href, 'postgresql://u:wrong-s3cret@127.0.0.1:1/none']) {
      await using engine = createEngine(url)
      const error = await engine.execute('SELECT 1').catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(OperationalError)
      expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain('s3cret')
      await expect(engine.connect()).rejects.toBeInstanceOf(OperationalError)
    }
  })

  it('takes the password from a function, and the address from the query', async () => {
    const url = new URL(postgresUrl())
    const { password, hostname, port } = url
    url.password = ''
    let asked = 0
    await using engine = createEngine(url.href, {
      password: async () => {
        asked += 1
        return password
      },
    })
    await engine.execute('SELECT 1')
    expect(asked).toBe(1)
    const inQuery = `postgres:///?host=${hostname}&port=${port}&user=${url.username}&password=${password}&dbname=${url.pathname.slice(1)}&application_name=queried`
    await using other = createEngine(inQuery)
    expect(await other.execute('SHOW application_name').scalar()).toBe('queried')
  })

  it('takes the scheme postgres:// and the drivers that others know', async () => {
    for (const scheme of ['postgres:', 'postgresql+psycopg2:', 'postgresql+pg:']) {
      await using engine = createEngine(postgresUrl().replace(/^\w+:/, scheme))
      expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    }
  })

  it('takes another pool', async () => {
    await using engine = createEngine(postgresUrl(), { poolClass: NullPool })
    await engine.execute('SELECT 1')
    expect(engine.stats().pool).toMatchObject({ pool: 'NullPool', idle: 0, checkedOut: 0 })
  })

  it('keeps a database in a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tsalchemy-pglite-'))
    const url = `pglite:///${folder}`
    try {
      {
        await using engine = createEngine(url)
        await engine.execute('CREATE TABLE t (a INTEGER)')
        await engine.execute('INSERT INTO t VALUES (5)')
      }
      await using again = createEngine(url)
      expect(await again.execute('SELECT a FROM t').scalars().all()).toEqual([5])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the embedded database', () => {
  it('explains a nested use that would wait for ever', async () => {
    await using engine = createEngine('pglite://', { poolTimeoutMs: 6_000, poolSize: 5 })
    const nested = engine.begin(async () => {
      await engine.execute('SELECT 1')
    })
    const error = await nested.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect((error as Error).message).toContain('Inside a transaction use the Connection or Session at hand')
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('serves those who come at the same time one after the other', async () => {
    await using engine = createEngine('pglite://')
    const values = await Promise.all([1, 2, 3, 4, 5].map((value) => engine.execute('SELECT $1::int', [value]).scalar()))
    expect(values).toEqual([1, 2, 3, 4, 5])
  })
})

describe.each(sqlDatabases())('on $name', (target) => {
  const { name, url } = target
  it('dispose() can be called again, and refuses what comes behind', async () => {
    const engine = createEngine(url)
    await engine.execute('SELECT 1')
    await Promise.all([engine.dispose(), engine.dispose()])
    await engine.dispose()
    const disposed = new ResourceClosedError('This Engine is disposed')
    await expect(engine.execute('SELECT 1')).rejects.toThrow(disposed)
    await expect(engine.connect()).rejects.toThrow(disposed)
    await expect(engine.begin(async () => {})).rejects.toThrow(disposed)
    const unused = createEngine(url)
    await unused.dispose()
    await expect(unused.execute('SELECT 1')).rejects.toThrow(disposed)
  })

  it('gives its dialect once it is loaded', async () => {
    await using engine = createEngine(url)
    await engine.ready()
    expect(engine.dialect.name).toBe(name === 'sqlite' ? 'sqlite' : 'postgresql')
  })

  if (provides(target, 'postgresSql'))
    it('keeps an isolation level for all, also of statements alone', async () => {
      await using engine = createEngine(url, { isolationLevel: 'SERIALIZABLE' })
      const recording = recordStatements(engine)
      const level = 'SHOW transaction_isolation'
      expect(await engine.execute(level).scalar()).toBe('serializable')
      expect(recording.flights).toEqual([['BEGIN ISOLATION LEVEL SERIALIZABLE', level, 'COMMIT']])
      await using conn = await engine.connect()
      expect(await conn.execute(level).scalar()).toBe('serializable')
    })

  it('runs DDL in the transaction at hand, or in its own, in few flights', async () => {
    const metadata = new MetaData()
    const parents = table('parents', metadata, { id: Column(Integer, { primaryKey: true }) })
    table('children', metadata, {
      id: Column(Integer, { primaryKey: true }),
      parent: Column(Integer, { foreignKey: parents.c.id }),
    })
    await using engine = createEngine(url)
    const recording = recordStatements(engine)
    await metadata.createAll(engine)
    expect(
      recording.flights.map((flight) => flight.map((sql) => sql.trim().split(/\s+/).slice(0, 3).join(' '))),
    ).toEqual([
      ['BEGIN', 'SELECT EXISTS (SELECT', 'SELECT EXISTS (SELECT', 'COMMIT'],
      ['BEGIN', 'CREATE TABLE parents', 'CREATE TABLE children', 'COMMIT'],
    ])
    recording.clear()
    await metadata.createAll(engine)
    expect(recording.flights).toHaveLength(1)
    await engine.begin(async (conn) => {
      await metadata.dropAll(conn)
      await conn.rollback()
    })
    await engine.execute(insert(parents), { id: 1 })
    await metadata.dropAll(engine, { checkFirst: false })
    await expect(engine.execute(select(parents))).rejects.toMatchObject({ sqlState: '42P01' })
    const failing = metadata.dropAll(engine, { checkFirst: false })
    await expect(failing).rejects.toMatchObject({
      sqlState: '42P01',
      statement: expect.stringContaining('DROP TABLE children'),
    })
  })

  it('lets the process end by itself after dispose()', async () => {
    const program = `
      import { createEngine } from './src/index.ts'
      const engine = createEngine(process.argv[1])
      console.log(await engine.execute('SELECT 41 + 1').scalar())
      await engine.dispose()
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program, url],
      { cwd: new URL('../..', import.meta.url), timeout: 60_000, env: { ...process.env, NODE_OPTIONS: withSqlite } },
    )
    expect(stdout.trim()).toBe('42')
  }, 70_000)
})

describe('echo', () => {
  it('logs as SQLAlchemy does', async () => {
    const metadata = new MetaData()
    const users = table('echoed', metadata, {
      id: Column(Integer, { primaryKey: true }),
      name: Column(SqlString(30)),
    })
    const lines: LogRecord[] = []
    await using engine = createEngine(postgresUrl(), { echo: (record) => lines.push(record) })
    await metadata.createAll(engine)
    lines.length = 0
    await engine.begin(async (conn) => {
      await conn.execute(insert(users), { name: "o'hara\n" })
      await conn.execute(insert(users), [{ name: 'a' }, { name: 'b' }])
      await conn.execute('SELECT $1::int', [5])
      await conn.beginNested((inner) => inner.execute('SELECT 1 / 0')).catch(() => {})
    })
    await metadata.dropAll(engine)
    const messages = lines.map((line) => line.message.replace(/\d+\.\d+(?:e-\d+)?s/, '0.1s'))
    expect(messages.slice(0, 14)).toEqual([
      'BEGIN (implicit)',
      'INSERT INTO echoed (name) VALUES ($1::VARCHAR) RETURNING echoed.id',
      "[generated in 0.1s] ['o\\'hara\\n']",
      'INSERT INTO echoed (name) SELECT rows.name \nFROM unnest($1::VARCHAR[]) WITH ORDINALITY AS rows(name, ordinality) ORDER BY rows.ordinality',
      "[generated in 0.1s (insertmanyvalues) 1/1 (unordered)] [['a', 'b']]",
      'SELECT $1::int',
      '[raw sql] [5]',
      'SAVEPOINT sa_savepoint_1',
      'SELECT 1 / 0',
      '[raw sql] []',
      'ROLLBACK TO SAVEPOINT sa_savepoint_1',
      'COMMIT',
      'BEGIN (implicit)',
      expect.stringContaining('SELECT EXISTS'),
    ])
    expect(lines[0]).toMatchObject({ level: 'info', logger: 'tsalchemy.engine.Engine' })
    expect(messages).toContain('[no key 0.1s] []')
  })

  it('hides parameters where it is told so, in errors as well', async () => {
    const lines: string[] = []
    await using engine = createEngine(postgresUrl(), {
      echo: (record) => lines.push(record.message),
      hideParameters: true,
    })
    const error = await engine.execute('SELECT $1::int / 0', [90125]).catch((caught: unknown) => caught)
    expect(lines).toEqual(['SELECT $1::int / 0', '[raw sql] [SQL parameters hidden due to hideParameters: true]'])
    expect((error as Error).message).not.toContain('90125')
    expect(JSON.stringify(error)).not.toContain('90125')
  })

  it('shows rows where it is to debug', async () => {
    const written: string[] = []
    const original = console.log
    console.log = (line: string) => void written.push(line)
    try {
      await using engine = createEngine(postgresUrl(), { echo: 'debug' })
      await engine.execute("SELECT 1 AS a, 'x' AS b")
      // These rows are objects from the start.
      await engine.execute(select(literal(2).label('c'))).all()
    } finally {
      console.log = original
    }
    const lines = written.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /, ''))
    expect(lines.slice(-2)).toEqual([
      "DEBUG tsalchemy.engine.Engine Col ['c']",
      'DEBUG tsalchemy.engine.Engine Row [2]',
    ])
    expect(lines.slice(0, 4)).toEqual([
      "INFO tsalchemy.engine.Engine SELECT 1 AS a, 'x' AS b",
      'INFO tsalchemy.engine.Engine [raw sql] []',
      "DEBUG tsalchemy.engine.Engine Col ['a', 'b']",
      "DEBUG tsalchemy.engine.Engine Row [1, 'x']",
    ])
  })

  it('fails no statement where the log fails', async () => {
    await using engine = createEngine(postgresUrl(), {
      echo: () => {
        throw new Error('disk full')
      },
    })
    const warnings: unknown[] = []
    const listen = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', listen)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings).toContain('disk full')
  })
})
