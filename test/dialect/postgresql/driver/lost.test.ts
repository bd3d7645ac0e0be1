// Connections that die: known at once, reported to who was waiting, and never uncaught.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type DriverConnection, DriverError } from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { atItsEnd, MOMENTS, withItsSocket } from '../../../support/client-socket.ts'
import {
  type Answer,
  authenticationOk,
  type FakeServer,
  fatal,
  message,
  readyForQuery,
  startFakeServer,
} from './fake-server.ts'
import { command, failure, rows, run, serverOptions, tcpOptions } from './support.ts'

const uncaught: unknown[] = []
const catchAll = (error: unknown): void => {
  uncaught.push(error)
}
process.on('uncaughtException', catchAll)
process.on('unhandledRejection', catchAll)
afterEach(() => {
  expect(uncaught.splice(0)).toEqual([])
})
afterAll(() => {
  process.off('uncaughtException', catchAll)
  process.off('unhandledRejection', catchAll)
})

let killer: DriverConnection
beforeAll(async () => {
  killer = await createPostgresDriver(serverOptions()).connect()
})
afterAll(() => killer.close())

function connect(): Promise<DriverConnection> {
  return createPostgresDriver(serverOptions()).connect()
}

function closed(connection: DriverConnection): Promise<Error | null> {
  return new Promise((resolve) => connection.onceClosed(resolve))
}

async function killed(connection: DriverConnection): Promise<void> {
  await rows(killer, 'SELECT pg_terminate_backend($1)', connection.processId)
}

function pipeline(connection: DriverConnection, sql: string): Promise<unknown> {
  return connection.pipeline?.([command(sql)]) ?? expect.fail('it cannot')
}

/** Resolves when the server shows the session as running something. */
async function running(connection: DriverConnection): Promise<void> {
  for (;;) {
    const found = await rows(
      killer,
      "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND wait_event = 'PgSleep'",
      connection.processId,
    )
    if (found.length > 0) return
  }
}

describe('a backend that is terminated', () => {
  test('while idle: the loss is known, and the next batch is refused unsent', async () => {
    const connection = await connect()
    const reason = closed(connection)
    await killed(connection)
    expect((await reason)?.message).toContain('terminating connection')
    expect(connection.transactionStatus).toBe('lost')
    const error = await failure(run(connection, 'SELECT 1'))
    expect(error).toMatchObject({ disconnected: true, sent: false })
    expect(error.message).toContain('terminating connection')
    await connection.close()
    connection.terminate()
  })

  test('while running: the batch fails with what the server said', async () => {
    const connection = await connect()
    const pending = failure(connection.run([command('SELECT 1'), command('SELECT pg_sleep(60)'), command('SELECT 3')]))
    await running(connection)
    await killed(connection)
    const error = await pending
    expect(error).toMatchObject({ disconnected: true, sent: true, commandIndex: null, fields: { sqlState: '57P01' } })
    expect(error.results).toHaveLength(1)
    expect(connection.transactionStatus).toBe('lost')
  })

  test('inside a transaction that idles too long: likewise', async () => {
    const connection = await connect()
    const reason = closed(connection)
    await connection.run([command("SET idle_in_transaction_session_timeout = '20ms'"), command('BEGIN')])
    expect((await reason)?.message).toContain('idle-in-transaction timeout')
    expect(await failure(run(connection, 'SELECT 1'))).toMatchObject({ disconnected: true, sent: false })
  })
})

test('text of a user that reads like a disconnect is none', async () => {
  const connection = await connect()
  const error = await failure(run(connection, "SELECT 'terminating connection due to administrator command'::int"))
  expect(error).toMatchObject({ disconnected: false, fields: { sqlState: '22P02' } })
  expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
  await connection.close()
})

test.each(['57P01', '57P02', '57P03', '57P04', '57P05', '25P03', '25P04', '08000', '08001', '08003', '08006'])(
  'an error of a session that goes on is no loss, though it has the code of one: %s',
  async (sqlState) => {
    const connection = await connect()
    // As of a foreign server that cannot be reached.
    const raising = `DO $$ BEGIN RAISE EXCEPTION 'could not connect to server' USING ERRCODE = '${sqlState}'; END $$`
    const error = await failure(run(connection, raising))
    expect(error).toMatchObject({ disconnected: false, commandIndex: 0, fields: { sqlState, severity: 'ERROR' } })
    expect(connection.transactionStatus).toBe('idle')
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
    await connection.close()
  },
)

