// Operators of documents, arrays, ranges and text search, by the type of the left side.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import { Binary } from '../element/binary.ts'
import { Bind } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { NULL } from '../element/constant.ts'
import { Grouping } from '../element/grouping.ts'
import * as op from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { ARRAY, ArrayType } from '../types/array.ts'
import { comparedType } from '../types/infer.ts'
import { JsonKeyType, JsonPathQueryType } from '../types/json.ts'
import { NullType } from '../types/null.ts'
import { Integer } from '../types/numeric.ts'
import { type MultirangeType, Range, type RangeType } from '../types/range.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'
import { String as StringSql } from '../types/string.ts'
import { TSQUERY } from '../types/text-search.ts'
import type { SqlType } from '../types/type.ts'
import { ANONYMOUS, operandFor, refusal } from './operand.ts'
import { likePart } from './pattern.ts'
import { documentAs, documentAt, documentPath, pathBind, plainType, subscripted } from './typed-document.ts'

type Handler = (left: ColumnElement, operator: Operator, operands: readonly unknown[]) => ColumnElement

const KEY: SqlType = new JsonKeyType()
const KEYS: SqlType = ARRAY(new JsonKeyType())
const PATH_QUERY: SqlType = new JsonPathQueryType()

/** Types whose `contains` is `@>` and not LIKE. */
function isContainer(type: SqlType): boolean {
  return ['json', 'array', 'range'].includes(type.affinity) || plainType(type).kind === 'hstore'
}

function comparison(left: ColumnElement, operator: Operator, right: ColumnElement): ColumnElement<boolean> {
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), BooleanSql)
}

/** A value of a certain type, or an expression. */
function typedOperand(left: ColumnElement, operator: Operator, value: unknown, type: SqlType): ColumnElement {
  const element = elementOf(value)
  if (element !== null) return expect(EXPRESSION, element, `.${operator.name}()`)
  if (value === undefined || value === null) throw refusal(left, operator, value)
  return new Bind(left.parameterName, value, type, ANONYMOUS)
}

/** @throws ArgumentError the document is kept as text, of which the database has no such operator. */
function checkBinaryDocument(left: ColumnElement, operator: Operator): void {
  if (plainType(left.type).kind === 'json')
    throw new ArgumentError(
      `.${operator.name}() is of JSONB documents; this expression is of the type JSON: on PostgreSQL write cast(expression, JSONB()), or make the column JSONB`,
    )
}

/** `@>`, `<@`, `&&`: the other side is of the same type; a range also holds a value of its ends' type. */
function containment(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const value = operands[0]
  if (value === undefined || value === null) throw refusal(left, operator, value)
  if (operator === op.holds) checkBinaryDocument(left, op.contains)
  if (operator === op.containedBy) checkBinaryDocument(left, operator)
  const type = plainType(left.type)
  const isMember =
    type.affinity === 'range' && operator === op.holds && !(value instanceof Range) && !Array.isArray(value)
  if (isMember && elementOf(value) === null) {
    const element = (type as SqlType as RangeType | MultirangeType).element
    const compared = comparedType(element, value)
    if (compared === null) throw refusal(left, operator, value)
    return comparison(left, operator, new Bind(left.parameterName, value, compared, ANONYMOUS))
  }
  if (value instanceof Range && type.affinity !== 'range')
    throw new ArgumentError(
      `.${operator.name}() got a Range beside an expression of the type ${type.kind}: write literal(range, INT4RANGE), with the type of the range`,
    )
  return comparison(left, operator, operandFor(left, operator, value))
}

/** `.contains()`: of texts LIKE, of documents, arrays and ranges `@>`. */
function contains(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  return isContainer(left.type) ? containment(left, op.holds, operands) : likePart(left, operator, operands)
}

function key(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  checkBinaryDocument(left, operator)
  const [value] = operands
  if (elementOf(value) === null && typeof value !== 'string')
    throw new ArgumentError(`.${operator.name}() takes a key; got ${describe(value)}`)
  return comparison(left, operator, typedOperand(left, operator, value, KEY))
}

function keys(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  checkBinaryDocument(left, operator)
  const [value] = operands
  if (elementOf(value) === null && !(Array.isArray(value) && value.every((each) => typeof each === 'string')))
    throw new ArgumentError(`.${operator.name}() takes an array of keys; got ${describe(value)}`)
  return comparison(left, operator, typedOperand(left, operator, value, KEYS))
}

/** `document @? path`. */
function pathTest(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  checkBinaryDocument(left, operator)
  return comparison(left, operator, typedOperand(left, operator, operands[0], PATH_QUERY))
}

/** `document - key`, `- index`, `- keys`. */
function without(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  checkBinaryDocument(left, operator)
  const [value] = operands
  const type = Array.isArray(value) ? KEYS : typeof value === 'number' ? Integer : KEY
  const right = typedOperand(left, operator, value, type)
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), left.type)
}

