// Expressions of constraints and indexes, over the columns of the table that they belong to.
import { adaptColumns } from '../adapt.ts'
import { type ColumnOwner, copiedColumn, SchemaColumn } from './column.ts'
import type { SqlExpression } from './server-default.ts'

/** The expression of a copied constraint or index: columns of the table that was copied are those of the copy. */
export function ownExpression<E extends SqlExpression>(expression: E, table: ColumnOwner | undefined): E {
  if (table === undefined || table.copiedFrom === null) return expression
  return adaptColumns(expression, (column) => (column instanceof SchemaColumn ? copiedColumn(table, column) : null))
}
