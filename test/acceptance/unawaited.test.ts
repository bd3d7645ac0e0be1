// A forgotten `await`: a promise as a value, an argument or a row. It is refused everywhere, by its name, and nothing is written of it.
import {
  bindparam,
  Column,
  createEngine,
  DateTime,
  Date as DateType,
  Double,
  deleteFrom,
  Enum,
  func,
  Integer,
  Interval,
  insert,
  JSON as Json,
  LargeBinary,
  literal,
  MetaData,
  Numeric,
  SQLAlchemyError,
  String as StringType,
  select,
  TypeDecorator,
  table,
  text,
  UserDefinedType,
  Uuid,
  update,
  values,
} from 'tsalchemy'
import { aliased, DeclarativeBase, Entity, mapped, Relationship, sessionmaker } from 'tsalchemy/orm'
import * as postgresql from 'tsalchemy/postgresql'
import { afterAll, beforeAll, expect, test } from 'vitest'

const NAMED = 'a Promise (await it first)'
const later = (): never => Promise.resolve('x') as never

const metadata = new MetaData()
const users = table('unawaited_users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(StringType(10), { nullable: true }),
})

class Loud extends TypeDecorator<string> {
  readonly impl = StringType()
  override processBindParam(value: string | null) {
    return `${value}!`
  }
}

class Point extends UserDefinedType<unknown> {
  columnSpecification() {
    return 'text'
  }
  toText(value: unknown) {
    return `${value}`
  }
  fromText(written: string) {
    return written
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('unawaited_person')
class Person extends Base<Person> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(StringType(10), { nullable: true }) name!: string | null
  @Relationship(() => Pet, { backPopulates: 'owner' }) pets!: Pet[]
}

@Entity('unawaited_pet')
class Pet extends Base<Pet> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'unawaited_person.id' }) ownerId!: number
  @Relationship(() => Person, { backPopulates: 'pets' }) owner!: Person
}

const engine = createEngine('pglite://')
const SessionLocal = sessionmaker({ bind: engine })

beforeAll(async () => {
  await metadata.createAll(engine)
  await Base.metadata.createAll(engine)
})
afterAll(() => engine.dispose())

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run()
  } catch (error) {
    expect(error).toBeInstanceOf(SQLAlchemyError)
    return String(error)
  }
  return 'nothing was raised'
}

const { ARRAY, BIT, CITEXT, HSTORE, INET, INT4MULTIRANGE, INT4RANGE, JSONB, MONEY, TSVECTOR, XML } = postgresql
test.each(
  Object.entries({
    Integer,
    Numeric: Numeric(),
    Double,
    StringType: StringType(),
    LargeBinary,
    DateType,
    DateTime: DateTime({ timezone: true }),
    Interval: Interval(),
    Uuid,
    Enum: Enum('a', { name: 'unawaited_enum' }),
    'Enum without a type': Enum('a', { native: false }),
    Json: Json(),
    JSONB: JSONB(),
    ARRAY: ARRAY(Integer),
    INT4RANGE,
    INT4MULTIRANGE,
    INET,
    BIT: BIT(4),
    MONEY,
    TSVECTOR,
    HSTORE,
    CITEXT,
    XML,
    Domain: postgresql.Domain('unawaited_domain', Integer),
    TypeDecorator: new Loud(),
    UserDefinedType: new Point(),
  }),
)('a value of %s', async (_name, type) => {
  const statement = select(bindparam('x', { type: type as never }))
  expect(await messageOf(() => engine.execute(statement, { x: later() }))).toContain(NAMED)
  expect(() =>
    postgresql.postgresqlDialect().compile(select(literal(later(), type as never)), { literalBinds: true }),
  ).toThrow(NAMED)
})

