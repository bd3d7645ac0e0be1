// The rows of a statement about classes as a result: objects in place of columns.

import type { Compiled } from '../../dialect/contract/compiled.ts'
import { insertedBy, selectingOf } from '../../engine/execution.ts'
import type { FlightResult } from '../../engine/flight.ts'
import { Result } from '../../engine/result/result.ts'
import { RowShape } from '../../engine/result/row-shape.ts'
import type { Selecting } from '../../engine/result/view.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Select } from '../../expression/select/select.ts'
import type { StateLike } from '../contract/orm.ts'
import type { LoadContext } from '../load/context.ts'
import { EntityReader, readWholeRows } from '../load/instances.ts'
import type { EntityPlan, QueryPlan } from '../query/plan.ts'

/** The result of a statement; objects are made, what is loaded by further statements is scheduled. */
export function resultOf(flight: FlightResult, context: LoadContext, statement: Executable): Result {
  const { compiled, rowCount, rows, entry } = flight
  const isHidden = compiled.columns === null || compiled.implicitReturning === true
  const inserted = insertedBy({ commands: [flight.command] }, entry, compiled.columns === null ? null : rows)
  const plan = flight.plan as QueryPlan | null
  if (plan === null) {
    if (isHidden) return new Result({ rows: null, shape: NOTHING, rowCount, inserted })
    const selecting = selectingOf(statement, entry)
    return new Result({ rows, shape: plainShape(compiled), selecting, rowCount, inserted })
  }
  if (!plan.returnsRows) return new Result({ rows: null, shape: NOTHING, rowCount, inserted })
  const selecting = selectingFor(plan, statement)
  return new Result({
    rows: readRows(plan, rows, context),
    shape: shapeOf(plan, compiled),
    selecting,
    rowCount,
    inserted,
  })
}

const NOTHING = new RowShape([])

const plainShapes: WeakMap<Compiled, RowShape> = new WeakMap()
const planShapes: WeakMap<QueryPlan, RowShape> = new WeakMap()

function plainShape(compiled: Compiled): RowShape {
  let shape = plainShapes.get(compiled)
  if (shape === undefined) {
    const columns = compiled.columns ?? []
    shape = new RowShape(columns.map(({ key }) => key))
    plainShapes.set(compiled, shape)
  }
  return shape
}

/** What a query about classes has selected: an element for each item, also where that is an object of several columns. */
export function selectingFor(plan: QueryPlan, statement: unknown): Selecting | null {
  if (!(statement instanceof Select)) return null
  const { items } = statement.state
  return items.length === plan.items.length ? { exportedColumns: items } : null
}

/** What the rows of a query about classes look like. */
export function shapeOf(plan: QueryPlan, compiled: Compiled): RowShape {
  let shape = planShapes.get(plan)
  if (shape === undefined) {
    shape = new RowShape(
      plan.items.map((item, index) => {
        const named = plan.keys[index] ?? null
        if (named !== null) return named
        return item.sort === 'value' ? (compiled.columns?.[item.position]?.key ?? '') : ''
      }),
    )
    planShapes.set(plan, shape)
  }
  return shape
}

/** The rows of a query, objects in place of their columns; to be called in a context that runs what is scheduled. */
export function readRows(plan: QueryPlan, rows: unknown[][], context: LoadContext): unknown[][] {
  const [only] = plan.items
  if (only !== undefined && plan.items.length === 1 && only.sort === 'entity' && plan.synchronize === null)
    return readOneClass(only.entity, rows, context, plan.isUnique)
  const readers = plan.items.map((item) => (item.sort === 'entity' ? new EntityReader(item.entity, context) : null))
  const positions = plan.items.map((item) => (item.sort === 'value' ? item.position : -1))
  const results = rows.map((row) =>
    readers.map((reader, index) =>
      reader === null ? row[positions[index] ?? -1] : (reader.read(row)?.entity ?? null),
    ),
  )
  for (const reader of readers) reader?.finish()
  return results
}

function readOneClass(plan: EntityPlan, rows: unknown[][], context: LoadContext, isUnique: boolean): unknown[][] {
  const states = readWholeRows(plan, rows, context)
  if (!isUnique) {
    const results: unknown[][] = new Array(states.length)
    for (let i = 0; i < states.length; i++) results[i] = [states[i]?.entity ?? null]
    return results
  }
  return [...new Set<StateLike | null>(states)].map((state) => [state?.entity ?? null])
}
