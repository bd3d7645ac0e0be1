// Aborting: before a batch, while it runs, as it ends, and never the batch behind it.

import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Driver, DriverConnection } from '../../../../src/dialect/contract/driver.ts'
import { createPgliteDriver, createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { command, failure, rows, run, serverOptions, tcpOptions } from './support.ts'

/** Passes everything on; what a session sends while it is held arrives when a request to cancel it is over. */
async function startLateProxy() {
  const { host, port } = tcpOptions()
  const sockets: Socket[] = []
  let held: (() => void)[] | null = null
  let cancels = 0
  let swallowing = false
  const server = createServer((client) => {
    const upstream = connectSocket(port, host)
    sockets.push(client, upstream)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    let begun = false
    client.on('data', (bytes: Buffer) => {
      const isCancel = !begun && bytes.length === CANCEL_BYTES
      begun = true
      if (isCancel) cancels += 1
      if (isCancel && swallowing) return
      if (held === null || isCancel) upstream.write(bytes)
      else held.push(() => upstream.write(bytes))
    })
    upstream.on('data', (bytes) => client.write(bytes))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => {
      client.end()
      const waiting = held
      held = null
      for (const write of waiting ?? []) write()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get cancels() {
      return cancels
    },
    hold() {
      held = []
    },
    /** Requests to cancel stay on their way, and may arrive at any time. */
    swallowCancels() {
      swallowing = true
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The length of a request to cancel. */
const CANCEL_BYTES = 16

const REASON = new Error('the user went away')

describe('on a server', () => {
  let driver: Driver
  let connection: DriverConnection
  beforeAll(() => {
    driver = createPostgresDriver(serverOptions())
  })
  beforeEach(async () => {
    connection = await driver.connect()
    return () => connection.close()
  })

  test('before the send, nothing is sent', async () => {
    const error = await failure(connection.run([command('SELECT 1')], { signal: AbortSignal.abort(REASON) }))
    expect(error).toMatchObject({ sent: false, canceled: true, disconnected: false, cause: REASON })
    expect(connection.flights).toBe(0)
  })

  test('while it runs, the server stops it and the connection stays', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(REASON), 50)
    const before = performance.now()
    const batch = [command('SELECT 1'), command('SELECT pg_sleep(60)'), command('SELECT 3')]
    const error = await failure(connection.run(batch, { signal: controller.signal }))
    expect(performance.now() - before).toBeLessThan(5000)
    expect(error).toMatchObject({
      sent: true,
      canceled: true,
      disconnected: false,
      commandIndex: 1,
      cause: REASON,
      fields: { sqlState: '57014' },
    })
    expect(error.message).toBe('the batch was aborted: canceling statement due to user request')
    expect(error.results).toHaveLength(1)
    expect(connection.transactionStatus).toBe('idle')
    // The batch, and an empty statement for a cancel request that comes late.
    expect(connection.flights).toBe(2)
    expect(await rows(connection, 'SELECT 2')).toEqual([[2]])
  })

  test.each(['run', 'pipeline'] as const)(
    'before the server has begun it, it is stopped all the same: %s',
    async (how) => {
      await using proxy = await startLateProxy()
      const slow = await createPostgresDriver({ ...tcpOptions(), ssl: 'disable', port: proxy.port }).connect()
      const controller = new AbortController()
      proxy.hold()
      const before = performance.now()
      const pending = failure(
        slow[how]?.([command('SELECT pg_sleep(60)')], { signal: controller.signal }) ?? expect.fail('it cannot'),
      )
      controller.abort(REASON)
      expect(await pending).toMatchObject({ canceled: true, disconnected: false, cause: REASON })
      expect(performance.now() - before).toBeLessThan(4500)
      expect(proxy.cancels).toBeGreaterThan(1)
      expect(await rows(slow, 'SELECT 2')).toEqual([[2]])
      await slow.close()
    },
  )

  test.each(['run', 'pipeline'] as const)(
    'where a request may still arrive nothing more is sent over the connection, also where all was answered: %s',
    async (how) => {
      await using proxy = await startLateProxy()
      const options = { ...tcpOptions(), ssl: 'disable' as const, port: proxy.port, cancelGraceMs: 1000 }
      const slow = await createPostgresDriver(options).connect()
      proxy.swallowCancels()
      const signal = AbortSignal.timeout(20)
      const answered = await failure(
        slow[how]?.([command('SELECT 5 FROM pg_sleep(0.2)')], { signal }) ?? expect.fail('it cannot'),
      ).catch(() => null)
      expect(proxy.cancels).toBeGreaterThan(0)
      if (answered !== null) expect(answered.results.map((result) => result.rows)).toEqual([[[5]]])
      await expect.poll(() => slow.transactionStatus, { timeout: 5000 }).toBe('lost')
      await expect(run(slow, 'SELECT 2')).rejects.toThrow('cannot be used any more')
    },
  )

  test('in the moment in which its failure is handed on, nothing is asked of the server', async () => {
    await using proxy = await startLateProxy()
    const own = await createPostgresDriver({ ...tcpOptions(), ssl: 'disable', port: proxy.port }).connect()
    let controller = new AbortController()
    own.onNotice(() => queueMicrotask(() => controller.abort(REASON)))
    const fails = command("DO $$ BEGIN RAISE NOTICE 'one'; RAISE EXCEPTION 'two'; END $$")
    let tooLate = 0
    for (let time = 0; time < 200 && tooLate < 10; time++) {
      controller = new AbortController()
      const before = proxy.cancels
      const { canceled } = await failure(own.run([fails], { signal: controller.signal }))
      // Where both came in one piece the signal is aborted behind the answer, and else in front of it.
      if (canceled) continue
      tooLate += 1
      expect(await rows(own, 'SELECT 2 FROM pg_sleep(0.01)')).toEqual([[2]])
      expect(proxy.cancels).toBe(before)
    }
    expect(tooLate).toBeGreaterThan(0)
    await own.close()
  })

  test('while it is asked what its values are: what was done is told, with its values', async () => {
    await run(connection, 'CREATE TYPE pair_told AS (a int, b text)')
    await run(connection, 'CREATE TABLE told (pair pair_told)')
    await run(
      connection,
      `CREATE FUNCTION tell() RETURNS pair_told LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO told VALUES (ROW(1, 'x')); RAISE NOTICE 'told'; RETURN ROW(1, 'x'::text); END $$`,
    )
    let done = 0
    for (let turns = 0; turns < 12; turns++) {
      // One that has never met the type.
      const own = await createPostgresDriver(serverOptions()).connect()
      const controller = new AbortController()
      const abortIn = (left: number): void =>
        left === 0 ? controller.abort(REASON) : queueMicrotask(() => abortIn(left - 1))
      own.onNotice(() => abortIn(turns))
      const results = await own
        .run([command('SELECT tell()')], { signal: controller.signal })
        .catch((error) => (error.completed ? error.results : null))
      // The signal may still have come in time.
      if (results !== null) done += 1
      if (results !== null) expect(results[0].rows).toEqual([[{ a: 1, b: 'x' }]])
      expect(await rows(own, 'SELECT count(*)::int FROM told')).toEqual([[done]])
      expect(await rows(own, 'SELECT 2 FROM pg_sleep(0.01)')).toEqual([[2]])
      await own.close()
    }
    expect(done).toBeGreaterThan(0)
  })

  test('inside a transaction, the transaction has failed', async () => {
    const signal = AbortSignal.timeout(50)
    const error = await failure(connection.run([command('BEGIN'), command('SELECT pg_sleep(60)')], { signal }))
    expect(error.canceled).toBe(true)
    expect((error.cause as Error).name).toBe('TimeoutError')
    expect(connection.transactionStatus).toBe('failed')
    await run(connection, 'ROLLBACK')
    expect(await rows(connection, 'SELECT 2')).toEqual([[2]])
  })

  test('as it ends: either way the caller knows, and no statement behind it is hit', async () => {
    await run(connection, 'CREATE TEMP TABLE counted (id int)')
    let completed = 0
    for (let time = 0; time < 60; time++) {
      const controller = new AbortController()
      const pending = connection.run([command('INSERT INTO counted VALUES ($1)', time)], { signal: controller.signal })
      if (time % 3 === 0) controller.abort(REASON)
      else if (time % 3 === 1) setImmediate(() => controller.abort(REASON))
      else setTimeout(() => controller.abort(REASON), 1)
      const done = await pending.then(
        () => true,
        (error: { canceled: boolean; results: unknown[]; disconnected: boolean }) => {
          expect(error).toMatchObject({ canceled: true, disconnected: false, cause: REASON })
          return error.results.length === 1
        },
      )
      if (done) completed++
      expect(await rows(connection, 'SELECT count(*)::int FROM counted')).toEqual([[completed]])
    }
  })

  test('after the end, it does nothing', async () => {
    const controller = new AbortController()
    await connection.run([command('SELECT 1')], { signal: controller.signal })
    const flights = connection.flights
    controller.abort(REASON)
    expect(await rows(connection, 'SELECT pg_sleep(0.05)')).toEqual([[null]])
    expect(connection.flights).toBe(flights + 1)
  })

  test('a batch behind an aborted one is refused until that one has settled', async () => {
    const controller = new AbortController()
    const pending = failure(connection.run([command('SELECT pg_sleep(60)')], { signal: controller.signal }))
    controller.abort(REASON)
    expect((await failure(run(connection, 'SELECT 1'))).message).toContain('is running a batch')
    expect((await pending).canceled).toBe(true)
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
  })

  test('many sessions, each aborting only its own', async () => {
    const connections = await Promise.all(Array.from({ length: 5 }, () => driver.connect()))
    await Promise.all(
      connections.map(async (one, index) => {
        for (let time = 0; time < 8; time++) {
          const signal = AbortSignal.timeout(5 * index + time)
          const slow = await failure(one.run([command('SELECT pg_sleep(30)')], { signal }))
          expect(slow.canceled).toBe(true)
          expect(await rows(one, 'SELECT pg_sleep(0.002), $1::int', time)).toEqual([[null, time]])
        }
      }),
    )
    await Promise.all(connections.map((one) => one.close()))
  })

  test('connecting can be aborted', async () => {
    const error = await failure(driver.connect({ signal: AbortSignal.abort(REASON) }))
    expect(error).toMatchObject({ disconnected: true, canceled: true, sent: false, cause: REASON })
    const controller = new AbortController()
    const pending = failure(driver.connect({ signal: controller.signal }))
    controller.abort(REASON)
    expect(await pending).toMatchObject({ disconnected: true, canceled: true })
  })
})

describe('on PGlite, which runs a batch before anything else can happen', () => {
  let driver: Driver
  let connection: DriverConnection
  beforeAll(async () => {
    driver = createPgliteDriver()
    connection = await driver.connect()
  })
  afterAll(() => driver.dispose())

  test('an aborted batch has been completed, and says so', async () => {
    const controller = new AbortController()
    const pending = failure(connection.run([command('CREATE TABLE done ()')], { signal: controller.signal }))
    controller.abort(REASON)
    const error = await pending
    expect(error).toMatchObject({ canceled: true, cause: REASON, commandIndex: null })
    expect(error.message).toContain('the server had completed it')
    expect(error.results).toHaveLength(1)
    expect(await rows(connection, "SELECT to_regclass('done')::text")).toEqual([['done']])
  })
})
