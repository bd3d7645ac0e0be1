// What is told of statements on SQLite: logs, tags in comments that change nothing, spans.
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import {
  Column,
  createEngine,
  type EngineOptions,
  Integer,
  insert,
  type LogRecord,
  MetaData,
  select,
  table,
} from 'tsalchemy'
import { instrument } from 'tsalchemy/opentelemetry'
import { describe, expect, test } from 'vitest'
import { recordStatements } from '../../support/statements.ts'
import { freshPath, libraries } from './support.ts'

const metadata = new MetaData()
const items = table('items', metadata, { id: Column(Integer, { primaryKey: true, autoincrement: false }) })

describe.each(libraries)('through %s', (library) => {
  const open = async (options: EngineOptions = {}, query = '') => {
    const engine = createEngine(`sqlite+${library}:///${encodeURI(freshPath())}${query}`, options)
    await engine.execute('CREATE TABLE items (id INTEGER PRIMARY KEY)')
    return engine
  }

  test('echo', async () => {
    const lines: string[] = []
    await using engine = await open({ echo: ({ message }: LogRecord) => lines.push(message) })
    lines.length = 0
    await engine.begin((conn) => conn.execute(insert(items), [{ id: 1 }, { id: 2 }]))
    expect(lines.map((line) => line.replace(/\d\.\d+s/, '0.1s'))).toEqual([
      'BEGIN (implicit)',
      'INSERT INTO items (id) VALUES (?1)',
      '[generated in 0.1s] [[1], [2]]',
      'COMMIT',
    ])
  })

  test.each(['TO', 'READ ONLY', 'BEGIN', 'a; b', '-- x'])('the tag %j changes nothing', async (action) => {
    await using engine = await open(
      { sqlComments: { action }, poolSize: 2 },
      '?begin=immediate&journal_mode=wal&busy_timeout=10',
    )
    const recording = recordStatements(engine)
    await using conn = await engine.connect()
    await conn.execute(insert(items).values({ id: 1 }))
    expect(recording.flights[0]?.[0]).toMatch(/^BEGIN \/\*action=/)
    await conn.rollback()
    expect(conn.driverConnection?.transactionStatus).toBe('idle')
    expect(await conn.execute(select(items.c.id)).all()).toEqual([])
    // BEGIN IMMEDIATE it is, with a comment too: nobody else can write where this one only reads.
    await expect(engine.execute(insert(items).values({ id: 3 }))).rejects.toMatchObject({ name: 'LockNotAvailable' })
    await conn.rollback()
    const savepoint = conn.begin()
    const nested = conn.beginNested()
    await conn.execute(insert(items).values({ id: 2 }))
    await nested.rollback()
    await conn.execute(insert(items).values({ id: 4 }))
    await savepoint.commit()
    expect(await conn.execute(select(items.c.id)).scalars().all()).toEqual([4])
    await conn.rollback()
  })

  test('comments within what begins and ends transactions', async () => {
    await using engine = await open()
    const raw = await engine.raw()
    await raw.run('/* READ ONLY */ BEGIN -- READ ONLY')
    await raw.run('INSERT INTO items VALUES (1)')
    await raw.run('ROLLBACK /* TO */')
    expect(raw.driverConnection.transactionStatus).toBe('idle')
    await raw.run('BEGIN /* now */ READ /* and */ ONLY')
    await expect(raw.run('INSERT INTO items VALUES (1)')).rejects.toMatchObject({ name: 'ReadOnlyTransaction' })
    await raw.run('ROLLBACK')
    await raw.close()
  })

  test('spans', async () => {
    const exporter = new InMemorySpanExporter()
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    await using engine = createEngine(`sqlite+${library}://`)
    await metadata.createAll(engine)
    const stop = instrument(engine, { tracerProvider })
    await engine.execute(insert(items), [{ id: 1 }, { id: 2 }])
    await engine.execute(select(items.c.id).where(items.c.id.in([1, 2])))
    await engine.execute('SELEKT').catch(() => null)
    stop()
    expect(exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, ...attributes }))).toMatchObject([
      {
        name: 'BATCH INSERT items',
        'db.system.name': 'sqlite',
        'db.operation.batch.size': 2,
        'db.query.text': 'INSERT INTO items (id) VALUES (?1)',
      },
      { name: 'SELECT items SELECT', 'db.collection.name': 'items' },
      { 'error.type': '42601', 'db.response.status_code': '42601' },
    ])
    expect(exporter.getFinishedSpans()[0]?.attributes).not.toHaveProperty('server.address')
  })
})
