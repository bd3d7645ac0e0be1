// Rows of a flush as arrays: one parameter for each column, whatever the number of rows.
import { Binary } from '../../expression/element/binary.ts'
import { Bind, NO_VALUE } from '../../expression/element/bind.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { RowArrays } from '../../expression/from/row-arrays.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { eq } from '../../expression/operator/catalog.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import { ARRAY } from '../../expression/types/array.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'
import type { SqlType } from '../../expression/types/type.ts'

/**
 * Name of a parameter. In INSERT and UPDATE a parameter that is called as a column means that column, so it is a name that
 * no property has.
 */
export function parameterName(index: number): string {
  return `value ${index}`
}

/** A required parameter of a column's type. */
export function parameter(index: number, type: SqlType): Bind {
  return new Bind(parameterName(index), NO_VALUE, type, { required: true })
}

/** `left = right`. */
export function equals(left: ColumnElement, right: ColumnElement): ColumnElement<boolean> {
  return new Binary(left, eq, right, BooleanType)
}

/**
 * The columns as a FROM element `rows`, whose arrays are the parameters in order.
 *
 * @param names what the columns are called in it, where that is not the columns' own names.
 */
export function rowArrays(
  table: TableClause,
  columns: readonly SchemaColumn[],
  withOrdinality: boolean,
  names: readonly string[] = columns.map((column) => column.name),
): RowArrays {
  const clear = new Set(names).size === names.length && !(withOrdinality && names.includes('ordinality'))
  const arrays = columns.map((column, index) => ({
    name: (clear ? names[index] : undefined) ?? `column_${index}`,
    type: column.type,
    bind: parameter(index, ARRAY(column.type)),
  }))
  return new RowArrays(arrays, withOrdinality, table.name === 'rows' ? 'row_batch' : 'rows')
}

/** The column of {@link rowArrays} at a position. */
export function rowColumn(rows: RowArrays, index: number): ColumnElement {
  return rows.columnList[index] as ColumnElement
}

/** Whether rows with these columns can be given as arrays: an array of arrays is flattened by `unnest`. */
export function fitArrays(columns: readonly SchemaColumn[]): boolean {
  return columns.length > 0 && columns.every((column) => column.type.affinity !== 'array')
}
