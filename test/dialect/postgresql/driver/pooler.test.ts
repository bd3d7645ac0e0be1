// A transaction pooler in front of the server: known without being told, and relied on for nothing that a session remembers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DriverConnection, DriverStatement } from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { createEngine } from '../../../../src/engine/create.ts'
import type { Engine } from '../../../../src/engine/engine.ts'
import {
  BigInteger,
  Column,
  DateTime,
  Float,
  Integer,
  insert,
  LargeBinary,
  MetaData,
  String as SqlString,
  select,
  table,
} from '../../../../src/index.ts'
import { startProxy } from '../../../support/proxy.ts'
import { postgresUrl } from '../../../support/server.ts'
import { plainTcp } from '../../../support/transport.ts'
import { type MiniPooler, startMiniPooler } from './mini-pooler.ts'
import { type PgBouncer, pgbouncerVersion, startPgBouncer } from './pgbouncer.ts'
import { command, failure, raw, rows, tcpOptions } from './support.ts'

const metadata = new MetaData()
const things = table('pooled_things', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(SqlString(50)),
  big: Column(BigInteger),
  ratio: Column(Float),
  bytes: Column(LargeBinary),
  made: Column(DateTime({ timezone: true })),
})
const made = new Date('2024-02-29T12:34:56.789Z')
const thing = (id: number) => ({
  id,
  name: `thing ${id}`,
  big: 2n ** 60n + BigInt(id),
  ratio: id / 3,
  bytes: Uint8Array.of(0, 255, id % 256),
  made,
})

/** What programs do, with many connections at a time, so that sessions change hands all the time. */
async function everything(engine: Engine): Promise<void> {
  await metadata.createAll(engine)
  await engine.execute(
    insert(things),
    Array.from({ length: 50 }, (_, index) => thing(index + 1)),
  )
  const reads = Array.from({ length: 200 }, async (_, index) => {
    const id = (index % 50) + 1
    const row = await engine.execute(select(things).where(things.c.id.eq(id))).one()
    expect(row).toEqual(thing(id))
  })
  const transactions = Array.from({ length: 40 }, (_, index) =>
    engine.begin(async (connection) => {
      const id = 1000 + index
      await connection.execute(insert(things).values(thing(id)))
      const found = await connection.execute(select(things.c.name).where(things.c.id.eq(id))).scalarOne()
      expect(found).toBe(`thing ${id}`)
      const nested = connection.beginNested()
      await connection.execute('DELETE FROM pooled_things')
      await nested.rollback()
    }),
  )
  const streams = Array.from({ length: 5 }, async () => {
    let count = 0
    for await (const row of engine.stream(select(things).where(things.c.id.lt(51)).orderBy(things.c.id), null, {
      yieldPer: 7,
    })) {
      count += 1
      expect(row).toEqual(thing(count))
    }
    expect(count).toBe(50)
  })
  const failures = Array.from({ length: 20 }, async () => {
    await expect(engine.execute(insert(things).values(thing(1)))).rejects.toThrow(/duplicate key/)
  })
  await Promise.all([...reads, ...transactions, ...streams, ...failures])
  expect(await engine.execute('SELECT count(*)::int FROM pooled_things').scalar()).toBe(90)
  await metadata.dropAll(engine)
}

const atPort = (port: number): string => {
  const url = new URL(plainTcp(postgresUrl()))
  url.host = `127.0.0.1:${port}`
  url.search = ''
  return url.href
}

