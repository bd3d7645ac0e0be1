// The examples of SQLAlchemy's Operator Reference: the same SQL from the same expressions.

import {
  ARRAY,
  and,
  any,
  Boolean as Bool,
  Column,
  column,
  Double,
  Integer,
  literal,
  MetaData,
  not,
  or,
  String as Str,
  select,
  sqlNull,
  table,
  tuple,
} from 'tsalchemy'
import { example, postgresql as P } from './example.ts'

const m = new MetaData()
const ut = table('user_account', m, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(Str(30), { nullable: true }),
  fullname: Column(Str, { nullable: true }),
})
const at = table('address', m, {
  id: Column(Integer, { primaryKey: true }),
  user_id: Column(Integer, { foreignKey: 'user_account.id', nullable: true }),
  email_address: Column(Str),
})
const x = column('x')
const xi = column('x', Integer)
const xs = column('x', Str)

example('core/operators: ==', () => xi.eq(5), 'x = :x_1')
example('core/operators: !=', () => xi.ne(5), 'x != :x_1')
example('core/operators: >', () => xi.gt(5), 'x > :x_1')
example('core/operators: <', () => xi.lt(5), 'x < :x_1')
example('core/operators: >=', () => xi.ge(5), 'x >= :x_1')
example('core/operators: <=', () => xi.le(5), 'x <= :x_1')
example('core/operators: between', () => xi.between(5, 10), 'x BETWEEN :x_1 AND :x_2')
example('core/operators: in', () => xi.in([1, 2, 3]), 'x IN (:x_1_1, :x_1_2, :x_1_3)')
example('core/operators: not in', () => xi.notIn([1, 2, 3]), '(x NOT IN (:x_1_1, :x_1_2, :x_1_3))')
example('core/operators: ~in', () => not(xi.in([1, 2, 3])), '(x NOT IN (:x_1_1, :x_1_2, :x_1_3))')
example('core/operators: untyped', () => x.eq(5), 'x = :x_1')
example('core/operators: untyped', () => x.between(5, 10), 'x BETWEEN :x_1 AND :x_2')
example('core/operators: un', () => x.in([1, 2]), 'x IN (:x_1_1, :x_1_2)')
example(
  'core/operators: tuple in',
  () =>
    tuple(column('x', Integer), column('y', Integer)).in([
      [1, 2],
      [3, 4],
    ]),
  '(x, y) IN ((:param_1_1_1, :param_1_1_2), (:param_1_2_1, :param_1_2_2))',
)
example(
  'core/operators: tuple stmt',
  () =>
    select(ut.c.name)
      .join(at)
      .where(
        tuple(ut.c.id, at.c.id).in([
          [1, 1],
          [2, 2],
        ]),
      ),
  'SELECT user_account.name FROM user_account JOIN address ON user_account.id = address.user_id WHERE (user_account.id, address.id) IN ((:param_1_1_1, :param_1_1_2), (:param_1_2_1, :param_1_2_2))',
)
example('core/operators: in subq', () => xi.in(select(ut.c.id)), 'x IN (SELECT user_account.id FROM user_account)')
example('core/operators: in subq', () => x.in(select(ut.c.id)), 'x IN (SELECT user_account.id FROM user_account)')
example('core/operators: is', () => x.is(null), 'x IS NULL')
example('core/operators: is', () => x.is(sqlNull()), 'x IS NULL')
example('core/operators: =', () => x.eq(null), 'x IS NULL')
example('core/operators: is not', () => x.isNot(null), 'x IS NOT NULL')
example('core/operators: ne', () => x.ne(null), 'x IS NOT NULL')
example('core/operators: distinct', () => x.isDistinctFrom('some value'), 'x IS DISTINCT FROM :x_1')
example('core/operators: not distinct', () => x.isNotDistinctFrom('some value'), 'x IS NOT DISTINCT FROM :x_1')
example('core/operators: like', () => xs.like('word'), 'x LIKE :x_1')
example('core/operators: ilike', () => xs.ilike('word'), 'lower(x) LIKE lower(:x_1)')
example('core/operators: notlike', () => xs.notLike('word'), 'x NOT LIKE :x_1')
example('core/operators: notilike', () => xs.notIlike('word'), 'lower(x) NOT LIKE lower(:x_1)')
example('core/operators: ilike pg', () => P(xs.ilike('word')), 'x ILIKE $1::VARCHAR')
example('core/operators: startswith', () => xs.startsWith('word'), "x LIKE :x_1 || '%'")
example('core/operators: endswith', () => xs.endsWith('word'), "x LIKE '%' || :x_1")
example('core/operators: contains', () => xs.contains('word'), "x LIKE '%' || :x_1 || '%'")
example('core/operators: match', () => xs.match('word'), 'x MATCH :x_1')
example('core/operators: regexp', () => P(xs.regexpMatch('word')), 'x ~ $1::VARCHAR')
example('core/operators: regexp flags', () => P(xs.regexpMatch('word', { flags: 'i' })), 'x ~* $1::VARCHAR')
example('core/operators: concat', () => xs.concat('some string'), 'x || :x_1')
example('core/operators: concat', () => (x as typeof xs).concat('some string'), 'x || :x_1')
example('core/operators: +', () => xs.add('some string'), 'x || :x_1')
example(
  'core/operators: replace',
  () => P(xs.regexpReplace('foo', 'bar')),
  'REGEXP_REPLACE(x, $1::VARCHAR, $2::VARCHAR)',
)
example(
  'core/operators: collate',
  () => xs.collate('latin1_german2_ci').eq('Müller'),
  '(x COLLATE latin1_german2_ci) = :param_1',
)
example(
  'core/operators: collate lit',
  () => literal('Müller').collate('latin1_german2_ci').eq(xs),
  '(:param_1 COLLATE latin1_german2_ci) = x',
)
example('core/operators: +', () => xi.add(5), 'x + :x_1')
example('core/operators: -', () => xi.subtract(5), 'x - :x_1')
example('core/operators: *', () => xi.multiply(5), 'x * :x_1')
example('core/operators: /', () => xi.divide(5), 'x / CAST(:x_1 AS NUMERIC)')
example('core/operators: //', () => xi.floorDivide(5), 'x / :x_1')
example('core/operators: // 5.5', () => column('x', Double).floorDivide(5.5), 'FLOOR(x / :x_1)')
example('core/operators: %', () => xi.modulo(5), 'x % :x_1')
example('core/operators: ~', () => xi.bitwiseNot(), '~x')
example('core/operators: &', () => xi.bitwiseAnd(5), 'x & :x_1')
example('core/operators: |', () => xi.bitwiseOr(5), 'x | :x_1')
example('core/operators: ^', () => xi.bitwiseXor(5), 'x ^ :x_1')
example('core/operators: ^ pg', () => P(xi.bitwiseXor(5)), 'x # $1::INTEGER')
example('core/operators: >>', () => xi.bitwiseRshift(5), 'x >> :x_1')
example('core/operators: <<', () => xi.bitwiseLshift(5), 'x << :x_1')
example('core/operators: not', () => not(xi.eq(5)), 'x != :x_1')
example('core/operators: not bool', () => not(column('x', Bool)), 'NOT x')
example('core/operators: and', () => xi.eq(5).and(column('y', Integer).eq(10)), 'x = :x_1 AND y = :y_1')
example('core/operators: or', () => xi.eq(5).or(column('y', Integer).eq(10)), 'x = :x_1 OR y = :y_1')
example('core/operators: ~', () => xi.eq(5).not(), 'x != :x_1')
example(
  'core/operators: paren',
  () => or(ut.c.name.eq('squidward'), and(at.c.user_id.eq(ut.c.id), ut.c.name.eq('sandy'))),
  'user_account.name = :name_1 OR address.user_id = user_account.id AND user_account.name = :name_2',
)
example(
  'core/operators: paren',
  () => and(at.c.user_id.eq(ut.c.id), or(ut.c.name.eq('squidward'), ut.c.name.eq('sandy'))),
  'address.user_id = user_account.id AND (user_account.name = :name_1 OR user_account.name = :name_2)',
)
example('core/operators: op', () => x.op('*')(5), 'x * :x_1')
example('core/operators: op prec', () => x.op('&', { precedence: 1 })(0xff), 'x & :x_1')
example('core/operators: bool_op', () => x.boolOp('@@')('a'), 'x @@ :x_1')
example(
  'core/operators: ilike escape',
  () => xs.ilike('foo/%bar', { escape: '/' }),
  "lower(x) LIKE lower(:x_1) ESCAPE '/'",
)
example('core/operators: like escape', () => xs.like('foo/%bar', { escape: '/' }), "x LIKE :x_1 ESCAPE '/'")
example(
  'core/operators: sw autoescape',
  () => xs.startsWith('foo%bar', { autoescape: true }),
  "x LIKE :x_1 || '%' ESCAPE '/'",
)
example('core/operators: sw escape', () => xs.startsWith('foo/%bar', { escape: '^' }), "x LIKE :x_1 || '%' ESCAPE '^'")
example(
  'core/operators: sw both',
  () => xs.startsWith('foo%bar^bat', { escape: '^', autoescape: true }),
  "x LIKE :x_1 || '%' ESCAPE '^'",
)
example('core/operators: between sym', () => xi.between(1, 2, { symmetric: true }), 'x BETWEEN SYMMETRIC :x_1 AND :x_2')
example('core/operators: nulls_first', () => xi.desc().nullsFirst(), 'x DESC NULLS FIRST')
example('core/operators: nulls last', () => xi.asc().nullsLast(), 'x ASC NULLS LAST')
example('core/operators: distinct', () => xi.distinct(), 'DISTINCT x')
example('core/operators: any', () => literal(5).eq(any(column('arr', ARRAY(Integer)))), ':param_1 = ANY (arr)')
example('core/operators: negate', () => xi.negate(), '-x')
