// Elements of users' own: a spelling for each dialect, their place in the cache, types, and what is refused.
import {
  ArgumentError,
  Boolean,
  ColumnElement,
  CompileError,
  CustomElement,
  compiles,
  DateTime,
  Delete,
  deleteFrom,
  type Element,
  type Expression,
  extract,
  FunctionCall,
  func,
  Integer,
  iterate,
  literal,
  MetaData,
  type Pass,
  replace,
  type SqlType,
  String,
  select,
  View,
  view,
} from 'tsalchemy'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { Interner, KeyPass } from '../../../src/expression/base/cache-key.ts'
import { Extract } from '../../../src/expression/element/extract.ts'
import { addresses, pg, standard, users } from './fixture.ts'
import { spellingChecker } from './spelling.ts'

const u = users.c

class UtcNow extends CustomElement<Date> {
  readonly type: SqlType<Date> = DateTime({ timezone: true })
}
compiles(UtcNow, () => 'CURRENT_TIMESTAMP')
compiles(UtcNow, () => "timezone('utc', now())", { dialect: 'postgresql' })

/** `greatest` by CASE where the database has none; with a unit that is no part. */
class Scaled extends CustomElement<number> {
  readonly type: SqlType<number> = Integer
  readonly unit: string
  constructor(unit: string, of: Expression<number | null>, by: number) {
    super(of as ColumnElement, literal(by))
    this.unit = unit
  }
  override walk(pass: Pass): void {
    super.walk(pass)
    pass.text(this.unit)
  }
}
compiles(Scaled, (element, compiler) => {
  const [of, by] = element.parts.map((part) => compiler.process(part))
  return `scaled(${of}, ${by}, ${compiler.literal(element.unit, String)}, ${compiler.quote('a b')}, ${compiler.typeName(element.type)})`
})

const check = spellingChecker()

test('is written as each dialect has it, its values as parameters', async () => {
  await check({
    title: '',
    element: () => select(u.id, new UtcNow().label('at')).where(new UtcNow().gt(new Date(0))),
    standard: 'SELECT users.id, CURRENT_TIMESTAMP AS at FROM users WHERE CURRENT_TIMESTAMP > :param_1',
    postgresql:
      "SELECT users.id, timezone('utc', now()) AS at FROM users WHERE timezone('utc', now()) > $1::TIMESTAMP WITH TIME ZONE",
    names: ['param_1'],
  })
  expect(pg(select(new Scaled("it's", u.age, 5).add(1)))).toEqual({
    sql: `SELECT scaled(users.age, $1::INTEGER, 'it''s', "a b", INTEGER) + $2::INTEGER AS anon_1 FROM users`,
    names: ['param_1', 'param_2'],
  })
})

test('is typed', () => {
  expectTypeOf(select(new UtcNow().label('at'))['~row']).toEqualTypeOf<{ at: Date }>()
})

test('has a key by class, parts and what it tells besides, values never', () => {
  const pass = new KeyPass(new Interner())
  const keyOf = (element: Element): string => {
    pass.start(element)
    expect(pass.cacheable).toBe(true)
    return pass.ints.slice(0, pass.length).join()
  }
  expect(keyOf(new Scaled('a', u.age, 1))).toBe(keyOf(new Scaled('a', u.age, 2)))
  expect(keyOf(new Scaled('a', u.age, 1))).not.toBe(keyOf(new Scaled('b', u.age, 1)))
  expect(keyOf(new Scaled('a', u.age, 1))).not.toBe(keyOf(new Scaled('a', u.id, 1)))
  expect(keyOf(new UtcNow())).not.toBe(keyOf(func.now()))
})

test('is looked into and replaced like others', () => {
  const element = new Scaled('a', u.age, 1)
  expect([...iterate(element)]).toContain(u.age)
  const replaced = replace(element, (each) => (each === u.age ? u.id : null))
  expect(replaced).toBeInstanceOf(Scaled)
  expect(standard(replaced)).toBe(`scaled(users.id, :param_1, 'a', "a b", INTEGER)`)
})

test('can be a function of the library with a spelling of its own', () => {
  class Coalesced extends FunctionCall<number> {}
  compiles(Coalesced, (element, compiler) => `nvl(${element.operands.map(compiler.process).join(', ')})`, {
    dialect: 'default',
  })
  const call = new Coalesced([], 'coalesce', [u.age, literal(0)], Integer)
  expect(standard(call)).toBe('nvl(users.age, :param_1)')
  // Where it has none of its own it is written as what it extends.
  expect(pg(call).sql).toBe('coalesce(users.age, $1::INTEGER)')
  expect(standard(func.coalesce(u.age, 0))).toBe('coalesce(users.age, :coalesce_1)')
})

