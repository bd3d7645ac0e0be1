// Operators of JSON documents: keys, paths, values as other types.
import { ArgumentError } from '../../errors.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import { Binary } from '../element/binary.ts'
import { Bind } from '../element/bind.ts'
import { Cast } from '../element/cast.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { Grouping } from '../element/grouping.ts'
import { jsonAt, jsonAtText, jsonPath, jsonPathText, subscript } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { TypeDecorator } from '../types/decorator.ts'
import { JsonKeyType, JsonPathType } from '../types/json.ts'
import { Integer } from '../types/numeric.ts'
import { String as StringSql } from '../types/string.ts'
import type { SqlType } from '../types/type.ts'
import { ANONYMOUS } from './operand.ts'

const KEY: SqlType = new JsonKeyType()
const PATH: SqlType = new JsonPathType()

/** The type that a decorator stands on: what is within a document or an array is none of the decorator's values. */
export function plainType(type: SqlType): SqlType {
  return type instanceof TypeDecorator ? plainType(type.impl) : type
}

/** The left side of a subscript: a column or another subscript, all else in parentheses. */
export function subscripted(left: ColumnElement): ColumnElement {
  const isBare = left.kind === 'column' || left.kind === 'grouping'
  const isSubscript = left instanceof Binary && (left.operator === subscript || left.operator === jsonAt)
  return isBare || isSubscript ? left : new Grouping(left)
}

/** `document -> key`. */
export function documentAt(left: ColumnElement, key: unknown): ColumnElement {
  const type = plainType(left.type)
  const isSubscript = type.kind === 'jsonb'
  return new Binary(isSubscript ? subscripted(left) : left.selfGroup(jsonAt), jsonAt, keyOf(left, key), type)
}

function keyOf(left: ColumnElement, key: unknown): ColumnElement {
  const element = elementOf(key)
  if (element !== null) return expect(EXPRESSION, element, '.at()').selfGroup(jsonAt)
  if (typeof key === 'string') return new Bind(left.parameterName, key, KEY, ANONYMOUS)
  if (Number.isInteger(key)) return new Bind(left.parameterName, key, Integer, ANONYMOUS)
  throw new ArgumentError(`.at() of a document takes a key or a whole number; got ${describe(key)}`)
}

/** A list of keys as a parameter. */
export function pathBind(left: ColumnElement, path: unknown, where: string): ColumnElement {
  const element = elementOf(path)
  if (element !== null) return expect(EXPRESSION, element, where)
  const isPath =
    Array.isArray(path) && Array.from(path).every((key) => typeof key === 'string' || Number.isInteger(key))
  if (!isPath) throw new ArgumentError(`${where} takes an array of keys and whole numbers; got ${describe(path)}`)
  return new Bind(left.parameterName, (path as unknown[]).map(String), PATH, ANONYMOUS)
}

/** `document #> path`. */
export function documentPath(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  if (left.type.affinity !== 'json') throw notDocument(left, '.path()')
  return new Binary(left.selfGroup(operator), operator, pathBind(left, operands[0], '.path()'), plainType(left.type))
}

/** The value as text, or as text cast to a type: `CAST((document ->> key) AS INTEGER)`. */
export function documentAs(left: ColumnElement, _operator: Operator, operands: readonly unknown[]): ColumnElement {
  if (left.type.affinity !== 'json') throw notDocument(left, '.asString() and its kin')
  const [type] = operands as [SqlType | null]
  const text = textOf(left)
  return type === null ? text : new Cast(new Grouping(text), type)
}

function textOf(left: ColumnElement): ColumnElement {
  if (left instanceof Binary && left.operator === jsonAt)
    return new Binary(left.left.selfGroup(jsonAtText), jsonAtText, left.right, StringSql)
  if (left instanceof Binary && left.operator === jsonPath)
    return new Binary(left.left.selfGroup(jsonPathText), jsonPathText, left.right, StringSql)
  // The whole document is what an empty path leads to.
  return new Binary(
    left.selfGroup(jsonPathText),
    jsonPathText,
    new Bind(left.parameterName, [], PATH, ANONYMOUS),
    StringSql,
  )
}

/** The error for a document's operator beside something else. */
export function notDocument(left: ColumnElement, where: string): ArgumentError {
  return new ArgumentError(`${where} is of JSON documents; this expression is of the type ${left.type.kind}`)
}
