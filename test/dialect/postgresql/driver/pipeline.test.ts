// Flights that do not wait for each other: each is answered alone, fails alone and is stopped alone.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Command,
  type CommandResult,
  type DriverConnection,
  DriverError,
} from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { startProxy } from '../../../support/proxy.ts'
import { postgresUrl } from '../../../support/server.ts'
import {
  command,
  failure,
  preparedNames,
  raw,
  rows,
  run,
  serverOptions,
  sharedConnection,
  tcpOptions,
} from './support.ts'

function pipeline(connection: DriverConnection, commands: Command[], signal?: AbortSignal): Promise<CommandResult[]> {
  const options = signal === undefined ? {} : { signal }
  return connection.pipeline?.(commands, options) ?? Promise.reject(new Error('no pipeline'))
}

/** What each of several promises gave: the first value of its rows, or the SQLSTATE. */
async function outcomes(promises: readonly Promise<CommandResult[]>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) => {
    if (one.status === 'fulfilled') return one.value[0]?.rows[0]?.[0] ?? null
    if (!(one.reason instanceof DriverError)) throw one.reason
    return one.reason.canceled ? 'canceled' : (one.reason.fields?.sqlState ?? one.reason.message)
  })
}

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const shared = sharedConnection(name)

  test('answers come to whom they belong', async () => {
    const statement = raw('SELECT $1::int * 2, repeat($2, $1::int)', 2)
    const promises = Array.from({ length: 100 }, (_, index) =>
      pipeline(shared(), [{ statement, parameters: [index, 'x'] }]),
    )
    expect(await outcomes(promises)).toEqual(Array.from({ length: 100 }, (_, index) => index * 2))
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('each is a transaction of its own: an error of one is of one', async () => {
    await run(shared(), 'CREATE TABLE piped (a int PRIMARY KEY)')
    const inserts = [1, 2, 1, 3].map((value) =>
      pipeline(shared(), [command('INSERT INTO piped VALUES ($1) RETURNING a', value)]),
    )
    expect(await outcomes(inserts)).toEqual([1, 2, '23505', 3])
    const both = pipeline(shared(), [command('INSERT INTO piped VALUES (4)'), command('INSERT INTO piped VALUES (1)')])
    expect((await failure(both)).commandIndex).toBe(1)
    expect((await rows(shared(), 'SELECT a FROM piped ORDER BY a')).flat()).toEqual([1, 2, 3])
    await run(shared(), 'DROP TABLE piped')
  })

  test('a statement that the server refuses does not spoil those that were to use its prepared form', async () => {
    const bad = raw('SELECT * FROM absent')
    const good = raw('SELECT 7')
    const promises = [bad, bad, good, bad, good].map((statement) => pipeline(shared(), [{ statement, parameters: [] }]))
    expect(await outcomes(promises)).toEqual(['42P01', '42P01', 7, '42P01', 7])
  })

  test('a statement whose result type has changed is prepared again, for each who sent it', async () => {
    await run(shared(), 'CREATE TABLE typed_later AS SELECT 5 AS a')
    const statement = raw('SELECT * FROM typed_later')
    await run(shared(), 'SELECT 1')
    await shared().run([{ statement, parameters: [] }])
    await run(shared(), "ALTER TABLE typed_later ALTER COLUMN a TYPE text USING a || '!'")
    const promises = [1, 2, 3].map(() => pipeline(shared(), [{ statement, parameters: [] }]))
    expect(await outcomes(promises)).toEqual(['5!', '5!', '5!'])
    await run(shared(), 'DROP TABLE typed_later')
  })

  test('more statements than the cache holds are evicted while others are on their way', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => raw(`SELECT ${index}`))
    const promises = [...texts, ...texts].map((statement) => pipeline(shared(), [{ statement, parameters: [] }]))
    expect(await outcomes(promises)).toEqual([...texts.keys(), ...texts.keys()])
    expect((await preparedNames(shared())).length).toBeLessThanOrEqual(256)
  })

  test('a value that cannot be encoded is refused alone, and nothing of it is sent', async () => {
    const promises = [1, Symbol('x'), 3].map((value) => pipeline(shared(), [command('SELECT $1::int', value)]))
    const [first, second, third] = await Promise.allSettled(promises)
    expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(second).toMatchObject({ reason: { sent: false, parameterIndex: 0 } })
  })

  test('run and pipeline keep apart', async () => {
    const piped = pipeline(shared(), [command('SELECT 1')])
    expect((await failure(shared().run([command('SELECT 2')]))).message).toContain('one at a time')
    await piped
    const alone = shared().run([command('SELECT 2')])
    expect((await failure(pipeline(shared(), [command('SELECT 1')]))).message).toContain('one at a time')
    await alone
  })

  test('nothing, and an aborted signal, send nothing', async () => {
    const before = shared().flights
    expect(await pipeline(shared(), [])).toEqual([])
    expect(await failure(pipeline(shared(), [command('SELECT 1')], AbortSignal.abort('no')))).toMatchObject({
      sent: false,
      canceled: true,
      cause: 'no',
    })
    expect(shared().flights).toBe(before)
  })
})