describe('closing', () => {
  test('is polite, happens once, and is told', async () => {
    const connection = await connect()
    const reason = closed(connection)
    await Promise.all([connection.close(), connection.close()])
    expect(await reason).toBe(null)
    expect(await closed(connection)).toBe(null)
    await connection.close()
    const left = async () => rows(killer, 'SELECT 1 FROM pg_stat_activity WHERE pid = $1', connection.processId)
    while ((await left()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const error = await failure(run(connection, 'SELECT 1'))
    expect(error.message).toBe('the connection cannot be used any more: it was closed')
  })

  test('while a batch runs fails the batch', async () => {
    const connection = await connect()
    const pending = failure(run(connection, 'SELECT pg_sleep(60)'))
    await running(connection)
    await connection.close()
    expect(await pending).toMatchObject({ disconnected: true, sent: true })
    await killed(connection)
  })

  test('at once, by terminate', async () => {
    const connection = await connect()
    const pending = failure(run(connection, 'SELECT 1'))
    connection.terminate()
    expect(await pending).toMatchObject({ disconnected: true })
    expect(connection.transactionStatus).toBe('lost')
  })

  test('a listener that throws does no harm', async () => {
    const connection = await connect()
    connection.onceClosed(() => {
      throw new DriverError('a listener of no importance')
    })
    const reason = closed(connection)
    await connection.close()
    expect(await reason).toBe(null)
  })
})

describe('through a network that fails', () => {
  let proxy: Server
  let sockets: Socket[] = []
  let mute = false

  beforeAll(async () => {
    const { host, port } = tcpOptions()
    proxy = createServer({ allowHalfOpen: true }, (client) => {
      const server = connectSocket({ port, host, allowHalfOpen: true })
      sockets.push(client, server)
      for (const socket of [client, server]) socket.on('error', () => undefined)
      client.on('data', (chunk) => mute || server.write(chunk))
      server.on('data', (chunk) => mute || client.write(chunk))
      client.on('end', () => mute || server.end())
      server.on('end', () => mute || client.end())
      client.on('close', () => server.destroy())
      server.on('close', () => client.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    mute = false
    for (const socket of sockets) socket.destroy()
    sockets = []
  })
  afterAll(() => new Promise((resolve) => proxy.close(resolve)))

  function connectThroughProxy(options: { connectTimeoutMs?: number; cancelGraceMs?: number } = {}) {
    const { port } = proxy.address() as AddressInfo
    return createPostgresDriver({ ...tcpOptions(), ssl: 'disable', host: '127.0.0.1', port, ...options }).connect()
  }

  test('a reset reaches the batch at once', async () => {
    const connection = await connectThroughProxy()
    const pending = failure(run(connection, 'SELECT pg_sleep(60)'))
    await running(connection)
    // The client side of the last connection.
    sockets.at(-2)?.resetAndDestroy()
    expect(await pending).toMatchObject({ disconnected: true, sent: true, fields: null })
    await killed(connection)
  })

  describe('that ends the connection without a word', () => {
    const WHY = 'the server closed the connection unexpectedly'
    const GONE = `the connection cannot be used any more: ${WHY}`

    test.each(Object.keys(MOMENTS))('%s: all know it, and nothing is sent', async (moment) => {
      const [connection, socket] = await withItsSocket(connectThroughProxy)
      let told: Error | null = null
      connection.onceClosed((reason) => {
        told = reason
      })
      const seen = atItsEnd(socket, moment, () => ({
        status: connection.transactionStatus,
        told: told?.message,
        refusals: Promise.all([
          failure(run(connection, 'SELECT 1')),
          failure(connection.run([command('SELECT 1')], { probe: true })),
          failure(pipeline(connection, 'SELECT 1')),
        ]),
      }))
      sockets.at(-2)?.end()
      const { refusals, ...known } = await seen
      expect(known).toEqual({ status: 'lost', told: WHY })
      for (const error of await refusals)
        expect(error).toMatchObject({ message: GONE, disconnected: true, sent: false })
      await connection.close()
    })

    test('what was on its way fails at once, though nobody reads what else was to be sent', async () => {
      const connection = await connectThroughProxy()
      const pending = failure(connection.run([command('SELECT $1::text', ['x'.repeat(50_000_000)])]))
      const proxied = sockets.at(-2)
      proxied?.pause()
      proxied?.end()
      expect(await pending).toMatchObject({ message: WHY, disconnected: true, sent: true })
      await connection.close()
    })

    test('a flight that was not written yet was not sent; those before it may have been', async () => {
      const connection = await connectThroughProxy()
      const first = failure(pipeline(connection, 'SELECT 1'))
      await new Promise((resolve) => process.nextTick(resolve))
      const second = failure(pipeline(connection, 'SELECT 2'))
      connection.terminate()
      expect(await first).toMatchObject({ disconnected: true, sent: true })
      expect(await second).toMatchObject({ disconnected: true, sent: false })
    })
  })

  test('a network that swallows everything: an aborted batch ends after its grace, a polite close after a second', async () => {
    const connection = await connectThroughProxy({ cancelGraceMs: 100 })
    mute = true
    const error = await failure(connection.run([command('SELECT 1')], { signal: AbortSignal.timeout(20) }))
    expect(error).toMatchObject({ disconnected: true, canceled: true, sent: true })
    expect((error.cause as Error).name).toBe('TimeoutError')
    mute = false
    const other = await connectThroughProxy()
    mute = true
    const before = performance.now()
    await other.close()
    const elapsed = performance.now() - before
    expect(elapsed).toBeGreaterThan(900)
    expect(elapsed).toBeLessThan(5000)
    expect(other.transactionStatus).toBe('lost')
  })

  test('a server that does not answer: connecting ends at its timeout', async () => {
    mute = true
    const error = await failure(connectThroughProxy({ connectTimeoutMs: 50 }))
    expect(error).toMatchObject({ disconnected: true, sent: false })
    expect(error.message).toContain('no answer within 50 ms (connectTimeoutMs)')
  })
})

const SAYS_GOODBYE = `
  const { createServer } = require('node:net')
  const { parentPort, workerData } = require('node:worker_threads')
  const { path, welcome, farewell, gone } = workerData
  const server = createServer((socket) => {
    socket.once('data', () => socket.write(welcome))
    socket.on('close', () => {
      Atomics.store(gone, 0, 1)
      Atomics.notify(gone, 0)
    })
    parentPort.once('message', () => socket.write(farewell, () => socket.destroy()))
  })
  server.listen(path, () => parentPort.postMessage('listening'))
`

describe('on a server that', () => {
  const welcome = Buffer.concat([authenticationOk, message('K', 4711, 815), readyForQuery])
  let server: FakeServer
  afterEach(() => server.close())

  async function connectTo(answer: Answer): Promise<DriverConnection> {
    server = await startFakeServer(answer)
    const { port } = server
    const place = { host: '127.0.0.1', port, user: 'scott', password: 'tiger', database: 'shop' }
    return createPostgresDriver({ ...place, ssl: 'disable', cancelGraceMs: 100 }).connect()
  }

  test('says welcome and goodbye in one piece, and leaves the socket open: connecting fails with what it said', async () => {
    const farewell = Buffer.concat([welcome, fatal('57P01', 'the server is going down')])
    const error = await failure(connectTo((kind) => (kind === '-' ? [farewell] : [])))
    expect(error).toMatchObject({ disconnected: true, sent: false, fields: { sqlState: '57P01' } })
    expect(error.message).toContain('the server is going down')
  })

  const said = (severity: string, untranslated: string, code: string): Buffer =>
    message('E', `S${severity}\0${untranslated}C${code}\0Mgone\0Fx.c\0L1\0Rx\0\0`)

  test.each([
    ['in its own language', 'FEHLER', 'VERROR\0', '57P01', false],
    ['in its own language, for good', 'ВАЖНО', 'VFATAL\0', 'XX000', true],
    ['in a panic', 'PANIK', 'VPANIC\0', 'XX000', true],
    ['through an old pooler', 'FATAL', '', '08P01', true],
    ['through an old pooler, and goes on', 'ERROR', '', '08006', false],
  ])('has an error %s: the severity says whether that is the end', async (_, severity, untranslated, code, lost) => {
    let asked = false
    const connection = await connectTo((kind) => {
      if (kind === '-') return [welcome]
      if (kind !== 'S') return []
      asked = true
      // The socket stays open either way.
      return lost ? [said(severity, untranslated, code)] : [said(severity, untranslated, code), readyForQuery]
    })
    const error = await failure(run(connection, 'SELECT 1'))
    expect(asked).toBe(true)
    expect(error).toMatchObject({ disconnected: lost, fields: { sqlState: code, severity } })
    expect(connection.transactionStatus).toBe(lost ? 'lost' : 'idle')
    connection.terminate()
  })

  test('says welcome and hangs up: connecting fails, or the connection is lost', async () => {
    const connecting = connectTo((kind, _, socket) => {
      if (kind === '-') socket.end(welcome)
      return []
    })
    const error = await failure(connecting.then((connection) => run(connection, 'SELECT 1')))
    expect(error).toMatchObject({ disconnected: true, fields: null })
  })

  test.each([false, true])(
    'has gone, which writing is the first to find out: what it said is heard (probe: %s)',
    async (probe) => {
      const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-last-words-'))
      const gone = new Int32Array(new SharedArrayBuffer(4))
      // In a thread of its own: ours reads nothing until it writes.
      const worker = new Worker(SAYS_GOODBYE, {
        eval: true,
        workerData: { path: join(folder, '.s.PGSQL.5432'), welcome, farewell: fatal('57P01', 'going down'), gone },
      })
      try {
        await once(worker, 'message')
        const place = { host: folder, port: 5432, user: 'scott', password: 'tiger', database: 'shop' }
        const connection = await createPostgresDriver({ ...place, ssl: 'disable' }).connect()
        worker.postMessage('go')
        expect(Atomics.wait(gone, 0, 0, 5000)).not.toBe('timed-out')
        const error = await failure(connection.run([command('SELECT 1')], { probe }))
        expect(error).toMatchObject({ disconnected: true, sent: true, unread: probe, fields: { sqlState: '57P01' } })
      } finally {
        await worker.terminate()
        rmSync(folder, { recursive: true })
      }
    },
  )

  test('answers the probe and nothing else: a batch that was aborted before ends after its grace', async () => {
    const abort = new AbortController()
    let probed = false
    const connection = await connectTo((kind) => {
      if (kind === '-') return [welcome]
      if (kind !== 'S' || probed) return []
      probed = true
      abort.abort()
      return [readyForQuery]
    })
    const error = await failure(connection.run([command('SELECT 1')], { probe: true, signal: abort.signal }))
    expect(error).toMatchObject({ disconnected: true, canceled: true, sent: true })
  })
})
