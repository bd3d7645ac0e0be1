// An engine over a primary and standbys: databases that stand for them, and a real hot standby.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { ArgumentError, OperationalError } from '../../src/errors.ts'
import { sessionmaker } from '../../src/orm/index.ts'
import { type OwnServer, startOwnServer, startStandby } from '../faults/own-server.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { type FreshDatabase, freshDatabase, postgresUrl } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const NAME = 'SELECT name FROM me'

describe('an engine with replicas', () => {
  let databases: FreshDatabase[]
  let proxies: Proxy[]
  let engine: Engine

  beforeAll(async () => {
    databases = [await freshDatabase(), await freshDatabase()]
    const named = async (url: string, name: string): Promise<void> => {
      await using one = createEngine(url)
      await one.execute('CREATE TABLE me (name TEXT)')
      await one.execute('INSERT INTO me VALUES ($1)', [name])
    }
    await named(postgresUrl(), 'primary')
    proxies = []
    for (const [index, { url }] of databases.entries()) {
      await named(url, `standby ${index}`)
      proxies.push(await startProxy(url))
    }
  })
  afterEach(async () => {
    for (const proxy of proxies) proxy.refuse(false)
    await engine.dispose()
  })
  afterAll(async () => {
    for (const proxy of proxies) await proxy.close()
    for (const database of databases) await database.drop()
  })

  const open = (options: object = {}): Engine => {
    engine = createEngine(postgresUrl(), {
      replicas: proxies.map(({ url }) => url),
      poolSize: 2,
      maxOverflow: 0,
      replicaRetryMs: 60_000,
      ...options,
    })
    return engine
  }
  const readOnly = (): Promise<unknown> => engine.begin((conn) => conn.execute(NAME).scalarOne(), { readOnly: true })
  const several = async (read: () => Promise<unknown>): Promise<unknown[]> => {
    const found = new Set<unknown>()
    for (let time = 0; time < 4; time += 1) found.add(await read())
    return [...found].sort()
  }
  const STANDBYS = ['standby 0', 'standby 1']

  it('sends read-only transactions to the standbys in turn, and all else to the primary', async () => {
    open()
    expect(await several(readOnly)).toEqual(STANDBYS)
    expect(await several(() => engine.execute(NAME).scalarOne())).toEqual(['primary'])
    expect(await several(() => engine.begin((conn) => conn.execute(NAME).scalarOne()))).toEqual(['primary'])
    expect(await several(() => engine.executionOptions({ readOnly: true }).execute(NAME).scalarOne())).toEqual(STANDBYS)
    const reading = async (): Promise<unknown> => {
      await using conn = await engine.connect({ readOnly: true })
      return await conn.execute(NAME).scalarOne()
    }
    expect(await several(reading)).toEqual(STANDBYS)
    expect(await several(() => engine.run((conn) => conn.execute(NAME).scalarOne(), { readOnly: true }))).toEqual(
      STANDBYS,
    )
    expect(engine.stats().pool.checkedOut).toBe(0)
    for (const { pool } of engine.replicas()) expect(pool.checkedOut).toBe(0)
  })

  it('obeys the choice of each call', async () => {
    open()
    const chosen = (server: 'primary' | 'standby') => () => engine.execute(NAME, null, { server }).scalarOne()
    expect(await several(chosen('standby'))).toEqual(STANDBYS)
    expect(await several(chosen('primary'))).toEqual(['primary'])
    const streamed = (server: 'primary' | 'standby') => () => engine.stream(NAME, null, { server }).scalars().one()
    expect(await several(streamed('standby'))).toEqual(STANDBYS)
    expect(await several(streamed('primary'))).toEqual(['primary'])
    expect(await engine.stream(NAME).scalars().one()).toBe('primary')
    const view = engine.executionOptions({ server: 'standby' })
    expect(await several(() => view.stream(NAME).scalars().one())).toEqual(STANDBYS)
    expect(await several(() => view.execute(NAME).scalarOne())).toEqual(STANDBYS)
    expect(await several(() => view.execute(NAME, null, { server: 'primary' }).scalarOne())).toEqual(['primary'])
    const primary = { readOnly: true, server: 'primary' } as const
    expect(await several(() => engine.begin((conn) => conn.execute(NAME).scalarOne(), primary))).toEqual(['primary'])
    const reader = engine.executionOptions({ readOnly: true })
    expect(await several(() => reader.execute(NAME, null, { server: 'primary' }).scalarOne())).toEqual(['primary'])
    // A standby takes no part in serializable transactions.
    const serializable = { readOnly: true, isolationLevel: 'SERIALIZABLE', deferrable: true } as const
    expect(await several(() => engine.begin((conn) => conn.execute(NAME).scalarOne(), serializable))).toEqual([
      'primary',
    ])
  })

  it('serves sessions', async () => {
    open()
    const make = sessionmaker({ bind: engine, executionOptions: { readOnly: true } })
    const read = async (): Promise<unknown> => {
      await using session = make()
      return await session.execute(NAME).scalarOne()
    }
    expect(await several(read)).toEqual(STANDBYS)
  })

  it('costs no flight more', async () => {
    open()
    const recording = recordStatements(engine)
    await readOnly()
    await engine.execute(NAME, null, { server: 'standby' })
    expect(recording.flights).toEqual([['BEGIN READ ONLY', NAME, 'COMMIT'], [NAME]])
  })

  it('goes on with the other standby, and then with the primary, and comes back', async () => {
    open({ replicaRetryMs: 200 })
    expect(await several(readOnly)).toEqual(STANDBYS)
    proxies[0]?.refuse(true)
    proxies[0]?.cut()
    await expect.poll(() => engine.replicas()[0]?.pool.idle).toBe(0)
    expect(await several(readOnly)).toEqual(['standby 1'])
    expect(engine.replicas().map(({ up }) => up)).toEqual([false, true])
    proxies[1]?.refuse(true)
    proxies[1]?.cut()
    await expect.poll(() => engine.replicas()[1]?.pool.idle).toBe(0)
    expect(await several(readOnly)).toEqual(['primary'])
    expect(await engine.execute(NAME, null, { server: 'standby' }).scalarOne()).toBe('primary')
    expect(engine.replicas().map(({ up }) => up)).toEqual([false, false])
    for (const proxy of proxies) proxy.refuse(false)
    await expect.poll(readOnly, { timeout: 10_000 }).toMatch(/standby/)
    await expect.poll(() => several(readOnly), { timeout: 10_000 }).toEqual(STANDBYS)
    expect(engine.replicas().map(({ up }) => up)).toEqual([true, true])
  })

  it('leaves one that cannot be reached alone for a while', async () => {
    open({ replicas: ['postgresql://nobody@127.0.0.1:1/none', proxies[1]?.url] })
    const waiting: unknown[] = []
    engine.on('doConnect', ({ settings }) => {
      waiting.push(settings.hosts[0]?.port)
    })
    for (let time = 0; time < 6; time += 1) expect(await readOnly()).toBe('standby 1')
    expect(waiting.filter((port) => port === 1)).toHaveLength(1)
    expect(engine.replicas().map(({ up, url }) => [up, url.port])).toEqual([
      [false, 1],
      [true, Number(new URL(proxies[1]?.url ?? '').port)],
    ])
  })

  it('tells what is wrong with a standby that refuses', async () => {
    const wrong = new URL(databases[0]?.url ?? '')
    wrong.username = 'nobody'
    open({ replicas: [wrong.href] })
    await expect(readOnly()).rejects.toBeInstanceOf(OperationalError)
    expect(await engine.execute(NAME).scalarOne()).toBe('primary')
  })

  it('loses what was running with the standby', async () => {
    open()
    await using conn = await engine.connect({ readOnly: true })
    await conn.execute(NAME)
    for (const proxy of proxies) proxy.cut()
    await expect(conn.execute(NAME)).rejects.toMatchObject({ connectionInvalidated: true })
    await conn.rollback()
    expect(await conn.execute(NAME).scalarOne()).toMatch(/standby/)
  })

  it('leaves no session on any server', async () => {
    open()
    await engine.warmUp(2)
    expect(engine.replicas().map(({ pool }) => pool.idle)).toEqual([2, 2])
    await engine.dispose()
    await expect(engine.execute(NAME, null, { server: 'standby' })).rejects.toThrow('This Engine is disposed')
    await using watcher = createEngine(postgresUrl())
    const names = databases.map(({ url }) => new URL(url).pathname.slice(1))
    const count = 'SELECT count(*)::int FROM pg_stat_activity WHERE datname = ANY ($1::text[])'
    await expect.poll(() => watcher.execute(count, [names]).scalarOne()).toBe(0)
  })

  it('refuses what cannot be', async () => {
    const make = (options: object) => () => createEngine(postgresUrl(), options)
    expect(make({ replicas: 'postgresql://h/x' })).toThrow(/replicas must be a list of the URLs of standbys/)
    expect(make({ replicas: ['nothing'] })).toThrow(ArgumentError)
    expect(make({ replicas: ['sqlite://'] })).toThrow(/of another dialect than the primary: sqlite/)
    expect(make({ replicaRetryMs: -1 })).toThrow(/replicaRetryMs must be a number that is not negative/)
    expect(make({ executionOptions: { server: 'master' } })).toThrow(/server is 'primary' or 'standby', got 'master'/)
    open()
    await expect(engine.execute(NAME, null, { server: 'replica' as never })).rejects.toThrow(ArgumentError)
    await using conn = await engine.connect()
    expect(() => conn.execute(NAME, null, { server: 'standby' })).toThrow(/has no option server/)
    expect(() => conn.stream(NAME, null, { server: 'standby' })).toThrow(/has no option server/)
  })

  it('is any engine where there are none', async () => {
    open({ replicas: [] })
    expect(await readOnly()).toBe('primary')
    expect(await engine.execute(NAME, null, { server: 'standby' }).scalarOne()).toBe('primary')
    expect(engine.replicas()).toEqual([])
  })
})

