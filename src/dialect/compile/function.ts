// Renderers of functions and of what may follow them: FILTER, WITHIN GROUP, OVER.
import { CompileError } from '../../errors.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { Frame, FrameExclusion, Over } from '../../expression/element/window.ts'
import type { FunctionCall } from '../../expression/function/function.ts'
import type { KnownNode, NodeRenderers, Renderer } from './renderers.ts'
import type { Render } from './state.ts'

/** Functions that the standard writes without parentheses. */
const WITHOUT_PARENTHESES: ReadonlySet<string> = new Set([
  'current_catalog',
  'current_date',
  'current_role',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'user',
])

/** `package.name(DISTINCT a, b ORDER BY c)`. */
function renderFunction(node: FunctionCall, out: Render): string {
  const { name, operands, packages } = node
  const special = packages.length === 0 && operands.length > 0 ? out.renderers.functions.get(name) : undefined
  if (special !== undefined) return special(node, out)
  if (operands.length === 0 && packages.length === 0 && WITHOUT_PARENTHESES.has(name.toLowerCase()))
    return name.toUpperCase()
  const path = packages.length === 0 ? '' : `${packages.map((part) => functionName(part, out)).join('.')}.`
  if (name === 'grouping_sets' && packages.length === 0) return `GROUPING SETS(${out.nodes(operands, ', ')})`
  const order = node.orderBy.length === 0 ? '' : ` ORDER BY ${orderTerms(node.orderBy, out)}`
  const distinct = node.isDistinct ? 'DISTINCT ' : ''
  const inside = operands.length === 0 && name === 'count' ? '*' : out.nodes(operands, ', ')
  return `${path}${functionName(name, out)}(${distinct}${inside}${order})`
}

/** What the rows of an aggregate or a window are sorted by. */
export function orderTerms(elements: readonly ColumnElement[], out: Render): string {
  return elements.map((by) => out.renderers.orderTerm(out.node(by), by, out)).join(', ')
}

/** A function's name keeps its case; only names that could not stand in SQL are quoted. */
function functionName(name: string, out: Render): string {
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name : out.quoted(name)
}

function renderOver(node: Over, out: Render): string {
  const text = out.node(node.element)
  // The frame first: its parameters are numbered before those of the order.
  const frame = node.frame === null ? null : renderFrame(node.frame, out)
  const parts: string[] = []
  if (node.partitionBy.length > 0) parts.push(`PARTITION BY ${out.nodes(node.partitionBy, ', ')}`)
  if (node.orderBy.length > 0) parts.push(`ORDER BY ${orderTerms(node.orderBy, out)}`)
  if (frame !== null) parts.push(frame)
  return `${text} OVER (${parts.join(' ')})`
}

const EXCLUSIONS: Readonly<Record<FrameExclusion, string>> = {
  'current row': ' EXCLUDE CURRENT ROW',
  group: ' EXCLUDE GROUP',
  ties: ' EXCLUDE TIES',
  'no others': ' EXCLUDE NO OTHERS',
}

function renderFrame(frame: Frame, out: Render): string {
  if (frame.unit !== 'ROWS' && frame.unit !== 'RANGE' && frame.unit !== 'GROUPS')
    throw new CompileError(`A window frame counts ROWS, RANGE or GROUPS, not ${String(frame.unit)}`)
  const exclusion = frame.exclude === null ? '' : EXCLUSIONS[frame.exclude]
  if (exclusion === undefined) throw new CompileError('A window frame has no such EXCLUDE')
  return `${frame.unit} BETWEEN ${bound(frame.from, 'PRECEDING', out)} AND ${bound(frame.to, 'FOLLOWING', out)}${exclusion}`
}

function bound(at: Frame['from'], unbounded: string, out: Render): string {
  if (at === null) return `UNBOUNDED ${unbounded}`
  if (typeof at === 'object') {
    if (at.direction !== 'PRECEDING' && at.direction !== 'FOLLOWING')
      throw new CompileError('A window frame ends PRECEDING or FOLLOWING the current row')
    return `${out.node(at.by)} ${at.direction}`
  }
  if (!Number.isSafeInteger(at)) throw new CompileError(`A window frame ends at a whole number, not ${String(at)}`)
  if (at === 0) return 'CURRENT ROW'
  return at < 0 ? `${-at} PRECEDING` : `${at} FOLLOWING`
}

/** Functions, spelt alike by all databases that follow the standard. */
export const functions: Pick<NodeRenderers<KnownNode>, 'function' | 'filter' | 'over' | 'withinGroup'> = {
  function: renderFunction,
  filter: (node, out) => `${out.node(node.element)} FILTER (WHERE ${out.node(node.criterion)})`,
  over: renderOver,
  withinGroup: (node, out) => `${out.node(node.element)} WITHIN GROUP (ORDER BY ${out.nodes(node.orderBy, ', ')})`,
}

/** The same call of a function of another name. */
export function renamed(node: FunctionCall, name: string): FunctionCall {
  const { operands, type, isDistinct, orderBy, isBare } = node
  return new (node.constructor as typeof FunctionCall)([], name, operands, type, isDistinct, orderBy, isBare)
}

/** Functions that the standard spells in its own way. */
export const specialFunctions: ReadonlyMap<string, Renderer<FunctionCall>> = new Map<string, Renderer<FunctionCall>>([
  ['aggregate_strings', (node, out) => renderFunction(renamed(node, 'string_agg'), out)],
  ['cube', (node, out) => `CUBE(${out.nodes(node.operands, ', ')})`],
  ['rollup', (node, out) => `ROLLUP(${out.nodes(node.operands, ', ')})`],
  ['pow', (node, out) => `power(${out.nodes(node.operands, ', ')})`],
])
