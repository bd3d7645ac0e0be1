// Definitions that no database takes are refused where they are written.
import { describe, expect, test } from 'vitest'
import { postgresqlDialect, insert as upsert } from '../../../src/dialect/postgresql/index.ts'
import {
  AddConstraint,
  ARRAY,
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
  Enum,
  FetchedValue,
  Float,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  insert,
  JSON,
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

describe('what the library keeps is changed by nobody else', () => {
  test('the tables of a MetaData', () => {
    const metadata = new MetaData()
    const t = table('t', metadata, { a: Column(Integer) })
    const tables = metadata.tables as Map<string, unknown>
    expect(() => tables.set('u', t)).toThrow(
      "metadata.tables cannot be changed by set(): table('name', metadata, { ... }) makes a table that belongs to it",
    )
    expect(() => tables.delete('t')).toThrow('metadata.remove(table) forgets a table')
    expect(() => tables.clear()).toThrow('metadata.clear() forgets them all')
    expect([...metadata.tables]).toEqual([['t', t]])
    metadata.remove(t)
    expect(metadata.tables.size).toBe(0)
    table('t', metadata, { a: Column(Integer) })
    metadata.clear()
    expect(metadata.tables.size).toBe(0)
  })

  test('the columns of a table, an alias and a subquery', () => {
    const t = define({ a: Column(Integer) as never })
    for (const from of [t, t.alias('x'), select(t).subquery()]) {
      const columns = from.c as unknown as { a: unknown; b: unknown }
      expect(() => {
        columns.b = 5
      }).toThrow(TypeError)
      expect(() => {
        columns.a = 5
      }).toThrow(TypeError)
      expect(() => delete columns.a).toThrow(TypeError)
      expect(Object.keys(from.c)).toEqual(['a'])
    }
  })
})

describe('what is said of a column is no value', () => {
  const t = table('t', new MetaData(), { a: Column(Integer), b: Column(JSON(), { nullable: true }) })
  const sequence = new Sequence('numbers', { schema: 's' })

  test.each([
    ['a value', () => insert(t).values({ a: sequence as never })],
    ['a document', () => insert(t).values({ a: 1, b: sequence as never })],
    ['beside a column', () => t.c.a.eq(sequence as never)],
    ['an argument', () => func('f', sequence as never)],
    ['what is selected', () => select(sequence as never)],
  ])('a sequence as %s', (_name, call) => {
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow("The sequence 's.numbers' is no value by itself: write sequence.nextValue()")
  })

  test('what the database gives as a value', () => {
    expect(() => insert(t).values({ a: new FetchedValue() as never })).toThrow('new FetchedValue() is no value')
    expect(() => t.c.a.eq(new FetchedValue() as never)).toThrow('new FetchedValue() is no value')
  })

  test.each([
    ['what the database gives', new FetchedValue(), 'what the database gives is serverDefault or serverOnUpdate'],
    ['a type', Integer, 'not a type or the definition of a column'],
    ['a definition', Column(Integer), 'not a type or the definition of a column'],
  ])('%s as a default', (_name, given, message) => {
    for (const key of ['default', 'onUpdate'])
      expect(() => define({ a: Column(Integer, { [key]: given } as never) as never })).toThrow(message)
  })
})

test('a CHECK that was asked for cannot guard the members of arrays', () => {
  const made = (options: object): CreateTable =>
    new CreateTable(define({ a: Column(ARRAY(Enum('a', 'b', { ...options }))) as never }))
  const dialect = postgresqlDialect()
  expect(() => dialect.compile(made({ native: false, createConstraint: true }))).toThrow(
    "Column 't.a': no CHECK can guard the values of an enumeration within arrays: make it a native type, or say { createConstraint: false }",
  )
  expect(dialect.compile(made({ native: false })).sql).toContain('a VARCHAR(1)[] NOT NULL')
  expect(dialect.compile(made({ name: 'letter', createConstraint: true })).sql).toContain('a letter[] NOT NULL')
})

test('an index of expressions needs a name, as no convention makes one', () => {
  const made = define({ a: Column(Integer) as never }, [new Index(null, [func.lower('x')])] as never)
  const message =
    "The naming convention 'ix_%(column_0_label)s' has the token 'column_0_label', which a constraint or index of table 't' has no value for: give it a name of its own"
  const [index] = made.indexes
  expect(() => postgresqlDialect().compile(new CreateIndex(index as never))).toThrow(message)
  expect(() => postgresqlDialect().compile(new DropIndex(index as never))).toThrow(message)
})