function deletePath(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  checkBinaryDocument(left, operator)
  const right = pathBind(left, operands[0], '.deletePath()')
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), left.type)
}

/** `text @@ plainto_tsquery(config, words)`. */
function match(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const [value, options] = operands as [unknown, { readonly regconfig?: string } | undefined]
  const right = typedOperand(left, operator, value, StringSql)
  const name: unknown = options?.regconfig
  if (name === undefined) return comparison(left, operator, right)
  if (typeof name !== 'string')
    throw new ArgumentError(".match(): regconfig is the name of a configuration for text search, such as 'english'")
  // Written, not bound: an index over to_tsvector('english', ...) is found by its text.
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), BooleanSql, name)
}

/** `vector @@ query`: a string is a query in the server's own notation. */
function query(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  return comparison(left, operator, typedOperand(left, operator, operands[0], TSQUERY))
}

/** `array[index]`, `document -> key`, `hstore -> key`. */
function at(left: ColumnElement, _operator: Operator, operands: readonly unknown[]): ColumnElement {
  const type = plainType(left.type)
  if (type.affinity === 'json') return documentAt(left, operands[0])
  if (type.kind === 'hstore')
    return new Binary(
      left.selfGroup(op.jsonAt),
      op.jsonAt,
      typedOperand(left, op.subscript, operands[0], KEY),
      StringSql,
    )
  if (type.kind === 'composite') return fieldOf(left, type, operands[0])
  if (!(type instanceof ArrayType))
    throw new ArgumentError(
      `.at() is of arrays, documents and composite values; this expression is of the type ${type.kind}`,
    )
  const { dimensions, element, zeroIndexes } = type
  const inner = dimensions === null || dimensions <= 1 ? element : new ArrayType(element, dimensions - 1, zeroIndexes)
  return new Binary(subscripted(left), op.subscript, indexOf(left, operands[0], type, '.at()'), inner)
}

/** `(composite).field` */
function fieldOf(left: ColumnElement, type: SqlType, name: unknown): ColumnElement {
  const { fields } = type as SqlType & { readonly fields: readonly (readonly [string, SqlType])[] }
  const found = fields.find(([key]) => key === name)
  if (found === undefined) {
    const known = fields.map(([key]) => key)
    const given = typeof name === 'string' ? `${quoteName(name)}${suggestion(name, known)}` : describe(name)
    throw new ArgumentError(
      `.at() takes a field of the composite type, ${known.map(quoteName).join(', ')}; got ${given}`,
    )
  }
  const isField = left instanceof Binary && left.operator === op.field
  const whole = isField || left.kind === 'grouping' ? left : new Grouping(left)
  return new Binary(whole, op.field, new ColumnClause(found[0], found[0], found[1]), found[1])
}

function indexOf(left: ColumnElement, value: unknown, type: ArrayType, where: string): ColumnElement {
  const element = elementOf(value)
  if (element !== null) {
    const given = expect(EXPRESSION, element, where)
    const index = type.zeroIndexes
      ? new Binary(given.selfGroup(op.add), op.add, new Bind('param', 1, Integer, ANONYMOUS), Integer)
      : given
    return index.selfGroup(op.subscript)
  }
  if (!Number.isSafeInteger(value))
    throw new ArgumentError(`${where} of an array takes whole numbers; got ${describe(value)}`)
  return new Bind(left.parameterName, (value as number) + (type.zeroIndexes ? 1 : 0), Integer, ANONYMOUS)
}

/** `array[from:to]`; null for an end that is open. */
function slice(left: ColumnElement, _operator: Operator, operands: readonly unknown[]): ColumnElement {
  const type = plainType(left.type)
  if (!(type instanceof ArrayType))
    throw new ArgumentError(`.slice() is of arrays; this expression is of the type ${type.kind}`)
  const [from, to] = operands.map((end) => (end === null ? NULL : indexOf(left, end, type, '.slice()')))
  const ends = new Binary(from as ColumnElement, op.sliceTo, to as ColumnElement, NullType)
  return new Binary(subscripted(left), op.subscript, ends, type)
}

/** The handlers of operators that only some types have. */
export const TYPED_HANDLERS: readonly (readonly [Operator, Handler])[] = [
  [op.contains, contains],
  ...[op.holds, op.containedBy, op.overlaps].map((each) => [each, containment] as const),
  ...[op.strictlyLeftOf, op.strictlyRightOf, op.adjacentTo].map((each) => [each, containment] as const),
  ...[op.notExtendLeftOf, op.notExtendRightOf].map((each) => [each, containment] as const),
  [op.hasKey, key],
  ...[op.hasAny, op.hasAll].map((each) => [each, keys] as const),
  ...[op.pathExists, op.pathMatch].map((each) => [each, pathTest] as const),
  [op.match, match],
  [op.matchesQuery, query],
  [op.without, without],
  [op.deletePath, deletePath],
  [op.subscript, at],
  [op.sliceTo, slice],
  [op.jsonPath, documentPath],
  [op.documentAs, documentAs],
]
