// Names and values of any content in every place of a statement that takes one, executed: they come back, or are refused.
import fc from 'fast-check'
import {
  bindparam,
  Column,
  CompileError,
  createEngine,
  deleteFrom,
  func,
  IdentifierError,
  Integer,
  literal,
  MetaData,
  merge,
  SQLAlchemyError,
  String as StringSql,
  select,
  table,
  tuple,
  union,
  update,
  values,
} from 'tsalchemy'
import { insert, postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { byteLength } from '../../../src/dialect/compile/identifier.ts'
import { postgresUrl } from '../../support/server.ts'
import { serverMajor } from '../../support/server-major.ts'

const NASTY = [
  'select',
  'Order',
  'a b',
  'a"b',
  `a'b`,
  '"; DROP TABLE things; --',
  "'); DROP TABLE things; --",
  'a\\b',
  '\\',
  '%s',
  '100%_',
  ':x',
  '$1',
  '$$',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'a.b',
  'naïve 🎉',
  'a\nb',
  '/* x',
  '--',
  '\u202e',
  'anon_1',
  'param_1',
  'id_1',
  'id',
  'name',
  'ctid',
  'x'.repeat(63),
  'x'.repeat(64),
  'a\0b',
  'a\ud800',
]
const hostile = fc.oneof(fc.constantFrom(...NASTY), fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }))
const options = { numRuns: 60, examples: NASTY.map((each): [string] => [each]) }
const isText = (text: string): boolean => !/[\0\uD800-\uDFFF]/u.test(text)
const isName = (name: string): boolean => isText(name) && byteLength(name) <= 63

const things = table('things', new MetaData(), { id: Column(Integer, { primaryKey: true }), name: Column(StringSql) })
const t = things.c
const engine = createEngine(postgresUrl())
const major = await serverMajor(postgresUrl())
beforeAll(async () => {
  await engine.execute('CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL)')
  await engine.execute(
    insert(things).values([
      { id: 1, name: 'one' },
      { id: 2, name: 'two' },
    ]),
  )
})
afterAll(() => engine.dispose())

/** What comes of an attempt: its result, or the error, which must be the library's own. */
async function outcome<T>(attempt: () => PromiseLike<T> | T): Promise<T | SQLAlchemyError> {
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof SQLAlchemyError) return error
    throw error
  }
}

describe('as a name', () => {
  const PLACES: Readonly<Record<string, (name: string) => PromiseLike<unknown[]>>> = {
    'of an alias': (name) =>
      engine
        .execute(select(things.alias(name).c.id).orderBy('id'))
        .scalars()
        .all(),
    'of a subquery': (name) =>
      engine
        .execute(select(select(t.id.label(name)).subquery(name).columnList[0] as never).orderBy(name as never))
        .scalars()
        .all(),
    'of a CTE, nested too': (name) => {
      const outer = select(t.id).cte(name)
      const inner = select(outer.c.id).cte(name, { nesting: true })
      return engine
        .execute(
          select(t.id)
            .where(t.id.in(select(inner.c.id)))
            .orderBy(t.id),
        )
        .scalars()
        .all()
    },
    'of VALUES and its columns': (name) => {
      const rows = values({ [name]: Integer }, { name }).data([[1], [2]])
      return engine
        .execute(select(rows.columnList[0] as never))
        .scalars()
        .all()
    },
    'of a function in FROM and its columns': (name) => {
      const rows = func
        .generateSeries(1, 2)
        .tableValued({ [name]: Integer }, { name, withOrdinality: 'the number of the row' })
        .renderDerived()
      return engine
        .execute(select(rows.columnList[0] as never))
        .scalars()
        .all()
    },
    'of the value of a function': (name) =>
      engine
        .execute(select(func.generateSeries(1, 2).columnValued(name)))
        .scalars()
        .all(),
    // GROUP BY means a column of FROM rather than a label of the same name, to PostgreSQL: there is but the one here.
    'of a label in ORDER BY and GROUP BY': (name) =>
      engine
        .execute(
          select(select(t.id).subquery().c.id.label(name))
            .groupBy(name as never)
            .orderBy(name as never),
        )
        .scalars()
        .all(),
    'of a compound’s column': (name) =>
      engine
        .execute(union(select(t.id.label(name)), select(t.id)).orderBy(name as never))
        .scalars()
        .all(),
    'in select({ name: item })': async (name) => {
      const rows = await engine.execute(select({ [name]: t.id }).orderBy(t.id)).all()
      return rows.map((row) => (row as Record<string, unknown>)[name])
    },
  }
  test.each(Object.entries(PLACES))('%s', async (_place, run) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const got = await outcome(() => run(name))
        if (isName(name)) expect(got).toEqual([1, 2])
        else expect(got).toBeInstanceOf(IdentifierError)
      }),
      options,
    )
  })

  test('of a parameter', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const statement = select(t.id).where(t.id.eq(bindparam(name, { type: Integer })))
        expect(
          await engine
            .execute(statement, { [name]: 2 })
            .scalars()
            .all(),
        ).toEqual([2])
      }),
      options,
    )
  })
})

