// The PostgreSQL dialect: lists, codecs, drivers, BEGIN, the question for a table, ON CONFLICT, on a real server.
import pg from 'pg'
import {
  ARRAY,
  ArgumentError,
  BigInteger,
  Boolean,
  Column,
  type Criterion,
  Date,
  DateTime,
  Double,
  Float,
  Integer,
  Interval,
  JSON as JsonSql,
  LargeBinary,
  MetaData,
  Numeric,
  SmallInteger,
  type SqlType,
  String,
  select,
  Text,
  Time,
  table,
  tuple,
  UniqueConstraint,
  Uuid,
} from 'tsalchemy'
import { insert, JSONB, postgresqlDialect, REAL } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostgresCodec } from '../../../src/dialect/postgresql/codec/index.ts'
import { Bind } from '../../../src/expression/element/bind.ts'
import { CreateTable } from '../../../src/expression/schema/ddl/table.ts'
import { NullType } from '../../../src/expression/types/null.ts'
import { postgresUrl } from '../../support/server.ts'

const dialect = postgresqlDialect()
const metadata = new MetaData()
const users = table(
  'users',
  metadata,
  { id: Column(Integer, { primaryKey: true }), name: Column(String), age: Column(Integer, { nullable: true }) },
  { constraints: [new UniqueConstraint(['name'], { name: 'uq_name' })] },
)
const u = users.c

let client: pg.Client
beforeAll(async () => {
  client = new pg.Client({ connectionString: postgresUrl() })
  await client.connect()
  await client.query(dialect.compile(new CreateTable(users)).sql)
  await client.query("INSERT INTO users (id, name, age) VALUES (1, 'a', 10), (2, 'b', NULL), (3, 'c', 30)")
})
afterAll(() => client.end())

/** Runs a statement with the values that its binds hold, encoded as the driver does. */
async function run(element: Parameters<typeof dialect.compile>[0]): Promise<unknown[][]> {
  const { sql, parameters, statement } = dialect.compile(element)
  const values = parameters.map(({ bind, process }, index) => {
    const value = (bind as Bind).effectiveValue()
    const processed = process === null ? value : process(value)
    const codec = statement.parameters[index] as PostgresCodec | null
    return codec === null || processed === null ? processed : codec.encode(processed)
  })
  const { rows } = await client.query({ text: sql, values, rowMode: 'array' })
  return rows
}
const idsWhere = async (...criteria: readonly Criterion[]): Promise<unknown[]> =>
  (
    await run(
      select(u.id)
        .where(...criteria)
        .orderBy(u.id),
    )
  ).flat()

