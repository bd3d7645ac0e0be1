// Deleted objects take their rows with them: one DELETE for all objects of a class.
import { fitArrays, parameter, parameterName, rowArrays, rowColumn } from '../../engine/row-batch.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Delete } from '../../expression/dml/delete.ts'
import { Binary } from '../../expression/element/binary.ts'
import { Bind, NO_VALUE } from '../../expression/element/bind.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { in_ } from '../../expression/operator/catalog.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'
import type { MapperLike, StateLike } from '../contract/orm.ts'
import type { Outbox } from './outbox.ts'
import { equals } from './row-batch.ts'

/** The statements that delete rows by the values of some columns */
export interface DeleteShape {
  readonly single: Delete
  /** For several rows: arrays in place of values; null where the types do not allow it. */
  readonly batch: Delete | null
}

/** Builds {@link DeleteShape}. */
export function deleteShape(table: TableClause, columns: readonly SchemaColumn[]): DeleteShape {
  const single = deleteFrom(
    table,
    columns.map((column, index) => equals(column, parameter(index, column.type))),
    [],
  )
  return { single, batch: batchDelete(table, columns) }
}

function batchDelete(table: TableClause, columns: readonly SchemaColumn[]): Delete | null {
  const [only] = columns
  if (only !== undefined && columns.length === 1) {
    const list = new Bind(parameterName(0), NO_VALUE, only.type, { required: true, expanding: true })
    return deleteFrom(table, [new Binary(only, in_, list, BooleanType)], [])
  }
  if (!fitArrays(columns)) return null
  const rows = rowArrays(table, columns, false)
  const where = columns.map((column, index) => equals(column, rowColumn(rows, index)))
  return deleteFrom(table, where, [rows])
}

function deleteFrom(table: TableClause, where: readonly ColumnElement<boolean>[], from: readonly FromClause[]): Delete {
  return new Delete({
    table,
    where,
    from,
    everyRow: false,
    returning: [],
    ctes: [],
    prefixes: [],
    options: [],
    executionOptions: {},
    plugin: null,
  })
}

const shapes: WeakMap<MapperLike, DeleteShape> = new WeakMap()

/**
 * Queues the DELETE of objects of one class. How many rows it finds is not checked: a row that is gone already, by a cascade
 * of the database for one, is as deleted as it was to be.
 */
export function deleteStates(
  mapper: MapperLike,
  states: readonly StateLike[],
  outbox: Outbox,
  arrayBatches: boolean,
): void {
  let shape = shapes.get(mapper)
  if (shape === undefined) {
    shape = deleteShape(
      mapper.table,
      mapper.primaryKey.map(({ column }) => column),
    )
    shapes.set(mapper, shape)
  }
  const keys = mapper.primaryKey.map(({ slot }) => states.map((state) => state.committedValue(slot)))
  queueDelete(shape, keys, `DELETE on table '${mapper.table.name}'`, outbox, arrayBatches)
}

/** Queues a DELETE of rows given column by column. */
export function queueDelete(
  shape: DeleteShape,
  columns: readonly (readonly unknown[])[],
  subject: string,
  outbox: Outbox,
  arrayBatches: boolean,
  expectation: { readonly guard: (batched: boolean) => Executable } | null = null,
): void {
  const count = columns[0]?.length ?? 0
  if (count === 0) return
  const batched = count > 1 && shape.batch !== null && (arrayBatches || columns.length === 1)
  const send = (statement: Executable, rows: number, parameters: Record<string, unknown>): void =>
    outbox.queue({
      statement,
      guarded: expectation?.guard(batched) ?? null,
      parameters,
      expected: expectation === null ? null : rows,
      subject,
      receive: null,
    })
  if (batched && shape.batch !== null)
    send(shape.batch, count, Object.fromEntries(columns.map((values, index) => [parameterName(index), values])))
  else
    for (let row = 0; row < count; row++)
      send(shape.single, 1, Object.fromEntries(columns.map((values, index) => [parameterName(index), values[row]])))
}
