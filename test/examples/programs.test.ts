// The example programs, on the embedded database and on a server: what they print is what their readers are promised.
import { createEngine, type Engine } from 'tsalchemy'
import { describe, expect, it, vi } from 'vitest'
import { freshDatabase, provides, sqlDatabases, sqliteUrl } from '../support/server.ts'
import { runProgram } from './programs.ts'

// Several processes one after the other, each of which compiles what it imports: a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 })

async function onFreshDatabase<T>(target: { name: string; url: string }, use: (url: string) => Promise<T>): Promise<T> {
  if (target.name !== 'postgresql') return use(target.url)
  const database = await freshDatabase()
  try {
    return await use(database.url)
  } finally {
    await database.drop()
  }
}

function tablesOf(engine: Engine): Promise<unknown[]> {
  return engine.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
}

describe.each(sqlDatabases())('on $name', (target) => {
  // What is written by hand is the database's own.
  if (provides(target, 'postgresSql'))
    it('raw: prints the row and exits by itself', async () => {
      const outcome = await onFreshDatabase(target, (url) => runProgram('raw', url))
      expect(outcome).toEqual({ output: "[ 1, 'leo', 26 ]\n", errors: '', exitCode: 0 })
    })

  it('expressions: joins, aggregates, returns, and rolls back without a trace', async () => {
    const outcome = await onFreshDatabase(target, (url) => runProgram('expressions', url))
    expect(outcome.errors).toBe('')
    expect(outcome.output).toBe(
      [
        'adults: [',
        "  Row { id: 2, name: 'ada', age: 36 },",
        "  Row { id: 1, name: 'leo', age: 26 }",
        ']',
        "orders: [ [ 'leo', 'tea', 3 ], [ 'leo', 'cup', 1 ], [ 'ada', 'tea', 9 ] ]",
        "more than one order: [ Row { name: 'leo', total: 4 } ]",
        "updated: Row { name: 'leo', age: 27 }",
        "deleted: [ 'bob' ]",
        'rolled back: changed my mind',
        'customers left: 2',
        '',
      ].join('\n'),
    )
    expect(outcome.exitCode).toBe(0)
  })

  it('orm: commits, rolls a violation back, follows relationships both ways, deletes orphans', async () => {
    const outcome = await onFreshDatabase(target, (url) => runProgram('orm', url))
    expect(outcome.errors).toBe('')
    expect(outcome.output).toBe(
      [
        'rolled back: UniqueViolation',
        '1 Linux linux@example.com',
        '2 Python python@example.com',
        'back-populated: true',
        "true [ 'ed@example.com', 'ed@work.example' ]",
        "[ [ 'edward', 'ed@example.com' ] ]",
        'addresses left: 0',
        '',
      ].join('\n'),
    )
    expect(outcome.exitCode).toBe(0)
  })
})

it('a program that meets a database error prints it, exits with 1, and closes', async () => {
  const database = await freshDatabase()
  const engine = createEngine(database.url)
  try {
    await engine.execute('CREATE TABLE customers (theirs INTEGER)')
    for (const name of ['raw', 'expressions', 'orm']) {
      const outcome = await runProgram(name, database.url)
      expect(outcome.output).toBe('')
      expect(outcome.errors).toMatch(/^DuplicateTable: .*relation "customers" already exists/)
      expect(outcome.exitCode).toBe(1)
    }
    expect(await tablesOf(engine)).toEqual(['customers'])
  } finally {
    await engine.dispose()
    await database.drop()
  }
})

it('the programs leave a database as they found it, and can be run again', async () => {
  const database = await freshDatabase()
  const engine = createEngine(database.url)
  try {
    for (const name of ['raw', 'expressions', 'orm', 'orm']) {
      expect(await runProgram(name, database.url)).toMatchObject({ errors: '', exitCode: 0 })
      expect(await tablesOf(engine)).toEqual([])
    }
  } finally {
    await engine.dispose()
    await database.drop()
  }
})

it('a program that cannot reach its server says so and exits with 1', async () => {
  const outcome = await runProgram('raw', 'postgresql://nobody:secret@127.0.0.1:9/none')
  expect(outcome.errors).toMatch(/^OperationalError: /)
  expect(outcome.errors).not.toContain('secret')
  expect(outcome.exitCode).toBe(1)
})

it('the tour runs on SQLite: nothing but the URL is another', async () => {
  const outcome = await runProgram('tour', sqliteUrl(), undefined, true)
  expect(outcome.errors).toBe('')
  expect(outcome.output).toMatch(/SQLite 3\.\d+/)
  expect(outcome.output).toContain('row: { word: "it\'s me" }')
  expect(outcome.output).toContain("row: { name: 'tea', total: 7 }")
  expect(outcome.output).toContain('loaded: Ursula - The Dispossessed, Lavinia')
  expect(outcome.exitCode).toBe(0)
})

it('the tour runs on the embedded database in well under a minute, whatever DATABASE_URL says', async () => {
  const outcome = await runProgram('tour', 'postgresql://nobody@127.0.0.1:9/none')
  expect(outcome.errors).toBe('')
  expect(outcome.output).toContain('1. Raw SQL through the Engine')
  expect(outcome.output).toContain("row: { name: 'tea', total: 7 }")
  expect(outcome.output).toContain('loaded: Ursula - The Dispossessed, Lavinia')
  expect(outcome.output).toMatch(/Done in \d+\.\d s/)
  expect(outcome.exitCode).toBe(0)
}, 60_000)
