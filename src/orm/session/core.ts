// `SessionCore`: the working parts of one session, which its methods share.
import type { Connection } from '../../engine/connection.ts'
import type { SessionLike } from '../contract/orm.ts'
import { LoadContext, type LoadFlight } from '../load/context.ts'
import { Exclusive } from './exclusive.ts'
import type { HoldSource } from './hold.ts'
import { Holdings } from './holdings.ts'
import { Levels } from './levels.ts'

/** See the first line of the file. */
export class SessionCore {
  readonly session: SessionLike
  readonly expireOnCommit: boolean
  readonly holdings: Holdings
  readonly levels: Levels
  readonly exclusive: Exclusive = new Exclusive()

  constructor(session: SessionLike, source: HoldSource, expireOnCommit: boolean) {
    this.session = session
    this.expireOnCommit = expireOnCommit
    this.holdings = new Holdings(session)
    this.levels = new Levels(source, this.holdings)
  }

  connection(signal?: AbortSignal): Promise<Connection> {
    return this.levels.connection(signal)
  }

  /** Sends loading statements. */
  loadFlight(signal?: AbortSignal): LoadFlight {
    return async (items) => (await this.connection(signal)).flight(items, signal === undefined ? {} : { signal })
  }

  /** @param isWeak the session is to know the objects only as long as somebody else holds them. */
  loadContext(populateExisting = false, isWeak = false): LoadContext {
    return new LoadContext(this.session, this.holdings.identities, populateExisting, isWeak)
  }
}
