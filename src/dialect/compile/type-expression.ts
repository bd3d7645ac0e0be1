// SQL that types put around their parameters and their columns.
import { iterate } from '../../expression/base/traverse.ts'
import { elementOf, expect } from '../../expression/coerce/expect.ts'
import { EXPRESSION } from '../../expression/coerce/roles.ts'
import { TypeCoerce } from '../../expression/element/cast.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { TupleType } from '../../expression/types/tuple.ts'
import { SqlType, type SqlValue, type TypeHost } from '../../expression/types/type.ts'

/** What is around a parameter: the pieces of text between which it stands, once or several times. */
export type Around = readonly string[]

/** What may be asked of whoever renders. */
interface Out {
  readonly spelling: TypeHost
  /** Within what a type puts around a parameter: parameters there are written as they are, or there would be no end. */
  inType: boolean
  node(element: ColumnElement): string
}

/** Stands for the text of a parameter; no name of a user's is like it. */
const PLACE = '<\u0001>'

function expressionAround(type: SqlType, out: Out): SqlValue | null {
  if (out.inType || !type.wrapsParameters(out.spelling)) return null
  return type.bindExpression(placeOf(type), out.spelling)
}

function placeOf(type: SqlType): ColumnClause {
  return new ColumnClause('value', PLACE, type, null, true)
}

/** The type that a parameter travels as: its own, unless its type has it taken for another by `typeCoerce()`. */
export function sentType(type: SqlType, out: Out): SqlType {
  if (out.inType || !type.wrapsParameters(out.spelling)) return type
  const place = placeOf(type)
  const around = type.bindExpression(place, out.spelling)
  if (around === null) return type
  for (const each of iterate(expression(around, 'bindExpression()')))
    if (each instanceof TypeCoerce && each.element === place) return each.type
  return type
}

/** {@link sentType} of the members of a tuple. */
export function sentTuple(type: TupleType, out: Out): TupleType {
  const types = type.types.map((each) => sentType(each, out))
  return types.every((each, index) => each === type.types[index]) ? type : new TupleType(types)
}

/** Whether a type puts something around its parameters. */
export function isAround(type: SqlType, out: Out): boolean {
  return expressionAround(type, out) !== null
}

/** The text around each parameter of a type; null for none. */
export function aroundParameters(type: SqlType, out: Out): Around | null {
  const around = expressionAround(type, out)
  if (around === null) return null
  out.inType = true
  const element = expression(around, 'bindExpression()')
  const text = out.node(element)
  out.inType = false
  // What stands beside the parameter may bind more strongly than what is around it.
  return (element.topOperator === null ? text : `(${text})`).split(PLACE)
}

/** The text of a parameter with what its type puts around it. */
export function wrapped(type: SqlType, text: string, out: Out): string {
  return aroundParameters(type, out)?.join(text) ?? text
}

/** What a column of the result is written as; null where it is written as it is. */
export function columnExpressionOf(column: ColumnElement, out: Out): ColumnElement | null {
  const { type } = column
  if (type.columnExpression === SqlType.prototype.columnExpression) return null
  const around = type.columnExpression(column, out.spelling)
  return around === null ? null : expression(around, 'columnExpression()')
}

function expression(given: unknown, where: string): ColumnElement {
  return expect(EXPRESSION, elementOf(given) ?? given, where)
}
