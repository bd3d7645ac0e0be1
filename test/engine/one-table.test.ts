// `table.create()` and `table.drop()`: one table alone, with what belongs to it and nothing of its MetaData.
import {
  ArgumentError,
  Column,
  createEngine,
  DDL,
  DuplicateTable,
  Index,
  Integer,
  MetaData,
  Sequence,
  table,
  UndefinedTable,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
metadata.on('beforeCreate', new DDL('SELECT this is of the MetaData'))
new Sequence('of_all', { metadata })
const alone = table(
  'one_alone',
  metadata,
  { id: Column(Integer, { primaryKey: true, autoincrement: false }), size: Column(Integer, { index: true }) },
  { constraints: [new Index('ix_one_alone', ['size', 'id'])] },
)
alone.on('afterCreate', new DDL('INSERT INTO %(fullname)s VALUES (1, 2)'))
table('one_other', metadata, { id: Column(Integer, { foreignKey: 'one_alone.id' }) })
const flat = (flights: readonly (readonly string[])[]): string[] =>
  flights.flat().map((sql) => sql.replaceAll(/\s+/g, ' ').trim())

describe.each(sqlDatabases())('$name', (target) => {
  test('it is created and dropped without its MetaData', async () => {
    await using engine = createEngine(target.url)
    await alone.drop(engine, { checkFirst: true })
    const recording = recordStatements(engine)
    await alone.create(engine)
    await alone.drop(engine)
    expect(flat(recording.flights)).toEqual([
      'BEGIN',
      'CREATE TABLE one_alone ( id INTEGER NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (id) )',
      'CREATE INDEX ix_one_alone_size ON one_alone (size)',
      'CREATE INDEX ix_one_alone ON one_alone (size, id)',
      'INSERT INTO one_alone VALUES (1, 2)',
      'COMMIT',
      'BEGIN',
      'DROP TABLE one_alone',
      'COMMIT',
    ])
  })

  test('nothing is asked first unless that is wanted', async () => {
    await using engine = createEngine(target.url)
    await alone.drop(engine, { checkFirst: true })
    await alone.create(engine, { checkFirst: true })
    await alone.create(engine, { checkFirst: true })
    await expect(alone.create(engine)).rejects.toThrow(DuplicateTable)
    await alone.drop(engine, { checkFirst: true })
    await alone.drop(engine, { checkFirst: true })
    await expect(alone.drop(engine)).rejects.toThrow(UndefinedTable)
  })

  test('in a transaction of the caller', async () => {
    await using engine = createEngine(target.url)
    await alone.drop(engine, { checkFirst: true })
    await engine
      .begin(async (connection) => {
        await alone.create(connection)
        throw new Error('no, wait')
      })
      .catch(() => {})
    await alone.create(engine)
    await alone.drop(engine)
  })
})

test('what it does not take is refused', async () => {
  await expect(alone.create(null as never)).rejects.toThrow(
    new ArgumentError('create() takes an engine or a connection, got null'),
  )
  const engine = createEngine('pglite://')
  await expect(alone.drop(engine, { checkfirst: true } as never)).rejects.toThrow(
    "drop() has no option 'checkfirst'; did you mean 'checkFirst'?",
  )
  await engine.dispose()
})
