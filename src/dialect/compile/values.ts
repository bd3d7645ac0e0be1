// Which column gets which value in INSERT and UPDATE: given in the statement, at execution, or by a default.
import { CompileError } from '../../errors.ts'
import { DEFAULT } from '../../expression/dml/assignments.ts'
import type { Assignment } from '../../expression/dml/write.ts'
import { Bind, NO_VALUE } from '../../expression/element/bind.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import type { ClientDefault } from '../../expression/schema/default.ts'
import { NextValue } from '../../expression/schema/sequence.ts'
import { Table } from '../../expression/schema/table.ts'
import type { Render } from './state.ts'

/** A column that is written, and the text of its value. */
export interface WrittenValue {
  readonly column: NamedElement
  readonly text: string
  /** Whether it is a value that was given; otherwise only the database knows what it comes to. */
  readonly isGiven: boolean
}

/** What a write says of values. */
export interface ValuePlan {
  readonly table: TableClause
  readonly assignments: readonly Assignment[]
  /** Keys of columns that execution gives. */
  readonly given: readonly string[]
  /** The client-side default of a column, or null. */
  readonly defaultOf: (column: SchemaColumn) => ClientDefault | null
  /** Behind the column's key in names of parameters: `_m0` in the first of many rows. */
  readonly suffix: string
}

/** The values in order of the table's columns, or in that of the assignments where it is another: those first. */
export function writtenValues(plan: ValuePlan, out: Render): WrittenValue[] {
  const assigned = new Map(plan.assignments.map((assignment) => [assignment.column.key, assignment]))
  const written: WrittenValue[] = []
  for (const column of columnOrder(plan)) {
    const value = valueOf(column, assigned.get(column.key), plan, out)
    if (value !== null) written.push(value)
    assigned.delete(column.key)
  }
  for (const [key] of assigned)
    throw new CompileError(`The statement writes the column '${key}', which table '${plan.table.name}' does not have`)
  return written
}

function columnOrder(plan: ValuePlan): readonly NamedElement[] {
  const columns = plan.table.columnList
  const places = plan.assignments.map((assignment) => columns.indexOf(assignment.column))
  if (places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0))) return columns
  const first = plan.assignments.map((assignment) => assignment.column).filter((column) => columns.includes(column))
  return [...new Set([...first, ...columns])]
}

function valueOf(
  column: NamedElement,
  assignment: Assignment | undefined,
  plan: ValuePlan,
  out: Render,
): WrittenValue | null {
  const name = out.inCte ? null : `${column.key}${plan.suffix}`
  if (assignment !== undefined) return assignedValue(assignment.value, column, name, out)
  if (plan.given.includes(column.key))
    return { column, text: out.columnParameter(column, name ?? out.generate('param')), isGiven: true }
  if (!(column instanceof SchemaColumn)) return null
  return defaultValue(column, plan.defaultOf(column), name, out)
}

/** A client-side default: an expression as it is, anything else as a parameter; null for none. */
function defaultValue(
  column: SchemaColumn,
  source: ClientDefault | null,
  name: string | null,
  out: Render,
): WrittenValue | null {
  if (source === null) return null
  if (source.sort === 'expression') return { column, text: textFor(column, source.element, out), isGiven: false }
  return {
    column,
    text: out.defaultParameter(column, name ?? out.generate('param'), source === column.onUpdate),
    isGiven: true,
  }
}

/** Parameters that stand for the column itself are named after it. */
function assignedValue(value: ColumnElement, column: NamedElement, name: string | null, out: Render): WrittenValue {
  if (value instanceof Bind && isOwnBind(value, column))
    return { column, text: out.bindAs(value, name ?? out.generate('param'), name !== null, true), isGiven: true }
  return { column, text: textFor(column, value, out), isGiven: value instanceof Bind }
}

/** Where there are no sequences the database numbers the column that would take its numbers from one. */
function textFor(column: NamedElement, value: ColumnElement, out: Render): string {
  if (value === DEFAULT) return out.renderers.defaultValue(column, out)
  const isNumber = value instanceof NextValue && out.spelling.features.sequences === false
  if (isNumber && isWholeKey(column)) return out.renderers.defaultValue(column, out)
  return writtenText(column, value, out)
}

/** A value as a column takes it. */
export function writtenText(column: NamedElement, value: ColumnElement, out: Render): string {
  const isFitted = out.spelling.writtenCodec !== undefined && value.type.id === column.type.id
  if (isFitted && value instanceof Bind && !value.expanding) return out.bind(value, true)
  return expressionText(out.renderers.assigned(value, column), out)
}

function isWholeKey(column: NamedElement): boolean {
  if (!(column instanceof SchemaColumn) || !column.primaryKey || !(column.table instanceof Table)) return false
  return column.table.primaryKey.columns.length === 1
}

/** Whether a bind was made for a value of this column, rather than by the user. */
function isOwnBind(bind: Bind, column: NamedElement): boolean {
  return !bind.anonymous && bind.key === column.key && bind.value !== NO_VALUE && !bind.required
}

/** A value that is no parameter of the column: a single operand as it is, anything else in parentheses. */
export function expressionText(value: ColumnElement, out: Render): string {
  const text = out.node(value)
  return value.topOperator === null ? text : `(${text})`
}
