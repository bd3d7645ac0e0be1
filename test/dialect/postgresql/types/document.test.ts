// JSON documents and arrays against databases: operators give what they promise, values come back as they were.
import * as fc from 'fast-check'
import {
  ARRAY,
  BigInteger,
  Boolean,
  CHAR,
  Column,
  createEngine,
  Integer,
  insert,
  JSON,
  jsonNull,
  literal,
  MetaData,
  Numeric,
  type Selectable,
  select,
  sqlNull,
  Text,
  table,
} from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

interface Body {
  a: { b: string; n: number; deep: { x: (string | null)[] } }
  list: string[]
  flag: boolean
  nothing: null
  "it's": number
}
const BODY: Body = {
  a: { b: 'text', n: 5, deep: { x: ['one', null] } },
  list: ['x', 'y'],
  flag: true,
  nothing: null,
  "it's": 1,
}

describe.each(databases())('documents and arrays on $name', ({ url }) => {
  const engine = createEngine(url)
  const metadata = new MetaData()
  const t = table('documents', metadata, {
    id: Column(Integer, { primaryKey: true }),
    body: Column(JSONB<Body>()),
    plain: Column(JSON<Body>()),
    maybe: Column(JSONB<{ x: number }>(), { nullable: true }),
    strict: Column(JSON<number>({ noneAsNull: false }), { nullable: true }),
    numbers: Column(ARRAY(Integer)),
    zero: Column(ARRAY(Integer, { zeroIndexes: true })),
    grid: Column(ARRAY(Text, { dimensions: 2 })),
    many: Column(ARRAY(JSON<unknown>({ noneAsNull: false }))),
  })
  const c = t.c
  const value = async (expression: Selectable): Promise<unknown> =>
    (
      await engine
        .execute(select(expression).where(c.id.eq(1)))
        .tuples()
        .one()
    )[0]

  beforeAll(async () => {
    await metadata.createAll(engine)
    const row = {
      body: BODY,
      plain: BODY,
      numbers: [1, 2, 3],
      zero: [1, 2, 3],
      grid: [
        ['a', 'b'],
        ['c', 'd'],
      ],
      many: [null, [1, 2], { a: null }],
    }
    await engine.execute(
      insert(t).values([
        { ...row, id: 1, maybe: null, strict: null },
        { ...row, id: 2, maybe: jsonNull, strict: sqlNull() },
      ]),
    )
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('keys, places and paths', async () => {
    for (const doc of [c.body, c.plain]) {
      expect(await value(doc.at('a').at('b'))).toBe('text')
      expect(await value(doc.at('list').at(1))).toBe('y')
      expect(await value(doc.at("it's"))).toBe(1)
      expect(await value(doc.path(['a', 'deep', 'x', 0]))).toBe('one')
      expect(await value(doc.path(['a', 'nowhere'] as never))).toBe(null)
      expect(await value(doc.at('a').at('n').as(Integer))).toBe(5)
      expect(await value(doc.at('a').at('n').as(BigInteger))).toBe(5n)
      expect(await value(doc.path(['a', 'n']).as(Numeric(5, 2)))).toBe('5.00')
      expect(await value(doc.at('flag').as(Boolean))).toBe(true)
      expect(await value(doc.at('list').asString())).toMatch(/^\["x", ?"y"\]$/)
      expect(await value(doc.at('nothing').asString())).toBe(null)
      expect(await value(doc.at('list').at(0).asString().eq('x'))).toBe(true)
      expect(globalThis.JSON.parse((await value(doc.asString())) as string)).toEqual(BODY)
    }
  })

  test('what is in a document', async () => {
    expect(await value(c.body.contains({ a: { n: 5 } }))).toBe(true)
    expect(await value(c.body.contains({ list: ['z'] }))).toBe(false)
    expect(await value(c.body.at('list').containedBy(['x', 'y', 'z']))).toBe(true)
    expect(await value(c.body.at('list').hasKey('x'))).toBe(true)
    expect(await value(c.body.hasAny(["it's", 'q']))).toBe(true)
    expect(await value(c.body.hasAll(['a', 'q']))).toBe(false)
    expect(await value(c.body.hasAll([]))).toBe(true)
    expect(await value(c.body.pathExists('$.a.deep.x[*] ? (@ == "one")'))).toBe(true)
    expect(await value(c.body.pathMatch('$.a.n > 5'))).toBe(false)
    expect(await value(c.body.at('a').without('deep'))).toEqual({ b: 'text', n: 5 })
    expect(await value(c.body.at('a').without(['deep', 'b']))).toEqual({ n: 5 })
    expect(await value(c.body.at('list').without(0))).toEqual(['y'])
    expect(await value(c.body.deletePath(['a', 'deep', 'x', 0]).path(['a', 'deep', 'x']))).toEqual([null])
    expect(await value(c.body.at('a').concat({ n: 6 }).at('n'))).toBe(6)
    expect(
      await value(
        c.body
          .at('a')
          .add({ n: 7 } as never)
          .at('n'),
      ),
    ).toBe(7)
  })

  test("JSON's null and SQL's NULL are two things", async () => {
    const kinds = select(c.maybe.is(null), c.strict.is(null), c.maybe, c.strict, c.maybe.eq(jsonNull)).orderBy(c.id)
    expect(await engine.execute(kinds).tuples().all()).toEqual([
      [true, false, null, null, null],
      [false, true, null, null, true],
    ])
    expect(await value(c.many)).toEqual([null, [1, 2], { a: null }])
    expect(await value(c.many.at(1).is(null))).toBe(false)
  })

  test('members and parts of arrays', async () => {
    expect(await value(c.numbers.at(1))).toBe(1)
    expect(await value(c.numbers.at(9))).toBe(null)
    expect(await value(c.zero.at(0))).toBe(1)
    expect(await value(c.zero.at(literal(1)))).toBe(2)
    expect(await value(c.grid.at(2).at(1))).toBe('c')
    expect(await value(c.grid.contains([['d', 'a']]))).toBe(true)
    expect(await value(literal(['ab '], ARRAY(CHAR(3))).contains(['ab ']))).toBe(true)
    expect(await value(literal('a', Text).in(['a', 'b']))).toBe(true)
    expect(await value(c.numbers.slice(2, null))).toEqual([2, 3])
    expect(await value(c.zero.slice(0, 1))).toEqual([1, 2])
    expect(await value(c.numbers.contains([3, 1]))).toBe(true)
    expect(await value(c.numbers.contains([]))).toBe(true)
    expect(await value(c.numbers.containedBy([1]))).toBe(false)
    expect(await value(c.numbers.overlaps([9, 3]))).toBe(true)
    expect(await value(c.numbers.concat([4]).at(4))).toBe(4)
    expect(await value(c.numbers.add([5]).at(4))).toBe(5)
    expect(await value(c.many.at(2).at(1 as never))).toBe(2)
  })

  test('any document goes in and comes out the same, its hostile keys too', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((each) => each.replaceAll('\0', '0'))
    const hostile = fc.constantFrom(
      '__proto__',
      'constructor',
      "'; DROP TABLE documents; --",
      '$1',
      '"',
      '\\',
      '?',
      '%s',
      ':a',
      '',
    )
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (Object.is(each, -0) ? 0 : each))
    const leaf = fc.oneof(text, hostile, number, fc.boolean(), fc.constant(null))
    const document = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.oneof(text, hostile), tie('node')), { maxLength: 3 })
          .map((pairs) => Object.fromEntries(pairs)),
      ),
    })).node
    await fc.assert(
      fc.asyncProperty(document, fc.oneof(text, hostile), async (doc, key) => {
        const held = doc === null ? jsonNull : doc
        const wrapped = Object.fromEntries([[key, doc]])
        const [plain, binary, inner, path] = await engine
          .execute(
            select(
              literal<unknown>(held, JSON()).label('a'),
              literal<unknown>(held, JSONB()).label('b'),
              literal<unknown>(wrapped, JSONB()).at(key).label('c'),
              literal<unknown>(wrapped, JSONB()).path([key]).label('d'),
            ),
          )
          .tuples()
          .one()
        expect([plain, binary, inner, path]).toEqual([doc, doc, doc, doc])
      }),
      { numRuns: 60 },
    )
  })
})
