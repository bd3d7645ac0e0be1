// Tables: names, columns, constraints, keys that the database numbers, and what is refused.
import { column, literalColumn, type SqlExpression } from 'tsalchemy'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { postgresqlDialect } from '../../../src/dialect/postgresql/dialect.ts'
import { ArgumentError, InvalidRequestError } from '../../../src/errors.ts'
import type { Element } from '../../../src/expression/base/element.ts'
import { TextClause } from '../../../src/expression/element/text.ts'
import { SchemaColumn } from '../../../src/expression/schema/column.ts'
import { Column, isColumnDefinition } from '../../../src/expression/schema/column-definition.ts'
import { CheckConstraint, PrimaryKeyConstraint, UniqueConstraint } from '../../../src/expression/schema/constraint.ts'
import { CreateIndex } from '../../../src/expression/schema/ddl/table.ts'
import { ExcludeConstraint } from '../../../src/expression/schema/exclude.ts'
import { MetaData } from '../../../src/expression/schema/metadata.ts'
import { snakeCase } from '../../../src/expression/schema/naming.ts'
import { Sequence } from '../../../src/expression/schema/sequence.ts'
import { type Table, table } from '../../../src/expression/schema/table.ts'
import { Index } from '../../../src/expression/schema/table-index.ts'
import { ARRAY } from '../../../src/expression/types/array.ts'
import { JSON } from '../../../src/expression/types/json.ts'
import { BigInteger, Integer, SmallInteger } from '../../../src/expression/types/numeric.ts'
import { String } from '../../../src/expression/types/string.ts'

const usersIn = (metadata: MetaData) =>
  table('users', metadata, {
    id: Column(Integer, { primaryKey: true }),
    name: Column(String(50)),
    nick: Column(String, { nullable: true }),
    prefs: Column(JSON<{ dark: boolean }>(), { default: () => ({ dark: true }) }),
  })

