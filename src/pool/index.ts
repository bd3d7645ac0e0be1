// The face of the pools.
export type { PoolOptions } from './options.ts'
export type { Pool, PoolStatus } from './pool.ts'
export { QueuePool } from './queue-pool.ts'
export { NullPool, StaticPool } from './simple-pools.ts'