describe('lists', () => {
  test('are one parameter, whatever their length', async () => {
    const listed = (ids: number[]) => dialect.compile(select(u.id).where(u.id.in(ids)))
    expect(listed([1]).sql).toBe('SELECT users.id \nFROM users \nWHERE users.id = ANY ($1::INTEGER[])')
    expect(listed([]).sql).toBe(listed([1, 2, 3]).sql)
    expect(dialect.compile(u.id.notIn([1])).sql).toBe('users.id <> ALL ($1::INTEGER[])')
    expect(await idsWhere(u.id.in([1, 3]))).toEqual([1, 3])
    expect(await idsWhere(u.id.in([]))).toEqual([])
    expect(await idsWhere(u.id.notIn([]))).toEqual([1, 2, 3])
    expect(await idsWhere(u.name.notIn(['a', "b'"]))).toEqual([2, 3])
    expect(await idsWhere(u.age.in([10, null]))).toEqual([1])
    expect(await idsWhere(u.id.in([1, 3]).eq(true))).toEqual([1, 3])
  })

  test('of tuples are one parameter for each member', async () => {
    const pairs = tuple(u.id, u.name).in([
      [1, 'a'],
      [2, 'x'],
    ])
    const { sql, parameters } = dialect.compile(pairs)
    expect(sql).toBe('(users.id, users.name) IN (SELECT * FROM unnest($1::INTEGER[], $2::VARCHAR[]))')
    expect(parameters.map(({ index }) => index)).toEqual([0, 0])
    expect(await idsWhere(pairs)).toEqual([1])
    expect(await idsWhere(tuple(u.id, u.name).in([]))).toEqual([])
    expect(await idsWhere(tuple(u.id, u.name).notIn([[1, 'a']]))).toEqual([2, 3])
  })

  test('can be written at execution', () => {
    const expand = postgresqlDialect({ inLists: 'expand' })
    const compiled = expand.compile(select(u.id).where(u.id.in([1, 2]), u.age.eq(5)))
    expect(compiled.sql).toBe('SELECT users.id \nFROM users \nWHERE users.id IN () AND users.age = $1::INTEGER')
    expect(compiled.holes).toEqual([
      { offset: compiled.sql.indexOf('()') + 1, parameter: 1, empty: 'NULL) AND (1 != 1' },
    ])
    expect(compiled.statement.prepare).toBe(false)
    expect([expand.features.arrayLists, dialect.features.arrayLists]).toEqual([false, true])
    expect(() => postgresqlDialect({ inLists: 'arrays' as 'array' })).toThrow(ArgumentError)
    const misspelt = { inList: 'array' }
    expect(() => postgresqlDialect(misspelt as never)).toThrow("did you mean 'inLists'?")
  })

  test('of arrays are written at execution, as arrays of arrays are flat', () => {
    const tagged = table('tagged', new MetaData(), { tags: Column(ARRAY(String)) })
    expect(dialect.compile(tagged.c.tags.in([['a']] as never)).holes).toHaveLength(1)
  })
})

describe('types', () => {
  const TYPES: readonly (readonly [SqlType, string | null, string])[] = [
    [String(50), 'varchar', '$1::VARCHAR'],
    [Text, 'text', '$1::VARCHAR'],
    [Integer, 'int4', '$1::INTEGER'],
    [SmallInteger, 'int2', '$1::SMALLINT'],
    [BigInteger, 'int8', '$1::BIGINT'],
    [Numeric(10, 2), 'numeric', '$1::NUMERIC'],
    [Numeric(null, null, { as: 'number' }), 'numeric', '$1::NUMERIC'],
    [Float, 'float8', '$1::FLOAT'],
    [Float(24), 'float4', '$1::REAL'],
    [Double, 'float8', '$1::FLOAT'],
    [REAL, 'float4', '$1::REAL'],
    [Boolean, 'bool', '$1::BOOLEAN'],
    [Date, 'date', '$1::DATE'],
    [Time, 'time', '$1::TIME WITHOUT TIME ZONE'],
    [Time({ timezone: true }), 'timetz', '$1::TIME WITH TIME ZONE'],
    [DateTime, 'timestamp', '$1::TIMESTAMP WITHOUT TIME ZONE'],
    [DateTime({ timezone: true }), 'timestamptz', '$1::TIMESTAMP WITH TIME ZONE'],
    [DateTime({ timezone: true, as: 'string' }), 'timestamptz', '$1::TIMESTAMP WITH TIME ZONE'],
    [Interval, 'interval', '$1::INTERVAL'],
    [LargeBinary, 'bytea', '$1::BYTEA'],
    [Uuid, 'uuid', '$1::UUID'],
    [JsonSql(), 'json', '$1::JSON'],
    [JSONB(), 'jsonb', '$1::JSONB'],
    [ARRAY(Integer), 'int4[]', '$1::INTEGER[]'],
    [ARRAY(Numeric(5, 2), { dimensions: 2 }), 'numeric[]', '$1::NUMERIC[]'],
    [ARRAY(NullType), null, '$1'],
    [NullType, null, '$1'],
  ]
  test.each(TYPES)('%#: %s', (type, codec, placeholder) => {
    expect(dialect.codec(type)?.name ?? null).toBe(codec)
    expect(dialect.compile(new Bind('x', null, type, { anonymous: true })).sql).toBe(placeholder)
    expect(dialect.codec(type)).toBe(dialect.codec(type))
  })
})