describe('a table', () => {
  test('has its columns by key, in order', () => {
    const users = usersIn(new MetaData())
    expect(users.columnList.map((column) => [column.key, column.name, column.type.kind, column.nullable])).toEqual([
      ['id', 'id', 'integer', false],
      ['name', 'name', 'string', false],
      ['nick', 'nick', 'string', true],
      ['prefs', 'prefs', 'json', false],
    ])
    expect(users.c.id).toBeInstanceOf(SchemaColumn)
    expect(users.c.id.table).toBe(users)
    expect(users.primaryKey.columns).toEqual([users.c.id])
    expect(users.autoincrementColumn).toBe(users.c.id)
  })

  test('knows the types of its columns', () => {
    const users = usersIn(new MetaData())
    expectTypeOf(users.c.id['~value']).toEqualTypeOf<number>()
    expectTypeOf(users.c.nick['~value']).toEqualTypeOf<string | null>()
    expectTypeOf(users.c.prefs['~value']).toEqualTypeOf<{ dark: boolean }>()
    expectTypeOf(users['~columns']).toEqualTypeOf<{
      id: number
      name: string
      nick: string | null
      prefs: { dark: boolean }
    }>()
    // @ts-expect-error no such column
    expect(users.c.nmae).toBeUndefined()
    const anyTable: Table = users
    expect(anyTable.column('name')).toBe(users.c.name)
  })

  test('names the nearest column', () => {
    expect(() => usersIn(new MetaData()).column('nmae')).toThrow(
      new ArgumentError("Table 'users' has no column 'nmae'; did you mean 'name'?"),
    )
  })

  test('may have a column called __proto__', () => {
    const odd = table('odd', new MetaData(), { ['__proto__']: Column(Integer), constructor: Column(Integer) })
    expect(odd.columnList.map((column) => column.key)).toEqual(['__proto__', 'constructor'])
    expect(Object.values(odd.columns)[0]).toBe(odd.columnList[0])
    expect(odd.columns.toString).toBeUndefined()
  })

  test('has the schema of its MetaData unless it names one', () => {
    const metadata = new MetaData({ schema: 's' })
    const columns = { id: Column(Integer) }
    expect(table('a', metadata, columns).key).toBe('s.a')
    expect(table('a', metadata, columns, { schema: 'other' }).key).toBe('other.a')
    expect(table('a', metadata, columns, { schema: null }).key).toBe('a')
    expect([...metadata.tables.keys()]).toEqual(['s.a', 'other.a', 'a'])
  })

  test('is defined once', () => {
    const metadata = new MetaData()
    const users = usersIn(metadata)
    expect(() => usersIn(metadata)).toThrow(
      new InvalidRequestError(
        "Table 'users' is already defined in this MetaData: use the first definition, or metadata.remove(table) before",
      ),
    )
    metadata.remove(users)
    expect(usersIn(metadata)).not.toBe(users)
    metadata.clear()
    expect(metadata.tables.size).toBe(0)
  })

  test('refuses two columns of one name, columns without type, and what is no column', () => {
    const metadata = new MetaData()
    expect(() => table('t', metadata, { a: Column(Integer), b: Column(Integer, { name: 'a' }) })).toThrow(
      new ArgumentError("Columns 'a' and 'b' of table 't' have the same name in SQL, 'a'"),
    )
    const unknown = (value: unknown): never => value as never
    const why = "table() takes a name, a MetaData and columns: table('t', metadata, { id: Column(Integer) })"
    expect(() => table('t', unknown({ a: Column(Integer) }), unknown(undefined))).toThrow(new ArgumentError(why))
    expect(() => table('t', metadata, unknown([Column(Integer)]))).toThrow(new ArgumentError(why))
    expect(() => table('t', unknown(null), { a: Column(Integer) })).toThrow(new ArgumentError(why))
    expect(() => table('t', metadata, { a: Column() })).toThrow(
      new ArgumentError("Column 't.a' needs a type: write Column(Integer), for example"),
    )
    // @ts-expect-error no column
    expect(() => table('t', metadata, { a: Integer })).toThrow(
      new ArgumentError("'a' of table 't' is no column: write Column(type, options); constraints go into the options"),
    )
    // @ts-expect-error an unknown option
    const misspelt = () => table('t', metadata, { a: Column(Integer) }, { shcema: 's' })
    expect(misspelt).toThrow("table() has no option 'shcema'; did you mean 'schema'?")
    expect(metadata.tables.size).toBe(0)
  })
})

describe('names of columns', () => {
  test.each([
    ['userId', 'user_id'],
    ['userID', 'user_id'],
    ['HTTPServer', 'http_server'],
    ['address1', 'address1'],
    ['line2Text', 'line2_text'],
    ['already_there', 'already_there'],
    ['id', 'id'],
    ['Ämter', 'ämter'],
  ])('%s in snake case is %s', (key, name) => {
    expect(snakeCase(key)).toBe(name)
  })

  test('follow the MetaData, and an own name goes before', () => {
    const columns = { userId: Column(Integer), postCode: Column(String, { name: 'PLZ' }) }
    const names = (metadata: MetaData): string[] => table('t', metadata, columns).columnList.map(({ name }) => name)
    expect(names(new MetaData())).toEqual(['userId', 'PLZ'])
    expect(names(new MetaData({ columnNaming: 'snake_case' }))).toEqual(['user_id', 'PLZ'])
  })
})

