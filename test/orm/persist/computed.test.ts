// Columns that the database computes: read behind a flush, never written.
import { ArgumentError, Column, createEngine, type Engine, FetchedValue, Integer, String, update } from 'tsalchemy'
import { DeclarativeBase, Entity, NotLoadedError, Session } from 'tsalchemy/orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('shout')
class Shout extends Base<Shout> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) word!: string
  @Column(String, { computed: "word || '!'" }) loud!: string
}

describe.each(sqlDatabases())('computed columns on $name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await Base.metadata.createAll(engine)
  })
  afterAll(() => engine.dispose())

  test('come back with the row, and are asked for again once the row has changed', async () => {
    await using session = new Session({ bind: engine })
    const shout = new Shout({ word: 'hey' })
    session.add(shout)
    await session.commit()
    expect(shout.loud).toBe('hey!')
    shout.word = 'ho'
    await session.commit()
    expect(() => shout.loud).toThrow(NotLoadedError)
    expect(await shout.awaitable.loud).toBe('ho!')
    const copy = await session.merge(new Shout({ id: shout.id, word: 'ha' }))
    await session.commit()
    expect(await copy.awaitable.loud).toBe('ha!')
  })

  test('cannot be set: the value would be lost without a word', async () => {
    await using session = new Session({ bind: engine })
    const message =
      'Shout.loud cannot be set: the database computes it from other columns, and it is read when the row was written'
    expect(() => new Shout({ word: 'hey', loud: 'mine' })).toThrow(new ArgumentError(message))
    const shout = new Shout({ word: 'hey' })
    session.add(shout)
    await session.commit()
    expect(() => {
      shout.loud = 'mine'
    }).toThrow(new ArgumentError(message))
    expect([shout.loud, session.isModified(shout)]).toEqual(['hey!', false])
  })

  test('are not copied by merge() onto an object of another session', async () => {
    await using session = new Session({ bind: engine })
    const shout = new Shout({ word: 'hey' })
    session.add(shout)
    await session.commit()
    await session.close()
    await using other = new Session({ bind: engine })
    const copy = await other.merge(shout)
    expect([copy === shout, copy.loud]).toEqual([false, 'hey!'])
  })
})

@Entity('touched')
class Touched extends Base<Touched> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) word!: string
  @Column(Integer, { serverDefault: '0', serverOnUpdate: new FetchedValue() }) changes!: number
}

describe.each(sqlDatabases())('columns that the database changes at UPDATE, on $name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await Base.metadata.createAll(engine)
  })
  afterAll(() => engine.dispose())

  test('are not known until they are asked for again', async () => {
    await using session = new Session({ bind: engine })
    const [one, other] = [new Touched({ word: 'a' }), new Touched({ word: 'b' })]
    session.addAll([one, other])
    await session.commit()
    expect([one.changes, other.changes]).toEqual([0, 0])
    // In place of a trigger, which every database spells in its own way.
    await engine.execute(update(Touched).values({ changes: 5 }).all())
    one.word = 'c'
    other.word = 'd'
    await session.commit()
    expect(() => one.changes).toThrow(NotLoadedError)
    expect([await one.awaitable.changes, await other.awaitable.changes]).toEqual([5, 5])
    one.changes = 7
    await session.commit()
    expect(one.changes).toBe(7)
  })
})
