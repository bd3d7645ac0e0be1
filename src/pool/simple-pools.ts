// `NullPool`, `StaticPool` and `AssertionPool`: a connection for each checkout, one for all, and never two at a time.
import { InvalidRequestError } from '../errors.ts'
import { checkKeys } from '../nearest.ts'
import {
  ASSERTION_POOL_KEYS,
  NULL_POOL_KEYS,
  type PoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
  STATIC_POOL_KEYS,
} from './options.ts'
import { QueuePool } from './queue-pool.ts'

/**
 * Opens a connection for each checkout and closes it when it comes back: for poolers in front of the database, and for tests.
 * @example
 * createEngine('postgresql://app@pooler:6432/shop', { poolClass: NullPool })
 */
export class NullPool extends QueuePool {
  protected override resolve(options: PoolOptions): ResolvedPoolOptions {
    checkKeys('NullPool', options, NULL_POOL_KEYS)
    return { ...resolvePoolOptions(options), size: 0, limit: Number.POSITIVE_INFINITY }
  }
}

/**
 * Lends one connection, and refuses at once whoever asks for a second: the error tells where the first was checked out. For tests
 * of programs that are to use one connection at a time.
 * @example
 * createEngine('postgresql://scott@localhost/test', { poolClass: AssertionPool })
 */
export class AssertionPool extends QueuePool {
  protected override resolve(options: PoolOptions): ResolvedPoolOptions {
    checkKeys('AssertionPool', options, ASSERTION_POOL_KEYS)
    return { ...resolvePoolOptions(options), size: 1, limit: 1, maxWaiting: 0, leakTracking: true }
  }

  protected override exhausted(): string {
    return 'This AssertionPool lends one connection at a time, and it is lent'
  }
}

/**
 * Keeps one connection and lends it to one after the other: for databases inside the process.
 * @example
 * createEngine('sqlite://', { poolClass: StaticPool })
 */
export class StaticPool extends QueuePool {
  protected override resolve(options: PoolOptions): ResolvedPoolOptions {
    checkKeys('StaticPool', options, STATIC_POOL_KEYS)
    return { ...resolvePoolOptions(options), size: 1, limit: 1 }
  }

  protected override exhausted(): string {
    return (
      'The one connection of this engine is lent to somebody else (an embedded database has only one). Inside a ' +
      'transaction use the Connection or Session at hand: the engine itself, or a second connection, would wait for ever'
    )
  }

  protected override get exclusive(): boolean {
    return true
  }

  protected override checkDetachable(): void {
    throw new InvalidRequestError(
      'The one connection of a StaticPool cannot be detached: there is no other in its place',
    )
  }
}
