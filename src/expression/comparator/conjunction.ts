// AND, OR and NOT: lists are flattened, constants fold, what is left alone stays alone.
import { ArgumentError } from '../../errors.ts'
import { expect } from '../coerce/expect.ts'
import { CRITERION } from '../coerce/roles.ts'
import { Binary } from '../element/binary.ts'
import type { ColumnElement, Expression } from '../element/column-element.ts'
import { FALSE, TRUE } from '../element/constant.ts'
import { groupAgainst } from '../element/grouping.ts'
import { type Growth, grown, growthOf } from '../element/growing-list.ts'
import { BooleanList } from '../element/list.ts'
import { Unary } from '../element/unary.ts'
import * as catalog from '../operator/catalog.ts'
import { needsGrouping, type Operator } from '../operator/operator.ts'
import { Boolean as BooleanSql } from '../types/scalar.ts'

/** A criterion as users give it: nullable booleans are as good, NULL counts as not true. */
export type Criterion = Expression<boolean | null>

/**
 * All of the criteria. Constants fold: `sqlTrue()` is left out, `sqlFalse()` makes the whole false; one criterion alone is
 * itself.
 * @throws ArgumentError without any criterion, or with something that is none (a JavaScript boolean, `undefined`)
 * @example
 * and(users.c.id.eq(1), or(users.c.age.gt(20), users.c.age.eq(null)))
 * // users.id = :id_1 AND (users.age > :age_1 OR users.age IS NULL)
 * and(sqlTrue(), ...filters)   // whatever the number of filters
 */
export function and(...criteria: readonly Criterion[]): ColumnElement<boolean> {
  return join(catalog.and, TRUE, FALSE, criteria)
}

/** Any of the criteria; constants fold as in {@link and}. */
export function or(...criteria: readonly Criterion[]): ColumnElement<boolean> {
  return join(catalog.or, FALSE, TRUE, criteria)
}

/** A criterion without others beside it: what is written by hand stays as it is. */
function alone(criterion: ColumnElement<boolean>): ColumnElement<boolean> {
  return groupAgainst(criterion, catalog.criterion)
}

function join(
  operator: Operator,
  neutral: ColumnElement<boolean>,
  decisive: ColumnElement<boolean>,
  criteria: readonly unknown[],
): ColumnElement<boolean> {
  if (criteria.length > 1 && arePlain(criteria, operator)) return new BooleanList(operator, criteria)
  const where = `${operator.name}()`
  if (criteria.length === 0)
    throw new ArgumentError(
      `${where} needs a criterion; for a list that may be empty write ${where.slice(0, -1)}${neutral === TRUE ? 'sqlTrue' : 'sqlFalse'}(), ...criteria)`,
    )
  const clauses: ColumnElement<boolean>[] = []
  let decided = false
  /** The first long list among the criteria: what was collected before it, and what is collected behind. */
  let growth: Growth | null = null
  let before = clauses
  for (const value of criteria) {
    const criterion = expect(CRITERION, value, where)
    if (criterion === decisive) decided = true
    else if (criterion instanceof BooleanList && criterion.operator === operator) {
      const long: Growth | null = growth === null ? growthOf(criterion) : null
      if (long === null) for (const clause of criterion.clauses) clauses.push(clause)
      else {
        growth = long
        before = clauses.splice(0)
      }
    } else if (criterion !== neutral) clauses.push(criterion)
  }
  if (decided) return decisive
  if (growth !== null) return grown(operator, growth, grouped(before, operator), grouped(clauses, operator))
  const [first] = clauses
  if (first === undefined) return neutral
  if (clauses.length === 1) return alone(first)
  return new BooleanList(operator, grouped(clauses, operator))
}

/** Whether they are comparisons and their kin that stand beside the operator as they are, as most do. */
function arePlain(criteria: readonly unknown[], operator: Operator): criteria is readonly ColumnElement<boolean>[] {
  for (let index = 0; index < criteria.length; index += 1) {
    const criterion = criteria[index]
    if (!(criterion instanceof Binary) || needsGrouping(criterion.operator, operator)) return false
  }
  return true
}

function grouped(clauses: readonly ColumnElement<boolean>[], operator: Operator): readonly ColumnElement<boolean>[] {
  return clauses.map((clause) => clause.selfGroup(operator))
}

/**
 * The criteria of WHERE or HAVING with more of them: constants fold as in {@link and}.
 * @internal
 */
export function conjoin(
  present: readonly ColumnElement<boolean>[],
  more: readonly unknown[],
  where: string,
): readonly ColumnElement<boolean>[] {
  const isAlone = present.length === 1
  let isTrue = isAlone && present[0] === TRUE
  const kept = isTrue ? [] : present
  const added: ColumnElement<boolean>[] = []
  for (const value of more) {
    const criterion = expect(CRITERION, value, where)
    if (criterion === TRUE) isTrue = true
    else if (criterion instanceof BooleanList && criterion.operator === catalog.and)
      for (const clause of criterion.clauses) added.push(clause)
    else added.push(criterion)
  }
  if ((isAlone && present[0] === FALSE) || added.includes(FALSE)) return [FALSE]
  // Several that are there have their parentheses; many of them, added in a loop, are one list that grows.
  if (kept.length > 1) {
    const growth = growthOf(kept)
    const behind = grouped(added, catalog.and)
    return growth === null ? kept.concat(behind) : [grown(catalog.and, growth, [], behind)]
  }
  const [long] = kept
  if (long instanceof BooleanList && long.operator === catalog.and) {
    const growth = growthOf(long)
    if (growth !== null) return [grown(catalog.and, growth, [], grouped(added, catalog.and))]
  }
  const all = [...kept, ...added]
  const [only] = all
  if (only === undefined) return isTrue ? [TRUE] : []
  return all.length === 1 ? [alone(only)] : grouped(all, catalog.and)
}

/**
 * The contrary: by the contrary operator where there is one, else by NOT.
 * @example
 * not(users.c.id.eq(1))                                 // users.id != :id_1
 * not(or(users.c.id.eq(1), users.c.age.lt(20)))         // NOT (users.id = :id_1 OR users.age < :age_1)
 */
export function not(criterion: Criterion): ColumnElement<boolean> {
  return negation(expect(CRITERION, criterion, 'not()'))
}

function negation(element: ColumnElement<boolean>): ColumnElement<boolean> {
  // As strongly as a sign: `NOT (a + b)` says what is meant, wherever NOT stands.
  return element.negated() ?? new Unary(catalog.not, element.selfGroup(catalog.bitwiseNot), BooleanSql)
}

/** `a.and(b)`, `a.or(b)` and `a.not()`. */
export function conjunction(
  left: ColumnElement,
  operator: Operator,
  operands: readonly unknown[],
): ColumnElement<boolean> {
  if (operator === catalog.not) return negation(left as ColumnElement<boolean>)
  const both = [left, operands[0]]
  return operator === catalog.and ? join(operator, TRUE, FALSE, both) : join(operator, FALSE, TRUE, both)
}
