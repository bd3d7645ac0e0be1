// SQL of SQLite's schema taken apart, however it was written: comments, quotes, brackets and parentheses in any place, in linear time.
import { createEngine, type Engine, inspect } from 'tsalchemy'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCreateTable } from '../../../src/dialect/sqlite/introspect/create-table.ts'
import { partsOf, textBehind, wordsOf } from '../../../src/dialect/sqlite/introspect/sql-words.ts'
import { typeOf } from '../../../src/dialect/sqlite/introspect/types.ts'

const texts = (sql: string): string[] => wordsOf(sql).map(({ text, inside }) => inside ?? text)

test.each([
  ['a INTEGER--x, y\n, b', ['a', 'INTEGER', 'b']],
  ['a/* , "b" */b/**/c', ['a', 'b', 'c']],
  ["a--it's\nb", ['a', 'b']],
  ["'it''s', 'x--y', '/*'", ["it's", 'x--y', '/*']],
  ['"a""b" `c``d` [e"f] [g--h]', ['a"b', 'c`d', 'e"f', 'g--h']],
  ['f(a, ")", \')\', [)], /*)*/ --)\n (b)) c', ['f', 'a, ")", \')\', [)], /*)*/ --)\n (b)', 'c']],
  ['a-b a/b -1 x-->y', ['a-b', 'a/b', '-1', 'x']],
  ["x'00ff' \"\" '' []", ['x', '00ff', '', '', '']],
  ["'never closed", ['never closed']],
  ['/* never closed', []],
  ['(never closed', []],
  ['\u00A0a\u2003b', ['\u00A0a\u2003b']],
])('%j', (sql, expected) => {
  expect(texts(sql)).toEqual(expected)
})

test('places', () => {
  const sql = ' a, "b c" (d) -- e\n DESC'
  expect(partsOf(sql).map((words) => words.map(({ start, end }) => sql.slice(start, end)))).toEqual([
    ['a'],
    ['"b c"', '(d)', 'DESC'],
  ])
  expect(textBehind('CREATE VIEW "x AS y"/* AS */(as_, "AS")AS/**/SELECT 1 AS a', 'AS')).toBe('/**/SELECT 1 AS a')
  expect(textBehind('CREATE INDEX i ON t (a)', 'WHERE')).toBe(null)
})

test('names of constraints are those of what they stand before', () => {
  const { constraints } = readCreateTable(
    `CREATE TABLE t (a INTEGER CONSTRAINT n1 NOT NULL CHECK (a > 0) CONSTRAINT n2 DEFAULT 5 CONSTRAINT n3 UNIQUE,
     b REFERENCES o (x) NOT DEFERRABLE REFERENCES p (y) DEFERRABLE INITIALLY DEFERRED,
     CONSTRAINT c1 FOREIGN KEY (a) REFERENCES q (z) CONSTRAINT c2 FOREIGN KEY (b) REFERENCES r (z) DEFERRABLE, "check" TEXT)`,
  )
  expect(constraints.map(({ name, sort, deferrable, initially }) => [name, sort, deferrable, initially])).toEqual([
    [null, 'check', false, null],
    ['n3', 'unique', false, null],
    [null, 'foreignKey', false, null],
    [null, 'foreignKey', true, 'DEFERRED'],
    ['c1', 'foreignKey', false, null],
    ['c2', 'foreignKey', true, null],
  ])
})

test('a megabyte of anything is read at once', () => {
  for (const piece of ['"', "'", '`', '[', '(', ')', ',', '-', '/*', ' ', '\n', 'a', "''", '""', '--\n', ' a']) {
    const sql = piece.repeat(1_000_000 / piece.length)
    wordsOf(sql)
    readCreateTable(`CREATE TABLE t (a ${sql}`)
    textBehind(sql, 'WHERE')
    typeOf(`${sql}x`)
  }
})

describe('what SQLite keeps of definitions', () => {
  let engine: Engine
  beforeEach(() => {
    engine = createEngine('sqlite+node://')
  })
  afterEach(() => engine.dispose())

  test('comments, quotes and brackets in tables', async () => {
    await engine.execute(`CREATE TABLE/* ( */[my table]--)
(
  id INTEGER--, "not" a column
    CONSTRAINT pk PRIMARY KEY/* , x */AUTOINCREMENT, -- it's
  [a,b] VARCHAR ( 20 )/*(*/COLLATE/**/NOCASE CONSTRAINT "c)1" CHECK([a,b] <> ')' AND /* ) */ [a,b] <> '--'),
  "c""d" INTEGER GENERATED ALWAYS AS (id + (1)) STORED,
  \`check\` TEXT CONSTRAINT nn NOT NULL CHECK (\`check\` > ''),
  CONSTRAINT 'u,1' UNIQUE([a,b], "c""d")
)`)
    const inspector = inspect(engine)
    const columns = await inspector.getColumns('my table')
    expect(columns.map(({ name, nullable, computed }) => [name, nullable, computed?.sql ?? null])).toEqual([
      ['id', false, null],
      ['a,b', true, null],
      ['c"d', true, 'id + (1)'],
      ['check', false, null],
    ])
    expect((await inspector.getCheckConstraints('my table')).map(({ name, sql }) => [name, sql])).toEqual([
      ['c)1', "[a,b] <> ')' AND /* ) */ [a,b] <> '--'"],
      [null, "`check` > ''"],
    ])
    expect((await inspector.getUniqueConstraints('my table')).map(({ name, columns: of }) => [name, of])).toEqual([
      ['u,1', ['a,b', 'c"d']],
    ])
  })

  test('views and indexes', async () => {
    await engine.execute('CREATE TABLE t (a TEXT, b TEXT)')
    await engine.execute('CREATE VIEW/* AS */"x AS y" ("AS", b)AS--z\nSELECT a AS c, b FROM t')
    await engine.execute(
      `CREATE INDEX i ON t (lower(a || ', ) WHERE (') /* , */ DESC, (b || [a]) , b)/* WHERE a */WHERE--\n(a <> ') WHERE b') AND b > ''`,
    )
    const inspector = inspect(engine)
    expect(await inspector.getViewDefinition('x AS y')).toBe('--z\nSELECT a AS c, b FROM t')
    const [index] = await inspector.getIndexes('t')
    expect(index?.where).toBe("--\n(a <> ') WHERE b') AND b > ''")
    expect(index?.parts.map(({ column, sql, descending }) => [column, sql, descending])).toEqual([
      [null, "lower(a || ', ) WHERE (')", true],
      [null, '(b || [a])', false],
      ['b', 'b', false],
    ])
  })
})
