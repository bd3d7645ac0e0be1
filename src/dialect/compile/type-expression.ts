// SQL that types put around their parameters and their columns.
import { elementOf, expect } from '../../expression/coerce/expect.ts'
import { EXPRESSION } from '../../expression/coerce/roles.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { SqlType, type TypeHost } from '../../expression/types/type.ts'

/** What is around something: the text before it and behind it. */
export type Around = readonly [before: string, behind: string]

/** What may be asked of whoever renders. */
interface Out {
  readonly spelling: TypeHost
  node(element: ColumnElement): string
}

/** Stands for the text of a parameter; no name of a user's is like it. */
const PLACE = '<\u0001>'

/** The text around each parameter of a type; null for none. */
export function aroundParameters(type: SqlType, out: Out): Around | null {
  if (!type.wrapsParameters) return null
  const around = type.bindExpression(new ColumnClause('value', PLACE, type, null, true), out.spelling)
  if (around === null) return null
  const [before = '', ...behind] = out.node(expression(around, 'bindExpression()')).split(PLACE)
  return [before, behind.join(PLACE)]
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
