// What programs do, over a unix socket and over TLS that checks everything: the same as over TCP.
//
// `npm run test:transports` runs all tests so; these few run each time.

import {
  BigInteger,
  Column,
  createEngine,
  DateTime,
  type Engine,
  Integer,
  InvalidPassword,
  insert,
  JSON as Json,
  LargeBinary,
  MetaData,
  Numeric,
  OperationalError,
  QueryCanceled,
  String,
  select,
  table,
  UniqueViolation,
} from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, Relationship, selectinload, sessionmaker } from 'tsalchemy/orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type OwnServer, startOwnServer } from '../faults/own-server.ts'
import { type TlsFolder, tlsFolder } from '../support/tls.ts'

let files: TlsFolder
let server: OwnServer

beforeAll(async () => {
  files = tlsFolder()
  server = await startOwnServer({
    ...files.settings(),
    // What is not meant is not possible.
    ...files.rules('local all all scram-sha-256', 'hostssl all all 127.0.0.1/32 scram-sha-256'),
    unix_socket_directories: files.path,
  })
}, 60_000)
afterAll(async () => {
  await server.end()
  files.remove()
})

const urls = {
  'a unix socket': () => {
    const { password, port } = new URL(server.url)
    return `postgresql://postgres:${password}@${encodeURIComponent(files.path)}:${port}/postgres`
  },
  "a unix socket, in libpq's form": () => {
    const { password, port } = new URL(server.url)
    return `host='${files.path}' port=${port} user=postgres password=${password} dbname=postgres`
  },
  'TLS with every check and a bound password': () => {
    const { password, port } = new URL(server.url)
    const query = `sslmode=verify-full&sslrootcert=${files.file('authority.crt')}&channel_binding=require`
    return `postgresql://postgres:${password}@localhost:${port}/postgres?${query}`
  },
  'TLS that begins at once': () => {
    const { password, port } = new URL(server.url)
    const query = `sslmode=verify-full&sslrootcert=${files.file('authority.crt')}&sslnegotiation=direct`
    return `postgresql://postgres:${password}@localhost:${port}/postgres?${query}`
  },
}
const CHECKED = 'TLS with every check and a bound password'
const AT_ONCE = 'TLS that begins at once'

async function serverMajor(): Promise<number> {
  await using engine = createEngine(urls[CHECKED](), { environment: false })
  return Math.floor(Number(await engine.execute('SHOW server_version_num').scalar()) / 10_000)
}

it('TLS that begins at once needs a server that knows it', async () => {
  await using engine = createEngine(urls[AT_ONCE](), { environment: false })
  const isNew = (await serverMajor()) >= 17
  const asked = engine.execute('SELECT 1').scalar()
  if (isNew) expect(await asked).toBe(1)
  else await expect(asked).rejects.toThrow(/sslnegotiation=direct\) needs PostgreSQL 17 or newer/)
})

const metadata = new MetaData()
const items = table('items', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50), { unique: true }),
  amount: Column(Numeric(30, 10), { nullable: true }),
  big: Column(BigInteger, { nullable: true }),
  seen: Column(DateTime({ timezone: true }), { nullable: true }),
  bytes: Column(LargeBinary, { nullable: true }),
  document: Column(Json<unknown>(), { nullable: true }),
})

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('user_account')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan' }) addresses!: Address[]
}

