// Parts of values: fields of composite values, and what UPDATE sets of arrays, documents and composite values.
import {
  ARRAY,
  Column,
  createEngine,
  type Engine,
  func,
  Integer,
  insert,
  JSON as Json,
  MetaData,
  String,
  select,
  table,
  typeCoerce,
  update,
} from 'tsalchemy'
import { Composite, JSONB, postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { defaultDialect } from '../../../../src/dialect/default.ts'
import { databases } from '../../../support/server.ts'

const metadata = new MetaData()
const Point = Composite('part_point', { x: Integer, y: Integer })
const Line = Composite('part_line', { a: Point, 'odd "name': Point, marks: ARRAY(Integer) })
const things = table('part_things', metadata, {
  id: Column(Integer, { primaryKey: true }),
  tags: Column(ARRAY(String)),
  doc: Column(JSONB<{ k?: number; list?: number[] }>()),
  line: Column(Line),
  point: Column(Point, { nullable: true }),
  plain: Column(Json<{ k: number }>(), { nullable: true }),
})
const t = things.c
const dialect = postgresqlDialect()
const sqlOf = (element: Parameters<typeof dialect.compile>[0]): string =>
  dialect.compile(element).sql.replaceAll(/\s+/g, ' ')

test('fields of composite values', () => {
  expect(sqlOf(select(t.point.at('x').label('x')))).toBe('SELECT (part_things.point).x AS x FROM part_things')
  expect(sqlOf(select(t.line.at('odd "name').at('y').label('y')).where(t.line.at('marks').at(1).gt(5)))).toBe(
    'SELECT (part_things.line)."odd ""name".y AS y FROM part_things WHERE ((part_things.line).marks)[$1::INTEGER] > $2::INTEGER',
  )
  expectTypeOf(t.point.at('x')['~value']).toEqualTypeOf<number | null>()
  expectTypeOf(t.line.at('a').at('y')['~value']).toEqualTypeOf<number | null>()
  // @ts-expect-error no such field
  expect(() => t.point.at('z')).toThrow(".at() takes a field of the composite type, 'x', 'y'; got 'z'")
  expect(() => t.id.at('x' as never)).toThrow('.at() is of arrays, documents and composite values')
})

test('what UPDATE sets of a value', () => {
  const changed = update(things).values([
    [t.tags.at(2), 'b'],
    ['id', 5],
    [t.tags.slice(3, 4), ['c', 'd']],
    [t.doc.at('list').at(0), 7],
    [t.point.at('x'), t.id.add(1)],
    [t.line.at('odd "name').at('y'), 3],
    [t.line.at('marks').at(1), null],
  ])
  expect(sqlOf(changed.all())).toBe(
    'UPDATE part_things SET tags[$1::INTEGER]=$2::VARCHAR, tags[$3::INTEGER:$4::INTEGER]=$5::VARCHAR[], ' +
      'doc[$6::TEXT][$7::INTEGER]=$8::JSONB, point.x=(part_things.id + $9::INTEGER), line."odd ""name".y=$10::INTEGER, ' +
      'line.marks[$11::INTEGER]=$12::INTEGER, id=$13::INTEGER',
  )
  expect(
    sqlOf(
      update(things)
        .values([[t.tags.at(1), 'a']])
        .values({ id: 1 })
        .values({ id: 2 })
        .all(),
    ),
  ).toBe('UPDATE part_things SET tags[$1::INTEGER]=$2::VARCHAR, id=$3::INTEGER')
  // A part by another type than the column's, as one that was read from the database may have.
  expect(
    sqlOf(
      update(things)
        .values([
          [typeCoerce(t.tags, ARRAY(Integer)).at(1), 5],
          [typeCoerce(typeCoerce(t.plain, JSONB<{ k: number }>()), JSONB<{ k: number }>()).at('k'), 1],
        ])
        .all(),
    ),
  ).toBe('UPDATE part_things SET tags[$1::INTEGER]=$2::INTEGER, plain[$3::TEXT]=$4::JSONB')
  expect(
    defaultDialect.compile(
      update(things)
        .values([[t.tags.at(1), 'a']])
        .all(),
    ).sql,
  ).toBe('UPDATE part_things SET tags[:tags_1]=:param_1')
})

test('what it refuses', () => {
  expect(() =>
    sqlOf(
      update(things)
        .values([[t.plain.at('k'), 1]])
        .all(),
    ),
  ).toThrow('UPDATE sets columns, members of arrays')
  expect(() => update(things).values([[t.id.add(1), 1]])).toThrow('takes pairs [column, value]')
  expect(() => update(things).values([[func.lower(t.id as never), 1]])).toThrow('takes pairs [column, value]')
  expect(() => update(things).values([[t.tags.at(1), { a: 1 }]])).toThrow(
    'a part of the type string got a plain object',
  )
  expect(() => update(things).values([[t.tags.at(1), undefined]])).toThrow('got undefined as a value')
  const other = table('other', new MetaData(), { list: Column(ARRAY(Integer)) })
  expect(() => update(things).values([[other.c.list.at(1), 1]])).toThrow("the column 'list' is not of the table")
})

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    await engine.execute(
      insert(things).values({
        id: 1,
        tags: ['a'],
        doc: { k: 1, list: [1, 2] },
        line: { a: { x: 1, y: 2 }, 'odd "name': { x: 3, y: 4 }, marks: [9] },
        point: { x: 5, y: 6 },
      }),
    )
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('parts are read and set', async () => {
    const read = select(t.point.at('x'), t.line.at('odd "name').at('y'), t.line.at('marks').at(1))
    expect(await engine.execute(read).tuples().one()).toEqual([5, 4, 9])
    await engine.execute(
      update(things)
        .values([
          [t.tags.at(2), "b'\\"],
          [t.doc.at('list').at(0), 7],
          [t.point.at('x'), t.id.add(1)],
          [t.line.at('odd "name').at('y'), 3],
          [t.line.at('marks').at(2), 8],
        ])
        .where(t.point.at('y').eq(6)),
    )
    expect(await engine.execute(select(t.tags, t.doc, t.line, t.point)).one()).toEqual({
      tags: ['a', "b'\\"],
      doc: { k: 1, list: [7, 2] },
      line: { a: { x: 1, y: 2 }, 'odd "name': { x: 3, y: 3 }, marks: [9, 8] },
      point: { x: 2, y: 6 },
    })
  })
})
