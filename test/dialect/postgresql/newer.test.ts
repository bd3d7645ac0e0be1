// What older servers do not know: their error says which version does.
import { afterAll, describe, expect, test } from 'vitest'
import { neededVersion } from '../../../src/dialect/postgresql/newer.ts'
import { createEngine } from '../../../src/engine/create.ts'
import {
  Column,
  func,
  Integer,
  MetaData,
  merge,
  SQLAlchemyError,
  String as SqlString,
  select,
  table,
  values,
} from '../../../src/index.ts'
import { postgresUrl } from '../../support/server.ts'
import { serverMajor } from '../../support/server-major.ts'

const engine = createEngine(postgresUrl())
const major = await serverMajor(postgresUrl())
afterAll(() => engine.dispose())

const metadata = new MetaData()
const things = table('things', metadata, { id: Column(Integer, { primaryKey: true }), name: Column(SqlString) })
const t = things.c
await metadata.createAll(engine)

const news = values({ id: Integer }, { name: 'news' }).data([[3]])
const merging = merge(things, news, news.c.id.eq(t.id)).whenMatched({ update: { name: 'x' } })

const WANTED: readonly (readonly [number, string, () => PromiseLike<unknown>])[] = [
  [16, 'any_value()', () => engine.execute(select(func<string>('any_value', t.name)))],
  [16, 'IS JSON', () => engine.execute("SELECT 'ä', '{}' IS JSON")],
  [17, 'RETURNING of MERGE', () => engine.execute(merging.returning(t.id))],
  [17, 'WHEN NOT MATCHED BY SOURCE', () => engine.execute(merging.whenNotMatchedBySource({ doNothing: true }))],
  [18, 'uuidv7()', () => engine.execute(select(func<string>('uuidv7')))],
  [
    18,
    'a computed column that is not stored ({ persisted: false })',
    () => {
      const own = new MetaData()
      table('computed', own, {
        a: Column(Integer),
        b: Column(Integer, { computed: { sql: 'a + 1', persisted: false } }),
      })
      return own.createAll(engine)
    },
  ],
  [18, 'NOT ENFORCED', () => engine.execute('CREATE TABLE unforced (a int, CONSTRAINT ck CHECK (a > 0) NOT ENFORCED)')],
  [18, 'WITHOUT OVERLAPS', () => engine.execute('CREATE TABLE spans (span int4range, UNIQUE (span WITHOUT OVERLAPS))')],
  [
    18,
    'PERIOD in a foreign key',
    () =>
      engine.execute(
        'CREATE TABLE parts (id int, span int4range, FOREIGN KEY (id, PERIOD span) REFERENCES wholes (id, PERIOD span))',
      ),
  ],
  [18, 'OLD and NEW in RETURNING', () => engine.execute("UPDATE things SET name = 'y' RETURNING old.name, new.name")],
]

describe('on the server of the tests', () => {
  test('the version is that of the server, and a function that is there is not said to be new', async () => {
    const error: unknown = await engine.execute("SELECT uuidv7('x', 'y')").then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(SQLAlchemyError)
    expect((error as Error).message.includes('HINT: uuidv7() needs PostgreSQL 18 or newer')).toBe(major < 18)
  })

  test.each(WANTED)('since %i: %s', async (since, name, run) => {
    if (name.startsWith('PERIOD')) await engine.execute('DROP TABLE IF EXISTS wholes')
    const error: unknown = await Promise.resolve(run()).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (major < since) {
      expect(error).toBeInstanceOf(SQLAlchemyError)
      expect((error as Error).message).toContain(`\nHINT: ${name} needs PostgreSQL ${since} or newer`)
    } else if (error !== null) expect((error as Error).message).not.toContain('or newer')
  })
})

describe('what a server says', () => {
  const stopped = (statement: string, at: string, sqlState = '42601') => {
    const position = [...statement.slice(0, statement.indexOf(at))].length + 1
    return neededVersion({ severity: 'ERROR', sqlState, position }, statement)
  }
  test.each([
    [
      'MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE RETURNING a',
      'RETURNING',
      '42601',
      /^RETURNING of MERGE needs PostgreSQL 17/,
    ],
    ["SELECT '𝒳'; MERGE INTO t", 'MERGE', '42601', null],
    ['SELECT a RETURNING b', 'RETURNING', '42601', null],
    ["SELECT '𝒳', a IS NOT JSON", 'JSON', '42601', /^IS JSON needs PostgreSQL 16/],
    ['SELECT JSON', 'JSON', '42601', null],
    ['SELECT uuidv7()', 'uuidv7', '42883', /^uuidv7\(\) needs PostgreSQL 18/],
    ['SELECT "uuidv7" ()', '"uuidv7"', '42883', /^uuidv7\(\) needs PostgreSQL 18/],
    ['SELECT nothing()', 'nothing', '42883', null],
    ['SELECT __proto__()', '__proto__', '42883', null],
    ['SELECT uuidv7()', 'uuidv7', 'toString', null],
    ['UPDATE t SET a = 1 RETURNING "old".a', '"old"', '42P01', /^OLD and NEW in RETURNING needs PostgreSQL 18/],
    ['SELECT old.a', 'old', '42P01', null],
  ] as const)('%s at %s with %s', (statement, at, sqlState, expected) => {
    const said = stopped(statement, at, sqlState)
    if (expected === null) expect(said).toBeNull()
    else expect(said).toMatch(expected)
  })

  test('a server that has it is right for another reason', () => {
    const fields = { sqlState: '42883', position: 8 }
    const said = (serverVersion: string) => neededVersion({ ...fields, serverVersion }, "SELECT uuidv7('x', 'y')")
    expect(said('17.10 (Debian 17.10-1.pgdg120+1)')).toBe('uuidv7() needs PostgreSQL 18 or newer')
    expect([said('18.4'), said('18beta1'), said('19devel')]).toEqual([null, null, null])
  })

  test('without a place nothing is known', () => {
    expect(neededVersion({ severity: 'ERROR', sqlState: '42601' }, 'MERGE INTO t RETURNING a')).toBeNull()
  })
})
