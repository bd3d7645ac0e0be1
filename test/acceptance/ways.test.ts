// Every type by every way in and every way out: whatever carries a value, it arrives as it was sent.
import {
  bindparam,
  Column,
  caseWhen,
  cast,
  createEngine,
  type Engine,
  func,
  Integer,
  literal,
  MetaData,
  type SqlType,
  select,
  Table,
  TypeDecorator,
  table,
  unionAll,
  update,
  values,
} from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, Session } from 'tsalchemy/orm'
import { array, insert } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../support/server.ts'
import { EDGES, type Edges } from './corpus/edges.ts'
import { MADE } from './corpus/made.ts'

const any = (type: unknown): SqlType<unknown> => type as SqlType<unknown>
/** Columns by names that TypeScript does not know. */
// biome-ignore lint/suspicious/noExplicitAny: types come from a list, so that nothing is known of the columns
type Loose = any

class Boxed extends TypeDecorator<{ readonly boxed: unknown }, unknown> {
  readonly impl: SqlType<unknown>
  constructor(impl: SqlType<unknown>) {
    super()
    this.impl = impl
  }
  override processBindParam(value: { readonly boxed: unknown } | null): unknown {
    return value === null ? null : value.boxed
  }
  override processResultValue(value: unknown): { readonly boxed: unknown } | null {
    return value === null ? null : { boxed: value }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

interface Place {
  readonly number: number
  readonly edges: Edges
  readonly type: SqlType<unknown>
  readonly boxed: Boxed
  readonly target: Table
  readonly boxes: Table
  readonly entity: ReturnType<typeof mapped>
  readonly Class: new (values: object) => { id: number; value: unknown }
  readonly given: readonly unknown[]
}

/** How many values of a type, at most; the corpus has them all. */
const SAMPLE = 6

function placeOf(edges: Edges, index: number, metadata: MetaData): Place {
  const type = any(edges.type)
  const boxed = new Boxed(type)
  const columns = { id: Column(Integer, { primaryKey: true }), value: Column(type, { nullable: true }) }
  class Made extends Base<Made> {
    id!: number
    value!: unknown
  }
  ;(Column(Integer, { primaryKey: true }) as Loose)(Made.prototype, 'id')
  ;(Column(type, { nullable: true }) as Loose)(Made.prototype, 'value')
  const Class = ((Entity(`ways_orm_${index}`) as Loose)(Made) ?? Made) as Place['Class']
  const step = Math.ceil(edges.values.length / SAMPLE)
  return {
    number: index,
    edges,
    type,
    boxed,
    target: table(`ways_${index}`, metadata, columns) as unknown as Table,
    boxes: table(`ways_boxed_${index}`, metadata, {
      id: Column(Integer, { primaryKey: true }),
      value: Column(boxed as SqlType<unknown>, { nullable: true }),
    }) as unknown as Table,
    entity: mapped(Class as never),
    Class,
    given: [...edges.values.filter((one, at) => (at === 1 || at % step === 0) && !isLong(one)), null],
  }
}

function isLong(value: unknown): boolean {
  return (typeof value === 'string' || value instanceof Uint8Array) && value.length > 5000
}

const METADATA = new MetaData()
const EXTENSIONS = ['hstore', 'citext']
// What is read as a number is so by declaration only, which the ways that know of none cannot tell.
const PLACES = [...EDGES.filter(({ name }) => name !== 'Numeric as number'), ...MADE].map((edges, index) =>
  placeOf(edges, index, METADATA),
)

type In = (engine: Engine, place: Place, rows: readonly { id: number; value: unknown }[]) => Promise<unknown>
const INS: Readonly<Record<string, In>> = {
  'one by one': async (engine, { target }, rows) => {
    for (const row of rows) await engine.execute(insert(target).values(row))
  },
  'several values()': async (engine, { target }, rows) => engine.execute(insert(target).values(rows as never)),
  batch: async (engine, { target }, rows) => engine.execute(insert(target), rows as never),
  'batch with RETURNING': async (engine, { target }, rows) => {
    const back = await engine.execute(insert(target).returning(target.column('value')), rows as never, {
      sortByParameterOrder: true,
    })
    expect(back.scalars().all()).toEqual(rows.map(({ value }) => value))
  },
  'batch with an expression': async (engine, { target, type }, rows) =>
    engine.execute(
      insert(target).values({ value: func.coalesce(bindparam('v', { type }), bindparam('v', { type })) } as never),
      rows.map(({ id, value }) => ({ id, v: value })) as never,
    ),
  COPY: (engine, { target }, rows) => engine.begin((conn) => conn.copyFrom(target, rows as never)),
  'literals in the text': async (engine, { target }, rows) => {
    for (const row of rows)
      await engine.execute(engine.dialect.compile(insert(target).values(row), { literalBinds: true }).sql)
  },
  UPDATE: async (engine, { target }, rows) => {
    await engine.execute(insert(target), rows.map(({ id }) => ({ id })) as never)
    for (const { id, value } of rows)
      await engine.execute(update(target).where(target.column('id').eq(id)).values({ value }))
  },
  'UPDATE of many': async (engine, { target }, rows) => {
    await engine.execute(insert(target), rows.map(({ id }) => ({ id })) as never)
    await engine.execute(
      update(target).where(target.column('id').eq(bindparam('at'))),
      rows.map(({ id, value }) => ({ at: id, value })) as never,
    )
  },
  'ON CONFLICT': async (engine, { target }, rows) => {
    await engine.execute(insert(target), rows.map(({ id }) => ({ id })) as never)
    await engine.execute(
      insert(target).onConflictDoUpdate({
        indexElements: ['id'],
        set: (excluded: Loose) => ({ value: excluded.value }),
      } as never),
      rows as never,
    )
  },
  'ON CONFLICT with a value': async (engine, { target }, rows) => {
    await engine.execute(insert(target), rows.map(({ id }) => ({ id })) as never)
    for (const row of rows)
      await engine.execute(
        insert(target)
          .values({ id: row.id })
          .onConflictDoUpdate({ indexElements: ['id'], set: { value: row.value } } as never),
      )
  },
  'INSERT from VALUES': async (engine, { target, type }, rows) => {
    const given = values({ id: Integer, value: type }, { name: 'given' }).data(
      rows.map(({ id, value }) => [id, value]) as never,
    )
    await engine.execute(insert(target).fromSelect(['id', 'value'], select(given)))
  },
  'INSERT from SELECT': async (engine, { target, type }, rows) => {
    for (const { id, value } of rows)
      await engine.execute(
        insert(target).fromSelect(['id', 'value'], select(literal(id), literal(value, type).label('value')) as never),
      )
  },
  session: async (engine, { Class, target, entity }, rows) => {
    await using session = new Session({ bind: engine })
    const made = rows.map((row) => new Class(row))
    session.addAll(made)
    await session.commit()
    for (const one of made) await session.refresh(one)
    expect(made.map(({ value }) => value)).toEqual(rows.map(({ value }) => value))
    session.expungeAll()
    const loaded = (await session.scalars(select(entity as never).orderBy((entity as Loose).id)).all()) as typeof made
    expect(loaded.map(({ value }) => value)).toEqual(rows.map(({ value }) => value))
    for (const one of loaded) one.value = null
    await session.commit()
    for (const [index, one] of loaded.entries()) one.value = rows[index]?.value
    await session.commit()
    const E = entity as Loose
    await engine.execute(insert(target).fromSelect(['id', 'value'], select(E.id, E.value) as never))
    for (const one of loaded) await session.delete(one)
    await session.commit()
  },
}

type Out = (engine: Engine, place: Place) => Promise<readonly unknown[]>
const expression =
  (make: (value: Loose, place: Place) => Loose): Out =>
  async (engine, place) =>
    engine
      .execute(
        select(make(place.target.column('value'), place))
          .selectFrom(place.target)
          .orderBy(place.target.column('id')),
      )
      .scalars()
      .all() as never
const ordered = ({ target }: Place) => select(target.column('value')).orderBy(target.column('id'))
const OUTS: Readonly<Record<string, Out>> = {
  SELECT: expression((value) => value),
  tuples: async (engine, place) =>
    (await engine.execute(ordered(place)).tuples().all()).map((row) => (row as unknown[])[0]),
  stream: async (engine, place) => engine.stream(ordered(place), null, { yieldPer: 3 }).scalars().all(),
  'COPY of a query': async (engine, place) => engine.begin((conn) => conn.copyTo(ordered(place)).scalars().all()),
  'COPY of a table': async (engine, { target }) =>
    engine.begin(async (conn) => {
      const rows = (await conn.copyTo(target).all()) as unknown as { id: number; value: unknown }[]
      return rows.sort((a, b) => a.id - b.id).map(({ value }) => value)
    }),
  subquery: async (engine, place) => {
    const inner = select(place.target).subquery('q') as Loose
    return engine.execute(select(inner.c.value).orderBy(inner.c.id)).scalars().all() as never
  },
  CTE: async (engine, place) => {
    const inner = select(place.target).cte('q') as Loose
    return engine.execute(select(inner.c.value).orderBy(inner.c.id)).scalars().all() as never
  },
  'scalar subquery': async (engine, place) => {
    const outer = place.target.alias('o') as Loose
    const inner = select(place.target.column('value')).where(place.target.column('id').eq(outer.c.id)).scalarSubquery()
    return engine.execute(select(inner).selectFrom(outer).orderBy(outer.c.id)).scalars().all() as never
  },
  'UNION ALL': async (engine, { target, type }) => {
    const both = unionAll(
      select(literal(-1).label('id'), literal(null, type).label('value')),
      select(target.column('id'), target.column('value')) as never,
    ).subquery('q') as Loose
    return engine
      .execute(select(both.c.value).where(both.c.id.ge(0)).orderBy(both.c.id))
      .scalars()
      .all() as never
  },
  coalesce: expression((value) => func.coalesce(value, value)),
  'coalesce with a value': expression((value, { type }) => func.coalesce(value, literal(null, type), value)),
  CASE: expression((value) => caseWhen([literal(1).eq(1), value], { else: null })),
  'CASE with a value': expression((value) => caseWhen([literal(true), value])),
  cast: expression((value, { type }) => cast(value, type)),
  label: expression((value) => value.label('other')),
  'first_value()': expression((value, { target }) => func.firstValue(value).over({ partitionBy: target.column('id') })),
  'lag()': expression((value, { target }) => func('lag', value, literal(0)).over({ orderBy: target.column('id') })),
  'reflected table': async (engine, { target }) => {
    const read = (await Table.reflect(target.name, new MetaData(), engine)) as Loose
    return engine.execute(select(read.c.value).orderBy(read.c.id)).scalars().all() as never
  },
  'raw SQL': async (engine, { target }) =>
    engine.execute(`SELECT value FROM ${target.name} ORDER BY id`).scalars().all() as never,
  'raw COPY': async (engine, place) =>
    engine.begin(async (conn) => {
      const bytes: Uint8Array[] = []
      for await (const part of conn.copyTo(`COPY ${place.target.name} TO STDOUT`)) bytes.push(part as Uint8Array)
      await conn.execute(`CREATE TEMPORARY TABLE moved_${place.target.name} (LIKE ${place.target.name}) ON COMMIT DROP`)
      await conn.copyFrom(`COPY moved_${place.target.name} FROM STDIN`, bytes)
      return conn.execute(`SELECT value FROM moved_${place.target.name} ORDER BY id`).scalars().all() as never
    }),
  'RETURNING of UPDATE': async (engine, { target }) => {
    const rows = await engine
      .execute(
        update(target)
          .all()
          .values({ id: target.column('id') })
          .returning(target.column('id'), target.column('value')),
      )
      .all()
    return (rows as unknown as { id: number; value: unknown }[]).sort((a, b) => a.id - b.id).map(({ value }) => value)
  },
  'array_agg()': async (engine, place) => {
    return engine.execute(select(func.arrayAgg(place.target.column('value')))).scalarOne() as never
  },
  'array()': async (engine, place) => {
    return (await expression((value) => array([value, value]))(engine, place)).map((pair) => (pair as unknown[])[1])
  },
}
/** Ways that know nothing of what the program declares: decorators, decimals as numbers. */
const UNDECLARED: ReadonlySet<string> = new Set(['raw SQL', 'raw COPY', 'reflected table'])

/** Ways that make members of arrays, which arrays are not; of what is an array to JavaScript too the depth had to be said. */
const AS_MEMBER: ReadonlySet<string> = new Set(['array_agg()', 'array()'])

/** What does not come out as it went in, with what came instead. */
async function wrongWays(engine: Engine, place: Place, isDeclared: boolean): Promise<string[]> {
  const { given, target } = place
  const rows = given.map((value, id) => ({ id, value }))
  const wrong: string[] = []
  const attempt = async (way: string, read: () => Promise<unknown>): Promise<void> => {
    try {
      expect(await read()).toEqual(given)
    } catch (error) {
      wrong.push(`${way}: ${error}`)
    }
  }
  for (const [way, put] of Object.entries(INS)) {
    if (!isDeclared && way === 'session') continue
    await engine.execute(`TRUNCATE ${target.name}`)
    await attempt(`in by ${way}`, async () => {
      await put(engine, place, rows)
      return engine.execute(ordered(place)).scalars().all()
    })
  }
  await engine.execute(`TRUNCATE ${target.name}`)
  await engine.execute(insert(target), rows as never)
  for (const [way, get] of Object.entries(OUTS))
    if ((isDeclared || !UNDECLARED.has(way)) && (place.edges.isArray !== true || !AS_MEMBER.has(way)))
      await attempt(`out by ${way}`, () => get(engine, place))
  return wrong
}

describe.each(databases())('$name', ({ name, url }) => {
  // PGlite has no extensions unless it is given them.
  const isHere = ({ edges }: Place): boolean => name === 'postgresql' || !EXTENSIONS.includes(edges.name.toLowerCase())
  const places = PLACES.filter(isHere)
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    if (name === 'postgresql') for (const each of EXTENSIONS) await engine.execute(`CREATE EXTENSION ${each}`)
    await METADATA.createAll(engine, { tables: places.flatMap(({ target, boxes }) => [target, boxes]) })
    const mappedHere = new Set(places.map(({ number }) => `ways_orm_${number}`))
    const tables = [...Base.metadata.tables.values()].filter((each) => mappedHere.has(each.name))
    await Base.metadata.createAll(engine, { tables })
  })
  afterAll(() => engine.dispose())

  test.each(places)('$edges.name', async (place) => {
    expect(await wrongWays(engine, place, true)).toEqual([])
  })

  test.each(places)('a decorator over $edges.name', async (place) => {
    const given = place.given.map((one) => (one === null ? null : { boxed: one }))
    const boxes = { ...place, target: place.boxes, type: place.boxed as SqlType<unknown>, given }
    expect(await wrongWays(engine, boxes, false)).toEqual([])
  })
})
