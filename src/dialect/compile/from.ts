// Renderers of FROM elements: tables, aliases, subqueries, joins, arrays as rows.
import { type Alias, Subquery } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { Join } from '../../expression/from/join.ts'
import type { RowArrays } from '../../expression/from/row-arrays.ts'
import { TableClause } from '../../expression/from/table-clause.ts'
import { Place } from './frame.ts'
import type { KnownNode, NodeRenderers } from './renderers.ts'
import type { Render } from './state.ts'

/** What is aliased: subqueries without their own name, tables without what is said of the table by itself. */
function innerText(inner: FromClause, out: Render): string {
  if (inner instanceof Subquery) return subquery(inner, out)
  return inner instanceof TableClause ? out.tableName(inner) : out.node(inner)
}

function renderAlias(node: Alias, out: Render): string {
  const inner = node.element
  const text = innerText(inner, out)
  return hinted(node, `${node.isLateral ? 'LATERAL ' : ''}${text} AS ${out.quoted(node.name)}`, out)
}

/** With what is said beside it. */
function hinted(node: FromClause, text: string, out: Render): string {
  const { hints } = out.frame
  if (hints.length === 0) return text
  const own = hints.filter(({ from, dialect }) => from === node && (dialect === null || dialect === out.spelling.name))
  return own.reduce((written, hint) => out.renderers.fromHint(written, hint, out), text)
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
  table: (node, out) => hinted(node, out.tableName(node), out),
}
