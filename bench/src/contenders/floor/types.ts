// How the floor reads the types where pg's own parser gives another value than agreed; every other type is pg's affair.

import pg from 'pg'

const INT8 = 20
const DATE = 1082

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, BigInt],
  [DATE, (text) => text],
])

/** `own` are readers that go before these. */
export function typesWith(own: ReadonlyMap<number, (text: string) => unknown>): pg.CustomTypesConfig {
  return {
    getTypeParser: (oid, format) => own.get(oid) ?? parsers.get(oid) ?? pg.types.getTypeParser(oid, format),
  }
}
