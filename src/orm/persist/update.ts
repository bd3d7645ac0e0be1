// Changed objects change their rows: UPDATE of what changed, in as few statements as there are sets of changed columns.
import { parameterName } from '../../engine/row-batch.ts'
import { DefaultContext } from '../../expression/schema/default.ts'
import type { ColumnAttributeLike, MapperLike, StateLike } from '../contract/orm.ts'
import { LateDefaults } from './late-default.ts'
import type { Outbox } from './outbox.ts'
import { type UpdateShape, updateShape } from './update-shape.ts'

/** A persistent object with the slots of the columns that are to be written. */
export interface ColumnChanges {
  readonly state: StateLike
  readonly slots: number[]
  /** The primary key's values before the change; null where the key cannot change. */
  readonly previousKey: readonly unknown[] | null
}

/**
 * What changed in the columns of an object, compared with what the database has. Relationships are not looked at.
 *
 * @param keyChanges whether the primary key may change by what is written later, which relationships do.
 */
export function columnChanges(state: StateLike, keyChanges = false): ColumnChanges {
  const slots: number[] = []
  let keepsKey = !keyChanges
  const { committed, mapper, values } = state
  if (committed !== null)
    for (const [slot, before] of committed) {
      const attribute = mapper.columns[slot]
      if (attribute === undefined || attribute.column.computed !== null) continue
      if (before !== undefined && attribute.column.type.sameValue(before, values[slot])) continue
      if (values[slot] === undefined) continue
      slots.push(slot)
      if (attribute.primaryKey) keepsKey = false
    }
  const previousKey = keepsKey ? null : mapper.primaryKey.map(({ slot }) => state.committedValue(slot))
  return { state, slots, previousKey }
}

/**
 * Queues the UPDATEs of objects of one class; those with nothing to write are passed over.
 *
 * @returns what to wait for before they are queued; undefined where nothing is late.
 */
export function updateStates(
  mapper: MapperLike,
  changes: readonly ColumnChanges[],
  outbox: Outbox,
  arrayBatches: boolean,
): Promise<void> | undefined {
  const touched = mapper.columns.filter(
    ({ column }) => column.onUpdate !== null && column.onUpdate.sort !== 'expression',
  )
  const late = new LateDefaults()
  if (touched.length > 0)
    for (const change of changes)
      if (change.slots.length > 0) for (const attribute of touched) touch(mapper, change, attribute, late)
  const waiting = late.settle()
  if (waiting !== undefined) return waiting.then(() => queueUpdates(mapper, changes, outbox, arrayBatches))
  queueUpdates(mapper, changes, outbox, arrayBatches)
  return undefined
}

function queueUpdates(
  mapper: MapperLike,
  changes: readonly ColumnChanges[],
  outbox: Outbox,
  arrayBatches: boolean,
): void {
  const groups: Map<string, ColumnChanges[]> = new Map()
  for (const change of changes) {
    if (change.slots.length === 0) continue
    if (change.slots.length > 1) change.slots.sort((one, other) => one - other)
    const signature = change.slots.join()
    const group = groups.get(signature)
    if (group === undefined) groups.set(signature, [change])
    else group.push(change)
  }
  for (const [signature, group] of groups) {
    const shape = updateShape(mapper, signature, group[0]?.slots ?? [])
    if (group.length > 1 && shape.batch !== null && arrayBatches) queueBatch(mapper, shape, group, outbox)
    else for (const change of group) queueSingle(mapper, shape, change, outbox)
  }
}

/** The client's `onUpdate` value, where the object itself was not given one. */
function touch(mapper: MapperLike, change: ColumnChanges, attribute: ColumnAttributeLike, late: LateDefaults): void {
  const source = attribute.column.onUpdate
  if (source === null || source.sort === 'expression' || change.slots.includes(attribute.slot)) return
  const { values } = change.state
  late.put(values, attribute.slot, source.sort === 'value' ? source.value : source.call(contextOf(mapper, change)))
  change.slots.push(attribute.slot)
}

/** What a function that gives `onUpdate` may ask: the values that are written. */
function contextOf(mapper: MapperLike, { state, slots }: ColumnChanges): DefaultContext {
  return new DefaultContext('update', () => {
    const written: Record<string, unknown> = Object.create(null)
    for (const { slot, column } of mapper.columns) if (slots.includes(slot)) written[column.key] = state.values[slot]
    return written
  })
}

function queueSingle(mapper: MapperLike, shape: UpdateShape, change: ColumnChanges, outbox: Outbox): void {
  const parameters: Record<string, unknown> = {}
  const { written } = shape
  for (let i = 0; i < written.length; i++) parameters[parameterName(i)] = change.state.values[written[i]?.slot ?? -1]
  for (let i = 0; i < mapper.primaryKey.length; i++)
    parameters[parameterName(written.length + i)] = keyValue(mapper, change, i)
  queue(mapper, shape, [change], shape.single, shape.singleGuarded, parameters, outbox)
}

function queueBatch(mapper: MapperLike, shape: UpdateShape, changes: readonly ColumnChanges[], outbox: Outbox): void {
  const parameters: Record<string, unknown> = {}
  const { written, batch } = shape
  if (batch === null) return
  for (let i = 0; i < written.length; i++) {
    const slot = written[i]?.slot ?? -1
    parameters[parameterName(i)] = changes.map((change) => change.state.values[slot])
  }
  for (let i = 0; i < mapper.primaryKey.length; i++)
    parameters[parameterName(written.length + i)] = changes.map((change) => keyValue(mapper, change, i))
  queue(mapper, shape, changes, batch, shape.batchGuarded, parameters, outbox)
}

function keyValue(mapper: MapperLike, change: ColumnChanges, position: number): unknown {
  if (change.previousKey !== null) return change.previousKey[position]
  return change.state.values[mapper.primaryKey[position]?.slot ?? -1]
}

function queue(
  mapper: MapperLike,
  shape: UpdateShape,
  changes: readonly ColumnChanges[],
  statement: UpdateShape['single'],
  guarded: UpdateShape['batchGuarded'],
  parameters: Record<string, unknown>,
  outbox: Outbox,
): void {
  // What the database alone knows now is not what the object holds; it is loaded when it is asked for.
  for (const { slot } of shape.unknown) for (const { state } of changes) state.values[slot] = undefined
  outbox.queue({
    statement,
    guarded,
    parameters,
    expected: changes.length,
    subject: `UPDATE on table '${mapper.table.name}'`,
    receive: null,
  })
}
