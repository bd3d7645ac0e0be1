// MERGE: its branches one behind the other, with the defaults of INSERT and UPDATE in each.
import { CompileError, InvalidRequestError } from '../../errors.ts'
import type { Merge, MergeBranch, MergeState } from '../../expression/dml/merge.ts'
import { Bind } from '../../expression/element/bind.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import { type ClientDefault, DefaultContext } from '../../expression/schema/default.ts'
import { quoteName } from '../../nearest.ts'
import { NO_FRAME, Place } from './frame.ts'
import { returningClause } from './insert.ts'
import { affixText, contained, criteria, listCtes } from './select.ts'
import type { Render } from './state.ts'
import { writtenValues } from './values.ts'

const MATCHES: Readonly<Record<MergeBranch['match'], string>> = {
  matched: 'WHEN MATCHED',
  notMatched: 'WHEN NOT MATCHED',
  notMatchedBySource: 'WHEN NOT MATCHED BY SOURCE',
}

/** A MERGE where it stands. */
export function renderMerge(node: Merge<unknown, unknown[]>, out: Render): string {
  const place = out.enter()
  const { state } = node
  if (state.branches.length === 0)
    throw new CompileError(
      `MERGE into '${state.table.name}' does nothing: add .whenMatched(...) or .whenNotMatched(...)`,
    )
  if (place !== Place.statement) out.openLevel()
  listCtes(state.ctes, out)
  const { frame, inCte } = out
  const froms = [state.table, ...contained([state.source])]
  out.frame = { ...NO_FRAME, froms, correlatable: froms }
  // Several branches write a column of one name: none of its values can be called after it.
  out.inCte = true
  let text = `MERGE ${affixText(state.prefixes, out, '', ' ')}INTO ${out.tableName(state.table)} USING ${out.node(state.source)} ON ${out.node(state.on)}`
  for (const branch of state.branches) text += ` ${branchText(state, branch, out)}`
  out.frame = frame
  out.inCte = inCte
  text += returningClause(node, place, out)
  return place === Place.statement ? text : out.closeLevel(text)
}

function branchText(state: MergeState, branch: MergeBranch, out: Render): string {
  const match = MATCHES[branch.match]
  if (match === undefined) throw new CompileError('MERGE has no such WHEN')
  return `${match}${criteria(' AND ', branch.where, out)} THEN ${actionText(state, branch, out)}`
}

/** What `onUpdate` gives, as a parameter of its own: those of the statement mean `default`. */
function changed(column: SchemaColumn): ClientDefault | null {
  const { onUpdate, type } = column
  if (onUpdate === null || onUpdate.sort === 'expression') return onUpdate
  const value = onUpdate.sort === 'value' ? onUpdate.value : () => calledFor(column, onUpdate.call)
  return { sort: 'expression', element: new Bind('param', value, type, { anonymous: true }) }
}

function calledFor(column: SchemaColumn, call: (context: DefaultContext) => unknown): unknown {
  const value = call(new DefaultContext('update', () => NO_VALUES))
  if (typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then !== 'function')
    return value
    // Nobody is left to hear of it where it fails.
  ;(value as PromiseLike<unknown>).then(undefined, () => {})
  throw new InvalidRequestError(
    `onUpdate of column ${quoteName(`${column.table.key}.${column.key}`)} gives a promise, which MERGE does not wait for: give the column a value in whenMatched({ update })`,
  )
}

/** A branch is about many rows: what it writes are no values of one. */
const NO_VALUES: Readonly<Record<string, unknown>> = Object.freeze({})

function actionText(state: MergeState, { action, values: assignments }: MergeBranch, out: Render): string {
  if (action === 'delete') return 'DELETE'
  if (action === 'doNothing') return 'DO NOTHING'
  const plan = { table: state.table, assignments, given: [], suffix: '' }
  if (action === 'update') {
    const written = writtenValues({ ...plan, defaultOf: changed }, out)
    return `UPDATE SET ${written.map(({ column, text }) => `${out.quoted(column.name)}=${text}`).join(', ')}`
  }
  if (action !== 'insert') throw new CompileError('MERGE has no such action')
  const written = writtenValues({ ...plan, defaultOf: (column) => column.default }, out)
  if (written.length === 0) return 'INSERT DEFAULT VALUES'
  const columns = written.map(({ column }) => out.quoted(column.name)).join(', ')
  return `INSERT (${columns}) VALUES (${written.map(({ text }) => text).join(', ')})`
}
