// The corpus of edges on SQLite: of the types that it has every value comes back exactly or is refused, never changed; texts come back all.
import { isBuiltin } from 'node:module'
import {
  Column,
  CompileError,
  createEngine,
  deleteFrom,
  type Engine,
  func,
  Integer,
  insert,
  JSON as Json,
  literal,
  MetaData,
  SQLAlchemyError,
  type SqlType,
  select,
  Text,
  table,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { libraries } from '../dialect/sqlite/support.ts'
import { EDGES } from './corpus/edges.ts'
import { STRINGS, UNSENDABLE } from './corpus/strings.ts'

const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata']
const PLACES = libraries.flatMap((library) => ZONES.map((zone) => [library, zone] as const))

/** Of the types that SQLite has not, a table cannot be made. */
const LACKED = new Set(
  'INET CIDR MACADDR MACADDR8 BIT VARBIT XML OID TSVECTOR JSONPATH INT4RANGE INT8RANGE NUMRANGE TSRANGE TSTZRANGE DATERANGE INT4MULTIRANGE DATEMULTIRANGE Domain Composite ARRAY'.split(
    ' ',
  ),
)

/** How many values of a type are refused: NaN and infinite decimals, more than 15 digits, times of 24 hours, dates beyond the years 1 to 9999. */
const REFUSED: Readonly<Record<string, number>> = {
  Numeric: 7,
  'Numeric as number': 2,
  Double: 1,
  REAL: 1,
  Date: 7,
  Time: 1,
  'Time with zone': 2,
  DateTime: 5,
  'DateTime with zone': 4,
}

/** What stands for a value after its way: -0 is 0, and decimals without a scale have no zeros at their end. */
function kept(name: string, value: unknown): unknown {
  if (value === 0) return 0
  return name === 'Numeric' && typeof value === 'string' && value.includes('.') ? value.replace(/\.?0+$/, '') : value
}

/** What stands in for `node:sqlite` takes the least doubles for zero. */
function isMisread(library: string, value: unknown): boolean {
  if (library !== 'node' || isBuiltin('node:sqlite')) return false
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0
  return number !== 0 && Math.abs(number) < Number.EPSILON
}

describe.each(PLACES)('through %s, in %s', (library, zone) => {
  const before = process.env.TZ
  let engine: Engine
  beforeAll(() => {
    process.env.TZ = zone
    engine = createEngine(`sqlite+${library}://`)
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
    await engine.dispose()
  })

  test.each(EDGES)('$name', async ({ name, values, type, refused = [] }) => {
    const metadata = new MetaData()
    const typed = type as SqlType<unknown>
    const target = table(`edges of ${name}`, metadata, {
      id: Column(Integer, { primaryKey: true }),
      value: Column(typed, { nullable: true }),
    })
    if (LACKED.has(name)) {
      await expect(metadata.createAll(engine)).rejects.toBeInstanceOf(CompileError)
      return
    }
    await metadata.createAll(engine)
    const read = select(target.c.value).where(target.c.id.eq(1))
    let refusals = 0
    for (const one of values.filter((value) => !isMisread(library, value))) {
      try {
        await engine.execute(insert(target), [{ id: 1, value: one }])
      } catch (error) {
        expect(error).toBeInstanceOf(SQLAlchemyError)
        await expect(engine.execute(select(literal(one, typed)))).rejects.toBeInstanceOf(SQLAlchemyError)
        refusals += 1
        continue
      }
      const parameter = await engine.execute(select(literal(one, typed).label('v'))).scalarOne()
      expect(kept(name, parameter)).toEqual(kept(name, one))
      const back = await engine.execute(read).scalarOne()
      expect(back).toEqual(kept(name, one))
      // What was read is what is sent again, alone and in a list.
      await engine.execute(insert(target), [
        { id: 2, value: back },
        { id: 3, value: back },
      ])
      const again = await engine
        .execute(select(target.c.value).where(target.c.id.gt(1)))
        .scalars()
        .all()
      expect(again).toEqual([back, back])
      await engine.execute(deleteFrom(target).all())
    }
    expect(refusals).toBe(REFUSED[name] ?? 0)
    // Lengths are not kept watch over.
    if (name !== 'String(3)')
      for (const one of refused)
        await expect(
          engine.execute(insert(target), [{ id: 1, value: one }]),
          `${typeof one} ${JSON.stringify(one, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))} was taken`,
        ).rejects.toBeInstanceOf(SQLAlchemyError)
    expect(await engine.execute(select(func.count()).selectFrom(target)).scalar()).toBe(0)
    await metadata.dropAll(engine)
  })

  test('texts, byte for byte, in lists and in documents', async () => {
    for (const one of STRINGS) {
      const row = await engine.execute('SELECT hex($1) AS hex, $1 AS v', [one]).one()
      expect({ ...row }).toEqual({ hex: Buffer.from(one).toString('hex').toUpperCase(), v: one })
    }
    const column = literal(STRINGS[0] as string, Text)
    expect(await engine.execute(select(literal(1, Integer)).where(column.in([...STRINGS]))).scalar()).toBe(1)
    const listed = await engine
      .execute('SELECT value AS v FROM json_each($1)', [JSON.stringify(STRINGS)])
      .scalars()
      .all()
    expect(listed).toEqual(STRINGS)
    const document = Object.fromEntries(STRINGS.map((one, index) => [one, [one, index]]))
    expect(await engine.execute(select(literal(document, Json()).label('d'))).scalarOne()).toEqual(document)
  })

  test('what no text can hold is refused, with the connection as it was', async () => {
    for (const one of UNSENDABLE) {
      await expect(engine.execute('SELECT $1 AS v', [one])).rejects.toThrow(SQLAlchemyError)
      await expect(engine.execute(select(literal(one, Text)))).rejects.toThrow(SQLAlchemyError)
      await expect(engine.execute(select(literal({ a: [one] }, Json())))).rejects.toThrow(SQLAlchemyError)
    }
    expect(await engine.execute('SELECT 1 AS one').scalarOne()).toBe(1)
  })
})
