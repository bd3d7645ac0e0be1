import { describe, expect, it } from 'vitest'
import { showParameterSets, showParameters, showValue } from '../src/show.ts'

describe('showValue', () => {
  it.each<[unknown, string]>([
    ['x', "'x'"],
    ["o'hara\n\u001b[31m", "'o\\'hara\\n\\u001b[31m'"],
    ['say "hi"', `'say "hi"'`],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [new Uint8Array(7), '<7 bytes>'],
    [[1, ['a', null]], "[1, ['a', null]]"],
    [{ a: 1, 'b c': { d: [2] } }, "{a: 1, 'b c': {d: [2]}}"],
    [[[[[1]]]], '[[[[...]]]]'],
    [() => 1, '[function]'],
    [Symbol('x'), 'Symbol(x)'],
    ['\ud800', "'\\ud800'"],
  ])('%o', (value, shown) => {
    expect(showValue(value)).toBe(shown)
  })

  it('survives circles', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(showValue(circle)).toBe('[[[[...]]]]')
  })
})

describe('long values lose their middle', () => {
  it('texts', () => {
    expect(showValue('x'.repeat(400))).toBe(`'${'x'.repeat(150)}' ... 100 more characters ... '${'x'.repeat(150)}'`)
    expect(showValue('x'.repeat(300))).toBe(`'${'x'.repeat(300)}'`)
  })

  it('lists', () => {
    const shown = showParameters(Array.from({ length: 1000 }, (_, i) => i))
    expect(shown).toContain('49 ... 900 more ... 950')
    expect(shown.length).toBeLessThan(700)
  })

  it('sets of parameters', () => {
    expect(showParameterSets([[1], [2]])).toBe('[[1], [2]]')
    expect(showParameterSets([[1]])).toBe('[1]')
    const many = Array.from({ length: 12 }, (_, i) => [i])
    expect(showParameterSets(many)).toBe(
      '[[0], [1], [2], [3], [4], [5], [6], [7] ... 2 more ... [10], [11]] (12 sets of parameters)',
    )
  })
})