describe('a pooler that lends another session for each transaction', () => {
  let pooler: MiniPooler
  beforeAll(async () => {
    pooler = await startMiniPooler(plainTcp(postgresUrl()), 3)
  })
  afterAll(() => pooler.close())

  const options = () => ({ ...tcpOptions(), host: '127.0.0.1', port: pooler.port, ssl: 'disable' as const })
  const named = (): string[] => pooler.messages.filter((message) => /^(?:Parse|Bind|D|C) ./.test(message))

  test.each([
    ['declared', '&pooler=transaction'],
    ['detected', ''],
  ])('%s: everything works, and nothing is prepared under a name', async (_how, parameter) => {
    pooler.messages.length = 0
    await using engine = createEngine(`${atPort(pooler.port)}?sslmode=disable${parameter}`, { poolSize: 8 })
    await everything(engine)
    expect(pooler.messages.length).toBeGreaterThan(1000)
    expect(named()).toEqual([])
  })

  test('statements share connections there too', async () => {
    pooler.messages.length = 0
    await using engine = createEngine(`${atPort(pooler.port)}?sslmode=disable&pooler=transaction`, {
      pipelining: true,
      poolSize: 2,
    })
    await everything(engine)
    expect(named()).toEqual([])
  })

  test('without it, prepared statements are not found: the test would notice', async () => {
    const driver = createPostgresDriver({ ...options(), pooler: 'none' })
    const connection = await driver.connect()
    const statement = { sql: 'SELECT 1', parameters: [], columns: null, prepare: true }
    await connection.run([{ statement, parameters: [] }])
    pooler.messages.length = 0
    await connection.run([{ statement, parameters: [] }])
    expect(named().length).toBeGreaterThan(1)
    await connection.close()
  })

  test('the first message has only settings that poolers keep', async () => {
    pooler.startups.length = 0
    const driver = createPostgresDriver({
      ...options(),
      pooler: 'transaction',
      applicationName: 'shop',
      settings: { timezone: 'UTC' },
    })
    const connection = await driver.connect().catch((error: unknown) => error)
    expect(pooler.startups.map((startup) => Object.keys(startup).sort())).toEqual([
      ['DateStyle', 'application_name', 'client_encoding', 'database', 'timezone', 'user'],
    ])
    if ('close' in (connection as object)) await (connection as { close(): Promise<void> }).close()
  })

  test('settings of the session are refused, with what to do', () => {
    expect(() =>
      createPostgresDriver({ ...options(), pooler: 'transaction', settings: { search_path: 'app' } }),
    ).toThrow(/does not keep settings of the session \(search_path\).*ALTER ROLE/)
    expect(() => createPostgresDriver({ ...options(), pooler: 'session' as never })).toThrow(
      /pooler is one of detect, transaction, none/,
    )
  })

  test('where it is detected, settings that were taken and forgotten are an error', async () => {
    const driver = createPostgresDriver({ ...options(), settings: { search_path: 'app' } })
    expect((await failure(driver.connect())).message).toMatch(/search_path is .* instead of app.*ALTER ROLE/)
  })

  test('a database whose sessions speak otherwise is refused, not misread', async () => {
    const { database } = tcpOptions()
    const direct = await createPostgresDriver(tcpOptions()).connect()
    await rows(direct, `ALTER DATABASE "${database}" SET bytea_output = 'escape'`)
    const other = await startMiniPooler(plainTcp(postgresUrl()), 1)
    try {
      const driver = createPostgresDriver({ ...options(), port: other.port })
      expect((await failure(driver.connect())).message).toContain('bytea_output is escape instead of hex')
    } finally {
      await rows(direct, `ALTER DATABASE "${database}" RESET bytea_output`)
      await direct.close()
      await other.close()
    }
  })

  test('who declares that it keeps prepared statements gets them', async () => {
    const other = await startMiniPooler(plainTcp(postgresUrl()), 1)
    const driver = createPostgresDriver({
      ...options(),
      port: other.port,
      pooler: 'transaction',
      statementCacheSize: 10,
    })
    const connection = await driver.connect()
    expect(connection.pooled).toBe(true)
    other.messages.length = 0
    const statement = { sql: 'SELECT 2', parameters: [], columns: null, prepare: true }
    await connection.run([{ statement, parameters: [] }])
    expect(other.messages.map((each) => each.split('_')[0])).toEqual(['Parse s1', 'Bind s1', 'D', 'E', 'S'])
    await connection.close()
    await other.close()
  })

  test('what one keeps is prepared no more once its tables have changed: the same text would be given the old statement', async () => {
    const other = await startMiniPooler(plainTcp(postgresUrl()), 1)
    const options = { ...tcpOptions(), port: other.port, ssl: 'disable' as const, statementCacheSize: 10 }
    const direct = await createPostgresDriver(tcpOptions()).connect()
    const connection = await createPostgresDriver({ ...options, pooler: 'transaction' }).connect()
    const statement = raw('SELECT * FROM kept_changes')
    const read = async (): Promise<unknown> => {
      other.messages.length = 0
      const [result] = await connection.run([{ statement, parameters: [] }])
      return result?.rows
    }
    const named = (): string[] => other.messages.filter((message) => /^(?:Parse|Bind)/.test(message))
    await direct.run([command('CREATE TABLE kept_changes (a int)'), command('INSERT INTO kept_changes VALUES (1)')])
    try {
      for (let round = 0; round < 2; round++) expect(await read()).toEqual([[1]])
      expect(named()).toEqual([expect.stringMatching(/^Bind s1_/)])
      await direct.run([command('ALTER TABLE kept_changes ADD b int')])
      expect(await read()).toEqual([[1, null]])
      for (let round = 0; round < 2; round++) {
        expect(await read()).toEqual([[1, null]])
        expect(named()).toEqual(['Parse ', 'Bind '])
      }
    } finally {
      await direct.run([command('DROP TABLE kept_changes')])
      for (const each of [connection, direct]) await each.close()
      await other.close()
    }
  })
})

