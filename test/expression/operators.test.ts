// What operators build, shown by the default dialect; the strings are SQLAlchemy's.

import {
  all,
  and,
  any,
  bindparam,
  caseWhen,
  cast,
  type Element,
  extract,
  func,
  Integer,
  literal,
  not,
  or,
  String as StringType,
  select,
  sqlFalse,
  sqlNull,
  sqlTrue,
  text,
  tuple,
  typeCoerce,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { ArgumentError } from '../../src/errors.ts'
import { a, d, o, sqlOf, u } from './tables.ts'

type Case = readonly [element: Element, sql: string]

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'NULL, TRUE and FALSE choose the operator': [
    [
      and(u.name.eq(null), not(u.age.eq(null)), u.age.isDistinctFrom(null)),
      'users.name IS NULL AND users.age IS NOT NULL AND users.age IS DISTINCT FROM NULL',
    ],
    [u.age.ne(null), 'users.age IS NOT NULL'],
    [u.age.eq(sqlNull()), 'users.age IS NULL'],
    [u.age.is(null), 'users.age IS NULL'],
    [not(u.age.is(null)), 'users.age IS NOT NULL'],
    [u.age.isNotDistinctFrom(null), 'users.age IS NOT DISTINCT FROM NULL'],
    [u.age.isDistinctFrom(5), 'users.age IS DISTINCT FROM :age_1'],
    [u.active.eq(true), 'users.active = true'],
    [u.active.ne(false), 'users.active != false'],
    [u.active.is(true), 'users.active IS true'],
    [u.id.eq(1).is(true), '(users.id = :id_1) IS true'],
    [u.age.between(null, 5), 'users.age BETWEEN :age_1 AND :age_2'],
  ],
  'comparisons name parameters after their column': [
    [
      and(u.id.eq(1), u.id.eq(2), u.age.eq(3), u.id.between(4, 5), literal(6).eq(7)),
      'users.id = :id_1 AND users.id = :id_2 AND users.age = :age_1 AND users.id BETWEEN :id_3 AND :id_4 AND :param_1 = :param_2',
    ],
    [
      and(u.id.lt(1), u.id.le(1), u.id.gt(1), u.id.ge(1), u.id.ne(1)),
      'users.id < :id_1 AND users.id <= :id_2 AND users.id > :id_3 AND users.id >= :id_4 AND users.id != :id_5',
    ],
    [a.userId.eq(5), 'addresses.user_id = :userId_1'],
    [func.count(u.id).gt(5), 'count(users.id) > :count_1'],
    [func.count(u.id).label('c').gt(5), 'count(users.id) > :param_1'],
    [cast(u.id, StringType).eq('x'), 'CAST(users.id AS VARCHAR) = :param_1'],
    [u.id.eq(bindparam('q')), 'users.id = :q'],
    [u.id.notBetween(1, 2), 'users.id NOT BETWEEN :id_1 AND :id_2'],
    [tuple(u.id, u.name).eq(tuple(1, 'x')), '(users.id, users.name) = (:param_1, :param_2)'],
  ],
  'AND and OR fold constants and flatten': [
    [and(sqlTrue(), u.id.eq(1)), 'users.id = :id_1'],
    [or(sqlTrue(), u.id.eq(1)), 'true'],
    [and(u.id.eq(1), sqlFalse()), 'false'],
    [not(and(sqlTrue())), 'false'],
    [or(sqlFalse(), u.id.eq(1)), 'users.id = :id_1'],
    [and(or(u.id.eq(1))), 'users.id = :id_1'],
    [
      and(and(u.id.eq(1), u.age.eq(2)), not(or(u.id.eq(3), u.id.eq(4)))),
      'users.id = :id_1 AND users.age = :age_1 AND NOT (users.id = :id_2 OR users.id = :id_3)',
    ],
    [
      and(u.id.eq(1), and(u.id.eq(2), or(u.id.eq(3), u.id.eq(4)))),
      'users.id = :id_1 AND users.id = :id_2 AND (users.id = :id_3 OR users.id = :id_4)',
    ],
    [or(and(u.id.eq(1), u.age.eq(2)), u.age.eq(3)), 'users.id = :id_1 AND users.age = :age_1 OR users.age = :age_2'],
    [u.id.eq(1).and(u.active).or(u.id.eq(2)).not(), 'NOT (users.id = :id_1 AND users.active OR users.id = :id_2)'],
    [and(text('x or y'), u.id.eq(1)), '(x or y) AND users.id = :id_1'],
  ],
  'negation takes the contrary operator where there is one': [
    [not(u.id.eq(1)), 'users.id != :id_1'],
    [not(u.id.lt(1)), 'users.id >= :id_1'],
    [not(u.id.between(1, 2)), 'users.id NOT BETWEEN :id_1 AND :id_2'],
    [not(u.name.like('a%')), 'users.name NOT LIKE :name_1'],
    [not(u.name.like('x', { escape: '/' })), "users.name NOT LIKE :name_1 ESCAPE '/'"],
    [not(u.id.in([1])), '(users.id NOT IN (:id_1_1))'],
    [not(u.id.op('@@')(1) as never), 'NOT (users.id @@ :id_1)'],
    [not(u.active), 'NOT users.active'],
    [not(not(u.active)), 'users.active'],
    [not(and(u.active, u.id.eq(1))), 'NOT (users.active AND users.id = :id_1)'],
    [not(u.id.in([1]).label('x')), '(users.id NOT IN (:id_1_1))'],
    [not(any(d.tags).eq('a')), 'NOT (:param_1 = ANY (docs.tags))'],
    [not(text('x')), 'NOT (x)'],
  ],
  'arithmetic groups by strength': [
    [u.id.add(u.age.add(1)), 'users.id + users.age + :age_1'],
    [u.id.subtract(u.age).subtract(1), '(users.id - users.age) - :param_1'],
    [u.id.subtract(u.age.subtract(1)), 'users.id - (users.age - :age_1)'],
    [u.id.multiply(u.age).multiply(2), 'users.id * users.age * :param_1'],
    [u.id.add(u.age.subtract(1)), 'users.id + (users.age - :age_1)'],
    [u.id.add(1).multiply(2), '(users.id + :id_1) * :param_1'],
    [u.id.multiply(u.age.add(1)), 'users.id * (users.age + :age_1)'],
    [u.id.modulo(2).eq(0), 'users.id % :id_1 = :param_1'],
    [u.id.negate(), '-users.id'],
    [u.id.add(1).negate(), '-(users.id + :id_1)'],
    [u.id.negate().negate(), '-(-users.id)'],
    [u.id.subtract(u.age.negate()), 'users.id - -users.age'],
    [u.name.add('x'), 'users.name || :name_1'],
    [u.name.concat('x'), 'users.name || :name_1'],
    [u.name.add(u.name).add('z'), 'users.name || users.name || :param_1'],
    [func.lower(u.name).add('q'), 'lower(users.name) || :lower_1'],
    [u.id.eq(1).eq(u.age.eq(2)), '(users.id = :id_1) = (users.age = :age_1)'],
    [u.name.collate('C').eq('x'), '(users.name COLLATE "C") = :param_1'],
  ],
  'operators by their text': [
    [u.id.op<number>('->')(u.age).eq(5), '(users.id -> users.age) = :param_1'],
    [u.id.op('->')(u.age.add(1)), 'users.id -> users.age + :age_1'],
    [u.id.add(1).op('->')(2), 'users.id + :id_1 -> :param_1'],
    [and(u.id.boolOp('&&')(1), u.id.eq(2)), '(users.id && :id_1) AND users.id = :id_2'],
    [u.id.op('**', { precedence: 15 })(2).multiply(3), 'users.id ** :id_1 * :param_1'],
    [u.id.op('AT TIME ZONE')('UTC'), 'users.id AT TIME ZONE :id_1'],
    [d.body.op<string>('->>')('k').eq('x'), '(docs.body ->> :body_1) = :param_1'],
  ],
  patterns: [
    [u.name.contains('a%b', { autoescape: true }), "users.name LIKE '%' || :name_1 || '%' ESCAPE '/'"],
    [u.name.startsWith('a'), "users.name LIKE :name_1 || '%'"],
    [u.name.endsWith('a'), "users.name LIKE '%' || :name_1"],
    [not(u.name.contains(u.name)), "users.name NOT LIKE '%' || users.name || '%'"],
    [u.name.contains(u.name.add('x')), "users.name LIKE '%' || users.name || :name_1 || '%'"],
    [u.name.startsWith('a%', { autoescape: true, escape: '!' }), "users.name LIKE :name_1 || '%' ESCAPE '!'"],
    [u.name.ilike('a'), 'lower(users.name) LIKE lower(:name_1)'],
    [u.name.icontains('A'), "lower(users.name) LIKE '%' || lower(:name_1) || '%'"],
    [u.name.istartsWith(u.name.add('X')), "lower(users.name) LIKE lower(users.name || :name_1) || '%'"],
    [not(u.name.iendsWith('A', { escape: '!' })), "lower(users.name) NOT LIKE '%' || lower(:name_1) ESCAPE '!'"],
  ],
  'IN takes a list as one parameter': [
    [u.id.in([1, 2]), 'users.id IN (:id_1_1, :id_1_2)'],
    [u.id.in([]), 'users.id IN (NULL) AND (1 != 1)'],
    [u.id.notIn([]), '(users.id NOT IN (NULL) OR (1 = 1))'],
    [
      tuple(u.id, u.name).in(select(a.userId, a.email)),
      '(users.id, users.name) IN (SELECT addresses.user_id, addresses.email FROM addresses)',
    ],
    [
      tuple(u.id, u.name).notIn(select(u.id, u.name).union(select(a.id, a.email))),
      '((users.id, users.name) NOT IN (SELECT users.id, users.name FROM users UNION SELECT addresses.id, addresses.email FROM addresses))',
    ],
    [
      tuple(u.id, u.name).in(text('SELECT 1 AS a, 2 AS b').columns({ a: Integer, b: StringType })),
      '(users.id, users.name) IN (SELECT 1 AS a, 2 AS b)',
    ],
    [tuple(u.id, u.name).in([]), '(users.id, users.name) IN ((NULL, NULL)) AND (1 != 1)'],
    [
      tuple(u.id, u.name).in([
        [1, 'a'],
        [2, 'b'],
      ]),
      '(users.id, users.name) IN ((:param_1_1_1, :param_1_1_2), (:param_1_2_1, :param_1_2_2))',
    ],
    [u.id.in([u.age, 3]), 'users.id IN (users.age, :id_1)'],
    [u.id.in(select(a.userId)), 'users.id IN (SELECT addresses.user_id FROM addresses)'],
    [not(u.id.in(select(a.userId))), '(users.id NOT IN (SELECT addresses.user_id FROM addresses))'],
    [u.id.in(text('select 1')), 'users.id IN (select 1)'],
  ],
  'ANY and ALL stand on the right': [
    [any(d.tags).eq('a'), ':param_1 = ANY (docs.tags)'],
    [any(d.tags).lt('q'), ':param_1 > ANY (docs.tags)'],
    [all(d.tags).ge('q'), ':param_1 <= ALL (docs.tags)'],
    [u.id.eq(any(select(a.userId))), 'users.id = ANY (SELECT addresses.user_id FROM addresses)'],
    [any(d.tags).eq(null as never), 'NULL = ANY (docs.tags)'],
  ],
  'order, casts, CASE': [
    [u.name.desc().nullsLast(), 'users.name DESC NULLS LAST'],
    [u.name.collate('C').desc().nullsFirst(), 'users.name COLLATE "C" DESC NULLS FIRST'],
    [u.id.eq(1).desc(), 'users.id = :id_1 DESC'],
    [or(u.id.eq(1), u.age.eq(2)).asc(), '(users.id = :id_1 OR users.age = :age_1) ASC'],
    [cast(u.id.add(1), StringType), 'CAST(users.id + :id_1 AS VARCHAR)'],
    [cast('5', Integer).add(1), 'CAST(:param_1 AS INTEGER) + :param_2'],
    [typeCoerce(u.id, StringType).eq('x'), 'users.id = :param_1'],
    [extract('year', u.age).eq(5), 'EXTRACT(year FROM users.age) = :param_1'],
    [
      caseWhen([u.id.eq(1), 'one'], [u.age.gt(2), null], { else: u.name }),
      'CASE WHEN (users.id = :id_1) THEN :param_1 WHEN (users.age > :age_1) THEN NULL ELSE users.name END',
    ],
    [caseWhen([1, 'a'], { value: u.id }), 'CASE users.id WHEN :param_1 THEN :param_2 END'],
    [
      caseWhen([not(u.active), 1], [u.active, 3], [or(u.id.eq(1), u.id.eq(2)), 4], { else: null }),
      'CASE WHEN NOT users.active THEN :param_1 WHEN users.active THEN :param_2 WHEN (users.id = :id_1 OR users.id = :id_2) THEN :param_3 END',
    ],
    [u.id.label('x').label('y').add(1), 'users.id + :param_1'],
  ],
}

