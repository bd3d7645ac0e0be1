// PostgreSQL's functions of full-text search and of paths into documents, whose arguments need types of their own.
import { elementOf, expect } from '../../expression/coerce/expect.ts'
import { EXPRESSION } from '../../expression/coerce/roles.ts'
import { literal } from '../../expression/comparator/construct.ts'
import type { ColumnElement, Expression } from '../../expression/element/column-element.ts'
import { FunctionCall } from '../../expression/function/function.ts'
import { comma } from '../../expression/operator/catalog.ts'
import { JsonType } from '../../expression/types/json.ts'
import { Float } from '../../expression/types/numeric.ts'
import { Boolean as BooleanSql } from '../../expression/types/scalar.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import { REGCONFIG, TSQUERY, TSVECTOR } from '../../expression/types/text-search.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { JSONPATH } from './types.ts'

/** A text or an expression of one. */
export type TextArgument = string | Expression<string | null>

const JSONB_TYPE: JsonType = new JsonType('jsonb')

function operand(where: string, value: unknown, type: SqlType): ColumnElement {
  const element = elementOf(value)
  if (element !== null) return expect(EXPRESSION, element, where).selfGroup(comma)
  return literal(value, type)
}

/** A function whose last argument is preceded by a configuration where two are given. */
function searchFunction<V>(name: string, type: SqlType<V>, args: readonly unknown[]): FunctionCall<V> {
  const operands = args.map((arg, index) =>
    operand(`${name}()`, arg, args.length > 1 && index === 0 ? REGCONFIG : StringSql),
  )
  return new FunctionCall([], name, operands, type)
}

/**
 * `to_tsvector([config,] text)`: a text prepared for search.
 * @example
 * toTsvector('english', docs.c.title).matchesQuery(websearchToTsquery('english', 'cats -dogs'))
 * // to_tsvector($1::REGCONFIG, docs.title) @@ websearch_to_tsquery($2::REGCONFIG, $3::VARCHAR)
 */
export function toTsvector(text: TextArgument): FunctionCall<string>
export function toTsvector(config: TextArgument, text: TextArgument): FunctionCall<string>
export function toTsvector(...args: readonly unknown[]): FunctionCall<string> {
  return searchFunction('to_tsvector', TSVECTOR, args)
}
/**
 * `to_tsquery([config,] query)`: a query in the server's notation, `cat & !dog`, its words normalised.
 * @example
 * toTsquery('english', 'cat & !dog')   // to_tsquery($1::REGCONFIG, $2::VARCHAR)
 */
export function toTsquery(query: TextArgument): FunctionCall<string>
export function toTsquery(config: TextArgument, query: TextArgument): FunctionCall<string>
export function toTsquery(...args: readonly unknown[]): FunctionCall<string> {
  return searchFunction('to_tsquery', TSQUERY, args)
}
/**
 * `plainto_tsquery([config,] words)`: all of the words.
 * @example
 * toTsvector(docs.c.title).matchesQuery(plaintoTsquery('fat cats'))   // to_tsvector(docs.title) @@ plainto_tsquery($1::VARCHAR)
 */
export function plaintoTsquery(words: TextArgument): FunctionCall<string>
export function plaintoTsquery(config: TextArgument, words: TextArgument): FunctionCall<string>
export function plaintoTsquery(...args: readonly unknown[]): FunctionCall<string> {
  return searchFunction('plainto_tsquery', TSQUERY, args)
}
/**
 * `phraseto_tsquery([config,] words)`: the words one after the other.
 * @example
 * phrasetoTsquery('english', 'fat cats')   // phraseto_tsquery($1::REGCONFIG, $2::VARCHAR)
 */
export function phrasetoTsquery(words: TextArgument): FunctionCall<string>
export function phrasetoTsquery(config: TextArgument, words: TextArgument): FunctionCall<string>
export function phrasetoTsquery(...args: readonly unknown[]): FunctionCall<string> {
  return searchFunction('phraseto_tsquery', TSQUERY, args)
}
/**
 * `websearch_to_tsquery([config,] text)`: what people type into search fields; no text is an error.
 * @example
 * websearchToTsquery('english', '"fat cats" -dogs')   // websearch_to_tsquery($1::REGCONFIG, $2::VARCHAR)
 */
