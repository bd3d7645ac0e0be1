// Definitions that no database takes are refused where they are written.
import { describe, expect, test } from 'vitest'
import { insert as upsert } from '../../../src/dialect/postgresql/index.ts'
import {
  AddConstraint,
  ArgumentError,
  Column,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateTable,
  DropIndex,
  DropSchema,
  DropSequence,
  DropTable,
  FetchedValue,
  Float,
  ForeignKeyConstraint,
  Index,
  Integer,
  insert,
  MetaData,
  Numeric,
  PrimaryKeyConstraint,
  Sequence,
  SQLAlchemyError,
  String,
  select,
  table,
  UniqueConstraint,
} from '../../../src/index.ts'

const define = (columns: Record<string, ReturnType<typeof Column>>, constraints: readonly UniqueConstraint[] = []) =>
  table('t', new MetaData(), columns as never, { constraints } as never)

describe('a column', () => {
  test.each([
    ['computed and default', { computed: 'a + 1', default: 5 }, /computed by the database/],
    ['computed and onUpdate', { computed: 'a + 1', onUpdate: 5 }, /computed by the database/],
    ['computed and serverOnUpdate', { computed: 'a + 1', serverOnUpdate: new FetchedValue() }, /computed by the data/],
    ['identity and serverOnUpdate', { identity: true, serverOnUpdate: new FetchedValue() }, /serverOnUpdate exclude/],
    ['identity and a sequence', { identity: true, default: new Sequence('s') }, /sequence of its own/],
    ['identity and no autoincrement', { identity: true, autoincrement: false }, /autoincrement: false forbids/],
  ])('has one source of values: %s', (_name, options, message) => {
    expect(() => define({ x: Column(Integer, options as never) as never })).toThrow(message)
    expect(() => define({ x: Column(Integer, options as never) as never })).toThrow(ArgumentError)
  })

  test('with identity may have a default of the application, which BY DEFAULT allows', () => {
    expect(() => define({ x: Column(Integer, { identity: true, default: 5 }) as never })).not.toThrow()
  })

  test('has a name', () => {
    expect(() => define({ '': Column(Integer) as never })).toThrow("A column of table 't' has no name")
  })

  test.each([
    ['String', String],
    ['Float', Float],
    ['Numeric(10, 5)', Numeric(10, 5)],
  ])('is numbered by the database only if it holds whole numbers: %s', (_name, type) => {
    const made = () => define({ a: Column(type as typeof String, { primaryKey: true, autoincrement: true }) as never })
    expect(made).toThrow(
      "Column 't.a': autoincrement: true needs a type of whole numbers, such as Integer or BigInteger",
    )
  })

  test('is numbered by the database in one place of a key', () => {
    const column = () => Column(Integer, { primaryKey: true, autoincrement: true }) as never
    expect(() => define({ a: column(), b: column() })).toThrow(
      "Table 't': autoincrement: true is said of more than one column of its key",
    )
    expect(() => define({ a: column(), b: Column(Integer, { primaryKey: true }) as never })).not.toThrow()
    expect(() => define({ a: Column(Numeric(10), { primaryKey: true, autoincrement: true }) as never })).not.toThrow()
  })
})

describe('columns of a constraint', () => {
  test('stand in it once, by whatever name', () => {
    const one = (item: unknown) => () => define({ x: Column(Integer, { name: 'sql_x' }) as never }, [item as never])
    expect(() => new UniqueConstraint(['x', 'x'])).toThrow("UniqueConstraint names the column 'x' twice")
    expect(() => new PrimaryKeyConstraint(['x', 'x'])).toThrow("PrimaryKeyConstraint names the column 'x' twice")
    expect(one(new UniqueConstraint(['x', 'sql_x']))).toThrow("UniqueConstraint names the column 'x' twice")
    expect(() => new ForeignKeyConstraint(['x', 'x'], ['b.a', 'b.b'])).toThrow(
      "ForeignKeyConstraint names the column 'x' twice",
    )
    expect(() => new ForeignKeyConstraint(['x', 'y'], ['b.a', 'b.a'])).toThrow(
      "ForeignKeyConstraint names the target 'b.a' twice",
    )
  })
})

test('a MetaData has a schema that is a name', () => {
  expect(() => new MetaData({ schema: 5 as never })).toThrow('schema is a text that is not empty')
  expect(() => new MetaData({ schema: '' })).toThrow('schema is a text that is not empty')
})

describe('commands', () => {
  test.each([
    ['CreateTable', CreateTable],
    ['DropTable', DropTable],
    ['CreateIndex', CreateIndex],
    ['DropIndex', DropIndex],
    ['AddConstraint', AddConstraint],
    ['CreateSequence', CreateSequence],
    ['DropSequence', DropSequence],
    ['CreateSchema', CreateSchema],
    ['DropSchema', DropSchema],
  ] as [string, new (given: never) => unknown][])('say what they take: %s', (name, Command) => {
    for (const wrong of [undefined, null, {}, 5, '']) {
      const made = () => new Command(wrong as never)
      expect(made).toThrow(ArgumentError)
      expect(made).toThrow(new RegExp(`^new ${name}\\(\\) takes `))
    }
  })

  test('take constraints and indexes of a table', () => {
    expect(() => new CreateIndex(new Index('i', ['a']))).toThrow(/belongs to no table yet/)
    expect(() => new AddConstraint(new UniqueConstraint(['a']))).toThrow(SQLAlchemyError)
  })
})

describe('INSERT', () => {
  const one = table('one', new MetaData(), { a: Column(Integer, { primaryKey: true }), b: Column(Integer) })

  test('names a column once', () => {
    expect(() => insert(one).fromSelect(['a', 'a'], select(one.c.a, one.c.b))).toThrow(
      "fromSelect() names the column 'a' twice",
    )
  })

  test('has the condition of an index with its columns, and not with the name of a constraint', () => {
    const values = upsert(one).values({ a: 1, b: 2 })
    expect(() =>
      values.onConflictDoUpdate({ constraint: 'uq', indexWhere: one.c.a.gt(1), set: { b: 3 } } as never),
    ).toThrow('indexWhere belongs to indexElements, not to a constraint')
  })
})