const alias = aliased(Person)
const CALLS: Readonly<Record<string, () => unknown>> = {
  'values()': () => engine.execute(insert(users).values({ id: 1, name: later() })),
  'many values()': () => engine.execute(insert(users).values([{ id: 1 }, { id: 2, name: later() }])),
  'a row for values()': () => insert(users).values(later()),
  'one of rows for values()': () => insert(users).values([later()]),
  'parameters of an INSERT': () => engine.execute(insert(users), { id: 1, name: later() }),
  'sets of parameters': () =>
    engine.execute(insert(users), [
      { id: 1, name: 'a' },
      { id: 2, name: later() },
    ]),
  'a set of parameters': () => engine.execute(insert(users), [later()]),
  'all parameters': () => engine.execute(text('SELECT 1'), later()),
  'a parameter of text()': () => engine.execute(text('SELECT :x'), { x: later() }),
  'a parameter of raw SQL': () => engine.execute('SELECT $1::int', [later()]),
  'a parameter of raw SQL without a type': () => engine.execute('SELECT $1', [later()]),
  'within a list in raw SQL': () => engine.execute('SELECT $1::int[]', [[later()]]),
  'within a document': () => engine.execute('SELECT $1::jsonb', [{ a: later() }]),
  'options of execute()': () => engine.execute('SELECT 1', [], later()),
  'what is executed': () => engine.execute(later()),
  'what is streamed': () => engine.stream(later()).all(),
  criteria: () => select(users.c.id).where(later()),
  'a comparison': () => engine.execute(select(users.c.id).where(users.c.name.eq(later()))),
  'a list for IN': () => users.c.id.in(later()),
  'one of a list for IN': () => engine.execute(select(users.c.id).where(users.c.id.in([later()]))),
  'filterBy()': () => select(users.c.id).filterBy(later()),
  'limit()': () => select(users.c.id).limit(later()),
  'an argument of a function': () => func('f', later()),
  'the table of an INSERT': () => insert(later()),
  'the table of a DELETE': () => deleteFrom(later()),
  'values of an UPDATE': () => engine.execute(update(users).values({ name: later() }).where(users.c.id.eq(1))),
  'values() as a FROM': () => values({ a: Integer }, { name: 'v' }).data(later()),
  'loader options': () => select(Person).options(later()),
  'executionOptions()': () => select(users.c.id).executionOptions(later()),
  'a URL': () => createEngine(later()),
  'options of an engine': () => createEngine('pglite://', later()),
  'a default': () => table('t', new MetaData(), { a: Column(Integer, { default: later() }) }),
  'options of a column': () => Column(Integer, later()),
  'whom createAll() works on': () => metadata.createAll(later()),
  'a row of copyFrom()': async () => {
    await using connection = await engine.connect()
    await connection.copyFrom(users, [later()])
  },
  'a value of copyFrom()': async () => {
    await using connection = await engine.connect()
    await connection.copyFrom(users, [{ id: 1, name: later() }])
  },
  'add()': () => SessionLocal().add(later()),
  'an attribute': async () => {
    await using session = SessionLocal()
    session.add(new Person({ id: 1, name: later() }))
    await session.commit()
  },
  'a member of a relationship': () => new Pet({ id: 1, owner: later() }),
  'a collection': () => new Person({ id: 1, pets: later() }),
  'a member of a collection': () => new Person({ id: 1 }).pets.push(later()),
  'the key for get()': async () => {
    await using session = SessionLocal()
    await session.get(Person, later())
  },
  'an object that a relationship is compared with': () => select(mapped(Pet)).where(mapped(Pet).owner.eq(later())),
  'a member that a collection is asked for': () => select(alias).where(alias.pets.contains(later())),
  'options of a session': () => sessionmaker(later()),
  'options of a connection': async () => {
    await using session = SessionLocal()
    await session.connection(later())
  },
}

test.each(Object.entries(CALLS))('%s', async (_what, call) => {
  expect(await messageOf(call)).toContain(NAMED)
  expect(await engine.execute(select(func.count()).selectFrom(users)).scalarOne()).toBe(0)
})

test('all attributes of an object', () => {
  expect(() => new Person(later())).toThrow('new Person() takes an object of attributes')
})

test('work that was begun already, in place of a function', async () => {
  const says = (what: string) => `${what}() takes a function that it calls itself, not a Promise`
  expect(await messageOf(() => engine.begin(later()))).toContain(says('engine.begin'))
  await using connection = await engine.connect()
  expect(() => connection.begin(later())).toThrow(says('conn.begin'))
  expect(() => connection.beginNested(later())).toThrow(says('conn.beginNested'))
  await connection.close()
  await using session = SessionLocal()
  expect(() => session.begin(later())).toThrow(says('session.begin'))
  expect(() => session.begin(5 as never)).toThrow('session.begin() takes a function, or nothing')
  await expect(session.beginNested(later())).rejects.toThrow(says('session.beginNested'))
})

test('what has no pairs of its own is no hstore', async () => {
  const statement = select(literal(new Map([['a', 'b']]) as never, HSTORE))
  expect(await messageOf(() => engine.execute(statement))).toContain('hstore does not take an object of class Map')
})

test('a first row without values tells copyFrom() no columns', async () => {
  await using connection = await engine.connect()
  await expect(connection.copyFrom(users, [{} as never])).rejects.toThrow('copyFrom(): row 1 has no values')
})
