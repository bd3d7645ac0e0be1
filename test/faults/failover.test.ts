// A primary that dies and a standby that is promoted: real servers, streaming replication, one engine that knows both.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { OperationalError, ReadOnlyTransaction } from '../../src/index.ts'
import { startProxy } from '../support/proxy.ts'
import { type OwnServer, startOwnServer, startStandby } from './own-server.ts'
import { eventually } from './scene.ts'

const INSERT = 'INSERT INTO item (id) VALUES ($1)'

let folder: string
let primary: OwnServer
let standby: OwnServer
const engines: Engine[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tsalchemy-failover-'))
  // The servers may run as another account.
  chmodSync(folder, 0o755)
  primary = await startOwnServer({ wal_level: 'replica', max_wal_senders: '5' })
  await primary.stop('fast')
  await primary.copyTo(join(folder, 'standby'))
  await primary.start()
  standby = await startStandby(join(folder, 'standby'), primary)
  await open(primary.url).execute('CREATE TABLE item (id INTEGER PRIMARY KEY)')
  const there = open(standby.url)
  await eventually(async () => expect(await there.execute("SELECT to_regclass('item')::text").scalar()).toBe('item'))
}, 60_000)
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose()
})
afterAll(async () => {
  await standby.end()
  await primary.end()
  rmSync(folder, { recursive: true, force: true })
})

function open(url: string, options: EngineOptions = {}): Engine {
  const engine = createEngine(url, { poolSize: 4, maxOverflow: 0, poolTimeoutMs: 30_000, ...options })
  engines.push(engine)
  return engine
}

/** Both servers in one URL, in this order. */
function both(first: OwnServer, second: OwnServer, query: string): string {
  const one = new URL(first.url)
  return `postgresql://${one.username}:${one.password}@${one.host},${new URL(second.url).host}/postgres?${query}`
}

const isStandby = (engine: Engine): Promise<unknown> => engine.execute('SELECT pg_is_in_recovery()').scalar()
const ids = (engine: Engine): Promise<unknown[]> => engine.execute('SELECT id FROM item ORDER BY id').scalars().all()

describe('while both live', () => {
  it('each engine gets the server that it asks for', async () => {
    for (const [query, expected] of [
      ['target_session_attrs=any', true],
      ['target_session_attrs=read-write', false],
      ['target_session_attrs=primary', false],
      ['target_session_attrs=standby', true],
      ['target_session_attrs=read-only', true],
      ['target_session_attrs=prefer-standby', true],
    ] as const) {
      expect([query, await isStandby(open(both(standby, primary, query)))]).toEqual([query, expected])
    }
    expect(await isStandby(open(both(primary, standby, 'target_session_attrs=prefer-standby')))).toBe(true)
    const random = open(both(primary, standby, 'load_balance_hosts=random&target_session_attrs=read-write'))
    expect(await isStandby(random)).toBe(false)
  })

  it('a write that meets a standby replaces the connections, so that the next one finds the primary', async () => {
    const proxy = await startProxy(standby.url)
    try {
      const engine = open(proxy.url)
      const two = [await engine.connect(), await engine.connect()]
      for (const connection of two) await connection.close()
      expect(engine.pool.status().idle).toBe(2)
      proxy.redirect(primary.url)
      // What the pool has still leads to the old place.
      await expect(engine.execute(INSERT, [1])).rejects.toBeInstanceOf(ReadOnlyTransaction)
      await engine.execute(INSERT, [1])
      await engine.begin((conn) => conn.execute(INSERT, [2]))
      expect(await ids(engine)).toEqual([1, 2])
      proxy.redirect(standby.url)
      engine.pool.invalidate()
      await expect(engine.begin((conn) => conn.execute(INSERT, [3]))).rejects.toBeInstanceOf(ReadOnlyTransaction)
      proxy.redirect(primary.url)
      await engine.begin((conn) => conn.execute(INSERT, [3]))
    } finally {
      for (const engine of engines.splice(0)) await engine.dispose()
      await proxy.close()
    }
  })

  it('an error says of each server why it was not taken', async () => {
    const error = await open(both(standby, standby, 'target_session_attrs=primary&failover_timeout_ms=0'))
      .execute('SELECT 1')
      .then(null, (caught: unknown) => caught)
    expect(error).toBeInstanceOf(OperationalError)
    expect(String(error)).toMatch(/(it is a standby, and target_session_attrs is primary(; )?.*){2}/)
    expect(String(error)).not.toContain(new URL(primary.url).password)
  })
})

it('a primary that dies: those who come while the standby is not promoted yet are served by it in the end', async () => {
  const engine = open(both(primary, standby, 'target_session_attrs=read-write&failover_timeout_ms=25000'))
  const reader = open(both(primary, standby, 'target_session_attrs=prefer-standby'))
  const admin = open(standby.url)
  await Promise.all([10, 11, 12, 13].map((id) => engine.execute(INSERT, [id])))
  await eventually(async () => expect(await ids(reader)).toEqual(expect.arrayContaining([10, 11, 12, 13])))
  const lost = await engine.connect()
  await lost.execute(INSERT, [99])

  await primary.stop('kill')
  // The connections at rest are noticed to be gone; the one in use tells its user.
  await expect(lost.execute('SELECT 1')).rejects.toMatchObject({ connectionInvalidated: true })
  await lost.close()
  await eventually(async () => expect(engine.pool.status().idle).toBe(0))
  const written = [20, 21, 22, 23, 24, 25].map((id) => engine.begin((conn) => conn.execute(INSERT, [id])))
  const settled = Promise.all(written)
  settled.catch(() => undefined)
  // Reading goes on all the time.
  expect(await isStandby(reader)).toBe(true)
  await pause(500)
  expect(await admin.execute('SELECT pg_promote()').scalar()).toBe(true)
  await settled
  const found = await ids(engine)
  expect(found).toEqual(expect.arrayContaining([10, 11, 12, 13, 20, 21, 22, 23, 24, 25]))
  expect(found).not.toContain(99)
  expect(await isStandby(engine)).toBe(false)
  expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 })
}, 60_000)
