// How the floor reads the types where pg's own parser gives another value than agreed, or is slow.

import pg from 'pg'

const INT8 = 20
const DATE = 1082
const TIMESTAMPTZ = 1184

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, BigInt],
  [DATE, (text) => text],
  // V8 reads the server's ISO form itself; pg's parser takes several regular expressions (a fifth of the load cell).
  [TIMESTAMPTZ, (text) => new Date(text)],
])

export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => parsers.get(oid) ?? pg.types.getTypeParser(oid, format),
}
