import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, InvalidRequestError, ResourceClosedError, TimeoutError } from '../../src/errors.ts'
import type { PoolOptions } from '../../src/pool/options.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { collectGarbage } from '../support/garbage.ts'
import { type FakeConnection, FakeDriver } from './fake-driver.ts'

function setup(options: PoolOptions = {}): { driver: FakeDriver; pool: QueuePool } {
  const driver = new FakeDriver()
  return { driver, pool: new QueuePool(driver, options) }
}

const idOf = (slot: PooledConnection): number => slot.connection.processId
const fake = (slot: PooledConnection): FakeConnection => slot.connection as FakeConnection

/** A checkout and what became of it so far. */
function watch(checkout: Promise<PooledConnection>): { slot: PooledConnection | null; error: unknown } {
  const seen: { slot: PooledConnection | null; error: unknown } = { slot: null, error: null }
  checkout.then(
    (slot) => {
      seen.slot = slot
    },
    (error: unknown) => {
      seen.error = error
    },
  )
  return seen
}

describe('lending', () => {
  it('opens nothing before the first checkout', async () => {
    const { driver, pool } = setup()
    await turn()
    expect(driver.attempts).toBe(0)
    expect(pool.status()).toEqual({
      pool: 'QueuePool',
      size: 5,
      limit: 15,
      idle: 0,
      checkedOut: 0,
      opening: 0,
      waiting: 0,
    })
  })

  it('lends the connection returned last first', async () => {
    const { pool } = setup()
    const [one, two] = [await pool.checkout(), await pool.checkout()]
    pool.checkin(one)
    pool.checkin(two)
    expect(idOf(await pool.checkout())).toBe(2)
    expect(idOf(await pool.checkout())).toBe(1)
    expect(idOf(await pool.checkout())).toBe(3)
  })

  it('keeps size connections and closes the overflow when it comes back unwanted', async () => {
    const { driver, pool } = setup({ size: 2, maxOverflow: 2 })
    const slots = [await pool.checkout(), await pool.checkout(), await pool.checkout(), await pool.checkout()]
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 4 })
    for (const slot of slots) pool.checkin(slot)
    expect(pool.status()).toMatchObject({ idle: 2, checkedOut: 0 })
    await turn()
    expect(driver.open.map((connection) => connection.processId)).toEqual([1, 2])
    expect(driver.connections[3]?.closed).toBe('politely')
  })

  it('serves those who wait in their order, with the connection that came back', async () => {
    const { driver, pool } = setup({ size: 1, maxOverflow: 0 })
    const held = await pool.checkout()
    const order: string[] = []
    const [first, second] = ['first', 'second'].map((name) =>
      pool.checkout().then((slot) => {
        order.push(name)
        return slot
      }),
    )
    expect(pool.status().waiting).toBe(2)
    pool.checkin(held)
    pool.checkin((await first) as PooledConnection)
    await second
    expect(order).toEqual(['first', 'second'])
    expect(driver.attempts).toBe(1)
  })

  it('gives a connection that comes back to one whose own is still being opened', async () => {
    const { driver, pool } = setup({ size: 2, maxOverflow: 0 })
    const held = await pool.checkout()
    driver.behaviour = 'hang'
    const waiting = pool.checkout()
    expect(pool.status()).toMatchObject({ opening: 1, waiting: 1 })
    pool.checkin(held)
    expect(idOf(await waiting)).toBe(1)
    driver.behaviour = 'open'
    driver.goOn()
    await turn()
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 1, opening: 0 })
  })

  it('is not blocked by a connect that hangs', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0 })
    driver.behaviour = 'hang'
    const first = watch(pool.checkout())
    await turn()
    driver.behaviour = 'open'
    const second = watch(pool.checkout())
    await turn()
    expect([first.slot, second.slot].map((slot) => slot !== null)).toEqual([true, false])
    pool.checkin(first.slot as PooledConnection)
    await turn()
    expect(second.slot).toBe(first.slot)
  })

  it('does not let others rely on a connect for which somebody waited in vain', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0, timeoutMs: 600 })
    driver.behaviour = 'hang'
    const controller = new AbortController()
    const [late, gone] = [pool.checkout(), pool.checkout(controller.signal)]
    controller.abort()
    await expect(gone).rejects.toBe(controller.signal.reason)
    expect(driver.attempts).toBe(2)
    await expect(late).rejects.toThrow('opening another takes too long')
    driver.behaviour = 'open'
    expect(idOf(await pool.checkout())).toBe(1)
    expect(pool.status()).toMatchObject({ checkedOut: 1, opening: 2 })
    // All places are taken: what comes late after all is lent.
    const waiting = pool.checkout()
    driver.goOn()
    expect(idOf(await waiting)).toBe(2)
    await turn()
    expect(pool.status()).toMatchObject({ checkedOut: 2, idle: 1, opening: 0, waiting: 0 })
    expect(driver.attempts).toBe(3)
  })

  it('asks a server that is slow for no more, however many lose patience', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0 })
    driver.behaviour = 'hang'
    for (let count = 0; count < 5; count += 1) {
      const controller = new AbortController()
      const gone = pool.checkout(controller.signal)
      controller.abort()
      await expect(gone).rejects.toBe(controller.signal.reason)
    }
    expect(driver.attempts).toBe(1)
    const waiting = pool.checkout()
    driver.behaviour = 'open'
    driver.goOn()
    expect(idOf(await waiting)).toBe(1)
    expect(driver.attempts).toBe(1)
  })

  it('does not fail who waits for another connect with the error of one that was given up', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0 })
    driver.behaviour = 'hang'
    const controller = new AbortController()
    const gone = pool.checkout(controller.signal)
    await pause(600)
    controller.abort()
    await expect(gone).rejects.toBe(controller.signal.reason)
    const refuse = driver.held()
    const waiting = pool.checkout()
    driver.behaviour = 'refuse'
    refuse()
    await turn()
    expect(pool.metrics().refused).toBe(1)
    driver.behaviour = 'open'
    driver.goOn()
    expect(idOf(await waiting)).toBe(1)
  })

  it('knows no limit where maxOverflow is -1 or size is 0', async () => {
    for (const [options, kept] of [
      [{ size: 1, maxOverflow: -1 }, 1],
      [{ size: 0 }, 30],
    ] as const) {
      const { driver, pool } = setup(options)
      const slots = await Promise.all(Array.from({ length: 30 }, () => pool.checkout()))
      expect(driver.open).toHaveLength(30)
      for (const slot of slots) pool.checkin(slot)
      expect(pool.status().idle).toBe(kept)
    }
  })

  it('refuses a connection that it has not lent, or not any more', async () => {
    const { pool } = setup()
    const slot = await pool.checkout()
    pool.checkin(slot)
    expect(() => pool.checkin(slot)).toThrow(new InvalidRequestError('This QueuePool has not lent this connection'))
    expect(() => setup().pool.discard(slot)).toThrow(InvalidRequestError)
  })

  it('refuses impossible options', () => {
    expect(() => setup({ poolSize: 3 } as never)).toThrow(
      new ArgumentError(
        "The pool has no option 'poolSize'; known: 'size', 'maxOverflow', 'minimum', 'timeoutMs', 'maxWaiting', 'recycleMs', " +
          "'prePing', 'pingTimeoutMs', 'keepaliveMs', 'idleTimeoutMs', 'useLifo', 'resetOnReturn', ...",
      ),
    )
    expect(() => setup({ size: -1 })).toThrow(
      new ArgumentError("The pool's size must be a whole number of at least 0, got -1"),
    )
    expect(() => setup({ timeoutMs: Number.NaN })).toThrow(
      'timeoutMs must be a number of milliseconds that is not negative, got NaN',
    )
    expect(() => setup({ minimum: 6 })).toThrow("The pool's minimum of 6 is more than its size of 5")
    expect(() => setup({ maxWaiting: 1.5 })).toThrow(
      "The pool's maxWaiting must be a whole number of at least 0, got 1.5",
    )
    expect(() => setup({ unref: 1 } as never)).toThrow("The pool's unref must be true or false, got 1")
    expect(() => setup({ prePing: 'rides' } as never)).toThrow(/prePing must be .* got 'rides'; did you mean 'ride'/)
    expect(() => setup({ resetOnReturn: 'roll' } as never)).toThrow(
      /resetOnReturn must be 'rollback', 'commit' or null, got 'roll'/,
    )
  })
})

