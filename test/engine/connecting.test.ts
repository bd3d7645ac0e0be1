// How an engine finds its server: URLs of both forms, options, environment, passwords that change, and what is never printed.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import {
  ArgumentError,
  InvalidPassword,
  OperationalError,
  type PasswordRequest,
  ResourceClosedError,
} from '../../src/index.ts'
import { warningsOf } from '../dialect/postgresql/settings/warnings.ts'
import { postgresUrl } from '../support/server.ts'
import { plainTcp } from '../support/transport.ts'

const given = new URL(plainTcp(postgresUrl()))
const place = {
  host: given.hostname,
  port: given.port || '5432',
  user: given.username,
  password: decodeURIComponent(given.password),
  database: given.pathname.slice(1),
}
const variables = {
  PGHOST: place.host,
  PGPORT: place.port,
  PGUSER: place.user,
  PGPASSWORD: place.password,
  PGDATABASE: place.database,
}

const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-home-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function ask(engine: Engine, sql = 'SELECT current_database()'): Promise<unknown> {
  await using mine = engine
  return await mine.execute(sql).scalar()
}

describe('an engine connects', () => {
  it("by libpq's key=value strings", async () => {
    const { host, port, user, password, database } = place
    const text = `host=${host} port=${port} user='${user}' password='${password}' dbname=${database} application_name='a b'`
    expect(await ask(createEngine(text), 'SHOW application_name')).toBe('a b')
  })

  it('by the environment alone, by a service, and by a pass file', async () => {
    expect(await ask(createEngine('postgresql://', { environment: variables }))).toBe(place.database)
    writeFileSync(
      join(folder, '.pg_service.conf'),
      `[shop]\nhost=${place.host}\nport=${place.port}\nuser=${place.user}\ndbname=${place.database}\n`,
    )
    writeFileSync(join(folder, '.pgpass'), `*:*:${place.database}:*:${place.password.replaceAll(/[:\\]/g, '\\$&')}\n`)
    chmodSync(join(folder, '.pgpass'), 0o600)
    const environment = { HOME: folder, PGHOST: 'nowhere.invalid' }
    expect(await ask(createEngine('service=shop', { environment }))).toBe(place.database)
    expect(await ask(createEngine('postgresql://', { environment: { ...environment, PGSERVICE: 'shop' } }))).toBe(
      place.database,
    )
    const error = await ask(createEngine('postgresql://?service=shop', { environment, password: 'wrong' })).catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(InvalidPassword)
  })

  it('with what the process itself has in its environment', async () => {
    const before = process.env.PGAPPNAME
    process.env.PGAPPNAME = 'from the process'
    try {
      expect(await ask(createEngine(given.href), 'SHOW application_name')).toBe('from the process')
      expect(await ask(createEngine(given.href, { environment: false }), 'SHOW application_name')).toBe('')
      const named = createEngine(given.href, { connectArguments: { application_name: 'mine' } })
      expect(await ask(named, 'SHOW application_name')).toBe('mine')
    } finally {
      if (before === undefined) delete process.env.PGAPPNAME
      else process.env.PGAPPNAME = before
    }
  })

  it('by the last of what is said twice, as by libpq, where it is no list', async () => {
    const url = new URL(given)
    for (const name of ['first', 'second']) url.searchParams.append('application_name', name)
    for (const name of ['nowhere', url.pathname.slice(1)]) url.searchParams.append('dbname', name)
    for (const name of ['pg_catalog', 'public']) url.searchParams.append('search_path', name)
    const sql = "SELECT current_setting('application_name') || ' ' || current_setting('search_path')"
    expect(await ask(createEngine(url.href), sql)).toBe('second pg_catalog,public')
  })

  it('with settings of the session, in their own units', async () => {
    const url = new URL(given)
    url.searchParams.set('statement_timeout', '5s')
    url.searchParams.set('search_path', 'app, public')
    expect(await ask(createEngine(url.href), 'SHOW statement_timeout')).toBe('5s')
    expect(await ask(createEngine(url.href), 'SHOW search_path')).toBe('app, public')
    const argument = createEngine(given.href, { connectArguments: { statement_timeout: 250 } })
    expect(await ask(argument, 'SHOW statement_timeout')).toBe('250ms')
  })

  it('to the first of several servers that is there', async () => {
    const url = `postgresql://${given.username}:${given.password}@127.0.0.1:1,${given.host}${given.pathname}`
    expect(await ask(createEngine(url))).toBe(place.database)
    const listed = createEngine(`postgresql://${given.pathname}`, {
      environment: { ...variables, PGHOST: `127.0.0.1,${place.host}`, PGPORT: `1,${place.port}` },
    })
    expect(await ask(listed)).toBe(given.pathname === '/' ? place.user : place.database)
  })

  it('with a new password each time, which is asked for by server and user', async () => {
    const asked: PasswordRequest[] = []
    const url = new URL(given)
    url.password = ''
    const answers = ['expired', place.password, place.password]
    await using engine = createEngine(url.href, {
      environment: false,
      poolSize: 2,
      password: async (request) => {
        asked.push(request)
        return answers[asked.length - 1] ?? ''
      },
    })
    await expect(engine.connect()).rejects.toBeInstanceOf(InvalidPassword)
    const two = [await engine.connect(), await engine.connect()]
    for (const connection of two) await connection.close()
    const { host, port, user, database } = place
    expect(asked).toEqual(Array(3).fill({ host, port: Number(port), user, database }))
  })
})

