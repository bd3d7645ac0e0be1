// Rows as arrays: one parameter for each column, whatever the number of rows.
import { Bind, NO_VALUE } from '../expression/element/bind.ts'
import type { ColumnElement } from '../expression/element/column-element.ts'
import { RowArrays } from '../expression/from/row-arrays.ts'
import type { SchemaColumn } from '../expression/schema/column.ts'
import { ARRAY } from '../expression/types/array.ts'
import type { SqlType, TypeHost } from '../expression/types/type.ts'

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

/**
 * The columns as a FROM element `rows`, whose arrays are the parameters in order.
 *
 * @param names what the columns are called in it, where that is not the columns' own names.
 */
export function rowArrays(
  table: { readonly name: string },
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

/** Types of whose values `unnest` makes several columns, or for whose arrays there is no name. */
const UNFIT: ReadonlySet<string> = new Set(['composite', 'reflected'])

/**
 * Whether rows with these columns can be given as arrays: an array of arrays is flattened by `unnest`.
 * @param host the dialect that they are for; default any, for which a type that asks for its name fits none
 */
export function fitArrays(columns: readonly SchemaColumn[], host: TypeHost | null = null): boolean {
  return columns.length > 0 && columns.every(({ type }) => fits(type, host))
}

function fits(type: SqlType, host: TypeHost | null): boolean {
  if (type.affinity === 'array' || type.affinity === 'null' || UNFIT.has(type.kind) || type.wrapsParameters(host))
    return false
  // A domain is what it is made of, a decorator what it stands on.
  const { base } = type as SqlType & { readonly base?: SqlType }
  const below = base === undefined ? type.standsOn(host) : [base]
  return below?.every((each) => fits(each, host)) ?? false
}

/** Whether the database gives the column ever larger numbers: its own sequence, not one that counts down or begins anew. */
export function isNumberedUpwards(column: SchemaColumn): boolean {
  if (column.type.affinity !== 'integer' || column.serverDefault !== null || column.default !== null) return false
  const { identity } = column
  if (identity === null) return column.isAutoincrement
  return Number(identity.increment ?? 1) > 0 && identity.cycle !== true
}
