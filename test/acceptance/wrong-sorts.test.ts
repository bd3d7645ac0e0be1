// What JavaScript lets through: a forgotten argument, undefined, null, a value of another sort. Each is an error of the library's own.
import * as main from 'tsalchemy'
import {
  ArgumentError,
  Column,
  caseWhen,
  createEngine,
  DateTime,
  deleteFrom,
  Enum,
  func,
  Index,
  Integer,
  insert,
  JSON as Json,
  literal,
  MetaData,
  Range,
  Sequence,
  SQLAlchemyError,
  String as StringType,
  select,
  TypeDecorator,
  table,
  text,
  UserDefinedType,
  union,
  update,
  values,
  view,
} from 'tsalchemy'
import * as orm from 'tsalchemy/orm'
import * as postgresql from 'tsalchemy/postgresql'
import * as sqlite from 'tsalchemy/sqlite'
import { describe, expect, test } from 'vitest'

const BAD: readonly unknown[] = [
  undefined,
  null,
  'x',
  5,
  {},
  [],
  true,
  () => 1,
  Symbol('s'),
  Object.create(null),
  Promise.resolve(1),
]
const CALLS: readonly (readonly unknown[])[] = [
  [],
  ...BAD.map((one) => [one]),
  ...BAD.flatMap((one) => BAD.map((other) => [one, other])),
]

const users = table('users', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  name: Column(StringType(10), { nullable: true }),
  doc: Column(Json(), { nullable: true }),
})

/** What is raised that is none of the library's own; and what the statements raise that are made. */
async function foreignErrors(call: (...args: readonly unknown[]) => unknown): Promise<string[]> {
  const found: string[] = []
  for (const args of CALLS) {
    try {
      const made = call(...args)
      if (made instanceof main.Executable && !(made instanceof main.DdlElement)) `${made}`
      if (made instanceof Promise) await made
    } catch (error) {
      if (!(error instanceof SQLAlchemyError)) found.push(`(${args.map((arg) => typeof arg).join(', ')}): ${error}`)
    }
  }
  return found
}

/** Log records are made by the library, and told to sinks. */
const NOT_CALLED = ['consoleSink', 'formatRecord']

describe.each(Object.entries({ main, orm, postgresql, sqlite }))('functions of the face %s', (_face, face) => {
  const functions = Object.entries(face as Record<string, unknown>).flatMap(([name, value]) => {
    const isFunction = typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
    return isFunction && !NOT_CALLED.includes(name)
      ? [[name, value as (...args: readonly unknown[]) => unknown] as const]
      : []
  })
  test.each(functions)('%s()', async (_name, value) => {
    expect(await foreignErrors(value)).toEqual([])
  })
})

/** Those that users construct; statements and elements are made by functions. */
const CONSTRUCTED = new Set<string>([
  'AddConstraint',
  'CheckConstraint',
  'CreateIndex',
  'CreateSchema',
  'CreateSequence',
  'CreateTable',
  'CreateTableAs',
  'CreateType',
  'CreateView',
  'DDL',
  'DropConstraint',
  'DropIndex',
  'DropTable',
  'DropType',
  'DropView',
  'ForeignKeyConstraint',
  'Index',
  'MetaData',
  'PrimaryKeyConstraint',
  'Range',
  'RefreshMaterializedView',
  'Sequence',
  'SetColumnComment',
  'SetColumnStorage',
  'SetConstraintComment',
  'SetIndexComment',
  'SetTableComment',
  'SetTypeComment',
  'SetViewComment',
  'UniqueConstraint',
])

test.each(Object.entries(main).filter(([name]) => CONSTRUCTED.has(name)))('new %s()', async (_name, made) => {
  expect(await foreignErrors((...args) => Reflect.construct(made as never, args))).toEqual([])
})

