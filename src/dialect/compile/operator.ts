// Renderers of operators: the symbol between the operands, and those that are spelt otherwise.
import { CompileError } from '../../errors.ts'
import { Binary } from '../../expression/element/binary.ts'
import { Bind } from '../../expression/element/bind.ts'
import { TypeCoerce } from '../../expression/element/cast.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Extract } from '../../expression/element/extract.ts'
import { Grouping } from '../../expression/element/grouping.ts'
import { Tuple } from '../../expression/element/list.ts'
import { Unary } from '../../expression/element/unary.ts'
import { concatenate, field, jsonAt, notIn, sliceTo, subscript } from '../../expression/operator/catalog.ts'
import { Numeric } from '../../expression/types/numeric.ts'
import type { TupleType } from '../../expression/types/tuple.ts'
import type { SqlType } from '../../expression/types/type.ts'
import type { Renderer } from './renderers.ts'
import type { Render } from './state.ts'

/** `left operator right`. Chains to the left (`a || b || c`) are written in a loop, however long. */
export function renderBinary(node: Binary, out: Render): string {
  const special = out.renderers.operators[node.operator.name]
  if (special !== undefined) return special(node, out)
  if (node.left.kind !== 'binary') return operands(out.node(node.left), node, out)
  const chain: Binary[] = []
  let first: ColumnElement = node
  while (first instanceof Binary && out.renderers.operators[first.operator.name] === undefined) {
    chain.push(first)
    first = first.left
  }
  let text = out.node(first)
  for (let index = chain.length - 1; index >= 0; index -= 1) text = operands(text, chain[index] as Binary, out)
  return text
}

/** The right operand and the operator behind the text of the left one. */
function operands(left: string, node: Binary, out: Render): string {
  const text = `${left} ${node.operator.symbol} ${out.node(node.right)}`
  return node.modifier === null || !LIKE.has(node.operator.name) ? text : `${text}${escapeClause(node.modifier)}`
}

/** Operators whose modifier is ESCAPE. */
const LIKE: ReadonlySet<string> = new Set(['like', 'notLike', 'ilike', 'notIlike'])

/** ESCAPE with its character. */
export function escapeClause(character: string): string {
  return ` ESCAPE '${character === "'" ? "''" : character}'`
}

/** `NOT x`, `-x`, `ANY (x)`, `x DESC`. */
export function renderUnary(node: Unary, out: Render): string {
  const { operator } = node
  const text = out.node(node.element)
  if (node.postfix) return `${text} ${operator.symbol}`
  switch (operator.name) {
    case 'any':
    case 'all':
      return node.element.kind === 'grouping' || node.element.kind === 'scalarSelect'
        ? `${operator.symbol} ${text}`
        : `${operator.symbol} (${text})`
    case 'negative':
    case 'bitwiseNot':
      // Two minus signs would begin a comment.
      return text.startsWith('-') ? `${operator.symbol} ${text}` : `${operator.symbol}${text}`
    default:
      return `${operator.symbol} ${text}`
  }
}

/** `left IN (...)`; NOT IN stands in parentheses, as its empty form is an OR. */
function renderIn(node: Binary, out: Render): string {
  const left = out.node(node.left)
  const negated = node.operator === notIn
  const text = `${left} ${node.operator.symbol} ${members(node, negated, out)}`
  return negated ? `(${text})` : text
}

function members(node: Binary, negated: boolean, out: Render): string {
  const right = node.right
  if (!(right instanceof Bind) || !right.expanding) {
    const text = out.node(right)
    return text.startsWith('(') ? text : `(${text})`
  }
  const types = memberTypes(right.type)
  const nulls = types === null ? 'NULL' : `(${types.map(() => 'NULL').join(', ')})`
  return `(${out.list(right, `${nulls}) ${negated ? 'OR (1 = 1' : 'AND (1 != 1'}`, types)})`
}

/** The types of a tuple's members; null for any other type. */
export function memberTypes(type: SqlType): readonly SqlType[] | null {
  return type.affinity === 'tuple' ? (type as SqlType as TupleType).types : null
}

/** True division: without a fraction on either side most databases would divide whole numbers. */
function renderDivide(node: Binary, out: Render): string {
  const { type } = node.right
  // Amounts of money are divided by each other as they are; as a number the right one would make the quotient an amount.
  if (isMoney(type)) return `${out.node(node.left)} / ${out.node(node.right)}`
  const target = type.affinity === 'numeric' || type.affinity === 'float' ? type : Numeric
  return `${out.node(node.left)} / CAST(${out.node(node.right)} AS ${out.spelling.typeName(target)})`
}

