// Common table expressions as WITH lists them.
import { Label } from '../../expression/element/label.ts'
import type { Cte } from '../../expression/from/alias.ts'
import { Place } from './frame.ts'
import type { Render } from './state.ts'

/** `name AS (statement)`; a recursive one names its columns, as its second part refers to them. */
export function renderCteDefinition(node: Cte, out: Render): string {
  const name = out.quoted(node.name)
  const columns = node.recursive || node.element.kind === 'valuesRows' ? `(${columnNames(node, out)})` : ''
  const hint = node.materialized === null ? '' : node.materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED '
  return `${name}${columns} AS ${hint}\n(${out.statement(node.element, Place.cte)})`
}

function columnNames(node: Cte, out: Render): string {
  return node.element.exportedColumns
    .map((column) => (column instanceof Label ? out.quoted(column.name) : out.quoted(column.name)))
    .join(', ')
}
