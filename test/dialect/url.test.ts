import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeURL, URL, type URLParts } from '../../src/dialect/url.ts'
import { ArgumentError } from '../../src/errors.ts'

function partsOf(url: URL): Record<string, unknown> {
  const { scheme, username, password, host, port, database, query } = url
  return { scheme, username, password, host, port, database, query: { ...query } }
}

const nothing = { username: null, password: null, host: null, port: null, database: null, query: {} }

describe('makeURL', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'postgresql://scott:tiger@localhost:5432/shop',
      { scheme: 'postgresql', username: 'scott', password: 'tiger', host: 'localhost', port: 5432, database: 'shop' },
    ],
    ['postgres://localhost', { scheme: 'postgres', host: 'localhost' }],
    ['postgresql+psycopg2://host/db', { scheme: 'postgresql+psycopg2', host: 'host', database: 'db' }],
    ['POSTGRESQL://Host/Db', { scheme: 'postgresql', host: 'Host', database: 'Db' }],
    ['postgresql://', { scheme: 'postgresql' }],
    ['postgresql:///db', { scheme: 'postgresql', database: 'db' }],
    ['postgresql://host:/db', { scheme: 'postgresql', host: 'host', database: 'db' }],
    ['postgresql://:5433/db', { scheme: 'postgresql', port: 5433, database: 'db' }],
    ['pglite://', { scheme: 'pglite' }],
    ['pglite:///some/folder', { scheme: 'pglite', database: 'some/folder' }],
    ['pglite:////some/folder', { scheme: 'pglite', database: '/some/folder' }],
    ['sqlite:////home/me@example.com/x.db', { scheme: 'sqlite', database: '/home/me@example.com/x.db' }],
    ['postgresql://user@host', { scheme: 'postgresql', username: 'user', host: 'host' }],
    ['postgresql://user:@host', { scheme: 'postgresql', username: 'user', password: '', host: 'host' }],
    ['postgresql://[::1]:5432/db', { scheme: 'postgresql', host: '::1', port: 5432, database: 'db' }],
    [
      'postgresql://u:p@[fe80::1%25eth0]/db',
      { scheme: 'postgresql', username: 'u', password: 'p', host: 'fe80::1%eth0', database: 'db' },
    ],
    [
      'postgresql://%2Fvar%2Frun%2Fpostgresql/db',
      { scheme: 'postgresql', host: '/var/run/postgresql', database: 'db' },
    ],
    ['postgresql:///db?host=/var/run', { scheme: 'postgresql', database: 'db', query: { host: '/var/run' } }],
    [
      'postgresql://h/d?a=1&b=x+y%26z&a=2&c=',
      { scheme: 'postgresql', host: 'h', database: 'd', query: { a: ['1', '2'], b: 'x y&z', c: '' } },
    ],
    [
      'postgresql://u%40x:p%2Fw%3A%25@h/d%20b',
      { scheme: 'postgresql', username: 'u@x', password: 'p/w:%', host: 'h', database: 'd b' },
    ],
    ['postgresql://u:p@w@h', { scheme: 'postgresql', username: 'u', password: 'p@w', host: 'h' }],
    ['postgresql://u:p:w@h', { scheme: 'postgresql', username: 'u', password: 'p:w', host: 'h' }],
    ['postgresql://u:100%w%C3%A9@h', { scheme: 'postgresql', username: 'u', password: '100%wé', host: 'h' }],
    ['  postgresql://h\n', { scheme: 'postgresql', host: 'h' }],
  ])('reads %s', (given, expected) => {
    expect(partsOf(makeURL(given))).toEqual({ ...nothing, ...expected })
  })

  it.each<[string, { host: string | null; port: number | null }[]]>([
    [
      'postgresql://one,two/db',
      [
        { host: 'one', port: null },
        { host: 'two', port: null },
      ],
    ],
    [
      'postgresql://u:p,w@one:5433,[::1]:5434,%2Frun,%40name,:5435/db',
      [
        { host: 'one', port: 5433 },
        { host: '::1', port: 5434 },
        { host: '/run', port: null },
        { host: '@name', port: null },
        { host: null, port: 5435 },
      ],
    ],
    [
      'host=one,,/run port=1,2, dbname=db',
      [
        { host: 'one', port: 1 },
        { host: null, port: 2 },
        { host: '/run', port: null },
      ],
    ],
    [
      'host=one,two port=6',
      [
        { host: 'one', port: 6 },
        { host: 'two', port: 6 },
      ],
    ],
    ['postgresql://one/db', [{ host: 'one', port: null }]],
    ['postgresql:///db', []],
    ['dbname=db', []],
  ])('reads the servers of %s', (given, hosts) => {
    const url = makeURL(given)
    expect(url.hosts).toEqual(hosts)
    expect([url.host, url.port]).toEqual([hosts[0]?.host ?? null, hosts[0]?.port ?? null])
    expect(makeURL(url.renderAsString({ hidePassword: false })).hosts).toEqual(hosts)
  })

  it.each<[string, Record<string, unknown>]>([
    ['host=localhost dbname=shop', { host: 'localhost', database: 'shop' }],
    [
      String.raw` user = 'o\'neill'  password='a\\b c' port= 5433 host=/run/my\ db application_name=x=y dbname=a'b `,
      {
        username: "o'neill",
        password: String.raw`a\b c`,
        host: '/run/my db',
        port: 5433,
        database: "a'b",
        query: { application_name: 'x=y' },
      },
    ],
    ["host=a\nuser=b host=c dbname='' options=''", { host: 'c', username: 'b', query: { options: '' } }],
    ['host=a,b port=5432,5433,5434', { query: { host: 'a,b', port: '5432,5433,5434' } }],
    ['host=a port=0', { host: 'a', port: 0 }],
    ['host=a port=x', { query: { host: 'a', port: 'x' } }],
    ['service=shop', { query: { service: 'shop' } }],
    ['__proto__=1 host=h', { host: 'h', query: Object.fromEntries([['__proto__', '1']]) }],
  ])('reads %j as libpq does', (given, expected) => {
    expect(partsOf(makeURL(given))).toEqual({ ...nothing, scheme: 'postgresql', ...expected })
  })

  it("reads back libpq's form, whatever its values hold", () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
    const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`
    fc.assert(
      fc.property(value, value, value, fc.constantFrom('=', ' = ', '= ', '\t=\n'), (user, password, name, equals) => {
        const pairs = { user, password, application_name: name }
        const text = Object.entries(pairs).map(([key, each]) => `${key}${equals}${quoted(each)}`)
        const url = makeURL(text.join('  '))
        expect([url.username ?? '', url.password ?? '', url.query.application_name]).toEqual([user, password, name])
      }),
      { numRuns: 300 },
    )
  })

  it('refuses anything else with an error of its own', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }).map((rest) => `postgresql://${rest}`),
      fc.string({ unit: 'grapheme' }).map((rest) => `host=${rest}`),
      fc
        .array(fc.constantFrom("'", '\\', '=', ' ', 'a', '@', ',', ':', '/', '%', '[', ']', '?', '&'), {
          maxLength: 30,
        })
        .map((list) => `a=${list.join('')}`),
    )
    fc.assert(
      fc.property(noise, (text) => {
        try {
          expect(makeURL(text)).toBeInstanceOf(URL)
        } catch (error) {
          expect(error).toBeInstanceOf(ArgumentError)
        }
      }),
      { numRuns: 1000 },
    )
    const began = performance.now()
    for (const text of [
      `a='${'\\'.repeat(200_000)}`,
      `a=${' '.repeat(200_000)}=`,
      `x=${"' ".repeat(50_000)}`,
      `postgresql://${'@'.repeat(100_000)}`,
    ])
      try {
        makeURL(text)
      } catch (error) {
        expect(error).toBeInstanceOf(ArgumentError)
      }
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  it('names backend and driver', () => {
    const plain = makeURL('postgresql://h')
    expect([plain.backendName, plain.driverName]).toEqual(['postgresql', null])
    const named = makeURL('postgresql+asyncpg://h')
    expect([named.backendName, named.driverName]).toEqual(['postgresql', 'asyncpg'])
  })

  it('takes a URL as it is and the URL of the platform', () => {
    const url = makeURL('postgresql://h/d')
    expect(makeURL(url)).toBe(url)
    expect(makeURL(new globalThis.URL('postgresql://u:p%40w@h:5432/d')).password).toBe('p@w')
  })

  it.each([
    ['', /must look like/],
    ['shop', /must look like/],
    ["host=localhost dbname=shop password='s3cret", /key=value pairs cannot be told apart/],
    ['host=localhost s3cret', /key=value pairs cannot be told apart/],
    ['password=s3cret port=99999', /port must be a whole number/],
    ['postgresql:s3cret', /must look like/],
    ['://u:s3cret@h', /must look like/],
    ['postgresql://u:s3cret/x@h/db', /'@' behind the first '\/'.*percent-encoded/],
    ['postgresql://u:12/s3cret@h/db', /'@' behind the first '\/'/],
    ['postgresql://u:s3cret#x@h/db', /'#' before the database/],
    ['postgresql://u:12?s3cret@h/db', /no '='/],
    ['postgresql://h:s3cret', /port is not a number/],
    ['postgresql://h:99999', /port must be a whole number/],
    ['postgresql://u:s3cret@::1/db', /IPv6 address put in brackets/],
    ['postgresql://u:s3cret@[::1/db', /cannot be told apart/],
    ['postgresql://u:s3cret@one:1,two:x/db', /port is not a number/],
    ['postgresql://u:s3cret@one,::1/db', /IPv6 address put in brackets/],
    ['postgresql://u:s3cret%00@h', /password contains a NUL/],
    ['postgresql://h/d?s3cret', /no '='/],
    ['postgresql://h/d?x=s3cret%00', /'x' of a database URL must be a string without NUL/],
  ])('refuses %j without repeating it', (given, message) => {
    let error: unknown
    try {
      makeURL(given)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toMatch(message)
    expect(inspect(error)).not.toContain('s3cret')
  })

  it('says so when an environment variable is not set', () => {
    expect(() => makeURL(undefined as never)).toThrow(
      new ArgumentError('A database URL must be a string or a URL, got undefined; is the environment variable set?'),
    )
    expect(() => makeURL({ host: 'x' } as never)).toThrow('got a value of type object')
  })
})

