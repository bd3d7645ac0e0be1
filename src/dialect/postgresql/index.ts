// The face of `tsalchemy/postgresql`: what PostgreSQL has beyond the standard.
export { ExcludeConstraint, type ExcludeOptions, type ExcludePart } from '../../expression/schema/exclude.ts'
export { Interval, type IntervalFields } from './codec/index.ts'
export { type PostgresDialectOptions, postgresqlDialect } from './dialect.ts'
export {
  type ConflictOptions,
  type ConflictUpdateOptions,
  type ExcludedColumns,
  insert,
  PostgresInsert,
} from './insert.ts'
export {
  ARRAY,
  BIGINT,
  BOOLEAN,
  BYTEA,
  CHAR,
  DATE,
  DOUBLE_PRECISION,
  INTEGER,
  INTERVAL,
  JSON,
  JSONB,
  JSONPATH,
  NUMERIC,
  REAL,
  SMALLINT,
  TEXT,
  TIME,
  TIMESTAMP,
  UUID,
  VARCHAR,
} from './types.ts'
