// Flights of several statements, as the ORM sends them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import {
  CompileError,
  IntegrityError,
  InvalidRequestError,
  ObjectNotExecutableError,
  PendingRollbackError,
  type StatementError,
} from '../../src/errors.ts'
import { defineKind } from '../../src/expression/base/element.ts'
import { Executable } from '../../src/expression/base/executable.ts'
import type { CompilePlugin } from '../../src/expression/base/protocol.ts'
import {
  Column,
  Integer,
  insert,
  MetaData,
  type Select,
  String as SqlString,
  select,
  table,
  text,
} from '../../src/index.ts'
import { emptyTables } from '../support/empty-tables.ts'
import { sqlDatabases } from '../support/server.ts'
import { speltBy } from '../support/spelling.ts'
import { type Recording, recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const users = table('flown', metadata, { id: Column(Integer, { primaryKey: true }), name: Column(SqlString(30)) })

/** A statement that no dialect knows. */
class Unspeakable extends Executable {
  static {
    defineKind(Unspeakable, 'unspeakable')
  }
  readonly sort = 'text'
  readonly plugin = null
  readonly executionOptionsOf = {}
  override remembered: unknown = undefined
  walk(): void {}
}

describe.each(sqlDatabases())('on $name', (target) => {
  const { url } = target
  const INSERT = speltBy(target, 'INSERT INTO flown (id, name) VALUES ($1::INTEGER, $2::VARCHAR)')
  let engine: Engine
  let recording: Recording

  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    recording = recordStatements(engine)
  })
  beforeEach(async () => {
    await emptyTables(engine, target, metadata)
    recording.clear()
  })
  afterAll(() => engine.dispose())

  const names = (): Promise<unknown[]> => engine.execute(select(users.c.name).orderBy(users.c.id)).scalars().all()
  const connected = async <T>(work: (conn: Connection) => Promise<T>): Promise<T> => {
    await using conn = await engine.connect()
    return await work(conn)
  }

  it('sends BEGIN, all statements and COMMIT together and gives what each gave', async () => {
    const results = await connected(async (conn) => {
      const flown = await conn.flight(
        [
          { statement: insert(users), parameters: { id: 1, name: 'ed' } },
          { statement: insert(users).returning(users.c.id), parameters: { id: 2, name: 'wendy' } },
          { statement: select(users.c.id, users.c.name).orderBy(users.c.id) },
        ],
        { commit: true },
      )
      expect(conn.inTransaction()).toBe(false)
      return flown
    })
    expect(recording.flights).toEqual([
      [
        'BEGIN',
        INSERT,
        `${INSERT} RETURNING flown.id`,
        'SELECT flown.id, flown.name \nFROM flown ORDER BY flown.id',
        'COMMIT',
      ],
    ])
    expect(results.map(({ rows, rowCount }) => [rows, rowCount])).toEqual([
      [[], 1],
      [[[2]], 1],
      [
        [
          [1, 'ed'],
          [2, 'wendy'],
        ],
        2,
      ],
    ])
    expect(results[1]?.compiled.columns?.map((column) => column.key)).toEqual(['id'])
    expect(await names()).toEqual(['ed', 'wendy'])
  })

  it('stays in the transaction without commit, and sends nothing for nothing', async () => {
    await connected(async (conn) => {
      expect(await conn.flight([])).toEqual([])
      expect(await conn.flight([], { commit: true })).toEqual([])
      expect(recording.flights).toEqual([])
      await conn.flight([{ statement: insert(users), parameters: { id: 1, name: 'ed' } }])
      await conn.flight([{ statement: insert(users), parameters: { id: 2, name: 'wendy' } }])
      await conn.flight([], { commit: true })
    })
    expect(recording.flights).toEqual([['BEGIN', INSERT], [INSERT], ['COMMIT']])
    expect(await names()).toEqual(['ed', 'wendy'])
  })

  it('tells which statement failed, and stops there', async () => {
    await connected(async (conn) => {
      const items = [1, 2, 1, 3].map((id) => ({ statement: insert(users), parameters: { id, name: `name ${id}` } }))
      const error = await conn.flight(items, { commit: true }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(IntegrityError)
      expect(error).toMatchObject({ flightIndex: 2, statement: INSERT, parameters: [1, 'name 1'] })
      await expect(conn.flight(items)).rejects.toBeInstanceOf(PendingRollbackError)
      await conn.rollback()
    })
    expect(await names()).toEqual([])
  })

  it('sends nothing where one of the statements cannot be compiled or lacks a value', async () => {
    await connected(async (conn) => {
      const good = { statement: insert(users), parameters: { id: 1, name: 'ed' } }
      const lacking = { statement: text('SELECT :a'), parameters: {} }
      await expect(conn.flight([good, lacking])).rejects.toThrow("A value is required for parameter 'a'")
      await expect(conn.flight([good, { statement: new Unspeakable() }])).rejects.toBeInstanceOf(CompileError)
      expect(recording.flights).toEqual([])
      await conn.flight([good], { commit: true })
    })
    expect(await names()).toEqual(['ed'])
  })

  it('names the failure of COMMIT as none of the statements', async () => {
    await engine.execute(
      'CREATE TABLE IF NOT EXISTS flown_late (id INTEGER PRIMARY KEY, other INTEGER REFERENCES flown_late DEFERRABLE INITIALLY DEFERRED)',
    )
    await connected(async (conn) => {
      const late = text('INSERT INTO flown_late VALUES (1, 9)')
      const error = (await conn
        .flight([{ statement: late }], { commit: true })
        .catch((caught: unknown) => caught)) as StatementError
      expect(error).toMatchObject({ sqlState: '23503', flightIndex: null })
    })
  })

  describe('executeAll()', () => {
    const add = (id: number, name: string) => insert(users).values({ id, name })

    it('takes a list', async () => {
      await connected(async (conn) => {
        await expect(conn.executeAll(add(1, 'ed') as never)).rejects.toThrow(/^executeAll\(\) takes a list/)
        expect(conn.inTransaction()).toBe(false)
      })
    })

    it('sends statements and COMMIT in one flight and gives a result for each', async () => {
      await connected(async (conn) => {
        const [added, returned, found] = await conn.executeAll(
          [add(1, 'ed'), add(2, 'wendy').returning(users.c.id), select(users.c.name).orderBy(users.c.id)],
          { commit: true },
        )
        expect(added.rowCount).toBe(1)
        expect(added.returnsRows).toBe(false)
        expect(returned.scalarOne()).toBe(2)
        expect(found.all().map(({ name }) => name)).toEqual(['ed', 'wendy'])
        expect(conn.inTransaction()).toBe(false)
      })
      expect(recording.flights).toEqual([
        ['BEGIN', INSERT, `${INSERT} RETURNING flown.id`, 'SELECT flown.name \nFROM flown ORDER BY flown.id', 'COMMIT'],
      ])
      expect(await names()).toEqual(['ed', 'wendy'])
    })

    it('stays in the transaction without commit, and sends nothing for nothing', async () => {
      await connected(async (conn) => {
        expect(await conn.executeAll([])).toEqual([])
        expect(await conn.executeAll([], { commit: true })).toEqual([])
        expect(recording.flights).toEqual([])
        await conn.executeAll([add(1, 'ed')])
        expect(conn.inTransaction()).toBe(true)
        await conn.executeAll([add(2, 'wendy')])
        await conn.executeAll([], { commit: true })
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT], [INSERT], ['COMMIT']])
      expect(await names()).toEqual(['ed', 'wendy'])
    })

    it('commits nothing where a statement fails', async () => {
      await connected(async (conn) => {
        const error = await conn
          .executeAll([add(1, 'ed'), add(1, 'wendy'), add(3, 'mary')], { commit: true })
          .catch((caught: unknown) => caught)
        expect(error).toBeInstanceOf(IntegrityError)
        expect(error).toMatchObject({ flightIndex: 1, parameters: [1, 'wendy'] })
        await expect(conn.executeAll([add(4, 'jack')])).rejects.toBeInstanceOf(PendingRollbackError)
        await conn.rollback()
      })
      expect(await names()).toEqual([])
    })

    it('ends the transaction of a block, and refuses what cannot be run before anything is sent', async () => {
      await engine.begin(async (conn) => {
        await expect(conn.executeAll([add(1, 'ed'), users as never])).rejects.toBeInstanceOf(ObjectNotExecutableError)
        await expect(conn.executeAll([add(1, 'ed')], { comit: true } as never)).rejects.toThrow(
          "did you mean 'commit'?",
        )
        expect(recording.flights).toEqual([])
        await conn.executeAll([add(1, 'ed')], { commit: true })
        await expect(conn.executeAll([add(2, 'wendy')])).rejects.toBeInstanceOf(InvalidRequestError)
      })
      expect(recording.flights).toEqual([['BEGIN', INSERT, 'COMMIT']])
      expect(await names()).toEqual(['ed'])
    })
  })

  it("keeps a plugin's plan with the compiled statement", async () => {
    let prepared = 0
    const plugin: CompilePlugin = {
      prepare(statement) {
        prepared += 1
        return { statement, plan: { for: 'rows' } }
      },
    }
    const build = (id: number): Select => {
      const plain = select(users.c.name).where(users.c.id.eq(id)) as unknown as Select
      return plain.with({ plugin })
    }
    await connected(async (conn) => {
      engine.clearCompiledCache()
      await conn.flight([{ statement: insert(users), parameters: { id: 1, name: 'ed' } }])
      const results = await conn.flight([{ statement: build(1) }, { statement: build(2) }])
      expect(results.map(({ plan, rows }) => [plan, rows])).toEqual([
        [{ for: 'rows' }, [['ed']]],
        [{ for: 'rows' }, []],
      ])
      expect(prepared).toBe(1)
      const statement = build(3)
      const resolved = conn.resolve(statement)
      expect(resolved.plan).toEqual({ for: 'rows' })
      expect(resolved.compiled).toBe(results[0]?.compiled)
      expect(resolved.binds.map((bind) => (bind as unknown as { value: unknown }).value)).toEqual([3])
      expect(conn.resolve(statement)).toBe(resolved)
    })
  })
})