test('subclasses are written as their class is, or in their own way', () => {
  class Later extends UtcNow {}
  class Sooner extends UtcNow {}
  compiles(Sooner, () => 'sooner()')
  expect(standard(new Later())).toBe('CURRENT_TIMESTAMP')
  expect(standard(new Sooner())).toBe('sooner()')
  expect(standard(new UtcNow())).toBe('CURRENT_TIMESTAMP')
})

describe('the library\u2019s own classes', () => {
  test('are written as told, in the dialects that were told', () => {
    expect(standard(extract('year', u.age))).toBe('EXTRACT(year FROM users.age)')
    compiles(Extract, (element, compiler) => `part('${element.field}', ${compiler.process(element.element)})`, {
      dialect: 'default',
    })
    expect(standard(select(extract('year', u.age).label('y')))).toBe("SELECT part('year', users.age) AS y FROM users")
    expect(pg(extract('year', u.age)).sql).toBe('EXTRACT(year FROM users.age)')
  })

  test('around what the library writes, statements too', () => {
    compiles(Delete, (element, compiler) => `/* gone */ ${compiler.default(element)}`, { dialect: 'postgresql' })
    expect(pg(deleteFrom(users).where(u.id.eq(5)).returning(u.name))).toEqual({
      sql: '/* gone */ DELETE FROM users WHERE users.id = $1::INTEGER RETURNING users.name',
      names: ['id_1'],
    })
    expect(standard(deleteFrom(users).all())).toBe('DELETE FROM users')
  })

  test('of a class alone, not of those that share its kind', () => {
    compiles(View, (element, compiler) => `ONLY ${compiler.default(element)}`, { dialect: 'default' })
    const shown = view('shown', new MetaData(), select(u.id))
    expect(standard(select(shown.c.id))).toBe('SELECT shown.id FROM ONLY shown')
    expect(standard(select(u.id))).toBe('SELECT users.id FROM users')
    expect(() => compiles(View, () => '', { dialect: 'default' })).toThrow("has a spelling for 'default' already")
  })

  test('a class that extends one has its own key, and can be put around it', () => {
    class Audited extends Delete<never, never> {}
    compiles(Audited, (element, compiler) => `/* audited */ ${compiler.default(element)}`)
    const plain = deleteFrom(addresses).all()
    const audited = new Audited(plain.state)
    expect(standard(audited)).toBe('/* audited */ DELETE FROM addresses')
    expect(standard(plain)).toBe('DELETE FROM addresses')
    expect(audited.keyId).not.toBe(plain.keyId)
  })

  test('others of a user\u2019s that extend one, as the library writes them', () => {
    class Near extends FunctionCall<number> {}
    compiles(Near, () => 'near()')
    class Around extends CustomElement<number> {
      readonly type: SqlType<number> = Integer
    }
    compiles(Around, (element, compiler) => element.parts.map((part) => compiler.default(part)).join(', '))
    expect(standard(new Around(new Near([], 'far', [literal(1)], Integer), u.id))).toBe('far(:param_1), users.id')
  })
})

describe('what is refused', () => {
  class Silent extends CustomElement<boolean> {
    readonly type: SqlType<boolean> = Boolean
  }
  test('a class without a spelling', () => {
    expect(() => pg(new Silent())).toThrow('no spelling for elements of the class Silent: tell one by compiles(Silent')
  })
  test('what is no class of elements, no function, known already, or the library’s own', () => {
    expect(() => compiles(Date as never, () => '')).toThrow(ArgumentError)
    expect(() => compiles(Silent, 'x' as never)).toThrow(ArgumentError)
    expect(() => compiles(Silent, () => '', { dialects: 'x' } as never)).toThrow("'dialects'")
    expect(() => compiles(UtcNow, () => '')).toThrow('has a spelling for all dialects already')
    expect(() => compiles(UtcNow, () => '', { dialect: 'postgresql' })).toThrow("for 'postgresql' already")
    expect(() => compiles(ColumnElement as never, () => '')).toThrow(
      'ColumnElement is an abstract class of this library',
    )
    expect(() => compiles(CustomElement, () => '')).toThrow('CustomElement is an abstract class of this library')
  })
  test('what is no text', () => {
    class Wrong extends CustomElement {
      readonly type: SqlType = Integer
    }
    compiles(Wrong, () => 5 as never)
    expect(() => pg(new Wrong())).toThrow(CompileError)
  })
})
