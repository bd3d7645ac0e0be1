// Texts of 20 MB, and literals of any characters: nothing that reads them runs out of stack, or of time.
import fc from 'fast-check'
import { ARRAY, and, column, createEngine, type Engine, Integer, literal, or, select, Text, text } from 'tsalchemy'
import { Composite } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DriverError } from '../../src/dialect/contract/driver.ts'
import { arrayOf } from '../../src/dialect/postgresql/codec/array.ts'
import type { PostgresCodec } from '../../src/dialect/postgresql/codec/codec.ts'
import { compositeOf } from '../../src/dialect/postgresql/codec/composite.ts'
import { hstore } from '../../src/dialect/postgresql/codec/hstore.ts'
import { rangeOf } from '../../src/dialect/postgresql/codec/range.ts'
import { text as textCodec } from '../../src/dialect/postgresql/codec/text.ts'
import { refuseCopyIn } from '../../src/dialect/postgresql/driver/copy-in.ts'
import { scanSql } from '../../src/dialect/sqlite/driver/scan.ts'
import { parseText } from '../../src/expression/select/text-parameters.ts'
import { summaryOf, withoutLiterals } from '../../src/opentelemetry/sql-summary.ts'
import { databases, sqliteUrl } from '../support/server.ts'

const LENGTH = 20_000_000
const PLAIN = 'x'.repeat(LENGTH)
const QUOTES = "''".repeat(LENGTH / 2)
const ESCAPES = '\\"'.repeat(LENGTH / 2)

const pair = compositeOf('pair', [
  { key: 'one', codec: textCodec },
  { key: 'two', codec: textCodec },
])
const span = rangeOf(textCodec, 'span', 0)
const decoded = <T>(codec: PostgresCodec<T>, value: string): T => {
  const bytes = Buffer.from(value)
  return codec.decodeText(bytes, 0, bytes.length)
}
const encoded = (codec: PostgresCodec, value: unknown): string => codec.encodeItem(value)
// As numbers: of a difference of 20 MB nobody wants to see the text.
const lengths = (values: Iterable<unknown>): number[] => Array.from(values, (value) => String(value).length)

describe.each([
  ['letters', PLAIN, LENGTH],
  ['escapes', ESCAPES, LENGTH / 2],
])('20 MB of %s', (_what, content, length) => {
  test.each([
    ['hstore', () => Object.values(decoded(hstore, `"a"=>"${content}", "b"=>NULL`)), [length, 4]],
    ['a key of hstore', () => Object.keys(decoded(hstore, `"${content}"=>NULL`)), [length]],
    ['a composite', () => Object.values(decoded(pair, `("${content}",b)`)), [length, 1]],
    ['an array', () => decoded(arrayOf(textCodec), `{"${content}",b}`), [length, 1]],
    [
      'a range',
      () => {
        const { lower, upper } = decoded(span, `["${content}",b)`)
        return [lower, upper]
      },
      [length, 1],
    ],
  ])('in %s', (_type, read, expected) => expect(lengths(read())).toEqual(expected))
})

describe.each([
  ["'", "'"],
  ["E'", "'"],
  ['"', '"'],
  ['$a$', '$a$'],
  ['--', '\n'],
  ['/*', '*/'],
])('20 MB of SQL between %s and %j', (open, close) => {
  const contents = open === '"' ? [PLAIN, QUOTES.replaceAll("'", '"')] : open.endsWith("'") ? [PLAIN, QUOTES] : [PLAIN]
  const statements = contents.map((content) => `SELECT ${open}${content}${close} , :a FROM t`)

  test('parameters are found behind it', () => {
    for (const sql of statements) expect(parseText(sql).names).toEqual(['a'])
  })
  test('it is looked through for COPY', () => {
    for (const sql of statements) expect(refuseCopyIn(`${sql} stdin`)).toBeNull()
  })
  test('it is scanned for SQLite', () => {
    for (const sql of statements) expect(scanSql(sql).verb).toBe('SELECT')
  })
  test('it has a summary', () => {
    for (const sql of statements) expect(summaryOf(sql).summary).toBe('SELECT t')
    for (const sql of statements) expect(withoutLiterals(sql).endsWith(' , :a FROM t')).toBe(true)
  })
})

test('SQL that goes on and on is read once', () => {
  for (const piece of ['/*', '[', "'", '"', '$a$', '(', ':a ', '::', '\\:', 'E ', '$']) {
    const sql = piece.repeat(1_000_000)
    parseText(sql)
    scanSql(sql)
    refuseCopyIn(`${sql} stdin`)
  }
})

