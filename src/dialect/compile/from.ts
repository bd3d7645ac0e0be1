// Renderers of FROM elements: tables, aliases, subqueries, joins, arrays as rows.
import { type Alias, Subquery } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { Join } from '../../expression/from/join.ts'
import type { RowArrays } from '../../expression/from/row-arrays.ts'
import { Place } from './frame.ts'
import type { KnownNode, NodeRenderers } from './renderers.ts'
import type { Render } from './state.ts'

function renderAlias(node: Alias, out: Render): string {
  const inner = node.element
  const text = inner instanceof Subquery ? subquery(inner, out) : out.node(inner)
  return `${node.isLateral ? 'LATERAL ' : ''}${text} AS ${out.quoted(node.name)}`
}

function renderSubquery(node: Subquery, out: Render): string {
  // The name first: generated names are numbered from the outside to the inside.
  const name = out.quoted(node.name)
  return `${node.isLateral ? 'LATERAL ' : ''}${subquery(node, out)} AS ${name}`
}

function subquery(node: Subquery, out: Render): string {
  return `(${out.statement(node.element, node.isLateral ? Place.lateral : Place.from)})`
}

/** Joins to the left are written in a loop, however many. */
function renderJoin(node: Join, out: Render): string {
  const chain: Join[] = []
  let first: FromClause = node
  while (first instanceof Join) {
    chain.push(first)
    first = first.left
  }
  let text = out.node(first)
  for (const join of chain.reverse()) {
    const right = join.right instanceof Join ? `(${out.node(join.right)})` : out.node(join.right)
    const word =
      join.on === null
        ? ' CROSS JOIN '
        : join.isFull
          ? ' FULL OUTER JOIN '
          : join.isOuter
            ? ' LEFT OUTER JOIN '
            : ' JOIN '
    text += word + right
    if (join.on !== null) text += ` ON ${out.node(join.on)}`
  }
  return text
}

function renderRowArrays(node: RowArrays, out: Render): string {
  const name = out.quoted(node.name)
  const arrays = node.arrays.map((array) => out.bind(array.bind)).join(', ')
  const columns = node.columnList.map((column) => out.quoted(column.name)).join(', ')
  return `unnest(${arrays})${node.ordinality === null ? '' : ' WITH ORDINALITY'} AS ${name}(${columns})`
}

type FromKind = 'alias' | 'cte' | 'entity' | 'join' | 'rowArrays' | 'subquery' | 'table'

/** FROM elements, spelt alike by all databases that follow the standard. */
export const froms: Pick<NodeRenderers<KnownNode>, FromKind> = {
  alias: renderAlias,
  // Its name; where it is met first it is put into WITH.
  cte: (node, out) => out.cte(node),
  entity: (node, out) => out.node(node.from),
  join: renderJoin,
  rowArrays: renderRowArrays,
  subquery: renderSubquery,
  table: (node, out) => out.tableName(node),
}
