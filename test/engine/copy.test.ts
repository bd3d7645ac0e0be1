// COPY by the types of the columns: what goes in comes out, whatever it is, and an error leaves the connection usable.

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { UniqueViolation } from '../../src/database-errors.ts'
import { ARRAY } from '../../src/dialect/postgresql/index.ts'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import {
  ArgumentError,
  DataError,
  IllegalStateChangeError,
  PendingRollbackError,
  ResourceClosedError,
} from '../../src/errors.ts'
import {
  BigInteger,
  Boolean as Bool,
  Column,
  DateTime,
  Enum,
  Float,
  Integer,
  insert,
  JSON as Json,
  LargeBinary,
  MetaData,
  Numeric,
  String as SqlString,
  select,
  Text,
  table,
} from '../../src/index.ts'
import { databases, postgresUrl } from '../support/server.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const notes = table('notes', metadata, {
  id: Column(Integer, { primaryKey: true }),
  body: Column(Text(), { nullable: true }),
})
const all = table('all types', metadata, {
  id: Column(Integer, { primaryKey: true, identity: true }),
  name: Column(SqlString(200), { name: 'the name', nullable: true }),
  big: Column(BigInteger, { nullable: true }),
  exact: Column(Numeric(30, 10), { nullable: true }),
  ratio: Column(Float, { nullable: true }),
  flag: Column(Bool, { nullable: true }),
  bytes: Column(LargeBinary, { nullable: true }),
  made: Column(DateTime({ timezone: true }), { nullable: true }),
  document: Column(Json(), { nullable: true }),
  mood: Column(Enum('happy', 'sad', { name: 'mood' }), { nullable: true }),
  tags: Column(ARRAY(Text()), { nullable: true }),
  state: Column(SqlString(10), { serverDefault: 'fresh' }),
  twice: Column(Integer, { computed: 'id * 2' }),
})