test("behind a pooler that nobody knows of, no client runs another client's statement", async () => {
  const pooler = await startMiniPooler(plainTcp(postgresUrl()), 1)
  const options = { ...tcpOptions(), port: pooler.port, pooler: 'none' as const, ssl: 'disable' as const }
  const one = await createPostgresDriver(options).connect()
  const other = await createPostgresDriver(options).connect()
  const ask = async (connection: DriverConnection, statement: DriverStatement): Promise<unknown> =>
    (await connection.run([{ statement, parameters: [] }]))[0]?.rows
  const mine = raw("SELECT 'mine'")
  const theirs = raw("SELECT 'theirs'")
  for (let round = 0; round < 3; round++) {
    expect(await ask(one, mine)).toEqual([['mine']])
    expect(await ask(other, theirs)).toEqual([['theirs']])
    // What the pooler may do between two of its clients, and another client have prepared since.
    await ask(other, raw('DEALLOCATE ALL', 0, false))
    expect(await ask(other, theirs)).toEqual([['theirs']])
  }
  await one.close()
  await other.close()
  await pooler.close()
})

test('the goodbye of a session behind a pooler does not say that a statement was not begun: it is not sent again', async () => {
  const proxy = await startProxy(postgresUrl())
  // Declared, so that what stands in between may have sent the statement on to another session.
  const url = new URL(proxy.url)
  url.searchParams.set('pooler', 'transaction')
  await using engine = createEngine(url, { poolSize: 1 })
  await engine.execute('CREATE TABLE said_goodbye (a int)')
  try {
    const goodbye = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mgoing down\0Fp.c\0L1\0RProcessInterrupts\0\0')
    const head = Buffer.from([0x45, 0, 0, 0, goodbye.length + 4])
    proxy.rewrite(() => {
      setImmediate(() => proxy.cut())
      proxy.rewrite(null)
      return Buffer.concat([head, goodbye])
    })
    await expect(engine.execute('INSERT INTO said_goodbye VALUES (1)')).rejects.toThrow('going down')
    expect(await engine.execute('SELECT * FROM said_goodbye').all()).toEqual([{ a: 1 }])
  } finally {
    await engine.execute('DROP TABLE said_goodbye')
    await proxy.close()
  }
})

test('the server itself is not taken for a pooler', async () => {
  const connection = await createPostgresDriver(tcpOptions()).connect()
  expect(connection.pooled).toBe(false)
  await connection.close()
})

const version = pgbouncerVersion()

