// Association rows of many-to-many relationships: written and deleted as sets.
import { fitArrays, parameter, parameterName, rowArrays, rowColumn } from '../../engine/row-batch.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Delete } from '../../expression/dml/delete.ts'
import { Insert } from '../../expression/dml/insert.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'
import { EMPTY_SELECT, Select } from '../../expression/select/select.ts'
import type { ColumnAttributeLike, RelationshipLike, StateLike } from '../contract/orm.ts'
import { FlushError, MappingError } from '../errors.ts'
import { type DeleteShape, deleteShape, queueDelete } from './delete.ts'
import { guarded } from './guard.ts'
import { farKeys, nearKeys } from './key-copy.ts'
import type { Outbox } from './outbox.ts'
import type { AssociationWork, Work } from './work.ts'

/** The statements of one association table, and where the values come from. */
interface AssociationShape {
  readonly near: readonly ColumnAttributeLike[]
  readonly far: readonly ColumnAttributeLike[]
  readonly insertSingle: Insert
  readonly insertBatch: Insert | null
  readonly remove: DeleteShape
  readonly removeGuarded: { readonly single: Executable; readonly batch: Executable | null }
  readonly removeNear: DeleteShape
  readonly removeFar: DeleteShape
}

const shapes: WeakMap<RelationshipLike, AssociationShape> = new WeakMap()

function shapeOf(relationship: RelationshipLike): AssociationShape {
  const known = shapes.get(relationship)
  if (known !== undefined) return known
  const table = relationship.secondary
  if (table === null)
    throw new MappingError(`${relationship.mapper.className}.${relationship.key} has no association table`)
  const near = nearKeys(relationship)
  const far = farKeys(relationship)
  const nearColumns = near.map(({ column }) => column)
  const farColumns = far.map(({ column }) => column)
  const columns = [...nearColumns, ...farColumns]
  const remove = deleteShape(table, columns)
  const shape: AssociationShape = {
    near: near.map(({ source }) => source),
    far: far.map(({ source }) => source),
    insertSingle: insertSingle(table, columns),
    insertBatch: fitArrays(columns) ? insertBatch(table, columns) : null,
    remove,
    removeGuarded: {
      single: guardedDelete(remove.single, columns),
      batch: remove.batch === null ? null : guardedDelete(remove.batch, columns),
    },
    removeNear: deleteShape(table, nearColumns),
    removeFar: deleteShape(table, farColumns),
  }
  shapes.set(relationship, shape)
  return shape
}

function guardedDelete(statement: Delete, columns: readonly SchemaColumn[]): Executable {
  return guarded(new Delete({ ...statement.state, returning: columns.slice(0, 1) }))
}

function insertSingle(table: Table, columns: readonly SchemaColumn[]): Insert {
  const values = columns.map((column, index) => ({ column, value: parameter(index, column.type) }))
  return insertInto(table, { values, from: null })
}

function insertBatch(table: Table, columns: readonly SchemaColumn[]): Insert {
  const rows = rowArrays(table, columns, false)
  const items = columns.map((_, index) => rowColumn(rows, index))
  return insertInto(table, {
    values: null,
    from: { columns, select: new Select({ ...EMPTY_SELECT, items, froms: [rows] }) },
  })
}

function insertInto(table: Table, content: Pick<Insert['state'], 'values' | 'from'>): Insert {
  return new Insert({
    table,
    ...content,
    rows: null,
    onConflict: null,
    inline: false,
    returning: [],
    ctes: [],
    prefixes: [],
    options: [],
    executionOptions: {},
    plugin: null,
  })
}

/** Whether a key that association rows need is still under way. */
export function awaitsAssociationKeys(work: AssociationWork): boolean {
  const { near, far } = shapeOf(work.relationship)
  const lacks = (state: StateLike, attributes: readonly ColumnAttributeLike[]): boolean =>
    attributes.some(({ slot }) => state.values[slot] === undefined)
  for (const [owner, members] of work.added) {
    if (lacks(owner, near)) return true
    for (const member of members) if (lacks(member, far)) return true
  }
  return false
}

/** Queues the DELETEs of association rows. */
export function dissociate(work: AssociationWork, outbox: Outbox, arrayBatches: boolean): void {
  const { relationship } = work
  const shape = shapeOf(relationship)
  const subject = `DELETE on association table '${relationship.secondary?.name}'`
  queueDelete(shape.remove, pairColumns(shape, work.removed, 'committed'), subject, outbox, arrayBatches, {
    guard: (batched) => (batched ? shape.removeGuarded.batch : null) ?? shape.removeGuarded.single,
  })
  const columnsOf = (states: readonly StateLike[], attributes: readonly ColumnAttributeLike[]): unknown[][] =>
    attributes.map(({ slot }) => states.map((state) => state.committedValue(slot)))
  queueDelete(shape.removeNear, columnsOf(work.deletedNear, shape.near), subject, outbox, arrayBatches)
  queueDelete(shape.removeFar, columnsOf(work.deletedFar, shape.far), subject, outbox, arrayBatches)
}

/** Queues the INSERTs of association rows. */
export function associate(work: Work, association: AssociationWork, outbox: Outbox, arrayBatches: boolean): void {
  const shape = shapeOf(association.relationship)
  const isGone = (state: StateLike): boolean => work.deletes.has(state) || work.forgotten.has(state)
  const added: Map<StateLike, Set<StateLike>> = new Map()
  for (const [owner, members] of association.added)
    if (!isGone(owner)) added.set(owner, new Set([...members].filter((member) => !isGone(member))))
  const columns = pairColumns(shape, added, 'present')
  const count = columns[0]?.length ?? 0
  const subject = `INSERT into association table '${association.relationship.secondary?.name}'`
  const send = (statement: Executable, rows: number, parameters: Record<string, unknown>): void =>
    outbox.queue({ statement, guarded: null, parameters, expected: rows, subject, receive: null })
  if (count > 1 && shape.insertBatch !== null && arrayBatches)
    send(shape.insertBatch, count, Object.fromEntries(columns.map((values, index) => [parameterName(index), values])))
  else
    for (let row = 0; row < count; row++)
      send(
        shape.insertSingle,
        1,
        Object.fromEntries(columns.map((values, index) => [parameterName(index), values[row]])),
      )
}

/** Pairs of objects as values, column by column. */
function pairColumns(
  shape: AssociationShape,
  pairs: ReadonlyMap<StateLike, ReadonlySet<StateLike>>,
  which: 'present' | 'committed',
): unknown[][] {
  const columns: unknown[][] = [...shape.near, ...shape.far].map(() => [])
  const put = (index: number, state: StateLike, { slot, key }: ColumnAttributeLike): void => {
    const value = which === 'present' ? state.values[slot] : state.committedValue(slot)
    if (value === undefined)
      throw new FlushError(
        `An association row needs ${state.mapper.className}.${key}, which has no value: the object was not written`,
      )
    columns[index]?.push(value)
  }
  for (const [owner, members] of pairs)
    for (const member of members) {
      for (const [index, attribute] of shape.near.entries()) put(index, owner, attribute)
      for (const [index, attribute] of shape.far.entries()) put(shape.near.length + index, member, attribute)
    }
  return columns
}
