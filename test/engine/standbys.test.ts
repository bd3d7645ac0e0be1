// The end of a server of an engine: what its driver fails with is told to whoever waits for it, and to the process otherwise.
import { once } from 'node:events'
import { expect, it } from 'vitest'
import type { Driver } from '../../src/dialect/contract/driver.ts'
import { disposeServer } from '../../src/engine/standbys.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { FakeDriver } from '../pool/fake-driver.ts'

/** A server whose driver cannot be disposed of. */
function stubborn(): { readonly pool: QueuePool; readonly driver: Driver } {
  const fake = new FakeDriver()
  const driver: Driver = {
    name: 'stubborn',
    maxConnections: null,
    connect: () => fake.connect(),
    dispose: () => Promise.reject(new Error('not now')),
  }
  return { pool: new QueuePool(driver, { size: 1 }), driver }
}

it('a driver that fails at its end fails the call that waits for it', async () => {
  await expect(disposeServer(stubborn(), {})).rejects.toThrow('not now')
  await expect(disposeServer(stubborn(), { timeoutMs: 1_000 })).rejects.toThrow('not now')
})

it('behind the last connection that was lent nobody waits any more: it is a warning', async () => {
  const server = stubborn()
  const lent = await server.pool.checkout()
  await disposeServer(server, {})
  const warned = once(process, 'warning')
  await server.pool.checkin(lent)
  expect(await warned).toEqual([new Error('not now')])
})
