// A real server with TLS, client certificates, every method of authentication, and sockets in the file system and beside it.
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from 'node:tls'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DriverConnection, DriverError } from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver, type PostgresConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'
import { type OwnServer, startOwnServer } from '../../../faults/own-server.ts'
import { serverMajor } from '../../../support/server-major.ts'
import { type TlsFolder, tlsFolder } from '../../../support/tls.ts'
import { authority, certificate, privateKey } from './certificates.ts'
import { command, failure, rows, run } from './support.ts'

let files: TlsFolder
let server: OwnServer
let base: PostgresConnectOptions & { host: string; port: number }
const abstract = `@tsalchemy-${process.pid}`

beforeAll(async () => {
  files = tlsFolder()
  server = await startOwnServer({
    ...files.settings(),
    ...files.rules(
      'local   all    plain_socket                scram-sha-256',
      'local   all    all                         trust',
      'host    all    postgres      127.0.0.1/32  scram-sha-256',
      'hostssl all    certified     127.0.0.1/32  cert',
      'hostssl all    twofold        127.0.0.1/32  scram-sha-256 clientcert=verify-ca',
      'hostssl all    encrypted     127.0.0.1/32  scram-sha-256',
      'hostnossl all  naked         127.0.0.1/32  scram-sha-256',
      'host    all    clear         127.0.0.1/32  password',
      'host    all    hashed        127.0.0.1/32  md5',
      'host    all    trusted       127.0.0.1/32  trust',
    ),
    unix_socket_directories: process.platform === 'linux' ? `${files.path}, ${abstract}` : files.path,
  })
  const url = new URL(server.url)
  base = {
    host: 'localhost',
    port: Number(url.port),
    user: 'postgres',
    password: url.password,
    database: 'postgres',
    ssl: { mode: 'verify-full', caFile: files.file('authority.crt') },
  }
  const admin = await createPostgresDriver(base).connect()
  for (const role of ['certified', 'twofold', 'encrypted', 'naked', 'clear', 'trusted', 'plain_socket'])
    await run(admin, `CREATE ROLE ${role} LOGIN PASSWORD 'tiger'`)
  await run(admin, "SET password_encryption = 'md5'")
  await run(admin, "CREATE ROLE hashed LOGIN PASSWORD 'tiger'")
  await admin.close()
}, 60_000)
afterAll(async () => {
  await server.end()
  files.remove()
})

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

const opened: DriverConnection[] = []
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close()
})

async function connect(options: PostgresConnectOptions = {}): Promise<DriverConnection> {
  const connection = await createPostgresDriver({ ...base, ...options }).connect()
  opened.push(connection)
  return connection
}

async function refusal(options: PostgresConnectOptions): Promise<DriverError> {
  const error = await failure(connect(options))
  expect(error).toMatchObject({ disconnected: true, sent: false, canceled: false })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('tiger')
  return error
}

