// An installed pg-pool whose own parts have other names: what needs them says so, and all else works.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { InvalidRequestError } from '../../src/errors.ts'
import { QueuePool } from '../../src/pool/queue-pool.ts'
import { FakeDriver } from './fake-driver.ts'

vi.mock('pg-pool', () => {
  const require = createRequire(import.meta.url)
  const source = readFileSync(require.resolve('pg-pool'), 'utf8')
  const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-pg-pool-'))
  const file = join(folder, 'index.cjs')
  writeFileSync(file, source.replaceAll('newClient', '_open').replaceAll('_idle', '_resting'))
  try {
    return { default: require(file) }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('lends connections as ever', async () => {
  const driver = new FakeDriver()
  const pool = new QueuePool(driver, { size: 2, maxOverflow: 0 })
  const places = [await pool.checkout(), await pool.checkout()]
  const waiting = pool.checkout()
  for (const place of places) pool.checkin(place)
  pool.checkin(await waiting)
  await pool.warmUp(2)
  expect(pool.status()).toMatchObject({ idle: 2, checkedOut: 0, waiting: 0 })
  expect(driver.attempts).toBe(2)
  await pool.dispose()
  expect(driver.open).toEqual([])
})

it('opens nothing ahead of need, and says what to install', async () => {
  const driver = new FakeDriver()
  const pool = new QueuePool(driver, { size: 2, maxOverflow: 0 })
  const refusal = new InvalidRequestError(
    'The installed pg-pool opens no connections ahead of need, which `warmUp()` and a minimum of open connections take: run `npm install pg-pool@3.14`',
  )
  await expect(pool.warmUp(2)).rejects.toThrow(refusal)
  expect(pool.status()).toMatchObject({ idle: 0, opening: 0, waiting: 0 })
  expect(driver.attempts).toBe(0)
  pool.checkin(await pool.checkout())
  expect(pool.status()).toMatchObject({ idle: 1 })
  await pool.dispose()
  await pool.drained()
  expect(() => new QueuePool(driver, { minimum: 1 })).toThrow(refusal)
})

it('does not lend the wrong end of its list', () => {
  expect(() => new QueuePool(new FakeDriver(), { useLifo: false })).toThrow(
    new InvalidRequestError(
      'The installed pg-pool lends the connection that came back last, whatever `useLifo` says: run `npm install pg-pool@3.14`',
    ),
  )
})
