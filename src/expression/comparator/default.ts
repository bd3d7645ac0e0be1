// `operate`: which node an operator builds; plugs the socket that column elements call.
import { InvalidRequestError } from '../../errors.ts'
import { Binary, isQuantified } from '../element/binary.ts'
import { Bind } from '../element/bind.ts'
import { Cast } from '../element/cast.ts'
import { ColumnClause } from '../element/column.ts'
import { type ColumnElement, compared, operate } from '../element/column-element.ts'
import { Label } from '../element/label.ts'
import { Unary } from '../element/unary.ts'
import * as op from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Fraction, inferType } from '../types/infer.ts'
import { Integer } from '../types/numeric.ts'
import { bitsType, type Calculation, resultType, rounded } from '../types/results.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'
import { String as StringSql } from '../types/string.ts'
import type { SqlType } from '../types/type.ts'
import { nameArgument, typeArgument } from './argument.ts'
import { between, beyondComparison, compare } from './comparison.ts'
import { conjunction } from './conjunction.ts'
import { membership } from './membership.ts'
import { ANONYMOUS, operandFor, refusal } from './operand.ts'
import { likePart, likePattern, regexp, regexpReplaced } from './pattern.ts'
import { TYPED_HANDLERS } from './typed.ts'
import { filtered, windowed } from './window.ts'

type Handler = (left: ColumnElement, operator: Operator, operands: readonly unknown[]) => ColumnElement

function comparison(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement<boolean> {
  return compare(left, operator, operands[0])
}

/** Arrays, documents and maps of texts: there is no sum of them but the one put behind the other. */
function isPutTogether({ affinity, kind }: SqlType): boolean {
  return affinity === 'array' || affinity === 'json' || kind === 'hstore'
}

/** `left + right` and its kin. */
function calculate(left: ColumnElement, given: Operator, operands: readonly unknown[]): ColumnElement {
  const value = operands[0]
  const operator = given === op.add && isPutTogether(left.type) ? op.concatenate : given
  if (value === undefined) throw refusal(left, operator, value)
  const right = operandFor(left, operator, value)
  const both = left.type.affinity === 'string' && right.type.affinity === 'string'
  const meant = operator === op.add && both ? op.concatenate : operator
  const type = resultType(left.type, meant.name as Calculation, right.type)
  return new Binary(left.selfGroup(meant), meant, right.selfGroup(meant), type)
}

/** An operator whose result is of the left side's type, whatever stands on the right. */
function alongside(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  if (operands[0] === undefined) throw refusal(left, operator, undefined)
  const right = operandFor(left, operator, operands[0])
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), left.type)
}

/** `left & right` and its kin. */
function bitwise(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const binary = alongside(left, operator, operands) as Binary
  const type = bitsType(left.type, binary.right.type)
  return type === binary.type ? binary : new Binary(binary.left, operator, binary.right, type)
}

/** Places are counted by an integer, whatever is shifted: bits, or a number of 64. */
function shifted(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const [places] = operands
  if (typeof places !== 'number') return alongside(left, operator, operands)
  return alongside(left, operator, [new Bind(left.parameterName, places, Integer, ANONYMOUS)])
}

/** `power(x, y)`: of whole numbers it is none where the exponent is negative, and soon larger than they are. */
function raised(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const binary = alongside(left, operator, operands) as Binary
  const isSmall = left.type.kind === 'integer' || left.type.kind === 'smallInteger'
  const type = isSmall ? Fraction : rounded(binary.type)
  return type === binary.type ? binary : new Binary(binary.left, operator, binary.right, type)
}

/** An operator given by its text. */
function custom(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const [value, returnType] = operands
  if (value === undefined) throw refusal(left, operator, value)
  // Beside a document a string is a path or a key more often than a document.
  const own = left.type.affinity === 'json' ? inferType(value) : null
  const right = own === null ? operandFor(left, operator, value) : new Bind(left.parameterName, value, own, ANONYMOUS)
  const type = operator.comparison ? BooleanSql : ((returnType as SqlType | undefined) ?? ownResult(left, operator))
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), type)
}

/** Documents give text by these, whatever they hold. */
function ownResult(left: ColumnElement, operator: Operator): SqlType {
  const isText = operator.symbol === '->>' || operator.symbol === '#>>'
  return isText && left.type.affinity === 'json' ? StringSql : left.type
}

/** `-x`, `DISTINCT x`. */
function prefixed(left: ColumnElement, operator: Operator): ColumnElement {
  return new Unary(operator, left.selfGroup(operator), left.type)
}

/** ASC, DESC and NULLS: a label stays one, as ORDER BY refers to it by its name. */
function ordered(left: ColumnElement, operator: Operator): ColumnElement {
  return new Unary(operator, left instanceof Label ? left : left.selfGroup(operator), left.type, true)
}

function collated(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const collation = nameArgument(operands[0], '.collate()')
  const name = new ColumnClause(collation, collation, StringSql)
  return new Binary(left.selfGroup(operator), operator, name, left.type)
}

function labelled(left: ColumnElement, _operator: Operator, operands: readonly unknown[]): ColumnElement {
  const name = operands[0]
  return new Label(name === null ? null : nameArgument(name, '.label()'), left)
}

const HANDLERS: ReadonlyMap<Operator, Handler> = new Map<Operator, Handler>([
  ...[op.eq, op.ne, op.lt, op.le, op.gt, op.ge].map((each) => [each, comparison] as const),
  ...[op.is, op.isNot, op.isDistinctFrom, op.isNotDistinctFrom].map((each) => [each, comparison] as const),
  ...[op.between, op.notBetween, op.betweenSymmetric, op.notBetweenSymmetric].map((each) => [each, between] as const),
  ...[op.in_, op.notIn].map((each) => [each, membership] as const),
  ...[op.like, op.notLike, op.ilike, op.notIlike].map((each) => [each, likePattern] as const),
  ...[op.startsWith, op.endsWith].map((each) => [each, likePart] as const),
  ...[op.icontains, op.istartsWith, op.iendsWith].map((each) => [each, likePart] as const),
  [op.regexpMatch, regexp],
  ...[op.add, op.subtract, op.multiply, op.divide].map((each) => [each, calculate] as const),
  ...[op.floorDivide, op.modulo, op.concatenate].map((each) => [each, calculate] as const),
  ...[op.bitwiseAnd, op.bitwiseOr, op.bitwiseXor].map((each) => [each, bitwise] as const),
  ...[op.shiftLeft, op.shiftRight].map((each) => [each, shifted] as const),
  [op.power, raised],
  [op.regexpReplace, regexpReplaced],
  ...[op.and, op.or, op.not].map((each) => [each, conjunction] as const),
  ...[op.negative, op.bitwiseNot, op.distinctOf].map((each) => [each, prefixed] as const),
  ...[op.ascending, op.descending, op.nullsFirst, op.nullsLast].map((each) => [each, ordered] as const),
  ...TYPED_HANDLERS,
  [op.collate, collated],
  [op.as, labelled],
  [op.over, windowed],
  [op.filter, filtered],
  [op.cast, (left, _operator, operands) => new Cast(left, typeArgument(operands[0], 'cast()'))],
])

compared.plug(compare)

operate.plug((left, operator, operands) => {
  const handler = HANDLERS.get(operator)
  if (handler === comparison) return comparison(left, operator, operands)
  if (isQuantified(left)) throw beyondComparison(operator)
  if (handler !== undefined) return handler(left, operator, operands)
  if (operator.name === 'custom') return custom(left, operator, operands)
  throw new InvalidRequestError(`No expression is built for the operator '${operator.name}'`)
})