describe('drivers', () => {
  const settings = {
    driverName: null,
    hosts: [],
    user: null,
    password: null,
    database: null,
    query: {},
    connectArguments: {},
    environment: null,
  } as const
  const create = (change: Partial<Parameters<typeof dialect.createDriver>[0]>) =>
    dialect.createDriver({ ...settings, ...change })

  test('are chosen by name', () => {
    expect(create({}).name).toBe('postgresql')
    expect(create({ driverName: 'pg' }).maxConnections).toBe(null)
    expect(create({ driverName: 'pglite' })).toMatchObject({ name: 'pglite', maxConnections: 1 })
    expect(() => create({ driverName: 'pgx' })).toThrow("PostgreSQL has no driver 'pgx'; did you mean 'pg'?")
  })

  test("take libpq's parameters", async () => {
    const url = new URL(postgresUrl())
    const driver = create({
      hosts: [{ host: decodeURIComponent(url.hostname), port: Number(url.port) }],
      user: url.username,
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      query: { application_name: 'a test', connect_timeout: '5', sslmode: 'prefer', channel_binding: 'prefer' },
    })
    const connection = await driver.connect()
    expect(connection.serverSettings.get('application_name')).toBe('a test')
    await connection.close()
  })

  test('refuse what they do not know', () => {
    expect(() => create({ connectArguments: { aplication_name: 'x' } })).toThrow(
      "connectArguments has the parameter 'aplication_name', which PostgreSQL connections do not have; did you mean 'application_name'?",
    )
    expect(() => create({ driverName: 'pglite', connectArguments: { sslmod: 'prefer' } })).toThrow(ArgumentError)
    expect(create({ driverName: 'pglite', connectArguments: { sslmode: 'prefer' } }).name).toBe('pglite')
    expect(() => create({ driverName: 'pglite', hosts: [{ host: 'folder', port: null }] })).toThrow('three slashes')
  })
})

test('BEGIN has words of closed sets only', async () => {
  expect(dialect.beginStatement({})).toBe('BEGIN')
  const all = dialect.beginStatement({ isolationLevel: 'SERIALIZABLE', readOnly: true, deferrable: true })
  expect(all).toBe('BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE')
  await client.query(all)
  expect((await client.query('SHOW transaction_isolation')).rows).toEqual([{ transaction_isolation: 'serializable' }])
  await client.query('ROLLBACK')
  expect(dialect.beginStatement({ readOnly: false, deferrable: false })).toBe('BEGIN READ WRITE NOT DEFERRABLE')
  expect(() => dialect.beginStatement({ isolationLevel: 'SERIALIZABLE; DROP TABLE users' as 'SERIALIZABLE' })).toThrow(
    ArgumentError,
  )
})

test('the question whether a table exists', async () => {
  const has = async (name: string, schema: string | null = null): Promise<unknown> =>
    (await run(dialect.hasTableStatement(name, schema)))[0]?.[0]
  expect(await has('users')).toBe(true)
  expect(await has('users', 'public')).toBe(true)
  expect(await has('Users')).toBe(false)
  expect(await has("users' OR true --")).toBe(false)
  expect(await has('users', 'other')).toBe(false)
  expect(await has('pg_class')).toBe(false)
  expect(await has('pg_class', 'pg_catalog')).toBe(true)
  expect(dialect.compile(dialect.hasTableStatement('x', null)).columns?.map(({ key }) => key)).toEqual(['exists'])
})

