// COPY: data in both directions at the pace of the slower, and a connection that is usable whatever happened.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type {
  ByteSource,
  Command,
  CommandResult,
  DriverConnection,
  RunOptions,
} from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { command, failure, raw, rows, run, serverOptions, sharedConnection } from './support.ts'

function copyOf(sql: string): Command {
  return { statement: raw(sql, 0, false), parameters: [] }
}

function copyIn(
  connection: DriverConnection,
  sql: string,
  source: ByteSource,
  options: RunOptions & { before?: Command[] } = {},
): Promise<CommandResult[]> {
  const { before = [], ...rest } = options
  return connection.copyIn?.([...before, copyOf(sql)], source, rest) ?? Promise.reject(new Error('no COPY'))
}

function copyOut(connection: DriverConnection, sql: string, options?: RunOptions): AsyncIterableIterator<Uint8Array> {
  const iterator = connection.copyOut?.([copyOf(sql)], options)
  if (iterator === undefined) throw new Error('no COPY')
  return iterator
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString()
}

const TO = 'COPY (SELECT n, repeat(chr(97 + n % 26), 50) FROM generate_series(1, $) AS n) TO STDOUT'

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const shared = sharedConnection(name)
  beforeEach(async () => {
    await run(shared(), 'DROP TABLE IF EXISTS copied')
    await run(shared(), 'CREATE TABLE copied (a int PRIMARY KEY, b text)')
  })

  const contents = async (): Promise<unknown[]> => rows(shared(), 'SELECT a, b FROM copied ORDER BY a')

  test('pieces of any size go in, whatever lines they cut', async () => {
    const text = '1\tone\n2\t\\N\n3\tthr\\nee\n'
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (const character of text) yield Buffer.from(character)
      yield new Uint8Array(0)
    }
    const [begin, copied] = await copyIn(shared(), 'COPY copied FROM STDIN', pieces(), {
      before: [command('SELECT 1')],
    })
    expect([begin?.rows, copied?.tag, copied?.rowCount]).toEqual([[[1]], 'COPY', 3])
    expect(await contents()).toEqual([
      [1, 'one'],
      [2, null],
      [3, 'thr\nee'],
    ])
  })

  test('a plain iterable is a source, and nothing at all is too', async () => {
    expect((await copyIn(shared(), 'COPY copied FROM STDIN', [Buffer.from('7\tx\n')]))[0]?.rowCount).toBe(1)
    expect((await copyIn(shared(), 'COPY copied FROM STDIN', []))[0]?.rowCount).toBe(0)
    expect(await contents()).toEqual([[7, 'x']])
  })

  test('what goes out is what is there', async () => {
    const text = await textOf(copyOut(shared(), TO.replace('$', '3')))
    expect(text).toBe(`1\t${'b'.repeat(50)}\n2\t${'c'.repeat(50)}\n3\t${'d'.repeat(50)}\n`)
    expect(await textOf(copyOut(shared(), 'COPY (SELECT 1 WHERE false) TO STDOUT'))).toBe('')
  })

  test('a row that does not fit fails it, tells where, and leaves the connection usable', async () => {
    let left = false
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('1\tone\nno number\ttwo\n')
        for (let n = 3; n < 100_000; n += 1) yield Buffer.from(`${n}\t${'x'.repeat(100)}\n`)
      } finally {
        left = true
      }
    }
    const error = await failure(copyIn(shared(), 'COPY copied FROM STDIN', source()))
    expect(error.fields).toMatchObject({ sqlState: '22P02', where: 'COPY copied, line 2, column a: "no number"' })
    expect(left).toBe(true)
    expect(await contents()).toEqual([])
  })

  test('an error before the data leaves the connection usable', async () => {
    const error = await failure(copyIn(shared(), 'COPY absent FROM STDIN', [Buffer.from('1\n')]))
    expect([error.fields?.sqlState, error.commandIndex]).toEqual(['42P01', 0])
    const before = await failure(
      copyIn(shared(), 'COPY copied FROM STDIN', [Buffer.from('1\t1\n')], { before: [command('SELECT 1/0')] }),
    )
    expect([before.fields?.sqlState, before.commandIndex]).toEqual(['22012', 0])
    expect(await contents()).toEqual([])
  })

  test('a source that throws fails the copy with what it threw', async () => {
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\tone\n')
      throw new Error('out of paper')
    }
    const thrown = await copyIn(shared(), 'COPY copied FROM STDIN', source()).catch((error: unknown) => error)
    const message = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown)
    expect(message).toContain('out of paper')
    expect(await contents()).toEqual([])
    const wordless = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\tone\n')
      throw Object.assign(new Error(), { message: { toString: () => 'out of words' } })
    }
    const strange = await copyIn(shared(), 'COPY copied FROM STDIN', wordless()).catch((error: unknown) => error)
    expect(strange).toBeInstanceOf(Error)
    expect(await contents()).toEqual([])
    const [odd] = await Promise.allSettled([copyIn(shared(), 'COPY copied FROM STDIN', ['1\tone\n'] as never)])
    expect(odd?.status).toBe('rejected')
    expect(await contents()).toEqual([])
  })

  test('leaving early leaves the connection usable', async () => {
    for await (const piece of copyOut(shared(), TO.replace('$', '200000'))) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('what waits for a slow reader stays what it was, however much is received behind it', async () => {
    const iterator = copyOut(shared(), TO.replace('$', '20000'))
    const pieces: Uint8Array[] = []
    for await (const piece of iterator) {
      if (pieces.length < 5) await pause(20)
      pieces.push(piece)
    }
    const expected = Array.from({ length: 20_000 }, (_, index) => {
      return `${index + 1}\t${String.fromCharCode(97 + ((index + 1) % 26)).repeat(50)}\n`
    })
    expect(Buffer.concat(pieces).toString()).toBe(expected.join(''))
  })

  test('an error in the middle comes behind the data before it', async () => {
    const seen: string[] = []
    const iterate = async (): Promise<void> => {
      for await (const piece of copyOut(shared(), 'COPY (SELECT 10 / (n - 3) FROM generate_series(1, 5) n) TO STDOUT'))
        seen.push(Buffer.from(piece).toString())
    }
    expect((await failure(iterate())).fields?.sqlState).toBe('22012')
    expect(seen.join('')).toBe('-5\n-10\n')
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('other statements have to wait', async () => {
    const iterator = copyOut(shared(), TO.replace('$', '3'))
    const first = iterator.next()
    expect((await failure(run(shared(), 'SELECT 1'))).message).toContain('one at a time')
    await first
    await iterator.return?.()
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('as a plain statement it is refused as before', async () => {
    expect((await failure(run(shared(), 'COPY copied FROM STDIN'))).sent).toBe(false)
    await run(shared(), "INSERT INTO copied VALUES (1, 'x')")
    expect((await failure(run(shared(), 'COPY copied TO STDOUT'))).message).toContain('TO STDOUT')
  })
})

describe('on a server', () => {
  const shared = sharedConnection('postgresql')
  let observer: DriverConnection
  beforeAll(async () => {
    observer = await createPostgresDriver(serverOptions()).connect()
    await run(shared(), 'DROP TABLE IF EXISTS copied')
    await run(shared(), 'CREATE TABLE copied (a int, b text)')
  })
  afterAll(() => observer.close())

  test('a slow reader makes the server wait, not this process remember', async () => {
    const iterator = copyOut(shared(), TO.replace('$', '2000000'))
    await iterator.next()
    await pause(300)
    const before = process.memoryUsage().arrayBuffers
    await pause(300)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000)
    const wait = 'SELECT wait_event FROM pg_stat_activity WHERE pid = $1::int'
    expect((await rows(observer, wait, shared().processId)).flat()).toEqual(['ClientWrite'])
    await iterator.return?.()
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('a slow server makes the source wait', async () => {
    await run(shared(), 'TRUNCATE copied')
    await run(observer, 'BEGIN')
    await run(observer, 'LOCK TABLE copied IN ACCESS EXCLUSIVE MODE')
    let asked = 0
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (; asked < 2000; asked += 1) yield Buffer.from(`1\t${'x'.repeat(65_000)}\n`)
    }
    const copying = copyIn(shared(), 'COPY copied FROM STDIN', source())
    await pause(200)
    expect(asked).toBe(0)
    await run(observer, 'COMMIT')
    await copying
    expect(await rows(shared(), 'SELECT count(*)::int FROM copied')).toEqual([[2000]])
  })

  test('a slow server makes the source wait in the middle, too', async () => {
    await run(shared(), 'CREATE TABLE slowly_copied (a int, b text)')
    await run(
      shared(),
      'CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$',
    )
    await run(shared(), 'CREATE TRIGGER slow BEFORE INSERT ON slowly_copied FOR EACH ROW EXECUTE FUNCTION slowly()')
    let asked = 0
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (; asked < 5000; asked += 1) yield Buffer.from(`1\t${'x'.repeat(65_000)}\n`)
    }
    const signal = AbortSignal.timeout(500)
    expect((await failure(copyIn(shared(), 'COPY slowly_copied FROM STDIN', source(), { signal }))).canceled).toBe(true)
    // What the sockets hold, and no more: all would be 325 MB.
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThan(500)
    await run(shared(), 'DROP TABLE slowly_copied')
    await run(shared(), 'DROP FUNCTION slowly()')
  })

  test('a source that never ends is stopped by a signal, at once', async () => {
    await run(shared(), 'TRUNCATE copied')
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\tx\n')
      await new Promise(() => undefined)
    }
    const controller = new AbortController()
    setTimeout(() => controller.abort('enough'), 50)
    const error = await failure(copyIn(shared(), 'COPY copied FROM STDIN', source(), { signal: controller.signal }))
    expect([error.canceled, error.cause]).toEqual([true, 'enough'])
    expect(await rows(shared(), 'SELECT count(*)::int FROM copied')).toEqual([[0]])
  })

  test('a signal stops what goes out', async () => {
    const controller = new AbortController()
    const iterate = async (): Promise<void> => {
      for await (const _ of copyOut(shared(), TO.replace('$', '20000000'), { signal: controller.signal }))
        controller.abort('enough')
    }
    expect(await failure(iterate())).toMatchObject({ canceled: true, cause: 'enough' })
    expect(await rows(shared(), 'SELECT 1')).toEqual([[1]])
  })

  test('leaving early stops the server', async () => {
    for await (const _ of copyOut(shared(), 'COPY (SELECT repeat(generate_series(1, 100000000)::text, 100)) TO STDOUT'))
      break
    expect(await rows(observer, 'SELECT state FROM pg_stat_activity WHERE pid = $1::int', shared().processId)).toEqual([
      ['idle'],
    ])
  })

  test('a backend that is killed rejects, both ways', async () => {
    const connection = await createPostgresDriver(serverOptions()).connect()
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\tx\n')
      await rows(observer, 'SELECT pg_terminate_backend($1::int)', connection.processId)
      for (;;) {
        yield Buffer.from(`1\t${'x'.repeat(10_000)}\n`)
        await pause(1)
      }
    }
    expect((await failure(copyIn(connection, 'COPY copied FROM STDIN', source()))).disconnected).toBe(true)
    const other = await createPostgresDriver(serverOptions()).connect()
    const iterate = async (): Promise<void> => {
      for await (const _ of copyOut(other, TO.replace('$', '20000000')))
        await rows(observer, 'SELECT pg_terminate_backend($1::int)', other.processId)
    }
    expect((await failure(iterate())).disconnected).toBe(true)
  })
})