describe('an engine over a primary and its hot standby', () => {
  let folder: string
  let primary: OwnServer
  let standby: OwnServer
  let engine: Engine

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsalchemy-replicas-'))
    // The servers may run as another account.
    chmodSync(folder, 0o755)
    primary = await startOwnServer({ wal_level: 'replica', max_wal_senders: '5' })
    await primary.stop('fast')
    await primary.copyTo(join(folder, 'standby'))
    await primary.start()
    standby = await startStandby(join(folder, 'standby'), primary)
    engine = createEngine(primary.url, { replicas: [standby.url], replicaRetryMs: 100 })
  }, 60_000)
  afterAll(async () => {
    await engine.dispose()
    await standby.end()
    await primary.end()
    rmSync(folder, { recursive: true, force: true })
  })

  const recovers = 'SELECT pg_is_in_recovery()'

  it('reads there what was written here', async () => {
    await engine.execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
    await engine.run((conn) => conn.execute('INSERT INTO item VALUES (1)'))
    expect(await engine.execute(recovers).scalarOne()).toBe(false)
    const reader = engine.executionOptions({ readOnly: true })
    expect(await reader.execute(recovers).scalarOne()).toBe(true)
    await expect
      .poll(
        () =>
          reader
            .execute('SELECT id FROM item')
            .scalars()
            .all()
            .catch(() => []),
        { timeout: 10_000 },
      )
      .toEqual([1])
    await expect(engine.execute('DELETE FROM item', null, { server: 'standby' })).rejects.toMatchObject({
      sqlState: '25006',
    })
  })

  it('reads from the primary while the standby is down', async () => {
    const reader = engine.executionOptions({ readOnly: true })
    expect(await reader.execute(recovers).scalarOne()).toBe(true)
    await standby.stop('fast')
    await expect
      .poll(
        () =>
          reader
            .execute(recovers)
            .scalarOne()
            .catch(() => null),
        { timeout: 10_000 },
      )
      .toBe(false)
    await standby.start()
    await expect.poll(() => reader.execute(recovers).scalarOne(), { timeout: 20_000 }).toBe(true)
  })
})
