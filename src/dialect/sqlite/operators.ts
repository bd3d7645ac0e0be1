// Operators where SQLite differs.
import { CompileError } from '../../errors.ts'
import type { Binary } from '../../expression/element/binary.ts'
import type { Cast } from '../../expression/element/cast.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { BooleanList, ClauseList } from '../../expression/element/list.ts'
import type { Unary } from '../../expression/element/unary.ts'
import type { NumericType } from '../../expression/types/numeric.ts'
import type { DateTimeType } from '../../expression/types/temporal.ts'
import { ansi } from '../compile/ansi.ts'
import { castText } from '../compile/expression.ts'
import type { Renderer } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { castOperand, renderDocumentAt, renderDocumentText } from './json.ts'
import { renderListIn } from './lists.ts'
import { HOST } from './type-name.ts'

/** An operator that SQLite has in other words. */
function words(symbol: string): Renderer<Binary> {
  return (node, out) => `${out.node(node.left)} ${symbol} ${out.node(node.right)}`
}

function isFraction(element: ColumnElement): boolean {
  const { affinity } = element.type.forDialect(HOST)
  return affinity === 'numeric' || affinity === 'float'
}

function isWhole(element: ColumnElement): boolean {
  return element.type.forDialect(HOST).affinity === 'integer'
}

/** True division: whole numbers would be divided as such, and decimals may be kept as whole numbers. */
function renderDivide(node: Binary, out: Render): string {
  return `${out.node(node.left)} / (${out.node(node.right)} + 0.0)`
}

function renderFloorDivide(node: Binary, out: Render): string {
  if (isFraction(node.left) || isFraction(node.right)) return `FLOOR(${renderDivide(node, out)})`
  const text = `${out.node(node.left)} / ${out.node(node.right)}`
  return isWhole(node.left) && isWhole(node.right) ? text : `FLOOR(${text})`
}

/** `%` is of whole numbers only. */
function renderModulo(node: Binary, out: Render): string {
  const [left, right] = [out.node(node.left), out.node(node.right)]
  return isFraction(node.left) || isFraction(node.right) ? `mod(${left}, ${right})` : `${left} % ${right}`
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
  if (sign === '-' && from === 'datetime' && to === 'datetime') return `interval_between(${left}, ${right})`
  return null
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
  isDistinctFrom: words('IS NOT'),
  isNotDistinctFrom: words('IS'),
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
      return `strftime('%H:%M:%f000', ${operand})`
    case 'datetime':
      return (type as unknown as DateTimeType).kind === 'exactDateTime'
        ? `datetime(${operand})`
        : `strftime('%Y-%m-%d %H:%M:%f000', ${operand})`
    case 'json':
      return `json(${operand})`
    case 'boolean':
      return `(CAST(${operand} AS ${out.spelling.typeName(type)}) != 0)`
    case 'integer':
      return `CAST(${isFraction(node.element) ? `ROUND(${operand})` : operand} AS ${out.spelling.typeName(type)})`
    case 'numeric': {
      const { scale, precision } = type as unknown as NumericType
      const text = `CAST(${operand} AS ${out.spelling.typeName(type)})`
      return precision === null ? text : `ROUND(${text}, ${scale ?? 0})`
    }
    default:
      return castText('CAST', operand, type, out)
  }
}
