// UPDATE statements of a class, built once for each set of columns.
import { fitArrays, parameter, rowArrays, rowColumn } from '../../engine/row-batch.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Update } from '../../expression/dml/update.ts'
import type { Assignment } from '../../expression/dml/write.ts'
import type { ColumnAttributeLike, MapperLike } from '../contract/orm.ts'
import { guarded } from './guard.ts'
import { equals } from './row-batch.ts'

/** One set of columns. The parameters: first the columns that are set, then the primary key as it was. */
export interface UpdateShape {
  readonly written: readonly ColumnAttributeLike[]
  /** Columns that only the database knows after the UPDATE. */
  readonly unknown: readonly ColumnAttributeLike[]
  readonly single: Executable
  readonly singleGuarded: Executable
  /** For two rows and more; null where the types do not allow it. */
  readonly batch: Executable | null
  readonly batchGuarded: Executable | null
}

const shapes: WeakMap<MapperLike, Map<string, UpdateShape>> = new WeakMap()

/** The statements that set the columns in these slots. */
export function updateShape(mapper: MapperLike, signature: string, slots: readonly number[]): UpdateShape {
  let known = shapes.get(mapper)
  if (known === undefined) {
    known = new Map()
    shapes.set(mapper, known)
  }
  let shape = known.get(signature)
  if (shape === undefined) {
    shape = makeShape(mapper, slots)
    known.set(signature, shape)
  }
  return shape
}

function makeShape(mapper: MapperLike, slots: readonly number[]): UpdateShape {
  const written = slots.flatMap((slot) => mapper.columns[slot] ?? [])
  const expressions = mapper.columns.filter(
    ({ slot, column }) => column.onUpdate?.sort === 'expression' && !slots.includes(slot),
  )
  const changing = mapper.columns.filter(
    ({ slot, column }) => column.computed !== null || (column.serverOnUpdate !== null && !slots.includes(slot)),
  )
  const unknown = [...expressions, ...changing.filter((attribute) => !expressions.includes(attribute))]
  const columns = [...written, ...mapper.primaryKey].map(({ column }) => column)
  const single = singleUpdate(mapper, written, expressions)
  const batch = fitArrays(columns) ? batchUpdate(mapper, written, expressions) : null
  return {
    written,
    unknown,
    single,
    singleGuarded: guarded(returningKey(mapper, single)),
    batch,
    batchGuarded: batch === null ? null : guarded(returningKey(mapper, batch)),
  }
}

function singleUpdate(
  mapper: MapperLike,
  written: readonly ColumnAttributeLike[],
  expressions: readonly ColumnAttributeLike[],
): Update {
  const values: Assignment[] = written.map(({ column }, index) => ({
    column,
    value: parameter(index, column.type),
  }))
  const where = mapper.primaryKey.map(({ column }, index) =>
    equals(column, parameter(written.length + index, column.type)),
  )
  return updateOf(mapper, [...values, ...expressionsOf(expressions)], where, [])
}

/** `UPDATE ... SET ... FROM unnest(...) AS rows(...) WHERE key = rows.key`. */
function batchUpdate(
  mapper: MapperLike,
  written: readonly ColumnAttributeLike[],
  expressions: readonly ColumnAttributeLike[],
): Update {
  const attributes = [...written, ...mapper.primaryKey]
  const columns = attributes.map(({ column }) => column)
  // A primary key that changes stands among the values and among the keys.
  const names = attributes.map(({ column, primaryKey }, index) =>
    primaryKey && index < written.length ? `new_${column.name}` : column.name,
  )
  const rows = rowArrays(mapper.table, columns, false, names)
  const values = written.map(({ column }, index) => ({ column, value: rowColumn(rows, index) }))
  const where = mapper.primaryKey.map(({ column }, index) => equals(column, rowColumn(rows, written.length + index)))
  return updateOf(mapper, [...values, ...expressionsOf(expressions)], where, [rows])
}

function expressionsOf(attributes: readonly ColumnAttributeLike[]): Assignment[] {
  return attributes.flatMap(({ column }) =>
    column.onUpdate?.sort === 'expression' ? [{ column, value: column.onUpdate.element }] : [],
  )
}

function updateOf(
  mapper: MapperLike,
  values: Update['state']['values'],
  where: Update['state']['where'],
  from: Update['state']['from'],
): Update {
  return new Update({
    table: mapper.table,
    values,
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

function returningKey(mapper: MapperLike, update: Update): Update {
  const [key] = mapper.primaryKey
  return new Update({ ...update.state, returning: key === undefined ? [] : [key.column] })
}
