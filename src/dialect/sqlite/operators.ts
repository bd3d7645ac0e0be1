// Operators where SQLite differs.
import { CompileError } from '../../errors.ts'
import type { Binary } from '../../expression/element/binary.ts'
import type { Cast } from '../../expression/element/cast.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { BooleanList, ClauseList } from '../../expression/element/list.ts'
import type { Unary } from '../../expression/element/unary.ts'
import type { NumericType } from '../../expression/types/numeric.ts'
import type { StringType } from '../../expression/types/string.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import type { DateTimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { ansi } from '../compile/ansi.ts'
import { castText } from '../compile/expression.ts'
import type { Renderer } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { isDouble } from './exactness.ts'
import { castOperand, renderDocumentAt, renderDocumentText } from './json.ts'
import { renderListIn } from './lists.ts'
import { comparable } from './order.ts'
import { digitsOf } from './result-digits.ts'
import { HOST } from './type-name.ts'

function isFraction(element: ColumnElement): boolean {
  const { affinity } = element.type.forDialect(HOST)
  return affinity === 'numeric' || affinity === 'float'
}

function isWhole(element: ColumnElement): boolean {
  return element.type.forDialect(HOST).affinity === 'integer'
}

/** @throws CompileError a side is a span of time, which is a text here. */
function refuseSpans(left: ColumnElement, right: ColumnElement, symbol: string): void {
  const spans = [left, right].some((side) => side.type.forDialect(HOST).affinity === 'interval')
  if (spans)
    throw new CompileError(
      `SQLite cannot compute interval ${symbol}: its intervals are text; compute it in the program`,
    )
}

function spans(symbol: string): Renderer<Binary> {
  return (node, out) => {
    refuseSpans(node.left, node.right, symbol)
    return `${out.node(node.left)} ${symbol} ${out.node(node.right)}`
  }
}

/** True division: whole numbers would be divided as such, and decimals may be kept as whole numbers. */
function renderDivide(node: Binary, out: Render): string {
  refuseSpans(node.left, node.right, '/')
  return `${out.node(node.left)} / (${out.node(node.right)} + 0.0)`
}

function renderFloorDivide(node: Binary, out: Render): string {
  if (isFraction(node.left) || isFraction(node.right)) return `FLOOR(${renderDivide(node, out)})`
  const text = `${out.node(node.left)} / ${out.node(node.right)}`
  return isWhole(node.left) && isWhole(node.right) ? text : `FLOOR(${text})`
}

/** `%` is of whole numbers only, and mod() of doubles, whose remainders are none of decimals. */
function renderModulo(node: Binary, out: Render): string {
  return remainder(node.left, node.right, out)
}

/** What is left of a division. */
export function remainder(one: ColumnElement, by: ColumnElement, out: Render): string {
  const [left, right] = [out.node(one), out.node(by)]
  if (isDecimal(one) || isDecimal(by)) return `decimal_mod(${left}, ${right})`
  if (isWhole(one) && isWhole(by)) return `${left} % ${right}`
  return isFraction(one) || isFraction(by) ? `mod(${left}, ${right})` : `${left} % ${right}`
}

function isDecimal(element: ColumnElement): boolean {
  return element.type.forDialect(HOST).affinity === 'numeric'
}

/** Either, but not both. */
function renderXor(node: Binary, out: Render): string {
  const [left, right] = [out.node(node.left), out.node(node.right)]
  return `((${left} | ${right}) - (${left} & ${right}))`
}

/** Flags stand in front of the pattern; the function REGEXP is the driver's own. */
function regexp(symbol: string, flag: string | null): Renderer<Binary> {
  return (node, out) => {
    const flags = flag ?? node.modifier
    const pattern = out.node(node.right)
    return `${out.node(node.left)} ${symbol} ${flags === null ? pattern : `('(?${flags})' || ${pattern})`}`
  }
}

