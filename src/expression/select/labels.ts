// Names of result columns: which key each has in rows, and what a subquery around exports.
import { ColumnClause } from '../element/column.ts'
import { ColumnElement } from '../element/column-element.ts'
import { Label } from '../element/label.ts'
import type { NamedElement } from '../element/named.ts'
import { NamedElement as Named } from '../element/named.ts'
import { TextClause } from '../element/text.ts'
import { FromClause } from '../from/from-clause.ts'
import { EntityElement } from './entity.ts'
import type { SelectItem, SelectState } from './state.ts'

/** The expressions of the columns clause, FROM elements and classes spelt out. */
export function columnsOfItem(item: SelectItem): readonly ColumnElement[] {
  if (item instanceof ColumnElement) return [item]
  if (item instanceof FromClause) return item.columnList
  if (item instanceof EntityElement) return item.columns
  if (item instanceof TextClause) return []
  return []
}

/** The column as the columns clause holds it: unnamed expressions get an anonymous label, kept with the expression so that all who ask see the same. */
const labelled: WeakMap<ColumnElement, Label> = new WeakMap()
export function nameable(column: ColumnElement): NamedElement {
  if (column instanceof Named) return column
  let label = labelled.get(column)
  if (label === undefined) {
    label = new Label(column.resultKey, column)
    labelled.set(column, label)
  }
  return label
}

/** What a SELECT offers to a statement around it: one named element for each result column, keys made unique by suffixes. */
export function exportedColumnsOf(state: SelectState): readonly NamedElement[] {
  const exported: NamedElement[] = []
  const used: Set<string> = new Set()
  state.items.forEach((item, index) => {
    for (const column of columnsOfItem(item)) {
      let element = state.names === null ? nameable(column) : new Label(state.names[index] ?? null, column)
      if (typeof element.name === 'string' && used.has(element.name)) {
        let suffix = 1
        while (used.has(`${element.name}_${suffix}`)) suffix += 1
        element = new Label(`${element.name}_${suffix}`, column)
      }
      if (typeof element.name === 'string') used.add(element.name)
      exported.push(element)
    }
  })
  return exported
}

/** Whether the columns clause must write `AS name`: a plain column named as its key needs none. */
export function needsLabel(element: NamedElement): boolean {
  return !(element instanceof ColumnClause)
}