describe('on a server', () => {
  const shared = sharedConnection('postgresql')
  let observer: DriverConnection
  beforeAll(async () => {
    observer = await createPostgresDriver(serverOptions()).connect()
  })
  afterAll(() => observer.close())

  const sleep = "SELECT 'slept' FROM pg_sleep(60)"

  test('the one that runs is canceled; those behind it are not hit', async () => {
    const controller = new AbortController()
    const promises = [
      pipeline(shared(), [command(sleep)], controller.signal),
      ...[1, 2, 3].map((value) => pipeline(shared(), [command('SELECT $1::int', value)])),
    ]
    setTimeout(() => controller.abort('enough'), 50)
    expect(await outcomes(promises)).toEqual(['canceled', 1, 2, 3])
    expect(await rows(shared(), 'SELECT 5')).toEqual([[5]])
  })

  test('one behind a long one is stopped when its turn has come, and the long one is not', async () => {
    const controller = new AbortController()
    const long = pipeline(shared(), [command("SELECT 'slept' FROM pg_sleep(0.3)")])
    const aborted = pipeline(shared(), [command(sleep)], controller.signal)
    const last = pipeline(shared(), [command('SELECT 3')])
    controller.abort('enough')
    expect(await outcomes([long, aborted, last])).toEqual(['slept', 'canceled', 3])
  })

  test('of several that are aborted each is stopped, whatever stands between them', async () => {
    const [one, other] = [new AbortController(), new AbortController()]
    const promises = [
      pipeline(shared(), [command(sleep)], one.signal),
      pipeline(shared(), [command('SELECT 1')]),
      pipeline(shared(), [command(sleep)], other.signal),
      pipeline(shared(), [command(sleep)], one.signal),
      pipeline(shared(), [command('SELECT 2')]),
      ...Array.from({ length: 10 }, () => pipeline(shared(), [command(sleep)], one.signal)),
    ]
    setTimeout(() => one.abort('enough'), 50)
    setTimeout(() => other.abort('enough, too'), 200)
    const stopped = Array.from({ length: 10 }, () => 'canceled')
    expect(await outcomes(promises)).toEqual(['canceled', 1, 'canceled', 'canceled', 2, ...stopped])
    expect(await rows(shared(), 'SELECT 5')).toEqual([[5]])
  })

  test('aborting any of many, at any moment, hits no other', async () => {
    for (let round = 0; round < 15; round += 1) {
      const promises = Array.from({ length: 40 }, (_, index) => {
        if (index % 4 !== 0) return pipeline(shared(), [command('SELECT $1::int FROM pg_sleep(0.0005)', index)])
        const controller = new AbortController()
        setTimeout(() => controller.abort(), (round * index) % 17)
        return pipeline(shared(), [command('SELECT $1::int FROM pg_sleep(0.001)', index)], controller.signal)
      })
      const given = await outcomes(promises)
      for (const [index, value] of given.entries())
        if (index % 4 !== 0 || value !== 'canceled') expect(value).toBe(index)
    }
    const mine = [...Array(30).keys()].map((value) => pipeline(shared(), [command('SELECT $1::int', value)]))
    expect(await outcomes(mine)).toEqual([...Array(30).keys()])
  })

  test('after a cancel nothing is left running, and the connection is free', async () => {
    const controller = new AbortController()
    const promise = pipeline(shared(), [command(sleep)], controller.signal)
    setTimeout(() => controller.abort(), 20)
    await failure(promise)
    const running = await rows(
      observer,
      "SELECT state FROM pg_stat_activity WHERE pid = $1::int AND query LIKE '%slept%' AND state = 'active'",
      shared().processId,
    )
    expect(running).toEqual([])
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('one that was aborted and succeeded all the same is told when the connection is free', async () => {
    for (let round = 0; round < 10; round += 1) {
      const controller = new AbortController()
      const promise = pipeline(shared(), [command('SELECT 1')], controller.signal)
      controller.abort('late')
      await promise.catch(() => undefined)
      expect(await rows(shared(), 'SELECT 5')).toEqual([[5]])
    }
  })

  test('one that is aborted while it waits for the end of a cancel is never sent', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const running = pipeline(shared(), [command(sleep)], first.signal)
    setTimeout(() => first.abort('enough'), 50)
    const waiting = new Promise<CommandResult[]>((resolve, reject) => {
      first.signal.addEventListener('abort', () => {
        pipeline(shared(), [command(sleep)], second.signal).then(resolve, reject)
        second.abort('enough, too')
      })
    })
    const refused = failure(waiting)
    expect((await failure(running)).canceled).toBe(true)
    expect(await refused).toMatchObject({ sent: false, canceled: true, cause: 'enough, too' })
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('a backend that is killed rejects each with its reason', async () => {
    const connection = await createPostgresDriver(serverOptions()).connect()
    const settling = Promise.allSettled([
      pipeline(connection, [command(sleep)]),
      ...[1, 2].map((value) => pipeline(connection, [command('SELECT $1::int', value)])),
    ])
    await expect
      .poll(() =>
        rows(
          observer,
          "SELECT wait_event FROM pg_stat_activity WHERE pid = $1::int AND query LIKE '%pg_sleep%'",
          connection.processId,
        ),
      )
      .toEqual([['PgSleep']])
    await rows(observer, 'SELECT pg_terminate_backend($1::int)', connection.processId)
    const unread = (await settling).map((one) => {
      expect(one).toMatchObject({ reason: { disconnected: true, sent: true, fields: { sqlState: '57P01' } } })
      return (one as PromiseRejectedResult).reason.unread
    })
    // It was at the first, and had not begun those behind.
    expect(unread).toEqual([false, true, true])
    expect((await failure(pipeline(connection, [command('SELECT 1')]))).disconnected).toBe(true)
  })

  test('a socket that is cut rejects each', async () => {
    const proxy = await startProxy(postgresUrl())
    const { host, port } = { host: '127.0.0.1', port: Number(new URL(proxy.url).port) }
    const connection = await createPostgresDriver({ ...tcpOptions(), host, port }).connect()
    const promises = [1, 2, 3].map(() => pipeline(connection, [command(sleep)]))
    setTimeout(() => proxy.cut(), 30)
    const settled = await Promise.allSettled(promises)
    for (const one of settled) expect(one).toMatchObject({ reason: { disconnected: true, sent: true } })
    await proxy.close()
  })
})
