import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeoutError } from '../../src/errors.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { FakeDriver } from './fake-driver.ts'

const idOf = (place: PooledConnection): number => place.connection.processId

describe('waiting in line', () => {
  it('serves 10,000 checkouts of 64 who wait for 10 connections in the order in which they came', async () => {
    const driver = new FakeDriver()
    const pool = new QueuePool(driver, { size: 10, maxOverflow: 0, timeoutMs: Number.POSITIVE_INFINITY })
    const served: number[] = []
    let asked = 0
    async function work(): Promise<void> {
      while (asked < 10_000) {
        const number = asked
        asked += 1
        const place = await pool.checkout()
        served.push(number)
        // Each uses its connection for a while of its own.
        for (let left = number % 4; left > 0; left -= 1) await turn()
        await pool.checkin(place)
      }
    }
    await Promise.all(Array.from({ length: 64 }, work))
    expect(served).toEqual(Array.from({ length: 10_000 }, (_, number) => number))
    expect(driver.connections).toHaveLength(10)
    expect(pool.metrics()).toMatchObject({ checkouts: 10_000, opened: 10, mostCheckedOut: 10, timeouts: 0 })
  })

  it('stays in order when connections are lost, given up, replaced and asked for in vain', async () => {
    const steps = fc.array(
      fc.constantFrom('ask', 'return', 'discard', 'soft', 'detach', 'die', 'invalidate', 'leave'),
      {
        maxLength: 60,
      },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (actions) => {
        const driver = new FakeDriver()
        const pool = new QueuePool(driver, { size: 2, maxOverflow: 1 })
        const served: number[] = []
        const lent: PooledConnection[] = []
        const waiting: { number: number; abort: AbortController }[] = []
        const left = new Set<number>()
        let asked = 0
        for (const action of [...actions, ...Array<'return'>(80).fill('return')]) {
          if (action === 'ask') {
            const number = asked
            asked += 1
            const abort = new AbortController()
            waiting.push({ number, abort })
            pool.checkout(abort.signal).then(
              (place) => {
                served.push(number)
                lent.push(place)
              },
              () => left.add(number),
            )
          } else if (action === 'leave') waiting.at(-1)?.abort.abort()
          else if (action === 'invalidate') pool.invalidate()
          else {
            const place = lent.shift()
            if (place === undefined) {
              await turn()
              continue
            }
            if (action === 'discard') pool.discard(place)
            else if (action === 'die') driver.open.find(({ processId }) => processId === idOf(place))?.die()
            else if (action === 'soft') pool.discard(place, { soft: true })
            if (action === 'detach') pool.detach(place)
            if (action !== 'discard') await pool.checkin(place)
          }
          await turn()
        }
        expect(served).toEqual(served.toSorted((one, other) => one - other))
        expect(served.length + left.size).toBe(asked)
        expect(pool.status()).toMatchObject({ checkedOut: 0, opening: 0, waiting: 0 })
        expect(pool.status().idle).toBeLessThanOrEqual(2)
        await pool.dispose()
        await pool.drained()
        expect(driver.open).toHaveLength(0)
      }),
      { numRuns: 60 },
    )
  })

  it('lends what has rested longest where it is told so', async () => {
    const pool = new QueuePool(new FakeDriver(), { useLifo: false })
    const places = [await pool.checkout(), await pool.checkout(), await pool.checkout()]
    for (const place of places) pool.checkin(place)
    const order: number[] = []
    for (let round = 0; round < 6; round += 1) {
      const place = await pool.checkout()
      order.push(idOf(place))
      pool.checkin(place)
    }
    expect(order).toEqual([1, 2, 3, 1, 2, 3])
    places[1]?.connection.terminate()
    expect(pool.status().idle).toBe(2)
    expect([idOf(await pool.checkout()), idOf(await pool.checkout())]).toEqual([1, 3])
  })

  it('remembers nobody who left, however many', async () => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 0, timeoutMs: Number.POSITIVE_INFINITY })
    const place = await pool.checkout()
    for (let count = 0; count < 1_000; count += 1) {
      const abort = new AbortController()
      const waiting = pool.checkout(abort.signal)
      abort.abort(new Error('gone'))
      await expect(waiting).rejects.toThrow('gone')
    }
    const next = pool.checkout()
    pool.checkin(place)
    expect(await next).toBe(place)
  })
})

describe('maxWaiting', () => {
  it('refuses who comes when enough wait, and tells who holds the connections', async () => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 1, maxWaiting: 1, leakTracking: true })
    const first = pool.checkout()
    const second = pool.checkout()
    const third = pool.checkout()
    const error = await pool.checkout().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'pool-queue-full' })
    expect((error as Error).message).toMatch(
      /^QueuePool limit of size 1 overflow 1 reached, and 3 wait already, as many as may\. Checked out: 0/,
    )
    const place = await first
    await second
    await expect(pool.checkout()).rejects.toThrow(
      /and 1 wait already.*held for 0\.0 s, checked out\n +at .*fairness\.test/s,
    )
    pool.checkin(place)
    expect(await third).toBe(place)
    expect(pool.metrics()).toMatchObject({ turnedAway: 2, timeouts: 0 })
  })

  it('of 0 lets nobody wait for others, but for opening', async () => {
    const pool = new QueuePool(new FakeDriver(), { size: 1, maxOverflow: 0, maxWaiting: 0 })
    const place = await pool.checkout()
    await expect(pool.checkout()).rejects.toMatchObject({ code: 'pool-queue-full' })
    pool.checkin(place)
    expect(await pool.checkout()).toBe(place)
  })
})