describe('waiting', () => {
  it('times out, and tells how many connections are lent for how long', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 1, timeoutMs: 30 })
    await pool.checkout()
    await pool.checkout()
    const started = performance.now()
    await expect(pool.checkout()).rejects.toThrow(
      /^QueuePool limit of size 1 overflow 1 reached, connection timed out, timeout 0\.03 s\. Checked out: 2, the longest for \d\.\d s; poolLeakTracking: true would tell where$/,
    )
    const waited = performance.now() - started
    expect(waited).toBeGreaterThan(25)
    expect(waited).toBeLessThan(300)
    expect(pool.status().waiting).toBe(0)
  })

  it('names the places of the checkouts where it tracks leaks', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0, timeoutMs: 10, leakTracking: true })
    async function forgetful(): Promise<void> {
      await pool.checkout()
    }
    await forgetful()
    const error = await pool.checkout().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect((error as Error).message).toMatch(/held for 0\.0 s, checked out\n +at forgetful .*queue-pool\.test\.ts/)
  })

  it('keeps each deadline, also when others are served meanwhile', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0, timeoutMs: 60 })
    const held = await pool.checkout()
    const early = watch(pool.checkout())
    await pause(30)
    const late = watch(pool.checkout())
    pool.checkin(held)
    await pause(45)
    expect(early.slot).not.toBe(null)
    expect(late.error).toBe(null)
    await pause(40)
    expect(late.error).toBeInstanceOf(TimeoutError)
  })

  it('says that opening takes too long where nothing is lent', async () => {
    const { driver, pool } = setup({ timeoutMs: 10 })
    driver.behaviour = 'hang'
    await expect(pool.checkout()).rejects.toThrow(
      'connection timed out, timeout 0.01 s. 0 of this QueuePool are lent, and opening another takes too long',
    )
  })

  it('stops on an aborted signal and leaves its turn to the next', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0 })
    const held = await pool.checkout()
    const abort = new AbortController()
    const aborted = watch(pool.checkout(abort.signal))
    const next = watch(pool.checkout())
    abort.abort(new Error('no longer wanted'))
    await turn()
    expect(aborted.error).toEqual(new Error('no longer wanted'))
    pool.checkin(held)
    await turn()
    expect(next.slot).toBe(held)
    expect(pool.status()).toMatchObject({ waiting: 0, checkedOut: 1 })
    await expect(pool.checkout(AbortSignal.abort(new Error('from the start')))).rejects.toThrow('from the start')
  })

  it('gives a connection whose asker went away to the pool', async () => {
    const { pool } = setup()
    const abort = new AbortController()
    const aborted = watch(pool.checkout(abort.signal))
    abort.abort()
    await turn()
    expect(aborted.slot).toBe(null)
    expect(pool.status()).toMatchObject({ idle: 1, checkedOut: 0, opening: 0 })
  })
})

