// The face of the engine.
export type { CacheStatistics, Resolved } from './compiled-cache.ts'
export { Connection } from './connection.ts'
export { createEngine } from './create.ts'
export { Engine, type EngineStatistics } from './engine.ts'
export type { FlightItem, FlightOptions, FlightResult } from './flight.ts'
export { Inspector } from './inspector.ts'
export type { AskOptions, MultiOptions, SchemaOption, SortedTableNames } from './inspector-options.ts'
export type { StatementEvent, StatementListener } from './observer.ts'
export type {
  BeginOptionsOfConnection,
  ConnectionExecutionOptions,
  ConnectionIsolationLevel,
  ConnectOptions,
  EngineOptions,
  ExecuteOptions,
  PoolClass,
} from './options.ts'
export type { ExecuteParameters, NamedParameters } from './parameters.ts'
export { type ColumnKey, PendingResult, Result, type ResultSource, Row, RowShape } from './result/index.ts'
export type { RetryEvent, RetryOptions, RunOptions } from './retry.ts'
export { Transaction, TwoPhaseTransaction } from './transaction.ts'
