// Lists behind IN whose values come at execution: written into the text where that is asked for, tuples in SQL by hand, and what no list is.
import {
  bindparam,
  Column,
  createEngine,
  type Engine,
  type Executable,
  Integer,
  insert,
  MetaData,
  type SqlType,
  StatementError,
  String,
  select,
  TypeDecorator,
  table,
  text,
  tuple,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

class Shouted extends TypeDecorator<string> {
  readonly impl = String as SqlType<string>
  override processLiteralParam(value: string | null) {
    return value === null ? null : value.toLowerCase()
  }
}

const metadata = new MetaData()
const things = table('listed_things', metadata, {
  id: Column(Integer, { primaryKey: true }),
  x: Column(Integer),
  z: Column(String(50)),
  loud: Column(new Shouted()),
})
const { id, x, z, loud } = things.c
const given = (options: object) => bindparam<never>('q', options as never)

describe.each(sqlDatabases())('on $name', (target) => {
  let engine: Engine
  let expanding: Engine
  beforeAll(async () => {
    engine = createEngine(target.url)
    // In memory each engine has a database of its own: this one only says what it would send.
    expanding = createEngine(target.url, { inLists: 'expand' })
    await metadata.dropAll(engine)
    await metadata.createAll(engine)
    await engine.execute(
      insert(things),
      [1, 2, 3].map((n) => ({ id: n, x: n, z: n === 3 ? "it's \\ %" : `z${n}`, loud: `l${n}` })),
    )
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
    await expanding.dispose()
  })
  const sent = async (statement: Executable, parameters: Record<string, unknown>) => {
    const recording = recordStatements(engine)
    const ids = await engine
      .execute(statement as never, parameters as never)
      .scalars()
      .all()
    recording.stop()
    return [recording.statements.at(-1)?.sql.replaceAll(/\s+/g, ' '), ids]
  }
  const values = target.name === 'sqlite' ? 'VALUES ' : ''

  test('values that are to be written at execution are, one by one', async () => {
    const of = select(id).orderBy(id)
    expect(await sent(of.where(x.in(given({ literalExecute: true }))), { q: [1, 3] })).toEqual([
      'SELECT listed_things.id FROM listed_things WHERE listed_things.x IN (1, 3) ORDER BY listed_things.id',
      [1, 3],
    ])
    expect((await sent(of.where(x.notIn(given({ literalExecute: true }))), { q: [] }))[1]).toEqual([1, 2, 3])
    expect((await sent(of.where(z.in(given({ literalExecute: true }))), { q: ["it's \\ %", 'no'] }))[1]).toEqual([3])
    expect(await sent(of.where(loud.in(given({ literalExecute: true }))), { q: ['L2', 'l1'] })).toEqual([
      "SELECT listed_things.id FROM listed_things WHERE listed_things.loud IN ('l2', 'l1') ORDER BY listed_things.id",
      [1, 2],
    ])
    expect(
      await sent(of.where(tuple(x, z).in(given({ literalExecute: true }))), {
        q: [
          [1, 'z1'],
          [2, 'no'],
        ],
      }),
    ).toEqual([
      `SELECT listed_things.id FROM listed_things WHERE (listed_things.x, listed_things.z) IN (${values}(1, 'z1'), (2, 'no')) ORDER BY listed_things.id`,
      [1],
    ])
  })

  test('SQL by hand takes lists of tuples', async () => {
    const byHand = text('SELECT id FROM listed_things WHERE (x, z) IN :q ORDER BY id').bindparams(
      given({ expanding: true }),
    )
    expect(
      await sent(byHand, {
        q: [
          [1, 'z1'],
          [2, 'z2'],
          [3, 'no'],
        ],
      }),
    ).toEqual([
      `SELECT id FROM listed_things WHERE (x, z) IN (${values}${['$1, $2', '$3, $4', '$5, $6'].map((pair) => `(${values === '' ? pair : pair.replaceAll('$', '?')})`).join(', ')}) ORDER BY id`,
      [1, 2],
    ])
    await expect(engine.execute(byHand, { q: [[1, 'z1'], [2]] })).rejects.toThrow(
      'a tuple of 2 takes arrays of 2 values; got an array of 1',
    )
  })

  test('what is no list, and tuples of another length, are refused before anything is sent', async () => {
    for (const each of [engine, expanding])
      for (const options of [{}, { literalExecute: true }]) {
        const wrong = (statement: unknown, q: unknown) => each.execute(statement as never, { q } as never).then()
        const pairs = select(id).where(tuple(x, z).in(given(options)))
        await expect(wrong(select(id).where(loud.in(given(options))), 5)).rejects.toBeInstanceOf(StatementError)
        await expect(wrong(select(id).where(loud.in(given(options))), 'abc')).rejects.toBeInstanceOf(StatementError)
        await expect(wrong(pairs, [[1, 'z1', 'left over']])).rejects.toThrow(
          "The value of parameter 'q' is refused: a tuple of 2 takes arrays of 2 values; got an array of 3",
        )
        await expect(wrong(pairs, [1])).rejects.toThrow('a tuple of 2 takes arrays of 2 values; got a number')
      }
  })
})

test('a list is no options', () => {
  expect(() => bindparam('q', [] as never)).toThrow("bindparam('q') takes its options as an object, got an array")
})
