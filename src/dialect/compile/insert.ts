// INSERT: one row, many rows, from SELECT, defaults only; RETURNING.
import { CompileError } from '../../errors.ts'
import type { Insert, InsertState } from '../../expression/dml/insert.ts'
import { type Assignment, type Write, writtenFrom } from '../../expression/dml/write.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import { Label } from '../../expression/element/label.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import { Unary } from '../../expression/element/unary.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import type { ClientDefault } from '../../expression/schema/default.ts'
import { nameable } from '../../expression/select/labels.ts'
import { Select } from '../../expression/select/select.ts'
import type { SelectItem } from '../../expression/select/state.ts'
import { quoteName } from '../../nearest.ts'
import { NO_FRAME, Place, type PlaceNumber } from './frame.ts'
import { implicitOfInsert } from './implicit-returning.ts'
import { columnsClause } from './result-columns.ts'
import { affixText } from './select.ts'
import type { Render } from './state.ts'
import { type WrittenValue, writtenValues } from './values.ts'

/** An INSERT where it stands. */
export function renderInsert(node: Insert<unknown, unknown[]>, out: Render): string {
  const place = out.enter()
  if (place !== Place.statement) out.openLevel()
  out.expectCtes(node.state.ctes)
  const { state } = node
  const into = `INSERT ${affixText(state.prefixes, out, '', ' ')}INTO ${out.tableName(state.table)}`
  const isOneRow = state.from === null && state.rows === null
  const given = place === Place.statement ? (out.columnKeys ?? []) : []
  const values = isOneRow ? rowValues(state, state.values ?? [], given, '', out) : []
  const rows = state.rows === null ? null : manyRows(state, state.rows, out)
  for (const cte of state.ctes) out.node(cte)
  // Parameters are numbered as SQLAlchemy numbers them: those of values, of WITH, of RETURNING, of a SELECT, of ON CONFLICT.
  const returning = returningClause(node, place, out) || implicitOfInsert(state, values, place, out)
  let text = into + (isOneRow ? oneRow(values, out) : (rows ?? fromSelect(state, place, out)))
  if (state.onConflict !== null) text += ` ${out.node(state.onConflict)}`
  text += returning
  return place === Place.statement ? text : out.closeLevel(text)
}

function oneRow(values: readonly WrittenValue[], out: Render): string {
  if (values.length === 0) return ' DEFAULT VALUES'
  return `${columnList(values, out)} VALUES (${values.map((value) => value.text).join(', ')})`
}

function rowValues(
  state: InsertState,
  assignments: readonly Assignment[],
  given: readonly string[],
  suffix: string,
  out: Render,
): WrittenValue[] {
  return writtenValues({ table: state.table, assignments, given, defaultOf, suffix }, out)
}

function defaultOf(column: SchemaColumn): ClientDefault | null {
  return column.default
}

function columnList(values: readonly WrittenValue[], out: Render): string {
  return ` (${values.map((value) => out.quoted(value.column.name)).join(', ')})`
}

function manyRows(state: InsertState, rows: readonly (readonly Assignment[])[], out: Render): string {
  const written = rows.map((row, index) => rowValues(state, row, [], `_m${index}`, out))
  const [first] = written
  if (first === undefined) throw new CompileError(`INSERT into '${state.table.name}' has an empty list of rows`)
  written.forEach((values, index) => {
    const same = values.length === first.length && values.every((value, at) => value.column === first[at]?.column)
    if (!same)
      throw new CompileError(
        `Row ${index} of an INSERT into '${state.table.name}' gives other columns than the first row: all rows of one statement give the same`,
      )
  })
  if (first.length === 0) return defaultRows(state, rows.length, out)
  const texts = written.map((values) => `(${values.map((value) => value.text).join(', ')})`)
  return `${columnList(first, out)} VALUES ${texts.join(', ')}`
}

/** Rows of defaults only: DEFAULT VALUES makes one, so several name a column to say DEFAULT of. */
function defaultRows(state: InsertState, count: number, out: Render): string {
  if (count === 1) return ' DEFAULT VALUES'
  const columns = state.table.columnList
  const column = columns.find((each) => each instanceof SchemaColumn && each.primaryKey) ?? columns[0]
  if (column === undefined) throw new CompileError(`Table '${state.table.name}' has no columns`)
  return ` (${out.quoted(column.name)}) VALUES ${Array(count)
    .fill(`(${out.renderers.defaultValue(column, out)})`)
    .join(', ')}`
}

/** INSERT ... SELECT; columns with a client-side default that are not named are added to both. */
function fromSelect(state: InsertState, place: PlaceNumber, out: Render): string {
  const { columns, select, includeDefaults = true } = state.from as NonNullable<InsertState['from']>
  const named = new Set(columns.map((column) => column.key))
  const defaults: { column: SchemaColumn; source: ClientDefault }[] = []
  if (includeDefaults)
    for (const column of state.table.columnList)
      if (column instanceof SchemaColumn && column.default !== null && !named.has(column.key))
        defaults.push({ column, source: column.default })
  if (defaults.length > 0 && !(select instanceof Select))
    throw new CompileError(
      `INSERT into '${state.table.name}' from several SELECTs cannot add the columns that have defaults (${defaults.map(({ column }) => quoteName(column.key)).join(', ')}): write select(several.subquery()), or { includeDefaults: false }`,
    )
  const names = [...columns, ...defaults.map((each) => each.column)].map((column) => out.quoted(column.name))
  const { frame } = out
  out.frame = NO_FRAME
  // Its WITH stands before INSERT.
  out.sharesLevel = select instanceof Select
  const whole = defaults.length === 0 ? select : withDefaults(select as Select, defaults, out)
  // In WITH its columns have the names that those of a subquery have.
  const body = out.statement(whole, place === Place.cte ? Place.cte : Place.expression)
  out.frame = frame
  return ` (${names.join(', ')}) ${body}`
}

function withDefaults(
  select: Select,
  defaults: readonly { readonly column: SchemaColumn; readonly source: ClientDefault }[],
  out: Render,
): Select {
  const items = defaults.map(({ column, source }) =>
    source.sort === 'expression' ? source.element : out.defaultBind(column, column.key),
  )
  return select.with({ items: [...select.state.items, ...items] })
}

function named(item: SelectItem): SelectItem {
  return item instanceof Unary ? nameable(item) : item
}

/** SQL that is written as it is has no name for those around; the star stands for names that only the server knows. */
function referable(column: NamedElement): NamedElement {
  const hasNoName = column instanceof ColumnClause && column.isLiteral && column.name !== '*'
  return hasNoName ? new Label(column.name, column) : column
}

/** RETURNING, like a columns clause. */
export function returningClause(node: Write<unknown, unknown[]>, place: PlaceNumber, out: Render): string {
  const items = node.state.returning
  if (items.length === 0) return ''
  const { frame, unqualified } = out
  const written = writtenFrom(node.state)
  if (out.renderers.bareReturning(written, out)) out.unqualified = true
  const froms = [written]
  out.frame = { froms, correlatable: froms, selected: null, hints: [] }
  // A write in WITH names its columns as they are, but what has no name gets one.
  const text =
    place === Place.statement
      ? columnsClause(items, node.exportedColumns, place, out)
      : columnsClause(items.map(named), node.exportedColumns.map(referable), Place.expression, out)
  out.frame = frame
  out.unqualified = unqualified
  return ` RETURNING ${text}`
}
