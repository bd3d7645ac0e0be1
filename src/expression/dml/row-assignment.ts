// Several columns that one row gives in UPDATE: `(a, b) = (SELECT ...)`.
import { ArgumentError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import { ANONYMOUS, Bind, withType } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import { NULL } from '../element/constant.ts'
import { Tuple } from '../element/list.ts'
import { comparedType } from '../types/infer.ts'
import type { SqlType } from '../types/type.ts'
import type { Assignment } from './write.ts'

/** A SELECT, which stands for its one row. */
interface RowOfSelect extends Element {
  readonly exportedColumns: readonly NamedElement[]
  rowSubquery(type: SqlType): ColumnElement
}

/**
 * An assignment to the columns of a tuple.
 *
 * @param columnOf the column of the table that is written, by key.
 * @throws ArgumentError a member that is no column, or another number of values.
 */
export function rowAssignment(
  target: Tuple,
  value: unknown,
  columnOf: (key: string) => NamedElement,
  where: string,
): Assignment {
  const columns = target.clauses.map((member) => {
    if (!(member instanceof ColumnClause)) throw new ArgumentError(`${where}: a tuple that is set has columns only`)
    return columnOf(member.key)
  })
  const [column] = columns
  if (column === undefined) throw new ArgumentError(`${where}: a tuple that is set has columns`)
  return { column, target: new Tuple(columns), value: rowFor(columns, value, where) }
}

function rowFor(columns: readonly NamedElement[], value: unknown, where: string): ColumnElement {
  const element = elementOf(value)
  if (element !== null && element.roles & Role.rows) {
    const rows = element as RowOfSelect
    checkCount(columns, rows.exportedColumns.length, where)
    return rows.rowSubquery(new Tuple(columns).type)
  }
  const members = element instanceof Tuple ? element.clauses : value
  if (!Array.isArray(members))
    throw new ArgumentError(`${where}: columns of a tuple get an array, a tuple() or a SELECT; got ${describe(value)}`)
  checkCount(columns, members.length, where)
  return new Tuple(columns.map((column, index) => memberFor(column, members[index], where)))
}

function checkCount(columns: readonly NamedElement[], count: number, where: string): void {
  if (count !== columns.length)
    throw new ArgumentError(`${where}: a tuple of ${columns.length} columns gets as many values, not ${count}`)
}

function memberFor(column: NamedElement, value: unknown, where: string): ColumnElement {
  const element = elementOf(value)
  if (element !== null) return withType(expect(EXPRESSION, element, where), column.type)
  if (value === null) return NULL
  const type = value === undefined ? null : comparedType(column.type, value)
  if (type === null) throw new ArgumentError(`${where}: column ${quoteName(column.key)} got ${describe(value)}`)
  return new Bind(column.key, value, column.type, ANONYMOUS)
}