describe('the column that the database numbers', () => {
  const numbered = (columns: Parameters<typeof table>[2]): string | null =>
    table('t', new MetaData(), columns).autoincrementColumn?.key ?? null
  const key = { primaryKey: true } as const

  test('is the only integer column of the key', () => {
    expect(numbered({ id: Column(Integer, key) })).toBe('id')
    expect(numbered({ id: Column(BigInteger, key) })).toBe('id')
    expect(numbered({ id: Column(SmallInteger, key) })).toBe('id')
    expect(numbered({ id: Column(String, key) })).toBe(null)
    expect(numbered({ a: Column(Integer, key), b: Column(Integer, key) })).toBe(null)
    expect(numbered({ a: Column(Integer, key), b: Column(Integer, { ...key, autoincrement: true }) })).toBe('b')
    expect(numbered({ id: Column(Integer, { ...key, autoincrement: false }) })).toBe(null)
  })
  test('has no other source of values', () => {
    expect(numbered({ id: Column(Integer, { ...key, default: 5 }) })).toBe(null)
    expect(numbered({ id: Column(Integer, { ...key, serverDefault: '5' }) })).toBe(null)
    expect(numbered({ id: Column(Integer, { ...key, foreignKey: 'u.id' }) })).toBe(null)
    expect(numbered({ id: Column(Integer, { ...key, identity: true }) })).toBe('id')
  })
})

