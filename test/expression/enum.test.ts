// Enumerations: what they take, how they are spelt, what their values become.
import {
  ARRAY,
  ArgumentError,
  Column,
  CompileError,
  CreateType,
  column,
  DropType,
  Enum,
  Integer,
  InvalidRequestError,
  MetaData,
  select,
  table,
} from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { expect, test } from 'vitest'
import { defaultDialect } from '../../src/dialect/default.ts'
import { createPlan, dropPlan } from '../../src/expression/schema/ddl/plan.ts'
import { CreateTable } from '../../src/expression/schema/ddl/table.ts'

const postgres = postgresqlDialect()
const Status = Enum('active', "ba'nn\\ed", { name: 'status' })

test('texts, a const object and enums of texts and of numbers give labels and values', () => {
  const Level = { low: 'l', high: 'h' } as const
  // What TypeScript makes of `enum Color { red, green = 5 }`.
  const Color = { 0: 'red', red: 0, 5: 'green', green: 5 } as unknown as { red: 0; green: 5 }
  expect(Enum('a', 'b').labels).toEqual(['a', 'b'])
  expect(Enum(Level, { name: 'level' }).labels).toEqual(['l', 'h'])
  const color = Enum(Color, { name: 'color' })
  expect(color.labels).toEqual(['red', 'green'])
  expect(color.bindProcessor(postgres)(5)).toBe('green')
  expect(color.resultProcessor(postgres)?.('green')).toBe(5)
  expect(color.resultProcessor(postgres)?.(null)).toBe(null)
  expect(() => color.resultProcessor(postgres)?.('blue')).toThrow(
    new ArgumentError(`The enumeration 'color' has no label "blue", which the database gave; it has "red", "green"`),
  )
  expect(Enum('__proto__', 'constructor').bindProcessor(postgres)('__proto__')).toBe('__proto__')
})

test('what is no enumeration is refused', () => {
  expect(() => Enum()).toThrow(ArgumentError)
  expect(() => Enum('a', 'a')).toThrow(new ArgumentError('Enum() got the label "a" twice'))
  expect(() => Enum({ a: 1, b: 1 })).toThrow(new ArgumentError('Enum(): two names have the value 1'))
  expect(() => Enum({ a: null as never })).toThrow(ArgumentError)
  expect(() => Enum('a', { nmae: 'x' } as never)).toThrow(/'nmae'.*'name'/)
  expect(() => Enum('a', { name: '' })).toThrow(new ArgumentError('Enum(): name is a text that is not empty'))
  expect(() => new CreateType(Integer)).toThrow(ArgumentError)
  expect(() => new DropType(Enum('a'))).toThrow(ArgumentError)
})

test('a value that the enumeration does not have is refused before it is sent', () => {
  expect(() => Status.bindProcessor(postgres)('x')).toThrow(
    new ArgumentError(`The enumeration 'status' has no value "x"; it has "active", "ba'nn\\\\ed"`),
  )
  expect(Status.bindProcessor(postgres)(null)).toBe(null)
})

test('a native enumeration is a type with a name, elsewhere VARCHAR with a CHECK', () => {
  const t = table('t', new MetaData(), {
    status: Column(Status),
    all: Column(ARRAY(Status)),
    plain: Column(Enum('x', 'yy', { native: false })),
    free: Column(Enum('x', { native: false, createConstraint: false, length: 9 })),
  })
  expect(postgres.compile(new CreateTable(t)).sql).toBe(
    '\nCREATE TABLE t (\n\tstatus status NOT NULL, \n\t"all" status[] NOT NULL, \n\tplain VARCHAR(2) NOT NULL, ' +
      "\n\tfree VARCHAR(9) NOT NULL, \n\tCHECK (plain IN ('x', 'yy'))\n)\n\n",
  )
  expect(defaultDialect.compile(new CreateTable(table('t', new MetaData(), { status: Column(Status) }))).sql).toBe(
    "\nCREATE TABLE t (\n\tstatus VARCHAR(8) NOT NULL, \n\tCONSTRAINT status CHECK (status IN ('active', 'ba''nn\\ed'))\n)\n\n",
  )
  expect(postgres.compile(select(t.c.all).where(t.c.status.eq('active'), t.c.status.in(['active']))).sql).toBe(
    'SELECT t."all" \nFROM t \nWHERE t.status = $1::status AND t.status = ANY ($2::status[])',
  )
  expect(postgres.compile(column('a', Enum('x', { native: false })).eq('x')).sql).toBe('a = $1::VARCHAR')
  const odd = Enum('a', { name: 'Odd "name"', schema: 'select' })
  expect(postgres.compile(column('a', odd).eq('a')).sql).toBe('a = $1::"select"."Odd ""name"""')
  expect(() => postgres.compile(new CreateTable(table('t', new MetaData(), { a: Column(Enum('a')) })))).toThrow(
    new CompileError(
      "PostgreSQL's enumerations need a name: Enum('a', 'b', { name: 'status' }), or { native: false } for VARCHAR",
    ),
  )
})

