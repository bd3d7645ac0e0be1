// The face of `tsalchemy/postgresql`: what PostgreSQL has beyond the standard.
export { type ArrayLiteralOptions, array } from '../../expression/comparator/array.ts'
export { ArrayLiteral } from '../../expression/element/array.ts'
export {
  CreateExtension,
  type CreateExtensionOptions,
  DropExtension,
} from '../../expression/schema/ddl/object.ts'
export { ExcludeConstraint, type ExcludeOptions, type ExcludePart } from '../../expression/schema/exclude.ts'
export { REGCONFIG, TSQUERY, TSVECTOR } from '../../expression/types/text-search.ts'
export {
  type ConflictOptions,
  type ConflictUpdateOptions,
  type ExcludedColumns,
  insert,
  Upsert as PostgresInsert,
} from '../upsert.ts'
export { Interval, type IntervalFields } from './codec/index.ts'
export { type PostgresDialectOptions, postgresqlDialect } from './dialect.ts'
export {
  jsonbPathExists,
  jsonbPathMatch,
  jsonbPathQuery,
  jsonbPathQueryArray,
  jsonbPathQueryFirst,
  phrasetoTsquery,
  plaintoTsquery,
  type TextArgument,
  toTsquery,
  toTsvector,
  tsHeadline,
  tsRank,
  websearchToTsquery,
} from './functions.ts'
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
export {
  Composite,
  type CompositeOptions,
  CompositeType,
  type CompositeValue,
  Domain,
  type DomainOptions,
  DomainType,
} from './types-composite.ts'
export { NamedMultirangeType, NamedRangeType, RangeOf, type RangeOfOptions } from './types-named-range.ts'
export {
  BIT,
  CIDR,
  CITEXT,
  HSTORE,
  HstoreType,
  type HstoreValue,
  INET,
  MACADDR,
  MACADDR8,
  MONEY,
  OID,
  OwnType,
  REGCLASS,
  VARBIT,
  XML,
} from './types-own.ts'
export {
  DATEMULTIRANGE,
  DATERANGE,
  INT4MULTIRANGE,
  INT4RANGE,
  INT8MULTIRANGE,
  INT8RANGE,
  NUMMULTIRANGE,
  NUMRANGE,
  TSMULTIRANGE,
  TSRANGE,
  TSTZMULTIRANGE,
  TSTZRANGE,
} from './types-range.ts'
export { ReflectedType } from './types-reflected.ts'