describe('ON CONFLICT', () => {
  const row = insert(users).values({ id: 1, name: 'new', age: 5 })
  const sqlOf = (element: Parameters<typeof dialect.compile>[0]): string =>
    dialect.compile(element).sql.replace(/^.* (?=ON CONFLICT)/, '')

  test('DO NOTHING', async () => {
    expect(sqlOf(row.onConflictDoNothing())).toBe('ON CONFLICT DO NOTHING')
    expect(sqlOf(row.onConflictDoNothing({ indexElements: ['id'] }))).toBe('ON CONFLICT (id) DO NOTHING')
    expect(sqlOf(row.onConflictDoNothing({ constraint: 'uq_name' }))).toBe(
      'ON CONFLICT ON CONSTRAINT uq_name DO NOTHING',
    )
    expect(sqlOf(row.onConflictDoNothing({ constraint: users.constraints[0] as UniqueConstraint }))).toBe(
      'ON CONFLICT ON CONSTRAINT uq_name DO NOTHING',
    )
    expect(sqlOf(row.onConflictDoNothing({ constraint: users.primaryKey }))).toBe('ON CONFLICT (id) DO NOTHING')
    expect(await run(row.onConflictDoNothing().returning(u.id))).toEqual([])
  })

  test('DO UPDATE', async () => {
    await client.query('BEGIN')
    const upsert = row.onConflictDoUpdate({
      indexElements: ['id'],
      set: (excluded) => ({ age: u.age.add(excluded.age), name: excluded.name }),
      where: u.age.gt(1),
    })
    expect(sqlOf(upsert.returning(u.name, u.age))).toBe(
      'ON CONFLICT (id) DO UPDATE SET name = excluded.name, age = (users.age + excluded.age) WHERE users.age > $4::INTEGER RETURNING users.name, users.age',
    )
    expect(await run(upsert.returning(u.name, u.age))).toEqual([['new', 15]])
    await client.query('ROLLBACK')
  })

  test('keeps its methods whatever is called before', () => {
    const built = insert(users).inline().returning(u.id).values({ name: 'x' }).onConflictDoNothing().returning(u.name)
    expect(dialect.compile(built).sql).toBe(
      'INSERT INTO users (name) VALUES ($1::VARCHAR) ON CONFLICT DO NOTHING RETURNING users.id, users.name',
    )
  })

  test('refuses what cannot be', () => {
    const update = { set: { name: 'x' } }
    expect(() => row.onConflictDoUpdate(update)).toThrow('needs to know which conflict is meant')
    expect(() => row.onConflictDoUpdate({ indexElements: ['id'], set: {} })).toThrow('sets no column')
    // @ts-expect-error no such column
    expect(() => row.onConflictDoNothing({ indexElements: ['nmae'] })).toThrow("did you mean 'name'?")
    // @ts-expect-error no such column
    expect(() => row.onConflictDoUpdate({ indexElements: ['id'], set: { nmae: 'x' } })).toThrow("did you mean 'name'?")
    // @ts-expect-error an unknown option
    expect(() => row.onConflictDoNothing({ indexElement: ['id'] })).toThrow("did you mean 'indexElements'?")
    expect(() => row.onConflictDoNothing({ indexElements: ['id'], constraint: 'x' })).toThrow('exclude each other')
    expect(() => row.onConflictDoNothing({ indexWhere: u.id.gt(1) })).toThrow('indexWhere belongs to indexElements')
  })

  test('is part of the cache key, its values are not', async () => {
    const { Interner, KeyPass } = await import('../../../src/expression/base/cache-key.ts')
    const pass = new KeyPass(new Interner())
    const keyOf = (element: ReturnType<typeof row.onConflictDoNothing>): number[] => {
      pass.start(element)
      return [...pass.ints.slice(0, pass.length)]
    }
    const setTo = (name: string) => keyOf(row.onConflictDoUpdate({ indexElements: ['id'], set: { name } }))
    expect(setTo('a')).toEqual(setTo('b'))
    const others = [
      keyOf(row),
      keyOf(row.onConflictDoNothing()),
      keyOf(row.onConflictDoNothing({ indexElements: ['id'] })),
      keyOf(row.onConflictDoNothing({ indexElements: ['name'] })),
      keyOf(row.onConflictDoNothing({ indexElements: ['name'], indexWhere: u.id.gt(1) })),
      keyOf(row.onConflictDoNothing({ constraint: 'x' })),
      keyOf(row.onConflictDoUpdate({ indexElements: ['id'], set: { age: 5 } })),
      keyOf(row.onConflictDoUpdate({ indexElements: ['id'], set: { age: 5 }, where: u.id.gt(1) })),
    ].map(asText)
    expect(new Set(others).size).toBe(others.length)
  })
})

function asText(value: unknown): string {
  return `${value}`
}