describe('failing to connect', () => {
  it('fails the one who waits and keeps the place', async () => {
    const { driver, pool } = setup({ size: 1, maxOverflow: 0 })
    driver.behaviour = 'refuse'
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(pool.checkout()).rejects.toThrow('the server is down')
    driver.behaviour = 'open'
    expect(idOf(await pool.checkout())).toBe(1)
  })

  it('goes on to those behind', async () => {
    const { driver, pool } = setup({ size: 1, maxOverflow: 0 })
    driver.behaviour = 'hang'
    const [one, two] = [watch(pool.checkout()), watch(pool.checkout())]
    await turn()
    driver.behaviour = 'refuse'
    driver.goOn()
    driver.behaviour = 'refuse'
    await turn()
    await turn()
    expect(one.error).toMatchObject({ message: 'the server is down' })
    expect(two.error).toMatchObject({ message: 'the server is down' })
    expect(pool.status()).toMatchObject({ checkedOut: 0, opening: 0, waiting: 0 })
  })
})

describe('a server that takes no more connections for now', () => {
  it('is asked again while others hold connections, and they serve who waits', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0 })
    const held = await pool.checkout()
    driver.behaviour = 'busy'
    const waiting = [watch(pool.checkout()), watch(pool.checkout())]
    await turn()
    expect(driver.attempts).toBe(3)
    pool.checkin(held)
    await turn()
    expect(waiting.map(({ slot }) => slot)).toEqual([held, null])
    await pause(250)
    expect(driver.attempts).toBeGreaterThan(3)
    expect(driver.attempts).toBeLessThan(10)
    driver.behaviour = 'open'
    await pause(250)
    expect(waiting[1]?.slot?.connection.processId).toBe(2)
  })

  it('is told as the cause of the timeout', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0, timeoutMs: 50 })
    await pool.checkout()
    driver.behaviour = 'busy'
    const error = await pool.checkout().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect((error as Error).cause).toMatchObject({ message: 'too many connections' })
  })

  it('fails who waits where nobody could give a connection back', async () => {
    const { driver, pool } = setup({ size: 3, maxOverflow: 0 })
    driver.behaviour = 'busy'
    await expect(pool.checkout()).rejects.toThrow('too many connections')
  })
})

