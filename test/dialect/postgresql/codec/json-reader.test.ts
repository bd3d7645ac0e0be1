// The reader of small documents gives what JSON.parse gives, or leaves the document to it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { releaseBytes } from '../../../../src/dialect/postgresql/codec/bytes.ts'
import { readJson } from '../../../../src/dialect/postgresql/codec/json-reader.ts'

/** Reads text out of the middle of a buffer, as it stands in a row. */
function read(text: string): unknown {
  const bytes = Buffer.from(`xx${text}yy`)
  try {
    return readJson(bytes, 2, bytes.length - 2)
  } finally {
    releaseBytes()
  }
}

/** As PostgreSQL writes a jsonb: a blank behind each colon and each comma. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

describe('readJson', () => {
  test.each([
    '{}',
    '[]',
    '""',
    '0',
    '-0',
    '12',
    '-7.25',
    '1e3',
    '1E-3',
    '123456789012345',
    'true',
    'false',
    'null',
    '{"a": 1}',
    '{"a":1,"b":[1,2,3,4,{"c":null}]}',
    '{"size": 12, "tags": ["amber", "kelp"], "colour": "delta"}',
    '{"a": 1, "a": 2}',
    '{"2": "b", "1": "a"}',
    '[[[]], {}, [{}]]',
  ])('reads %s', (text) => {
    const expected = JSON.parse(text)
    for (let round = 0; round < 3; round++) {
      const value = read(text)
      expect(value).toStrictEqual(expected)
      expect(JSON.stringify(value)).toBe(JSON.stringify(expected))
    }
  })

  test.each([
    '',
    ' 1',
    '1 ',
    '{"a": 1} ',
    '01',
    '-',
    '1.',
    '.5',
    '1.e3',
    '1e',
    '+1',
    '1-2',
    '1e3.5',
    '{"a" 1}',
    '{"a": }',
    '{"a": 1,}',
    '{,}',
    '{a: 1}',
    '{"a": 1]',
    '[1, ]',
    '[1 2]',
    '[',
    '{',
    '{"a"',
    '{"a":',
    '"open',
    '"tab\there"',
    'tru',
    'trux',
    'nul',
    'falsy',
    'undefined',
    'NaN',
    '1,2',
    '[1],[2]',
  ])('leaves %j, which is no JSON or not plain, to JSON.parse', (text) => {
    expect(read(text)).toBeUndefined()
  })

  test('leaves escapes, other alphabets, long numbers, long and deep documents to JSON.parse', () => {
    for (const text of [
      '"a\\nb"',
      '"čaj"',
      '{"č": 1}',
      '{"a\\u0062": 1}',
      '1234567890123456',
      JSON.stringify('x'.repeat(1100)),
      `${'['.repeat(20)}${']'.repeat(20)}`,
    ])
      expect(read(text)).toBeUndefined()
  })

  test('never assigns to a name that objects inherit', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(read(`{"${key}": {"polluted": true}}`)).toBeUndefined()
    expect(read('{"a": {}}')).toStrictEqual({ a: {} })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('a key that begins like the one foreseen, or is longer, is another key', () => {
    for (const key of ['size', 'siz', 'sized', 's', 'size"', '']) {
      const text = spaced({ [key]: 1 })
      const value = read(text)
      if (value !== undefined) expect(value).toStrictEqual(JSON.parse(text))
    }
  })

  test('documents of many kinds, one after the other, are what JSON.parse says', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ depthSize: 'small' }), { minLength: 1, maxLength: 20 }), (values) => {
        for (const value of values)
          for (const text of [JSON.stringify(value), spaced(value)]) {
            const given = read(text)
            if (given === undefined) continue
            const expected: unknown = JSON.parse(text)
            expect(given).toStrictEqual(expected)
            expect(JSON.stringify(given)).toBe(JSON.stringify(expected))
          }
      }),
    )
  })

  test('what is broken at any place is never read as something', () => {
    const whole = '{"size": 12, "tags": ["amber", -1.5e3], "in": {"a": null, "b": true}}'
    for (let cut = 0; cut < whole.length; cut++) {
      expect(read(whole.slice(0, cut))).toBeUndefined()
      for (const letter of ['"', '{', ']', ',', '0', ' ', 'x']) {
        const text = whole.slice(0, cut) + letter + whole.slice(cut + 1)
        const given = read(text)
        if (given !== undefined) expect(given).toStrictEqual(JSON.parse(text))
      }
    }
  })

  test('plain documents are read here nearly always, also after thousands of keys that never return', () => {
    for (let index = 0; index < 5000; index++) read(`{"key${index}": ${index}}`)
    let known = 0
    for (let index = 0; index < 1000; index++) if (read('{"size": 12, "tags": ["a"]}') !== undefined) known += 1
    // After surprises it rests for some hundred documents.
    expect(known).toBeGreaterThan(400)
  })
})
