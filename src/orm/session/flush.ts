// Flushing a session: what is to be written goes into an outbox, which the caller sends together with whatever comes next.
import type { RelationshipLike, StateLike } from '../contract/orm.ts'
import { resetHistory } from '../instrument/history.ts'
import { loadColumns } from '../load/columns.ts'
import { loadMembers } from '../load/select-in.ts'
import { type PreparedFlush, prepareFlush, runFlush, writesNothing } from '../persist/flush.ts'
import type { Outbox } from '../persist/outbox.ts'
import type { FetchedMembers, PresortHost } from '../persist/presort.ts'
import { relationshipLoad } from '../query/post-load.ts'
import { stateOf } from '../state/state.ts'
import type { SessionCore } from './core.ts'
import { move } from './lifecycle.ts'
import type { Snapshot } from './snapshot.ts'

/** To be called when all statements of the flush have been answered. */
export type FlushCompletion = () => void

/**
 * Puts the statements of a flush into the outbox, sending those whose answers others need.
 *
 * @returns null where there is nothing to flush.
 * @throws CircularDependencyError, FlushError the objects cannot be written as they stand; nothing was sent, nothing has changed.
 */
export async function flushInto(
  core: SessionCore,
  outbox: Outbox,
  signal: AbortSignal | undefined,
): Promise<FlushCompletion | null> {
  const { holdings, levels } = core
  holdings.settle()
  if (!holdings.isDirty) return null
  const connection = await core.connection(signal)
  const input = { pending: holdings.pending, changed: holdings.changed, deleted: holdings.marked }
  const flush = await prepareFlush(input, hostOf(core, signal))
  const { snapshot } = levels.current
  capture(core, flush, snapshot)
  if (writesNothing(flush)) return null
  try {
    await runFlush(flush, outbox, connection.dialect.features.arrayBatches)
  } catch (error) {
    await levels.fail(error)
    throw error
  }
  return () => complete(core, flush)
}

/**
 * From here on the flush is answerable for what it has seen: changes made while it is under way are noted anew, for the next.
 */
function capture(core: SessionCore, { work, changes }: PreparedFlush, snapshot: Snapshot): void {
  const { holdings } = core
  // Before the history is reset, and whether or not the rows will be written: a rollback has to know.
  for (const { state, previousKey } of changes.values())
    if (previousKey !== null && state.key !== null && !snapshot.rekeyed.has(state))
      snapshot.rekeyed.set(state, { key: state.key, values: previousKey })
  for (const state of work.forgotten) holdings.releasePending(state)
  for (const state of work.inserts) {
    holdings.pending.delete(state)
    snapshot.inserted.add(state)
    move(state, 'inserted')
    resetHistory(state)
  }
  const { changed } = holdings
  holdings.changed = new Set()
  for (const state of changed) if (!work.deletes.has(state)) resetHistory(state)
  for (const state of work.updates) {
    snapshot.touched.add(state)
    if (!changed.has(state)) resetHistory(state)
  }
  for (const state of work.deletes) snapshot.deleted.add(state)
  holdings.marked.clear()
}

/** The rows are written: keys and identities follow. */
function complete({ holdings }: SessionCore, { work, changes }: PreparedFlush): void {
  const { identities } = holdings
  // First of all, as a new object may have taken over a row.
  for (const state of work.deletes) {
    if (!holdings.isOwn(state)) continue
    holdings.forget(state)
    move(state, 'deleted')
  }
  for (const state of work.inserts) {
    if (!holdings.isOwn(state)) continue
    state.key = state.mapper.identityKey(state.values)
    if (state.key === null) continue
    const other = identities.get(state.mapper, state.key)
    if (other !== null && other !== state) holdings.release(other)
    identities.put(state)
  }
  for (const { state, previousKey } of changes.values()) {
    if (previousKey === null || state.key === null || !holdings.isOwn(state)) continue
    identities.remove(state)
    state.key = state.mapper.identityKey(state.values)
    identities.put(state)
  }
}

function hostOf(core: SessionCore, signal: AbortSignal | undefined): PresortHost {
  return {
    owns: (state) => core.holdings.owns(state),
    fetchMembers: (requests) => fetchMembers(core, requests, signal),
    loadColumns: async (states) => {
      await loadColumns(states, core.loadContext(), core.loadFlight(signal))
    },
    skipped: warnSkipped,
  }
}

/** The members that the database has, for each request in order; one flight for all. */
export async function fetchMembers(
  core: SessionCore,
  requests: readonly FetchedMembers[],
  signal?: AbortSignal,
): Promise<StateLike[][]> {
  const context = core.loadContext()
  const lacking = requests.flatMap(({ state, relationship }) =>
    relationshipLoad(relationship).keys.some(({ slot }) => state.values[slot] === undefined) ? [state] : [],
  )
  if (lacking.length > 0) await loadColumns([...new Set(lacking)], context, core.loadFlight(signal))
  const byRelationship: Map<RelationshipLike, StateLike[]> = new Map()
  for (const { state, relationship } of requests) {
    const states = byRelationship.get(relationship)
    if (states === undefined) byRelationship.set(relationship, [state])
    else states.push(state)
  }
  const scheduled = [...byRelationship].map(([relationship, states]) => ({
    load: relationshipLoad(relationship),
    states,
  }))
  const found: Map<RelationshipLike, Map<StateLike, readonly object[]>> = new Map()
  await loadMembers(scheduled, context, core.loadFlight(signal), (state, { relationship }, members) => {
    const byState = found.get(relationship) ?? new Map<StateLike, readonly object[]>()
    byState.set(state, members)
    found.set(relationship, byState)
  })
  return requests.map(({ state, relationship }) =>
    (found.get(relationship)?.get(state) ?? []).flatMap((entity) => stateOf(entity) ?? []),
  )
}

function warnSkipped(state: StateLike, relationship: RelationshipLike, member: StateLike): void {
  const name = `${state.mapper.className}.${relationship.key}`
  process.emitWarning(
    `A ${member.mapper.className} in ${name} is not in the session and is not written: add() it, or declare ${name} with the cascade 'save-update'`,
    'SQLAlchemyWarning',
  )
}