describe('coming back', () => {
  it('costs no round trip outside a transaction', async () => {
    const { pool } = setup()
    const slot = await pool.checkout()
    expect(pool.checkin(slot)).toBe(undefined)
    expect(fake(slot).sent).toEqual([])
  })

  it.each(['active', 'failed'] as const)('rolls back a transaction that is %s', async (status) => {
    const { pool } = setup()
    const slot = await pool.checkout()
    fake(slot).transactionStatus = status
    await pool.checkin(slot)
    expect(fake(slot).sent).toEqual(['ROLLBACK'])
    expect(await pool.checkout()).toBe(slot)
  })

  it('closes a connection that cannot be rolled back, and says nothing', async () => {
    const { driver, pool } = setup({ size: 1, maxOverflow: 0 })
    const slot = await pool.checkout()
    fake(slot).transactionStatus = 'active'
    fake(slot).behaviour = 'refuse'
    const next = pool.checkout()
    await pool.checkin(slot)
    expect(fake(slot).closed).toBe('cut')
    expect(idOf(await next)).toBe(2)
    expect(driver.open).toHaveLength(1)
  })

  it('is not lent before the rollback is done', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0 })
    const slot = await pool.checkout()
    fake(slot).transactionStatus = 'active'
    fake(slot).behaviour = 'hang'
    const next = watch(pool.checkout())
    void pool.checkin(slot)
    await turn()
    expect(next.slot).toBe(null)
    fake(slot).die()
    await turn()
    await turn()
    expect(next.slot).not.toBe(slot)
    expect(next.slot).not.toBe(null)
  })

  it('replaces what was discarded', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0 })
    const slot = await pool.checkout()
    pool.discard(slot)
    expect(fake(slot).closed).toBe('cut')
    expect(idOf(await pool.checkout())).toBe(2)
  })
})

describe('death', () => {
  it('at rest is noticed and costs nobody an error', async () => {
    const { driver, pool } = setup({ size: 2 })
    const slot = await pool.checkout()
    pool.checkin(slot)
    fake(slot).die()
    expect(pool.status()).toMatchObject({ idle: 0, checkedOut: 0 })
    expect(idOf(await pool.checkout())).toBe(2)
    expect(driver.open).toHaveLength(1)
  })

  it('between the request and its answer is made up for', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0 })
    const slot = await pool.checkout()
    pool.checkin(slot)
    const waiting = pool.checkout()
    fake(slot).die()
    expect(idOf(await waiting)).toBe(2)
  })

  it('while lent costs the place nothing', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0 })
    const slot = await pool.checkout()
    fake(slot).die()
    pool.checkin(slot)
    expect(idOf(await pool.checkout())).toBe(2)
  })
})

