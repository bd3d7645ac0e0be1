// Names and values of any content: they come back as they were, or are refused with words; never another statement.
import fc from 'fast-check'
import pg from 'pg'
import {
  Column,
  CompileError,
  deleteFrom,
  func,
  IdentifierError,
  Integer,
  JSON as JsonSql,
  LargeBinary,
  literal,
  literalColumn,
  MetaData,
  type SqlType,
  String as StringSql,
  select,
  table,
  text,
} from 'tsalchemy'
import { insert } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { byteLength, Identifiers } from '../../../src/dialect/compile/identifier.ts'
import { RESERVED_WORDS } from '../../../src/dialect/postgresql/reserved.ts'
import { CreateTable, DropTable, SetColumnComment } from '../../../src/expression/schema/ddl/table.ts'
import { postgresUrl } from '../../support/server.ts'
import { compiled, postgresArrays, users } from './fixture.ts'

let client: pg.Client
beforeAll(async () => {
  client = new pg.Client({ connectionString: postgresUrl() })
  await client.connect()
})
afterAll(() => client.end())

const sqlOf = (element: Parameters<typeof compiled>[0]): string => compiled(element, postgresArrays).sql
const valueOf = async (sql: string): Promise<unknown> => Object.values((await client.query(sql)).rows[0] ?? {})[0]

const NASTY = [
  'select',
  'Order',
  'a b',
  'a"b',
  `a'b`,
  '"; DROP TABLE users; --',
  'a\\b',
  '%s',
  ':x',
  '$1',
  '1abc',
  '__proto__',
  'constructor',
  'toString',
  'a.b',
  'ä',
  'naïve 🎉',
  'a\nb',
  '/* x',
  '--',
  '{}',
  '\u202e',
]
const anyName = fc.oneof(fc.constantFrom(...NASTY), fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }))
const anyText = fc.oneof(
  fc.constantFrom(...NASTY, '', '\\', "\\'", "'||pg_sleep(9)||'", "E'\\x'", '$$', '\\000'),
  fc.string({ unit: 'binary' }),
)
const isUnholdable = (value: string): boolean => /[\0\uD800-\uDFFF]/u.test(value)

describe('names', () => {
  const { quote } = { quote: (name: string) => postgresArrays.quote(name) }

  test.each([
    ['users', 'users'],
    ['_u', '_u'],
    ['x$', 'x$'],
    ['$x', '"$x"'],
    ['1a', '"1a"'],
    ['User', '"User"'],
    ['select', '"select"'],
    ['lateral', '"lateral"'],
    ['ok_1', 'ok_1'],
    ['a.b', '"a.b"'],
    ['a"b', '"a""b"'],
    ['ä', '"ä"'],
  ])('%s is written %s', (name, quoted) => {
    expect(quote(name)).toBe(quoted)
  })

  test('all reserved words of the server are known', async () => {
    const { rows } = await client.query(`SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')`)
    expect(rows.map(({ word }) => word).filter((word) => !RESERVED_WORDS.has(word))).toEqual([])
  })

  test('which no name may be are refused', () => {
    expect(() => quote('')).toThrow(IdentifierError)
    expect(() => quote('a\0b')).toThrow(IdentifierError)
    expect(() => quote('a\ud800')).toThrow(IdentifierError)
    expect(() => quote('x'.repeat(64))).toThrow('is 64 bytes long; the database holds 63')
    expect(() => quote('ä'.repeat(32))).toThrow('is 64 bytes long')
    expect(quote('x'.repeat(63))).toBe('x'.repeat(63))
    expect(quote('ä'.repeat(31))).toBe(`"${'ä'.repeat(31)}"`)
  })

  test('as labels come back from a server', async () => {
    await fc.assert(
      fc.asyncProperty(anyName, async (name) => {
        fc.pre(!isUnholdable(name) && byteLength(name) <= 63)
        const { fields } = await client.query(sqlOf(select(literalColumn('1').label(name))))
        expect(fields.map((field) => field.name)).toEqual([name])
      }),
      { numRuns: 60, examples: NASTY.map((name) => [name]) },
    )
  })

  test('as tables, columns and aliases work on a server', async () => {
    for (const name of NASTY) {
      const odd = table(name, new MetaData(), { [name]: Column(Integer, { primaryKey: true, comment: name }) })
      const column = odd.columnList[0] as (typeof odd.columnList)[number]
      await client.query(sqlOf(new CreateTable(odd)))
      await client.query(sqlOf(new SetColumnComment(column)))
      const inserted = postgresArrays.compile(
        insert(odd)
          .values({ [name]: 5 } as never)
          .returning(column),
      )
      expect((await client.query(inserted.sql, [5])).rows).toEqual([Object.fromEntries([[name, 5]])])
      const alias = odd.alias(name === 'a b' ? 'c d' : name)
      const again = select(alias.columnList[0] as never).where((alias.columnList[0] as typeof column).eq(5 as never))
      expect((await client.query(postgresArrays.compile(again).sql, [5])).rowCount).toBe(1)
      await client.query(postgresArrays.compile(deleteFrom(odd).where(column.eq(5 as never))).sql, [5])
      await client.query(sqlOf(new DropTable(odd)))
    }
  })

  test('that are generated from long ones are cut to what the server holds', () => {
    const base = 'ä'.repeat(40)
    const alias = users.alias()
    const named = select(func.sum(users.c.id).label('n'), alias.c.id).where(users.c.id.eq(alias.c.id))
    expect(sqlOf(named)).toContain('users AS users_1')
    const identifiers = new Identifiers({ reserved: RESERVED_WORDS, maxBytes: 63 })
    expect(identifiers.truncate(`${base}_1`, 10)).toBe(`${'ä'.repeat(28)}_a`)
    expect(byteLength(identifiers.shorten(base.repeat(2)))).toBeLessThanOrEqual(63)
    expect(identifiers.shorten(`${base}1`)).not.toBe(identifiers.shorten(`${base}2`))
    expect(identifiers.shorten('short')).toBe('short')
  })

  test('lengths in bytes are those of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(byteLength(value)).toBe(Buffer.byteLength(value))
      }),
    )
  })
})

