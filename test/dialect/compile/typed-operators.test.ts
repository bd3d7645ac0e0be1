// Operators of documents and arrays: their SQL on PostgreSQL and the default dialect, the types of their results, refusals.
import {
  ARRAY,
  ArgumentError,
  and,
  BigInteger,
  Boolean,
  Column,
  type ColumnElement,
  column,
  type Element,
  Float,
  func,
  Integer,
  JSON,
  MetaData,
  Numeric,
  not,
  select,
  Text,
  table,
} from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { defaultDialect } from '../../../src/dialect/default.ts'
import { collapsed, compiled, docs, pg, metadata as shared, users } from './fixture.ts'

void shared
interface Body {
  a: { b: string; n: number }
  list: string[]
  maybe?: boolean
}
const d = docs.c
const t = table('t', new MetaData(), {
  doc: Column(JSONB<Body>()),
  plain: Column(JSON<Body>()),
  numbers: Column(ARRAY(Integer)),
  zero: Column(ARRAY(Integer, { zeroIndexes: true })),
  grid: Column(ARRAY(Text, { dimensions: 2 })),
  word: Column(Text),
})
const c = t.c
const plain = (element: Element): string => collapsed(compiled(element, defaultDialect)).sql

test('the reference list, row 40', () => {
  const rows: readonly (readonly [Element, string, string[]])[] = [
    [d.j.at('k').at('m'), 'docs.j[$1::TEXT][$2::TEXT]', ['j_1', 'param_1']],
    [d.j.path(['a', 'b']).asString().eq('x'), '(docs.j #>> $1) = $2::VARCHAR', ['j_1', 'param_1']],
    [d.j.at('k').as(Integer).gt(3), 'CAST((docs.j ->> $1::TEXT) AS INTEGER) > $2::INTEGER', ['j_1', 'param_1']],
    [d.j.contains({ a: 1 }), 'docs.j @> $1::JSONB', ['j_1']],
    [d.tags.at(1), 'docs.tags[$1::INTEGER]', ['tags_1']],
    [d.tags.slice(1, 2), 'docs.tags[$1::INTEGER:$2::INTEGER]', ['tags_1', 'tags_2']],
    [d.tags.contains(['x']), 'docs.tags @> $1::VARCHAR[]', ['tags_1']],
    [func.arrayAgg(users.c.id).at(1), '(array_agg(users.id))[$1::INTEGER]', ['array_agg_1']],
  ]
  for (const [element, sql, names] of rows) expect(pg(element)).toEqual({ sql, names })
})

