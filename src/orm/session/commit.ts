// `session.commit()`: the last flush and COMMIT in one flight.
import { expireAttributes } from '../instrument/history.ts'
import { Outbox } from '../persist/outbox.ts'
import type { SessionCore } from './core.ts'
import { dropDeleted } from './deleted.ts'
import { flushInto } from './flush.ts'

/** Flushes and commits. Whatever fails has rolled back everything. */
export async function commitIn(core: SessionCore, signal: AbortSignal | undefined): Promise<void> {
  const { holdings, levels } = core
  const outbox = new Outbox(() => core.connection(signal), signal ?? null)
  const complete = await flushInto(core, outbox, signal)
  if (complete !== null || levels.connected)
    try {
      await outbox.send({ commit: await levels.commitRides(signal) })
    } catch (error) {
      await levels.failAll(error)
      throw error
    }
  complete?.()
  if (!core.expireOnCommit) dropDeleted(levels.deleted(), holdings)
  await levels.committed()
  if (core.expireOnCommit) for (const state of holdings.identities) expireAttributes(state, null)
}
