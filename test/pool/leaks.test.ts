import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { PoolLeakEvent } from '../../src/pool/events.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { collectGarbage } from '../support/garbage.ts'
import { type FakeConnection, FakeDriver } from './fake-driver.ts'

/** Collects garbage until something is true. */
async function collectUntil(reached: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !reached(); attempt += 1) {
    collectGarbage()
    await pause(10)
  }
}

async function warningsDuring(work: () => Promise<void>): Promise<(Error & { code?: string })[]> {
  const warnings: Error[] = []
  const listen = (warning: Error): void => void warnings.push(warning)
  process.on('warning', listen)
  await work()
  await turn()
  process.off('warning', listen)
  return warnings
}

describe('a connection that is held too long', () => {
  it('is reported once, with the place of the checkout, and stays with its holder', async () => {
    const pool = new QueuePool(new FakeDriver(), { leakThresholdMs: 20 })
    const leaks: PoolLeakEvent[] = []
    pool.events.on('leak', (leak) => leaks.push(leak))
    async function slowWork(): Promise<PooledConnection> {
      return pool.checkout()
    }
    const place = await slowWork()
    await pause(80)
    expect(leaks).toHaveLength(1)
    expect(leaks[0]).toMatchObject({ kind: 'held', entry: place })
    expect(leaks[0]?.stack).toMatch(/^ +at .*slowWork.*leaks\.test\.ts/)
    expect(leaks[0]?.heldMs).toBeGreaterThanOrEqual(19)
    expect(pool.metrics().leaks).toBe(1)
    pool.checkin(place)
    expect(pool.status().idle).toBe(1)
    await pool.checkout()
    await pause(80)
    expect(leaks).toHaveLength(2)
  })

  it('is a warning of the process where nobody listens', async () => {
    const pool = new QueuePool(new FakeDriver(), { leakThresholdMs: 10, leakTracking: false })
    const warnings = await warningsDuring(async () => {
      await pool.checkout()
      await pause(60)
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.code).toBe('TSALCHEMY_POOL_LEAK')
    expect(warnings[0]?.message).toMatch(
      /^A connection of this QueuePool has been held for 0\.\d s, and still is; poolLeakTracking: true would tell/,
    )
  })

  it('is not one that came back in time, nor one of a pool at its end', async () => {
    const pool = new QueuePool(new FakeDriver(), { leakThresholdMs: 400 })
    const warnings = await warningsDuring(async () => {
      const until = performance.now() + 900
      while (performance.now() < until) {
        const place = await pool.checkout()
        await pause(10)
        pool.checkin(place)
      }
      await pool.checkout()
      await pool.dispose()
      await pause(500)
    })
    expect(warnings).toEqual([])
  })
})

describe('a connection whose holder is garbage', () => {
  it('is reported, cut, and its place given to the next', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0, leakTracking: true })
    const leaks: PoolLeakEvent[] = []
    pool.events.on('leak', (leak) => leaks.push(leak))
    await (async function forgetful() {
      const place = await pool.checkout()
      pool.guard(place, { place })
    })()
    const waiting = pool.checkout()
    await collectUntil(() => leaks.length > 0)
    expect(leaks).toHaveLength(1)
    expect(leaks[0]?.kind).toBe('collected')
    expect(leaks[0]?.stack).toContain('forgetful')
    expect(leaks[0]?.entry.connection).toMatchObject({ closed: 'cut' })
    expect((await waiting).connection.processId).toBe(2)
    expect(driver.open).toHaveLength(1)
  })

  it('is cut also where it has left the pool', async () => {
    const pool = new QueuePool(new FakeDriver())
    const told: string[] = []
    for (const name of ['leak', 'closeDetached'] as const) pool.events.on(name, () => told.push(name))
    const connection = await (async () => {
      const place = await pool.checkout()
      pool.guard(place, { place })
      return pool.detach(place) as FakeConnection
    })()
    await collectUntil(() => told.length === 2)
    expect(told).toEqual(['leak', 'closeDetached'])
    expect(connection.closed).toBe('cut')
    expect(pool.metrics().leaks).toBe(1)
  })

  it('is left alone where it came back, even when it is lent again', async () => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 0 })
    let collected = false
    const registry = new FinalizationRegistry(() => {
      collected = true
    })
    const leaks: PoolLeakEvent[] = []
    pool.events.on('leak', (leak) => leaks.push(leak))
    await (async () => {
      const place = await pool.checkout()
      const holder = { place }
      pool.guard(place, holder)
      registry.register(holder, null)
      pool.checkin(place)
    })()
    const place = await pool.checkout()
    await collectUntil(() => collected)
    expect(collected).toBe(true)
    await pause(10)
    expect(leaks).toEqual([])
    expect((place.connection as FakeConnection).closed).toBe(null)
  })
})
