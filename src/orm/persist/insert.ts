// New objects become rows: INSERT in as few statements as there are column sets, keys and defaults of the database brought back.
import { parameterName } from '../../engine/row-batch.ts'
import { DefaultContext } from '../../expression/schema/default.ts'
import type { ColumnAttributeLike, MapperLike, StateLike } from '../contract/orm.ts'
import { FlushError } from '../errors.ts'
import { type InsertPlan, type InsertShape, insertPlan, insertShape, signatureOf } from './insert-shape.ts'
import { LateDefaults } from './late-default.ts'
import type { IncomingResult, Outbox } from './outbox.ts'

/**
 * Queues the INSERTs of objects of one class.
 *
 * @returns what to wait for before they are queued; undefined where nothing is late.
 * @throws FlushError an object has no primary key and nothing gives it one.
 */
export function insertStates(
  mapper: MapperLike,
  states: readonly StateLike[],
  outbox: Outbox,
  arrayBatches: boolean,
): Promise<void> | undefined {
  const plan = insertPlan(mapper)
  const late = fillDefaults(mapper, plan, states).settle()
  if (late !== undefined) return late.then(() => queueInserts(mapper, plan, states, outbox, arrayBatches))
  queueInserts(mapper, plan, states, outbox, arrayBatches)
  return undefined
}

function queueInserts(
  mapper: MapperLike,
  plan: InsertPlan,
  states: readonly StateLike[],
  outbox: Outbox,
  arrayBatches: boolean,
): void {
  for (const [signature, group] of groupBySignature(plan, states)) {
    const sample = group[0]
    if (sample === undefined) continue
    const shape = insertShape(mapper, plan, signature, sample.values)
    if (group.length > 1 && shape.batch !== null && arrayBatches) queueBatch(mapper, shape, shape.batch, group, outbox)
    else for (const state of group) queueSingle(mapper, shape, state, outbox)
  }
}

/** The values of an object by column key, for defaults that ask. */
function givenValues(sources: InsertPlan['sources'], values: readonly unknown[]): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = Object.create(null)
  for (const { attribute } of sources)
    if (values[attribute.slot] !== undefined) given[attribute.column.key] = values[attribute.slot]
  return given
}

/** Client defaults, and NULL for what is neither set nor has a default: the objects are to hold what their rows will hold. */
function fillDefaults(mapper: MapperLike, plan: InsertPlan, states: readonly StateLike[]): LateDefaults {
  const { sources } = plan
  const late = new LateDefaults()
  for (const state of states) {
    const values = state.values
    for (const { attribute, sort, fill } of sources) {
      const slot = attribute.slot
      if (sort !== 'given' || values[slot] !== undefined) continue
      if (fill !== null) late.put(values, slot, fill(new DefaultContext('insert', () => givenValues(sources, values))))
      else if (attribute.primaryKey)
        throw new FlushError(
          `A new ${mapper.className} has no value for its primary key '${attribute.key}', and neither a default nor the database gives one: set it before the flush`,
        )
      else values[slot] = null
    }
  }
  return late
}

function groupBySignature(plan: InsertPlan, states: readonly StateLike[]): Map<string | number, StateLike[]> {
  const groups: Map<string | number, StateLike[]> = new Map()
  let last: string | number | null = null
  let group: StateLike[] = []
  for (const state of states) {
    const signature = signatureOf(plan, state.values)
    if (signature !== last) {
      last = signature
      group = groups.get(signature) ?? []
      if (group.length === 0) groups.set(signature, group)
    }
    group.push(state)
  }
  return groups
}

function queueSingle(mapper: MapperLike, shape: InsertShape, state: StateLike, outbox: Outbox): void {
  const parameters: Record<string, unknown> = {}
  for (let i = 0; i < shape.written.length; i++) parameters[parameterName(i)] = state.values[slotAt(shape.written, i)]
  outbox.queue({
    statement: shape.single,
    guarded: null,
    parameters,
    expected: 1,
    subject: subjectOf(mapper),
    receive: shape.returned.length === 0 ? null : (result) => receive(shape, [state], result, mapper),
  })
}

function queueBatch(
  mapper: MapperLike,
  shape: InsertShape,
  statement: NonNullable<InsertShape['batch']>,
  states: readonly StateLike[],
  outbox: Outbox,
): void {
  outbox.queue({
    statement,
    guarded: null,
    parameters: arraysOf(shape.written, states),
    expected: states.length,
    subject: subjectOf(mapper),
    receive: shape.returned.length === 0 ? null : (result) => receive(shape, states, result, mapper),
  })
}

/** One array for each attribute. */
export function arraysOf(
  attributes: readonly ColumnAttributeLike[],
  states: readonly StateLike[],
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {}
  for (let i = 0; i < attributes.length; i++) {
    const slot = slotAt(attributes, i)
    const column: unknown[] = []
    for (const state of states) column.push(state.values[slot])
    parameters[parameterName(i)] = column
  }
  return parameters
}

function receive(shape: InsertShape, states: readonly StateLike[], result: IncomingResult, mapper: MapperLike): void {
  const rows = result.rows
  if (rows.length !== states.length)
    throw new FlushError(
      `${subjectOf(mapper)} gave ${rows.length} row(s) back for ${states.length} object(s): a trigger or rule of the table swallows or adds rows`,
    )
  if (shape.matching === 'ascending' && states.length > 1) sortByNumber(rows, shape.numbered)
  const matched = shape.matching === 'byKey' && states.length > 1 ? statesByKey(mapper, shape, states, rows) : states
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    const values = matched[i]?.values
    if (row === undefined || values === undefined) continue
    for (let j = 0; j < row.length; j++) values[slotAt(shape.returned, j)] = row[j]
  }
}

/** The rows come in the order in which they were inserted; the numbers prove it, and mend it where they do not. */
function sortByNumber(rows: unknown[][], position: number): void {
  const numberAt = (index: number): number => rows[index]?.[position] as number
  for (let i = 1; i < rows.length; i++)
    if (numberAt(i) <= numberAt(i - 1)) {
      rows.sort((one, other) => ((one[position] as number) < (other[position] as number) ? -1 : 1))
      return
    }
}

/** The objects in the order of the rows, found by the keys that they had before. */
function statesByKey(
  mapper: MapperLike,
  shape: InsertShape,
  states: readonly StateLike[],
  rows: readonly unknown[][],
): StateLike[] {
  const byKey = new Map(states.map((state) => [mapper.identityKey(state.values), state]))
  return rows.map((row) => {
    const values: unknown[] = []
    for (let j = 0; j < shape.returned.length; j++) values[slotAt(shape.returned, j)] = row[j]
    const state = byKey.get(mapper.identityKey(values))
    if (state === undefined)
      throw new FlushError(
        `${subjectOf(mapper)} gave a row back whose primary key is none of those that were sent: a trigger of the table changes keys`,
      )
    return state
  })
}

function subjectOf(mapper: MapperLike): string {
  return `INSERT into table '${mapper.table.name}'`
}

function slotAt(attributes: readonly ColumnAttributeLike[], index: number): number {
  return attributes[index]?.slot ?? -1
}
