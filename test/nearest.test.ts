import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../src/errors.ts'
import { checkKeys, nearestName, quoteName, suggestion } from '../src/nearest.ts'

const options = ['poolSize', 'maxOverflow', 'echo', 'isolationLevel']

describe('nearestName', () => {
  it.each([
    ['poolsize', 'poolSize'],
    ['pool_size', 'poolSize'],
    ['pool-size', 'poolSize'],
    ['maxOverfolw', 'maxOverflow'],
    ['ecoh', 'echo'],
    ['isolation', null],
    ['isolationlevl', 'isolationLevel'],
    ['xyz', null],
    ['', null],
  ])('%j is meant to be %j', (given, expected) => {
    expect(nearestName(given, options)).toBe(expected)
  })

  it('prefers the fewest slips', () => {
    expect(nearestName('nmae', ['nave', 'name', 'same'])).toBe('name')
  })

  it('does not spend time on huge names', () => {
    const name = 'x'.repeat(1_000_000)
    const times = Array.from({ length: 10 }, () => {
      const started = performance.now()
      expect(nearestName(name, options)).toBe(null)
      return performance.now() - started
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })

  it('finds a name of five letters or more after one slip in it', () => {
    const slips = fc.record({
      name: fc.stringMatching(/^[a-z]{5,20}$/),
      at: fc.nat(100),
      letter: fc.stringMatching(/^[a-z]$/),
    })
    fc.assert(
      fc.property(slips, ({ name, at, letter }) => {
        const place = at % name.length
        const slipped = name.slice(0, place) + letter + name.slice(place + 1)
        fc.pre(slipped !== name)
        expect(nearestName(slipped, [name])).toBe(name)
      }),
    )
  })
})

describe('suggestion', () => {
  it('names the nearest', () => {
    expect(suggestion('poolsize', options)).toBe("; did you mean 'poolSize'?")
  })
  it('lists what is known where none is near', () => {
    expect(suggestion('xyz', options)).toBe("; known: 'poolSize', 'maxOverflow', 'echo', 'isolationLevel'")
  })
  it('lists a dozen at most', () => {
    const many = Array.from({ length: 30 }, (_, index) => `column${index}`)
    expect(suggestion('zzz', many)).toMatch(/^; known: ('column\d+', ){12}\.\.\.$/)
  })
  it('says nothing where nothing is known', () => {
    expect(suggestion('xyz', [])).toBe('')
  })
})

describe('quoteName', () => {
  it('keeps hostile names on one short line', () => {
    expect(quoteName('a\n\u001b[31m"b"')).toBe(`'a\\n\\u001b[31m"b"'`)
    expect(quoteName('x'.repeat(1000))).toBe(`'${'x'.repeat(80)}...'`)
  })
})

describe('checkKeys', () => {
  it('accepts known keys', () => {
    checkKeys('createEngine()', { echo: true }, options)
  })
  it('refuses an unknown key and names the nearest', () => {
    expect(() => checkKeys('createEngine()', { poolsize: 3 }, options)).toThrow(
      new ArgumentError("createEngine() has no option 'poolsize'; did you mean 'poolSize'?"),
    )
  })
  it('refuses what is no record', () => {
    for (const [given, name] of [
      [null, 'null'],
      ['x', 'string'],
      [5, 'number'],
    ] as const)
      expect(() => checkKeys('begin()', given as never, options)).toThrow(
        new ArgumentError(`begin() takes its options as an object, got ${name}`),
      )
  })
  it('refuses a signal that is none', () => {
    for (const signal of ['x', null, {}, 5])
      expect(() => checkKeys('begin()', { signal }, ['signal'])).toThrow(/^begin\(\): signal must be an AbortSignal/)
    checkKeys('begin()', { signal: undefined }, ['signal'])
    checkKeys('begin()', { signal: new AbortController().signal }, ['signal'])
  })
  it('takes own keys only, and __proto__ for a key like any other', () => {
    checkKeys('createEngine()', Object.create({ other: 1 }), options)
    expect(() => checkKeys('createEngine()', JSON.parse('{"__proto__": 1}'), options)).toThrow("no option '__proto__'")
  })
})
