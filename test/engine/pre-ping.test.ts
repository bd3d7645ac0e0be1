// Connections that are found dead when they are lent: handleError is told so, and may have its say.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { InvalidRequestError, OperationalError } from '../../src/errors.ts'
import { postgresUrl } from '../support/server.ts'
import { plainTcp } from '../support/transport.ts'

/** Passes everything on, what the server says as late as asked for: a session can end without the client's knowing. */
async function startLateServer(): Promise<{ url: string; lateMs: number; close(): void }> {
  const url = new URL(plainTcp(postgresUrl()))
  const { hostname, port } = url
  const sockets: Socket[] = []
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    sockets.push(client, upstream)
    client.on('error', () => {}).on('data', (bytes) => upstream.write(bytes))
    const late = (what: () => void): void => {
      if (proxy.lateMs === 0) what()
      else setTimeout(what, proxy.lateMs)
    }
    upstream.on('error', () => {})
    upstream.on('data', (bytes) => late(() => client.write(bytes)))
    upstream.on('close', () => late(() => client.end()))
    client.on('close', () => upstream.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy = {
    url: url.href,
    lateMs: 0,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
  return proxy
}

describe.each([{ poolPrePing: 0 }, { poolPrePing: 'ride' as const }])('with $poolPrePing', (options) => {
  let proxy: Awaited<ReturnType<typeof startLateServer>>
  let engine: Engine
  let admin: Engine

  beforeEach(async () => {
    proxy = await startLateServer()
    engine = createEngine(proxy.url, options)
    admin = createEngine(postgresUrl())
  })
  afterEach(async () => {
    proxy.close()
    await engine.dispose()
    await admin.dispose()
  })

  /** Lets a connection rest in the pool, and ends its session behind its back. */
  async function killResting(): Promise<void> {
    const pid = await engine.execute('SELECT pg_backend_pid()').scalar()
    // So long, that it is asked when it is lent.
    await new Promise((resolve) => setTimeout(resolve, 600))
    proxy.lateMs = 200
    await admin.execute('SELECT pg_terminate_backend($1)', [pid])
    setTimeout(() => {
      proxy.lateMs = 0
    }, 400)
  }

  it('is told, and the statement runs on another connection', async () => {
    const seen: unknown[] = []
    engine.on('handleError', (context) => {
      const { isPrePing, isDisconnect, originalException, sqlalchemyException, sql } = context
      seen.push([
        isPrePing,
        isDisconnect,
        originalException.fields?.sqlState,
        sqlalchemyException instanceof OperationalError,
        sql,
      ])
    })
    await killResting()
    expect(await engine.execute('SELECT 42').scalar()).toBe(42)
    expect(seen).toEqual([[true, true, '57P01', true, null]])
    await expect(engine.execute('SELECT nothing')).rejects.toThrow('nothing')
    expect(seen[1]).toEqual([false, false, '42703', false, 'SELECT nothing'])
  })

  it('of a raw connection is told too, and another one is lent', async () => {
    const seen: unknown[] = []
    engine.on('handleError', ({ isPrePing, isDisconnect, originalException }) => {
      seen.push([isPrePing, isDisconnect, originalException.fields?.sqlState])
    })
    await killResting()
    await using raw = await engine.raw()
    expect((await raw.run('SELECT 42')).rows).toEqual([[42]])
    expect(seen).toEqual([[true, true, '57P01']])
    await raw.close()
    engine.on('handleError', () => new InvalidRequestError('the pool sleeps'))
    await killResting()
    await expect(engine.raw()).rejects.toThrow(new InvalidRequestError('the pool sleeps'))
    expect(engine.pool.status().checkedOut).toBe(0)
  })

  it('can fail the statement by another error', async () => {
    engine.on('handleError', ({ isPrePing }) => new InvalidRequestError(`the pool sleeps: ${isPrePing}`))
    await killResting()
    await expect(engine.execute('SELECT 42')).rejects.toThrow(new InvalidRequestError('the pool sleeps: true'))
    expect(await engine.execute('SELECT 42').scalar()).toBe(42)
    expect(engine.pool.status().checkedOut).toBe(0)
  })

  it('can fail it by saying that the connection was not lost, told once', async () => {
    let told = 0
    engine.on('handleError', (context) => {
      told += 1
      context.isDisconnect = false
    })
    await killResting()
    await expect(engine.execute('SELECT 42')).rejects.toThrow('terminating connection due to administrator command')
    expect(told).toBe(1)
    expect(await engine.execute('SELECT 42').scalar()).toBe(42)
    expect(engine.pool.status().checkedOut).toBe(0)
  })

  it('can spare the other connections', async () => {
    engine.on('handleError', (context) => {
      context.invalidatePoolOnDisconnect = false
    })
    const [first, second] = [await engine.connect(), await engine.connect()]
    const other = await second.execute('SELECT pg_backend_pid()').scalar()
    await second.close()
    await first.close()
    await killResting()
    await using connection = await engine.connect()
    await using another = await engine.connect()
    await connection.execute('SELECT 1')
    const pids = [connection, another].map((each) => each.execute('SELECT pg_backend_pid()').scalar())
    expect(await Promise.all(pids)).toContain(other)
  })
})

describe('of connections that are tested at rest', () => {
  let proxy: Awaited<ReturnType<typeof startLateServer>>
  let engine: Engine

  beforeEach(async () => {
    proxy = await startLateServer()
    engine = createEngine(proxy.url, { poolKeepaliveMs: 40, poolPingTimeoutMs: 2_000, poolSize: 2, maxOverflow: 0 })
  })
  afterEach(async () => {
    proxy.close()
    await engine.dispose()
  })

  /** Two connections at rest, and the session of one ended without its knowing. */
  async function killOne(): Promise<void> {
    await using admin = createEngine(postgresUrl())
    const [first, second] = [await engine.connect(), await engine.connect()]
    const pid = await first.execute('SELECT pg_backend_pid()').scalar()
    await second.execute('SELECT 1')
    await first.rollback()
    await second.rollback()
    proxy.lateMs = 500
    await admin.execute('SELECT pg_terminate_backend($1)', [pid])
    await first.close()
    await second.close()
    setTimeout(() => {
      proxy.lateMs = 0
    }, 600)
  }

  it('handleError is told once of each, and nothing fails', async () => {
    const seen: unknown[] = []
    engine.on('handleError', ({ isPrePing, isDisconnect, connection, sqlalchemyException }) => {
      seen.push([isPrePing, isDisconnect, connection, sqlalchemyException instanceof OperationalError])
    })
    await killOne()
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([[true, true, null, true]])
    expect(await engine.execute('SELECT 42').scalar()).toBe(42)
    expect(engine.pool.metrics()).toMatchObject({ foundDead: 1, generations: 1 })
  })

  it('handleError can spare the others, and another error in its place concerns nobody', async () => {
    engine.on('handleError', (context) => {
      context.invalidatePoolOnDisconnect = false
    })
    await killOne()
    await expect.poll(() => engine.pool.metrics().foundDead, { timeout: 10_000 }).toBe(1)
    expect(engine.pool.metrics().generations).toBe(0)
    engine.on('handleError', () => new InvalidRequestError('not today'))
    await killOne()
    await expect.poll(() => engine.pool.metrics().foundDead, { timeout: 10_000 }).toBe(2)
    expect(await engine.execute('SELECT 42').scalar()).toBe(42)
  })
})
