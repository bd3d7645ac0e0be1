// The codec of each built-in type, found by its number.
import { arrayOf } from './array.ts'
import { ARRAY_OIDS } from './array-oid.ts'
import type { PostgresCodec } from './codec.ts'
import { interval } from './interval.ts'
import { json, jsonb } from './json.ts'
import { cid, float4, float8, int2, int4, int8, numeric, oid, xid, xid8 } from './number.ts'
import { rangeCodecs } from './range.ts'
import { bool, bytea, int2vector, oidvector, voidType } from './scalar.ts'
import { date, time, timestamp, timestamptz, timetz } from './temporal.ts'
import { bpchar, char, name, otherTextual, text, unknown, uuid, varchar, xml } from './text.ts'

const SCALARS: readonly PostgresCodec[] = [
  bool,
  bytea,
  char,
  name,
  int8,
  int2,
  int2vector,
  int4,
  text,
  oid,
  xid,
  cid,
  oidvector,
  json,
  xml,
  float4,
  float8,
  bpchar,
  varchar,
  date,
  time,
  timestamp,
  timestamptz,
  interval,
  timetz,
  numeric,
  voidType,
  uuid,
  jsonb,
  xid8,
  ...otherTextual,
  ...rangeCodecs.values(),
]

const byOid = new Map<number, PostgresCodec>(SCALARS.map((codec) => [codec.oid, codec]))

for (const [item, array] of ARRAY_OIDS) {
  const codec = byOid.get(item)
  if (codec !== undefined) byOid.set(array, arrayOf(codec) as PostgresCodec)
}

/**
 * The codec of a type by its number in `pg_type`, arrays included; the server's text for types that PostgreSQL does not
 * bring itself (enums, extensions, composites).
 */
export function codecByOid(typeId: number): PostgresCodec {
  return byOid.get(typeId) ?? unknown
}
