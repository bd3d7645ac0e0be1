// What a pool does with connections before they are needed, while they rest, and at its end.
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DriverError } from '../../src/dialect/contract/driver.ts'
import { ArgumentError, ResourceClosedError } from '../../src/errors.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { type FakeConnection, FakeDriver } from './fake-driver.ts'

const fake = (place: PooledConnection): FakeConnection => place.connection as FakeConnection

/** Waits until something is true, and fails in the end. */
async function until(reached: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !reached(); attempt += 1) await pause(5)
  expect(reached()).toBe(true)
}

describe('warmUp()', () => {
  it('leaves those at rest to others, however long opening takes', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 3, maxOverflow: 0, minimum: 3, maxWaiting: 0, timeoutMs: 50 })
    await pool.warmUp()
    driver.behaviour = 'hang'
    driver.connections[0]?.die()
    await turn()
    expect(pool.status()).toMatchObject({ idle: 2, opening: 1, waiting: 0 })
    const places = [await pool.checkout(), await pool.checkout()]
    expect(places.map(({ connection }) => connection.processId).toSorted()).toEqual([2, 3])
    expect(pool.metrics().checkouts).toBe(2)
    await expect(pool.checkout()).rejects.toMatchObject({ code: 'pool-queue-full' })
    for (const place of places) pool.checkin(place)
    driver.behaviour = 'open'
    driver.goOn()
    await turn()
    expect(pool.status()).toMatchObject({ idle: 3, opening: 0 })
    expect(pool.metrics()).toMatchObject({ checkouts: 2, opened: 4 })
  })

  it('for the minimum takes one place at a time: one that hangs leaves the others to whoever comes', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 3, maxOverflow: 0, minimum: 3, timeoutMs: 50 })
    await pool.warmUp()
    driver.behaviour = 'hang'
    for (const connection of driver.connections) connection.die()
    await turn()
    expect(pool.status()).toMatchObject({ idle: 0, opening: 1 })
    driver.behaviour = 'open'
    const place = await pool.checkout()
    expect(place.connection.processId).toBe(4)
    pool.checkin(place)
    driver.goOn()
    await until(() => pool.status().idle === 3)
  })

  it('says that opening takes too long, and serves who waits for what comes late', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0, timeoutMs: 50 })
    driver.behaviour = 'hang'
    await expect(pool.warmUp()).rejects.toThrow('opening another takes too long')
    const waiting = pool.checkout()
    driver.behaviour = 'open'
    driver.goOn()
    expect((await waiting).connection.processId).toBe(1)
  })

  it('opens connections, which rest then', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 4 })
    await pool.warmUp()
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0 })
    await pool.warmUp(3)
    expect(pool.status()).toMatchObject({ idle: 3, checkedOut: 0 })
    await pool.warmUp(2)
    await pool.warmUp(100)
    expect(pool.status()).toMatchObject({ idle: 4, checkedOut: 0 })
    expect(driver.attempts).toBe(4)
    expect(pool.metrics()).toMatchObject({ opened: 4, checkouts: 0 })
  })

  it('counts those that are lent', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 3, maxOverflow: 0 })
    const place = await pool.checkout()
    await pool.warmUp(3)
    expect(pool.status()).toMatchObject({ idle: 2, checkedOut: 1 })
    pool.checkin(place)
  })

  it('says what fails, and refuses what cannot be', async () => {
    const driver = new FakeDriver()
    driver.behaviour = 'refuse'
    const pool = new QueuePool(driver)
    await expect(pool.warmUp(2)).rejects.toThrow('the server is down')
    expect(pool.status()).toMatchObject({ idle: 0, opening: 0, waiting: 0 })
    await expect(pool.warmUp(-1)).rejects.toThrow(
      new ArgumentError('warmUp() takes a whole number that is not negative, got -1'),
    )
    await pool.dispose()
    await expect(pool.warmUp()).rejects.toBeInstanceOf(ResourceClosedError)
  })
})

describe('minimum', () => {
  it('is open once the pool is in use, and again after a loss; idleTimeoutMs spares it', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 5, minimum: 3, idleTimeoutMs: 10 })
    await turn()
    expect(driver.attempts).toBe(0)
    pool.checkin(await pool.checkout())
    await until(() => pool.status().idle === 3)
    await pause(40)
    expect(pool.status().idle).toBe(3)
    for (const connection of driver.open) connection.die()
    await until(() => pool.status().idle === 3)
    await pool.dispose()
    expect(driver.open).toHaveLength(0)
  })

  it('is tried again when the server is back', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 2, minimum: 2 })
    pool.checkin(await pool.checkout())
    await until(() => pool.status().idle === 2)
    driver.behaviour = 'refuse'
    for (const connection of driver.open) connection.die()
    await pause(20)
    expect(pool.status()).toMatchObject({ idle: 0, waiting: 0 })
    driver.behaviour = 'open'
    await until(() => pool.status().idle === 2).catch(() => until(() => pool.status().idle === 2))
    await pool.dispose()
  })
})

