// The part of `pg-pool` that is used here, as narrow types: its own tie it to the clients of `pg`.
import PgPool from 'pg-pool'
import { InvalidRequestError } from '../errors.ts'
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
  /** Opens one more, whatever is at rest; there must be room for it. Not of its documentation: see {@link openOneMore}. */
  newClient?(request: OpeningRequest): void
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
) => PhysicalPool & { _idle?: unknown }

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
  if (options.minimum > 0 && physical.newClient === undefined) throw cannotOpenAhead()
  if (!options.useLifo) {
    if (!Array.isArray(physical._idle)) throw unfit('lends the connection that came back last, whatever `useLifo` says')
    physical._idle = new OldestFirst()
  }
  // A connection that dies at rest has been taken out by then; nobody is concerned.
  physical.on('error', () => {})
  return physical
}

/**
 * Opens a connection that nobody has asked for yet.
 *
 * @throws InvalidRequestError the installed `pg-pool` cannot do that.
 */
export function openOneMore(physical: PhysicalPool, callback: OpeningRequest['callback']): void {
  if (physical.newClient === undefined) throw cannotOpenAhead()
  physical.newClient({ callback, timedOut: false })
}

function cannotOpenAhead(): InvalidRequestError {
  return unfit('opens no connections ahead of need, which `warmUp()` and a minimum of open connections take')
}

/** What is used here and not promised to be there in each version. */
function unfit(why: string): InvalidRequestError {
  return new InvalidRequestError(`The installed pg-pool ${why}: run \`npm install pg-pool@3.14\``)
}
