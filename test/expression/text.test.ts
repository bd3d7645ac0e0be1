// text() and the sql tag: where parameters are, what is embedded, what is refused.

import fc from 'fast-check'
import { ArgumentError, bindparam, func, Integer, ident, String as StringType, select, sql, text } from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { parseText } from '../../src/expression/select/text-parameters.ts'
import { sqlOf, u, users } from './tables.ts'

describe('parameters of text()', () => {
  test.each([
    ['select :a, x::int', ['a']],
    ['select :a::int, :b', ['a', 'b']],
    ['x = :a and y = :a', ['a', 'a']],
    ["':no' :yes", ['yes']],
    ["'it''s :no' :yes", ['yes']],
    ["E'\\':no' :yes", ['yes']],
    ['":no" :yes', ['yes']],
    ['"a"":no" :yes', ['yes']],
    ['-- :no\n:yes', ['yes']],
    ['/* :no /* :no */ :no */ :yes', ['yes']],
    ['$$ :no $$ :yes', ['yes']],
    ['$tag$ :no $$ :no $tag$ :yes', ['yes']],
    ['\\:no :yes', ['yes']],
    ['arr[1:2] :yes', ['yes']],
    ['a:=5, :yes', ['yes']],
    ['$1 :yes $2', ['yes']],
    [':1', ['1']],
    ["'unclosed :no", []],
    ['/* unclosed :no', []],
    ['$$ unclosed :no', []],
  ])('%s', (given, names) => {
    expect(parseText(given).names).toEqual(names)
  })

  test('text without a backslash comes back to the letter', () => {
    const pieces = fc.constantFrom(
      ...["'", '"', '$', '$a$', ':', '::', ':a', '-', '--', '/*', '*/', 'E', ' ', '\n', '1', 'b'],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const given = parts.join('')
        const { strings, names } = parseText(given)
        expect(strings.map((piece, index) => (index === 0 ? piece : `:${names[index - 1]}${piece}`)).join('')).toBe(
          given,
        )
      }),
    )
  })

  test('hostile text takes no long', () => {
    for (const piece of ["'", '"', '$', '$a$', '/*', "E'\\", ':', '\\:']) {
      const begun = performance.now()
      parseText(piece.repeat(20_000))
      expect(performance.now() - begun, piece).toBeLessThan(500)
    }
  })
})

test.each([
  [text("select :a, x::int, '\\:no' where y = :a").bindparams({ a: 5 }), "select :a, x::int, ':no' where y = :a"],
  [text('select :a').bindparams(bindparam('a', { type: Integer })), 'select :a'],
  [select(text('count(*)')).selectFrom(users), 'SELECT count(*) FROM users'],
  [text('select id from users').columns({ id: Integer }).subquery('t').c.id.eq(5), 't.id = :id_1'],
  [select(text('select 1').columns({ one: Integer }).cte('t')), 'WITH t AS (select 1) SELECT t.one FROM t'],
  [select(text('select 1').columns(u.id).subquery('t')), 'SELECT t.id FROM (select 1) AS t'],
  [u.id.eq(text('select 1').columns({ one: Integer }).scalarSubquery() as never), 'users.id = (select 1)'],
  [func.max(text('x + 1')), 'max(x + 1)'],
  [u.id.add(text('x')), 'users.id + (x)'],
  [
    sql`select ${u.id} from ${users} where ${u.name} = ${'ed'}`,
    'select users.id from users where users.name = :param_1',
  ],
  [sql`${sql`a = ${1}`} and ${sql`b = ${2}`}`, 'a = :param_1 and b = :param_2'],
  [sql`select * from ${ident('public', 'a "b"')}`, 'select * from public."a ""b"""'],
  [sql`x in (${select(u.id)})`, 'x in (SELECT users.id FROM users)'],
  [sql`x is ${null}`, 'x is NULL'],
  [
    select(sql`extract(year from ${u.age})`.expression(Integer).label('y')),
    'SELECT (extract(year from users.age)) AS y FROM users',
  ],
  [sql`x`.expression(Integer).add(1), '(x) + :param_1'],
] as const)('%s', (element, expected) => {
  expect(sqlOf(element)).toBe(expected)
})

test('values of the tag are parameters, never text', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const statement = sql`select ${value}`
      expect(statement.strings).toEqual(['select ', ''])
      expect(statement.values).toMatchObject([{ kind: 'bind', value }])
    }),
  )
})

test('one name is one parameter', () => {
  const [first, second] = text(':a + :a').values
  expect(first).toBe(second)
})

describe('refused', () => {
  const unknown = (value: unknown): never => value as never
  test.each([
    [() => text(unknown(5)), /^text\(\) takes SQL as a string; got a number$/],
    [() => text('select :abc').bindparams({ abd: 5 }), /^text\(\) has no parameter 'abd'; did you mean 'abc'\?$/],
    [() => text('select :a').bindparams({ a: undefined }), /got undefined for 'a'/],
    [() => text('select :a').bindparams({ a: {} }), /cannot tell the SQL type of a plain object/],
    [() => text('x').columns(unknown(5)), /^columns\(\) takes columns/],
    [() => text('x').columns(u.id, u.name, u.id), /^columns\(\) got the column 'id' twice$/],
    [() => text('x').subquery(), /^subquery\(\) of text\(\) needs its columns/],
    [() => text('x').columns({ a: Integer, b: StringType }).scalarSubquery(), /one column/],
    [() => sql`x = ${undefined}`, /got undefined/],
    [() => sql`x = ${[1, 2]}`, /cannot tell the SQL type of an array/],
    [() => sql`x = ${{ a: 1 }}`, /cannot tell the SQL type of a plain object/],
    [() => sql(unknown('select 1')), /^sql is a tag/],
    [() => sql(unknown(['select 1'])), /^sql is a tag/],
    [() => ident(''), /^ident\(\) takes names/],
    [() => ident(unknown({})), /^ident\(\) takes names/],
  ])('%s', (wrong, message) => {
    expect(wrong).toThrow(ArgumentError)
    expect(wrong).toThrow(message)
  })
})
