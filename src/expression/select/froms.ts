// Which FROM elements a SELECT lists: those named, those that columns and criteria imply, without what it is correlated to.
import { InvalidRequestError } from '../../errors.ts'
import type { Element } from '../base/element.ts'
import { ColumnElement } from '../element/column-element.ts'
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
  const froms: FromClause[] = [...state.froms]
  const add = (elements: readonly Element[]): void => {
    for (const element of elements) if (element instanceof FromClause && !froms.includes(element)) froms.push(element)
  }
  for (const item of state.items) {
    if (item instanceof ColumnElement) add(item.fromObjects())
    else if (item instanceof EntityElement) add([item.from])
    else add([item])
  }
  for (const criterion of state.where) add(criterion.fromObjects())
  return froms
}

/** Leaves out what stands in a join of the list already. */
export function withoutJoined(froms: readonly FromClause[]): readonly FromClause[] {
  if (froms.length < 2 || !froms.some(isJoin)) return froms
  return froms.filter((from) => !froms.some((other) => other !== from && isJoin(other) && contains(other, from)))
}

function isJoin(from: FromClause): boolean {
  return from.kind === 'join'
}

function contains(join: FromClause, from: FromClause): boolean {
  return join.containedFroms().includes(from)
}
