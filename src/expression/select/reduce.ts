// The columns of a SELECT without those that another has the value of.
import type { Element } from '../base/element.ts'
import { iterate } from '../base/traverse.ts'
import { Binary } from '../element/binary.ts'
import { ColumnElement, NamedElement } from '../element/column-element.ts'
import { FromClause } from '../from/from-clause.ts'
import type { ForeignKeyLink } from '../from/join-condition.ts'
import { ProxyColumn } from '../from/proxy-column.ts'
import { eq } from '../operator/catalog.ts'
import type { SelectItem, SelectState } from './state.ts'

/** A column and those that it stands for: of what is aliased, of what a subquery selects. */
function lineage(column: ColumnElement): readonly ColumnElement[] {
  return column instanceof ProxyColumn ? [column, ...lineage(column.original)] : [column]
}

function isSame(one: ColumnElement, other: ColumnElement): boolean {
  const all = lineage(other)
  return lineage(one).some((each) => all.includes(each))
}

function nameOf(column: ColumnElement): unknown {
  return column instanceof NamedElement ? column.name : null
}

function referredBy(column: ColumnElement): readonly ColumnElement[] {
  return lineage(column).flatMap((each) => {
    const { foreignKeys = [] } = each as { readonly foreignKeys?: readonly ForeignKeyLink[] }
    return foreignKeys.flatMap(({ referred }) => (referred === null ? [] : [referred]))
  })
}

/** The items without columns whose value another has: by a foreign key, or by `=` in the criteria and joins. */
export function reducedItems(state: SelectState, onlySynonyms: boolean): readonly SelectItem[] {
  const items = state.items.flatMap((item): readonly SelectItem[] =>
    // Classes stay whole: their objects need all columns.
    item instanceof FromClause ? item.columnList : [item],
  )
  const columns = items.filter((item): item is ColumnElement => item instanceof ColumnElement)
  const omitted = new Set<SelectItem>()
  const counts = (one: ColumnElement, other: ColumnElement): boolean => !onlySynonyms || nameOf(one) === nameOf(other)
  for (const column of columns)
    for (const referred of referredBy(column))
      if (columns.some((each) => each !== column && isSame(each, referred) && counts(each, column))) omitted.add(column)
  for (const { left, right } of equalities([...state.where, ...state.froms])) {
    const kept = columns.filter((each) => !omitted.has(each))
    const known = (side: ColumnElement): boolean => kept.some((each) => isSame(each, side))
    if (!known(left) || !known(right)) continue
    const twin = kept.findLast((each) => isSame(each, right) && counts(each, left))
    if (twin !== undefined) omitted.add(twin)
  }
  return items.filter((item) => !omitted.has(item))
}

function equalities(elements: readonly Element[]): readonly Binary[] {
  return elements
    .flatMap((element) => [...iterate(element)])
    .filter((each): each is Binary => each instanceof Binary && each.operator === eq)
}