describe('keepaliveMs', () => {
  it('tests connections at rest, and takes out those that are dead', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { keepaliveMs: 10, prePing: 5_000 })
    const [alive, dead, held] = [await pool.checkout(), await pool.checkout(), await pool.checkout()]
    pool.checkin(alive)
    pool.checkin(dead)
    await until(() => fake(alive).sent.length > 1)
    expect(fake(alive).sent[0]).toBe('SELECT 1')
    expect(fake(held).sent).toEqual([])
    fake(dead).behaviour = 'refuse'
    await until(() => fake(dead).closed !== null)
    expect(pool.metrics().foundDead).toBe(1)
    // Those of the same age are not trusted any more.
    expect((await pool.checkout()).connection.processId).toBe(4)
    await pool.dispose()
  })

  it('keeps who comes during a test waiting for its end', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0, keepaliveMs: 5, pingTimeoutMs: 60 })
    const place = await pool.checkout()
    pool.checkin(place)
    fake(place).behaviour = 'hang'
    await until(() => fake(place).sent.length === 1)
    expect((await pool.checkout()).connection.processId).toBe(2)
    expect(fake(place).closed).toBe('cut')
    await pool.dispose()
  })
})

describe('a test before lending', () => {
  it('gives up in time, and nobody is told', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { prePing: 0, pingTimeoutMs: 30 })
    const place = await pool.checkout()
    pool.checkin(place)
    fake(place).behaviour = 'hang'
    expect((await pool.checkout()).connection.processId).toBe(2)
    expect(fake(place).closed).toBe('cut')
    expect(pool.metrics()).toMatchObject({ foundDead: 1, generations: 1 })
  })

  it('believes a connection that answered while the process was busy', async () => {
    const pool = new QueuePool(new FakeDriver(), { prePing: 0, pingTimeoutMs: 20 })
    const place = await pool.checkout()
    pool.checkin(place)
    const { connection } = place
    const run = connection.run.bind(connection)
    // The answer comes from the network behind the timers, as sockets are read behind them.
    connection.run = async (commands) => {
      await turn()
      return run(commands)
    }
    const again = pool.checkout()
    await Promise.resolve()
    const busyUntil = performance.now() + 60
    process.nextTick(() => {
      while (performance.now() < busyUntil);
    })
    expect(await again).toBe(place)
    expect(pool.metrics().foundDead).toBe(0)
  })

  it('is skipped within half a second of its last answer', async () => {
    const pool = new QueuePool(new FakeDriver(), { prePing: true })
    const place = await pool.checkout()
    pool.checkin(place)
    expect(await pool.checkout()).toBe(place)
    expect(fake(place).sent).toEqual([])
  })

  it('that rides is left to the first flight', async () => {
    const pool = new QueuePool(new FakeDriver(), { prePing: 'ride' })
    const place = await pool.checkout()
    pool.checkin(place)
    expect((await pool.checkout()).unproven).toBe(false)
    pool.checkin(place)
    place.provenAt -= 1_000
    expect((await pool.checkout()).unproven).toBe(true)
    expect(fake(place).sent).toEqual([])
    pool.checkin(place)
    // It made no flight: nothing is known yet.
    expect((await pool.checkout()).unproven).toBe(true)
  })

  it('that rides first reads what the socket has received: a goodbye costs nobody an error', async () => {
    const pool = new QueuePool(new FakeDriver(), { prePing: 'ride', size: 1, maxOverflow: 0 })
    const place = await pool.checkout()
    pool.checkin(place)
    place.provenAt -= 1_000
    const again = pool.checkout()
    setTimeout(() => fake(place).die(), 0)
    const busyUntil = performance.now() + 5
    while (performance.now() < busyUntil);
    expect((await again).connection.processId).toBe(2)
  })
})

describe('what a borrower left open', () => {
  it.each([
    ['rollback', ['ROLLBACK'], 1],
    ['commit', ['COMMIT'], 1],
    [null, [], 2],
  ] as const)('with resetOnReturn %s', async (resetOnReturn, sent, next) => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 0, resetOnReturn })
    const place = await pool.checkout()
    fake(place).transactionStatus = 'active'
    const run = place.connection.run.bind(place.connection)
    place.connection.run = async (commands) => {
      const results = await run(commands)
      fake(place).transactionStatus = 'idle'
      return results
    }
    await pool.checkin(place)
    expect(fake(place).sent).toEqual(sent)
    expect((await pool.checkout()).connection.processId).toBe(next)
  })
})