@Entity('address')
class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String()) email!: string
  @Column(Integer, { foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User
}

describe.each(Object.entries(urls))('over %s', (name, ours) => {
  let url: string
  let engine: Engine
  beforeEach(async () => {
    // Above it is said what comes of TLS at once where it is too new.
    const isTooNew = name === AT_ONCE && (await serverMajor()) < 17
    url = isTooNew ? urls[CHECKED]() : ours()
    engine = createEngine(url, { poolSize: 4, environment: false })
    await metadata.createAll(engine)
  })
  afterEach(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  it('values are what they were', async () => {
    const row = {
      id: 1,
      name: 'snö ☃ 🂡',
      amount: '12345678901234567890.0123456789',
      big: 2n ** 62n,
      seen: new Date('2024-02-29T12:34:56.789Z'),
      bytes: new Uint8Array(300_000).map((_, index) => index % 251),
      document: { list: [1, null, 'x'], text: 'y'.repeat(1_000_000) },
    }
    await engine.execute(insert(items).values(row))
    expect(await engine.execute(select(items)).one()).toEqual(row)
  })

  it('many rows travel, both ways, in pieces of any size', async () => {
    const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, name: `${id}-${'z'.repeat(id % 40)}` }))
    await engine.begin((conn) => conn.execute(insert(items), rows))
    const found = await engine.execute(select(items.c.id, items.c.name).orderBy(items.c.id)).all()
    expect(found).toEqual(rows)
    let sum = 0
    await engine.begin(async (conn) => {
      for await (const { id } of conn.stream(select(items.c.id), null, { yieldPer: 100 })) sum += id
    })
    expect(sum).toBe((4_999 * 5_000) / 2)
  })

  it('errors, savepoints and rollbacks', async () => {
    const add = insert(items).values({ id: 1, name: 'one' })
    await engine.begin(async (conn) => {
      await conn.execute(add)
      const nested = conn.beginNested()
      await expect(conn.execute(add)).rejects.toBeInstanceOf(UniqueViolation)
      await nested.rollback()
      await conn.execute(insert(items).values({ id: 2, name: 'two' }))
    })
    const failing = engine.begin(async (conn) => {
      await conn.execute(insert(items).values({ id: 3, name: 'three' }))
      throw new RangeError('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await engine.execute(select(items.c.id).orderBy(items.c.id)).scalars().all()).toEqual([1, 2])
  })

  it('a statement is canceled, and the connection goes on', async () => {
    await using conn = await engine.connect()
    const signal = AbortSignal.timeout(50)
    await expect(conn.execute('SELECT pg_sleep(60)', null, { signal })).rejects.toBe(await reasonOf(signal))
    await conn.rollback()
    expect(await conn.execute('SELECT 1 AS one').scalar()).toBe(1)
    await conn.execute("SET LOCAL statement_timeout = '50ms'")
    await expect(conn.execute('SELECT pg_sleep(60)')).rejects.toBeInstanceOf(QueryCanceled)
  })

  it('a connection that is killed is replaced', async () => {
    await using conn = await engine.connect()
    const kill = (): Promise<unknown> =>
      engine.execute('SELECT pg_terminate_backend($1)', [conn.driverConnection?.processId ?? 0])
    // Nothing stands on it yet.
    await kill()
    expect(await conn.execute('SELECT 1 AS one').scalar()).toBe(1)
    await kill()
    await expect(conn.execute('SELECT 1')).rejects.toBeInstanceOf(OperationalError)
    await conn.rollback()
    expect(await conn.execute('SELECT 1 AS one').scalar()).toBe(1)
  })

  it('a unit of work', async () => {
    await Base.metadata.createAll(engine)
    try {
      const SessionLocal = sessionmaker({ bind: engine })
      await SessionLocal.begin(async (session) => {
        session.add(new User({ name: 'ed', addresses: [new Address({ email: 'ed@example.com' })] }))
      })
      await using session = SessionLocal()
      const user = mapped(User)
      const [ed] = await session.scalars(select(user).options(selectinload(user.addresses))).all()
      expect(ed?.addresses.map(({ email }) => email)).toEqual(['ed@example.com'])
    } finally {
      await Base.metadata.dropAll(engine)
    }
  })

  it('a wrong password is refused, and not shown', async () => {
    await using wrong = createEngine(url, { environment: false, password: 'wr0ng' })
    const error = await wrong.connect().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InvalidPassword)
    expect((error as Error).stack).not.toContain('wr0ng')
  })
})

it('in the clear over TCP there is no way in', async () => {
  await using engine = createEngine(`${server.url}?sslmode=disable`, { environment: false })
  await expect(engine.connect()).rejects.toThrow(/no encryption/)
})

async function reasonOf(signal: AbortSignal): Promise<unknown> {
  while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
  return signal.reason
}
