// `caseWhen()`: CASE, searched and simple.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { CRITERION, EXPRESSION } from '../coerce/roles.ts'
import { Bind } from '../element/bind.ts'
import { Case } from '../element/case.ts'
import type { ColumnElement, Expression } from '../element/column-element.ts'
import { Grouping } from '../element/grouping.ts'
import { Unary } from '../element/unary.ts'
import * as op from '../operator/catalog.ts'
import { NullType } from '../types/null.ts'
import { commonType } from '../types/results.ts'
import type { SqlType } from '../types/type.ts'
import type { Criterion } from './conjunction.ts'
import { argumentFor, type ValueIn } from './construct.ts'
import { ANONYMOUS, operandFor } from './operand.ts'

/** A condition with the result that it leads to: a value or an expression. */
export type When = readonly [condition: Criterion, result: unknown]

/** The results of a list of conditions. */
type Results<W extends readonly (readonly [unknown, unknown])[]> = ValueIn<W[number][1]>

interface CaseOptions {
  readonly value?: unknown
  readonly else?: unknown
}

/**
 * `CASE WHEN condition THEN result ... ELSE otherwise END`; with `value`, the conditions are values that it is compared with.
 * Without `else` the result can be null.
 * @throws ArgumentError without a condition
 * @example
 * caseWhen([users.c.age.lt(18), 'minor'], [users.c.age.eq(null), 'unknown'], { else: 'adult' })
 * // CASE WHEN (users.age < :age_1) THEN :param_1 WHEN (users.age IS NULL) THEN :param_2 ELSE :param_3 END
 * caseWhen([1, 'one'], [2, 'two'], { value: users.c.id })
 * // CASE users.id WHEN :param_1 THEN :param_2 WHEN :param_3 THEN :param_4 END
 */
export function caseWhen<W extends readonly When[]>(...whens: W): ColumnElement<Results<W> | null>
export function caseWhen<W extends readonly When[], E>(
  ...whens: [...whens: W, options: { readonly else: E; readonly value?: never }]
): ColumnElement<Results<W> | ValueIn<E>>
export function caseWhen<V, W extends readonly (readonly [V | Expression<V>, unknown])[], E = null>(
  ...whens: [...whens: W, options: { readonly value: Expression<V>; readonly else?: E }]
): ColumnElement<Results<W> | ValueIn<E>>
export function caseWhen(...parts: readonly unknown[]): ColumnElement {
  const last = parts.at(-1)
  const options: CaseOptions = isOptions(last) ? last : {}
  const whens = isOptions(last) ? parts.slice(0, -1) : parts
  checkKeys('caseWhen()', options, ['else', 'value'])
  if (whens.length === 0) throw new ArgumentError('caseWhen() needs a condition: caseWhen([condition, result])')
  const value = options.value === undefined ? null : expect(EXPRESSION, options.value, 'caseWhen()')
  const conditions: ColumnElement[] = []
  for (const when of whens) {
    if (!Array.isArray(when) || when.length !== 2)
      throw new ArgumentError(`caseWhen() takes pairs [condition, result]; got ${describe(when)}`)
    conditions.push(value === null ? conditionFor(when[0]) : compared(value, when[0]))
  }
  const given = [...whens.map((when) => (when as When)[1]), options.else ?? null]
  const type = typeOfElements(given)
  const results = given.map((result) => argumentFor('caseWhen()', 'param', result, type))
  const otherwise = options.else === undefined || options.else === null ? null : (results.at(-1) ?? null)
  return new Case(value, conditions, results.slice(0, -1), otherwise, commonType(results))
}

function isOptions(part: unknown): part is CaseOptions {
  return typeof part === 'object' && part !== null && !Array.isArray(part)
}

function conditionFor(value: unknown): ColumnElement {
  const condition = expect(CRITERION, value, 'caseWhen()')
  const { topOperator } = condition
  const isBare = topOperator === null || (topOperator === op.not && isPlainNot(condition))
  return isBare ? condition : new Grouping(condition)
}

/** NOT of what is true or false by itself, neither EXISTS nor criteria put together. */
function isPlainNot(condition: ColumnElement): boolean {
  if (!(condition instanceof Unary)) return false
  const { element } = condition
  return !(element instanceof Grouping && element.element.kind === 'booleanList')
}

function compared(value: ColumnElement, other: unknown): ColumnElement {
  if (other === undefined) throw new ArgumentError('caseWhen() got undefined as a value to compare with')
  const operand = operandFor(value, op.eq, other)
  // Named like the results, not after what it is compared with.
  return operand instanceof Bind && operand !== other
    ? new Bind('param', operand.value, operand.type, ANONYMOUS)
    : operand
}

/** The type of the first result that is an expression with one: values beside it are of that type where they can be. */
function typeOfElements(results: readonly unknown[]): SqlType | null {
  for (const result of results) {
    const type = (elementOf(result) as ColumnElement | null)?.type
    if (type !== undefined && type !== NullType) return type
  }
  return null
}
