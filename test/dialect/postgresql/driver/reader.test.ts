// The reader: the same rows however the network cuts the bytes, and a clean end for bytes that are not the protocol.

import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Command, CommandResult, DriverConnection } from '../../../../src/dialect/contract/driver.ts'
import { TypeCatalog } from '../../../../src/dialect/postgresql/codec/type-catalog.ts'
import type { WireStream } from '../../../../src/dialect/postgresql/driver/pg-internals.ts'
import { openSession } from '../../../../src/dialect/postgresql/driver/session.ts'
import { command, failure, raw, serverOptions } from './support.ts'

/** A session over any stream. */
function session(stream: Duplex): Promise<DriverConnection> {
  const { host, port, user, database, password } = serverOptions()
  return openSession({
    host,
    port,
    where: 'a stream',
    user,
    database,
    password: async () => String(password),
    tls: null,
    direct: false,
    serverNameIndication: true,
    channelBinding: 'prefer',
    requireAuth: null,
    scramMaxIterations: 0,
    startup: new Map(),
    keepAlive: false,
    keepAliveDelayMs: 0,
    stream: () => stream as WireStream,
    connectTimeoutMs: 10_000,
    types: new TypeCatalog(),
    statementCacheSize: 256,
    cancelGraceMs: 1000,
    signal: undefined,
    cancellable: false,
    onRefusal: () => undefined,
  })
}

const AUTHENTICATION_OK = '520000000800000000'
const READY = '5a0000000549'
/** `SELECT 1`: one row. */
const COMPLETE = '430000000d53454c454354203100'

/** A server that answers every batch with what it is told. */
class Replay extends Duplex {
  #answers: Buffer[] = []

  answer(...chunks: Buffer[]): void {
    this.#answers = chunks
  }

  connect(): void {
    process.nextTick(() => this.emit('connect'))
  }

  setNoDelay(): void {
    // No socket.
  }

  setKeepAlive(): void {
    // No socket.
  }

  override _read(): void {
    // Answers are pushed.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    done()
    if (chunk[0] === 0) this.push(Buffer.from(AUTHENTICATION_OK + READY, 'hex'))
    else if (chunk.at(-5) === 0x53) for (const answer of this.#answers) this.push(answer)
  }
}

/** One of everything: rows of both formats, NULLs, empty values, notices, settings, an empty statement, DML, DDL. */
const BATCH: readonly Command[] = [
  command('BEGIN'),
  command(`SELECT i, 'é'||i, NULL, i::int8, i::float8, i%2=0, ''::text, timestamptz 'epoch', '{1,NULL}'::int4[], '\\x00ff'::bytea
    FROM generate_series(1, 3) i`),
  command("SET LOCAL application_name = 'cut'"),
  command('CREATE TEMP TABLE cut (id int) ON COMMIT DROP'),
  command('INSERT INTO cut VALUES ($1), ($2) RETURNING id', 5, 6),
  command('DROP TABLE IF EXISTS never'),
  command("SELECT repeat('x', 400), ''"),
  command(''),
  command('ROLLBACK'),
]

describe('the bytes of one answer', () => {
  let bytes: Buffer
  let expected: CommandResult[]

  beforeAll(async () => {
    const socket = new Socket()
    const connection = await session(socket)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)))
    expected = await connection.run(BATCH)
    bytes = Buffer.concat(chunks)
    await connection.close()
  })

  async function read(...chunks: Buffer[]): Promise<CommandResult[]> {
    const stream = new Replay()
    const connection = await session(stream)
    stream.answer(...chunks)
    try {
      return await connection.run(BATCH)
    } finally {
      connection.terminate()
    }
  }

  test('are read the same when cut in two at every place', async () => {
    expect(bytes.length).toBeGreaterThan(1000)
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(expected)
    }
  })

  test('are read the same byte by byte', async () => {
    expect(await read(...Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)))).toEqual(expected)
  })

  test('are read the same cut at random', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 40 }), async (places) => {
        const cuts = [0, ...places.sort((left, right) => left - right), bytes.length]
        const chunks = cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut))
        expect(await read(...chunks.filter((chunk) => chunk.length > 0))).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  test('when they end early, the batch fails with the connection, wherever it was', async () => {
    for (let length = 0; length < bytes.length - 1; length += 13) {
      const stream = new Replay()
      const connection = await session(stream)
      stream.answer(bytes.subarray(0, length))
      const pending = connection.run(BATCH)
      setImmediate(() => stream.destroy())
      const error = await failure(pending)
      expect(error).toMatchObject({ disconnected: true, commandIndex: null, sent: true })
      expect(expected.slice(0, error.results.length)).toEqual(error.results)
      expect(connection.transactionStatus).toBe('lost')
    }
  })

  test('changed at random, they give an answer or an error, and never a hang or a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (place, value) => {
        const changed = Buffer.from(bytes)
        changed[place] = value
        const stream = new Replay()
        const connection = await session(stream)
        stream.answer(changed)
        const pending = connection.run(BATCH).then(
          () => 'answered',
          (error: unknown) => error,
        )
        // A length made larger leaves the reader waiting for the rest, until the connection goes.
        setTimeout(() => stream.destroy(), 5)
        const outcome = await pending
        if (outcome !== 'answered') expect(outcome).toMatchObject({ name: 'DriverError' })
        connection.terminate()
      }),
      { numRuns: 300 },
    )
  })
})