function renderRegexpReplace(node: Binary, out: Render): string {
  const [pattern, replacement] = (node.right as ClauseList).clauses ?? []
  const parts = [
    node.left,
    ...(pattern === undefined || replacement === undefined ? [node.right] : [pattern, replacement]),
  ]
  const flags = node.modifier === null ? '' : `, '${node.modifier}'`
  return `regexp_replace(${out.nodes(parts, ', ')}${flags})`
}

const refuse =
  (what: string, remedy: string): Renderer<Binary> =>
  () => {
    throw new CompileError(`SQLite has no ${what}: ${remedy}`)
  }

const documents = (symbol: string): Renderer<Binary> =>
  refuse(
    `operator ${symbol} of documents, arrays and ranges`,
    "compare parts of the document, by .at('key').asString()",
  )

const TEMPORAL: ReadonlySet<string> = new Set(['datetime', 'date', 'time', 'interval'])

/** Dates are text: what would be added to a number is moved by functions. */
function arithmetic(sign: '+' | '-'): Renderer<Binary> {
  return (node, out) => {
    const [from, to] = [node.left.type.forDialect(HOST), node.right.type.forDialect(HOST)]
    const [left, right] = [out.node(node.left), out.node(node.right)]
    if (!TEMPORAL.has(from.affinity) && !TEMPORAL.has(to.affinity)) return `${left} ${sign} ${right}`
    const moved = moment(from.affinity, to.affinity, sign, left, right)
    if (moved !== null) return moved
    throw new CompileError(
      `SQLite cannot compute ${from.kind} ${sign} ${to.kind}: its dates and times are text; compute it in the program, or by func.julianday()`,
    )
  }
}

/** The functions are the driver's own. */
function moment(from: string, to: string, sign: '+' | '-', left: string, right: string): string | null {
  const step = sign === '+' ? 'add_interval' : 'subtract_interval'
  if (to === 'interval' && from !== 'integer') return `${step}(${left}, ${right})`
  if (from === 'interval' && sign === '+') return `add_interval(${right}, ${left})`
  if (from === 'date' && to === 'integer') return `date(${left}, ${sign === '-' ? '-' : ''}(${right}) || ' days')`
  if (from === 'date' && to === 'date' && sign === '-')
    return `CAST(julianday(${left}) - julianday(${right}) AS INTEGER)`
  const areMoments = [from, to].every((each) => each === 'datetime' || each === 'date')
  if (sign === '-' && areMoments) return `interval_between(${left}, ${right})`
  return null
}

/** Both sides so that they compare as on other databases: a day as its beginning beside a moment, spans by their length, enumerations by their labels. */
function sides(left: ColumnElement, right: ColumnElement, sorts: boolean, out: Render): [left: string, right: string] {
  const [one, other] = [left.type.forDialect(HOST), right.type.forDialect(HOST)]
  const texts: [string, string] = [out.node(left), out.node(right)]
  if (one.affinity === 'date' && other.affinity === 'datetime') return [beginning(texts[0]), texts[1]]
  if (one.affinity === 'datetime' && other.affinity === 'date') return [texts[0], beginning(texts[1])]
  const isSpan = one.affinity === 'interval' && other.affinity === 'interval'
  if (!isSpan && !(sorts && one.kind === 'enum' && other.kind === 'enum')) return texts
  return [comparable(texts[0], left, out), comparable(texts[1], right, out)]
}

/** The moment that a day begins with. */
function beginning(day: string): string {
  return `(${day} || ' 00:00:00.000000')`
}

function comparison(symbol: string, sorts: boolean): Renderer<Binary> {
  return (node, out) => {
    const [left, right] = sides(node.left, node.right, sorts, out)
    return `${left} ${symbol} ${right}`
  }
}

function between(word: string): Renderer<Binary> {
  return (node, out) => {
    const ends = (node.right as BooleanList).clauses
    const [low, high] = ends.map((end) => sides(node.left, end, true, out)) as [[string, string], [string, string]]
    return low[0] === high[0]
      ? `${low[0]} ${word} ${low[1]} AND ${high[1]}`
      : `${word === 'BETWEEN' ? '' : 'NOT '}(${low[0]} >= ${low[1]} AND ${high[0]} <= ${high[1]})`
  }
}

