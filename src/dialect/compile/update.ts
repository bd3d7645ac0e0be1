// UPDATE and DELETE.
import { CompileError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { Delete } from '../../expression/dml/delete.ts'
import type { Update, UpdateState } from '../../expression/dml/update.ts'
import { type CriteriaState, writtenFrom } from '../../expression/dml/write.ts'
import { Tuple } from '../../expression/element/list.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import { FromClause } from '../../expression/from/from-clause.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { ClientDefault } from '../../expression/schema/default.ts'
import { withoutJoined } from '../../expression/select/froms.ts'
import { type Frame, NO_FRAME, Place, type PlaceNumber } from './frame.ts'
import { implicitOfUpdate } from './implicit-returning.ts'
import { returningClause } from './insert.ts'
import { targetText } from './operator.ts'
import { aliasBeside } from './same-name.ts'
import { affixText, contained, criteria } from './select.ts'
import type { Render } from './state.ts'
import { expressionText, type WrittenValue, writtenValues } from './values.ts'

/** An UPDATE where it stands. */
export function renderUpdate(node: Update<unknown, unknown[]>, out: Render): string {
  const place = out.enter()
  if (place !== Place.statement) out.openLevel()
  out.expectCtes(node.state.ctes)
  const { state } = node
  const { aliasedTables } = out
  const around = begin(
    'UPDATE',
    state,
    state.values.map((each) => each.value),
    out,
  )
  const froms = out.frame.froms
  let text = `UPDATE ${affixText(state.prefixes, out, '', ' ')}${target(state, out)} SET `
  const partial = parts(state, out)
  const written = assignments(state, place, out)
  // Behind the values, whose parameters are numbered first.
  for (const cte of state.ctes) out.node(cte)
  text += [...partial, ...written.map((each) => `${out.quoted(each.column.name)}=${each.text}`)].join(', ')
  if (froms.length > 1) text += ` FROM ${out.nodes(listed(state, froms), ', ')}`
  text += criteria(' WHERE ', state.where, out)
  out.frame = around
  text += returningClause(node, place, out) || implicitOfUpdate(state, written, place, out)
  out.aliasedTables = aliasedTables
  return place === Place.statement ? text : out.closeLevel(text)
}

/** A DELETE where it stands. */
export function renderDelete(node: Delete<unknown, unknown[]>, out: Render): string {
  const place = out.enter()
  if (place !== Place.statement) out.openLevel()
  out.expectCtes(node.state.ctes)
  const { state } = node
  const { aliasedTables } = out
  for (const cte of state.ctes) out.node(cte)
  const around = begin('DELETE', state, [], out)
  const froms = out.frame.froms
  let text = `DELETE ${affixText(state.prefixes, out, '', ' ')}FROM ${target(state, out)}`
  if (froms.length > 1) text += out.renderers.deleteUsing(out.nodes(listed(state, froms), ', '))
  text += criteria(' WHERE ', state.where, out)
  out.frame = around
  text += returningClause(node, place, out)
  out.aliasedTables = aliasedTables
  return place === Place.statement ? text : out.closeLevel(text)
}

/**
 * Sets the frame to the table that is written and the further FROM elements, and gives the frame before.
 *
 * @throws CompileError there is no criterion and nobody said that every row is meant.
 */
function begin(word: string, state: CriteriaState, values: readonly Element[], out: Render): Frame {
  if (state.where.length === 0 && !state.everyRow)
    throw new CompileError(
      `${word} of table '${state.table.name}' has no criterion and would change every row: add .where(...), or .all() where every row is meant`,
    )
  const around = out.frame
  const written = writtenFrom(state)
  const froms: FromClause[] = [...new Set(state.from)]
  for (const element of [...state.where, ...values])
    for (const from of (element as CriteriaState['where'][number]).fromObjects())
      if (from instanceof FromClause && from !== written && !froms.includes(from)) froms.push(from)
  const all = [written, ...contained(withoutJoined(froms))]
  out.frame = { ...NO_FRAME, froms: all, correlatable: all }
  if (all.length > 1) aliasBeside(written, all, out)
  return around
}

/** What stands after FROM or USING. */
function listed(state: CriteriaState, froms: readonly FromClause[]): readonly FromClause[] {
  const written = writtenFrom(state)
  return withoutJoined(froms.filter((from) => from !== written))
}

/** The table that is written, with its hints. */
function target(state: CriteriaState, out: Render): string {
  const table = out.tableName(state.table)
  const name = state.alias === undefined ? table : `${table} AS ${out.quoted(state.alias.name)}`
  const own = (state.hints ?? []).filter(({ dialect }) => dialect === null || dialect === out.spelling.name)
  return own.reduce((text, hint) => out.renderers.fromHint(text, hint, out), name)
}

/** SET: columns in the order given, those that execution gives or `onUpdate` sets in the table's order. */
function assignments(state: UpdateState, place: PlaceNumber, out: Render): readonly WrittenValue[] {
  const given = place === Place.statement ? (out.columnKeys ?? []) : []
  const assigned = state.values.filter(({ target }) => target === undefined)
  const inParts = columnsInParts(state)
  const defaultOf = (column: SchemaColumn): ClientDefault | null => (inParts.has(column) ? null : column.onUpdate)
  const plan = { table: state.table, assignments: assigned, given, defaultOf, suffix: '' }
  const written = writtenValues(plan, out)
  // Columns that are set by every UPDATE are no reason for one.
  if (
    (written.length === 0 && assigned.length === state.values.length) ||
    (state.values.length === 0 && given.length === 0)
  )
    throw new CompileError(`UPDATE of table '${state.table.name}' sets no column`)
  return written
}

/** Parts of values that are set stand before whole ones. */
function parts(state: UpdateState, out: Render): string[] {
  return state.values.flatMap(({ target, value }) => {
    if (target === undefined) return []
    return [`${targetText(target, out)}=${expressionText(value, out)}`]
  })
}

/** Columns of which parts are set, and those that a row gives: none can be set a second time. */
function columnsInParts({ values }: UpdateState): ReadonlySet<NamedElement> {
  const columns = new Set<NamedElement>()
  for (const { column, target } of values)
    if (target instanceof Tuple) for (const each of target.clauses) columns.add(each as NamedElement)
    else if (target !== undefined) columns.add(column)
  return columns
}
