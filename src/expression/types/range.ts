// `Range`: the values between two ends; and the types of ranges and of lists of ranges.

import { ArgumentError } from '../../errors.ts'
import { isDate } from './dates-and-bytes.ts'
import { type Affinity, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** Which ends belong to a range: `[` and `]` do, `(` and `)` do not. */
export type RangeBounds = '[)' | '[]' | '(]' | '()'

const BOUNDS: readonly string[] = ['[)', '[]', '(]', '()']

/**
 * The values from `lower` to `upper`; null for no end on that side. Immutable.
 * @example
 * new Range(1, 5)            // [1,5): 1 is in it, 5 is not
 * new Range(1, 5, '[]')      // [1,5]
 * new Range(null, 5)         // (,5): everything below 5
 * Range.empty<number>()      // nothing
 */
export class Range<out T = unknown> {
  readonly lower: T | null
  readonly upper: T | null
  readonly bounds: RangeBounds
  /** Nothing is in the range; it has no ends. */
  readonly isEmpty: boolean

  /** @throws ArgumentError the bounds are not one of the four forms, or an end is `undefined`. */
  constructor(lower: T | null, upper: T | null, bounds: RangeBounds = '[)') {
    if (!BOUNDS.includes(bounds)) throw new ArgumentError(`A Range's bounds are '[)', '[]', '(]' or '()'`)
    if (lower === undefined || upper === undefined)
      throw new ArgumentError('new Range(lower, upper) takes null for an end that is open; got undefined')
    this.lower = lower
    this.upper = upper
    // An end that is not there belongs to no range; the server says so too.
    this.bounds = `${lower === null ? '(' : bounds[0]}${upper === null ? ')' : bounds[1]}` as RangeBounds
    this.isEmpty = false
  }

  /** The range without any value. */
  static empty<T = never>(): Range<T> {
    const range: Range<T> = new Range<T>(null, null, '()')
    Object.defineProperty(range, 'isEmpty', { value: true, enumerable: true })
    return range
  }

  /** Whether the range has no end on one side or both. */
  get isInfinite(): boolean {
    return !this.isEmpty && (this.lower === null || this.upper === null)
  }
  /** Whether {@link lower} is in the range. */
  get includesLower(): boolean {
    return this.bounds[0] === '['
  }
  /** Whether {@link upper} is in the range. */
  get includesUpper(): boolean {
    return this.bounds[1] === ']'
  }

  /** Whether both have the same ends, written the same way: `[1,4]` and `[1,5)` are equal to the database only. */
  equals(other: Range): boolean {
    if (!(other instanceof Range)) return false
    if (this.isEmpty || other.isEmpty) return this.isEmpty === other.isEmpty
    return this.bounds === other.bounds && sameEnd(this.lower, other.lower) && sameEnd(this.upper, other.upper)
  }

  /** As PostgreSQL shows it: `[1,5)`, `empty`. */
  toString(): string {
    if (this.isEmpty) return 'empty'
    return `${this.bounds[0]}${shown(this.lower)},${shown(this.upper)}${this.bounds[1]}`
  }
}

function sameEnd(one: unknown, other: unknown): boolean {
  if (isDate(one) && isDate(other)) return one.getTime() === other.getTime()
  return one === other
}

function shown(end: unknown): string {
  if (end === null) return ''
  return isDate(end) ? end.toISOString() : String(end)
}

/** A change of values as a change of the ranges of such values. */
function ofRanges(process: ValueProcessor | null): ValueProcessor | null {
  if (process === null) return null
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change)
    if (!(value instanceof Range) || value.isEmpty) return value
    const end = (each: unknown): unknown => (each === null ? null : process(each))
    return new Range(end(value.lower), end(value.upper), value.bounds)
  }
  return change
}

/** See `INT4RANGE` and its kin. */
export class RangeType<T = unknown> extends SqlType<Range<T>> {
  readonly kind: string = 'range'
  readonly affinity: Affinity = 'range'
  /** As the database calls it. */
  readonly rangeName: string
  /** The type of the ends. */
  readonly element: SqlType<T>
  constructor(rangeName: string, element: SqlType<T>) {
    super()
    this.rangeName = rangeName
    this.element = element
  }
  override shape(): readonly (string | SqlType)[] {
    return [this.rangeName, this.element]
  }
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    return value instanceof Range || value === null ? this : null
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    return ofRanges(this.element.bindProcessor(host))
  }
  override resultProcessor(host: TypeHost): ValueProcessor | null {
    return ofRanges(this.element.resultProcessor(host))
  }
  override sameValue(one: Range<T> | null | undefined, other: Range<T> | null | undefined): boolean {
    return one === other || (one instanceof Range && other instanceof Range && one.equals(other))
  }
}

/** See `INT4MULTIRANGE` and its kin. */
export class MultirangeType<T = unknown> extends SqlType<Range<T>[]> {
  readonly kind: string = 'multirange'
  readonly affinity: Affinity = 'range'
  readonly rangeName: string
  /** The type of the ranges in it. */
  readonly range: RangeType<T>
  constructor(rangeName: string, range: RangeType<T>) {
    super()
    this.rangeName = rangeName
    this.range = range
  }
  /** The type of the ends. */
  get element(): SqlType<T> {
    return this.range.element
  }
  override shape(): readonly (string | SqlType)[] {
    return [this.rangeName, this.range]
  }
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    if (value instanceof Range) return this.range
    return value === null || Array.isArray(value) ? this : null
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    return this.range.bindProcessor(host)
  }
  override resultProcessor(host: TypeHost): ValueProcessor | null {
    return this.range.resultProcessor(host)
  }
  override sameValue(one: Range<T>[] | null | undefined, other: Range<T>[] | null | undefined): boolean {
    if (one === other) return true
    if (!one || !other || one.length !== other.length) return false
    return one.every((range, index) => this.range.sameValue(range, other[index]))
  }
}
