// PostgreSQL's own types by their numbers in the catalogs, with what a column's modifier says of each.

import { CHAR, DOUBLE_PRECISION, REAL } from '../../../expression/types/exact.ts'
import { JSON } from '../../../expression/types/json.ts'
import { BigInteger, Integer, Numeric, SmallInteger } from '../../../expression/types/numeric.ts'
import { Boolean as BooleanSql, Uuid } from '../../../expression/types/scalar.ts'
import { String as StringSql, StringType, Text } from '../../../expression/types/string.ts'
import {
  Date as DateSql,
  DateTimeType,
  type IntervalParts,
  IntervalType,
  TimeType,
} from '../../../expression/types/temporal.ts'
import { REGCONFIG, TSQUERY, TSVECTOR } from '../../../expression/types/text-search.ts'
import type { SqlType } from '../../../expression/types/type.ts'
import { ARRAY_OIDS } from '../codec/array-oid.ts'
import { BYTEA, JSONB, JSONPATH } from '../types.ts'
import { BIT, CIDR, INET, MACADDR, MACADDR8, MONEY, OID, OwnType, REGCLASS, VARBIT, XML } from '../types-own.ts'
import {
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
} from '../types-range.ts'
import { ReflectedType } from '../types-reflected.ts'
import type { CollationName } from './collation.ts'

/** Makes a type of a modifier (-1 for none) and a collation (null for the type's own). */
type Maker = (modifier: number, collation: CollationName | null) => SqlType

const plain =
  (type: SqlType): Maker =>
  () =>
    type
const spelt = (name: string): Maker => plain(new ReflectedType(name))

/** Of texts the modifier is the length and four. */
const lengthOf = (modifier: number): number | null => (modifier < 4 ? null : modifier - 4)
const precisionOf = (modifier: number): number | null => (modifier < 0 ? null : modifier)

function bpchar(modifier: number, collation: CollationName | null): SqlType {
  const length = lengthOf(modifier)
  return length === null ? new ReflectedType('bpchar') : collated(CHAR(length), 'char', length, collation)
}

function collated(
  type: StringType,
  kind: 'string' | 'char' | 'text',
  length: number | null,
  collation: CollationName | null,
): StringType {
  return collation === null ? type : new StringType(length, collation.name, kind, collation.schema)
}

function numeric(modifier: number): SqlType {
  if (modifier < 4) return Numeric
  const packed = modifier - 4
  // Eleven bits, of which the highest is the sign: scales may be negative.
  const scale = ((packed & 0x7ff) ^ 1024) - 1024
  return Numeric((packed >> 16) & 0xffff, scale)
}

const bits = (type: typeof BIT, modifier: number): SqlType => (modifier < 1 ? type : type(modifier))

/** As `interval.c` numbers the parts. */
const PARTS: readonly (readonly [IntervalParts, number])[] = [
  ['YEAR', 1 << 2],
  ['MONTH', 1 << 1],
  ['DAY', 1 << 3],
  ['HOUR', 1 << 10],
  ['MINUTE', 1 << 11],
  ['SECOND', 1 << 12],
  ['YEAR TO MONTH', (1 << 2) | (1 << 1)],
  ['DAY TO HOUR', (1 << 3) | (1 << 10)],
  ['DAY TO MINUTE', (1 << 3) | (1 << 10) | (1 << 11)],
  ['DAY TO SECOND', (1 << 3) | (1 << 10) | (1 << 11) | (1 << 12)],
  ['HOUR TO MINUTE', (1 << 10) | (1 << 11)],
  ['HOUR TO SECOND', (1 << 10) | (1 << 11) | (1 << 12)],
  ['MINUTE TO SECOND', (1 << 11) | (1 << 12)],
]

function interval(modifier: number): SqlType {
  if (modifier < 0) return new IntervalType()
  const fields = PARTS.find(([, mask]) => mask === ((modifier >> 16) & 0x7fff))?.[0] ?? null
  const precision = modifier & 0xffff
  return new IntervalType(fields, precision === 0xffff ? null : precision)
}

