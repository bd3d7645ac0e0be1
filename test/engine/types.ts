// What the compiler knows of executions; compiled, never run.
import { expectTypeOf } from 'vitest'
import {
  Column,
  type Connection,
  type Engine,
  Integer,
  insert,
  MetaData,
  String as SqlString,
  select,
  table,
} from '../../src/index.ts'

const users = table('users', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  nick: Column(SqlString(50), { nullable: true }),
})

export function executions(engine: Engine): void {
  const pending = engine.execute(select(users.c.id, users.c.nick))
  expectTypeOf(pending.all()).toEqualTypeOf<Promise<{ id: number; nick: string | null }[]>>()
  expectTypeOf(pending.tuples().one()).toEqualTypeOf<Promise<[number, string | null]>>()
  expectTypeOf(pending.scalars().all()).toEqualTypeOf<Promise<number[]>>()
  expectTypeOf(pending.scalars('nick').first()).toEqualTypeOf<Promise<string | null>>()
  expectTypeOf(engine.execute('SELECT 1').all()).toEqualTypeOf<Promise<Record<string, unknown>[]>>()
  expectTypeOf(engine.execute(insert(users).values({}).returning(users.c.id)).scalarOne()).toEqualTypeOf<
    Promise<number>
  >()
  // @ts-expect-error a table is no statement
  engine.execute(users)
  // @ts-expect-error values by name are for statements, not for SQL given as a string
  engine.execute('SELECT 1', { a: 1 })
}

export async function severalAtOnce(conn: Connection): Promise<void> {
  const [written, ids, names] = await conn.executeAll(
    [insert(users).values({}), insert(users).values({}).returning(users.c.id), select(users.c.nick)],
    { commit: true },
  )
  expectTypeOf(written.rowCount).toEqualTypeOf<number | null>()
  expectTypeOf(ids.scalarOne()).toEqualTypeOf<number>()
  expectTypeOf(names.all()).toEqualTypeOf<{ nick: string | null }[]>()
  // @ts-expect-error no such option
  await conn.executeAll([], { comit: true })
  // @ts-expect-error a table is no statement
  await conn.executeAll([users])
}

export function transactions(engine: Engine): void {
  expectTypeOf(engine.begin((conn) => conn.execute(select(users.c.id)).scalarOne())).toEqualTypeOf<Promise<number>>()
  expectTypeOf(engine.begin(async () => 5)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(engine.begin()).toEqualTypeOf<Promise<Connection>>()
  // @ts-expect-error no such level
  void engine.connect({ isolationLevel: 'SERIALISABLE' })
}
