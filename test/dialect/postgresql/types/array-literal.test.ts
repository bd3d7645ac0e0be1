// `array()`: arrays made of expressions.
import {
  ARRAY,
  all,
  any,
  Column,
  type ColumnElement,
  createEngine,
  func,
  Integer,
  literal,
  MetaData,
  NullType,
  not,
  String as StringType,
  select,
  sqlNull,
  table,
  values,
} from 'tsalchemy'
import { array } from 'tsalchemy/postgresql'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { databases, sqliteUrl } from '../../../support/server.ts'
import { pg } from '../../compile/fixture.ts'

const t = table('t', new MetaData(), { id: Column(Integer), name: Column(StringType), many: Column(ARRAY(Integer)) })
const { id, name, many } = t.c

test.each([
  ['values', array([1, 2]), 'ARRAY[$1::INTEGER, $2::INTEGER]'],
  ['expressions and values', array([id, 5, id.add(1)]), 'ARRAY[t.id, $1::INTEGER, t.id + $2::INTEGER]'],
  ['texts', array(['a', name]), 'ARRAY[$1::VARCHAR, t.name]'],
  ['NULL', array([sqlNull(), 1, null]), 'ARRAY[NULL, $1::INTEGER, NULL]'],
  ['empty', array([], { type: Integer }), 'ARRAY[]::INTEGER[]'],
  ['empty, of texts of a length', array([], { type: StringType(5) }), 'ARRAY[]::VARCHAR(5)[]'],
  [
    'of arrays',
    array([array([1, 2]), array([id, 4])]),
    'ARRAY[ARRAY[$1::INTEGER, $2::INTEGER], ARRAY[t.id, $3::INTEGER]]',
  ],
  ['in a SELECT', select(array([id])), 'SELECT ARRAY[t.id] AS anon_1 FROM t'],
  ['an item', array([id, 2]).at(1), '(ARRAY[t.id, $1::INTEGER])[$2::INTEGER]'],
  ['a slice', array([id, 2]).slice(1, 2), '(ARRAY[t.id, $1::INTEGER])[$2::INTEGER:$3::INTEGER]'],
  ['concatenated', many.concat(array([id])), 't.many || ARRAY[t.id]'],
  ['added, which is the same', many.add(array([id])).at(2), '(t.many || ARRAY[t.id])[$1::INTEGER]'],
  ['concatenated with a value', array([id]).concat([5]), 'ARRAY[t.id] || $1::INTEGER[]'],
  ['contained', array([id]).containedBy(many), 'ARRAY[t.id] <@ t.many'],
  ['overlaps', many.overlaps(array([id, 3])), 't.many && ARRAY[t.id, $1::INTEGER]'],
  ['any', id.eq(any(array([1, 2]))), 't.id = ANY (ARRAY[$1::INTEGER, $2::INTEGER])'],
  ['not all', not(id.eq(all(array([id])))), 'NOT (t.id = ALL (ARRAY[t.id]))'],
  ['in a function', func('cardinality', array([id])), 'cardinality(ARRAY[t.id])'],
  ['compared', array([id]).eq([3]), 'ARRAY[t.id] = $1::INTEGER[]'],
])('%s', (_what, element, sql) => expect(pg(element).sql).toBe(sql))

test('its type is that of its items', () => {
  expect(array([array([1]), array([2])]).type.id).toBe(ARRAY(Integer, { dimensions: 2 }).id)
  expect(array([null, name]).type.id).toBe(ARRAY(StringType).id)
  expect(array([null]).type.id).toBe(ARRAY(NullType).id)
  expectTypeOf(array([id, 5])).toEqualTypeOf<ColumnElement<number[]>>()
  expectTypeOf(array([], { type: Integer })).toEqualTypeOf<ColumnElement<number[]>>()
  expectTypeOf(array([array([1]), array([id])])).toExtend<ColumnElement<number[][]>>()
})

test('what is refused', () => {
  expect(() => array([])).toThrow('array() without items needs the type of an item')
  expect(() => array('ab' as never)).toThrow(/^array\(\) takes an array of values and expressions; got a string/)
  expect(() => array([undefined])).toThrow(/undefined/)
  expect(() => array([1], { typ: Integer } as never)).toThrow(/has no option 'typ'/)
})

describe.each(databases())('on $name', ({ url }) => {
  test('arrays come back as what they are', async () => {
    await using engine = createEngine(url)
    const v = values({ a: Integer, b: StringType }, { name: 'v' }).data([[1, 'x,"y\\']])
    const row = await engine
      .execute(
        select({
          numbers: array([v.c.a, 2, null]),
          texts: array([v.c.b, 'z']),
          nested: array([array([1, 2]), array([v.c.a, 4])]),
          none: array([], { type: StringType }),
          second: array([v.c.a, 7]).at(2),
          within: v.c.a.eq(any(array([3, v.c.a]))),
          joined: array([v.c.a]).concat(literal([8], ARRAY(Integer))),
        }),
      )
      .one()
    expect({ ...row }).toEqual({
      numbers: [1, 2, null],
      texts: ['x,"y\\', 'z'],
      nested: [
        [1, 2],
        [1, 4],
      ],
      none: [],
      second: 7,
      within: true,
      joined: [1, 8],
    })
  })
})

test('SQLite has none', async () => {
  await using engine = createEngine(sqliteUrl())
  await expect(engine.execute(select(array([1]))).all()).rejects.toThrow('SQLite has no arrays')
})
