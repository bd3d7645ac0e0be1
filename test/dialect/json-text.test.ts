// Documents on their way to the database and back: what JSON has comes back as it was, what it has not is refused.
import fc from 'fast-check'
import { createEngine, type Engine, JSON as JsonSql, literal, select, sql } from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonText } from '../../src/dialect/json-text.ts'
import { databases } from '../support/server.ts'

const written = (value: unknown): string => jsonText('json', value, 'PostgreSQL')

class Point {
  x: number
  y: unknown
  constructor(x: number, y?: unknown) {
    this.x = x
    this.y = y
  }
}
class Answering {
  readonly #answer: unknown
  constructor(answer: unknown) {
    this.#answer = answer
  }
  toJSON(): unknown {
    return this.#answer
  }
}

test.each<[unknown, string]>([
  [-0, '0'],
  [1e21, '1e+21'],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  [{ at: new Date(0), none: undefined, [Symbol('s')]: 1 }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  [new Point(1), '{"x":1}'],
  [new Point(1, new Point(2, [new Point(3)])), '{"x":1,"y":{"x":2,"y":[{"x":3}]}}'],
  [Object.create(null), '{}'],
  [new (class Empty {})(), '{}'],
  [new Answering({ a: [new Answering('b')] }), '{"a":["b"]}'],
  [{ a: new Answering(undefined) }, '{}'],
  [
    JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}'),
    '{"__proto__":{"a":1},"constructor":2,"toString":3}',
  ],
])('%o is %s', (value, text) => {
  expect(written(value)).toBe(text)
})

// biome-ignore lint/suspicious/noSparseArray: what it is about.
const sparse = [1, , 2]

const NEVER: readonly (readonly [unknown, string])[] = [
  [Number.NaN, 'json does not take NaN; JSON has no such value'],
  [Number.NEGATIVE_INFINITY, 'json does not take -Infinity; JSON has no such value'],
  [1n, 'json does not take a bigint; JSON has no such value'],
  [Symbol('x'), 'json does not take a symbol; JSON has no such value'],
  [() => 1, 'json does not take a function; JSON has no such value'],
  [new Map([[1, 2]]), 'json does not take an object of class Map; JSON has no such value'],
  [new Set([1]), 'json does not take an object of class Set; JSON has no such value'],
  [new WeakMap(), 'json does not take an object of class WeakMap; JSON has no such value'],
  [new Float64Array(2), 'json does not take an object of class Float64Array; JSON has no such value'],
  [new ArrayBuffer(2), 'json does not take an object of class ArrayBuffer; JSON has no such value'],
  [/x/, 'json does not take an object of class RegExp; JSON has no such value'],
  [new Date(Number.NaN), 'json does not take an invalid Date; JSON has no such value'],
  [new Error('lost'), 'json does not take an object of class Error; JSON has no such value'],
  [
    Object.assign(new TypeError('lost'), { code: 1 }),
    'json does not take an object of class TypeError; JSON has no such value',
  ],
  [sparse, 'json does not take undefined inside a value; JSON has no such value'],
  [[undefined], 'json does not take undefined inside a value; JSON has no such value'],
  [new Answering(Number.NaN), 'json does not take NaN; JSON has no such value'],
  [{ a: new Answering(Number.NaN) }, 'json does not take NaN inside a value; JSON has no such value'],
  [new Answering({ a: [undefined] }), 'json does not take undefined inside a value; JSON has no such value'],
  [
    [new Answering(undefined)],
    'json does not take an object of class Answering inside a value; JSON has no such value',
  ],
  [new Answering({ a: new Map() }), 'json does not take an object of class Map inside a value; JSON has no such value'],
  [
    new Answering({ at: new Date(Number.NaN) }),
    'json does not take an invalid Date inside a value; JSON has no such value',
  ],
  [new Answering(2n), 'json does not take a bigint; JSON has no such value'],
  [new Answering(undefined), 'json does not take an object of class Answering; its toJSON gave undefined'],
]

