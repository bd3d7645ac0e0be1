// From URL, connectArguments, service and environment to the options of the driver.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import type { Environment } from '../../../../src/dialect/contract/settings.ts'
import { createPostgresDriver, type PostgresConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'
import { connectOptions } from '../../../../src/dialect/postgresql/settings/options.ts'
import { parseServiceFile } from '../../../../src/dialect/postgresql/settings/service-file.ts'
import { makeURL } from '../../../../src/dialect/url.ts'
import { ArgumentError } from '../../../../src/errors.ts'
import { warningsOf } from './warnings.ts'

interface Given {
  readonly environment?: Environment | null
  readonly connectArguments?: Readonly<Record<string, string>>
}

/** What an engine hands on, without the engine. */
function resolve(url: string, { environment = {}, connectArguments = {} }: Given = {}): PostgresConnectOptions {
  const { hosts, username, password, database, query } = makeURL(url)
  const flat = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat().join(',')]))
  const settings = {
    driverName: null,
    hosts,
    user: username,
    password,
    database,
    query: flat,
    connectArguments,
    environment,
  }
  const options = connectOptions(settings)
  // Whatever it is, the driver takes it.
  createPostgresDriver(options)
  return options
}

describe('hosts', () => {
  test.each<[string, PostgresConnectOptions['hosts']]>([
    ['postgresql:///d', [{}]],
    ['postgresql://h/d', [{ host: 'h' }]],
    ['postgresql://h:1/d', [{ host: 'h', port: 1 }]],
    ['postgresql://:1/d', [{ port: 1 }]],
    ['postgresql://a,b:2,[::1]:3/d', [{ host: 'a' }, { host: 'b', port: 2 }, { host: '::1', port: 3 }]],
    ['postgresql:///d?host=a,b', [{ host: 'a' }, { host: 'b' }]],
    [
      'postgresql:///d?host=a,b&port=7',
      [
        { host: 'a', port: 7 },
        { host: 'b', port: 7 },
      ],
    ],
    [
      'postgresql:///d?host=a,b&port=7,8',
      [
        { host: 'a', port: 7 },
        { host: 'b', port: 8 },
      ],
    ],
    ['postgresql:///d?host=a,b&port=,8', [{ host: 'a' }, { host: 'b', port: 8 }]],
    [
      'postgresql:///d?host=a:7&host=b:8',
      [
        { host: 'a', port: 7 },
        { host: 'b', port: 8 },
      ],
    ],
    ['postgresql:///d?host=[::1]:7,::2', [{ host: '::1', port: 7 }, { host: '::2' }]],
    ['postgresql://h:1/d?host=/run/x', [{ host: '/run/x', port: 1 }]],
    ['postgresql://%2Frun%2Fx:1/d', [{ host: '/run/x', port: 1 }]],
    ['postgresql:///d?host=@abs', [{ host: '@abs' }]],
    ['postgresql:///d?hostaddr=127.0.0.1', [{ address: '127.0.0.1' }]],
    [
      'postgresql://a,b/d?hostaddr=127.0.0.1,::1',
      [
        { host: 'a', address: '127.0.0.1' },
        { host: 'b', address: '::1' },
      ],
    ],
    ["host='a' port=6 dbname=d", [{ host: 'a', port: 6 }]],
    [
      'host=a,b port=6,7 dbname=d',
      [
        { host: 'a', port: 6 },
        { host: 'b', port: 7 },
      ],
    ],
  ])('of %s', (url, hosts) => {
    expect(resolve(url).hosts).toEqual(hosts)
  })

  test.each([
    ['postgresql:///d?host=a,b&port=1,2,3', 'There are 2 hosts, but 3 ports'],
    ['postgresql:///d?host=a&port=1,2', 'There are 1 hosts, but 2 ports'],
    ['postgresql:///d?host=a,b&hostaddr=::1', 'There are 2 hosts, but 1 addresses'],
    ['postgresql:///d?host=a:1,b:2&port=3', 'not in both'],
    ['postgresql:///d?host=a&port=0', "from 1 to 65535, not '0'"],
    ['host=a port=0', "from 1 to 65535, not '0'"],
    ['host=a,b port=1,2,3', 'There are 2 hosts, but 3 ports'],
    ['host=a port=x', "not 'x'"],
    ['postgresql:///d?host=a&port=5432x', "not '5432x'"],
    ['postgresql:///d?hostaddr=localhost', 'the option address must be an IP address'],
  ])('of %s are refused', (url, message) => {
    expect(() => resolve(url)).toThrow(message)
  })
})

