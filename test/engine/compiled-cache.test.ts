import { describe, expect, it } from 'vitest'
import { DefaultDialect } from '../../src/dialect/default.ts'
import { CompiledCache } from '../../src/engine/compiled-cache.ts'
import { valuesOf } from '../../src/engine/parameters.ts'
import { CreateTable } from '../../src/expression/schema/ddl/table.ts'
import {
  bindparam,
  Column,
  func,
  Integer,
  insert,
  literal,
  MetaData,
  select,
  table,
  text,
  union,
  update,
} from '../../src/index.ts'

const things = table('things', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  a: Column(Integer, { nullable: true }),
  b: Column(Integer, { nullable: true }),
})

const cacheOf = (limit = 100): CompiledCache => new CompiledCache(new DefaultDialect(), limit)
const byId = (id: number) => select(things.c.id).where(things.c.id.eq(id))

describe('CompiledCache', () => {
  it('gives one entry to one shape and each statement its own binds', () => {
    const cache = cacheOf()
    const [one, two] = [cache.resolve(byId(1), null), cache.resolve(byId(2), null)]
    expect(two.entry).toBe(one.entry)
    expect([one, two].map(({ binds }) => binds.map((bind) => (bind as { value?: unknown }).value))).toEqual([[1], [2]])
    expect(cache.statistics()).toEqual({ hits: 1, misses: 1, uncacheable: 0, size: 1 })
  })

  it('knows the very same object without a walk, but not in another cache', () => {
    const [cache, other] = [cacheOf(), cacheOf()]
    const statement = byId(1)
    const first = cache.resolve(statement, null)
    expect(cache.resolve(statement, null)).toBe(first)
    expect(other.resolve(statement, null)).not.toBe(first)
    expect(other.statistics().misses).toBe(1)
    expect(cache.resolve(statement, null).entry).toBe(first.entry)
  })

  it('keeps nothing of text that is mostly data, but with its own object', () => {
    const cache = cacheOf()
    const long = (letter: string, name = 'a') => text(`SELECT '${letter.repeat(30_000)}', :${name}`)
    const once = long('x')
    const first = cache.resolve(once, null)
    expect(first.compiled.statement.prepare).toBe(false)
    expect(first.binds).toHaveLength(1)
    expect(cache.resolve(once, null)).toBe(first)
    expect(cache.resolve(long('y', 'b'), null).compiled.parameters[0]?.key).toBe('b')
    expect(cache.statistics()).toEqual({ hits: 1, misses: 0, uncacheable: 2, size: 0 })
    const short = cache.resolve(text("SELECT 'x'"), null)
    expect(short.compiled.statement.prepare).toBe(true)
    const wide = select(...Array.from({ length: 1000 }, (_, index) => things.c.a.label(`a_rather_long_name_${index}`)))
    expect(cache.resolve(wide, null).compiled.statement.prepare).toBe(true)
  })

  it('tells apart the columns that execution gives', () => {
    const cache = cacheOf()
    const statement = insert(things)
    const sqlFor = (...keys: string[]): string => cache.resolve(statement, keys).compiled.sql
    expect(sqlFor('a')).toBe('INSERT INTO things (a) VALUES (:a)')
    expect(sqlFor('a', 'b')).toBe('INSERT INTO things (a, b) VALUES (:a, :b)')
    expect(sqlFor('a')).toBe('INSERT INTO things (a) VALUES (:a)')
    expect(sqlFor()).toBe('INSERT INTO things DEFAULT VALUES')
    expect(cache.statistics()).toMatchObject({ misses: 3, hits: 1 })
    expect(cache.resolve(update(things).all(), ['b']).compiled.sql).toBe('UPDATE things SET b=:b')
  })

  it('counts what no key can describe, and does not keep it', () => {
    const cache = cacheOf()
    for (let i = 0; i < 3; i += 1) cache.resolve(insert(things).values([{ a: 1 }, { a: 2 }]), null)
    expect(cache.statistics()).toEqual({ hits: 0, misses: 0, uncacheable: 3, size: 0 })
  })

  it('compiles DDL each time: the table may have changed', () => {
    const cache = cacheOf()
    const create = new CreateTable(things)
    const first = cache.resolve(create, null)
    expect(cache.resolve(create, null)).not.toBe(first)
    expect(cache.statistics()).toMatchObject({ uncacheable: 2, size: 0 })
  })

  it('drops what was not used for the longest time', () => {
    const cache = cacheOf(4)
    for (let i = 0; i < 50; i += 1) {
      cache.resolve(text('SELECT used'), null)
      cache.resolve(text(`SELECT ${i}`), null)
      expect(cache.statistics().size).toBeLessThanOrEqual(7)
    }
    const { misses } = cache.statistics()
    cache.resolve(text('SELECT used'), null)
    expect(cache.statistics().misses).toBe(misses)
    cache.resolve(text('SELECT 0'), null)
    expect(cache.statistics().misses).toBe(misses + 1)
  })

  it('keeps nothing where it is told so', () => {
    const cache = cacheOf(0)
    cache.resolve(byId(1), null)
    cache.resolve(byId(1), null)
    expect(cache.statistics()).toEqual({ hits: 0, misses: 2, uncacheable: 0, size: 0 })
  })

  it('comes to the same text and values where it keeps nothing', () => {
    const shared = literal(7)
    const inner = select(things.c.id).where(things.c.a.gt(1)).cte('inner')
    for (const statement of [
      byId(1),
      byId(1).limit(3).offset(4),
      select(things.c.id.add(shared), shared.label('s')).where(things.c.b.eq(shared), things.c.a.in([8, 9])),
      select(inner.c.id, bindparam('late', { value: 5 })).where(inner.c.id.lt(2)),
      select(things.c.id).where(things.c.id.eq(select(func.max(things.c.a)).where(things.c.b.ne(6)).scalarSubquery())),
      union(byId(1), byId(2)).limit(3),
    ]) {
      const [kept, anew] = [cacheOf(), cacheOf(0)].map((cache) => {
        const resolved = cache.resolve(statement as ReturnType<typeof byId>, null)
        expect(cache.resolve(statement as ReturnType<typeof byId>, null).entry === resolved.entry).toBe(
          cache.statistics().size > 0,
        )
        const values = valuesOf(resolved, null, null)
        return { sql: resolved.compiled.sql, values, binds: new Set(resolved.binds) }
      })
      expect(anew).toEqual(kept)
    }
  })

  it('starts anew when its table of strings is full, and mistakes no statement for another', () => {
    const cache = cacheOf(100_000)
    expect(cache.resolve(text('SELECT first'), null).compiled.sql).toBe('SELECT first')
    for (let i = 0; i < 60_000; i += 1) {
      const sql = `SELECT ${i}`
      if (cache.resolve(text(sql), null).compiled.sql !== sql) expect.fail(`${sql} was taken for another`)
    }
    expect(cache.resolve(text('SELECT first'), null).compiled.sql).toBe('SELECT first')
    expect(cache.statistics().hits).toBe(0)
  })
})
