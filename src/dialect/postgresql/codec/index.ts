// The face of the codecs: one per PostgreSQL type, found by name or by number.

export { Interval, type IntervalFields } from '../../interval.ts'
export { type ArrayOptions, type ArrayValue, arrayOf, lowerBounds, withLowerBounds } from './array.ts'
export { arrayOidOf } from './array-oid.ts'
export { codecByOid } from './by-oid.ts'
export { type CodecDefinition, type Decode, defineCodec, type PostgresCodec } from './codec.ts'
export { type CompositeField, compositeOf } from './composite.ts'
export { hstore } from './hstore.ts'
export { encodeInferred } from './infer.ts'
export { interval } from './interval.ts'
export { json, jsonb, jsonNull } from './json.ts'
export {
  cid,
  float4,
  float8,
  int2,
  int4,
  int8,
  int8AsNumber,
  numeric,
  numericAsNumber,
  oid,
  xid,
  xid8,
} from './number.ts'
export { multirangeOf, rangeCodecs, rangeOf } from './range.ts'
export { bool, bytea, int2vector, oidvector, voidType } from './scalar.ts'
export { date, time, timestamp, timestamptz, timestamptzAsString, timetz } from './temporal.ts'
export { bpchar, char, citext, jsonbText, jsonText, name, text, unknown, uuid, varchar, xml } from './text.ts'
