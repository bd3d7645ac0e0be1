// The clauses of SELECT on statements about classes: filterBy, FETCH, label styles, prefixes, VALUES and windows beside objects.
import { Column, createEngine, func, Integer, String, select, text, values } from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, sessionmaker } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: the type of the class itself
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('person')
class Person extends Base<Person> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String, { name: 'full_name' }) name!: string
}

describe.each(sqlDatabases())('on $name', ({ url }) => {
  const engine = createEngine(url)
  const sessions = sessionmaker({ bind: engine })
  const p = mapped(Person)

  beforeAll(async () => {
    await Base.metadata.createAll(engine)
    await using session = sessions()
    session.addAll([new Person({ id: 1, name: 'ed' }), new Person({ id: 2, name: 'al' })])
    await session.commit()
  })
  afterAll(() => engine.dispose())

  test('filterBy goes by the names of attributes', async () => {
    await using session = sessions()
    const found = await session.scalars(select(Person).filterBy({ name: 'al' })).all()
    expect(found.map((person) => person.id)).toEqual([2])
    expect(() => select(Person).filterBy({ full_name: 'al' })).toThrow("has a column 'full_name'")
  })

  test('FETCH, label styles and prefixes leave objects what they are', async () => {
    await using session = sessions()
    const statement = select(Person).orderBy(p.id.desc()).fetch(1).prefixWith(text('ALL'))
    for (const style of ['disambiguateOnly', 'none'] as const) {
      const found = await session.scalars(statement.setLabelStyle(style)).all()
      expect(found.map((person) => person.name)).toEqual(['al'])
    }
    const named = await session.scalars(statement.setLabelStyle('tablenamePlusCol')).all()
    expect(named).toEqual([await session.get(Person, 2)])
  })

  test('VALUES and windows stand beside objects', async () => {
    await using session = sessions()
    const given = values({ id: Integer, score: Integer }, { name: 'given' }).data([
      [1, 10],
      [2, 20],
    ])
    const running = func.sum(given.c.score).over({ orderBy: p.id, rows: [{ preceding: 1 }, 0] })
    const rows = await session
      .execute(select(p, running.label('total')).join(given, given.c.id.eq(p.id)).orderBy(p.id))
      .tuples()
      .all()
    expect(rows.map(([person, total]) => [person.name, Number(total)])).toEqual([
      ['ed', 10],
      ['al', 30],
    ])
  })
})
