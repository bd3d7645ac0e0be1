// LIKE and its kin, and regular expressions.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { Binary } from '../element/binary.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, LikeOptions, PatternOptions, RegexpOptions } from '../element/column-element.ts'
import { ClauseList } from '../element/list.ts'
import {
  comma,
  concatenate,
  contains,
  endsWith,
  icontains,
  iendsWith,
  ilikePart as ilikePartOperator,
  iregexpMatch,
  istartsWith,
  like,
  likePart as likePartOperator,
  startsWith,
} from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'
import { String as StringSql } from '../types/string.ts'
import { constantOf, operandFor, plainComparison, refusal } from './operand.ts'

const PERCENT: ColumnElement = new ColumnClause("'%'", "'%'", StringSql, null, true)

const LIKE_KEYS: readonly (keyof LikeOptions)[] = ['escape']
const PATTERN_KEYS: readonly (keyof PatternOptions)[] = [...LIKE_KEYS, 'autoescape']

interface Shape {
  readonly operator: Operator
  readonly before: boolean
  readonly after: boolean
}

const SHAPES: ReadonlyMap<Operator, Shape> = new Map([
  [contains, { operator: likePartOperator, before: true, after: true }],
  [startsWith, { operator: likePartOperator, before: false, after: true }],
  [endsWith, { operator: likePartOperator, before: true, after: false }],
  [icontains, { operator: ilikePartOperator, before: true, after: true }],
  [istartsWith, { operator: ilikePartOperator, before: false, after: true }],
  [iendsWith, { operator: ilikePartOperator, before: true, after: false }],
])

/** `left LIKE pattern [ESCAPE character]`. */
export function likePattern(
  left: ColumnElement,
  operator: Operator,
  operands: readonly unknown[],
): ColumnElement<boolean> {
  const pattern = operands[0]
  const options = operands[1] as LikeOptions | undefined
  if (options === undefined && left instanceof ColumnClause) {
    const plain = plainComparison(left, operator, pattern)
    if (plain !== null) return plain
  }
  const right = textOperand(left, operator, pattern)
  const escape = escapeOf(operator, options, LIKE_KEYS)
  return new Binary(left.selfGroup(operator), operator, right.selfGroup(operator), BooleanSql, escape)
}

/** `left LIKE '%' || text || '%'`, and with only one of the two. */
export function likePart(
  left: ColumnElement,
  operator: Operator,
  operands: readonly unknown[],
): ColumnElement<boolean> {
  const shape = SHAPES.get(operator) as Shape
  const options = operands[1] as PatternOptions | undefined
  let escape = escapeOf(operator, options, PATTERN_KEYS)
  let value = operands[0]
  const { autoescape = false } = options ?? {}
  if (typeof autoescape !== 'boolean') throw new ArgumentError(`.${operator.name}(): autoescape is true or false`)
  if (autoescape) {
    if (typeof value !== 'string')
      throw new ArgumentError(`.${operator.name}() escapes strings only: autoescape cannot see into an expression`)
    escape ??= '/'
    value = escaped(value, escape)
  }
  let right = textOperand(left, operator, value).selfGroup(concatenate)
  if (shape.before) right = new Binary(PERCENT, concatenate, right, StringSql)
  if (shape.after) right = new Binary(right, concatenate, PERCENT, StringSql)
  return new Binary(left.selfGroup(like), shape.operator, right, BooleanSql, escape)
}

/** `left ~ pattern`. */
export function regexp(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement<boolean> {
  const flags = flagsOf(operands[1] as RegexpOptions | undefined, operator)
  const meant = flags === 'i' ? iregexpMatch : operator
  const right = textOperand(left, operator, operands[0])
  const others = meant === operator ? flags : null
  return new Binary(left.selfGroup(meant), meant, right.selfGroup(meant), BooleanSql, others)
}

/** The text with matches of a pattern replaced. */
export function regexpReplaced(left: ColumnElement, operator: Operator, operands: readonly unknown[]): ColumnElement {
  const [pattern, replacement, options] = operands
  const parts = [textOperand(left, operator, pattern), textOperand(left, operator, replacement)]
  const flags = flagsOf(options as RegexpOptions | undefined, operator)
  const list = new ClauseList(
    parts.map((part) => part.selfGroup(comma)),
    StringSql,
  )
  return new Binary(left.selfGroup(comma), operator, list, left.type, flags)
}

/** Letters alone, as they are written into the text. */
function flagsOf(options: RegexpOptions | undefined, operator: Operator): string | null {
  if (options === undefined) return null
  checkKeys(`.${operator.name}()`, options, ['flags'])
  const flags: unknown = options.flags
  if (flags === undefined) return null
  if (typeof flags !== 'string' || !/^[a-z]{1,16}$/.test(flags))
    throw new ArgumentError(`.${operator.name}(): flags are letters, such as 'i' or 'gi'`)
  return flags
}

function textOperand(left: ColumnElement, operator: Operator, value: unknown): ColumnElement {
  if (value === undefined || constantOf(value) !== null) throw refusal(left, operator, value)
  return operandFor(left, operator, value)
}

function escapeOf(operator: Operator, options: LikeOptions | undefined, keys: readonly string[]): string | null {
  if (options === undefined) return null
  checkKeys(`.${operator.name}()`, options, keys)
  const { escape } = options
  if (escape === undefined) return null
  if (typeof escape !== 'string' || [...escape].length > 1 || escape === '%' || escape === '_')
    throw new ArgumentError("escape takes one character other than '%' and '_', or an empty text for none")
  return escape
}

function escaped(text: string, escape: string): string {
  return text
    .replaceAll(escape, escape + escape)
    .replaceAll('%', `${escape}%`)
    .replaceAll('_', `${escape}_`)
}
