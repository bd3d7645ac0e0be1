// Any order of any events, with any options: nobody shares a connection, nobody waits for ever, nothing stays open in the end.
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DisconnectionError } from '../../src/errors.ts'
import type { PoolOptions } from '../../src/pool/options.ts'
import type { PooledConnection } from '../../src/pool/pooled-connection.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { type FakeConnection, FakeDriver } from './fake-driver.ts'

const options: fc.Arbitrary<PoolOptions> = fc.record(
  {
    size: fc.constantFrom(1, 2, 3),
    maxOverflow: fc.constantFrom(0, 1),
    minimum: fc.constantFrom(0, 1),
    maxWaiting: fc.constantFrom(0, 1, 4, Number.POSITIVE_INFINITY),
    prePing: fc.constantFrom<boolean | number | 'ride'>(true, false, 0, 'ride'),
    pingTimeoutMs: fc.constant(3),
    keepaliveMs: fc.constantFrom(1, Number.POSITIVE_INFINITY),
    idleTimeoutMs: fc.constantFrom(2, Number.POSITIVE_INFINITY),
    recycleMs: fc.constantFrom(4, Number.POSITIVE_INFINITY),
    useLifo: fc.boolean(),
    unref: fc.boolean(),
    resetOnReturn: fc.constantFrom<'rollback' | 'commit' | null>('rollback', 'commit', null),
    leakThresholdMs: fc.constantFrom(2, Number.POSITIVE_INFINITY),
    timeoutMs: fc.constant(60_000),
  },
  { requiredKeys: ['size', 'maxOverflow', 'timeoutMs'] },
)

const step = fc.constantFrom(
  ...(['ask', 'ask', 'ask', 'return', 'return', 'return', 'leave', 'invalidate', 'warmUp', 'time'] as const),
  ...(['discard', 'soft', 'detach', 'open', 'forget the answer', 'die', 'die at rest', 'hang at rest', 'old'] as const),
  ...(['server opens', 'server opens', 'server refuses', 'server is full', 'server hangs'] as const),
)

it('the pool survives them', async () => {
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(step, { maxLength: 100, size: 'max' }),
      fc.boolean(),
      fc.infiniteStream(fc.nat(99)),
      async (given, steps, listening, random) => {
        const driver = new FakeDriver()
        const pool = new QueuePool(driver, given)
        const chance = (percent: number): boolean => (random.next().value ?? 0) < percent
        if (listening) {
          for (const name of ['firstConnect', 'connect', 'reset', 'checkin', 'close', 'invalidate'] as const)
            pool.events.on(name, async () => {
              await turn()
              if (chance(5) && (name === 'connect' || name === 'firstConnect')) throw new DisconnectionError('bad luck')
            })
          pool.events.on('checkout', () => {
            if (chance(10)) throw new DisconnectionError('bad luck')
          })
          pool.events.on('leak', () => {})
        } else pool.events.on('leak', () => {})
        const lent: PooledConnection[] = []
        const broken: string[] = []
        const seen = new Set<PooledConnection>()
        const asked: Promise<unknown>[] = []
        const aborts: AbortController[] = []
        const ask = (): void => {
          const abort = new AbortController()
          aborts.push(abort)
          const checkout = pool.checkout(abort.signal).then((place) => {
            // Nobody else has it, it lives, and nothing is under way on it.
            if (lent.includes(place)) broken.push('lent twice')
            if (fake(place).closed !== null) broken.push('lent dead')
            if (fake(place).running) broken.push('lent in use')
            lent.push(place)
            seen.add(place)
          })
          asked.push(checkout.catch(() => {}))
        }
        const fake = (place: PooledConnection): FakeConnection => place.connection as FakeConnection
        const resting = (): FakeConnection[] => {
          const out = new Set(lent.map((place) => place.connection))
          return driver.open.filter((connection) => !out.has(connection))
        }
        for (const each of steps) {
          const [place] = lent
          if (each === 'ask') ask()
          else if (each === 'leave') aborts.pop()?.abort()
          else if (each === 'invalidate') pool.invalidate()
          else if (each === 'warmUp') asked.push(pool.warmUp(2).catch(() => {}))
          else if (each === 'time') await pause(2)
          else if (each === 'die at rest') resting()[0]?.die()
          else if (each === 'hang at rest') for (const connection of resting()) connection.behaviour = 'hang'
          else if (each === 'old') {
            for (const resting of seen) if (!lent.includes(resting)) resting.provenAt -= 10_000
          } else if (each === 'server opens') {
            driver.behaviour = 'open'
            driver.goOn()
          } else if (each === 'server refuses') driver.behaviour = 'refuse'
          else if (each === 'server is full') driver.behaviour = 'busy'
          else if (each === 'server hangs') driver.behaviour = 'hang'
          else if (place !== undefined) {
            if (each === 'die') fake(place).die()
            else if (each === 'open') fake(place).transactionStatus = fake(place).closed === null ? 'active' : 'lost'
            else if (each === 'forget the answer') fake(place).behaviour = 'refuse'
            else if (each === 'soft') pool.discard(place, { soft: true })
            else {
              lent.shift()
              if (each === 'discard') pool.discard(place)
              else {
                if (each === 'detach') pool.detach(place)
                await pool.checkin(place)
              }
            }
          }
          await turn()
          const { checkedOut, idle, opening, limit } = pool.status()
          expect(checkedOut + idle + opening).toBeLessThanOrEqual(limit)
          expect(broken).toEqual([])
        }
        driver.behaviour = 'open'
        driver.goOn()
        // Whoever still waits is served when all come back.
        const settled = Promise.all(asked)
        let done = false
        void settled.then(() => {
          done = true
        })
        for (let attempt = 0; attempt < 400 && !done; attempt += 1) {
          for (const place of lent.splice(0)) await pool.checkin(place)
          if (attempt > 100) await pause(5)
          else await turn()
          driver.goOn()
        }
        expect(done).toBe(true)
        for (const place of lent.splice(0)) await pool.checkin(place)
        await pool.dispose()
        await pool.drained()
        for (let attempt = 0; attempt < 50 && driver.open.length > 0; attempt += 1) await turn()
        expect(driver.open).toEqual([])
      },
    ),
    { numRuns: 100, endOnFailure: false },
  )
}, 60_000)