test.each(NEVER)('%#: %s', (value, message) => {
  expect(() => written(value)).toThrow(message)
  if (message.includes(' inside ') || value instanceof Answering) return
  const inside = message.replace('; JSON', ' inside a value; JSON')
  expect(() => written({ a: [new Point(0, value)] })).toThrow(inside)
  expect(() => written(new Answering([value]))).toThrow(inside)
})

test('what has no end, and what is deeper than the stack', () => {
  const circle: unknown[] = []
  circle.push({ circle })
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  for (const value of [circle, deep, new Answering(circle), new Answering(deep)])
    expect(() => written(value)).toThrow('json cannot take the value: JSON.stringify failed')
})

/** What a document is after JSON.stringify and JSON.parse, or null where something of it would be lost. */
function plain(value: unknown): { readonly kept: unknown } | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { kept: value }
  if (typeof value === 'number') return Number.isFinite(value) ? { kept: value + 0 } : null
  if (typeof value !== 'object') return null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : { kept: value.toISOString() }
  if (value instanceof Answering) return plain(value.toJSON())
  if (value instanceof Map || value instanceof Set || value instanceof Error || ArrayBuffer.isView(value)) return null
  if (Array.isArray(value)) {
    const items = value.map(plain)
    return items.includes(null) ? null : { kept: items.map((item) => item?.kept) }
  }
  const given = Object.entries(value).filter(([, item]) => answerOf(item) !== undefined)
  const entries = given.map(([key, item]) => [key, plain(item)] as const)
  if (entries.some(([, item]) => item === null)) return null
  return { kept: Object.fromEntries(entries.map(([key, item]) => [key, item?.kept])) }
}

const answerOf = (value: unknown): unknown => (value instanceof Answering ? value.toJSON() : value)

const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '/', '\n', 'é', '😀', '\u2028', '0') })
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', '0'))
const good = fc.oneof(
  fc.constantFrom(null, true, false, new Date(0)),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  text,
)
const odd = fc.constantFrom(
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1n,
  new Date(Number.NaN),
  new Map(),
  new Set(),
  new Uint8Array(1),
  new RangeError('x'),
)

/** Documents with whatever stands in them. */
function documents(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    document: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('object'), tie('point'), tie('answer')),
    list: fc.array(tie('document'), { maxLength: 4 }),
    // Own properties, whatever they are called.
    object: fc.array(fc.tuple(key, tie('document')), { maxLength: 4 }).map(Object.fromEntries),
    point: fc.tuple(fc.integer(), tie('document')).map(([x, y]) => new Point(x, y)),
    answer: tie('document')
      .filter((answer) => !(answer instanceof Answering || answer instanceof Date))
      .map((answer) => new Answering(answer)),
  })).document
}

test('a document is written as it is, or refused', () => {
  let refused = 0
  fc.assert(
    fc.property(documents(fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: odd })), (value) => {
      const whole = answerOf(value) === undefined ? null : plain(value)
      if (whole !== null) expect(JSON.parse(written(value))).toEqual(whole.kept)
      else refused += 1
      if (whole === null) expect(() => written(value)).toThrow(/JSON has no such value|its toJSON gave undefined/)
    }),
    { numRuns: 2000 },
  )
  expect(refused).toBeGreaterThan(50)
})

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  test('a document comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(documents(good), async (value) => {
        const both = select(literal(value, JsonSql()).label('json'), literal(value, JSONB()).label('jsonb'))
        const kept = plain(value)?.kept
        expect({ ...(await engine.execute(both).one()) }).toEqual({ json: kept, jsonb: kept })
      }),
      { numRuns: 100 },
    )
  })

  test('a document as deep as the server takes, and keys of every name', async () => {
    const levels = 3000
    const nested = '['.repeat(levels) + ']'.repeat(levels)
    let found: unknown = await engine.execute(sql`SELECT ${nested}::json AS deep`).scalarOne()
    let count = 0
    for (; Array.isArray(found); found = found[0]) count += 1
    expect(count).toBe(levels)
    const names = await engine.execute(sql`SELECT ${'{"__proto__":{"a":1},"constructor":2}'}::json`).scalarOne()
    expect(Object.getPrototypeOf(names)).toBe(Object.prototype)
    expect(Object.entries(names as object)).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 2],
    ])
  })
})
