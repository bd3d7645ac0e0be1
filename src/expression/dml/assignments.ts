// From the objects that `values()` takes to assignments: columns by key, values as parameters named after their column.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { isRecord } from '../coerce/record.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import { ANONYMOUS } from '../comparator/operand.ts'
import { Binary } from '../element/binary.ts'
import { Bind, withType } from '../element/bind.ts'
import { TypeCoerce } from '../element/cast.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import { Grouping } from '../element/grouping.ts'
import { Tuple } from '../element/list.ts'
import type { TableClause } from '../from/table-clause.ts'
import { field, jsonAt, subscript } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { comparedType } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import { rowAssignment } from './row-assignment.ts'
import type { Assignment } from './write.ts'

/** The keyword DEFAULT: in rows that leave out what other rows give. */
export const DEFAULT: ColumnElement = new ColumnClause('DEFAULT', 'DEFAULT', NullType, null, true)

/** Tells assignments to a pass. */
export function walkAssignments(pass: Pass, assignments: readonly Assignment[]): void {
  pass.flag(assignments.length + 1)
  for (const assignment of assignments) {
    pass.node(assignment.target ?? assignment.column)
    pass.node(assignment.value)
  }
}

/** @throws ArgumentError JavaScript gave further arguments, which would be left out: rows stand in one list. */
export function refuseFurther(others: readonly unknown[], where: string, instead: string): void {
  if (others.length > 0) throw new ArgumentError(`${where} takes one argument, got ${others.length + 1}: ${instead}`)
}

/** The column of a table by key. */
export function columnOf(table: TableClause, key: string, where: string): NamedElement {
  const column = table.columns[key]
  if (column !== undefined) return column
  const known = table.columnList.map((each) => each.key)
  throw new ArgumentError(
    `${where}: table ${quoteName(table.name)} has no column ${quoteName(key)}${suggestion(key, known)}`,
  )
}

/** A value for a column: an expression as it is, anything else as a parameter. */
export function assignment(column: NamedElement, value: unknown, where: string): Assignment {
  const element = elementOf(value)
  const { type } = column
  if (element !== null) return { column, value: withType(expect(EXPRESSION, element, where), type) }
  if (value !== null && comparedType(type, value) === null)
    throw new ArgumentError(
      `${where}: column ${quoteName(column.key)} of the type ${type.kind} got ${describe(value)}; only json and array columns take objects and arrays`,
    )
  return { column, value: new Bind(column.key, value, type) }
}

/** Assignments of an object, in the order of the table's columns; `undefined` leaves a column out. */
export function assignmentsOf(table: TableClause, values: unknown, where: string): readonly Assignment[] {
  if (!isRecord(values) || elementOf(values) !== null)
    throw new ArgumentError(`${where} takes an object of values by column; got ${describe(values)}`)
  const given = new Map<NamedElement, Assignment>()
  for (const key of Object.keys(values)) {
    const column = columnOf(table, key, where)
    const value = values[key]
    if (value !== undefined) given.set(column, assignment(column, value, where))
  }
  return inTableOrder(table, given)
}

/** Assignments of pairs, in their order. */
export function orderedAssignments(
  table: TableClause,
  pairs: readonly unknown[],
  where: string,
): readonly Assignment[] {
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new ArgumentError(`${where} takes pairs [column, value]; got ${describe(pair)}`)
    const [target, value] = pair as readonly unknown[]
    if (value === undefined) throw new ArgumentError(`${where} got undefined as a value; leave the pair out`)
    const element = elementOf(target)
    const key = typeof target === 'string' ? target : (element as NamedElement | null)?.key
    if (element !== null) refuseOther(element, table, where)
    if (key !== undefined) return assignment(columnOf(table, key, where), value, where)
    if (element instanceof Tuple) return rowAssignment(element, value, (name) => columnOf(table, name, where), where)
    const column = element instanceof Binary ? wholeOf(element) : null
    if (column === null)
      throw new ArgumentError(`${where} takes pairs [column, value]; got ${describe(target)} as a column`)
    const part = element as Binary
    const given = elementOf(value)
    const partial =
      given === null ? partValue(part, value, where) : withType(expect(EXPRESSION, given, where), part.type)
    return { column: columnOf(table, column.key, where), target: part, value: partial }
  })
}

