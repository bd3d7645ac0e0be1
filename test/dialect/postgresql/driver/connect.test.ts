// Opening a connection: options, refusals, TLS, sockets in the file system, and passwords that stay secret.

import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DriverConnection, DriverError } from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver, type PostgresConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'
import { authority, certificate, privateKey } from './certificates.ts'
import { command, failure, rows, run, tcpOptions } from './support.ts'

const open: DriverConnection[] = []
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close()
})

async function connect(options: PostgresConnectOptions = {}): Promise<DriverConnection> {
  const connection = await createPostgresDriver({ ...tcpOptions(), ...options }).connect()
  open.push(connection)
  return connection
}

describe('a connection', () => {
  test('has the settings that the codecs rely on, whatever the database says', async () => {
    const first = await connect()
    const [[database]] = (await rows(first, 'SELECT quote_ident(current_database())')) as [[string]]
    await first.run([
      command(`ALTER DATABASE ${database} SET datestyle = 'German'`),
      command(`ALTER DATABASE ${database} SET intervalstyle = 'sql_standard'`),
      command(`ALTER DATABASE ${database} SET bytea_output = 'escape'`),
      command(`ALTER DATABASE ${database} SET extra_float_digits = -5`),
      command(`ALTER DATABASE ${database} SET timezone = 'Asia/Kathmandu'`),
    ])
    const second = await connect({ options: '-c datestyle=SQL -c search_path=pg_catalog' })
    expect(
      await rows(
        second,
        "SELECT '2024-02-29'::date, 0.1::float8 + 0.2::float8, '\\x00'::bytea, 'epoch'::timestamptz, '1 day'::interval::text",
      ),
    ).toEqual([['2024-02-29', 0.1 + 0.2, new Uint8Array([0]), new Date(0), '1 day']])
    expect(await rows(second, 'SHOW search_path')).toEqual([['pg_catalog']])
    expect(second.serverSettings.get('TimeZone')).toBe('Asia/Kathmandu')
    await run(first, `ALTER DATABASE ${database} RESET ALL`)
  })

  test('has the settings asked for', async () => {
    const connection = await connect({
      applicationName: 'it’s me',
      settings: { search_path: 'a, "B"', statement_timeout: 5000, row_security: false },
    })
    expect(
      await rows(
        connection,
        "SELECT current_setting('application_name'), current_setting('search_path'), current_setting('statement_timeout'), current_setting('row_security')",
      ),
    ).toEqual([[expect.stringMatching(/^it.*s me$/), 'a, "B"', '5s', 'off']])
  })

  test('knows its session and counts its flights from zero', async () => {
    const connection = await connect()
    expect(connection.flights).toBe(0)
    expect(connection.transactionStatus).toBe('idle')
    expect(await rows(connection, 'SELECT pg_backend_pid()')).toEqual([[connection.processId]])
  })

  test('asks for the password each time', async () => {
    let asked = 0
    const driver = createPostgresDriver({
      ...tcpOptions(),
      password: async () => {
        asked++
        return String(tcpOptions().password)
      },
    })
    for (let time = 0; time < 2; time++) open.push(await driver.connect())
    expect(asked).toBe(2)
  })
})