describe('age', () => {
  it('replaces connections of an older generation at checkout and when they come back', async () => {
    const { driver, pool } = setup()
    const [resting, held] = [await pool.checkout(), await pool.checkout()]
    pool.checkin(resting)
    pool.invalidate()
    expect(idOf(await pool.checkout())).toBe(3)
    pool.checkin(held)
    await turn()
    expect(driver.open.map((connection) => connection.processId)).toEqual([3])
  })

  it('does not hand a stale connection to one who waits', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0 })
    const held = await pool.checkout()
    const waiting = pool.checkout()
    pool.invalidate()
    pool.checkin(held)
    expect(idOf(await waiting)).toBe(2)
  })

  it('replaces connections older than recycleMs, at checkout only', async () => {
    const { pool } = setup({ size: 1, maxOverflow: 0, recycleMs: 30 })
    const slot = await pool.checkout()
    pool.checkin(slot)
    expect(await pool.checkout()).toBe(slot)
    await pause(35)
    expect(fake(slot).closed).toBe(null)
    pool.checkin(slot)
    expect(idOf(await pool.checkout())).toBe(2)
  })

  it('replaces connections that were opened together each at its own age, up to 2.5 % before recycleMs', async () => {
    const recycleMs = 1e9
    const { driver, pool } = setup({ size: 100, maxOverflow: 0, recycleMs })
    const slots = await Promise.all(Array.from({ length: 100 }, () => pool.checkout()))
    const lives = slots.map(({ lifeMs }) => lifeMs)
    expect(Math.max(...lives)).toBeLessThanOrEqual(recycleMs)
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(recycleMs * 0.975)
    expect(new Set(lives).size).toBeGreaterThan(90)
    // Time is made by moving the hour of birth: half of them are as old as the pool lets them be, or a minute younger than that.
    for (const [index, slot] of slots.entries()) slot.openedAt -= slot.lifeMs - (index % 2 === 0 ? 0 : 60_000)
    for (const slot of slots) pool.checkin(slot)
    await expect.poll(() => driver.open.length).toBe(50)
    expect(pool.status()).toMatchObject({ idle: 50, checkedOut: 0 })
  })

  it('closes connections that rest longer than idleTimeoutMs', async () => {
    const { driver, pool } = setup({ idleTimeoutMs: 10 })
    pool.checkin(await pool.checkout())
    await pause(40)
    expect(driver.open).toHaveLength(0)
    expect(idOf(await pool.checkout())).toBe(2)
  })
})

describe('prePing', () => {
  it('tests what has rested, not what was opened for the checkout or handed on', async () => {
    const { pool } = setup({ prePing: 0, size: 1, maxOverflow: 0 })
    const slot = await pool.checkout()
    const waiting = pool.checkout()
    pool.checkin(slot)
    pool.checkin(await waiting)
    expect(fake(slot).sent).toEqual([])
    expect(await pool.checkout()).toBe(slot)
    expect(fake(slot).sent).toEqual(['SELECT 1'])
  })

  it('tests only after the rest that a number tells', async () => {
    const { pool } = setup({ prePing: 30 })
    const slot = await pool.checkout()
    pool.checkin(slot)
    pool.checkin(await pool.checkout())
    expect(fake(slot).sent).toEqual([])
    await pause(35)
    await pool.checkout()
    expect(fake(slot).sent).toEqual(['SELECT 1'])
  })

  it('replaces the one that fails and all of its generation', async () => {
    const { driver, pool } = setup({ prePing: 0 })
    const [one, two] = [await pool.checkout(), await pool.checkout()]
    pool.checkin(one)
    pool.checkin(two)
    fake(two).behaviour = 'refuse'
    expect(idOf(await pool.checkout())).toBe(3)
    expect(idOf(await pool.checkout())).toBe(4)
    await turn()
    expect(driver.open.map((connection) => connection.processId)).toEqual([3, 4])
  })
})

