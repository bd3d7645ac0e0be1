// Renderers of column expressions.
import { CompileError } from '../../errors.ts'
import type { ArrayLiteral } from '../../expression/element/array.ts'
import type { Bind } from '../../expression/element/bind.ts'
import type { Case } from '../../expression/element/case.ts'
import type { Cast } from '../../expression/element/cast.ts'
import type { ColumnClause } from '../../expression/element/column.ts'
import type { Extract } from '../../expression/element/extract.ts'
import type { BooleanList } from '../../expression/element/list.ts'
import type { Name } from '../../expression/element/name.ts'
import type { TextClause } from '../../expression/element/text.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import type { Exists, ScalarSelect } from '../../expression/select/scalar.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { Place } from './frame.ts'
import type { KnownNode, NodeRenderers } from './renderers.ts'
import { collectColumns, isEverythingOf } from './result-columns.ts'
import { checkSqlText, type Render } from './state.ts'
import { withoutCollation } from './type-name.ts'

/** A column with its table. */
export function renderColumn(node: ColumnClause, out: Render): string {
  if (node instanceof SchemaColumn && !out.unqualified) return out.schemaColumn(node)
  if (node.isLiteral) return checkSqlText(out.name(node.name))
  const name = out.quoted(node.name)
  const table = node.table
  if (table === null || out.unqualified) return name
  if (node.name === '*' && isEverythingOf(node)) return `${qualifier(table as FromClause, out)}.*`
  return `${qualifier(table as FromClause, out)}.${name}`
}

/** What stands before a column: the table with its schema, or the name of the alias. */
function qualifier(from: FromClause, out: Render): string {
  if (from.kind === 'table') return out.tableName(from as TableClause)
  return out.quoted((from as FromClause & { readonly name: Name }).name)
}

/** `ARRAY[a, b]`; an empty one says what it is of. */
function renderArray(node: ArrayLiteral, out: Render): string {
  return node.items.length === 0
    ? `ARRAY[]::${out.spelling.typeName(node.type)}`
    : `ARRAY[${out.nodes(node.items, ', ')}]`
}

function renderBind(node: Bind, out: Render): string {
  return node.expanding ? `(${out.list(node, 'NULL', null)})` : out.bind(node)
}

function renderText(node: TextClause, out: Render): string {
  const place = out.enter()
  const { strings, values } = node
  const { ctes } = node.state
  const hasLevel = ctes !== undefined && place !== Place.statement
  if (hasLevel) out.openLevel()
  if (ctes !== undefined) {
    out.expectCtes(ctes)
    for (const cte of ctes) out.node(cte)
  }
  let text = checkSqlText(strings[0] ?? '')
  for (let index = 0; index < values.length; index += 1)
    text += out.node(values[index] as TextClause['values'][number]) + checkSqlText(strings[index + 1] ?? '')
  if (place === Place.statement && node.state.columns !== null) collectColumns(node.state.columns, out)
  return hasLevel ? out.closeLevel(text) : text
}

function renderBooleanList(node: BooleanList, out: Render): string {
  return out.nodes(node.clauses, ` ${node.operator.symbol} `)
}

function renderCase(node: Case, out: Render): string {
  let text = node.value === null ? 'CASE' : `CASE ${out.node(node.value)}`
  node.conditions.forEach((condition, index) => {
    text += ` WHEN ${out.node(condition)} THEN ${out.node(node.results[index] as Case['results'][number])}`
  })
  if (node.otherwise !== null) text += ` ELSE ${out.node(node.otherwise)}`
  return `${text} END`
}

/** @throws CompileError the type has no name. */
export function renderCast(node: Cast, out: Render): string {
  return castText('CAST', out.node(node.element), node.type, out)
}

/** A collation is no part of the type there: it stands behind. */
export function castText(word: string, operand: string, type: SqlType, out: Render): string {
  const [name, collation] = withoutCollation(out.spelling.typeName(type))
  return `${word}(${operand} AS ${name})${collation}`
}

function renderExtract(node: Extract, out: Render): string {
  if (!/^[A-Za-z_]+$/.test(node.field)) throw new CompileError(`EXTRACT has no field '${node.field}'`)
  return `EXTRACT(${node.field} FROM ${out.node(node.element)})`
}

function renderScalarSelect(node: ScalarSelect, out: Render): string {
  return `(${out.statement(node.element, Place.expression)})`
}

function renderExists(node: Exists, out: Render): string {
  const text = `EXISTS (${out.statement(node.element, Place.expression)})`
  return node.isNegated ? `NOT (${text})` : text
}

type ExpressionKind =
  | 'affix'
  | 'anonymousName'
  | 'bind'
  | 'booleanList'
  | 'case'
  | 'cast'
  | 'clauseList'
  | 'column'
  | 'exists'
  | 'extract'
  | 'false'
  | 'grouping'
  | 'hint'
  | 'label'
  | 'null'
  | 'scalarSelect'
  | 'text'
  | 'true'
  | 'tryCast'
  | 'arrayLiteral'
  | 'tuple'
  | 'typeCoerce'

/** Spelt alike by all databases that follow the standard. */
export const expressions: Pick<NodeRenderers<KnownNode>, ExpressionKind> = {
  affix: (node, out) => out.node(node.element),
  anonymousName: (node, out) => out.quoted(node),
  bind: renderBind,
  booleanList: renderBooleanList,
  case: renderCase,
  cast: renderCast,
  clauseList: (node, out) => out.nodes(node.clauses, ', '),
  column: renderColumn,
  exists: renderExists,
  extract: renderExtract,
  false: () => 'false',
  grouping: (node, out) => `(${out.node(node.element)})`,
  // Written beside what it is about; see `fromHint`.
  hint: (node) => node.text,
  // The name belongs to the columns clause alone; everywhere else the label stands for what it names.
  label: (node, out) => out.node(node.element),
  null: () => 'NULL',
  scalarSelect: renderScalarSelect,
  text: renderText,
  true: () => 'true',
  tryCast: (node, out) => castText('TRY_CAST', out.node(node.element), node.type, out),
  arrayLiteral: renderArray,
  tuple: (node, out) => `(${out.nodes(node.clauses, ', ')})`,
  typeCoerce: (node, out) => out.node(node.element),
}
