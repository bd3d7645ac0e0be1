// Functions that SQLite calls otherwise, or puts together from others; those it lacks altogether are in driver/own-functions.ts.
import { CompileError } from '../../errors.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { Extract } from '../../expression/element/extract.ts'
import { FunctionFilter, Over } from '../../expression/element/window.ts'
import { FunctionCall } from '../../expression/function/function.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { ansi } from '../compile/ansi.ts'
import { orderTerms, renamed } from '../compile/function.ts'
import type { Render } from '../compile/state.ts'
import { isDouble } from './exactness.ts'
import { momentText, remainder, shownText } from './operators.ts'
import { HOST } from './type-name.ts'

/** Another name for the same function. */
const NAMES: Readonly<Record<string, string>> = {
  char_length: 'length',
  character_length: 'length',
  strpos: 'instr',
  btrim: 'trim',
  bool_and: 'min',
  every: 'min',
  bool_or: 'max',
  any_value: 'min',
  aggregate_strings: 'group_concat',
  json_agg: 'json_group_array',
  jsonb_agg: 'json_group_array',
  json_object_agg: 'json_group_object',
  jsonb_object_agg: 'json_group_object',
  json_build_array: 'json_array',
  jsonb_build_array: 'json_array',
  json_build_object: 'json_object',
  jsonb_build_object: 'json_object',
  jsonb_array_length: 'json_array_length',
  to_json: 'json_quote',
  to_jsonb: 'json_quote',
  ascii: 'unicode',
  jsonb_set: 'json_set',
}

type Spell = (node: FunctionCall, out: Render) => string

/** The moment in UTC as such columns keep it, so that it compares with what was written: CURRENT_TIMESTAMP has no fraction. */
const moment: Spell = () => "strftime('%Y-%m-%d %H:%M:%f000', 'now')"

const refuse =
  (what: string, remedy: string): Spell =>
  () => {
    throw new CompileError(`SQLite has no ${what}: ${remedy}`)
  }

const FUNCTIONS: Readonly<Record<string, Spell>> = {
  now: moment,
  current_timestamp: moment,
  localtimestamp: moment,
  transaction_timestamp: moment,
  statement_timestamp: moment,
  clock_timestamp: moment,
  localtime: () => "strftime('%H:%M:%f000', 'now')",
  current_time: () => "strftime('%H:%M:%f000+00', 'now')",
  mod: (node, out) => {
    const [left, right] = node.operands
    return left === undefined || right === undefined ? ansi.function(node, out) : remainder(left, right, out)
  },
  // Halves of floating point numbers go to the even side, those of decimals away from zero; a decimal that is a double is no half any more.
  round: (node, out) => {
    const [value, digits] = node.operands
    const affinity = value?.type.forDialect(HOST).affinity
    if (value === undefined || (affinity !== 'float' && affinity !== 'numeric')) return ansi.function(node, out)
    if (!isDouble(value)) return `to_scale(${out.node(value)}, ${digits === undefined ? '0' : out.node(digits)})`
    return digits === undefined ? `round_even(${out.node(value)})` : ansi.function(node, out)
  },
  concat: (node, out) => shown(node, out),
  concat_ws: (node, out) => shown(node, out),
  // From 0 to 1, as elsewhere; SQLite's own gives any 64-bit integer.
  random: () => '(random() / 18446744073709551616.0 + 0.5)',
  array_agg: refuse('arrays', 'func.jsonAgg() collects values into a document'),
  unnest: refuse('arrays', "func.jsonEach() gives a document's parts as rows"),
  to_char: refuse('to_char()', "func.strftime('%Y-%m-%d', x) writes dates"),
  rollup: refuse('ROLLUP', 'unite several SELECTs'),
  cube: refuse('CUBE', 'unite several SELECTs'),
  grouping_sets: refuse('GROUPING SETS', 'unite several SELECTs'),
}

/** Of the texts that other databases make of the values. */
function shown(node: FunctionCall, out: Render): string {
  const texts = node.operands.map((operand) => shownText(operand, out, ['t', 'f']) ?? out.node(operand))
  return `${node.name}(${texts.join(', ')})`
}

/** Functions that collect documents must be told that what they are given is one. */
const COLLECTORS: ReadonlySet<string> = new Set([
  'json_group_array',
  'json_group_object',
  'json_array',
  'json_object',
  'json_quote',
  'json_set',
])

/** Aggregates that compute with values, or compare them. */
const OF_VALUES: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'greatest', 'least'])

/** @throws CompileError the values are texts that sort otherwise than they stand for. */
function checkComputed({ name, operands: [first] }: FunctionCall): void {
  const type = first?.type.forDialect(HOST)
  if (type?.affinity === 'interval')
    throw new CompileError(`SQLite cannot compute ${name}() of intervals, which are text: compute it in the program`)
  if (type?.kind === 'enum' && (type as SqlType as EnumType).native)
    throw new CompileError(
      `SQLite has no ${name}() of an enumeration by the order of its labels: order by it, and limit(1)`,
    )
}

