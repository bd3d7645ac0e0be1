import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ArgumentError,
  DisconnectionError,
  InvalidRequestError,
  ResourceClosedError,
  TimeoutError,
} from '../../src/errors.ts'
import type { PoolOptions } from '../../src/pool/options.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { NullPool, StaticPool } from '../../src/pool/simple-pools.ts'
import { type FakeConnection, FakeDriver } from './fake-driver.ts'

function setup(options: PoolOptions = {}): { driver: FakeDriver; pool: QueuePool; told: string[] } {
  const driver = new FakeDriver()
  const pool = new QueuePool(driver, options)
  const told: string[] = []
  for (const name of pool.events.names)
    pool.events.on(name, async ({ entry }) => {
      await Promise.resolve()
      told.push(`${name} ${entry.connection.processId}`)
    })
  return { driver, pool, told }
}

const fake = (place: PooledConnection): FakeConnection => place.connection as FakeConnection

describe('the life of a connection', () => {
  it('is told in order', async () => {
    const { pool, told } = setup()
    const place = await pool.checkout()
    expect(told.splice(0)).toEqual(['firstConnect 1', 'connect 1', 'checkout 1'])
    await pool.checkin(place)
    expect(told.splice(0)).toEqual(['reset 1', 'checkin 1'])
    const [one, two] = [await pool.checkout(), await pool.checkout()]
    expect(told.splice(0)).toEqual(['checkout 1', 'connect 2', 'checkout 2'])
    pool.discard(one, { reason: new Error('spoilt') })
    await pool.checkin(two)
    await turn()
    expect(told.splice(0).toSorted()).toEqual(['checkin 2', 'close 1', 'invalidate 1', 'reset 2'])
    await pool.dispose()
    expect(told).toEqual(['close 2'])
    expect(fake(two).closed).toBe('politely')
  })

  it('tells the reset whether a transaction was open, before it is rolled back', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const seen: unknown[] = []
    pool.events.on('reset', ({ entry, transactionWasReset }) => {
      seen.push([transactionWasReset, entry.connection.transactionStatus])
    })
    const place = await pool.checkout()
    await pool.checkin(place)
    await pool.checkout()
    fake(place).transactionStatus = 'active'
    await pool.checkin(place)
    expect(seen).toEqual([
      [true, 'idle'],
      [false, 'active'],
    ])
    expect(fake(place).sent).toEqual(['ROLLBACK'])
  })

  it('tells why a connection was given up', async () => {
    const pool = new QueuePool(new FakeDriver())
    const reasons: unknown[] = []
    pool.events.on('invalidate', ({ reason }) => reasons.push(reason))
    const reason = new Error('spoilt')
    pool.discard(await pool.checkout(), { reason })
    pool.discard(await pool.checkout())
    expect(reasons).toEqual([reason, null])
    const lost = await pool.checkout()
    fake(lost).die()
    pool.checkin(lost)
    expect(reasons[2]).toEqual(new Error('the network'))
    expect(pool.metrics()).toMatchObject({ invalidated: 3, closed: 3 })
  })

  it('waits for listeners that use the connection, and lets them remember things', async () => {
    const pool = new QueuePool(new FakeDriver())
    pool.events.on('connect', async ({ entry }) => {
      await entry.execute('SET a TO 1')
      entry.info.set('a', 1)
    })
    pool.events.on('checkin', ({ entry }) => entry.execute('RESET ALL'))
    const place = await pool.checkout()
    expect(fake(place).sent).toEqual(['SET a TO 1'])
    expect(place.info.get('a')).toBe(1)
    await pool.checkin(place)
    expect(await pool.checkout()).toBe(place)
    expect(fake(place).sent).toEqual(['SET a TO 1', 'RESET ALL'])
  })

  it('refuses events that there are not', () => {
    const { pool } = setup()
    expect(() => pool.events.on('checkOut' as 'checkout', () => {})).toThrow(
      new ArgumentError("A pool has no event 'checkOut'; did you mean 'checkout'?"),
    )
  })
})