/** @throws ArgumentError the column of another table, or a part of it, is to be set: one of the same name would be, in this table. */
function refuseOther(element: Element, table: TableClause, where: string): void {
  for (const each of element instanceof Tuple ? element.clauses : [element]) {
    const column = wholeOf(each as ColumnElement)
    const owner = (column as { readonly table?: Element | null } | null)?.table ?? null
    if (column !== null && owner !== null && !standsFor(owner, table))
      throw new ArgumentError(
        `${where}: the column ${quoteName(column.key)} is not of the table ${quoteName(table.name)}: a statement writes to one table; name its own columns`,
      )
  }
}

/** Whether it is the table, an alias of it, or another description of the same. */
function standsFor(owner: Element, table: TableClause): boolean {
  if (owner === table) return true
  const { element, name, schema } = owner as Partial<Pick<TableClause, 'name' | 'schema'>> & {
    readonly element?: Element
  }
  if (element !== undefined) return standsFor(element, table)
  return name === table.name && (schema ?? null) === (table.schema ?? null)
}

/** The column whose value something is a part of; null where it is no part of one. */
function wholeOf(part: ColumnElement): NamedElement | null {
  if (part instanceof Grouping || part instanceof TypeCoerce) return wholeOf(part.element)
  if (part instanceof Binary && PARTS.has(part.operator)) return wholeOf(part.left)
  return part instanceof ColumnClause ? part : null
}

const PARTS: ReadonlySet<Operator> = new Set([subscript, jsonAt, field])

function partValue(part: ColumnElement, value: unknown, where: string): ColumnElement {
  const { type } = part
  if (value !== null && comparedType(type, value) === null)
    throw new ArgumentError(`${where}: a part of the type ${type.kind} got ${describe(value)}`)
  return new Bind('param', value, type, ANONYMOUS)
}

/** Assignments of several rows: each has the columns that any of them has. */
export function rowsOf(
  table: TableClause,
  rows: readonly unknown[],
  where: string,
): readonly (readonly Assignment[])[] {
  if (rows.length === 0) throw new ArgumentError(`${where} got an empty list of rows`)
  const given = rows.map((row) => assignmentsOf(table, row, where))
  const columns = new Set(given.flatMap((row) => row.map((each) => each.column)))
  return given.map((row) => (row.length === columns.size ? row : completed(table, row, columns)))
}

/** A row with DEFAULT for what only other rows give; client-side defaults come by themselves. */
function completed(
  table: TableClause,
  row: readonly Assignment[],
  columns: ReadonlySet<NamedElement>,
): readonly Assignment[] {
  const given = new Map(row.map((each) => [each.column, each]))
  for (const column of columns)
    if (!given.has(column) && !hasClientDefault(column)) given.set(column, { column, value: DEFAULT })
  return inTableOrder(table, given)
}

function hasClientDefault(column: NamedElement): boolean {
  const { default: source } = column as { readonly default?: unknown }
  return source !== undefined && source !== null
}

/** Later assignments of a column replace earlier ones. */
export function merged(
  table: TableClause,
  present: readonly Assignment[],
  more: readonly Assignment[],
): readonly Assignment[] {
  if (present.length === 0) return more
  const parts = present.filter(({ target }) => target !== undefined)
  const whole = [...present, ...more].filter(({ target }) => target === undefined)
  return [...parts, ...inTableOrder(table, new Map(whole.map((each) => [each.column, each])))]
}

function inTableOrder(table: TableClause, given: ReadonlyMap<NamedElement, Assignment>): readonly Assignment[] {
  const ordered: Assignment[] = []
  for (const column of table.columnList) {
    const found = given.get(column)
    if (found !== undefined) ordered.push(found)
  }
  return ordered
}