/** Protocol, cipher's existence and the client's certificate, as the server sees them. */
async function seen(connection: DriverConnection): Promise<unknown[]> {
  const [row] = await rows(connection, 'SELECT ssl, version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
  return row ?? []
}

const trusting = (more: object = {}) => ({
  mode: 'verify-full' as const,
  caFile: files.file('authority.crt'),
  ...more,
})

describe('TLS', () => {
  test('verify-full with the own authority', async () => {
    const connection = await connect()
    expect(await seen(connection)).toEqual([true, 'TLSv1.3', null])
    const long = await rows(connection, "SELECT repeat('x', 3000000), $1::text", 'y'.repeat(1_000_000))
    expect(long).toEqual([['x'.repeat(3_000_000), 'y'.repeat(1_000_000)]])
  })

  test('a canceled statement is canceled over TLS, also where it began directly', async () => {
    const major = await serverMajor(server.url)
    for (const negotiation of major < 17 ? (['postgres'] as const) : (['postgres', 'direct'] as const)) {
      const connection = await connect({ ssl: trusting({ negotiation }) })
      const error = await failure(connection.run([command('SELECT pg_sleep(60)')], { signal: AbortSignal.timeout(50) }))
      expect(error).toMatchObject({ canceled: true, disconnected: false, fields: { sqlState: '57014' } })
      expect(await rows(connection, 'SELECT 1')).toEqual([[1]])
    }
  })

  test('direct negotiation', async () => {
    const major = await serverMajor(server.url)
    const connecting = connect({ ssl: trusting({ negotiation: 'direct' }) })
    if (major < 17) {
      expect((await failure(connecting)).message).toMatch(
        /; to begin with TLS at once \(sslnegotiation=direct\) needs PostgreSQL 17 or newer$/,
      )
      return
    }
    const connection = await connecting
    expect(await seen(connection)).toEqual([true, 'TLSv1.3', null])
  })

  test.each([
    ['allow', { user: 'encrypted' }, true],
    ['allow', { user: 'postgres' }, false],
    ['allow', { user: 'naked' }, false],
    ['prefer', { user: 'postgres' }, true],
    ['prefer', { user: 'naked' }, false],
    ['require', { user: 'encrypted' }, true],
    ['no-verify', { user: 'encrypted' }, true],
    ['disable', { user: 'naked' }, false],
  ] as const)('%s %j', async (mode, { user }, encrypted) => {
    const connection = await connect({ ssl: mode, user, ...(user === 'postgres' ? {} : { password: 'tiger' }) })
    expect((await seen(connection))[0]).toBe(encrypted)
  })

  test.each([
    ['disable', 'encrypted'],
    ['require', 'naked'],
  ] as const)('%s is not silently something else', async (mode, user) => {
    expect((await refusal({ ssl: mode, user, password: 'tiger' })).fields?.sqlState).toBe('28000')
  })

  test('a certificate that was revoked, or of somebody else, or for another name', async () => {
    expect((await refusal({ ssl: trusting({ crlFile: files.file('revoked.crl') }) })).message).toMatch(/revoked/)
    expect((await refusal({ ssl: trusting({ caFile: files.file('stranger.crt') }) })).message).toMatch(/verify|self/)
    expect((await refusal({ ssl: 'verify-full' })).message).toMatch(/verify|self/)
    expect((await refusal({ ssl: trusting({ ca: [], caFile: undefined }) })).message).toMatch(/verify|self/)
    expect((await refusal({ host: '127.0.0.1' })).message).toMatch(/does not match certificate/)
    expect(
      (await refusal({ host: '127.0.0.1', ssl: trusting({ mode: 'verify-ca', crlFile: files.file('revoked.crl') }) }))
        .message,
    ).toMatch(/revoked/)
  })

  test('the name of the certificate is the host, where the address is given', async () => {
    expect(await seen(await connect({ host: 'localhost', address: '127.0.0.1' }))).toContain(true)
    expect((await refusal({ host: 'example.com', address: '127.0.0.1' })).message).toMatch(/does not match certificate/)
    expect(await seen(await connect({ ssl: trusting({ serverNameIndication: false }) }))).toContain(true)
  })

  test.each([true, false])('the server is told the name or not: %s', async (serverNameIndication) => {
    const told: unknown[] = []
    const listener = createTlsServer(
      { key: privateKey, cert: certificate, ALPNProtocols: ['postgresql'] },
      (socket) => {
        told.push((socket as TLSSocket & { servername: unknown }).servername)
        socket.destroy()
      },
    )
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as AddressInfo
    const ssl = { mode: 'verify-full' as const, ca: authority, negotiation: 'direct' as const, serverNameIndication }
    await refusal({ host: 'localhost', address: '127.0.0.1', port, ssl })
    expect(told).toEqual([serverNameIndication ? 'localhost' : false])
    await new Promise((resolve) => listener.close(resolve))
  })

  test('versions', async () => {
    const old = await connect({ ssl: trusting({ maxVersion: 'TLSv1.2' }) })
    expect(await seen(old)).toEqual([true, 'TLSv1.2', null])
    const fresh = await connect({ ssl: trusting({ minVersion: 'TLSv1.3' }) })
    expect(await seen(fresh)).toEqual([true, 'TLSv1.3', null])
    expect((await refusal({ ssl: trusting({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }) })).message).toMatch(
      /protocol|version/i,
    )
  })

  test('files that are not there, or that others can read', async () => {
    expect((await refusal({ ssl: trusting({ caFile: '/nowhere/ca.crt' }) })).message).toBe(
      "the caFile /nowhere/ca.crt cannot be used: ENOENT: no such file or directory, open '/nowhere/ca.crt'",
    )
    // Where there is no TLS, nobody reads them.
    const naked = { user: 'naked', password: 'tiger', ssl: { mode: 'disable', caFile: '/nowhere/ca.crt' } } as const
    expect(await seen(await connect(naked))).toContain(false)
    const mine = { certFile: files.file('client.crt'), keyFile: files.file('client.key') }
    chmodSync(mine.keyFile, 0o644)
    expect((await refusal({ ssl: trusting(mine) })).message).toMatch(/client.key cannot be used: others may read it/)
    chmodSync(mine.keyFile, 0o600)
    expect((await refusal({ ssl: trusting({ certFile: mine.certFile }) })).message).toMatch(/no key for it/)
  })
})

test('certificates that were renewed are taken with the next connect', async () => {
  const file = files.file('renewed.crt')
  writeFileSync(file, files.text('stranger.crt'))
  const driver = createPostgresDriver({ ...base, ssl: trusting({ caFile: file }) })
  expect((await failure(driver.connect())).message).toMatch(/verify|self/)
  writeFileSync(file, files.text('authority.crt'))
  const connection = await driver.connect()
  expect(await seen(connection)).toContain(true)
  await connection.close()
})

describe('client certificates', () => {
  const certified = { user: 'certified', password: 'not asked for' }
  const mine = (key = 'client') => ({ certFile: files.file('client.crt'), keyFile: files.file(`${key}.key`) })

  test('let their role in, without a password', async () => {
    const connection = await connect({ ...certified, ssl: trusting(mine()) })
    expect(await seen(connection)).toEqual([true, 'TLSv1.3', '/CN=certified'])
    const text = { cert: files.text('client.crt'), key: files.text('client.key') }
    expect(await seen(await connect({ ...certified, ssl: trusting(text) }))).toEqual([true, 'TLSv1.3', '/CN=certified'])
    expect(await seen(await connect({ ...certified, requireAuth: 'none', ssl: trusting(text) }))).toContain(true)
  })

  test('have keys with a passphrase', async () => {
    const locked = mine('client-locked')
    const connection = await connect({ ...certified, ssl: trusting({ ...locked, passphrase: 'open-sesame' }) })
    expect(await seen(connection)).toEqual([true, 'TLSv1.3', '/CN=certified'])
    const wrong = await refusal({ ...certified, ssl: trusting({ ...locked, passphrase: 'w4ong' }) })
    expect(wrong.message).toContain('cannot be opened with the passphrase given')
    expect(inspect(wrong, { depth: 9, showHidden: true })).not.toContain('w4ong')
    expect((await refusal({ ...certified, ssl: trusting(locked) })).message).toMatch(/is locked, .*\(sslpassword\)$/)
  })

  test('are asked for', async () => {
    expect((await refusal(certified)).message).toMatch(/certificate/)
    expect((await refusal({ ...certified, ssl: trusting({ ...mine(), withoutCertificate: true }) })).message).toMatch(
      /certificate/,
    )
    const stranger = { certFile: files.file('client-stranger.crt'), keyFile: files.file('client-stranger.key') }
    expect((await refusal({ ...certified, ssl: trusting(stranger) })).message).toMatch(/unknown.ca|certificate/i)
    expect((await refusal({ user: 'encrypted', password: 'no', ssl: trusting(mine()) })).fields?.sqlState).toBe('28P01')
  })

  test('go with a password and its binding', async () => {
    const both = { user: 'twofold', password: 'tiger', channelBinding: 'require' as const }
    expect(await seen(await connect({ ...both, ssl: trusting(mine()) }))).toEqual([true, 'TLSv1.3', '/CN=certified'])
    expect((await refusal(both)).message).toMatch(/certificate/)
  })

  test('are found in the default folder', async () => {
    // The names of libpq's defaults, in a folder that is a home.
    const folder = files.file('defaults')
    mkdirSync(folder)
    cpSync(files.file('client.crt'), `${folder}/postgresql.crt`)
    cpSync(files.file('client.key'), `${folder}/postgresql.key`)
    chmodSync(`${folder}/postgresql.key`, 0o600)
    const ssl = { mode: 'require' as const, defaultFolder: folder }
    expect(await seen(await connect({ ...certified, ssl }))).toEqual([true, 'TLSv1.3', '/CN=certified'])
    // With an authority there, `require` checks who signed.
    cpSync(files.file('stranger.crt'), `${folder}/root.crt`)
    expect((await refusal({ ...certified, ssl })).message).toMatch(/verify|self/)
    cpSync(files.file('authority.crt'), `${folder}/root.crt`)
    expect(await seen(await connect({ ...certified, host: '127.0.0.1', ssl }))).toContain(true)
    expect((await refusal({ ...certified, host: '127.0.0.1', ssl: { ...ssl, mode: 'verify-full' } })).message).toMatch(
      /does not match/,
    )
    cpSync(files.file('revoked.crl'), `${folder}/root.crl`)
    expect((await refusal({ ...certified, host: '127.0.0.1', ssl })).message).toMatch(/revoked/)
    // It says nothing where nothing is checked, and of other authorities than one's own.
    rmSync(`${folder}/root.crt`)
    expect(await seen(await connect({ ...certified, ssl }))).toContain(true)
    expect((await refusal({ ...certified, ssl: { ...ssl, mode: 'verify-full' } })).message).toMatch(/verify|self/)
  })

  test('are looked for in vain where the home is no folder', async () => {
    expect(await seen(await connect({ ssl: { mode: 'require', defaultFolder: '/dev/null/.postgresql' } }))).toContain(
      true,
    )
  })
})

describe('SCRAM bound to the channel', () => {
  test.each(['require', 'prefer', 'disable'] as const)('channel binding %s', async (channelBinding) => {
    expect(await seen(await connect({ channelBinding }))).toContain(true)
    expect((await refusal({ channelBinding, password: 'wrong' })).fields?.sqlState).toBe('28P01')
  })

  test('to a certificate that is signed with another hash', async () => {
    const other = await startOwnServer(files.settings('server-rsa'))
    try {
      const url = new URL(other.url)
      const options = { ...base, port: Number(url.port), password: url.password, channelBinding: 'require' as const }
      const connection = await createPostgresDriver(options).connect()
      expect(await seen(connection)).toContain(true)
      await connection.close()
    } finally {
      await other.end()
    }
  }, 40_000)

  test('tells somebody in the middle, whom the certificate alone does not', async () => {
    const middle = createServer((client) => {
      client.on('error', () => undefined)
      client.once('data', () => {
        client.write('S')
        const cert = files.text('server-rsa.crt')
        const inside = new TLSSocket(client, { isServer: true, cert, key: files.text('server-rsa.key') })
        const outside = connectSocket(base.port, '127.0.0.1', () => outside.write(SSL_REQUEST))
        outside.once('data', () => {
          const secure = connectTls({ socket: outside, rejectUnauthorized: false })
          inside.pipe(secure).pipe(inside)
          for (const socket of [inside, secure, outside]) socket.on('error', () => client.destroy())
        })
      })
    })
    await new Promise<void>((resolve) => middle.listen(0, '127.0.0.1', resolve))
    const { port } = middle.address() as AddressInfo
    try {
      expect(await seen(await connect({ port, channelBinding: 'disable' }))).toContain(true)
      for (const channelBinding of ['require', 'prefer'] as const)
        expect((await refusal({ port, channelBinding })).message).toMatch(/channel binding/i)
    } finally {
      for (const connection of opened.splice(0)) await connection.close()
      middle.close()
    }
  })

  test('is refused where it cannot be', async () => {
    const channelBinding = 'require' as const
    const message = async (options: PostgresConnectOptions) => (await refusal({ channelBinding, ...options })).message
    expect(await message({ ssl: 'disable' })).toContain('the connection has no TLS that it could be bound to')
    expect(await message({ host: files.path, user: 'plain_socket' })).toContain('has no TLS')
    expect(await message({ user: 'clear' })).toContain('asks for the password in clear text')
    expect(await message({ user: 'hashed' })).toContain('asks for the password as MD5 hash')
    expect(await message({ user: 'trusted' })).toContain('the server asked for no password')
  })
})

describe('methods of authentication', () => {
  test.each([
    ['clear', 'password', true],
    ['clear', '!scram-sha-256', true],
    ['clear', 'scram-sha-256', false],
    ['clear', '!password', false],
    ['hashed', 'md5,scram-sha-256', true],
    ['hashed', '!md5', false],
    ['encrypted', 'scram-sha-256', true],
    ['encrypted', 'password, md5', false],
    ['encrypted', '!scram-sha-256,!gss', false],
    ['trusted', 'none', true],
    ['trusted', 'none,scram-sha-256', true],
    ['trusted', 'scram-sha-256', false],
    ['trusted', '!none', false],
  ])('%s with require_auth=%s', async (user, requireAuth, allowed) => {
    let asked = 0
    const password = () => {
      asked += 1
      return 'tiger'
    }
    if (allowed)
      expect(await rows(await connect({ user, requireAuth, password }), 'SELECT current_user')).toEqual([[user]])
    else {
      expect((await refusal({ user, requireAuth, password })).message).toMatch(/which require_auth forbids$/)
      // The password did not leave.
      expect(asked).toBe(0)
    }
  })

  test('a cap on the rounds of SCRAM', async () => {
    const error = await refusal({ scramMaxIterations: 4095 })
    expect(error.message).toContain('iteration count 4096 exceeds scramMaxIterations of 4095')
    expect(await seen(await connect({ scramMaxIterations: 0 }))).toContain(true)
  })
})

describe('sockets', () => {
  test('in the file system', async () => {
    const connection = await connect({ host: files.path, user: 'plain_socket', password: 'tiger' })
    expect(await rows(connection, 'SELECT current_user, inet_client_addr() IS NULL')).toEqual([['plain_socket', true]])
    const error = await failure(connection.run([command('SELECT pg_sleep(60)')], { signal: AbortSignal.timeout(50) }))
    expect(error).toMatchObject({ canceled: true, disconnected: false, fields: { sqlState: '57014' } })
    expect(await rows(connection, "SELECT length(repeat('x', 2000000))")).toEqual([[2_000_000]])
    expect((await refusal({ host: files.path, user: 'plain_socket', password: 'no' })).fields?.sqlState).toBe('28P01')
  })

  test('in the abstract namespace, where the platform and Node.js have it', async () => {
    // Before Node.js 22 such names are padded with zeros, so that the server's is another one.
    if (process.platform !== 'linux' || Number.parseInt(process.versions.node, 10) < 22) {
      expect((await refusal({ host: abstract })).message).toMatch(/at @tsalchemy-\d+ \(port \d+\) as [^\0]*$/)
      return
    }
    const connection = await connect({ host: abstract, user: 'postgres' })
    expect(await rows(connection, 'SELECT inet_client_addr() IS NULL')).toEqual([[true]])
    const error = await failure(connection.run([command('SELECT pg_sleep(60)')], { signal: AbortSignal.timeout(50) }))
    expect(error).toMatchObject({ canceled: true, disconnected: false })
  })
})

test('the server that the tests speak to is the one that they mean', async () => {
  // A server without TLS would let `allow` and `prefer` pass for the wrong reason.
  const socket = connectSocket(base.port, '127.0.0.1')
  const answer = await new Promise<Buffer>((resolve) => {
    socket.once('data', resolve)
    socket.write(SSL_REQUEST)
  })
  socket.destroy()
  expect(answer.toString()).toBe('S')
})