describe('bytes that are not the protocol', () => {
  async function answered(hex: string) {
    const stream = new Replay()
    const connection = await session(stream)
    stream.answer(Buffer.from(hex, 'hex'))
    const error = await failure(connection.run([{ statement: raw('SELECT 1'), parameters: [] }]))
    expect(connection.transactionStatus).toBe('lost')
    return error
  }

  /** A description of one int4 column as text. */
  const ONE_COLUMN = [
    '54',
    '0000001a',
    '0001',
    '6100',
    '00000000',
    '0000',
    '00000017',
    '0004',
    'ffffffff',
    '0000',
  ].join('')
  const ROW = ['44', '0000000b', '0001', '00000001', '37'].join('')

  test('the description and the row that the next tests change are right', async () => {
    const stream = new Replay()
    const connection = await session(stream)
    stream.answer(Buffer.from(ONE_COLUMN + ROW + COMPLETE + READY, 'hex'))
    const statement = raw('SELECT 7')
    expect(await connection.run([{ statement, parameters: [] }])).toMatchObject([{ rows: [[7]], tag: 'SELECT' }])
    connection.terminate()
  })

  test.each([
    ['a message of length 0', '4400000000'],
    ['a message of negative length', '44ffffffff'],
    ['a row that nobody described', ROW],
    ['a row of two columns where one was described', `${ONE_COLUMN}440000000e0002ffffffffffffffff`],
    ['a value longer than its row', `${ONE_COLUMN}440000000b0001000000ff37`],
    ['a value shorter than its row', `${ONE_COLUMN}440000000c0001000000013737`],
    ['an error that does not end', '450000000553'],
    ['a setting without a value', '53000000066100'],
    ['a description cut short', '540000000800016100'],
    ['an unknown message', '7a00000004'],
    ['a server that waits for COPY data', '4700000007000000'],
    ['a portal that is suspended', '7300000004'],
  ])('%s cuts the connection', async (_what, hex) => {
    expect(await answered(hex)).toMatchObject({ disconnected: true })
  })

  test.each([
    ['is ready before it has answered', READY],
    ['leaves one out', COMPLETE + COMPLETE + READY],
    ['answers more than it was asked', COMPLETE.repeat(4) + READY],
  ])('a server that %s: nobody is given the answer to another question', async (_what, lies) => {
    const stream = new Replay()
    const connection = await session(stream)
    stream.answer(Buffer.from(lies, 'hex'))
    const error = await failure(connection.run([command('SELECT 1'), command('SELECT 2'), command('SELECT 3')]))
    expect(error).toMatchObject({ disconnected: true, sent: true })
    expect(await failure(connection.run([command('SELECT 4')]))).toMatchObject({ disconnected: true, sent: false })
  })

  test('an error while nothing runs cuts the connection', async () => {
    const stream = new Replay()
    const connection = await session(stream)
    const closed = new Promise((resolve) => connection.onceClosed(resolve))
    stream.push(Buffer.from('45000000145346415400433038503031004d780000', 'hex'))
    expect(await closed).toMatchObject({ message: 'x', code: '08P01' })
    expect(await failure(connection.run([command('SELECT 1')]))).toMatchObject({ disconnected: true, sent: false })
  })
})
