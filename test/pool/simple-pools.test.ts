import { describe, expect, it } from 'vitest'
import { ArgumentError, TimeoutError } from '../../src/errors.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { AssertionPool, NullPool, StaticPool } from '../../src/pool/simple-pools.ts'
import { FakeDriver } from './fake-driver.ts'

describe('NullPool', () => {
  it('opens for each checkout and closes what comes back', async () => {
    const driver = new FakeDriver()
    const pool = new NullPool(driver)
    const slots = await Promise.all(Array.from({ length: 20 }, () => pool.checkout()))
    expect(driver.open).toHaveLength(20)
    for (const slot of slots) pool.checkin(slot)
    await pool.dispose()
    expect(driver.open).toHaveLength(0)
    expect(pool.status()).toMatchObject({ pool: 'NullPool', idle: 0, checkedOut: 0 })
  })

  it('refuses options that it has no use for', () => {
    expect(() => new NullPool(new FakeDriver(), { size: 3 })).toThrow(
      new ArgumentError(
        "NullPool has no option 'size'; known: 'timeoutMs', 'resetOnReturn', 'leakTracking', 'leakThresholdMs'",
      ),
    )
  })
})

describe('StaticPool', () => {
  it('lends one connection to one after the other and keeps it', async () => {
    const driver = new FakeDriver()
    const pool = new StaticPool(driver)
    const first = await pool.checkout()
    const second = pool.checkout()
    expect(pool.status()).toMatchObject({ pool: 'StaticPool', limit: 1, waiting: 1 })
    pool.checkin(first)
    expect(await second).toBe(first)
    pool.checkin(first)
    expect(driver.open).toHaveLength(1)
  })

  it('explains a nested checkout that can never be served', async () => {
    const pool = new StaticPool(new FakeDriver(), { timeoutMs: 10 })
    await pool.checkout()
    const error = await pool.checkout().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    // How long that was depends on how busy the machine is.
    expect((error as Error).message.replace(/\d+\.\d s;/, 'SECONDS s;')).toBe(
      'The one connection of this engine is lent to somebody else (an embedded database has only one). Inside a transaction ' +
        'use the Connection or Session at hand: the engine itself, or a second connection, would wait for ever, connection ' +
        'timed out, timeout 0.01 s. Checked out: 1, the longest for SECONDS s; poolLeakTracking: true would tell where',
    )
  })
})

describe('AssertionPool', () => {
  it('refuses a second checkout at once, and tells where the first is', async () => {
    const pool = new AssertionPool(new FakeDriver())
    async function first(): Promise<PooledConnection> {
      return pool.checkout()
    }
    const place = await first()
    const error = await pool.checkout().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'pool-queue-full' })
    expect((error as Error).message).toMatch(
      /^This AssertionPool lends one connection at a time, and it is lent\. Checked out: 1, .*held for 0\.0 s, checked out\n +at first/s,
    )
    pool.checkin(place)
    expect(await pool.checkout()).toBe(place)
    expect(() => new AssertionPool(new FakeDriver(), { size: 2 })).toThrow(ArgumentError)
  })
})