describe('values', () => {
  const inline = (value: unknown, type: SqlType): string =>
    postgresArrays.compile(select(literal(value, type as SqlType<unknown>)), { literalBinds: true }).sql

  test('never reach the text', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        expect(sqlOf(select(users.c.id).where(users.c.name.eq(value)))).toBe(
          'SELECT users.id \nFROM users \nWHERE users.name = $1::VARCHAR',
        )
      }),
    )
  })

  test.each(['on', 'off'])('written out come back with standard_conforming_strings %s', async (setting) => {
    await client.query(`SET standard_conforming_strings = ${setting}; SET escape_string_warning = off`)
    await fc.assert(
      fc.asyncProperty(anyText, async (value) => {
        if (isUnholdable(value)) expect(() => inline(value, StringSql)).toThrow(CompileError)
        else expect(await valueOf(inline(value, StringSql))).toBe(value)
      }),
      { numRuns: 60, examples: NASTY.map((value) => [value]) },
    )
    const bytes = Uint8Array.of(0, 39, 92, 255)
    expect(new Uint8Array((await valueOf(inline(bytes, LargeBinary))) as Buffer)).toEqual(bytes)
    const document = { "it's": ['\\', '"'] }
    // Typed, so that the driver reads it as a document.
    expect(await valueOf(inline(document, JsonSql()))).toEqual(document)
    await client.query('RESET standard_conforming_strings; RESET escape_string_warning')
  })

  test('written out: numbers, constants, lists', async () => {
    const show = (value: unknown, type?: SqlType): string =>
      postgresArrays.compile(literal(value, type as SqlType<unknown>), { literalBinds: true }).sql
    expect([show(5), show(-5n), show(true), show(1.5), show('x')]).toEqual(['5', '-5', 'true', '1.5', "'x'"])
    expect(await valueOf(`SELECT ${show(Number.NaN)}`)).toBeNaN()
    expect(await valueOf(`SELECT ${show(new Date(0))}::timestamptz`)).toEqual(new Date(0))
    const listed = select(users.c.id).where(users.c.id.in([1, -2]), users.c.name.notIn([]))
    expect(postgresArrays.compile(listed, { literalBinds: true })).toMatchObject({
      sql: 'SELECT users.id \nFROM users \nWHERE users.id IN (1, -2) AND (users.name NOT IN (NULL) OR (1 = 1))',
      parameters: [],
      uncacheable: 'values are written into the text',
    })
    expect(sqlOf(users.c.age.negate())).toBe('-users.age')
    const negative = postgresArrays.compile(literal(-5).negate(), { literalBinds: true }).sql
    expect(negative).toBe('- -5')
  })

  test('written by hand cannot hide a NUL', () => {
    expect(() => sqlOf(text('SELECT 1\0'))).toThrow()
  })
})
