// The face of the pools.
export type {
  ConnectionPoolEntry,
  PoolEvent,
  PoolEvents,
  PoolInvalidateEvent,
  PoolLeakEvent,
  PoolMoments,
  PoolResetEvent,
} from './events.ts'
export type { PoolMetrics } from './metrics.ts'
export type { PoolOptions } from './options.ts'
export type { DiscardOptions, DisposeOptions, Pool, PoolStatus } from './pool.ts'
export { QueuePool } from './queue-pool.ts'
export { AssertionPool, NullPool, StaticPool } from './simple-pools.ts'