describe('listeners that fail', () => {
  it('of connect cost the connection and fail the checkout', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0 })
    let failing = true
    pool.events.on('connect', async () => {
      if (failing) throw new Error('not prepared')
    })
    await expect(pool.checkout()).rejects.toThrow('not prepared')
    expect(driver.open).toHaveLength(0)
    expect(pool.metrics()).toMatchObject({ opened: 1, closed: 1, refused: 1 })
    failing = false
    expect((await pool.checkout()).connection.processId).toBe(2)
  })

  it.each([undefined, null, ''])('of connect that throw %j do so too', async (thrown) => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0 })
    const end = pool.events.on('connect', async () => {
      throw thrown
    })
    await expect(pool.checkout()).rejects.toThrow('A listener has thrown nothing')
    expect(driver.open).toHaveLength(0)
    expect(pool.status()).toMatchObject({ checkedOut: 0, opening: 0 })
    end()
    expect((await pool.checkout()).connection.processId).toBe(2)
  })

  it('of firstConnect let the next be the first; the others wait', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const order: string[] = []
    let attempts = 0
    pool.events.on('firstConnect', async ({ entry }) => {
      attempts += 1
      await pause(5)
      order.push(`first ${entry.connection.processId}`)
      if (attempts === 1) throw new Error('not yet')
    })
    pool.events.on('connect', ({ entry }) => order.push(`connect ${entry.connection.processId}`))
    const outcomes = await Promise.allSettled([pool.checkout(), pool.checkout(), pool.checkout()])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(order).toEqual(['first 1', 'first 2', 'connect 2', 'connect 3'])
  })

  it('of checkout with a DisconnectionError have the connection replaced, three times', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0 })
    let dead = 1
    pool.events.on('checkout', async () => {
      dead -= 1
      if (dead >= 0) throw new DisconnectionError('it does not answer')
    })
    const place = await pool.checkout()
    expect(place.connection.processId).toBe(2)
    expect(driver.open).toHaveLength(1)
    pool.discard(place)
    dead = 3
    const error = await pool.checkout().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InvalidRequestError)
    expect((error as Error).message).toBe(
      'This connection is closed: listeners of checkout have found 3 connections dead in a row',
    )
    expect((error as Error).cause).toBeInstanceOf(DisconnectionError)
    expect(pool.status()).toMatchObject({ checkedOut: 0, opening: 0 })
  })

  it('of checkout find no other connection in a pool that was disposed meanwhile', async () => {
    const pool = new QueuePool(new FakeDriver())
    pool.events.on('checkout', async () => {
      await pool.dispose()
      throw new DisconnectionError('it does not answer')
    })
    await expect(pool.checkout()).rejects.toThrow(new ResourceClosedError('This QueuePool is disposed'))
    await pool.drained()
  })

  it('of checkout can have the whole pool replaced', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const places = [await pool.checkout(), await pool.checkout()]
    for (const place of places) pool.checkin(place)
    const stop = pool.events.on('checkout', () => {
      stop()
      throw new DisconnectionError('the server moved', { invalidatePool: true })
    })
    expect((await pool.checkout()).connection.processId).toBe(3)
    expect((await pool.checkout()).connection.processId).toBe(4)
  })

  it('of checkout with another error fail it, and the connection goes back', async () => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 0 })
    const stop = pool.events.on('checkout', () => {
      throw new Error('no tenant')
    })
    await expect(pool.checkout()).rejects.toThrow('no tenant')
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 })
    stop()
    expect((await pool.checkout()).connection.processId).toBe(1)
  })

  it('of checkout cannot hold up who has no more patience; the connection goes back when they are done', async () => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 0, timeoutMs: 50 })
    const done: (() => void)[] = []
    const stop = pool.events.on('checkout', () => new Promise<void>((resolve) => done.push(resolve)))
    const reason = new Error('the request is gone')
    const controller = new AbortController()
    const gone = expect(pool.checkout(controller.signal)).rejects.toBe(reason)
    await turn()
    controller.abort(reason)
    await gone
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 1 })
    done.pop()?.()
    await turn()
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 })
    await expect(pool.checkout()).rejects.toThrow(
      'connection timed out, timeout 0.05 s: listeners of checkout are still at it',
    )
    expect(pool.metrics().timeouts).toBe(1)
    done.pop()?.()
    stop()
    expect((await pool.checkout()).connection.processId).toBe(1)
  })

  it('of checkout that lose the connection have it replaced, and what they began is rolled back', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0 })
    const does = [
      (fake: FakeConnection) => fake.die(),
      (fake: FakeConnection) => {
        fake.transactionStatus = 'failed'
      },
    ]
    pool.events.on('checkout', ({ entry }) => does.shift()?.(entry.connection as FakeConnection))
    const place = await pool.checkout()
    expect([place.connection.processId, place.connection.transactionStatus]).toEqual([2, 'idle'])
    expect(fake(place).sent).toEqual(['ROLLBACK'])
  })

  it.each(['reset', 'checkin'] as const)('of %s cost the connection, and nobody else', async (name) => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const warnings: unknown[] = []
    const listen = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', listen)
    pool.events.on(name, () => {
      throw new Error(`bad ${name}`)
    })
    await pool.checkin(await pool.checkout())
    await turn()
    process.off('warning', listen)
    expect(driver.connections[0]?.closed).toBe('cut')
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0 })
    expect(warnings).toEqual([`bad ${name}`])
  })

  it.each(['invalidate', 'close', 'detach', 'closeDetached'] as const)('of %s change nothing', async (name) => {
    const pool = new QueuePool(new FakeDriver())
    const warnings: unknown[] = []
    const listen = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', listen)
    pool.events.on(name, async () => {
      throw new Error(`bad ${name}`)
    })
    const [one, two] = [await pool.checkout(), await pool.checkout()]
    pool.detach(one)
    pool.discard(two)
    await pool.checkin(one)
    await turn()
    process.off('warning', listen)
    expect(fake(one).closed).toBe('politely')
    expect(fake(two).closed).toBe('cut')
    expect(warnings).toEqual([`bad ${name}`])
  })
})

