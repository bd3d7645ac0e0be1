// Several servers: which is taken, what makes the driver try the next one, and what it says when none will do.
import { lookup } from 'node:dns/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import type { DriverConnection, DriverError } from '../../../../src/dialect/contract/driver.ts'
import { endpoints, Host, shun } from '../../../../src/dialect/postgresql/driver/hosts.ts'
import { createPostgresDriver, type PostgresConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'
import {
  type Answer,
  authenticationOk,
  type FakeServer,
  fatal,
  message,
  readyForQuery,
  setting,
  startFakeServer,
} from './fake-server.ts'
import { failure, rows, tcpOptions } from './support.ts'

const ended: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

const real = tcpOptions()
const here = { host: real.host, port: real.port }
const nobody = { host: '127.0.0.1', port: 1 }

async function fake(answer: Answer): Promise<FakeServer & { host: string }> {
  const server = await startFakeServer(answer)
  ended.push(() => server.close())
  return Object.assign(server, { host: '127.0.0.1' })
}

/** A server that takes connections and never says a word. */
async function blackHole(): Promise<{ host: string; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ended.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { host: '127.0.0.1', port: (server.address() as { port: number }).port, sockets }
}

function driverOf(hosts: PostgresConnectOptions['hosts'] & {}, more: PostgresConnectOptions = {}) {
  const { host: _, port: __, ...rest } = real
  const places = hosts.map(({ host, port }) => ({ ...(host && { host }), ...(port && { port }) }))
  return createPostgresDriver({ ...rest, ssl: 'disable', hosts: places, failoverTimeoutMs: 0, ...more })
}

async function connect(...given: Parameters<typeof driverOf>): Promise<DriverConnection> {
  const connection = await driverOf(...given).connect()
  ended.push(() => connection.close())
  return connection
}

async function refusal(...given: Parameters<typeof driverOf>): Promise<DriverError> {
  const error = await failure(connect(...given))
  expect(error).toMatchObject({ disconnected: true, sent: false })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(String(real.password))
  return error
}

const refusing =
  (code: string, text: string): Answer =>
  () => [fatal(code, text)]

/** A server that lets everybody in, and says what it is. */
const being =
  (inRecovery: boolean, readOnly = false): Answer =>
  (kind) =>
    kind === '-'
      ? [
          authenticationOk,
          setting('in_hot_standby', inRecovery ? 'on' : 'off'),
          setting('default_transaction_read_only', readOnly ? 'on' : 'off'),
          message('K', 7, 8),
          readyForQuery,
        ]
      : []

describe('the next one is tried', () => {
  test('where nobody is there, or the name means nothing', async () => {
    for (const absent of [nobody, { host: 'absent.invalid', port: 5432 }, { host: '/nowhere', port: 5432 }])
      expect(await rows(await connect([absent, here]), 'SELECT 1')).toEqual([[1]])
  })

  test('where one does not answer in time: each has the whole timeout', async () => {
    const silent = await blackHole()
    const began = performance.now()
    const connection = await connect([silent, silent, here], { connectTimeoutMs: 1_000 })
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
    expect(performance.now() - began).toBeGreaterThan(1_990)
    expect(silent.sockets).toHaveLength(2)
  })

  test.each([
    ['57P03', 'the database system is starting up'],
    ['53300', 'sorry, too many clients already'],
    ['57P01', 'terminating connection due to administrator command'],
    ['53200', 'out of memory'],
    ['58030', 'could not read file'],
    ['XX000', 'could not open relation with OID 2964'],
  ])('where one takes no connections or is in trouble (%s)', async (code, text) => {
    const busy = await fake(refusing(code, text))
    expect(await rows(await connect([busy, here]), 'SELECT 1')).toEqual([[1]])
    expect(busy.count).toBe(1)
  })

  test('where one hangs up', async () => {
    const rude = await fake((_kind, _body, socket) => {
      socket.destroy()
      return []
    })
    expect(await rows(await connect([rude, here]), 'SELECT 1')).toEqual([[1]])
  })
})

describe('the next one is not tried', () => {
  test.each([
    ['28P01', 'password authentication failed'],
    ['28000', 'no pg_hba.conf entry'],
    ['3D000', 'database does not exist'],
  ])('where one refuses the user or the database (%s)', async (code, text) => {
    const strict = await fake(refusing(code, text))
    const error = await refusal([strict, here])
    expect(error.message).toBe(
      `cannot connect to PostgreSQL at 127.0.0.1:${strict.port} as ${real.user}, database ${real.database}: ${text}`,
    )
    expect(error.fields?.sqlState).toBe(code)
    expect(strict.count).toBe(1)
  })

  test('where there is no password, or no way to get it', async () => {
    const other = await fake(refusing('57P03', 'starting'))
    const wrong = [() => '', () => Promise.reject(new Error('the vault is closed'))]
    for (const password of wrong) await refusal([here, other], { password })
    expect(other.count).toBe(0)
  })

  test('once the attempt is aborted', async () => {
    const silent = await blackHole()
    const signal = AbortSignal.timeout(50)
    const error = await failure(driverOf([silent, here]).connect({ signal }))
    expect(error).toMatchObject({ canceled: true, cause: signal.reason })
  })
})

describe('when none will do', () => {
  test('the error lists each with its reason', async () => {
    const silent = await blackHole()
    const busy = await fake(refusing('57P03', 'the database system is starting up'))
    const error = await refusal([nobody, silent, busy], { connectTimeoutMs: 100 })
    expect(error.message).toBe(
      `cannot connect to PostgreSQL as ${real.user}, database ${real.database}: ` +
        '127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; ' +
        `127.0.0.1:${silent.port}: no answer within 100 ms (connectTimeoutMs); ` +
        `127.0.0.1:${busy.port}: the database system is starting up`,
    )
    expect(error.fields?.sqlState).toBe('57P03')
    expect(error.refusedForNow).toBe(true)
    expect(error.cause).toHaveLength(3)
  })

  test('an address of a name is named', async () => {
    const addresses = await lookup('localhost', { all: true })
    const error = await refusal([{ host: 'localhost', port: 1 }], { targetSessionAttributes: 'primary' })
    for (const { address } of addresses) expect(error.message).toContain(address)
  })
})

describe('target_session_attrs', () => {
  test.each([
    ['any', ['standby', 'primary'], 0],
    ['read-write', ['standby', 'readonly', 'primary'], 2],
    ['primary', ['standby', 'readonly', 'primary'], 1],
    ['read-only', ['primary', 'readonly', 'standby'], 1],
    ['read-only', ['primary', 'standby'], 1],
    ['standby', ['primary', 'readonly', 'standby'], 2],
    ['prefer-standby', ['primary', 'standby'], 1],
    ['prefer-standby', ['readonly', 'primary'], 0],
  ] as const)('%s of %j', async (targetSessionAttributes, kinds, index) => {
    const state = { primary: being(false), readonly: being(false, true), standby: being(true) }
    const servers = await Promise.all(kinds.map((kind) => fake(state[kind])))
    const connection = await connect(servers, { targetSessionAttributes })
    const standby = kinds[index] === 'standby'
    expect(connection.serverSettings.get('in_hot_standby')).toBe(standby ? 'on' : 'off')
    const fallback = targetSessionAttributes === 'prefer-standby' && !standby
    // All in front of it were asked, and those that did not fit were told goodbye.
    const asked = servers.map(({ count }) => count)
    expect(asked).toEqual(kinds.map((_, at) => (fallback ? (at === index ? 2 : 1) : at <= index ? 1 : 0)))
    for (const [at, { heard }] of servers.entries()) if (at < index) await expect.poll(() => heard).toContain('X')
  })

  test('a server that does not say what it is, is asked', async () => {
    const silent: Answer = (kind) => {
      if (kind === '-') return [authenticationOk, message('K', 7, 8), readyForQuery]
      if (kind !== 'S') return []
      const field = (name: string, oid: number) =>
        Buffer.concat([
          Buffer.from(`${name}\0`),
          Buffer.alloc(6),
          word(oid),
          Buffer.from([0, 1, 255, 255, 255, 255, 0, 0]),
        ])
      return [
        message('1'),
        message('2'),
        message('T', Buffer.from([0, 2]), field('pg_is_in_recovery', 16), field('current_setting', 25)),
        message('D', Buffer.from([0, 2]), 1, 't', 2, 'on'),
        message('C', 'SELECT 1\0'),
        readyForQuery,
      ]
    }
    const word = (value: number) => {
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(value)
      return bytes
    }
    const old = await fake(silent)
    const error = await refusal([old], { targetSessionAttributes: 'read-write' })
    expect(error.message).toMatch(/: it is a standby, and target_session_attrs is read-write$/)
    const connection = await connect([old], { targetSessionAttributes: 'standby' })
    expect(connection.transactionStatus).toBe('idle')
  })

  test('none that fits, with what each is', async () => {
    const standby = await fake(being(true))
    const readOnly = await fake(being(false, true))
    const message = async (hosts: FakeServer[], targetSessionAttributes: 'read-write' | 'standby' | 'read-only') =>
      (
        await refusal(
          hosts.map((server) => ({ host: '127.0.0.1', port: server.port })),
          { targetSessionAttributes },
        )
      ).message
    expect(await message([standby, readOnly], 'read-write')).toMatch(
      /127.0.0.1:\d+: it is a standby, and target_session_attrs is read-write; 127.0.0.1:\d+: its transactions are read-only by default, and/,
    )
    expect(await message([readOnly], 'standby')).toMatch(/: it is a primary, and target_session_attrs is standby$/)
    const writer = await fake(being(false))
    expect(await message([writer], 'read-only')).toMatch(/: it takes writes, and target_session_attrs is read-only$/)
  })

  test('a standby that becomes a primary is waited for', async () => {
    let promoted = false
    const server = await fake((kind, body, socket) => being(!promoted)(kind, body, socket))
    setTimeout(() => {
      promoted = true
    }, 350)
    const connection = await connect([nobody, server], {
      targetSessionAttributes: 'read-write',
      failoverTimeoutMs: 20_000,
    })
    expect(connection.serverSettings.get('in_hot_standby')).toBe('off')
    expect(server.count).toBeGreaterThan(1)
    const standby = await fake(being(true))
    const signal = AbortSignal.timeout(50)
    const endless = driverOf([standby], { targetSessionAttributes: 'read-write', failoverTimeoutMs: 20_000 })
    expect(await failure(endless.connect({ signal }))).toMatchObject({ canceled: true, cause: signal.reason })
  })
})

describe('the order', () => {
  const hosts = [1, 2, 3, 4].map((port) => new Host('127.0.0.1', port, null))
  const ports = (found: readonly { readonly host: Host }[]): number[] => found.map(({ host }) => host.port)

  test('is that of the list, with those that failed lately at the end', async () => {
    expect(ports(await endpoints(hosts, false, false))).toEqual([1, 2, 3, 4])
    const [first, second] = hosts
    if (first === undefined || second === undefined) throw new Error('no hosts')
    shun(first)
    expect(ports(await endpoints(hosts, false, true))).toEqual([2, 3, 4, 1])
    shun(second)
    expect(ports(await endpoints(hosts, false, false))).toEqual([3, 4, 1, 2])
    first.shunnedUntil = performance.now() - 1
    expect(ports(await endpoints(hosts, false, false))).toEqual([1, 3, 4, 2])
    second.shunnedUntil = 0
  })

  test('is a new one each time where the load is balanced', async () => {
    const first = new Set<number | undefined>()
    for (let time = 0; time < 200; time += 1) {
      const order = ports(await endpoints(hosts, true, false))
      expect(order.toSorted()).toEqual([1, 2, 3, 4])
      first.add(order[0])
    }
    expect(first.size).toBe(4)
  })

  test('a server that failed is not the first of the next connect', async () => {
    const silent = await blackHole()
    const driver = driverOf([silent, here], { connectTimeoutMs: 1_000 })
    for (let time = 0; time < 3; time += 1) {
      const connection = await driver.connect()
      await connection.close()
    }
    expect(silent.sockets).toHaveLength(1)
  })
})

test('impossible places are errors, not crashes', async () => {
  for (const [host, where] of [
    [`/${'x'.repeat(80)}`, /at \/x+ \(port 1\) as/],
    [`@${'x'.repeat(80)}`, /at @x+ \(port 1\) as/],
    ['a'.repeat(300), /at a+:1 as/],
    ['exa mple', /ENOTFOUND exa mple/],
    ['::1', /at \[::1\]:1 as/],
    ['fe80::1%nope', /at \[fe80::1%nope\]:1 as/],
  ] as const)
    expect((await refusal([{ host, port: 1 }])).message).toMatch(where)
})

test('hosts are given in one way', () => {
  expect(() => createPostgresDriver({ hosts: [{ host: 'a' }], host: 'b' })).toThrow(
    'either hosts, or host, address and port',
  )
  expect(() => createPostgresDriver({ hosts: [] })).toThrow('the option hosts must be a list')
  expect(() => createPostgresDriver({ hosts: [{ host: 'a', port: 0 }] })).toThrow('the option port')
  expect(() => createPostgresDriver({ targetSessionAttributes: 'writable' as never })).toThrow(
    'targetSessionAttributes is one of',
  )
})

test('the password function is told whom it is for', async () => {
  const asked: unknown[] = []
  const { password, ...rest } = real
  const driver = createPostgresDriver({
    ...rest,
    password: (request) => {
      asked.push(request)
      return String(password)
    },
  })
  await (await driver.connect()).close()
  expect(asked).toEqual([{ host: real.host, port: real.port, user: real.user, database: real.database }])
})