describe('a connection opened by another process', () => {
  it('is not lent, and its socket is only let go of', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const place = await pool.checkout()
    pool.checkin(place)
    const own = Object.getOwnPropertyDescriptor(process, 'pid') as PropertyDescriptor
    Object.defineProperty(process, 'pid', { ...own, value: process.pid + 1 })
    try {
      expect((await pool.checkout()).connection.processId).toBe(2)
      expect(fake(place).closed).toBe('cut')
    } finally {
      Object.defineProperty(process, 'pid', own)
    }
  })
})

describe('unref', () => {
  it('lets the process end while connections rest, and only then', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { unref: true })
    const place = await pool.checkout()
    const kept: boolean[] = []
    fake(place).keepProcess = (keep) => kept.push(keep)
    pool.checkin(place)
    await pool.checkout()
    expect(kept).toEqual([false, true])
    const usual = new QueuePool(driver)
    const other = await usual.checkout()
    fake(other).keepProcess = (keep) => kept.push(keep)
    usual.checkin(other)
    expect(kept).toEqual([false, true])
  })
})

describe('dispose() with a deadline', () => {
  it('waits for those who come back in time', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const place = await pool.checkout()
    setTimeout(() => pool.checkin(place), 20)
    await pool.dispose({ timeoutMs: 10_000 })
    expect(fake(place).closed).toBe('politely')
  })

  it('cuts those who do not, who may still give them back', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    const place = await pool.checkout()
    await pool.dispose()
    expect(fake(place).closed).toBe(null)
    await pool.dispose({ timeoutMs: 10 })
    expect(fake(place).closed).toBe('cut')
    await pool.dispose({ timeoutMs: 0 })
    pool.checkin(place)
    await pool.drained()
    expect(() => pool.dispose({ timeoutMs: -1 })).toThrow(ArgumentError)
  })

  it.each([
    ['connect', 'politely'],
    ['close', 'cut'],
  ] as const)('ends what listeners of %s do not come to an end with: %s', async (event, how) => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver)
    let end = (): void => {}
    pool.events.on(event, () => new Promise<void>((resolve) => (end = resolve)))
    const lent = pool.checkout().catch((error: unknown) => error)
    await turn()
    const place = event === 'close' ? await lent : null
    if (place !== null) pool.checkin(place as PooledConnection)
    await pool.dispose({ timeoutMs: 10 })
    expect(driver.connections.map(({ closed }) => closed)).toEqual([how])
    end()
    await pool.drained()
    expect(pool.status()).toMatchObject({ checkedOut: 0, opening: 0, waiting: 0 })
  })
})

describe('errors of the driver', () => {
  it.each([
    ['a lost connection', { disconnected: true }, 1],
    ['a canceled statement whose connection had to be cut', { disconnected: true, canceled: true }, 0],
    ['a server that takes no writes', { refusedWrite: true }, 1],
    ['any other', {}, 0],
  ])('%s', (_, options, generations) => {
    const pool = new QueuePool(new FakeDriver())
    pool.failed(new DriverError('x', options))
    expect(pool.metrics().generations).toBe(generations)
  })
})

describe('times', () => {
  it('that are too long for a timer never come, and none at all comes at once', async () => {
    const ages = 1e12
    const pool = new QueuePool(new FakeDriver(), {
      prePing: 0,
      pingTimeoutMs: ages,
      keepaliveMs: ages,
      idleTimeoutMs: ages,
      leakThresholdMs: ages,
      timeoutMs: ages,
      recycleMs: ages,
    })
    const place = await pool.checkout()
    pool.checkin(place)
    await pause(20)
    expect(await pool.checkout()).toBe(place)
    await pause(20)
    expect(pool.metrics()).toMatchObject({ opened: 1, foundDead: 0, leaks: 0 })
    const waiting = pool.checkout()
    pool.checkin(place)
    expect(await waiting).not.toBe(undefined)
    await pool.dispose({ timeoutMs: 5 })
    const hasty = new QueuePool(new FakeDriver(), { idleTimeoutMs: 0 })
    hasty.checkin(await hasty.checkout())
    await until(() => hasty.status().idle === 0)
  })
})

describe('metrics()', () => {
  it('counts', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 1, maxOverflow: 0, timeoutMs: 20 })
    const place = await pool.checkout()
    await expect(pool.checkout()).rejects.toThrow('timed out')
    const next = pool.checkout()
    pool.checkin(place)
    pool.discard(await next)
    driver.behaviour = 'refuse'
    await expect(pool.checkout()).rejects.toThrow('the server is down')
    await turn()
    const { connectMs, waitMs, useMs, ...counted } = pool.metrics()
    expect(counted).toEqual({
      opened: 1,
      closed: 1,
      refused: 1,
      checkouts: 2,
      timeouts: 1,
      turnedAway: 0,
      invalidated: 1,
      generations: 0,
      foundDead: 0,
      leaks: 0,
      detached: 0,
      mostCheckedOut: 1,
    })
    for (const sum of [connectMs, waitMs, useMs]) expect(sum).toBeGreaterThan(0)
  })
})