it('an engine that is disposed of does not wait for servers that do not answer', async () => {
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  try {
    for (const query of ['', '?target_session_attrs=primary']) {
      const engine = createEngine(`postgresql://u:p@127.0.0.1:${port},127.0.0.1:1/d${query}`, { environment: false })
      const pending = engine.execute('SELECT 1').then(null, (error: unknown) => error)
      await new Promise((resolve) => silent.once('connection', resolve))
      const began = performance.now()
      await engine.dispose()
      // The default of connect_timeout is ten seconds.
      expect(performance.now() - began).toBeLessThan(5_000)
      expect(await pending).toBeInstanceOf(ResourceClosedError)
    }
  } finally {
    silent.close()
  }
})

describe('what is not known', () => {
  it('is warned of in the URL', async () => {
    const url = new URL(given)
    url.searchParams.set('applicaton_name', 'x')
    const [messages, answer] = await warningsOf(() => ask(createEngine(url.href), 'SELECT 1 AS one'))
    expect(answer).toBe(1)
    expect(messages).toEqual([
      "The URL's query has the parameter 'applicaton_name', which PostgreSQL connections do not have, so that it has no effect; did you mean 'application_name'?",
    ])
    url.searchParams.set('database', 'other')
    url.searchParams.delete('applicaton_name')
    const [[told] = []] = await warningsOf(() => ask(createEngine(url.href), 'SELECT 1 AS one'))
    expect(told).toMatch(/the parameter 'database', .*; did you mean 'dbname'\?$/)
  })

  it('is an error in the options', async () => {
    await createEngine('postgresql://').ready()
    expect(() => createEngine(given.href, { connectArguments: { applicaton_name: 'x' } })).toThrow(ArgumentError)
    expect(() => createEngine('pglite://', { connectArguments: { applicaton_name: 'x' } })).toThrow(ArgumentError)
    expect(() => createEngine(given.href, { enviroment: false } as never)).toThrow("did you mean 'environment'?")
  })

  it('is no matter where only the URL was changed, to a database inside the process', async () => {
    const connectArguments = { sslmode: 'verify-full', application_name: 'x', keepalives_count: 3 }
    const [messages, answer] = await warningsOf(() =>
      ask(createEngine('pglite://', { connectArguments }), 'SELECT 1 AS one'),
    )
    expect([messages, answer]).toEqual([[], 1])
    const [told] = await warningsOf(() => createEngine('pglite://?sslmode=require').ready())
    expect(told).toEqual([expect.stringContaining("'sslmode', which embedded databases do not have")])
  })
})

describe('the password is never shown', () => {
  it('by an engine, its URL, its connections, or the errors of connecting', async () => {
    const secret = 's3cr3t-pass'
    const shown = (value: unknown): string =>
      inspect(value, { depth: 12, showHidden: true }) + String(value) + (JSON.stringify(value, circular()) ?? '')
    for (const url of [
      `postgresql://u:${secret}@127.0.0.1:1/d?sslpassword=${secret}`,
      `host=127.0.0.1 port=1 user=u password=${secret} sslpassword=${secret} dbname=d`,
      `postgresql://u@127.0.0.1:1,127.0.0.1:2/d?password=${secret}&target_session_attrs=primary`,
    ]) {
      await using engine = createEngine(url, { connectArguments: { password: secret }, password: secret })
      const error = await engine.execute('SELECT 1').catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(OperationalError)
      expect(shown(error) + shown(engine) + shown(engine.url) + shown(engine.pool)).not.toContain(secret)
    }
    await using engine = createEngine(given.href)
    await using connection = await engine.connect()
    const all = shown(connection) + shown(connection.driverConnection) + shown(engine.pool)
    expect(all).not.toContain(place.password)
  })
})

/** Leaves out what was seen, and numbers that JSON does not have. */
function circular(): (key: string, value: unknown) => unknown {
  const seen = new Set<unknown>()
  return (_key, value) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return null
    seen.add(value)
    return value
  }
}
