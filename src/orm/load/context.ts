// `LoadContext`: what loading the rows of one statement, and everything that is loaded because of it, has in common.
import type { Executable } from '../../expression/base/executable.ts'
import type { LoadBatch, SessionLike, StateLike } from '../contract/orm.ts'
import type { PostLoad } from '../query/plan.ts'
import type { IdentityMap } from './identity-map.ts'

/** A statement with its parameters. */
export interface LoadItem {
  readonly statement: Executable
  readonly parameters: Record<string, unknown> | null
}

/** Sends statements in one flight. */
export type LoadFlight = (items: readonly LoadItem[]) => Promise<readonly { readonly rows: unknown[][] }[]>

/** A relationship to be loaded for some objects. */
export interface ScheduledLoad {
  readonly load: PostLoad
  readonly states: readonly StateLike[]
}

/** See the first line of the file. */
export class LoadContext {
  readonly session: SessionLike
  readonly identities: IdentityMap
  readonly populateExisting: boolean
  /** Objects that were overwritten already; their further rows say nothing new. */
  readonly overwritten: Set<StateLike> = new Set()
  /** Whether the session is to know the objects only as long as somebody else holds them. */
  readonly isWeak: boolean
  /** Objects that came together, where they are to part when the next come. */
  readonly #batches: LoadBatch[] = []
  #scheduled: ScheduledLoad[] = []

  constructor(session: SessionLike, identities: IdentityMap, populateExisting = false, isWeak = false) {
    this.session = session
    this.identities = identities
    this.populateExisting = populateExisting
    this.isWeak = isWeak
  }

  /** Notes a relationship to be loaded once the present rows are done. */
  schedule(load: PostLoad, states: readonly StateLike[]): void {
    if (states.length > 0) this.#scheduled.push({ load, states })
  }

  /** Notes objects that know of each other, so that {@link part} can make them forget. */
  together(batch: LoadBatch): void {
    if (this.isWeak) this.#batches.push(batch)
  }

  /** The objects do not know of each other any more: who holds one of them does not hold all. */
  part(): void {
    for (const batch of this.#batches) for (const state of batch.states) if (state.batch === batch) state.batch = null
  }

  /** What was noted since the last time. */
  takeScheduled(): ScheduledLoad[] {
    const scheduled = this.#scheduled
    this.#scheduled = []
    return scheduled
  }
}
