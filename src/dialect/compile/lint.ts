// Warnings of what is rarely meant: FROM elements that no condition links, DISTINCT in front of one column of several.
import type { Element } from '../../expression/base/element.ts'
import { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Grouping } from '../../expression/element/grouping.ts'
import { Label } from '../../expression/element/label.ts'
import { BooleanList } from '../../expression/element/list.ts'
import { Unary } from '../../expression/element/unary.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { distinctOf } from '../../expression/operator/catalog.ts'
import type { Render } from './state.ts'

/** Warns where the list of FROM falls into parts. */
export function warnOfProduct(
  froms: readonly FromClause[],
  where: readonly ColumnElement<boolean>[],
  out: Render,
): void {
  const parts = new Map<Element, number>()
  froms.forEach((from, index) => {
    for (const inner of from.containedFroms()) parts.set(inner, index)
    // What is correlated with its neighbours, and functions of their columns, are linked by themselves.
    if (('isLateral' in from && from.isLateral === true) || from.kind === 'tableValued' || from.kind === 'textFrom')
      parts.set(from, -1)
  })
  const group = froms.map((_, index) => index)
  const rootOf = (index: number): number => (group[index] === index ? index : rootOf(group[index] ?? index))
  const link = (elements: readonly Element[]): void => {
    const indices = elements.map((element) => parts.get(element)).filter((index) => index !== undefined && index >= 0)
    for (const index of indices) group[rootOf(index as number)] = rootOf(indices[0] as number)
  }
  for (const condition of where) linkBy(condition, link)
  const roots = froms.filter((from, index) => parts.get(from) !== -1 && rootOf(index) === index)
  const [one, other] = roots
  if (one === undefined || other === undefined) return
  out.warnings.push(
    `SELECT lists ${nameOf(one, out)} and ${nameOf(other, out)} after FROM, and no condition links them: every row of one is paired with every row of the other. Join them on a condition`,
  )
}

/** Warns of `SELECT DISTINCT a, b` that was to be DISTINCT of `a` alone, and of `SELECT a, DISTINCT b`, which no database takes. */
export function warnOfDistinct(items: readonly Element[], out: Render): void {
  for (const item of items) {
    const column = item instanceof Label ? item.element : item
    if (column instanceof Unary && column.operator === distinctOf)
      out.warnings.push(
        'DISTINCT stands before one of several columns, and SQL knows it before all of them only: write select(...).distinct(), or .distinct(column) for DISTINCT ON; distinct(column) is for aggregates, as in func.count(distinct(column))',
      )
  }
}

/** Links the FROM elements that meet in a comparison. */
function linkBy(condition: ColumnElement, link: (elements: readonly Element[]) => void): void {
  if (condition instanceof BooleanList) for (const clause of condition.clauses) linkBy(clause, link)
  else if (condition instanceof Grouping || (condition instanceof Unary && !condition.postfix))
    linkBy(condition.element, link)
  else if (condition instanceof Binary || condition.kind !== 'column') link(condition.fromObjects())
}

function nameOf(from: FromClause, out: Render): string {
  if (from.kind === 'join')
    return `a join of ${from
      .containedFroms()
      .filter((each) => each.kind !== 'join')
      .map((each) => nameOf(each, out))
      .join(', ')}`
  const { name } = from as FromClause & { readonly name: string }
  return `"${out.name(name)}"`
}
