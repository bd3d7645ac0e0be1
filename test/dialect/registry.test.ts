import { describe, expect, it } from 'vitest'
import { defaultDialect } from '../../src/dialect/default.ts'
import { factoryAtHand, findDialect, loadFactory, registerDialect } from '../../src/dialect/registry.ts'
import { makeURL } from '../../src/dialect/url.ts'
import { ArgumentError } from '../../src/errors.ts'

const found = (url: string) => {
  const { registration, driverName } = findDialect(makeURL(url))
  return [registration.name, driverName]
}

describe('the registry of dialects', () => {
  it.each([
    ['postgresql://h', ['postgresql', null]],
    ['postgres://h', ['postgresql', null]],
    ['postgresql+pg://h', ['postgresql', 'pg']],
    ['postgresql+asyncpg://h', ['postgresql', 'pg']],
    ['postgresql+pglite:///x', ['postgresql', 'pglite']],
    ['pglite://', ['postgresql', 'pglite']],
  ])('finds %s', (url, expected) => {
    expect(found(url)).toEqual(expected)
  })

  it('names what is known where it finds nothing', () => {
    expect(() => found('postgre://h')).toThrow(
      /No dialect is known for the scheme 'postgre'.*did you mean 'postgres'\?/,
    )
    expect(() => found('constructor://h')).toThrow(ArgumentError)
    expect(() => found('postgresql+constructor://h')).toThrow("has no driver 'constructor'")
  })

  it('takes dialects of others, loads them when they are used, and once', async () => {
    let loads = 0
    registerDialect({
      name: 'mine',
      schemes: { mine: 'first' },
      drivers: { second: 'second' },
      load: async () => {
        loads += 1
        return () => defaultDialect
      },
    })
    const { registration } = findDialect(makeURL('mine://'))
    expect([found('mine://'), found('mine+second://')]).toEqual([
      ['mine', 'first'],
      ['mine', 'second'],
    ])
    expect(factoryAtHand(registration)).toBe(null)
    expect((await loadFactory(registration))({})).toBe(defaultDialect)
    await loadFactory(registration)
    expect(loads).toBe(1)
    expect(factoryAtHand(registration)).not.toBe(null)
    expect(() => registerDialect({ name: 'mydb', schema: {} } as never)).toThrow(/no option 'schema'.*'schemes'/)
    expect(() => registerDialect({ name: 'mydb', schemes: {} } as never)).toThrow(/^registerDialect\(\) takes a name/)
    expect(() => registerDialect({ name: 'empty', schemes: {}, drivers: {} })).toThrow(
      'neither a factory nor a way to load one',
    )
  })
})
