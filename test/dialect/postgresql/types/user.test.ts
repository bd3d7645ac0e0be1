// Decorators, variants and types of users against databases.
import {
  ARRAY,
  CHAR,
  Column,
  createEngine,
  DECIMAL,
  Integer,
  insert,
  MetaData,
  select,
  TypeDecorator,
  table,
  UserDefinedType,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

class Flags extends TypeDecorator<ReadonlySet<string>, string[]> {
  readonly impl = ARRAY(CHAR(3))
  override readonly cacheOk: boolean = true
  override processBindParam(value: ReadonlySet<string> | null): string[] | null {
    return value === null ? null : [...value]
  }
  override processResultValue(value: string[] | null): ReadonlySet<string> | null {
    return value === null ? null : new Set(value)
  }
}
class Cents extends TypeDecorator<number, number> {
  readonly impl = Integer
  override readonly cacheOk: boolean = true
  override processBindParam(value: number | null): number | null {
    return value === null ? null : Math.round(value * 100)
  }
  override processResultValue(value: number | null): number | null {
    return value === null ? null : value / 100
  }
}
/** A point of the server's own, as a pair of numbers. */
class Point extends UserDefinedType<readonly [number, number]> {
  override readonly cacheOk: boolean = true
  columnSpecification(): string {
    return 'point'
  }
  toText([x, y]: readonly [number, number]): string {
    return `(${x},${y})`
  }
  fromText(text: string): readonly [number, number] {
    const [x, y] = text.slice(1, -1).split(',').map(Number)
    return [x as number, y as number]
  }
}

describe.each(databases())('types of users on $name', ({ url }) => {
  const engine = createEngine(url)
  const metadata = new MetaData()
  const t = table('user_types', metadata, {
    id: Column(Integer, { primaryKey: true }),
    flags: Column(new Flags(), { nullable: true }),
    price: Column(new Cents()),
    prices: Column(ARRAY(new Cents())),
    at: Column(new Point()),
    trail: Column(ARRAY(new Point())),
    amount: Column(DECIMAL(8, 2)),
  })
  beforeAll(() => metadata.createAll(engine))
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('a key of such a type is numbered by the database', async () => {
    class Key extends TypeDecorator<string, number> {
      readonly impl = Integer
      override processBindParam(value: string | null): number | null {
        return value === null ? null : Number(value)
      }
      override processResultValue(value: number | null): string | null {
        return value === null ? null : `${value}`
      }
    }
    const keys = new MetaData()
    const keyed = table('keyed', keys, { id: Column(new Key(), { primaryKey: true }), n: Column(Integer) })
    await keys.createAll(engine)
    expect(await engine.execute(insert(keyed).values({ n: 5 }).returning(keyed.c.id)).scalarOne()).toBe('1')
    expect(await engine.execute(select(keyed.c.n).where(keyed.c.id.in(['1']))).scalarOne()).toBe(5)
    await keys.dropAll(engine)
  })

  test('their values come back as they were', async () => {
    const row = {
      id: 1,
      flags: new Set(['abc', '"\\ ']),
      price: 12.34,
      prices: [1.25, 0.01],
      at: [1, -2.5] as const,
      trail: [[0, 0] as const, [1e3, 2] as const],
      amount: '3.10',
    }
    const nulls = { ...row, id: 2, flags: null, trail: [], prices: [] }
    await engine.begin(async (connection) => {
      await connection.execute(insert(t).values([row, nulls]))
      const rows = await connection.execute(select(t).orderBy(t.c.id)).all()
      expect(rows.map((each) => ({ ...each }))).toEqual([row, nulls])
      const found = await connection
        .execute(select(t.c.price).where(t.c.price.in([12.34]), t.c.prices.eq([1.25, 0.01])))
        .scalars()
        .all()
      expect(found).toEqual([12.34])
    })
  })
})