describe('URL', () => {
  const url = makeURL(
    'postgresql://scott:s3cret@localhost:5432/shop?password=s3cret&sslpassword=s3cret&sslmode=require',
  )

  it('never shows the password but on request', () => {
    const masked = 'postgresql://scott:***@localhost:5432/shop?password=***&sslmode=require&sslpassword=***'
    expect(String(url)).toBe(masked)
    expect(JSON.stringify({ url })).toBe(JSON.stringify({ url: masked }))
    expect(inspect(url)).toBe(`URL(${masked})`)
    expect(inspect({ deep: [{ url }] }, { depth: 9, showHidden: true })).not.toContain('s3cret')
    expect(JSON.stringify(Object.entries({ ...url, query: null }))).not.toContain('s3cret')
    expect(url.renderAsString({ hidePassword: false })).toBe(
      'postgresql://scott:s3cret@localhost:5432/shop?password=s3cret&sslmode=require&sslpassword=s3cret',
    )
  })

  it('knows the secrets of libpq that no driver here takes, and mistyped options', () => {
    const others = makeURL('postgresql://h?scram_client_key=s3cret&scram_server_key=s3cret&oauth_client_secret=s3cret')
    expect(String(others)).toBe('postgresql://h?oauth_client_secret=***&scram_client_key=***&scram_server_key=***')
    expect(() => url.renderAsString({ hidePasword: false } as never)).toThrow(/hidePasword.*hidePassword/)
    expect(() => url.updateQuery({}, { appned: true } as never)).toThrow(/appned.*append/)
  })

  it('is immutable', () => {
    expect(() => Object.assign(url, { host: 'other' })).toThrow(TypeError)
    expect(() => Object.assign(url.query, { host: 'other' })).toThrow(TypeError)
  })

  it('gives changed copies', () => {
    const changed = url.set({ host: 'db', database: null, password: null, query: {} })
    expect(changed.renderAsString({ hidePassword: false })).toBe('postgresql://scott@db:5432')
    expect(url.host).toBe('localhost')
    expect(url.set({ port: 5433 }).password).toBe('s3cret')
    const several = makeURL('postgresql://one:1,two:2/db')
    expect(String(several.set({ database: 'x' }))).toBe('postgresql://one:1,two:2/x')
    expect(String(several.set({ port: 3 }))).toBe('postgresql://one:3/db')
    expect(
      String(
        several.set({
          hosts: [
            { host: 'a', port: null },
            { host: '::1', port: 5 },
          ],
        }),
      ),
    ).toBe('postgresql://a,[::1]:5/db')
    expect(String(several.set({ hosts: [] }))).toBe('postgresql:///db')
  })

  it('changes its query', () => {
    const plain = makeURL('postgresql://h?a=1')
    expect(String(plain.updateQuery({ b: ['2', '3'] }))).toBe('postgresql://h?a=1&b=2&b=3')
    expect(String(plain.updateQuery({ a: '2' }))).toBe('postgresql://h?a=2')
    expect(String(plain.updateQuery({ a: '2' }, { append: true }))).toBe('postgresql://h?a=1&a=2')
    expect(
      String(
        plain.updateQueryPairs([
          ['b', '1'],
          ['b', '2'],
        ]),
      ),
    ).toBe('postgresql://h?a=1&b=1&b=2')
    expect(String(plain.updateQueryString('b=x%20y&c=3'))).toBe('postgresql://h?a=1&b=x%20y&c=3')
    expect(String(plain.updateQuery({ b: '2' }).differenceUpdateQuery(['a', 'z']))).toBe('postgresql://h?b=2')
  })

  it('says what parameters are given as', () => {
    const url = makeURL('postgresql://h')
    const wrong = (value: unknown) => value as never
    for (const value of [undefined, null, 5, 'a=b', {}, Symbol('s')]) {
      expect(() => url.updateQueryPairs(wrong(value))).toThrow('updateQueryPairs() takes pairs of name and value')
      expect(() => url.differenceUpdateQuery(wrong(value))).toThrow('differenceUpdateQuery() takes a list of names')
    }
    expect(() => url.updateQueryPairs(wrong(['ab']))).toThrow('updateQueryPairs() takes pairs of name and value')
    for (const value of [undefined, null, 5, 'a=b', [['a', 'b']]])
      expect(() => url.updateQuery(wrong(value))).toThrow('updateQuery() takes parameters by name')
    for (const value of [undefined, null, 5, {}])
      expect(() => url.updateQueryString(wrong(value))).toThrow('updateQueryString() takes a text')
    expect(String(url.updateQueryPairs(new Map([['a', 'b']])))).toBe('postgresql://h?a=b')
    expect(url.equals(wrong(undefined))).toBe(false)
  })

  it('compares by all parts', () => {
    expect(makeURL('postgresql://u:p@h/d').equals(makeURL('postgresql://u:p@h/d'))).toBe(true)
    expect(makeURL('postgresql://u:p@h/d').equals(makeURL('postgresql://u:q@h/d'))).toBe(false)
  })

  it('refuses unknown and impossible parts', () => {
    expect(() => URL.create({ scheme: 'postgresql', hots: 'x' } as never)).toThrow(
      new ArgumentError("URL.create() has no option 'hots'; did you mean 'host'?"),
    )
    expect(() => URL.create({ scheme: 'post gres' })).toThrow('scheme must be a name')
    expect(() => url.set({ port: 1.5 })).toThrow('port must be a whole number')
    expect(() => url.set({ host: 'a', hosts: [] })).toThrow("either 'hosts' or 'host' and 'port'")
    expect(() => url.set({ hosts: 'a' as never })).toThrow('must be a list')
    expect(() => url.set({ hosts: [{ host: 'a', port: 70000 }] })).toThrow('port must be a whole number')
    expect(() => Object.assign(url.hosts, [null])).toThrow(TypeError)
    expect(() => url.set({ host: 5 as never })).toThrow('host must be a string, got number')
    expect(() => url.set({ query: { a: 1 as never } })).toThrow("'a' of a database URL must be a string")
  })

  it('keeps hostile parameter names as ordinary ones', () => {
    const hostile = makeURL('postgresql://h?__proto__=1&constructor=2&toString=3')
    expect(Object.getPrototypeOf(hostile.query)).toBe(null)
    expect(Object.entries(hostile.query)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ])
  })

  it('is read back as it was written, whatever its parts hold', () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => value.isWellFormed() && !value.includes('\0'))
    const maybe: fc.Arbitrary<string | null> = fc.option(part)
    const host: fc.Arbitrary<string | null> = fc.option(part.filter((value) => !/[:,]/.test(value)))
    const password: fc.Arbitrary<string | null> = fc.option(fc.oneof(part, fc.constant('')))
    const port: fc.Arbitrary<number | null> = fc.option(fc.integer({ min: 1, max: 65535 }))
    const parts: fc.Arbitrary<URLParts> = fc.record({
      scheme: fc.constantFrom('postgresql', 'postgresql+pg'),
      username: maybe,
      password,
      host,
      port,
      database: maybe,
      query: fc.dictionary(part, fc.oneof(part, fc.array(part, { minLength: 2, maxLength: 3 }))),
    })
    fc.assert(
      fc.property(parts, (given) => {
        const made = URL.create(given)
        const text = made.renderAsString({ hidePassword: false })
        expect(makeURL(text).renderAsString({ hidePassword: false })).toBe(text)
        expect(partsOf(makeURL(text))).toEqual(partsOf(made))
      }),
      { numRuns: 300 },
    )
  })
})
