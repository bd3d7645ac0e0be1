// Servers that cheat while a session is authenticated: nothing is told to them, and the attempt ends.
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createPostgresDriver, type PostgresConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'
import { authority, certificate, privateKey } from './certificates.ts'
import {
  type Answer,
  authenticationOk,
  clearText,
  type FakeServer,
  md5,
  message,
  readyForQuery,
  sasl,
  saslContinue,
  saslFinal,
  startFakeServer,
} from './fake-server.ts'
import { command, failure } from './support.ts'

const servers: FakeServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** Why the driver does not connect to such a server, and what it said to it. */
async function refused(
  answer: Answer,
  options: PostgresConnectOptions = {},
  wrap?: (socket: Socket) => Socket,
): Promise<[why: string, heard: readonly string[]]> {
  const server = await startFakeServer(answer, wrap)
  servers.push(server)
  const driver = createPostgresDriver({
    host: 'localhost',
    address: '127.0.0.1',
    port: server.port,
    user: 'scott',
    password: 't1ger',
    ssl: 'disable',
    ...options,
  })
  const error = await failure(driver.connect())
  expect(error).toMatchObject({ disconnected: true, sent: false })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('t1ger')
  return [error.message.replace(/^.*database scott: /, ''), server.heard]
}

const welcome = [authenticationOk, readyForQuery]
const first = (body: Buffer): string => /r=([^,]+)/.exec(body.toString())?.[1] ?? ''

test('one that does not prove that it knows the password', async () => {
  const unproven: Answer = (kind) => (kind === '-' ? [sasl('SCRAM-SHA-256')] : welcome)
  expect(await refused(unproven)).toEqual([
    'the server let us in without proving that it knows the password',
    ['-', 'p'],
  ])
  const salt = Buffer.from('salt').toString('base64')
  const afterContinue: Answer = (kind, body) =>
    kind === '-'
      ? [sasl('SCRAM-SHA-256')]
      : body.includes('n=*')
        ? [saslContinue(`r=${first(body)}x,s=${salt},i=1`)]
        : welcome
  expect((await refused(afterContinue))[0]).toBe('the server let us in without proving that it knows the password')
})

test('one that proves it wrongly', async () => {
  const salt = Buffer.from('salt').toString('base64')
  const proof = createHash('sha256').update('guess').digest('base64')
  const wrong: Answer = (kind, body) => {
    if (kind === '-') return [sasl('SCRAM-SHA-256')]
    if (body.includes('n=*')) return [saslContinue(`r=${first(body)}x,s=${salt},i=4096`)]
    return [Buffer.concat([saslFinal(`v=${proof}`), ...welcome])]
  }
  expect((await refused(wrong))[0]).toMatch(/server signature does not match/)
  const early: Answer = (kind) =>
    kind === '-' ? [sasl('SCRAM-SHA-256')] : [Buffer.concat([saslFinal(`v=${proof}`), ...welcome])]
  expect((await refused(early))[0]).toMatch(/Last message was not SASLResponse/)
})

test('one that asks for another method, or a second time', async () => {
  const twice: Answer = (kind) => (kind === '-' ? [sasl('SCRAM-SHA-256')] : [clearText])
  expect(await refused(twice)).toEqual(['the server asks for authentication a second time', ['-', 'p']])
  const late: Answer = (kind) => (kind === '-' ? [authenticationOk, clearText] : welcome)
  expect(await refused(late)).toEqual(['the server asks for authentication a second time', ['-']])
  for (const ask of [clearText, md5])
    expect((await refused((kind) => (kind === '-' ? [ask] : welcome), { requireAuth: 'scram-sha-256' }))[1]).toEqual([
      '-',
    ])
})

test('one that would have us compute for hours', async () => {
  const salt = Buffer.from('salt').toString('base64')
  const greedy: Answer = (kind, body) =>
    kind === '-' ? [sasl('SCRAM-SHA-256')] : [saslContinue(`r=${first(body)}x,s=${salt},i=2000000000`)]
  const began = performance.now()
  expect((await refused(greedy))[0]).toMatch(/iteration count 2000000000 exceeds scramMaxIterations of 1000000/)
  expect(performance.now() - began).toBeLessThan(5000)
})

test('one that has no method that is known', async () => {
  expect((await refused((kind) => (kind === '-' ? [sasl('OAUTHBEARER')] : [])))[0]).toMatch(/Only mechanism/)
  expect((await refused((kind) => (kind === '-' ? [message('R', 7)] : [])))[0]).toBe(
    'the server asks for GSSAPI (Kerberos), which this driver does not have: give the user another method in its pg_hba.conf',
  )
  expect((await refused((kind) => (kind === '-' ? [message('R', 9)] : [])))[0]).toContain('asks for SSPI (Windows)')
  expect((await refused((kind) => (kind === '-' ? [message('R', 77)] : [])))[0]).toMatch(/protocol/)
})

/** A server of TLS that begins at once; whether it names the protocol is its own matter. */
function direct(protocols: readonly string[]) {
  return (raw: Socket): Socket => {
    const options = protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }
    return new TLSSocket(raw, { isServer: true, cert: certificate, key: privateKey, ...options })
  }
}

test('one that begins TLS at once without naming the protocol: it may be a server of another kind', async () => {
  const ssl = { mode: 'verify-full', ca: authority, negotiation: 'direct' } as const
  const kind: Answer = (letter) => (letter === '-' ? [clearText] : welcome)
  expect((await refused(kind, { ssl }, direct([])))[0]).toMatch(
    /without saying that it speaks the protocol of PostgreSQL/,
  )
  expect((await refused((letter) => (letter === '-' ? welcome : []), { ssl }, direct([])))[0]).toMatch(/ALPN/)
})

test('one that says more than yes in front of the encryption', async () => {
  // What came in plain text must not be taken for what came encrypted.
  for (const answer of [
    Buffer.from('SR'),
    Buffer.concat([Buffer.from('S'), authenticationOk]),
    fatalText(),
    Buffer.from('NN'),
  ])
    for (const ssl of ['require', 'prefer'] as const)
      expect((await refused(() => [answer], { ssl }))[0]).toMatch(/error establishing an SSL connection/)
})

function fatalText(): Buffer {
  return message('E', 'SFATAL\0C00000\0Myou have won\0\0')
}

test('a password that no server can know is not sent', async () => {
  for (const password of ['t1ger\0', 't1ger\uD800']) {
    const answer: Answer = (kind) => (kind === '-' ? [clearText] : welcome)
    expect(await refused(answer, { password: () => password })).toEqual([expect.stringMatching(/NUL character/), ['-']])
  }
})

test('one that asks for the password in the middle of a session does not get it', async () => {
  const server = await startFakeServer((kind) => (kind === '-' ? welcome : kind === 'S' ? [clearText] : []))
  servers.push(server)
  const driver = createPostgresDriver({
    host: '127.0.0.1',
    port: server.port,
    user: 'scott',
    password: 't1ger',
    ssl: 'disable',
  })
  const connection = await driver.connect()
  expect(await failure(connection.run([command('SELECT 1')]))).toMatchObject({ disconnected: true })
  expect(server.heard).not.toContain('p')
})

test('methods of libpq that there are not here may be named', () => {
  for (const requireAuth of ['scram-sha-256,gss', '!gss,!sspi,!oauth', ' md5 , password '])
    createPostgresDriver({ requireAuth })
  for (const requireAuth of ['gss', '!none,!password,!md5,!scram-sha-256', 'scram', '!md5,password', ','])
    expect(() => createPostgresDriver({ requireAuth })).toThrow(/require_auth ".*" cannot be obeyed/)
})
