// What makes functions FROM elements.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf } from '../coerce/expect.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { AnonymousName } from '../element/name.ts'
import { TableValued, type TableValuedColumn } from '../from/table-valued.ts'
import { NullType } from '../types/null.ts'
import { SqlType } from '../types/type.ts'

/** Options of `tableValued()`. */
export interface TableValuedOptions {
  /** The name in the statement. Default: one that the compiler chooses. */
  readonly name?: string
  /** A column with the number of the row, from 1, under this name. */
  readonly withOrdinality?: string
}

/** A function as a FROM element; see `FunctionCall.tableValued()`. */
export function tableValuedOf(element: ColumnElement, given: readonly unknown[]): TableValued {
  const last = given.at(-1)
  const hasOptions = isRecord(last) && !isTypes(last)
  const options: TableValuedOptions = hasOptions ? last : {}
  checkKeys('tableValued()', options, [], [], ['name', 'withOrdinality'])
  const columns = columnsOf(element, hasOptions ? given.slice(0, -1) : given)
  return new TableValued(element, {
    name: options.name ?? new AnonymousName('anon', null, 'alias'),
    columns,
    ordinality: options.withOrdinality ?? null,
    isDerived: false,
    withTypes: false,
    isLateral: false,
  })
}

function columnsOf(element: ColumnElement, given: readonly unknown[]): readonly TableValuedColumn[] {
  const [first] = given
  if (given.length === 1 && isTypes(first)) return Object.entries(first).map(([name, type]) => ({ name, type }))
  return given.map((name) => {
    if (typeof name !== 'string' || name === '')
      throw new ArgumentError(
        `tableValued() takes names of columns, or one object of types by name; got ${describe(name)}`,
      )
    // The one column of a function is its value.
    return { name, type: given.length === 1 ? element.type : NullType }
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && elementOf(value) === null
}

function isTypes(value: unknown): value is Record<string, SqlType> {
  if (!isRecord(value)) return false
  const types = Object.values(value)
  return types.length > 0 && types.every((type) => type instanceof SqlType)
}
