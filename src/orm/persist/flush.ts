// One flush: find out what is to be done, put it in order, then write it; statements go out together wherever no key has to come back first.
import type { StateLike } from '../contract/orm.ts'
import { associate, awaitsAssociationKeys, dissociate } from './association.ts'
import { deleteStates } from './delete.ts'
import { insertStates } from './insert.ts'
import type { Outbox } from './outbox.ts'
import { type FlushPlan, planFlush, type SaveStep } from './plan.ts'
import { type PresortHost, presort } from './presort.ts'
import { RowSwitches } from './row-switch.ts'
import { awaitsKeys, copyKeys } from './sync.ts'
import { type ColumnChanges, columnChanges, updateStates } from './update.ts'
import type { FlushInput, Work } from './work.ts'

/** What a flush will do, complete and in order; nothing was sent and no object was changed. */
export interface PreparedFlush {
  readonly work: Work
  readonly plan: FlushPlan
  readonly changes: ReadonlyMap<StateLike, ColumnChanges>
}

/**
 * Finds out what a flush has to do, which may have to load members of relationships.
 *
 * @throws CircularDependencyError, FlushError the objects cannot be written as they stand. Nothing has happened.
 */
export async function prepareFlush(input: FlushInput, host: PresortHost): Promise<PreparedFlush> {
  const work = await presort(input, host)
  const plan = planFlush(work)
  const changes: Map<StateLike, ColumnChanges> = new Map()
  for (const state of work.updates) changes.set(state, columnChanges(state, linksGiveKey(work, state)))
  return { work, plan, changes }
}

/** Whether a part of an object's primary key is the key of an object that it refers to anew. */
function linksGiveKey(work: Work, state: StateLike): boolean {
  for (let link = work.links.get(state) ?? null; link !== null; link = link.next)
    if (link.copies.some(({ target }) => target.primaryKey)) return true
  return false
}

/** Whether a prepared flush writes anything. */
export function writesNothing({ work, changes }: PreparedFlush): boolean {
  if (work.inserts.size > 0 || work.deletes.size > 0 || work.links.size > 0 || work.associations.size > 0) return false
  for (const change of changes.values()) if (change.slots.length > 0) return false
  return true
}

/**
 * Puts all statements of a flush into the outbox, sending it where a statement needs a key that is still under way. What is in
 * the outbox at the end is the caller's to send.
 */
export async function runFlush(flush: PreparedFlush, outbox: Outbox, arrayBatches: boolean): Promise<void> {
  const { work, plan } = flush
  const switches = new RowSwitches(work)
  for (const step of plan.saves) {
    if (awaitsKeys(work, step.inserts) || awaitsKeys(work, step.updates)) await outbox.send()
    const late = save(step, flush, switches, outbox, arrayBatches)
    if (late !== undefined) await late
  }
  const associations = [...work.associations.values()]
  for (const association of associations) dissociate(association, outbox, arrayBatches)
  if (associations.some(awaitsAssociationKeys)) await outbox.send()
  for (const association of associations) associate(work, association, outbox, arrayBatches)
  for (const { mapper, states } of plan.deletes)
    deleteStates(mapper, switches.withoutTaken(states), outbox, arrayBatches)
}

function save(
  step: SaveStep,
  { work, changes }: PreparedFlush,
  switches: RowSwitches,
  outbox: Outbox,
  arrayBatches: boolean,
): Promise<void> | undefined {
  // Objects that are let go come first: who takes their place may need what a unique constraint gives to one only.
  const released: ColumnChanges[] = []
  const others: ColumnChanges[] = []
  for (const state of step.updates) {
    const change = changes.get(state)
    if (change === undefined) continue
    const isReleased = work.links.size > 0 && copyKeys(work, state, change.slots)
    ;(isReleased ? released : others).push(change)
  }
  return inTurn([
    () => updateStates(step.mapper, released, outbox, arrayBatches),
    () => updateStates(step.mapper, others, outbox, arrayBatches),
    () => {
      if (step.inserts.length === 0) return undefined
      if (work.links.size > 0) for (const state of step.inserts) copyKeys(work, state, null)
      const { inserts, updates } = switches.split(step.mapper, step.inserts)
      return inTurn([
        () => (updates.length === 0 ? undefined : updateStates(step.mapper, updates, outbox, arrayBatches)),
        () => insertStates(step.mapper, inserts, outbox, arrayBatches),
      ])
    },
  ])
}

/** One after the other; undefined where nothing had to be waited for. */
function inTurn(steps: readonly (() => Promise<void> | undefined)[]): Promise<void> | undefined {
  for (let at = 0; at < steps.length; at += 1) {
    const late = steps[at]?.()
    if (late !== undefined) return late.then(() => inTurn(steps.slice(at + 1)))
  }
  return undefined
}
