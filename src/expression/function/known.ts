// The functions that `func` knows: how the database spells them, and the type of what they give.
import type { ColumnElement } from '../element/column-element.ts'
import { ARRAY, type ArrayType } from '../types/array.ts'
import { JSON, JsonType } from '../types/json.ts'
import { NullType } from '../types/null.ts'
import { Double, Integer, Numeric } from '../types/numeric.ts'
import type { MultirangeType, RangeType } from '../types/range.ts'
import { commonType, rounded } from '../types/results.ts'
import { Boolean as BooleanSql, Uuid } from '../types/scalar.ts'
import { String as StringSql } from '../types/string.ts'
import { Date as DateSql, DateTime, Interval, Time } from '../types/temporal.ts'
import type { SqlType } from '../types/type.ts'

/** Gives the type of a call from its arguments. */
export type ResultRule = (operands: readonly ColumnElement[]) => SqlType

/** What is known of a function. */
export interface KnownFunction {
  /** As the database spells it. */
  readonly name: string
  readonly result: ResultRule
}

const JSONB: SqlType = new JsonType('jsonb')
const INSTANT: SqlType = DateTime({ timezone: true })
const STAMP: SqlType = DateTime({ timezone: true, as: 'string' })

const always =
  (type: SqlType): ResultRule =>
  () =>
    type
const typeAt = (operands: readonly ColumnElement[], index: number): SqlType => operands[index]?.type ?? NullType
const first: ResultRule = (operands) => typeAt(operands, 0)
/** PostgreSQL makes points of time with a time zone of days; texts, as days are. */
const stamped =
  (index: number): ResultRule =>
  (operands) => {
    const type = typeAt(operands, index)
    return type.affinity === 'date' ? STAMP : type
  }
/** The first argument that has a type decides, among numbers the widest: `coalesce(NULL, users.name)`, `least(users.id, 1.5)`. */
const common: ResultRule = commonType
/** A mean of numbers is a number; one of exact decimals, or of 64-bit integers, is an exact decimal. */
const mean: ResultRule = (operands) => {
  const type = typeAt(operands, 0)
  if (type.affinity === 'interval') return Interval
  if (type.affinity === 'numeric') return rounded(type)
  return type.kind === 'bigInteger' ? Numeric : Double
}
/** Functions that are computed in double precision unless the argument is a decimal. */
const real: ResultRule = (operands) => (typeAt(operands, 0).affinity === 'numeric' ? typeAt(operands, 0) : Double)
/** Of these, those that make digits of their own. */
const irrational: ResultRule = (operands) => rounded(real(operands))
/** Arrays of arrays are arrays with one dimension more. */
const arrayOfFirst: ResultRule = (operands) => {
  const type = typeAt(operands, 0)
  return type.affinity === 'array' ? type : ARRAY(type)
}
/** `lower()` and `upper()`: of a range its ends, of texts what their names say. */
const end: ResultRule = (operands) => {
  const type = typeAt(operands, 0)
  if (type.kind === 'range') return (type as SqlType as RangeType).element
  return type.kind === 'multirange' ? (type as SqlType as MultirangeType).range.element : StringSql
}
const member: ResultRule = (operands) => {
  const type = typeAt(operands, 0)
  return type.affinity === 'array' ? (type as ArrayType).element : type
}

const RULES: readonly (readonly [ResultRule, string])[] = [
  [always(Integer), 'count length charLength octetLength bitLength position strpos ascii cardinality arrayLength'],
  [always(Integer), 'arrayPosition jsonArrayLength jsonbArrayLength rowNumber rank denseRank ntile grouping'],
  [first, 'sum min max abs sign lag lead firstValue lastValue nthValue nullif anyValue bitAnd bitOr'],
  [first, 'arrayAppend arrayRemove arrayReplace arrayCat percentileCont percentileDisc mode'],
  [common, 'coalesce greatest least mod'],
  [mean, 'avg stddev stddevPop stddevSamp variance varPop varSamp'],
  [real, 'round ceil ceiling floor trunc'],
  [irrational, 'sqrt exp ln log log10 power'],
  [always(Double), 'random pi sin cos tan asin acos atan atan2 degrees radians corr percentRank cumeDist datePart'],
  [end, 'lower upper'],
  [always(StringSql), 'trim ltrim rtrim btrim initcap concat concatWs substring substr left right lpad'],
  [always(StringSql), 'rpad repeat replace reverse translate splitPart regexpReplace md5 chr format stringAgg toChar'],
  [always(StringSql), 'aggregateStrings'],
  [always(StringSql), 'arrayToString quoteIdent quoteLiteral version currentSchema currentDatabase currentSetting'],
  [always(StringSql), 'pgTypeof jsonTypeof jsonbTypeof toHex'],
  [always(INSTANT), 'now transactionTimestamp statementTimestamp clockTimestamp toTimestamp'],
  [always(DateSql), 'toDate makeDate'],
  [always(Interval), 'age justifyDays justifyHours justifyInterval makeInterval'],
  [stamped(1), 'dateTrunc'],
  [stamped(0), 'generateSeries'],
  [always(BooleanSql), 'boolAnd boolOr every pgTryAdvisoryLock pgAdvisoryUnlock startsWith'],
  [arrayOfFirst, 'arrayAgg'],
  [always(ARRAY(StringSql)), 'stringToArray regexpSplitToArray'],
  [member, 'unnest'],
  [always(JSON()), 'jsonAgg jsonBuildObject jsonBuildArray jsonObjectAgg toJson rowToJson jsonObject'],
  [always(JSONB), 'jsonbAgg jsonbBuildObject jsonbBuildArray jsonbObjectAgg toJsonb jsonbSet jsonbInsert'],
  [always(Uuid), 'genRandomUuid uuidv4 uuidv7'],
  [always(NullType), 'rollup cube groupingSets'],
]

/** Functions that the standard writes without parentheses. */
const BARE: readonly (readonly [string, SqlType])[] = [
  ['currentTimestamp', INSTANT],
  ['currentDate', DateSql],
  ['currentTime', Time({ timezone: true })],
  ['localtimestamp', DateTime],
  ['localtime', Time],
  ['currentUser', StringSql],
  ['sessionUser', StringSql],
  ['currentRole', StringSql],
  ['user', StringSql],
]

/** `arrayAgg` as `array_agg`. */
function spelt(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** By both spellings: `arrayAgg` and `array_agg`. */
export const KNOWN: ReadonlyMap<string, KnownFunction> = new Map(
  RULES.flatMap(([result, names]) =>
    names.split(' ').flatMap((name) => {
      const known = { name: spelt(name), result }
      return [
        [name, known],
        [known.name, known],
      ] as const
    }),
  ),
)

/** Functions that users registered, by name with their schema. */
export const REGISTERED: Map<string, ResultRule> = new Map()

/** By both spellings. */
export const KNOWN_BARE: ReadonlyMap<string, { readonly name: string; readonly type: SqlType }> = new Map(
  BARE.flatMap(([key, type]) => {
    const bare = { name: spelt(key), type }
    return [
      [key, bare],
      [bare.name, bare],
    ] as const
  }),
)

/** Functions whose arguments are of one type (but for the offsets of `lag` and `lead`): values take that of the expressions beside them. */
export const ALIKE: ReadonlySet<string> = new Set(['coalesce', 'greatest', 'least', 'nullif', 'lag', 'lead'])