describe('what cannot be connected to is an error that says why', () => {
  async function refusal(options: PostgresConnectOptions): Promise<DriverError> {
    const error = await failure(connect(options))
    expect(error).toMatchObject({ disconnected: true, sent: false, canceled: false })
    return error
  }

  test('a wrong password', async () => {
    const error = await refusal({ password: 'wr0ng-s3cret' })
    expect(error.fields?.sqlState).toBe('28P01')
    expect(error.message).toMatch(
      /^cannot connect to PostgreSQL at 127\.0\.0\.1:\d+ as \w+, database \w+: password authentication failed/,
    )
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('wr0ng-s3cret')
  })

  test('no password', async () => {
    for (const password of ['', undefined]) {
      const { password: _, ...rest } = tcpOptions()
      const driver = createPostgresDriver(password === undefined ? rest : { ...rest, password })
      const error = await failure(driver.connect())
      expect(error).toMatchObject({ disconnected: true, sent: false })
      expect(error.message).toContain('the server asks for a password and none was given')
    }
  })

  test('a password function that throws', async () => {
    const cause = new Error('the vault is closed')
    const error = await refusal({ password: () => Promise.reject(cause) })
    expect(error).toMatchObject({ cause })
    expect(error.message).toContain('the vault is closed')
  })

  test('an unknown database', async () => {
    expect((await refusal({ database: 'absent' })).fields?.sqlState).toBe('3D000')
  })

  test('nobody there', async () => {
    expect((await refusal({ port: 1 })).cause).toMatchObject({ code: 'ECONNREFUSED' })
    expect((await refusal({ host: 'localhost', port: 1 })).message).toContain('ECONNREFUSED')
    expect((await refusal({ host: '/nowhere' })).cause).toMatchObject({ code: 'ENOENT' })
  })

  test('an unknown host', async () => {
    expect((await refusal({ host: 'absent.invalid' })).message).toContain('absent.invalid')
  })

  test('a bad setting', async () => {
    expect((await refusal({ settings: { search_pat: 'x' } })).fields?.sqlState).toBe('42704')
  })

  test('a server that is none', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const error = await refusal({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      connectTimeoutMs: 2000,
    })
    expect(error.message).toContain('cannot connect')
    server.close()
  })

  test('a disposed driver', async () => {
    const driver = createPostgresDriver(tcpOptions())
    await driver.dispose()
    expect((await failure(driver.connect())).message).toBe('the driver was disposed of')
  })
})

describe('options that cannot be right are refused at once', () => {
  test.each([
    [{ hots: 'x' }, 'has no option "hots"'],
    [{ port: 0 }, 'the option port must be a whole number from 1 to 65535'],
    [{ port: '5432' }, 'the option port'],
    [{ host: `/${'x'.repeat(120)}` }, 'the option host must be a folder whose socket has a path of at most 10'],
    [{ host: `@${'x'.repeat(120)}` }, 'xxx/.s.PGSQL.5432 has not'],
    [{ connectTimeoutMs: -1 }, 'connectTimeoutMs'],
    [{ statementCacheSize: 1.5 }, 'statementCacheSize'],
    [{ user: 'a\0b' }, 'the option user must be a string without NUL'],
    [{ database: '' }, 'the option database'],
    [{ ssl: 'yes' }, 'unknown ssl mode "yes"'],
    [{ ssl: { mode: 'toString' } }, 'unknown ssl mode'],
    [{ settings: { DateStyle: 'German' } }, 'the setting DateStyle cannot be set'],
    [{ settings: { 'a b': '1' } }, '"a b" is no name of a setting'],
    [{ settings: { x: 'a\0b' } }, 'settings.x'],
    [JSON.parse('{"__proto__": 1}'), 'has no option "__proto__"'],
  ])('%j', (options, message) => {
    expect(() => createPostgresDriver(options as PostgresConnectOptions)).toThrow(message)
  })
})

/** Passes on to the server, behind TLS if the client asks for it and `answer` is S. */
function tlsProxy(answer: 'S' | 'N' | 'Sx', seen: { encrypted: boolean[]; canceled: number }): Server {
  const { host, port } = tcpOptions()
  return createServer((raw) => {
    raw.on('error', () => undefined)
    raw.once('data', (first) => {
      const wantsTls = first.length === 8 && first.readInt32BE(4) === 80877103
      let client: Socket = raw
      if (wantsTls) {
        raw.write(answer)
        if (answer === 'S') client = new TLSSocket(raw, { isServer: true, cert: certificate, key: privateKey })
        client.on('error', () => undefined)
      }
      seen.encrypted.push(wantsTls && answer === 'S')
      const server = connectSocket(port, host)
      server.on('error', () => undefined)
      const pass = (chunk: Buffer): void => {
        if (chunk.length === 16 && chunk.readInt32BE(4) === 80877102) seen.canceled++
        server.write(chunk)
      }
      if (!wantsTls) pass(first)
      client.on('data', pass)
      server.on('data', (chunk) => client.write(chunk))
      client.on('close', () => server.destroy())
      server.on('close', () => client.destroy())
    })
  })
}

