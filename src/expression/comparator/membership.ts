// IN and NOT IN: a list is one parameter that holds the list; a list with expressions in it is written out; a SELECT is a subquery.
import { ArgumentError } from '../../errors.ts'
import type { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf } from '../coerce/expect.ts'
import { Binary } from '../element/binary.ts'
import { Bind, type BindOptions } from '../element/bind.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { Grouping } from '../element/grouping.ts'
import { ClauseList } from '../element/list.ts'
import type { Operator } from '../operator/operator.ts'
import { comparedType } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'
import type { TupleType } from '../types/tuple.ts'
import type { SqlType } from '../types/type.ts'
import { operandFor, refusal } from './operand.ts'

/** A statement that can stand as one value: SELECT and its compounds. */
interface ScalarSource extends Element {
  scalarSubquery(): ColumnElement
  rowSubquery(type: SqlType): ColumnElement
}

const EXPANDING = { anonymous: true, expanding: true } as const

/** `left IN members`. */
export function membership(
  left: ColumnElement,
  operator: Operator,
  operands: readonly unknown[],
): ColumnElement<boolean> {
  return new Binary(left.selfGroup(operator), operator, membersFor(left, operator, operands[0]), BooleanSql)
}

function membersFor(left: ColumnElement, operator: Operator, members: unknown): ColumnElement {
  if (Array.isArray(members)) return listFor(left, operator, members)
  const element = elementOf(members)
  if (element !== null) {
    if (element.roles & Role.text) return new Grouping(element as Element as ColumnElement)
    if (element.kind === 'valuesRows') return new Grouping(element as Element as ColumnElement)
    if (element.roles & Role.rows)
      return left.type.affinity === 'tuple'
        ? (element as ScalarSource).rowSubquery(left.type)
        : (element as ScalarSource).scalarSubquery()
    if (element instanceof Bind) return expanding(element, left.type)
    if (IN_ITSELF.has(element.kind)) return element as ColumnElement
  }
  throw new ArgumentError(
    `.${operator.name}() takes an array of values, a SELECT of ${left.type.affinity === 'tuple' ? 'as many columns' : 'one column'}, or bindparam('name', { expanding: true }); got ${describe(members)}`,
  )
}

/** Expressions that are a list of rows already. */
const IN_ITSELF: ReadonlySet<string> = new Set(['scalarSelect', 'grouping', 'tuple'])

function expanding(bind: Bind, type: SqlType): Bind {
  const typed = bind.type === NullType ? type : bind.type
  return bind.expanding && typed === bind.type ? bind : new Bind(bind.key, bind.value, typed, expandingAs(bind))
}

function listFor(left: ColumnElement, operator: Operator, members: readonly unknown[]): ColumnElement {
  let type: SqlType | null = null
  // By index: a hole in the array is an undefined value, and iteration methods would pass over it.
  for (let index = 0; index < members.length; index += 1) {
    const member = members[index]
    if (typeof member === 'object' && member !== null && elementOf(member) !== null)
      return writtenOut(left, operator, members)
    const own = memberType(left, operator, member)
    if (member !== null) type = type === null || type === own ? own : common(left, operator, type, own)
  }
  return new Bind(left.parameterName, members.slice(), type ?? left.type, EXPANDING)
}

function memberType(left: ColumnElement, operator: Operator, member: unknown): SqlType {
  const type = left.type
  if (type.affinity === 'tuple') {
    const { types } = type as SqlType as TupleType
    if (!Array.isArray(member) || member.length !== types.length)
      throw new ArgumentError(
        `.${operator.name}() of a tuple of ${types.length} takes arrays of ${types.length} values; got ${describe(member)}`,
      )
    return type
  }
  const own = member === undefined ? null : comparedType(type, member)
  if (own === null) throw refusal(left, operator, member)
  return own
}

/** One type for members of several: numbers have a widest one, others must agree. */
function common(left: ColumnElement, operator: Operator, one: SqlType, other: SqlType): SqlType {
  if (one.id === other.id) return one
  for (const kind of ['double', 'bigInteger', 'integer'])
    for (const [type, beside] of [
      [one, other],
      [other, one],
    ] as const)
      if (type.kind === kind && (beside.affinity === 'integer' || beside.affinity === 'float')) return type
  throw new ArgumentError(
    `.${operator.name}() beside an expression of the type ${left.type.kind} got values of several types: ${one.kind} and ${other.kind}`,
  )
}

/** A list with expressions among its members: `(a, :b_1, c)`. */
function writtenOut(left: ColumnElement, operator: Operator, members: readonly unknown[]): ColumnElement {
  const clauses = members.map((member) => {
    if (member === undefined) throw refusal(left, operator, member)
    return operandFor(left, operator, member)
  })
  return new Grouping(new ClauseList(clauses, left.type))
}

function expandingAs({ anonymous, required, literalExecute }: Bind): BindOptions {
  return { anonymous, required, literalExecute, expanding: true }
}