test('CREATE TYPE and DROP TYPE', () => {
  expect(postgres.compile(new CreateType(Status)).sql).toBe("CREATE TYPE status AS ENUM ('active', E'ba''nn\\\\ed')")
  expect(postgres.compile(new DropType(Status, { ifExists: true, cascade: true })).sql).toBe(
    'DROP TYPE IF EXISTS status CASCADE',
  )
  expect(() => postgres.compile(new CreateType(Enum('x'.repeat(64), { name: 'e' })))).toThrow(/longer than 63 bytes/)
  expect(`${new CreateType(Status)}`).toBe("CREATE TYPE status AS ENUM ('active', 'ba''nn\\ed')")
})

test('a plan creates types before their tables and drops those that no other table uses', () => {
  const metadata = new MetaData()
  const other = Enum('x', { name: 'other' })
  const one = table('one', metadata, { a: Column(Status), b: Column(ARRAY(Status)) })
  const two = table('two', metadata, { a: Column(Status), b: Column(other) })
  const plan = createPlan([one, two])
  expect(plan.namedTypes(postgres)).toEqual([Status, other])
  expect(plan.commands(null, plan.namedTypes(postgres)).map(({ kind }) => kind)).toEqual([
    'createType',
    'createType',
    'createTable',
    'createTable',
  ])
  expect(dropPlan([one]).namedTypes(postgres)).toEqual([])
  const drop = dropPlan([two])
  expect(drop.commands(null, drop.namedTypes(postgres)).map((each) => postgres.compile(each).sql)).toEqual([
    '\nDROP TABLE two',
    'DROP TYPE other',
  ])
  const kept = table('kept', metadata, { a: Column(Enum('q', { name: 'kept', createType: false })) })
  expect(createPlan([kept]).namedTypes(postgres)).toEqual([])
  const clash = table('clash', metadata, { a: Column(Enum('z', { name: 'other' })) })
  expect(() => createPlan([two, clash]).namedTypes(postgres)).toThrow(InvalidRequestError)
  // Two objects that say the same are the same type.
  const same = table('same', metadata, { a: Column(Enum('x', { name: 'other' })) })
  expect(createPlan([two, same]).namedTypes(postgres)).toHaveLength(2)
})

test('the CHECK of an enumeration has its name, once, by the naming convention', () => {
  const Mood = Enum('sad', 'ok', { name: 'mood', native: false })
  const definitions = { mood: Column(Mood), other: Column(Mood), free: Column(Enum('x', { native: false })) }
  const sql = (metadata: MetaData): string => postgres.compile(new CreateTable(table('t', metadata, definitions))).sql
  const columns =
    '\nCREATE TABLE t (\n\tmood VARCHAR(3) NOT NULL, \n\tother VARCHAR(3) NOT NULL, \n\tfree VARCHAR(1) NOT NULL, '
  const rest = "\n\tCHECK (other IN ('sad', 'ok')), \n\tCHECK (free IN ('x'))\n)\n\n"
  expect(sql(new MetaData())).toBe(`${columns}\n\tCONSTRAINT mood CHECK (mood IN ('sad', 'ok')), ${rest}`)
  expect(sql(new MetaData({ namingConvention: { ck: 'ck_%(table_name)s_%(constraint_name)s' } }))).toBe(
    `${columns}\n\tCONSTRAINT ck_t_mood CHECK (mood IN ('sad', 'ok')), ${rest}`,
  )
})

test('a type cannot have the name of one of the database, unless in a schema', () => {
  const create = (options: { name: string; schema?: string }): string =>
    postgres.compile(new CreateType(Enum('a', options))).sql
  for (const name of ['text', 'int4', 'json'])
    expect(() => create({ name })).toThrow(
      `'${name}' is a type of PostgreSQL's own, which would be meant wherever this one is named: give it another name, or a schema`,
    )
  expect(create({ name: 'text', schema: 's' })).toBe("CREATE TYPE s.text AS ENUM ('a')")
  expect(create({ name: 'Text' })).toBe(`CREATE TYPE "Text" AS ENUM ('a')`)
})

test('the length is no less than that of each label', () => {
  expect(() => Enum('a', 'abc', { native: false, length: 2 })).toThrow(
    'Enum(): length is 2, and the label "abc" is longer',
  )
  expect(Enum('a', '\u{1f600}\u{1f600}', { native: false, length: 2 }).length).toBe(2)
})

test('a label that no text of a database can hold is refused', () => {
  expect(() => postgres.compile(new CreateType(Enum('a\0b', { name: 'e' })))).toThrow(
    /^No literal can be written: varchar does not take .* NUL/,
  )
})
