// Operators that databases spell each in their way: bits, powers, regular expressions, text search, casts that may fail.
import {
  ArgumentError,
  and,
  CompileError,
  cast,
  Integer,
  literal,
  Numeric,
  not,
  String,
  select,
  tryCast,
  tuple,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { pg, standard, users } from './fixture.ts'
import { type Spelt, spellingChecker } from './spelling.ts'

const u = users.c
const check = spellingChecker()

const ROWS: readonly Spelt[] = [
  {
    title: 'bits',
    element: () => and(u.id.bitwiseAnd(3).eq(1), u.id.bitwiseOr(u.age).bitwiseAnd(u.age.bitwiseNot()).eq(0)),
    standard: 'users.id & :id_1 = :param_1 AND (users.id | users.age) & ~users.age = :param_2',
    postgresql: 'users.id & $1::INTEGER = $2::INTEGER AND (users.id | users.age) & ~users.age = $3::INTEGER',
    names: ['id_1', 'param_1', 'param_2'],
  },
  {
    title: 'shifted bits',
    element: () => u.id.bitwiseLshift(2).bitwiseRshift(u.age),
    standard: '(users.id << :id_1) >> users.age',
    postgresql: '(users.id << $1::INTEGER) >> users.age',
    names: ['id_1'],
  },
  {
    title: 'bits that only one has',
    element: () => u.id.bitwiseXor(u.age),
    standard: 'users.id ^ users.age',
    postgresql: 'users.id # users.age',
  },
  {
    title: 'a power',
    element: () => u.id.add(1).power(2).multiply(3),
    standard: 'power((users.id + :id_1), :param_1) * :param_2',
    postgresql: 'power((users.id + $1::INTEGER), $2::INTEGER) * $3::INTEGER',
    names: ['id_1', 'param_1', 'param_2'],
  },
  {
    title: 'a regular expression, with flags and without, and its contrary',
    element: () =>
      and(
        u.name.regexpMatch('a.b'),
        u.name.regexpMatch('a', { flags: 'i' }),
        u.name.regexpMatch('b', { flags: 'ix' }),
        not(u.name.regexpMatch('c', { flags: 'x' })),
      ),
    standard: 'users.name ~ :name_1 AND users.name ~* :name_2 AND users.name ~ :name_3 AND users.name !~ :name_4',
    postgresql:
      "users.name ~ $1::VARCHAR AND users.name ~* $2::VARCHAR AND users.name ~ CONCAT('(?', 'ix', ')', $3::VARCHAR) AND users.name !~ CONCAT('(?', 'x', ')', $4::VARCHAR)",
    names: ['name_1', 'name_2', 'name_3', 'name_4'],
  },
  {
    title: 'what a regular expression finds, replaced',
    element: () => u.name.regexpReplace('a', 'b', { flags: 'g' }).eq(u.name.regexpReplace(u.name, u.name.add('x'))),
    standard:
      "(REGEXP_REPLACE(users.name, :name_1, :name_2, 'g')) = (REGEXP_REPLACE(users.name, users.name, users.name || :name_3))",
    postgresql:
      "(REGEXP_REPLACE(users.name, $1::VARCHAR, $2::VARCHAR, 'g')) = (REGEXP_REPLACE(users.name, users.name, users.name || $3::VARCHAR))",
    names: ['name_1', 'name_2', 'name_3'],
  },
  {
    title: 'rows compared',
    element: () => and(tuple(u.id, u.name).gt([1, 'a']), tuple(u.id, u.age).eq(tuple(u.age, u.id))),
    standard: '(users.id, users.name) > (:param_1, :param_2) AND (users.id, users.age) = (users.age, users.id)',
    postgresql: '(users.id, users.name) > ($1::INTEGER, $2::VARCHAR) AND (users.id, users.age) = (users.age, users.id)',
    names: ['param_1', 'param_2'],
  },
  {
    title: 'a cast with a collation behind it',
    element: () => cast(u.id, String(20)).collate('C').eq('x'),
    standard: '(CAST(users.id AS VARCHAR(20)) COLLATE "C") = :param_1',
    postgresql: '(CAST(users.id AS VARCHAR(20)) COLLATE "C") = $1::VARCHAR',
    names: ['param_1'],
  },
]

test.each(ROWS)('$title', async (row) => check(row))

describe('a cast that may fail', () => {
  test('is the standard dialect’s, and not PostgreSQL’s', () => {
    expect(standard(select(tryCast('x', Integer).label('n'), tryCast(u.name, Numeric(10, 2)).label('m')))).toBe(
      'SELECT TRY_CAST(:param_1 AS INTEGER) AS n, TRY_CAST(users.name AS NUMERIC(10, 2)) AS m FROM users',
    )
    expect(() => pg(select(tryCast('x', Integer)))).toThrow(CompileError)
    expect(() => tryCast(undefined, Integer)).toThrow(ArgumentError)
  })
})

describe('what is refused', () => {
  test('flags that are no letters', () => {
    for (const flags of ['', "i'", 'I', 'i)', 5])
      expect(() => u.name.regexpMatch('a', { flags: flags as never })).toThrow(ArgumentError)
    expect(() => u.name.regexpReplace('a', 'b', { flags: "g'" })).toThrow(ArgumentError)
  })
  test('missing values', () => {
    expect(() => u.id.power(undefined as never)).toThrow('got undefined')
    expect(() => u.id.bitwiseAnd(undefined as never)).toThrow('got undefined')
    expect(() => u.id.bitwiseLshift(undefined as never)).toThrow('got undefined')
    expect(() => u.name.regexpReplace('a', null as never)).toThrow(ArgumentError)
    expect(() => literal(5).bitwiseXor(null as never)).not.toThrow()
  })
})
