// Names and values of any content on SQLite, executed: they come back as they are, or are refused by an error of the library.
import fc from 'fast-check'
import {
  Column,
  createEngine,
  deleteFrom,
  type Engine,
  ForeignKeyConstraint,
  Index,
  Integer,
  inspect,
  literal,
  MetaData,
  SQLAlchemyError,
  String as StringSql,
  select,
  type Table,
  table,
  text,
  update,
} from 'tsalchemy'
import { insert } from 'tsalchemy/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { libraries } from './support.ts'

const NASTY = [
  'select',
  'rowid',
  'Order',
  'a b',
  'a"b',
  `a'b`,
  'a]b',
  'a`b',
  '"; DROP TABLE canary; --',
  "'); DROP TABLE canary; --",
  '\\',
  '%s',
  ':x',
  '?1',
  '$1',
  '@a',
  'a::int',
  '__proto__',
  'constructor',
  'then',
  'a.b',
  'naïve 🎉',
  'a\nb',
  '/* x',
  '--',
  'RETURNING',
  'x'.repeat(300),
  'a\0b',
  'a\ud800',
]
const hostile = fc.oneof(fc.constantFrom(...NASTY), fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }))
const examples = NASTY.map((each): [string] => [each])
const isText = (name: string): boolean => !/[\0\uD800-\uDFFF]/u.test(name)

describe.each(libraries)('through %s', (library) => {
  let engine: Engine
  beforeEach(async () => {
    engine = createEngine(`sqlite+${library}://`)
    await engine.execute('CREATE TABLE canary (id INTEGER PRIMARY KEY)')
  })
  afterEach(async () => {
    expect(await inspect(engine).hasTable('canary')).toBe(true)
    await engine.dispose()
  })

  test('names of tables, columns, indexes and constraints, made, written, read and reflected', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const metadata = new MetaData()
        const attempt = async (): Promise<void> => {
          const parents = table(`${name} parents`, metadata, { [`${name}!`]: Column(Integer, { primaryKey: true }) })
          const target = table(
            name,
            metadata,
            {
              key: Column(Integer, { primaryKey: true, name: `${name}?` }),
              own: Column(StringSql, { name, default: name, serverDefault: name }),
              parent: Column(Integer, { nullable: true }),
            },
            {
              constraints: (c) => [
                new Index(`${name} index`, [c.own], { where: c.own.ne(name) }),
                new ForeignKeyConstraint(['parent'], [Object.values(parents.columns)[0] as never], {
                  name: `${name} key`,
                }),
              ],
            },
          )
          await metadata.createAll(engine)
          const { key, own } = target.c
          const added = insert(target).values({ key: 1, own: name }).returning(own)
          expect(await engine.execute(added).scalars().all()).toEqual([name])
          await engine.execute(added.onConflictDoUpdate({ indexElements: [key], set: { own: name } }))
          await engine.execute(insert(target), [{ key: 2 }, { key: 3 }])
          await engine.execute(text(`INSERT INTO ${engine.dialect.quote(name)} DEFAULT VALUES`))
          await engine.execute(update(target).values({ own: name }).where(own.eq(name), key.eq(1)))
          const rows = await engine
            .execute(
              select(own.label(name))
                .where(own.in([name]))
                .orderBy(key),
            )
            .all()
          expect(rows.map((row) => Object.entries(row))).toEqual(Array(4).fill([[name, name]]))
          const again = new MetaData()
          await again.reflect(engine)
          const reflected = again.tables.get(name) as Table
          expect(reflected.columnList.map((column) => column.name)).toEqual([`${name}?`, name, 'parent'])
          expect(reflected.foreignKeys.map((each) => [each.name, each.referredTable.name])).toEqual([
            [`${name} key`, `${name} parents`],
          ])
          expect(reflected.indexes.map((each) => each.name)).toEqual([`${name} index`])
          await engine.execute(deleteFrom(target).where(own.eq(name)))
          expect(await engine.execute(select(key)).all()).toEqual([])
          await metadata.dropAll(engine)
        }
        if (isText(name) && name.toLowerCase() !== 'parent' && !name.toLowerCase().startsWith('sqlite_'))
          await attempt()
        else await expect(attempt()).rejects.toBeInstanceOf(SQLAlchemyError)
        await metadata.dropAll(engine).catch(() => null)
      }),
      { numRuns: 60, examples },
    )
  })

  test('attached databases and savepoints', async () => {
    for (const name of NASTY.filter((each) => isText(each) && !each.includes('.'))) {
      await engine.execute(`ATTACH DATABASE ':memory:' AS ${engine.dialect.quote(name)}`)
      const metadata = new MetaData({ schema: name })
      const target = table('t', metadata, { id: Column(Integer, { primaryKey: true }) })
      await metadata.createAll(engine)
      await engine.execute(insert(target).values({ id: 1 }).returning(target.c.id))
      expect(await inspect(engine).getTableNames({ schema: name })).toEqual(['t'])
      expect(await engine.execute(select(target.c.id)).scalars().all()).toEqual([1])
      await engine.execute(`DETACH DATABASE ${engine.dialect.quote(name)}`)
    }
  })

  test('values, as parameters and written out', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (value) => {
        const statement = select(literal(value, StringSql).label('v'))
        if (!isText(value)) {
          await expect(engine.execute(statement)).rejects.toBeInstanceOf(SQLAlchemyError)
          return
        }
        expect(await engine.execute(statement).scalar()).toBe(value)
        expect(await engine.execute('SELECT $1', [value]).scalar()).toBe(value)
        const { sql } = engine.dialect.compile(statement, { literalBinds: true })
        expect(await engine.execute(sql).scalar()).toBe(value)
      }),
      { numRuns: 100, examples },
    )
  })
})
