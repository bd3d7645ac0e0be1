// What compiles and what does not, for FROM elements, functions, windows, MERGE and elements of one's own; never run.
import {
  Boolean,
  Column,
  CustomElement,
  compiles,
  deleteFrom,
  func,
  Integer,
  insert,
  JSON,
  MetaData,
  merge,
  registerFunction,
  String,
  select,
  table,
  tablesample,
  text,
  update,
  values,
} from 'tsalchemy'
import { expectTypeOf } from 'vitest'

const users = table('users', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
  age: Column(Integer, { nullable: true }),
})
const u = users.c

// ---- VALUES --------------------------------------------------------------------------------------------------------
const rows = values({ a: Integer, b: String }, { name: 'v' }).data([{ a: 1, b: 'x' }, { a: u.id, b: u.name }, [2, 'y']])
expectTypeOf(select(rows)['~row']).toEqualTypeOf<{ a: number; b: string }>()
expectTypeOf(select(rows.c.a)['~tuple']).toEqualTypeOf<[number]>()
// @ts-expect-error a string is no number
rows.data([{ a: 'x', b: 'x' }])
// @ts-expect-error there is no column c
rows.c.c
// @ts-expect-error a type is no string
values({ a: 'INTEGER' })

// ---- functions in FROM ---------------------------------------------------------------------------------------------
const series = func.generateSeries(1, 3)
expectTypeOf(select(series.columnValued('n'))['~tuple']).toEqualTypeOf<[number]>()
expectTypeOf(select(series.tableValued('n', { withOrdinality: 'i' }))['~row']).toEqualTypeOf<{ n: number; i: bigint }>()
const each = func('json_to_recordset', u.name).tableValued({ a: Integer, b: JSON<{ x: 1 }>() })
expectTypeOf(select(each.c.b)['~row']).toEqualTypeOf<{ b: { x: 1 } }>()
expectTypeOf(func('f').tableValued('a', 'b').c.b['~value']).toEqualTypeOf<unknown>()
// @ts-expect-error there is no column c
func('f').tableValued('a', 'b').c.c
// @ts-expect-error an option that is none
func('f').tableValued('a', { ordinality: 'n' })
expectTypeOf(select(tablesample(users, 10))['~row']).toEqualTypeOf<{ id: number; name: string; age: number | null }>()
// @ts-expect-error text has no rows to sample
tablesample(text('users'), 10)

// ---- windows and registered functions ------------------------------------------------------------------------------
func.sum(u.age).over({ orderBy: u.id, rows: [{ preceding: 2 }, 0], exclude: 'ties' })
// @ts-expect-error an exclusion that is none
func.sum(u.age).over({ orderBy: u.id, rows: [null, 0], exclude: 'all' })
// @ts-expect-error one direction at a time
func.sum(u.age).over({ rows: [{ preceding: 1, following: 1 }, 0] })
const near = registerFunction<boolean, [string, number]>('near', { returns: Boolean })
expectTypeOf(near(u.name, 5)['~value']).toEqualTypeOf<boolean>()
expectTypeOf(func.aggregateStrings(u.name, ', ')['~value']).toEqualTypeOf<string | null>()
// @ts-expect-error a number is no text
func.aggregateStrings(u.id, ', ')
// @ts-expect-error the separator is missing
func.aggregateStrings(u.name)
// @ts-expect-error the second argument is missing
near(u.name)
// @ts-expect-error the type of another value
registerFunction<boolean, []>('far', { returns: Integer })

// ---- clauses -------------------------------------------------------------------------------------------------------
expectTypeOf(select(u.id).fetch(1, { withTies: true }).filterBy({ name: 'x' })['~row']).toEqualTypeOf<{ id: number }>()
expectTypeOf(select(u.id).setLabelStyle('none')['~row']).toEqualTypeOf<{ id: number }>()
expectTypeOf(select(u.id).setLabelStyle('tablenamePlusCol')['~tuple']).toEqualTypeOf<[number]>()
select(u.id).selectFrom(text('users')).join(text('other'), u.id.eq(1))
// @ts-expect-error SQL in a string
select(u.id).prefixWith('ALL')
// @ts-expect-error a style that is none
select(u.id).setLabelStyle('all')
update(users).filterBy({ name: 'x' })
// @ts-expect-error a column that is none
update(users).filterBy({ nam: 'x' })

const boss = users.alias('boss')
expectTypeOf(update(boss).values({ name: u.name }).all().returning(boss.c.id)['~row']).toEqualTypeOf<{ id: number }>()
expectTypeOf(deleteFrom(boss).where(boss.c.id.eq(1)).returning(boss.c.name)['~row']).toEqualTypeOf<{ name: string }>()
// @ts-expect-error a column that is none
update(boss).values({ nam: 'x' })
// @ts-expect-error a value of another type
update(boss).values({ name: 5 })
// @ts-expect-error an alias is not inserted into
insert(boss)
// @ts-expect-error rows of a SELECT are not written to
update(select(u.id).subquery())

// ---- operators -----------------------------------------------------------------------------------------------------
expectTypeOf(u.id.bitwiseAnd(3).power(2)['~value']).toEqualTypeOf<number>()
// @ts-expect-error a number has no regular expressions
u.id.regexpReplace('a', 'b')
// @ts-expect-error bits of text
u.name.bitwiseAnd(5)

// ---- MERGE ---------------------------------------------------------------------------------------------------------
const merged = merge(users, rows, rows.c.a.eq(u.id)).whenMatched({ update: { name: rows.c.b } })
expectTypeOf(merged.returning(u.name)['~row']).toEqualTypeOf<{ name: string }>()
// @ts-expect-error a name is needed
merged.whenNotMatched({ insert: { id: 1 } })
// @ts-expect-error rows of the source alone can only be inserted
merged.whenNotMatched({ delete: true })

// ---- elements of one's own -----------------------------------------------------------------------------------------
class Twice extends CustomElement<number> {
  readonly type = Integer
}
compiles(Twice, (element, compiler) => {
  expectTypeOf(element).toEqualTypeOf<Twice>()
  return `2 * ${element.parts.map((part) => compiler.process(part)).join('')}`
})
expectTypeOf(select(new Twice(u.id).label('t'))['~row']).toEqualTypeOf<{ t: number }>()
// @ts-expect-error no class of elements
compiles(Date, () => '')
// @ts-expect-error what is written is text
compiles(Twice, () => 5)