/** Bytes behind bytes would be a text of them; other values are shown as other databases show them. */
function renderConcatenate(node: Binary, out: Render): string {
  const [left, right] = [node.left, node.right].map((side) => shownText(side, out, ['true', 'false']) ?? out.node(side))
  const text = `${left} || ${right}`
  return node.type.forDialect(HOST).affinity === 'binary' ? `CAST(${text} AS BLOB)` : text
}

/** ILIKE, where lower() knows no letters but those of ASCII. */
function ilike(negation: string): Renderer<Binary> {
  return (node, out) => {
    const [left, right] = [out.node(node.left), out.node(node.right)]
    const escape = node.modifier === null ? '' : `, ${out.spelling.literal(node.modifier, StringSql)}`
    return `${negation}ilike(${right}, ${left}${escape})`
  }
}

/** The lower of both ends first. */
function symmetric(word: string): Renderer<Binary> {
  return (node, out) => {
    const [low, high] = (node.right as BooleanList).clauses.map((end) => out.node(end))
    return `${out.node(node.left)} ${word} min(${low}, ${high}) AND max(${low}, ${high})`
  }
}

/** Operators of SQLite that are more than their symbol, or another one. */
export const sqliteOperators: Readonly<Record<string, Renderer<Binary>>> = {
  ...ansi.operators,
  in: renderListIn,
  notIn: renderListIn,
  add: arithmetic('+'),
  subtract: arithmetic('-'),
  divide: renderDivide,
  floorDivide: renderFloorDivide,
  modulo: renderModulo,
  bitwiseXor: renderXor,
  eq: comparison('=', false),
  ne: comparison('!=', false),
  lt: comparison('<', true),
  le: comparison('<=', true),
  gt: comparison('>', true),
  ge: comparison('>=', true),
  between: between('BETWEEN'),
  notBetween: between('NOT BETWEEN'),
  isDistinctFrom: comparison('IS NOT', false),
  isNotDistinctFrom: comparison('IS', false),
  concatenate: renderConcatenate,
  ilike: ilike(''),
  notIlike: ilike('NOT '),
  multiply: spans('*'),
  betweenSymmetric: symmetric('BETWEEN'),
  notBetweenSymmetric: symmetric('NOT BETWEEN'),
  regexpMatch: regexp('REGEXP', null),
  notRegexpMatch: regexp('NOT REGEXP', null),
  iregexpMatch: regexp('REGEXP', 'i'),
  notIregexpMatch: regexp('NOT REGEXP', 'i'),
  regexpReplace: renderRegexpReplace,
  jsonAt: renderDocumentAt,
  jsonPath: renderDocumentAt,
  jsonAtText: renderDocumentText,
  jsonPathText: renderDocumentText,
  subscript: refuse('arrays', 'keep lists as documents, by JSON()'),
  holds: documents('@>'),
  containedBy: documents('<@'),
  overlaps: documents('&&'),
  hasKey: documents('?'),
  hasAny: documents('?|'),
  hasAll: documents('?&'),
  pathExists: documents('@?'),
  pathMatch: documents('@@'),
  without: documents('-'),
  deletePath: documents('#-'),
  matchesQuery: refuse('text search of this kind', 'create a table by FTS5 and use .match()'),
}

/** ANY and ALL are of arrays and subqueries elsewhere. */
export function renderUnary(node: Unary, out: Render): string {
  const { name, symbol } = node.operator
  if (name === 'any' || name === 'all')
    throw new CompileError(`SQLite has no ${symbol}: write .in(...), or EXISTS by exists(...)`)
  if (name === 'negative') refuseSpans(node.element, node.element, '-')
  return ansi.unary(node, out)
}