test.each<readonly [string, () => ColumnElement, string, string]>([
  [
    'a key of json',
    () => c.plain.at('a').at('b'),
    '(t.plain -> $1::TEXT) -> $2::TEXT',
    '(t.plain -> :plain_1) -> :param_1',
  ],
  ['a place', () => c.doc.at('list').at(0), 't.doc[$1::TEXT][$2::INTEGER]', 't.doc -> :doc_1 -> :param_1'],
  ['a path', () => c.plain.path(['a', 0]), 't.plain #> $1', 't.plain #> :plain_1'],
  ['text', () => c.plain.at('a').asString(), 't.plain ->> $1::TEXT', 't.plain ->> :plain_1'],
  [
    'the whole as text',
    () => c.doc.asString().eq('x'),
    '(t.doc #>> $1) = $2::VARCHAR',
    '(t.doc #>> :doc_1) = :param_1',
  ],
  [
    'numeric',
    () => c.doc.path(['a']).as(Numeric(5, 2)),
    'CAST((t.doc #>> $1) AS NUMERIC(5, 2))',
    'CAST((t.doc #>> :doc_1) AS NUMERIC(5, 2))',
  ],
  ['float', () => c.doc.at('a').as(Float), 'CAST((t.doc ->> $1::TEXT) AS FLOAT)', 'CAST((t.doc ->> :doc_1) AS FLOAT)'],
  [
    'boolean',
    () => c.doc.at('maybe').as(Boolean),
    'CAST((t.doc ->> $1::TEXT) AS BOOLEAN)',
    'CAST((t.doc ->> :doc_1) AS BOOLEAN)',
  ],
  [
    'bigint',
    () => c.doc.at('a').as(BigInteger),
    'CAST((t.doc ->> $1::TEXT) AS BIGINT)',
    'CAST((t.doc ->> :doc_1) AS BIGINT)',
  ],
  [
    'a member compared',
    () => c.doc.at('list').eq(['x']),
    't.doc[$1::TEXT] = $2::JSONB',
    '(t.doc -> :doc_1) = :param_1',
  ],
  ['NULL', () => c.doc.at('maybe').eq(null), 't.doc[$1::TEXT] IS NULL', '(t.doc -> :doc_1) IS NULL'],
  ['contained', () => c.doc.containedBy({ list: [] }), 't.doc <@ $1::JSONB', 't.doc <@ :doc_1'],
  ['key', () => not(c.doc.hasKey('a?')), 'NOT (t.doc ? $1::TEXT)', 'NOT (t.doc ? :doc_1)'],
  ['any key', () => c.doc.hasAny(['a', 'b']), 't.doc ?| $1::TEXT[]', 't.doc ?| :doc_1'],
  ['all keys', () => c.doc.at('a').hasAll([]), 't.doc[$1::TEXT] ?& $2::TEXT[]', '(t.doc -> :doc_1) ?& :param_1'],
  ['path exists', () => c.doc.pathExists('$.a ? (@.n > 1)'), 't.doc @? $1::JSONPATH', 't.doc @? :doc_1'],
  [
    'path match',
    () => and(c.doc.pathMatch('$.a.n > 1'), c.word.eq('x')),
    't.doc @@ $1::JSONPATH AND t.word = $2::VARCHAR',
    't.doc @@ :doc_1 AND t.word = :word_1',
  ],
  [
    'merged',
    () => c.doc.concat({ maybe: true }).hasKey('x'),
    '(t.doc || $1::JSONB) ? $2::TEXT',
    '(t.doc || :doc_1) ? :param_1',
  ],
  ['without a key', () => c.doc.without('a'), 't.doc - $1::TEXT', 't.doc - :doc_1'],
  ['without keys', () => c.doc.without(['a', 'b']), 't.doc - $1::TEXT[]', 't.doc - :doc_1'],
  ['without a place', () => c.doc.without(0), 't.doc - $1::INTEGER', 't.doc - :doc_1'],
  ['without a path', () => c.doc.deletePath(['a', 'b']), 't.doc #- $1', 't.doc #- :doc_1'],
  ['a key from a column', () => c.doc.at(c.word), 't.doc[t.word]', 't.doc -> t.word'],
  ['zero-based', () => c.zero.at(0).add(1), 't.zero[$1::INTEGER] + $2::INTEGER', 't.zero[:zero_1] + :param_1'],
  [
    'by an expression',
    () => c.zero.at(c.numbers.at(1)),
    't.zero[(t.numbers[$1::INTEGER] + $2::INTEGER)]',
    't.zero[(t.numbers[:numbers_1] + :param_1)]',
  ],
  ['two dimensions', () => c.grid.at(1).at(2), 't.grid[$1::INTEGER][$2::INTEGER]', 't.grid[:grid_1][:param_1]'],
  ['an open slice', () => c.numbers.slice(2, null), 't.numbers[$1::INTEGER:]', 't.numbers[:numbers_1:]'],
  ['another', () => c.numbers.slice(null, null), 't.numbers[:]', 't.numbers[:]'],
  ['overlap', () => c.numbers.overlaps([1, 2]), 't.numbers && $1::INTEGER[]', 't.numbers && :numbers_1'],
  ['contained array', () => c.numbers.containedBy(c.zero), 't.numbers <@ t.zero', 't.numbers <@ t.zero'],
  [
    'concatenated',
    () => c.numbers.concat([3]).at(1),
    '(t.numbers || $1::INTEGER[])[$2::INTEGER]',
    '(t.numbers || :numbers_1)[:param_1]',
  ],
  ['words', () => c.word.match('cat dog'), 't.word @@ plainto_tsquery($1::VARCHAR)', 't.word MATCH :word_1'],
  [
    'words in a language',
    () => not(c.word.match('cats', { regconfig: 'english' })),
    "NOT (t.word @@ plainto_tsquery('english', $1::VARCHAR))",
    'NOT (t.word MATCH :word_1)',
  ],
  [
    'words in a language with a hostile name',
    () => c.word.match('cats', { regconfig: "a', 'b') --\\" }),
    "t.word @@ plainto_tsquery(E'a'', ''b'') --\\\\', $1::VARCHAR)",
    't.word MATCH :word_1',
  ],
])('%s', (_name, element, sql, standard) => {
  expect(pg(element()).sql).toBe(sql)
  expect(plain(element())).toBe(standard)
})

