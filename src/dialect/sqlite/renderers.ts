// SQLite's table of renderers: the standard's, with what differs.
import { CompileError } from '../../errors.ts'
import type { Insert } from '../../expression/dml/insert.ts'
import { Write } from '../../expression/dml/write.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { TRUE } from '../../expression/element/constant.ts'
import type { Alias, Cte, RowSource, Subquery } from '../../expression/from/alias.ts'
import { TableClause } from '../../expression/from/table-clause.ts'
import type { TableValued } from '../../expression/from/table-valued.ts'
import type { Values } from '../../expression/from/values.ts'
import { translatedSchema } from '../../expression/schema/schema-map.ts'
import { Select } from '../../expression/select/select.ts'
import type { Fetch } from '../../expression/select/state.ts'
import { ansi } from '../compile/ansi.ts'
import type { KnownNode, Renderer, Renderers } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { type OnConflict, renderOnConflict } from '../on-conflict.ts'
import { assigned, assignedRows } from './assigned.ts'
import { ddl, renderColumn, renderDefaultValue } from './ddl.ts'
import { renderExtract, renderFilter, renderFunction, renderOver } from './functions.ts'
import { renderExpandedIn } from './lists.ts'
import { renderCast, renderUnary, sqliteOperators } from './operators.ts'
import { renderOrderTerm } from './order.ts'

/** The nodes that SQLite knows. */
export type SqliteNode = KnownNode | OnConflict

function renderLimit(limit: ColumnElement | null, offset: ColumnElement | null, out: Render): string {
  const text = `\n LIMIT ${limit === null ? '-1' : out.node(limit)}`
  return offset === null ? text : `${text} OFFSET ${out.node(offset)}`
}

function renderFetch(fetch: Fetch, offset: ColumnElement | null, out: Render): string {
  if (fetch.percent || fetch.withTies)
    throw new CompileError(
      'SQLite has no FETCH FIRST with a percentage or WITH TIES: use a window function, func.rank()',
    )
  return renderLimit(fetch.count, offset, out)
}

function renderSelect(node: Select, out: Render): string {
  if (Array.isArray(node.state.distinct))
    throw new CompileError('SQLite has no DISTINCT ON: use groupBy(), or func.rowNumber().over({ partitionBy })')
  return ansi.select(node, out)
}

/** UNION of SQLite takes no parentheses: a part that needs them is selected from. */
function compoundPart(text: string): string {
  return `SELECT * FROM (${text})`
}

function renderInsert(node: Insert<unknown, unknown[]>, out: Render): string {
  const { from } = node.state
  if (from === null) return ansi.insert(node, out)
  const fitted = { ...from, select: assignedRows(from.select, from.columns) }
  return renderFromSelect(fitted.select === from.select ? node : node.with({ from: fitted }), fitted.select, out)
}

/** Behind a SELECT without WHERE, ON CONFLICT would be read as the ON of a join. */
function renderFromSelect(node: Insert<unknown, unknown[]>, select: RowSource, out: Render): string {
  const { from, onConflict } = node.state
  if (onConflict === null || from === null) return ansi.insert(node, out)
  if (!(select instanceof Select))
    throw new CompileError('ON CONFLICT behind a UNION cannot be written for SQLite: select from it as a subquery()')
  if (select.state.where.length > 0) return ansi.insert(node, out)
  return ansi.insert(node.with({ from: { ...from, select: select.with({ where: [TRUE] }) } }), out)
}

function renderCte(node: Cte, out: Render): string {
  if (node.element instanceof Write)
    throw new CompileError('SQLite has no INSERT, UPDATE or DELETE within WITH: run it as a statement of its own')
  return ansi.cteDefinition(node, out)
}

function lateralOf<N extends Alias | Subquery>(render: Renderer<N>): Renderer<N> {
  return (node, out) => {
    if (node.isLateral) throw new CompileError('SQLite has no LATERAL: use a scalar subquery, or a join')
    return render(node, out)
  }
}

/** SQLite names columns of VALUES by itself and takes no other names behind it. */
function renderValues(node: Values, out: Render): string {
  const name = out.quoted(node.name)
  const columns = node.columnList.map((column, index) => `column${index + 1} AS ${out.quoted(column.name)}`).join(', ')
  return `(SELECT ${columns} FROM (${out.node(node.element)})) AS ${name}`
}

function renderTableValued(node: TableValued, out: Render): string {
  const { isDerived, ordinality } = node.valued
  if (isDerived || ordinality !== null)
    throw new CompileError(
      'SQLite names the columns of a function in FROM by itself: leave out renderDerived() and withOrdinality',
    )
  return ansi.tableValued(node, out)
}

const refuse = (what: string, remedy: string): (() => never) => {
  return () => {
    throw new CompileError(`SQLite has no ${what}: ${remedy}`)
  }
}

/** How SQLite spells every node; lists in IN are documents. */
export const sqlite: Renderers<SqliteNode> = {
  ...ansi,
  ...ddl,
  true: () => '1',
  false: () => '0',
  function: renderFunction,
  filter: renderFilter,
  over: renderOver,
  extract: renderExtract,
  cast: renderCast,
  arrayLiteral: refuse('arrays', 'use a document: literal([...], JSON())'),
  assigned,
  withinGroup: refuse('WITHIN GROUP', 'rank the rows by a window function, or compute it in the program'),
  tryCast: refuse('TRY_CAST', 'use cast()'),
  unary: renderUnary,
  operators: sqliteOperators,
  select: renderSelect,
  compoundPart,
  // Neither columns of an attached database nor those of an alias can be named with it there.
  bareReturning: (written, out) =>
    !(written instanceof TableClause) || translatedSchema(out.schemas, written.schema) !== null,
  insert: renderInsert,
  deleteUsing: refuse(
    'DELETE ... USING',
    'name the other tables within the criteria, by exists(...) or .in(select(...))',
  ),
  merge: refuse('MERGE', "use insert() of 'tsalchemy/sqlite' with onConflictDoUpdate()"),
  onConflict: (node, out) => {
    if (node.target?.constraint != null)
      throw new CompileError('SQLite has no ON CONFLICT ON CONSTRAINT: name the columns, by indexElements')
    return renderOnConflict(node, out, true)
  },
  orderTerm: renderOrderTerm,
  limit: renderLimit,
  fetch: renderFetch,
  // There is nothing to lock but the database, which the transaction does.
  forUpdate: () => '',
  cteDefinition: renderCte,
  alias: lateralOf(ansi.alias),
  subquery: lateralOf(ansi.subquery),
  values: renderValues,
  tableValued: renderTableValued,
  tableSample: refuse('TABLESAMPLE', 'order by func.random() and limit'),
  rowArrays: refuse('arrays', 'send the rows one by one'),
  columnDefinition: renderColumn,
  defaultValue: renderDefaultValue,
  referredTable: (table, out) => out.quoted(table.name),
}

/** The same with lists in IN as parameters of their own. */
export const sqliteExpanding: Renderers<SqliteNode> = {
  ...sqlite,
  operators: { ...sqlite.operators, in: renderExpandedIn, notIn: renderExpandedIn },
}
