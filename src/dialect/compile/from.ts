// Renderers of FROM elements: tables, aliases, subqueries, joins, arrays as rows.
import { CompileError } from '../../errors.ts'
import { Alias, type Cte, CteAlias, Subquery } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { Join } from '../../expression/from/join.ts'
import type { RowArrays } from '../../expression/from/row-arrays.ts'
import { TableClause } from '../../expression/from/table-clause.ts'
import { TableSample, TableValued } from '../../expression/from/table-valued.ts'
import { Values, type ValuesRows } from '../../expression/from/values.ts'
import { Place } from './frame.ts'
import type { KnownNode, NodeRenderers } from './renderers.ts'
import type { Render } from './state.ts'

/** What is aliased: subqueries without their own name, tables without what is said of the table by itself. */
function innerText(inner: FromClause, out: Render): string {
  if (inner instanceof Subquery) return subquery(inner, out)
  return inner instanceof TableClause ? out.tableName(inner) : out.node(inner)
}

function renderAlias(node: Alias, out: Render): string {
  const whole = wholeOf(node)
  if (whole !== null) return hinted(node, out.cte(whole), out)
  let inner = node.element
  // The name of an alias of an alias takes the place of the other's.
  while (inner instanceof Alias && wholeOf(inner) === null) inner = inner.element
  const name = out.quoted(node.name)
  // These write a name of their own, which the alias's takes the place of.
  if (inner instanceof TableValued) return tableValuedText(inner, name, out)
  if (inner instanceof Values) return valuesText(inner, name, out)
  if (inner instanceof TableSample) return tableSampleText(inner, name, out)
  const text = innerText(inner, out)
  const isLateral = node.isLateral || (inner instanceof Subquery && inner.isLateral)
  return hinted(node, `${isLateral ? 'LATERAL ' : ''}${text} AS ${out.quoted(node.name)}`, out)
}

/** What an alias of a common table expression is where a step completed it. */
function wholeOf(node: Alias): Cte | null {
  return node instanceof CteAlias ? node.whole : null
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

/** `function(...) AS name(columns)`. */
function tableValuedText(node: TableValued, name: string, out: Render): string {
  const { columns, ordinality, isDerived, withTypes, isLateral } = node.valued
  const typed = columns.map((column) =>
    withTypes ? `${out.quoted(column.name)} ${out.spelling.typeName(column.type)}` : out.quoted(column.name),
  )
  const all = ordinality === null ? typed : [...typed, out.quoted(ordinality)]
  const text = `${isLateral ? 'LATERAL ' : ''}${out.node(node.element)}${ordinality === null ? '' : ' WITH ORDINALITY'}`
  return `${text} AS ${name}${isDerived ? `(${all.join(', ')})` : ''}`
}

/** `(VALUES ...) AS name (columns)`. */
function valuesText(node: Values, name: string, out: Render): string {
  const columns = node.columnList.map((column) => out.quoted(column.name)).join(', ')
  return `${node.isLateral ? 'LATERAL ' : ''}(${out.node(node.element)}) AS ${name} (${columns})`
}

/** @throws CompileError there are no rows. */
function renderValuesRows(node: ValuesRows, out: Render): string {
  out.enter()
  if (node.rows.length === 0) throw new CompileError('values() has no rows: add them by .data([...])')
  return `VALUES ${node.rows.map((row) => `(${out.nodes(row, ', ')})`).join(', ')}`
}

function tableSampleText(node: TableSample, name: string, out: Render): string {
  const text = `${innerText(node.element, out)} AS ${name} TABLESAMPLE ${out.node(node.sampling)}`
  return node.seed === null ? text : `${text} REPEATABLE (${out.node(node.seed)})`
}

function renderTable(node: TableClause, out: Render): string {
  const name = out.tableName(node)
  const alias = out.aliasedTables?.get(node)
  return hinted(node, alias === undefined ? name : `${name} AS ${out.quoted(alias)}`, out)
}

type FromKind =
  | 'alias'
  | 'columnValued'
  | 'cte'
  | 'entity'
  | 'join'
  | 'nestedHere'
  | 'rowArrays'
  | 'subquery'
  | 'table'
  | 'tableSample'
  | 'tableValued'
  | 'textFrom'
  | 'values'
  | 'valuesRows'

/** FROM elements, spelt alike by all databases that follow the standard. */
export const froms: Pick<NodeRenderers<KnownNode>, FromKind> = {
  alias: renderAlias,
  columnValued: (node, out) => out.quoted(node.name),
  // Its name; where it is met first it is put into WITH.
  cte: (node, out) => out.cte(node),
  entity: (node, out) => out.node(node.from),
  join: renderJoin,
  nestedHere: (node, out) => out.cte(node.cte),
  rowArrays: renderRowArrays,
  subquery: renderSubquery,
  table: renderTable,
  tableSample: (node, out) => tableSampleText(node, out.quoted(node.name), out),
  tableValued: (node, out) => tableValuedText(node, out.quoted(node.name), out),
  textFrom: (node, out) => out.node(node.element),
  values: (node, out) => valuesText(node, out.quoted(node.name), out),
  valuesRows: renderValuesRows,
}
