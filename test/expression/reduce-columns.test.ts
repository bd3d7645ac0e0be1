// reduceColumns(): which columns stand for others.
import { Column, Integer, MetaData, String, select, table } from 'tsalchemy'
import { expect, expectTypeOf, test } from 'vitest'
import { sqlOf } from './tables.ts'

const metadata = new MetaData()
const people = table('people', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
})
const engineers = table('engineers', metadata, {
  id: Column(Integer, { primaryKey: true, foreignKey: 'people.id' }),
  tool: Column(String),
})
const cars = table('cars', metadata, {
  id: Column(Integer, { primaryKey: true }),
  ownerId: Column(Integer, { foreignKey: 'people.id' }),
})
const p = people.c
const e = engineers.c

test('a foreign key says that two columns of one name are one', () => {
  const statement = select(people, engineers).join(engineers)
  expect(sqlOf(statement.reduceColumns())).toBe(
    'SELECT people.id, people.name, engineers.tool FROM people JOIN engineers ON people.id = engineers.id',
  )
  expect(statement.reduceColumns().exportedColumns.map(({ key }) => key)).toEqual(['id', 'name', 'tool'])
  expectTypeOf(statement.reduceColumns()['~row']).toEqualTypeOf<{ id: number; name: string; tool: string }>()
})

test('other names only where that is asked for', () => {
  const statement = select(p.id, cars.c.ownerId).join(cars)
  expect(sqlOf(statement.reduceColumns())).toBe(
    'SELECT people.id, cars."ownerId" FROM people JOIN cars ON people.id = cars."ownerId"',
  )
  expect(sqlOf(statement.reduceColumns(false))).toBe(
    'SELECT people.id FROM people JOIN cars ON people.id = cars."ownerId"',
  )
  expectTypeOf(statement.reduceColumns(false)['~row']).toEqualTypeOf<{ id?: number; ownerId?: number }>()
})

test('criteria say so too; aliases stand for their tables', () => {
  const other = people.alias('other')
  expect(sqlOf(select(p.id, other.c.id, other.c.name).where(p.id.eq(other.c.id)).reduceColumns())).toBe(
    'SELECT people.id, other.name FROM people, people AS other WHERE people.id = other.id',
  )
  expect(sqlOf(select(p.id, other.c.id).where(p.id.gt(other.c.id)).reduceColumns())).toBe(
    'SELECT people.id, other.id AS id_1 FROM people, people AS other WHERE people.id > other.id',
  )
  const tools = engineers.alias('tools')
  expect(sqlOf(select(other.c.id, tools.c.id).join(tools, other.c.id.eq(tools.c.id)).reduceColumns())).toBe(
    'SELECT other.id FROM people AS other JOIN engineers AS tools ON other.id = tools.id',
  )
})

test('nothing else goes', () => {
  expect(sqlOf(select(p.name, e.tool, p.name.concat('x')).where(p.id.eq(e.id)).reduceColumns())).toBe(
    'SELECT people.name, engineers.tool, people.name || :name_1 AS anon_1 FROM people, engineers WHERE people.id = engineers.id',
  )
  expect(() => select({ a: p.id }).reduceColumns()).toThrow('reduceColumns() cannot choose')
})
