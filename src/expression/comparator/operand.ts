// The right side of an operator: an element as it is, or a value as a parameter of the type that the left side gives it.
import { ArgumentError } from '../../errors.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import { Binary } from '../element/binary.ts'
import { ANONYMOUS, Bind, withType } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { FALSE, NULL, TRUE } from '../element/constant.ts'
import { Tuple } from '../element/list.ts'
import type { Operator } from '../operator/operator.ts'
import { comparedType } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'
import { String as StringSql } from '../types/string.ts'
import type { TupleType } from '../types/tuple.ts'
import type { Affinity, SqlType } from '../types/type.ts'

export { ANONYMOUS } from '../element/bind.ts'

const TIMES: ReadonlySet<Affinity> = new Set<Affinity>(['date', 'time', 'datetime', 'interval'])

/** `at AT TIME ZONE 'UTC'`: beside an operator that is words a text is no point in time. */
function isWordBesideTime(type: SqlType, operator: Operator, value: unknown): boolean {
  return (
    typeof value === 'string' &&
    operator.name === 'custom' &&
    /^[A-Za-z]/.test(operator.symbol) &&
    TIMES.has(type.affinity)
  )
}

/**
 * The comparison of a column with a value of the column's own type, or with a column, as most are; null for any other value.
 * @internal
 */
export function plainComparison(left: ColumnClause, operator: Operator, value: unknown): Binary<boolean> | null {
  const { forms, type } = left
  if (typeof value === 'object' && value instanceof ColumnClause) {
    const form = forms === null || value.forms === null ? null : forms.find(operator, type, value.forms)
    return new Binary(left, operator, value, BooleanSql, null, form)
  }
  const form = forms === null ? null : forms.find(operator, type, null)
  if (form === null || !form.takes(value)) return null
  return new Binary(left, operator, new Bind(left.key, value, type, ANONYMOUS), BooleanSql, null, form)
}

/** The right side of an operator, not yet grouped. */
export function operandFor(left: ColumnElement, operator: Operator, value: unknown): ColumnElement {
  const element = elementOf(value)
  if (element === null) return valueFor(left, operator, value)
  if (element instanceof ColumnClause) return element
  return withType(expect(EXPRESSION, element, `.${operator.name}()`), left.type)
}

/** A value beside an expression, as an anonymous parameter or, for null, true and false of no use as such, the constant. */
export function valueFor(left: ColumnElement, operator: Operator, value: unknown): ColumnElement {
  if (value === null) return NULL
  const type = left.type
  if (type.affinity === 'tuple' && Array.isArray(value)) return tupleFor(type as SqlType as TupleType, operator, value)
  const compared = isWordBesideTime(type, operator, value) ? StringSql : comparedType(type, value)
  if (compared === null) throw refusal(left, operator, value)
  return new Bind(left.parameterName, value, compared, ANONYMOUS)
}

function tupleFor(type: TupleType, operator: Operator, values: readonly unknown[]): Tuple {
  const members = values.map((value, index) => {
    const element = elementOf(value)
    const given = type.types[index] ?? NullType
    if (element !== null) return withType(expect(EXPRESSION, element, `.${operator.name}()`), given)
    const memberType = comparedType(given, value)
    if (memberType === null)
      throw new ArgumentError(`.${operator.name}() of a tuple got ${describe(value)} as a member`)
    return value === null ? NULL : new Bind('param', value, memberType, ANONYMOUS)
  })
  return new Tuple(members)
}

/** NULL, TRUE or FALSE, given as JavaScript values or as elements; null for anything else. */
export function constantOf(value: unknown): ColumnElement | null {
  if (value === null || value === NULL) return NULL
  if (value === true || value === TRUE) return TRUE
  return value === false || value === FALSE ? FALSE : null
}

/** The error for a value that cannot be a parameter here. */
export function refusal(left: ColumnElement, operator: Operator, value: unknown): ArgumentError {
  const name = `.${operator.name}()`
  if (value === undefined)
    return new ArgumentError(
      `${name} got undefined: a value is missing, and a criterion without its value must not run; write null for NULL`,
    )
  if (value === null)
    return new ArgumentError(
      `${name} cannot be used with null: whether something is NULL is asked by .is(null) and .isNot(null), or .eq(null) and .ne(null)`,
    )
  return new ArgumentError(
    `${name} takes an expression or a value of the type ${left.type.kind}; got ${describe(value)}` +
      (typeof value === 'object' ? ': only json and array columns are compared with objects and arrays' : ''),
  )
}
