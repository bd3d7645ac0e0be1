// What an INSERT or UPDATE brings back without being asked: keys that the database makes, and, by `returnDefaults()`, its other values.
import type { InsertState } from '../../expression/dml/insert.ts'
import type { UpdateState } from '../../expression/dml/update.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import { Table } from '../../expression/schema/table.ts'
import { quoteName } from '../../nearest.ts'
import { Place, type PlaceNumber } from './frame.ts'
import { columnsClause } from './result-columns.ts'
import type { Render } from './state.ts'
import type { WrittenValue } from './values.ts'

/**
 * RETURNING that nobody wrote, of an INSERT of one row: the columns of the primary key whose values only the database knows; those of
 * `returnDefaults()` too. SQLAlchemy: `implicit_returning`.
 */
export function implicitOfInsert(
  state: InsertState,
  written: readonly WrittenValue[],
  place: PlaceNumber,
  out: Render,
): string {
  const asked = state.returnDefaults
  const isOneRow = place === Place.statement && state.rows === null && state.from === null && !state.inline
  if (!isOneRow || (out.forMany && asked === undefined)) return ''
  const values = new Map(written.map((value) => [value.column, value]))
  const { features } = out.spelling
  const fetches = features.implicitReturning === true || (asked !== undefined && features.returning)
  const isWanted = fetches && !(state.table instanceof Table && !state.table.implicitReturning)
  const fetched: SchemaColumn[] = []
  for (const column of state.table.columnList) {
    if (!(column instanceof SchemaColumn)) continue
    const value = values.get(column)
    const isMade = value === undefined ? column.hasServerValue : !value.isGiven
    // What nobody writes may be the work of a trigger.
    const isOpen = value === undefined && !column.primaryKey
    if (isMade || isOpen) {
      if (isWanted && (column.primaryKey || isAsked(column, asked))) fetched.push(column)
    } else if (value === undefined) warnOfKey(column, state.table, out)
  }
  return returningText(state.table, fetched, out)
}

/** The same of an UPDATE, which brings back what `returnDefaults()` asks for and nothing else. */
export function implicitOfUpdate(
  state: UpdateState,
  written: readonly WrittenValue[],
  place: PlaceNumber,
  out: Render,
): string {
  const asked = state.returnDefaults
  if (asked === undefined || place !== Place.statement || !out.spelling.features.returning) return ''
  const values = new Map(written.map((value) => [value.column, value]))
  const fetched = state.table.columnList.filter((column): column is SchemaColumn => {
    if (!(column instanceof SchemaColumn) || !isAsked(column, asked)) return false
    const value = values.get(column)
    if (value !== undefined) return !value.isGiven
    return asked.length > 0 || column.serverOnUpdate !== null || column.computed !== null
  })
  const { alias } = state
  const columns = alias === undefined ? fetched : fetched.map((column) => alias.corresponding(column) ?? column)
  return returningText(alias ?? state.table, columns, out)
}

function isAsked(column: NamedElement, asked: readonly NamedElement[] | undefined): boolean {
  return asked !== undefined && (asked.length === 0 || asked.includes(column))
}

function returningText(written: FromClause, columns: readonly NamedElement[], out: Render): string {
  if (columns.length === 0) return ''
  const { frame, unqualified } = out
  if (out.renderers.bareReturning(written, out)) out.unqualified = true
  out.frame = { froms: [written], correlatable: [written], selected: null, hints: [] }
  const text = columnsClause(columns, columns, Place.statement, out)
  out.frame = frame
  out.unqualified = unqualified
  out.implicitReturning = true
  return ` RETURNING ${text}`
}

function warnOfKey(column: SchemaColumn, table: TableClause, out: Render): void {
  out.warnings.push(
    `Column ${quoteName(`${table.name}.${column.key}`)} is part of the primary key, and the INSERT gives no value for it, nor does a default, a sequence or the database as far as it is known: give one, or say { serverDefault: new FetchedValue() } where a trigger does`,
  )
}