/** CAST, where SQLite's would read a date as a number, cut instead of round, or turn 2 into no truth value. */
export function renderCast(node: Cast, out: Render): string {
  const type = node.type.forDialect(HOST)
  const operand = castOperand(node, out)
  switch (type.affinity) {
    case 'date':
      return `date(${operand})`
    case 'time':
      return timeOf(node.element, operand)
    case 'datetime':
      return (type as unknown as DateTimeType).kind === 'exactDateTime'
        ? `datetime(${operand})`
        : momentOf(node.element, operand)
    case 'json':
      return `json(${operand})`
    case 'boolean':
      return isText(node.element)
        ? `to_boolean(${operand})`
        : `(CAST(${operand} AS ${out.spelling.typeName(type)}) != 0)`
    case 'uuid':
      return `to_uuid(${operand})`
    case 'integer':
      return `CAST(${isFraction(node.element) ? `${roundingOf(node.element)}(${operand})` : operand} AS ${out.spelling.typeName(type)})`
    case 'numeric': {
      const { scale, precision } = type as unknown as NumericType
      const text = `CAST(${operand} AS ${out.spelling.typeName(type)})`
      return precision === null ? text : `to_scale(${text}, ${scale ?? 0})`
    }
    case 'string':
      return castToText(node, type as SqlType as StringType, out)
    default:
      return castText('CAST', operand, type, out)
  }
}

function roundingOf(element: ColumnElement): string {
  return isDouble(element) ? 'round_even' : 'ROUND'
}

/** A point of time, or a time of day, as a text of the form that other databases give. */
export function momentText(given: SqlType, text: string, separator: ' ' | 'T', out: Render): string {
  const type = given.forDialect(HOST)
  const isZoned = (type as SqlType as DateTimeType).timezone && type.affinity === 'datetime'
  const zone = isZoned ? (separator === 'T' ? '+00:00' : '+00') : ''
  const [between, behind] = [separator, zone].map((each) => out.spelling.literal(each, StringSql))
  return `moment_text(${text}, ${between}, ${behind})`
}

/** To the microsecond, where SQLite's own functions know milliseconds. */
function momentOf({ type }: ColumnElement, operand: string): string {
  const { affinity } = type.forDialect(HOST)
  if (affinity === 'datetime') return operand
  return affinity === 'date' ? beginning(operand) : `strftime('%Y-%m-%d %H:%M:%f000', ${operand})`
}

function timeOf({ type }: ColumnElement, operand: string): string {
  const { affinity } = type.forDialect(HOST)
  if (affinity === 'time') return operand
  return affinity === 'datetime' ? `substr(${operand}, 12)` : `strftime('%H:%M:%f000', ${operand})`
}

function isText({ type }: ColumnElement): boolean {
  return type.forDialect(HOST).affinity === 'string'
}

/** A value as the text that other databases make of it; null where the one that is kept is that text, or none stands for it. */
export function shownText(element: ColumnElement, out: Render, truths: readonly [string, string]): string | null {
  const text = (): string => out.node(element)
  switch (element.type.forDialect(HOST).affinity) {
    case 'boolean':
      return `CASE ${text()} WHEN 1 THEN '${truths[0]}' WHEN 0 THEN '${truths[1]}' END`
    case 'datetime':
    case 'time':
      return momentText(element.type, text(), ' ', out)
    case 'numeric': {
      const { least, most } = digitsOf(element)
      return `decimal_text(${text()}, ${least ?? -1}, ${most ?? -1})`
    }
    case 'float':
      return `double_text(${text()})`
    default:
      return null
  }
}

/** As other databases write values, and no longer than the type. */
function castToText({ element }: Cast, type: StringType, out: Render): string {
  const shown = shownText(element, out, ['true', 'false'])
  const isWhole = shown !== null && !shown.startsWith('CASE') && type.collation === null
  const text = isWhole ? shown : castText('CAST', shown ?? out.node(element), type, out)
  if (type.kind === 'enum' || typeof type.length !== 'number') return text
  const [, cast = text, collation = ''] = /^(.*\))( COLLATE .*)$/s.exec(text) ?? []
  return `substr(${cast}, 1, ${type.length})${collation}`
}