describe('as a value', () => {
  const PLACES: Readonly<Record<string, (value: string) => PromiseLike<unknown>>> = {
    'of literal()': (value) => engine.execute(select(literal(value))).scalar(),
    'of a function': (value) => engine.execute(select(func.concat(value))).scalar(),
    'of CASE and COALESCE': (value) => engine.execute(select(func.coalesce(literal(null, StringSql), value))).scalar(),
    'of VALUES': (value) => engine.execute(select(values({ v: StringSql }).data([[value]]))).scalar(),
    'of VALUES, written': (value) =>
      engine.execute(select(values({ v: StringSql }, { literalBinds: true }).data([[value]]))).scalar(),
    'of literalExecute': (value) =>
      engine.execute(select(bindparam('v', { value, type: StringSql, literalExecute: true }))).scalar(),
    'of a list': async (value) =>
      (await engine.execute(select(literal(value)).where(literal(value).in([value, 'other']))).scalar()) ?? 'none',
    'of a tuple': async (value) =>
      (await engine.execute(select(literal(value)).where(tuple(literal(value), 1).in([[value, 1]]))).scalar()) ??
      'none',
    'of a LIKE pattern that is escaped': async (value) =>
      (await engine
        .execute(
          select(literal(value)).where(
            literal(`<${value}>`).contains(value, { autoescape: true }),
            literal(`${value}>`).startsWith(value, { autoescape: true, escape: '!' }),
            literal(`<${value}`).iendsWith(value, { autoescape: true }),
            literal(`<${value}`.replaceAll('%', 'x').replaceAll('_', 'x').replaceAll('/', 'x'))
              .contains(value, { autoescape: true })
              .not()
              .or(literal(!/[%_/]/.test(value))),
          ),
        )
        .scalar()) ?? 'none',
    'of INSERT, UPDATE, ON CONFLICT, MERGE and RETURNING': async (value) => {
      const conn = await engine.connect()
      try {
        const made = insert(things).values({ id: 3, name: value }).returning(t.name)
        const got = [await conn.execute(made).scalar()]
        const again = made.onConflictDoUpdate({ indexElements: ['id'], set: { name: value }, where: t.name.eq(value) })
        got.push(await conn.execute(again).scalar())
        got.push(
          await conn.execute(update(things).values({ name: value }).where(t.name.eq(value)).returning(t.name)).scalar(),
        )
        const news = values({ id: Integer }, { name: 'news' }).data([[3]])
        const merged = merge(things, news, news.c.id.eq(t.id)).whenMatched({
          where: t.name.eq(value),
          update: { name: value },
        })
        if (major >= 17) got.push(await conn.execute(merged.returning(t.name)).scalar())
        else {
          await conn.execute(merged)
          got.push(await conn.execute(select(t.name).where(t.name.eq(value))).scalar())
        }
        got.push(await conn.execute(deleteFrom(things).where(t.name.eq(value)).returning(t.name)).scalar())
        return new Set(got).size === 1 ? got[0] : got
      } finally {
        await conn.rollback()
        await conn.close()
      }
    },
  }
  test.each(Object.entries(PLACES))('%s', async (_place, run) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (value) => {
        const got = await outcome(() => run(value))
        if (isText(value)) expect(got).toBe(value)
        else expect(got).toBeInstanceOf(SQLAlchemyError)
      }),
      options,
    )
  })

  test('written into whole statements says what its parameters say', async () => {
    const dialect = postgresqlDialect()
    await fc.assert(
      fc.asyncProperty(hostile, fc.integer(), async (text, number) => {
        const statement = select(literal(text).label('text'), literal(number).label('number')).where(
          literal(text).in([text, 'x']),
          tuple(literal(text), number).in([[text, number]]),
          t.id.eq(1),
        )
        const got = await outcome(() => engine.execute(dialect.compile(statement, { literalBinds: true }).sql).all())
        if (isText(text)) expect(got).toMatchObject([{ text, number }])
        else expect(got).toBeInstanceOf(CompileError)
      }),
      { numRuns: 60, examples: NASTY.map((each): [string, number] => [each, -5]) },
    )
  })
})

test('nothing of all this reached the table', async () => {
  expect(await engine.execute(select(t.id, t.name).orderBy(t.id)).tuples().all()).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
})
