// Codecs of the types that are strings in JavaScript.
import { ascii, utf8 } from './bytes.ts'
import { checkText, defineCodec, type PostgresCodec, refusal } from './codec.ts'
import { textBinary, uuidBinary } from './write-binary.ts'

/**
 * The types whose binary format is the text itself, in the client's encoding. The server is spared the detour by way of a
 * string that ends in NUL: a third of its time for such a column.
 */
const SAME_IN_BINARY: readonly number[] = [19, 25, 114, 1042, 1043]

function textual(name: string, oid: number, delimiter = ','): PostgresCodec<string> {
  return defineCodec({
    name,
    oid,
    delimiter,
    ...(SAME_IN_BINARY.includes(oid)
      ? { decodeBinary: utf8, binaryOids: SAME_IN_BINARY, writeBinary: textBinary }
      : {}),
    encode: (value) => {
      if (typeof value !== 'string') throw refusal(name, value, 'a string')
      return checkText(name, value)
    },
    decodeText: utf8,
  })
}

/** `text`. */
export const text: PostgresCodec<string> = textual('text', 25)
/** `varchar`. */
export const varchar: PostgresCodec<string> = textual('varchar', 1043)
/** `char(n)`: padded with blanks, as the server sends it. */
export const bpchar: PostgresCodec<string> = textual('bpchar', 1042)
/** `name`, the type of identifiers in the catalogs. */
export const name: PostgresCodec<string> = textual('name', 19)
/** `"char"`, the one-byte type of the catalogs. */
export const char: PostgresCodec<string> = textual('char', 18)
/** `citext` of the extension of that name; its number differs from database to database. */
export const citext: PostgresCodec<string> = textual('citext', 0)
/** The codec of every type that has none of its own, such as enums: the server's text. */
export const unknown: PostgresCodec<string> = textual('unknown', 0)
/** `xml`. */
export const xml: PostgresCodec<string> = textual('xml', 142)
/** `json` as the text that the server keeps. */
export const jsonText: PostgresCodec<string> = textual('json', 114)
/** `jsonb` as text. */
export const jsonbText: PostgresCodec<string> = textual('jsonb', 3802)

/** Types whose values are the server's text: `[name, oid, delimiter]`. */
const OTHERS: readonly (readonly [string, number, string?])[] = [
  ['regproc', 24],
  ['tid', 27],
  ['pg_node_tree', 194],
  ['point', 600],
  ['lseg', 601],
  ['path', 602],
  ['box', 603, ';'],
  ['polygon', 604],
  ['line', 628],
  ['cidr', 650],
  ['circle', 718],
  ['macaddr8', 774],
  ['money', 790],
  ['macaddr', 829],
  ['inet', 869],
  ['aclitem', 1033],
  ['bit', 1560],
  ['varbit', 1562],
  ['refcursor', 1790],
  ['regprocedure', 2202],
  ['regoper', 2203],
  ['regoperator', 2204],
  ['regclass', 2205],
  ['regtype', 2206],
  ['record', 2249],
  ['cstring', 2275],
  ['txid_snapshot', 2970],
  ['pg_lsn', 3220],
  ['pg_ndistinct', 3361],
  ['pg_dependencies', 3402],
  ['tsvector', 3614],
  ['tsquery', 3615],
  ['gtsvector', 3642],
  ['regconfig', 3734],
  ['regdictionary', 3769],
  ['jsonpath', 4072],
  ['regnamespace', 4089],
  ['regrole', 4096],
  ['regcollation', 4191],
  ['pg_brin_bloom_summary', 4600],
  ['pg_brin_minmax_multi_summary', 4601],
  ['pg_mcv_list', 5017],
  ['pg_snapshot', 5038],
]

/** The codecs of the types whose values are the server's own text: inet, bit, tsvector, ranges, ... */
export const otherTextual: readonly PostgresCodec<string>[] = OTHERS.map(([type, oid, delimiter]) =>
  textual(type, oid, delimiter),
)

const UUID = /^\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?$/i

/** `uuid`: a string of lower-case hexadecimal digits with hyphens. */
export const uuid: PostgresCodec<string> = defineCodec({
  name: 'uuid',
  oid: 2950,
  encode: (value) => {
    if (typeof value === 'string' && UUID.test(value)) return value
    throw refusal('uuid', value, 'a string of 32 hexadecimal digits in the usual groups')
  },
  decodeText: ascii,
  writeBinary: uuidBinary,
})
