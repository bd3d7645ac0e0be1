// What comparing SQLAlchemy's own tests with this library, statement by statement, found to differ: as its asyncpg dialect spells it.
import { Column, Integer, JSON as Json, MetaData, String, select, table } from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { pg } from './fixture.ts'

const metadata = new MetaData()
const docs = table('docs', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
  j: Column(Json<{ a: { b: number } }>(), { nullable: true }),
  b: Column(JSONB<{ a: { b: number } }>(), { nullable: true }),
})
const { id, name, j, b } = docs.c

describe('what leads into a document binds as weakly as other operators do', () => {
  test.each([
    ['behind another', () => name.concat(j.at('a').asString() as never), 'docs.name || (docs.j ->> $1::TEXT)'],
    ['behind a sum', () => id.add(j.at('a') as never), 'docs.id + (docs.j -> $1::TEXT)'],
    ['before a difference', () => j.at('a').subtract(1 as never), '(docs.j -> $1::TEXT) - $2::JSON'],
    ['behind a sign', () => j.at('a').negate(), '-(docs.j -> $1::TEXT)'],
    ['compared', () => j.at('a').is(null), '(docs.j -> $1::TEXT) IS NULL'],
    ['a path', () => b.path(['a', 'b']).isNot(null), '(docs.b #> $1) IS NOT NULL'],
    ['with a collation', () => j.at('a').asString().collate('C'), '(docs.j ->> $1::TEXT) COLLATE "C"'],
    ['twice', () => j.at('a').at('b'), '(docs.j -> $1::TEXT) -> $2::TEXT'],
    ['a subscript needs none', () => name.concat(b.at('a') as never), 'docs.name || docs.b[$1::TEXT]'],
    ['nor do subscripts of subscripts', () => b.at('a').at('b').eq(1), 'docs.b[$1::TEXT][$2::TEXT] = $3::JSONB'],
    ['alone', () => select(j.at('a')), 'SELECT docs.j -> $1::TEXT AS anon_1 FROM docs'],
  ])('%s', (_what, element, sql) => {
    expect(pg(element()).sql).toBe(sql)
  })
})