function isMoney(type: SqlType): boolean {
  return type.kind === 'own' && (type as { readonly typeName?: string }).typeName === 'MONEY'
}

function renderFloorDivide(node: Binary, out: Render): string {
  const text = `${out.node(node.left)} / ${out.node(node.right)}`
  const isWhole = node.left.type.affinity === 'integer' && node.right.type.affinity === 'integer'
  return isWhole && !isExact(node.left) && !isExact(node.right) ? text : `FLOOR(${text})`
}

/** Whether a whole number comes as an exact one, as EXTRACT gives it: its quotients have fractions. */
function isExact(element: ColumnElement): boolean {
  if (element instanceof Grouping || element instanceof Unary) return isExact(element.element)
  return element instanceof Binary ? isExact(element.left) || isExact(element.right) : element instanceof Extract
}

/** ILIKE by way of LIKE. */
function renderIlike(symbol: string): Renderer<Binary> {
  return (node, out) => {
    const text = `lower(${out.node(node.left)}) ${symbol} ${lowered(node.right, out)}`
    return node.modifier === null ? text : `${text}${escapeClause(node.modifier)}`
  }
}

/** A pattern in small letters; what stands for any text has none. */
function lowered(pattern: ColumnElement, out: Render): string {
  if (!(pattern instanceof Binary) || pattern.operator !== concatenate) return `lower(${out.node(pattern)})`
  const { left, right } = pattern
  if (!isPercent(left) && !isPercent(right)) return `lower(${out.node(pattern)})`
  return [left, right].map((part) => (isPercent(part) ? out.node(part) : lowered(part, out))).join(' || ')
}

function isPercent(element: ColumnElement): boolean {
  return element instanceof ColumnClause && element.isLiteral && element.name === "'%'"
}

/** `array[index]`, `array[from:to]`; an end of a slice that is open is left out. */
export function renderSubscript(node: Binary, out: Render): string {
  return `${out.node(node.left)}${inBrackets(node.right, out)}`
}

function inBrackets(right: ColumnElement, out: Render): string {
  const inside = right instanceof Binary && right.operator === sliceTo ? slice(right, out) : null
  return `[${inside ?? out.node(right)}]`
}

/**
 * What stands before `=` in SET where a part of a value is set: `tags[2]`, `point.x`; without the parentheses that expressions need.
 *
 * @throws CompileError it is no part of a column that can be set.
 */
export function targetText(target: ColumnElement, out: Render): string {
  if (target instanceof Grouping || target instanceof TypeCoerce) return targetText(target.element, out)
  if (target instanceof ColumnClause) return out.quoted(target.name)
  if (target instanceof Tuple) return `(${target.clauses.map((column) => targetText(column, out)).join(', ')})`
  if (target instanceof Binary) {
    const { operator, left, right } = target
    if (operator === field) return `${targetText(left, out)}.${out.node(right)}`
    const isPart = operator === subscript || (operator === jsonAt && left.type.forDialect(out.spelling).kind !== 'json')
    if (isPart) return targetText(left, out) + inBrackets(right, out)
  }
  throw new CompileError(
    'UPDATE sets columns, members of arrays, keys of JSONB documents and fields of composite values',
  )
}

/** `(composite).field` */
function renderField(node: Binary, out: Render): string {
  return `${out.node(node.left)}.${out.node(node.right)}`
}

function slice(ends: Binary, out: Render): string {
  const end = (element: ColumnElement): string => (element.kind === 'null' ? '' : out.node(element))
  return `${end(ends.left)}:${end(ends.right)}`
}

function renderPower(node: Binary, out: Render): string {
  return `power(${out.node(node.left)}, ${out.node(node.right)})`
}

function renderRegexpReplace(node: Binary, out: Render): string {
  const flags = node.modifier === null ? '' : `, '${node.modifier}'`
  return `REGEXP_REPLACE(${out.node(node.left)}, ${out.node(node.right)}${flags})`
}

/** Operators of the standard that are more than their symbol. */
export const operators: Readonly<Record<string, Renderer<Binary>>> = {
  in: renderIn,
  notIn: renderIn,
  divide: renderDivide,
  floorDivide: renderFloorDivide,
  field: renderField,
  subscript: renderSubscript,
  match: (node, out) => `${out.node(node.left)} MATCH ${out.node(node.right)}`,
  ilike: renderIlike('LIKE'),
  power: renderPower,
  bitwiseXor: (node, out) => `${out.node(node.left)} ^ ${out.node(node.right)}`,
  regexpReplace: renderRegexpReplace,
  notIlike: renderIlike('NOT LIKE'),
}
