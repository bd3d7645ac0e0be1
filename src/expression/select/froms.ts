// Which FROM elements a SELECT lists: those named, those that columns and criteria imply, without what it is correlated to.
import { InvalidRequestError } from '../../errors.ts'
import type { Element } from '../base/element.ts'
import { addEach, ColumnElement } from '../element/column-element.ts'
import { addFromsOf } from '../element/grouping.ts'
import { FromClause } from '../from/from-clause.ts'
import { EntityElement } from './entity.ts'
import type { SelectState } from './state.ts'

/**
 * The FROM list.
 *
 * @param enclosing the FROM elements of the statement directly around, to which a subquery correlates by itself where
 * something is left to select from; empty for a subquery in FROM.
 * @param correlatable those of all statements around that an explicit `correlate()` can reach.
 * @throws InvalidRequestError nothing would be left.
 */
export function fromsOfSelect(
  state: SelectState,
  enclosing: readonly FromClause[] = [],
  correlatable: readonly FromClause[] = enclosing,
): readonly FromClause[] {
  const froms = withoutJoined(impliedFroms(state))
  const { correlateExcept } = state
  if (correlateExcept !== null)
    return froms.filter((from) => correlateExcept.includes(from) || !correlatable.includes(from))
  if (state.correlate !== null) {
    const chosen = state.correlate
    if (chosen.length === 0 || correlatable.length === 0) return froms
    return froms.filter((from) => !(chosen.includes(from) && correlatable.includes(from)))
  }
  if (froms.length < 2 || enclosing.length === 0) return froms
  const left = froms.filter((from) => !enclosing.includes(from))
  if (left.length === 0)
    throw new InvalidRequestError(
      'A subquery has nothing left to select from: all its FROM elements are those of the statement around it. Say by .correlate(...) which of them are meant to be shared',
    )
  return left
}

/** Named ones first, then those of columns, then those of criteria; each once. */
export function impliedFroms(state: SelectState): FromClause[] {
  const froms: Element[] = [...state.froms]
  for (const item of state.items) {
    if (item instanceof ColumnElement) item.addFroms(froms)
    else addEach([item instanceof EntityElement ? item.from : item], froms)
  }
  addFromsOf(state.where, froms)
  return froms.every(isFrom) ? froms : froms.filter(isFrom)
}

function isFrom(element: Element): element is FromClause {
  return element instanceof FromClause
}

/** Leaves out what stands in a join of the list already. */
export function withoutJoined(froms: readonly FromClause[]): readonly FromClause[] {
  if (froms.length < 2) return froms
  const joins = froms.filter(isJoin)
  return joins.length === 0 ? froms : froms.filter((from) => !stands(from, joins))
}

function stands(from: FromClause, joins: readonly FromClause[]): boolean {
  for (let index = 0; index < joins.length; index += 1) {
    const join = joins[index] as FromClause
    if (join !== from && join.containedFroms().includes(from)) return true
  }
  return false
}

function isJoin(from: FromClause): boolean {
  return from.kind === 'join'
}
