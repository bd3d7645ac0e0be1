// What a SELECT's `join()` adds: which FROM element is on the left, and on what the two are joined.
import { InvalidRequestError } from '../../errors.ts'
import type { Element } from '../base/element.ts'
import { hasJoinTarget, JOIN_TARGET } from '../base/protocol.ts'
import { expect } from '../coerce/expect.ts'
import { CRITERION, FROM } from '../coerce/roles.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { type FromClause, fromArgument, Join, type JoinOptions, joined } from '../from/from-clause.ts'
import { describeSide, isLinked } from '../from/join-condition.ts'
import { impliedFroms } from './froms.ts'
import type { SelectState } from './state.ts'

/**
 * The FROM elements of a SELECT with one more joined.
 * @param left null finds it: the one FROM element that a foreign key, or the condition, links with the target
 * @throws InvalidRequestError none does, or several do
 */
export function froms(
  state: SelectState,
  left: FromClause | null,
  target: unknown,
  on: unknown,
  options: JoinOptions,
  where: string,
): readonly FromClause[] {
  const from = left ?? leftOf(state, target, on, where)
  const whole = joined(from, target, on, options, where)
  const index = state.froms.indexOf(from)
  if (index >= 0) return state.froms.with(index, whole)
  const around = state.froms.findIndex((each) => each !== from && each.containedFroms().includes(from))
  const join = state.froms[around]
  return join === undefined ? [...state.froms, whole] : state.froms.with(around, continued(whole, from, join))
}

/** A join that goes on from a FROM element which stands in another join: the whole of that is its left side. */
function continued(whole: FromClause, from: FromClause, join: FromClause): FromClause {
  if (whole === from || !(whole instanceof Join)) return join
  return new Join(continued(whole.left, from, join), whole.right, whole.on, whole.isOuter, whole.isFull)
}

function leftOf(state: SelectState, target: unknown, on: unknown, where: string): FromClause {
  const { right, condition } = firstStep(target, on, where)
  const candidates = state.froms.length > 0 ? state.froms : impliedFroms(state)
  const fitting = fittingOnes(candidates, right, condition)
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  if (only === undefined)
    throw new InvalidRequestError(
      `${where}: nothing in this SELECT can be joined with ${describeSide(right)} by a foreign key. Say what stands on the left by joinFrom(left, target, condition)`,
    )
  throw new InvalidRequestError(
    `${where}: ${describeSide(right)} can be joined with ${fitting.map(describeSide).join(' and with ')}. Say which one is meant by joinFrom(left, target, condition)`,
  )
}

function firstStep(
  target: unknown,
  on: unknown,
  where: string,
): { readonly right: FromClause; readonly condition: ColumnElement<boolean> | null } {
  const [step] = hasJoinTarget(target) ? target[JOIN_TARGET]() : []
  if (step !== undefined)
    return {
      right: expect(FROM, step.right, where) as FromClause,
      condition: expect(CRITERION, step.on, where),
    }
  const condition = on === undefined ? null : expect(CRITERION, on, where)
  return { right: fromArgument(target, where), condition }
}

function fittingOnes(
  candidates: readonly FromClause[],
  right: FromClause,
  condition: ColumnElement<boolean> | null,
): readonly FromClause[] {
  if (condition !== null && candidates.length === 1) return candidates
  const needed: readonly Element[] = condition === null ? [] : condition.fromObjects()
  const inRight: readonly Element[] = right.containedFroms()
  const fitting = candidates.filter((candidate) => {
    if (candidate === right) return false
    if (condition === null) return isLinked(candidate, right)
    const inside: readonly Element[] = candidate.containedFroms()
    return needed.every((from) => inRight.includes(from) || inside.includes(from))
  })
  if (fitting.length === 0) return condition === null ? [] : candidates
  // What stands in a join of the list is reached through the join.
  return fitting.filter((from) => !fitting.some((other) => other !== from && other.containedFroms().includes(from)))
}
