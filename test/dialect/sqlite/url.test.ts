// What a URL of SQLite says: where the database is, how it is opened, what is asked of each connection.
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createEngine, inspect, OperationalError, text } from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { findDialect } from '../../../src/dialect/registry.ts'
import { makeURL } from '../../../src/dialect/url.ts'
import { freshPath, hasBetterSqlite3 } from './support.ts'

const node = (rest: string): string => `sqlite+node://${rest}`
const encoded = (path: string): string => encodeURI(path)

describe('a URL of SQLite', () => {
  test.each([
    ['sqlite://', null],
    ['sqlite:///x.db', null],
    ['sqlite+node://', 'node'],
    ['sqlite+better-sqlite3:///x.db', 'better-sqlite3'],
    ['sqlite+pysqlite://', 'any'],
    ['sqlite+aiosqlite://', 'any'],
  ])('%s names the dialect and its library', (url, driverName) => {
    const found = findDialect(makeURL(url))
    expect([found.registration.name, found.driverName]).toEqual(['sqlite', driverName])
  })

  test('without a path, or with :memory:, is a database in memory, one for all users of the engine', async () => {
    for (const url of ['', '/:memory:', '/file::memory:', '/file:any?mode=memory'].map(node)) {
      await using engine = createEngine(url)
      await engine.execute('CREATE TABLE t (a INTEGER)')
      await engine.execute('INSERT INTO t VALUES (1)')
      expect(await engine.execute('SELECT a FROM t').scalars().all()).toEqual([1])
      expect(engine.stats().pool).toMatchObject({ pool: 'StaticPool', limit: 1 })
    }
    expect(existsSync('any')).toBe(false)
  })

  test('with a path is a file: relative, absolute, or as a URI', async () => {
    const path = freshPath()
    {
      await using engine = createEngine(node(`/${encoded(path)}`))
      await engine.execute('CREATE TABLE t (a INTEGER)')
      await engine.execute('INSERT INTO t VALUES (7)')
      expect(engine.stats().pool).toMatchObject({ pool: 'QueuePool' })
    }
    const read = async (url: string): Promise<unknown> => {
      await using engine = createEngine(url)
      return await engine.execute('SELECT a FROM t').scalar()
    }
    expect(await read(node(`/${encoded(relative('.', path))}`))).toBe(7)
    expect(await read(node(`/${encoded(path)}?mode=rw`))).toBe(7)
    expect(await read(node(`/${encodeURIComponent(`${pathToFileURL(path).href}?mode=ro`)}`))).toBe(7)
    await using closed = createEngine(node(`/${encoded(path)}?mode=ro`))
    await expect(closed.execute('INSERT INTO t VALUES (8)')).rejects.toMatchObject({ code: 'read-only-transaction' })
    const nowhere = createEngine(node(`/${encoded(freshPath())}?mode=ro`))
    await expect(nowhere.execute('SELECT 1')).rejects.toBeInstanceOf(OperationalError)
  })

  test('foreign keys are watched, unless it says otherwise; other PRAGMAs are asked for as well', async () => {
    const path = freshPath()
    await using engine = createEngine(node(`/${encoded(path)}?journal_mode=wal&synchronous=normal&cache_size=-4000`))
    expect(
      await Promise.all(
        ['foreign_keys', 'journal_mode', 'synchronous', 'cache_size'].map((name) =>
          engine.execute(`PRAGMA ${name}`).scalar(),
        ),
      ),
    ).toEqual([1, 'wal', 1, -4000])
    await using lax = createEngine(node('?foreign_keys=0'))
    expect(await lax.execute('PRAGMA foreign_keys').scalar()).toBe(0)
  })

  test('LIKE minds capitals, unless it says otherwise', async () => {
    const sql = "SELECT 'a' LIKE 'A', 'a_c' LIKE 'a\\_c', 'abc' LIKE 'a\\_c', '%' LIKE '!%' ESCAPE '!', NULL LIKE 'a'"
    await using engine = createEngine(node(''))
    expect(await engine.execute(sql).tuples().one()).toEqual([0, 1, 0, 1, null])
    await using lax = createEngine(node('?case_sensitive_like=0'))
    expect(await lax.execute("SELECT 'a' LIKE 'A'").scalar()).toBe(1)
  })

  test('transactions begin as it says', async () => {
    const path = freshPath()
    await using engine = createEngine(node(`/${encoded(path)}?begin=immediate&busy_timeout=50`))
    await engine.execute('CREATE TABLE t (a INTEGER)')
    await using one = await engine.connect()
    await one.execute('SELECT * FROM t').all()
    await using other = await engine.connect()
    await expect(other.execute('SELECT * FROM t').all()).rejects.toMatchObject({
      code: 'lock-not-available',
      message: expect.stringContaining('database is locked'),
    })
  })

  test.each([
    [
      'sqlite://relative.db',
      'A URL of SQLite names a file and no server or user: sqlite:// (memory), sqlite:///relative.db',
    ],
    ['sqlite://user:secret@/x.db', 'A URL of SQLite names a file and no server or user'],
    [
      node('?jurnal_mode=wal'),
      "has the parameter 'jurnal_mode', which connections to SQLite do not have; did you mean 'journal_mode'?",
    ],
    [node('?mode=rx'), "The URL's parameter mode is ro, rw, rwc, not 'rx'"],
    [node('?begin=later'), "The URL's parameter begin is deferred, immediate, exclusive, not 'later'"],
    [node('?busy_timeout=soon'), "The URL's parameter busy_timeout is a number that is not negative, not 'soon'"],
    [node('?case_sensitive_like=maybe'), "The URL's parameter case_sensitive_like is 1 or 0, not 'maybe'"],
    [
      node(`?cache_size=${encodeURIComponent('1; DROP TABLE t')}`),
      "The URL's parameter cache_size is a word or a number, not '1; DROP TABLE t'",
    ],
  ])('%s is refused', async (url, message) => {
    await expect((async () => await createEngine(url).execute('SELECT 1'))()).rejects.toThrow(message)
  })

  test('a library that is not there is told by name, with what to do', async () => {
    if (hasBetterSqlite3) {
      await using engine = createEngine('sqlite+better-sqlite3://')
      expect(await engine.execute('SELECT 1').scalar()).toBe(1)
      return
    }
    await expect(createEngine('sqlite+better-sqlite3://').execute('SELECT 1')).rejects.toMatchObject({
      name: 'OperationalError',
      message: expect.stringContaining('better-sqlite3 cannot be loaded: run `npm install better-sqlite3`'),
    })
  })

  test('the first library that is there is taken', async () => {
    await using engine = createEngine('sqlite://')
    expect(await engine.execute(text('SELECT :a'), { a: 'x' }).scalar()).toBe('x')
    expect(await inspect(engine).getTableNames()).toEqual([])
  })

  test('a transaction that only reads refuses to write', async () => {
    await using engine = createEngine(node(''))
    await engine.execute('CREATE TABLE t (a INTEGER)')
    await expect(
      engine.begin((conn) => conn.execute('INSERT INTO t VALUES (1)'), { readOnly: true }),
    ).rejects.toMatchObject({
      code: 'read-only-transaction',
    })
    await engine.begin((conn) => conn.execute('INSERT INTO t VALUES (1)'), { isolationLevel: 'REPEATABLE READ' })
  })
})