describe('who says it first', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-settings-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const services = join(folder, 'services.conf')
  writeFileSync(
    services,
    [
      '# services',
      '[other]',
      'host=nowhere',
      '[shop]',
      'host=service-host',
      ' port=1111 ',
      'dbname=service db',
      'user=service-user',
      'password=s3cret=1',
      'application_name=from service',
      'host=second',
      '',
      '[shop]',
      'host=late',
    ].join('\n'),
  )
  const environment: Environment = {
    PGHOST: 'env-host',
    PGPORT: '2222',
    PGDATABASE: 'env-db',
    PGUSER: 'env-user',
    PGPASSWORD: 'env-password',
    PGAPPNAME: 'from env',
    PGOPTIONS: '-c geqo=off',
    PGCONNECT_TIMEOUT: '7',
    PGSSLMODE: 'verify-ca',
    PGTZ: 'Asia/Kolkata',
    PGTARGETSESSIONATTRS: 'read-write',
    PGLOADBALANCEHOSTS: 'random',
    PGCHANNELBINDING: 'disable',
    PGREQUIREAUTH: '!password',
  }

  test('the environment says what nobody else does', () => {
    expect(resolve('postgresql://', { environment })).toMatchObject({
      hosts: [{ host: 'env-host', port: 2222 }],
      database: 'env-db',
      user: 'env-user',
      password: 'env-password',
      applicationName: 'from env',
      options: '-c geqo=off',
      connectTimeoutMs: 7000,
      ssl: { mode: 'verify-ca' },
      settings: { timezone: 'Asia/Kolkata' },
      targetSessionAttributes: 'read-write',
      loadBalanceHosts: 'random',
      channelBinding: 'disable',
      requireAuth: '!password',
    })
    expect(resolve('postgresql://', { environment: null })).toEqual({
      hosts: [{}],
      ssl: { mode: 'prefer' },
      settings: {},
    })
    expect(resolve('postgresql://', { environment: { PGHOST: '', PGPORT: '' } }).hosts).toEqual([{}])
    const written = resolve('postgresql:///d?host=a:7&host=b', { environment })
    expect(written.hosts).toEqual([{ host: 'a', port: 7 }, { host: 'b' }])
  })

  test('a service stands before the environment, the URL before both, the options before all', () => {
    const withService = { ...environment, PGSERVICE: 'shop', PGSERVICEFILE: services }
    expect(resolve('postgresql://', { environment: withService })).toMatchObject({
      hosts: [{ host: 'service-host', port: 1111 }],
      database: 'service db',
      user: 'service-user',
      password: 's3cret=1',
      applicationName: 'from service',
      connectTimeoutMs: 7000,
    })
    const url = 'postgresql://url-user:url-password@url-host/url-db?application_name=from+url&connect_timeout=3'
    expect(resolve(url, { environment: withService })).toMatchObject({
      hosts: [{ host: 'url-host', port: 1111 }],
      database: 'url-db',
      user: 'url-user',
      password: 'url-password',
      applicationName: 'from url',
      connectTimeoutMs: 3000,
    })
    const connectArguments = { application_name: 'from options', host: 'option-host', connect_timeout_ms: '20' }
    expect(resolve(url, { environment: withService, connectArguments })).toMatchObject({
      hosts: [{ host: 'option-host', port: 1111 }],
      applicationName: 'from options',
      connectTimeoutMs: 20,
    })
  })

  test('ssl=true of the URL is not weakened by what counts less, nor by its own other words', () => {
    const modeOf = (url: string, given: Given = {}): unknown => resolve(url, given).ssl
    const weak = { environment: { PGSSLMODE: 'disable' } }
    expect(modeOf('postgresql://h/d?ssl=true', weak)).toEqual({ mode: 'require' })
    expect(modeOf('postgresql://h/d?ssl=false', { environment: { PGSSLMODE: 'verify-full' } })).toEqual({
      mode: 'disable',
    })
    expect(modeOf('postgresql://h/d?sslmode=disable', { connectArguments: { ssl: 'true' } })).toEqual({
      mode: 'require',
    })
    expect(modeOf('postgresql://h/d?ssl=true', { connectArguments: { sslmode: 'verify-full' } })).toEqual({
      mode: 'verify-full',
    })
    expect(modeOf('postgresql://h/d?ssl=true&sslmode=verify-ca', weak)).toEqual({ mode: 'verify-ca' })
    expect(modeOf('postgresql://h/d', weak)).toEqual({ mode: 'disable' })
  })

  test('of the two ways to say how long connecting may take, the one that counts more', () => {
    const limitOf = (url: string, given: Given): unknown => resolve(url, given).connectTimeoutMs
    const seconds = { environment: { PGCONNECT_TIMEOUT: '7' } }
    expect(limitOf('postgresql://h/d?connect_timeout_ms=20', seconds)).toBe(20)
    expect(limitOf('postgresql://h/d?connect_timeout_ms=20', { connectArguments: { connect_timeout: '1' } })).toBe(1000)
    expect(limitOf('postgresql://h/d?connect_timeout=3', { connectArguments: { connect_timeout_ms: '5' } })).toBe(5)
  })

  test('a service by name, in the user’s file or the system’s', () => {
    expect(resolve(`service=shop servicefile=${services}`).database).toBe('service db')
    expect(resolve(`postgresql:///x?service=shop&servicefile=${services}`)).toMatchObject({ database: 'x' })
    const home = join(folder, 'home')
    mkdirSync(home)
    writeFileSync(join(home, '.pg_service.conf'), '[mine]\ndbname=of the user\n')
    writeFileSync(join(folder, 'pg_service.conf'), '[mine]\ndbname=hidden\n[ours]\ndbname=of all\n')
    const places = { HOME: home, PGSYSCONFDIR: folder }
    expect(resolve('service=mine', { environment: places }).database).toBe('of the user')
    expect(resolve('service=ours', { environment: places }).database).toBe('of all')
    expect(() => resolve('service=theirs', { environment: places })).toThrow(
      `The service 'theirs' is not defined in ${home}/.pg_service.conf and ${folder}/pg_service.conf`,
    )
    expect(() => resolve('service=mine')).toThrow("The service 'mine' is not defined: there is no service file")
    expect(() => resolve('service=a servicefile=/nowhere')).toThrow("The service file '/nowhere' cannot be read")
  })

  test('a service file that cannot be read does not show its values', () => {
    for (const line of ['s3cret', '=s3cret', 'service=s3cret', 'ldap://s3cret']) {
      let error: unknown
      try {
        parseServiceFile(`[a]\n[x]\n${line}`, 'x', 'f')
      } catch (caught) {
        error = caught
      }
      expect(inspect(error)).toContain('Line 3 of the service file f')
      expect(inspect(error)).not.toContain('s3cret')
    }
    expect(parseServiceFile('nonsense\n[x]\n', 'x', 'f')).toEqual(new Map())
    expect(parseServiceFile('[y]\n', 'x', 'f')).toBe(null)
  })

  test('the user’s folder has the pass file and the certificates', () => {
    expect(resolve('postgresql://', { environment: { HOME: '/home/me' } })).toMatchObject({
      passFile: '/home/me/.pgpass',
      ssl: { defaultFolder: '/home/me/.postgresql' },
    })
    expect(resolve('postgresql://', { environment: process.env }).passFile).toBe(join(homedir(), '.pgpass'))
    expect(resolve('postgresql://', { environment: { HOME: '/h', PGPASSFILE: '/p' } }).passFile).toBe('/p')
    expect(resolve('postgresql://?passfile=/q', { environment: { PGPASSFILE: '/p' } }).passFile).toBe('/q')
    expect(resolve('postgresql://', { environment: null }).passFile).toBe(undefined)
  })
})

