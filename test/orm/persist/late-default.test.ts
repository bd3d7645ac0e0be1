// Client-side defaults that are asynchronous, in a flush.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Column, createEngine, type Engine, Integer, String } from '../../../src/index.ts'
import { DeclarativeBase, Entity, Session } from '../../../src/orm/index.ts'
import { emptyTables } from '../../support/empty-tables.ts'
import { sqlDatabases } from '../../support/server.ts'
import { type Recording, recordStatements } from '../../support/statements.ts'

let serial = 0
let refuse = false
async function token(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 1))
  if (refuse) throw new RangeError('no tokens left')
  serial += 1
  return `token ${serial}`
}

class Base<Self = unknown> extends DeclarativeBase<Self> {}

@Entity('late_things')
class Thing extends Base<Thing> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(50)) name!: string
  @Column(String(50), { default: token, onUpdate: token }) token!: string
}

describe.each(sqlDatabases())('on $name', (target) => {
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(target.url)
    await Base.metadata.createAll(engine)
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await emptyTables(engine, target, Base.metadata)
    serial = 0
    refuse = false
    recording.clear()
  })
  afterAll(() => engine.dispose())

  it('are waited for, and the objects have them', async () => {
    await using session = new Session({ bind: engine })
    const things = ['a', 'b', 'c'].map((name) => new Thing({ name }))
    session.addAll(things)
    await session.commit()
    expect(things.map((thing) => thing.token)).toEqual(['token 1', 'token 2', 'token 3'])
    expect(recording.flights).toHaveLength(1)
    const [first] = things
    if (first !== undefined) first.name = 'changed'
    await session.commit()
    expect(first?.token).toBe('token 4')
    await session.close()
    expect(await engine.execute('SELECT name, token FROM late_things ORDER BY id').tuples().all()).toEqual([
      ['changed', 'token 4'],
      ['b', 'token 2'],
      ['c', 'token 3'],
    ])
  })

  it('fail the flush where they fail, and nothing is written', async () => {
    refuse = true
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const session = new Session({ bind: engine })
    session.addAll([new Thing({ name: 'a' }), new Thing({ name: 'b' })])
    await expect(session.commit()).rejects.toThrow(new RangeError('no tokens left'))
    await session.rollback()
    await session.close()
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(await engine.execute('SELECT CAST(count(*) AS INTEGER) FROM late_things').scalar()).toBe(0)
  })
})
