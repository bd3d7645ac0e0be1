// PostgreSQL's table of renderers: the standard's, with what differs.
import { CompileError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { Hint } from '../../expression/element/affix.ts'
import { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { Grouping } from '../../expression/element/grouping.ts'
import type { FunctionCall } from '../../expression/function/function.ts'
import { jsonAt } from '../../expression/operator/catalog.ts'
import type { Fetch } from '../../expression/select/state.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import { ansi } from '../compile/ansi.ts'
import { escapeClause } from '../compile/operator.ts'
import type { KnownNode, Renderer, Renderers } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { type OnConflict, renderOnConflict } from '../on-conflict.ts'
import { renderNextValue, renderPostgresColumn, unnamedForeignKey } from './ddl.ts'
import { renderCreateType, renderDropType } from './ddl-type.ts'
import { renderArrayIn } from './lists.ts'

/** The nodes that PostgreSQL knows. */
export type PostgresNode = KnownNode | OnConflict

/** An operator by its symbol. */
function bySymbol(node: Binary, out: Render): string {
  const text = `${out.node(node.left)} ${node.operator.symbol} ${out.node(node.right)}`
  return node.modifier === null ? text : `${text}${escapeClause(node.modifier)}`
}

function renderLimit(limit: ColumnElement | null, offset: ColumnElement | null, out: Render): string {
  let text = limit === null ? '' : ` \n LIMIT ${out.node(limit)}`
  if (offset !== null) text += `${limit === null ? '\n LIMIT ALL' : ''} OFFSET ${out.node(offset)}`
  return text
}

/** Words by way of plainto_tsquery. */
function renderMatch(node: Binary, out: Render): string {
  const config = node.modifier === null ? '' : `${out.spelling.literal(node.modifier, StringSql)}, `
  return `${out.node(node.left)} @@ plainto_tsquery(${config}${out.node(node.right)})`
}

/** `document -> key`; of JSONB a subscript, which an index on it can be used for as well. */
function renderDocumentAt(node: Binary, out: Render): string {
  return isSubscript(node, out) ? `${out.node(node.left)}[${out.node(node.right)}]` : bySymbol(node, out)
}

function isSubscript(node: Element, out: Render): boolean {
  return node instanceof Binary && node.operator === jsonAt && node.left.type.forDialect(out.spelling).kind === 'jsonb'
}

/** Whether a part of a document is a subscript is known only here. */
function renderGrouping({ element }: Grouping, out: Render): string {
  return isSubscript(element, out) ? out.node(element) : `(${out.node(element)})`
}

/** `SUBSTRING(text FROM start FOR length)` */
function renderSubstring(node: FunctionCall, out: Render): string {
  const [text, from, length, ...more] = node.operands
  if (text === undefined || from === undefined || more.length > 0) return `substring(${out.nodes(node.operands, ', ')})`
  return `SUBSTRING(${out.node(text)} FROM ${out.node(from)}${length === undefined ? '' : ` FOR ${out.node(length)}`})`
}

/** Flags stand in the pattern. */
function withFlags(node: Binary, out: Render): string {
  const left = `${out.node(node.left)} ${node.operator.symbol} `
  const pattern = out.node(node.right)
  return node.modifier === null ? left + pattern : `${left}CONCAT('(?', '${node.modifier}', ')', ${pattern})`
}

/** Counts in parentheses: a parameter with its cast is no plain number. */
function renderFetch(fetch: Fetch, offset: ColumnElement | null, out: Render): string {
  if (fetch.percent) throw new CompileError('PostgreSQL has no FETCH FIRST with a percentage')
  const skipped = offset === null ? '' : `\n OFFSET (${out.node(offset)}) ROWS`
  return `${skipped}\n FETCH FIRST (${out.node(fetch.count)}) ROWS ${fetch.withTies ? 'WITH TIES' : 'ONLY'}`
}

function renderOnly(text: string, hint: Hint): string {
  if (hint.text.toUpperCase() !== 'ONLY')
    throw new CompileError(`PostgreSQL has no hint '${hint.text}' for tables, only 'ONLY'`)
  return `ONLY ${text}`
}

/** How PostgreSQL spells every node; lists in IN are written at execution. */
export const postgres: Renderers<PostgresNode> = {
  ...ansi,
  nextValue: renderNextValue,
  onConflict: renderOnConflict,
  grouping: renderGrouping,
  limit: renderLimit,
  fetch: renderFetch,
  fromHint: renderOnly,
  columnDefinition: renderPostgresColumn,
  createType: renderCreateType,
  dropType: renderDropType,
  unnamedForeignKey,
  tryCast: () => {
    throw new CompileError('PostgreSQL has no TRY_CAST: use cast(), or a function of your own')
  },
  functions: new Map([...ansi.functions, ['substring', renderSubstring]]),
  operators: {
    ...ansi.operators,
    jsonAt: renderDocumentAt,
    match: renderMatch,
    ilike: bySymbol,
    notIlike: bySymbol,
    bitwiseXor: bySymbol,
    regexpMatch: withFlags,
    notRegexpMatch: withFlags,
  },
}

const arrayIn: Renderer<Binary> = renderArrayIn

/** The same with lists in IN as array parameters. */
export const postgresWithArrays: Renderers<PostgresNode> = {
  ...postgres,
  operators: { ...postgres.operators, in: arrayIn, notIn: arrayIn },
}
