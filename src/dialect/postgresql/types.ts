// The types that PostgreSQL adds, and upper-case names for those it spells exactly so.
import { type JsonOptions, JsonPathQueryType, JsonType } from '../../expression/types/json.ts'
import { LargeBinary } from '../../expression/types/scalar.ts'
import { Interval } from '../../expression/types/temporal.ts'

export { ARRAY } from '../../expression/types/array.ts'
export {
  BIGINT,
  BOOLEAN,
  CHAR,
  DATE,
  DOUBLE_PRECISION,
  INTEGER,
  NUMERIC,
  REAL,
  SMALLINT,
  TEXT,
  TIME,
  TIMESTAMP,
  UUID,
  VARCHAR,
} from '../../expression/types/exact.ts'
export { JSON } from '../../expression/types/json.ts'

/**
 * JSONB: a document that the database keeps parsed, typed by the caller.
 *
 * @example
 * Column(JSONB<{ dark: boolean }>())
 */
export function JSONB(options?: JsonOptions): JsonType
export function JSONB<V>(options?: JsonOptions): JsonType<V>
export function JSONB<V>(options: JsonOptions = {}): JsonType<V> {
  return new JsonType<V>('jsonb', options)
}
/** JSONPATH, the language of paths into documents; a string. */
export const JSONPATH: JsonPathQueryType = new JsonPathQueryType()
/** BYTEA; a `Uint8Array`. */
export const BYTEA: typeof LargeBinary = LargeBinary
/** INTERVAL. */
export const INTERVAL: typeof Interval = Interval