describe('TLS', () => {
  const seen = { encrypted: [] as boolean[], canceled: 0 }
  const servers: Server[] = []
  afterEach(() => {
    seen.encrypted = []
    seen.canceled = 0
    for (const server of servers.splice(0)) server.close()
  })

  async function through(answer: 'S' | 'N' | 'Sx', options: PostgresConnectOptions): Promise<DriverConnection> {
    const server = tlsProxy(answer, seen)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, resolve))
    return connect({ host: 'localhost', port: (server.address() as AddressInfo).port, ...options })
  }

  test.each([
    ['require', 'localhost'],
    ['no-verify', 'localhost'],
    ['prefer', 'localhost'],
    [{ mode: 'require', ca: authority }, 'localhost'],
    [{ mode: 'verify-ca', ca: authority }, '127.0.0.1'],
    [{ mode: 'verify-full', ca: authority }, 'localhost'],
  ] as [PostgresConnectOptions['ssl'] & {}, string][])('%j is encrypted', async (ssl, host) => {
    const connection = await through('S', { ssl, host })
    expect(seen.encrypted).toEqual([true])
    expect(await rows(connection, "SELECT 1, repeat('x', 100000)")).toEqual([[1, 'x'.repeat(100_000)]])
  })

  test.each([
    ['verify-full', 'localhost', /self-signed certificate|unable to (get|verify)/],
    ['verify-ca', 'localhost', /self-signed certificate|unable to (get|verify)/],
    [{ mode: 'verify-full', ca: authority }, '127.0.0.1', /does not match certificate/],
  ] as [PostgresConnectOptions['ssl'] & {}, string, RegExp][])(
    '%j refuses a certificate that it cannot trust',
    async (ssl, host, why) => {
      const error = await failure(through('S', { ssl, host }))
      expect(error).toMatchObject({ disconnected: true, sent: false })
      expect(error.message).toMatch(why)
    },
  )

  test('a server without TLS is refused, and taken as it is only by prefer', async () => {
    for (const ssl of ['require', 'no-verify', 'verify-ca', 'verify-full'] as const) {
      expect((await failure(through('N', { ssl }))).message).toContain('does not support SSL')
    }
    seen.encrypted = []
    const connection = await through('N', { ssl: 'prefer' })
    expect(seen.encrypted).toEqual([false, false])
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
  })

  test('prefer is the default, and a server without TLS is asked for it once', async () => {
    const server = tlsProxy('N', seen)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const driver = createPostgresDriver({
      ...tcpOptions(),
      host: 'localhost',
      port: (server.address() as AddressInfo).port,
    })
    for (const attempts of [2, 3, 4]) {
      const connection = await driver.connect()
      expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
      await connection.close()
      expect(seen.encrypted).toEqual(new Array(attempts).fill(false))
    }
  })

  test.each<[string, (client: Socket) => void]>([
    ['hangs up', (client) => client.end()],
    ['resets', (client) => client.resetAndDestroy()],
    ['says what is no TLS', (client) => client.write('no TLS at all\r\n')],
  ])('prefer goes on without it where a server that promised it %s, and asks again', async (_name, breakOff) => {
    const asked: boolean[] = []
    const server = createServer((client) => {
      client.on('error', () => undefined)
      client.once('data', (first) => {
        const wantsTls = first.length === 8 && first.readInt32BE(4) === 80877103
        asked.push(wantsTls)
        if (wantsTls) {
          client.write('S')
          client.once('data', () => breakOff(client))
          return
        }
        const { host, port } = tcpOptions()
        const upstream = connectSocket(port, host)
        upstream.write(first)
        client.pipe(upstream).pipe(client)
        upstream.on('error', () => client.destroy())
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const options = { ...tcpOptions(), host: 'localhost', port: (server.address() as AddressInfo).port }
    const driver = createPostgresDriver({ ...options, ssl: 'prefer' })
    for (const attempts of [1, 2]) {
      const connection = await driver.connect()
      expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
      await connection.close()
      expect(asked).toEqual(new Array(attempts).fill([true, false]).flat())
    }
    const error = await failure(createPostgresDriver({ ...options, ssl: 'require' }).connect())
    expect(error).toMatchObject({ disconnected: true, sent: false })
    expect(asked.slice(4)).toEqual([true])
  })

  test('bytes smuggled in before the encryption cut the connection', async () => {
    const error = await failure(through('Sx', { ssl: 'require' }))
    expect(error).toMatchObject({ disconnected: true })
  })

  test('a cancel request goes the same way, encrypted', async () => {
    const connection = await through('S', { ssl: { mode: 'verify-full', ca: authority } })
    const error = await failure(connection.run([command('SELECT pg_sleep(60)')], { signal: AbortSignal.timeout(50) }))
    expect(error).toMatchObject({ canceled: true, disconnected: false, fields: { sqlState: '57014' } })
    expect(seen).toEqual({ encrypted: [true, true], canceled: 1 })
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
  })

  test('a reset below the encryption reaches the batch', async () => {
    const connection = await through('S', { ssl: 'require' })
    const pending = failure(run(connection, 'SELECT pg_sleep(60)'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const other = await connect()
    await rows(other, 'SELECT pg_terminate_backend($1)', connection.processId)
    expect(await pending).toMatchObject({ disconnected: true, fields: { sqlState: '57P01' } })
  })
})

describe('another encoding', () => {
  test.each(["SET client_encoding = 'LATIN1'", "SET NAMES 'SQL_ASCII'"])('ends the session: %s', async (sql) => {
    const connection = await connect()
    const error = await failure(connection.run([command('BEGIN'), command(sql)]))
    expect(error).toMatchObject({ disconnected: true, sent: true, commandIndex: null })
    expect(error.message).toMatch(/^the session was given the client_encoding (LATIN1|SQL_ASCII), but texts/)
    await expect(connection.run([command('SELECT 1')])).rejects.toThrow(
      'cannot be used any more: the session was given',
    )
  })

  test('is no matter where it is the same, or has gone again', async () => {
    const connection = await connect()
    await connection.run([command("SET client_encoding = 'utf-8'")])
    await connection.run([command("SET client_encoding = 'LATIN1'"), command('RESET ALL')])
    await connection.run([command('DISCARD ALL')])
    expect(await rows(connection, 'SELECT length($1::text)', 'é€')).toEqual([[2]])
  })
})

describe('a socket in the file system', () => {
  let directory: string
  let server: Server
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tsalchemy-socket-'))
    const { host, port } = tcpOptions()
    server = createServer((client) => {
      const upstream = connectSocket(port, host)
      client.on('error', () => undefined)
      upstream.on('error', () => undefined)
      client.pipe(upstream).pipe(client)
      upstream.on('close', () => client.destroy())
    })
    await new Promise<void>((resolve) => server.listen(join(directory, '.s.PGSQL.5432'), resolve))
  })
  afterAll(() => {
    server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test('connects, cancels, and needs no TLS even where it is asked for', async () => {
    const connection = await connect({ host: directory, port: 5432, ssl: 'verify-full' })
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
    const error = await failure(connection.run([command('SELECT pg_sleep(60)')], { signal: AbortSignal.timeout(50) }))
    expect(error).toMatchObject({ canceled: true, disconnected: false })
  })
})