if (version === null) {
  test('PgBouncer is not installed: only the pooler above was asked', () => {
    process.stderr.write('PgBouncer is not on the PATH: nothing was tried through it\n')
    expect(pgbouncerVersion()).toBeNull()
  })
} else {
  describe(`through PgBouncer ${version} in transaction mode`, () => {
    const bouncers: PgBouncer[] = []
    afterAll(async () => {
      for (const bouncer of bouncers) await bouncer.stop()
    })
    const start = async (...more: string[]): Promise<PgBouncer> => {
      const bouncer = await startPgBouncer(tcpOptions(), ['default_pool_size = 3', ...more])
      bouncers.push(bouncer)
      return bouncer
    }
    const IGNORE = 'ignore_startup_parameters = extra_float_digits,IntervalStyle,bytea_output,search_path'

    test.each([
      ['declared', '&pooler=transaction', []],
      ['detected by its refusal', '', []],
      ['detected by its numbers', '', [IGNORE]],
    ])('%s: everything works', async (_how, parameter, more) => {
      const bouncer = await start(...more)
      await using engine = createEngine(`${atPort(bouncer.port)}?sslmode=disable${parameter}`, { poolSize: 8 })
      await everything(engine)
      await using connection = await engine.connect()
      await connection.execute('SELECT 1')
      expect(connection.driverConnection?.pooled).toBe(true)
    })

    const [major = 0, minor = 0] = version.split('.').map(Number)
    const keepsStatements = major > 1 || minor >= 21

    test(`statements that are prepared there: ${keepsStatements ? 'kept' : 'lost, which versions before 1.21 say'}`, async () => {
      if (!keepsStatements) {
        await expect(start('max_prepared_statements = 20')).rejects.toThrow(/did not start|max_prepared_statements/)
        return
      }
      // Fewer than the program has: PgBouncer drops its own, and prepares again.
      const bouncer = await start('max_prepared_statements = 3')
      const url = `${atPort(bouncer.port)}?sslmode=disable&pooler=transaction&statement_cache_size=5`
      await using engine = createEngine(url, { poolSize: 8 })
      await everything(engine)
      const prepared = "SELECT count(*)::int FROM pg_prepared_statements WHERE name LIKE 'PGBOUNCER%'"
      expect(await engine.execute(prepared).scalar()).toBeGreaterThan(0)
      // A table that changes under a statement that is prepared in all sessions of the server.
      await engine.execute('CREATE TABLE pooled_changes (a int)')
      const read = (): Promise<unknown[]> =>
        Promise.all(Array.from({ length: 20 }, () => engine.execute('SELECT * FROM pooled_changes').all()))
      await read()
      await read()
      await engine.execute('ALTER TABLE pooled_changes ADD b int')
      await engine.execute('INSERT INTO pooled_changes VALUES (1, 2)')
      expect(await read()).toEqual(Array.from({ length: 20 }, () => [{ a: 1, b: 2 }]))
      await engine.execute('DROP TABLE pooled_changes')
    })

    test('statements share connections there too', async () => {
      const bouncer = await start()
      await using engine = createEngine(`${atPort(bouncer.port)}?sslmode=disable`, { poolSize: 2, pipelining: true })
      await everything(engine)
    })

    test('a signal stops what runs, and nothing else', async () => {
      const bouncer = await start()
      await using engine = createEngine(`${atPort(bouncer.port)}?sslmode=disable`, { poolSize: 4 })
      await engine.execute('SELECT 1')
      for (let round = 0; round < 5; round += 1) {
        const controller = new AbortController()
        const slow = engine.execute('SELECT pg_sleep(60)', [], { signal: controller.signal })
        setTimeout(() => controller.abort(new Error('enough')), 30)
        await expect(slow).rejects.toThrow('enough')
        const answers = await Promise.all(
          Array.from({ length: 12 }, (_, n) => engine.execute('SELECT $1::int', [n]).scalar()),
        )
        expect(answers).toEqual([...Array(12).keys()])
      }
    })

    test('settings that it takes and forgets are an error', async () => {
      const bouncer = await start(IGNORE)
      const driver = createPostgresDriver({
        ...tcpOptions(),
        host: '127.0.0.1',
        port: bouncer.port,
        ssl: 'disable',
        settings: { search_path: 'app' },
      })
      expect((await failure(driver.connect())).message).toMatch(/search_path is .* instead of app/)
    })
  })
}