/** Text that the format of COPY gives a meaning to. */
const HOSTILE = [
  '',
  '\\N',
  '\\.',
  '\\',
  '\\\\',
  '\t',
  '\n',
  '\r\n',
  '\r',
  'a\tb\nc\\d',
  '\\x41',
  '\\101',
  '\\n',
  '\b\f\v',
  "'; DROP TABLE notes; --",
  '"quoted"',
  'a,b',
  'NULL',
  'ä€😀',
  '\u2028\u2029\u0085',
  '\x7f\x01\x1f',
  'x'.repeat(200_000),
  '\\'.repeat(1000),
]

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  let connection: Connection
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    connection = await engine.connect()
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await connection.rollback()
    recording.clear()
  })
  afterAll(async () => {
    await connection.close()
    await engine.dispose()
  })

  const contents = () => connection.execute(select(notes.c.id, notes.c.body).orderBy(notes.c.id)).tuples().all()

  it('moves rows into a table, in the flight of BEGIN', async () => {
    const rows = [
      { id: 1, body: 'one' },
      { id: 2, body: null },
    ]
    expect(await connection.copyFrom(notes, rows)).toBe(2)
    expect(recording.statements).toEqual([
      { sql: 'BEGIN', parameters: [], flight: 1 },
      { sql: 'COPY notes (id, body) FROM STDIN', parameters: [], flight: 1 },
    ])
    expect(await contents()).toEqual([
      [1, 'one'],
      [2, null],
    ])
  })

  it('gives back what is there, as a stream', async () => {
    await connection.copyFrom(notes, [
      { id: 1, body: 'one' },
      { id: 2, body: null },
      { id: 3, body: 'a\tb' },
    ])
    recording.clear()
    const rows = await connection
      .copyTo(select(notes.c.body, notes.c.id).where(notes.c.id.lt(9)).orderBy(notes.c.id))
      .all()
    expect(rows).toEqual([
      { body: 'one', id: 1 },
      { body: null, id: 2 },
      { body: 'a\tb', id: 3 },
    ])
    expect(recording.statements.map(({ sql }) => sql)).toEqual([
      'COPY (SELECT notes.body, notes.id \nFROM notes \nWHERE notes.id < 9 ORDER BY notes.id) TO STDOUT',
    ])
    expect(await connection.copyTo(notes).scalars('body').all()).toEqual(['one', null, 'a\tb'])
    expect(await connection.copyTo(select(notes.c.id).where(notes.c.id.gt(99))).all()).toEqual([])
    expect(await connection.execute('SELECT 1').scalar()).toBe(1)
  })

  it('hostile text goes in and comes out as it is', async () => {
    await connection.copyFrom(
      notes,
      HOSTILE.map((body, id) => ({ id, body })),
    )
    expect((await contents()).map(([, body]) => body)).toEqual(HOSTILE)
    expect(await connection.copyTo(select(notes.c.body).orderBy(notes.c.id)).scalars().all()).toEqual(HOSTILE)
  })

  it('any text does', async () => {
    const character = fc.constantFrom('\\', '\t', '\n', '\r', 'N', '.', 'x', '0', 'é', '😀', ' ', '"', '\b')
    const texts = fc.array(fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: character }))), {
      maxLength: 30,
    })
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const bodies = given.map((body) => body?.replaceAll('\0', '') ?? null)
        await connection.rollback()
        await connection.copyFrom(
          notes,
          bodies.map((body, id) => [id, body]),
        )
        expect(await connection.copyTo(select(notes.c.body).orderBy(notes.c.id)).scalars().all()).toEqual(bodies)
        expect((await contents()).map(([, body]) => body)).toEqual(bodies)
      }),
      { numRuns: 40 },
    )
  })

  it('values of all sorts of types are encoded and decoded as the statements do', async () => {
    const rows = [
      {
        name: 'first',
        big: 9007199254740993n,
        exact: '123456789012345678.0123456789',
        ratio: 0.1,
        flag: true,
        bytes: Uint8Array.of(0, 92, 120, 10, 255),
        made: new Date('2024-02-29T12:34:56.789Z'),
        document: { a: [1, 'x\\n\t"', null], '__proto__ ': 1 },
        mood: 'sad' as const,
        tags: ['a,b', '"', '\\', 'NULL', '\t'],
      },
      {
        name: null,
        big: null,
        exact: null,
        ratio: Number.NaN,
        flag: false,
        bytes: new Uint8Array(0),
        made: null,
        document: [],
        mood: null,
        tags: [],
      },
    ]
    expect(await connection.copyFrom(all, rows)).toBe(2)
    const read = select(all).orderBy(all.c.id)
    const selected = await connection.execute(read).all()
    expect(selected).toMatchObject(rows.map((row) => ({ ...row, state: 'fresh' })))
    expect(await connection.copyTo(read).all()).toEqual(selected)
    expect(recording.statements.find(({ sql }) => sql.startsWith('COPY'))?.sql).toBe(
      'COPY "all types" ("the name", big, exact, ratio, flag, bytes, made, document, mood, tags) FROM STDIN',
    )
  })

  it('columns can be chosen, and arrays have all but the computed ones', async () => {
    await connection.copyFrom(all, [[5, 'n']], { columns: ['id', 'name'] })
    expect(
      await connection
        .execute(select(all.c.id, all.c.name, all.c.state, all.c.twice))
        .tuples()
        .all(),
    ).toEqual([[5, 'n', 'fresh', 10]])
    await connection.copyFrom(all, [[6, 'm', ...new Array(9).fill(null), 'old']])
    expect(await connection.execute(select(all.c.state).where(all.c.id.eq(6))).scalar()).toBe('old')
  })

  it('nothing at all is copied without a word', async () => {
    expect(await connection.copyFrom(notes, [])).toBe(0)
    expect(recording.statements).toEqual([])
  })

  it('asynchronous sources are asked as needed', async () => {
    const rows = async function* () {
      for (let id = 0; id < 20_000; id += 1) yield { id, body: `note ${id}` }
    }
    expect(await connection.copyFrom(notes, rows())).toBe(20_000)
    let count = 0
    for await (const row of connection.copyTo(select(notes).orderBy(notes.c.id))) {
      if (row.body !== `note ${row.id}`) throw new Error(`wrong: ${row.id} ${row.body}`)
      count += 1
    }
    expect(count).toBe(20_000)
  })

  describe('what cannot be is refused', () => {
    const refused = async (rows: unknown, options?: object): Promise<unknown> => {
      const error = await connection.copyFrom(notes, rows as never, options as never).catch((thrown: unknown) => thrown)
      await connection.rollback()
      expect(await connection.execute('SELECT 1').scalar()).toBe(1)
      await connection.rollback()
      return error
    }

    it.each([
      [[{ id: 1, bdoy: 'x' }], /no column 'bdoy'; did you mean 'body'/],
      [[{ id: 1, body: 'x' }, { id: 2 }], /row 2 has no value for 'body'; NULL is null/],
      [[{ id: 1, body: undefined }], /row 1 has no value for 'body'/],
      [[{ id: 1 }, { id: 2, body: 'x' }], /row 2 has 'body', which is none of the columns that are copied \(id\)/],
      [[[1]], /row 1 has 1 values for 2 columns/],
      [[{ id: 1, body: 'x' }, 7], /row 2 is neither an object/],
      [[JSON.parse('{"id": 1, "__proto__": 2}')], /no column '__proto__'/],
      [7, /rows, or pieces of data, that can be iterated/],
      [null, /can be iterated/],
    ])('%j', async (rows, message) => {
      const error = await refused(rows)
      expect(error).toBeInstanceOf(ArgumentError)
      expect((error as Error).message).toMatch(message)
    })

    it('a value that is none of its type, with its row and column', async () => {
      const error = await refused([
        { id: 1, body: 'x' },
        { id: 'two', body: 'y' },
      ])
      expect(error).toBeInstanceOf(DataError)
      expect((error as Error).message).toMatch(/^row 2, column "id": int4 does not take/)
      for (const body of ['a\0b', '\ud800']) expect(await refused([{ id: 1, body }])).toBeInstanceOf(DataError)
    })

    it('unknown options and columns', async () => {
      expect(await refused([[1]], { colums: ['id'] })).toMatchObject({ message: expect.stringContaining("'columns'") })
      expect(await refused([[1]], { columns: ['ids'] })).toMatchObject({ message: expect.stringContaining("'id'") })
      await expect(connection.copyFrom(all, [{ twice: 1 }])).rejects.toThrow(/database computes the column 'twice'/)
      await expect(connection.copyFrom('INSERT INTO notes VALUES (1)', [])).rejects.toThrow(ArgumentError)
      await expect(connection.copyFrom(7 as never, [])).rejects.toThrow(ArgumentError)
      expect(() => connection.copyTo('SELECT 1')).toThrow(ArgumentError)
      expect(() => connection.copyTo(7 as never)).toThrow(ArgumentError)
    })
  })

  it('what the source throws is what is thrown, and its transaction has failed', async () => {
    class Paper extends Error {}
    const rows = async function* () {
      yield { id: 1, body: 'x' }
      throw new Paper('out of paper')
    }
    await connection.execute('SELECT 1')
    await expect(connection.copyFrom(notes, rows())).rejects.toThrow(Paper)
    await connection.rollback()
    expect(await contents()).toEqual([])
  })

  it('what the database refuses is its error, all rows are gone, and the connection goes on', async () => {
    const copy = connection.copyFrom(notes, [
      { id: 1, body: 'x' },
      { id: 1, body: 'y' },
    ])
    await expect(copy).rejects.toThrow(UniqueViolation)
    await expect(connection.execute('SELECT 1')).rejects.toThrow(PendingRollbackError)
    await connection.rollback()
    expect(await contents()).toEqual([])
  })

  it('a savepoint keeps what was before it', async () => {
    await connection.copyFrom(notes, [[1, 'kept']])
    const savepoint = connection.beginNested()
    await expect(connection.copyFrom(notes, [[1, 'twice']])).rejects.toThrow(UniqueViolation)
    await savepoint.rollback()
    expect(await contents()).toEqual([[1, 'kept']])
  })

  it('formats of the database go in and out as bytes', async () => {
    const csv = 'id,body\n1,"a, ""b"""\n2,\n'
    expect(
      await connection.copyFrom('COPY notes (id, body) FROM STDIN (FORMAT csv, HEADER)', [
        csv.slice(0, 9),
        Buffer.from(csv.slice(9)),
      ]),
    ).toBe(2)
    expect(await contents()).toEqual([
      [1, 'a, "b"'],
      [2, null],
    ])
    let out = ''
    for await (const bytes of connection.copyTo(
      'COPY (SELECT * FROM notes ORDER BY id) TO STDOUT (FORMAT csv, HEADER)',
    ))
      out += Buffer.from(bytes).toString()
    expect(out).toBe(csv)
    const binary: Uint8Array[] = []
    for await (const bytes of connection.copyTo('COPY notes TO STDOUT (FORMAT binary)')) binary.push(bytes)
    await connection.execute('DELETE FROM notes')
    expect(await connection.copyFrom('COPY notes FROM STDIN (FORMAT binary)', binary)).toBe(2)
    expect(await connection.copyFrom('COPY notes FROM STDIN', '7\tseven\n' as never)).toBe(1)
    expect(await contents()).toHaveLength(3)
    await expect(connection.copyFrom('COPY notes FROM STDIN', [7] as never)).rejects.toThrow(ArgumentError)
  })

  it('what is no COPY although it looks like one does not hang', async () => {
    await expect(connection.copyFrom("SELECT 'copy x from stdin'", [Buffer.from('1\n')])).resolves.toBe(1)
    expect(await connection.execute('SELECT 2').scalar()).toBe(2)
  })

  describe('leaving', () => {
    const many = 'SELECT n, repeat(chr(97), 100) AS body FROM (SELECT generate_series(1, 30000)) AS s(n)'

    it('the loop leaves the transaction sound', async () => {
      await connection.execute(insert(notes).values({ id: 1, body: 'kept' }))
      for await (const _ of connection.copyTo(`COPY (${many}) TO STDOUT`)) break
      expect(await contents()).toEqual([[1, 'kept']])
      await connection.copyFrom(notes, [[2, 'x']])
      for await (const row of connection.copyTo(notes)) {
        expect(row.id).toBe(1)
        break
      }
      expect(await contents()).toHaveLength(2)
    })

    it('nothing else runs in the middle', async () => {
      const iterator = connection.copyTo(`COPY (${many}) TO STDOUT`)[Symbol.asyncIterator]()
      await iterator.next()
      await expect(connection.execute('SELECT 1')).rejects.toThrow(IllegalStateChangeError)
      await iterator.return?.()
      expect(await connection.execute('SELECT 1').scalar()).toBe(1)
    })

    it('a reader that forgets it does not keep the connection from closing', async () => {
      await connection.close()
      const own = await engine.connect()
      const iterator = own.copyTo(`COPY (${many}) TO STDOUT`)[Symbol.asyncIterator]()
      await iterator.next()
      await own.close()
      await expect(iterator.next()).rejects.toThrow('not read yet are gone: its Connection was closed')
      expect(engine.stats().pool.checkedOut).toBe(0)
      connection = await engine.connect()
    })
  })

  describe('the source', () => {
    it('may wait for ever: closing the connection ends the copy, from inside too', async () => {
      await connection.close()
      const own = await engine.connect()
      let closing: Promise<void> | null = null
      const source = async function* () {
        yield { id: 1, body: 'first' }
        yield { id: 2, body: 'second' }
        closing = own.close()
        await closing
        await new Promise(() => {})
      }
      await expect(own.copyFrom(notes, source())).rejects.toThrow(
        new ResourceClosedError('The Connection was closed while it copied'),
      )
      await closing
      expect(engine.stats().pool.checkedOut).toBe(0)
      connection = await engine.connect()
      expect(await contents()).toEqual([])
    })

    it('is told that nothing more is wanted, also where nothing of it was sent', async () => {
      const ends: string[] = []
      const source = function* (key: string) {
        try {
          yield { [key]: 1 }
        } finally {
          ends.push(key)
        }
      }
      await expect(connection.copyFrom(notes, source('idd') as Iterable<[]>)).rejects.toThrow(ArgumentError)
      const reading = connection.copyTo(notes)[Symbol.asyncIterator]()
      const running = reading.next()
      await expect(connection.copyFrom(notes, source('id') as Iterable<[]>)).rejects.toThrow(IllegalStateChangeError)
      await running
      await reading.return?.()
      expect(ends).toEqual(['idd', 'id'])
    })
  })

  it('an error in the middle comes behind the rows before it', async () => {
    const seen: string[] = []
    const iterate = async (): Promise<void> => {
      const sql = 'COPY (SELECT 10 / (n - 3) FROM (SELECT generate_series(1, 5)) AS s(n)) TO STDOUT'
      for await (const bytes of connection.copyTo(sql)) seen.push(Buffer.from(bytes).toString())
    }
    await expect(iterate()).rejects.toMatchObject({ sqlState: '22012' })
    expect(seen.join('')).toBe('-5\n-10\n')
    await connection.rollback()
  })

  it('without a transaction each copy is its own', async () => {
    await connection.close()
    await using own = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
    await own.copyFrom(notes, [[100, 'committed']])
    expect(await own.copyTo(notes).all()).toEqual([{ id: 100, body: 'committed' }])
    for await (const _ of own.copyTo(notes)) break
    await own.execute('DELETE FROM notes')
    await own.close()
    connection = await engine.connect()
  })

  it('options that cannot be together are told by the copy, which does not wait for rows that nobody sends', async () => {
    await using impossible = createEngine(postgresUrl(), {
      executionOptions: { isolationLevel: 'AUTOCOMMIT', readOnly: true },
    })
    await using own = await impossible.connect()
    await expect(own.copyTo(notes).all()).rejects.toThrow('AUTOCOMMIT begins none')
    const bytes = own.copyTo('COPY notes TO STDOUT')[Symbol.asyncIterator]()
    await expect(bytes.next()).rejects.toThrow('AUTOCOMMIT begins none')
  })

  it('schemas can be others', async () => {
    await connection.execute('CREATE SCHEMA "other place"')
    await connection.execute('CREATE TABLE "other place".notes (id int, body text)')
    connection.executionOptions({ schemaTranslateMap: { '': 'other place' } })
    await connection.copyFrom(notes, [[1, 'there']])
    expect(await connection.copyTo(notes).all()).toEqual([{ id: 1, body: 'there' }])
    expect(recording.statements.map(({ sql }) => sql)).toContain('COPY "other place".notes (id, body) FROM STDIN')
    await connection.rollback()
    await connection.close()
    connection = await engine.connect()
  })
})

describe('on a server', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(postgresUrl())
    await metadata.createAll(engine)
  })
  afterAll(() => engine.dispose())

  it('a signal stops it in both directions', async () => {
    await using connection = await engine.connect()
    const endless = async function* () {
      for (let id = 0; ; id += 1) {
        yield [id, 'x']
        if (id % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(connection.copyFrom(notes, endless(), { signal: controller.signal })).rejects.toThrow('enough')
    await connection.rollback()
    const second = new AbortController()
    const iterate = async (): Promise<void> => {
      const sql = 'COPY (SELECT generate_series(1, 100000000)) TO STDOUT'
      for await (const _ of connection.copyTo(sql, { signal: second.signal })) second.abort(new Error('enough'))
    }
    await expect(iterate()).rejects.toThrow('enough')
    await connection.rollback()
    expect(await connection.execute('SELECT count(*)::int FROM notes').scalar()).toBe(0)
  })

  it('is far ahead of inserts', async () => {
    await using connection = await engine.connect()
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, body: `note ${id}` }))
    expect(await connection.copyFrom(notes, rows)).toBe(50_000)
    expect((await connection.copyTo(notes).all()).length).toBe(50_000)
  })
})