const MAKERS: ReadonlyMap<number, Maker> = new Map<number, Maker>([
  [16, plain(BooleanSql)],
  [17, plain(BYTEA)],
  [18, spelt('"char"')],
  [19, plain(new OwnType('NAME', 'string'))],
  [20, plain(BigInteger)],
  [21, plain(SmallInteger)],
  [22, spelt('int2vector')],
  [23, plain(Integer)],
  [24, spelt('regproc')],
  [25, (_, collation) => collated(Text, 'text', null, collation)],
  [26, plain(OID)],
  [27, spelt('tid')],
  [28, spelt('xid')],
  [29, spelt('cid')],
  [30, spelt('oidvector')],
  [114, plain(JSON())],
  [142, plain(XML)],
  [600, spelt('point')],
  [601, spelt('lseg')],
  [602, spelt('path')],
  [603, spelt('box')],
  [604, spelt('polygon')],
  [628, spelt('line')],
  [650, plain(CIDR)],
  [700, plain(REAL)],
  [701, plain(DOUBLE_PRECISION)],
  [718, spelt('circle')],
  [774, plain(MACADDR8)],
  [790, plain(MONEY)],
  [829, plain(MACADDR)],
  [869, plain(INET)],
  [1033, spelt('aclitem')],
  [1042, bpchar],
  [
    1043,
    (modifier, collation) =>
      collated(
        lengthOf(modifier) === null ? StringSql : StringSql(lengthOf(modifier) ?? 1),
        'string',
        lengthOf(modifier),
        collation,
      ),
  ],
  [1082, plain(DateSql)],
  [1083, (modifier) => new TimeType(false, null, precisionOf(modifier))],
  [1114, (modifier) => new DateTimeType(false, 'string', 'dateTime', null, precisionOf(modifier))],
  [1184, (modifier) => new DateTimeType(true, 'date', 'dateTime', null, precisionOf(modifier))],
  [1186, interval],
  [1266, (modifier) => new TimeType(true, null, precisionOf(modifier))],
  [1560, (modifier) => bits(BIT, modifier)],
  [1562, (modifier) => bits(VARBIT, modifier)],
  [1700, numeric],
  [1790, spelt('refcursor')],
  [2202, spelt('regprocedure')],
  [2203, spelt('regoper')],
  [2204, spelt('regoperator')],
  [2205, plain(REGCLASS)],
  [2206, spelt('regtype')],
  [2950, plain(Uuid)],
  [2970, spelt('txid_snapshot')],
  [3220, spelt('pg_lsn')],
  [3614, plain(TSVECTOR)],
  [3615, plain(TSQUERY)],
  [3734, plain(REGCONFIG)],
  [3769, spelt('regdictionary')],
  [3802, plain(JSONB())],
  [3904, plain(INT4RANGE)],
  [3906, plain(NUMRANGE)],
  [3908, plain(TSRANGE)],
  [3910, plain(TSTZRANGE)],
  [3912, plain(DATERANGE)],
  [3926, plain(INT8RANGE)],
  [4072, plain(JSONPATH)],
  [4089, spelt('regnamespace')],
  [4096, spelt('regrole')],
  [4191, spelt('regcollation')],
  [4451, plain(INT4MULTIRANGE)],
  [4532, plain(NUMMULTIRANGE)],
  [4533, plain(TSMULTIRANGE)],
  [4534, plain(TSTZMULTIRANGE)],
  [4535, plain(DATEMULTIRANGE)],
  [4536, plain(INT8MULTIRANGE)],
  [5038, spelt('pg_snapshot')],
  [5069, spelt('xid8')],
])

const ELEMENTS: ReadonlyMap<number, number> = new Map([...ARRAY_OIDS].map(([element, array]) => [array, element]))

/** The type of a number that PostgreSQL itself gives it; null for all others and for arrays. */
export function builtInType(oid: number, modifier: number, collation: CollationName | null): SqlType | null {
  return MAKERS.get(oid)?.(modifier, collation) ?? null
}

/** What PostgreSQL's own array types are arrays of; null for all other types. */
export function builtInElement(oid: number): number | null {
  return ELEMENTS.get(oid) ?? null
}
