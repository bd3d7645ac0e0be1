// The life of an object as a table of legal moves: what may happen to it where it stands, and where it stands then.
import { InvalidRequestError } from '../../errors.ts'
import type { Lifecycle, StateLike } from '../contract/orm.ts'

/** What happens to objects. */
export type LifeEvent = 'add' | 'delete' | 'inserted' | 'deleted' | 'undoInsert' | 'undoDelete' | 'forgotten' | 'detach'

const MOVES: Readonly<Record<LifeEvent, Readonly<Partial<Record<Lifecycle, Lifecycle>>>>> = {
  add: { transient: 'pending', pending: 'pending', persistent: 'persistent', detached: 'persistent' },
  delete: { persistent: 'persistent', detached: 'persistent' },
  inserted: { pending: 'persistent', persistent: 'persistent' },
  deleted: { persistent: 'deleted', deleted: 'deleted' },
  undoInsert: { pending: 'transient', persistent: 'transient', deleted: 'transient' },
  undoDelete: { deleted: 'persistent', persistent: 'persistent' },
  /** A new object leaves the session before it was written. */
  forgotten: { pending: 'transient' },
  /** An object leaves the session for whatever reason. */
  detach: {
    transient: 'transient',
    pending: 'transient',
    persistent: 'detached',
    deleted: 'detached',
    detached: 'detached',
  },
}

const REFUSALS: Readonly<Partial<Record<`${LifeEvent} ${Lifecycle}`, string>>> = {
  'add deleted':
    'was deleted in this session: its row is gone with the next commit. To write it again, make a new object with the same values',
  'delete transient': 'was never written, so there is nothing to delete',
  'delete pending': 'was not written yet, so there is nothing to delete: expunge() it instead',
  'delete deleted': 'was deleted already',
}

/**
 * Moves an object on.
 *
 * @throws InvalidRequestError this cannot happen to an object that stands where it stands.
 */
export function move(state: StateLike, event: LifeEvent): void {
  const next = MOVES[event][state.lifecycle]
  if (next === undefined) {
    const reason = REFUSALS[`${event} ${state.lifecycle}`] ?? `is ${state.lifecycle}, so it cannot be '${event}'`
    throw new InvalidRequestError(`This ${state.mapper.className} ${reason}`)
  }
  state.lifecycle = next
}
