// Functions that SQLite calls otherwise, or puts together from others; those it lacks altogether are in driver/own-functions.ts.
import { CompileError } from '../../errors.ts'
import type { Extract } from '../../expression/element/extract.ts'
import type { FunctionCall } from '../../expression/function/function.ts'
import { ansi } from '../compile/ansi.ts'
import { renamed } from '../compile/function.ts'
import type { Render } from '../compile/state.ts'

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
  chr: 'char',
  ascii: 'unicode',
  jsonb_set: 'json_set',
}

type Spell = (node: FunctionCall, out: Render) => string

/** Stands for the moment: `YYYY-MM-DD HH:MM:SS` of UTC. */
const moment: Spell = () => 'CURRENT_TIMESTAMP'

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
  localtime: () => 'CURRENT_TIME',
  // From 0 to 1, as elsewhere; SQLite's own gives any 64-bit integer.
  random: () => '(random() / 18446744073709551616.0 + 0.5)',
  array_agg: refuse('arrays', 'func.jsonAgg() collects values into a document'),
  unnest: refuse('arrays', "func.jsonEach() gives a document's parts as rows"),
  to_char: refuse('to_char()', "func.strftime('%Y-%m-%d', x) writes dates"),
  rollup: refuse('ROLLUP', 'unite several SELECTs'),
  cube: refuse('CUBE', 'unite several SELECTs'),
  grouping_sets: refuse('GROUPING SETS', 'unite several SELECTs'),
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

/** A function, by SQLite's name. */
export function renderFunction(node: FunctionCall, out: Render): string {
  if (node.packages.length > 0) return ansi.function(node, out)
  const own = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined
  if (own !== undefined) return own(node, out)
  const name = Object.hasOwn(NAMES, node.name) ? (NAMES[node.name] ?? node.name) : node.name
  if (COLLECTORS.has(name)) return collected(name, node, out)
  if (name === node.name) return ansi.function(node, out)
  return ansi.function(renamed(node, name), out)
}

function collected(name: string, node: FunctionCall, out: Render): string {
  const operands = node.operands.map((operand) => {
    const text = out.node(operand)
    if (operand.type.affinity === 'json') return `json(${text})`
    return operand.type.affinity === 'boolean'
      ? `json(CASE ${text} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)`
      : text
  })
  const order = node.orderBy.length === 0 ? '' : ` ORDER BY ${out.nodes(node.orderBy, ', ')}`
  return `${name}(${node.isDistinct ? 'DISTINCT ' : ''}${operands.join(', ')}${order})`
}

/** Parts of dates and times, by what strftime() calls them. */
const FIELDS: Readonly<Record<string, string>> = {
  year: '%Y',
  month: '%m',
  day: '%d',
  hour: '%H',
  minute: '%M',
  second: '%S',
  epoch: '%s',
  dow: '%w',
  isodow: '%u',
  doy: '%j',
  week: '%V',
  isoyear: '%G',
}

/** `CAST(STRFTIME('%Y', x) AS INTEGER)`. */
export function renderExtract(node: Extract, out: Render): string {
  const field = node.field.toLowerCase()
  if (field === 'quarter') return `((CAST(STRFTIME('%m', ${out.node(node.element)}) AS INTEGER) + 2) / 3)`
  const format = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
  if (format === undefined)
    throw new CompileError(
      `SQLite has no way to EXTRACT '${node.field}'; it has ${Object.keys(FIELDS).join(', ')}, quarter`,
    )
  return `CAST(STRFTIME('${format}', ${out.node(node.element)}) AS INTEGER)`
}
