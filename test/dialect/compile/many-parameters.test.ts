// Parameters, names and columns of statements that have more of them than are looked for one by one.
import { bindparam, Column, CompileError, Integer, literal, MetaData, select, table } from 'tsalchemy'

import { expect, test } from 'vitest'
import { postgresArrays } from './fixture.ts'

const NAMES = Array.from({ length: 40 }, (_, index) => `c${index}`)
const wide = table(
  'wide',
  new MetaData(),
  Object.fromEntries(NAMES.map((name) => [name, Column(Integer, { nullable: true })])),
)
const column = (index: number) => wide.c[`c${index}`] as (typeof wide.c)[string]

test('many parameters are numbered as few are, whichever are met again', () => {
  for (const count of [1, 15, 16, 17, 31, 32, 33, 40]) {
    const again = literal(7)
    const first = Array.from({ length: count }, (_, index) => column(index).eq(index))
    const { sql, parameters } = postgresArrays.compile(
      select(column(0)).where(...first, column(1).eq(again), column(2).eq(again)),
    )
    const criteria = first.map((_, index) => `wide.c${index} = $${index + 1}::INTEGER`)
    const last = [1, 2].map((index) => `wide.c${index} = $${count + 1}::INTEGER`)
    expect(sql).toBe(`SELECT wide.c0 \nFROM wide \nWHERE ${[...criteria, ...last].join(' AND ')}`)
    expect(parameters.map(({ key }) => key)).toEqual([...first.map((_, index) => `c${index}_1`), 'param_1'])
    expect(parameters.map(({ index }) => index)).toEqual(parameters.map((_, index) => index))
  }
})

test('names of one base are counted, however many others there are', () => {
  for (const others of [0, 15, 16, 17, 39]) {
    const criteria = [column(0).eq(1), ...Array.from({ length: others }, (_, index) => column(index + 1).eq(1))]
    const { parameters } = postgresArrays.compile(
      select(column(0)).where(...criteria, column(0).ne(2), column(0).ne(3)),
    )
    const keys = parameters.map(({ key }) => key)
    expect([keys[0], ...keys.slice(-2)]).toEqual(['c0_1', 'c0_2', 'c0_3'])
    expect(new Set(keys).size).toBe(keys.length)
  }
})

test('a name that is given is no name that is generated, before it and behind it', () => {
  const given = bindparam('c0_1', { type: Integer })
  for (const criteria of [
    [column(0).eq(1), column(1).eq(given)],
    [column(1).eq(given), column(0).eq(1)],
  ])
    expect(() => postgresArrays.compile(select(column(0)).where(...criteria))).toThrow(CompileError)
  const apart = select(column(0)).where(column(0).eq(1), column(1).eq(bindparam('other')), column(2).eq(2))
  expect(postgresArrays.compile(apart).parameters.map(({ key }) => key)).toEqual(['c0_1', 'other', 'c2_1'])
  const named = bindparam('same', { type: Integer })
  const twice = select(column(0)).where(
    column(0).eq(1),
    column(1).eq(named),
    column(2).eq(bindparam('same', { type: Integer })),
  )
  expect(postgresArrays.compile(twice).sql).toBe(
    'SELECT wide.c0 \nFROM wide \nWHERE wide.c0 = $1::INTEGER AND wide.c1 = $2::INTEGER AND wide.c2 = $2::INTEGER',
  )
})

test('columns of one name are told apart, however many stand before them', () => {
  const other = wide.alias('other')
  for (const count of [1, 15, 16, 17, 40]) {
    const columns = Array.from({ length: count }, (_, index) => column(index))
    const statement = select(...columns, other.c.c0 as never)
    const keys = postgresArrays.compile(statement).columns?.map(({ key }) => key)
    expect(keys).toEqual([...NAMES.slice(0, count), 'c0_1'])
    expect(statement.subquery('s').columnList.map(({ key }) => key)).toEqual(keys)
  }
})