describe('listeners that never come to an end', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it.each(['connect', 'firstConnect', 'checkout', 'reset', 'checkin'] as const)(
    'of %s cost the connection, and its place is free again after half a minute',
    async (event) => {
      const driver = new FakeDriver()
      const pool = new QueuePool(driver, { size: 1, maxOverflow: 0, timeoutMs: 1_000 })
      const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      let times = 0
      pool.events.on(event, () => {
        times += 1
        return times === 1 ? new Promise<void>(() => {}) : undefined
      })
      const asked = pool.checkout().catch((error: unknown) => error)
      if (event === 'reset' || event === 'checkin') void pool.checkin((await asked) as PooledConnection)
      await vi.advanceTimersByTimeAsync(2_000)
      const meanwhile = pool.checkout().catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(2_000)
      expect(await meanwhile).toBeInstanceOf(TimeoutError)
      await vi.advanceTimersByTimeAsync(30_000)
      expect(driver.connections.map(({ closed }) => closed !== null)).toEqual([true])
      const place = await pool.checkout()
      expect(place.connection).toBe(driver.connections[1])
      expect(warnings.mock.calls.map(([warning]) => String(warning))).toEqual(
        event === 'reset' || event === 'checkin'
          ? [`DriverError: listeners of ${event} have not come to an end within 30 s`]
          : [],
      )
      warnings.mockRestore()
    },
  )
})

describe('soft invalidation', () => {
  it('lets the holder go on and replaces the connection when it comes back', async () => {
    const { driver, pool, told } = setup({ size: 1, maxOverflow: 0 })
    const place = await pool.checkout()
    pool.discard(place, { soft: true })
    expect(fake(place).closed).toBe(null)
    await pool.checkin(place)
    expect((await pool.checkout()).connection.processId).toBe(2)
    expect(driver.open).toHaveLength(1)
    expect(told).toContain('softInvalidate 1')
    expect(told).not.toContain('invalidate 1')
    expect(pool.metrics().invalidated).toBe(0)
  })
})

describe('detach', () => {
  it('gives the connection to its holder and the place to others', async () => {
    const { driver, pool, told } = setup({ size: 1, maxOverflow: 0 })
    const place = await pool.checkout()
    expect(pool.detach(place)).toBe(place.connection)
    expect(pool.status()).toMatchObject({ checkedOut: 0, idle: 0, opening: 0 })
    const other = await pool.checkout()
    expect(driver.open.map(({ processId }) => processId)).toEqual([1, 2])
    pool.invalidate()
    expect(fake(place).closed).toBe(null)
    await pool.checkin(place)
    expect(fake(place).closed).toBe('politely')
    expect(told).toEqual([
      'firstConnect 1',
      'connect 1',
      'checkout 1',
      'detach 1',
      'connect 2',
      'checkout 2',
      'closeDetached 1',
    ])
    await expect(async () => pool.checkin(place)).rejects.toThrow(InvalidRequestError)
    expect(other.connection.transactionStatus).toBe('idle')
  })

  it('survives the end of the pool, and its own death', async () => {
    const pool = new QueuePool(new FakeDriver())
    const [one, two] = [await pool.checkout(), await pool.checkout()]
    pool.detach(one)
    pool.detach(two)
    await pool.dispose()
    await pool.drained()
    fake(two).die()
    expect(fake(one).closed).toBe(null)
    pool.discard(one, { soft: true })
    expect(fake(one).closed).toBe(null)
    pool.discard(one)
    await pool.checkin(two)
    expect(fake(one).closed).toBe('cut')
    expect(() => pool.discard(one)).toThrow(InvalidRequestError)
  })

  it('is refused where there is only one connection', async () => {
    const pool = new StaticPool(new FakeDriver())
    const place = await pool.checkout()
    expect(() => pool.detach(place)).toThrow(/The one connection of a StaticPool cannot be detached/)
    pool.checkin(place)
    const none = new NullPool(new FakeDriver())
    const lent = await none.checkout()
    none.detach(lent)
    await none.checkin(lent)
    expect(fake(lent).closed).toBe('politely')
  })
})
