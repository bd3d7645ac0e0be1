// The part of `pg-pool` that is used here, as narrow types: its own tie it to the clients of `pg`.
import PgPool from 'pg-pool'
import type { ResolvedPoolOptions } from './options.ts'
import { type ClientOptions, PooledConnection } from './pooled-connection.ts'

/** Who asks `pg-pool` for a connection of his own. */
export interface OpeningRequest {
  readonly callback: (error: unknown, client: PooledConnection | undefined) => void
  /** Whether nobody is to be told any more. */
  readonly timedOut: boolean
}

/** Opens, keeps and closes connections; knows nothing of what they are for. */
export interface PhysicalPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  connect(done: (error: unknown, client: PooledConnection | undefined) => void): void
  /** Opens one more, whatever is at rest; there must be room for it. */
  newClient(request: OpeningRequest): void
  end(done: () => void): void
  on(event: 'error', listener: () => void): this
  on(event: 'remove', listener: (client: PooledConnection) => void): this
}

const NewPhysicalPool = PgPool as unknown as new (
  options: ClientOptions & {
    readonly Client: typeof PooledConnection
    readonly max: number
    readonly min: number
    readonly idleTimeoutMillis: number
    readonly allowExitOnIdle: boolean
  },
) => PhysicalPool & { _idle: unknown[] }

/** `pg-pool` takes the last of its list; this list says that the first is the last. */
class OldestFirst extends Array<unknown> {
  override pop(): unknown {
    return this.shift()
  }
}

/** A pool of `pg-pool` whose clients are places of ours. */
export function physicalPool(options: ResolvedPoolOptions, client: Omit<ClientOptions, 'recycleMs'>): PhysicalPool {
  const physical = new NewPhysicalPool({
    Client: PooledConnection,
    ...client,
    recycleMs: options.recycleMs,
    max: options.limit,
    min: options.minimum,
    idleTimeoutMillis: Number.isFinite(options.idleTimeoutMs) ? options.idleTimeoutMs : 0,
    allowExitOnIdle: options.unref,
  })
  if (!options.useLifo) physical._idle = new OldestFirst()
  // A connection that dies at rest has been taken out by then; nobody is concerned.
  physical.on('error', () => {})
  return physical
}