describe('constraints', () => {
  test('of columns and of the table, in order', () => {
    const one = table(
      'one',
      new MetaData({ namingConvention: { uq: 'uq_%(table_name)s_%(column_0_N_name)s', ck: 'ck_%(constraint_name)s' } }),
      {
        id: Column(Integer, { primaryKey: true }),
        email: Column(String, { unique: true }),
        orgId: Column(Integer, { index: true, name: 'org_id' }),
        code: Column(String, { index: true, unique: true }),
      },
      {
        constraints: (c) => [
          new UniqueConstraint(['orgId', c.email]),
          new CheckConstraint('org_id > 0', { name: 'positive' }),
          new Index('ix_own', ['email', 'org_id'], { unique: true }),
        ],
      },
    )
    expect(one.constraints.map((constraint) => [constraint.sort, constraint.name])).toEqual([
      ['unique', 'uq_one_email'],
      ['unique', 'uq_one_org_id_email'],
      ['check', 'ck_positive'],
    ])
    expect(one.indexes.map((index) => [index.name, index.unique, index.expressions])).toEqual([
      ['ix_one_org_id', false, [one.c.orgId]],
      ['ix_one_code', true, [one.c.code]],
      ['ix_own', true, [one.c.email, one.c.orgId]],
    ])
  })

  test('serve several tables', () => {
    const metadata = new MetaData()
    const unique = new UniqueConstraint(['name'])
    const columns = { name: Column(String) }
    const first = table('first', metadata, columns, { constraints: [unique] })
    const second = table('second', metadata, columns, { constraints: [unique] })
    expect(first.constraints[0]?.table).toBe(first)
    expect(second.constraints[0]?.table).toBe(second)
    expect(() => unique.table).toThrow(InvalidRequestError)
  })

  test('give the primary key a name and an order', () => {
    const pairs = table(
      'pairs',
      new MetaData(),
      { a: Column(Integer), b: Column(Integer) },
      { constraints: [new PrimaryKeyConstraint(['b', 'a'], { name: 'pk_pairs' })] },
    )
    expect(pairs.primaryKey.columns.map((column) => column.key)).toEqual(['b', 'a'])
    expect(pairs.primaryKey.name).toBe('pk_pairs')
    expect(pairs.c.a.primaryKey).toBe(true)
    expect(pairs.constraints).toEqual([])
  })

  test('name what is not there', () => {
    const constraints = [new UniqueConstraint(['nmae'])]
    expect(() => table('t', new MetaData(), { name: Column(String) }, { constraints })).toThrow(
      new ArgumentError("UniqueConstraint of table 't' names 'nmae', which is no column of it; did you mean 'name'?"),
    )
    const users = usersIn(new MetaData())
    expect(() =>
      table('t', new MetaData(), { name: Column(String) }, { constraints: [new Index('i', [users.c.name])] }),
    ).toThrow("Index i of table 't' names the given column 'users.name', which is no column of it")
    expect(() => new Index('i', ['a'], { using: 'gin; DROP TABLE x' })).toThrow(ArgumentError)
  })

  test('say what they take where they are given something else', () => {
    const one = { a: Column(Integer) }
    const computed = { sql: 'a', persist: true }
    const wrong: [() => unknown, string][] = [
      [() => new UniqueConstraint('a' as never), "UniqueConstraint takes its columns as a list: ['name']"],
      [() => new UniqueConstraint([]), 'UniqueConstraint needs a column'],
      [() => new PrimaryKeyConstraint('a' as never), 'PrimaryKeyConstraint takes its columns as a list'],
      [() => new Index('i', 'a' as never), 'Index i takes its columns and expressions as a list'],
      [() => new Index('i', ['a'], { include: 'b' as never }), 'Index i takes the columns that it includes as a list'],
      [() => new CheckConstraint(' '), 'CheckConstraint takes a condition that is not empty'],
      [() => table('t', new MetaData(), one, { prefixes: 'TEMPORARY' as never }), "Table 't' takes prefixes as a list"],
      [() => table('t', new MetaData(), one, { constraints: 'x' as never }), 'table() takes constraints as a list'],
      [
        () => table('t', new MetaData(), { a: Column(Integer, { computed: computed as never }) }),
        "Column 't.a': computed has no option 'persist'; did you mean 'persisted'?",
      ],
      [
        () => new MetaData({ namingConvention: { pk: 5 as never } }),
        "namingConvention.pk is a text with tokens, such as 'pk_%(table_name)s', or a function",
      ],
    ]
    for (const [make, message] of wrong) {
      expect(make).toThrow(ArgumentError)
      expect(make).toThrow(message)
    }
  })

  test('with a convention that needs a name', () => {
    const metadata = new MetaData({ namingConvention: { ck: 'ck_%(table_name)s_%(constraint_name)s' } })
    const nameless = table('t', metadata, { a: Column(Integer) }, { constraints: [new CheckConstraint('a > 0')] })
    expect(() => nameless.constraints[0]?.name).toThrow(InvalidRequestError)
    const unknown = new MetaData({ namingConvention: { uq: '%(tabel)s' } })
    const other = table('t', unknown, { a: Column(Integer, { unique: true }) })
    expect(() => other.constraints[0]?.name).toThrow("has the token 'tabel'")
  })

  test('named after the columns that a condition names alone', () => {
    const namingConvention = { ck: 'ck_%(table_name)s_%(column_0_name)s' }
    const named = (condition: SqlExpression): string | null | undefined =>
      table(
        't',
        new MetaData({ namingConvention }),
        { size: Column(Integer, { name: 'Size' }) },
        { constraints: [new CheckConstraint(condition)] },
      ).constraints[0]?.name
    expect(named(column('Size', Integer).gt(5))).toBe('ck_t_Size')
    expect(named(column('size', Integer).gt(5))).toBe('ck_t_Size')
    expect(() => named(column('other', Integer).gt(5))).toThrow("has the token 'column_0_name'")
    expect(() => named(literalColumn<number>('Size').gt(5))).toThrow("has the token 'column_0_name'")
  })

  test('named after the columns of expressions', () => {
    const metadata = new MetaData({
      namingConvention: { ck: 'ck_%(table_name)s_%(column_0_N_name)s', ex: 'ex_%(column_0_name)s' },
    })
    const t = table(
      't',
      metadata,
      { a: Column(Integer), b: Column(Integer) },
      {
        constraints: (c) => [
          new Index(null, [c.a.add(5), c.b.desc()]),
          new CheckConstraint(c.a.lt(c.b)),
          new ExcludeConstraint([[c.b.add(1), '=']]),
        ],
      },
    )
    expect(t.indexes.map((index) => index.name)).toEqual(['ix_t_a'])
    expect(t.constraints.map((constraint) => constraint.name)).toEqual(['ck_t_a_b', 'ex_b'])
    const sql = (element: Element): string => postgresqlDialect().compile(element).sql
    expect(sql(new CreateIndex(t.indexes[0] as Index))).toBe('CREATE INDEX ix_t_a ON t ((a + 5), b DESC)')
    const unnamed = t.append(new Index(null, [new TextClause(['a'], [])]))
    expect(() => unnamed.name).toThrow(InvalidRequestError)
  })

  test('named by a function', () => {
    const metadata = new MetaData({
      namingConvention: { ix: ({ tableName, columnKeys }) => `${tableName}__${columnKeys}` },
    })
    expect(table('t', metadata, { a: Column(Integer, { index: true }) }).indexes[0]?.name).toBe('t__a')
  })
})