/** What the library calls itself. */
const INTERNAL =
  /^(walk|trace.*|addFroms|selfGroup|originalAt|corresponding|foreignKeyLinks|options|with|constructor|#.*|traceBeside|reordered)$/

const query = select(users.c.id)
const OBJECTS: Readonly<Record<string, object>> = {
  'a column': users.c.name,
  'a document': users.c.doc,
  'a SELECT': query,
  'an INSERT': insert(users),
  "PostgreSQL's INSERT": postgresql.insert(users),
  'an UPDATE': update(users),
  'a DELETE': deleteFrom(users),
  'a UNION': union(query, query),
  'a text': text('SELECT 1'),
  VALUES: values({ a: Integer }, { name: 'v' }),
  'an alias': users.alias('a'),
  'a CTE': query.cte('c'),
  'a CASE': caseWhen([literal(true), 1]),
  'a call': func.count(),
  'a label': users.c.id.label('x'),
  'a scalar subquery': query.scalarSubquery(),
  'an EXISTS': query.exists(),
  'a table': users,
  'a view': view('v', new MetaData(), query),
  'a range': new Range(1, 2),
  'a type': DateTime,
  'a sequence': new Sequence('s'),
}

describe.each(Object.entries(OBJECTS))('methods of %s', (_what, object) => {
  const methods = new Set<string>()
  for (
    let made: unknown = Object.getPrototypeOf(object);
    made !== Object.prototype && made !== null;
    made = Object.getPrototypeOf(made)
  )
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(made)))
      if (typeof value === 'function' && !INTERNAL.test(name)) methods.add(name)
  test.each([...methods])('.%s()', async (name) => {
    const called = object as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
    expect(await foreignErrors((...args) => called[name]?.(...args))).toEqual([])
  })
})

describe('messages that say what to do', () => {
  const untyped = undefined as never
  test.each([
    [() => users.column(untyped), "Table 'users' has no column undefined; known: 'id', 'name', 'doc'"],
    [() => new Index(untyped, ['a']), 'the name is a text, or null for that of the naming convention'],
    [() => new main.UniqueConstraint(untyped), "UniqueConstraint takes its columns as a list: ['name']"],
    [() => view('v', untyped, query), "view('adults', metadata, select(...))"],
    [() => values({ a: Integer }).data(untyped), 'values().data() takes a list of rows'],
    [() => text('SELECT :a').bindparams(untyped), 'bindparams() takes an object of values by name'],
    [() => update(users).filterBy(untyped), ".filterBy({ name: 'ed' })"],
    [() => main.exists(untyped), 'exists() takes a SELECT, or several joined by union(); got undefined'],
    [() => postgresql.jsonbPathExists(users.c.doc, untyped), 'literal() got undefined: a value is missing'],
    [() => insert(users).options(untyped), 'options() takes loader options, such as selectinload(u.addresses)'],
    [() => query.options({} as never), 'options() takes loader options, such as selectinload(u.addresses)'],
    [
      () => createEngine('pglite://', new Map([['poolSize', 5]]) as never),
      'createEngine() takes its options as a plain object, got a Map',
    ],
    [() => main.extract(untyped, users.c.id), "extract() takes the name of a field, such as 'year'"],
    [() => users.column(Symbol('id') as never), "Table 'users' has no column Symbol(id)"],
    [() => users.c.id.op(untyped), "op() takes an operator's text, such as '->>' or 'AT TIME ZONE'; got undefined"],
    [() => query.executionOptions(untyped), 'executionOptions() takes its options as an object, got undefined'],
    [() => main.traverse(query, untyped), 'traverse() takes an element and a function'],
    [() => main.replace(query, untyped), 'replace() takes an element and a function'],
    [() => new main.SetTableComment(untyped), 'new SetTableComment() takes a table that table() made; got undefined'],
    [() => new main.SetColumnComment({} as never), 'new SetColumnComment() takes a column of a table: users.c.name'],
    [() => new main.SetIndexComment({} as never), 'new SetIndexComment() takes an index; got {}'],
    [() => new main.SetConstraintComment({} as never, 'x'), 'new SetConstraintComment() takes a constraint; got {}'],
    [() => new main.SetTableComment({} as never, 'x'), 'new SetTableComment() takes a table that table() made; got {}'],
    [() => postgresql.postgresqlDialect().typeName(untyped), 'typeName() of a dialect takes a SQL type'],
    [() => postgresql.postgresqlDialect().codec({} as never), 'codec() of a dialect takes a SQL type'],
    [() => sqlite.sqliteDialect().literal(5, untyped), 'literal() of a dialect takes a value and its SQL type'],
    [() => new main.CreateType(untyped), 'CreateType takes a type with a name'],
    [() => Enum({} as never, null as never), 'Enum() takes labels and then options'],
    [() => createEngine('pglite://').listen(untyped), 'listen() takes the name of a channel, or several'],
    [() => createEngine('pglite://').comment(untyped), 'comment() takes tags as an object'],
  ])('%s', (call, message) => {
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(message)
  })
})