/** A function, by SQLite's name. */
export function renderFunction(node: FunctionCall, out: Render): string {
  if (node.packages.length > 0) return ansi.function(node, out)
  if (OF_VALUES.has(node.name)) checkComputed(node)
  const own = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined
  if (own !== undefined) return own(node, out)
  const name = Object.hasOwn(NAMES, node.name) ? (NAMES[node.name] ?? node.name) : node.name
  if (OF_NOTHING.has(node.name)) return nullOfNothing(collected(name, node, out), node.name)
  if (COLLECTORS.has(name)) return collected(name, node, out)
  if (name === node.name) return ansi.function(node, out)
  return ansi.function(renamed(node, name), out)
}

/** What SQLite gives for no rows, where other databases give NULL. */
const OF_NOTHING: ReadonlyMap<string, string> = new Map([
  ['json_agg', '[]'],
  ['jsonb_agg', '[]'],
  ['json_object_agg', '{}'],
  ['jsonb_object_agg', '{}'],
])

function nullOfNothing(text: string, name: string): string {
  return `NULLIF(${text}, '${OF_NOTHING.get(name)}')`
}

/** The same by SQLite's name, which gives what SQLite gives; null for other functions. */
function ownCollector(element: ColumnElement): FunctionCall | null {
  if (!(element instanceof FunctionCall) || element.packages.length > 0 || !OF_NOTHING.has(element.name)) return null
  return renamed(element, NAMES[element.name] ?? element.name)
}

/** FILTER stands behind the aggregate itself. */
export function renderFilter(node: FunctionFilter, out: Render): string {
  const own = ownCollector(node.element)
  if (own === null) return ansi.filter(node, out)
  return nullOfNothing(ansi.filter(new FunctionFilter(own, node.criterion), out), (node.element as FunctionCall).name)
}

/** So does OVER. */
export function renderOver(node: Over, out: Render): string {
  const { element, partitionBy, orderBy, frame } = node
  const call = element instanceof FunctionFilter ? element.element : element
  const own = ownCollector(call)
  if (own === null) return ansi.over(node, out)
  const bare = element instanceof FunctionFilter ? new FunctionFilter(own, element.criterion) : own
  return nullOfNothing(ansi.over(new Over(bare, partitionBy, orderBy, frame), out), (call as FunctionCall).name)
}

function collected(name: string, node: FunctionCall, out: Render): string {
  const operands = node.operands.map((operand) => {
    const text = out.node(operand)
    if (operand.type.affinity === 'json') return `json(${text})`
    const { affinity } = operand.type.forDialect(HOST)
    if (affinity === 'datetime' || affinity === 'time') return momentText(operand.type, text, 'T', out)
    return operand.type.affinity === 'boolean'
      ? `json(CASE ${text} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)`
      : text
  })
  const order = node.orderBy.length === 0 ? '' : ` ORDER BY ${orderTerms(node.orderBy, out)}`
  return `${name}(${node.isDistinct ? 'DISTINCT ' : ''}${operands.join(', ')}${order})`
}

/** Parts of dates and times, by what strftime() calls them. */
const FIELDS: Readonly<Record<string, string>> = {
  year: '%Y',
  month: '%m',
  day: '%d',
  hour: '%H',
  minute: '%M',
  dow: '%w',
  isodow: '%u',
  doy: '%j',
  week: '%V',
  isoyear: '%G',
}

/** Those that have fractions, or that strftime() does not know: a function of the driver gives them, and all of spans. */
const PARTS: ReadonlySet<string> = new Set(
  'second epoch milliseconds microseconds decade century millennium julian'.split(' '),
)

/** `CAST(STRFTIME('%Y', x) AS INTEGER)`. */
export function renderExtract(node: Extract, out: Render): string {
  const field = node.field.toLowerCase()
  const isSpan = node.element.type.forDialect(HOST).affinity === 'interval'
  if (PARTS.has(field) || (isSpan && Object.hasOwn(FIELDS, field)))
    return `date_part('${field}', ${out.node(node.element)})`
  if (field === 'quarter') return `((CAST(STRFTIME('%m', ${out.node(node.element)}) AS INTEGER) + 2) / 3)`
  const format = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
  if (format === undefined)
    throw new CompileError(
      `SQLite has no way to EXTRACT '${node.field}'; it has ${[...Object.keys(FIELDS), 'quarter', ...PARTS].join(', ')}`,
    )
  return `CAST(STRFTIME('${format}', ${out.node(node.element)}) AS INTEGER)`
}