test('arrays that are no arrays', () => {
  const array = arrayOf(textCodec)
  expect(() => decoded(array, '{'.repeat(1_000_000))).toThrow(DriverError)
  expect(() => decoded(array, `${'[1:1]'.repeat(1_000_000)}={a}`)).toThrow(DriverError)
  expect(decoded(array, '[0:0][1:1][-5:-5][2:2][3:3][2147483647:2147483647]={{{{{{a}}}}}}')).toEqual([[[[[['a']]]]]])
})

test('many criteria', () => {
  const x = column('x', Integer)
  const many = Array.from({ length: 200_000 }, (_, index) => x.eq(index))
  let all = and(...many.slice(0, 100_000))
  all = and(all, and(...many.slice(100_000)), all)
  expect(all.kind).toBe('booleanList')
  expect(or(...many.slice(0, 100_000)).kind).toBe('booleanList')
  expect(select(x).where(all, all).state.where).toHaveLength(600_000)
})

describe('texts of any characters come back', () => {
  const odd = fc.string({
    unit: fc.constantFrom('"', '\\', ',', ')', '(', '{', '}', '=', '>', ' ', "'", 'a', 'ä', '😀', '\n', 'N'),
  })
  const some = fc.option(odd)
  test('in hstore', () => {
    fc.assert(
      fc.property(fc.dictionary(odd, some), (value) => {
        expect(decoded(hstore, encoded(hstore, value))).toEqual({ ...value })
      }),
    )
  })
  test('in composites and ranges', () => {
    fc.assert(
      fc.property(some, some, (one, two) => {
        expect(decoded(pair, encoded(pair, { one, two }))).toEqual({ one, two })
        const read = decoded(span, `[${one === null ? '' : quoted(one)},${two === null ? '' : quoted(two)})`)
        expect([read.lower, read.upper]).toEqual([one, two])
      }),
    )
  })
  test('what is cut off is no literal', () => {
    fc.assert(
      fc.property(odd, odd, fc.nat(), (one, two, at) => {
        for (const [codec, literal] of [
          [hstore, encoded(hstore, { [one]: two })],
          [pair, encoded(pair, { one, two })],
          [span, `[${quoted(one)},${quoted(two)})`],
        ] as const) {
          const cut = literal.slice(0, at % literal.length)
          // An empty text is an empty hstore.
          if (cut !== '') expect(() => decoded(codec as PostgresCodec, cut)).toThrow(DriverError)
        }
      }),
    )
  })
  /** As the server writes it: quotes are doubled. */
  const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`
})

test.each(['', 'E'])('parameters in and behind strings (%s)', (prefix) => {
  const inside = fc.string({ unit: fc.constantFrom("''", ':a', ' ', '"', '--', '/*', prefix === 'E' ? "\\'" : '\\') })
  fc.assert(
    fc.property(inside, inside, (one, two) => {
      const sql = `SELECT ${prefix}'${one}' , :a, ${prefix}'${two}', :b`
      expect(parseText(sql).names).toEqual(['a', 'b'])
      expect(parseText(sql).strings.join('?')).toBe(
        prefix === 'E'
          ? sql.replace(/:a(, E'(?:[^'\\]|''|\\.)*', ):b$/, '?$1?')
          : sql.replace(/:a(, '(?:[^']|'')*', ):b$/, '?$1?').replaceAll('\\:', ':'),
      )
    }),
  )
})

const LONG = `it's ${'"\\'.repeat(1_000_000)}`

describe.each([...databases(), { name: 'SQLite', url: sqliteUrl() }])('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('written into the text', { timeout: 60_000 }, async () => {
    const sql = `SELECT length('${LONG.replaceAll("'", "''")}') AS "length", :a AS other`
    expect(await engine.execute(text(sql), { a: 'x' }).one()).toEqual({ length: LONG.length, other: 'x' })
  })
})

describe.each(databases())('on $name', ({ url }) => {
  test('in a composite with an array', { timeout: 60_000 }, async () => {
    await using engine = createEngine(url)
    const Pair = Composite('pair_of_long', { one: Text, many: ARRAY(Text) })
    await using conn = await engine.connect()
    // Goes with the transaction, which nobody commits.
    await conn.execute('CREATE TYPE pair_of_long AS (one text, many text[])')
    const back = await conn.execute(select(literal({ one: LONG, many: [LONG, ''] }, Pair).label('it'))).scalarOne()
    expect(lengths([back?.one, ...(back?.many ?? [])])).toEqual([LONG.length, LONG.length, 0])
  })
})
