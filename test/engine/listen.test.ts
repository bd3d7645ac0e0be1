// LISTEN and NOTIFY: what is sent is heard, once, in order; what may be missing is told.

import { getEventListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { DriverConnection } from '../../src/dialect/contract/driver.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { ListenEvent, Listener } from '../../src/engine/listen.ts'
import {
  ArgumentError,
  IdentifierError,
  InvalidRequestError,
  OperationalError,
  ResourceClosedError,
} from '../../src/errors.ts'
import { startMiniPooler } from '../dialect/postgresql/driver/mini-pooler.ts'
import { startProxy } from '../support/proxy.ts'
import { databases, postgresUrl } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'
import { plainTcp } from '../support/transport.ts'

const engines: Engine[] = []
function engineOf(url = postgresUrl()): Engine {
  const engine = createEngine(url)
  engines.push(engine)
  return engine
}
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose()
})

/** The next events, so many. */
async function next(listener: Listener, count: number): Promise<ListenEvent[]> {
  const events: ListenEvent[] = []
  for await (const event of listener) {
    events.push(event)
    if (events.length === count) break
  }
  return events
}

describe.each(databases())('on $name', ({ url }) => {
  it('what is sent is heard, with its channel and payload, whatever they hold', async () => {
    const engine = engineOf(url)
    const channels = ['plain', 'Mixed Case', 'quo"te', 'émoji😀', "'; --"]
    const listener = engine.listen(channels)
    await listener.ready()
    for (const channel of channels) await engine.notify(channel, `to ${channel}\n\t\\ ü`)
    await engine.notify('elsewhere', 'not heard')
    await engine.notify('plain')
    const heard = await next(listener, channels.length + 1)
    expect(heard.map((event) => event.kind === 'notification' && [event.channel, event.payload])).toEqual([
      ...channels.map((channel) => [channel, `to ${channel}\n\t\\ ü`]),
      ['plain', ''],
    ])
    expect(listener.closed).toBe(true)
  })

  it('each listener hears its own channels', async () => {
    const engine = engineOf(url)
    const [one, other] = [engine.listen(['one', 'both']), engine.listen(['other', 'both'])]
    for (const listener of [one, other]) await listener.ready()
    for (const channel of ['other', 'one', 'both']) await engine.notify(channel)
    const channelsOf = async (listener: Listener): Promise<unknown[]> =>
      (await next(listener, 2)).map((event) => event.kind === 'notification' && event.channel)
    expect(await channelsOf(one)).toEqual(['one', 'both'])
    expect(await channelsOf(other)).toEqual(['other', 'both'])
  })

  it('of a transaction nothing is heard before COMMIT, and nothing at all after ROLLBACK', async () => {
    const engine = engineOf(url)
    const listener = engine.listen('orders')
    await listener.ready()
    await using connection = await engine.connect()
    await connection.notify('orders', 'undone')
    await connection.rollback()
    await connection.notify('orders', 'done')
    await connection.commit()
    expect(await next(listener, 1)).toMatchObject([{ kind: 'notification', channel: 'orders', payload: 'done' }])
  })

  it('what cannot be is refused', async () => {
    const engine = engineOf(url)
    for (const channels of [[], '', [''], [7]]) expect(() => engine.listen(channels as never)).toThrow(ArgumentError)
    expect(() => engine.listen('a', { bufferSiz: 1 } as never)).toThrow(/bufferSize/)
    expect(() => engine.listen('a', { bufferSize: 0 })).toThrow(ArgumentError)
    for (const name of ['x'.repeat(64), 'a\0b'])
      await expect(engine.listen(name).ready()).rejects.toThrow(IdentifierError)
    await expect(engine.notify('a', 'x'.repeat(8000))).rejects.toThrow(/payload string too long/)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('one that has ended leaves nothing on a signal that lives on', async () => {
    const { signal } = new AbortController()
    const listener = engineOf(url).listen('brief', { signal })
    await listener.ready()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await listener.close()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('a signal, closing and the end of the engine end the loop', async () => {
    const engine = engineOf(url)
    const controller = new AbortController()
    const endings: ((listener: Listener) => void)[] = [
      () => controller.abort(),
      (listener) => void listener.close(),
      () => void engine.dispose(),
    ]
    for (const end of endings) {
      const listener = engine.listen('quiet', {
        signal: controller.signal.aborted ? new AbortController().signal : controller.signal,
      })
      await listener.ready()
      const loop = next(listener, 1)
      await pause(5)
      end(listener)
      expect(await loop).toEqual([])
    }
  })

  it('one that is closed is not ready, and says why', async () => {
    const engine = engineOf(url)
    const controller = new AbortController()
    const heeding = engine.listen('quiet', { signal: controller.signal })
    await heeding.ready()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(heeding.ready()).rejects.toBe(reason)
    await expect(engine.listen('quiet', { signal: controller.signal }).ready()).rejects.toBe(reason)
    expect(await next(engine.listen('quiet', { signal: controller.signal }), 1)).toEqual([])
    const closed = engine.listen('quiet')
    const starting = closed.ready()
    await closed.close()
    await expect(starting).rejects.toThrow(ResourceClosedError)
    await engine.dispose()
    await expect(engine.listen('quiet').ready()).rejects.toThrow(new ResourceClosedError('This Engine is disposed'))
  })

  it('a reader who is too slow is told', async () => {
    const engine = engineOf(url)
    const listener = engine.listen('many', { bufferSize: 3 })
    await listener.ready()
    for (let n = 1; n <= 6; n += 1) await engine.notify('many', String(n))
    await pause(100)
    const heard = await next(listener, 4)
    expect(heard.map((event) => (event.kind === 'gap' ? event.reason : event.payload))).toEqual([
      '1',
      '2',
      '3',
      'overflow',
    ])
  })
})

describe('on a server', () => {
  it('has a session of its own, which is gone when it is closed', async () => {
    const engine = engineOf()
    const listener = engine.listen('own')
    await listener.ready()
    expect(engine.stats().pool).toMatchObject({ checkedOut: 0 })
    const count =
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN own%'"
    expect(await engine.execute(count).scalar()).toBe(1)
    await listener.close()
    await listener.close()
    for (let attempt = 0; attempt < 50 && (await engine.execute(count).scalar()) !== 0; attempt += 1) await pause(20)
    expect(await engine.execute(count).scalar()).toBe(0)
  })

  it('one that is closed as it begins to listen leaves no session behind', async () => {
    let listener: Listener | null = null
    const logger = (line: { message: string }): void => {
      if (line.message.startsWith('LISTEN')) void listener?.close()
    }
    const name = 'closed-at-once'
    const connectArguments = { application_name: name }
    const watched = createEngine(postgresUrl(), { echo: true, logger, connectArguments })
    engines.push(watched)
    listener = watched.listen('never')
    await expect(listener.ready()).rejects.toBeInstanceOf(ResourceClosedError)
    const sessions = (): PromiseLike<unknown> =>
      engineOf().execute('SELECT count(*)::int FROM pg_stat_activity WHERE application_name = $1', [name]).scalar()
    await expect.poll(sessions).toBe(0)
  })

  it('a session that is killed is opened again, and a gap tells so', async () => {
    const engine = engineOf()
    const listener = engine.listen('orders')
    await listener.ready()
    await engine.notify('orders', 'before')
    const heard: ListenEvent[] = []
    for await (const event of listener) {
      heard.push(event)
      if (event.kind === 'gap') await engine.notify('orders', 'after')
      else if (event.payload === 'after') break
      else
        await engine.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN orders%'",
        )
    }
    expect(heard).toMatchObject([
      { kind: 'notification', payload: 'before' },
      { kind: 'gap', reason: 'reconnected', cause: expect.any(Error) },
      { kind: 'notification', payload: 'after' },
    ])
  })

  it('goes on trying while the server cannot be reached', async () => {
    const proxy = await startProxy(postgresUrl())
    const engine = engineOf(proxy.url)
    const sender = engineOf()
    const listener = engine.listen('orders', { maxBackoffMs: 100 })
    await listener.ready()
    proxy.refuse(true)
    proxy.cut()
    await pause(400)
    proxy.refuse(false)
    const heard = await next(listener, 1)
    expect(heard).toMatchObject([{ kind: 'gap', reason: 'reconnected' }])
    const again = engine.listen('orders')
    await again.ready()
    await sender.notify('orders', 'x')
    expect(await next(again, 1)).toMatchObject([{ payload: 'x' }])
    await engine.dispose()
    await proxy.close()
  })

  it('pauses between two attempts', async () => {
    const proxy = await startProxy(postgresUrl())
    const engine = engineOf(proxy.url)
    const listener = engine.listen('orders')
    await listener.ready()
    let attempts = 0
    engine.on('doConnect', () => {
      attempts += 1
    })
    proxy.refuse(true)
    proxy.cut()
    await pause(500)
    expect(attempts).toBeGreaterThan(0)
    expect(attempts).toBeLessThan(20)
    await listener.close()
    await engine.dispose()
    await proxy.close()
  })

  it('a server that cannot be reached from the start is an error', async () => {
    const proxy = await startProxy(postgresUrl())
    proxy.refuse(true)
    const engine = engineOf(proxy.url)
    await expect(engine.listen('a').ready()).rejects.toThrow(OperationalError)
    await expect(next(engine.listen('a'), 1)).rejects.toThrow(OperationalError)
    await proxy.close()
  })

  it('is refused behind a transaction pooler, where it would hear nothing', async () => {
    const pooler = await startMiniPooler(postgresUrl(), 1)
    const url = new URL(postgresUrl())
    url.host = `127.0.0.1:${pooler.port}`
    // Whatever way leads to the server, this one is plain TCP.
    url.search = '?sslmode=disable'
    const engine = engineOf(url.href)
    await expect(engine.listen('a').ready()).rejects.toThrow(InvalidRequestError)
    await engine.dispose()
    await pooler.close()
  })

  it('does not go on trying where a pooler has taken the place of the server: the loop fails', async () => {
    const pooler = await startMiniPooler(plainTcp(postgresUrl()), 1)
    const proxy = await startProxy(postgresUrl())
    const engine = engineOf(proxy.url)
    const listener = engine.listen('a')
    await listener.ready()
    const behind = new URL(postgresUrl())
    behind.host = `127.0.0.1:${pooler.port}`
    proxy.redirect(behind.href)
    proxy.cut()
    await expect(next(listener, 1)).rejects.toThrow('LISTEN needs a session of its own')
    await engine.dispose()
    await proxy.close()
    await pooler.close()
  })
})

describe('on the one session of the embedded database', () => {
  const listening = 'SELECT pg_listening_channels()'

  it('nothing is listened to any more when the last listener of a channel has ended', async () => {
    const engine = engineOf('pglite://')
    const recording = recordStatements(engine)
    const first = engine.listen(['a', 'b'])
    const second = engine.listen(['b', 'b'])
    await first.ready()
    await second.ready()
    expect(await engine.execute(listening).scalars().all()).toEqual(['a', 'b'])
    await first.close()
    expect(await engine.execute(listening).scalars().all()).toEqual(['b'])
    await engine.notify('b', 'still heard')
    expect(await next(second, 1)).toMatchObject([{ payload: 'still heard' }])
    expect(await engine.execute(listening).scalars().all()).toEqual([])
    expect(recording.statements.map(({ sql }) => sql).filter((sql) => sql.includes('LISTEN'))).toEqual([
      'LISTEN a',
      'LISTEN b',
      'LISTEN b',
      'LISTEN b',
      'UNLISTEN a',
      'UNLISTEN b',
    ])
  })

  it('listeners that come and go leave nothing on the session', async () => {
    const engine = engineOf('pglite://')
    await using connection = await engine.connect()
    const real = connection.driverConnection
    await connection.close()
    const heard: unknown[] = []
    const registered = vi.spyOn(real as Required<DriverConnection>, 'onNotification')
    const closing = vi.spyOn(real as DriverConnection, 'onceClosed')
    for (let turn = 0; turn < 20; turn += 1) {
      const listener = engine.listen('turn')
      await listener.ready()
      await engine.notify('turn', String(turn))
      heard.push(...(await next(listener, 1)).map((event) => event.kind === 'notification' && event.payload))
    }
    expect(heard).toEqual(Array.from({ length: 20 }, (_, turn) => String(turn)))
    expect(registered.mock.calls.length).toBe(1)
    expect(closing.mock.calls.length).toBeLessThan(3)
  })

  it('one that ends inside of a transaction waits for nobody, and what began meanwhile goes on hearing', async () => {
    const engine = engineOf('pglite://')
    const first = engine.listen('orders')
    await first.ready()
    let second: Listener | undefined
    await engine.begin(async (connection) => {
      await connection.execute('SELECT 1')
      await first.close()
      second = engine.listen('orders')
    })
    await second?.ready()
    await engine.notify('orders', 'x')
    expect(await next(second as Listener, 1)).toMatchObject([{ payload: 'x' }])
    expect(await engine.execute(listening).scalars().all()).toEqual([])
  })

  it('one that another connection takes the place of is told so', async () => {
    const engine = engineOf('pglite://')
    const listener = engine.listen('orders')
    await listener.ready()
    engine.pool.invalidate()
    await engine.execute('SELECT 1')
    const [gap] = await next(listener, 1)
    expect(gap).toMatchObject({ kind: 'gap', reason: 'reconnected' })
    expect(await engine.execute(listening).scalars().all()).toEqual([])
  })
})
