// Which type two operands give, as a table: family, operator, family; and which one of several values has.
import { NullType } from './null.ts'
import { Double, Integer, Numeric, type NumericType } from './numeric.ts'
import { String as StringSql } from './string.ts'
import { DateTime, type DateTimeType, Interval } from './temporal.ts'
import type { Affinity, SqlType } from './type.ts'

/** The operators whose result type depends on their operands. */
export type Calculation = 'add' | 'subtract' | 'multiply' | 'divide' | 'floorDivide' | 'modulo' | 'concatenate'

// `moment` is a point of time, `zoned` the one of both with a time zone, `gap` what is left of a time: all ask which side has a time zone.
type Outcome = 'left' | 'right' | 'wider' | 'moment' | 'zoned' | 'gap' | SqlType
type Row = Partial<Record<Affinity, Outcome>>

const NUMBERS: Row = { integer: 'wider', numeric: 'right', float: 'right' }
const LEFT: Row = { integer: 'left', numeric: 'left', float: 'left' }
const SPANS: Row = { integer: Interval, numeric: Interval, float: Interval }

const TABLE: Readonly<Record<Calculation, Partial<Record<Affinity, Row>>>> = {
  add: {
    integer: { ...NUMBERS, date: 'right' },
    numeric: LEFT,
    float: LEFT,
    date: { integer: 'left', interval: DateTime, time: 'moment' },
    time: { date: 'moment', datetime: 'right', interval: 'left', time: 'zoned' },
    datetime: { interval: 'left' },
    interval: { date: DateTime, datetime: 'right', time: 'right', interval: 'left' },
  },
  subtract: {
    integer: NUMBERS,
    numeric: LEFT,
    float: LEFT,
    date: { integer: 'left', date: Integer, interval: DateTime, datetime: Interval, time: DateTime },
    time: { time: 'gap', interval: 'left' },
    datetime: { interval: 'left', datetime: Interval, date: Interval },
    interval: { interval: 'left' },
  },
  multiply: {
    integer: { ...NUMBERS, interval: Interval, time: Interval },
    numeric: { ...LEFT, interval: Interval, time: Interval },
    float: { ...LEFT, interval: Interval, time: Interval },
    interval: SPANS,
    time: SPANS,
  },
  // True division: a quotient of two whole numbers is a fraction, and the values of these are numbers.
  divide: {
    integer: { integer: Double, numeric: 'right', float: 'right' },
    numeric: LEFT,
    float: LEFT,
    interval: SPANS,
    time: SPANS,
  },
  floorDivide: { integer: NUMBERS, numeric: LEFT, float: LEFT },
  modulo: { integer: NUMBERS, numeric: LEFT, float: LEFT },
  concatenate: {},
}

/**
 * The type of `left operator right`: by the table, else the left one; a side without a type takes the other's.
 */
export function resultType(left: SqlType, calculation: Calculation, right: SqlType): SqlType {
  const from = left.affinity
  const to = right.affinity
  if (from === 'null') return right
  if (calculation === 'concatenate') return from === 'string' || from === 'array' || to !== 'string' ? left : StringSql
  const own = from === 'other' ? left.calculated(calculation, right, true) : null
  if (own !== null) return own
  const others = to === 'other' ? right.calculated(calculation, left, false) : null
  if (others !== null) return others
  const outcome = TABLE[calculation][from]?.[to]
  if (calculation === 'divide' && from !== 'interval' && from !== 'time') return quotient(left, right, outcome)
  return resolved(outcome, left, right)
}

function resolved(outcome: Outcome | undefined, left: SqlType, right: SqlType): SqlType {
  switch (outcome) {
    case undefined:
    case 'left':
      return left
    case 'right':
      return right
    case 'wider':
      return wider(left, right)
    case 'moment':
      return isZoned(left) || isZoned(right) ? ZONED : DateTime
    case 'zoned':
      return isZoned(right) ? right : left
    case 'gap':
      return isZoned(left) ? left : Interval
    default:
      return outcome
  }
}

const ZONED = DateTime({ timezone: true })

/** The type of what is made of the bits of both: of two whole numbers the wider one's, else the left one's. */
export function bitsType(left: SqlType, right: SqlType): SqlType {
  return left.affinity === 'integer' && right.affinity === 'integer' ? wider(left, right) : left
}

function quotient(left: SqlType, right: SqlType, outcome: Outcome | undefined): SqlType {
  if (outcome === 'right') return rounded(right)
  // A quotient with a 64-bit number can have more digits than a double.
  if (outcome === Double && isWide(left, right)) return Numeric
  return outcome === Double ? Double : rounded(left)
}

/** The type of what has more digits than its operands: decimals that are read as numbers become the nearest one. */
export function rounded(type: SqlType): SqlType {
  return type.affinity === 'numeric' && (type as Partial<NumericType>).representation === 'number' ? Double : type
}

function isWide(left: SqlType, right: SqlType): boolean {
  return left.kind === 'bigInteger' || right.kind === 'bigInteger'
}

function wider(left: SqlType, right: SqlType): SqlType {
  return right.kind === 'bigInteger' || left.kind === 'smallInteger' ? right : left
}

/** The library's own types of numbers, the narrow before the wide. */
const NUMBER_WIDTHS = widthsOf(
  ['smallInteger'],
  ['integer'],
  ['bigInteger'],
  ['numeric', 'decimal'],
  ['real'],
  ['float', 'double', 'exactDouble'],
)

/** Days, and points of time, which every day has one of. */
const TIME_WIDTHS = widthsOf(['date'], ['dateTime', 'exactDateTime'])

function widthsOf(...widths: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  return new Map(widths.flatMap((kinds, width) => kinds.map((kind) => [kind, width] as const)))
}

function isWider(type: SqlType, than: SqlType): boolean {
  const widths = NUMBER_WIDTHS.has(type.kind) ? NUMBER_WIDTHS : TIME_WIDTHS
  const [one, other] = [widths.get(type.kind), widths.get(than.kind)]
  if (one === undefined || other === undefined) return false
  return one > other || (widths === TIME_WIDTHS && one === other && isZoned(type) && !isZoned(than))
}

function isZoned(type: SqlType): boolean {
  return (type as Partial<DateTimeType>).timezone === true
}

/**
 * The type of an expression that gives the value of one of several: the first type that is known; among numbers and among points of time the widest, as what the database
 * gives need not fit the first. NullType where none is known.
 */
export function commonType(operands: readonly { readonly type: SqlType }[]): SqlType {
  let common: SqlType = NullType
  for (const { type } of operands) if (common === NullType || isWider(type, common)) common = type
  return common
}
