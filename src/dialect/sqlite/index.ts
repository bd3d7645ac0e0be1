// The face of `tsalchemy/sqlite`: what SQLite has beyond the standard.
export { Interval, type IntervalFields } from '../interval.ts'
export {
  type ConflictOptions,
  type ConflictUpdateOptions,
  type ExcludedColumns,
  insert,
  Upsert as SqliteInsert,
} from '../upsert.ts'
export { type SqliteDialectOptions, sqliteDialect } from './dialect.ts'
