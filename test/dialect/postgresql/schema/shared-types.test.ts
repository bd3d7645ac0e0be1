// Named types that several tables have, where tables are created and dropped one by one.
import { ARRAY, Column, createEngine, type Engine, Enum, Integer, inspect, MetaData, table } from 'tsalchemy'
import { Domain } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'
import { recordStatements } from '../../../support/statements.ts'

const metadata = new MetaData()
const Grade = Enum('a', 'b', { name: 'grade' })
const Positive = Domain('positive', Integer, { check: 'VALUE > 0' })
const one = table('one', metadata, { id: Column(Integer, { primaryKey: true }), grade: Column(Grade) })
const other = table('other', metadata, { grades: Column(ARRAY(Grade)), count: Column(Positive) })
const plain = table('plain', metadata, { id: Column(Integer) })

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())
  const there = async (): Promise<unknown> => {
    const inspector = inspect(engine)
    const types = [...(await inspector.getEnums()), ...(await inspector.getDomains())]
    return [(await inspector.getTableNames()).sort(), types.map(({ name }) => name)]
  }

  test('a table is created though another has brought its types along', async () => {
    await one.create(engine)
    await other.create(engine)
    expect(await there()).toEqual([
      ['one', 'other'],
      ['grade', 'positive'],
    ])
    await one.drop(engine)
    await one.create(engine)
    await expect(one.create(engine)).rejects.toThrow('relation "one" already exists')
    await one.create(engine, { checkFirst: true })
    await one.drop(engine)
    await expect(one.create(engine, { checkFirst: false })).rejects.toThrow('type "grade" already exists')
    await metadata.dropAll(engine)
    expect(await there()).toEqual([[], []])
  })

  test('a table without such types is created without a question', async () => {
    const sent = recordStatements(engine)
    await plain.create(engine)
    sent.stop()
    const said = sent.statements.map(({ sql }) => sql.trim())
    expect(said).toEqual(['BEGIN', 'CREATE TABLE plain (\n\tid INTEGER NOT NULL\n)', 'COMMIT'])
    await plain.drop(engine)
  })
})
