// Cursors: pages of rows from a named portal, with other statements between them.

import { describe, expect, test } from 'vitest'
import type { DriverConnection, DriverCursor } from '../../../../src/dialect/contract/driver.ts'
import type { PostgresCodec } from '../../../../src/dialect/postgresql/codec/codec.ts'
import { int4 } from '../../../../src/dialect/postgresql/codec/index.ts'
import { command, failure, raw, rows, run, sharedConnection, typed } from './support.ts'

const NUMBERS = 'SELECT * FROM generate_series(1, 10) AS n'

async function portals(connection: DriverConnection): Promise<unknown[]> {
  return (await rows(connection, "SELECT name FROM pg_cursors WHERE name <> '' ORDER BY name")).flat()
}

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const shared = sharedConnection(name)

  async function open(sql: string, count: number): Promise<{ cursor: DriverCursor; first: unknown[] }> {
    const opened = await shared().openCursor?.([command('BEGIN'), command(sql)], { rows: count })
    if (opened === undefined) throw new Error('no cursors')
    return { cursor: opened.cursor, first: opened.results.at(-1)?.rows.flat() ?? [] }
  }

  async function inTransaction(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } finally {
      await run(shared(), 'ROLLBACK')
    }
  }

  test('an error in a later page is not taken for one of the parameters', () =>
    inTransaction(async () => {
      const statement = raw('SELECT 10 / (5 - n + $1) FROM generate_series(1, 10) AS n', 1)
      await shared().run([{ statement, parameters: [100] }])
      const opened = await shared().openCursor?.([command('BEGIN'), { statement, parameters: [0] }], { rows: 3 })
      const error = await failure(Promise.resolve(opened?.cursor.fetch(3)))
      expect(error).toMatchObject({ stale: false, fields: { sqlState: '22012' } })
    }))

  test('pages come one by one, the first with BEGIN in one flight', () =>
    inTransaction(async () => {
      const before = shared().flights
      const { cursor, first } = await open(NUMBERS, 4)
      expect(shared().flights).toBe(before + 1)
      expect(first).toEqual([1, 2, 3, 4])
      expect(cursor.done).toBe(false)
      const second = await cursor.fetch(4)
      expect([second.rows, second.rowCount, second.columns?.[0]?.name]).toEqual([[[5], [6], [7], [8]], 4, 'n'])
      expect((await cursor.fetch(4)).rows.flat()).toEqual([9, 10])
      expect(cursor.done).toBe(true)
      const flights = shared().flights
      expect((await cursor.fetch(4)).rows).toEqual([])
      expect(shared().flights).toBe(flights)
    }))

  test('a page that ends with the last row says so with the next', () =>
    inTransaction(async () => {
      const { cursor, first } = await open(NUMBERS, 10)
      expect(first).toHaveLength(10)
      expect(cursor.done).toBe(false)
      expect((await cursor.fetch(10)).rows).toEqual([])
      expect(cursor.done).toBe(true)
    }))

  test('a result that is smaller than the first page leaves nothing behind', () =>
    inTransaction(async () => {
      const { cursor } = await open(NUMBERS, 11)
      expect(cursor.done).toBe(true)
      expect(await portals(shared())).toEqual([])
    }))

  test('declared codecs are used, also in their binary formats, and prepared statements', () =>
    inTransaction(async () => {
      const statement = typed('SELECT $1 + n, $1::text FROM generate_series(1, 5) AS n', [int4], [int4, null])
      for (let time = 0; time < 3; time++) {
        const opened = await shared().openCursor?.(
          time === 0 ? [command('BEGIN'), { statement, parameters: [7] }] : [{ statement, parameters: [7] }],
          { rows: 2 },
        )
        expect(opened?.results.at(-1)?.rows).toEqual([
          [8, '7'],
          [9, '7'],
        ])
        expect((await opened?.cursor.fetch(9))?.rows).toEqual([
          [10, '7'],
          [11, '7'],
          [12, '7'],
        ])
      }
    }))

  test('a page that is complete when it is aborted is given, and the next one follows', () =>
    inTransaction(async () => {
      let abort = new AbortController()
      const { decodeBinary: _, ...textual } = int4
      const decodeText: typeof int4.decodeText = (bytes, start, end) => {
        const value = int4.decodeText(bytes, start, end)
        if (value % 3 === 0) abort.abort()
        return value
      }
      const aborting: PostgresCodec = { ...textual, decodeText }
      const statement = typed(NUMBERS, [], [aborting], false)
      const commands = [command('BEGIN'), { statement, parameters: [] }]
      const opened = await shared().openCursor?.(commands, { rows: 3, signal: abort.signal })
      expect([opened?.results.at(-1)?.rows.flat(), opened?.cursor.done]).toEqual([[1, 2, 3], false])
      abort = new AbortController()
      const page = await opened?.cursor.fetch(3, { signal: abort.signal })
      expect([page?.rows.flat(), opened?.cursor.done, abort.signal.aborted]).toEqual([[4, 5, 6], false, true])
      const error = await failure(opened?.cursor.fetch(3, { signal: abort.signal }) ?? Promise.resolve())
      expect(error).toMatchObject({ canceled: true, sent: false })
      expect((await opened?.cursor.fetch(9))?.rows.flat()).toEqual([7, 8, 9, 10])
    }))

  test('other statements, and other cursors, run between two pages', () =>
    inTransaction(async () => {
      const one = await open(NUMBERS, 2)
      const two = (await shared().openCursor?.([command('SELECT chr(96 + n) FROM generate_series(1, 5) AS n')], {
        rows: 2,
      })) ?? { cursor: one.cursor, results: [] }
      expect(await rows(shared(), 'SELECT $1::int', 5)).toEqual([[5]])
      await run(shared(), 'CREATE TEMP TABLE between_pages AS SELECT 1')
      expect((await two.cursor.fetch(2)).rows.flat()).toEqual(['c', 'd'])
      expect((await one.cursor.fetch(2)).rows.flat()).toEqual([3, 4])
      expect((await two.cursor.fetch(2)).rows.flat()).toEqual(['e'])
      expect((await one.cursor.fetch(100)).rows.flat()).toEqual([5, 6, 7, 8, 9, 10])
    }))

  test('closing sends nothing, and frees the portal with the next flight', () =>
    inTransaction(async () => {
      const { cursor } = await open(NUMBERS, 2)
      const other = await shared().openCursor?.([command(NUMBERS)], { rows: 1 })
      expect(await portals(shared())).toHaveLength(2)
      const before = shared().flights
      cursor.close()
      cursor.close()
      expect([cursor.done, shared().flights]).toEqual([true, before])
      expect(await portals(shared())).toHaveLength(1)
      expect((await cursor.fetch(5)).rows).toEqual([])
      expect((await other?.cursor.fetch(1))?.rows).toEqual([[2]])
    }))

  test('it survives a savepoint that is set and rolled back later', () =>
    inTransaction(async () => {
      const { cursor } = await open(NUMBERS, 2)
      await run(shared(), 'SAVEPOINT a')
      await failure(run(shared(), 'SELECT 1/0'))
      await run(shared(), 'ROLLBACK TO SAVEPOINT a')
      expect((await cursor.fetch(2)).rows.flat()).toEqual([3, 4])
    }))

  test.each(['COMMIT', 'ROLLBACK'])('%s ends it with a clear error, and without a flight', async (end) => {
    const { cursor } = await open(NUMBERS, 2)
    await run(shared(), end)
    const before = shared().flights
    const error = await failure(cursor.fetch(2))
    expect(error.message).toBe('the rows are gone: the transaction in which the cursor was opened is over')
    expect([error.sent, cursor.done, shared().flights]).toEqual([false, true, before])
    await run(shared(), 'BEGIN')
    expect((await cursor.fetch(2)).rows).toEqual([])
    await run(shared(), 'ROLLBACK')
  })

  test('a savepoint set before it takes it along', () =>
    inTransaction(async () => {
      await run(shared(), 'BEGIN')
      await run(shared(), 'SAVEPOINT a')
      const opened = await shared().openCursor?.([command(NUMBERS)], { rows: 2 })
      await run(shared(), 'ROLLBACK TO SAVEPOINT a')
      expect((await failure(opened?.cursor.fetch(2) ?? Promise.resolve())).fields?.sqlState).toBe('34000')
      expect(opened?.cursor.done).toBe(true)
    }))

  test('outside of a transaction it ends with the flight that opened it', async () => {
    const opened = await shared().openCursor?.([command(NUMBERS)], { rows: 2 })
    expect(opened?.results[0]?.rows.flat()).toEqual([1, 2])
    expect((await failure(opened?.cursor.fetch(2) ?? Promise.resolve())).message).toContain('the transaction')
  })

  test('an error in a later page ends it and fails the transaction', () =>
    inTransaction(async () => {
      const { cursor, first } = await open('SELECT 10 / (3 - n) FROM generate_series(1, 5) AS n', 2)
      expect(first).toEqual([5, 10])
      const error = await failure(cursor.fetch(2))
      expect([error.fields?.sqlState, error.commandIndex, cursor.done]).toEqual(['22012', 0, true])
      expect(shared().transactionStatus).toBe('failed')
    }))

  test('an error of the opening names the command, and leaves no cursor', () =>
    inTransaction(async () => {
      const opening = shared().openCursor?.([command('BEGIN'), command('SELECT * FROM absent')], { rows: 1 })
      const error = await failure(opening ?? Promise.resolve())
      expect([error.commandIndex, error.fields?.sqlState]).toEqual([1, '42P01'])
    }))

  test('rows of RETURNING come in pages too; the statement has run as a whole', () =>
    inTransaction(async () => {
      await run(shared(), 'BEGIN')
      await run(shared(), 'CREATE TEMP TABLE made (a int)')
      const opened = await shared().openCursor?.(
        [command('INSERT INTO made SELECT * FROM generate_series(1, 5) RETURNING a')],
        { rows: 2 },
      )
      expect(opened?.results[0]?.rows.flat()).toEqual([1, 2])
      expect(await rows(shared(), 'SELECT count(*)::int FROM made')).toEqual([[5]])
      opened?.cursor.close()
    }))

  test('a statement without rows is done at once', () =>
    inTransaction(async () => {
      const opened = await shared().openCursor?.([command('BEGIN'), command('CREATE TEMP TABLE nothing (a int)')], {
        rows: 2,
      })
      expect([opened?.results[1]?.columns, opened?.cursor.done]).toEqual([null, true])
    }))

  test('one page at a time', () =>
    inTransaction(async () => {
      const { cursor } = await open(NUMBERS, 2)
      const first = cursor.fetch(2)
      expect((await failure(cursor.fetch(2))).message).toContain('runs one at a time')
      expect((await first).rows.flat()).toEqual([3, 4])
    }))

  test('a stale prepared statement is prepared again', async () => {
    const statement = raw('SELECT * FROM changing')
    await run(shared(), 'DROP TABLE IF EXISTS changing')
    await run(shared(), 'CREATE TABLE changing AS SELECT n AS a FROM generate_series(1, 4) AS n')
    await shared().run([{ statement, parameters: [] }])
    await run(shared(), 'ALTER TABLE changing ADD COLUMN b text')
    await inTransaction(async () => {
      const opened = await shared().openCursor?.([command('BEGIN'), { statement, parameters: [] }], { rows: 3 })
      expect(opened?.results[1]?.rows).toEqual([
        [1, null],
        [2, null],
        [3, null],
      ])
      expect((await opened?.cursor.fetch(3))?.rows).toEqual([[4, null]])
    })
    await run(shared(), 'DROP TABLE changing')
  })
})

describe('on a server', () => {
  const shared = sharedConnection('postgresql')

  test('an aborted page is canceled on the server', async () => {
    const opened = await shared().openCursor?.(
      [command('BEGIN'), command('SELECT n, pg_sleep((n > 2)::int * 60) FROM generate_series(1, 5) AS n')],
      { rows: 2 },
    )
    const controller = new AbortController()
    const page = opened?.cursor.fetch(2, { signal: controller.signal }) ?? Promise.resolve()
    setTimeout(() => controller.abort(new Error('enough')), 50)
    const error = await failure(page)
    expect([error.canceled, (error.cause as Error).message, opened?.cursor.done]).toEqual([true, 'enough', true])
    await run(shared(), 'ROLLBACK')
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })
})
