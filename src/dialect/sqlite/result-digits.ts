// How many digits behind the point a decimal of a result has: those of its column, or those that a calculation gives.
import type { Binary } from '../../expression/element/binary.ts'
import type { Case } from '../../expression/element/case.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { ProxyColumn } from '../../expression/from/proxy-column.ts'
import type { FunctionCall } from '../../expression/function/function.ts'
import type { ScalarSelect } from '../../expression/select/scalar.ts'
import type { NumericType } from '../../expression/types/numeric.ts'
import type { ResultColumn } from '../contract/compiled.ts'
import type { SqliteCodec } from './codec/codec.ts'
import { numeric } from './codec/number.ts'
import { HOST } from './type-name.ts'

/** At least so many, and at most; null where nobody knows. */
export interface Digits {
  readonly least: number | null
  readonly most: number | null
}

const UNKNOWN: Digits = { least: null, most: null }
const NONE: Digits = { least: 0, most: 0 }

/** Functions that give one of the values of their first argument, or a sum of them. */
const OF_FIRST: ReadonlySet<string> = new Set(
  'sum min max abs lag lead first_value last_value nth_value nullif any_value'.split(' '),
)
/** Those that give one of the values of all. */
const OF_ALL: ReadonlySet<string> = new Set(['coalesce', 'greatest', 'least'])
const WHOLE: ReadonlySet<string> = new Set(['round', 'ceil', 'ceiling', 'floor', 'trunc'])

/** The codec of a decimal that is calculated, whose type says how many digits its column has; null for all else. */
export function calculatedCodec({ source, type: given }: ResultColumn): SqliteCodec | null {
  const type = given.forDialect(HOST)
  if (type.kind !== 'numeric' && type.kind !== 'decimal') return null
  const { scale, precision, representation } = type as unknown as NumericType
  if (representation === 'number' || (scale === null && precision === null)) return null
  const { least, most } = digitsOf(source)
  return most === (scale ?? 0) ? null : numeric(least, most)
}

/** The digits behind the point of an expression, as far as its parts tell. */
export function digitsOf(element: unknown): Digits {
  if (!(element instanceof ColumnElement)) return UNKNOWN
  if (element instanceof ProxyColumn) return digitsOf(element.original)
  switch (element.kind) {
    case 'column':
    case 'cast':
      return digitsOfType(element)
    case 'label':
    case 'grouping':
    case 'unary':
    case 'over':
    case 'filter':
      return digitsOf((element as unknown as { readonly element: unknown }).element)
    case 'binary':
      return digitsOfBinary(element as unknown as Binary)
    case 'scalarSelect':
      return digitsOf((element as unknown as ScalarSelect).element.exportedColumns[0])
    case 'case': {
      const { results, otherwise } = element as unknown as Case
      return widest(otherwise === null ? results : [...results, otherwise])
    }
    case 'function':
      return digitsOfCall(element as unknown as FunctionCall)
    default:
      return UNKNOWN
  }
}

function digitsOfType({ type: given }: ColumnElement): Digits {
  const type = given.forDialect(HOST)
  if (type.affinity === 'integer') return NONE
  if (type.affinity !== 'numeric') return UNKNOWN
  const { scale, precision } = type as unknown as NumericType
  const digits = scale ?? (precision === null ? null : 0)
  return { least: digits, most: digits }
}

function digitsOfBinary({ operator, left, right }: Binary): Digits {
  if ([left, right].some(({ type }) => type.forDialect(HOST).affinity === 'float')) return UNKNOWN
  const [one, other] = [digitsOf(left), digitsOf(right)]
  switch (operator.name) {
    case 'add':
    case 'subtract':
    case 'modulo':
      return { least: larger(one.least, other.least), most: both(one.most, other.most, Math.max) }
    case 'multiply': {
      const most = both(one.most, other.most, (a, b) => a + b)
      return { least: most ?? larger(one.least, other.least), most }
    }
    default:
      return UNKNOWN
  }
}

function digitsOfCall({ name, operands }: FunctionCall): Digits {
  if (OF_FIRST.has(name)) return digitsOf(operands[0])
  if (OF_ALL.has(name)) return widest(operands)
  return WHOLE.has(name) && operands.length === 1 ? NONE : UNKNOWN
}

function widest(elements: readonly unknown[]): Digits {
  return elements.map(digitsOf).reduce(
    (one, other) => ({
      least: larger(one.least, other.least),
      most: both(one.most, other.most, Math.max),
    }),
    NONE,
  )
}

function larger(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.max(one, other)
}

function both(one: number | null, other: number | null, of: (one: number, other: number) => number): number | null {
  return one === null || other === null ? null : of(one, other)
}