test('a result and a connection', async () => {
  await using engine = createEngine('pglite://')
  await using connection = await engine.connect()
  const result = await connection.execute('SELECT 1 AS a')
  expect(() => result.columns(undefined as never)).toThrow(main.NoSuchColumnError)
  expect(() => result.unique(5 as never)).toThrow(
    'unique() takes a function that gives what tells rows apart, or nothing',
  )
  expect(() => connection.on(Object.create(null) as never, () => undefined)).toThrow(ArgumentError)
  expect(() => connection.beginNested(null as never)).toThrow('conn.beginNested() takes a function, or nothing')
  expect(await connection.execute('SELECT 2 AS a').scalarOne()).toBe(2)
})

describe('types of the user that lack what they need', () => {
  test('a decorator that stands on nothing', () => {
    class Cents extends (TypeDecorator as unknown as new () => object) {}
    const message = "The type 'Cents' stands on no SQL type: give the class an impl, as in impl = Integer"
    expect(() => Column(new Cents() as never)).toThrow(ArgumentError)
    expect(() => Column(new Cents() as never)).toThrow(message)
    expect(() => `${select(literal(1, new Cents() as never))}`).toThrow(message)
    expect(() => `${main.cast(users.c.id, new Cents() as never)}`).toThrow(message)
  })

  test('a decorator whose type for a dialect is none', () => {
    class Never extends (TypeDecorator as unknown as new () => object) {
      readonly impl = Integer
      loadDialectImpl(): undefined {}
    }
    const things = table('things', new MetaData(), { a: Column(new Never() as never) })
    expect(() => postgresql.postgresqlDialect().compile(new main.CreateTable(things))).toThrow(
      "The type 'Never' stands on no SQL type: give the class an impl, as in impl = Integer, or let loadDialectImpl() return a type; got undefined",
    )
  })

  test('a type without the three methods', () => {
    class Vector extends (UserDefinedType as unknown as new () => object) {
      columnSpecification(): string {
        return 'vector'
      }
    }
    expect(() => Column(new Vector() as never)).toThrow("The type 'Vector' needs a method toText()")
  })
})

test('a signal that is none is refused before a connection is borrowed', async () => {
  await using engine = createEngine('pglite://')
  for (const signal of [null, 'x', 5, {}, () => 1, Promise.resolve()]) {
    const run = async () => engine.execute('SELECT 1 AS a', [], { signal: signal as never })
    await expect(run()).rejects.toThrow('execute(): signal must be an AbortSignal')
    await expect(run()).rejects.toThrow(ArgumentError)
  }
  expect(
    await engine
      .stream('SELECT 1 AS a', [], { signal: 'x' as never })
      .all()
      .catch(String),
  ).toContain('stream(): signal must be an AbortSignal')
  // The one connection was not lost to them.
  const { signal } = new AbortController()
  expect(await engine.execute('SELECT 2 AS a', [], { signal }).scalarOne()).toBe(2)
})