test('documents as other types by their short names', () => {
  const n = c.doc.at('a')
  expect([n.asInteger(), n.asFloat(), n.asNumeric(5, 2), n.asBoolean()].map((each) => pg(each).sql)).toEqual([
    'CAST((t.doc ->> $1::TEXT) AS INTEGER)',
    'CAST((t.doc ->> $1::TEXT) AS FLOAT)',
    'CAST((t.doc ->> $1::TEXT) AS NUMERIC(5, 2))',
    'CAST((t.doc ->> $1::TEXT) AS BOOLEAN)',
  ])
})

test('values written into the text', () => {
  const text = (element: Element): string =>
    collapsed({ sql: defaultDialect.compile(element, { literalBinds: true }).sql, names: [] }).sql
  expect(text(c.doc.path(["a'b", 1]))).toBe("t.doc #> ARRAY['a''b', '1']")
})

describe('refusals', () => {
  test.each<readonly [() => unknown, string]>([
    [
      () => c.word.at(1 as never),
      '.at() is of arrays, documents and composite values; this expression is of the type text',
    ],
    [() => c.word.path(['a'] as never), '.path() is of JSON documents; this expression is of the type text'],
    [() => c.word.asString(), '.asString() and its kin is of JSON documents; this expression is of the type text'],
    [() => c.numbers.at(1.5), '.at() of an array takes whole numbers; got a number'],
    [() => c.doc.at(undefined as never), '.at() of a document takes a key or a whole number; got undefined'],
    [() => c.doc.path('a' as never), '.path() takes an array of keys and whole numbers; got a string'],
    [() => c.doc.hasAny('a' as never), '.hasAny() takes an array of keys; got a string'],
    [() => c.doc.hasKey(1 as never), '.hasKey() takes a key; got a number'],
    [() => c.plain.contains({ list: [] }), '.contains() is of JSONB documents; this expression is of the type JSON'],
    [
      () => c.plain.containedBy({ list: [] }),
      '.containedBy() is of JSONB documents; this expression is of the type JSON',
    ],
    [() => c.plain.hasKey('a'), '.hasKey() is of JSONB documents'],
    [() => c.plain.hasAny(['a']), '.hasAny() is of JSONB documents'],
    [() => c.plain.hasAll(['a']), '.hasAll() is of JSONB documents'],
    [() => c.plain.pathExists('$.a'), '.pathExists() is of JSONB documents'],
    [() => c.plain.pathMatch('$.a'), '.pathMatch() is of JSONB documents'],
    [() => c.plain.without('a'), '.without() is of JSONB documents'],
    [() => c.plain.deletePath(['a']), '.deletePath() is of JSONB documents'],
  ])('%s', (build, message) => {
    expect(build).toThrow(ArgumentError)
    expect(build).toThrow(message)
  })
  test('a value that is missing', () => {
    expect(() => c.numbers.contains(undefined as never)).toThrow(/\.holds\(\) got undefined/)
    expect(() => c.doc.containedBy(undefined as never)).toThrow(/got undefined/)
    expect(() => column('x').slice(1, 2)).toThrow(ArgumentError)
  })
})

test('subscripts of several keys share what was compiled, and differ by the sort of key', () => {
  expect(pg(select(c.doc.at('a')))).toEqual(pg(select(c.doc.at('list'))))
})
