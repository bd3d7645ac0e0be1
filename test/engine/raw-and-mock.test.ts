import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { createMockEngine } from '../../src/engine/mock-engine.ts'
import { ArgumentError, ResourceClosedError } from '../../src/errors.ts'
import { Column, DDL, Enum, Integer, inspect, MetaData, String, select, table } from '../../src/index.ts'
import { sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

describe.each(sqlDatabases())('engine.raw(), on $name', ({ url, name }) => {
  const isSqlite = name === 'sqlite'
  const failing = isSqlite ? 'SELECT abs(-9223372036854775807 - 1)' : 'SELECT 1 / 0'
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeoutMs: 5_000 })
  })
  afterAll(() => engine.dispose())

  it('gives the connection as its driver has it, outside of any transaction', async () => {
    const recording = recordStatements(engine)
    const raw = await engine.raw()
    const sum = 'SELECT CAST($1 AS INTEGER) + 1, CAST($2 AS TEXT)'
    expect(await raw.run(sum, [41, 'x'])).toMatchObject({ rows: [[42, 'x']], tag: 'SELECT' })
    expect(raw.driverConnection.transactionStatus).toBe('idle')
    const sqlState = isSqlite ? '22003' : '22012'
    await expect(raw.run(failing)).rejects.toMatchObject({ sqlState, statement: failing })
    expect(engine.stats().pool.checkedOut).toBe(1)
    await raw.close()
    await raw.close()
    expect(raw.closed).toBe(true)
    expect(() => raw.driverConnection).toThrow(ResourceClosedError)
    await expect(raw.run('SELECT 1')).rejects.toThrow('This RawConnection is closed')
    expect(recording.flights).toEqual([])
    recording.stop()
    expect(engine.stats().pool).toMatchObject({ checkedOut: 0, idle: 1 })
  })

  it('rolls back what was left open', async () => {
    {
      await using raw = await engine.raw()
      await raw.run('BEGIN')
      await raw.run('CREATE TABLE absent (id INTEGER)')
    }
    expect(await inspect(engine).hasTable('absent')).toBe(false)
  })

  it('can be cut', async () => {
    const raw = await engine.raw()
    const gone = new Promise((resolve) => raw.driverConnection.onceClosed(resolve))
    raw.invalidate()
    await gone
    expect(raw.closed).toBe(true)
    expect(await engine.execute('SELECT 1').scalar()).toBe(1)
  })

  it('takes values as a list, and options that there are', async () => {
    await using raw = await engine.raw({ signal: new AbortController().signal })
    await expect(raw.run('SELECT $1', [undefined])).rejects.toThrow(/value of \$1 is undefined/)
    await expect(engine.raw({ sginal: 1 } as never)).rejects.toThrow(/did you mean 'signal'/)
  })
})

describe('createMockEngine()', () => {
  const metadata = new MetaData()
  const items = table('item', metadata, {
    id: Column(Integer, { primaryKey: true }),
    name: Column(String(20), { index: true }),
    sort: Column(Enum('a', 'b', { name: 'sort' })),
  })
  items.on('afterCreate', new DDL('GRANT SELECT ON %(table)s TO PUBLIC'))
  items.on('beforeDrop', async ({ connection }) => {
    await connection.execute('SELECT 1')
  })

  it('hands on what would be sent, and asks nothing', async () => {
    const sent: string[] = []
    const engine = createMockEngine('postgresql://', async (sql, statement) => {
      await null
      sent.push(sql.replace(/\s+/g, ' ').trim())
      expect(statement === null).toBe(sql === 'SELECT 1')
    })
    await metadata.createAll(engine)
    expect(sent).toEqual([
      "CREATE TYPE sort AS ENUM ('a', 'b')",
      'CREATE TABLE item ( id SERIAL NOT NULL, name VARCHAR(20) NOT NULL, sort sort NOT NULL, PRIMARY KEY (id) )',
      'CREATE INDEX ix_item_name ON item (name)',
      'GRANT SELECT ON item TO PUBLIC',
    ])
    sent.length = 0
    await metadata.dropAll(engine)
    expect(sent).toEqual(['SELECT 1', 'DROP TABLE item', 'DROP TYPE sort'])
    sent.length = 0
    await engine.execute(select(items.c.id).where(items.c.name.eq('x')))
    expect(sent).toEqual(['SELECT item.id FROM item WHERE item.name = $1::VARCHAR'])
    expect(engine.dialect.name).toBe('postgresql')
  })

  it('speaks SQLite as well', async () => {
    const sent: string[] = []
    const engine = createMockEngine('sqlite://', (sql) => {
      sent.push(sql.replace(/\s+/g, ' ').trim())
    })
    await metadata.createAll(engine)
    await engine.execute(select(items.c.id).where(items.c.name.in(['x'])))
    await metadata.dropAll(engine)
    expect(sent).toEqual([
      "CREATE TABLE item ( id INTEGER NOT NULL, name VARCHAR(20) NOT NULL, sort VARCHAR(1) NOT NULL, PRIMARY KEY (id), CONSTRAINT sort CHECK (sort IN ('a', 'b')) )",
      'CREATE INDEX ix_item_name ON item (name)',
      'GRANT SELECT ON item TO PUBLIC',
      'SELECT item.id FROM item WHERE item.name IN (SELECT value FROM json_each(?1))',
      'SELECT 1',
      'DROP TABLE item',
    ])
  })

  it('refuses what cannot be', () => {
    expect(() => createMockEngine('postgresql://', 5 as never)).toThrow(ArgumentError)
    expect(() => createMockEngine('nodb://', () => {})).toThrow(ArgumentError)
  })
})
