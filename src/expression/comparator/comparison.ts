// Comparisons: =, <, IS, BETWEEN and their kin; NULL, TRUE and FALSE change which operator is meant.
import { ArgumentError } from '../../errors.ts'
import { Binary, isQuantified } from '../element/binary.ts'
import { Bind } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { BooleanList } from '../element/list.ts'
import { and, eq, ge, gt, is, isDistinctFrom, isNot, isNotDistinctFrom, le, lt, ne } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'
import { ANONYMOUS, constantOf, operandFor, plainComparison, refusal, valueFor } from './operand.ts'

/** `left operator right`, a boolean. */
export function compare(left: ColumnElement, operator: Operator, value: unknown): ColumnElement<boolean> {
  if (left instanceof ColumnClause) {
    const plain = plainComparison(left, operator, value)
    if (plain !== null) return plain
  }
  if (value === undefined) throw refusal(left, operator, value)
  let right: ColumnElement
  if (typeof value === 'string' || typeof value === 'number') right = valueFor(left, operator, value)
  else {
    const constant = constantOf(value)
    if (constant !== null && !(typeof value === 'boolean' && left.type.affinity === 'json'))
      return compareConstant(left, operator, constant)
    right = operandFor(left, operator, value)
  }
  if (isQuantified(left)) return mirrored(left, operator, right)
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), BooleanSql)
}

/** Comparisons with NULL, TRUE and FALSE. */
function compareConstant(left: ColumnElement, operator: Operator, constant: ColumnElement): ColumnElement<boolean> {
  if (isQuantified(left)) return mirrored(left, operator, constant)
  const meant = withConstant(operator, constant.kind === 'null')
  return new Binary(left.selfGroup(meant), meant, constant, BooleanSql)
}

function withConstant(operator: Operator, isNull: boolean): Operator {
  switch (operator) {
    case eq:
      return isNull ? is : eq
    case ne:
      return isNull ? isNot : ne
    case is:
    case isNot:
    case isDistinctFrom:
    case isNotDistinctFrom:
      return operator
    default:
      throw new ArgumentError(
        `.${operator.name}() cannot be used with null, true and false: only eq, ne, is, isNot, isDistinctFrom and isNotDistinctFrom can`,
      )
  }
}

const MIRROR: ReadonlyMap<Operator, Operator> = new Map([
  [eq, eq],
  [ne, ne],
  [lt, gt],
  [gt, lt],
  [le, ge],
  [ge, le],
])

/** ANY and ALL stand on the right only. */
function mirrored(left: ColumnElement, operator: Operator, right: ColumnElement): ColumnElement<boolean> {
  const mirror = MIRROR.get(operator)
  if (mirror === undefined) throw beyondComparison(operator)
  return new Binary(right.selfGroup(mirror), mirror, left, BooleanSql)
}

/** The error for ANY and ALL with an operator that does not compare. */
export function beyondComparison(operator: Operator): ArgumentError {
  return new ArgumentError(
    `.${operator.name}() cannot be used with any() and all(): only eq, ne, lt, le, gt and ge can`,
  )
}

/** `left BETWEEN low AND high`. */
export function between(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement<boolean> {
  const ends = operands.map((value) => {
    if (value === undefined) throw refusal(left, operator, value)
    // An end that is missing stays a parameter: the statement is the same with it and without.
    const end =
      value === null ? new Bind(left.parameterName, null, left.type, ANONYMOUS) : operandFor(left, operator, value)
    return end.selfGroup(and) as ColumnElement<boolean>
  })
  return new Binary(left.selfGroup(operator), operator, new BooleanList(and, ends), BooleanSql)
}