describe('dispose', () => {
  it('closes what rests, refuses who waits and who comes', async () => {
    const { driver, pool } = setup({ size: 2, maxOverflow: 0 })
    const [resting, held] = [await pool.checkout(), await pool.checkout()]
    const waiting = watch(pool.checkout())
    pool.checkin(resting)
    await turn()
    expect(waiting.slot).toBe(resting)
    const refused = watch(pool.checkout())
    const done = pool.dispose()
    expect(pool.dispose()).toBe(done)
    await done
    expect(refused.error).toEqual(new ResourceClosedError('This QueuePool is disposed'))
    await expect(pool.checkout()).rejects.toThrow(new ResourceClosedError('This QueuePool is disposed'))
    expect(driver.open).toHaveLength(2)
    pool.checkin(resting)
    pool.checkin(held)
    await pool.drained()
    expect(driver.open).toHaveLength(0)
  })

  it('is forgotten at once, though a deadline was set for somebody who waited', async () => {
    async function disposed(): Promise<WeakRef<QueuePool>> {
      const { pool } = setup({ size: 1, maxOverflow: 0, timeoutMs: 3_600_000 })
      const place = await pool.checkout()
      const waiting = pool.checkout()
      pool.checkin(place)
      pool.checkin(await waiting)
      await pool.dispose()
      return new WeakRef(pool)
    }
    const pools = [await disposed(), await disposed(), await disposed()]
    for (let attempt = 0; attempt < 100 && pools.some((pool) => pool.deref() !== undefined); attempt += 1) {
      await pause(10)
      collectGarbage()
    }
    expect(pools.map((pool) => pool.deref())).toEqual([undefined, undefined, undefined])
  })

  it('refuses who asked just before, and has come to its end all the same', async () => {
    const { driver, pool } = setup()
    pool.checkin(await pool.checkout())
    const asking = watch(pool.checkout())
    await pool.dispose()
    await pool.drained()
    expect(asking.error).toEqual(new ResourceClosedError('This QueuePool is disposed'))
    expect(driver.open).toHaveLength(0)
  })

  it('waits for the goodbye of those at rest', async () => {
    const { driver, pool } = setup()
    pool.checkin(await pool.checkout())
    await pool.dispose()
    expect(driver.connections.map((connection) => connection.closed)).toEqual(['politely'])
    await pool.drained()
  })

  it('closes a connection that is opened meanwhile', async () => {
    const { driver, pool } = setup()
    driver.behaviour = 'hang'
    const waiting = watch(pool.checkout())
    await pool.dispose()
    expect(waiting.error).toBeInstanceOf(ResourceClosedError)
    driver.behaviour = 'open'
    driver.goOn()
    await pool.drained()
    expect(driver.connections.map((connection) => connection.closed)).toEqual(['politely'])
  })
})

it('never lends a connection twice, loses none and serves all, whatever happens in between', async () => {
  const events = fc.array(fc.record({ what: fc.nat(9), which: fc.nat(20) }), { minLength: 10, maxLength: 80 })
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      async (script, size, maxOverflow) => {
        const { driver, pool } = setup({ size, maxOverflow })
        const held = new Set<PooledConnection>()
        let pending = 0
        const returning: (Promise<void> | undefined)[] = []
        const ask = (): void => {
          pending += 1
          void pool.checkout().then((slot) => {
            pending -= 1
            expect(held.has(slot)).toBe(false)
            held.add(slot)
          })
        }
        const giveBack = (slot: PooledConnection | undefined): void => {
          if (slot === undefined) return
          held.delete(slot)
          returning.push(pool.checkin(slot))
        }
        for (const { what, which } of script) {
          const some = [...held][which % Math.max(1, held.size)]
          if (what < 4) ask()
          else if (what < 7) giveBack(some)
          else if (what === 7) driver.open[which % Math.max(1, driver.open.length)]?.die()
          else if (what === 8 && some !== undefined) fake(some).transactionStatus = 'active'
          else pool.invalidate()
          if (which % 3 === 0) await turn()
          const used = driver.open.filter((connection) => !connection.leaving)
          expect(used.length).toBeLessThanOrEqual(size + maxOverflow)
        }
        while (pending > 0 || held.size > 0) {
          giveBack([...held][0])
          await turn()
        }
        // A connection that was left inside a transaction is rolled back on its way home.
        await Promise.all(returning)
        expect(pool.status()).toMatchObject({ checkedOut: 0, opening: 0, waiting: 0 })
        expect(pool.status().idle).toBeLessThanOrEqual(size)
        await pool.dispose()
        expect(driver.open).toHaveLength(0)
      },
    ),
    { numRuns: 60 },
  )
})