describe('parameters', () => {
  test.each<[string, Partial<PostgresConnectOptions>]>([
    ['connect_timeout=0', { connectTimeoutMs: 0 }],
    ['connect_timeout=-1', { connectTimeoutMs: 0 }],
    ['connect_timeout=5', { connectTimeoutMs: 5000 }],
    ['connect_timeout=5&connect_timeout_ms=250', { connectTimeoutMs: 250 }],
    ['connect_timeout_ms=250&connect_timeout=5', { connectTimeoutMs: 250 }],
    ['failover_timeout_ms=0&cancel_grace_ms=9', { failoverTimeoutMs: 0, cancelGraceMs: 9 }],
    ['keepalives=0', { keepAlive: false }],
    ['keepalives=1&keepalives_idle=5', { keepAlive: true, keepAliveDelayMs: 5000 }],
    ['statement_cache_size=0', { statementCacheSize: 0 }],
    ['scram_max_iterations=0', { scramMaxIterations: 0 }],
    ['require_auth=scram-sha-256', { requireAuth: 'scram-sha-256' }],
    ['fallback_application_name=f', { applicationName: 'f' }],
    ['fallback_application_name=f&application_name=a', { applicationName: 'a' }],
    ['application_name=a&fallback_application_name=f', { applicationName: 'a' }],
    ['statement_timeout=5s&search_path=a,b', { settings: { statement_timeout: '5s', search_path: 'a,b' } }],
    ['client_encoding=UTF8&gssencmode=prefer&replication=false', {}],
    ['uselibpqcompat=true', {}],
    ['sslmode=disable', { ssl: { mode: 'disable' } }],
    ['sslmode=allow', { ssl: { mode: 'allow' } }],
    ['ssl=true', { ssl: { mode: 'require' } }],
    ['ssl=0', { ssl: { mode: 'disable' } }],
    ['ssl=true&sslmode=verify-full', { ssl: { mode: 'verify-full' } }],
    ['sslrootcert=system', { ssl: { mode: 'verify-full', ca: [] } }],
    [
      'sslmode=verify-ca&sslrootcert=/ca&sslcert=/c&sslkey=/k&sslpassword=p&sslcrl=/r&sslsni=0',
      {
        ssl: {
          mode: 'verify-ca',
          caFile: '/ca',
          certFile: '/c',
          keyFile: '/k',
          passphrase: 'p',
          crlFile: '/r',
          serverNameIndication: false,
        },
      },
    ],
    ['sslcert=/c&sslcertmode=disable', { ssl: { mode: 'prefer', withoutCertificate: true } }],
    ['sslcert=/c&sslcertmode=DISABLE&sslsni=1', { ssl: { mode: 'prefer', withoutCertificate: true } }],
    [
      'sslmode=require&sslnegotiation=direct&ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.3',
      { ssl: { mode: 'require', negotiation: 'direct', minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } },
    ],
  ])('%s', (query, options) => {
    expect(resolve(`postgresql://h/d?${query}`)).toEqual({
      hosts: [{ host: 'h' }],
      database: 'd',
      ssl: { mode: 'prefer' },
      settings: {},
      ...options,
    })
  })

  test.each([
    ['connect_timeout=5s', "The parameter connect_timeout is a whole number up to 2000000, not '5s'"],
    ['connect_timeout=99999999', 'up to 2000000'],
    ['statement_cache_size=-1', 'statementCacheSize must be a whole number from 0'],
    ['sslmode=verify_full', "sslmode has no value 'verify_full'; did you mean 'verify-full'?"],
    ['sslmode=toString', "sslmode has no value 'toString'"],
    ['dbname=postgresql://u:s3cret@h/d', 'dbname is the name of a database, not a URL'],
    ['ssl=maybe', "ssl is true or false, not 'maybe'"],
    ['sslrootcert=system&sslmode=require', 'sslmode must be verify-full, not require'],
    ['sslnegotiation=direct', 'direct negotiation of TLS needs the ssl mode require'],
    ['ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2', 'minVersion is above the maxVersion'],
    ['ssl_min_protocol_version=SSLv3', "has no value 'SSLv3'"],
    ['target_session_attrs=readwrite', "did you mean 'read-write'?"],
    ['load_balance_hosts=yes', 'load_balance_hosts has no value'],
    ['channel_binding=always', 'channel_binding has no value'],
    ['require_auth=scram', '"scram" is no method'],
    ['require_auth=md5,!password', 'it either names what is allowed'],
    ['require_auth=gss', 'leaves no method'],
    ['gssencmode=require', "cannot promise gssencmode='require'"],
    ['requirepeer=postgres', "cannot promise requirepeer='postgres': leave it out"],
    ['sslcrldir=/crl', "cannot promise sslcrldir='/crl': leave it out"],
    ['replication=database', "cannot promise replication='database'"],
    ['client_encoding=LATIN1', "cannot promise client_encoding='LATIN1'"],
    ['sslsni=false', "sslsni has no value 'false'"],
    ['sslcertmode=require', "cannot promise sslcertmode='require'"],
    ['min_protocol_version=3.2', "cannot promise min_protocol_version='3.2'"],
    ['user=a%01b%00', 'NUL'],
  ])('%s is refused', (query, message) => {
    expect(() => resolve(`postgresql://h/d?${query}`)).toThrow(message)
  })

  test.each([
    ['PGGSSENCMODE', 'require', "This driver cannot promise gssencmode='require': it can be disable, prefer"],
    ['PGSSLCERTMODE', 'require', "This driver cannot promise sslcertmode='require': it can be allow, disable"],
    ['PGSSLCRLDIR', '/crl', "This driver cannot promise sslcrldir='/crl': leave it out"],
  ])('%s=%s of the environment is refused before anything is connected', (name, value, message) => {
    expect(() => resolve('postgresql://h/d', { environment: { [name]: value } })).toThrow(new ArgumentError(message))
  })

  test('what has no effect is warned of, and what is unknown', async () => {
    const [messages, options] = await warningsOf(() =>
      resolve('postgresql://h/d?sslmod=require&keepalives_count=3&tcp_user_timeout=9&__proto__=1&schema=public'),
    )
    expect(messages).toEqual([
      "The URL's query has the parameter 'sslmod', which PostgreSQL connections do not have, so that it has no effect; did you mean 'sslmode'?",
      'keepalives_count=... has no effect: Node.js leaves it to the operating system; keepalives_idle is obeyed',
      'tcp_user_timeout=... has no effect: Node.js cannot set it; statements have signals and statement_timeout',
      expect.stringContaining("'__proto__'"),
      expect.stringContaining("'schema'"),
    ])
    expect(options).toMatchObject({ hosts: [{ host: 'h' }], ssl: { mode: 'prefer' } })
  })

  test('an unknown name in the options of the engine is refused', () => {
    expect(() => resolve('postgresql://h', { connectArguments: { sslmod: 'require' } })).toThrow(
      "connectArguments has the parameter 'sslmod', which PostgreSQL connections do not have; did you mean 'sslmode'?",
    )
  })
})