describe('Column()', () => {
  test('is a definition with type and options', () => {
    const column = Column(String(5), { nullable: true })
    expect(isColumnDefinition(column)).toBe(true)
    expect([column.type?.kind, column.options]).toEqual(['string', { nullable: true }])
    expect(isColumnDefinition(() => 1)).toBe(false)
    expect(isColumnDefinition({ type: Integer, options: {} })).toBe(false)
  })

  test('keeps a bare callable type', () => {
    expect(Column(String).type).toBe(String)
    expect(Column({ nullable: true }).type).toBe(null)
    expect(Column(ARRAY(Integer)).type?.kind).toBe('array')
  })

  test('refuses what it does not know', () => {
    // @ts-expect-error an unknown option
    expect(() => Column(Integer, { primarykey: true })).toThrow(
      new ArgumentError("Column() has no option 'primarykey'; did you mean 'primaryKey'?"),
    )
    // @ts-expect-error a default of another type
    expect(Column(Integer, { default: 'x' }).options.default).toBe('x')
    // @ts-expect-error no type
    expect(() => Column('integer')).toThrow(ArgumentError)
  })

  test('tells what an INSERT may leave out', () => {
    expectTypeOf(Column(Integer)['~omissible']).toEqualTypeOf<false | undefined>()
    expectTypeOf(Column(Integer, { default: 1 })['~omissible']).toEqualTypeOf<true | undefined>()
    expectTypeOf(Column(Integer, { nullable: true })['~omissible']).toEqualTypeOf<true | undefined>()
    expectTypeOf(Column(Integer, { primaryKey: true })['~omissible']).toEqualTypeOf<true | undefined>()
    expectTypeOf(Column(Integer, { serverDefault: '1' })['~omissible']).toEqualTypeOf<true | undefined>()
    expectTypeOf(Column(Integer, { identity: true })['~omissible']).toEqualTypeOf<true | undefined>()
    expectTypeOf(Column({ nullable: true })['~omissible']).toEqualTypeOf<true | undefined>()
  })
})

describe('sources of values', () => {
  test('on the client', () => {
    const sequence = new Sequence('numbers')
    const made = table('t', new MetaData(), {
      a: Column(Integer, { default: 1, onUpdate: 2 }),
      b: Column(Integer, { default: () => 3 }),
      c: Column(BigInteger, { default: sequence.nextValue() }),
      d: Column(Integer, { default: 0 }),
      e: Column(Integer),
    })
    expect(made.columnList.map((column) => column.default?.sort ?? null)).toEqual([
      'value',
      'callable',
      'expression',
      'value',
      null,
    ])
    expect(made.c.a.onUpdate).toEqual({ sort: 'value', value: 2 })
  })

  test('on the server exclude each other', () => {
    const both = { identity: true, serverDefault: '1' } as const
    expect(() => table('t', new MetaData(), { a: Column(Integer, both) })).toThrow(
      "Column 't.a': serverDefault, identity and computed exclude each other",
    )
    expect(() => table('t', new MetaData(), { a: Column(Integer, { identity: { start: 1.5 } }) })).toThrow(
      "Column 't.a': start is a whole number, not 1.5",
    )
    const made = table('t', new MetaData(), { a: Column(Integer, { computed: new TextClause(['b + 1'], []) }) })
    expect(made.c.a.computed?.persisted).toBe(true)
    expect(made.c.a.hasServerValue).toBe(true)
  })

  test('of a primary key are not null', () => {
    expect(() => table('t', new MetaData(), { a: Column(Integer, { primaryKey: true, nullable: true }) })).toThrow(
      "Column 't.a' is part of the primary key and cannot be nullable",
    )
  })
})
