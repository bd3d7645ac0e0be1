// What a newcomer gets wrong on the first day: each mistake has an error that says what to do, and nothing is lost by it.
import {
  ArgumentError,
  Column,
  createEngine,
  IllegalStateChangeError,
  Integer,
  InvalidPassword,
  InvalidRequestError,
  insert,
  MetaData,
  OperationalError,
  PendingRollbackError,
  ResourceClosedError,
  String,
  select,
  table,
  UndefinedTable,
  UniqueViolation,
  update,
} from 'tsalchemy'
import { DeclarativeBase, Entity, MappingError, mapped, Relationship, sessionmaker } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresUrl, sqlDatabases } from '../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('wrong_input_person')
class Person extends Base<Person> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(50), { unique: true }) name!: string
}

describe('before anything is connected', () => {
  it('an unknown option names the nearest known one', () => {
    expect(() => createEngine('pglite://', { poolSise: 3 } as never)).toThrow(ArgumentError)
    expect(() => createEngine('pglite://', { poolSise: 3 } as never)).toThrow(/poolSise.*poolSize/s)
  })

  it('a malformed URL says what is wrong with it, without its password', () => {
    for (const url of [
      '',
      'localhost/shop',
      'postgresql//u:hunter2@h/x',
      'postgresql://u:hunter2@h:port/x',
      'mysql://u:hunter2@h/x',
    ]) {
      let error: unknown
      try {
        createEngine(url)
      } catch (caught) {
        error = caught
      }
      expect(error, url).toBeInstanceOf(ArgumentError)
      expect(`${error}`).not.toContain('hunter2')
    }
    expect(() => createEngine('mysql://u@h/x')).toThrow(/postgresql/)
  })

  it('undefined in a criterion is refused, by the compiler too', () => {
    const person = mapped(Person)
    // @ts-expect-error undefined is no value of SQL
    expect(() => select(person).where(person.name.eq(undefined))).toThrow(ArgumentError)
  })

  it('a wrong attribute name is refused with the nearest right one', () => {
    // @ts-expect-error no such attribute
    expect(() => new Person({ nmae: 'ed' })).toThrow(/nmae.*name/s)
    // @ts-expect-error no such attribute
    expect(() => insert(Person).values({ nmae: 'ed' })).toThrow(/nmae.*name/s)
  })

  it('an unknown backPopulates is refused when the classes are first used, with the nearest right one', () => {
    // biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
    class Own<Self = any> extends DeclarativeBase<Self> {}
    @Entity()
    class Parent extends Own<Parent> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Relationship(() => Child, { backPopulates: 'parnt' as never }) children!: Child[]
    }
    @Entity()
    class Child extends Own<Child> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column(Integer, { foreignKey: 'parent.id' }) parentId!: number
      @Relationship(() => Parent, { backPopulates: 'children' }) parent!: Parent
    }
    expect(() => new Parent()).toThrow(MappingError)
    expect(() => new Parent()).toThrow(/parnt.*parent/s)
  })
})

it('a wrong password is said so, without it', async () => {
  const url = new URL(postgresUrl())
  url.password = 'hunter2'
  await using engine = createEngine(url.href)
  const failure = await engine.connect().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(InvalidPassword)
  expect(failure).toBeInstanceOf(OperationalError)
  expect(`${failure} ${(failure as Error).stack}`).not.toContain('hunter2')
})

describe.each(sqlDatabases())('on $name', ({ url }) => {
  const engine = createEngine(url)
  const makeSession = sessionmaker({ bind: engine })
  beforeAll(() => Base.metadata.createAll(engine))
  afterAll(async () => {
    await Base.metadata.dropAll(engine)
    await engine.dispose()
  })

  it('a missing table is named, with the statement, and the engine goes on', async () => {
    const ghosts = table('ghosts', new MetaData(), { id: Column(Integer, { primaryKey: true }) })
    const failure = await engine.execute(select(ghosts)).then(
      () => null,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(UndefinedTable)
    expect(failure).toMatchObject({ sqlState: '42P01', statement: 'SELECT ghosts.id \nFROM ghosts' })
    expect(`${failure}`).toContain('ghosts')
    expect(await engine.execute('SELECT 1').scalarOne()).toBe(1)
  })

  it('a unique violation inside a flush: nothing of it stays, and after rollback the session goes on', async () => {
    await using session = makeSession()
    session.add(new Person({ name: 'first' }))
    await session.commit()
    const twin = new Person({ name: 'first' })
    session.addAll([new Person({ name: 'second' }), twin])
    const failure = await session.commit().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UniqueViolation)
    expect(failure).toMatchObject({ sqlState: '23505', table: 'wrong_input_person' })
    await expect(session.execute(select(Person))).rejects.toBeInstanceOf(PendingRollbackError)
    await session.rollback()
    const person = mapped(Person)
    expect(await session.scalars(select(person.name)).all()).toEqual(['first'])
    twin.name = 'third'
    session.add(twin)
    await session.commit()
    expect(await session.scalars(select(person.name).orderBy(person.name)).all()).toEqual(['first', 'third'])
  })

  it('overlapping use of a session names both calls, and the first is not disturbed', async () => {
    await using session = makeSession()
    const [first, second] = await Promise.allSettled([
      session.execute(select(Person)).then((result) => result.all()),
      session.execute(select(Person)).then((result) => result.all()),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected' })
    expect((second as PromiseRejectedResult).reason).toBeInstanceOf(IllegalStateChangeError)
    expect(`${(second as PromiseRejectedResult).reason}`).toMatch(/execute.*execute/s)
  })

  it('UPDATE without a criterion is refused before it is sent', async () => {
    const forgotten = update(Person).values({ name: 'all of them' })
    await expect(engine.execute(forgotten)).rejects.toThrow(/wrong_input_person.*all\(\)/s)
  })

  it('use after close is refused', async () => {
    const connection = await engine.connect()
    await connection.close()
    await expect(connection.execute('SELECT 1')).rejects.toBeInstanceOf(ResourceClosedError)
    const other = createEngine(url)
    await other.dispose()
    await expect(other.execute('SELECT 1')).rejects.toBeInstanceOf(ResourceClosedError)
    const result = await engine.execute('SELECT 1')
    result.one()
    expect(() => result.all()).toThrow(InvalidRequestError)
  })
})