export function websearchToTsquery(text: TextArgument): FunctionCall<string>
export function websearchToTsquery(config: TextArgument, text: TextArgument): FunctionCall<string>
export function websearchToTsquery(...args: readonly unknown[]): FunctionCall<string> {
  return searchFunction('websearch_to_tsquery', TSQUERY, args)
}
/**
 * `ts_rank(vector, query)`: how well a text fits.
 * @example
 * select(docs.c.id).orderBy(tsRank(toTsvector(docs.c.title), toTsquery('cat')).desc())
 * // SELECT docs.id FROM docs ORDER BY ts_rank(to_tsvector(docs.title), to_tsquery($1::VARCHAR)) DESC
 */
export function tsRank(vector: TextArgument, query: TextArgument): FunctionCall<number> {
  const operands = [operand('ts_rank()', vector, TSVECTOR), operand('ts_rank()', query, TSQUERY)]
  return new FunctionCall([], 'ts_rank', operands, Float(24))
}
/**
 * `ts_headline(config, text, query)`: the text with the words that were found marked.
 * @example
 * tsHeadline('english', docs.c.title, toTsquery('cat'))
 * // ts_headline($1::REGCONFIG, docs.title, to_tsquery($2::VARCHAR))
 */
export function tsHeadline(config: TextArgument, text: TextArgument, query: TextArgument): FunctionCall<string> {
  const operands = [
    operand('ts_headline()', config, REGCONFIG),
    operand('ts_headline()', text, StringSql),
    operand('ts_headline()', query, TSQUERY),
  ]
  return new FunctionCall([], 'ts_headline', operands, StringSql)
}

function pathFunction<V>(name: string, type: SqlType<V>, args: readonly unknown[]): FunctionCall<V> {
  const types = [JSONB_TYPE, JSONPATH, JSONB_TYPE]
  // Variables alone may be left out.
  const operands = args
    .filter((arg, index) => arg !== undefined || index < 2)
    .map((arg, index) => operand(`${name}()`, arg, types[index] as SqlType))
  return new FunctionCall([], name, operands, type)
}

/** A document, or an expression of one. */
type Document = Expression<unknown>

/**
 * `jsonb_path_query_first(document, path)`: the first value that a path of SQL/JSON leads to.
 * @param variables values by name for the path, in which they are `$name`
 * @example
 * jsonbPathQueryFirst(docs.c.body, '$.list[*] ? (@ > $min)', { min: 2 })
 * // jsonb_path_query_first(docs.body, $1::JSONPATH, $2::JSONB)
 */
export function jsonbPathQueryFirst<V = unknown>(
  of: Document,
  path: TextArgument,
  variables?: object,
): FunctionCall<V> {
  return pathFunction('jsonb_path_query_first', JSONB_TYPE as SqlType<V>, [of, path, variables])
}
/**
 * `jsonb_path_query_array(document, path)`: all values that the path leads to.
 * @example
 * jsonbPathQueryArray<string>(docs.c.body, '$.tags[*]')   // jsonb_path_query_array(docs.body, $1::JSONPATH)
 */
export function jsonbPathQueryArray<V = unknown>(
  of: Document,
  path: TextArgument,
  variables?: object,
): FunctionCall<V[]> {
  return pathFunction('jsonb_path_query_array', JSONB_TYPE as SqlType as SqlType<V[]>, [of, path, variables])
}
/**
 * `jsonb_path_query(document, path)`: a row for each value that the path leads to.
 * @example
 * select(jsonbPathQuery(docs.c.body, '$.tags[*]').label('tag'))   // SELECT jsonb_path_query(docs.body, $1::JSONPATH) AS tag FROM docs
 */
export function jsonbPathQuery<V = unknown>(of: Document, path: TextArgument, variables?: object): FunctionCall<V> {
  return pathFunction('jsonb_path_query', JSONB_TYPE as SqlType<V>, [of, path, variables])
}
/**
 * `jsonb_path_exists(document, path)`: whether the path leads anywhere.
 * @example
 * select(docs.c.id).where(jsonbPathExists(docs.c.body, '$.tags'))
 * // SELECT docs.id FROM docs WHERE jsonb_path_exists(docs.body, $1::JSONPATH)
 */
export function jsonbPathExists(of: Document, path: TextArgument, variables?: object): FunctionCall<boolean> {
  return pathFunction('jsonb_path_exists', BooleanSql, [of, path, variables])
}
/**
 * `jsonb_path_match(document, path)`: whether the predicate of the path holds.
 * @example
 * jsonbPathMatch(docs.c.body, '$.size > $least', { least: 3 })   // jsonb_path_match(docs.body, $1::JSONPATH, $2::JSONB)
 */
export function jsonbPathMatch(of: Document, path: TextArgument, variables?: object): FunctionCall<boolean> {
  return pathFunction('jsonb_path_match', BooleanSql, [of, path, variables])
}