for (const [name, cases] of Object.entries(GROUPS))
  test.each(cases.map(([element, sql]) => [sql, element] as const))(`${name}: %s`, (sql, element) => {
    expect(sqlOf(element)).toBe(sql)
  })

describe('what has no meaning is refused', () => {
  const unknown = (value: unknown): never => value as never
  const WRONG: readonly (readonly [() => unknown, RegExp])[] = [
    [() => u.id.eq(unknown(undefined)), /^\.eq\(\) got undefined: .*write null for NULL$/],
    [() => u.id.add(unknown(undefined)), /^\.add\(\) got undefined/],
    [() => u.id.in(unknown([1, undefined])), /^\.in\(\) got undefined/],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    [() => u.id.in(unknown([1, , 2])), /^\.in\(\) got undefined/],
    [() => u.id.in(unknown(undefined)), /^\.in\(\) takes an array of values, a SELECT of one column/],
    [() => u.id.in(unknown(null)), /^\.in\(\) takes an array/],
    [() => u.name.in(unknown('abc')), /^\.in\(\) takes an array .*got a string$/],
    [() => u.id.in(unknown(u.age)), /^\.in\(\) takes an array .*got an expression \(column\)$/],
    [() => u.id.in(unknown([1, 'x'])), /several types: integer and string$/],
    [() => tuple(u.id, u.name).in(unknown([[1]])), /tuple of 2 takes arrays of 2 values; got an array$/],
    [() => u.id.lt(unknown(null)), /^\.lt\(\) cannot be used with null, true and false/],
    [() => u.name.like(unknown(null)), /^\.like\(\) cannot be used with null/],
    [() => any(d.tags).like('x'), /^\.like\(\) cannot be used with any\(\) and all\(\)/],
    [() => u.name.eq(unknown({ $ne: null })), /got a plain object: only json and array columns/],
    [() => u.name.eq(unknown(['a'])), /got an array/],
    [() => u.name.eq(unknown(() => 1)), /got a function/],
    [() => u.id.eq(unknown(select(u.id))), /got a SELECT: call \.scalarSubquery\(\)/],
    [() => u.name.contains(unknown(u.name), { autoescape: true }), /escapes strings only/],
    [() => u.name.like('x', { escape: 'ab' }), /^escape takes one character/],
    [() => u.name.like('x', unknown({ autoescape: true })), /^\.like\(\) has no option 'autoescape'/],
    [() => u.name.contains('x', unknown({ autoEscape: true })), /did you mean 'autoescape'\?$/],
    [() => u.name.contains('x', unknown({ autoescape: 'yes' })), /^\.contains\(\): autoescape is true or false$/],
    [() => u.name.startsWith('x', unknown('/')), /^\.startsWith\(\) takes its options as an object, got string$/],
    [() => u.name.regexpMatch('x', unknown({ flag: 'i' })), /did you mean 'flags'\?$/],
    [() => u.name.op('~', unknown({ returns: Integer })), /^\.op\(\) has no option 'returns'/],
    [() => u.name.boolOp('~', unknown({ returnType: Integer })), /^\.boolOp\(\) has no option 'returnType'/],
    [() => u.id.op("-- '"), /^op\(\) takes an operator's text/],
    [() => u.id.op('+ 1; DROP TABLE x'), /^op\(\) takes an operator's text/],
    [() => u.id.op('/*'), /^op\(\) takes an operator's text/],
    [() => and(), /^and\(\) needs a criterion; .*and\(sqlTrue\(\), \.\.\.criteria\)$/],
    [() => or(), /^or\(\) needs a criterion; .*or\(sqlFalse\(\), \.\.\.criteria\)$/],
    [() => and(unknown(true)), /got the JavaScript value true: JavaScript evaluated an operator/],
    [() => and(unknown('x')), /got a string: write text/],
    [() => caseWhen(), /^caseWhen\(\) needs a condition/],
    [
      () => caseWhen([u.active, 1], unknown({ otherwise: 2 })),
      /^caseWhen\(\) has no option 'otherwise'; known: 'else', 'value'$/,
    ],
    [() => caseWhen(unknown([u.active])), /^caseWhen\(\) takes pairs/],
    [() => literal(unknown(undefined)), /^literal\(\) got undefined/],
    [() => literal({}), /^literal\(\) cannot tell the SQL type of a plain object/],
    [() => extract('year FROM x); --', u.age), /^extract\(\) takes the name of a field/],
    [() => bindparam(''), /^bindparam\(\) takes a name that is not empty; got an empty one$/],
    [() => bindparam('x', unknown({ requird: true })), /did you mean 'required'/],
    [() => bindparam('x', { type: unknown(5) }), /^bindparam\('x'\): type takes a SQL type/],
    [
      () => select(u.id).subquery(unknown(5)),
      /^The name of an alias, a subquery or a CTE is a text, not a value of type number$/,
    ],
    [() => select(u.id).cte(unknown({})), /^The name of an alias, a subquery or a CTE is a text/],
    [() => u.id.label(unknown(5)), /^\.label\(\) takes a name that is not empty; got a number$/],
    [() => u.id.cast(unknown(Number)), /^cast\(\) takes a SQL type, such as Integer or String\(50\); got a function$/],
    [() => cast(5, unknown('INTEGER')), /^cast\(\) takes a SQL type/],
    [() => literal(5, unknown('INTEGER')), /^literal\(\) takes a SQL type/],
    [() => u.name.collate(''), /^\.collate\(\) takes a name/],
    [() => bindparam('x', { value: 1, callable: () => 1 }), /not both/],
    [() => tuple(), /needs members/],
  ]
  test.each(WRONG.map(([wrong, message]) => [message, wrong] as const))('%s', (message, wrong) => {
    expect(wrong).toThrow(ArgumentError)
    expect(wrong).toThrow(message)
  })

  test('an expression as a JavaScript value', () => {
    expect(() => Number(u.id)).toThrow(ArgumentError)
    expect(() => unknown(u.id) < 5).toThrow(/a\.lt\(b\)/)
    expect(() => unknown(u.id) + unknown(u.age)).toThrow(/a\.add\(b\)/)
    expect(`${u.id}`).toBe('users.id')
  })
})

describe('values take the type of what they stand beside where they can be of it', () => {
  const typeOf = (element: Element): string =>
    (element as unknown as { right: { type: { kind: string } } }).right.type.kind
  test.each([
    [u.id.eq(5), 'integer'],
    [u.id.eq(3_000_000_000), 'bigInteger'],
    [u.id.eq(1.5), 'double'],
    [u.id.eq('5' as never), 'string'],
    [o.total.eq('1.50'), 'numeric'],
    [o.total.gt(5 as never), 'numeric'],
    [u.name.eq('x'), 'string'],
    [u.age.add(1n as never), 'integer'],
    [d.body.eq({ k: 1 }), 'json'],
    [d.tags.eq(['x']), 'array'],
    [u.id.in([1, 3_000_000_000]), 'bigInteger'],
    [u.id.eq(bindparam('q')), 'integer'],
  ] as const)('%s', (element, kind) => {
    expect(typeOf(element)).toBe(kind)
  })

  test.each([
    [u.id.add(u.age), 'integer'],
    [u.id.add(o.total as never), 'numeric'],
    [u.id.divide(2), 'double'],
    [o.total.multiply('2'), 'numeric'],
    [u.name.add('x'), 'string'],
    [u.id.eq(1), 'boolean'],
    [caseWhen([u.active, null], { else: u.name }), 'string'],
    [caseWhen([u.active, '1.5'], { else: o.total }), 'numeric'],
    [func.coalesce(o.total, '0'), 'numeric'],
    [func.avg(u.id), 'double'],
    [func.avg(o.total), 'numeric'],
    [any(d.tags), 'string'],
  ] as const)('the result of %s', (element, kind) => {
    expect(element.type.kind).toBe(kind)
  })
})
