// A column that a key, constraint or index names twice: what cannot be said is left out with a warning, the rest is reflected.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEngine, type Engine } from '../../../src/engine/index.ts'
import { MetaData } from '../../../src/index.ts'
import { inspect } from '../../../src/inspect.ts'
import { sqlDatabases } from '../../support/server.ts'

const STATEMENTS = [
  'CREATE TABLE pairs (id integer NOT NULL, cid integer NOT NULL, PRIMARY KEY (id), UNIQUE (id, cid), CONSTRAINT pairs_cid_fkey FOREIGN KEY (cid, cid) REFERENCES pairs (id, cid))',
  'CREATE TABLE plain (id integer NOT NULL PRIMARY KEY, a integer)',
  'CREATE INDEX plain_a ON plain (a, a)',
]
// PostgreSQL refuses both.
const ONLY_SQLITE = [
  'CREATE TABLE targets (a integer, b integer, FOREIGN KEY (a, b) REFERENCES pairs (id, id))',
  'CREATE TABLE uniques (a integer, UNIQUE (a, a))',
]

describe.each(sqlDatabases())('$name', ({ url, name: database }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    for (const statement of [...STATEMENTS, ...(database === 'sqlite' ? ONLY_SQLITE : [])])
      await engine.execute(statement)
  })
  afterAll(() => engine.dispose())

  test('all tables come, without what cannot be said', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const metadata = new MetaData()
    try {
      await metadata.reflect(engine)
      const said = (key: string, columns: string): string =>
        `${key} is left out: it names a column twice, ${columns}, which ForeignKeyConstraint cannot say`
      const expected = [said("The foreign key 'pairs_cid_fkey' of table 'pairs'", '(cid, cid) to (id, cid)')]
      if (database === 'sqlite') expected.push(said("A foreign key of table 'targets'", '(a, b) to (id, id)'))
      expect(warned.mock.calls).toEqual(expected.map((text) => [text, 'SQLAlchemyWarning']))
    } finally {
      warned.mockRestore()
    }
    const commands = metadata.createPlan().sql(engine.dialect)
    const own = database === 'sqlite' ? '' : 'CONSTRAINT pairs_pkey '
    const unique = database === 'sqlite' ? '' : 'CONSTRAINT pairs_id_cid_key '
    const key = database === 'sqlite' ? '' : 'CONSTRAINT plain_pkey '
    expect([...commands]).toEqual([
      `CREATE TABLE pairs (\n\tid INTEGER NOT NULL, \n\tcid INTEGER NOT NULL, \n\t${own}PRIMARY KEY (id), \n\t${unique}UNIQUE (id, cid)\n)`,
      `CREATE TABLE plain (\n\tid INTEGER NOT NULL, \n\ta INTEGER, \n\t${key}PRIMARY KEY (id)\n)`,
      'CREATE INDEX plain_a ON plain (a, a)',
      ...(database === 'sqlite'
        ? [
            'CREATE TABLE targets (\n\ta INTEGER, \n\tb INTEGER\n)',
            'CREATE TABLE uniques (\n\ta INTEGER, \n\tUNIQUE (a)\n)',
          ]
        : []),
    ])
    // The inspector tells what is there.
    const [found] = await inspect(engine).getForeignKeys('pairs')
    expect([found?.columns, found?.referredColumns]).toEqual([
      ['cid', 'cid'],
      ['id', 'cid'],
    ])
  })
})
